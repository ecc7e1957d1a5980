"""Learn how long what stands still goes on standing: writes `ecoanalysis/forecast/standing.csv`.

    python -m training.standing --panel DIRECTORY [--check]

DIRECTORY as for `training.learn`. With --check the indicators kept out there are kept out here, too; the chances said
and what came, by years stood and years ahead, are printed and nothing is written.

The panel holds no environmental series, and those stand differently: a value that came back in one year stays more
often, a long stand ends sooner. `ELSEWHERE` holds what was counted on environmental families; its cells are targets
of the mean chance of the windows that have stood as long, with the weight `TRUST`. They are therefore no test of it.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special

from ecoanalysis.forecast import standstill
from ecoanalysis.forecast.windows import Windows, lay_out

SEED, ORIGINS, YEARS = 20240607, 40, 5
MEANINGS = {
    "constant": "log odds of the last value a year after one year without change",
    "years": "for each unit of the log of the years stood",
    "at_bound": "the value is the lower or the upper bound",
    "never_moved": "no change at all in the window, away from the bounds",
    "stood_before": "share of earlier changes that were none",
    "been_there": "share of earlier years at the same value",
    "later": "for each unit of the log of the years ahead",
    "later_years": "the same, for each unit of the log of the years stood",
}
# Years stood (from, to), years ahead, share of environmental windows that were at the last value.
ELSEWHERE = ((1, 1, 1, 0.41), (1, 1, 3, 0.25), (5, 19, 1, 0.78), (5, 19, 3, 0.54), (5, 19, 5, 0.30))
TRUST = 0.3
RIDGE = 0.001


def standing_windows(found: pd.DataFrame, rng: np.random.Generator) -> tuple[Windows, np.ndarray, np.ndarray]:
    """Windows of 3 to 14 years whose last year brought no change, whether the years after are at that value (NaN
    where unknown), and weights by which a family of many windows counts for their square root."""
    cuts, after, low, high, kind = [], [], [], [], []
    for row in found.itertuples():
        if len(row.y) < 6:
            continue
        for _ in range(ORIGINS):
            cut = int(rng.integers(3, len(row.y) - 2))
            window = row.y[cut - min(cut, int(rng.integers(3, 15))) : cut]
            if window[-1] != window[-2]:
                continue
            future = row.y[cut : cut + YEARS]
            same = np.full(YEARS, np.nan)
            same[: len(future)] = np.abs(future - window[-1]) <= 1e-9 * max(abs(window[-1]), 1e-12)
            cuts.append(window)
            after.append(same)
            low.append(row.lo if row.lo == row.lo else -np.inf)
            high.append(row.hi if row.hi == row.hi else np.inf)
            kind.append(row.indicator)
    size = pd.Series(kind).map(pd.Series(kind).value_counts()).to_numpy()
    laid = lay_out(cuts, np.array(low), np.array(high), np.zeros(len(cuts)))
    return laid, np.array(after), size**-0.5 / np.mean(size**-0.5)


def fit(laid: Windows, after: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    """Weights of the chance by name, by penalised likelihood of the panel and of the cells of `ELSEWHERE`."""
    seen = standstill.inputs(laid)
    x, years = np.stack(list(seen.values()), axis=1), np.log(np.arange(1, YEARS + 1))
    slopes = x[:, :2]  # the constant and the years stood also govern how the chance falls
    stood, known = standstill.years_stood(laid), ~np.isnan(after)

    def loss(b):
        p = special.expit((x @ b[:-2])[:, None] + (slopes @ b[-2:])[:, None] * years).clip(1e-6, 1 - 1e-6)
        total = -(np.where(after > 0, np.log(p), np.log(1 - p)) * known * weight[:, None]).sum() / known.sum()
        for fewest, most, ahead, came in ELSEWHERE:
            said = np.average(p[(stood >= fewest) & (stood <= most), ahead - 1])
            total -= TRUST * (came * np.log(said) + (1 - came) * np.log(1 - said))
        return total + RIDGE * (b**2).sum()

    best = optimize.minimize(loss, np.zeros(x.shape[1] + 2), method="BFGS")
    return dict(zip(MEANINGS, best.x, strict=True))


def report(said: np.ndarray, came: np.ndarray, stood: np.ndarray) -> pd.DataFrame:
    """Chances said and what came, by years stood (five and more together) and years ahead."""
    rows = []
    for years in range(1, 6):
        cell = np.minimum(stood, 5) == years
        rows += [
            (years, h + 1, int(cell.sum()), said[cell, h].mean(), np.nanmean(came[cell, h]))
            for h in (0, 2, 4)
            if cell.any()
        ]
    return pd.DataFrame(rows, columns=["stood", "ahead", "windows", "said", "came"]).round(3)


def write(found: dict[str, float], file: Path) -> None:
    """The table, in three decimals."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["name", "value", "meaning"])
        table.writerows([name, f"{found[name]:.3f}", meaning] for name, meaning in MEANINGS.items())


def main() -> None:
    from training import learn  # needs torch; what is above does not

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=standstill.WEIGHTS)
    a = parser.parse_args()
    found, unseen = learn.panel(a.panel, a.check)
    laid, after, weight = standing_windows(found, np.random.default_rng(SEED))
    learned = fit(laid, after, weight)
    print(len(laid), "standing windows of", found.indicator.nunique(), "indicators", flush=True)
    if not a.check:
        return write(learned, a.out)
    standstill.weights.cache_clear()
    standstill.weights = lambda: learned
    laid, after, _ = standing_windows(unseen, np.random.default_rng(SEED + 1))
    said = standstill.standing_chance(laid, YEARS)
    print("Brier", np.nanmean((said - after) ** 2).round(4))
    print(report(said, after, standstill.years_stood(laid)).to_string(index=False))


if __name__ == "__main__":
    main()
