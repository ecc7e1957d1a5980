"""What the view shows and answers, without a browser; the browser is in test_browser.py."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ecoanalysis import analyse, words
from ecoanalysis.explore import page, payload, scenarios

SHARE = "rural_sewage_treatment_rate"
DOCS = Path(__file__).resolve().parents[2] / "docs"


def ask(one, ask, **content):
    return one.reply({"id": 7, "ask": ask, **content})


def test_a_view_says_what_the_library_says(shipped):
    s = shipped["620523", SHARE]
    view = payload.view(s)
    zh, en = view["texts"]["zh"], view["texts"]["en"]
    assert zh["sentence"] == s.sentence("zh") and en["sentence"] == s.sentence("en")
    assert zh["title"] == "甘谷县 · 25 农村生活污水治理率" and zh["demo"] == "演示数据" and en["demo"] == "demo data"
    rows = {key: (label, text) for key, label, text in zh["rows"]}
    assert rows["value"] == ("2023 年数值", "29.0 %") and rows["target"] == ("2025 年目标", "≥ 40 %")
    assert rows["chance"] == ("2025 年达标概率", "33 %") and rows["things"] == ("合", "45 个村")
    assert rows["gap"] == ("差距", "11.0 个百分点") and zh["verdict"] == "难达标"
    other = {key: text for key, _, text in payload.view(shipped["620521", SHARE])["texts"]["zh"]["rows"]}
    assert (other["chance"], other["hold"]) == ("23 %", "21 %")  # reaching is one thing, holding another
    assert ["完成生活污水治理的行政村数", "甘谷县", "2023", "117 个村"] in [row[:4] for row in zh["inputs"]]
    assert zh["inputs"][0][-1].startswith("statistics/demo.csv:")
    assert zh["needed"].startswith("要有八成把握在 2025 年达标，须在现有走势之外每年多完成 10 个村，")
    assert zh["departments"][0] == "牵头部门：市生态环境局"
    assert view["numbers"]["observed"][-1] == [2023, 28.9604, "demo"] and view["numbers"]["target"] == 40
    assert len(view["numbers"]["quantiles"][0]) == len(payload.LEVELS) == 41
    middle = dict(zip(view["numbers"]["years"], (row[20] for row in view["numbers"]["quantiles"]), strict=True))
    assert middle[2024] == pytest.approx(s.paths.loc[2024].median(), abs=0.001) and min(middle) == 2024


def judged(analysis, place: tuple[str, str], **given):
    """A statement with chances of its own, so that each can be told from the other."""
    region, indicator = analysis[place].region_code, analysis[place].indicator
    rows = analysis.assessment.copy()
    here = (rows["region_code"] == region) & (rows["indicator"] == indicator)
    for name, value in given.items():
        rows.loc[here, name] = value
    return replace(analysis, assessment=rows, cache={})[region, indicator]


def test_chances_and_dates_stand_each_under_its_own_name(worked):
    """Sewage in North: due in 2025, held to 2026, by hand; the chances are given."""
    s = judged(worked, ("北县", SHARE), p_reach=0.25, p_hold=0.125)
    view = payload.view(s)
    rows = {key: (label, text) for key, label, text in view["texts"]["zh"]["rows"]}
    assert rows["chance"] == ("2025 年达标概率", "25 %") and rows["hold"][1] == "12 %" and "2026" in rows["hold"][0]
    told = view["numbers"]
    assert (told["p_reach"], told["p_hold"]) == (0.25, 0.125)
    assert (told["latest_year"], told["due"], told["hold_until"], told["milestone"]) == (2023, 2025, 2026, 2025)
    assert (
        (told["latest"], told["target"], told["as_of"]) == (28.9604, 40, 2023)
        and told["at_least"]
        and not told["at_most"]
    )


def test_a_year_ahead_has_its_own_quantiles(worked):
    """The band is narrowest in the first year, and the middle goes on from 29.0 % at some 4.8 points a year."""
    told = payload.view(worked["北县", SHARE])["numbers"]
    assert told["years"][:3] == [2024, 2025, 2026] and told["years"] == sorted(told["years"])
    middles = [row[len(row) // 2] for row in told["quantiles"]]
    assert 29 < middles[0] < middles[1] < middles[2] < 50
    widths = [row[-1] - row[0] for row in told["quantiles"][:3]]
    assert widths == sorted(widths)


def test_inputs_say_what_they_are_and_who_leads_stands_before_who_supports(worked):
    view = payload.view(worked["北县", "23"])["texts"]["zh"]
    assert {row[4] for row in view["inputs"]} == {"演示数据"}
    sewage = payload.view(worked["北县", SHARE])["texts"]["zh"]
    assert sewage["departments"][0] == "牵头部门：生态环境局" and sewage["target_label"] == "目标 ≥ 40 %"


@pytest.mark.parametrize("region", ["620500", "620521"])
def test_every_statement_has_a_view_that_json_takes(shipped, region):
    for s in shipped[region].statements:
        view = payload.view(s)
        json.dumps(view, allow_nan=False)
        for lang in words.LANGUAGES:
            assert view["texts"][lang]["sentence"] and (view["levers"] or view["texts"][lang]["no_levers"]), s.indicator


def test_the_worked_city_s_years_and_its_demo_data_may_be_chosen_and_are_said(worked):
    found = payload.choices(worked)
    assert found["years"] == list(range(2023, 2013, -1)) and found["demo"] is True
    assert [one["zh"] for one in found["regions"]] == ["示例市", "北县", "南县"]


def test_what_the_script_puts_together_holds_no_choice_that_only_the_library_makes():
    for key, text in payload.screen_texts(words.of("en")).items():
        assert "|" not in text, key  # {count} [item|items]


def test_pinyin_initials_find_a_region_and_an_indicator(shipped):
    found = payload.choices(shipped)
    initials = {one["zh"]: one["initials"] for one in found["regions"] + found["indicators"]}
    assert initials["甘谷县"] == "ggx" and initials["秦安县"] == "qax" and initials["林草覆盖率"] == "lcfgl"


def test_the_screen_answers_in_the_words_of_the_library(shipped):
    one = shipped.explore("甘谷县", "25")
    told = ask(one, "answer", region="620523", indicator=SHARE, setting={"things": 10}, lang="zh")
    moved = shipped["620523", SHARE]
    assert (moved.verdict, told["numbers"]["verdict"]) == ("hard", "possible") and moved.p_reach < told["numbers"][
        "p_reach"
    ]
    assert told["texts"]["zh"]["verdict"] == "经努力可达标" and "每年多完成 10 个村" in told["texts"]["zh"]["assumed"]
    code = told["texts"]["zh"]["link"]
    again = eval(code, {"a": shipped})  # the line of code shows the same again
    assert again.start == {"region": "620523", "indicator": SHARE, "lang": "zh", "setting": {"things": 10}}
    assert ask(one, "view", region="620523", indicator=SHARE)["setting"] == {"things": 10}


def test_what_cannot_be_comes_back_as_sentences_and_nothing_is_lost(shipped):
    one = shipped.explore("620523", SHARE)
    ask(one, "answer", region="620523", indicator=SHARE, setting={"things": 5}, lang="zh")
    told = ask(one, "answer", region="620523", indicator=SHARE, setting={"things": -5}, lang="en")
    assert told["refused"] == ["things a year cannot be negative (−5)."] and one.moved == {
        ("620523", SHARE): {"things": 5}
    }
    assert "没有地区“nowhere”" in ask(one, "view", region="nowhere", indicator=SHARE)["told"]["zh"]
    assert "1900" in ask(one, "as_of", year=1900)["told"]["zh"]


def test_a_screen_opens_at_what_is_most_pressing(shipped):
    region, indicator = page.opened_at(shipped)
    assert region == "620500" and shipped[region, indicator].verdict != "reached"


def test_the_page_needs_nothing_from_outside_and_carries_the_demo_mark(shipped, tmp_path, monkeypatch):
    few = [shipped["620523", code] for code in (SHARE, "ecological_index", "river_chief_system")]
    monkeypatch.setattr(page, "statements", lambda analysis: few)
    text = shipped.explore("620523", SHARE).save(tmp_path / "甘谷.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|https?://(?!www\.w3\.org/2000/svg)|import\s*\(", text)
    assert "default-src 'none'" in text and "演示数据" in text
    written = json.loads(re.search(r'id="written">(.*?)</script>', text, re.S).group(1))
    assert set(written["views"]) == {f"620523/{s.indicator}" for s in few}


def test_a_source_with_markup_stays_text(folder, tmp_path):
    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 80, "village"))
    statistics = folder.path / "statistics/statistics.csv"
    statistics.write_text(statistics.read_text().replace("yearbook", "</script><script>x()"), encoding="utf-8")
    folder.target(SHARE, ">=", 60, "%", due=2025)
    text = page.write(analyse(folder.path, 2023), tmp_path / "x.html").read_text(encoding="utf-8")
    assert "<script>x" not in text and "u003c/script>" in text


@pytest.mark.parametrize(("page", "end"), [("explore.md", "_en.png"), ("explore.zh-CN.md", ".png")])
def test_the_pictures_of_the_twelve_questions_are_small_and_in_the_language_of_their_page(page, end):
    named = re.findall(r"\((pictures/\w+\.png)\)", (DOCS / page).read_text(encoding="utf-8"))
    assert len(named) == len(set(named)) == 6 and all(name.endswith(end) for name in named)
    assert not any(name.endswith("_en.png") for name in named) or end == "_en.png"
    for name in named:
        assert Image.open(DOCS / name).mode == "P" and (DOCS / name).stat().st_size <= 60_000, name


# ---------------------------------------------------------------------- scenarios


@pytest.fixture
def kept(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(scenarios, "FOLDER", str(tmp_path))
    settings = {("甘谷县", "25"): {"things": 10}, ("620523", "ecological_index"): {"target": 52}}
    one = scenarios.of_settings(shipped, "加快治污", settings)
    scenarios.write(shipped, one)
    return one


def test_a_scenario_is_read_back_as_it_was_and_listed(shipped, kept, tmp_path):
    assert scenarios.read(shipped, "加快治污") == kept and scenarios.names(shipped) == ["加快治污"]
    text = (tmp_path / "加快治污.json").read_text(encoding="utf-8")
    assert '"region_name": "甘谷县"' in text and '"things": 10' in text


def test_batch_and_screen_give_the_same_numbers(shipped, kept):
    made = scenarios.applied(shipped, kept)
    one = shipped.explore("620523", SHARE)
    told = ask(one, "answer", region="620523", indicator=SHARE, setting={"things": 10}, lang="zh")
    s = made["620523", SHARE]
    assert s.sentence("zh") == told["texts"]["zh"]["sentence"] and s.p_reach == told["numbers"]["p_reach"]
    assert made["620523", "ecological_index"].target == 52 and made.scenario == "加快治污"
    assert set(made.forecasts["scenario"]) == {"加快治污"} and shipped["620523", SHARE].p_reach < s.p_reach
    band = made.forecasts.set_index(["region_code", "indicator", "year"])["median"]
    assert band["620523", SHARE, 2025] == pytest.approx(s.median_at_milestone, abs=1e-3)
    untouched = made["620502", SHARE]
    assert untouched.p_reach == shipped["620502", SHARE].p_reach


def test_villages_of_a_county_are_villages_of_its_city(shipped, kept):
    whole = scenarios.complete(shipped, kept)
    assert whole["620500", SHARE] == {"things": 10} and ("620500", "ecological_index") not in whole


def test_scenarios_stand_side_by_side(shipped, kept):
    table = scenarios.compared(shipped, kept)
    county = table[(table["region_code"] == "620523") & (table["indicator"] == SHARE)].set_index("scenario")
    assert (
        list(county.index) == ["trend", "加快治污"]
        and county.at["trend", "p_reach"] == shipped["620523", SHARE].p_reach
    )
    assert county.at["加快治污", "p_reach"] > county.at["trend", "p_reach"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "第 1 行不是正确的 JSON"),
        ("[]", "没有“set”列表"),
        ('{"city": "110000", "city_name": "北京市", "set": []}', "属于“北京市”，不是“天水市”"),
        ('{"city": "620500", "set": [{"region": "620523", "indicator": "x y z", "things": 1}]}', "没有指标“x y z”"),
        ('{"city": "620500", "set": [{"region": "620523", "indicator": "25", "thing": 1}]}', "不认识的有：thing"),
        ('{"city": "620500", "set": [{"region": "620523", "indicator": "25", "things": -1}]}', "不能为负数"),
    ],
)
def test_a_bad_scenario_file_is_told_in_a_sentence_with_its_name(shipped, tmp_path, text, told):
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(scenarios.BadScenario) as error:
        scenarios.read(shipped, file)
    assert told in str(error.value) and "bad.json" in str(error.value)
    with pytest.raises(scenarios.BadScenario, match="没有情景文件"):
        scenarios.read(shipped, tmp_path / "none.json")


@pytest.mark.whole
def test_a_scenario_runs_in_batch_with_the_numbers_of_the_screen(folder, tmp_path):
    """`assess --scenario` writes what the screen shows; the headline says what it rests on; trend tables stay."""
    from ecoanalysis import briefing, cli, load

    for year in range(2013, 2024):
        folder.add(
            ("C1", year, "villages", 200, "village"),
            ("C1", year, "villages_sewage_treated", 80 - 4 * (2023 - year), "village"),
        )
    folder.target(SHARE, ">=", 50, "%", due=2025)
    a = analyse(folder.path, 2023)
    scenarios.write(a, scenarios.of_settings(a, "加快", {("C1", SHARE): {"things": 6}}))
    assert (
        cli.main(
            ["assess", "--data", str(folder.path), "--as-of", "2023", "--scenario", "加快", "--out", str(tmp_path)]
        )
        == 0
    )
    assert (tmp_path / "2023_加快/tables/assessment.csv").is_file() and not (tmp_path / "2023").exists()
    shown = a.explore("C1", SHARE)
    told = ask(shown, "answer", region="C1", indicator=SHARE, setting={"things": 6}, lang="zh")
    made = analyse(folder.path, 2023, scenario="加快")
    assert made["C1", SHARE].p_reach == told["numbers"]["p_reach"] > a["C1", SHARE].p_reach
    kept = load(made.save(tmp_path / "kept"))
    for one in (made, kept):
        said = briefing.headline(one["C1"], words.of("zh"))
        assert said[0].startswith("情景“加快”") and "每年多完成 6 个村" in said[0]
    assert made.with_settings(hard=0.2)["C1", SHARE].p_reach == made["C1", SHARE].p_reach


def test_a_scenario_that_is_not_there_ends_in_a_sentence(folder, tmp_path, capsys):
    from ecoanalysis import cli

    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 80, "village"))
    folder.target(SHARE, ">=", 50, "%", due=2025)
    assert cli.main(["assess", "--data", str(folder.path), "--scenario", "nothing", "--out", str(tmp_path)]) == 2
    assert "没有情景文件" in capsys.readouterr().err and not list(tmp_path.glob("20*"))
