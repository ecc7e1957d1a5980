"""Demo papers: which plan, data and proof are on file, made up so that the ledger shows every state.

    python data/make_demo_evidence.py           writes the demo rows of data/raw/evidence.csv, real rows are kept
    python data/make_demo_evidence.py --check   says whether the demo rows there are what this script makes

A demo row's title begins with 演示 and its location with `demo/`, where no file lies. The files fill up as the stages
of the plan go by: plans in 2021, data from 2022, proof from 2023. What departs from that is listed below: among it one
row whose (demo) file is there, one whose file is not, one without a location and one at an address, so that the ledger
shows every state. Items that are not listed have no demo papers at all: nothing supplied.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

RAW = Path(__file__).resolve().parent / "raw"
INDICATORS = RAW.parents[1] / "ecoanalysis" / "tables" / "indicators.csv"
TARGET = RAW / "evidence.csv"
MARK = "演示"
COLUMNS = ["region_code", "indicator", "year", "kind", "title", "location", "department", "date"]
CITY = "620500"
REGIONS = [CITY, "620502", "620503", "620521", "620522", "620523", "620524", "620525"]
ON_FILE = {2021: ("plan",), 2022: ("plan", "data"), 2023: ("plan", "data", "proof")}
TITLES = {"plan": "工作计划", "data": "数据表", "proof": "佐证材料"}
NUMBERS = ["disclosure_rate", "hazardous_waste_rate", "rural_sewage_treatment_rate", "park_area_per_head"]

# Nothing supplied in any year.
NOTHING = {
    (CITY, "soil_register"),
    ("620522", "major_task_deployment"),
    ("620523", "waste_sorting_action"),
    ("620525", "soil_register"),
    ("620525", "waste_sorting_action"),
    ("620525", "invasive_species"),
    ("620525", "park_area_per_head"),
}
# What is not on file yet, in no year.
LACKING = {
    (CITY, "major_task_deployment"): ("proof",),
    ("620502", "waste_sorting_action"): ("data",),
    ("620503", "no_illegal_dumping"): ("proof",),
    ("620521", "park_area_per_head"): ("data", "proof"),
    ("620522", "nature_and_function_kept"): ("data",),
    ("620523", "river_chief_system"): ("proof",),
    ("620523", "rural_sewage_treatment_rate"): ("proof",),
    ("620524", "no_major_incident"): ("plan",),
    ("620524", "no_cross_boundary_pollution"): ("data", "proof"),
    ("620525", "rural_sewage_treatment_rate"): ("plan", "proof"),
}
# Demo rows that do not lie under demo/: region, item, year, kind, location. The first one's file is there.
FILES = [
    (
        "620523",
        "park_area_per_head",
        2023,
        "plan",
        "2023/620523_甘谷县/08_人居环境改善/28_城镇人均公园绿地面积/1_计划安排/演示_工作计划.txt",
    ),
    (
        "620524",
        "park_area_per_head",
        2023,
        "proof",
        "2023/620524_武山县/08_人居环境改善/28_城镇人均公园绿地面积/3_佐证材料/演示_佐证材料.pdf",
    ),
    ("620521", "rural_sewage_treatment_rate", 2023, "proof", ""),
    ("620522", "rural_sewage_treatment_rate", 2023, "proof", "https://example.org/demo"),
]
PAPER = RAW / "evidence" / FILES[0][4]
CONTENT = "演示数据：这不是真实材料，只用来展示佐证材料的归档和核对。\nDemo data: no real paper.\n"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def items() -> list[dict[str, str]]:
    """Items that are answered with papers, and a few of the measured ones, with number, name and lead department."""
    catalogue = {row["code"]: row for row in table(INDICATORS)}
    lead = {row["indicator"]: row["lead_department"] for row in table(RAW / "targets.csv")}
    papers = [code for code in lead if catalogue[code]["kind"] == "checklist"]
    return [catalogue[code] | {"lead": lead[code].split(";")[0]} for code in [*papers, *NUMBERS]]


def demo_rows() -> list[dict]:
    """One row a region, item, year and kind of paper."""
    rows = []
    for region in REGIONS:
        for item in items():
            key = region, item["code"]
            if key in NOTHING:
                continue
            for year, kinds in ON_FILE.items():
                for kind in kinds:
                    if kind not in LACKING.get(key, ()):
                        rows.append(row(region, item, year, kind))
    return rows


def row(region: str, item: dict[str, str], year: int, kind: str) -> dict:
    part = f"{int(item['number']):02}{item['part']}"
    locations = {tuple(key): location for *key, location in FILES}
    return {
        "region_code": region,
        "indicator": item["code"],
        "year": year,
        "kind": kind,
        "title": f"{MARK}：{item['name_zh']}{year}年{TITLES[kind]}",
        "location": locations.get((region, item["code"], year, kind), f"demo/{year}/{region}/{part}/{kind}.pdf"),
        "department": item["lead"],
        "date": f"{year}-12-20",
    }


def text() -> str:
    """The whole table: real rows as they are, then the demo rows."""
    there = [row for row in table(TARGET) if not row["title"].startswith(MARK)] if TARGET.exists() else []
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(there + demo_rows())
    return file.getvalue()


def main() -> int:
    made = text()
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == made
        same = same and PAPER.exists() and PAPER.read_text(encoding="utf-8") == CONTENT
        print(f"{TARGET.name}: {'as made by this script' if same else 'differs from what this script makes'}")
        return 0 if same else 1
    temporary = TARGET.with_name(f".{TARGET.name}.tmp")
    temporary.write_text(made, encoding="utf-8", newline="\n")
    temporary.replace(TARGET)
    PAPER.parent.mkdir(parents=True, exist_ok=True)
    PAPER.write_text(CONTENT, encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {made.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
