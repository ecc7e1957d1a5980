"""Learn the constants of `ecoanalysis.forecast` from a panel of unrelated annual series.

    python -m training.learn --panel DIRECTORY [--check]

DIRECTORY holds NAME.parquet (sid, t, value) and NAME_meta.parquet (sid, indicator, lo, hi, direction, kind) for the
panels wide, dev and m1. With --check, a third of the indicators of dev, everything like them elsewhere, and all of m1
are kept out; the weights go where --out says, for `benchmarks/`, and how they fared on what was kept out goes beside
them as fared.csv. Without, everything is learned from.

Needs torch, pandas and pyarrow; the package never imports this folder.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy import optimize, special, stats
from scipy.signal import lfilter

from ecoanalysis.forecast import closed_form, learned, sisters
from ecoanalysis.forecast.features import features
from ecoanalysis.forecast.learned import distribution
from ecoanalysis.forecast.windows import Windows, lay_out

HERE = Path(__file__).parent
SEED = 20240607
AHEAD = 10
PACES = (0.0, 0.5, 1.0, 2.0)
AUGMENT, POWER, GROWTH, RANDOM, UNBOUNDED, GAPS, SIMULATED = 0.35, (0.7, 1.1), (0.03, 0.05), 0.3, 0.2, 0.12, 3000
NOISE, DROPOUT, LIKELIHOOD, DECAY = 0.05, 0.15, 0.1, 0.02
FAMILY = "|".join(  # what is taken off an indicator's name to see which are variants of one
    [r"(fe)?males?_", r"_(wo)?men", r"aged_[0-9a-z]+_", r"[0-9]+(_to_[0-9]+)?_years", "_of_boys", "_of_girls"]
    + ["_estimated", "_reported", "primary", "tertiary", "secondary"]
)
# Names in wide whose fall is good, and those whose rise is: wide itself does not know.
BAD = "|".join(
    "death mortality all_forms_of_tb infectious_tb_new hiv unemployment murder suicide poverty malaria".split()
    + "cancer_new out_of_school dead_kids gini".split()
)
GOOD = "|".join(
    "gdpper gnipercapita literacy broadband internet cell_phones years_in_school life_expectancy hdi doctors".split()
    + "school_completion detection_rate employment_rate health_spending gdp_per_capita treatment".split()
)


def panel(folder: Path, check: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Series to learn from and, in a check, series to test with.

    One row a series: indicator, values, bounds, direction (0 where the panel does not know), source panel.
    """
    rows = []
    for name in ("wide", "dev", "m1"):
        values = pd.read_parquet(folder / f"{name}.parquet").sort_values(["sid", "t"])
        meta = pd.read_parquet(folder / f"{name}_meta.parquet").set_index("sid")
        for column in ("lo", "hi"):
            meta[column] = pd.to_numeric(meta[column], errors="coerce")
        grouped = values.groupby("sid").value
        meta["y"] = grouped.agg(lambda v: v.to_numpy(float))
        meta["first"] = values.groupby("sid").t.min()
        meta["panel"] = name
        rows.append(meta.reset_index())
    found = pd.concat(rows, ignore_index=True)
    wide = found.panel == "wide"
    bad, good = (found.indicator.str.contains(pattern) for pattern in (BAD, GOOD))
    known = np.where(good, 1, np.where(bad, -1, 0))
    found["direction"] = np.where(wide, known, found.direction).astype(int)
    if not check:
        return found, found[:0]
    out, tested = kept_out(found)
    return found[~out].reset_index(drop=True), found[tested].reset_index(drop=True)


