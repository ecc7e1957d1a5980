"""The learned model: what thousands of unrelated annual series say about windows like this one.

A small network (weights.csv, made by training/learn.py) reads the features of a window and gives location, scale, skew and
tail weight of the change since the last value, in usual annual changes, as smooth curves over the years ahead. It is
asked twice, about the series and about its mirror image, and answers are combined so that the forecast of -y is
exactly minus the forecast of y. Several networks are averaged.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ecoanalysis.forecast.features import ODD, features
from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.sisters import SEEN_EVEN, SEEN_ODD, WHICH_EVEN, WHICH_ODD, seen
from ecoanalysis.forecast.windows import Windows

WEIGHTS = Path(__file__).with_name("weights.csv")
WEIGHTS_WITH_SISTERS = Path(__file__).with_name("weights_with_sisters.csv")
AHEAD = 10  # years ahead that were learned
AT_ONCE = 128  # series with sisters that are answered together: few enough to stay in the cache
FADING = 0.85  # beyond them, what a year adds to the drift, over the year before


@cache
def networks(file: Path) -> list[dict[str, np.ndarray]]:
    """Layers of every network: arrays (units, inputs + 1), the last column the constant."""
    layers_of: dict[str, dict[str, list]] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for net, layer, _, *weights in csv.reader(rows):
            layers_of.setdefault(net, {}).setdefault(layer, []).append([float(w) for w in weights])
    return [{name: np.array(rows) for name, rows in layers.items()} for layers in layers_of.values()]


def learned(
    w: Windows, horizon: int, file: Path = WEIGHTS, with_sisters: Path | None = None, without: Sequence[str] = ()
) -> Shape:
    """Distributions 1..horizon years after the last observation, (series, horizon), by the weights in `file`.

    Series with sisters are answered by the networks of `with_sisters`, the others by those of `file`. Odd features
    named in `without` are taken for zero, their neutral value: the series then leans neither way by them.
    """
    neutral = [ODD.index(name) for name in without]
    company, with_sisters = w.company, with_sisters or WEIGHTS_WITH_SISTERS
    odd, even = features(w)
    raw, alone = np.empty((len(w), 11)), np.ones(len(w), bool)
    shown = [] if company is None or not with_sisters.exists() else list(company.batches(AT_ONCE))
    if shown:
        others = features(company.pool.take(slice(len(w), None)), SEEN_ODD, SEEN_EVEN)
        read = [np.concatenate(part) for part in zip((odd[:, WHICH_ODD], even[:, WHICH_EVEN]), others, strict=True)]
    odd[:, neutral] = 0.0  # of the series, not of its sisters
    for rows, pairs, starts in shown:
        context = *seen(company.pool, *read, company.who[pairs], company.of[pairs]), starts
        raw[rows] = _mean_answer(with_sisters, odd[rows], even[rows], context)
        alone[rows] = False
    rows = np.flatnonzero(alone)
    raw[rows] = _mean_answer(file, odd[rows], even[rows])
    location, width, skew, tail = continued(raw, horizon)
    scale = w.scale[:, None]
    return Shape(w.last[:, None] + scale * location, scale * np.exp(width - tail), skew, np.exp(tail), w.low, w.high)


def distribution(raw, years, of=np) -> tuple:
    """Location, log width, skew and log tail weight, in usual changes, (series, years).

    `raw` (series, 11) is the network's answer, `years` (years,) the years ahead; `of` is the library that computes,
    numpy here and torch in training.
    """
    u = of.log(years.clip(None, AHEAD)) / float(np.log(AHEAD))
    curve = of.stack([of.ones_like(u), u, u**2])
    location = years * (raw[:, 0:3] @ curve)
    skew = of.tanh(raw[:, 3:5] @ curve[:2])
    width = 0.7 * of.log(years) - 0.3 + raw[:, 5:8] @ curve
    tail = 0.7 * of.tanh(raw[:, 8:11] @ curve) + 0.45
    return location, width, skew, tail


def continued(raw: np.ndarray, horizon: int) -> tuple[np.ndarray, ...]:
    """`distribution` of the years 1..horizon, the drift fading out beyond the years that were learned."""
    h = np.arange(1, max(horizon, 2) + 1, dtype=float)
    location, *rest = distribution(raw, h)
    if horizon > AHEAD:
        step = location[:, [AHEAD - 1]] - location[:, [AHEAD - 2]]
        location[:, AHEAD:] = location[:, [AHEAD - 1]] + step * np.cumsum(FADING ** (h[AHEAD:] - AHEAD))
    return tuple(part[:, :horizon] for part in (location, *rest))


def _mean_answer(file: Path, odd: np.ndarray, even: np.ndarray, context: tuple | None = None) -> np.ndarray:
    """The mean of what the networks of a file say, (series, 11)."""
    return np.mean([_answer(net, odd, even, context) for net in networks(file)], axis=0)


def _answer(net: dict[str, np.ndarray], odd: np.ndarray, even: np.ndarray, context: tuple | None) -> np.ndarray:
    """The network's answer about the series and its mirror image, made symmetric.

    `context` holds the odd and even inputs of the sisters, (pairs, inputs), and where those of each series begin.
    """
    there, mirrored = _signed(net["first"], odd, even)
    if context is not None:
        seen_odd, seen_even, starts = context
        share = 1 / np.diff(starts, append=len(seen_odd))[:, None]
        for branch, pair in zip((there, mirrored), _signed(net["sister_first"], seen_odd, seen_even), strict=True):
            hidden = _bend(_layer(net["sister_middle"], _bend(pair)))
            branch += _layer(net["sister_out"], np.add.reduceat(hidden, starts, axis=0) * share)
    there, mirrored = (_layer(net["out"], _bend(_layer(net["middle"], _bend(x)))) for x in (there, mirrored))
    return np.concatenate([(there - mirrored)[:, :5], (there + mirrored)[:, 5:]], axis=1) / 2


def _signed(weights: np.ndarray, odd: np.ndarray, even: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A first layer about the series and about its mirror image."""
    split = odd.shape[1]
    a, b = odd @ weights[:, :split].T, even @ weights[:, split:-1].T + weights[:, -1]
    return b + a, b - a


def _layer(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    result = x @ weights[:, :-1].T
    result += weights[:, -1]
    return result


def _bend(x: np.ndarray) -> np.ndarray:
    """x times its logistic, in place of x."""
    logistic = np.minimum(np.negative(x), 80.0)
    np.exp(logistic, out=logistic)
    logistic += 1
    x /= logistic
    return x
