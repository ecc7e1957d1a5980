"""What the learned model looks at in a window: odd features change sign with the series, even ones do not.

All are free of unit. "Usual change" is the scale of the window, `Windows.scale`.
"""

from __future__ import annotations

import numpy as np

from ecoanalysis.forecast.windows import YEARS, Windows

RECENT = 8  # single changes that are looked at
LIMIT = 8.0  # features are kept within this

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
    s = np.where(w.scale > 0, w.scale, 1.0)[:, None]
    level = np.where(w.level > 0, w.level, s[:, 0])[:, None]
    values = np.nan_to_num(w.values)
    seen = ~np.isnan(w.values)
    known = seen[:, :-1]
    change = np.where(known, np.diff(values, axis=1), 0.0) / s
    size = np.abs(change)
    n = w.n[:, None].astype(float)
    m = np.maximum(n - 1, 1)
    last = w.last[:, None]

    def recent(x, years):
        """Mean over the last so many changes."""
        return x[:, -years:].sum(axis=1, keepdims=True) / np.maximum(known[:, -years:].sum(axis=1, keepdims=True), 1)

    drift = change.sum(axis=1, keepdims=True) / m
    drifts = {years: recent(change, years) for years in (2, 3, 5, 10)}
    fading = {}
    for memory in (0.5, 0.8):
        weight = known * memory ** np.arange(YEARS - 2, -1, -1)
        fading[memory] = (weight * change).sum(axis=1, keepdims=True) / np.maximum(
            weight.sum(axis=1, keepdims=True), 1e-9
        )
    gone = np.where(seen, (values - last) / s, 0.0)  # where the series was, seen from its last value
    mean_gone = gone.sum(axis=1, keepdims=True) / n
    near_gone = gone[:, -4:].sum(axis=1, keepdims=True) / np.maximum(seen[:, -4:].sum(axis=1, keepdims=True), 1)
    highest = np.where(seen, gone, 0).max(axis=1, keepdims=True)
    lowest = np.where(seen, gone, 0).min(axis=1, keepdims=True)
    slope, end, noise = _line(gone, seen, n)
    slope5, end5, noise5 = _line(gone[:, -5:], seen[:, -5:], np.minimum(n, 5))
    half = np.maximum(m // 2, 1)
    place = m - np.arange(YEARS - 1, 0, -1)  # 0 for the first change
    early = np.where(known & (place < half), change, 0.0).sum(axis=1, keepdims=True) / half
    late = np.where(known & (place >= m - half), change, 0.0).sum(axis=1, keepdims=True) / half
    place_of_largest = (size + 1e-6 * np.arange(YEARS - 1)).argmax(axis=1)[:, None]  # the latest among equals
    largest = np.take_along_axis(change, place_of_largest, axis=1)
    largest_age = YEARS - 2 - place_of_largest

    ups, downs = (w.high[:, None] - last) / s, (last - w.low[:, None]) / s
    near = [(np.exp(-ups / reach), np.exp(-downs / reach)) for reach in (2.0, 8.0, 30.0)]
    sign = np.sign(last)
    same_sign = np.where(seen, values * sign > 0, True).all(axis=1, keepdims=True).astype(float)
    share = s / level  # usual change as a share of the level
    growth = _growth(values, seen, sign, same_sign, m)
    compound = sign * np.abs(last) * np.expm1(np.clip(growth, -1, 1)) / s

    odd = [
        np.arcsinh(change[:, -RECENT:]),
        drift, *drifts.values(), *fading.values(),
        late - early, slope * np.sqrt(m) / 2, slope5, np.arcsinh(end), np.arcsinh(end5),
        np.arcsinh(mean_gone), np.arcsinh(near_gone),
        (highest + lowest) / np.maximum(highest - lowest, 1e-9),
        np.arcsinh(largest), np.arcsinh(largest) * np.exp(-largest_age / 3),
        np.sign(change).sum(axis=1, keepdims=True) / m,
        np.sort(change, axis=1)[:, [YEARS // 2 - 1]],
        w.better[:, None],
        *(up - down for up, down in near),
        same_sign * sign * np.log1p(np.abs(last) / s) / 3, same_sign * sign,
        same_sign * sign * np.minimum(share * 5, 2),
        same_sign * (compound - drift), same_sign * np.minimum(np.abs(growth) * 10, 3) * np.sign(growth) * sign,
    ]  # fmt: skip
    swings = np.abs(np.diff(change, axis=1)) * known[:, :-1]
    together = (change[:, 1:] * change[:, :-1]).sum(axis=1, keepdims=True)
    square = np.maximum((change**2).sum(axis=1, keepdims=True), 1e-9)
    around = np.where(known, change - drift, 0.0)
    around_square = (around**2).sum(axis=1, keepdims=True)
    bounded = [(np.isfinite(w.high) & np.isfinite(w.low))[:, None], (np.isfinite(w.high) | np.isfinite(w.low))[:, None]]
    small = np.where(size > 1e-9, size, np.inf).min(axis=1, keepdims=True)
    even = [
        1 / n, np.log(n), np.arcsinh(size[:, -RECENT:]),
        swings.sum(axis=1, keepdims=True) / np.maximum(m - 1, 1),
        together / square,
        (around[:, 1:] * around[:, :-1]).sum(axis=1, keepdims=True) / np.maximum(around_square, 1e-9),
        (around[:, 2:] * around[:, :-2]).sum(axis=1, keepdims=True) / np.maximum(around_square, 1e-9),
        ((size < 1e-9) & known).sum(axis=1, keepdims=True) / m,
        np.log(np.maximum(recent(size, 3), 0.03)), np.log(np.maximum(recent(size, 5), 0.03)),
        np.arcsinh(size.max(axis=1, keepdims=True)), np.exp(-largest_age / 3),
        np.sqrt(square / m), np.log(np.sqrt(around_square / m) + 0.03),
        np.abs(drift), np.abs(drifts[3]), drift**2, np.abs(fading[0.8]),
        np.abs(np.sign(change).sum(axis=1, keepdims=True)) / m,
        np.log(np.maximum(noise, 0.02)), np.log(np.maximum(noise5, 0.02)), np.arcsinh(np.abs(end)),
        np.arcsinh(np.abs(mean_gone)), np.arcsinh(highest - lowest),
        np.log(share + 1e-5) / 2, np.abs(last) / level, same_sign,
        *(up + down for up, down in near), *bounded,
        np.log(np.minimum(np.maximum(small, 1e-4), 3.0)) / 2,
        w.observed.sum(axis=1, keepdims=True) / n,
        same_sign * np.minimum(np.abs(growth) * 10, 3),
        np.log(np.where(w.scale > 0, size[:, -RECENT:].max(axis=1) + 0.03, 1.0))[:, None],
    ]  # fmt: skip
    return _within(odd), _within(even)


def _within(parts: list[np.ndarray]) -> np.ndarray:
    return np.clip(np.concatenate(parts, axis=1), -LIMIT, LIMIT)


def _line(gone, seen, n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least-squares line through the window: slope, its end seen from the last value, spread around it."""
    t = np.where(seen, np.arange(gone.shape[1]) - (gone.shape[1] - 1) + (n - 1) / 2, 0.0)
    squares = np.maximum((t**2).sum(axis=1, keepdims=True), 1e-9)
    slope = (t * gone).sum(axis=1, keepdims=True) / squares
    mean = gone.sum(axis=1, keepdims=True) / n
    rest = np.where(seen, gone - mean - slope * t, 0.0)
    return slope, mean + slope * (n - 1) / 2, np.sqrt((rest**2).sum(axis=1, keepdims=True) / np.maximum(n - 2, 1))


def _growth(values, seen, sign, same_sign, m) -> np.ndarray:
    """Mean annual growth rate (log) of a series that keeps its sign; zero otherwise."""
    first = np.take_along_axis(values, seen.argmax(axis=1)[:, None], axis=1)
    kept = same_sign > 0
    ratio = np.where(kept, np.where(kept, values[:, [-1]], 1.0) / np.where(kept, first, 1.0), 1.0)
    return np.log(np.maximum(ratio, 1e-12)) / m
