"""The workbook, opened again: its sheets say what the tables say, and what a small folder comes to by hand."""

import dataclasses
import zipfile

import numpy as np
import openpyxl
import pytest

from ecoanalysis.export import xlsx

SHEETS = {
    "zh": [
        *"总的判断 说明 一览 评估 预测图 指标结果 预测 与上年相比".split(),
        *"国家标准对照 本级与合计差异 材料 指标目录 系数 观测与来源 略过的行 待核对".split(),
    ],
    "en": [
        *("Headline", "About", "Matrix", "Assessment", "Forecast chart", "Results", "Forecasts", "Since last year"),
        *("National editions", "Discrepancies", "Evidence", "Catalogue", "Coefficients", "Observations"),
        *("Rows left out", "To check"),
    ],
}


@pytest.fixture(scope="module")
def opened(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "assessment.xlsx"
    xlsx.write(small, path, "zh")
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module", params=["zh", "en"])
def shipped_book(request, analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "assessment.xlsx"
    xlsx.write(analysis, path, request.param)
    return request.param, openpyxl.load_workbook(path)


def columns(sheet) -> dict[str, list]:
    head, *rows = sheet.iter_rows(values_only=True)
    assert len(set(head)) == len(head), head
    return {name: list(values) for name, values in zip(head, zip(*rows, strict=True), strict=True)}


def row(table: dict[str, list], **wanted) -> dict:
    hits = [k for k in range(len(next(iter(table.values())))) if all(table[n][k] == v for n, v in wanted.items())]
    assert len(hits) == 1
    return {name: values[hits[0]] for name, values in table.items()}


def test_the_headline_comes_first_the_city_before_its_counties(opened):
    assert opened.sheetnames[0] == "总的判断"
    table = columns(opened["总的判断"])
    assert table["地区"] == ["甲市", "乙县", "丙县"]
    assert (table["按期达标"], table["到期未达标"], table["其中约束性"]) == ([0, 0, 1], [1, 1, 0], [1, 1, 0])
    assert table["申报条件"] == ["尚不具备", "尚不具备", "已具备"]
    assert "约束性指标到期未达标 1 项：危险废物利用处置率。" in table["结论"][0]
    assert table["结论"][2].endswith("【演示数据】") and not table["结论"][1].endswith("【演示数据】")


def test_rows_are_high_enough_for_their_sentences(opened):
    """Sentence by sentence a line at least, which not every program reckons by itself."""
    sheet = opened["总的判断"]
    for y in (2, 3, 4):
        assert sheet.row_dimensions[y].height >= 14 * (sheet.cell(y, 8).value.count("\n") + 1)
    # 130 wide glyphs and 5 narrow ones in a column of 64: five lines.
    assert xlsx._lines("长" * 130 + "12345", 64) == 5 and xlsx._lines("a\nb", 64) == 2


def test_the_assessment_reads_as_hand_reckoned(opened):
    """C1: 80 villages less 58; C2: 40 less 30; 995 t of 1000 t."""
    table = columns(opened["评估"])
    sewage = row(table, 地区="乙县", 指标="农村生活污水治理率")
    assert sewage["现状值"] == pytest.approx(29) and sewage["差距"] == pytest.approx(11)
    assert (sewage["差距数量"], sewage["数量单位"], sewage["对全市差距的份额"]) == (22, "个村", 22)
    assert (sewage["牵头部门"], sewage["配合部门"], sewage["方案点名薄弱"]) == ("环保局", "水务局、农业局", "是")
    assert sewage["要求类型"] == "数值目标" and sewage["数据状态"] == "实测统计"
    assert sewage["结论"].startswith(
        "2023 年为 29.0 %，目标 2025 年底不低于 40 %，尚差 11.0 个百分点，合 22 个村；2025 年达标概率"
    )
    waste = row(table, 地区="乙县", 指标="危险废物利用处置率")
    assert (waste["到期是否达标"], waste["尚未完成数"], waste["要求类型"]) == ("否", 5, "法定职责")
    assert row(table, 地区="丙县", 指标="危险废物利用处置率")["到期是否达标"] == "是"
    assert row(table, 地区="丙县", 指标="农村生活污水治理率")["结论"].endswith("【演示数据】")


def test_a_missing_number_is_an_empty_cell_and_no_zero(opened):
    waste = row(columns(opened["评估"]), 地区="丙县", 指标="危险废物利用处置率")
    assert waste["到期中位预测"] is None  # judged by a record
    assert waste["现状值"] == 100


@pytest.mark.parametrize("name", ["assessment", "results", "forecasts", "observations"])
def test_every_number_of_a_table_is_in_its_sheet(shipped_book, analysis, name):
    lang, book = shipped_book
    place = {"assessment": 3, "results": 5, "forecasts": 6, "observations": 13}[name]
    written = columns(book[SHEETS[lang][place]])
    table = getattr(analysis, name)
    counted = 0
    heads = {"latest_value": ("现状值", "Latest value"), "p_reach": ("达标概率", "Chance of reaching")}
    heads |= {"gap_count": ("差距数量", "Gap in things"), "value": ("数值", "Value"), "median": ("中位", "Median")}
    for column, words in heads.items():
        if column in table:
            cells = [np.nan if cell is None else float(cell) for cell in written[words[lang == "en"]]]
            np.testing.assert_allclose(cells, table[column].astype(float), rtol=1e-12, err_msg=column)
            counted += 1
    assert counted


def test_sheets_stand_in_order_and_print_on_their_width(shipped_book):
    lang, book = shipped_book
    assert book.sheetnames == SHEETS[lang]
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0), sheet.title  # 1 is unsaid
        assert sheet.page_setup.orientation == "landscape"


def test_what_is_read_of_the_assessment_is_printed_and_the_rest_stays_off_paper(opened):
    sheet = opened["评估"]
    area = sheet[sheet.print_area.replace("'评估'!", "").replace("$", "")]
    assert [cell.value for cell in area[0]][-1] == "配合部门"
    assert len(area[0]) == 18 < sheet.max_column
    assert len(area) == sheet.max_row


def test_every_table_can_be_filtered_under_a_header_that_stays(shipped_book):
    lang, book = shipped_book
    for place in (2, 3, 5, 6, 11, 12, 13):
        sheet = book[SHEETS[lang][place]]
        assert sheet.auto_filter.ref and sheet.freeze_panes, sheet.title


def test_the_matrix_says_every_verdict_in_words(opened):
    table = columns(opened["一览"])
    assert table["序号"] == [12, 25] and table["指标"] == ["危险废物利用处置率", "农村生活污水治理率"]
    assert table["乙县"][0] in ("需重点攻关", "难达标", "经努力可达标", "易达标")
    assert table["丙县"][0] in ("已达标", "已达标，需巩固")


def test_text_that_looks_like_a_formula_stays_text(small, tmp_path):
    bad = '=HYPERLINK("x")'
    observations, regions, targets = small.observations.copy(), small.regions.copy(), small.targets.copy()
    observations["source"] = bad
    regions["name_zh"] = bad + regions["code"]
    targets["lead_department"] = "{=1+1}"
    changed = dataclasses.replace(small, observations=observations, regions=regions, targets=targets)
    path = tmp_path / "assessment.xlsx"
    xlsx.write(changed, path, "zh")
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith(("xl/worksheets/sheet", "xl/charts/"))]
        assert len(sheets) > 10
        for name in sheets:
            xml = archive.read(name).decode()
            assert "HYPERLINK(" not in "".join(part.split("</f>")[0] for part in xml.split("<f>")[1:]), name
            assert "<f>" not in xml or name.startswith("xl/charts/"), name
            assert "<c:f>HYPERLINK" not in xml and "<hyperlink" not in xml, name


def test_the_chart_opens_its_band_at_the_last_measured_year(opened):
    sheet = opened["预测图"]
    table = columns_of_chart(sheet)
    assert table["历年数值"][:10] == pytest.approx([100 * n / 300 for n in range(43, 89, 5)])
    assert table["历年数值"][10] is None
    assert set(table["目标"]) == {40}
    (chart,) = sheet._charts
    assert len(chart.series) + sum(len(other.series) for other in chart._charts[1:]) == 5
    assert "农村生活污水治理率" in "".join(r.t for p in chart.title.tx.rich.p for r in p.r)


def columns_of_chart(sheet) -> dict[str, list]:
    head, *rows = [line[:6] for line in sheet.iter_rows(values_only=True)]
    rows = [line for line in rows if line[0] is not None]
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))


def test_every_indicator_of_the_catalogue_is_listed(opened):
    codes = columns(opened["指标目录"])["代码"]
    assert {"rural_sewage_treatment_rate", "hazardous_waste_rate", "energy_per_gdp"} <= set(codes)
    assert len(codes) == len(set(codes)) > 50
