"""What a reader may move and what follows, on small cases worked by hand."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import analyse, words
from ecoanalysis.explore import levers, scenarios

SHARE = "rural_sewage_treatment_rate"
ZH = words.of("zh")


@pytest.fixture
def small(folder):
    """Two counties of 200 villages; 80 and 60 treated in 2023; 60 % asked by 2025."""
    for code, last in (("C1", 80), ("C2", 60)):
        for year in range(2013, 2024):
            done = last - 4 * (2023 - year)
            folder.add(
                (code, year, "villages", 200, "village"), (code, year, "villages_sewage_treated", done, "village")
            )
    folder.target(SHARE, ">=", 60, "%", due=2025)
    return folder


@pytest.fixture
def county(small):
    return analyse(small.path, 2023)["C1", SHARE]


def test_ten_villages_a_year_are_five_points_a_year_of_two_hundred(county):
    """10 of 200 villages are 5 points: 5 in 2024, 10 in 2025, on every path."""
    before, after = levers.answer(county, {}), levers.answer(county, {"things": 10})
    moved = after.paths - before.paths
    at = list(after.years).index
    assert moved[:, at(2024)] == pytest.approx(5, abs=1e-3) and moved[:, at(2025)] == pytest.approx(10, abs=1e-3)


def test_a_moved_target_gives_what_an_analysis_with_that_target_gives(small, county):
    asked = levers.answer(county, {"target": 45, "due": 2026}).statement
    made = analyse(small.path, 2023).with_target("C1", SHARE, 45, due=2026, hold_until=2026)["C1", SHARE]
    for name in ("p_reach", "p_hold", "gap", "gap_count", "pace_required", "verdict", "milestone"):
        assert getattr(asked, name) == getattr(made, name), name
    assert asked.gap == pytest.approx(5) and asked.gap_count == 10  # 45 % of 200 are 90 villages, 80 are done


def test_another_pace_is_the_pace_of_the_median(county):
    told = levers.answer(county, {"pace": 6})
    middle = np.median(told.paths, axis=0)
    assert middle[list(told.years).index(2025)] == pytest.approx(40 + 2 * 6)


def test_nothing_moved_is_the_statement_itself(county):
    start = {lever.kind: lever.start for lever in levers.offered(county) if lever.kind in ("things", "pace", "due")}
    assert levers.answer(county, start).statement is county


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"things": -3}, "“每年增减数量”不能为负数（−3）。"),
        ({"things": 61}, "每年 61 个村、共 2 年，超过尚余的 120 个村。"),
        ({"things": "many"}, "“每年增减数量”应为数字，现为“many”。"),
        ({"target": 101}, "“目标值”应在 0 与 100 %之间，现为 101。"),
        ({"due": 2025.5}, "到期年份应为 2024 至 2031 年之间的整年，现为“2025.5”。"),
        ({"growth": 6}, "此处不能改动“地区生产总值增速”；可以改动的有：每年增减数量、年均速度、目标值、到期年份。"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(county, setting, sentence):
    with pytest.raises(levers.Refused) as error:
        levers.answer(county, setting)
    assert error.value.sentences == [sentence]


def test_everything_wrong_is_told_at_once(county):
    with pytest.raises(levers.Refused) as error:
        levers.answer(county, {"things": -1, "target": 300})
    assert len(error.value.sentences) == 2


def test_the_reverse_question_gives_the_fewest_things_that_do(county):
    what = levers.needed(county)
    assert what.unit == "village" and what.left == 120 and what.moves == 20
    assert levers.answer(county, {"things": what.things}).statement.p_reach >= 0.8
    assert levers.answer(county, {"things": what.things - 1}).statement.p_reach < 0.8
    assert what.largest == pytest.approx(2) and what.as_large == 0  # 4 of 200 villages a year, every year
    # Eleven years are nine periods of two years a county; there are no reference regions in this folder.
    assert levers.needed_told(county, ZH).endswith("各县区和参照地区 18 个 2 年时段中，没有一个保持过这样的速度。")


def test_where_the_trend_is_enough_no_pace_is_compared(shipped):
    told = levers.needed_told(shipped["620522", SHARE], ZH)
    assert told == "要有八成把握在 2025 年达标，按现有走势即可。"


def test_a_project_with_half_a_chance_is_half_of_the_futures(small):
    small.write(
        "projects.csv",
        "region_code,variable,change,unit,first_year,last_year,probability,delay_years,cost,name,department\n"
        "C1,villages_sewage_treated,40,village,2024,2024,0.5,,,plant,bureau\n",
    )
    s = analyse(small.path, 2023)["C1", SHARE]
    moved = levers.answer(s, {"projects": {"plant": {}}}).paths - levers.answer(s, {}).paths
    by_2025 = np.round(moved[:, 1], 3)
    assert set(by_2025) == {0, 20} and (by_2025 == 20).mean() == pytest.approx(0.5, abs=0.01)
    twice = levers.answer(s, {"projects": {"plant": {"scale": 0.5, "delay": 2}}}).paths - levers.answer(s, {}).paths
    assert np.allclose(twice[:, 1], 0) and set(np.round(twice[:, 2], 3)) == {0, 10}


def test_growth_of_gdp_divides_an_intensity(folder):
    """GDP grew by 5 % a year; at 10 % the intensity falls by 1.05/1.10 a year more."""
    for year in range(2013, 2024):
        gdp = 1000 * 1.05 ** (year - 2013)
        folder.add(("C1", year, "gdp_current", gdp, "10⁴ CNY"), ("C1", year, "gdp_index", 105, ""))
        folder.add(("C1", year, "energy_use", 900 + 10 * (year % 3), "tce"))
    folder.target("energy_per_gdp", "<=", 0.4, "tce/10⁴ CNY", due=2025)
    s = analyse(folder.path, 2023)["C1", "energy_per_gdp"]
    lever = next(lever for lever in levers.offered(s) if lever.kind == "growth")
    assert lever.start == pytest.approx(5)
    ratio = levers.answer(s, {"growth": 10}).paths / levers.answer(s, {}).paths
    assert ratio[:, 0] == pytest.approx(1.05 / 1.10, rel=1e-5) and ratio[:, 1] == pytest.approx(
        (1.05 / 1.10) ** 2, rel=1e-5
    )


@pytest.mark.parametrize("rows", [[], [(2023, 80)]])
def test_without_or_with_one_value_a_sentence_says_why_nothing_moves_or_it_moves(folder, rows):
    from ecoanalysis.explore import payload

    for year, done in rows:
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", done, "village"))
    folder.add(("C2", 2023, "villages", 100, "village"), ("C2", 2023, "villages_sewage_treated", 10, "village"))
    folder.target(SHARE, ">=", 60, "%", due=2025)
    view = payload.view(analyse(folder.path, 2023)["C1", SHARE])
    told = view["texts"]["zh"]
    assert bool(view["levers"]) == bool(rows) and (told["no_levers"] == "没有数值，暂不能推演。") == (not rows)


def test_land_turned_into_forest_is_worth_the_difference_of_the_weights(shipped):
    s = shipped["620523", "ecological_index"]
    worth = {code: each for code, _, each in next(one for one in levers.offered(s) if one.kind == "land").choices}
    setting = {"land": {"from": "dry_land_area", "to": "closed_forest_area", "area": 10}}
    moved = levers.answer(s, setting).paths - levers.answer(s, {}).paths
    assert np.median(moved) == pytest.approx(10 * (worth["closed_forest_area"] - worth["dry_land_area"]), abs=1e-4)
    with pytest.raises(levers.Refused, match="现有旱地 731.46 平方公里，不够转换 800 平方公里。"):
        levers.answer(s, {"land": setting["land"] | {"area": 800}})


def test_duties_and_papers_offer_nothing(shipped):
    for code in ("hazardous_waste_rate", "river_chief_system", "red_line_area"):
        assert levers.offered(shipped["620523", code]) == []


def test_other_methods_differ_and_the_own_one_agrees(shipped):
    s = shipped["620523", SHARE]
    rows = {method: (chance, middle) for method, chance, middle in levers.by_method(s)}
    assert rows["learned"][0] == s.p_reach and {"straight_line", "log_line", "gm11", "arima"} <= set(rows)
    line = np.polyfit(s.history.index, s.history, 1)
    assert rows["straight_line"][1] == pytest.approx(np.polyval(line, 2025), abs=0.3)
    assert pd.Series({name: chance for name, (chance, _) in rows.items()}).between(0, 1).all()


# ---------------------------------------------------------------------- under a scenario


PLANTS = (
    "region_code,variable,change,unit,first_year,last_year,probability,delay_years,cost,name,department\n"
    "C1,villages_sewage_treated,40,village,2024,2024,0.5,,,plant,bureau\n"
    "C1,villages_sewage_treated,20,village,2024,2024,1,,,pipes,bureau\n"
)


@pytest.fixture
def planned(small):
    """The trend of the two counties, and the same with the plant and six villages a year more in the first."""
    small.write("projects.csv", PLANTS)
    trend = analyse(small.path, 2023)
    settings = {("C1", SHARE): {"projects": {"plant": {}}, "things": 6}}
    return trend, trend.under(scenarios.of_settings(trend, "planned", settings))


def test_what_a_scenario_has_set_does_not_act_twice(planned):
    """Six villages of 200 are 3 points a year: 6 by 2025; the plant 20 points in half of the futures; the pipes 10."""
    trend, made = (one["C1", SHARE] for one in planned)
    there = {lever.kind: lever for lever in levers.offered(made)}
    assert there["things"].start == 6 and [row["id"] for row in there["projects"].projects] == ["pipes"]
    assert "pace" not in there and levers.answer(made, {"things": 6}).statement is made
    by_2025 = {
        name: levers.answer(made, setting).paths[:, 1]
        for name, setting in {
            "as it is": {},
            "more": {"things": 8},
            "pipes": {"projects": {"pipes": {}}},
            "fewer": {"things": 0},
        }.items()
    }
    bare = levers.answer(trend, {}).paths[:, 1]
    assert set(np.round(by_2025["as it is"] - bare, 3)) == {6, 26}
    assert set(np.round(by_2025["more"] - bare, 3)) == {8, 28} and set(np.round(by_2025["fewer"] - bare, 3)) == {0, 20}
    assert set(np.round(by_2025["pipes"] - bare, 3)) == {16, 36}
    with pytest.raises(levers.Refused, match="plant"):
        levers.answer(made, {"projects": {"plant": {}}})


def test_the_reverse_question_under_a_scenario_counts_from_the_trend(small):
    trend = analyse(small.path, 2023)
    made = trend.under(scenarios.of_settings(trend, "more", {("C1", SHARE): {"things": 6}}))
    asked = levers.needed(trend["C1", SHARE]).things
    assert levers.needed(made["C1", SHARE]).things == asked > 6


def test_growth_of_a_scenario_is_where_the_lever_stands(folder):
    for year in range(2013, 2024):
        folder.add(
            ("C1", year, "gdp_current", 1000 * 1.05 ** (year - 2013), "10⁴ CNY"), ("C1", year, "gdp_index", 105, "")
        )
        folder.add(("C1", year, "energy_use", 900 + 10 * (year % 3), "tce"))
    folder.target("energy_per_gdp", "<=", 0.4, "tce/10⁴ CNY", due=2025)
    trend = analyse(folder.path, 2023)
    made = trend.under(scenarios.of_settings(trend, "boom", {("C1", "energy_per_gdp"): {"growth": 10}}))[
        "C1", "energy_per_gdp"
    ]
    assert next(one.start for one in levers.offered(made) if one.kind == "growth") == 10
    before = levers.answer(trend["C1", "energy_per_gdp"], {}).paths
    assert levers.answer(made, {"growth": 5}).paths == pytest.approx(before, rel=1e-5)


def test_a_scenario_on_top_of_another_is_kept_whole_and_another_one_takes_its_place(planned):
    trend, made = planned
    shown = made.explore("C1", SHARE)
    shown.moved = {("C1", SHARE): {"things": 8, "projects": {"pipes": {}}}, ("C2", SHARE): {"target": 50}}
    kept = shown.scenario("both").settings
    assert kept["C1", SHARE] == {"things": 8, "projects": {"plant": {}, "pipes": {}}} and kept["C2", SHARE] == {
        "target": 50
    }
    other = scenarios.of_settings(trend, "other", {("C1", SHARE): {"things": 2}})
    again = made.under(other)["C1", SHARE]
    assert again.p_reach == trend.under(other)["C1", SHARE].p_reach and again.analysis.scenario == "other"
    assert scenarios.compared(made, other).equals(scenarios.compared(trend, other))


def test_a_scenario_s_project_is_in_once_when_all_projects_come_in(planned):
    """All projects as planned are 30 points by 2025 in half of the futures, the pipes alone 10; and 6 villages' points."""
    trend, made = planned
    bare, whole = levers.answer(trend["C1", SHARE], {}).paths[:, 1], made.with_projects()
    moved = levers.answer(whole["C1", SHARE], {}).paths[:, 1] - bare
    assert set(np.round(moved, 3)) == {16, 36} and whole.without_projects is made and whole.scenario == "planned"
