"""Request forms: a workbook for each department with what it is asked for, and nothing it has to guess.

Regions and variables are named by code beside their name, the unit stands in its column, known values are filled in
and locked; so a filled form reads back exactly, through the same door as everything else.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import xlsxwriter

from ecoanalysis import catalog, units
from ecoanalysis.formulas import FORMULAS
from ecoanalysis.intake.folder import Raw, read
from ecoanalysis.intake.recognise import TITLE
from ecoanalysis.words import Words

HOW_TO = (
    "{department}：请填写白色单元格；百分数填 95，不填 0.95；没有统计的请留空，不要填 0。"
    "灰色为已有数据，如有出入请在备注中说明。"
)
LEVEL_WORDS = re.compile(r"^(?:省|市|县|区|州)|[（(].*[)）]$")


def request_forms(
    data: Path | str, out: Path | str, *, years: int = 5, until: int | None = None, departments: list[str] | None = None
) -> list[Path]:
    """A request workbook for each department that leads or supports a target.

    Parameters
    ----------
    data, out : path
        The data folder, and the folder the forms go to.
    years : int
        How many years are asked for, the last of them `until`.
    until : int, optional
        The last year asked for; the year after the latest observation when not given.
    departments : list of str, optional
        Only these.

    Returns
    -------
    list of Path
        The workbooks, one a department, named after it.

    Raises
    ------
    ValueError
        A department is asked for that no target names; the message says which there are.
    OSError
        The folder cannot be written to.
    """
    raw = read(data)
    asked = asked_of(raw)
    unknown = sorted(set(departments or ()) - set(asked))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}; {', '.join(asked)}")
    latest = int(raw.observations["year"].max()) if len(raw.observations) else 2023
    last = until or latest + 1
    wanted = list(range(last - years + 1, last + 1))
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for department, items in asked.items():
        if departments is None or department in departments:
            path = out / (re.sub(r"[^\w-]", "_", department) + ".xlsx")
            _form(path, department, items, raw, wanted)
            made.append(path)
    return made


def asked_of(raw: Raw) -> dict[str, dict[str, list[str]]]:
    """For each department the indicators of its targets, and the statistics each of them needs from it.

    A supporting department is asked for the variables that the variables table lists under it, the leading one for the
    rest.
    """
    tables = raw.tables
    asked: dict[str, dict[str, list[str]]] = {}
    for target in raw.targets.to_dict("records"):
        indicator = tables.indicators[target["indicator"]]
        inputs = needed(indicator.code, tables)
        lead = target["lead_department"] or "—"
        supporting = [name for name in re.split(r"[;；]", target["supporting_departments"]) if name]
        left = []
        for name in inputs:
            keeper = tables.variables[name].department if name in tables.variables else ""
            holder = next((d for d in supporting if keeper and _plain(keeper) and _plain(keeper) in d), None)
            if holder:
                _add(asked, holder, indicator.code, name)
            else:
                left.append(name)
        for name in left:
            _add(asked, lead, indicator.code, name)
        if not inputs:
            asked.setdefault(lead, {}).setdefault(indicator.code, [])
    return asked


def _add(asked: dict, department: str, indicator: str, name: str) -> None:
    names = asked.setdefault(department, {}).setdefault(indicator, [])
    if name not in names:
        names.append(name)


def _plain(department: str) -> str:
    return LEVEL_WORDS.sub("", department)


def needed(indicator: str, tables: catalog.Catalog) -> list[str]:
    """The statistics that an indicator is made of: inputs that no formula gives; itself when it is reported."""
    if tables.indicators[indicator].kind == "checklist":
        return []
    asked: list[str] = []

    def look(name: str) -> None:
        formula = FORMULAS.get(name)
        if formula is None:
            if name in tables.variables or name == indicator:
                asked.append(name)
            return
        for parameter in inspect.signature(formula).parameters.values():
            if parameter.kind is not parameter.KEYWORD_ONLY:
                look(parameter.name)

    look(indicator)
    return list(dict.fromkeys(asked))


def _form(path: Path, department: str, items: dict[str, list[str]], raw: Raw, years: list[int]) -> None:
    tables = raw.tables
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#D9E5D6", "border": 1, "text_wrap": True, "valign": "vcenter"})
    title = book.add_format({"bold": True, "font_size": 14})
    locked = book.add_format({"border": 1, "bg_color": "#F2F2F2"})
    free = book.add_format({"border": 1, "locked": False})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    _page(book, department, items, raw, years, tables, title, head, locked, free)
    _explanations(book, items, raw, tables, title, head, wrap)
    book.close()


def _page(book, department, items, raw, years, tables, title, head, locked, free) -> None:
    page = book.add_worksheet("填报表")
    page.write(0, 0, TITLE, title)
    page.write(
        1,
        0,
        HOW_TO.format(department=department),
    )
    headers = ["序号", "指标名称", "变量代码", "地区代码", "地区", "计量单位", *years, "数据来源", "佐证材料", "备注"]
    for column, text in enumerate(headers):
        page.write(2, column, text, head)
    known = raw.observations[raw.observations["status"].astype(str) != "demo"]
    key = zip(known["region_code"].astype(str), known["year"], known["variable"].astype(str), strict=True)
    values = dict(zip(key, known["value"], strict=True))
    names = list(dict.fromkeys(name for inputs in items.values() for name in inputs))
    row, first_year = 3, 6
    for number, name in enumerate(names, 1):
        record = tables.variables.get(name) or tables.indicators[name]
        unit = printed_unit(record.unit)
        for region in raw.regions.to_dict("records"):
            cells = [number, record.name_zh, name, region["code"], region["name_zh"]]
            for column, text in enumerate(cells):
                page.write(row, column, text, locked)
            page.write_string(row, 5, unit, free)
            choices = _unit_choices(record.unit, unit)
            if len(choices) > 1:
                page.data_validation(row, 5, row, 5, {"validate": "list", "source": choices})
            for column, year in enumerate(years, first_year):
                value = values.get((region["code"], year, name))
                if value is None:
                    page.write_blank(row, column, None, free)
                else:
                    page.write_number(row, column, value, locked)
            page.data_validation(row, first_year, row, first_year + len(years) - 1, _limits(record))
            for column in range(first_year + len(years), len(headers)):
                page.write_blank(row, column, None, free)
            row += 1
    page.freeze_panes(3, first_year)
    page.set_column(0, 0, 6)
    page.set_column(1, 1, 34)
    page.set_column(2, 2, 22, None, {"level": 1})
    page.set_column(3, 5, 12)
    page.set_column(first_year + len(years), len(headers) - 1, 24)
    page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    page.set_landscape()
    page.repeat_rows(2)
    page.fit_to_pages(1, 0)


def _limits(record) -> dict:
    limits: dict = {"validate": "decimal", "error_type": "warning", "error_title": "请核对"}
    low, high = record.low, record.high
    if low is not None and high is not None:
        limits |= {
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_message": f"应在 {low:g} 与 {high:g} 之间",
        }
    elif low is not None:
        limits |= {"criteria": ">=", "value": low, "error_message": f"应不小于 {low:g}"}
    else:
        limits |= {"criteria": "between", "minimum": -1e12, "maximum": 1e12, "error_message": "应为数字"}
    return limits


def _explanations(book, items, raw, tables, title, head, wrap) -> None:
    page = book.add_worksheet("说明")
    page.write(0, 0, "各项说明", title)
    for column, text in enumerate(["规划序号", "指标", "所需统计", "目标", "依据"]):
        page.write(1, column, text, head)
    for row, (code, inputs) in enumerate(items.items(), 2):
        indicator = tables.indicators[code]
        needs = [(tables.variables.get(name) or tables.indicators[name]).name_zh for name in inputs]
        goals = raw.targets[raw.targets["indicator"] == code]
        goal = "；".join(_goal(target) for target in goals.to_dict("records"))
        cells = [indicator.label, indicator.name_zh, "；".join(needs) or "计划、数据、佐证材料", goal]
        for column, text in enumerate([*cells, Words("zh").source_of(indicator)]):
            page.write_string(row, column, str(text), wrap)
    page.set_column(0, 0, 10)
    page.set_column(1, 2, 40)
    page.set_column(3, 4, 36)
    page.protect("")


def _goal(target: dict) -> str:
    value = f" {target['value']:g} {target['unit']}" if target["value"] == target["value"] else ""
    return f"{target['comparison']}{value}（{target['due']}）"


@cache
def printed_unit(unit: str) -> str:
    """A canonical unit as forms print it: 万元 for 10⁴ CNY, 人 for person; the same size, so that numbers stay.

    >>> printed_unit("10⁴ CNY"), printed_unit("m³"), printed_unit("µg/m³")
    ('万元', '立方米', '微克/立方米')
    """
    chinese = {}
    for row in units._table():
        for alias in row["aliases"].split(";"):
            if re.fullmatch(r"[一-鿿]+", alias):
                chinese.setdefault(row["unit"], alias)
    words = []
    for part in unit.split("/"):
        multiple, _, name = part.rpartition(" ")
        many = {"": "", "10⁴": "万", "10⁸": "亿", "10⁶": "百万"}.get(multiple)
        words.append(f"{many}{chinese[name]}" if many is not None and name in chinese else part)
    text = "/".join(words)
    try:
        return text if units.factor(text, unit) == 1 else unit
    except units.UnitError:
        return unit


def _unit_choices(unit: str, shown: str) -> list[str]:
    """Units that a department may rather use, the form's own first."""
    others = "吨 万吨 万元 亿元 人 万人 公顷 平方公里 亩 万亩 立方米 万立方米 亿立方米 平方米 万平方米".split()
    made = [shown]
    for other in others:
        try:
            units.factor(other, unit)
        except units.UnitError:
            continue
        if other not in made:
            made.append(other)
    return made
