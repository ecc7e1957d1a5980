"""What the door has to tell: problems that stop a run, and the account of every file it saw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ecoanalysis import catalog

MANY_ALIKE = 20  # more lines of one kind in one file than this are told as one line with its rows
ROWS_SHOWN = 8


@dataclass(frozen=True)
class Problem:
    """Something wrong in a raw file: where it is, and which phrase says what would have been right.

    `rows` are all rows where the same thing is wrong (`row` is the first); `spot` names a cell of a workbook,
    such as Sheet1!C12.
    """

    file: str
    row: int | None
    phrase: str
    values: dict = field(default_factory=dict, hash=False)
    rows: tuple[int, ...] = ()
    spot: str = ""

    def text(self, lang: str = "zh") -> str:
        """The sentence, with file and row or cell before it."""
        if self.spot:
            where = f"{self.file}!{self.spot}"
        else:
            where = self.file if self.row is None else f"{self.file}:{self.row}"
        sentence = catalog.phrase(f"problem.{self.phrase}", lang, **self.values)
        if len(self.rows) > 1:
            shown = ranges(self.rows, ROWS_SHOWN)
            sentence += catalog.phrase("problem_rows", lang, count=len(self.rows), rows=shown)
        return f"{where} {sentence}"


@dataclass(frozen=True)
class Account:
    """What became of one file of the folder: read, refused or ignored, and where its rows went.

    rows = kept + empty + replaced + told.
    """

    file: str
    state: str  # read, refused, ignored
    reason: str  # a key of the phrase table, without its prefix `account.`
    rows: int = 0
    kept: int = 0
    empty: int = 0
    replaced: int = 0
    told: int = 0

    def text(self, lang: str = "zh") -> str:
        """The account as one line."""
        counts = {"rows": self.rows, "kept": self.kept, "empty": self.empty, "replaced": self.replaced}
        return f"{self.file} " + catalog.phrase(f"account.{self.reason}", lang, told=self.told, **counts)


def ranges(rows: tuple[int, ...], most: int) -> str:
    """Row numbers as people write them.

    >>> ranges((3, 4, 5, 9, 12), 2)
    '3–5, 9, …'
    """
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    parts = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:most]]
    return ", ".join([*parts, "…"] if len(runs) > most else parts)


def collapsed(problems: list[Problem]) -> list[Problem]:
    """One line for the same problem in many rows; problems of regions.csv first, the rest by file and row."""
    same: dict[tuple, list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.file, problem.phrase, repr(problem.values), problem.spot), []).append(problem)
    merged = [_merged(alike) for alike in same.values()]
    kinds: dict[tuple, list[Problem]] = {}
    for problem in merged:
        kinds.setdefault((problem.file, problem.phrase, bool(problem.spot)), []).append(problem)
    told = [
        problem
        for (_, _, spot), alike in kinds.items()
        for problem in ([_merged(alike)] if len(alike) > MANY_ALIKE and not spot else alike)
    ]
    return sorted(told, key=lambda p: (p.file != "regions.csv", p.file, p.row or 0, p.spot))


def _merged(alike: list[Problem]) -> Problem:
    rows = sorted({row for problem in alike for row in (problem.rows or (problem.row,)) if row is not None})
    if len(rows) < 2:
        return alike[0]
    first = min(alike, key=lambda p: p.row or 0)
    return replace(first, row=rows[0], rows=tuple(rows))
