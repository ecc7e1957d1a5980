"""The workbook, opened again: what the worked city comes to by hand, formulas, links, print set-up, and nothing that acts."""

import dataclasses
import math
import os
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from export import printed
from export.office_rules import against_the_schema, with_part
from openpyxl.styles import Font
from openpyxl.worksheet.properties import PageSetupProperties

import ecoanalysis as eco
from ecoanalysis.export import xlsx

SHEETS = {
    "zh": (
        "市领导表 县区对比 评估表 部门任务表 指标明细 预测 与上年相比 国家标准对照 材料齐备情况 材料 数据与来源 待核实 "
        "指标口径 说明"
    ).split(),
    "en": [
        *(
            "For the leaders",
            "Counties compared",
            "Assessment",
            "Who owes what",
            "One indicator",
            "Values and forecasts",
        ),
        *(
            "Since last year",
            "National editions",
            "Papers on file",
            "Evidence",
            "Data and sources",
            "To be verified",
            "Definitions",
            "About",
        ),
    ],
}
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value>
</prop></item></oor:items>"""


@pytest.fixture(scope="module")
def city(worked):
    return worked


@pytest.fixture(scope="module", params=["zh", "en"])
def book(request, city, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / f"assessment_{request.param}.xlsx"
    xlsx.write(city, path, request.param)
    return request.param, path


@pytest.fixture(scope="module")
def written(city, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "assessment.xlsx"
    xlsx.write(city, path, "zh")
    return path


@pytest.fixture(scope="module")
def numbers(written):
    """The workbook with what its formulas come to."""
    return openpyxl.load_workbook(written, data_only=True)


@pytest.fixture(scope="module")
def formulas(written):
    return openpyxl.load_workbook(written)


def rows(sheet, top: int = 1) -> list[dict]:
    head, *lines = sheet.iter_rows(min_row=top, values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def row(sheet, **wanted) -> dict:
    (hit,) = [one for one in rows(sheet) if all(one[name] == value for name, value in wanted.items())]
    return hit


def test_one_sheet_a_question_in_the_reader_s_language(book):
    lang, path = book
    assert openpyxl.load_workbook(path).sheetnames == SHEETS[lang]


@pytest.mark.whole
def test_the_file_keeps_the_schema_and_a_broken_one_is_noticed(book, tmp_path):
    """A row within a cell, where the schema allows none."""
    _, path = book
    assert against_the_schema(path) == []
    assert against_the_schema(with_part(path, tmp_path, "xl/worksheets/sheet3.xml", "<v>", "<row/><v>")) != []


def test_the_leaders_read_the_answer_first(numbers):
    sheet = numbers["市领导表"]
    assert sheet["A1"].value == "示例市生态文明建设指标可达性分析"
    assert sheet["A3"].value == "申报条件：尚不具备"
    said = [cell.value for cell in sheet["A"] if cell.value]
    assert "部分县区统计不公开，以演示数据代替；凡依赖演示数据的页面均标明“演示数据”，不代表实际情况。" in said
    assert any(str(text).startswith("方案点名的薄弱指标：农村生活污水治理率尚差 50 个村") for text in said)
    table = {line[1].value: [cell.value for cell in line] for line in sheet.iter_rows() if line[1].value}
    assert table["北县"][2] == "尚不具备" and table["地区"][3:7] == [
        "按期达标",
        "到期未达标",
        "其中约束性",
        "尚不能判定",
    ]
    park = table["城镇人均公园绿地面积"]
    assert park[0] == 28 and park[4:7] == [
        "7.59 平方米/人",
        "≥ 13 平方米/人",
        "5.41 平方米/人，合 89.2 公顷",
    ]
    assert park[7] == "住建局"


@pytest.mark.parametrize(
    ("region", "indicator", "expected"),
    [
        ("北县", "农村生活污水治理率", (28.960396, 11.039604, 45, "个村", 4.80198, 5.519802)),
        ("示例市", "农村生活污水治理率", (30.384615, 9.615385, 50, "个村", 4.846154, 4.807692)),
        ("南县", "城镇人均公园绿地面积", (12.505, 0.495, 4.95, "公顷", 0.3, 0.165)),
        ("北县", "城镇人均公园绿地面积", (0, 13, 84.24, "公顷", 0, 4.333333)),
        ("示例市", "城镇人均公园绿地面积", (7.587985, 5.412015, 89.19, "公顷", 0.182039, 1.804005)),
    ],
)
def test_ratio_gap_and_pace_are_what_a_pocket_calculator_says(numbers, formulas, region, indicator, expected):
    names = ("现状值", "差距", "差距数量", "数量单位", "近年速度", "所需速度")
    found = row(numbers["评估表"], 地区=region, 指标=indicator)
    assert [found[name] for name in names if name != "数量单位"] == pytest.approx(
        [value for value in expected if not isinstance(value, str)], abs=1e-6
    )
    assert found["数量单位"] == expected[3]
    live = row(formulas["评估表"], 地区=region, 指标=indicator)
    for name in ("差距", "差距数量", "近年速度", "所需速度"):
        assert str(live[name]).startswith("="), name
    assert str(live["现状值"]).startswith("=") or expected[0] == 0


def test_a_formula_says_where_its_number_comes_from(formulas):
    sheet = formulas["评估表"]
    head = [cell.value for cell in sheet[1]]
    line = next(k for k in range(2, 60) if (sheet.cell(k, 3).value, sheet.cell(k, 1).value) == ("北县", 25))
    at = {name: f"${openpyxl.utils.get_column_letter(x)}{line}" for x, name in enumerate(head, start=1)}
    assert sheet.cell(line, head.index("现状值") + 1).value == f"={at['分子']}/{at['分母']}*100"
    assert (sheet[at["分子"].lstrip("$")].value, sheet[at["分母"].lstrip("$")].value) == (117, 404)
    assert sheet.cell(line, head.index("差距") + 1).value == f"=MAX(0,{at['目标值']}-{at['现状值']})"


def test_a_value_leads_to_the_row_of_its_inputs(formulas):
    sheet, data = formulas["评估表"], formulas["数据与来源"]
    line = next(k for k in range(2, 60) if (sheet.cell(k, 3).value, sheet.cell(k, 1).value) == ("北县", 25))
    head = [cell.value for cell in sheet[1]]
    location = sheet.cell(line, head.index("现状值") + 1).hyperlink.location
    target = data[location.split("!")[1]]
    assert location.startswith("'数据与来源'!A") and target.value == "北县"
    found = {cell.value: data.cell(target.row, cell.column).value for cell in data[1]}
    assert (found["变量"], found["2023"]) == ("行政村总数", 404) and found["位置"].startswith(
        "statistics/villages.csv:"
    )
    assert found["编号 2023"].startswith("villages.csv:")


def test_rows_stand_in_the_order_of_the_plan_and_codes_are_hidden(numbers):
    sheet = numbers["评估表"]
    table = rows(sheet)
    for region in ("示例市", "北县", "南县"):
        items = [one["序号"] for one in table if one["地区"] == region]
        assert items == sorted(items) and all(isinstance(number, int) for number in items)
    head = [cell.value for cell in sheet[1]]
    hidden = {name for x, name in enumerate(head, start=1) if hides(sheet, x)}
    assert {"地区代码", "指标代码", "检索键"} <= hidden and "地区" not in hidden


def hides(sheet, x: int) -> bool:
    """Columns of one look are kept as a range."""
    for dimension in sheet.column_dimensions.values():
        first = openpyxl.utils.column_index_from_string(dimension.index)
        if (dimension.min or first) <= x <= (dimension.max or first):
            return bool(dimension.hidden)
    return False


def test_every_statement_is_in_words_and_demo_data_say_so(numbers):
    north = row(numbers["评估表"], 地区="北县", 指标="集中式饮用水水源地水质优良比例")
    assert north["数据状态"] == "演示数据" and north["结论"].endswith("【演示数据】")
    assert north["结论"].startswith("2023 年为 100 %，应达 100 %，已全部完成")
    sewage = row(numbers["评估表"], 地区="北县", 指标="农村生活污水治理率")["结论"]
    assert sewage.startswith("2023 年为 29.0 %，目标 2025 年底不低于 40 %，尚差 11.0 个百分点，合 45 个村；")
    assert (
        row(numbers["评估表"], 地区="南县", 指标="公众对生态文明建设的参与度")["现状值"] is None
    )  # missing is no zero


def test_the_selector_drives_sentence_and_chart(numbers, formulas):
    sheet, live = numbers["指标明细"], formulas["指标明细"]
    lists = {str(rule.sqref): rule.formula1 for rule in live.data_validations.dataValidation}
    assert lists == {"B2": "$U$1:$U$3", "B3": "$V$1:$V$14"}
    assert [live.cell(k, 21).value for k in (1, 2, 3)] == ["示例市", "北县", "南县"]
    assert (sheet["B2"].value, sheet["B3"].value) == ("示例市", "28 城镇人均公园绿地面积")
    assert live["B4"].value.startswith('=MATCH($B$2&"|"&$B$3,') and "评估表" in live["B4"].value
    assert sheet["A7"].value.startswith("2023 年为 7.59 平方米/人，目标 2023 年底不低于 13 平方米/人")
    assert sheet["A26"].value == "示例市 · 28 城镇人均公园绿地面积" and "【演示数据】" in live["A26"].value
    (chart,) = live._charts
    assert [series.val.numRef.f for series in chart.series] == [f"指标明细!${c}$28:${c}$40" for c in "BCDEF"]
    years = [sheet.cell(k, 1).value for k in range(28, 41)]
    assert years == list(range(2014, 2027))
    assert sheet["B37"].value == pytest.approx(7.587985) and sheet["F37"].value == 13
    assert sheet["B38"].value == "#N/A" and sheet["C37"].value == "#N/A"


def test_sheets_print_on_their_width_with_headings_and_page_numbers(book):
    lang, path = book
    for sheet in openpyxl.load_workbook(path):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.fitToWidth or 1) == 1 and sheet.page_setup.paperSize in (8, 9)
        assert "&P / &N" in sheet.oddFooter.center.text or "&P" in sheet.oddFooter.center.text
        mark = {"zh": "演示数据", "en": "demo data"}[lang]
        assert mark in sheet.oddFooter.left.text
        for table in sheet.tables.values():
            if sheet.title not in (SHEETS[lang][0],):
                assert sheet.print_title_rows == "$1:$1" and table.ref.startswith("A1:"), sheet.title


def test_what_is_read_of_the_assessment_is_printed_and_the_reckoning_stays_off_paper(formulas):
    """The demo mark of a value is on paper with it; the sentence stands in the chapter, and here on the screen."""
    sheet = formulas["评估表"]
    printed = sheet[sheet.print_area.split("!")[-1].replace("$", "")]
    head = [cell.value for cell in printed[0]]
    assert head[-1] == "牵头部门" and "数据状态" in head and len(printed) == sheet.max_row
    assert sheet.cell(1, len(head) + 1).value == "结论"


@pytest.mark.parametrize(("lang", "most"), [pytest.param("zh", 50, marks=pytest.mark.slow), ("en", 58)])
def test_the_shipped_workbook_prints_few_pages_in_words_of_seven_points(shipped, tmp_path, lang, most):
    """The English one is the longer; it takes some seconds, as it has 900 rows of data."""
    xlsx.write(shipped, tmp_path / "book.xlsx", lang)
    laid_out = printed.of(tmp_path / "book.xlsx")
    assert sum(sheet.pages for sheet in laid_out.values()) <= most
    assert {name: sheet.points for name, sheet in laid_out.items() if sheet.points < 7} == {}


def test_pages_and_points_of_a_print_set_up_worked_by_hand(tmp_path):
    """A4 upright with margins of half an inch: 523.3 by 769.9 pt. A column of 100 digits and five pixels is 528.75 pt wide, so
    98 %: ten points become 9.8, and 785 pt of rows go on a page: its head of 30 and 37 rows of 20. 80 rows: three pages."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.column_dimensions["A"].width = 100 + 5 / 7
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "portrait"
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.5)
    for y in range(1, 82):
        sheet.cell(y, 1, "x").font = Font(sz=10)
        sheet.row_dimensions[y].height = 20 if y > 1 else 30
    sheet.print_title_rows = "1:1"
    book.save(tmp_path / "a.xlsx")
    assert list(printed.of(tmp_path / "a.xlsx").values()) == [printed.Printed(3, 9.8)]
    sheet.page_setup.fitToHeight = 1
    book.save(tmp_path / "a.xlsx")
    assert list(printed.of(tmp_path / "a.xlsx").values()) == [printed.Printed(1, 4.7)]  # 769.9 of 1,630 pt


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdfinfo")), reason="no LibreOffice here to print with"
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shipped_workbook_prints_at_most_58_pages(shipped, tmp_path, lang):
    xlsx.write(shipped, tmp_path / "book.xlsx", lang)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")], check=True, capture_output=True)
    told = subprocess.run(["pdfinfo", str(tmp_path / "book.pdf")], check=True, capture_output=True, text=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", told).group(1)) <= 58
    words_ = subprocess.run(["pdftotext", str(tmp_path / "book.pdf"), "-"], check=True, capture_output=True, text=True)
    assert "###" not in words_.stdout  # a number too long for its column


def test_large_numbers_have_room(small, tmp_path):
    """Ten digits and three commas in a column that shows them; 0.5 keeps its decimal."""
    observations = small.observations.assign(
        value=small.observations["value"].where(small.observations["value"] > 25, 0.5)
    )
    observations.loc[observations["variable"] == "hazardous_waste_generated", "value"] = 1_234_567_890.0
    xlsx.write(dataclasses.replace(small, observations=observations), tmp_path / "a.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["数据与来源"]
    (x,) = [cell.column for cell in sheet[1] if cell.value == "2023"]
    shapes = {cell.value: cell.number_format for (cell,) in sheet.iter_rows(min_row=2, min_col=x, max_col=x)}
    assert shapes[1_234_567_890] == "#,##0" and shapes[0.5] == "#,##0.###"
    assert printed.width(sheet, x) >= 0.75 * 7 * len("1,234,567,890")


def test_verdicts_are_marked_by_rules_that_follow_a_sorted_row(formulas):
    sheet = formulas["县区对比"]
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert '"难达标"' in {rule.formula[0] for rule in rules}
    assert next(k for k in rows(sheet) if k["序号"] == 25)["北县"] in ("易达标", "努力可达", "难达标", "需专项措施")


def test_what_has_to_be_verified_is_one_list(numbers):
    table = rows(numbers["待核实"])
    told = {(one["类别"], one["地区"]): one["问题"] for one in table}
    assert told["数据较早", "南县"] == "10 林草覆盖率：最近数据为 2021 年，请补报。"
    assert any(kind == "国家标准未核实" for kind, _ in told)


def test_nobody_but_the_reader_is_named_in_the_file(written):
    with zipfile.ZipFile(written) as archive:
        about = archive.read("docProps/core.xml").decode()
    assert "<dc:title>示例市生态文明建设指标可达性分析</dc:title>" in about
    assert "<dc:creator></dc:creator>" in about and "python" not in about.casefold()


def test_text_that_looks_like_a_formula_stays_text(small, tmp_path):
    bad = '=HYPERLINK("x")'
    observations, regions, targets = small.observations.copy(), small.regions.copy(), small.targets.copy()
    observations["source"] = bad
    regions["name_zh"] = bad + regions["code"]
    targets["lead_department"] = "{=1+1}"
    changed = dataclasses.replace(small, observations=observations, regions=regions, targets=targets, cache={})
    path = tmp_path / "assessment.xlsx"
    xlsx.write(changed, path, "zh")
    book = openpyxl.load_workbook(path)
    assert book["数据与来源"]["A2"].value == bad + "C1" and book["数据与来源"]["A2"].data_type == "s"
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith(("xl/worksheets/sheet", "xl/charts/"))]
        assert len(sheets) > 10
        for name in sheets:
            xml = archive.read(name).decode()
            ours = "".join(part.split("</f>")[0] for part in xml.split("<f>")[1:])
            assert "HYPERLINK(" not in ours and "1+1" not in ours, name
            assert "<c:f>HYPERLINK" not in xml
        links = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels"))
        assert "External" not in links


def test_names_alike_get_their_codes(small, tmp_path):
    regions = small.regions.assign(name_zh="同名县")
    xlsx.write(dataclasses.replace(small, regions=regions), tmp_path / "a.xlsx", "zh")
    table = rows(openpyxl.load_workbook(tmp_path / "a.xlsx")["评估表"])
    assert {one["地区"] for one in table} == {"同名县 (C)", "同名县 (C1)", "同名县 (C2)"}


def test_a_folder_without_a_number_still_makes_a_workbook(folder, tmp_path):
    folder.write("regions.csv", folder.path.joinpath("regions.csv").read_text().replace("乙县", "乙" * 20 + "县"))
    xlsx.write(eco.analyse(folder.path, 2023), tmp_path / "a.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert (
        book["One indicator"]["A1"].value == "Nothing here" and book["Data and sources"]["A1"].value == "Nothing here"
    )


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice here to reckon the formulas")
def test_libreoffice_reckons_what_the_analysis_says(written, tmp_path):
    """Every stored number is spoilt first, so that what comes back has been reckoned."""
    spoilt, profile = tmp_path / "spoilt.xlsx", tmp_path / "profile/user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    book = openpyxl.load_workbook(written)  # formulas without what they come to
    book.save(spoilt)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "out"), str(spoilt)], check=True, capture_output=True, timeout=300,
        env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    live = openpyxl.load_workbook(written)
    ours = openpyxl.load_workbook(written, data_only=True)
    theirs = openpyxl.load_workbook(tmp_path / "out/spoilt.xlsx", data_only=True)
    compared = 0
    for sheet in live:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    mine, other = ours[sheet.title][cell.coordinate].value, theirs[sheet.title][cell.coordinate].value
                    if isinstance(mine, int | float):
                        assert math.isclose(mine, other, rel_tol=1e-9, abs_tol=1e-9), (sheet.title, cell.coordinate)
                    else:
                        assert (mine or "") == (other or ""), (sheet.title, cell.coordinate)
                    compared += 1
    assert compared > 150


