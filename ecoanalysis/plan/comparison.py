"""What moved between two analyses, and why: an earlier as-of year, an earlier run, revised data, changed targets."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import analysis as analyses
from ecoanalysis import briefing, headline, intake, judge, words
from ecoanalysis.analysis import Analysis, NotThere, Told
from ecoanalysis.words import Words

KEY = ["region_code", "indicator", "comparison"]
COLUMNS = (
    "region_code item indicator part comparison binding year_before year value_before value unit target_before target "
    "met_before met verdict_before verdict chance_before chance gap_before gap gap_count_before gap_count "
    "gap_count_unit moved why revised status"
).split()
REVISION_COLUMNS = (
    "region_code variable year value_before value unit status_before status place_before place id".split()
)
CHANCE_MOVED = 0.05  # a chance from a thousand paths is known to some two points
OF_A_TARGET = ("target", "due", "hold_until", "base_year", "requirement")
PROJECTS = {"with_projects", "projects_alone"}  # warnings of rows with projects in their futures
PAPERS = ("lacks_plan", "lacks_data", "lacks_proof", "not_supplied")


class NotComparable(Told, ValueError):
    """Two analyses that say nothing about each other: of two cities, or the later one first."""


def read(folder: Path | str, as_of: int | None = None, *, skip_bad_rows: bool = False, vintage: str = "") -> Analysis:
    """The analysis that a folder holds: a data folder, a saved analysis, or the folder of a run.

    Raises
    ------
    NotThere
        The folder is none of these, what is kept there speaks of another year than `as_of`, or it is no data folder
        and a `vintage` is asked for.
    analysis.BadVintage
        As `analyse` says.
    """
    folder = Path(folder)
    if (folder / "regions.csv").is_file() and not (folder / "analysis.json").is_file():
        return analyses.analyse(folder, as_of, skip_bad_rows=skip_bad_rows, vintage=vintage)
    kept = next((place for place in (folder, folder / "analysis") if (place / "analysis.json").is_file()), None)
    if kept is None:
        raise NotThere(words.in_both("compare.nothing_there", folder=folder))
    if vintage:
        raise NotThere(words.in_both("compare.kept_vintage", folder=folder))
    made = analyses.load(kept)
    if as_of is not None and as_of != made.as_of:
        raise NotThere(words.in_both("compare.other_year", folder=folder, there=made.as_of, asked=as_of))
    return made


def pair(
    before: Path | str, after: Path | str | None = None, years=(), *, skip_bad_rows: bool = False, vintage: str = ""
):
    """Two analyses to be compared, as `(earlier, later)`.

    Parameters
    ----------
    before, after : path
        As `read` takes them. Without `after` the same data folder twice.
    years : sequence of int
        As-of years of the two, at most two; of one folder one year stands for itself and the year before.
    vintage : str, optional
        The earlier one uses the figures of `before` that were known on that day, at the later one's as-of year (or
        the last year that was known then); a year that is given for it goes before.

    Raises
    ------
    NotThere
        As `read`; or one kept analysis alone, which has no year before in it.
    analysis.BadVintage
        As `analyse` says.
    """
    if vintage:
        return _since(Path(before), after or before, tuple(years), skip_bad_rows, vintage)
    first, second = (*years, None, None)[:2]
    if after is not None:
        return read(before, first, skip_bad_rows=skip_bad_rows), read(after, second, skip_bad_rows=skip_bad_rows)
    made = read(before, max(years, default=None), skip_bad_rows=skip_bad_rows)
    if made.raw is None:
        raise NotThere(words.in_both("compare.one_alone", folder=before))
    return made.as_of_year(min(years) if len(years) > 1 else made.as_of - 1), made


def _since(before: Path, after: Path | str, years: tuple, skip_bad_rows: bool, vintage: str):
    later = read(after, years[-1] if years else None, skip_bad_rows=skip_bad_rows)
    asked = years[0] if len(years) > 1 else None
    try:
        return read(before, asked or later.as_of, skip_bad_rows=skip_bad_rows, vintage=vintage), later
    except analyses.BadYear:
        if asked:
            raise
        known = intake.read(before, vintage=vintage).observations["year"].max()
        return read(before, int(known), skip_bad_rows=skip_bad_rows, vintage=vintage), later


def compare(earlier: Analysis, later: Analysis) -> pd.DataFrame:
    """Every target that moved between two analyses, and why.

    Parameters
    ----------
    earlier, later : Analysis
        Of the same city; either may be loaded from disk.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a target whose value, target, class, answer at its date or gap moved, or whose chance moved by
        at least `CHANCE_MOVED`. `met` is yes, no, or empty where it cannot be told; `chance` is that of reaching what
        is unmet and of holding what is met (NaN for papers).

        `moved`: gained (met now, not before), lost, missed (its date came and it is not met), better, worse (another
        class on the same side), nearer, further (same class, another gap), restated (another class without any news:
        a correction, another target, another setting), new, gone (a target of one analysis alone), same.

        `why`: codes joined by semicolons: new_year (a later year is known), revision (a figure that was known then
        is another now; `revised` holds the ids, `revisions` the cells), papers, not_reported (nobody said whether it
        happened), changed_target, projects, settings, date (only the calendar went on), and where nothing of its own
        changed: neighbours or record (the futures, or the pooled record, of the other regions), program (same
        figures and settings, another version).

    Raises
    ------
    NotComparable
        The analyses are of two cities, or `later` is the earlier one.
    """
    _comparable(earlier, later)
    joined = _joined(earlier, later)
    revised = revisions(earlier, later)
    joined["revised"] = _revised(earlier, later, joined, revised)
    same_figures = earlier.hashes == later.hashes and revised.empty
    joined["why"] = [_why(row, earlier, later, same_figures) for row in joined.to_dict("records")]
    joined["moved"] = _moved(joined)
    table = joined[_worth_telling(joined)]
    return table.reindex(columns=COLUMNS).reset_index(drop=True)


def _comparable(earlier: Analysis, later: Analysis) -> None:
    shared = set(earlier.regions["code"]) & set(later.regions["code"])
    if not shared or earlier.city != later.city:
        codes = [a.city or a.regions["code"].iloc[0] for a in (earlier, later)]
        sides = zip(("one", "other"), (earlier, later), codes, strict=True)
        names = {f"{side}_{lang}": a.name(code, lang) for side, a, code in sides for lang in words.LANGUAGES}
        raise NotComparable(words.in_both("compare.other_city", **names))
    if earlier.as_of > later.as_of:
        raise NotComparable(words.in_both("compare.order", earlier=earlier.as_of, later=later.as_of))


def _joined(earlier: Analysis, later: Analysis) -> pd.DataFrame:
    """Both assessments side by side: the later one's columns, the earlier one's with `_before`."""
    shared = set(earlier.regions["code"]) & set(later.regions["code"])
    tables = [_side(a)[lambda t: t["region_code"].isin(shared)] for a in (earlier, later)]
    joined = tables[0].merge(tables[1], on=KEY, how="outer", suffixes=("_before", ""), indicator="there", sort=False)
    for name in ("item", "part", "unit", "binding", "gap_count_unit"):
        joined[name] = joined[name].where(joined["there"] != "left_only", joined[f"{name}_before"])
    order = {code: i for i, code in enumerate(later.regions["code"])}
    items = {code: i for i, code in enumerate(dict.fromkeys([*tables[1]["indicator"], *tables[0]["indicator"]]))}
    place = joined["region_code"].map(order) * len(items) + joined["indicator"].map(items)
    return joined.loc[place.sort_values(kind="stable").index].reset_index(drop=True)


def _side(analysis: Analysis) -> pd.DataFrame:
    rows = analysis.assessment
    table = rows[[*KEY, "part", "binding", "unit", "met_at_due", "verdict", "warning", "status", "method"]].copy()
    table["item"] = [analysis.item_of(code) for code in rows["indicator"]]
    table["year"] = rows["latest_year"].astype(float)
    table["value"] = rows["latest_value"].astype(float)
    for name in ("gap", "gap_count", "p_reach", "p_hold"):
        table[name] = rows[name].astype(float)
    table["gap_count_unit"] = rows["gap_count_unit"]
    for name in OF_A_TARGET:
        table[name] = rows[name] if rows[name].dtype.kind not in "if" else rows[name].astype(float)
    given = getattr(analysis, "projects", None)
    marked = [bool(PROJECTS & set(str(warning).split(";"))) for warning in rows["warning"]]
    table["projects"] = np.where(marked, "" if given is None else given.to_csv(index=False), "none")
    standing, open_ = rows["verdict"].isin(judge.STANDING), rows["verdict"].isin([*judge.OPEN, "undocumented"])
    table["met"] = np.select([standing, open_], ["yes", "no"], "")
    table["chance"] = np.where(
        rows["verdict"].isin(judge.OPEN), table["p_reach"], np.where(standing, table["p_hold"], np.nan)
    )
    return table


# ---------------------------------------------------------------------- why


def revisions(earlier: Analysis, later: Analysis) -> pd.DataFrame:
    """Figures that both analyses could know and that differ: corrected, withdrawn, or reported late.

    Returns
    -------
    DataFrame
        `REVISION_COLUMNS`, one row a region, variable and year; a value is NaN where there was none. `place` is file,
        sheet and cell; `id` the later observation's (the earlier one's where it was withdrawn).
    """
    key = ["region_code", "variable", "year"]
    until = min(earlier.as_of, later.as_of)
    sides = []
    for a in (earlier, later):
        rows = a.observations[a.observations["year"] <= until]
        places = [briefing.place_of(row) for row in rows[["file", "sheet", "cell"]].itertuples()]
        side = rows[[*key, "value", "unit", "status", "id"]].assign(place=places)
        sides.append(side.astype(dict.fromkeys(("region_code", "variable", "unit", "status", "id"), str)))
    both = sides[0].merge(sides[1], on=key, how="outer", suffixes=("_before", ""), sort=False)
    same = np.isclose(both["value_before"].astype(float), both["value"].astype(float), rtol=1e-9, atol=1e-12)
    both = both[~same]
    for name in ("unit", "id"):
        both[name] = both[name].where(both[name].notna(), both[f"{name}_before"])
    return both.reindex(columns=REVISION_COLUMNS).reset_index(drop=True)


def _revised(earlier: Analysis, later: Analysis, joined: pd.DataFrame, revised: pd.DataFrame) -> list[str]:
    """For every target the ids of the revised figures that it stands on, joined by semicolons."""
    if revised.empty:
        return [""] * len(joined)
    stands_on: dict[tuple, set] = {}
    for a in (earlier, later):
        seen = a.observations[["id", "region_code", "variable"]].itertuples(index=False, name=None)
        cells = {one: (region, variable) for one, region, variable in seen}
        rows = a.table("assessment")[[*KEY, "inputs"]]
        for region, indicator, comparison, ids in rows.itertuples(index=False, name=None):
            inputs = {cells[one] for one in str(ids).split(";") if one in cells}
            stands_on.setdefault((region, indicator, comparison), set()).update(inputs)
    of_cell: dict[tuple, list[str]] = {}
    for row in revised.itertuples():
        of_cell.setdefault((row.region_code, row.variable), []).append(row.id)
    told = []
    for key in joined[KEY].itertuples(index=False, name=None):
        ids = [one for cell in sorted(stands_on.get(key, ())) for one in of_cell.get(cell, [])]
        told.append(";".join(dict.fromkeys(ids)))
    return told


def _why(row: dict, earlier: Analysis, later: Analysis, same_figures: bool) -> str:
    """Reasons as codes, the target's own first; empty where nothing moved.

    The same files are not always the same figures: read as of another day they hold other ones.
    """
    if row["there"] != "both":
        return "changed_target"
    reasons = []
    if row["year"] > row["year_before"] or (np.isfinite(row["year"]) and np.isnan(row["year_before"])):
        reasons.append("new_year")
    if row["revised"]:
        reasons.append("revision")
    if "not_reported" in row["warning"] and "not_reported" not in row["warning_before"]:
        reasons.append("not_reported")
    if row["comparison"] == "done" and _papers(row["warning"]) != _papers(row["warning_before"]):
        reasons.append("papers")
    if any(not _same(row[name], row[f"{name}_before"]) for name in OF_A_TARGET):
        reasons.append("changed_target")
    if row["projects"] != row["projects_before"]:
        reasons.append("projects")
    if _judged_otherwise(row, earlier.settings, later.settings):
        reasons.append("settings")
    if reasons:
        return ";".join(reasons)
    if asdict(earlier.settings) != asdict(later.settings):
        return "settings"
    if earlier.as_of != later.as_of and row["met_at_due"] != row["met_at_due_before"]:
        return "date"
    if earlier.as_of == later.as_of and same_figures:
        return "program"
    if row["method"] == "record":
        return "record"
    return "date" if earlier.as_of != later.as_of and np.isnan(row["chance"]) else "neighbours"


def _papers(warning: str) -> set[str]:
    return set(str(warning).split(";")) & set(PAPERS)


def _same(one, other) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def _judged_otherwise(row: dict, before: judge.Settings, after: judge.Settings) -> bool:
    """Whether the later chance would have had another class under the earlier bounds."""
    if not row["met"] or not np.isfinite(row["chance"]):
        return False
    asked = (row["met"] == "yes", row["p_reach"], row["p_hold"])
    return judge.verdict(*asked, before) != judge.verdict(*asked, after)


def _moved(joined: pd.DataFrame) -> np.ndarray:
    """How each target moved, on top of what `headline.moved` says of its class."""
    moved = headline.moved(joined)
    sides = joined["met_before"], joined["met"]
    other_class = joined["verdict"] != joined["verdict_before"]
    gained, lost = (sides[0] == "no") & (sides[1] == "yes"), (sides[0] == "yes") & (sides[1] == "no")
    no_news = [not {"new_year", "papers", "not_reported", "date"} & set(why.split(";")) for why in joined["why"]]
    closed = joined["gap_before"] - joined["gap"]
    both_open = (sides[0] == "no") & (sides[1] == "no")
    steps = [
        (joined["there"] == "right_only", "new"),
        (joined["there"] == "left_only", "gone"),
        (np.array(no_news) & other_class & (moved != "missed"), "restated"),
        (gained, "gained"),
        (lost, "lost"),
        (moved != "same", moved),
        (both_open & (closed > 1e-9), "nearer"),
        (both_open & (closed < -1e-9), "further"),
    ]
    return np.select([np.asarray(when) for when, _ in steps], [code for _, code in steps], "same")


def _worth_telling(joined: pd.DataFrame) -> pd.Series:
    def differs(name: str) -> pd.Series:
        after, before = joined[name], joined[f"{name}_before"]
        if after.dtype.kind == "f":
            return ~pd.Series(np.isclose(after, before.astype(float), rtol=1e-9, atol=1e-12, equal_nan=True))
        return (after != before) & ~(after.isna() & before.isna())

    told = joined["there"] != "both"
    for name in ("value", "verdict", "met_at_due", "target", "due", "gap"):
        told |= differs(name)
    same_side = joined["met"] == joined["met_before"]
    return told | (same_side & ((joined["chance"] - joined["chance_before"]).abs() >= CHANCE_MOVED))


# ---------------------------------------------------------------------- in words


def sentence(row, earlier: Analysis, later: Analysis, w: Words, revised=None, *, with_reason: bool = True) -> str:
    """One moved target in words, without the region's name: from what to what, what is still missing, and why.

    `row` is a row of `compare` (as `itertuples` gives it), `revised` the table of `revisions` where it is at hand.
    """
    sides = [_statement(a, row) for a in (earlier, later)]
    name = name_in_sentence((later if sides[1] else earlier).indicators[row.indicator], w)
    mark = w.bracket(w.demo_mark(any(s is not None and s.status == "demo" for s in sides)))
    if row.moved in ("new", "gone"):
        return w(f"compare.{row.moved}", name=name) + mark
    before, after = sides
    parts = [_values(before, after, w), _gaps(before, after, w), _classes(row, before, after, w)]
    text = w("join").join(part for part in parts if part) or w("compare.as_before")
    text = w("compare.named", name=name, text=text)
    if with_reason:
        text = w.join(text, w("compare.because", reasons=reasons(row, earlier, later, w, revised)))
    return text + mark


def name_in_sentence(record, w: Words) -> str:
    """An indicator's name inside a sentence: its part in brackets, not behind a second colon."""
    head, colon, part = w.name(record).partition("：" if w.lang == "zh" else ": ")
    return w("compare.part", name=head, part=part) if colon else head


