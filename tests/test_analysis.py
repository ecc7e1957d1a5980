"""The analysis as an analyst holds it: whole rows on small folders, asking by name, changing, keeping."""

import re

import numpy as np
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import analysis as analyses
from ecoanalysis import intake, words
from ecoanalysis.export import worded

SEWAGE = "rural_sewage_treatment_rate"


def share(folder, region, years, treated, villages=200, status="observed"):
    for year, count in zip(years, treated, strict=True):
        folder.add((region, year, "villages", villages, "village"), status=status)
        folder.add((region, year, "villages_sewage_treated", count, "village"), status=status)


def waste(folder, region, years, handled, generated=1000):
    for year, count in zip(years, handled, strict=True):
        folder.add((region, year, "hazardous_waste_generated", generated, "t"))
        folder.add((region, year, "hazardous_waste_carried_over", 0, "t"))
        folder.add((region, year, "hazardous_waste_utilised", 0, "t"))
        folder.add((region, year, "hazardous_waste_disposed", count, "t"))


# ---------------------------------------------------------------------- trends


def test_a_share_that_rises_fast_enough_is_likely_and_one_that_stands_still_is_not(folder):
    share(folder, "C1", range(2014, 2023), range(40, 94, 6))
    share(folder, "C2", range(2014, 2023), [40, 41, 40, 42, 41, 40, 41, 42, 41])
    folder.target(SEWAGE, ">=", 46, "%", due=2024)
    a = eco.analyse(folder.path, 2022)
    fast, slow = a["C1", SEWAGE], a["C2", SEWAGE]
    assert fast.p_reach > 0.6 > slow.p_reach
    assert slow.verdict in ("hard", "out_of_reach")
    assert (fast.latest_value, fast.gap, fast.gap_count, fast.gap_count_unit) == (44, 2, 4, "village")
    assert fast.lo80_at_due < fast.median_at_due < fast.hi80_at_due
    assert fast.pace_observed == pytest.approx(3) and fast.pace_from == 2017
    assert fast.pace_required == pytest.approx(1) and fast.pace_for_80 >= fast.pace_required


def test_past_its_due_date_a_target_is_judged_by_the_value_at_the_date_and_by_the_next_milestone(folder):
    share(folder, "C1", range(2016, 2024), [60, 63, 62, 66, 65, 71, 70, 74])
    share(folder, "C2", range(2016, 2024), [60, 70, 80, 90, 95, 97, 99, 100])
    folder.target(SEWAGE, ">=", 40, "%", due=2023, hold_until=2026)
    a = eco.analyse(folder.path, 2023)
    missed, kept = a["C1", SEWAGE], a["C2", SEWAGE]
    assert missed.met_at_due == "no" and "missed_due" in missed.warnings and missed.milestone == 2026
    assert 0 < missed.p_reach < 1
    assert kept.met_at_due == "yes" and kept.p_reach == 1 and kept.verdict.startswith("reached")
    before = eco.analyse(folder.path, 2022)["C1", SEWAGE]
    assert before.met_at_due == "" and before.latest_year == 2022


def test_nothing_later_than_the_as_of_year_is_used(folder):
    share(folder, "C1", range(2014, 2021), range(40, 68, 4))
    folder.target(SEWAGE, ">=", 40, "%", due=2023)
    alone = eco.analyse(folder.path, 2020).assessment
    share(folder, "C1", range(2021, 2024), [200, 1, 200])
    pd.testing.assert_frame_equal(alone, eco.analyse(folder.path, 2020).assessment)


