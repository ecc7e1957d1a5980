"""Histories as given, checked and laid into one rectangle: the last years of every series, its scale, its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ecoanalysis.forecast.breaks import without_jump

LONGEST = 60  # years a history may have
LARGEST = 1e150  # absolute value beyond which squares overflow
YEARS = 20  # years of it that are looked at
PLAIN = {(np.dtype(float), 1)}  # type and dimensions of an array that is taken as it is
PRIOR_CHANGE = 0.05  # usual annual change, as a share of the level, of a series with one observation
FROM_ZERO = 0.1  # the same, in its unit, of one that was only zero: what 26 indicators of the panel began with


@dataclass(frozen=True)
class Windows:
    """Last years of many series, right-aligned.

    values : array (series, YEARS)
        Gaps bridged by a straight line, NaN before the first observation.
    observed : bool array (series, YEARS)
        False where a value was bridged or is missing.
    n : int array
        Years from first to last observation inside the window.
    ahead : int array
        Years between the last observation and the end of the history: the forecast starts that much later.
    scale : array
        Usual annual change, in the series' own unit, above zero.
    level : array
        Mean absolute value of the window.
    low, high : arrays
        Bounds, infinite where there is none.
    better : array
        +1, -1 or 0.
    company : sisters.Company or None
        The same indicator in other regions.
    """

    values: np.ndarray
    observed: np.ndarray
    n: np.ndarray
    ahead: np.ndarray
    scale: np.ndarray
    level: np.ndarray
    low: np.ndarray
    high: np.ndarray
    better: np.ndarray
    company: object = None  # sisters.Company, where other regions are known

    @property
    def last(self) -> np.ndarray:
        return self.values[:, -1]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray | slice) -> Windows:
        """The same for some of the series, without their company."""
        return type(self)(**{k: v[rows] for k, v in vars(self).items() if k != "company"})


def windows(
    histories: Sequence,
    bounds: Sequence | None = None,
    better: Sequence | None = None,
    breaks: Sequence | None = None,
) -> Windows:
    """Check histories, bounds, directions and known breaks, and lay out the last years.

    Raises
    ------
    ValueError
        All faults at once, each with the place of its series in the list and the remedy.
    """
    arrays, faults = _arrays(histories)
    count = len(arrays)
    low, high = _bounds(bounds, count, faults)
    direction = _better(better, count, faults)
    for i, values in enumerate(arrays):
        if values is None or i >= len(low):
            continue
        outside = values[(values < low[i]) | (values > high[i])]
        if len(outside) and low[i] <= high[i]:
            faults.append(
                f"series {i}: observation {outside[0]:g} lies outside the bounds ({low[i]:g}, {high[i]:g}); "
                "correct the observation or widen the bounds"
            )
    places = _breaks(breaks, arrays, faults)
    if faults:
        raise ValueError("\n".join(faults))
    arrays = [v if place is None else without_jump(v, place) for v, place in zip(arrays, places, strict=True)]
    return lay_out(arrays, low, high, direction)


def lay_out(arrays: list[np.ndarray], low: np.ndarray, high: np.ndarray, better: np.ndarray) -> Windows:
    """Windows of histories that are known to be sound."""
    values = np.full((len(arrays), YEARS), np.nan)
    ahead = np.zeros(len(arrays), int)
    lengths = np.fromiter(map(len, arrays), int, len(arrays))
    flat = np.concatenate([np.empty(0), *arrays])
    ends = np.cumsum(lengths)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        looked_at = min(length, YEARS)
        values[rows, -looked_at:] = flat[ends[rows, None] + np.arange(-looked_at, 0)]
    for i in np.flatnonzero(np.isnan(values[:, -1])):  # a history that ends in a gap: rare, so one by one
        last = np.flatnonzero(~np.isnan(arrays[i]))[-1] + 1
        kept = arrays[i][:last][-YEARS:]
        values[i] = np.nan
        values[i, -len(kept) :] = kept
        ahead[i] = lengths[i] - last
    observed = ~np.isnan(values)
    n = YEARS - observed.argmax(axis=1)
    for i in np.flatnonzero(observed.sum(axis=1) < n):
        here = np.flatnonzero(observed[i])
        years = np.arange(here[0], YEARS)
        values[i, years] = np.interp(years, here, values[i, here])
    level = np.nanmean(np.abs(values), axis=1)
    return Windows(values, observed, n, ahead, _scale(values, observed, n, level, low, high), level, low, high, better)


def _scale(values, observed, n, level, low, high) -> np.ndarray:
    """Mean absolute annual change; a change over a gap of g years counts as g years of change / sqrt(g) each."""
    size = np.abs(np.diff(values, axis=1))
    gaps = np.flatnonzero(observed.sum(axis=1) < n)
    for i in gaps:
        here = np.flatnonzero(observed[i])
        width = np.diff(here)
        size[i, here[0] :] = np.repeat(np.abs(np.diff(values[i, here])) / np.sqrt(width), width)
    mean = np.nansum(size, axis=1) / np.maximum(n - 1, 1)
    span = high - low
    prior = PRIOR_CHANGE * np.where(level > 0, level, 0.2 * np.where(np.isfinite(span), span, 0.0))
    return np.where(mean > 1e-9 * level, mean, np.where(prior > 0, prior / n, FROM_ZERO))


def _arrays(histories: Sequence) -> tuple[list, list[str]]:
    if isinstance(histories, (str, bytes)) or not hasattr(histories, "__len__"):
        raise ValueError("histories: a list with one array of yearly values for each series is needed")
    if sound(histories):
        return list(histories), []
    arrays, faults = [], []
    for i, history in enumerate(histories):
        values, fault = readable(history)
        if fault:
            faults.append(f"series {i}: {fault}")
        arrays.append(None if fault else values)
    return arrays, faults


def sound(histories: Sequence) -> bool:
    """Whether all are numpy arrays that `readable` would take as they are; one look at all of them is much faster."""
    if set(map(type, histories)) != {np.ndarray} or set(map(attrgetter("dtype", "ndim"), histories)) != PLAIN:
        return False
    lengths = np.fromiter(map(len, histories), int, len(histories))
    if lengths.min() < 1 or lengths.max() > LONGEST:
        return False
    values = np.concatenate(list(histories))
    missing = np.isnan(values)
    if missing.any() and np.logical_and.reduceat(missing, np.cumsum(lengths) - lengths).any():
        return False  # one of them is all NaN
    return bool(np.nanmax(np.abs(values)) <= LARGEST)


def readable(history: Sequence) -> tuple[np.ndarray | None, str]:
    """A history as numbers, and what is wrong with it ("" where nothing is)."""
    try:
        if isinstance(history, (str, bytes)):
            raise TypeError
        values = np.asarray(history)
        if values.dtype.kind not in "fiu":
            if any(isinstance(v, (str, bytes, bool, np.bool_)) for v in np.ravel(values)):
                raise TypeError
            values = [np.nan if v is None else float(v) for v in values]
        values = np.asarray(values, float)
    except (TypeError, ValueError):
        return None, "not numbers; give a 1-d array of yearly values, NaN for a gap"
    return values, _fault(values)


def _fault(values: np.ndarray) -> str:
    if values.ndim != 1:
        return f"an array of {values.ndim} dimensions; give a 1-d array, oldest year first"
    if len(values) == 0:
        return "empty history; leave the series out or give at least one observation"
    if len(values) > LONGEST:
        return f"{len(values)} years; give the last {LONGEST} at most"
    missing = np.isnan(values)
    if missing.all():
        return "all NaN; leave the series out or give at least one observation"
    if np.isinf(values).any():
        return "infinite value; write NaN for a gap"
    if np.abs(values[~missing]).max() > LARGEST:
        return "values beyond 1e150; choose a larger unit"
    return ""


def _bounds(bounds: Sequence | None, count: int, faults: list[str]) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full(count, -np.inf), np.full(count, np.inf)
    if bounds is None:
        return low, high
    if len(bounds) != count:
        faults.append(f"bounds: {len(bounds)} pairs for {count} series; give one (low, high) for each series")
        return low[:0], high[:0]
    for i, pair in enumerate(bounds):
        try:
            first, second = (None, None) if pair is None else pair
            low[i] = -np.inf if first is None or first != first else float(first)
            high[i] = np.inf if second is None or second != second else float(second)
        except (TypeError, ValueError):
            faults.append(f"series {i}: bounds {pair!r}; give (low, high), None for a side that is open")
            continue
        if not low[i] < high[i] or low[i] == np.inf or high[i] == -np.inf:
            faults.append(f"series {i}: bounds ({low[i]:g}, {high[i]:g}) are crossed; give the lower one first")
    return low, high


def _better(better: Sequence | None, count: int, faults: list[str]) -> np.ndarray:
    if better is None:
        return np.zeros(count)
    if np.ndim(better) == 0 or len(better) != count:
        faults.append(f"better: one of +1, -1, 0 for each of {count} series is needed")
        return np.zeros(count)
    for i, sign in enumerate(better):
        if isinstance(sign, str) or sign not in (-1, 0, 1):
            faults.append(f"series {i}: better is {sign!r}; give +1, -1, or 0 where the direction is unknown")
    return np.zeros(count) if faults else np.asarray(better, float)


def _breaks(breaks: Sequence | None, arrays: list, faults: list[str]) -> list:
    if breaks is None:
        return [None] * len(arrays)
    if isinstance(breaks, (str, bytes)) or not hasattr(breaks, "__len__") or len(breaks) != len(arrays):
        faults.append(f"breaks: a position or None for each of {len(arrays)} series is needed")
        return [None] * len(arrays)
    for i, (place, values) in enumerate(zip(breaks, arrays, strict=True)):
        if place is None or values is None:
            continue
        whole = isinstance(place, (int, np.integer)) and not isinstance(place, bool)
        if not whole or not 0 < place < len(values) or np.isnan(values[:place]).all() or np.isnan(values[place:]).all():
            faults.append(
                f"series {i}: break {place!r}; give the position of the first value after the jump, with observations "
                "before and after"
            )
    return list(breaks)
