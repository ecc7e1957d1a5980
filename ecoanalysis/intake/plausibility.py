"""What is possible and not plausible: rules as data, and the suspicions they raise.

The rules are rows of `tables/rules.csv`; a data folder's own `rules.csv` adds rules and replaces those of the same
name (kind `off` switches one off). A suspicion says where the value stands, what it is compared with and what would be
plausible. It stays, quiet and visible, once somebody has set it aside in `acknowledged.csv`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from ecoanalysis import catalog, words

KINDS = (
    *("part", "sum", "balance", "agree", "ratio", "range", "yearly", "area", "history", "sisters", "swapped", "zero"),
    *("fraction", "repeated", "same", "years", "source", "status", "target", "off"),
)
FEWEST = 4  # values of a series, or regions, below which there is nothing to compare with
NEIGHBOURS = (-1, 1, -2, 2, -3, 3, -4, 4)
FACTORS = {10: "10", 100: "100", 1000: "1000", 10_000: "10⁴", 15: "15", 1500: "1500", 1e6: "10⁶", 1e8: "10⁸"}
SLIP_NEAR = 0.15  # how far from such a factor a value still is that slip, in logarithms
MOST_OF_A_RULE = 1000  # beyond them something is wrong with the table as a whole, and 1000 say so as well
LONGEST_FOR_SWAPS = 40  # years; every pair of them is tried
COUNTED = {"person", "piece", "village", "household", "answer", "day", "point"}


@dataclass(frozen=True)
class Rule:
    """One row of `rules.csv`."""

    rule: str
    kind: str
    variable: str
    other: str
    low: float | None
    high: float | None
    tolerance: float | None
    level: str
    note: str


@dataclass(frozen=True)
class Suspicion:
    """A value that is possible and not plausible.

    Attributes
    ----------
    key : str
        What `acknowledged.csv` names it by; it holds the value, so that another value is another suspicion.
    file, sheet, cell, id : str
        Where the value stands.
    region, variable, year, value, unit
        Whose value it is, in canonical units.
    compared : str
        Key of the phrase that says what it is compared with; `values` fill it.
    low, high : float
        What would be plausible; NaN when the rule has no bounds.
    acknowledged : dict
        name, date, reason once it has been set aside; empty before.
    """

    key: str
    rule: str
    kind: str
    file: str
    sheet: str
    cell: str
    id: str
    region: str
    variable: str
    year: int
    value: float
    unit: str
    compared: str
    low: float = float("nan")
    high: float = float("nan")
    values: dict = field(default_factory=dict, hash=False)
    others: tuple[str, ...] = ()  # ids of the values it is compared with
    names: dict = field(default_factory=dict, hash=False, compare=False)  # of its region, by language
    acknowledged: dict = field(default_factory=dict, hash=False)

    @property
    def where(self) -> str:
        """File, sheet and cell of the value."""
        return f"{self.file}!{self.sheet}!{self.cell}" if self.sheet else f"{self.file}:{self.cell}"

    def text(self, lang: str = "zh") -> str:
        """The suspicion as a sentence, with its place before it and its region's code."""
        name = self.names.get(lang) or self.names.get("zh")
        return f"{self.where} {self.sentence(lang, f'{name} {self.region}' if name else self.region)}"

    def sentence(self, lang: str, region: str) -> str:
        """The suspicion alone, its region called by that name."""
        record = catalog.variables().get(self.variable) or catalog.indicators().get(self.variable)
        name = record.name(lang) if record else self.variable
        facts = {
            "region": region,
            "name": name,
            "year": self.year,
            "value": _number(self.value),
            "unit": words.of(lang).unit(self.unit),
            "low": _number(self.low),
            "high": _number(self.high),
        }
        sentence = catalog.phrase(f"suspicion.{self.compared}", lang, **facts | self.values)
        if self.acknowledged:
            sentence += catalog.phrase("suspicion.acknowledged", lang, **self.acknowledged)
        return sentence


def rules(own: pd.DataFrame | None = None) -> list[Rule]:
    """The shipped rules, with those of a data folder added or in their place."""
    table = {row.rule: row for row in _shipped()}
    if own is not None:
        for row in own.to_dict("records"):
            numbers = {name: float(row[name]) if row[name] else None for name in ("low", "high", "tolerance")}
            table[row["rule"]] = Rule(**{name: row[name] for name in Rule.__dataclass_fields__} | numbers)
    return [row for row in table.values() if row.kind != "off"]


@cache
def _shipped() -> tuple[Rule, ...]:
    table = catalog.rows(files("ecoanalysis") / "tables" / "rules.csv")
    return tuple(
        Rule(**row | {name: float(row[name]) if row[name] else None for name in ("low", "high", "tolerance")})
        for row in table
    )


