"""The distribution of one future value: location, scale, skew and tail weight.

A normal score z becomes `location + scale * sinh(tail * (asinh(z) + skew))` (sinh-arcsinh). Tail weight 1 without
skew is the normal distribution; above 1 the tails are heavier. What falls outside the bounds is set on the bound,
so a share near its ceiling has a definite chance of sitting exactly there.

Jones, M. C., Pewsey, A. (2009), Sinh-arcsinh distributions, Biometrika 96, 761-780.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special


@dataclass(frozen=True)
class Shape:
    """Distributions of many series at many horizons: every field is an array (series, horizon).

    `location` and `scale` are in the unit of the series, `low` and `high` are the bounds (series,). `standing` is the
    chance (series, horizon) of the value `last` (series,) itself, which a series that stands still keeps.
    """

    location: np.ndarray
    scale: np.ndarray
    skew: np.ndarray
    tail: np.ndarray
    low: np.ndarray
    high: np.ndarray
    standing: np.ndarray | None = None
    last: np.ndarray | None = None

    def at(self, scores: np.ndarray) -> np.ndarray:
        """Values that belong to normal scores.

        Parameters
        ----------
        scores : array (m,) or (series, horizon, m)

        Returns
        -------
        array (series, horizon, m), in the dtype of the scores
        """
        if self.standing is not None and self.standing.any():
            return self._with_standing(scores)
        return self._moving(scores)

    def _with_standing(self, scores: np.ndarray) -> np.ndarray:
        """Levels around the last value's own place give that value; the others are spread over the rest.

        The chance of standing is that of the value in all. At a bound nothing is added for what would pass it: what
        moves moves inside.
        """
        kind = scores.dtype
        values = self._moving(scores)
        rows = np.flatnonzero(self.standing.any(axis=1))
        own = self.take(rows)
        last = own.last[:, None]
        below = own.below(last)
        under = np.where(last <= own.low[:, None], 0.0, below)[..., None]
        over = np.where(last >= own.high[:, None], 0.0, 1 - below)[..., None]
        stays, moves = own.standing[..., None], 1 - own.standing[..., None]
        some = np.maximum(under + over, 1e-12)  # 1 away from the bounds
        levels = special.ndtr(np.asarray(scores if scores.ndim == 1 else scores[rows], float))
        lower, upper = levels < moves * under / some, levels > moves * under / some + stays
        spread = np.where(lower, levels / moves * some, 1 - (1 - levels) / moves * some)
        moved = own._moving(special.ndtri(np.clip(spread, 1e-12, 1 - 1e-12)))
        low, high = inside(own.low, own.high, kind)
        found = np.where(lower | upper, moved, last[..., None]).astype(kind)
        values[rows] = np.clip(found, low[:, None, None], high[:, None, None])
        return values

    def below(self, values: np.ndarray) -> np.ndarray:
        """Chance (series, horizon) of less than `values`, bounds and standing still apart."""
        standard = (values - self.location) / np.maximum(self.scale, 1e-300)
        return special.ndtr(np.sinh(np.arcsinh(standard) / self.tail - self.skew))

    def _moving(self, scores: np.ndarray) -> np.ndarray:
        """Values without the chance of standing still."""
        kind = scores.dtype
        part = [np.asarray(x, kind)[..., None] for x in (self.location, self.scale, self.skew, self.tail)]
        location, scale, skew, tail = part
        values = np.arcsinh(scores) + skew  # a new array; everything below happens in place
        values *= tail
        np.clip(values, -80, 80, out=values)
        np.exp(values, out=values)  # sinh by one exponential: several times faster than np.sinh
        values -= 1 / values
        values *= scale / 2
        values += location
        if np.isfinite(self.low).any() or np.isfinite(self.high).any():
            low, high = inside(self.low, self.high, kind)
            np.clip(values, low[:, None, None], high[:, None, None], out=values)
        return values

    def from_year(self, ahead: np.ndarray, horizon: int) -> Shape:
        """The `horizon` years that follow the first `ahead` (series,) of them."""
        years = ahead[:, None] + np.arange(horizon)
        given = {name: values for name, values in vars(self).items() if values is not None}
        part = {k: v if v.ndim == 1 else np.take_along_axis(v, years, axis=1) for k, v in given.items()}
        return type(self)(**part)

    def rows(self, start: int, stop: int) -> Shape:
        """The same for a run of series."""
        return self.take(slice(start, stop))

    def take(self, rows: np.ndarray | slice) -> Shape:
        """The same for some of the series."""
        return type(self)(**{name: values[rows] for name, values in vars(self).items() if values is not None})


def inside(low: np.ndarray, high: np.ndarray, kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Bounds in a coarser dtype, rounded inward."""
    narrow, wide = low.astype(kind), high.astype(kind)
    narrow = np.where(narrow < low, np.nextafter(narrow, kind.type(np.inf)), narrow)
    return narrow, np.where(wide > high, np.nextafter(wide, kind.type(-np.inf)), wide)
