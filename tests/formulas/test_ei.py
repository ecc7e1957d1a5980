"""EI as HJ 192-2015 builds it, and what an analyst asks of a change."""

import inspect

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog
from ecoanalysis.compute import formula_settings
from ecoanalysis.formulas import ei, grades
from ecoanalysis.formulas.diagnosis import SUB_INDEX_SIGNS, ei_change_contributions, land_worth

SETTINGS = formula_settings(catalog.coefficients())
CLASSES = [third for group in ei.HABITAT_CLASSES.values() for third in group]
INDEX = SETTINGS(ei.ecological_index)


def land(**areas):
    """A region of 1000 km² in 2020–2023: forest, dry land, some of everything, changed by `areas`."""
    given = dict.fromkeys(CLASSES, 10.0) | {"closed_forest_area": 300.0, "dry_land_area": 400.0} | areas
    return {name: pd.Series(value, index=[2020, 2021, 2022, 2023], dtype=float) for name, value in given.items()}


def whole_index(areas, **more):
    """EI of a region through every formula from land classes up."""
    years = areas["dry_land_area"].index
    fixed = {
        "land_area": 1000.0, "river_length": 400.0, "water_resources": 150.0, "ndvi": 0.6,
        "severe_erosion_area": 20.0, "moderate_erosion_area": 80.0, "other_stress_area": 5.0,
        "cod_emission": 2000.0, "ammonia_nitrogen_emission": 150.0, "so2_emission": 900.0, "dust_emission": 400.0,
        "nox_emission": 800.0, "solid_waste_discarded": 10.0, "precipitation": 520.0,
    }  # fmt: skip
    known = areas | {name: pd.Series(value, index=years) for name, value in fixed.items()} | more
    for name in ("habitat_quality", "biological_richness", "vegetation_cover", "water_area", "built_up_area",
                 "water_network_density", "land_stress", "pollution_load", "ecological_index"):  # fmt: skip
        formula = getattr(ei, name)
        inputs = [p.name for p in inspect.signature(formula).parameters.values() if p.kind is not p.KEYWORD_ONLY]
        known[name] = formula(**{i: known[i] for i in inputs if i in known}, **SETTINGS(formula))
    return known


class TestHabitatQuality:
    def test_every_land_class_has_one_weight_and_the_weights_of_a_group_sum_to_one(self):
        fixed = SETTINGS(ei.habitat_quality)
        assert sum(fixed["habitat_weights"].values()) == pytest.approx(1)
        assert sorted(fixed["habitat_class_weights"]) == sorted(CLASSES)
        for group in ei.HABITAT_CLASSES.values():
            assert sum(fixed["habitat_class_weights"][third] for third in group) == pytest.approx(1)

    def test_the_parameters_are_the_land_classes_of_the_table(self):
        parameters = list(inspect.signature(ei.habitat_quality).parameters)
        assert parameters[: len(CLASSES)] == CLASSES and parameters[len(CLASSES)] == "land_area"

    @pytest.mark.parametrize("missing", CLASSES)
    def test_a_missing_land_class_gives_no_index(self, missing):
        areas = land()
        areas[missing].loc[2021] = np.nan
        known = whole_index(areas)
        assert known["ecological_index"].isna().tolist() == [False, True, False, False]


class TestBiologicalRichness:
    quality = pd.Series({2019: 40.0, 2020: 50.0, 2021: 52.0, 2022: 55.0, 2023: 51.0})

    def test_without_any_biodiversity_index_it_is_habitat_quality(self):
        empty = pd.Series(np.nan, index=self.quality.index)
        pd.testing.assert_series_equal(ei.biological_richness(self.quality), self.quality)
        pd.testing.assert_series_equal(ei.biological_richness(self.quality, empty), self.quality)

    def test_after_an_index_it_changes_as_habitat_quality_does_until_the_next(self):
        index = pd.Series({2020: 40.0, 2023: 60.0}).reindex(self.quality.index)
        richness = ei.biological_richness(self.quality, index)
        assert richness[2020] == 45 and richness[2023] == 55.5
        assert richness[2021] - richness[2020] == self.quality[2021] - self.quality[2020]
        assert richness[2022] - richness[2021] == self.quality[2022] - self.quality[2021]
        assert richness[2019] == self.quality[2019]

    def test_it_stays_within_the_scale(self):
        quality = pd.Series({2020: 20.0, 2021: 2.0})
        assert ei.biological_richness(quality, pd.Series({2020: 0.0, 2021: np.nan}))[2021] == 0
        quality = pd.Series({2020: 50.0, 2021: 90.0})
        assert ei.biological_richness(quality, pd.Series({2020: 100.0, 2021: np.nan})).tolist() == [75, 100]


