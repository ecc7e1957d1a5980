"""What is said about a forecast: its reasons, its jumps, its record."""

import numpy as np
import pytest

from ecoanalysis import forecast, words
from ecoanalysis.forecast import explanation, features

STEP = [10, 10.2, 9.9, 10.1, 20, 20.3, 19.8]


def test_a_jump_that_stays_is_found_with_its_place_and_size():
    shift = forecast.level_shift(STEP)
    assert shift.place == 4 and shift.size == pytest.approx(9.9) and shift.times > 8
    falling = forecast.level_shift([-value for value in STEP])
    assert falling.place == 4 and falling.size == pytest.approx(-9.9)


@pytest.mark.parametrize(
    "history",
    [
        [10, 10.2, 9.9, 30, 10.1, 10, 10.3],
        [1, 2, 3, 4, 5, 6, 7, 8],
        [10, 10.2, 9.9, 10.1, 20],
        [5.0] * 9,
        [10, 10.2, 9.9, 10.1, 10.0, 10.2, 20],
    ],
    ids=["outlier", "trend", "too short", "constant", "last year only"],
)
def test_what_is_no_level_shift_is_not_called_one(history):
    assert forecast.level_shift(history) is None


def test_random_walks_seldom_seem_to_have_a_level_shift():
    walks = np.random.default_rng(3).normal(size=(1000, 12)).cumsum(axis=1)
    assert sum(forecast.level_shift(walk) is not None for walk in walks) < 20


def test_a_gap_does_not_hide_a_level_shift():
    assert forecast.level_shift([10, 10.2, np.nan, 9.9, 10.1, 20, 20.3, 19.8]).place == 5


def test_a_shift_needs_two_values_on_either_side_among_one_history_and_among_many():
    two_after, one_after = [10, 10.2, 9.9, 10.1, 20, 20.2], [10, 10.2, 9.9, 10.1, 10.0, 20]
    two_before, falling = [20, 20.2, 10, 10.2, 9.9, 10.1], [20, 20.2, 20.1, 20, 10, 10.2]
    assert forecast.level_shift(two_after).place == 4 and forecast.level_shift(two_before).place == 2
    gap = np.nan
    table = np.array([two_after, one_after, two_before, falling, [gap, *two_after[1:]], [5.0] * 6, [gap] * 6])
    assert forecast.have_shifted(table).tolist() == [True, False, True, True, False, False, False]


def test_a_shift_is_measured_by_the_typical_other_change_not_by_their_mean():
    """Other changes of 0.1, 0.1, 0.1 and 10: the jump of 20 is 200 times the typical one, and 7.8 times their mean."""
    shift = forecast.level_shift([0, 0.1, 0.2, 20.2, 20.3, 30.3])
    assert shift.place == 3 and shift.times == pytest.approx(200)


def test_a_known_break_is_taken_out_of_the_forecast():
    unaware, aware = forecast.quantiles([STEP, STEP], 5, [0.1, 0.5, 0.9], breaks=[None, 4])
    assert np.ptp(aware[4]) < np.ptp(unaware[4]) / 2
    assert abs(aware[4, 1] - 19.8) < 1
    joined = np.array([19.9, 20.1, 19.8, 20.0, 20, 20.3, 19.8])
    np.testing.assert_allclose(aware, forecast.quantiles([joined], 5, [0.1, 0.5, 0.9])[0], rtol=0.05)


def test_after_a_break_between_two_values_the_second_is_all_that_is_known():
    found = forecast.quantiles([[10.0, 20.0]], 3, [0.1, 0.5, 0.9], breaks=[1])
    np.testing.assert_allclose(found, forecast.quantiles([[20.0, 20.0]], 3, [0.1, 0.5, 0.9]))


@pytest.mark.parametrize("place", [0, 7, -1, 2.5, "4", True])
def test_a_break_outside_the_history_is_refused(place):
    with pytest.raises(ValueError, match="series 0: break"):
        forecast.quantiles([STEP], 3, [0.5], breaks=[place])


def test_an_explanation_agrees_with_the_forecast_it_explains():
    history = [60.0, 63, 64, 68, np.nan, 73, 75]
    found = forecast.explain(history, 4, bounds=(0, 100), better=1)
    expected = forecast.quantiles([history], 4, [0.025, 0.1, 0.5, 0.9, 0.975], bounds=[(0, 100)], better=[1])[0]
    np.testing.assert_allclose(found.bands, expected)
    assert (found.observations, found.gaps, found.latest) == (6, 1, 75)
    assert found.mean_change == pytest.approx(2.5)
    assert 0.8 < found.agreement <= 1
    assert found.followed == pytest.approx(found.bands[0, 2] - 75)
    assert found.pull == pytest.approx(1 - found.followed / 2.5)
    assert found.shift is None


