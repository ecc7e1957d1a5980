"""Tables as people send them: exactly what is understood, what is asked, and what is told."""

import pytest
from messy import CASES, REGIONS

from ecoanalysis import catalog
from ecoanalysis.intake import take_in
from ecoanalysis.intake.delivery import Delivery


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    (folder / "statistics").mkdir(parents=True)
    (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (folder / "targets.csv").write_text("region_code,indicator,comparison,value,due\n*,river_chief_system,done,,2023\n")
    return folder


def facts(delivery: Delivery) -> set[tuple]:
    rows = delivery.rows
    return set(
        zip(rows["region_code"], rows["year"], rows["variable"], rows["value"].round(9), rows["unit"], strict=True)
    )


def told(delivery: Delivery) -> set[str]:
    of_sheets = [t.phrase for sheet in delivery.sheets for t in sheet.told]
    return {*of_sheets, *(t.phrase for t in delivery.conflicts), *(phrase for phrase, _ in delivery.told)}


def test_there_are_at_least_thirty():
    assert len(CASES) >= 30


@pytest.mark.parametrize("name", CASES)
def test_a_messy_table_is_understood_exactly(name, tmp_path, data):
    case = CASES[name](tmp_path)
    (delivery,) = take_in(case.path, data)
    assert facts(delivery) == set(case.facts)
    assert {(q.kind, q.text) for q in delivery.questions} == set(case.questions)
    assert set(case.told) == told(delivery)
    assert sum(len(sheet.totals) for sheet in delivery.sheets) == case.totals


@pytest.mark.parametrize("name", CASES)
def test_every_number_is_a_fact_a_total_a_question_or_told(name, tmp_path, data):
    case = CASES[name](tmp_path)
    (delivery,) = take_in(case.path, data, write=False)
    for sheet in delivery.sheets:
        lost = sum(t.lost for t in sheet.told)
        waiting = sum(q.cells for q in sheet.questions)
        assert sheet.numbers == len(sheet.facts) + len(sheet.totals) + lost + waiting


@pytest.mark.parametrize("name", CASES)
def test_every_case_reads_in_both_languages(name, tmp_path, data):
    case = CASES[name](tmp_path)
    (delivery,) = take_in(case.path, data, write=False)
    for lang in ("zh", "en"):
        assert "{" not in delivery.text(lang)
    assert catalog.phrase("intake.answer", "en")
