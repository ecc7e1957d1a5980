"""Results continued into possible futures, jointly over regions.

A county's futures are sample paths of its own series. A city that is the sum of its counties has the futures of
their numerators and denominators, added up and divided in every path; never a mean of rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecoanalysis import catalog, forecast
from ecoanalysis.compute import COUNTIES, OWN
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


def futures(
    results: pd.DataFrame,
    regions: pd.DataFrame,
    until: int,
    *,
    settings,
    method: str = METHOD,
    paths: int = PATHS,
    seed: int = 0,
) -> dict[tuple[str, str], Future]:
    """Joint sample paths of every region and indicator up to the year `until`.

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
    method : str
        A name in `forecast.METHODS`.

    Returns
    -------
    dict
        Future by (region code, indicator code). Regions of one indicator share a group, so that their years of good
        and bad luck come together.
    """
    indicators = catalog.indicators()
    deciding_rows = deciding(results).dropna(subset="value")
    panel = _Panel(until, method, paths, seed)
    joined = []
    for (region, code), rows in deciding_rows.groupby(["region_code", "indicator"], sort=False):
        indicator = indicators[code]
        if rows["basis"].iloc[0] == COUNTIES:
            joined.append((region, indicator, _history(rows, "value")))
        else:
            bounds = (indicator.low, indicator.high)
            panel.add((region, code), _history(rows, "value"), bounds, indicator.direction, group=code)
    own = results[results["basis"] == OWN]
    for region, indicator, _ in joined:
        for county in regions.loc[regions["parent"] == region, "code"]:
            rows = own[(own["region_code"] == county) & (own["indicator"] == indicator.code)]
            _add_parts(panel, county, indicator, rows.dropna(subset="value"), settings)
    found = panel.run()
    for region, indicator, history in joined:
        counties = regions[regions["parent"] == region].set_index("code")
        joined_paths = _city_paths(found, indicator, counties, history, until, settings)
        found[region, indicator.code] = Future(
            region, indicator.code, COUNTIES, history, joined_paths, f"{method}, joint counties"
        )
    return {key: future for key, future in found.items() if len(key) == 2}


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


class _Panel:
    """The series of all regions, forecast in one call so that the members of a group move together."""

    def __init__(self, until: int, method: str, paths: int, seed: int):
        self.until, self.method, self.paths, self.seed = until, method, paths, seed
        self.keys, self.histories, self.bounds, self.better, self.groups = [], [], [], [], []

    def add(self, key: tuple, history: pd.Series, bounds: tuple, better: int, group: str) -> None:
        if key in self.keys or history.empty:
            return
        self.keys.append(key)
        self.histories.append(history)
        self.bounds.append(bounds)
        self.better.append(better)
        self.groups.append(group)

    def run(self) -> dict[tuple, Future]:
        if not self.keys:
            return {}
        horizons = [self.until - int(history.index[-1]) for history in self.histories]
        drawn = forecast.sample_paths(
            [history.to_numpy(float) for history in self.histories],
            max(1, *horizons),
            bounds=self.bounds,
            better=self.better,
            groups=self.groups,
            paths=self.paths,
            seed=self.seed,
            method=self.method,
        )
        return {
            key: Future(key[0], key[1], OWN, history, own[:, :horizon].T, self.method)
            for key, history, own, horizon in zip(self.keys, self.histories, drawn, horizons, strict=True)
        }


def _history(rows: pd.DataFrame, column: str) -> pd.Series:
    """A column by calendar year, from its first to its last number; a year without number is NaN."""
    series = rows.set_index("year")[column].sort_index().dropna().astype(float)
    if series.empty:
        return series
    return series.reindex(pd.RangeIndex(series.index[0], series.index[-1] + 1))


def _level_factor(indicator: catalog.Indicator, settings) -> float:
    """What numerator over denominator is multiplied by; NaN for an indicator that speaks of a change."""
    formula = FORMULAS[indicator.code]
    one = pd.Series({2000: 1.0})
    return float(formula(one, one, **settings(formula)).iloc[0])


def _add_parts(panel: _Panel, county: str, indicator: catalog.Indicator, rows: pd.DataFrame, settings) -> None:
    """What the city's future needs of a county: numerator over denominator, and the denominator."""
    if indicator.aggregate != "ratio":
        bounds = (indicator.low, indicator.high)
        panel.add((county, indicator.code), _history(rows, "value"), bounds, indicator.direction, indicator.code)
        return
    if np.isnan(_level_factor(indicator, settings)):  # a change: continue the level it is the change of
        level = _history(rows.assign(level=rows["numerator"] / rows["denominator"]), "level")
        panel.add((county, indicator.code, "level"), level, (0, None), 0, f"{indicator.code} level")
    denominator = _history(rows, "denominator")
    panel.add((county, indicator.code, "denominator"), denominator, (0, None), 0, f"{indicator.code} denominator")


def _city_paths(
    found: dict,
    indicator: catalog.Indicator,
    counties: pd.DataFrame,
    history: pd.Series,
    until: int,
    settings,
) -> np.ndarray:
    """City paths (years after its history, paths) from the paths of its counties."""
    years = pd.RangeIndex(history.index[0] - 1, until + 1)
    after = years > history.index[-1]

    def values(county: str, *what: str) -> pd.DataFrame:
        return _with_history(found[county, indicator.code, *what], years)

    if indicator.aggregate != "ratio":
        stack = np.stack([values(county).to_numpy() for county in counties.index])
        if indicator.aggregate == "area_weighted":
            area = counties["area_km2"].to_numpy()
            return np.tensordot(area / area.sum(), stack, axes=1)[after]
        if indicator.aggregate == "sum":
            return stack.sum(axis=0)[after]
        return (stack.min(axis=0) if indicator.direction > 0 else stack.max(axis=0))[after]
    factor = _level_factor(indicator, settings)
    numerator, denominator = 0.0, 0.0
    for county in counties.index:
        own = values(county, "denominator")
        ratio = values(county, "level") if np.isnan(factor) else values(county) / factor
        numerator, denominator = numerator + ratio * own, denominator + own
    formula = FORMULAS[indicator.code]
    return formula(numerator, denominator, **settings(formula)).to_numpy()[after]


def _with_history(future: Future, years: pd.RangeIndex) -> pd.DataFrame:
    """Years × paths, the measured years repeated in every path; a gap between two years is bridged by a line."""
    past = future.history.interpolate()
    repeated = np.repeat(past.to_numpy()[:, None], future.paths.shape[1], axis=1)
    whole = np.concatenate([repeated, future.paths])
    return pd.DataFrame(whole, index=pd.RangeIndex(past.index[0], past.index[0] + len(whole))).reindex(years)
