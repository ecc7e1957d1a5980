"""The index page, parsed again: every verdict in words, every link leads somewhere, no network."""

import base64
import hashlib
import json
import re
import shutil
import time
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote

import pandas as pd
import pytest
from barriers import reader

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
        if not failed:  # a picture that a cell leads to
            (folder / name / "charts").mkdir()
            (folder / name / "charts/25_rural_sewage_treatment_rate.png").write_text("", encoding="utf-8")
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
            name = analysis.item_name(item, lang_)
            name = f"{item} {name}" if isinstance(item, int) else name
            (line,) = [row for row in reader.rows if row[0].endswith(name)]
            words_ = [w.short_verdict(code, pressing) for code in verdicts]
            assert all(cell.startswith(word) for cell, word in zip(line[1:], words_, strict=True)), item


def test_the_answers_stand_before_the_matrix(written, analysis):
    lang, folder, _ = written
    text = (folder / "index.html").read_text(encoding="utf-8").replace("\u00a0", " ").replace("\u202f", "\u2009")
    if lang == "zh":
        first = text.index("截至 2023 年底，天水市到期应考核 35 项：按期达标 ")
        assert (
            first
            < text.index("尚不具备申报条件：约束性指标 3 项未达标")
            < text.index("方案点名的薄弱指标：农村生活污水治理率尚差 88 个村")
        )
        assert text.index("方案点名的薄弱指标") < text.index("各县区总体结论") < text.index("<table")
        assert "截至 2023 年底，甘谷县到期应考核 " in text
    else:
        assert text.index("At the end of 2023, 35 items were due in Tianshui: ") < text.index(
            "May not apply yet: binding items missed 3"
        )
        assert text.index("May not apply yet") < text.rindex("<table")
    for lang_ in languages(lang):
        for sentence in briefing.headline(analysis["620500"], words.of(lang_)):
            assert sentence.replace("'", "&#x27;").replace('"', "&quot;") in text


def test_names_and_errors_from_the_data_are_text_and_no_markup(folder):
    attack = "</script><script>alert(1)</script>"
    folder.target("ecological_index", ">=", 57, "")
    folder.add(*(("C1", year, "ecological_index", 50 + year - 2019, "") for year in range(2019, 2024)))
    analysis = analyse(folder.path, 2023)
    regions = analysis.regions.replace({"乙县": attack, "County B": attack})
    outcome = SimpleNamespace(region="C9", name=attack, folder="C9", notebook="n", state="failed", error=attack)
    attacked = replace(analysis, regions=regions)
    path = page.write_index(attacked, folder.path / "out", "both", [outcome], {"zh": [attack]})
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == 1 and text.count("</script") == 1 and text.count("&lt;script&gt;") >= 8


