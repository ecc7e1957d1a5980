"""Level shifts: one year in which a series jumps and stays, as when a definition changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 6  # observations without which no shift is claimed
TIMES = 8.0  # a shift is this many times the usual size of the other changes, or more


@dataclass(frozen=True)
class LevelShift:
    """A jump that stayed.

    place : position in the history of the first value after the jump
    size : the jump, in the unit of the series
    times : the jump in typical (median) sizes of the other annual changes; infinite if there were none
    """

    place: int
    size: float
    times: float


def level_shift(history: Sequence[float]) -> LevelShift | None:
    """The level shift of a history, or None.

    A jump counts when it is at least eight times the typical other change, has at least two observations on either
    side, and the values before and after it do not overlap: an outlier that returns is none, nor is a steep trend.

    Parameters
    ----------
    history : 1-d array
        Yearly values, oldest first; NaN is left out.
    """
    values = np.asarray(history, float)
    places = np.flatnonzero(~np.isnan(values))
    values = values[places]
    if len(values) < FEWEST:
        return None
    changes = np.diff(values)
    at = int(np.abs(changes).argmax())
    if not 1 <= at <= len(changes) - 2 or changes[at] == 0:
        return None
    others = np.median(np.abs(np.delete(changes, at)))
    times = np.abs(changes[at]) / others if others > 0 else np.inf
    lower, upper = (values[: at + 1], values[at + 1 :])[:: 1 if changes[at] > 0 else -1]
    apart = upper.min() - lower.max() > 0.5 * abs(changes[at])
    if times < TIMES or not apart:
        return None
    return LevelShift(int(places[at + 1]), float(changes[at]), float(times))


def without_jump(history: np.ndarray, place: int) -> np.ndarray:
    """The history with everything before `place` moved so that the jump becomes a typical change."""
    values = history.copy()
    known = np.flatnonzero(~np.isnan(values))
    first, last = known[known >= place][0], known[known < place][-1]
    changes = np.diff(values[known])
    others = np.delete(changes, np.flatnonzero(known == first)[0] - 1)
    typical = np.median(others) if len(others) else 0.0
    values[:place] += values[first] - values[last] - typical
    return values
