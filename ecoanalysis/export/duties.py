"""Who owes what, a part a department: a workbook, a Word annex and slides that can be handed out one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from pptx.util import Inches

from ecoanalysis import briefing, judge, words
from ecoanalysis.analysis import Analysis, Statement
from ecoanalysis.export import replacing, worded
from ecoanalysis.export.paper import Paper
from ecoanalysis.export.pptx import sources
from ecoanalysis.export.slides import LEAST, Deck, saved
from ecoanalysis.export.xlsx import HEAD, LINE, Book, lines_in
from ecoanalysis.look import MARK, QUIET, VERDICT_COLOURS, words_on
from ecoanalysis.plan import calendar, duties, ledger
from ecoanalysis.words import NOTHING, Words

SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_SHEET = 31
SHEET_WIDTHS = {  # column of a department's sheet, and its width
    "role": 9,
    "number": 7,
    "indicator": 28,
    "region_name": 13,
    "bureau": 16,
    "latest_value": 15,
    "target": 16,
    "due": 8,
    "verdict": 17,
    "gap": 16,
    "gap_count": 11,
    "gap_count_unit": 10,
    "contribution": 14,
    "papers": 22,
    "next_date": 13,
    "sentence": 64,
}
OVERVIEW = "department led helped done to_hold unmet papers_lacking unknown papers_missing papers_share".split()


def write(
    analysis: Analysis,
    out: Path | str,
    lang: str,
    departments: Iterable[str] | None = None,
    on: date | str | None = None,
) -> list[Path]:
    """Write workbook, annex and slides of the departments into a folder.

    Parameters
    ----------
    analysis : Analysis
    out : path
    lang : str
        zh or en.
    departments : list of str, optional
        Names as the plan or a county has them; all by default.
    on : date, optional
        The day it is read on; the last of the as-of year by default.

    Returns
    -------
    list of Path
        The three files.

    Raises
    ------
    NotThere
        No such department; the nearest names are told.
    BadDay
        `on` is no day.
    OSError
        The folder cannot be written to.
    """
    book = Duties(analysis, words.of(lang), departments, on)
    stem = Path(out) / words.of(lang)("duty_table.file")
    made = []
    for suffix, written in ((".xlsx", workbook), (".docx", annex), (".pptx", slides)):
        path = stem.with_name(stem.name + suffix)
        written(book, path)
        made.append(path)
    return made


class Duties:
    """What the three documents say of each department, put together once."""

    def __init__(self, analysis: Analysis, w: Words, departments: Iterable[str] | None = None, on=None):
        self.analysis, self.w = analysis, w
        named = dict.fromkeys(duties.department(analysis, name) for name in departments or ())
        self.departments = list(named) or duties.departments(analysis)
        self.stage = calendar.stage(analysis, on)
        self.table = duties.duties(analysis, on)
        self.papers = ledger.ledger(analysis)
        self.city = analysis.city
        self.next_dates = dict(zip(self.table["row"], self.table["next_date"], strict=True))
        self.listed: dict[tuple[str, str], list[Statement]] = {}

    @cached_property
    def absent(self) -> dict[tuple[str, str], str]:
        """What is missing of the papers of a region's item, in words."""
        parts = self.papers.groupby(["region_code", "indicator"], sort=False)
        return {key: ledger.absent(part, self.w) for key, part in parts}

    @property
    def title(self) -> str:
        region = self.analysis.name(self.city or self.analysis.counties[0], self.w.lang)
        return self.w("duty_table.title", region=region, as_of=self.analysis.as_of)

    def called(self, name: str) -> str:
        """A department as the documents call it."""
        return self.analysis.called(name, self.w.lang)

    def sentence(self, name: str) -> str:
        return duties.sentence(self.analysis, self.table, name, self.w)

    def rows(self, name: str) -> pd.DataFrame:
        """What a department leads and supports, in every region."""
        return duties.of_department(self.table, name)

    def pressing(self, name: str, role: str) -> list[Statement]:
        """A department's targets in the city (everywhere without one), those that need work first."""
        if (name, role) not in self.listed:
            self.listed[name, role] = self._pressing(name, role)
        return self.listed[name, role]

    def _pressing(self, name: str, role: str) -> list[Statement]:
        rows = duties.of_department(self.table, name, role)
        if self.city in set(rows["region_code"]):
            rows = rows[rows["region_code"] == self.city]
        order = {code: number for number, code in enumerate(("unmet", "papers", "to_hold", "unknown", "done"))}
        severe = rows["verdict"].map(judge.SEVERITY.index)
        rank = rows.assign(standing=rows["verdict"].map(duties.standing).map(order), severe=-severe)
        rank = rank.sort_values(["standing", "severe"], kind="stable")
        return [duties.statement(self.analysis, row) for row in rank.itertuples()]

    def papers_of(self, name: str) -> pd.DataFrame:
        """The ledger's rows of what a department leads."""
        return self.papers[[name in cell.split(";") for cell in self.papers["department"]]]

    def supported(self, name: str) -> str:
        """The items that a department supports, as a line; empty without any."""
        items = dict.fromkeys(duties.of_department(self.table, name, "supporting")["item"])
        names = self.w.list(worded.item(self.analysis, item, self.w) for item in items)
        return self.w("duty_table.supports", items=names) if names else ""

    def missing(self, s: Statement) -> str:
        return self.absent.get((s.region_code, s.indicator), "") or self.w("duty_table.complete")

    def next_date(self, s: Statement) -> str:
        return self.next_dates.get(s.row) or NOTHING

    def shares(self, name: str) -> list[tuple[Statement, str]]:
        """Every gap of a led item in things, and which county owes how much of it; the parts add up to the gap."""
        parted = []
        for s in self.pressing(name, "lead"):
            if s.region_code != self.city or not briefing.things(s, self.w):
                continue
            counties = [self._same(code, s) for code in self.analysis.counties]
            owing = [one for one in counties if one is not None and one.contribution > 0]
            text = self.w.list(
                f"{self.analysis.name(one.region_code, self.w.lang)} "
                f"{self.w.count(one.contribution, s.gap_count_unit, s.indicator)}"
                for one in owing
            )
            parted.append((s, text or NOTHING))
        return parted

    def _same(self, region: str, s: Statement) -> Statement | None:
        rows = self.analysis.assessment
        rows = rows[(rows["region_code"] == region) & (rows["indicator"] == s.indicator)]
        return self.analysis[region, s.indicator, rows["comparison"].iloc[0]] if len(rows) else None

    def is_demo(self, name: str) -> bool:
        return bool(self.rows(name)["demo"].any()) or bool(self.papers_of(name)["demo"].any())


