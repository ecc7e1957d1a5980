"""The notebooks as a user gets them; that they open in JupyterLab is seen in `test_wheel`."""

import nbformat
import papermill
import pytest

from ecoanalysis import cli
from ecoanalysis.runs import NOTEBOOKS, lab

SHIPPED = {path.name for path in NOTEBOOKS.glob("*.ipynb")}


@pytest.fixture
def opened(monkeypatch) -> list:
    """What JupyterLab would have been started with."""
    calls = []
    monkeypatch.setattr(lab, "start", lambda *arguments: calls.append(arguments) or 0)
    return calls


def parameters(file) -> dict:
    """What a notebook's own Python makes of its parameter cells."""
    known = {}
    for cell in nbformat.read(file, as_version=4).cells:
        if {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", ())):
            exec(cell.source, known)
    return known


def test_notebooks_start_from_the_user_s_own_data_county_and_year(folder, tmp_path, opened):
    folder.add(("C2", 2021, "villages", 200, "village"), ("C2", 2021, "villages_sewage_treated", 80, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    theirs = tmp_path / "work" / "notebooks"
    assert cli.main(["lab", str(theirs), "--data", str(folder.path), "--no-browser"]) == 0
    assert opened == [(theirs, ["--no-browser"])]
    assert {path.name for path in theirs.iterdir()} == SHIPPED
    for name, region in [("county_report.ipynb", "C1"), ("city_overview.ipynb", "C")]:
        known = parameters(theirs / name)
        assert (known["data"], known["region"], known["as_of"]) == ("../../数据 folder", region, 2021)
        assert "数据 folder" in (theirs / name).read_text(encoding="utf-8")
    assert "region" not in parameters(theirs / "data_check.ipynb")


def test_what_a_user_has_changed_is_never_overwritten(folder, tmp_path, opened, capsys):
    (tmp_path / "county_report.ipynb").write_text("mine", encoding="utf-8")
    assert cli.main(["lab", str(tmp_path), "--data", str(folder.path)]) == 0
    assert (tmp_path / "county_report.ipynb").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} >= SHIPPED
    assert f"新放 {len(SHIPPED) - 1} 个，原有 1 个未改动" in capsys.readouterr().out
    before = {path: path.read_bytes() for path in tmp_path.glob("*.ipynb")}
    assert cli.main(["lab", str(tmp_path), "--data", str(folder.path), "--lang", "en"]) == 0
    assert f"0 laid out now, {len(SHIPPED)} were there" in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in tmp_path.glob("*.ipynb")}


def test_without_data_the_notebooks_open_and_the_remedy_is_told(tmp_path, opened, capsys):
    assert cli.main(["lab", str(tmp_path / "new"), "--data", str(tmp_path / "none"), "--lang", "en"]) == 0
    assert "ecoanalysis init" in capsys.readouterr().out and len(opened) == 1
    assert papermill.inspect_notebook(str(tmp_path / "new" / "county_report.ipynb"))


@pytest.mark.parametrize(("lang", "words"), [("zh", "请另选目录"), ("en", "choose another folder")])
def test_a_folder_that_is_a_file_is_refused_with_a_sentence(tmp_path, opened, capsys, lang, words):
    (tmp_path / "file").write_text("")
    assert cli.main(["lab", str(tmp_path / "file"), "--data", str(tmp_path), "--lang", lang]) == 2
    assert words in capsys.readouterr().err and not opened


def test_without_jupyterlab_the_sentence_says_how_to_get_it(tmp_path, monkeypatch, opened, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main(["lab", str(tmp_path / "new")]) == 2
    assert "ecoanalysis[lab]" in capsys.readouterr().err and not (tmp_path / "new").exists() and not opened


def test_other_commands_still_refuse_what_they_do_not_know(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["check", "--no-browser"])
    assert stop.value.code == 2 and "--no-browser" in capsys.readouterr().err
