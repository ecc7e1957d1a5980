"""What a department has sent, taken in: previewed, compared with what is there, and landed with its cells as source.

Nothing received is ever written to: a copy goes to `received/`, the rows to a file of their own under `statistics/`.
What is unclear becomes a row of `mapping.csv`; once somebody has answered it there, it is known for this sender.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from ecoanalysis import catalog, units
from ecoanalysis.intake import files
from ecoanalysis.intake.columns import columns
from ecoanalysis.intake.folder import Raw, read
from ecoanalysis.intake.given import as_table, observed, with_observations
from ecoanalysis.intake.names import Names, folded
from ecoanalysis.intake.recognise import Fact, Question, Told, Understood, understand
from ecoanalysis.intake.sheets import received

MAPPING_COLUMNS = ["sender", "kind", "text", "code", "candidates", "file", "sheet", "cell", "cells"]
LANDED_COLUMNS = columns("statistics")[0]


@dataclass
class Delivery:
    """One file that was sent, and what became of it.

    Attributes
    ----------
    file, sender, sha256 : str
    refused : tuple or None
        (phrase, values) of why the file could not be read at all.
    sheets : list of Understood
        For every sheet how its columns were understood, its facts, questions and what was told.
    rows : DataFrame
        What it says, one row a number: region_code, year, variable, value, unit, status, source, note, vintage,
        received, sheet, cell.
    difference : DataFrame
        region_code, year, variable, before, value, unit (canonical), change: added, changed, same.
    landed : str
        The file under statistics/ that the rows went to; empty when none was written.
    """

    file: str
    sender: str
    sha256: str = ""
    refused: tuple[str, dict] | None = None
    told: list[tuple[str, dict]] = field(default_factory=list)
    sheets: list[Understood] = field(default_factory=list)
    rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LANDED_COLUMNS))
    difference: pd.DataFrame = field(default_factory=pd.DataFrame)
    conflicts: list[Told] = field(default_factory=list)
    landed: str = ""
    waiting: bool = False  # figures would change and nobody has said yes
    answered: list[tuple[Question, str]] = field(default_factory=list)  # by the call, not by mapping.csv

    @property
    def questions(self) -> list[Question]:
        """What is unclear, to be answered in mapping.csv."""
        return [question for sheet in self.sheets for question in sheet.questions]

    @property
    def numbers(self) -> int:
        """Cells with a number."""
        return sum(sheet.numbers for sheet in self.sheets)

    @property
    def complete(self) -> bool:
        """Whether every number was understood and has landed or was there already."""
        lost = sum(told.lost for sheet in self.sheets for told in sheet.told) + len(self.conflicts)
        return not (self.refused or self.questions or self.waiting or lost)

    def text(self, lang: str = "zh") -> str:
        """The preview and what became of it, line by line."""
        return "\n".join(_lines(self, lang))


def take_in(
    paths,
    data: Path | str,
    *,
    sender: str = "",
    status: str = "observed",
    source: str = "",
    vintage: str = "",
    accept: bool = False,
    write: bool = True,
    answers: dict | None = None,
) -> list[Delivery]:
    """Take files as people send them into a data folder.

    Parameters
    ----------
    paths : path or list of paths
        Workbooks and tables: .xlsx .xlsm .xls .ods .csv .txt .tsv.
    data : path
        The data folder; its regions.csv says which regions there are.
    sender : str, optional
        Who sent it; answers in mapping.csv are kept by sender. The file's name without digits when not given.
    status, source : str, optional
        Of every row that does not say its own; the source is the file's name when not given.
    vintage : ISO date, optional
        When the figures were received; today when not given. A later vintage goes before an earlier one.
    accept : bool
        Let figures that are there already be replaced by the new vintage. Without it a file that would change
        figures is previewed and waits.
    write : bool
        False previews only.
    answers : dict, optional
        As in `previewed`; they are kept in mapping.csv.

    Returns
    -------
    list of Delivery
        One a file. Files that cannot be read are told and change nothing; an error while writing leaves what was
        there before.

    Raises
    ------
    Refused
        `data` has no usable regions.csv, or the disk refuses (`phrase`, `values` say why).
    """
    data = Path(data)
    raw = read(data)
    if raw.regions.empty:
        raise files.Refused("no_regions", folder=str(data))
    paths = [paths] if isinstance(paths, (str, Path)) else list(paths)
    made = []
    for path in map(Path, paths):
        told = {"sender": sender, "status": status, "source": source, "vintage": vintage}
        delivery = previewed(path, raw, accept=accept, answers=answers, **told)
        if write:
            try:
                _write(delivery, path, data)
            except OSError as error:
                raise files.Refused("locked", reason=catalog.disk(error, "zh", "en")) from None
        made.append(delivery)
    return made


def previewed(
    path: Path | str,
    raw: Raw,
    *,
    sender: str = "",
    status: str = "observed",
    source: str = "",
    vintage: str = "",
    accept: bool = False,
    answers: dict | None = None,
) -> Delivery:
    """What a file would bring to raw data; nothing is written.

    Parameters
    ----------
    path, sender, status, source, vintage, accept
        As in `take_in`.
    answers : dict, optional
        Answers to questions of this file, by the text that was asked about, or by (kind, text): a code, a unit, a
        year, yes or no, `-` to leave it out.

    Returns
    -------
    Delivery
        An answer to what was not asked is told in `told`.
    """
    path = Path(path)
    known = (path, raw, sender or sender_of(path), status, source, vintage or str(date.today()))
    delivery = _delivery(*known, {})
    if answers:
        keyed = {(key if isinstance(key, tuple) else (None, key)): str(code) for key, code in answers.items()}
        fitting = [
            (question, keyed.get((question.kind, question.text)) or keyed.get((None, question.text)))
            for question in delivery.questions
        ]
        asked = {(question.kind, question.text) for question in delivery.questions}
        strange = [text for kind, text in keyed if not any(text == t and kind in (None, k) for k, t in asked)]
        delivery = _delivery(*known, {(q.kind, q.text): code for q, code in fitting if code})
        delivery.answered = [(question, code) for question, code in fitting if code]
        delivery.told += [("not_asked", {"text": text}) for text in strange]
    delivery.waiting = _changes(delivery) and not accept
    return delivery


def laid_in(delivery: Delivery, raw: Raw) -> Raw:
    """The raw data with what a delivery brings, as the next reading would give them had it landed; the disk is left."""
    new = _new(delivery)
    if delivery.refused or not new.any():
        return raw
    rows = delivery.rows[new.to_numpy()]
    received_as = dict.fromkeys(rows["received"], delivery.sha256)
    table, _ = observed(as_table(_texts(rows), LANDED_COLUMNS), raw, _target(delivery), received_as, _records(raw))
    return with_observations(raw, table)


def sender_of(path: Path) -> str:
    """A name for the sender from the file's name, the same next year: digits, dates and 修订 taken out.

    >>> sender_of(Path("甘谷县2022年报送表（修订2）.xlsx"))
    '甘谷县报送表'
    """
    stem = re.sub(r"[（(][^（）()]*[)）]", "", path.stem)
    stem = re.sub(r"(?:19|20)?\d{2,}年?度?|\d+|修订|最新|终稿|定稿|副本|copy", "", stem, flags=re.IGNORECASE)
    return re.sub(r"[\s_\-—.]+", "", stem) or "sender"


def _delivery(
    path: Path, raw: Raw, sender: str, status: str, source: str, vintage: str, answered: dict[tuple[str, str], str]
) -> Delivery:
    delivery = Delivery(path.name, sender)
    try:
        book = received(path)
    except files.Refused as refused:
        phrase = "not_there" if refused.phrase == "no_file" else refused.phrase
        delivery.refused = (phrase, refused.values)
        return delivery
    delivery.sha256 = hashlib.sha256(book.content).hexdigest()
    delivery.told = book.told
    settled, aliases = answers_of(_mapping(raw.folder), sender)
    here = [{"sender": "", "kind": kind, "text": text, "code": code} for (kind, text), code in answered.items()]
    settled_here, aliases_here = answers_of(here, sender)
    settled, aliases = settled | settled_here, aliases | aliases_here
    records = _records(raw)
    names = Names(raw.regions, records, _own_aliases(raw.folder) | aliases)
    delivery.sheets = [understand(sheet, names, settled) for sheet in book.sheets]
    facts = [fact for sheet in delivery.sheets for fact in sheet.facts]
    facts, delivery.conflicts = _one_each(facts, records)
    received_name = f"received/{delivery.sha256[:8]}/{path.name}"
    rows = [
        [fact.region, fact.year, fact.variable, fact.value, fact.unit, fact.status or status]
        + [fact.source or source or path.name, fact.note, vintage, received_name, fact.sheet, fact.spot]
        for fact in facts
    ]
    delivery.rows = pd.DataFrame(rows, columns=LANDED_COLUMNS)
    delivery.difference = difference(delivery.rows, raw.observations, records)
    return delivery


def _records(raw: Raw) -> dict:
    tables = raw.tables
    return tables.variables | {code: row for code, row in tables.indicators.items() if row.kind != "checklist"}


def _own_aliases(data: Path) -> dict[str, str]:
    path = data / "aliases.csv"
    return {row["name"]: row["code"] for row in catalog.rows(path)} if path.exists() else {}


def _one_each(facts: list[Fact], records: dict) -> tuple[list[Fact], list[Told]]:
    """Facts without those that contradict another of the same file; an equal one is kept once."""
    by_key: dict[tuple, list[Fact]] = {}
    for fact in facts:
        by_key.setdefault((fact.region, fact.year, fact.variable), []).append(fact)
    kept, told = [], []
    for (region, year, variable), alike in by_key.items():
        values = {f"{f.value * units.factor(f.unit, records[variable].unit):.9g}" for f in alike}
        if len(values) == 1:
            kept.append(alike[0])
            continue
        spots = ", ".join(f"{f.sheet}!{f.spot}" if f.sheet else f.spot for f in alike)
        facts_told = {"region": region, "year": year, "variable": variable, "spots": spots}
        told.append(Told("contradicts_itself", alike[0].sheet, alike[0].spot, facts_told, len(alike)))
    return kept, told


def difference(rows: pd.DataFrame, observations: pd.DataFrame, records: dict | None = None) -> pd.DataFrame:
    """What new rows would do to the observations that are there.

    Returns
    -------
    DataFrame
        region_code, year, variable, before, value, unit, change, by_status: added, changed or same; values in
        canonical units, `before` NaN where nothing was there. A demo row that gives way counts as added.
    """
    records = records or catalog.variables() | catalog.indicators()
    key = ["region_code", "year", "variable"]
    there = observations.astype({"region_code": str, "variable": str}).set_index(key)[["value", "status"]]
    before, status = there["value"].to_dict(), there["status"].astype(str).to_dict()
    made = []
    for row in rows.to_dict("records"):
        record = records[row["variable"]]
        value = row["value"] * units.factor(row["unit"], record.unit)
        cell = (row["region_code"], int(row["year"]), row["variable"])
        old = before.get(cell)
        if old is None or (status[cell] == "demo" and row["status"] != "demo"):
            change = "added"
        else:
            change = "same" if abs(old - value) <= 1e-9 * max(abs(old), abs(value)) else "changed"
        made.append([*cell, old, value, record.unit, change, row["sheet"], row["cell"]])
    return pd.DataFrame(made, columns=[*key, "before", "value", "unit", "change", "sheet", "cell"])


def _changes(delivery: Delivery) -> bool:
    return bool(len(delivery.difference)) and bool((delivery.difference["change"] == "changed").any())


# ------------------------------------------------------------------ mapping.csv


def answers_of(rows: list[dict], sender: str) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """What rows of mapping.csv have settled for a sender: answers by (kind, text), aliases of variables and regions."""
    settled, aliases = {}, {}
    for row in rows:
        if row["sender"] not in ("", "*", sender) or not row["code"]:
            continue
        settled[row["kind"], folded(row["text"])] = row["code"]
        if row["kind"] in ("variable", "region") and row["code"] != "-":
            aliases[row["text"]] = row["code"]
    return settled, aliases


def _mapping(data: Path) -> list[dict[str, str]]:
    path = Path(data) / "mapping.csv"
    if not path.exists():
        return []
    text = files.text(path, Path(data)).content.decode("utf-8")
    rows = [
        {key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))
    ]
    return [dict.fromkeys(MAPPING_COLUMNS, "") | row for row in rows]


def _ask(delivery: Delivery, data: Path) -> None:
    """Add open questions to mapping.csv, and answers of the call; an answer that is there already stays as it is."""
    answered = {(delivery.sender, q.kind, folded(q.text)): code for q, code in delivery.answered}
    rows = [
        row
        for row in _mapping(data)
        if row["code"] or (row["sender"], row["kind"], folded(row["text"])) not in answered
    ]
    there = {(row["sender"], row["kind"], folded(row["text"])) for row in rows}
    added = []
    for question in [*(question for question, _ in delivery.answered), *delivery.questions]:
        key = (delivery.sender, question.kind, folded(question.text))
        if key in there:
            continue
        there.add(key)
        added.append(
            dict(
                zip(
                    MAPPING_COLUMNS,
                    [
                        delivery.sender,
                        question.kind,
                        question.text,
                        answered.get(key, ""),
                        " ".join(question.candidates),
                        delivery.file,
                        question.sheet,
                        question.spot,
                        str(question.cells),
                    ],
                    strict=True,
                )
            )  # fmt: skip
        )
    if added:
        files.write_whole(Path(data) / "mapping.csv", b"\xef\xbb\xbf" + as_table(rows + added, MAPPING_COLUMNS))


# ------------------------------------------------------------------ landing


def _write(delivery: Delivery, path: Path, data: Path) -> None:
    """Land the rows; the original first, so that no row points at a file that is not there."""
    if delivery.refused:
        return
    _ask(delivery, data)
    new = _new(delivery)
    if delivery.waiting or not new.any():
        return
    rows = delivery.rows[new.to_numpy()]
    original = data / str(rows["received"].iloc[0])
    if not original.exists():
        files.write_whole(original, path.read_bytes())
    target = data / _target(delivery)
    earlier = []
    if target.exists():  # the same file once more, after an answer in mapping.csv: its other rows stay
        earlier = catalog.rows(target)
        keys = {(str(r.region_code), str(r.year), r.variable) for r in rows.itertuples()}
        earlier = [row for row in earlier if (row["region_code"], row["year"], row["variable"]) not in keys]
    files.write_whole(target, as_table(earlier + _texts(rows), LANDED_COLUMNS))
    delivery.landed = target.relative_to(data).as_posix()


def _new(delivery: Delivery) -> pd.Series:
    """Which rows of a delivery are not there yet, or are there with another figure."""
    return delivery.difference["change"].isin(["added", "changed"]) if len(delivery.rows) else pd.Series(dtype=bool)


def _texts(rows: pd.DataFrame) -> list[dict]:
    return [row | {"value": f"{row['value']:.15g}"} for row in rows.to_dict("records")]


def _target(delivery: Delivery) -> str:
    """The file that the rows of a delivery land in, by its name in the data folder."""
    return f"statistics/{_file_name(delivery.sender)}_{delivery.sha256[:8]}.csv"


def _file_name(sender: str) -> str:
    return re.sub(r'[/\\:*?"<>|\x00-\x1f\s.]', "_", sender)[:40] or "sender"


# ------------------------------------------------------------------ words


def _lines(delivery: Delivery, lang: str):
    def say(key, **values):
        return catalog.phrase(f"intake.{key}", lang, **values)

    if delivery.refused:
        phrase, values = delivery.refused
        yield f"{delivery.file} {catalog.phrase(f'problem.{phrase}', lang, **values)}"
        return
    yield say("file", file=delivery.file, sender=delivery.sender, sheets=len(delivery.sheets))
    for phrase, values in delivery.told:
        yield f"  {say(phrase, **values)}"
    for sheet in delivery.sheets:
        counts = {"numbers": sheet.numbers, "facts": len(sheet.facts), "totals": len(sheet.totals)}
        yield f"  {say('sheet', sheet=sheet.sheet or '—', missing=sheet.missing, **counts)}"
        for column, header, understood, examples in sheet.columns:
            yield f"    {say('column', column=column, header=header, understood=_role(understood, lang), examples=examples)}"
        for told in _gathered(sheet.told):
            where = f"{told.sheet}!{told.spot} " if told.spot and told.sheet else f"{told.spot} "
            yield f"    {where}{say('told.' + told.phrase, **told.values)}".rstrip()
    for told in delivery.conflicts:
        yield f"  {say('told.' + told.phrase, **told.values)}"
    changes = delivery.difference["change"].value_counts() if len(delivery.difference) else {}
    yield say("difference", **{name: int(changes.get(name, 0)) for name in ("added", "changed", "same")})
    if len(delivery.difference):
        for row in delivery.difference[delivery.difference["change"] == "changed"].head(20).to_dict("records"):
            numbers = {"before": f"{row['before']:.10g}", "value": f"{row['value']:.10g}", "unit": row["unit"]}
            facts = {name: row[name] for name in ("region_code", "year", "variable", "sheet", "cell")}
            yield f"  {say('changed', **facts, **numbers)}"
    for question in delivery.questions:
        near = ", ".join(question.candidates) or "—"
        facts = {"kind": say(f"kind.{question.kind}"), "text": question.text, "cells": question.cells}
        spot = f"{question.sheet}!{question.spot}" if question.sheet else f"{delivery.file}:{question.spot}"
        yield say("question", spot=spot, near=near, **facts)
    if delivery.questions:
        yield say("answer")
    if delivery.waiting:
        yield say("waiting")
    elif delivery.landed:
        yield say("landed", file=delivery.landed)


def _role(understood: str, lang: str) -> str:
    role, _, rest = understood.partition(" ")
    return f"{catalog.phrase(f'intake.role.{role}', lang)} {rest}".strip()


def _gathered(told: list[Told]) -> list[Told]:
    """The same thing about several cells as one line that names the cells."""
    from dataclasses import replace

    groups: dict[tuple, list[Told]] = {}
    for one in told:
        groups.setdefault((one.phrase, repr(one.values) if one.phrase != "footnote" else ""), []).append(one)
    return [
        replace(alike[0], spot=", ".join([t.spot for t in alike[:8] if t.spot] + (["…"] if len(alike) > 8 else [])))
        for alike in groups.values()
    ]
