"""Which of its two inputs moved a rate: what the numerator and the denominator each brought of its change.

Park area per head may stand still because parks do, or because people come faster than parks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import catalog, compute, judge
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
    made = []
    for row in rows.drop_duplicates(["region_code", "indicator"]).to_dict("records"):
        inputs = _inputs(analysis, row["indicator"])
        years = int(row["pace_from"]), int(row["latest_year"])
        keys = [(row["region_code"], row["indicator"], year) for year in years]
        if not inputs or years[0] == years[1] or not all(key in results.index for key in keys):
            continue
        start, end = (results.loc[key] for key in keys)
        for place, effect in enumerate(_effects(start, end)):
            name = ("numerator", "denominator")[place]
            made.append([row["region_code"], row["indicator"], inputs[place], *years, start[name], end[name], effect])
    return pd.DataFrame(made, columns=COLUMNS)


def _inputs(analysis, indicator: str) -> tuple[str, str] | None:
    """The counted input of a rate and the other one."""
    formula = analysis.assessor.measured.formulas.get(indicator)
    counted = analysis.indicators[indicator].count_variable
    inputs = parameters(formula)[0] if formula else []
    if len(inputs) != 2 or counted not in inputs:
        return None
    return counted, next(name for name in inputs if name != counted)


def _effects(start: pd.Series, end: pd.Series) -> list[float]:
    """What numerator and denominator brought; nothing where the value is not their ratio."""
    numbers = pd.DataFrame([start, end])
    if not (np.isfinite(numbers).all(axis=None) and (numbers > 0).all(axis=None)):
        return []
    factors = numbers["value"] * numbers["denominator"] / numbers["numerator"]
    if abs(factors.iloc[0] / factors.iloc[1] - 1) > CLOSE:
        return []
    tables = [pd.DataFrame([[one["numerator"] * factors.iloc[0], 1 / one["denominator"]]]) for one in (start, end)]
    return list(diagnosis.lmdi_additive(*tables))


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
        name = w.name(catalog.variables()[row["input"]])
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
