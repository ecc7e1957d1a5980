"""What may come: measured years repeated, cities put together in every path, one indicator at a time."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog, compute, forecast, futures, intake

SEWAGE = "rural_sewage_treatment_rate"


def measured(folder) -> compute.Measured:
    raw = intake.read(folder.path)
    assert not raw.problems, raw.problems
    return compute.measure(raw.observations, raw.regions, tables=catalog.read(raw.folder))


def sewage(folder, region, treated: dict, villages: int) -> None:
    for year, count in treated.items():
        folder.add((region, year, "villages", villages, "village"))
        folder.add((region, year, "villages_sewage_treated", count, "village"))


@pytest.fixture
def two_counties(folder):
    """90 of 100 villages here, 30 of 300 there: together 30 %, while the mean of the two rates is 50 %."""
    sewage(folder, "C1", {2018: 80, 2019: 82, 2020: 85, 2021: 88, 2022: 90}, 100)
    sewage(folder, "C2", {2018: 20, 2019: 22, 2020: 25, 2021: 27, 2022: 30}, 300)
    return folder


def test_an_outlook_is_what_was_and_what_may_come(two_counties):
    outlook = futures.outlook(measured(two_counties), None, SEWAGE, 2026, paths=200)
    assert outlook.regions == ("C", "C1", "C2") and outlook.basis == ("from_counties", "reported", "reported")
    assert (list(outlook.years), list(outlook.ahead)) == (list(range(2018, 2027)), [2023, 2024, 2025, 2026])
    assert outlook.paths.dtype == np.float32 and outlook.paths.shape == (3, 200, 4)
    assert outlook.latest.tolist() == [2022] * 3 and outlook.n_obs.tolist() == [5] * 3
    assert outlook.values[:, 4].tolist() == pytest.approx([30, 90, 10])
    assert np.isnan(outlook.values[:, 5:]).all() and np.isfinite(outlook.paths).all()


def test_a_year_is_measured_or_drawn(two_counties):
    outlook = futures.outlook(measured(two_counties), None, SEWAGE, 2026, paths=200)
    assert outlook.at(2022).shape == (3, 200) and (outlook.at(2022)[1] == 90).all()
    assert np.isnan(outlook.at(2017)).all()
    assert (outlook.at(2024) == outlook.paths[:, :, 1]).all() and outlook.at(2024)[1].std() > 0
    history, paths = outlook.of("C2")
    assert history.to_dict() == pytest.approx({2018: 20 / 3, 2019: 22 / 3, 2020: 25 / 3, 2021: 9, 2022: 10})
    assert paths.shape == (200, 4) and (paths == outlook.paths[2]).all()
    with pytest.raises(KeyError, match="no value in region X; it has in C, C1, C2"):
        outlook.of("X")


def test_a_city_is_the_ratio_of_sums_in_every_path(two_counties):
    outlook = futures.outlook(measured(two_counties), None, SEWAGE, 2026, paths=500)
    city, first, second = outlook.paths.astype(float)
    assert (city >= np.minimum(first, second) - 1e-3).all() and (city <= np.maximum(first, second) + 1e-3).all()
    # a quarter of the villages are in the first county, and stay there but for what their number may change
    assert np.median(city - (0.25 * first + 0.75 * second), axis=0) == pytest.approx(np.zeros(4), abs=0.5)
    assert np.median(city, axis=0)[0] == pytest.approx(32, abs=2)  # not 50, the mean of the rates


def test_several_cities_are_each_put_together_from_their_own_counties():
    """Cities of one county each: in every future each has its own county's share."""
    regions = pd.DataFrame({"code": ["A", "B", "A1", "B1"], "parent": ["", "", "A", "B"], "area_km2": 1.0})
    regions = regions.assign(level=["city"] * 2 + ["county"] * 2, name_zh=regions["code"], name_en=regions["code"])
    rows = [
        (code, year, name, value, "observed", f"{code}{year}{name}")
        for code, start in (("A1", 20), ("B1", 60))
        for year in range(2016, 2024)
        for name, value in (("villages_sewage_treated", start + year % 3), ("villages", 100.0))
    ]
    table = pd.DataFrame(rows, columns=["region_code", "year", "variable", "value", "status", "id"])
    outlook = futures.outlook(compute.measure(table, regions), None, SEWAGE, 2025, paths=20)
    assert outlook.regions == ("A", "B", "A1", "B1") and outlook.paths.std(axis=1).min() > 0
    np.testing.assert_allclose(outlook.paths[:2], outlook.paths[2:], rtol=1e-5)


