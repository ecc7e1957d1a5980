"""The self-check replayed, as one page without network: what was said, what came, class by class and item by item."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecoanalysis import words
from ecoanalysis.export import languages, markup, replacing, worded
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
    page = markup.page(
        "replay.html",
        parts[0],
        words.of(parts[0])("replay.title"),
        style=markup.own("index.css"),
        parts=[_part(table, analysis, words.of(part)) for part in parts],
    )
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _part(table, analysis, w: Words) -> dict:
    """What `templates/replay.html` shows in one language."""
    name = analysis.name(analysis.city or analysis.regions["code"].iloc[0], w.lang)
    by = (("said", "replay.by_class"), ("item", "replay.by_item"), ("region_code", "replay.by_region"))
    return {
        "w": w,
        "city": name,
        "as_of": int(table["as_of"].iloc[0]),
        "year": int(table["due"].max()),
        "uses_demo": worded.uses_demo(table),
        "sentences": replay.sentences(table, analysis, w),
        "scores": [_scores(replay.scores(table, key), key, analysis, w) | {"title": w(title)} for key, title in by],
        "heads": [w(f"replay.column.{name}") for name in ("target", "region_code", "said", "p", "came")],
        "rows": [_row(row, analysis, w) for row in table.itertuples()],
    }


def _scores(scores, by: str, analysis, w: Words) -> dict:
    named = {
        "said": w.verdict,
        "item": lambda item: worded.item(analysis, item, w),
        "region_code": lambda code: analysis.name(code, w.lang),
    }[by]
    rows = []
    for key, row in scores.iterrows():
        shares = [w.percent(row[name]) for name in ("base_rate", "mean_p", "hits")]
        band = w.percent(row["coverage80"]) if np.isfinite(row["coverage80"]) else NOTHING
        rows.append((named(key), [w.number(row["statements"], 0), *shares, w.number(row["brier"], 3), band]))
    return {"heads": [w(f"replay.column.{name}") for name in (by, *SCORES)], "rows": rows}


def _row(row, analysis, w: Words) -> dict:
    """A target: who, what was said with which chance, what came."""
    record = analysis.indicators[row.indicator]
    mark = w.bracket(w.demo_mark(row.status == "demo"))
    return {
        "name": f"{record.label} {w.name(record)}".strip() + mark,
        "region": analysis.name(row.region_code, w.lang),
        "colours": (VERDICT_COLOURS[row.said], words_on(row.said)),
        "said": w.short_verdict(row.said),
        "chance": w.chance(row.p),
        "came": w(f"replay.came.{row.came}"),
        "wrong": row.hit == 0,
    }
