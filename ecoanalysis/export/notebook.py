"""What a notebook shows: each function displays one question's answer, once, in the words of one language.

Texts from the data are escaped; figures show themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import pandas as pd
from IPython.display import HTML, Image, display

from ecoanalysis import analysis as analyses
from ecoanalysis import briefing, catalog, charts, compute, intake, plotdata, words
from ecoanalysis.compute import COUNTIES, OWN
from ecoanalysis.export import languages, worded, write_csv
from ecoanalysis.formulas import diagnosis, ei, grades
from ecoanalysis.words import NOTHING, Words

GAPS_SHOWN = 3  # pictures of a city's gaps
HERE = "."  # an output folder of one region alone, as a batch gives it


def text(*sentences: str, kind: str = "p") -> None:
    """Sentences, one below the other."""
    display(HTML("".join(f"<{kind}>{escape(sentence)}</{kind}>" for sentence in sentences if sentence)))


def points(sentences: list[str]) -> None:
    """Sentences as a list."""
    display(HTML("<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"))


def table(frame: pd.DataFrame, index: bool = False) -> None:
    """A table, its texts escaped; the index only where it says something."""
    left = [{"selector": "td, th", "props": "text-align: left; vertical-align: top"}]
    escaped = frame.rename(columns=lambda name: escape(str(name)))
    if index:
        escaped = escaped.rename(index=lambda name: escape(str(name)) if isinstance(name, str) else name)
    styler = escaped.style.format(escape="html", precision=2, na_rep=NOTHING).set_table_styles(left)
    display(styler if index else styler.hide(axis="index"))


# ---------------------------------------------------------------------- a region's report


def conclusion(region, lang: str) -> None:
    """The answer: headline, what needs work; for a city the matrix of its counties.

    What moved since the year before is told by `since_last_year`, as it takes a second analysis: pictures come first.
    """
    w = words.of(languages(lang)[0])
    text(*briefing.headline(region, w, since=False))
    if worded.uses_demo(region.rows):
        text(w("slide.demo_notice"), kind="b")
    problems = worded.left_out(region.analysis, w)
    if problems:
        text(w("opening.left_out", count=len(problems)))
        points(problems)
    weak = [f"{worded.indicator(s, w)}{w('worded.colon')}{worded.said(s, w)}" for s in worded.weakest(region)]
    points(weak) if weak else text(w("slide.no_weak_points"))
    if region.code in region.analysis.parents:
        display(charts.matrix(region.analysis, w.lang))


def since_last_year(region, lang: str) -> None:
    """What moved since the year before, or that there is no such year."""
    w = words.of(languages(lang)[0])
    text(briefing.changed(region, w) or w("notebook.no_year_before"))


def indicators(region, lang: str) -> None:
    """Every target of a region with its verdict, then those of them that national editions speak of."""
    w = words.of(languages(lang)[0])
    table(worded.counts(region, w), index=True)
    display(worded.coloured(region, w))
    beside = worded.editions(region.analysis, region.code, w)
    if len(beside):
        table(beside)
        text(w("ei.moved_to_eqi") + w("stop"))


def compared(region, lang: str) -> None:
    """How far each item is from its target; for a city also which counties its gaps lie in, the most pressing first."""
    lang, a = languages(lang)[0], region.analysis
    display(region.plot.distance(lang))
    pressing = dict.fromkeys(s.indicator for s in region.weak)
    shared = [code for code in pressing if len(plotdata.contributions(a, code, region.code))]
    for code in shared[:GAPS_SHOWN]:
        display(region.plot.contributions(code, lang))


def measured(region, lang: str) -> None:
    """What was measured last, with its source; for a city also where its own figures and its counties' differ."""
    w = words.of(languages(lang)[0])
    differing = worded.discrepancies(region.analysis, region.code, w)
    if len(differing):
        table(differing)
    table(worded.observations(region.analysis, region.code, w))


