"""An analyst's own indicators and workbooks, brought into an analysis in one call: worked by hand on small folders."""

import json

import openpyxl
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import analysis as analyses
from ecoanalysis import intake
from ecoanalysis.explore import page as offline
from ecoanalysis.export import docx, xlsx

SEWAGE = "rural_sewage_treatment_rate"


@pytest.fixture
def city(folder):
    """County B: 300 m³ of water a year less 10 each year, on 100 km²; county C: 100 m³ on 200 km²."""
    for year in range(2016, 2024):
        folder.add(("C1", year, "water_use", 300 - 10 * (year - 2016), "m³"), ("C1", year, "land_area", 100, "km²"))
        folder.add(("C2", year, "water_use", 100, "m³"), ("C2", year, "land_area", 200, "km²"))
        folder.add(("C1", year, "resident_population", 10, "人"))
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    return folder


def everything(path):
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_an_indicator_of_one_call_is_judged_like_any_other_and_leaves_analysis_and_disk_alone(city):
    """2023: 230 m³ on 100 km² are 2.3 m³/km², and (230 + 100) / 300 = 1.1 m³/km² in the city."""
    before = everything(city.path)
    a = eco.analyse(city.path, 2023)
    rows = a.assessment.copy()
    made = a.with_indicator(
        "water_per_area",
        name_zh="单位面积用水量",
        name_en="Water per area",
        formula="ratio(water_use, land_area)",
        unit="m³/km²",
        better="lower",
        targets=[{"region_code": "乙县", "value": 2.2, "due": 2024}, {"region_code": "C", "value": 2, "due": 2023}],
    )
    s = made["乙县", "单位面积用水量"]
    assert s.latest_value == pytest.approx(2.3) and s.gap == pytest.approx(0.1) and s.target == 2.2
    assert s.pace_observed == pytest.approx(-0.1) and s.p_reach > 0.5
    assert s.sentence("zh").startswith("2023 年为 2.30 m³/km²，目标 2024 年底不高于 2.2 m³/km²，尚差 0.10 m³/km²")
    assert (
        made["C", "water_per_area"].latest_value == pytest.approx(1.1)
        and made["C", "water_per_area"].verdict == "reached"
    )
    assert sorted(s.sources["variable"]) == ["land_area", "water_use"] and set(s.sources["cell"]) == {"38", "37"}
    assert made.compare("water_per_area").loc[2016].tolist() == pytest.approx([400 / 300, 3, 0.5])
    pd.testing.assert_frame_equal(a.assessment, rows)
    with pytest.raises(eco.NotThere):
        a["C1", "water_per_area"]
    assert everything(city.path) == before


def test_the_row_of_a_folder_and_the_call_give_the_same(city):
    row = {"name_zh": "单位面积用水量", "name_en": "Water", "unit": "m³/km²", "better": "lower", "aggregate": "ratio"}
    a = eco.analyse(city.path, 2023)
    called = a.with_indicator(
        "wpa", formula="ratio(water_use, land_area)", **row, targets=[{"region_code": "*", "value": 2, "due": 2025}]
    )
    city.write(
        "indicators.csv", f'code,formula,{",".join(row)}\nwpa,"ratio(water_use, land_area)",{",".join(row.values())}\n'
    )
    city.target("wpa", "<=", 2, "m³/km²", due=2025, hold_until=2025)
    written = eco.analyse(city.path, 2023)
    alike = [column for column in written.assessment if column != "id"]
    mine = [
        analysis.assessment.query("indicator == 'wpa'")[alike].reset_index(drop=True) for analysis in (called, written)
    ]
    pd.testing.assert_frame_equal(*mine)


def test_an_expression_reckons_with_units_and_a_city_adds_up_what_goes_in(city):
    """(230 m³ + half of 230 m³) / 10 people = 34.5 m³ a head; in thousands of m³ a hundredth-thousandth of it."""
    a = eco.analyse(city.path, 2023)
    made = a.with_indicator(
        "w", name_zh="用水", formula="(water_use + water_use / 2) / resident_population", unit="10⁴ m³/人"
    )
    assert made["C1", "w"].latest_value == pytest.approx(34.5 / 10_000)
    share = a.with_indicator("s", name_zh="占比", formula="water_use / (water_use + water_use)", unit="%")
    assert share["C", "s"].latest_value == pytest.approx(50) and share["C2", "s"].latest_value == pytest.approx(50)
    product = a.with_indicator("p", name_zh="积", formula="-water_use * 2", unit="m³")
    assert product["C", "p"].latest_value == -660


def test_a_quotient_over_zero_is_missing(city):
    city.add(("C1", 2023, "villages", 0, "village"))
    made = eco.analyse(city.path, 2023).with_indicator(
        "v", name_zh="村均", formula="water_use / villages", unit="m³/个"
    )
    assert made["C1", "v"].verdict == "insufficient_data"


