"""How far a record as small as a user's own strays from what was said: cities made of the reference panel, replayed.

    python -m training.own_record --panel DIRECTORY [--weights FILE]

DIRECTORY as for `training.learn`; FILE are weights of its --check, which leave the indicators that are used here out of
learning. Needs pandas and pyarrow, no torch. A city is seven countries and four indicators of dev with one target each,
the same for all, over fourteen calendar years drawn at random, replayed from every year that has four values, as
`ecoanalysis.track_record` does it.
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import forecast, track_record
from ecoanalysis.forecast import learned, methods
from training.fared import unseen

SEED, CITIES, REGIONS, INDICATORS, YEARS, AHEAD = 20240607, 600, 7, 4, 14, 5
PACES = (0.25, 0.5, 1.0)  # usual changes a year, over ten years, by which a target lies the good way
SIZES = (30, 60, 120, 10_000)


def series(folder: Path) -> pd.DataFrame:
    """Those of `fared.unseen` that are measured and long enough for a city of their own."""
    found = unseen(folder)
    return found[(found.kind == "measured") & (found["y"].map(len) >= YEARS)].reset_index()


def statements(found: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every city's statements, in the columns that `track_record.own_classes` reads, and `city`."""
    windows, asked = [], []
    last = found["first"] + found["y"].map(len) - YEARS
    for city in range(CITIES):
        usable = pd.DataFrame()
        while usable.empty or usable.indicator.nunique() < INDICATORS:
            start = int(rng.integers(found["first"].min(), last.max() + 1))
            there = found[(found["first"] <= start) & (last >= start)]
            usable = there.groupby("indicator").filter(lambda rows: len(rows) >= REGIONS)
        for indicator in rng.choice(sorted(usable.indicator.unique()), INDICATORS, replace=False):
            members = usable[usable.indicator == indicator].sample(REGIONS, random_state=rng)
            direction = int(members.direction.iloc[0])
            cut = [y[start - first :][:YEARS] for y, first in zip(members["y"], members["first"], strict=True)]
            pace = np.median([np.abs(np.diff(y)).mean() for y in cut])
            target = np.median([y[3] for y in cut]) + direction * rng.choice(PACES) * pace * 10
            for region, (y, low, high) in enumerate(zip(cut, members.lo, members.hi, strict=True)):
                for n in range(track_record.FEWEST_VALUES, YEARS):
                    if direction * (y[n - 1] - target) < 0:
                        windows.append((y[:n], (low, high), direction))
                        asked.append((city, region, indicator, n, target, y[n : n + AHEAD]))
    y, bounds, better = zip(*windows, strict=True)
    levels = (np.arange(200) + 0.5) / 200
    told = forecast.quantiles(list(y), AHEAD, levels, bounds=list(bounds), better=list(better))
    rows = []
    for (city, region, indicator, n, target, after), direction, drawn in zip(asked, better, told, strict=True):
        p = (direction * (drawn[: len(after)] - target) >= 0).mean(axis=1)
        came = direction * (after - target) >= 0
        rows += [(city, region, indicator, n, one, met) for one, met in zip(p, came, strict=True)]
    names = "city region_code indicator as_of p met".split()
    return pd.DataFrame(rows, columns=names).assign(status="observed", reaching=True)


def strayed(said: pd.DataFrame) -> pd.DataFrame:
    """Of each class that is told in each city: its size, what was said, what came, and what chance alone would do."""
    rows = []
    for _, of_city in said.groupby("city"):
        for one in track_record.own_classes(of_city):
            if one.is_enough:
                alone = np.sqrt(one.said * (1 - one.said) / one.statements)
                came = one.came_true / one.statements
                rows.append((one.low, one.statements, one.series, one.said, came, abs(came - one.said), alone))
    return pd.DataFrame(rows, columns="low statements series said came apart alone".split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    a = parser.parse_args()
    if a.weights:
        methods.METHODS["learned"] = functools.partial(learned.learned, file=a.weights)
    said = statements(series(a.panel), np.random.default_rng(SEED))
    told = strayed(said)
    print(f"{len(said)} statements of {CITIES} cities, {len(told) / CITIES:.1f} of five classes told")
    print(told.groupby("low")[["statements", "series", "said", "came"]].mean().round(2))
    size = pd.cut(told.statements, SIZES, right=False)
    table = told.groupby(size, observed=True).agg(
        classes=("apart", "size"),
        series=("series", "median"),
        apart=("apart", "median"),
        apart_90=("apart", lambda v: v.quantile(0.9)),
        if_independent=("alone", "median"),
    )
    table["times"] = np.sqrt(
        told.assign(z=(told.apart / told.alone) ** 2).groupby(size, observed=True).z.mean()
    )  # spread of came - said, in standard errors of independent statements
    print(table.round(3))


if __name__ == "__main__":
    main()
