"""How long the door takes for a country's statistics, against a bare `pandas.read_csv` of the same file.

    python benchmarks/door.py [ROWS]

Writes a table of 1.7 million rows (3,000 counties, 34 years, 17 variables) into a temporary folder, reads it both
ways three times and prints the better processor times and the largest memory.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import catalog, intake


def table(rows: int) -> pd.DataFrame:
    """Statistics of as many counties as `rows` asks for."""
    variables = [code for code, row in catalog.variables().items() if row.high is None][:17]
    counties = max(1, rows // (34 * len(variables)))
    county, year, variable = np.meshgrid(
        np.arange(counties), np.arange(1990, 2024), np.arange(len(variables)), indexing="ij"
    )
    names = np.array(variables)[variable.ravel()]
    units = pd.Series({code: catalog.variables()[code].unit for code in variables})
    values = np.random.default_rng(1).uniform(1, 100, county.size).round(3)
    return pd.DataFrame(
        {
            "region_code": (100_000 + county.ravel()).astype(str),
            "year": year.ravel(),
            "variable": names,
            "value": values,
            "unit": units[names].to_numpy(),
            "status": "observed",
            "source": "统计年鉴2023第88页",
            "note": "",
        }
    )


def best(call, times: int = 3) -> tuple[float, object]:
    """Least processor time of some calls [s], and what the last one gave."""
    least, made = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        made = call()
        least = min(least, time.process_time() - start)
    return least, made


def main(rows: int = 1_734_000) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "statistics").mkdir()
        frame = table(rows)
        file = folder / "statistics/all.csv"
        frame.to_csv(file, index=False)
        regions = "".join(f"{code},县{code},county\n" for code in frame["region_code"].unique())
        (folder / "regions.csv").write_text(f"code,name_zh,level\n{regions}", encoding="utf-8")
        (folder / "targets.csv").write_text(
            "region_code,indicator,comparison,value,due\n*,river_chief_system,done,,2023\n"
        )
        bare, _ = best(lambda: pd.read_csv(file))
        door, raw = best(lambda: intake.read(folder))
        assert len(raw.observations) == len(frame) and not raw.problems
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        size = file.stat().st_size / 1e6
        print(
            f"{len(frame):,} rows, {size:.0f} MB: bare {bare:.2f} s, door {door:.2f} s, ratio {door / bare:.1f}, {memory:.2f} GB"
        )
        start = time.process_time()
        count = len(raw.suspicions)
        print(f"plausibility: {time.process_time() - start:.1f} s, {count} suspicions")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
