"""What the learned model looks at in sister regions: the same indicator elsewhere, up to the same year.

A sister is seen from the series: each of the two windows in its own usual changes, the difference of the last values
in the series' usual change. Odd inputs change sign with the series and all its sisters, even ones do not.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
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

    `odd` and `even` are the features of all windows in `w`; `who` and `of` are positions, (pairs,).
    """
    scale = np.where(w.scale > 0, w.scale, 1.0)
    apart = np.arcsinh(np.clip((w.last[who] - w.last[of]) / scale[of], -1e6, 1e6))
    ratio = np.clip(np.log(scale[who] / scale[of]), -8, 8)
    alike = likeness(w, who, of)
    return (
        np.concatenate([odd[who][:, WHICH_ODD], np.clip(apart, -8, 8)[:, None]], axis=1),
        np.concatenate([even[who][:, WHICH_EVEN], ratio[:, None], np.abs(ratio)[:, None], *alike], axis=1),
    )


def likeness(w: Windows, who: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and correlation (pairs, 1) of the annual changes in the years that both have, zero without three."""
    changes = np.diff(w.values, axis=1)
    a, b = changes[who], changes[of]
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b = np.where(both, a, 0.0), np.where(both, b, 0.0)
    count = np.maximum(both.sum(axis=1), 1)[:, None]
    around_a = np.where(both, a - a.sum(axis=1, keepdims=True) / count, 0.0)
    around_b = np.where(both, b - b.sum(axis=1, keepdims=True) / count, 0.0)
    enough = (both.sum(axis=1) >= 3)[:, None]
    return _cosine(a, b) * enough, _cosine(around_a, around_b) * enough


def _cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return ((a * b).sum(axis=1) / np.where(size > 0, size, 1.0))[:, None]


@dataclass(frozen=True)
class Company:
    """Who is a sister of whom.

    pool : Windows
        The series themselves, then every reference that was read.
    who, of : int arrays (pairs,)
        The window `who` of the pool is a sister of the series `of`.
    """

    pool: Windows
    who: np.ndarray
    of: np.ndarray

    def count(self) -> np.ndarray:
        """Sisters of each series; those who are too few to be read count as none."""
        return np.bincount(self.of, minlength=int(self.of.max(initial=-1)) + 1)


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
    given, owner = _references(references, w)
    pool = _joined(w, given) if given is not None else w
    who, of = [], []
    if given is not None:
        who.append(np.arange(len(w), len(pool)))
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
    return [np.array(members) for members in together.values() if len(members) > FEWEST]


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
    """The `MOST` nearest of every series, in level and usual change."""
    scale = np.where(pool.scale > 0, pool.scale, 1.0)
    apart = np.abs(np.log(scale[who] / scale[of]))
    apart += np.abs(np.arcsinh(np.clip((pool.last[who] - pool.last[of]) / scale[of], -1e6, 1e6)))
    order = np.lexsort((who, apart, of))
    who, of = who[order], of[order]
    first = np.searchsorted(of, of)
    near = np.arange(len(of)) - first < MOST
    return who[near], of[near]


def _references(references: Sequence | None, w: Windows) -> tuple[Windows | None, np.ndarray]:
    """All references laid out, and the series each belongs to."""
    if references is None:
        return None, np.empty(0, int)
    if isinstance(references, (str, bytes)) or not hasattr(references, "__len__") or len(references) != len(w):
        raise ValueError(
            f"references: a list of histories for each of {len(w)} series is needed; give [] for a series without"
        )
    arrays, owner, faults = [], [], []
    for i, histories in enumerate(references):
        if histories is None:
            continue
        if isinstance(histories, (str, bytes)) or not hasattr(histories, "__len__"):
            faults.append(f"series {i}: references must be a list of histories; give [] where there are none")
            continue
        if sound(histories):
            arrays.extend(histories)
            owner.extend([i] * len(histories))
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
    if not arrays:
        return None, np.empty(0, int)
    owner = np.array(owner)
    laid = lay_out(arrays, np.full(len(arrays), -np.inf), np.full(len(arrays), np.inf), w.better[owner])
    length = np.maximum(laid.n, w.n[owner])
    late = np.arange(laid.values.shape[1]) >= laid.values.shape[1] - length[:, None]
    same = ((laid.values == w.values[owner]) | ~late).all(axis=1) & (laid.n == w.n[owner])
    itself = same & (laid.n >= 3) & (np.ptp(np.nan_to_num(laid.values - laid.last[:, None]), axis=1) > 0)
    ratio = np.abs(np.log(np.maximum(laid.level, 1e-300) / np.maximum(w.level[owner], 1e-300)))
    far = (ratio > np.log(FARTHEST)) & (laid.level > 0) & (w.level[owner] > 0)
    if far.any():
        which = sorted({int(i) for i in owner[far]})
        names = ", ".join(map(str, which[:10])) + (" …" if len(which) > 10 else "")
        warnings.warn(
            f"references of series {names} differ in level by more than ten thousand times "
            "and are not read; check their unit",
            stacklevel=5,
        )
    kept = ~(itself | far)
    fields = {k: v[kept] for k, v in vars(laid).items() if v is not None}
    return (type(laid)(**fields), owner[kept]) if kept.any() else (None, np.empty(0, int))


def _joined(w: Windows, more: Windows) -> Windows:
    parts = {k: np.concatenate([v, vars(more)[k]]) for k, v in vars(w).items() if v is not None}
    return type(w)(**parts)
