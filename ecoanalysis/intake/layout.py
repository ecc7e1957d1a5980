"""How a text table is laid out: header, rows, and what is wrong with its shape.

The rows of a well-formed table are left to pandas. Only a table whose shape is odd (a row with too few cells, a
quotation mark that is never closed) is looked at line by line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from ecoanalysis.intake.cells import Desk
from ecoanalysis.intake.columns import columns


@dataclass(frozen=True)
class Layout:
    """A table whose header is good.

    `content` holds header and rows, one row a line; `rows` are their row numbers in the file, None when they are
    2, 3, 4 … as they stand.
    """

    header: list[str]
    content: bytes
    rows: list[int] | None
    lost: int  # rows told because of their shape


def layout(content: bytes, table: str, desk: Desk, *, carefully: bool = False) -> Layout | None:
    """The layout of a table; None when its header cannot be used, which is told."""
    known, required = columns(table)
    end = content.find(b"\n")
    first = content if end < 0 else content[:end]
    header = [name.strip() for name in _cells(first)]
    missing = [name for name in required if name not in header]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if missing:
        desk.report(1, "columns", missing=", ".join(missing), columns=",".join(known))
    if doubled:
        desk.report(1, "doubled_columns", doubled=", ".join(doubled))
    if missing or doubled:
        return None
    unknown = [name or "''" for name in header if name not in known]
    if unknown:
        desk.report(1, "extra_columns", unknown=", ".join(unknown), columns=",".join(known))
    if not carefully and b'"' not in content:
        names = _distinct(header)
        if names != first.decode("utf-8").split(","):
            content = ",".join(names).encode() + content[len(first) :]
        return Layout(names, content, None, 0)
    good, rows, lost = _line_by_line(content[len(first) + 1 :], len(header), desk)
    names = _distinct(header)
    return Layout(names, b"\n".join([",".join(names).encode(), *good, b""]), rows, lost)


def _distinct(header: list[str]) -> list[str]:
    """The header as names that need no quotation marks, with a number in place of a missing one."""
    plain = [name.replace(",", " ").replace('"', " ").replace("\n", " ").strip() for name in header]
    return [name or f"column {position}" for position, name in enumerate(plain, 1)]


def even(laid_out: Layout, rows: int) -> bool:
    """Whether every one of `rows` lines has as many cells as the header: as many commas, each in a line of its own.

    For a table without quotation marks. pandas alone does not tell: it may drop a cell too many without a word.
    """
    marks = laid_out.content.translate(None, delete=_NEITHER).removesuffix(b"\n")
    line = b"," * (len(laid_out.header) - 1)
    return marks == (line + b"\n") * rows + line


_NEITHER = bytes(set(range(256)) - set(b",\n"))  # what stands between the marks


def _line_by_line(body: bytes, width: int, desk: Desk) -> tuple[list[bytes], list[int], int]:
    """The good rows as lines of their own, their row numbers, and how many were told."""
    lines = body.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    good, rows, lost = [], [], 0
    position = 0
    while position < len(lines):
        line, row = lines[position], position + 2
        position += 1
        if not line.strip(b" \t,") or line.lstrip().startswith(b"#"):
            continue
        if b'"' not in line:
            count = line.count(b",") + 1
        elif line.count(b'"') % 2:
            end = _end_of_cell(lines, position, width)
            if end is None:
                desk.report(row, "open_quote")
                lost += 1
                continue
            line = b" ".join(lines[position - 1 : end + 1])  # a line break inside a cell
            position = end + 1
            count = len(_cells(line))
        else:
            count = len(_cells(line))
        if count != width:
            desk.report(row, "cells", found=count, expected=width)
            lost += 1
            continue
        good.append(line)
        rows.append(row)
    return good, rows, lost


def _end_of_cell(lines: list[bytes], start: int, width: int) -> int | None:
    """Where a cell that runs over several lines ends; None when its quotation mark was never meant to be open.

    A line inside a cell that looks like a whole row is one that an open mark has swallowed.
    """
    for position in range(start, min(start + 50, len(lines))):
        line = lines[position]
        if line.count(b'"') % 2:
            mark = line.index(b'"')
            closed = line[mark + 1 : mark + 2] in (b",", b"", b'"')
            return position if closed and line[:mark].count(b",") < width - 1 else None
        if line.count(b",") >= width - 1:
            return None
    return None


def _cells(line: bytes) -> list[str]:
    text = line.decode("utf-8")
    before = csv.field_size_limit(2**31 - 1)
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return text.split(",")
    finally:
        csv.field_size_limit(before)


def records(content: bytes, table: str, desk: Desk) -> list[tuple[int, dict[str, str]]]:
    """(row, cells by column) of a small table; a column that the file lacks is empty text."""
    known, _ = columns(table)
    laid_out = layout(content, table, desk)
    if laid_out is None:
        return []
    lines = laid_out.content.split(b"\n")[1:]
    if lines and not lines[-1]:
        lines.pop()
    if laid_out.rows is None and not even(laid_out, len(lines)):
        laid_out = layout(content, table, desk, carefully=True)
        lines = laid_out.content.split(b"\n")[1:-1]
    rows = laid_out.rows or range(2, len(lines) + 2)
    made = []
    for row, line in zip(rows, lines, strict=True):
        cells = [cell.strip() for cell in _cells(line)]
        if cells and cells[0].startswith("#"):  # a remark, such as the examples of a new folder
            continue
        if len(cells) != len(laid_out.header):  # a well-formed table on the whole, not in this line
            desk.report(row, "cells", found=len(cells), expected=len(laid_out.header))
        elif any(cells):
            made.append((row, dict.fromkeys(known, "") | dict(zip(laid_out.header, cells, strict=True))))
    return made
