"""A4 pages in the house's styles, as Word writes them: headings, tables, captions, fields, charts.

A chapter, an annex and a bulletin stand on it. Paragraphs and tables are written as XML at once; python-docx makes the
package and reads it back. What only a reader's Word can know (on which page a heading falls) is reckoned from the sizes
of the text, so that the table of contents is filled before anybody asks Word to do it.
"""

from __future__ import annotations

import functools
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from ecoanalysis.export import fan_chart, replacing, worded
from ecoanalysis.look import INK, QUIET
from ecoanalysis.words import SIGNS, Words

LANDSCAPE_MARGIN = 15  # mm
KINDS = ("table", "figure")
LEADING = 1.3  # of tables, notes, captions and headings: exact, so that pages break alike whatever font is there
MARK_REF, MARK_LEAD, MARK_BLANK, MARK_END = "\ue000", "\ue001", "\ue002", "\ue003"  # in texts, until they become runs
MARKED = re.compile(f"([{MARK_REF}{MARK_LEAD}{MARK_BLANK}])([^{MARK_END}]*){MARK_END}")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
UP = "\ue004"  # a cell that goes on from the one above
SPACES = nsdecls("w", "r")
MM = 72 / 25.4  # points
SPARE = 6  # points left free at the foot of a page: a break is better early than late