def test_an_outlook_without_paths_holds_what_was_measured(two_counties):
    data = measured(two_counties)
    outlook = futures.measured_outlook(data, ["C1"], SEWAGE, 2026)
    assert (outlook.indicator, outlook.regions, outlook.method) == (SEWAGE, ("C1",), "")
    assert outlook.paths.shape == (1, 0, 4) and outlook.values[0, :5].tolist() == [80, 82, 85, 88, 90]
    ended = futures.measured_outlook(data, ["C1"], SEWAGE, 2022)
    assert list(ended.years) == [2018, 2019, 2020, 2021, 2022] and ended.values[0].tolist() == [80, 82, 85, 88, 90]
    assert futures.measured_outlook(data, None, "green_building_rate", 2026) is None


@pytest.mark.parametrize(
    ("indicator", "unit", "together"),
    [
        ("ecological_index", "", lambda a, b: (100 * a + 200 * b) / 300),
        ("red_line_area", "km²", lambda a, b: a + b),
        ("appraisal_share", "%", np.minimum),
    ],
)
def test_other_cities_are_weighed_added_or_the_worst_in_every_path(folder, indicator, unit, together):
    for region, level in (("C1", 50), ("C2", 60)):
        folder.add(*((region, 2016 + n, indicator, level + n * (-1) ** n, unit) for n in range(7)))
    outlook = futures.outlook(measured(folder), None, indicator, 2025, paths=100)
    city, first, second = outlook.paths.astype(float)
    assert outlook.basis[0] == "from_counties" and first.std() > 0
    np.testing.assert_allclose(city, together(first, second), rtol=1e-5)


def test_a_city_of_own_marks_is_the_mean_of_its_counties_in_every_path(folder):
    folder.write(
        "indicators.csv",
        "code,name_zh,name_en,unit,better,low,aggregate,kind\nquiet,安静,Quiet,point,higher,0,mean,reported\n",
    )
    for region, level in (("C1", 50), ("C2", 61)):
        folder.add(*((region, 2016 + n, "quiet", level + n * (-1) ** n, "point") for n in range(7)))
    raw = intake.read(folder.path)
    panel = compute.measure(raw.observations, raw.regions, tables=catalog.read(folder.path))
    city, first, second = futures.outlook(panel, None, "quiet", 2025, paths=50).paths.astype(float)
    assert first.std() > 0
    np.testing.assert_allclose(city, (first + second) / 2, rtol=1e-5)


def test_the_worst_of_what_should_be_low_is_the_highest(folder):
    folder.write(
        "indicators.csv",
        "code,name_zh,name_en,unit,better,low,aggregate,kind\nnoise,噪声,Noise,,lower,0,worst,reported\n",
    )
    rows = [
        {"region_code": region, "year": 2018 + n, "variable": "noise", "value": level + n, "status": "observed"}
        for region, level in (("C1", 50.0), ("C2", 60.0))
        for n in (0, 2, 1, 3)
    ]
    observations = pd.DataFrame(rows).assign(id=lambda table: table.index.astype(str))
    raw = intake.read(folder.path)
    panel = compute.measure(observations, raw.regions, tables=catalog.read(folder.path))
    outlook = futures.outlook(panel, None, "noise", 2023, paths=50)
    np.testing.assert_allclose(outlook.paths[0], outlook.paths[1:].max(axis=0), rtol=1e-6)


def test_a_city_s_fall_is_that_of_its_sums(folder):
    for region, size in (("C1", 1.0), ("C2", 4.0)):
        for year in range(2017, 2024):
            folder.add((region, year, "gdp_constant", 100 * size, "万元"))
            folder.add((region, year, "energy_use", 100 * size * 0.97 ** (year - 2017), "吨标准煤"))
    panel = measured(folder)
    yearly = futures.outlook(panel, ["C"], "energy_per_gdp_decline_rate", 2025, paths=400)
    since = futures.outlook(panel, ["C"], "energy_per_gdp_cumulative_decline", 2025, paths=400)
    assert yearly.regions == since.regions == ("C",)
    assert np.median(yearly.paths[0, :, 0]) == pytest.approx(3, abs=1.5)
    assert since.values[0, 2023 - since.years[0]] == pytest.approx(100 * (1 - 0.97**3))
    assert np.median(since.paths[0, :, 0]) == pytest.approx(100 * (1 - 0.97**4), abs=1.5)


