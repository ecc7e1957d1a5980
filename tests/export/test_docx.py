"""The Word chapter, opened again with the library that Word files are read with."""

import re
import zipfile

import matplotlib.image
import numpy as np
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml.ns import qn

from ecoanalysis import analyse, briefing, catalog, judge, words
from ecoanalysis.catalog import phrase
from ecoanalysis.export import docx, worded

CITY = "620500"
UNMET = {*judge.OPEN, "reached_at_risk"}
CJK = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def rows(analysis):
    return analysis.assessment[analysis.assessment["region_code"] == CITY]


@pytest.fixture(scope="module")
def charts(tmp_path_factory, rows):
    """A small picture for every unmet item but the last, named as the forecast charts are."""
    folder, paths = tmp_path_factory.mktemp("charts"), []
    for code in rows.loc[rows["verdict"].isin(UNMET), "indicator"].iloc[:-1]:
        path = folder / f"{catalog.indicators()[code].label}_{code}.png"
        matplotlib.image.imsave(path, np.zeros((8, 12)))
        paths.append(path)
    return paths


@pytest.fixture(scope="module", params=["zh", "en"])
def chapter(request, analysis, charts, tmp_path_factory):
    """Language, path and the document read back."""
    path = tmp_path_factory.mktemp("chapter") / "reachability.docx"
    docx.write(analysis, CITY, path, request.param, charts)
    return request.param, path, Document(str(path))


def plain(text: str) -> str:
    """Text without the difference between kinds of blanks."""
    return re.sub(r"\s+", " ", text).strip()


def table_with(document, *heads: str):
    """The table whose header row holds these words."""
    found = [t for t in document.tables if set(heads) <= {cell.text for cell in t.rows[0].cells}]
    assert len(found) == 1, heads
    return found[0]


def whole_table(chapter):
    lang, _, document = chapter
    return table_with(document, phrase("docx.chances", lang), phrase("column.attribute", lang))


def headings(document, level: int) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


