"""The briefing as slides: native tables and charts that an official opens and edits in PowerPoint or WPS.

Every number's sources stand in the notes of its slide, down to file and row.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
from lxml import etree
from matplotlib.ticker import MaxNLocator
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from ecoanalysis import briefing, catalog
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import phrase
from ecoanalysis.charts import BAND, DARK, INK, MARK, QUIET, TARGET, VERDICT_COLOURS
from ecoanalysis.export import replacing

EAST_ASIAN_FONT, LATIN_FONT = "Microsoft YaHei", "Arial"
CITY_CHARTS, COUNTY_CHARTS, MATRIX_ROWS, EDITION_ROWS, SOURCES_SHOWN = 6, 2, 18, 12, 12
LEFT, TOP, WIDTH = Inches(0.6), Inches(1.25), Inches(12.13)


def write(reach: Reachability, path: Path | str, lang: str) -> None:
    """Write the deck: overview, matrix, targets below the nation's, the city's weak points, then every county's.

    Parameters
    ----------
    reach : Reachability
    path : path
        Ends in `.pptx`; written under a temporary name first.
    lang : str
        zh or en.
    """
    deck = _Deck(reach, lang)
    parents = [code for code in reach.regions["code"] if code in set(reach.regions["parent"])]
    counties = [code for code in reach.regions["code"] if code not in parents]
    deck.title(parents[0] if parents else None)
    for code in parents:
        deck.region(code, CITY_CHARTS, before_charts=deck.matrix)
    if not parents:
        deck.matrix()
    for code in counties:
        deck.region(code, COUNTY_CHARTS)
    with replacing(path) as temporary:
        deck.presentation.save(temporary)


class _Deck:
    def __init__(self, reach: Reachability, lang: str):
        self.reach, self.lang = reach, lang
        self.presentation = Presentation()
        _widen(self.presentation)
        _theme_fonts(self.presentation)
        self.title_only = self.presentation.slide_layouts[5]

    # ------------------------------------------------------------------ slides

    def title(self, city: str | None) -> None:
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[6])
        band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, self.presentation.slide_width, Inches(0.28))
        band.fill.solid()
        band.fill.fore_color.rgb = _rgb(BAND)
        band.line.fill.background()
        place = briefing.region_name(self.reach, city, self.lang) if city else ""
        self.text(slide, place, LEFT, Inches(2.0), WIDTH, Inches(0.7), size=26, colour=BAND)
        size = 40 if self.lang == "zh" else 32  # one line
        self.text(slide, phrase("slide.title", self.lang), LEFT, Inches(2.7), WIDTH, Inches(1.0), size=size)
        under = phrase("slide.as_of", self.lang, as_of=self.reach.as_of)
        self.text(slide, under, LEFT, Inches(3.8), WIDTH, Inches(0.5), size=18, colour=QUIET)
        if briefing.uses_demo(self.reach.assessment):
            notice = phrase("slide.demo_notice", self.lang)
            self.text(slide, notice, LEFT, Inches(4.7), WIDTH, Inches(0.9), size=16, colour=MARK)

    def region(self, code: str, charts: int, before_charts=None) -> None:
        rows = self.reach.assessment[self.reach.assessment["region_code"] == code]
        self.summary(code, rows)
        if before_charts:
            before_charts()
            self.weaker(code)
        weak = briefing.weak_points(self.reach, code, most=len(rows))
        drawable = weak[np.isfinite(weak["target"])]
        for _, row in drawable.head(charts).iterrows():
            self.forecast(row)

    def summary(self, code: str, rows: pd.DataFrame) -> None:
        place = briefing.region_name(self.reach, code, self.lang)
        weak = briefing.weak_points(self.reach, code)
        slide = self.slide(phrase("slide.summary", self.lang, region=place), briefing.uses_demo(rows))
        counts = briefing.counts(self.reach, code)
        self.tiles(slide, counts)
        self.text(slide, phrase("slide.weak_points", self.lang), LEFT, Inches(2.85), WIDTH, Inches(0.4), size=16)
        header = ["indicator", "latest_value", "target", "due", "verdict", "chance", "gap", "lead_department"]
        cells = [[phrase(f"column.{name}", self.lang) for name in header]]
        indicators = catalog.indicators()
        for _, row in weak.iterrows():
            indicator = indicators[row["indicator"]]
            is_open = row["verdict"] in briefing.OPEN
            cells.append(
                [
                    f"{indicator.label} {indicator.name(self.lang)}".strip(),
                    f"{briefing.latest(row, self.lang)} ({briefing.year(row['latest_year'])})",
                    briefing.target(row, self.lang),
                    str(row["due"]),
                    briefing.verdict(row["verdict"], self.lang),
                    briefing.chance(row["p_reach"] if is_open else row["p_hold"]),
                    briefing.gap(row, self.lang).strip("。 .") or briefing.NOTHING,
                    briefing.leads(self.reach, row),
                ]
            )
        if len(cells) > 1:
            widths = (3.4, 1.6, 1.4, 0.6, 1.45, 0.9, 1.68, 1.1)
            table = self.table(slide, cells, widths, Inches(3.3), row_height=0.5, size=11)
            for place, verdict in enumerate(weak["verdict"], start=1):
                _shade(table.cell(place, 4), verdict)
        else:
            self.text(slide, phrase("slide.no_weak_points", self.lang), LEFT, Inches(3.4), WIDTH, Inches(0.5), size=14)
        self.notes(slide, rows[rows["indicator"].isin(weak["indicator"])])

    def tiles(self, slide, counts: pd.DataFrame) -> None:
        """One tile a verdict: how many items, and how many of them binding."""
        width = min(Inches(1.75), int(WIDTH / max(len(counts), 1)) - Inches(0.12))
        for place, (code, row) in enumerate(counts.iterrows()):
            left = LEFT + place * (width + Inches(0.12))
            tile = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, TOP, width, Inches(1.4))
            tile.fill.solid()
            tile.fill.fore_color.rgb = _rgb(VERDICT_COLOURS[code])
            tile.line.color.rgb = _rgb("#d5dade")
            tile.shadow.inherit = False
            colour = "#ffffff" if code in DARK else INK
            frame = tile.text_frame
            frame.word_wrap = True
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            frame.margin_left = frame.margin_right = Emu(30_000)
            lines = [(str(int(row.sum())), 28), (briefing.verdict(code, self.lang), 10.5)]
            lines.append((phrase("slide.binding", self.lang, count=int(row.iloc[0])), 10))
            for number, (words, size) in enumerate(lines):
                paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
                paragraph.alignment = PP_ALIGN.CENTER
                self.run(paragraph, words, size, colour)

    def matrix(self) -> None:
        """Items × regions as native tables, verdicts in short words, so many rows a slide that they stay readable."""
        table = briefing.matrix(self.reach)
        pages = [table.iloc[start : start + MATRIX_ROWS] for start in range(0, len(table), MATRIX_ROWS)]
        demo = briefing.uses_demo(self.reach.assessment)
        for number, page in enumerate(pages, start=1):
            title = phrase("slide.matrix", self.lang, page=number, pages=len(pages))
            slide = self.slide(title, demo)
            names = [briefing.region_name(self.reach, code, self.lang) for code in page.columns]
            cells = [[phrase("column.indicator", self.lang), *names]]
            for item, verdicts in page.iterrows():
                label = f"{item} " if isinstance(item, int) else ""
                words = [briefing.short_verdict(code, self.lang) for code in verdicts]
                cells.append([label + briefing.item_name(item, self.lang), *words])
            share = min(1.15, (8.1 if self.lang == "zh" else 8.6) / max(len(names), 1))
            widths = [12.13 - share * len(names), *[share] * len(names)]
            size = 10 if self.lang == "zh" else 9
            drawn = self.table(slide, cells, widths, Inches(1.1), row_height=0.295, size=size)
            for y, (_, verdicts) in enumerate(page.iterrows(), start=1):
                for x, code in enumerate(verdicts, start=1):
                    _shade(drawn.cell(y, x), code)

    def weaker(self, code: str) -> None:
        """Targets that ask for less than a national edition does; national numbers that are unverified say so."""
        rows = self.reach.editions[self.reach.editions["region_code"] == code]
        table = briefing.editions_of(self.reach, code, self.lang)[rows["weaker"].to_numpy(bool)]
        number, name, target, edition, national, _ = table.columns
        lines = table[[name, target, edition, national]].astype(str)
        lines[name] = [f"{n} {words}".strip() for n, words in zip(table[number], table[name], strict=True)]
        for start in range(0, len(lines), EDITION_ROWS):
            slide = self.slide(phrase("page.weaker", self.lang), False)
            cells = [list(lines.columns), *lines.iloc[start : start + EDITION_ROWS].to_numpy().tolist()]
            self.table(slide, cells, (5.6, 2.3, 1.4, 2.83), Inches(1.25), row_height=0.43, size=13)

    def forecast(self, row: pd.Series) -> None:
        """One indicator of one region: an editable chart, the claim, and the sources in the notes."""
        indicator = catalog.indicators()[row["indicator"]]
        place = briefing.region_name(self.reach, row["region_code"], self.lang)
        title = f"{place} · {indicator.label} {indicator.name(self.lang)}"
        slide = self.slide(title, row["status"] == "demo", size=22)
        frame = slide.shapes.add_chart(
            XL_CHART_TYPE.AREA_STACKED, LEFT, Inches(1.2), Inches(8.6), Inches(5.5), self.chart_data(row)
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", briefing.claim(self.reach, row, self.lang))
        _style_forecast(frame.chart, indicator, self.lang)
        side = Inches(9.45)
        claim = briefing.claim(self.reach, row, self.lang)
        self.text(slide, claim, side, Inches(1.4), Inches(3.35), Inches(2.9), size=14)
        pace = " ".join(filter(None, (briefing.pace(row, self.lang), briefing.fared(row, self.lang))))
        if pace:
            self.text(slide, pace, side, Inches(4.3), Inches(3.35), Inches(1.6), size=12, colour=QUIET)
        lead = phrase("slide.lead", self.lang, departments=briefing.leads(self.reach, row))
        self.text(slide, lead, side, Inches(6.0), Inches(3.35), Inches(0.7), size=12, colour=QUIET)
        self.notes(slide, row.to_frame().T)

    def chart_data(self, row: pd.Series) -> CategoryChartData:
        """Years with the 80 % band (lower bound and width), history, median, target and due mark."""
        key = (row["region_code"], row["indicator"])
        history = self.reach.futures[key].history
        rows = self.reach.forecasts
        rows = rows[(rows["region_code"] == key[0]) & (rows["indicator"] == key[1])].set_index("year")
        years = [*history.index, *rows.index]
        past = history.interpolate()
        lower = [*past, *rows["lo80"]]
        width = [*[0.0] * len(past), *(rows["hi80"] - rows["lo80"])]
        median = [*[None] * (len(past) - 1), past.iloc[-1], *rows["median"]]
        measured = [None if np.isnan(value) else value for value in history] + [None] * len(rows)
        due = [row["target"] if year == row["due"] else None for year in years]
        data = CategoryChartData(number_format=f"0.{'0' * catalog.indicators()[key[1]].decimals}")
        data.categories = [str(int(year)) for year in years]
        words = ("lower", "band80", "history", "median", "target", "due")
        for word, values in zip(
            words, (lower, width, measured, median, [row["target"]] * len(years), due), strict=True
        ):
            name = phrase(f"chart.{word}", self.lang)
            data.add_series(f"{name} {row['due']}" if word == "due" else name, values)
        return data

    # ------------------------------------------------------------------ parts

    def slide(self, title: str, demo: bool, size: int = 26):
        slide = self.presentation.slides.add_slide(self.title_only)
        frame = slide.shapes.title
        frame.left, frame.top, frame.width, frame.height = LEFT, Inches(0.35), Inches(10.4), Inches(0.75)
        paragraph = frame.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        frame.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        self.run(paragraph, title, size, INK)
        if demo:
            mark = slide.shapes.add_shape(
                MSO_SHAPE.ROUNDED_RECTANGLE, Inches(11.35), Inches(0.5), Inches(1.38), Inches(0.42)
            )
            mark.fill.solid()
            mark.fill.fore_color.rgb = _rgb("#fff4e0")
            mark.line.color.rgb = _rgb(MARK)
            mark.shadow.inherit = False
            mark.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
            self.run(mark.text_frame.paragraphs[0], briefing.demo_mark(True, self.lang), 12, MARK)
        foot = phrase("slide.foot", self.lang, as_of=self.reach.as_of)
        self.text(slide, foot, LEFT, Inches(6.95), WIDTH, Inches(0.35), size=10, colour=QUIET)
        return slide

    def text(self, slide, words: str, left, top, width, height, *, size: int, colour: str = INK) -> None:
        frame = slide.shapes.add_textbox(left, top, width, height).text_frame
        frame.word_wrap = True
        self.run(frame.paragraphs[0], words, size, colour)

    def run(self, paragraph, words: str, size: float, colour: str) -> None:
        run = paragraph.add_run()
        run.text = words.replace(" %", "\u00a0%")  # 83 % stays on one line
        run.font.size = Pt(size)
        run.font.color.rgb = _rgb(colour)
        run._r.get_or_add_rPr().set("lang", "zh-CN" if self.lang == "zh" else "en-GB")

    def table(self, slide, cells: list[list[str]], widths, top, *, row_height: float, size: float):
        """A native table of quiet lines; the first row is the header."""
        height = Inches(row_height * len(cells))
        shape = slide.shapes.add_table(len(cells), len(cells[0]), LEFT, top, Inches(sum(widths)), height)
        table = shape.table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        for y, line in enumerate(cells):
            table.rows[y].height = Inches(row_height)
            for x, words in enumerate(line):
                cell = table.cell(y, x)
                cell.margin_top = cell.margin_bottom = Emu(15_000)
                cell.margin_left = cell.margin_right = Emu(45_000)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb("#dfe7ee" if y == 0 else "#ffffff")
                paragraph = cell.text_frame.paragraphs[0]
                paragraph.alignment = PP_ALIGN.LEFT if x == 0 else PP_ALIGN.CENTER
                self.run(paragraph, words, size, INK)
        return table

    def notes(self, slide, rows: pd.DataFrame) -> None:
        """Where each number comes from: indicator, source, file and row."""
        lines = []
        for _, row in rows.iterrows():
            found = briefing.sources(self.reach, row)
            if found:
                indicator = catalog.indicators()[row["indicator"]]
                value = briefing.latest(row, self.lang)
                lines.append(
                    f"{indicator.label} {indicator.name(self.lang)} = {value} ({briefing.year(row['latest_year'])})"
                )
                lines += [f"  {source}" for source in found[:SOURCES_SHOWN]]
                if len(found) > SOURCES_SHOWN:
                    lines.append(
                        "  " + phrase("slide.more_sources", self.lang, count=len(found) - SOURCES_SHOWN, id=row["id"])
                    )
        slide.notes_slide.notes_text_frame.text = "\n".join([phrase("slide.sources", self.lang), *lines])


# ---------------------------------------------------------------------- the deck's look


def _widen(presentation) -> None:
    """16:9, with the template's own 4:3 placeholders widened alike."""
    before = presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(13.333), Inches(7.5)
    factor = presentation.slide_width / before
    for part in (presentation.slide_master, *presentation.slide_layouts):
        for shape in part.placeholders:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = int(shape.left * factor), int(shape.width * factor)


