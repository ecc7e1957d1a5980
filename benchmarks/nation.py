"""A country to assess: python benchmarks/nation.py [--data DIR] [--regions 2844] [--out DIR] [--measure] [--jobs 2]

Makes a data folder of many counties by tiling the series of the shipped ones: each copy keeps a real series' shape,
is moved to a level of its own and carries a little noise (ratios stay between 0 and 1, counts stay whole, parts stay
below their whole because both are moved alike). Cities of about ten counties each get no rows of their own.

With --measure the folder is then assessed by so many processes at growing sizes, and time and memory are printed
with the slope of log time on log size. Memory is the sum of the processes' largest: what they share is counted each time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
COUNTIES_A_CITY = 10
LEVEL, NOISE = 0.25, 0.004  # spread of a copy's level and of its single years, in logarithms
SIZES = (100, 300, 1000, 2844)
ASSESS = """
import json, resource, sys, time
import ecoanalysis as eco
started = time.perf_counter()
analysis = eco.analyse(sys.argv[1], int(sys.argv[2]), jobs=int(sys.argv[3]))
own, forked = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "processor": sum(one.ru_utime + one.ru_stime for one in (own, forked)),
    "gigabytes": (own.ru_maxrss + (int(sys.argv[3]) if forked.ru_maxrss else 0) * forked.ru_maxrss) / 2**20,
    "rows": len(analysis.observations), "assessed": len(analysis.assessment),
}))
"""


def tile(data: Path, out: Path, count: int, years: int = 10, seed: int = 0) -> dict:
    """Write a data folder of `count` counties and their cities.

    Parameters
    ----------
    data, out : Path
        The folder to copy from, and a new one.
    count : int
        Counties to make.
    years : int
        How many years back from the latest are kept.
    seed : int
        Of levels and noise.

    Returns
    -------
    dict
        Numbers of counties, cities and rows.
    """
    generator = np.random.default_rng(seed)
    regions = pd.read_csv(data / "regions.csv", dtype=str, keep_default_na=False)
    originals = regions[~regions["code"].isin(regions["parent"]) & (regions["parent"] != "")]
    files = sorted((data / "statistics").glob("*.csv"))
    rows = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False, comment="#") for path in files])
    rows = rows[rows["region_code"].isin(originals["code"]) & rows["variable"].isin(_needed(data))]
    numbers = pd.to_numeric(rows["value"], errors="coerce")
    # A folder may hold a demo value beside a measured one; a tiled country holds one of each year and variable.
    rank = rows["status"].map({"observed": 0, "estimated": 1, "demo": 2})
    rows = rows.assign(number=numbers, rank=rank).dropna(subset="number").sort_values("rank", kind="stable")
    rows = rows.drop_duplicates(["region_code", "year", "variable"]).drop(columns="rank")
    when = rows["year"].astype(int)
    rows = rows[when > when.max() - years]
    cities = -(-count // COUNTIES_A_CITY)
    codes = [f"N{place:05d}" for place in range(count)]
    out.mkdir(parents=True)
    (out / "statistics").mkdir()
    _regions(originals, codes, cities).to_csv(out / "regions.csv", index=False)
    targets = pd.read_csv(data / "targets.csv", dtype=str, keep_default_na=False)
    targets[targets["region_code"] == "*"].to_csv(out / "targets.csv", index=False)
    for name in ("evidence.csv", "projects.csv"):
        if (data / name).exists():
            pd.read_csv(data / name, dtype=str, keep_default_na=False).iloc[:0].to_csv(out / name, index=False)
    by_original = dict(list(rows.groupby("region_code")))
    written, amounts = 0, _amounts()
    for place, code in enumerate(codes):
        original = by_original.get(originals["code"].iloc[place % len(originals)])
        copy = _moved(original, amounts, generator).assign(region_code=code)
        part = place * 20 // count  # twenty files, as a country's come from many hands
        path = out / "statistics" / f"part_{part:02d}.csv"
        copy.to_csv(path, mode="a", header=not path.exists(), index=False)
        written += len(copy)
    return {"counties": count, "cities": cities, "rows": written}


def _needed(data: Path) -> set[str]:
    """The variables that the indicators with a target are made of."""
    import inspect

    from ecoanalysis.formulas import FORMULAS

    waiting = list(pd.read_csv(data / "targets.csv", dtype=str)["indicator"].unique())
    needed: set[str] = set()
    while waiting:
        code = waiting.pop()
        if code not in needed:
            needed.add(code)
            parameters = inspect.signature(FORMULAS[code]).parameters.values() if code in FORMULAS else ()
            waiting += [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    return needed


def _amounts() -> set[str]:
    """Variables that grow with a county: stocks and flows without an upper bound (days of a year have one)."""
    table = pd.read_csv(ROOT / "ecoanalysis/tables/variables.csv", keep_default_na=False, dtype=str)
    return set(table["code"][table["kind"].isin(["stock", "flow"]) & (table["high"] == "")])


def _regions(originals: pd.DataFrame, codes: list[str], cities: int) -> pd.DataFrame:
    counties = originals.iloc[np.arange(len(codes)) % len(originals)].reset_index(drop=True)
    counties["code"] = codes
    counties["name_zh"] = [f"第{place + 1}县" for place in range(len(codes))]
    counties["name_en"] = [f"County {place + 1}" for place in range(len(codes))]
    counties["parent"] = [f"M{place // COUNTIES_A_CITY:04d}" for place in range(len(codes))]
    city = counties.groupby("parent", sort=False).first().reset_index()
    area = pd.to_numeric(counties["area_km2"], errors="coerce").groupby(counties["parent"], sort=False).sum()
    city["code"], city["parent"], city["level"] = city["parent"], "", "city"
    city["area_km2"] = city["code"].map(area)
    city["name_zh"] = [f"第{place + 1}市" for place in range(cities)]
    city["name_en"] = [f"City {place + 1}" for place in range(cities)]
    return pd.concat([city[originals.columns], counties[originals.columns]], ignore_index=True)


def _moved(rows: pd.DataFrame, amounts: set[str], generator: np.random.Generator) -> pd.DataFrame:
    """A copy of a county's rows: amounts all moved to one level, with noise common to a year; shares and indices as they are.

    One level and one noise for all amounts of a year, so that a part never outgrows its whole and rates keep their shape.
    """
    level = np.exp(generator.normal(0, LEVEL))
    years = rows["year"].unique()
    wobble = dict(zip(years, np.exp(generator.normal(0, NOISE, len(years))), strict=True))
    amount = rows["variable"].isin(amounts)
    moved = rows["number"] * np.where(amount, level * rows["year"].map(wobble), 1.0)
    whole = amount & (rows["number"] == rows["number"].round()) & (rows["number"] < 10_000)
    number = np.where(whole, moved.round(), moved)
    text = [f"{value:.10g}" for value in number]
    return rows.assign(value=text, source="tiled").drop(columns="number")


def measure(data: Path, sizes: list[int], years: int, folder: Path, as_of: int, jobs: int) -> None:
    """Assess at growing sizes and print seconds, memory and the slope."""
    print(platform.platform(), "Python", platform.python_version(), "cores", os.cpu_count(), "pandas", pd.__version__)
    seconds = []
    for size in sizes:
        made = tile(data, folder / str(size), size, years)
        command = [sys.executable, "-c", ASSESS, str(folder / str(size)), str(as_of), str(jobs)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            print(f"{size:6d} regions failed: {done.stderr.strip().splitlines()[-1][:300]}")
            return
        found = json.loads(done.stdout)
        seconds.append(found["seconds"])
        print(
            f"{size:6d} counties {made['rows']:8d} rows {found['seconds']:7.1f} s wall {found['processor']:7.1f} s "
            f"processor {found['gigabytes']:5.2f} GB {found['assessed']:7d} assessed "
            f"({time.perf_counter() - started:.1f} s with start)",
            flush=True,
        )
    if len(seconds) > 1:
        slope = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
        print(f"slope of log time on log size {slope:.2f} (at most 1.05)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT / "data/raw")
    parser.add_argument("--out", type=Path, help="make the folder here, and nothing else")
    parser.add_argument("--regions", type=int, default=2844)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--as-of", type=int, default=2023)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--measure", action="store_true", help="assess at growing sizes up to --regions")
    options = parser.parse_args()
    if options.out:
        print(tile(options.data, options.out, options.regions, options.years))
    if options.measure or not options.out:
        sizes = [size for size in SIZES if size < options.regions] + [options.regions]
        with tempfile.TemporaryDirectory() as folder:
            measure(options.data, sizes, options.years, Path(folder), options.as_of, options.jobs)


if __name__ == "__main__":
    main()
