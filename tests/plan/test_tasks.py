"""The path of tasks: years and counties that add up to the city's gap, reckoned by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import catalog, judge, words
from ecoanalysis.plan import projects, tasks
from tests.conftest import Folder

RATE = "rural_sewage_treatment_rate"


def fill(folder):
    """21 of 100 and 60 of 200 villages for years, but C2 went from 40 to 60 of them between 2018 and 2020."""
    treated = {2016: 40, 2017: 40, 2018: 40, 2019: 50} | dict.fromkeys(range(2020, 2024), 60)
    for year in range(2016, 2024):
        folder.add(
            ("C1", year, "villages_sewage_treated", 21, "village"),
            ("C1", year, "villages", 100, "village"),
            ("C2", year, "villages_sewage_treated", treated[year], "village"),
            ("C2", year, "villages", 200, "village"),
            ("C1", year, "cadres_trained", 95, "person"),
            ("C1", year, "cadres", 100, "person"),
            ("C2", year, "cadres_trained", 50, "person"),
            ("C2", year, "cadres", 50, "person"),
            ("C", year, "sections_class_three_or_better", year - 2016, "piece"),
            ("C", year, "sections_assessed", 10, "piece"),
        )
    folder.target(RATE, ">=", 40, "%", due=2025)
    folder.target("cadre_training_rate", ">=", 100, "%")
    folder.target("class_three_or_better_share", ">=", 90, "%", due=2025, region="C")
    folder.write(
        "projects.csv",
        "region_code,variable,change,unit,first_year,last_year,name\nC1,villages_sewage_treated,8,village,2024,2026,A\n",
    )
    return folder.path


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    return eco.analyse(fill(Folder(tmp_path_factory.mktemp("tasks") / "data")), 2023, paths=300)


def test_tasks_add_up_to_the_citys_gap_by_county_and_year(analysis):
    """120 of 300 villages are asked and 81 are there: 39. C1 lacks 19 of 40 and C2 20 of 80: 19 and 20."""
    table = tasks.tasks(analysis)
    rows = table[table["indicator"] == RATE].set_index(["region_code", "year"])
    assert rows["needed"].to_dict() == {("C1", 2024): 10, ("C1", 2025): 9, ("C2", 2024): 10, ("C2", 2025): 10}
    assert rows["planned"].to_dict() == {("C1", 2024): 8, ("C1", 2025): 8, ("C2", 2024): 0, ("C2", 2025): 0}
    goal = tasks.goals(analysis).set_index("indicator").loc[RATE]
    assert goal["needed"] == rows["needed"].sum() == 39
    assert goal["planned"] == 16 and goal["years"] == 2 and goal["pace"] == pytest.approx((40 - 27) / 2)


def test_the_reserve_adds_up_as_well_and_is_never_less(analysis):
    table, goals = tasks.tasks(analysis), tasks.goals(analysis)
    for goal in goals.itertuples():
        rows = table[table["indicator"] == goal.indicator]
        assert rows["sure"].sum() == pytest.approx(goal.sure) and goal.sure >= goal.needed
        assert (rows["sure"] % 1 == 0).all()


def test_the_reserve_is_the_pace_for_80_percent_in_things(analysis):
    rows = analysis.assessment
    city = rows[(rows["region_code"] == "C") & (rows["indicator"] == RATE)].iloc[0]
    ends = analysis.outlook(RATE).at(2025)[0]
    asked = 40 + np.median(ends) - np.quantile(ends, 0.2) - 27  # points, of 300 villages
    goal = tasks.goals(analysis).set_index("indicator").loc[RATE]
    assert goal["sure"] == max(39, np.ceil(asked * 3 - 1e-6))
    assert goal["by_trend"] == np.floor((np.median(ends) - 27) * 3)  # whole villages, and no more than the trend brings
    assert city["p_reach"] < 0.8


def test_a_duty_has_no_reserve_and_no_pace(analysis):
    goal = tasks.goals(analysis).set_index("indicator").loc["cadre_training_rate"]
    assert (goal["needed"], goal["sure"], goal["seen"]) == (5, 5, 0) and np.isnan(goal["by_trend"])
    rows = tasks.tasks(analysis)
    rows = rows[rows["indicator"] == "cadre_training_rate"]
    assert set(rows["region_code"]) == {"C1"} and rows["needed"].tolist() == [2, 2, 1]


def test_what_the_trend_brings_is_told_in_whole_things(analysis):
    """A section a year from 2016 on, of ten: every tenth of the way is one."""
    goal = tasks.goals(analysis).set_index("indicator").loc["class_three_or_better_share"]
    brings = (np.median(analysis.outlook("class_three_or_better_share").at(2025)[0]) - 70) / 10
    assert goal["by_trend"] == np.floor(brings) and 1 <= goal["by_trend"] <= 2


def test_where_no_county_is_measured_the_city_itself_has_the_task(analysis):
    """Two of ten sections are lacking: one a year."""
    rows = tasks.tasks(analysis)
    rows = rows[rows["indicator"] == "class_three_or_better_share"]
    assert rows[["city", "region_code", "year", "needed"]].to_numpy().tolist() == [
        ["C", "C", 2024, 1],
        ["C", "C", 2025, 1],
    ]


def test_a_county_that_plans_for_the_citys_target_is_listed_with_what_it_plans(folder):
    """The sections are the city's target alone; one of the two that it lacks is planned in C1."""
    plans = (fill(folder) / "projects.csv").read_text(encoding="utf-8")
    folder.write("projects.csv", plans + "C1,sections_class_three_or_better,1,piece,2025,2025,演示：S\n")
    table = tasks.tasks(eco.analyse(folder.path, 2023, paths=100))
    rows = table[table["indicator"] == "class_three_or_better_share"].set_index(["region_code", "year"])
    assert rows["needed"].to_dict() == {("C", 2024): 1, ("C", 2025): 1, ("C1", 2024): 0, ("C1", 2025): 0}
    assert rows["planned"].to_dict() == {("C", 2024): 0, ("C", 2025): 0, ("C1", 2024): 0, ("C1", 2025): 1}
    assert rows.loc["C1", "pace"].isna().all() and rows.loc["C1", "seen"].tolist() == [0, 0]
    assert set(rows["status"]) == {"demo"} and set(table.loc[table["indicator"] == RATE, "status"]) == {"observed"}


