"""The notebooks, laid out for a user and opened in JupyterLab."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import papermill

from ecoanalysis import analysis, intake
from ecoanalysis.export import replacing
from ecoanalysis.runs import NOTEBOOKS, OVERVIEW_NOTEBOOK

SETTINGS = "# 您的数据 · your data"


def lay_out(folder: Path, data: Path) -> tuple[list[str], list[str]]:
    """Copy the notebooks into a folder, each set to the user's data; what is there already stays as it is.

    Parameters
    ----------
    folder : Path
        Where the notebooks go; made when it is missing.
    data : Path
        The data folder they read. A copied notebook says so in a cell after its parameters, with the path as
        seen from `folder`; where it asks for a region or a year, with the first county (the overview: the city) of
        `regions.csv` and the year that a run would take.

    Returns
    -------
    tuple of list of str
        Names of the notebooks laid out now, and of those that were there before.

    Raises
    ------
    OSError
        `folder` is a file or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted(NOTEBOOKS.glob("*.ipynb"))
    missing = [source for source in sources if not (folder / source.name).exists()]
    known = _parameters(folder, data) if missing else {}
    for source in missing:
        with replacing(folder / source.name) as temporary:
            nbformat.write(_set_to(source, known), temporary)
    return [path.name for path in missing], [path.name for path in sources if path not in missing]


def start(folder: Path, options: list[str]) -> int:
    """JupyterLab in a folder until its user ends it; returns its exit code.

    Raises
    ------
    ImportError
        JupyterLab is not installed.
    """
    from jupyterlab.labapp import LabApp

    return LabApp.launch_instance([str(folder), *options]) or 0


def _parameters(folder: Path, data: Path) -> dict[str, object]:
    """What a copied notebook should start from: the data and, where they can be read, a county and a year of them."""
    try:
        seen = Path(os.path.relpath(data, folder))
    except ValueError:  # another drive of Windows
        seen = data.resolve()
    known: dict[str, object] = {"data": seen.as_posix()}
    raw = intake.read(data)
    if raw.problems or raw.regions.empty:
        return known
    member = raw.regions["parent"].fillna("") != ""
    known["region"] = raw.regions["code"][member.idxmax()]
    if not member.all():
        known["city"] = raw.regions["code"][(~member).idxmax()]
    return known | {"as_of": analysis.default_as_of(raw)}


def _set_to(source: Path, known: dict[str, object]) -> nbformat.NotebookNode:
    """A notebook with a cell after its parameters that sets those which are known; the overview's region is the city."""
    notebook = nbformat.read(source, as_version=4)
    if source.stem == OVERVIEW_NOTEBOOK:
        known = known | {"region": known.get("city", known.get("region"))}
    asked = [name for name in papermill.inspect_notebook(str(source)) if known.get(name) is not None]
    lines = [f"{name} = {json.dumps(known[name], ensure_ascii=False)}" for name in asked]
    cell = nbformat.v4.new_code_cell("\n".join([SETTINGS, *lines]), metadata={"tags": ["injected-parameters"]})
    before = next(number for number, one in enumerate(notebook.cells) if "parameters" in one.metadata.get("tags", ()))
    notebook.cells.insert(before + 1, cell)
    return notebook