def test_an_explanation_counts_the_chance_of_sitting_on_the_ceiling():
    found = forecast.explain([97.0, 98.5, 99.5, 100.0, 100.0], 3, bounds=(0, 100), better=1)
    assert (found.at_bound[:, 1] > 0.1).all() and (found.at_bound[:, 0] == 0).all()


@pytest.mark.parametrize("history", [[5.0], [0.0, 0.0], [3.0, 3.0, 3.0], [1.0, 2.0, np.nan]])
def test_every_history_can_be_explained(history):
    found = forecast.explain(history)
    assert np.isfinite(found.bands).all() and np.isfinite(found.plain_bands).all()


def test_the_record_of_the_reference_panel_lies_near_the_diagonal():
    rows = forecast.fared_table()
    assert len(rows) >= 20
    for row in rows:
        assert row.low <= row.said <= row.high
        assert abs(row.came_true - row.said) < 0.1
        assert row.statements >= 200 and row.series > 0


def test_a_statement_finds_the_record_of_its_own_kind():
    row = forecast.fared(0.72, 8)
    assert row.domain == "any"
    assert row.low <= 0.72 <= row.high and row.fewest <= 8 <= row.most
    assert forecast.fared(1.0, 40).high == 1.0 and forecast.fared(0.0, 40).low == 0.0
    assert forecast.fared(0.5, 1) is None
    for wrong in ((1.2, 8), (float("nan"), 8), (0.5, 0)):
        with pytest.raises(ValueError, match="probability"):
            forecast.fared(*wrong)


def test_a_share_near_its_limit_has_a_record_of_its_own():
    row = forecast.fared(0.72, 8, near_limit=True)
    assert (row.domain, row.low, row.high, row.statements, row.came_true) == ("near_limit", 0.7, 0.8, 540, 0.770)
    assert forecast.fared(0.95, 30, near_limit=True).low == 0.8
    assert forecast.fared(0.5, 2, near_limit=True) is None


@pytest.mark.parametrize(
    ("value", "bounds", "better", "near"),
    [
        (90.0, (0, 100), 1, True),
        (89.9, (0, 100), 1, False),
        (100.0, (0, 100), 1, True),
        (95.0, (0, 100), -1, False),
        (10.0, (0, 100), -1, True),
        (10.0, (0, 100), 0, False),
        (0.0, (0, None), -1, False),
        (0.0, (0, np.nan), -1, False),
        (np.nan, (0, 100), 1, False),
        (2.9, (1, 3), 1, True),
        (1.1, (1, 3), -1, True),
    ],
)
def test_near_its_limit_is_within_a_tenth_of_the_way_between_two_bounds(value, bounds, better, near):
    assert forecast.near_limit(value, bounds, better) is near


RISING = [60.0, 63, 64, 68, 70, 73, 75]


def reasons(history, **more) -> dict[str, np.ndarray]:
    return {reason.name: reason.moved for reason in forecast.explain(history, 4, **more).reasons}


def test_every_feature_that_leans_one_way_belongs_to_one_reason():
    named = [name for names in explanation.REASONS.values() for name in names]
    assert sorted(named) == sorted(features.ODD)


def test_the_known_good_direction_moves_the_forecast_by_what_it_does_without():
    known, unknown = (forecast.quantiles([RISING], 4, [0.5], better=[sign])[0, :, 0] for sign in (1, 0))
    np.testing.assert_allclose(reasons(RISING, better=1)["better"], known - unknown, rtol=1e-9)
    np.testing.assert_array_equal(reasons(RISING, better=0)["better"], np.zeros(4))


