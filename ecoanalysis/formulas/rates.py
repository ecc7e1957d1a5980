"""Arithmetic that several indicators share: ratios, falls, rises, classes, survey intervals.

Everything takes float Series (one region) or DataFrames (years × regions) indexed by integer year and works
cell by cell. NaN in gives NaN out. Last year and the base year are looked up by calendar, so a gap in a
series gives no rate rather than a two-year one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri

Yearly = pd.Series | pd.DataFrame  # one region by year, or years × regions


def ratio(numerator: Yearly, denominator: Yearly, factor: float = 1.0) -> Yearly:
    """Numerator over denominator times a factor; NaN where the denominator is not above 0 or the
    numerator is below.

    A denominator of zero says that there is nothing to measure, which is not the same as 0 % or 100 %.
    Shares above 100 are left as they are: the check of the raw table names them.

    >>> ratio(pd.Series({2022: 41.0, 2023: 41.0}), pd.Series({2022: 100.0, 2023: 0.0}), 100).tolist()
    [41.0, nan]
    """
    return (numerator / denominator * factor).where((numerator >= 0) & (denominator > 0))


def percentage(part: Yearly, whole: Yearly) -> Yearly:
    """Part in a hundred of the whole [%], with the rules of `ratio`."""
    return ratio(part, whole, 100.0)


def previous_year(series: Yearly) -> Yearly:
    """The value of the calendar year before; NaN where that year is not there."""
    return series.reindex(series.index - 1).set_axis(series.index)


def base_value(series: Yearly, base_year: float) -> float | pd.Series:
    """The value of the base year, one for each region; NaN when the series does not have that year."""
    return series.reindex([int(base_year)]).iloc[0]


def decline_rate(series: Yearly) -> Yearly:
    """Fall since the year before [%], positive for a fall.

    >>> decline_rate(pd.Series({2020: 100.0, 2021: 90.0, 2023: 45.0})).round(2).tolist()
    [nan, 10.0, nan]
    """
    before = previous_year(series)
    return (1 - series / before.where(before > 0)) * 100


def cumulative_decline(series: Yearly, base_year: float) -> Yearly:
    """Fall since the base year [%], positive for a fall: the ends' ratio, so yearly falls compound.

    Years before the base year are compared with it in the same way, so that a series has one definition
    throughout; there the number is negative where the base year was already better.

    >>> cumulative_decline(pd.Series({2019: 125.0, 2020: 100.0, 2022: 81.0}), 2020).round(2).tolist()
    [-25.0, 0.0, 19.0]
    """
    base = base_value(series, base_year)
    base = base.where(base > 0) if isinstance(base, pd.Series) else (base if base > 0 else np.nan)
    return (1 - series / base) * 100


def rise(series: Yearly) -> Yearly:
    """Difference to the year before, in the series' own unit."""
    return series - previous_year(series)


def rise_since(series: Yearly, base_year: float) -> Yearly:
    """Difference to the base year, in the series' own unit."""
    return series - base_value(series, base_year)


def fall_since(series: Yearly, base_year: float) -> Yearly:
    """Difference to the base year the other way round: positive for a fall."""
    return 0.0 - rise_since(series, base_year)


def chained(growth: Yearly, base_year: float) -> Yearly:
    """The level that yearly factors make, 1 in the base year, both ways.

    A missing factor ends the chain on the side away from the base year: it is not bridged.

    >>> chained(pd.Series({2020: 1.04, 2021: 1.08, 2022: 1.05}), 2020).round(4).to_dict()
    {2020: 1.0, 2021: 1.08, 2022: 1.134}
    """
    base_year = int(base_year)
    years = range(min([base_year, *growth.index]), max([base_year, *growth.index]) + 1)
    growth = growth.reindex(years)
    level = growth * 0 + 1.0
    level.loc[[base_year]] = 1.0
    level.loc[base_year + 1 :] = growth.loc[base_year + 1 :].cumprod(skipna=False)
    # a year back undoes the growth of the later of the two years
    level.loc[: base_year - 1] = 1 / growth.shift(-1).loc[: base_year - 1].iloc[::-1].cumprod(skipna=False)
    return level


def compounded(falls: Yearly, base_year: float) -> Yearly:
    """The fall since the base year [%] that yearly falls [%] make together; never their sum.

    >>> round(float(compounded(pd.Series({2011: 8.01, 2012: 1.79, 2013: 5.35}), 2010)[2013]), 2)
    14.49
    """
    factors = 1 - falls / 100
    return (1 - chained(factors.where(factors > 0), base_year).reindex(falls.index)) * 100


