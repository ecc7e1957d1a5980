"""Which of its two inputs moved a rate: what the numerator and the denominator each brought of its change.

Park area per head may stand still because parks do, or because people come faster than parks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import compute, judge
from ecoanalysis.compute.needs import parameters
from ecoanalysis.formulas import diagnosis
from ecoanalysis.words import Words, rounded

COLUMNS = "region_code indicator input first last before after effect".split()
LEAST = 0.005  # relative change below which an input is said to stand still
CLOSE = 1e-6


def drivers(analysis) -> pd.DataFrame:
    """What the inputs of every unmet or fragile rate brought of its change over the years its pace is taken from.

    Parameters
    ----------
    analysis : Analysis
        With its data: a loaded analysis has no formulas.

    Returns
    -------
    DataFrame
        Two rows a region and indicator, the counted input first: `input` (variable), its value in the `first` and the
        `last` year, and `effect` on the indicator [its unit]; both effects add up to its change. Only rates of two
        inputs, one of which is counted, both above zero in both years; nothing else is a rate or has a logarithm.

    References
    ----------
    Additive LMDI-I, `formulas.diagnosis.lmdi_additive`: Ang 2005, Energy Policy 33, 867–871.
    """
    rows = analysis.assessment
    rows = rows[rows["verdict"].isin([*judge.OPEN, "reached_at_risk"])]
    rows = rows[np.isfinite(rows["pace_from"].astype(float)) & np.isfinite(rows["latest_year"].astype(float))]
    results = compute.deciding(analysis.results, analysis.indicators).set_index(["region_code", "indicator", "year"])
    results = results[["value", "numerator", "denominator"]].astype(float)
    keys, named = [], []
    for row in rows.drop_duplicates(["region_code", "indicator"]).to_dict("records"):
        inputs, pair = _inputs(analysis, row["indicator"]), (row["region_code"], row["indicator"])
        years = int(row["pace_from"]), int(row["latest_year"])
        if inputs and years[0] != years[1] and all((*pair, year) in results.index for year in years):
            keys.append([(*pair, year) for year in years])
            named.append(inputs)
    if not keys:
        return pd.DataFrame(columns=COLUMNS)
    start, end = (results.loc[list(one)].reset_index(drop=True) for one in zip(*keys, strict=True))
    effects = _effects(start, end)
    made = []
    for k in effects.index:
        (region, indicator, first), (*_, last) = keys[k]
        for name, variable in zip(("numerator", "denominator"), named[k], strict=True):
            sides = start.at[k, name], end.at[k, name]
            made.append([region, indicator, variable, first, last, *sides, effects.at[k, name]])
    return pd.DataFrame(made, columns=COLUMNS)


def _inputs(analysis, indicator: str) -> tuple[str, str] | None:
    """The counted input of a rate and the other one."""
    formula = analysis.assessor.measured.formulas.get(indicator)
    counted = analysis.indicators[indicator].count_variable
    inputs = parameters(formula)[0] if formula else []
    if len(inputs) != 2 or counted not in inputs:
        return None
    return counted, next(name for name in inputs if name != counted)


def _effects(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """What numerator and denominator brought, row by row; no row where the value is not their ratio."""
    numbers = pd.concat([start, end], axis=1).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = [one["value"] * one["denominator"] / one["numerator"] for one in (start, end)]
        is_ratio = (factors[0] / factors[1] - 1).abs() <= CLOSE
    kept = (np.isfinite(numbers) & (numbers > 0)).all(axis=1) & is_ratio
    tables = [
        pd.DataFrame({"numerator": one["numerator"] * factors[0], "denominator": 1 / one["denominator"]})[kept]
        for one in (start, end)
    ]
    return diagnosis.lmdi_by_sector(*tables)


def sentence(rows: pd.DataFrame, analysis, w: Words) -> str:
    """The rows of `drivers` of one region and indicator in words; empty without any.

    >>> from ecoanalysis import words
    >>> sentence(pd.DataFrame(columns=COLUMNS), None, words.of("en"))
    ''
    """
    if rows.empty:
        return ""
    first = rows.iloc[0]
    record = analysis.indicators[first["indicator"]]
    decimals = max(record.decimals or 0, 1)
    clauses = []
    for row in rows.to_dict("records"):
        name = w.name(analysis.records[row["input"]])
        moved = row["after"] / row["before"] - 1
        effect = w.difference(abs(row["effect"]), record, decimals)
        if abs(moved) < LEAST or not float(rounded(abs(row["effect"]), decimals)):
            clauses.append(w("drivers.still", name=name))
            continue
        grew, did = "more" if moved > 0 else "less", "up" if row["effect"] > 0 else "down"
        change = w.percent(abs(moved), 1)
        clauses.append(w(f"drivers.{grew}_{did}", name=name, change=change, effect=effect))
    values = {"first": int(first["first"]), "last": int(first["last"])}
    return w("drivers.said", clauses=w("drivers.join").join(clauses), **values)
