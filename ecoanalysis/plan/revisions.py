"""What revised figures moved in one analysis: it beside itself with every figure as it was first given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import words
from ecoanalysis.analysis import Analysis
from ecoanalysis.plan import comparison

SENTENCES = [f"sentence_{lang}" for lang in words.LANGUAGES]
REVISED_COLUMNS = [*comparison.REVISION_COLUMNS, "vintage_before", "vintage", *SENTENCES]
EFFECT_COLUMNS = [*comparison.COLUMNS, *SENTENCES]


def revised(analysis: Analysis) -> pd.DataFrame:
    """Every figure that a later delivery has replaced, as first given and as it is now.

    Returns
    -------
    DataFrame
        `REVISED_COLUMNS`, one row a region, variable and year up to the as-of year; the days of receipt of both, and
        the revision as a sentence without its stop.
    """
    if analysis.raw is None or analysis.raw.first_given.empty:
        return pd.DataFrame(columns=REVISED_COLUMNS)
    table = comparison.revisions(analysis.as_first_given(), analysis)
    key = ["region_code", "variable", "year"]
    days = analysis.raw.revisions.astype(dict.fromkeys(("region_code", "variable", "vintage_before", "vintage"), str))
    first = days.sort_values("vintage_before", kind="stable").drop_duplicates(key)
    table = table.merge(first[[*key, "vintage_before", "vintage"]], on=key, how="left", sort=False)
    for lang, name in zip(words.LANGUAGES, SENTENCES, strict=True):
        w = words.of(lang)
        table[name] = [comparison.revision_sentence(row, analysis, w) for row in table.itertuples()]
    return table.reindex(columns=REVISED_COLUMNS)


def effects(analysis: Analysis) -> pd.DataFrame:
    """Every target that the revisions moved.

    Returns
    -------
    DataFrame
        `EFFECT_COLUMNS`: `comparison.compare` of the figures as first given with those that are used, and each row as
        a sentence without its reason. Reasons are revision (its own figures) and neighbours or record (others').
    """
    if analysis.raw is None or analysis.raw.first_given.empty:
        return pd.DataFrame(columns=EFFECT_COLUMNS)
    before = analysis.as_first_given()
    table = comparison.compare(before, analysis)
    for lang, name in zip(words.LANGUAGES, SENTENCES, strict=True):
        w = words.of(lang)
        table[name] = [comparison.sentence(row, before, analysis, w, with_reason=False) for row in table.itertuples()]
    return table.reindex(columns=EFFECT_COLUMNS)


def counts(moved: pd.DataFrame) -> dict[str, int]:
    """Of targets that moved, how many have another value and how many another verdict."""
    before, after = moved["value_before"].astype(float), moved["value"].astype(float)
    values = ~np.isclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True)
    return {"values": int(values.sum()), "verdicts": int((moved["verdict_before"] != moved["verdict"]).sum())}
