"""What the learned model looks at in sister regions: the same indicator elsewhere, up to the same year.

A sister is seen from the series: each of the two windows in its own usual changes, the difference of the last values
in the series' usual change. Odd inputs change sign with the series and all its sisters, even ones do not.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecoanalysis.forecast.features import EVEN, ODD
from ecoanalysis.forecast.windows import Windows, lay_out, readable, sound

MOST = 16  # sisters that are read
FEWEST = 2  # sisters below which a series counts as alone
SEEN_ODD = [f"change_{age}" for age in (3, 2, 1, 0)] + (
    "drift drift_2 drift_3 drift_5 drift_10 fading_0.5 fading_0.8 late_minus_early slope slope_5 line_end line_end_5 "
    "mean_gone near_gone largest_recent direction_count median_change"
).split()
SEEN_EVEN = [f"size_{age}" for age in (2, 1, 0)] + (
    "one_over_n log_n swings autocorrelation zeros log_size_3 log_size_5 log_spread abs_drift line_noise log_share"
).split()
FARTHEST = 1e4  # ratio of levels beyond which another unit is supposed
AROUND = 64  # members of a large group, next to each other in usual change, among whom the nearest are sought
WHICH_ODD = np.array([ODD.index(name) for name in SEEN_ODD])
WHICH_EVEN = np.array([EVEN.index(name) for name in SEEN_EVEN])


def seen(w: Windows, odd: np.ndarray, even: np.ndarray, who: np.ndarray, of: np.ndarray):
    """Odd and even inputs (pairs, inputs) of the windows `who`, seen from the windows `of`.

    `odd` and `even` are the features `SEEN_ODD` and `SEEN_EVEN` of all windows in `w`; `who` and `of` are positions,
    (pairs,).
    """
    apart = np.arcsinh((w.last[who] - w.last[of]) / w.scale[of])
    ratio = np.clip(np.log(w.scale[who] / w.scale[of]), -8, 8)
    alike = likeness(w, who, of)
    return (
        np.column_stack([odd[who], np.clip(apart, -8, 8)]),
        np.column_stack([even[who], ratio, np.abs(ratio), *alike]),
    )


def likeness(w: Windows, who: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and correlation (pairs,) of the annual changes in the years that both have, zero without three."""
    years = np.minimum(w.n[who], w.n[of])
    most = max(int(years.max(initial=0)), 2)
    both = np.arange(most - 1, 0, -1)[:, None] < years  # (changes, pairs), the latest last
    values = w.values.T[-most:]
    a, b = (np.where(both, np.diff(values[:, place], axis=0), 0.0) for place in (who, of))
    count = np.maximum(years - 1, 1)
    around_a, around_b = (np.where(both, x - x.sum(axis=0) / count, 0.0) for x in (a, b))
    enough = years > 3
    return _cosine(a, b) * enough, _cosine(around_a, around_b) * enough


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return (a * b).sum(axis=0) / np.where(size > 0, size, 1.0)


@dataclass(frozen=True)
class Company:
    """Who is a sister of whom.

    pool : Windows
        The series themselves, then every reference that was read.
    who, of : int arrays (pairs,)
        The window `who` of the pool is a sister of the series `of`; sorted by series.
    """

    pool: Windows
    who: np.ndarray
    of: np.ndarray

    def batches(self, most: int) -> Iterator[tuple[np.ndarray, slice, np.ndarray]]:
        """Runs of series that have sisters: their places, their pairs, and where in these each one's begin."""
        rows, starts = np.unique(self.of, return_index=True)  # pairs are sorted by series
        ends = np.append(starts[1:], len(self.of))
        for first in range(0, len(rows), most):
            run = slice(first, first + most)
            yield rows[run], slice(starts[first], ends[run][-1]), starts[run] - starts[first]


def with_sisters(w: Windows, references: Sequence | None, labels: Sequence | None) -> Windows:
    """The windows with their company: references that were declared, and members of the same group.

    Only windows whose last observation falls in the same year are read: a history that ends in a gap has no sister
    that goes on. References that are all NaN, or the series itself once more, are left out, those of another level
    by more than ten thousand times are left out with a warning; of more than `MOST` the nearest in level and usual
    change are taken.

    Raises
    ------
    ValueError
        References that are no list of lists of numbers, with the place of the series and of the reference.
    """
    given, place, owner = _references(references, w)
    pool = _joined(w, given) if given is not None else w
    who, of = [], []
    if given is not None:
        who.append(len(w) + place)
        of.append(owner)
    if labels is not None:
        for members in _members(labels):
            pair = _near(w, members)
            who.append(pair[0])
            of.append(pair[1])
    if not who or not sum(map(len, who)):
        return w
    who, of = np.concatenate(who), np.concatenate(of)
    kept = pool.ahead[who] == pool.ahead[of]
    who, of = _nearest(pool, who[kept], of[kept])
    enough = np.bincount(of, minlength=len(w))[of] >= FEWEST
    return replace(w, company=Company(pool, who[enough], of[enough])) if enough.any() else w


