"""The templates of the pages: what is escaped is decided once, and no template can forget it."""

import re
from pathlib import Path

import jinja2
import pytest

from ecoanalysis.export import markup
from ecoanalysis.runs import work

FOLDER = Path(markup.__file__).parent / "templates"
TEMPLATES = sorted(path.name for path in FOLDER.iterdir())


def test_every_template_escapes_what_it_is_given_and_misses_nothing_in_silence():
    environment = markup.environment()
    assert environment.autoescape is True and environment is markup.environment()
    told = environment.from_string('<b title="{{ name }}">{{ name }}</b>')
    assert told.render(name="<i>'\"&") == '<b title="&lt;i&gt;&#39;&#34;&amp;">&lt;i&gt;&#39;&#34;&amp;</b>'
    with pytest.raises(jinja2.UndefinedError):
        told.render(another="x")


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_goes_round_escaping(name):
    """What is markup already is said to be so where it is made; an attribute without quotes would end at a blank."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*(safe|tojson|xmlattr|urlize)|autoescape|Markup|=\s*{{", text)
    markup.environment().get_template(name)


@pytest.mark.parametrize("name", sorted(set(TEMPLATES) - {"page.html", "explore.html"}))
def test_no_template_but_the_frames_opens_a_script_or_a_style(name):
    assert not re.search(r"<(script|style)|\son\w+=|javascript:", (FOLDER / name).read_text(encoding="utf-8"))


def test_the_frame_lets_the_script_of_a_page_run_and_no_other():
    """The hash is what `printf 'let a = "<&>"' | openssl dgst -sha256 -binary | base64` prints."""
    given = {"style": "p > b {}", "line": "<i>", "cells": [], "parameters": "a = '<i>'"}
    text = markup.page("notebook.html", "zh", "<i>", script='let a = "<&>"', **given)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "script-src 'sha256-HAcRFA4MN+j8Dtf4HjKncuw8gZ1wF46/LNsdP4kWxCk='"
    )
    assert '<script>let a = "<&>"</script>' in text and "<style>p > b {}</style>" in text
    assert '<html lang="zh-CN">' in text and "<title>&lt;i&gt;</title>" in text and "<i>" not in text
    still = markup.page("notebook.html", "en", "t", **given)
    assert "<script" not in still and "script-src" not in still and '<html lang="en">' in still


def test_another_template_makes_a_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "__file__", str(tmp_path / "runs/work.py"))
    hashes = set()
    for name in ("page.html", "map.svg"):
        for text in ("one", "other"):
            (tmp_path / name).write_text(text, encoding="utf-8")
            hashes.add(work.package_hash.__wrapped__())
    assert len(hashes) == 4
