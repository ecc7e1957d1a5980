"""What leaves the screen, opened again."""

import openpyxl
import pytest
from matplotlib import pyplot
from pptx import Presentation

from ecoanalysis.explore import hand_out

SHARE = "rural_sewage_treatment_rate"


@pytest.fixture
def s(shipped):
    return shipped["620523", SHARE]


def charts(slide):
    return [shape for shape in slide.shapes if shape.has_chart]


def test_a_chart_takes_its_name_title_and_demo_mark_along(s, tmp_path):
    file = hand_out.chart_slide(s, tmp_path / "汇报.pptx")
    (slide,) = Presentation(file).slides
    (shape,) = charts(slide)
    assert shape.name == "甘谷县 · 25 农村生活污水治理率"
    assert shape.chart.chart_title.text_frame.text == "甘谷县 · 农村生活污水治理率【演示数据】"
    values = dict(zip(shape.chart.plots[0].categories, [None] * 99, strict=False))
    assert "2023" in values and "statistics/demo.csv:6581" in slide.notes_slide.notes_text_frame.text
    history = next(one for plot in shape.chart.plots for one in plot.series if one.name == "历年数值")
    assert [round(v, 1) for v in history.values if v is not None][-1] == 29.0


def test_a_deck_that_is_there_gets_one_more_slide_and_keeps_its_own(s, tmp_path):
    file = tmp_path / "deck.pptx"
    before = Presentation()
    slide = before.slides.add_slide(before.slide_layouts[5])
    slide.shapes.title.text = "会议议程"
    before.save(file)
    hand_out.chart_slide(s, file, "en")
    hand_out.chart_slide(s, file)
    first, second, third = Presentation(file).slides
    assert first.shapes.title.text == "会议议程" and not charts(first)
    assert charts(second)[0].name == "Gangu · 25 Rural domestic sewage treatment rate" and len(charts(third)) == 1
    assert not [shape for shape in third.shapes if shape.is_placeholder]


@pytest.mark.parametrize("name", ["notes.txt", "broken.pptx"])
def test_a_template_that_is_no_presentation_is_told_and_left_alone(s, tmp_path, name):
    file = tmp_path / name
    file.write_text("text", encoding="utf-8")
    with pytest.raises(hand_out.CannotWrite, match="不是可用的演示文稿"):
        hand_out.chart_slide(s, file)
    assert file.read_text(encoding="utf-8") == "text"


def test_without_a_number_there_is_no_chart(shipped, tmp_path):
    with pytest.raises(hand_out.CannotWrite, match="没有可画的数值"):
        hand_out.chart_slide(shipped["620523", "river_chief_system"], tmp_path / "x.pptx")
    assert not list(tmp_path.iterdir())


def test_pictures_are_made_without_leaving_a_figure_open(s, tmp_path):
    assert hand_out.picture(s, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in hand_out.picture(s, tmp_path / "a.svg", "en").read_text(encoding="utf-8")
    assert pyplot.get_fignums() == []
    with pytest.raises(hand_out.CannotWrite, match="应以 .png、.svg、.pdf 结尾"):
        hand_out.picture(s, tmp_path / "a.bmp")


def test_a_workbook_says_the_same_as_the_card(s, tmp_path):
    book = openpyxl.load_workbook(hand_out.workbook(s, tmp_path / "a.xlsx"))
    assert book.sheetnames == ["可达性", "走势", "所用数据"]
    card = list(book["可达性"].iter_rows(values_only=True))
    assert card[0] == ("甘谷县 · 25 农村生活污水治理率", "演示数据") and ("2025 年达标概率", "33 %") in card
    trend = {row[0]: row for row in book["走势"].iter_rows(values_only=True)}
    assert round(trend[2023][1], 1) == 29.0 and trend[2023][2] == "演示数据"
