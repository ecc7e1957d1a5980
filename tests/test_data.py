"""The data that ship: real rows as their sources print them, demo rows consistent with them, never in their place."""

import hashlib
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
        ("620521", 2022, "forest_cover", 39.86),
        ("620521", 2022, "park_area_per_head", 9.98),
        ("620521", 2022, "urban_green_cover", 39),
        (CITY, 2018, "water_sources_county_level", 8),
        (CITY, 2018, "water_sources_township", 56),
        (CITY, 2018, "water_sources", 64),
        (CITY, 2018, "water_sources_good", 64),
        (CITY, 2022, "water_sources_county_level", 8),
        (CITY, 2022, "drinking_water_compliance_county", 100),
        (CITY, 2022, "sections_meeting_task", 14),
        (CITY, 2022, "black_odorous_removal_rate", 100),
    ],
)
def test_a_real_row_is_what_its_source_prints(value, region, year, variable, printed):
    assert value(region, year, variable) == pytest.approx(printed, rel=1e-4)


def test_the_new_facts_are_real_rows_with_an_address(raw):
    rows = raw.observations.set_index(["region_code", "year", "variable"])
    for key, address in (
        (("620521", 2022, "park_area_per_head"), "yhg994208.cn"),
        (("620521", 2022, "forest_cover"), "yhg994208.cn"),
        ((CITY, 2018, "water_sources_township"), "tsrb.com.cn"),
        ((CITY, 2022, "sections_meeting_task"), "lolita1888.com"),
        ((CITY, 2022, "black_odorous_removal_rate"), "lolita1888.com"),
    ):
        assert rows.loc[key, "status"] == "observed" and address in rows.loc[key, "source"], key


@pytest.fixture(scope="module")
def plan(raw) -> pd.DataFrame:
    """The targets that the plan itself sets; the others are thresholds of the national edition for counties."""
    return raw.targets[raw.targets["source"].str.startswith("天水市国家生态文明建设示范市创建工作方案")]


def test_the_targets_are_the_plan_s(raw, plan):
    numeric = plan[plan["value"].notna()]
    indicators = catalog.indicators()
    numbers = plan["indicator"].map(lambda code: indicators[code].number)
    assert len(plan) == 47 and set(numbers) == set(range(1, 37))
    assert len(numeric) == 25 and numbers[numeric.index].nunique() == 23
    done = plan["comparison"] == "done"
    relative = plan["comparison"].isin(["not_below_base", "falling"])
    awaiting = plan["value"].isna() & ~done & ~relative
    labels = {indicators[code].label for code in plan.loc[awaiting, "indicator"]}
    assert labels == {"7a", "7b", "8a", "16", "17", "18", "20", "22"}
    assert {indicators[code].label for code in plan.loc[relative, "indicator"]} == {"11c", "15a", "15b", "32c"}
    assert done.sum() == 10 and (raw.targets["hold_until"] == 2026).all()
    due = plan.set_index("indicator")["due"]
    assert due.pop("rural_sewage_treatment_rate") == 2025 and (due == 2023).all()
    assert (raw.targets["lead_department"] != "").all()


