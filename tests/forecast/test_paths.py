"""What comes out: properties that hold for every panel."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecoanalysis import forecast

LEVELS = np.array([0.01, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.99])
METHODS = ["learned", "closed_form"]

value = st.floats(0.01, 99.99).map(lambda x: round(x, 2))
gap = st.just(np.nan)
history = st.lists(st.one_of(value, value, value, value, gap), min_size=1, max_size=30).filter(
    lambda values: not np.isnan(values).all()
)
panel = st.lists(history, min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(panel, st.sampled_from(METHODS), st.integers(1, 15), st.sampled_from([-1, 0, 1]))
def test_quantiles_rise_with_their_level_and_keep_the_bounds(histories, method, horizon, better):
    some = [better] * len(histories)
    found = forecast.quantiles(histories, horizon, LEVELS, bounds=[(0, 100)] * len(some), better=some, method=method)
    assert found.shape == (len(histories), horizon, len(LEVELS))
    assert (np.diff(found, axis=2) >= 0).all()
    assert found.min() >= 0 and found.max() <= 100


@settings(deadline=None, max_examples=60)
@given(panel, st.sampled_from(METHODS), st.sampled_from([1e-6, 0.01, 10_000.0, 1e9]))
def test_a_change_of_unit_changes_the_unit_of_the_forecast_only(histories, method, unit):
    found = forecast.quantiles(histories, 5, LEVELS, bounds=[(0, 100)] * len(histories), method=method)
    scaled = [np.array(h) * unit for h in histories]
    again = forecast.quantiles(scaled, 5, LEVELS, bounds=[(0, 100 * unit)] * len(histories), method=method)
    np.testing.assert_allclose(again / unit, found, rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(panel, st.sampled_from(METHODS), st.sampled_from([-1, 0, 1]))
def test_the_forecast_of_the_mirror_image_is_the_mirror_image_of_the_forecast(histories, method, better):
    count = len(histories)
    found = forecast.quantiles(histories, 5, LEVELS, bounds=[(0, 100)] * count, better=[better] * count, method=method)
    mirrored = [-np.array(h) for h in histories]
    again = forecast.quantiles(mirrored, 5, LEVELS, bounds=[(-100, 0)] * count, better=[-better] * count, method=method)
    np.testing.assert_allclose(-again[..., ::-1], found, rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(panel, st.sampled_from(METHODS))
def test_a_series_forecast_does_not_depend_on_its_company(histories, method):
    together = forecast.quantiles(histories, 4, LEVELS, method=method)
    for i, own in enumerate(histories):
        np.testing.assert_allclose(
            forecast.quantiles([own], 4, LEVELS, method=method)[0], together[i], rtol=1e-9, atol=1e-9
        )


RNG = np.random.default_rng(5)
WALKS = [RNG.normal(0.2, 1, size).cumsum() + 50 for size in (6, 8, 8, 12, 12, 20)]


def test_the_same_seed_gives_the_same_paths_and_another_seed_others():
    first, again, other = (forecast.sample_paths(WALKS, 5, paths=200, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_paths_have_the_marginal_distribution_of_the_quantiles():
    paths = forecast.sample_paths(WALKS, 5, paths=2000, groups=["a", "a", "b", "b", None, None])
    sorted_paths = np.sort(paths, axis=1)
    levels = (np.arange(2000) + 0.5) / 2000
    expected = forecast.quantiles(WALKS, 5, levels).swapaxes(1, 2)
    np.testing.assert_allclose(sorted_paths, expected, rtol=1e-5)


def test_members_of_a_group_have_good_years_together():
    paths = forecast.sample_paths(WALKS[1:3], 5, paths=4000, groups=["pm25", "pm25"])
    alone = forecast.sample_paths(WALKS[1:3], 5, paths=4000)
    assert 0.1 < np.corrcoef(paths[0, :, 2], paths[1, :, 2])[0, 1] < 0.9
    assert abs(np.corrcoef(alone[0, :, 2], alone[1, :, 2])[0, 1]) < 0.06


def test_a_lone_series_has_luck_of_its_own_beside_a_group():
    paths = forecast.sample_paths(WALKS[:3], 3, paths=4000, groups=[None, "a", "a"])
    assert abs(np.corrcoef(paths[0, :, 1], paths[1, :, 1])[0, 1]) < 0.06


@pytest.mark.parametrize(
    ("histories", "shared"),
    [
        ([[0, 1, 0, 1, 0], [5, 6, 5, 6, 5]], 0.35),  # of one mind in 4 years: (4 × 1 + 12 × 0.15) / 16 = 0.36
        ([[0, 1, 0, 1, 0]] * 3, 0.4),  # three of them, who count √2 times as much: (5.66 + 12 × 0.15) / 17.66 = 0.42
        ([[0, 1, 0, 1, 0], [5, 4, 5, 4, 5]], 0.0),  # against each other: below nothing
        ([[0, 1, 0, 1, 0]], 0.1),  # alone in its group: (4 × 0 + 12 × 0.15) / 16 = 0.11
        ([[1, 3], [4, 6]], 0.15),  # a single change says nothing: (1 × 0 + 12 × 0.15) / 13 = 0.14
    ],
)
def test_how_much_luck_a_group_shares_is_measured_and_drawn_to_what_is_supposed(histories, shared):
    from ecoanalysis.forecast.dependence import companions_of
    from ecoanalysis.forecast.windows import windows

    laid = windows([np.array(history, float) for history in histories])
    assert companions_of(laid, [0] * len(histories)) == ({0: shared}, list(range(len(histories))))


def test_years_of_a_path_hang_together_the_more_the_closer_they_are():
    paths = forecast.sample_paths(WALKS[1:2], 6, paths=4000)[0]
    correlation = np.corrcoef(paths.T)
    assert correlation[4, 5] > correlation[2, 5] > correlation[0, 5] > 0.1


def test_blocks_of_any_size_hold_the_same_paths_in_single_precision():
    options = {"paths": 50, "seed": 1, "groups": ["a", "b", "a", "b", "a", None]}
    whole = forecast.sample_paths(WALKS, 5, **options)
    for block in (1, 4, 100):
        parts = list(forecast.blocks(WALKS, 5, block=block, **options))
        assert [start for start, _ in parts] == list(range(0, len(WALKS), block))
        assert all(part.dtype == np.float32 for _, part in parts)
        np.testing.assert_allclose(np.concatenate([part for _, part in parts]), whole, rtol=1e-4)


def test_single_precision_stays_inside_the_bounds():
    ceiling = 99.9
    for _, part in forecast.blocks([[99.7, 99.8, 99.9]] * 3, 5, bounds=[(0, ceiling)] * 3):
        assert part.astype(float).max() <= ceiling
    floor = 0.7  # 0.69999999 in single precision
    for _, part in forecast.blocks([[0.9, 0.8, 0.7]] * 3, 5, bounds=[(floor, None)] * 3):
        assert part.astype(float).min() >= floor


def test_a_large_panel_passes_block_by_block_without_filling_the_memory():
    histories = [WALKS[1]] * 6000
    tracemalloc.start()
    for _, part in forecast.blocks(histories, 5, paths=1000, block=500):
        assert part.shape == (500, 1000, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6


@pytest.mark.parametrize("method", METHODS)
def test_a_share_at_its_ceiling_may_sit_exactly_there(method):
    paths = forecast.sample_paths([[97.0, 98.5, 99.5, 100.0, 100.0]], 3, bounds=[(0, 100)], better=[1], method=method)
    assert (paths == 100).mean() > 0.2
    assert paths.max() == 100


def test_quantiles_of_paths_lie_between_the_paths_around_them():
    """Of 0, 10, 20, 30, 40 the median is 20 and the lower tenth 4; a row with an unknown path has none."""
    paths = np.array([[30, 0, 20, 40, 10], [1, 1, 1, 1, np.nan]], np.float32)
    found = forecast.of_paths(paths, [0.5, 0.1, 0.9, 1.0])
    assert found[:, 0].tolist() == pytest.approx([20, 4, 36, 40]) and np.isnan(found[:, 1]).all()
    drawn = np.random.default_rng(0).normal(size=(3, 4, 1000)).astype(np.float32)
    assert (forecast.of_paths(drawn, [0.025, 0.5, 0.9]) == np.quantile(drawn, [0.025, 0.5, 0.9], axis=-1)).all()
    assert forecast.of_paths(np.empty((2, 0, 1000)), [0.5]).shape == (1, 2, 0)


def test_more_members_than_orders_are_drawn_have_their_own_paths_and_good_years_together():
    """Beyond 256 members of a group an order is shared, moved along the paths; nobody's luck is another's."""
    from ecoanalysis.forecast.dependence import orders

    taken = list(orders(range(300), [0] * 300, list(range(300)), {0: 0.5}, np.zeros(300, int), 3, 50, 1))
    ranks = np.array([levels.ravel()[shuffled + 50 * np.arange(3)[:, None]] for levels, shuffled in taken])
    year = np.arange(3)[:, None] * 50
    assert (np.sort(ranks, axis=2) == np.arange(50) + year).all()  # every level once a year
    assert len({row.tobytes() for row in ranks}) == 300
    # Member 256 takes the order of member 0, seven paths further before the group is shuffled.
    place = np.argsort(taken[0][1])
    assert (np.roll(ranks[0][:, place], 7, axis=1) == ranks[256][:, place]).all()
