"""The engine against the forecasting packages of the field, on short annual series.

    python benchmarks/short_series.py --panel DIRECTORY [--weights FILE] [--unseen] [--n 6 8 12] [--peers NAMES]
    python benchmarks/short_series.py --speed

DIRECTORY holds the panels and `bench.py`, the method of evaluation: one origin a series, five years ahead, chances of
targets at the last value moved by 0, 1/2, 1 or 2 median annual changes a year. Runs in an environment of its own
(requirements.txt beside this file) with the repository on PYTHONPATH.

The shipped weights were learned from these panels, so a fair table needs weights that were not: `python -m
training.learn --panel DIRECTORY --check --out FILE` keeps indicators out, and --weights FILE --unseen
scores on exactly those. Beside each method stands by how much the learned engine's Brier score lies below it, with a 90 %
interval that draws whole indicators anew, and how many windows the method refused to fit (it is then given the drift).

--speed measures how fast the engine is, alone and with sixteen references, beside a plain numpy random walk with drift
that draws as many normals: made-up series, processor time, the fastest of several rounds in which all take turns.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import logging
import platform
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from ecoanalysis import forecast
from ecoanalysis.forecast import learned, methods

OWN = ("learned", "closed_form")
PEERS = "ols,gm11,rwd,damped,ets,arima,theta,dot,ces"
SHOWN = ["Brier", "ECE", "cov80", "cov95", "aCRPS", "logS", "series_per_s", "refused"]
DRAWS = 2000  # of the indicators, for an interval


def evaluation(folder: Path):
    """The panel folder's bench.py as a module."""
    spec = importlib.util.spec_from_file_location("bench", folder / "bench.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench"] = module
    spec.loader.exec_module(module)
    module.METHODS["dot"] = module.per_series(module.sf_one(_dynamic_theta))
    return module


def _dynamic_theta():
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=1)


def tasks(bench, name: str, n: int, unseen: bool, most: int | None) -> list[dict]:
    """Windows of one panel; `unseen` leaves only indicators that --check keeps out of learning."""
    dataset, kind = {"dev": ("dev", "measured"), "modelled": ("dev", "modelled"), "m1": ("m1", "all")}[name]
    found, _ = bench.tasks(dataset, n, kind=kind)
    if unseen and name == "dev":
        _, meta = bench.load("dev")
        kept = set(sorted(meta.indicator.unique())[::3])  # as kept_out of training/learn.py
        found = [task for task in found if task["group"] in kept]
    return found[:most]


def distributions(bench, names: list[str], todo: list[dict]) -> dict[str, tuple[np.ndarray, float]]:
    """Quantiles of every method, with its series per second."""
    y, bounds = [t["y"] for t in todo], [t["bounds"] for t in todo]
    horizon, found = len(todo[0]["actual"]), {}
    for name in names:
        began = time.perf_counter()
        if name in OWN:
            better = [t["direction"] for t in todo]
            drawn = forecast.quantiles(y, horizon, bench.LEVELS, bounds=bounds, better=better, method=name)
        else:
            bench.METHODS[name].failures = 0
            drawn = bench.METHODS[name](y, horizon, bounds)
        found[name] = drawn, len(todo) / (time.perf_counter() - began)
    parts = [part for part in ("ets", "arima", "theta") if part in found]
    if len(parts) == 3:
        mean = np.mean([np.sort(found[part][0], axis=-1) for part in parts], axis=0)
        found["ets+arima+theta"] = mean, 1 / sum(1 / found[part][1] for part in parts)
    return found


def table(bench, names: list[str], todo: list[dict]) -> pd.DataFrame:
    """One row a method."""
    rows, errors = {}, {}
    for name, (drawn, speed) in distributions(bench, names, todo).items():
        frame, events = bench.score(todo, drawn)
        errors[name] = ((events.p.astype(float) - events.event.astype(float)) ** 2).to_numpy()
        refused = getattr(bench.METHODS.get(name), "failures", 0)
        rows[name] = {**bench.summary(frame, events, frame), "series_per_s": speed, "refused": refused}
    result = pd.DataFrame(rows).T[SHOWN].astype(float)
    own, indicator = errors["learned"], events.group.to_numpy()
    below = {name: gain(own, other, indicator) for name, other in errors.items() if name != "learned"}
    return result.join(pd.DataFrame(below, index=["below %", "from", "to"]).T).sort_values("Brier")


