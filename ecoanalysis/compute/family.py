"""Who is part of whom, and how the figures of parts are put together."""

from __future__ import annotations

import numpy as np
import pandas as pd


class Family:
    """Who is part of whom, and how the figures of parts are put together."""

    def __init__(self, regions: pd.DataFrame):
        positions = {code: position for position, code in enumerate(regions.index)}
        parent = np.array([positions.get(code, -1) for code in regions["parent"]], int)
        self.area = regions["area_km2"].to_numpy(float)
        self.parent = parent
        self.parts = [np.flatnonzero(parent == position) for position in range(len(parent))]
        self.has_parts = np.array([len(parts) > 0 for parts in self.parts], bool)
        self.nested = bool((self.has_parts & (parent >= 0) & self.has_parts[parent]).any())
        self.order = np.argsort(parent, kind="stable")[(parent < 0).sum() :]
        self.owners, self.starts = np.unique(parent[self.order], return_index=True)

    def joined(self, values: np.ndarray, there: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Values (years, regions) of the parts put together at their owner, of those that are `there`.

        Returns value, number of parts that went in, number of parts, each (years, regions).
        """
        value, counted = np.full(values.shape, np.nan), np.zeros(values.shape, int)
        size = np.broadcast_to(np.array([len(parts) for parts in self.parts], int), values.shape)
        if not len(self.order) or not len(values):
            return value, counted, size
        parts, inside = values[:, self.order], there[:, self.order]
        counted[:, self.owners] = np.add.reduceat(inside.astype(int), self.starts, axis=1)
        fill = {"min": np.inf, "max": -np.inf}.get(how, 0.0)
        filled = np.where(inside, parts, fill)
        if how in ("min", "max"):
            value[:, self.owners] = getattr(np, f"{how}imum").reduceat(filled, self.starts, axis=1)
        elif how == "area_weighted":
            area = np.where(inside, self.area[self.order], 0.0)
            total = np.add.reduceat(area, self.starts, axis=1)
            summed = np.add.reduceat(filled * area, self.starts, axis=1)
            value[:, self.owners] = summed / np.where(total > 0, total, np.nan)
        else:
            summed = np.add.reduceat(filled, self.starts, axis=1)
            value[:, self.owners] = summed / np.maximum(counted[:, self.owners], 1) if how == "mean" else summed
        return np.where(counted > 0, value, np.nan), counted, size

    def weakest(self, status: np.ndarray) -> np.ndarray:
        """The weakest status among the parts, at their owner; -1 where there is none."""
        weakest = np.full(status.shape, -1, np.int8)
        if len(self.order) and len(status):
            weakest[:, self.owners] = np.maximum.reduceat(status[:, self.order], self.starts, axis=1)
        return weakest

    def newest(self, bases: np.ndarray) -> np.ndarray:
        """The newest base year among the parts of each region's owner, for each region."""
        common = bases.copy()
        for parts in self.parts:
            if len(parts):
                common[parts] = bases[parts].max()
        return common
