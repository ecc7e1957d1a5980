"""Every document of every folder at the edges: nothing crowded or cut off, few enough pages, a sound file, a page for all."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from export import printed
from export.edges import EDGES, make
from export.office_rules import against_the_schema, broken
from export.slides_seen import crowded, opened, small_words

import ecoanalysis as eco
from ecoanalysis import words
from ecoanalysis.export import docx, duties, page, pptx, xlsx

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module", params=EDGES)
def edge(request, tmp_path_factory):
    return eco.analyse(make(tmp_path_factory.mktemp(request.param), request.param), 2023, paths=100)


@pytest.fixture(scope="module", params=words.LANGUAGES)
def documents(request, edge, tmp_path_factory):
    """A folder with all documents of an edge in a language."""
    folder, lang = tmp_path_factory.mktemp("documents"), request.param
    pptx.write(edge, folder / "deck.pptx", lang)
    for region in dict.fromkeys((edge.city or edge.counties[0], edge.counties[-1])):
        docx.write(edge, region, folder / f"{region}.docx", lang)
    xlsx.write(edge, folder / "book.xlsx", lang)
    duties.write(edge, folder, lang)
    page.write_index(edge, folder, lang, [], {})
    return folder


def test_slides_are_few_and_nothing_on_them_is_crowded(documents):
    for path in documents.glob("*.pptx"):
        deck = opened(path)
        assert crowded(deck) == [] and small_words(deck) == [], path.name
    assert len(opened(documents / "deck.pptx").slides) < 30


def test_every_file_keeps_the_schema(documents):
    for path in sorted(one for one in documents.iterdir() if one.suffix in (".pptx", ".docx", ".xlsx")):
        assert against_the_schema(path) == [], path.name
        assert path.suffix != ".docx" or broken(path) == [], path.name


def test_a_workbook_is_laid_out_on_sixty_pages_in_words_that_can_be_read(documents):
    laid_out = printed.of(documents / "book.xlsx")
    assert sum(sheet.pages for sheet in laid_out.values()) <= 60
    assert {name: sheet.points for name, sheet in laid_out.items() if sheet.points < 6.5} == {}


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdfinfo")), reason="no LibreOffice here to print with"
)
def test_a_workbook_prints_sixty_pages_at_most(documents, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(documents / "book.xlsx")], check=True, capture_output=True, timeout=600)
    told = subprocess.run(["pdfinfo", str(tmp_path / "book.pdf")], check=True, capture_output=True, text=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", told).group(1)) <= 60


# ---------------------------------------------------------------------- for everybody


def axe() -> str:
    """The text of axe-core, from the folder that AXE names or npm's own."""
    places = [Path(os.environ["AXE"])] if "AXE" in os.environ else []
    if shutil.which("npm"):
        told = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True).stdout.strip()
        places.append(Path(told) / "axe-core")
    found = [place / "axe.min.js" for place in places if (place / "axe.min.js").is_file()]
    if not found:
        pytest.skip("no axe-core here: npm install -g axe-core, or AXE=its folder")
    return found[0].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def barriers():
    """What axe-core finds serious or critical on a page."""
    script = axe()
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here to drive a browser")
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the pages in")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def found(path: Path) -> list[str]:
            view = browser.new_context(bypass_csp=True).new_page()
            view.goto(path.as_uri())
            view.evaluate(script)
            told = view.evaluate("axe.run(document)")
            assert len(told["passes"]) > 10
            view.close()
            return [one["id"] for one in told["violations"] if one["impact"] in ("serious", "critical")]

        yield found
        browser.close()


@pytest.mark.browser
def test_the_index_has_no_barrier(documents, barriers):
    assert barriers(documents / "index.html") == []


@pytest.mark.browser
def test_a_barrier_is_noticed(documents, barriers, tmp_path):
    text = (documents / "index.html").read_text(encoding="utf-8")
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_text(re.sub(r'<html lang="[^"]*"', "<html", text).replace("</main>", "<img src=x></main>"), "utf-8")
    assert {"html-has-lang", "image-alt"} <= set(barriers(spoilt))
