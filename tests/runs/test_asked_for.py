"""What a run makes on request: charts for print, decks on a bureau's own template, links to what lies beside it."""

import json
import re

from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from ecoanalysis import cli


def run(three, tmp_path, *more) -> int:
    return cli.main(
        ["run", "--data", str(three.path), "--out", str(tmp_path / "out"), "--lang", "both", *map(str, more)]
    )


def test_charts_for_print_are_made_when_asked_in_both_languages(three, notebooks, tmp_path):
    notebooks()
    assert run(three, tmp_path) == 0
    target = tmp_path / "out" / "2023"
    assert not (target / "charts").exists()  # costs time: on request alone
    assert run(three, tmp_path, "--charts") == 0
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


def test_a_bureau_s_template_carries_the_decks_and_a_bad_one_stops_before_any_work(three, notebooks, tmp_path, capsys):
    notebooks()
    theirs = Presentation()
    theirs.slide_width, theirs.slide_height = Inches(10), Inches(7.5)
    theirs.save(tmp_path / "bureau.pptx")
    assert run(three, tmp_path, "--template", tmp_path / "bureau.pptx") == 0
    for lang in ("zh", "en"):
        deck = Presentation(tmp_path / "out" / "2023" / f"briefing_{lang}.pptx")
        assert (deck.slide_width, deck.slide_height) == (Inches(10), Inches(7.5)) and len(deck.slides) > 1
    capsys.readouterr()
    assert run(three, tmp_path) == 0  # without it the decks are ours again, though no figure has changed
    assert Presentation(tmp_path / "out" / "2023" / "briefing_zh.pptx").slide_width > Inches(13)
    capsys.readouterr()
    (tmp_path / "bad.pptx").write_text("no deck")
    for name in ("bad.pptx", "not_there.pptx"):
        assert run(three, tmp_path / "other", "--template", tmp_path / name) == 2
        told = capsys.readouterr()
        assert name in told.err and "Traceback" not in told.err and not told.out
        assert not (tmp_path / "other").exists()


def test_the_index_links_the_replay_the_bulletins_and_the_exploring_page_beside_it(three, notebooks, tmp_path):
    notebooks()
    assert run(three, tmp_path) == 0
    out = tmp_path / "out"
    assert "../track_record" not in (out / "2023/index.html").read_text(encoding="utf-8")
    there = ["track_record/replay.html", "bulletin_2022_2023/bulletin_zh.docx", "explore.html"]
    for name in there:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("x")
    assert run(three, tmp_path) == 0  # no figure has changed, and yet the index has
    index = (out / "2023/index.html").read_text(encoding="utf-8")
    for name in there:
        assert f'href="../{name}"' in index and (out / "2023" / ".." / name).exists()
    assert "同一报告目录中的其他成果" in index and "Also in this reports folder" in index
