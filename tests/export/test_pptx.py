"""The slides, opened again: what they say of a small folder, hand-reckoned; charts stay editable, nothing overlaps."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from ecoanalysis.export import pptx

YEARS = range(2014, 2024)


@pytest.fixture(scope="module")
def opened(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("pptx") / "briefing.pptx"
    pptx.write(small, path, "zh")
    return Presentation(path)


@pytest.fixture(scope="module", params=["zh", "en"])
def shipped_deck(request, analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("pptx") / "briefing.pptx"
    pptx.write(analysis, path, request.param)
    return request.param, Presentation(path)


def titled(deck, title: str):
    return next(s for s in deck.slides if s.shapes.title is not None and s.shapes.title.text_frame.text == title)


def titles(deck) -> list[str]:
    return [s.shapes.title.text_frame.text for s in deck.slides if s.shapes.title is not None]


def texts(slide) -> list[str]:
    return [shape.text_frame.text.replace("\u00a0", " ") for shape in slide.shapes if shape.has_text_frame]


def cells(slide) -> list[list[str]]:
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text_frame.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]


def chart_of(slide):
    (frame,) = [shape for shape in slide.shapes if shape.has_chart]
    return frame


def test_the_headline_comes_first_then_the_named_weak_points_then_the_rest(opened):
    assert titles(opened)[:4] == [
        "甲市：总的判断",
        "甲市：方案点名的薄弱指标，差在哪里",
        "甲市：薄弱指标",
        "各县区可达性一览（1/1）",
    ]
    assert "乙县：总体情况与薄弱指标" in titles(opened) and "丙县：总体情况与薄弱指标" in titles(opened)


def test_the_headline_tells_what_was_missed_by_name_and_whether_the_city_may_apply(opened):
    said = "\n".join(texts(titled(opened, "甲市：总的判断")))
    assert "截至 2023 年底，甲市到期应考核 1 项：按期达标 0 项，到期未达标 1 项，尚不能判定 0 项。" in said
    assert "约束性指标到期未达标 1 项：危险废物利用处置率。" in said
    assert "尚不具备申报条件：约束性指标 1 项未达标、0 项尚不能判定；" in said
    assert "1\n到期未达标\n其中约束性 1 项" in said and "尚不具备\n申报条件" in said


def test_the_named_weak_points_say_what_is_missing_in_each_county(opened):
    """C: 40 % of 300 is 120, 88 are there; C1: 80 less 58; C2: 40 less 30; 22 and 10 make the city's 32."""
    table = cells(titled(opened, "甲市：方案点名的薄弱指标，差在哪里"))
    assert table[0][:2] == ["地区", "25 农村生活污水治理率（%）"]
    assert table[1][1:] == ["现状值", "尚缺", "占全市缺口", "可达性"]
    assert [row[:4] for row in table[2:]] == [
        ["甲市", "29.3", "32 个村", "—"],
        ["乙县", "29.0", "22 个村", "22 个村，69 %"],
        ["丙县", "30.0", "10 个村", "10 个村，31 %"],
    ]


def test_weak_points_stand_with_value_target_gap_and_department(opened):
    table = cells(titled(opened, "乙县：总体情况与薄弱指标"))
    waste = next(row for row in table if row[0] == "12a 危险废物利用处置率")
    assert waste[1:4] == ["99.50 %\n2023 年", "100 %", "2023"]
    assert waste[6:] == ["0.50 个百分点，合 5 吨", "环保局"]


def test_a_forecast_slide_says_pace_and_departments(opened):
    said = texts(titled(opened, "乙县 · 25 农村生活污水治理率"))
    side = next(text for text in said if "牵头部门" in text)
    assert "2023 年为 29.0 %，目标 2025 年底不低于 40 %，尚差 11.0 个百分点，合 22 个村" in side
    assert "近 5 年（2018—2023）年均提高 2.0 个百分点，尚需年均提高 5.5 个百分点" in side
    assert "甲市净缺口 32 个村（已由超额县区抵补），按缺口比例，乙县占 22 个村（69 %）。" in side
    assert "牵头部门：环保局" in side and "配合部门：水务局、农业局" in side


def test_a_chart_draws_what_was_measured_and_its_workbook_says_the_same(opened):
    frame = chart_of(titled(opened, "乙县 · 25 农村生活污水治理率"))
    series = {s.name: list(s.values) for plot in frame.chart.plots for s in plot.series}
    assert list(series) == ["80 % 区间下限", "80 % 区间", "历年数值", "预测中位", "目标", "到期 2025", "复核 2026"]
    measured = [11, 13, 15, 17, 19, 21, 23, 25, 27, 29]
    assert series["历年数值"] == [*map(pytest.approx, measured), *[None] * (len(series["目标"]) - 10)]
    assert set(series["目标"]) == {40}
    assert [v for v in series["到期 2025"] if v is not None] == [40]
    years = list(frame.chart.plots[0].categories)
    assert years[:10] == [str(year) for year in YEARS] and years[series["到期 2025"].index(40)] == "2025"
    # The fan opens at the last measured value.
    assert series["80 % 区间下限"][:10] == pytest.approx(measured) and series["80 % 区间"][9] == 0
    assert series["80 % 区间"][11] > series["80 % 区间"][10] > 0
    book = openpyxl.load_workbook(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob))
    rows = list(book.active.iter_rows(min_row=2, max_row=11, values_only=True))
    assert [row[3] for row in rows] == pytest.approx(measured)


