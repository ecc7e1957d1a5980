"""An executed notebook as one HTML page: no network, no script, nothing from the data that acts as markup.

Three locks, each enough alone: the template escapes text, what is HTML is cleaned to a list of harmless elements, and the
page's content-security policy lets a browser run and fetch nothing.
"""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from ecoanalysis import words
from ecoanalysis.export import languages, markup, replacing

HAN = re.compile(r"[\u4e00-\u9fff]")
PICTURES = ("image/png", "image/jpeg")


def write_page(executed: Path, page: Path, parameters: dict) -> None:
    """Write the page of an executed notebook, without its code.

    Parameters
    ----------
    executed : Path
        The notebook.
    page : Path
        The `.html` to write.
    parameters : dict
        What it ran with; printed at the foot.
    """
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    lang = languages(parameters.get("lang", "zh"))[0]
    w = words.of(lang)
    shown: set[str] = set()
    cells = [part for cell in notebook["cells"] for part in _cell(cell, parameters.get("lang", "zh"), shown)]
    region = _region(executed, parameters, lang)
    year = f"{w('slide.as_of', as_of=parameters['as_of'])}" if "as_of" in parameters else ""
    line = " · ".join(part for part in (region, year) if part)
    title = " ".join(part for part in (region, str(parameters.get("as_of", "")), _title(notebook, lang)) if part)
    effective = " · ".join(f"{name} = {value}" for name, value in parameters.items())
    text = markup.page(
        "notebook.html", lang, title, style=markup.own("notebook.css"), line=line, cells=cells, parameters=effective
    )
    with replacing(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def in_language(source: str, lang: str) -> str:
    """Markdown that says everything in both languages, in one of them; as it is for `both`.

    Of a heading `# 结论 · The answer` the part in the language stays, of lines in Chinese and lines in English those in it.

    Examples
    --------
    >>> in_language("## 总体结论 · The answer", "en"), in_language("# 甲？\\n# A?", "zh")
    ('## The answer', '# 甲？')
    """
    if lang == "both":
        return source
    lines = []
    for line in source.splitlines():
        marks, text = re.match(r"(#*\s*)(.*)", line).groups()
        parts = re.split(r"\s?·\s", text, maxsplit=1)
        if len(parts) == 2 and bool(HAN.search(parts[0])) != bool(HAN.search(parts[1])):
            text = next(part for part in parts if bool(HAN.search(part)) == (lang == "zh"))
        lines.append(marks + text)
    said = [line for line in lines if re.search(r"\w", line)]
    chinese = [line for line in said if HAN.search(line)]
    if chinese and len(chinese) < len(said):
        lines = [line for line in lines if not line.strip() or bool(HAN.search(line)) == (lang == "zh")]
    return "\n".join(lines)


def markdown(source: str) -> Markup:
    """Markdown as HTML; markup inside it is text."""
    return clean(_markdown()(source))


@cache
def _markdown():
    """A reader of Markdown that escapes markup; made once."""
    import mistune

    return mistune.create_markdown(escape=True, plugins=["strikethrough", "table", "url"])


def headed(html: Markup) -> Markup:
    """Tables of pandas whose headings say what they head; an empty corner is no heading."""
    html = re.sub(r'<th class="blank[^"]*"[^>]*>(?:&nbsp;|\s|\u00a0)*</th>', "<td></td>", html)
    html = re.sub(r'<th (?=[^>]*class="(?:col_heading|index_name))', '<th scope="col" ', html)
    html = re.sub(r'<th (?=[^>]*class="row_heading)', '<th scope="row" ', html)
    return Markup(html)  # as clean as it came: only words of ours were put in


def clean(html: str) -> Markup:
    """HTML without anything that acts: scripts, frames, forms, event handlers, foreign addresses.

    A table's own `<style>` stays, as pandas colours verdicts with it; the page's policy keeps it from fetching.
    """
    import nh3

    attributes = {name: set(allowed) for name, allowed in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = {"class", "id", "colspan", "rowspan"}
    cleaned = nh3.clean(
        html,
        tags=(nh3.ALLOWED_TAGS | {"style"}) - {"img", "map", "area"},
        clean_content_tags={"script"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto"},
    )
    return Markup(cleaned)  # nothing in it acts any more


def _cell(cell: dict, lang: str, shown: set[str]) -> list[dict]:
    """What a cell shows, for `templates/notebook.html`."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [{"kind": "words", "html": markdown(in_language(source, lang))}]
    outputs = (_output(output, shown) for output in cell.get("outputs", []))
    return [output for output in outputs if output]


def _output(output: dict, shown: set[str]) -> dict | None:
    """The richest form of an output that is safe; a form that could act is never taken, a picture is shown once."""
    if output["output_type"] == "stream":
        return {"kind": "text", "text": "".join(output["text"])} if output["name"] == "stdout" else None
    if output["output_type"] == "error":
        return {"kind": "text", "text": f"{output['ename']}: {output['evalue']}"}
    data = {kind: "".join(text) if isinstance(text, list) else text for kind, text in output["data"].items()}
    for kind in PICTURES:
        if kind in data:
            if data[kind] in shown:
                return None
            shown.add(data[kind])
            alt = output.get("metadata", {}).get(kind, {}).get("alt", "")
            return {"kind": "picture", "type": kind, "data": data[kind].strip(), "alt": alt}
    if "text/html" in data or "text/markdown" in data:
        html = headed(clean(data["text/html"])) if "text/html" in data else markdown(data["text/markdown"])
        return {"kind": "table" if "<table" in html else "html", "html": html} if html else None
    return {"kind": "text", "text": data.get("text/plain", "")}


def _title(notebook: dict, lang: str) -> str:
    """The opening question, in the page's language."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            return in_language("".join(cell["source"]), lang).strip().splitlines()[0].lstrip("# ")
    return ""


def _region(executed: Path, parameters: dict, lang: str) -> str:
    """The name of the region that a notebook speaks of, from the saved analysis it reads; its code otherwise."""
    code = str(parameters.get("region", ""))
    try:
        table = executed.parent / parameters.get("prepared", "") / "regions.csv"
        with table.open(encoding="utf-8", newline="") as file:
            names = {row["code"]: row[f"name_{lang}"] for row in csv.DictReader(file)}
    except (OSError, KeyError):
        return code
    return names.get(code, code)
