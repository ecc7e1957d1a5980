"""The main job, as its user runs it: another city's folder in, reports out."""

import json
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from barriers import reader

import ecoanalysis as eco
from ecoanalysis import cli, runs
from ecoanalysis.runs import notebook, work, workers
from tests.conftest import Folder

PREFECTURES = """code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size
P1,甲州市,Jiazhou,city,,9000,plain,other,large
P2,乙州市,Yizhou,city,,12000,hill,other,medium_small
"""


ATTACK = "<img src=x onerror=alert(1)><script>alert(1)</script>"


@pytest.fixture
def prefectures(folder):
    return of_prefectures(folder)


def of_prefectures(folder):
    """Two prefectures of another province, 2006–2018, with only a few of the variables."""
    folder.write("regions.csv", PREFECTURES)
    folder.write("targets.csv", (folder.path / "targets.csv").read_text(encoding="utf-8").splitlines()[0] + "\n")
    for place, code in enumerate(("P1", "P2")):
        for year in range(2006, 2019):
            step = year - 2006
            folder.add(
                (code, year, "urban_waste_generated", 30 + step, "万吨"),
                (code, year, "urban_waste_treated", (0.6 + 0.03 * step) * (30 + step) - place, "万吨"),
                (code, year, "gdp_current", 400 + 45 * step, "亿元"),
                (code, year, "gdp_index", 108, "上年=100"),
                (code, year, "co2_emission", 900 + 10 * step, "万吨"),
            )
    folder.target("urban_waste_harmless_rate", ">", 95, "%", due=2020, hold_until=2023)
    folder.target("co2_per_gdp", "<=", 1.2, "吨/万元", due=2020, hold_until=2023)
    folder.target("park_area_per_head", ">=", 13, "平方米/人", due=2020, hold_until=2023)
    return folder


@pytest.mark.browser
def test_nobody_meets_a_barrier_on_any_page_of_a_run(tmp_path):
    """The city worked by hand in both languages: its own page, the county reports, the index, the exploring page."""
    worked = Path(__file__).resolve().parents[1] / "worked_city"
    assert cli.main(["run", "--data", str(worked), "--out", str(tmp_path), "--lang", "both"]) == 0
    pages = sorted(tmp_path.rglob("*.html"))
    names = {path.name for path in pages}
    assert names == {"city_overview.html", "county_report.html", "explore.html", "index.html"} and len(pages) == 5
    with reader() as barriers:
        assert {path.parent.name + "/" + path.name: found for path in pages if (found := barriers(path))} == {}


@pytest.fixture(scope="module")
def reported(tmp_path_factory, kept_warm):
    """Reports of prefectures with a row that cannot be read and with words that would act in a page."""
    place = tmp_path_factory.mktemp("prefectures")
    data, out = of_prefectures(Folder(place / "数据 folder")), place / "报告"
    data.add(("P1", 2019, "gdp_current", "about 900", "亿元"))
    for name, words in (("statistics/statistics.csv", "yearbook 2023 p. 88"), ("targets.csv", "bureau")):
        table = data.path / name
        table.write_text(table.read_text(encoding="utf-8").replace(words, ATTACK), encoding="utf-8")
    arguments = ["--data", str(data.path), "--out", str(out), "--lang", "both", "--skip-bad-rows"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ecoanalysis.runs.workers.Warm", lambda: kept_warm)
        assert cli.main(["run", *arguments]) == 0
    return data, out


def test_prefectures_without_a_parent_get_their_reports_and_what_is_lacking_is_said(reported):
    data, out = reported
    target = out / "2018"
    names = {path.name for path in target.iterdir()}
    assert {"index.html", "manifest.json", "briefing_zh.pptx", "briefing_en.pptx", "assessment.xlsx", "tables"} <= names
    assert {"P1_甲州市", "P2_乙州市"} <= names and "city" not in names
    assert not [name for name in names if name.startswith(".")]
    report = target / "P1_甲州市"
    made = {path.name for path in report.iterdir()}
    assert {
        "county_report.ipynb",
        "county_report.html",
        "reachability_zh.docx",
        "reachability_en.docx",
        "charts",
    } <= made
    assert len(list((report / "charts").glob("*.png"))) == 2
    notebook = nbformat.read(report / "county_report.ipynb", as_version=4)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    html = (report / "county_report.html").read_text(encoding="utf-8")
    assert "城镇常住人口" in html or "缺少" in html
    assert 'src="http' not in html and 'href="http' not in html.split("<body")[0]
    table = pd.read_csv(target / "tables/assessment.csv").set_index(["region_code", "indicator"])
    assert table.at[("P1", "park_area_per_head"), "verdict"] == "insufficient_data"
    assert table.at[("P1", "co2_per_gdp"), "latest_value"] > 0
    assert "演示数据" not in (target / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert [region["state"] for region in manifest["regions"]] == ["done", "done"]
    assert "statistics/statistics.csv" in manifest["inputs"] and manifest["packages"]["pandas"]
    by_hand = eco.analyse(data.path, 2018, skip_bad_rows=True).assessment
    batch = table.reset_index()[["region_code", "indicator", "p_reach", "p_hold", "verdict"]]
    pd.testing.assert_frame_equal(batch, by_hand[list(batch.columns)].reset_index(drop=True), check_dtype=False)


def test_one_failure_leaves_the_others_finished(prefectures, notebooks, no_decks, tmp_path, capsys):
    notebooks(before="if region == 'P2':\n    raise ValueError('no such river')")
    out = tmp_path / "out"
    assert cli.main(["run", "--data", str(prefectures.path), "--out", str(out), "--lang", "en"]) == 1
    assert "no such river" in capsys.readouterr().err
    failed, done = out / "2018/P2_乙州市", out / "2018/P1_甲州市"
    assert "no such river" in (failed / "error.txt").read_text(encoding="utf-8")
    assert (failed / "county_report.ipynb").exists() and not (failed / "county_report.html").exists()
    assert (done / "county_report.html").exists() and (done / "assessment.csv").exists()
    index = (out / "2018/index.html").read_text(encoding="utf-8")
    assert "no such river" in index and "error.txt" in index


def test_a_name_that_would_act_is_refused(prefectures, tmp_path):
    prefectures.write("regions.csv", PREFECTURES.replace("甲州市", "甲<img src=x onerror=alert(1)>"))
    assert cli.main(["run", "--data", str(prefectures.path), "--out", str(tmp_path / "refused")]) == 2
    assert not (tmp_path / "refused").exists()


def test_nothing_from_the_data_acts_in_any_page(reported):
    from tests.runs.test_pages import acting

    _, out = reported
    pages = sorted((out / "2018").rglob("*.html"))
    assert len(pages) == 4 and (out / "2018/P1_甲州市/county_report.html") in pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        ours = {"script", "svg", "input"} if page.name in ("index.html", "explore.html") else set()  # held by a hash
        scripts = {"index.html": 1, "explore.html": 2}.get(page.name, 0)  # the exploring page's data and its program
        assert acting(text, ours) == [] and "default-src 'none'" in text and text.count("<script") == scripts, page
    assert any("&lt;script&gt;" in page.read_text(encoding="utf-8") for page in pages)  # shown as text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "P9"], ["P9", "P1", "P2"]),
        (["--as-of", "2010", "--region", "P1", "--region", "Q"], ["Q"]),
    ],
)
def test_what_is_not_there_is_refused_before_anything_starts(prefectures, tmp_path, capsys, arguments, words):
    out = tmp_path / "out"
    assert cli.main(["run", "--data", str(prefectures.path), "--out", str(out), *arguments]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in words) and not out.exists()


