"""The data that ship: real rows as their sources print them, demo rows consistent with them, never in their place."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ecoanalysis import catalog, intake

ROOT = Path(__file__).resolve().parents[1]
CITY, COUNTIES = "620500", ["620502", "620503", "620521", "620522", "620523", "620524", "620525"]
YEARS = range(2014, 2024)


@pytest.fixture(scope="module")
def raw() -> intake.Raw:
    return intake.read(ROOT / "data/raw")


@pytest.fixture(scope="module")
def value(raw):
    table = raw.observations.set_index(["region_code", "year", "variable"])["value"]
    return lambda region, year, variable: table[region, year, variable]


def test_the_shipped_data_have_no_problems(raw):
    assert not raw.problems, [problem.text("en") for problem in raw.problems]


@pytest.mark.parametrize(
    ("region", "year", "variable", "printed"),
    [
        (CITY, 2023, "gdp_current", 856.8e4),
        (CITY, 2020, "gdp_current", 664.31e4),
        (CITY, 2021, "gdp_index", 107.27),
        (CITY, 2018, "gdp_current_initial", 652.05e4),
        (CITY, 2023, "resident_population", 290.72e4),
        (CITY, 2023, "urban_population", 142.56e4),
        (CITY, 2023, "co2_emission", 835.172e4),
        ("620503", 2017, "co2_emission", 390.0299848e4),
        (CITY, 2018, "urban_waste_treated", 24.73e4),
        (CITY, 2020, "rural_sewage_treatment_rate", 20.11),
        (CITY, 2018, "precipitation", 607.92),
        ("620522", 2023, "gdp_current", 103.3e4),
        ("620522", 2015, "gdp_current_initial", 52.6e4),
        ("620524", 2022, "forest_grass_area", 146.89 * 10 / 1.5),  # 146.89 万亩
    ],
)
def test_a_real_row_is_what_its_source_prints(value, region, year, variable, printed):
    assert value(region, year, variable) == pytest.approx(printed, rel=1e-4)


def test_the_targets_are_the_plan_s(raw):
    numeric = raw.targets[raw.targets["value"].notna()]
    indicators = catalog.indicators()
    numbers = raw.targets["indicator"].map(lambda code: indicators[code].number)
    assert len(raw.targets) == 47 and set(numbers) == set(range(1, 37))
    assert len(numeric) == 25 and numbers[numeric.index].nunique() == 23
    done = raw.targets["comparison"] == "done"
    relative = raw.targets["comparison"].isin(["not_below_base", "falling"])
    awaiting = raw.targets["value"].isna() & ~done & ~relative
    labels = {indicators[code].label for code in raw.targets.loc[awaiting, "indicator"]}
    assert labels == {"7a", "7b", "8a", "16", "17", "18", "20", "22"}
    assert {indicators[code].label for code in raw.targets.loc[relative, "indicator"]} == {"11c", "15a", "15b", "32c"}
    assert done.sum() == 10 and (raw.targets["hold_until"] == 2026).all()
    due = raw.targets.set_index("indicator")["due"]
    assert due.pop("rural_sewage_treatment_rate") == 2025 and (due == 2023).all()
    assert (raw.targets["lead_department"] != "").all()


@pytest.mark.parametrize("variable", ["gdp_current", "resident_population"])
def test_counties_add_up_to_the_city(value, variable):
    for year in YEARS:
        total = sum(value(county, year, variable) for county in COUNTIES)
        assert total == pytest.approx(value(CITY, year, variable), rel=1e-6), year


@pytest.mark.parametrize("variable", ["urban_waste_generated", "urban_waste_treated"])
def test_county_waste_adds_up_to_the_city_s_while_it_was_printed(value, variable):
    for year in range(2014, 2019):
        total = sum(value(county, year, variable) for county in COUNTIES)
        assert total == pytest.approx(value(CITY, year, variable), rel=0.001), year


def test_county_areas_add_up_to_the_city_s(raw, value):
    area = raw.regions.set_index("code")["area_km2"]
    assert area[COUNTIES].sum() == pytest.approx(14_277) == pytest.approx(value(CITY, 2023, "land_area"))


def test_land_classes_add_up_to_each_county(raw, value):
    from ecoanalysis.formulas.ei import HABITAT_CLASSES

    classes = [name for group in HABITAT_CLASSES.values() for name in group]
    for county in COUNTIES:
        for year in YEARS:
            total = sum(value(county, year, name) for name in classes)
            assert total == pytest.approx(value(county, year, "land_area"), abs=0.02)


def test_population_is_near_the_census(value):
    for county, census in (("620521", 24.06), ("620522", 41.6337), ("620525", 24.44)):
        assert value(county, 2020, "resident_population") == pytest.approx(census * 1e4, rel=0.02)
        assert value(county, 2020, "census_population") == pytest.approx(census * 1e4)


def test_rural_sewage_comes_to_what_the_city_reported_for_2020(value):
    treated = sum(value(county, 2020, "villages_sewage_treated") for county in COUNTIES)
    assert 100 * treated / sum(value(county, 2020, "villages") for county in COUNTIES) == pytest.approx(20.11, abs=0.05)


def weighted(value, variable, weight, year, counties=COUNTIES):
    weights = [value(county, year, weight) for county in counties]
    return sum(value(c, year, variable) * w for c, w in zip(counties, weights, strict=True)) / sum(weights)


def share(value, part, whole, year, counties=COUNTIES):
    return 100 * sum(value(c, year, part) for c in counties) / sum(value(c, year, whole) for c in counties)


def test_counties_grow_together_as_the_city_did(value):
    for year in YEARS:
        together = weighted(value, "gdp_index", "gdp_current", year)
        assert together == pytest.approx(value(CITY, year, "gdp_index"), abs=0.06), year


def test_no_county_gdp_from_before_the_2018_census_stands_in_the_revised_series(raw):
    gdp = raw.observations.query("variable == 'gdp_current' and region_code != @CITY and status != 'demo'")
    assert len(gdp) >= 6 and gdp["year"].min() >= 2019


def test_urban_residents_come_to_the_city_s_published_share(value):
    for year, published in ((2022, 47.66), (2023, 49.03)):
        assert share(value, "urban_population", "resident_population", year) == pytest.approx(published, abs=0.01)


def test_counties_breathe_the_city_s_air(value):
    for year in range(2014, 2019):
        together = weighted(value, "pm25", "resident_population", year)
        assert together == pytest.approx(value(CITY, year, "pm25"), abs=0.1), year
    assert abs(value(CITY, 2019, "pm25") - value(CITY, 2018, "pm25")) < 2  # no step where demo rows begin
    floor = value(CITY, 2020, "good_air_day_share_floor")
    assert share(value, "good_air_days", "valid_monitoring_days", 2020) >= floor == 97


@pytest.mark.parametrize(
    ("counties", "year", "reported"),
    [
        (COUNTIES[:2], 2020, "sewage_treatment_rate_districts"),
        (COUNTIES[2:], 2018, "sewage_treatment_rate_counties"),
        (COUNTIES[2:], 2020, "sewage_treatment_rate_counties"),
    ],
)
def test_urban_sewage_comes_to_what_was_reported_of_each_group(value, counties, year, reported):
    together = share(value, "urban_sewage_treated", "urban_sewage_discharged", year, counties)
    assert together == pytest.approx(value(CITY, year, reported), abs=0.05)


def test_water_and_rain_come_to_what_is_published(value):
    assert value(CITY, 2016, "water_resources_mean") == pytest.approx(1539)
    total = sum(value(county, 2016, "water_resources_mean") for county in COUNTIES)
    assert total == pytest.approx(1539, rel=1e-4)
    city = [value(CITY, year, "precipitation") for year in range(2014, 2019)]
    counties = [weighted(value, "precipitation", "land_area", year) for year in range(2014, 2019)]
    assert pd.Series(city).corr(pd.Series(counties)) > 0.95  # wet and dry years are the city's


def test_river_sections_are_as_many_and_as_clean_as_the_city_reported(value):
    for year, sections in ((2019, 8), (2020, 8), (2022, 14)):
        assert sum(value(county, year, "sections_assessed") for county in COUNTIES) == sections
    for year in (2019, 2020):
        together = share(value, "sections_class_three_or_better", "sections_assessed", year)
        assert together == value(CITY, year, "class_three_or_better_share") == 100


def test_forest_is_near_the_published_cover(value):
    assert share(value, "forest_area", "land_area", 2021) == pytest.approx(value(CITY, 2021, "forest_cover"), abs=0.5)
    wushan = 100 * value("620524", 2022, "forest_area") / value("620524", 2022, "land_area")
    assert wushan == pytest.approx(value("620524", 2022, "forest_cover"), abs=0.5)


def test_every_computed_indicator_has_a_history_in_every_county(raw, value):
    from ecoanalysis import compute

    results = compute.results(raw.observations, raw.regions)
    known = results[results["value"].notna() & results["year"].isin(YEARS)].groupby(["indicator", "region_code"]).size()
    none_listed = {c for c in COUNTIES if value(c, 2023, "black_odorous_bodies_listed") == 0}
    for code, indicator in catalog.indicators().items():
        if indicator.kind == "computed":
            excused = none_listed if code == "black_odorous_removal_rate" else set()
            short = {county for county in COUNTIES if known.get((code, county), 0) < 6}
            assert short == excused, code


def test_what_is_counted_is_whole(raw):
    counted = {"person", "piece", "village", "household", "answer", "day", "point"}
    units = {code for code, variable in catalog.variables().items() if variable.unit in counted}
    demo = raw.observations[(raw.observations["status"] == "demo") & raw.observations["variable"].isin(units)]
    assert len(demo) > 2_000 and (demo["value"] % 1 == 0).all()


def test_shipped_tables_are_plain_utf8_with_unix_line_ends():
    for file in (ROOT / "data/raw").rglob("*.csv"):
        content = file.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content and content.endswith(b"\n"), file
        content.decode("utf-8")


def test_the_page_on_the_data_counts_right():
    rows = {file.name: len(pd.read_csv(file, dtype=str)) for file in (ROOT / "data/raw/statistics").glob("*.csv")}
    demo = rows.pop("demo.csv")
    for page, thousands in (("docs/data.md", f"{demo:,}".replace(",", " ")), ("docs/data.zh-CN.md", f"{demo}")):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert str(sum(rows.values())) in text and thousands in text, page


def test_no_demo_row_stands_where_a_real_one_is():
    frames = {file.name: pd.read_csv(file, dtype=str) for file in (ROOT / "data/raw/statistics").glob("*.csv")}
    key = ["region_code", "year", "variable"]
    demo = frames.pop("demo.csv")
    assert (demo["status"] == "demo").all() and demo["source"].str.contains("演示数据").all()
    real = pd.concat(frames.values())
    assert not (real["status"] == "demo").any() and real["source"].notna().all()
    assert not set(map(tuple, demo[key].to_numpy())) & set(map(tuple, real[key].to_numpy()))


def test_the_demo_rows_are_what_the_script_makes():
    script = ROOT / "data/make_demo_statistics.py"
    done = subprocess.run([sys.executable, "-X", "utf8", str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_share_has_a_numerator_no_larger_than_its_denominator(raw):
    from ecoanalysis import compute

    results = compute.results(raw.observations, raw.regions)
    shares = [
        code
        for code, row in catalog.indicators().items()
        if row.unit == "%" and row.aggregate == "ratio" and row.low == 0
    ]
    rows = results[results["indicator"].isin(shares)].dropna(subset=["numerator", "denominator"])
    assert len(rows) > 1_500 and (rows["numerator"] <= rows["denominator"] * (1 + 1e-9)).all()