class Paper:
    """A document under way: what is added stands at its end.

    Parameters
    ----------
    w : Words
    title : str
        Of the file, as its properties say.
    """

    def __init__(self, w: Words, title: str):
        self.words, self.lang = w, w.lang
        self.set_up(title)

    def set_up(self, title: str = "") -> None:
        """An empty document with the styles of the template; needs `words` and `lang`."""
        self.look = look_of(self.lang)
        self.document = Document(io.BytesIO(template(self.lang)))
        self.numbered = self.sub_numbered = 0
        self.ids = 0
        self.captions: dict[str, tuple[str, str]] = {}  # by name: label and bookmark
        self.counts = dict.fromkeys(KINDS, 0)
        self.open_references: list[tuple[etree._Element, str]] = []
        self.headings: list[list] = []  # level, text, bookmark, page
        self.contents_at = None
        self.flow = Flow(self.lang, self.look)
        about = self.document.core_properties
        about.title = title
        about.author = about.comments = about.last_modified_by = ""
        about.language = {"zh": "zh-CN", "en": "en-GB"}[self.lang]
        about.created = about.modified = datetime.now(UTC)

    def say(self, key: str, **values) -> str:
        return self.words(key, **values)

    def save(self, path: Path | str) -> None:
        """Fill contents and cross-references and write the file, under a temporary name first."""
        for text, name in self.open_references:
            text.text = self.captions[name][0]
        if self.contents_at is not None:
            self._fill_contents()
        with replacing(path) as temporary:
            self.document.save(temporary)

    # ------------------------------------------------------------------ pages

    def section(self, landscape: bool) -> None:
        """Go on on a new page, upright or turned."""
        ended = self.document.element.body[-1]
        paragraph = parse_xml(f'<w:p {SPACES}><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>')
        paragraph.pPr.append(parse_xml(etree.tostring(ended)))
        ended.addprevious(paragraph)
        width, height = (self.look.height, self.look.width) if landscape else (self.look.width, self.look.height)
        size = ended.find(qn("w:pgSz"))
        size.set(qn("w:w"), _twips(width))
        size.set(qn("w:h"), _twips(height))
        if landscape:
            size.set(qn("w:orient"), "landscape")
        else:
            size.attrib.pop(qn("w:orient"), None)
        margins = ended.find(qn("w:pgMar"))
        for side, room in self.look.margins.items():
            margins.set(qn(f"w:{side}"), _twips(LANDSCAPE_MARGIN if landscape else room))
        for reference in ended.findall(qn("w:footerReference")):  # the foot goes on from the section before
            ended.remove(reference)
        kind = ended.find(qn("w:type"))
        if kind is None:
            ended.insert(0, parse_xml(f'<w:type {SPACES} w:val="nextPage"/>'))
        self.flow.turn(landscape)

    # ------------------------------------------------------------------ headings and contents

    def heading(self, key: str, *, new_page: bool = False) -> None:
        """A numbered heading of the first level: 一、总体结论."""
        numerals = self.say("docx.numerals")
        number = numerals[self.numbered] if self.numbered < len(numerals) else str(self.numbered + 1)
        self.numbered += 1
        self.sub_numbered = 0
        self._heading(1, self.say("docx.section", number=number, title=self.say(key)), new_page)

    def subheading(self, key: str, **values) -> None:
        """A numbered heading of the second level: （一）约束性指标."""
        numerals = self.say("docx.numerals")
        number = numerals[self.sub_numbered]
        chapter = self.numbered
        self.sub_numbered += 1
        self._heading(
            2, self.say("docx.subsection", number=number, chapter=chapter, title=self.say(key, **values)), False
        )

    def item_heading(self, text: str) -> None:
        self._heading(3, text, False)

    def _heading(self, level: int, text: str, new_page: bool) -> None:
        entry = [level, text, f"_Toc{900000000 + len(self.headings) + 1}", 0]
        self.headings.append(entry)
        if new_page:
            self.flow.new_page()
        broken = "<w:pageBreakBefore/>" if new_page else ""
        run = self._marked(entry[2], _run(_unbroken(text)))
        element = self._add(f'<w:p {SPACES}><w:pPr><w:pStyle w:val="Heading{level}"/>{broken}</w:pPr>{run}</w:p>')
        self.flow.heading(level, text, element, entry)

    def contents(self) -> None:
        """Where the table of contents will stand: a page of its own, with what precedes it."""
        self._add(
            f'<w:p {SPACES}><w:pPr><w:pStyle w:val="ContentsHeading"/></w:pPr>{_run(self.say("docx.contents"))}</w:p>'
        )
        self.contents_at = self._add(f"<w:p {SPACES}/>")

    def _fill_contents(self) -> None:
        """Entries as Word's own: a link to the heading, dots, and the page in a field of its own."""
        entries = [entry for entry in self.headings if entry[0] <= 2]
        for position, (level, text, mark, page) in enumerate(entries):
            begin = end = ""
            if position == 0:
                begin = _begun('TOC \\o "1-2" \\h \\z \\u')
            if position == len(entries) - 1:
                end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            number = _field(rf"PAGEREF {mark} \h", str(page))
            link = (
                f'<w:hyperlink w:anchor="{mark}" w:history="1">{_run(_unbroken(text))}<w:r><w:tab/></w:r>{number}'
                "</w:hyperlink>"
            )
            entry = f'<w:p {SPACES}><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{begin}{link}{end}</w:p>'
            self.contents_at.addprevious(parse_xml(entry))
        self.contents_at.getparent().remove(self.contents_at)

    # ------------------------------------------------------------------ text

    def paragraph(self, text: str, *, colour: str | None = None, keep: bool = False, style: str = "") -> Paragraph:
        """A paragraph; `reference`, `lead` and `blank` give texts that become fields, heads and blanks in it."""
        properties = f'<w:pStyle w:val="{style}"/>' if style else ""
        properties += "<w:keepNext/>" if keep else ""
        look = f'<w:rPr><w:color w:val="{colour[1:].upper()}"/></w:rPr>' if colour else ""
        element = self._add(f"<w:p {SPACES}><w:pPr>{properties}</w:pPr>{self._runs(text.strip(), look)}</w:p>")
        self._note_references(element)
        self.flow.text(text, style, keep, element)
        return Paragraph(element, self.document._body)

    def small(self, text: str, colour: str = QUIET) -> None:
        """A note in the size of the tables."""
        self.paragraph(text, colour=colour, style="Note")

    def compact(self, text: str, keep: bool = False) -> None:
        """An item's paragraph: smaller, and not parted between two pages."""
        self.paragraph(text, style="Compact", keep=keep)

    def reference(self, name: str) -> str:
        """The label of a captioned table or figure, in a text: it becomes a cross-reference."""
        return f"{MARK_REF}{name}{MARK_END}"

    def lead(self, text: str) -> str:
        """A few words that head what follows in the same paragraph."""
        return f"{MARK_LEAD}{text}{MARK_END}"

    def blank(self, text: str) -> str:
        """A blank to be filled in; `text` says by whom and with what."""
        return f"{MARK_BLANK}{text}{MARK_END}"

    def _runs(self, text: str, look: str = "") -> str:
        parts, start = [], 0
        text = _unbroken(text)
        for hit in MARKED.finditer(text):
            parts.append(_run(text[start : hit.start()], look))
            kind, inside = hit.groups()
            if kind == MARK_REF:
                parts.append(_field(rf"REF {_bookmark(inside)} \h", inside, look, name=inside))
            elif kind == MARK_LEAD:
                bold = "<w:b/>" if self.lang == "en" else ""
                parts.append(_run(inside, f'<w:rPr><w:rFonts w:eastAsia="{self.look.heading_font}"/>{bold}</w:rPr>'))
            else:
                parts.append(self._blank_field(inside))
            start = hit.end()
        parts.append(_run(text[start:], look))
        return "".join(parts)

    def _blank_field(self, text: str) -> str:
        self.ids += 1
        spoken = escape(text, {'"': "&quot;"})
        shown = _run(self.say("docx.blank", text=text), _QUIET_LOOK)
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val="{spoken}"/><w:id w:val="{1000 + self.ids}"/><w:showingPlcHdr/><w:text/>'
            f"</w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>"
        )

    def _note_references(self, element) -> None:
        """Remember the cached texts of cross-references: captions to come are not numbered yet."""
        for text in element.iter(qn("w:t")):
            name = text.attrib.pop("name", None)
            if name:
                self.open_references.append((text, name))

    # ------------------------------------------------------------------ captions

    def caption(self, kind: str, name: str, text: str, keep: bool = True) -> None:
        """表 1　指标可达性分析表: the label is bookmarked and its number a field; a table's stands above it."""
        self.counts[kind] += 1
        number, mark = self.counts[kind], _bookmark(name)
        word = self.say(f"docx.label.{kind}")
        self.captions[name] = (f"{word}\u00a0{number}", mark)
        label = _run(f"{word}\u00a0") + _field(rf"SEQ {word} \* ARABIC", str(number))
        keeping = "<w:keepNext/>" if keep else ""
        element = self._add(
            f'<w:p {SPACES}><w:pPr><w:pStyle w:val="Caption"/>{keeping}</w:pPr>{self._marked(mark, label)}'
            f"{_run(_unbroken(self.say('docx.caption', text=text)))}</w:p>"
        )
        self.flow.block(self.look.table * LEADING + 7, keep, element)

    def _marked(self, mark: str, runs: str) -> str:
        self.ids += 1
        return f'<w:bookmarkStart w:id="{self.ids}" w:name="{mark}"/>{runs}<w:bookmarkEnd w:id="{self.ids}"/>'

    # ------------------------------------------------------------------ tables

    def table(
        self, head, lines: list[list[str]], widths: tuple, *, centred: tuple = (), size=None, flags: dict | None = None
    ) -> Table:
        """A three-line table: header repeated on every page, no row split over two.

        Parameters
        ----------
        head : list of str, or list of rows
            A cell is a text, a (text, columns it spans), or `UP` where it goes on from the cell above.
        lines : list of rows
            `UP` as in the head.
        widths : tuple
            Of the columns [mm].
        centred : tuple
            Places of centred columns.
        size : float, optional
            Of the letters [pt].
        flags : dict, optional
            For a column its colours, one a row: a broad bar at the left of the cell.
        """
        size = size or self.look.table
        heads = head if head and isinstance(head[0], list) else [head]
        rows = [self._row(y, heads, widths, size, range(len(widths)), {}, head=True) for y in range(len(heads))]
        for y in range(len(lines)):
            bars = {x: colours[y] for x, colours in (flags or {}).items()}
            rows.append(self._row(y, lines, widths, size, centred, bars))
        grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
        element = self._add(f"<w:tbl {SPACES}>{_TABLE_LOOK}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>")
        self.flow.table(heads, lines, widths, size)
        return Table(element, self.document._body)

    def _row(self, y: int, rows, widths, size, centred, bars, head: bool = False) -> str:
        below = _texts(rows[y + 1]) if y + 1 < len(rows) else {}
        alone = len(rows) > 1 and y in (0, len(rows) - 2)  # no row stands alone on a page
        made = []
        for x, (text, span) in _cells(rows[y]).items():
            look = f'<w:tcW w:w="{_twips(sum(widths[x : x + span]))}" w:type="dxa"/>'
            look += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
            if text is UP:
                look += "<w:vMerge/>"
            elif below.get(x) is UP:
                look += '<w:vMerge w:val="restart"/>'
            bar = f'<w:left w:val="single" w:sz="48" w:space="0" w:color="{bars[x][1:].upper()}"/>' if x in bars else ""
            under = f'<w:bottom w:val="single" w:sz="6" w:space="0" w:color="{INK[1:].upper()}"/>' if head else ""
            look += f"<w:tcBorders>{bar}{under}</w:tcBorders>" if bar or under else ""
            look += '<w:tcMar><w:left w:w="170" w:type="dxa"/></w:tcMar>' if bar else ""
            look += '<w:vAlign w:val="center"/>'
            paragraphs = self._cell("" if text is UP else text, size, x in centred, head, head or alone)
            made.append(f"<w:tc><w:tcPr>{look}</w:tcPr>{paragraphs}</w:tc>")
        repeated = "<w:tblHeader/>" if head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(made)}</w:tr>"

    def _cell(self, text: str, size: float, middle: bool, head: bool, keep: bool) -> str:
        properties = '<w:pStyle w:val="TableText"/>' + ("<w:keepNext/>" if keep else "")
        properties += f'<w:spacing w:line="{round(size * LEADING * 20)}" w:lineRule="exact"/>'
        properties += '<w:jc w:val="center"/>' if middle else ""
        half = round(size * 2)
        look = f'<w:rFonts w:eastAsia="{self.look.heading_font}"/>' if head else ""
        look += "<w:b/>" if head and self.lang == "en" else ""
        look = f'<w:rPr>{look}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'
        return "".join(
            f"<w:p><w:pPr>{properties}</w:pPr>{_run(_unbroken(line), look)}</w:p>" for line in text.split("\n")
        )

    # ------------------------------------------------------------------ charts

    def fan(self, s, text: str, width: float, height: float) -> None:
        """A native chart of a statement, with its data behind it; `text` tells it to who cannot see it. [mm]"""
        part, number = self.document.part, self.counts["figure"] + 1
        package = part.package
        name = PackURI(f"/word/charts/chart{number}.xml")
        xml, book = fan_chart.parts(s, self.words)
        chart = Part(name, CONTENT_TYPE.DML_CHART, xml, package)
        sheet = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), CONTENT_TYPE.SML_SHEET, book, package)
        if chart.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE) != fan_chart.BOOK:
            raise ValueError(f"the workbook of {name} is not its first relation")
        relation = part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
        self.ids += 1
        spoken = escape(text, {'"': "&quot;"})
        self._add(
            f'<w:p {SPACES} {nsdecls("wp", "a")} xmlns:c="{fan_chart.CHART}"><w:pPr><w:pStyle w:val="Picture"/><w:keepNext/>'
            f'</w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{round(width * 36000)}" cy="{round(height * 36000)}"/>'
            f'<wp:docPr id="{self.ids}" name="{escape(self.say("docx.label.figure"))} {number}" descr="{spoken}"/>'
            f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{fan_chart.CHART}">'
            f'<c:chart r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
        )
        self.flow.block(height * MM + 4, True)

    # ------------------------------------------------------------------ small parts

    def _add(self, xml: str):
        element = parse_xml(xml)
        self.document.element.body[-1].addprevious(element)
        return element


