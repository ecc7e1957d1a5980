"""A statement as a small chart of lines (SVG), drawn from the same numbers as every other picture of it."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from ecoanalysis import charts, plotdata
from ecoanalysis.look import BAND, GRID, INK, QUIET, TARGET
from ecoanalysis.words import Words

WIDTH, HEIGHT = 220, 110
LEFT, RIGHT, TOP, BOTTOM = 6, 6, 8, 18


def chart(s, w: Words) -> str:
    """Measured years, median with its 80 % band, and the target, as an SVG with its sentence as alternative text.

    Parameters
    ----------
    s : Statement
    w : Words

    Returns
    -------
    str
        SVG without ids, style sheets or addresses; a sentence where nothing was measured.
    """
    table = plotdata.fan(s)
    label = escape(charts.alternative(s, w), quote=True)
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    if table.empty:
        return f'{head}<text x="{LEFT}" y="40" font-size="11" fill="{QUIET}">{escape(w("chart.nothing"))}</text></svg>'
    scale = _Scale(table)
    parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{scale.floor}" y2="{scale.floor}" stroke="{GRID}"/>']
    ahead = table.dropna(subset="median")
    if len(ahead):
        around = [*scale.points(ahead["hi80"]), *reversed(scale.points(ahead["lo80"]))]
        parts.append(f'<polygon points="{" ".join(around)}" fill="{BAND}" fill-opacity="0.25"/>')
        parts.append(_line(scale.points(ahead["median"]), BAND, 'stroke-dasharray="4 2"'))
    if np.isfinite(s.target):
        y = scale.y(s.target)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{TARGET}" stroke-width="1.5" '
            'stroke-dasharray="7 3"/>'
        )
    measured = table["observed"].dropna()
    parts.append(_line(scale.points(measured), INK, ""))
    x, y = scale.points(measured)[-1].split(",")
    parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{INK}"/>')
    first, last = int(table.index[0]), int(table.index[-1])
    for year, x, anchor in ((first, LEFT, "start"), (last, WIDTH - RIGHT, "end")):
        parts.append(
            f'<text x="{x}" y="{HEIGHT - 4}" font-size="11" fill="#5d6975" text-anchor="{anchor}">{year}</text>'
        )
    return f"{head}{''.join(parts)}</svg>"


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


def _line(points: list[str], colour: str, more: str) -> str:
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.8" {more}/>'
