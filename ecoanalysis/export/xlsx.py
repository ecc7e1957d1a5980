"""The workbook as a tool: one question a sheet, numbers that reckon themselves, the way from a number to its inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from ecoanalysis import briefing, catalog, compute, judge, words
from ecoanalysis.analysis import Analysis, Statement
from ecoanalysis.export import replacing, worded
from ecoanalysis.intake import departments
from ecoanalysis.look import BAND, EDGE, INK, MARK, MARK_GROUND, QUIET, SCREEN_FONTS, TARGET, VERDICT_COLOURS, words_on
from ecoanalysis.plan import calendar, duties, ledger
from ecoanalysis.words import SIGNS, Words

FONT = SCREEN_FONTS["east_asian"]
HEAD = {"bg_color": "#dfe7ee", "bottom": 1, "text_wrap": True, "valign": "vcenter", "bold": True, "font_color": INK}
LINE = 14.0  # height of a line [pt]
A4, A3 = 9, 8  # papers, as Excel numbers them
A4_ACROSS, A3_ACROSS = 784, 1132  # room between the margins of a paper that lies [pt]
SMALLEST = 0.7  # words of ten points are printed at seven at least
EVERY_REGION = 8  # regions up to which every row is printed, some 60 pages; of more the first one's rows
DETAILS = "assessment series changes editions evidence data to_verify".split()  # tables with a row for many a region
YEARS_SHOWN = 10  # measured years beside the forecasts
YEARS_PRINTED = 6  # years of the sheet of data that are printed; earlier ones stand to the right
ACROSS = 30  # more regions than this stand below each other
LINKS = 65_000  # Excel opens no sheet with more
CHANCE = '[<0.01]"<1 %";[>0.99]">99 %";0 %'  # no forecast is certain
ANSWERS = {"yes": "word.yes", "no": "word.no", "unknown": "book.unknown", "not_due": "deck.not_due"}


def write(analysis: Analysis, path: Path | str, lang: str) -> None:
    """Write the workbook, one sheet a question.

    For the leaders, counties compared, every target, who owes what, one indicator with a chart that follows a selector, values
    and forecasts, what moved, national editions, data and sources, what has to be verified, definitions, how to read it.

    Parameters
    ----------
    analysis : Analysis
    path : path
        Ends in `.xlsx`; written under a temporary name first.
    lang : str
        zh or en. Ratios, gaps and paces are formulas that come to the analysis's own numbers, which stand in the cells
        until a program reckons them. A text from the data is never a formula or a link, whatever it begins with.
    """
    with replacing(path) as temporary:
        options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(str(temporary), options)
        book = Book(analysis, words.of(lang), workbook)
        book.about_file()
        book.leaders()
        book.matrix()
        book.assessment()
        book.tasks()
        book.one_indicator()
        book.series()
        book.changes()
        book.editions()
        book.papers_on_file()
        book.evidence()
        book.data()
        book.to_verify()
        book.definitions()
        book.about()
        workbook.close()


@dataclass(frozen=True)
class _Live:
    """A formula and the number it comes to."""

    formula: str
    value: float | str


@dataclass(frozen=True)
class _Linked:
    """A cell that leads to another one of the workbook."""

    cell: object
    target: str


@dataclass
class _Column:
    """A column of a table: the key of its heading, its cells, how wide it is and how its numbers are written."""

    key: str
    cells: list
    width: float = 12
    shape: str | list[str] = "General"
    wrap: bool = False
    hidden: bool = False
    centred: bool = False
    heading: str = ""
    marks: dict[str, dict] = field(default_factory=dict)  # a text of the column -> how it is shown


class Book:
    """Sheets of one analysis in one language."""

    def __init__(self, analysis: Analysis, w: Words, workbook: xlsxwriter.Workbook):
        self.analysis, self.w, self.workbook = analysis, w, workbook
        self.formats: dict = {}
        self.tables = 0
        self.links = 0

    def about_file(self) -> None:
        a, w = self.analysis, self.w
        self.title = worded.title(a, w)
        about = {"title": self.title, "subject": w("slide.as_of", as_of=a.as_of), "author": "", "comments": ""}
        self.workbook.set_properties(about)

    def format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(
                {"font_name": FONT, "font_size": 10, "valign": "vcenter"} | properties
            )
        return self.formats[key]

    # ------------------------------------------------------------------ sheets and tables

    def sheet(self, name: str, header: int | None = 0, paper: int = A4, upright: bool = False):
        """A sheet that prints on the width of its paper, the row of its table's headings on every page."""
        sheet = self.workbook.add_worksheet(self.w(f"sheet.{name}"))
        sheet.set_portrait() if upright else sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_default_row(LINE)  # programs differ in the height of a row that nobody set
        sheet.set_margins(left=0.4, right=0.4, top=0.55, bottom=0.5)
        unscaled = {"scale_with_doc": False}
        title = self.title.replace("&", "&&")
        sheet.set_header(f"&L&8{title}&R&8&A", unscaled)
        demo = self.w.demo_mark(worded.uses_demo(self.analysis.assessment)).replace("&", "&&")
        sheet.set_footer(f"&L&8{demo}&C&8&P / &N&R&8{self.w('slide.as_of', as_of=self.analysis.as_of)}", unscaled)
        if header is not None:
            sheet.repeat_rows(header)
            sheet.freeze_panes(header + 1, 0)
        return sheet

    def table(self, sheet, name: str, columns: list[_Column], top: int = 0, left: int = 0) -> tuple[int, int]:
        """Write columns as an Excel table; the last row and column. A sentence where there is no row."""
        count = len(columns[0].cells)
        if not count:
            sheet.write_string(top, left, self.w("sheet.nothing"), self.format(font_color=QUIET))
            return top, left
        last, right = top + count, left + len(columns) - 1
        heads = _distinct([column.heading or self.w(self.column_key(column.key)) for column in columns])
        self.tables += 1
        options = {"name": f"{name}_{self.tables}", "style": "Table Style Light 1", "banded_rows": False}
        options["columns"] = [{"header": head, "header_format": self.format(**HEAD)} for head in heads]
        sheet.add_table(top, left, last, right, options)
        sheet.set_row(top, LINE * max(lines_in(h, 0.8 * c.width) for h, c in zip(heads, columns, strict=True)) + 4)
        for x, column in enumerate(columns, start=left):
            sheet.set_column(x, x, column.width, None, {"hidden": column.hidden})
            for y, cell in enumerate(column.cells, start=top + 1):
                shape = column.shape if isinstance(column.shape, str) else column.shape[y - top - 1]
                self.write(sheet, y, x, cell, shape, column)
            for text, look in column.marks.items():
                rule = {"type": "cell", "criteria": "==", "value": _quoted(text), "format": self.format(**look)}
                sheet.conditional_format(top + 1, x, last, x, rule)
        wrapped = [column for column in columns if column.wrap and not column.hidden]
        for y in range(count) if wrapped else ():  # not every program fits rows to their words
            lines = max(lines_in(str(column.cells[y] or ""), column.width) for column in wrapped)
            sheet.set_row(top + 1 + y, LINE * lines)
        if name in DETAILS:
            self.for_print(sheet, columns, last, right)
        return last, right

    def for_print(self, sheet, columns: list[_Column], last: int, right: int) -> None:
        """Print a sheet to that column; of many regions the rows of the first one alone, as the others are for the screen."""
        if len(self.names) > EVERY_REGION:
            (regions,) = [column.cells for column in columns if column.key == "region_name"]
            first = next(iter(self.names.values()))
            others = [y for y, name in enumerate(regions) if name not in (first, "")]
            last -= len(regions) - max(others[0], 1) if others else 0
        sheet.print_area(0, 0, last, right)

    def write(self, sheet, y: int, x: int, cell, shape: str, column: _Column) -> None:
        """One cell: a text as a text, a number as a number, a formula with what it comes to; nothing for a missing one."""
        look = {"num_format": shape} if shape != "General" else {}
        look |= {"text_wrap": True} if column.wrap else {}
        look |= {"align": "center"} if column.centred else {}
        if isinstance(cell, _Linked):
            if self.links < LINKS:
                self.links += 1
                sheet.write_url(y, x, f"internal:{cell.target}", self.format(**look))
                look |= {"font_color": BAND, "underline": 1}
            cell = cell.cell
        if isinstance(cell, _Live):
            sheet.write_formula(y, x, cell.formula, self.format(**look), cell.value)
        elif isinstance(cell, str):
            if cell:
                sheet.write_string(y, x, cell, self.format(**look))
        elif cell is not None and np.isfinite(cell):
            sheet.write_number(y, x, cell, self.format(**look))

    def column_key(self, name: str) -> str:
        """The phrase of a column: its own in the workbook, or everybody's."""
        return f"book.{name}" if words.has_phrase(f"book.{name}") else f"column.{name}"

    def reference(self, sheet: str, cell: str) -> str:
        """A cell or range of another sheet, as a formula writes it."""
        return f"{self.quoted_sheet(sheet)}!{cell}"

    def quoted_sheet(self, name: str) -> str:
        return "'" + self.w(f"sheet.{name}").replace("'", "''") + "'"

    # ------------------------------------------------------------------ names and looks

    @cached_property
    def names(self) -> dict[str, str]:
        """Regions by code, in their order; with the code where two have the same name."""
        a, w = self.analysis, self.w
        names = {code: a.name(code, w.lang) for code in a.regions["code"]}
        twice = {name for name in names.values() if list(names.values()).count(name) > 1}
        return {code: f"{name} ({code})" if name in twice else name for code, name in names.items()}

    @cached_property
    def region_width(self) -> float:
        """Of the column with regions' names: as wide as the longest, within reason."""
        return min(max((width_of(name) for name in self.names.values()), default=0), 24) + 1.5

    def in_order(self, table: pd.DataFrame) -> list:
        """The rows of a table, region by region."""
        return sorted(table.itertuples(), key=lambda row: self.position_of.get(row.region_code, len(self.position_of)))

    @cached_property
    def position_of(self) -> dict[str, int]:
        """Where a region stands among the others."""
        return {code: k for k, code in enumerate(self.names)}

    @cached_property
    def statements(self) -> list[Statement]:
        """Every target, region by region, in the order of the plan."""
        listed = {code: k for k, code in enumerate(self.analysis.indicators)}
        return sorted(
            self.analysis.statements,
            key=lambda s: (self.position_of[s.region_code], s.record.number or math.inf, s.part, listed[s.indicator]),
        )

    def verdict_marks(self, short: bool = False) -> dict[str, dict]:
        """Every verdict's words with their colours; the words alone tell them apart too."""
        word = self.w.short_verdict if short else self.w.verdict
        marks = {}
        for code in VERDICT_COLOURS:
            for pressing in (False, True):
                marks[word(code, pressing)] = {"bg_color": VERDICT_COLOURS[code], "font_color": words_on(code)}
        return marks

    @cached_property
    def status_marks(self) -> dict[str, dict]:
        return {self.w.status("demo"): {"bg_color": MARK_GROUND, "font_color": MARK}}

    def comparison(self, s) -> str:
        """At least, at most, above and below as signs, the others in words."""
        return SIGNS.get(s.comparison) or briefing.target(s, self.w)

    def indicator(self, record) -> str:
        return f"{record.label} {self.w.name(record)}".strip()

    # ------------------------------------------------------------------ for the leaders

    def leaders(self) -> None:
        """The answer: may the city apply, what stands in the way, who is in charge; then every region in a line."""
        a, w = self.analysis, self.w
        sheet = self.sheet("leaders", header=None)
        sheet.hide_gridlines(2)
        widths = [7, 40, 14, 22, 20, 24, 24, 50]
        for x, width in enumerate(widths):
            sheet.set_column(x, x, width)
        region = a[a.city or a.regions["code"].iloc[0]]
        head = region.headline
        sheet.write_string(0, 0, self.title, self.format(font_size=16, font_color=INK, bold=True))
        sheet.set_row(0, 27)
        sheet.write_string(1, 0, w("slide.as_of", as_of=a.as_of), self.format(font_color=QUIET))
        sheet.set_row(1, 18)
        answer = f"{w('deck.conditions')}{w('worded.colon')}{w(f'deck.conditions_{head.conditions_met}')}"
        colour = {"yes": "reached", "no": "out_of_reach", "unknown": "insufficient_data"}[head.conditions_met]
        look = {"bg_color": VERDICT_COLOURS[colour], "font_color": words_on(colour), "font_size": 14, "bold": True}
        sheet.merge_range(2, 0, 2, 2, "", self.format(**look, valign="vcenter"))
        sheet.write_string(2, 0, answer, self.format(**look, valign="vcenter"))
        sheet.set_row(2, 26)
        line = 3
        demo = worded.uses_demo(region.rows)
        said = ([w("slide.demo_notice")] if demo else []) + briefing.headline(region, w)
        said += list(filter(None, [calendar.sentence(calendar.stage(a), w)]))
        for text in said:
            look = {"text_wrap": True} | ({"font_color": MARK, "bg_color": MARK_GROUND} if demo and line == 3 else {})
            sheet.merge_range(line, 0, line, 7, "", self.format(**look))
            sheet.write_string(line, 0, text, self.format(**look))
            sheet.set_row(line, LINE * lines_in(text, sum(widths)) + 4)
            line += 1
        line = self.regions(sheet, line + 1) + 2
        self.pressing(sheet, line, region)

    def regions(self, sheet, top: int) -> int:
        """Every region's counts, the ones made of others first."""
        a, w = self.analysis, self.w
        codes = [*a.parents, *a.counties]
        heads = [a[code].headline for code in codes]
        missed = [w.list(a.item_name(item, w.lang) for item in head.missed_binding) for head in heads]
        columns = [
            _Column("rank", list(range(1, len(codes) + 1)), 7, "0", centred=True, heading=w("column.number")),
            _Column("region_name", [self.names[code] for code in codes], 40, wrap=True),
            _Column(
                "conditions_met",
                [w(f"deck.conditions_{head.conditions_met}") for head in heads],
                14,
                wrap=True,
                marks={w("deck.conditions_no"): {"font_color": TARGET, "bold": True}},
            ),
            _Column("met", [len(head.met) for head in heads], 22, "0", centred=True),
            _Column("missed", [len(head.missed) for head in heads], 20, "0", centred=True),
            _Column("missed_binding", [len(head.missed_binding) for head in heads], 24, "0", centred=True),
            _Column("unknown", [len(head.unknown) for head in heads], 24, "0", centred=True),
            _Column("missed_names", missed, 50, wrap=True),
        ]
        return self.table(sheet, "regions", columns, top)[0]

    def pressing(self, sheet, top: int, region) -> None:
        """What of one region is unmet or may slip, the most pressing first."""
        w, weak = self.w, region.weak
        sheet.write_string(top, 0, w("book.pressing", region=region.name(w.lang)), self.format(bold=True, font_size=12))
        sheet.set_row(top, 22)
        values = [worded.value(s, w) + w.bracket(w.demo_mark(s.status == "demo")) for s in weak]
        columns = [
            _Column("item", [s.record.number for s in weak], 7, "0", centred=True, heading=w("book.plan_number")),
            _Column("indicator_name", [w.name(s.record) for s in weak], 40, wrap=True),
            _Column("attribute", [self.attribute(s) for s in weak], 14),
            _Column("verdict", [briefing.verdict(s, w) for s in weak], 22, wrap=True, marks=self.verdict_marks()),
            _Column("latest_value", values, 20, wrap=True),
            _Column("target", [worded.target(s, w) for s in weak], 24, wrap=True),
            _Column("gap", [briefing.gap_with_things(s, w) for s in weak], 24, wrap=True),
            _Column("lead_department", [worded.lead(s, w) for s in weak], 50, wrap=True),
        ]
        self.table(sheet, "pressing", columns, top + 1)

    def attribute(self, s) -> str:
        return self.w("attribute.binding" if s.binding else "attribute.advisory")

    # ------------------------------------------------------------------ counties compared

    def matrix(self) -> None:
        """Items × regions in words on their colours; many regions stand below each other."""
        a, w = self.analysis, self.w
        sheet = self.sheet("matrix")
        table = a.matrix()
        shown = pd.DataFrame(
            [[w.short_verdict(code, a.pressing_item(item)) for code in row] for item, row in table.iterrows()],
            index=table.index,
            columns=table.columns,
        )
        marks = self.verdict_marks(short=True)
        numbers = [item if isinstance(item, int) else None for item in table.index]
        names = [a.item_name(item, w.lang) for item in table.index]
        if len(table.columns) > ACROSS:
            heads = [f"{number} {name}" if number else name for number, name in zip(numbers, names, strict=True)]
            columns = [_Column("region_name", [self.names[code] for code in shown.columns], 18)]
            columns += [
                _Column("item", list(shown.loc[item]), 11, centred=True, heading=head, marks=marks)
                for item, head in zip(shown.index, heads, strict=True)
            ]
            self.table(sheet, "matrix", columns)
            sheet.freeze_panes(1, 1)
            self.across(sheet, columns, 1)
            return
        columns = [_Column("number", numbers, 6, "0"), _Column("indicator", names, 58, wrap=True)]
        columns += [
            _Column(
                "region_name",
                list(shown[code]),
                13 if w.lang == "zh" else 16,
                centred=True,
                heading=self.names[code],
                marks=marks,
            )
            for code in shown
        ]
        self.table(sheet, "matrix", columns)
        sheet.freeze_panes(1, 2)
        self.across(sheet, columns, 2)

    def across(self, sheet, columns: list[_Column], named: int) -> None:
        """Print a table that is too wide for one A4 on A3, beside each other where it has to be, its first columns on each."""
        if _points(columns) * SMALLEST <= A4_ACROSS:
            return
        sheet.set_paper(A3)
        beside = math.ceil(_points(columns[named:]) / (A3_ACROSS / SMALLEST - _points(columns[:named])))
        if beside > 1:
            sheet.repeat_columns(0, named - 1)
            sheet.fit_to_pages(beside, 0)

    # ------------------------------------------------------------------ every target

    def assessment(self) -> None:
        """Every target of every region; ratio, gap and pace reckon themselves, a value leads to its inputs."""
        sheet = self.sheet("assessment", paper=A3)
        columns = self.assessment_columns()
        last, _ = self.table(sheet, "assessment", columns)
        sheet.freeze_panes(1, 4)
        position = {column.key: x for x, column in enumerate(columns)}
        self.for_print(sheet, columns, last, position["lead_department"])  # sentence and reckoning are for the screen
        bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#c5dfea", "min_type": "num", "max_type": "num"}
        for name in ("p_reach", "p_hold"):
            x = position[name]
            sheet.conditional_format(1, x, last, x, bar | {"min_value": 0, "max_value": 1})

    def assessment_columns(self) -> list[_Column]:
        w, rows = self.w, self.statements
        reckoned = [
            _Reckoning(s, self.parts.get((s.region_code, s.indicator, s.latest_year)), self.factors) for s in rows
        ]
        decimals = ["#,##0" + ("." + "0" * n if n else "") for n in map(briefing.decimals_of, rows)]
        departments = [duties.named_departments(s, w) for s in rows]
        number = "#,##0.####"
        columns = [
            _Column("item", [s.record.number for s in rows], 6, "0", heading=w("column.number")),
            _Column("part", [s.part for s in rows], 5),
            _Column("region_name", [self.names[s.region_code] for s in rows], self.region_width, wrap=True),
            _Column("indicator_name", [w.name(s.record) for s in rows], 44, wrap=True),
            _Column(
                "verdict",
                [briefing.verdict(s, w) for s in rows],
                17 if w.lang == "zh" else 30,
                wrap=True,
                marks=self.verdict_marks(),
            ),
            _Column(
                "met_at_due",
                [w(ANSWERS[s.met_at_due]) if s.met_at_due in ANSWERS else "" for s in rows],
                9,
                marks={w("word.no"): {"font_color": TARGET, "bold": True}},
            ),
            _Column("latest_year", [s.latest_year for s in rows], 8, "0"),
            _Column("latest_value", [None] * len(rows), 12, decimals),
            _Column("unit", [w.unit(s.record.unit) for s in rows], 13, wrap=True),
            _Column(
                "status",
                [w.status(s.status) if np.isfinite(s.latest_value) else "" for s in rows],
                9,
                marks=self.status_marks,
            ),
            _Column("comparison", [self.comparison(s) for s in rows], 14, wrap=True),
            _Column("target", [s.target for s in rows], 10, number),
            _Column("due", [s.due for s in rows], 7, "0"),
            _Column("gap", [None] * len(rows), 10, number),
            _Column("gap_count", [None] * len(rows), 10, number),
            _Column(
                "gap_count_unit", [w.things(s.gap_count_unit, s.indicator) if s.gap_count > 0 else "" for s in rows], 9
            ),
            _Column("p_reach", [s.p_reach if s.verdict in judge.OPEN else None for s in rows], 9, CHANCE),
            _Column("p_hold", [s.p_hold for s in rows], 9, CHANCE),
            _Column("lead_department", [lead for lead, _ in departments], 28 if w.lang == "zh" else 65, wrap=True),
            _Column("sentence", [briefing.sentence(s, w) for s in rows], 140),
            _Column("supporting_departments", [supporting for _, supporting in departments], 24),
            _Column("numerator", [one.numerator for one in reckoned], 13, number),
            _Column("denominator", [one.denominator for one in reckoned], 13, number),
            _Column("pace_from", [s.pace_from for s in rows], 9, "0"),
            _Column("first_value", [one.first for one in reckoned], 10, number),
            _Column("pace_observed", [None] * len(rows), 10, "0.00##"),
            _Column("milestone", [s.milestone for s in rows], 8, "0"),
            _Column("pace_required", [None] * len(rows), 10, "0.00##"),
            _Column("pace_for_80", [s.pace_for_80 for s in rows], 10, "0.00##"),
            _Column("outstanding", [s.outstanding for s in rows], 10, number),
            _Column("contribution", [s.contribution for s in rows], 10, number),
            _Column("attribute", [self.attribute(s) for s in rows], 10),
            _Column("requirement", [w(f"book.requirement_{s.requirement}") for s in rows], 12),
            _Column("named_weak", [w(f"word.{'yes' if s.named_weak else 'no'}") for s in rows], 9),
            _Column("warning", [w.warnings(s.warning) for s in rows], 30),
            _Column("region_code", [s.region_code for s in rows], 10, hidden=True),
            _Column("indicator_code", [s.indicator for s in rows], 10, hidden=True),
            _Column("inputs", [";".join(sorted(s.inputs)) for s in rows], 10, hidden=True),
            _Column("key", [self.key(s.region_code, s.record) for s in rows], 10, hidden=True),
        ]
        self.assessment_places = {column.key: x for x, column in enumerate(columns)}
        by_key = {column.key: column for column in columns}
        for y, (s, one) in enumerate(zip(rows, reckoned, strict=True)):
            cells = {name: xl_rowcol_to_cell(y + 1, x, col_abs=True) for name, x in self.assessment_places.items()}
            value = one.value(cells)
            first = next(iter(sorted(s.inputs, key=self.input_order)), None)
            by_key["latest_value"].cells[y] = self.linked(value, first)
            for name in ("gap", "gap_count", "pace_observed", "pace_required"):
                by_key[name].cells[y] = getattr(one, name)(cells)
        return columns

    def key(self, region: str, record) -> str:
        """What a selector's two choices make: a region's name and an indicator's."""
        return f"{self.names[region]}|{self.indicator(record)}"

    @cached_property
    def parts(self) -> dict:
        """Numerator and denominator of the figure that decides, by region, indicator and year; none of the worst county's."""
        indicators = self.analysis.indicators
        rows = compute.deciding(self.analysis.results, indicators)
        worst = [code for code, row in indicators.items() if row.aggregate == "worst"]
        rows = rows[(rows["basis"] != compute.COUNTIES) | ~rows["indicator"].isin(worst)]
        rows = rows.dropna(subset="value").drop_duplicates(["region_code", "indicator", "year"], keep="last")
        keys = zip(rows["region_code"], rows["indicator"], rows["year"], strict=True)
        parts = zip(rows["numerator"].astype(float), rows["denominator"].astype(float), strict=True)
        return dict(zip(keys, parts, strict=True))

    @cached_property
    def factors(self) -> dict[str, float]:
        """What numerator over denominator is multiplied with, by indicator; only where it is always the same."""
        rows = self.analysis.results
        rows = rows.astype({"numerator": float, "denominator": float, "value": float})
        rows = rows[(rows["numerator"] > 0) & (rows["denominator"] > 0) & rows["value"].notna()]
        factors = {}
        for code, group in rows.groupby("indicator"):
            factor = (group["value"] * group["denominator"] / group["numerator"]).to_numpy()
            if np.ptp(factor) <= 1e-9 * abs(factor[0]):
                factors[code] = float(f"{factor[0]:.9g}")
        return factors

    def input_order(self, id_: str) -> int:
        return self.data_row_of.get(id_, math.inf)

    def linked(self, cell, id_: str | None):
        """A cell that leads to the row of an observation, where there is one."""
        row = self.data_row_of.get(id_)
        return cell if row is None or cell is None else _Linked(cell, self.reference("data", f"A{row + 1}"))

    # ------------------------------------------------------------------ values and forecasts

    @cached_property
    def drawn(self) -> list[tuple[str, str]]:
        """Regions and indicators with a measured value, in the order of the assessment."""
        return list(dict.fromkeys((s.region_code, s.indicator) for s in self.statements if len(s.history)))

    @cached_property
    def years(self) -> list[int]:
        """The measured years that are shown."""
        return list(range(self.analysis.as_of - YEARS_SHOWN + 1, self.analysis.as_of + 1))

    @cached_property
    def ahead(self) -> list[int]:
        """The years that forecasts speak of, at least to the last date of a target."""
        return sorted(set(map(int, self.analysis.forecasts["year"])) - set(range(self.analysis.as_of + 1)))

    def series(self) -> None:
        """Measured values and forecasts, a row for every region and indicator."""
        a, w = self.analysis, self.w
        sheet = self.sheet("series", paper=A3)
        by_pair = {(s.region_code, s.indicator): s for s in reversed(self.statements)}
        rows = [by_pair[pair] for pair in self.drawn]
        forecasts = {(row.region_code, row.indicator, row.year): row for row in a.forecasts.itertuples()}
        shapes = ["#,##0" + ("." + "0" * s.record.decimals if s.record.decimals else "") for s in rows]
        columns = [
            _Column("item", [s.record.number for s in rows], 6, "0", heading=w("column.number")),
            _Column("part", [s.part for s in rows], 5),
            _Column("region_name", [self.names[s.region_code] for s in rows], self.region_width, wrap=True),
            _Column("indicator_name", [w.name(s.record) for s in rows], 57, wrap=True),
            _Column("unit", [w.unit(s.record.unit) for s in rows], 13, wrap=True),
            _Column("target", [s.target for s in rows], 9, "#,##0.####"),
        ]
        for year in self.years:
            cells = [float(s.history.get(year, np.nan)) for s in rows]
            columns.append(_Column("value", cells, 8.5, shapes, heading=str(year)))
        for name in ("lo80", "median", "hi80"):
            for year in self.ahead:
                cells = [float(getattr(forecasts.get((*pair, year)), name, np.nan)) for pair in self.drawn]
                heading = f"{year} {w(f'column.{name}')}"
                columns.append(_Column(name, cells, 9, shapes, heading=heading))
        status = [w.status(s.status) for s in rows]
        columns.append(_Column("status", status, 10, marks=self.status_marks))
        keys = [self.key(s.region_code, s.record) for s in rows]
        columns.append(_Column("key", keys, 10, hidden=True))
        last, right = self.table(sheet, "series", columns)
        sheet.freeze_panes(1, 4)
        self.for_print(sheet, columns, max(last, 1), max(right - 1, 1))

    def series_columns(self) -> dict[tuple[str, int], int]:
        """Where the sheet of values and forecasts has what of which year."""
        x, columns = 6, {("target", year): 5 for year in (*self.years, *self.ahead)}
        for name, years in (("value", self.years), ("lo80", self.ahead), ("median", self.ahead), ("hi80", self.ahead)):
            for year in years:
                columns[name, year] = x
                x += 1
        return columns

    def known(self, s: Statement, name: str, year: int) -> float:
        """What that sheet holds of a statement's series in a year; NaN for nothing."""
        if name == "value":
            return float(s.history.get(year, np.nan))
        rows = s.forecast.set_index("year")
        return float(rows.at[year, name]) if year in rows.index else np.nan

    def series_range(self, x: int) -> str:
        """A column of the sheet of values and forecasts, all its rows."""
        return self.reference("series", xl_range_abs(1, x, max(len(self.drawn), 1), x))

    # ------------------------------------------------------------------ one indicator

    def tasks(self) -> None:
        """Who owes what: every target of the city (of the first region without one) with its departments and papers."""
        a, w = self.analysis, self.w
        sheet = self.sheet("tasks")
        region = a[a.city or a.regions["code"].iloc[0]]
        asked = [s for s in region.statements if s.verdict != "not_applicable"]
        papers = ledger.ledger(a)
        of_item = dict(list(papers[papers["region_code"] == region.code].groupby("indicator", sort=False)))
        absent = [ledger.absent(of_item[s.indicator], w) if s.indicator in of_item else "" for s in asked]
        named = [
            tuple(w.list(a.called(name, w.lang) for name in departments.parted(names)) for names in s.departments)
            for s in asked
        ]
        columns = [
            _Column("item", [s.record.number for s in asked], 6, "0", heading=w("column.number")),
            _Column("part", [s.record.part for s in asked], 5),
            _Column("indicator_name", [w.name(s.record) for s in asked], 28 if w.lang == "zh" else 26, wrap=True),
            _Column("attribute", [self.attribute(s) for s in asked], 9),
            _Column("target", [worded.target(s, w) for s in asked], 13, wrap=True),
            _Column("verdict", [briefing.verdict(s, w) for s in asked], 15, wrap=True, marks=self.verdict_marks()),
            _Column("gap", [briefing.gap_with_things(s, w) for s in asked], 17, wrap=True),
            _Column("lead_department", [lead for lead, _ in named], 23, wrap=True),
            _Column("supporting_departments", [helping for _, helping in named], 56, wrap=True),
            _Column("milestone", [s.milestone for s in asked], 8 if w.lang == "zh" else 10, "0"),
            _Column("papers", absent, 12, wrap=True, heading=w("duty_table.column.papers")),
            _Column("mark", [w.demo_mark(s.status == "demo") for s in asked], 10, heading=w("column.status")),
        ]
        self.table(sheet, "tasks", columns)

    def one_indicator(self) -> None:
        """Two selectors, what is said of what they choose, its series with a chart, and all regions beside each other."""
        w = self.w
        sheet = self.sheet("one", header=None, upright=True)
        sheet.hide_gridlines(2)
        if not self.drawn:
            sheet.write_string(0, 0, w("sheet.nothing"), self.format())
            return
        s = self.shown_first()
        bold = self.format(bold=True)
        choose = self.format(bg_color=MARK_GROUND, border=1, border_color=MARK, bold=True)
        for x, width in enumerate([16, 14, 14, 14, 14, 14, 14, 14, 14]):
            sheet.set_column(x, x, width)
        sheet.write_string(0, 0, w("book.choose"), self.format(font_size=12, bold=True, font_color=INK))
        regions = list(dict.fromkeys(self.names[region] for region, _ in self.drawn))
        listed = list(dict.fromkeys(code for _, code in self.drawn))
        listed.sort(key=lambda code: (self.analysis.indicators[code].number or math.inf, code))
        indicators = [self.indicator(self.analysis.indicators[code]) for code in listed]
        choices = ((1, "column.region_name", regions, "region"), (2, "column.indicator", indicators, "indicator"))
        for position, (y, key, names, _) in enumerate(choices):
            x = 20 + position  # lists of the selectors, right of what is printed
            for k, name in enumerate(names):
                sheet.write_string(k, x, name, self.format(font_color=QUIET))
            sheet.set_column(x, x, 12, None, {"hidden": True})
            sheet.write_string(y, 0, w(key), bold)
            sheet.merge_range(y, 1, y, 5, "", choose)
            chosen = self.names[s.region_code] if position == 0 else self.indicator(s.record)
            sheet.write_string(y, 1, chosen, choose)
            source = f"={xl_range_abs(0, x, len(names) - 1, x)}"
            sheet.data_validation(y, 1, y, 1, {"validate": "list", "source": source})
        self.facts(sheet, s)
        self.fan(sheet, s)
        self.beside(sheet, s)
        sheet.print_area(0, 0, 24 + max(len(self.years) + len(self.ahead), min(len(regions), ACROSS)) + 16, 8)

    def shown_first(self) -> Statement:
        """The weakest target with a forecast, of the first region that is made of others (or the first)."""
        a = self.analysis
        weak = a[a.city or a.regions["code"].iloc[0]].weak
        drawable = [s for s in weak if np.isfinite(s.target) and len(s.forecast)]
        if drawable:
            return drawable[0]
        region, indicator = self.drawn[0]
        return a[region, indicator]

    def facts(self, sheet, s: Statement) -> None:
        """What the assessment says of the choice, found by its key."""
        w, columns = self.w, self.assessment_places
        count = len(self.statements)
        keys = self.reference("assessment", xl_range_abs(1, columns["key"], count, columns["key"]))
        row = [one.row for one in self.statements].index(s.row) + 1
        first = [self.key(one.region_code, one.record) for one in self.statements].index(
            self.key(s.region_code, s.record)
        )
        s = self.statements[first]  # of several targets the first in the sheet, as MATCH finds it
        row = first + 1
        sheet.write_string(3, 0, w("book.row"), self.format(font_color=QUIET))
        look = self.format(font_color=QUIET, align="left")
        sheet.write_formula(3, 1, f'=MATCH($B$2&"|"&$B$3,{keys},0)', look, row)
        facts = [
            ("verdict", briefing.verdict(s, w)),
            ("latest_value", s.latest_value),
            ("unit", w.unit(s.record.unit)),
            ("target", s.target),
            ("gap", s.gap),
            ("p_reach", s.p_reach if s.verdict in judge.OPEN else np.nan),
            ("p_hold", s.p_hold),
            ("lead_department", worded.lead(s, w)),
            ("status", w.status(s.status)),
        ]
        for x, (name, value) in enumerate(facts):
            sheet.write_string(4, x, w(self.column_key(name)), self.format(**HEAD))
            shape = CHANCE if name.startswith("p_") else "#,##0.0##"
            text = self.format(text_wrap=True, num_format=shape, align="left")
            formula = self.chosen_cell("assessment", columns[name], count, "$B$4")
            empty = isinstance(value, float) and not np.isfinite(value)
            sheet.write_formula(5, x, formula, text, "" if empty else value)
        sheet.set_row(5, 3 * LINE)
        sheet.merge_range(6, 0, 6, 8, "", self.format(text_wrap=True))
        sentence = briefing.sentence(s, w)
        formula = self.chosen_cell("assessment", columns["sentence"], count, "$B$4")
        sheet.write_formula(6, 0, formula, self.format(text_wrap=True), sentence)
        sheet.set_row(6, 3 * LINE)
        for text, look in self.verdict_marks().items():
            rule = {"type": "cell", "criteria": "==", "value": _quoted(text), "format": self.format(**look)}
            sheet.conditional_format(5, 0, 5, 0, rule)

    def chosen_cell(self, sheet: str, x: int, count: int, row: str) -> str:
        """A cell of the chosen row; empty where there is nothing or no such row."""
        cell = f"INDEX({self.reference(sheet, xl_range_abs(1, x, count, x))},{row})"
        return f'=IFERROR(IF({cell}="","",{cell}),"{self.w("sheet.nothing")}")'

    def fan(self, sheet, s: Statement) -> None:
        """The chosen series year by year, and its chart."""
        w, top = self.w, 26
        years = [*self.years, *self.ahead]
        keys = self.series_range(6 + len(self.years) + 3 * len(self.ahead) + 1)
        pair = (s.region_code, s.indicator)
        look = self.format(font_color=QUIET, align="left")
        sheet.write_formula(3, 3, f'=MATCH($B$2&"|"&$B$3,{keys},0)', look, self.drawn.index(pair) + 1)
        demo = self.w.status("demo")
        mark = w.bracket(w.demo_mark(True))
        chosen = f"{self.names[s.region_code]} · {self.indicator(s.record)}{mark if s.status == 'demo' else ''}"
        title = f'=$B$2&" · "&$B$3&IF($I$6={_quoted(demo)},{_quoted(mark)},"")'
        sheet.write_formula(top - 1, 0, title, self.format(bold=True), chosen)
        heads = ["column.year", *(f"chart.{name}" for name in ("history", "lower", "median", "upper", "target"))]
        for x, key in enumerate(heads):
            sheet.write_string(top, x, w(key), self.format(**HEAD))
        number = self.format(num_format="#,##0.0##")
        columns = self.series_columns()
        for y, year in enumerate(years, start=top + 1):
            sheet.write_number(y, 0, year, self.format(num_format="0"))
            for x, name in enumerate(("value", "lo80", "median", "hi80", "target"), start=1):
                column = columns.get((name, year))
                known = s.target if name == "target" else self.known(s, name, year)
                if column is None:
                    sheet.write_formula(y, x, "=NA()", number, "#N/A")
                    continue
                cell = f"INDEX({self.series_range(column)},$D$4)"
                shown = known if np.isfinite(known) else "#N/A"
                sheet.write_formula(y, x, f'=IFERROR(IF({cell}="",NA(),{cell}),NA())', number, shown)
        bottom = top + len(years)
        hidden = self.format(font_color="#ffffff")
        sheet.conditional_format(top + 1, 1, bottom, 5, {"type": "errors", "format": hidden})
        self.line_chart(sheet, s, top, bottom)

    def line_chart(self, sheet, s: Statement, top: int, bottom: int) -> None:
        w, name = self.w, self.w("sheet.one")
        chart = self.workbook.add_chart({"type": "line"})
        thin = {"color": BAND, "width": 1.25, "dash_type": "square_dot"}
        looks = (
            {"line": {"color": INK, "width": 2}, "marker": {"type": "circle", "size": 5, "fill": {"color": INK}}},
            {"line": thin},
            {"line": {"color": BAND, "width": 2.25}, "marker": {"type": "diamond", "size": 5, "fill": {"color": BAND}}},
            {"line": thin},
            {"line": {"color": TARGET, "width": 1.75, "dash_type": "dash"}},
        )
        for x, look in enumerate(looks, start=1):
            ranges = {"categories": [name, top + 1, 0, bottom, 0], "values": [name, top + 1, x, bottom, x]}
            chart.add_series({"name": [name, top, x]} | ranges | look)
        font = {"name": FONT, "size": 10}
        title = f"={self.quoted_sheet('one')}!{xl_rowcol_to_cell(top - 1, 0, row_abs=True, col_abs=True)}"
        chart.set_title({"name": title, "name_font": font | {"size": 12}})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_y_axis({"num_font": font, "major_gridlines": {"visible": True, "line": {"color": EDGE}}})
        chart.set_x_axis({"num_font": font, "label_position": "low"})
        chart.show_blanks_as("span")  # unsaid, LibreOffice draws a missing year as zero
        chart.set_size({"width": 900, "height": 360})
        chart.set_chartarea({"border": {"none": True}})
        sheet.insert_chart(7, 0, chart, {"description": briefing.named_sentence(s, w), "y_offset": 6})

    def beside(self, sheet, s: Statement) -> None:
        """Every region's value of the chosen indicator beside its target."""
        w, top, columns = self.w, 26, self.assessment_places
        count = len(self.statements)
        keys = self.reference("assessment", xl_range_abs(1, columns["key"], count, columns["key"]))
        known = [self.key(one.region_code, one.record) for one in self.statements]
        for x, key in enumerate(("column.region_name", "column.latest_value"), start=7):
            sheet.write_string(top, x, w(key), self.format(**HEAD))
        values = self.reference("assessment", xl_range_abs(1, columns["latest_value"], count, columns["latest_value"]))
        number = self.format(num_format="#,##0.0##")
        for y, (code, name) in enumerate(list(self.names.items())[:ACROSS], start=top + 1):
            sheet.write_string(y, 7, name, self.format())
            key = self.key(code, s.record)
            value = self.statements[known.index(key)].latest_value if key in known else np.nan
            cell = f'INDEX({values},MATCH({xl_rowcol_to_cell(y, 7)}&"|"&$B$3,{keys},0))'
            known_value = float(value) if np.isfinite(value) else "#N/A"
            sheet.write_formula(y, 8, f'=IFERROR(IF({cell}="",NA(),{cell}),NA())', number, known_value)
        bottom = top + min(len(self.names), ACROSS)
        rule = {"type": "data_bar", "bar_solid": True, "bar_color": "#c5dfea"}
        sheet.conditional_format(top + 1, 8, bottom, 8, {"type": "errors", "format": self.format(font_color="#ffffff")})
        sheet.conditional_format(top + 1, 8, bottom, 8, rule)

    # ------------------------------------------------------------------ what moved, editions, papers

    def changes(self) -> None:
        a, w = self.analysis, self.w
        sheet = self.sheet("changes")
        rows = self.in_order(a.changes[a.changes["verdict"] != a.changes["verdict_before"]])
        records = [a.indicators[row.indicator] for row in rows]
        regions = [self.names.get(row.region_code, row.region_code) for row in rows]
        pressing = [record.binding or record.requirement in ("duty", "condition") for record in records]

        def verdicts(name: str) -> list[str]:
            return [w.verdict(getattr(row, name), bound) for row, bound in zip(rows, pressing, strict=True)]

        columns = [
            _Column("item", [record.number for record in records], 6, "0", heading=w("column.number")),
            _Column("part", [record.part for record in records], 5),
            _Column("region_name", regions, self.region_width, wrap=True),
            _Column("indicator_name", [w.name(record) for record in records], 53, wrap=True),
            _Column("moved", [self.moved(row.moved) for row in rows], 12, wrap=True),
            _Column(
                "verdict_before",
                verdicts("verdict_before"),
                22 if w.lang == "zh" else 30,
                wrap=True,
                marks=self.verdict_marks(),
            ),
            _Column(
                "verdict", verdicts("verdict"), 22 if w.lang == "zh" else 30, wrap=True, marks=self.verdict_marks()
            ),
            _Column("year_before", [row.year_before for row in rows], 9, "0"),
            _Column("value_before", [row.value_before for row in rows], 11, "#,##0.0##"),
            _Column("latest_year", [row.year for row in rows], 9, "0"),
            _Column("latest_value", [row.value for row in rows], 11, "#,##0.0##"),
            _Column("unit", [w.unit(record.unit) for record in records], 10, wrap=True),
        ]
        self.table(sheet, "changes", columns)

    def moved(self, code: str) -> str:
        return self.w(f"book.moved_{code}") if words.has_phrase(f"book.moved_{code}") else code

    def editions(self) -> None:
        """Targets beside what national editions ask."""
        a, w = self.analysis, self.w
        sheet = self.sheet("editions", upright=True)
        rows = self.in_order(a.editions)
        records = [a.indicators[row.indicator] for row in rows]
        regions = [self.names.get(row.region_code, row.region_code) for row in rows]
        weaker = w("edition.weaker")
        columns = [
            _Column("item", [record.number for record in records], 6, "0", heading=w("column.number")),
            _Column("part", [record.part for record in records], 5),
            _Column("region_name", regions, self.region_width, wrap=True),
            _Column("indicator_name", [w.name(record) for record in records], 45, wrap=True),
            _Column("target", [row.target for row in rows], 8, "#,##0.####"),
            _Column("edition", [f"{row.edition}" for row in rows], 8),
            _Column("comparison", [SIGNS.get(row.national_comparison, row.national_comparison) for row in rows], 8),
            _Column("national", [row.national for row in rows], 8, "#,##0.####"),
            _Column("unit", [w.unit(row.unit) for row in rows], 7, wrap=True),
            _Column(
                "weaker",
                [weaker if row.weaker else "" for row in rows],
                15,
                wrap=True,
                marks={weaker: {"font_color": TARGET, "bold": True}},
            ),
            _Column("verified", [self.verified(row.confidence) for row in rows], 10, wrap=True),
        ]
        self.table(sheet, "editions", columns)

    def verified(self, confidence: str) -> str:
        """未核实 where nobody could check a number."""
        return self.w("mark.unverified") if confidence in catalog.UNVERIFIED else ""

    def papers_on_file(self) -> None:
        """How many of the papers that are asked for are on file: by region, leading department and group of items."""
        a, w = self.analysis, self.w
        table = ledger.ledger(a)
        table = table[table["region_code"].isin(self.names)]
        groups = {row.group_zh: row.group_en if w.lang == "en" else row.group_zh for row in a.indicators.values()}
        named = {
            "region_code": lambda code: self.names[code],
            "department": lambda name: a.called(name, w.lang) or w("ledger.no_department"),
            "group": lambda name: groups.get(name, name),
        }
        parts = [(by, ledger.completeness(table, by)) for by in named if len(table)]
        rows = [
            (by, name, row) for by, part in parts for name, row in zip(part.index, part.to_dict("records"), strict=True)
        ]
        shares = [
            _Live(f'=IF(C{y}=0,"",D{y}/C{y})', float(row["share"])) for y, (_, _, row) in enumerate(rows, start=2)
        ]
        sheet = self.sheet("papers")
        columns = [
            _Column("part", [w(f"papers_by.{by}") for by, _, _ in rows], 14, heading=w("papers_by")),
            _Column(
                "department", [named[by](name) for by, name, _ in rows], 56, wrap=True, heading=w("papers_by.name")
            ),
            *(
                _Column(key, [float(row[key]) for _, _, row in rows], 13, "0", heading=w(f"papers_by.{key}"))
                for key in ("needed", "there", "demo", "not_found", "lacking", "not_supplied")
            ),
            _Column("share", shares, 13, "0 %", heading=w("duty_table.column.papers_share")),
        ]
        last, right = self.table(sheet, "papers", columns)
        if rows:
            bar = {"type": "data_bar", "bar_color": BAND, "bar_solid": True, "min_type": "num", "max_type": "num"}
            sheet.conditional_format(1, right, last, right, bar | {"min_value": 0, "max_value": 1})

    def evidence(self) -> None:
        """What is on file, one row a paper."""
        a, w = self.analysis, self.w
        sheet = self.sheet("evidence", paper=A3, upright=True)
        rows = [row for row in self.in_order(a.evidence) if row.region_code in self.names]
        records = [a.indicators.get(row.indicator) for row in rows]
        kinds = [w(f"papers.{row.kind}") if words.has_phrase(f"papers.{row.kind}") else row.kind for row in rows]
        owners = [w.list(a.called(x, w.lang) for x in departments.parted(str(row.department))) for row in rows]
        columns = [
            _Column("item", [record.number if record else None for record in records], 6, "0"),
            _Column("region_name", [self.names[row.region_code] for row in rows], self.region_width, wrap=True),
            _Column("indicator_name", [w.name(record) if record else "" for record in records], 50, wrap=True),
            _Column("year", [float(row.year) if str(row.year).strip() else None for row in rows], 6, "0"),
            _Column("kind", kinds, 9 if w.lang == "zh" else 5, wrap=True),
            _Column("title", [a.called(row.title, w.lang) for row in rows], 74, wrap=True),
            _Column("department", owners, 30 if w.lang == "zh" else 52, wrap=True),
            _Column("location", [str(row.location) for row in rows], 34),
        ]
        columns[0].heading = w("column.number")
        last, right = self.table(sheet, "evidence", columns)
        self.for_print(sheet, columns, last, max(right - 1, 0))  # where a paper lies is for the screen

    # ------------------------------------------------------------------ data and sources

    @cached_property
    def observed(self) -> list[tuple[tuple[str, str], list[tuple]]]:
        """Observations by region and variable, in the order of the regions and of the catalogue; years descending."""
        rows = self.analysis.observations.astype({"variable": str, "region_code": str})
        rows = rows[rows["region_code"].isin(self.names)].sort_values("year", ascending=False)
        listed = {code: k for k, code in enumerate([*catalog.variables(), *self.analysis.indicators])}
        groups: dict[tuple[str, str], list[tuple]] = {}
        for row in rows.itertuples():
            groups.setdefault((row.region_code, row.variable), []).append(row)
        return sorted(groups.items(), key=lambda one: (self.position_of[one[0][0]], listed.get(one[0][1], math.inf)))

    @cached_property
    def data_row_of(self) -> dict[str, int]:
        """The row of an observation in the sheet of data, by its id."""
        return {row.id: y for y, (_, rows) in enumerate(self.observed, start=1) for row in rows}

    def data(self) -> None:
        """Every statistic of every region: its years, the newest first, with source, file and cell of the latest."""
        w = self.w
        sheet = self.sheet("data", paper=A3, upright=True)
        latest = [rows[0] for _, rows in self.observed]
        years = sorted({row.year for _, rows in self.observed for row in rows}, reverse=True)
        values = [{row.year: row.value for row in rows} for _, rows in self.observed]
        ids = [{row.year: row.id for row in rows} for _, rows in self.observed]

        sources = [_with_address(self.analysis.called(row.source, w.lang)) for row in latest]

        longest = max((len(f"{value:,.0f}") for one in values for value in one.values()), default=0)

        def of_year(year: int) -> _Column:
            cells = [float(one.get(year, np.nan)) for one in values]
            shapes = [_shape_of(value) for value in cells]
            return _Column("value", cells, max(9.0, longest + 0.5), shapes, heading=str(year))

        columns = [
            _Column("region_name", [self.names[row.region_code] for row in latest], self.region_width, wrap=True),
            _Column(
                "variable_name",
                [briefing.input_name(row.variable, w, self.analysis.records) for row in latest],
                46,
                wrap=True,
            ),
            _Column("unit", [w.unit(row.unit, row.variable) for row in latest], 11, wrap=True),
            _Column("status", [w.status(row.status) for row in latest], 9, marks=self.status_marks),
            _Column("source", [name for name, _ in sources], 50, wrap=True),
            *(of_year(int(year)) for year in years[:YEARS_PRINTED]),
        ]
        printed = len(columns)
        columns += [of_year(int(year)) for year in years[YEARS_PRINTED:]]
        columns += [
            _Column("address", [address for _, address in sources], 40),
            _Column("cell", [briefing.place_of(row) for row in latest], 28),
            _Column("region_code", [row.region_code for row in latest], 10, hidden=True),
            _Column("variable_code", [row.variable for row in latest], 10, hidden=True),
        ]
        for year in years[:YEARS_SHOWN]:  # what `ecoanalysis explain` names a value by
            cells = [str(one.get(year, "")) for one in ids]
            columns.append(_Column("id", cells, 10, hidden=True, heading=f"{w('column.id')} {year}"))
        last, _ = self.table(sheet, "data", columns)
        sheet.freeze_panes(1, 2)
        self.for_print(sheet, columns, last, printed - 1)

    # ------------------------------------------------------------------ what has to be verified

    def to_verify(self) -> None:
        """Everything that somebody still has to check, in one table with its kind."""
        w = self.w
        sheet = self.sheet("to_verify", upright=w.lang == "zh")
        rows = [*self.doubtful(), *self.differing(), *self.old(), *self.unverified()]
        columns = [
            _Column("kind", [w(f"book.verify_{row[0]}") for row in rows], 17, wrap=True),
            _Column("region_name", [row[1] for row in rows], self.region_width, wrap=True),
            _Column(
                "problem", [row[2] for row in rows], (122 if w.lang == "zh" else 186) - self.region_width, wrap=True
            ),
            _Column("cell", [row[3] for row in rows], 28),
        ]
        last, right = self.table(sheet, "to_verify", columns)
        self.for_print(sheet, columns, last, max(right - 1, 0))  # the cell is for the screen

    def doubtful(self) -> list[tuple[str, str, str, str]]:
        """Rows left out, and values that are possible and not plausible."""
        a, w = self.analysis, self.w
        rows = [("left_out", "", text, "") for text in worded.left_out(a, w)]
        doubts = [one for one in a.suspicions if not one.acknowledged]
        doubts.sort(key=lambda one: list(self.names).index(one.region) if one.region in self.names else -1)
        for one in doubts:
            name = self.names.get(one.region, "")
            rows.append(("doubtful", name, one.sentence(w.lang, name or one.region), one.where))
        return rows

    def differing(self) -> list[tuple[str, str, str, str]]:
        """The latest year in which a region's own figure and its counties' sum differ."""
        a, w = self.analysis, self.w
        rows = a.discrepancies.groupby(["region_code", "indicator"], sort=False).tail(1)
        told = []
        for row in rows.itertuples():
            record = a.indicators[row.indicator]
            text = w(
                "book.differs",
                indicator=self.indicator(record),
                year=int(row.year),
                own=w.measure(row.reported, record),
                counties=w.measure(row.from_counties, record),
                relative=w.percent(abs(row.relative), 1),
            )
            told.append(("differs", self.names.get(row.region_code, ""), text, ""))
        return told

    def old(self) -> list[tuple[str, str, str, str]]:
        """Values that are too old to tell what is met."""
        w = self.w
        return [
            (
                "stale",
                self.names[s.region_code],
                w("book.is_old", indicator=self.indicator(s.record), year=w.year(s.latest_year)),
                "",
            )
            for s in self.statements
            if "stale" in s.warnings
        ]

    def unverified(self) -> list[tuple[str, str, str, str]]:
        """National thresholds and coefficients that nobody could check against the text."""
        a, w = self.analysis, self.w
        texts = []
        for row in a.editions.itertuples():
            if row.confidence in catalog.UNVERIFIED:
                name = self.indicator(a.indicators[row.indicator])
                texts.append(w("book.threshold", edition=row.edition, indicator=name, national=worded.national(row, w)))
        told = [("threshold", "", text, "") for text in dict.fromkeys(texts)]
        for row in catalog.coefficients(a.data):
            if row.confidence in catalog.UNVERIFIED:
                name = f"{row.group} {row.name}".strip()
                text = w("book.coefficient", text=w.source_of(row), name=name, value=w.plain(row.value))
                told.append(("coefficient", "", text, ""))
        return told

    # ------------------------------------------------------------------ definitions and how to read

    def definitions(self) -> None:
        """Every indicator that is assessed: what it asks, by which text, and how sure that is."""
        a, w = self.analysis, self.w
        sheet = self.sheet("definitions")
        records = [a.indicators[code] for code in dict.fromkeys(s.indicator for s in self.statements)]
        records.sort(key=lambda record: (record.number or math.inf, record.part))
        english = w.lang == "en"
        columns = [
            _Column("item", [record.number for record in records], 6, "0", heading=w("column.number")),
            _Column("part", [record.part for record in records], 5),
            _Column("group", [record.group_en if english else record.group_zh for record in records], 20, wrap=True),
            _Column("indicator_name", [w.name(record) for record in records], 58, wrap=True),
            _Column("unit", [w.unit(record.unit) for record in records], 14),
            _Column("attribute", [w(f"attribute.{'binding' if r.binding else 'advisory'}") for r in records], 10),
            _Column("requirement", [w(f"book.requirement_{record.requirement}") for record in records], 14),
            _Column("standard", [w.standard(record.standard) for record in records], 30, wrap=True),
            _Column("clause", [w.standard(record.clause) for record in records], 24, wrap=True),
            _Column("verified", [self.verified(record.confidence) for record in records], 10),
            _Column("code", [record.code for record in records], 30, hidden=True),
        ]
        self.table(sheet, "definitions", columns)

    def about(self) -> None:
        """What the sheets answer, what demo data are, and what the verdicts mean."""
        w, wrapped = self.w, self.format(text_wrap=True)
        sheet = self.sheet("about", header=None, upright=True)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 96)
        line = 0
        if worded.uses_demo(self.analysis.assessment):
            sheet.write_string(line, 0, w.demo_mark(True), self.format(font_color=MARK, bg_color=MARK_GROUND))
            sheet.write_string(line, 1, w("slide.demo_notice"), self.format(text_wrap=True, font_color=MARK))
            sheet.set_row(line, 2 * LINE)
            line += 2
        for (
            name
        ) in "leaders matrix assessment tasks one series changes editions evidence data to_verify definitions".split():
            sheet.write_url(
                line, 0, f"internal:{self.quoted_sheet(name)}!A1", self.format(font_color=BAND, underline=1)
            )
            sheet.write_string(line, 0, w(f"sheet.{name}"), self.format(font_color=BAND, underline=1))
            sheet.write_string(line, 1, w(f"about.sheet_{name}"), wrapped)
            line += 1
        line += 1
        for code in VERDICT_COLOURS:
            colours = {"bg_color": VERDICT_COLOURS[code], "font_color": words_on(code)}
            look = self.format(border=1, border_color=EDGE, text_wrap=True, **colours)
            sheet.write_string(line, 0, w.verdict(code), look)
            sheet.write_string(line, 1, w(f"meaning.{code}"), wrapped)
            sheet.set_row(line, LINE * max(lines_in(w.verdict(code), 26), lines_in(w(f"meaning.{code}"), 96)) + 1)
            line += 1
        said = [w(f"about.{key}") for key in ("chances", "status", "way_back", "unverified", "formulas")]
        if len(self.names) > EVERY_REGION:
            said.append(w("about.printed", count=EVERY_REGION, region=next(iter(self.names.values()))))
        for text in said:
            line += 1
            sheet.write_string(line, 1, text, wrapped)
            sheet.set_row(line, LINE * lines_in(text, 96) + 1)