def test_who_owes_what(numbers):
    """Every target of the city with who leads it, what is missing and which papers are; the reckoning is the worked city's."""
    owed = row(numbers["部门任务表"], 序号=12, 分项="a")
    assert owed["牵头部门"] == "生态环境局" and owed["差距"] == "0.06 个百分点，合 5.65 吨" and owed["节点年"] == 2026
    assert owed["可达性"] == "需重点攻关" and owed["佐证材料"] == "尚未提供"


def test_papers_are_counted_by_region_department_and_field(book):
    """By hand: north has nine papers of three items, south seven, of its plan only one of three; three a kind and item."""
    lang, path = book
    sheet = openpyxl.load_workbook(path, data_only=True)[{"zh": "材料齐备情况", "en": "Papers on file"}[lang]]
    rows = {row[1]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    north, south, whole = (
        ("北县", "南县", "示例市") if lang == "zh" else ("North County", "South County", "Example City")
    )
    lead = "生态环境局" if lang == "zh" else "Ecology and Environment Bureau"
    assert rows[north][2:8] == (48, 9, 0, 0, 0, 39) and rows[south][2:8] == (51, 7, 0, 0, 2, 42)
    assert rows[whole][2:8] == (45, 0, 0, 0, 0, 45) and rows[whole][8] == 0
    assert rows[lead][2:8] == (72, 16, 0, 0, 2, 54) and rows[lead][8] == pytest.approx(16 / 72)
    by = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    for kind in dict.fromkeys(by[3:]):  # each way of counting comes to the same papers
        assert sum(row[3] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == kind) == 16
    formulas = openpyxl.load_workbook(path)[sheet.title]
    assert formulas["I2"].value == '=IF(C2=0,"",D2/C2)'


def test_of_many_regions_the_first_ones_details_are_printed(folder, tmp_path):
    """Nine regions: the city's row and its header are printed of every target, and the sheet of explanations says so."""
    names = "".join(f"C{i},第{i}县,County {i},county,C,100,hill,other,\n" for i in range(1, 9))
    head = "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size\n"
    folder.write("regions.csv", head + "C,甲市,City A,city,,800,hill,other,medium_small\n" + names)
    folder.target("rural_sewage_treatment_rate", ">=", 40, "%")
    for i in range(1, 9):
        folder.add((f"C{i}", 2023, "villages", 10, "village"), (f"C{i}", 2023, "villages_sewage_treated", 3, "village"))
    xlsx.write(eco.analyse(folder.path, 2023, paths=50), tmp_path / "nine.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "nine.xlsx")
    sheet = book["评估表"]
    regions = [row[2].value for row in sheet.iter_rows(min_row=2) if row[2].value]
    last = int(sheet.print_area.rsplit("$", 1)[1])
    assert last - 1 == regions.count("甲市") < len(regions) and set(regions[: last - 1]) == {"甲市"}
    told = [row[1].value for row in book["说明"].iter_rows()]
    assert "地区超过 8 个时，各明细表只打印甲市的行；其他地区的行在屏幕上筛选、查看。" in told


def lines_of(sheet) -> list[list]:
    """Rows of a sheet without their empty cells."""
    return [[cell for cell in line if cell is not None] for line in sheet.iter_rows(values_only=True)]


def test_the_leaders_see_every_region_s_counts(numbers):
    """North missed three advisory items and no binding one; of South's six four are binding."""
    table = lines_of(numbers["市领导表"])
    top = table.index(
        ["序号", "地区", "申报条件", "按期达标", "到期未达标", "其中约束性", "尚不能判定", "未达标的约束性指标"]
    )
    common = "水环境质量、危险废物利用处置率、突发生态环境事件应急管理机制"
    assert table[top + 1 : top + 4] == [
        [1, "示例市", "尚不具备", 3, 6, 3, 3, common],
        [2, "北县", "尚不具备", 8, 3, 0, 2],
        [3, "南县", "尚不具备", 2, 6, 4, 5, f"{common}、自然生态空间"],
    ]
    pressing = [line for line in table[top + 5 :] if isinstance(line[0], int)]
    assert [line[0] for line in pressing] == [28, 25, 14, 8, 12, 24, 32, 10, 36]
    assert pressing[1] == [
        25,
        "农村生活污水治理率",
        "参考性",
        "难达标",
        "30.4 %",
        "≥ 40 %",
        "9.6 个百分点，合 50 个村",
        "生态环境局",
    ]


def test_a_demo_value_that_presses_is_marked(small, tmp_path):
    """C2's villages are demo data, and so is what the city makes of them: 88 of 300."""
    xlsx.write(small, tmp_path / "a.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["市领导表"]
    (row_,) = [line for line in lines_of(sheet) if "农村生活污水治理率" in line[1:2]]
    assert "29.3 %【演示数据】" in row_


def test_dates_and_chances_stand_in_their_own_columns(numbers, city):
    """Sewage in towns is met and has to be held; sewage in villages is open; each has the chance that is asked of it."""
    met, open_ = (row(numbers["评估表"], 地区="示例市", 序号=number) for number in (24, 25))
    towns, villages = city["示例市", "24"], city["示例市", "25"]
    assert (met["到期"], met["节点年"], open_["到期"], open_["节点年"]) == (2023, 2026, 2025, 2025)
    assert met["达标概率"] is None and met["保持概率"] == towns.p_hold < 1 == towns.p_reach
    assert open_["达标概率"] == villages.p_reach != villages.p_hold == open_["保持概率"]
    parts = [row(numbers["评估表"], 地区=name, 序号=25) for name in ("北县", "南县")]
    assert [(one["差距数量"], one["对全市差距的份额"]) for one in parts] == [(45, 40), (11, 10)]


def test_counties_stand_beside_each_other_each_under_its_own_name(numbers):
    table = {line[1]: line[2:] for line in lines_of(numbers["县区对比"]) if isinstance(line[0], int)}
    assert table["林草覆盖率"] == ["努力可达", "需专项措施", "易达标"]
    assert table["自然生态空间"] == ["已达标", "已达标", "重点攻关"]
    assert table["生态文明建设规划"] == ["待补材料", "材料齐全", "待补材料"]


def test_before_and_now_the_plan_and_the_nation_are_not_exchanged(numbers):
    moved = row(numbers["与上年相比"], 地区="示例市", 序号=24)
    assert (moved["变动"], moved["上年可达性"], moved["可达性"]) == ("前进", "难达标", "已达标，需巩固")
    assert (moved["上年数值年份"], moved["上年数值"], moved["现状年份"], moved["现状值"]) == (2022, 94, 2023, 95)
    held = row(numbers["国家标准对照"], 地区="示例市", 序号=25)
    assert (held["目标值"], held["国家标准"], held["对照"], held["核实情况"]) == (40, 50, "低于国家标准", "未核实")
    sewage = row(numbers["部门任务表"], 序号=25)
    assert (
        sewage["节点年"] == 2025 and sewage["牵头部门"] == "生态环境局" and sewage["差距"] == "9.6 个百分点，合 50 个村"
    )


def test_the_chosen_indicator_shows_its_own_facts_bands_and_regions(numbers, city):
    sheet, parks = numbers["指标明细"], city["示例市", "28"]
    facts = dict(zip(*([cell.value for cell in sheet[k][:9]] for k in (5, 6)), strict=True))
    assert facts["目标值"] == 13 and facts["差距"] == pytest.approx(5.412015) and facts["牵头部门"] == "住建局"
    assert facts["达标概率"] == parks.p_reach and facts["保持概率"] == parks.p_hold
    assert [cell.value for cell in sheet[27][1:6]] == ["历年数值", "80 % 区间下限", "预测中位", "80 % 区间上限", "目标"]
    for line in (38, 39, 40):
        low, middle, high = (sheet.cell(line, x).value for x in (3, 4, 5))
        assert 7 < low < middle < high < 9
    beside = [(sheet.cell(k, 8).value, sheet.cell(k, 9).value) for k in (28, 29, 30)]
    assert beside == [("示例市", pytest.approx(7.587985)), ("北县", 0), ("南县", 12.505)]


def test_chances_of_the_chosen_indicator_are_kept_each_beside_its_own_formula(worked, tmp_path):
    """What a cell holds until a program reckons it: both chances of parks are nil in the worked city, so they are given."""
    rows = worked.assessment.copy()
    here = (rows["region_code"] == worked.city) & (rows["indicator"] == "park_area_per_head")
    rows.loc[here, ["p_reach", "p_hold"]] = (0.25, 0.125)
    xlsx.write(dataclasses.replace(worked, assessment=rows, cache={}), tmp_path / "a.xlsx", "zh")
    kept = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["指标明细"]
    facts = dict(zip(*([cell.value for cell in kept[k][:9]] for k in (5, 6)), strict=True))
    assert kept["B3"].value == "28 城镇人均公园绿地面积" and (facts["达标概率"], facts["保持概率"]) == (0.25, 0.125)


def test_what_a_selector_finds_is_the_row_of_its_region_and_indicator(numbers, formulas):
    """The stored place is that of the row whose key the two choices make."""
    table = rows(numbers["评估表"])
    keys = [one["检索键"] for one in table]
    assert [key.split("|")[0] for key in keys] == [one["地区"] for one in table]
    assert all(key.split("|")[1].endswith(one["指标"]) for key, one in zip(keys, table, strict=True))
    assert len(set(keys)) > 40
    chosen = numbers["指标明细"]
    assert keys[chosen["B4"].value - 1] == f"{chosen['B2'].value}|{chosen['B3'].value}"
    drawn = [one["检索键"] for one in rows(numbers["预测"])]
    assert drawn[chosen["D4"].value - 1] == f"{chosen['B2'].value}|{chosen['B3'].value}"


def test_years_of_a_series_hold_their_own_values_and_bands_are_in_order(numbers):
    """North treated 117 of 404 villages in 2023 and 98 the year before."""
    north = row(numbers["预测"], 地区="北县", 指标="农村生活污水治理率")
    assert north["2023"] == pytest.approx(100 * 117 / 404)
    assert north["2022"] == pytest.approx(100 * 98 / 404) and north["数据状态"] == "实测统计"
    for year in (2024, 2025, 2026):
        low, middle, high = (north[f"{year} {name}"] for name in ("80 % 下限", "中位", "80 % 上限"))
        assert low < middle < high


def test_who_leads_and_who_supports_stand_each_in_a_column_of_its_own(small, tmp_path):
    xlsx.write(small, tmp_path / "a.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for sheet in ("部门任务表", "评估表"):
        sewage = next(one for one in rows(book[sheet]) if one["序号"] == 25)
        assert (sewage["牵头部门"], sewage["配合部门"]) == ("环保局", "水务局、农业局"), sheet


def test_the_chart_of_the_chosen_indicator_reads_each_line_from_its_own_column(formulas):
    """Lower bound, median and upper bound of 2025 stand in the columns that say so."""
    sheet, series = formulas["指标明细"], formulas["预测"]
    (line,) = [cell.row for cell in sheet["A"] if cell.value == 2025]
    for column, head in (("C", "2025 80 % 下限"), ("D", "2025 中位"), ("E", "2025 80 % 上限"), ("F", "目标值")):
        (read,) = set(re.findall(r"INDEX\('?预测'?!\$([A-Z]+)\$2", sheet[f"{column}{line}"].value))
        assert series[f"{read}1"].value == head


def test_what_is_doubtful_stands_with_its_own_region_and_place(numbers):
    told = {one["问题"]: (one["地区"], one["位置"]) for one in rows(numbers["待核实"])}
    (south,) = [found for text, found in told.items() if text.startswith("南县 2020 年城镇污水处理量为 676 ")]
    assert south == ("南县", "statistics/towns.csv:78")


def test_a_source_and_its_address_are_parted_and_a_paper_has_its_title(small, numbers, tmp_path):
    observations = small.observations.assign(source="年鉴 第 88 页 https://example.org/88.htm")
    xlsx.write(dataclasses.replace(small, observations=observations), tmp_path / "a.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["数据与来源"]
    assert {(one["来源"], one["来源网址"]) for one in rows(sheet)} == {("年鉴 第 88 页", "https://example.org/88.htm")}
    printed_to = openpyxl.utils.range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))[2]
    assert [cell.value for cell in sheet[1]].index("来源网址") >= printed_to  # for the screen
    plan = row(numbers["材料"], 材料名称="北县规划2023年工作计划")
    assert (plan["地区"], plan["年份"], plan["存放位置"]) == ("北县", 2023, "example/990001/plan.pdf")
