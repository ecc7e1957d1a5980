"""The slides, opened again: charts stay editable and say what the tables say."""

import io

import numpy as np
import openpyxl
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches

from ecoanalysis import briefing
from ecoanalysis.export import pptx


@pytest.fixture(scope="module", params=["zh", "en"])
def opened(request, reach, tmp_path_factory):
    path = tmp_path_factory.mktemp("pptx") / "briefing.pptx"
    pptx.write(reach, path, request.param)
    return request.param, Presentation(path)


def charts(deck):
    return [(slide, shape.chart) for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_every_region_has_its_summary_and_the_city_comes_first(opened, reach):
    lang, deck = opened
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides if slide.shapes.title is not None]
    summaries = [
        briefing.phrase("slide.summary", lang, region=briefing.region_name(reach, code, lang))
        for code in reach.regions["code"]
    ]
    assert [title for title in titles if title in summaries] == summaries
    assert deck.slide_width == Inches(13.333)


def test_a_chart_and_its_workbook_say_what_the_forecasts_say(opened, reach):
    lang, deck = opened
    pairs = charts(deck)
    assert len(pairs) > 10
    weak = briefing.weak_points(reach, "620500", most=47)
    row = weak[np.isfinite(weak["target"])].iloc[0]
    slide, chart = pairs[0]
    ahead = reach.forecasts
    ahead = ahead[(ahead["region_code"] == "620500") & (ahead["indicator"] == row["indicator"])]
    lower, width, history, median, target, due = [list(s.values) for plot in chart.plots for s in plot.series]
    assert lower[-len(ahead) :] == pytest.approx(ahead["lo80"].tolist())
    assert np.add(lower, width)[-len(ahead) :] == pytest.approx(ahead["hi80"].tolist())
    assert median[-len(ahead) :] == pytest.approx(ahead["median"].tolist())
    assert set(target) == {row["target"]} and [v for v in due if v is not None] == [row["target"]]
    assert history[-len(ahead) - 1] == pytest.approx(row["latest_value"])
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [str(r[0]) for r in rows] == list(chart.plots[0].categories)
    assert [r[1] for r in rows] == pytest.approx(lower)


def test_gaps_stay_gaps_and_no_line_is_smoothed(opened):
    for _, chart in charts(opened[1]):
        space = chart._chartSpace
        assert space.find(f".//{qn('c:dispBlanksAs')}").get("val") == "gap"
        lines = space.find(f".//{qn('c:lineChart')}")
        assert [s.find(qn("c:smooth")).get("val") for s in lines.findall(qn("c:ser"))] == ["0"] * 4
        areas = space.find(f".//{qn('c:areaChart')}")
        assert [a.get("val") for a in areas.findall(qn("c:axId"))] == [
            a.get("val") for a in lines.findall(qn("c:axId"))
        ]


def test_every_slide_that_depends_on_demo_rows_says_so(opened):
    lang, deck = opened
    mark = briefing.demo_mark(True, lang)
    for slide, _ in charts(deck):
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert mark in texts


def test_notes_lead_from_each_number_to_file_and_row(opened):
    for slide, _ in charts(opened[1]):
        notes = slide.notes_slide.notes_text_frame.text
        assert ".csv:" in notes


def test_the_theme_names_a_chinese_font(opened):
    master = opened[1].slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    assert theme.blob.count(pptx.EAST_ASIAN_FONT.encode()) >= 2


def test_charts_have_words_for_those_who_cannot_see_them(opened):
    for slide in opened[1].slides:
        for shape in slide.shapes:
            if shape.has_chart:
                assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
