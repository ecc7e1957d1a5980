"""Results continued into possible futures, jointly over regions.

A county's futures are sample paths of its own series. A city that is the sum of its counties has the futures of
their numerators and denominators, added up and divided in every path; never a mean of rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecoanalysis import catalog, forecast
from ecoanalysis.compute import COUNTIES, OWN, deciding
from ecoanalysis.formulas import FORMULAS

PATHS = 1000
METHOD = "learned"
FORECAST_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "year",
    "median",
    "lo80",
    "hi80",
    "lo95",
    "hi95",
    "method",
    "n_obs",
    "scenario",
]


@dataclass(frozen=True)
class Future:
    """One indicator of one region: what was, and its possible continuations.

    `history` is a Series by year (gaps are NaN); `paths` an array (years after the history, paths) in the
    indicator's unit; `basis` says whose figures they are.
    """

    region: str
    indicator: str
    basis: str
    history: pd.Series
    paths: np.ndarray
    method: str

    @property
    def latest_year(self) -> int:
        return int(self.history.index[-1])

    @property
    def n_obs(self) -> int:
        return int(self.history.notna().sum())

    def at(self, year: int) -> np.ndarray:
        """All paths at a year; the measured value, repeated, for a year of the history."""
        if year <= self.latest_year:
            return np.full(self.paths.shape[1], self.history.get(year, np.nan))
        return self.paths[year - self.latest_year - 1]


def table(found: dict[tuple[str, str], Future], until: dict[tuple[str, str], int], scenario: str) -> pd.DataFrame:
    """Median and bands of every future, year by year up to its own last year in `until`."""
    rows = []
    indicators = catalog.indicators()
    for (region, code), future in found.items():
        last = until.get((region, code), max(until.values(), default=future.latest_year))
        years = range(future.latest_year + 1, last + 1)
        bands = np.quantile(future.paths[: len(years)], (0.5, 0.1, 0.9, 0.025, 0.975), axis=1)
        for year, band in zip(years, bands.T, strict=False):
            end = (future.method, future.n_obs, scenario)
            rows.append((region, code, indicators[code].part, year, *band, *end))
    return pd.DataFrame(rows, columns=FORECAST_COLUMNS)


class Panel:
    """The series of all regions, continued in one call so that the members of a group move together.

    Parameters
    ----------
    results : DataFrame
        As `compute.results` gives them, nothing later than the as-of year.
    regions : DataFrame
        Rows of `regions.csv`.
    until : int
        Last year of the paths.
    settings : callable
        What standards fix for a formula, as `compute.formula_settings` gives it.

    Notes
    -----
    A key of `series` is (region, indicator) for a series that is assessed, and has a third word for what a city's sum
    needs of a county besides: its denominator, and the level whose change an indicator speaks of.
    """

    def __init__(self, results: pd.DataFrame, regions: pd.DataFrame, until: int, settings):
        self.until, self.settings = until, settings
        self.counties = {code: rows.set_index("code") for code, rows in regions.groupby("parent") if code}
        self.series: dict[tuple, tuple] = {}  # key: history, bounds, better, group
        self.joined: dict[tuple[str, str], pd.Series] = {}
        self.factors: dict[str, float] = {}
        indicators = catalog.indicators()
        measured = deciding(results).dropna(subset="value")
        for (region, code), rows in measured.groupby(["region_code", "indicator"]):
            if rows["basis"].iloc[0] == COUNTIES:
                self.joined[region, code] = _history(rows["year"], rows["value"])
            else:
                self.add(rows, indicators[code])
        own = dict(list(results[results["basis"] == OWN].groupby(["region_code", "indicator"])))
        for city, code in self.joined:
            if indicators[code].aggregate == "ratio":
                self.factors[code] = _level_factor(code, settings)
                for county in self.counties[city].index:
                    self.add_parts(own[county, code], code)

    def add(self, rows: pd.DataFrame, indicator: catalog.Indicator) -> None:
        history = _history(rows["year"], rows["value"])
        key = (rows["region_code"].iloc[0], indicator.code)
        self.series[key] = (history, (indicator.low, indicator.high), indicator.direction, indicator.code)

    def add_parts(self, rows: pd.DataFrame, code: str) -> None:
        county = rows["region_code"].iloc[0]
        if np.isnan(self.factors[code]):  # a change: continue the level it is the change of
            level = _history(rows["year"], rows["numerator"] / rows["denominator"])
            self.series[county, code, "level"] = (level, (0, None), 0, f"{code} level")
        denominator = _history(rows["year"], rows["denominator"])
        self.series[county, code, "denominator"] = (denominator, (0, None), 0, f"{code} denominator")

    def futures(self, method: str = METHOD, paths: int = PATHS, seed: int = 0) -> dict[tuple[str, str], Future]:
        """Joint sample paths of every region and indicator, by (region code, indicator code).

        `method` is a name in `forecast.METHODS`. Regions of one indicator share a group, so that their years of good
        and bad luck come together.
        """
        series = {key: value for key, value in self.series.items() if len(value[0])}
        if not series:
            return {}
        histories, bounds, better, groups = zip(*series.values(), strict=True)
        horizons = [self.until - int(history.index[-1]) for history in histories]
        drawn = forecast.sample_paths(
            [history.to_numpy() for history in histories],
            max(horizons),
            bounds=bounds,
            better=better,
            groups=groups,
            paths=paths,
            seed=seed,
            method=method,
        )
        found = {
            key: Future(*key[:2], OWN, history, own[:, :horizon].T, method)
            for key, history, own, horizon in zip(series, histories, drawn, horizons, strict=True)
        }
        cities = {key: self.city(found, *key, method) for key in self.joined}
        return {key: future for key, future in found.items() if len(key) == 2} | cities

    def city(self, found: dict, city: str, code: str, method: str) -> Future:
        """The city's paths from those of its counties."""
        history = self.joined[city, code]
        years = pd.RangeIndex(history.index[0] - 1, self.until + 1)
        counties = [county for county in self.counties[city].index if (county, code) in found]
        own = [_with_history(found[county, code], years) for county in counties]
        how = catalog.indicators()[code].aggregate
        if how == "ratio":
            values = self.ratio_of_sums(found, code, counties, own, years)
        elif how == "area_weighted":
            area = self.counties[city].loc[counties, "area_km2"].to_numpy()
            values = np.tensordot(area / area.sum(), own, axes=1)
        elif how == "worst":
            values = np.min(own, axis=0) if catalog.indicators()[code].direction > 0 else np.max(own, axis=0)
        else:
            values = {"sum": np.sum, "mean": np.mean}[how](own, axis=0)
        return Future(city, code, COUNTIES, history, values[years > history.index[-1]], method)

    def ratio_of_sums(self, found: dict, code: str, counties: list[str], own: list, years: pd.RangeIndex) -> np.ndarray:
        """Numerators and denominators of the counties, added up in every path; a denominator of zero adds nothing."""
        numerator = denominator = 0.0
        for county, values in zip(counties, own, strict=True):
            whole = _with_history(found[county, code, "denominator"], years)
            change = np.isnan(self.factors[code])
            ratio = _with_history(found[county, code, "level"], years) if change else values / self.factors[code]
            numerator, denominator = numerator + ratio * whole, denominator + whole
        formula = FORMULAS[code]
        frames = (pd.DataFrame(part, index=years) for part in (numerator, denominator))
        return formula(*frames, **self.settings(formula)).to_numpy()


