"""The self-check replayed: what would have been said with the data of that time, and what the due year brought."""

from __future__ import annotations

import pandas as pd

from ecoanalysis import judge, track_record, words
from ecoanalysis.analysis import Analysis, NotThere
from ecoanalysis.plan.comparison import name_in_sentence
from ecoanalysis.words import Words

COLUMNS = (
    "region_code item indicator part comparison binding target unit due as_of said p value_then year value came met hit "
    "squared_error lo80 hi80 inside80 requirement status"
).split()
CLASSES = ("reached", "reached_at_risk", "likely", "possible", "hard", "out_of_reach")
SURE, HARDLY = 0.9, 0.1
NAMED = 6


def replay(analysis: Analysis, as_of: int | None = None) -> pd.DataFrame:
    """What was said as of an earlier year about the targets that have come due since, and what came.

    Parameters
    ----------
    analysis : Analysis
        Of the year that tells what came; it needs its data folder.
    as_of : int, optional
        By default `stage_year`: the last whole year before the plan's self-check, else the year before.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a target that fell due after `as_of` and by the analysis's own year. `said` is the verdict of
        then, `p` the chance of meeting the target at its date (NaN where none was given: papers, thin records), `came`
        yes, no or unknown, `met` the same as 1, 0 or NaN, `hit` whether the likelier side came true, `squared_error`
        (p − met)², the Brier score's term, and the 80 % band of the due year's value with whether it fell inside.
        Nothing later than `as_of` went into what was said.

    Raises
    ------
    NotThere
        `as_of` is not before the analysis's year.
    """
    as_of = stage_year(analysis) if as_of is None else int(as_of)
    if as_of >= analysis.as_of:
        raise NotThere(words.in_both("replay.not_before", as_of=as_of, year=analysis.as_of))
    return scored(analysis.as_of_year(as_of), analysis)


def stage_year(analysis: Analysis) -> int:
    """The year whose figures the self-check had: the last whole one before its day; else the year before the analysis's."""
    if analysis.raw is not None:
        days = analysis.raw.milestones
        for day in days.loc[days["kind"] == "self_check", "date"]:
            year = int(str(day)[:4]) - (str(day)[5:] < "12-31")
            if year < analysis.as_of:
                return year
    return analysis.as_of - 1


def scored(earlier: Analysis, later: Analysis) -> pd.DataFrame:
    """`replay` of two analyses that are at hand."""
    key = ["region_code", "indicator", "comparison"]
    came = later.assessment[[*key, "met_at_due", "verdict", "latest_year", "latest_value"]]
    table = earlier.assessment.merge(came, on=key, suffixes=("", "_later"))
    due = (table["due"] > earlier.as_of) & (table["due"] <= later.as_of)
    table = table[due & ~table["verdict"].isin(["not_applicable", "no_target"])].reset_index(drop=True)
    papers = {"documented": "yes", "undocumented": "no"}
    by_papers = table["verdict_later"].map(papers).where(table["requirement"] == "checklist")
    answer = by_papers.where(by_papers.notna(), table["met_at_due_later"]).replace("", "unknown").fillna("unknown")
    met = answer.map({"yes": 1.0, "no": 0.0}).astype(float)
    p = table["p_reach"].astype(float).where(table["verdict"].isin(CLASSES))
    value = pd.Series([_value_at_due(later, row) for row in table.itertuples()], index=table.index, dtype=float)
    low, high = table["lo80_at_due"].astype(float), table["hi80_at_due"].astype(float)
    inside = ((low - 1e-9 <= value) & (value <= high + 1e-9)).astype(float)
    scored_rows = table.assign(
        item=[later.item_of(code) for code in table["indicator"]],
        as_of=earlier.as_of,
        said=table["verdict"],
        p=p,
        value_then=table["latest_value"].astype(float),
        year=table["due"],
        value=value,
        came=answer,
        met=met,
        hit=((p >= judge.Settings().possible) == (met == 1)).astype(float).where(p.notna() & met.notna()),
        squared_error=(p - met) ** 2,
        lo80=low,
        hi80=high,
        inside80=inside.where(low.notna() & value.notna()),
    )
    return scored_rows.reindex(columns=COLUMNS)


