"""Tables, formulas and cases name each other."""

import inspect
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import catalog
from ecoanalysis.formulas import CHANGES, FORMULAS, diagnosis, economy, grades
from ecoanalysis.words import Words

INDICATORS, VARIABLES = catalog.indicators(), catalog.variables()
COEFFICIENTS, THRESHOLDS = catalog.coefficients(), catalog.thresholds()
CLASSES = {
    "level": {"city", "county"},
    "terrain": {"mountain", "hill", "plain", "arid", "plateau"},
    "climate": {"arid", "other"},
    "city_size": {"megacity", "large", "medium_small"},
}


def test_every_standard_and_clause_has_a_chinese_name():
    texts = {text for row in [*INDICATORS.values(), *COEFFICIENTS] for text in (row.standard, row.clause)}
    named = {text: Words("zh").standard(text) for text in texts - {""}}
    assert [text for text, name in named.items() if re.search("[A-Za-z]{3}", name)] == []
    assert named["item 14"] == "第14项" and named["HJ 192-2015"] == "生态环境状况评价技术规范（HJ 192-2015）"
    assert Words("en").standard("item 14") == "item 14" and Words("zh").standard("茶园标准") == "茶园标准"


def parameters(function):
    return inspect.signature(function).parameters.values()


def test_every_computed_indicator_has_a_formula_and_every_other_formula_is_a_derived_variable():
    computed = {code for code, row in INDICATORS.items() if row.kind == "computed"}
    assert computed <= set(FORMULAS)
    assert set(FORMULAS) - computed <= set(VARIABLES)


def test_a_reported_or_checked_indicator_is_a_row_without_a_formula():
    others = {code for code, row in INDICATORS.items() if row.kind != "computed"}
    assert others.isdisjoint(FORMULAS)


@pytest.mark.parametrize("code", FORMULAS)
def test_inputs_are_variables_and_settings_are_groups_of_the_coefficient_table(code):
    known = set(VARIABLES) | set(FORMULAS)
    groups = {row.group for row in COEFFICIENTS}
    for parameter in parameters(FORMULAS[code]):
        assert parameter.name in (groups if parameter.kind is parameter.KEYWORD_ONLY else known)


@pytest.mark.parametrize("code", [code for code, row in INDICATORS.items() if row.aggregate == "ratio"])
def test_a_ratio_takes_its_numerator_then_its_denominator_and_nothing_else(code):
    positional = [p.name for p in parameters(FORMULAS[code]) if p.kind is not p.KEYWORD_ONLY]
    if positional == [getattr(CHANGES.get(code), "level", None)]:  # a rise of a share has the two of the share
        positional = [p.name for p in parameters(FORMULAS[positional[0]])]
    assert len(positional) == 2
    counted = INDICATORS[code].count_variable
    assert counted in ("", positional[0])


@pytest.mark.parametrize("code", CHANGES)
def test_a_change_of_a_level_is_what_its_formula_says(code):
    rng = np.random.default_rng(7)
    formula, change = FORMULAS[code], CHANGES[code]
    names = [p.name for p in parameters(formula) if p.kind is not p.KEYWORD_ONLY]
    inputs = [pd.Series(rng.uniform(*size, 4), index=range(2020, 2024)) for size in ((1, 9), (10, 20))[: len(names)]]
    level = FORMULAS[change.level](*inputs) if len(names) == 2 else inputs[0]
    expected = formula(*inputs, base_year=2021) if change.from_base else formula(*inputs)
    found = change.of(level, 2021) if change.from_base else change.of(level)
    pd.testing.assert_series_equal(found, expected)
    if change.from_base:
        pd.testing.assert_series_equal(change.against(level, level[2021]), expected)


@pytest.mark.parametrize("code", FORMULAS)
def test_a_formula_opens_with_its_official_name_and_unit(code):
    row = INDICATORS.get(code) or VARIABLES[code]
    title = " ".join(inspect.getdoc(FORMULAS[code]).split("\n\n")[0].split())
    assert title.startswith(f"{row.name_zh} {row.name_en} [")
    assert title.endswith(f"[{row.unit or f'{row.low:g}–{row.high:g}'}].")


