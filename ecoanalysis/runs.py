"""A notebook for every region, then the documents of all: the main job.

Notebooks are executed by papermill in kernels of their own, so threads suffice to run two at a time. A region works
in a folder of its own that takes its final name when the region is done, well or badly.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import logging
import platform
import shutil
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from ecoanalysis import assess, catalog, intake
from ecoanalysis.assess import Reachability
from ecoanalysis.export import languages, page, pptx, replacing, write_csv, xlsx

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
REGION_NOTEBOOK, OVERVIEW_NOTEBOOK = "county_report", "city_overview"
RECORD_NOTEBOOK = "track_record"
PROCESSED = Path("data/processed")
PREPARED = ".analysis.pickle"
PACKAGES = (
    "ecoanalysis numpy pandas scipy statsmodels matplotlib seaborn papermill nbclient "
    "python-docx python-pptx xlsxwriter"
)


@dataclass(frozen=True)
class Job:
    """What one region's notebook is asked to do."""

    region: str
    name: str
    notebook: str
    folder: Path
    parameters: dict


@dataclass(frozen=True)
class Outcome:
    """How a region ended: `done` or `failed`, with the error's last line."""

    region: str
    name: str
    folder: str
    notebook: str
    state: str
    error: str = ""


class BadRequest(ValueError):
    """The run was asked for something that is not there; nothing has been started."""


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
    workers: int = 2,
    say: Callable[[str], None] = print,
) -> list[Outcome]:
    """Run every region's notebook and write all documents into `out/<as_of>/`.

    Parameters
    ----------
    data, out : path
        Data folder, and the folder that takes the reports.
    regions : list of str, optional
        Codes to run; all by default. The documents of all regions always speak of every region.
    as_of, scenario, skip_bad_rows
        As in `assess.reachability`.
    lang : str
        zh, en or both.
    tables : path, optional
        Folder for the made tables; `out/<as_of>/tables` by default.
    workers : int
        Notebooks at a time.

    Returns
    -------
    list of Outcome
        One for each region, in the order of `regions.csv`, the city last.

    Raises
    ------
    BadRequest
        Unknown region or notebook parameter.
    assess.BadData
        The data folder has problems.
    """
    reach = assess.reachability(data, as_of, scenario=scenario, skip_bad_rows=skip_bad_rows)
    target = Path(out).resolve() / str(reach.as_of)
    jobs = plan(reach, target, regions, lang, skip_bad_rows)
    assess.keep(reach, target / PREPARED, skip_bad_rows=skip_bad_rows)
    say(catalog.phrase("run.start", languages(lang)[0], as_of=reach.as_of, regions=len(jobs)))
    target.mkdir(parents=True, exist_ok=True)
    write_tables(reach, tables or target / "tables")
    words = languages(lang)
    documents = [
        *((f"briefing_{word}.pptx", lambda path, word=word: pptx.write(reach, path, word)) for word in words),
        ("assessment.xlsx", lambda path: xlsx.write(reach, path, words[0])),
    ]
    outcomes = []
    steps = len(jobs) + len(documents) + 1
    with tqdm(
        total=steps, unit="", bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
    ) as bar:
        bar.set_postfix_str(jobs[0].name if jobs else "")
        with ThreadPoolExecutor(workers) as pool, _quiet():
            waiting = {pool.submit(execute, job): job for job in jobs}
            for name, write in documents:
                bar.set_postfix_str(name)
                write(target / name)
                bar.update()
            for finished in as_completed(waiting):
                outcomes.append(finished.result())
                left = [job.name for future, job in waiting.items() if not future.done()]
                done = catalog.phrase("run.done", words[0], region=waiting[finished].name)
                bar.set_postfix_str(" · ".join([done, *left[:workers]]))
                bar.update()
        order = {job.region: place for place, job in enumerate(jobs)}
        outcomes.sort(key=lambda outcome: order[outcome.region])
        (target / PREPARED).unlink(missing_ok=True)
        write_manifest(reach, target, outcomes, lang)
        page.write_index(reach, target, lang, outcomes)
        bar.update()
    return outcomes


def plan(reach: Reachability, target: Path, regions: list[str] | None, lang: str, skip_bad_rows: bool) -> list[Job]:
    """The jobs of a run, counties before the cities that are made of them; refuses what is not there."""
    known = reach.regions.set_index("code")["name_zh"].to_dict()
    unknown = [code for code in regions or [] if code not in known]
    if unknown:
        there = ", ".join(f"{code} {name}" for code, name in known.items())
        word = languages(lang)[0]
        raise BadRequest(catalog.phrase("run.unknown_region", word, regions=", ".join(unknown), known=there))
    parents = [code for code in known if code in set(reach.regions["parent"])]
    jobs = []
    for code in [*(code for code in known if code not in parents), *parents]:
        if regions and code not in regions:
            continue
        overview = code in parents
        city = overview and code == parents[0]
        folder = target / ("city" if city else f"{code}_{known[code]}")
        notebook = OVERVIEW_NOTEBOOK if overview else REGION_NOTEBOOK
        parameters = {
            "region": code,
            "as_of": reach.as_of,
            "scenario": reach.scenario,
            "lang": lang,
            "data": str(reach.data.resolve()),
            "out": str(_partial(folder)),
            "skip_bad_rows": skip_bad_rows,
            "prepared": str(target / PREPARED),
        }
        check_parameters(NOTEBOOKS / f"{notebook}.ipynb", parameters)
        jobs.append(Job(code, known[code], notebook, folder, parameters))
    return jobs


