"""Projects in sample paths: what is added, how late, and what an indicator answers; reckoned on paper."""

import csv
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog, compute, futures, projects

PAPER = Path(__file__).parent / "published/projects.csv"
RATE = "rural_sewage_treatment_rate"
REGIONS = pd.DataFrame(
    {
        "code": ["C", "C1", "C2"],
        "name_zh": ["甲市", "乙县", "丙县"],
        "name_en": ["City A", "County B", "County C"],
        "level": ["city", "county", "county"],
        "parent": ["", "C", "C"],
        "area_km2": [300.0, 100.0, 200.0],
    }
)
THREE = [
    {"region_code": "C1", "variable": "villages_sewage_treated", "change": 10, "first_year": 2024, "last_year": 2025,
     "name": "A"},
    {"region_code": "C1", "variable": "villages_sewage_treated", "change": 20, "first_year": 2025, "probability": 0.5,
     "name": "B"},
    {"region_code": "C2", "variable": "villages_sewage_treated", "change": 30, "first_year": 2024, "last_year": 2025,
     "delay_years": 1, "delay_probability": 0.4, "name": "D"},
]  # fmt: skip


def measured(series: dict, years=range(2016, 2024), tables=None) -> compute.Measured:
    """Constant series, or functions of the year, by (region, variable)."""
    rows = [
        (region, year, variable, float(value(year) if callable(value) else value), "observed")
        for (region, variable), value in series.items()
        for year in years
    ]
    table = pd.DataFrame(rows, columns=["region_code", "year", "variable", "value", "status"])
    return compute.measure(table.assign(id=[f"t.csv:{k}" for k in range(len(table))]), REGIONS, tables=tables)


@pytest.fixture(scope="module")
def villages() -> compute.Measured:
    counted = {"C1": (20, 100), "C2": (60, 200)}
    return measured(
        {(code, name): value for code, pair in counted.items() for name, value in zip(
            ("villages_sewage_treated", "villages"), pair, strict=True)}
    )  # fmt: skip


def standing(numbers, indicator=RATE, until=2027, paths=1000):
    return projects.still(futures.measured_outlook(numbers, None, indicator, until), paths)


def moved(numbers, rows, indicator=RATE, **more):
    return projects.moved(
        standing(numbers, indicator, **more), projects.table(rows), projects.response(numbers, indicator)
    )


# ---------------------------------------------------------------------- the worked example


@pytest.mark.parametrize("row", list(csv.DictReader(PAPER.open())), ids=lambda row: f"{row['region']} {row['year']}")
def test_three_projects_in_two_counties_come_out_as_on_paper(villages, row):
    outlook = moved(villages, THREE)
    values = outlook.at(int(row["year"]))[outlook.regions.index(row["region"])]
    assert (values >= float(row["target"]) - 1e-4).mean() == pytest.approx(float(row["chance"]), abs=0.002)


def test_each_share_holds_to_one_future_and_combinations_to_a_few():
    many = [
        {"region_code": "C1", "variable": "villages", "change": 1, "first_year": 2024, "probability": p,
         "delay_years": 2, "delay_probability": q, "name": str(k)}
        for k, (p, q) in enumerate([(0.5, 0.5), (0.3, 0.2), (0.9, 0.0), (0.75, 1.0), (0.11, 0.4), (0.5, 0.1)])
    ]  # fmt: skip
    late = projects.outcomes(projects.table(many), 1000)
    for row, one in zip(many, late, strict=True):
        p, q = row["probability"], row["delay_probability"]
        assert abs(np.isfinite(one).sum() - 1000 * p) <= 1 and abs((one == 2).sum() - 1000 * p * q) <= 1
        assert set(one) <= {0.0, 2.0, np.inf}
    done = np.isfinite(late)
    for i in range(len(many)):
        for j in range(i):
            both = (done[i] & done[j]).mean()
            assert both == pytest.approx(many[i]["probability"] * many[j]["probability"], abs=0.02), (i, j)
    assert (done[0] & done[1]).mean() == pytest.approx(0.15, abs=0.005)


