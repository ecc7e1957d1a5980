"""Paper for slides: a deck of our own or a bureau's template, and what is laid on it: sentences, tables, tiles, notes.

Every text is measured before it is set, at 14 points or more; what does not fit goes on to another slide. Widths are
reckoned from glyph classes, not from one font, as nobody knows which fonts a reader has.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from ecoanalysis import words
from ecoanalysis.analysis import Told
from ecoanalysis.export import replacing, worded
from ecoanalysis.look import EDGE, INK, MARK, MARK_GROUND, VERDICT_COLOURS, words_on
from ecoanalysis.words import Words

LEAST = 14  # pt: the smallest text on a slide
TITLES, TEXTS, CELLS = (28, 26, 24, 22, 20, 18, 16), (20, 18, 17, 16, 15, 14), (18, 16, 15, 14)
SPACES = set(" \u2009\u202f\u00a0")
SPACE, SPACE_IN_CHINESE = 0.42, 0.8  # ems; some programs set a gap of their own between Chinese and Latin
GAP = 0.3  # ems; the same gap where no space is written, as in 第14县
BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[\u3400-\u9fff])")
ONE_LINE = 24
LEADING = 1.25  # line pitch over type size, set exactly: fonts differ in their own
MARGIN, CELL_SIDE, CELL_EDGE = Emu(91_440), Emu(54_000), Emu(22_000)
STEPS, NARROWEST = (Inches(0.6), Inches(0.3), Inches(0.1)), Inches(0.7)  # how a column's width is tried
SHORT, MOST_LINES = 8, 24  # ems of a short text; lines of which a slide holds no more
HEAD = "#dfe7ee"
TITLE_ONLY = "titleOnly"  # the type that a layout of a title alone declares
NARROW, WIDE = set("iljtfrI.,;:'|!()[]/·"), set("mwMW%@&—")


class NoDeck(Told, ValueError):
    """A file that is no presentation, or cannot be written, told with what to do."""


class Box(NamedTuple):
    """A rectangle on a slide [EMU]."""

    left: int
    top: int
    width: int
    height: int

    def below(self, top: int) -> Box:
        """What is left of it under a line."""
        return Box(self.left, top, self.width, self.top + self.height - top)

    def columns(self, *shares: float, between: int = Inches(0.2)) -> list[Box]:
        """Side by side, divided by shares."""
        room, left, boxes = self.width - between * (len(shares) - 1), self.left, []
        for share in shares:
            width = int(room * share / sum(shares))
            boxes.append(Box(left, self.top, width, self.height))
            left += width + between
        return boxes


# ---------------------------------------------------------------------- measuring


@cache
def _em(character: str) -> float:
    if ord(character) > 0x2E7F or character in "“”‘’…—":
        return 1.0
    if character in SPACES:
        return SPACE
    if character in NARROW:
        return 0.38
    if character in WIDE:
        return 0.95
    return 0.74 if character.isupper() else 0.63


@lru_cache(1 << 16)
def ems(text: str) -> float:
    """The width of a text in ems, on the wide side of the common fonts."""
    return sum(map(_em, text)) + GAP * len(BETWEEN.findall(text))


@lru_cache(1 << 16)
def line_count(text: str, room: float) -> int:
    """Lines that a text takes in a width [ems]: Chinese breaks anywhere, words and numbers stay whole while they fit."""
    lines, at, before = 1, 0.0, ""
    space = SPACE_IN_CHINESE if re.search(r"[\u2e80-\uffff]", text) else SPACE
    for piece in re.findall(r"[\u2e80-\uffff]|[^\u2e80-\uffff ]+ ?| ", worded.unbroken(text)):
        width = ems(piece.rstrip(" "))
        at += GAP if at and BETWEEN.search(before + piece[0]) else 0.0
        before = piece[-1]
        if at and at + width > room:
            lines, at = lines + 1, 0.0
        while width > room:  # a word longer than the line is broken
            lines, width = lines + 1, width - room
        at += width + (space if piece.endswith(" ") else 0.0)
    return lines


def height_of(paragraphs: Sequence[str], width: int, size: float, apart: float = 0) -> int:
    """How high paragraphs of a size [pt] stand in a width [EMU], `apart` [pt] between them."""
    room = width / Pt(1) / size
    lines = sum(line_count(line, room) for text in paragraphs for line in text.split("\n"))
    return int(Pt(lines * size * LEADING + apart * max(len(paragraphs) - 1, 0)))


def fitting(paragraphs: Sequence[str], width: int, height: int, sizes: Iterable[float], apart: float = 0) -> float:
    """The largest size at which paragraphs fit a width and height; the smallest when none does."""
    for size in sizes:
        if height_of(paragraphs, width, size, apart) <= height:
            return size
    return size


def title_size(title: str, width: int, height: int) -> float:
    """One line in 24 points or more where that is enough, else what fits."""
    for size in TITLES:
        if size >= ONE_LINE and height_of([title], width, size) <= Pt(size * LEADING):
            return size
    return fitting([title], width, height, TITLES)


# ---------------------------------------------------------------------- paper


def opened(path: Path | str, wrong: str = "deck.no_deck"):
    """A presentation that exists; `NoDeck`, with the phrase of that key, where the file is none."""
    try:
        return Presentation(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError):
        raise NoDeck(words.in_both(wrong, file=Path(path).name)) from None


def saved(presentation, path: Path | str) -> Path:
    """Write a presentation under a temporary name first; `NoDeck` where the place cannot be written to."""
    path = Path(path)
    try:
        with replacing(path) as temporary:
            presentation.save(temporary)
    except OSError as error:
        raise NoDeck(words.in_both("deck.not_written", file=path.name, reason=error)) from None
    return path


def plain_paper():
    """Our own deck: its layouts, theme colours and fonts are what PowerPoint shows when one opens the file."""
    with files("ecoanalysis.export").joinpath("paper.pptx").open("rb") as file:
        return Presentation(file)


def _emptied(presentation) -> None:
    """A template's sample slides go: its layouts, theme and size are what is wanted of it."""
    listed = presentation.slides._sldIdLst
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)