def documents(region, out: Path | str, lang: str) -> list[str]:
    """Draw what is not met yet or may not hold, then write the Word chapter and the region's assessment.

    Where everything is met and expected to hold, everything is drawn; a city's targets are shown on one sheet.

    Parameters
    ----------
    out : path
        Folder for documents; every region gets a folder of its own in it. `.` is the region's own folder already.

    Returns
    -------
    list of str
        What lies in the region's folder now.
    """
    folder = Path(out) if str(out) == HERE else Path(out) / region.code
    folder.mkdir(parents=True, exist_ok=True)
    parts = languages(lang)
    write_csv(region.rows, folder / "assessment.csv")
    able = charts.drawable(region.analysis, region.code)
    asking = [s for s in able if s.verdict != "reached" or s.named_weak] or able
    w, on_one_sheet = words.of(parts[0]), region.code in region.analysis.parents
    if on_one_sheet:
        display(region.plot(w.lang))
    for part in parts:  # every document has pictures in its own language
        charts_folder = folder / ("charts" if part == parts[0] else f"charts_{part}")
        pictures = charts.save_each(region.analysis, region.code, charts_folder, part, asking)
        for s, picture in zip(asking, pictures, strict=True):
            if part == parts[0] and not on_one_sheet:  # a reader sees each as soon as it is drawn
                display(Image(filename=str(picture), width=740, alt=charts.alternative(s, w)))
    if len(able) > len(asking) and not on_one_sheet:
        text(w("notebook.others_hold", count=len(able) - len(asking)))
    from ecoanalysis.export import docx  # after the pictures: they need not wait for it

    for part in parts:
        docx.write(region.analysis, region.code, folder / f"reachability_{part}.docx", part)
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


# ---------------------------------------------------------------------- a first forecast


def changes_so_far(s, lang: str) -> None:
    """How many changes the values of a statement are, how large they were, and how much is still unseen."""
    w, history = words.of(lang), s.history
    changes = history.diff()[history.index.to_series().diff() == 1]
    if len(changes) < 2:
        return text(w("first.too_few"))
    places = max(s.record.decimals or 0, 1)
    told = w.list(w.number(float(value), places) for value in changes)
    unit = w.unit("pp" if s.unit == "%" else s.unit)
    span = {"first": history.index[0], "last": history.index[-1], "values": len(history), "count": len(changes)}
    ends = {"least": w.number(changes.min(), places), "most": w.number(changes.max(), places)}
    beyond = w.chance(
        2 / (len(changes) + 1)
    )  # of n + 1 draws alike, the new one is as likely as any the least, or the most
    return text(w("first.changes", changes=told, unit=unit, **span), w("first.unseen", chance=beyond, **ends))


def widening(s, lang: str) -> None:
    """Year by year the middle of the futures, the band that holds four in five of them, and how wide it is."""
    w = words.of(lang)
    if s.forecast.empty:
        return text(w("first.no_trend"))
    rows = s.forecast[s.forecast["year"] > s.latest_year]
    width = rows["hi80"] - rows["lo80"]
    shown = pd.DataFrame(
        {
            "year": rows["year"],
            "median": [w.measure(value, s.record) for value in rows["median"]],
            "band80": [_between(row, s, w) for row in rows.itertuples()],
            "width": [w.difference(value, s.record, max(s.record.decimals or 0, 1)) for value in width],
            "times": [w.number(value / width.iloc[0], 1) if width.iloc[0] > 0 else NOTHING for value in width],
        }
    )
    return table(w.columns(shown))


def tried(before, after, lang: str) -> None:
    """What a statement says before and after something is tried (`Statement.under`)."""
    w = words.of(lang)
    if after is before:
        return text(w("first.nothing_tried"))
    sides = {"before": before, "after": after}
    return text(*(w(f"first.{side}", sentence=briefing.sentence(one, w)) for side, one in sides.items()))


def covered(s, as_of: int, lang: str) -> None:
    """What would have been said of the latest value with the values up to a year alone, and what came."""
    w = words.of(lang)
    then = s.analysis.as_of_year(as_of)[s.region_code, s.indicator]
    rows = then.forecast[then.forecast["year"] == s.latest_year]
    if s.forecast.empty or rows.empty or then.latest_year >= s.latest_year:
        return text(
            w("first.no_trend") if s.forecast.empty else w("first.no_band", as_of=as_of, year=w.year(s.latest_year))
        )
    row, came = rows.iloc[0], s.latest_value
    ends = {"median": row["median"], "low": row["lo80"], "high": row["hi80"]}
    said = {name: w.measure(float(value), s.record) for name, value in ends.items()}
    where = "below" if came < row["lo80"] else "above" if came > row["hi80"] else "inside"
    text(
        w("first.covered", as_of=as_of, count=len(then.history), year=w.year(s.latest_year), **said),
        w(f"first.came_{where}", value=w.measure(came, s.record)),
    )
    return display(then.plot(lang))