def track_record(data: Path | str, out: Path | str, lang: str = "zh", *, skip_bad_rows: bool = False) -> Outcome:
    """Replay every earlier year on the user's own data: `out/track_record/` takes the notebook, page and statements.

    Raises
    ------
    assess.BadData
        The data folder has problems and `skip_bad_rows` is not set.
    """
    raw = intake.read(data)
    if raw.problems and not (skip_bad_rows and len(raw.regions)):
        raise assess.BadData(raw.problems)
    folder = Path(out).resolve() / RECORD_NOTEBOOK
    parameters = {
        "lang": languages(lang)[0],
        "data": str(Path(data).resolve()),
        "out": str(_partial(folder)),
        "skip_bad_rows": skip_bad_rows,
    }
    check_parameters(NOTEBOOKS / f"{RECORD_NOTEBOOK}.ipynb", parameters)
    with _quiet():
        return execute(Job("", RECORD_NOTEBOOK, RECORD_NOTEBOOK, folder, parameters))


def check_parameters(notebook: Path, parameters: dict) -> None:
    """Refuse parameters that a notebook does not declare; papermill itself would only warn."""
    import papermill

    declared = papermill.inspect_notebook(notebook)
    unknown = ", ".join(sorted(parameters.keys() - declared.keys()))
    if unknown:
        raise BadRequest(f"{notebook.name} has no parameter {unknown}; it has {', '.join(declared)}")


def execute(job: Job) -> Outcome:
    """Run one region's notebook and turn it into a page; an error stays in the region's folder."""
    import papermill

    working = _partial(job.folder)
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    executed = working / f"{job.notebook}.ipynb"
    state, error = "done", ""
    try:
        papermill.execute_notebook(
            NOTEBOOKS / f"{job.notebook}.ipynb",
            executed,
            parameters=job.parameters,
            progress_bar=False,
            log_output=False,
            extra_arguments=["--IPKernelApp.log_level=40"],  # its notice about TCP would bury the progress bar
        )
        write_page(executed, executed.with_suffix(".html"))
    except Exception as failure:  # one region's failure must not stop the others
        state, error = "failed", f"{type(failure).__name__}: {failure}".strip()
        (working / "error.txt").write_text(error, encoding="utf-8")
    shutil.rmtree(job.folder, ignore_errors=True)
    working.replace(job.folder)
    return Outcome(job.region, job.name, job.folder.name, job.notebook, state, _last_line(error))


def write_page(notebook: Path, page_file: Path) -> None:
    """An executed notebook as one HTML file that needs no network, without its code."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        exclude_input=True,
        embed_images=True,
        mathjax_url="",
        require_js_url="",
        jquery_url="",
        mermaid_js_url="",
    )
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    text, _ = exporter.from_filename(str(notebook))
    with replacing(page_file) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_tables(reach: Reachability, folder: Path) -> None:
    """The made tables as CSV, each under a temporary name first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("observations", "results", "forecasts", "assessment", "discrepancies", "editions"):
        write_csv(getattr(reach, name), folder / f"{name}.csv")


def write_manifest(reach: Reachability, target: Path, outcomes: list[Outcome], lang: str) -> None:
    """What went into a run and how every region ended."""
    manifest = {
        "as_of": reach.as_of,
        "scenario": reach.scenario,
        "lang": lang,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": reach.data.name,
        "inputs": {name: {"sha256": digest} for name, digest in sorted(reach.hashes.items())},
        "settings": asdict(reach.settings),
        "left_out": [problem.text(languages(lang)[0]) for problem in reach.problems],
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES.split()},
        "regions": [asdict(outcome) for outcome in outcomes],
    }
    with replacing(target / "manifest.json") as temporary:
        temporary.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _partial(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.partial")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep kernels' harmless chatter (TCP notice, interrupt at shutdown) from burying the progress bar."""
    noisy = [logging.getLogger(name) for name in ("papermill", "traitlets", "jupyter_client", "asyncio")]
    before = [logger.level for logger in noisy]
    for logger in noisy:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    for logger, level in zip(noisy, before, strict=True):
        logger.setLevel(level)
