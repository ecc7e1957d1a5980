"""Methods colleagues ask about, for comparison: none of them is calibrated on short series.

Each returns a distribution for every series it is defined for, NaN for the others: a line needs 3 observations, the
log-line 3 positive ones, damped Holt, ETS and Theta 4, ARIMA 6, GM(1,1) 4 positive ones. Gaps are bridged by a
straight line, except by the two lines, which leave them out. A constant series stays what it is, without spread.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from ecoanalysis.forecast.grey import FEWEST, grey_model
from ecoanalysis.forecast.shape import inside
from ecoanalysis.forecast.windows import Windows

GRID = np.linspace(-4.5, 4.5, 181)  # normal scores at which a comparison distribution is kept


@dataclass(frozen=True)
class Tabled:
    """Distributions as a table of values at the normal scores `GRID`, (series, horizon, scores)."""

    table: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, scores: np.ndarray) -> np.ndarray:
        """As `Shape.at`; scores beyond the table get its last value."""
        count, horizon, _ = self.table.shape
        scores = np.broadcast_to(scores, (count, horizon, scores.shape[-1]))
        levels = np.empty(scores.shape, scores.dtype)
        for i in range(count):
            for h in range(horizon):
                levels[i, h] = np.interp(scores[i, h], GRID, self.table[i, h])
        low, high = inside(self.low, self.high, scores.dtype)
        return np.clip(levels, low[:, None, None], high[:, None, None])

    def from_year(self, ahead: np.ndarray, horizon: int) -> Tabled:
        """As `Shape.from_year`."""
        years = (ahead[:, None] + np.arange(horizon))[..., None]
        return Tabled(np.take_along_axis(self.table, years, axis=1), self.low, self.high)

    def rows(self, start: int, stop: int) -> Tabled:
        """As `Shape.rows`."""
        return Tabled(self.table[start:stop], self.low[start:stop], self.high[start:stop])


def straight_line(w: Windows, horizon: int) -> Tabled:
    """Least squares on the year, with the prediction interval of Student's t."""
    return _each(w, horizon, _line, fewest=3, gaps=True)


def log_line(w: Windows, horizon: int) -> Tabled:
    """The straight line through logarithms: constant growth rate."""
    return _each(w, horizon, _log_line, fewest=3, gaps=True, positive=True)


def damped_holt(w: Windows, horizon: int) -> Tabled:
    """Exponential smoothing with additive, damped trend."""
    return _each(w, horizon, _damped_holt, fewest=4)


def ets(w: Windows, horizon: int) -> Tabled:
    """Exponential smoothing without trend, with trend, with damped trend: whichever has the smallest AICc."""
    return _each(w, horizon, _ets, fewest=4)


def theta(w: Windows, horizon: int) -> Tabled:
    """The Theta method: mean of a line and of simple exponential smoothing."""
    return _each(w, horizon, _theta, fewest=4)


def arima(w: Windows, horizon: int) -> Tabled:
    """ARIMA of orders up to (1, 2, 1), differenced until KPSS is content, then by AICc."""
    return _each(w, horizon, _arima, fewest=6)


def gm11(w: Windows, horizon: int) -> Tabled:
    """GM(1,1), see `grey_model`; it knows no interval of its own, so residuals spread it, in Student's t."""
    return _each(w, horizon, _gm11, fewest=FEWEST, positive=True)


def _each(
    w: Windows, horizon: int, one: Callable, *, fewest: int, gaps: bool = False, positive: bool = False
) -> Tabled:
    table = np.full((len(w), horizon, len(GRID)), np.nan)
    for i in range(len(w)):
        years = np.arange(w.values.shape[1]) - w.values.shape[1] + 1
        known = w.observed[i] if gaps else ~np.isnan(w.values[i])
        values = w.values[i, known]
        if w.observed[i].sum() < fewest or (positive and values.min() <= 0):
            continue
        unit = np.abs(values).max()
        if np.ptp(values) <= 1e-9 * unit:
            table[i] = values[-1]
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what optimisers think of short series is known
            try:
                forecast = one(years[known], values / unit, horizon)
            except (ValueError, np.linalg.LinAlgError):  # no fit: no answer
                continue
        if np.isfinite(forecast).all():
            table[i] = forecast * unit
    return Tabled(table, w.low, w.high)


