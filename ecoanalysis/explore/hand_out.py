"""Out of the screen: a statement as a picture and as a workbook; `chart_slide` puts it into a deck.

Figures are made without pyplot, and what was there before stays when something goes wrong.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ecoanalysis import briefing, plotdata, words
from ecoanalysis.analysis import Statement, Told
from ecoanalysis.explore import payload
from ecoanalysis.export import guarded, replacing
from ecoanalysis.export.pptx import chart_slide

__all__ = ["CannotWrite", "chart_slide", "picture", "workbook"]

PICTURES = (".png", ".svg", ".pdf")


class CannotWrite(Told, ValueError):
    """A file that cannot be written, or is not what its name says; the sentence says what would be right."""


def picture(s: Statement, path: Path | str, lang: str = "zh") -> Path:
    """The chart of a statement as PNG, SVG or PDF, by the ending of the file.

    Raises
    ------
    CannotWrite
        Another ending, or a file that cannot be written.
    """
    from ecoanalysis import charts

    w, path = words.of(lang), Path(path)
    if path.suffix.lower() not in PICTURES:
        raise CannotWrite(w("explore.picture_ending", file=path, known=w.list(PICTURES)))
    figure = charts.forecast(s, lang)
    _written(path, lambda temporary: figure.savefig(temporary, format=path.suffix[1:].lower()), w)
    return path


def workbook(s: Statement, path: Path | str, lang: str = "zh") -> Path:
    """A statement as a workbook: the card, what the picture is drawn from, and the inputs with file and cell.

    Raises
    ------
    CannotWrite
        The file cannot be written.
    """
    w, path = words.of(lang), Path(path)
    card = pd.DataFrame([[label, text] for _, label, text in payload.card(s, w)])
    head = pd.DataFrame([[payload.title(s, w), w.demo_mark(s.status == "demo")], ["", briefing.sentence(s, w)]])
    heads = {"observed": w("chart.history"), "median": w("chart.median"), "target": w("chart.target")}
    fan = plotdata.fan(s).rename(columns=heads | {c: w(f"column.{c}") for c in ("lo80", "hi80", "lo95", "hi95")})
    fan["status"] = [w.status(code) if code else "" for code in fan["status"]]
    fan = fan.rename(columns={"status": w("column.status")}).rename_axis(w("column.year"))
    inputs = pd.DataFrame(payload.inputs(s, w, payload.sources_of(s)), columns=payload.heads("explore.inputs_head", w))
    sheets = {"explore.card": pd.concat([head, card]), "explore.trend": fan.reset_index(), "explore.inputs": inputs}

    def write(temporary: Path) -> None:
        with pd.ExcelWriter(temporary, engine="xlsxwriter") as book:
            for key, table in sheets.items():
                header = key != "explore.card"
                table.map(guarded).to_excel(book, sheet_name=w(key), index=False, header=header)
                book.sheets[w(key)].autofit()

    _written(path, write, w)
    return path


def _written(path: Path, write, w) -> None:
    try:
        with replacing(path) as temporary:
            write(temporary)
    except OSError as error:
        raise CannotWrite(w("explore.not_written", file=path, reason=error)) from None
