"""Earlier years replayed."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import track_record


def test_every_statement_uses_nothing_later_and_is_scored_by_what_came(folder):
    treated = [40, 44, 47, 52, 55, 61, 64, 70, 73, 78]
    for year, count in zip(range(2013, 2023), treated, strict=True):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", count, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    said = track_record.statements(folder.path)
    assert set(said["as_of"]) == set(range(2016, 2022))
    assert (said["year"] > said["as_of"]).all() and (said["n_obs"] == said["as_of"] - 2012).all()
    first = said[(said["as_of"] == 2017) & (said["year"] == 2018)].iloc[0]
    assert first["met"] and first["value"] == pytest.approx(30.5)
    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 20, "village"))
    more = track_record.statements(folder.path)
    both = said.merge(more, on=["as_of", "year"], suffixes=("", "_more"))
    assert (both["p"] == both["p_more"]).all()


def test_scores_are_the_textbook_ones():
    said = pd.DataFrame(
        {
            "indicator": "rural_sewage_treatment_rate",
            "p": [0.9, 0.8, 0.3, 0.2],
            "met": [True, True, False, True],
            "inside80": [True, True, True, False],
        }
    )
    row = track_record.scores(said).iloc[0]
    assert row["brier"] == pytest.approx((0.01 + 0.04 + 0.09 + 0.64) / 4)
    assert row["brier_base_rate"] == pytest.approx(0.75 * 0.25)
    assert row["skill"] == pytest.approx(1 - row["brier"] / row["brier_base_rate"])
    assert row["coverage80"] == 0.75


def test_reliability_compares_what_was_said_with_what_came():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=20_000)
    table = track_record.reliability(pd.DataFrame({"p": p, "met": rng.uniform(size=p.size) < p}))
    assert table["statements"].sum() == 20_000 and len(table) == 5
    assert np.allclose(table["mean_p"], table["share_met"], atol=0.03)


def test_data_that_cannot_be_replayed_make_no_statement(folder):
    folder.add(("C1", 2022, "villages", 200, "village"))
    assert track_record.statements(folder.path).empty