# ---------------------------------------------------------------------- workbook


def workbook(book: Duties, path: Path | str) -> None:
    """An overview and a sheet a department; numbers are numbers, and no text is ever a formula."""
    with replacing(path) as temporary:
        options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
        sheets = _Sheets(book, xlsxwriter.Workbook(str(temporary), options))
        sheets.about_file()
        sheets.overview()
        for name in book.departments:
            sheets.department(name)
        sheets.workbook.close()


class _Sheets(Book):
    def __init__(self, book: Duties, workbook: xlsxwriter.Workbook):
        super().__init__(book.analysis, book.w, workbook)
        self.book = book
        self.names: set[str] = set()

    def page(self, title: str):
        """A sheet of that title, cut and numbered where a workbook could not have it, that prints across A4."""
        plain = SHEET_NAME.sub("_", title)[:LONGEST_SHEET] or "_"
        name, number = plain, 1
        while name.casefold() in self.names:
            number += 1
            name = f"{plain[: LONGEST_SHEET - 4]}_{number}"
        self.names.add(name.casefold())
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P / &N")
        return sheet

    def head(self, sheet, title: str, notes: list[str], width: int) -> int:
        """Title and notes over a table; returns the row of its header."""
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=14))
        sheet.set_row(0, 24)
        y = 1
        for note in filter(None, notes):
            sheet.merge_range(y, 0, y, width - 1, "", self.format(text_wrap=True))
            sheet.write_string(y, 0, note, self.format(text_wrap=True, font_color=QUIET))
            sheet.set_row(y, LINE * lines_in(note, 150))
            y += 1
        return y + 1

    def header(self, sheet, y: int, names: Iterable[str]) -> None:
        for x, name in enumerate(names):
            sheet.write_string(y, x, self.w(f"duty_table.column.{name}"), self.format(**HEAD))
        sheet.set_row(y, 2 * LINE)

    def overview(self) -> None:
        """A row a department: what it leads and supports, how that stands, what it has to supply."""
        book, w = self.book, self.w
        sheet = self.page(w("duty_table.overview"))
        demo = any(book.is_demo(name) for name in book.departments)
        notes = [w("slide.demo_notice") if demo else "", calendar.sentence(book.stage, w), w("duty_table.note")]
        top = self.head(sheet, book.title, notes, len(OVERVIEW))
        self.header(sheet, top, OVERVIEW)
        widths = [26, *[11] * (len(OVERVIEW) - 1)]
        for x, width in enumerate(widths):
            sheet.set_column(x, x, width)
        for y, name in enumerate(book.departments, start=top + 1):
            led = duties.of_department(book.table, name, "lead")
            helped = duties.of_department(book.table, name, "supporting")
            standings = pd.Series([duties.standing(s.verdict) for s in book.pressing(name, "lead")], dtype=object)
            counts = [int((standings == code).sum()) for code in ("done", "to_hold", "unmet", "papers", "unknown")]
            papers = book.papers_of(name)
            numbers = [led["item"].nunique(), helped["item"].nunique(), *counts, len(ledger.missing(papers))]
            sheet.write_string(y, 0, book.called(name), self.format(bold=True))
            for x, number in enumerate(numbers, start=1):
                sheet.write_number(y, x, number, self.format(num_format="0"))
            if len(papers):
                share = float(ledger.completeness(papers.assign(kind="all"), "kind")["share"].iloc[0])
                sheet.write_number(y, len(OVERVIEW) - 1, share, self.format(num_format="0 %"))
        sheet.freeze_panes(top + 1, 1)
        sheet.autofilter(top, 0, top + len(book.departments), len(OVERVIEW) - 1)

    def department(self, name: str) -> None:
        """Every target that a department leads or supports, the city's first, with the county's own bureau."""
        book, w = self.book, self.w
        sheet = self.page(book.called(name))
        columns = list(SHEET_WIDTHS)
        mark = w.demo_mark(book.is_demo(name))
        notes = [mark, book.sentence(name), ledger.sentence(book.papers_of(name), w), calendar.sentence(book.stage, w)]
        top = self.head(sheet, book.called(name), notes, len(columns))
        self.header(sheet, top, columns)
        for x, width in enumerate(SHEET_WIDTHS.values()):
            sheet.set_column(x, x, width)
        rows = book.rows(name)
        for y, row in enumerate(rows.itertuples(), start=top + 1):
            self.line(sheet, y, columns, row, duties.statement(self.analysis, row))
        sheet.freeze_panes(top + 1, 3)
        if len(rows):
            sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
        sheet.repeat_rows(top)
        sheet.print_area(0, 0, top + len(rows), columns.index("sentence") - 1)  # what it says in full is for the screen

    def line(self, sheet, y: int, columns: list[str], row, s: Statement) -> None:
        w, book = self.w, self.book
        sentence = briefing.sentence(s, w)
        texts = {
            "role": duties.role(row.role, w),
            "number": s.record.label,
            "indicator": w.name(s.record),
            "region_name": self.analysis.name(s.region_code, w.lang),
            "bureau": book.called(row.bureau),
            "latest_value": worded.value(s, w),
            "target": worded.target(s, w),
            "gap": briefing.gap(s, w) or NOTHING,
            "gap_count_unit": w.things(s.gap_count_unit, s.indicator) if np.isfinite(s.gap_count) else "",
            "papers": book.missing(s),
            "next_date": book.next_date(s),
            "sentence": sentence,
        }
        numbers = {"due": s.due, "gap_count": s.gap_count, "contribution": s.contribution}
        wrapped = self.format(text_wrap=True)
        for x, name in enumerate(columns):
            if name == "verdict":
                colours = {"bg_color": VERDICT_COLOURS[s.verdict], "font_color": words_on(s.verdict)}
                sheet.write_string(y, x, briefing.verdict(s, w), self.format(text_wrap=True, **colours))
            elif name in numbers:
                if np.isfinite(numbers[name]):
                    sheet.write_number(y, x, float(numbers[name]), self.format(num_format="0.####"))
            else:
                sheet.write_string(y, x, texts[name], wrapped)
        measured = ((texts["sentence"], 64), (texts["indicator"], 28), (texts["papers"], 22))
        sheet.set_row(y, LINE * max(lines_in(text, width) for text, width in measured))