def asked_change(target: float, base: float, limit: float | None) -> float:
    """What is asked of a rise or fall: the target, but 0 where the base stands at its limit already.

    A share of class III that was 100 % in the base year (or one worse than class V that was 0 %) cannot get
    better; a rise (fall) of 0 passes.

    >>> asked_change(5, 100, 100), asked_change(5, 80, 100), asked_change(2, 0, 0)
    (0.0, 5.0, 0.0)
    """
    at_limit = limit is not None and abs(base - limit) <= 1e-9 * max(1.0, abs(limit))
    return min(0.0, float(target)) if at_limit else float(target)


def classed(values: Yearly, bounds: Mapping[str, float]) -> Yearly:
    """The name of the class each value falls into: the highest lower bound it reaches.

    Bounds are lower bounds, the bound itself belongs to the class above. NaN, or a value under every bound,
    is in no class (None).

    >>> classed(pd.Series({2022: 74.9, 2023: 75.0}), {"excellent": 75, "good": 55}).tolist()
    ['good', 'excellent']
    """
    rising = sorted(bounds, key=bounds.get)
    edges = np.array([bounds[name] for name in rising])
    names = np.array([None, *rising], dtype=object)
    numbers = values.to_numpy(dtype=float)
    place = np.where(np.isnan(numbers), 0, np.searchsorted(edges, numbers, side="right"))
    return _like(values, names[place])


def change_classed(change: Yearly, bounds: Mapping[str, float]) -> Yearly:
    """The class of a change by its size, with `_better` or `_worse` after it except in the lowest class.

    >>> bounds = {"stable": 0, "slight": 1, "obvious": 3}
    >>> change_classed(pd.Series({2022: -3.0, 2023: 0.4}), bounds).tolist()
    ['obvious_worse', 'stable']
    """
    lowest = min(bounds, key=bounds.get)
    sizes = classed(change.abs(), bounds).to_numpy(dtype=object)
    signs = np.where(change.to_numpy(dtype=float) > 0, "_better", "_worse")
    named = [
        size if size in (None, lowest) else size + sign for size, sign in zip(sizes.ravel(), signs.ravel(), strict=True)
    ]
    out = np.empty(sizes.size, dtype=object)
    out[:] = named
    return _like(change, out.reshape(sizes.shape))


def _like(values: Yearly, cells: np.ndarray) -> Yearly:
    if isinstance(values, pd.DataFrame):
        return pd.DataFrame(cells, index=values.index, columns=values.columns, dtype=object)
    return pd.Series(cells, index=values.index, name=values.name, dtype=object)


def wilson_interval(
    successes: float, n: float, level: float = 0.95, population: float | None = None
) -> tuple[float, float]:
    r"""Interval of a survey share [%] from the number of valid answers (Wilson's score interval).

    Parameters
    ----------
    successes, n : float
        Answers of the kind counted, and valid answers in all. [answer]
    level : float
        Confidence level, between 0 and 1.
    population : float, optional
        People the sample was drawn from. Given it, the answers count as n (N − 1) / (N − n) of them, which
        narrows the interval and closes it when everybody was asked.

    Returns
    -------
    tuple of float
        Lower and upper end. [%] NaN where an input is missing or nobody answered.

    Raises
    ------
    ValueError
        More successes than answers, or more answers than people.

    Notes
    -----
    .. math:: \frac{p + z^2 / 2n \pm z \sqrt{p (1 - p) / n + z^2 / 4n^2}}{1 + z^2 / n}

    with :math:`p` the share and :math:`z` the normal score of the level. statsmodels has the same
    (`proportion_confint`), for half a second of imports before a report's first picture.

    References
    ----------
    Wilson 1927, Journal of the American Statistical Association 22; finite-population factor: Cochran,
    Sampling Techniques, 1977, 2.6. The plain normal interval has no width at 100 %, hence not used.

    >>> [round(end, 2) for end in wilson_interval(340, 400)]
    [81.17, 88.17]
    """
    if np.isnan([successes, n]).any() or n <= 0:
        return (np.nan, np.nan)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes:g} of {n:g} answers: the part must lie between 0 and the answers in all")
    if population is not None and not np.isnan(population):
        if n > population:
            raise ValueError(f"{n:g} answers from {population:g} people: there cannot be more answers than people")
        if n == population:
            return (successes / n * 100,) * 2
        widened = n * (population - 1) / (population - n)
        successes, n = successes / n * widened, widened
    share, z = successes / n, float(ndtri((1 + level) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return ((middle - half) * 100, (middle + half) * 100)