def _student(freedom: float) -> np.ndarray:
    lower = special.stdtrit(freedom, special.ndtr(-np.abs(GRID)))
    return np.sign(GRID) * np.abs(lower)


def _normal(mean, spread) -> np.ndarray:
    return np.asarray(mean)[:, None] + np.asarray(spread)[:, None] * GRID


def _line(years, values, horizon) -> np.ndarray:
    from statsmodels.regression.linear_model import OLS  # slow to import, rarely needed

    one_and_year = [np.column_stack([np.ones(len(x)), x]) for x in (years, np.arange(1, horizon + 1))]
    ahead = OLS(values, one_and_year[0]).fit().get_prediction(one_and_year[1])
    return ahead.predicted_mean[:, None] + ahead.se_obs[:, None] * _student(len(values) - 2)


def _log_line(years, values, horizon) -> np.ndarray:
    return np.exp(np.clip(_line(years, np.log(values), horizon), -700, 700))


def _smoothed(values, **options):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # slow to import, rarely needed

    return ETSModel(pd.Series(values), error="add", **options).fit(disp=False)


def _smoothed_table(result, horizon) -> np.ndarray:
    count = result.model.nobs
    frame = result.get_prediction(start=count, end=count + horizon - 1)
    return _normal(frame.predicted_mean, np.sqrt(frame.forecast_variance))


def _damped_holt(years, values, horizon) -> np.ndarray:
    return _smoothed_table(_smoothed(values, trend="add", damped_trend=True, **_start(values)), horizon)


def _ets(years, values, horizon) -> np.ndarray:
    kinds = ({}, {"trend": "add"}, {"trend": "add", "damped_trend": True})
    fits = [_smoothed(values, **kind, **_start(values, trend="trend" in kind)) for kind in kinds]
    best = min(fits, key=lambda fit: fit.aicc if np.isfinite(fit.aicc) else np.inf)
    return _smoothed_table(best, horizon)


def _start(values, trend: bool = True) -> dict:
    """Level and trend before the first year, from a line through the first five values."""
    few = values[:5]
    slope, level = np.polyfit(np.arange(1, len(few) + 1), few, 1)
    if not trend:
        return {"initialization_method": "known", "initial_level": few.mean()}
    return {"initialization_method": "known", "initial_level": level, "initial_trend": slope}


def _theta(years, values, horizon) -> np.ndarray:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fit = ThetaModel(values, period=1, deseasonalize=False).fit()
    mean = np.asarray(fit.forecast(horizon))
    upper = np.asarray(fit.prediction_intervals(horizon, alpha=2 * special.ndtr(-1.0)))[:, 1]
    return _normal(mean, upper - mean)


def _arima(years, values, horizon) -> np.ndarray:
    from statsmodels.tsa.arima.model import ARIMA

    differences = _differences(values)
    best = None
    for p in (0, 1):
        for q in (0, 1):
            fit = ARIMA(values, order=(p, differences, q), trend="ct"[differences] if differences < 2 else "n").fit()
            if best is None or fit.aicc < best.aicc:
                best = fit
    ahead = best.get_forecast(horizon)
    return _normal(ahead.predicted_mean, ahead.se_mean)


def _differences(values) -> int:
    """How often to difference before KPSS no longer rejects at 5 %; twice at most."""
    from statsmodels.tsa.stattools import kpss

    for count in (0, 1):
        rest = np.diff(values, count)
        if np.ptp(rest) <= 1e-9 or kpss(rest, nlags="legacy" if len(rest) > 12 else 1)[1] > 0.05:
            return count
    return 2


def _gm11(years, values, horizon) -> np.ndarray:
    model = grey_model(values)
    freedom = len(values) - 2
    rest = (values - model.fitted)[1:]
    error = np.sqrt(rest @ rest / freedom)
    return model.forecast(horizon)[:, None] + error * _student(freedom)
