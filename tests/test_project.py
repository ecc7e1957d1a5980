"""The house itself: dependencies, layers, and what must never be committed."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # the one package that conda calls otherwise

# From the door out down to the tables: a module imports only from rows below its own.
LAYERS = [
    {"cli"},
    {"runs"},
    {"export"},
    {"charts"},
    {"briefing"},
    {"track_record"},
    {"assess"},
    {"futures"},
    {"compute", "forecast"},
    {"intake"},
    {"units", "formulas"},
    {"catalog"},
]


def requirements(lines) -> dict[str, str]:
    found = {}
    for line in lines:
        requirement = Requirement(line.replace(" ", "", 1) if line.count(" ") == 1 else line)
        name = canonicalize_name(CONDA_NAMES.get(requirement.name, requirement.name))
        found[name] = str(requirement.specifier)
    return found


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
    optional = PROJECT["optional-dependencies"]
    for line in PROJECT["dependencies"] + optional["lab"] + optional["test"]:
        requirement = Requirement(line)
        versions = pins[canonicalize_name(requirement.name)]
        assert versions and all(requirement.specifier.contains(Version(v)) for v in versions), line


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_file_names_a_registry_or_a_path_of_somebody_s_machine():
    registries = ["pypi" + r"\.org", "python" + "hosted", r"registry\." + "npmjs", r"conda\." + "anaconda"]
    words = "|".join([*registries, "index" + "-url", "find" + "-links", "trusted" + "-host", "/ho" + "me/", "/ro" + "ot/"])
    for file in tracked():
        if file.exists() and file.suffix in {".py", ".md", ".txt", ".toml", ".yml", ".csv", ".ipynb", ".cfg", ""}:
            found = re.findall(words, file.read_text(encoding="utf-8"))
            assert not found, (file.relative_to(ROOT), found)
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_no_lock_with_addresses_and_no_generated_file_is_committed():
    names = [file.relative_to(ROOT).as_posix() for file in tracked()]
    assert not {"uv.lock", "pylock.toml", "package-lock.json"} & {Path(name).name for name in names}
    made = [name for name in names if name.startswith(("data/processed/", "reports/"))]
    assert all(name.endswith("/README.md") for name in made), made


def layer(module: str) -> int:
    return next(place for place, names in enumerate(LAYERS) if module in names)


@pytest.mark.parametrize("file", sorted((ROOT / "ecoanalysis").rglob("*.py")), ids=lambda file: file.stem)
def test_imports_point_down(file):
    own = file.relative_to(ROOT / "ecoanalysis").with_suffix("").parts[0]
    if own == "__init__":
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ecoanalysis"):
            inner = node.module.split(".")[1:]
            names = inner[:1] or [alias.name for alias in node.names]
        for name in names:
            assert name == own or layer(name) > layer(own), f"{own} imports {name}"


def test_formulas_know_neither_files_nor_tables():
    for file in (ROOT / "ecoanalysis/formulas").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"read_csv|open\(|Path\(|catalog", text), file.name


def test_nothing_in_the_code_knows_the_city_that_ships():
    for file in [*(ROOT / "ecoanalysis").rglob("*.py"), *(ROOT / "ecoanalysis/tables").glob("*.csv")]:
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
    import importlib.metadata

    assert importlib.metadata.version("ecoanalysis") == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