def _statement(analysis: Analysis, row):
    try:
        return analysis[row.region_code, row.indicator, row.comparison]
    except NotThere:
        return None


def _values(before, after, w: Words) -> str:
    if not (np.isfinite(before.latest_value) or np.isfinite(after.latest_value)) or after.comparison == "done":
        return ""
    values = {"value": briefing.value(after, w), "year": w.year(after.latest_year)}
    if not np.isfinite(before.latest_value):
        return w("compare.first_value", **values)
    values |= {"before": briefing.value(before, w), "year_before": w.year(before.latest_year)}
    if not np.isfinite(after.latest_value):
        return w("compare.no_value", **values)
    moved = after.latest_value - before.latest_value
    if values["before"] == values["value"]:
        return w("compare.value_same", **values)
    if before.latest_year == after.latest_year:
        return w("compare.value_revised", **values)
    return w.closed(w("compare.value_up" if moved > 0 else "compare.value_down", **values))


def _gaps(before, after, w: Words) -> str:
    missing = briefing.things(after, w) or briefing.gap(after, w)
    was = briefing.things(before, w) or briefing.gap(before, w)
    if not missing:
        return ""
    return (
        w("compare.gap_was", missing=missing, was=was) if was and was != missing else w("compare.gap", missing=missing)
    )


