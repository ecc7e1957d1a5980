"""Out of the screen: a statement as a native chart in somebody's deck, as a picture, as a sheet of Excel.

Figures are made without pyplot, and what was there before stays when something goes wrong.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
from pptx import Presentation
from pptx.exc import PackageNotFoundError
from pptx.util import Emu

from ecoanalysis import briefing, plotdata, words
from ecoanalysis.analysis import Statement, Told
from ecoanalysis.explore import payload
from ecoanalysis.export import guarded, pptx, replacing

PICTURES = (".png", ".svg", ".pdf")
EDGE = 0.05  # free on every side, as a share of the slide


class CannotWrite(Told, ValueError):
    """A file that cannot be written, or is not what its name says; the sentence says what would be right."""


def chart_slide(s: Statement, path: Path | str, lang: str = "zh") -> Path:
    """Put a statement as an editable chart on a new slide of a deck, at its end; a new deck where there is none.

    The chart is named after region and indicator; its title and the demo mark are part of it, so that they go along
    when it is copied elsewhere. The sources stand in the notes.

    Raises
    ------
    CannotWrite
        The file is no presentation, cannot be written, or there is no number to draw.
    """
    w, path = words.of(lang), Path(path)
    if plotdata.fan(s).empty:
        raise CannotWrite(w("chart.nothing") + w("stop"))
    if path.suffix.lower() != ".pptx":
        raise CannotWrite(w("explore.file_exists", file=path))
    deck = _deck(path, w)
    layouts = [layout for layout in deck.slide_layouts if not layout.placeholders] or [deck.slide_layouts[-1]]
    slide = deck.slides.add_slide(layouts[0])
    for empty in list(slide.placeholders):  # a layout's empty boxes would ask to be filled
        empty._element.getparent().remove(empty._element)
    wide, high = deck.slide_width, deck.slide_height
    place = tuple(Emu(int(part)) for part in (wide * EDGE, high * EDGE, wide * (1 - 2 * EDGE), high * (1 - 2 * EDGE)))
    title = payload.title(s, w)
    pptx.native_chart(slide, s, w, title, briefing.sentence(s, w), place)
    notes = [briefing.sentence(s, w), *briefing.sources(s)]
    slide.notes_slide.notes_text_frame.text = "\n".join(notes)
    _written(path, deck.save, w)
    return path


def _deck(path: Path, w):
    if not path.exists():
        return Presentation()
    try:
        return Presentation(path)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise CannotWrite(w("explore.file_exists", file=path)) from None


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
    inputs = pd.DataFrame(payload.inputs(s, w, s.sources), columns=payload.heads("explore.inputs_head", w))
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
        raise CannotWrite(w("explore.not_written", file=path, reason=error.strerror or error)) from None
