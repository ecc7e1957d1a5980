"""A duty judged by its record: the more years lie ahead, the less sure is holding."""

import os
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import Settings, analyse, assessment, briefing, forked, words

DUTY = "hazardous_waste_rate"


def holding(folder, until: int) -> float:
    folder.target(DUTY, ">=", 100, "%", due=2023, hold_until=until)
    for region in ("C1", "C2"):
        folder.add(*((region, year, DUTY, 98 if year == 2016 else 100, "%") for year in range(2014, 2024)))
    s = analyse(folder.path, 2023)["C1", DUTY]
    assert s.method == "record" and s.verdict in ("reached", "reached_at_risk") and s.p_reach == 1
    return s.p_hold


@pytest.mark.parametrize("until", [2026, 2030])
def test_every_year_ahead_makes_holding_a_duty_less_sure(folder, until):
    """Two relapses beside fourteen kept years, an eighth: three more years are kept with a chance well above a half, seven with
    a lower one; nothing is certain."""
    low, high = {2026: (0.5, 0.85), 2030: (0.2, 0.65)}[until]
    assert low < holding(folder, until) < high


def test_an_old_value_is_judged_by_the_rounding_that_was_asked_for(folder):
    """94.96 % that never moved prints as 95.0 %: met as published, and so are the futures in which it stays."""
    folder.target("urban_sewage_treatment_rate", ">=", 95, "%", due=2023, hold_until=2026)
    folder.add(*(("C1", year, "urban_sewage_treatment_rate", 94.96, "%") for year in range(2010, 2021)))
    folder.add(("C1", 2023, "gdp_current", 100, "亿元"))
    published = analyse(folder.path, 2023, settings=Settings(rounding="published"))["C1", "24"]
    exact = analyse(folder.path, 2023)["C1", "24"]
    assert "stale" in published.warnings and "stale" in exact.warnings
    assert published.p_reach > exact.p_reach + 0.3


def test_a_county_that_is_asked_more_than_its_city_is_still_told_its_part(folder):
    """The city has to pass 95 %, its counties to reach it: of the city's gap one county's part is told all the same."""
    folder.target("urban_sewage_treatment_rate", ">", 95, "%", region="C")
    folder.target("urban_sewage_treatment_rate", ">=", 95, "%", region="C1")
    for region, treated in (("C1", 80), ("C2", 96)):
        for year in range(2016, 2024):
            folder.add((region, year, "urban_sewage_discharged", 100, "万立方米"))
            folder.add((region, year, "urban_sewage_treated", treated, "万立方米"))
    s = analyse(folder.path, 2023)["C1", "24"]
    # 176 of 200 are treated, 190 asked: 14 are missing, all of them in C1, which is 15 short.
    assert s.contribution == pytest.approx(14)
    assert "14" in briefing.contribution(s, words.of("zh")) and "100 %" in briefing.contribution(s, words.of("zh"))


def test_one_process_and_two_say_the_same_to_the_last_digit(worked):
    """Indicator by indicator, in forked processes where there are any."""
    several = analyse(worked.data, 2023, jobs=2)
    for name in ("assessment", "forecasts", "headlines", "results"):
        pd.testing.assert_frame_equal(getattr(several, name), getattr(worked, name), check_exact=True)


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_what_is_worked_out_at_a_time_comes_in_its_order_and_its_errors_are_told(jobs):
    assert forked.each(lambda place: place**2, 5, jobs) == [0, 1, 4, 9, 16]
    assert forked.each(lambda place: place, 0, jobs) == []
    with pytest.raises(ValueError, match="no such river"):
        forked.each(_failing, 3, jobs)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="forks")
def test_a_process_that_is_killed_loses_nothing():
    here = os.getpid()
    assert forked.each(lambda place: place if os.getpid() == here else os.kill(os.getpid(), 9), 3, 2) == [0, 1, 2]


def _failing(place: int) -> int:
    if place == 1:
        raise ValueError("no such river")
    return place


def test_finishing_is_learned_from_years_that_lacked_alike():
    """Who lacks 5 is told of a year that lacked 8 and of none that lacked 700; keeping is counted from every year."""
    gap = np.nan
    states = np.array([[0, 1, 1, 1], [0, 1, gap, gap], [1, 1, 1, 1]], float)
    short = np.array([[8, 0, 0, 0], [700, 0, gap, gap], [0, 0, 0, 0]], float)
    comparable = assessment._Comparable(states, short, "holding")
    near, all_years = comparable.to(np.array([5.0])), comparable.to(np.array([0.0]))
    assert near.finished.tolist() == [1, 0, 0] and all_years.finished.tolist() == [1, 1, 0]
    assert near.clean.tolist() == all_years.clean.tolist() == [2, 0, 3]
    assert comparable.to(np.array([4.0])) is near  # just above 8: equally many years
    assert comparable.to(np.array([3.9])).finished.tolist() == [0, 0, 0]
    assert comparable.to(np.array([350.0])).finished.tolist() == [1, 1, 0]


