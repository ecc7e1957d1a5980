"""The index: the city at a glance, and the way to every document of a run. One file that needs no network."""

from __future__ import annotations

import importlib.metadata
from html import escape
from pathlib import Path
from urllib.parse import quote

from ecoanalysis import briefing, catalog
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import phrase
from ecoanalysis.charts import DARK, INK, VERDICT_COLOURS
from ecoanalysis.export import POLICY, languages, replacing

STYLE = """
:root { color-scheme: light }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; color: #1b2a3a; line-height: 1.55;
  font-family: "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", system-ui, sans-serif }
h1 { font-size: 1.7rem; margin: 0 0 .2rem } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem }
h3 { margin: 1.2rem 0 .3rem } .quiet { color: #5d6975 }
.demo { background: #fff4e0; border: 1px solid #b36b00; color: #7a4900; padding: .6rem .9rem; border-radius: 6px }
.failed { background: #fbe9e4; border: 1px solid #a3522a; padding: .6rem .9rem; border-radius: 6px }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .86rem; width: 100% }
th, td { border: 1px solid #d5dade; padding: .28rem .5rem; text-align: center; vertical-align: middle;
  min-width: 5.4rem }
th:first-child, td:first-child { text-align: left; min-width: 13rem; position: sticky; left: 0; background: #fff }
thead th { background: #dfe7ee !important; position: sticky; top: 0 }
tr.group td { background: #f3f6f8; color: #5d6975 }
a { color: #22597a } li { margin: .25rem 0 } ul.documents { columns: 20rem; padding-left: 1.1rem }
section + section { border-top: 2px solid #d5dade; margin-top: 3rem; padding-top: 1rem }
@media (max-width: 40rem) { body { padding: .8rem } h1 { font-size: 1.35rem }
  th:first-child, td:first-child { min-width: 8.5rem } ul.documents { columns: 1 } }
@media print { .scroll { overflow: visible } body { max-width: none } }
"""


def write_index(
    reach: Reachability, folder: Path | str, lang: str, outcomes: list, notices: dict[str, list[str]] | None = None
) -> Path:
    """Write `index.html` into the folder of a run.

    Parameters
    ----------
    reach : Reachability
    folder : path
        The run's folder; only files that are there are linked.
    lang : str
        zh, en, or both: one page with the Chinese part first.
    outcomes : list of runs.Outcome
        How each region ended.
    notices : dict of list of str, optional
        By language: sentences that stand at the top, such as that the documents are partial.

    Returns
    -------
    Path
        Of the page.
    """
    folder = Path(folder)
    words = languages(lang)
    sections = "".join(
        f'<section lang="{w}" id="{w}">{_other(words, w)}{_section(reach, folder, w, outcomes, (notices or {}).get(w, []))}'
        "</section>"
        for w in words
    )
    title = phrase("slide.title", words[0])
    page = (
        f'<!doctype html><html lang="{words[0]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{sections}</body></html>\n"
    )
    path = folder / "index.html"
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _section(reach: Reachability, folder: Path, lang: str, outcomes: list, notices: list[str]) -> str:
    parents = [code for code in reach.regions["code"] if code in set(reach.regions["parent"])]
    place = briefing.region_name(reach, parents[0], lang) if parents else ""
    title = f"{place} {phrase('slide.title', lang)}".strip()
    parts = [f"<h1>{escape(title)}</h1>"]
    parts.append(f'<p class="quiet">{escape(phrase("slide.as_of", lang, as_of=reach.as_of))}</p>')
    if briefing.uses_demo(reach.assessment):
        parts.append(f'<p class="demo">{escape(phrase("slide.demo_notice", lang))}</p>')
    parts += [f'<p class="demo">{escape(notice)}</p>' for notice in notices]
    parts += _failed(reach, lang, outcomes)
    parts.append(_heading("page.matrix", lang))
    parts.append(_matrix(reach, lang, outcomes, folder))
    for code in parents or list(reach.regions["code"])[:1]:
        name = briefing.region_name(reach, code, lang)
        parts.append(f"<h2>{escape(phrase('slide.summary', lang, region=name))}</h2>")
        claims = [briefing.claim(reach, row, lang) for _, row in briefing.weak_points(reach, code).iterrows()]
        parts.append(_list(claims) if claims else f"<p>{escape(phrase('slide.no_weak_points', lang))}</p>")
    parts.append(_heading("page.documents", lang))
    common = [f"briefing_{word}.pptx" for word in ("zh", "en")] + ["assessment.xlsx", "manifest.json"]
    parts.append(_links(folder, "", common, lang))
    for outcome in outcomes:
        name = briefing.region_name(reach, outcome.region, lang) or outcome.name
        parts.append(f'<h3 id="{lang}-{escape(outcome.region)}">{escape(name)}</h3>')
        names = [f"{outcome.notebook}.html", "reachability_zh.docx", "reachability_en.docx", "assessment.csv"]
        parts.append(_links(folder, outcome.folder, [*names, f"{outcome.notebook}.ipynb", "error.txt"], lang))
    weaker = reach.editions[reach.editions["weaker"]].drop_duplicates(["indicator", "edition"])
    if len(weaker):
        parts.append(_heading("page.weaker", lang))
        indicators = catalog.indicators()
        sentences = [
            phrase(
                "page.weaker_line", lang,
                name=indicators[row["indicator"]].name(lang), target=briefing.target(row, lang),
                edition=row["edition"], national=briefing.national(row, lang),
            )
            for _, row in weaker.iterrows()
        ]  # fmt: skip
        parts.append(_list(sentences))
    problems = briefing.left_out(reach, lang)
    if problems:
        parts.append(f"<h2>{escape(phrase('opening.left_out', lang, count=len(problems)))}</h2>{_list(problems)}")
    made = phrase("page.made", lang, files=len(reach.hashes), folder=reach.data.name)
    parts.append(f'<p class="quiet">{escape(made)}</p>')
    version = importlib.metadata.version("ecoanalysis")
    parts.append(
        f'<p class="quiet">ecoanalysis {version} · {escape(phrase("slide.foot", lang, as_of=reach.as_of))}</p>'
    )
    return "".join(parts)


