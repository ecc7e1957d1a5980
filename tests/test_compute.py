"""Formulas meet observations: values, what they are made of, what they lack, and the city from its counties."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog, compute, intake


def measure(folder) -> compute.Measured:
    raw = intake.read(folder.path)
    assert not raw.problems, raw.problems
    return compute.measure(raw.observations, raw.regions, tables=catalog.read(raw.folder))


def results(folder) -> pd.DataFrame:
    """The results, each row with the ids of what is behind it."""
    measured = measure(folder)
    table = measured.results
    keys = zip(table["region_code"], table["indicator"], table["year"], table["basis"], strict=True)
    return table.assign(inputs=[";".join(sorted(measured.trace(*key)[0])) for key in keys])


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


# ---------------------------------------------------------------------- values that cannot be


def test_a_share_above_its_whole_is_missing_and_told_with_its_rows(folder):
    folder.add(("C1", 2021, "villages", 100, "village"), ("C1", 2021, "villages_sewage_treated", 50, "village"))
    folder.add(("C1", 2022, "villages", 33, "village"), ("C1", 2022, "villages_sewage_treated", 80, "village"))
    measured = measure(folder)
    assert np.isnan(measured.value("rural_sewage_treatment_rate").at[2022, "C1"])
    assert measured.value("rural_sewage_treatment_rate").at[2021, "C1"] == 50
    row = one(measured.results, "C1", "rural_sewage_treatment_rate", 2022)
    assert row["lacking"] == "outside_bounds" and (row["numerator"], row["denominator"]) == (80, 33)
    assert measured.trace("C1", "rural_sewage_treatment_rate", 2022) == (
        {"statistics.csv:4", "statistics.csv:5"},
        {"outside_bounds"},
    )
    (problem,) = measured.problems
    assert (problem.file, problem.row) == ("statistics/statistics.csv", 4)
    assert problem.text("zh") == (
        "statistics/statistics.csv:4 C1 2022 年 rural_sewage_treatment_rate 为 242.4242424 %，超出可能范围（0—100），"
        "按缺失处理；请核对这些行：statistics.csv:4, statistics.csv:5"
    )
    assert "C1 2022: rural_sewage_treatment_rate comes to 242.4242424 %" in problem.text("en")


def test_a_county_with_an_impossible_share_is_left_out_of_its_city(folder):
    for region, treated in (("C1", 50), ("C2", 480)):
        folder.add((region, 2022, "villages", 200, "village"))
        folder.add((region, 2022, "villages_sewage_treated", treated, "village"))
    measured = measure(folder)
    assert np.isnan(measured.value("rural_sewage_treatment_rate", "from_counties").at[2022, "C"])
    figures = measured.figures("rural_sewage_treatment_rate", "from_counties")
    assert figures.value.at[2022, "C"] == 25 and figures.coverage[0, 0] == 0.5


def test_rounding_in_floating_point_is_no_impossible_value(folder):
    folder.add(("C1", 2022, "villages_sewage_treated", 0.1 + 0.2, "village"), ("C1", 2022, "villages", 0.3, "village"))
    measured = measure(folder)
    assert measured.problems == [] and measured.value("rural_sewage_treatment_rate").at[2022, "C1"] == 100


# ---------------------------------------------------------------------- cities


def test_a_fall_with_holes_compares_the_same_counties_in_both_years(folder):
    for region, gdp in (("C1", 100), ("C2", 300)):
        folder.add(*((region, year, "gdp_constant", gdp, "万元") for year in (2020, 2021, 2022)))
    folder.add(("C1", 2020, "energy_use", 100, "吨标准煤"), ("C1", 2021, "energy_use", 90, "吨标准煤"))
    folder.add(("C2", 2020, "energy_use", 600, "吨标准煤"), ("C1", 2022, "energy_use", 81, "吨标准煤"))
    table = measure(folder).results
    row = one(table, "C", "energy_per_gdp_decline_rate", 2021, "from_counties")
    assert row["value"] == pytest.approx(10) and row["coverage"] == 0.5  # not 1 − (90/100) / (700/400)
    assert row["lacking"] == "energy_use@C2"


def test_the_least_is_that_of_those_that_reported(folder):
    folder.add(("C2", 2022, "appraisal_share", 12, "%"), ("C1", 2021, "appraisal_share", 9, "%"))
    figures = measure(folder).figures("appraisal_share", "from_counties")
    assert figures.value["C"].tolist() == [9, 12] and figures.coverage[:, 0].tolist() == [0.5, 0.5]


def test_a_partial_sum_is_no_discrepancy(folder):
    folder.add(("C", 2022, "rural_sewage_treatment_rate", 35, "%"), ("C1", 2022, "villages", 100, "village"))
    folder.add(("C1", 2022, "villages_sewage_treated", 10, "village"))
    measured = measure(folder)
    assert one(measured.results, "C", "rural_sewage_treatment_rate", 2022, "from_counties")["value"] == 10
    assert len(compute.discrepancies(measured.results)) == 0


def test_every_region_is_told_its_own_holes(folder):
    folder.add(("C1", 2022, "villages", 100, "village"), ("C2", 2022, "villages_sewage_treated", 10, "village"))
    table = measure(folder).results
    lacking = [one(table, region, "rural_sewage_treatment_rate", 2022)["lacking"] for region in ("C", "C1", "C2")]
    assert lacking == ["villages;villages_sewage_treated", "villages_sewage_treated", "villages"]


def test_a_province_is_asked_like_a_city():
    indicators = catalog.indicators()
    levels = ("province", "city", "county")
    assert [indicators["straw_utilisation_rate"].applies_to(level) for level in levels] == [False, False, True]
    only_cities = dataclasses.replace(indicators["public_transport_share"], scope="city")
    assert [only_cities.applies_to(level) for level in levels] == [True, True, False]


def test_the_share_of_appraisal_is_the_least_of_the_counties_and_no_pool_of_points(folder):
    for region, points in (("C1", 30), ("C2", 12)):
        folder.add((region, 2022, "eco_appraisal_points", points, "分"), (region, 2022, "appraisal_points", 100, "分"))
    folder.add(("C", 2022, "eco_appraisal_points", 22, "分"), ("C", 2022, "appraisal_points", 110, "分"))
    measured = measure(folder)
    assert measured.value("appraisal_share", "from_counties").at[2022, "C"] == 12
    assert measured.value("appraisal_share").at[2022, "C"] == 20
    assert measured.deciding("appraisal_share")["C"] == "from_counties"  # met only when both are: the least decides
    rows = compute.deciding(measured.results)
    rows = rows[(rows["region_code"] == "C") & (rows["indicator"] == "appraisal_share")]
    assert dict(zip(rows["year"], rows["value"], strict=True))[2022] == 12  # history, chart and workbook show the same


def test_the_city_s_own_appraisal_scheme_decides_where_every_county_asks_more(folder):
    for region, points in (("C", 20), ("C1", 30), ("C2", 25)):
        folder.add((region, 2022, "eco_appraisal_points", points, "分"), (region, 2022, "appraisal_points", 100, "分"))
    assert measure(folder).deciding("appraisal_share")["C"] == "reported"


def test_the_rise_of_good_sections_adds_sections_up_before_it_takes_the_rise(folder):
    for region, year, good, all_ in (("C1", 2020, 1, 2), ("C1", 2022, 2, 2), ("C2", 2020, 6, 8), ("C2", 2022, 6, 8)):
        folder.add((region, year, "sections_class_three_or_better", good, "个"))
        folder.add((region, year, "sections_assessed", all_, "个"))
    row = one(measure(folder).results, "C", "class_three_or_better_rise", 2022, "from_counties")
    assert row["value"] == pytest.approx(80 - 70) and (row["numerator"], row["denominator"]) == (8, 10)


def test_a_province_is_made_of_its_cities_and_these_of_their_counties(folder):
    folder.write(
        "regions.csv",
        "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size\n"
        "P,丁省,P,province,,900,,,\nA,甲市,A,city,P,300,,,\nB,己市,B,city,P,600,,,\n"
        "A1,乙县,A1,county,A,100,,,\nA2,丙县,A2,county,A,200,,,\n",
    )
    for region, treated, villages in (("A1", 10, 100), ("A2", 30, 100), ("B", 60, 200)):
        folder.add((region, 2022, "villages", villages, "village"))
        folder.add((region, 2022, "villages_sewage_treated", treated, "village"))
    regions = pd.read_csv(folder.path / "regions.csv", dtype={"code": str}).fillna({"parent": ""})
    folder.write("regions.csv", (folder.path / "regions.csv").read_text(encoding="utf-8").replace("province", "city"))
    measured = compute.measure(intake.read(folder.path).observations, regions)
    values = measured.value("rural_sewage_treatment_rate", "from_counties").loc[2022]
    assert values["A"] == 20 and values["P"] == 25
    ids, lacking = measured.trace("P", "rural_sewage_treatment_rate", 2022, "from_counties")
    assert len(ids) == 6 and not lacking


# ---------------------------------------------------------------------- base years and prices

PM25 = {2015: 50.0, 2018: 40.0, 2020: 32.0, 2022: 28.0}


def with_targets(folder, rows) -> compute.Measured:
    raw = intake.read(folder.path)
    assert not raw.problems, raw.problems
    columns = ["region_code", "indicator", "base_year", "base_value"]
    return compute.measure(raw.observations, raw.regions, targets=pd.DataFrame(rows, columns=columns))


def test_two_targets_with_two_base_years_give_two_series(folder):
    folder.add(*(("C1", year, "pm25", value, "µg/m³") for year, value in PM25.items()))
    measured = measure(folder)
    assert measured.value("pm25_decline", base_year=2015).at[2022, "C1"] == pytest.approx(44)
    assert measured.value("pm25_decline", base_year=2018).at[2022, "C1"] == pytest.approx(30)
    assert measured.value("pm25_decline").at[2022, "C1"] == pytest.approx(12.5)
    assert measured.base("pm25_decline", base_year=2018)["C1"] == 40
    ids, _ = measured.trace("C1", "pm25_decline", 2022, base_year=2018)
    assert ids == {"statistics.csv:3", "statistics.csv:5"}


def test_the_base_year_of_a_target_is_that_of_its_region(folder):
    for region in ("C1", "C2"):
        folder.add(*((region, year, "pm25", value, "µg/m³") for year, value in PM25.items()))
    measured = with_targets(folder, [("*", "pm25_decline", 2015, np.nan), ("C2", "pm25_decline", 2018, np.nan)])
    assert measured.value("pm25_decline").loc[2022, ["C1", "C2"]].tolist() == pytest.approx([44, 30])
    assert measured.base_years("pm25_decline")[["C1", "C2"]].tolist() == [2015, 2018]


def test_a_base_value_stands_in_for_a_base_year_that_was_not_measured(folder):
    folder.add(("C1", 2022, "pm25", 28, "µg/m³"), ("C2", 2022, "pm25", 28, "µg/m³"))
    measured = with_targets(folder, [("C1", "pm25_decline", 2017, 56.0)])
    assert measured.value("pm25_decline").at[2022, "C1"] == pytest.approx(50)
    assert measured.base("pm25_decline")["C1"] == 56
    assert measured.value("pm25_decline", base_year=2017).at[2022, "C1"] == pytest.approx(50)
    assert np.isnan(measured.value("pm25_decline", base_year=2018).at[2022, "C1"])
    assert np.isnan(measured.value("pm25_decline").at[2022, "C2"])


def test_a_base_value_of_an_intensity_is_at_the_prices_of_its_year(folder):
    for year in range(2015, 2021):
        folder.add(("C1", year, "gdp_current", 100 + 20 * (year - 2015), "万元"), ("C1", year, "gdp_index", 110, ""))
    folder.add(("C1", 2017, "energy_use", 60.5, "吨标准煤"))
    measured = with_targets(folder, [("C1", "energy_per_gdp_cumulative_decline", 2015, 0.8)])
    # 121 at the prices of 2015, so 0.5; at those of 2020 it would be 0.40
    assert measured.value("energy_per_gdp_cumulative_decline").at[2017, "C1"] == pytest.approx(37.5)


def test_a_base_value_serves_a_level_that_was_only_reported_and_leaves_a_reported_fall_alone(folder):
    folder.add(
        ("C1", 2021, "energy_per_gdp", 0.45, "吨标准煤/万元"), ("C1", 2022, "energy_per_gdp", 0.4, "吨标准煤/万元")
    )
    folder.add(("C1", 2022, "energy_per_gdp_cumulative_decline", 19.5, "%"))
    measured = with_targets(folder, [("C1", "energy_per_gdp_cumulative_decline", 2015, 0.5)])
    assert measured.value("energy_per_gdp_cumulative_decline")["C1"].tolist() == pytest.approx([10, 19.5])


def test_one_late_row_of_another_statistic_does_not_blank_older_series(folder):
    folder.add(*(("C1", year, "pm25", 60 - year + 2006, "µg/m³") for year in range(2006, 2019)))
    before = measure(folder).value("pm25_decline")["C1"]
    assert before[2018] == pytest.approx(100 * (1 - 48 / 51))  # against 2015, the plan that ran in 2018
    folder.add(("C1", 2022, "resident_population", 1000, "人"), ("C2", 2022, "pm25", 30, "µg/m³"))
    after = measure(folder).value("pm25_decline")["C1"]
    assert after.loc[2006:2018].tolist() == pytest.approx(before.loc[2006:2018].tolist())


def test_money_at_prices_of_two_years_is_never_added_up(folder):
    for region, last in (("C1", 2022), ("C2", 2019)):
        for year in range(2015, last + 1):
            folder.add((region, year, "gdp_current", 100, "万元"), (region, year, "gdp_index", 110, ""))
            folder.add((region, year, "energy_use", 50, "吨标准煤"))
    measured = measure(folder)
    assert measured.base_years("gdp_constant")[["C1", "C2"]].tolist() == [2020, 2015]
    assert measured.value("energy_per_gdp").at[2019, "C2"] == pytest.approx(0.5 / 1.1**4)
    row = one(measured.results, "C", "energy_per_gdp", 2019, "from_counties")
    assert row["coverage"] == 0.5 and row["denominator"] == pytest.approx(100 / 1.1)


@pytest.mark.parametrize("code", ["energy_per_gdp_decline_rate", "energy_per_gdp_cumulative_decline"])
def test_another_price_base_moves_no_fall(folder, code):
    rows = [(2015, 100, 107), (2016, 130, 106), (2017, 160, 105), (2018, 150, 108), (2019, 190, 104), (2020, 200, 103)]
    for year, gdp, index in rows:
        folder.add(("C1", year, "gdp_current", gdp, "万元"), ("C1", year, "gdp_index", index, ""))
        folder.add(("C1", year, "energy_use", 40 + year % 7, "吨标准煤"))
    shipped = catalog.coefficients()
    found = {}
    for base in (2015, 2018, 2020):
        moved = [
            dataclasses.replace(row, value=base) if (row.group, row.name) == ("base_year", "gdp_constant") else row
            for row in shipped
        ]
        raw = intake.read(folder.path)
        found[base] = compute.measure(raw.observations, raw.regions, moved)
    levels = {base: measured.value("energy_per_gdp").at[2019, "C1"] for base, measured in found.items()}
    assert len({round(level, 6) for level in levels.values()}) == 3
    falls = [measured.value(code)["C1"].dropna().tolist() for measured in found.values()]
    assert len(falls[0]) >= 5
    assert falls[1] == pytest.approx(falls[0]) and falls[2] == pytest.approx(falls[0])


def test_a_level_is_told_at_the_prices_that_are_asked_for(folder):
    for year, gdp in ((2015, 100), (2016, 150)):
        folder.add(("C1", year, "gdp_current", gdp, "万元"), ("C1", year, "gdp_index", 110, ""))
        folder.add(("C1", year, "energy_use", 50, "吨标准煤"))
    measured = measure(folder)
    assert measured.value("energy_per_gdp", base_year=2015).at[2016, "C1"] == pytest.approx(50 / 110)
    assert measured.value("energy_per_gdp", base_year=2016).at[2016, "C1"] == pytest.approx(50 / 150)


def test_a_replay_and_what_came_true_can_be_told_at_one_price_base(folder):
    for region, growth in (("C1", 105), ("C2", 112)):
        for year in range(2014, 2023):
            folder.add(
                (region, year, "gdp_current", 100 + year % 3 * 20, "万元"), (region, year, "gdp_index", growth, "")
            )
            folder.add((region, year, "energy_use", 50 + year % 4, "吨标准煤"))
    raw = intake.read(folder.path)
    whole = compute.measure(raw.observations, raw.regions)
    replay = compute.measure(raw.observations.query("year <= 2018"), raw.regions)
    for code in ("energy_per_gdp", "energy_per_gdp_decline_rate", "energy_per_gdp_cumulative_decline"):
        base = int(replay.base_years(code)["C1"])
        assert base == 2015 and whole.base_years(code)["C1"] == 2020
        for basis, region in (("reported", "C1"), ("from_counties", "C")):
            said = replay.value(code, basis)[region].dropna()
            came = whole.value(code, basis, base_year=base)[region]
            assert len(said) >= 4 and said.tolist() == pytest.approx(came[said.index].tolist())


# ---------------------------------------------------------------------- what is reported instead


def test_growth_rates_make_constant_prices_and_a_missing_index_is_missed_by_its_name(folder):
    for year, growth in ((2020, 4), (2021, 8)):
        folder.add(("C1", year, "gdp_current", 500 + year, "万元"), ("C1", year, "energy_use", 50, "吨标准煤"))
        folder.add(("C1", year, "gdp_growth_rate", growth, "%"))
    folder.add(("C1", 2022, "gdp_current", 900, "万元"), ("C1", 2022, "energy_use", 50, "吨标准煤"))
    measured = measure(folder)
    assert measured.value("energy_per_gdp_decline_rate").at[2021, "C1"] == pytest.approx(100 * (1 - 1 / 1.08))
    assert one(measured.results, "C1", "energy_per_gdp", 2022)["lacking"] == "gdp_index"


def test_a_fall_is_taken_from_the_level_that_a_bulletin_reports(folder):
    levels = {2019: 0.52, 2020: 0.50, 2021: 0.48, 2023: 0.45}
    folder.add(*(("C1", year, "energy_per_gdp", level, "吨标准煤/万元") for year, level in levels.items()))
    measured = measure(folder)
    assert measured.value("energy_per_gdp_decline_rate").at[2021, "C1"] == pytest.approx(4)
    assert np.isnan(measured.value("energy_per_gdp_decline_rate").at[2023, "C1"])
    assert measured.value("energy_per_gdp_cumulative_decline").at[2023, "C1"] == pytest.approx(10)
    ids, _ = measured.trace("C1", "energy_per_gdp_cumulative_decline", 2023)
    assert ids == {"statistics.csv:3", "statistics.csv:5"}


def test_a_fall_from_reported_levels_is_as_weak_as_the_weaker_of_its_two_years(folder):
    for year, status in ((2020, "observed"), (2021, "observed"), (2022, "demo"), (2023, "observed")):
        folder.add(("C1", year, "energy_per_gdp", 0.5 - year % 10 / 100, "吨标准煤/万元"), status=status)
    table = measure(folder).results
    yearly, since = (f"energy_per_gdp_{kind}" for kind in ("decline_rate", "cumulative_decline"))
    assert [one(table, "C1", yearly, year)["status"] for year in (2021, 2022, 2023)] == ["observed", "demo", "demo"]
    assert [one(table, "C1", since, year)["status"] for year in (2021, 2022, 2023)] == ["observed", "demo", "observed"]


def test_a_computed_and_a_reported_level_are_never_compared(folder):
    folder.add(("C1", 2020, "energy_per_gdp", 0.50, "吨标准煤/万元"))
    folder.add(("C1", 2021, "energy_use", 30, "吨标准煤"), ("C1", 2021, "gdp_constant", 100, "万元"))
    measured = measure(folder)
    assert measured.value("energy_per_gdp")["C1"].tolist() == [0.5, 0.3]
    assert measured.value("energy_per_gdp_decline_rate")["C1"].isna().all()


def test_yearly_falls_that_were_reported_compound_to_a_fall_since_the_base_year(folder):
    falls = {2021: 8.01, 2022: 1.79, 2023: 5.35}  # Shaanxi, stated as 14.49 % together
    folder.add(*(("C1", year, "co2_per_gdp_decline_rate", fall, "%") for year, fall in falls.items()))
    measured = measure(folder)
    assert measured.value("co2_per_gdp_cumulative_decline").at[2023, "C1"] == pytest.approx(14.49, abs=0.005)
    ids, _ = measured.trace("C1", "co2_per_gdp_cumulative_decline", 2023)
    assert ids == {"statistics.csv:2", "statistics.csv:3", "statistics.csv:4"}


def test_a_level_at_current_prices_is_a_row_of_its_own(folder):
    folder.add(("C1", 2022, "gdp_current", 200, "万元"), ("C1", 2022, "energy_use", 50, "吨标准煤"))
    measured = measure(folder)
    assert measured.value("energy_per_gdp_current_prices").at[2022, "C1"] == 0.25
    assert measured.value("energy_per_gdp")["C1"].isna().all()


# ---------------------------------------------------------------------- own indicators of a folder

OWN = "code,name_zh,name_en,unit,better,low,high,aggregate,formula\n"


def own(folder, *lines, variables="") -> compute.Measured:
    folder.write("indicators.csv", OWN + "".join(f"{line}\n" for line in lines))
    if variables:
        folder.write("variables.csv", "code,name_zh,name_en,unit,low,aggregate\n" + variables)
    raw = intake.read(folder.path)
    return compute.measure(raw.observations, raw.regions, tables=catalog.read(folder.path))


def test_an_own_ratio_is_in_the_unit_of_its_row_and_adds_up_to_the_city(folder):
    for region, length, area in (("C1", 50, 100), ("C2", 100, 200)):
        folder.add((region, 2022, "river_length", length, "km"), (region, 2022, "land_area", area, "km²"))
    measured = own(folder, 'river_density,河网密度,River density,m/ha,higher,0,,ratio,"ratio(river_length, land_area)"')
    assert measured.value("river_density").at[2022, "C1"] == pytest.approx(50_000 / 10_000)
    assert measured.value("river_density", "from_counties").at[2022, "C"] == pytest.approx(5)
    row = one(measured.results, "C1", "river_density", 2022)
    assert (row["numerator"], row["denominator"], row["unit"]) == (50, 100, "m/ha")


def test_own_head_counts_and_falls(folder):
    folder.add(("C1", 2021, "water_use", 60, "m³"), ("C1", 2021, "resident_population", 12, "人"))
    folder.add(("C1", 2022, "water_use", 54, "m³"), ("C1", 2022, "resident_population", 12, "人"))
    measured = own(
        folder,
        "water_per_head,人均用水量,Water per head,m³/person,lower,0,,ratio,per_head(water_use)",
        'water_fall,人均用水下降率,Fall,%,higher,,100,ratio,"decline(water_use, resident_population)"',
    )
    assert measured.value("water_per_head")["C1"].tolist() == [5, 4.5]
    assert measured.value("water_fall").at[2022, "C1"] == pytest.approx(10)


def test_an_own_function_stands_in_a_file_of_the_folder(folder):
    folder.write("own.py", "def doubled(water_use):\n    return 2 * water_use\n")
    folder.add(("C1", 2022, "water_use", 60, "m³"))
    measured = own(folder, "twice,两倍,Twice,m³,lower,0,,reported,own.py:doubled")
    assert measured.value("twice").at[2022, "C1"] == 120 and measured.problems == []


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("ratio(water_use)", "ratio(a, b)"),
        ('"ratio(water_use, nothing)"', "nothing"),
        ('"ratio(water_use, land_area)"', "cannot become"),
        ("own.py:broken", "ZeroDivisionError"),
        ("own.py:missing", "AttributeError"),
        ("gone.py:doubled", "no such file"),
        ("own.py:shapeless", "shape"),
    ],
)
def test_an_own_formula_that_does_not_work_is_told_and_ends_nothing(folder, formula, reason):
    folder.write("own.py", "def broken(water_use):\n    1 / 0\ndef shapeless(water_use):\n    return 3\n")
    folder.add(("C1", 2022, "water_use", 60, "m³"), ("C1", 2022, "villages", 60, "village"))
    measured = own(folder, f"mine,我的,Mine,%,higher,0,100,ratio,{formula}")
    assert measured.value("mine").isna().all(axis=None)
    (problem,) = measured.problems
    assert (problem.file, problem.row) == ("indicators.csv", 2) and reason in problem.text("en")


def test_rows_of_a_folder_s_own_tables_that_cannot_be_read_are_faults_with_their_row(folder):
    folder.write(
        "indicators.csv",
        OWN
        + "villages_lit,亮化村,Lit villages,village,higher,zero,,sum,\n"
        + "rural_sewage_treatment_rate,重名,Twice,%,higher,0,100,ratio,\n"
        + "fine,可用,Fine,village,higher,0,,sum,\n"
        + "sideways,歪,Sideways,%,up,0,100,ratio,\n",
    )
    tables = catalog.read(folder.path)
    assert tables.own == ("fine",) and tables.indicators["fine"].requirement == "trend"
    assert [(fault.row, fault.phrase) for fault in tables.faults] == [(2, "own_row"), (3, "own_code"), (5, "own_row")]
    assert "zero" in tables.faults[0].values["reason"] and "up" in tables.faults[2].values["reason"]


def test_the_measures_of_an_item():
    assert catalog.measures(7, "b") == ["pm25_decline", "pm25_concentration"]
    assert catalog.measures(8, "a") == ["class_three_or_better_rise", "class_three_or_better_share"]
    assert catalog.measures(17) == [
        "energy_per_gdp",
        "energy_per_gdp_decline_rate",
        "energy_per_gdp_cumulative_decline",
        "energy_per_gdp_current_prices",
    ]
    assert catalog.measures(22) == ["solid_waste_utilisation_rise", "solid_waste_utilisation_rate"]


def test_what_values_of_many_regions_are_made_of_is_found_for_each_in_its_own_year(folder):
    for region, year, treated, villages in (("C1", 2022, 30, 100), ("C1", 2023, 40, 100), ("C2", 2022, 60, 80)):
        folder.add((region, year, "villages", villages, "village"))
        folder.add((region, year, "villages_sewage_treated", treated, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%")
    raw = intake.read(folder.path)
    measured = compute.measure(raw.observations, raw.regions, tables=raw.tables)
    code, years = "rural_sewage_treatment_rate", np.array([2022, 2022])
    made_of = measured.parts_of_many(["C2", "C1"], code, years, "reported")
    assert made_of.numerator.tolist() == [60, 30] and made_of.denominator.tolist() == [80, 100]
    assert made_of.factor.tolist() == [100, 100] and made_of.unit == "village" and not made_of.answers
    one = measured.parts("C1", code, 2023, "reported")
    assert (one.numerator, one.denominator, one.factor, one.coverage) == (40, 100, 100, 1)
    assert measured.has_own_value(code).tolist() == [False, True, True]
    assert measured.weakest_status(code).tolist() == ["observed"] * 3
    assert not measured.nothing_to_assess(code).any()
