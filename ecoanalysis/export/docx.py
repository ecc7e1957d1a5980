"""The reachability chapter of one region as a Word document, laid out as such chapters are (可达性分析).

Official style after GB/T 9704; the reader's machine supplies the fonts named here. What is not measured (causes,
measures, projects, who is responsible) is left as blanks for the departments, never invented.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from ecoanalysis import briefing, catalog, plotdata, words
from ecoanalysis.export import replacing, worded
from ecoanalysis.intake import EVIDENCE_KINDS
from ecoanalysis.look import INK, MARK, QUIET, VERDICT_COLOURS
from ecoanalysis.words import NOTHING, SIGNS

LATIN = "Times New Roman"
FONTS = {
    "title": "FZXiaoBiaoSong-B05S",
    "body": "FangSong_GB2312",
    "heading": "SimHei",
    "second": "KaiTi_GB2312",
    "table": "SimSun",
}
# What Word takes where a machine lacks the official font.
INSTEAD = {"FZXiaoBiaoSong-B05S": "SimSun", "FangSong_GB2312": "FangSong", "KaiTi_GB2312": "KaiTi"}
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}  # mm, GB/T 9704
LANDSCAPE_MARGIN = 15  # mm
# Body size, leading, title, headings and tables [pt]: sizes 3 and 2 of GB/T 9704 in Chinese.
SIZES = {"zh": (16, 28, 22, 16, 10.5), "en": (12, 18, 20, 14, 9.5)}
# Columns of the table of all indicators [mm].
WIDTHS = {
    "zh": (11, 54, 21, 15, 27, 12, 32, 24, 26, 26, 19),
    "en": (11, 51, 21, 20, 29, 12, 26, 27, 30, 23, 17),
}
KINDS = ("binding", "advisory", "all")
PICTURE_WIDTH = 112  # mm
SOURCES_SHOWN = 5


def write(analysis, region: str, path: Path | str, lang: str, charts: list[Path] | tuple = ()) -> None:
    """Write the chapter of one region.

    Parameters
    ----------
    analysis : Analysis
    region : str
        Code or name.
    path : path
        Ends in `.docx`; written under a temporary name first.
    lang : str
        zh or en.
    charts : list of path, optional
        Pictures as `charts.save_all` names them; the one of an unmet indicator stands under its paragraph.

    Raises
    ------
    NotThere
        The analysis has no such region.
    """
    chapter = _Chapter(analysis[region], lang, charts)
    chapter.head()
    chapter.conclusion()
    chapter.whole_table()
    chapter.by_class()
    chapter.unmet()
    chapter.awaiting()
    chapter.missing()
    chapter.conditions()
    chapter.checklists()
    chapter.editions()
    chapter.sources()
    with replacing(path) as temporary:
        chapter.document.save(temporary)


class _Chapter:
    def __init__(self, region, lang: str, charts):
        self.region, self.analysis, self.lang = region, region.analysis, lang
        self.words = words.of(lang)
        self.statements = region.statements
        self.pictures = {_indicator_of(Path(chart)): Path(chart) for chart in charts}
        self.size, self.leading, self.title_size, self.heading_size, self.table_size = SIZES[lang]
        self.numbered = 0
        self.document = Document()
        self.set_up()

    def say(self, key: str, **values) -> str:
        return self.words(key, **values)

    # ------------------------------------------------------------------ page and styles

    def set_up(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        _margins(section)
        _fonts_of_the_house(self.document)
        styles = self.document.styles
        body = styles["Normal"]
        _font(body, "body", self.size)
        form = body.paragraph_format
        form.first_line_indent = Pt(2 * self.size if self.lang == "zh" else 0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(self.leading)
        form.space_after = Pt(0 if self.lang == "zh" else 6)
        form.widow_control = True
        levels = (("Title", "title", self.title_size), ("Heading 1", "heading", self.heading_size))
        for name, font, size in (*levels, ("Heading 2", "second", self.heading_size)):
            style = styles[name]
            _font(style, font, size)
            style.font.bold = self.lang == "en"
            style.font.color.rgb = _rgb(INK)
            form = style.paragraph_format
            form.first_line_indent = Pt(0)
            form.space_before, form.space_after = Pt(self.size * 0.75), Pt(self.size * 0.4)
            form.line_spacing_rule = WD_LINE_SPACING.SINGLE
            form.keep_with_next = True
            for border in style.element.iter(qn("w:pBdr")):
                border.getparent().remove(border)
        styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _page_number(section)
        about = self.document.core_properties
        about.title = f"{self.region.name(self.lang)} {self.say('slide.title')}"
        about.author = about.comments = ""
        about.language = {"zh": "zh-CN", "en": "en-GB"}[self.lang]
        about.created = about.modified = datetime.now(UTC)

    def section(self, landscape: bool) -> None:
        """Go on on a new page, upright or turned."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        short, long = Mm(210), Mm(297)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if landscape else (short, long)
        _margins(section, LANDSCAPE_MARGIN if landscape else None)

    def heading(self, key: str) -> None:
        numerals = self.say("docx.numerals")
        number = numerals[self.numbered] if self.numbered < len(numerals) else str(self.numbered + 1)
        self.numbered += 1
        self.document.add_heading(self.say("docx.section", number=number, title=self.say(key)), level=1)

    def paragraph(self, text: str, *, colour: str | None = None, keep: bool = False):
        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(_unbroken(text.strip()))
        if colour:
            run.font.color.rgb = _rgb(colour)
        paragraph.paragraph_format.keep_with_next = keep or None
        return paragraph

    def small(self, text: str, colour: str = QUIET) -> None:
        """A note in the size of the tables."""
        paragraph = self.paragraph(text, colour=colour)
        paragraph.runs[0].font.size = Pt(self.table_size)
        form = paragraph.paragraph_format
        form.first_line_indent, form.space_before, form.space_after = Pt(0), Pt(4), Pt(6)
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE

    # ------------------------------------------------------------------ parts

    def head(self) -> None:
        title = self.document.add_paragraph(style="Title")
        title.add_run(self.region.name(self.lang)).add_break()
        title.add_run(self.say("slide.title"))
        under = self.paragraph(self.say("slide.as_of", as_of=self.analysis.as_of))
        under.alignment, under.paragraph_format.first_line_indent = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
        if worded.uses_demo(self.region.rows):
            mark = self.words.bracket(self.words.demo_mark(True)).strip()
            self.small(f"{mark} {self.say('slide.demo_notice')}", MARK)

    def conclusion(self) -> None:
        """The answer first: met at its date, may the region apply, outlook, what moved, and what needs work."""
        self.heading("docx.conclusion")
        for sentence in briefing.headline(self.region, self.words):
            self.paragraph(sentence)
        named = worded.named_weak(self.region, self.words)
        if named:
            self.paragraph(named)
        weak = worded.weakest(self.region)
        names = self.words.list(self.words.name(s.record) for s in weak)
        self.paragraph(self.say("docx.weak", names=names) if weak else self.say("slide.no_weak_points"))
        self.small(self.say("docx.note", text=self.say("about.chances")))

    def whole_table(self) -> None:
        """Every row of the assessment on landscape pages."""
        self.section(landscape=True)
        self.heading("docx.table")
        meanings = self.say("join").join(
            self.say("docx.meaning", verdict=self.words.verdict(code), meaning=self.say(f"meaning.{code}"))
            for code in VERDICT_COLOURS
            if any(s.verdict == code for s in self.statements)
        )
        status = self.say("docx.note", text=self.say("about.status"))
        self.small(self.words.join(self.say("docx.meanings", meanings=meanings), status))
        columns = ("number", "indicator", "unit", "attribute", "target", "due", "latest", "chances", "verdict")
        keys = {"latest": "docx.latest", "chances": "docx.chances"}
        head = [self.say(keys.get(name, f"column.{name}")) for name in (*columns, "lead_department", "status")]
        lines = [self.line_of(s) for s in self.statements]
        table = self.table(head, lines, WIDTHS[self.lang], centred=(0, 2, 3, 5, 7, 10))
        for drawn, s in zip(table.rows[1:], self.statements, strict=True):
            _flag(drawn.cells[8], VERDICT_COLOURS[s.verdict])
        self.section(landscape=False)

    def line_of(self, s) -> list[str]:
        unit = self.words.unit(s.record.unit)
        return [
            s.record.label,
            self.words.name(s.record),
            unit or NOTHING,
            self.say(f"attribute.{'binding' if s.binding else 'advisory'}"),
            worded.target(s, self.words).removesuffix(f" {unit}"),
            str(s.due),
            self.latest(s, unit),
            self.chances(s),
            briefing.verdict(s, self.words),
            worded.lead(s, self.words),
            worded.status(s, self.words),
        ]

    def latest(self, s, unit: str = "") -> str:
        """Latest value and its year, without the unit where a column of its own holds it."""
        if not np.isfinite(s.latest_value):
            return NOTHING
        value = worded.value(s, self.words)
        value = value.removesuffix(f" {unit}") if unit else value
        return self.say("docx.value_year", value=value, year=self.words.year(s.latest_year))

    def chances(self, s) -> str:
        """Chance of reaching the target (where it is unmet) and of holding it."""
        reach, hold = worded.chance(s, self.words), self.words.chance(s.p_hold)
        return NOTHING if reach == hold == NOTHING else self.say("docx.pair", reach=reach, hold=hold)

    def by_class(self) -> None:
        """How many items stand at each verdict, and which: binding items first."""
        self.heading("docx.by_class")
        items = self.analysis.items(self.region.code)
        counts = plotdata.counts(self.analysis, self.region.code)
        lines = []
        for code, row in counts.iterrows():
            named = []
            for kind, binding in (("binding", True), ("advisory", False)):
                of_kind = items[(items["verdict"] == code) & (items["binding"] == binding)]
                names = self.words.list(worded.item(self.analysis, item, self.words) for item in of_kind["item"])
                if names:
                    named.append(self.say("docx.of_kind", kind=self.say(f"attribute.{kind}"), names=names))
            of_verdict = items.loc[items["verdict"] == code, "item"]
            word = worded.verdict_of_items(self.analysis, code, of_verdict, self.words)
            lines.append([word, *(str(n) for n in (*row, row.sum())), "\n".join(named)])
        sums = counts.sum()
        lines.append([self.say("attribute.all"), *(str(n) for n in (*sums, sums.sum())), ""])
        head = [self.say(key) for key in ("column.verdict", *(f"attribute.{k}" for k in KINDS), "docx.items")]
        table = self.table(head, lines, (30, 16, 17, 12, 81), centred=(1, 2, 3), size=self.table_size - 1)
        for drawn, code in zip(table.rows[1:-1], counts.index, strict=True):
            _flag(drawn.cells[0], VERDICT_COLOURS[code])

    def unmet(self) -> None:
        """What needs work: what is measured and what comes of it, its picture, and blanks for the departments."""
        self.heading("docx.unmet")
        weak = self.region.weak
        if not weak:
            self.paragraph(self.say("slide.no_weak_points"))
        for s in weak:
            self.document.add_heading(worded.indicator(s, self.words), level=2)
            self.paragraph(worded.said(s, self.words), keep=True)
            departments = worded.departments(s, self.words)
            if departments:
                self.paragraph(departments, keep=True)
            picture = self.pictures.get(s.indicator)
            if picture is not None:
                self.picture(picture, briefing.named_sentence(s, self.words))
            cause = "docx.slip_cause" if s.verdict == "reached_at_risk" else "docx.cause"
            self.blanks([cause, "docx.measures", "docx.projects", "docx.unit"])

    def awaiting(self) -> None:
        waiting = [s for s in self.statements if s.verdict == "no_target"]
        if not waiting:
            return
        self.heading("docx.awaiting")
        names = ("number", "indicator", "latest", "lead_department", "status")
        head = [self.say("docx.latest" if name == "latest" else f"column.{name}") for name in names]
        lines = [
            [
                s.record.label,
                self.words.name(s.record),
                self.latest(s),
                worded.lead(s, self.words),
                worded.status(s, self.words),
            ]
            for s in waiting
        ]
        self.table(head, lines, (12, 58, 40, 26, 20), centred=(0, 4))

    def missing(self) -> None:
        lacking = [s for s in self.statements if s.verdict == "insufficient_data"]
        if not lacking:
            return
        self.heading("docx.missing")
        for s in lacking:
            self.paragraph(briefing.named_sentence(s, self.words))

    def conditions(self) -> None:
        """What must not happen, and did not; what happened or may is told under what needs work."""
        kept = [s for s in self.statements if s.requirement == "condition" and s.verdict == "reached"]
        if not kept:
            return
        self.heading("docx.conditions")
        for s in kept:
            self.paragraph(briefing.named_sentence(s, self.words))

    def checklists(self) -> None:
        """Which of plan, data and proof are on file; nothing supplied is told as that, with no accusation."""
        items = [s for s in self.statements if s.comparison == "done" and s.verdict != "not_applicable"]
        if not items:
            return
        self.heading("docx.checklists")
        head = [self.say("column.number"), self.say("column.indicator")]
        head += [self.say(f"docx.kind.{kind}") for kind in EVIDENCE_KINDS]
        lines = []
        for s in items:
            absent = "docx.not_supplied" if "not_supplied" in s.warnings else ""
            marks = [
                self.say(absent or ("docx.lacks" if f"lacks_{kind}" in s.warnings else "docx.on_file"))
                for kind in EVIDENCE_KINDS
            ]
            lines.append([s.record.label, self.words.name(s.record), *marks, worded.lead(s, self.words)])
        head.append(self.say("column.lead_department"))
        self.table(head, lines, (12, 60, 18, 18, 18, 30), centred=(0, 2, 3, 4))
        if all(not s.warnings for s in items):
            self.small(self.say("docx.no_checklist"))

    def editions(self) -> None:
        """Targets that ask for less than a national edition does."""
        table = self.analysis.editions
        table = table[(table["region_code"] == self.region.code) & table["weaker"].astype(bool)]
        if table.empty:
            return
        self.heading("page.weaker")
        head = [self.say(f"column.{name}") for name in ("number", "indicator", "target", "edition", "national")]
        lines = []
        for row in table.itertuples():
            s = self.analysis[row.region_code, row.indicator, row.comparison]
            asked = [worded.target(s, self.words), str(row.edition), worded.national(row, self.words)]
            lines.append([s.record.label, self.words.name(s.record), *asked])
        self.table(head, lines, (12, 54, 30, 22, 38), centred=(0, 3))
        if table["confidence"].isin(catalog.UNVERIFIED).any():
            self.small(self.say("docx.note", text=self.say("about.unverified")))

    def sources(self) -> None:
        """Appendix: for every number its sources with file and row; then the rows a run went on without."""
        self.heading("docx.sources")
        lines = []
        for s in self.statements:
            rows = s.sources
            if len(rows):
                shown = "\n".join(self.shortened(rows))
                lines.append([s.record.label, self.words.name(s.record), self.latest(s), shown])
        head = [self.say("column.number"), self.say("column.indicator"), self.say("docx.latest")]
        if lines:
            self.table([*head, self.say("column.source")], lines, (11, 36, 27, 82), centred=(0,), size=8.5)
        problems = worded.left_out(self.analysis, self.words)
        if problems:
            self.document.add_heading(self.say("opening.left_out", count=len(problems)), level=2)
            for problem in problems:
                self.small(problem, INK)

    def shortened(self, rows: pd.DataFrame) -> list[str]:
        """Each source once, with the file and rows of its first cells and how many there are in all."""
        shown = []
        for source, cells in rows.groupby("source", sort=False, observed=True):
            places = [briefing.place_of(row) for row in cells.itertuples()]
            files: dict[str, list[str]] = {}
            for place in places[:SOURCES_SHOWN]:
                file, mark, line = _parted(place)
                files.setdefault(f"{file}{mark}", []).append(line)
            text = self.say("join").join(f"{file}{self.words.list(lines)}" for file, lines in files.items())
            if len(places) > SOURCES_SHOWN:
                text = self.say("join").join([text, self.say("docx.more_cells", count=len(places))])
            shown.append(self.say("docx.cells", source=source, cells=text))
        return shown

    # ------------------------------------------------------------------ pieces

    def table(self, head: list[str], lines: list[list[str]], widths: tuple, *, centred: tuple = (), size=None):
        """A three-line table with widths in mm: header repeated on every page, no row split over two."""
        table = self.document.add_table(rows=1 + len(lines), cols=len(head))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for place, (row, texts) in enumerate(zip(table.rows, [head, *lines], strict=True)):
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for x, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
                cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
                middle = x in centred or place == 0
                self.cell(cell, texts[x], size or self.table_size, "table" if place else "heading", middle)
        for row in table.rows[:2] + table.rows[-2:-1]:  # no row stands alone on a page
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        _three_lines(table)
        _padding(table, 1.2)
        return table

    def cell(self, cell, text: str, size: float, font: str, centred: bool = False) -> None:
        """Put text into a cell, a paragraph a line; the body's indent and leading do not leak in."""
        for place, line in enumerate(text.split("\n")):
            paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
            form = paragraph.paragraph_format
            form.first_line_indent, form.space_before, form.space_after = Pt(0), Pt(1.2), Pt(1.2)
            form.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
            run = paragraph.add_run(_unbroken(line))
            run.font.size, run.font.name = Pt(size), LATIN
            run.font.bold = True if font == "heading" and self.lang == "en" else None
            _east_asian(run._r.get_or_add_rPr(), font)

    def blanks(self, keys: list[str]) -> None:
        """Lines for a department to fill, kept on the page of what they belong to."""
        table = self.document.add_table(rows=len(keys), cols=2)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        widths = (46, 110)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for row, key in zip(table.rows, keys, strict=True):
            row.height, row.height_rule = Mm(11), WD_ROW_HEIGHT_RULE.AT_LEAST
            row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
            for cell, width, text in zip(row.cells, widths, (self.say(key).strip(), ""), strict=True):
                cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
                self.cell(cell, text, self.table_size, "table")
                cell.paragraphs[0].paragraph_format.keep_with_next = key != keys[-1] or None
        _borders(table, top=4, bottom=4, insideH=4, insideV=4, left=4, right=4)

    def picture(self, file: Path, text: str) -> None:
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.first_line_indent = WD_LINE_SPACING.SINGLE, Pt(0)  # exact leading would clip it
        form.keep_with_next = True
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture = paragraph.add_run().add_picture(str(file), width=Mm(PICTURE_WIDTH))
        picture._inline.docPr.set("descr", text)


