"""Make the pictures of `docs/explore.md` and `docs/explore.zh-CN.md` anew, from the data that ship.

    python docs/make_explore_pictures.py [FOLDER]

The screen is taken in a browser (playwright, and Chromium as Debian packs it: apt install chromium); the other pictures
are the package's own. Each has a palette and at most 60 kB.
"""

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pylopdf_fonts_zh_cn
from PIL import Image
from playwright.sync_api import sync_playwright

import ecoanalysis as eco
from ecoanalysis.explore import scenarios

ROOT = Path(__file__).resolve().parents[1]
COUNTY, INDICATOR = "620523", "rural_sewage_treatment_rate"
COLOURS = 64
MOST = 60_000  # bytes
WIDTH = 1000  # pixels of a screen
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FASTER = {"zh": ("加快", "加快并用项目"), "en": ("faster", "faster, with the project")}
PROJECT = "演示：甘谷农村生活污水治理项目"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    analysis = eco.analyse(ROOT / "data/raw", as_of=2023)
    statement = analysis[COUNTY, INDICATOR]
    for lang, end in (("zh", ""), ("en", "_en")):
        made = {
            "ever_so_fast": statement.plot.changes(lang),
            "other_methods": statement.plot.methods(lang),
            "scenarios": statement.plot.scenarios(*kept(analysis, lang), lang=lang),
            "ranks": analysis.plot.ranks(INDICATOR, lang=lang),
        }
        for name, figure in made.items():
            drawn = io.BytesIO()
            figure.savefig(drawn, dpi=80)
            write(drawn.getvalue(), folder / f"explore_{name}{end}.png")
        for name, picture in screens(analysis, lang).items():
            write(picture, folder / f"{name}{end}.png")


def kept(analysis, lang: str) -> list[scenarios.Scenario]:
    """Ten villages a year more, and the same with the county's project in."""
    one, both = FASTER[lang]
    more = {(COUNTY, INDICATOR): {"things": 10}}, {(COUNTY, INDICATOR): {"things": 10, "projects": {PROJECT: {}}}}
    return [scenarios.Scenario(name, analysis.city, 2023, set_) for name, set_ in zip((one, both), more, strict=True)]


def screens(analysis, lang: str) -> dict[str, bytes]:
    """The screen as it opens, and its picture and card after ten villages a year were added."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        fonts = Path(place) / "fonts"
        fonts.mkdir()
        shutil.copy(pylopdf_fonts_zh_cn.sans_path(), fonts)
        page_file = analysis.explore(COUNTY, INDICATOR, lang).save(Path(place) / "explore.html")
        found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        environment = os.environ | {"XDG_DATA_HOME": place}
        browser = playwright.chromium.launch(executable_path=found, args=QUIET, env=environment)
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.wait_for_selector(".explore .card tr")
        whole = page.screenshot()
        page.locator("fieldset[data-lever=things] input[type=number]").fill("10")
        page.wait_for_selector(".explore .assumed")
        page.add_style_tag(content=".explore .card :is(.more, details) { display: none }")
        page.wait_for_timeout(200)
        head, chart, card = (page.locator(f".explore .{name}").bounding_box() for name in ("head", "chart", "card"))
        rows = page.locator(".explore .card table").first.bounding_box()
        foot = max(chart["y"] + chart["height"], rows["y"] + rows["height"]) + 8
        clip = {"x": 0, "y": head["y"], "width": card["x"] + card["width"] + 8, "height": foot - head["y"]}
        moved = page.screenshot(clip=clip, full_page=True)
        browser.close()
    return {"explore": whole, "explore_ten_more": moved}


def write(picture: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(path, f"{image.width} × {image.height}, {size / 1000:.0f} kB")
    if size > MOST:
        raise SystemExit(f"{path} has {size} bytes; {MOST} at most")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs/pictures")
