"""An executed notebook as one HTML page: no network, no script, nothing from the data that acts as markup.

Three locks, each enough alone: text is escaped, what is left is cleaned to a list of harmless elements, and the page's
content-security policy lets a browser run and fetch nothing.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from ecoanalysis.export import POLICY, replacing

PICTURES = ("image/png", "image/jpeg")
STYLE = """
:root { color-scheme: light }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: #1b2a3a; line-height: 1.55;
  font-family: "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", system-ui, sans-serif }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem } img { max-width: 100%; height: auto }
.output { overflow-x: auto; margin: .6rem 0 } pre { white-space: pre-wrap; font-size: .85rem }
table { border-collapse: collapse; font-size: .86rem } footer { color: #5d6975; font-size: .8rem; margin-top: 3rem }
th, td { border: 1px solid #d5dade; padding: .28rem .5rem; text-align: left; vertical-align: top }
thead th { background: #dfe7ee }
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
    body = "".join(_cell(cell) for cell in notebook["cells"])
    effective = " · ".join(f"{name} = {value}" for name, value in parameters.items())
    text = (
        '<!doctype html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(_title(notebook))}</title><style>{STYLE}</style></head>"
        f"<body>{body}<footer>{escape(effective)}</footer></body></html>\n"
    )
    with replacing(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def markdown(source: str) -> str:
    """Markdown as HTML; markup inside it is text."""
    from nbconvert.filters import markdown2html

    return clean(markdown2html(source.replace("&", "&amp;").replace("<", "&lt;")))


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


def _cell(cell: dict) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return markdown(source)
    return "".join(f'<div class="output">{_output(output)}</div>' for output in cell.get("outputs", []))


def _output(output: dict) -> str:
    """The richest form of an output that is safe; a form that could act is never taken."""
    if output["output_type"] == "stream":
        return f"<pre>{escape(''.join(output['text']))}</pre>" if output["name"] == "stdout" else ""
    if output["output_type"] == "error":
        return f"<pre>{escape(output['ename'])}: {escape(output['evalue'])}</pre>"
    data = {kind: "".join(text) if isinstance(text, list) else text for kind, text in output["data"].items()}
    for kind in PICTURES:
        if kind in data:
            return f'<img alt="" src="data:{kind};base64,{escape(data[kind].strip(), quote=True)}">'
    if "text/html" in data:
        return clean(data["text/html"])
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"


def _title(notebook: dict) -> str:
    """The opening question."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            return "".join(cell["source"]).strip().splitlines()[0].lstrip("# ")
    return ""