def _classes(row, before, after, w: Words) -> str:
    if row.moved == "gained" and after.comparison != "done":
        return w("compare.gained")
    if row.moved == "lost" and after.comparison != "done":
        return w("compare.lost")
    if row.moved == "missed" and after.comparison != "done":
        key = "compare.missed" if np.isfinite(after.p_reach) else "compare.missed_thin"
        return w(key, year=after.milestone, chance=w.chance(after.p_reach))
    words_ = {"before": briefing.verdict(before, w), "verdict": briefing.verdict(after, w)}
    if before.verdict != after.verdict:
        return w("compare.class", **words_)
    if np.isfinite(row.chance) and np.isfinite(row.chance_before):
        told = {"before": w.chance(row.chance_before), "chance": w.chance(row.chance)}
        if told["before"] != told["chance"]:
            return w("compare.chance_hold" if row.met == "yes" else "compare.chance_reach", **told)
    return ""


def reasons(row, earlier: Analysis, later: Analysis, w: Words, revised: pd.DataFrame | None = None) -> str:
    """The reasons of a moved target in words; a revision with file, cell, old and new number."""
    told = []
    for code in row.why.split(";"):
        if code == "new_year":
            told.append(w("compare.why.new_year", year=w.year(row.year)))
        elif code == "revision":
            table = revisions(earlier, later) if revised is None else revised
            told += _told_revisions(row, table, later, w)
        else:
            told.append(w(f"compare.why.{code}"))
    return w.series(told)


SHOWN = 3


def _told_revisions(row, table: pd.DataFrame, later: Analysis, w: Words) -> list[str]:
    mine = table[table["id"].isin(row.revised.split(";"))].sort_values("year", ascending=False)
    told = [revision_sentence(one, later, w) for one in mine.head(SHOWN).itertuples()]
    return [*told, w("compare.more_revisions", count=len(mine) - SHOWN)] if len(mine) > SHOWN else told


def revision_sentence(row, analysis: Analysis, w: Words) -> str:
    """One revised figure: which, from what to what, and where it stands."""
    values = {
        "region": analysis.name(row.region_code, w.lang),
        "year": row.year,
        "name": briefing.input_name(row.variable, w, analysis.records),
        "unit": w.unit(row.unit),
        "before": w.plain(row.value_before) if np.isfinite(row.value_before) else "",
        "value": w.plain(row.value) if np.isfinite(row.value) else "",
        "place": row.place if isinstance(row.place, str) else row.place_before,
    }
    key = "late" if not np.isfinite(row.value_before) else "withdrawn" if not np.isfinite(row.value) else "corrected"
    return w(f"compare.revision.{key}", **values)
