"""Results continued into possible futures, jointly over regions.

A county's futures are sample paths of its own series. A city that is the sum of its counties has the futures of
their numerators and denominators, added up and divided in every path; never a mean of rates.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecoanalysis import catalog, forecast
from ecoanalysis.compute import COUNTIES, OWN, Measured
from ecoanalysis.formulas import CHANGES, FORMULAS

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


BANDS = {"median": 0.5, "lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}


@dataclass(frozen=True)
class Outlook:
    """One indicator in many regions: what was measured and what may come, jointly.

    indicator : str
    regions : tuple of str, codes of the regions that have a value
    basis : tuple of str, whose figures they are: `reported` or `from_counties`
    years : RangeIndex, from the first measured year of any region to the last year ahead
    values : float array (regions, years), in the indicator's unit; NaN where not measured
    latest : int array (regions,), last measured year
    ahead : RangeIndex, the years that `paths` covers: after the earliest `latest`
    paths : float32 array (regions, paths, ahead); years of `ahead` that a region has measured are repeated in every
        path, NaN in a gap. A row of paths is one possible future of all regions together.
    method : str
    """

    indicator: str
    regions: tuple[str, ...]
    basis: tuple[str, ...]
    years: pd.RangeIndex
    values: np.ndarray
    latest: np.ndarray
    ahead: pd.RangeIndex
    paths: np.ndarray
    method: str

    @property
    def n_obs(self) -> np.ndarray:
        """Measured years of each region (regions,)."""
        return np.isfinite(self.values).sum(axis=1)

    def at(self, year: int) -> np.ndarray:
        """All futures of a year, float array (regions, paths).

        The measured value, repeated, where the year is not after a region's last; NaN where it was not measured.
        """
        if year in self.ahead:
            return self.paths[:, :, year - self.ahead[0]]
        column = self.values[:, year - self.years[0]] if year in self.years else np.full(len(self.regions), np.nan)
        return np.broadcast_to(column[:, None], self.paths.shape[:2])

    def of(self, region: str) -> tuple[pd.Series, np.ndarray]:
        """History of one region (by year, from its first to its last value) and its paths (paths, years after it).

        Raises
        ------
        KeyError
            The region has no value of this indicator.
        """
        if region not in self.regions:
            raise KeyError(f"{self.indicator} has no value in region {region}; it has in {', '.join(self.regions)}")
        place = self.regions.index(region)
        history = pd.Series(self.values[place], index=self.years)
        history = history.loc[history.first_valid_index() : self.latest[place]]
        return history, self.paths[place][:, int(self.latest[place]) + 1 - self.ahead.start :]


def outlook(
    measured: Measured,
    regions: pd.DataFrame | Iterable[str] | None,
    indicator: str,
    until: int,
    *,
    method: str = METHOD,
    paths: int = PATHS,
    seed: int = 0,
    references: Measured | None = None,
    base_year: int | None = None,
) -> Outlook:
    """One indicator of many regions continued to a year.

    Parameters
    ----------
    measured : Measured
        Nothing later than the as-of year.
    regions : DataFrame, list of codes or None
        Whom to speak of (rows of `regions.csv`, or codes); None for all. A city that is the sum of its counties
        takes them from `measured`, listed or not.
    indicator : str
        Code of an indicator.
    until : int
        Last year ahead.
    method : str
        A name in `forecast.METHODS`; the others than `learned` serve comparison.
    paths, seed : int
        As in `forecast.sample_paths`; every indicator has luck of its own.
    references : Measured, optional
        Regions that are never assessed (`compute.measure_references`): what the same indicator did there.
    base_year : int, optional
        As in `Measured.value`.

    Returns
    -------
    Outlook
        Of the regions that have a value. Counties of one indicator whose figures end in the same year have their
        good and bad years together. A city without figures of its own is put together from its counties in every
        path: a ratio of sums, an area-weighted mean, a sum, the worst.
    """
    wanted = _codes(measured, regions)
    deciding = measured.deciding(indicator, base_year=base_year)
    deciding = deciding[deciding != ""]
    series = _Series(measured, indicator, base_year, until, method, paths, seed, references)
    own = [code for code in deciding.index if deciding[code] == OWN]
    joined = [code for code in deciding.index if deciding[code] == COUNTIES and code in wanted]
    needed = {part for city in joined for part in measured.parts_of(city)}
    own = [code for code in own if code in wanted or code in needed]
    drawn = series.drawn(own)
    cities = series.joined(joined, drawn) if joined else {}
    told = [code for code in deciding.index if code in wanted]
    return _together(measured, indicator, base_year, until, method, paths, deciding[told], drawn | cities)


def bands(outlook: Outlook) -> pd.DataFrame:
    """Median and bands of every region, year by year after its last value.

    Returns
    -------
    DataFrame
        region_code, indicator, year, median, lo80, hi80, lo95, hi95 (in the indicator's unit), method, n_obs.
    """
    levels = list(BANDS.values())
    cut = np.quantile(outlook.paths, levels, axis=1) if outlook.paths.size else np.empty((len(levels), 0, 0))
    after = np.array(outlook.ahead)[None, :] > outlook.latest[:, None]
    row, column = np.nonzero(after)
    table = {
        "region_code": np.array(outlook.regions, object)[row],
        "indicator": outlook.indicator,
        "year": np.array(outlook.ahead)[column],
        **{name: cut[place][row, column].astype(float) for place, name in enumerate(BANDS)},
        "method": outlook.method,
        "n_obs": outlook.n_obs[row],
    }
    return pd.DataFrame(table)


@dataclass(frozen=True)
class _Series:
    """The series of one indicator, and how they are continued."""

    measured: Measured
    indicator: str
    base_year: int | None
    until: int
    method: str
    paths: int
    seed: int
    references: Measured | None = None

    def drawn(self, codes: list[str]) -> dict[str, np.ndarray]:
        """Whole paths (years of `_span`, paths) of the regions' own figures, measured years repeated."""
        record = self.measured.tables.indicators[self.indicator]
        values = self.measured.value(self.indicator, OWN, base_year=self.base_year)[codes]
        sisters = self.sisters()
        return self.continued(values, (record.low, record.high), record.direction, self.indicator, sisters)

    def sisters(self) -> pd.DataFrame | None:
        """The indicator in the regions that are never assessed, years × regions."""
        if self.references is None:
            return None
        values = self.references.value(self.indicator, OWN, base_year=self.base_year)
        return values.loc[:, values.notna().any()]

    def continued(self, values: pd.DataFrame, bounds: tuple, better: int, what: str, sisters=None) -> dict:
        """Paths of each column, by the year in which it ends: what ends together is continued together."""
        values = values.loc[:, values.notna().any()]
        ends = values.apply(pd.Series.last_valid_index)
        found = {}
        for year in sorted(set(ends)):
            together = values.loc[:year, ends == year]
            histories = [_from_first(column)[-forecast.LONGEST :] for column in together.to_numpy().T]
            known = [] if sisters is None else list(sisters.reindex(range(sisters.index[0], year + 1)).to_numpy().T)
            known = [_from_first(history)[-forecast.LONGEST :] for history in known if np.isfinite(history).any()]
            blocks = forecast.blocks(
                histories,
                max(1, self.until - int(year)),
                bounds=[bounds] * len(histories),
                better=[better] * len(histories),
                references=[known] * len(histories) if known else None,
                groups=[what] * len(histories),
                paths=self.paths,
                seed=self.seed + zlib.crc32(f"{what} {year}".encode()),
                method=self.method,
            )
            for start, block in blocks:
                for code, ahead in zip(together.columns[start:], block, strict=False):
                    found[code] = self.laid_out(_trimmed(together[code]), ahead)
        return found

    def laid_out(self, history: pd.Series, ahead: np.ndarray) -> np.ndarray:
        """(years from the first measured to `until`, paths): the past repeated, a gap bridged by a line."""
        span = _span(self.measured, self.until)
        whole = np.full((len(span), self.paths), np.nan, np.float32)
        first, last = history.index[0] - span[0], history.index[-1] - span[0]
        whole[first : last + 1] = history.interpolate().to_numpy()[:, None]
        room = len(span) - last - 1
        if room > 0:
            whole[last + 1 :] = ahead[:, :room].T
        return whole

    def joined(self, cities: list[str], drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Whole paths of regions that are put together from their parts."""
        how = self.measured.tables.indicators[self.indicator].aggregate
        parts = {city: [code for code in self.measured.parts_of(city) if code in drawn] for city in cities}
        if how == "ratio":
            return self.ratios_of_sums(parts, drawn)
        return {city: self.put_together(how, codes, drawn) for city, codes in parts.items()}

    def put_together(self, how: str, codes: list[str], drawn: dict[str, np.ndarray]) -> np.ndarray:
        own = np.array([drawn[code] for code in codes], float)
        if how == "area_weighted":
            area = self.measured.regions.loc[codes, "area_km2"].to_numpy(float)
            return np.tensordot(area / area.sum(), own, axes=1)
        if how == "worst":
            worst = np.min if self.measured.tables.indicators[self.indicator].direction > 0 else np.max
            return worst(own, axis=0)
        return {"sum": np.sum, "mean": np.mean}[how](own, axis=0)

    def ratios_of_sums(self, parts: dict[str, list[str]], drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Numerators and denominators added up in every path; a part with nothing to count adds nothing."""
        counties = [code for codes in parts.values() for code in codes]
        figures = self.measured.figures(self.indicator, OWN, base_year=self.base_year)
        whole = figures.denominator[counties]
        wholes = self.continued(whole, (0, None), 0, f"{self.indicator} denominator")
        formula = self.measured.formulas[self.indicator]
        if self.indicator in CHANGES or np.isnan(factor := _factor(formula, self.measured.fixed(formula))):
            level = figures.numerator[counties] / whole.where(whole > 0)  # a change: continue what it is the change of
            levels = self.continued(level, (0, None), 0, f"{self.indicator} level")
        else:
            levels = {code: drawn[code] / factor for code in counties}
        return {city: self.ratio_of_sums(city, codes, levels, wholes) for city, codes in parts.items()}

    def ratio_of_sums(self, city: str, codes: list[str], levels: dict, wholes: dict) -> np.ndarray:
        codes = [code for code in codes if code in levels and code in wholes]
        denominator = sum(wholes[code].astype(float) for code in codes)
        numerator = sum(levels[code].astype(float) * wholes[code] for code in codes)
        span = _span(self.measured, self.until)
        sides = [pd.DataFrame(side, index=span) for side in (numerator, denominator)]
        if self.indicator not in CHANGES:
            formula = self.measured.formulas[self.indicator]
            return formula(*sides, **self.measured.fixed(formula)).to_numpy()
        change = CHANGES[self.indicator]
        level = self.measured.level_of(change.level, *sides)
        if not change.from_base:
            return change.of(level).to_numpy()
        start = self.measured.base(self.indicator, COUNTIES, base_year=self.base_year)[city]
        return change.against(level, start).to_numpy()


def _factor(formula, fixed: dict) -> float:
    """What numerator over denominator is multiplied by; NaN for an indicator that speaks of a change."""
    one = pd.Series({2000: 1.0})
    return float(formula(one, one, **fixed).iloc[0])


def _from_first(values: np.ndarray) -> np.ndarray:
    return values[np.flatnonzero(np.isfinite(values))[0] :]


def _codes(measured: Measured, regions) -> set[str]:
    if regions is None:
        return set(measured.regions.index)
    return set(regions["code"] if isinstance(regions, pd.DataFrame) else regions)


def _span(measured: Measured, until: int) -> pd.RangeIndex:
    return pd.RangeIndex(measured.years[0], max(until, measured.years[-1]) + 1)


def _trimmed(column: pd.Series) -> pd.Series:
    return column.loc[column.first_valid_index() : column.last_valid_index()]


def _together(measured, indicator, base_year, until, method, paths, basis: pd.Series, whole: dict) -> Outlook:
    codes = list(basis.index)
    values = pd.DataFrame(np.nan, index=measured.years, columns=codes)
    for which in (OWN, COUNTIES):
        here = [code for code in codes if basis[code] == which]
        if here:
            values[here] = measured.value(indicator, which, base_year=base_year)[here]
    latest = np.array([values[code].last_valid_index() for code in codes], int)
    first = min((values[code].first_valid_index() for code in codes), default=until + 1)
    ahead = pd.RangeIndex(min(latest, default=until) + 1, until + 1)
    span = _span(measured, until)
    drawn = np.full((len(codes), paths, len(ahead)), np.nan, np.float32)
    past = values.reindex(ahead).to_numpy().T if len(codes) else np.empty((0, len(ahead)))
    for place, code in enumerate(codes):
        drawn[place] = past[place]
        after = latest[place] + 1
        if after <= until:
            drawn[place][:, after - ahead[0] :] = whole[code][after - span[0] : until + 1 - span[0]].T
    years = (
        pd.RangeIndex(first, max(until, *latest, first - 1) + 1) if len(codes) else pd.RangeIndex(until + 1, until + 1)
    )
    table = values.reindex(years).to_numpy().T if len(codes) else np.empty((0, len(years)))
    return Outlook(indicator, tuple(codes), tuple(basis), years, table, latest, ahead, drawn, method)


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
    results = results.assign(value=results["value"].where(results["coverage"] >= 1))
    measured = results.dropna(subset="value")
    latest = measured.groupby(["region_code", "indicator", "basis"])["year"].max().unstack("basis")
    latest = latest.reindex(columns=[OWN, COUNTIES])
    counties_decide = latest[OWN].isna() | (latest[COUNTIES] > latest[OWN])
    basis = counties_decide.map({True: COUNTIES, False: OWN}).rename("deciding")
    joined = results.join(basis, on=["region_code", "indicator"])
    unmeasured = joined["deciding"].isna() & (joined["basis"] == OWN)
    return joined[(joined["basis"] == joined["deciding"]) | unmeasured].drop(columns="deciding")


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
