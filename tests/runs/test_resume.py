"""A second run does what changed and says why; each report speaks of its own region; all ways of working agree."""

import dataclasses
import json
import re
import sys

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import briefing, intake, runs, words
from ecoanalysis.plan import kept
from ecoanalysis.runs import work
from tests.runs.conftest import Made, said

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def run(made, **options):
    return runs.run(made.path, made.out, lang="en", jobs=2, **options)


def again(report) -> set[str]:
    return {outcome.region for outcome in report.outcomes if not outcome.reused}


def why(report) -> dict[str, str]:
    return {outcome.region: outcome.why for outcome in report.outcomes if not outcome.reused}


def manifest(made) -> dict:
    return json.loads((made.out / "2023/manifest.json").read_text(encoding="utf-8"))


def test_a_run_tells_what_it_made_and_the_same_again_is_not_made(going_on, capsys):
    made = going_on("en")
    told = manifest(made)
    assert told["state"] == "done" and "C1_乙县/assessment.csv" in told["files"]
    assert {outcome["region"] for outcome in told["regions"] if not outcome["reused"]} == {"C", "C1", "C2"}
    for outcome in told["regions"]:
        notebook = nbformat.read(made.out / "2023" / outcome["folder"] / f"{outcome['notebook']}.ipynb", as_version=4)
        assert notebook.metadata.papermill.parameters == outcome["parameters"]
    stamp = (made.out / "2023/manifest.json").stat().st_mtime_ns
    second = run(made)
    assert second.unchanged and again(second) == set() and "changed since" in capsys.readouterr().out
    assert (made.out / "2023/manifest.json").stat().st_mtime_ns == stamp


def test_a_run_does_what_changed_and_nothing_else(going_on, capsys):
    made = going_on("en")
    # One cell of one county: that county and its city.
    statistics = made.path / "statistics/statistics.csv"
    text = statistics.read_text(encoding="utf-8")
    statistics.write_text(text.replace("C1,2023,villages_sewage_treated,100", "C1,2023,villages_sewage_treated,180"))
    assert text != statistics.read_text(encoding="utf-8")
    assert why(run(made)) == {"C1": "rows", "C": "rows"}
    assert "its data or what follows from them changed" in capsys.readouterr().out
    assert "90.0" in (made.out / "2023/C1_乙县/county_report.html").read_text(encoding="utf-8")


