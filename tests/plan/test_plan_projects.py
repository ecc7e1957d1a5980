"""Analyses with projects: chances, duties, tables and sentences, on two counties whose series stand still."""

import numpy as np
import pytest

import ecoanalysis as eco
from ecoanalysis import record, words
from ecoanalysis.analysis import BadData
from ecoanalysis.plan import projects

RATE, DUTY = "rural_sewage_treatment_rate", "cadre_training_rate"
ROWS = """region_code,variable,change,unit,first_year,last_year,probability,delay_years,delay_probability,cost,name,department
C1,villages_sewage_treated,10,village,2024,2025,1,,,100,A,
C1,villages_sewage_treated,20,village,2025,,0.5,,,200,B,
C2,villages_sewage_treated,30,village,2024,2025,1,1,0.4,300,D,
C1,cadres_trained,5,person,2024,,0.7,,,,演示：E,
"""


def fill(folder):
    """20 of 100 and 60 of 200 villages, 95 of 100 and 50 of 50 cadres, in every year."""
    for year in range(2016, 2024):
        folder.add(
            ("C1", year, "villages_sewage_treated", 20, "village"),
            ("C1", year, "villages", 100, "village"),
            ("C2", year, "villages_sewage_treated", 60, "village"),
            ("C2", year, "villages", 200, "village"),
            ("C1", year, "cadres_trained", 95, "person"),
            ("C1", year, "cadres", 100, "person"),
            ("C2", year, "cadres_trained", 50, "person"),
            ("C2", year, "cadres", 50, "person"),
        )
    folder.target(RATE, ">=", 50, "%", due=2025)
    folder.target(DUTY, ">=", 100, "%")
    folder.write("projects.csv", ROWS)
    return folder.path


@pytest.fixture
def bare(folder):
    """A straight line through a series that stands still stands still in every future."""
    return eco.analyse(fill(folder), 2023, method="straight_line", paths=500)


@pytest.fixture
def whole(bare):
    return bare.with_projects()


def row(analysis, region, indicator):
    rows = analysis.assessment
    return rows[(rows["region_code"] == region) & (rows["indicator"] == indicator)].iloc[0]


# ---------------------------------------------------------------------- chances


@pytest.mark.parametrize(
    "region, chance",
    [
        ("C1", 0.5),  # 40 of 100 with A alone, 60 with B too
        ("C2", 0.6),  # 120 of 200 = 60 % in time, 90 = 45 % late
        ("C", 0.8),  # 130 of 300 only when B is not done (0.5) and D is late (0.4)
    ],
)
def test_chances_with_projects_are_the_mixture_on_paper(bare, whole, region, chance):
    assert row(bare, region, RATE)["p_reach"] == 0
    with_them = row(whole, region, RATE)
    assert with_them["p_reach"] == pytest.approx(chance, abs=0.004)
    assert with_them["p_hold"] == pytest.approx(chance, abs=0.004)  # nothing is lost in 2026
    assert with_them["verdict"] in ("possible", "likely") and "with_projects" in with_them["warning"].split(";")


def test_the_analysis_without_projects_is_untouched_and_says_which_it_is(bare, whole):
    assert (bare.projects_in, whole.projects_in) == (False, True)
    assert whole.without_projects is bare and bare.without_projects is bare
    assert "with_projects" not in set(bare.assessment["warning"])
    assert "已计入项目" in whole["C1", RATE].sentence() and "已计入项目" not in bare["C1", RATE].sentence()
    assert "projects included" in whole["C1", RATE].sentence("en")
    nothing = whole.with_projects([])
    assert nothing.projects_in and nothing.assessment["p_reach"].equals(bare.assessment["p_reach"])
    assert whole.forecasts.shape == bare.forecasts.shape


def test_forecast_paths_and_outlook_have_the_projects_in(bare, whole):
    assert bare["C2", RATE].paths.loc[2026].mean() == pytest.approx(30)
    assert whole["C2", RATE].paths.loc[2026].mean() == pytest.approx(60)
    table = whole["C2", RATE].forecast.set_index("year")
    assert table.loc[2026, "median"] == pytest.approx(60) and table.loc[2024, "lo80"] == pytest.approx(30)


def test_what_changes_the_analysis_keeps_its_projects(whole):
    strict = whole.with_settings(possible=0.6)
    assert strict.projects_in and row(strict, "C1", RATE)["verdict"] == "hard"
    other = whole.with_target("C1", RATE, 55, due=2026)
    assert other.projects_in and row(other, "C1", RATE)["p_reach"] == pytest.approx(0.5, abs=0.004)


