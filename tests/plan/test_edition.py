"""The edition that may count: each row against numbers by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import catalog, words
from ecoanalysis.judge import Settings
from ecoanalysis.plan import edition

AIR = {"trend": "rising", "superior_task": "yes"}
PM = {"trend": "falling", "superior_task": "yes"}
PLAIN = {"trend": "", "superior_task": ""}
COVER = {"trend": "not_falling", "superior_task": ""}
NOW = SimpleNamespace(as_of=2023, settings=Settings())


@pytest.mark.parametrize(
    "before, latest, comparison, value, row, passes",
    [
        (92, 91, ">=", 90, AIR, ("if_task", "number")),
        (88, 89, ">=", 90, AIR, ("if_task", "trend")),
        (89, 88, ">=", 90, AIR, ("no", "trend")),
        (np.nan, 88, ">=", 90, AIR, ("unknown", "")),
        (20, 25, "<=", 25, PM, ("if_task", "number")),
        (27, 26, "<=", 25, PM, ("if_task", "trend")),
        (26, 26, "<=", 25, PM, ("no", "trend")),
        (60, 70, ">=", 70, PLAIN, ("yes", "number")),
        (60, 69.9, ">=", 70, PLAIN, ("no", "number")),
        (60, 59.2, "change >", -1, PLAIN, ("yes", "number")),
        (60, 59, "change >", -1, PLAIN, ("no", "number")),  # −1 is not above −1
        (np.nan, 59, "change >", -1, PLAIN, ("unknown", "")),
        (40, 40, "", np.nan, COVER, ("yes", "trend")),
        (40, 39.9, "", np.nan, COVER, ("no", "trend")),
    ],
)
def test_a_threshold_passes_by_its_number_or_by_the_trend(before, latest, comparison, value, row, passes):
    history = pd.Series({2022: before, 2023: latest}).dropna()
    assert edition._passes(NOW, history, None, comparison, value, row) == passes


def test_an_old_value_and_none_are_no_pass():
    assert edition._passes(NOW, pd.Series({2021: 80.0}), None, ">=", 70, PLAIN) == ("unknown", "")
    assert edition._passes(NOW, pd.Series({2022: 80.0}), None, ">=", 70, PLAIN) == ("yes", "number")
    assert edition._passes(NOW, pd.Series(dtype=float), None, ">=", 70, PLAIN) == ("not_measured", "")


@pytest.mark.parametrize(
    "verdict, passes",
    [("documented", "yes"), ("reached_at_risk", "yes"), ("out_of_reach", "no"), ("undocumented", "unknown")],
)
def test_papers_pass_by_their_verdict(verdict, passes):
    said = SimpleNamespace(verdict=verdict)
    assert edition._passes(NOW, pd.Series(dtype=float), said, "done", np.nan, PLAIN) == (passes, "papers")
    assert edition._passes(NOW, pd.Series(dtype=float), None, "done", np.nan, PLAIN) == ("not_measured", "")


def test_what_is_stored_is_what_was_seen():
    table = pd.DataFrame(edition.rows())
    asked = table.set_index("name_zh")
    for name, comparison, value in [
        ("PM2.5浓度", "<=", "25"),
        ("城市生活污水集中收集率", ">=", "70"),
        ("城市生活垃圾回收利用率", ">=", "35"),
        ("声环境功能区夜间达标率", ">=", "85"),
        ("受污染耕地安全利用率", ">=", "93"),
        ("非化石能源占能源消费总量比重", ">=", "25"),
        ("较大面积农村黑臭水体整治率", ">=", "100"),
        ("生态质量指数（EQI）变化", "change >", "-1"),
        ("优良天数比例", ">=", "90"),
    ]:
        assert (asked.loc[name, "comparison"], asked.loc[name, "value"]) == (comparison, value)
    assert (
        table["department_zh"].all() and table["department_en"].all() and table["confidence"].isin(list("ABCD")).all()
    )
    assert asked.loc["非化石能源占能源消费总量比重", "confidence"] == "C"  # the text is cut there


def test_both_tables_of_thresholds_agree():
    stored = {row["indicator"]: row for row in edition.rows() if row["indicator"]}
    both = [row for row in catalog.thresholds() if row.edition == "2024" and row.indicator in stored]
    assert len(both) >= 7
    for row in both:
        here = stored[row.indicator]
        if row.value is not None:
            assert (here["comparison"], float(here["value"]), here["confidence"]) == (
                row.comparison,
                row.value,
                row.confidence,
            )


def test_every_row_names_an_indicator_or_variable_that_there_is():
    for row in edition.rows():
        assert not row["indicator"] or row["indicator"] in catalog.indicators()
        assert not row["variable"] or row["variable"] in catalog.variables()


@pytest.fixture
def city(folder):
    folder.add(*(("C", year, "pm25", value, "µg/m³") for year, value in ((2022, 31), (2023, 28))), status="demo")
    folder.add(("C", 2023, "forest_cover", 41, "%"), ("C", 2022, "forest_cover", 40.9, "%"))
    folder.target("appraisal_share", ">=", 15, "%")
    return analyses.analyse(folder.path, 2023, paths=200)


def test_the_city_s_rows(city):
    table = edition.may_count(city)
    assert set(table["region_code"]) == {"C"} and len(table) == len(edition.rows()) == 23
    rows = table.set_index("name_zh")
    pm = rows.loc["PM2.5浓度"]
    assert (pm["value"], pm["value_before"], pm["passes"], pm["by"]) == (28, 31, "if_task", "trend")
    assert pm["status"] == "demo" and pm["against_plan"] == "new"
    forest = rows.loc["森林覆盖率"]
    assert (forest["passes"], forest["by"], forest["value"]) == ("yes", "trend", 41)
    assert rows.loc["生态文明建设工作占党政实绩考核的比例", "against_plan"] == "more"  # 20 against the plan's 15
    assert set(rows.drop(["PM2.5浓度", "森林覆盖率"])["passes"]) <= {"not_measured", "unknown"}
    assert set(table["department_mark"]) == {"D"}


def test_a_folder_s_own_thresholds_replace_numbers(city, folder):
    folder.write(
        "thresholds.csv",
        "edition,indicator,part,class,comparison,value,unit,confidence\n2024,appraisal_share,,level=city,>=,25,%,A\n",
    )
    row = edition.may_count(city).set_index("indicator").loc["appraisal_share"]
    assert (row["threshold"], row["confidence"]) == (25, "A")


def test_sentences(city):
    zh = edition.sentences(edition.may_count(city), city, words.of("zh"))
    assert zh[0] == (
        "2024 版国家指标（市级，已见到的 23 条）：按现有数据，甲市满足 1 条，数值满足但上级任务是否完成未知 1 条，"
        "不满足 0 条，尚不能判定 0 条，没有统计或台账 21 条。"
    )
    assert zh[1] == (
        "数值满足、尚需上级任务完成证明 1 条：PM2.5浓度（不高于 25 微克/立方米或比上年下降，且完成上级任务），"
        "2023 年为 28.0 微克/立方米【演示数据】。"
    )
    assert (
        "发展改革委——非化石能源占能源消费总量比重（不低于 25 %【未核实】）" in zh[2] and "部门为建议，未核实" in zh[2]
    )
    assert zh[3] == "要求高于现行方案 1 条：生态文明建设工作占党政实绩考核的比例（不低于 20 %）。"
    assert zh[-1].endswith("以正式文件为准。")
    en = edition.sentences(edition.may_count(city), city, words.of("en"))
    assert "passes 1, passes 1 if the superior task is met, fails 0; 0 cannot be told, 21 are not measured." in en[0]
    assert edition.sentences(edition.may_count(city)[:0], city, words.of("en"))[0].startswith("Only the city table")
