"""What depends on one cell of the statistics: explanation the other way round."""

from __future__ import annotations

import pandas as pd


def dependants(analysis, cell: str) -> pd.DataFrame:
    """The statements whose series has a value made from a cell.

    Parameters
    ----------
    analysis : Analysis
    cell : str
        Id of an observation, such as economy.csv:23 or book.xlsx!Sheet!C12.

    Returns
    -------
    DataFrame
        region_code, indicator, year (of the cell), latest (whether the newest value, and with it what is said,
        rests on the cell), place (of the statement in the assessment). Empty when nothing depends on it.

    Raises
    ------
    KeyError
        No observation in use has this id.
    """
    rows = analysis.observations[analysis.observations["id"] == cell]
    if rows.empty:
        raise KeyError(cell)
    year = int(rows["year"].iloc[0])
    made = []
    for place, statement in enumerate(analysis.statements):
        latest = cell in statement.inputs
        if latest or cell in _series_inputs(statement, year):
            made.append([statement.region_code, statement.indicator, year, latest, place])
    return pd.DataFrame(made, columns=["region_code", "indicator", "year", "latest", "place"])


def lines(analysis, cell: str, lang: str) -> list[str]:
    """The dependants in words, one line a statement."""
    from ecoanalysis import catalog

    table = dependants(analysis, cell)
    said = [catalog.phrase("depends.count", lang, cell=cell, count=len(table))]
    for row in table.itertuples():
        statement = analysis.statements[row.place]
        key = "depends.latest" if row.latest else "depends.series"
        names = {"region": analysis.name(row.region_code, lang), "indicator": statement.record.name(lang)}
        said.append(catalog.phrase(key, lang, year=row.year, sentence=statement.sentence(lang), **names))
    return said


def _series_inputs(statement, year: int) -> set[str]:
    """Ids behind the value of one year; none for what has no series."""
    if not statement.basis or statement.analysis.assessor is None:
        return set()
    measured = statement.analysis.assessor.measured
    try:
        return set(measured.trace(statement.region_code, statement.indicator, year, statement.basis)[0])
    except KeyError:
        return set()
