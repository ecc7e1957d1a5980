"""What is said about a forecast: its reasons, its jumps, its record."""

import numpy as np
import pytest

from ecoanalysis import forecast

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


def test_a_known_break_is_taken_out_of_the_forecast():
    unaware, aware = forecast.quantiles([STEP, STEP], 5, [0.1, 0.5, 0.9], breaks=[None, 4])
    assert np.ptp(aware[4]) < np.ptp(unaware[4]) / 2
    assert abs(aware[4, 1] - 19.8) < 1
    joined = np.array([19.9, 20.1, 19.8, 20.0, 20, 20.3, 19.8])
    np.testing.assert_allclose(aware, forecast.quantiles([joined], 5, [0.1, 0.5, 0.9])[0], rtol=0.05)


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
    assert row.low <= 0.72 <= row.high and row.fewest <= 8 <= row.most
    assert forecast.fared(1.0, 40).high == 1.0
    assert forecast.fared(0.5, 1) is None
    for wrong in ((1.2, 8), (float("nan"), 8), (0.5, 0)):
        with pytest.raises(ValueError, match="probability"):
            forecast.fared(*wrong)
