"""How years and companions hang together: correlated normal scores.

Scores follow a Gaussian copula. Years hang together as in a random walk, the correlation of years j < k being
`sqrt(j / k) ** years`; in a group, members share the part `companions` of every year's luck. Each series' scores are
then ranked onto an even grid, so a finite number of paths has exactly the marginal distribution it should have,
whatever the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy import special

from ecoanalysis.forecast.closed_form import constants


def even_scores(count: int) -> np.ndarray:
    """Normal scores of `count` equally likely levels, lowest first."""
    return special.ndtri((np.arange(count) + 0.5) / count)


@lru_cache(maxsize=256)
def years_factor(horizon: int) -> np.ndarray:
    """Triangular matrix that turns independent scores of successive years into correlated ones."""
    h = np.arange(1, horizon + 1)
    ratio = np.minimum.outer(h, h) / np.maximum.outer(h, h)
    return np.linalg.cholesky(ratio ** (0.5 * constants()["years"]))


SLOTS = 256  # members of a group who have an order of their own; further members share one, shifted


@lru_cache(maxsize=2048)
def order(slot: int, companions: float, ahead: int, horizon: int, paths: int, seed: int) -> np.ndarray:
    """Which of the equally likely levels each path of a member takes in each year (horizon, paths).

    The levels of all years are numbered through, year by year: place 3 of the second year is `paths + 3`.
    """
    steps = horizon + ahead
    luck = np.random.default_rng([seed, 0, slot]).standard_normal((steps, paths))
    if companions:
        shared = np.random.default_rng([seed, 1]).standard_normal((horizon, paths))
        luck[-horizon:] = np.sqrt(1 - companions) * luck[-horizon:] + np.sqrt(companions) * shared
    drawn = years_factor(steps)[-horizon:] @ luck
    first = np.arange(horizon)[:, None] * paths
    levels = np.empty(drawn.size, np.intp)
    levels[drawn.argsort(axis=1) + first] = np.arange(paths) + first  # the lowest score takes the lowest level
    return levels.reshape(horizon, paths)


def orders(indices: Sequence[int], labels: Sequence | None, slots, companions, ahead, horizon, paths, seed):
    """The `order` of the series with these places in the list, and who takes which path of it; one after the other.

    Orders are drawn once for every slot and permuted for every label: the paths of a group are shuffled together,
    those of different groups and lone series apart. A series' order depends on the seed, its group and its slot.
    """
    shuffled, moved = (None, None), {}
    for i in indices:
        label = None if labels is None else labels[i]
        key = (0, i) if label is None else (1, label)
        if key != shuffled[0]:
            shuffled, moved = (key, np.random.default_rng([seed, 2, *key]).permutation(paths)), {}
        common = 0.0 if label is None else companions[label]
        slot = 0 if label is None else slots[i]
        turn = slot // SLOTS
        if turn not in moved:
            moved[turn] = (shuffled[1] - 7 * turn) % paths
        yield order(slot % SLOTS, common, int(ahead[i]), horizon, paths, seed), moved[turn]


def companions_of(w, labels: Sequence | None) -> tuple[dict[int, float], list[int]]:
    """For every group the part of a year's luck that its members share, and for every series its slot in its group.

    Measured on the members' own annual changes (mean correlation of pairs, years in common) and drawn toward the
    `companions` of the table, which counts as much as `companions_weight` pairs of years; in steps of 0.05.
    """
    c = constants()
    members: dict[int, list[int]] = {}
    slots = []
    for i, label in enumerate(labels or ()):
        own = members.setdefault(label, []) if label is not None else []
        slots.append(len(own))
        own.append(i)
    shared = {}
    for label, rows in members.items():
        changes = np.diff(w.values[rows[:64]], axis=1)
        known = ~np.isnan(changes)
        count = np.maximum(known.sum(axis=1, keepdims=True), 1)
        around = np.where(known, changes - np.nansum(changes, axis=1, keepdims=True) / count, 0.0)
        around /= np.maximum(np.abs(around).max(axis=1, keepdims=True), 1e-300)
        size = np.sqrt((around**2).sum(axis=1) / count[:, 0])
        score = around / np.maximum(size, 1e-12)[:, None]
        total, years = score.sum(axis=0), known.sum(axis=0)
        products = (total**2 - (score**2).sum(axis=0)).sum() / 2
        pairs = (years * (years - 1)).sum() / 2
        # Members' pairs repeat each other: what counts is the number of years times members.
        weight = known.sum() / max(1, len(rows[:64])) * np.sqrt(max(1, len(rows[:64]) - 1))
        mean = products / pairs if pairs else 0.0
        drawn = (weight * mean + c["companions_weight"] * c["companions"]) / (weight + c["companions_weight"])
        shared[label] = float(np.clip(np.round(drawn * 20) / 20, 0.0, 0.8))
    return shared, slots
