"""The answer as slides: native tables and charts that an official opens and edits in PowerPoint or WPS.

The city's headline comes first, then the weak points that the plan names, county by county; every number's sources
stand in the notes of its slide, down to file and row.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from datetime import UTC, datetime
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

from ecoanalysis import briefing, catalog, judge, plotdata, words
from ecoanalysis.analysis import Analysis, Region, Statement
from ecoanalysis.export import replacing, worded
from ecoanalysis.look import (
    AXIS,
    BAND,
    EDGE,
    GRID,
    INK,
    MARK,
    MARK_GROUND,
    QUIET,
    SCREEN_FONTS,
    TARGET,
    VERDICT_COLOURS,
    words_on,
)
from ecoanalysis.plan import duties
from ecoanalysis.words import NOTHING, SIGNS, Words

CITY_CHARTS, COUNTY_CHARTS, CITY_WEAK, COUNTY_WEAK = 6, 2, 8, 6
MATRIX_REGIONS, NAMED_REGIONS, NAMED_ITEMS, EDITION_ROWS, SOURCES_SHOWN = 9, 9, 2, 10, 12
MATRIX_LOOKS = {"zh": (18, 12, 0.28), "en": (12, 11, 0.44)}  # rows a slide, size, height of a row
LEFT, TOP, WIDTH, FOOT = Inches(0.6), Inches(1.2), Inches(12.13), Inches(6.95)
HEAD = "#dfe7ee"
ANSWERS = {"yes": "reached", "no": "out_of_reach", "unknown": "insufficient_data", "not_due": "no_target"}  # colours


def write(analysis: Analysis, path: Path | str, lang: str) -> None:
    """Write the deck: headline, named weak points, weak points, matrix and forecasts of the city, then every county's.

    Parameters
    ----------
    analysis : Analysis
    path : path
        Ends in `.pptx`; written under a temporary name first.
    lang : str
        zh or en.
    """
    deck = _Deck(analysis, words.of(lang))
    deck.title()
    if not analysis.parents:
        deck.matrix()
    for code in analysis.parents:
        region = analysis[code]
        weak = region.weak
        deck.headline(region)
        deck.named(region)
        deck.weak(region, weak)
        deck.matrix()
        deck.weaker(region)
        deck.forecasts(weak, CITY_CHARTS)
    for code in analysis.counties:
        region = analysis[code]
        weak = region.weak
        deck.summary(region, weak)
        deck.forecasts(weak, COUNTY_CHARTS)
    with replacing(path) as temporary:
        deck.presentation.save(temporary)


class _Deck:
    """Slides of one analysis in one language."""

    def __init__(self, analysis: Analysis, w: Words):
        self.analysis, self.w = analysis, w
        self.presentation = Presentation()
        self.is_matrix_there = False
        _widen(self.presentation)
        _theme_fonts(self.presentation)
        _about(self.presentation, w)
        self.title_only = self.presentation.slide_layouts[5]

    # ------------------------------------------------------------------ slides

    def title(self) -> None:
        a, w = self.analysis, self.w
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[6])
        band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, self.presentation.slide_width, Inches(0.28))
        band.fill.solid()
        band.fill.fore_color.rgb = _rgb(BAND)
        band.line.fill.background()
        region = a.name(a.city or a.counties[0], w.lang)
        self.text(slide, [region], LEFT, Inches(2.0), WIDTH, Inches(0.7), sizes=[26], colour=BAND)
        self.text(slide, [w("slide.title")], LEFT, Inches(2.7), WIDTH, Inches(1.0), sizes=[40, 32])
        under = w("slide.as_of", as_of=a.as_of)
        self.text(slide, [under], LEFT, Inches(3.8), WIDTH, Inches(0.5), sizes=[18], colour=QUIET)
        if _is_demo(a.assessment["status"]):
            self.text(slide, [w("slide.demo_notice")], LEFT, Inches(4.7), WIDTH, Inches(0.9), sizes=[16], colour=MARK)

    def headline(self, region: Region) -> None:
        """Met, missed, unknown, may it apply: as tiles and as sentences."""
        w = self.w
        slide = self.slide(w("deck.headline", region=region.name(w.lang)), _is_demo(region.rows["status"]))
        items = self.analysis.items(region.code)
        tiles = []
        for answer in ("yes", "no", "unknown", "not_due"):
            hit = items["met_at_due"] == answer
            if hit.any() or answer != "not_due":
                binding = w("slide.binding", count=int((hit & items["binding"]).sum()))
                tiles.append((str(int(hit.sum())), w(f"deck.{answer}"), binding, ANSWERS[answer]))
        answer = region.headline.conditions_met
        tiles.append((w(f"deck.conditions_{answer}"), w("deck.conditions"), "", ANSWERS[answer]))
        self.tiles(slide, tiles)
        sentences = briefing.headline(region, w)
        self.text(slide, sentences, LEFT, Inches(2.7), WIDTH, Inches(4.15), sizes=[18, 17, 16, 15, 14, 13, 12])
        self.notes(slide, [])

    def named(self, region: Region) -> None:
        """The weak points that the plan names, county by county: what is missing where, in things."""
        chosen = [s for s in region.statements if s.named_weak and s.comparison != "done"]
        table = self.analysis.regions
        counties = list(table.loc[table["parent"] == region.code, "code"])
        for first in range(0, len(chosen), NAMED_ITEMS):
            for start in range(0, len(counties), NAMED_REGIONS):
                self.named_page(region, chosen[first : first + NAMED_ITEMS], counties[start : start + NAMED_REGIONS])

    def named_page(self, region: Region, chosen: list[Statement], counties: list[str]) -> None:
        w = self.w
        lines = [[self.statement(code, s) for s in chosen] for code in (region.code, *counties)]
        shown = [s for line in lines for s in line if s is not None]
        slide = self.slide(w("deck.named", region=region.name(w.lang)), _is_demo(s.status for s in shown))
        heads = ["column.latest_value", "deck.missing", "deck.share_of_city", "column.verdict"]
        cells = [[w("column.region_name")], [""]]
        for s in chosen:
            unit = w.unit(s.record.unit)
            cells[0] += [_labelled(s, w) + (w("deck.unit", unit=unit) if unit else ""), "", "", ""]
            cells[1] += [w(key) for key in heads]
        for code, line in zip((region.code, *counties), lines, strict=True):
            cells.append([self.analysis.name(code, w.lang)])
            for s in line:
                cells[-1] += [NOTHING] * 4 if s is None else self.named_cells(s)
        widths = [1.65, *[0.8, 1.15, 1.83, 1.46] * len(chosen)]
        height = min(0.42, 4.3 / len(cells))
        drawn = self.table(slide, cells, widths, TOP, row_height=height, size=13 if w.lang == "zh" else 12)
        drawn.cell(0, 0).merge(drawn.cell(1, 0))
        for k in range(len(chosen)):
            drawn.cell(0, 4 * k + 1).merge(drawn.cell(0, 4 * k + 4))
            drawn.cell(0, 4 * k + 1).text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
        for x in range(len(widths)):
            _tint(drawn.cell(1, x), HEAD)
        for y, line in enumerate(lines, start=2):
            for k, s in enumerate(line):
                if s is not None:
                    _shade(drawn.cell(y, 4 * k + 4), s.verdict)
        below = [briefing.named_sentence(s, w) for s in chosen] + [w("deck.share_note")]
        top = Inches(5.65)
        self.text(slide, below, LEFT, top, WIDTH, FOOT - top, sizes=[14, 13, 12, 11])
        self.notes(slide, shown)

    def statement(self, code: str, like: Statement) -> Statement | None:
        """The same target of another region; None where it has none."""
        rows = self.analysis.assessment
        rows = rows[(rows["region_code"] == code) & (rows["indicator"] == like.indicator)]
        return (
            self.analysis[code, like.indicator, like.comparison] if like.comparison in set(rows["comparison"]) else None
        )

    def named_cells(self, s: Statement) -> list[str]:
        w = self.w
        missing = briefing.things(s, w) or briefing.gap(s, w) or NOTHING
        return [w.number(s.latest_value, briefing.decimals_of(s)), missing, self.share(s), self.judged(s)]

    def share(self, s: Statement) -> str:
        """How many of the city's missing things lie in a county, and which share of them."""
        whole = briefing.city_gap(s)
        if not whole > 0:
            return NOTHING
        part = self.w.count(s.contribution, s.gap_count_unit)
        return self.w("deck.part", value=part, of=self.w.percent(s.contribution / whole))

    def judged(self, s: Statement) -> str:
        """A verdict in a word with its chance, where one is given."""
        chance = self.w.chance(s.p_reach if s.verdict in judge.OPEN else s.p_hold)
        word = briefing.short_verdict(s, self.w)
        return word if chance == NOTHING else f"{word} {chance}"

    def weak(self, region: Region, weak: list[Statement]) -> None:
        title = self.w("deck.weak", region=region.name(self.w.lang))
        slide = self.slide(title, _is_demo(s.status for s in weak[:CITY_WEAK]))
        self.weak_table(slide, weak[:CITY_WEAK], TOP, row_height=0.54, size=13 if self.w.lang == "zh" else 12)
        self.notes(slide, weak[:CITY_WEAK])

    def summary(self, region: Region, weak: list[Statement]) -> None:
        """One county on one slide: its headline, then what is weak."""
        w = self.w
        slide = self.slide(w("slide.summary", region=region.name(w.lang)), _is_demo(region.rows["status"]))
        # A county's slide has room for the answer and its weak points; the chapter says the rest.
        elsewhere = [
            told(region, w) for told in (briefing.changed, briefing.unverified, briefing.slipping, briefing.named_weak)
        ]
        sentences = [text for text in briefing.headline(region, w) if text not in elsewhere]
        self.text(slide, sentences, LEFT, Inches(1.1), WIDTH, Inches(2.5), sizes=[14, 13, 12, 11], apart=2)
        self.weak_table(slide, weak[:COUNTY_WEAK], Inches(3.65), row_height=0.46, size=12 if w.lang == "zh" else 11)
        self.notes(slide, weak[:COUNTY_WEAK])

    def weak_table(self, slide, weak: list[Statement], top, *, row_height: float, size: float) -> None:
        w = self.w
        if not weak:
            self.text(slide, [w("slide.no_weak_points")], LEFT, top, WIDTH, Inches(0.5), sizes=[16])
            return
        header = ["indicator", "latest_value", "target", "due", "verdict", "chance", "gap", "lead_department"]
        cells = [[w(f"column.{name}") for name in header]]
        for s in weak:
            is_open = s.verdict in judge.OPEN
            chance = w.chance(s.p_reach if is_open else s.p_hold)
            ahead = s.milestone if is_open else s.hold_until
            cells.append(
                [
                    _labelled(s, w),
                    self.dated(worded.value(s, w), s.latest_year),
                    worded.target(s, w),
                    str(s.due),
                    briefing.verdict(s, w),
                    self.dated(chance, ahead),
                    briefing.gap_with_things(s, w) or NOTHING,
                    worded.lead(s, w) or NOTHING,
                ]
            )
        drawn = self.table(
            slide, cells, (2.85, 1.7, 1.45, 0.65, 1.6, 0.9, 1.6, 1.38), top, row_height=row_height, size=size
        )
        for y, s in enumerate(weak, start=1):
            _shade(drawn.cell(y, 4), s.verdict)

    def dated(self, text: str, year: float) -> str:
        """A figure with its year on a line below."""
        return text if text == NOTHING else f"{text}\n{self.w('deck.in_year', year=self.w.year(year))}"

    def tiles(self, slide, tiles: list[tuple[str, str, str, str]]) -> None:
        """Big numbers side by side: number, what it counts, a remark, the verdict that lends its colour."""
        between = Inches(0.15)
        width = int((WIDTH - between * (len(tiles) - 1)) / len(tiles))
        for place, (number, name, remark, verdict) in enumerate(tiles):
            tile = slide.shapes.add_shape(
                MSO_SHAPE.RECTANGLE, LEFT + place * (width + between), TOP, width, Inches(1.35)
            )
            tile.name = name
            tile.fill.solid()
            tile.fill.fore_color.rgb = _rgb(VERDICT_COLOURS[verdict])
            tile.line.color.rgb = _rgb(EDGE)
            tile.shadow.inherit = False
            frame = tile.text_frame
            frame.word_wrap = True
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            frame.margin_left = frame.margin_right = Emu(30_000)
            size = 32 if number.isdigit() else 24 if self.w.lang == "zh" else 20
            for line, (text, points) in enumerate(((number, size), (name, 14), (remark, 12))):
                if text:
                    paragraph = frame.paragraphs[0] if line == 0 else frame.add_paragraph()
                    paragraph.alignment = PP_ALIGN.CENTER
                    self.run(paragraph, text, points, words_on(verdict))

    def matrix(self) -> None:
        """Items × regions as native tables, once: verdicts in short words, so many a slide that they stay readable."""
        if self.is_matrix_there:
            return
        self.is_matrix_there = True
        table = self.analysis.matrix()
        rows, size, height = MATRIX_LOOKS[self.w.lang]
        blocks = [
            table.iloc[start : start + rows, first : first + MATRIX_REGIONS]
            for first in range(0, len(table.columns), MATRIX_REGIONS)
            for start in range(0, len(table), rows)
        ]
        for number, block in enumerate(blocks, start=1):
            title = self.w("slide.matrix", page=number, pages=len(blocks))
            self.matrix_page(title, block, size, height)

    def matrix_page(self, title: str, block: pd.DataFrame, size: float, height: float) -> None:
        a, w = self.analysis, self.w
        slide = self.slide(title, _is_demo(a.assessment["status"]))
        cells = [[w("column.indicator"), *(a.name(code, w.lang) for code in block.columns)]]
        for item, verdicts in block.iterrows():
            label = f"{item} " if isinstance(item, int) else ""
            pressing = a.pressing_item(item)
            cells.append([label + a.item_name(item, w.lang), *(w.short_verdict(code, pressing) for code in verdicts)])
        share = min(1.15, 8.1 / len(block.columns))
        widths = [12.13 - share * len(block.columns), *[share] * len(block.columns)]
        drawn = self.table(slide, cells, widths, Inches(1.1), row_height=height, size=size)
        drawn.rows[0].height = Inches(0.5)
        for y, (_, verdicts) in enumerate(block.iterrows(), start=1):
            for x, code in enumerate(verdicts, start=1):
                _shade(drawn.cell(y, x), code)

    def weaker(self, region: Region) -> None:
        """Targets that ask for less than a national edition does; national numbers that are unverified say so."""
        w, editions = self.w, self.analysis.editions
        rows = editions[(editions["region_code"] == region.code) & editions["weaker"].astype(bool)]
        lines = []
        for row in rows.itertuples():
            record = self.analysis.indicators[row.indicator]
            unit = w.unit(record.unit)
            national = f"{_sign(row.national_comparison)} {w.plain(row.national)} {unit}".strip()
            if row.confidence in catalog.UNVERIFIED:
                national += w.bracket(w("mark.unverified"))
            asked = f"{_sign(row.comparison)} {w.plain(row.target)} {unit}".strip()
            lines.append([f"{record.label} {w.name(record)}".strip(), asked, str(row.edition), national])
        head = [w(f"column.{name}") for name in ("indicator", "target", "edition", "national")]
        for start in range(0, len(lines), EDITION_ROWS):
            slide = self.slide(w("page.weaker"), False)
            shown = [head, *lines[start : start + EDITION_ROWS]]
            self.table(slide, shown, (5.6, 2.2, 1.4, 2.93), TOP, row_height=0.5, size=14)

    def forecasts(self, weak: Iterable[Statement], most: int) -> None:
        drawable = [s for s in weak if s.comparison != "done" and np.isfinite(s.target) and np.isfinite(s.latest_value)]
        for s in drawable[:most]:
            self.forecast(s)

    def forecast(self, s: Statement) -> None:
        """One indicator of one region: an editable chart, what is said of it, who acts, and the sources in the notes."""
        w = self.w
        name = self.analysis.name(s.region_code, w.lang)
        title = f"{name} · {_labelled(s, w)}"
        said = briefing.sentence(s, w)
        slide = self.slide(title, s.status == "demo", sizes=[24, 22, 20, 18])
        self.chart(slide, s, title, said)
        lead, supporting = duties.named_departments(s, w)
        below = [
            briefing.pace(s, w),
            briefing.contribution(s, w),
            briefing.fared(s, w),
            briefing.city_only(s, w),
            w("slide.lead", departments=lead) if lead else "",
            w("deck.supporting", departments=supporting) if supporting else "",
        ]
        side = Inches(9.1)
        sizes = [16, 15, 14, 13, 12]
        self.text(slide, [said, *filter(None, below)], side, TOP, LEFT + WIDTH - side, FOOT - TOP, sizes=sizes)
        self.notes(slide, [s])

    def chart(self, slide, s: Statement, title: str, said: str) -> None:
        native_chart(slide, s, self.w, title, said, (LEFT, TOP, Inches(8.3), Inches(5.6)))

    # ------------------------------------------------------------------ parts

    def slide(self, title: str, demo: bool, sizes: Iterable[int] = (26, 24, 22)):
        slide = self.presentation.slides.add_slide(self.title_only)
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = LEFT, Inches(0.35), Inches(10.4), Inches(0.75)
        paragraph = shape.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        self.run(paragraph, title, _fitting([title], shape.width, Inches(0.5), sizes), INK)
        if demo:
            mark = slide.shapes.add_shape(
                MSO_SHAPE.ROUNDED_RECTANGLE, Inches(11.35), Inches(0.5), Inches(1.38), Inches(0.42)
            )
            mark.name = self.w.demo_mark(True)
            mark.fill.solid()
            mark.fill.fore_color.rgb = _rgb(MARK_GROUND)
            mark.line.color.rgb = _rgb(MARK)
            mark.shadow.inherit = False
            mark.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER
            self.run(mark.text_frame.paragraphs[0], self.w.demo_mark(True), 14, MARK)
        foot = self.w("slide.foot", as_of=self.analysis.as_of)
        self.text(slide, [foot], LEFT, FOOT, WIDTH, Inches(0.35), sizes=[12], colour=QUIET)
        return slide

    def text(self, slide, paragraphs, left, top, width, height, *, sizes, colour: str = INK, apart: float = 6) -> None:
        """Paragraphs in the largest of `sizes` that fits the box; `apart` [pt] between them."""
        frame = slide.shapes.add_textbox(left, top, width, height).text_frame
        frame.word_wrap = True
        size = _fitting(paragraphs, width, height, sizes, apart)
        for number, words_ in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(apart if number < len(paragraphs) - 1 else 0)
            self.run(paragraph, words_, size, colour)

    def run(self, paragraph, text: str, size: float, colour: str) -> None:
        add_run(paragraph, text, size, colour, self.w)

    def table(self, slide, cells: list[list[str]], widths, top, *, row_height: float, size: float):
        """A native table of quiet lines; the first row is the header."""
        height = Inches(row_height * len(cells))
        shape = slide.shapes.add_table(len(cells), len(cells[0]), LEFT, top, Inches(sum(widths)), height)
        shape.name = slide.shapes.title.text_frame.text
        table = shape.table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        for y, line in enumerate(cells):
            table.rows[y].height = Inches(row_height)
            for x, text in enumerate(line):
                cell = table.cell(y, x)
                cell.margin_top = cell.margin_bottom = Emu(15_000)
                cell.margin_left = cell.margin_right = Emu(45_000)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                _tint(cell, HEAD if y == 0 else "#ffffff")
                for number, line_of_cell in enumerate(text.split("\n")):
                    paragraph = cell.text_frame.paragraphs[0] if number == 0 else cell.text_frame.add_paragraph()
                    paragraph.alignment = PP_ALIGN.LEFT if x == 0 else PP_ALIGN.CENTER
                    self.run(paragraph, line_of_cell, size, INK)
        return table

    def notes(self, slide, statements: Iterable[Statement]) -> None:
        """Where each number comes from: region, indicator, source, file and row."""
        w = self.w
        lines = []
        for s in statements:
            sources = briefing.sources(s)
            if not sources:
                continue
            name = self.analysis.name(s.region_code, w.lang)
            lines.append(f"{name} · {_labelled(s, w)} = {briefing.value(s, w)} ({w.year(s.latest_year)})")
            lines += [f"  {source}" for source in sources[:SOURCES_SHOWN]]
            if len(sources) > SOURCES_SHOWN:
                lines.append("  " + w("slide.more_sources", count=len(sources) - SOURCES_SHOWN, id=s.id))
        if lines:
            slide.notes_slide.notes_text_frame.text = "\n".join([w("slide.sources"), *lines])


