"""Who owes what (任务和责任分工表): leading and supporting departments of every item, and the counties' governments.

The plan names departments of the city. A county owes every item too; its own bureaus stand beside the city's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from ecoanalysis import judge, words
from ecoanalysis.analysis import Analysis, NotThere, Statement
from ecoanalysis.intake import departments as named
from ecoanalysis.intake.cells import near
from ecoanalysis.plan import calendar
from ecoanalysis.words import Words

ROLES = ("lead", "supporting", "county")
COLUMNS = (
    "region_code item indicator part comparison role department bureau requirement binding verdict met_at_due gap_count "
    "gap_count_unit outstanding contribution next_date demo row"
).split()


def duties(analysis: Analysis, on: date | str | int | None = None) -> pd.DataFrame:
    """Who owes which target of which region.

    Parameters
    ----------
    analysis : Analysis
    on : date, optional
        The day from which the next date is looked for; the last day of the as-of year by default.

    Returns
    -------
    DataFrame
        One row a target, region and department; columns `COLUMNS`. `role` is lead, supporting, or county: the
        government of a region that is part of another owes every item that applies to it, `department` is then its
        name. `bureau` is what the region itself calls the department (the same in the city). `next_date` (ISO text) is
        the day the target falls due, from that day on the one until which it is to be held, empty when both are over.
        `row` is that of the assessment. Targets that do not apply to a region are left out.
    """
    day = calendar.day_of(analysis, on).isoformat()
    dates = _dates(analysis)
    belongs = _belongs(analysis)
    rows = []
    for number, target in analysis.assessment.iterrows():
        if target["verdict"] == "not_applicable":
            continue
        region, code = target["region_code"], target["indicator"]
        kept = {name: target[name] for name in COLUMNS if name in target.index}
        kept |= {"item": analysis.item_of(code), "demo": target["status"] == "demo", "row": number}
        kept["next_date"] = _next(dates.get((region, code, target["comparison"]), ()), day)
        owed = [("lead", name) for name in leading(analysis, region, code)]
        owed += [("supporting", name) for name in supporting(analysis, region, code)]
        for role, name in owed:
            rows.append(kept | {"role": role, "department": name, "bureau": bureau(analysis, region, name)})
        if region in belongs:
            name = analysis.name(region, "zh")
            rows.append(kept | {"role": "county", "department": name, "bureau": name})
    return pd.DataFrame(rows, columns=COLUMNS)


def _dates(analysis: Analysis) -> dict[tuple, tuple[str, str]]:
    """Due and hold dates of every target."""
    table = analysis.targets
    columns = [table[name] for name in ("region_code", "indicator", "comparison", "due_date", "hold_date")]
    return {(r, i, c): (str(due), str(hold)) for r, i, c, due, hold in zip(*columns, strict=True)}


def _next(dates: tuple[str, ...], day: str) -> str:
    return next((text for text in dates if text > day), "")


def _belongs(analysis: Analysis) -> dict[str, str]:
    """The region that each region is part of."""
    rows = analysis.regions[analysis.regions["parent"] != ""]
    return dict(zip(rows["code"], rows["parent"], strict=True))


def leading(analysis: Analysis, region: str, indicator: str) -> list[str]:
    """The departments that lead an item, as the plan names them."""
    return named.parted(_listed(analysis, region, indicator)[0])


def supporting(analysis: Analysis, region: str, indicator: str) -> list[str]:
    """The departments that support an item, as the plan names them."""
    return named.parted(_listed(analysis, region, indicator)[1])


def _listed(analysis: Analysis, region: str, indicator: str) -> tuple[str, str]:
    if "listed_departments" not in analysis.cache:
        rows = analysis.targets.drop_duplicates(["region_code", "indicator"])
        keys = zip(rows["region_code"], rows["indicator"], strict=True)
        cells = zip(rows["lead_department"].astype(str), rows["supporting_departments"].astype(str), strict=True)
        analysis.cache["listed_departments"] = dict(zip(keys, cells, strict=True))
    return analysis.cache["listed_departments"].get((region, indicator), ("", ""))


def bureau(analysis: Analysis, region: str, department: str) -> str:
    """What a region calls a department of the plan: 县住建局 for 市住建局 in a county, unchanged in the city.

    Of a county that is looked at without its city the level is read from the department's own name.
    """
    if "governments" not in analysis.cache:
        names = dict(zip(analysis.regions["code"], analysis.regions["name_zh"], strict=True))
        rows = analysis.regions.to_dict("records")
        counties = [row for row in rows if row["level"] == "county" or row["parent"] in names]
        analysis.cache["governments"] = {
            row["code"]: (names.get(row["parent"], ""), row["name_zh"]) for row in counties
        }
    if region not in analysis.cache["governments"]:
        return department
    city, county = analysis.cache["governments"][region]
    return named.own_bureau(department, city or department[:1], county)


def departments(analysis: Analysis) -> list[str]:
    """Every department that the plan names, leading ones first, in the order of the plan."""
    return list(named.named_in(analysis.targets))


def department(analysis: Analysis, text: str) -> str:
    """The plan's name of a department from its own or from what a county calls it (县住建局, 甘谷县住建局).

    Raises
    ------
    NotThere
        No target names such a department; the nearest names are told.
    """
    known = named.spellings(tuple(departments(analysis)), analysis.regions)
    text = str(text).strip()
    if text not in known:
        nearest = near(text, tuple(departments(analysis)))
        raise NotThere(words.in_both("duty_table.no_department", name=text, near=nearest))
    return known[text]


def of_department(table: pd.DataFrame, name: str, role: str | None = None) -> pd.DataFrame:
    """The rows of `duties` that one department leads and supports (or only one of the two), led ones first."""
    rows = table[(table["department"] == name) & (table["role"] != "county")]
    rows = rows if role is None else rows[rows["role"] == role]
    return rows.sort_values("role", kind="stable", key=lambda roles: roles.map(ROLES.index))


def sums(analysis: Analysis) -> pd.DataFrame:
    """Every gap of a region in things beside the sum of what its counties contribute to it.

    Returns
    -------
    DataFrame
        One row a target of a region that is made of others and lacks something: region_code, indicator, comparison,
        gap_count, gap_count_unit, contributions (their sum), difference. Whole things add up exactly; weighed ones to
        within 1e-6 of the gap. Contributions are NaN where the counties have no value of their own.
    """
    rows = []
    belongs = pd.Series(_belongs(analysis))
    whole = analysis.assessment
    for row in whole[whole["region_code"].isin(analysis.parents) & (whole["gap_count"] > 0)].to_dict("records"):
        counties = list(belongs.index[belongs == row["region_code"]])
        same = whole[(whole["indicator"] == row["indicator"]) & whole["region_code"].isin(counties)]
        same = same.drop_duplicates("region_code")
        total = float(same["contribution"].sum()) if same["contribution"].notna().any() else np.nan
        kept = {name: row[name] for name in ("region_code", "indicator", "comparison", "gap_count", "gap_count_unit")}
        rows.append(kept | {"contributions": total, "difference": row["gap_count"] - total})
    columns = "region_code indicator comparison gap_count gap_count_unit contributions difference".split()
    return pd.DataFrame(rows, columns=columns)


# ---------------------------------------------------------------------- in words


def statement(analysis: Analysis, row) -> Statement:
    """The statement behind a row of `duties`."""
    return analysis.at(row.row)


def role(code: str, w: Words) -> str:
    return w(f"duty_table.role.{code}")


def both_names(analysis: Analysis, department: str, region: str, w: Words) -> str:
    """A department of the city with the county's own beside it: 市住建局（县住建局）; one name where they are the same."""
    own = bureau(analysis, region, department)
    called, theirs = (analysis.called(name, w.lang) for name in (department, own))
    return called if department == own else w("duty_table.both_names", department=called, bureau=theirs)


