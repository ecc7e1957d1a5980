"""The briefing deck, opened again: the worked city's answer word for word, charts against their frames, nothing crowded."""

import io
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from export.office_rules import against_the_schema
from export.slides_seen import broken_rules, cells, charts, crowded, opened, small_words, texts, titled, titles
from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

import ecoanalysis as eco
from ecoanalysis import cli, look, plotdata, words
from ecoanalysis.export import pptx, slides
from ecoanalysis.plan import kept
from ecoanalysis.runs import work

WORKED = Path(__file__).resolve().parents[1] / "worked_city"


@pytest.fixture(scope="module")
def deck(request, worked, tmp_path_factory):
    """The decks by name, each written when a test first asks for it: the worked city's do not wait for the shipped one's."""
    folder = tmp_path_factory.mktemp("decks")

    def written(name: str) -> Path:
        path = folder / f"{name}.pptx"
        if not path.exists():
            city, lang = name.split("_")
            pptx.write(worked if city == "worked" else request.getfixturevalue("analysis"), path, lang)
        return path

    return written


@pytest.fixture(scope="module")
def chinese(deck):
    return opened(deck("worked_zh"))


@pytest.fixture(scope="module")
def english(deck):
    return opened(deck("worked_en"))


@pytest.fixture(scope="module", params=["worked_zh", "worked_en", "shipped_zh", "shipped_en"])
def each(request, deck):
    return deck(request.param)


# ---------------------------------------------------------------------- the story of the worked city


def test_every_title_is_the_message_of_its_slide(chinese):
    assert titles(chinese) == [
        "示例市生态文明建设指标可达性汇报",
        "示例市尚不具备申报条件：约束性指标 3 项到期未达标、2 项尚不能判定",
        "示例市与 2022 年相比：前进 1 项、到期转为未达标 6 项",
        "示例市：到期未达标 6 项（约束性 3 项），未到期而尚未达标 2 项，城镇人均公园绿地面积尚差 89.2 公顷",
        "农村生活污水治理率 30.4 %，目标 ≥ 40 %，尚差 50 个村，其中北县占 40 个村，最多",
        "城镇人均公园绿地面积 7.59 平方米/人，目标 ≥ 13 平方米/人，尚差 89.2 公顷，其中北县占 84.2 公顷，最多",
        "示例市现已达标、需要巩固 1 项：城镇污水处理率",
        "示例市要落实 10 项任务，其中约束性指标 3 项",
        "7 项未达标指标尚无项目支撑",
        "距国家复核 1\u2009096 天",
        "请研究决定 9 件事",
        "附：概率由历年变化推算，是预测而非承诺",
        "北县：到期未达标 3 项（均为参考性），城镇人均公园绿地面积尚差 84.2 公顷",
        "南县：到期未达标 6 项（约束性 4 项），农村生活污水治理率尚差 11 个村",
    ]


def test_english_titles_say_the_same(english):
    told = [title for title in titles(english) if not title.endswith("(continued)")]
    assert told[:4] == [
        "Example City: will the ecological-civilisation targets be reached?",
        "Example City may not apply yet; binding items missed: 3, not yet known: 2",
        "Example City since 2022: up 1, missed at their date 6",
        "Example City: missed 6 (3 binding); unmet and not yet due 2; Park green area per urban resident 89.2 ha short",
    ]
    assert "1\u2009096 days to National re-inspection" in told and told[-2].startswith(
        "North County: missed 3, all advisory"
    )


def test_the_answer_says_what_stands_in_the_way_and_who_leads(chinese):
    said = texts(titled(chinese, "示例市尚不具备申报条件"))
    assert [text for text in said if re.match(r"\d+\n", text)] == [
        "3\n按期达标",
        "6\n到期未达标",
        "3\n尚不能判定",
        "2\n尚未到期",
    ]
    assert (
        "8 水环境质量：尚差 10.0 个百分点，合 1 个断面（生态环境局牵头）\n"
        "12 危险废物利用处置率：尚差 0.06 个百分点，合 5.65 吨（生态环境局牵头）\n"
        "14 突发生态环境事件应急管理机制：2023 年发生 1 起（生态环境局牵头）" in said
    )
    assert (
        "1 生态文明建设规划：待补材料（生态环境局牵头）\n"
        "17 单位地区生产总值能耗：待上级下达目标（发展改革委牵头）" in said
    )


def test_what_moved_stands_with_value_and_class_before_and_after(chinese):
    """99.7 % of hazardous waste before, 5.65 t of 9,470 t left now; urban sewage 94.0 before, exactly 95 now."""
    table = cells(titled(chinese, "示例市与 2022 年相比"))
    assert table[0] == ["指标", "2022 年数值", "2023 年数值", "2022 年可达性", "2023 年可达性", "变化"]
    assert ["12a 危险废物利用处置率", "99.7 %", "99.94 %", "重点攻关", "重点攻关", "到期未达标"] in table
    assert table[-1] == ["24 城镇污水处理率", "94.0 %", "95.0 %", "难达标", "需巩固", "前进"]


