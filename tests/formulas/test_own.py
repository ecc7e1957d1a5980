"""Formulas that a data folder writes: read, reckoned with their units by hand, refused with the reason."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from ecoanalysis.formulas import own, parameters
from ecoanalysis.formulas.own import FormulaError

NONE, VOLUME, PEOPLE = Counter(), Counter(volume=1), Counter(person=1)
A_HEAD = Counter(volume=1, person=-1)
UNITS = {"use": (Fraction(10_000), VOLUME), "waste": (Fraction(1), VOLUME), "people": (Fraction(1), PEOPLE)}
USE, WASTE, PEOPLE_THERE = (pd.DataFrame({"C1": values}, [2022, 2023]) for values in ([3, 5.0], [900, 0.0], [10, 4.0]))


def reckoned(text: str, quantity=NONE, size=1) -> list[float]:
    tables = {"use": USE, "waste": WASTE, "people": PEOPLE_THERE}
    formula = own.expression("own_code", text, Fraction(size), quantity, UNITS)
    required, optional = parameters(formula)
    assert formula.__name__ == "own_code" and optional == []
    return formula(*(tables[name] for name in required))["C1"].tolist()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ratio(tea, land)", ("ratio", ["tea", "land"])),
        ("decline( energy , gdp )", ("decline", ["energy", "gdp"])),
        ("per_head(park)", ("per_head", ["park", "resident_population"])),
        ("per_head(park, urban_population)", ("per_head", ["park", "urban_population"])),
        ("(tea + orchard) / (land - tea)", ("expression", ["tea", "orchard", "land"])),
        ("own-formulas.v2.py:tea_share", ("", [])),
    ],
)
def test_a_written_formula_has_a_kind_and_its_inputs(text, read):
    assert own.sides(text) == read


@pytest.mark.parametrize(
    "text", ["ratio(tea)", "decline(tea)", "ratio(tea, tea)", "tea ** 2", "max(tea, land)", "3", "'tea'", "", "a +"]
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(FormulaError) as told:
        own.sides(text)
    assert told.value.why == "form"


def test_a_ratio_comes_in_the_unit_of_its_row_and_a_decline_in_percent_of_the_year_before():
    ratio = own.written("tea_share", "ratio(tea, land)", 100)
    assert ratio.__name__ == "tea_share" and parameters(ratio) == (["tea", "land"], [])
    assert ratio(USE, PEOPLE_THERE)["C1"].tolist() == [30, 125]
    fall = own.written("fall", "decline(people, use)", 100)(PEOPLE_THERE, USE)["C1"]
    assert np.isnan(fall[2022]) and fall[2023] == pytest.approx(76)  # 10/3 to 4/5, which is 24 % of it


@pytest.mark.parametrize(
    ("text", "quantity", "size", "values"),
    [
        ("use / people", A_HEAD, 1, [3000, 12_500]),
        ("use / people", A_HEAD, 10_000, [0.3, 1.25]),
        ("(use - waste) / use", NONE, Fraction(1, 100), [97, 100]),
        ("-use + 2 * waste", VOLUME, 10_000, [-2.82, -5]),
        ("people / waste", Counter(volume=-1, person=1), 1, [10 / 900, np.nan]),
        ("people / 0", PEOPLE, 1, [np.nan, np.nan]),
        ("use * people / people", VOLUME, 10_000, [3, 5]),
    ],
)
def test_an_expression_is_reckoned_in_the_units_of_its_inputs(text, quantity, size, values):
    assert reckoned(text, quantity, size) == pytest.approx(values, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "why", "values"),
    [
        ("use + people", "unlike", {"first": "volume", "second": "person"}),
        ("1 - use / waste", "unlike", {"first": "1", "second": "1"}),
        ("use * use / people", "result", {"found": "volume × volume/person", "asked": "1"}),
        ("1 / people", "result", {"found": "1/person", "asked": "1"}),
    ],
)
def test_what_the_units_forbid_is_told_as_quantities(text, why, values):
    with pytest.raises(FormulaError) as told:
        reckoned(text)
    assert (told.value.why, told.value.values) == (why, values)


class TestFunctionsInFiles:
    def made(self, tmp_path, text: str):
        (tmp_path / "own.py").write_text(text, encoding="utf-8")
        return own.from_file("code", "own.py:f", tmp_path)

    def test_it_is_called_by_its_inputs_and_gives_numbers(self, tmp_path):
        formula = self.made(tmp_path, "def f(use, people=None, *, base_year, **rest):\n    return (use > 4) * 1\n")
        assert formula.__name__ == "code" and parameters(formula) == (["use"], ["people"])
        assert formula(USE, base_year=2020)["C1"].tolist() == [0.0, 1.0]
        assert formula(USE, base_year=2020).dtypes.tolist() == [float]

    @pytest.mark.parametrize(
        ("text", "why", "told"),
        [
            ("def f(use):\n    return use[:1]\n", "shape", {}),
            ("def f(use):\n    return 3.0\n", "shape", {}),
            ("def f(use):\n    return use / 0 + missing\n", "raised", {"error": "NameError: name 'missing' is not defined"}),
        ],
    )  # fmt: skip
    def test_what_goes_wrong_in_it_is_told(self, tmp_path, text, why, told):
        with pytest.raises(FormulaError) as raised:
            self.made(tmp_path, text)(USE)
        assert (raised.value.why, raised.value.values) == (why, told)

    def test_a_file_that_is_not_there_or_cannot_be_read_is_told(self, tmp_path):
        with pytest.raises(FormulaError) as raised:
            own.from_file("code", "gone.py:f", tmp_path)
        assert (raised.value.why, raised.value.values) == ("file", {"file": "gone.py"})
        with pytest.raises(FormulaError) as raised:
            self.made(tmp_path, "def g(use):\n    return use\n")
        assert raised.value.why == "raised" and "has no attribute 'f'" in raised.value.values["error"]
