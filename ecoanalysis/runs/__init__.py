"""A notebook for every region, then the documents of all: the main job.

A run is built aside and published as a whole (`directory`), by forked workers (`warm`, `workers`) that execute one
notebook each (`notebook`, `pages`). What has not changed since the last run is taken from it, region by region.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import ecoanalysis as eco
from ecoanalysis import words
from ecoanalysis.catalog import phrase
from ecoanalysis.export import beside, languages, replacing
from ecoanalysis.runs.directory import (
    CODE,
    MANIFEST,
    Directory,
    Refused,
    check_room,
    fingerprints,
    folder_name,
    is_whole,
    manifest_of,
)
from ecoanalysis.runs.notebook import RECORD, Job, Outcome, check_parameters, keep_record, kept_outcome, last_line
from ecoanalysis.runs.progress import Progress, digest, reasons
from ecoanalysis.runs.workers import pool, warming

__all__ = ["NOTEBOOKS", "PROCESSED", "Interrupted", "Job", "Outcome", "Refused", "Report", "run", "track_record"]

PACKAGE = Path(__file__).resolve().parents[1]
# Inside the package where it was installed, beside it in a source tree.
NOTEBOOKS = next(path for path in (PACKAGE / "notebooks", PACKAGE.parent / "notebooks") if path.is_dir())
REGION_NOTEBOOK, OVERVIEW_NOTEBOOK = "county_report", "city_overview"
RECORD_NOTEBOOK = "track_record"
STATEMENTS = "statements.csv"
PROCESSED = Path("data/processed")
PREPARED = "analysis"  # the saved analysis in the run's folder, so that a delivered notebook runs again by itself
ROOM, ROOM_A_REGION = 50_000_000, 15_000_000  # bytes that must be free; pictures come three times
LIMIT = 600.0  # seconds for a notebook


class Interrupted(KeyboardInterrupt):
    """The run was stopped by its user; `kept` regions are finished and wait for the next run."""

    def __init__(self, kept: int, total: int):
        self.kept, self.total = kept, total
        super().__init__()


@dataclass(frozen=True)
class Report:
    """What a run did: where it lies, every region's outcome, the common documents', and what it has to say."""

    folder: Path
    outcomes: list[Outcome]
    documents: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0
    unchanged: bool = False

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in [*self.outcomes, *self.documents] if outcome.state != "done"]


def run(
    data: Path | str = "data/raw",
    out: Path | str = "reports",
    *,
    regions: list[str] | None = None,
    as_of: int | None = None,
    lang: str = "zh",
    scenario: str = "trend",
    skip_bad_rows: bool = False,
    tables: Path | None = None,
    charts: bool = False,
    template: Path | str | None = None,
    jobs: int | None = None,
    cluster: str = "",
    limit: float = LIMIT,
    say: Callable[[str], None] = print,
) -> Report:
    """Run every region's notebook and write all documents into `out/<as_of>/`.

    Parameters
    ----------
    data, out : path
        Data folder, and the folder that takes the reports.
    regions : list of str, optional
        Codes to run; all by default. Other regions are taken from the last run where nothing has changed for them,
        and left out otherwise: then the documents of all regions speak of those that are there, and say so.
    as_of, scenario, skip_bad_rows
        As in the analysis; a scenario's run goes into `out/<as_of>_<scenario>/`.
    lang : str
        zh, en or both.
    tables : path, optional
        Folder for the made tables; `out/<as_of>/tables` by default.
    charts : bool
        Also every chart of every region as PNG at 300 dots an inch and as SVG, in `out/<as_of>/charts/`.
    template : path, optional
        A bureau's own `.pptx`: layouts, theme, fonts and size of the briefing decks are taken from it.
    jobs : int, optional
        Workers at a time; the machine's cores by default.
    cluster : str
        Workers of dask.distributed: `local`, or a scheduler's address.
    limit : float
        Wall-clock time for a notebook. [s]
    say : callable
        Takes lines for the user.

    Raises
    ------
    Refused
        Nothing has been started: unknown region or parameter, no time or worker, a folder that cannot be written or is in use.
    work.BadData
        The data folder has problems.
    NoDeck
        The template is no presentation; nothing has been started.
    Interrupted
        Ctrl-C or SIGTERM; the earlier run is untouched.
    """
    started = time.monotonic()
    data, out, language = Path(data).absolute(), Path(out).absolute(), languages(lang)[0]
    jobs = workers_for(jobs)
    if not 1 <= limit < math.inf:  # nor no number
        raise Refused("limit", limit=f"{limit:g}")
    to_do = not any(out.glob(f"[0-9]*/{MANIFEST}"))  # for certain
    with warming(cluster) if to_do else contextlib.nullcontext() as warm:
        from ecoanalysis.runs import notebook, work

        asked = {
            "regions": sorted(regions or []),
            "as_of": as_of,
            "lang": lang,
            "scenario": scenario,
            "scenario_file": work.scenario_hash(data, scenario),
            "skip_bad_rows": skip_bad_rows,
            "tables": bool(tables),  # beside the run, not in it
            "charts": charts,
            "beside": beside(out),  # linked by the index
            "template": work.check_template(Path(template), language) if template else "",
        }
        record = kept_record(out, data)
        asked["own_record"] = hashlib.sha256(record.read_bytes()).hexdigest() if record else ""
        inputs = _inputs(work, data, asked)
        if inputs and (earlier := _unchanged(out, inputs, tables)):
            say(phrase("run.unchanged", language, folder=earlier.folder))
            return replace(earlier, seconds=time.monotonic() - started)
        check_room(out, ROOM)
        with _stoppable(), pool(jobs, cluster, warm) as workers:
            notebooks = {
                "notebooks": [str(NOTEBOOKS / f"{name}.ipynb") for name in (REGION_NOTEBOOK, OVERVIEW_NOTEBOOK)]
            }
            declared = workers.submit("ecoanalysis.runs.notebook:declared", notebooks)  # there papermill is at hand
            analysis = work.analyse(data, as_of, scenario=scenario, skip_bad_rows=skip_bad_rows, workers=workers)
            if record:
                analysis.track_record(record)
            try:
                kinds = declared.result()
            except RuntimeError:  # a worker that was lost
                kinds = notebook.declared(**notebooks)
            plan = _plan(work, analysis, data, out, asked, kinds)
            check_room(out, ROOM + ROOM_A_REGION * len(plan) * len(languages(lang)))
            with Directory(out, work.folder_name(analysis)) as directory:
                making = _Making(work, analysis, directory, asked, inputs, plan, limit, template and Path(template))
                say(phrase("run.start", language, **analysis.counts | {"regions": len(making.jobs)}))
                try:
                    report, kept = making.make(workers, tables)
                except KeyboardInterrupt:
                    with contextlib.suppress(ValueError):  # a second Ctrl-C must not break the ending
                        signal.signal(signal.SIGINT, signal.SIG_IGN)
                    workers.stop()
                    with contextlib.suppress(OSError):
                        making.note("interrupted")
                    raise Interrupted(len(making.outcomes), len(making.jobs)) from None
        if kept:
            say(phrase("run.kept", language, folder=kept))
        report = replace(report, seconds=time.monotonic() - started)
        for line in [*reasons(report.outcomes, language), digest(report.outcomes, report.seconds, language)]:
            say(line)
        return report


def track_record(data: Path | str, out: Path | str, lang: str = "zh", *, skip_bad_rows: bool = False) -> Outcome:
    """Replay every earlier year on the user's own data: `out/track_record/` takes the notebook, page and statements,
    and `replay.html` (with its table): what the plan's self-check would have said, and what came.

    Raises
    ------
    Refused
        The folder cannot be written or is in use.
    work.BadData
        The data folder has problems and `skip_bad_rows` is not set.
    """
    from ecoanalysis import intake
    from ecoanalysis.runs import notebook, pages, work

    data, out = Path(data).absolute(), Path(out).absolute()
    raw = intake.read(data)
    if raw.problems and not (skip_bad_rows and len(raw.regions)):
        raise work.BadData(raw.problems)
    check_room(out, ROOM)
    parameters = {
        "lang": languages(lang)[0],
        "data": _told(data, out),
        "out": ".",
        "skip_bad_rows": skip_bad_rows,
    }
    source = NOTEBOOKS / f"{RECORD_NOTEBOOK}.ipynb"
    check_parameters(source, parameters, notebook.declared([str(source)])[RECORD_NOTEBOOK])
    with Directory(out, RECORD_NOTEBOOK) as directory:
        # The replay reads the data anew each year, so it needs their real place; the delivered copy names it shortly.
        job = Job("", RECORD_NOTEBOOK, RECORD_NOTEBOOK, "made", parameters | {"data": str(data)})
        outcome = Outcome(**notebook.execute(asdict(job), str(directory.building), str(source)))
        made = directory.building / "made"
        executed = made / f"{RECORD_NOTEBOOK}.ipynb"
        notebook.rename_parameters(executed, parameters)
        if (page := executed.with_suffix(".html")).exists():
            pages.write_page(executed, page, parameters)
        for path in made.iterdir():
            if path.name != RECORD:
                path.replace(directory.building / path.name)
        shutil.rmtree(made)
        work.write_replay(raw, directory.building / "replay.html", lang)
        outcome = replace(outcome, folder=RECORD_NOTEBOOK, parameters=parameters)
        manifest = {"state": outcome.state, "as_of": None, "regions": [asdict(outcome)]}
        manifest |= {"version": eco.__version__, "hashes": work.input_hashes(data)}
        _write_manifest(directory.building, manifest, True)
        directory.publish()
    return outcome


def kept_record(out: Path | str, data: Path | str) -> Path | None:
    """The statements that `track_record` left in a reports folder, where just these data and this version made them."""
    from ecoanalysis.runs import work

    folder = Path(out) / RECORD_NOTEBOOK
    manifest = manifest_of(folder)
    if manifest.get("state") != "done" or manifest.get("version") != eco.__version__ or not is_whole(folder, manifest):
        return None
    with contextlib.suppress(OSError):
        return folder / STATEMENTS if manifest.get("hashes") == work.input_hashes(Path(data)) else None
    return None


@dataclass
class _Making:
    """A run in the making: its plan, what has ended, and its manifest."""

    work: object
    analysis: object
    directory: Directory
    asked: dict
    inputs: str
    plan: list[Job]
    limit: float
    template: Path | None = None

    def __post_init__(self) -> None:
        self.building = self.directory.building
        self.lang = self.asked["lang"]
        self.language = languages(self.lang)[0]
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self.jobs = [job for job in self.plan if not self.asked["regions"] or job.region in self.asked["regions"]]
        self.outcomes: dict[str, Outcome] = {}
        self.documents: list[Outcome] = []
        self.left_out: list[str] = []
        self.beside: dict[str, str] = {}

    def make(self, workers, tables: Path | None) -> tuple[Report, Path | None]:
        """Do everything; returns the report and where a changed earlier run was kept."""
        why = self.take_over()
        self.note("running")
        prepared = self.building / PREPARED
        self.work.save(self.analysis, prepared, self.template)
        workers.load("ecoanalysis.runs.work:warm_up", prepared=str(prepared))
        waiting: dict[Future, Job | str] = {}
        todo = [job for job in self.jobs if job.region not in self.outcomes]
        made = [job.region for job in self.plan if job in todo or job.region in self.outcomes]
        self.left_out = [job.region for job in self.plan if job.region not in made]
        documents, went_in = self.documents_to_write(made)
        progress = Progress(len(todo) + len(documents), self.language)
        try:
            # The longest first: cities, the documents of all regions, counties.
            for job in [job for job in todo if job.notebook == OVERVIEW_NOTEBOOK]:
                waiting[self.submit(workers, job, progress)] = job
            for name in [name for name in documents if name != self.work.EXPLORE]:
                regions = [code for code in made if self.charts.get(code) == name] or made
                call = {"prepared": str(prepared), "path": str(self.building / name), "regions": regions}
                waiting[workers.submit("ecoanalysis.runs.work:write_document", call | {"lang": self.lang})] = name
            for job in [job for job in todo if job.notebook != OVERVIEW_NOTEBOOK]:
                waiting[self.submit(workers, job, progress)] = job
            self.work.write_tables(self.analysis, tables or self.building / "tables")
            self.beside = fingerprints(tables) if tables else {}
            begun = time.monotonic()
            if self.work.EXPLORE in documents:  # here, beside the workers: only the live analysis knows its futures
                outcome = self.explore(made, went_in)
                progress.done(outcome.name, outcome.seconds, outcome.state != "done")
            while waiting:
                ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ended:
                    thing = waiting.pop(future)
                    outcome = self.ended(thing, future, why, went_in, time.monotonic() - begun)
                    progress.done(outcome.name, outcome.seconds, outcome.state != "done")
        finally:
            progress.close()
        return self.finish(workers, prepared, made, tables)

    @property
    def charts(self) -> dict[str, str]:
        """The folders of charts for print that were asked for, by region."""
        folders = {job.region: f"{self.work.CHARTS}/{job.folder}" for job in self.plan}
        return folders if self.asked["charts"] else {}

    def submit(self, workers, job: Job, progress: Progress) -> Future:
        call = {"job": asdict(job), "building": str(self.building), "limit": self.limit, "address": workers.address}
        source = str(NOTEBOOKS / f"{job.notebook}.ipynb")
        return workers.submit(
            "ecoanalysis.runs.notebook:execute", call | {"source": source}, progress.telling(job.name)
        )

    def explore(self, made: list[str], went_in: str) -> Outcome:
        """Write the exploring page; what goes wrong is that document's failure alone."""
        begun, error, name = time.monotonic(), "", self.work.EXPLORE
        notices = {language: self.partial(language) for language in words.LANGUAGES}
        try:
            self.work.write_explore(self.analysis, self.building / name, made, self.lang, notices)
        except Exception as failure:
            error = last_line(str(failure)) or type(failure).__name__
        return self.document(name, error, time.monotonic() - begun, went_in)

    def document(self, name: str, error: str, seconds: float, went_in: str) -> Outcome:
        """Take down how a document of all regions ended."""
        state = "failed" if error else "done"
        outcome = Outcome("", name, name, "", state, error, seconds=round(seconds, 1), went_in={"all": went_in})
        self.documents.append(outcome)
        return outcome

    def ended(self, thing: Job | str, future: Future, why: dict, went_in: str, seconds: float) -> Outcome:
        """Take down how a region or a document ended."""
        error = ""
        try:
            answer = future.result()
        except Exception as failure:  # the worker itself was lost, or a document could not be written
            error, answer = last_line(str(failure)) or type(failure).__name__, None
        if isinstance(thing, str):
            return self.document(thing, error, seconds, went_in)
        if error:
            outcome = Outcome(thing.region, thing.name, thing.folder, thing.notebook, "failed", error)
            outcome = replace(outcome, parameters=thing.parameters, went_in=thing.went_in)
            folder = self.building / thing.folder
            partial = self.building / f".{thing.folder}.partial"
            if partial.exists() and not folder.exists():
                partial.replace(folder)
            folder.mkdir(exist_ok=True)
            (folder / "error.txt").write_text(error + "\n", encoding="utf-8")
        else:
            outcome = Outcome(**answer)
        self.outcomes[thing.region] = replace(outcome, why=why.get(thing.region, ""))
        return self.outcomes[thing.region]

    def take_over(self) -> dict[str, str]:
        """Take what is still right from a killed run and from the last one, clear the rest; why each other is made."""
        earlier = manifest_of(self.directory.target)
        listed = {outcome["region"]: outcome for outcome in earlier.get("regions", []) if isinstance(outcome, dict)}
        files = fingerprints(self.directory.target) if listed and earlier.get("files") else {}
        kept, why = {MANIFEST}, {}
        for job in self.plan:
            folder = self.building / job.folder
            begun = kept_outcome(folder)
            reason = _differs(job, begun) if begun else "new"
            if reason and (last := listed.get(job.region)):
                reason = _differs(job, last)
                if not reason and not _same_files(earlier.get("files", {}), files, f"{last['folder']}/"):
                    reason = "files"
                if not reason:
                    shutil.rmtree(folder, ignore_errors=True)
                    shutil.copytree(self.directory.target / last["folder"], folder, symlinks=True)
                    begun = last
                    keep_record(folder, begun)
            if reason:
                why[job.region] = reason
            else:
                self.outcomes[job.region] = Outcome(**begun | {"reused": True, "why": ""})
                kept.add(job.folder)
        for path in self.building.iterdir():
            if path.name not in kept:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        self.earlier, self.earlier_files = earlier, files
        return why

    def documents_to_write(self, made: list[str]) -> tuple[list[str], str]:
        """The documents of all regions that must be written; those that would be the same are taken over."""
        # All regions' rows: a sentence on one tells how fast the others have been.
        doubts = [one["text"] for one in self.work.to_check(self.analysis, "en") if not one["acknowledged"]]
        parts = [made, doubts, *(job.went_in for job in self.plan)]
        asked = [self.asked[name] for name in ("scenario", "template")]
        went_in = _hash(parts, self.lang, *asked, self.work.common_ground(self.analysis))
        listed = {outcome["name"]: outcome for outcome in self.earlier.get("documents", [])}
        todo = []
        charts = [name for code, name in self.charts.items() if code in made]
        explore = [self.work.EXPLORE] if self.work.can_explore(self.analysis, made) else []
        for name in [*self.work.documents(self.lang), *explore, *charts]:
            last = listed.get(name, {})
            same = last.get("state") == "done" and last["went_in"] == {"all": went_in}
            there = self.directory.target / name
            if same and name in charts and _same_files(self.earlier["files"], self.earlier_files, f"{name}/"):
                shutil.copytree(there, self.building / name)
                self.documents.append(Outcome(**last | {"reused": True}))
            elif same and name not in charts and self.earlier["files"].get(name) == self.earlier_files.get(name):
                shutil.copy2(there, self.building / name)
                self.documents.append(Outcome(**last | {"reused": True}))
            else:
                todo.append(name)
        return todo, went_in

    def finish(self, workers, prepared: Path, made: list[str], tables: Path | None) -> tuple[Report, Path | None]:
        """The index, the manifest with every file's hash, and the publication."""
        outcomes = [self.outcomes[job.region] for job in self.plan if job.region in self.outcomes]
        self.documents.sort(key=lambda outcome: outcome.name)
        notices = {language: self.notices(language) for language in languages(self.lang)}
        call = {"prepared": str(prepared), "folder": str(self.building), "regions": made, "lang": self.lang}
        index = workers.submit(
            "ecoanalysis.runs.work:write_index",
            call | {"outcomes": [asdict(outcome) for outcome in outcomes], "notices": notices},
        )
        try:
            index.result()
        except RuntimeError as failure:
            self.documents.append(Outcome("", "index.html", "index.html", "", "failed", last_line(str(failure))))
        for record in self.building.glob(f"*/{RECORD}"):
            record.unlink()
        failed = any(outcome.state != "done" for outcome in [*outcomes, *self.documents])
        self.note("failed" if failed else "done")
        kept = self.directory.publish()
        return Report(self.directory.target, outcomes, self.documents), kept

    def notices(self, language: str) -> list[str]:
        """What a reader of the common documents must know first."""
        lines = self.partial(language)
        for outcome in self.documents:
            if outcome.state != "done":
                lines.append(phrase("run.document_failed", language, document=outcome.name, error=outcome.error))
        return lines

    def partial(self, language: str) -> list[str]:
        """That only some regions are in the documents, if so."""
        if not self.left_out:
            return []
        names = {job.region: self.analysis.name(job.region, language) for job in self.plan}
        joint = "、" if language == "zh" else ", "
        there = joint.join(names[code] for code in names if code not in self.left_out)
        return [phrase("run.partial", language, regions=there, count=len(names))]

    def note(self, state: str) -> None:
        """Write the manifest as things stand."""
        finished = state in {"done", "failed"}
        manifest = {
            "state": state,
            "as_of": self.analysis.as_of,
            "scenario": self.analysis.scenario,
            "lang": self.lang,
            "asked": self.asked,
            "input": self.inputs,
            "started": self.started,
            "made": datetime.now(UTC).isoformat(timespec="seconds") if finished else None,
            "data": self.analysis.data.name,
            "inputs": {name: {"sha256": digest} for name, digest in sorted(self.analysis.hashes.items())},
            "settings": self.work.settings(self.analysis),
            "left_out": self.work.problems(self.analysis, self.language),
            "to_check": self.work.to_check(self.analysis, self.language),
            "vintage": self.work.vintage(self.analysis),
            "partial": self.left_out,
            "packages": self.work.versions(),
            "regions": [asdict(self.outcomes[job.region]) for job in self.plan if job.region in self.outcomes],
            "documents": [asdict(outcome) for outcome in self.documents],
            "tables": {name: digest for name, digest in self.beside.items() if name.endswith(".csv")},
        }
        _write_manifest(self.building, manifest, finished)


