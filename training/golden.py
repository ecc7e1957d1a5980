"""Write the forecasts that the tests hold fast: `tests/forecast/golden.csv`, and checksums of what they rest on.

    python -m training.golden

Run it only after learning anew; a change of `golden.csv` without a change of a table of weights is a change of the
engine. Histories are drawn with a fixed seed and written rounded, so that the test needs no random numbers.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np

from ecoanalysis import forecast

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "forecast"
LEARNED = ROOT / "ecoanalysis" / "forecast"
TABLES = ("constants.csv", "fared.csv", "standing.csv", "weights.csv", "weights_with_sisters.csv")
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
YEARS = (1, 3, 5)
SHARE, OPEN, POSITIVE = (0.0, 100.0), (None, None), (0.0, None)


def histories() -> list[tuple]:
    """Name, values, bounds, good direction, sisters: twelve alone, five with sisters, three that stand, two of these with
    sisters."""
    rng = np.random.default_rng(20240607)

    def walk(start, drift, noise, years):
        return np.round(start + (drift + noise * rng.normal(size=years)).cumsum(), 3)

    alone = [
        ("rising share", np.clip(walk(60, 3, 2, 8), 0, 100), SHARE, 1),
        ("falling concentration", walk(60, -3, 2, 8), POSITIVE, -1),
        ("walk", walk(0, 0, 1, 12), OPEN, 0),
        ("three years", walk(20, 1, 1, 3), POSITIVE, 0),
        ("one year", np.array([12.5]), POSITIVE, 1),
        ("twenty years", walk(100, 2, 5, 20), POSITIVE, 1),
        ("thirty years", walk(100, 2, 5, 30), POSITIVE, 1),
        ("gap inside", np.array([60.0, 63, 64, 68, np.nan, 73, 75]), SHARE, 1),
        ("ends in a gap", np.array([30.0, 31, 29, 33, 34, np.nan]), OPEN, 0),
        ("growth", np.round(100 * 1.08 ** np.arange(10), 3), POSITIVE, 1),
        ("near its ceiling", np.array([92.0, 95.5, 97.1, 98.4, 99.0, 99.4, 99.8, 99.98]), SHARE, 1),
        ("below zero", walk(-5, 0.3, 1, 8), OPEN, 1),
    ]
    stands = [
        ("red line", np.full(6, 106.3), POSITIVE, 1),
        ("at 100", np.array([95.0, 98, 100, 100, 100, 100]), SHARE, 1),
        ("stood before", np.array([40.0, 40, 40, 42, 42, 42]), SHARE, 1),
    ]
    together = [
        (f"with {count} sisters", walk(50, 1, 2, 8), SHARE, 1, [walk(50, 1.5, 2, years) for years in lengths])
        for count, lengths in ((2, [8] * 2), (6, [8] * 6), (7, range(5, 12)), (16, [8] * 16), (20, [10] * 20))
    ]
    name, values, *more = stands[0]
    beside = [
        (
            f"{name} beside others that stand",
            values,
            *more,
            [np.full(6, 80.0), np.full(6, 95.5), values + np.arange(6)],
        ),
        (f"{name} beside others that move", values, *more, [values + np.arange(6), values - 2 * np.arange(6)]),
    ]
    return [(*row, []) for row in alone + stands] + together + beside


def text(values: np.ndarray) -> str:
    """Values of a history, a gap as nothing."""
    return " ".join("-" if np.isnan(v) else repr(float(v)) for v in values)


def side(bound: float | None) -> str:
    return "" if bound is None else repr(bound)


def main() -> None:
    rows = histories()
    told = forecast.quantiles(
        [row[1] for row in rows],
        max(YEARS),
        LEVELS,
        bounds=[row[2] for row in rows],
        better=[row[3] for row in rows],
        references=[row[4] for row in rows],
    )
    with (TESTS / "golden.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        names = [f"y{year}_q{level:g}" for year in YEARS for level in LEVELS]
        table.writerow(["name", "history", "low", "high", "better", "sisters", *names])
        for (name, values, (low, high), better, sisters), bands in zip(rows, told, strict=True):
            given = [name, text(values), side(low), side(high), better, " / ".join(map(text, sisters))]
            table.writerow([*given, *(f"{v:.9g}" for year in YEARS for v in bands[year - 1])])
    with (TESTS / "checksums.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["file", "sha256"])
        table.writerows([name, hashlib.sha256((LEARNED / name).read_bytes()).hexdigest()] for name in TABLES)


if __name__ == "__main__":
    main()