def _history(years: pd.Series, values: pd.Series) -> pd.Series:
    """Values by calendar year, from the first to the last number; a year without number is NaN."""
    known = np.isfinite(values.to_numpy(float))
    if not known.any():
        return pd.Series(dtype=float)
    years, values = years.to_numpy(int)[known], values.to_numpy(float)[known]
    series = np.full(years.max() - years.min() + 1, np.nan)
    series[years - years.min()] = values
    return pd.Series(series, index=pd.RangeIndex(years.min(), years.max() + 1))


def _level_factor(code: str, settings) -> float:
    """What numerator over denominator is multiplied by; NaN for an indicator that speaks of a change."""
    formula = FORMULAS[code]
    one = pd.Series({2000: 1.0})
    return float(formula(one, one, **settings(formula)).iloc[0])


def _with_history(future: Future, years: pd.RangeIndex) -> np.ndarray:
    """Years × paths, the measured years repeated in every path; a gap between two years is bridged by a line."""
    past = future.history.interpolate().to_numpy()
    whole = np.concatenate([np.repeat(past[:, None], future.paths.shape[1], axis=1), future.paths])
    first = int(future.history.index[0])
    table = np.full((len(years), whole.shape[1]), np.nan)
    common = slice(max(years[0], first), min(years[-1], first + len(whole) - 1) + 1)
    table[common.start - years[0] : common.stop - years[0]] = whole[common.start - first : common.stop - first]
    return table