def suspicions(
    observations: pd.DataFrame,
    regions: pd.DataFrame,
    targets: pd.DataFrame,
    acknowledged: pd.DataFrame,
    table: list[Rule] | None = None,
    this_year: int | None = None,
) -> list[Suspicion]:
    """Every suspicion about the observations, areas and targets of a data folder.

    Parameters
    ----------
    observations, regions, targets, acknowledged : DataFrame
        As `intake.read` gives them.
    table : list of Rule, optional
        The rules to apply; the shipped ones otherwise.
    this_year : int, optional
        The year after which a value is from the future; the calendar's otherwise.

    Returns
    -------
    list of Suspicion
        In the order of file and row, each value once for a rule; acknowledged ones carry by whom and why.
    """
    panel = Panel(observations, regions)
    suspicions: list[Suspicion] = []
    if len(observations):
        for rule in rules() if table is None else table:
            check = _CHECKS.get(rule.kind)
            if check is not None:
                suspicions += check(panel, rule) if rule.kind != "years" else check(panel, rule, this_year)
    suspicions += [_and_more(rule, count) for rule, count in panel.more.items()]
    for rule in rules() if table is None else table:
        if rule.kind == "target":
            suspicions += _target_scale(targets, rule)
        elif rule.kind == "area":
            suspicions += _areas(panel, regions, rule)
    named = _region_names(regions)
    suspicions = [replace(s, names=named.get(s.region, {})) for s in suspicions]
    by = acknowledged.set_index("suspicion").to_dict("index") if len(acknowledged) else {}
    once = {s.key: s for s in suspicions}
    made = [s if s.key not in by else _set_aside(s, by[s.key]) for s in once.values()]
    return sorted(made, key=lambda s: (s.file, s.sheet, _row(s.cell), s.cell, s.rule))


def _and_more(rule: str, count: int) -> Suspicion:
    """That a rule has found more than is listed; it cannot be set aside under a lasting key."""
    nowhere = dict.fromkeys(("file", "sheet", "cell", "id", "region", "variable", "unit"), "")
    facts = {"rule": rule, "count": count}
    return Suspicion(
        f"{rule}:more:{count}", rule, "more", **nowhere, year=0, value=np.nan, compared="more", values=facts
    )


