"""Series that stand still: a protected area that is not redrawn, a rate that has been 100 % for years.

A smooth distribution gives the last value itself no chance. So a series that has not moved for some years gets, for
each coming year, a chance of standing where it is. On the reference panel (window of eight values) a series that moved
before and then stood for 1, 2, 3 years stood still for another with a chance of 0.2, 0.4, 0.6; one that had stood for
seven years with 0.8 to 0.9; one at a bound of its scale stood with 0.6 even after its first year there.
"""

from __future__ import annotations

import numpy as np

from ecoanalysis.forecast.windows import Windows

HALF = 6.0  # squared years of standing that give an even chance
BOUND_YEARS = 2.0  # a value at its bound counts as having stood that much longer
MOST = 0.9


def standing_chance(laid: Windows, horizon: int) -> np.ndarray:
    """Chance (series, horizon) that a series still stands at its last value, after never having left it."""
    same = (laid.values == laid.last[:, None]) & laid.observed
    years = np.minimum.accumulate(same[:, ::-1], axis=1).sum(axis=1) - 1.0
    at_bound = (laid.last == laid.low) | (laid.last == laid.high)
    years = years + BOUND_YEARS * at_bound
    yearly = np.minimum(MOST, years**2 / (years**2 + HALF))
    return yearly[:, None] ** np.arange(1, horizon + 1)