def everything(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain(" ".join([*(p.text for p in document.paragraphs), *cells]))


# ---------------------------------------------------------------------- the table of all indicators


def test_the_table_holds_every_target_of_the_region_in_the_order_of_the_assessment(chapter, rows):
    lang, _, _ = chapter
    indicators = [catalog.indicators()[code] for code in rows["indicator"]]
    printed = [(row.cells[0].text, plain(row.cells[1].text)) for row in whole_table(chapter).rows[1:]]
    assert len(printed) == 47
    assert printed == [(indicator.label, indicator.name(lang)) for indicator in indicators]


def test_verdict_chances_and_year_in_the_table_are_those_of_the_assessment(chapter, analysis, rows):
    lang, _, _ = chapter
    w = words.of(lang)
    for printed, (_, row) in zip(whole_table(chapter).rows[1:], rows.iterrows(), strict=True):
        cells = [plain(cell.text) for cell in printed.cells]
        s = analysis[CITY, row["indicator"], row["comparison"]]
        assert cells[8] == w.verdict(row["verdict"], s.pressing)
        if row["verdict"] in judge.OPEN:
            assert cells[7].startswith(w.chance(row["p_reach"]))
        assert cells[7].endswith(w.chance(row["p_hold"]))
        assert (str(int(row["latest_year"])) in cells[6]) if np.isfinite(row["latest_value"]) else cells[6] == "—"
        demo = row["status"] == "demo" and np.isfinite(row["latest_value"])
        assert (cells[10] == w.demo_mark(True)) == demo


def test_every_table_with_a_header_repeats_it_and_splits_no_row(chapter):
    _, _, document = chapter
    headed = [t for t in document.tables if len(t.columns) > 2]
    assert len(headed) == 6
    for table in headed:
        marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert marks == [True] + [False] * (len(marks) - 1)
    for table in document.tables:
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_table_lies_on_turned_a4_pages_and_fits_between_the_margins(chapter):
    _, _, document = chapter
    upright, turned, after = document.sections
    assert [round(s.page_width.mm) for s in document.sections] == [210, 297, 210]
    assert turned.orientation == WD_ORIENT.LANDSCAPE and after.orientation == upright.orientation == WD_ORIENT.PORTRAIT
    wide = turned.page_width - turned.left_margin - turned.right_margin
    assert sum(column.width for column in whole_table(chapter).columns) <= wide
    narrow = upright.page_width - upright.left_margin - upright.right_margin
    others = [t for t in document.tables if len(t.columns) < 11]
    assert all(sum(column.width for column in table.columns) <= narrow for table in others)


def test_letters_in_tables_are_readable_on_paper(chapter):
    _, _, document = chapter
    sizes = [
        run.font.size.pt
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
    ]
    assert min(sizes) >= 8.5


# ---------------------------------------------------------------------- honesty


def test_the_demo_notice_stands_on_the_first_page(chapter):
    lang, _, document = chapter
    before = []
    for paragraph in document.paragraphs:
        if paragraph.style.name == "Heading 1":
            break
        before.append(paragraph.text)
    assert phrase("slide.demo_notice", lang) in " ".join(before)
    assert words.of(lang).demo_mark(True) in " ".join(before)


def test_a_region_without_demo_rows_bears_no_demo_mark(folder):
    folder.target("ecological_index", ">=", 57, "")
    folder.add(*(("C1", year, "ecological_index", 50 + year - 2019, "") for year in range(2019, 2024)))
    path = folder.path / "chapter.docx"

    def text(region: str) -> str:
        docx.write(analyse(folder.path, 2023), region, path, "zh")
        return everything(Document(str(path))).replace(phrase("about.status", "zh"), "")

    assert "54.0" in text("C1") and phrase("mark.demo", "zh") not in text("C1")
    folder.add(*(("C2", year, "ecological_index", 50 + year - 2019, "") for year in range(2019, 2024)), status="demo")
    assert phrase("slide.demo_notice", "zh") in text("C2")


def test_causes_measures_projects_and_units_are_left_blank_for_the_departments(chapter, analysis, rows):
    lang, _, document = chapter
    forms = [table for table in document.tables if len(table.columns) == 2]
    assert len(forms) == len(analysis[CITY].weak) >= rows["verdict"].isin(UNMET).sum()
    for table in forms:
        assert len(table.rows) == 4
        assert all(row.cells[0].text and row.cells[1].text == "" for row in table.rows)
        assert table.rows[3].cells[0].text == phrase("docx.unit", lang).strip()


def test_targets_weaker_than_a_national_edition_are_listed_and_unverified_thresholds_marked(chapter, analysis):
    lang, _, document = chapter
    weaker = analysis.editions[(analysis.editions["region_code"] == CITY) & analysis.editions["weaker"]]
    assert len(weaker)
    table = table_with(document, phrase("column.edition", lang), phrase("column.national", lang))
    assert len(table.rows) == 1 + len(weaker)
    for printed, (_, row) in zip(table.rows[1:], weaker.iterrows(), strict=True):
        assert printed.cells[3].text == str(row["edition"])
        marked = phrase("mark.unverified", lang) in printed.cells[4].text
        assert marked == (row["confidence"] in catalog.UNVERIFIED)


def test_the_appendix_names_every_source_behind_a_value_and_counts_what_it_shortens(chapter, analysis):
    lang, _, document = chapter
    table = table_with(document, phrase("column.source", lang))
    with_sources = [s for s in analysis[CITY].statements if len(s.sources)]
    assert len(table.rows) == 1 + len(with_sources)
    for printed, s in zip(table.rows[1:], with_sources, strict=True):
        text, sources = printed.cells[3].text, s.sources
        for name, count in sources["source"].astype(str).value_counts().items():
            assert plain(name) in plain(text), s.indicator
            if count > docx.SOURCES_SHOWN:
                assert phrase("docx.more_cells", lang, count=count) in text
        first = sources.iloc[0]
        assert f"{first['file']}:{first['cell']}" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_rows_that_a_run_went_on_without_stand_in_the_appendix(folder, lang):
    folder.target("ecological_index", ">=", 57, "")
    folder.add(("C1", 2023, "no_such_variable", 60, ""))
    analysis = analyse(folder.path, 2023, skip_bad_rows=True)
    path = folder.path / "chapter.docx"
    docx.write(analysis, "C1", path, lang)
    text = everything(Document(str(path)))
    assert analysis.problems
    for problem in analysis.problems:
        assert plain(problem.text(lang)) in text


# ---------------------------------------------------------------------- items


def test_every_unmet_item_has_its_heading_and_all_that_is_said_of_it(chapter, analysis, rows):
    lang, _, document = chapter
    w = words.of(lang)
    weak = analysis[CITY].weak
    assert {s.indicator for s in weak} >= set(rows.loc[rows["verdict"].isin(UNMET), "indicator"])
    assert headings(document, 2) == [f"{s.record.label} {s.record.name(lang)}" for s in weak]
    text = everything(document)
    for s in weak:
        assert plain(worded.said(s, w)) in text
        assert plain(briefing.pace(s, w)) in text


def test_the_chapter_begins_with_the_answer_and_names_the_plans_weak_points(chapter, analysis):
    lang, _, document = chapter
    paragraphs = [plain(p.text) for p in document.paragraphs]
    start = paragraphs.index("一、总体结论" if lang == "zh" else "1. The answer")
    second = paragraphs.index("二、指标可达性分析表" if lang == "zh" else "2. Reachability of every indicator")
    before_the_table = paragraphs[start:second]
    for sentence in briefing.headline(analysis[CITY], words.of(lang)):
        assert plain(sentence) in before_the_table
    named = "方案点名的薄弱指标：农村生活污水治理率（" if lang == "zh" else "Weak points that the plan names: "
    assert any(text.startswith(named) for text in before_the_table)
    assert any(
        text.startswith("尚不具备申报条件：" if lang == "zh" else "May not apply yet: ") for text in before_the_table
    )


def test_lead_and_supporting_departments_stand_with_every_weak_point(chapter):
    lang, _, document = chapter
    wanted = {
        "zh": "牵头部门：市住建局；配合部门：市自然资源局、市林草局。",
        "en": "Lead department: 市住建局; supporting: 市自然资源局, 市林草局.",
    }
    assert wanted[lang] in [p.text for p in document.paragraphs]


def test_items_by_verdict_add_up_to_the_plan_and_name_binding_items_first(chapter, analysis):
    lang, _, document = chapter
    table = table_with(document, phrase("docx.items", lang), phrase("attribute.binding", lang))
    numbers = [[int(cell.text) for cell in row.cells[1:4]] for row in table.rows[1:]]
    assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1], strict=True)]
    assert numbers[-1][2] == len(analysis.matrix()) == 36
    for row, (binding, advisory, _) in zip(table.rows[1:-1], numbers[:-1], strict=True):
        kinds = [kind for kind, count in (("binding", binding), ("advisory", advisory)) if count]
        lines = row.cells[4].text.split("\n")
        assert [line.startswith(phrase(f"attribute.{kind}", lang)) for kind, line in zip(kinds, lines, strict=True)]