def test_the_policy_lets_the_page_s_own_script_run_and_no_other(written):
    _, folder, reader = written
    text = (folder / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [tag["content"] for name, tag in reader.tags if tag.get("http-equiv")]
    assert "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy
    assert policy.count("script-src") == 1 and "'unsafe-inline'" not in policy.split("script-src")[1]
    assert not re.search(r"fetch|XMLHttp|eval|innerHTML|import", script)


def test_the_page_needs_no_network_and_fits_a_telephone(written):
    _, folder, reader = written
    assert not [tag for tag, _ in reader.tags if tag in ("link", "img", "iframe")]
    assert not [name for _, tag in reader.tags for name in tag if name.startswith("on")]
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "://" not in text and "url(" not in text
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in reader.tags


def test_a_reader_who_does_not_see_the_page_is_told_what_stands_where(written):
    lang, _, reader = written
    assert ("html", {"lang": "en" if lang == "en" else "zh-CN"}) in reader.tags
    assert [tag for tag, _ in reader.tags].count("main") == 1
    assert all(tag.get("scope") in ("col", "row") for name, tag in reader.tags if name == "th")
    assert all(tag.get("aria-label") and tag.get("role") == "img" for name, tag in reader.tags if name == "svg")
    labels = [tag["aria-label"] for name, tag in reader.tags if name == "svg"]
    told = {
        "zh": "甘谷县 · 农村生活污水治理率：2023 年为 29.0",
        "en": "Gangu · Rural domestic sewage treatment rate: 29.0",
    }
    for word in languages(lang):
        assert any(label.replace("\u00a0", " ").startswith(told[word]) for label in labels), word


def test_a_cell_holds_its_value_and_leads_to_its_picture(written):
    lang, folder, _ = written
    if lang != "zh":
        return
    text = (folder / "index.html").read_text(encoding="utf-8")
    (cell,) = re.findall(
        r'<td data-region="620523"[^>]*><a href="([^"]*25_rural[^"]*)">([^<]*)</a><span[^>]*>([^<]*)<', text
    )
    assert unquote(cell[0]) == "620523_甘谷县/charts/25_rural_sewage_treatment_rate.png"
    assert cell[1:] == ("难达标", "29.0\u00a0%")


def test_tiles_say_that_they_are_no_map(written):
    lang, _, reader = written
    said = "".join(reader.words)
    if lang != "en":
        assert "示意图：方块按名录顺序排列，不表示位置、面积和边界。" in said
    if lang != "zh":
        assert "tiles stand in the order of the list and show neither position nor area nor borders" in said


SQUARE = [[105.0, 34.0], [106.0, 34.0], [106.0, 35.0], [105.0, 35.0], [105.0, 34.0]]


@pytest.mark.parametrize("number", ["甘S(2024)001号", ""])
def test_borders_of_the_user_make_the_map_with_their_approval_number(small, tmp_path, number):
    one, other = {"type": "Polygon", "coordinates": [SQUARE]}, {"type": "MultiPolygon", "coordinates": [[SQUARE]]}
    features = [
        {"type": "Feature", "properties": {"name": "乙县", "审图号": number}, "geometry": one},
        {"type": "Feature", "properties": {"code": "C2"}, "geometry": other},
    ]
    borders = tmp_path / "boundaries.geojson"
    borders.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    text = page.write_index(small, tmp_path / "out", "zh", [], borders=borders).read_text(encoding="utf-8")
    assert text.count('<g data-line="') == 2 and 'class="tiles"' not in text
    assert "<title>乙县: " in text and "<title>丙县: " in text
    assert ("审图号：甘S(2024)001号" if number else "未注明审图号，不得公开发布") in text


def test_each_shape_of_the_user_s_map_bears_the_verdict_of_its_own_county(worked, tmp_path):
    """The plan has its papers in North and lacks some in South; water is met in North and missed in South."""
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": square} for name in ("北县", "南县")]
    borders = tmp_path / "boundaries.geojson"
    borders.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    text = page.write_index(worked, tmp_path / "out", "zh", [], borders=borders).read_text(encoding="utf-8")
    shapes = dict(re.findall(r'<g data-line="(\w+)" data-cell="path" data-name="(\w+)"', text))
    assert {name: line[:2] for line, name in shapes.items()} == {"北县": "ca", "南县": "hg"}  # the plan, then water
    assert 'aria-label="各县区示意图: 北县: 难达标, 南县: 难达标"' in text


@pytest.mark.parametrize("content", ["{", '{"features": [1]}', '{"features": []}', '{"a": 1}', "[]"])
def test_borders_that_cannot_be_read_leave_the_tiles(small, tmp_path, content):
    borders = tmp_path / "boundaries.geojson"
    borders.write_text(content, encoding="utf-8")
    text = page.write_index(small, tmp_path / "out", "zh", [], borders=borders).read_text(encoding="utf-8")
    assert 'class="tiles"' in text and "<path" not in text


def nation(analysis, count: int):
    """An analysis of as many regions, every one a copy of the second, so that a page of any size can be looked at."""
    code = analysis.regions["code"].iloc[1]
    names = [f"N{k:04d}" for k in range(count)]
    regions = pd.DataFrame([analysis.regions.iloc[1].to_dict() | {"code": n, "name_zh": f"县{n}", "name_en": f"County {n}",
                                                                 "parent": ""} for n in names])  # fmt: skip
    tables = {}
    for name in ("assessment", "headlines", "targets"):
        rows = getattr(analysis, name)
        rows = rows[rows["region_code"] == code]
        tables[name] = pd.concat([rows.assign(region_code=n) for n in names], ignore_index=True)
    none = {name: getattr(analysis, name)[:0] for name in ("results", "forecasts", "editions", "discrepancies")}
    return replace(analysis, regions=regions, cache={}, **tables, **none)


@pytest.mark.whole
def test_a_nation_of_a_thousand_counties_stands_below_each_other(small, tmp_path):
    started = time.monotonic()
    path = page.write_index(nation(small, 1000), tmp_path, "zh", [])
    text = path.read_text(encoding="utf-8")
    assert text.count('<th scope="row"') == 1000 and text.count('scope="col"') == 8
    assert "到期未达标最多的地区" in text and "未达标地区最多的指标" in text and 'type="search"' in text
    assert len(text) < 1_500_000 and time.monotonic() - started < 60


def test_fourteen_and_fifty_regions(small, tmp_path):
    few = page.write_index(nation(small, 14), tmp_path / "14", "en", []).read_text(encoding="utf-8")
    many = page.write_index(nation(small, 50), tmp_path / "50", "en", []).read_text(encoding="utf-8")
    assert few.count('scope="col"') == 15 and few.count('<th scope="row"') == 2  # an item a row
    assert many.count('scope="col"') == 8 and many.count('<th scope="row"') == 50  # a region a row


@pytest.mark.parametrize("count", [3, 40])
def test_a_name_with_quotes_stays_inside_its_attribute(small, tmp_path, count):
    """On the map, in headings, buttons and selectors of few regions, and in the rows of many."""
    attack = "\" onclick='alert(1)' ours=\"<marquee>"
    many = nation(small, count)
    named = replace(many, regions=many.regions.assign(name_zh=attack), cache={})
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    features = [{"type": "Feature", "properties": {"code": "N0001", "source": attack}, "geometry": square}]
    borders = tmp_path / "boundaries.geojson"
    borders.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    reader = Reader()
    reader.feed(page.write_index(named, tmp_path / "out", "zh", [], borders=borders).read_text(encoding="utf-8"))
    assert "marquee" not in {tag for tag, _ in reader.tags}
    assert not {"onclick", "ours"} & {name for _, tag in reader.tags for name in tag}
    (shape,) = [tag["data-name"] for name, tag in reader.tags if name == "g"]
    assert shape == f"{attack} (N0001)" and f"底图来源：{attack}" in reader.words


@pytest.mark.browser
def test_sorting_and_filters_work_in_a_browser_without_a_server(written):
    """From file://, under the page's own policy."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here to drive a browser")
    browser = next(
        (path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None
    )
    if browser is None:
        pytest.skip("no Chromium here to open the page in")
    lang, folder, _ = written
    if lang != "zh":
        pytest.skip("one language is enough in a browser")
    with sync_api.sync_playwright() as player:
        opened = player.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        view = opened.new_page()
        errors = []
        view.on("pageerror", lambda error: errors.append(str(error)))
        view.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        view.goto((folder / "index.html").as_uri())
        rows = view.locator("table.matrix tbody tr:visible")
        told = view.locator("output")
        assert rows.count() == 36 and told.inner_text() == "显示 36 项，共 36 项"
        view.locator("input[type=search]").fill("污水")
        assert rows.count() == 2 and told.inner_text() == "显示 2 项，共 36 项"
        view.get_by_role("button", name="全部显示").click()
        view.locator("select[data-filters=region]").select_option("620523")
        view.locator("select[data-filters=verdict]").select_option(label="难达标")
        cells = view.locator("table.matrix tbody tr:visible td.hit:visible")
        assert 0 < rows.count() < 36 and cells.count() == rows.count()
        assert all(text.startswith("难达标") for text in cells.all_inner_texts())
        view.get_by_role("button", name="全部显示").click()
        view.get_by_label("按甘谷县的可达性排序").click()
        weights = view.eval_on_selector_all(
            'td[data-region="620523"]', "cells => cells.map(cell => Number(cell.dataset.weight))"
        )
        assert weights == sorted(weights, reverse=True) and len(set(weights)) > 3
        assert view.locator('th[aria-sort="descending"]').get_attribute("data-region") == "620523"
        view.get_by_label("按序号排序").click()
        view.locator("select[data-chooses=item]").select_option(label="25 农村生活污水治理率")
        tile = view.locator("ul.tiles li", has_text="甘谷县")
        assert "难达标" in tile.inner_text() and tile.evaluate("one => one.style.background") == "rgb(230, 121, 43)"
        bottoms = (
            "marks => marks.map(one => [one, one.previousElementSibling].map(it => it.getBoundingClientRect().bottom))"
        )
        marks = view.eval_on_selector_all("td .value + .mark", bottoms)  # beside their values, not under them
        assert marks and all(abs(mark - value) < 6 for mark, value in marks)
        view.emulate_media(media="print")
        view.set_viewport_size({"width": 703, "height": 1032})  # A4 upright within 12 mm
        table, names = view.locator("table.matrix"), view.locator("table.matrix tbody th").first
        assert table.evaluate("one => one.getBoundingClientRect().right <= innerWidth")
        assert names.evaluate("one => one.getBoundingClientRect().width") > 60
        assert errors == []
        opened.close()


@pytest.mark.browser
def test_nobody_meets_a_barrier_on_the_index(written):
    _, folder, _ = written
    with reader() as barriers:
        assert barriers(folder / "index.html") == []


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


def test_the_index_says_where_the_plan_stands(shipped, tmp_path):
    """The as-of year ends with the acceptance stage; 2024 is a leap year, so its file update is 366 days off."""
    page.write_index(shipped, tmp_path, "zh", [], {"zh": []})
    text = (tmp_path / "index.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "核查验收阶段" in text and "366 天" in text


@pytest.fixture(scope="module")
def worked_page(worked, tmp_path_factory) -> str:
    """The page of the city worked by hand, without looks and odd blanks."""
    path = page.write_index(worked, tmp_path_factory.mktemp("worked"), "zh", [])
    return re.sub(r' style="[^"]*"', "", path.read_text(encoding="utf-8")).replace("\u00a0", " ")


def test_a_weak_point_says_who_leads_it_and_until_when(worked_page):
    (parks,) = re.findall(r"<li>28 城镇人均公园绿地面积：[^<]*</li>", worked_page)
    (sewage,) = re.findall(r"<li>25 农村生活污水治理率：[^<]*</li>", worked_page)
    assert parks.endswith("牵头：住建局；时限：2026 年底。</li>") and sewage.endswith(
        "牵头：生态环境局；时限：2025 年底。</li>"
    )


def test_counts_of_the_city_and_of_every_county_are_their_own(worked_page):
    said = "<li><b>3</b>按期达标</li><li><b>6</b>到期未达标</li><li><b>3</b>其中约束性</li><li><b>3</b>尚不能判定</li>"
    assert said in worked_page and "<strong>申报条件：尚不具备</strong>" in worked_page
    assert (
        "<li><b>北县</b>：截至 2023 年底，北县到期应考核 13 项：按期达标 8 项，到期未达标 3 项，尚不能判定 2 项。"
        in worked_page
    )
    assert (
        "<li><b>南县</b>：截至 2023 年底，南县到期应考核 13 项：按期达标 2 项，到期未达标 6 项，尚不能判定 5 项。"
        "约束性指标到期未达标 4 项：水环境质量、危险废物利用处置率、突发生态环境事件应急管理机制、自然生态空间。"
        in worked_page
    )
    tiles = re.findall(r'<li data-line="(\w+)">(\w+)<span class="verdict">(\w+)</span><span>([^<]*)<', worked_page)
    assert [tile[1:] for tile in tiles] == [
        ("北县", "难达标", "到期未达标 3 项"),
        ("南县", "难达标", "到期未达标 6 项"),
    ]
    letters = dict(
        zip("生态文明建设规划 水环境质量".split(), zip(*(tile[0] for tile in tiles), strict=True), strict=False)
    )
    assert letters == {"生态文明建设规划": ("c", "h"), "水环境质量": ("a", "g")}  # papers complete, missing; met, unmet
    assert worked_page.index('class="demo">部分县区统计不公开') < worked_page.index("总体结论")


def test_a_cell_that_rests_on_demo_data_is_marked_to_see_and_to_hear(worked_page):
    """Only North's drinking water is demo data in the worked city, and what the city makes of it."""
    marked = re.findall(r'<td data-region="(\w+)"[^>]*>(?:(?!</td>).)*<span class="mark" aria-hidden="true">◇</span>'
                        r'<span class="heard">演示数据</span></td>', worked_page)  # fmt: skip
    (line,) = re.findall(r"<tr [^>]*><th[^>]*><span[^>]*>[^<]*</span>23 [^<]*</th>(.*?)</tr>", worked_page)
    assert line.count("演示数据") == len(marked) == 2 and "990002" not in marked
    assert '<p class="demo">◇ 表示该格结论所依据的数值中有演示数据，不代表实际情况。</p>' in worked_page
    tiles = dict(re.findall(r'<li data-line="(\w+)">(\w+)<', worked_page))
    capitals = {name: [k for k, letter in enumerate(line) if letter.isupper()] for line, name in tiles.items()}
    assert len(capitals["北县"]) == 1 and capitals["南县"] == []


def test_no_mark_and_no_legend_without_demo_data(worked, tmp_path):
    real = replace(worked, assessment=worked.assessment.assign(status="observed"), cache={})
    text = page.write_index(real, tmp_path, "zh", []).read_text(encoding="utf-8")
    assert "◇" not in text and 'class="heard"' not in text


@pytest.mark.parametrize(
    ("item", "cells"),
    [
        ("8 水环境质量", [("10", "重点攻关", "8b：10.0 %"), ("1", "已达标", "8b：0 %"), ("10", "重点攻关", "8b：16.7 %")]),
        # the worst part decides: the red line in the city and in North, the reserves in South
        ("15 自然生态空间", [("1", "已达标", "15a：318.3 平方公里"), ("1", "已达标", "15a：106.1 平方公里"),
                        ("10", "重点攻关", "15b：55.4 平方公里")]),
        ("24 城镇污水处理率", [("4", "需巩固", "95.0 %"), ("1", "已达标", "96.2 %"), ("1", "已达标", "94.2 %")]),
        ("36 公众对生态文明建设的参与度", [("5", "努力可达", "79.7 %"), ("4", "需巩固", "82.0 %"), ("8", "数据不足", "")]),
        ("27 农村生活垃圾无害化处理村占比", [("-1", "不适用", ""), ("3", "易达标", "75.0 %"), ("3", "易达标", "54.0 %")]),
    ],
)  # fmt: skip
def test_a_row_of_the_matrix_holds_each_region_s_verdict_value_and_weight(worked_page, item, cells):
    """What sorts highest is what presses most."""
    (line,) = re.findall(rf'<tr [^>]*><th[^>]*><span class="group">[^<]*</span>{item}</th>(.*?)</tr>', worked_page)
    found = re.findall(r'data-weight="(-?\d+)"[^>]*>([^<]*)(?:<span class="value">([^<]*)</span>)?</td>', line)
    assert found == cells
