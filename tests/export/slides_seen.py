"""How tests look at slides: what is said, how wide it is in a known font, and what an Office file must be."""

import re
import zipfile
from functools import cache
from pathlib import Path

import matplotlib
from fontTools.afmLib import AFM
from lxml import etree
from pptx import Presentation
from pptx.util import Pt

ROOM_OF_A_LINE = 1.25
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def plain(text: str) -> str:
    """A text with its spaces as they were before they were kept from breaking."""
    return text.replace("\u00a0", " ").replace("\u202f", "\u2009")


def titles(deck) -> list[str]:
    return [plain(slide.shapes.title.text_frame.text) for slide in deck.slides]


def titled(deck, start: str):
    return next(s for s, title in zip(deck.slides, titles(deck), strict=True) if title.startswith(start))


def texts(slide) -> list[str]:
    return [plain(shape.text_frame.text) for shape in slide.shapes if shape.has_text_frame]


def cells(slide) -> list[list[str]]:
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    return [[plain(cell.text_frame.text) for cell in row.cells] for row in table.rows]


def charts(slide) -> list:
    return [shape for shape in slide.shapes if shape.has_chart]


def frames(slide):
    """Every text with its box's width [pt], height [pt] and margins [pt]."""
    for shape in slide.shapes:
        if shape.has_text_frame and shape.text_frame.text:
            frame = shape.text_frame
            sides, edges = frame.margin_left + frame.margin_right, frame.margin_top + frame.margin_bottom
            yield shape.name, frame, (shape.width - sides) / Pt(1), (shape.height - edges) / Pt(1)
        if shape.has_table:
            for row in shape.table.rows:
                for column, cell in zip(shape.table.columns, row.cells, strict=True):
                    sides, edges = cell.margin_left + cell.margin_right, cell.margin_top + cell.margin_bottom
                    yield shape.name, cell.text_frame, (column.width - sides) / Pt(1), (row.height - edges) / Pt(1)


@cache
def _helvetica() -> dict[int, float]:
    """The published widths of Helvetica [ems] by character, which Arial shares."""
    font = AFM(str(Path(matplotlib.get_data_path()) / "fonts/pdfcorefonts/Helvetica.afm"))
    return {font[name][0]: font[name][1] / 1000 for name in font.chars() if font[name][0] >= 0}


@cache
def _advance(character: str) -> float:
    """A Chinese glyph is as wide as it is high, and so is counted what Helvetica lacks."""
    if ord(character) > 0x2E7F:
        return 1.0
    plain = {"\u2009": " ", "\u202f": " ", "\u00a0": " ", "−": "+", "²": "2", "³": "3", "≥": "+", "≤": "+"}
    character = plain.get(character, character)
    return _helvetica().get(ord(character), 1.0)


def stands(frame, width: float) -> float:
    """How high a text stands [pt] in a width [pt], broken where a program would break it."""
    height = 0.0
    for paragraph in frame.paragraphs:
        sizes = [run.font.size / Pt(1) for run in paragraph.runs]
        if not sizes:
            continue
        properties = paragraph._p.pPr
        indent = int(properties.get("marL") or 0) / Pt(1) if properties is not None else 0
        lines, at = 1, 0.0
        text = "".join(run.text for run in paragraph.runs)
        for piece in re.findall(r"[\u2e80-\uffff]|[^\u2e80-\uffff ]+| ", text):
            long = sum(map(_advance, piece)) * sizes[0]
            if at and piece != " " and at + long > width - indent:
                lines, at = lines + 1, 0.0
            at += long
        after = paragraph.space_after / Pt(1) if paragraph.space_after else 0
        height += lines * max(sizes) * ROOM_OF_A_LINE + after
    return height


def crowded(deck) -> list:
    """Boxes that meet another, leave the slide, or hold more than fits; an empty list is what is wanted."""
    wrong = []
    for number, slide in enumerate(deck.slides, 1):
        boxes = [(s.name, s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for i, (name, left, top, right, bottom) in enumerate(boxes):
            if left < 0 or top < 0 or right > deck.slide_width or bottom > deck.slide_height:
                wrong.append((number, name, "leaves the slide"))
            for other, left_, top_, right_, bottom_ in boxes[:i]:
                if not (left >= right_ or left_ >= right or top >= bottom_ or top_ >= bottom):
                    wrong.append((number, name, other))
        for name, frame, width, height in frames(slide):
            if stands(frame, width) > height + 1:
                wrong.append((number, name, frame.text, round(stands(frame, width)), round(height)))
    return wrong


def small_words(deck) -> list:
    """Runs under 14 points, those of charts among them."""
    wrong = []
    for number, slide in enumerate(deck.slides, 1):
        for name, frame, _, _ in frames(slide):
            sizes = [run.font.size for p in frame.paragraphs for run in p.runs]
            sizes += [Pt(int(f.get("sz")) / 100) for f in frame._txBody.iter("{*}rPr") if f.get("sz")]
            wrong += [(number, name) for size in sizes if size is None or size < Pt(14)]
        for shape in charts(slide):
            for element in shape.chart._chartSpace.iter("{*}defRPr", "{*}rPr"):
                if element.get("sz") and int(element.get("sz")) < 1400:
                    wrong.append((number, shape.name))
    return wrong


def broken_rules(path) -> list[str]:
    """What an Office file must keep beside its schema: parts that exist and are typed, nothing outside, sound ids."""
    wrong = []
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        types = etree.fromstring(package.read("[Content_Types].xml"))
        known = {e.get("PartName") for e in types} | {e.get("Extension") for e in types}
        for name in names:
            if name.endswith("/"):
                continue
            if f"/{name}" not in known and name.rpartition(".")[2] not in known and name != "[Content_Types].xml":
                wrong.append(f"{name} has no content type")
            if not name.endswith((".xml", ".rels")):
                continue
            tree = etree.fromstring(package.read(name))
            if name.endswith(".rels"):
                base = Path(name).parent.parent
                for relation in tree.iter(RELATIONS):
                    target = relation.get("Target")
                    if relation.get("TargetMode") == "External":
                        wrong.append(f"{name} leads outside: {target}")
                    elif not _there(base, target, names):
                        wrong.append(f"{name} leads to nothing: {target}")
            ids = [e.get("id") for e in tree.iter("{*}cNvPr")]
            if len(ids) != len(set(ids)):
                wrong.append(f"{name} has a shape id twice")
            for tag in ("axId", "crossAx"):
                wrong += [
                    f"{name} {tag} {e.get('val')}" for e in tree.iter(f"{{*}}{tag}") if not e.get("val").isdigit()
                ]
            for run in tree.iter("{*}t"):
                if re.search(r"[\x00-\x08\x0b-\x1f]|_x00", run.text or ""):
                    wrong.append(f"{name} holds a control character")
    return wrong


def _there(base: Path, target: str, names: set[str]) -> bool:
    if target.startswith("/"):
        return target[1:] in names
    parts: list[str] = []
    for part in (base / target).as_posix().split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) in names


def opened(path):
    return Presentation(str(path))
