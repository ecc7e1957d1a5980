"""Series that stand still: a protected area that is not redrawn, a rate that has been 100 % for years.

A smooth distribution gives the last value itself no chance. So a series that has not moved for some years gets, for
each coming year, a chance of standing where it is: a product of yearly chances, each a logistic function of the years
stood by then, of being at a bound, of having stood before and of never having moved. The weights (`standing.csv`)
were learned from 7,707 standing windows of 127 indicators. What stands persists: the yearly chance rises with the
years, it is not the same chance to a power.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from scipy import special

from ecoanalysis.forecast.windows import Windows

WEIGHTS = Path(__file__).with_name("standing.csv")


@cache
def weights() -> dict[str, float]:
    """Weights by name."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def years_stood(laid: Windows) -> np.ndarray:
    """Years (series,) for which each series has not moved, 0 where the last year brought a change."""
    same = (laid.values == laid.last[:, None]) & laid.observed
    return np.minimum.accumulate(same[:, ::-1], axis=1).sum(axis=1) - 1


def standing_chance(laid: Windows, horizon: int) -> np.ndarray:
    """Chance (series, horizon) that a series is at its last value 1..horizon years after it; 0 for one that moved."""
    c = weights()
    years = years_stood(laid)
    chance = np.zeros((len(laid), horizon))
    rows = np.flatnonzero(years > 0)
    if not len(rows):
        return chance
    stood = years[rows]
    earlier = laid.n[rows] - 2 - stood  # changes before the one that ended where it stands
    none = (np.diff(laid.values[rows], axis=1) == 0).sum(axis=1) - stood
    never = stood >= laid.n[rows] - 1
    at_bound = (laid.last[rows] == laid.low[rows]) | (laid.last[rows] == laid.high[rows])
    before = np.where(never, 0.0, (np.maximum(none, 0) + 0.5) / (np.maximum(earlier, 0) + 1))
    still = c["constant"] + c["at_bound"] * at_bound + c["never_moved"] * never + c["stood_before"] * before
    ahead = np.arange(horizon)
    odds = still[:, None] + c["years"] * np.log(stood[:, None] + ahead) + c["later"] * np.log(ahead + 1)
    chance[rows] = np.cumprod(special.expit(odds), axis=1)
    return chance
