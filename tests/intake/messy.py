"""Deliberately messy tables after patterns of real yearbooks and 报送表, each with what must be understood and told.

`CASES` maps a name to a function that writes the file into a folder and returns a `Case`: the path, the facts as
(region, year, variable, value, unit), the open questions as (kind, text), and the phrases that must be told.
The figures are invented.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import xlwt

REGIONS = """code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size
620500,天水市,Tianshui,city,,14277,hill,other,medium_small
620502,秦州区,Qinzhou,county,620500,2442,hill,other,
620503,麦积区,Maiji,county,620500,3452,hill,other,
620523,甘谷县,Gangu,county,620500,1518.5,hill,other,
620525,张家川回族自治县,Zhangjiachuan,county,620500,1266.69,hill,other,
"""
Q, M, G, Z, CITY = "620502", "620503", "620523", "620525", "620500"
POP, GDP = "resident_population", "gdp_current"


@dataclass
class Case:
    path: Path
    facts: list[tuple]
    questions: list[tuple] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    totals: int = 0


CASES: dict[str, Callable[[Path], Case]] = {}


def case(function: Callable[[Path], Case]) -> Callable[[Path], Case]:
    CASES[function.__name__] = function
    return function


def book(path: Path, *sheets: tuple[str, list[list]], merged: dict | None = None, formats: dict | None = None) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
        for area in (merged or {}).get(name, ()):
            page.merge_cells(area)
        for spot, code in (formats or {}).get(name, {}).items():
            page[spot].number_format = code
    made.save(path)
    return path


@case
def yearbook_years_across(folder):
    path = book(
        folder / "年鉴2-1.xlsx",
        ("2-1", [
            ["2-1  各县区年末常住人口", None, None, None], ["单位：万人", None, None, None],
            ["县区", "2020年", "2021年", "2022年"],
            ["全市", 195.4, 194.3, None], ["秦州区", 65.2, 65.1, 65.0], ["麦积区", 55.5, 55.4, "…"],
            ["甘谷县", 50.2, 49.8, 49.6], ["张家川县", 24.5, 24.0, 23.8],
            ["注：2020年为人口普查数。", None, None, None],
        ]), merged={"2-1": ["A1:D1", "A2:D2"]},
    )  # fmt: skip
    facts = [(Q, 2020, POP, 65.2, "万人"), (Q, 2021, POP, 65.1, "万人"), (Q, 2022, POP, 65.0, "万人"),
             (M, 2020, POP, 55.5, "万人"), (M, 2021, POP, 55.4, "万人"), (G, 2020, POP, 50.2, "万人"),
             (G, 2021, POP, 49.8, "万人"), (G, 2022, POP, 49.6, "万人"), (Z, 2020, POP, 24.5, "万人"),
             (Z, 2021, POP, 24.0, "万人"), (Z, 2022, POP, 23.8, "万人")]  # fmt: skip
    return Case(path, facts, told=["note"], totals=2)


@case
def return_form_of_one_county(folder):
    path = book(
        folder / "甘谷县报送表.xlsx",
        ("Sheet1", [
            ["甘谷县生态文明建设指标数据报送表"], ["填报单位：甘谷县统计局", None, None, "填报日期：2023-03-01"],
            ["序号", "指标名称", "计量单位", "2021", "2022"],
            [1, "一、地区生产总值（现价）", "亿元", "1,234.50", "1,300"],
            [2, "其中：第一产业增加值", "亿元", 31.2, 32.5],
            [3, "2.常住人口", "万人", 49.8, 49.6],
            [4, "（三）行政村总数", "个", 405, 405],
        ]),
    )  # fmt: skip
    facts = [(G, 2021, GDP, 1234.5, "亿元"), (G, 2022, GDP, 1300, "亿元"),
             (G, 2021, "value_added_primary", 31.2, "亿元"), (G, 2022, "value_added_primary", 32.5, "亿元"),
             (G, 2021, POP, 49.8, "万人"), (G, 2022, POP, 49.6, "万人"), (G, 2021, "villages", 405, "个"),
             (G, 2022, "villages", 405, "个")]  # fmt: skip
    return Case(path, facts)


@case
def two_level_header_merged(folder):
    path = book(
        folder / "两级表头.xlsx",
        ("综合", [["地区", "2020年", None, "2021年", None], [None, "GDP（亿元）", "常住人口（万人）", "GDP（亿元）", "常住人口（万人）"],
                ["秦州", 210, 65, 220, 66], ["麦积", 180, 55, 190, 54]]),
        merged={"综合": ["A1:A2", "B1:C1", "D1:E1"]},
    )  # fmt: skip
    facts = [(Q, 2020, GDP, 210, "亿元"), (Q, 2020, POP, 65, "万人"), (Q, 2021, GDP, 220, "亿元"), (Q, 2021, POP, 66, "万人"),
             (M, 2020, GDP, 180, "亿元"), (M, 2020, POP, 55, "万人"), (M, 2021, GDP, 190, "亿元"), (M, 2021, POP, 54, "万人")]  # fmt: skip
    return Case(path, facts)


@case
def two_level_header_without_merges(folder):
    path = folder / "两级.csv"
    path.write_text(
        "地区,2020年,,2021年,\n,GDP（亿元）,常住人口（万人）,GDP（亿元）,常住人口（万人）\n秦州区,210,65,220,66\n",
        "utf-8",
    )
    facts = [
        (Q, 2020, GDP, 210, "亿元"),
        (Q, 2020, POP, 65, "万人"),
        (Q, 2021, GDP, 220, "亿元"),
        (Q, 2021, POP, 66, "万人"),
    ]
    return Case(path, facts)


@case
def indicators_across(folder):
    path = book(folder / "2022年各县区指标.xlsx", ("2022年", [
        ["2022年各县区主要指标"], ["县区", "生产总值(亿元)", "城镇化率(%)", "用水总量（万立方米）"],
        ["秦州区", 210.5, 62.1, 8120], ["麦积区", 180.2, 55.3, 9050]]))  # fmt: skip
    facts = [(Q, 2022, GDP, 210.5, "亿元"), (Q, 2022, "urbanisation_rate", 62.1, "%"), (Q, 2022, "water_use", 8120, "万立方米"),
             (M, 2022, GDP, 180.2, "亿元"), (M, 2022, "urbanisation_rate", 55.3, "%"), (M, 2022, "water_use", 9050, "万立方米")]  # fmt: skip
    return Case(path, facts)


@case
def regions_across(folder):
    path = book(folder / "按县区.xlsx", ("表3", [
        ["表3 农村生活污水治理情况（2022年）"], ["指标", "单位", "秦州区", "麦积区", "甘谷县"],
        ["行政村总数", "个", 420, 379, 405], ["完成生活污水治理的行政村数", "个", 131, 120, 96]]))  # fmt: skip
    facts = [(Q, 2022, "villages", 420, "个"), (M, 2022, "villages", 379, "个"), (G, 2022, "villages", 405, "个"),
             (Q, 2022, "villages_sewage_treated", 131, "个"), (M, 2022, "villages_sewage_treated", 120, "个"),
             (G, 2022, "villages_sewage_treated", 96, "个")]  # fmt: skip
    return Case(path, facts)


@case
def long_table_in_gbk(folder):
    path = folder / "长表gbk.csv"
    text = "地区,年份,指标,单位,数值,数据来源\r\n秦州区,2021年,常住人口,万人,65.1,统计公报\r\n620503,2021,GDP,亿元,190.4,统计公报\r\n"
    path.write_bytes(text.encode("gbk"))
    return Case(path, [(Q, 2021, POP, 65.1, "万人"), (M, 2021, GDP, 190.4, "亿元")], told=["read_as"])


@case
def tabs_in_utf16(folder):
    path = folder / "导出.txt"
    path.write_bytes("地区\t年份\t指标\t单位\t数值\r\n麦积区\t2020\t常住人口\t万人\t55.5\r\n".encode("utf-16"))
    return Case(path, [(M, 2020, POP, 55.5, "万人")], told=["read_as"])


@case
def semicolons_and_a_bom(folder):
    path = folder / "分号.csv"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + "地区;年份;指标;单位;数值\n甘谷县;2020;常住人口;万人;50,2\n甘谷县;2021;常住人口;万人;49.8\n".encode()
    )
    return Case(path, [(G, 2021, POP, 49.8, "万人")], told=["cell_text"])


@case
def only_carriage_returns(folder):
    path = folder / "mac.csv"
    path.write_bytes("地区,年份,指标,单位,数值\r秦州区,2020,常住人口,万人,65.2\r".encode())
    return Case(path, [(Q, 2020, POP, 65.2, "万人")])


@case
def old_xls(folder):
    path = folder / "旧格式.xls"
    made = xlwt.Workbook(encoding="utf-8")
    page = made.add_sheet("表1")
    for r, row in enumerate(
        [["单位：公顷", "", ""], ["县区", "2021年末", "2022年末"], ["秦州区", 13850, 13990], ["甘谷县", 10180, "—"]]
    ):
        for c, value in enumerate(row):
            page.write(r, c, value)
    made.save(str(path))
    return Case(path, [], questions=[("variable", "表1")])


@case
def open_document(folder):
    import zipfile

    rows = [["县区", "指标", "单位", "2022"], ["秦州区", "能源消费总量", "万吨标准煤", "182.5"]]
    cells = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="float" office:value="{v}"><text:p>{v}</text:p></table:table-cell>'
            if v.replace(".", "").isdigit() else
            f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>' for v in row
        ) + "</table:table-row>" for row in rows
    )  # fmt: skip
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
               f'<table:table table:name="能源">{cells}</table:table></office:spreadsheet></office:body></office:document-content>')  # fmt: skip
    path = folder / "能源.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:'
                         'tc:opendocument:xmlns:manifest:1.0"/>')  # fmt: skip
    return Case(path, [(Q, 2022, "energy_use", 182.5, "万吨标准煤")])


@case
def shares_by_cell_format(folder):
    path = book(folder / "比率.xlsx", ("率", [
        ["县区", "2021年森林覆盖率（%）", "2022年森林覆盖率（%）"], ["秦州区", 0.365, 0.371], ["麦积区", "45.2%", 45.6]]),
        formats={"率": {"B2": "0.0%", "C2": "0.0%"}})  # fmt: skip
    c = "forest_cover"
    return Case(
        path, [(Q, 2021, c, 36.5, "%"), (Q, 2022, c, 37.1, "%"), (M, 2021, c, 45.2, "%"), (M, 2022, c, 45.6, "%")]
    )


@case
def shares_that_could_be_either(folder):
    path = folder / "比率.csv"
    path.write_text(
        "县区,年份,指标,单位,数值\n秦州区,2021,森林覆盖率,%,0.365\n麦积区,2021,森林覆盖率,%,0.452\n", "utf-8"
    )
    return Case(path, [], questions=[("fraction", "森林覆盖率")])


@case
def marks_of_missing(folder):
    path = book(folder / "缺失.xlsx", ("1", [
        ["县区", "2018年", "2019年", "2020年", "2021年", "2022年"], ["常住人口（万人）"],
        ["秦州区", "—", "…", "/", "缺", 65.0], ["麦积区", "未统计", "无", "--", "", 55.1]]))  # fmt: skip
    return Case(path, [], questions=[("variable", "1")])


@case
def marks_of_missing_with_a_title(folder):
    path = book(folder / "缺失2.xlsx", ("1", [
        ["常住人口（单位：万人）"], ["县区", "2018年", "2019年", "2020年", "2021年", "2022年"],
        ["秦州区", "—", "…", "/", "缺", 65.0], ["麦积区", "未统计", "无", "--", None, 55.1]]))  # fmt: skip
    return Case(path, [(Q, 2022, POP, 65.0, "万人"), (M, 2022, POP, 55.1, "万人")])


@case
def full_width_and_footnotes(folder):
    path = book(folder / "全角.xlsx", ("1", [
        ["指标名称", "计量单位", "２０２１年", "2022年"], ["秦州区"],
        ["常住人口①", "万人", "６５．１", "65.0*"], ["GDP*", "亿元", "２１０．５", "1,020.5②"]]))  # fmt: skip
    facts = [
        (Q, 2021, POP, 65.1, "万人"),
        (Q, 2022, POP, 65.0, "万人"),
        (Q, 2021, GDP, 210.5, "亿元"),
        (Q, 2022, GDP, 1020.5, "亿元"),
    ]
    return Case(path, facts, told=["footnote"])


@case
def dates_and_plan_ends_as_years(folder):
    path = book(folder / "年份.xlsx", ("1", [
        ["县区", "指标", "单位", datetime.date(2021, 12, 31), "“十三五”末", "2022年末", "2023-12-31"],
        ["甘谷县", "常住人口", "万人", 49.8, 50.2, 49.6, 49.3]]))  # fmt: skip
    return Case(
        path,
        [
            (G, 2021, POP, 49.8, "万人"),
            (G, 2020, POP, 50.2, "万人"),
            (G, 2022, POP, 49.6, "万人"),
            (G, 2023, POP, 49.3, "万人"),
        ],
    )


@case
def regions_as_headings(folder):
    path = book(folder / "分区.xlsx", ("1", [
        ["指标", "单位", "2021年", "2022年"], ["秦州区"], ["常住人口", "万人", 65.1, 65.0], ["甘谷县"], ["常住人口", "万人", 49.8, 49.6]]))  # fmt: skip
    return Case(
        path,
        [
            (Q, 2021, POP, 65.1, "万人"),
            (Q, 2022, POP, 65.0, "万人"),
            (G, 2021, POP, 49.8, "万人"),
            (G, 2022, POP, 49.6, "万人"),
        ],
    )


@case
def region_once_for_several_rows(folder):
    path = book(folder / "合并地区.xlsx", ("1", [
        ["县区", "指标", "单位", "2022年"], ["秦州区", "常住人口", "万人", 65.0], [None, "GDP", "亿元", 220], ["麦积区", "常住人口", "万人", 55.1],
        [None, "GDP", "亿元", 190]]), merged={"1": ["A2:A3", "A4:A5"]})  # fmt: skip
    return Case(
        path,
        [
            (Q, 2022, POP, 65.0, "万人"),
            (Q, 2022, GDP, 220, "亿元"),
            (M, 2022, POP, 55.1, "万人"),
            (M, 2022, GDP, 190, "亿元"),
        ],
    )


@case
def two_tables_on_a_sheet(folder):
    path = book(folder / "两表.xlsx", ("1", [
        ["表1 常住人口（万人）"], ["县区", "2021年", "2022年"], ["秦州区", 65.1, 65.0], [None],
        ["表2 地区生产总值（亿元）"], ["县区", "2021年", "2022年"], ["秦州区", 215, 220]]))  # fmt: skip
    return Case(
        path,
        [
            (Q, 2021, POP, 65.1, "万人"),
            (Q, 2022, POP, 65.0, "万人"),
            (Q, 2021, GDP, 215, "亿元"),
            (Q, 2022, GDP, 220, "亿元"),
        ],
    )


@case
def a_sheet_for_each_county(folder):
    rows = [["指标", "单位", "2021年", "2022年"], ["常住人口", "万人", 65.1, 65.0]]
    path = book(folder / "分表.xlsx", ("秦州区", rows), ("麦积区", [rows[0], ["常住人口", "万人", 55.4, 55.1]]))
    return Case(
        path,
        [
            (Q, 2021, POP, 65.1, "万人"),
            (Q, 2022, POP, 65.0, "万人"),
            (M, 2021, POP, 55.4, "万人"),
            (M, 2022, POP, 55.1, "万人"),
        ],
    )


@case
def hidden_rows_and_sheets(folder):
    path = folder / "隐藏.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    page.title = "1"
    for row in [
        ["县区", "指标", "单位", "2022年"],
        ["秦州区", "常住人口", "万人", 65.0],
        ["麦积区", "常住人口", "万人", 55.1],
    ]:
        page.append(row)
    page.row_dimensions[3].hidden = True
    other = made.create_sheet("旧数")
    for row in [["县区", "指标", "单位", "2021年"], ["秦州区", "常住人口", "万人", 65.1]]:
        other.append(row)
    other.sheet_state = "hidden"
    made.save(path)
    return Case(
        path,
        [(Q, 2022, POP, 65.0, "万人"), (M, 2022, POP, 55.1, "万人"), (Q, 2021, POP, 65.1, "万人")],
        told=["hidden_rows", "hidden_sheet"],
    )


@case
def formulas_without_values_and_errors(folder):
    path = book(folder / "公式.xlsx", ("1", [
        ["县区", "指标", "单位", "2021年", "2022年"], ["秦州区", "常住人口", "万人", 65.1, "=D2-0.1"], ["麦积区", "常住人口", "万人", "#REF!", 55.1]]))  # fmt: skip
    return Case(path, [(Q, 2021, POP, 65.1, "万人"), (M, 2022, POP, 55.1, "万人")], told=["cell_error"])


@case
def words_where_numbers_belong(folder):
    path = book(folder / "文字.xlsx", ("1", [
        ["县区", "指标", "单位", "2021年", "2022年"], ["秦州区", "常住人口", "万人", "约65", 65.0], ["麦积区", "常住人口", "万人", "55.1万", "见附件"]]))  # fmt: skip
    return Case(path, [(Q, 2022, POP, 65.0, "万人")], told=["cell_text"])


@case
def growth_beside_level(folder):
    path = book(folder / "增速.xlsx", ("1", [
        ["2022年地区生产总值"], ["县区", "总量（亿元）", "比上年增长（%）"], ["秦州区", 220, 4.5], ["麦积区", 190, 3.8]]))  # fmt: skip
    return Case(path, [(Q, 2022, GDP, 220, "亿元"), (M, 2022, GDP, 190, "亿元")], told=["growth"])


@case
def unknown_indicator_and_region(folder):
    path = book(folder / "不认识.xlsx", ("1", [
        ["县区", "指标", "单位", "2022年"], ["秦州区", "农村污水治率", "%", 31.2], ["泰州区", "常住人口", "万人", 65.0], ["甘谷县", "常住人口", "万人", 49.6]]))  # fmt: skip
    return Case(path, [(G, 2022, POP, 49.6, "万人")], questions=[("variable", "农村污水治率"), ("region", "泰州区")])


@case
def unit_missing_or_wrong(folder):
    path = book(folder / "单位.xlsx", ("1", [
        ["县区", "指标", "单位", "2022年"], ["秦州区", "常住人口", "吨", 65.0], ["麦积区", "GDP", None, 190], ["甘谷县", "常住人口", "万人", 49.6]]))  # fmt: skip
    return Case(path, [(G, 2022, POP, 49.6, "万人")], questions=[("unit", "常住人口"), ("unit", "GDP")])


@case
def the_same_cell_twice_with_two_numbers(folder):
    path = book(folder / "矛盾.xlsx", ("1", [
        ["县区", "指标", "单位", "2022年"], ["秦州区", "常住人口", "万人", 65.0], ["秦州", "年末常住人口", "万人", 66.0], ["麦积区", "常住人口", "万人", 55.1]]))  # fmt: skip
    return Case(path, [(M, 2022, POP, 55.1, "万人")], told=["contradicts_itself"])


@case
def subtotal_that_does_not_add_up(folder):
    path = book(folder / "合计.xlsx", ("1", [
        ["地区生产总值（亿元）"], ["县区", "2022年"], ["秦州区", 220], ["麦积区", 190], ["合计", 500]]))  # fmt: skip
    return Case(path, [(Q, 2022, GDP, 220, "亿元"), (M, 2022, GDP, 190, "亿元")], told=["total_differs"], totals=1)


@case
def out_of_range(folder):
    path = book(folder / "越界.xlsx", ("1", [
        ["县区", "指标", "单位", "2022年"], ["秦州区", "空气质量优良天数", "天", 400], ["麦积区", "空气质量优良天数", "天", 340]]))  # fmt: skip
    return Case(path, [(M, 2022, "good_air_days", 340, "天")], told=["out_of_range"])


@case
def column_numbers_and_letters(folder):
    path = book(folder / "甲乙.xlsx", ("1", [
        ["指标名称", "计量单位", "秦州区", "麦积区"], ["甲", "乙", 1, 2], ["2022年"], ["常住人口", "万人", 65.0, 55.1]]))  # fmt: skip
    return Case(path, [(Q, 2022, POP, 65.0, "万人"), (M, 2022, POP, 55.1, "万人")])


@case
def units_in_the_cells(folder):
    path = book(
        folder / "带单位.xlsx",
        ("1", [["县区", "指标", "2022年"], ["秦州区", "常住人口", "65.0万人"], ["麦积区", "GDP", "190亿元"]]),
    )
    return Case(path, [(Q, 2022, POP, 65.0, "万人"), (M, 2022, GDP, 190, "亿元")])


@case
def full_names_with_the_city(folder):
    path = folder / "全称.csv"
    path.write_text(
        "地区,年份,指标,单位,数值\n天水市秦州区,2022,常住人口,万人,65.0\n张家川,2022,常住人口,万人,23.8\nGangu,2022,常住人口,万人,49.6\n",
        "utf-8",
    )
    return Case(path, [(Q, 2022, POP, 65.0, "万人"), (Z, 2022, POP, 23.8, "万人"), (G, 2022, POP, 49.6, "万人")])


@case
def whole_city_by_year(folder):
    path = book(folder / "全市.xlsx", ("1", [
        ["天水市主要指标"], ["年份", "地区生产总值（亿元）", "常住人口（万人）", "PM2.5年均浓度（μg/m3）"], ["2021年", 750.3, 297.1, 27], ["2022年", 813.9, 295.0, "26"]]))  # fmt: skip
    return Case(path, [(CITY, 2021, GDP, 750.3, "亿元"), (CITY, 2021, POP, 297.1, "万人"), (CITY, 2021, "pm25", 27, "μg/m3"),
                       (CITY, 2022, GDP, 813.9, "亿元"), (CITY, 2022, POP, 295.0, "万人"), (CITY, 2022, "pm25", 26, "μg/m3")])  # fmt: skip


@case
def several_units_in_the_title(folder):
    path = book(folder / "多单位.xlsx", ("1", [
        ["秦州区主要指标"], ["单位：万人、亿元"], ["指标", "2021年", "2022年"], ["常住人口", 65.1, 65.0], ["地区生产总值", 215, 220]]))  # fmt: skip
    return Case(
        path,
        [
            (Q, 2021, POP, 65.1, "万人"),
            (Q, 2022, POP, 65.0, "万人"),
            (Q, 2021, GDP, 215, "亿元"),
            (Q, 2022, GDP, 220, "亿元"),
        ],
    )


@case
def region_blocks_under_each_other(folder):
    path = book(folder / "指标.xlsx", ("Sheet1", [
        ["各县区主要指标"], ["秦州区"], ["年份", "常住人口（万人）", "地区生产总值（亿元）"],
        ["2021年末", 65.1, "210.5 "], ["2022年末", 65.0, "２２０.５"], [], ["麦积区"],
        ["年份", "常住人口（万人）", "地区生产总值（亿元）"], ["2021年末", 55.4, 180], ["2022年末", 55.3, 190]]))  # fmt: skip
    facts = [(Q, 2021, POP, 65.1, "万人"), (Q, 2022, POP, 65.0, "万人"), (M, 2021, POP, 55.4, "万人"),
             (M, 2022, POP, 55.3, "万人"), (Q, 2021, GDP, 210.5, "亿元"), (Q, 2022, GDP, 220.5, "亿元"),
             (M, 2021, GDP, 180, "亿元"), (M, 2022, GDP, 190, "亿元")]  # fmt: skip
    return Case(path, facts)


@case
def regions_under_merged_indicators_with_years_down(folder):
    path = book(folder / "分年.xlsx", ("表", [
        ["年份", "常住人口（万人）", None, "地区生产总值（亿元）", None], [None, "秦州区", "麦积区", "秦州区", "麦积区"],
        [2021, 65.1, 55.4, 210.5, 180]]), merged={"表": ["A1:A2", "B1:C1", "D1:E1"]})  # fmt: skip
    facts = [(Q, 2021, POP, 65.1, "万人"), (M, 2021, POP, 55.4, "万人"),
             (Q, 2021, GDP, 210.5, "亿元"), (M, 2021, GDP, 180, "亿元")]  # fmt: skip
    return Case(path, facts)


@case
def units_in_a_second_header_row_and_a_named_subtotal(folder):
    made, used = "solid_waste_generated", "solid_waste_utilised"
    path = book(folder / "固废.xlsx", ("表", [
        ["2022年各县区工业固废情况"], ["县区", "一般工业固体废物产生量", "一般工业固体废物综合利用量"],
        [None, "万吨", "吨"], ["秦州区", 1.2, 8000], ["麦积区", 0.8, "5 000①"], ["市区合计", 2.0, 13000],
        ["注：①为快报数。"]]))  # fmt: skip
    facts = [(Q, 2022, made, 1.2, "万吨"), (M, 2022, made, 0.8, "万吨"),
             (Q, 2022, used, 8000, "吨"), (M, 2022, used, 5000, "吨")]  # fmt: skip
    return Case(path, facts, told=["footnote", "note"], totals=2)


@case
def semicolons_with_decimal_commas(folder):
    path = folder / "decimal.csv"
    path.write_text("region;year;indicator;unit;value\nQinzhou;2021;resident_population;万人;65,1\n"
                    "Maiji;2022;GDP;亿元;1.220,5\n", encoding="utf-8")  # fmt: skip
    return Case(path, [(Q, 2021, POP, 65.1, "万人"), (M, 2022, GDP, 1220.5, "亿元")], told=["decimal_comma"])


@case
def old_workbook_with_dates_and_regions_in_the_headers(folder):
    made, path = xlwt.Workbook(), folder / "日期.xls"
    page, day = made.add_sheet("a"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, text in enumerate(["日期", "秦州区常住人口（万人）", "麦积区常住人口（万人）"]):
        page.write(0, column, text)
    page.write(1, 0, datetime.date(2021, 12, 31), day)
    page.write(1, 1, 65.1)
    page.write(1, 2, 55.4)
    made.save(str(path))
    return Case(path, [(Q, 2021, POP, 65.1, "万人"), (M, 2021, POP, 55.4, "万人")])


@case
def unit_in_the_title_and_a_bare_of_which(folder):
    path = book(folder / "万元.xlsx", ("表", [
        ["2022年各县区地区生产总值（单位：万元）"], ["县区", "2021年", "2022年"], ["秦州区", "2105000", "2205000 "],
        ["其中：", None, None], ["甘谷县", 900000, 950000]]))  # fmt: skip
    facts = [(Q, 2021, GDP, 2105000, "万元"), (Q, 2022, GDP, 2205000, "万元"),
             (G, 2021, GDP, 900000, "万元"), (G, 2022, GDP, 950000, "万元")]  # fmt: skip
    return Case(path, facts)
