"""What is said: rounding, chances, sentences, and one phrase table for all of it."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from ecoanalysis import assess, briefing, catalog

ROOT = Path(__file__).resolve().parents[1]
PHRASES = catalog.rows(files("ecoanalysis") / "tables" / "phrases.csv")


@pytest.fixture(scope="module")
def reach():
    return assess.reachability(ROOT / "data/raw", 2023)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (36.456, 1, "36.5"),
        (-0.04, 1, "0.0"),
        (-3.2, 1, "−3.2"),
        (1234567.0, 0, "1\u2009234\u2009567"),
        (np.nan, 1, "—"),
    ],
)
def test_numbers_are_rounded_once_and_minus_is_a_minus(value, decimals, text):
    assert briefing.number(value, decimals) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.714, "71 %"), (0.999, ">99 %"), (1.0, ">99 %"), (0.001, "<1 %"), (np.nan, "—")]
)
def test_a_chance_is_never_told_as_certain(p, text):
    assert briefing.chance(p) == text


def test_rounding_never_hides_that_a_target_is_unmet(reach):
    rows = reach.assessment
    unmet = rows[(rows["gap"] > 0) & rows["comparison"].isin([">=", ">"])]
    for _, row in unmet.iterrows():
        shown = float(briefing.latest(row, "en").split(" ")[0].replace("−", "-").replace("\u2009", ""))
        indicator = catalog.indicators()[row["indicator"]]
        assert not assess.met(shown, shown, row["target"], row["comparison"], indicator), row["id"]
        assert not re.search(r"\b0\.0+ ", briefing.gap(row, "en")), briefing.gap(row, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_can_be_said_and_says_its_demo_data(reach, lang):
    for _, row in reach.assessment.iterrows():
        text = briefing.claim(reach, row, lang)
        assert catalog.indicators()[row["indicator"]].name(lang) in text
        if row["status"] == "demo" and np.isfinite(row["latest_value"]):
            assert briefing.demo_mark(True, lang) in text
        assert "nan" not in text and "{" not in text
        if lang == "en":
            assert not re.search(r"[\u4e00-\u9fff]", text), text


def test_a_number_leads_back_to_its_raw_cell(reach):
    rows = reach.assessment
    row = rows[(rows["region_code"] == "620523") & (rows["indicator"] == "rural_sewage_treatment_rate")].iloc[0]
    sources = briefing.sources(reach, row)
    assert len(sources) == 2
    cells = []
    for source in sources:
        file, line = re.search(r"\((statistics/.+\.csv):(\d+)\)", source).groups()
        cells.append((ROOT / "data/raw" / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].split(","))
    assert {cell[0] for cell in cells} == {"620523"} and {cell[1] for cell in cells} == {"2023"}
    values = {cell[2]: float(cell[3]) for cell in cells}
    assert 100 * values["villages_sewage_treated"] / values["villages"] == pytest.approx(row["latest_value"])


def test_all_36_items_stand_in_the_matrix_of_every_region(reach):
    table = briefing.matrix(reach)
    assert list(table.index) == list(range(1, 37)) and list(table.columns) == list(reach.regions["code"])
    for region in table.columns:
        assert briefing.counts(reach, region).to_numpy().sum() == 36


def test_every_phrase_has_both_languages_and_the_same_fields():
    keys = [row["key"] for row in PHRASES]
    assert len(keys) == len(set(keys)), {key for key in keys if keys.count(key) > 1}
    for row in PHRASES:
        assert set(row) == {"key", "zh", "en"}
        assert row["zh"] and row["en"], row["key"]
        fields = [set(re.findall(r"\{(\w+)", row[lang])) for lang in ("zh", "en")]
        assert fields[0] == fields[1], row["key"]
        assert not re.search(r"[\u4e00-\u9fff]", row["en"].replace("(zh)", "")), row["key"]


def test_no_words_for_users_stand_in_the_code():
    for file in (ROOT / "ecoanalysis").rglob("*.py"):
        if file.name in ("units.py", "cli.py", "catalog.py") or file.parent.name == "intake":
            continue  # they read Chinese (万, 亿, 约束性), and the help of the commands is bilingual in place
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docs = {id(node.body[0].value) for node in ast.walk(tree)
                if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body
                and isinstance(node.body[0], ast.Expr)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert not re.search(r"[\u4e00-\u9fff]", node.value), (file.name, node.value)


def test_every_phrase_the_code_asks_for_by_name_is_there():
    keys = {row["key"] for row in PHRASES}
    for file in (ROOT / "ecoanalysis").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for key in re.findall(r"(?:phrase|say)\(\s*\"([a-z_0-9.]+)\"", text):
            assert key in keys, (file.name, key)
    for kind, codes in {
        "verdict": assess.SEVERITY,
        "meaning": assess.SEVERITY,
        "warning": "few_values stale own_figure_older base_is_first_value missed_due due_unknown methods_differ lacks_inputs "
        "zero_denominator lacks_plan lacks_data lacks_proof".split(),
        "column": [*assess.ASSESSMENT_COLUMNS, *assess.EDITION_COLUMNS],
    }.items():
        for code in codes:
            assert f"{kind}.{code}" in keys, f"{kind}.{code}"
