"""Every notebook runs from its first cell to its last, by hand as in the batch."""

from pathlib import Path

import nbformat
import papermill
import pytest

from ecoanalysis.runs import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {"data": str(ROOT / "data/raw")}


def executed(name: str, parameters: dict, folder: Path):
    file = folder / f"{name}.ipynb"
    arguments = ["--IPKernelApp.log_level=40"]
    papermill.execute_notebook(
        NOTEBOOKS / f"{name}.ipynb", file, parameters, progress_bar=False, extra_arguments=arguments
    )
    return nbformat.read(file, as_version=4)


def texts(notebook) -> str:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(output.get("data", "")) for output in outputs)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_data_check_shows_years_and_gaps(lang, tmp_path):
    shown = texts(executed("data_check", {**SHIPPED, "lang": lang}, tmp_path))
    assert "demo.csv" in shown and ("农村生活污水治理率" if lang == "zh" else "Rural domestic sewage") in shown
    assert ("演示数据" if lang == "zh" else "demo data") in shown


def test_the_ecological_index_is_told_step_by_step_with_its_unverified_coefficients(tmp_path):
    shown = texts(executed("ecological_index", {**SHIPPED, "region": "620503"}, tmp_path))
    for words in ("生境质量指数", "植被覆盖指数", "演示数据", "wet_year_rule", "image/png"):
        assert words in shown, words


def test_the_diagnosis_draws_the_kaya_waterfall_and_names_obstacles(tmp_path):
    shown = texts(executed("diagnosis", SHIPPED, tmp_path))
    assert "image/png" in shown and "土地胁迫指数" in shown and "位次" in shown


def test_the_city_overview_shows_matrix_and_discrepancies_and_leaves_its_documents(tmp_path):
    out = tmp_path / "city"
    out.mkdir()
    shown = texts(executed("city_overview", {**SHIPPED, "as_of": 2022, "out": str(out)}, tmp_path))
    assert "县区合计" in shown and "image/png" in shown
    assert {"charts", "assessment.csv", "reachability_zh.docx"} <= {path.name for path in out.iterdir()}


def test_the_track_record_scores_what_was_said(folder, tmp_path):
    for year, count in zip(range(2012, 2023), [30, 34, 41, 44, 52, 55, 60, 66, 70, 77, 80], strict=True):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", count, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    out = tmp_path / "record"
    out.mkdir()
    shown = texts(executed("track_record", {"data": str(folder.path), "out": str(out), "lang": "en"}, tmp_path))
    assert "Brier" in shown and "demo data" not in shown and (out / "statements.csv").exists()
