"""A data folder read and checked in one pass; every file in it is accounted for."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.intake import departments, files, papers, plan, plausibility, projects, statistics
from ecoanalysis.intake.cells import Desk
from ecoanalysis.intake.columns import COLUMNS, OBSERVATION_COLUMNS
from ecoanalysis.intake.layout import records
from ecoanalysis.intake.plausibility import Suspicion
from ecoanalysis.intake.problems import Account, Problem, collapsed

NEEDED = ("regions.csv", "targets.csv")
OWN_TABLES = ("coefficients.csv", "thresholds.csv")
READ_ELSEWHERE = ("indicators.csv", "variables.csv", "mapping.csv")  # by the catalogue and by `intake`
BOUNDARIES = "boundaries.geojson"  # borders that a user brought for the map
SENT_AS = {".xlsx", ".xlsm", ".xls", ".ods", ".et", ".txt", ".tsv", ".xlsb"}


@dataclass(frozen=True)
class Raw:
    """What a data folder holds, checked: the good rows as tables, the bad ones as problems.

    Attributes
    ----------
    regions, observations, targets, evidence, projects, milestones, references, names : DataFrame
        Observations are in the canonical unit of their variable and carry file, sheet, cell and hash. Words that
        repeat are categories.
    problems : list of Problem
        What stops a run; problems of regions.csv come first.
    suspicions : list of Suspicion
        What is possible and not plausible; the acknowledged ones among them.
    files : list of Account
        Every file of the folder: read, refused or ignored, and where its rows went.
    revisions : DataFrame
        Figures that a later vintage has replaced: region_code, year, variable, before, value, unit, vintage_before,
        vintage, id_before, id.
    first_given : DataFrame
        Of every figure in `revisions` the row of its first vintage, with the columns of observations.
    vintage : str
        The latest vintage among the observations (ISO date); empty when none is given.
    vintages : dict
        How many values the folder holds of each vintage, replaced ones and later ones than asked for among them; under
        an empty text those without a date.
    known_on : str
        The day that `read` was asked for; empty when everything counts.
    hashes : dict
        SHA-256 of every table, by its name in the folder.
    tables : Catalog
        Indicators, variables and what standards fix: the shipped rows and the folder's own.
    """

    folder: Path
    tables: catalog.Catalog
    regions: pd.DataFrame
    observations: pd.DataFrame
    targets: pd.DataFrame
    evidence: pd.DataFrame
    projects: pd.DataFrame
    problems: list[Problem]
    hashes: dict[str, str]
    milestones: pd.DataFrame = field(default_factory=pd.DataFrame)
    references: pd.DataFrame = field(default_factory=pd.DataFrame)
    names: pd.DataFrame = field(default_factory=pd.DataFrame)
    acknowledged: pd.DataFrame = field(default_factory=pd.DataFrame)
    rules: pd.DataFrame | None = None
    files: list[Account] = field(default_factory=list)
    revisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    first_given: pd.DataFrame = field(default_factory=pd.DataFrame)
    vintage: str = ""
    vintages: dict[str, int] = field(default_factory=dict)
    known_on: str = ""

    def as_first_given(self) -> Raw:
        """The same data with every revised figure as it was first given, and everything else as it is."""
        if self.first_given.empty:
            return self
        key = ["region_code", "year", "variable"]
        revised, all_ = (
            pd.MultiIndex.from_frame(rows[key].astype({"region_code": str, "variable": str}))
            for rows in (self.first_given, self.observations)
        )
        kept = self.observations[~all_.isin(revised)]
        return replace(self, observations=statistics.joined([kept, self.first_given]).reset_index(drop=True))

    @cached_property
    def suspicions(self) -> list[Suspicion]:
        """What is possible and not plausible, reckoned when it is first asked for; the acknowledged ones among them."""
        rules = plausibility.rules(self.rules)
        return plausibility.suspicions(self.observations, self.regions, self.targets, self.acknowledged, rules)


def read(folder: Path | str, *, vintage: str = "") -> Raw:
    """Read and check a data folder.

    Parameters
    ----------
    folder : path
        The folder that holds `regions.csv`; statistics are the `.csv` files under `statistics/`.
    vintage : ISO date, optional
        Use no statistics that came later: the figures as they were known on that day. Rows without a vintage were
        always there; the other tables (targets, papers, projects) have no vintage and stay as they are.

    Returns
    -------
    Raw
        Observations are in the canonical unit of their variable; a row without a value is left out, as missing.
        An observed or estimated value takes the place of a demo row of the same region, year and variable, and a
        later vintage that of an earlier one.
    """
    return _Folder(Path(folder)).read(vintage)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a data folder that documents are made of: tables, own rules, papers and the map's borders."""
    folder = Path(folder)
    named = [folder / name for name in (*COLUMNS, *READ_ELSEWHERE) if name.endswith(".csv")]
    hashes = {}
    for path in [*named, folder / BOUNDARIES, *_statistics(folder)]:
        with contextlib.suppress(files.Refused):  # what cannot be opened is reported by `read`
            hashes[path.relative_to(folder).as_posix()] = hashlib.sha256(files.content(path, folder)).hexdigest()
    for path in folder.glob("*.py"):  # own formulas
        with contextlib.suppress(OSError):
            hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    root = folder / papers.FOLDER
    hashes |= {name: papers.sha256(folder / name, root) for name in papers.lying(folder)}
    return hashes


