"""A series that stands still may go on standing still."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecoanalysis import forecast


def stays(history, bounds=(None, None), horizon=3) -> np.ndarray:
    paths = forecast.sample_paths([np.asarray(history, float)], horizon, bounds=[bounds])[0]
    return (paths == history[-1]).mean(axis=0)


def test_the_longer_it_has_stood_the_likelier_it_stands_another_year():
    chances = [stays([3, 4, 5, 6, *[7.0] * years])[0] for years in (1, 2, 3, 5, 8)]
    assert chances == sorted(chances) and chances[0] == 0 and 0.65 < chances[-1] < 0.95


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