# ---------------------------------------------------------------------- a chart, here or in somebody's deck


def native_chart(slide, s: Statement, w: Words, title: str, said: str, place: tuple) -> None:
    """Measured years, the target and its dates; band and median where there is a forecast.

    Parameters
    ----------
    slide : pptx slide
    title : str
        Name of the shape: region and indicator.
    said : str
        What a reader who cannot see the chart is told.
    place : tuple
        Left, top, width, height. [EMU]
    """
    record = s.record
    table = plotdata.fan(s)
    series = _chart_series(s, table, w)
    data = CategoryChartData(number_format=f"0.{'0' * (record.decimals or 0)}".rstrip("."))
    data.categories = [str(year) for year in table.index]
    for said_of, values in series.values():
        data.add_series(said_of, [None if v is None or not np.isfinite(v) else float(v) for v in values])
    kind = XL_CHART_TYPE.AREA_STACKED if "band80" in series else XL_CHART_TYPE.LINE_MARKERS
    frame = slide.shapes.add_chart(kind, *place, data)
    frame.name = title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{title}: {said}" if w.lang == "en" else f"{title}：{said}")
    chart = frame.chart
    _draw(chart, list(series))
    _axes(chart, w.unit(record.unit), _limits(table, record))
    chart.has_title = True  # the mark goes along when the chart is copied elsewhere
    paragraph = chart.chart_title.text_frame.paragraphs[0]
    mark = w.bracket(w.demo_mark(s.status == "demo"))
    add_run(paragraph, f"{s.analysis.name(s.region_code, w.lang)} · {w.name(record)}{mark}", 14, INK, w)
    chart.chart_title.include_in_layout = False
    for run in paragraph.runs:
        run.font.bold = False