def test_a_duty_has_no_fan(opened):
    frame = chart_of(titled(opened, "乙县 · 12a 危险废物利用处置率"))
    names = [s.name for plot in frame.chart.plots for s in plot.series]
    assert names == ["历年数值", "目标", "到期 2023", "复核 2026"]
    assert frame._element.find(f".//{qn('c:areaChart')}") is None


def test_a_chart_is_named_after_region_and_indicator_and_carries_its_demo_mark(opened):
    demo = chart_of(titled(opened, "丙县 · 25 农村生活污水治理率"))
    assert demo.name == "丙县 · 25 农村生活污水治理率"
    assert demo.chart.chart_title.text_frame.text == "丙县 · 农村生活污水治理率【演示数据】"
    plain = chart_of(titled(opened, "乙县 · 25 农村生活污水治理率"))
    assert plain.chart.chart_title.text_frame.text == "乙县 · 农村生活污水治理率"
    assert plain._element.nvGraphicFramePr.cNvPr.get("descr").startswith(f"{plain.name}：2023 年为 29.0 %")


def test_a_slide_is_marked_as_demo_data_only_when_it_shows_some(opened):
    assert "演示数据" in texts(titled(opened, "丙县：总体情况与薄弱指标"))
    assert "演示数据" not in texts(titled(opened, "乙县：总体情况与薄弱指标"))


def test_notes_lead_from_each_number_to_file_and_row(opened):
    notes = titled(opened, "乙县 · 25 农村生活污水治理率").notes_slide.notes_text_frame.text
    assert "乙县 · 25 农村生活污水治理率 = 29.0 % (2023)" in notes
    assert notes.count("statistics.csv:") == 2  # villages, and those that are treated


def test_the_file_names_its_title_and_no_stranger(opened):
    about = opened.core_properties
    assert about.title == "生态文明建设指标可达性分析"
    assert about.author == about.last_modified_by == "ecoanalysis"
    now = datetime.now(UTC).replace(tzinfo=None)
    assert abs(about.created.replace(tzinfo=None) - now) < timedelta(minutes=30)
    assert abs(about.modified.replace(tzinfo=None) - now) < timedelta(minutes=30)


def test_the_theme_names_a_chinese_font(opened):
    master = opened.slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    assert theme.blob.count(b"Microsoft YaHei") >= 2


# ---------------------------------------------------------------------- the shipped case


def test_gaps_stay_gaps_and_no_line_is_smoothed(shipped_deck):
    frames = [shape for slide in shipped_deck[1].slides for shape in slide.shapes if shape.has_chart]
    assert len(frames) > 10
    for frame in frames:
        space = frame.chart._chartSpace
        assert space.find(f".//{qn('c:dispBlanksAs')}").get("val") == "gap"
        smooth = [element.get("val") for element in space.iter(qn("c:smooth"))]
        assert smooth and set(smooth) == {"0"}


def test_nothing_overlaps_and_nothing_leaves_the_slide(shipped_deck):
    deck = shipped_deck[1]
    assert deck.slide_width == Inches(13.333)
    for slide in list(deck.slides)[1:]:
        boxes = [(s.name, s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for i, (name, left, top, right, bottom) in enumerate(boxes):
            assert left >= 0 and top >= 0 and right <= deck.slide_width and bottom <= deck.slide_height, name
            for other, left_, top_, right_, bottom_ in boxes[:i]:
                apart = left >= right_ or left_ >= right or top >= bottom_ or top_ >= bottom
                assert apart, (slide.shapes.title.text_frame.text, name, other)


def test_words_are_large_enough_to_be_read_from_a_chair(shipped_deck):
    for slide in shipped_deck[1].slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                sizes = [r.font.size for p in shape.text_frame.paragraphs for r in p.runs]
                assert all(size >= Pt(12) for size in sizes), (shape.name, sizes)


def test_text_is_as_large_as_its_box_allows():
    short, long = ["短句"], ["长" * 600]
    assert pptx._fitting(short, Inches(12), Inches(1), [18, 14, 12]) == 18
    # Lines are 849.6 pt long: 600 glyphs of 14 pt take 11 lines of 17.1 pt, of 18 pt 14 lines of 22 pt; 190.8 pt are there.
    assert pptx._fitting(long, Inches(12), Inches(2.75), [18, 14, 12]) == 14
    assert pptx._fitting(long, Inches(12), Inches(0.5), [18, 14, 12]) == 12