class TestNdvi:
    def test_both_scales_give_the_same_index_also_side_by_side(self):
        fixed = SETTINGS(ei.vegetation_cover)
        small = pd.DataFrame({"a": [0.55, 0.61], "b": [0.4, np.nan]}, index=[2022, 2023])
        large = pd.DataFrame({"a": [5500.0, 6100.0], "b": [0.4, np.nan]}, index=[2022, 2023])
        pd.testing.assert_frame_equal(ei.vegetation_cover(small, **fixed), ei.vegetation_cover(large, **fixed))

    def test_the_scale_changes_just_beyond_one(self):
        fixed = SETTINGS(ei.vegetation_cover) | {"caps": {"low": 0, "high": 1000}}
        assert ei.vegetation_cover(pd.Series({2022: 1.0, 2023: 1.01}), **fixed).round(2).tolist() == [121.17, 0.01]

    def test_dense_forest_and_bare_rock_end_at_the_caps(self):
        fixed = SETTINGS(ei.vegetation_cover)
        assert ei.vegetation_cover(pd.Series({2023: 0.9}), **fixed)[2023] == 100
        assert ei.vegetation_cover(pd.Series({2023: -0.1}), **fixed)[2023] == 0


class TestWetYearRule:
    water = pd.Series({2020: 300.0, 2021: 420.0, 2022: 421.0, 2023: 800.0})
    nothing = water * 0
    area = nothing + 1000

    def density(self, mean, active):
        fixed = SETTINGS(ei.water_network_density)
        fixed = fixed | {"wet_year_rule": fixed["wet_year_rule"] | {"active": active}}
        return ei.water_network_density(self.nothing, self.nothing, self.water, self.area, mean, **fixed)

    def test_it_is_off_as_shipped_and_its_numbers_are_marked_doubtful(self):
        rows = [row for row in catalog.coefficients() if row.group == "wet_year_rule"]
        assert {row.name: row.value for row in rows}["active"] == 0
        assert {row.confidence for row in rows} == {"D"}

    def test_off_it_takes_the_water_of_the_year(self):
        assert np.allclose(self.density(None, 0) / self.water, self.density(None, 0)[2020] / 300)

    def test_on_it_counts_less_the_wetter_the_year(self):
        per_unit = self.density(None, 0)[2020] / 300
        found = self.density(self.nothing + 300, 1) / per_unit
        assert found.round(6).tolist() == [300, 420, round(300 * (2.4 - 421 / 300), 6), 0]

    def test_on_it_needs_the_long_term_mean_of_any_one_year(self):
        assert self.density(None, 1).isna().all()
        once = pd.Series({2021: 300.0}).reindex(self.water.index)
        pd.testing.assert_series_equal(self.density(once, 1), self.density(self.nothing + 300, 1))


class TestPollutionLoad:
    def test_the_unit_of_precipitation_is_a_setting_shown_as_unverified(self):
        rows = [row for row in catalog.coefficients() if row.group == "precipitation_unit"]
        assert [(row.name, row.value) for row in rows] == [("pollution_load", 1e6)]
        assert rows[0].confidence in catalog.UNVERIFIED

    def test_in_thousand_cubic_metres_the_water_terms_nearly_vanish(self):
        one = pd.Series({2023: 1000.0})
        emissions = [one, one, one * 0, one * 0, one * 0, one * 0, one * 0.6, one]
        fixed = SETTINGS(ei.pollution_load)
        usual = ei.pollution_load(*emissions, **fixed)[2023]
        small = ei.pollution_load(*emissions, **fixed | {"precipitation_unit": 1000.0})[2023]
        assert usual == pytest.approx(small * 1000) and small < 0.1

    def test_a_year_without_precipitation_gives_no_load(self):
        one = pd.Series({2023: 1.0})
        assert np.isnan(ei.pollution_load(*[one] * 6, one * 0, one, **SETTINGS(ei.pollution_load))[2023])


class TestRestriction:
    values = pd.Series({1: 90.0, 2: 75.0, 3: 74.99, 4: 55.0, 5: 54.99, 6: 35.0, 7: 34.99, 8: 20.0, 9: 19.99})
    fixed = {"grade_bounds": INDEX["grade_bounds"], "restriction_margin": INDEX["restriction_margin"]}

    def lowered(self, rule):
        return ei.restricted(self.values, self.values * 0 + rule, **self.fixed)

    def test_an_ordinary_event_lowers_the_grade_by_exactly_one(self):
        order = ["bad", "poor", "fair", "good", "excellent"]
        before = grades.ei_grade(self.values, grade_bounds=INDEX["grade_bounds"]).map(order.index)
        after = grades.ei_grade(self.lowered(2), grade_bounds=INDEX["grade_bounds"]).map(order.index)
        assert after.tolist() == (before - 1).clip(lower=0).tolist()

    def test_a_strong_event_leaves_no_grade_above_fair(self):
        assert self.lowered(1).tolist() == [54.9, 54.9, 54.9, 54.9, 34.9, 34.9, 19.9, 19.9, 19.99]

    def test_no_event_and_no_entry_change_nothing(self):
        assert self.lowered(0).tolist() == self.values.tolist()
        assert self.lowered(np.nan).tolist() == self.values.tolist()

    def test_an_unknown_rule_is_refused(self):
        with pytest.raises(ValueError, match="0 none, 1 strong, 2 ordinary"):
            self.lowered(3)


