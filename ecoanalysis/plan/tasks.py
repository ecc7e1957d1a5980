"""The path of tasks: what has to be added, year by year and county by county, for a city to meet its target.

Two amounts stand side by side. `needed` closes the city's gap and adds up to it exactly; `sure` is what has to be added
for a chance of 80 % (or what the settings call sure), so that the less lucky futures arrive as well. Both are in all: what
the trend brings by itself counts towards them. Beside them stands what projects already plan, and whether the panel has
ever seen that pace.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import judge
from ecoanalysis.compute import OWN
from ecoanalysis.plan import projects
from ecoanalysis.words import COUNTED, Words, decimal, rounded

GOAL_COLUMNS = (
    "region_code indicator part comparison target milestone unit needed sure by_trend planned "
    "pace years seen as_fast percentile p_reach status"
).split()
TASK_COLUMNS = (
    "city indicator part comparison region_code year needed sure planned unit pace years seen as_fast percentile status"
).split()
# What is asked of the rows of a target.
OF_ROWS = (
    "region_code indicator comparison contribution latest_year milestone base_year basis gap_count_unit method".split()
)
FINEST = 2  # decimals of what is weighed or measured, unless the city's gap has more


def goals(analysis) -> pd.DataFrame:
    """What each city has to add for each unmet item that a count of things closes.

    Returns
    -------
    DataFrame
        One row a region made of others and target: `needed` things for the target, `sure` for a chance of 80 %,
        `by_trend` what the middle future adds anyway (NaN for a duty, which no trend finishes), `planned` what projects
        add if done in time, all by the milestone, in `unit`. `pace` is needed in each of `years` from the latest
        value on, in the indicator's unit, with `seen`, `as_fast` and `percentile` as in `ever_as_fast`. Projects are in `planned`
        alone, whether the analysis has them in its futures or not.
    """
    rows = analysis.without_projects.assessment
    rows = rows[rows["region_code"].isin(analysis.parents) & rows["verdict"].isin(judge.OPEN) & (rows["gap_count"] > 0)]
    plan = projects.schedule(analysis)
    return pd.DataFrame([_goal(analysis, row, plan) for row in rows.to_dict("records")], columns=GOAL_COLUMNS)


def _goal(analysis, row: dict, plan: pd.DataFrame) -> dict:
    region, record = row["region_code"], analysis.indicators[row["indicator"]]
    year, since = int(row["milestone"]), int(row["latest_year"])
    needed, unit = float(row["gap_count"]), row["gap_count_unit"]
    per_unit = _things_per_unit(analysis, row)
    pace, pace_sure = float(row["pace_required"]), float(row["pace_for_80"])
    sure = needed
    if np.isfinite(pace_sure):
        sure = max(needed, _whole(abs(pace_sure) * (year - since) * per_unit, unit))
    middle = float(row["median_at_milestone"])
    by_trend = record.direction * (middle - row["latest_value"]) * per_unit if np.isfinite(middle) else np.nan
    plan = planned(analysis, plan, [region, *projects.parts_of(analysis, region)], row)
    seen = ever_as_fast(analysis, row["indicator"], pace, year - since)
    return {name: row[name] for name in ("region_code", "indicator", "part", "comparison", "target", "milestone")} | {
        "unit": unit,
        "needed": needed,
        "sure": sure,
        "by_trend": np.floor(by_trend + 1e-9) if unit in COUNTED and np.isfinite(by_trend) else by_trend,
        "planned": float(plan["adds"].sum()),
        "pace": pace,
        "years": year - since,
        **dict(zip(("seen", "as_fast", "percentile"), seen, strict=True)),
        "p_reach": row["p_reach"],
        "status": "demo" if row["status"] == "demo" or plan["demo"].any() else row["status"],
    }


def _things_per_unit(analysis, row: dict) -> float:
    """How many things move the indicator by one of its units, at the latest figures."""
    base = None if pd.isna(row["base_year"]) else int(row["base_year"])
    asked = (row["region_code"], row["indicator"], int(row["latest_year"]), row["basis"])
    parts = analysis.assessor.measured.parts(*asked, base_year=base)
    return parts.denominator / parts.factor / (10_000 if row["gap_count_unit"] == "ha" else 1)


def _whole(things: float, unit: str) -> float:
    decimals = 0 if unit in COUNTED else FINEST
    return float(np.round(np.ceil(things * 10**decimals - 1e-6) / 10**decimals, decimals))


def years_left(analysis, row: dict) -> list[int]:
    """Years in which something can still be added before the milestone."""
    return list(range(max(int(row["latest_year"]), analysis.as_of) + 1, int(row["milestone"]) + 1))


def planned(analysis, plan: pd.DataFrame, codes: list[str], row: dict) -> pd.DataFrame:
    """What projects of these regions add to what a target counts, until its milestone: region_code, year, adds, demo.

    Parameters
    ----------
    plan : DataFrame
        As `projects.schedule` gives it.
    """
    counted = analysis.indicators[row["indicator"]].count_variable
    plan = plan[plan["region_code"].isin(codes) & (plan["variable"] == counted)]
    plan = plan[(plan["year"] > row["latest_year"]) & (plan["year"] <= row["milestone"])]
    scale = 10_000 if row["gap_count_unit"] == "ha" else 1
    return plan.assign(adds=plan["adds"] / scale)[["region_code", "year", "adds", "demo"]]


def tasks(analysis) -> pd.DataFrame:
    """What has to be added each year in each county.

    Returns
    -------
    DataFrame
        One row a city, target, county and year, from the year after the latest figures (and the as-of year) to the
        milestone: `needed` adds up over counties and years to the city's gap, `sure` to what gives a chance of 80 %,
        counted things whole and others to 0.01 or the decimals of the gap (largest remainder, earlier years first),
        `planned` what projects add that year if done in time, in `unit`. A county's part is its contribution to the
        city's gap; where no county is short of the city's target the city itself stands as `region_code`. `pace` is
        what `needed` comes to in each of `years` from the latest value on, in the county's indicator, with `seen`,
        `as_fast` and `percentile` as in `ever_as_fast`. No rows where no year is left.
    """
    made = []
    rows, schedule = analysis.without_projects.assessment[OF_ROWS], projects.schedule(analysis)
    for goal in goals(analysis).to_dict("records"):
        mine = (rows["indicator"] == goal["indicator"]) & (rows["comparison"] == goal["comparison"])
        city = rows[mine & (rows["region_code"] == goal["region_code"])].iloc[0].to_dict()
        years = years_left(analysis, city)
        counties = projects.parts_of(analysis, goal["region_code"])
        short = rows[mine & rows["region_code"].isin(counties) & (rows["contribution"] > 0)]
        shares = dict(zip(short["region_code"], short["contribution"], strict=True)) or {goal["region_code"]: 1.0}
        plan = planned(analysis, schedule, [goal["region_code"], *counties], city)
        plan = plan[plan["year"].isin(years)]
        amounts = {name: spread(goal[name], shares, years, goal["unit"] in COUNTED) for name in ("needed", "sure")}
        for code in [code for code in analysis.regions["code"] if code in {*shares, *plan["region_code"]}]:
            own = rows[mine & (rows["region_code"] == code)].to_dict("records")
            whole = sum(amounts["needed"].get((code, year), 0.0) for year in years)
            # A county that only plans for a target of the city has no row of its own, and no pace.
            speed = _speed(analysis, own[0] if own else city, whole, int(goal["milestone"]))
            for year in years:
                here = plan[(plan["region_code"] == code) & (plan["year"] == year)]
                made.append(
                    {"city": goal["region_code"], "region_code": code, "year": year}
                    | {name: goal[name] for name in ("indicator", "part", "comparison", "unit", "status")}
                    | {name: amount.get((code, year), 0.0) for name, amount in amounts.items()}
                    | {"planned": float(here["adds"].sum())}
                    | speed
                )
    return pd.DataFrame(made, columns=TASK_COLUMNS)


def _speed(analysis, row: dict, things: float, milestone: int) -> dict:
    """The pace that so many things come to in a county, and whether it was ever seen."""
    span, per_unit = milestone - int(row["latest_year"]), _things_per_unit(analysis, row)
    comparable = things and span and row["method"] != "record"  # of the last steps of a duty no earlier pace speaks
    pace = analysis.indicators[row["indicator"]].direction * things / per_unit / span if comparable else np.nan
    seen = ever_as_fast(analysis, row["indicator"], pace, span)
    return {"pace": pace, "years": span, **dict(zip(("seen", "as_fast", "percentile"), seen, strict=True))}


def spread(whole: float, shares: dict[str, float], years: list[int], counted: bool) -> dict[tuple[str, int], float]:
    """An amount divided among regions by their shares and evenly among years, adding up to it.

    By largest remainder: whole things, or for what is weighed hundredths (or the decimals that the amount has).

    >>> spread(5, {"a": 3.0, "b": 2.0}, [2024, 2025], True)
    {('a', 2024): 2.0, ('a', 2025): 1.0, ('b', 2024): 1.0, ('b', 2025): 1.0}
    >>> spread(0.43, {"a": 1.0}, [2024, 2025, 2026], False)
    {('a', 2024): 0.15, ('a', 2025): 0.14, ('a', 2026): 0.14}
    """
    decimals = 0 if counted else max(FINEST, -decimal(whole).as_tuple().exponent)
    steps = judge.contributions(list(shares.values()), round(whole * 10**decimals), True)
    cells = {}
    for code, own in zip(shares, steps, strict=True):
        by_year = judge.contributions([1.0] * len(years), own, True) if own > 0 else np.zeros(len(years))
        cells |= {
            (code, year): round(float(part) / 10**decimals, decimals) for year, part in zip(years, by_year, strict=True)
        }
    return cells


def ever_as_fast(analysis, indicator: str, pace: float, years: int) -> tuple[int, int, float]:
    """Whether the panel has ever moved at a pace: all periods of so many years, of counties here and of references.

    Returns
    -------
    (seen, as_fast, percentile)
        Number of county-periods, how many of them moved at least that fast in that direction, and the share of them
        [%] that was slower; NaN without any.

    Notes
    -----
    The percentile of a required pace among all paces that peers achieved, as the R package trackr has it; here without
    its matched starting level, of which a panel of a few counties has too few.
    """
    if not np.isfinite(pace) or years < 1:
        return 0, 0, np.nan
    assessor = analysis.assessor
    counties = [code for code in analysis.counties if code in assessor.measured.regions.index]
    tables = [assessor.measured.value(indicator, OWN)[counties]]
    if assessor.references is not None:
        tables.append(assessor.references.value(indicator, OWN))
    moves = [((values - values.shift(years)) / years).to_numpy().ravel() for values in tables if len(values)]
    seen = np.concatenate(moves) if moves else np.empty(0)
    seen = seen[np.isfinite(seen)]
    fast = int((np.sign(pace) * seen >= abs(pace) - 1e-9).sum())
    return len(seen), fast, 100 * (1 - fast / len(seen)) if len(seen) else np.nan


# ---------------------------------------------------------------------- in words


def goal_sentence(row, analysis, w: Words) -> str:
    """One row of `goals` in words: what has to be added, what trend and projects bring, whether that was ever seen."""
    record = analysis.indicators[row["indicator"]]
    counts = {
        name: w.count(row[name], row["unit"], row["indicator"])
        for name in ("needed", "sure", "planned")
        if np.isfinite(row[name])
    }
    same = not np.isfinite(row["p_reach"]) or row["sure"] <= row["needed"]
    adds = "adds" if record.direction >= 0 else "cuts"
    parts = [
        w(
            f"task.{adds}" if same else f"task.{adds}_sure",
            region=analysis.name(row["region_code"], w.lang),
            name=w.name(record),
            year=int(row["milestone"]),
            chance=w.percent(analysis.settings.sure),
            **counts,
        )
    ]
    if np.isfinite(row["by_trend"]) and row["by_trend"] > 0:
        parts.append(w("task.by_trend", things=w.count(row["by_trend"], row["unit"], row["indicator"])))
    parts.append(w("task.planned" if row["planned"] > 0 else "task.none_planned", things=counts["planned"]))
    parts.append(seen_sentence(row, analysis, w))
    return w.join(*parts) + w.bracket(w.demo_mark(row["status"] == "demo"))


def seen_sentence(row, analysis, w: Words) -> str:
    """The needed pace and how many periods of the panel reached it; empty where nothing can be compared."""
    if not row["seen"]:
        return ""
    record = analysis.indicators[row["indicator"]]
    pace, decimals = abs(row["pace"]), max(record.decimals, 1)
    while decimals < 6 and not float(rounded(pace, decimals)):
        decimals += 1
    key = "none" if not row["as_fast"] else "all" if row["as_fast"] == row["seen"] else "some"
    numbers = {"years": int(row["years"]), "seen": int(row["seen"]), "fast": int(row["as_fast"])}
    return w(f"task.seen_{key}", pace=w.difference(pace, record, decimals), **numbers)


def county_sentence(rows: pd.DataFrame, analysis, w: Words) -> str:
    """The rows of `tasks` of one county and target in words: so many in this year, so many in that."""
    first = rows.iloc[0]
    record = analysis.indicators[first["indicator"]]
    yearly = w.list(
        w("task.year", year=int(row["year"]), things=w.count(row["needed"], row["unit"], row["indicator"]))
        for _, row in rows.iterrows()
    )
    values = {"region": analysis.name(first["region_code"], w.lang), "name": w.name(record), "yearly": yearly}
    values |= {"whole": w.count(rows["needed"].sum(), first["unit"], first["indicator"])}
    text = w("task.county", **values)
    if rows["planned"].sum() > 0:
        text = w.join(
            text, w("task.county_planned", things=w.count(rows["planned"].sum(), first["unit"], first["indicator"]))
        )
    text = w.join(text, seen_sentence(first, analysis, w))
    return text + w.bracket(w.demo_mark(first["status"] == "demo"))