def _chart_series(s: Statement, table: pd.DataFrame, w: Words) -> dict[str, tuple[str, Iterable]]:
    """Name and values of every series by what it is; the band is its lower bound and its width, stacked."""
    series = {}
    if table["median"].notna().any():
        lower = table["lo80"].fillna(table["observed"].interpolate())
        width = (table["hi80"] - table["lo80"]).fillna(0.0)
        series |= {"lower": (w("chart.lower"), lower), "band80": (w("chart.band80"), width)}
    series["history"] = (w("chart.history"), table["observed"])
    if table["median"].notna().any():
        series["median"] = (w("chart.median"), table["median"])
    series["target"] = (w("chart.target"), table["target"])
    for key, year in {"due": s.due, "hold": s.hold_until}.items():
        if year in table.index and (key == "due" or year != s.due):
            series[key] = (f"{w(f'chart.{key}')} {year}", table["target"].where(table.index == year))
    return series


def add_run(paragraph, text: str, size: float, colour: str, w: Words) -> None:
    """Words at the end of a paragraph, in a size [pt] and colour, marked with their language."""
    run = paragraph.add_run()
    run.text = worded.unbroken(text)
    run.font.size = Pt(size)
    run.font.color.rgb = _rgb(colour)
    run._r.get_or_add_rPr().set("lang", "zh-CN" if w.lang == "zh" else "en-GB")


