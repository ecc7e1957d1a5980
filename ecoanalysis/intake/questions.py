"""Back to the sender: a copy of the sheets that were sent, the cells in question marked, and a polite list before them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.cell import coordinate_from_string

from ecoanalysis import catalog
from ecoanalysis.intake.delivery import Delivery
from ecoanalysis.intake.files import ZIP, write_whole
from ecoanalysis.intake.folder import read
from ecoanalysis.intake.sheets import received

MARK = PatternFill("solid", fgColor="FFF2AB")
ASKED_ABOUT = ("cell_error", "cell_text", "out_of_range", "total_differs", "contradicts_itself")


@dataclass(frozen=True)
class Asked:
    """A question to the sender about a cell."""

    sheet: str
    spot: str
    text: str


def asked(delivery: Delivery, data: Path | str, lang: str = "zh") -> list[Asked]:
    """What the sender should look at: what was not understood, what cannot be, and what is not plausible."""
    made = []
    for question in delivery.questions:
        facts = {"text": question.text, "near": ", ".join(_names(question.candidates, lang)) or "—"}
        made.append(Asked(question.sheet, question.spot, catalog.phrase(f"back.{question.kind}", lang, **facts)))
    for told in [t for sheet in delivery.sheets for t in sheet.told] + delivery.conflicts:
        if told.phrase in ASKED_ABOUT:
            text = catalog.phrase(f"intake.told.{told.phrase}", lang, **told.values)
            made.append(Asked(told.sheet, told.spot, catalog.phrase("back.told", lang, text=text)))
    if delivery.landed:
        own = f"received/{delivery.sha256[:8]}/{delivery.file}"
        for suspicion in read(data).suspicions:
            if suspicion.file == own and not suspicion.acknowledged:
                text = suspicion.text(lang).partition(" ")[2]
                made.append(Asked(suspicion.sheet, suspicion.cell, catalog.phrase("back.told", lang, text=text)))
    return made


def _names(codes, lang: str) -> list[str]:
    known = catalog.variables() | catalog.indicators()
    return [known[code].name(lang) if code in known else code for code in codes]


def back_to_sender(
    delivery: Delivery, original: Path | str, data: Path | str, out: Path | str, lang: str = "zh"
) -> Path | None:
    """A workbook for the sender: first the questions, then the sheets as they were sent with the cells marked.

    Parameters
    ----------
    delivery : Delivery
        As `take_in` gives it.
    original : path
        The file that was sent; it is only read.
    data : path
        The data folder it was taken into.
    out : path
        Folder of the workbook.
    lang : zh or en

    Returns
    -------
    Path or None
        The workbook; None when there is nothing to ask.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    if delivery.refused:
        return None
    questions = asked(delivery, data, lang)
    if not questions:
        return None
    book = _copy(Path(original))
    for one in questions:
        _mark(book, one)
    _list(book, delivery, questions, lang)
    content = io.BytesIO()
    book.save(content)
    path = Path(out) / f"{Path(delivery.file).stem}_{catalog.phrase('back.name', lang)}.xlsx"
    write_whole(path, content.getvalue())
    return path


def _copy(original: Path) -> openpyxl.Workbook:
    """The sheets as they were sent; of another format than .xlsx their cells as text and numbers."""
    source = received(original)
    if source.content[:4] == ZIP and original.suffix.casefold() in (".xlsx", ".xlsm"):
        try:
            return openpyxl.load_workbook(io.BytesIO(source.content), keep_vba=False, keep_links=False)
        except Exception:  # a style that openpyxl cannot read: the cells alone, then
            pass
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in source.sheets:
        page = book.create_sheet(sheet.name or "1")
        for r, row in enumerate(sheet.cells, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    cell = page.cell(r, c)
                    cell.value = value
                    if isinstance(value, str):
                        cell.data_type = "s"  # text that begins with = stays text
    return book


def _mark(book: openpyxl.Workbook, one: Asked) -> None:
    name = one.sheet or "1"
    if name not in book.sheetnames:
        return
    spot = one.spot.split(",")[0].strip()
    if spot.isdigit():
        spot = f"A{spot}"
    try:
        coordinate_from_string(spot)
        cell = book[name][spot]
    except Exception:  # a place that is no cell, such as a whole sheet
        return
    if hasattr(cell, "fill") and type(cell).__name__ != "MergedCell":
        cell.fill = MARK
        before = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(before + one.text, "ecoanalysis", width=320, height=140)


def _list(book: openpyxl.Workbook, delivery: Delivery, questions: list[Asked], lang: str) -> None:
    name = catalog.phrase("back.sheet", lang)
    while name in book.sheetnames:
        name += "_"
    page = book.create_sheet(name, 0)
    book.active = 0
    page["A1"] = catalog.phrase("back.title", lang, file=delivery.file)
    page["A1"].font = Font(bold=True, size=14)
    page["A2"] = catalog.phrase("back.greeting", lang, count=len(questions))
    page.append([])
    page.append(catalog.phrase("back.columns", lang).split("|"))
    for cell in page[4]:
        cell.font = Font(bold=True)
    for number, one in enumerate(questions, 1):
        page.append([number, one.sheet, one.spot, one.text, None])
    for row in page.iter_rows(min_row=5):
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in zip("ABCDE", (6, 16, 10, 70, 40), strict=True):
        page.column_dimensions[column].width = width
