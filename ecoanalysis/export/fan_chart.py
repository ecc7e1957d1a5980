"""A native chart of one statement: measured years, band and median of the forecast, target and dates, as chart XML.

Word, PowerPoint, Excel and WPS open and edit it; the workbook behind it holds the numbers that `plotdata.fan` gives.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import xlsxwriter

from ecoanalysis import plotdata
from ecoanalysis.look import AXIS, BAND, GRID, INK, MARK, QUIET, SCREEN_FONTS, TARGET
from ecoanalysis.words import Words

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
BOOK = "rId1"  # the workbook behind a chart is its only relation
YEARS_SHOWN = 9  # of more years every second one is labelled
YEARS_AXIS, VALUES_AXIS = 100001, 100002  # positive: axis ids are unsigned
LOOKS = {  # colour, width [pt], dash, marker and its size
    "history": (INK, 2.0, "", "circle", 5),
    "median": (BAND, 1.75, "sysDash", "none", 0),
    "target": (TARGET, 1.5, "", "none", 0),
    "due": (MARK, 0, "", "diamond", 8),
    "hold": (MARK, 0, "", "triangle", 7),
}


def parts(s, w: Words) -> tuple[bytes, bytes]:
    """Chart XML of a statement and the workbook behind it, whose relation is `BOOK`."""
    table = plotdata.fan(s)
    years = [int(year) for year in table.index]
    shown = plotdata.fan_series(s, table, w)
    drawn = [(kind, name, [float(value) for value in values]) for kind, (name, values) in shown.items()]
    limits, decimals = plotdata.fan_limits(table, s.record, 4), s.record.decimals or 0
    return _xml(years, drawn, w.unit(s.record.unit), limits, decimals), _book(years, drawn)


def _book(years: list[int], drawn) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        for y, year in enumerate(years, start=1):
            sheet.write_string(y, 0, str(year))
        for x, (_, name, values) in enumerate(drawn, start=1):
            sheet.write_string(0, x, name)
            for y, value in enumerate(values, start=1):
                if np.isfinite(value):
                    sheet.write_number(y, x, value)
    return kept.getvalue()


def _xml(years: list[int], drawn, unit: str, limits: tuple[float, float, float], decimals: int) -> bytes:
    areas, lines = [], []
    for number, (kind, name, values) in enumerate(drawn):
        element = _series(number, kind, name, years, values, decimals)
        (areas if kind in ("lower", "band80") else lines).append(element)
    axes = f'<c:axId val="{YEARS_AXIS}"/><c:axId val="{VALUES_AXIS}"/>'
    area = (
        f'<c:areaChart><c:grouping val="stacked"/><c:varyColors val="0"/>{"".join(areas)}{axes}</c:areaChart>'
        if areas
        else ""
    )
    line = (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{"".join(lines)}<c:marker val="1"/>{axes}'
        "</c:lineChart>"
    )
    # the lower bound carries the band and is nothing to read
    hidden = '<c:legendEntry><c:idx val="0"/><c:delete val="1"/></c:legendEntry>' if areas else ""
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f"{area}{line}{_axes(unit, limits, len(years))}</c:plotArea>"
        f'<c:legend><c:legendPos val="r"/>{hidden}<c:overlay val="0"/></c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'  # a missing year is a gap, never a zero
        f'<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_letters(8)}<c:externalData r:id="{BOOK}"><c:autoUpdate val="0"/>'
        "</c:externalData></c:chartSpace>"
    )
    return xml.encode()


def _letters(size: float, level: bool = False) -> str:
    """Size and fonts of a chart's words; level ones are not turned where they are many."""
    turned = ' rot="0" vert="horz"' if level else ""
    return (
        f'<c:txPr><a:bodyPr{turned}/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}">{_fill(QUIET)}'
        f'<a:latin typeface="{SCREEN_FONTS["latin"]}"/><a:ea typeface="{SCREEN_FONTS["east_asian"]}"/></a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def _axes(unit: str, limits: tuple[float, float, float], years: int) -> str:
    bottom, top, step = limits
    skip = 1 + (years > YEARS_SHOWN)
    title = ""
    if unit:
        title = (
            '<c:title><c:tx><c:rich><a:bodyPr rot="-5400000" vert="horz"/><a:lstStyle/><a:p><a:pPr>'
            f'<a:defRPr sz="900" b="0">{_fill(QUIET)}</a:defRPr></a:pPr><a:r><a:rPr lang="zh-CN" sz="900" b="0">'
            f"{_fill(QUIET)}</a:rPr><a:t>{escape(unit)}</a:t></a:r></a:p></c:rich></c:tx>"
            '<c:overlay val="0"/></c:title>'
        )
    return (
        f'<c:catAx><c:axId val="{YEARS_AXIS}"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="out"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f"<c:spPr><a:ln>{_fill(AXIS)}</a:ln></c:spPr>{_letters(8, level=True)}"
        f'<c:crossAx val="{VALUES_AXIS}"/><c:crosses val="min"/><c:auto val="0"/><c:lblAlgn val="ctr"/>'
        f'<c:lblOffset val="100"/><c:tickLblSkip val="{skip}"/><c:noMultiLvlLbl val="0"/></c:catAx>'
        f'<c:valAx><c:axId val="{VALUES_AXIS}"/><c:scaling><c:orientation val="minMax"/><c:max val="{top!r}"/>'
        f'<c:min val="{bottom!r}"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln>'
        f"{_fill(GRID)}</a:ln></c:spPr></c:majorGridlines>{title}"
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:crossAx val="{YEARS_AXIS}"/>'
        f'<c:crosses val="min"/><c:crossBetween val="midCat"/><c:majorUnit val="{step!r}"/></c:valAx>'
    )


def _series(number: int, kind: str, name: str, years: list[int], values: list[float], decimals: int) -> str:
    letter = chr(ord("B") + number)
    last = len(years) + 1
    format_code = f"0.{'0' * decimals}".rstrip(".")
    points = "".join(
        f'<c:pt idx="{k}"><c:v>{value!r}</c:v></c:pt>' for k, value in enumerate(values) if np.isfinite(value)
    )
    labels = "".join(f'<c:pt idx="{k}"><c:v>{year}</c:v></c:pt>' for k, year in enumerate(years))
    count = f'<c:ptCount val="{len(years)}"/>'
    head = (
        f'<c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:strRef><c:f>Sheet1!${letter}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )
    data = (
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{count}{labels}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${letter}$2:${letter}${last}</c:f><c:numCache>"
        f"<c:formatCode>{format_code}</c:formatCode>{count}{points}</c:numCache></c:numRef></c:val>"
    )
    if kind in ("lower", "band80"):
        fill = "<a:noFill/>" if kind == "lower" else _fill(BAND, 30)
        return f"<c:ser>{head}<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>{data}</c:ser>"
    colour, width, dash, marker, size = LOOKS[kind]
    dashed = f'<a:prstDash val="{dash}"/>' if dash else ""
    line = f'<a:ln w="{round(width * 12700)}" cap="rnd">{_fill(colour)}{dashed}<a:round/></a:ln>'
    line = line if width else "<a:ln><a:noFill/></a:ln>"
    symbol = f'<c:symbol val="{marker}"/>'
    if size:
        symbol += f'<c:size val="{size}"/><c:spPr>{_fill(colour)}<a:ln><a:noFill/></a:ln></c:spPr>'
    # without `smooth` some readers draw splines
    return f'<c:ser>{head}<c:spPr>{line}</c:spPr><c:marker>{symbol}</c:marker>{data}<c:smooth val="0"/></c:ser>'


def _fill(colour: str, percent: int = 100) -> str:
    alpha = f'<a:alpha val="{percent * 1000}"/>' if percent < 100 else ""
    return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}">{alpha}</a:srgbClr></a:solidFill>'


def drawable(s) -> bool:
    """Whether there is a series to draw: two measured years and a number to reach."""
    history = s.history
    return len(history) > 1 and np.isfinite(s.target) and s.comparison != "done" and isinstance(history, pd.Series)
