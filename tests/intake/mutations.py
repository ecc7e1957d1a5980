"""Seeded faults in the shipped data, and how many of them the door tells.

    python tests/intake/mutations.py [FAULTS_PER_KIND] [SEED]

A fault is told when a problem or suspicion that was not there before names its row (or compares another value with it).
Several faults are put into one copy of the folder, each in another variable, so that a full count takes minutes.
"""

from __future__ import annotations

import csv
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd

from ecoanalysis import intake

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data/raw"
OTHER_UNITS = {"亿元": "万元", "万元": "亿元", "万吨": "吨", "吨": "万吨", "人": "万人", "万人": "人", "公顷": "平方公里",
               "km2": "公顷", "平方公里": "公顷", "ha": "亩", "立方米": "万立方米", "万立方米": "立方米", "亩": "公顷",
               "t": "万吨", "km²": "公顷", "万平方米": "平方米", "平方米": "万平方米", "km": "m"}  # fmt: skip


def digits(value: str) -> str:
    return f"{float(value):.12g}"


def lost_digit(value: str, chance: random.Random) -> str:
    whole, point, rest = digits(value).partition(".")
    place = chance.randrange(len(whole))
    shorter = (whole[:place] + whole[place + 1 :]).lstrip("0") or "0"
    return shorter + point + rest


def scaled(factor: float):
    return lambda row, rows, chance: row | {"value": f"{float(row['value']) * factor:.12g}"}


def other_unit(row, rows, chance):
    return row | {"unit": OTHER_UNITS[row["unit"]]}


def century(row, rows, chance):
    return row | {"year": str(int(row["year"]) - 100)}


def promoted(row, rows, chance):
    return row | {"status": "observed"}


KINDS = {
    "×10": scaled(10),
    "÷10": scaled(0.1),
    "÷100": scaled(0.01),
    "a lost digit": lambda row, rows, chance: row | {"value": lost_digit(row["value"], chance)},
    "zero": lambda row, rows, chance: row | {"value": "0"},
    "per cent as fraction": scaled(0.01),
    "another unit": other_unit,
    "century": century,
    "status promoted": promoted,
}
SWAPS = ("swapped between counties", "swapped between years")


def fits(kind: str, row: dict) -> bool:
    """Whether the fault is one: it changes something a reader could see."""
    value = float(row["value"])
    if kind == "per cent as fraction":
        return row["unit"] == "%" and value > 0
    if kind == "another unit":
        return row["unit"] in OTHER_UNITS and value != 0
    if kind == "status promoted":
        return row["status"] != "observed"
    if kind == "a lost digit":
        return abs(value) >= 10
    if kind == "century":
        return True
    return value != 0


def tables(folder: Path) -> dict[str, list[dict]]:
    made = {}
    for path in sorted((folder / "statistics").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            made[path.name] = list(csv.DictReader(file))
    return made


def write(folder: Path, name: str, rows: list[dict]) -> None:
    with (folder / "statistics" / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def told(folder: Path, before: set[str]) -> tuple[set[str], set[str]]:
    """Rows ("air.csv:12") that something new was said about, and the keys of all that was said."""
    raw = intake.read(folder)
    keys, rows = set(), set()
    for problem in raw.problems:
        for row in problem.rows or (problem.row,):
            key = f"{problem.phrase}:{problem.file}:{row}"
            keys.add(key)
            if key not in before:
                rows.add(f"{problem.file.removeprefix('statistics/')}:{row}")
    for suspicion in raw.suspicions:
        keys.add(suspicion.key)
        if suspicion.key not in before:
            rows |= {suspicion.id, *suspicion.others}
    return rows, keys


def figures(faults: int = 60, seed: int = 11) -> pd.DataFrame:
    """For each kind: faults made, faults told; and the share of untouched rows that are suspected."""
    chance = random.Random(seed)
    clean = tables(DATA)
    rows = [(name, place) for name, table in clean.items() for place, row in enumerate(table) if row["value"]]
    _, before = told(DATA, set())
    raw = intake.read(DATA)
    suspected = {s.id for s in raw.suspicions if ".csv:" in s.id}
    made = dict.fromkeys((*KINDS, *SWAPS), 0)
    found = dict(made)
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "raw"
        shutil.copytree(DATA, folder)
        while min(made.values()) < faults:
            changed = {name: [dict(row) for row in table] for name, table in clean.items()}
            done: list[tuple[str, list[str]]] = []
            variables: set[str] = set()
            for kind in made:
                if made[kind] >= faults:
                    continue
                picked = pick(kind, rows, clean, variables, chance)
                if picked is None:
                    continue
                if kind in SWAPS:
                    (a, i), (b, j) = picked
                    changed[a][i]["value"], changed[b][j]["value"] = clean[b][j]["value"], clean[a][i]["value"]
                    changed[a][i]["unit"], changed[b][j]["unit"] = clean[b][j]["unit"], clean[a][i]["unit"]
                    ids = [f"{a}:{i + 2}", f"{b}:{j + 2}"]
                else:
                    name, index = picked
                    changed[name][index] = KINDS[kind](clean[name][index], clean[name], chance)
                    ids = [f"{name}:{index + 2}"]
                done.append((kind, ids))
                made[kind] += 1
            for name, table in changed.items():
                write(folder, name, table)
            new, _ = told(folder, before)
            for kind, ids in done:
                if new & set(ids):
                    found[kind] += 1
                else:
                    missed.append(f"{kind} {ids}")
    table = pd.DataFrame({"made": made, "told": found})
    table["share"] = table["told"] / table["made"]
    table.attrs["suspected"] = len(suspected) / len(rows)
    table.attrs["missed"] = missed
    return table


def pick(kind, rows, clean, variables, chance):
    """A row (or two, for a swap) of a variable that no other fault of this copy has touched."""
    for _ in range(2000):
        name, index = chance.choice(rows)
        row = clean[name][index]
        if row["variable"] in variables:
            continue
        if kind not in SWAPS:
            if fits(kind, row):
                variables.add(row["variable"])
                return name, index
            continue
        other = "region_code" if kind == SWAPS[0] else "year"
        same = "year" if kind == SWAPS[0] else "region_code"
        partners = [
            (n, i)
            for n, i in rows
            if clean[n][i]["variable"] == row["variable"]
            and clean[n][i][same] == row[same]
            and clean[n][i][other] != row[other]
            and clean[n][i]["value"] != row["value"]
            and not (row["region_code"] == "620500" and kind == SWAPS[0])
        ]
        if partners:
            variables.add(row["variable"])
            return (name, index), chance.choice(partners)
    return None


if __name__ == "__main__":
    faults, seed = (int(text) for text in (sys.argv[1:] + ["60", "11"][len(sys.argv) - 1 :])[:2])
    result = figures(faults, seed)
    print(result.to_string(formatters={"share": "{:.0%}".format}))
    print(f"all {result['told'].sum() / result['made'].sum():.1%}")
    print(f"untouched rows suspected: {result.attrs['suspected']:.2%}")
    print("\n".join(result.attrs["missed"]))