def test_named_weak_points_say_what_is_missing_in_each_county(chinese):
    """Of the city's 50 villages 40 and 10 are the counties' parts; of 89.2 ha 84.24 and 4.95."""
    sewage = cells(titled(chinese, "农村生活污水治理率 30.4"))
    assert sewage[0] == ["地区", "现状值", "尚缺", "占全市缺口", "可达性"]
    assert [row[:4] for row in sewage[1:]] == [
        ["北县", "29.0", "45 个村", "40 个村"],
        ["南县", "29.0", "11 个村", "10 个村"],
    ]
    parks = cells(titled(chinese, "城镇人均公园绿地面积 7.59"))
    assert [row[:4] for row in parks[1:]] == [
        ["北县", "0.00", "84.2 公顷", "84.2 公顷"],
        ["南县", "12.50", "4.95 公顷", "4.95 公顷"],
    ]


def test_what_is_unmet_stands_with_its_kind_its_due_year_and_its_lead(chinese, worked):
    """What was missed at its date comes first; of what is open the chance is that of reaching it."""
    table = cells(titled(chinese, "示例市：到期未达标 6 项"))
    assert table[0] == ["指标", "属性", "现状值", "目标值", "到期", "差距", "可达性", "牵头部门"]
    assert [row[:6] + row[7:] for row in table[1:]] == [
        ["28 城镇人均公园绿地面积", "参考性", "7.59 平方米/人", "≥ 13 平方米/人", "2023", "89.2 公顷", "住建局"],
        ["14a 突发生态环境事件应急管理机制：无重特大突发生态环境事件", "约束性", "1", "不得发生", "2023", "—", "生态环境局"],
        ["8b 水环境质量：劣Ⅴ类断面比例", "约束性", "10.0 %", "0 %", "2023", "1 个断面", "生态环境局"],
        ["12a 危险废物利用处置率", "约束性", "99.94 %", "100 %", "2023", "5.65 吨", "生态环境局"],
        ["32c 绿色产品市场占有率：一次性消费品人均使用量", "参考性", "45.0 件/人", "逐年下降", "2023", "—", "商务局"],
        ["36 公众对生态文明建设的参与度", "参考性", "79.7 %", "≥ 80 %", "2023", "0.3 个百分点", "生态环境局"],
        ["25 农村生活污水治理率", "参考性", "30.4 %", "≥ 40 %", "2025", "50 个村", "生态环境局"],
        ["10 林草覆盖率", "参考性", "40.4 %", "≥ 41 %", "2023", "19.4 平方公里", "林草局"],
    ]  # fmt: skip
    judged = {row[0].split()[0]: row[6] for row in table[1:]}
    assert judged["8b"] == judged["12a"] == judged["14a"] == "重点攻关" and judged["28"] == "需专项措施 <1 %"
    sewage = worked["示例市", "25"]
    assert judged["25"] == f"难达标 {words.of('zh').chance(sewage.p_reach)}" != f"难达标 {sewage.p_hold:.0%}"


def test_what_may_slip_has_the_chance_of_holding_and_the_year_it_is_held_to(chinese, worked):
    """The city stands at exactly 95 % in 2023: reached for certain, and by no means held to 2026."""
    s = worked["示例市", "24"]
    assert s.p_reach == 1 and 0.5 < s.p_hold < 0.8
    head, row = cells(titled(chinese, "示例市现已达标、需要巩固 1 项"))
    assert head == ["指标", "现状值", "目标值", "保持概率", "保持到", "牵头部门"]
    chance = words.of("zh").chance(s.p_hold)
    assert row == ["24 城镇污水处理率", "95.0 %", "≥ 95 %", chance, "2026", "住建局"] and chance != ">99 %"


def test_a_county_s_slide_speaks_of_the_county(chinese, worked):
    slide = titled(chinese, "北县：到期未达标 3 项")
    (said,) = [text for text in texts(slide) if text.startswith("截至 2023 年底")]
    assert said.startswith("截至 2023 年底，北县到期应考核 13 项：按期达标 8 项，到期未达标 3 项，尚不能判定 2 项。")
    assert said.endswith("全部 15 项到复核时：稳固 7 项，需巩固 1 项，可争取 2 项，把握不大 3 项，尚不能判断 2 项。")
    table = cells(slide)
    assert table[0] == ["指标", "现状值", "目标值", "尚缺", "可达性", "牵头部门"]
    assert [row[:4] + row[5:] for row in table[1:]] == [
        ["28 城镇人均公园绿地面积", "0.00 平方米/人", "≥ 13 平方米/人", "84.2 公顷", "住建局"],
        ["25 农村生活污水治理率", "29.0 %", "≥ 40 %", "45 个村", "生态环境局"],
        ["18 单位地区生产总值用水量", "44.6 立方米/万元", "≤ 40 立方米/万元", "46.3 万立方米", "水务局"],
        ["10 林草覆盖率", "39.2 %", "≥ 41 %", "21.2 平方公里", "林草局"],
        ["27 农村生活垃圾无害化处理村占比", "75.0 %", "> 75 %", "1 个村", "住建局"],
        ["36 公众对生态文明建设的参与度", "82.0 %", "≥ 80 %", "—", "生态环境局"],
    ]
    judged = {row[0].split()[0]: row[4] for row in table[1:]}
    zh, met = words.of("zh"), worked["北县", "36"]
    assert judged["36"] == f"需巩固 {zh.chance(met.p_hold)}" and met.p_reach == 1 and met.p_hold < 0.99
    assert judged["25"] == f"难达标 {zh.chance(worked['北县', '25'].p_reach)}"


