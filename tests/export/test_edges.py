"""Every document of every folder at the edges: nothing crowded or cut off, few enough pages, a sound file, a page for all."""

import re
import shutil
import subprocess

import pytest
from barriers import reader
from export import printed
from export.edges import EDGES, make
from export.office_rules import against_the_schema, broken
from export.slides_seen import crowded, opened, small_words

import ecoanalysis as eco
from ecoanalysis import words
from ecoanalysis.export import docx, duties, page, pptx, xlsx

pytestmark = pytest.mark.slow


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


@pytest.fixture(scope="module")
def barriers():
    with reader() as found:
        yield found


@pytest.mark.browser
def test_the_index_has_no_barrier(documents, barriers):
    assert barriers(documents / "index.html") == []


@pytest.mark.browser
def test_a_barrier_is_noticed(documents, barriers, tmp_path):
    text = (documents / "index.html").read_text(encoding="utf-8")
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_text(re.sub(r'<html lang="[^"]*"', "<html", text).replace("</main>", "<img src=x></main>"), "utf-8")
    assert {"html-has-lang", "image-alt"} <= {one.partition(":")[0] for one in barriers(spoilt)}
