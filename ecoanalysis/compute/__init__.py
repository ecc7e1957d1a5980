"""Formulas applied to observations: what each indicator comes to, from which cells, and what it lacks.

`measure` gives `Measured`, which answers for all regions at once. Inside, `panel` computes the arrays, `trace` finds
where a number comes from, `family` puts parts together, `needs` knows what a formula asks for.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.compute.measured import RESULT_COLUMNS, Measured, Parts, formula_problems
from ecoanalysis.compute.needs import formula_settings, parameters
from ecoanalysis.compute.panel import COUNTIES, OWN, Figures, Panel
from ecoanalysis.intake import STATUSES

__all__ = [
    "COUNTIES",
    "OWN",
    "RESULT_COLUMNS",
    "Figures",
    "Measured",
    "Parts",
    "deciding",
    "discrepancies",
    "formula_problems",
    "formula_settings",
    "measure",
    "measure_references",
    "parameters",
]


def measure(
    observations: pd.DataFrame,
    regions: pd.DataFrame,
    coefficients: list[catalog.Coefficient] | None = None,
    targets: pd.DataFrame | None = None,
    *,
    tables: catalog.Catalog | None = None,
) -> Measured:
    """Every indicator of every region and year.

    Parameters
    ----------
    observations : DataFrame
        As `intake.read` gives them, in canonical units.
    regions : DataFrame
        Rows of `regions.csv`; the rows that name a region as `parent` are its parts.
    coefficients : list of Coefficient, optional
        What standards fix; by default those of `tables`.
    targets : DataFrame, optional
        Rows of `targets.csv`. A base year of a target is that of its region's indicator, and a base value stands in
        for the measured one.
    tables : Catalog, optional
        Indicators, variables and coefficients of a data folder (`catalog.read`); by default the shipped ones.

    Returns
    -------
    Measured
        Nothing is computed before it is asked for.
    """
    tables = tables or catalog.read()
    if coefficients is not None:
        tables = replace(tables, coefficients=coefficients)
    return Measured(Panel(observations, regions, tables, targets))


def measure_references(references: pd.DataFrame, tables: catalog.Catalog | None = None) -> Measured:
    """The indicators of regions that are never assessed (rows of `references.csv`): sisters for the forecaster."""
    named = references.drop_duplicates("region_code")
    regions = pd.DataFrame({"code": named["region_code"], "name_zh": named["name_zh"], "name_en": named["name_zh"]})
    regions = regions.assign(level="county", parent="", area_km2=np.nan)
    ids = "references.csv:" + pd.Series(range(2, len(references) + 2), index=references.index).astype(str)
    return measure(references.assign(status=STATUSES[0], id=ids), regions, tables=tables)


def discrepancies(table: pd.DataFrame, tables: catalog.Catalog | None = None) -> pd.DataFrame:
    """Where a region's own figure and that of its parts differ; sums with holes are left out.

    Returns
    -------
    DataFrame
        region_code, indicator, part, year, reported, from_counties, difference (reported less counties', in the
        indicator's unit), relative (to the reported figure; NaN where that is zero); only pairs that differ by more
        than half of the last printed decimal.
    """
    indicators = (tables or catalog.read()).indicators
    key = ["region_code", "indicator", "part", "year"]
    whole = table[table["value"].notna() & (table["coverage"] >= 1)]
    wide = whole.pivot(index=key, columns="basis", values="value")
    wide = wide.reindex(columns=[OWN, COUNTIES]).dropna().reset_index().rename_axis(columns=None)
    wide["difference"] = wide[OWN] - wide[COUNTIES]
    wide["relative"] = wide["difference"] / wide[OWN].where(wide[OWN] != 0)
    decimals = wide["indicator"].map({code: row.decimals for code, row in indicators.items()})
    printed = 0.5 * 10.0 ** -decimals.astype(float)
    return wide[wide["difference"].abs() > printed].reset_index(drop=True)


def deciding(results: pd.DataFrame, indicators: dict | None = None) -> pd.DataFrame:
    """The rows whose basis decides for their region and indicator, as `Measured.deciding` says it.

    A region's own figures decide as long as they reach as far as its counties' sum; a city that stopped reporting is
    judged by its counties, and by the worst of them where that is what an indicator's `aggregate` asks.
    """
    indicators = catalog.indicators() if indicators is None else indicators
    results = results.assign(value=results["value"].where(results["coverage"] >= 1))
    measured = results.dropna(subset="value")
    latest = measured.groupby(["region_code", "indicator", "basis"])["year"].max().unstack("basis")
    latest = latest.reindex(columns=[OWN, COUNTIES])
    last = measured.sort_values("year").groupby(["region_code", "indicator", "basis"])["value"].last().unstack("basis")
    last = last.reindex(columns=[OWN, COUNTIES]).astype(float)
    worst = {code: row.direction for code, row in indicators.items() if row.aggregate == "worst"}
    direction = latest.index.get_level_values("indicator").map(lambda code: worst.get(code, 0))
    worse = (latest[COUNTIES] == latest[OWN]) & (direction * (last[COUNTIES] - last[OWN]) < 0)
    counties_decide = latest[OWN].isna() | (latest[COUNTIES] > latest[OWN]) | worse
    basis = counties_decide.map({True: COUNTIES, False: OWN}).rename("deciding")
    joined = results.join(basis, on=["region_code", "indicator"])
    unmeasured = joined["deciding"].isna() & (joined["basis"] == OWN)
    return joined[(joined["basis"] == joined["deciding"]) | unmeasured].drop(columns="deciding")