def test_the_task_sheet_says_what_who_where_and_until_when(chinese):
    table = cells(titled(chinese, "示例市要落实 10 项任务"))
    assert len(table) == 1 + 10
    assert table[0] == ["措施", "牵头", "配合", "县区", "时限"]
    assert table[1:3] == [
        ["28 城镇人均公园绿地面积：补上 89.2 公顷（2024—2026 年每年约 29.7 公顷）", "住建局", "—",
         "北县 84.2 公顷、南县 4.95 公顷", "2026 年底"],
        ["25 农村生活污水治理率：补上 50 个村（2024—2025 年每年 25 个村）", "生态环境局", "—",
         "北县 40 个村、南县 10 个村", "2025 年底"],
    ]  # fmt: skip
    assert ["8b 水环境质量：劣Ⅴ类断面比例：减少 1 个断面", "生态环境局", "—", "南县 1 个断面", "2026 年底"] in table
    assert ["补齐佐证材料：1 生态文明建设规划", "生态环境局", "—", "示例市", "2026 年底"] in table
    assert ["争取上级明确目标值：17 单位地区生产总值能耗", "发展改革委", "—", "示例市", "2026 年底"] in table


def test_dates_count_the_days(chinese):
    """From the end of 2023 to the end of 2026: 366 + 365 + 365 days."""
    assert cells(titled(chinese, "距国家复核")) == [
        ["日期", "节点", "要求", "状态", "剩余"],
        ["2023 年 12 月 31 日", "国家核查验收", "约束性指标全部达标，档案资料齐全", "当日", "0 天"],
        ["2026 年 12 月 31 日", "国家复核", "各项指标持续达标", "下一个", "1\u2009096 天"],
    ]


def test_decisions_name_who_is_to_do_what(chinese):
    (said,) = [text for text in texts(titled(chinese, "请研究决定")) if text.startswith("1. ")]
    lines = said.split("\n")
    assert lines[0] == "1. 达到申报要求前不宜申报，请研究申报时间。"
    assert (
        lines[1] == "2. 请住建局牵头，2026 年底前补上城镇人均公园绿地面积缺口 5.41 平方米/人，合 89.2 公顷。"
        "分解到：北县 84.2 公顷、南县 4.95 公顷。"
    )
    assert (
        lines[2] == "3. 请生态环境局牵头，2025 年底前补上农村生活污水治理率缺口 9.6 个百分点，合 50 个村。"
        "分解到：北县 40 个村、南县 10 个村。"
    )
    assert lines[-4:] == [
        "6. 请各牵头单位补齐 1 项指标的佐证材料：生态文明建设规划。",
        "7. 请向上级争取明确 1 项指标的目标值：单位地区生产总值能耗。",
        "8. 请为尚无项目支撑的 2 项约束性目标安排项目和资金。",
        "9. 请核实指标的约束性、参考性划分和参考性达标比例要求。",
    ]


def test_methods_stand_in_the_annex_alone(chinese):
    developers = re.compile("面板|分位|参照|样本|路径|seed|quantile|0–10")
    for slide, title in zip(chinese.slides, titles(chinese), strict=True):
        said = "\n".join([*texts(slide), *(" ".join(row) for s in slide.shapes if s.has_table for row in cells(slide))])
        assert not developers.search(said), title
        assert ("历年变化推算今后各年" in said) == title.startswith("附：")


def test_the_share_of_demo_data_stands_behind_the_number_of_figures(deck):
    said = "\n".join(texts(titled(opened(deck("shipped_zh")), "附："))).split("\n")
    at = next(n for n, line in enumerate(said) if line.startswith("数据：8 个地区"))
    assert said[at + 1].startswith("其中演示数据占 ")
    assert "随年变化的指标：按历年变化推算今后各年的可能数值，其中达到目标的比例即达标概率。" in said


