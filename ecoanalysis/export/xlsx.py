"""Everything as one workbook, filterable, one sheet a question: the headline first, what lies behind last."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from ecoanalysis import briefing, catalog, plotdata, words
from ecoanalysis.analysis import Analysis, Statement
from ecoanalysis.export import replacing, worded
from ecoanalysis.look import BAND, EDGE, INK, MARK, MARK_GROUND, QUIET, SCREEN_FONTS, TARGET, VERDICT_COLOURS, words_on
from ecoanalysis.plan import duties
from ecoanalysis.words import Words

FONT = SCREEN_FONTS["east_asian"]
HEAD = {"bg_color": "#dfe7ee", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
PERCENT = {"p_reach", "p_hold", "relative", "methods_low", "methods_high", "coverage"}
WRAPPED = {  # widths of columns that go on below; the others keep to a line
    "sentence": 64,
    "indicator_name": 28,
    "lead_department": 16,
    "supporting_departments": 24,
    "warning": 30,
    "problem": 110,
}
WIDE = {"source": 50, "title": 40, "inputs": 24, "name_zh": 40, "name_en": 44, "verdict": 16} | WRAPPED
WIDE |= dict.fromkeys(["number", "due", "as_of", "year", "latest_year", "p_reach", "p_hold"], 8)
LINE = 14.5  # height of a line [pt]
READ = (  # what an official reads of the assessment, and what is printed; the other columns stand to the right
    "number region_name indicator_name verdict sentence latest_year latest_value target unit due met_at_due p_reach "
    "p_hold gap gap_count gap_count_unit lead_department supporting_departments"
).split()
ANSWERS = {"yes": "word.yes", "no": "word.no", "unknown": "book.unknown", "not_due": "deck.not_due"}


def write(analysis: Analysis, path: Path | str, lang: str) -> None:
    """Write the workbook: headline, how to read it, matrix, assessment, a chart, forecasts, and what lies behind.

    Parameters
    ----------
    analysis : Analysis
    path : path
        Ends in `.xlsx`; written under a temporary name first.
    lang : str
        zh or en. Codes stay as they are beside the words, so that a row can be looked up in the tables. A text is
        never a formula or a link, whatever it begins with.
    """
    a = analysis
    with replacing(path) as temporary:
        options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
        book = _Book(a, words.of(lang), xlsxwriter.Workbook(str(temporary), options))
        book.about_file()
        book.headline()
        book.about()
        book.matrix()
        book.frame("assessment", book.assessment(), printed=len(READ))
        book.chart()
        book.frame("results", book.with_names(a.results))
        book.frame("forecasts", book.with_names(a.forecasts))
        book.frame("changes", book.with_names(a.changes))
        book.frame("editions", book.with_names(a.editions))
        book.frame("discrepancies", book.with_names(a.discrepancies))
        book.frame("evidence", book.with_names(a.evidence))
        book.frame("catalogue", pd.DataFrame([vars(row) for row in a.indicators.values()]))
        book.frame("coefficients", pd.DataFrame([vars(row) for row in catalog.coefficients(a.data)]))
        book.frame("observations", book.with_names(a.observations.drop(columns="sha256", errors="ignore")))
        book.frame("problems", pd.DataFrame({"problem": [problem.text(lang) for problem in a.problems]}))
        book.frame("to_check", pd.DataFrame({"problem": worded.to_check(a, book.w)}))
        book.workbook.close()


class _Book:
    """Sheets of one analysis in one language."""

    def __init__(self, analysis: Analysis, w: Words, workbook: xlsxwriter.Workbook):
        self.analysis, self.w, self.workbook = analysis, w, workbook
        self.formats: dict = {}

    def about_file(self) -> None:
        self.workbook.set_properties({"title": self.w("slide.title"), "author": "ecoanalysis"})

    def format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(
                {"font_name": FONT, "font_size": 10, "valign": "top"} | properties
            )
        return self.formats[key]

    def sheet(self, name: str, *, repeat: bool = True):
        """A sheet that prints on the width of A4 across, a table with its header on every page."""
        sheet = self.workbook.add_worksheet(self.w(f"sheet.{name}"))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P / &N")
        if repeat:
            sheet.repeat_rows(0)
        return sheet

    # ------------------------------------------------------------------ what is read

    def headline(self) -> None:
        """Every region's answer in sentences and in numbers, the city first."""
        a, w = self.analysis, self.w
        sheet = self.sheet("headline")
        names = "region_name met missed missed_binding unknown not_due conditions_met sentence".split()
        for x, name in enumerate(names):
            sheet.write_string(0, x, w(self.column_key(name)), self.format(**HEAD))
            sheet.set_column(x, x, 110 if name == "sentence" else 14)
        for y, code in enumerate([*a.parents, *a.counties], start=1):
            region = a[code]
            head = region.headline
            sheet.write_string(y, 0, region.name(w.lang), self.format(bold=True, text_wrap=True))
            counted = (head.met, head.missed, head.missed_binding, head.unknown, head.not_due)
            for x, items in enumerate(counted, start=1):
                sheet.write_number(y, x, len(items), self.format(num_format="0"))
            sheet.write_string(y, 6, w(f"deck.conditions_{head.conditions_met}"), self.format(text_wrap=True))
            text = "\n".join(briefing.headline(region, w))
            mark = w.bracket(w.demo_mark("demo" in set(region.rows["status"])))
            sheet.write_string(y, 7, text + mark, self.format(text_wrap=True))
            sheet.set_row(y, LINE * _lines(text + mark, 110))  # not every program fits rows to their words
        sheet.freeze_panes(1, 1)

    def about(self) -> None:
        """What this is, what demo data are, and what the verdicts mean."""
        w, wrapped = self.w, self.format(text_wrap=True)
        sheet = self.sheet("about", repeat=False)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 96)
        sheet.write_string(0, 0, w("slide.title"), self.format(font_size=16, font_color=INK))
        sheet.set_row(0, 27)
        sheet.write_string(1, 0, w("slide.as_of", as_of=self.analysis.as_of), self.format(font_color=QUIET))
        line = 3
        if "demo" in set(self.analysis.assessment["status"]):
            sheet.write_string(line, 0, w.demo_mark(True), self.format(font_color=TARGET))
            sheet.write_string(line, 1, w("slide.demo_notice"), self.format(text_wrap=True, font_color=TARGET))
            line += 2
        for code in VERDICT_COLOURS:
            sheet.write_string(line, 0, w.verdict(code), self.verdict_format(code, text_wrap=True))
            sheet.write_string(line, 1, w(f"meaning.{code}"), wrapped)
            line += 1
        for key in ("chances", "status", "way_back", "unverified"):
            line += 1
            sheet.write_string(line, 1, w(f"about.{key}"), wrapped)

    def matrix(self) -> None:
        """Items × regions; every verdict in words on its colour."""
        a, w = self.analysis, self.w
        sheet = self.sheet("matrix")
        table = a.matrix()
        columns = [w("column.number"), w("column.indicator"), *(a.name(code, w.lang) for code in table.columns)]
        for x, name in enumerate(columns):
            sheet.write_string(0, x, name, self.format(**HEAD))
        for y, (item, verdicts) in enumerate(table.iterrows(), start=1):
            if isinstance(item, int):
                sheet.write_number(y, 0, item, self.format())
            sheet.write_string(y, 1, a.item_name(item, w.lang), self.format(text_wrap=True))
            pressing = a.pressing_item(item)
            for x, code in enumerate(verdicts, start=2):
                sheet.write_string(y, x, w.verdict(code, pressing), self.verdict_format(code, text_wrap=True))
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, len(columns) - 1, 18)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(table), len(columns) - 1)

    def assessment(self) -> pd.DataFrame:
        """The assessment with its sentence and its departments; what is read stands left."""
        table = self.with_names(self.analysis.table("assessment"))
        statements = self.analysis.statements
        table["sentence"] = [briefing.sentence(s, self.w) for s in statements]
        table["verdict"] = [_Verdict(s.verdict, s.pressing) for s in statements]
        departments = [duties.named_departments(s, self.w) for s in statements]
        for place, name in enumerate(("lead_department", "supporting_departments")):
            table[name] = [both[place] for both in departments]
        table["warning"] = [self.w.warnings(codes) for codes in table["warning"]]
        return table[[*READ, *(name for name in table.columns if name not in READ)]]

    def chart(self) -> None:
        """The weakest target with a forecast, of the first region that is made of others (or the first)."""
        a = self.analysis
        weak = a[[*a.parents, *a.counties][0]].weak
        drawable = [s for s in weak if np.isfinite(s.target) and len(s.forecast)]
        if drawable:
            self.forecast(drawable[0])

    def forecast(self, s: Statement) -> None:
        """Numbers and native chart of one statement."""
        w = self.w
        fan = plotdata.fan(s)
        table = pd.DataFrame({"history": fan["observed"]})
        table["lower"] = fan["lo80"].fillna(fan["observed"].interpolate())
        table["band80"] = (fan["hi80"] - fan["lo80"]).fillna(0.0)
        table["median"], table["target"] = fan["median"], fan["target"]
        sheet, name = self.sheet("chart"), w("sheet.chart")
        for x, key in enumerate(["column.year", *(f"chart.{column}" for column in table.columns)]):
            sheet.write_string(0, x, w(key), self.format(**HEAD))
        for y, (year, values) in enumerate(table.iterrows(), start=1):
            sheet.write_string(y, 0, str(int(year)), self.format())
            for x, value in enumerate(values, start=1):
                if np.isfinite(value):
                    sheet.write_number(y, x, value, self.format(num_format="0.0##"))
        last = len(table)

        def series(x: int, **look) -> dict:
            return {"name": [name, 0, x], "categories": [name, 1, 0, last, 0], "values": [name, 1, x, last, x]} | look

        area = self.workbook.add_chart({"type": "area", "subtype": "stacked"})
        area.add_series(series(2, fill={"none": True}))
        area.add_series(series(3, fill={"color": BAND, "transparency": 70}))
        line = self.workbook.add_chart({"type": "line"})
        line.add_series(series(1, line={"color": INK, "width": 2}, marker={"type": "circle", "size": 5}))
        line.add_series(series(4, line={"color": BAND, "width": 2, "dash_type": "dash"}))
        line.add_series(series(5, line={"color": TARGET, "width": 1.5}))
        area.combine(line)
        font = {"name": FONT, "size": 10}
        region = self.analysis.name(s.region_code, w.lang)
        mark = w.bracket(w.demo_mark(s.status == "demo"))
        # The catalogue's name comes first: a title that begins with = would be a formula.
        title = f"{s.record.label} {w.name(s.record)} · {region}{mark}".strip()
        area.set_title({"name": title, "name_font": font | {"size": 12}, "overlay": False})
        area.set_legend({"position": "bottom", "font": font, "delete_series": [0]})
        drawn = table.assign(upper=table["lower"] + table["band80"]).drop(columns="band80").to_numpy()
        low, high = np.nanmin(drawn), np.nanmax(drawn)
        least = float(np.floor(low - 0.1 * (high - low)))
        axis = {"num_font": font, "min": max(least, 0.0) if low >= 0 else least, "crossing": "min", "name_font": font}
        area.set_y_axis(axis | {"name": w.unit(s.record.unit), "major_gridlines": {"visible": True}})
        area.set_x_axis({"num_font": font, "label_position": "low", "position_axis": "on_tick"})
        area.show_blanks_as("gap")
        area.set_size({"width": 860, "height": 440})
        area.set_chartarea({"border": {"none": True}})
        sheet.insert_chart("H2", area, {"description": briefing.named_sentence(s, w)})
        sheet.set_column(0, 6, 13)

    # ------------------------------------------------------------------ tables

    def with_names(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with the words beside its codes."""
        a, w = self.analysis, self.w
        table = table.copy()
        if "region_code" in table:
            names = {code: a.name(code, w.lang) for code in table["region_code"].unique()}
            table.insert(1, "region_name", table["region_code"].map(names))
        for column in ("indicator", "variable"):
            if column in table:
                names = {code: briefing.input_name(code, w) for code in table[column].unique()}
                table.insert(table.columns.get_loc(column) + 1, f"{column}_name", table[column].map(names))
        if "indicator" in table and "part" in table:
            table.insert(0, "number", [a.indicators[code].label for code in table["indicator"]])
        return table

    def frame(self, name: str, table: pd.DataFrame, printed: int = 0) -> None:
        """A table as a sheet: header in words, filter, frozen header, numbers as numbers.

        `printed` is how many columns go to the printer, all by default.
        """
        sheet = self.sheet(name)
        if table.empty:
            sheet.write_string(0, 0, self.w("sheet.nothing"), self.format())
            return
        for x, column in enumerate(table.columns):
            key = f"{column}_code" if f"{column}_name" in table else column  # the name stands beside it
            sheet.write_string(0, x, self.w(self.column_key(key)), self.format(**HEAD))
            self.column(sheet, x, column, table[column])
        wrapped = [column for column in table.columns if column in WRAPPED]
        if "sentence" in wrapped or "problem" in wrapped:
            for y, line in enumerate(table[wrapped].itertuples(index=False), start=1):
                widths = zip(line, (WRAPPED[column] for column in wrapped), strict=True)
                sheet.set_row(y, LINE * max(_lines(str(text), width) for text, width in widths))
        sheet.freeze_panes(1, min(3, len(table.columns) - 1))
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        if printed:
            sheet.print_area(0, 0, len(table), printed - 1)

    def column_key(self, name: str) -> str:
        """The phrase of a column: its own in the workbook, or everybody's."""
        return f"book.{name}" if words.has_phrase(f"book.{name}") else f"column.{name}"

    def column(self, sheet, x: int, name: str, values: pd.Series) -> None:
        numbers = _numbers(values)
        sheet.set_column(x, x, WIDE.get(name, 12))
        if numbers is not None:
            known = numbers[np.isfinite(numbers)]
            shape = "0 %" if name in PERCENT else "0" if (known % 1 == 0).all() else "0.0###"
            look = self.format(num_format=shape)
            for y, number in enumerate(numbers, start=1):
                if np.isfinite(number):
                    sheet.write_number(y, x, number, look)
            return
        for y, value in enumerate(values, start=1):
            text, look = self.text(name, value)
            if text:
                sheet.write_string(y, x, text, look)

    def text(self, name: str, value):
        """A cell that is no number: its words and their look."""
        w = self.w
        if isinstance(value, _Verdict):
            return w.verdict(value.code, value.pressing), self.verdict_format(value.code, text_wrap=True)
        if isinstance(value, (bool, np.bool_)):
            return w(f"word.{'yes' if value else 'no'}"), self.format()
        if not isinstance(value, str) or not value:
            return "", None
        if name in ("verdict", "verdict_before"):
            return w.verdict(value), self.verdict_format(value)
        if name == "status":
            return w.status(value), self.demo_format(value)
        if name == "met_at_due":
            return w(ANSWERS[value]), self.format()
        if name in ("moved", "requirement") and words.has_phrase(f"book.{name}_{value}"):
            return w(f"book.{name}_{value}"), self.format()
        if name in ("unit", "gap_count_unit"):
            return w.unit(value), self.format()
        return value, self.format(text_wrap=True) if name in WRAPPED else self.format()

    def verdict_format(self, code: str, **more):
        colours = {"bg_color": VERDICT_COLOURS[code], "font_color": words_on(code)}
        return self.format(border=1, border_color=EDGE, **colours, **more)

    def demo_format(self, status: str):
        return self.format(bg_color=MARK_GROUND, font_color=MARK) if status == "demo" else self.format()


class _Verdict:
    """A verdict with what its last class is called."""

    def __init__(self, code: str, pressing: bool):
        self.code, self.pressing = code, pressing


def _lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column of that width; a Chinese glyph is as wide as two digits."""
    return sum(max(1, math.ceil(sum(2 if ord(c) > 0x2E7F else 1 for c in part) / width)) for part in text.split("\n"))


def _numbers(values: pd.Series) -> np.ndarray | None:
    """A column as floats, NaN where empty; None when it holds anything else than numbers."""
    if pd.api.types.is_bool_dtype(values) or isinstance(values.dtype, pd.CategoricalDtype):
        return None
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float, na_value=np.nan)
    known = values.dropna()
    if len(known) and all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in known):
        return values.astype(float).to_numpy()
    return None