# ---------------------------------------------------------------------- the plan


def _plan(work, analysis, data: Path, out: Path, asked: dict, declared: dict[str, dict]) -> list[Job]:
    """A job for every region, counties before the cities that are made of them; refuses what is not there."""
    known = analysis.regions.set_index("code")["name_zh"].to_dict()
    parent = analysis.regions.set_index("code")["parent"].to_dict()
    _check_codes(known, parent)
    unknown = [code for code in asked["regions"] if code not in known]
    if unknown:
        there = ", ".join(f"{code} {name}" for code, name in known.items())
        raise Refused("unknown_region", regions=", ".join(unknown), known=there)
    parents = [code for code in known if code in set(parent.values())]
    jobs, rows = [], work.went_in(analysis, asked["lang"])
    for code in [*(code for code in known if code not in parents), *parents]:
        overview = code in parents
        folder = "city" if overview and code == parents[0] else folder_name(code, known[code])
        notebook = OVERVIEW_NOTEBOOK if overview else REGION_NOTEBOOK
        source = NOTEBOOKS / f"{notebook}.ipynb"
        parameters = {
            "region": code,
            "as_of": analysis.as_of,
            "scenario": analysis.scenario,
            "lang": asked["lang"],
            "data": _told(data, out / str(analysis.as_of)),
            "out": ".",
            "skip_bad_rows": asked["skip_bad_rows"],
            "prepared": f"../{PREPARED}",
        }
        if not any(job.notebook == notebook for job in jobs):
            check_parameters(source, parameters, declared[notebook])
        went_in = {
            "rows": rows[code],
            "asked": _hash(parameters),
            "settings": _hash(work.settings(analysis)),
            "notebook": hashlib.sha256(source.read_bytes()).hexdigest(),
            "package": work.package_hash(),
        }
        if overview:  # it tells the sources of the regions that it is made of
            below = [rows[one] for one in known if code in _above(one, parent)]
            went_in["others"] = _hash(work.common_ground(analysis), below)
        jobs.append(Job(code, known[code], notebook, folder, parameters, went_in))
    return jobs