class Flow:
    """On which page the next thing falls, reckoned from sizes: East-Asian letters are as wide as high.

    Where a heading and what belongs to it no longer fit a page, the break is written into the document, so that the
    reader's Word breaks where this did.
    """

    def __init__(self, lang: str, look: Look):
        self.look = look
        self.lang, self.page, self.used, self.held = lang, 1, 0.0, 0.0
        self.group: list[tuple] = []  # what stays together with the next thing: elements, and entries of the contents
        self.width, self.height = look.inside[0] * MM, look.inside[1] * MM - SPARE

    def turn(self, landscape: bool) -> None:
        side = 2 * LANDSCAPE_MARGIN
        across = (self.look.height - side, self.look.width - side) if landscape else self.look.inside
        self.width, self.height = across[0] * MM, across[1] * MM - SPARE
        self.new_page()

    def new_page(self) -> None:
        self.page, self.used, self.held = self.page + 1, 0.0, 0.0

    def block(self, height: float, keep: bool = False, element=None, entry: list | None = None) -> None:
        """Something that is not parted [pt]; with `keep` it stays with what follows."""
        if element is not None:
            self.group.append((element, entry))
        if keep:
            self.held += height
            return
        height += self.held
        self.settle(height)
        self.used += height

    def settle(self, height: float) -> None:
        """What was held goes on this page if so much fits it, else on the next."""
        if self.used + height > self.height and self.used:
            self.new_page()
            if self.group:
                Paragraph(self.group[0][0], None).paragraph_format.page_break_before = True
        for _, entry in self.group:
            if entry is not None:
                entry[3] = self.page
        self.group, self.held = [], 0.0

    def heading(self, level: int, text: str, element, entry: list) -> None:
        size = self.look.minor if level == 3 else self.look.heading
        apart = 9 if level == 3 else self.look.body * 0.75
        self.block(_lines(text, round(self.width / size, 3)) * size * LEADING + apart, True, element, entry)

    def text(self, text: str, style: str, keep: bool, element=None) -> None:
        size, leading = self.look.body, self.look.leading
        after = 0 if self.lang == "zh" else 6
        if style == "Compact":
            size, leading = self.look.compact, self.look.compact_leading
            after = 3
        elif style:
            size = self.look.table
            leading, after = size * LEADING, 10
        indent = 2 if self.lang == "zh" and style in ("", "Compact") else 0
        lines = _lines(MARKED.sub(r"\2", text), round(self.width / size, 3), indent)
        if style:  # not parted
            self.block(lines * leading + after, keep, element if style == "Compact" or self.group else None)
            return
        first = self.held + (2 if lines > 3 else lines) * leading
        self.settle(first)
        self.used += first
        for left in range(lines - 2 if lines > 3 else 0, 0, -1):
            if self.used + leading * (2 if left == 2 else 1) > self.height + SPARE:  # the last two stay together
                self.page, self.used = self.page + 1, 0.0
            self.used += leading
        self.used += after

    def table(self, heads, lines, widths, size: float) -> None:
        tall = [self._row(row, widths, size) for row in [*heads, *lines]]
        head = sum(tall[: len(heads)])
        self.block(head + sum(tall[len(heads) : len(heads) + 2]))
        for height in tall[len(heads) + 2 :]:
            if self.used + height > self.height + SPARE:
                self.page, self.used = self.page + 1, head
            self.used += height

    def _row(self, row, widths, size: float) -> float:
        tall = [0.0]
        for x, (text, span) in _cells(row).items():
            room = round((sum(widths[x : x + span]) * MM - 6.8) / size, 3)
            lines = [] if text is UP else text.split("\n")
            tall.append(sum(_lines(line, room) * size * LEADING + 2.4 for line in lines))
        return max(tall) + 0.5