def test_an_analysis_with_projects_survives_the_disk(whole, tmp_path):
    again = eco.load(whole.save(tmp_path / "kept"))
    assert again.projects_in and again.projects["name"].tolist() == ["A", "B", "D", "演示：E"]
    assert "已计入项目" in again["C1", RATE].sentence()


# ---------------------------------------------------------------------- duties


def test_a_duty_is_finished_by_its_project_where_the_record_is_thin(bare, whole):
    """Nobody here ever finished: the chance is the project's, 0.7, and the sentence says whose it is."""
    before, after = row(bare, "C1", DUTY), row(whole, "C1", DUTY)
    assert np.isnan(before["p_reach"]) and after["p_reach"] == pytest.approx(0.7, abs=0.002)
    assert after["p_hold"] == pytest.approx(0.7, abs=0.002)  # the date is the last year to hold
    assert "projects_alone" in after["warning"] and "thin_record" not in after["warning"]
    assert "概率只按项目计" in whole["C1", DUTY].sentence()
    assert after["status"] == "demo" and "演示数据" in whole["C1", DUTY].sentence()
    assert row(whole, "C2", DUTY).equals(row(bare, "C2", DUTY))


def test_a_project_that_leaves_something_undone_gives_no_chance(bare):
    short = bare.with_projects([{"region_code": "乙县", "variable": "cadres_trained", "change": 4, "first_year": 2024}])
    after = row(short, "C1", DUTY)
    assert np.isnan(after["p_reach"]) and "thin_record" in after["warning"] and "projects" not in after["warning"]


def test_a_project_finishes_what_is_printed_as_finished_where_printed_values_are_compared(bare):
    """99.96 of 100 cadres are printed as 100.0 %."""
    nearly = [{"region_code": "C1", "variable": "cadres_trained", "change": 4.96, "first_year": 2024}]
    published = bare.with_settings(rounding="published").with_projects(nearly)
    assert row(published, "C1", DUTY)["p_reach"] == 1


STATES = [[1, 0, 0, 1, 1, 0, 1, 1], [1, 1, 0, 1, 0, 0, 1, 0], [0, 0, 1, 1, 1, 1, 0, 0]]


def test_one_member_is_finished_by_record_or_project():
    rec = record.count(np.array(STATES, float))
    alone = float(record.reach_chance(rec, 1, 0, 3))
    finished = np.arange(10)[None, :] < 7
    assert record.reach_chance_with(rec, [1], [0], 3, finished) == pytest.approx(1 - (1 - alone) * (1 - 0.7))
    assert record.reach_chance_with(rec, [1], [0], 3, finished & False) == pytest.approx(alone)


def test_members_together_need_what_projects_leave():
    rec = record.count(np.array(STATES, float))
    finished = np.array([[True, True, False, False], [True, False, False, False]])
    both = record.reach_chance_together(rec, [1, 2], [0, 0], 3)
    second = record.reach_chance_together(rec, [2], [0], 3)
    assert record.reach_chance_with(rec, [1, 2], [0, 0], 3, finished) == pytest.approx((1 + second + 2 * both) / 4)
    kept = record.hold_chance_together(rec, [1, 2], 2)
    assert record.reach_chance_with(rec, [1, 2], [0, 0], 3, finished[:, :1], hold=2) == pytest.approx(kept)


def test_a_member_that_is_met_is_not_finished_again():
    rec = record.count(np.array(STATES, float))
    finished = np.ones((2, 5), bool)
    held = float(record.reach_chance(rec, 1, 1, 3))
    assert record.reach_chance_with(rec, [1, 2], [1, 0], 3, finished) == pytest.approx(held)


# ---------------------------------------------------------------------- tables


def test_effects_tell_three_chances_gaps_and_cost(bare):
    table = projects.effects(bare).set_index(["region_code", "indicator"])
    assert list(table.index) == [("C", RATE), ("C", DUTY), ("C1", RATE), ("C1", DUTY), ("C2", RATE)]
    city, first = table.loc["C", RATE], table.loc["C1", RATE]
    assert (city["adds"], city["things_unit"], city["cost"]) == (100, "village", 600)  # 20 + 20 + 60
    assert city["expected"] == pytest.approx(20 + 10 + 0.6 * 60 + 0.4 * 30, abs=0.2)
    assert city["cost_per_thing"] == 6 and first["cost_per_thing"] == 300 / 40
    assert city["projects"] == "A;B;D" and not city["demo"] and table.loc["C1", DUTY]["demo"]
    assert (first["p_reach_without"], first["p_reach_alone"]) == (0, pytest.approx(0.5, abs=0.004))
    assert first["gap_without"] == pytest.approx(30) and first["gap_with"] == pytest.approx(5, abs=5.1)
    assert np.isnan(table.loc["C1", DUTY]["p_reach_without"]) and table.loc["C1", DUTY]["gap_without"] == 5
    assert table.loc["C1", DUTY]["gap_alone"] == 0 and np.isnan(table.loc["C1", DUTY]["cost_per_thing"])


