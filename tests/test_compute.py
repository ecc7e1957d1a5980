"""Formulas meet observations: values, what they are made of, what they lack, and the city from its counties."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog, compute, intake


def results(folder) -> pd.DataFrame:
    raw = intake.read(folder.path)
    assert not raw.problems, raw.problems
    return compute.results(raw.observations, raw.regions)


def measure(folder) -> compute.Measured:
    raw = intake.read(folder.path)
    assert not raw.problems, raw.problems
    return compute.measure(raw.observations, raw.regions, tables=catalog.read(raw.folder))


def one(table, region, indicator, year, basis="reported") -> pd.Series:
    rows = table[(table["region_code"] == region) & (table["indicator"] == indicator) & (table["year"] == year)]
    return rows[rows["basis"] == basis].iloc[0]


def test_a_share_knows_its_numerator_denominator_and_cells(folder):
    folder.add(("C1", 2022, "villages", 200, "village"), ("C1", 2022, "villages_sewage_treated", 50, "village"))
    row = one(results(folder), "C1", "rural_sewage_treatment_rate", 2022)
    assert (row["value"], row["numerator"], row["denominator"], row["unit"]) == (25, 50, 200, "%")
    assert row["inputs"] == "statistics.csv:2;statistics.csv:3" and row["lacking"] == ""


def test_a_missing_input_gives_a_missing_result_that_names_it(folder):
    folder.add(("C1", 2022, "villages", 200, "village"))
    row = one(results(folder), "C1", "rural_sewage_treatment_rate", 2022)
    assert np.isnan(row["value"]) and row["lacking"] == "villages_sewage_treated"


def test_a_gap_between_two_years_is_a_row_that_names_what_it_lacks(folder):
    for year in (2020, 2022):
        folder.add(("C1", year, "villages_sewage_treated", 50, "village"))
    folder.add(*[("C1", year, "villages", 200, "village") for year in (2020, 2021, 2022)])
    row = one(results(folder), "C1", "rural_sewage_treatment_rate", 2021)
    assert np.isnan(row["value"]) and row["lacking"] == "villages_sewage_treated"


def test_a_city_is_the_ratio_of_its_counties_sums_and_never_the_mean_of_their_rates(folder):
    for region, treated, villages in (("C1", 90, 100), ("C2", 30, 300)):
        folder.add((region, 2022, "villages", villages, "village"))
        folder.add((region, 2022, "villages_sewage_treated", treated, "village"))
    row = one(results(folder), "C", "rural_sewage_treatment_rate", 2022, "from_counties")
    assert row["value"] == pytest.approx(100 * 120 / 400)
    assert len(row["inputs"].split(";")) == 4


def test_a_city_without_one_county_is_a_marked_partial_sum_that_says_which_county(folder):
    for year, region, treated in ((2021, "C1", 9), (2021, "C2", 9), (2022, "C1", 9)):
        folder.add((region, year, "villages_sewage_treated", treated, "village"))
    for year in (2021, 2022):
        folder.add(("C1", year, "villages", 100, "village"), ("C2", year, "villages", 300, "village"))
    measured = measure(folder)
    table = measured.results
    row = one(table, "C", "rural_sewage_treatment_rate", 2022, "from_counties")
    assert (row["value"], row["numerator"], row["denominator"], row["coverage"]) == (9, 9, 100, 0.5)
    assert row["lacking"] == "villages_sewage_treated@C2"
    assert one(table, "C", "rural_sewage_treatment_rate", 2021, "from_counties")["coverage"] == 1
    assert measured.weight_covered("rural_sewage_treatment_rate").at[2022, "C"] == 0.25
    assert measured.weight_of("rural_sewage_treatment_rate") == "villages"


def test_a_partial_sum_is_no_value_of_the_whole(folder):
    folder.add(("C1", 2022, "villages", 100, "village"), ("C1", 2022, "villages_sewage_treated", 9, "village"))
    folder.add(("C2", 2021, "villages", 100, "village"))
    measured = measure(folder)
    assert measured.value("rural_sewage_treatment_rate", "from_counties").isna().all(axis=None)
    assert measured.value("rural_sewage_treatment_rate", "from_counties", partial=True).at[2022, "C"] == 9
    assert measured.deciding("rural_sewage_treatment_rate").to_dict() == {"C": "", "C1": "reported", "C2": ""}


def test_the_city_s_own_figure_and_its_counties_stand_side_by_side_with_the_discrepancy(folder):
    folder.add(("C", 2022, "rural_sewage_treatment_rate", 35, "%"))
    for region, treated in (("C1", 10), ("C2", 50)):
        folder.add((region, 2022, "villages", 100, "village"))
        folder.add((region, 2022, "villages_sewage_treated", treated, "village"))
    table = results(folder)
    assert one(table, "C", "rural_sewage_treatment_rate", 2022)["value"] == 35
    (row,) = compute.discrepancies(table).to_dict("records")
    assert (row["reported"], row["from_counties"], row["difference"]) == (35, 30, 5)
    assert row["relative"] == pytest.approx(1 / 7)


def test_an_index_weighted_by_area_weighs_the_larger_county_more(folder):
    folder.add(("C1", 2022, "ecological_index", 40, ""), ("C2", 2022, "ecological_index", 70, ""))
    row = one(results(folder), "C", "ecological_index", 2022, "from_counties")
    assert row["value"] == pytest.approx((40 * 100 + 70 * 200) / 300)


def test_current_price_gdp_is_refused_until_an_index_makes_it_constant(folder):
    for year, land in ((2020, 1000), (2021, 1010)):
        folder.add(("C1", year, "construction_land", land, "ha"), ("C1", year, "gdp_current", 500 + year, "万元"))
    row = one(results(folder), "C1", "construction_land_per_gdp_decline_rate", 2021)
    assert np.isnan(row["value"]) and "gdp_index" in row["lacking"]
    folder.add(("C1", 2021, "gdp_index", 108, ""))
    row = one(results(folder), "C1", "construction_land_per_gdp_decline_rate", 2021)
    assert row["value"] == pytest.approx(100 * (1 - 1.01 / 1.08))


def test_a_decline_rate_is_traced_to_both_years(folder):
    folder.add(("C1", 2020, "gdp_constant", 500, "万元"), ("C1", 2021, "gdp_constant", 540, "万元"))
    folder.add(("C1", 2020, "construction_land", 1000, "ha"), ("C1", 2021, "construction_land", 1010, "ha"))
    row = one(results(folder), "C1", "construction_land_per_gdp_decline_rate", 2021)
    assert row["value"] == pytest.approx(6.481481, abs=1e-6)
    assert row["inputs"] == ";".join(f"statistics.csv:{line}" for line in (2, 3, 4, 5))


def test_status_is_the_weakest_of_what_went_in(folder):
    folder.add(("C1", 2022, "villages", 200, "village"))
    folder.add(("C1", 2022, "villages_sewage_treated", 50, "village"), status="demo")
    assert one(results(folder), "C1", "rural_sewage_treatment_rate", 2022)["status"] == "demo"


def test_nothing_to_count_is_said_so(folder):
    folder.add(
        ("C1", 2022, "black_odorous_bodies_listed", 0, "个"), ("C1", 2022, "black_odorous_bodies_removed", 0, "个")
    )
    row = one(results(folder), "C1", "black_odorous_removal_rate", 2022)
    assert np.isnan(row["value"]) and row["lacking"] == "zero_denominator"


def test_a_reported_figure_goes_before_the_computed_one(folder):
    folder.add(("C1", 2022, "villages", 200, "village"), ("C1", 2022, "villages_sewage_treated", 50, "village"))
    folder.add(("C1", 2022, "rural_sewage_treatment_rate", 24, "%"))
    row = one(results(folder), "C1", "rural_sewage_treatment_rate", 2022)
    assert row["value"] == 24 and row["inputs"] == "statistics.csv:4"


def test_older_statistics_take_the_prices_of_the_plan_that_ran_then(folder):
    for year in range(2014, 2019):
        folder.add(("C1", year, "gdp_current", 100 + year - 2014, "亿元"), ("C1", year, "gdp_index", 107, ""))
        folder.add(("C1", year, "energy_use", 50, "万吨标准煤"))
    table = results(folder)
    assert one(table, "C1", "energy_per_gdp", 2015)["value"] == pytest.approx(50e4 / 101e4)
    assert one(table, "C1", "energy_per_gdp", 2016)["value"] == pytest.approx(50e4 / (101e4 * 1.07))