def _theme_fonts(presentation) -> None:
    """Name the Chinese font in the theme, from which every text inherits it."""
    master = presentation.slide_master.part
    theme = next(r.target_part for r in master.rels.values() if r.reltype.endswith("/theme"))
    tree = etree.fromstring(theme.blob)
    space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    for kind in ("majorFont", "minorFont"):
        font = tree.find(f".//a:{kind}", space)
        font.find("a:latin", space).set("typeface", LATIN_FONT)
        font.find("a:ea", space).set("typeface", EAST_ASIAN_FONT)
    theme._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


def _shade(cell, verdict: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(VERDICT_COLOURS[verdict])
    if verdict in DARK:
        for run in cell.text_frame.paragraphs[0].runs:
            run.font.color.rgb = _rgb("#ffffff")


def _style_forecast(chart, indicator: catalog.Indicator, lang: str) -> None:
    """Turn the stacked areas into band and lines on one pair of axes, all from one embedded workbook."""
    plot = chart._chartSpace.chart.plotArea
    areas = plot.find(qn("c:areaChart"))
    series = areas.findall(qn("c:ser"))
    lines = etree.SubElement(plot, qn("c:lineChart"))
    areas.addnext(lines)
    for tag, value in (("c:grouping", "standard"), ("c:varyColors", "0")):
        etree.SubElement(lines, qn(tag)).set("val", value)
    looks = (
        (INK, 2.25, None, "circle"),
        (BAND, 2.25, "sysDash", None),
        (TARGET, 1.75, None, None),
        (MARK, None, None, "diamond"),
    )
    for element, look in zip(series[2:], looks, strict=True):
        areas.remove(element)
        _line(element, *look)
        lines.append(element)
    etree.SubElement(lines, qn("c:marker")).set("val", "1")
    for axis in areas.findall(qn("c:axId")):
        lines.append(copy.deepcopy(axis))
    for element, fill in zip(series[:2], (None, BAND), strict=True):
        _area(element, fill)
    chart._chartSpace.chart.find(qn("c:dispBlanksAs")).set("val", "gap")  # a missing year is a gap, never a zero
    _axes(chart, indicator, lang)
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(11)
    entry = etree.SubElement(chart.legend._element, qn("c:legendEntry"))
    etree.SubElement(entry, qn("c:idx")).set("val", "0")
    etree.SubElement(entry, qn("c:delete")).set("val", "1")
    chart.legend._element.find(qn("c:legendPos")).addnext(entry)
    chart.font.size = Pt(11)
    chart.font.color.rgb = _rgb(QUIET)
    east_asian = etree.SubElement(chart.font._rPr, qn("a:ea"))
    east_asian.set("typeface", EAST_ASIAN_FONT)


def _axes(chart, indicator: catalog.Indicator, lang: str) -> None:
    values, years = chart.value_axis, chart.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = _rgb("#e6eaee")
    values.format.line.fill.background()
    values.tick_labels.number_format = "General"
    values.tick_labels.number_format_is_linked = False
    values.minimum_scale, values.maximum_scale, values.major_unit = _limits(chart, indicator)
    unit = briefing.unit(indicator.unit, lang)
    if unit:
        values.has_title = True
        values.axis_title.text_frame.text = unit
        run = values.axis_title.text_frame.paragraphs[0].runs[0]
        run.font.size, run.font.bold = Pt(11), False
        run.font.color.rgb = _rgb(QUIET)
    years.format.line.color.rgb = _rgb("#c4ccd4")
    years.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    crossing = values._element.find(qn("c:crossBetween"))
    crossing.set("val", "midCat")
    cross = years._element.find(qn("c:crosses"))
    if cross is not None:  # the year axis stays at the foot when values go below zero
        values._element.find(qn("c:crosses")).set("val", "min")
        cross.set("val", "min")


def _limits(chart, indicator: catalog.Indicator) -> tuple[float, float, float]:
    """Round axis ends and a step that hold band, history and target; a stacked band would pull the axis to zero."""
    drawn = [series.values for plot in chart.plots for series in plot.series]
    lower, width, *others = np.array(drawn, float)  # None becomes NaN
    everything = np.concatenate([lower, lower + width, *others])
    low, high = np.nanmin(everything), np.nanmax(everything)
    least = max(0.02 * abs(high), 10.0**-indicator.decimals * 4)  # a standing series is no mountain range
    margin = max(0.05 * (high - low), (least - (high - low)) / 2)
    bounds = [-np.inf if indicator.low is None else indicator.low, np.inf if indicator.high is None else indicator.high]
    bottom, top = np.clip([low - margin, high + margin], *bounds)
    ticks = MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]).tick_values(bottom, top)
    bottom, top = np.clip(ticks[[0, -1]], *bounds)
    return round(float(bottom), 6), round(float(top), 6), round(float(ticks[1] - ticks[0]), 6)


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