# ---------------------------------------------------------------------- Word annex


def annex(book: Duties, path: Path | str) -> None:
    """A section a department, each on a page of its own, so that it can be handed out alone."""
    document = _Annex(book)
    document.head()
    for number, name in enumerate(book.departments, start=1):
        document.department(number, name)
    document.save(path)


class _Annex(Paper):
    def __init__(self, book: Duties):
        self.book = book
        super().__init__(book.w, book.title)

    def head(self) -> None:
        self.document.add_paragraph(self.book.title, style="Title")
        if any(self.book.is_demo(name) for name in self.book.departments):
            mark = self.words.bracket(self.words.demo_mark(True)).strip()
            self.small(f"{mark} {self.say('slide.demo_notice')}", MARK)
        for text in (
            calendar.sentence(self.book.stage, self.words),
            calendar.stage_asks(self.book.stage, self.words),
            self.say("duty_table.note"),
        ):
            if text:
                self.paragraph(text)

    def department(self, number: int, name: str) -> None:
        self._heading(1, self.say("docx.section", number=number, title=self.book.called(name)), True)
        self.paragraph(self.book.sentence(name))
        papers = ledger.sentence(self.book.papers_of(name), self.words)
        if papers:
            self.paragraph(self.say("duty_table.papers", text=papers))
        led = self.book.pressing(name, "lead")
        if led:
            self.targets(led)
        shares = self.book.shares(name)
        if shares:
            self.subheading("duty_table.shares")
            head = [self.say(f"duty_table.column.{key}") for key in ("number", "indicator", "gap_count", "counties")]
            lines = [
                [s.record.label, self.words.name(s.record), briefing.things(s, self.words), text] for s, text in shares
            ]
            self.table(head, lines, (11, 45, 26, 74), centred=(0, 2))
        supported = self.book.supported(name)
        if supported:
            self.paragraph(supported)

    def subheading(self, key: str) -> None:
        """Without a number: the department above has one."""
        self._heading(2, self.say(key), False)

    def targets(self, led: list[Statement]) -> None:
        """The targets a department leads, those that need work first."""
        self.subheading("duty_table.led")
        names = ("number", "indicator", "latest_value", "target", "verdict", "gap", "papers", "next_date")
        head = [self.say(f"duty_table.column.{name}") for name in names]
        lines = [
            [
                s.record.label,
                self.words.name(s.record),
                worded.value(s, self.words),
                worded.target(s, self.words),
                briefing.verdict(s, self.words),
                briefing.gap_with_things(s, self.words) or NOTHING,
                self.book.missing(s),
                self.book.next_date(s),
            ]
            for s in led
        ]
        widths = (10, 30, 19, 20, 20, 19, 20, 20)
        flags = {4: [VERDICT_COLOURS[s.verdict] for s in led]}
        self.table(head, lines, widths, centred=(0, 2, 3), size=self.look.table - 1.5, flags=flags)


