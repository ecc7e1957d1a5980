"""The tables that standards fix, read into records.

A region folder may hold its own `coefficients.csv` or `thresholds.csv`: its rows replace the shipped rows
of the same key, so that a number of low confidence stays a setting.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

UNVERIFIED = ("C", "D")


@dataclass(frozen=True)
class Indicator:
    """One row of `indicators.csv`: an indicator, or one part of it."""

    code: str
    number: int | None
    part: str
    number_2019: int | None
    name_zh: str
    name_en: str
    group_zh: str
    group_en: str
    system_zh: str
    system_en: str
    kind: str
    unit: str
    better: str
    low: float | None
    high: float | None
    decimals: int
    attribute: str
    scope: str
    aggregate: str
    count_variable: str
    standard: str
    clause: str
    confidence: str

    @property
    def direction(self) -> int:
        """+1 when more is better, -1 when less is, 0 when neither."""
        return {"higher": 1, "lower": -1}.get(self.better, 0)

    @property
    def label(self) -> str:
        """Number and part as the plan prints them, such as 7a; empty beside the plan."""
        return "" if self.number is None else f"{self.number}{self.part}"

    def name(self, lang: str) -> str:
        return self.name_en if lang == "en" else self.name_zh


@dataclass(frozen=True)
class Variable:
    """One row of `variables.csv`: an input statistic in its canonical unit."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    kind: str
    low: float | None
    high: float | None
    department: str
    aggregate: str

    def name(self, lang: str) -> str:
        return self.name_en if lang == "en" else self.name_zh


@dataclass(frozen=True)
class Coefficient:
    """One row of `coefficients.csv`: a number fixed by a standard."""

    standard: str
    group: str
    name: str
    value: float
    unit: str
    clause: str
    confidence: str


@dataclass(frozen=True)
class Threshold:
    """One row of `thresholds.csv`: what an edition asks of a class of regions."""

    edition: str
    indicator: str
    part: str
    region_class: str
    comparison: str
    value: float | None
    unit: str
    confidence: str