def test_luck_is_a_projects_own_and_grows_with_its_chance():
    table = projects.table(THREE)
    late = projects.outcomes(table, 500)
    assert np.array_equal(late, projects.outcomes(table, 500))
    longer = projects.table([*THREE, THREE[1] | {"name": "E"}])
    assert np.array_equal(projects.outcomes(longer, 500)[:3], late)
    assert not np.array_equal(projects.outcomes(longer, 500)[3], late[1])
    elsewhere = projects.table([THREE[1] | {"region_code": "C2"}, THREE[1] | {"variable": "villages"}])
    assert not (projects.outcomes(elsewhere, 500) == late[1]).all(axis=1).any()
    likelier = projects.outcomes(projects.table([THREE[0], THREE[1] | {"probability": 0.7}]), 500)
    assert (np.isfinite(likelier[1]) >= np.isfinite(late[1])).all() and np.isfinite(likelier[1]).sum() == 350


def test_luck_is_no_copy_of_the_order_of_the_futures():
    late = projects.outcomes(projects.table(THREE), 1000)
    done = np.isfinite(late[1])
    assert abs(done[:500].mean() - 0.5) < 0.08 and abs(np.corrcoef(done[1:], done[:-1])[0, 1]) < 0.15


# ---------------------------------------------------------------------- what is added


@pytest.mark.parametrize(
    "late, since, by_year",
    [
        (0, 2023, [10, 20, 30, 30]),  # 2024, 2025, 2026, 2027
        (1, 2023, [0, 10, 20, 30]),
        (0.5, 2023, [5, 15, 25, 30]),
        (np.inf, 2023, [0, 0, 0, 0]),
        (0, 2024, [0, 10, 20, 20]),  # what was added by the latest figures is in them
        (2, 2024, [0, 0, 10, 20]),
        (0, 2026, [0, 0, 0, 0]),
    ],
)
def test_what_is_added_stays_and_counts_from_the_latest_figures(late, since, by_year):
    project = {"change": 10, "first_year": 2024, "last_year": 2026}
    years = np.arange(2024, 2028)
    assert projects.added(project, np.array([late]), years, since).tolist() == [by_year]


def test_missing_columns_mean_one_certain_year_in_time():
    table = projects.table([{"region_code": "C1", "variable": "villages", "change": 3, "first_year": 2024}])
    row = table.iloc[0]
    named = ("last_year", "probability", "delay_years", "delay_probability")
    assert (
        list(table) == projects.COLUMNS and [row[name] for name in named] == [2024, 1, 0, 0] and np.isnan(row["cost"])
    )
    assert row["name"] == row["department"] == "" and table["first_year"].dtype == table["last_year"].dtype == int
    late = projects.table([{"region_code": "C1", "variable": "v", "change": 3, "first_year": 2024, "delay_years": 2}])
    assert late["delay_probability"].tolist() == [1.0]


# ---------------------------------------------------------------------- what an indicator answers


def test_a_share_never_passes_its_whole_and_the_city_gets_no_more(villages):
    outlook = moved(villages, [THREE[0] | {"change": 500}])
    city, first, second = outlook.at(2024).mean(axis=1)
    assert first == pytest.approx(100) and second == pytest.approx(30)
    assert city == pytest.approx(100 * (100 + 60) / 300, abs=1e-3)


def test_fewer_villages_in_all_move_the_share_too(villages):
    closing = {"region_code": "C1", "variable": "villages", "change": -20, "first_year": 2024}
    outlook = moved(villages, [closing])
    assert outlook.at(2024)[1].mean() == pytest.approx(20 / 80 * 100, abs=1e-3)
    assert outlook.at(2024)[0].mean() == pytest.approx((20 + 60) / (80 + 200) * 100, abs=1e-3)


