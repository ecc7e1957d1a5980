"""One call for a panel of short yearly series: quantiles and joint sample paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from ecoanalysis.forecast.dependence import companions_of, even_scores, orders
from ecoanalysis.forecast.methods import METHODS
from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.sisters import with_sisters
from ecoanalysis.forecast.standstill import standing_chance
from ecoanalysis.forecast.windows import Windows, windows

LONGEST_HORIZON = 60
BLOCK = 2000
AT_ONCE = 32  # series whose values are made together: few enough to stay in the cache


def quantiles(
    histories: Sequence,
    horizon: int,
    levels: Sequence[float],
    *,
    bounds: Sequence | None = None,
    better: Sequence | None = None,
    breaks: Sequence | None = None,
    references: Sequence | None = None,
    groups: Sequence | None = None,
    method: str = "learned",
) -> np.ndarray:
    """Quantiles of the years 1..horizon after each history.

    Parameters
    ----------
    histories : list of 1-d arrays
        Yearly values, oldest first, NaN for a gap, 1 to 60 years; lengths may differ. A history that ends in a gap is
        continued from its last observation, and year 1 is still the year after its last entry.
    horizon : int
        Years ahead, 1 to 60. What was learned reaches ten years; beyond, the spread grows on and the drift dies out.
    levels : list of float
        Between 0 and 1, exclusive.
    bounds : list of (low, high)
        What is possible at all, None for an open side, e.g. (0, 100) for a share.
    better : list of +1, -1 or 0
        The good direction; 0 where unknown.
    breaks : list of int or None
        Position, in its history, of the first value after a known break of definition. The jump there says nothing
        about the future and is taken out; `level_shift` finds candidates.
    references : list of lists of 1-d arrays, or None
        For each series the histories of the same indicator elsewhere, in the same unit and ending in the same year
        (NaN for a gap, any length); [] where there are none. Two or more are read, of more than sixteen the nearest
        in level and usual change. A history that is all NaN, the series itself once more, one whose last observation
        falls in another year than the series', or whose level is ten thousand times another (with a warning) is not
        read.
    groups : list of labels
        Series with the same label (counties of one indicator) are each other's references; None stands alone.
    method : str
        A name in `METHODS`. The comparison methods answer NaN for a series they are not defined for.

    Returns
    -------
    array (series, horizon, levels)
        Never NaN but for comparison methods. A series that was never anything but zero and lacks a bound says nothing
        of the size of a change: where it leaves zero, it does so by about a tenth of its unit.

    Raises
    ------
    ValueError
        Everything wrong at once: which series, and what would be right.
    """
    levels = _levels(levels)
    _, shape = shapes(histories, horizon, bounds, better, breaks, method, references, groups)
    return shape.at(special.ndtri(levels))


def sample_paths(
    histories: Sequence,
    horizon: int,
    *,
    bounds: Sequence | None = None,
    better: Sequence | None = None,
    breaks: Sequence | None = None,
    references: Sequence | None = None,
    groups: Sequence | None = None,
    paths: int = 1000,
    seed: int = 0,
    method: str = "learned",
) -> np.ndarray:
    """Joint paths over the years 1..horizon after each history.

    Parameters
    ----------
    groups : list of labels
        Series with the same label (counties of one indicator) are each other's references, and have good and bad
        years together as far as their histories did; None stands alone.
    paths : int
        Number of paths.
    seed : int
        The same seed gives the same paths.

    The other parameters are those of `quantiles`.

    Returns
    -------
    array (series, paths, horizon)
        In every year the paths of a series are equally likely levels of its distribution, in the order in which
        years and companions hang together. What may come to a series depends on its own history and its sisters'
        (references and members of its group), not on their order nor on what else is in the call.

    Raises
    ------
    ValueError
        As `quantiles`.
    """
    laid, *more = _prepared(histories, horizon, bounds, better, breaks, references, groups, paths, seed, method, BLOCK)
    drawn = np.empty((len(laid), horizon, paths))
    for _ in _drawn(laid, *more, drawn):
        pass
    return drawn.swapaxes(1, 2)


def blocks(
    histories: Sequence,
    horizon: int,
    *,
    bounds: Sequence | None = None,
    better: Sequence | None = None,
    breaks: Sequence | None = None,
    references: Sequence | None = None,
    groups: Sequence | None = None,
    paths: int = 1000,
    seed: int = 0,
    method: str = "learned",
    block: int = BLOCK,
) -> Iterator[tuple[int, np.ndarray]]:
    """The paths of `sample_paths` in blocks: (place of the first series, float32 array (series, paths, horizon)).

    Only one block is in memory at a time. The size of the block does not change the paths.
    """
    laid, *more = _prepared(histories, horizon, bounds, better, breaks, references, groups, paths, seed, method, block)
    return _drawn(laid, *more)


def of_paths(paths: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles of sample paths along their last axis, (levels, …); NaN where a path is.

    What `numpy.quantile` gives, to the last digit, in a quarter of its time.
    """
    if not paths.size:
        return np.empty((len(levels), *paths.shape[:-1]))
    ordered = np.sort(paths, axis=-1)
    place = np.asarray(levels) * (paths.shape[-1] - 1)
    low = np.floor(place).astype(int)
    share = place - low
    below, above = ordered[..., low], ordered[..., np.minimum(low + 1, paths.shape[-1] - 1)]
    step = above - below
    found = np.where(share >= 0.5, above - step * (1 - share), below + step * share)
    found[np.isnan(ordered[..., -1])] = np.nan
    return np.moveaxis(found, -1, 0)


