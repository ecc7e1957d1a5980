"""What a run makes on request: charts for print, decks on a bureau's own template, links to what lies beside it."""

import json
import re
from dataclasses import replace

from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from ecoanalysis import cli
from ecoanalysis.runs import work
from tests.runs.conftest import Made


def run(made, *more) -> int:
    return cli.main(["run", "--data", str(made.path), "--out", str(made.out), "--lang", "both", *map(str, more)])


def test_charts_for_print_are_made_when_asked_in_both_languages(going_on):
    made = going_on("both")
    target = made.out / "2023"
    assert not (target / "charts").exists()  # costs time: on request alone
    before = (target / "explore.html").stat().st_mtime_ns
    assert run(made, "--charts") == 0
    # Another thing was asked for; the exploring page is taken over as it was.
    assert documents(made.out)["explore.html"]["reused"] and (target / "explore.html").stat().st_mtime_ns == before
    folders = sorted(path.relative_to(target).as_posix() for path in (target / "charts").glob("*/*"))
    regions = ["charts/C1_乙县", "charts/C2_丙县", "charts/city"]
    assert folders == [f"{region}/{lang}" for region in regions for lang in ("en", "zh")]
    for lang in ("zh", "en"):
        folder = target / "charts/C1_乙县" / lang
        assert sorted(path.name for path in folder.iterdir()) == [
            "25_rural_sewage_treatment_rate.png",
            "25_rural_sewage_treatment_rate.svg",
        ]
        with Image.open(folder / "25_rural_sewage_treatment_rate.png") as picture:
            assert round(picture.info["dpi"][0]) == 300 and picture.size == (2220, 1230)  # 7.4 by 4.1 inches
        assert "<svg" in (folder / "25_rural_sewage_treatment_rate.svg").read_text(encoding="utf-8")
    words = [
        (target / "charts/C1_乙县" / lang / "25_rural_sewage_treatment_rate.svg").read_bytes() for lang in ("zh", "en")
    ]
    assert words[0] != words[1]
    index = (target / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r'href="charts/C1_[^"]*/"', index)) == 2  # a link in each language
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert {"charts/city", "charts/C1_乙县"} <= {document["name"] for document in manifest["documents"]}
    assert manifest["files"]["charts/city/zh/25_rural_sewage_treatment_rate.svg"]


def test_a_bureau_s_template_carries_the_decks_and_a_bad_one_stops_before_any_work(going_on, tmp_path, capsys):
    made = going_on("both")
    theirs = Presentation()
    theirs.slide_width, theirs.slide_height = Inches(10), Inches(7.5)
    theirs.save(tmp_path / "bureau.pptx")
    assert run(made, "--template", tmp_path / "bureau.pptx") == 0
    for lang in ("zh", "en"):
        deck = Presentation(made.out / "2023" / f"briefing_{lang}.pptx")
        assert (deck.slide_width, deck.slide_height) == (Inches(10), Inches(7.5)) and len(deck.slides) > 1
    assert run(made) == 0  # without it the decks are ours again, though no figure has changed
    assert Presentation(made.out / "2023" / "briefing_zh.pptx").slide_width > Inches(13)
    capsys.readouterr()
    (tmp_path / "bad.pptx").write_text("no deck")
    for name in ("bad.pptx", "not_there.pptx"):
        assert run(replace(made, out=tmp_path / "other"), "--template", tmp_path / name) == 2
        told = capsys.readouterr()
        assert name in told.err and "Traceback" not in told.err and not told.out
        assert not (tmp_path / "other").exists()


def test_the_index_links_the_replay_the_bulletins_and_the_exploring_page_beside_it(going_on):
    made = going_on("both")
    out = made.out
    assert "../track_record" not in (out / "2023/index.html").read_text(encoding="utf-8")
    there = ["track_record/replay.html", "bulletin_2022_2023/bulletin_zh.docx", "explore.html"]
    for name in there:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("x")
    assert run(made) == 0  # no figure has changed, and yet the index has
    index = (out / "2023/index.html").read_text(encoding="utf-8")
    for name in there:
        assert f'href="../{name}"' in index and (out / "2023" / ".." / name).exists()
    assert "同一报告目录中的其他成果" in index and "Also in this reports folder" in index


# ---------------------------------------------------------------------- the exploring page

SHARE = "rural_sewage_treatment_rate"