def _between(row, s, w: Words) -> str:
    return f"{w.number(row.lo80, s.record.decimals)}–{w.measure(row.hi80, s.record)}"


# ---------------------------------------------------------------------- a data folder


def rows_to_mend(raw, lang: str) -> None:
    """Every problem of a data folder with its place and remedy."""
    w = words.of(lang)
    problems = [problem.text(lang) for problem in raw.problems]
    points(problems) if problems else text(w("notebook.no_problems"))


def origins(raw, lang: str) -> None:
    """Which file holds how many rows of which status and which years."""
    w = words.of(lang)
    rows = raw.observations.astype({"file": str, "status": str})
    sources = rows.groupby(["file", "status"]).agg(rows=("value", "size"), first=("year", "min"), last=("year", "max"))
    sources = sources.reset_index()
    sources["status"] = [w.status(code) for code in sources["status"]]
    table(w.columns(sources))


def years(raw, lang: str) -> None:
    """How many years each indicator has in each region."""
    w = words.of(lang)
    known = _measured(raw).results.dropna(subset="value")
    counts = known.groupby(["indicator", "region_code"])["year"].nunique().unstack(fill_value=0)
    regions = raw.regions.set_index("code")[f"name_{lang}"]
    order = [code for code in catalog.indicators() if code in counts.index]
    shown = counts.reindex(index=order, columns=[code for code in regions.index if code in counts.columns])
    shown = shown.rename(index=_names(w), columns=regions).rename_axis(None).rename_axis(None, axis=1)
    table(shown, index=True)


def gaps(raw, lang: str) -> None:
    """What indicators lack, and where a region's own figure and its counties' differ."""
    w = words.of(lang)
    results = _measured(raw).results
    lacking = results[results["lacking"].fillna("") != ""]
    gaps = lacking.groupby(["indicator", "lacking"], sort=False)
    shown = gaps.agg(regions=("region_code", "nunique"), first=("year", "min"), last=("year", "max")).reset_index()
    shown["indicator"] = shown["indicator"].map(_names(w))
    names = raw.regions.set_index("code")[f"name_{lang}"].to_dict()
    shown["lacking"] = [_lacking(text_, names, w) for text_ in shown["lacking"]]
    table(w.columns(shown))
    differing = compute.discrepancies(results)
    if len(differing):
        differing = differing.assign(
            region_code=differing["region_code"].map(names), indicator=differing["indicator"].map(_names(w))
        )
        table(w.columns(differing))


# ---------------------------------------------------------------------- diagnosis


class Figures:
    """What was measured up to a year in one region, its own or, where it reports none, put together from its counties.

    Parameters
    ----------
    data : path
        Data folder; rows with problems are left out.
    region : str or int
        Code or name.
    until : int
        Nothing later is used.
    lang : str
        zh or en.

    Raises
    ------
    BadData
        The folder has no regions.
    NotThere
        No such region.
    """

    def __init__(self, data: Path | str, region, until: int, lang: str):
        raw = intake.read(data)
        if raw.regions.empty or raw.observations.empty:
            raise analyses.BadData(raw.problems)
        self.words = words.of(lang)
        self.region = analyses.region_code(raw.regions, region)
        self.observations = raw.observations[raw.observations["year"] <= until]
        self.coefficients = catalog.coefficients(raw.folder)
        self.measured = compute.measure(self.observations, raw.regions, tables=raw.tables)
        rows = self.observations[self.observations["region_code"].isin([self.region, *self.members(raw.regions)])]
        self.demo = worded.uses_demo(rows)
        if self.demo:
            text(self.words("slide.demo_notice"), kind="b")

    def members(self, regions: pd.DataFrame) -> list[str]:
        return list(regions.loc[regions["parent"] == self.region, "code"])

    def table(self, names: list[str]) -> pd.DataFrame:
        """Years × names; a name without any value is left out."""
        columns = {}
        for name in names:
            for basis in (OWN, COUNTIES):
                values = self.measured.value(name, basis)
                if values is not None and values[self.region].notna().any():
                    columns[name] = values[self.region]
                    break
        return pd.DataFrame(columns)

    def lacks(self, frame: pd.DataFrame, names: list[str]) -> bool:
        """Whether a table lacks what is needed; then a sentence says what."""
        absent = [name for name in names if name not in frame]
        if absent or frame[names].dropna().empty:
            w = self.words
            text(
                w(
                    "claim.lacking",
                    reason=w("lacking.inputs", names=w.list(briefing.input_name(n, w) for n in absent or names)),
                )
            )
        return bool(absent) or frame[names].dropna().empty


