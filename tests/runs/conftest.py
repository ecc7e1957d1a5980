"""Small data and small notebooks, so that a whole run with all its faults takes seconds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest

from ecoanalysis import runs
from ecoanalysis.runs.directory import fingerprints

ROOT = Path(__file__).resolve().parents[2]
DRIVER = """
import sys
from pathlib import Path
from ecoanalysis import cli, runs
runs.NOTEBOOKS = Path(sys.argv[1])
sys.exit(cli.main(sys.argv[2:]))
"""
PARAMETERS = """region: str = ""
as_of: int = 2023
scenario: str = "trend"
lang: str = "zh"
data: str = ""
out: str = ""
skip_bad_rows: bool = False
prepared: str = ""
"""
REPORT = """from pathlib import Path
import ecoanalysis as eco
from ecoanalysis import export
analysis = eco.load(prepared) if prepared else eco.analyse(data, as_of)
rows = analysis.assessment[analysis.assessment["region_code"] == region]
export.write_csv(rows, Path(out) / "assessment.csv")
print(region, rows["latest_value"].tolist())"""


@pytest.fixture
def three(folder):
    """A city and two counties with eleven years of one indicator, each county on a level of its own."""
    for code, first in (("C1", 30), ("C2", 90)):
        for year in range(2013, 2024):
            folder.add((code, year, "villages", 200, "village"))
            folder.add((code, year, "villages_sewage_treated", first + 7 * (year - 2013), "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    return folder


def write_notebooks(folder: Path, extra: str = "", before: str = "") -> Path:
    """A county report and a city overview of three cells; `before` and `extra` run around the report."""
    folder.mkdir(exist_ok=True)
    for name in ("county_report", "city_overview"):
        cells = [
            nbformat.v4.new_markdown_cell("# 怎么样？ · How is it?", id="title"),
            nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="parameters"),
            nbformat.v4.new_markdown_cell("## 结果 · Result", id="result"),
            *([nbformat.v4.new_code_cell(before, id="before")] if before else []),
            nbformat.v4.new_code_cell(REPORT, id="report"),
            *([nbformat.v4.new_code_cell(extra, id="extra")] if extra else []),
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel | {"language_info": {"name": "python"}})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    """Makes small notebooks and lets this process's runs use them."""

    def make(extra: str = "", before: str = "") -> Path:
        folder = write_notebooks(tmp_path / "notebooks", extra, before)
        monkeypatch.setattr(runs, "NOTEBOOKS", folder)
        return folder

    return make


def start(notebooks: Path, *arguments: object) -> subprocess.Popen:
    """The command in a process of its own, with these notebooks."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", DRIVER, str(notebooks), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def below(process: int) -> list[psutil.Process]:
    """All processes that a process has started, and theirs."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def said(folder: Path) -> dict[str, str]:
    """What a run's files say, without times and random names: tables, pictures and pages by content."""
    found = {}
    for name, digest in fingerprints(folder).items():
        if name.endswith((".csv", ".png", ".npz")):
            found[name] = digest
        elif name.endswith(".html"):
            found[name] = re.sub(r"T_[0-9a-f]{5}", "T", (folder / name).read_text(encoding="utf-8"))
        elif not name.endswith((".ipynb", "analysis.json")):
            found[name] = "is there"
    return found
