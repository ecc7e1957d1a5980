"""Small data and small notebooks, so that a whole run with all its faults takes seconds."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest

from ecoanalysis import runs
from ecoanalysis.runs.directory import fingerprints
from ecoanalysis.runs.warm import Warm
from tests.conftest import Folder

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


class Kept(Warm):
    """A warm process that outlives the runs it works for: its imports are paid once for all tests."""

    def close(self) -> None:
        pass

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def kept_warm():
    warm = Kept()
    yield warm
    warm.end()


@pytest.fixture(autouse=True)
def one_warm_process(request, monkeypatch):
    """Runs of this process share one warm process; a command in a process of its own has its own."""
    monkeypatch.setattr("ecoanalysis.runs.workers.Warm", lambda: request.getfixturevalue("kept_warm"))


@pytest.fixture
def no_decks(monkeypatch):
    """Runs that write neither decks nor workbooks."""
    monkeypatch.setattr("ecoanalysis.runs.work.documents", lambda lang: [])


@pytest.fixture
def regions_alone(no_decks, monkeypatch):
    """Runs that write no exploring page either: index, tables and the regions' own."""
    monkeypatch.setattr("ecoanalysis.runs.work.can_explore", lambda analysis, regions: False)


def of_three(folder: Folder) -> Folder:
    """A city and two counties with eleven years of one indicator, each county on a level of its own."""
    for code, first in (("C1", 30), ("C2", 90)):
        for year in range(2013, 2024):
            folder.add((code, year, "villages", 200, "village"))
            folder.add((code, year, "villages_sewage_treated", first + 7 * (year - 2013), "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    return folder


@pytest.fixture
def three(folder):
    return of_three(folder)


@dataclass
class Made:
    """A data folder with a whole run of it, which tests go on from."""

    folder: Folder
    notebooks: Path
    out: Path

    @property
    def path(self) -> Path:
        return self.folder.path


@pytest.fixture(scope="session")
def first_runs(tmp_path_factory, kept_warm):
    """Makes the run of `of_three` in a language with small notebooks, once for all tests."""
    made = {}

    def of(lang: str) -> Made:
        if lang not in made:
            place = tmp_path_factory.mktemp("made")
            with pytest.MonkeyPatch.context() as patched:
                one = Made(of_three(Folder(place / "数据 folder")), write_notebooks(place / "notebooks"), place / "out")
                patched.setattr("ecoanalysis.runs.workers.Warm", lambda: kept_warm)
                patched.setattr(runs, "NOTEBOOKS", one.notebooks)
                assert not runs.run(one.path, one.out, lang=lang, jobs=2).failed
            made[lang] = one
        return made[lang]

    return of


@pytest.fixture
def going_on(first_runs, tmp_path, monkeypatch):
    """Goes on from a first run: its data and notebooks, and a copy of its reports; what a test changes is put back."""
    with contextlib.ExitStack() as after:

        def from_(lang: str) -> Made:
            made = first_runs(lang)
            shutil.copytree(made.out, tmp_path / "out")
            shutil.copytree(made.path, tmp_path / "as it was")
            after.callback(_put_back, tmp_path / "as it was", made.path)
            shutil.copytree(made.notebooks, tmp_path / "notebooks")
            monkeypatch.setattr(runs, "NOTEBOOKS", tmp_path / "notebooks")
            return Made(made.folder, tmp_path / "notebooks", tmp_path / "out")

        yield from_


def _put_back(before: Path, folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(before, folder)


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
