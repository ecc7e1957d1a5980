"""What the learned model looks at in a window: odd features change sign with the series, even ones do not.

All are free of unit. "Usual change" is the scale of the window, `Windows.scale`.
"""

from __future__ import annotations

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


def features(w: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Odd and even features, (series, number of features) each."""
    odd, even = np.empty((len(w), len(ODD))), np.empty((len(w), len(EVEN)))
    for start in range(0, len(w), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        found = _features(w.take(rows))
        odd[rows], even[rows] = (part.T for part in found)
    return odd, even


def _features(w: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Odd and even features of a few series, (number of features, series) each.

    Every array below is (years, series), the latest year last: sums over years are then sums of whole rows. Windows
    have no holes, so what has not been seen are the first years of the shorter ones.
    """
    years = max(int(w.n.max()), RECENT + 1)
    values = np.nan_to_num(w.values[:, -years:].T.copy())
    n, last = w.n.astype(float), w.last
    s = np.where(w.scale > 0, w.scale, 1.0)
    level = np.where(w.level > 0, w.level, s)
    m = np.maximum(n - 1, 1)
    back = np.arange(years - 1, -1, -1)[:, None]  # years back from the last one, 0 for it
    seen = back < w.n
    known = seen[:-1]
    change = np.where(known, np.diff(values, axis=0), 0.0) / s
    size = np.abs(change)

    def recent(x, most):
        """Mean over the last so many changes."""
        return x[-most:].sum(axis=0) / np.minimum(m, most)

    drift = change.sum(axis=0) / m
    drifts = {most: recent(change, most) for most in (2, 3, 5, 10)}
    fading = {}
    for memory in (0.5, 0.8):
        weight = memory ** back[1:].astype(float) / memory
        fading[memory] = (weight * change).sum(axis=0) / np.cumsum(weight[::-1])[m.astype(int) - 1]
    gone = np.where(seen, (values - last) / s, 0.0)  # where the series was, seen from its last value
    mean_gone = gone.sum(axis=0) / n
    near_gone = gone[-4:].sum(axis=0) / np.minimum(n, 4)
    highest, lowest = gone.max(axis=0), gone.min(axis=0)
    slope, end, noise = _line(gone, seen, n)
    slope5, end5, noise5 = _line(gone[-5:], seen[-5:], np.minimum(n, 5))
    half = np.maximum(m // 2, 1)
    place = m - back[:-1]  # 0 for the first change
    early = np.where(known & (place < half), change, 0.0).sum(axis=0) / half
    late = np.where(known & (place >= m - half), change, 0.0).sum(axis=0) / half
    place_of_largest = (size - 1e-6 * back[1:]).argmax(axis=0)  # the latest among equals
    largest = change[place_of_largest, np.arange(len(w))]
    largest_age = years - 2 - place_of_largest

    ups, downs = (w.high - last) / s, (last - w.low) / s
    near = [(np.exp(-ups / reach), np.exp(-downs / reach)) for reach in (2.0, 8.0, 30.0)]
    sign = np.sign(last)
    same_sign = np.where(seen, values * sign > 0, True).all(axis=0).astype(float)
    share = s / level  # usual change as a share of the level
    first = values[years - w.n, np.arange(len(w))]
    growth = _growth(first, last, same_sign, m)
    compound = sign * np.abs(last) * np.expm1(np.clip(growth, -1, 1)) / s

    odd = [
        np.arcsinh(change[-RECENT:]),
        drift, *drifts.values(), *fading.values(),
        late - early, slope * np.sqrt(m) / 2, slope5, np.arcsinh(end), np.arcsinh(end5),
        np.arcsinh(mean_gone), np.arcsinh(near_gone),
        (highest + lowest) / np.maximum(highest - lowest, 1e-9),
        np.arcsinh(largest), np.arcsinh(largest) * np.exp(-largest_age / 3),
        np.sign(change).sum(axis=0) / m,
        _middle(change),
        w.better,
        *(up - down for up, down in near),
        same_sign * sign * np.log1p(np.abs(last) / s) / 3, same_sign * sign,
        same_sign * sign * np.minimum(share * 5, 2),
        same_sign * (compound - drift), same_sign * np.minimum(np.abs(growth) * 10, 3) * np.sign(growth) * sign,
    ]  # fmt: skip
    swings = np.abs(np.diff(change, axis=0)) * known[:-1]
    together = (change[1:] * change[:-1]).sum(axis=0)
    square = np.maximum((change**2).sum(axis=0), 1e-9)
    around = np.where(known, change - drift, 0.0)
    around_square = (around**2).sum(axis=0)
    bounded = [np.isfinite(w.high) & np.isfinite(w.low), np.isfinite(w.high) | np.isfinite(w.low)]
    small = np.where(size > 1e-9, size, np.inf).min(axis=0)
    even = [
        1 / n, np.log(n), np.arcsinh(size[-RECENT:]),
        swings.sum(axis=0) / np.maximum(m - 1, 1),
        together / square,
        (around[1:] * around[:-1]).sum(axis=0) / np.maximum(around_square, 1e-9),
        (around[2:] * around[:-2]).sum(axis=0) / np.maximum(around_square, 1e-9),
        ((size < 1e-9) & known).sum(axis=0) / m,
        np.log(np.maximum(recent(size, 3), 0.03)), np.log(np.maximum(recent(size, 5), 0.03)),
        np.arcsinh(size.max(axis=0)), np.exp(-largest_age / 3),
        np.sqrt(square / m), np.log(np.sqrt(around_square / m) + 0.03),
        np.abs(drift), np.abs(drifts[3]), drift**2, np.abs(fading[0.8]),
        np.abs(np.sign(change).sum(axis=0)) / m,
        np.log(np.maximum(noise, 0.02)), np.log(np.maximum(noise5, 0.02)), np.arcsinh(np.abs(end)),
        np.arcsinh(np.abs(mean_gone)), np.arcsinh(highest - lowest),
        np.log(share + 1e-5) / 2, np.abs(last) / level, same_sign,
        *(up + down for up, down in near), *bounded,
        np.log(np.minimum(np.maximum(small, 1e-4), 3.0)) / 2,
        w.observed.sum(axis=1) / n,
        same_sign * np.minimum(np.abs(growth) * 10, 3),
        np.log(np.where(w.scale > 0, size[-RECENT:].max(axis=0) + 0.03, 1.0)),
    ]  # fmt: skip
    return _within(odd), _within(even)


def _within(parts: list[np.ndarray]) -> np.ndarray:
    found = np.vstack(parts)
    return np.clip(found, -LIMIT, LIMIT, out=found)


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
