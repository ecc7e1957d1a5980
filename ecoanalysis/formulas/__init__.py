"""What each standard defines: short pure functions, one for each indicator or derived input.

A function is named like its row in `indicators.csv` or `variables.csv`. Its positional parameters are
variables, one with the default None may be missing; behind the star stands what the standard fixes, by
the names of the groups in `coefficients.csv`. No formula reads a file or knows a region.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from . import economy, ei, environment, living, society

NOT_FORMULAS = {
    "capped",
    "restricted",
    "solid_waste_required_rise",
}  # used by or beside formulas, no row of their own

FORMULAS: dict[str, Callable] = {
    name: function
    for module in (society, environment, ei, economy, living)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and name not in NOT_FORMULAS
}


def inputs(code: str) -> tuple[str, ...]:
    """Variables a formula takes, in its order: for a ratio the numerator, then the denominator."""
    return tuple(p.name for p in _parameters(code) if p.kind is not p.KEYWORD_ONLY)


def optional_inputs(code: str) -> tuple[str, ...]:
    """Those of its variables that a formula can do without."""
    return tuple(p.name for p in _parameters(code) if p.kind is not p.KEYWORD_ONLY and p.default is None)


def groups(code: str) -> tuple[str, ...]:
    """Groups of `coefficients.csv` that a formula takes behind its star."""
    return tuple(p.name for p in _parameters(code) if p.kind is p.KEYWORD_ONLY)


def settings(code: str, coefficients: Iterable[Any]) -> dict[str, float | dict[str, float]]:
    """What stands behind the star of a formula: a number where a group has a row of its name, else the
    whole group.

    Parameters
    ----------
    code : str
        Name of the formula.
    coefficients : iterable of records
        Rows of `coefficients.csv`, with `group`, `name` and `value`.

    Raises
    ------
    KeyError
        A group without a row.
    """
    found = {}
    for group in groups(code):
        rows = {row.name: row.value for row in coefficients if row.group == group}
        if not rows:
            raise KeyError(f"coefficients.csv has no row of group '{group}', which {code} needs")
        found[group] = rows.get(code, rows)
    return found


def _parameters(code: str) -> list[inspect.Parameter]:
    return list(inspect.signature(FORMULAS[code]).parameters.values())
