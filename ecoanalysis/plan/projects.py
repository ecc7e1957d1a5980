"""What projects do: to chances and gaps, year by year, at what cost; and which items still lack a project.

Three chances stand side by side and are never mixed: by trend and record alone, with the projects on top (the trend
already holds the effort of past projects, so this is the upper end), and with the projects while nothing else moves
(the lower end).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import judge, words
from ecoanalysis import projects as acts
from ecoanalysis.catalog import phrase
from ecoanalysis.words import COUNTED, Words

EFFECT_COLUMNS = (
    "region_code indicator part comparison target milestone projects adds expected things_unit "
    "p_reach_without p_reach_with p_reach_alone p_hold_without p_hold_with verdict_without verdict_with "
    "gap_without gap_with gap_alone cost cost_per_thing demo"
).split()
SCHEDULE_COLUMNS = "region_code name variable year adds total expected unit department demo".split()
CANDIDATE_COLUMNS = (
    "region_code indicator part binding named_weak milestone gap unit size size_unit years size_a_year of_city "
    "p_reach verdict department status"
).split()


def effects(analysis) -> pd.DataFrame:
    """Every target that projects act on, without and with them.

    Parameters
    ----------
    analysis : Analysis
        With projects in, these are the projects spoken of; otherwise those of its data folder are.

    Returns
    -------
    DataFrame
        One row a region and target: `adds` and `expected` are things added by the milestone after the latest figures,
        all projects done in time, and on average (projects of a city's counties are the city's; NaN when a project
        moves another input than the one that is counted); `p_reach_without` by trend or record alone, `p_reach_with`
        with the projects, `p_reach_alone` with the projects while nothing else moves; `gap_*` is the median distance
        to the target at the milestone, in the indicator's unit (a duty without a project stays as it is); `cost` in
        10⁴ CNY, NaN where a project does not name one; `demo` whether a demo project is among them.
    """
    bare, whole = analysis.without_projects, _with(analysis)
    assessor = whole.assessor
    lateness = acts.outcomes(whole.projects, assessor.paths)
    rows = []
    for i, row in whole.assessment.iterrows():
        if row["comparison"] == "done" or not np.isfinite(row["latest_value"]) or not row["method"]:
            continue
        if not assessor.moves(row["indicator"]):
            continue
        base = None if pd.isna(row["base_year"]) else int(row["base_year"])
        how = assessor.response(row["indicator"], base)
        if row["region_code"] not in acts.acting(whole.projects, how):
            continue
        mine = _mine(whole, row["region_code"], how.inputs)
        rows.append(_effect(whole, row, bare.assessment.loc[i], mine, lateness, base))
    return pd.DataFrame(rows, columns=EFFECT_COLUMNS)


def _with(analysis):
    if analysis.projects_in:
        return analysis
    if "with_projects" not in analysis.cache:
        analysis.cache["with_projects"] = analysis.with_projects()
    return analysis.cache["with_projects"]


def _listed(analysis) -> pd.DataFrame:
    """The projects that are in, else those of the data folder."""
    analysis.needs_data()
    return analysis.projects if analysis.projects_in else analysis.raw.projects


def _mine(analysis, region: str, inputs) -> pd.DataFrame:
    """The projects of a region and of its parts that act on an indicator."""
    projects = analysis.projects
    codes = {region, *parts_of(analysis, region)}
    return projects[projects["region_code"].isin(codes) & projects["variable"].isin(inputs)]


def parts_of(analysis, region: str) -> list[str]:
    """Codes of the regions that a region is made of, their parts among them."""
    parts = analysis.members(region)
    return parts + [below for part in parts for below in parts_of(analysis, part)]


def _effect(analysis, row, before, mine: pd.DataFrame, lateness: np.ndarray, base: int | None) -> dict:
    year, since = int(row["milestone"]), int(row["latest_year"])
    unit = row["gap_count_unit"] if isinstance(row["gap_count_unit"], str) else ""
    counted = analysis.indicators[row["indicator"]].count_variable
    in_things = bool(unit) and set(mine["variable"]) == {counted}
    scale = 10_000 if unit == "ha" else 1
    in_time = [_added(one, np.zeros(1), year, since).mean() for one in mine.to_dict("records")]
    likely = [_added(mine.loc[i], lateness[i], year, since).mean() for i in mine.index]
    adds, expected = (sum(things) / scale if in_things else np.nan for things in (in_time, likely))
    cost = float(mine["cost"].sum(skipna=False))
    return {name: row[name] for name in ("region_code", "indicator", "part", "comparison", "target", "milestone")} | {
        "projects": ";".join(mine["name"]),
        "adds": adds,
        "expected": expected,
        "things_unit": unit if in_things else "",
        "p_reach_without": before["p_reach"],
        "p_reach_with": row["p_reach"],
        "p_hold_without": before["p_hold"],
        "p_hold_with": row["p_hold"],
        "verdict_without": before["verdict"],
        "verdict_with": row["verdict"],
        "cost": cost,
        "cost_per_thing": cost / adds if in_things and adds else np.nan,
        "demo": bool(mine["name"].map(is_demo).any()),
        **_ends(analysis, row, base),
    }


def _added(project, late: np.ndarray, year: int, since: int) -> np.ndarray:
    return acts.added(project, late, np.array([year]), since)[:, 0]


def _ends(analysis, row, base: int | None) -> dict:
    """Median gaps at the milestone without projects, with them and with nothing else, and the last one's chance."""
    assessor, record = analysis.assessor, analysis.indicators[row["indicator"]]
    outlook = _outlook(analysis, row["indicator"], base)
    k, year, comparison = outlook.regions.index(row["region_code"]), int(row["milestone"]), row["comparison"]
    standing = acts.still(outlook)
    alone = assessor.with_projects_in(standing, base)
    pooled = row["method"] == "record"
    told = {"without": standing if pooled else outlook, "alone": alone}
    told["with"] = alone if pooled else assessor.with_projects_in(outlook, base)
    goal, rounding = float(row["target"]), analysis.settings.rounding
    ends = {}
    for name, one in told.items():
        values = one.at(year)[k].astype(float)
        short = np.abs(values - goal)
        short[judge.met(values, one.at(year - 1)[k], goal, comparison, record, rounding)] = 0.0
        ends[f"gap_{name}"] = float(np.median(short)) if np.isfinite(goal) else np.nan
    met = judge.met(alone.at(year)[k], alone.at(year - 1)[k], goal, comparison, record, rounding)
    return ends | {"p_reach_alone": float(met.mean())}