# ---------------------------------------------------------------------- the deck


class Deck:
    """Slides in one language on one paper.

    Parameters
    ----------
    w : Words
    presentation : pptx Presentation, optional
        A foreign one: its layouts, fonts and colours hold. Without it, our own paper.
    """

    def __init__(self, w: Words, presentation=None):
        self.w, self.is_own = w, presentation is None
        self.presentation = plain_paper() if presentation is None else presentation
        self.layout = self._title_only()
        self.size = (self.presentation.slide_width, self.presentation.slide_height)

    @classmethod
    def on(cls, w: Words, template: Path | str | None) -> Deck:
        """An empty deck on a bureau's template, or on our own paper where there is none."""
        if template is None:
            return cls(w)
        if not Path(template).is_file():
            raise NoDeck(words.in_both("deck.template_missing", file=template))
        presentation = opened(template, "deck.no_template")
        _emptied(presentation)
        return cls(w, presentation)

    def _title_only(self):
        """The layout for a title and what we lay under it: by its type, by its name, else the plainest with a title."""
        layouts = list(self.presentation.slide_layouts)
        known_names = [words.of(lang)("slide.layout_title_only").lower() for lang in words.LANGUAGES]
        for layout in layouts:
            name = layout.name.lower()
            if layout._element.get("type") == TITLE_ONLY or any(known in name for known in known_names):
                return layout
        titled = [layout for layout in layouts if _titles(layout)]
        return min(titled or layouts, key=lambda layout: len(list(layout.placeholders)))

    def about(self, title: str, subject: str, author: str) -> None:
        """Who, what and when: the library's template brings its own author and a date of 2013."""
        about, now = self.presentation.core_properties, datetime.now(UTC)
        about.title, about.subject = title, subject
        about.author = about.last_modified_by = author
        about.created = about.modified = now
        about.language = "zh-CN" if self.w.lang == "zh" else "en-GB"
        about.keywords = about.comments = about.category = ""
        about.revision = 1

    # ------------------------------------------------------------------ a slide

    def cover(self, title: str, lines: Sequence[str], *, demo: bool = False):
        """The first slide, on the paper's layout for it where there is one."""
        layout = next((one for one in self.presentation.slide_layouts if one._element.get("type") == "title"), None)
        under = [] if layout is None else [s for s in layout.placeholders if s.placeholder_format.idx == 1]
        if not under or not _titles(layout):
            slide = self.slide(title, demo=demo)
            self.text(slide, lines, self.room)
            return slide
        slide = self.presentation.slides.add_slide(layout)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.idx > 1:
                shape._element.getparent().remove(shape._element)
        head, under = slide.shapes.title, slide.placeholders[1]
        if self.is_own and demo:
            mark = self._mark_width()
            self._mark(slide, Box(self.size[0] - Inches(0.6) - mark, Inches(0.5), mark, Inches(0.42)))
        for shape, texts, sizes in ((head, [title], (40, 36, 32, 28, 24, 20)), (under, lines, (20, 18, 16, 14))):
            frame = shape.text_frame
            frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
            size = fitting(texts, shape.width - 2 * MARGIN, shape.height - MARGIN, sizes, 10)
            for number, said in enumerate(texts):
                paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
                self.run(paragraph, said, size)
                paragraph.space_after = Pt(10 if number < len(texts) - 1 else 0)
        self._number(slide)
        return slide

    def slide(self, title: str, *, demo: bool = False):
        """A slide with its message as title, its number, and the mark of demo data; `room` says what is left of it."""
        slide = self.presentation.slides.add_slide(self.layout)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type not in (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE):
                shape._element.getparent().remove(shape._element)
        width, height = self.size
        mark = self._mark_width() if demo else 0
        shape = slide.shapes.title
        if shape is None:
            shape = slide.shapes.add_textbox(Inches(0.5), Inches(0.3), width - Inches(1.0), Inches(0.95))
        box = Box(shape.left, shape.top, shape.width, shape.height)
        if demo:  # the mark stands at the right end of the title
            right = min(box.left + box.width, width - Inches(0.6) - mark - Inches(0.15))
            box = box._replace(width=right - box.left)
        shape.left, shape.top, shape.width, shape.height = box
        frame = shape.text_frame
        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.margin_top = frame.margin_bottom = 0
        size = title_size(title, box.width - 2 * MARGIN, box.height)
        self.run(frame.paragraphs[0], title, size)
        if demo:
            left = width - Inches(0.6) - mark
            self._mark(slide, Box(left, box.top + (box.height - Inches(0.42)) // 2, mark, Inches(0.42)))
        self._number(slide)
        return slide

    @property
    def room(self) -> Box:
        """What a slide leaves under its title and above its number."""
        width, height = self.size
        titles = _titles(self.layout)
        top = titles[0].top + titles[0].height if titles else Inches(1.25)
        if not self.is_own:
            return Box(Inches(0.5), top + Inches(0.1), width - Inches(1.0), height - Inches(0.6) - top - Inches(0.1))
        return Box(Inches(0.6), top + Inches(0.1), Inches(12.13), Inches(6.95) - top - Inches(0.1))

    def _mark_width(self) -> int:
        return int(Pt(ems(self.w.demo_mark(True)) * LEAST)) + Inches(0.25)

    def _mark(self, slide, box: Box) -> None:
        mark = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *box)
        mark.name = self.w.demo_mark(True)
        mark.fill.solid()
        mark.fill.fore_color.rgb = rgb(MARK_GROUND)
        mark.line.color.rgb = rgb(MARK)
        mark.shadow.inherit = False
        frame = mark.text_frame
        frame.margin_left = frame.margin_right = Emu(30_000)
        frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        self.run(frame.paragraphs[0], self.w.demo_mark(True), LEAST, MARK)

    def _number(self, slide) -> None:
        """The slide's number, where the layout has its place for it, else at the foot."""
        width, height = self.size
        kept = [s for s in self.layout.placeholders if s.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER]
        box = Box(width - Inches(1.6), height - Inches(0.45), Inches(1.0), Inches(0.35))
        if kept and kept[0].width:
            box = Box(kept[0].left, kept[0].top, kept[0].width, kept[0].height)
        shape = slide.shapes.add_textbox(*box)
        shape.name = self.w("deck.number")
        frame = shape.text_frame
        frame.margin_top = frame.margin_bottom = 0
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT
        field = etree.SubElement(paragraph._p, qn("a:fld"))
        field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
        field.set("type", "slidenum")
        etree.SubElement(field, qn("a:rPr")).attrib.update({"lang": "en-GB", "sz": str(LEAST * 100)})
        etree.SubElement(field, qn("a:t")).text = str(len(self.presentation.slides))

    # ------------------------------------------------------------------ what is laid on it

    def run(self, paragraph, text: str, size: float, colour: str = "", *, bold: bool = False) -> None:
        paragraph.line_spacing = Pt(size * LEADING)
        run = paragraph.add_run()
        run.text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", worded.unbroken(text))
        run.font.size = Pt(size)
        if bold:
            run.font.bold = True
        if colour:
            run.font.color.rgb = rgb(colour)
        run._r.get_or_add_rPr().set("lang", "zh-CN" if self.w.lang == "zh" else "en-GB")

    def text(self, slide, paragraphs: Sequence[str], box: Box, *, sizes=TEXTS, apart: float = 8, bullets=False) -> int:
        """Paragraphs in the largest of `sizes` that fits; what does not fit at the smallest is left out.

        Returns
        -------
        int
            How many paragraphs are on the slide.
        """
        indent = Pt(16) if bullets else 0
        room = (box.width - 2 * MARGIN - indent, box.height - Emu(20_000))
        size = fitting(paragraphs, *room, sizes, apart)
        told = len(paragraphs)
        while told > 1 and height_of(paragraphs[:told], room[0], size, apart) > room[1]:
            told -= 1
        height = height_of(paragraphs[:told], room[0], size, apart) + Emu(20_000)
        shape = slide.shapes.add_textbox(box.left, box.top, box.width, min(height, box.height))
        frame = shape.text_frame
        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.margin_top = frame.margin_bottom = Emu(10_000)
        for number, said in enumerate(paragraphs[:told]):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            if bullets:
                properties = paragraph._p.get_or_add_pPr()
                properties.set("marL", str(indent))
                properties.set("indent", str(-indent))
            self.run(paragraph, said, size)
            paragraph.space_after = Pt(apart if number < told - 1 else 0)
            if bullets:
                etree.SubElement(paragraph._p.get_or_add_pPr(), qn("a:buChar")).set("char", "•")
        return told

    def height(self, paragraphs: Sequence[str], width: int, size: float, apart: float = 4) -> int:
        """How much room paragraphs of a size need in a text box of a width [EMU]; 0 for none."""
        said = [text for text in paragraphs if text]
        return height_of(said, width - 2 * MARGIN, size, apart) + Inches(0.05) if said else 0

    def table(
        self,
        slide,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        shares: Sequence[float],
        box: Box,
        *,
        shaded: dict[int, Sequence[str]] | None = None,
        left: Sequence[int] = (0,),
        sizes=CELLS,
    ) -> int:
        """A native table of quiet lines, in the largest size at which all of it fits; else as many rows as fit.

        Parameters
        ----------
        shares : widths of the columns, as shares of the box; room goes on from there to the columns that make rows tall
        shaded : column -> verdicts of its rows, which lend their colours
        left : columns set to the left; the others are centred

        Returns
        -------
        int
            How many rows are on the slide; the caller carries on with the rest.
        """
        lines = [list(head), *map(list, rows)]
        widths = _widths(lines[:MOST_LINES], [int(box.width * share / sum(shares)) for share in shares], sizes[-1])
        for size in sizes:
            heights = [_row_height(line, widths, size) for line in lines]
            if sum(heights) <= box.height and all(_is_whole(line, widths, size) for line in lines):
                break
        told = len(lines)
        while told > 2 and sum(heights[:told]) > box.height:
            told -= 1
        lines, heights = lines[:told], heights[:told]
        shape = slide.shapes.add_table(told, len(head), box.left, box.top, sum(widths), sum(heights))
        shape.name = slide.shapes.title.text_frame.text if slide.shapes.title is not None else self.w("deck.table")
        table = shape.table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for y, line in enumerate(lines):
            table.rows[y].height = heights[y]
            for x, text in enumerate(line):
                verdict = (shaded or {}).get(x)
                verdict = verdict[y - 1] if verdict and y else ""
                self._cell(table.cell(y, x), text, size, x in left, verdict, y == 0)
        return told - 1

    def _cell(self, cell, text: str, size: float, left: bool, verdict: str, is_head: bool) -> None:
        cell.margin_top = cell.margin_bottom = CELL_EDGE
        cell.margin_left = cell.margin_right = CELL_SIDE
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb(VERDICT_COLOURS[verdict] if verdict else HEAD if is_head else "#ffffff")
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.text_frame.paragraphs[0] if number == 0 else cell.text_frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT if left else PP_ALIGN.CENTER
            self.run(paragraph, line, size, words_on(verdict) if verdict else INK, bold=False)

    def tiles(self, slide, tiles: Sequence[tuple[str, str, str]], box: Box) -> None:
        """Big numbers side by side: number, what it counts, and the verdict that lends its colour."""
        for (number, name, verdict), part in zip(
            tiles, box.columns(*[1] * len(tiles), between=Inches(0.15)), strict=True
        ):
            tile = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *part)
            tile.name = name
            tile.fill.solid()
            tile.fill.fore_color.rgb = rgb(VERDICT_COLOURS[verdict])
            tile.line.color.rgb = rgb(EDGE)
            tile.shadow.inherit = False
            frame = tile.text_frame
            frame.word_wrap = True
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            frame.margin_left = frame.margin_right = Emu(30_000)
            frame.margin_top = frame.margin_bottom = 0
            first = fitting([number], part.width - Emu(60_000), Pt(40), (32, 28, 24, 20, 18, 16))
            for line, (text, size) in enumerate(((number, first), (name, LEAST))):
                paragraph = frame.paragraphs[0] if line == 0 else frame.add_paragraph()
                paragraph.alignment = PP_ALIGN.CENTER
                self.run(paragraph, text, size, words_on(verdict))

    def small(self, slide, text: str, box: Box) -> None:
        """A quiet line at the foot of what is shown."""
        shape = slide.shapes.add_textbox(*box)
        frame = shape.text_frame
        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.margin_top = frame.margin_bottom = 0
        self.run(frame.paragraphs[0], text, LEAST)
        frame.paragraphs[0].runs[0].font.color.theme_color = MSO_THEME_COLOR.TEXT_2  # quiet on our paper

    def notes(self, slide, points: Sequence[str], sources: Sequence[str]) -> None:
        """Talking points first, then where the numbers come from."""
        lines = [*points]
        if sources:
            lines += ["", self.w("slide.sources"), *sources]
        slide.notes_slide.notes_text_frame.text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", "\n".join(lines))


