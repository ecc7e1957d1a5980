"""Calendar, chains and denominators: what a rate does where the series is not whole."""

import inspect

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from ecoanalysis.formulas import FORMULAS, economy, rates
from ecoanalysis.formulas.economy import gdp_constant


def by_year(first, *values):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


@pytest.mark.parametrize("rate", [4.5, 0.0, -3.0])
def test_a_series_built_with_a_yearly_fall_gives_that_fall_back(rate):
    land = by_year(2020, *(1000 * (1 - rate / 100) ** n for n in range(4)))
    gdp = by_year(2020, 500, 500, 500, 500)
    decline = economy.construction_land_per_gdp_decline_rate(land, gdp)
    assert np.isnan(decline[2020])
    assert decline.loc[2021:].tolist() == pytest.approx([rate] * 3)
    total = economy.construction_land_per_gdp_cumulative_decline(land, gdp, base_year=2020)
    assert total[2023] == pytest.approx(100 * (1 - (1 - rate / 100) ** 3))


def test_a_missing_year_gives_no_rate_for_itself_and_the_next():
    energy, gdp = by_year(2019, 100, 101, np.nan, 103, 104), by_year(2019, 50, 53, 56, 60, 64)
    decline = economy.energy_per_gdp_decline_rate(energy, gdp)
    assert decline.isna().tolist() == [True, False, True, True, False]


def test_a_year_left_out_of_the_table_is_a_gap_too():
    rate = pd.Series({2020: 60.0, 2022: 66.0, 2023: 67.0})
    whole = rate * 0 + 100
    rise = economy.solid_waste_utilisation_rise(rate, whole)
    assert np.isnan(rise[2022]) and rise[2023] == pytest.approx(1.0)


def test_a_cumulative_fall_compounds_and_is_not_the_sum():
    yearly = by_year(2011, 8.01, 1.79, 5.35)
    assert rates.compounded(yearly, 2010)[2013] == pytest.approx(14.49, abs=0.005)
    assert rates.compounded(yearly, 2010)[2013] < yearly.sum() - 0.5
    assert rates.compounded(by_year(2011, 8.01, np.nan), 2010).isna().tolist() == [False, True]
    assert rates.compounded(by_year(2011, 50, 100, 10), 2010).isna().tolist() == [False, True, True]  # all is gone


def test_a_share_that_was_full_in_the_base_year_need_not_rise():
    assert rates.asked_change(5, base=100, limit=100) == 0
    assert rates.asked_change(5, base=99.9, limit=100) == 5
    assert rates.asked_change(2, base=0, limit=0) == 0
    assert rates.asked_change(2, base=0, limit=None) == 2
    assert rates.asked_change(-1, base=100, limit=100) == -1  # a target that lets the share fall stays


def test_nothing_to_divide_by_is_no_rate_rather_than_zero_or_a_hundred():
    none = by_year(2022, 0, 10)
    assert np.isnan(rates.percentage(none, by_year(2022, 0, 0))).all()
    assert np.isnan(rates.percentage(by_year(2022, -1.0), by_year(2022, 10.0))).all()


@pytest.mark.parametrize("base", [0.0, -2.0])
def test_a_fall_from_nothing_or_from_below_it_is_no_rate(base):
    series = by_year(2020, base, 5.0)
    assert rates.decline_rate(series).isna().all() and rates.cumulative_decline(series, 2020).isna().all()
    table = pd.DataFrame({"a": series, "b": by_year(2020, 10.0, 5.0)})
    assert rates.cumulative_decline(table, 2020).isna().all().tolist() == [True, False]


def test_a_change_of_nothing_is_neither_better_nor_worse_and_keeps_its_place():
    change = pd.DataFrame({"a": [0.0, 1.0], "b": [-1.0, np.nan]}, index=[2022, 2023])
    found = rates.change_classed(change, {"none": -1, "some": 0, "much": 1})
    assert found["a"].to_dict() == {2022: "some_worse", 2023: "much_better"}
    assert found["b"].to_dict() == {2022: "much_worse", 2023: None}


