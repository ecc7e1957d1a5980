"""`projects.csv` at the door: what projects add, checked against what there is to add to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ecoanalysis import catalog, units
from ecoanalysis.formulas import CHANGES, FORMULAS, own, parameters
from ecoanalysis.intake import departments
from ecoanalysis.intake.cells import Desk, as_text, near
from ecoanalysis.intake.columns import columns
from ecoanalysis.intake.problems import Problem

ALIKE = 80  # of 100: a name that near another is taken for a slip of the pen
PERCENT = ("probability", "delay_probability")


@dataclass(frozen=True)
class Ground:
    """What projects are checked against: catalogue, good regions, observations and targets of the same folder."""

    tables: catalog.Catalog
    regions: pd.DataFrame
    observations: pd.DataFrame
    targets: pd.DataFrame

    @cached_property
    def records(self) -> dict:
        """What a project may move: variables, and indicators that are reported as they are."""
        reported = {code: row for code, row in self.tables.indicators.items() if row.kind != "checklist"}
        return self.tables.variables | reported

    @cached_property
    def inputs(self) -> dict[str, list[str]]:
        """The inputs that each formula names, by code, the folder's own formulas among them."""
        named = {code: sum(parameters(formula), []) for code, formula in FORMULAS.items()}
        for code in self.tables.own:
            text = self.tables.indicators[code].formula
            try:
                kind, names = own.sides(text) if text else ("", [])
                named[code] = names if kind or not text else self._of_file(code, text)
            except own.FormulaError:  # told by the computation
                named[code] = []
        return named

    def _of_file(self, code: str, text: str) -> list[str]:
        return sum(parameters(own.from_file(code, text, self.tables.folder)), [])

    @cached_property
    def used(self) -> frozenset[str]:
        """Every variable that some indicator is made of."""
        reached, ahead = set(), [code for code, row in self.tables.indicators.items() if row.kind != "checklist"]
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead += self.inputs.get(name, [])
        return frozenset(reached)

    @cached_property
    def wholes(self) -> dict[str, list[str]]:
        """For the part in a share of a whole (at most 100 %), the wholes it is a part of."""
        wholes: dict[str, list[str]] = {}
        for code, row in self.tables.indicators.items():
            sides = self.inputs.get(code, [])
            if (
                row.unit == "%"
                and row.high == 100
                and row.aggregate == "ratio"
                and code not in CHANGES
                and len(sides) > 1
            ):
                wholes.setdefault(sides[0], []).append(sides[1])
        return wholes

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """Departments that the targets name."""
        return departments.named_in(self.targets)

    def latest(self, region: str, variable: str) -> tuple[int, float] | None:
        """Year and value of the last observation of a variable; None without any."""
        return self._latest.get((region, variable))

    @cached_property
    def _latest(self) -> dict[tuple[str, str], tuple[int, float]]:
        rows = self.observations.sort_values("year", kind="stable")
        keys = zip(rows["region_code"], rows["variable"], strict=True)
        return dict(zip(keys, zip(rows["year"].astype(int), rows["value"].astype(float), strict=True), strict=True))

    def left(self, region: str, variable: str, adds: bool) -> tuple[int, float, float] | None:
        """Latest year, what there is, and up to (down to) which number a variable can go; None where nothing limits it."""
        have = self.latest(region, variable)
        record = self.records[variable]
        if have is None:
            return None
        if not adds:
            return (*have, record.low) if record.low is not None else None
        ends = [self.latest(region, whole) for whole in self.wholes.get(variable, [])]
        ends = [end[1] for end in ends if end is not None]
        ends += [record.high] if record.high is not None else []
        return (*have, min(ends)) if ends else None


def projects(rows: list[tuple[int, dict[str, str]]], ground: Ground, desk: Desk) -> pd.DataFrame:
    """What projects add a year, in the unit of the variable, with every column of `projects.csv`.

    Without a last year a project ends in the year it begins; without a chance it is certain; a delay without a chance
    is certain too; a missing cost is NaN [10⁴ CNY].
    """
    kept, seen, together = [], {}, {}
    for line, row in rows:
        before = len(desk.problems)
        numbers = _numbers(line, row, ground, desk)
        departments.report_slips(line, row["department"], ground.departments, desk)
        for column in ("name", "department"):
            desk.plain(line, column, row[column])
        key = (row["region_code"], row["name"])
        if row["name"] and key in seen:
            desk.report(line, "project_twice", name=row["name"], other=seen[key])
        seen.setdefault(key, line)
        if len(desk.problems) == before:
            _left(line, row, numbers, together, ground, desk)
        if len(desk.problems) == before:
            kept.append(row | numbers | {"unit": ground.records[row["variable"]].unit})
    table = pd.DataFrame(kept, columns=columns("projects.csv")[0])
    floats = dict.fromkeys(("change", "probability", "delay_years", "delay_probability", "cost"), float)
    return table.astype(floats | {"first_year": int, "last_year": int})