def gain(own: np.ndarray, other: np.ndarray, indicator: np.ndarray) -> tuple[float, float, float]:
    """Per cent by which the mean of `own` lies below that of `other`; 5 and 95 % of draws of whole indicators."""
    sums = pd.DataFrame({"own": own, "other": other}).groupby(indicator).sum().to_numpy()
    drawn = np.random.default_rng(0).integers(0, len(sums), (DRAWS, len(sums)))
    of_draws = sums[drawn].sum(axis=1)
    low, high = np.quantile(1 - of_draws[:, 0] / of_draws[:, 1], (0.05, 0.95))
    return 100 * (1 - own.sum() / other.sum()), 100 * low, 100 * high


def holding(bench, todo: list[dict]) -> dict[str, float]:
    """Chance that each of the next three years is on the good side: joint paths against independent years."""
    bounds, better = [t["bounds"] for t in todo], [t["direction"] for t in todo]
    paths = forecast.sample_paths([t["y"] for t in todo], 3, bounds=bounds, better=better)
    joint, alone, held = [], [], []
    for task, drawn in zip(todo, paths, strict=True):
        for h, _, target in bench.targets(task):
            if h > 3:
                continue
            good = task["direction"] * (drawn - target) >= 0
            joint.append(good.all(axis=1).mean())
            alone.append(good.mean(axis=0).prod())
            held.append(bool((task["direction"] * (task["actual"][:3] - target) >= 0).all()))
    joint, alone, held = (np.array(part, float) for part in (joint, alone, held))
    brier, independent = ((joint - held) ** 2).mean(), ((alone - held) ** 2).mean()
    return {"joint": brier, "independent": independent, "gain %": 100 * (1 - brier / independent)}


def speed(series: int = 2000, n: int = 8, horizon: int = 5, rounds: int = 5, sisters: int = 16) -> pd.DataFrame:
    """Series a second of processor time, and the time in that of plain quantiles and of a numpy walk of 1,000 paths."""
    rng = np.random.default_rng(0)
    made = 50 + rng.normal(size=(series, 1 + sisters, n)).cumsum(axis=2)
    own, others = list(made[:, 0]), [list(rows) for rows in made[:, 1:]]

    def walk():
        change = np.diff(made[:, 0], axis=1)
        drift, spread = change.mean(axis=1)[:, None, None], change.std(axis=1, ddof=1)[:, None, None]
        steps = drift + spread * rng.standard_normal((series, 1000, horizon))
        return made[:, 0, -1][:, None, None] + steps.cumsum(axis=2)

    def told(references):
        return forecast.quantiles(own, horizon, (0.1, 0.5, 0.9), references=references)

    def drawn(references):
        return forecast.sample_paths(own, horizon, references=references)

    parts = {
        "quantiles": functools.partial(told, None),
        "quantiles, sixteen references": functools.partial(told, others),
        "paths": functools.partial(drawn, None),
        "paths, sixteen references": functools.partial(drawn, others),
        "numpy walk": walk,
    }
    spent = {name: [] for name in parts}
    for turn in range(rounds + 1):  # the first one warms up
        for name, part in parts.items():
            began = time.process_time()
            part()
            if turn:
                spent[name].append(time.process_time() - began)
    fastest = pd.Series({name: min(times) for name, times in spent.items()})
    return pd.DataFrame(
        {
            "series_per_s": series / fastest,
            "times quantiles": fastest / fastest["quantiles"],
            "times walk": fastest / fastest["numpy walk"],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path)
    parser.add_argument("--speed", action="store_true", help="measure the time instead; needs no panel")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--n", type=int, nargs="+", default=[6, 8, 12])
    parser.add_argument("--sets", nargs="+", default=["dev", "m1", "modelled"], choices=["dev", "m1", "modelled"])
    parser.add_argument("--peers", default=PEERS, help="names known to bench.py, or nothing; prophet is slow")
    parser.add_argument("--max-series", type=int)
    a = parser.parse_args()
    if a.speed:
        versions = f"numpy {np.__version__}, scipy {scipy.__version__}, Python {platform.python_version()}"
        return print(f"{versions}\n{speed().round(2).to_string()}")
    if not a.panel:
        parser.error("--panel: give the folder of the panels, or --speed")
    warnings.filterwarnings("ignore")
    logging.getLogger("prophet.plot").disabled = True
    bench = evaluation(a.panel)
    if a.weights:
        methods.METHODS["learned"] = functools.partial(learned.learned, file=a.weights)
    names = [*OWN, *filter(None, a.peers.split(","))]
    for name in a.sets:
        for n in a.n:
            todo = tasks(bench, name, n, a.unseen, a.max_series)
            print(f"\n{name}, {n} yearly values, {len(todo)} series")
            print(table(bench, names, todo).round(4).to_string())
            hold = holding(bench, todo)
            print("  ".join(["all of the next three years:", *(f"{k} {v:.4f}" for k, v in hold.items())]), flush=True)


if __name__ == "__main__":
    main()