def _all_files(folder: Path) -> list[Path]:
    """Everything under a folder that is not itself a folder, links not followed."""
    paths = []
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        tables = [name for name in folders if name.casefold().endswith(".csv")]
        paths += [Path(directory) / name for name in (*names, *tables)]
        folders[:] = [name for name in folders if name not in tables]
    return sorted(paths)


def _hidden(path: Path) -> bool:
    return path.name.startswith((".", "~"))


def _statistics(folder: Path) -> list[Path]:
    return [
        path for path in _all_files(folder / "statistics") if path.suffix.casefold() == ".csv" and not _hidden(path)
    ]


class _Folder:
    """One pass over a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.problems: list[Problem] = []
        self.accounts: dict[str, Account] = {}
        self.hashes: dict[str, str] = {}

    def name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def read(self, vintage: str) -> Raw:
        regions, refused = self.table("regions.csv", plan.regions)
        codes = tuple(regions["code"])
        tables = self.catalog()
        indicators, variables = tables.indicators, tables.variables
        reported = {code: row for code, row in indicators.items() if row.kind != "checklist"}
        book = statistics.Book(codes, refused, variables | reported)
        observations, history = self.observations(book, vintage)
        targets = self.table("targets.csv", plan.targets, codes, indicators)
        named = departments.named_in(targets)
        raw = dict(
            folder=self.folder,
            tables=tables,
            regions=regions,
            observations=observations[OBSERVATION_COLUMNS],
            targets=targets,
            evidence=self.table("evidence.csv", plan.evidence, codes, indicators, named, self.folder),
            projects=self.table(
                "projects.csv", projects.projects, projects.Ground(tables, regions, observations, targets)
            ),
            milestones=self.table("milestones.csv", plan.milestones),
            references=self.table("references.csv", plan.references, book.records),
            names=self.table("names.csv", plan.names),
            vintage=_latest(observations),
            known_on=vintage,
            **history,
        )
        acknowledged = self.table("acknowledged.csv", plan.acknowledged)
        self.table("coefficients.csv", plan.coefficients)
        self.table("thresholds.csv", plan.thresholds, indicators)
        rules = self.table("rules.csv", plan.rules, plausibility.KINDS)
        self.account_for_the_rest()
        return Raw(
            **raw,
            acknowledged=acknowledged,
            rules=rules,
            problems=collapsed(self.problems),
            files=[self.accounts[name] for name in sorted(self.accounts)],
            hashes=dict(sorted(self.hashes.items())),
        )

    # ------------------------------------------------------------------ files

    def text(self, name: str, desk: Desk) -> files.Text | None:
        """A table's text; None when it cannot be had, which is told."""
        try:
            text = files.text(self.folder / name, self.folder)
        except files.Refused as refused:
            desk.report(refused.row, refused.phrase, **refused.values)
            self.accounts[name] = Account(name, "refused", "refused")
            return None
        for phrase, row in text.told:
            desk.report(row, phrase)
        self.hashes[name] = text.sha256
        return text

    def table(self, name: str, check, *known):
        """A small table through its check; an optional one that is not there is empty."""
        desk = Desk(name)
        there = (self.folder / name).exists() or (self.folder / name).is_symlink()
        rows = []
        if there or name in NEEDED:
            text = self.text(name, desk)
            if text is not None:
                rows = records(text.content, name, desk)
                opened = True
            else:
                opened = False
            if not opened and name == "targets.csv":
                told = list(desk.problems)
                made = check(rows, *known, desk)
                desk.problems = told  # that an unread table is empty goes without saying
                self.problems += told
                return made
        made = check(rows, *known, desk)
        self.problems += desk.problems
        if there and name not in self.accounts:
            told = len({p.row for p in desk.problems if p.row and p.row > 1})
            self.accounts[name] = Account(
                name, "read", "read", rows=len(rows), kept=max(len(rows) - told, 0), told=min(told, len(rows))
            )
        return made

    def catalog(self) -> catalog.Catalog:
        """The shipped tables and the folder's own; shipped alone when one of its own cannot be read, which is told."""
        for name in ("indicators.csv", "variables.csv", "aliases.csv"):
            if not (self.folder / name).exists():
                continue
            desk = Desk(name)
            text = self.text(name, desk)
            self.problems += desk.problems
            if text is not None:
                rows = max(text.content.count(b"\n") - 1, 0)
                self.accounts[name] = Account(name, "read", "own", rows=rows, kept=rows)
        try:
            tables = catalog.read(self.folder)
        except (OSError, ValueError, csv.Error):  # told already, or by the check of the table itself
            return catalog.read()
        for code in tables.own:
            name = tables.indicators[code].formula.partition(":")[0]
            if name.endswith(".py") and (self.folder / name).is_file():
                self.hashes[name] = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                self.accounts[name] = Account(name, "read", "own_formula")
        for fault in tables.faults:
            if fault.file in ("indicators.csv", "variables.csv"):
                self.problems.append(Problem(fault.file, fault.row, fault.phrase, fault.values))
        return tables

    # ------------------------------------------------------------------ statistics

    def observations(self, book: statistics.Book, vintage: str) -> tuple[pd.DataFrame, dict]:
        """The rows in use, and of `Raw` what says how they came to be: revisions, first_given, vintages."""
        frames, counts = [], {}
        paths = _statistics(self.folder)
        if not paths:
            self.problems.append(Problem("statistics/", None, "no_statistics"))
        for path in paths:
            name = self.name(path)
            desk = Desk(name)
            text = self.text(name, desk)
            made = statistics.table(text, book, desk) if text is not None else None
            self.problems += desk.problems
            if made is None:
                self.accounts[name] = Account(name, "refused", "refused")
                continue
            counts[name] = made
            if len(made.rows):
                frames.append(statistics.traced(made, name, text.sha256, self.received_hashes(made.rows)))
        if not frames:
            self.count(counts, {}, {}, {})
            return statistics.empty_rows(), {"revisions": pd.DataFrame(columns=statistics.REVISION_COLUMNS)}
        table = statistics.joined(frames)
        vintages = table["vintage"].value_counts()
        vintages = {str(day): int(count) for day, count in vintages[vintages > 0].sort_index().items()}
        later = {}
        if vintage:
            after = table["vintage"].astype(str) > vintage
            later = table.loc[after, "table"].astype(str).value_counts().to_dict()
            table = table[~after]
        one = statistics.unique(table)
        for file, row, facts in one.contradictions:
            self.problems.append(Problem(file, row, "contradiction", facts))
        self.count(counts, one.replaced, one.told, later)
        first = one.first_given.reindex(columns=OBSERVATION_COLUMNS).reset_index(drop=True)
        return one.rows.reset_index(drop=True), {
            "revisions": one.revisions,
            "first_given": first,
            "vintages": vintages,
        }

    def received_hashes(self, rows: pd.DataFrame) -> dict[str, str]:
        """Hashes of the workbooks that rows were taken from."""
        if "received" not in rows:
            return {}
        for name in set(rows["received"].astype(str)) - {"", *self.hashes}:
            with contextlib.suppress(files.Refused):
                self.hashes[name] = hashlib.sha256(files.content(self.folder / name, self.folder)).hexdigest()
        return self.hashes

    def count(self, counts: dict, replaced: dict, told: dict, later: dict) -> None:
        for name, made in counts.items():
            away = replaced.get(name, 0) + later.get(name, 0)
            kept = len(made.rows) - away - told.get(name, 0)
            self.accounts[name] = Account(
                name, "read", "read", made.read, kept, made.empty, away, made.told + told.get(name, 0)
            )

    # ------------------------------------------------------------------ the rest

    def account_for_the_rest(self) -> None:
        """Say of every other file why it is not read; what looks like data in the wrong form is a problem."""
        received = {name for name in self.hashes if name.startswith("received/")}
        lying = set(papers.lying(self.folder))
        self.hashes |= {name: papers.sha256(self.folder / name, self.folder / papers.FOLDER) for name in lying}
        for path in _all_files(self.folder):
            name = self.name(path)
            if name in self.accounts:
                continue
            suffix = path.suffix.casefold()
            if name in received:
                self.accounts[name] = Account(name, "read", "received")
            elif name in lying:
                self.accounts[name] = Account(name, "read", "paper")
            elif path.name.startswith("~$"):
                self.accounts[name] = Account(name, "ignored", "lock")
            elif _hidden(path):
                self.accounts[name] = Account(name, "ignored", "hidden")
            elif name.startswith("statistics/") and suffix in SENT_AS:
                self.accounts[name] = Account(name, "refused", "refused")
                self.problems.append(Problem(name, None, "take_in", {"file": name}))
            elif name in READ_ELSEWHERE:
                self.accounts[name] = Account(name, "read", "own")
            elif name.casefold() in COLUMNS and name not in COLUMNS:
                self.accounts[name] = Account(name, "refused", "refused")
                self.problems.append(Problem(name, None, "spelt", {"right": name.casefold()}))
            elif "/" not in name and suffix in (".csv", *SENT_AS):
                self.accounts[name] = Account(name, "refused", "refused")
                tables = ", ".join(table for table in COLUMNS if table.endswith(".csv"))
                self.problems.append(Problem(name, None, "unknown_table", {"tables": tables}))
            else:
                self.accounts[name] = Account(name, "ignored", "other")


def _latest(observations: pd.DataFrame) -> str:
    if "vintage" not in observations or not len(observations):
        return ""
    vintages = observations["vintage"]
    if isinstance(vintages.dtype, pd.CategoricalDtype):
        vintages = vintages.cat.remove_unused_categories().cat.categories
    return max(map(str, vintages))
