"""How fast a batch of notebooks is: python benchmarks/batch.py [--data DIR] [--notebooks 14]

The same county reports, with the same parameters and the same saved analysis, in three ways:

* floor: the notebooks' cells one after another in one warm process, without kernels, files or pages;
* batch: two workers of a run (start of the warm process, kernels, saved notebooks and pages included);
* loop: the `papermill` command once a notebook, as a shell script would.

Then the whole main job, the same again with nothing changed, and again after one county's cell has changed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import itertools
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.modules.setdefault("rfc3987_syntax", None)

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks/county_report.ipynb"


def spent() -> float:
    """Processor time of this process and of all its ended children. [s]"""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


@contextlib.contextmanager
def measured(label: str, times: dict):
    """Print and keep wall and processor seconds."""
    wall, cpu = time.perf_counter(), spent()
    yield
    times[label] = (time.perf_counter() - wall, spent() - cpu)
    print(f"{label:<34} {times[label][0]:7.1f} s wall {times[label][1]:7.1f} s processor", flush=True)


def parameters(analysis, count: int, prepared: Path) -> list[dict]:
    """Counties in turn, in Chinese and then in English, until there are enough."""
    counties = [code for code in analysis.regions["code"] if code not in set(analysis.regions["parent"])]
    pairs = itertools.cycle(itertools.product(("zh", "en"), counties))
    common = {"as_of": analysis.as_of, "scenario": "trend", "data": "raw", "skip_bad_rows": False}
    return [
        common | {"region": code, "lang": lang, "out": ".", "prepared": str(prepared)}
        for lang, code in itertools.islice(pairs, count)
    ]


def floor(asked: list[dict], folder: Path) -> None:
    """The notebooks' cells in this process."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    for place, one in enumerate(asked):
        out = folder / f"floor{place}"
        out.mkdir()
        shell = InteractiveShell()
        with contextlib.chdir(out), capture_output():
            shell.run_cell(cells[0])
            shell.push(one)
            for source in cells[1:]:
                shell.run_cell(source).raise_error()


def batch(asked: list[dict], folder: Path, workers: int) -> None:
    from ecoanalysis.runs.workers import pool

    building = folder / "batch"
    building.mkdir()
    with pool(workers) as working:
        working.load("ecoanalysis.runs.work:warm_up", prepared=asked[0]["prepared"])
        waiting = []
        for place, one in enumerate(asked):
            job = {"region": one["region"], "name": one["region"], "notebook": "county_report"}
            job |= {"folder": f"{place}_{one['region']}", "parameters": one, "went_in": {}}
            call = {"job": job, "building": str(building), "source": str(NOTEBOOK), "address": working.address}
            waiting.append(working.submit("ecoanalysis.runs.notebook:execute", call))
        failed = [answer for answer in (future.result() for future in waiting) if answer["state"] != "done"]
    if failed:
        raise SystemExit(failed[0]["error"])


def loop(asked: list[dict], folder: Path) -> None:
    command = shutil.which("papermill", path=Path(sys.executable).parent) or "papermill"
    for place, one in enumerate(asked):
        out = folder / f"loop{place}"
        out.mkdir()
        options = [part for name, value in one.items() for part in ("-p", name, str(value))]
        call = [
            command,
            "--no-progress-bar",
            "--no-log-output",
            "--cwd",
            str(out),
            str(NOTEBOOK),
            "out.ipynb",
            *options,
        ]
        subprocess.run(call, check=True, cwd=out, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def main_job(data: Path, out: Path, label: str, times: dict) -> None:
    with measured(label, times):
        command = [sys.executable, "-m", "ecoanalysis.cli", "run", "--data", str(data), "--out", str(out)]
        subprocess.run(command, check=False, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def change_one_cell(data: Path) -> None:
    """Make the last figure of a county's row a little larger."""
    path = next(path for path in sorted((data / "statistics").glob("*.csv")) if "demo" in path.name)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for place in range(len(lines) - 1, 0, -1):
        cells = lines[place].split(",")
        with contextlib.suppress(ValueError, IndexError):
            cells[3] = repr(float(cells[3]) * 0.99)
            lines[place] = ",".join(cells)
            break
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT / "data/raw")
    parser.add_argument("--notebooks", type=int, default=14)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without-loop", action="store_true", help="leave out the slow papermill loop")
    options = parser.parse_args()
    from ecoanalysis.runs import work

    packages = "ecoanalysis papermill nbclient ipykernel matplotlib pandas python-docx".split()
    print(platform.platform(), "Python", platform.python_version(), "cores", os.cpu_count())
    print(" ".join(f"{name} {importlib.metadata.version(name)}" for name in packages))
    times: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with measured("analysis", times):
            analysis = work.analyse(options.data, None, scenario="trend", skip_bad_rows=False)
        prepared = folder / "analysis"
        work.save(analysis, prepared)
        asked = parameters(analysis, options.notebooks, prepared)
        warming = folder / "warming"
        warming.mkdir()
        with contextlib.redirect_stderr(io.StringIO()):
            floor(asked[:1], warming)
        with measured("floor", times):
            floor(asked, folder)
        with measured("batch", times):
            batch(asked, folder, options.jobs)
        print(f"  processor: batch / floor {times['batch'][1] / times['floor'][1]:.2f} (at most 1.2)")
        if not options.without_loop:
            with measured("loop of the papermill command", times):
                loop(asked, folder)
            print(
                f"  wall: loop / batch {times['loop of the papermill command'][0] / times['batch'][0]:.1f} (at least 6)"
            )
        data = folder / "data"
        shutil.copytree(options.data, data)
        main_job(data, folder / "out", "main job", times)
        main_job(data, folder / "out", "main job again, nothing changed", times)
        change_one_cell(data)
        main_job(data, folder / "out", "main job, one county's cell changed", times)


if __name__ == "__main__":
    main()
