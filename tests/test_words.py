"""Numbers, counts and verdicts in words: literal texts."""

import numpy as np
import pytest

from ecoanalysis import words

ZH, EN = words.of("zh"), words.of("en")


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
    with pytest.raises(ValueError, match="zh and en"):
        words.of("fr")


def test_units_and_set_numbers():
    assert ZH.unit("tce/10⁴ CNY") == "吨标准煤/万元" and ZH.unit("no such unit") == "no such unit"
    assert (EN.plain(4.5), EN.plain(13.0), EN.plain(3247.94), EN.plain(100)) == ("4.5", "13", "3\u2009247.94", "100")
