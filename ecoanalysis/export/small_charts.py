"""A statement as a small chart of lines, drawn from the same numbers as every other picture of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import charts, plotdata
from ecoanalysis.words import Words

WIDTH, HEIGHT = 220, 110
LEFT, RIGHT, TOP, BOTTOM = 6, 6, 8, 18


def chart(s, w: Words) -> dict:
    """Measured years, median with its 80 % band, and the target, as points for `templates/chart.svg`.

    Parameters
    ----------
    s : Statement
    w : Words

    Returns
    -------
    dict
        With its sentence as alternative text; `nothing` is a sentence where nothing was measured.
    """
    table = plotdata.fan(s)
    drawn = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT}
    drawn |= {"label": charts.alternative(s, w), "nothing": ""}
    if table.empty:
        return drawn | {"nothing": w("chart.nothing")}
    scale = _Scale(table)
    ahead = table.dropna(subset="median")
    measured = scale.points(table["observed"].dropna())
    return drawn | {
        "floor": scale.floor,
        "band": " ".join([*scale.points(ahead["hi80"]), *reversed(scale.points(ahead["lo80"]))]),
        "median": " ".join(scale.points(ahead["median"])),
        "target": scale.y(s.target) if np.isfinite(s.target) else None,
        "measured": " ".join(measured),
        "latest": measured[-1].split(","),
        "first": int(table.index[0]),
        "last": int(table.index[-1]),
    }


class _Scale:
    """From years and values to the points of the picture."""

    def __init__(self, table: pd.DataFrame):
        drawn = table[["observed", "median", "lo80", "hi80", "target"]].to_numpy(float)
        low, high = np.nanmin(drawn), np.nanmax(drawn)
        self.low, self.span = low, (high - low) or max(abs(high), 1.0)
        self.first, self.years = int(table.index[0]), max(len(table) - 1, 1)
        self.floor = HEIGHT - BOTTOM

    def y(self, value: float) -> float:
        return round(self.floor - (value - self.low) / self.span * (self.floor - TOP), 1)

    def points(self, values: pd.Series) -> list[str]:
        width = WIDTH - LEFT - RIGHT
        return [f"{LEFT + (year - self.first) / self.years * width:.1f},{self.y(v)}" for year, v in values.items()]