def _region_names(regions: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Names of the regions by code and language; an English name that is not given is the Chinese one."""
    english = regions["name_en"] if "name_en" in regions else regions["name_zh"]
    return {
        code: {"zh": str(zh), "en": str(en or zh)}
        for code, zh, en in zip(regions["code"], regions["name_zh"], english, strict=True)
    }


def _set_aside(suspicion: Suspicion, by: dict) -> Suspicion:
    return replace(suspicion, acknowledged={name: by[name] for name in ("name", "date", "reason")})


def _row(cell: str) -> int:
    digits = "".join(letter for letter in cell if letter.isdigit())
    return int(digits) if digits else 0


class Panel:
    """Observations as arrays, sorted by variable, region and year."""

    def __init__(self, observations: pd.DataFrame, regions: pd.DataFrame):
        self.table = observations
        self.columns: dict = {}
        self.regions = regions.set_index("code")
        codes = list(regions["code"])
        self.codes = codes
        names = list(dict.fromkeys(map(str, observations["variable"].unique())))
        region = observations["region_code"].astype("category").cat.set_categories(codes).cat.codes.to_numpy()
        variable = observations["variable"].astype("category").cat.set_categories(names).cat.codes.to_numpy()
        self.names = names
        year = observations["year"].to_numpy(dtype=np.int64)
        key = (variable.astype(np.int64) * max(len(codes), 1) + region) * 10_000 + year
        order = np.argsort(key, kind="stable")  # one key: a table that is in order already costs a single pass
        self.order = order
        self.more: dict[str, int] = {}
        self.region, self.variable = region[order].astype(int), variable[order].astype(int)
        self.year, self.value = year[order], observations["value"].to_numpy(dtype=float)[order]
        self.level = pd.factorize(self.regions["level"])[0]
        unit, units = self.words("unit")
        self.counted = np.array([text in COUNTED for text in units] + [False])[unit]
        series = self.variable.astype(np.int64) * max(len(codes), 1) + self.region
        self.starts = np.flatnonzero(np.r_[True, series[1:] != series[:-1]]) if len(order) else np.array([], int)
        self.series = np.repeat(np.arange(len(self.starts)), np.diff(np.r_[self.starts, len(order)]))
        self.size = np.diff(np.r_[self.starts, len(order)])[self.series] if len(order) else np.array([], int)
        self.positions = {name: np.flatnonzero(self.variable == number) for number, name in enumerate(names)}
        self.parent = self.regions.index.get_indexer(self.regions["parent"])  # -1 for those without one
        self.family = np.bincount(self.parent[self.parent >= 0], minlength=len(codes))  # how many counties each has

    def typical(self, name: str) -> np.ndarray:
        """Median of a variable over the years, for every region; NaN where it has none."""
        positions = self.positions.get(name, np.zeros(0, int))
        return (
            pd.Series(self.value[positions])
            .groupby(self.region[positions])
            .median()
            .reindex(range(len(self.codes)))
            .to_numpy()
        )

    def first(self, positions: np.ndarray, rule: Rule) -> np.ndarray:
        """The first places that a rule has found; how many more there are is kept in `more`."""
        if len(positions) > MOST_OF_A_RULE:
            self.more[rule.rule] = self.more.get(rule.rule, 0) + len(positions) - MOST_OF_A_RULE
        return positions[:MOST_OF_A_RULE]

    def beside(self, name: str, other: str) -> tuple[np.ndarray, np.ndarray]:
        """The places of two variables where both have a value, of the same region and year."""
        one, two = self.positions.get(name), self.positions.get(other)
        if one is None or two is None:
            return np.zeros(0, int), np.zeros(0, int)
        keys = [
            self.region[positions] * 10_000 + self.year[positions] for positions in (one, two)
        ]  # in order as they stand
        spots = np.searchsorted(keys[1], keys[0])
        there = keys[1][np.minimum(spots, len(two) - 1)] == keys[0]
        return one[there], two[spots[there]]

    def words(self, name: str) -> tuple[np.ndarray, list[str]]:
        """A column of words in the panel's order: a number for each row, and the words by number."""
        column = self.table[name].astype("category")
        return column.cat.codes.to_numpy()[self.order], list(map(str, column.cat.categories))

    def text(self, name: str, position: int) -> str:
        """A word of an observation, from the column's own array: a frame's row would take a hundred times as long."""
        if name not in self.columns:
            column = self.table[name]
            if isinstance(column.dtype, pd.CategoricalDtype):
                self.columns[name] = (column.cat.codes.to_numpy(), list(map(str, column.cat.categories)))
            else:
                self.columns[name] = (None, column.to_numpy(dtype=object))
        codes, words = self.columns[name]
        row = self.order[position]
        return str(words[row if codes is None else codes[row]])

    def suspicion(
        self, position: int, rule: Rule, compared: str, low=np.nan, high=np.nan, others=(), **values
    ) -> Suspicion:
        facts = {name: self.text(name, position) for name in ("file", "sheet", "cell", "id", "unit")}
        region, variable = self.codes[self.region[position]], self.names[self.variable[position]]
        year, value = int(self.year[position]), float(self.value[position])
        return Suspicion(
            key=f"{rule.rule}:{region}:{variable}:{year}:{value:.10g}",
            rule=rule.rule,
            kind=rule.kind,
            **facts,
            region=region,
            variable=variable,
            year=year,
            value=value,
            compared=compared,
            low=float(low),
            high=float(high),
            values=values,
            others=tuple(self.text("id", int(other)) for other in others),
        )


# ------------------------------------------------------------------ a value and other values of its region and year


def _part(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    part, whole = panel.beside(rule.variable, rule.other)
    above = panel.value[part] > panel.value[whole] * (1 + (rule.tolerance or 0))
    shown = panel.first(np.flatnonzero(above), rule)
    for position, other in zip(part[shown], whole[shown], strict=True):
        total = panel.value[other]
        facts = {"other": _name_pair(rule.other), "whole": _number(total)}
        yield panel.suspicion(position, rule, "part", 0, total, [other], **facts)


def _sum(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    names = rule.other.split(";")
    wholes, firsts = panel.beside(rule.variable, names[0])
    parts = [firsts]
    for name in names[1:]:
        again, positions = panel.beside(rule.variable, name)
        both = np.isin(wholes, again)  # a missing part leaves no sum
        wholes, parts = wholes[both], [part[both] for part in parts]
        parts.append(positions[np.isin(again, wholes)])
    total = sum(panel.value[part] for part in parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (np.abs(panel.value[wholes] / total - 1) > rule.tolerance) & (total > 0)
    for number in panel.first(np.flatnonzero(apart), rule):
        low, high = _about(total[number], rule.tolerance)
        others = [int(part[number]) for part in parts]
        yield panel.suspicion(int(wholes[number]), rule, "sum", low, high, others, total=_number(total[number]))


def _balance(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """A city against the sum of its counties, in the years that all of them have a value."""
    positions = panel.positions.get(rule.variable, np.zeros(0, int))
    above = panel.parent[panel.region[positions]]
    below = positions[above >= 0]
    sums = (
        pd.Series(panel.value[below])
        .groupby(panel.parent[panel.region[below]].astype(np.int64) * 10_000 + panel.year[below])
        .agg(["sum", "size"])
    )
    cities = positions[panel.family[panel.region[positions]] > 0]
    keys = panel.region[cities].astype(np.int64) * 10_000 + panel.year[cities]
    parts = sums.reindex(keys)
    total = parts["sum"].to_numpy()
    whole = (parts["size"].to_numpy() == panel.family[panel.region[cities]]) & (total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = whole & (np.abs(panel.value[cities] / total - 1) > rule.tolerance)
    for number in panel.first(np.flatnonzero(apart), rule):
        city, year = panel.region[cities[number]], panel.year[cities[number]]
        others = below[(panel.parent[panel.region[below]] == city) & (panel.year[below] == year)]
        low, high = _about(total[number], rule.tolerance)
        yield panel.suspicion(int(cities[number]), rule, "balance", low, high, others, total=_number(total[number]))


def _agree(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """Two accounts of one quantity; one suspicion a region, where they are farthest apart."""
    one, two = panel.beside(rule.variable, rule.other)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(panel.value[two] > 0, np.abs(panel.value[one] / panel.value[two] - 1), np.nan)
    table = pd.DataFrame({"region": panel.region[one], "apart": apart})
    table = table[table["apart"] > rule.tolerance]
    years = table.groupby("region").size()
    farthest = table.groupby("region")["apart"].idxmax()
    for region in panel.first(np.array(farthest.index), rule):
        position, other = int(one[farthest[region]]), int(two[farthest[region]])
        whole = panel.value[other]
        facts = {"other": _name_pair(rule.other), "whole": _number(whole), "years": int(years[region])}
        low, high = _about(whole, rule.tolerance)
        yield panel.suspicion(position, rule, "agree", low, high, [other], **facts)


def _ratio(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    one, two = panel.beside(rule.variable, rule.other)
    low, high = _bounds(rule)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = panel.value[one] / panel.value[two]
    odd = np.isfinite(ratio) & ((ratio < low) | (ratio > high))
    for number in panel.first(np.flatnonzero(odd), rule):
        other = panel.value[two[number]]
        facts = {"other": _name_pair(rule.other), "whole": _number(other)}
        yield panel.suspicion(int(one[number]), rule, "ratio", low * other, high * other, **facts)


def _range(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    low, high = _bounds(rule)
    positions = panel.positions.get(rule.variable, np.zeros(0, int))
    odd = (panel.value[positions] < low) | (panel.value[positions] > high)
    for position in panel.first(positions[odd], rule):
        yield panel.suspicion(position, rule, "range", low, high)


def _yearly(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    low, high = _bounds(rule)
    positions = panel.positions.get(rule.variable, np.zeros(0, int))
    positions = positions[positions > 0]
    last = panel.value[positions - 1]
    follows = (panel.series[positions - 1] == panel.series[positions]) & (
        panel.year[positions] == panel.year[positions - 1] + 1
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = panel.value[positions] / last
    odd = follows & (last != 0) & ((ratio < low) | (ratio > high))
    for position in panel.first(positions[odd], rule):
        last = panel.value[position - 1]
        yield panel.suspicion(position, rule, "yearly", low * last, high * last, [position - 1], last=_number(last))


# ------------------------------------------------------------------ a value and its own history and sister regions


def _history(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """A value far from its neighbours in time, after what all regions did that year has been taken off.

    The expectation is the median of four neighbours moved along the median slope of the series, so that one bad value
    does not make its neighbours look bad. Distances are logarithmic where values are positive.
    """
    x, logarithmic = _scaled(panel)
    odd, away, limit = _far(panel, x, logarithmic, rule)
    # A straight line bends where logarithms are taken, most at its ends: what no slip explains must be far by its own
    # measure, too.
    far = _far(panel, _in_ranges(panel), np.zeros_like(logarithmic), rule)[0]
    bent = np.flatnonzero(odd & logarithmic & ~far)
    slips = np.log(list(FACTORS))[:, None]
    odd[bent] = (np.abs(np.abs(away[bent]) - slips) < SLIP_NEAR).any(axis=0)
    for position in panel.first(np.flatnonzero(odd), rule):
        middle = x[position] - away[position]
        low, high = middle - limit[position], middle + limit[position]
        if logarithmic[position]:
            low, high, middle = np.exp(low), np.exp(high), np.exp(middle)
        factor = _factor(panel.value[position], middle) if logarithmic[position] else ""
        others = [position + k for k in (-1, 1) if _same_series(panel, position, k)]
        yield panel.suspicion(position, rule, "unit_shift" if factor else "history", low, high, others, factor=factor)


def _far(panel: Panel, x: np.ndarray, logarithmic: np.ndarray, rule: Rule) -> tuple[np.ndarray, ...]:
    """Whether each value is far from its neighbours, how far it is, and how far it may be."""
    expected = _expected(panel, x)
    away = x - expected
    away = away - _common(panel, away)
    with np.errstate(divide="ignore", invalid="ignore"):
        coarse = 1.5 / np.maximum(np.exp(np.where(panel.counted & logarithmic, expected, np.inf)), 1)
        limit = rule.tolerance * _spread(panel, away) + np.where(logarithmic, 0.01, 0.02) + coarse
        odd = (np.abs(away) > limit) & (panel.size >= FEWEST) & np.isfinite(away)
    return odd, away, limit


def _in_ranges(panel: Panel) -> np.ndarray:
    """Values in units of their variable's range."""
    width = np.array([max(np.ptp(panel.value[positions]), 1e-9) for positions in panel.positions.values()])
    return panel.value / width[panel.variable]


def _scaled(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Values as logarithms where a variable is positive, else in units of its own range; zeros are NaN there."""
    lowest = np.array([panel.value[positions].min() for positions in panel.positions.values()])
    positive = (lowest >= 0)[panel.variable]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.where(panel.value > 0, panel.value, np.nan))
    return np.where(positive, logs, _in_ranges(panel)), positive


def _expected(panel: Panel, x: np.ndarray) -> np.ndarray:
    slope = _slopes(panel, x)
    size = len(x)
    guesses = np.full((len(NEIGHBOURS), size), np.nan)
    for number, k in enumerate(NEIGHBOURS):
        if abs(k) >= size:
            continue
        here = slice(max(0, -k), size - max(0, k))
        there = slice(max(0, k), size - max(0, -k))
        alike = panel.series[here] == panel.series[there]
        moved = x[there] + slope[here] * (panel.year[here] - panel.year[there])
        guesses[number, here] = np.where(alike, moved, np.nan)
    four = np.isfinite(guesses[:4]).all(axis=0)  # the four nearest: nothing to choose among
    nearest = guesses[:4, four]
    expected = np.empty(size)
    expected[four] = (nearest.sum(axis=0) - nearest.max(axis=0) - nearest.min(axis=0)) / 2
    few = guesses[:, ~four]
    good = np.isfinite(few)
    few[(np.cumsum(good, axis=0) > 4) & good] = np.nan
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a value without neighbours has no expectation
        expected[~four] = np.nanmedian(few, axis=0)
    return expected


def _slopes(panel: Panel, x: np.ndarray) -> np.ndarray:
    step = np.full(len(x), np.nan)
    if len(x) > 1:
        same = panel.series[1:] == panel.series[:-1]
        step[1:] = np.where(same, np.diff(x) / np.maximum(np.diff(panel.year), 1), np.nan)
    medians = pd.Series(step).groupby(panel.series).median().to_numpy()
    return np.nan_to_num(medians)[panel.series]


def _common(panel: Panel, away: np.ndarray) -> np.ndarray:
    """What all regions have in common in a year, such as a wet one; 0 where there are too few of them."""
    key = panel.variable * 1000 + (panel.year - 1900)
    groups = pd.Series(away).groupby(key)
    return np.where(groups.transform("count") >= FEWEST, groups.transform("median"), 0.0)


def _spread(panel: Panel, away: np.ndarray) -> np.ndarray:
    size = pd.Series(np.abs(away))
    pooled = 1.4826 * size.groupby(panel.variable).transform("median").to_numpy()
    own = 1.4826 * size.groupby(panel.series).transform("median").to_numpy()
    return np.maximum(own, pooled / 2)


def _same_series(panel: Panel, position: int, k: int) -> bool:
    return 0 <= position + k < len(panel.series) and panel.series[position + k] == panel.series[position]


def _sisters(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """A whole series, or a value without a history, far from the sister regions per head or per area."""
    heads = panel.typical("resident_population")
    area = panel.regions["area_km2"].to_numpy(dtype=float)
    known, names = catalog.variables(), list(panel.positions)
    if not names:
        return
    values = np.column_stack([panel.typical(name) for name in names])
    extensive = np.array([name in known and known[name].aggregate == "sum" for name in names])
    away, spread = np.full(values.shape, np.nan), np.full(values.shape, np.inf)
    for whole, some in ((np.ones(len(values)), ~extensive), (heads, extensive), (area, extensive)):
        other, width = _among_sisters(panel.parent, values[:, some], whole)
        closer = width < spread[:, some]  # the whole that the sisters agree on better
        away[:, some], spread[:, some] = (
            np.where(closer, other, away[:, some]),
            np.where(closer, width, spread[:, some]),
        )
    with np.errstate(invalid="ignore"):
        odd = np.abs(away) > np.maximum(np.log(8), rule.tolerance * spread)
    for number, positions in enumerate(panel.positions.values()):
        for region in panel.first(np.flatnonzero(odd[:, number]), rule):
            own, value = positions[panel.region[positions] == region], values[region, number]
            middle = value / np.exp(away[region, number])
            facts = {"factor": _factor(value, middle), "middle": _number(middle)}
            yield panel.suspicion(int(own[-1]), rule, "sisters", middle / 8, middle * 8, **facts)


def _among_sisters(parent: np.ndarray, values: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each region's ratio (rows) of each variable lies from its sisters' median (logarithm), and their spread; NaN
    for too few."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(np.where(values > 0, values, np.nan) / np.where(whole > 0, whole, np.nan)[:, None])
    has_sisters = (parent >= 0)[:, None]
    ratio = pd.DataFrame(np.where(has_sisters, ratio, np.nan))
    sisters = ratio.groupby(parent)
    away = ratio - sisters.transform("median")
    spread = 1.4826 * away.abs().groupby(parent).transform("median")
    enough = (sisters.transform("count") >= FEWEST) & has_sisters
    return away.where(enough).to_numpy(), spread.clip(lower=0.15).where(enough).to_numpy()


def _swapped(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """Two years of a series that fit far better in each other's place.

    Rough is the sum of absolute second differences; exchanging the best pair has to bring it below `tolerance` of what
    it was. A series without a trend rarely has such a pair, and then the exchange cannot be told.
    """
    x, _ = _scaled(panel)
    lengths = np.diff(np.r_[panel.starts, len(x)])
    for length in np.unique(lengths[(lengths >= 6) & (lengths <= LONGEST_FOR_SWAPS)]):
        starts = panel.starts[lengths == length]
        first, second = np.triu_indices(length, 1)
        starts = _worth_exchanging(x, starts, length, rule.tolerance)
        for some in np.array_split(starts, max(1, len(starts) * len(first) * length // 10_000_000)):
            values = x[some[:, None] + np.arange(length)]
            rough = np.abs(np.diff(values, 2)).sum(axis=1)
            pairs = np.repeat(values[:, None, :], len(first), axis=1)
            pair = np.arange(len(first))
            pairs[:, pair, first], pairs[:, pair, second] = values[:, second], values[:, first]
            exchanged = np.abs(np.diff(pairs, 2)).sum(axis=2)
            best = np.where(np.isfinite(exchanged), exchanged, np.inf).argmin(axis=1)
            least = exchanged[np.arange(len(some)), best]
            with np.errstate(invalid="ignore"):
                odd = (rough > 1e-6) & (least < rule.tolerance * rough)
            for number in np.flatnonzero(odd):
                one, other = (int(some[number] + position[best[number]]) for position in (first, second))
                for position, partner in ((one, other), (other, one)):
                    right = panel.value[partner]
                    facts = {"other": int(panel.year[partner]), "whole": _number(right)}
                    yield panel.suspicion(position, rule, "swapped", right, right, [partner], **facts)


def _worth_exchanging(x: np.ndarray, starts: np.ndarray, length: int, tolerance: float) -> np.ndarray:
    """Series in which some exchange can do enough: it takes away no more than the differences its two years stand in."""
    bends = np.abs(np.diff(x[starts[:, None] + np.arange(length)], 2))
    padded = np.pad(bends, ((0, 0), (2, 2)))
    touched = np.partition(padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:], length - 2, axis=1)
    rough = bends.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return starts[(rough > 1e-6) & (touched[:, -1] + touched[:, -2] > (1 - tolerance) * rough)]


def _zero(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """Nothing at all where there was always something."""
    zero = panel.value == 0
    least = pd.Series(np.where(zero, np.inf, panel.value)).groupby(panel.series).transform("min").to_numpy()
    zeros = pd.Series(zero).groupby(panel.series).transform("sum").to_numpy()
    odd = zero & (zeros == 1) & (panel.size >= FEWEST) & np.isfinite(least) & (least > 2)
    small = zero & (zeros == 1) & (panel.size >= FEWEST) & np.isfinite(least) & (least > 0)
    odd |= small & ~panel.counted
    alone = zero & (panel.size < FEWEST)
    for position in np.flatnonzero(alone):  # without a history: the sisters are the only witness
        sisters = panel.positions[panel.names[panel.variable[position]]]
        region, kinds = panel.region[sisters], panel.level
        others = sisters[(region != panel.region[position]) & (kinds[region] == kinds[panel.region[position]])]
        if len(others) >= FEWEST and panel.value[others].min() > 2:
            odd[position] = True
    for position in panel.first(np.flatnonzero(odd), rule):
        yield panel.suspicion(position, rule, "zero", least[position] if np.isfinite(least[position]) else 0)


def _repeated(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """The same figure year after year in a variable that moves everywhere else."""
    least = int(rule.low or FEWEST)
    same = np.r_[False, (panel.value[1:] == panel.value[:-1]) & (panel.series[1:] == panel.series[:-1])]
    inner = np.r_[False, panel.series[1:] == panel.series[:-1]]
    still = pd.Series(np.where(inner, same, np.nan)).groupby(panel.variable).mean().to_numpy()
    moves = (np.nan_to_num(still, nan=1.0) < 0.2)[panel.variable]
    run = np.zeros(len(same), dtype=int)
    for position in np.flatnonzero(same):
        run[position] = run[position - 1] + 1
    whole = (panel.value == 0) | (panel.value == 100)
    for position in panel.first(np.flatnonzero((run == least - 1) & moves & ~whole), rule):
        yield panel.suspicion(position, rule, "repeated", count=least)


def _same(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """Two regions with the same figures in several years."""
    least = int(rule.low or FEWEST)
    for positions in panel.positions.values():
        frame = pd.DataFrame(
            {"region": panel.region[positions], "year": panel.year[positions], "value": panel.value[positions]}
        )
        frame["position"] = positions
        frame = frame[(frame["value"] != 0) & (frame["value"] % 100 != 0) & (frame["value"].abs() > 20)]
        doubled = frame[frame.duplicated(["year", "value"], keep=False)]
        if len(doubled) < 2 * least or len(doubled) > 2000:
            continue
        pairs = doubled.merge(doubled, on=["year", "value"])
        pairs = pairs[pairs["region_x"] < pairs["region_y"]]
        for (first, second), rows in pairs.groupby(["region_x", "region_y"]):
            if len(rows) >= least and rows["value"].nunique() > 1:
                position = int(rows["position_y"].iloc[-1])
                yield panel.suspicion(
                    position, rule, "same", others=rows["position_x"], other=panel.codes[first], count=len(rows)
                )
                del second


# ------------------------------------------------------------------ years, sources, areas, targets


def _years(panel: Panel, rule: Rule, this_year: int | None) -> Iterator[Suspicion]:
    latest = this_year or date.today().year
    earliest = rule.low or 1949
    before = np.r_[np.inf, np.diff(panel.year)]
    first = np.r_[True, panel.series[1:] != panel.series[:-1]]
    last = np.r_[panel.series[1:] != panel.series[:-1], True]
    after = np.r_[before[1:], np.inf]
    alone = (first & ~last & (after > rule.tolerance)) | (last & ~first & (before > rule.tolerance))
    typical = np.median(panel.year)
    lonely = first & last & (np.abs(panel.year - typical) > 60)
    odd = (panel.year > latest) | (panel.year < earliest) | alone & (panel.size >= 3) | lonely
    for position in panel.first(np.flatnonzero(odd), rule):
        yield panel.suspicion(position, rule, "years", earliest, latest, latest=latest)


def _source(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    (status, statuses), (source, sources) = panel.words("status"), panel.words("source")
    odd = np.array([word != "demo" for word in statuses])[status] & np.array([not word for word in sources])[source]
    for position in panel.first(np.flatnonzero(odd), rule):
        yield panel.suspicion(position, rule, "source")


def _status(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """A row that is called observed while its source calls itself demo, or while the rest of its source does not."""
    (status, statuses), (source, sources) = panel.words("status"), panel.words("source")
    observed = np.array([word == "observed" for word in statuses])[status]
    real = np.array([word != "demo" for word in statuses])[status]
    demo_words = np.array(["演示" in word or "demo data" in word.casefold() for word in sources])[source]
    table = pd.DataFrame({"key": source.astype(np.int64) * len(panel.names) + panel.variable, "observed": observed})
    groups = table.groupby("key")["observed"]
    rest = groups.transform("sum").to_numpy() - observed
    count = groups.transform("size").to_numpy() - 1
    minority = (count >= 1) & (rest <= 0.2 * count) & (count - rest >= 1)
    for position in panel.first(np.flatnonzero((observed & minority) | (real & demo_words)), rule):
        yield panel.suspicion(position, rule, "status")


def _areas(panel: Panel, regions: pd.DataFrame, rule: Rule) -> Iterator[Suspicion]:
    """A region's area against its statistics of land, and a city's against its counties'."""
    area = regions["area_km2"].to_numpy(dtype=float)
    measured, added = panel.typical(rule.variable), np.full(len(area), np.nan)
    for city in np.flatnonzero(panel.family):
        added[city] = area[panel.parent == city].sum()  # NaN when one is not known
    for number, (code, own) in enumerate(zip(regions["code"], area, strict=True)):
        wholes = {"area": measured[number], "area_sum": added[number]} if own > 0 else {}
        for compared, whole in wholes.items():
            if whole > 0 and abs(own / whole - 1) > rule.tolerance:
                low, high = _about(whole, rule.tolerance)
                yield Suspicion(
                    key=f"{rule.rule}_{compared}:{code}:area_km2::{own:.10g}", rule=rule.rule, kind="area",
                    file="regions.csv", sheet="", cell=str(number + 2), id=f"regions.csv:{number + 2}", region=code,
                    variable="land_area", year=0, value=own, unit="km²", compared=compared, low=low, high=high,
                    values={"whole": _number(whole), "factor": _factor(own, whole)},
                )  # fmt: skip


def _target_scale(targets: pd.DataFrame, rule: Rule) -> Iterator[Suspicion]:
    """A target far from the national threshold of its indicator."""
    known: dict[tuple[str, bool], float] = {}
    for row in catalog.thresholds():
        if row.value:
            known.setdefault((row.indicator, row.comparison.startswith(">")), row.value)
    low, high = _bounds(rule)
    for position, row in enumerate(targets.to_dict("records")):
        national = known.get((row["indicator"], row["comparison"].startswith(">")))
        if national is None or not row["value"] > 0:
            continue
        ratio = row["value"] / national
        above_all = row["unit"] == "%" and row["value"] <= 100 and ratio > 1
        if not low <= ratio <= high and not above_all:
            yield Suspicion(
                key=f"{rule.rule}:{row['region_code']}:{row['indicator']}:{row['due']}:{row['value']:.10g}",
                rule=rule.rule, kind="target", file="targets.csv", sheet="", cell=str(position + 2),
                id=f"targets.csv:{position + 2}", region=row["region_code"], variable=row["indicator"],
                year=int(row["due"]), value=row["value"], unit=row["unit"], compared="target",
                low=low * national, high=high * national, values={"national": _number(national)},
            )  # fmt: skip


def _fraction(panel: Panel, rule: Rule) -> Iterator[Suspicion]:
    """A share in per cent that is at most one: 0.95 for 95."""
    known = catalog.variables() | catalog.indicators()
    for name, positions in panel.positions.items():
        record = known.get(name)
        if record is None or record.unit != "%" or (record.low, record.high) != (0, 100):
            continue
        if getattr(record, "better", "higher") != "higher":
            continue
        small = (panel.value[positions] > 0) & (panel.value[positions] <= 1)
        alike = pd.Series(small).groupby(panel.series[positions]).transform("mean").to_numpy()
        larger = (panel.value[positions] > 1).any()
        for position in positions[small & ((alike <= 0.5) | (panel.size[positions] == 1) | larger)]:
            right = panel.value[position] * 100
            yield panel.suspicion(position, rule, "fraction", right, right)


_CHECKS = {
    "fraction": _fraction,
    "part": _part,
    "sum": _sum,
    "balance": _balance,
    "agree": _agree,
    "ratio": _ratio,
    "range": _range,
    "yearly": _yearly,
    "history": _history,
    "sisters": _sisters,
    "swapped": _swapped,
    "zero": _zero,
    "repeated": _repeated,
    "same": _same,
    "years": _years,
    "source": _source,
    "status": _status,
}


def _bounds(rule: Rule) -> tuple[float, float]:
    return (-np.inf if rule.low is None else rule.low), (np.inf if rule.high is None else rule.high)


def _about(middle: float, tolerance: float) -> tuple[float, float]:
    return middle * (1 - tolerance), middle * (1 + tolerance)


def _factor(value: float, plausible: float) -> str:
    """The slip that would explain it: ×10, ÷10⁴, ×15 for 亩 …; empty when none comes near."""
    if not value > 0 or not plausible > 0:
        return ""
    ratio = value / plausible
    for factor, text in FACTORS.items():
        for sign, size in (("×", factor), ("÷", 1 / factor)):
            if abs(np.log(ratio / size)) < SLIP_NEAR:
                return f"{sign}{text}"
    return ""


def _name_pair(code: str) -> str:
    return code


def _number(value: float) -> str:
    if value is None or not np.isfinite(value):
        return ""
    return f"{value:,.6g}".replace(",", " ") if abs(value) < 1e6 else f"{value:,.0f}".replace(",", " ")
