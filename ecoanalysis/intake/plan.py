"""The small tables of a data folder, checked row by row: regions, targets, milestones, evidence and more."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.intake import departments, files, papers
from ecoanalysis.intake.cells import Desk
from ecoanalysis.intake.columns import (
    COMPARISONS,
    EVIDENCE_COLUMNS,
    EVIDENCE_KINDS,
    LEVELS,
    MILESTONE_KINDS,
    REQUIREMENTS,
    TARGET_COLUMNS,
    columns,
)

REGION_CODE = re.compile(r"[0-9A-Za-z_-]{1,20}", re.ASCII)
NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f\ufffe\uffff]')  # a region's name becomes the name of a folder
LONGEST_NAME = 60
ORDERED_KINDS = ("self_check", "pre_review", "acceptance", "re_inspection")  # none comes before those on its left
PLACES = ("n", "n2", "level", "region")  # what a name in a table may hold in braces
YES = {"yes": True, "是": True, "true": True, "1": True, "": False, "no": False, "否": False}

Rows = list[tuple[int, dict[str, str]]]


def regions(rows: Rows, desk: Desk) -> tuple[pd.DataFrame, frozenset[str]]:
    """Good regions, and the codes of those whose row was refused."""
    kept, seen, names = [], {}, {}
    if not rows:
        desk.report(None, "no_rows")
    codes = tuple(dict.fromkeys(row["code"] for _, row in rows))
    parents = {row["code"]: row["parent"] for _, row in rows}
    for line, row in rows:
        before = len(desk.problems)
        code = row["code"]
        if not code:
            desk.report(line, "empty", column="code")
        elif not REGION_CODE.fullmatch(code):
            desk.report(line, "region_code", code=code)
        elif code in seen:
            desk.report(line, "twice", what=code, other=seen[code])
        for name in ("name_zh", "name_en"):
            _name(line, name, row[name], desk, needed=name == "name_zh")
        if row["name_zh"] and (row["name_zh"], row["parent"]) in names:
            desk.report(line, "twice", what=row["name_zh"], other=names[row["name_zh"], row["parent"]])
        desk.one_of(line, "level", row["level"], LEVELS)
        if row["parent"] and desk.known(line, "parent", row["parent"], codes):
            circle = _circle(code, parents)
            if circle:
                desk.report(line, "circle", circle=" → ".join(circle))
        area = desk.number(line, "area_km2", row["area_km2"]) if row["area_km2"] else None
        if area is not None and area <= 0:
            desk.report(line, "range", what="area_km2", value=row["area_km2"], low=0, high="")
        if len(desk.problems) == before:
            seen[code], names[row["name_zh"], row["parent"]] = line, line
            kept.append(row | {"area_km2": area, "name_en": row["name_en"] or row["name_zh"]})
    table = pd.DataFrame(kept, columns=columns("regions.csv")[0]).astype({"area_km2": float})
    return table, frozenset(codes) - set(table["code"]) - {""}


def _name(line: int, column: str, text: str, desk: Desk, *, needed: bool) -> None:
    if needed and not text:
        desk.report(line, "empty", column=column)
    elif len(text) > LONGEST_NAME:
        desk.report(line, "name_long", column=column, text=text, length=len(text), limit=LONGEST_NAME)
    elif NOT_IN_NAMES.search(text) or text.startswith("."):
        desk.report(line, "name", column=column, text=NOT_IN_NAMES.sub("�", text))
    else:
        desk.plain(line, column, text)


def _circle(code: str, parents: dict[str, str]) -> list[str]:
    """The way from a region up to itself; empty when there is none."""
    way, at = [code], parents.get(code, "")
    while at and at not in way:
        way.append(at)
        at = parents.get(at, "")
    return [*way, at] if at == code else []


def targets(rows: Rows, regions: tuple[str, ...], indicators: dict, desk: Desk) -> pd.DataFrame:
    """Good targets in the unit of their indicator, dates filled, the requirement named."""
    kept, seen = [], {}
    if not rows:
        desk.report(None, "no_targets")
    for line, row in rows:
        before = len(desk.problems)
        desk.known(line, "region", row["region_code"], ("*", *regions))
        comparison = desk.one_of(line, "comparison", row["comparison"], COMPARISONS)
        indicator = None
        if desk.known(line, "indicator", row["indicator"], indicators):
            indicator = indicators[row["indicator"]]
            if row["part"] and row["part"] != indicator.part:
                desk.report(line, "part", indicator=indicator.code, part=row["part"], right=indicator.part)
            elif comparison and (comparison == "done") != (indicator.kind == "checklist"):
                desk.report(line, "kind", indicator=indicator.code, comparison=comparison)
        value = _target_value(line, row, indicator, desk)
        due, due_date = _due(line, "due", row["due"], desk)
        hold, hold_date = _due(line, "hold_until", row["hold_until"], desk) if row["hold_until"] else (due, due_date)
        if due_date and hold_date and hold_date < due_date:
            desk.report(line, "hold", hold=row["hold_until"], due=row["due"])
        base_year = desk.year(line, "base_year", row["base_year"]) if row["base_year"] else None
        base_value = desk.number(line, "base_value", row["base_value"]) if row["base_value"] else None
        if base_year and due and base_year > due:
            desk.report(line, "base_year", base=base_year, due=due)
        requirement = row["requirement"] or (indicator.requirement if indicator else "trend")
        desk.one_of(line, "requirement", requirement, REQUIREMENTS)
        if row["named_weak"].casefold() not in YES:
            desk.report(line, "choice", column="named_weak", text=row["named_weak"], choices="yes, no")
        for column in ("source", "lead_department", "supporting_departments"):
            desk.plain(line, column, row[column])
        key = (row["region_code"], row["indicator"], row["comparison"], row["base_year"])
        if key in seen:
            desk.report(line, "twice", what=" ".join(filter(None, key)), other=seen[key])
        if len(desk.problems) == before:
            seen[key] = line
            kept.append(
                row
                | {"part": indicator.part, "unit": indicator.unit, "value": value, "requirement": requirement}
                | {"due": due, "hold_until": hold, "due_date": due_date, "hold_date": hold_date}
                | {"base_year": base_year, "base_value": base_value, "named_weak": YES[row["named_weak"].casefold()]}
            )
    table = pd.DataFrame(kept, columns=TARGET_COLUMNS)
    types = {"value": float, "due": int, "hold_until": int, "base_year": float, "base_value": float, "named_weak": bool}
    return table.astype(types)


def _target_value(line: int, row: dict[str, str], indicator, desk: Desk) -> float | None:
    if not row["value"]:
        return float("nan")
    if row["comparison"] == "done":
        desk.report(line, "done_value", value=row["value"])
        return None
    value = desk.number(line, "value", row["value"])
    if indicator is None or value is None or indicator.kind == "checklist":
        return value
    share = indicator.unit == "%" and indicator.better == "higher" and indicator.low == 0 and indicator.high == 100
    if share and row["unit"] == "%" and 0 < value <= 1:
        desk.report(line, "fraction", text=row["value"], right=f"{value * 100:g}")
        return None
    return desk.converted(line, value, row["unit"], indicator)


def _due(line: int, column: str, text: str, desk: Desk) -> tuple[int | None, str | None]:
    day = desk.date(line, column, text)
    return (int(day[:4]), day) if day else (None, None)


def milestones(rows: Rows, desk: Desk) -> pd.DataFrame:
    """The dates of the plan with their names, in order; the date of a stage is its last day."""
    kept, ends, seen = [], {}, {}
    first = _first_days(rows)
    for line, row in rows:
        before = len(desk.problems)
        name = row["name_zh"]
        if not name:
            desk.report(line, "empty", column="name_zh")
        if not row["date"]:
            desk.report(line, "undated", name=name)
        day = desk.date(line, "date", row["date"]) if row["date"] else None
        kind = desk.one_of(line, "kind", row["kind"], MILESTONE_KINDS)
        for column in ("name_zh", "name_en", "asks", "asks_zh", "asks_en"):
            desk.plain(line, column, row[column])
        if day and (name, day) in seen:
            desk.report(line, "twice", what=f"{name} {day}", other=seen[name, day])
        elif day and kind == "stage" and day in ends:
            desk.report(line, "stages_overlap", name=name, date=day, other=ends[day])
        if day and kind in ORDERED_KINDS:
            for earlier in ORDERED_KINDS[: ORDERED_KINDS.index(kind)]:
                limit, title = first.get(earlier, ("", ""))
                if day < limit or (kind == "re_inspection" and day == limit):
                    desk.report(line, "milestone_order", name=name, date=day, other=title, limit=limit)
                    break
        if day:
            seen.setdefault((name, day), line)
            if kind == "stage":
                ends.setdefault(day, line)
        if len(desk.problems) == before:
            asks = {"asks_zh": row["asks_zh"] or row["asks"], "asks_en": row["asks_en"] or row["asks"]}
            kept.append(row | asks | {"date": day, "name_en": row["name_en"] or row["name_zh"]})
    table = pd.DataFrame(kept, columns=columns("milestones.csv")[0])
    return table.sort_values("date", kind="stable", ignore_index=True)


def _first_days(rows: Rows) -> dict[str, tuple[str, str]]:
    """First day and name of every kind of milestone; rows whose date cannot be read say nothing."""
    first: dict[str, tuple[str, str]] = {}
    for _, row in rows:
        day = Desk("").date(0, "date", row["date"])
        if day and (row["kind"] not in first or day < first[row["kind"]][0]):
            first[row["kind"]] = (day, row["name_zh"])
    return first


def stage_on(milestones: pd.DataFrame, day: str) -> str:
    """Last day of the stage in which a day lies (ISO texts); empty after the last stage and where there is none.

    >>> table = pd.DataFrame({"kind": ["stage", "stage", "acceptance"], "date": ["2022-11-30", "2023-06-30", "2023-12-31"]})
    >>> [stage_on(table, day) for day in ("2022-11-30", "2022-12-01", "2023-07-01")]
    ['2022-11-30', '2023-06-30', '']
    """
    return min((end for end in milestones.loc[milestones["kind"] == "stage", "date"] if end >= day), default="")


def evidence(
    rows: Rows, regions: tuple[str, ...], indicators: dict, named: tuple[str, ...], folder: Path, desk: Desk
) -> pd.DataFrame:
    """Papers with what is known of their files; `named` are the departments of the targets."""
    kept = []
    for line, row in rows:
        before = len(desk.problems)
        desk.known(line, "region", row["region_code"], ("*", *regions))
        desk.known(line, "indicator", row["indicator"], indicators)
        year = desk.year(line, "year", row["year"])
        desk.one_of(line, "kind", row["kind"], EVIDENCE_KINDS)
        if not row["title"]:
            desk.report(line, "empty", column="title")
        if row["date"]:
            desk.date(line, "date", row["date"])
        departments.report_slips(line, row["department"], named, desk)
        for column in ("title", "location", "department"):
            desk.plain(line, column, row[column])
        state = digest = ""
        if papers.leaves(row["location"]):
            desk.report(line, "location", location=row["location"])
        elif len(desk.problems) == before:
            try:
                state, digest = papers.state(folder, row["location"], row["title"])
            except files.Refused as refused:
                desk.report(line, refused.phrase, **refused.values)
        if len(desk.problems) == before:
            kept.append(row | {"year": year, "state": state, "sha256": digest})
    return pd.DataFrame(kept, columns=EVIDENCE_COLUMNS).astype({"year": int})


def references(rows: Rows, records: dict, desk: Desk) -> pd.DataFrame:
    """Statistics of regions that are never assessed, in canonical units; rows without a value are left out."""
    kept, seen = [], {}
    for line, row in rows:
        before = len(desk.problems)
        if not REGION_CODE.fullmatch(row["region_code"]):
            desk.report(line, "region_code", code=row["region_code"])
        year = desk.year(line, "year", row["year"])
        known = desk.known(line, "variable", row["variable"], records)
        value = desk.number(line, "value", row["value"]) if row["value"] else None
        if known and value is not None:
            value = desk.converted(line, value, row["unit"], records[row["variable"]])
        desk.plain(line, "source", row["source"])
        key = (row["region_code"], year, row["variable"])
        if value is not None and key in seen:
            desk.report(line, "twice", what=" ".join(map(str, key)), other=seen[key])
        if len(desk.problems) == before and value is not None:
            seen[key] = line
            kept.append(row | {"year": year, "value": value, "unit": records[row["variable"]].unit})
    table = pd.DataFrame(kept, columns=columns("references.csv")[0])
    return table.astype({"year": int, "value": float})


def acknowledged(rows: Rows, desk: Desk) -> pd.DataFrame:
    """Suspicions that somebody has set aside, with name and reason."""
    kept = []
    for line, row in rows:
        before = len(desk.problems)
        for column in ("suspicion", "name", "reason"):
            if not row[column]:
                desk.report(line, "empty", column=column)
            desk.plain(line, column, row[column])
        if row["date"]:
            desk.date(line, "date", row["date"])
        if len(desk.problems) == before:
            kept.append(row)
    return pd.DataFrame(kept, columns=columns("acknowledged.csv")[0])


def names(rows: Rows, desk: Desk) -> pd.DataFrame:
    """English names of what the folder calls in Chinese: departments, projects, papers, sources."""
    kept, seen = [], {}
    for line, row in rows:
        before = len(desk.problems)
        for column in ("zh", "en"):
            if not row[column]:
                desk.report(line, "empty", column=column)
            desk.plain(line, column, row[column])
        asked, given = (set(re.findall(r"\{([^{}]*)\}", row[column])) for column in ("en", "zh"))
        strange = sorted(given - set(PLACES) | asked - given) or re.findall(r"[{}]", re.sub(r"\{\w+\}", "", row["en"]))
        if strange:
            desk.report(line, "name_places", places=", ".join(strange), known=", ".join(f"{{{one}}}" for one in PLACES))
        if row["zh"] in seen:
            desk.report(line, "twice", what=row["zh"], other=seen[row["zh"]])
        seen.setdefault(row["zh"], line)
        if len(desk.problems) == before:
            kept.append(row)
    return pd.DataFrame(kept, columns=columns("names.csv")[0])


def coefficients(rows: Rows, desk: Desk) -> None:
    """A folder's own coefficients: numbers under names that the shipped table has."""
    shipped = {(row.group, row.name) for row in catalog.coefficients()}
    groups = tuple(sorted({group for group, _ in shipped}))
    for line, row in rows:
        desk.number(line, "value", row["value"])
        if row["group"] not in groups:
            desk.known(line, "group", row["group"], groups)
        elif (row["group"], row["name"]) not in shipped:
            names = tuple(sorted(name for group, name in shipped if group == row["group"]))
            desk.known(line, "coefficient", row["name"], names)


