"""What is said: one phrase table for all of it, sentences that can be read out, and a headline first."""

import ast
import re
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ecoanalysis import analyse, briefing, catalog, judge, words
from ecoanalysis.track_record import OwnClass, OwnRecord
from tests.conftest import Folder

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "ecoanalysis/export/templates").iterdir())
PHRASES = catalog.rows(files("ecoanalysis") / "tables" / "phrases.csv")
ZH, EN = words.of("zh"), words.of("en")
READS_CHINESE = {
    "boundaries.py",
    "lab.py",
    "units.py",
    "words.py",
    "cli.py",
    "catalog.py",
    "intake",
    "__init__.py",
}  # 万, 亿, 约束性; bilingual help


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_statement_can_be_read_out_and_says_its_demo_data(shipped, lang):
    w = words.of(lang)
    for s in shipped.statements:
        text = briefing.named_sentence(s, w) + briefing.pace(s, w) + briefing.contribution(s, w)
        assert s.record.name(lang) in text
        assert (w("mark.demo") in text) == (s.status == "demo"), text
        assert "nan" not in text and "{" not in text and "调整" not in text
        assert not re.search(r"\d\.\d{5}", text), text
        if lang == "en":
            assert not re.search(r"[\u4e00-\u9fff]", text), text


def test_value_gap_and_pace_agree_with_a_pocket_calculator(shipped):
    checked = 0
    for s in shipped.statements:
        if s.is_duty or s.verdict not in judge.OPEN or not s.gap > 0 or s.comparison not in (">=", "<="):
            continue
        value, target = (float(text.split(" ")[0].replace("\u2009", "").replace("−", "-")) for text in
                         (briefing.value(s, EN), EN.plain(s.target)))  # fmt: skip
        gap = float(briefing.gap(s, EN).split(" ")[0].replace("\u2009", ""))
        assert gap == pytest.approx(abs(target - value), abs=1e-9), s.id
        assert gap > 0
        checked += 1
        pace = briefing.pace(s, EN)
        needed = re.search(r"a (?:rise|fall) of ([\d.\u2009]+)", pace)
        if needed:
            years = s.milestone - int(s.latest_year)
            digits = len(needed[1].partition(".")[2])
            assert float(needed[1]) == pytest.approx(gap / years, abs=0.5 * 10**-digits + 1e-9), pace
    assert checked > 40


def test_the_two_weak_points_the_plan_names_are_told_first_until_they_are_safe(shipped):
    for region in shipped:
        labels = [s.record.label for s in region.weak]
        for label in ("25", "28"):
            s = region[label]
            assert (label in labels[:2]) == (s.verdict != "reached"), (region, labels)


def test_a_headline_counts_every_item_once(shipped):
    for region in shipped:
        head = region.headline
        told = [*head.met, *head.missed, *head.unknown, *head.not_due]
        assert sorted(told) == sorted(set(told)) and len(told) == 36
        ahead = [*head.secure, *head.consolidate, *head.to_be_won, *head.in_doubt, *head.open]
        assert sorted(ahead) == sorted(told)


def test_the_headline_of_the_city_in_words(shipped):
    said = briefing.headline(shipped["620500"], ZH)
    assert said[0].startswith("截至 2023 年底，天水市到期应考核 35 项：按期达标 ")
    assert said[1].startswith("尚不具备申报条件：约束性指标 3 项未达标、6 项尚不能判定；")
    assert said[2].startswith("约束性指标到期未达标 3 项：生态环境信息公开率、危险废物利用处置率、政府绿色采购比例。")
    assert any(text.startswith("方案点名的薄弱指标：农村生活污水治理率尚差 88 个村") for text in said)
    assert any(text.startswith("与 2022 年相比：前进 ") for text in said)


def test_hazardous_waste_is_told_by_what_is_left_of_it(shipped):
    assert briefing.sentence(shipped["620500", "12a"], ZH) == (
        "2023 年为 99.94 %，应达 100 %，尚有 5.65 吨未处置，到期未完成；同类记录不足，不作概率判断，需重点攻关。【演示数据】"
    )