def kept_out(found: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Series never to be learned from in a check, and those among them to test with."""
    dev = sorted(found.indicator[found.panel == "dev"].unique())
    held = set(dev[::3])
    out = (found.panel == "m1") | ((found.panel == "dev") & found.indicator.isin(held))
    mine = found[(found.panel == "dev") & found.indicator.isin(held)]
    by_entity = dict(iter(mine.groupby("entity")))
    like = {}
    for row in found[~out].itertuples():
        for other in by_entity[row.entity].itertuples() if row.entity in by_entity else ():
            start, stop = max(row.first, other.first), min(row.first + len(row.y), other.first + len(other.y))
            if stop - start < 8:
                continue
            a = np.diff(row.y[start - row.first : stop - row.first])
            b = np.diff(other.y[start - other.first : stop - other.first])
            if a.std() > 0 and b.std() > 0:
                like.setdefault((row.indicator, other.indicator), []).append(abs(np.corrcoef(a, b)[0, 1]))
    same = {pair[0] for pair, r in like.items() if len(r) >= 3 and np.median(r) > 0.6}
    print("kept out:", sorted(held), "\nfor being like them:", sorted(same), flush=True)
    return out | found.indicator.isin(same), out


def simulated(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Textbook series, so that they are known too: noise, AR, walks, drifts, lines, growth, saturating shares."""
    rows, length = [], 32
    for i in range(count):
        kind = i % 8
        noise = rng.standard_t(5, length) if rng.random() < 0.5 else rng.normal(size=length)
        t, low, high = np.arange(length), np.nan, np.nan
        level = rng.normal() * 10 ** rng.uniform(0, 3)
        if kind == 0:
            y = noise
        elif kind == 1:
            y = lfilter([1], [1, -rng.uniform(-0.3, 0.95)], noise)
        elif kind == 2:
            y = noise.cumsum()
        elif kind == 3:
            y = (noise + rng.normal()).cumsum()
        elif kind == 4:
            y = t * rng.normal() + noise
        elif kind == 5:
            y = lfilter([1], [1, -rng.uniform(0, 0.8)], noise).cumsum()
        elif kind == 6:
            y, level, low = np.exp((0.05 * rng.gamma(2) * (noise + rng.normal(0.5, 1))).cumsum()), 0.0, 0.0
        else:
            speed, shock = rng.uniform(0.02, 0.4), rng.uniform(0.02, 0.3)
            y, level, low, high = (
                100 / (1 + np.exp(-rng.normal(0, 1.5) - speed * t - shock * noise.cumsum())),
                0.0,
                0.0,
                100.0,
            )
        better = int(rng.choice([-1, 0, 1]))
        rows.append((f"simulated {i}", f"simulated {kind}", y + level, low, high, better, "wide"))
    return pd.DataFrame(rows, columns="sid indicator y lo hi direction panel".split())


def samples(found: pd.DataFrame, origins: int, rng: np.random.Generator) -> tuple[Windows, np.ndarray, np.ndarray]:
    """Windows of 1 to 20 years cut anywhere, what came after (samples, AHEAD), and their weights."""
    cuts, after, low, high, better, weight = [], [], [], [], [], []
    family = found.indicator.str.replace(FAMILY, "", regex=True)
    size = family.map(family.value_counts())
    for row, members in zip(found.itertuples(), size, strict=True):
        importance = members**-0.5 * (1.5 if row.panel != "wide" else 1.0)
        for cut in rng.integers(2, len(row.y), origins):
            n = int(min(cut, 1 + rng.integers(0, 20) if rng.random() < 0.5 else rng.integers(5, 14)))
            y = row.y
            if rng.random() < AUGMENT and y.min() > 0 and row.hi != row.hi:
                y = y ** rng.uniform(*POWER) * np.exp(rng.normal(*GROWTH) * np.arange(len(y)))
            lowest, highest = row.lo, row.hi
            if rng.random() < UNBOUNDED:  # bounds that are not told, levels that mean little
                y = y + (rng.random() < 0.7) * rng.normal() * 10 ** rng.uniform(0, 1.5) * np.abs(y).mean()
                lowest, highest = 0.0 if y.min() > 0 and rng.random() < 0.5 else np.nan, np.nan
            window = y[cut - n : cut]
            still = np.mean(np.diff(window) == 0) > 0.5 if n > 1 else False
            if n > 3 and rng.random() < GAPS:
                window = window.copy()
                window[rng.integers(1, n - 1, 1 + n // 6)] = np.nan
            future = np.full(AHEAD, np.nan)
            future[: len(y) - cut] = y[cut : cut + AHEAD]
            cuts.append(window)
            after.append(future)
            low.append(lowest if lowest == lowest else -np.inf)
            high.append(highest if highest == highest else np.inf)
            known = row.direction or (rng.choice([-1, 1]) if rng.random() < RANDOM else 0)
            better.append(known if rng.random() < 0.7 else 0)
            weight.append(importance * (0.2 if still else 1.0) * (0.5 if n < 4 else 1.0))
    laid = lay_out(cuts, np.array(low), np.array(high), np.array(better, float))
    return laid, np.array(after), np.array(weight) / np.mean(weight)


class Net(torch.nn.Module):
    """Two hidden layers, made symmetric: the forecast of a mirrored series is the mirrored forecast.

    What sisters show is encoded one by one, averaged and added before the first hidden layer, with one sign in both
    branches, so that the symmetry stays exact.
    """

    def __init__(self, odd: int, even: int, width: int, sister_odd: int = 0, sister_even: int = 0, narrow: int = 32):
        super().__init__()
        self.odd, self.even = torch.nn.Linear(odd, width), torch.nn.Linear(even, width)
        self.odd.bias = None
        self.middle, self.out = torch.nn.Linear(width, width), torch.nn.Linear(width, 11)
        if sister_odd:
            self.sister_odd = torch.nn.Linear(sister_odd, narrow, bias=False)
            self.sister_even = torch.nn.Linear(sister_even, narrow)
            self.sister_middle, self.sister_out = torch.nn.Linear(narrow, narrow), torch.nn.Linear(narrow, width)
        with torch.no_grad():
            self.out.weight *= 0.2
            self.out.bias.zero_()
            if sister_odd:
                self.sister_out.weight *= 0.3

    def forward(self, odd, even, sisters=None):
        if self.training:  # noise and dropout, the same for a series and its mirror image
            odd, even = odd + NOISE * torch.randn_like(odd), even + NOISE * torch.randn_like(even)
        a, b = self.odd(odd), self.even(even)
        drop = torch.nn.functional.dropout
        one = torch.ones_like(a)
        first, second = drop(one, DROPOUT, self.training), drop(one, DROPOUT, self.training)
        bend = torch.nn.functional.silu
        inputs = [b + a, b - a]
        if sisters is not None:
            seen_odd, seen_even, there = sisters
            c, d = self.sister_odd(seen_odd), self.sister_even(seen_even)
            share = (there / there.sum(dim=1, keepdim=True).clamp(min=1))[..., None]
            some = (there.sum(dim=1, keepdim=True) > 0).float()
            for k, x in enumerate((d + c, d - c)):
                inputs[k] = inputs[k] + some * self.sister_out((bend(self.sister_middle(bend(x))) * share).sum(dim=1))
        there, mirrored = (self.out(second * bend(self.middle(first * bend(x)))) for x in inputs)
        return torch.cat([(there - mirrored)[:, :5] / 2, (there + mirrored)[:, 5:] / 2], dim=1)


def score_of(x, location, width, skew, tail):
    """Normal score of a value (in usual changes since the last value)."""
    delta = torch.exp(tail)
    return torch.sinh(torch.clamp(torch.asinh((x - location) * torch.exp(-width) * delta) / delta - skew, -12, 12))


def loss_of(raw, h, batch):
    """Brier score of targets and of a grid of thresholds, plus a little log likelihood."""
    x, pace, better, up, down, weight = (batch[k] for k in ("x", "pace", "better", "up", "down", "weight"))
    shape = [p[..., None] for p in distribution(raw, h[0], torch)]
    there = ~torch.isnan(x)
    x = torch.nan_to_num(x)
    k = torch.tensor(PACES[1:])
    k = torch.cat([-k.flip(0), torch.zeros(1), k])
    aims = pace[:, None, None] * h[..., None] * k
    grid = torch.sinh(torch.linspace(-4.2, 4.2, 22) + 0.19 * torch.rand(1)).expand(*x.shape, 22)
    thresholds = torch.cat([aims, grid], dim=-1)
    p = torch.special.ndtr(-score_of(thresholds, *shape))
    met = (x[..., None] >= thresholds).float()
    good = 1.0 + better[:, None] * torch.sign(k)
    heavy = torch.cat([good / 7 * 2, torch.full((len(better), 22), 2.0 / 22)], dim=1)[:, None, :]
    possible = (thresholds <= up[:, None, None]) & (thresholds >= -down[:, None, None])
    brier = ((p - met) ** 2 * heavy * possible).sum(dim=-1)
    shape = [p[..., 0] for p in shape]
    z = score_of(x, *shape)
    location, width, skew, tail = shape
    away = (x - location) * torch.exp(-width + tail)
    inner = torch.asinh(z)
    density = -0.5 * z**2 + torch.log(torch.cosh(inner)) - width - 0.5 * torch.log1p(away**2)
    top, bottom = x >= up[:, None] - 1e-6, x <= -down[:, None] + 1e-6
    density = torch.where(top, torch.special.log_ndtr(-z), torch.where(bottom, torch.special.log_ndtr(z), density))
    likelihood = -torch.clamp(density + 0.5 * torch.log1p(x**2), -8, 8)
    total = brier + LIKELIHOOD * likelihood
    return (total * there * weight[:, None]).sum() / (there * weight[:, None]).sum()


def tensors(laid: Windows, after: np.ndarray, weight: np.ndarray) -> dict[str, torch.Tensor]:
    odd, even = features(laid)
    s = np.where(laid.scale > 0, laid.scale, 1.0)
    change = np.diff(laid.values, axis=1)
    with np.errstate(all="ignore"):
        pace = (
            np.array(
                [np.median(np.abs(c[~np.isnan(c)])) if n > 1 else 0.0 for c, n in zip(change, laid.n, strict=True)]
            )
            / s
        )
    x = np.clip((after - laid.last[:, None]) / s[:, None], -3000, 3000)
    found = {"odd": odd, "even": even, "x": x, "pace": np.where(pace > 0, pace, 1.0)}
    found |= {"better": laid.better, "weight": weight}
    found |= {"up": np.minimum((laid.high - laid.last) / s, 1e6), "down": np.minimum((laid.last - laid.low) / s, 1e6)}
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in found.items()}


def fit(data: dict[str, torch.Tensor], width: int, epochs: int, seed: int, batch: int = 2048) -> dict[str, np.ndarray]:
    """Weights of one net, with the features' own scale folded in."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    odd_scale = data["odd"].pow(2).mean(0).sqrt().clamp(min=1e-3)
    mean, even_scale = data["even"].mean(0), data["even"].std(0).clamp(min=1e-3)
    odd, even = data["odd"] / odd_scale, (data["even"] - mean) / even_scale
    net = Net(odd.shape[1], even.shape[1], width)
    steps = epochs * (len(odd) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.15)
    likely = torch.tensor([1.0] * 5 + [0.4] * 5)
    done, began, running = 0, time.time(), 0.0
    for epoch in range(epochs):
        order = torch.randperm(len(odd), generator=generator)
        net.train()
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            years = torch.multinomial(likely, 4, generator=generator)
            part = {k: data[k][rows] for k in ("pace", "better", "up", "down", "weight")}
            part["x"] = data["x"][rows][:, years]
            h = (years + 1).float().expand(len(rows), -1)
            loss = loss_of(net(odd[rows], even[rows]), h, part)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            running = 0.99 * running + 0.01 * loss.item()
        if epoch % 5 == 4:
            print(f"seed {seed} epoch {epoch} {running:.5f} {time.time() - began:.0f} s", flush=True)
    with torch.no_grad():
        first = torch.cat([net.odd.weight / odd_scale, net.even.weight / even_scale], dim=1)
        bias = net.even.bias - (net.even.weight / even_scale) @ mean
        layers = {"first": torch.cat([first, bias[:, None]], dim=1)}
        for name, layer in (("middle", net.middle), ("out", net.out)):
            layers[name] = torch.cat([layer.weight, layer.bias[:, None]], dim=1)
    return {k: v.numpy() for k, v in layers.items()}


MOST_SISTERS, STRANGERS, WITH_SISTERS = 8, 0.12, 0.85


def cells(found: pd.DataFrame, origins: int, rng: np.random.Generator):
    """Windows of one indicator that end in one year, together: windows, futures, weights, cell of each."""
    cuts, after, low, high, better, weight, cell = [], [], [], [], [], [], []
    family = found.indicator.str.replace(FAMILY, "", regex=True)
    size = family.map(family.value_counts())
    number = 0
    for _, rows in found.assign(size=size).groupby("indicator"):
        rows = list(rows.itertuples())
        for _ in range(origins):
            start = rows[rng.integers(len(rows))]
            year = int(start.first) + int(rng.integers(2, len(start.y)))
            n = int(1 + rng.integers(0, 20) if rng.random() < 0.4 else rng.integers(4, 14))
            uneven = rng.random() < 0.3
            power, growth = rng.uniform(*POWER), rng.normal(GROWTH[0], 0.03)
            stretched, shifted, told = rng.random() < AUGMENT, rng.random() < UNBOUNDED, rng.random() < 0.7
            by = (rng.random() < 0.7) * rng.normal() * 10 ** rng.uniform(0, 1.5)
            positive = all(r.y.min() > 0 and r.hi != r.hi for r in rows)
            common = np.median([np.abs(r.y).mean() for r in rows])
            lot = rng.choice([-1, 1]) if rng.random() < RANDOM else 0
            chosen = [r for r in rows if 2 <= year - r.first < len(r.y)]
            for k in rng.permutation(len(chosen))[:60]:
                row = chosen[k]
                cut, y, lowest, highest = year - int(row.first), row.y, row.lo, row.hi
                if stretched and positive:
                    y = y**power * np.exp(rng.normal(growth, 0.03) * np.arange(len(y)))
                if shifted:
                    y = y + by * common
                    lowest, highest = 0.0 if y.min() > 0 and rng.random() < 0.5 else np.nan, np.nan
                m = min(cut, int(rng.integers(1, 21)) if uneven else n)
                window = y[cut - m : cut]
                still = np.mean(np.diff(window) == 0) > 0.5 if m > 1 else False
                if m > 3 and rng.random() < GAPS:
                    window = window.copy()
                    window[rng.integers(1, m - 1, 1 + m // 6)] = np.nan
                future = np.full(AHEAD, np.nan)
                future[: len(y) - cut] = y[cut : cut + AHEAD]
                cuts.append(window)
                after.append(future)
                low.append(lowest if lowest == lowest else -np.inf)
                high.append(highest if highest == highest else np.inf)
                better.append((row.direction or lot) if told else 0)
                importance = row.size**-0.5 * (1.5 if row.panel != "wide" else 1.0)
                weight.append(importance * (0.2 if still else 1.0) * (0.5 if m < 4 else 1.0))
                cell.append(number)
            number += 1
    laid = lay_out(cuts, np.array(low), np.array(high), np.array(better, float))
    return laid, np.array(after), np.array(weight) / np.mean(weight), np.array(cell)


def pairs(cell: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions (windows, MOST_SISTERS) of each window's sisters, -1 where there is none; some are strangers."""
    found = np.full((len(cell), MOST_SISTERS), -1)
    starts = np.flatnonzero(np.r_[True, np.diff(cell) != 0, True])
    for first, last in zip(starts[:-1], starts[1:], strict=True):
        count = last - first
        if count < 3:
            continue
        order = first + rng.random((count, count - 1)).argsort(axis=1)[:, :MOST_SISTERS]
        order += order >= np.arange(first, last)[:, None]  # never itself
        most = rng.integers(2, MOST_SISTERS + 1, count)
        order[np.arange(order.shape[1]) >= most[:, None]] = -1
        found[first:last, : order.shape[1]] = order
    strange = rng.random(len(cell)) < STRANGERS
    found[strange] = rng.integers(0, len(cell), (strange.sum(), MOST_SISTERS))
    found[rng.random(len(cell)) > WITH_SISTERS] = -1
    return found


def fit_sisters(laid, after, weight, cell, width: int, epochs: int, seed: int, batch: int = 2048, most=16):
    """Weights of one net that reads sisters."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    data = tensors(laid, after, weight)
    plain_odd, plain_even = data["odd"].numpy(), data["even"].numpy()
    some = rng.integers(0, len(cell), 20000)
    table = pairs(cell, rng)
    who, of = table[some].ravel(), np.repeat(some, MOST_SISTERS)
    read = plain_odd[:, sisters.WHICH_ODD], plain_even[:, sisters.WHICH_EVEN]
    seen_odd, seen_even = sisters.seen(laid, *read, who[who >= 0], of[who >= 0])
    folds = {"odd": (0.0, np.sqrt((plain_odd**2).mean(0))), "even": (plain_even.mean(0), plain_even.std(0))}
    folds |= {"sister_odd": (0.0, np.sqrt((seen_odd**2).mean(0))), "sister_even": (seen_even.mean(0), seen_even.std(0))}
    folds = {k: (np.float32(a), np.maximum(np.float32(b), 1e-3)) for k, (a, b) in folds.items()}
    fold = lambda k, x: torch.tensor(((x - folds[k][0]) / folds[k][1]).astype(np.float32))  # noqa: E731
    odd, even = fold("odd", plain_odd), fold("even", plain_even)
    net = Net(odd.shape[1], even.shape[1], width, seen_odd.shape[1], seen_even.shape[1])
    steps = epochs * (len(odd) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.15)
    likely = torch.tensor([1.0] * 5 + [0.4] * 5)
    began, running, done = time.time(), 0.0, 0
    for epoch in range(epochs):
        table = pairs(cell, rng)
        order = rng.permutation(len(odd))
        net.train()
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            who = table[rows].ravel()
            of = np.repeat(rows, MOST_SISTERS)
            there = who >= 0
            seen_odd, seen_even = sisters.seen(laid, *read, who, of)
            shape = (batch, MOST_SISTERS, -1)
            shown = fold("sister_odd", seen_odd).view(shape), fold("sister_even", seen_even).view(shape)
            shown = (*shown, torch.tensor(there.reshape(batch, MOST_SISTERS), dtype=torch.float32))
            years = torch.multinomial(likely, 3)
            part = {k: data[k][rows] for k in ("pace", "better", "up", "down", "weight")}
            part["x"] = data["x"][rows][:, years]
            h = (years + 1).float().expand(len(rows), -1)
            loss = loss_of(net(odd[rows], even[rows], shown), h, part)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            running = 0.99 * running + 0.01 * loss.item()
            done += 1
        print(
            f"sisters seed {seed} epoch {epoch} {running / (1 - 0.99**done):.5f} {time.time() - began:.0f} s",
            flush=True,
        )
    with torch.no_grad():
        layers = {}
        for name, one, two in (("first", net.odd, net.even), ("sister_first", net.sister_odd, net.sister_even)):
            a, b = ("odd", "even") if name == "first" else ("sister_odd", "sister_even")
            mean, spread = (torch.tensor(v) for v in folds[b])
            bias = two.bias - (two.weight / spread) @ mean
            whole = [one.weight / torch.tensor(folds[a][1]), two.weight / spread, bias[:, None]]
            layers[name] = torch.cat(whole, dim=1)
        for name in ("sister_middle", "sister_out", "middle", "out"):
            layer = getattr(net, name)
            layers[name] = torch.cat([layer.weight, layer.bias[:, None]], dim=1)
    return {k: v.numpy() for k, v in layers.items()}


FITTED = {  # constants of the closed form with the range in which they make sense
    "memory": (0.3, 1.0),
    "years_of_doubt": (0.0, 20.0),
    "agreement": (0.0, 4.0),
    "follow": (0.3, 3.0),
    "damping": (0.5, 1.0),
    "good_way": (0.0, 0.5),
    "spread": (0.1, 5.0),
    "growth": (0.3, 1.2),
    "rough_widens": (0.0, 2.0),
    "few_years_widen": (0.0, 10.0),
    "drift_error": (0.0, 3.0),
    "freedom": (4.0, 30.0),
}


def fit_closed_form(laid: Windows, after: np.ndarray, weight: np.ndarray, start: dict[str, float]) -> dict[str, float]:
    """Constants of the closed form, by the same loss as the net's, with Nelder and Mead's simplex."""
    sound = np.flatnonzero((laid.n >= 3) & (laid.scale > 0))[:6000]
    laid = Windows(**{name: values[sound] for name, values in vars(laid).items()})
    data = {k: v.numpy().astype(float) for k, v in tensors(laid, after[sound], weight[sound]).items()}
    x, h = data["x"][:, :5], np.arange(1, 6)
    there = ~np.isnan(x)
    x = np.nan_to_num(x)
    k = np.array([-2.0, -1, -0.5, 0, 0.5, 1, 2])
    grid = np.broadcast_to(np.sinh(np.linspace(-4, 4, 10)), (*x.shape, 10))
    thresholds = np.concatenate([data["pace"][:, None, None] * h[:, None] * k, grid], axis=2)
    possible = (thresholds <= data["up"][:, None, None]) & (thresholds >= -data["down"][:, None, None])
    good = 1 + data["better"][:, None] * np.sign(k)
    heavy = np.concatenate([good * 2 / 7, np.full((len(x), 10), 0.2)], axis=1)[:, None, :]
    heavy = heavy * possible * (there * weight[sound][:, None])[..., None]
    met = x[..., None] >= thresholds
    total = (there * weight[sound][:, None]).sum()
    low, high = np.array(list(FITTED.values())).T

    def loss(values):
        inside = np.clip(values, low, high)
        c = start | dict(zip(FITTED, inside, strict=True))
        shape = closed_form.closed_form(laid, 5, c)
        location = (shape.location - laid.last[:, None]) / laid.scale[:, None]
        spread = shape.scale / laid.scale[:, None]
        p = special.stdtr(c["freedom"], -(thresholds - location[..., None]) / spread[..., None])
        likelihood = np.clip(stats.t.logpdf((x - location) / spread, c["freedom"]) - np.log(spread), -12, 4)
        outside = np.abs(values - inside).sum()
        brier = ((p - met) ** 2 * heavy).sum() / total
        return brier - LIKELIHOOD * (likelihood * there * weight[sound][:, None]).sum() / total + outside

    begin = np.array([start[name] for name in FITTED])
    found = optimize.minimize(loss, begin, method="Nelder-Mead", options={"maxiter": 500, "adaptive": True})
    print("closed form", loss(begin), found.fun, flush=True)
    return dict(zip(FITTED, np.clip(found.x, low, high), strict=True))


def track_record(found: pd.DataFrame, weights: Path, file: Path, rng: np.random.Generator) -> None:
    """How chances given by these weights came true on series they were not learned from: the table of `fared`.

    Targets are the last value moved by 0, half, one or two median annual changes a year, the good way; one to five
    years ahead; windows with more than half of the changes zero are left out.
    """
    rows = []
    for fewest, most in ((3, 5), (6, 8), (9, 12), (13, 20)):
        windows_, after, who = [], [], []
        for row in found.itertuples():
            for cut in rng.integers(fewest, len(row.y), 4) if len(row.y) > fewest else ():
                y = row.y[cut - int(rng.integers(fewest, min(most, cut) + 1)) : cut]
                if np.mean(np.diff(y) == 0) <= 0.5:
                    windows_.append(y)
                    after.append(
                        np.pad(row.y[cut : cut + 5], (0, max(0, cut + 5 - len(row.y))), constant_values=np.nan)
                    )
                    who.append(row)
        low = np.array([-np.inf if r.lo != r.lo else r.lo for r in who])
        high = np.array([np.inf if r.hi != r.hi else r.hi for r in who])
        good = np.array([r.direction for r in who], float)
        laid = lay_out(windows_, low, high, good)
        shape = learned.learned(laid, 5, weights)
        pace = np.array([np.median(np.abs(np.diff(y))) or np.abs(np.diff(y)).mean() for y in windows_])
        table = pd.DataFrame()
        for k in PACES:
            target = laid.last[:, None] + (good * k * pace)[:, None] * np.arange(1, 6)
            score = np.sinh(np.arcsinh((target - shape.location) / shape.scale) / shape.tail - shape.skew)
            future = np.array(after)
            part = {"p": special.ndtr(-good[:, None] * score), "met": good[:, None] * (future - target) >= 0}
            part["use"] = ~np.isnan(future) & (target >= low[:, None]) & (target <= high[:, None])
            part["sid"] = np.repeat(np.array([r.sid for r in who])[:, None], 5, axis=1)
            table = pd.concat([table, pd.DataFrame({name: v.ravel() for name, v in part.items()})])
        table = table[table["use"]]
        for tenth, told in table.groupby(np.minimum((table["p"] * 10).astype(int), 9)):
            if len(told) >= 200:
                limits = ("any", fewest, most, tenth / 10, (tenth + 1) / 10)
                rows.append((*limits, len(told), told["sid"].nunique(), told["p"].mean(), told["met"].mean()))
    names = "domain fewest most low high statements series said came_true".split()
    pd.DataFrame(rows, columns=names).round(3).to_csv(file, index=False, lineterminator="\n")


def write_constants(found: dict[str, float], file: Path) -> None:
    """Fitted values into the table, in three digits; what is not fitted stays."""
    table = pd.read_csv(closed_form.CONSTANTS)
    table["value"] = [
        f"{found.get(name, value):.3g}" for name, value in zip(table["name"], table["value"], strict=True)
    ]
    table.to_csv(file, index=False, lineterminator="\n")


def write(nets: list[dict[str, np.ndarray]], file: Path) -> None:
    """Weights as a table: net, layer, unit, then one column an input, the last one the constant."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        for number, layers in enumerate(nets):
            for name, weights in layers.items():
                for unit, row in enumerate(weights):
                    table.writerow([number, name, unit, *(f"{v:.4g}" for v in row)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=learned.WEIGHTS)
    parser.add_argument("--constants", type=Path, help="fit the closed form instead and write its table here")
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--nets", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--origins", type=int, default=16)
    parser.add_argument("--sisters", type=Path, help="learn the nets that read sister regions and write them here")
    a = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    found, unseen = panel(a.panel, a.check)
    found = pd.concat([found, simulated(SIMULATED, rng)], ignore_index=True)
    if a.constants:
        table = fit_closed_form(*samples(found.sample(frac=1, random_state=SEED), 1, rng), closed_form.constants())
        return write_constants(table, a.constants)
    if a.sisters:
        known = found[~found.indicator.str.startswith("simulated")]
        laid, after, weight, cell = cells(known, a.origins, rng)
        print(len(known), "series", len(cell), "windows with company", flush=True)
        nets = [fit_sisters(laid, after, weight, cell, a.width, a.epochs, SEED + k) for k in range(a.nets)]
        return write(nets, a.sisters)
    data = tensors(*samples(found, a.origins, rng))
    print(len(found), "series", len(data["x"]), "windows", flush=True)
    write([fit(data, a.width, a.epochs, SEED + k) for k in range(a.nets)], a.out)
    if a.check:
        track_record(unseen, a.out, a.out.with_name("fared.csv"), rng)


if __name__ == "__main__":
    main()
