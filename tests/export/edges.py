"""Data folders at the edges of what a bureau may have: many regions, one, one figure, none, 0 %, 100 %, long names.

    python -m tests.export.edges FOLDER [EDGE ...]    # write them there, to be looked at

The figures are those of the shipped folder, given to other regions.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.formulas import FORMULAS, parameters

SHIPPED = Path(__file__).resolve().parents[2] / "data/raw"
PLAIN = ("第{i}县", "County {i}")
LONG = (
    "最长名称蒙古族哈萨克族东乡族{i:02d}号自治县",
    "Mongolian, Kazakh & Dongxiang Peoples' Autonomous County {i:02d}",
)
EDGES = {  # number of counties, their names, what becomes of the figures
    "fifty": (50, PLAIN, None),
    "fourteen": (14, LONG, None),
    "alone": (1, PLAIN, None),
    "one": (2, LONG, "one"),
    "none": (2, PLAIN, "none"),
    "zero": (3, PLAIN, "zero"),
    "full": (3, PLAIN, "full"),
}
SINCE = 2010
TABLES = ("projects", "names", "milestones")


def make(folder: Path, edge: str) -> Path:
    """Write the data folder of an edge; returns it."""
    number, (zh, en), figures = EDGES[edge]
    (folder / "statistics").mkdir(parents=True)
    regions = _read("regions.csv")
    city, counties = regions[regions["level"] == "city"], regions[regions["level"] == "county"]
    taken = [counties.iloc[i % len(counties)] for i in range(number)]  # whose figures each county has
    codes = [f"9{i:05d}" for i in range(1, number + 1)]
    named = [
        one.to_dict() | {"code": code, "name_zh": zh.format(i=i), "name_en": en.format(i=i)}
        for i, (code, one) in enumerate(zip(codes, taken, strict=True), start=1)
    ]
    heirs = pd.DataFrame({"region_code": [one["code"] for one in taken], "heir": codes})
    if number == 1:
        city, named[0]["parent"] = city[:0], ""
    else:
        heirs = pd.concat([heirs, pd.DataFrame({"region_code": city["code"], "heir": city["code"]})])
    pd.concat([city, pd.DataFrame(named)]).to_csv(folder / "regions.csv", index=False)
    targets = _read("targets.csv")
    everywhere = targets[targets["region_code"] == "*"]
    pd.concat([everywhere, _inherited(targets, heirs)]).to_csv(folder / "targets.csv", index=False)
    for name in TABLES if figures is None else TABLES[1:]:
        shutil.copy(SHIPPED / f"{name}.csv", folder)
    if figures is None:
        _inherited(_read("projects.csv"), heirs[:7]).to_csv(folder / "projects.csv", index=False)
    evidence = _read("evidence.csv")
    (evidence[:0] if figures in ("one", "none") else _inherited(evidence, heirs)).to_csv(
        folder / "evidence.csv", index=False
    )
    read = pd.concat([_read(f"statistics/{path.name}") for path in sorted((SHIPPED / "statistics").glob("*.csv"))])
    read = read[read["year"].astype(int) >= SINCE]
    rows = _inherited(read, heirs)
    rows = rows.drop_duplicates(["region_code", "year", "variable", "status"])
    if figures == "none":
        rows = rows[:0]
    elif figures == "one":
        last = (rows["variable"] == "villages_sewage_treated") & (rows["year"] == "2023")
        both = last | ((rows["variable"] == "villages") & (rows["year"] == "2023"))
        rows = rows[both & (rows["region_code"] == codes[0])]
    elif figures:
        rows = _levelled(rows, figures == "full")
    rows.to_csv(folder / "statistics" / "statistics.csv", index=False)
    return folder


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(SHIPPED / name, dtype=str, keep_default_na=False)


def _inherited(rows: pd.DataFrame, heirs: pd.DataFrame) -> pd.DataFrame:
    """The rows of the shipped regions as rows of those that take after them."""
    merged = rows.merge(heirs, on="region_code")
    return merged.assign(region_code=merged["heir"])[list(rows.columns)]


def _levelled(rows: pd.DataFrame, full: bool) -> pd.DataFrame:
    """Every ratio at 100 % (its numerators as large as the denominator) or at 0 % (nothing done)."""
    rows = rows.copy()
    shares = (rows["unit"] == "%") & (rows["variable"] != "gdp_index")
    rows.loc[shares, "value"] = "100" if full else "0"
    key = ["region_code", "year"]
    for record in catalog.indicators().values():
        if record.unit != "%" or record.aggregate != "ratio" or record.code not in FORMULAS:
            continue
        needed, _ = parameters(FORMULAS[record.code])
        if len(needed) != 2:
            continue
        over = rows[rows["variable"] == needed[1]].drop_duplicates(key).set_index(key)["value"]
        mine = rows["variable"] == needed[0]
        places = pd.MultiIndex.from_frame(rows.loc[mine, key])
        rows.loc[mine, "value"] = over.reindex(places).to_numpy() if full else "0"
        rows = rows[rows["value"].notna()]
    return rows


if __name__ == "__main__":
    for edge in sys.argv[2:] or EDGES:
        print(make(Path(sys.argv[1]) / edge, edge))
