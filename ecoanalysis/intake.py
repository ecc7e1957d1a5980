"""The door in: raw files become checked tables.

Everything that is wrong is found in one pass and told with its file and row and what would have been right. A bad
row never becomes a number: a run refuses it, or goes on without it and says so.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from ecoanalysis import catalog, units

STATUSES = ("observed", "estimated", "demo")  # strongest first
COMPARISONS = (">=", ">", "<=", "<", "=", "not_below_base", "not_above_base", "rising", "falling", "done")
EVIDENCE_KINDS = ("plan", "data", "proof")
LEVELS = ("city", "county")

COLUMNS = {
    "regions.csv": (
        "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size",
        "code,name_zh,level",
    ),
    "statistics": (
        "region_code,year,variable,value,unit,status,source,note",
        "region_code,year,variable,value,unit,status",
    ),
    "targets.csv": (
        "region_code,indicator,part,comparison,value,unit,due,hold_until,base_year,base_value,requirement,named_weak,"
        "source,lead_department,supporting_departments",
        "region_code,indicator,comparison,value,due",
    ),
    "evidence.csv": (
        "region_code,indicator,year,kind,title,location,department,date",
        "region_code,indicator,year,kind,title",
    ),
    "projects.csv": (
        "region_code,variable,change,unit,first_year,last_year,probability,delay_years,cost,name,department",
        "region_code,variable,change,unit,first_year",
    ),
}
OBSERVATION_COLUMNS = [
    "region_code",
    "year",
    "variable",
    "value",
    "unit",
    "status",
    "source",
    "file",
    "sheet",
    "cell",
    "sha256",
    "id",
]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a raw file: where it is, and which phrase says what would have been right."""

    file: str
    row: int | None
    phrase: str
    values: dict = field(default_factory=dict, hash=False)

    def text(self, lang: str = "zh") -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place} {catalog.phrase(f'problem.{self.phrase}', lang, **self.values)}"


@dataclass(frozen=True)
class Raw:
    """What a data folder holds, checked: the good rows as tables, the bad ones as problems."""

    folder: Path
    regions: pd.DataFrame
    observations: pd.DataFrame
    targets: pd.DataFrame
    evidence: pd.DataFrame
    projects: pd.DataFrame
    problems: list[Problem]
    hashes: dict[str, str]


def read(folder: Path | str) -> Raw:
    """Read and check a data folder.

    Parameters
    ----------
    folder : path
        The folder that holds `regions.csv`; statistics are the `.csv` files under `statistics/`.

    Returns
    -------
    Raw
        Observations are in the canonical unit of their variable; a row without a value is left out, as missing.
        An observed or estimated value takes the place of a demo row of the same region, year and variable.
    """
    door = _Door(Path(folder))
    regions = door.regions()
    known = set(regions["code"])
    observations = door.observations(known)
    targets = door.targets(known)
    return Raw(
        folder=Path(folder),
        regions=regions,
        observations=observations,
        targets=targets,
        evidence=door.evidence(known),
        projects=door.projects(known),
        problems=sorted(door.problems, key=lambda p: (p.file, p.row or 0)),
        hashes=hashes(Path(folder)),
    )


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every table of a data folder, a city's own coefficients and thresholds among them."""
    own = ("coefficients.csv", "thresholds.csv")
    tables = [folder / name for name in (*COLUMNS, *own) if name.endswith(".csv")] + _statistics(folder)
    found = {}
    for path in tables:
        with contextlib.suppress(OSError):  # what cannot be opened is reported by `read`
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _statistics(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "statistics").rglob("*.csv") if not path.name.startswith((".", "~")))


