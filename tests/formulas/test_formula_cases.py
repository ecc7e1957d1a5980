"""Every formula against a number from outside: printed by somebody, or worked by hand and said so."""

import inspect
from pathlib import Path

import pandas as pd
import pytest

from ecoanalysis import catalog, formulas
from ecoanalysis.compute import formula_settings
from ecoanalysis.formulas import diagnosis, grades, rates

PUBLISHED = Path(__file__).parents[1] / "published"
SETTINGS = formula_settings(catalog.coefficients())


def cases(table):
    return catalog.rows(PUBLISHED / f"{table}.csv")


@pytest.mark.parametrize("row", cases("formulas"), ids=lambda row: f"{row['indicator']}-{row['case']}")
def test_the_formula_gives_the_number_of_its_origin(row):
    formula, year = formulas.FORMULAS[row["indicator"]], int(row["year"])
    outcome = formula(**inputs_of(row, formula), **settings_of(row, formula))
    assert outcome[year] == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]), nan_ok=True)


@pytest.mark.parametrize("row", cases("formulas"), ids=lambda row: f"{row['indicator']}-{row['case']}")
def test_many_regions_at_once_get_what_one_region_gets(row):
    formula = formulas.FORMULAS[row["indicator"]]
    settings = settings_of(row, formula)
    single = formula(**inputs_of(row, formula), **settings)
    double = formula(
        **{name: pd.DataFrame({"a": s, "b": s}) for name, s in inputs_of(row, formula).items()}, **settings
    )
    for region in "ab":
        pd.testing.assert_series_equal(double[region], single, check_names=False)


@pytest.mark.parametrize("row", cases("grades"), ids=lambda row: f"{row['function']}-{row['case']}")
def test_the_class_is_the_one_that_was_published(row):
    grade = getattr(grades, row["function"])
    assert grade(pd.Series({2023: float(row["value"])}), **SETTINGS(grade))[2023] == row["expected"]


@pytest.mark.parametrize("row", cases("rates"), ids=lambda row: f"{row['function']}-{row['case']}")
def test_rates_and_intervals_are_those_that_were_published(row):
    name, _, end = row["function"].partition(".")
    numbers = [float(text) for text in row["arguments"].split()]
    if name == "compounded":  # yearly falls after year 0
        found = rates.compounded(pd.Series(numbers, index=range(1, len(numbers) + 1)), 0).iloc[-1]
    else:
        found = getattr(rates, name)(*numbers)
    found = found[["low", "high"].index(end)] if end else found
    assert found == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]))


@pytest.mark.parametrize("row", cases("decomposition"), ids=lambda row: f"{row['form']}-{row['case']}")
def test_a_change_is_shared_among_its_factors_as_worked_by_hand(row):
    decompose = getattr(diagnosis, f"lmdi_{row['form']}")
    start, end = (
        pd.DataFrame([[float(x) for x in sector.split()] for sector in row[when].split("|")])
        for when in ("start", "end")
    )
    assert decompose(start, end).tolist() == pytest.approx([float(x) for x in row["expected"].split()], abs=1e-6)


def test_every_case_says_where_its_number_comes_from():
    tables = ("formulas", "grades", "rates", "decomposition")
    assert [row["case"] for table in tables for row in cases(table) if not row["origin"].strip()] == []
    elsewhere = [row for table in tables for row in cases(table) if "worked by hand" not in row["origin"]]
    assert len(elsewhere) >= 25


def inputs_of(row, formula):
    """Series by year from `a=1; b 2021=2 2022=3; others=0`."""
    given = {}
    for part in row["inputs"].split(";"):
        name, *numbers = part.split()
        if numbers:
            given[name] = {int(year): float(value) for year, value in (n.split("=") for n in numbers)}
        else:
            name, value = name.split("=")
            given[name] = {int(row["year"]): float(value)}
    others = given.pop("others", None)
    if others is not None:
        parameters = inspect.signature(formula).parameters.values()
        needed = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        given |= {name: others for name in needed if name not in given}
    years = pd.Index(sorted({year for values in given.values() for year in values}))
    return {name: pd.Series(values, dtype=float).reindex(years) for name, values in given.items()}


def settings_of(row, formula):
    """The shipped coefficients, with `group=number` or `group.name=number` of the case put in their place."""
    settings = {name: dict(v) if isinstance(v, dict) else v for name, v in SETTINGS(formula).items()}
    for part in filter(None, row["settings"].split(";")):
        key, value = part.strip().split("=")
        group, _, name = key.partition(".")
        if name:
            settings[group][name] = float(value)
        else:
            settings[group] = float(value)
    return settings
