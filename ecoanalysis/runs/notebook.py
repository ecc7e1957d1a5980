"""One notebook, executed by papermill as its command line would, and turned into a page.

What differs from the command line: parameters are checked first, the kernel comes from a warm process where there is
one, time is limited, and nothing in the delivered notebook tells where on the machine it was made.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from ecoanalysis.runs.directory import Refused, fingerprints
from ecoanalysis.runs.warm import QUIET_KERNEL, leave_out_grammar

TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool}
SAVE_SECONDS = 1.0
RECORD = ".record.json"  # beside a finished region while a run is in the making


@dataclass(frozen=True)
class Job:
    """What one region's notebook is asked to do, and the hashes of everything that goes into it."""

    region: str
    name: str
    notebook: str
    folder: str
    parameters: dict = field(hash=False)
    went_in: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Outcome:
    """How a region ended: `done` or `failed` with the error's last line; taken from the last run or made, and why."""

    region: str
    name: str
    folder: str
    notebook: str
    state: str
    error: str = ""
    why: str = ""
    reused: bool = False
    seconds: float = 0.0
    parameters: dict = field(default_factory=dict, hash=False)
    went_in: dict = field(default_factory=dict, hash=False)


def declared(notebooks: list[str]) -> dict[str, dict[str, str]]:
    """By the notebook's name, the parameters that it declares and their types."""
    leave_out_grammar()
    import papermill

    told = {Path(notebook).stem: papermill.inspect_notebook(notebook) for notebook in notebooks}
    return {
        name: {key: one["inferred_type_name"] for key, one in parameters.items()} for name, parameters in told.items()
    }


def check_parameters(notebook: Path, parameters: dict, declared: dict[str, str]) -> None:
    """See that a notebook gets just the parameters it declares, each of the declared type.

    Raises
    ------
    Refused
        With all that is unknown, missing or of another type; papermill itself would only warn.
    """
    wrong = [f"{name} ?" for name in sorted(parameters.keys() - declared.keys())]
    wrong += [f"{name} = …" for name in sorted(declared.keys() - parameters.keys())]
    for name in sorted(declared.keys() & parameters.keys()):
        kind, value = declared[name], parameters[name]
        expected = TYPES.get(kind)
        if expected and (not isinstance(value, expected) or (isinstance(value, bool) and kind != "bool")):
            wrong.append(f"{name} = {value!r} ({kind})")
    if wrong:
        raise Refused("parameters", notebook=notebook.name, wrong=", ".join(wrong), known=", ".join(declared))


def execute(
    job: dict,
    building: str,
    source: str,
    limit: float = 600,
    address: str = "",
    tell: Callable[[str], None] | None = None,
) -> dict:
    """Run one region's notebook and turn it into a page; an error stays in the region's folder.

    Parameters
    ----------
    job : dict
        A `Job`, as a dictionary because it crosses processes.
    building : str
        The run's building folder.
    source : str
        The notebook to execute.
    limit : float
        Wall-clock time for the whole notebook. [s]
    address : str
        Of a warm process; a plain kernel otherwise.
    tell : callable, optional
        Takes the heading that is being worked on.

    Returns
    -------
    dict
        The `Outcome`; it stands also in `.record.json` of the region's folder, with the hash of every file there.
    """
    started = time.monotonic()
    folder = Path(building) / job["folder"]
    working = Path(building) / f".{job['folder']}.partial"
    for old in (working, folder):
        shutil.rmtree(old, ignore_errors=True)
    working.mkdir(parents=True)
    executed = working / f"{job['notebook']}.ipynb"
    error = ""
    try:
        _run_papermill(source, executed, job["parameters"], working, limit, address, tell)
        _assert_parameters(executed, job["parameters"])
    except Exception as failure:  # one region's failure must not stop the others
        error = _told(failure, executed, limit)
    hide_places(executed, [working, Path(building)])
    if not error:
        try:
            from ecoanalysis.runs.pages import write_page

            write_page(executed, executed.with_suffix(".html"), job["parameters"])
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
    if error:
        error = _of_this_machine([working, Path(building)]).sub("…", error)
        with contextlib.suppress(OSError):
            (working / "error.txt").write_text(error + "\n", encoding="utf-8")
    outcome = Outcome(
        region=job["region"],
        name=job["name"],
        folder=job["folder"],
        notebook=job["notebook"],
        state="failed" if error else "done",
        error=last_line(error),
        seconds=round(time.monotonic() - started, 1),
        parameters=job["parameters"],
        went_in=job["went_in"],
    )
    keep_record(working, asdict(outcome))
    working.replace(folder)
    return asdict(outcome)


def keep_record(folder: Path, outcome: dict) -> None:
    """Write what a resumed run needs to trust this folder; last, so a killed region has none."""
    record = {"outcome": outcome, "files": fingerprints(folder)}
    with contextlib.suppress(OSError):  # a full disk: the region counts as not made
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def kept_outcome(folder: Path) -> dict:
    """The outcome that a folder in the making records, if all its files are still what they were."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = {name: digest for name, digest in fingerprints(folder).items() if name != RECORD}
    except (OSError, ValueError):
        return {}
    return record["outcome"] if record.get("files") == files else {}


def last_line(text: str) -> str:
    """The last line that says something, at most 300 characters of it."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _run_papermill(source, executed, parameters, folder, limit, address, tell) -> None:
    import nbformat
    import papermill

    deadline = time.monotonic() + limit
    headings = _headings(nbformat.read(source, as_version=4))
    options = {
        "timeout_func": lambda cell: max(1, round(deadline - time.monotonic())),
        "shutdown_kernel": "immediate",  # nothing in a kernel is worth waiting for once its notebook is saved
        "resources": {"metadata": {"path": str(folder)}},
    }
    if tell:
        options["on_cell_start"] = lambda cell, cell_index: tell(headings.get(cell.get("id"), ""))
    if address:
        from ecoanalysis.runs.warm import kernel_manager

        options["kernel_manager_class"] = kernel_manager(address)
    with _quiet():
        papermill.execute_notebook(
            source,
            executed,
            parameters=parameters,
            progress_bar=False,
            log_output=False,
            engine_name=_sparing_engine(),
            extra_arguments=QUIET_KERNEL,
            **options,
        )


