"""The index: the answers first, then the matrix and the way to every document of a run. One file without network."""

from __future__ import annotations

import importlib.metadata
from html import escape
from pathlib import Path
from urllib.parse import quote

from ecoanalysis import briefing, plotdata, words
from ecoanalysis.export import POLICY, languages, replacing, worded
from ecoanalysis.look import VERDICT_COLOURS, words_on
from ecoanalysis.words import Words

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
    analysis, folder: Path | str, lang: str, outcomes: list, notices: dict[str, list[str]] | None = None
) -> Path:
    """Write `index.html` into the folder of a run.

    Parameters
    ----------
    analysis : Analysis
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
    parts = languages(lang)
    sections = {
        part: _section(analysis, folder, words.of(part), outcomes, (notices or {}).get(part, [])) for part in parts
    }
    page = whole(words.of(parts[0])("slide.title"), sections)
    path = folder / "index.html"
    with replacing(path) as temporary:
        temporary.write_text(worded.unbroken(page), encoding="utf-8")
    return path


def whole(title: str, sections: dict[str, str]) -> str:
    """One self-contained page of a section a language, the first one's title on it; each shows the way to the others."""
    parts = list(sections)
    body = "".join(
        f'<section lang="{part}" id="{part}">{_other(parts, part)}{html}</section>' for part, html in sections.items()
    )
    return (
        f'<!doctype html><html lang="{parts[0]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _section(analysis, folder: Path, w: Words, outcomes: list, notices: list[str]) -> str:
    name = analysis.name(analysis.city, w.lang) if analysis.city else ""
    title = f"{name} {w('slide.title')}".strip()
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">{escape(w("slide.as_of", as_of=analysis.as_of))}</p>',
    ]
    if worded.uses_demo(analysis.assessment):
        parts.append(f'<p class="demo">{escape(w("slide.demo_notice"))}</p>')
    parts += [f'<p class="demo">{escape(notice)}</p>' for notice in notices]
    parts += _failed(analysis, w, outcomes)
    parts += _answers(analysis, folder, w, outcomes)
    parts += [_heading(w("page.matrix")), _matrix(analysis, folder, w, outcomes), _meanings(analysis, w)]
    parts.append(_heading(w("page.documents")))
    common = [f"briefing_{lang}.pptx" for lang in words.LANGUAGES] + ["assessment.xlsx", "manifest.json"]
    parts.append(_links(folder, "", common, w))
    for outcome in outcomes:
        name = analysis.name(outcome.region, w.lang) if outcome.region in _codes(analysis) else outcome.name
        parts.append(f'<h3 id="{w.lang}-{escape(outcome.region)}">{escape(name)}</h3>')
        files = [f"{outcome.notebook}.html", "reachability_zh.docx", "reachability_en.docx", "assessment.csv"]
        parts.append(_links(folder, outcome.folder, [*files, f"{outcome.notebook}.ipynb", "error.txt"], w))
    weaker = worded.weaker(analysis, w)
    if weaker:
        parts += [_heading(w("page.weaker")), _list(weaker)]
    problems = worded.left_out(analysis, w)
    if problems:
        parts += [_heading(w("opening.left_out", count=len(problems))), _list(problems)]
    doubtful = worded.to_check(analysis, w)
    if doubtful:
        parts.append(_line(w("page.to_check", count=len(doubtful))))
    made = w("page.made", files=len(analysis.hashes), folder=analysis.data.name)
    foot = f"ecoanalysis {importlib.metadata.version('ecoanalysis')} · {w('slide.foot', as_of=analysis.as_of)}"
    parts += [f'<p class="quiet">{escape(line)}</p>' for line in (made, foot)]
    return "".join(parts)