def test_where_nothing_is_left_to_count_nothing_is_moved(villages):
    gone = {"region_code": "C1", "variable": "villages", "change": -100, "first_year": 2024}
    assert moved(villages, [gone]).at(2024)[1].mean() == pytest.approx(20)


def test_fewer_villages_of_the_city_move_the_city_alone(villages):
    fewer = {"region_code": "C", "variable": "villages", "change": -20, "first_year": 2024}
    assert moved(villages, [fewer]).at(2024).mean(axis=1).tolist() == pytest.approx([80 / 280 * 100, 20, 30], abs=1e-3)


def test_how_late_projects_come_can_be_handed_in(villages):
    """Half of the futures have B in by its own chance, all of them where it is never late."""
    never_late = np.zeros((1, 1000))
    after = projects.moved(
        standing(villages), projects.table(THREE[1:2]), projects.response(villages, RATE), late=never_late
    )
    assert after.at(2025)[1].tolist() == pytest.approx([40] * 1000)


def test_a_projects_of_the_city_itself_counts_for_the_city_alone(villages):
    outlook = moved(villages, [THREE[0] | {"region_code": "C", "change": 30}])
    assert outlook.at(2024).mean(axis=1).tolist() == pytest.approx([110 / 300 * 100, 20, 30], abs=1e-3)


def test_a_city_with_figures_of_its_own_gets_what_its_counties_add():
    numbers = measured(
        {
            ("C", "villages_sewage_treated"): 90,
            ("C", "villages"): 300,
            ("C1", "villages_sewage_treated"): 20,
            ("C1", "villages"): 100,
        }
    )
    outlook = moved(numbers, THREE[:1])
    assert outlook.basis[0] == "reported"
    assert outlook.at(2025).mean(axis=1).tolist() == pytest.approx([110 / 300 * 100, 40], abs=1e-3)


def test_a_fall_counts_in_the_year_that_it_happens():
    """Land of 100 km² and GDP that grows by a tenth: the intensity falls by 1 − 1/1.1 each year. With 10 km² less in
    2024 it falls by 1 − 0.9/1.1 that year and by 1 − 1/1.1 again afterwards; of the city, 200 km², by 1 − 0.95/1.1."""
    code = "construction_land_per_gdp_decline_rate"
    series = {(c, "construction_land"): 100 for c in ("C1", "C2")}
    series |= {(c, "gdp_constant"): lambda year: 1e5 * 1.1 ** (year - 2016) for c in ("C1", "C2")}
    numbers = measured(series)
    less = [{"region_code": "C1", "variable": "construction_land", "change": -10, "first_year": 2024}]
    outlook = moved(numbers, less, code)
    usual = 100 * (1 - 1 / 1.1)
    by_year = {year: outlook.at(year).mean(axis=1).tolist() for year in (2024, 2025)}
    assert by_year[2024] == pytest.approx([100 * (1 - 0.95 / 1.1), 100 * (1 - 0.9 / 1.1), usual], abs=1e-3)
    assert by_year[2025] == pytest.approx([usual] * 3, abs=1e-3)


def test_projects_of_a_city_and_of_its_county_make_its_fall_together():
    """Of 200 km² ten less by the city's own project, and ten more less by the county's: 1 − 0.95/1.1 and 1 − 0.9/1.1."""
    code = "construction_land_per_gdp_decline_rate"
    series = {(c, "construction_land"): 100 for c in ("C1", "C2")}
    series |= {(c, "gdp_constant"): lambda year: 1e5 * 1.1 ** (year - 2016) for c in ("C1", "C2")}
    own = {"region_code": "C", "variable": "construction_land", "change": -10, "first_year": 2024}
    usual = 100 * (1 - 1 / 1.1)
    alone = moved(measured(series), [own], code).at(2024).mean(axis=1)
    assert alone.tolist() == pytest.approx([100 * (1 - 0.95 / 1.1), usual, usual], abs=1e-3)
    both = moved(measured(series), [own, own | {"region_code": "C1"}], code).at(2024).mean(axis=1)
    assert both.tolist() == pytest.approx([100 * (1 - 0.9 / 1.1), 100 * (1 - 0.9 / 1.1), usual], abs=1e-3)


