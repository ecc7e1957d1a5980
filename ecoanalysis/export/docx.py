"""The reachability chapter of one region as a Word document, laid out as such chapters are (可达性分析).

Official style after GB/T 9704: the reader's machine supplies the fonts named here. What is not measured (causes,
measures, projects) is left as blanks for the departments, never invented.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from ecoanalysis import briefing, catalog
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import phrase
from ecoanalysis.charts import DARK, INK, MARK, VERDICT_COLOURS
from ecoanalysis.export import replacing

LATIN = "Times New Roman"
FONTS = {"title": "FZXiaoBiaoSong-B05S", "body": "FangSong", "heading": "SimHei", "second": "KaiTi", "table": "SimSun"}
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}  # mm, GB/T 9704
SOURCES_SHOWN = 5


def write(reach: Reachability, region: str, path: Path | str, lang: str, charts: list[Path] | tuple = ()) -> None:
    """Write the chapter of one region.

    Parameters
    ----------
    reach : Reachability
    region : str
        Code.
    path : path
        Ends in `.docx`; written under a temporary name first.
    lang : str
        zh or en.
    charts : list of path, optional
        Pictures as `charts.save_all` names them; the one of an unmet indicator stands beside its paragraph.
    """
    chapter = _Chapter(reach, region, lang, charts)
    chapter.head()
    chapter.overview()
    chapter.whole_table()
    chapter.unmet()
    chapter.awaiting()
    chapter.checklists()
    chapter.editions()
    chapter.sources()
    with replacing(path) as temporary:
        chapter.document.save(temporary)


class _Chapter:
    def __init__(self, reach: Reachability, region: str, lang: str, charts):
        self.reach, self.region, self.lang = reach, region, lang
        self.rows = reach.assessment[reach.assessment["region_code"] == region]
        self.pictures = {Path(chart).stem.split("_", 1)[-1]: Path(chart) for chart in charts}
        self.pictures |= {Path(chart).stem: Path(chart) for chart in charts}
        self.document = Document()
        self.indicators = catalog.indicators()
        self.numbered = 0
        self.set_up()

    def say(self, key: str, **values) -> str:
        return phrase(key, self.lang, **values)

    # ------------------------------------------------------------------ page and styles

    def set_up(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        _margins(section)
        styles = self.document.styles
        _default_fonts(self.document, self.lang)
        indent = Pt(24) if self.lang == "zh" else Pt(0)
        body = styles["Normal"]
        _font(body, "body", 12)
        body.paragraph_format.first_line_indent = indent
        body.paragraph_format.line_spacing_rule, body.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(22)
        body.paragraph_format.space_after = Pt(4)
        for name, font, size in (("Title", "title", 22), ("Heading 1", "heading", 15), ("Heading 2", "second", 13)):
            style = styles[name]
            _font(style, font, size)
            style.font.color.rgb = RGBColor.from_string(INK[1:].upper())
            style.font.bold = False
            style.paragraph_format.first_line_indent = Pt(0)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(6)
            style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            style.paragraph_format.keep_with_next = True
            borders = style.element.find(f".//{qn('w:pBdr')}")
            if borders is not None:
                borders.getparent().remove(borders)
        _page_number(section)

    def paragraph(self, text: str, *, size: float | None = None, colour: str | None = None, indent: bool = True):
        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(text)
        if size:
            run.font.size = Pt(size)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour[1:].upper())
        if not indent:
            paragraph.paragraph_format.first_line_indent = Pt(0)
        return paragraph

    def heading(self, key: str) -> None:
        self.numbered += 1
        self.document.add_heading(f"{self.numbered}  {self.say(key)}", level=1)

    # ------------------------------------------------------------------ parts

    def head(self) -> None:
        place = briefing.region_name(self.reach, self.region, self.lang)
        title = self.document.add_paragraph(style="Title")
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.add_run(f"{place}{'' if self.lang == 'zh' else ': '}{self.say('slide.title')}")
        under = self.paragraph(self.say("slide.as_of", as_of=self.reach.as_of), size=11, indent=False)
        under.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if briefing.uses_demo(self.rows):
            mark = self.say("mark.bracket", mark=briefing.demo_mark(True, self.lang)).strip()
            self.paragraph(f"{mark}{self.say('slide.demo_notice')}", size=11, colour=MARK, indent=False)

    def overview(self) -> None:
        self.heading("docx.overview")
        counts = briefing.counts(self.reach, self.region)
        items = int(counts.to_numpy().sum())
        parts = self.say("list").join(
            self.say(
                "docx.count", verdict=briefing.verdict(code, self.lang), count=int(row.sum()), binding=int(row.iloc[0])
            )
            for code, row in counts.iterrows()
        )
        self.paragraph(self.say("docx.counts", items=items, parts=parts))
        weak = briefing.weak_points(self.reach, self.region)
        if len(weak):
            names = self.say("list").join(self.indicators[code].name(self.lang) for code in weak["indicator"])
            self.paragraph(self.say("docx.weak", names=names))
        else:
            self.paragraph(self.say("slide.no_weak_points"))

    def whole_table(self) -> None:
        """Every row of the assessment on landscape pages, the header repeated."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
        _margins(section, 20)
        self.heading("docx.table")
        table = briefing.assessment_of(self.reach, self.region, self.lang)
        number, name, latest, year, target, due, verdict, reach, hold, gap, lead, note, status = table.columns
        binding = [self.indicators[code].binding for code in self.rows["indicator"]]
        printed = pd.DataFrame(
            {
                number: table[number],
                name: table[name],
                self.say("column.attribute"): [
                    self.say(f"attribute.{'binding' if b else 'advisory'}") for b in binding
                ],
                latest: table[latest] + [f" ({y})" if y != briefing.NOTHING else "" for y in table[year]],
                target: table[target],
                due: table[due].astype(str),
                verdict: table[verdict],
                f"{reach} / {hold}": table[reach] + " / " + table[hold],
                gap: table[gap],
                lead: table[lead],
                status: table[status],
            }
        )
        drawn = self.table(printed, (10, 62, 14, 27, 27, 12, 24, 26, 30, 24, 17))
        place = list(printed.columns).index(verdict)
        for line, code in zip(list(drawn.rows)[1:], self.rows["verdict"], strict=True):
            _shade(line.cells[place], VERDICT_COLOURS[code], code in DARK)
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
        _margins(section)

    def unmet(self) -> None:
        """Each unmet item: what is measured and what comes of it, its picture, and blanks for the departments."""
        rows = briefing.weak_points(self.reach, self.region, most=len(self.rows))
        self.heading("docx.unmet")
        if rows.empty:
            self.paragraph(self.say("slide.no_weak_points"))
        for _, row in rows.iterrows():
            indicator = self.indicators[row["indicator"]]
            self.document.add_heading(f"{indicator.label} {indicator.name(self.lang)}".strip(), level=2)
            self.paragraph(f"{briefing.claim(self.reach, row, self.lang)}{briefing.pace(row, self.lang)}")
            picture = self.pictures.get(indicator.code)
            if picture is not None:
                self.picture(picture, briefing.claim(self.reach, row, self.lang))
            if row["verdict"] in briefing.OPEN:
                lead = briefing.leads(self.reach, row)
                for key in ("docx.cause", "docx.measures", "docx.projects"):
                    self.paragraph(f"{self.say(key)}{'_' * 34}")
                self.paragraph(self.say("slide.lead", departments=lead))

    def awaiting(self) -> None:
        rows = self.rows[self.rows["verdict"] == "no_target"]
        if len(rows):
            self.heading("docx.awaiting")
            for _, row in rows.iterrows():
                self.paragraph(briefing.claim(self.reach, row, self.lang))

    def checklists(self) -> None:
        rows = self.rows[self.rows["comparison"] == "done"]
        if len(rows):
            self.heading("docx.checklists")
            for _, row in rows.iterrows():
                self.paragraph(briefing.claim(self.reach, row, self.lang))

    def editions(self) -> None:
        table = self.reach.editions
        table = table[(table["region_code"] == self.region) & table["weaker"]]
        if len(table):
            self.heading("page.weaker")
            for _, row in table.iterrows():
                name = self.indicators[row["indicator"]].name(self.lang)
                words = {"target": briefing.target(row, self.lang), "national": briefing.national(row, self.lang)}
                self.paragraph(self.say("page.weaker_line", name=name, edition=row["edition"], **words))

    def sources(self) -> None:
        """Appendix: for every number its source, file and row; then the rows a run went on without."""
        self.heading("docx.sources")
        lines = []
        for _, row in self.rows[self.rows["inputs"] != ""].iterrows():
            found = briefing.sources(self.reach, row)
            text = "; ".join(found[:SOURCES_SHOWN])
            if len(found) > SOURCES_SHOWN:
                more = self.say("slide.more_sources", count=len(found) - SOURCES_SHOWN, id=row["id"])
                text = f"{text}; {more}"
            indicator = self.indicators[row["indicator"]]
            lines.append(
                (f"{indicator.label} {indicator.name(self.lang)}".strip(), briefing.latest(row, self.lang), text)
            )
        words = [self.say(f"column.{name}") for name in ("indicator", "latest_value", "source")]
        if lines:
            self.table(pd.DataFrame(lines, columns=words), (48, 25, 83), size=7.5)
        problems = briefing.left_out(self.reach, self.lang)
        if problems:
            self.document.add_heading(self.say("opening.left_out", count=len(problems)), level=2)
            for problem in problems:
                self.paragraph(problem, size=10, indent=False)

    # ------------------------------------------------------------------ pieces

    def table(self, frame: pd.DataFrame, widths: tuple, size: float = 8.5):
        """A three-line table: header repeated on every page, no row split over two."""
        table = self.document.add_table(rows=1, cols=len(frame.columns))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        self.line(table.rows[0], list(frame.columns), widths, size)
        for cells in frame.itertuples(index=False):
            self.line(table.add_row(), [str(cell) for cell in cells], widths, size)
        head = table.rows[0]._tr.get_or_add_trPr()
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        head.append(repeat)
        _three_lines(table)
        return table

    def line(self, row, words: list[str], widths: tuple, size: float) -> None:
        unsplit = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(unsplit)
        for cell, text, width in zip(row.cells, words, widths, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            form = paragraph.paragraph_format
            form.first_line_indent, form.space_after = Pt(0), Pt(0)
            form.line_spacing_rule = WD_LINE_SPACING.SINGLE
            run = paragraph.add_run(text)
            run.font.size = Pt(size)
            _run_font(run, "table")

    def picture(self, file: Path, words: str) -> None:
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.first_line_indent = WD_LINE_SPACING.SINGLE, Pt(0)  # exact leading would clip it
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture = paragraph.add_run().add_picture(str(file), width=Mm(150))
        picture._inline.docPr.set("descr", words)


# ---------------------------------------------------------------------- what python-docx has no word for


def _margins(section, all_round: float | None = None) -> None:
    for side, width in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(all_round or width))


