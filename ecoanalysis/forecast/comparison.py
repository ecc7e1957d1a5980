"""Comparison models: what colleagues would use instead, behind the same call.

They are here to be compared with, not to be relied on: on series of six to twelve values their intervals are too
narrow. Each is fitted to the window of a series alone and gives a mean and a standard error for every year ahead; a
series too short for a model takes the closed form's answer. statsmodels does the fitting; the grey model, which no
kept library has, is written out below.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from ecoanalysis.forecast.closed_form import closed_form
from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.windows import Windows

CLASSES = ((0.35, 0.95), (0.50, 0.80), (0.65, 0.70))  # posterior ratio at most, small-error probability at least


@dataclass(frozen=True)
class ComparisonShape(Shape):
    """A model's own distribution: Student with `tail` degrees of freedom (infinite: normal); `skew` 1: of the log."""

    def _moving(self, scores: np.ndarray) -> np.ndarray:
        scores = np.asarray(scores, float)
        freedom = np.where(np.isfinite(self.tail), self.tail, 1e6)[..., None]
        standard = np.where(freedom < 1e6, special.stdtrit(freedom, special.ndtr(scores)), scores)
        values = self.location[..., None] + self.scale[..., None] * standard
        values = np.where(self.skew[..., None] == 1, np.exp(np.minimum(values, 700)), values)
        return np.clip(values, self.low[:, None, None], self.high[:, None, None])

    def at(self, scores: np.ndarray) -> np.ndarray:
        return self._moving(scores)  # these models know no standing still


def straight_line(y: np.ndarray, h: int) -> tuple:
    """Least-squares line with its textbook prediction error (Student, n - 2)."""
    return _line(y, h)


def log_line(y: np.ndarray, h: int) -> tuple:
    """Least-squares line through the logarithms; through the values where one is not positive."""
    if (y <= 0).any():
        return _line(y, h)
    mean, error, freedom, _ = _line(np.log(y), h)
    return mean, error, freedom, 1.0


def damped_holt(y: np.ndarray, h: int) -> tuple:
    """Exponential smoothing with a damped additive trend (state-space form AAdN)."""
    return _smoothing(y, h, trend="add", damped_trend=True)[1]


def ets(y: np.ndarray, h: int) -> tuple:
    """The best by AICc of simple smoothing, additive trend and damped additive trend, additive errors."""
    kinds = ({}, {"trend": "add"}, {"trend": "add", "damped_trend": True})
    return min((_smoothing(y, h, **kind) for kind in kinds), key=lambda found: found[0])[1]


