"""Any table that people send, as sheets of cells: .xlsx .xlsm .xls .ods .csv .txt .tsv.

Values come from python-calamine, which reads all workbook formats; what only .xlsx can say (cell formats, hidden rows,
formulas without a value, comments) from openpyxl. Nothing is run, nothing is written.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import python_calamine
from charset_normalizer import from_bytes
from openpyxl.utils import get_column_letter

from ecoanalysis.intake import files

WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".ods", ".xlsb", ".et"}
TEXTS = {".csv", ".txt", ".tsv"}
MOST_CELLS = 20_000_000  # of one sheet, empty ones among them: a dense grid of more does not fit into memory
MOST_FOR_FORMATS = 30 * 2**20  # bytes unpacked; larger workbooks are read without their cell formats


@dataclass
class Sheet:
    """One sheet: its cells row by row (text, number, date, True or None) and what is special about some of them.

    Places are (row, column) counted from 0.
    """

    name: str
    cells: list[list]
    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last column
    percent: set[tuple[int, int]] = field(default_factory=set)  # cells shown as per cent
    formats_known: bool = False
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # #REF!, or a formula without a value
    text_file: bool = False

    def spot(self, row: int, column: int) -> str:
        """The cell as people name it: C12; of a text table its line."""
        return str(row + 1) if self.text_file else f"{get_column_letter(column + 1)}{row + 1}"


@dataclass
class Received:
    """A file as it was received: its sheets, its hash, and what had to be told about it."""

    path: Path
    content: bytes
    sheets: list[Sheet]
    told: list[tuple[str, dict]] = field(default_factory=list)


def received(path: Path) -> Received:
    """Every sheet of a file.

    Raises
    ------
    Refused
        It cannot be read; the phrase says why: not there, not a file, locked by a password, cut short, a bomb.
    """
    path = Path(path)
    if path.name.startswith("~$"):
        raise files.Refused("lock_file")
    raw = files.content(
        path, largest=files.LARGEST_WORKBOOK if path.suffix.casefold() in WORKBOOKS else files.LARGEST_TABLE
    )
    if not raw:
        raise files.Refused("empty_file")
    if raw[:4] in (files.ZIP, files.OLE):
        return _workbook(path, raw)
    if path.suffix.casefold() in WORKBOOKS and not _is_text(raw):
        raise files.Refused("not_a_workbook")
    if path.suffix.casefold() not in WORKBOOKS | TEXTS:
        raise files.Refused("unknown_kind", kinds=", ".join(sorted(WORKBOOKS | TEXTS)))
    return _text_table(path, raw)


# ------------------------------------------------------------------ text tables


def _is_text(raw: bytes) -> bool:
    return b"\x00" not in raw[:4096] or raw[:2] in (b"\xff\xfe", b"\xfe\xff")


def _text_table(path: Path, raw: bytes) -> Received:
    told = []
    text, encoding = _decoded(raw)
    if encoding not in ("utf-8", "ascii"):
        told.append(("read_as", {"encoding": encoding}))
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    delimiter = max("\t,;；|，", key=lambda mark: sum(line.count(mark) for line in lines) if mark else 0)
    before = csv.field_size_limit(2**31 - 1)
    rows, numbers = [], []
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        for cells in reader:
            while len(rows) < reader.line_num - 1:  # a cell with a line break takes several lines
                rows.append([])
            rows.append([cell.strip() or None for cell in cells])
            numbers.append(reader.line_num)
    except csv.Error as error:
        raise files.Refused("broken_text", reason=str(error)) from None
    finally:
        csv.field_size_limit(before)
    if delimiter in ";；\t" and _decimal_commas(rows):
        told.append(("decimal_comma", {}))
        rows = [[_with_point(cell) for cell in row] for row in rows]
    return Received(path, raw, [Sheet("", rows, text_file=True)], told)


_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")


def _decimal_commas(rows: list[list]) -> bool:
    """Whether commas stand before decimals: some number has other than three digits after its only comma, no number
    has a point that could be one of decimals, and none has two commas.
    """
    cells = [cell for row in rows for cell in row if cell and re.fullmatch(r"[+-]?\d[\d.,]*", cell)]
    with_comma = [cell for cell in cells if "," in cell]
    plain = all(_DECIMAL_COMMA.fullmatch(cell) for cell in with_comma)
    points = any("." in cell and not re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", cell) for cell in cells)
    return plain and not points and any(len(cell.rpartition(",")[2]) != 3 for cell in with_comma)


def _with_point(cell: str | None) -> str | None:
    return cell.replace(".", "").replace(",", ".") if cell and _DECIMAL_COMMA.fullmatch(cell) else cell


def _decoded(raw: bytes) -> tuple[str, str]:
    """Text and encoding: by its mark, as UTF-8, as GB 18030, else by what its letters look like."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise files.Refused("half_written") from None
    if b"\x00" in raw:
        raise files.Refused("half_written")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, "utf-8" if encoding == "utf-8-sig" else "GBK"
    best = from_bytes(raw[:200_000]).best()
    if best is None or files._not_utf8(raw) is None:
        raise files.Refused("encoding")
    try:
        return raw.decode(best.encoding), best.encoding
    except (UnicodeDecodeError, LookupError):
        raise files.Refused("encoding") from None


# ------------------------------------------------------------------ workbooks


