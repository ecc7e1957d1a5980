"""The pooled record: what stays met, what gets finished.

Chances are compared with sums of Gauss–Jacobi quadratures over each rate (`reckoned`), which share neither the beta
functions nor the posterior of the code under test, and with literal numbers that were fixed from these.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from ecoanalysis import record

ROOT = Path(__file__).parents[1]
YEARS = 3
CLEAN_YEARS, REGIONS = (1, 2, 3, 5, 9, 14, 19, 39), (1, 3, 7, 15)
# chance over three years after k clean transitions in each of m regions: of a region, and of the city of all of them
TABLE = {
    1: [(0.662, 0.662), (0.786, 0.587), (0.868, 0.530), (0.921, 0.478)],
    2: [(0.747, 0.747), (0.860, 0.691), (0.920, 0.646), (0.954, 0.603)],
    3: [(0.797, 0.797), (0.895, 0.752), (0.942, 0.715), (0.968, 0.679)],
    5: [(0.855, 0.855), (0.930, 0.823), (0.963, 0.795), (0.980, 0.768)],
    9: [(0.909, 0.909), (0.959, 0.888), (0.979, 0.871), (0.989, 0.854)],
    14: [(0.939, 0.939), (0.974, 0.926), (0.987, 0.914), (0.993, 0.903)],
    19: [(0.955, 0.955), (0.981, 0.945), (0.990, 0.937), (0.995, 0.929)],
    39: [(0.979, 0.979), (0.991, 0.975), (0.996, 0.971), (0.998, 0.968)],
}


def counted(clean, relapses=0, finished=0, unfinished=0):
    rows = np.broadcast_arrays(*np.atleast_1d(clean, relapses, finished, unfinished))
    return record.Record(*(row.copy() for row in rows))


def reckoned(kind, events, others, asked):
    """Mean, after the record, of a product of polynomials in the regions' rates: no beta function, no logarithm.

    `asked` gets the nodes (rates) and gives the polynomial of every region at them.
    """
    with (ROOT / "ecoanalysis/tables/record_prior.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["rate"] == kind)
    above = below = 0.0
    for odds in np.linspace(-8, 4, 25):
        for doublings in range(-1, 7):
            mean, strength = 1 / (1 + np.exp(-odds)), 2.0**doublings
            far = (odds - float(row["mean_centre"])) / float(row["mean_spread"])
            wide = (np.log(strength) - float(row["strength_centre"])) / float(row["strength_spread"])
            with np.errstate(invalid="ignore"):  # of a recurrence term that is not used
                node, weight = roots_jacobi(60, (1 - mean) * strength - 1, mean * strength - 1)
            rate, weight = (1 + node) / 2, weight / weight.sum()
            prior = np.exp(-(far**2) / 2) * np.exp(-(wide**2) / 2)
            seen = [rate**e * (1 - rate) ** o for e, o in zip(events, others, strict=True)]
            below += prior * np.prod([weight @ s for s in seen])
            above += prior * np.prod([weight @ (s * f) for s, f in zip(seen, asked(rate), strict=True)])
    return above / below


def test_transitions_of_a_small_table_counted_by_hand():
    got = record.count(
        [
            [1, 1, 1, 0, 0, 1],  # 11 11 10 00 01
            [0, 0, 1, 1, 1, 1],  # 00 01 11 11 11
            [1, np.nan, 1, 1, np.nan, 0],  # 11; the gaps join nothing
        ]
    )
    assert got.clean.tolist() == [2, 3, 1]
    assert got.relapses.tolist() == [1, 0, 0]
    assert got.finished.tolist() == [1, 1, 0]
    assert got.unfinished.tolist() == [1, 1, 0]


@pytest.mark.parametrize("met", [[1, 0, 1], [[1, 0.5]], [[100, 99]]])
def test_refuses_what_is_not_a_table_of_states(met):
    with pytest.raises(ValueError, match="met "):
        record.count(met)


def test_refuses_a_date_before_the_last_measured_year():
    for ask in (
        lambda r: record.hold_chance(r, -1),
        lambda r: record.hold_chance_together(r, [0], -1),
        lambda r: record.reach_chance(r, 0, 1, -1),
        lambda r: record.reach_chance_together(r, [0], [1], -1),
    ):
        with pytest.raises(ValueError, match="negative"):
            ask(counted([5]))


@pytest.mark.parametrize("k", CLEAN_YEARS)
def test_clean_years_give_the_printed_chances(k):
    for m, (region, city) in zip(REGIONS, TABLE[k], strict=True):
        pooled = counted([k] * m)
        assert record.hold_chance(pooled, YEARS) == pytest.approx([region] * m, abs=0.0006)
        assert record.hold_chance_together(pooled, range(m), YEARS) == pytest.approx(city, abs=0.0006)


@pytest.mark.parametrize(("k", "m"), [(1, 3), (9, 1), (9, 7), (39, 15)])
def test_the_printed_chances_agree_with_a_quadrature(k, m):
    region, city = TABLE[k][REGIONS.index(m)]
    one = [1.0] * (m - 1)
    assert reckoned("holding", [0] * m, [k] * m, lambda r: [(1 - r) ** 3, *one]) == pytest.approx(region, abs=0.0006)
    assert reckoned("holding", [0] * m, [k] * m, lambda r: [(1 - r) ** 3] * m) == pytest.approx(city, abs=0.0006)


def test_chances_of_an_uneven_record_agree_with_a_quadrature():
    clean, relapses = [9, 4, 0, 12], [0, 3, 1, 1]
    pooled = counted(clean, relapses)
    for i, chance in enumerate(record.hold_chance(pooled, 4)):
        expected = reckoned(
            "holding", relapses, clean, lambda r, i=i: [(1 - r) ** 4 if j == i else 1.0 for j in range(4)]
        )
        assert chance == pytest.approx(expected, rel=1e-6)
    both = reckoned("holding", relapses, clean, lambda r: [(1 - r) ** 4, 1.0, 1.0, (1 - r) ** 2])
    assert record.hold_chance_together(pooled, [0, 3], [4, 2]) == pytest.approx(both, rel=1e-6)


def test_finishing_next_year_agrees_with_a_quadrature():
    finished, unfinished = [1, 0, 2], [3, 6, 1]
    pooled = counted([0, 0, 0], 0, finished, unfinished)
    for i in range(3):
        expected = reckoned("finishing", finished, unfinished, lambda f, i=i: [f if j == i else 1.0 for j in range(3)])
        assert record.reach_chance(pooled, i, 0, 1) == pytest.approx(expected, rel=1e-6)


def test_seventy_undisturbed_county_years_support_holding():
    pooled = record.count(np.ones((7, 10)))
    assert (record.hold_chance(pooled, 3) >= 0.9).all()
    assert record.hold_chance_together(pooled, range(7), 3) >= 0.85


@pytest.mark.parametrize("years", [10, 20, 40])
def test_one_region_long_at_its_end_holds(years):
    assert record.hold_chance(record.count(np.ones((1, years))), 3)[0] >= 0.8


def test_a_region_that_lapses_every_other_year_is_not_saved_by_clean_sisters():
    met = np.ones((7, 10))
    met[0, 1::2] = 0
    chance = record.hold_chance(record.count(met), 3)
    assert chance[0] == pytest.approx(0.035, abs=0.0006) and chance[1:] == pytest.approx([0.973] * 6, abs=0.0006)
    assert reckoned("holding", [5, *[0] * 6], [0, *[9] * 6], lambda r: [(1 - r) ** 3, *[1.0] * 6]) == pytest.approx(
        0.035, abs=0.0006
    )


def test_six_relapses_in_sixty_three_transitions_do_not_support_a_city():
    met = np.ones((7, 10))
    for region in range(6):
        met[region, 9] = 0  # the last of nine transitions each
    pooled = record.count(met)
    assert pooled.relapses.sum() == 6 and pooled.clean.sum() + pooled.relapses.sum() == 63
    assert record.hold_chance_together(pooled, range(7), 3) == pytest.approx(0.124, abs=0.0006)
    assert (record.hold_chance(pooled, 3) < 0.8).all()


def test_a_record_of_nothing_gives_the_prior():
    pooled = record.count(np.full((2, 6), np.nan))
    assert record.hold_chance(pooled, 3) == pytest.approx([0.470, 0.470], abs=0.0006)
    assert reckoned("holding", [0], [0], lambda r: [(1 - r) ** 3]) == pytest.approx(0.470, abs=0.0006)
    assert record.thin(pooled) and record.thin(pooled, "holding")


few = st.integers(0, 12)
records = st.lists(st.tuples(few, few, few, few), min_size=1, max_size=8).map(lambda rows: counted(*np.array(rows).T))


def changed(pooled, region, **more):
    parts = {name: getattr(pooled, name).copy() for name in ("clean", "relapses", "finished", "unfinished")}
    for name, number in more.items():
        parts[name][region] += number
    return record.Record(**parts)


@settings(max_examples=60, deadline=None)
@given(records, st.integers(1, 8))
def test_a_clean_year_of_its_own_raises_the_chance_and_a_relapse_lowers_it(pooled, years):
    before = record.hold_chance(pooled, years)[0]
    assert record.hold_chance(changed(pooled, 0, clean=1), years)[0] > before
    assert record.hold_chance(changed(pooled, 0, relapses=1), years)[0] < before


@settings(max_examples=60, deadline=None)
@given(records, st.integers(1, 8))
def test_one_more_year_to_hold_lowers_the_chance(pooled, years):
    everybody = range(pooled.clean.size)
    assert (record.hold_chance(pooled, years + 1) < record.hold_chance(pooled, years)).all()
    longer = record.hold_chance_together(pooled, everybody, years + 1)
    assert longer < record.hold_chance_together(pooled, everybody, years)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 30))
def test_in_an_undisturbed_record_clean_sisters_raise_the_chance_and_a_sisters_relapse_lowers_it(k, m):
    alone = record.hold_chance(counted([k] * m), 3)[0]
    assert record.hold_chance(counted([k] * (m + 1)), 3)[0] > alone
    assert record.hold_chance(counted([k + 1] * m), 3)[0] > alone
    assert (
        record.hold_chance(counted([k] * (m + 1), [0] * m + [1]), 3)[0]
        < record.hold_chance(counted([k] * (m + 1)), 3)[0]
    )


@settings(max_examples=60, deadline=None)
@given(records)
def test_a_city_is_less_sure_than_its_least_member_and_surer_than_strangers(pooled):
    alone = record.hold_chance(pooled, 3)
    together = record.hold_chance_together(pooled, range(alone.size), 3)
    assert together <= alone.min() * (1 + 1e-9)
    assert record.hold_chance_together(pooled, [0], 3) == pytest.approx(alone[0])
    alike = counted([5] * 4, [1] * 4)
    assert record.hold_chance_together(alike, range(4), 3) > record.hold_chance(alike, 3)[0] ** 4


def test_own_relapses_count_more_than_a_sisters():
    first, second = record.hold_chance(counted([7, 9], [2, 0]), 3)
    undisturbed = record.hold_chance(counted([9, 9]), 3)[0]
    assert undisturbed - second < (undisturbed - first) / 2


@pytest.mark.parametrize("state", [0, 1])
@pytest.mark.parametrize("years", range(7))
def test_with_known_rates_the_two_state_chain_is_a_power_of_its_matrix(state, years):
    many = 10_000_000  # so many years leave nothing open: relapse 0.2, finishing 0.35
    pooled = counted([0.8 * many], 0.2 * many, 0.35 * many, 0.65 * many)
    step = np.array([[0.65, 0.35], [0.2, 0.8]])
    power = np.linalg.matrix_power(step, years)
    assert record.reach_chance(pooled, 0, state, years) == pytest.approx(power[state, 1], abs=1e-4)
    assert record.reach_chance(pooled, 0, state, years, hold=2) == pytest.approx(power[state, 1] * 0.64, abs=1e-4)
    twice = counted([0.8 * many] * 2, 0.2 * many, 0.35 * many, 0.65 * many)
    assert record.reach_chance_together(twice, [0, 1], [state, 1], [years, 1]) == pytest.approx(
        power[state, 1] * 0.8, abs=1e-4
    )


def test_simulated_states_have_the_reckoned_chances():
    pooled = counted([9, 3, 2, 6], [0, 1, 2, 1], [0, 2, 1, 3], [0, 3, 4, 1])
    met_now = [1, 0, 0, 1]
    states = record.outcomes(pooled, met_now, 4, 40_000, seed=5)
    assert states.shape == (4, 40_000, 4) and states.dtype == bool
    for years in (1, 4):
        reached = record.reach_chance(pooled, range(4), met_now, years)
        assert states[:, :, years - 1].mean(axis=1) == pytest.approx(reached, abs=0.01)
        everybody = record.reach_chance_together(pooled, range(4), met_now, years)
        assert states[:, :, years - 1].all(axis=0).mean() == pytest.approx(everybody, abs=0.01)
    assert states[0].all(axis=1).mean() == pytest.approx(record.hold_chance(pooled, 4)[0], abs=0.01)
    assert states[[0, 3]].all(axis=(0, 2)).mean() == pytest.approx(
        record.hold_chance_together(pooled, [0, 3], 4), abs=0.01
    )
    assert (record.outcomes(pooled, met_now, 4, 50, seed=5) == record.outcomes(pooled, met_now, 4, 50, seed=5)).all()
    assert record.outcomes(pooled, [0], 2, 30, seed=1, members=[2]).shape == (1, 30, 2)


def test_an_unknown_state_is_not_guessed():
    pooled = counted([9, 9], 0, 5, 5)
    with pytest.raises(ValueError, match="region 1 "):
        record.outcomes(pooled, [1, np.nan], 3, 10, seed=0)
    with pytest.raises(ValueError, match="region 0, 1 "):
        record.outcomes(pooled, [np.nan, np.nan], 3, 10, seed=0)
    assert np.isnan(record.reach_chance(pooled, [0, 1], [1, np.nan], 3)).tolist() == [False, True]
    assert np.isnan(record.reach_chance_together(pooled, [0, 1], [1, np.nan], 3))


def test_where_finishing_was_hardly_ever_seen_no_chance_is_said():
    thin, enough = counted([9, 9], 0, [1, 0], [3, 3]), counted([9, 9], 0, [1, 0], [3, 4])
    assert record.thin(thin) and not record.thin(enough) and not record.thin(thin, fewest=7)
    assert not record.thin(thin, "holding")
    chances = record.reach_chance(thin, [0, 1, 1], [0, 0, 1], 3)
    assert np.isnan(chances).tolist() == [True, True, False]
    assert np.isnan(record.reach_chance_together(thin, [0, 1], [0, 1], 3))
    assert 0 < record.reach_chance_together(thin, [0, 1], [1, 1], 3) < 1
    assert 0 < record.reach_chance(enough, 0, 0, 3) < 1 and 0 < record.reach_chance(thin, 0, 0, 3, fewest=7) < 1


@settings(max_examples=60, deadline=None)
@given(records, st.integers(1, 6))
def test_finished_years_raise_the_chance_of_finishing_and_unfinished_ones_lower_it(pooled, years):
    # where what is finished relapses at once, finishing early is no gain: ask of records that hold
    pooled = record.Record(pooled.clean + 12, 0 * pooled.relapses, pooled.finished, pooled.unfinished)
    before = record.reach_chance(pooled, 0, 0, years, fewest=0)
    assert record.reach_chance(changed(pooled, 0, finished=1), 0, 0, years, fewest=0) > before
    assert record.reach_chance(changed(pooled, 0, unfinished=1), 0, 0, years, fewest=0) < before


def test_each_region_is_asked_about_its_own_number_of_years():
    pooled = counted([9, 5, 3], [0, 1, 0], [0, 1, 2], [2, 3, 4])
    got = record.hold_chance(pooled, [0, 2, np.nan])
    assert got[0] == pytest.approx(1) and got[1] == pytest.approx(record.hold_chance(pooled, 2)[1]) and np.isnan(got[2])
    got = record.reach_chance(pooled, [1, 2], 0, [3, 5])
    assert got.tolist() == [record.reach_chance(pooled, 1, 0, 3), record.reach_chance(pooled, 2, 0, 5)]


@pytest.mark.parametrize("page", ["record.md", "record.zh-CN.md"])
def test_the_pages_print_the_table(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for k in CLEAN_YEARS:
        cells = []
        for m in REGIONS:
            pooled = counted([k] * m)
            region, city = record.hold_chance(pooled, YEARS)[0], record.hold_chance_together(pooled, range(m), YEARS)
            cells.append(f"{region:.1%}" if m == 1 else f"{region:.1%} / {city:.1%}")
        assert f"| {k} | {' | '.join(cells)} |".replace("%", "") in text