def test_every_group_of_coefficients_is_used():
    functions = [*FORMULAS.values()]
    functions += [f for module in (grades, diagnosis) for _, f in inspect.getmembers(module, inspect.isfunction)]
    used = {p.name for f in functions for p in parameters(f) if p.kind is p.KEYWORD_ONLY}
    assert {row.group for row in COEFFICIENTS} <= used


def test_every_coefficient_says_where_it_stands_and_how_sure_it_is():
    for row in COEFFICIENTS:
        assert row.standard and row.clause and row.confidence in "ABCD", row
    keys = [(row.group, row.name) for row in COEFFICIENTS]
    assert len(keys) == len(set(keys))


def test_weights_of_a_group_sum_to_one():
    for group in ("weights", "habitat_weights", "land_stress_weights", "pollution_weights"):
        assert sum(row.value for row in COEFFICIENTS if row.group == group) == pytest.approx(1)


def test_a_folder_of_its_own_replaces_a_doubtful_number(tmp_path):
    own = "standard,group,name,value,unit,clause,confidence\nlocal,wet_year_rule,wet,1.5,,letter,B\n"
    (tmp_path / "coefficients.csv").write_text(own, encoding="utf-8")
    rule = {row.name: row.value for row in catalog.coefficients(tmp_path) if row.group == "wet_year_rule"}
    assert rule == {"active": 0, "wet": 1.5, "flood": 2.4}


class TestThresholds:
    def test_each_names_an_indicator_with_its_part_and_unit(self):
        for row in THRESHOLDS:
            indicator = INDICATORS[row.indicator]
            assert row.part == indicator.part, row
            assert row.unit == ("" if row.comparison == "done" else indicator.unit), row
            assert (row.comparison == "done") == (indicator.kind == "checklist" or row.indicator == "plan_eia_rate"
                                                  and row.region_class == "level=county"), row  # fmt: skip

    def test_classes_and_comparisons_are_those_of_the_contract(self):
        for row in THRESHOLDS:
            kind, _, name = row.region_class.partition("=")
            assert row.region_class == "all" or name in CLASSES[kind], row
            assert row.comparison in (">=", "<=", "not_below_base", "falling", "done"), row

    def test_no_row_hides_another(self):
        file = Path(catalog.__file__).parent / "tables" / "thresholds.csv"
        assert len(catalog.rows(file)) == len(THRESHOLDS)

    @pytest.mark.parametrize("edition", ["2019"])
    def test_every_inland_item_of_the_edition_is_there(self, edition):
        numbers = {INDICATORS[row.indicator].number_2019 for row in THRESHOLDS if row.edition == edition}
        assert numbers == set(range(1, 41)) - {9, 13, 18}

    @pytest.mark.parametrize(
        ("edition", "indicator", "region_class", "value"),
        [
            ("2019", "ecological_index", "climate=other", 60),
            ("2019", "ecological_index", "climate=arid", 35),
            ("2019", "park_area_per_head", "level=city", 15),
            ("2021", "rural_sewage_treatment_rate", "all", 50),
            ("2019", "urban_sewage_treatment_rate", "level=county", 85),
            ("2019", "public_transport_share", "city_size=large", 60),
        ],
    )
    def test_numbers_that_plans_are_held_against(self, edition, indicator, region_class, value):
        found = [
            r.value
            for r in THRESHOLDS
            if (r.edition, r.indicator, r.region_class) == (edition, indicator, region_class)
        ]
        assert found == [value]


def test_formulas_read_no_file_and_know_no_region():
    folder = Path(economy.__file__).parent
    for file in set(folder.glob("*.py")) - {folder / "own.py"}:  # which fetches the functions of a data folder
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\bopen\(|read_csv|pathlib|import catalog|天水|Tianshui|6205", text), file.name
