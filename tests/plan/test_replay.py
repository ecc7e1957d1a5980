"""The self-check replayed: nothing later is used, and the scores are the textbook ones."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from barriers import reader

from ecoanalysis import analysis as analyses
from ecoanalysis import words
from ecoanalysis.export import POLICY
from ecoanalysis.export import replay as page
from ecoanalysis.plan import replay
from ecoanalysis.runs import work

SEWAGE = "rural_sewage_treatment_rate"
MILESTONES = "name_zh,name_en,date,kind,asks_zh,asks_en\n自查,Self-check,{day},self_check,查,check\n"


@pytest.fixture
def city(folder):
    """Villages treated of 200 (C1: 29 %, then 42 %) and 100 (C2: 30 %, then 28 %, demo); 40 % is due at the end of 2023."""
    for region, of, status, treated in (
        ("C1", 200, "observed", [30, 36, 42, 50, 58, 84]),
        ("C2", 100, "demo", [20, 22, 24, 26, 30, 28]),
    ):
        for year, count in enumerate(treated, 2018):
            folder.add((region, year, "villages", of, "village"), status=status)
            folder.add((region, year, "villages_sewage_treated", count, "village"), status=status)
    folder.target(SEWAGE, ">=", 40, "%", due=2023)
    folder.write("milestones.csv", MILESTONES.format(day="2023-06-30"))
    return analyses.analyse(folder.path, 2023, paths=200)


def test_what_was_said_used_nothing_later_and_is_held_against_what_came(city):
    table = replay.replay(city)
    earlier = city.as_of_year(2022)
    rows = table[table["indicator"] == SEWAGE].set_index("region_code")
    assert set(table["as_of"]) == {2022} and set(rows["year"]) == {2023}
    assert rows["came"].to_dict() == {"C": "no", "C1": "yes", "C2": "no"}  # 112 of 300, 84 of 200, 28 of 100
    assert rows["value"].to_dict() == pytest.approx({"C": 112 / 3, "C1": 42, "C2": 28})
    assert rows["value_then"].to_dict() == pytest.approx({"C": 88 / 3, "C1": 29, "C2": 30})
    for region, row in rows.iterrows():
        s = earlier[region, SEWAGE]
        assert (row["said"], row["p"]) == (s.verdict, s.p_reach)
        met = float(row["came"] == "yes")
        assert (row["lo80"], row["hi80"]) == (s.lo80_at_due, s.hi80_at_due)
        assert row["squared_error"] == pytest.approx((s.p_reach - met) ** 2)
        assert row["hit"] == float((s.p_reach >= 0.5) == (met == 1))
        assert row["inside80"] == float(s.lo80_at_due <= row["value"] <= s.hi80_at_due)


def test_papers_are_listed_without_a_chance_and_score_nothing(city):
    (row,) = replay.replay(city).query("indicator == 'river_chief_system'").to_dict("records")
    assert (row["said"], row["came"]) == ("undocumented", "no") and np.isnan(row["p"]) and np.isnan(row["hit"])


def test_what_is_due_later_is_not_replayed(city):
    later = city.with_target("*", SEWAGE, 40, due=2025)
    assert SEWAGE not in set(replay.replay(later)["indicator"])


@pytest.mark.parametrize(
    "day, year", [("2023-06-30", 2022), ("2022-12-31", 2022), ("2022-12-30", 2021), ("2026-06-30", 2022)]
)
def test_the_self_check_had_the_last_whole_year(city, folder, day, year):
    folder.write("milestones.csv", MILESTONES.format(day=day))
    raw = dataclasses.replace(city.raw, milestones=pd.DataFrame({"date": [day], "kind": ["self_check"]}))
    assert replay.stage_year(dataclasses.replace(city, raw=raw)) == year


def test_a_year_that_is_not_earlier_is_refused(city):
    with pytest.raises(analyses.NotThere, match="2023 不早于 2023 年"):
        replay.replay(city, 2023)


SAID = pd.DataFrame(
    {
        "region_code": ["C1", "C2", "C1", "C2", "C"],
        "item": [25, 25, 28, 28, 4],
        "indicator": [SEWAGE, SEWAGE, "park_area_per_head", "park_area_per_head", "river_chief_system"],
        "as_of": 2022,
        "said": ["likely", "hard", "hard", "possible", "undocumented"],
        "p": [0.95, 0.2, 0.05, 0.6, np.nan],
        "came": ["no", "no", "yes", "yes", "yes"],
        "met": [0.0, 0.0, 1.0, 1.0, 1.0],
        "hit": [0.0, 1.0, 0.0, 1.0, np.nan],
        "inside80": [0.0, 1.0, np.nan, 1.0, np.nan],
        "status": "observed",
    }
)


def test_scores_by_class_and_item():
    total = replay.scores(SAID).iloc[0]
    assert total["statements"] == 4 and total["hits"] == 0.5 and total["base_rate"] == 0.5
    assert total["brier"] == pytest.approx((0.9025 + 0.04 + 0.9025 + 0.16) / 4)
    assert total["brier_base_rate"] == pytest.approx(0.25) and total["coverage80"] == pytest.approx(2 / 3)
    by_class = replay.scores(SAID, "said")
    assert list(by_class.index) == ["likely", "possible", "hard"]
    assert by_class.loc["hard", "brier"] == pytest.approx((0.04 + 0.9025) / 2) and by_class.loc["hard", "hits"] == 0.5
    assert replay.scores(SAID, "item").loc[28, "brier"] == pytest.approx((0.9025 + 0.16) / 2)
    assert replay.scores(SAID[SAID["p"].isna()]).empty


def test_sentences(city):
    assert replay.sentences(SAID, city, words.of("zh")) == [
        "以截至 2022 年的数据，对 4 个随后到期的目标给出了达标概率，平均为 45 %；到期实际达标 2 个，占 50 %。",
        "分类来看：判为“易达标”的 1 个，达标 0 个；判为“经努力可达标”的 1 个，达标 1 个；判为“难达标”的 2 个，达标 1 个。",
        "判断对 50 %；概率的均方误差（Brier 评分）为 0.501，不如一律按实际达标率估计的 0.250。",
        "当时把握在九成以上而未达标的 1 个：乙县农村生活污水治理率 95 %。",
        "当时把握不足一成而达标的 1 个：乙县城镇人均公园绿地面积 5 %。",
        "另有 1 个当时未给概率（材料类或同类记录不足），0 个到期情况未知，不计入评分。",
    ]
    demo = replay.sentences(SAID.assign(status="demo"), city, words.of("en"))
    assert all(text.endswith("[demo data]") for text in demo)
    assert demo[0].startswith(
        "With data up to 2022, 4 targets that came due were given a chance, 45 % on average; 2 of"
    )
    assert replay.sentences(SAID[:0], city, words.of("en")) == [
        "No target came due between the two years; there is nothing to replay."
    ]


def test_the_page_stands_alone_and_shows_every_target(city, tmp_path):
    file = page.write(city, tmp_path / "replay.html", "both")
    text = file.read_text(encoding="utf-8")
    assert POLICY in text and "<script" not in text and "http" not in text.replace("http-equiv", "")
    assert '<section lang="zh-CN"' in text and '<section lang="en"' in text and "演示数据" in text
    kept = pd.read_csv(tmp_path / "replay.csv")
    assert len(kept) == len(replay.replay(city)) == 4
    assert text.count('<th scope="row">25 农村生活污水治理率') == 1 + 3  # among the items, then county by county
    assert "\u00a0%" in text and " %" not in text  # a number and its sign stay on one line
    later = city.with_target("*", SEWAGE, 40, due=2025)
    only_papers = dataclasses.replace(later, assessment=later.assessment[later.assessment["due"] > 2023])
    assert page.write(only_papers, tmp_path / "none.html", "zh") is None and not (tmp_path / "none.html").exists()


def test_scores_stand_under_their_own_heads_and_every_row_says_its_demo_data(city, tmp_path):
    """C1 came to 42 % against all expectation; a chance of 0.008 was given, and (0.008 − 1)² is 0.984."""
    text = page.write(city, tmp_path / "replay.html", "zh").read_text(encoding="utf-8").replace("\u00a0", " ")
    rows = [re.findall(r"<t[dh][^>]*>([^<]*)<", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]
    heads = ["地区", "目标数", "实际达标", "平均概率", "判断对", "Brier 评分", "落入八成区间"]
    top = rows.index(heads)
    told = dict(zip(heads, rows[top + 2], strict=True))
    p = city.as_of_year(2022)["C1", SEWAGE].p_reach
    assert (
        p < 0.1
        and told["地区"] == "乙县"
        and (told["目标数"], told["实际达标"], told["判断对"]) == ("1", "100 %", "0 %")
    )
    assert told["平均概率"] == f"{p:.0%}".replace("%", " %") and told["Brier 评分"] == f"{(p - 1) ** 2:.3f}"
    assert told["落入八成区间"] == "0 %"
    listed = {row[1]: row for row in rows if row[0].startswith("25 ") and len(row) == 5}
    assert listed["乙县"][0] == "25 农村生活污水治理率" and listed["丙县"][0] == "25 农村生活污水治理率【演示数据】"
    assert {name: row[4] for name, row in listed.items()} == {"甲市": "未达标", "乙县": "达标", "丙县": "未达标"}
    assert "%" in listed["乙县"][3] and listed["乙县"][3] != "&gt;99 %"


def test_the_least_expected_failure_is_told_first(city):
    more = pd.concat([SAID, SAID[:1].assign(region_code="C2", p=0.99)], ignore_index=True)
    (told,) = [text for text in replay.sentences(more, city, words.of("zh")) if text.startswith("当时把握在九成以上")]
    assert told == "当时把握在九成以上而未达标的 2 个：丙县农村生活污水治理率 99 %、乙县农村生活污水治理率 95 %。"


def test_the_track_record_lays_the_page_beside_itself_where_something_fell_due(city, tmp_path):
    work.write_replay(city.raw, tmp_path / "replay.html", "zh")
    assert "自查回看：当时怎么说，后来怎么样" in (tmp_path / "replay.html").read_text(encoding="utf-8")
    nothing_due = dataclasses.replace(city.raw, targets=city.raw.targets.assign(due=2030))
    work.write_replay(nothing_due, tmp_path / "none.html", "zh")
    assert not (tmp_path / "none.html").exists()


@pytest.mark.browser
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_nobody_meets_a_barrier_on_the_page(city, tmp_path, lang):
    file = page.write(city, tmp_path / "replay.html", lang)
    text = file.read_text(encoding="utf-8")
    assert text.count('<div class="scroll" role="region" tabindex="0"') == 4 == text.count("<table>")
    with reader() as barriers:
        assert barriers(file) == []
