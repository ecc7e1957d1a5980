"""Pages made of the templates in `templates/`: what a page is can be read there, and every value is escaped there.

Python decides (which rows, which words, colours, order, links) and hands plain values over; phrases come through `w`.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from ecoanalysis import words
from ecoanalysis.export import POLICY, worded


@cache
def environment() -> jinja2.Environment:
    """The templates, each compiled once a process: values are escaped, and one that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("ecoanalysis.export"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.globals["html_lang"] = words.HTML_LANG
    made.filters["unbroken"] = worded.unbroken
    return made


def page(template: str, lang: str, title: str, *, style: str, script: str = "", **values) -> str:
    """A self-contained page as text.

    Parameters
    ----------
    template : str
        One that extends `page.html`.
    lang : str
        The language that the page opens with.
    style, script : str
        Of the package (`own`), never of the data: they stand in the page as they are. The page's policy lets this script
        run and no other.
    values
        What the template asks for.
    """
    policy = POLICY
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    # Markup, as all three are our own; a browser would not decode entities in a style or a script.
    ours = {name: Markup(text) for name, text in (("policy", policy), ("style", style), ("script", script))}
    return environment().get_template(template).render(lang=lang, title=title, **ours, **values)


@cache
def own(name: str, package: str = "ecoanalysis.export") -> str:
    """A style sheet or a script that belongs to the package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")