def test_projects_on_both_sides_of_a_fall_act_together():
    """A tenth of the land less and a tenth of 2023's GDP more, where GDP grows by a tenth: 1 − 0.9/1.21."""
    series = {("C1", "construction_land"): 100, ("C1", "gdp_constant"): lambda year: 1e5 * 1.1 ** (year - 2023)}
    both = [
        {"region_code": "C1", "variable": "construction_land", "change": -10, "first_year": 2024},
        {"region_code": "C1", "variable": "gdp_constant", "change": 1e4, "first_year": 2024},
    ]
    outlook = moved(measured(series), both, "construction_land_per_gdp_decline_rate", paths=50)
    assert outlook.at(2024)[0].mean() == pytest.approx(100 * (1 - 0.9 / 1.21), abs=1e-3)


def test_an_input_that_is_computed_can_be_moved_as_well():
    """GDP at constant prices, from prices and index 1 in 2022 and 1.1 in 2023 by its growth: a tenth of 2023 more in 2024
    makes 1.21 of 1.1 years' land: a fall by 1 − 1/1.21."""
    code = "construction_land_per_gdp_decline_rate"
    numbers = measured(
        {
            ("C1", "construction_land"): 100,
            ("C1", "gdp_current"): lambda year: 1e5 * 1.1 ** (year - 2020),
            ("C1", "gdp_index"): 110,
        }
    )
    more = {"region_code": "C1", "variable": "gdp_constant", "change": 0.1 * 1e5 * 1.1**3, "first_year": 2024}
    after = [moved(numbers, [more], code).at(year)[0].mean() for year in (2024, 2025)]
    assert after == pytest.approx([100 * (1 - 1 / 1.21), 100 * (1 - (1 / 1.1 + 0.1) / 1.1)], abs=1e-3)


def test_a_city_s_fall_since_a_base_year_keeps_its_base():
    """Two counties of 100 tce each; ten less in one are a fall by 10 % there and by 5 % of the city."""
    series = {(c, "energy_use"): 100 for c in ("C1", "C2")} | {(c, "gdp_constant"): 1e5 for c in ("C1", "C2")}
    less = [{"region_code": "C1", "variable": "energy_use", "change": -10, "first_year": 2024}]
    outlook = moved(measured(series), less, "energy_per_gdp_cumulative_decline")
    assert outlook.at(2024).mean(axis=1).tolist() == pytest.approx([5, 10, 0], abs=1e-4)


def test_a_fall_since_a_base_year_keeps_its_base():
    """PM2.5 of 50 in 2020 and ever after; 5 µg/m³ less in 2024 and again in 2025 are falls of 10 and 20 %."""
    numbers = measured({("C1", "pm25"): 50})
    less = [{"region_code": "C1", "variable": "pm25", "change": -5, "first_year": 2024, "last_year": 2025}]
    outlook = moved(numbers, less, "pm25_decline")
    assert [outlook.at(year)[0].mean() for year in (2023, 2024, 2025, 2026)] == pytest.approx([0, 10, 20, 20], abs=1e-4)


def test_what_is_taken_away_ends_at_nothing(villages):
    less = THREE[0] | {"change": -500, "last_year": 2024}
    assert moved(villages, [less]).at(2024).mean(axis=1).tolist() == pytest.approx([0 + 60 / 3, 0, 30], abs=1e-3)


