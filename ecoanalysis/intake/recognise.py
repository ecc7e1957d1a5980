"""A sheet as people lay it out, understood: which cell is which region's, which year's, which variable's, in which unit.

Long or wide, years or regions or indicators across, headers of several levels, titles above, notes below. What cannot
be told with certainty becomes a question; nothing is guessed.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field, replace

from ecoanalysis import units
from ecoanalysis.intake.cells import MISSING_MARK
from ecoanalysis.intake.names import (
    BRACKETS,
    FOOTNOTE,
    NUMBERING,
    Names,
    cleaned,
    folded,
    is_total,
    is_unit,
    year_in,
    year_of,
)
from ecoanalysis.intake.sheets import Sheet

TITLE = "生态文明建设指标数据填报表"  # marks a request form: its shares are per cent, as its first lines say

ROLES = {
    "serial": "序号 规划序号 编号 no no.",
    "code": "代码 区划代码 行政区划代码 地区代码 region_code code",
    "region": "地区 县区 区县 县（区） 县(区) 县市区 行政区 行政区划 地区名称 县区名称 填报地区 区域 region region_name_zh",
    "year": "年份 年度 年 year 时间 统计年份",
    "variable": "变量代码 指标 指标名称 项目 名称 variable 统计指标 指标名 变量",
    "unit": "单位 计量单位 unit",
    "value": "数值 值 value 数量 数据 指标值 本年 实际值 实际 完成值 填报值",
    "source": "来源 数据来源 资料来源 source source_title 出处 依据",
    "address": "source_url 网址 链接",
    "note": "佐证材料 备注 说明 note 注 填报说明 解释 confidence 指标代码",
    "status": "状态 数据性质 status",
    "id": "表号 指标编码",
}
ROLE_OF = {folded(word): role for role, words in ROLES.items() for word in words.split(" ")}
GROWTH = re.compile(r"增长|增速|增减|同比|比上年|环比|占比|比重|位次|排名|±%")
NOTE_START = re.compile(
    r"^\s*(?:[*＊]?\s*注|说明|备注|资料来源|数据来源|来源|填表|填报|审核|制表|单位负责人|联系|本表|\d[.、].*本表)"
)
DATE_LINE = re.compile(r"(?:日期|时间)\s*[:：]?\s*\S*|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
UNIT_LINE = re.compile(r"(?:计量)?单位\s*[:：]\s*([^)）\]】]+)")
LETTERS = {"甲", "乙", "丙", "丁", "戊"}
NUMBER_TEXT = re.compile(r"([+-]?\d[\d,，' ]*\.?\d*(?:[eE][+-]?\d+)?)\s*(.*)")
STATUS_WORDS = {"实测": "observed", "统计": "observed", "估算": "estimated", "推算": "estimated", "演示": "demo",
                "observed": "observed", "estimated": "estimated", "demo": "demo"}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A number of a region, year and variable, in the unit it was sent in, with its cell."""

    region: str
    year: int
    variable: str
    value: float
    unit: str
    sheet: str
    spot: str
    source: str = ""
    note: str = ""
    status: str = ""


@dataclass(frozen=True)
class Question:
    """What cannot be told with certainty: of which kind, which words, where, and what may be meant."""

    kind: str  # variable, region, unit, year, fraction
    text: str
    sheet: str
    spot: str
    candidates: tuple[str, ...] = ()
    cells: int = 1  # how many numbers wait for the answer


@dataclass(frozen=True)
class Told:
    """Something about a cell, a row or a sheet that a reader should know; `lost` numbers were not taken."""

    phrase: str
    sheet: str
    spot: str = ""
    values: dict = field(default_factory=dict, hash=False)
    lost: int = 0


@dataclass
class Understood:
    """A sheet with what was understood of it."""

    sheet: str
    header: list[str] = field(default_factory=list)  # the header as it was read, one text a column
    columns: list[tuple[str, str, str, str]] = field(default_factory=list)  # column, header, understood as, examples
    facts: list[Fact] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    totals: list[Fact] = field(default_factory=list)  # subtotal cells: a check, no region
    numbers: int = 0  # cells with a number in the body of a table
    missing: int = 0  # cells with a mark that says missing


@dataclass
class _Amount:
    value: float | None
    kind: str  # number, missing, error, text
    percent: bool = False
    unit: str = ""
    marked: bool = False