def test_effects_are_the_same_asked_of_either_analysis(bare, whole):
    assert projects.effects(bare).equals(projects.effects(whole))


def test_each_project_by_itself(bare):
    table = projects.of_each(bare)
    chances = {(r.projects, r.region_code): r.p_reach_with for r in table.itertuples() if r.indicator == RATE}
    assert chances["A", "C1"] == 0 and chances["B", "C1"] == 0  # 40 of 100 with either of them
    assert chances["D", "C2"] == pytest.approx(0.6, abs=0.004) and chances["D", "C"] == 0  # 140 of 300


def test_the_schedule_adds_up_year_by_year(bare):
    table = projects.schedule(bare)
    late = table[table["name"] == "D"].set_index("year")
    assert late["adds"].to_dict() == {2024: 30, 2025: 30, 2026: 0}
    assert late["total"].to_dict() == {2024: 30, 2025: 60, 2026: 60}
    assert late["expected"].to_dict() == pytest.approx({2024: 18, 2025: 48, 2026: 60}, abs=0.2)
    assert table[table["name"] == "B"]["expected"].tolist() == pytest.approx([10], abs=0.1)


def test_candidates_are_unmet_items_without_a_project(bare):
    assert projects.candidates(bare).empty
    only = bare.with_projects([{"region_code": "C1", "variable": "cadres_trained", "change": 5, "first_year": 2024}])
    table = projects.candidates(only).set_index("region_code")
    assert set(table["indicator"]) == {RATE} and list(table.index) == ["C", "C1", "C2"]
    assert table["size"].to_dict() == {"C": 70, "C1": 30, "C2": 40}  # of 150, 50 and 100 villages
    assert table["size_a_year"].to_dict() == {"C": 35, "C1": 15, "C2": 20}
    assert table["of_city"].dropna().sum() == 70


# ---------------------------------------------------------------------- sentences


def test_sentences_can_be_read_out(bare):
    table = projects.effects(bare).set_index(["region_code", "indicator"], drop=False)
    assert projects.effect_sentence(table.loc["C2", RATE], bare, words.of("zh")) == (
        "丙县农村生活污水治理率：D，到 2025 年按计划增加 60 个村，考虑完成和推迟的可能后平均 48 个村。"
        "2025 年达标概率：不计项目 <1 %，计入项目 60 %；若原有趋势停止、只靠项目，为 60 %。"
        "按中位情形，2025 年原差 20.0 个百分点，计入项目后补齐。投资 300 万元，折合每增加 1 个村 5 万元。"
    )
    assert projects.effect_sentence(table.loc["C1", DUTY], bare, words.of("en")) == (
        "County B, Leading cadres trained in eco-civilisation: Demo: E would add 5 persons by 2026 as planned, 4 persons "
        "on average once completion and delay are allowed for. Without projects the record is too thin to give a chance; "
        "with them the chance of meeting the target in 2026 is 70 %, counting the projects alone. "
        "In the middle case the gap of 5.0 points in 2026 is closed by the projects. [demo data]"
    )
    only = bare.with_projects([{"region_code": "C1", "variable": "cadres_trained", "change": 5, "first_year": 2024}])
    candidate = projects.candidates(only).iloc[1]
    assert projects.candidate_sentence(candidate, only, words.of("zh")) == (
        "乙县农村生活污水治理率：尚无项目，到 2025 年需补齐 30 个村，分 2 年每年 15 个村。"
    )
    assert projects.heading(bare, words.of("zh")) == "以下数字只看趋势和同类记录，未计入项目。"
    assert projects.heading(only, words.of("zh")) == "以下数字已计入项目。"


# ---------------------------------------------------------------------- what is refused


def test_projects_of_a_call_go_through_the_same_door(bare):
    bad = [
        {"region_code": "丁县", "variable": "villages_sewage_treated", "change": 90, "first_year": 2024},
        {"region_code": "乙县", "variable": "villages_sewage_treated", "change": 90, "first_year": 2024, "wrong": 1},
        {
            "region_code": "C1",
            "variable": "villages_sewage_treated",
            "change": 5,
            "first_year": 2024,
            "probability": 60,
        },
    ]
    with pytest.raises(BadData) as told:
        bare.with_projects(bad)
    assert [problem.phrase for problem in told.value.problems] == [
        "region", "extra_columns", "project_left", "project_percent",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=".+"):
        eco.load(bare.save(bare.data.parent / "kept")).with_projects()