def test_a_city_of_areas_gets_their_sum_and_one_of_marks_the_mean_by_area():
    """Two counties of 100 and 200 km². Ten more km² of red line in one are ten more of the city; six more points of
    EI in the smaller one are two more of the city."""
    areas = measured({("C1", "red_line_area"): 100, ("C2", "red_line_area"): 200})
    more = {"region_code": "C1", "first_year": 2024}
    outlook = moved(areas, [more | {"variable": "red_line_area", "change": 10}], "red_line_area")
    assert outlook.at(2025).mean(axis=1).tolist() == pytest.approx([310, 110, 200], abs=1e-3)
    marks = measured({("C1", "ecological_index"): 40, ("C2", "ecological_index"): 55})
    outlook = moved(marks, [more | {"variable": "ecological_index", "change": 6}], "ecological_index")
    assert outlook.at(2025).mean(axis=1).tolist() == pytest.approx([50 + 2, 46, 55], abs=1e-3)


def test_a_city_judged_by_its_least_county_gains_when_that_one_does():
    """Shares of 20 and 22 of 100 points; five more for the first leave the second as the least."""
    counted = {("C1", "eco_appraisal_points"): 20, ("C2", "eco_appraisal_points"): 22}
    points = measured(counted | {(code, "appraisal_points"): 100 for code in ("C1", "C2")})
    more = {"region_code": "C1", "variable": "eco_appraisal_points", "change": 5, "first_year": 2024}
    assert moved(points, [more], "appraisal_share").at(2025).mean(axis=1).tolist() == pytest.approx([22, 25, 22])


def test_a_city_judged_by_its_worst_county_follows_the_highest_where_less_is_better():
    """Shares of 20 and 22 points, where fewer are better. Five less for the second with chance 0.4: 22 or 20."""
    lower = replace(catalog.indicators()["appraisal_share"], better="lower")
    tables = replace(catalog.read(), indicators=catalog.indicators() | {"appraisal_share": lower})
    counted = {("C1", "eco_appraisal_points"): 20, ("C2", "eco_appraisal_points"): 22}
    points = measured(counted | {(code, "appraisal_points"): 100 for code in ("C1", "C2")}, tables=tables)
    less = {"region_code": "C2", "variable": "eco_appraisal_points", "change": -5, "first_year": 2024}
    city = moved(points, [less | {"probability": 0.4}], "appraisal_share").at(2025)[0]
    assert (city == 20).mean() == 0.4 and (city == 22).mean() == 0.6


def test_years_that_one_county_has_already_measured_are_left_alone_while_another_s_are_forecast():
    """The first county has reported up to 2023, the second up to 2021: the outlook begins in 2022."""
    first = {("C1", "villages_sewage_treated"): 20, ("C1", "villages"): 100}
    second = {("C2", "villages_sewage_treated"): 60, ("C2", "villages"): 200}
    observations = pd.concat(
        [
            measured(first).observations,
            measured(second, range(2016, 2022)).observations.assign(id=lambda t: "b" + t["id"]),
        ]
    )
    outlook = moved(compute.measure(observations.reset_index(drop=True), REGIONS), THREE[:1] + THREE[2:])
    county = outlook.regions.index("C1")
    assert outlook.ahead[0] == 2022
    assert [outlook.at(year)[county].mean() for year in (2022, 2023, 2024, 2025)] == pytest.approx([20, 20, 30, 40])


def test_a_base_year_that_is_asked_for_is_kept():
    """PM2.5 of 60 in 2018 and 50 since 2020: 5 µg/m³ less is a fall of 25 % since 2018 (15 of 60), where standing still
    was one of 16.7 %."""
    numbers = measured({("C1", "pm25"): lambda year: 60 if year < 2020 else 50})
    less = [{"region_code": "C1", "variable": "pm25", "change": -5, "first_year": 2024}]
    outlook = projects.still(futures.measured_outlook(numbers, None, "pm25_decline", 2026, base_year=2018), 100)
    answer = projects.response(numbers, "pm25_decline", 2018)
    after = projects.moved(outlook, projects.table(less), answer)
    assert [after.at(year)[0].mean() for year in (2023, 2024)] == pytest.approx([100 / 6, 25], abs=1e-4)