def test_items_awaiting_their_target_are_listed(chapter, rows):
    lang, _, document = chapter
    waiting = [catalog.indicators()[code] for code in rows.loc[rows["verdict"] == "no_target", "indicator"]]
    assert waiting
    heads = [
        phrase(key, lang) for key in ("column.indicator", "docx.latest", "column.lead_department", "column.status")
    ]
    tables = [t for t in document.tables if [cell.text for cell in t.rows[0].cells][1:] == heads]
    assert [row.cells[0].text for row in tables[0].rows[1:]] == [indicator.label for indicator in waiting]


def test_checklist_items_say_which_of_plan_data_and_proof_lack(chapter, rows):
    lang, _, document = chapter
    table = table_with(document, *(phrase(f"docx.kind.{kind}", lang) for kind in ("plan", "data", "proof")))
    items = rows[rows["comparison"] == "done"]
    assert len(table.rows) == 1 + len(items)
    for printed, (_, row) in zip(table.rows[1:], items.iterrows(), strict=True):
        marks = [cell.text for cell in printed.cells[2:5]]
        if "not_supplied" in row["warning"]:  # no accusation
            assert marks == [{"zh": "未提供", "en": "not supplied"}[lang]] * 3
            continue
        lacking = [mark == phrase("docx.lacks", lang) for mark in marks]
        assert lacking == [f"lacks_{kind}" in row["warning"] for kind in ("plan", "data", "proof")]


