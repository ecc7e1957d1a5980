"""From a department's file to observations and back: mapping, difference, vintages, questions, forms, commands."""

import random

import openpyxl
import pytest
from messy import REGIONS, book

from ecoanalysis import catalog, cli, intake, units
from ecoanalysis.intake import take_in
from ecoanalysis.intake.forms import asked_of

HEAD = ["县区", "指标", "单位", "2021年", "2022年"]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    (folder / "statistics").mkdir(parents=True)
    (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (folder / "targets.csv").write_text(
        "region_code,indicator,comparison,value,unit,due,lead_department,supporting_departments\n"
        "*,river_chief_system,done,,,2023,水务局,\n"
        "*,rural_sewage_treatment_rate,>=,40,%,2025,市生态环境局,住建局;水务局\n"
        "*,forest_grass_cover,>=,37,%,2025,林草局,\n",
        encoding="utf-8",
    )
    return folder


def sent(tmp_path, name, *rows):
    return book(tmp_path / name, ("表1", [HEAD, *rows]))


def test_rows_land_with_workbook_sheet_and_cell_as_their_source(tmp_path, data):
    path = sent(tmp_path, "人口2022.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0])
    (delivery,) = take_in(path, data, source="统计局来函")
    raw = intake.read(data)
    assert not raw.problems and delivery.complete
    row = raw.observations.iloc[1]
    assert (row["year"], row["value"], row["unit"], row["sheet"], row["cell"]) == (2022, 650_000, "person", "表1", "E2")
    assert row["id"] == "人口2022.xlsx!表1!E2" and row["source"] == "统计局来函"
    assert row["file"] == delivery.rows["received"].iloc[0] and row["sha256"] == delivery.sha256
    states = {account.file: account.state for account in raw.files}
    assert states[row["file"]] == "read" and states[delivery.landed] == "read"


def test_an_answer_in_mapping_is_remembered_for_the_sender_next_year(tmp_path, data):
    path = sent(tmp_path, "甘谷县报送2022.xlsx", ["甘谷县", "农村污水治率", "%", 21.0, 23.7])
    (first,) = take_in(path, data)
    assert not first.landed and [(q.kind, q.text, q.cells) for q in first.questions] == [
        ("variable", "农村污水治率", 2)
    ]
    assert "rural_sewage_treatment_rate" in first.questions[0].candidates
    text = (data / "mapping.csv").read_text("utf-8-sig")
    assert "甘谷县报送,variable,农村污水治率,," in text
    answered = text.replace("农村污水治率,,", "农村污水治率,rural_sewage_treatment_rate,")
    (data / "mapping.csv").write_text(answered, "utf-8")
    (second,) = take_in(path, data)
    assert second.complete and len(second.rows) == 2
    (later,) = take_in(
        sent(tmp_path, "甘谷县报送2023.xlsx", ["甘谷县", "农村污水治率", "%", 21.0, 25.0]), data, write=False
    )
    assert not later.questions and later.sender == "甘谷县报送"
    (other,) = take_in(sent(tmp_path, "秦州报送.xlsx", ["秦州区", "农村污水治率", "%", 21.0, 23.7]), data, write=False)
    assert len(other.questions) == 1
    assert not intake.read(data).problems


def test_what_mapping_leaves_out_is_told_and_not_asked_again(tmp_path, data):
    path = sent(
        tmp_path, "报送.xlsx", ["甘谷县", "办公经费", "万元", 21.0, 23.7], ["甘谷县", "常住人口", "万人", 49.8, 49.6]
    )
    take_in(path, data)
    text = (data / "mapping.csv").read_text("utf-8-sig").replace("办公经费,,", "办公经费,-,")
    (data / "mapping.csv").write_text(text, "utf-8")
    (delivery,) = take_in(path, data)
    assert not delivery.questions and {t.phrase for s in delivery.sheets for t in s.told} == {"left_out"}


def test_a_revision_waits_shows_its_difference_and_stands_beside_the_earlier_figure(tmp_path, data):
    take_in(sent(tmp_path, "a.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0]), data, vintage="2023-03-01")
    revised = sent(
        tmp_path, "b.xlsx", ["秦州区", "常住人口", "万人", 65.1, 64.2], ["麦积区", "常住人口", "万人", 55.4, 55.1]
    )
    (waiting,) = take_in(revised, data, vintage="2024-02-01")
    assert waiting.waiting and not waiting.landed
    assert waiting.difference["change"].tolist() == ["same", "changed", "added", "added"]
    assert waiting.difference.loc[1, ["before", "value"]].tolist() == [650_000, 642_000]
    assert len(intake.read(data).observations) == 2
    (done,) = take_in(revised, data, vintage="2024-02-01", accept=True)
    assert done.landed
    raw = intake.read(data)
    values = raw.observations.astype({"region_code": str}).set_index(["region_code", "year"])["value"]
    assert values["620502", 2022] == 642_000 and raw.vintage == "2024-02-01" and not raw.problems
    (revision,) = raw.revisions.to_dict("records")
    assert (revision["before"], revision["value"], revision["vintage_before"], revision["vintage"]) == (
        650_000, 642_000, "2023-03-01", "2024-02-01",
    )  # fmt: skip
    earlier = intake.read(data, vintage="2023-12-31")
    assert earlier.vintage == "2023-03-01" and earlier.observations["value"].tolist() == [651_000, 650_000]


def test_the_same_file_twice_changes_nothing(tmp_path, data):
    path = sent(tmp_path, "a.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0])
    take_in(path, data)
    before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    (again,) = take_in(path, data, vintage="2030-01-01")
    assert set(again.difference["change"]) == {"same"}
    assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before


def test_a_preview_writes_nothing(tmp_path, data):
    before = set(data.rglob("*"))
    take_in(sent(tmp_path, "a.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0]), data, write=False)
    assert set(data.rglob("*")) == before


def test_the_sender_gets_the_sheet_back_with_cells_marked_and_a_polite_list(tmp_path, data):
    path = sent(
        tmp_path, "报送.xlsx", ["甘谷县", "办公经费", "万元", 21.0, 23.7], ["甘谷县", "常住人口", "万人", "约50", 49.6]
    )
    (delivery,) = take_in(path, data)
    back = intake.back_to_sender(delivery, path, data, tmp_path / "out")
    made = openpyxl.load_workbook(back)
    assert made.sheetnames == ["请核对", "表1"]
    page = made["表1"]
    assert page["D3"].comment and "约50" in page["D3"].comment.text and page["D3"].fill.fgColor.rgb.endswith("FFF2AB")
    assert page["D2"].comment and page["E3"].comment is None and page["E3"].value == 49.6
    texts = " ".join(str(cell.value) for row in made["请核对"].iter_rows() for cell in row if cell.value)
    assert "感谢报送" in texts and "办公经费" in texts and "D3" in texts


def test_nothing_to_ask_makes_no_workbook(tmp_path, data):
    path = sent(tmp_path, "a.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0])
    (delivery,) = take_in(path, data)
    assert intake.back_to_sender(delivery, path, data, tmp_path / "out") is None


def test_text_that_begins_like_a_formula_stays_text_on_its_way_back(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_text("县区,年份,指标,单位,数值\n=HYPERLINK(1),2021,常住人口,万人,65.1\n", "utf-8")
    (delivery,) = take_in(path, data)
    made = openpyxl.load_workbook(intake.back_to_sender(delivery, path, data, tmp_path / "out"))
    kinds = {cell.data_type for page in made for row in page.iter_rows() for cell in row}
    assert "f" not in kinds


# ------------------------------------------------------------------ request forms


def test_each_department_is_asked_for_what_its_targets_need(data):
    asked = asked_of(intake.read(data))
    assert asked["林草局"]["forest_grass_cover"]
    everything = {name for items in asked.values() for names in items.values() for name in names}
    assert {"villages", "villages_sewage_treated"} <= everything
    assert asked["水务局"]["river_chief_system"] == []


@pytest.mark.parametrize("seed", range(3))
def test_a_filled_form_reads_back_exactly(tmp_path, data, seed):
    chance = random.Random(seed)
    take_in(sent(tmp_path, "已知.xlsx", ["秦州区", "行政村总数", "个", 420, 421]), data)
    paths = intake.request_forms(data, tmp_path / "forms", years=3, until=2023)
    records = catalog.variables() | catalog.indicators()
    filled, known = {}, 0
    for path in paths:
        form = openpyxl.load_workbook(path)
        page = form["填报表"]
        header = [cell.value for cell in page[3]]
        for row in page.iter_rows(min_row=4):
            code, region = row[2].value, row[3].value
            for cell, year in zip(row, header, strict=True):
                if not isinstance(year, int):
                    continue
                if cell.value is not None:
                    assert cell.protection.locked and (code, region, year, cell.value) in {
                        ("villages", "620502", 2021, 420), ("villages", "620502", 2022, 421),
                    }  # fmt: skip
                    known += 1
                    continue
                assert not cell.protection.locked
                if chance.random() < 0.7:
                    high = records[code].high or 10_000
                    cell.value = chance.choice(
                        [0, round(chance.uniform(0, min(high, 1)), 3), round(chance.uniform(0, high), 2)]
                    )
                    filled[region, year, code] = cell.value * units.factor(row[5].value, records[code].unit)
        form.save(path)
    deliveries = take_in(paths, data)
    read_back = {}
    for delivery in deliveries:
        assert not delivery.questions, delivery.text("en")
        for row in delivery.difference[delivery.difference["change"] == "added"].itertuples():
            read_back[row.region_code, row.year, row.variable] = row.value
    assert known == 2 and len(filled) > 20
    assert read_back == pytest.approx(filled, rel=1e-12)
    raw = intake.read(data)
    assert not raw.problems and len(raw.observations) == len(filled) + 2


def test_a_department_that_nobody_names_is_refused_with_those_there_are(data, tmp_path):
    with pytest.raises(ValueError, match="财政局; .*林草局"):
        intake.request_forms(data, tmp_path / "forms", departments=["财政局"])


# ------------------------------------------------------------------ commands


def test_the_commands_say_what_they_did_and_return_their_code(tmp_path, data, capsys):
    good = sent(tmp_path, "a.xlsx", ["秦州区", "常住人口", "万人", 65.1, 65.0])
    assert cli.main(["intake", str(good), "--data", str(data), "--lang", "en"]) == 0
    assert "written to statistics/" in capsys.readouterr().out
    unclear = sent(tmp_path, "c.xlsx", ["泰州区", "常住人口", "万人", 65.1, 65.0])
    assert cli.main(["intake", str(unclear), "--data", str(data)]) == 1
    out = capsys.readouterr().out
    assert "mapping.csv" in out and "请发回报送方核对" in out
    assert cli.main(["intake", str(good), "--data", str(tmp_path / "nowhere")]) == 2
    assert "regions.csv" in capsys.readouterr().err
    assert cli.main(["forms", "--data", str(data), "--out", str(tmp_path / "f")]) == 0
    assert "3" in capsys.readouterr().out
    assert cli.main(["check", "--data", str(data)]) == 0
    out = capsys.readouterr().out
    assert "mapping.csv" in out and "received/" in out


def test_shipped_city_rows_pass_with_their_sources(tmp_path):
    """The shipped statistics, sent as one long table, are understood to the last row."""
    from pathlib import Path

    import pandas as pd

    shipped = Path(__file__).resolve().parents[2] / "data/raw"
    frames = [
        pd.read_csv(file, dtype=str) for file in sorted((shipped / "statistics").glob("*.csv")) if file.stem != "demo"
    ]
    table = pd.concat(frames).dropna(subset="value")
    path = tmp_path / "all.csv"
    table.to_csv(path, index=False)
    folder = tmp_path / "data"
    (folder / "statistics").mkdir(parents=True)
    for name in ("regions.csv", "targets.csv"):
        (folder / name).write_bytes((shipped / name).read_bytes())
    (delivery,) = take_in(path, folder)
    assert not delivery.questions and len(delivery.rows) == len(table)
    assert set(delivery.rows["source"]) == {text.strip() for text in table["source"]}
    assert not intake.read(folder).problems


def test_the_gridded_account_of_co2_is_known_by_its_name(tmp_path, data):
    path = tmp_path / "grid.csv"
    path.write_text("region_code,year,variable,value,unit\n620500,2000,co2_edgar,221.9,万吨\n", encoding="utf-8")
    (delivery,) = take_in(path, data)
    assert list(zip(delivery.rows["variable"], delivery.rows["value"], strict=True)) == [("co2_emission", 221.9)]