# ---------------------------------------------------------------------- the deck's look


def _is_demo(statuses: Iterable[str]) -> bool:
    return "demo" in set(statuses)


def _labelled(s: Statement, w: Words) -> str:
    return f"{s.record.label} {w.name(s.record)}".strip()


def _sign(comparison: str) -> str:
    return SIGNS.get(comparison, comparison)


def _fitting(paragraphs: Iterable[str], width, height, sizes: Iterable[float], apart: float = 0) -> float:
    """The largest size at which paragraphs fit a box; the smallest when none does. Glyph widths are estimated."""
    inner, room = width / Pt(1) - 14.4, height / Pt(1) - 7.2  # a box's own margins
    ems = [sum(1.0 if ord(c) > 0x2E7F else 0.53 for c in text) for text in paragraphs]
    for size in sizes:
        lines = sum(math.ceil(1.03 * em * size / inner) for em in ems)
        if lines * size * 1.22 + apart * (len(ems) - 1) <= room:
            return size
    return size


def _about(presentation, w: Words) -> None:
    """Who and when: the template brings its own author and a date of 2013."""
    about, now = presentation.core_properties, datetime.now(UTC)
    about.title = w("slide.title")
    about.author = about.last_modified_by = "ecoanalysis"
    about.created = about.modified = now
    about.language = "zh-CN" if w.lang == "zh" else "en-GB"
    about.revision = 1


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
        font.find("a:latin", space).set("typeface", SCREEN_FONTS["latin"])
        font.find("a:ea", space).set("typeface", SCREEN_FONTS["east_asian"])
    theme._blob = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())


