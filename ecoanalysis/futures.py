"""Results continued into possible futures, jointly over regions.

A county's futures are sample paths of its own series. A city that is the sum of its counties has the futures of
their numerators and denominators, added up and divided in every path; never a mean of rates.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ecoanalysis import forecast
from ecoanalysis.compute import COUNTIES, OWN, Measured
from ecoanalysis.formulas import CHANGES

PATHS = 1000
AT_ONCE = 16  # cities whose ratios are reckoned together: few enough to stay in the cache
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

    Attributes
    ----------
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
    weights : dict, for each region put together from a ratio of sums: codes of its parts, and their denominators in
        the same futures, float32 array (parts, paths, ahead)
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
    weights: dict[str, tuple[tuple[str, ...], np.ndarray]] = field(default_factory=dict)

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
        first = int(np.isfinite(self.values[place]).argmax())
        known = slice(first, int(self.latest[place]) + 1 - self.years[0])
        history = pd.Series(self.values[place][known], index=self.years[known])
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
    basis = deciding[[code in wanted for code in deciding.index]]
    values = _measured_values(measured, indicator, base_year, basis)
    series = _Series(measured, indicator, base_year, until, method, paths, seed, references)
    series.forget_before(_latest(values))
    joined = list(basis.index[basis == COUNTIES])
    needed = {part for city in joined for part in measured.parts_of(city)}
    own = [code for code in deciding.index[deciding == OWN] if code in wanted or code in needed]
    drawn = series.drawn(own)
    cities = series.joined(joined, drawn) if joined else {}
    made = _together(measured, indicator, until, method, paths, basis, values, drawn | cities, series.span)
    rows = slice(made.ahead.start - series.span[0], None)
    weights = {
        city: (tuple(wholes), np.array([whole[rows].T for whole in wholes.values()]))
        for city, wholes in series.wholes.items()
        if city in made.regions
    }
    return replace(made, weights=weights)


def bands(outlook: Outlook) -> pd.DataFrame:
    """Median and bands of every region, year by year after its last value.

    Returns
    -------
    DataFrame
        region_code, indicator, year, median, lo80, hi80, lo95, hi95 (in the indicator's unit), method, n_obs.
    """
    levels = list(BANDS.values())
    cut = forecast.of_paths(outlook.paths.swapaxes(1, 2), levels)
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


def explained(
    measured: Measured,
    indicator: str,
    region: str,
    until: int,
    *,
    references: Measured | None = None,
    base_year: int | None = None,
) -> forecast.Explanation | None:
    """Why a region's own series is continued to a year as it is, and what its sisters changed.

    The parameters are those of `outlook`, for one region; projects are left out. None where no series of its own is
    continued: nothing measured, measured up to that year, or put together from counties.
    """
    decides = measured.deciding(indicator, base_year=base_year)
    if decides.get(region, "") != OWN:
        return None
    own = list(decides.index[decides == OWN])
    values = measured.value(indicator, OWN, base_year=base_year)[own]
    record = measured.tables.indicators[indicator]
    for year, codes, histories, known in _ending_together(values, _sisters(references, indicator, base_year)):
        if region in codes and year < until:
            place = codes.index(region)
            sisters = [history[-forecast.LONGEST :] for k, history in enumerate(histories) if k != place] + known
            return forecast.explain(
                histories[place][-forecast.LONGEST :],
                until - int(year),
                bounds=(record.low, record.high),
                better=record.direction,
                references=sisters,
            )
    return None


@dataclass
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
    wholes: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)  # denominators of the parts, by city
    span: pd.RangeIndex = None  # years of whole paths: from the first measured to `until`, all by default

    def __post_init__(self):
        if self.span is None:
            self.span = _span(self.measured, self.until)

    def forget_before(self, latest: np.ndarray) -> None:
        """Let whole paths begin in the earliest of the latest years, where no change from an earlier year is asked."""
        if not len(latest) or self.indicator in CHANGES:
            return
        if self.measured.tables.indicators[self.indicator].aggregate == "ratio":
            formula = self.measured.formulas[self.indicator]
            if np.isnan(_factor(formula, self.measured.fixed(formula))):
                return
        self.span = self.span[int(latest.min()) :]

    def drawn(self, codes: list[str]) -> dict[str, np.ndarray]:
        """Whole paths (years of `span`, paths) of the regions' own figures, measured years repeated."""
        record = self.measured.tables.indicators[self.indicator]
        values = self.measured.value(self.indicator, OWN, base_year=self.base_year)[codes]
        sisters = _sisters(self.references, self.indicator, self.base_year)
        return self.continued(values, (record.low, record.high), record.direction, self.indicator, sisters)

    def continued(self, values: pd.DataFrame, bounds: tuple, better: int, what: str, sisters=None) -> dict:
        """Paths of each column, by the year in which it ends: what ends together is continued together."""
        continued = {}
        for year, codes, histories, known in _ending_together(values, sisters):
            blocks = forecast.blocks(
                [history[-forecast.LONGEST :] for history in histories],
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
                stop = start + len(block)
                continued |= zip(codes[start:stop], self.laid_out(histories[start:stop], int(year), block), strict=True)
        return continued

    def laid_out(self, histories: list[np.ndarray], year: int, ahead: np.ndarray) -> np.ndarray:
        """(series, years of `span`, paths): the past up to its last year repeated, a gap bridged by a line."""
        whole = np.empty((len(histories), len(self.span), self.paths), np.float32)
        measured, before = max(0, year + 1 - self.span[0]), max(0, self.span[0] - year - 1)
        past = np.full((len(histories), measured), np.nan, np.float32)
        for row, history in enumerate(histories):
            known = np.flatnonzero(np.isfinite(history))
            if len(known) < len(history):
                history = np.interp(np.arange(len(history)), known, history[known])
            shown = history[max(0, len(history) - measured) :]
            past[row, measured - len(shown) :] = shown
        whole[:, :measured] = past[:, :, None]
        whole[:, measured:] = ahead.swapaxes(1, 2)[:, before : before + len(self.span) - measured]
        return whole

    def joined(self, cities: list[str], drawn: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Whole paths of regions that are put together from their parts."""
        how = self.measured.tables.indicators[self.indicator].aggregate
        parts = {city: [code for code in self.measured.parts_of(city) if code in drawn] for city in cities}
        if how == "ratio":
            return self.ratios_of_sums(parts, drawn)
        if how == "none":  # computed anew from sums of inputs: no path of a part says how, so the result is continued
            record = self.measured.tables.indicators[self.indicator]
            values = self.measured.value(self.indicator, COUNTIES, base_year=self.base_year)[cities]
            sisters = _sisters(self.references, self.indicator, self.base_year)
            return self.continued(values, (record.low, record.high), record.direction, self.indicator, sisters)
        return {city: self.put_together(how, codes, drawn) for city, codes in parts.items()}

    def put_together(self, how: str, codes: list[str], drawn: dict[str, np.ndarray]) -> np.ndarray:
        own = np.array([drawn[code] for code in codes], float)
        if how == "area_weighted":
            area = self.measured.regions.loc[codes, "area_km2"].to_numpy()
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
        if self.indicator in CHANGES:
            return {city: self.changed(city, *self.summed(city, parts[city], levels, wholes)) for city in parts}
        found, cities = {}, list(parts)
        for first in range(0, len(cities), AT_ONCE):  # reckoned cell by cell, so cities stand side by side
            some = cities[first : first + AT_ONCE]
            sides = [self.summed(city, parts[city], levels, wholes) for city in some]
            both = (np.concatenate([side[k] for side in sides], axis=1) for k in (0, 1))
            tables = [pd.DataFrame(side, index=self.span) for side in both]
            ratios = formula(*tables, **self.measured.fixed(formula)).to_numpy()
            found |= zip(some, np.split(ratios, len(some), axis=1), strict=True)
        return found

    def summed(self, city: str, codes: list[str], levels: dict, wholes: dict) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator of a city, each (years of `span`, paths)."""
        codes = [code for code in codes if code in levels and code in wholes]
        self.wholes[city] = {code: wholes[code] for code in codes}
        denominator = sum(wholes[code].astype(float) for code in codes)
        numerator = sum(levels[code].astype(float) * wholes[code] for code in codes)
        return numerator, denominator

    def changed(self, city: str, numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
        """What a city's level changes by, (years of `span`, paths)."""
        change = CHANGES[self.indicator]
        sides = [pd.DataFrame(side, index=self.span) for side in (numerator, denominator)]
        level = self.measured.level_of(change.level, *sides)
        if not change.from_base:
            return change.of(level).to_numpy()
        start = self.measured.base(self.indicator, COUNTIES, base_year=self.base_year)[city]
        return change.against(level, start).to_numpy()


def _sisters(references: Measured | None, indicator: str, base_year: int | None) -> pd.DataFrame | None:
    """An indicator in the regions that are never assessed, years × regions."""
    if references is None:
        return None
    values = references.value(indicator, OWN, base_year=base_year)
    return values.loc[:, values.notna().any()]


def _factor(formula, fixed: dict) -> float:
    """What numerator over denominator is multiplied by; NaN for an indicator that speaks of a change."""
    one = pd.Series({2000: 1.0})
    return float(formula(one, one, **fixed).iloc[0])


def _ending_together(values: pd.DataFrame, sisters: pd.DataFrame | None):
    """Series by the year in which they end: year, codes, their histories, what the references did up to then."""
    values = values.loc[:, values.notna().any()]
    table = values.to_numpy(float)
    ends = values.index[len(table) - 1 - np.isfinite(table)[::-1].argmax(axis=0)] if table.size else []
    for year in sorted(set(ends)):
        together = values.loc[:year, ends == year]
        known = [] if sisters is None else list(sisters.reindex(range(sisters.index[0], year + 1)).to_numpy().T)
        yield (
            year,
            list(together.columns),
            [_from_first(column) for column in together.to_numpy(float).T],
            [_from_first(history)[-forecast.LONGEST :] for history in known if np.isfinite(history).any()],
        )


def _from_first(values: np.ndarray) -> np.ndarray:
    return values[np.flatnonzero(np.isfinite(values))[0] :]


def _codes(measured: Measured, regions) -> set[str]:
    if regions is None:
        return set(measured.regions.index)
    return set(regions["code"] if isinstance(regions, pd.DataFrame) else regions)


def _span(measured: Measured, until: int) -> pd.RangeIndex:
    return pd.RangeIndex(measured.years[0], max(until, measured.years[-1]) + 1)


def _measured_values(measured: Measured, indicator: str, base_year: int | None, basis: pd.Series) -> np.ndarray:
    """What was measured of the regions of `basis`, each on its own, (regions, measured years)."""
    values = np.full((len(basis), len(measured.years)), np.nan)
    for which in (OWN, COUNTIES):
        here = (basis == which).to_numpy()
        if here.any():
            known = measured.value(indicator, which, base_year=base_year)
            values[here] = known[basis.index[here]].reindex(measured.years).to_numpy(float).T
    return values


def _latest(values: np.ndarray) -> np.ndarray:
    """Column of the last value of each row; every row has one."""
    return values.shape[1] - 1 - np.isfinite(values)[:, ::-1].argmax(axis=1)


def _together(measured, indicator, until, method, paths, basis: pd.Series, values, whole: dict, span) -> Outlook:
    codes = list(basis.index)
    if not codes:
        none, ahead = np.empty((0, 0)), pd.RangeIndex(until + 1, until + 1)
        return Outlook(
            indicator, (), (), ahead, none, np.empty(0, int), ahead, np.empty((0, paths, 0), np.float32), method
        )
    start = measured.years[0]
    latest = start + _latest(values)
    first = start + int(np.isfinite(values).argmax(axis=1).min())
    ahead = pd.RangeIndex(int(latest.min()) + 1, until + 1)
    drawn = np.empty((len(codes), len(ahead), paths), np.float32).swapaxes(1, 2)
    drawn[:] = _of_years(values, start, ahead)[:, None, :]
    for place, code in enumerate(codes):
        after = int(latest[place]) + 1
        if after <= until:
            drawn[place][:, after - ahead[0] :] = whole[code][after - span[0] : until + 1 - span[0]].T
    years = pd.RangeIndex(first, max(until, int(latest.max())) + 1)
    table = _of_years(values, start, years)
    return Outlook(indicator, tuple(codes), tuple(basis), years, table, latest, ahead, drawn, method)


def _of_years(values: np.ndarray, start: int, years: pd.RangeIndex) -> np.ndarray:
    """Columns of these years from a table that begins in `start`; NaN where it has none."""
    filled = np.full((len(values), len(years)), np.nan)
    if len(years):
        low, high = max(start, years[0]), min(start + values.shape[1], years[-1] + 1)
        if low < high:
            filled[:, low - years[0] : high - years[0]] = values[:, low - start : high - start]
    return filled


def measured_outlook(
    measured: Measured, regions: pd.DataFrame, indicator: str, until: int, base_year: int | None = None
) -> Outlook | None:
    """As `outlook`, for what needs no paths; None when no region has a value."""
    wanted = _codes(measured, regions)
    deciding = measured.deciding(indicator, base_year=base_year)
    told = deciding[(deciding != "") & deciding.index.isin(wanted)]
    if told.empty:
        return None
    span = _span(measured, until)
    whole = dict.fromkeys(told.index, np.empty((len(span), 0)))
    values = _measured_values(measured, indicator, base_year, told)
    return _together(measured, indicator, until, "", 0, told, values, whole, span)
