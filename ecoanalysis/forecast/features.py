"""What the learned model looks at in a window: odd features change sign with the series, even ones do not.

All are free of unit. "Usual change" is the scale of the window, `Windows.scale`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np

from ecoanalysis.forecast.windows import YEARS, Windows

RECENT = 8  # single changes that are looked at
LIMIT = 8.0  # features are kept within this
AT_ONCE = 512  # series that are looked at together: few enough to stay in the cache

# Names of the features, in their order. Ages count back from the latest change, 0.
ODD = [f"change_{age}" for age in range(RECENT - 1, -1, -1)] + (
    "drift drift_2 drift_3 drift_5 drift_10 fading_0.5 fading_0.8 late_minus_early slope slope_5 line_end line_end_5 "
    "mean_gone near_gone lopsided largest largest_recent direction_count median_change better "
    "bounds_near_2 bounds_near_8 bounds_near_30 level sign signed_share compound_minus_drift growth"
).split()
EVEN = ["one_over_n", "log_n", *[f"size_{age}" for age in range(RECENT - 1, -1, -1)]] + (
    "swings neighbours autocorrelation autocorrelation_2 zeros log_size_3 log_size_5 largest_size largest_age "
    "mean_square log_spread abs_drift abs_drift_3 drift_squared abs_fading agreement_of_signs line_noise line_noise_5 "
    "abs_line_end abs_mean_gone range log_share last_over_level same_sign bounds_close_2 bounds_close_8 "
    "bounds_close_30 two_bounds a_bound smallest_change observed_share abs_growth recent_largest"
).split()


def features(w: Windows, odd: Sequence[str] = ODD, even: Sequence[str] = EVEN) -> tuple[np.ndarray, np.ndarray]:
    """Odd and even features by name, (series, number of names) each."""
    found = np.empty((len(w), len(odd) + len(even)))
    for start in range(0, len(w), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        makes = _features(w.take(rows))
        found[rows] = np.array([makes[name]() for name in (*odd, *even)]).T
    np.clip(found, -LIMIT, LIMIT, out=found)
    return found[:, : len(odd)], found[:, len(odd) :]


def _features(w: Windows) -> dict[str, Callable[[], np.ndarray]]:
    """What makes each feature, by name: functions that return (series,).

    Arrays below are (years, series), the latest year last: sums over years are then sums of whole rows. Windows have
    no holes, so what has not been seen are the first years of the shorter ones.
    """
    years = max(int(w.n.max()), RECENT + 1)
    values = np.nan_to_num(w.values[:, -years:].T.copy())
    n, last = w.n.astype(float), w.last
    s = w.scale
    level = np.where(w.level > 0, w.level, s)
    m = np.maximum(n - 1, 1)
    back = np.arange(years - 1, -1, -1)[:, None]  # years back from the last one, 0 for it
    seen = back < w.n
    known = seen[:-1]
    change = np.where(known, np.diff(values, axis=0), 0.0) / s
    size = np.abs(change)
    drift = change.sum(axis=0) / m
    gone = np.where(seen, (values - last) / s, 0.0)  # where the series was, seen from its last value
    slope, end, noise = _line(gone, seen, n)
    largest_place = (size - 1e-6 * back[1:]).argmax(axis=0)  # the latest among equals
    largest = change[largest_place, np.arange(len(w))]
    largest_age = years - 2 - largest_place
    square = np.maximum((change**2).sum(axis=0), 1e-9)
    around = np.where(known, change - drift, 0.0)
    around_square = (around**2).sum(axis=0)
    sign = np.sign(last)

    def recent(x, most):
        """Mean over the last so many changes."""
        return x[-most:].sum(axis=0) / np.minimum(m, most)

    def fading(memory):
        weight = memory ** back[1:].astype(float)
        return (weight * change).sum(axis=0) / np.cumsum(weight[::-1])[m.astype(int) - 1]

    def half(latest):
        """Mean change of the earlier or the later half."""
        size_of_half = np.maximum(m // 2, 1)
        place = m - back[:-1]  # 0 for the first change
        inside = place >= m - size_of_half if latest else place < size_of_half
        return np.where(known & inside, change, 0.0).sum(axis=0) / size_of_half

    @cache
    def late_line():
        return _line(gone[-5:], seen[-5:], np.minimum(n, 5))

    @cache
    def mean_gone():
        return np.arcsinh(gone.sum(axis=0) / n)

    @cache
    def near(reach):
        """How near the upper and the lower bound are."""
        return np.exp(-(w.high - last) / s / reach), np.exp(-(last - w.low) / s / reach)

    @cache
    def same_sign():
        return np.where(seen, values * sign > 0, True).all(axis=0).astype(float)

    @cache
    def growth():
        return _growth(values[years - w.n, np.arange(len(w))], last, same_sign(), m)

    def compound():
        return sign * np.abs(last) * np.expm1(np.clip(growth(), -1, 1)) / s

    def autocorrelation(lag):
        return (around[lag:] * around[:-lag]).sum(axis=0) / np.maximum(around_square, 1e-9)

    def smallest():
        return np.where(size > 1e-9, size, np.inf).min(axis=0)

    share = s / level  # usual change as a share of the level
    highest, lowest = gone.max(axis=0), gone.min(axis=0)
    bounded = np.isfinite(w.high), np.isfinite(w.low)
    odd = {
        **{f"change_{age}": partial(np.arcsinh, change[-1 - age]) for age in range(RECENT)},
        "drift": lambda: drift,
        **{f"drift_{most}": partial(recent, change, most) for most in (2, 3, 5, 10)},
        **{f"fading_{memory}": partial(fading, memory) for memory in (0.5, 0.8)},
        "late_minus_early": lambda: half(latest=True) - half(latest=False),
        "slope": lambda: slope * np.sqrt(m) / 2,
        "slope_5": lambda: late_line()[0],
        "line_end": lambda: np.arcsinh(end),
        "line_end_5": lambda: np.arcsinh(late_line()[1]),
        "mean_gone": mean_gone,
        "near_gone": lambda: np.arcsinh(gone[-4:].sum(axis=0) / np.minimum(n, 4)),
        "lopsided": lambda: (highest + lowest) / np.maximum(highest - lowest, 1e-9),
        "largest": lambda: np.arcsinh(largest),
        "largest_recent": lambda: np.arcsinh(largest) * np.exp(-largest_age / 3),
        "direction_count": lambda: np.sign(change).sum(axis=0) / m,
        "median_change": lambda: _middle(change),
        "better": lambda: w.better,
        **{f"bounds_near_{reach}": lambda reach=reach: np.subtract(*near(reach)) for reach in (2, 8, 30)},
        "level": lambda: same_sign() * sign * np.log1p(np.abs(last) / s) / 3,
        "sign": lambda: same_sign() * sign,
        "signed_share": lambda: same_sign() * sign * np.minimum(share * 5, 2),
        "compound_minus_drift": lambda: same_sign() * (compound() - drift),
        "growth": lambda: same_sign() * np.minimum(np.abs(growth()) * 10, 3) * np.sign(growth()) * sign,
    }
    even = {
        "one_over_n": lambda: 1 / n,
        "log_n": lambda: np.log(n),
        **{f"size_{age}": partial(np.arcsinh, size[-1 - age]) for age in range(RECENT)},
        "swings": lambda: (np.abs(np.diff(change, axis=0)) * known[:-1]).sum(axis=0) / np.maximum(m - 1, 1),
        "neighbours": lambda: (change[1:] * change[:-1]).sum(axis=0) / square,
        "autocorrelation": lambda: autocorrelation(1),
        "autocorrelation_2": lambda: autocorrelation(2),
        "zeros": lambda: ((size < 1e-9) & known).sum(axis=0) / m,
        **{f"log_size_{most}": lambda most=most: np.log(np.maximum(recent(size, most), 0.03)) for most in (3, 5)},
        "largest_size": lambda: np.arcsinh(size.max(axis=0)),
        "largest_age": lambda: np.exp(-largest_age / 3),
        "mean_square": lambda: np.sqrt(square / m),
        "log_spread": lambda: np.log(np.sqrt(around_square / m) + 0.03),
        "abs_drift": lambda: np.abs(drift),
        "abs_drift_3": lambda: np.abs(recent(change, 3)),
        "drift_squared": lambda: drift**2,
        "abs_fading": lambda: np.abs(fading(0.8)),
        "agreement_of_signs": lambda: np.abs(np.sign(change).sum(axis=0)) / m,
        "line_noise": lambda: np.log(np.maximum(noise, 0.02)),
        "line_noise_5": lambda: np.log(np.maximum(late_line()[2], 0.02)),
        "abs_line_end": lambda: np.arcsinh(np.abs(end)),
        "abs_mean_gone": lambda: np.abs(mean_gone()),
        "range": lambda: np.arcsinh(highest - lowest),
        "log_share": lambda: np.log(share + 1e-5) / 2,
        "last_over_level": lambda: np.abs(last) / level,
        "same_sign": same_sign,
        **{f"bounds_close_{reach}": lambda reach=reach: np.add(*near(reach)) for reach in (2, 8, 30)},
        "two_bounds": lambda: bounded[0] & bounded[1],
        "a_bound": lambda: bounded[0] | bounded[1],
        "smallest_change": lambda: np.log(np.minimum(np.maximum(smallest(), 1e-4), 3.0)) / 2,
        "observed_share": lambda: w.observed.sum(axis=1) / n,
        "abs_growth": lambda: same_sign() * np.minimum(np.abs(growth()) * 10, 3),
        "recent_largest": lambda: np.log(size[-RECENT:].max(axis=0) + 0.03),
    }
    return odd | even


def _middle(change: np.ndarray) -> np.ndarray:
    """The tenth smallest of nineteen changes, those that were not seen being zero: zero in short windows."""
    middle = YEARS // 2 - 1
    if len(change) <= middle:
        return np.zeros(change.shape[1])
    unseen = np.zeros((YEARS - 1 - len(change), change.shape[1]))
    return np.sort(np.concatenate([unseen, change]), axis=0)[middle]


def _line(gone, seen, n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least-squares line through the window: slope, its end seen from the last value, spread around it."""
    t = np.where(seen, np.arange(1 - len(gone), 1)[:, None] + (n - 1) / 2, 0.0)
    slope = (t * gone).sum(axis=0) / np.maximum((t**2).sum(axis=0), 1e-9)
    mean = gone.sum(axis=0) / n
    rest = np.where(seen, gone - mean - slope * t, 0.0)
    return slope, mean + slope * (n - 1) / 2, np.sqrt((rest**2).sum(axis=0) / np.maximum(n - 2, 1))


def _growth(first, last, same_sign, m) -> np.ndarray:
    """Mean annual growth rate (log) of a series that keeps its sign; zero otherwise."""
    kept = same_sign > 0
    ratio = np.where(kept, last, 1.0) / np.where(kept, first, 1.0)
    return np.log(np.maximum(ratio, 1e-12)) / m
