"""A second run does what changed and says why; each report speaks of its own region; all ways of working agree."""

import json
import sys

import nbformat
import pytest

from ecoanalysis import runs
from tests.runs.conftest import said

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def run(folder, out, **options):
    return runs.run(folder.path, out, lang="en", jobs=2, **options)


def made(report) -> set[str]:
    return {outcome.region for outcome in report.outcomes if not outcome.reused}


def why(report) -> dict[str, str]:
    return {outcome.region: outcome.why for outcome in report.outcomes if not outcome.reused}


def test_a_run_does_what_changed_and_nothing_else(three, notebooks, tmp_path, capsys):
    source = notebooks()
    out = tmp_path / "out"
    first = run(three, out)
    assert made(first) == {"C", "C1", "C2"} and not first.failed
    assert "made again" not in capsys.readouterr().out
    manifest = json.loads((out / "2023/manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "done" and "C1_乙县/assessment.csv" in manifest["files"]
    for outcome in manifest["regions"]:
        notebook = nbformat.read(out / "2023" / outcome["folder"] / f"{outcome['notebook']}.ipynb", as_version=4)
        assert notebook.metadata.papermill.parameters == outcome["parameters"]

    stamp = (out / "2023/manifest.json").stat().st_mtime_ns
    second = run(three, out)
    assert second.unchanged and made(second) == set() and "changed since" in capsys.readouterr().out
    assert (out / "2023/manifest.json").stat().st_mtime_ns == stamp

    # One cell of one county: that county and its city.
    statistics = three.path / "statistics/statistics.csv"
    text = statistics.read_text(encoding="utf-8")
    statistics.write_text(text.replace("C1,2023,villages_sewage_treated,100", "C1,2023,villages_sewage_treated,180"))
    assert text != statistics.read_text(encoding="utf-8")
    third = run(three, out)
    assert why(third) == {"C1": "rows", "C": "rows"}
    assert "its data or what follows from them changed" in capsys.readouterr().out
    assert "90.0" in (out / "2023/C1_乙县/county_report.html").read_text(encoding="utf-8")

    for name in ("county_report", "city_overview"):
        path = source / f"{name}.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace("How is it", "How are you"), encoding="utf-8")
        if name == "county_report":
            assert set(why(run(three, out)).values()) == {"notebook"}

    # A document that somebody spoiled is no longer what its manifest says: made anew, and the spoiled one kept.
    run(three, out)
    (out / "2023/C2_丙县/assessment.csv").write_text("spoiled")
    assert why(run(three, out)) == {"C2": "files"}
    assert "spoiled" not in (out / "2023/C2_丙县/assessment.csv").read_text(encoding="utf-8-sig")
    (kept,) = out.glob("2023_kept_*")
    assert (kept / "C2_丙县/assessment.csv").read_text() == "spoiled"


def test_a_renamed_region_leaves_no_folder_behind(three, notebooks, tmp_path):
    notebooks()
    out = tmp_path / "out"
    run(three, out)
    regions = (three.path / "regions.csv").read_text(encoding="utf-8")
    three.write("regions.csv", regions.replace("乙县", "新县"))
    run(three, out)
    assert {path.name for path in (out / "2023").iterdir() if path.name.startswith("C")} == {"C1_新县", "C2_丙县"}


def test_some_regions_alone_say_that_they_are_only_some(three, notebooks, tmp_path):
    notebooks()
    out = tmp_path / "out"
    report = run(three, out, regions=["C2"])
    assert [outcome.region for outcome in report.outcomes] == ["C2"]
    index = (out / "2023/index.html").read_text(encoding="utf-8")
    assert "only some of the 3 regions" in index and "County C" in index and "C1_" not in index
    assert json.loads((out / "2023/manifest.json").read_text(encoding="utf-8"))["partial"] == ["C1", "C"]
    # The others join it; what was made is taken over, and the documents are whole again.
    whole = run(three, out)
    assert made(whole) == {"C1", "C"}
    assert "only some" not in (out / "2023/index.html").read_text(encoding="utf-8")
    # One of them again, with nothing changed: the rest stays, so nothing is partial.
    assert made(run(three, out, regions=["C1"])) == set()
    assert "only some" not in (out / "2023/index.html").read_text(encoding="utf-8")


def test_old_documents_do_not_pass_as_new(three, notebooks, tmp_path):
    notebooks()
    out = tmp_path / "out"
    runs.run(three.path, out, lang="zh", jobs=2)
    three.add(("C1", 2012, "villages", 200, "village"), ("C1", 2012, "villages_sewage_treated", 20, "village"))
    runs.run(three.path, out, lang="en", jobs=2)
    names = {path.name for path in (out / "2023").iterdir()}
    assert "briefing_en.pptx" in names and "briefing_zh.pptx" not in names
    assert "briefing_zh" not in (out / "2023/index.html").read_text(encoding="utf-8")


def test_no_report_holds_another_region_s_numbers_or_a_path_of_the_machine(three, notebooks, tmp_path):
    notebooks(before="leaked = globals().get('leaked', '') + region")
    out = tmp_path / "out"
    run(three, out)
    # C1: 100 of 200 villages, C2: 160 of 200.
    for folder, own, other in (("C1_乙县", "50.0", "80.0"), ("C2_丙县", "80.0", "50.0")):
        text = (out / "2023" / folder / "county_report.html").read_text(encoding="utf-8")
        assert f"[{own}]" in text and f"[{other}]" not in text
    for path in (out / "2023").rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert str(tmp_path) not in text and str(runs.NOTEBOOKS) not in text and sys.prefix not in text


def test_a_delivered_notebook_runs_again_by_hand_where_it_lies(three, notebooks, tmp_path):
    from nbclient import NotebookClient

    notebooks()
    out = tmp_path / "out"
    run(three, out)
    moved = tmp_path / "sent to a colleague"
    (out / "2023").rename(moved)
    folder = moved / "C1_乙县"
    before = (folder / "assessment.csv").read_bytes()
    (folder / "assessment.csv").unlink()
    notebook = nbformat.read(folder / "county_report.ipynb", as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    assert (folder / "assessment.csv").read_bytes() == before


@pytest.mark.slow
def test_one_worker_two_workers_and_a_cluster_say_the_same(three, notebooks, tmp_path):
    pytest.importorskip("distributed")
    notebooks()
    for name, options in (("one", {"jobs": 1}), ("two", {"jobs": 2}), ("cluster", {"jobs": 2, "cluster": "local"})):
        report = runs.run(three.path, tmp_path / name, lang="en", **options)
        assert not report.failed, report.failed
    assert said(tmp_path / "one/2023") == said(tmp_path / "two/2023") == said(tmp_path / "cluster/2023")


def test_a_plain_kernel_does_the_same_where_there_is_no_fork(three, notebooks, tmp_path, monkeypatch):
    notebooks()
    run(three, tmp_path / "forked")
    monkeypatch.setattr("ecoanalysis.runs.workers.CAN_FORK", False)
    run(three, tmp_path / "plain")
    assert said(tmp_path / "plain/2023") == said(tmp_path / "forked/2023")
