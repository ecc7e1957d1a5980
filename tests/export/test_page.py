"""The index page, parsed again: every verdict in words, every link leads somewhere, no network."""

from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from ecoanalysis import analyse, briefing, words
from ecoanalysis.catalog import phrase
from ecoanalysis.export import languages, page


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.tags, self.ids, self.words, self.rows = [], [], [], [], []
        self.in_table = False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self.ids.append(attributes.get("id"))
        if tag == "a":
            self.links.append(attributes["href"])
        self.in_table |= tag == "table"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.in_table &= tag != "table"

    def handle_data(self, text):
        self.words.append(text)
        if self.in_table and self.rows[-1:] not in ([], [[]]):
            self.rows[-1][-1] += text


@pytest.fixture(scope="module", params=["zh", "en", "both"])
def written(request, analysis, tmp_path_factory):
    """A run's folder as a run leaves it, with one region failed."""
    folder = tmp_path_factory.mktemp("run") / "2023"
    outcomes = []
    for place, region in enumerate(analysis.regions.to_dict("records")):
        name = f"{region['code']}_{region['name_zh']}"
        (folder / name).mkdir(parents=True)
        failed = place == 2
        for file in ["error.txt"] if failed else ["county_report.html", "county_report.ipynb", "reachability_zh.docx"]:
            (folder / name / file).write_text("", encoding="utf-8")
        outcomes.append(
            SimpleNamespace(
                region=region["code"], name=region["name_zh"], folder=name, notebook="county_report",
                state="failed" if failed else "done", error="ValueError: <b>" if failed else "",
            )
        )  # fmt: skip
    for file in ("briefing_zh.pptx", "assessment.xlsx", "manifest.json"):
        (folder / file).write_text("", encoding="utf-8")
    path = page.write_index(analysis, folder, request.param, outcomes)
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return request.param, folder, reader


def test_every_link_leads_to_a_file_of_the_run_and_every_file_has_its_link(written):
    _, folder, reader = written
    inside = [link.removeprefix("#") for link in reader.links if link.startswith("#")]
    assert set(inside) <= set(reader.ids)
    targets = {unquote(link) for link in reader.links if not link.startswith("#")}
    assert all((folder / target).is_file() for target in targets)
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert targets == files - {"index.html"}


def test_every_item_and_region_has_its_verdict_in_words(written, analysis):
    lang, _, reader = written
    table = analysis.matrix()
    for lang_ in languages(lang):
        w = words.of(lang_)
        for item, verdicts in table.iterrows():
            pressing = analysis.pressing_item(item)
            name = (
                f"{item} {analysis.item_name(item, lang_)}"
                if isinstance(item, int)
                else analysis.item_name(item, lang_)
            )
            assert [name, *(w.short_verdict(code, pressing) for code in verdicts)] in reader.rows, item


def test_the_answers_stand_before_the_matrix(written, analysis):
    lang, folder, _ = written
    text = (folder / "index.html").read_text(encoding="utf-8").replace("\u00a0", " ").replace("\u202f", "\u2009")
    if lang == "zh":
        first = text.index("截至 2023 年底，天水市到期应考核 35 项：按期达标 ")
        assert (
            first
            < text.index("尚不具备申报条件：约束性指标 3 项未达标")
            < text.index("方案点名的薄弱指标：农村生活污水治理率（")
        )
        assert text.index("方案点名的薄弱指标") < text.index("各县区总体结论") < text.index("<table>")
        assert "截至 2023 年底，甘谷县到期应考核 " in text
    else:
        assert text.index("At the end of 2023, 35 items were due in Tianshui: ") < text.index(
            "May not apply yet: 3 binding items missed"
        )
        assert text.index("May not apply yet") < text.rindex("<table>")
    for lang_ in languages(lang):
        for sentence in briefing.headline(analysis["620500"], words.of(lang_)):
            assert sentence.replace("'", "&#x27;").replace('"', "&quot;") in text


def test_names_and_errors_from_the_data_are_text_and_no_markup(folder):
    attack = "<script>alert(1)</script>"
    folder.target("ecological_index", ">=", 57, "")
    folder.add(*(("C1", year, "ecological_index", 50 + year - 2019, "") for year in range(2019, 2024)))
    analysis = analyse(folder.path, 2023)
    regions = analysis.regions.replace({"乙县": attack, "County B": attack})
    outcome = SimpleNamespace(region="C9", name=attack, folder="C9", notebook="n", state="failed", error=attack)
    attacked = replace(analysis, regions=regions)
    path = page.write_index(attacked, folder.path / "out", "both", [outcome], {"zh": [attack]})
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text and text.count("&lt;script&gt;") >= 8


def test_the_page_needs_no_network_and_fits_a_telephone(written):
    _, folder, reader = written
    assert not [tag for tag, _ in reader.tags if tag in ("script", "link", "img", "iframe")]
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "://" not in text and "url(" not in text
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in reader.tags


def test_demo_data_and_a_failed_region_are_told_in_each_language(written, analysis):
    lang, _, reader = written
    text = "".join(reader.words)
    failed = analysis.regions.iloc[2]
    for word in languages(lang):
        assert phrase("slide.demo_notice", word) in text
        name = failed["name_en" if word == "en" else "name_zh"]
        folder = f"{failed['code']}_{failed['name_zh']}"
        assert phrase("run.failed", word, region=name, folder=folder, error="ValueError: <b>") in text


def test_an_unverified_national_number_says_so(written, analysis):
    lang, _, reader = written
    weaker = analysis.editions[analysis.editions["weaker"] & analysis.editions["confidence"].isin(["C", "D"])]
    assert len(weaker)
    for word in languages(lang):
        assert phrase("mark.unverified", word) in "".join(reader.words)
