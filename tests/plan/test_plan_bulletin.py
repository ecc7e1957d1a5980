"""The bulletin: counts by hand, literal sentences, and a document that says the same."""

import dataclasses

import pytest
from docx import Document

from ecoanalysis import analysis as analyses
from ecoanalysis import words
from ecoanalysis.export import bulletin as written
from ecoanalysis.plan import bulletin

SEWAGE = "rural_sewage_treatment_rate"
EVIDENCE = """region_code,indicator,year,kind,title,location,department,date
C,river_chief_system,2023,plan,河长制工作计划,a.pdf,水务局,2023-03-01
C,river_chief_system,2023,data,巡河数据表,b.pdf,水务局,2023-12-01
C,river_chief_system,2022,plan,旧计划,c.pdf,水务局,2022-03-01
C1,river_chief_system,2023,proof,乙县佐证,d.pdf,水务局,2023-12-01
"""
ZH, EN = words.of("zh"), words.of("en")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Of 200 and 100 villages: C1 58, then 84 (met: 80 are asked); C2 30, then 28, demo."""
    from tests.conftest import Folder

    folder = Folder(tmp_path_factory.mktemp("bulletin"))
    for region, of, status, treated in (
        ("C1", 200, "observed", [30, 36, 42, 50, 58, 84]),
        ("C2", 100, "demo", [20, 22, 24, 26, 30, 28]),
    ):
        rows = enumerate(treated, 2018)
        for year, count in rows:
            folder.add((region, year, "villages", of, "village"), status=status)
            folder.add((region, year, "villages_sewage_treated", count, "village"), status=status)
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    folder.write("evidence.csv", EVIDENCE)
    return tuple(analyses.analyse(folder.path, year, paths=200) for year in (2022, 2023))


def section(both, key, w=ZH):
    return next(one for one in bulletin.sections(*both, w) if one.key == key)


def test_items_before_and_after_are_counted(both):
    table = bulletin.standing(*both).set_index("region_code")
    assert table["items"].to_dict() == {"C": 2, "C1": 1, "C2": 1}  # the river chiefs are the city's alone
    assert table["met_before"].to_dict() == {"C": 0, "C1": 0, "C2": 0}
    assert table["met"].to_dict() == {"C": 0, "C1": 1, "C2": 0}
    assert table["gained"].to_dict() == {"C": (), "C1": (25,), "C2": ()}
    assert not any(table["lost"]) and table.loc["C", "papers"] == (4,)
    assert table.loc["C", "due_missed"] == () and table.loc["C2", "due_missed"] == ()


def test_what_was_met_before_counts_as_lost_the_other_way_round(both):
    table = bulletin.standing(both[1], both[0]).set_index("region_code")
    assert table.loc["C1", "lost"] == (25,) and table.loc["C1", "gained"] == ()


def test_the_counties_are_told_in_order_and_without_grades(both):
    told = section(both, "bulletin.counties_title")
    assert told.sentences[1:] == [
        "乙县：1 项中已达标 1 项，增加 1 项。新达标 1 项：农村生活污水治理率。",
        "丙县：1 项中已达标 0 项，持平。",
    ]
    assert told.head == ["县区", "指标", "2022 年", "2023 年", "增减", "新达标", "不再达标", "材料待补"]
    assert told.lines == [
        ["乙县", "1", "0", "1", "+1", "1", "0", "0"],
        ["丙县", "1", "0", "0", "0", "0", "0", "0"],
    ]
    text = bulletin.markdown(*both, ZH)
    assert not any(word in text for word in ("后进", "倒数", "垫底", "末位", "最差", "通报批评"))


def test_overall(both):
    assert section(both, "bulletin.overall").sentences == [
        "截至 2023 年底，甲市 2 项指标中已达标 0 项，与 2022 年底持平。",
        "2 个县区中，1 个达标项数增加、1 个持平。",
    ]
    assert section(both, "bulletin.overall", EN).sentences[0] == (
        "At the end of 2023, 0 of 2 items were met in City A, as many as in 2022."
    )


def test_what_advanced_and_what_needs_work(both):
    assert section(both, "bulletin.advances").sentences == [
        "乙县农村生活污水治理率：由 2022 年的 29.0 % 提高到 2023 年的 42.0 %；由未达标转为达标。"
    ]
    # 112 of 300 villages; 120 are asked. C2 itself lacks 12 of its 40.
    assert section(both, "bulletin.to_work_on").sentences[-1] == (
        "农村生活污水治理率：甲市为 37.3 %，尚差 2.7 个百分点，合 8 个村。各县区自身差距：丙县 12 个村。【演示数据】"
    )


def test_whose_papers_are_missing(both):
    assert section(both, "bulletin.papers_title").sentences[1:] == [
        "甲市（1 项）：河长制待补佐证材料（牵头：bureau）。"
    ]
    assert section(both, "bulletin.papers_title", EN).sentences[1:] == [
        "City A (1): River chief system: proof to come (lead: bureau)."
    ]


def test_no_file_is_said_and_no_list_announced(both):
    bare = dataclasses.replace(both[1], evidence=both[1].evidence[:0], cache={})
    told = section((both[0], bare), "bulletin.files")
    assert told.sentences == ["2023 年甲市本级尚无在案文件。"] and told.lines == []
    assert section((both[0], bare), "bulletin.files", EN).sentences == [
        "No file of City A itself is on record for 2023."
    ]


def test_the_file_list_is_the_year_s(both):
    assert list(bulletin.files(both[1])["title"]) == ["河长制工作计划", "巡河数据表", "乙县佐证"]
    told = section(both, "bulletin.files")
    assert told.sentences == [
        "2023 年甲市本级在案文件 2 份，清单如下。",
        "另有 1 个县区的文件 1 份，逐份列在 files.csv 中。",
    ]
    assert told.lines == [
        ["4", "河长制", "计划安排", "河长制工作计划", "水务局"],
        ["4", "河长制", "数据支撑", "巡河数据表", "水务局"],
    ]


def test_the_year_s_progress_for_the_platform(both):
    told = section(both, "bulletin.progress").sentences
    assert told[0].startswith("截至 2023 年底，甲市 2 项指标中已达标 0 项，与 2022 年底持平。其中到期应考核 1 项，")
    assert told[1] == "尚未达标但差距缩小的指标 1 项：农村生活污水治理率由 29.3 % 到 37.3 %。【演示数据】"


def test_the_document_says_what_the_text_says(both, tmp_path):
    written.write(*both, tmp_path, "zh")
    text = (tmp_path / "bulletin_zh.md").read_text(encoding="utf-8")
    document = Document(tmp_path / "bulletin_zh.docx")
    paragraphs = [p.text.replace("\u00a0", " ") for p in document.paragraphs]
    assert paragraphs[:2] == ["甲市生态文明建设示范创建进展通报", "（2023 年与 2022 年相比）"]
    assert "演示数据" in paragraphs[2]
    for one in bulletin.sections(*both, ZH):
        for sentence in one.sentences:
            assert sentence in text and sentence in paragraphs
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["乙县", "1", "0", "1", "+1", "1", "0", "0"]
    written.write(*both, tmp_path, "en")
    assert "Newly met (1): Rural domestic sewage treatment rate." in (tmp_path / "bulletin_en.md").read_text("utf-8")


def test_a_cell_does_not_break_the_table(both):
    lines = [line for line in bulletin.markdown(*both, ZH).splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 2 + 2 + 2  # two heads with their rules, two counties, two files


def test_what_was_met_before_is_not_gained_again(both):
    table = bulletin.standing(both[1], both[1]).set_index("region_code")
    assert table.loc["C1", "met"] == 1 and table.loc["C1", "gained"] == ()


def test_who_lacks_most_is_named_first(worked):
    told = section((worked.as_of_year(2022), worked), "bulletin.to_work_on").sentences
    assert (
        "农村生活污水治理率：示例市为 30.4 %，尚差 9.6 个百分点，合 50 个村。各县区自身差距：北县 45 个村、南县 11 个村。"
        in told
    )