def test_a_city_s_fall_since_another_base_year_goes_on_from_where_it_stands(folder):
    for region, size in (("C1", 1.0), ("C2", 4.0)):
        for year in range(2015, 2024):
            folder.add((region, year, "gdp_current", 100 * size * 1.2 ** (year - 2015), "万元"))
            folder.add((region, year, "gdp_index", 105, ""), (region, year, "energy_use", 100 * size, "吨标准煤"))
    panel = measured(folder)
    outlook = futures.outlook(panel, ["C"], "energy_per_gdp_cumulative_decline", 2025, paths=400, base_year=2015)
    assert outlook.at(2023)[0, 0] == pytest.approx(100 * (1 - 1.05**-8))
    assert np.median(outlook.paths[0, :, 0]) == pytest.approx(100 * (1 - 1.05**-9), abs=1)


def test_a_region_that_ends_earlier_starts_earlier_and_repeats_what_it_measured(folder):
    sewage(folder, "C1", {2018: 10, 2019: 12, 2020: 15}, 100)
    sewage(folder, "C2", {2018: 20, 2019: 22, 2020: 25, 2022: 30}, 100)
    outlook = futures.outlook(measured(folder), ["C1", "C2"], SEWAGE, 2024, paths=50)
    assert outlook.latest.tolist() == [2020, 2022] and list(outlook.ahead) == [2021, 2022, 2023, 2024]
    assert np.isnan(outlook.paths[1, :, 0]).all()  # a gap
    assert (outlook.paths[1, :, 1] == 30).all() and (outlook.at(2020) == [[15], [25]]).all()
    assert outlook.paths[0].std(axis=0).min() > 0 and outlook.of("C2")[1].shape == (50, 2)


def test_the_same_seed_gives_the_same_paths_and_every_indicator_its_own_luck(two_counties):
    for year, share in enumerate((80, 82, 85, 88, 90), 2018):
        two_counties.add(("C1", year, "green_procurement_rate", share, "%"))
    panel = measured(two_counties)
    first, again, other = (futures.outlook(panel, ["C1"], SEWAGE, 2026, paths=300, seed=seed) for seed in (1, 1, 2))
    assert (first.paths == again.paths).all() and (first.paths != other.paths).any()
    usual, zero = (futures.outlook(panel, ["C1"], SEWAGE, 2026, paths=10, **seed) for seed in ({}, {"seed": 0}))
    assert (usual.paths == zero.paths).all()
    twin = futures.outlook(panel, ["C1"], "green_procurement_rate", 2026, paths=300, seed=1)
    assert twin.values[0, :5].tolist() == first.values[0, :5].tolist()
    np.testing.assert_allclose(np.sort(twin.paths[0, :, 2]), np.sort(first.paths[0, :, 2]), rtol=1e-5)
    assert abs(np.corrcoef(twin.paths[0, :, 2], first.paths[0, :, 2])[0, 1]) < 0.3


def test_the_counties_of_an_indicator_have_their_good_years_together(folder):
    rng = np.random.default_rng(5)
    steps = rng.normal(0, 3, 15).cumsum()
    for region, level in (("C1", 50), ("C2", 60)):
        folder.add(*((region, 2008 + n, "ecological_index", level + steps[n], "") for n in range(15)))
    outlook = futures.outlook(measured(folder), ["C1", "C2"], "ecological_index", 2025, paths=1000)
    assert np.corrcoef(outlook.paths[0, :, 0], outlook.paths[1, :, 0])[0, 1] > 0.3


def test_two_base_years_give_two_outlooks(folder):
    folder.add(*(("C1", year, "pm25", value, "µg/m³") for year, value in ((2015, 50), (2020, 32), (2022, 28))))
    panel = measured(folder)
    outlooks = [futures.outlook(panel, ["C1"], "pm25_decline", 2025, base_year=year) for year in (None, 2015)]
    assert [outlook.at(2022)[0, 0] for outlook in outlooks] == pytest.approx([12.5, 44])


