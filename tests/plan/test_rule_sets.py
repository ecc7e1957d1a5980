"""Rule sets of others, each against a course reckoned by hand from its published formula."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import cli, judge, words
from ecoanalysis.plan import rule_sets
from ecoanalysis.plan.rule_sets import course
from tests.conftest import Folder

SEWAGE = "rural_sewage_treatment_rate"


def on(base, latest, target, due=2020, direction=1, year=2017, **limits):
    """From 2015 to 2017 unless said otherwise."""
    return course(pd.Series({2015: base, year: latest}), 2015, target, due, direction, 2100, **limits)


def series(first, values):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


# 100 × 1.1⁵ = 161.051: the target asks for 10 % a year.
@pytest.mark.parametrize(
    "latest, ratio, code",
    [
        (121.0, 1.0, "significant"),
        (119.9025, 0.95, "significant"),  # 9.5 % a year
        (119.88, 0.949, "moderate"),
        (112.36, 0.6, "moderate"),  # 6 % a year
        (110.25, 0.5, "insufficient"),
        (100.0, 0.0, "insufficient"),
        (81.0, -1.0, "moving_away"),
    ],
)
def test_eurostat_compares_growth_rates(latest, ratio, code):
    said, number = rule_sets.eurostat(on(100, latest, 161.051))
    assert said == code and number == pytest.approx(ratio, abs=1e-3)


@pytest.mark.parametrize(
    ("first", "last", "years", "rate"),
    [(100, 110, 1, 0.1), (100, 121, 2, 0.1), (-100, -81, 2, -0.1), (4, 0, 2, np.nan), (0, 4, 2, np.nan),
     (-1, 1, 2, np.nan), (100, 110, 0, np.nan)],
)  # fmt: skip
def test_a_growth_rate_compounds_and_knows_no_zero(first, last, years, rate):
    assert rule_sets.growth_rate(first, last, years) == pytest.approx(rate, nan_ok=True)


def test_less_is_better_by_the_same_formula():
    # 100 × 0.9⁵ = 59.049, 100 × 0.9² = 81
    assert rule_sets.eurostat(on(100, 81, 59.049, direction=-1)) == ("significant", pytest.approx(1))
    assert rule_sets.eurostat(on(100, 121, 59.049, direction=-1)) == ("moving_away", pytest.approx(-1))


def test_statistics_canada_turns_the_sign_of_a_negative_base():
    assert rule_sets.growth_ratio(on(-100, -81, -59.049)) == pytest.approx(1)
    assert rule_sets.statcan(on(-100, -81, -59.049)) == ("significant", pytest.approx(1))
    assert rule_sets.statcan(on(100, 165, 161.051))[0] == "met"
    assert rule_sets.statcan(on(100, 110.25, 161.051))[0] == "insufficient"


@pytest.mark.parametrize("ratio, score", [(1, 2.8572), (0.6, 0.00004), (0.3, -1.24999), (10, 5), (-10, -5)])
def test_statistics_canada_s_score(ratio, score):
    assert rule_sets.statcan_score(ratio) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(
    "latest, covered, code",
    [
        (121.0, 1.0, "on_track"),
        (110.25, 27.62815625 / 61.051, "fair"),  # 5 % a year: 127.628 in 2020
        (102.01, 5.10100501 / 61.051, "stagnant"),  # 1 % a year: 105.101
        (98.01, -4.90099501 / 61.051, "stagnant"),  # −1 % a year: 95.099
    ],
)
def test_the_progress_chart_extrapolates_growth(latest, covered, code):
    assert rule_sets.un_chart(on(100, latest, 161.051)) == (code, pytest.approx(covered))


def test_within_a_point_of_the_end_counts_as_met_in_the_progress_chart():
    assert rule_sets.un_chart(on(99.5, 99.0, 100, low=0, high=100))[0] == "on_track"
    assert rule_sets.un_chart(on(99.5, 98.9, 100, low=0, high=100))[0] == "stagnant"
    assert rule_sets.un_chart(on(5, 1.0, 0, direction=-1, low=0, high=100))[0] == "on_track"


@pytest.mark.parametrize(
    "values, target, left, code",
    [
        ([10, 12, 14, 16], 20, 0, "maintain"),  # 20 in 2020
        ([10, 12, 14, 16], 19.5, 0, "maintain"),
        ([10, 12, 14, 16], 21, 1 / 11, "maintain"),
        ([10, 12, 14, 16], 24, 4 / 14, "accelerate"),
        ([10, 8, 6, 4], 20, 20 / 10, "reverse"),  # 0 in 2020
    ],
)
def test_escap_carries_a_straight_line_to_the_due_year(values, target, left, code):
    said, number = rule_sets.escap(course(series(2015, values), 2015, target, 2020, 1, 2100))
    assert said == code and number == pytest.approx(left, abs=1e-9)


def test_escap_weighs_recent_years_more():
    # Weights 1, 2, 3 on 0, 0, 6: slope 3.6, −1.8 at the base, 16.2 five years on (by hand).
    made = course(series(2015, [0, 0, 6]), 2015, 30, 2020, 1, 2100)
    assert rule_sets.projection(made) == pytest.approx(16.2)


def test_escap_marks_what_is_done_beside_the_time_gone():
    made = course(series(2015, [10, 12, 14, 16]), 2015, 20, 2020, 1, 2100)
    assert rule_sets.escap_mark(made) == (pytest.approx(6), pytest.approx(6))
    falling = course(series(2015, [20, 17]), 2015, 10, 2020, -1, 2100)
    assert rule_sets.escap_mark(falling) == (pytest.approx(3), pytest.approx(2))


# Needed: 2 a year from 10 in 2015 to 20 in 2020.
@pytest.mark.parametrize(
    "history, ratio, code",
    [
        ({2013: 5, 2015: 10, 2018: 15}, 1.0, "on_track"),  # 2 a year over five years
        ({2013: 6, 2015: 10, 2018: 12}, 0.6, "improving"),
        ({2013: 7, 2015: 10, 2018: 12}, 0.5, "stagnating"),
        ({2013: 12, 2015: 10, 2018: 12}, 0.0, "stagnating"),
        ({2013: 12, 2015: 10, 2018: 11}, -0.1, "decreasing"),
    ],
)
def test_the_arrow_compares_linear_changes(history, ratio, code):
    assert rule_sets.sdsn(course(pd.Series(history, dtype=float), 2015, 20, 2020, 1, 2100)) == (
        code,
        pytest.approx(ratio),
    )
    assert rule_sets.sdsn(on(10, 21, 20))[0] == "on_track"


@pytest.mark.parametrize(
    "latest, achieved, code",
    [
        (61, 110, "met"),
        (51, 10, "improved"),
        (50.9, 9, "little_change"),
        (46, -40, "little_change"),  # 8 % below the base
        (45, -50, "worse"),  # 10 %
    ],
)
def test_healthy_people_counts_the_targeted_change_achieved(latest, achieved, code):
    assert rule_sets.healthy_people(on(50, latest, 60)) == (code, pytest.approx(achieved))


def test_healthy_people_knows_a_baseline_alone():
    assert rule_sets.healthy_people(course(pd.Series({2015: 50.0}), 2015, 60, 2020, 1, 2100))[0] == "baseline_only"


# One point a year up to 15 in 2018: 17 is expected in 2020.
@pytest.mark.parametrize(
    "target, missed, code",
    [
        (15, 0, "sun"),
        (17, 0, "sun"),
        (17.05, 100 * 0.05 / 2.05, "sun"),
        (17.2, 100 * 0.2 / 2.2, "sun_cloud"),
        (20, 60, "cloud"),
    ],
)
def test_weather(target, missed, code):
    made = course(series(2013, [10, 11, 12, 13, 14, 15]), 2013, target, 2020, 1, 2100)
    assert rule_sets.weather(made) == (code, pytest.approx(missed))


def test_weather_looks_at_six_points_and_asks_for_four():
    early = series(2010, [90, 60, 30, 10, 11, 12, 13, 14, 15])  # what fell before the last six says nothing
    assert rule_sets.weather(course(early, 2013, 20, 2020, 1, 2100))[0] == "cloud"
    assert rule_sets.weather(course(series(2013, [15, 14, 13, 12]), 2013, 20, 2020, 1, 2100))[0] == "storm"
    assert rule_sets.weather(course(series(2013, [10, 11, 12]), 2013, 20, 2020, 1, 2100)) == (
        "too_few",
        pytest.approx(np.nan, nan_ok=True),
    )


# 100 in 2020 to 80 in 2025: 8 by 2022.
@pytest.mark.parametrize(
    "latest, rate, code",
    [(92, 100, "green"), (92.5, 93.75, "yellow"), (92.8, 90, "yellow"), (95, 62.5, "orange"), (96, 50, "red")],
)
def test_the_barometer_s_colours(latest, rate, code):
    made = course(pd.Series({2020: 100.0, 2022: latest}), 2020, 80, 2025, -1, 2100)
    assert rule_sets.barometer(made) == (code, pytest.approx(rate))
    on_schedule = "on_schedule" if rate >= 100 else "behind"
    assert rule_sets.schedule(made) == (on_schedule, pytest.approx(rate / 100))


def test_schedule_progress_in_logarithms():
    # 100 to 64 in two years, 80 after one: halfway in logarithms, 20 of 36 in points.
    made = course(pd.Series({2020: 100.0, 2021: 80.0}), 2020, 64, 2022, -1, 2100)
    assert rule_sets.schedule_log(made) == ("on_schedule", pytest.approx(1))
    assert rule_sets.schedule(made)[1] == pytest.approx(20 / 36 * 2)


@pytest.mark.parametrize("rule", ["eurostat", "un_chart", "escap", "barometer", "schedule", "schedule_log"])
def test_without_a_way_to_go_there_is_no_class(rule):
    assert rule_sets.RULES[rule](on(70, 60, 50))[0] == "no_course"  # the base is beyond the target


def test_nothing_after_the_as_of_year_is_used():
    made = course(series(2015, [10, 12, 90]), 2015, 20, 2020, 1, 2016)
    assert made.year == 2016 and made.latest == 12


def test_every_bound_has_a_mark_and_unconfirmed_ones_are_shown():
    rows = rule_sets.parameters()
    assert {row.mark for row in rows} <= {"V", "S", "X", "M", "own"} and {row.rule for row in rows} == set(
        rule_sets.RULES
    )
    assert {rule for rule in rule_sets.RULES if rule_sets.unverified(rule)} == {"escap", "sdsn"}
    assert rule_sets.name("escap", words.of("zh")).endswith("【未核实】")
    assert rule_sets.name("sdsn", words.of("en")).endswith("[unverified]")
    assert "未核实" not in rule_sets.name("eurostat", words.of("zh"))
    assert rule_sets.bounds("barometer") == {"green": 100, "yellow": 90, "orange": 50}
    assert rule_sets.bounds("statcan")["score_slope"] == 7.1429 and rule_sets.bounds("weather")["sun_cloud"] == 20


# ---------------------------------------------------------------------- asked of an analysis


def fill(folder):
    """C1 42 % of 200 villages and met; C2 climbs steadily by two villages of 100; C jumps about."""
    for region, of, treated in (("C1", 200, [30, 36, 42, 50, 58, 84]), ("C2", 100, [20, 22, 24, 26, 28, 30])):
        for year, count in enumerate(treated, 2018):
            folder.add(
                (region, year, "villages", of, "village"), (region, year, "villages_sewage_treated", count, "village")
            )
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    folder.write(
        "milestones.csv",
        "name_zh,name_en,date,kind,asks_zh,asks_en\n启动,Launch,2022-11-30,stage,启动,launch\n",
    )
    return folder.path


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return analyses.analyse(fill(Folder(tmp_path_factory.mktemp("rules") / "data")), 2023, paths=200)


def test_one_row_a_target_and_rule_with_its_base(city):
    table = rule_sets.judged(city)
    assert len(table) == 3 * len(rule_sets.RULES)  # papers have no number
    assert set(table["base"]) == {"plan"} and set(table["base_year"]) == {2021}
    rows = table[table["region_code"] == "C2"].set_index("rule")
    # 26 % in 2021, 30 % in 2023, 40 % asked in 2025: 4 of 14 points in half of the time.
    assert rows.loc["schedule", "number"] == pytest.approx(4 / 14 * 2) and rows.loc["schedule", "class"] == "behind"
    assert rows.loc["healthy_people", "number"] == pytest.approx(100 * 4 / 14)
    assert set(rows["due"]) == {2025} and set(rows["latest_value"]) == {30} and set(rows["latest_year"]) == {2023}
    assert set(rows["status"]) == {"observed"}
    ours = city["C2", SEWAGE].verdict in ("likely", "possible")
    assert set(rows["ours_on_track"]) == {"yes" if ours else "no"}
    assert bool(rows.loc["healthy_people", "differs"]) is not ours  # improved, its best class of the unmet
    assert bool(rows.loc["schedule", "differs"]) is ours


def test_one_rule_one_statement_and_another_base(city):
    assert set(rule_sets.judged(city, "weather")["rule"]) == {"weather"}
    row = rule_sets.of_statement(city["C2", SEWAGE], "schedule", base_year=2018).iloc[0]
    assert row["base"] == "asked" and row["base_value"] == 20
    assert row["number"] == pytest.approx(10 / 20 * 7 / 5)
    assert len(rule_sets.of_statement(city["C2", SEWAGE])) == len(rule_sets.RULES)
    assert rule_sets.of_statement(city["C", "river_chief_system"]).empty


def test_a_missed_date_is_judged_by_the_re_inspection(folder):
    for year, count in enumerate([20, 22, 24, 26, 28, 30], 2018):
        folder.add(("C2", year, "villages", 100, "village"), ("C2", year, "villages_sewage_treated", count, "village"))
    folder.target(SEWAGE, ">=", 40, "%", due=2023, hold_until=2026)
    a = analyses.analyse(folder.path, 2023, paths=200)
    rows = rule_sets.of_statement(a["C2", SEWAGE])
    assert set(rows["due"]) == {2026} and set(rows["base"]) == {"recent"} and set(rows["base_year"]) == {2018}


def test_a_steady_series_never_flips_and_a_restless_one_does(city, folder):
    table = rule_sets.flips(city, draws=200).set_index("region_code")
    assert table.loc["C2", "flipped"] == 0 and table.loc["C2", "noise"] == pytest.approx(0, abs=1e-9)
    fill(folder)
    for year, count in enumerate([24, 30, 22, 32, 22, 32], 2018):
        folder.add(("C3", year, "villages", 100, "village"), ("C3", year, "villages_sewage_treated", count, "village"))
    regions = (folder.path / "regions.csv").read_text(encoding="utf-8") + "C3,丁县,County D,county,C,100,hill,other,\n"
    folder.write("regions.csv", regions)
    row = rule_sets.flips(analyses.analyse(folder.path, 2023, paths=200), draws=200).set_index("region_code").loc["C3"]
    changes = np.array([6, -8, 10, -10, 10])
    assert row["noise"] == pytest.approx((changes / np.sqrt(2)).std())
    assert 0.1 < row["flipped"] < 1 and row["likeliest_other"] not in ("", row["class"]) and row["changes"] == 5


def test_sentences(city):
    table = rule_sets.judged(city, "healthy_people").assign(status="demo")
    differs = int(table["differs"].sum())
    assert rule_sets.sentence(table, words.of("zh")) == (
        f"美国“健康国民”：可对照的目标 3 个，与本分析结论不一致 {differs} 个，"
        f"其中对方看好而本分析不看好 {differs} 个，相反 0 个。【演示数据】"
    )
    flips = pd.DataFrame({"rule": "eurostat", "flipped": [0.5, 0.1], "status": "observed"})
    assert rule_sets.flip_sentence(flips, words.of("zh")) == (
        "按欧盟统计局（有目标值）的两点算法，在历年起伏下重新计算，2 个信号灯平均有 30 % 的可能变色，"
        "其中 1 个变色的可能超过 30 %。"
    )
    said = rule_sets.statement_sentence(city["C2", SEWAGE], words.of("en"), "schedule")
    assert said[0].startswith("Ours: ") and said[1].startswith("Schedule progress: behind schedule")
    assert not any("demo" in line for line in said)


def test_what_rests_on_demo_data_says_so_in_every_line(folder):
    for year, count in enumerate([20, 22, 24, 26, 28, 30], 2018):
        folder.add(
            ("C2", year, "villages", 100, "village"),
            ("C2", year, "villages_sewage_treated", count, "village"),
            status="demo",
        )
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    s = analyses.analyse(folder.path, 2023, paths=200)["C2", SEWAGE]
    assert set(rule_sets.of_statement(s)["status"]) == {"demo"}
    said = rule_sets.statement_sentence(s, words.of("zh"))
    assert len(said) == 1 + len(rule_sets.RULES) and all(line.endswith("【演示数据】") for line in said)


# ---------------------------------------------------------------------- statements made by hand


def made(begins="", **more) -> SimpleNamespace:
    """Two points a year from 20 % in 2018 to 30 % in 2023; 40 % is asked by 2025."""
    raw = SimpleNamespace(milestones=pd.DataFrame({"date": begins.split()})) if begins else None
    fields = dict(
        region_code="C1", indicator=SEWAGE, part="", comparison=">=", target=40.0, verdict="hard", status="observed",
        history=series(2018, [20, 22, 24, 26, 28, 30]), latest_year=2023.0, base_year=np.nan, milestone=2025, as_of=2023,
        record=SimpleNamespace(low=0.0, high=100.0), pressing=False,
        analysis=SimpleNamespace(cache={}, raw=raw, settings=judge.Settings()),
    )  # fmt: skip
    return SimpleNamespace(**fields | more)


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({}, ("recent", 2018, 20)),
        ({"begins": "2026-06-30 2022-11-30"}, ("plan", 2021, 26)),
        ({"begins": "2024-06-30"}, ("recent", 2018, 20)),  # the year before it is the latest one
        ({"begins": "unknown"}, ("recent", 2018, 20)),
        ({"begins": "2022-11-30", "base_year": 2020.0}, ("target", 2020, 24)),
        ({"base_year": 2010.0}, ("target", 2018, 20)),  # the first value stands for an earlier base
        ({"base_year": 2020.0, "history": pd.Series({2018: 20.0, 2021: 26.0, 2023: 30.0})}, ("target", 2018, 20)),
        ({"history": series(2018, [20, 22, 24, 26, 28, 30, 90])}, ("recent", 2018, 20)),  # 2024 is later than known
    ],
)
def test_where_the_base_of_a_course_is_from(more, base):
    row = rule_sets.of_statement(made(**more), "schedule").iloc[0]
    assert (row["base"], row["base_year"], row["base_value"]) == base
    assert (row["latest_year"], row["latest_value"], row["target"], row["due"]) == (2023, 30, 40, 2025)


def test_a_year_that_is_asked_for_goes_before_all_others():
    row = rule_sets.of_statement(made(begins="2022-11-30", base_year=2020.0), "schedule", base_year=2019).iloc[0]
    assert (row["base"], row["base_year"], row["base_value"]) == ("asked", 2019, 22)


@pytest.mark.parametrize(
    "more",
    [
        {"comparison": "="}, {"comparison": "falling"}, {"comparison": "done"}, {"target": np.nan},
        {"verdict": "no_target"}, {"verdict": "insufficient_data"}, {"history": series(2023, [30])},
        {"base_year": 2023.0},
    ],
    ids=str,
)  # fmt: skip
def test_without_a_number_to_go_to_or_from_no_rule_says_anything(more):
    table = rule_sets.of_statement(made(**more))
    assert table.empty and list(table) == rule_sets.COLUMNS and rule_sets.classes(made(**more)) == []
    assert list(rule_sets.judged(SimpleNamespace(statements=[made(**more)]))) == rule_sets.COLUMNS


@pytest.mark.parametrize(
    ("more", "ours", "weather", "differs"),
    [
        ({}, "no", "cloud", False),  # 34 are expected, 6 of 10 missed
        ({"verdict": "possible"}, "yes", "cloud", True),
        ({"verdict": "likely", "target": 34.0}, "yes", "sun", False),
        ({"target": 34.0}, "no", "sun", True),
        ({"verdict": "reached_at_risk", "target": 30.0}, "yes", "sun", False),
        ({"comparison": "<=", "target": 10.0}, "no", "storm", False),  # it rises and should fall
        ({"comparison": "<=", "target": 30.0, "verdict": "reached"}, "yes", "sun", False),
        ({"history": series(2021, [26, 28, 30]), "verdict": "likely"}, "yes", "too_few", False),
    ],
)
def test_a_rule_beside_our_verdict(more, ours, weather, differs):
    row = rule_sets.of_statement(made(**more), "weather").iloc[0]
    assert (row["ours_on_track"], row["class"], row["differs"]) == (ours, weather, differs)
    assert row["on_track"] == ("" if weather == "too_few" else "yes" if weather == "sun" else "no")
    assert (row["label"], row["unverified"], row["verdict"]) == ("F8", False, more.get("verdict", "hard"))


def test_what_should_fall_is_carried_on_downwards():
    """Two points a year down to 30 %: 26 % in 2025, 6 short of the 10 that are asked."""
    falling = made(comparison="<=", target=20.0, history=series(2018, [40, 38, 36, 34, 32, 30]))
    row = rule_sets.of_statement(falling, "weather").iloc[0]
    assert (row["class"], row["number"]) == ("cloud", pytest.approx(60))


def test_the_likeliest_other_colour_is_the_most_frequent_one(monkeypatch):
    codes = iter(["green", "yellow", "orange", "orange", "green"])
    monkeypatch.setitem(rule_sets.RULES, "barometer", lambda course: (next(codes), np.nan))
    (row,) = rule_sets.flips(SimpleNamespace(statements=[made()]), "barometer", draws=4).to_dict("records")
    assert (row["class"], row["flipped"], row["likeliest_other"], row["changes"]) == ("green", 0.75, "orange", 5)


def test_how_rules_differ_in_words_a_line_a_rule():
    rows = [("weather", "yes", True), ("weather", "no", True), ("weather", "no", True), ("weather", "", False),
            ("escap", "yes", False)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["rule", "on_track", "differs"]).assign(status="observed")
    assert rule_sets.sentence(table, words.of("en")).splitlines() == [
        "Weather symbols: 3 targets can be compared, 3 are judged otherwise than here: 1 more hopefully, 2 less.",
        "ESCAP [unverified]: 1 target can be compared, 0 are judged otherwise than here: 0 more hopefully, 0 less.",
    ]
    assert rule_sets.sentence(table[:0], words.of("en")) == "No target can be compared."
    assert (
        rule_sets.flip_sentence(table[:0], words.of("en")) == "No series is long enough to tell how steady a light is."
    )


def test_what_each_rule_says_of_one_statement():
    assert rule_sets.statement_sentence(made(verdict="possible", status="demo"), words.of("en"), "weather") == [
        "Ours: Possible with effort. [demo data]",
        "Weather symbols: cloud (differs from ours). [demo data]",
    ]
    assert rule_sets.statement_sentence(made(), words.of("zh"), "weather") == ["本分析：难达标。", "天气符号：多云。"]


def test_noise_moves_base_and_latest_value_inside_the_limits():
    c = course(series(2018, [20, 22, 98]), 2018, 99, 2025, 1, 2100, low=0, high=100)
    moved = rule_sets._shaken(c, -3.0, 5.0)
    assert (moved.base, moved.values.tolist(), c.values.tolist()) == (17, [17, 22, 100], [20, 22, 98])
    free = rule_sets._shaken(course(series(2018, [20, 22, 98]), 2018, 99, 2025, 1, 2100), -30.0, 5.0)
    assert (free.base, free.values.tolist()) == (-10, [-10, 22, 103])


def test_a_rule_that_is_none(city):
    with pytest.raises(analyses.NotThere, match="没有名为“traffic”的规则.*eurostat.*no rule set"):
        rule_sets.judged(city, "traffic")


def test_the_command_adds_the_table(city, tmp_path, capsys):
    asked = ["assess", "--data", str(city.data), "--out", str(tmp_path), "--rule"]
    assert cli.main([*asked, "barometer"]) == 0
    table = pd.read_csv(tmp_path / "2023/tables/rule_sets.csv")
    assert list(table["rule"].unique()) == ["barometer"] and "晴雨表：可对照的目标" in capsys.readouterr().out
    assert cli.main([*asked, "traffic"]) == 2 and "没有名为“traffic”的规则" in capsys.readouterr().err