def test_a_number_leads_back_to_its_raw_cell(shipped):
    s = shipped["甘谷", "25"]
    cells = []
    for source in briefing.sources(s, ZH):
        file, line = re.search(r"（(statistics/.+\.csv):(\d+)）", source).groups()
        cells.append((ROOT / "data/raw" / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].split(","))
    assert len(cells) == 2
    assert {cell[0] for cell in cells} == {"620523"} and {cell[1] for cell in cells} == {"2023"}
    values = {cell[2]: float(cell[3]) for cell in cells}
    assert 100 * values["villages_sewage_treated"] / values["villages"] == pytest.approx(s.latest_value)


def test_all_36_items_stand_in_the_matrix_of_every_region(shipped):
    table = shipped.matrix()
    assert list(table.index) == list(range(1, 37)) and list(table.columns) == list(shipped.regions["code"])


def test_what_is_unmet_and_why_it_is_doubted(shipped):
    """Shipped rows whose recent pace is enough and whose chance is below a half say why."""
    slow = [s for s in shipped.statements if "slows" in s.warnings]
    assert slow
    for s in slow:
        assert abs(s.pace_observed) >= abs(s.pace_required) and s.p_reach < 0.5
        assert re.search("近年进度虽快于所需|近年进度与所需大致相当", briefing.pace(s, ZH))


# ---------------------------------------------------------------------- the phrase table


def test_every_phrase_has_both_languages_and_the_same_fields():
    keys = [row["key"] for row in PHRASES]
    assert len(keys) == len(set(keys)), {key for key in keys if keys.count(key) > 1}
    for row in PHRASES:
        assert set(row) == {"key", "zh", "en"}
        assert row["zh"] and row["en"], row["key"]
        fields = [{re.sub(r"_(zh|en)$", "", f) for f in re.findall(r"\{(\w+)", row[lang])} for lang in ("zh", "en")]
        assert fields[0] == fields[1] or row["key"].startswith(
            ("headline.", "claim.contribution", "docx.subsection")
        ), row["key"]
        assert not re.search(r"[\u4e00-\u9fff]", row["en"].replace("(zh)", "")), row["key"]


def test_no_words_for_users_stand_in_the_code():
    for file in TEMPLATES:
        assert not re.search(r"[\u4e00-\u9fff]", file.read_text(encoding="utf-8")), file.name
    for file in (ROOT / "ecoanalysis").rglob("*.py"):
        if READS_CHINESE & {file.name, file.parent.name}:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(node.body[0].value) for node in ast.walk(tree)
                if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body
                and isinstance(node.body[0], ast.Expr)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert not re.search(r"[\u4e00-\u9fff]", node.value), (file.name, node.value)


def test_every_phrase_the_code_asks_for_by_name_is_there():
    keys = {row["key"] for row in PHRASES}
    for file in [*(ROOT / "ecoanalysis").rglob("*.py"), *TEMPLATES]:
        text = file.read_text(encoding="utf-8")
        for key in re.findall(
            r"""(?:\bphrase|\bsay|\bw|\bin_both|words\.in_both|self)\(\s*["']([a-z_0-9]+\.[a-z_0-9.]+)["']""", text
        ):
            assert key in keys, (file.name, key)
    from ecoanalysis import assessment

    for kind, codes in {
        "verdict": judge.SEVERITY,
        "short": judge.SEVERITY,
        "meaning": judge.SEVERITY,
        "warning": "few_values stale own_figure_older base_is_first_value missed_due due_unknown methods_differ lacks_inputs "
        "zero_denominator lacks_plan lacks_data lacks_proof not_supplied not_reported slows survey_error thin_record "
        "definition_break".split(),
        "column": [*assessment.COLUMNS, *judge.EDITION_COLUMNS],
    }.items():
        for code in codes:
            assert f"{kind}.{code}" in keys, f"{kind}.{code}"


