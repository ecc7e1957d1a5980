"""The workbook, opened again: its sheets say what the tables say."""

import dataclasses

import numpy as np
import openpyxl
import pytest

from ecoanalysis import briefing, catalog
from ecoanalysis.catalog import phrase
from ecoanalysis.export import xlsx

TABLES = ["assessment", "results", "forecasts", "observations"]


@pytest.fixture(scope="module", params=["zh", "en"])
def opened(request, reach, tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "assessment.xlsx"
    xlsx.write(reach, path, request.param)
    return request.param, openpyxl.load_workbook(path)


def columns(book, lang: str, sheet: str) -> dict[str, list]:
    head, *rows = book[phrase(f"sheet.{sheet}", lang)].iter_rows(values_only=True)
    assert len(set(head)) == len(head), head
    return {name: list(values) for name, values in zip(head, zip(*rows, strict=True), strict=True)}


@pytest.mark.parametrize("sheet", TABLES)
def test_every_number_of_a_table_is_in_its_sheet(opened, reach, sheet):
    lang, book = opened
    table = getattr(reach, sheet)
    written = columns(book, lang, sheet)
    numeric = table.select_dtypes("number")
    assert len(numeric.columns) > 1
    for name, values in numeric.items():
        cells = [np.nan if cell is None else float(cell) for cell in written[phrase(f"column.{name}", lang)]]
        np.testing.assert_allclose(cells, values.astype(float), rtol=1e-12, err_msg=name)


def test_a_missing_number_is_an_empty_cell_and_no_zero(opened, reach):
    lang, book = opened
    cells = columns(book, lang, "results")[phrase("column.value", lang)]
    missing = reach.results["value"].isna().to_numpy()
    assert missing.any() and all(cell is None for cell, empty in zip(cells, missing, strict=True) if empty)


def test_every_table_can_be_filtered_under_a_header_that_stays(opened):
    lang, book = opened
    for name in [*TABLES, "matrix"]:
        sheet = book[phrase(f"sheet.{name}", lang)]
        assert sheet.auto_filter.ref and sheet.freeze_panes, name


def test_the_matrix_says_every_verdict_in_words(opened, reach):
    lang, book = opened
    table = briefing.matrix(reach)
    written = columns(book, lang, "matrix")
    assert written[phrase("column.indicator", lang)] == [briefing.item_name(item, lang) for item in table.index]
    for code, verdicts in table.items():
        place = briefing.region_name(reach, code, lang)
        assert written[place] == [briefing.verdict(verdict, lang) for verdict in verdicts]


def test_text_that_looks_like_a_formula_stays_text(reach, tmp_path):
    bad = '=HYPERLINK("x")'
    observations = reach.observations.copy()
    observations.loc[observations.index[0], "source"] = bad
    path = tmp_path / "assessment.xlsx"
    xlsx.write(dataclasses.replace(reach, observations=observations), path, "en")
    sheet = openpyxl.load_workbook(path)[phrase("sheet.observations", "en")]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == bad]
    # openpyxl calls every text that begins with = a formula; a shared string in the file is none
    assert len(cells) == 1
    assert "<f>" not in _sheet_xml(path, sheet.title)


def test_the_chart_names_its_target_and_is_a_real_chart(opened):
    lang, book = opened
    (chart,) = book[phrase("sheet.chart", lang)]._charts
    assert len(chart.series) + sum(len(other.series) for other in chart._charts[1:]) == 5


def test_every_indicator_of_the_catalogue_is_listed(opened):
    lang, book = opened
    assert columns(book, lang, "catalogue")[phrase("column.code", lang)] == list(catalog.indicators())


def _sheet_xml(path, title: str) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        names = openpyxl.load_workbook(path, read_only=True).sheetnames
        return archive.read(f"xl/worksheets/sheet{names.index(title) + 1}.xml").decode()
