"""Target against result and future."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecoanalysis import assess, catalog

INDICATORS = catalog.indicators()
SHARE, INTENSITY = INDICATORS["rural_sewage_treatment_rate"], INDICATORS["energy_per_gdp"]
SETTINGS = assess.Settings()


def row(reach, region, indicator, comparison=None) -> pd.Series:
    table = reach.assessment
    rows = table[(table["region_code"] == region) & (table["indicator"] == indicator)]
    return (rows if comparison is None else rows[rows["comparison"] == comparison]).iloc[0]


# ---------------------------------------------------------------------- pure functions


@pytest.mark.parametrize(
    ("value", "comparison", "target", "expected"),
    [
        (95.0, ">=", 95, True),
        (95.0, ">", 95, False),
        (0.1 + 0.2, "<=", 0.3, True),
        (94.99, ">=", 95, False),
        (57.04, "=", 57.0, True),
        (57.06, "=", 57.0, False),
        (99.0, "not_below_base", 100, False),
        (np.nan, ">=", 0, False),
    ],
)
def test_a_value_meets_a_target_or_does_not(value, comparison, target, expected):
    assert bool(assess.met(value, np.nan, target, comparison, SHARE)) is expected


def test_a_share_already_at_its_limit_counts_as_rising_and_an_amount_at_zero_as_falling():
    assert assess.met(100.0, 100.0, np.nan, "rising", SHARE)
    assert not assess.met(90.0, 90.0, np.nan, "rising", SHARE)
    assert assess.met(0.0, 0.0, np.nan, "falling", INTENSITY)
    assert assess.met(0.40, 0.41, np.nan, "falling", INTENSITY)


@pytest.mark.parametrize(
    ("is_met", "p_reach", "p_hold", "word"),
    [
        (True, 1, 0.80, "reached"),
        (True, 1, 0.79, "reached_at_risk"),
        (False, 0.90, 0, "likely"),
        (False, 0.89, 0, "possible"),
        (False, 0.50, 0, "possible"),
        (False, 0.49, 0, "hard"),
        (False, 0.10, 0, "hard"),
        (False, 0.09, 0, "out_of_reach"),
    ],
)
def test_chances_become_the_words_of_the_plan(is_met, p_reach, p_hold, word):
    assert assess.verdict(is_met, p_reach, p_hold, SETTINGS) == word


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 100))
def test_the_count_gap_is_exactly_the_villages_that_are_missing(villages, treated, target):
    treated = min(treated, villages)
    missing = int(assess.gap_count(treated, villages, target, ">=", 100))
    enough = treated + missing
    assert enough * 100 >= target * villages or enough == villages
    assert missing == 0 or (enough - 1) * 100 < target * villages


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 99))
def test_a_strict_target_needs_one_more_when_it_is_met_to_the_village(villages, treated, target):
    treated = min(treated, villages)
    missing = int(assess.gap_count(treated, villages, target, ">", 100))
    assert (treated + missing) * 100 > target * villages
    assert missing == 0 or (treated + missing - 1) * 100 <= target * villages


@given(st.floats(5, 95), st.floats(5, 95), st.integers(1, 10))
def test_a_series_that_keeps_the_required_pace_arrives(start, end, years):
    scale = assess.pace_scale(SHARE, start, end)
    pace = assess.required_pace(start, end, years, scale, SHARE)
    arrived = assess.on_scale(start, scale, SHARE) + pace * years
    assert arrived == pytest.approx(assess.on_scale(end, scale, SHARE), abs=1e-9)


@given(st.floats(0.1, 10), st.floats(-0.2, 0.2), st.integers(2, 8))
def test_a_compound_series_shows_the_rate_it_was_built_with(start, rate, count):
    history = pd.Series({2015 + t: start * (1 + rate) ** t for t in range(count)})
    assert assess.observed_pace(history, "compound", INTENSITY, 5) == pytest.approx(rate, abs=1e-9)


def test_scales_suit_the_indicator():
    assert assess.pace_scale(SHARE, 30, 40) == "logit"
    assert assess.pace_scale(SHARE, 30, 100) == "linear"
    assert assess.pace_scale(INTENSITY, 0.6, 0.5) == "compound"
    assert assess.pace_scale(INDICATORS["construction_land_per_gdp_decline_rate"], 3, 4.5) == "linear"


def test_the_pace_for_a_chance_of_80_lifts_the_unlucky_futures_to_the_target():
    paths = np.random.default_rng(1).normal(30, 5, 100_000)
    pace = assess.pace_for_chance(paths, 20, 40, 4, 1)
    lifted = paths - np.median(paths) + 20 + pace * 4
    assert (lifted >= 40).mean() == pytest.approx(0.8, abs=0.002)


def test_the_worst_part_decides_an_indicator():
    assert assess.worst(["reached", "hard", "documented"]) == "hard"
    assert assess.worst(["reached", "undocumented"]) == "undocumented"
    assert set(assess.SEVERITY) == {
        key.removeprefix("verdict.") for key in _phrase_keys() if key.startswith("verdict.")
    }


def _phrase_keys():
    from importlib.resources import files

    return [line["key"] for line in catalog.rows(files("ecoanalysis") / "tables" / "phrases.csv")]


# ---------------------------------------------------------------------- whole rows


def share(folder, region, years, treated, villages=200, status="observed"):
    for year, count in zip(years, treated, strict=True):
        folder.add((region, year, "villages", villages, "village"), status=status)
        folder.add((region, year, "villages_sewage_treated", count, "village"), status=status)


def test_a_share_that_rises_fast_enough_is_likely_and_one_that_stands_still_is_not(folder):
    share(folder, "C1", range(2014, 2023), range(40, 94, 6))
    share(folder, "C2", range(2014, 2023), [40, 41, 40, 42, 41, 40, 41, 42, 41])
    folder.target("rural_sewage_treatment_rate", ">=", 46, "%", due=2024)
    reach = assess.reachability(folder.path, 2022)
    fast, slow = row(reach, "C1", "rural_sewage_treatment_rate"), row(reach, "C2", "rural_sewage_treatment_rate")
    assert fast["p_reach"] > 0.6 > slow["p_reach"]
    assert slow["verdict"] in ("hard", "out_of_reach")
    assert (fast["latest_value"], fast["gap"], fast["gap_count"], fast["gap_count_unit"]) == (44, 2, 4, "village")
    assert fast["lo80_at_due"] < fast["median_at_due"] < fast["hi80_at_due"]


def test_past_its_due_date_a_target_is_judged_by_the_value_at_the_date_and_by_the_next_milestone(folder):
    share(folder, "C1", range(2016, 2024), [60, 63, 62, 66, 65, 71, 70, 74])
    share(folder, "C2", range(2016, 2024), [60, 70, 80, 90, 95, 97, 99, 100])
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%", due=2023, hold_until=2026)
    reach = assess.reachability(folder.path, 2023)
    missed, kept = (row(reach, code, "rural_sewage_treatment_rate") for code in ("C1", "C2"))
    assert missed["met_at_due"] == "no" and "missed_due" in missed["warning"]
    assert 0 < missed["p_reach"] < 1
    assert kept["met_at_due"] == "yes" and kept["p_reach"] == 1 and kept["verdict"].startswith("reached")
    before = row(assess.reachability(folder.path, 2022), "C1", "rural_sewage_treatment_rate")
    assert before["met_at_due"] == "" and before["latest_year"] == 2022


def test_nothing_later_than_the_as_of_year_is_used(folder):
    share(folder, "C1", range(2014, 2021), range(40, 68, 4))
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%", due=2023)
    alone = assess.reachability(folder.path, 2020).assessment
    share(folder, "C1", range(2021, 2024), [200, 1, 200])
    later = assess.reachability(folder.path, 2020).assessment
    pd.testing.assert_frame_equal(alone, later)


def test_a_target_awaiting_its_number_still_shows_value_and_future(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    folder.target("rural_sewage_treatment_rate", ">=", "", "%")
    reach = assess.reachability(folder.path, 2022)
    found = row(reach, "C1", "rural_sewage_treatment_rate")
    assert found["verdict"] == "no_target" and found["latest_value"] == 36
    assert len(reach.forecasts[reach.forecasts["region_code"] == "C1"]) == 4


def test_not_below_base_takes_the_base_year_s_value(folder):
    for year, area in ((2019, 50), (2020, 52), (2021, 51), (2022, 51)):
        folder.add(("C1", year, "red_line_area", area, "km²"))
    folder.target("red_line_area", "not_below_base", "", "km²")
    found = row(assess.reachability(folder.path, 2022), "C1", "red_line_area")
    assert found["target"] == 52 and found["gap"] == pytest.approx(1)


def test_checklist_items_ask_for_a_plan_data_and_proof(folder):
    folder.target("river_chief_system", "done")
    folder.write(
        "evidence.csv",
        "region_code,indicator,year,kind,title,location,department,date\n"
        + "".join(f"C1,river_chief_system,2022,{kind},file,,,\n" for kind in ("plan", "data", "proof"))
        + "*,river_chief_system,2021,plan,file,,,\n",
    )
    reach = assess.reachability(folder.path, 2022)
    assert row(reach, "C1", "river_chief_system")["verdict"] == "documented"
    other = row(reach, "C2", "river_chief_system")
    assert other["verdict"] == "undocumented" and other["warning"] == "lacks_data;lacks_proof"


def test_an_indicator_without_data_is_never_zero(folder):
    folder.target("park_area_per_head", ">=", 13, "m²/person")
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    found = row(assess.reachability(folder.path, 2022), "C1", "park_area_per_head")
    assert found["verdict"] == "insufficient_data" and np.isnan(found["latest_value"]) and np.isnan(found["p_reach"])


def test_city_and_county_chances_come_from_the_same_paths(folder):
    share(folder, "C1", range(2014, 2023), range(40, 94, 6))
    share(folder, "C2", range(2014, 2023), range(40, 94, 6))
    folder.target("rural_sewage_treatment_rate", ">=", 47, "%", due=2024)
    reach = assess.reachability(folder.path, 2022)
    city = reach.futures["C", "rural_sewage_treatment_rate"]
    counties = [reach.futures[code, "rural_sewage_treatment_rate"] for code in ("C1", "C2")]
    assert city.basis == "from_counties"
    inside = (city.paths >= np.minimum(*(c.paths for c in counties)) - 1e-9) & (
        city.paths <= np.maximum(*(c.paths for c in counties)) + 1e-9
    )
    assert inside.all()
    assert city.paths.std() < np.mean([c.paths.std() for c in counties]) * 1.05


def test_the_city_s_own_figure_decides_while_it_is_not_older_than_its_counties(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    share(folder, "C2", range(2016, 2023), range(60, 74, 2))
    folder.add(*[("C", year, "rural_sewage_treatment_rate", 30 + year - 2018, "%") for year in range(2018, 2023)])
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%", due=2025)
    found = row(assess.reachability(folder.path, 2022), "C", "rural_sewage_treatment_rate")
    assert found["basis"] == "reported" and found["latest_value"] == 34 and found["n_obs"] == 5


def test_the_default_year_is_the_latest_in_which_half_the_numeric_targets_have_a_value(folder):
    for code in ("C1", "C2"):
        share(folder, code, range(2016, 2022), range(60, 72, 2))
    share(folder, "C1", [2022], [80])
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%", region="C1")
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%", region="C2")
    assert assess.reachability(folder.path).as_of == 2022
    folder.target("rural_waste_village_rate", ">=", 40, "%", region="C2")
    assert assess.reachability(folder.path).as_of == 2021


def test_bad_rows_stop_the_analysis_unless_they_may_be_skipped(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    folder.add(("C1", 2023, "villages", "many", "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%")
    with pytest.raises(assess.BadData, match="many"):
        assess.reachability(folder.path)
    assert len(assess.reachability(folder.path, skip_bad_rows=True).problems) == 1


def test_a_plan_weaker_than_the_national_edition_is_said_to_be(folder):
    folder.add(*[(code, year, "ecological_index", 58, "") for code in ("C1", "C2") for year in range(2018, 2023)])
    folder.target("ecological_index", ">=", 57)
    table = assess.reachability(folder.path, 2022).editions
    national = table[(table["edition"] == "2019")].set_index("region_code")
    assert national.at["C1", "national"] == 60 and national.at["C1", "weaker"]
    assert national.at["C2", "national"] == 35 and not national.at["C2", "weaker"]  # arid
