"""Level shifts: one year in which a series jumps and stays, as when a definition changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    at, size, times = (found[0] for found in _largest(values[places][None]))
    return LevelShift(int(places[at + 1]), float(size), float(times)) if times >= TIMES else None


def have_shifted(histories: np.ndarray) -> np.ndarray:
    """Whether each history (rows, years; NaN is left out) has a level shift; bool array (rows,)."""
    found = np.zeros(len(histories), bool)
    for rows, columns in alike(~np.isnan(histories)):
        found[rows] = _largest(histories[rows[:, None], columns])[2] >= TIMES
    return found


def alike(there: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows that know equally many years, together: their numbers (m,), and the columns of what they know (m, known).

    Parameters
    ----------
    there : bool array (rows, years)
    """
    counts = there.sum(axis=1)
    for count in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == count)
        yield rows, np.nonzero(there[rows])[1].reshape(len(rows), count)


def _largest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest change of each row of values without gaps (rows, years): its place, its size, and how many times the
    usual one it is; 0 times where it is no shift."""
    rows, count = values.shape
    every = np.arange(rows)
    if count < FEWEST:
        return np.zeros(rows, int), np.zeros(rows), np.zeros(rows)
    changes = np.diff(values, axis=1)
    at = np.abs(changes).argmax(axis=1)
    size = changes[every, at]
    others = np.abs(changes)[np.arange(count - 1) != at[:, None]].reshape(rows, count - 2)
    usual = np.median(others, axis=1)
    times = np.divide(np.abs(size), usual, out=np.full(rows, np.inf), where=usual > 0)
    after = np.arange(count) > at[:, None]
    up = np.where(size > 0, 1.0, -1.0)[:, None] * values
    apart = np.where(after, up, np.inf).min(axis=1) - np.where(after, -np.inf, up).max(axis=1) > 0.5 * np.abs(size)
    return at, size, np.where((at >= 1) & (at <= count - 3) & (size != 0) & apart, times, 0.0)


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
