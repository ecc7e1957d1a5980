"""What each standard defines: short pure functions, one for each indicator or derived input.

A function is named like its row in `indicators.csv` or `variables.csv`. Its positional parameters are
variables, one with the default None may be missing; behind the star stands what the standard fixes, by the
names of the groups in `coefficients.csv`. No formula reads a file or knows a region.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from . import economy, ei, environment, living, society

BESIDE = {
    "capped",
    "restricted",
    "solid_waste_balance",
    "solid_waste_required_rise",
}  # used by or beside formulas, without a row

FORMULAS: dict[str, Callable] = {
    name: function
    for module in (society, environment, ei, economy, living)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and name not in BESIDE
}