def _answers(analysis, folder: Path, w: Words, outcomes: list) -> list[str]:
    """The answer of every region that is made of others with its weak points, then a line for every other region."""
    parts = []
    for code in analysis.parents:
        region = analysis[code]
        parts.append(_heading(w("page.answer", region=region.name(w.lang))))
        parts += [f"<p>{escape(sentence)}</p>" for sentence in briefing.headline(region, w)]
        named = worded.named_weak(region, w)
        parts += [f"<p>{escape(named)}</p>"] if named else []
        weak = [_weak(s, w) for s in worded.weakest(region)]
        parts.append(f"<p>{escape(w('page.weak'))}</p>{_list(weak)}" if weak else _line(w("slide.no_weak_points")))
    counties = analysis.counties
    if counties:
        parts.append(_heading(w("page.answers")))
        lines = []
        for code in counties:
            region = analysis[code]
            name = _linked(analysis, folder, w, outcomes, code)
            head = region.headline
            missed = w.list(analysis.item_name(item, w.lang) for item in head.missed_binding)
            said = w.join(
                briefing.headline(region, w)[0],
                w("headline.missed_binding", count=len(head.missed_binding), names=missed) if missed else "",
                briefing.headline(region, w)[1],
            )
            lines.append(f"<li><b>{name}</b>{escape(said.removeprefix(region.name(w.lang)))}</li>")
        parts.append(f"<ul>{''.join(lines)}</ul>")
    return parts


def _weak(s, w: Words) -> str:
    return w("claim.named", name=worded.indicator(s, w), sentence=briefing.sentence(s, w))


def _linked(analysis, folder: Path, w: Words, outcomes: list, code: str) -> str:
    """A region's name, with the way to its report where there is one."""
    name = escape(analysis.name(code, w.lang))
    pages = {outcome.region: f"{outcome.folder}/{outcome.notebook}.html" for outcome in outcomes}
    page = pages.get(code)
    return f'<a href="{escape(quote(page))}">{name}</a>' if page and (folder / page).exists() else name


def _codes(analysis) -> set[str]:
    return set(analysis.regions["code"])


def _matrix(analysis, folder: Path, w: Words, outcomes: list) -> str:
    rows = plotdata.matrix(analysis)
    regions = list(dict.fromkeys(rows["region_code"]))
    heads = "".join(f"<th>{_linked(analysis, folder, w, outcomes, code)}</th>" for code in regions)
    groups = {
        row.number or row.code: row.group_en if w.lang == "en" else row.group_zh for row in analysis.indicators.values()
    }
    lines, group = [], None
    for item, cells in rows.groupby("item", sort=False):
        if groups[item] != group:
            group = groups[item]
            lines.append(f'<tr class="group"><td>{escape(group)}</td>{"<td></td>" * len(regions)}</tr>')
        drawn = "".join(_cell(cell, w) for cell in cells.itertuples())
        lines.append(f'<tr class="item"><td>{escape(worded.item(analysis, item, w))}</td>{drawn}</tr>')
    head = f"<th>{escape(w('column.indicator'))}</th>{heads}"
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _cell(cell, w: Words) -> str:
    text = escape(w.short_verdict(cell.verdict, cell.pressing))
    return f'<td style="background:{VERDICT_COLOURS[cell.verdict]};color:{words_on(cell.verdict)}">{text}</td>'


def _meanings(analysis, w: Words) -> str:
    """What the words of the matrix mean."""
    there = set(plotdata.matrix(analysis)["verdict"])
    lines = [
        w("docx.meaning", verdict=w.short_verdict(code), meaning=w(f"meaning.{code}"))
        for code in plotdata.BEST_FIRST
        if code in there
    ]
    return f'<p class="quiet">{escape(w("docx.meanings", meanings=w("join").join(lines)))}</p>'


def _failed(analysis, w: Words, outcomes: list) -> list[str]:
    lines = []
    for outcome in outcomes:
        if outcome.state != "done":
            name = analysis.name(outcome.region, w.lang) if outcome.region in _codes(analysis) else outcome.name
            text = w("run.failed", region=name, folder=outcome.folder, error=outcome.error)
            lines.append(f'<p class="failed">{escape(text)}</p>')
    return lines


def _other(parts: list[str], lang: str) -> str:
    """The way to the page's part in the other language, where there is one."""
    links = [
        f'<a href="#{part}" lang="{part}">{escape(words.of(part)("page.language"))}</a>'
        for part in parts
        if part != lang
    ]
    return f'<p class="quiet">{" ".join(links)}</p>' if links else ""


def _links(folder: Path, place: str, names: list[str], w: Words) -> str:
    lines = []
    for name in names:
        if (folder / place / name).exists():
            kind = w(f"page.file.{Path(name).suffix.lstrip('.')}")
            address = escape(quote(f"{place}/{name}".lstrip("/")))
            lines.append(f'<li><a href="{address}">{escape(name)}</a> {escape(kind)}</li>')
    return f'<ul class="documents">{"".join(lines)}</ul>'


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _line(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _list(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"
