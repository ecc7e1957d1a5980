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


def scores(indices: Sequence[int], labels: Sequence | None, ahead: np.ndarray, horizon: int, paths: int, seed: int):
    """Normal scores (series, horizon, paths), float32, of the series with these places in the list.

    A series' scores depend on the seed, its place and its group only, not on who else is asked for.
    """
    grid = even_scores(paths).astype(np.float32)
    found = np.empty((len(indices), horizon, paths), np.float32)
    shared: dict = {}
    companions = constants()["companions"]
    for row, i in enumerate(indices):
        steps = horizon + int(ahead[i])
        own = np.random.default_rng([seed, 0, i]).standard_normal((steps, paths), np.float32)
        label = None if labels is None else labels[i]
        if label is not None:
            if label not in shared:
                shared[label] = np.random.default_rng([seed, 1, label]).standard_normal((horizon, paths), np.float32)
            own[-horizon:] *= np.sqrt(1 - companions)
            own[-horizon:] += np.sqrt(companions) * shared[label]
        drawn = years_factor(steps)[-horizon:].astype(np.float32) @ own
        np.put_along_axis(found[row], drawn.argsort(axis=1), grid[None, :], axis=1)
    return found
