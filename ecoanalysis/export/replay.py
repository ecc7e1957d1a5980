"""The self-check replayed, as one page without network: what was said, what came, class by class and item by item."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np

from ecoanalysis import words
from ecoanalysis.export import languages, page, replacing, worded
from ecoanalysis.look import VERDICT_COLOURS, words_on
from ecoanalysis.plan import replay
from ecoanalysis.words import NOTHING, Words

SCORES = ("statements", "base_rate", "mean_p", "hits", "brier", "coverage80")


def write(analysis, path: Path | str, lang: str, as_of: int | None = None) -> Path | None:
    """Write the page of `plan.replay.replay`.

    Parameters
    ----------
    analysis : Analysis
        Of the year that tells what came.
    path : path
        Ends in `.html`; a `.csv` of the same name takes the table.
    lang : str
        zh, en or both.
    as_of : int, optional
        As `plan.replay.replay` takes it.

    Returns
    -------
    Path or None
        None, and no page, where no target has come due between the two years.
    """
    from ecoanalysis.export import write_csv

    table = replay.replay(analysis, as_of)
    if table.empty:
        return None
    path = Path(path)
    write_csv(table, path.with_suffix(".csv"))
    parts = languages(lang)
    sections = {part: _section(table, analysis, words.of(part)) for part in parts}
    with replacing(path) as temporary:
        text = page.whole(words.of(parts[0])("replay.title"), sections)
        temporary.write_text(worded.unbroken(text), encoding="utf-8")
    return path


def _section(table, analysis, w: Words) -> str:
    as_of, year = int(table["as_of"].iloc[0]), int(table["due"].max())
    name = analysis.name(analysis.city or analysis.regions["code"].iloc[0], w.lang)
    parts = [
        f"<h1>{escape(w('replay.title_of', city=name))}</h1>",
        f'<p class="quiet">{escape(w("replay.under", as_of=as_of, year=year))}</p>',
    ]
    if worded.uses_demo(table):
        parts.append(f'<p class="demo">{escape(w("slide.demo_notice"))}</p>')
    parts += [f"<p>{escape(sentence)}</p>" for sentence in replay.sentences(table, analysis, w)]
    for by, head in (("said", "replay.by_class"), ("item", "replay.by_item"), ("region_code", "replay.by_region")):
        scores = _scores(replay.scores(table, by), by, analysis, w)
        parts += [f"<h2>{escape(w(head))}</h2>", page.scrolling(w(head), scores)]
    parts += [f"<h2>{escape(w('replay.every'))}</h2>", page.scrolling(w("replay.every"), _rows(table, analysis, w))]
    parts.append(f'<p class="quiet">{escape(w("replay.note"))}</p>')
    return "".join(parts)


def _scores(scores, by: str, analysis, w: Words) -> str:
    named = {
        "said": w.verdict,
        "item": lambda item: worded.item(analysis, item, w),
        "region_code": lambda code: analysis.name(code, w.lang),
    }[by]
    head = [w(f"replay.column.{by}"), *(w(f"replay.column.{name}") for name in SCORES)]
    lines = []
    for key, row in scores.iterrows():
        shares = [w.percent(row[name]) for name in ("base_rate", "mean_p", "hits")]
        band = w.percent(row["coverage80"]) if np.isfinite(row["coverage80"]) else NOTHING
        numbers = [w.number(row["statements"], 0), *shares, w.number(row["brier"], 3), band]
        lines.append([_row_head(named(key)), *(f"<td>{number}</td>" for number in numbers)])
    return _table(head, lines)


def _rows(table, analysis, w: Words) -> str:
    """Every target: who, what was said with which chance, what came."""
    head = [w(f"replay.column.{name}") for name in ("target", "region_code", "said", "p", "came")]
    lines = []
    for row in table.itertuples():
        record = analysis.indicators[row.indicator]
        colour = f"background:{VERDICT_COLOURS[row.said]};color:{words_on(row.said)}"
        mark = w.bracket(w.demo_mark(row.status == "demo"))
        wrong = ' style="font-weight:bold"' if row.hit == 0 else ""
        lines.append(
            [
                _row_head(f"{record.label} {w.name(record)}".strip() + mark),
                f"<td>{escape(analysis.name(row.region_code, w.lang))}</td>",
                f'<td style="{colour}">{escape(w.short_verdict(row.said))}</td>',
                f"<td>{escape(w.chance(row.p))}</td>",
                f"<td{wrong}>{escape(w(f'replay.came.{row.came}'))}</td>",
            ]
        )
    return _table(head, lines)


def _table(head: list[str], lines: list[list[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _row_head(text: str) -> str:
    return f'<th scope="row">{escape(text)}</th>'
