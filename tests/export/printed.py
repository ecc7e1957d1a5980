"""How many pages a workbook prints and how small its words become, reckoned from its print set-up alone."""

import math
from dataclasses import dataclass

import openpyxl
from openpyxl.utils import range_boundaries

PAPERS = {9: (595.3, 841.9), 8: (841.9, 1190.6)}  # A4 and A3 upright [pt]
PLAIN_WIDTH = 8.43  # a column whose width nobody set [digits]


@dataclass(frozen=True)
class Printed:
    """A sheet on paper: its pages, and how many points its smallest words are high."""

    pages: int
    points: float


def of(path) -> dict[str, Printed]:
    """Every sheet of a workbook as its print set-up lays it out."""
    return {sheet.title: _sheet(sheet) for sheet in openpyxl.load_workbook(path)}


def _sheet(sheet) -> Printed:
    area = sheet.print_area.rpartition("!")[2].replace("$", "") or sheet.dimensions
    left, top, right, bottom = range_boundaries(area)
    setup, margins = sheet.page_setup, sheet.page_margins
    across, down = PAPERS[int(setup.paperSize)]
    if setup.orientation == "landscape":
        across, down = down, across
    across, down = across - 72 * (margins.left + margins.right), down - 72 * (margins.top + margins.bottom)
    heights = [_height(sheet, y) for y in range(top, bottom + 1)]
    beside = int(setup.fitToWidth or 1)
    scale = min(1.0, beside * across / sum(width(sheet, x) for x in range(left, right + 1)))
    if setup.fitToHeight is None or int(setup.fitToHeight) == 1:  # unsaid, everything on one page
        scale = min(scale, down / sum(heights))
    scale = math.floor(100 * scale) / 100
    repeated = 0.0
    if sheet.print_title_rows:
        first, last = (int(part.strip("$")) for part in sheet.print_title_rows.split(":"))
        repeated = sum(heights[first - top : last - top + 1])
    pages, at = 1, 0.0
    for one in heights:
        if at and at + one > down / scale:
            pages, at = pages + 1, repeated
        at += one
    sizes = [cell.font.sz for line in sheet[area] for cell in line if cell.value is not None]
    return Printed(beside * pages, round(min(sizes, default=10.0) * scale, 2))


def width(sheet, x: int) -> float:
    """A column's width [pt]; none for a hidden one. Seven pixels a digit and five around it."""
    for dimension in sheet.column_dimensions.values():
        first = openpyxl.utils.column_index_from_string(dimension.index)
        if (dimension.min or first) <= x <= (dimension.max or first):
            return 0.0 if dimension.hidden else 0.75 * math.trunc(7 * dimension.width + 0.5)
    return 0.75 * (7 * PLAIN_WIDTH + 5)


def _height(sheet, y: int) -> float:
    dimension, plain = sheet.row_dimensions.get(y), sheet.sheet_format.defaultRowHeight
    if dimension is None:
        return plain
    return 0.0 if dimension.hidden else dimension.height or plain
