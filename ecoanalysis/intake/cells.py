"""One cell of a table: the number, year, date or word in it, or what is wrong with it.

A `Desk` gathers what it has to tell about one file; its methods return None for what is bad, after telling it.
"""

from __future__ import annotations

import calendar
import math
import numbers
import re
import unicodedata
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process

from ecoanalysis import units
from ecoanalysis.intake.problems import Problem

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
YEAR = re.compile(r"((?:19|20|21)\d\d)(?:\.0+)?", re.ASCII)
DATE = re.compile(r"((?:19|20|21)\d\d)(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
MISSING_MARK = re.compile(r"[-—–―－‐…⋯.·/／\\*\s]+|(?i:n/?a|nan|null|none)|空|无|缺|缺失|无数据|未统计|未填报|不详")
LONGEST_CELL = 32_767  # what one cell of a workbook can hold
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # the last two can stand in no document


class Desk:
    """Where the cells of one file are looked at."""

    def __init__(self, file: str):
        self.file = file
        self.problems: list[Problem] = []

    def report(self, row: int | None, phrase: str, **values) -> None:
        self.problems.append(Problem(self.file, row, phrase, values))

    def one_of(self, row: int, column: str, text: str, choices) -> str | None:
        if text in choices:
            return text
        signs = {"≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "＞": ">", "＜": "<", "＝": "=", "=>": ">=", "=<": "<="}
        right = signs.get(text.replace("＝", "=").replace("＞", ">").replace("＜", "<"), "") or signs.get(text, "")
        if not right:
            folded = unicodedata.normalize("NFKC", text).strip().casefold()
            right = folded if folded in choices else ""
        if right in choices and right:
            self.report(row, "sign", column=column, text=text, right=right)
        else:
            self.report(row, "choice", column=column, text=_short(text), choices=", ".join(choices))
        return None

    def known(self, row: int, kind: str, text: str, known) -> bool:
        """Whether a code is among the known ones; `kind` is region, variable, indicator or parent."""
        if text in known:
            return True
        self.report(
            row, kind, **{kind: _short(text)}, near=near(text, known if isinstance(known, tuple) else tuple(known))
        )
        return False

    def year(self, row: int, column: str, text: str) -> int | None:
        whole = YEAR.fullmatch(text)
        if whole:
            return int(whole[1])
        digits = re.search(r"(19|20|21)\d\d", unicodedata.normalize("NFKC", text))
        self.report(row, "year", column=column, text=_short(text), right=digits[0] if digits else "2021")
        return None

    def date(self, row: int, column: str, text: str) -> str | None:
        """ISO text of a date; a year or a month stands for its last day."""
        parts = DATE.fullmatch(text)
        if parts:
            year, month = int(parts[1]), int(parts[2] or 12)
            if 1 <= month <= 12:
                last = calendar.monthrange(year, month)[1]
                day = int(parts[3] or last)
                if 1 <= day <= last:
                    return date(year, month, day).isoformat()
        digits = re.search(r"(19|20|21)\d\d", unicodedata.normalize("NFKC", text))
        self.report(row, "date", column=column, text=_short(text), right=f"{digits[0] if digits else 2023}-12-31")
        return None

    def number(self, row: int, column: str, text: str) -> float | None:
        if NUMBER.fullmatch(text):
            value = float(text)
            if math.isfinite(value):
                return value
            self.report(row, "infinite", column=column, text=_short(text))
            return None
        plain = unicodedata.normalize("NFKC", text)
        grouped = re.sub(r"[,，'\s]", "", plain)
        if MISSING_MARK.fullmatch(text):
            self.report(row, "missing_mark", column=column, text=text)
        elif re.fullmatch(r"[+-]?\d+(\.\d+)?", plain, re.ASCII) and plain != text:
            self.report(row, "full_width", column=column, text=_short(text), right=_short(plain))
        elif re.fullmatch(r"[+-]?\d+(\.\d+)?", grouped, re.ASCII):
            self.report(row, "thousands", column=column, text=_short(text), right=_short(grouped))
        else:
            self.report(row, "number", column=column, text=_short(text))
        return None

    def in_range(self, row: int, what: str, value: float, low: float | None, high: float | None) -> bool:
        if (low is None or value >= low) and (high is None or value <= high):
            return True
        low, high = ("" if bound is None else f"{bound:g}" for bound in (low, high))
        self.report(row, "range", what=what, value=f"{value:g}", low=low, high=high)
        return False

    def converted(self, row: int, value: float, unit: str, record) -> float | None:
        """The value in the record's unit, inside the range the record allows."""
        try:
            value *= units.factor(unit, record.unit)
        except units.UnitError as error:
            self.report(row, "unit", reason=str(error), unit=_short(unit), right=record.unit or "—")
            return None
        return value if self.in_range(row, record.code, value, record.low, record.high) else None

    def plain(self, row: int, column: str, text: str) -> bool:
        """Whether a text can be shown anywhere: no formula, no control character, no longer than a cell."""
        if text.startswith(("=", "@")):
            self.report(row, "formula", column=column, text=_short(text))
        elif CONTROL.search(text):
            self.report(row, "control", column=column)
        elif len(text) > LONGEST_CELL:
            self.report(row, "long_cell", column=column, length=len(text), most=LONGEST_CELL)
        else:
            return True
        return False


def as_text(value) -> str:
    """What a call gives, as a cell of a file has it; nothing for None and NaN."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(float(value)).removesuffix(".0") if isinstance(value, numbers.Real) else str(value).strip()


@lru_cache(maxsize=100_000)
def day(text: str) -> str | None:
    """ISO text of a date; a year or a month stands for its last day; None for what is no date.

    >>> day("2023"), day("2024-02"), day("2024-02-30")
    ('2023-12-31', '2024-02-29', None)
    """
    return Desk("").date(0, "", text)


def near(text: str, known: tuple[str, ...]) -> str:
    """What the writer may have meant: the nearest known words, or all when they are few."""
    close = process.extract(text[:80], known, scorer=fuzz.ratio, limit=3, score_cutoff=60)
    if close:
        return ", ".join(word for word, _, _ in close)
    some = sorted(known)
    return ", ".join(some if len(some) <= 12 else [*some[:8], "…"])


def _short(text: str, most: int = 60) -> str:
    text = CONTROL.sub("�", text)
    return text if len(text) <= most else f"{text[:most]}…"