class _Reckoning:
    """The formulas of one target: each is written only where it comes to the analysis's own number.

    Parameters
    ----------
    s : Statement
    parts : tuple of float or None
        Numerator and denominator of the figure that decides.
    factors : dict
        What numerator over denominator is multiplied with, by indicator.
    """

    def __init__(self, s: Statement, parts: tuple[float, float] | None, factors: dict[str, float]):
        self.s, self.factor = s, factors.get(s.indicator, np.nan)
        self.numerator, self.denominator = parts or (np.nan, np.nan)
        history = s.history
        self.first = float(history.get(s.pace_from, np.nan)) if len(history) else np.nan

    def value(self, at: dict[str, str]):
        """Numerator over denominator."""
        factor = "" if self.factor == 1 else f"*{_plain(self.factor)}"
        ratio = self.numerator / self.denominator * self.factor if self.denominator else np.nan
        return _agreed(f"={at['numerator']}/{at['denominator']}{factor}", ratio, self.s.latest_value)

    def gap(self, at: dict[str, str]):
        """The distance to the target, nothing when it is met."""
        s, sign = self.s, self.sign
        if not sign:
            return s.gap
        sides = (at["target"], at["latest_value"]) if sign > 0 else (at["latest_value"], at["target"])
        return _agreed(f"=MAX(0,{sides[0]}-{sides[1]})", max(0.0, sign * (s.target - s.latest_value)), s.gap)

    def gap_count(self, at: dict[str, str]):
        """The distance in things: whole ones for what is counted, a scale for what is weighed."""
        s = self.s
        if not s.gap_count > 0 or not self.sign or not np.isfinite(self.factor):
            return s.gap_count
        needed = f"{at['target']}*{at['denominator']}/{_plain(self.factor)}"
        short = self.sign * (s.target * self.denominator / self.factor - self.numerator)
        text = f"{needed}-{at['numerator']}" if self.sign > 0 else f"{at['numerator']}-{needed}"
        if s.gap_count_unit in words.COUNTED:
            if s.comparison in (">", "<"):
                return _agreed(f"=INT(ROUND({text},6))+1", math.floor(round(short, 6)) + 1.0, s.gap_count)
            return _agreed(f"=ROUNDUP(ROUND({text},6),0)", float(math.ceil(round(short, 6))), s.gap_count)
        if not short > 0:
            return s.gap_count
        scale = 10.0 ** round(math.log10(s.gap_count / short))  # m² are told in ha
        text = f"({text})" if scale == 1 else f"({text})*{_plain(scale)}"
        return _agreed(f"=MAX(0,{text})", short * scale, s.gap_count)

    def pace_observed(self, at: dict[str, str]):
        """How it has moved a year since the year the pace is counted from."""
        s = self.s
        years = s.latest_year - s.pace_from
        moved = (s.latest_value - self.first) / years if years > 0 else np.nan
        text = f"=({at['latest_value']}-{at['first_value']})/({at['latest_year']}-{at['pace_from']})"
        return _agreed(text, moved, s.pace_observed)

    def pace_required(self, at: dict[str, str]):
        """How it has to move a year up to the next milestone."""
        s = self.s
        years = s.milestone - s.latest_year
        needed = (s.target - s.latest_value) / years if years > 0 else np.nan
        text = f"=({at['target']}-{at['latest_value']})/({at['milestone']}-{at['latest_year']})"
        return _agreed(text, needed, s.pace_required)

    @property
    def sign(self) -> int:
        """1 where the target is a floor, -1 where it is a ceiling, 0 where it is neither or no number."""
        if not np.isfinite(self.s.target) or not np.isfinite(self.s.latest_value):
            return 0
        floors, ceilings = (">=", ">", "not_below_base"), ("<=", "<", "not_above_base")
        return 1 if self.s.comparison in floors else -1 if self.s.comparison in ceilings else 0


