"""Write the two workbooks of `docs/getting_started.md`: a chapter of a yearbook and a county's 报送表, all invented.

python docs/make_two_workbooks.py [FOLDER]
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

YEARS = (2019, 2020, 2021, 2022)
RESIDENTS = {
    "全市": (135.6, 134.9, 134.1, 133.4),
    "东河县": (64.2, 63.9, 63.5, "…"),
    "西岭县": (71.4, 71.0, 70.6, 70.2),
}
WASTE = {
    "东河县": ((9.1, 8.5), (9.2, 8.8), (9.4, 9.2), (9.5, 9.5)),
    "西岭县": ((8.8, 7.9), (8.9, 8.3), (9.0, 8.6), (9.1, 8.9)),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in (("统计年鉴2023.xlsx", yearbook), ("西岭县报送表2022.xlsx", county)):
        with xlsxwriter.Workbook(folder / name) as book:
            book.set_properties({"created": datetime(2023, 9, 1, tzinfo=UTC)})  # the same bytes whenever it is made
            write(book)
        print(folder / name)


def yearbook(book) -> None:
    """Residents by year, with a title, a line for the unit, a total and a footnote; waste under a header of two levels."""
    sheet = book.add_worksheet("2-1")
    sheet.merge_range(0, 0, 0, len(YEARS), "2-1 各县常住人口")
    sheet.merge_range(1, 0, 1, len(YEARS), "单位：万人")
    sheet.write_row(2, 0, ["县区", *(f"{year}年" for year in YEARS)])
    for row, (name, values) in enumerate(RESIDENTS.items(), 3):
        sheet.write_row(row, 0, [name, *values])
    sheet.write(6, 0, "注：2020年为人口普查数。")
    sheet = book.add_worksheet("5-3")
    sheet.merge_range(0, 0, 0, 2 * len(YEARS), "5-3 城镇生活垃圾清运和处理情况")
    sheet.merge_range(2, 0, 3, 0, "县区")
    for n, year in enumerate(YEARS):
        sheet.merge_range(2, 2 * n + 1, 2, 2 * n + 2, f"{year}年")
        sheet.write_row(3, 2 * n + 1, ["清运量（万吨）", "无害化处理量（万吨）"])
    for row, (name, values) in enumerate(WASTE.items(), 4):
        sheet.write_row(row, 0, [name, *(value for pair in values for value in pair)])


def county(book) -> None:
    """A 报送表: numbered items with their units, a share with its sign, a number typed as text."""
    sheet = book.add_worksheet("报送表")
    sheet.merge_range(0, 0, 0, 6, "西岭县2022年生态文明建设指标报送表")
    sheet.write_row(1, 0, ["序号", "指标名称", "计量单位", *YEARS])
    sheet.write_row(2, 0, [1, "行政村总数", "个", 212, 212, 210, "210"])
    sheet.write_row(3, 0, [2, "其中：完成污水治理的村", "个", 31, 38, 46, 57])
    sheet.write_row(4, 0, [3, "林草覆盖率", "%", "41.2%", "41.5%", "41.9%", "42.3%"])


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]))