class _Door:
    """One pass over a folder, gathering problems as it goes."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.problems: list[Problem] = []
        self.hashes: dict[str, str] = {}

    def report(self, file: str, row: int | None, phrase: str, **values) -> None:
        self.problems.append(Problem(file, row, phrase, values))

    # ------------------------------------------------------------------ files

    def text(self, path: Path) -> str | None:
        """A file's text; None when it cannot be had, with the reason reported."""
        name = self.name(path)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            self.report(name, None, "no_file")
            return None
        except OSError as error:
            self.report(name, None, "locked", reason=error.strerror or str(error))
            return None
        self.hashes[name] = hashlib.sha256(raw).hexdigest()
        if raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            self.report(name, None, "workbook")
            return None
        if b"\x00" in raw:
            self.report(name, None, "half_written")
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if error.end >= len(raw) and error.reason == "unexpected end of data":
                self.report(name, raw.count(b"\n") + 1, "half_written")
                return raw[: error.start].decode("utf-8-sig")
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            self.report(name, None, "encoding")
            return None
        self.report(name, None, "gbk")
        return text

    def table(self, path: Path, kind: str) -> list[tuple[int, dict[str, str]]]:
        """(line, row) for every row of a table with the columns it must have; short rows are reported."""
        text = self.text(path)
        if text is None:
            return []
        name = self.name(path)
        all_columns, required = (names.split(",") for names in COLUMNS[kind])
        reader = csv.reader(io.StringIO(text))
        header = [column.strip() for column in next(reader, [])]
        missing = [column for column in required if column not in header]
        if missing:
            self.report(name, 1, "columns", missing=", ".join(missing), columns=",".join(all_columns))
            return []
        unknown = [column for column in header if column not in all_columns]
        if unknown:
            self.report(name, 1, "extra_columns", unknown=", ".join(unknown), columns=",".join(all_columns))
        found = []
        for cells in reader:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if len(cells) != len(header):
                self.report(name, reader.line_num, "cells", found=len(cells), expected=len(header))
                continue
            row = dict.fromkeys(all_columns, "") | dict(zip(header, (cell.strip() for cell in cells), strict=True))
            found.append((reader.line_num, row))
        return found

    def name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    # ------------------------------------------------------------------ tables

    def regions(self) -> pd.DataFrame:
        file, kept, seen = "regions.csv", [], {}
        rows = self.table(self.folder / file, file)
        if not rows:
            self.report(file, None, "no_rows")
        codes = {row["code"] for _, row in rows}
        for line, row in rows:
            before = len(self.problems)
            if not row["code"]:
                self.report(file, line, "empty", column="code")
            elif row["code"] in seen:
                self.report(file, line, "twice", what=row["code"], other=seen[row["code"]])
            self.one_of(file, line, "level", row["level"], LEVELS)
            if row["parent"] and row["parent"] not in codes:
                self.report(file, line, "parent", parent=row["parent"], near=_near(row["parent"], codes))
            area = self.number(file, line, "area_km2", row["area_km2"]) if row["area_km2"] else None
            if area is not None and area <= 0:
                self.report(file, line, "range", what="area_km2", value=row["area_km2"], low=0, high="")
            if len(self.problems) == before:
                seen[row["code"]] = line
                kept.append(row | {"area_km2": area, "name_en": row["name_en"] or row["name_zh"]})
        return pd.DataFrame(kept, columns=COLUMNS[file][0].split(",")).astype({"area_km2": float})

    def observations(self, known_regions: set[str]) -> pd.DataFrame:
        paths = _statistics(self.folder)
        if not paths:
            self.report("statistics/", None, "no_statistics")
        kept = []
        for path in paths:
            name = self.name(path)
            for line, row in self.table(path, "statistics"):
                observation = self.observation(name, line, row, known_regions)
                if observation is not None:
                    place = {"file": name, "sheet": "", "cell": f"row {line}", "sha256": self.hashes[name]}
                    kept.append(observation | place)
        return self.unique(pd.DataFrame(kept, columns=OBSERVATION_COLUMNS[:-1]))

    def observation(self, file: str, line: int, row: dict[str, str], known_regions: set[str]) -> dict | None:
        """The row in canonical units; None when it is bad (reported) or has no value (missing)."""
        before = len(self.problems)
        self.region(file, line, row["region_code"], known_regions)
        year = self.year(file, line, "year", row["year"])
        self.one_of(file, line, "status", row["status"], STATUSES)
        measured = _measured()
        record = measured.get(row["variable"])
        if record is None:
            self.report(file, line, "variable", variable=row["variable"], near=_near(row["variable"], measured))
        if row["value"] == "":
            return None
        value = self.number(file, line, "value", row["value"])
        if record is not None and value is not None:
            value = self.converted(file, line, value, row["unit"], record)
        if len(self.problems) > before:
            return None
        return {
            "region_code": row["region_code"],
            "year": year,
            "variable": row["variable"],
            "value": value,
            "unit": record.unit,
            "status": row["status"],
            "source": row["source"],
        }

    def unique(self, table: pd.DataFrame) -> pd.DataFrame:
        """One value for each region, year and variable: real before demo, and no contradiction."""
        table["id"] = table["file"].str.removeprefix("statistics/") + ":" + table["cell"].str.removeprefix("row ")
        key = ["region_code", "year", "variable"]
        real = table["status"] != "demo"
        shadowed = ~real & table.set_index(key).index.isin(table[real].set_index(key).index)
        table = table[~shadowed]
        contradicted = table[table.groupby(key)["value"].transform("nunique") > 1]
        for (region, year, variable), rows in contradicted.groupby(key, sort=False):
            places = list(zip(rows["file"], rows["cell"].str.removeprefix("row ").astype(int), strict=True))
            for number, (file, line) in enumerate(places):
                others = ", ".join(f"{f}:{n}" for other, (f, n) in enumerate(places) if other != number)
                self.report(file, line, "contradiction", region=region, year=year, variable=variable, other=others)
        good = table.drop(contradicted.index).drop_duplicates(key)
        return good.astype({"year": int, "value": float})[OBSERVATION_COLUMNS].reset_index(drop=True)

    def targets(self, known_regions: set[str]) -> pd.DataFrame:
        file, kept, seen = "targets.csv", [], {}
        indicators = catalog.indicators()
        for line, row in self.table(self.folder / file, file):
            before = len(self.problems)
            self.region(file, line, row["region_code"], known_regions | {"*"})
            self.one_of(file, line, "comparison", row["comparison"], COMPARISONS)
            indicator = indicators.get(row["indicator"])
            if indicator is None:
                near = _near(row["indicator"], indicators)
                self.report(file, line, "indicator", indicator=row["indicator"], near=near)
            elif row["part"] and row["part"] != indicator.part:
                self.report(file, line, "part", indicator=indicator.code, part=row["part"], right=indicator.part)
            elif (row["comparison"] == "done") != (indicator.kind == "checklist"):
                self.report(file, line, "kind", indicator=indicator.code, comparison=row["comparison"])
            value = self.number(file, line, "value", row["value"]) if row["value"] else float("nan")
            if indicator and value is not None and row["value"]:
                value = self.converted(file, line, value, row["unit"], indicator)
            due = self.year(file, line, "due", row["due"])
            hold = self.year(file, line, "hold_until", row["hold_until"]) if row["hold_until"] else due
            if due and hold and hold < due:
                self.report(file, line, "hold", hold=hold, due=due)
            key = (row["region_code"], row["indicator"], row["comparison"])
            if key in seen:
                self.report(file, line, "twice", what=" ".join(key), other=seen[key])
            if len(self.problems) == before:
                seen[key] = line
                canonical = {"part": indicator.part, "unit": indicator.unit, "value": value}
                kept.append(row | canonical | {"due": due, "hold_until": hold})
        table = pd.DataFrame(kept, columns=COLUMNS[file][0].split(","))
        return table.astype({"value": float, "due": int, "hold_until": int})

    def evidence(self, known_regions: set[str]) -> pd.DataFrame:
        file, kept = "evidence.csv", []
        indicators = catalog.indicators()
        for line, row in self.optional(file):
            before = len(self.problems)
            self.region(file, line, row["region_code"], known_regions | {"*"})
            if row["indicator"] not in indicators:
                near = _near(row["indicator"], indicators)
                self.report(file, line, "indicator", indicator=row["indicator"], near=near)
            year = self.year(file, line, "year", row["year"])
            self.one_of(file, line, "kind", row["kind"], EVIDENCE_KINDS)
            if not row["title"]:
                self.report(file, line, "empty", column="title")
            if len(self.problems) == before:
                kept.append(row | {"year": year})
        return pd.DataFrame(kept, columns=COLUMNS[file][0].split(",")).astype({"year": int})

    def projects(self, known_regions: set[str]) -> pd.DataFrame:
        file, kept = "projects.csv", []
        for line, row in self.optional(file):
            before = len(self.problems)
            self.region(file, line, row["region_code"], known_regions)
            record = catalog.variables().get(row["variable"])
            change = self.number(file, line, "change", row["change"])
            if record is None:
                near = _near(row["variable"], catalog.variables())
                self.report(file, line, "variable", variable=row["variable"], near=near)
            elif change is not None:
                try:
                    change *= units.factor(row["unit"], record.unit)
                except units.UnitError as error:
                    self.report(file, line, "unit", reason=str(error), unit=row["unit"], right=record.unit)
            first = self.year(file, line, "first_year", row["first_year"])
            last = self.year(file, line, "last_year", row["last_year"]) if row["last_year"] else first
            chance = self.number(file, line, "probability", row["probability"]) if row["probability"] else 1.0
            if chance is not None and not 0 <= chance <= 1:
                self.report(file, line, "range", what="probability", value=row["probability"], low=0, high=1)
            if len(self.problems) == before:
                own = {"change": change, "first_year": first, "last_year": last, "probability": chance}
                kept.append(row | own | {"unit": record.unit})
        return pd.DataFrame(kept, columns=COLUMNS[file][0].split(","))

    def optional(self, file: str) -> list[tuple[int, dict[str, str]]]:
        path = self.folder / file
        return self.table(path, file) if path.exists() else []

    # ------------------------------------------------------------------ cells

    def region(self, file: str, line: int, code: str, known: set[str]) -> None:
        if code not in known:
            self.report(file, line, "region", region=code, near=_near(code, known))

    def one_of(self, file: str, line: int, column: str, text: str, choices: tuple[str, ...]) -> None:
        if text not in choices:
            self.report(file, line, "choice", column=column, text=text, choices=", ".join(choices))

    def year(self, file: str, line: int, column: str, text: str) -> int | None:
        if re.fullmatch(r"(19|20|21)\d\d", text) and text.isascii():
            return int(text)
        digits = re.search(r"(19|20|21)\d\d", unicodedata.normalize("NFKC", text))
        self.report(file, line, "year", column=column, text=text, right=digits[0] if digits else "2021")
        return None

    def number(self, file: str, line: int, column: str, text: str) -> float | None:
        if text.isascii() and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
            return float(text)
        plain = unicodedata.normalize("NFKC", text)
        grouped = plain.replace(",", "").replace("，", "").replace(" ", "").replace("'", "")
        if re.fullmatch(r"[-—–―－…⋯.·/\s]+|(?i:n/?a|nan|null|none)|空|无|缺", text):
            self.report(file, line, "missing_mark", column=column, text=text)
        elif re.fullmatch(r"[+-]?\d+(\.\d+)?", plain) and plain != text:
            self.report(file, line, "full_width", column=column, text=text, right=plain)
        elif re.fullmatch(r"[+-]?\d+(\.\d+)?", grouped):
            self.report(file, line, "thousands", column=column, text=text, right=grouped)
        else:
            self.report(file, line, "number", column=column, text=text)
        return None

    def converted(self, file: str, line: int, value: float, unit: str, record) -> float | None:
        """The value in the record's unit, inside the range the record allows."""
        try:
            value *= units.factor(unit, record.unit)
        except units.UnitError as error:
            self.report(file, line, "unit", reason=str(error), unit=unit, right=record.unit or "—")
            return None
        below = record.low is not None and value < record.low
        above = record.high is not None and value > record.high
        if below or above:
            low, high = ("" if bound is None else f"{bound:g}" for bound in (record.low, record.high))
            self.report(file, line, "range", what=record.code, value=f"{value:g}", low=low, high=high)
        return value


