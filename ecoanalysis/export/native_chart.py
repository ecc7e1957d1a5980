"""A forecast as a native chart: measured years, band, target and dates, editable in PowerPoint and WPS.

Title and demo mark stand inside the chart, so that they travel with it. Fonts are those of the deck it lies in.
"""

from __future__ import annotations

import copy
import math

import numpy as np
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.oxml.ns import qn
from pptx.util import Pt

from ecoanalysis import briefing, plotdata
from ecoanalysis.export import worded
from ecoanalysis.look import AXIS, BAND, GRID, INK, MARK, QUIET, TARGET
from ecoanalysis.words import Words

SIZE, TITLE_SIZE = 14, 16  # pt
LABEL, ROOM = Pt(40), Pt(60)  # the width of a year's label; what the value axis takes


def can_be_drawn(s) -> bool:
    """Whether a statement has a number to draw: a value, and no list of papers."""
    return s.comparison != "done" and bool(np.isfinite(s.latest_value))


def add(slide, s, box: tuple[int, int, int, int], w: Words):
    """Put the chart of a statement on a slide.

    Parameters
    ----------
    slide : pptx slide
    s : Statement
        One that `can_be_drawn`.
    box : left, top, width, height
        [EMU]
    w : Words

    Returns
    -------
    GraphicFrame
        Named after region and indicator; what is said of the statement is its alternative text.
    """
    record, region = s.record, s.analysis.name(s.region_code, w.lang)
    table = plotdata.fan(s)
    drawn = plotdata.fan_series(s, table, w)
    data = CategoryChartData(number_format=f"0.{'0' * (record.decimals or 0)}".rstrip("."))
    data.categories = [str(year) for year in table.index]
    for name, values in drawn.values():
        data.add_series(name, [None if v is None or not np.isfinite(v) else float(v) for v in values])
    kind = XL_CHART_TYPE.AREA_STACKED if "band80" in drawn else XL_CHART_TYPE.LINE_MARKERS
    frame = slide.shapes.add_chart(kind, *box, data)
    frame.name = f"{region} · {worded.indicator(s, w)}"
    said = w("claim.named", name=frame.name, sentence=briefing.sentence(s, w))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", worded.unbroken(said))
    chart = frame.chart
    _draw(chart, list(drawn))
    _axes(chart, w.unit(record.unit), plotdata.fan_limits(table, record, 7))
    if len(table) * LABEL > box[2] - ROOM:
        _label_every(chart, math.ceil(len(table) * LABEL / (box[2] - ROOM)))
    mark = w.bracket(w.demo_mark(s.status == "demo"))
    _title(chart, f"{region} · {w.name(record)}{mark}", w)
    sound(chart)
    return frame


def sound(chart) -> None:
    """Axis ids as the schema asks: unsigned. The library writes negative ones, which strict readers refuse."""
    ids = {}
    for tag in ("c:axId", "c:crossAx"):
        for element in chart._chartSpace.iter(qn(tag)):
            number = ids.setdefault(element.get("val"), 111_111_111 + len(ids))
            element.set("val", str(number))


def _label_every(chart, years: int) -> None:
    """Fewer year labels, so that they stand upright; every year keeps its tick."""
    axis = chart.category_axis._element
    skip = etree.Element(qn("c:tickLblSkip"))
    skip.set("val", str(years))
    before = [axis.find(qn(tag)) for tag in ("c:lblOffset", "c:lblAlgn", "c:auto", "c:crosses")]
    next(element for element in before if element is not None).addnext(skip)


def _title(chart, text: str, w: Words) -> None:
    chart.has_title = True
    chart.chart_title.include_in_layout = False
    run = chart.chart_title.text_frame.paragraphs[0].add_run()
    run.text = worded.unbroken(text)
    run.font.size, run.font.bold = Pt(TITLE_SIZE), False
    run.font.color.rgb = _rgb(INK)
    run._r.get_or_add_rPr().set("lang", "zh-CN" if w.lang == "zh" else "en-GB")


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


LOOKS = {  # colour, width [pt], dash, marker
    "history": (INK, 2.25, None, "circle"),
    "median": (BAND, 2.25, "sysDash", None),
    "target": (TARGET, 1.75, None, None),
    "due": (MARK, None, None, "diamond"),
    "hold": (MARK, None, None, "triangle"),
}