def _above(code: str, parent: dict[str, str]) -> list[str]:
    """The region that a region is part of, and the one that this is part of, up to the first."""
    above = []
    while code := parent.get(code, ""):
        above.append(code)
    return above


def _check_codes(known: dict[str, str], parent: dict[str, str]) -> None:
    """Codes that cannot be folders, that differ in case alone, or that are their own grandparents."""
    wrong = [code for code in known if not CODE.fullmatch(code)]
    if wrong:
        raise Refused("code", code=", ".join(repr(code)[:60] for code in wrong))
    seen: dict[str, str] = {}
    for code in known:
        if other := seen.get(code.casefold()):
            raise Refused("same_code", code=code, other=other)
        seen[code.casefold()] = code
    for code in known:
        above, steps = parent.get(code), [code]
        while above:
            if above in steps:
                raise Refused("cycle", codes=" → ".join([*steps, above]))
            steps.append(above)
            above = parent.get(above)


def _told(data: Path, target: Path) -> str:
    """The data folder as a delivered notebook names it: relative where both lie in the folder one works in.

    Elsewhere the way from one to the other would tell of the machine, so only the folder's name is told; the saved
    analysis beside the notebook is enough to run it again.
    """
    here = Path.cwd()
    if here in data.parents and here in target.parents:
        return Path(os.path.relpath(data, target / "region")).as_posix()
    return data.name