def kaya(figures: Figures, first_year: int, last_year: int) -> None:
    """Four factors of the change of CO₂, by LMDI."""
    w = figures.words
    names = ["resident_population", "gdp_constant", "energy_use", "co2_emission"]
    inputs = figures.table(names)
    if figures.lacks(inputs, names):
        return
    factors = diagnosis.kaya_factors(**inputs).dropna()
    first, last = max(first_year, int(factors.index[0])), min(last_year, int(factors.index[-1]))
    steps = diagnosis.kaya_waterfall(factors, first, last).set_index("step")["value"]
    effects = _codes_named(steps.drop(["start", "end"]), w)
    title = f"{briefing.input_name('co2_emission', w)} {first}–{last}"
    display(charts.waterfall(effects, steps["start"], "t", w.lang, title, demo=figures.demo, better=-1))


def obstacles(figures: Figures, year: int) -> None:
    """What holds each region back, and whether ranks stand when the weights are shaken."""
    w = figures.words
    signs = diagnosis.SUB_INDEX_SIGNS
    latest = figures.measured.across(list(signs.index), year)
    latest = latest.reindex(columns=signs.index).dropna()
    if len(latest) < 2:
        text(w("claim.lacking", reason=w("lacking.everything")))
        return
    scaled = diagnosis.range_scaled(latest, signs)
    weights = diagnosis.entropy_weights(scaled.dropna())
    names = figures.measured.names(w.lang)
    degrees = diagnosis.obstacle_degree(scaled.dropna(), weights).round(1)
    table(_codes_named(degrees.rename(index=names).rename_axis(None), w), index=True)
    ranks = diagnosis.weight_sensitivity(scaled.dropna(), weights, seed=0).round(2)
    table(w.columns(ranks.rename(index=names).rename_axis(None)), index=True)


def habitat(figures: Figures) -> None:
    """Land classes and habitat quality by year."""
    land = figures.table([*sum(ei.HABITAT_CLASSES.values(), ()), "land_area", "habitat_quality"])
    table(_codes_named(land.dropna().T, figures.words), index=True)


def index_and_grade(figures: Figures) -> None:
    """The five sub-indices, the index, its grade and the grade of its change."""
    w = figures.words
    names = [*diagnosis.SUB_INDEX_SIGNS.index, "ecological_index"]
    steps = figures.table(names)
    if figures.lacks(steps, names):
        return
    table(_codes_named(steps.dropna(), w), index=True)
    index = steps["ecological_index"].dropna()
    grade = grades.ei_grade(index, **figures.measured.fixed(grades.ei_grade))
    change = grades.ei_change_grade(index.diff(), **figures.measured.fixed(grades.ei_change_grade))
    graded = pd.DataFrame(
        {
            "value": [w.number(value, 1) for value in index],
            "grade": [w(f"ei_grade.{code}") for code in grade],
            "change": [w(f"ei_change.{code}") if isinstance(code, str) else NOTHING for code in change],
        },
        index=index.index,
    )
    table(w.columns(graded), index=True)


def index_change(figures: Figures) -> None:
    """What brought the change of the index, and what one more square kilometre of each class is worth."""
    w = figures.words
    names = [*diagnosis.SUB_INDEX_SIGNS.index, "ecological_index"]
    steps = figures.table(names)
    if figures.lacks(steps, names):
        return
    index = steps["ecological_index"].dropna()
    first, last = int(index.index[0]), int(index.index[-1])
    brought = diagnosis.ei_change_contributions(steps, first, last, **figures.measured.fixed(ei.ecological_index))
    title = f"EI {first}–{last}"
    display(charts.waterfall(_codes_named(brought, w), index[first], "", w.lang, title, demo=figures.demo, better=1))
    area = figures.table(["land_area"])
    if not figures.lacks(area, ["land_area"]):
        worth = diagnosis.land_worth(
            area["land_area"].dropna().iloc[-1], **figures.measured.fixed(diagnosis.land_worth)
        ).rename("EI / km²")
        named = _codes_named(worth, w)
        table(pd.DataFrame({"EI / km²": [w.number(value, 4) for value in named]}, index=named.index), index=True)


