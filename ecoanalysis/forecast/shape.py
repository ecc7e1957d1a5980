"""The distribution of one future value: location, scale, skew and tail weight.

A normal score z becomes `location + scale * sinh(tail * (asinh(z) + skew))` (sinh-arcsinh). Tail weight 1 without
skew is the normal distribution; above 1 the tails are heavier. What falls outside the bounds is set on the bound,
so a share near its ceiling has a definite chance of sitting exactly there.

Jones, M. C., Pewsey, A. (2009), Sinh-arcsinh distributions, Biometrika 96, 761-780.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shape:
    """Distributions of many series at many horizons: every field is an array (series, horizon).

    `location` and `scale` are in the unit of the series, `low` and `high` are the bounds (series,).
    """

    location: np.ndarray
    scale: np.ndarray
    skew: np.ndarray
    tail: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, scores: np.ndarray) -> np.ndarray:
        """Values that belong to normal scores.

        Parameters
        ----------
        scores : array (m,) or (series, horizon, m)

        Returns
        -------
        array (series, horizon, m), in the dtype of the scores
        """
        kind = scores.dtype
        part = [np.asarray(x, kind)[..., None] for x in (self.location, self.scale, self.skew, self.tail)]
        location, scale, skew, tail = part
        values = np.arcsinh(scores) + skew  # a new array; everything below happens in place
        values *= tail
        np.sinh(values, out=values)
        values *= scale
        values += location
        if np.isfinite(self.low).any() or np.isfinite(self.high).any():
            low, high = inside(self.low, self.high, kind)
            np.clip(values, low[:, None, None], high[:, None, None], out=values)
        return values

    def from_year(self, ahead: np.ndarray, horizon: int) -> Shape:
        """The `horizon` years that follow the first `ahead` (series,) of them."""
        years = ahead[:, None] + np.arange(horizon)
        part = {k: v if v.ndim == 1 else np.take_along_axis(v, years, axis=1) for k, v in vars(self).items()}
        return type(self)(**part)

    def rows(self, start: int, stop: int) -> Shape:
        """The same for a run of series."""
        return type(self)(**{name: values[start:stop] for name, values in vars(self).items()})


def inside(low: np.ndarray, high: np.ndarray, kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Bounds in a coarser dtype, rounded inward."""
    narrow, wide = low.astype(kind), high.astype(kind)
    narrow = np.where(narrow < low, np.nextafter(narrow, kind.type(np.inf)), narrow)
    return narrow, np.where(wide > high, np.nextafter(wide, kind.type(-np.inf)), wide)