def _agreed(formula: str, reckoned: float, number: float):
    """A formula where it comes to the number; the number alone otherwise."""
    if np.isfinite(reckoned) and np.isfinite(number) and math.isclose(reckoned, number, rel_tol=1e-9, abs_tol=1e-9):
        return _Live(formula, float(number))
    return number


def _plain(number: float) -> str:
    """A factor as a formula writes it.

    >>> _plain(100.0), _plain(0.0001)
    ('100', '0.0001')
    """
    return f"{number:.10f}".rstrip("0").rstrip(".")


def _shape_of(number: float) -> str:
    """How a number of unknown size is written: whole where it is whole or large, three decimals at most otherwise.

    >>> _shape_of(724_400.0), _shape_of(27.6646), _shape_of(123_456.7)
    ('#,##0', '#,##0.###', '#,##0')
    """
    return "#,##0.###" if abs(number) < 10_000 and number % 1 else "#,##0"


def _with_address(source: str) -> tuple[str, str]:
    """A source and where it stands on the web.

    >>> _with_address("Yearbook 2023 p. 88 https://example.org/88.htm")
    ('Yearbook 2023 p. 88', 'https://example.org/88.htm')
    >>> _with_address("https://example.org/88.htm")
    ('https://example.org/88.htm', '')
    """
    name, found, address = source.partition(" http")
    return name, f"http{address}" if found else ""


def _points(columns: list[_Column]) -> float:
    """How wide columns are together [pt]: seven pixels a digit and five around it."""
    return sum(0.75 * (7 * column.width + 5) for column in columns if not column.hidden)


def _quoted(text: str) -> str:
    """A text inside a rule."""
    return '"' + text.replace('"', '""') + '"'


def _distinct(names: list[str]) -> list[str]:
    """Headings of a table, which must differ whatever their case: a second one gets a number."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        distinct.append(name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})")
    return distinct


def width_of(text: str) -> int:
    """About how many digits wide a text is; a Chinese glyph is as wide as two.

    >>> width_of("甘谷县 25")
    9
    """
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def lines_in(text: str, width: float) -> int:
    """About how many lines a text takes in a column of that width."""
    return sum(max(1, math.ceil(width_of(part) / width)) for part in text.split("\n"))