def _draw(chart, names: list[str]) -> None:
    """Give every series its look; stacked areas become band and lines on one pair of axes, one workbook behind all."""
    plot = chart._chartSpace.chart.plotArea
    areas, lines = plot.find(qn("c:areaChart")), plot.find(qn("c:lineChart"))
    if areas is not None:
        lines = etree.SubElement(plot, qn("c:lineChart"))
        areas.addnext(lines)
        for tag, value in (("c:grouping", "standard"), ("c:varyColors", "0")):
            etree.SubElement(lines, qn(tag)).set("val", value)
    drawn = (lines if areas is None else areas).findall(qn("c:ser"))
    for name, element in zip(names, drawn, strict=True):
        if name in LOOKS:
            _line(element, *LOOKS[name])
            if areas is not None:
                areas.remove(element)
                lines.append(element)
        else:
            _area(element, BAND if name == "band80" else None)
    if areas is not None:
        etree.SubElement(lines, qn("c:marker")).set("val", "1")
        for axis in areas.findall(qn("c:axId")):
            lines.append(copy.deepcopy(axis))
    chart._chartSpace.chart.find(qn("c:dispBlanksAs")).set("val", "gap")  # a missing year is a gap, never a zero
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(SIZE)
    if areas is not None:  # the lower bound carries the band and is nothing to read
        entry = etree.SubElement(chart.legend._element, qn("c:legendEntry"))
        etree.SubElement(entry, qn("c:idx")).set("val", "0")
        etree.SubElement(entry, qn("c:delete")).set("val", "1")
        chart.legend._element.find(qn("c:legendPos")).addnext(entry)
    chart.font.size = Pt(SIZE)
    chart.font.color.rgb = _rgb(QUIET)


def _axes(chart, unit: str, limits: tuple[float, float, float]) -> None:
    values, years = chart.value_axis, chart.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = _rgb(GRID)
    values.format.line.fill.background()
    values.tick_labels.number_format = "General"
    values.tick_labels.number_format_is_linked = False
    values.minimum_scale, values.maximum_scale, values.major_unit = limits
    if unit:
        values.has_title = True
        values.axis_title.text_frame.text = unit
        run = values.axis_title.text_frame.paragraphs[0].runs[0]
        run.font.size, run.font.bold = Pt(SIZE), False
        run.font.color.rgb = _rgb(QUIET)
    years.format.line.color.rgb = _rgb(AXIS)
    years.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    crossing = values._element.find(qn("c:crossBetween"))
    if crossing is None:  # charts of lines alone come without
        crossing = etree.Element(qn("c:crossBetween"))
        values._element.find(qn("c:crosses")).addnext(crossing)
    crossing.set("val", "midCat")
    cross = years._element.find(qn("c:crosses"))
    if cross is not None:  # the year axis stays at the foot when values go below zero
        values._element.find(qn("c:crosses")).set("val", "min")
        cross.set("val", "min")


def _line(element, colour: str, width: float | None, dash: str | None, marker: str | None) -> None:
    for tag in ("c:spPr", "c:marker", "c:smooth", "c:invertIfNegative"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    line = "<a:ln><a:noFill/></a:ln>"
    if width:
        pattern = f'<a:prstDash val="{dash}"/>' if dash else ""
        fill = f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill>'
        line = f'<a:ln w="{int(width * 12700)}" cap="rnd">{fill}{pattern}<a:round/></a:ln>'
    symbol = f'<c:symbol val="{marker or "none"}"/>'
    if marker:
        size = 9 if marker == "diamond" else 6
        fill = f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill>'
        symbol += f'<c:size val="{size}"/><c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>'
    title = element.find(qn("c:tx"))
    marker_element = _xml(f"<c:marker>{symbol}</c:marker>")
    title.addnext(marker_element)
    title.addnext(_xml(f"<c:spPr>{line}</c:spPr>"))
    element.append(_xml('<c:smooth val="0"/>'))  # without it some readers draw splines


def _area(element, colour: str | None) -> None:
    for old in element.findall(qn("c:spPr")):
        element.remove(old)
    fill = (
        f'<a:solidFill><a:srgbClr val="{colour[1:]}"><a:alpha val="30000"/></a:srgbClr></a:solidFill>'
        if colour
        else "<a:noFill/>"
    )
    element.find(qn("c:tx")).addnext(_xml(f"<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>"))


def _xml(text: str):
    spaces = (
        'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    head, _, rest = text.partition(">")
    slash = "/" if head.endswith("/") else ""
    return etree.fromstring(f"{head.rstrip('/')} {spaces}{slash}>{rest}")
