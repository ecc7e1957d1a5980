"""The screen in a real browser: in JupyterLab with a kernel, and as a page from the disk with the network off.

Latencies are printed (`pytest -m browser -s`); screenshots are left in the folder that `SCREENSHOTS` names.
"""

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

from ecoanalysis.explore import payload, screen
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
    return screen.explore(shipped, "620523", SHARE).save(tmp_path_factory.mktemp("page") / "explore.html")


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