def _workbook(path: Path, raw: bytes) -> Received:
    files.check_workbook(raw)
    told: list[tuple[str, dict]] = []
    parts = _parts(raw, told) if raw[:4] == files.ZIP else {}
    try:
        with _silenced():
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
            sheets = [_sheet(book, meta, number) for number, meta in enumerate(book.sheets_metadata)]
    except python_calamine.PasswordError:
        raise files.Refused("password") from None
    except files.Refused:
        raise
    except BaseException as error:  # a broken file ends in a panic of the reader as often as in an error
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise files.Refused("truncated") from None
    sheets = [sheet for sheet in sheets if sheet is not None]
    size = sum(parts.values())
    if parts and path.suffix.casefold() not in (".ods", ".xlsb"):
        if size <= MOST_FOR_FORMATS:
            _formats(raw, sheets, told)
        else:
            told.append(("no_formats", {}))
    return Received(path, raw, sheets, told)


@contextlib.contextmanager
def _silenced():
    """Keep the reader from printing the trace of a panic: it goes to the process's own standard error."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _parts(raw: bytes, told: list) -> dict[str, int]:
    """Sizes of the parts of a zipped workbook, after a look at what could hurt."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            for name in sizes:
                if name.endswith((".xml", ".rels")):
                    with archive.open(name) as part:
                        start = part.read(4096)
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise files.Refused("xml_entities")
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    _check_extent(archive, name)
            if any(name.endswith("vbaProject.bin") for name in sizes):
                told.append(("macros", {}))
            if any("externalLinks/" in name for name in sizes):
                told.append(("external_links", {}))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, RuntimeError):
        raise files.Refused("truncated") from None
    except Exception as error:  # zlib.error, LZMAError: data that do not unpack
        if isinstance(error, files.Refused):
            raise
        raise files.Refused("truncated") from None
    return sizes


_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def _check_extent(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a sheet whose cells lie so far apart that the grid between them would fill the memory."""
    rows, columns, rest = [], set(), b""
    low, high = None, 0
    with archive.open(name) as part:
        while block := part.read(2**22):
            for match in _CELL.finditer(rest + block):
                columns.add(match[1])
                row = int(match[2])
                low = row if low is None else min(low, row)
                high = max(high, row)
            rest = block[-64:]
    del rows
    if low is None:
        return
    numbers = [openpyxl.utils.column_index_from_string(letters.decode()) for letters in columns]
    if (high - low + 1) * (max(numbers) - min(numbers) + 1) > MOST_CELLS:
        raise files.Refused("sheet_too_large", sheet=name.rsplit("/", 1)[-1], rows=high)


def _sheet(book, meta, number: int) -> Sheet | None:
    if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return None
    sheet = book.get_sheet_by_index(number)
    height, width = sheet.total_height, sheet.total_width
    if height * width > 5 * MOST_CELLS:
        raise files.Refused("sheet_too_large", sheet=meta.name, rows=height)
    # Only what lies between the first and the last filled cell is held; the offset is put back with empty rows.
    top, left = sheet.start or (0, 0)
    inner = sheet.to_python(skip_empty_area=True)
    while inner and not any(value != "" and _plain(value) is not None for value in inner[-1]):  # blanks, formats
        inner.pop()
    cells = [[] for _ in range(min(top, 5000))] + [[None] * left + [_plain(value) for value in row] for row in inner]
    errors = {
        (row, column): value
        for row, line in enumerate(cells)
        for column, value in enumerate(line)
        if isinstance(value, str) and value.startswith("#") and value.rstrip("!?/A").isupper()
    }
    merged = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or []]
    visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
    return Sheet(meta.name, cells, merged=merged, hidden=not visible, errors=errors)


def _plain(value):
    if isinstance(value, str):
        text = value.replace("\u3000", " ").strip()
        return text or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, datetime.timedelta | datetime.time):
        return str(value)
    return value


def _formats(raw: bytes, sheets: list[Sheet], told: list) -> None:
    """Cell formats, hidden rows and formulas without a value, from openpyxl."""
    try:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(raw), keep_links=False)
    except Exception:  # styles that openpyxl does not understand: the values are there all the same
        told.append(("no_formats", {}))
        return
    for sheet in sheets:
        if sheet.name not in book.sheetnames:
            continue
        page = book[sheet.name]
        if not hasattr(page, "iter_rows"):
            continue
        sheet.formats_known = True
        sheet.hidden_rows = {number - 1 for number, row in page.row_dimensions.items() if row.hidden}
        for letters, column in page.column_dimensions.items():
            if column.hidden:
                first = openpyxl.utils.column_index_from_string(letters)
                sheet.hidden_columns |= set(range((column.min or first) - 1, column.max or first))
        for cell in page._cells.values():  # those of the file; `iter_rows` makes one for every empty place between
            position = (cell.row - 1, cell.column - 1)
            if cell.value is None:
                continue
            if "%" in str(cell.number_format):
                sheet.percent.add(position)
            if cell.data_type == "f" and _at(sheet.cells, position) is None:
                sheet.errors[position] = "formula"
            elif cell.data_type == "e":
                sheet.errors[position] = str(cell.value)
            elif cell.data_type == "f" and str(cell.value).count("#REF!"):
                sheet.errors[position] = "#REF!"


def _at(cells: list[list], position: tuple[int, int]):
    row, column = position
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None