def test_a_fall_is_told_as_a_fall(shipped):
    falling = [s for s in shipped.statements if np.isfinite(s.pace_observed) and s.pace_observed < 0]
    assert any("年均下降" in briefing.pace(s, ZH) for s in falling if np.isfinite(s.pace_required))


def test_an_item_is_not_missed_and_met_in_one_breath(shipped):
    """Item 32 is missed in Gangu by its water fittings; what may slip is another part of it, and is called by its name."""
    said = briefing.headline(shipped["甘谷县"], words.of("zh"))
    assert "现已达标但较难保持 1 项：绿色产品市场占有率：一次性消费品人均使用量。" in said
    assert any(text.startswith("参考性指标到期未达标 8 项：") and "绿色产品市场占有率、" in text for text in said)


@pytest.mark.parametrize(
    ("code", "latest", "said"),
    [
        (
            "urban_sewage_treatment_rate",
            94.9,
            "shares near their limit (health, work; none environmental), statements that",
        ),
        (
            "urban_sewage_treatment_rate",
            60.0,
            "series of health, the economy, work and education (none environmental), statements",
        ),
        (
            "pm25_decline",
            12.0,
            "series of health, the economy, work and education (none environmental), statements that",
        ),
    ],
)
def test_the_record_of_such_statements_names_the_series_it_was_counted_on(shipped, code, latest, said):
    record = shipped.indicators[code]
    s = stated(shipped, record=record, latest_value=latest)
    found = briefing.fared(s, EN)
    assert found.startswith(f"On reference {said}") and "gave 50–60 % came true" in found
    assert found.count("985") == ("near their limit" in said)  # of near_limit, 0.5 to 0.6
    assert found.endswith("(985 of them, on 94 series)." if "near" in said else "(6\u2009831 of them, on 839 series).")
    assert "无环境类" in briefing.fared(s, ZH)


def stated(shipped, classes=(), city=("甲市", "City A"), **row):
    """A statement of 55 %, beside an own record of these classes."""
    names = dict(zip(("zh", "en"), city, strict=False))
    a = SimpleNamespace(own_record=OwnRecord(names, tuple(classes)) if classes else None)
    usual = {"verdict": "hard", "p_reach": 0.55, "method": "learned", "n_obs": 7, "latest_value": 60.0, "binding": True}
    record = shipped.indicators["urban_sewage_treatment_rate"]
    return SimpleNamespace(**{**usual, "analysis": a, "record": record} | row)


def own(low, high, statements, came_true, demo=False):
    return OwnClass(low, high, statements, came_true, 0.5, series=9, indicators=4, origins=6, demo=demo)


def test_the_own_record_comes_first_and_says_whose_it_is(shipped):
    classes = [own(0.4, 0.6, 71, 49), own(0.6, 0.8, 80, 60)]
    zh, en = (briefing.fared(stated(shipped, classes), w) for w in (ZH, EN))
    assert zh.startswith(
        "甲市数据回溯检验：当时尚未达标、说有 40 %—60 % 可能的 71 项判断中，后来实现 49 项"
        "（9 条序列、6 个年份，判断互有重叠，仅供参考）。在卫生、经济、就业和教育的参照序列上"
    )
    assert en.startswith(
        "Back-tested on City A’s own data: of 71 statements that gave 40–60 % to a target not yet met, 49 came true "
        "(9 series, 6 years; they overlap, so this is a rough guide). On reference series of health"
    )
    two_cities = stated(shipped, classes, city=(), p_reach=0.6)  # a class begins at its lower bound
    assert briefing.fared(two_cities, ZH).startswith("本地数据回溯检验：当时尚未达标、说有 60 %—80 % 可能的 80 项")
    assert "this folder’s own data: of 80 statements" in briefing.fared(two_cities, EN)