def moved(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {code for code in before if before[code] != after[code]}


def test_a_county_that_tells_its_share_of_the_city_s_gap_is_made_again_with_the_city(folder):
    """All of 20 plans: C1 lacks 15 and C2 12, the city 27; one more in C1 leaves the city 26, and C2 its 12."""
    for code, count in (("C1", 5), ("C2", 8)):
        for year in range(2014, 2024):
            folder.add((code, year, "plans_requiring_eia", 20, "piece"), (code, year, "plans_with_eia", count, "piece"))
    folder.target("plan_eia_rate", ">=", 100, "%")
    before = eco.analyse(folder.path, 2023)
    statistics = (folder.path / "statistics/statistics.csv").read_text(encoding="utf-8")
    statistics = statistics.replace("C1,2023,plans_with_eia,5", "C1,2023,plans_with_eia,6")
    folder.write("statistics/statistics.csv", statistics)
    after = eco.analyse(folder.path, 2023)
    for a, whole in ((before, "27"), (after, "26")):
        said = briefing.contribution(a["C2", "plan_eia_rate"], words.of("en"))
        assert re.findall(r"\b\d+\b", said)[:2] in ([whole, "12"], ["12", whole]), said
    assert moved(work.went_in(before), work.went_in(after)) == {"C", "C1", "C2"}


def test_english_names_of_the_folder_make_english_documents_again(three):
    three.write("names.csv", "zh,en\n某局,Some Bureau\n")
    before = eco.analyse(three.path, 2023)
    three.write("names.csv", "zh,en\n某局,Another Bureau\n")
    after = eco.analyse(three.path, 2023)
    for lang, made in (("zh", set()), ("en", {"C", "C1", "C2"}), ("both", {"C", "C1", "C2"})):
        assert moved(work.went_in(before, lang), work.went_in(after, lang)) == made, lang


def test_names_of_own_indicators_and_variables_make_documents_again(three):
    def analysis(indicator: str, variable: str):
        columns = "code,name_zh,name_en,unit,better,low,high,decimals,scope,aggregate,formula"
        row = f'done,{indicator},Done,%,higher,0,100,1,both,ratio,"ratio(villages_sorting, villages)"'
        three.write("indicators.csv", f"{columns}\n{row}\n")
        three.write("variables.csv", f"code,name_zh,name_en,unit\nvillages_sorting,{variable},Sorting,village\n")
        return eco.analyse(three.path, 2023)

    three.target("done", ">=", 40, "%", due=2025)
    first = analysis("占比", "村数")
    for other in (analysis("比重", "村数"), analysis("占比", "个数")):
        assert moved(work.went_in(first), work.went_in(other)) == {"C", "C1", "C2"}
        assert work.common_ground(first) != work.common_ground(other)


def test_another_day_of_the_statistics_makes_again_what_tells_of_revisions(three):
    columns = "region_code,year,variable,value,unit,status,source,note,vintage"
    rows = ["C1,2021,villages_sewage_treated,86,village,observed,yearbook,,2024-01-31"]
    rows += ["C1,2021,villages_sewage_treated,84,village,observed,yearbook,,2023-01-31"]
    own = (three.path / "statistics/statistics.csv").read_text(encoding="utf-8")
    own = own.replace("C1,2021,villages_sewage_treated,86,village,observed,yearbook 2023 p. 88,\n", "")
    three.write("statistics/statistics.csv", own)
    three.write("statistics/dated.csv", "\n".join([columns, *rows]) + "\n")
    before = eco.analyse(three.path, 2023)
    assert before.vintage["used"] == "2024-01-31"
    later = "C2,2012,villages_sewage_treated,80,village,observed,yearbook,,2024-05-31"
    three.write("statistics/dated.csv", "\n".join([columns, *rows, later]) + "\n")
    after = eco.analyse(three.path, 2023)
    assert after.vintage["used"] == "2024-05-31"
    assert "C1" in moved(work.went_in(before), work.went_in(after))


def test_a_formula_in_a_file_of_the_folder_is_one_of_its_inputs(folder):
    folder.write(
        "indicators.csv", "code,name_zh,name_en,unit,better,formula\ntwice,两倍,Twice,m³,lower,own.py:doubled\n"
    )
    folder.write("own.py", "def doubled(water_use):\n    return 2 * water_use\n")
    folder.add(("C1", 2022, "water_use", 60, "m³"))
    before, read = intake.hashes(folder.path), intake.read(folder.path)
    assert before["own.py"] == read.hashes["own.py"]
    assert [account.state for account in read.files if account.file == "own.py"] == ["read"]
    folder.write("own.py", "def doubled(water_use):\n    return 3 * water_use\n")
    assert intake.hashes(folder.path)["own.py"] != before["own.py"]


def test_a_city_tells_where_its_counties_figures_come_from(going_on, regions_alone):
    made = going_on("en")
    statistics = made.path / "statistics/statistics.csv"
    row = "C1,2023,villages_sewage_treated,100,village,observed,yearbook 2023 p. 8"
    text = statistics.read_text(encoding="utf-8")
    assert f"{row}8" in text
    statistics.write_text(text.replace(f"{row}8", f"{row}9"), encoding="utf-8")
    assert why(run(made)) == {"C1": "rows", "C": "others"}


def test_a_changed_notebook_is_run_for_all_its_regions(going_on, regions_alone):
    made = going_on("en")
    path = made.notebooks / "county_report.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("How is it", "How are you"), encoding="utf-8")
    assert why(run(made)) == {"C1": "notebook", "C2": "notebook"}


def test_a_spoiled_document_is_made_anew_and_the_spoiled_one_kept(going_on, regions_alone):
    """It is no longer what its manifest says: somebody has worked in it."""
    made = going_on("en")
    (made.out / "2023/C2_丙县/assessment.csv").write_text("spoiled")
    assert why(run(made)) == {"C2": "files"}
    assert "spoiled" not in (made.out / "2023/C2_丙县/assessment.csv").read_text(encoding="utf-8-sig")
    (kept,) = made.out.glob("2023_kept_*")
    assert (kept / "C2_丙县/assessment.csv").read_text() == "spoiled"


def test_another_map_is_drawn_and_nothing_else_is_made_again(going_on, regions_alone):
    made = going_on("en")
    square = {"type": "Polygon", "coordinates": [[[105, 34], [106, 34], [106, 35], [105, 34]]]}
    one = {"type": "Feature", "properties": {"code": "C1"}, "geometry": square}
    borders = made.folder.write("boundaries.geojson", json.dumps({"type": "FeatureCollection", "features": [one]}))
    assert not (first := run(made)).unchanged and again(first) == set()
    drawn = (made.out / "2023/index.html").read_text(encoding="utf-8")
    assert drawn.count('<g data-line="') == 1 and run(made).unchanged
    other = one | {"properties": {"code": "C2"}}
    borders.write_text(json.dumps({"type": "FeatureCollection", "features": [one, other]}), encoding="utf-8")
    assert not run(made).unchanged
    assert (made.out / "2023/index.html").read_text(encoding="utf-8").count('<g data-line="') == 2


def test_a_number_set_aside_leaves_the_workbook(three, notebooks, tmp_path, monkeypatch):
    monkeypatch.setattr("ecoanalysis.runs.work.documents", lambda lang: ["assessment.xlsx"])
    monkeypatch.setattr("ecoanalysis.runs.work.can_explore", lambda analysis, regions: False)
    notebooks()
    three.add(("C1", 2012, "villages_sewage_treated", 220, "village"), ("C1", 2012, "villages", 200, "village"))
    made = Made(three, runs.NOTEBOOKS, tmp_path / "out")
    run(made)
    doubted = [one for one in manifest(made)["to_check"] if "220" in one["text"]]

    def doubts() -> int:
        book = openpyxl.load_workbook(made.out / "2023/assessment.xlsx")
        return sum("220" in str(cell.value) for row in book["To be verified"].iter_rows() for cell in row)

    assert doubted and doubts()
    rows = "".join(f"{one['key']},Zhang,2024-01-02,checked\n" for one in doubted)
    three.write("acknowledged.csv", f"suspicion,name,date,reason\n{rows}")
    assert again(run(made)) == set()
    assert not doubts()


def test_a_renamed_region_leaves_no_folder_behind(going_on, regions_alone):
    made = going_on("en")
    regions = (made.path / "regions.csv").read_text(encoding="utf-8")
    made.folder.write("regions.csv", regions.replace("乙县", "新县"))
    run(made)
    names = {path.name for path in (made.out / "2023").iterdir() if path.name.startswith("C")}
    assert names == {"C1_新县", "C2_丙县"}


def test_some_regions_alone_say_that_they_are_only_some(three, notebooks, regions_alone, tmp_path):
    notebooks()
    made = Made(three, runs.NOTEBOOKS, tmp_path / "out")
    report = run(made, regions=["C2"])
    assert [outcome.region for outcome in report.outcomes] == ["C2"]
    index = (made.out / "2023/index.html").read_text(encoding="utf-8")
    assert "only some of the 3 regions" in index and "County C" in index and "C1_" not in index
    assert manifest(made)["partial"] == ["C1", "C"]
    # The others join it; what was made is taken over, and the documents are whole again.
    assert again(run(made)) == {"C1", "C"}
    assert "only some" not in (made.out / "2023/index.html").read_text(encoding="utf-8")
    # One of them again, with nothing changed: the rest stays, so nothing is partial.
    assert again(run(made, regions=["C1"])) == set()
    assert "only some" not in (made.out / "2023/index.html").read_text(encoding="utf-8")


def test_old_documents_do_not_pass_as_new(going_on):
    made = going_on("en")
    made.folder.add(("C1", 2012, "villages", 200, "village"), ("C1", 2012, "villages_sewage_treated", 20, "village"))
    runs.run(made.path, made.out, lang="zh", jobs=2)
    names = {path.name for path in (made.out / "2023").iterdir()}
    assert "briefing_zh.pptx" in names and "briefing_en.pptx" not in names
    assert "briefing_en" not in (made.out / "2023/index.html").read_text(encoding="utf-8")


def test_no_report_holds_another_region_s_numbers_or_a_path_of_the_machine(three, notebooks, regions_alone, tmp_path):
    notebooks(before="leaked = globals().get('leaked', '') + region")
    made = Made(three, runs.NOTEBOOKS, tmp_path / "out")
    run(made)
    # C1: 100 of 200 villages, C2: 160 of 200.
    for folder, own, other in (("C1_乙县", "50.0", "80.0"), ("C2_丙县", "80.0", "50.0")):
        text = (made.out / "2023" / folder / "county_report.html").read_text(encoding="utf-8")
        assert f"[{own}]" in text and f"[{other}]" not in text
    for path in (made.out / "2023").rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert str(tmp_path) not in text and str(runs.NOTEBOOKS) not in text and sys.prefix not in text


def test_a_delivered_notebook_runs_again_by_hand_where_it_lies(going_on, tmp_path):
    from nbclient import NotebookClient

    moved = tmp_path / "sent to a colleague"
    (going_on("en").out / "2023").rename(moved)
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


def test_a_plain_kernel_does_the_same_where_there_is_no_fork(going_on, tmp_path, monkeypatch):
    made = going_on("en")
    monkeypatch.setattr("ecoanalysis.runs.workers.CAN_FORK", False)
    plain = Made(made.folder, made.notebooks, tmp_path / "plain")
    assert again(run(plain)) == {"C", "C1", "C2"}
    assert said(plain.out / "2023") == said(made.out / "2023")


def test_what_goes_into_a_region_is_every_cell_of_its_rows_and_of_no_others(three):
    a = eco.analyse(three.path, 2023)
    tables = {name: getattr(a, name) for name in work.OF_A_REGION}
    seen = 0
    for name, table in tables.items():
        for column in table.columns:
            if not (mine := table.index[table["region_code"] == "C1"]).empty and column != "region_code":
                same, other = (table.astype({column: object}) for _ in range(2))
                value = other.at[mine[0], column]
                number = isinstance(value, (int, float, np.number))
                other.at[mine[0], column] = np.nan_to_num(value) + 1 if number else "something else"
                before, after = (work.went_in(dataclasses.replace(a, **{name: one})) for one in (same, other))
                moved = {code for code in before if before[code] != after[code]}
                assert moved == (set() if column == "sha256" else {"C1"}), (name, column)
                seen += 1
    assert seen > 60


def test_a_countys_tasks_go_into_its_city_too_and_what_all_share_into_every_region(three):
    a = eco.analyse(three.path, 2023)
    tasks = kept.table(a, "tasks").reindex([0, 1])
    tasks[["city", "region_code", "needed"]] = [["C", "C1", 5], ["C", "C2", 6]]
    hashes = []
    for needed in (5, 7):
        tasks.loc[0, "needed"] = needed
        a.cache["plan_tasks"] = tasks.copy()
        hashes.append(work.went_in(a))
    assert {code for code in hashes[0] if hashes[0][code] != hashes[1][code]} == {"C", "C1"}
    other = work.went_in(dataclasses.replace(a, milestones=pd.DataFrame({"year": [2025]}), cache=a.cache))
    assert all(other[code] != hashes[1][code] for code in other) and len(set(other.values())) == 3


def test_a_county_s_report_tells_whether_others_are_beyond_the_target_and_is_made_again_when_that_turns(folder):
    """Of 400 villages 265 are treated, 70 % are asked: 15 short, C2's 80 % set off; were C2 below, only that word would go."""
    for code, treated in (("C1", 105), ("C2", 160)):
        folder.add(
            (code, 2023, "villages", 200, "village"), (code, 2023, "villages_sewage_treated", treated, "village")
        )
    folder.target("rural_sewage_treatment_rate", ">=", 70, "%", due=2025)
    a = eco.analyse(folder.path, 2023)
    rows = a.assessment.copy()
    rows.loc[rows["region_code"] == "C2", "latest_value"] = 69.0
    below = dataclasses.replace(a, assessment=rows, cache={**a.cache})
    for one, told in ((a, "甲市净缺口 15 个村（已由超额县区抵补）"), (below, "甲市缺口 15 个村")):
        assert briefing.contribution(one["C1", "25"], words.of("zh")).startswith(told)
    before, after = work.went_in(a), work.went_in(below)
    assert before["C1"] != after["C1"]
