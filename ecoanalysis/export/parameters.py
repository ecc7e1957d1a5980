"""A notebook's parameters, checked in its first cell: everything wrong at once, each with what would be right.

papermill passes what it is given: a code as a whole number, a misspelt name with a warning, a path seen from elsewhere.
"""

from __future__ import annotations

import ast
import csv
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ecoanalysis import analysis as analyses
from ecoanalysis import words

INJECTED = "# Parameters"  # how a cell begins that papermill has put in
YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}


class BadParameters(analyses.Told, ValueError):
    """Parameters that a notebook cannot run with; one sentence each."""

    def __init__(self, sentences: list[str]):
        self.sentences = sentences
        super().__init__("\n".join(sentences))


@dataclass
class Given:
    """A notebook's parameters, checked: `region` is a code, `data` and `out` are folders as seen from here."""

    region: str = ""
    indicator: str = ""
    as_of: int | None = None
    first_year: int = 0
    last_year: int = 0
    scenario: str = "trend"
    lang: str = "zh"
    data: Path = Path("data/raw")
    out: Path = Path("reports")
    skip_bad_rows: bool = False
    prepared: str = ""
    wrong: list[str] = field(default_factory=list, repr=False)

    def analysis(self):
        """The analysis that the parameters ask for: read where it was prepared, made of the data otherwise."""
        if self.prepared:
            return analyses.load(self.prepared)
        return analyses.analyse(self.data, self.as_of, scenario=self.scenario, skip_bad_rows=self.skip_bad_rows)


def checked(there: dict, names: str, both: bool = False) -> Given:
    """The parameters of a notebook, checked.

    Parameters
    ----------
    there : dict
        `globals()` of the notebook.
    names : str
        Its parameters, separated by blanks.
    both : bool
        Whether `lang` may be `both`.

    Raises
    ------
    BadParameters
        An unknown parameter, a language, year or yes-or-no that is none, a folder without data, an unknown region or
        scenario: all of them at once, in both languages, with what would be right.
    """
    declared = names.split()
    given = Given()
    wrong = given.wrong
    for name in sorted(injected(there.get("In", [])) - set(declared)):
        wrong.append(words.in_both("parameter.unknown", name=name, known=", ".join(declared)))
    values = {name: there[name] for name in declared}
    for name in ("as_of", "first_year", "last_year"):
        if name in values:
            setattr(given, name, _year(name, values[name], wrong))
    if given.last_year and given.first_year and given.first_year >= given.last_year:
        wrong.append(words.in_both("parameter.years", first=given.first_year, last=given.last_year))
    if "lang" in values:
        given.lang = _language(values["lang"], both, wrong)
    if "skip_bad_rows" in values:
        given.skip_bad_rows = _yes_no("skip_bad_rows", values["skip_bad_rows"], wrong)
    for name in ("indicator", "prepared"):
        setattr(given, name, str(values.get(name, "")))
    shift = _folders(given, values, wrong)
    if "region" in values:
        given.region = str(values["region"])
        if not given.prepared and shift:
            given.region = _region(values["region"], given.data, wrong)
    if "scenario" in values and values["scenario"]:
        given.scenario = _scenario(str(values["scenario"]), given.data, wrong)
    if wrong:
        raise BadParameters(wrong)
    return given


def injected(cells: list[str]) -> set[str]:
    """Names that are set in cells put in by papermill."""
    names = set()
    for cell in cells:
        if cell.startswith(INJECTED):
            for node in ast.walk(ast.parse(cell)):
                if isinstance(node, ast.Assign):
                    names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _year(name: str, value, wrong: list[str]) -> int | None:
    try:
        if isinstance(value, bool) or float(value) != int(float(value)):
            raise ValueError
        return int(float(value))
    except (TypeError, ValueError):
        wrong.append(words.in_both("parameter.year", name=name, value=repr(value)))
        return None


def _language(value, both: bool, wrong: list[str]) -> str:
    known = (*words.LANGUAGES, "both") if both else words.LANGUAGES
    if value not in known:
        wrong.append(words.in_both("parameter.lang", value=repr(value), known=", ".join(known)))
    return value


def _yes_no(name: str, value, wrong: list[str]) -> bool:
    answer = value if isinstance(value, bool) else YES_NO.get(str(value).lower())
    if answer is None:
        wrong.append(words.in_both("parameter.yes_no", name=name, value=repr(value)))
    return bool(answer)


def _folders(given: Given, values: dict, wrong: list[str]) -> bool:
    """Find the data folder from where the notebook runs, and let `out` follow; whether it was found."""
    for name in ("data", "out"):
        setattr(given, name, Path(str(values.get(name, ""))))
    if given.prepared:
        return True
    for less in (given.data, _from_above(given.data)):
        if (less / "regions.csv").is_file():
            if less != given.data:
                given.data, given.out = less, _from_above(given.out)
            return True
    wrong.append(words.in_both("parameter.data", folder=given.data, seen=Path.cwd().name or "/"))
    return False


def _from_above(path: Path) -> Path:
    """A path written for a notebook in `notebooks/`, as seen from the folder above."""
    return Path(*path.parts[1:]) if path.parts[:1] == ("..",) else path


def _region(value, data: Path, wrong: list[str]) -> str:
    try:
        with (data / "regions.csv").open(encoding="utf-8-sig", newline="") as file:
            table = pd.DataFrame(list(csv.DictReader(file)))[["code", "name_zh", "name_en"]]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        return str(value)  # the door tells what is wrong with the file
    try:
        return analyses.region_code(table.fillna("").astype(str), value)
    except analyses.NotThere as error:
        wrong.append(str(error))
        return str(value)


def _scenario(value: str, data: Path, wrong: list[str]) -> str:
    there = sorted(path.stem for path in (data / "scenarios").glob("*.json"))
    if value != "trend" and value not in there and not Path(value).is_file():
        wrong.append(words.in_both("parameter.scenario", value=value, known=", ".join(["trend", *there])))
    return value
