"""Count how statements about shares near their limit came true: the rows `near_limit` of `ecoanalysis/forecast/fared.csv`.

    python -m training.fared --panel DIRECTORY

DIRECTORY as for `training.learn`; needs pandas and pyarrow, no torch. Told are the indicators of dev that the weights
that read sisters were not learned from; each window reads up to sixteen other countries. Years, targets and windows are
those of `learn.track_record`, whose rows (`any`) stay as they are. Windows of all lengths count together: few shares of
the panel come near their limit.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import forecast
from ecoanalysis.forecast.explanation import FARED
from ecoanalysis.forecast.sisters import MOST

SEED, ORIGINS, FEWEST_YEARS, MOST_YEARS, AHEAD = 20240607, 10, 3, 20, 5
PACES = (0.0, 0.5, 1.0, 2.0)  # usual changes a year by which a target lies the good way
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
FEWEST_STATEMENTS, FEWEST_INDICATORS = 200, 3


def unseen(folder: Path) -> pd.DataFrame:
    """One row a series of dev of an indicator kept out of learning: `dev_meta` by sid, with y and its first year."""
    values = pd.read_parquet(folder / "dev.parquet").sort_values(["sid", "t"])
    meta = pd.read_parquet(folder / "dev_meta.parquet").set_index("sid")
    meta["y"] = values.groupby("sid").value.agg(lambda v: v.to_numpy(float))
    meta["first"] = values.groupby("sid").t.min()
    kept_out = set(sorted(meta.indicator.unique())[::3])  # as kept_out of training/learn.py
    return meta[meta.indicator.isin(kept_out)]


def windows(folder: Path) -> pd.DataFrame:
    """One row a window near its limit: sid, indicator, y, after (AHEAD,), low, high, direction, sisters."""
    rng, rows = np.random.default_rng(SEED), []
    for indicator, members in unseen(folder).groupby("indicator"):
        for row in members.itertuples():
            for cut in rng.integers(FEWEST_YEARS, len(row.y) - 1, ORIGINS):
                y = row.y[cut - int(rng.integers(FEWEST_YEARS, min(MOST_YEARS, cut) + 1)) : cut]
                bounds, year = (row.lo, row.hi), row.first + cut
                if not forecast.near_limit(y[-1], bounds, row.direction) or np.mean(np.diff(y) == 0) > 0.5:
                    continue
                others = members[(members.index != row.Index) & (members["first"] + 2 <= year)]
                others = others[others["first"] + others["y"].map(len) >= year].sample(frac=1, random_state=rng)[:MOST]
                sisters = [o.y[max(0, year - o.first - len(y)) : year - o.first] for o in others.itertuples()]
                after = np.pad(row.y[cut : cut + AHEAD], (0, AHEAD), constant_values=np.nan)[:AHEAD]
                rows.append((row.Index, indicator, y, after, *bounds, row.direction, sisters))
    return pd.DataFrame(rows, columns="sid indicator y after low high direction sisters".split())


def statements(found: pd.DataFrame) -> pd.DataFrame:
    """One row a chance: sid, indicator, p, met."""
    levels, bounds = (np.arange(400) + 0.5) / 400, list(zip(found.low, found.high, strict=True))
    told = forecast.quantiles(
        list(found.y), AHEAD, levels, bounds=bounds, better=list(found.direction), references=list(found.sisters)
    )
    rows = []
    for row, drawn in zip(found.itertuples(), told, strict=True):
        change = np.abs(np.diff(row.y))
        pace = np.median(change) or change.mean()
        for h, (values, came) in enumerate(zip(drawn, row.after, strict=True), start=1):
            targets = row.y[-1] + row.direction * pace * h * np.array(PACES)
            for target in targets[(targets >= row.low) & (targets <= row.high)] if came == came else ():
                good = row.direction * (values - target) >= 0
                rows.append((row.sid, row.indicator, good.mean(), row.direction * (came - target) >= 0))
    return pd.DataFrame(rows, columns="sid indicator p met".split())


def counted(told: pd.DataFrame) -> list[list]:
    """Rows of the table, of bins that hold enough statements on enough indicators."""
    rows = []
    for low, high in zip(EDGES[:-1], EDGES[1:], strict=True):
        some = told[(told.p >= low) & ((told.p < high) | (high == EDGES[-1]))]
        if len(some) >= FEWEST_STATEMENTS and some.indicator.nunique() >= FEWEST_INDICATORS:
            limits = ["near_limit", FEWEST_YEARS, MOST_YEARS, low, high]
            rows.append([*limits, len(some), some.sid.nunique(), f"{some.p.mean():.3f}", f"{some.met.mean():.3f}"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=FARED)
    a = parser.parse_args()
    told = statements(windows(a.panel))
    print(
        told.groupby("indicator").agg(
            statements=("p", "size"), series=("sid", "nunique"), said=("p", "mean"), came=("met", "mean")
        )
    )
    with FARED.open(encoding="utf-8", newline="") as file:
        names, *kept = csv.reader(file)
    kept = [row for row in kept if row[0] != "near_limit"]
    with a.out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *kept, *counted(told)])


if __name__ == "__main__":
    main()