def test_what_an_indicator_lacks_is_named(city):
    made = eco.analyse(city.path, 2023).with_indicator("h", name_zh="人均", formula="per_head(water_use)", unit="m³/人")
    assert made["C1", "h"].latest_value == 23
    assert "常住人口" in made["C2", "h"].sentence("zh") and "esident population" in made["C2", "h"].sentence("en")


def test_a_column_of_values_with_its_sources(city):
    a = eco.analyse(city.path, 2023)
    column = pd.Series({("乙县", 2021): 80, ("乙县", 2022): 81.5, ("丙县", 2022): None})
    made = a.with_indicator("happy", name_zh="满意度", name_en="Content", unit="%", better="higher", values=column)
    s = made["C1", "满意度"]
    assert (s.latest_value, s.latest_year, s.verdict) == (81.5, 2022, "no_target")
    assert s.sources[["file", "id"]].iloc[0].tolist() == ["with_indicator(happy)", "with_indicator(happy):3"]
    demo = [{"region_code": "C1", "year": 2022, "value": 0.815, "unit": "1", "status": "demo"}]
    with pytest.raises(eco.BadData, match="'1'"):
        a.with_indicator("happy", name_zh="满意度", unit="%", values=demo)
    demo[0] |= {"value": 815, "unit": "‰"}
    s = a.with_indicator("happy", name_zh="满意度", unit="%", values=demo)["C1", "happy"]
    assert s.latest_value == pytest.approx(81.5) and s.status == "demo" and "演示数据" in s.sentence("zh")


def test_everything_wrong_is_told_at_once_in_both_languages_and_nothing_is_made(city):
    a = eco.analyse(city.path, 2023)
    with pytest.raises(eco.BadData) as told:
        a.with_indicator(
            "water use",
            name_zh="",
            formula="water_usee / land_area",
            unit="m³/km²",
            better="up",
            colour="red",
            targets=[{"region_code": "丁县", "value": 3}, {"region_code": "C1", "value": "three"}],
            values=[{"region_code": "C1", "year": 23, "value": 4}, {"region_code": "C1", "year": 2022, "value": "x"}],
        )
    zh, en = ([one.text(lang) for one in told.value.problems] for lang in ("zh", "en"))
    assert len(zh) == 9 and all(text in str(told.value) for text in zh + en)
    for piece in ("colour", "name_zh", "water use", "'23'", "'x'", "丁县", "three", "water_usee"):
        assert any(piece in text for text in en), piece
    assert any("water_use, " in text or "water_use" in text.split("near")[-1] for text in en if "water_usee" in text)


@pytest.mark.parametrize(
    ("formula", "unit", "piece"),
    [
        ("water_use + land_area", "m³", "volume and area"),
        ("water_use / land_area", "%", "volume/area"),
        ("100 - water_use", "m³", "has no unit"),
        ("100 - rural_sewage_treatment_rate", "%", "has no unit"),
        ("water_use ** 2", "m³", "cannot be read"),
        ("__import__('os').getcwd()", "m³", "cannot be read"),
        ("3", "m³", "cannot be read"),
        ("w + w", "m³", "unknown codes: w"),
        ("gone.py:f", "m³", "no such file"),
        ("water_use", "m³/x", "unknown unit"),
        ("", "m³", "neither"),
    ],
)
def test_a_formula_that_cannot_be_is_refused_with_its_reason(city, formula, unit, piece):
    with pytest.raises(eco.BadData) as told:
        eco.analyse(city.path, 2023).with_indicator("w", name_zh="水", formula=formula, unit=unit)
    assert piece in told.value.problems[-1].text("en")


def test_a_function_that_fails_when_it_is_called_is_told(city):
    city.write("mine.py", "def f(water_use):\n    return 1 / 0\n")
    with pytest.raises(eco.BadData, match="ZeroDivisionError"):
        eco.analyse(city.path, 2023).with_indicator("w", name_zh="水", formula="mine.py:f", unit="m³")


def test_a_code_that_is_taken_is_refused(city):
    a = eco.analyse(city.path, 2023)
    for taken in (SEWAGE, "water_use"):
        with pytest.raises(eco.BadData, match=taken):
            a.with_indicator(taken, name_zh="水", formula="per_head(water_use)", unit="m³/人")


