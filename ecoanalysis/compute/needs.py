"""What formulas need: their inputs, the years of them, the numbers that standards fix; and the formulas of a folder."""

from __future__ import annotations

import difflib
import inspect
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd

from ecoanalysis import catalog, units
from ecoanalysis.formulas import own, parameters

_CELL_BY_CELL: dict[tuple, bool] = {}


def formula_settings(coefficients: list[catalog.Coefficient]) -> Callable[[Callable], dict]:
    """What the standards fix for a formula: a number of its own name, or the group as a dictionary."""
    groups: dict[str, dict[str, float]] = {}
    for row in coefficients:
        groups.setdefault(row.group, {})[row.name] = row.value
    known: dict[Callable, dict] = {}

    def settings(formula: Callable) -> dict:
        if formula not in known:
            known[formula] = {
                name: groups[name].get(formula.__name__, groups[name])
                for name, parameter in inspect.signature(formula).parameters.items()
                if parameter.kind is parameter.KEYWORD_ONLY and name in groups
            }
        return dict(known[formula])

    return settings


def years_needed(
    formula: Callable, base: int | None, fixed: dict, years: pd.RangeIndex
) -> dict[str, dict[int, list[int]]]:
    """For each required input, the years that a year's value needs; an input not named needs that year alone.

    Found by leaving out one year at a time, so that a formula need not say it.
    """
    required, optional = parameters(formula)
    fixed = fixed | ({} if base is None else {"base_year": base})
    base = int(fixed["base_year"]) if "base_year" in fixed else None
    none = dict.fromkeys(optional)
    if base is None and cell_by_cell(formula, len(required), none | fixed):
        return {}
    first, last = years[0] - 1, years[-1]
    years = pd.RangeIndex(min(first, first if base is None else base), max(last, last if base is None else base) + 1)
    count = len(years)
    left_out = np.where(np.eye(count, dtype=bool), np.nan, 1.0)
    whole = pd.DataFrame(np.ones((count, count)), index=years)
    always = formula(*([whole] * len(required)), **none, **fixed).isna().to_numpy()[:, 0]
    needed = {}
    for position, parameter in enumerate(required):
        frames = [pd.DataFrame(left_out, index=years) if position == other else whole for other in range(len(required))]
        outcome = formula(*frames, **none, **fixed).isna().to_numpy()
        needed[parameter] = {
            int(year): [int(years[column]) for column in np.flatnonzero(outcome[row])]
            for row, year in enumerate(years)
            if not always[row]
        }
    return needed


def cell_by_cell(formula: Callable, inputs: int, fixed: dict) -> bool:
    """Whether a year's value needs its own year alone: seen on four years of which one at a time is left out."""
    key = (formula, repr(fixed))
    if key not in _CELL_BY_CELL:
        hole = np.eye(4, dtype=bool)
        frame = pd.DataFrame(np.where(hole, np.nan, 1.0), index=range(2001, 2005))
        _CELL_BY_CELL[key] = np.array_equal(formula(*([frame] * inputs), **fixed).isna().to_numpy(), hole)
    return _CELL_BY_CELL[key]


def own_formulas(tables: catalog.Catalog) -> tuple[dict[str, Callable], dict[str, own.FormulaError]]:
    """The formulas of a folder's own indicators, and why some cannot be used, both by code."""
    faults: dict[str, own.FormulaError] = {}
    made = {}
    for code in tables.own:
        record = tables.indicators[code]
        if not record.formula:
            continue
        try:
            made[code] = _own_formula(record, tables)
        except own.FormulaError as error:
            faults[code] = error
        except units.UnitError as error:
            faults[code] = own.FormulaError("unit", reason=str(error))
    return made, faults


def _own_formula(record: catalog.Indicator, tables: catalog.Catalog) -> Callable:
    kind, names = own.sides(record.formula)
    if not kind:
        formula = own.from_file(record.code, record.formula, tables.folder)
        names = sum(parameters(formula), [])
    known = tables.variables | tables.indicators
    unknown = [name for name in names if name not in known or name == record.code]
    if unknown or not names:
        close = dict.fromkeys(near for name in unknown for near in difflib.get_close_matches(name, known, 3, 0.5))
        raise own.FormulaError("unknown", unknown=", ".join(unknown) or "—", near=", ".join(close) or "—")
    if kind == "expression":
        inputs = {name: _plain(known[name].unit) for name in names}
        return own.expression(record.code, record.formula, *_plain(record.unit), inputs)
    if kind == "decline":
        return own.written(record.code, record.formula, 1.0)
    if kind in ("ratio", "per_head"):
        above, below = (known[name].unit for name in names)
        if units.alike(above, below):  # things over things of the kind: a plain share
            share = units.factor(above, below) * (
                1.0 if record.unit in ("", "1") else units.factor("pp", record.unit) * 100
            )
            return own.written(record.code, record.formula, share)
        return own.written(record.code, record.formula, units.factor(f"{above}/{below}", record.unit))
    return formula


def _plain(unit: str) -> tuple[Fraction, Counter]:
    """Size and quantities of a unit; a share is a plain number, 1 % being 0.01."""
    size, quantity = units.read(unit)
    shares = quantity["share"]
    return size / Fraction(100) ** shares, Counter({name: n for name, n in quantity.items() if name != "share"})