def test_what_projects_plan_is_counted_in_the_unit_of_the_gap_until_the_milestone(analysis):
    """Eight villages a year from 2024 to 2026; in hectares ten thousand times fewer, as of m²."""
    row = {"indicator": RATE, "gap_count_unit": "village", "latest_year": 2023, "milestone": 2025}
    plan = projects.schedule(analysis)
    told = tasks.planned(analysis, plan, ["C1", "C2"], row)
    assert told[["region_code", "year", "adds"]].to_numpy().tolist() == [["C1", 2024, 8], ["C1", 2025, 8]]
    assert tasks.planned(analysis, plan, ["C1"], row | {"gap_count_unit": "ha"})["adds"].tolist() == [0.0008, 0.0008]
    assert tasks.planned(analysis, plan, ["C1"], row | {"latest_year": 2024, "milestone": 2026})["year"].tolist() == [
        2025,
        2026,
    ]
    assert tasks.planned(analysis, plan, ["C2"], row).empty


def test_things_are_counted_from_the_base_year_where_there_is_one_and_areas_in_hectares():
    """A point of 300 is 3 of them; 3 m² are 0.0003 ha."""
    asked = []

    def parts(*key, base_year):
        asked.append((*key, base_year))
        return SimpleNamespace(denominator=300.0, factor=100.0)

    analysis = SimpleNamespace(assessor=SimpleNamespace(measured=SimpleNamespace(parts=parts)))
    row = dict(
        region_code="C", indicator=RATE, latest_year=2023.0, basis="own", base_year=np.nan, gap_count_unit="village"
    )
    assert tasks._things_per_unit(analysis, row) == 3
    assert tasks._things_per_unit(analysis, row | {"base_year": 2020.0, "gap_count_unit": "ha"}) == pytest.approx(
        0.0003
    )
    assert asked == [("C", RATE, 2023, "own", None), ("C", RATE, 2023, "own", 2020)]