def test_an_own_record_is_silent_where_it_is_thin_and_marked_where_it_rests_on_demo_data(shipped):
    thin = stated(shipped, [own(0.4, 0.6, 59, 20)])
    assert briefing.fared(thin, ZH).startswith("在卫生")
    assert briefing.fared(stated(shipped, [own(0.6, 0.8, 71, 49)]), ZH).startswith("在卫生")  # of another class
    marked = briefing.fared(stated(shipped, [own(0.4, 0.6, 71, 49, demo=True)]), ZH)
    assert "仅供参考）。【演示数据】在卫生" in marked
    certain = stated(shipped, [own(0.8, 1.0, 71, 49)], p_reach=1.0)
    assert "80–100 %" in briefing.fared(certain, EN).split(" On ")[0]
    for silent in ({"verdict": "reached"}, {"p_reach": float("nan")}, {"method": "record"}):
        assert briefing.fared(stated(shipped, [own(0.4, 0.6, 71, 49)], **silent), EN) == ""


# ---------------------------------------------------------------------- a small folder, word for word


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A county one village short of 60 of 100, with an incident three years ago; another that lacks nearly everything."""
    folder = Folder(tmp_path_factory.mktemp("small") / "data")
    for year in range(2016, 2024):
        folder.add(("C1", year, "villages", 100, "village"))
        folder.add(("C1", year, "villages_sewage_treated", 59 - 5 * (2023 - year), "village"))
        folder.add(("C2", year, "villages", 200, "village"))
    folder.add(*(("C1", year, "major_incidents", int(year == 2021), "piece") for year in (2021, 2022, 2023)))
    folder.add(("C1", 2023, "red_line_area", 50, "km²"), ("C1", 2023, "rural_households", 900, "household"))
    folder.add(("C2", 2023, "households_sanitary_toilet", 80, "household"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    folder.target("red_line_area", "not_below_base", due=2025)
    folder.target("no_major_incident", "done", due=2021)
    folder.target("sanitary_toilet_rate", ">=", 90, "%", due=2025)
    return analyse(folder.path, 2023)


def test_a_number_is_led_back_step_by_step(small):
    zh, en = (briefing.chain(small["C1", "25"], w).splitlines() for w in (ZH, EN))
    assert zh[0] == "乙县 · 25 农村生活污水治理率" and "尚差 1.0 个百分点，合 1 个村；" in zh[1]
    assert zh[2] == "方法：由同类序列学得的分布；数据 8 年"
    assert zh[3].startswith("历年数值：2016: 24.0、2017: 29.0、") and zh[3].endswith("、2023: 59.0")
    assert zh[-3] == "定义：建设指标（2021年修订版），农村生活污水（置信度 C，未核实）"
    assert en[-3] == "Definition: 2021 revision, rural sewage (confidence C, unverified)"
    assert zh[-1] == (
        "← 完成生活污水治理的行政村数，乙县，2023 年：59 个村，实测统计；"
        "yearbook 2023 p. 88；statistics/statistics.csv:24"
    )
    assert en[0] == "County B · 25 Rural domestic sewage treatment rate" and "1 village short" in en[1]
    assert en[2] == "Method: distribution learned from series of the kind; 8 years of data"
    assert en[-2] == (
        "← Administrative villages, County B, 2023: 100 villages, observed; yearbook 2023 p. 88; "
        "statistics/statistics.csv:23"
    )


def test_the_reasons_of_a_forecast_stand_in_the_chain_values_in_percent_and_differences_in_points(small, monkeypatch):
    monkeypatch.setattr(
        briefing.forecast, "sentences", lambda why, w, decimals, unit, points: [f"59.{'0' * decimals}{unit} +1{points}"]
    )
    assert "· 59.0 % +1 个百分点" in briefing.chain(small["C1", "25"], ZH).splitlines()


def test_what_is_lacking_is_named_with_whose_it_is(small):
    assert briefing.lacking(small["C1", "sanitary_toilet_rate"], ZH) == "缺少使用无害化卫生厕所的农村户数"
    assert briefing.lacking(small["C2", "sanitary_toilet_rate"], ZH) == "缺少农村户数"
    assert briefing.lacking(small["C", "red_line_area"], ZH) == "缺少自然生态空间：生态保护红线面积（丙县）"
    assert briefing.lacking(small["C", "25"], EN) == "lacks Villages with domestic sewage treated (County C)"


def test_the_headline_of_a_county_that_missed_its_one_item_due(small):
    said = briefing.headline(small["C1"], ZH)
    assert said[:3] == [
        "截至 2023 年底，乙县到期应考核 1 项：按期达标 0 项，到期未达标 1 项，尚不能判定 0 项。",
        "尚不具备申报条件：约束性指标 1 项未达标；参考性指标均尚不能判定（要求达标 80 %）。",
        "约束性指标到期未达标 1 项：突发生态环境事件应急管理机制。",
    ]
    assert said[3].startswith("全部 4 项到复核时：") and said[4].startswith("与 2022 年相比：")
    assert said[5:] == ["注：约束性、参考性划分及参考性达标比例（80 %）未核实。"]
    assert briefing.headline(small["C1"], ZH, since=False) == said[:4] + said[5:]


def test_the_headline_of_a_city_of_which_too_little_is_known(small):
    said = briefing.headline(small["C"], EN)
    assert said[1] == (
        "Whether it may apply cannot be told: 2 binding items lack data, papers or a target; "
        "no advisory item is known yet (80 % asked)."
    )
    assert said[2] == "Binding items that cannot be told yet (2): River chief system, Emergency management."


def test_a_sum_of_some_counties_decides_nothing(small):
    assert briefing.sentence(small["C", "25"], ZH) == (
        "缺少完成生活污水治理的行政村数（丙县），暂不能判断。"
        "2023 年 2 个县区中有 1 个报送，合计为 59.0 %，不代表全市，不据以判定。"
    )


def test_an_event_at_the_date_is_told_though_none_has_happened_since(small):
    said = briefing.sentence(small["C1", "no_major_incident"], ZH)
    assert said.startswith("2023 年未发现违反情形，符合要求，需巩固；到 2026 年始终不发生的概率 ")
    assert said.endswith(" %。2021 年曾发生，到期未达标。材料尚未提供。")
    assert briefing.sentence(small["C1", "no_major_incident"], EN).endswith(
        " %. There was one in 2021; missed at its date. No papers supplied yet."
    )


def test_a_county_one_village_short_has_its_part_of_the_city_s_gap(folder):
    """59 of 100 and 110 of 200 villages, 60 % asked: 1 and 10 short, the city 180 − 169 = 11."""
    for code, treated, villages in (("C1", 59, 100), ("C2", 110, 200)):
        for year in range(2018, 2024):
            folder.add((code, year, "villages", villages, "village"))
            folder.add((code, year, "villages_sewage_treated", treated - 2 * (2023 - year), "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    a = analyse(folder.path, 2023)
    assert briefing.contribution(a["C1", "25"], ZH) == ("甲市缺口 11 个村，其中乙县占 1 个村（9 %）。")
    assert "share is 1 village (9 %)" in briefing.contribution(a["C1", "25"], EN)
    assert briefing.contribution(a["C", "25"], ZH) == ""


@pytest.mark.parametrize(("latest", "end"), [(90, "越接近上限越慢。"), (60, "历年起伏较大，难以保证。")])
def test_why_a_recent_pace_that_would_do_is_not_believed(latest, end):
    record = SimpleNamespace(low=0.0, high=100.0)
    s = SimpleNamespace(
        pace_required=2.0, pace_observed=4.0, pace_for_80=3.0, p_reach=0.4, warnings=("slows",), record=record
    )
    s.latest_value = latest
    assert briefing.slows(s, ZH, 2.0, 1).endswith(end)
