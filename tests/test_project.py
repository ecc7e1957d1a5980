"""The house itself: dependencies, layers, and what must never be committed."""

import ast
import importlib.metadata
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import ecoanalysis

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # the one package that conda calls otherwise

# From the door out down to the tables: a module imports only from rows below its own. A Statement explains and draws
# itself, so `analysis` stands above the rooms that word and draw what it hands them.
LAYERS = [
    {"cli"},
    {"runs"},
    {"explore"},
    {"export"},
    {"plots"},
    {"plan"},
    {"track_record"},
    {"analysis"},
    {"charts"},
    {"plotdata", "look", "briefing"},
    {"assessment"},
    {"headline"},
    {"judge"},
    {"record", "futures", "projects"},
    {"compute", "forecast"},
    {"intake"},
    {"words", "units", "names", "formulas"},
    {"catalog", "forked"},
]


def requirements(lines) -> dict[str, str]:
    """Package name -> range, from lines of either file."""
    ranges = {}
    for line in lines:
        requirement = Requirement(line.replace(" ", "", 1) if line.count(" ") == 1 else line)
        name = canonicalize_name(CONDA_NAMES.get(requirement.name, requirement.name))
        ranges[name] = str(requirement.specifier)
    return ranges


def test_conda_and_pip_ask_for_the_same_packages():
    optional = PROJECT["optional-dependencies"]
    pip = requirements(PROJECT["dependencies"] + optional["lab"] + optional["test"])
    lines = [line for line in CONDA["dependencies"] if isinstance(line, str)]
    (from_pip,) = [line["pip"] for line in CONDA["dependencies"] if isinstance(line, dict)]
    conda = requirements([*lines, *(line for line in from_pip if not line.startswith("-e"))])
    assert conda.pop("pip") == ""
    assert set(conda.pop("python").split(",")) == set(PROJECT["requires-python"].split(","))
    assert {name: set(spec.split(",")) for name, spec in conda.items()} == {
        name: set(spec.split(",")) for name, spec in pip.items()
    }
    assert "-e ." in from_pip and set(CONDA) == {"name", "channels", "dependencies"}


def test_every_pin_lies_in_the_range_that_is_asked_for():
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        pins.setdefault(canonicalize_name(requirement.name), []).extend(s.version for s in requirement.specifier)
    optional = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    for line in PROJECT["dependencies"] + optional:
        requirement = Requirement(line)
        versions = pins[canonicalize_name(requirement.name)]
        assert versions and all(requirement.specifier.contains(Version(v)) for v in versions), line


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_file_names_a_registry_or_a_path_of_somebody_s_machine():
    registries = ["pypi" + r"\.org", "python" + "hosted", r"registry\." + "npmjs", r"conda\." + "anaconda"]
    options = ["index" + "-url", "find" + "-links", "trusted" + "-host"]
    texts = {*".py .md .txt .toml .yml .csv .ipynb .cfg .html".split(), ""}
    words = "|".join([*registries, *options, "/ho" + "me/", "/ro" + "ot/"])
    for file in tracked():
        if file.exists() and file.suffix in texts:
            named = re.findall(words, file.read_text(encoding="utf-8"))
            assert not named, (file.relative_to(ROOT), named)
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_no_lock_with_addresses_and_no_generated_file_is_committed():
    names = [file.relative_to(ROOT).as_posix() for file in tracked()]
    assert not {"uv.lock", "pylock.toml", "package-lock.json"} & {Path(name).name for name in names}
    made = [name for name in names if name.startswith(("data/processed/", "reports/"))]
    assert all(name.endswith("/README.md") for name in made), made


def layer(module: str) -> int:
    return next(row for row, names in enumerate(LAYERS) if module in names)


@pytest.mark.parametrize("file", sorted((ROOT / "ecoanalysis").rglob("*.py")), ids=lambda file: file.stem)
def test_imports_point_down(file):
    room = file.relative_to(ROOT / "ecoanalysis").with_suffix("").parts[0]
    if room == "__init__":
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ecoanalysis"):
            inner = node.module.split(".")[1:]
            names = inner[:1] or [alias.name for alias in node.names]
        for name in names:
            assert name == room or layer(name) > layer(room), f"{room} imports {name}"


def test_formulas_know_neither_files_nor_tables():
    for file in (ROOT / "ecoanalysis/formulas").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"read_csv|open\(|Path\(|catalog", text), file.name


def test_nothing_in_the_code_knows_the_city_that_ships():
    package = ROOT / "ecoanalysis"
    for file in [
        *package.rglob("*.py"),
        *(package / "tables").glob("*.csv"),
        *(package / "export/templates").iterdir(),
    ]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"天水|Tianshui|6205\d\d", text), file.name


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebooks_are_thin_and_kept_without_outputs(file):
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            assert not re.search(r"^\s*(def|class) |lambda", cell.source, re.M), cell.source


def test_versions_agree():
    """The number stands in `ecoanalysis/__init__.py` alone; the project file reads it from there."""
    assert "version" in PROJECT["dynamic"]
    assert importlib.metadata.version("ecoanalysis") == ecoanalysis.__version__
    assert f"## {ecoanalysis.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_task_of_the_makefile_is_one_of_run_py_and_the_readme_names_no_other():
    tasks = set(runpy.run_path(str(ROOT / "run.py"))["TASKS"])
    (made,) = re.findall(r"^TASKS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert set(made.split()) == tasks
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci/run"]
    for page in pages:
        named = re.findall(r"(?:^ {4}|`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.M)
        assert set(named) <= tasks, page.name


def test_no_command_takes_long_to_import_the_package():
    """Public names are imported when first asked for: nothing heavier than the standard library at first."""
    heavy = "import sys, ecoanalysis; print(*{'numpy', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told.split() == []


def test_modules_whose_tests_are_tested_are_there_with_their_tests():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    for module, tests in tools["ecoanalysis"]["mutants"].items():
        path = ROOT / module.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), module
        assert tests and all((ROOT / name).exists() for name in tests), (module, tests)
