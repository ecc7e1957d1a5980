"""The folders of a year's files: laid out empty, with a register, and taken in when they were filled.

    2023/C1_乙县/01_目标责任体系与制度建设/01_生态文明建设规划/1_计划安排/

Year, region, group, item and kind are numbered as the platform asks. What is read back is the number at the head of each
name, so that the words behind it may be in either language. Nothing is ever overwritten, nothing outside the folders is
read, and the register `evidence.csv` only ever grows.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ecoanalysis.analysis import Analysis, NotThere, Told
from ecoanalysis.intake import COLUMNS, EVIDENCE_KINDS, files, papers
from ecoanalysis.intake.cells import Desk
from ecoanalysis.plan import duties, ledger
from ecoanalysis.words import Words, in_both

NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
LONGEST = 60  # characters of a folder's name; several of them have to fit a path of Windows
LEFT_BEHIND = {"thumbs.db", "desktop.ini"}
REGISTER_COLUMNS = "year region_code region_name group number indicator kind bureau state titles folder".split()


class NotTaken(Told, ValueError):
    """The register cannot be added to: why, and what to do."""


# ---------------------------------------------------------------------- laying out


def folder_of(analysis: Analysis, region: str, indicator: str, year: int, kind: str, w: Words) -> Path:
    """The folder of one kind of paper, relative to the root.

    Groups are numbered in the order of the plan, items as the plan numbers them (11b); what stands beside the plan is
    filed under its code.
    """
    record = analysis.indicators[indicator]
    groups = list(dict.fromkeys(row.group_zh for row in analysis.indicators.values()))
    group = f"{groups.index(record.group_zh) + 1:02}_{record.group_en if w.lang == 'en' else record.group_zh}"
    number = f"{int(record.number):02}{record.part}" if record.number else indicator
    place = f"{EVIDENCE_KINDS.index(kind) + 1}_{w(f'docx.kind.{kind}')}"
    parts = [str(year), f"{region}_{analysis.name(region, w.lang)}", group, f"{number}_{w.name(record)}", place]
    return Path(*(_folder_name(part) for part in parts))


def _folder_name(text: str) -> str:
    """A name that every file system takes."""
    return NOT_IN_NAMES.sub("_", text)[:LONGEST].rstrip(" .")


def lay_out(analysis: Analysis, out: Path | str, year: int, w: Words, regions: Iterable[str] | None = None) -> Path:
    """Make the folders of a year, with a register of what is on file.

    Parameters
    ----------
    analysis : Analysis
    out : path
        The root; folders that are there stay as they are.
    year : int
    w : Words
        The language of the names.
    regions : list of str, optional
        Codes; all by default.

    Returns
    -------
    Path
        The register: CSV with a byte-order mark, so that Excel and WPS open it in Chinese. A register that is there
        stays, the new one is numbered.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    out = Path(out)
    table = ledger.ledger(analysis, year, regions)
    rows = []
    for row in table.to_dict("records"):
        place = folder_of(analysis, row["region_code"], row["indicator"], year, row["kind"], w)
        (out / place).mkdir(parents=True, exist_ok=True)
        rows.append(_register_row(analysis, row, place, w))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([w(f"ledger.register.{name}") for name in REGISTER_COLUMNS])
    writer.writerows(rows)
    return _beside(out / str(year), w("ledger.register"), text.getvalue().encode("utf-8-sig"))


def _register_row(analysis: Analysis, row: dict, place: Path, w: Words) -> list[str]:
    record = analysis.indicators[row["indicator"]]
    group = record.group_en if w.lang == "en" else record.group_zh
    region = analysis.name(row["region_code"], w.lang)
    kind, state = w(f"docx.kind.{row['kind']}"), ledger.state(row["state"], w)
    cells = [row["year"], row["region_code"], region, group, record.label, w.name(record), kind, row["bureau"], state]
    return [_guarded(str(cell)) for cell in (*cells, row["titles"], place.as_posix())]


def _guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@")) and len(text) > 1 else text