@cache
def _measured() -> dict[str, catalog.Variable | catalog.Indicator]:
    """What a statistics row may speak of: a variable, or an indicator its department reports itself."""
    reported = {code: row for code, row in catalog.indicators().items() if row.kind != "checklist"}
    return catalog.variables() | reported


def _near(text: str, known) -> str:
    """What the writer may have meant: the nearest known words, or all when they are few."""
    known = sorted(known)
    close = difflib.get_close_matches(text, known, n=3, cutoff=0.6)
    return ", ".join(close or (known if len(known) <= 12 else [*known[:8], "…"]))


def write_template(folder: Path) -> list[str]:
    """An empty data folder: tables with headers and commented examples, a guide, and the codes to choose from.

    Returns
    -------
    list of str
        The files made, relative to `folder`.

    Raises
    ------
    FileExistsError
        One of the files is there already; nothing has been written.
    """
    package = files("ecoanalysis")
    with as_file(package / "template") as template:
        sources = {path.relative_to(template): path for path in sorted(template.rglob("*")) if path.is_file()}
        contents = {name: path.read_bytes() for name, path in sources.items()}
    for table in ("variables.csv", "indicators.csv"):
        contents[Path("codes") / table] = b"\xef\xbb\xbf" + (package / "tables" / table).read_bytes()
    there = [name.as_posix() for name in contents if (folder / name).exists()]
    if there:
        raise FileExistsError(", ".join(there))
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [name.as_posix() for name in contents]
