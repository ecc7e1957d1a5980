"""Formulas applied to observations: what each indicator comes to, from which cells, and what it lacks.

An input is taken as observed where there is an observation, and computed by the function of its name where there is
none. A city has two answers: its own figures, and the counties' numerators and denominators put together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.formulas import FORMULAS
from ecoanalysis.intake import STATUSES

OWN, COUNTIES = "reported", "from_counties"
RESULT_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "year",
    "value",
    "unit",
    "basis",
    "numerator",
    "denominator",
    "status",
    "lacking",
    "inputs",
    "id",
]


def results(observations: pd.DataFrame, regions: pd.DataFrame, folder: Path | None = None) -> pd.DataFrame:
    """Every indicator's value for every region and year.

    Parameters
    ----------
    observations : DataFrame
        As `intake.read` gives them, in canonical units.
    regions : DataFrame
        Rows of `regions.csv`; the rows that name a region as `parent` are its counties.
    folder : path, optional
        Data folder whose `coefficients.csv` replaces shipped coefficients.

    Returns
    -------
    DataFrame
        One row for a region, indicator, part, year and basis. A gap between the first and the last value, and every
        year after the last up to the latest observation, is a row without value that names what is lacking.
    """
    statistics = Statistics(observations, regions, catalog.coefficients(folder))
    rows = []
    for indicator in catalog.indicators().values():
        if indicator.kind != "checklist":
            rows += statistics.rows(indicator, OWN)
            rows += statistics.rows(indicator, COUNTIES)
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def discrepancies(table: pd.DataFrame) -> pd.DataFrame:
    """Where a city's own figure and its counties' differ.

    Returns
    -------
    DataFrame
        region_code, indicator, part, year, reported, from_counties, difference (reported less counties', in the
        indicator's unit), relative (to the reported figure; NaN where that is zero); only pairs that differ by more
        than half of the last printed decimal.
    """
    key = ["region_code", "indicator", "part", "year"]
    wide = table.dropna(subset="value").pivot(index=key, columns="basis", values="value")
    wide = wide.reindex(columns=[OWN, COUNTIES]).dropna().reset_index().rename_axis(columns=None)
    wide["difference"] = wide[OWN] - wide[COUNTIES]
    wide["relative"] = wide["difference"] / wide[OWN].where(wide[OWN] != 0)
    decimals = wide["indicator"].map({code: row.decimals for code, row in catalog.indicators().items()})
    printed = 0.5 * 10.0 ** -decimals.astype(float)
    return wide[wide["difference"].abs() > printed].reset_index(drop=True)


class Statistics:
    """The observations of all regions as one frame (years × regions) for each variable, and what follows from them."""

    def __init__(self, observations: pd.DataFrame, regions: pd.DataFrame, coefficients: list):
        self.regions = regions.set_index("code")
        parents = self.regions["parent"]
        self.counties = {code: list(parents.index[parents == code]) for code in parents.unique() if code}
        years = observations["year"]
        self.settings = formula_settings(coefficients, int(years.max()) if len(years) else None)
        self.years = pd.RangeIndex(years.min(), years.max() + 1) if len(years) else pd.RangeIndex(0)
        self.observed = {
            variable: rows.pivot(index="year", columns="region_code", values="value").reindex(
                index=self.years, columns=self.regions.index
            )
            for variable, rows in observations.groupby("variable")
        }
        key = list(zip(observations["variable"], observations["region_code"], observations["year"], strict=True))
        self.ids = dict(zip(key, observations["id"], strict=True))
        self.status = dict(zip(observations["id"], observations["status"].map(STATUSES.index), strict=True))
        self._values: dict = {}
        self._traces: dict = {}

    # ------------------------------------------------------------------ values

    def values(self, name: str, basis: str) -> pd.DataFrame | None:
        """Years × regions of a variable or indicator; None when nothing of it can be had."""
        if (name, basis) not in self._values:
            find = self._own if basis == OWN else self._from_counties
            self._values[name, basis] = find(name)
        return self._values[name, basis]

    def _own(self, name: str) -> pd.DataFrame | None:
        observed, computed = self.observed.get(name), self._computed(name, OWN)
        if observed is None or computed is None:
            return computed if observed is None else observed
        return observed.combine_first(computed)

    def _from_counties(self, name: str) -> pd.DataFrame | None:
        how = _aggregate(name)
        if how in ("ratio", "none"):
            return self._computed(name, COUNTIES)
        own = self.values(name, OWN)
        if own is None or how == "reported":
            return None
        joined = {city: self._joined(own[counties], how, name) for city, counties in self.counties.items()}
        return pd.DataFrame(joined, index=self.years).reindex(columns=self.regions.index)

    def _joined(self, counties: pd.DataFrame, how: str, name: str) -> pd.Series:
        if how == "area_weighted":
            area = self.regions.loc[counties.columns, "area_km2"]
            return (counties * area).sum(axis=1, skipna=False) / area.sum(skipna=False)
        if how == "worst":
            how = "min" if catalog.indicators()[name].direction > 0 else "max"
        return counties.agg(how, axis=1, skipna=False)

    def _computed(self, name: str, basis: str) -> pd.DataFrame | None:
        formula = FORMULAS.get(name)
        if formula is None:
            return None
        required, optional = _parameters(formula)
        frames = [self.values(parameter, basis) for parameter in required]
        if any(frame is None for frame in frames):
            return None
        extras = {parameter: self.values(parameter, basis) for parameter in optional}
        return formula(*frames, **extras, **self.settings(formula))

    def table(self, names: list[str], region: str) -> pd.DataFrame:
        """Years × variables or indicators of one region, its own figures; a name without any value is left out."""
        found = {name: self.values(name, OWN) for name in names}
        return pd.DataFrame({name: values[region] for name, values in found.items() if values is not None})

    def across(self, names: list[str], year: int) -> pd.DataFrame:
        """Regions × variables or indicators of one year, their own figures; regions without any are left out."""
        found = {name: self.values(name, OWN) for name in names}
        rows = {name: values.loc[year] for name, values in found.items() if values is not None and year in values.index}
        return pd.DataFrame(rows).dropna(how="all")

    def names(self, lang: str) -> dict[str, str]:
        """Names of the regions by code."""
        return self.regions["name_en" if lang == "en" else "name_zh"].to_dict()

    def has_value(self, name: str) -> pd.DataFrame:
        """Years × regions: whether an indicator has a value, the region's own or from its counties."""
        found = pd.DataFrame(False, index=self.years, columns=self.regions.index)
        for values in (self.values(name, OWN), self.values(name, COUNTIES)):
            if values is not None:
                found |= values.notna()
        return found

    # ------------------------------------------------------------------ where a value comes from

    def trace(self, name: str, basis: str, region: str, year: int) -> tuple[frozenset, frozenset]:
        """Observations behind a value, and the inputs that are lacking for it."""
        key = (name, basis, region, year)
        if key not in self._traces:
            self._traces[key] = self._trace(*key)
        return self._traces[key]

    def _trace(self, name: str, basis: str, region: str, year: int) -> tuple[frozenset, frozenset]:
        if basis == COUNTIES and _aggregate(name) not in ("ratio", "none"):
            found = [(county, *self.trace(name, OWN, county, year)) for county in self.counties[region]]
            ids = frozenset().union(*(ids for _, ids, _ in found))
            return ids, frozenset(f"{lack}@{county}" for county, _, lacking in found for lack in lacking)
        own_id = self.ids.get((name, region, year)) if basis == OWN else None
        if own_id is not None:
            return frozenset([own_id]), frozenset()
        formula = FORMULAS.get(name)
        if formula is None:
            return frozenset(), frozenset([f"{name}@{year}" if year not in self.years else name])
        required, optional = _parameters(formula)
        found = [
            (self.trace(parameter, basis, region, earlier), earlier)
            for parameter, years in self._needed(formula).items()
            for earlier in years.get(year, {year})
        ]
        ids = frozenset().union(*(ids for (ids, _), _ in found))
        ids |= frozenset().union(*(self.trace(parameter, basis, region, year)[0] for parameter in optional))
        lacking = frozenset(
            lack if earlier == year or "@" in lack else f"{lack}@{earlier}"
            for (_, lacks), earlier in found
            for lack in lacks
        )
        return ids, lacking

    def _needed(self, formula: Callable) -> dict[str, dict[int, set[int]]]:
        """For each required input, the years that a year's value needs, found by leaving out one at a time."""
        if formula not in self._lookback:
            required, optional = _parameters(formula)
            settings = self.settings(formula)
            first = min([self.years[0] - 1, *(v for k, v in settings.items() if k == "base_year")])
            years = pd.RangeIndex(int(first), self.years[-1] + 1)
            cases = [(parameter, year) for parameter in required for year in years]
            frames = []
            for place in range(len(required)):
                ones = np.ones((len(years), len(cases)))
                left_out = np.arange(len(years))
                ones[left_out, place * len(years) + left_out] = np.nan
                frames.append(pd.DataFrame(ones, index=years))
            outcome = formula(*frames, **dict.fromkeys(optional), **settings).isna()
            always = outcome.all(axis=1)
            needed = {parameter: {} for parameter in required}
            for parameter in required:
                needed[parameter] = {year: set() for year in years[~always]}
            for place, column in zip(*np.nonzero(outcome[~always].to_numpy()), strict=True):
                parameter, earlier = cases[column]
                needed[parameter][years[~always][place]].add(earlier)
            self._lookback[formula] = needed
        return self._lookback[formula]

    @cached_property
    def _lookback(self) -> dict:
        return {}

    # ------------------------------------------------------------------ rows

    def rows(self, indicator: catalog.Indicator, basis: str) -> list[dict]:
        """Result rows of an indicator, for the regions that the basis speaks of."""
        values = self.values(indicator.code, basis)
        if basis == COUNTIES and values is None:
            return []
        if values is None:
            values = pd.DataFrame(np.nan, index=self.years, columns=self.regions.index)
        numerators, denominators = self._parts(indicator, basis)
        rows = []
        for region in self.regions.index if basis == OWN else self.counties:
            level = self.regions.at[region, "level"]
            if indicator.scope not in ("both", level):
                continue
            column = values[region]
            for year in self._years_to_tell(column, basis):
                ids, lacking = self.trace(indicator.code, basis, region, year)
                value = column[year]
                if np.isnan(value) and not lacking:
                    lacking = {_zero_denominator(denominators, region, year)}
                rows.append(
                    {
                        "region_code": region,
                        "indicator": indicator.code,
                        "part": indicator.part,
                        "year": year,
                        "value": value,
                        "unit": indicator.unit,
                        "basis": basis,
                        "numerator": np.nan if numerators is None else numerators.at[year, region],
                        "denominator": np.nan if denominators is None else denominators.at[year, region],
                        "status": STATUSES[max(self.status[i] for i in ids)] if ids else "",
                        "lacking": "" if np.isfinite(value) else ";".join(sorted(lacking)),
                        "inputs": ";".join(sorted(ids)),
                        "id": f"{region}:{indicator.code}:{year}:{basis}",
                    }
                )
        return rows

    def _parts(self, indicator: catalog.Indicator, basis: str):
        if indicator.aggregate != "ratio" or indicator.code not in FORMULAS:
            return None, None
        numerator, denominator = _parameters(FORMULAS[indicator.code])[0][:2]
        return self.values(numerator, basis), self.values(denominator, basis)

    def _years_to_tell(self, column: pd.Series, basis: str) -> list[int]:
        measured = column.dropna().index
        if len(measured):
            return [int(year) for year in self.years if year >= measured[0]]
        return [int(self.years[-1])] if basis == OWN and len(self.years) else []


def formula_settings(coefficients: list, latest_year: int | None = None) -> Callable[[Callable], dict]:
    """What the standards fix for a formula: a number of its own name, or the group as a dictionary.

    A base year later than the latest data gives way to that of the five-year plan running then (2015 for 2016–2020),
    so that older statistics and replays of earlier years have constant prices too.
    """
    groups: dict[str, dict[str, float]] = {}
    for row in coefficients:
        value = row.value
        if row.group == "base_year" and latest_year is not None and value > latest_year:
            value = 5 * ((latest_year - 1) // 5)
        groups.setdefault(row.group, {})[row.name] = value

    def settings(formula: Callable) -> dict:
        fixed = {}
        for name, parameter in inspect.signature(formula).parameters.items():
            if parameter.kind is parameter.KEYWORD_ONLY and name in groups:
                fixed[name] = groups[name].get(formula.__name__, groups[name])
        return fixed

    return settings


def _parameters(formula: Callable) -> tuple[list[str], list[str]]:
    """Names of a formula's required and optional inputs."""
    inputs = [p for p in inspect.signature(formula).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    return (
        [p.name for p in inputs if p.default is p.empty],
        [p.name for p in inputs if p.default is not p.empty],
    )


def _aggregate(name: str) -> str:
    return (catalog.indicators().get(name) or catalog.variables()[name]).aggregate


def _zero_denominator(denominators: pd.DataFrame | None, region: str, year: int) -> str:
    zero = denominators is not None and denominators.at[year, region] == 0
    return "zero_denominator" if zero else "outside_domain"


@dataclass(frozen=True)
class Parts:
    """Numerator and denominator behind a value, and the unit of the things that are counted (empty for none)."""

    numerator: float
    denominator: float
    factor: float
    unit: str
    coverage: float
    answers: bool


class Measured:
    """Results of all regions, and what judging asks of them."""

    def __init__(self, observations: pd.DataFrame, regions: pd.DataFrame, coefficients: list):
        self.statistics = Statistics(observations, regions, coefficients)
        self.observations, self.regions = observations, regions
        self.settings = self.statistics.settings
        rows = []
        for indicator in catalog.indicators().values():
            if indicator.kind != "checklist":
                rows += self.statistics.rows(indicator, OWN)
                rows += self.statistics.rows(indicator, COUNTIES)
        self.results = pd.DataFrame(rows, columns=RESULT_COLUMNS)
        self.by_key = dict(list(deciding(self.results).groupby(["region_code", "indicator"])))
        own = self.results[self.results["basis"] == OWN].dropna(subset="value")
        self.with_own = set(zip(own["region_code"], own["indicator"], strict=True))

    def trace(self, region: str, indicator: str, year: int, basis: str):
        return self.statistics.trace(indicator, basis, region, year)

    def has_own_value(self, region: str, indicator: str) -> bool:
        return (region, indicator) in self.with_own

    def nothing_to_assess(self, region: str, indicator: str) -> bool:
        rows = self.by_key.get((region, indicator))
        return rows is not None and set(rows["lacking"]) == {"zero_denominator"}

    def weakest_status(self, region: str, indicator: str, basis: str = "") -> str:
        rows = self.by_key[region, indicator]
        return STATUSES[max((STATUSES.index(status) for status in rows["status"] if status), default=0)]

    def parts(self, region: str, indicator: str, year: int, basis: str) -> Parts:
        record = catalog.indicators()[indicator]
        rows = self.by_key[region, indicator]
        last = rows[rows["year"] == year].iloc[0]
        variable = catalog.variables().get(record.count_variable)
        numerator, denominator = last["numerator"], last["denominator"]
        factor = np.nan
        if np.isfinite(denominator):
            factor = last["value"] * denominator / numerator if numerator else 100.0 if record.unit == "%" else 1.0
            full = rows.dropna(subset=["value", "numerator", "denominator"])
            if not np.allclose(full["value"] * full["denominator"], factor * full["numerator"], rtol=1e-6):
                factor = np.nan  # a change, not a level
        inputs = _parameters(FORMULAS[indicator])[0][1:2] if indicator in FORMULAS else []
        answers = any(catalog.variables()[name].unit == "answer" for name in inputs if name in catalog.variables())
        return Parts(numerator, denominator, factor, variable.unit if variable else "", 1.0, answers)

    def events(self, variable: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Events and their status, regions × years; a city's are its counties', unknown while one has not reported."""
        rows = self.observations[self.observations["variable"] == variable]
        counts = rows.pivot(index="region_code", columns="year", values="value").reindex(columns=self.statistics.years)
        status = rows.pivot(index="region_code", columns="year", values="status").reindex(columns=self.statistics.years)
        for city, counties in self.statistics.counties.items():
            if city not in counts.index and len(counts):
                own = counts.reindex(counties)
                total = own.sum(axis=0, min_count=1)
                counts.loc[city] = total.where(own.notna().all() | (total > 0))
                status.loc[city] = status.reindex(counties).apply(
                    lambda column: max(column.dropna(), key=STATUSES.index, default=np.nan)
                )
        return counts, status

    def count_values(self, keys: list[tuple[str, str]]) -> pd.Series:
        """How many of the (region, indicator) pairs have a value, by year."""
        counts = sum((self.statistics.has_value(code)[region].astype(int) for region, code in keys), start=0)
        return counts if isinstance(counts, pd.Series) else pd.Series(0, index=self.statistics.years)


def measure(observations: pd.DataFrame, regions: pd.DataFrame, coefficients: list) -> Measured:
    """Every indicator's value for every region and year."""
    return Measured(observations, regions, coefficients)


def deciding(results: pd.DataFrame) -> pd.DataFrame:
    """The rows whose basis decides for their region and indicator.

    A region's own figures decide as long as they reach as far as its counties' sum; a city that stopped reporting is
    judged by its counties.
    """
    measured = results.dropna(subset="value")
    latest = measured.groupby(["region_code", "indicator", "basis"])["year"].max().unstack("basis")
    latest = latest.reindex(columns=[OWN, COUNTIES])
    counties_decide = latest[OWN].isna() | (latest[COUNTIES] > latest[OWN])
    basis = counties_decide.map({True: COUNTIES, False: OWN}).rename("deciding")
    joined = results.join(basis, on=["region_code", "indicator"])
    unmeasured = joined["deciding"].isna() & (joined["basis"] == OWN)
    return joined[(joined["basis"] == joined["deciding"]) | unmeasured].drop(columns="deciding")
