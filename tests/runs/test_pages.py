"""Text from the data that would act as markup, script or formula, all the way to the files people open."""

import csv
import json

import pandas as pd
import pytest

from ecoanalysis.export import guarded, write_csv
from ecoanalysis.runs.pages import clean, markdown, write_page

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style></style><script>alert(1)</script>",
    "<style>*{}</style ><img src=x onerror=alert(1)>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<form action='http://x'><input name=a></form>",
    "<meta http-equiv=refresh content='0;url=http://x'>",
    "<base href='http://x/'><object data=x></object><embed src=x>",
    "<b onclick=alert(1)>x</b>",
]


def acting(html: str, allowed: set[str] = frozenset()) -> list[str]:
    """Elements and attributes of a page that a browser would run, load or follow as script; `allowed` are elements that
    are ours."""
    from html.parser import HTMLParser

    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag in {"script", "iframe", "object", "embed", "form", "input", "base", "svg", "math", "link"} - allowed:
                found.append(tag)
            for name, value in attributes:
                value = (value or "").strip().lower()
                if name.startswith("on") or value.startswith("javascript:"):
                    found.append(f"{tag} {name}")
                if tag == "img" and not value.startswith("data:image/") and name == "src":
                    found.append(f"{tag} {value}")
                if tag == "meta" and value == "refresh":
                    found.append("refresh")

    Reader().feed(html)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_an_output_acts(attack, tmp_path):
    outputs = [
        {"output_type": "display_data", "data": {"text/html": f"<table><tr><td>{attack}</td></tr></table>"}},
        {"output_type": "display_data", "data": {"text/markdown": f"- {attack}\n- [x](javascript:alert(1))"}},
        {"output_type": "display_data", "data": {"image/svg+xml": attack, "text/plain": attack}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)", "text/plain": attack}},
        {"output_type": "stream", "name": "stdout", "text": attack},
        {"output_type": "error", "ename": attack, "evalue": attack, "traceback": [attack]},
    ]
    cells = [
        {"cell_type": "markdown", "source": f"# {attack}"},
        {"cell_type": "code", "source": "", "outputs": outputs},
    ]
    notebook, page = tmp_path / "a.ipynb", tmp_path / "a.html"
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    write_page(notebook, page, {"region": attack})
    text = page.read_text(encoding="utf-8")
    assert acting(text) == []
    assert "Content-Security-Policy" in text and "default-src 'none'" in text


def test_markup_in_markdown_is_shown_as_it_was_written():
    assert "&lt;b&gt;甘谷&lt;/b&gt;" in markdown("- <b>甘谷</b>") and "<li>" in markdown("- <b>甘谷</b>")


def test_a_page_speaks_one_language_and_is_named_after_its_region(tmp_path):
    picture = {
        "output_type": "display_data",
        "data": {"image/png": "aGVq"},
        "metadata": {"image/png": {"alt": "甘谷 <b>"}},
    }
    table = (
        '<table><thead><tr><th class="blank level0">&nbsp;</th><th class="col_heading">合计</th></tr></thead></table>'
    )
    cells = [
        {"cell_type": "markdown", "source": "# 能否达标？\n# Will it?"},
        {"cell_type": "markdown", "source": "## 总体结论 · The answer"},
        {"cell_type": "code", "source": "", "outputs": [picture, picture]},
        {"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", "data": {"text/html": table}}]},
    ]
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis/regions.csv").write_text("code,name_zh,name_en\nG,甘谷县,Gangu County\n", encoding="utf-8")
    (tmp_path / "G").mkdir()
    notebook, page = tmp_path / "G/a.ipynb", tmp_path / "G/a.html"
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    parameters = {"region": "G", "as_of": 2023, "prepared": "../analysis"}
    write_page(notebook, page, parameters | {"lang": "zh"})
    text = page.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text and "<title>甘谷县 2023 能否达标？</title>" in text
    assert ">总体结论</h2>" in text and "The answer" not in text and "Will it?" not in text and "¶" not in text
    assert text.count("<img") == 1 and '<img alt="甘谷 &lt;b&gt;"' in text
    assert "<td></td>" in text and '<th scope="col"' in text and 'tabindex="0"' in text
    write_page(notebook, page, parameters | {"lang": "en"})
    text = page.read_text(encoding="utf-8")
    assert '<html lang="en">' in text and "<title>Gangu County 2023 Will it?</title>" in text
    assert ">The answer</h2>" in text and "总体结论" not in text
    write_page(notebook, page, parameters | {"lang": "both"})
    text = page.read_text(encoding="utf-8")
    assert "能否达标？" in text and "Will it?" in text


def test_a_number_stays_on_the_line_of_its_unit_in_words_tables_and_text(tmp_path):
    outputs = [
        {"output_type": "display_data", "data": {"text/html": "<table><tr><td>99.91 %</td></tr></table>"}},
        {"output_type": "display_data", "data": {"text/markdown": "- 达标概率 33 %，难达标"}},
        {"output_type": "display_data", "data": {"text/plain": "1\u2009018 万人次"}},
    ]
    notebook, page = tmp_path / "a.ipynb", tmp_path / "a.html"
    notebook.write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "", "outputs": outputs}]}), encoding="utf-8"
    )
    write_page(notebook, page, {"region": "G"})
    text = page.read_text(encoding="utf-8")
    assert "<td>99.91\u00a0%</td>" in text and "达标概率 33\u00a0%，难达标" in text and "1\u202f018 万人次" in text


def test_a_table_keeps_its_colours():
    style = '<style type="text/css">#T_1_row0_col0 { background-color: #2b6a8f; }</style>'
    html = clean(f'{style}<table id="T_1"><tr><td id="T_1_row0_col0" class="data" colspan="2">已达标</td></tr></table>')
    assert "#2b6a8f" in html and 'id="T_1_row0_col0"' in html and 'colspan="2"' in html


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 10", "'+86 10"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "' =1"),
        ("=", "="),
        ("-3.5", "-3.5"),
        ("—", "—"),
        ("甘谷县", "甘谷县"),
        ("", ""),
    ],
)
def test_a_cell_that_excel_would_run_is_guarded_and_no_other(text, written, tmp_path):
    assert guarded(text) == written
    for kind in ("str", object, "category"):
        table = pd.DataFrame({"source": pd.Series([text, "x"], dtype=kind), "value": [-1.5, 2.0], "=head": [1, 2]})
        write_csv(table, tmp_path / "a.csv")
        with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert rows == [["source", "value", "'=head"], [written, "-1.5", "1"], ["x", "2.0", "2"]]
        assert table.columns[2] == "=head" and table["source"][0] == text