def test_notes_hold_talking_points_and_then_sources(chinese):
    notes = titled(chinese, "农村生活污水治理率").notes_slide.notes_text_frame.text
    points, sources = notes.split("\n\n数据来源（文件:行）\n")
    assert points.startswith(
        "农村生活污水治理率：2023 年为 30.4 %，目标 2025 年底不低于 40 %，尚差 9.6 个百分点，合 50 个村"
    )
    assert sources.split("\n")[:3] == [
        "示例市 · 25 农村生活污水治理率 = 30.4 %（2023）",
        "  invented for this example（statistics/villages.csv:31）",
        "  invented for this example（statistics/villages.csv:61）",
    ]
    for slide in chinese.slides:
        assert slide.notes_slide.notes_text_frame.text.strip()


def test_only_slides_that_rest_on_demo_data_bear_the_mark(chinese):
    """The worked city's one demo indicator is North's drinking water: in its headline, in no named weak point."""
    marked = [title for slide, title in zip(chinese.slides, titles(chinese), strict=True) if "演示数据" in texts(slide)]
    assert marked == [titles(chinese)[0], titles(chinese)[1], titles(chinese)[-2]]


def test_the_shipped_city_rests_on_demo_data_but_for_its_dates_and_methods(deck):
    slides_ = opened(deck("shipped_zh"))
    plain = [
        title for slide, title in zip(slides_.slides, titles(slides_), strict=True) if "演示数据" not in texts(slide)
    ]
    assert plain == ["核查验收阶段；距2024年度档案更新 366 天", "附：概率由历年变化推算，是预测而非承诺"]


def test_projects_are_told_without_and_with_them(deck):
    """The shipped demo projects: 30 ha of parks in Maiji, whose cost is 21 million, half of them three years long."""
    slide = titled(opened(deck("shipped_zh")), "6 个项目：天水市")
    assert re.search(r"达标概率由 \d+ % 升至 \d+ %$", slide.shapes.title.text.replace("\u00a0", " "))
    table = cells(slide)
    assert table[0] == ["指标", "按期可增加", "考虑推迟后", "不计项目", "计入项目", "只靠项目", "投资"]
    row = next(row for row in table if row[0] == "甘谷县：农村生活污水治理率")
    assert row[1] == "60 个村" and row[-1] == "2\u2009700 万元" and "演示数据" in texts(slide)
    chances = [float(text.strip("<> %")) for text in row[3:5]]
    assert chances[0] < chances[1]


# ---------------------------------------------------------------------- charts


def test_a_chart_draws_its_frame_and_its_workbook_says_the_same(each, worked, analysis):
    source = worked if each.name.startswith("worked") else analysis
    lang, drawn = each.stem.split("_")[1], 0
    for slide in opened(each).slides:
        for frame in charts(slide):
            region, item = frame.name.split(" · ")
            s = source[region, item.split(" ")[0]]
            table, w = plotdata.fan(s), words.of(lang)
            values = {one.name: list(one.values) for plot in frame.chart.plots for one in plot.series}

            def same(said, expected, values=values):
                got = np.array([np.nan if v is None else v for v in values[said]], float)
                np.testing.assert_allclose(got, np.asarray(expected, float), rtol=1e-12)

            same(w("chart.history"), table["observed"])
            same(w("chart.median"), table["median"])
            same(w("chart.target"), table["target"])
            same(w("chart.band80"), (table["hi80"] - table["lo80"]).fillna(0))
            assert list(frame.chart.plots[0].categories) == [str(year) for year in table.index]
            due = values[f"{w('chart.due')} {s.due}"]
            assert [v for v in due if v is not None] == [s.target] and table.index[due.index(s.target)] == s.due
            book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob)).active
            column = [name.value for name in book[1]].index(w("chart.history"))
            kept_values = [row[column] for row in book.iter_rows(min_row=2, values_only=True)]
            np.testing.assert_allclose(np.array(kept_values, float), table["observed"].astype(float))
            assert frame.name in frame._element.nvGraphicFramePr.cNvPr.get("descr")
            mark = w.bracket(w.demo_mark(s.status == "demo"))
            name = f"{source.name(s.region_code, lang)} · {w.name(s.record)}{mark}"
            assert frame.chart.chart_title.text_frame.text == name
            drawn += 1
    assert drawn == 2


def test_gaps_stay_gaps_and_no_line_is_smoothed(each):
    for slide in opened(each).slides:
        for frame in charts(slide):
            space = frame.chart._chartSpace
            assert space.find(f".//{qn('c:dispBlanksAs')}").get("val") == "gap"
            assert {element.get("val") for element in space.iter(qn("c:smooth"))} == {"0"}


# ---------------------------------------------------------------------- look and soundness


def test_nothing_is_crowded_and_every_word_can_be_read(each):
    deck = opened(each)
    assert (deck.slide_width, deck.slide_height) == (Inches(13.333), Inches(7.5))
    assert crowded(deck) == [] and small_words(deck) == []
    assert len(deck.slides) < 30