def projects_given(rows: list[dict], ground: Ground, codes: dict[str, str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Projects of a call through the same door: rows as of `projects.csv`, with what is wrong with them.

    `codes` are codes of regions by name; a unit that is left out is that of the variable.
    """
    desk = Desk("projects")
    known, _ = columns("projects.csv")
    texts = []
    for line, row in enumerate(rows, 1):
        text = {name: as_text(row.get(name)) for name in known}
        record = ground.records.get(text["variable"])
        text["region_code"] = codes.get(text["region_code"], text["region_code"])
        text["unit"] = text["unit"] or (record.unit if record else "")
        texts.append((line, text))
        unknown = sorted(set(row) - set(known))
        if unknown:
            desk.report(line, "extra_columns", unknown=", ".join(unknown), columns=", ".join(known))
    table = projects(texts, ground, desk)
    return table, sorted(desk.problems, key=lambda problem: problem.row)


def _numbers(line: int, row: dict[str, str], ground: Ground, desk: Desk) -> dict:
    """Numbers and years of a row; what is wrong with them is told."""
    desk.known(line, "region", row["region_code"], tuple(ground.regions["code"]))
    change = desk.number(line, "change", row["change"])
    if change == 0:
        desk.report(line, "project_nothing")
    variable, record = row["variable"], ground.records.get(row["variable"])
    if desk.known(line, "variable", variable, ground.records):
        if variable not in ground.used:
            desk.report(line, "project_unused", variable=variable, near=near(variable, tuple(sorted(ground.used))))
        if change is not None:
            try:
                change *= units.factor(row["unit"], record.unit)
            except units.UnitError as error:
                desk.report(line, "unit", reason=str(error), unit=row["unit"], right=record.unit)
    first = desk.year(line, "first_year", row["first_year"])
    last = desk.year(line, "last_year", row["last_year"]) if row["last_year"] else first
    if first and last and last < first:
        desk.report(line, "project_ends", first=first, last=last)
    late = desk.number(line, "delay_years", row["delay_years"]) if row["delay_years"] else 0.0
    if late is not None:
        desk.in_range(line, "delay_years", late, 0, 50)
    chances = {name: _chance(line, name, row[name], desk) for name in PERCENT}
    if row["delay_probability"] and late == 0:
        desk.report(line, "project_no_delay", text=row["delay_probability"])
    cost = desk.number(line, "cost", row["cost"]) if row["cost"] else float("nan")
    if cost is not None and cost < 0:
        desk.in_range(line, "cost", cost, 0, None)
    return {
        "change": change,
        "first_year": first,
        "last_year": last,
        "probability": chances["probability"] if row["probability"] else 1.0,
        "delay_years": late,
        "delay_probability": chances["delay_probability"] if row["delay_probability"] else float(bool(late)),
        "cost": cost,
    }


def _chance(line: int, column: str, text: str, desk: Desk) -> float | None:
    chance = desk.number(line, column, text.removesuffix("%").removesuffix("％").strip()) if text else None
    if chance is not None and (2 <= chance <= 100 or text != text.rstrip("%％")):
        desk.report(line, "project_percent", column=column, text=text, right=f"{chance / 100:g}")
        return None
    if chance is not None:
        desk.in_range(line, column, chance, 0, 1)
    return chance


def _left(line: int, row: dict, numbers: dict, together: dict, ground: Ground, desk: Desk) -> None:
    """All projects of a region on a variable, done in full, add no more than there is left."""
    region, variable, change = row["region_code"], row["variable"], numbers["change"]
    limit = ground.left(region, variable, change > 0)
    if limit is None:
        return
    year, have, end = limit
    key = (region, variable, change > 0)
    years = numbers["last_year"] - max(numbers["first_year"], year + 1) + 1
    earlier, lines = together.get(key, (0.0, []))
    total = earlier + change * max(years, 0)
    left = end - have
    if abs(total) <= abs(left) + 1e-9 * max(1.0, abs(end)):
        together[key] = (total, [*lines, line])
        return
    facts = {"year": year, "have": f"{have:g}", "end": f"{end:g}", "left": f"{abs(left):g}", "total": f"{abs(total):g}"}
    facts |= {"region": ground.regions.set_index("code")["name_zh"][region], "variable": variable}
    facts |= {"unit": ground.records[variable].unit, "others": ", ".join(map(str, lines))}
    desk.report(line, ("project_left" if change > 0 else "project_below") + ("_together" if lines else ""), **facts)