def _tint(cell, colour: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(colour)


def _shade(cell, verdict: str) -> None:
    """A verdict's colour, and words that stand out on it."""
    _tint(cell, VERDICT_COLOURS[verdict])
    for run in cell.text_frame.paragraphs[0].runs:
        run.font.color.rgb = _rgb(words_on(verdict))


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
    chart.legend.font.size = Pt(12)
    if areas is not None:  # the lower bound carries the band and is nothing to read
        entry = etree.SubElement(chart.legend._element, qn("c:legendEntry"))
        etree.SubElement(entry, qn("c:idx")).set("val", "0")
        etree.SubElement(entry, qn("c:delete")).set("val", "1")
        chart.legend._element.find(qn("c:legendPos")).addnext(entry)
    chart.font.size = Pt(12)
    chart.font.color.rgb = _rgb(QUIET)
    east_asian = etree.SubElement(chart.font._rPr, qn("a:ea"))
    east_asian.set("typeface", SCREEN_FONTS["east_asian"])


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
        run.font.size, run.font.bold = Pt(12), False
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


def _limits(table: pd.DataFrame, indicator: catalog.Indicator) -> tuple[float, float, float]:
    """Round axis ends and a step that hold band, history and target; a stacked band would pull the axis to zero."""
    drawn = table[["observed", "median", "lo80", "hi80", "target"]].to_numpy(float)
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    least = max(0.02 * abs(high), 10.0 ** -(indicator.decimals or 0) * 4)  # a standing series is no mountain range
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
