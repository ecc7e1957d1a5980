"""The evidence ledger: of every item, region and year whether plan, data and proof are on file, and what is missing.

有计划安排、有数据支撑、有材料佐证: three kinds of paper a year. The register is `evidence.csv`, the files lie in
`<data>/evidence/`. `filing` lays the folders of a year out and takes in what was put there.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ecoanalysis.analysis import Analysis
from ecoanalysis.intake import EVIDENCE_KINDS, papers
from ecoanalysis.plan import duties
from ecoanalysis.words import Words

COLUMNS = (
    "region_code group item indicator year kind state papers not_found department bureau titles locations sha256 demo"
).split()
ABSENT = ("lacking", "not_supplied", "not_found")
DIVIDED = ("region_code", "department", "group", "kind")


def ledger(analysis: Analysis, years: int | Iterable[int] | None = None, regions: Iterable[str] | None = None):
    """What is on file of every item, region, year and kind.

    Parameters
    ----------
    analysis : Analysis
    years : int or several, optional
        Years of the files, by default the as-of year: every year has files of its own.
    regions : list of str, optional
        Codes; all by default.

    Returns
    -------
    DataFrame
        One row an indicator, region, year and kind (plan, data, proof) wherever the plan asks the region for the
        indicator; columns `COLUMNS`. `state` is that of the best paper: on_file (the file is there and hashed),
        elsewhere (an address, not checked), unnamed (registered without a location), unchecked (no folder `evidence`
        to look into), demo, not_found (named, and no file there), lacking (other kinds are there), not_supplied
        (nothing at all of this item and year). `papers` and `not_found` count rows of the register. `department` is
        the leading department as the plan names it, `bureau` what the region itself calls it; several joined by
        semicolons.
    """
    years = [analysis.as_of] if years is None else [int(years)] if isinstance(years, (int, str)) else sorted(years)
    wanted = set(analysis.regions["code"]) if regions is None else set(regions)
    asked = analysis.assessment[analysis.assessment["verdict"] != "not_applicable"]
    asked = asked[asked["region_code"].isin(wanted)].drop_duplicates(["region_code", "indicator"])
    register = _register(analysis)
    rows = []
    for target in asked.to_dict("records"):
        region, code = target["region_code"], target["indicator"]
        record = analysis.indicators[code]
        lead = duties.leading(analysis, region, code)
        fixed = {"region_code": region, "group": record.group_zh, "item": analysis.item_of(code), "indicator": code}
        fixed["department"] = ";".join(lead)
        fixed["bureau"] = ";".join(duties.bureau(analysis, region, name) for name in lead)
        for year in years:
            there = {kind: _papers(register, region, code, year, kind) for kind in EVIDENCE_KINDS}
            supplied = any(there.values())
            for kind, filed in there.items():
                rows.append(fixed | {"year": year, "kind": kind} | _entry(filed, supplied))
    return pd.DataFrame(rows, columns=COLUMNS)


def _register(analysis: Analysis) -> dict[tuple, list[dict]]:
    """Rows of the register by region (`*` for all), indicator, year and kind."""
    register: dict[tuple, list[dict]] = {}
    for row in analysis.evidence.to_dict("records"):
        key = (row["region_code"], row["indicator"], int(row["year"]), row["kind"])
        register.setdefault(key, []).append(row)
    return register


def _papers(register: dict, region: str, code: str, year: int, kind: str) -> list[dict]:
    return register.get((region, code, year, kind), []) + register.get(("*", code, year, kind), [])


def _entry(filed: list[dict], supplied: bool) -> dict:
    """The state of one kind of paper, and the papers behind it."""
    states = [row["state"] for row in filed]
    best = min(states, key=papers.STATES.index, default="lacking" if supplied else "not_supplied")
    return {
        "state": best,
        "papers": len(filed),
        "not_found": states.count("not_found"),
        "titles": ";".join(row["title"] for row in filed),
        "locations": ";".join(row["location"] for row in filed if row["location"]),
        "sha256": ";".join(row["sha256"] for row in filed if row["sha256"]),
        "demo": any(papers.is_demo(row["title"]) for row in filed),
    }


def completeness(table: pd.DataFrame, by: str = "region_code") -> pd.DataFrame:
    """How much of what is asked is on file.

    Parameters
    ----------
    table : DataFrame
        As `ledger` gives it.
    by : str
        region_code, department (an item with two leading departments counts for both), group or kind.

    Returns
    -------
    DataFrame
        Indexed by `by` in the order of the table: needed, there (of them demo), not_found, lacking, not_supplied, and
        share [fraction], NaN where nothing is needed. needed = there + not_found + lacking + not_supplied.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["a"] * 4, "state": ["on_file", "demo", "lacking", "not_found"]})
    >>> table["demo"] = [False, True, False, False]
    >>> completeness(table, "group").values.tolist()
    [[4.0, 2.0, 1.0, 1.0, 1.0, 0.0, 0.5]]
    """
    if by not in DIVIDED:
        raise ValueError(f"by is {by!r}; it should be one of {', '.join(DIVIDED)}")
    if by == "department":
        table = table.assign(department=table["department"].str.split(";")).explode("department")
    rows = {}
    for name, part in table.groupby(by, sort=False):
        there = part["state"].isin(papers.COUNTING)
        absent = [int((part["state"] == state).sum()) for state in ("not_found", "lacking", "not_supplied")]
        demo = int((there & part["demo"]).sum())
        rows[name] = [len(part), int(there.sum()), demo, *absent, float(there.mean())]
    columns = ["needed", "there", "demo", "not_found", "lacking", "not_supplied", "share"]
    counts = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return counts.rename_axis(by)


def missing(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a ledger that are not on file, and those of which one named file is not there."""
    return table[table["state"].isin(ABSENT) | (table["not_found"] > 0)]


