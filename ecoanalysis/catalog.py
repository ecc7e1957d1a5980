"""The tables that standards fix, read into records.

A data folder may hold its own `coefficients.csv` or `thresholds.csv`: its rows replace the shipped rows of the same
key, so that a number of low confidence stays a setting. Its own `indicators.csv` and `variables.csv` add rows. `read`
gives all tables of a folder as one object, which is handed on: nothing here knows which folder is being analysed.
"""

from __future__ import annotations

import csv
import errno
import re
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

ONE_OR_MANY = re.compile(r"(\S+) \[([^|\]]+)\|([^|\]]+)\]")  # in English phrases: {count} [item|items]
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
    formula: str = ""  # of an own indicator: ratio(a, b), per_head(a), decline(a, b) or file.py:function

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
class Fault:
    """A row of a folder's own table that cannot be used: `phrase` is a key of the phrase table without `problem.`."""

    file: str
    row: int | None
    phrase: str
    values: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Catalog:
    """The tables of a data folder: what is shipped, with the folder's own rows beside it or in its place."""

    indicators: dict[str, Indicator]
    variables: dict[str, Variable]
    coefficients: list[Coefficient]
    thresholds: list[Threshold]
    folder: Path | None = None
    own: tuple[str, ...] = ()  # codes of the folder's own indicators
    faults: tuple[Fault, ...] = ()

    def measures(self, number: int, part: str = "") -> list[str]:
        """Codes of the indicators that fill an item: a target on any of them is the item's, the plan's own first.

        >>> read().measures(17)[:3]
        ['energy_per_gdp', 'energy_per_gdp_decline_rate', 'energy_per_gdp_cumulative_decline']
        """
        return [code for code, row in self.indicators.items() if (row.number, row.part) == (number, part)]


OWN_INDICATOR = {  # what a row of a folder's own indicators.csv may leave empty
    "group_zh": "本地指标",
    "group_en": "Local indicators",
    "system_zh": "本地指标",
    "system_en": "Local indicators",
    "better": "none",
    "decimals": "2",
    "attribute": "参考性",
    "scope": "both",
    "aggregate": "reported",
    "confidence": "C",
    "requirement": "trend",
    "owed_at": "both",
    "confidence_attribute": "C",
    "confidence_scope": "C",
}
OWN_VARIABLE = {"kind": "flow", "aggregate": "none"}
CHOICES = {
    "better": ("higher", "lower", "none"),
    "attribute": ("约束性", "参考性"),
    "scope": ("city", "county", "both"),
    "owed_at": ("city", "county", "both"),
    "requirement": ("trend", "duty", "protected", "condition", "checklist", "relative"),
    "aggregate": ("ratio", "area_weighted", "sum", "mean", "worst", "reported", "none"),
    "kind": ("computed", "reported", "checklist", "stock", "flow", "index", "share"),
}


def read(folder: Path | str | None = None) -> Catalog:
    """The shipped tables, and what a data folder adds to them or puts in their place.

    Parameters
    ----------
    folder : path, optional
        Data folder; its `indicators.csv` and `variables.csv` add rows (own indicators), its `coefficients.csv` and
        `thresholds.csv` replace rows of the same key. Without it the shipped tables.

    Returns
    -------
    Catalog
        A row that cannot be used is left out and stands in `faults`.
    """
    if folder is None:
        return Catalog(indicators(), variables(), coefficients(), thresholds())
    folder, faults = Path(folder), []
    own_variables = _own_rows(*_numbered(folder / "variables.csv"), Variable, OWN_VARIABLE, variables(), faults)
    own_indicators = _own_rows(*_numbered(folder / "indicators.csv"), Indicator, OWN_INDICATOR, indicators(), faults)
    return Catalog(
        indicators() | own_indicators,
        variables() | own_variables,
        _overlaid("coefficients.csv", Coefficient, folder, ("group", "name"), faults),
        _overlaid("thresholds.csv", Threshold, folder, ("edition", "indicator", "part", "region_class"), faults),
        folder,
        tuple(own_indicators),
        tuple(faults),
    )


def with_indicator(tables: Catalog, row: dict[str, str], file: str) -> Catalog:
    """The tables with one more own indicator, read as a row of a folder's `indicators.csv`; `file` names it in faults."""
    faults = list(tables.faults)
    taken = tables.indicators | tables.variables
    made = _own_rows(file, [(None, row)], Indicator, OWN_INDICATOR, taken, faults)
    return replace(tables, indicators=tables.indicators | made, own=(*tables.own, *made), faults=tuple(faults))