def theta(y: np.ndarray, h: int) -> tuple:
    """The theta method with its prediction intervals."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fitted = ThetaModel(y, period=1, deseasonalize=False, use_test=False).fit()
    mean = np.asarray(fitted.forecast(h), float)
    upper = np.asarray(fitted.prediction_intervals(h, alpha=0.2), float)[:, 1]
    return mean, (upper - mean) / special.ndtri(0.9), np.inf, 0.0


def arima(y: np.ndarray, h: int) -> tuple:
    """The best by AICc of six small ARIMA models, with drift where the model has one."""
    from statsmodels.tsa.arima.model import ARIMA

    orders = [
        ((0, 1, 0), "n"),
        ((0, 1, 0), "t"),
        ((1, 1, 0), "n"),
        ((0, 1, 1), "n"),
        ((1, 0, 0), "c"),
        ((0, 2, 1), "n"),
    ]
    fits = [ARIMA(y, order=order, trend=trend).fit() for order, trend in orders]
    ahead = min(fits, key=lambda fit: fit.aicc if np.isfinite(fit.aicc) else np.inf).get_forecast(h)
    return np.asarray(ahead.predicted_mean, float), np.asarray(ahead.se_mean, float), np.inf, 0.0


def gm11(y: np.ndarray, h: int) -> tuple:
    """GM(1,1) with normal errors as large as its residuals, growing as those of a random walk."""
    model = grey_model(y, h)
    spread = np.std(model.residuals[1:], ddof=min(2, len(y) - 2)) if len(y) > 3 else np.std(model.residuals)
    return model.ahead, np.maximum(spread, 1e-9 * np.abs(y).mean()) * np.sqrt(np.arange(1, h + 1)), np.inf, 0.0


@dataclass(frozen=True)
class GreyModel:
    """GM(1,1) of one series: fit, residuals, forecast, parameters and tests (`grey_model`)."""

    fitted: np.ndarray
    residuals: np.ndarray
    ahead: np.ndarray
    a: float
    b: float
    level_ratios: np.ndarray
    level_ratio_test: bool
    posterior_ratio: float
    small_error_probability: float
    accuracy_class: int


def grey_model(history, horizon: int = 5) -> GreyModel:
    """灰色预测 Grey model GM(1,1).

    Parameters
    ----------
    history : 1-d array
        At least four positive values, no gap.
    horizon : int
        Years ahead.

    Returns
    -------
    GreyModel
        `level_ratio_test` is True when every ratio of a value to the next lies within exp(∓2/(n+1)).
        `posterior_ratio` is C = S2/S1, `small_error_probability` P(|e - mean e| < 0.6745 S1), `accuracy_class` the
        worse class of the two, 1 (good) to 4 (failed).

    Raises
    ------
    ValueError
        Fewer than four values, a gap, or a value that is not positive.
    """
    x = np.asarray(history, float)
    if x.ndim != 1 or len(x) < 4 or not np.isfinite(x).all() or (x <= 0).any():
        raise ValueError("GM(1,1) takes at least four positive values without a gap")
    total = np.cumsum(x)
    background = (total[1:] + total[:-1]) / 2
    a, b = np.linalg.lstsq(np.column_stack([-background, np.ones(len(background))]), x[1:], rcond=None)[0]
    k = np.arange(len(x) + horizon)
    if abs(a) < 1e-9:  # the limit of no growth
        summed = x[0] + b * k
    else:
        summed = (x[0] - b / a) * np.exp(np.clip(-a * k, -700, 700)) + b / a
    values = np.concatenate([x[:1], np.diff(summed)])
    residuals = x - values[: len(x)]
    s1, s2 = x.std(), residuals.std()
    posterior = s2 / s1 if s1 > 0 else 0.0
    small = float(np.mean(np.abs(residuals - residuals.mean()) < 0.6745 * s1)) if s1 > 0 else 1.0
    grade = next((i for i, (c, p) in enumerate(CLASSES, start=1) if posterior <= c and small >= p), 4)
    ratios = x[:-1] / x[1:]
    edge = np.exp(2 / (len(x) + 1))
    passed = bool(((ratios > 1 / edge) & (ratios < edge)).all())
    return GreyModel(values[: len(x)], residuals, values[len(x) :], a, b, ratios, passed, posterior, small, grade)


def lifted(model: Callable, fewest: int) -> Callable:
    """A model of one series as a method of a panel; shorter series and failed fits take the closed form's answer."""

    def method(w: Windows, horizon: int) -> ComparisonShape:
        plain = closed_form(w, horizon)
        location, scale = plain.location.copy(), plain.scale.copy()
        tail, skew = plain.tail.copy(), np.zeros_like(location)
        for i, (values, years) in enumerate(zip(w.values, w.n, strict=True)):
            y = values[-years:]
            if years < fewest or np.ptp(y) == 0:
                continue
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    mean, error, freedom, of_log = model(y, horizon)
            except (ValueError, np.linalg.LinAlgError):
                continue
            if np.isfinite(mean).all() and np.isfinite(error).all():
                location[i], scale[i], tail[i], skew[i] = mean, error, freedom, of_log
        return ComparisonShape(location, scale, skew, tail, w.low, w.high)

    method.__doc__ = model.__doc__
    return method


def _line(y: np.ndarray, h: int) -> tuple:
    n = len(y)
    x, ahead = np.arange(n) - (n - 1) / 2, np.arange(n, n + h) - (n - 1) / 2
    slope = (x @ y) / (x @ x)
    residuals = y - y.mean() - slope * x
    error = np.sqrt(residuals @ residuals / (n - 2) * (1 + 1 / n + ahead**2 / (x @ x)))
    return y.mean() + slope * ahead, error, float(n - 2), 0.0


def _smoothing(y: np.ndarray, h: int, **kind) -> tuple[float, tuple]:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fitted = ETSModel(pd.Series(y), error="add", **kind).fit(disp=False)
    ahead = fitted.get_prediction(start=len(y), end=len(y) + h - 1)
    upper = np.asarray(ahead.pred_int(alpha=0.2), float)[:, 1]
    mean = np.asarray(ahead.predicted_mean, float)
    aicc = fitted.aicc if np.isfinite(fitted.aicc) else np.inf
    return aicc, (mean, (upper - mean) / special.ndtri(0.9), np.inf, 0.0)