def test_each_picture_stands_under_its_own_heading_and_is_told_in_words(chapter, analysis, charts):
    lang, _, document = chapter
    under, heading = {}, ""
    for paragraph in document.paragraphs:
        if paragraph.style.name == "Heading 2":
            heading = paragraph.text
        for picture in paragraph._p.iter(qn("wp:docPr")):
            under[heading] = plain(picture.get("descr"))
            assert paragraph.paragraph_format.line_spacing == 1.0  # exact leading clips a picture
    expected = {}
    for chart in charts:
        indicator = catalog.indicators()[chart.stem.split("_", 1)[1]]
        s = analysis[CITY, indicator.code]
        expected[f"{indicator.label} {indicator.name(lang)}"] = plain(briefing.named_sentence(s, words.of(lang)))
    assert under == expected


# ---------------------------------------------------------------------- form


def test_chinese_fonts_are_named_and_no_theme_font_is_left_to_override_them(chapter):
    _, path, document = chapter
    for name, font in (("Normal", "body"), ("Title", "title"), ("Heading 1", "heading"), ("Heading 2", "second")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == docx.FONTS[font]
        assert fonts.get(qn("w:ascii")) == fonts.get(qn("w:hAnsi")) == "Times New Roman"
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:rFonts')}")
    assert defaults.get(qn("w:eastAsia")) == docx.FONTS["body"]
    with zipfile.ZipFile(path) as parts:
        for part in parts.namelist():
            if part.startswith("word/") and part.endswith(".xml"):
                assert not re.search(rb'w:(ascii|hAnsi|eastAsia|cs)[tT]heme="', parts.read(part)), part
        fonts = parts.read("word/fontTable.xml").decode()
    assert all(f'w:name="{name}"' in fonts and f'w:val="{other}"' in fonts for name, other in docx.INSTEAD.items())


def test_pages_are_numbered_and_margins_are_those_of_gb_t_9704(chapter):
    _, _, document = chapter
    section = document.sections[0]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert [field.text for field in section.footer._element.iter(qn("w:instrText"))] == ["PAGE"]
    assert all(s.footer.is_linked_to_previous for s in list(document.sections)[1:])


def test_the_english_chapter_has_english_headings_and_the_chinese_one_chinese(chapter):
    lang, _, document = chapter
    texts = [*headings(document, 1), *headings(document, 2)]
    texts += [cell.text for table in document.tables if len(table.columns) > 2 for cell in table.rows[0].cells]
    chinese = [bool(CJK.search(text)) for text in texts]
    assert all(chinese) if lang == "zh" else not any(chinese)


def test_an_unknown_region_is_refused_and_writes_nothing(analysis, tmp_path):
    with pytest.raises(KeyError, match="620500"):
        docx.write(analysis, "999999", tmp_path / "chapter.docx", "zh")
    assert not list(tmp_path.iterdir())


def test_a_chapter_that_cannot_be_finished_leaves_the_former_one(analysis, tmp_path):
    path = tmp_path / "chapter.docx"
    path.write_bytes(b"former")
    code = analysis[CITY].weak[0].indicator
    (tmp_path / f"{code}.png").write_bytes(b"no picture")
    with pytest.raises(UnrecognizedImageError):
        docx.write(analysis, CITY, path, "zh", [tmp_path / f"{code}.png"])
    assert path.read_bytes() == b"former"
    assert not list(tmp_path.glob(".*"))


def test_a_region_without_targets_still_gets_a_chapter(folder):
    path = folder.path / "chapter.docx"
    folder.target("ecological_index", ">=", 57, "", region="C1")
    docx.write(analyse(folder.path, 2023), "C2", path, "zh")
    assert phrase("slide.no_weak_points", "zh") in everything(Document(str(path)))