def unverified(figures: Figures, standard: str = "HJ 192-2015") -> None:
    """Coefficients of a standard whose confidence is C or D: they stay settings and are shown as unverified."""
    rows = [row for row in figures.coefficients if row.standard == standard and row.confidence in catalog.UNVERIFIED]
    columns = ["group", "name", "value", "unit", "clause", "confidence"]
    told = [vars(row) | {"clause": figures.words.standard(row.clause)} for row in rows]
    table(figures.words.columns(pd.DataFrame(told, columns=columns)))


# ---------------------------------------------------------------------- the track record


def replaying(lang: str) -> Callable:
    """Wraps the years that `track_record.statements` replays: one line tells which year it is at, and then the end."""
    w = words.of(lang)

    def told(years: range) -> Iterator[int]:
        line = display(HTML(escape(w("record.begins", count=len(years)))), display_id=True)
        for number, year in enumerate(years, start=1):
            line.update(HTML(escape(w("record.at", year=w.year(year), number=number, count=len(years)))))
            yield year
        if years:
            line.update(HTML(escape(w("record.replayed", first=w.year(years[0]), last=w.year(years[-1])))))

    return told


def scores(said: pd.DataFrame, lang: str) -> None:
    """How the statements fared: all of them, by years ahead, by group of indicators."""
    from ecoanalysis import track_record

    w = words.of(lang)
    text(w("record.line", count=len(said)), w("slide.demo_notice") if worded.uses_demo(said) else "")
    if said.empty:
        return
    for by in (None, "horizon", f"group_{lang}"):
        table(_scores(track_record.scores(said, by), w), index=by is not None)


def reliability(said: pd.DataFrame, lang: str) -> None:
    """Chances given against shares come true."""
    from ecoanalysis import track_record

    if len(said):
        w = words.of(lang)
        points_ = track_record.reliability(said)
        display(charts.reliability(points_, lang, w("record.reliability"), demo=worded.uses_demo(said)))


def own_record(said: pd.DataFrame, lang: str) -> None:
    """By class of chance, what came of the statements that the reports would have told; and which classes they tell."""
    from ecoanalysis import track_record

    w = words.of(lang)
    classes = track_record.own_classes(said)
    enough = [one for one in classes if one.is_enough]
    points([briefing.own_class(one, "", w) for one in enough])
    few = [briefing.between(one, w) for one in classes if not one.is_enough]
    if few:
        text(w("record.few", classes=w.list(few), **track_record.ENOUGH))
    text(w("record.told" if enough else "record.not_told"))


def keep(said: pd.DataFrame, out: Path | str) -> list[str]:
    """Write the statements as CSV; what lies in the folder now."""
    write_csv(said, Path(out) / "statements.csv")
    return sorted(path.name for path in Path(out).iterdir() if not path.name.startswith("."))


# ---------------------------------------------------------------------- small parts


def _measured(raw):
    return compute.measure(raw.observations, raw.regions, tables=raw.tables)


def _names(w: Words) -> dict[str, str]:
    return {code: f"{row.label} {w.name(row)}".strip() for code, row in catalog.indicators().items()}


def _lacking(codes: str, regions: dict[str, str], w: Words) -> str:
    """Names of lacking inputs, with the year or the region they lack in."""
    names = []
    for code in filter(None, codes.split(";")):
        name, _, where = code.partition("@")
        place = f" ({regions.get(where, where)})" if where else ""
        names.append(briefing.input_name(name, w) + place)
    return w.list(names)


def _codes_named(frame, w: Words):
    """Labels that are codes of variables, indicators or steps, in words."""
    known = {code: w.name(row) for code, row in (catalog.variables() | catalog.indicators()).items()}
    known |= {step: w(f"ei.{step}") for step in ("caps", "restriction")}
    factors = ("population", "gdp_per_head", "energy_per_gdp", "co2_per_energy")
    known |= {factor: w(f"kaya.{factor}") for factor in factors if factor in frame.index}
    return frame.rename(index=known) if isinstance(frame, pd.Series) else frame.rename(index=known, columns=known)


def _scores(frame: pd.DataFrame, w: Words) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "statements": [w.number(value, 0) for value in frame["statements"]],
            **{name: [w.percent(float(v)) for v in frame[name]] for name in ("base_rate", "mean_p")},
            **{name: [w.number(value, 3) for value in frame[name]] for name in ("brier", "brier_base_rate")},
            "skill": [w.number(value, 2) for value in frame["skill"]],
            "coverage80": [w.percent(float(value)) for value in frame["coverage80"]],
        },
        index=frame.index,
    )
    return w.columns(shown)
