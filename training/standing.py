"""Learn how long what stands still goes on standing: writes `ecoanalysis/forecast/standing.csv`.

    python -m training.standing --panel DIRECTORY [--check]

DIRECTORY as for `training.learn`. With --check the indicators kept out there are kept out here, too; the chances said
and what came, by years stood and years ahead, are printed and nothing is written. With --folds the same is done for
five fifths of all indicators, and the difference that the sisters make is printed with its interval.

What sisters add is learned last, with what a lone series goes by held fast: with and without them the same targets.

The panel holds no environmental series, and those stand differently: a value that came back in one year stays more
often, a long stand ends sooner. `ELSEWHERE` holds what was counted on environmental families; its cells are targets
of the mean chance of the windows that have stood as long, with the weight `TRUST`. They are therefore no test of it.
"""

from __future__ import annotations

import argparse
import csv
import warnings
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from scipy import optimize, special

from ecoanalysis.forecast import sisters, standstill
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
WITH_SISTERS = {
    "sisters": "sister regions are known and all moved in their last year",
    "sisters_stand": "share of the sister regions whose last year brought no change",
}
# Years stood (from, to), years ahead, share of environmental windows that were at the last value.
ELSEWHERE = ((1, 1, 1, 0.41), (1, 1, 3, 0.25), (5, 19, 1, 0.78), (5, 19, 3, 0.54), (5, 19, 5, 0.30))
TRUST = 0.3
RIDGE = 0.001
FOLDS, DRAWN = 5, 2000


def standing_windows(found: pd.DataFrame, rng: np.random.Generator) -> tuple[Windows, np.ndarray, np.ndarray, list]:
    """Windows of 3 to 14 years whose last year brought no change, whether the years after are at that value (NaN
    where unknown), weights by which a family of many windows counts for their square root, and the row of `found` and
    the year after the window."""
    cuts, after, low, high, kind, where = [], [], [], [], [], []
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
            where.append((row.Index, int(row.first) + cut))
    size = pd.Series(kind).map(pd.Series(kind).value_counts()).to_numpy()
    laid = lay_out(cuts, np.array(low), np.array(high), np.zeros(len(cuts)))
    return laid, np.array(after), size**-0.5 / np.mean(size**-0.5), where


def accompanied(found: pd.DataFrame, laid: Windows, where: list, rng: np.random.Generator) -> Windows:
    """The windows with two to sixteen others of their indicator, drawn among those with values in the two years before;
    one of m1, where an indicator is a mere class, stays alone."""
    references = [[]] * len(laid)
    others = {name: list(rows.itertuples()) for name, rows in found[found.panel != "m1"].groupby("indicator")}
    indicator, two = found.indicator.to_numpy(), {}
    for i, (place, year) in enumerate(where):
        there = [
            row
            for row in others.get(indicator[place], ())
            if row.Index != place and 2 <= year - row.first <= len(row.y)
        ]
        for row in there:
            key = row.Index, year
            two[key] = two[key] if key in two else row.y[year - row.first - 2 : year - row.first]
        some = rng.permutation(len(there))[: rng.integers(sisters.FEWEST, sisters.MOST + 1)]
        references[i] = [two[there[k].Index, year] for k in some]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sisters that are of another level
        return sisters.with_sisters(laid, references, None)


def less_likely(chance: np.ndarray, after: np.ndarray, weight: np.ndarray, stood: np.ndarray) -> float:
    """Negative log likelihood of what came in the panel and of the cells of `ELSEWHERE`."""
    p, known = chance.clip(1e-6, 1 - 1e-6), ~np.isnan(after)
    total = -(np.where(after > 0, np.log(p), np.log(1 - p)) * known * weight[:, None]).sum() / known.sum()
    for fewest, most, ahead, came in ELSEWHERE:
        said = np.average(p[(stood >= fewest) & (stood <= most), ahead - 1])
        total -= TRUST * (came * np.log(said) + (1 - came) * np.log(1 - said))
    return total