def explored(out, name="2023") -> dict:
    """What is written in the exploring page of a run."""
    text = (out / name / "explore.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="written">(.*?)</script>', text, re.S).group(1))


def documents(out, name="2023") -> dict[str, dict]:
    manifest = json.loads((out / name / "manifest.json").read_text(encoding="utf-8"))
    return {document["name"]: document for document in manifest["documents"]}


def test_a_run_leaves_the_exploring_page_beside_its_index(going_on):
    out = going_on("both").out
    written = explored(out)
    assert written["start"]["lang"] == "zh" and written["start"]["region"] == "C" and written["home"] == "index.html"
    assert {f"{region}/{SHARE}" for region in ("C", "C1", "C2")} <= set(written["views"])
    # C1: 100 of 200 villages treated, 60 % are asked for: 20 villages are missing, and 10 more a year are a lever.
    view = written["views"][f"C1/{SHARE}"]
    assert view["numbers"]["observed"][-1] == [2023, 50.0, "observed"] and view["numbers"]["target"] == 60
    assert "things" in [lever["kind"] for lever in view["levers"]] and len(view["numbers"]["quantiles"][0]) == 41
    assert written["choices"]["notices"] == {"zh": [], "en": []}
    index = (out / "2023/index.html").read_text(encoding="utf-8")
    assert index.count('<a href="explore.html">explore.html</a>') == 2
    assert "探索页面（离线可用，可推演）" in index and "exploring page (works offline)" in index
    manifest = json.loads((out / "2023/manifest.json").read_text(encoding="utf-8"))
    assert "explore.html" in manifest["files"] and documents(out)["explore.html"]["state"] == "done"


def test_an_exploring_page_is_made_again_with_its_figures_and_when_it_was_spoiled(going_on):
    made = going_on("both")
    statistics = made.path / "statistics/statistics.csv"
    text = statistics.read_text(encoding="utf-8")
    statistics.write_text(text.replace("C1,2023,villages_sewage_treated,100", "C1,2023,villages_sewage_treated,110"))
    assert run(made) == 0
    assert explored(made.out)["views"][f"C1/{SHARE}"]["numbers"]["observed"][-1][1] == 55
    # Somebody wrote into it: it is no longer what the manifest says, and is made again.
    (made.out / "2023/explore.html").write_text("spoiled")
    assert run(made) == 0
    assert explored(made.out)["views"] and not documents(made.out)["explore.html"]["reused"]


def test_an_exploring_page_of_some_regions_says_so_and_an_english_one_opens_in_english(
    three, notebooks, no_decks, tmp_path
):
    made = Made(three, notebooks(), tmp_path / "out")
    assert run(made, "--region", "C2", "--lang", "en") == 0
    written = explored(made.out)
    assert {key.partition("/")[0] for key in written["views"]} == {"C2"} and written["start"]["lang"] == "en"
    assert [one["code"] for one in written["choices"]["regions"]] == ["C2"]
    (english,) = written["choices"]["notices"]["en"]
    assert english.startswith("This run covers only some of the 3 regions (County C)")
    assert "只做了部分地区（丙县" in written["choices"]["notices"]["zh"][0]
    assert run(made) == 0
    choices = explored(made.out)["choices"]
    assert choices["notices"] == {"zh": [], "en": []} and len(choices["regions"]) == 3


def test_the_exploring_page_of_a_scenario_shows_the_scenario(three, notebooks, no_decks, tmp_path):
    from ecoanalysis import analyse
    from ecoanalysis.explore import scenarios

    made = Made(three, notebooks(), tmp_path / "out")
    trend = analyse(three.path, 2023)
    scenarios.write(trend, scenarios.of_settings(trend, "faster", {("C1", SHARE): {"things": 5, "target": 65}}))
    for more in (["--region", "C1"], []):  # of some regions it is the same
        assert run(made, "--scenario", "faster", *more) == 0
        written = explored(made.out, "2023_faster")
        numbers = written["views"][f"C1/{SHARE}"]["numbers"]
        assert numbers["target"] == 65
        middle = written["choices"]["levels"].index(0.5)
        s = trend["C1", SHARE]
        (year,) = [row for row in zip(numbers["years"], numbers["quantiles"], strict=True) if row[0] == 2025]
        # five villages of 200 a year, for two years, beyond the trend
        assert abs(year[1][middle] - (s.paths.loc[2025].median() + 5)) < 0.01
        levers = {lever["kind"]: lever for lever in written["views"][f"C1/{SHARE}"]["levers"]}
        assert levers["things"]["start"] == 5  # they are in, and do not come on top once more
        assert any("情景“faster”" in notice for notice in written["choices"]["notices"]["zh"])
        assert any("每年多完成 5 个村" in notice for notice in written["choices"]["notices"]["zh"])
        assert not (made.out / "2023").exists()


def test_an_exploring_page_that_fails_is_that_document_s_failure_and_the_next_run_mends_it(
    going_on, monkeypatch, capsys
):
    made = going_on("both")
    out = made.out
    (out / "2023/explore.html").write_text("spoiled")
    with monkeypatch.context() as broken:
        broken.setattr("ecoanalysis.explore.page.text_of", lambda *_: 1 / 0)
        assert run(made) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert documents(out)["explore.html"]["error"] == "division by zero" and not (out / "2023/explore.html").exists()
    assert documents(out)["briefing_zh.pptx"]["state"] == "done"
    assert "explore.html 没有做成：division by zero" in (out / "2023/index.html").read_text(encoding="utf-8")
    assert run(made) == 0
    assert explored(out)["views"] and documents(out)["briefing_zh.pptx"]["reused"]


def test_a_scenario_counts_by_its_file_wherever_it_lies(tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/faster.json").write_text("abc")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/slow").write_text("abc")
    monkeypatch.chdir(tmp_path)
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # the published example of SHA-256
    for name in ("faster", "scenarios/faster.json", "plans/slow"):  # as the analysis itself finds it
        assert work.scenario_hash(tmp_path, name) == abc
    for name in ("trend", "slow", "elsewhere.json"):
        assert work.scenario_hash(tmp_path, name) == ""