@pytest.mark.parametrize(
    ("things", "unit", "whole"),
    [
        (10.001, "village", 11),
        (10.0000000001, "village", 10),
        (3.001, "t", 3.01),
        (3.0100000001, "t", 3.01),
        (7, "ha", 7),
    ],
)
def test_a_reserve_is_rounded_up_to_whole_things_or_to_a_hundredth(things, unit, whole):
    assert tasks._whole(things, unit) == whole


def test_paces_that_were_ever_seen(analysis):
    """Two-year periods from 2016 on: six in each county. C2 made 2.5, 5 and 2.5 points a year in three of its six."""
    assert tasks.ever_as_fast(analysis, RATE, 5.0, 2) == (12, 1, pytest.approx(100 * 11 / 12))
    assert tasks.ever_as_fast(analysis, RATE, 2.5, 2)[:2] == (12, 3)
    assert tasks.ever_as_fast(analysis, RATE, 5.1, 2)[:2] == (12, 0)
    assert tasks.ever_as_fast(analysis, RATE, -1.0, 2)[:2] == (12, 0)
    assert tasks.ever_as_fast(analysis, RATE, 1.0, 9)[:2] == (0, 0)
    rows = tasks.tasks(analysis)
    second = rows[(rows["indicator"] == RATE) & (rows["region_code"] == "C2")].iloc[0]
    assert second["pace"] == 5.0 and (second["seen"], second["as_fast"]) == (12, 1)  # 20 of 200 in two years


def test_references_are_periods_too(folder):
    fill(folder)
    rows = "".join(
        f"R1,参照县,{year},{name},{value},village,yearbook\n"
        for year, treated in ((2020, 10), (2022, 30))
        for name, value in (("villages_sewage_treated", treated), ("villages", 100))
    )
    folder.write("references.csv", "region_code,name_zh,year,variable,value,unit,source\n" + rows)
    again = eco.analyse(folder.path, 2023, paths=100)
    assert tasks.ever_as_fast(again, RATE, 10.0, 2)[:2] == (13, 1)


@pytest.mark.parametrize("whole", [0.43, 86.33, 3035.21, 982.5855, 0.01])
def test_weighed_amounts_add_up_in_decimals(whole):
    shares, years = {"a": 3.2, "b": 1.0, "c": 2.41}, [2024, 2025, 2026]
    cells = tasks.spread(whole, shares, years, False)
    assert sum(round(part * 10_000) for part in cells.values()) == round(whole * 10_000)
    assert set(cells) == {(code, year) for code in shares for year in years}


def test_projects_in_the_futures_do_not_move_the_tasks(analysis):
    with_them = analysis.with_projects()
    assert tasks.tasks(with_them).equals(tasks.tasks(analysis))
    assert tasks.goals(with_them).equals(tasks.goals(analysis))


def test_no_task_where_no_year_is_left(folder):
    fill(folder)
    folder.write("targets.csv", (folder.path / "targets.csv").read_text().replace("2025,2026", "2022,2023"))
    late = eco.analyse(folder.path, 2023, paths=100)
    assert RATE not in set(tasks.tasks(late)["indicator"])


def test_sentences_can_be_read_out(analysis):
    goal = tasks.goals(analysis).set_index("indicator", drop=False).loc[RATE].copy()
    goal["sure"], goal["by_trend"] = 52.0, 6.0  # what was drawn is not the matter here
    assert tasks.goal_sentence(goal, analysis, words.of("zh")) == (
        "甲市农村生活污水治理率：到 2025 年共需增加 39 个村，要有 80 % 的把握需 52 个村。"
        "按现有趋势，各县区合计预计增加约 6 个村。"
        "已列项目按期完成可落实 16 个村。所需进度为年均 6.5 个百分点；各县区和参照地区 12 个 2 年时段中，没有一个达到过这一进度。"
    )
    rows = tasks.tasks(analysis)
    first = rows[(rows["indicator"] == RATE) & (rows["region_code"] == "C2")]
    assert tasks.county_sentence(first, analysis, words.of("en")) == (
        "County C, Rural domestic sewage treatment rate: 20 villages in all, 10 villages in 2024, 10 villages in 2025. "
        "That is 5.0 points a year; of 12 periods of 2 years in counties and reference regions, 1 moved this fast."
    )