def shipped(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/raw" / name, dtype=str, keep_default_na=False)


def test_the_plan_names_two_weak_points():
    targets = shipped("targets.csv")
    assert set(targets["named_weak"]) == {"", "yes"}
    weak = targets[targets["named_weak"] == "yes"]
    assert sorted(weak["indicator"]) == ["park_area_per_head", "rural_sewage_treatment_rate"]


def test_what_must_not_fall_has_a_base_year_with_a_value(value):
    targets = shipped("targets.csv")
    base = {row["indicator"]: row["base_year"] for _, row in targets.iterrows() if row["base_year"]}
    assert base == {
        "pm25_decline": "2020",
        "class_three_or_better_rise": "2020",
        "aquatic_species_retention": "2020",
        "red_line_area": "2018",
        "nature_reserve_area": "2020",
    }
    assert (targets["base_value"] == "").all() and (targets["requirement"] == "").all()  # the data's, the catalogue's
    protected = targets.loc[targets["comparison"] == "not_below_base", "indicator"]
    assert set(protected) <= set(base)
    for county in COUNTIES:
        assert value(county, 2018, "red_line_area") > 0 and value(county, 2020, "nature_reserve_area") > 0


@pytest.mark.parametrize(
    ("indicator", "city", "counties"),
    [
        ("urban_sewage_treatment_rate", (">=", 95), (">=", 85)),
        ("urban_waste_harmless_rate", (">", 95), (">=", 80)),
    ],
)
def test_counties_have_the_2019_thresholds_where_the_plan_s_is_the_city_s(raw, indicator, city, counties):
    rows = raw.targets[raw.targets["indicator"] == indicator].set_index("region_code")
    assert list(rows.index) == [CITY, *COUNTIES]
    assert tuple(rows.loc[CITY, ["comparison", "value"]]) == city
    own = rows.loc[COUNTIES]
    assert set(zip(own["comparison"], own["value"], strict=True)) == {counties}
    assert own["source"].str.contains("2019年").all() and own["source"].str.contains("置信度C，未核实").all()
    national = [row for row in catalog.thresholds() if (row.indicator, row.region_class) == (indicator, "level=county")]
    assert [(row.edition, row.comparison, row.value, row.confidence) for row in national] == [("2019", *counties, "C")]


def test_no_other_region_has_a_target_of_its_own(raw, plan):
    own = raw.targets[raw.targets["region_code"] != "*"]
    assert len(own) == 16 and own["indicator"].nunique() == 2
    assert len(raw.targets) == 61 and (plan["region_code"] == "*").sum() == 45


def test_milestones_are_the_stages_and_dates_of_the_plan():
    rows = shipped("milestones.csv")
    assert list(rows.columns) == ["name_zh", "name_en", "date", "kind", "asks_zh", "asks_en"]
    assert (rows != "").all(axis=None) and rows["date"].is_monotonic_increasing
    assert list(rows.loc[rows["kind"] == "stage", "date"]) == ["2022-11-30", "2023-06-30", "2023-12-31", "2026-12-31"]
    dates = rows.groupby("kind")["date"].agg(list).to_dict()
    assert dates["self_check"] == dates["pre_review"] == ["2023-06-30"]
    assert dates["acceptance"] == ["2023-12-31"] and dates["re_inspection"] == ["2026-12-31"]
    assert dates["yearly_update"] == ["2024-12-31", "2025-12-31", "2026-12-31"]


def test_the_province_is_a_reference_and_no_region(raw):
    rows = shipped("references.csv")
    literal = {("2022", "good_air_day_share", "90.2"), ("2023", "good_air_day_share", "86.4"), ("2023", "pm25", "26")}
    assert set(zip(rows["year"], rows["variable"], rows["value"], strict=True)) == literal
    assert set(rows["region_code"]) == {"620000"} and rows["source"].str.contains("http").all()
    assert not set(rows["region_code"]) & set(raw.regions["code"])
    known = set(catalog.variables()) | set(catalog.indicators())
    assert set(rows["variable"]) <= known


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


def test_good_air_days_are_no_better_than_the_years_were(value):
    """The province's cities had 90.2 % in 2022 and 86.4 % in 2023; the demo city stays within four points of that."""
    for year, province in ((2022, 90.2), (2023, 86.4)):
        city = share(value, "good_air_days", "valid_monitoring_days", year)
        assert province < city < province + 4, year
        assert all(value(c, year, "good_air_days") / value(c, year, "valid_monitoring_days") < 0.97 for c in COUNTIES)


def test_water_sources_are_as_many_as_the_city_counted(value):
    for year in YEARS:
        assert sum(value(county, year, "water_sources") for county in COUNTIES) == 8 + 56
    for year in (2018, 2022):
        assert share(value, "water_sources_good", "water_sources", year) == 100


def test_a_published_area_a_head_is_the_result(raw, value):
    from ecoanalysis import compute

    results = compute.measure(raw.observations, raw.regions).results
    rows = results[(results["indicator"] == "park_area_per_head") & (results["region_code"] == "620521")]
    row = rows[(rows["year"] == 2022) & (rows["basis"] == "reported")].iloc[0]
    assert row["value"] == 9.98 and row["status"] == "observed"
    # the demo area and residents say the same, so that the city's sum has no other figure in it
    assert value("620521", 2022, "park_green_area") == pytest.approx(9.98 * value("620521", 2022, "urban_population"))
    a_head = [value("620521", y, "park_green_area") / value("620521", y, "urban_population") for y in (2021, 2023)]
    assert a_head == pytest.approx([9.98, 9.98], abs=0.5)  # no step beside the real row


def test_events_of_conditions_are_rare_and_one_county_has_not_reported(raw):
    names = [row.count_variable for row in catalog.indicators().values() if row.requirement == "condition"]
    assert len(names) == 5
    rows = raw.observations[raw.observations["variable"].isin(names)]
    assert (rows["status"] == "demo").all() and len(rows) == 5 * 7 * 10 - 1
    happened = rows[rows["value"] > 0]
    assert len(happened) == 7 and happened["year"].max() < 2018 and happened["value"].max() <= 2
    assert (rows.loc[rows["variable"] == "major_incidents", "value"] == 0).all()
    there = set(zip(rows["region_code"], rows["year"], rows["variable"], strict=True))
    full = {(county, year, name) for county in COUNTIES for year in YEARS for name in names}
    assert full - there == {("620525", 2023, "invasive_species_events")}


def test_forest_is_near_the_published_cover(value):
    assert share(value, "forest_area", "land_area", 2021) == pytest.approx(value(CITY, 2021, "forest_cover"), abs=0.5)
    wushan = 100 * value("620524", 2022, "forest_area") / value("620524", 2022, "land_area")
    assert wushan == pytest.approx(value("620524", 2022, "forest_cover"), abs=0.5)
    qingshui = 100 * value("620521", 2022, "forest_area") / value("620521", 2022, "land_area")
    assert qingshui == pytest.approx(39.86, abs=0.05)


def test_every_computed_indicator_has_a_history_in_every_county(raw, value):
    from ecoanalysis import compute

    results = compute.measure(raw.observations, raw.regions).results
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
    assert (demo["status"] == "demo").all() and set(demo["source"]) == {"演示数据（data/make_demo_statistics.py）"}
    real = pd.concat(frames.values())
    assert not (real["status"] == "demo").any() and real["source"].notna().all()
    assert not set(map(tuple, demo[key].to_numpy())) & set(map(tuple, real[key].to_numpy()))


@pytest.mark.parametrize("name", ["make_demo_statistics.py", "make_demo_evidence.py"])
def test_the_demo_rows_are_what_the_script_makes(name):
    script = ROOT / "data" / name
    done = subprocess.run([sys.executable, "-X", "utf8", str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_demo_papers_are_marked_and_all_but_four_lie_nowhere():
    rows = shipped("evidence.csv")
    demo = rows["title"].str.startswith("演示：")
    elsewhere = demo & ~rows["location"].str.startswith("demo/")
    assert elsewhere.sum() == 4 and not (ROOT / "data/raw/demo").exists()
    assert not rows.loc[~demo, "location"].str.startswith("demo/").any()
    assert list(rows.loc[~demo, "title"]) == ["天水市国家生态文明建设示范市规划（2022—2026年）（天政发〔2022〕68号）"]
    assert not rows.duplicated(["region_code", "indicator", "year", "kind", "title"]).any()


def test_the_demo_papers_show_every_state(raw):
    checklists = [code for code, row in catalog.indicators().items() if row.number and row.kind == "checklist"]
    kinds = raw.evidence.groupby(["region_code", "indicator", "year"])["kind"].agg(frozenset).to_dict()
    states = {}
    for region in (CITY, *COUNTIES):
        for year in (2021, 2022, 2023):
            found = [len(kinds.get((region, code, year), ())) for code in checklists]
            states[region, year] = (found.count(3), sum(0 < n < 3 for n in found), found.count(0))
    assert all(sum(counts) == 10 for counts in states.values())
    assert states[CITY, 2023] == (8, 1, 1)  # tasks lack their proof, the soil register has nothing
    assert states["620525", 2023] == (7, 0, 3)
    assert states["620524", 2023] == (8, 2, 0)
    assert states["620503", 2023] == (9, 1, 0) and states["620503", 2022] == (0, 10, 0)
    assert {code for _, code, _ in kinds} - set(checklists) == {
        "disclosure_rate",
        "hazardous_waste_rate",
        "rural_sewage_treatment_rate",
        "park_area_per_head",
    }


def test_every_state_of_a_paper_occurs_in_what_ships(raw):
    """One file is there, one is not, one row has no location, one row and the real paper are at an address."""
    counts = raw.evidence["state"].value_counts().to_dict()
    assert counts == {"demo": 605, "elsewhere": 2, "on_file": 1, "not_found": 1, "unnamed": 1}
    (paper,) = raw.evidence.loc[raw.evidence["state"] == "on_file", "location"]
    text = (ROOT / "data/raw/evidence" / paper).read_bytes()
    assert text.decode().startswith("演示数据") and hashlib.sha256(text).hexdigest() in set(raw.evidence["sha256"])


def test_demo_projects_add_no_more_than_is_left(raw, value):
    rows = raw.projects
    assert len(rows) == 6 and rows["name"].str.startswith("演示：").all() and not rows["name"].duplicated().any()
    whole = {
        "villages_sewage_treated": lambda c: value(c, 2023, "villages"),
        "cadres_trained": lambda c: value(c, 2023, "cadres"),
    }
    for row in rows.itertuples():
        years = row.last_year - row.first_year + 1
        assert 2024 <= row.first_year <= row.last_year <= 2026 and 0 < row.probability <= 1
        if row.variable in whole:
            left = whole[row.variable](row.region_code) - value(row.region_code, 2023, row.variable)
            assert row.change * years <= left, row.name
    assert rows.groupby("variable").size().to_dict() == {
        "villages_sewage_treated": 3,
        "park_green_area": 2,
        "cadres_trained": 1,
    }
    park = rows[rows["variable"] == "park_green_area"]
    assert list(park["change"]) == [80_000, 100_000]  # 8 and 10 ha, in m²


def test_every_share_has_a_numerator_no_larger_than_its_denominator(raw):
    from ecoanalysis import compute

    results = compute.measure(raw.observations, raw.regions).results
    shares = [
        code
        for code, row in catalog.indicators().items()
        if row.unit == "%" and row.aggregate == "ratio" and row.low == 0
    ]
    rows = results[results["indicator"].isin(shares)].dropna(subset=["numerator", "denominator"])
    assert len(rows) > 1_500 and (rows["numerator"] <= rows["denominator"] * (1 + 1e-9)).all()