def own_names(analysis: Analysis, region: str, names: Iterable[str], w: Words) -> list[str]:
    """What a region calls departments of the plan, in the language of the words."""
    return [analysis.called(bureau(analysis, region, name), w.lang) for name in names]


def named_departments(s: Statement, w: Words) -> tuple[str, str]:
    """Leading and supporting departments of a statement as a line each, the county's own bureaus beside the city's."""
    a, region = s.analysis, s.region_code
    lists = (leading(a, region, s.indicator), supporting(a, region, s.indicator))
    return tuple(w.list(both_names(a, name, region, w) for name in names) for names in lists)


STANDINGS = {  # verdicts that come to the same for whoever has to act
    "done": ("reached", "documented"),
    "to_hold": ("reached_at_risk",),
    "unmet": judge.OPEN,
    "papers": ("undocumented",),
    "unknown": ("no_target", "insufficient_data"),
}


def standing(verdict: str) -> str:
    """What a verdict comes to: done, to_hold, unmet, papers, unknown; empty for what does not apply."""
    return next((name for name, codes in STANDINGS.items() if verdict in codes), "")


def sentence(analysis: Analysis, table: pd.DataFrame, name: str, w: Words) -> str:
    """What a department leads and supports, and how the targets it leads stand in the city (or everywhere)."""
    led, helped = of_department(table, name, "lead"), of_department(table, name, "supporting")
    first = [code for code in analysis.parents if code in set(led["region_code"])]
    shown = led[led["region_code"] == first[0]] if first else led
    items = {"led": led["item"].nunique(), "helped": helped["item"].nunique()}
    owed = [w(f"duty_table.owes_{kind}", count=count) for kind, count in items.items() if count]
    text = w("duty_table.owes", name=analysis.called(name, w.lang), parts=w("ledger.join").join(owed))
    if len(shown):
        counts = shown["verdict"].map(standing).value_counts()
        parts = [w(f"duty_table.count.{code}", count=counts[code]) for code in STANDINGS if code in counts]
        where = analysis.name(first[0], w.lang) if first else w("duty_table.everywhere")
        said = w("duty_table.stands", where=where, count=len(shown), parts=w("ledger.join").join(parts))
        text = w.join(text, said)
    return text + w.bracket(w.demo_mark(bool(led["demo"].any())))
