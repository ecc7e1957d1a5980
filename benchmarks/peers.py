"""The forecaster against its peers on a panel of annual series: one table.

    python benchmarks/peers.py --panel ../shared/panel --dataset dev --n 8 --series 600

The panel folder holds the data and the scoring program `bench.py`; this script runs its peers and hands it ours, with
the good direction of each series, as an assessment does. `ratio` is our Brier score over the peer's in the same run;
`series/s` are to be read as ratios too. The last line compares chances of holding a target for three years, from the
joint paths, with those of independent years.
"""

import argparse
import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ecoanalysis import forecast

LEVELS = (np.arange(400) + 0.5) / 400
PEERS = "rw,rwd,ols,gm11,damped,ets,arima,theta,comb"


def scoring_program(panel: Path):
    """`bench.py` of the panel folder as a module."""
    spec = importlib.util.spec_from_file_location("bench", panel / "bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ours(tasks: list[dict], horizon: int, method: str) -> np.ndarray:
    """Equally spaced quantiles (series, horizon, levels)."""
    histories, bounds = [task["y"] for task in tasks], [task["bounds"] for task in tasks]
    better = [task["direction"] for task in tasks]
    return forecast.quantiles(histories, horizon, LEVELS, bounds=bounds, better=better, method=method)


def holding(bench, tasks: list[dict], years: int = 3) -> tuple[float, float]:
    """Brier score of holding a target for the next years: joint paths, and independent years."""
    better = [task["direction"] for task in tasks]
    bounds = [task["bounds"] for task in tasks]
    paths = forecast.sample_paths([task["y"] for task in tasks], years, bounds=bounds, better=better)
    joint, apart = [], []
    for task, own in zip(tasks, paths, strict=True):
        sign = task["direction"]
        for _, _, target in (found for found in bench.targets(task) if found[0] == 1):
            good = sign * (own - target) >= 0
            came = (sign * (task["actual"][:years] - target) >= 0).all()
            joint.append((good.all(axis=1).mean() - came) ** 2)
            apart.append((good.mean(axis=0).prod() - came) ** 2)
    return float(np.mean(joint)), float(np.mean(apart))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, default=Path("../shared/panel"))
    parser.add_argument("--dataset", default="dev")
    parser.add_argument("--kind", default="measured", help="measured, modelled, step, all")
    parser.add_argument("--n", type=int, default=8, help="values in each history")
    parser.add_argument("--series", type=int, default=600)
    parser.add_argument("--peers", default=PEERS, help="names in bench.py")
    options = parser.parse_args()
    bench = scoring_program(options.panel)
    tasks, _ = bench.tasks(options.dataset, options.n, 5, max_series=options.series, kind=options.kind)
    horizon = len(tasks[0]["actual"])
    base = bench.score(tasks, bench.METHODS["rwd"]([t["y"] for t in tasks], horizon, [t["bounds"] for t in tasks]))[0]
    rows = {}
    for name in [*("learned", "closed_form"), *filter(None, options.peers.split(","))]:
        start = time.perf_counter()
        if name in forecast.METHODS and name not in bench.METHODS:
            drawn = ours(tasks, horizon, name)
        else:
            drawn = bench.METHODS[name]([t["y"] for t in tasks], horizon, [t["bounds"] for t in tasks])
        seconds = time.perf_counter() - start
        found = bench.summary(*bench.score(tasks, drawn), base)
        rows[name] = {key: found[key] for key in ("Brier", "cov80", "cov95", "ECE", "CRPS")}
        rows[name]["series/s"] = len(tasks) / seconds
    table = pd.DataFrame(rows).T
    table.insert(1, "ratio", table.at["learned", "Brier"] / table["Brier"])
    print(f"{options.dataset}/{options.kind} n={options.n} series={len(tasks)} years=1..{horizon}")
    print(table.round({"Brier": 4, "ratio": 3, "cov80": 3, "cov95": 3, "ECE": 3, "CRPS": 3, "series/s": 0}).to_string())
    joint, apart = holding(bench, tasks)
    print(f"holding three years: Brier {joint:.4f}, independent years {apart:.4f}, ratio {joint / apart:.3f}")


if __name__ == "__main__":
    main()