@cache
def _sparing_engine() -> str:
    """papermill's engine, but a notebook on its way is saved once a second at most, not twice a cell.

    With its pictures in it a notebook has megabytes; saving it 40 times took a tenth of a batch's time.
    """
    from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

    class Sparing(NotebookExecutionManager):
        saved = -SAVE_SECONDS

        def save(self, **kwargs: object) -> None:
            if self.end_time or time.monotonic() - self.saved >= SAVE_SECONDS:
                self.saved = time.monotonic()
                super().save(**kwargs)

    class Engine(NBClientEngine):
        @classmethod
        def execute_notebook(cls, nb, kernel_name, output_path=None, progress_bar=True, log_output=False, **kwargs):
            managed = Sparing(nb, output_path=output_path, progress_bar=progress_bar, log_output=log_output)
            managed.notebook_start()
            try:
                cls.execute_managed_notebook(managed, kernel_name, log_output=log_output, **kwargs)
            finally:
                managed.notebook_complete()
            return managed.nb

    papermill_engines.register("ecoanalysis", Engine)
    return "ecoanalysis"


def _headings(notebook) -> dict[str, str]:
    """The heading that each cell stands under, by the cell's id."""
    headings, heading = {}, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = cell.source.strip().splitlines()[0].lstrip("# ").strip() if cell.source.strip() else heading
        headings[cell.get("id")] = heading
    return headings


def _assert_parameters(executed: Path, asked: dict) -> None:
    """What papermill says it injected is what was asked for."""
    effective = json.loads(executed.read_text(encoding="utf-8"))["metadata"]["papermill"]["parameters"]
    if effective != asked:
        raise ValueError(f"the notebook ran with {effective}, asked for was {asked}")


def _told(failure: Exception, executed: Path, limit: float) -> str:
    """An error with the cell it came from."""
    kind, text = type(failure).__name__, str(failure).strip()
    if kind == "CellTimeoutError":
        text = f"TimeoutError: longer than {limit:g} s"
    elif kind == "DeadKernelError":
        text = "DeadKernelError: the kernel ended (killed, or out of memory)"
    elif kind == "Died":
        text = f"Died: {text}"
    elif kind != "PapermillExecutionError":
        return f"{kind}: {text}"
    else:  # where memory ran out, the kernel could send no traceback, but the error's name comes through
        named = f"{failure.ename}: {failure.evalue}".strip(": ")
        return text if last_line(text).startswith(named[:40]) else f"{text}\n\n{named}"
    cell = _last_cell(executed)
    return f"{cell}\n\n{text}" + (f" — cell: {cell.splitlines()[0]}" if cell else "")


def _last_cell(executed: Path) -> str:
    try:
        cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError):
        return ""
    begun = [
        cell
        for cell in cells
        if cell["cell_type"] == "code" and cell["metadata"].get("papermill", {}).get("start_time")
    ]
    return "".join(begun[-1]["source"]).strip() if begun else ""


# ---------------------------------------------------------------------- nothing of the machine


def hide_places(executed: Path, folders: list[Path]) -> None:
    """Take the machine's folders out of an executed notebook: papermill's own notes and the outputs' tracebacks."""
    if not executed.exists():
        return
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    notes = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if notes.get(name):
            notes[name] = Path(notes[name]).name
    named = _of_this_machine(folders)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [_clean(output, named) for output in cell["outputs"]]
    temporary = executed.with_name(f".{executed.name}.tmp")
    temporary.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(executed)


def _clean(value, named: re.Pattern):
    if isinstance(value, str):
        return named.sub("…", value)
    if isinstance(value, list):
        return [_clean(part, named) for part in value]
    if isinstance(value, dict):  # a picture holds no path
        return {key: part if key == "image/png" else _clean(part, named) for key, part in value.items()}
    return value


def _of_this_machine(folders: list[Path]) -> re.Pattern:
    """Matches every folder of this machine that a message may name, the longest first."""
    named = [*folders, Path(__file__).parents[2], Path(sys.prefix), Path(sys.base_prefix), Path.home(), Path.cwd()]
    texts = sorted({str(folder) for folder in named if len(folder.parts) > 1}, key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, texts), r"/tmp/ipykernel_\d+"]))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep kernels' harmless chatter (TCP notice, interrupt at shutdown) from burying the progress bar."""
    noisy = [logging.getLogger(name) for name in ("papermill", "traitlets", "jupyter_client", "asyncio")]
    for logger in noisy:
        logger.setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def rename_parameters(executed: Path, parameters: dict) -> None:
    """Let a delivered notebook name its places as `parameters` does, in its injected cell and in papermill's notes."""
    import nbformat
    import papermill

    if not executed.exists():
        return
    notebook = nbformat.read(executed, as_version=4)
    code = papermill.translators.papermill_translators.find_translator("python3", "python").codify(parameters)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = code
    notebook.metadata["papermill"]["parameters"] = parameters
    nbformat.write(notebook, executed)
