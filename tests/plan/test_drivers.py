"""What the two inputs of a rate brought of its change, reckoned by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import catalog, compute, formulas, words
from ecoanalysis.plan import drivers, kept

SHIPPED = SimpleNamespace(indicators=catalog.indicators(), records=catalog.variables() | catalog.indicators())


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


@pytest.mark.parametrize(
    ("start", "end", "effects"),
    [
        # 100 × 40 / 50 = 80 to 100 × 60 / 60 = 100: the mean is 20 / ln 1.25
        ((80, 40, 50), (100, 60, 60), [20 / math.log(1.25) * math.log(1.5), -20 / math.log(1.25) * math.log(1.2)]),
        ((80, 40, 50), (80, 40, 50), [0, 0]),
        ((80, 40, 50), (90, 60, 60), []),  # the second value is not the same ratio
        ((80, 40, 50), (0, 0, 60), []),
        ((80, 40, 50), (np.nan, np.nan, 60), []),
    ],
)
def test_effects_of_a_ratio_alone(start, end, effects):
    one, other = (pd.Series(side, ["value", "numerator", "denominator"], dtype=float) for side in (start, end))
    assert drivers._effects(one, other) == pytest.approx(effects)


def test_what_is_met_but_fragile_has_drivers_too(table):
    assert of(table, "urban_sewage_treatment_rate")["effect"].tolist() == pytest.approx([100 * (1235 - 1114) / 1300, 0])


def test_years_without_a_figure_or_without_a_distance_have_no_drivers():
    """60 of 200 villages in 2020 and 90 in 2023; the pace is taken from 2020, from a year without figures, from 2023."""
    rows = [("C1", year, 100 * treated / 200, treated, 200) for year, treated in ((2020, 60), (2023, 90))]
    results = pd.DataFrame(rows, columns=["region_code", "year", "value", "numerator", "denominator"])
    results = results.assign(indicator="rural_sewage_treatment_rate", basis=compute.OWN, coverage=1.0)
    known = SimpleNamespace(measured=SimpleNamespace(formulas=formulas.FORMULAS))

    def effects(pace_from: float, verdict: str = "hard", *regions: str) -> list[float]:
        row = dict(indicator="rural_sewage_treatment_rate", verdict=verdict, pace_from=pace_from, latest_year=2023.0)
        asked = pd.DataFrame([row | {"region_code": region} for region in regions or ("C1",)])
        analysis = SimpleNamespace(assessment=asked, results=results, indicators=catalog.indicators(), assessor=known)
        return drivers.drivers(analysis)["effect"].tolist()

    for verdict in ("reached_at_risk", "likely", "possible", "hard", "out_of_reach"):
        assert effects(2020.0, verdict) == pytest.approx([15, 0])
    assert effects(2020.0, "hard", "C2", "C1", "C1") == pytest.approx(
        [15, 0]
    )  # C2 has no figures; two targets, one rate
    assert effects(2019.0) == effects(2023.0) == effects(np.nan) == effects(2020.0, "reached") == []


def moved(*inputs: tuple, indicator: str = "park_area_per_head") -> pd.DataFrame:
    rows = [["990000", indicator, name, 2018, 2023, 100.0, after, effect] for name, after, effect in inputs]
    return pd.DataFrame(rows, columns=drivers.COLUMNS)


@pytest.mark.parametrize(
    ("inputs", "zh", "en"),
    [
        (
            [("park_green_area", 125.0, 1.25), ("urban_population", 110.0, -0.75)],
            "2018—2023 年，公园绿地面积增加 25.0 %，使指标提高 1.25 平方米/人；"
            "城镇常住人口增加 10.0 %，使指标下降 0.75 平方米/人。",
            "2018–2023: Park green area grew by 25.0 %, raising it by 1.25 m² a head; "
            "Urban resident population grew by 10.0 %, lowering it by 0.75 m² a head.",
        ),
        (
            [("park_green_area", 80.0, -1.25), ("urban_population", 90.0, 0.75)],
            "2018—2023 年，公园绿地面积减少 20.0 %，使指标下降 1.25 平方米/人；"
            "城镇常住人口减少 10.0 %，使指标提高 0.75 平方米/人。",
            "2018–2023: Park green area fell by 20.0 %, lowering it by 1.25 m² a head; "
            "Urban resident population fell by 10.0 %, raising it by 0.75 m² a head.",
        ),
        (
            [("park_green_area", 100.4, 0.02), ("urban_population", 100.6, -0.03)],  # under and above half a per cent
            "2018—2023 年，公园绿地面积基本未变；城镇常住人口增加 0.6 %，使指标下降 0.03 平方米/人。",
            "2018–2023: Park green area hardly moved; Urban resident population grew by 0.6 %, lowering it by 0.03 m² a head.",
        ),
        (
            [("park_green_area", 102.0, 0.004)],  # nothing that could be printed
            "2018—2023 年，公园绿地面积基本未变。",
            "2018–2023: Park green area hardly moved.",
        ),
    ],
    ids="grew fell half_a_per_cent unseen".split(),
)
def test_what_each_input_did_in_words(inputs, zh, en):
    table, known = moved(*inputs), SHIPPED
    assert (drivers.sentence(table, known, words.of("zh")), drivers.sentence(table, known, words.of("en"))) == (
        zh,
        en,
    )


def test_an_effect_has_the_decimals_of_its_indicator_and_points_for_a_share():
    table = moved(("villages_sewage_treated", 150.0, 24.2308), indicator="rural_sewage_treatment_rate")
    assert drivers.sentence(table, SHIPPED, words.of("en")) == (
        "2018–2023: Villages with domestic sewage treated grew by 50.0 %, raising it by 24.2 points."
    )


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
