"""Everything as one workbook, filterable, one sheet a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from ecoanalysis import briefing, catalog
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import phrase
from ecoanalysis.charts import BAND, DARK, INK, TARGET, VERDICT_COLOURS
from ecoanalysis.export import replacing

FONT = "Microsoft YaHei"
PERCENT = {"p_reach", "p_hold", "relative"}
READ = {"about", "matrix", "chart"}
WIDE = {"indicator_name": 34, "source": 50, "title": 40, "inputs": 24, "warning": 30, "name_zh": 40, "name_en": 44}


def write(reach: Reachability, path: Path | str, lang: str) -> None:
    """Write the workbook: how to read it, matrix, assessment, results, forecasts, a chart, and what lies behind.

    Parameters
    ----------
    reach : Reachability
    path : path
        Ends in `.xlsx`; written under a temporary name first.
    lang : str
        zh or en. Codes stay as they are beside the words, so that a row can be looked up in the tables.
    """
    with replacing(path) as temporary:
        options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
        book = _Book(reach, lang, xlsxwriter.Workbook(str(temporary), options))
        book.about()
        book.matrix()
        book.frame("assessment", book.assessment())
        book.chart()
        book.frame("results", book.with_names(reach.results))
        book.frame("forecasts", book.with_names(reach.forecasts))
        book.frame("editions", book.with_names(reach.editions))
        book.frame("discrepancies", book.with_names(reach.discrepancies))
        book.frame("evidence", book.with_names(reach.evidence))
        book.frame("catalogue", pd.DataFrame([vars(row) for row in catalog.indicators().values()]))
        book.frame("coefficients", pd.DataFrame([vars(row) for row in catalog.coefficients(reach.data)]))
        book.frame("observations", book.with_names(reach.observations.drop(columns="sha256")))
        book.frame("problems", pd.DataFrame({"problem": briefing.left_out(reach, lang)}))
        book.workbook.close()


class _Book:
    def __init__(self, reach: Reachability, lang: str, workbook: xlsxwriter.Workbook):
        self.reach, self.lang, self.workbook = reach, lang, workbook
        self.formats: dict = {}

    def format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(
                {"font_name": FONT, "font_size": 10, "valign": "top"} | properties
            )
        return self.formats[key]

    def sheet(self, name: str):
        """A sheet that prints on A4 across: what is read on one page's width, tables with their header on every page."""
        sheet = self.workbook.add_worksheet(phrase(f"sheet.{name}", self.lang))
        sheet.set_landscape()
        sheet.set_paper(9)
        if name in READ:
            sheet.fit_to_pages(1, 0)
        if name not in ("about", "chart"):
            sheet.repeat_rows(0)
        return sheet

    def about(self) -> None:
        """What this is, what demo data are, and what the verdicts mean."""
        sheet = self.sheet("about")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 96)
        sheet.write(0, 0, phrase("slide.title", self.lang), self.format(font_size=16, font_color=INK))
        sheet.set_row(0, 27)
        sheet.write(1, 0, phrase("slide.as_of", self.lang, as_of=self.reach.as_of), self.format(font_color="#6b7785"))
        line = 3
        if briefing.uses_demo(self.reach.assessment):
            sheet.write(line, 0, briefing.demo_mark(True, self.lang), self.format(font_color=TARGET))
            sheet.write(line, 1, phrase("slide.demo_notice", self.lang), self.format(text_wrap=True, font_color=TARGET))
            line += 2
        for code in VERDICT_COLOURS:
            sheet.write(line, 0, briefing.verdict(code, self.lang), self.verdict_format(code))
            sheet.write(line, 1, phrase(f"meaning.{code}", self.lang), self.format(text_wrap=True))
            line += 1
        for key in ("chances", "status", "way_back", "unverified"):
            line += 1
            sheet.write(line, 1, phrase(f"about.{key}", self.lang), self.format(text_wrap=True))

    def matrix(self) -> None:
        """Items × regions; every verdict in words on its colour."""
        sheet = self.sheet("matrix")
        table = briefing.matrix(self.reach)
        head = self.format(bg_color="#dfe7ee", bottom=1, text_wrap=True, valign="vcenter")
        names = [briefing.region_name(self.reach, code, self.lang) for code in table.columns]
        columns = [phrase("column.number", self.lang), phrase("column.indicator", self.lang), *names]
        sheet.write_row(0, 0, columns, head)
        for y, (item, verdicts) in enumerate(table.iterrows(), start=1):
            sheet.write(y, 0, item if isinstance(item, int) else "", self.format())
            sheet.write(y, 1, briefing.item_name(item, self.lang), self.format(text_wrap=True))
            for x, code in enumerate(verdicts, start=2):
                sheet.write(y, x, briefing.verdict(code, self.lang), self.verdict_format(code))
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, len(columns) - 1, 18)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(table), len(columns) - 1)

    def verdict_format(self, code: str):
        colour = "#ffffff" if code in DARK else INK
        return self.format(bg_color=VERDICT_COLOURS[code], font_color=colour, border=1, border_color="#d5dade")

    def assessment(self) -> pd.DataFrame:
        table = self.with_names(self.reach.assessment)
        table["lead_department"] = [briefing.leads(self.reach, row) for _, row in self.reach.assessment.iterrows()]
        table["warning"] = [briefing.warnings(codes, self.lang) for codes in table["warning"]]
        return table

    def with_names(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with the words beside its codes."""
        table = table.copy()
        if "region_code" in table:
            regions = self.reach.regions.set_index("code")["name_en" if self.lang == "en" else "name_zh"]
            table.insert(1, "region_name", table["region_code"].map(regions).fillna(table["region_code"]))
        for column in ("indicator", "variable"):
            if column in table:
                names = [briefing.input_name(code, self.lang) for code in table[column]]
                table.insert(table.columns.get_loc(column) + 1, f"{column}_name", names)
        if "indicator" in table and "part" in table:
            indicators = catalog.indicators()
            table.insert(0, "number", [indicators[code].label for code in table["indicator"]])
        return table

    def frame(self, name: str, table: pd.DataFrame) -> None:
        """A table as a sheet: header in words, filter, frozen header, numbers as numbers."""
        sheet = self.sheet(name)
        head = self.format(bg_color="#dfe7ee", bottom=1, text_wrap=True, valign="vcenter")
        if table.empty:
            sheet.write(0, 0, phrase("sheet.nothing", self.lang), self.format())
            return
        for x, column in enumerate(table.columns):
            word = f"{column}_code" if f"{column}_name" in table else column  # the name stands beside it
            sheet.write(0, x, phrase(f"column.{word}", self.lang), head)
            self.column(sheet, x, column, table[column])
        sheet.freeze_panes(1, min(3, len(table.columns) - 1))
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)

    def column(self, sheet, x: int, name: str, values: pd.Series) -> None:
        numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        whole = numeric and bool((values.dropna() % 1 == 0).all())
        shape = "0 %" if name in PERCENT else "0" if whole else "0.0###"
        look = self.format(num_format=shape) if numeric else self.format()
        sheet.set_column(x, x, WIDE.get(name, 12))
        for y, value in enumerate(values, start=1):
            if name == "verdict":
                sheet.write_string(y, x, briefing.verdict(value, self.lang), self.verdict_format(value))
            elif name == "status":
                sheet.write_string(y, x, briefing.status(value, self.lang), self.demo_format(value))
            elif isinstance(value, (bool, np.bool_)):
                sheet.write_string(y, x, phrase(f"word.{'yes' if value else 'no'}", self.lang), look)
            elif numeric and np.isfinite(value):
                sheet.write_number(y, x, float(value), look)
            elif isinstance(value, str) and value:
                sheet.write_string(y, x, value, look)

    def demo_format(self, status: str):
        return self.format(bg_color="#fff4e0", font_color="#b36b00") if status == "demo" else self.format()

    def chart(self) -> None:
        """The weakest drawable target of the first region that is made of others (or the first), as a native chart."""
        parents = [code for code in self.reach.regions["code"] if code in set(self.reach.regions["parent"])]
        region = [*parents, *self.reach.regions["code"]][0]
        weak = briefing.weak_points(self.reach, region)
        weak = weak[np.isfinite(weak["target"])]
        if weak.empty:
            return
        row = weak.iloc[0]
        indicator = catalog.indicators()[row["indicator"]]
        history = self.reach.futures[region, indicator.code].history
        ahead = self.reach.forecasts
        ahead = ahead[(ahead["region_code"] == region) & (ahead["indicator"] == indicator.code)].set_index("year")
        table = pd.DataFrame(index=pd.Index([*history.index, *ahead.index], name="year"))
        table["history"] = history
        table["lower"] = history.interpolate()
        table["lower"] = table["lower"].fillna(ahead["lo80"])
        table["band80"] = (ahead["hi80"] - ahead["lo80"]).reindex(table.index).fillna(0.0)
        table["median"] = ahead["median"].reindex(table.index)
        table.loc[history.index[-1], "median"] = history.iloc[-1]
        table["target"] = row["target"]
        sheet, name = self.sheet("chart"), phrase("sheet.chart", self.lang)
        head = self.format(bg_color="#dfe7ee", bottom=1)
        words = [phrase(f"chart.{column}", self.lang) for column in table.columns]
        sheet.write_row(0, 0, [phrase("column.year", self.lang), *words], head)
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
        place = briefing.region_name(self.reach, region, self.lang)
        mark = briefing.demo_mark(row["status"] == "demo", self.lang)
        title = f"{place} · {indicator.label} {indicator.name(self.lang)}" + (f" [{mark}]" if mark else "")
        area.set_title({"name": title, "name_font": font | {"size": 12}, "overlay": False})
        area.set_legend({"position": "bottom", "font": font, "delete_series": [0]})
        drawn = table.assign(upper=table["lower"] + table["band80"]).drop(columns="band80").to_numpy()
        low, high = np.nanmin(drawn), np.nanmax(drawn)
        axis = {
            "num_font": font,
            "min": float(np.floor(low - 0.1 * (high - low))),
            "crossing": "min",
            "name_font": font,
        }
        area.set_y_axis(axis | {"name": briefing.unit(indicator.unit, self.lang), "major_gridlines": {"visible": True}})
        area.set_x_axis({"num_font": font, "label_position": "low", "position_axis": "on_tick"})
        area.show_blanks_as("gap")
        area.set_size({"width": 860, "height": 440})
        sheet.insert_chart("H2", area, {"description": briefing.claim(self.reach, row, self.lang)})
        sheet.set_column(0, 6, 13)