def measures(number: int, part: str = "") -> list[str]:
    """`Catalog.measures` of the shipped tables."""
    return read().measures(number, part)


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


@cache
def standards() -> dict[str, dict[str, str]]:
    """Standards and clauses in both languages, by what other tables call them; `{n}` stands for an item's number."""
    return {row["code"]: row for row in rows(files("ecoanalysis") / "tables" / "standards.csv")}


def phrase(key: str, lang: str, /, **values: object) -> str:
    """What the user reads for `key` in `lang` (zh or en), with `values` put into its braces; an `OSError` in words, and of
    `{count} [item|items]` what fits the number.

    Raises
    ------
    KeyError
        The phrase table has no such key.
    """
    table = phrases()
    if key not in table:
        raise KeyError(f"phrases.csv has no key '{key}'")
    text = table[key][lang]
    told = {name: disk(value, lang) if isinstance(value, OSError) else value for name, value in values.items()}
    said = text.format(**told) if values else text
    return ONE_OR_MANY.sub(_counted, said) if values and "|" in text else said


def _counted(hit: re.Match) -> str:
    """`1 [item|items]` as 1 item, any other number as items."""
    number, one, many = hit.groups()
    return f"{number} {one if number.lstrip('(“') == '1' else many}"


def disk(error: Exception, *langs: str) -> str:
    """Why a file or folder could not be used, in some languages; in the system's words where the phrase table has none."""
    key = f"disk.{errno.errorcode.get(getattr(error, 'errno', None) or 0, '')}"
    if key not in phrases():
        return getattr(error, "strerror", None) or str(error)
    return " · ".join(phrases()[key][lang] for lang in langs)


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


def _overlaid(name: str, record: type, folder: Path | None, key: tuple[str, ...], faults: list | None = None) -> list:
    def key_of(row):
        return tuple(getattr(row, field) for field in key)

    table = {key_of(row): row for row in _shipped(name, record)}
    own = Path(folder) / name if folder else None
    if own and own.exists():
        for number, row in enumerate(rows(own), 2):
            made = _own_record(row, record, name, number, faults)
            if made is not None:
                table[key_of(made)] = made
    return list(table.values())


def _numbered(path: Path) -> tuple[str, list]:
    """Name of a table that may be there, and its rows with their numbers."""
    return path.name, list(enumerate(rows(path) if path.exists() else [], 2))


def _own_rows(file: str, numbered: list, record: type, defaults: dict, shipped: dict, faults: list[Fault]) -> dict:
    """Records of a folder's own rows by code; a code that is shipped, or that stands twice, is refused."""
    made: dict = {}
    for number, row in numbered:
        row = {key: (value or "").strip() for key, value in row.items() if key}
        code = row.get("code", "")
        if not any(row.values()) or code.startswith("#"):
            continue
        if not re.fullmatch(r"\w+", code) or code in shipped or code in made:
            faults.append(Fault(file, number, "own_code", {"code": code}))
            continue
        filled = {key: row.get(key) or defaults.get(key, "") for key in [f.name for f in fields(record)]}
        if record is Indicator:
            filled["kind"] = filled["kind"] or ("computed" if filled["formula"] else "reported")
        one = _own_record(filled, record, file, number, faults)
        if one is not None:
            made[code] = one
    return made


def _own_record(row: dict[str, str], record: type, file: str, number: int | None, faults: list[Fault] | None):
    """The record of a row; None when it cannot be read, with the reason among the faults."""
    try:
        if record in (Indicator, Variable):
            wrong = [
                f"{column} '{row[column]}': {', '.join(choices)}"
                for column, choices in CHOICES.items()
                if row.get(column, choices[0]) not in choices
            ]
            if wrong:
                raise ValueError("; ".join(wrong))
        return _record(row, record)
    except (KeyError, ValueError, AttributeError) as error:
        if faults is None:
            raise
        faults.append(Fault(file, number, "own_row", {"reason": str(error).strip("'\"")}))
        return None


def _record(row: dict[str, str], record: type):
    values = {}
    for column in fields(record):
        name = "class" if column.name == "region_class" else column.name
        text = (row[name] if column.default is MISSING else row.get(name, "")).strip()
        if "float" in column.type:
            values[column.name] = float(text) if text else None
        elif "int" in column.type:
            values[column.name] = int(text) if text else (None if "None" in column.type else 0)
        else:
            values[column.name] = text
    return record(**values)