def _outlook(analysis, indicator: str, base: int | None):
    """The outlook by trend alone that the assessment was judged by; drawn once for both."""
    assessor = analysis.without_projects.assessor
    until = assessor.until(analysis.targets)
    record = analysis.indicators[indicator]
    how = (record, until, base, assessor.method, assessor.paths)
    key = ("outlook", indicator, until, base, assessor.method, assessor.paths)
    if key not in assessor.kept:
        assessor.kept[key] = assessor.drawn(*how)
    return assessor.kept[key]


def is_demo(name: str) -> bool:
    """Whether a project is made up for show: its name says so."""
    return str(name).startswith(phrase("mark.demo_title", "zh"))


def schedule(analysis) -> pd.DataFrame:
    """What each project adds in each year.

    Returns
    -------
    DataFrame
        One row a project and year, from its first year to the last one a delay can bring: `adds` that year and `total`
        by its end if it is done in time, `expected` total on average over being done and being late; in `unit`.
    """
    listed = _listed(analysis)
    lateness = acts.outcomes(listed, analysis.assessor.paths)
    rows = []
    for i, one in listed.iterrows():
        years = np.arange(one["first_year"], one["last_year"] + int(np.ceil(one["delay_years"])) + 1)
        total = acts.added(one, np.zeros(1), years, years[0] - 1)[0]
        expected = acts.added(one, lateness[i], years, years[0] - 1).mean(axis=0)
        for year, now, by, likely in zip(years, np.diff(total, prepend=0.0), total, expected, strict=True):
            named = [one[name] for name in ("region_code", "name", "variable")]
            rows.append([*named, int(year), now, by, likely, one["unit"], one["department"], is_demo(one["name"])])
    return pd.DataFrame(rows, columns=SCHEDULE_COLUMNS)


def of_each(analysis) -> pd.DataFrame:
    """`effects` of every project as if it were the only one; the project's name stands in `projects`."""
    whole = _with(analysis)
    bare = whole.without_projects
    singles = [effects(bare._with(whole.projects.iloc[[k]].reset_index(drop=True))) for k in range(len(whole.projects))]
    return pd.concat(singles, ignore_index=True) if singles else pd.DataFrame(columns=EFFECT_COLUMNS)


