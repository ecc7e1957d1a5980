"""What depends on one cell of the statistics: explanation the other way round, down to the files of a run."""

from __future__ import annotations

from pathlib import PurePosixPath

import pandas as pd

from ecoanalysis import charts, words
from ecoanalysis.analysis import Analysis
from ecoanalysis.words import Words

COLUMNS = ["region_code", "indicator", "year", "latest", "row"]
REPORTS = (".html", ".ipynb", ".docx")  # of a region; they show the regions below it too
WITH_VALUES = ("results", "forecasts", "assessment", "headlines")  # tables of a run that move with a statement


def dependants(analysis: Analysis, cell: str) -> pd.DataFrame:
    """The statements whose series has a value made from a cell.

    Parameters
    ----------
    analysis : Analysis
    cell : str
        Id of an observation, such as economy.csv:23 or book.xlsx!Sheet!C12.

    Returns
    -------
    DataFrame
        region_code, indicator, year (the latest one whose value is made from the cell), latest (whether that is the
        newest value, and with it what is said), row (of the assessment). Empty when nothing
        depends on it.

    Raises
    ------
    KeyError
        No observation in use has this id.
    """
    if not (analysis.observations["id"] == cell).any():
        raise KeyError(cell)
    made = []
    for number, statement in enumerate(analysis.statements):
        year = int(statement.latest_year) if cell in statement.inputs else _year_from(statement, cell)
        if year is not None:
            latest = cell in statement.inputs
            made.append([statement.region_code, statement.indicator, year, latest, number])
    return pd.DataFrame(made, columns=COLUMNS)


def _year_from(statement, cell: str) -> int | None:
    """The latest year of a series whose value is made from a cell: a change or a base year reaches beyond its own."""
    if not statement.basis or statement.analysis.assessor is None:
        return None
    trace = statement.analysis.assessor.measured.trace
    for year in sorted(map(int, statement.history.index), reverse=True):
        if cell in trace(statement.region_code, statement.indicator, year, statement.basis)[0]:
            return year
    return None


def stale(analysis: Analysis, table: pd.DataFrame, manifest: dict) -> pd.DataFrame:
    """The files of a run that a change of a cell makes stale.

    Parameters
    ----------
    analysis : Analysis
    table : DataFrame
        `dependants` of the cell.
    manifest : dict
        Of the run.

    Returns
    -------
    DataFrame
        region_code (empty for what all regions share) and file, as the manifest names it, in its order. Of a region
        with a statement that depends on the cell, and of those above it, page, notebook and Word chapter; its table
        and the pictures of these indicators; of what all share the workbook and the table of observations, which
        show every figure, and slides, index and the other tables when a statement depends on it.
    """
    touched = set(table["region_code"])
    above = {code for region in touched for code in _above(analysis, region)}
    pictures = {(row.region_code, charts.picture_name(analysis.statements[row.row])) for row in table.itertuples()}
    folders = {one["folder"]: one["region"] for one in manifest.get("regions", []) if one["region"]}
    documents = []
    for file in manifest.get("files", {}):
        path = PurePosixPath(file)
        if path.parts[0] in folders:
            region = folders[path.parts[0]]
            report = path.suffix in REPORTS and region in touched | above
            own = path.suffix == ".csv" and region in touched
            if report or own or (region, path.name) in pictures:
                documents.append((region, file))
        elif _shared(path, bool(touched)):
            documents.append(("", file))
    return pd.DataFrame(documents, columns=["region_code", "file"])


def _above(analysis: Analysis, region: str) -> list[str]:
    parent = analysis.regions.set_index("code")["parent"]
    above = []
    while region := parent.get(region, ""):
        above.append(region)
    return above


def _shared(path: PurePosixPath, touched: bool) -> bool:
    if path.parent.name == "tables":
        return path.stem == "observations" or (touched and path.stem in WITH_VALUES)
    at_the_top = len(path.parts) == 1
    return at_the_top and (path.suffix == ".xlsx" or (touched and path.suffix in (".pptx", ".html")))


# ---------------------------------------------------------------------- in words


def lines(analysis: Analysis, cell: str, lang: str, manifest: dict | None = None, folder: str = "") -> list[str]:
    """The dependants in words, one line a statement; then, of a run, the files that a change makes stale."""
    w = words.of(lang)
    table = dependants(analysis, cell)
    said = [w("depends.count", cell=cell, count=len(table))]
    for row in table.itertuples():
        statement = analysis.statements[row.row]
        key = "depends.latest" if row.latest else "depends.series"
        names = {"region": analysis.name(row.region_code, lang), "indicator": statement.record.name(lang)}
        said.append(w(key, year=row.year, sentence=statement.sentence(lang), **names))
    return said + _stale_lines(analysis, cell, table, manifest or {}, folder, w)


def _stale_lines(
    analysis: Analysis, cell: str, table: pd.DataFrame, manifest: dict, folder: str, w: Words
) -> list[str]:
    if not manifest:
        return [w("depends.no_run", folder=folder)]
    file = str(analysis.observations.loc[analysis.observations["id"] == cell, "file"].iloc[0])
    went_in = manifest.get("inputs", {})
    if file not in went_in:
        return [w("depends.other_run", folder=folder, file=file)]
    changed = went_in[file]["sha256"] != analysis.hashes.get(file)
    files = stale(analysis, table, manifest)
    said = [w("depends.stale" if changed else "depends.would_be_stale", folder=folder, file=file, count=len(files))]
    for region, rows in files.groupby("region_code", sort=False):
        name = analysis.name(region, w.lang) if region else w("depends.shared")
        said.append(w("depends.files", name=name, files=w.list(map(str, rows["file"]))))
    if len(table):
        said.append(w("depends.others"))
    return said