def _value_at_due(later: Analysis, row) -> float:
    """What was measured in the due year; NaN where nothing was."""
    if row.latest_year_later == row.due:
        return float(row.latest_value_later)
    wide = later.compare(row.indicator) if row.comparison != "done" else pd.DataFrame()
    return (
        float(wide.at[row.due, row.region_code]) if row.due in wide.index and row.region_code in wide else float("nan")
    )


def scores(table: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How what was said fared, as `track_record.scores`: by class (`said`), `item`, `region_code`, or in all.

    Rows with a chance and a known answer alone; empty without any. A column `hits` holds the share of hits.
    """
    known = table[table["p"].notna() & table["met"].notna()]
    if known.empty:
        return pd.DataFrame(columns=[*track_record.SCORE_COLUMNS, "hits"])
    made = track_record.scores(known, by)
    hits = known["hit"].mean() if by is None else known.groupby(by, sort=False)["hit"].mean()
    made["hits"] = hits if by is None else hits.reindex(made.index)
    if by == "said":
        made = made.reindex([code for code in CLASSES if code in made.index])
    return made


# ---------------------------------------------------------------------- in words


def sentences(table: pd.DataFrame, later: Analysis, w: Words) -> list[str]:
    """What was said and what came, fit to be read out; `table` as `replay` gives it."""
    if table.empty:
        return [w("replay.nothing")]
    known = table[table["p"].notna() & table["met"].notna()]
    mark = w.bracket(w.demo_mark(bool((table["status"] == "demo").any())))
    as_of = int(table["as_of"].iloc[0])
    told = []
    if len(known):
        total = scores(table).iloc[0]
        told.append(
            w(
                "replay.said",
                as_of=as_of,
                count=len(known),
                met=int(known["met"].sum()),
                share=w.percent(total["base_rate"]),
                mean=w.percent(total["mean_p"]),
            )
        )
        parts = [
            w(
                "replay.of_class",
                verdict=w.verdict(code),
                count=int(row["statements"]),
                met=round(row["statements"] * row["base_rate"]),
            )
            for code, row in scores(table, "said").iterrows()
        ]
        told.append(w("replay.classes", parts=w("join").join(parts)))
        values = {"brier": w.number(total["brier"], 3), "base": w.number(total["brier_base_rate"], 3)}
        key = "replay.brier_better" if total["brier"] < total["brier_base_rate"] else "replay.brier_worse"
        told.append(w(key, hits=w.percent(total["hits"]), **values))
    told += [text for text in _surprises(known, later, w) if text]
    silent, unknown = int(table["p"].isna().sum()), int((table["p"].notna() & table["met"].isna()).sum())
    if silent or unknown:
        told.append(w("replay.left_out", silent=silent, unknown=unknown))
    return [text + mark for text in told]


def _surprises(known: pd.DataFrame, later: Analysis, w: Words) -> list[str]:
    """Where much was promised and not kept, and where little was expected and came."""
    told = []
    for key, rows in (
        ("replay.promised", known[(known["p"] >= SURE) & (known["met"] == 0)].sort_values("p", ascending=False)),
        ("replay.against", known[(known["p"] < HARDLY) & (known["met"] == 1)].sort_values("p")),
    ):
        names = [
            w(
                "replay.one",
                region=later.name(row.region_code, w.lang),
                name=name_in_sentence(later.indicators[row.indicator], w),
                chance=w.chance(row.p),
            )
            for row in rows.itertuples()
        ]
        more = w("headline.more") if len(names) > NAMED else ""
        told.append(w(key, count=len(names), names=w.list(names[:NAMED]) + more) if names else "")
    return told
