"""The Word chapter, opened again."""

import docx
import pytest
from docx.oxml.ns import qn

from ecoanalysis import briefing, catalog, charts
from ecoanalysis.export import docx as chapter

REGION = "620523"


@pytest.fixture(scope="module", params=["zh", "en"])
def opened(request, reach, tmp_path_factory):
    folder = tmp_path_factory.mktemp("docx")
    rows = briefing.weak_points(reach, REGION, most=1)
    picture = folder / f"9_{rows['indicator'].iloc[0]}.png"
    charts.forecast(reach, REGION, rows["indicator"].iloc[0], request.param).savefig(picture)
    path = folder / "chapter.docx"
    chapter.write(reach, REGION, path, request.param, [picture])
    assert [file.name for file in folder.iterdir() if file.name.endswith(".tmp")] == []
    return request.param, docx.Document(path)


def everything(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_every_target_of_the_plan_has_a_row(opened):
    lang, document = opened
    names = {row.cells[1].text for row in document.tables[0].rows[1:]}
    wanted = {row.name(lang) for row in catalog.indicators().values() if row.number}
    assert names == wanted and len(document.tables[0].rows) == 48


def test_every_unmet_item_has_its_paragraph_and_the_demo_mark(opened, reach):
    lang, document = opened
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    rows = briefing.weak_points(reach, REGION, most=47)
    assert len(rows) > 5
    for code in rows["indicator"]:
        assert any(catalog.indicators()[code].name(lang) in heading for heading in headings), code
    assert everything(document).count(briefing.demo_mark(True, lang)) > len(rows)


def test_the_header_repeats_and_no_row_is_split(opened):
    _, document = opened
    table = document.tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_chinese_fonts_are_named_and_the_theme_does_not_win(opened):
    _, document = opened
    fonts = list(document.styles.element.iter(qn("w:rFonts")))
    assert not [key for font in fonts for key in font.attrib if key.endswith("Theme")]
    assert document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == chapter.FONTS["body"]


def test_pictures_have_words_for_those_who_cannot_see_them(opened):
    _, document = opened
    (picture,) = document.inline_shapes
    assert len(picture._inline.docPr.get("descr")) > 20


def test_every_number_has_its_source(opened, reach):
    _, document = opened
    rows = reach.assessment[(reach.assessment["region_code"] == REGION) & (reach.assessment["inputs"] != "")]
    sources = document.tables[-1]
    assert len(sources.rows) == len(rows) + 1
    assert all(".csv:" in row.cells[2].text for row in sources.rows[1:])