def test_the_second_opinion_is_the_share_of_the_other_method_s_paths_that_meet_the_target(folder):
    folder.add(
        *(("C1", year, "forest_grass_cover", cover, "%") for year, cover in zip(range(2014, 2024), COVER, strict=True))
    )
    folder.target("forest_grass_cover", ">=", 41, "%", due=2026, hold_until=2028, region="C1")
    a = analyse(folder.path, 2023)
    s = a["C1", "forest_grass_cover"]
    until = a.assessor.until(a.targets)
    other = a.assessor.drawn(s.record, until, None, "closed_form", 250)
    said = float((other.at(2026)[0] >= 41).mean())
    assert 0 < said < 1 and said != s.p_reach
    assert (s.methods_low, s.methods_high) == (min(said, s.p_reach), max(said, s.p_reach))


COVER = [36.0, 36.9, 36.4, 37.2, 37.8, 37.3, 38.6, 38.9, 38.4, 39.2]


def test_a_duty_is_met_since_the_year_after_its_last_lapse(folder):
    """One county disposed of everything since 2016, the other after a lapse in 2018 since 2019."""
    folder.target(DUTY, ">=", 100, "%", due=2023, hold_until=2026)
    for year in range(2016, 2024):
        folder.add(("C1", year, DUTY, 100, "%"), ("C2", year, DUTY, 99 if year == 2018 else 100, "%"))
    a = analyse(folder.path, 2023)
    assert [a[code, DUTY].attain_year for code in ("C1", "C2")] == [2016, 2019]
    assert a["C1", DUTY].id == "C1:hazardous_waste_rate:>=:2023"


def test_a_pace_that_is_far_from_enough_is_not_said_to_slow_down(folder):
    """One point a year where sixteen are needed: 28 % in 2023, 60 % in 2025; the line leaves nothing to luck."""
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    for year in range(2016, 2024):
        folder.add(("C1", year, "villages", 100, "village"))
        folder.add(("C1", year, "villages_sewage_treated", 28 - (2023 - year), "village"))
    s = analyse(folder.path, 2023, method="straight_line", paths=100)["C1", "25"]
    assert (s.pace_observed, s.pace_required) == (pytest.approx(1), pytest.approx(16)) and s.p_reach < 0.5
    assert s.pace_for_80 == pytest.approx(16, abs=1e-4) and np.isnan(s.attain_year)
    assert "slows" not in s.warnings


def test_what_lacks_an_input_and_what_was_not_reported_at_its_date_are_told_as_that(folder):
    folder.target("sanitary_toilet_rate", ">=", 90, "%", due=2025)
    folder.target("no_major_incident", "done", due=2021)
    folder.add(("C1", 2023, "rural_households", 900, "household"), ("C1", 2023, "major_incidents", 0, "piece"))
    a = analyse(folder.path, 2023)
    assert a["C1", "sanitary_toilet_rate"].warnings == ("lacks_inputs",)
    event = a["C1", "no_major_incident"]
    assert event.latest_value == 0 and event.met_at_due == "unknown"
    assert (event.outstanding, event.gap_count_unit, event.n_obs) == (0, "piece", 1)
    assert event.p_reach == 1 and 0 < event.p_hold < 1


def test_where_there_is_nothing_to_count_nothing_is_asked(folder):
    for year in (2022, 2023):
        folder.add(("C1", year, "villages", 0, "village"), status="estimated")
        folder.add(("C1", year, "villages_sewage_treated", 0, "village"), status="estimated")
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    s = analyse(folder.path, 2023, paths=50)["C1", "25"]
    assert (s.verdict, s.warnings, s.status) == ("not_applicable", ("zero_denominator",), "estimated")


