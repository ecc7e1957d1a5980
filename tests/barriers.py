"""What axe-core finds serious or critical on a page, in the Chromium that is there."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = (1280, 400)  # a screen and a phone


@cache
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


def on(view) -> list[str]:
    """The barriers of a page as it stands now, each with the first element that has it."""
    view.evaluate(axe())
    told = view.evaluate("axe.run(document)")
    assert len(told["passes"]) > 10
    grave = [one for one in told["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in grave]


@contextmanager
def reader():
    """Open a browser; gives a function from a file to its barriers on a screen and on a phone."""
    axe()
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here to drive a browser")
    if CHROMIUM is None:
        pytest.skip("no Chromium here to open the pages in")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def found(path: Path) -> list[str]:
            barriers = []
            for width in WIDTHS:
                view = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 1000}).new_page()
                view.goto(path.as_uri())
                view.wait_for_timeout(200)
                barriers += on(view)
                view.close()
            return list(dict.fromkeys(barriers))

        yield found
        browser.close()