def test_a_share_above_its_whole_ends_no_outlook(two_counties):
    sewage(two_counties, "C1", {2023: 242.574}, 100)
    outlook = futures.outlook(measured(two_counties), ["C1"], SEWAGE, 2026, paths=50)
    assert outlook.latest.tolist() == [2022] and outlook.paths.max() <= 100


def test_an_indicator_without_a_value_has_an_empty_outlook(two_counties):
    outlook = futures.outlook(measured(two_counties), None, "green_building_rate", 2026, paths=50)
    assert outlook.regions == () and outlook.paths.shape[0] == 0
    assert outlook.at(2022).shape == (0, 50) and len(futures.bands(outlook)) == 0


def test_a_region_of_a_level_that_has_no_such_indicator_is_left_out(folder):
    folder.add(*(("C", year, "straw_utilisation_rate", 80 + year - 2018, "%") for year in range(2018, 2023)))
    folder.add(*(("C1", year, "straw_utilisation_rate", 80 + year - 2018, "%") for year in range(2018, 2023)))
    assert futures.outlook(measured(folder), None, "straw_utilisation_rate", 2024, paths=20).regions == ("C1",)


def test_bands_are_quantiles_of_the_paths_after_each_region_s_last_year(folder):
    sewage(folder, "C1", {2018: 10, 2019: 12, 2020: 15}, 100)
    sewage(folder, "C2", {2019: 22, 2020: 25, 2021: 30}, 100)
    outlook = futures.outlook(measured(folder), ["C1", "C2"], SEWAGE, 2022, paths=99)
    bands = futures.bands(outlook)
    assert list(zip(bands["region_code"], bands["year"], strict=True)) == [("C1", 2021), ("C1", 2022), ("C2", 2022)]
    assert outlook.years[0] == 2018 and outlook.of("C2")[0].to_dict() == {2019: 22, 2020: 25, 2021: 30}
    last = bands.iloc[2]
    drawn = np.sort(outlook.at(2022)[1].astype(float))
    assert last["median"] == pytest.approx(drawn[49]) and last["n_obs"] == 3
    assert last[["lo95", "lo80", "median", "hi80", "hi95"]].is_monotonic_increasing
    assert last["lo80"] == pytest.approx(drawn[9] + 0.8 * (drawn[10] - drawn[9]))
    assert last["hi95"] == pytest.approx(drawn[95] + 0.55 * (drawn[96] - drawn[95]))


def test_another_method_is_drawn_when_it_is_asked_for(two_counties):
    outlook = futures.outlook(measured(two_counties), ["C1"], SEWAGE, 2024, method="closed_form", paths=100)
    assert outlook.method == "closed_form" and "closed_form" in forecast.METHODS
    with pytest.raises(ValueError, match="crystal_ball"):
        futures.outlook(measured(two_counties), ["C1"], SEWAGE, 2024, method="crystal_ball")


def test_regions_that_are_never_assessed_are_sisters_and_are_not_told(two_counties):
    rows = [
        (f"R{n}", f"外县{n}", year, SEWAGE, min(99.0, 30 + 8 * (year - 2015) + n), "%")
        for n in range(6)
        for year in range(2012, 2023)
    ]
    table = pd.DataFrame(rows, columns="region_code name_zh year variable value unit".split())
    references = compute.measure_references(table.query("value > 0"))
    assert references.value(SEWAGE).at[2020, "R3"] == 73
    alone = futures.outlook(measured(two_counties), ["C2"], SEWAGE, 2026, paths=200)
    with_sisters = futures.outlook(measured(two_counties), ["C2"], SEWAGE, 2026, paths=200, references=references)
    assert with_sisters.regions == ("C2",) and (with_sisters.values[0, :5] == alone.values[0, :5]).all()
    assert abs(np.median(with_sisters.at(2026)) - np.median(alone.at(2026))) > 1e-3


def test_an_explanation_is_of_the_futures_that_are_told(two_counties):
    data = measured(two_counties)
    outlook = futures.outlook(data, None, SEWAGE, 2026, paths=2000)
    found = futures.explained(data, SEWAGE, "C2", 2026)
    told = np.quantile(outlook.paths[2], [0.1, 0.5, 0.9], axis=0).T
    np.testing.assert_allclose(found.bands[:, 1:4], told, rtol=5e-3)
    assert found.sisters == 0 and found.latest == pytest.approx(10)
    assert futures.explained(data, SEWAGE, "C", 2026) is None  # put together from its counties
    assert futures.explained(data, SEWAGE, "C2", 2022) is None  # nothing ahead


