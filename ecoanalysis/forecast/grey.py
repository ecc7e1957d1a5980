"""The grey model GM(1,1) and its tests, as planning offices use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST = 4  # positive values a grey model needs
ACCURACY = ((0.35, 0.95), (0.50, 0.80), (0.65, 0.70))  # C at most, P at least, of classes 1 to 3; class 4 is what fails


@dataclass(frozen=True)
class GreyModel:
    """GM(1,1) 灰色预测 of one series.

    Attributes
    ----------
    a, b : float
        Development coefficient and grey input of x0(k) + a z(k) = b.
    first : float
        First value.
    fitted : array
        As long as the history.
    level_ratios : array
        x0(k-1) / x0(k), k = 2..n; all must lie in `admissible`.
    smoothness : array
        x0(k) / x1(k-1), k = 3..n; all must be below 0.5.
    posterior_ratio : float
        C 后验差比: spread of the residuals over spread of the history. NaN for a constant history.
    small_error_probability : float
        P 小误差概率: share of residuals nearer to their mean than 0.6745 spreads of the history.
    """

    a: float
    b: float
    first: float
    fitted: np.ndarray
    level_ratios: np.ndarray
    smoothness: np.ndarray
    posterior_ratio: float
    small_error_probability: float

    @property
    def admissible(self) -> tuple[float, float]:
        """Interval for the level ratios: exp(-2/(n+1)) to exp(2/(n+1))."""
        reach = 2 / (len(self.fitted) + 1)
        return float(np.exp(-reach)), float(np.exp(reach))

    @property
    def level_ratios_pass(self) -> bool:
        """级比检验."""
        low, high = self.admissible
        return bool(((self.level_ratios > low) & (self.level_ratios < high)).all())

    @property
    def smooth(self) -> bool:
        """光滑性检验."""
        return bool((self.smoothness < 0.5).all())

    @property
    def accuracy(self) -> int:
        """精度等级: 1 good, 2 qualified, 3 barely, 4 not; the worse of C and P."""
        if np.isnan(self.posterior_ratio):
            return 1  # a constant history, met exactly
        by_ratio = sum(self.posterior_ratio > limit for limit, _ in ACCURACY)
        by_probability = sum(self.small_error_probability < limit for _, limit in ACCURACY)
        return 1 + max(by_ratio, by_probability)

    @property
    def range_of_use(self) -> str:
        """By -a: "medium" up to 0.3, "short" up to 0.5, "with care" up to 0.8, "none" above."""
        for limit, name in ((0.3, "medium"), (0.5, "short"), (0.8, "with care")):
            if -self.a <= limit:
                return name
        return "none"

    def forecast(self, horizon: int) -> np.ndarray:
        """Values of the years 1..horizon after the history."""
        return _restored(self.a, self.b, self.first, len(self.fitted) + horizon)[len(self.fitted) :]


def grey_model(history) -> GreyModel:
    """Fit GM(1,1).

    Parameters
    ----------
    history : 1-d array
        At least four positive yearly values, oldest first, without gaps.

    Raises
    ------
    ValueError
        Too few values, a gap, or a value that is not positive.

    References
    ----------
    .. [1] Deng Julong, grey systems theory: accumulation, mean sequence z(k) = (x1(k) + x1(k-1)) / 2, least squares.
    """
    values = np.asarray(history, float)
    if values.ndim != 1 or len(values) < FEWEST or not np.isfinite(values).all() or (values <= 0).any():
        raise ValueError(f"GM(1,1) needs at least {FEWEST} positive yearly values without gap; choose another method")
    total = values.cumsum()
    background = (total[1:] + total[:-1]) / 2
    design = np.column_stack([-background, np.ones(len(background))])
    (a, b), *_ = np.linalg.lstsq(design, values[1:])
    fitted = _restored(a, b, values[0], len(values))
    errors = values - fitted
    spread = values.std()
    constant = spread <= 1e-12 * values.mean()
    near = np.abs(errors - errors.mean()) < 0.6745 * spread
    return GreyModel(
        float(a),
        float(b),
        float(values[0]),
        fitted,
        values[:-1] / values[1:],
        values[2:] / total[1:-1],
        np.nan if constant else float(errors.std() / spread),
        1.0 if constant else float(near.mean()),
    )


def _restored(a: float, b: float, first: float, count: int) -> np.ndarray:
    """Solution of the whitened equation, differenced; a straight line in the limit a = 0."""
    k = np.arange(count)
    if abs(a) < 1e-9:
        total = first + b * k
    else:
        total = (first - b / a) * np.exp(np.clip(-a * k, -700, 700))  # less b / a, which the differences lose
    return np.r_[first, np.diff(total)]