# ---------------------------------------------------------------------- slides


def slides(book: Duties, path: Path | str) -> None:
    """A deck with one slide a department."""
    w, deck = book.w, Deck(book.w)
    city = book.analysis.name(book.city or book.analysis.counties[0], w.lang)
    as_of = book.analysis.as_of
    deck.about(book.title, w("slide.as_of", as_of=as_of), city)
    for name in book.departments:
        _department(deck, book, name)
    saved(deck.presentation, path)


def _department(deck: Deck, book: Duties, name: str) -> None:
    """What a department owes: its items, their verdicts, what is missing, and when they fall due."""
    w = book.w
    slide = deck.slide(w("duty_table.slide", name=book.called(name)), demo=book.is_demo(name))
    mark = w.bracket(w.demo_mark(True))  # the slide itself bears it
    said = [book.sentence(name).removesuffix(mark).strip()]
    papers = ledger.sentence(book.papers_of(name), w).removesuffix(mark).strip()
    said += [w("duty_table.papers", text=papers)] if papers else []
    room = deck.room
    top = room._replace(height=deck.height(said, room.width, LEAST))
    deck.text(slide, said, top, sizes=(LEAST,), apart=4)
    room = room.below(top.top + top.height + Inches(0.1))
    led = book.pressing(name, "lead")
    chosen = led or book.pressing(name, "supporting")
    below = [book.supported(name)] if led and book.supported(name) else []
    below = list(filter(None, [*below, calendar.sentence(book.stage, w)]))
    foot = deck.height([*below, w("duty_table.more", count=len(chosen))], room.width, LEAST)
    told = 0
    if chosen:
        names = ("indicator", "latest_value", "target", "verdict", "gap", "papers", "next_date")
        rows = [_owed(book, s) for s in chosen]
        box = room._replace(height=room.height - foot)
        shaded = {3: [s.verdict for s in chosen]}
        head = [w(f"duty_table.column.{one}") for one in names]
        told = deck.table(slide, head, rows, (3.3, 1.6, 1.6, 1.3, 1.4, 1.6, 1.4), box, shaded=shaded)
    if told < len(chosen):
        below.insert(0, w("duty_table.more", count=len(chosen) - told))
    deck.text(slide, below, room.below(room.top + room.height - foot), sizes=(LEAST,), apart=4)
    deck.notes(slide, said, sources(chosen[:told], w, 3))


def _owed(book: Duties, s: Statement) -> list[str]:
    w = book.w
    missing = briefing.things(s, w) or briefing.gap(s, w) or NOTHING
    named = [worded.indicator(s, w), worded.value(s, w), worded.target(s, w), briefing.short_verdict(s, w)]
    return [*named, missing, book.missing(s), book.next_date(s)]
