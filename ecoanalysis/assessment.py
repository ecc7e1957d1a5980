"""The assessment: every target of every region against what was measured and what may come.

This is where tables meet the pure functions of `judge` and `record`. Work goes by indicator over all regions at once;
the sample paths of one indicator are dropped before the next is drawn.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import forecast, futures, judge, record
from ecoanalysis.catalog import Catalogue, Indicator
from ecoanalysis.compute import COUNTIES, Measured
from ecoanalysis.formulas import rates
from ecoanalysis.intake import EVIDENCE_KINDS, STATUSES
from ecoanalysis.judge import Settings
from ecoanalysis.words import COUNTED

KEY = ["region_code", "indicator", "part", "comparison"]
COLUMNS = (
    "region_code indicator part comparison target unit due hold_until as_of basis latest_year latest_value met_at_due "
    "p_reach p_hold median_at_due lo80_at_due hi80_at_due attain_year gap gap_count gap_count_unit pace_observed "
    "pace_required pace_scale verdict warning status method n_obs inputs id pace_for_80 requirement named_weak "
    "outstanding contribution coverage median_at_milestone methods_low methods_high stage "
    "milestone pace_from spread base_year owed_at binding"
).split()
DEFAULTS = {
    "met_at_due": "",
    "basis": "",
    "gap_count_unit": "",
    "pace_scale": "linear",
    "warning": "",
    "status": "observed",
    "method": "",
    "inputs": "",
    "stage": "",
    "n_obs": 0,
}


def targets_of_regions(targets: pd.DataFrame, regions: pd.DataFrame, indicators: dict[str, Indicator]) -> pd.DataFrame:
    """One row for each region: `*` stands for all; a region's own row takes the place of the common one."""
    common = targets[targets["region_code"] == "*"].drop(columns="region_code")
    named = targets[targets["region_code"] != "*"]
    spread = regions[["code"]].rename(columns={"code": "region_code"}).merge(common, how="cross")
    key = ["region_code", "indicator", "comparison"]
    replaced = spread.set_index(key).index.isin(named.set_index(key).index)
    together = pd.concat([spread[~replaced], named], ignore_index=True) if len(named) else spread
    region_order = {code: i for i, code in enumerate(regions["code"])}
    listed = {code: i for i, code in enumerate(indicators)}
    rank = together.assign(r=together["region_code"].map(region_order), i=together["indicator"].map(listed))
    return rank.sort_values(["r", "i"], kind="stable").drop(columns=["r", "i"]).reset_index(drop=True)


def assess(
    measured: Measured,
    targets: pd.DataFrame,
    evidence: pd.DataFrame,
    catalogue: Catalogue,
    as_of: int,
    settings: Settings,
    *,
    method: str = futures.METHOD,
    paths: int = futures.PATHS,
    seed: int = 0,
    references: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The assessment and the forecasts behind it.

    Parameters
    ----------
    measured : compute.Measured
        Nothing later than `as_of`.
    targets : DataFrame
        One row a region and target, as `targets_of_regions` gives them.
    evidence : DataFrame
        Papers on file, as `intake.read` gives them.
    references : DataFrame, optional
        Histories of regions that are never assessed, sisters for the forecaster.

    Returns
    -------
    assessment : DataFrame
        One row a target, in the order of `targets`; columns `COLUMNS`.
    forecasts : DataFrame
        Median and bands by year of every indicator that is judged by its trend.
    """
    until = int(max([as_of, *targets["hold_until"], *targets["due"]])) + settings.years_beyond
    parts, bands = [], []
    latest_rows = _latest(measured)
    targets = targets.reset_index(drop=True)
    papers = evidence[evidence["year"] <= as_of]
    drawing = {"method": method, "paths": paths, "seed": seed}
    for (code, base_year), rows in targets.groupby(["indicator", targets["base_year"].fillna(-1)], sort=False):
        indicator = catalogue.indicators[code]
        owed = rows["region_code"].map(measured.level).isin(_levels(indicator)).to_numpy()
        table = _blank(rows, indicator, as_of)
        table.loc[~owed, "verdict"] = "not_applicable"
        for requirement, of_kind in table[owed].groupby(_kind(rows, indicator)[owed], sort=False):
            if requirement == "checklist":
                filled = _checklist(of_kind, papers)
            elif requirement == "condition":
                filled = _condition(of_kind, papers, measured, indicator, as_of, settings)
            else:
                base = None if base_year < 0 else int(base_year)
                outlook = futures.measured_outlook(measured, indicator, until, base_year=base)
                filled = _without_value(of_kind, outlook, latest_rows, code)
                judged = of_kind[of_kind["region_code"].isin(outlook.regions)] if outlook is not None else of_kind[:0]
                if len(judged):
                    goals = _goals(judged, outlook, measured, base_year=base, rows=rows)
                    if requirement == "record":
                        judged = _by_record(goals, outlook, measured, indicator, as_of, settings)
                    else:
                        outlook = futures.outlook(
                            measured, indicator, until, base_year=base, references=references, **drawing
                        )
                        judged = _by_trend(goals, outlook, measured, indicator, as_of, settings, base, drawing)
                        bands.append(futures.bands(outlook, goals.groupby("region_code")["hold_until"].max(), indicator))
                    judged = _facts(judged, outlook, latest_rows, measured, indicator, as_of, settings)
                    filled = pd.concat([filled, judged])
            table.loc[filled.index, filled.columns] = filled
        parts.append(table)
    together = pd.concat(parts).sort_index() if parts else pd.DataFrame(columns=COLUMNS)
    together = _contributions(together, measured)
    forecasts = pd.concat(bands, ignore_index=True) if bands else pd.DataFrame(columns=futures.FORECAST_COLUMNS)
    return together[COLUMNS].reset_index(drop=True), forecasts