def _indicator_of(chart: Path) -> str:
    """The indicator a picture is of: the code its name ends in."""
    name = f"_{chart.stem}"
    return max((code for code in catalog.indicators() if name.endswith(f"_{code}")), key=len, default="")


def _parted(place: str) -> tuple[str, str, str]:
    """File (and sheet), the mark after it, and the cell: economy.csv : 23, book.xlsx!Sheet ! C12."""
    mark = "!" if "!" in place else ":"
    return place.rpartition(mark)


def _unbroken(text: str) -> str:
    """≥ 83 % and 3 248 stay on one line."""
    for sign in SIGNS.values():
        text = text.replace(f"{sign} ", f"{sign}\u00a0")
    return worded.unbroken(text)


# ---------------------------------------------------------------------- what python-docx has no word for


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour[1:].upper())


def _margins(section, all_round: float | None = None) -> None:
    for side, width in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(all_round or width))


def _font(style, name: str, size: float) -> None:
    style.font.size, style.font.name = Pt(size), LATIN
    _east_asian(style.element.get_or_add_rPr(), name)


def _east_asian(properties, name: str) -> None:
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), FONTS[name])


def _fonts_of_the_house(document) -> None:
    """Name the fonts everywhere, and take out the theme's, which would win over them."""
    root = document.styles.element
    defaults = root.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    fonts = defaults.get_or_add_rFonts()
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:hAnsi"), LATIN)
    _east_asian(defaults, "body")
    for fonts in root.iter(qn("w:rFonts")):
        for attribute in [key for key in fonts.attrib if key.lower().endswith("theme")]:  # cstheme is lower case
            del fonts.attrib[attribute]
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("/stylesWithEffects"):  # a second set of styles, with the theme's fonts
            del document.part.rels[key]
        elif relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            table = etree.fromstring(relation.target_part.blob)
            for name, instead in INSTEAD.items():
                font = f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{instead}"/></w:font>'
                table.append(parse_xml(font))
            relation.target_part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _page_number(section) -> None:
    """The number between dashes at the foot, as GB/T 9704 prints it."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    for kind, text in ((None, "— "), ("begin", ""), ("PAGE", ""), ("end", ""), (None, " —")):
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(14), LATIN
        _east_asian(run._r.get_or_add_rPr(), "table")
        if kind == "PAGE":
            element = OxmlElement("w:instrText")
            element.text = kind
            run._r.append(element)
        elif kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)


def _three_lines(table) -> None:
    """Strong rules above and at the foot, one below the header; hairlines guide the eye along long rows."""
    _borders(table, top=12, bottom=12, insideH=2)
    for cell in table.rows[0].cells:
        under = parse_xml(
            f'<w:tcBorders {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:color="{INK[1:]}"/></w:tcBorders>'
        )
        cell._tc.get_or_add_tcPr().insert_element_before(under, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")


def _borders(table, **sizes: int) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):  # the order of the schema
        if side in sizes:
            line = OxmlElement(f"w:{side}")
            colour = "C9CFD5" if sizes[side] == 2 else INK[1:]
            for key, value in (("val", "single"), ("sz", str(sizes[side])), ("space", "0"), ("color", colour)):
                line.set(qn(f"w:{key}"), value)
            borders.append(line)
    following = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption", "w:tblDescription")
    table._tbl.tblPr.insert_element_before(borders, *following)


def _padding(table, width: float) -> None:
    sides = "".join(f'<w:{side} w:w="{round(width * 56.7)}" w:type="dxa"/>' for side in ("left", "right"))
    padding = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    table._tbl.tblPr.insert_element_before(padding, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _flag(cell, colour: str) -> None:
    """A broad bar in the verdict's colour at the left of its cell; the word itself stays black on white."""
    bar = f'<w:left w:val="single" w:sz="48" w:space="0" w:color="{colour[1:].upper()}"/>'
    borders = parse_xml(f"<w:tcBorders {nsdecls('w')}>{bar}</w:tcBorders>")
    properties = cell._tc.get_or_add_tcPr()
    properties.insert_element_before(borders, "w:shd", "w:noWrap", "w:tcMar", "w:vAlign")
    room = parse_xml(f'<w:tcMar {nsdecls("w")}><w:left w:w="170" w:type="dxa"/></w:tcMar>')
    properties.insert_element_before(room, "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark")
