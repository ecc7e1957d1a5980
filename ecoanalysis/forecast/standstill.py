"""Series that stand still: a protected area that is not redrawn, a rate that has been 100 % for years.

A smooth distribution gives the last value itself no chance. So a series that has not moved for some years gets, for
each coming year, a chance of being at its last value: a logistic function of the years stood, of being at a bound, of
having stood or been there before and of never having moved, which falls with the log of the years ahead. What stands
persists and then ends: the chance of five years is not that of one year to the fifth power. It is the whole chance
of the value: at a bound nothing is added for what would pass it.

Where sister regions are known, the share of them that stand moves the log odds of all years ahead alike; a series alone
keeps its chance. The weights (`standing.csv`) are written by `training/standing.py`.
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


def inputs(laid: Windows) -> dict[str, np.ndarray]:
    """What the chance is made of, by name, (series,) each; meaningful where `years_stood` is above 0."""
    stood = years_stood(laid)
    earlier = laid.n - 1 - stood  # changes before the stand, the one that ended where it stands among them
    none = (np.diff(laid.values) == 0).sum(axis=1) - stood
    there = (laid.values == laid.last[:, None]).sum(axis=1) - stood - 1
    never = earlier <= 0
    at_bound = (laid.last == laid.low) | (laid.last == laid.high)
    return {
        "constant": np.ones(len(laid)),
        "years": np.log(np.maximum(stood, 1)),
        "at_bound": at_bound.astype(float),
        "never_moved": (never & ~at_bound).astype(float),  # a bound is reason enough
        "stood_before": np.where(never, 0.0, (np.maximum(none, 0) + 0.5) / np.maximum(earlier, 1)),
        "been_there": np.maximum(there, 0) / np.maximum(earlier, 1),
    }


def sisters_that_stand(laid: Windows) -> tuple[np.ndarray, np.ndarray]:
    """How many of each series' sisters stand, and of how many that is known, (series,) each.

    It is known of those with a value in each of their last two years.
    """
    if laid.company is None:
        return np.zeros(len(laid), int), np.zeros(len(laid), int)
    pool, who, of = laid.company.pool, laid.company.who, laid.company.of
    known = pool.observed[:, -2:].all(axis=1)
    return tuple(np.bincount(of[which[who]], minlength=len(laid)) for which in (years_stood(pool) > 0, known))


def moved_by_sisters(laid: Windows, c: dict[str, float]) -> np.ndarray:
    """What the sisters add to the log odds of standing, (series,); 0 for a series alone."""
    stand, known = sisters_that_stand(laid)
    return np.where(known > 0, c["sisters"] + c["sisters_stand"] * stand / np.maximum(known, 1), 0.0)


def standing_chance(laid: Windows, horizon: int) -> np.ndarray:
    """Chance (series, horizon) that a series is at its last value 1..horizon years after it; 0 for one that moved."""
    c = weights()
    chance = np.zeros((len(laid), horizon))
    rows = np.flatnonzero(years_stood(laid) > 0)
    if len(rows):
        seen = {name: values[rows] for name, values in inputs(laid).items()}
        first = sum(c[name] * values for name, values in seen.items()) + moved_by_sisters(laid, c)[rows]
        fall = c["later"] + c["later_years"] * seen["years"]
        chance[rows] = special.expit(first[:, None] + fall[:, None] * np.log(np.arange(1, horizon + 1)))
    return chance
