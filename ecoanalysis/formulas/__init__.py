"""What each standard defines: short pure functions, one for each indicator or derived input.

A function is named like its row in `indicators.csv` or `variables.csv`. Its positional parameters are
variables, one with the default None may be missing; behind the star stands what the standard fixes, by the
names of the groups in `coefficients.csv`. No formula reads a file or knows a region.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from . import economy, ei, environment, living, society
from .rates import Yearly, cumulative_decline, decline_rate, fall_since, rise, rise_since

BESIDE = {"capped", "restricted"}  # used by formulas, without a row

FORMULAS: dict[str, Callable] = {
    name: function
    for module in (society, environment, ei, economy, living)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and name not in BESIDE and "__" not in name  # no mutant of a formula
}


_SIGNATURES: dict[Callable, tuple[list[str], list[str]]] = {}


def parameters(formula: Callable) -> tuple[list[str], list[str]]:
    """Names of a formula's required and optional inputs."""
    if formula not in _SIGNATURES:
        inputs = [p for p in inspect.signature(formula).parameters.values() if p.kind is not p.KEYWORD_ONLY]
        _SIGNATURES[formula] = (
            [p.name for p in inputs if p.default is p.empty],
            [p.name for p in inputs if p.default is not p.empty],
        )
    return _SIGNATURES[formula]


SAID_BY_NAME = {"gdp_index"}  # what can be had in two ways is missed by its own name, not by those of the other way


@dataclass(frozen=True)
class Change:
    """An indicator that is a change of another one: of which, from where, and how."""

    level: str
    of: Callable[..., Yearly]

    @property
    def from_base(self) -> bool:
        """Whether it counts from a base year; otherwise from the year before."""
        return self.of in (cumulative_decline, rise_since, fall_since)

    def against(self, level: Yearly, start: float) -> Yearly:
        """The change of a level since a known value."""
        if self.of is cumulative_decline:
            return (1 - level / start) * 100
        return level - start if self.of is rise_since else start - level


INTENSITIES = ("energy_per_gdp", "water_per_gdp", "construction_land_per_gdp", "co2_per_gdp")
CHANGES: dict[str, Change] = {
    **{f"{code}_decline_rate": Change(code, decline_rate) for code in INTENSITIES},
    **{f"{code}_cumulative_decline": Change(code, cumulative_decline) for code in INTENSITIES},
    "pm25_decline": Change("pm25", cumulative_decline),
    "class_three_or_better_rise": Change("class_three_or_better_share", rise_since),
    "worse_than_class_five_fall": Change("worse_than_class_five_share", fall_since),
    "solid_waste_utilisation_rise": Change("solid_waste_utilisation_rate", rise),
}