def _matrix(reach: Reachability, lang: str, outcomes: list, folder: Path) -> str:
    table = briefing.matrix(reach)
    pages = {outcome.region: f"{outcome.folder}/{outcome.notebook}.html" for outcome in outcomes}
    heads = []
    for code in table.columns:
        name = escape(briefing.region_name(reach, code, lang))
        page = pages.get(code)
        heads.append(
            f'<th><a href="{quote(page)}">{name}</a></th>' if page and (folder / page).exists() else f"<th>{name}</th>"
        )
    groups = {
        row.number or row.code: row.group_en if lang == "en" else row.group_zh for row in catalog.indicators().values()
    }
    lines, group = [], None
    for item, verdicts in table.iterrows():
        if groups[item] != group:
            group = groups[item]
            lines.append(f'<tr class="group"><td>{escape(group)}</td>{"<td></td>" * len(table.columns)}</tr>')
        label = f"{item} " if isinstance(item, int) else ""
        cells = "".join(_cell(code, lang) for code in verdicts)
        lines.append(f'<tr class="item"><td>{escape(label + briefing.item_name(item, lang))}</td>{cells}</tr>')
    head = f"<th>{escape(phrase('column.indicator', lang))}</th>{''.join(heads)}"
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _cell(code: str, lang: str) -> str:
    colour = "#ffffff" if code in DARK else INK
    words = escape(briefing.verdict(code, lang))
    return f'<td style="background:{VERDICT_COLOURS[code]};color:{colour}">{words}</td>'


def _failed(reach: Reachability, lang: str, outcomes: list) -> list[str]:
    lines = []
    for outcome in outcomes:
        if outcome.state != "done":
            place = briefing.region_name(reach, outcome.region, lang) or outcome.name
            words = phrase("run.failed", lang, region=place, folder=outcome.folder, error=outcome.error)
            lines.append(f'<p class="failed">{escape(words)}</p>')
    return lines


def _other(words: list[str], lang: str) -> str:
    """The way to the page's part in the other language, where there is one."""
    links = [f'<a href="#{w}" lang="{w}">{escape(phrase("page.language", w))}</a>' for w in words if w != lang]
    return f'<p class="quiet">{" ".join(links)}</p>' if links else ""


def _links(folder: Path, place: str, names: list[str], lang: str) -> str:
    lines = []
    for name in names:
        if (folder / place / name).exists():
            words = phrase(f"page.file.{Path(name).suffix.lstrip('.')}", lang)
            lines.append(
                f'<li><a href="{quote(f"{place}/{name}".lstrip("/"))}">{escape(name)}</a> {escape(words)}</li>'
            )
    return f'<ul class="documents">{"".join(lines)}</ul>'


def _heading(key: str, lang: str) -> str:
    return f"<h2>{escape(phrase(key, lang))}</h2>"


def _list(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"