def _row_height(line: Sequence[str], widths: Sequence[int], size: float) -> int:
    tallest = max(height_of([text], w - 2 * CELL_SIDE, size) for text, w in zip(line, widths, strict=True))
    return tallest + 2 * CELL_EDGE + Emu(12_000)


def _widths(lines: Sequence[Sequence[str]], widths: Sequence[int], size: float) -> list[int]:
    """Widths of the same sum at which a table stands lowest: a column with room to spare gives to one without.

    A word is never broken for that, and a short text, such as a number with its unit, is worth a line.
    """
    line = int(Pt(size) * LEADING)

    @cache
    def heights(x: int, width: int) -> tuple[np.ndarray, int, int]:
        """How high each text of a column stands, how many are broken within a word, and what short ones in two cost."""
        column, room = [line[x] for line in lines], (width - 2 * CELL_SIDE) / Pt(1) / size
        whole = sum(_is_whole([text], [width], size) for text in column)
        parted = sum(room < ems(text) <= SHORT for text in column[1:])
        high = np.array([height_of([text], width - 2 * CELL_SIDE, size) for text in column])
        return high, len(column) - whole, parted * line

    def cost(widths: Sequence[int]) -> tuple[int, int]:
        columns = [heights(x, width) for x, width in enumerate(widths)]
        high = int(np.max([one[0] for one in columns], axis=0).sum())
        return sum(one[1] for one in columns), high + sum(one[2] for one in columns)

    widths = list(widths)
    best = cost(widths)
    while True:
        tried = []
        for step in STEPS:
            for give, take in permutations(range(len(widths)), 2):
                if widths[give] - step >= NARROWEST:
                    other = widths.copy()
                    other[give], other[take] = other[give] - step, other[take] + step
                    tried.append((cost(other), other))
        lowest = min(tried, key=lambda one: one[0], default=(best, widths))
        if lowest[0] >= best:
            return widths
        best, widths = lowest


def _is_whole(line: Sequence[str], widths: Sequence[int], size: float) -> bool:
    """Whether every word and number of a row fits its column unbroken."""
    rooms = [(width - 2 * CELL_SIDE) / Pt(1) / size for width in widths]
    return all(
        ems(word) <= room
        for text, room in zip(line, rooms, strict=True)
        for word in re.findall(r"[^\u2e80-\uffff\s]+", text)
    )


def _titles(layout) -> list:
    kinds = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
    return [shape for shape in layout.placeholders if shape.placeholder_format.type in kinds]


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())
