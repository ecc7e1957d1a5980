"""What goes in: every fault is named with its series and the remedy; odd histories get a documented answer."""

import warnings

import numpy as np
import pytest

from ecoanalysis import forecast

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def quantiles(histories, horizon=5, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return forecast.quantiles(histories, horizon, LEVELS, **options)


@pytest.mark.parametrize(
    ("history", "fault"),
    [
        ([], "empty history"),
        ([np.nan, np.nan], "all NaN"),
        ([1.0, np.inf], "infinite"),
        (["1", "2"], "not numbers"),
        ("12", "not numbers"),
        ([1.0, "many"], "not numbers"),
        ([True, False], "not numbers"),
        (np.ones((2, 2)), "2 dimensions"),
        (np.ones(61), "last 60"),
        ([1e200, 2e200], "larger unit"),
    ],
)
def test_a_faulty_history_is_named_with_its_remedy(history, fault):
    with pytest.raises(ValueError, match=f"series 1: .*{fault}"):
        quantiles([[1.0, 2.0], history])


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"bounds": [(100, 0)]}, "series 0: .*crossed"),
        (
            {"bounds": [(0, 1)]},
            r"series 0: observation 4 lies outside the bounds \(0, 1\); correct the observation or widen the bounds",
        ),
        ({"bounds": [(0, 10), (0, 10)]}, "2 pairs for 1 series"),
        ({"bounds": [("low", 10)]}, "series 0: bounds"),
        ({"better": [2]}, "series 0: better is 2"),
        ({"better": [1, 1]}, "each of 1 series"),
        ({"breaks": "1"}, "breaks: a position or None for each of 1 series"),
        ({"method": "tarot"}, "choose one of learned"),
    ],
)
def test_faulty_options_are_named_with_their_remedy(options, fault):
    with pytest.raises(ValueError, match=fault):
        quantiles([[4.0, 5.0]], **options)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, True, 61, "5"])
def test_a_horizon_that_is_not_a_number_of_years_is_refused(horizon):
    with pytest.raises(ValueError, match="horizon: .*1 to 60"):
        quantiles([[4.0, 5.0]], horizon)


def test_sixty_years_are_the_longest_horizon():
    assert quantiles([[4.0, 5.0]], 60).shape == (1, 60, 5)


@pytest.mark.parametrize("levels", [[0.0], [1.0], [np.nan], [], ["a"], [[0.1, 0.2]]])
def test_levels_outside_0_and_1_are_refused(levels):
    if levels == []:
        assert forecast.quantiles([[1.0, 2.0]], 3, levels).shape == (1, 3, 0)
        return
    with pytest.raises(ValueError, match="levels"):
        forecast.quantiles([[1.0, 2.0]], 3, levels)


def test_all_faults_are_reported_at_once():
    with pytest.raises(ValueError, match="(?s)series 0: empty.*series 2: infinite"):
        quantiles([[], [1.0], [np.inf]])


def test_groups_paths_and_seed_are_checked():
    for options, fault in [
        ({"groups": ["a", "b"]}, "groups"),
        ({"groups": "a"}, "groups"),
        ({"paths": 0}, "paths"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
    ]:
        with pytest.raises(ValueError, match=fault):
            forecast.sample_paths([[1.0, 2.0]], 3, **options)


def test_nothing_in_gives_nothing_out():
    assert quantiles([]).shape == (0, 5, 5)
    assert forecast.sample_paths([], 3, paths=10).shape == (0, 10, 3)


def test_whole_numbers_lists_and_none_are_histories_too():
    expected = quantiles([np.array([3.0, np.nan, 5.0])])
    np.testing.assert_array_equal(quantiles([[3, None, 5]]), expected)
    np.testing.assert_array_equal(quantiles([np.array([3, 4, 5])]), quantiles([[3.0, 4.0, 5.0]]))


@pytest.mark.parametrize(
    "history",
    [
        [7.0],
        [7.0, 7.0],
        [0.0],
        [0.0, 0.0, 0.0],
        [5.0] * 12,
        [0, 0, 0, 3.0],
        [3.0, 0, 0, 0],
        [-2.0, -1.0, 1.0, 2.0],
        [1.0, np.nan, np.nan, 4.0],
        [np.nan, 2.0, 3.0],
        [2.0, 3.0, np.nan],
        [1, 1.1, 0.9, 1e6, 1.05, 1.0],
        [1e-12, 2e-12, 1.5e-12],
        [1e140, 1.1e140],
        [9e149, 1e150],  # the largest there may be
        list(range(60)),
    ],
)
@pytest.mark.parametrize("method", ["learned", "closed_form"])
def test_every_sound_history_gets_finite_quantiles_in_order(history, method):
    found = quantiles([history], 12, method=method)
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=2) >= 0).all()


def test_one_observation_gets_a_wide_band_around_it():
    low, middle, high = quantiles([[50.0]], 5)[0][4][[1, 2, 3]]
    assert low < 48 and high > 52
    assert abs(middle - 50) < 5


def test_a_series_that_never_moved_gets_a_narrow_band():
    still = quantiles([[50.0] * 8], 5)[0, 4]
    lively = quantiles([[50.0, 52, 49, 51, 50, 53, 50, 50]], 5)[0, 4]
    assert still[3] - still[1] < (lively[3] - lively[1]) / 2


def test_a_series_that_was_never_anything_but_zero_may_leave_it_by_about_a_tenth_of_its_unit():
    """Zeros say how likely it leaves, not by how much."""
    found = quantiles([[0.0, 0.0, 0.0]])[0]
    assert (found[:, 2] == 0).all() and (found[0, [0, 4]] * [-1, 1] > 0.02).all() and found[4, 4] < 3
    np.testing.assert_allclose(found, -found[:, ::-1])
    bounded = quantiles([[0.0, 0.0, 0.0]], bounds=[(0, None)])[0]
    assert (bounded >= 0).all() and (bounded[:, 1] == 0).all() and 0.1 < bounded[4, 4] < 3


def test_a_history_that_ends_in_a_gap_is_continued_from_its_last_value():
    whole = quantiles([[4.0, 5.0, 5.5, 7.0]], 6)
    cut = quantiles([[4.0, 5.0, 5.5, 7.0, np.nan, np.nan]], 4)
    np.testing.assert_allclose(cut, whole[:, 2:])


@pytest.mark.parametrize(
    ("history", "message"), [([1.0, np.inf], "infinite"), ([1.0, -1e200], "larger unit"), ([np.nan, np.nan], "all NaN")]
)
def test_arrays_of_numbers_are_looked_at_as_closely_as_lists(history, message):
    with pytest.raises(ValueError, match=f"series 1: .*{message}"):
        forecast.quantiles([np.array([1.0, 2.0]), np.array(history)], 2, [0.5])