def _members(labels: Sequence) -> list[np.ndarray]:
    together: dict = {}
    for i, label in enumerate(labels):
        if label is not None:
            together.setdefault(label, []).append(i)
    return [np.array(members) for members in together.values() if len(members) > 1]


def _near(w: Windows, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of members; in a large group those next to each other in usual change."""
    count = len(members)
    order = members[np.argsort(w.scale[members], kind="stable")]
    most = min(count - 1, AROUND)
    start = np.clip(np.arange(count) - most // 2, 0, count - most - 1)
    place = start[:, None] + np.arange(most + 1)
    who, of = order[place].ravel(), np.repeat(order, most + 1)
    return who[who != of], of[who != of]


def _nearest(pool: Windows, who: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The `MOST` nearest of every series, in level and usual change; pairs come sorted by series."""
    if np.bincount(of, minlength=1).max() <= MOST:
        order = np.argsort(of, kind="stable")
        return who[order], of[order]
    scale = pool.scale
    apart = np.abs(np.log(scale[who] / scale[of]))
    apart += np.abs(np.arcsinh(np.clip((pool.last[who] - pool.last[of]) / scale[of], -1e6, 1e6)))
    order = np.lexsort((who, apart, of))
    who, of = who[order], of[order]
    first = np.searchsorted(of, of)
    near = np.arange(len(of)) - first < MOST
    return who[near], of[near]


def _references(references: Sequence | None, w: Windows) -> tuple[Windows | None, np.ndarray, np.ndarray]:
    """References laid out, each array once, and for every pair the place of the reference and the series it is of."""
    none = None, np.empty(0, int), np.empty(0, int)
    if references is None:
        return none
    if isinstance(references, (str, bytes)) or not hasattr(references, "__len__") or len(references) != len(w):
        raise ValueError(
            f"references: a list of histories for each of {len(w)} series is needed; give [] for a series without"
        )
    arrays, owner = _listed(references)
    if not arrays:
        return none
    _, first, place = np.unique([*map(id, arrays)], return_index=True, return_inverse=True)
    place = first.argsort().argsort()[place]  # in the order in which they came
    arrays = [arrays[i] for i in np.sort(first)]
    laid = lay_out(arrays, *(np.full(len(arrays), side) for side in (-np.inf, np.inf, 0.0)))
    far = _far(laid.level[place], w.level[owner])
    if far.any():
        which = sorted({int(i) for i in owner[far]})
        names = ", ".join(map(str, which[:10])) + (" …" if len(which) > 10 else "")
        warnings.warn(
            f"references of series {names} differ in level by more than ten thousand times "
            "and are not read; check their unit",
            stacklevel=5,
        )
    kept = ~(_itself(laid, place, w, owner) | far)
    return (laid, place[kept], owner[kept]) if kept.any() else none


def _listed(references: Sequence) -> tuple[list[np.ndarray], np.ndarray]:
    """All references one after the other, those without a value left out, and the series each belongs to."""
    if all(type(histories) in (list, tuple) for histories in references):
        arrays = [history for histories in references for history in histories]
        if arrays and sound(arrays):
            return arrays, np.repeat(np.arange(len(references)), [*map(len, references)])
    arrays, owner, faults = [], [], []
    for i, histories in enumerate(references):
        if histories is None:
            continue
        if isinstance(histories, (str, bytes)) or not hasattr(histories, "__len__"):
            faults.append(f"series {i}: references must be a list of histories; give [] where there are none")
            continue
        for j, history in enumerate(histories):
            values, fault = readable(history)
            if fault.startswith(("all NaN", "empty")):
                continue
            if fault:
                faults.append(f"series {i}, reference {j}: {fault}")
                continue
            arrays.append(values)
            owner.append(i)
    if faults:
        raise ValueError("\n".join(faults))
    return arrays, np.array(owner, int)


def _far(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether two levels are so far apart that another unit is supposed."""
    return (one > 0) & (other > 0) & (np.maximum(one, other) > FARTHEST * np.minimum(one, other))


def _itself(laid: Windows, place: np.ndarray, w: Windows, owner: np.ndarray) -> np.ndarray:
    """Whether a reference is the series itself once more; what never moved, or has two values, may well be alike."""
    twin = (laid.n[place] == w.n[owner]) & (laid.last[place] == w.last[owner]) & (laid.n[place] > 2)
    some = np.flatnonzero(twin)
    one, other = laid.values[place[some]], w.values[owner[some]]
    known = ~np.isnan(one)
    moved = (known & (one != one[:, -1:])).any(axis=1)
    twin[some] = moved & ((one == other) | ~known).all(axis=1)
    return twin


def _joined(w: Windows, more: Windows) -> Windows:
    parts = {k: np.concatenate([v, vars(more)[k]]) for k, v in vars(w).items() if v is not None}
    return type(w)(**parts)