def test_a_duty_has_no_forecast_and_tells_nothing_of_a_date_before_its_first_year(folder):
    """Disposed of: a tenth, then nearly all; the step is no break of a trend that nobody continues."""
    shares = (10, 11, 10, 12, 11, 97, 98, 97)
    folder.add(*(("C1", year, DUTY, value, "%") for year, value in zip(range(2014, 2022), shares, strict=True)))
    folder.add(
        *(("C1", year, "good_air_day_share", value, "%") for year, value in zip(range(2016, 2024), shares, strict=True))
    )
    folder.target(DUTY, ">=", 100, "%", due=2012)
    folder.target("good_air_day_share", ">=", 99, "%", due=2025)
    a = analyse(folder.path, 2023, paths=50)
    duty, air = a["C1", DUTY], a["C1", "good_air_day_share"]
    assert duty.met_at_due == "unknown" and duty.warnings == ("stale", "thin_record", "due_unknown")
    assert "definition_break" in air.warnings and air.method == "learned"
    told = a.forecasts[["indicator", "part", "scenario"]].drop_duplicates()
    assert told.to_numpy().tolist() == [["good_air_day_share", "a", "trend"]]


def test_a_region_s_own_target_takes_the_place_of_the_common_one_and_rows_follow_regions_and_plan():
    regions = pd.DataFrame({"code": ["C", "C1", "C2"]})
    targets = pd.DataFrame(
        [("C1", "b", ">=", 50), ("*", "b", ">=", 40), ("*", "b", "rising", None), ("*", "a", ">=", 1)],
        columns=["region_code", "indicator", "comparison", "value"],
    )
    rows = assessment.targets_of_regions(targets, regions, {"a": None, "b": None})
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        *(["C", "a", ">=", 1], ["C", "b", ">=", 40], ["C", "b", "rising", None]),
        *(["C1", "a", ">=", 1], ["C1", "b", "rising", None], ["C1", "b", ">=", 50]),
        *(["C2", "a", ">=", 1], ["C2", "b", ">=", 40], ["C2", "b", "rising", None]),
    ]
    assert list(assessment.targets_of_regions(targets[1:2], regions, {"b": None})["region_code"]) == ["C", "C1", "C2"]


def test_few_and_old_values_and_a_base_that_is_not_its_year_s_are_told(folder):
    """Two values, of 2020 and 2021, and a base year of 2019: the base is 40, of 2020, and 41 is not below it."""
    folder.add(("C1", 2020, "forest_grass_cover", 40, "%"), ("C1", 2021, "forest_grass_cover", 41, "%"))
    folder.add(("C2", 2023, "forest_grass_cover", 39, "%"))
    head = "region_code,indicator,part,comparison,value,unit,due,hold_until,base_year,source,lead_department\n"
    folder.write("targets.csv", head + "C1,forest_grass_cover,,not_below_base,,%,2023,2026,2019,plan,bureau\n")
    a = analyse(folder.path, 2023, paths=50)
    s = a["C1", "forest_grass_cover"]
    assert a.assessment["spread"].tolist() == [1]
    assert set(s.warnings) >= {"few_values", "stale", "base_is_first_value", "due_unknown"}
    assert (s.target, s.base_year, s.gap, s.latest_year, s.n_obs) == (40, 2020, 0, 2021, 2)
    assert s.met_at_due == "unknown" and s.verdict != "reached"


def test_events_count_at_their_date_and_now(folder):
    """One incident in 2022, the due year, none in 2023 in one county; in the other nothing is reported after 2022."""
    for year, count in ((2021, 0), (2022, 1), (2023, 0)):
        folder.add(("C1", year, "major_incidents", count, "piece"))
    folder.add(("C2", 2022, "major_incidents", 0, "piece"))
    folder.target("no_major_incident", "done", due=2022)
    head = "region_code,indicator,year,kind,title,location,department,date\n"
    folder.write("evidence.csv", head + "C1,no_major_incident,2023,plan,file,,,\n")
    a = analyse(folder.path, 2023, paths=50)
    first, second = a["C1", "no_major_incident"], a["C2", "no_major_incident"]
    assert first.met_at_due == "no" and first.warnings == ("missed_due", "lacks_data", "lacks_proof")
    assert (first.latest_year, first.n_obs, first.verdict) == (2023, 3, "reached_at_risk")
    assert (second.verdict, second.warnings, second.met_at_due) == (
        "insufficient_data", ("not_reported", "not_supplied"), "unknown",
    )  # fmt: skip


