"""The tables that standards fix, read into records.

A region folder may hold its own `coefficients.csv` or `thresholds.csv`: its rows replace the shipped rows
of the same key, so that a number of low confidence stays a setting.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

UNVERIFIED = ("C", "D")  # confidence marks of numbers shown as unverified


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
    requirement: str
    owed_at: str
    confidence_attribute: str
    confidence_scope: str

    @property
    def direction(self) -> int:
        """+1 when more is better, -1 when less is, 0 when neither."""
        return {"higher": 1, "lower": -1}.get(self.better, 0)

    @property
    def binding(self) -> bool:
        """约束性 (must be met); otherwise 参考性 (counted as a share)."""
        return self.attribute == "约束性"

    def applies_to(self, level: str) -> bool:
        """Whether regions of this level have the indicator; a province is asked like a city."""
        return self.scope in ("both", "city" if level == "province" else level)

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


@dataclass(frozen=True)
class Catalog:
    """The tables of a data folder: what is shipped, with the folder's own rows in their place."""

    indicators: dict[str, Indicator]
    variables: dict[str, Variable]
    coefficients: list[Coefficient]
    thresholds: list[Threshold]


def read(folder: Path | None = None) -> Catalog:
    """The shipped tables, and what a data folder adds to them or puts in their place."""
    return Catalog(indicators(), variables(), coefficients(folder), thresholds(folder))


def indicators() -> dict[str, Indicator]:
    """Every indicator and part by its code, in the order of the table."""
    return dict(_by_code("indicators.csv", Indicator))


def variables() -> dict[str, Variable]:
    """Every input statistic by its code, in the order of the table."""
    return dict(_by_code("variables.csv", Variable))


def coefficients(folder: Path | None = None) -> list[Coefficient]:
    """Numbers fixed by standards; rows of `folder/coefficients.csv` replace those of the same group and name."""
    return _overlaid("coefficients.csv", Coefficient, folder, ("group", "name"))


def thresholds(folder: Path | None = None) -> list[Threshold]:
    """Thresholds of the national editions; rows of `folder/thresholds.csv` replace those of the same key."""
    return _overlaid("thresholds.csv", Threshold, folder, ("edition", "indicator", "part", "region_class"))


def phrase(key: str, lang: str, /, **values: object) -> str:
    """What the user reads for `key` in `lang` (zh or en), with `values` put into its braces.

    Raises
    ------
    KeyError
        The phrase table has no such key.
    """
    table = phrases()
    if key not in table:
        raise KeyError(f"phrases.csv has no key '{key}'")
    text = table[key][lang]
    return text.format(**values) if values else text


@cache
def phrases() -> dict[str, dict[str, str]]:
    """The phrase table: both languages of every key."""
    return {row["key"]: row for row in rows(files("ecoanalysis") / "tables" / "phrases.csv")}


def short_name(name: str) -> str:
    """甘谷 for 甘谷县, 张家川 for 张家川回族自治县."""
    for ending in ("回族自治县", "自治县", "地区", "新区", "区", "县", "市"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def rows(path) -> list[dict[str, str]]:
    """The rows of a UTF-8 table as dictionaries of text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _by_code(name: str, record: type) -> tuple:
    table = rows(files("ecoanalysis") / "tables" / name)
    return tuple((row["code"], _record(row, record)) for row in table)


@cache
def _shipped(name: str, record: type) -> tuple:
    return tuple(_record(row, record) for row in rows(files("ecoanalysis") / "tables" / name))


def _overlaid(name: str, record: type, folder: Path | None, key: tuple[str, ...]) -> list:
    def key_of(row):
        return tuple(getattr(row, field) for field in key)

    table = {key_of(row): row for row in _shipped(name, record)}
    own = Path(folder) / name if folder else None
    if own and own.exists():
        table |= {key_of(row): row for row in (_record(row, record) for row in rows(own))}
    return list(table.values())


def _record(row: dict[str, str], record: type):
    values = {}
    for field in fields(record):
        text = row["class" if field.name == "region_class" else field.name].strip()
        if "float" in field.type:
            values[field.name] = float(text) if text else None
        elif "int" in field.type:
            values[field.name] = int(text) if text else (None if "None" in field.type else 0)
        else:
            values[field.name] = text
    return record(**values)