# ---------------------------------------------------------------------- sentences, on rows made by hand

CITY = SimpleNamespace(
    indicators=catalog.indicators(),
    settings=judge.Settings(),
    name=lambda code, lang: {"C": ("甲市", "City A"), "C1": ("乙县", "County B")}[code][lang == "en"],
)
NEVER = (
    "That is 6.5 points a year; of 12 periods of 2 years in counties and reference regions, none ever moved this fast."
)


def goal(**more) -> dict:
    fields = dict(
        region_code="C", indicator=RATE, milestone=2025, unit="village", needed=39.0, sure=52.0, by_trend=np.nan,
        planned=0.0, pace=6.5, years=2, seen=12, as_fast=0, p_reach=0.2, status="observed",
    )  # fmt: skip
    return fields | more


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {},
            "City A, Rural domestic sewage treatment rate: 39 villages have to be added by 2025, 52 villages for a chance "
            f"of 80 %. No project is planned yet. {NEVER}",
        ),
        (
            {"sure": 39.0, "by_trend": 1.0, "planned": 16.0, "seen": 0, "status": "demo"},
            "City A, Rural domestic sewage treatment rate: 39 villages have to be added by 2025. The present trend adds "
            "about 1 village in all counties together. Projects already planned would bring 16 villages if done in time. "
            "[demo data]",
        ),
        (
            {"p_reach": np.nan, "by_trend": 0.0, "seen": 0},  # a duty
            "City A, Rural domestic sewage treatment rate: 39 villages have to be added by 2025. No project is planned yet.",
        ),
        (
            dict(indicator="worse_than_class_five_share", unit="piece", needed=2.0, sure=3.0, seen=0),
            "City A, Water quality: share of sections worse than class V: 2 river sections have to go by 2025, "
            "3 river sections for a chance of 80 %. No project is planned yet.",
        ),
    ],
    ids="sure trend_and_plan duty fewer".split(),
)  # fmt: skip
def test_what_has_to_be_added_in_words(more, said):
    assert tasks.goal_sentence(goal(**more), CITY, words.of("en")) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"seen": 0}, ""),
        ({}, NEVER),
        ({"as_fast": 12, "pace": -6.5}, "That is 6.5 points a year; all 12 periods of 2 years in counties and reference "
         "regions moved this fast."),
        ({"as_fast": 1, "pace": 0.034}, "That is 0.03 points a year; of 12 periods of 2 years in counties and reference "
         "regions, 1 moved this fast."),
    ],
)  # fmt: skip
def test_whether_a_pace_was_ever_seen_in_words(more, said):
    assert tasks.seen_sentence(goal(**more), CITY, words.of("en")) == said


def test_a_county_s_years_in_words():
    rows = pd.DataFrame([goal(region_code="C1", year=year, needed=n, planned=p, as_fast=3, status="demo")
                         for year, n, p in ((2024, 2.0, 0.0), (2025, 1.0, 4.0))])  # fmt: skip
    assert tasks.county_sentence(rows, CITY, words.of("zh")) == (
        "乙县农村生活污水治理率：共 3 个村，2024 年 2 个村、2025 年 1 个村。同期已列项目按期可落实 4 个村。"
        "所需进度为年均 6.5 个百分点；各县区和参照地区 12 个 2 年时段中，有 3 个达到过这一进度。【演示数据】"
    )
    assert "项目" not in tasks.county_sentence(rows.assign(planned=0.0), CITY, words.of("zh"))
    pieces = rows.assign(indicator="class_three_or_better_share", unit="piece", planned=0.5, seen=0, status="observed")
    assert tasks.county_sentence(pieces, CITY, words.of("en")) == (
        "County B, Water quality: share of sections at class III or better: 3 river sections in all, 2 river sections in "
        "2024, 1 river section in 2025. Projects planned for these years would bring 1 river section if done in time."
    )
