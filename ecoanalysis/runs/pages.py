"""An executed notebook as one HTML page: no network, no script, nothing from the data that acts as markup.

Three locks, each enough alone: text is escaped, what is left is cleaned to a list of harmless elements, and the page's
content-security policy lets a browser run and fetch nothing.
"""

from __future__ import annotations

import csv
import json
import re
from html import escape
from pathlib import Path

from ecoanalysis import words
from ecoanalysis.export import POLICY, languages, replacing

HAN = re.compile(r"[\u4e00-\u9fff]")
PICTURES = ("image/png", "image/jpeg")
STYLE = """
:root { color-scheme: light }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #1b2a3a; line-height: 1.55;
  font-family: "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", system-ui, sans-serif }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem } img { max-width: 100%; height: auto }
.output { overflow-x: auto; margin: .6rem 0 } pre { white-space: pre-wrap; font-size: .85rem }
table { border-collapse: collapse; font-size: .86rem } footer { color: #5d6975; font-size: .8rem; margin-top: 3rem }
th, td { border: 1px solid #d5dade; padding: .28rem .5rem; text-align: left; vertical-align: top }
thead th { background: #dfe7ee } .quiet { color: #5d6975 } .output:focus-visible { outline: 3px solid #b36b00 }
@page { size: A4; margin: 14mm 12mm }
@media print { body { max-width: none; padding: 0; font-size: 10pt } .output { overflow: visible } table { font-size: 7pt }
  tr, img { break-inside: avoid } h2 { break-after: avoid } thead { display: table-header-group } }
"""


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
    body = "".join(_cell(cell, parameters.get("lang", "zh"), shown) for cell in notebook["cells"])
    region = _region(executed, parameters, lang)
    year = f"{w('slide.as_of', as_of=parameters['as_of'])}" if "as_of" in parameters else ""
    line = " · ".join(part for part in (region, year) if part)
    title = " ".join(part for part in (region, str(parameters.get("as_of", "")), _title(notebook, lang)) if part)
    effective = " · ".join(f"{name} = {value}" for name, value in parameters.items())
    text = (
        f'<!doctype html><html lang="{words.HTML_LANG[lang]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f'<body><main><p class="quiet">{escape(line)}</p>{body}</main>'
        f"<footer>{escape(effective)}</footer></body></html>\n"
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


def markdown(source: str) -> str:
    """Markdown as HTML; markup inside it is text."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return clean(MarkdownWithMath(renderer=renderer).render(source.replace("&", "&amp;").replace("<", "&lt;")))


def headed(html: str) -> str:
    """Tables of pandas whose headings say what they head; an empty corner is no heading."""
    html = re.sub(r'<th class="blank[^"]*"[^>]*>(?:&nbsp;|\s|\u00a0)*</th>', "<td></td>", html)
    html = re.sub(r'<th (?=[^>]*class="(?:col_heading|index_name))', '<th scope="col" ', html)
    return re.sub(r'<th (?=[^>]*class="row_heading)', '<th scope="row" ', html)


def clean(html: str) -> str:
    """HTML without anything that acts: scripts, frames, forms, event handlers, foreign addresses.

    A table's own `<style>` stays, as pandas colours verdicts with it; the page's policy keeps it from fetching.
    """
    import nh3

    attributes = {name: set(allowed) for name, allowed in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["*"] = {"class", "id", "colspan", "rowspan"}
    return nh3.clean(
        html,
        tags=(nh3.ALLOWED_TAGS | {"style"}) - {"img", "map", "area"},
        clean_content_tags={"script"},
        attributes=attributes,
        url_schemes={"http", "https", "mailto"},
    )


def _cell(cell: dict, lang: str, shown: set[str]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return markdown(in_language(source, lang))
    return "".join(_framed(_output(output, shown)) for output in cell.get("outputs", []))


def _framed(html: str) -> str:
    """An output in a box that scrolls across; a table's by keyboard too."""
    if not html:
        return ""
    focus = ' role="group" tabindex="0"' if "<table" in html else ""
    return f'<div class="output"{focus}>{html}</div>'


def _output(output: dict, shown: set[str]) -> str:
    """The richest form of an output that is safe; a form that could act is never taken, a picture is shown once."""
    if output["output_type"] == "stream":
        return f"<pre>{escape(''.join(output['text']))}</pre>" if output["name"] == "stdout" else ""
    if output["output_type"] == "error":
        return f"<pre>{escape(output['ename'])}: {escape(output['evalue'])}</pre>"
    data = {kind: "".join(text) if isinstance(text, list) else text for kind, text in output["data"].items()}
    for kind in PICTURES:
        if kind in data:
            if data[kind] in shown:
                return ""
            shown.add(data[kind])
            alt = escape(str(output.get("metadata", {}).get(kind, {}).get("alt", "")), quote=True)
            return f'<img alt="{alt}" src="data:{kind};base64,{escape(data[kind].strip(), quote=True)}">'
    if "text/html" in data:
        return headed(clean(data["text/html"]))
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"


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
