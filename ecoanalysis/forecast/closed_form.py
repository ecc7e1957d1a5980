"""The plain explanation: a shrunken, damped drift and wide tails, from a table of constants.

All in units of the usual annual change s of the window, h years ahead:

* drift: mean annual change, recent years counting more, and all the more so the smoother the series is. Divided by s
  it lies between -1 (every year down) and +1 (every year up). It is pulled toward zero the more, the fewer the years
  and the less they agree.
* location: the drift, damped by the factor `damping` each year, plus a small shift the good way where that is known.
* spread: grows with h as `h ** growth`, wider for few years, narrower the less a year's change differs from the change
  of the year before (roughness).
* tails: those of Student's t with `freedom` degrees of freedom, because one year in fourteen brings a change above
  three times the usual one.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from scipy import special

from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.windows import YEARS, Windows

CONSTANTS = Path(__file__).with_name("constants.csv")


@cache
def constants() -> dict[str, float]:
    """Constants by name, as `training/learn.py` found them."""
    with CONSTANTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def steadiness(w: Windows, memory: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the years agree, and the drift in usual changes.

    Agreement is the weighted mean annual change over the weighted mean size of the changes, between -1 and 1; the
    drift is the same mean over the window's usual change. `memory` (series,) is the weight of a change one year
    further back. Both are zero for one observation.
    """
    changes = np.diff(w.values, axis=1)
    known = ~np.isnan(changes)
    weight = np.where(known, memory[:, None] ** np.arange(YEARS - 2, -1, -1), 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    mean = (weight * np.where(known, changes, 0.0)).sum(axis=1) / total
    size = (weight * np.where(known, np.abs(changes), 0.0)).sum(axis=1) / total
    return mean / np.where(size > 0, size, 1.0), mean / w.scale


def roughness(w: Windows) -> np.ndarray:
    """Mean difference of successive changes, in usual changes: near 0 for a smooth curve, about 1.4 for noise.

    One is added as if it had been seen once more, so that two or three smooth years prove little; a constant series
    counts as smooth.
    """
    swings = np.abs(np.diff(w.values, n=2, axis=1))
    count = np.maximum(w.n - 2, 0)
    return 0.05 + (np.nansum(swings, axis=1) / w.scale + 1) / (count + 1)


def closed_form(w: Windows, horizon: int, c: dict[str, float] | None = None) -> StudentShape:
    """Distributions 1..horizon years after the last observation, (series, horizon), by the constants `c`."""
    c = c or constants()
    h = np.arange(1, horizon + 1, dtype=float)
    rough = roughness(w)
    steady, drift = steadiness(w, c["memory"] ** (1 / rough))
    changes = (w.n - 1)[:, None]
    pull = changes / (changes + c["years_of_doubt"]) * np.abs(steady)[:, None] ** c["agreement"]
    damped = np.cumsum(c["damping"] ** h)
    location = c["follow"] * (pull * drift[:, None]) * damped + c["good_way"] * w.better[:, None] * h ** c["growth"]
    spread = c["spread"] * h ** c["growth"] * rough[:, None] ** c["rough_widens"]
    spread = spread * (1 + c["few_years_widen"] / w.n[:, None]) * np.sqrt(1 + c["drift_error"] * h / w.n[:, None])
    scale = w.scale[:, None]
    return StudentShape(
        w.last[:, None] + scale * location, scale * spread, 0 * spread, 0 * spread + c["freedom"], w.low, w.high
    )


class StudentShape(Shape):
    """Student's t: `tail` holds the degrees of freedom and there is no skew."""

    def below(self, values: np.ndarray) -> np.ndarray:
        """As `Shape.below`."""
        return special.stdtr(self.tail, (values - self.location) / np.maximum(self.scale, 1e-300))

    def _moving(self, scores: np.ndarray) -> np.ndarray:
        student = _student(scores.astype(float), float(self.tail.flat[0]))
        values = self.location[..., None] + self.scale[..., None] * student
        return np.clip(values, self.low[:, None, None], self.high[:, None, None]).astype(scores.dtype)


def _student(scores: np.ndarray, freedom: float) -> np.ndarray:
    """Quantiles of Student's t at normal scores, read from a fine grid: the exact inverse is slow for millions."""
    grid = np.linspace(0, 8, 4001)
    exact = special.stdtrit(freedom, special.ndtr(-grid))
    return np.sign(scores) * np.interp(np.abs(scores), grid, -exact)