def _beside(folder: Path, name: str, content: bytes) -> Path:
    """Write a file under its name, or under the next free number; the same content is written once."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{name}.csv" if number == 1 else f"{name}_{number}.csv")
        if not path.exists():
            files.write_whole(path, content)
            return path
        if path.read_bytes() == content:
            return path
        number += 1


# ---------------------------------------------------------------------- taking in


@dataclass
class Taken:
    """What became of the files in a folder: rows added to the register, and what was left, by reason.

    `left` holds (path, phrase, values); phrases are keys under `ledger.left.`.
    """

    added: list[dict] = field(default_factory=list)
    left: list[tuple[str, str, dict]] = field(default_factory=list)

    @property
    def refused(self) -> list[tuple[str, str, dict]]:
        """What somebody has to look at; that a file is registered already is no reason to."""
        return [one for one in self.left if one[1] != "known"]

    def sentences(self, w: Words) -> list[str]:
        """What was taken in and what was left, a line each."""
        said = [w("ledger.taken", path=row["location"], title=row["title"]) for row in self.added]
        said += [
            w("ledger.left", path=path, reason=w(f"ledger.left.{key}", **values)) for path, key, values in self.left
        ]
        return [*said, w("ledger.taken_in_all", added=len(self.added), left=len(self.left))]


def take(analysis: Analysis, root: Path | str) -> Taken:
    """Take in the files that were put into folders as `lay_out` makes them.

    Each file is copied to the same folders under `<data>/evidence/` and gets a row in `evidence.csv`; files first, then
    the register in one stroke, so that an interruption loses nothing and taking again goes on. What is registered
    already, links, empty files, and folders that name no region, item or kind are left and told.

    Parameters
    ----------
    analysis : Analysis
        Of the data folder that the papers go to.
    root : path
        The folder that holds the year's folder, or the year's folder itself.

    Raises
    ------
    NotThere
        There is no such folder.
    NotTaken
        `evidence.csv` is there and cannot be added to safely.
    OSError
        A disk that is full or may not be written to; the register is as it was.
    """
    root = Path(root)
    if not root.is_dir():
        raise NotThere(in_both("ledger.no_folder", folder=root))
    register = _Register(analysis.data)
    taken = Taken()
    known = _hashes(analysis)
    for path in _files(root, taken):
        _take_one(analysis, root, path, known, taken)
    register.append(taken.added)
    return taken


def _files(root: Path, taken: Taken) -> Iterator[Path]:
    """Every file under a folder, links told and not followed, what systems leave behind passed over."""
    for place, folders, names in os.walk(root):
        for name in sorted([*folders, *names]):
            path = Path(place) / name
            if path.is_symlink():
                taken.left.append((path.relative_to(root).as_posix(), "link", {}))
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not (Path(place) / n).is_symlink())
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith((".", "~$")) and name.lower() not in LEFT_BEHIND and not path.is_symlink():
                yield path


def _take_one(analysis: Analysis, root: Path, path: Path, known: dict, taken: Taken) -> None:
    shown = path.relative_to(root).as_posix()

    def leave(key: str, **values) -> None:
        taken.left.append((shown, key, values))

    below = path.relative_to(root).parts
    inside = below if re.fullmatch(r"\d{4}", below[0]) else (root.resolve().name, *below)
    if len(inside) == 2 and path.suffix.lower() == ".csv":  # the register itself
        return
    try:
        filed = _filed(analysis, inside)
    except _Unknown as unknown:
        leave(unknown.args[0], **unknown.values)
        return
    title = path.stem
    desk = Desk("")
    if not desk.plain(0, "title", title) or not desk.plain(0, "title", path.name):
        leave("name")
        return
    if not path.is_file():
        leave("no_file")
        return
    if path.stat().st_size == 0:
        leave("empty")
        return
    evidence = analysis.data / papers.FOLDER
    location = Path(*inside).as_posix()
    target = evidence / location
    digest = papers.sha256(path, root)
    key = (filed["region_code"], filed["indicator"], filed["year"], filed["kind"])
    if (key, digest) in known:
        leave("known", other=known[key, digest])
        return
    if not target.parent.resolve().is_relative_to(evidence.resolve()):
        leave("outside")
        return
    if target.exists() and papers.sha256(target, evidence) != digest:
        leave("other_there")
        return
    if not target.exists():
        _copy(path, target)
    known[key, digest] = location
    lead = duties.leading(analysis, filed["region_code"], filed["indicator"])
    bureaus = ";".join(duties.bureau(analysis, filed["region_code"], name) for name in lead)
    taken.added.append(filed | {"title": title, "location": location, "department": bureaus, "date": ""})


class _Unknown(Exception):
    """A folder that names nothing the plan knows."""

    def __init__(self, key: str, **values: object):
        super().__init__(key)
        self.values = values


def _filed(analysis: Analysis, parts: tuple[str, ...]) -> dict:
    """Region, indicator, year and kind from the numbers at the head of the folders' names."""
    if len(parts) < 6 or not re.fullmatch(r"(19|20|21)\d\d", parts[0]):
        raise _Unknown("no_place")
    region = next((code for code in analysis.regions["code"] if _heads(parts[1], code)), None)
    if region is None:
        raise _Unknown("region", folder=parts[1])
    numbers = {_number(row): code for code, row in analysis.indicators.items()}
    label = next((label for label in sorted(numbers, key=len, reverse=True) if _heads(parts[3], label)), None)
    if label is None:
        raise _Unknown("item", folder=parts[3])
    indicator = _asked(analysis, region, label)
    if indicator is None:
        raise _Unknown("not_asked", folder=parts[3], region=analysis.name(region, "zh"))
    place = next((n for n in range(1, len(EVIDENCE_KINDS) + 1) if _heads(parts[4], str(n))), None)
    if place is None:
        raise _Unknown("kind", folder=parts[4])
    return {"region_code": region, "indicator": indicator, "year": int(parts[0]), "kind": EVIDENCE_KINDS[place - 1]}