ADVANCES = {  # of Times New Roman [em]; half an em is the most frequent
    letter: wide / 1000
    for wide, letters in {
        250: " .,\u202f\u00a0",
        278: "ijlt;:/",
        333: "frI()-[]",
        389: "sJ",
        444: "aceéz",
        556: "FPS",
        611: "ELTZ",
        667: "BCR",
        722: "wADGHKNOQUVXY",
        778: "m",
        833: "%",
        889: "M",
        944: "W",
        1000: "—\u2009",
    }.items()
    for letter in letters
}
STOPS = "\u3001\u3002\uff0c\uff1b\uff1a\uff09\u3011\u201d"  # no line begins with them
WHOLE = re.compile(rf"[^\s\u2e80-\uffee]+[{STOPS}]*|\s|.[{STOPS}]*")


@functools.lru_cache(maxsize=4096)
def _lines(text: str, room: float, indent: float = 0) -> int:
    """On how many lines a text falls in so many ems: Chinese breaks anywhere but before a stop, words do not.

    >>> _lines("一二三四五六", 4), _lines("one two three", 4), _lines("", 4)
    (2, 2, 1)
    """
    lines, used = 1, float(indent)
    for piece in WHOLE.findall(text):
        wide = sum(1.0 if letter > "\u2e7f" else ADVANCES.get(letter, 0.5) for letter in piece)
        if used + wide > room + 0.01 and used and not piece.isspace():
            lines, used = lines + 1, 0.0
        used += wide
        while used > room + 0.01:  # longer than a line
            lines, used = lines + 1, used - room
    return lines