def _differs(job: Job, last: dict) -> str:
    """The first of the things that went in that is not as it was; empty when nothing is."""
    if last.get("state") != "done":
        return "failed"
    before = last.get("went_in", {})
    changed = [name for name, value in job.went_in.items() if before.get(name) != value]
    return changed[0] if changed else ""


def _same_files(listed: dict, digests: dict, folder: str) -> bool:
    """Whether a folder of the last run holds just what its manifest lists, and something at all."""
    before = {name: digest for name, digest in listed.items() if name.startswith(folder)}
    return bool(before) and before == {name: digest for name, digest in digests.items() if name.startswith(folder)}


def _inputs(work, data: Path, asked: dict) -> str:
    """A hash of everything that a whole run is made from; empty when the data cannot be read (the door says why)."""
    try:
        hashes = work.input_hashes(data)
    except OSError:
        return ""
    notebooks = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    return _hash(asked, str(data), hashes, work.package_hash(), notebooks)


def _unchanged(out: Path, inputs: str, tables: Path | None) -> Report | None:
    """The run that already holds just this, if there is one."""
    for path in sorted(out.glob(f"[0-9]*/{MANIFEST}"), reverse=True):
        manifest = manifest_of(path.parent)
        if manifest.get("input") != inputs or manifest.get("state") != "done":
            continue
        beside = fingerprints(tables) if tables and tables.exists() else {}
        if manifest["tables"].items() <= beside.items() and is_whole(path.parent, manifest):
            taken = {"reused": True, "why": ""}
            outcomes = [Outcome(**outcome | taken) for outcome in manifest["regions"]]
            documents = [Outcome(**outcome | taken) for outcome in manifest["documents"]]
            return Report(path.parent, outcomes, documents, unchanged=True)
    return None


def workers_for(jobs: int | None) -> int:
    """How many work at a time: as many as were asked for, by default the cores that this process may use.

    Raises
    ------
    Refused
        None or fewer were asked for.
    """
    if jobs is not None and jobs < 1:
        raise Refused("jobs", jobs=jobs)
    return jobs or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _write_manifest(folder: Path, manifest: dict, finished: bool) -> None:
    if finished:
        manifest = manifest | {"files": fingerprints(folder)}
    with replacing(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM stops a run as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