def test_an_explanation_reads_the_other_counties_and_the_references_as_the_futures_do(two_counties):
    rows = [
        (code, name, year, SEWAGE, start + step * (year - 2018), "%")
        for code, name, start, step in (("R1", "外县1", 20.0, 4), ("R2", "外县2", 60.0, 3))
        for year in range(2018, 2023)
    ]
    references = compute.measure_references(
        pd.DataFrame(rows, columns="region_code name_zh year variable value unit".split())
    )
    data = measured(two_counties)
    found = futures.explained(data, SEWAGE, "C2", 2026, references=references)
    outlook = futures.outlook(data, None, SEWAGE, 2026, paths=2000, references=references)
    assert found.sisters == 3
    told = np.quantile(outlook.paths[2], [0.1, 0.5, 0.9], axis=0).T
    np.testing.assert_allclose(found.bands[:, 1:4], told, rtol=5e-3)
    assert np.abs(found.bands[:, 2] - found.lone_bands[:, 2]).max() > 0.01


def test_an_explanation_of_a_fall_starts_from_the_year_that_is_asked_for(folder):
    """A county whose PM2.5 was 60 in 2015, 50 in 2020 and 40 in 2023: a fall of a third since 2015, of a fifth since
    2020."""
    for year, value in zip(range(2015, 2024), (60, 58, 56, 54, 52, 50, 47, 44, 40), strict=True):
        folder.add(("C1", year, "pm25", value, "µg/m³"))
    data = measured(folder)
    for base, fall in ((2015, 100 / 3), (None, 20)):
        explained = futures.explained(data, "pm25_decline", "C1", 2025, base_year=base)
        assert explained.latest == pytest.approx(fall)


def test_a_city_computed_from_the_sums_of_its_counties_goes_on_from_its_own_values(folder):
    """An expression with `aggregate` none: 2 + 6 of 10 + 30 workers are a fifth; the city goes on from there."""
    folder.write(
        "indicators.csv",
        "code,name_zh,name_en,unit,better,low,high,aggregate,formula\n"
        "treated,处理率,Treated,%,higher,0,100,none,villages_sewage_treated / villages\n",
    )
    for region, count in (("C1", 10), ("C2", 30)):
        sewage(folder, region, {year: count / 5 * (1 + 0.05 * (year - 2022)) for year in range(2016, 2023)}, count)
    outlook = futures.outlook(measured(folder), None, "treated", 2025, paths=300)
    assert outlook.basis[0] == "from_counties" and outlook.at(2022)[0, 0] == pytest.approx(20)
    assert np.median(outlook.at(2023)[0]) == pytest.approx(21, abs=1)


def test_paths_that_begin_late_are_those_that_begin_with_the_first_year(folder):
    """A city put together from counties that ended in different years: only what is read is kept."""
    for region, last in (("C1", 2021), ("C2", 2023)):
        for year in range(2012, last + 1):
            folder.add((region, year, "villages", 100, "village"))
            folder.add((region, year, "villages_sewage_treated", 20 + 3 * (year - 2012), "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    raw = intake.read(folder.path)
    measured = compute.measure(raw.observations, raw.regions, tables=raw.tables)
    code = "rural_sewage_treatment_rate"
    first, second = (
        futures.outlook(measured, [region], code, 2026) for region in ("C1", "C2")
    )  # begin in 2021, in 2023
    both = futures.outlook(measured, ["C1", "C2"], code, 2026)
    assert second.ahead[0] == 2024 and both.ahead[0] == first.ahead[0] == 2022
    for year in range(2022, 2027):
        assert (first.at(year)[0] == both.at(year)[0]).all() and (second.at(year)[0] == both.at(year)[1]).all()
    assert (both.at(2023)[1] == np.float32(53)).all() and np.ptp(both.at(2026)[0]) > np.ptp(both.at(2022)[0]) > 0
    late = futures._Series(measured, code, None, 2026, "learned", 2, 0, span=pd.RangeIndex(2024, 2027))
    ahead = np.arange(10.0).reshape(1, 2, 5)  # two paths of 2022 to 2026
    assert late.laid_out([np.array([3.0, 4.0])], 2021, ahead)[0].tolist() == [[2, 7], [3, 8], [4, 9]]