@dataclass(frozen=True)
class Outlook:
    """One indicator in many regions: what was measured, and what may come."""

    indicator: str
    regions: tuple
    basis: tuple
    years: pd.RangeIndex
    values: np.ndarray
    latest: np.ndarray
    ahead: pd.RangeIndex
    paths: np.ndarray
    method: str

    def at(self, year: int) -> np.ndarray:
        """Regions × paths at a year; the measured value, repeated, for a measured year."""
        if len(self.ahead) and year >= self.ahead[0]:
            return self.paths[:, :, year - self.ahead[0]]
        column = year - self.years[0]
        inside = 0 <= column < len(self.years)
        values = self.values[:, column] if inside else np.full(len(self.regions), np.nan)
        return np.repeat(values[:, None], self.paths.shape[1], axis=1)


def outlook(
    measured, regions, indicator, until, *, method=METHOD, paths=PATHS, seed=0, references=None, base_year=None
):
    """Joint sample paths of one indicator; None when no region has a value."""
    drawn = _all(measured, regions, until, method, paths, seed)
    order = {code: i for i, code in enumerate(regions["code"])}
    chosen = sorted((f for (_, code), f in drawn.items() if code == indicator.code), key=lambda f: order[f.region])
    if not chosen:
        return None
    years = pd.RangeIndex(min(int(f.history.index[0]) for f in chosen), until + 1)
    values = np.full((len(chosen), len(years)), np.nan)
    for i, f in enumerate(chosen):
        start = int(f.history.index[0]) - years[0]
        values[i, start : start + len(f.history)] = f.history.to_numpy()
    latest = np.array([f.latest_year for f in chosen])
    ahead = pd.RangeIndex(int(latest.min()) + 1, until + 1)
    futures = np.stack([np.stack([f.at(year) for year in ahead], axis=1) for f in chosen]).astype(np.float32)
    codes, basis = tuple(f.region for f in chosen), tuple(f.basis for f in chosen)
    return Outlook(indicator.code, codes, basis, years, values, latest, ahead, futures, method)


def measured_outlook(measured, regions, indicator, until, base_year=None):
    """As `outlook`, for what needs no paths."""
    return outlook(measured, regions, indicator, until)


def bands(outlook: Outlook, until: dict[str, int], indicator) -> pd.DataFrame:
    """Median and bands of every region, year by year up to its own last year in `until`."""
    rows = []
    for k, region in enumerate(outlook.regions):
        if region not in until:
            continue
        count = int(np.isfinite(outlook.values[k]).sum())
        for year in range(int(outlook.latest[k]) + 1, int(until[region]) + 1):
            band = np.quantile(outlook.at(year)[k], (0.5, 0.1, 0.9, 0.025, 0.975))
            end = (outlook.method, count, "trend")
            rows.append((region, indicator.code, indicator.part, year, *band, *end))
    return pd.DataFrame(rows, columns=FORECAST_COLUMNS)


def _all(measured, regions, until, method, paths, seed):
    kept = measured.__dict__.setdefault("_drawn", {})
    key = (until, method, paths, seed)
    if key not in kept:
        kept[key] = Panel(measured.results, regions, until, measured.settings).futures(method, paths, seed)
    return kept[key]