def thresholds(rows: Rows, indicators: dict, desk: Desk) -> None:
    """A folder's own thresholds."""
    for line, row in rows:
        if desk.known(line, "indicator", row["indicator"], indicators) and row["value"]:
            value = desk.number(line, "value", row["value"])
            if value is not None:
                desk.converted(line, value, row["unit"], indicators[row["indicator"]])
        desk.one_of(line, "comparison", row["comparison"], COMPARISONS)
        if not row["edition"]:
            desk.report(line, "empty", column="edition")


def rules(rows: Rows, kinds: tuple[str, ...], desk: Desk) -> pd.DataFrame:
    """A folder's own plausibility rules."""
    kept = []
    for line, row in rows:
        before = len(desk.problems)
        if not row["rule"]:
            desk.report(line, "empty", column="rule")
        desk.one_of(line, "kind", row["kind"], kinds)
        for column in ("low", "high", "tolerance"):
            if row[column]:
                desk.number(line, column, row[column])
        if row["kind"] in ("part", "sum", "balance", "agree", "ratio", "range", "yearly"):
            names = [row["variable"]] + (
                row["other"].split(";") if row["kind"] in ("part", "sum", "agree", "ratio") else []
            )
            for name in names:
                desk.known(line, "variable", name, catalog.variables() | catalog.indicators())
        if len(desk.problems) == before:
            kept.append(row)
    return pd.DataFrame(kept, columns=columns("rules.csv")[0])
