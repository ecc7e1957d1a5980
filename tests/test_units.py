"""Units as yearbooks print them."""

import pytest

from ecoanalysis import catalog, units


@pytest.mark.parametrize(
    ("printed", "canonical", "factor"),
    [
        ("亿元", "10⁴ CNY", 10_000),
        ("万元", "10⁴ CNY", 1),
        ("yuan", "10⁴ CNY", 1e-4),
        ("万亩", "km²", 20 / 3),
        ("亩", "ha", 1 / 15),
        ("ha", "km²", 0.01),
        ("平方公里", "ha", 100),
        ("万吨", "t", 10_000),
        ("10^4 t", "t", 10_000),
        ("10⁴ t", "t", 10_000),
        ("百万吨", "t", 1_000_000),
        ("亿m3", "10⁶ m³", 100),
        ("10⁴ m³", "m³", 10_000),
        ("亿立方米", "m³", 1e8),
        ("万人", "person", 10_000),
        ("吨标准煤/万元", "tce/10⁴ CNY", 1),
        ("tce/10^4 yuan", "tce/10⁴ CNY", 1),
        ("kg/yuan", "t/10⁴ CNY", 10),
        ("ug/m3", "µg/m³", 1),
        ("μg/m³", "µg/m³", 1),
        ("m2/人", "m²/person", 1),
        ("个百分点", "pp", 1),
        ("‰", "%", 0.1),
        ("上年=100", "", 1),
        ("ｋｍ２", "km²", 1),
    ],
)
def test_a_printed_unit_becomes_the_canonical_one(printed, canonical, factor):
    assert units.factor(printed, canonical) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "target", "words"),
    [
        ("acre", "ha", ["acre", "mu"]),
        ("t", "ha", ["'t' cannot become 'ha'", "km²"]),
        ("tce", "t", ["'tce' cannot become 't'"]),
        ("亿元", "", ["without unit"]),
        ("", "t", ["cannot become 't'"]),
    ],
)
def test_a_unit_of_another_kind_is_refused_and_the_right_ones_are_named(unit, target, words):
    with pytest.raises(units.UnitError) as error:
        units.factor(unit, target)
    assert all(word in str(error.value) for word in words)


def test_every_unit_of_the_catalogue_is_known():
    for row in [*catalog.variables().values(), *catalog.indicators().values()]:
        assert units.factor(row.unit, row.unit) == 1, row.code