def candidates(analysis) -> pd.DataFrame:
    """Unmet items that no project acts on: what is missing, as the size a project needs.

    Returns
    -------
    DataFrame
        One row a region and target: `size` things by the milestone (NaN where no count of things closes the gap, which
        then stands in `gap`), `size_a_year` of them in each of `years` years left (counted things rounded up, NaN where
        none is left), `of_city` what the county contributes to the city's gap, `status` demo where the figures are.
        Named weak points first, then binding items, the least likely first.
    """
    whole = _with(analysis)
    rows = whole.without_projects.assessment
    rows = rows[rows["verdict"].isin(judge.OPEN) & (rows["comparison"] != "done")]
    served = {(row.region_code, row.indicator) for row in effects(whole).itertuples()}
    made = []
    for row in rows[(rows["gap"] > 0) | rows["gap"].isna()].to_dict("records"):
        if (row["region_code"], row["indicator"]) in served:
            continue
        years = max(int(row["milestone"]) - max(int(row["latest_year"]), analysis.as_of), 0)
        size = float(row["gap_count"])
        a_year = size / years if years else np.nan
        department = analysis[row["region_code"], row["indicator"]].departments[0]
        made.append(
            {name: row[name] for name in ("region_code", "indicator", "part", "binding", "named_weak", "milestone")}
            | {"gap": row["gap"], "unit": row["unit"], "size": size, "size_unit": row["gap_count_unit"]}
            | {"years": years, "size_a_year": np.ceil(a_year) if row["gap_count_unit"] in COUNTED else a_year}
            | {"of_city": row["contribution"], "p_reach": row["p_reach"], "verdict": row["verdict"]}
            | {"department": department, "status": row["status"]}
        )
    table = pd.DataFrame(made, columns=CANDIDATE_COLUMNS)
    order = table.assign(
        named=~table["named_weak"].astype(bool), advisory=~table["binding"].astype(bool), p=table["p_reach"].fillna(0.0)
    )
    return table.loc[order.sort_values(["named", "advisory", "p"], kind="stable").index].reset_index(drop=True)


# ---------------------------------------------------------------------- in words


def effect_sentence(row, analysis, w: Words) -> str:
    """One row of `effects` in words: what is planned, the three chances, the gap at the milestone, what it costs."""
    record = analysis.indicators[row["indicator"]]
    year = int(row["milestone"])
    parts = [
        w(
            "project.planned" if np.isfinite(row["adds"]) else "project.planned_other",
            region=analysis.name(row["region_code"], w.lang),
            name=w.name(record),
            projects=w.list(analysis.called(name, w.lang) for name in str(row["projects"]).split(";")),
            year=year,
            things=_count(row["adds"], row, w),
            expected=_count(row["expected"], row, w),
        )
    ]
    known = np.isfinite(row["p_reach_without"])
    chances = {name: w.chance(row[f"p_reach_{name}"]) for name in ("without", "with", "alone")}
    if not np.isfinite(row["p_reach_with"]):
        parts.append(w("project.not_enough", year=year))
    else:
        parts.append(w("project.chances" if known else "project.chances_thin", year=year, **chances))
    if row["gap_without"] > 0:
        shown = {
            name: w.difference(row[f"gap_{name}"], record, max(record.decimals, 1)) for name in ("without", "with")
        }
        closed = not float(words.rounded(row["gap_with"], max(record.decimals, 1)))
        parts.append(w("project.gap_closed" if closed else "project.gap", year=year, **shown))
    if np.isfinite(row["cost"]):
        each = row["cost_per_thing"]
        priced = np.isfinite(each)
        parts.append(
            w(
                "project.cost_each" if priced else "project.cost",
                cost=w.count(row["cost"], "10⁴ CNY"),
                each=w.count(each, "10⁴ CNY") if priced else "",
                unit=_one(row, w),
            )
        )
    return w.join(*parts) + w.bracket(w.demo_mark(bool(row["demo"])))


def candidate_sentence(row, analysis, w: Words) -> str:
    """One row of `candidates` in words: the size a project needs, and how much of it each year."""
    record = analysis.indicators[row["indicator"]]
    decimals = max(record.decimals, 1)
    values = {
        "region": analysis.name(row["region_code"], w.lang),
        "name": w.name(record),
        "year": int(row["milestone"]),
        "years": int(row["years"]),
        "gap": w.difference(row["gap"], record, decimals),
    }
    counted = np.isfinite(row["size"]) and row["size"] > 0
    if counted:
        values["things"] = w.count(row["size"], row["size_unit"], row["indicator"])
        values["a_year"] = (
            w.count(row["size_a_year"], row["size_unit"], row["indicator"]) if np.isfinite(row["size_a_year"]) else ""
        )
    key = "size" if counted else "gap" if np.isfinite(row["gap"]) else "none"
    key += "_a_year" if counted and values["a_year"] and row["years"] > 1 else ""
    text = w(f"project.lacks_{key}", **values)
    return text + w.bracket(w.demo_mark(row["status"] == "demo"))


def heading(analysis, w: Words) -> str:
    """Whether projects are in what is shown; every figure stands under one of the two."""
    return w("project.are_in" if analysis.projects_in else "project.are_not_in")


def _count(things: float, row, w: Words) -> str:
    unit = row["things_unit"]
    return w.count(round(things) if unit in COUNTED else things, unit, row["indicator"]) if np.isfinite(things) else ""


def _one(row, w: Words) -> str:
    return w.count(1, row["things_unit"], row["indicator"]) if row["things_unit"] else ""