def _cells(row) -> dict[int, tuple[str, int]]:
    """Texts of a row and how many columns each spans, by the first of its columns."""
    cells, x = {}, 0
    for cell in row:
        text, span = cell if isinstance(cell, tuple) else (cell, 1)
        cells[x] = (text, span)
        x += span
    return cells


def _texts(row) -> dict[int, str]:
    return {x: text for x, (text, _) in _cells(row).items()}


# ---------------------------------------------------------------------- XML


def _twips(mm: float) -> str:
    return str(round(mm * 1440 / 25.4))


def _run(text: str, look: str = "") -> str:
    if not text:
        return ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(UNPRINTABLE.sub("", text))}</w:t></w:r>'


_QUIET_LOOK = f'<w:rPr><w:color w:val="{QUIET[1:].upper()}"/></w:rPr>'


def _begun(code: str, look: str = "") -> str:
    return (
        f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{look}<w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _field(code: str, shown: str, look: str = "", name: str = "") -> str:
    """A field with what it shows before anybody updates it; `name` is taken out again once the text is known."""
    named = f' name="{name}"' if name else ""
    text = f'<w:r>{look}<w:t xml:space="preserve"{named}>{escape(shown)}</w:t></w:r>'
    return f'{_begun(code, look)}{text}<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'


def _bookmark(name: str) -> str:
    return f"_Ref_{re.sub(r'[^A-Za-z0-9]', '_', name)}"[:40]


def _unbroken(text: str) -> str:
    """≥ 83 % and 3 248 stay on one line."""
    for sign in SIGNS.values():
        text = text.replace(f"{sign} ", f"{sign}\u00a0")
    return worded.unbroken(text)


def _rule(side: str, size: int) -> str:
    colour = "C9CFD5" if size == 2 else INK[1:].upper()
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


# Strong rules above and at the foot; hairlines guide the eye along long rows.
_TABLE_LOOK = (
    '<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:jc w:val="center"/><w:tblBorders>'
    f'{_rule("top", 12)}{_rule("bottom", 12)}{_rule("insideH", 2)}</w:tblBorders><w:tblLayout w:type="fixed"/>'
    '<w:tblCellMar><w:left w:w="68" w:type="dxa"/><w:right w:w="68" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)


# ---------------------------------------------------------------------- the template


@dataclass(frozen=True)
class Look:
    """What has to be known of a template's styles to reckon where pages break: sizes [pt], the page and its margins [mm]."""

    body: float
    leading: float
    heading: float
    minor: float  # headings of the third level
    compact: float
    compact_leading: float
    table: float
    heading_font: str
    width: float
    height: float
    margins: dict[str, float]

    @property
    def inside(self) -> tuple[float, float]:
        """What the margins leave of an upright page [mm]."""
        room = self.margins
        return self.width - room["left"] - room["right"], self.height - room["top"] - room["bottom"]


@functools.cache
def template(lang: str) -> bytes:
    """The empty document of a language: styles, fonts, page and foot are what Word shows when one opens the file."""
    return files("ecoanalysis.export").joinpath(f"paper_{lang}.docx").read_bytes()


@functools.cache
def look_of(lang: str) -> Look:
    """The look of a language's template."""
    document = Document(io.BytesIO(template(lang)))
    page, styles = document.sections[0], document.styles
    body, compact, heading = styles["Normal"], styles["Compact"], styles["Heading 1"]
    return Look(
        body=body.font.size.pt,
        leading=body.paragraph_format.line_spacing.pt,
        heading=heading.font.size.pt,
        minor=styles["Heading 3"].font.size.pt,
        compact=compact.font.size.pt,
        compact_leading=compact.paragraph_format.line_spacing.pt,
        table=styles["Table Text"].font.size.pt,
        heading_font=heading.element.rPr.rFonts.get(qn("w:eastAsia")),
        width=round(page.page_width.mm, 1),  # a file keeps twentieths of a point
        height=round(page.page_height.mm, 1),
        margins={side: round(getattr(page, f"{side}_margin").mm, 1) for side in ("top", "bottom", "left", "right")},
    )