def fit(laid: Windows, after: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    """Weights of the chance of a lone series by name, by penalised likelihood."""
    seen = standstill.inputs(laid)
    x, years = np.stack(list(seen.values()), axis=1), np.log(np.arange(1, YEARS + 1))
    slopes = x[:, :2]  # the constant and the years stood also govern how the chance falls
    stood = standstill.years_stood(laid)

    def loss(b):
        chance = special.expit((x @ b[:-2])[:, None] + (slopes @ b[-2:])[:, None] * years)
        return less_likely(chance, after, weight, stood) + RIDGE * (b**2).sum()

    best = optimize.minimize(loss, np.zeros(x.shape[1] + 2), method="BFGS")
    return dict(zip(MEANINGS, best.x, strict=True))


def fit_sisters(laid: Windows, after: np.ndarray, weight: np.ndarray, lone: dict[str, float]) -> dict[str, float]:
    """Weights of what sisters add, those of a lone series as they are."""
    alone, stood = special.logit(chance(laid, lone | dict.fromkeys(WITH_SISTERS, 0.0))), standstill.years_stood(laid)
    stand, known = standstill.sisters_that_stand(laid)
    x = np.column_stack([known > 0, stand / np.maximum(known, 1)])

    def loss(b):
        return less_likely(special.expit(alone + (x @ b)[:, None]), after, weight, stood) + RIDGE * (b**2).sum()

    best = optimize.minimize(loss, np.zeros(x.shape[1]), method="BFGS")
    return lone | dict(zip(WITH_SISTERS, best.x, strict=True))


def chance(laid: Windows, weights: dict[str, float]) -> np.ndarray:
    """What the engine would say by these weights."""
    with mock.patch.object(standstill, "weights", lambda: weights):
        return standstill.standing_chance(laid, YEARS)


def folds(found: pd.DataFrame) -> None:
    """Print how a fifth of the indicators fares by what the others teach, alone and with sisters."""
    laid, after, weight, where = standing_windows(found, np.random.default_rng(SEED))
    laid = accompanied(found, laid, where, np.random.default_rng(SEED + 2))
    kind = found.indicator.to_numpy()[[place for place, _ in where]]
    names, place = np.unique(kind, return_inverse=True)
    fold = np.random.default_rng(SEED).permutation(len(names))[place] % FOLDS
    missed = np.empty((2, len(laid)))
    for k in range(FOLDS):
        rows, tested = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        some = with_company(laid, rows)
        learned = fit_sisters(some, after[rows], weight[rows], fit(some, after[rows], weight[rows]))
        print({name: round(float(learned[name]), 2) for name in WITH_SISTERS}, flush=True)
        test = with_company(laid, tested)
        for i, read in enumerate((replace(test, company=None), test)):
            missed[i, tested] = np.nansum((chance(read, learned) - after[tested]) ** 2, axis=1)
    count = np.bincount(place, (~np.isnan(after)).sum(axis=1))
    alone, together = (np.bincount(place, row) for row in missed)
    drawn = np.random.default_rng(SEED).multinomial(len(names), np.ones(len(names)) / len(names), DRAWN)
    low, high = np.quantile(drawn @ (together - alone) / (drawn @ count), [0.05, 0.95])
    print(f"{len(laid)} windows of {len(names)} indicators: Brier alone {alone.sum() / count.sum():.4f}, with sisters")
    print(
        f"{together.sum() / count.sum():.4f}: {(together - alone).sum() / count.sum():+.4f} ({low:+.4f} … {high:+.4f})"
    )


def with_company(laid: Windows, rows: np.ndarray) -> Windows:
    """Some of the windows and their sisters."""
    new = np.full(len(laid), -1)
    new[rows] = np.arange(len(rows))
    pairs = new[laid.company.of] >= 0
    company = replace(laid.company, who=laid.company.who[pairs], of=new[laid.company.of[pairs]])
    return replace(laid.take(rows), company=company)


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
        meanings = (MEANINGS | WITH_SISTERS).items()
        table.writerows([name, f"{found[name]:.3f}", meaning] for name, meaning in meanings)


def main() -> None:
    from training import learn  # needs torch; what is above does not

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--folds", action="store_true")
    parser.add_argument("--out", type=Path, default=standstill.WEIGHTS)
    a = parser.parse_args()
    found, unseen = learn.panel(a.panel, a.check)
    if a.folds:
        return folds(found)
    laid, after, weight, where = standing_windows(found, np.random.default_rng(SEED))
    laid = accompanied(found, laid, where, np.random.default_rng(SEED + 2))
    learned = fit_sisters(laid, after, weight, fit(laid, after, weight))
    print(len(laid), "standing windows of", found.indicator.nunique(), "indicators", flush=True)
    if not a.check:
        return write(learned, a.out)
    laid, after, _, where = standing_windows(unseen, np.random.default_rng(SEED + 1))
    together = accompanied(unseen, laid, where, np.random.default_rng(SEED + 3))
    for name, read in (("alone", laid), ("with sisters", together)):
        said = chance(read, learned)
        print(name, "Brier", np.nanmean((said - after) ** 2).round(4))
        print(report(said, after, standstill.years_stood(laid)).to_string(index=False))


if __name__ == "__main__":
    main()
