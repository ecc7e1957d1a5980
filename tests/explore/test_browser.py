"""The screen in a real browser: in JupyterLab with a kernel, and as a page from the disk with the network off.

Latencies are printed (`pytest -m browser -s`); screenshots are left in the folder that `SCREENSHOTS` names.
"""

import itertools
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import barriers
import pylopdf_fonts_zh_cn
import pytest

from ecoanalysis import cli
from ecoanalysis.explore import page as offline
from ecoanalysis.explore import payload
from ecoanalysis.runs import NOTEBOOKS

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SHARE = "rural_sewage_treatment_rate"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEXT = "before => document.querySelector('.explore').dataset.answers !== before"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra `test`)")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (Debian: apt install chromium)")
    fonts = tmp_path_factory.mktemp("share") / "fonts"  # a machine without Chinese fonts shows them all the same
    fonts.mkdir()
    shutil.copy(pylopdf_fonts_zh_cn.sans_path(), fonts)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        environment = os.environ | {"XDG_DATA_HOME": str(fonts.parent)}
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet, env=environment)
        yield one
        one.close()


@pytest.fixture(scope="module")
def page_file(shipped, tmp_path_factory):
    return shipped.explore("620523", SHARE).save(tmp_path_factory.mktemp("page") / "explore.html")


def opened(browser, **options):
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, **options)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.wrong = wrong
    return page


def after(page, action) -> float:
    """Do something and wait for the answer; how long it took on the screen [ms]."""
    before = page.locator(".explore").get_attribute("data-answers")
    action()
    page.wait_for_function(NEXT, arg=before, timeout=20_000)
    page.wait_for_timeout(40)
    return float(page.locator(".explore").get_attribute("data-ms"))


def card(page) -> dict[str, str]:
    rows = page.locator(".explore .card tr[data-row]").all()
    return {row.get_attribute("data-row"): re.sub(r" \(.*\)$", "", row.locator("td").inner_text()) for row in rows}


def said(view, lang: str) -> dict[str, str]:
    return {key: text for key, _, text in view["texts"][lang]["rows"]}