def test_a_paper_that_is_named_and_not_found_does_not_count(folder):
    head = ["region_code", "indicator", "year", "kind", "title", "state"]
    papers = [
        ("C", "river_chief_system", 2022, "plan", "工作计划", "found"),
        ("*", "river_chief_system", 2023, "data", "演示：数据表", ""),
        ("C", "river_chief_system", 2023, "proof", "证明", "not_found"),
        ("C1", "river_chief_system", 2023, "proof", "证明", "found"),
        ("C", "river_chief_system", 2024, "proof", "证明", "found"),
    ]
    assessor = analyse(folder.path, 2023).assessor
    told = [replace(assessor, evidence=pd.DataFrame(rows, columns=head), kept={}) for rows in (papers, papers[:1])]
    assert told[0].checklist("C", "river_chief_system") == {
        "verdict": "undocumented",
        "warning": "lacks_proof;paper_not_found",
        "latest_year": 2023,
        "n_obs": 3,
        "status": "demo",
    }
    assert told[1].checklist("C", "river_chief_system")["status"] == "observed"
    assert told[1].checklist("C2", "river_chief_system")["warning"] == "not_supplied"


@pytest.mark.parametrize(
    ("years", "due", "hold_until", "p_reach", "warnings"),
    [
        (range(2018, 2024), 2023, 2026, 1, ()),
        (range(2016, 2022), 2022, 2024, None, ("stale", "due_unknown")),  # what was met in 2021 proves nothing
    ],
)
def test_five_kept_years_are_kept_for_three_more_with_the_printed_chance(
    folder, years, due, hold_until, p_reach, warnings
):
    """85.5 %, of docs/record.md, counted from the last year that was measured."""
    folder.add(*(("C1", year, DUTY, 100, "%") for year in years), ("C2", 2023, "pm25", 30, "µg/m³"))
    folder.target(DUTY, ">=", 100, "%", due=due, hold_until=hold_until, region="C1")
    s = analyse(folder.path, 2023, paths=50)["C1", DUTY]
    assert s.p_hold == pytest.approx(0.855, abs=0.0006) and s.warnings == warnings
    assert (s.met_at_due, s.attain_year) == ("unknown" if warnings else "yes", years[0])
    assert s.p_reach == p_reach if p_reach else 0.855 < s.p_reach < 1


def test_a_city_may_hold_an_area_that_one_of_its_counties_lost(folder):
    """150 km² became 151, 49 of 50 and 102 of 100: the city holds as long as the second county does."""
    for year, first, second in ((2020, 50, 100), (2021, 50, 101), (2022, 49, 101), (2023, 49, 102)):
        folder.add(("C1", year, "red_line_area", first, "km²"), ("C2", year, "red_line_area", second, "km²"))
    folder.target("red_line_area", "not_below_base", "", "km²")
    a = analyse(folder.path, 2023, paths=50)
    city, first, second = (a[code, "red_line_area"] for code in ("C", "C1", "C2"))
    assert (city.target, city.latest_value, city.gap, first.gap) == (150, 151, 0, 1)
    assert (city.p_reach, second.p_reach, first.met_at_due) == (1, 1, "no") and first.p_reach != 1
    assert city.p_hold == second.p_hold and 0 < city.p_hold < 1


def test_what_is_finished_in_time_has_to_be_kept_in_the_years_after_as_well(folder):
    """Two of nine unmet years were followed by a met one. Who lapsed in 2023 has two years to finish and three to hold."""
    kept = {"C1": {2010, 2011, 2012, 2013, 2014, 2023}, "C2": {2010, 2011, 2012, 2013}}
    for code, lapses in kept.items():
        folder.add(*((code, year, DUTY, 99 if year in lapses else 100, "%") for year in range(2010, 2024)))
    folder.target(DUTY, ">=", 100, "%", due=2025, hold_until=2028)
    s = analyse(folder.path, 2023, paths=50)["C1", DUTY]
    assert s.warnings == () and 0.2 < s.p_reach < 0.7
    assert 0.3 * s.p_reach < s.p_hold < 0.95 * s.p_reach


def test_a_city_s_own_figure_that_is_older_than_its_counties_is_told_and_so_is_its_worst_county(folder):
    """The city's own figures end in 2021, its counties' in 2023: a sum of areas, and the least of shares."""
    for code, last in (("C", 2022), ("C1", 2024), ("C2", 2024)):
        for year in range(2019, last):
            folder.add((code, year, "red_line_area", 100, "km²"), (code, year, "appraisal_share", 20, "%"))
    folder.target("red_line_area", ">=", 150, "km²", region="C")
    folder.target("appraisal_share", ">=", 15, "%", region="C")
    a = analyse(folder.path, 2023, paths=50)
    area, share = a["C", "red_line_area"], a["C", "appraisal_share"]
    assert (area.latest_value, area.latest_year, area.warnings) == (200, 2023, ("own_figure_older",))
    assert (share.latest_value, share.latest_year, share.warnings) == (20, 2023, ("worst_county",))