def _prepared(histories, horizon, bounds, better, breaks, references, groups, paths, seed, method, block) -> tuple:
    for name, value in (("paths", paths), ("block", block)):
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name}: {value!r}; give a whole number of at least 1")
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed: {seed!r}; give a whole number of at least 0")
    laid, shape = shapes(histories, horizon, bounds, better, breaks, method, references, groups)
    return laid, shape, _labels(groups, len(laid)), horizon, paths, seed, block


def _drawn(laid: Windows, shape: Shape, labels, horizon, paths, seed, block, whole=None) -> Iterator[tuple]:
    """Quantiles at equally likely levels, put into each series' order: block by block, or into `whole`."""
    kind = np.dtype(np.float32) if whole is None else whole.dtype
    grid = even_scores(paths).astype(kind)
    companions, slots = companions_of(laid, labels)
    for start in range(0, len(laid), block):
        stop = min(start + block, len(laid))
        drawn = np.empty((stop - start, horizon, paths), kind) if whole is None else whole[start:stop]
        taken = orders(range(start, stop), labels, slots, companions, laid.ahead, horizon, paths, seed)
        for first in range(start, stop, AT_ONCE):
            last = min(first + AT_ONCE, stop)
            for values, row in zip(shape.rows(first, last).at(grid), range(first - start, last - start), strict=True):
                levels, shuffled = next(taken)
                values.ravel().take(levels, mode="clip").take(shuffled, axis=1, out=drawn[row], mode="clip")
        yield start, drawn.swapaxes(1, 2)


def shapes(histories, horizon, bounds, better, breaks, method, references=None, groups=None) -> tuple[Windows, Shape]:
    """Windows and their distributions; year 1 is the year after the end of the history."""
    if not isinstance(horizon, (int, np.integer)) or isinstance(horizon, bool) or not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"horizon: {horizon!r}; give a whole number of years from 1 to {LONGEST_HORIZON}")
    if method not in METHODS:
        raise ValueError(f"method: {method!r}; choose one of {', '.join(METHODS)}")
    laid = windows(histories, bounds, better, breaks)
    laid = with_sisters(laid, references, _labels(groups, len(laid)))
    read = laid if method == "learned" else replace(laid, company=None)  # the others know no sisters
    return laid, of_model(METHODS[method], read, int(horizon))


def of_model(model: Callable, laid: Windows, horizon: int) -> Shape:
    """The model's distributions of the years after the end of each history, standing still included."""
    latest = int(laid.ahead.max(initial=0))
    shape = model(laid, horizon + latest)
    if isinstance(shape, Shape):  # comparison models know no standing still
        shape = replace(shape, standing=standing_chance(laid, horizon + latest), last=laid.last)
    return shape.from_year(laid.ahead, horizon) if latest else shape


def _levels(levels: Sequence[float]) -> np.ndarray:
    try:
        checked = np.atleast_1d(np.asarray(levels, float))
    except (TypeError, ValueError):
        raise ValueError(f"levels: {levels!r}; give numbers between 0 and 1") from None
    if checked.ndim != 1 or not np.all((checked > 0) & (checked < 1)):
        raise ValueError(f"levels: {levels!r}; give numbers between 0 and 1, both excluded")
    return checked


def _labels(groups: Sequence | None, count: int) -> list[int | None] | None:
    """Groups numbered by first appearance."""
    if groups is None:
        return None
    if isinstance(groups, (str, bytes)) or len(groups) != count:
        raise ValueError(f"groups: one label for each of {count} series is needed")
    numbers: dict = {}
    return [None if label is None else numbers.setdefault(label, len(numbers)) for label in groups]