class TestGrades:
    def test_fluctuation_goes_by_highest_minus_lowest(self):
        table = pd.DataFrame({"a": [60, 60.9], "b": [60, 61], "c": [63, 60], "d": [68, 60], "e": [60, np.nan]})
        found = grades.ei_fluctuation(table, **SETTINGS(grades.ei_fluctuation))
        assert found.tolist() == ["stable", "fluctuating", "strongly_fluctuating", "violently_fluctuating", None]

    def test_a_missing_value_has_no_grade(self):
        missing = pd.Series({2023: np.nan})
        assert grades.ei_grade(missing, **SETTINGS(grades.ei_grade))[2023] is None
        assert grades.ei_change_grade(missing, **SETTINGS(grades.ei_change_grade))[2023] is None

    def test_the_two_indices_keep_their_own_bounds(self):
        value = pd.Series({2023: 72.0})
        assert grades.ei_grade(value, **SETTINGS(grades.ei_grade))[2023] == "good"
        assert grades.eqi_class(value, **SETTINGS(grades.eqi_class))[2023] == "class_one"


class TestContributions:
    parts = pd.DataFrame(
        {
            "biological_richness": [50.0, 52.0],
            "vegetation_cover": [70.0, 73.0],
            "water_network_density": [30.0, 25.0],
            "land_stress": [20.0, 18.0],
            "pollution_load": [5.0, 6.0],
        },
        index=[2020, 2023],
    )

    def change(self, parts):
        index = ei.ecological_index(*(parts[n] for n in SUB_INDEX_SIGNS.index), parts.get("restriction"), **INDEX)
        return index[2023] - index[2020]

    def test_they_sum_to_the_change_of_ei_and_nothing_is_left_without_cap_or_event(self):
        found = ei_change_contributions(self.parts, 2020, 2023, **INDEX)
        assert found.sum() == pytest.approx(self.change(self.parts), abs=1e-12)
        assert found[["caps", "restriction"]].tolist() == pytest.approx([0, 0], abs=1e-12)
        assert found.round(9).tolist()[:5] == [0.7, 0.75, -0.75, 0.3, -0.1]

    def test_what_a_cap_takes_is_named(self):
        parts = self.parts.assign(vegetation_cover=[90.0, 120.0])
        found = ei_change_contributions(parts, 2020, 2023, **INDEX)
        assert found["caps"] == pytest.approx(-0.25 * 20)
        assert found.sum() == pytest.approx(self.change(parts))

    def test_what_an_event_takes_is_named(self):
        found = ei_change_contributions(self.parts.assign(ecological_restriction=[0, 2]), 2020, 2023, **INDEX)
        assert found["restriction"] < 0
        plain = ei_change_contributions(self.parts, 2020, 2023, **INDEX)
        pd.testing.assert_series_equal(found.drop("restriction"), plain.drop("restriction"))

    def test_a_missing_part_gives_no_contributions_that_sum(self):
        parts = self.parts.copy()
        parts.loc[2020, "land_stress"] = np.nan
        assert np.isnan(ei_change_contributions(parts, 2020, 2023, **INDEX)["land_stress"])


class TestLandWorth:
    fixed = SETTINGS(land_worth)

    @pytest.mark.parametrize("gained", CLASSES)
    def test_a_square_kilometre_turned_over_moves_ei_by_what_the_table_says(self, gained):
        before = whole_index(land())["ecological_index"][2023]
        areas = land()
        areas["dry_land_area"] = areas["dry_land_area"] - 1
        areas[gained] = areas[gained] + 1
        after = whole_index(areas)["ecological_index"][2023]
        told = land_worth(1000.0, converted_from="dry_land_area", **self.fixed)
        assert after - before == pytest.approx(told[gained], abs=1e-9)

    def test_forest_and_lakes_are_worth_most_and_settlements_cost(self):
        told = land_worth(1000.0, converted_from="dry_land_area", **self.fixed)
        assert set(told.index[:2]) == {"lake_area", "closed_forest_area"}
        assert (told[["urban_land_area", "rural_settlement_area", "other_built_up_area"]] < 0).all()

    def test_a_measured_biodiversity_index_halves_the_way_through_habitat(self):
        plain = land_worth(1000.0, **self.fixed)["closed_forest_area"]
        assert land_worth(1000.0, biodiversity_measured=True, **self.fixed)["closed_forest_area"] == plain / 2

    def test_at_a_cap_more_land_is_worth_nothing(self):
        assert land_worth(1000.0, at_cap=["biological_richness"], **self.fixed)["closed_forest_area"] == 0

    def test_an_unknown_class_is_refused_with_those_that_exist(self):
        with pytest.raises(ValueError, match="no land class 'forest'.*closed_forest_area"):
            land_worth(1000.0, converted_from="forest", **self.fixed)
