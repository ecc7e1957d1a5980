"""A series that stands still may go on standing still."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from ecoanalysis import forecast
from ecoanalysis.forecast.shape import Shape
from ecoanalysis.forecast.standstill import inputs
from ecoanalysis.forecast.windows import windows


def stays(history, bounds=(None, None), horizon=3) -> np.ndarray:
    paths = forecast.sample_paths([np.asarray(history, float)], horizon, bounds=[bounds])[0]
    return (paths == history[-1]).mean(axis=0)


def test_the_longer_it_has_stood_the_likelier_it_stands_another_year():
    chances = [stays([3, 4, 5, 6, *[7.0] * years])[0] for years in (1, 2, 3, 5, 8)]
    assert chances == sorted(chances) and chances[0] == 0 and 0.5 < chances[-1] < 0.95


def test_a_rate_that_has_been_100_for_years_probably_stays_there():
    assert stays([95, 98, 100, 100, 100, 100, 100, 100], (0, 100))[2] > 0.6


def test_a_protected_area_that_was_never_redrawn_keeps_its_chance_of_holding():
    paths = forecast.sample_paths([np.full(6, 106.3)], 3, bounds=[(0, None)], better=[1])[0]
    assert (paths >= 106.3).all(axis=1).mean() > 0.6


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([0.0, 50.0, 99.0, 100.0]), min_size=2, max_size=9), st.integers(1, 5))
def test_quantiles_and_paths_tell_the_same_chance_and_stay_ordered_and_inside(values, horizon):
    history, levels = [np.array(values)], np.linspace(0.005, 0.995, 100)
    found = forecast.quantiles(history, horizon, levels, bounds=[(0, 100)])[0]
    assert (np.diff(found, axis=1) >= -1e-9).all() and found.min() >= 0 and found.max() <= 100
    paths = forecast.sample_paths(history, horizon, bounds=[(0, 100)], paths=2000)[0]
    for year in range(horizon):
        told = (found[year] == values[-1]).mean()
        assert told == pytest.approx((paths[:, year] == values[-1]).mean(), abs=0.02)


@pytest.mark.parametrize(
    ("stood", "ahead", "came"), [(1, 1, 0.41), (1, 3, 0.25), (6, 1, 0.78), (6, 3, 0.54), (6, 5, 0.30)]
)
def test_standing_persists_and_then_ends_as_counted_on_environmental_series(stood, ahead, came):
    """Between a series that climbed to where it stands and one that never moved."""
    climbed = stays([3.0, 4, 6, *[7.0] * (stood + 1)], horizon=5)[ahead - 1]
    steady = stays([7.0, 7.0, 6.0, 6.0, *[7.0] * (stood + 1)] if stood == 1 else [7.0] * 7, horizon=5)[ahead - 1]
    assert climbed - 0.05 < came < steady + 0.05
    assert abs((climbed + steady) / 2 - came) < 0.2


@pytest.mark.parametrize(
    ("history", "bounds", "expected"),
    [  # years stood, at its bound, never moved, share of standing years before, share of years at the same value before
        ([3, 4, 5, 7, 7, 7], (0, 100), (2, 0, 0, 0.5 / 3, 0)),
        ([4, 7, 7], (0, 100), (1, 0, 0, 0.5, 0)),
        ([4, 4, 7, 5, 5, 7, 7], (0, 100), (1, 0, 0, 2.5 / 5, 1 / 5)),
        ([7, 7, 7], (0, 100), (2, 0, 1, 0, 0)),
        ([7, 7, 7], (0, 7), (2, 1, 0, 0, 0)),
        ([4, 0, 0], (0, None), (1, 1, 0, 0.5, 0)),
    ],
)
def test_what_the_chance_of_standing_is_made_of(history, bounds, expected):
    seen = inputs(windows([np.array(history, float)], [bounds]))
    names = ("years", "at_bound", "never_moved", "stood_before", "been_there")
    assert [seen[name][0] for name in names] == pytest.approx([np.log(expected[0]), *expected[1:]])
    assert seen["constant"].tolist() == [1]


def test_the_chance_of_five_years_falls_but_not_as_a_power_of_one_year():
    one, five = stays([7.0] * 7, horizon=5)[[0, 4]]
    assert one**5 < five < one


def test_a_value_at_its_bound_stands_longer_and_one_seen_before_returns():
    plain = stays([96.0, 98, 99, 100, 100], (0, 110))
    assert (stays([96.0, 98, 99, 100, 100], (0, 100)) > plain + 0.1).all()
    assert (stays([100.0, 98, 99, 100, 100], (0, 110)) > plain).all()


@pytest.mark.parametrize("method", ["learned", "closed_form"])
@pytest.mark.parametrize(
    ("history", "bounds"),
    [
        ([95.0, 98.0, 100.0, 100.0, 100.0], (0, 100)),
        ([7.0, 3.0, 0.0, 0.0, 0.0], (0, 100)),
        ([7.0, 3.0, 0.0, 0.0, 0.0], (0, None)),
    ],
)
def test_at_a_bound_the_chance_of_standing_is_the_whole_chance_of_the_value(history, bounds, method):
    """By hand from the table: odds of exp(-1.191 + 0.638 ln 2 + 1.712 + 1.468 * 0.25), 3 years ahead by exp(-1.0116 ln 3)."""
    levels = (np.arange(1000) + 0.5) / 1000
    found = forecast.quantiles([np.array(history)], 3, levels, bounds=[bounds], method=method)[0]
    share = (found == history[-1]).mean(axis=1)
    np.testing.assert_allclose(share[[0, 2]], [0.791, 0.555], atol=0.002)
    assert (np.diff(found, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("low", "high", "level", "value"),
    [
        (-np.inf, 100, 0.2, 99.3255),  # half of those that leave, 0.4: the quartile of the whole
        (-np.inf, 100, 0.04, 98.3551),  # a tenth of them: its twentieth
        (-np.inf, 100, 0.41, 100),
        (-np.inf, 100, 0.99, 100),
        (100, np.inf, 0.8, 100.6745),
        (100, np.inf, 0.96, 101.6449),
        (100, np.inf, 0.59, 100),
        (0, 200, 0.1, 99.3255),
        (0, 200, 0.21, 100),
        (0, 200, 0.79, 100),
        (0, 200, 0.9, 100.6745),
        (100, 100, 0.1, 100),
    ],
)
def test_what_leaves_is_spread_over_the_values_inside_the_bounds(low, high, level, value):
    """Normal around 100 with spread 1; the value 100 itself has a chance of 0.6."""
    field = [np.full((1, 1), number) for number in (100.0, 1.0, 0.0, 1.0)]
    found = Shape(*field, np.array([low]), np.array([high]), np.full((1, 1), 0.6), np.array([100.0]))
    assert found.at(special.ndtri(np.array([level])))[0, 0, 0] == pytest.approx(value, abs=1e-4)


def test_a_count_that_was_always_zero_leaves_it_now_and_then():
    """Odds of exp(-1.191 + 0.638 ln 7 + 1.712), five years ahead by exp(-1.2746 ln 5): 0.854 and 0.428."""
    chances = stays(np.zeros(8), (0, None), horizon=5)
    np.testing.assert_allclose(chances[[0, 4]], [0.854, 0.428], atol=0.002)


STANDS = [7.0] * 6
STILL, MOVING, UNKNOWN = [5.0, 6.0, 6.0], [6.0, 6.0, 5.0], [np.nan, np.nan, 6.0]


def standing(history, sisters=(), **more) -> np.ndarray:
    return forecast.explain(history, 5, references=[np.array(sister) for sister in sisters], **more).standing


@pytest.mark.parametrize(
    ("sisters", "one", "five"),
    [
        ([], 0.7872, 0.3475),  # log odds -1.191 + 0.638 ln 5 + 1.472 = 1.3078, five years ahead less 1.2040 ln 5
        ([STILL, STILL], 0.8447, 0.4393),  # both 0.625 - 0.239 more
        ([STILL, MOVING], 0.7992, 0.3643),  # both 0.3125 - 0.239 more
        ([MOVING, MOVING], 0.7444, 0.2955),  # both 0.239 less
        ([MOVING, MOVING, STILL, STILL, STILL], 0.8090, 0.3790),  # both 0.375 - 0.239 more
        ([STILL, UNKNOWN], 0.8447, 0.4393),  # what is not known does not count
        ([MOVING, [6.0, np.nan, 6.0], [6.0]], 0.7444, 0.2955),
        ([UNKNOWN, UNKNOWN, [6.0]], 0.7872, 0.3475),
    ],
)
def test_sisters_that_stand_raise_the_chance_of_standing_and_those_that_move_lower_it(sisters, one, five):
    np.testing.assert_allclose(standing(STANDS, sisters)[[0, 4]], [one, five], atol=0.0001)


def test_paths_blocks_and_quantiles_tell_the_chance_that_sisters_leave_and_the_closed_form_that_of_one_alone():
    given, levels = {"references": [[np.array(STILL), np.array(STILL)]]}, (np.arange(2000) + 0.5) / 2000
    history = [np.array(STANDS)]
    found = {
        "quantiles": forecast.quantiles(history, 5, levels, **given)[0].T,
        "paths": forecast.sample_paths(history, 5, paths=2000, **given)[0],
        "blocks": next(forecast.blocks(history, 5, paths=2000, **given))[1][0],
        "grouped": forecast.sample_paths([*history, STILL, STILL], 5, paths=2000, groups=["a"] * 3)[0],
        "closed form": forecast.quantiles(history, 5, levels, method="closed_form", **given)[0].T,
    }
    for name, values in found.items():
        expected = [0.7872, 0.3475] if name == "closed form" else [0.8447, 0.4393]
        np.testing.assert_allclose((values == 7).mean(axis=0)[[0, 4]], expected, atol=0.001, err_msg=name)


def test_a_series_that_moved_in_its_last_year_stands_nowhere_whatever_its_sisters_do():
    assert standing([7.0, 7.0, 6.0], [STILL, STILL]).max() == 0


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=1, max_size=4), max_size=6).filter(
        lambda sisters: all(sister[-1] == sister[-1] for sister in sisters)
    ),
    st.randoms(use_true_random=False),
)
def test_the_chance_depends_on_own_history_and_sisters_not_on_their_order_sign_unit_or_what_else_is_asked(sisters, by):
    history, alone = np.array([2.0, 3.0, 3.0]), standing([2.0, 3.0, 3.0])
    told = standing(history, sisters)
    shuffled = by.sample(sisters, len(sisters))
    np.testing.assert_array_equal(standing(history, shuffled), told)
    np.testing.assert_array_equal(standing(-history, [-np.array(sister) for sister in sisters]), told)
    np.testing.assert_array_equal(standing(1024 * history, [1024 * np.array(sister) for sister in sisters]), told)
    references, levels = [[], [np.array(sister) for sister in sisters], []], (np.arange(400) + 0.5) / 400
    crowd = forecast.quantiles([history] * 3, 5, levels, references=references) == 3
    for chances, expected in zip(crowd.mean(axis=2), (alone, told, alone), strict=True):
        np.testing.assert_allclose(chances, expected, atol=0.006)