def test_a_base_that_a_target_gives_is_kept():
    """62.5 µg/m³ in 2015, which nobody measured: 50 are a fall by 20 %, 45 one by 28 %."""
    given = pd.DataFrame([{"region_code": "*", "indicator": "pm25_decline", "base_year": 2015, "base_value": 62.5}])
    seen = measured({("C1", "pm25"): 50}).observations
    numbers = compute.measure(seen, REGIONS, targets=given)
    less = [{"region_code": "C1", "variable": "pm25", "change": -5, "first_year": 2024}]
    after = moved(numbers, less, "pm25_decline", paths=50)
    assert [after.at(year)[0].mean() for year in (2023, 2024)] == pytest.approx([20, 28], abs=1e-4)


def test_a_measured_year_is_left_alone_and_another_variable_does_nothing(villages):
    before = standing(villages)
    after = moved(villages, [THREE[0] | {"first_year": 2022, "last_year": 2025}])
    assert np.array_equal(after.values, before.values, equal_nan=True) and after.at(2023)[1].mean() == 20
    assert after.at(2024)[1].mean() == pytest.approx(30) and after.at(2025)[1].mean() == pytest.approx(40)
    other = projects.table([THREE[0] | {"variable": "villages_waste_treated"}])
    assert projects.moved(before, other, projects.response(villages, RATE)) is before
    assert projects.acting(THREE, projects.response(villages, RATE)) == {"C", "C1", "C2"}
    assert projects.acting(other, projects.response(villages, RATE)) == set()


def test_projects_add_to_the_spread_of_what_was_drawn_and_never_to_what_is_kept():
    numbers = measured(
        {
            ("C1", "villages_sewage_treated"): lambda year: 20 + 2 * (year - 2016) + year % 2,
            ("C1", "villages"): 100,
            ("C2", "villages_sewage_treated"): lambda year: 60 + (year - 2016),
            ("C2", "villages"): 200,
        }
    )
    drawn = futures.outlook(numbers, None, RATE, 2026, paths=200)
    kept = drawn.paths.copy()
    after = projects.moved(drawn, projects.table(THREE[:1]), projects.response(numbers, RATE))
    assert np.array_equal(drawn.paths, kept)
    assert np.allclose(after.at(2024)[1] - drawn.at(2024)[1], 10, atol=1e-3)
    assert np.array_equal(after.at(2025)[2], drawn.at(2025)[2])
    codes, wholes = drawn.weights["C"]
    assert codes == ("C1", "C2") and wholes.shape == (2, 200, len(drawn.ahead))
    first, second = wholes[:, :, 2024 - drawn.ahead[0]].astype(float)  # villages in the same futures
    assert np.allclose(after.at(2024)[0] - drawn.at(2024)[0], 10 * first / (first + second), atol=1e-3)


def test_a_lever_answers_at_once():
    counties = [f"K{k}" for k in range(7)]
    regions = pd.DataFrame({"code": ["K", *counties], "parent": ["", *["K"] * 7], "level": ["city", *["county"] * 7]})
    regions = regions.assign(name_zh=regions["code"], name_en=regions["code"], area_km2=1.0)
    rows = [
        (code, year, name, value, "observed", f"{code}{year}{name}")
        for code in counties
        for year in range(2016, 2024)
        for name, value in (("villages_sewage_treated", 40.0), ("villages", 100.0))
    ]
    table = pd.DataFrame(rows, columns=["region_code", "year", "variable", "value", "status", "id"])
    numbers = compute.measure(table, regions)
    outlook, how = standing(numbers, until=2031), projects.response(numbers, RATE)
    levers = projects.table([THREE[1] | {"region_code": code, "name": code} for code in counties])
    took = []
    for _ in range(7):
        start = time.perf_counter()
        projects.moved(outlook, levers, how)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.1  # a few ms on an idle machine