# ---------------------------------------------------------------------- in words


def state(code: str, w: Words) -> str:
    """A state of a paper in words."""
    return w(f"ledger.state.{code}")


def sentence(table: pd.DataFrame, w: Words) -> str:
    """How much is on file in a part of the ledger; empty when nothing is asked of it."""
    if table.empty:
        return ""
    counts = completeness(table.assign(kind="all"), "kind").iloc[0]
    values = {"needed": int(counts["needed"]), "there": int(counts["there"]), "share": w.percent(counts["share"])}
    parts = [w("ledger.there", **values)]
    for code in ABSENT:
        if counts[code]:
            parts.append(w(f"ledger.count.{code}", count=int(counts[code])))
    text = w("ledger.sentence", parts=w("ledger.join").join(parts))
    return text + w.bracket(w.demo_mark(bool(table["demo"].any())))


def unchecked(table: pd.DataFrame, w: Words) -> str:
    """That no file could be looked for, with how many rows that concerns; empty where all were."""
    count = int((table["state"] == "unchecked").sum())
    return w("ledger.unchecked", count=count) if count else ""


def absent(part: pd.DataFrame, w: Words) -> str:
    """What is missing of one item, region and year: 数据支撑（尚缺）、佐证材料（尚缺）; empty where all is on file."""
    rows = missing(part)
    kinds = [(row.kind, row.state if row.state in ABSENT else "not_found") for row in rows.itertuples()]
    if len(kinds) == len(EVIDENCE_KINDS) and {code for _, code in kinds} == {"not_supplied"}:
        return state("not_supplied", w)
    return w.list(w("ledger.kind_state", kind=w(f"papers.{kind}"), state=state(code, w)) for kind, code in kinds)


def lines(analysis: Analysis, table: pd.DataFrame, w: Words) -> list[str]:
    """What is missing, a line a region and item: 甘谷县 25 农村生活污水治理率：佐证材料（尚缺）."""
    said = []
    key = "ledger.line" if table["year"].nunique() < 2 else "ledger.line_year"
    for (region, code, year), part in missing(table).groupby(["region_code", "indicator", "year"], sort=False):
        record = analysis.indicators[code]
        values = {"region": analysis.name(region, w.lang), "item": f"{record.label} {w.name(record)}".strip()}
        said.append(w(key, absent=absent(part, w), year=year, **values))
    return said


def by_department(analysis: Analysis, table: pd.DataFrame, w: Words) -> dict[str, list[str]]:
    """For every leading department how much is on file and, line by line, what is missing of its items."""
    apart = table.assign(department=table["department"].str.split(";")).explode("department")
    said = {}
    for name, part in apart.groupby("department", sort=False):
        said[str(name)] = [sentence(part, w), *lines(analysis, part, w)]
    return said
