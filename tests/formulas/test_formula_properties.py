"""What must hold of every formula, whatever the numbers."""

import inspect

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecoanalysis import catalog, compute
from ecoanalysis.formulas import FORMULAS, ei, rates

SETTINGS = compute.formula_settings(catalog.coefficients())
INDICATORS, VARIABLES = catalog.indicators(), catalog.variables()
RATIOS = [
    code
    for code, row in INDICATORS.items()
    if row.aggregate == "ratio" and len(compute.parameters(FORMULAS[code])[0]) == 2  # the rise of a share has one
]
PERCENTAGES = [code for code in RATIOS if INDICATORS[code].unit in ("%", "pp")]
DECLINES = [code for code in RATIOS if code.endswith(("_decline_rate", "_cumulative_decline"))]
SUB_INDICES = list(inspect.signature(ei.ecological_index).parameters)[:5]
POINTS = st.floats(0, 100)
POSITIVE = st.floats(0.1, 1e6)
FACTOR = st.floats(1e-3, 1e3)


def inputs(code):
    """Required inputs of a formula."""
    return [
        p.name
        for p in inspect.signature(FORMULAS[code]).parameters.values()
        if p.kind is not p.KEYWORD_ONLY and p.default is p.empty
    ]


def call(code, *values):
    return FORMULAS[code](*values, **SETTINGS(FORMULAS[code]))


def yearly(values, first=2020):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


def index_of(points):
    return call("ecological_index", *(yearly([p]) for p in points))[2020]


@given(st.lists(st.floats(-50, 150), min_size=5, max_size=5))
def test_ei_lies_between_0_and_100_whatever_its_parts_claim(points):
    assert -1e-9 <= index_of(points) <= 100 + 1e-9


@pytest.mark.parametrize("place", range(5), ids=SUB_INDICES)
@given(points=st.lists(POINTS, min_size=5, max_size=5), more=POINTS)
def test_ei_rises_with_each_good_sub_index_and_falls_with_stress_and_load(place, points, more):
    changed = [*points[:place], max(points[place], more), *points[place + 1 :]]
    step = index_of(changed) - index_of(points)
    assert step >= -1e-9 if place < 3 else step <= 1e-9


@given(st.floats(0, 2000), st.floats(0, 2000))
def test_more_water_never_lowers_the_density_while_the_wet_year_rule_is_off(first, second):
    low, high = sorted([first, second])
    assert water_density(low, active=0) <= water_density(high, active=0) + 1e-9


def test_with_the_wet_year_rule_a_flood_lowers_the_density():
    assert water_density(700, active=1) < water_density(400, active=1)
    assert water_density(300, active=1) < water_density(400, active=1)


def water_density(resources, active):
    fixed = SETTINGS(ei.water_network_density)
    fixed["wet_year_rule"] = fixed["wet_year_rule"] | {"active": active}
    zero = yearly([0.0])
    return ei.water_network_density(zero, zero, yearly([resources]), zero + 1000, zero + 300, **fixed)[2020]


@pytest.mark.parametrize("code", PERCENTAGES)
@given(numbers=st.lists(st.tuples(POSITIVE, POSITIVE), min_size=3, max_size=5), factor=FACTOR)
def test_a_rate_does_not_care_in_which_unit_both_its_sides_come(code, numbers, factor):
    numerator, denominator = (yearly(side) for side in zip(*numbers, strict=True))
    pd.testing.assert_series_equal(
        call(code, numerator, denominator), call(code, numerator * factor, denominator * factor), atol=1e-6
    )


@pytest.mark.parametrize("code", DECLINES)
@given(numbers=st.lists(st.tuples(POSITIVE, POSITIVE), min_size=3, max_size=5), a=FACTOR, b=FACTOR)
def test_a_fall_of_an_intensity_does_not_care_in_which_units_it_is_measured(code, numbers, a, b):
    numerator, denominator = (yearly(side) for side in zip(*numbers, strict=True))
    pd.testing.assert_series_equal(
        call(code, numerator, denominator), call(code, numerator * a, denominator * b), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("code", [code for code in DECLINES if code.endswith("_cumulative_decline")])
@given(numbers=st.lists(st.tuples(st.floats(1, 1000), st.floats(1, 1000)), min_size=4, max_size=4))
def test_a_cumulative_fall_is_the_ratio_of_its_ends_and_the_yearly_falls_compounded(code, numbers):
    numerator, denominator = (yearly(side) for side in zip(*numbers, strict=True))
    level = numerator / denominator
    total = call(code, numerator, denominator)[2023]
    assert total == pytest.approx((1 - level[2023] / level[2020]) * 100, rel=1e-9, abs=1e-6)
    assert total == pytest.approx(rates.compounded(rates.decline_rate(level), 2020)[2023], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("code", "missing"), [(code, name) for code in FORMULAS for name in inputs(code) if name != "gdp_current"]
)
def test_a_missing_input_gives_no_number_for_its_year_and_leaves_the_year_before(code, missing):
    whole = {name: yearly([90.0, 100.0, 105.0]) for name in inputs(code)}
    gap = {name: s.where((s.index != 2022) | (name != missing)) for name, s in whole.items()}
    full, holed = call(code, *whole.values()), call(code, *gap.values())
    assert np.isfinite(full[2022])
    assert np.isnan(holed[2022])
    assert holed[2021] == full[2021]


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=2, max_size=6))
def test_a_city_rate_is_the_ratio_of_sums_and_lies_between_its_counties(pairs):
    numerator = pd.DataFrame([[n for n, _ in pairs]], index=[2020])
    denominator = pd.DataFrame([[d for _, d in pairs]], index=[2020])
    counties = rates.percentage(numerator, denominator)
    city = rates.percentage(numerator.sum(axis=1), denominator.sum(axis=1))[2020]
    assert counties.min(axis=None) * (1 - 1e-9) <= city <= counties.max(axis=None) * (1 + 1e-9)


@pytest.mark.parametrize("code", RATIOS)
def test_the_city_gets_its_counties_numerators_over_their_denominators(code):
    regions = pd.DataFrame(
        {"code": ["C", "C1", "C2"], "parent": ["", "C", "C"], "level": ["city", "county", "county"]}
        | {"area_km2": [3.0, 1.0, 2.0]}
    )
    names, years = inputs(code), range(2020, 2024)
    rng = np.random.default_rng(4)
    rows = [
        {"region_code": region, "year": year, "variable": name, "value": rng.uniform(*size), "status": "observed"}
        for region in ("C1", "C2")
        for name, size in zip(names, ((1, 10), (10, 20)), strict=False)  # a part is never above its whole
        for year in years
    ]
    observations = pd.DataFrame(rows).assign(id=lambda table: table.index.astype(str))
    wide = observations.pivot(index=["variable", "year"], columns="region_code", values="value").sum(axis=1)
    expected = call(code, *(wide[name] for name in names))
    measured = compute.measure(observations, regions)
    not_additive = any(name in VARIABLES and VARIABLES[name].aggregate == "none" for name in names)
    if INDICATORS[code].scope == "county" or not_additive:  # species of two counties may be the same ones
        rows = measured.results.query("indicator == @code and region_code == 'C'")
        assert rows["value"].isna().all()
    else:
        assert measured.value(code, "from_counties").at[2023, "C"] == pytest.approx(expected[2023])
