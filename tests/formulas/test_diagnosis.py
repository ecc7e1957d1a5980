"""Methods of diagnosis: exact where they promise it, careful with zeros and gaps, refusing what they cannot do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecoanalysis.formulas import diagnosis

AMOUNT = st.one_of(st.just(0.0), st.floats(0.01, 1000))
FACTORS = ["population", "gdp_per_head", "energy_per_gdp"]


def table(values):
    return pd.DataFrame(values, columns=FACTORS)


class TestLmdi:
    @given(arrays(float, (4, 3), elements=AMOUNT), arrays(float, (4, 3), elements=AMOUNT))
    def test_the_effects_sum_to_the_change_without_residual_also_with_zeros(self, first, last):
        effects = diagnosis.lmdi_additive(table(first), table(last))
        change = last.prod(axis=1).sum() - first.prod(axis=1).sum()
        assert effects.sum() == pytest.approx(change, rel=1e-9, abs=1e-6)

    @given(arrays(float, (3, 3), elements=st.floats(0.01, 1000)), arrays(float, (3, 3), elements=AMOUNT))
    def test_the_ratios_multiply_to_the_ratio_of_the_totals(self, first, last):
        before, after = first.prod(axis=1).sum(), last.prod(axis=1).sum()
        ratios = diagnosis.lmdi_multiplicative(table(first), table(last))
        if after > 0:
            assert ratios.prod() == pytest.approx(after / before, rel=1e-6)
        else:
            assert ratios.isna().all()

    @given(arrays(float, (3, 3), elements=AMOUNT), arrays(float, (3, 3), elements=AMOUNT))
    def test_going_back_takes_what_going_there_gave(self, first, last):
        there = diagnosis.lmdi_additive(table(first), table(last))
        back = diagnosis.lmdi_additive(table(last), table(first))
        scale = max(first.prod(axis=1).sum(), last.prod(axis=1).sum(), 1.0)
        assert (there + back).tolist() == pytest.approx([0, 0, 0], abs=1e-9 * scale)

    @pytest.mark.parametrize("zeros", [(0, 0), (1, 0), (2, 1)])
    def test_the_limit_at_zero_is_where_small_numbers_lead(self, zeros):
        first = np.array([[2.0, 3.0, 0.5], [1.0, 4.0, 2.0], [5.0, 1.0, 1.0]])
        last = first * 1.3
        exact, nearly = first.copy(), first.copy()
        exact[zeros], nearly[zeros] = 0.0, 1e-200
        limit = diagnosis.lmdi_additive(table(exact), table(last))
        close = diagnosis.lmdi_additive(table(nearly), table(last))
        assert limit.tolist() == pytest.approx(close.tolist(), rel=0.02, abs=0.02)

    def test_a_missing_factor_gives_no_effect_rather_than_a_smaller_one(self):
        first = table([[1, 2, 3], [1, np.nan, 3]])
        assert diagnosis.lmdi_additive(first, table([[2, 2, 3], [2, 2, 3]])).isna().all()

    def test_sectors_are_matched_by_name_not_by_place(self):
        first = pd.DataFrame({"share": [0.2, 0.8]}, index=["farming", "industry"])
        last = pd.DataFrame({"share": [0.7, 0.3]}, index=["industry", "farming"])
        assert diagnosis.lmdi_additive(first, last)["share"] == pytest.approx(0)
        with pytest.raises(ValueError, match="same sectors"):
            diagnosis.lmdi_additive(first, last.rename(index={"farming": "mining"}))

    def test_a_negative_factor_is_refused_by_name(self):
        with pytest.raises(ValueError, match="energy_per_gdp"):
            diagnosis.lmdi_additive(table([[1, 1, -1]]), table([[1, 1, 1]]))


class TestKaya:
    population = pd.Series({2020: 300.0, 2023: 290.0})
    gdp = pd.Series({2020: 600.0, 2023: 700.0})
    energy = pd.Series({2020: 420.0, 2023: 440.0})
    co2 = pd.Series({2020: 1000.0, 2023: 990.0})

    def test_the_four_factors_multiply_to_the_emission(self):
        factors = diagnosis.kaya_factors(self.population, self.gdp, self.energy, self.co2)
        assert factors.prod(axis=1).tolist() == pytest.approx(self.co2.tolist())

    def test_the_steps_lead_from_the_first_level_to_the_last_without_a_gap(self):
        factors = diagnosis.kaya_factors(self.population, self.gdp, self.energy, self.co2)
        steps = diagnosis.kaya_waterfall(factors, 2020, 2023)
        assert steps["step"].tolist() == ["start", *factors.columns, "end"]
        assert steps["value"][:-1].sum() == pytest.approx(steps["value"].iloc[-1]) == 990
        level = steps["value"].iloc[0]
        for _, step in steps.iloc[1:-1].iterrows():
            assert sorted([level, level + step["value"]]) == pytest.approx([step["bottom"], step["top"]])
            level += step["value"]

    def test_a_year_without_data_is_named(self):
        factors = diagnosis.kaya_factors(self.population, self.gdp, self.energy, self.co2)
        with pytest.raises(ValueError, match="no factors for 2021"):
            diagnosis.kaya_waterfall(factors, 2021, 2023)


class TestStructureAndIntensity:
    def test_structure_and_intensity_sum_to_the_change_of_energy_per_gdp(self):
        e0, e1 = pd.Series([10.0, 80.0, 20.0]), pd.Series([9.0, 90.0, 30.0])
        g0, g1 = pd.Series([30.0, 50.0, 40.0]), pd.Series([32.0, 55.0, 60.0])
        found = diagnosis.structure_and_intensity(e0, e1, g0, g1)
        assert found.sum() == pytest.approx(e1.sum() / g1.sum() - e0.sum() / g0.sum())

    def test_sectors_that_only_grow_apart_change_the_structure_alone(self):
        g0, g1 = pd.Series([50.0, 50.0]), pd.Series([80.0, 60.0])
        found = diagnosis.structure_and_intensity(g0 * [1, 3], g1 * [1, 3], g0, g1)
        assert found["intensity"] == pytest.approx(0) and found["structure"] < 0

    def test_a_new_sector_changes_the_structure_alone(self):
        e0, e1 = pd.Series([50.0, 0.0]), pd.Series([50.0, 30.0])
        g0, g1 = pd.Series([50.0, 0.0]), pd.Series([50.0, 10.0])
        found = diagnosis.structure_and_intensity(e0, e1, g0, g1)
        assert found["intensity"] == pytest.approx(0)
        assert found.sum() == pytest.approx(80 / 60 - 1)

    def test_energy_without_value_added_gives_no_answer(self):
        one = pd.Series([1.0, 1.0])
        assert diagnosis.structure_and_intensity(one, one, pd.Series([1.0, 0.0]), one).isna().any()


SCALED = pd.DataFrame(
    {"cover": [1.0, 0.6, 0.0], "sewage": [0.2, 1.0, 0.0], "park": [0.0, 0.3, 1.0]}, index=["a", "b", "c"]
)


class TestScores:
    def test_the_best_and_the_worst_county_mark_the_ends_of_the_scale(self):
        values = pd.DataFrame({"cover": [40.0, 50.0, 30.0], "energy": [0.5, 0.8, 0.6]})
        scaled = diagnosis.range_scaled(values, {"cover": 1, "energy": -1})
        assert scaled["cover"].tolist() == [0.5, 1, 0]
        assert scaled["energy"].round(6).tolist() == [1, 0, 0.666667]

    def test_entropy_weighs_what_tells_regions_apart(self):
        weights = diagnosis.entropy_weights(SCALED.assign(cover=0.5))
        assert weights.sum() == pytest.approx(1) and weights["cover"] == 0

    def test_entropy_weights_agree_with_shannon_worked_by_hand(self):
        weights = diagnosis.entropy_weights(pd.DataFrame({"x": [1.0, 3.0], "y": [1.0, 0.0]}))
        entropy = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75)) / np.log(2)
        assert weights["x"] == pytest.approx((1 - entropy) / (2 - entropy))

    def test_a_gap_is_named_rather_than_skipped(self):
        gap = SCALED.copy()
        gap.loc["b", "park"] = np.nan
        for call in (
            lambda: diagnosis.entropy_weights(gap),
            lambda: diagnosis.weight_sensitivity(gap, pd.Series(1.0, index=gap.columns), seed=1),
        ):
            with pytest.raises(ValueError, match="b park"):
                call()

    def test_obstacles_of_a_region_sum_to_a_hundred(self):
        weights = pd.Series({"cover": 0.5, "sewage": 0.3, "park": 0.2})
        found = diagnosis.obstacle_degree(SCALED, weights)
        assert found.sum(axis=1).tolist() == pytest.approx([100] * 3)
        assert found.loc["a"].idxmax() == "sewage" and found.loc["a", "cover"] == 0
        best = diagnosis.obstacle_degree(SCALED * 0 + 1, weights)
        assert best.isna().all(axis=None)


class TestCoupling:
    @pytest.mark.parametrize("form", ["traditional", "modified"])
    @given(values=arrays(float, (5, 3), elements=st.floats(0.0, 1.0)))
    def test_all_degrees_lie_between_zero_and_one(self, form, values):
        found = diagnosis.coupling_coordination(pd.DataFrame(values), form=form)
        assert found.dropna().ge(0).all(axis=None) and found.dropna().le(1 + 1e-9).all(axis=None)

    @pytest.mark.parametrize("form", ["traditional", "modified"])
    def test_equal_systems_are_fully_coupled_and_as_coordinated_as_they_are_developed(self, form):
        found = diagnosis.coupling_coordination(pd.DataFrame([[0.36, 0.36, 0.36]]), form=form).iloc[0]
        assert found.tolist() == pytest.approx([1.0, 0.36, 0.6])

    def test_the_modified_form_worked_by_hand(self):
        found = diagnosis.coupling_coordination(pd.DataFrame([[0.4, 0.9]], index=["C1"]), form="modified").loc["C1"]
        coupling = np.sqrt((1 - 0.5) * 0.4 / 0.9)
        assert found.tolist() == pytest.approx([coupling, 0.65, np.sqrt(coupling * 0.65)])

    def test_the_modified_form_tells_regions_further_apart(self):
        levels = pd.DataFrame([[0.4, 0.9], [0.8, 0.9]])
        traditional = diagnosis.coupling_coordination(levels)["coupling"].diff().iloc[1]
        modified = diagnosis.coupling_coordination(levels, form="modified")["coupling"].diff().iloc[1]
        assert modified > 2 * traditional > 0

    def test_weights_move_development_only(self):
        levels = pd.DataFrame({"economy": [0.4], "ecology": [0.9]})
        equal = diagnosis.coupling_coordination(levels).iloc[0]
        green = diagnosis.coupling_coordination(levels, pd.Series({"ecology": 3, "economy": 1})).iloc[0]
        assert green["coupling"] == equal["coupling"] and green["development"] == pytest.approx(0.775)

    def test_what_it_cannot_do_is_refused(self):
        with pytest.raises(ValueError, match="traditional, modified"):
            diagnosis.coupling_coordination(pd.DataFrame([[0.4, 0.9]]), form="other")
        with pytest.raises(ValueError, match="outside: ecology"):
            diagnosis.coupling_coordination(pd.DataFrame({"economy": [0.4], "ecology": [90.0]}))
        with pytest.raises(ValueError, match="two systems"):
            diagnosis.coupling_coordination(pd.DataFrame({"economy": [0.4]}))


class TestWeightSensitivity:
    weights = pd.Series({"cover": 0.5, "sewage": 0.3, "park": 0.2})

    def test_the_same_seed_gives_the_same_table(self):
        first = diagnosis.weight_sensitivity(SCALED, self.weights, seed=7)
        pd.testing.assert_frame_equal(first, diagnosis.weight_sensitivity(SCALED, self.weights, seed=7))

    def test_a_county_best_in_everything_stays_first(self):
        scaled = SCALED.assign()
        scaled.loc["d"] = 1.0
        found = diagnosis.weight_sensitivity(scaled, self.weights, seed=7)
        assert found.loc["d", ["rank", "best", "worst", "same"]].tolist() == [1, 1, 1, 1]

    def test_ranks_lie_between_best_and_worst_and_move_less_the_firmer_the_weights(self):
        loose = diagnosis.weight_sensitivity(SCALED, self.weights, seed=7, concentration=5)
        firm = diagnosis.weight_sensitivity(SCALED, self.weights, seed=7, concentration=1e6)
        assert (loose["best"] <= loose["low80"]).all() and (loose["high80"] <= loose["worst"]).all()
        assert (loose["worst"] - loose["best"]).sum() > (firm["worst"] - firm["best"]).sum() == 0

    def test_a_weight_that_is_missing_or_negative_is_named(self):
        with pytest.raises(ValueError, match="park"):
            diagnosis.weight_sensitivity(SCALED, self.weights.drop("park"), seed=1)