def test_a_target_awaiting_its_number_still_shows_value_and_future(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    folder.target(SEWAGE, ">=", "", "%")
    a = eco.analyse(folder.path, 2022)
    s = a["C1", SEWAGE]
    assert s.verdict == "no_target" and s.latest_value == 36
    assert s.sentence("zh") == "2022 年为 36.0 %；目标值待上级下达。"
    assert list(s.forecast["year"]) == [2023, 2024, 2025, 2026]


def test_an_old_value_is_never_called_reached(folder):
    share(folder, "C1", range(2014, 2021), range(90, 97))
    share(folder, "C2", range(2014, 2024), range(90, 100))
    folder.target(SEWAGE, ">=", 40, "%", due=2023, hold_until=2026)
    a = eco.analyse(folder.path, 2023)
    old = a["C1", SEWAGE]
    assert "stale" in old.warnings and old.met_at_due == "unknown"
    assert old.verdict not in ("reached", "reached_at_risk")
    assert a["C1"].headline.unknown == (25,) and a["C1"].headline.met == ()


def test_a_county_without_a_park_lacks_all_of_it(folder):
    """13 m² for each of 64 769 people is 841 997 m², 84.2 ha."""
    for year in range(2018, 2024):
        folder.add(("C1", year, "park_green_area", 0, "m²"), ("C1", year, "urban_population", 64769, "person"))
    folder.target("park_area_per_head", ">=", 13, "m²/person", due=2025)
    s = eco.analyse(folder.path, 2023)["C1", "park_area_per_head"]
    assert s.gap == 13 and s.gap_count == pytest.approx(84.1997) and s.gap_count_unit == "ha"
    assert "尚差 13.00 平方米/人，合 84.2 公顷" in s.sentence("zh")


# ---------------------------------------------------------------------- duties, protected values, conditions, papers


def test_a_duty_is_told_by_what_is_outstanding_and_gives_no_chance_without_a_record(folder):
    waste(folder, "C1", range(2018, 2024), [900, 930, 960, 980, 990, 994.35])
    folder.target("hazardous_waste_rate", ">=", 100, "%", due=2023)
    s = eco.analyse(folder.path, 2023)["C1", "hazardous_waste_rate"]
    assert s.is_duty and s.method == "record" and s.outstanding == 5.65
    assert np.isnan(s.p_reach) and s.verdict == "out_of_reach" and "thin_record" in s.warnings
    assert s.sentence("zh") == (
        "2023 年为 99.44 %，应达 100 %，尚有 5.65 吨未处置，到期未完成；同类记录不足，不作概率判断，需重点攻关。"
    )
    assert s.sentence("en") == (
        "99.44 % in 2023; 100 % required; 5.65 t not yet disposed of; not complete at its date; "
        "the record is too thin to give a chance; needs a concerted push."
    )


def test_a_duty_kept_for_ten_years_by_all_is_reached_and_one_that_relapsed_is_not(folder):
    for code in ("C1", "C2"):
        for year in range(2014, 2024):
            folder.add((code, year, "water_sources", 8, "piece"), (code, year, "water_sources_good", 8, "piece"))
            bad = 1 if code == "C2" and year in (2015, 2018, 2021) else 0
            folder.add((code, year, "sections_assessed", 4, "piece"))
            folder.add((code, year, "sections_worse_than_class_five", bad, "piece"))
    folder.target("drinking_water_quality_rate", ">=", 100, "%")
    folder.target("worse_than_class_five_share", "<=", 0, "%")
    a = eco.analyse(folder.path, 2023)
    kept, lost = a["C1", "drinking_water_quality_rate"], a["C2", "worse_than_class_five_share"]
    assert kept.verdict == "reached" and kept.p_hold > 0.9 and kept.attain_year == 2014
    assert lost.verdict == "reached_at_risk" and lost.p_hold < 0.6 and lost.attain_year == 2022
    assert a["C", "drinking_water_quality_rate"].p_hold < kept.p_hold
    assert kept.sentence("zh").startswith("2023 年为 100 %，应达 100 %，已全部完成；保持到 2026 年的概率 9")


def test_an_area_that_never_moved_is_held(folder):
    for year in range(2018, 2024):
        folder.add(("C1", year, "red_line_area", 106.3, "km²"), ("C2", year, "red_line_area", 3141.64, "km²"))
    folder.target("red_line_area", "not_below_base", "", "km²")
    a = eco.analyse(folder.path, 2023)
    assert a["C1", "red_line_area"].verdict == "reached"
    assert a["C", "red_line_area"].latest_value == pytest.approx(3247.94)


def test_not_below_base_takes_the_base_year_s_value(folder):
    for year, area in ((2019, 50), (2020, 52), (2021, 51), (2022, 51)):
        folder.add(("C1", year, "red_line_area", area, "km²"))
    folder.target("red_line_area", "not_below_base", "", "km²")
    s = eco.analyse(folder.path, 2022)["C1", "red_line_area"]
    assert s.target == 52 and s.gap == pytest.approx(1)
    assert "比基准少 1.0 平方公里" in s.sentence("zh")


def test_full_files_with_an_incident_on_record_are_not_met(folder):
    for code, counts in (("C1", [0, 0, 0, 0]), ("C2", [0, 0, 0, 1])):
        for year, count in zip(range(2020, 2024), counts, strict=True):
            folder.add((code, year, "major_incidents", count, "piece"))
    folder.target("no_major_incident", "done")
    folder.write(
        "evidence.csv",
        "region_code,indicator,year,kind,title,location,department,date\n"
        + "".join(f"*,no_major_incident,2023,{kind},file,,,\n" for kind in ("plan", "data", "proof")),
    )
    a = eco.analyse(folder.path, 2023)
    clean, struck = a["C1", "14a"], a["C2", "14a"]
    assert clean.met_at_due == "yes" and clean.sentence("en").startswith("No breach in 2023; as required")
    assert struck.met_at_due == "no" and struck.verdict == "out_of_reach"
    assert struck.sentence("zh").startswith("2023 年发生 1 起，不符合要求，需重点攻关。")
    assert a["C", "14a"].met_at_due == "no"
    assert a["C2"].headline.missed_binding == (14,)


def test_events_that_nobody_reported_are_unknown(folder):
    folder.add(("C1", 2023, "villages", 5, "village"))
    folder.target("no_major_incident", "done")
    s = eco.analyse(folder.path, 2023)["C1", "14a"]
    assert s.verdict == "insufficient_data" and s.met_at_due == "unknown"
    assert s.sentence("zh") == "2023 年情况未报告。材料尚未提供。"


def test_papers_not_supplied_differ_from_papers_that_lack_a_part(folder):
    folder.target("river_chief_system", "done")
    folder.add(("C1", 2022, "villages", 5, "village"))
    folder.write(
        "evidence.csv",
        "region_code,indicator,year,kind,title,location,department,date\n"
        + "".join(f"C1,river_chief_system,2022,{kind},file,,,\n" for kind in ("plan", "data", "proof"))
        + "C2,river_chief_system,2021,plan,file,,,\n",
    )
    a = eco.analyse(folder.path, 2022)
    assert a["C1", "4"].verdict == "documented" and a["C1", "4"].sentence("zh") == "计划、数据、佐证材料齐全。"
    assert a["C2", "4"].warning == "lacks_data;lacks_proof"
    assert a["C2", "4"].sentence("zh") == "已有计划安排，尚缺数据支撑、佐证材料。"
    assert a["C", "4"].warning == "not_supplied" and a["C", "4"].sentence("zh") == "材料尚未提供。"


def test_an_indicator_without_data_is_never_zero(folder):
    folder.target("park_area_per_head", ">=", 13, "m²/person")
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    s = eco.analyse(folder.path, 2022)["C1", "park_area_per_head"]
    assert s.verdict == "insufficient_data" and np.isnan(s.latest_value) and np.isnan(s.p_reach)
    assert "暂不能判断" in s.sentence("zh")


# ---------------------------------------------------------------------- city and county


def test_counties_contributions_add_up_to_the_city_s_gap(folder):
    """40 % of 400 villages are 160; 130 are done, so 30 are missing: 20 of 80 and 10 of … lie in the counties."""
    share(folder, "C1", range(2014, 2024), range(42, 62, 2))
    share(folder, "C2", range(2014, 2024), range(52, 72, 2))
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    a = eco.analyse(folder.path, 2023)
    city, counties = a["C", SEWAGE], [a["C1", SEWAGE], a["C2", SEWAGE]]
    assert city.gap_count == 30 and [s.gap_count for s in counties] == [20, 10]
    assert [s.contribution for s in counties] == [20, 10] and np.isnan(city.contribution)


def test_the_city_s_own_figure_decides_while_it_is_not_older_than_its_counties(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    share(folder, "C2", range(2016, 2023), range(60, 74, 2))
    folder.add(*[("C", year, SEWAGE, 30 + year - 2018, "%") for year in range(2018, 2023)])
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    s = eco.analyse(folder.path, 2022)["C", SEWAGE]
    assert s.basis == "reported" and s.latest_value == 34 and s.n_obs == 5


def test_a_plan_weaker_than_the_national_edition_is_said_to_be(folder):
    folder.add(*[(code, year, "ecological_index", 58, "") for code in ("C1", "C2") for year in range(2018, 2023)])
    folder.target("ecological_index", ">=", 57)
    table = eco.analyse(folder.path, 2022).editions
    national = table[(table["edition"] == "2019")].set_index("region_code")
    assert national.at["C1", "national"] == 60 and national.at["C1", "weaker"]
    assert national.at["C2", "national"] == 35 and not national.at["C2", "weaker"]  # arid


# ---------------------------------------------------------------------- years, problems


def test_the_default_year_is_the_one_in_which_most_targets_have_a_value_the_later_of_equals(folder):
    for code in ("C1", "C2"):
        share(folder, code, range(2016, 2022), range(60, 72, 2))
    share(folder, "C1", [2022], [80])
    folder.target(SEWAGE, ">=", 40, "%", region="C1")
    folder.target(SEWAGE, ">=", 40, "%", region="C2")
    assert eco.analyse(folder.path).as_of == 2021
    share(folder, "C2", [2022], [80])
    assert eco.analyse(folder.path).as_of == 2022


@pytest.mark.parametrize("year", [1900, 2030])
def test_a_year_without_data_is_refused_with_the_years_there_are(folder, year):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    folder.target(SEWAGE, ">=", 40, "%")
    with pytest.raises(eco.BadYear, match="2016—2022 年"):
        eco.analyse(folder.path, year)


def test_bad_rows_stop_the_analysis_unless_they_may_be_skipped(folder):
    share(folder, "C1", range(2016, 2023), range(60, 74, 2))
    folder.add(("C1", 2023, "villages", "many", "village"))
    folder.target(SEWAGE, ">=", 40, "%")
    with pytest.raises(eco.BadData, match="many"):
        eco.analyse(folder.path)
    assert len(eco.analyse(folder.path, skip_bad_rows=True).problems) == 1


# ---------------------------------------------------------------------- asking, changing, keeping


@pytest.fixture
def small(folder):
    share(folder, "C1", range(2014, 2024), range(40, 60, 2))
    share(folder, "C2", range(2014, 2024), range(50, 70, 2), status="demo")
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    folder.target("red_line_area", "not_below_base", "", "km²")
    return eco.analyse(folder.path, 2023)


@pytest.mark.parametrize("name", ["C1", "c1", "乙县", "County B", " 乙县 "])
def test_a_region_is_found_by_code_and_by_its_names(small, name):
    assert small[name].code == "C1"


@pytest.mark.parametrize(
    "name", [SEWAGE, "25", 25, "农村生活污水治理率", "Rural domestic sewage treatment rate", "生活污水"]
)
def test_an_indicator_is_found_by_code_number_and_name(small, name):
    assert small["乙县", name].indicator == SEWAGE


def test_a_wrong_name_is_answered_with_what_may_have_been_meant(small):
    with pytest.raises(eco.NotThere) as error:
        small["County D"]
    assert "county b" in str(error.value) and "没有地区“County D”" in str(error.value)
    with pytest.raises(KeyError, match="没有指标“农村生活污水处理率”。您是否指：农村生活污水治理率"):
        small["C1", "农村生活污水处理率"]


def test_an_analysis_says_what_is_inside(small):
    assert repr(small).startswith("<Analysis 甲市, as of 2023: 3 regions, 7 targets; 0 missed at their date;")
    assert repr(small).endswith("50% demo data>")
    assert "<table" in small._repr_html_()
    assert small["C2", "25"].sentence("zh").endswith("【演示数据】")
    assert small["C2", "25"].sentence("en").endswith(" [demo data]")


def test_a_changed_target_gives_a_new_analysis_and_leaves_the_old_one(small):
    easier = small.with_target("C1", SEWAGE, 20)
    assert (small["C1", SEWAGE].target, easier["C1", SEWAGE].target, easier["C2", SEWAGE].target) == (40, 20, 40)
    assert easier["C1", SEWAGE].verdict in ("reached", "reached_at_risk")


def test_what_is_kept_comes_back_the_same(small, tmp_path):
    small.save(tmp_path / "kept")
    back = eco.load(tmp_path / "kept")
    for before, after in zip(small.statements, back.statements, strict=True):
        for lang in ("zh", "en"):
            assert before.sentence(lang) == after.sentence(lang)
        assert before.inputs == after.inputs and repr(before) == repr(after)
    assert [repr(r) for r in small] == [repr(r) for r in back]
    pd.testing.assert_frame_equal(small.matrix(), back.matrix())
    names = {path.suffix for path in (tmp_path / "kept").iterdir()}
    assert names == {".csv", ".json", ".npz"}


def test_a_folder_without_a_saved_analysis_is_a_sentence(tmp_path):
    with pytest.raises(eco.NotThere, match="没有已保存的分析"):
        eco.load(tmp_path)


def test_a_statement_leads_back_to_its_cells(small):
    s = small["C1", SEWAGE]
    assert s.sources[["variable", "year", "value"]].to_numpy().tolist() == [
        ["villages", 2023, 200.0],
        ["villages_sewage_treated", 2023, 58.0],
    ]
    text = s.explain("zh")
    assert (
        "完成生活污水治理的行政村数，乙县，2023 年：58 个村，实测统计；yearbook 2023 p. 88；statistics/statistics.csv:"
        in text
    )
    assert "\n· 没有可参照的同类地区，只依据本地历史。\n" in text
    assert re.search(r"\n· 因近年变化的方向，未来第 2 年的中位预测高 [0-9.]+ 个百分点。\n", text)
    assert len(s.explanation.bands) == 2 and small["C", SEWAGE].explanation is None


def test_regions_are_compared_as_years_by_regions(small):
    table = small.compare("25")
    assert list(table.columns) == ["C", "C1", "C2"]
    assert table.loc[2023].tolist() == pytest.approx([31.5, 29.0, 34.0])


def test_what_changed_since_the_year_before_is_known(folder):
    share(folder, "C1", range(2014, 2024), [70, 72, 74, 75, 76, 77, 78, 78, 79, 82])
    folder.target(SEWAGE, ">=", 40, "%", due=2022, hold_until=2026)
    moved = eco.analyse(folder.path, 2023)["C1"].changes.iloc[0]
    assert (moved["value_before"], moved["value"], moved["moved"]) == (39.5, 41.0, "better")


def test_the_package_shows_its_names():
    assert {"analyse", "load", "Analysis", "Statement", "Region", "Headline", "Settings"} <= set(dir(eco))
    assert eco.__version__ and all(getattr(eco, name) is not None for name in dir(eco))
    with pytest.raises(AttributeError, match="it has"):
        eco.analyze  # noqa: B018


def test_shipped_rows_pass_every_check_of_the_words():
    """Every row of the shipped data: what is needed is never more than what a chance of 80 % takes."""
    raw = intake.read("data/raw")
    a = analyses.of_raw(raw, 2023)
    rows = a.assessment[a.assessment["pace_required"].notna()]
    assert len(rows) > 30
    toward = np.sign(rows["pace_required"].astype(float))
    assert (toward * rows["pace_for_80"].astype(float) >= toward * rows["pace_required"].astype(float) - 1e-9).all()
    faster = toward * rows["pace_observed"].astype(float) >= toward * rows["pace_required"].astype(float)
    unexplained = rows[faster & (rows["p_reach"].astype(float) < 0.5) & ~rows["warning"].str.contains("slows")]
    assert unexplained.empty


def test_an_indicator_of_the_folder_s_own_is_judged_said_and_kept_like_any_other(folder, tmp_path):
    """58 of 200 villages are 29 %, 22 villages short of 40 %."""
    share(folder, "C1", range(2014, 2024), range(40, 60, 2))
    folder.write(
        "indicators.csv",
        "code,name_zh,name_en,unit,better,low,high,decimals,scope,aggregate,count_variable,formula\n"
        "villages_done,治污村占比,Villages done,%,higher,0,100,1,both,ratio,villages_sewage_treated,"
        '"ratio(villages_sewage_treated, villages)"\n',
    )
    folder.target("villages_done", ">=", 40, "%", due=2025)
    a = eco.analyse(folder.path, 2023)
    s = a["C1", "治污村占比"]
    assert (s.latest_value, s.gap_count, s.gap_count_unit) == (pytest.approx(29), 22, "village")
    assert s.sentence("zh").startswith("2023 年为 29.0 %，目标 2025 年底不低于 40 %，尚差 11.0 个百分点，合 22 个村；")
    a.save(tmp_path / "kept")
    assert eco.load(tmp_path / "kept")["C1", "治污村占比"].sentence("zh") == s.sentence("zh")


def test_a_variable_of_the_folder_s_own_is_called_by_its_name_where_the_analysis_was_kept(folder, tmp_path):
    folder.write("variables.csv", "code,name_zh,name_en,unit\nvillages_sorting,分类村数,Villages that sort,village\n")
    columns = "code,name_zh,name_en,unit,better,low,high,decimals,scope,aggregate,formula"
    row = 'sorting,分类村占比,Sorting,%,higher,0,100,1,both,ratio,"ratio(villages_sorting, villages)"'
    folder.write("indicators.csv", f"{columns}\n{row}\n")
    folder.add(("C1", 2022, "villages", 200, "village"), ("C2", 2023, "villages_sorting", 20, "village"))
    folder.target("sorting", ">=", 40, "%", due=2025)
    eco.analyse(folder.path, 2023).save(tmp_path / "kept")
    kept = eco.load(tmp_path / "kept")
    assert kept["C1", "sorting"].sentence("zh") == "缺少行政村总数、分类村数，暂不能判断。"
    assert worded.observations(kept, "C2", words.of("en")).iloc[-1, 0] == "Villages that sort"


def test_a_rise_of_nothing_passes_where_the_base_was_full(folder):
    for year in range(2018, 2024):
        folder.add(
            ("C1", year, "sections_class_three_or_better", 2, "piece"), ("C1", year, "sections_assessed", 2, "piece")
        )
    folder.target("class_three_or_better_rise", ">=", 5, "pp")
    s = eco.analyse(folder.path, 2023)["C1", "8a"]
    assert s.target == 0 and s.met_at_due == "yes" and s.gap == 0


def test_a_sum_with_holes_is_shown_and_decides_nothing(folder):
    """In 2023 only one of two counties reports 58 of 200 villages, 29 %; the city stays at 60 of 400, 15 %, of 2022."""
    share(folder, "C1", range(2014, 2024), range(40, 60, 2))
    share(folder, "C2", range(2014, 2023), [4] * 9)
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    s = eco.analyse(folder.path, 2023)["C", SEWAGE]
    assert s.latest_year == 2022 and s.latest_value == pytest.approx(15)
    assert s.sentence("zh").endswith("2023 年 2 个县区中有 1 个报送，合计为 29.0 %，不代表全市，不据以判定。")


def test_unverified_attributes_are_said_beside_the_counts_they_decide(folder):
    from ecoanalysis import briefing, words

    share(folder, "C1", range(2014, 2024), range(40, 60, 2))
    folder.target(SEWAGE, ">=", 20, "%")
    a = eco.analyse(folder.path, 2023)
    assert "划分及参考性达标比例（80 %）未核实" in briefing.headline(a["C1"], words.of("zh"))[-1]