def test_screen_documents_year_before_and_a_kept_analysis_know_the_indicator(city, tmp_path):
    a = eco.analyse(city.path, 2023)
    made = a.with_indicator(
        "wpa", name_zh="单位面积用水量", name_en="Water per area", formula="ratio(water_use, land_area)", unit="m³/km²",
        better="lower", targets=[{"region_code": "*", "value": 2, "due": 2025}],
    )  # fmt: skip
    assert made.as_of_year(2022)["C1", "wpa"].latest_value == pytest.approx(2.4)
    assert made.with_target("C1", "wpa", 1.5, "<=")["C1", "wpa"].target == 1.5
    page = offline.write(made, tmp_path / "explore.html").read_text("utf-8")
    written = json.loads(page.split('id="written">')[1].split("</script>")[0])
    assert "wpa" in [one["code"] for one in written["choices"]["indicators"]] and "C1/wpa" in written["views"]
    docx.write(made, "C1", tmp_path / "chapter.docx", "zh")
    xlsx.write(made, tmp_path / "assessment.xlsx", "zh")
    book = openpyxl.load_workbook(tmp_path / "assessment.xlsx", read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("单位面积用水量" in str(cell) for cell in cells)
    made.save(tmp_path / "kept")
    assert eco.load(tmp_path / "kept")["C1", "wpa"].sentence("en") == made["C1", "wpa"].sentence("en")


# ---------------------------------------------------------------------- a workbook


def sent(path, *rows):
    book = openpyxl.Workbook()
    for row in (["县区", "指标", "单位", "2022年", "2023年"], *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_is_taken_in_without_touching_the_folder(city, tmp_path):
    """235 m³ instead of nothing in 2024 would be too late; the new figure of county C's people is what is missing."""
    before = everything(city.path)
    a = eco.analyse(city.path, 2023).with_indicator("h", name_zh="人均", formula="per_head(water_use)", unit="m³/人")
    path = sent(tmp_path / "人口.xlsx", ["丙县", "常住人口", "人", 40, 50])
    preview = a.preview_workbook(path)
    assert preview.complete and preview.difference["change"].tolist() == ["added", "added"] and not preview.landed
    made = a.with_workbook(path, source="统计局")
    s = made["C2", "h"]
    assert s.latest_value == 2 and a["C2", "h"].verdict == "insufficient_data"
    row = s.sources.query("variable == 'resident_population'").iloc[0]
    assert (row["id"], row["source"], row["cell"]) == ("人口.xlsx!Sheet!E2", "统计局", "E2")
    assert everything(city.path) == before


def test_kept_it_lands_and_the_folder_gives_the_same_analysis(city, tmp_path):
    a = eco.analyse(city.path, 2023)
    path = sent(tmp_path / "水.xlsx", ["乙县", "用水总量", "立方米", 240, 231], ["丙县", "常住人口", "人", 40, 50])
    with pytest.raises(analyses.NotTakenIn) as told:
        a.with_workbook(path, keep=True)
    assert told.value.delivery.waiting and "accept=True" in str(told.value)
    assert "230 → 231" in str(told.value) and not (city.path / "received").exists()
    made = a.with_workbook(path, keep=True, accept=True)
    again = eco.analyse(city.path, 2023)
    pd.testing.assert_frame_equal(made.assessment, again.assessment)
    order = ["region_code", "variable", "year"]
    mine, landed = (one.observations.astype(str).sort_values(order, ignore_index=True) for one in (made, again))
    pd.testing.assert_frame_equal(mine, landed)
    assert set(again.hashes) - set(made.hashes) == {name for name in again.hashes if name.startswith("statistics/水_")}


def test_questions_are_values_and_answered_in_the_call(city, tmp_path):
    a = eco.analyse(city.path, 2023)
    path = sent(tmp_path / "报送.xlsx", ["丙县", "年末人头数", "人", 40, 50], ["丙县", "行政村总数", "个", 6, 6])
    (question,) = a.preview_workbook(path).questions
    assert (question.kind, question.text, question.cells) == ("variable", "年末人头数", 2)
    with pytest.raises(analyses.NotTakenIn, match="年末人头数"):
        a.with_workbook(path)
    partly = a.with_workbook(path, skip_unclear=True).observations.query("region_code == 'C2'")
    assert "villages" in set(partly["variable"]) and "resident_population" not in set(partly["variable"])
    made = a.with_workbook(path, answers={"年末人头数": "resident_population"}, keep=True)
    rows = made.observations.query("variable == 'resident_population' and region_code == 'C2'")
    assert rows["value"].tolist() == [40, 50]
    assert "报送,variable,年末人头数,resident_population" in (city.path / "mapping.csv").read_text("utf-8-sig")
    assert intake.take_in(path, city.path, write=False)[0].complete
    assert "没有问过“别的”" in a.preview_workbook(path, answers={"别的": "villages"}).text("zh")


@pytest.mark.parametrize("content", [None, b"no workbook"], ids=["missing", "no workbook"])
def test_what_is_no_workbook_is_a_sentence(city, tmp_path, content):
    path = tmp_path / "x.xlsx"
    if content:
        path.write_bytes(content)
    with pytest.raises(analyses.NotTakenIn, match="x.xlsx"):
        eco.analyse(city.path, 2023).with_workbook(path)
