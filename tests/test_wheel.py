"""What is installed from the built wheel is whole: every command works, away from the source tree.

The environment is a new one in which only the wheel is installed. The other packages are those of the environment that
runs the tests, through a path file: fetching 130 packages again would take a minute, need a network, and say nothing
about this wheel. Whether the pins can be installed is what `python run.py setup` shows on every new machine.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the sources so that no build folder is left in the tree."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("ecoanalysis", "notebooks", "training"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(built), str(source)], check=True, timeout=120)
    (file,) = built.glob("*.whl")
    return file


class Installed:
    """The `ecoanalysis` command of the new environment."""

    def __init__(self, environment: Path):
        names = sysconfig.get_preferred_scheme("prefix")
        base = {"base": str(environment), "platbase": str(environment)}
        self.packages = Path(sysconfig.get_path("purelib", names, base))
        self.scripts = Path(sysconfig.get_path("scripts", names, base))

    def start(self, *arguments: object, cwd: Path, **options) -> subprocess.Popen:
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "TEMP", "SYSTEMROOT", "USERPROFILE")
        surroundings = {name: os.environ[name] for name in kept if name in os.environ}
        surroundings["JUPYTERLAB_DIR"] = str(Path(sys.prefix, "share/jupyter/lab"))
        command = [str(self.scripts / "ecoanalysis"), *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "encoding": "utf-8"}
        return subprocess.Popen(command, cwd=cwd, env=surroundings, **pipes, **options)

    def run(self, *arguments: object, cwd: Path) -> str:
        process = self.start(*arguments, cwd=cwd)
        told, _ = process.communicate(timeout=300)
        assert process.returncode == 0, told
        return told


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Installed:
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=os.name != "nt")
    command = Installed(environment)
    python = next(command.scripts.glob("python*"))
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (command.packages / "others.pth").write_text("\n".join(others), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--ignore-installed", str(wheel)], check=True, timeout=120)
    return command


def test_the_wheel_holds_the_program_its_tables_and_notebooks_and_nothing_else(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    expected = set()
    for folder, _, files in os.walk(ROOT / "ecoanalysis"):
        kept = set(files) - ignored(folder, files)
        if Path(folder).name != "__pycache__":
            expected |= {(Path(folder) / name).relative_to(ROOT).as_posix() for name in kept}
    expected |= {f"ecoanalysis/notebooks/{path.name}" for path in (ROOT / "notebooks").iterdir() if path.is_file()}
    assert inside == expected


def test_every_package_of_the_tree_is_named_for_the_wheel():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = [path.parent.relative_to(ROOT) for path in (ROOT / "ecoanalysis").rglob("__init__.py")]
    assert sorted(named) == sorted([*(".".join(folder.parts) for folder in folders), "ecoanalysis.notebooks"])


def test_init_check_and_run_work_from_any_folder(installed, folder, tmp_path):
    elsewhere = tmp_path / "别处 elsewhere"
    elsewhere.mkdir()
    assert "regions.csv" in installed.run("init", "甲市", cwd=elsewhere)
    shutil.copytree(folder.path, elsewhere / "甲市", dirs_exist_ok=True)
    folder.path = elsewhere / "甲市"
    counts = zip(range(2012, 2023), [30, 34, 41, 44, 52, 55, 60, 66, 70, 77, 80], strict=True)
    for year, count in counts:
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", count, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    assert "22" in installed.run("check", "--data", "甲市", cwd=elsewhere)
    installed.run("run", "--data", "甲市", "--out", "报告", "--jobs", 2, cwd=elsewhere)
    manifest = json.loads((elsewhere / "报告/2022/manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "done" and (elsewhere / "报告/2022/index.html").is_file()
    assert {path.name for path in elsewhere.iterdir()} == {"甲市", "报告"}


def test_lab_lays_out_notebooks_that_open_and_overwrites_nothing(installed, folder, tmp_path):
    folder.add(("C1", 2022, "villages", 200, "village"), ("C1", 2022, "villages_sewage_treated", 80, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    theirs = tmp_path / "工作" / "notebooks"
    theirs.mkdir(parents=True)
    (theirs / "data_check.ipynb").write_text("mine", encoding="utf-8")
    options = ["--data", folder.path, "--no-browser", "--allow-root", "--ServerApp.port=0"]
    process = installed.start("lab", theirs, *options, cwd=tmp_path)
    try:
        told = []
        for line in process.stdout:
            told.append(line)
            if address := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*\?token=\w+", line):
                break
        else:
            pytest.fail("".join(told))
        listing = address[0].replace("/lab?", "/api/contents?").replace("/tree?", "/api/contents?")
        answer = {}
        for _ in range(50):
            try:
                answer = json.loads(urllib.request.urlopen(listing, timeout=10).read())
                break
            except OSError:
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(60)
    shipped = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {entry["name"] for entry in answer["content"]} == shipped
    assert (theirs / "data_check.ipynb").read_text(encoding="utf-8") == "mine"
    report = nbformat.read(theirs / "county_report.ipynb", as_version=4)
    settings = next(cell.source for cell in report.cells if "injected-parameters" in cell.metadata.get("tags", ()))
    assert 'data = "../../数据 folder"' in settings and 'region = "C1"' in settings and "as_of = 2022" in settings
    overview = nbformat.read(theirs / "city_overview.ipynb", as_version=4)
    assert any('region = "C"' in cell.source for cell in overview.cells)