def test_what_moved_a_series_moved_its_mirror_image_the_other_way_and_has_its_unit():
    moved, mirrored, larger = (reasons(sign * np.array(RISING)) for sign in (1, -1, 1000))
    for name, values in moved.items():
        np.testing.assert_allclose(mirrored[name], -values, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(larger[name], 1000 * values, rtol=1e-6, atol=1e-9)
    assert moved["recent"][-1] > 0.5


def test_reasons_come_strongest_first_and_weak_ones_are_not_told():
    found = forecast.explain(RISING, 4)
    sizes = [abs(reason.moved[-1]) for reason in found.reasons]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 0
    assert len(forecast.sentences(found, words.of("en"), 0, most=9)) == 1 + sum(size >= 0.5 for size in sizes)


def made(**more) -> forecast.Explanation:
    """An explanation with numbers chosen by hand."""
    bands = np.array([[1.0, 2, 5, 8, 9], [1, 2.5, 6, 8.5, 10], [1, 3, 7, 9, 12]])
    return explanation.Explanation(
        *(8, 0, 5.0, 1.0, 0.5, 0.3, 0.4, 0.5, 1.0, 1.6, np.zeros((3, 2)), None, bands, bands, 0.1),
        **(
            {"sisters": 0, "lone_bands": bands, "standing": np.zeros(3), "lone_standing": np.zeros(3)}
            | {"sisters_that_stand": (0, 0), "reasons": ()}
            | more
        ),
    )


def test_an_explanation_is_told_in_both_languages():
    moves = (
        explanation.Reason("recent", (), np.array([0.5, 0.9, 1.24])),
        explanation.Reason("bounds", (), np.array([0.1, -0.2, -0.36])),
        explanation.Reason("jump", (), np.array([0.1, 0.08, 0.04])),
    )
    lone = np.array([[0.0, 1, 4, 8, 9], [0, 1, 5, 9, 11], [0, 1, 6, 10, 12]])
    stands = np.array([0.8, 0.5, 0.31])
    found = made(sisters=6, lone_bands=lone, standing=stands, lone_standing=stands, reasons=moves)
    assert forecast.sentences(found, words.of("zh"), 1, " %") == [
        "因近年变化的方向，未来第 3 年的中位预测高 1.2 %。",
        "因离上下限的远近，未来第 3 年的中位预测低 0.4 %。",
        "参照 6 个同类地区后，未来第 3 年的中位预测由 6.0 % 变为 7.0 %。",
        "八成区间的宽度由 9.0 % 变为 6.0 %。",
        "该数值近来未变，未来第 3 年仍为 5.0 % 的概率 31 %。",
    ]
    assert forecast.sentences(found, words.of("en"), 1, " %") == [
        "The median 3 years ahead is 1.2 % higher because of the direction of the recent changes.",
        "The median 3 years ahead is 0.4 % lower because of the distance to the bounds.",
        "With 6 sister regions read, the median 3 years ahead moves from 6.0 % to 7.0 %.",
        "The width of the 80 % band goes from 9.0 % to 6.0 %.",
        "The value has not moved of late; the chance that it is still 5.0 % in 3 years is 31 %.",
    ]
    assert forecast.sentences(found, words.of("zh"), 1, " %", " 个百分点")[0].endswith("高 1.2 个百分点。")
    assert forecast.sentences(made(), words.of("zh"), 1) == ["没有可参照的同类地区，只依据本地历史。"]


@pytest.mark.parametrize(
    ("alone", "together", "zh", "en"),
    [
        (
            0.304,
            0.389,
            "6 个同类地区中有 5 个最近一年也未变，使这一概率由 30 % 升至 39 %。",
            "5 of 6 sister regions did not move in their last year either; that raises the chance from 30 % to 39 %.",
        ),
        (
            0.45,
            0.39,
            "6 个同类地区中有 1 个最近一年有变化，使这一概率由 45 % 降至 39 %。",
            "1 of 6 sister regions moved in their last year; that lowers the chance from 45 % to 39 %.",
        ),
    ],
)
def test_sisters_that_moved_the_chance_of_standing_are_told_behind_it(alone, together, zh, en):
    chances = {"standing": np.array([0.8, 0.6, together]), "lone_standing": np.array([0.7, 0.6, alone])}
    found = made(sisters=7, sisters_that_stand=(5, 6), **chances)
    for lang, sentence in (("zh", zh), ("en", en)):
        *_, stands, told = forecast.sentences(found, words.of(lang), 1)
        assert "39 %" in stands and told == sentence
    unmoved = made(sisters=7, sisters_that_stand=(5, 6), standing=np.full(3, 0.304), lone_standing=np.full(3, 0.3))
    assert "30 %" in forecast.sentences(unmoved, words.of("en"), 1)[-1]


def test_sisters_that_change_nothing_a_reader_could_see_are_told_so():
    found = made(sisters=3)
    assert forecast.sentences(found, words.of("zh"), 1, " %") == [
        "参照 3 个同类地区后，未来第 3 年的中位预测仍为 7.0 %。"
    ]
    assert forecast.sentences(found, words.of("en"), 1, " %") == [
        "With 3 sister regions read, the median 3 years ahead stays at 7.0 %."
    ]


def test_at_its_ceiling_a_value_stands_as_often_as_its_paths_are_there():
    found = forecast.explain([95.0, 98, 100, 100, 100], 3, bounds=(0, 100), better=1)
    told = forecast.quantiles(
        [[95.0, 98, 100, 100, 100]], 3, (np.arange(200) + 0.5) / 200, bounds=[(0, 100)], better=[1]
    )
    np.testing.assert_allclose(found.standing, (told[0] == 100).mean(axis=1), atol=0.006)
    np.testing.assert_allclose(found.at_bound[:, 1], found.standing, atol=0.006)
