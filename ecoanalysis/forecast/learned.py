"""The learned model: what thousands of unrelated annual series say about windows like this one.

A small network (weights.csv, made by train.py) reads the features of a window and gives location, scale, skew and
tail weight of the change since the last value, in usual annual changes, as smooth curves over the years ahead. It is
asked twice, about the series and about its mirror image, and answers are combined so that the forecast of -y is
exactly minus the forecast of y. Several networks are averaged.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from ecoanalysis.forecast.features import features
from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.windows import Windows

WEIGHTS = Path(__file__).with_name("weights.csv")
AHEAD = 10  # years ahead that were learned
FADING = 0.85  # beyond them, what a year adds to the drift, over the year before


@cache
def networks(file: Path) -> list[dict[str, np.ndarray]]:
    """Layers of every network: arrays (units, inputs + 1), the last column the constant."""
    found: dict[str, dict[str, list]] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for net, layer, _, *weights in csv.reader(rows):
            found.setdefault(net, {}).setdefault(layer, []).append([float(w) for w in weights])
    return [{name: np.array(rows) for name, rows in layers.items()} for layers in found.values()]


def learned(w: Windows, horizon: int, file: Path = WEIGHTS) -> Shape:
    """Distributions 1..horizon years after the last observation, (series, horizon), by the weights in `file`."""
    odd, even = features(w)
    raw = np.mean([_answer(net, odd, even) for net in networks(file)], axis=0)
    location, width, skew, tail = distribution(raw, horizon)
    scale = w.scale[:, None]
    return Shape(w.last[:, None] + scale * location, scale * np.exp(width - tail), skew, np.exp(tail), w.low, w.high)


def distribution(raw: np.ndarray, horizon: int) -> tuple[np.ndarray, ...]:
    """Location, log width, skew and log tail weight, in usual changes, (series, horizon); as in train.py."""
    h = np.arange(1, max(horizon, 2) + 1, dtype=float)
    u = np.log(np.minimum(h, AHEAD)) / np.log(AHEAD)
    curve = np.stack([np.ones_like(u), u, u**2])
    location = h * (raw[:, 0:3] @ curve)
    if horizon > AHEAD:
        step = location[:, [AHEAD - 1]] - location[:, [AHEAD - 2]]
        location[:, AHEAD:] = location[:, [AHEAD - 1]] + step * np.cumsum(FADING ** (h[AHEAD:] - AHEAD))
    skew = np.tanh(raw[:, 3:5] @ curve[:2])
    width = 0.7 * np.log(h) - 0.3 + raw[:, 5:8] @ curve
    tail = 0.7 * np.tanh(raw[:, 8:11] @ curve) + 0.45
    return tuple(part[:, :horizon] for part in (location, width, skew, tail))


def _answer(net: dict[str, np.ndarray], odd: np.ndarray, even: np.ndarray) -> np.ndarray:
    """The network's answer about the series and its mirror image, made symmetric."""
    first, split = net["first"], odd.shape[1]
    a, b = odd @ first[:, :split].T, even @ first[:, split:-1].T + first[:, -1]
    there, mirrored = (_layer(net["out"], _bend(_layer(net["middle"], _bend(x)))) for x in (b + a, b - a))
    return np.concatenate([(there - mirrored)[:, :5], (there + mirrored)[:, 5:]], axis=1) / 2


def _layer(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x @ weights[:, :-1].T + weights[:, -1]


def _bend(x: np.ndarray) -> np.ndarray:
    """x times its logistic."""
    return x / (1 + np.exp(-np.clip(x, -80, 80)))
