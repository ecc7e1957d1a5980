"""The table of indicators in the docs is the catalogue's, complete and up to date."""

import re
import runpy
from pathlib import Path

import pytest

from ecoanalysis import catalog
from ecoanalysis.formulas import FORMULAS

DOCS = Path(__file__).parents[2] / "docs"
MAKER = runpy.run_path(str(DOCS / "make_indicator_table.py"))


def rows(lang):
    """Cells of every row by the code in its name cell."""
    lines = [line[2:-2].split(" | ") for line in MAKER["page"](lang).splitlines() if "<br>`" in line]
    return {re.search(r"<br>`(\w+)`", " | ".join(cells)).group(1): cells for cells in lines}


@pytest.mark.parametrize(("lang", "name"), [("en", "indicators.md"), ("zh", "indicators.zh-CN.md")])
def test_the_page_is_what_the_tables_say_today(lang, name):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == MAKER["page"](lang), "run python docs/make_indicator_table.py"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_indicator_and_derived_input_has_a_row_with_a_test(lang):
    found = rows(lang)
    assert set(found) == set(catalog.indicators()) | set(FORMULAS)
    assert [code for code, cells in found.items() if "`" not in cells[-1]] == []


def test_a_row_without_a_test_stops_the_page(monkeypatch):
    monkeypatch.setitem(FORMULAS, "newcomer", lambda villages: villages)
    with pytest.raises(LookupError, match="newcomer has no case"):
        MAKER["_test"]("newcomer", "en")


def test_a_test_that_was_renamed_stops_the_page():
    with pytest.raises(LookupError, match="has no test named"):
        MAKER["_found"]("tests/formulas/test_formula_cases.py::test_that_is_gone")


def test_formulas_of_the_chinese_page_are_in_chinese():
    left = {
        code: re.findall(r"\b[a-z][a-z_]{3,}", cells[3 if code in catalog.indicators() else 1])
        for code, cells in rows("zh").items()
    }
    assert {code: words for code, words in left.items() if words} == {}


def test_unverified_numbers_are_all_listed():
    page = MAKER["page"]("en")
    for row in catalog.coefficients():
        assert (f"| `{row.group}` | `{row.name}` |" in page) == (row.confidence in catalog.UNVERIFIED)
