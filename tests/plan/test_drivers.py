"""What the two inputs of a rate brought of its change, reckoned by hand."""

import math

import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import words
from ecoanalysis.plan import drivers, kept


@pytest.fixture(scope="module")
def table(worked):
    return drivers.drivers(worked)


def of(table, indicator, region="990000"):
    return table[(table["region_code"] == region) & (table["indicator"] == indicator)]


def test_effects_are_those_of_the_logarithmic_mean_and_add_up_to_the_change(table):
    rows = of(table, "hazardous_waste_rate")
    assert rows[["first", "last"]].drop_duplicates().values.tolist() == [[2018, 2023]]
    assert rows["before"].tolist() == [8250, 8400] and rows["after"].tolist() == pytest.approx([9464.35, 9470])
    before, after = 100 * 8250 / 8400, 100 * 9464.35 / 9470
    mean = (after - before) / math.log(after / before)
    expected = [mean * math.log(9464.35 / 8250), -mean * math.log(9470 / 8400)]
    assert rows["effect"].tolist() == pytest.approx(expected)
    assert rows["effect"].sum() == pytest.approx(after - before)


def test_an_input_that_stands_still_brings_nothing(table):
    rows = of(table, "rural_sewage_treatment_rate")
    assert rows["effect"].tolist() == pytest.approx([100 * (158 - 32) / 520, 0.0], abs=1e-9)


def test_what_is_no_rate_of_two_inputs_or_was_zero_has_no_drivers(table):
    assert of(table, "worse_than_class_five_share").empty  # none in 2018: nothing has no logarithm
    assert of(table, "public_participation").empty  # a survey's answers are asked anew every time
    assert of(table, "no_major_incident").empty


def test_the_sentence_says_which_way_each_input_pulled(worked):
    made = [["990000", "park_area_per_head", "park_green_area", 2018, 2023, 100.0, 125.0, 1.25]]
    made.append(["990000", "park_area_per_head", "urban_population", 2018, 2023, 100.0, 110.0, -0.75])
    table = pd.DataFrame(made, columns=drivers.COLUMNS)
    zh = drivers.sentence(table, worked, words.of("zh"))
    assert "增加 25.0 %，使指标提高 1.25 平方米/人" in zh.replace("\u2009", " ")
    assert "增加 10.0 %，使指标下降 0.75 平方米/人" in zh
    en = drivers.sentence(table.assign(effect=-table["effect"], after=[80.0, 100.1]), worked, words.of("en"))
    assert "fell by 20.0 %, lowering it by 1.25 m² a head" in en and "hardly moved" in en


def test_what_documents_show_of_the_plan_is_kept_with_the_analysis(worked, tmp_path):
    worked.save(tmp_path)
    kept.save(worked, tmp_path)
    again = eco.load(tmp_path)
    made, loaded = ({name: kept.table(one, name) for name in kept.MAKERS} for one in (worked, again))
    assert set(made) == {"tasks", "effects", "candidates", "drivers", "revised", "revision_effects"}
    assert len(made["tasks"]) and len(made["drivers"])
    for name in made:
        assert list(loaded[name].columns) == list(made[name].columns) and len(loaded[name]) == len(made[name])
    assert loaded["drivers"]["effect"].tolist() == pytest.approx(made["drivers"]["effect"].tolist())
    assert loaded["tasks"]["needed"].sum() == pytest.approx(made["tasks"]["needed"].sum())