def _font(style, name: str, size: float) -> None:
    style.font.size = Pt(size)
    style.font.name = LATIN
    _east_asian(style.element.get_or_add_rPr(), name)


def _run_font(run, name: str) -> None:
    run.font.name = LATIN
    _east_asian(run._r.get_or_add_rPr(), name)


def _east_asian(properties, name: str) -> None:
    """Name the Chinese font, and take out the theme's, which would win."""
    fonts = properties.get_or_add_rFonts()
    for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[attribute]
    fonts.set(qn("w:eastAsia"), FONTS[name])


def _default_fonts(document, lang: str) -> None:
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _east_asian(defaults, "body")
    fonts = defaults.find(qn("w:rFonts"))
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:hAnsi"), LATIN)
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    for style in document.styles.element.iter(qn("w:rFonts")):
        for attribute in [key for key in style.attrib if key.endswith("Theme")]:
            del style.attrib[attribute]


def _page_number(section) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _three_lines(table) -> None:
    """Rules above, below the header and at the foot; none between rows and columns."""
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", 12), ("bottom", 12), ("insideH", 2)):
        line = OxmlElement(f"w:{side}")
        for key, value in (
            ("val", "single"),
            ("sz", str(size)),
            ("color", "9AA5B0" if side == "insideH" else "1B2A3A"),
        ):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
    for cell in table.rows[0].cells:
        _shade(cell, "#dfe7ee", False)


def _shade(cell, colour: str, dark: bool) -> None:
    shading = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour[1:].upper())):
        shading.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shading)
    if dark:
        for run in cell.paragraphs[0].runs:
            run.font.color.rgb = RGBColor(255, 255, 255)