def test_every_slide_bears_its_number(each):
    for number, slide in enumerate(opened(each).slides, 1):
        (field,) = slide._element.iter(qn("a:fld"))
        assert field.get("type") == "slidenum" and field.find(qn("a:t")).text == str(number)


def test_the_file_keeps_the_schema_and_the_rules_beside_it(each):
    assert against_the_schema(each) == []
    assert broken_rules(each) == []


def test_a_broken_file_is_noticed(each, tmp_path):
    """The rules are no ornament: a negative axis id and a stray attribute are found."""
    deck = opened(each)
    frame = next(frame for slide in deck.slides for frame in charts(slide))
    next(frame.chart._chartSpace.iter(qn("c:axId"))).set("val", "-2068027336")
    frame._element.nvGraphicFramePr.cNvPr.set("id", "2")
    deck.save(tmp_path / "broken.pptx")
    wrong = broken_rules(tmp_path / "broken.pptx")
    assert any("axId -2068027336" in text for text in wrong) and any("twice" in text for text in wrong)
    assert against_the_schema(tmp_path / "broken.pptx") != []


def test_the_file_says_whose_it_is_and_names_no_library(chinese):
    about = chinese.core_properties
    assert about.title == "示例市生态文明建设指标可达性汇报" and about.subject == "截至 2023 年（不使用更晚的数据）"
    assert about.author == about.last_modified_by == "示例市"
    now = datetime.now(UTC).replace(tzinfo=None)
    assert abs(about.created.replace(tzinfo=None) - now) < timedelta(minutes=30)
    assert not re.search("python|Canny|generated", " ".join([about.comments, about.keywords, about.category]))


def test_the_theme_names_a_chinese_font(chinese):
    master = chinese.slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    assert theme.blob.count(b"Microsoft YaHei") >= 2