def understand(sheet: Sheet, names: Names, settled: dict[tuple[str, str], str] | None = None) -> Understood:
    """What a sheet says.

    Parameters
    ----------
    sheet : Sheet
        As `sheets.received` gives it.
    names : Names
        Regions and variables, with the aliases that mapping.csv has settled.
    settled : dict, optional
        Answers of mapping.csv by (kind, text folded): a unit for a label, `fraction` yes or no, `-` to leave out.

    Returns
    -------
    Understood
        Every number of the body is a fact, a total, told, or waits for the answer to a question.
    """
    return _Reader(sheet, names, settled or {}).read()


class _Reader:
    def __init__(self, sheet: Sheet, names: Names, settled: dict[tuple[str, str], str]):
        self.sheet, self.names, self.settled = sheet, names, settled
        width = max((len(row) for row in sheet.cells), default=0)
        self.cells = [row + [None] * (width - len(row)) for row in sheet.cells]
        self.width = width
        self.filled = [list(row) for row in self.cells]
        for top, left, bottom, right in sheet.merged:
            for row in range(top, min(bottom, len(self.cells) - 1) + 1):
                for column in range(left, min(right, width - 1) + 1):
                    self.filled[row][column] = self.cells[top][left]
        self.form = any(row and row[0] == TITLE for row in sheet.cells[:1])
        self.made = Understood(sheet.name)
        self.waiting: dict[tuple[str, str], list] = {}

    # ------------------------------------------------------------------ rows and blocks

    def read(self) -> Understood:
        if self.sheet.hidden:
            self.tell("hidden_sheet")
        rows = [number for number in self.sheet.hidden_rows if number < len(self.cells) and any(self.cells[number])]
        columns = [
            c for c in self.sheet.hidden_columns if any(c < self.width and row[c] is not None for row in self.cells)
        ]
        if rows or columns:
            self.tell("hidden_rows", rows=len(rows), columns=len(columns))
        blocks = self.blocks()
        if not blocks and any(value is not None for row in self.cells for value in row):
            self.tell("no_table")
        for first, data, last in blocks:
            self.block(first, data, last)
        for (kind, _), (text, spot, candidates, cells) in self.waiting.items():
            self.made.questions.append(Question(kind, text, self.sheet.name, spot, tuple(candidates), cells))
        self.check_totals()
        return self.made

    def blocks(self) -> list[tuple[int, int, int]]:
        """(first header row, first data row, row after the last) of every table on the sheet."""
        tables, start, data, head = [], 0, None, None
        for number, row in enumerate(self.cells):
            kind = self.row_kind(number, row)
            if data is None:
                if kind == "data" or (head is not None and kind == "words" and self.follows(head, row)):
                    data = number
                elif kind == "header":
                    head = number
            elif kind == "header":
                begin = number
                while begin - 1 > data and self.is_title(begin - 1):
                    begin -= 1
                tables.append((start, data, begin))
                start, data, head = begin, None, number
        if data is not None:
            tables.append((start, data, len(self.cells)))
        return tables

    def is_title(self, number: int) -> bool:
        first = next((value for value in self.cells[number] if value is not None), "")
        return self.row_kind(number, self.cells[number]) == "words" and not NOTE_START.match(str(first))

    def follows(self, head: int, row: list) -> bool:
        """Whether a row without numbers is a row of the table under a header: a heading, or cells that are no numbers."""
        values = [value for value in row if value is not None]
        if len(values) == 1:
            return self.names.region(values[0]) is not None or year_of(values[0]) is not None
        labels = [c for c, value in enumerate(self.cells[head]) if value is not None][:1]
        return self.labelled(row) and all(row[c] is not None for c in labels)

    def row_kind(self, number: int, row: list) -> str:
        """data, header (years or header words across), words, or empty."""
        values = [value for value in row if value is not None]
        if not values:
            return "empty"
        years = [value for value in values if year_of(value) is not None]
        amounts = [
            value
            for column, value in enumerate(row)
            if value is not None
            and year_of(value) is None
            and self.amount(number, column).kind in ("number", "missing", "error")
        ]
        numbers = [value for value in amounts if isinstance(value, (int, float)) and not isinstance(value, bool)]
        texts = [str(value) for value in values if isinstance(value, str) and value not in amounts]
        roles = sum(folded(cleaned(text)) in ROLE_OF for text in texts)
        if (
            len(values) > 2
            and amounts == numbers
            and numbers == list(range(1, len(numbers) + 1))
            and (not texts or set(texts) <= LETTERS)
            and not years
        ):
            return "words"  # 甲 乙 1 2 3: numbers of columns
        if roles >= 2 and not numbers:
            return "header"
        if not amounts:
            return "header" if len(years) >= 2 or roles >= 2 else "words"
        if len(values) == 1 and not numbers:
            return "words"
        return "data" if texts or years or len(amounts) > 1 else "words"

    # ------------------------------------------------------------------ one table

    def block(self, first: int, data: int, last: int) -> None:
        header = [n for n in range(first, data) if any(v is not None for v in self.cells[n])]
        title, lines = self.title(header)
        self.fill_across(lines)
        columns = [self.column(c, lines, data, last) for c in range(self.width)]
        if not any(column["role"] == "value" for column in columns):
            self.tell("no_table")
            return
        self.describe(columns, data, last)
        context = {
            "title": title,
            "year": year_in(DATE_LINE.sub("", title)) or year_in(self.sheet.name),
            "region": self.names.region_in(title) or self.names.region_in(self.sheet.name) or self.whole_city(title),
            "variable": self.variable_in(title) or self.names.variable(self.sheet.name)[0],
            "units": self.title_units(header, lines[0] if lines else last),
        }
        before: dict[str, object] = {}
        end = self.last_data_row(data, last)
        for number in range(data, last):
            row = self.cells[number]
            if all(value is None for value in row) or any(row == self.cells[line] for line in lines):
                continue  # a header that is said again for the next rows
            filled = any(column["role"] == "value" and row[c] is not None for c, column in enumerate(columns))
            numbered = self.row_kind(number, row) == "data" or (filled and self.labelled(row))
            if not numbered:
                self.words_row(number, columns, context, before, number > end)
                continue
            self.data_row(number, columns, context, before)

    def labelled(self, row: list) -> bool:
        """Whether a row without a number has labels before its cells: words stand where numbers belong."""
        values = [value for value in row if value is not None]
        across = set(map(str, values)) <= LETTERS | {str(n) for n in range(1, self.width + 1)}
        return len(values) >= 2 and not NOTE_START.match(str(values[0])) and not across

    def title(self, header: list[int]) -> tuple[str, list[int]]:
        """The text above the header, and the rows that are header."""
        top = next((n for n in header if self.heads(n) >= 2), header[-1] if header else None)
        texts = [
            str(value)
            for number in header
            if number < top
            for value in dict.fromkeys(v for v in self.filled[number] if v is not None)
        ]
        return " ".join(texts), [number for number in header if number >= top]

    def heads(self, number: int) -> int:
        """How many cells of a row are heads of columns: a role, a year, a region, a variable."""
        values = dict.fromkeys(value for value in self.cells[number] if value is not None)
        return sum(
            self.is_head(value) or self.names.region(value) is not None or self.names.variable(value)[0] is not None
            for value in values
        )

    def is_head(self, value) -> bool:
        return self.is_role(value) or year_of(value) is not None

    def fill_across(self, lines: list[int]) -> None:
        """A header cell that stands over several columns without being merged: its text goes for the empty ones too."""
        for position, number in enumerate(lines[:-1]):
            row, below = self.filled[number], self.filled[lines[position + 1]]
            last = None
            for column in range(self.width):
                if row[column] is not None:
                    text = str(row[column])
                    spans = year_of(row[column]) or self.names.region(row[column]) or self.names.variable(text)[0]
                    last = row[column] if spans or UNIT_LINE.search(text) is None and not self.is_head(text) else None
                elif last is not None and below[column] is not None and not self.is_role(below[column]):
                    row[column] = last

    def is_role(self, value) -> bool:
        return isinstance(value, str) and folded(cleaned(value)) in ROLE_OF

    def column(self, c: int, lines: list[int], data: int, last: int) -> dict:
        """What a column is: its role, and what its header says of region, year, variable and unit."""
        texts = list(dict.fromkeys(str(self.filled[n][c]) for n in lines if self.filled[n][c] is not None))
        values = [self.filled[n][c] for n in lines if self.filled[n][c] is not None]
        about = {"texts": texts, "role": "", "year": None, "region": None, "variable": None, "unit": "", "total": False}
        about["growth"] = False
        for value in values:
            text = str(value)
            about["year"] = about["year"] or year_of(value) or (year_in(text) if len(text) < 30 else None)
            about["region"] = about["region"] or self.names.region(value)
            variable, unit = self.names.variable(text)
            if not variable and year_in(text):
                variable, unit = self.names.variable(re.sub(r"(?:19|20)\d\d\s*年?(?:末|度)?", "", text))
            if not variable and not about["region"]:
                region, rest = self.names.region_before(text)
                variable, rest_unit = self.names.variable(rest) if region else (None, "")
                about["region"], unit = (region, rest_unit or unit) if variable else (about["region"], unit)
            about["variable"] = variable or about["variable"]
            about["unit"] = unit or about["unit"] or self.unit_in(text)
            about["total"] |= is_total(value)
            about["growth"] |= bool(GROWTH.search(text)) and not variable
        body = [(n, self.filled[n][c]) for n in range(data, last) if self.filled[n][c] is not None]
        role = next((ROLE_OF[folded(cleaned(t))] for t in texts[::-1] if folded(cleaned(t)) in ROLE_OF), "")
        if role == "year" and about["year"]:
            role = ""
        about["role"] = role or self.role_by_content(about, body, c)
        return about

    def role_by_content(self, about: dict, body: list[tuple[int, object]], c: int) -> str:
        if not body:
            return "value" if about["year"] or about["region"] or about["variable"] else ""
        values = [value for _, value in body]
        half = len(values) / 2
        numeric = sum(self.amount(n, c).kind in ("number", "missing", "error") for n, _ in body)
        headed = about["year"] or about["region"] or about["variable"] or about["total"]
        if headed and numeric > 0:
            return "value"
        if sum(self.names.region(v) is not None or is_total(v) for v in values) > half:
            return "region"
        if sum(year_of(v) is not None for v in values) > half and not headed:
            return "year"
        if sum(isinstance(v, str) and is_unit(v) for v in values) > half:
            return "unit"
        if numeric > half:
            return "value"
        if sum(self.names.variable(v)[0] is not None for v in values if isinstance(v, str)) > 0:
            return "variable"
        texts = [v for v in values if isinstance(v, str) and len(v) <= 40]
        return "variable?" if len(texts) > half else "note"

    def describe(self, columns: list[dict], data: int, last: int) -> None:
        """The columns as they were understood, for the preview; one label column without a name holds the variables."""
        if not any(column["role"] == "variable" for column in columns):
            unsure = [column for column in columns if column["role"] == "variable?"]
            across = any(column["variable"] for column in columns if column["role"] == "value")
            if unsure and not across:
                unsure[0]["role"] = "variable"
        for column in columns:
            if column["role"] == "variable?":
                column["role"] = "note"
        for c, column in enumerate(columns):
            if not column["role"]:
                continue
            said = [str(column[name]) for name in ("region", "year", "variable", "unit") if column[name]]
            examples = [str(self.filled[n][c]) for n in range(data, last) if self.filled[n][c] is not None][:3]
            understood = " ".join([column["role"], *said])
            spot = self.sheet.spot(0, c).rstrip("0123456789") or str(c + 1)
            self.made.columns.append(
                (spot, " / ".join(column["texts"]), understood, "; ".join(e[:20] for e in examples))
            )
        self.made.header = [" / ".join(column["texts"]) for column in columns]

    def last_data_row(self, data: int, last: int) -> int:
        return max((n for n in range(data, last) if self.row_kind(n, self.cells[n]) == "data"), default=data)

    def words_row(self, number: int, columns, context, before, after: bool) -> None:
        """A row without numbers: a heading that says whose rows follow, or a note."""
        texts = [str(value) for value in self.cells[number] if value is not None]
        first = texts[0]
        if after or NOTE_START.match(first):
            self.tell("note", self.sheet.spot(number, 0), text=first[:60])
            return
        label = re.sub(r"(?:19|20)\d\d\s*年", "", first)
        region, year = self.names.region(first) or self.names.region(label), year_of(first) or year_in(first)
        if region or year:
            context["region"] = region or context["region"]
            context["year"] = year or context["year"]
            for name in ("region", "year"):
                before.pop(name, None)
        elif len(texts) == 1:
            variable = self.names.variable(first)[0]
            if variable:
                context["heading"] = variable

    def data_row(self, number: int, columns: list[dict], context: dict, before: dict) -> None:
        row = self.filled[number]
        total_label = ""
        said = {"region": None, "year": None, "variable": None, "unit": "", "label": "", "region_label": ""}
        extra = {"source": [], "note": [], "status": ""}
        total = False
        for c, column in enumerate(columns):
            value, role = row[c], column["role"]
            if role in ("region", "code"):
                if value is None:
                    continue
                total |= is_total(value)
                total_label = total_label or (str(value) if is_total(value) else "")
                region = self.names.region(value)
                said["region"] = said["region"] or region
                if not region and not is_total(value):
                    said["region_label"] = said["region_label"] or str(value)
            elif role == "year":
                said["year"] = said["year"] or year_of(value)
            elif role == "variable" and value is not None:
                if is_total(value) and not said["variable"]:
                    total, total_label = True, str(value)
                    continue
                code, unit = self.names.variable(str(value))
                said["variable"], said["label"] = said["variable"] or code, said["label"] or str(value)
                said["unit"] = said["unit"] or unit
            elif role == "unit" and isinstance(value, str):
                said["unit"] = value
            elif role in ("source", "address", "note") and isinstance(value, str) and value:
                extra["source" if role != "note" else "note"].append(value)
            elif role == "status" and isinstance(value, str):
                extra["status"] = STATUS_WORDS.get(value.strip(), "")
        for name in ("region", "year", "variable"):  # a label that stands once for several rows
            roles = ("region", "code") if name == "region" else (name,)
            empty = all(row[c] is None for c, column in enumerate(columns) if column["role"] in roles)
            there = any(column["role"] in roles for column in columns)
            if said[name] is not None:
                before[name] = said[name]
                if name == "variable":
                    before["label"], before["unit"] = said["label"], said["unit"]
            elif there and empty and name in before:
                said[name] = before[name]
                if name == "variable":
                    said["unit"] = said["unit"] or before["unit"]
                    said["label"] = before["label"]
        if said["region"] is not None:
            said["region_label"] = ""
        for c, column in enumerate(columns):
            there = self.cells[number][c] is not None or (number, c) in self.sheet.errors
            if column["role"] == "value" and there:
                label = total_label or next((t for t in column["texts"] if is_total(t)), "")
                self.number(number, c, column, said, extra, context, label if total or column["total"] else "")

    # ------------------------------------------------------------------ one number

    def number(self, n: int, c: int, column: dict, said: dict, extra: dict, context: dict, total: str) -> None:
        made, spot = self.made, self.sheet.spot(n, c)
        amount = self.amount(n, c)
        if amount.kind == "missing":
            made.missing += 1
            return
        made.numbers += 1
        if amount.kind == "error":
            self.tell("cell_error", spot, lost=1, text=self.sheet.errors.get((n, c), str(self.cells[n][c]))[:20])
            return
        if amount.kind == "text":
            self.tell("cell_text", spot, lost=1, text=str(self.cells[n][c])[:40])
            return
        if column["growth"] and not column["variable"]:
            self.tell("growth", spot, lost=1, header=" / ".join(column["texts"])[:40])
            return
        region = said["region"] or column["region"] or (None if said["region_label"] else context["region"])
        year = said["year"] or column["year"] or context["year"]
        variable = said["variable"] or column["variable"] or (None if said["label"] else context["variable"])
        label = said["label"] or next((t for t in column["texts"][::-1] if year_of(t) is None), "")
        label = label or UNIT_LINE.sub("", context["title"]).strip()
        if not variable:
            if self.settled.get(("variable", folded(label))) == "-":
                self.tell("left_out", spot, lost=1, text=label[:40])
                return
            self.ask("variable", label or self.sheet.name, spot, self.names.near_variables(label) if label else [])
            return
        if not region and not total:
            text = said["region_label"] or next((t for t in column["texts"] if t), "") if said["region_label"] else ""
            if text and self.settled.get(("region", folded(text))) == "-":
                self.tell("left_out", spot, lost=1, text=text[:40])
                return
            default = self.settled.get(("region", folded("*")))
            if not text and default in set(self.names.regions["code"]):
                region = default
            else:
                self.ask("region", text or "*", spot, self.names.near_regions(text) if text else self.cities())
                return
        if not year:
            answer = self.settled.get(("year", folded("*")))
            if answer and answer.isdigit():
                year = int(answer)
            else:
                self.ask("year", "*", spot, [])
                return
        record = self.names.records[variable]
        unit = self.unit(amount, said, column, context, record, label)
        if unit is None:
            self.ask("unit", label, spot, [record.unit])
            return
        value = amount.value
        if amount.percent:
            if units.factor(unit, "%") != 1 if self.shares(unit) else True:
                self.ask("unit", label, spot, [record.unit])
                return
            value = value * 100 if not isinstance(self.cells[n][c], str) else value
            value = float(f"{value:.12g}")
        elif record.unit == "%" and self.shares(unit) and unit.strip() not in ("‰",) and 0 < abs(value) <= 1:
            answer = self.settled.get(("fraction", folded(label)))
            if answer in ("yes", "是"):
                value = float(f"{value * 100:.12g}")
            elif (
                answer not in ("no", "否")
                and not self.form
                and not (self.sheet.formats_known and self.plain_shares(c, n))
            ):
                self.ask("fraction", label, spot, ["yes", "no"])
                return
        try:
            canonical = value * units.factor(unit, record.unit)
        except units.UnitError:
            self.ask("unit", label, spot, [record.unit])
            return
        if (record.low is not None and canonical < record.low) or (record.high is not None and canonical > record.high):
            low, high = ("" if bound is None else f"{bound:g}" for bound in (record.low, record.high))
            self.tell("out_of_range", spot, lost=1, what=variable, value=f"{value:g} {unit}", low=low, high=high)
            return
        if amount.marked:
            self.tell("footnote", spot, text=str(self.cells[n][c])[:40])
        fact = Fact(
            region or "*", year, variable, value, unit, self.sheet.name, spot,
            " ".join(dict.fromkeys(extra["source"])), "; ".join(extra["note"]), extra["status"],
        )  # fmt: skip
        if total:
            made.totals.append(replace(fact, note=cleaned(total)))
        else:
            made.facts.append(fact)

    def plain_shares(self, c: int, n: int) -> bool:
        """Whether the other numbers of the column are plainly per cent: then one below 1 is one below 1 per cent."""
        others = [row[c] for row in self.cells if isinstance(row[c], (int, float)) and year_of(row[c]) is None]
        return sum(value > 1 for value in others) > len(others) / 2

    def shares(self, unit: str) -> bool:
        try:
            units.factor(unit, "%")
        except units.UnitError:
            return False
        return unit.strip() != ""

    def unit(self, amount: _Amount, said, column, context, record, label: str) -> str | None:
        """The unit of a number: its cell's, its row's, its header's, the title's; None when there is none that fits."""
        answer = self.settled.get(("unit", folded(label)))
        if answer:
            return answer
        for unit in (amount.unit, said["unit"], column["unit"]):
            if unit and is_unit(unit):
                return unit
            if unit:
                return None
        if amount.percent:
            return "%"
        fitting = [unit for unit in context["units"] if self.converts(unit, record.unit)]
        if len(fitting) == 1:
            return fitting[0]
        if not context["units"] and record.unit == "":
            return ""
        return None

    def converts(self, unit: str, target: str) -> bool:
        try:
            units.factor(unit, target)
        except units.UnitError:
            return False
        return True

    def amount(self, n: int, c: int) -> _Amount:
        """What stands in a cell: a number, a mark for missing, an error, or text."""
        value = self.cells[n][c]
        if (n, c) in self.sheet.errors:
            return _Amount(None, "error")
        if value is None or isinstance(value, (datetime.datetime, datetime.date)):
            return _Amount(None, "text" if value is not None else "empty")
        if isinstance(value, bool):
            return _Amount(None, "text")
        if isinstance(value, (int, float)):
            good = value == value and abs(value) != float("inf")
            return (
                _Amount(float(value), "number", percent=(n, c) in self.sheet.percent) if good else _Amount(None, "text")
            )
        text = unicodedata.normalize("NFKC", value).strip().replace("−", "-").replace("﹣", "-")
        if MISSING_MARK.fullmatch(text) or MISSING_MARK.fullmatch(value):
            return _Amount(None, "missing")
        bare = FOOTNOTE.sub("", value.strip())
        marked = bare != value.strip()
        bare = unicodedata.normalize("NFKC", bare).strip().replace("−", "-")
        match = NUMBER_TEXT.fullmatch(bare)
        if not match or len(bare) > 60:
            return _Amount(None, "text")
        digits = re.sub(r"[,，' ]", "", match[1])
        rest = match[2].strip()
        grouped = re.sub(r"[' ]", ",", match[1].strip()).replace("，", ",")
        if "," in grouped and not re.fullmatch(
            r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?|[+-]?\d{1,4}(?:,\d{4})+(?:\.\d*)?", grouped
        ):
            return _Amount(None, "text")
        if rest and not is_unit(rest):
            return _Amount(None, "text")
        try:
            number = float(digits)
        except ValueError:
            return _Amount(None, "text")
        if abs(number) == float("inf"):
            return _Amount(None, "text")
        return _Amount(number, "number", percent=rest == "%", unit=rest, marked=marked)

    # ------------------------------------------------------------------ words around the table

    def unit_in(self, text: str) -> str:
        line = UNIT_LINE.search(text)
        if line and is_unit(line[1].strip()):
            return line[1].strip()
        for inside in BRACKETS.findall(text):
            if is_unit(inside):
                return inside.strip()
        return text.strip() if is_unit(text) and year_of(text) is None and not text.strip().isdigit() else ""

    def title_units(self, header: list[int], top: int) -> list[str]:
        units = []
        for number in header:
            for value in dict.fromkeys(str(v) for v in self.filled[number] if v is not None):
                line = UNIT_LINE.search(value)
                if not line:
                    units += [inside.strip() for inside in BRACKETS.findall(value) if number < top and is_unit(inside)]
                else:
                    units += [u.strip() for u in re.split(r"[、,，;；]", line[1]) if is_unit(u)]
        return list(dict.fromkeys(units))

    def variable_in(self, title: str) -> str | None:
        """The variable that a title names: the longest known name in it."""
        text = folded(title)
        if not text:
            return None
        inside = [name for name in self.names.variable_index if len(name) >= 3 and name in text]
        if not inside:
            return None
        longest = max(inside, key=len)
        codes = {self.names.variable_index[name] for name in inside if name not in longest or name == longest}
        return self.names.variable_index[longest] if len(codes) == 1 else None

    def whole_city(self, title: str) -> str | None:
        cities = self.cities()
        return cities[0] if len(cities) == 1 and "全市" in title + self.sheet.name else None

    def cities(self) -> list[str]:
        table = self.names.regions
        return list(table.loc[table["level"] == "city", "code"])[:3]

    def sisters(self) -> list[list[str]]:
        """The counties of each region that has any."""
        return [list(group["code"]) for parent, group in self.names.regions.groupby("parent") if parent]

    # ------------------------------------------------------------------ what is said

    def ask(self, kind: str, text: str, spot: str, candidates: list[str]) -> None:
        text = NUMBERING.sub("", str(text)).strip()[:80] or "*"
        entry = self.waiting.setdefault((kind, folded(text)), [text, spot, candidates, 0])
        entry[3] += 1

    def tell(self, phrase: str, spot: str = "", lost: int = 0, **values) -> None:
        self.made.told.append(Told(phrase, self.sheet.name, spot, values, lost))

    def check_totals(self) -> None:
        """Subtotals against the sum of the regions they stand under."""
        for total in self.made.totals:
            record = self.names.records[total.variable]
            if getattr(record, "aggregate", "") != "sum":
                continue
            alike = [f for f in self.made.facts if (f.year, f.variable) == (total.year, total.variable)]
            alike = [f for f in alike if f.region != "*" and f.region not in self.cities()]
            whole = folded(total.note).startswith("全")  # 全市 is all counties, 合计 what stands above it
            if len(alike) < 2 or (whole and len(alike) < max(map(len, self.sisters()), default=0)):
                continue
            added = sum(f.value * units.factor(f.unit, record.unit) for f in alike)
            said = total.value * units.factor(total.unit, record.unit)
            if abs(added - said) > max(0.005 * abs(said), 1e-9):
                facts = {
                    "total": f"{said:.10g}",
                    "sum": f"{added:.10g}",
                    "unit": record.unit,
                    "variable": total.variable,
                }
                self.tell("total_differs", total.spot, year=total.year, **facts)
