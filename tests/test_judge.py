"""Target against value and futures: pure functions, checked with a pocket calculator."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecoanalysis import catalog, futures, judge
from ecoanalysis.formulas.rates import wilson_interval
from ecoanalysis.words import decimal

INDICATORS = catalog.indicators()
SHARE, INTENSITY = INDICATORS["rural_sewage_treatment_rate"], INDICATORS["energy_per_gdp"]
SETTINGS = judge.Settings()


@pytest.mark.parametrize(
    ("value", "comparison", "target", "expected"),
    [
        (95.0, ">=", 95, True),
        (95.0, ">", 95, False),
        (95.01, ">", 95, True),
        (0.1 + 0.2, "<=", 0.3, True),
        (95.0, "<", 95, False),
        (94.99, ">=", 95, False),
        (57.04, "=", 57.0, True),
        (57.048, "=", 57.0, True),
        (57.06, "=", 57.0, False),
        (99.0, "not_below_base", 100, False),
        (100.0, "not_above_base", 99, False),
        (np.nan, ">=", 0, False),
        (float(np.float32(97.2)), ">=", 97.2, True),
        (0.4999985, ">=", 0.5, False),
    ],
)
def test_a_value_meets_a_target_or_does_not(value, comparison, target, expected):
    assert bool(judge.met(value, np.nan, target, comparison, SHARE)) is expected


@pytest.mark.parametrize(
    ("value", "comparison", "target", "full", "published"),
    [
        (99.96, ">=", 100, False, True),
        (94.6, ">=", 95, False, False),
        (95.04, ">", 95, True, False),
        (0.04, "<=", 0, False, True),
    ],
)
def test_whether_the_full_or_the_published_value_is_compared_is_a_setting(value, comparison, target, full, published):
    assert bool(judge.met(value, np.nan, target, comparison, SHARE, "full")) is full
    assert bool(judge.met(value, np.nan, target, comparison, SHARE, "published")) is published


def test_a_share_already_at_its_limit_counts_as_rising_and_an_amount_at_zero_as_falling():
    assert judge.met(100.0, 100.0, np.nan, "rising", SHARE)
    assert not judge.met(90.0, 90.0, np.nan, "rising", SHARE) and not judge.met(99.5, 99.5, np.nan, "rising", SHARE)
    assert judge.met(0.41, 0.40, np.nan, "rising", INTENSITY) and not judge.met(0.4, 0.4, np.nan, "rising", INTENSITY)
    assert judge.met(0.0, 0.0, np.nan, "falling", INTENSITY)
    assert judge.met(0.40, 0.41, np.nan, "falling", INTENSITY)


def test_what_is_printed_whole_equals_its_target_within_a_half():
    whole = replace(SHARE, decimals=0)
    assert judge.met(57.4, np.nan, 57, "=", whole) and not judge.met(57.6, np.nan, 57, "=", whole)


def test_a_rise_is_one_of_the_published_values_where_these_are_compared():
    assert judge.met(90.04, 90.0, np.nan, "rising", SHARE, "full")
    assert not judge.met(90.04, 90.0, np.nan, "rising", SHARE, "published")
    assert not judge.met(90.3, 90.4, np.nan, "rising", SHARE, "published")
    assert judge.met(90.4, 90.3, np.nan, "rising", SHARE, "published")


@pytest.mark.parametrize(
    ("is_met", "p_reach", "p_hold", "code"),
    [
        (True, 1, 0.80, "reached"),
        (True, 1, 0.79, "reached_at_risk"),
        (True, 1, np.nan, "reached_at_risk"),
        (False, 0.90, 0, "likely"),
        (False, 0.89, 0, "possible"),
        (False, 0.50, 0, "possible"),
        (False, 0.49, 0, "hard"),
        (False, 0.10, 0, "hard"),
        (False, 0.09, 0, "out_of_reach"),
        (False, np.nan, 0, "out_of_reach"),
    ],
)
def test_chances_become_the_classes_of_the_plan(is_met, p_reach, p_hold, code):
    assert judge.verdict(is_met, p_reach, p_hold, SETTINGS) == code


def test_a_duty_is_one_only_at_the_natural_end_of_its_scale():
    waste, sections = INDICATORS["hazardous_waste_rate"], INDICATORS["worse_than_class_five_share"]
    assert judge.is_duty("duty", ">=", 100, waste) and judge.is_duty("duty", "<=", 0, sections)
    assert judge.is_duty("duty", "=", 100, waste) and not judge.is_duty("duty", ">", 0, sections)
    assert not judge.is_duty("duty", ">=", 99.5, waste) and not judge.is_duty("trend", ">=", 100, waste)


def test_a_second_method_speaks_up_only_across_a_bound_and_by_more_than_a_hair():
    assert judge.crosses(0.45, 0.60, SETTINGS)
    assert not judge.crosses(0.49, 0.51, SETTINGS)
    assert not judge.crosses(0.55, 0.85, SETTINGS)
    assert judge.crosses(0.25, 0.5, judge.Settings(methods_differ=0.25))  # a difference of just so much counts
    assert not judge.crosses(np.nan, 0.6, SETTINGS) and not judge.crosses(0.6, np.nan, SETTINGS)


def test_a_survey_just_below_its_target_is_within_its_error():
    """79.7 % of 2 500 answers: 78.1 to 81.2 %, with 80 inside; 77 % is 75.3 to 78.6."""
    assert judge.within_survey_error(79.7, 2500, 80, wilson_interval)
    assert not judge.within_survey_error(77.0, 2500, 80, wilson_interval)
    # 60 of 100 answers: 50.20 to 69.06 %
    assert judge.within_survey_error(60, 100, 69.0, wilson_interval)
    assert not judge.within_survey_error(60, 100, 69.2, wilson_interval)
    assert not judge.within_survey_error(60, 100, 50.1, wilson_interval)
    assert [judge.within_survey_error(75, 9, target, lambda *_: (70, 80)) for target in (69, 70, 80, 81)] == [
        *(False, True, True, False)
    ]
    assert not judge.within_survey_error(np.nan, 100, 80, wilson_interval)
    assert not judge.within_survey_error(79.7, 0, 80, wilson_interval)


# ---------------------------------------------------------------------- gaps


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 100))
def test_the_count_gap_is_exactly_the_villages_that_are_missing(villages, treated, target):
    treated = min(treated, villages)
    missing = int(judge.missing_things(treated, villages, target, ">=", 100, "village"))
    enough = treated + missing
    assert enough * 100 >= target * villages or enough == villages
    assert missing == 0 or (enough - 1) * 100 < target * villages


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 99))
def test_a_strict_target_needs_one_more_when_it_is_met_to_the_village(villages, treated, target):
    treated = min(treated, villages)
    missing = int(judge.missing_things(treated, villages, target, ">", 100, "village"))
    assert (treated + missing) * 100 > target * villages
    assert missing == 0 or (treated + missing - 1) * 100 <= target * villages


@pytest.mark.parametrize(
    ("have", "whole", "target", "comparison", "factor", "unit", "expected"),
    [
        (117, 404, 40, ">=", 100, "village", "45"),  # 161.6 villages, so 162; 117 are done
        (117, 401, 40, ">=", 100, "village", "44"),  # 160.4 villages, so 161
        (116.6, 404, 40, ">=", 100, "village", "46"),  # 45.4 to go are 46
        (117, 404, 40, ">", 100, "village", "45"),
        (9464.35, 9470, 100, ">=", 100, "t", "5.65"),  # of a tonne nothing is rounded up
        (99.38, 100, 100, ">=", 100, "t", "0.62"),
        (40, 100, 55, ">=", 100, "village", "15"),  # 0.55 × 100 is 55, not 55.000…1
        (0, 64_769, 13, ">=", 1, "m²", "841997"),  # a county without any park
        (3, 40, 5, "<=", 100, "piece", "1"),
        (3, 40, 7.5, "<", 100, "piece", "1"),
        (50, 100, 40, ">=", 100, "village", "0"),
    ],
)
def test_missing_things_reckoned_by_hand(have, whole, target, comparison, factor, unit, expected):
    assert judge.missing_things(have, whole, target, comparison, factor, unit) == decimal(float(expected))


def test_what_is_outstanding_is_the_rest_or_what_should_not_be_there():
    assert str(judge.outstanding(9464.35, 9470, 1)) == "5.65"
    assert str(judge.outstanding(1, 14, -1)) == "1"


def test_contributions_add_up_to_the_city_s_gap_by_largest_remainder():
    """88 villages over shortfalls of 45, 48 and 20: 35.04, 37.38 and 15.58, so 35, 37 and 16."""
    assert judge.contributions([45, 48, 0, 20], 88, True).tolist() == [35, 37, 0, 16]
    assert judge.contributions([2.4, 3.25], 5.65, False) == pytest.approx([2.4, 3.25])
    assert np.isnan(judge.contributions([0, np.nan], 5, True)).all()
    assert np.isnan(judge.contributions([2, 3], 0, True)).all()
    assert judge.contributions([1] * 20, 11, True).tolist() == [1] * 11 + [0] * 9  # of equals the first
    assert judge.contributions([0.25, 0.5], 0.6, False) == pytest.approx([0.2, 0.4])  # less than one hectare in all


@given(st.lists(st.integers(0, 60), min_size=1, max_size=9), st.floats(0.1, 1))
def test_contributions_never_lose_a_village(short, share):
    whole = float(int(sum(short) * share))
    parts = judge.contributions(short, whole, True)
    if whole > 0:
        assert parts.sum() == whole and (parts >= 0).all() and (parts <= np.array(short) + 1).all()


# ---------------------------------------------------------------------- paces


def test_the_observed_pace_is_linear_over_five_calendar_years():
    """From 5 in 2018 to 29 in 2023 is 24 in 5 years: 4.8 a year; 2017 is too long ago. Over three: 20 since 2021."""
    history = pd.Series({2017: 1.0, 2018: 5.0, 2021: 9.0, 2023: 29.0})
    assert judge.observed_pace(history) == (4.8, 2018.0)
    assert judge.observed_pace(history, recent_years=3) == (10, 2021.0)
    assert judge.observed_pace(pd.Series({2020: 1.0, 2023: 7.7})) == (pytest.approx(6.7 / 3), 2020.0)
    assert np.isnan(judge.observed_pace(pd.Series({2023: 7.7}))[0])


def test_the_needed_pace_is_the_gap_over_the_years_that_are_left():
    assert judge.required_pace(28.96, 40, 2) == pytest.approx(5.52)
    assert judge.required_pace(0.60, 0.45, 3) == pytest.approx(-0.05)
    assert np.isnan(judge.required_pace(30, 40, 0))


def test_the_pace_for_a_chance_of_80_lifts_the_unlucky_futures_to_the_target():
    paths = np.random.default_rng(1).normal(30, 5, 100_000)
    pace = judge.pace_for_chance(paths, 20, 40, 4, 1, 0.8)
    lifted = paths - np.median(paths) + 20 + pace * 4
    assert (lifted >= 40).mean() == pytest.approx(0.8, abs=0.002)


@given(st.floats(1, 99), st.floats(1, 99), st.integers(1, 6), st.floats(0, 9), st.sampled_from([1, -1]))
def test_the_pace_for_a_chance_of_80_is_never_less_than_the_needed_one(latest, target, years, width, better):
    paths = np.linspace(latest - width, latest + width, 101)
    pace = judge.pace_for_chance(paths, latest, target, years, better, 0.8)
    needed = judge.required_pace(latest, target, years)
    assert better * pace >= better * needed - 1e-9


# ---------------------------------------------------------------------- chances


def outlook(values, paths, last=2023):
    """One region by year up to `last`, and hand-made paths (paths × years) after it."""
    years = pd.RangeIndex(last - len(values) + 1, last + 1 + len(paths[0]))
    measured = np.full((1, len(years)), np.nan)
    measured[0, : len(values)] = values
    drawn = np.array(paths, float)[None]

    def at(year):
        if year > last:
            return drawn[:, :, year - last - 1]
        return np.repeat(measured[:, [year - years[0]]], drawn.shape[1], axis=1)

    return SimpleNamespace(
        regions=("A",), basis=("reported",), years=years, values=measured, latest=np.array([last]), at=at
    )


PATHS = [[41, 42, 43], [39, 42, 39], [38, 39, 41], [35, 36, 37]]  # 2024, 2025, 2026


def said(values=(30, 34, 38), target=40.0, comparison=">=", due=2025, hold=2026, as_of=2023, rounding="full"):
    when = {"due": due, "hold_until": hold, "as_of": as_of, "rounding": rounding}
    return judge.chances(outlook(values, PATHS), np.array([target]), comparison, SHARE, **when).iloc[0]


def test_the_chance_of_reaching_speaks_of_the_due_year_and_the_chance_of_holding_of_every_year_after():
    """Two of four paths stand at 40 or more in 2025; one of them also in 2026."""
    row = said()
    assert (row["p_reach"], row["p_hold"], row["met_at_due"], bool(row["met_now"])) == (0.5, 0.25, "", False)
    assert row["attain_year"] == 2025
    assert row["median_at_due"] == 40.5


def test_past_due_the_value_of_the_due_year_decides_and_the_chance_speaks_of_the_re_inspection():
    row = said(due=2022)
    assert row["met_at_due"] == "no" and row["p_reach"] == 0.5  # 43 and 41 of 2026
    assert np.isnan(row["median_at_due"]) and row["median_at_milestone"] == 40
    assert said(due=2020)["met_at_due"] == "unknown"


def test_what_is_met_has_to_be_met_in_every_year_from_now_on():
    """From 2024 to 2026 only the first path never falls under 40."""
    row = said(values=(30, 41, 44), due=2023)
    assert (row["met_at_due"], row["p_reach"], row["p_hold"], row["attain_year"]) == ("yes", 1.0, 0.25, 2022)


def test_less_is_better_is_judged_the_other_way_round():
    row = said(values=(44, 42, 41), target=39.0, comparison="<=", due=2025)
    assert row["p_reach"] == 0.5 and row["p_hold"] == 0.25  # 39 and 36 in 2025; 41 and 37 in 2026


@pytest.mark.parametrize(("rounding", "met_now", "chance"), [("full", False, 0), ("published", True, 0.5)])
def test_futures_are_compared_as_values_are(rounding, met_now, chance):
    """39.96 of 2023 is printed as 40.0, and so is the first of 39.96 and 39.94 in 2024."""
    seen, goals = outlook((39.96,), [[39.96], [39.94]]), np.array([40.0])
    when = {"due": 2024, "hold_until": 2024, "as_of": 2023, "rounding": rounding}
    row = judge.chances(seen, goals, ">=", SHARE, **when).iloc[0]
    assert (bool(row["met_now"]), row["p_reach"], row["p_hold"]) == (met_now, chance, chance)
    assert judge.reach(seen, goals, ">=", SHARE, 2024, rounding).tolist() == [chance]


@pytest.mark.parametrize(("values", "held"), [((38, 39), 0), ((38, 41), 1)])
def test_where_no_year_is_left_to_hold_what_stands_is_held(values, held):
    row = said(values=values, due=2023, hold=2023)
    assert row["p_hold"] == held and np.isnan(row["median_at_milestone"])


def test_a_target_is_attained_in_the_first_year_that_is_more_likely_than_not_to_meet_it_the_last_one_too():
    seen, when = outlook((30, 41, 30), [[39, 39, 41]]), {"due": 2025, "hold_until": 2026, "as_of": 2023}
    assert judge.chances(seen, np.array([40.0]), ">=", SHARE, **when, rounding="full").loc[0, "attain_year"] == 2026


@pytest.mark.parametrize(
    ("before", "place"), [([], 0), ([True, True], 0), ([False, True], 1), ([True, False], 2), ([False, True, False], 3)]
)
def test_what_is_met_stands_since_the_year_after_its_last_lapse(before, place):
    assert judge.standing_since(np.array(before, bool)) == place


def test_falling_looks_at_the_year_before():
    row = said(values=(40, 39, 38), target=np.nan, comparison="falling", due=2023)
    assert bool(row["met_now"]) and row["p_hold"] == 0.0  # no path falls in all three years
    row = said(values=(38, 39, 40), target=np.nan, comparison="falling", due=2026)
    assert row["p_reach"] == 0.25  # from 42 to 39 in 2026; 39 was 39 two years ago


# ---------------------------------------------------------------------- what is weak


def weak(**rows):
    table = pd.DataFrame.from_dict(rows, orient="index")
    names = ["verdict", "named_weak", "binding", "gap", "spread", "pace_observed", "p_reach", "p_hold", "printed_gap"]
    table.columns = names
    return list(judge.weakness(table))


def test_named_weak_points_come_first_then_binding_ones_and_what_is_nearly_done_last():
    order = weak(
        safe=("reached", False, True, 0, 1, 1, 1, 0.9, 0),
        slipping=("reached_at_risk", False, True, 0, 1, 1, 1, 0.5, 0),
        advisory=("hard", False, False, 9, 1, 1, 0.2, 0.2, 9),
        binding_near=("hard", False, True, 2, 1, 1, 0.3, 0.3, 2),
        binding_far=("hard", False, True, 8, 1, 1, 0.3, 0.3, 8),
        rounding=("hard", False, True, 0.01, 1, 1, 0.3, 0.3, 0),
        named=("possible", True, False, 3, 1, 1, 0.6, 0.6, 3),
        named_and_safe=("reached", True, False, 0, 1, 1, 1, 0.95, 0),
    )
    assert order == ["named", "binding_far", "binding_near", "slipping", "advisory", "rounding"]


def test_among_equals_the_farthest_comes_first_then_the_slowest_then_the_least_likely():
    """In years of usual movement and at the recent pace: 2/1 and 2/4; a series that never moves is farther than any."""
    order = weak(
        likely=("likely", False, True, 2, 1, 1, 0.9, 0.9, 2),
        far=("hard", False, True, 4, 0.5, 1, 0.4, 0.4, 4),
        wide=("hard", False, True, 4, 2, 1, 0.4, 0.4, 4),
        still=("hard", False, True, 2, 0, 1, 0.4, 0.4, 2),
        noise=("hard", False, True, 3, 1e-12, 0.5, 0.4, 0.4, 3),
        once=("hard", False, True, 2, NAN, 1, 0.4, 0.4, 2),
        fast=("hard", False, True, 2, 1, -4, 0.4, 0.4, 2),
        slow=("hard", False, True, 2, 1, 1, 0.4, 0.4, 2),
        slower=("hard", False, True, 2, 1, -0.25, 0.4, 0.4, 2),
        stands=("hard", False, True, 2, 1, 0, 0.4, 0.4, 2),
        no_pace=("hard", False, True, 2, 1, NAN, 0.4, 0.4, 2),
        stands_with_less=("hard", False, True, 2, 1, 0, 0.3, 0.9, 2),
        stands_without=("hard", False, True, 2, 1, 0, NAN, 0.9, 2),
        slips=("reached_at_risk", False, True, 0, 1, 1, 1, 0.6, 0),
        slips_more=("reached_at_risk", False, True, 0, 1, 1, 1, 0.5, 0),
        asks_nothing=("not_applicable", True, True, NAN, NAN, NAN, NAN, NAN, NAN),
    )
    assert order == [
        *("noise", "still", "once", "far", "stands_without", "stands_with_less", "stands", "no_pace"),
        *("slower", "wide", "slow", "fast"),
        *("likely", "slips_more", "slips"),
    ]  # fmt: skip


def test_more_decimals_are_shown_where_rounding_would_hide_that_a_target_is_unmet():
    assert judge.decimals_that_show(99.96, 100, ">=", SHARE) == 2
    assert judge.decimals_that_show(99.94, 100, ">=", SHARE) == 1
    assert judge.decimals_that_show(28.96, 40, ">=", SHARE) == 1
    assert judge.decimals_that_show(57.06, 57, "=", SHARE) == 1  # off by more than half a tenth
    assert judge.decimals_that_show(99.9999999, 100, ">=", SHARE) == 6  # at most
    assert judge.decimals_that_show(28.96, np.nan, "rising", SHARE) == 1


def test_the_printed_gap_is_what_a_reader_reckons():
    """36.45 is printed as 36.4 (half to even), and 40 less 36.4 is 3.6, though the gap is 3.55."""
    assert str(judge.printed_gap(36.45, 40, 1)) == "3.6"


def test_the_worst_part_decides_an_indicator():
    assert judge.worst(["reached", "hard", "documented"]) == "hard"
    assert judge.worst(["reached", "undocumented"]) == "undocumented"
    worded = {key.removeprefix("verdict.") for key in catalog.phrases() if key.startswith("verdict.")}
    assert set(judge.SEVERITY) == worded - {"out_of_reach_pressing"}


# ---------------------------------------------------------------------- several regions at once

NAN = np.nan
ENDS = [2023, 2022, 2023, 2023, 2022]  # the last measured years of A to E
MEASURED = [[30, 34, 38], [26, 30, NAN], [41, 39, 41], [18, 19, 20], [44, 45, NAN]]  # 2021, 2022, 2023
TWO_PATHS = [  # 2023 to 2026; what was measured in 2023 is repeated
    [[38, 39, 42, 43], [38, 39, 39, 41]],
    [[41, 41, 41, 41], [39, 39, 41, 39]],
    [[41, 41, 41, 41], [41, 41, 39, 41]],
    [[20, 30, 30, 39], [20, 30, 31, 39]],
    [[35, 45, 45, 45], [45, 45, 45, 45]],
]


def several(due: int, hold: int = 2026):
    """Five regions that have to stand at 40, judged in 2023."""
    values = np.full((5, 6), NAN)
    values[:, :3] = MEASURED
    years, ahead = pd.RangeIndex(2021, 2027), pd.RangeIndex(2023, 2027)
    basis, drawn = ("reported",) * 5, np.array(TWO_PATHS, np.float32)
    known = futures.Outlook("x", tuple("ABCDE"), basis, years, values, np.array(ENDS), ahead, drawn, "by hand")
    when = {"due": due, "hold_until": hold, "as_of": 2023, "rounding": "full"}
    return judge.chances(known, np.full(5, 40.0), ">=", SHARE, **when).set_index(pd.Index(list("ABCDE")))


def test_regions_whose_figures_end_in_different_years_are_judged_each_by_its_own():
    """A reaches 40 in 2025 on one path, in 2026 on both; B on one path from 2023, on both in 2025; C stands there since
    2023 alone; D never does; E stood there in 2022, and what 2023 would have been is not asked any more."""
    table = several(due=2025)
    assert table["met_now"].tolist() == [False, False, True, False, True]
    assert table["p_reach"].tolist() == [0.5, 1, 0.5, 0, 1]
    assert table["p_hold"].tolist() == [0.5, 0.5, 0.5, 0, 1]
    assert table["attain_year"].fillna(0).tolist() == [2025, 2023, 2023, 0, 2021]
    assert table["median_at_due"].tolist() == [40.5, 41, 40, 30.5, 45]
    assert table["median_at_milestone"].tolist() == [40.5, 41, 40, 30.5, 45]
    assert table["met_at_due"].tolist() == [""] * 5


def test_a_date_that_has_passed_is_answered_by_its_own_year_alone():
    """2022: 34, 30, 39, 19 and 45. 2023: 38, not known, 41, 20, not known."""
    assert several(due=2022)["met_at_due"].tolist() == ["no", "no", "no", "no", "yes"]
    table = several(due=2023)
    assert table["met_at_due"].tolist() == ["no", "unknown", "yes", "no", "unknown"]
    assert table["p_reach"].tolist() == [1, 0.5, 1, 0, 1]  # of 2026; what is met and due is met
    assert table["p_hold"].tolist() == [1, 0.5, 0.5, 0, 1]
    assert table["median_at_due"].fillna(-1).tolist() == [-1, 40, -1, -1, 40]  # only where it is still to come
    assert table["median_at_milestone"].tolist() == [42, 40, 41, 39, 45]


def test_a_band_of_80_leaves_a_tenth_on_either_side():
    """Eleven paths at 0, 1, … 10: the second lowest and the second highest."""
    when = {"due": 2024, "hold_until": 2024, "as_of": 2023, "rounding": "full"}
    row = judge.chances(outlook((5,), [[n] for n in range(11)]), np.array([10]), ">=", SHARE, **when).iloc[0]
    assert (row["lo80_at_due"], row["median_at_due"], row["hi80_at_due"]) == (1, 5, 9)


def test_a_chance_speaks_of_the_due_year_until_the_year_has_come():
    assert judge.milestone_of(2024, 2026, 2023) == 2024
    assert judge.milestone_of(2023, 2026, 2023) == judge.milestone_of(2020, 2026, 2023) == 2026


def test_the_bounds_of_the_classes_are_those_of_the_documents():
    assert (SETTINGS.likely, SETTINGS.possible, SETTINGS.hard, SETTINGS.hold) == (0.9, 0.5, 0.1, 0.8)
    assert (SETTINGS.sure, SETTINGS.advisory_share, SETTINGS.methods_differ) == (0.8, 0.8, 0.1)
    assert (SETTINGS.few_values, SETTINGS.stale_years, SETTINGS.recent_years, SETTINGS.years_beyond) == (4, 2, 5, 5)
    with pytest.raises(ValueError, match="half"):
        judge.Settings(rounding="half")


@pytest.mark.parametrize(
    ("latest", "target", "comparison", "is_met", "expected"),
    [
        (29.0, 40, ">=", False, 11),
        (0.60, 0.45, "<=", False, 0.15),
        (95.0, 95, ">", False, 0),
        (98.0, 100, "not_below_base", False, 2),
        (103.0, 100, "not_above_base", False, 3),
        (57.3, 57, "=", False, 0.3),
        (56.7, 57, "=", False, 0.3),
        (96.0, 95, ">=", True, 0),
    ],
)
def test_a_gap_is_the_way_to_the_target_and_none_when_it_is_met(latest, target, comparison, is_met, expected):
    assert judge.gap(latest, target, comparison, is_met) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("have", "whole", "target", "comparison", "unit", "expected"),
    [
        (106.3, 1000, 12, "not_below_base", "km²", "13.7"),
        (130, 1000, 12, "not_above_base", "km²", "10"),
        (130, 1000, 12, ">=", "km²", "0"),
        (5, 1000, 0.25, "<=", "t", "2.5"),
        (11, 100, 11.5, "not_below_base", "village", "1"),
        (12, 100, 11.5, "not_above_base", "village", "1"),
        (12, 100, 12, "<", "village", "1"),
        (12, 100, 11.2, "<", "village", "1"),
        (0, 100, 0, "<", "village", "1"),
        (11, 100, 12, "<", "village", "0"),
    ],
)
def test_things_beyond_a_bound_reckoned_by_hand(have, whole, target, comparison, unit, expected):
    assert judge.missing_things(have, whole, target, comparison, 100, unit) == decimal(float(expected))
    assert judge.missing_things(have, whole, target, "=", 100, unit).is_nan()


def test_the_yearly_spread_counts_the_years_between():
    """10, 14 a year later, 10 two years after that: 4 and 2 a year."""
    assert judge.spread(pd.Series({2018: 10.0, 2019: 14.0, 2021: 10.0})) == 3
    assert np.isnan(judge.spread(pd.Series({2018: 10.0})))


def test_the_pace_for_a_chance_of_80_is_reckoned_from_the_second_of_ten_steps():
    """Paths at 20, 21, … 30, median 25, one in five at 22 or less: 40 has to be passed by 3, from 20 in 4 years 5.75.
    Downwards to 10, one in five at 28 or more: 10 + 25 − 28 − 20 is −13, −3.25 a year."""
    paths = np.arange(20.0, 31.0)
    assert judge.pace_for_chance(paths, 20, 40, 4, 1, 0.8) == pytest.approx(5.75)
    assert judge.pace_for_chance(paths, 20, 10, 4, -1, 0.8) == pytest.approx(-3.25)
    assert np.isnan(judge.pace_for_chance(paths, 20, 40, 4, 0, 0.8))
    assert np.isnan(judge.pace_for_chance(paths, 20, 40, 0, 1, 0.8))


def test_many_histories_are_judged_as_each_alone():
    gap = np.nan
    years = np.arange(2015, 2024)
    values = np.array(
        [
            [1.0, gap, gap, 5.0, gap, 9.0, gap, gap, 29.0],  # from 5 in 2018 to 29 in 2023; |4|/3, |4|/2, |20|/3 a year
            [gap] * 8 + [7.7],
            [gap] * 5 + [1.0, gap, gap, 7.7],
            [gap] * 9,
            [gap] * 7 + [3.0, 5.0],
            [gap] * 7 + [3.0, 2.0],
        ]
    )
    pace, since = judge.observed_paces(values, years, 5)
    assert pace.tolist() == pytest.approx([4.8, gap, 6.7 / 3, gap, 2, -1], nan_ok=True)
    assert since.tolist() == pytest.approx([2018, gap, 2020, gap, 2022, 2022], nan_ok=True)
    assert judge.spreads(values, years).tolist() == pytest.approx([10 / 3, gap, 6.7 / 3, gap, 2, 1], nan_ok=True)


def test_the_pace_for_a_chance_is_asked_of_many_regions_at_once():
    paths = np.array([np.arange(101.0), np.arange(101.0) + 1000])  # medians 50 and 1050, the unlucky fifth 20 and 1020
    found = judge.pace_for_chance(paths, np.array([20.0, 20.0]), np.array([40.0, 40.0]), np.array([4, 0]), 1, 0.8)
    assert found[0] == pytest.approx((40 + 30 - 20) / 4) and np.isnan(found[1])


# ---------------------------------------------------------------------- national editions


def national(edition, indicator, value, region_class="all", confidence="A"):
    return SimpleNamespace(
        edition=edition, indicator=indicator.code, part="", region_class=region_class, comparison=">=", value=value,
        confidence=confidence,
    )  # fmt: skip


ASKED = [
    national("plan", SHARE, 99),
    national("2019", SHARE, 60),
    national("2019", SHARE, 50, "terrain=hill", "C"),
    national("2024", INTENSITY, 0.3),
    national("2024", SHARE, 45),
    national("2030", SHARE, None),
]


def test_a_plan_is_weaker_than_an_edition_that_asks_more_of_such_a_region():
    """Of A, in the plain, 2019 asks 60 %, of B, among hills, 50 %; the plan asks 55 and 50, and 0.45 t where 0.3 is the most."""
    regions = pd.DataFrame({"code": ["A", "B"], "terrain": ["plain", "hill"]})
    planned = [
        ("A", SHARE.code, "", "rising", NAN),
        ("A", SHARE.code, "", ">=", 55.0),
        ("B", SHARE.code, "", ">=", 50.0),
        ("A", INTENSITY.code, "", "<=", 0.45),
    ]
    plan = pd.DataFrame(planned, columns=["region_code", "indicator", "part", "comparison", "target"])
    table = judge.editions(plan, regions, ASKED, INDICATORS)
    assert list(table) == judge.EDITION_COLUMNS
    told = ["region_code", "indicator", "target", "edition", "national", "region_class", "confidence", "weaker"]
    assert table[told].to_numpy().tolist() == [
        ["A", SHARE.code, 55, "2019", 60, "all", "A", True],
        ["A", SHARE.code, 55, "2024", 45, "all", "A", False],
        ["B", SHARE.code, 50, "2019", 50, "terrain=hill", "C", False],
        ["B", SHARE.code, 50, "2024", 45, "all", "A", False],
        ["A", INTENSITY.code, 0.45, "2024", 0.3, "all", "A", True],
    ]
    assert table.loc[0, ["comparison", "national_comparison", "unit"]].tolist() == [">=", ">=", "%"]


def test_an_edition_that_asks_nothing_of_such_a_region_has_no_threshold():
    only_hills = [national("2019", SHARE, 50, "terrain=hill")]
    assert judge.threshold(only_hills, "2019", SHARE, {"terrain": "plain"}) is None
    assert judge.threshold(only_hills, "2019", SHARE, {"terrain": "hill"}).value == 50
    assert judge.threshold(ASKED, "2019", INTENSITY, {"terrain": "hill"}) is None
    other_part = [SimpleNamespace(**vars(national("2019", SHARE, 50)) | {"part": "b"})]
    assert judge.threshold(other_part, "2019", SHARE, {"terrain": "hill"}) is None
    assert judge.threshold(other_part, "2019", replace(SHARE, part="b"), {"terrain": "hill"}).value == 50
    assert judge.threshold(only_hills, "2019", replace(SHARE, part="b"), {"terrain": "hill"}).value == 50