@pytest.mark.parametrize("arguments", [["--as-of", "soon"], ["--lang", "fr"], ["--no-such-option"]])
def test_a_wrong_option_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["run", *arguments])
    assert stop.value.code == 2 and "usage" in capsys.readouterr().err


def test_bad_rows_stop_a_run_with_their_place_and_remedy(prefectures, tmp_path, capsys):
    prefectures.add(("P1", "2019年", "gdp_current", '"1,234"', "亿元"))
    out = tmp_path / "out"
    assert cli.main(["run", "--data", str(prefectures.path), "--out", str(out), "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert "statistics/statistics.csv:132" in error and "2019" in error and "1234" in error and not out.exists()
    assert cli.main(["check", "--data", str(prefectures.path), "--lang", "en"]) == 1
    assert "statistics/statistics.csv:132" in capsys.readouterr().out


def test_with_leave_a_run_goes_on_without_bad_rows_and_lists_them(reported):
    _, out = reported
    assert "about 900" in (out / "2018/index.html").read_text(encoding="utf-8")
    assert "about 900" in (out / "2018/P1_甲州市/county_report.html").read_text(encoding="utf-8")
    assert "about 900" in json.loads((out / "2018/manifest.json").read_text(encoding="utf-8"))["left_out"][0]


def test_a_parameter_that_a_notebook_does_not_declare_is_refused():
    source = runs.NOTEBOOKS / "county_report.ipynb"
    with pytest.raises(runs.Refused) as refused:
        runs.check_parameters(source, {"regoin": "P1"}, notebook.declared([str(source)])["county_report"])
    assert "regoin" in refused.value.values["wrong"] and "region" in refused.value.values["known"]


def test_an_empty_folder_becomes_a_data_folder_once(tmp_path, capsys):
    target = tmp_path / "新城市"
    assert cli.main(["init", str(target)]) == 0
    assert cli.main(["init", str(target), "--lang", "en"]) == 2
    assert "regions.csv" in capsys.readouterr().err
    assert cli.main(["check", "--data", str(target)]) == 1  # headers alone are no data yet


def test_a_kept_analysis_comes_back_with_every_number(prefectures, tmp_path):
    made = eco.analyse(prefectures.path, 2018)
    made.save(tmp_path / "kept")
    assert not list((tmp_path / "kept").glob("*.pickle"))
    back = eco.load(tmp_path / "kept")
    assert back.settings == made.settings and back.hashes == made.hashes
    for before, after in zip(made.statements, back.statements, strict=True):
        assert before.sentence("zh") == after.sentence("zh")


def test_a_track_record_is_made_and_tells_no_place_of_this_machine(three, tmp_path):
    outcome = runs.track_record(three.path, tmp_path / "out", "en")
    made = tmp_path / "out/track_record"
    assert outcome.state == "done"
    assert {"statements.csv", "replay.html", "track_record.html", "track_record.ipynb"} <= {
        p.name for p in made.iterdir()
    }
    assert not [path.name for path in made.iterdir() if str(three.path) in path.read_text(encoding="utf-8")]
    assert runs.kept_record(tmp_path / "out", three.path) == made / "statements.csv"


class AtOnce:
    """A worker that has done what it is asked when it is asked."""

    def submit(self, function: str, arguments: dict) -> Future:
        done = Future()
        done.set_result(workers.here(function, arguments))
        return done


def test_a_worker_reckons_the_year_before(three):
    made = work.analyse(three.path, 2023, scenario="trend", skip_bad_rows=False, workers=AtOnce())
    moved = made.cache["changes"].set_index("region_code")
    assert moved.loc[["C1", "C2"], ["value_before", "value"]].to_numpy().tolist() == [[46.5, 50.0], [76.5, 80.0]]