class TestConstantPrices:
    current = by_year(2018, 800, 900, 1000, 1200, 1300, 1400)
    index = by_year(2018, 107, 106, 104, 108, 105, 106)

    def test_the_base_year_keeps_its_current_price_value(self):
        for base in self.current.index:
            assert gdp_constant(self.current, self.index, base_year=base)[base] == self.current[base]

    def test_growth_between_any_two_neighbours_is_the_published_index_before_and_after_the_base(self):
        for base in (2018, 2020, 2023, 2020.0):
            real = gdp_constant(self.current, self.index, base_year=base)
            assert (real / real.shift() * 100)[1:].tolist() == pytest.approx(self.index[1:].tolist())

    def test_prices_of_other_years_do_not_enter(self):
        real = gdp_constant(self.current, self.index, base_year=2020)
        inflated = self.current.where(self.current.index == 2020, self.current * 3)
        pd.testing.assert_series_equal(gdp_constant(inflated, self.index, base_year=2020), real)

    def test_a_missing_index_ends_the_chain_on_its_far_side_only(self):
        index = self.index.copy()
        index[2022] = np.nan
        real = gdp_constant(self.current, index, base_year=2020)
        assert real.isna().tolist() == [False, False, False, False, True, True]
        index[2019] = np.nan
        real = gdp_constant(self.current, index, base_year=2020)
        assert real.isna().tolist() == [True, False, False, False, True, True]

    def test_without_the_base_year_there_are_no_constant_prices(self):
        current = self.current.copy()
        current[2020] = np.nan
        assert gdp_constant(current, self.index, base_year=2020).isna().all()
        assert gdp_constant(self.current, self.index, base_year=2010).isna().all()

    def test_one_region_without_a_base_year_leaves_the_others(self):
        current = pd.DataFrame({"a": self.current, "b": self.current.where(self.current.index != 2020)})
        real = gdp_constant(current, pd.DataFrame({"a": self.index, "b": self.index}), base_year=2020)
        assert real["a"].notna().all() and real["b"].isna().all()

    def test_no_indicator_takes_gdp_at_current_prices_without_saying_so(self):
        takers = {name for name, f in FORMULAS.items() if "gdp_current" in inspect.signature(f).parameters}
        assert {name for name in takers if not name.endswith("_current_prices")} == {"gdp_constant"}
        assert len(takers) == 5

    def test_growth_rates_make_the_same_prices_as_the_index(self):
        real = gdp_constant(self.current, economy.gdp_index(self.index - 100), base_year=2020)
        pd.testing.assert_series_equal(real, gdp_constant(self.current, self.index, base_year=2020))


class TestWilsonInterval:
    @pytest.mark.parametrize(
        ("successes", "n", "level"), [(340, 400, 0.95), (0, 30, 0.9), (50, 50, 0.99), (1.5, 7, 0.8)]
    )
    def test_it_is_the_one_of_statsmodels(self, successes, n, level):
        expected = proportion_confint(successes, n, alpha=1 - level, method="wilson")
        assert rates.wilson_interval(successes, n, level) == pytest.approx([100 * end for end in expected], abs=1e-9)

    def test_it_has_width_where_everybody_agrees(self):
        low, high = rates.wilson_interval(400, 400)
        assert low < 99.5 and high == pytest.approx(100)

    def test_it_is_narrower_the_larger_the_part_of_the_people_that_was_asked(self):
        widths = [np.diff(rates.wilson_interval(340, 400, population=n))[0] for n in (400, 500, 1000, 10_000, 10**7)]
        assert widths == sorted(widths) and widths[0] == 0
        assert widths[-1] == pytest.approx(np.diff(rates.wilson_interval(340, 400))[0], rel=1e-3)

    def test_impossible_counts_are_refused_with_the_reason(self):
        with pytest.raises(ValueError, match="401 of 400 answers"):
            rates.wilson_interval(401, 400)
        with pytest.raises(ValueError, match="400 answers from 300 people"):
            rates.wilson_interval(340, 400, population=300)

    def test_without_answers_there_is_no_interval(self):
        assert np.isnan(rates.wilson_interval(0, 0)).all()
        assert np.isnan(rates.wilson_interval(np.nan, 400)).all()