def keep(page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def percent(text: str) -> float:
    return float(re.search(r"\d+", text)[0])


# ---------------------------------------------------------------------- the page


def test_the_page_works_from_the_disk_with_the_network_off(browser, page_file, shipped):
    page = opened(browser, offline=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    assert card(page) == said(payload.view(shipped["620523", SHARE]), "zh")
    assert page.locator("mark").inner_text() == "演示数据"
    took = []
    for region, indicator in (("620521", SHARE), ("620500", "park_area_per_head"), ("620523", "ecological_index")):
        took.append(after(page, lambda r=region: page.select_option("select[name=region]", r)))
        took.append(after(page, lambda i=indicator: page.select_option("select[name=indicator]", i)))
        assert card(page) == said(payload.view(shipped[region, indicator]), "zh"), indicator
    keep(page, "page_zh")
    print(f"\npage: pickers {statistics.median(took):.0f} ms (most {max(took):.0f})")
    assert page.wrong == [] and max(took) < 300


READ = """() => {
  const picture = document.querySelector('.chart > svg'), all = (name) => [...picture.querySelectorAll(name)];
  const number = (one) => Number(one.textContent.replace('\u2212', '-').replaceAll('\u2009', ''));
  const place = (one, name) => Number(one.getAttribute(name));
  const scale = (a, b) => (at) => a[1] + (at - a[0]) / (b[0] - a[0]) * (b[1] - a[1]);
  const ends = (marks) => [marks[0], marks.at(-1)];
  const across = scale(...ends(all('.tick[text-anchor=middle]').map((one) => [place(one, 'x'), number(one)])));
  const up = scale(...ends(all('.tick[text-anchor=end]').map((one) => [place(one, 'y') - 4, number(one)])));
  const steps = (one) => [...one.getAttribute('d').matchAll(/[ML](-?[\\d.]+) (-?[\\d.]+)/g)];
  const points = (one) => steps(one).map((m) => [across(m[1]), up(m[2])]);
  const line = (name) => all(name).flatMap(points);
  const from = (one, letter) => Number(one.getAttribute('d').match(/^M(-?[\\d.]+) ?(-?[\\d.]+)/)[letter]);
  return {
    history: line('.history'), runs: all('.history').flatMap((one) => one.getAttribute('d').match(/M/g)).length,
    median: line('.median'), band80: line('.band80'), band95: line('.band95'), was: line('.was'),
    points: all('.point').map((one) => [across(from(one, 1)), up(from(one, 2)), one.getAttribute('class').split(' ')[1],
      one.getAttribute('d').includes('a4 4')]),
    target: all('.target').map((one) => up(from(one, 2))), label: all('.target-label').map((one) => one.textContent),
    dates: all('.date').map((one) => across(from(one, 1))), named: all('.date-label').map((one) => one.textContent),
    milestones: all('.milestone').map((one) => [across(from(one, 1)), one.textContent]),
    legend: [...document.querySelectorAll('.legend span')].map((one) =>
      [one.querySelector('path').getAttribute('class'), one.textContent.trim()]),
  };
}"""


def years_of(table, *columns) -> list:
    return [(float(year), float(row[name])) for name in columns for year, row in table.iterrows()]


def test_the_picture_shows_the_numbers_of_the_library_read_as_a_person_reads_them(browser, page_file, shipped):
    """By the printed scales: what was measured, the fan, target and dates; the trend beneath what a lever moves."""
    page = opened(browser, offline=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    # Gangu's index has no value of 2015: a gap stays a gap.
    for region, indicator, breadth in (
        ("620523", SHARE, 100),
        ("620521", SHARE, 100),
        ("620500", "ecological_index", 10),
    ):
        page.select_option("select[name=region]", region)
        page.select_option("select[name=indicator]", indicator)
        page.wait_for_timeout(60)
        s, seen = shipped[region, indicator], page.evaluate(READ)
        near = {"abs": breadth / 150}
        history = s.history
        assert [tuple(one[:2]) for one in seen["points"]] == [pytest.approx(one, **near) for one in history.items()]
        assert [tuple(one) for one in seen["history"]] == [pytest.approx(one, **near) for one in history.items()]
        assert seen["runs"] == 1 + sum(1 for a, b in itertools.pairwise(history.index) if b != a + 1)
        assert {(kind, disc) for *_, kind, disc in seen["points"]} == {("demo", False)}
        fan = s.forecast.set_index("year")
        fan = fan[fan.index <= max(s.due, s.hold_until)]
        for name in ("median", "band80", "band95"):
            ahead = seen[name][1:]
            low, high = {"median": ("median",) * 2, "band80": ("lo80", "hi80"), "band95": ("lo95", "hi95")}[name]
            there = {(round(year), round(value, 1)) for year, value in ahead}
            for year, column in itertools.product(fan.index, {low, high}):
                found = [value for at, value in ahead if abs(at - year) < 0.02]
                assert min(abs(value - fan.at[year, column]) for value in found) < breadth / 60, (
                    name,
                    year,
                    column,
                    there,
                )
        assert seen["target"] == [pytest.approx(s.target, **near)] and seen["label"][0].startswith("目标 ≥ ")
        assert seen["dates"] == [pytest.approx(s.due, abs=0.02), pytest.approx(s.hold_until, abs=0.02)]
        assert seen["named"] == [f"到期 {s.due}", f"复核 {s.hold_until}"] and seen["was"] == []
        for at, told in seen["milestones"]:
            assert at == pytest.approx(int(told[:4]) + int(told[5:7]) / 12 - 0.5, abs=0.02), told
        assert len(seen["milestones"]) > 2
        legend = {
            "point demo": "演示数据",
            "median": "预测中位",
            "band80": "80 % 区间",
            "band95": "95 % 区间",
            "target": "目标",
        }
        assert seen["legend"] == [list(entry) for entry in legend.items()]
    page.select_option("select[name=region]", "620523")
    page.select_option("select[name=indicator]", SHARE)
    after(page, lambda: page.locator("fieldset[data-lever=things] input[type=number]").fill("20"))
    seen, trend = page.evaluate(READ), shipped["620523", SHARE].forecast.set_index("year")["median"]
    middle = {name: {round(year): value for year, value in seen[name]} for name in ("was", "median")}
    assert middle["was"][2025] == pytest.approx(trend[2025], abs=1)
    assert middle["median"][2024] == pytest.approx(
        trend[2024] + 100 * 20 / 404, abs=1
    )  # of 404 villages, in the first year
    assert middle["median"][2025] == pytest.approx(trend[2025] + 100 * 40 / 404, abs=1)
    assert page.locator(".assumed").inner_text() == "假定：在趋势之外每年多完成 20 个村"
    page.locator("fieldset[data-lever=target] input[type=number]").fill("50")
    page.wait_for_function("document.querySelector('.target-label').textContent.includes('50')")
    assert page.evaluate(READ)["target"] == [pytest.approx(50, abs=0.7)]


def test_levers_of_the_page_agree_with_the_library_to_two_points(browser, page_file, shipped):
    page = opened(browser, offline=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    cases = [
        ("620523", SHARE, "things", "10"),
        ("620523", SHARE, "target", "36"),
        ("620523", SHARE, "due", "2026"),
        ("620523", SHARE, "pace", "6.5"),
        ("620523", "ecological_index", "pace", "1.6"),
        ("620503", "construction_land_per_gdp_decline_rate", "growth", "7.5"),
        ("620500", "park_area_per_head", "target", "13.4"),
    ]
    took = []
    for region, indicator, kind, value in cases:
        after(page, lambda r=region: page.select_option("select[name=region]", r))
        after(page, lambda i=indicator: page.select_option("select[name=indicator]", i))
        box = page.locator(f"fieldset[data-lever={kind}] input[type=number]")
        took.append(after(page, lambda b=box, v=value: b.fill(v)))
        told, asked = card(page), payload.answered(shipped[region, indicator], {kind: float(value)}, "zh")
        wanted = {key: text for key, _, text in asked["texts"]["zh"]["rows"]}
        for key in ("value", "target", "gap", "things", "pace_required"):
            assert told.get(key) == wanted.get(key), (indicator, kind, key)
        if "chance" in wanted:
            assert abs(percent(told["chance"]) - percent(wanted["chance"])) <= 2, (indicator, kind)
        page.click("button[name=reset]")
    print(f"\npage: levers {statistics.median(took):.1f} ms (most {max(took):.1f})")
    assert page.wrong == [] and max(took) < 100


def test_an_answer_of_the_page_by_hand(browser, page_file, tmp_path):
    """Futures spread evenly from 30 to 70 in 2025 and from 20 to 60 in 2026: half reach 50 in time, a quarter is there in
    2026. 50 % of 404 villages are 202, 117 are done; 29.0 % are measured and two years are left."""
    text = page_file.read_text(encoding="utf-8")
    written = json.loads(re.search(r'id="written">(.*?)</script>', text, re.S).group(1))
    levels, numbers = written["choices"]["levels"], written["views"][f"620523/{SHARE}"]["numbers"]
    for year, (low, high) in {2024: (28, 32), 2025: (30, 70), 2026: (20, 60)}.items():
        numbers["quantiles"][numbers["years"].index(year)] = [low + level * (high - low) for level in levels]
    (tmp_path / "by_hand.html").write_text(offline.text_of(written), encoding="utf-8")
    page = opened(browser, offline=True)
    page.goto((tmp_path / "by_hand.html").as_uri())
    page.wait_for_selector(".explore .card tr")
    after(page, lambda: page.locator("fieldset[data-lever=target] input[type=number]").fill("50"))
    told = card(page)
    assert told["target"] == "≥ 50 %" and told["chance"] == "50 %" and told["hold"] == "至多 25 %"
    assert told["gap"] == "21.0 个百分点" and told["things"] == "85 个村" and told["pace_required"] == "10.5 个百分点"
    assert page.locator(".verdict").inner_text() == "经努力可达标"  # from 50 % on


def test_a_project_on_the_page_is_a_mixture_as_in_the_library(browser, page_file, shipped):
    page = opened(browser, offline=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    after(page, lambda: page.locator("fieldset[data-lever=projects] input[type=checkbox]").first.check())
    from ecoanalysis.explore import levers

    s = shipped["620523", SHARE]
    name = next(lever for lever in levers.offered(s) if lever.kind == "projects").projects[0]["id"]
    asked = levers.answer(s, {"projects": {name: {}}}).statement
    assert abs(percent(card(page)["chance"]) - 100 * asked.p_reach) <= 2


def test_levers_of_a_scenario_s_page_stand_where_it_set_them(browser, shipped, tmp_path, monkeypatch):
    from ecoanalysis.explore import levers, scenarios

    set_ = {("620523", SHARE): {"things": 10, "projects": {"演示：甘谷农村生活污水治理项目": {}}}}
    made = shipped.under(scenarios.of_settings(shipped, "加快", set_))
    monkeypatch.setattr(offline, "statements", lambda analysis: [analysis["620523", SHARE]])
    page = opened(browser, offline=True)
    page.goto(made.explore("620523", SHARE).save(tmp_path / "explore.html").as_uri())
    page.wait_for_selector(".explore .card tr")
    things = page.locator("fieldset[data-lever=things] input[type=number]")
    assert things.input_value() == "10" and page.locator("fieldset[data-lever=projects]").count() == 0
    assert card(page)["chance"] == f"{round(100 * made['620523', SHARE].p_reach)} %"
    for count in (4, 14):
        after(page, lambda n=count: things.fill(str(n)))
        asked = levers.answer(made["620523", SHARE], {"things": count}).statement.p_reach
        assert abs(percent(card(page)["chance"]) - 100 * asked) <= 2, count


def test_impossible_positions_search_and_languages(browser, page_file):
    page = opened(browser, offline=True, color_scheme="dark")
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    things = page.locator("fieldset[data-lever=things] input[type=number]")
    after(page, lambda: things.fill("-4"))
    assert page.locator(".note").inner_text() == "“每年增减数量”不能为负数（−4）。"
    after(page, lambda: things.fill("200"))
    assert page.locator(".note").inner_text() == "每年 200 个村、共 2 年，超过尚余的 287 个村。"
    for typed, first in (
        ("qax", "秦安县"),
        ("lcfg", "10 林草覆盖率"),
        ("620525", "张家川回族自治县"),
        ("green_b", "29 "),
    ):
        page.fill("input[name=search]", typed)
        assert first in page.locator(".results button").first.inner_text()
    page.fill("input[name=search]", "qax")
    after(page, lambda: page.keyboard.press("Enter"))
    assert page.locator("h2").inner_text().startswith("秦安县")
    page.select_option("select[name=language]", "en")
    assert page.locator("h2").inner_text().startswith("Qin'an") or "Qin" in page.locator("h2").inner_text()
    assert not re.search("[\u4e00-\u9fff]", page.locator(".card").inner_text())
    keep(page, "page_en_dark")
    page.set_viewport_size({"width": 420, "height": 900})  # zoomed in: one column, nothing sticks out
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    keep(page, "page_narrow")
    assert page.wrong == []


def test_the_page_of_a_run_and_its_index_lead_to_each_other(browser, three, notebooks, tmp_path):
    notebooks()
    out = tmp_path / "报告 out"
    assert cli.main(["run", "--data", str(three.path), "--out", str(out), "--lang", "both"]) == 0
    page = opened(browser, offline=True)
    page.goto((out / "2023/index.html").as_uri())
    for lang, heading, back in (
        ("zh", "乙县 · 25 农村生活污水治理率", "返回目录"),
        ("en", "County B · 25 ", "Back to the index"),
    ):
        page.locator(f"#{lang} a[href='explore.html']").click()
        page.wait_for_selector(".explore .card tr")
        assert page.url == (out / "2023/explore.html").as_uri()
        page.select_option("select[name=language]", lang)
        page.select_option("select[name=region]", "C1")
        assert page.locator("h2").inner_text().startswith(heading)
        assert page.locator("a.home").inner_text() == back
        page.locator("a.home").click()
        page.wait_for_url(f"**/2023/index.html#{lang}")
        assert page.locator(f"#{lang}").is_visible() and "2023" in page.title()
    assert page.wrong == []


CUT = """() => {
  const picture = document.querySelector('.chart > svg'), { left, right, top, bottom } = picture.getBoundingClientRect();
  const boxes = [...picture.querySelectorAll('text')].map((one) => [one, one.getBoundingClientRect()]);
  const most = Math.min(right, window.innerWidth);
  const out = ([, box]) => box.left < left - 1 || box.right > most + 1 || box.top < top - 2 || box.bottom > bottom + 2;
  const [due, hold] = [...picture.querySelectorAll('.date-label')].map((one) => one.getBoundingClientRect());
  const met = hold && due.right > hold.left && hold.right > due.left ? ['due and re-inspection overlap'] : [];
  return [...boxes.filter(out).map(([one]) => one.textContent), ...met];
}"""


@pytest.mark.parametrize("width", [360, 420, 1280])
def test_every_label_of_the_picture_ends_within_it(browser, page_file, shipped, width):
    page = opened(browser, offline=True)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    drawn = list(dict.fromkeys(s.indicator for s in shipped.statements if s.region_code == "620523" and len(s.history)))
    for lang in ("zh", "en"):
        page.select_option("select[name=language]", lang)
        for indicator in drawn:
            page.select_option("select[name=indicator]", indicator)
            page.wait_for_timeout(20)
            assert page.evaluate(CUT) == [], (indicator, lang)
    assert len(drawn) > 25 and page.locator(".target-label").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_meets_a_barrier_on_the_page(browser, page_file, scheme):
    """As opened, while searching, refused, in English with its tables open, and where there are papers and no number."""
    page = opened(browser, offline=True, color_scheme=scheme, bypass_csp=True)
    page.goto(page_file.as_uri())
    page.wait_for_selector(".explore .card tr")
    assert barriers.on(page) == []
    page.fill("input[name=search]", "lcfg")
    assert barriers.on(page) == []
    page.fill("input[name=search]", "")
    after(page, lambda: page.locator("fieldset[data-lever=things] input[type=number]").fill("-4"))
    assert barriers.on(page) == []
    page.select_option("select[name=language]", "en")
    assert page.evaluate("document.documentElement.lang") == "en" and page.title().startswith("Tianshui: exploring")
    page.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true; })")
    assert barriers.on(page) == []
    page.select_option("select[name=indicator]", "river_chief_system")
    assert barriers.on(page) == []


# ---------------------------------------------------------------------- JupyterLab


@pytest.fixture
def lab(tmp_path):
    """JupyterLab with the exploring notebook beside the data; its address."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (extra `lab`)")
    work = tmp_path / "notebooks"
    work.mkdir()
    text = (NOTEBOOKS / "explore.ipynb").read_text(encoding="utf-8")
    assert 'indicator: str = \\"\\"' in text
    text = text.replace('indicator: str = \\"\\"', f'indicator: str = \\"{SHARE}\\"')
    (work / "explore.ipynb").write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "data/raw", tmp_path / "data/raw")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    homes = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = os.environ | {name: str(tmp_path / name.lower()) for name in homes}
    settings = tmp_path / "settings"
    settings.mkdir()
    quiet = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}'
    (tmp_path / "jupyter_config_dir/labconfig").mkdir(parents=True)
    (tmp_path / "jupyter_config_dir/labconfig/default_setting_overrides.json").write_text(quiet)
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=T", "--allow-root"]
    options += [f"--ServerApp.root_dir={tmp_path}", "--LabApp.expose_app_in_browser=True"]
    log = (tmp_path / "lab.log").open("w")
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(180):
            try:
                urllib.request.urlopen(f"{address}/api/status?token=T", timeout=2)
                break
            except OSError:
                assert server.poll() is None, (tmp_path / "lab.log").read_text()[-2000:]
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def test_the_screen_answers_in_jupyterlab(browser, lab, shipped, tmp_path):
    page = opened(browser)
    page.goto(f"{lab}/lab/tree/notebooks/explore.ipynb?token=T&reset")
    page.wait_for_selector(".jp-Notebook", timeout=90_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached", timeout=60_000)
    page.wait_for_timeout(3_000)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")  # awaited it would hang
    try:
        page.wait_for_selector(".explore .card tr", timeout=120_000)
    finally:
        keep(page, "lab_first")
    page.wait_for_timeout(2_000)  # JupyterLab moves the focus once the last cell is done
    assert card(page) == said(payload.view(shipped["620523", SHARE]), "zh")

    page.locator("fieldset[data-lever=things] input[type=range]").focus()
    moved = [after(page, lambda: page.keyboard.press("ArrowRight")) for _ in range(10)]
    asked = payload.answered(shipped["620523", SHARE], {"things": 10}, "zh")["texts"]["zh"]
    assert card(page) == {key: text for key, _, text in asked["rows"]}
    assert page.locator(".sentence").inner_text() == asked["sentence"]

    picked = []
    for region, indicator in (("620521", SHARE), ("620500", "green_building_rate"), ("620523", "ecological_index")):
        picked.append(after(page, lambda r=region: page.select_option("select[name=region]", r)))
        picked.append(after(page, lambda i=indicator: page.select_option("select[name=indicator]", i)))
        assert card(page) == said(payload.view(shipped[region, indicator]), "zh"), indicator
    after(page, lambda: page.select_option("select[name=indicator]", SHARE))
    assert card(page)["chance"] == asked["rows"][2][2]  # what was set is still set
    keep(page, "lab_zh")

    page.fill("input[name=scenario]", "加快治污")
    after(page, lambda: page.locator(".keep button").click())
    assert (tmp_path / "data/raw/scenarios/加快治污.json").is_file() and "加快治污" in page.locator(
        ".note"
    ).inner_text()
    took = after(page, lambda: page.locator("button[name=methods]").click())
    assert "GM(1，1)" in page.locator(".methods").inner_text()
    print(f"\nlab: levers {statistics.median(moved):.0f} ms (most {max(moved):.0f}), pickers {statistics.median(picked):.0f}"
          f" (most {max(picked):.0f}), other methods {took:.0f}")  # fmt: skip
    assert statistics.median(moved) < 100 and statistics.median(picked) < 300

    page.evaluate("() => { window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'}) }")
    page.wait_for_timeout(1_500)
    keep(page, "lab_dark")

    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.restartKernel() }")
    page.wait_for_timeout(4_000)
    page.locator("fieldset[data-lever=things] input[type=number]").fill("12")
    page.wait_for_function("document.querySelector('.explore .note').textContent.includes('重新运行')", timeout=40_000)
    assert card(page)  # what was on the screen stays there