def test_our_paper_has_the_colours_of_the_house_and_layouts_that_officials_can_name():
    paper = slides.plain_paper()
    theme = next(r.target_part for r in paper.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    colours = etree.fromstring(theme.blob).find(".//{*}clrScheme")
    named = {etree.QName(one).localname: f"#{one[0].get('val').lower()}" for one in colours}
    assert (named["dk1"], named["dk2"], named["accent1"], named["accent2"]) == (
        look.INK,
        look.QUIET,
        look.BAND,
        look.TARGET,
    )
    assert [layout.name for layout in paper.slide_layouts] == [
        "标题页 · Title", "标题和正文 · Title and text", "仅标题 · Title only", "空白 · Blank",
    ]  # fmt: skip
    bar = next(shape for shape in paper.slide_master.shapes if shape.name == "Bar")
    assert bar.width == paper.slide_width == Inches(13.333) and bar.fill.fore_color.rgb == RGBColor(0x3B, 0x7E, 0xA1)
    assert len(paper.slides) == 0 and paper.core_properties.author == ""


def test_text_is_as_large_as_its_box_allows():
    assert slides.fitting(["短句"], Inches(12), Inches(1), [18, 14]) == 18
    # 864 pt hold 48 glyphs of 18 pt or 61 of 14: 600 take 13 lines of 22.5 pt, or 10 of 17.5; 198 pt are there.
    assert slides.line_count("长" * 600, 48) == 13 and slides.line_count("长" * 600, 61) == 10
    assert slides.fitting(["长" * 600], Inches(12), Inches(2.75), [18, 14]) == 14
    assert slides.title_size("短" * 20, Inches(10), Inches(0.95)) == 28
    assert slides.title_size("长" * 29, Inches(10), Inches(0.95)) == 24  # one line before two larger ones


# ---------------------------------------------------------------------- many, few, long, none

LONG = ("最长名称民族自治县第{i:02d}号示范区", "Autonomous County of the Nationalities No {i:02d}")
AIMS = (
    "*,rural_sewage_treatment_rate,,>=,60,%,2023,2026,plan,环保局,水务局;农业局\n"
    "*,hazardous_waste_rate,a,>=,100,%,2023,2026,plan,环保局,\n"
)


REGIONS_ALONE = """code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size
C1,乙县,County B,county,,100,hill,other,
"""
TARGET_HEAD = (
    "region_code,indicator,part,comparison,value,unit,due,hold_until,source,lead_department,supporting_departments\n"
)


def counties(folder, number: int, years=range(2014, 2024), names=("第{i:02d}县", "County {i:02d}")):
    rows = [f"C{i},{names[0].format(i=i)},{names[1].format(i=i)},county,C,100,hill,other,\n" for i in range(number)]
    head = "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size\n"
    folder.write("regions.csv", head + "C,甲市,City A,city,,300,hill,other,medium_small\n" + "".join(rows))
    with (folder.path / "targets.csv").open("a", encoding="utf-8") as file:
        file.write(AIMS)
    for i in range(number):
        for year in years:
            treated = min(200, 10 + i + (year - 2014) * (i % 7 + 3))
            folder.add(
                (f"C{i}", year, "villages", 200, "village"),
                (f"C{i}", year, "villages_sewage_treated", treated, "village"),
            )
    return folder.path


def sound(deck, path) -> None:
    assert crowded(deck) == [] and small_words(deck) == [] and broken_rules(path) == []
    assert against_the_schema(path) == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_fourteen_counties_of_the_longest_names_have_a_slide_each(folder, tmp_path, lang):
    a = eco.analyse(counties(folder, 14, names=LONG), 2023, paths=100)
    path = pptx.write(a, tmp_path / "deck.pptx", lang)
    deck = opened(path)
    sound(deck, path)
    name = LONG[lang == "en"].format(i=13)
    assert any(title.startswith(name) for title in titles(deck)) and len(deck.slides) < 30


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_fifty_counties_are_told_in_a_table(folder, tmp_path, lang):
    a = eco.analyse(counties(folder, 50), 2023, paths=100)
    path = pptx.write(a, tmp_path / "deck.pptx", lang)
    deck = opened(path)
    sound(deck, path)
    assert len(deck.slides) < 30
    start = "50 个县区中" if lang == "zh" else "0 of 50 counties"
    told = [
        row
        for slide, t in zip(deck.slides, titles(deck), strict=True)
        if t.startswith(start)
        for row in cells(slide)[1:]
    ]
    names = [a.name(code, lang) for code in a.counties]
    assert [row[0] for row in told] == names
    assert told[0][1:5] == ["0", "1", "0", "1"]  # sewage missed, waste without data


@pytest.mark.parametrize("years", [[2023], []], ids=["one observation", "no data"])
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_little_or_nothing_is_told_as_that(folder, tmp_path, lang, years):
    a = eco.analyse(counties(folder, 2, years), 2023, paths=50)
    path = pptx.write(a, tmp_path / "deck.pptx", lang)
    deck = opened(path)
    sound(deck, path)
    awaited = [
        "12 危险废物利用处置率：待报数据（环保局牵头）",
        "12 Hazardous waste utilisation and disposal rate: data to come",
    ]
    assert awaited[lang == "en"] in "\n".join("\n".join(texts(slide)) for slide in deck.slides)


def test_a_county_of_which_nothing_is_known_is_not_called_sound(folder, tmp_path):
    """Both items of each county are due in 2023 and have no figure: nobody may read that nothing is wrong."""
    a = eco.analyse(counties(folder, 2, []), 2023, paths=50)
    for lang, title, told in (
        ("zh", "第01县：到期指标均尚不能判定", "尚有 2 项不能判定，请先补齐数据、材料和目标值。"),
        ("en", "County 01: no item due is known yet", "2 cannot be told before data, papers or targets are supplied."),
    ):
        slide = titled(opened(pptx.write(a, tmp_path / "deck.pptx", lang)), title)
        said = "\n".join(texts(slide))
        assert told in said and "—" not in said.replace("——", "")
    assert "参考性指标均尚不能判定（要求达标 80 %）" in "\n".join(
        texts(titled(opened(pptx.write(a, tmp_path / "deck.pptx", "zh")), "第01县"))
    )


def test_columns_lend_each_other_room():
    """25 glyphs beside figures, 4 lines in an inch and a bit: the figures' columns give, and no word or number is broken."""
    inch = Inches(1)
    lines = [["指标", "值", "牵头部门"], ["污水", "30 %", "住房和城乡建设局、生态环境局、农业农村局、水务局"]]
    widths = slides._widths(lines, [4 * inch, 4 * inch, inch], 14)
    assert sum(widths) == 9 * inch and min(widths) >= slides.NARROWEST
    assert slides._row_height(lines[1], widths, 14) < slides._row_height(lines[1], [4 * inch, 4 * inch, inch], 14)
    assert slides.line_count(lines[1][2], (widths[2] - 2 * slides.CELL_SIDE) / Pt(1) / 14) <= 2
    assert all(slides._is_whole(line, widths, 14) for line in lines)


def test_a_region_that_may_apply_is_told_so(folder, tmp_path):
    folder.write("regions.csv", REGIONS_ALONE)
    folder.write("targets.csv", TARGET_HEAD + "*,rural_sewage_treatment_rate,,>=,10,%,2023,2026,plan,环保局,\n")
    for year in range(2014, 2024):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", 150, "village"))
    path = pptx.write(eco.analyse(folder.path, 2023, paths=50), tmp_path / "deck.pptx", "zh")
    deck = opened(path)
    sound(deck, path)
    assert titles(deck)[1] == "乙县已具备申报条件：约束性指标全部达标"
    (said,) = [text for text in texts(titled(deck, "请研究决定")) if text.startswith("1. ")]
    assert said.split("\n") == [
        "1. 已具备申报条件，请研究提出申报。",
        "2. 请核实指标的约束性、参考性划分和参考性达标比例要求。",
        "3. 各项指标均已达标，请继续巩固，逐年更新档案。",
    ]


def test_a_county_has_a_deck_of_its_own(worked, tmp_path):
    path = pptx.write(worked, tmp_path / "north.pptx", "zh", ["北县"])
    deck = opened(path)
    sound(deck, path)
    assert titles(deck)[1] == "北县尚不具备申报条件：参考性指标达标比例不够、约束性指标 2 项尚不能判定"
    assert not any("南县" in title for title in titles(deck)) and deck.core_properties.author == "北县"
    (row,) = [row for row in cells(titled(deck, "北县要落实")) if row[0].startswith("28 ")]
    assert row == ["28 城镇人均公园绿地面积：补上 84.2 公顷", "住建局", "—", "北县", "2026 年底"]


def test_an_analysis_with_projects_in_says_so_first(analysis, tmp_path):
    deck = opened(pptx.write(analysis.with_projects(), tmp_path / "deck.pptx", "zh"))
    assert "以下数字已计入项目。" in "\n".join(texts(deck.slides[0]))
    assert "各页的概率和差距均已计入项目。" in "\n".join(texts(titled(deck, "附：")))
    assert crowded(deck) == []


def test_an_unknown_region_is_told(worked, tmp_path):
    with pytest.raises(eco.analysis.NotThere, match="北县"):
        pptx.write(worked, tmp_path / "x.pptx", "zh", ["北线"])


def test_a_deck_of_a_kept_analysis_says_the_same(analysis, deck, tmp_path):
    """A run writes its documents from what it has kept: projects and tasks are not lost on the way."""
    work.save(analysis, tmp_path)
    again = opened(pptx.write(work.load(tmp_path), tmp_path / "again.pptx", "zh"))
    first = opened(deck("shipped_zh"))
    assert titles(again) == titles(first)
    for one, other in zip(first.slides, again.slides, strict=True):
        assert texts(one) == texts(other)
        assert [s.has_table and cells(one) for s in one.shapes] == [s.has_table and cells(other) for s in other.shapes]
    for name in kept.MAKERS:
        tables = kept.table(work.load(tmp_path), name), kept.table(analysis, name)
        pd.testing.assert_frame_equal(*tables, check_dtype=False, rtol=1e-12)


def test_a_chance_is_of_reaching_what_is_open_and_of_holding_what_is_met(worked):
    w, s = words.of("zh"), worked["北县", "25"]
    assert pptx.judged(replace(s, verdict="hard", p_reach=0.32, p_hold=0.07), w) == "难达标 32 %"
    assert pptx.judged(replace(s, verdict="reached_at_risk", p_reach=1.0, p_hold=0.61), w) == "需巩固 61 %"
    assert pptx.judged(replace(s, verdict="out_of_reach", p_reach=float("nan")), w) == "需专项措施"


# ---------------------------------------------------------------------- a bureau's own deck


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    """A 4:3 deck with other layout names, other fonts and a slide of its own."""
    path = tmp_path_factory.mktemp("bureau") / "模板.pptx"
    deck = Presentation()
    layout = deck.slide_layouts[5]
    layout.name, layout._element.attrib["type"] = "仅标题", "cust"
    deck.slide_layouts[0].placeholders[0].left = Inches(1.5)
    master = deck.slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    theme._blob = theme.blob.replace(b'<a:latin typeface="Calibri"', b'<a:latin typeface="FangSong"')
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "样张"
    deck.save(path)
    return path


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_template_gives_layouts_fonts_and_size(worked, bureau, tmp_path, lang):
    path = pptx.write(worked, tmp_path / "deck.pptx", lang, template=bureau)
    deck = opened(path)
    sound(deck, path)
    assert deck.slide_width == Inches(10) and "样张" not in titles(deck)
    assert [slide.slide_layout.name for slide in deck.slides][1:] == ["仅标题"] * (len(deck.slides) - 1)
    master = deck.slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    assert b"FangSong" in theme.blob and b"YaHei" not in theme.blob
    for slide in deck.slides:
        named = [e.get("typeface") for e in slide._element.iter(qn("a:latin"), qn("a:ea"))]
        assert not named
        for frame in charts(slide):
            assert not list(frame.chart._chartSpace.iter(qn("a:latin"), qn("a:ea")))


def test_a_template_that_is_none_is_a_sentence(worked, tmp_path):
    (tmp_path / "notes.pptx").write_text("no deck")
    for name, said in (
        ("notes.pptx", "不是可用的模板：notes.pptx。"),
        ("missing.pptx", "没有找到模板 .*missing.pptx。"),
    ):
        with pytest.raises(pptx.NoDeck, match=said) as told:
            pptx.write(worked, tmp_path / "x.pptx", "zh", template=tmp_path / name)
        assert "does not exist yet" not in str(told.value) and "不存在的文件名" not in str(told.value)
    with pytest.raises(pptx.NoDeck, match="不是可用的演示文稿：notes.pptx.*或换一个不存在的文件名"):
        pptx.chart_slide(worked["示例市", "25"], tmp_path / "notes.pptx")
    assert not (tmp_path / "x.pptx").exists()


def test_a_chart_goes_into_a_foreign_deck(worked, bureau, tmp_path):
    path = shutil.copy(bureau, tmp_path / "theirs.pptx")
    author = opened(path).core_properties.author
    assert pptx.chart_slide(worked["示例市", "25"], path, "zh") == Path(path)
    pptx.chart_slide(worked["北县", "28"], path, "en")
    deck = opened(path)
    assert [slide.shapes.title.text_frame.text.replace("\u00a0", " ") for slide in deck.slides] == [
        "样张",
        "示例市 · 25 农村生活污水治理率：尚差 50 个村（难达标）",
        "North County · 28 Park green area per urban resident: 84.2 ha short (Special measures)",
    ]
    (frame,) = charts(deck.slides[1])
    assert frame.name == "示例市 · 25 农村生活污水治理率" and deck.core_properties.author == author
    assert against_the_schema(path) == [] and broken_rules(path) == []
    assert all(int(e.get("val")) > 0 for e in frame.chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")))


def test_a_chart_has_a_new_deck_named_after_it(worked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = pptx.chart_slide(worked["北县", "23"])
    assert path.name == "北县_23_集中式饮用水水源地水质优良比例.pptx"
    deck = opened(path)
    sound(deck, path)
    assert "演示数据" in texts(deck.slides[0])  # North's drinking water is marked demo
    (frame,) = charts(deck.slides[0])
    assert frame.chart.chart_title.text_frame.text.endswith("【演示数据】")


def test_what_cannot_be_drawn_or_written_is_a_sentence(worked, tmp_path):
    with pytest.raises(pptx.NoChart, match="示例市 · 1 生态文明建设规划没有可画的数值"):
        pptx.chart_slide(worked["示例市", "1"], tmp_path / "x.pptx")
    (tmp_path / "a file").write_text("")
    with pytest.raises(pptx.NoDeck, match="未能写入"):
        pptx.chart_slide(worked["示例市", "25"], tmp_path / "a file" / "x.pptx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file"]


def test_the_command_writes_a_deck_for_each_region(tmp_path, capsys):
    data = ["deck", "--data", str(WORKED), "--as-of", "2023", "--out", str(tmp_path)]
    assert cli.main([*data, "--region", "北县", "--region", "南县"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["briefing_北县_zh.pptx", "briefing_南县_zh.pptx"]
    assert "briefing_北县_zh.pptx" in capsys.readouterr().out
    assert cli.main([*data, "--template", str(WORKED / "regions.csv")]) == 2
    said = capsys.readouterr().err
    assert "不是可用的模板：regions.csv" in said and "Traceback" not in said


def test_a_weak_point_without_any_figure_is_a_sentence_and_no_table_of_dashes(tmp_path):
    from export import conftest

    (tmp_path / "statistics").mkdir()
    tables = {"regions": conftest.REGIONS, "targets": conftest.TARGETS, "evidence": conftest.EVIDENCE}
    for name, text in (tables | {"statistics/statistics": conftest.STATISTICS}).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    pptx.write(eco.analyse(tmp_path, 2023), tmp_path / "x.pptx", "zh")
    slide = titled(opened(tmp_path / "x.pptx"), "农村生活污水治理率缺少数据")
    assert not any(shape.has_table for shape in slide.shapes)
    assert "没有任何数据，暂不能判断。\n牵头部门：环保局；配合部门：水务局、农业局。" in texts(slide)


def test_a_gap_between_chinese_and_digits_has_room():
    """Two glyphs, two digits at 0.63 and a gap of 0.3 on either side: some programs set one where no space is written."""
    assert slides.ems("第14县") == pytest.approx(2 + 2 * 0.63 + 2 * 0.3) == slides.ems("14") + slides.ems("第县") + 0.6
    assert slides.line_count("第14县", 3.3) == 2 and slides.line_count("第14县", 3.9) == 1


def test_many_long_names_on_the_task_sheet_give_way_to_their_number(worked):
    sheet = pptx._Briefing(worked, words.of("en"), None, None)
    bureaus = [f"Municipal Bureau of Something Rather Long {i}" for i in range(6)]
    assert sheet.fewer(bureaus) == f"{bureaus[0]}, {bureaus[1]}, 6 departments in all"
    assert sheet.fewer(bureaus[:3]) == ", ".join(bureaus[:3])
    assert sheet.fewer(list("abcdef")) == "a, b, c, d, e, f"
