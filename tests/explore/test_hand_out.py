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


def test_a_chart_goes_into_a_deck_that_is_there_with_its_name_and_demo_mark(s, tmp_path):
    file = tmp_path / "deck.pptx"
    before = Presentation()
    before.slides.add_slide(before.slide_layouts[5]).shapes.title.text = "会议议程"
    before.save(file)
    hand_out.chart_slide(s, file)
    first, second = Presentation(file).slides
    (shape,) = [shape for shape in second.shapes if shape.has_chart]
    assert first.shapes.title.text == "会议议程" and "农村生活污水治理率" in shape.name
    assert "演示数据" in shape.chart.chart_title.text_frame.text


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
