"""Numbers, counts and verdicts in words: literal texts."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog, formulas, words

ZH, EN = words.of("zh"), words.of("en")
INDICATORS = catalog.indicators()


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (36.456, 1, "36.5"),
        (0.25, 1, "0.2"),  # half to even, GB/T 8170
        (0.35, 1, "0.4"),
        (2.675, 2, "2.68"),  # on decimal digits: a binary float would give 2.67
        (-0.04, 1, "0.0"),
        (-3.2, 1, "−3.2"),
        (1234567.0, 0, "1\u2009234\u2009567"),
        (np.nan, 1, "—"),
        (None, 1, "—"),
    ],
)
def test_numbers_are_rounded_once_on_their_decimal_digits(value, decimals, text):
    assert ZH.number(value, decimals) == EN.number(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.714, "71 %"), (0.999, ">99 %"), (1.0, ">99 %"), (0.001, "<1 %"), (0.01, "1 %"), (np.nan, "—")],
)
def test_a_chance_is_never_told_as_certain(p, text):
    assert ZH.chance(p) == text


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (106_684_915, "m³", "1.07 亿立方米", "107 million m³"),
        (17.4, "10⁴ m³", "17.4 万立方米", "174\u2009000 m³"),
        (983, "10⁴ CNY", "983 万元", "CNY 9.83 million"),
        (3035.2, "10⁴ trip", "3\u2009035 万人次", "30.4 million trips"),
        (2.5, "10⁶ m³", "250 万立方米", "2.5 million m³"),
        (1.2, "10⁸ m³", "1.2 亿立方米", "120 million m³"),
        (45, "village", "45 个村", "45 villages"),
        (12345, "person", "12\u2009345 人", "12\u2009345 persons"),
        (5.65, "t", "5.65 吨", "5.65 t"),
        (0.62, "t", "0.62 吨", "0.62 t"),
        (0.004, "t", "0.004 吨", "0.004 t"),
        (69.43, "ha", "69.4 公顷", "69.4 ha"),
    ],
)
def test_counts_are_told_as_people_write_them(value, unit, zh, en):
    assert ZH.count(value, unit) == zh
    assert EN.count(value, unit) == en


def test_the_last_class_is_a_task_for_binding_items_and_never_advice_to_give_up():
    assert ZH.verdict("out_of_reach", pressing=True) == "需重点攻关"
    assert ZH.verdict("out_of_reach") == "按现有趋势难达，需专项措施"
    assert "调整" not in "".join(ZH.verdict(code, pressing) for code in ("out_of_reach",) for pressing in (True, False))


def test_another_language_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="'fr'.*zh and en"):
        words.of("fr")


def test_units_and_set_numbers():
    assert ZH.unit("tce/10⁴ CNY") == "吨标准煤/万元" and ZH.unit("no such unit") == "no such unit"
    assert (EN.plain(4.5), EN.plain(13.0), EN.plain(3247.94), EN.plain(100)) == ("4.5", "13", "3\u2009247.94", "100")


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0099, "<1 %"),
        (0.99, "99 %"),
        (0.991, ">99 %"),
        (0.005, "<1 %"),
        (0.325, "32 %"),
        (0.335, "34 %"),
        (None, "—"),
    ],
)
def test_the_ends_of_the_scale_of_chances(p, text):
    assert EN.chance(p) == text


def test_values_and_differences_carry_their_unit():
    share, index = INDICATORS["rural_sewage_treatment_rate"], INDICATORS["ecological_index"]
    assert ZH.measure(28.96, share) == "29.0 %" and ZH.measure(28.96, share, 2) == "28.96 %"
    assert ZH.difference(11.04, share, 1) == "11.0 个百分点" and EN.difference(11.04, share, 1) == "11.0 points"
    assert EN.measure(57.25, index) == "57.2" and EN.difference(0.25, index, 1) == "0.2"
    assert EN.measure(np.nan, share) == EN.difference(np.nan, share, 1) == "—"
    assert EN.percent(0.6875) == "69 %" and EN.percent(0.6875, 1) == "68.8 %" and EN.percent(np.nan) == "—"
    assert EN.year(2023.0) == "2023" and EN.year(np.nan) == EN.year(None) == "—"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (1, "village", "1 个村", "1 village"),
        (0, "village", "0 个村", "0 villages"),
        (2, "person", "2 人", "2 persons"),
        (100_000_000, "m³", "1 亿立方米", "100 million m³"),
        (10_000, "m³", "1 万立方米", "10\u2009000 m³"),
        (9999, "m³", "9\u2009999 立方米", "9\u2009999 m³"),
        (17_453, "m³", "1.75 万立方米", "17\u2009000 m³"),
        (1_500_000_000, "m³", "15 亿立方米", "1.5 billion m³"),
        (100.4, "t", "100 吨", "100 t"),
        (99.4, "t", "99.4 吨", "99.4 t"),
        (10.04, "t", "10 吨", "10 t"),
        (9.996, "t", "10 吨", "10 t"),
    ],
)
def test_where_the_words_for_large_and_small_counts_change(value, unit, zh, en):
    assert (ZH.count(value, unit), EN.count(value, unit)) == (zh, en)


def test_records_and_columns_have_a_name_in_each_language():
    record = INDICATORS["river_chief_system"]
    assert (ZH.name(record), EN.name(record)) == ("河长制", "River chief system")
    table = pd.DataFrame({"region_code": ["C1"], "verdict": ["hard"]})
    assert list(ZH.columns(table)) == ["地区代码", "可达性"] and list(EN.columns(table)) == ["Region code", "Verdict"]


def test_rows_of_names_and_sentences():
    assert ZH.series(["甲", "乙", "丙"]) == "甲、乙、丙" and EN.series(["a", "b", "c"]) == "a, b and c"
    assert EN.series(["a"]) == "a" and EN.list(["a", "b"]) == "a, b"
    assert ZH.join("甲。", "", "乙。") == "甲。乙。" and EN.join("A.", "", "B.") == "A. B."
    assert EN.warnings("stale;few_values") == (
        "the latest figure is old and has to be renewed; fewer than four values, wide band"
    )
    assert EN.warnings("") == ""


def test_demo_data_are_marked_and_nothing_else_is():
    assert ZH.demo_mark(True) == "演示数据" and EN.demo_mark(True) == "demo data" and ZH.demo_mark(False) == ""
    assert (
        ZH.bracket("演示数据") == "【演示数据】" and EN.bracket("demo data") == " [demo data]" and EN.bracket("") == ""
    )
    assert ZH.status("demo") == "演示数据" and ZH.status("estimated") == "估算" and ZH.status("") == "—"


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("reached", "已达标", "Reached"),
        ("reached_at_risk", "已达标，需巩固", "Reached, to be consolidated"),
        ("likely", "易达标", "Likely"),
        ("possible", "经努力可达标", "Possible with effort"),
        ("hard", "难达标", "Hard"),
        ("no_target", "待上级下达目标", "Target not yet assigned"),
    ],
)
def test_a_verdict_says_the_same_whether_it_presses_or_not(code, zh, en):
    assert ZH.verdict(code) == ZH.verdict(code, pressing=True) == zh
    assert EN.verdict(code) == EN.verdict(code, pressing=True) == en
    assert ZH.short_verdict("reached_at_risk") == "需巩固"


def test_what_is_counted_bears_its_own_measure_word():
    assert ZH.count(19, "piece", "disclosure_rate") == "19 条信息"
    assert ZH.count(1, "piece", "class_three_or_better_share") == "1 个断面"
    assert EN.count(1, "piece", "class_three_or_better_share") == "1 river section"
    assert EN.count(1_234, "piece", "water_saving_fixture_share") == "1\u2009234 fixtures"
    assert ZH.count(2, "piece", "cleaner_production_rate") == "2 家企业"
    assert (ZH.count(3, "piece"), EN.count(3, "piece", "not_in_the_table")) == ("3 个", "3 pieces")
    assert EN.count(1, "village", "disclosure_rate") == "1 village"  # only pieces are named anew
    assert (ZH.things("piece", "protected_species_rate"), ZH.things("t", "protected_species_rate")) == ("个物种", "吨")


def test_every_unit_that_is_counted_has_a_word_for_one_and_for_many():
    for unit in words.COUNTED:
        assert words.has_phrase(f"unit.{unit}") and words.has_phrase(f"unit.{unit}_one"), unit


def test_every_indicator_that_counts_pieces_says_what_they_are():
    variables, named = catalog.variables(), set()
    for code in INDICATORS:
        inputs = formulas.parameters(formulas.FORMULAS[code])[0] if code in formulas.FORMULAS else []
        pieces = [name for name in inputs if name in variables and variables[name].unit == "piece"]
        if len(pieces) == 2:  # a share of pieces: its gap is told in them
            named.add(code)
            assert words.has_phrase(f"counted.{code}") and words.has_phrase(f"counted.{code}_one"), code
    table = {key.split(".")[1].removesuffix("_one") for key in catalog.phrases() if key.startswith("counted.")}
    assert table == named and len(named) == 11


def test_a_class_that_the_survey_s_error_caps_is_explained():
    assert ZH("meaning.possible") == "未达标，届时达标概率 50 %—90 %，或更高而差距在调查误差范围内"


def test_what_an_input_counts_has_its_measure_word():
    told = [
        ZH.unit("piece", of)
        for of in ("items_disclosed", "enterprises_audit_passed", "species_present", "water_sources")
    ]
    assert told == ["条", "家", "种", "个"] and ZH.unit("t", "items_disclosed") == "吨"
    assert EN.unit("piece", "water_fixtures") == "fixtures" and ZH.unit("piece") == "个"