def _number(record) -> str:
    return f"{int(record.number):02}{record.part}" if record.number else record.code


def _asked(analysis: Analysis, region: str, label: str) -> str | None:
    """The indicator of a number that a region is asked for; several measures share a number, one of them is asked."""
    rows = analysis.assessment
    rows = rows[(rows["region_code"] == region) & (rows["verdict"] != "not_applicable")]
    return next((code for code in rows["indicator"] if _number(analysis.indicators[code]) == label), None)


def _heads(name: str, head: str) -> bool:
    return name == head or name.startswith(f"{head}_")


def _hashes(analysis: Analysis) -> dict[tuple, str]:
    """Location of every registered file by region, indicator, year, kind and hash."""
    rows = analysis.evidence[analysis.evidence["sha256"] != ""]
    return {
        ((row.region_code, row.indicator, int(row.year), row.kind), row.sha256): row.location
        for row in rows.itertuples()
    }


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(source, beside)
        beside.rename(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class _Register:
    """`evidence.csv`, looked at before anything is copied and written to once, at the end."""

    def __init__(self, data: Path):
        self.path = data / "evidence.csv"
        self.content = self.path.read_bytes() if self.path.exists() else b""
        self.columns = self._header()

    def _header(self) -> list[str]:
        known = COLUMNS["evidence.csv"][0].split(",")
        if not self.content:
            return known
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NotTaken(in_both("ledger.register_encoding", file=self.path.name)) from None
        lines = [line for line in text.splitlines() if line.strip()]
        header = next(csv.reader(lines[:1])) if lines else []
        header = [name.strip() for name in header]
        if "location" not in header or set(header) - set(known):
            raise NotTaken(in_both("ledger.register_columns", file=self.path.name, columns=", ".join(known)))
        return header

    def append(self, rows: list[dict]) -> None:
        """Add rows below what is there, which stays byte for byte."""
        if not rows:
            return
        end = "\r\n" if b"\r\n" in self.content else "\n"
        text = io.StringIO()
        writer = csv.writer(text, lineterminator=end)
        if not self.content:
            writer.writerow(self.columns)
        writer.writerows([str(row[name]) for name in self.columns] for row in rows)
        between = end.encode() if self.content and not self.content.endswith((b"\n", b"\r")) else b""
        if self.path.exists() and self.path.read_bytes() != self.content:
            raise NotTaken(in_both("ledger.register_changed", file=self.path.name))
        files.write_whole(self.path, self.content + between + text.getvalue().encode("utf-8"))
