"""Kills, hangs, full disks: every one is one region's failure or a sentence, and the next run mends it."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ecoanalysis import cli, runs
from tests.runs.conftest import below, said, start, write_notebooks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def manifest(out) -> dict:
    return json.loads((out / "2023/manifest.json").read_text(encoding="utf-8"))


FAILING = {
    "C2": ("raise ValueError('no such river')", ["ValueError", "no such river"]),
    "C3": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ["DeadKernelError", "import os, signal"]),
    "C4": ("eaten = bytearray(2**60)", ["MemoryError", "bytearray"]),
    "C5": ("raise SystemExit(3)", ["SystemExit"]),
}


def test_a_cell_that_fails_is_its_region_s_failure_alone(three, notebooks, regions_alone, tmp_path):
    regions = "".join(f"{code},{code},{code},county,C,100,hill,other,\n" for code in ("C3", "C4", "C5"))
    three.write("regions.csv", (three.path / "regions.csv").read_text(encoding="utf-8") + regions)
    notebooks(extra="\n".join(f"if region == '{code}':\n    {cell}" for code, (cell, _) in FAILING.items()))
    out = tmp_path / "out"
    report = runs.run(three.path, out, lang="en", jobs=2)
    assert {outcome.region for outcome in report.failed} == set(FAILING)
    for outcome in report.failed:
        folder = out / "2023" / outcome.folder
        told = (folder / "error.txt").read_text(encoding="utf-8")
        assert all(word in told for word in FAILING[outcome.region][1]), told
        assert not (folder / "county_report.html").exists() and (folder / "county_report.ipynb").exists()
    assert (out / "2023/C1_乙县/county_report.html").exists()
    assert manifest(out)["state"] == "failed"
    notebooks()
    mended = runs.run(three.path, out, lang="en", jobs=2, regions=["C2"])
    assert "C2" not in {outcome.region for outcome in mended.failed}
    assert not (out / "2023/C2_丙县/error.txt").exists()


def test_a_notebook_that_hangs_is_stopped_at_its_limit(three, notebooks, regions_alone, tmp_path):
    notebooks(extra="import time\nwhile region == 'C2':\n    time.sleep(0.1)")
    out = tmp_path / "out"
    started = time.monotonic()
    report = runs.run(three.path, out, lang="en", jobs=2, limit=3)
    assert time.monotonic() - started < 25
    assert [outcome.region for outcome in report.failed] == ["C2"] and "3 s" in report.failed[0].error
    assert "import time" in (out / "2023/C2_丙县/error.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", ["0", "-5", "0.5", "nan", "inf"])
def test_a_limit_that_no_notebook_can_keep_is_refused(three, tmp_path, capsys, limit):
    asked = ["run", "--data", str(three.path), "--out", str(tmp_path / "out"), "--lang", "en", f"--limit={limit}"]
    assert cli.main(asked) == 2
    assert capsys.readouterr().err == f"A limit of {limit} s cannot be; it must be 1 s or more\n"
    assert not (tmp_path / "out").exists()


def test_what_the_disk_says_is_told_with_the_file_where_it_names_one(three, tmp_path, capsys, monkeypatch):
    asked = ["run", "--data", str(three.path), "--out", str(tmp_path / "out"), "--lang", "en"]
    for named, told in (((), "the disk is full;"), (("a/b.csv",), "the disk is full (a/b.csv);")):
        error = OSError(errno.ENOSPC, "No space left on device", *named)
        monkeypatch.setattr("ecoanalysis.runs.run", lambda *_, error=error, **__: raise_(error))
        assert cli.main(asked) == 1
        assert f"The run stopped: {told} make room" in capsys.readouterr().err


def raise_(error):
    raise error


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_stopped_by_its_user_it_ends_in_three_seconds_with_all_it_started(three, tmp_path, number):
    hanging = write_notebooks(tmp_path / "hanging", "import time\nif region == 'C2':\n    time.sleep(600)")
    out = tmp_path / "out"
    process = start(hanging, "run", "--data", three.path, "--out", out, "--lang", "en", "--jobs", 2)
    working = out / ".2023.building/.C2_丙县.partial/county_report.ipynb"
    for _ in range(600):
        if working.exists() and "time.sleep" in working.read_text(encoding="utf-8"):
            break
        time.sleep(0.1)
    time.sleep(1)
    started = below(process.pid)
    assert started
    asked = time.monotonic()
    process.send_signal(number)
    said_last = process.communicate(timeout=10)[1]
    busy = max(
        1.0, os.getloadavg()[0] / (os.cpu_count() or 1)
    )  # whose processor is shared by others has to wait for it
    assert time.monotonic() - asked < 3 * busy
    assert process.returncode == 130 and "Interrupted" in said_last and "Traceback" not in said_last
    time.sleep(0.3)
    assert not [child for child in started if child.is_running() and child.status() != "zombie"]
    left = json.loads((out / ".2023.building/manifest.json").read_text(encoding="utf-8"))
    assert left["state"] == "interrupted" and not (out / "2023").exists()


LONG_PAGE = """
import sys, time
from pathlib import Path
from ecoanalysis import cli, runs
from ecoanalysis.explore import page, payload
runs.NOTEBOOKS = Path(sys.argv[1])
view, text_of = payload.view, page.text_of
def seen(s):
    Path(sys.argv[2]).write_text("views")
    return view(s)
def long(written):  # half a minute of encoding
    Path(sys.argv[2]).write_text("page")
    return text_of(written | {"more": [written["views"]] * 3000})
if sys.argv[3] == "views":
    page.statements = lambda a, all=page.statements: all(a) * 3000
payload.view, page.text_of = seen, long
sys.exit(cli.main(sys.argv[4:]))
"""


@pytest.mark.parametrize(("number", "during"), [(signal.SIGINT, "views"), (signal.SIGTERM, "page")])
def test_stopped_while_the_exploring_page_is_made_nothing_is_half_written(three, tmp_path, number, during):
    notebooks, out, mark = write_notebooks(tmp_path / "notebooks"), tmp_path / "out", tmp_path / "mark"
    command = [sys.executable, "-c", LONG_PAGE, notebooks, mark, during, "run", "--data", three.path, "--out", out]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([*map(str, command), "--lang", "en", "--jobs", "2"], env=environment, **streams)
    while not (mark.exists() and mark.read_text() == during):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    started, asked = below(process.pid), time.monotonic()
    process.send_signal(number)
    told = process.communicate(timeout=10)[1]
    assert time.monotonic() - asked < 3
    assert process.returncode == 130 and "Interrupted" in told and "Traceback" not in told
    assert not [child for child in started if child.is_running() and child.status() != "zombie"]
    assert not list(out.rglob("*explore.html*")) and not (out / "2023").exists()


def test_interrupted_while_it_imports_a_command_ends_in_a_sentence(three, tmp_path, capsys, monkeypatch):
    def interrupted(*_: object, **options: object) -> None:
        raise KeyboardInterrupt

    asked = ["--data", str(three.path), "--lang", "en"]
    monkeypatch.setattr("ecoanalysis.runs.run", interrupted)
    monkeypatch.setitem(sys.modules, "ecoanalysis.analysis", None)  # its import was what was interrupted
    assert cli.main(["run", *asked, "--out", str(tmp_path / "out")]) == 130
    assert "Interrupted before anything was made" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setattr("ecoanalysis.cli._check", interrupted)
    assert cli.main(["check", *asked]) == 130
    assert capsys.readouterr().err == "Interrupted\n"


def test_a_kernel_s_connection_file_lies_in_the_private_folder(kept_warm):
    from ecoanalysis.runs.warm import kernel_manager

    made = [Path(kernel_manager(kept_warm.address)().connection_file) for _ in range(2)]
    assert {path.parent for path in made} == {Path(kept_warm.address).parent} and made[0] != made[1]


def test_a_killed_starter_leaves_no_folder_behind():
    code = "import time\nfrom ecoanalysis.runs.warm import Warm\nwarm = Warm()\n{}\n"
    code += "print(warm._folder, flush=True)\ntime.sleep(60)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    for ready in ("warm.wait()", "time.sleep(0.5)"):  # at work, and still importing
        command = [sys.executable, "-c", code.format(ready)]
        starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        folder = Path(starter.stdout.readline().strip())
        assert folder.name.startswith("eco-") and folder.is_dir()
        starter.kill()
        starter.communicate()
        for _ in range(200):
            if not folder.exists():
                break
            time.sleep(0.1)
        assert not folder.exists(), ready


def test_two_runs_at_once_do_not_meet(three, tmp_path, capsys, notebooks):
    slow = notebooks(extra="import time\nif region == 'C':\n    time.sleep(3)")
    out = tmp_path / "out"
    process = start(slow, "run", "--data", three.path, "--out", out, "--lang", "en", "--jobs", 2)
    while not (out / ".2023.lock.json").exists():
        time.sleep(0.1)
    assert cli.main(["run", "--data", str(three.path), "--out", str(out), "--lang", "en"]) == 2
    assert f"process {process.pid}" in capsys.readouterr().err
    assert process.wait(60) == 0 and manifest(out)["state"] == "done"


def test_a_full_disk_or_closed_folder_is_told_before_any_work(three, tmp_path, capsys, notebooks, monkeypatch):
    notebooks()
    monkeypatch.setattr(runs, "ROOM", 10**18)
    monkeypatch.setattr("ecoanalysis.analysis.analyse", None)  # any work would call it
    assert cli.main(["run", "--data", str(three.path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 2
    assert "not enough room" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert cli.main(["run", "--data", str(three.path), "--out", str(tmp_path / "file/out"), "--lang", "en"]) == 2
    assert "is a file, not a folder" in capsys.readouterr().err


@pytest.mark.slow
def test_a_disk_that_fills_up_on_the_way_ends_in_a_sentence(three, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting needs rights")
    try:
        notebooks = write_notebooks(tmp_path / "notebooks")
        driver = start(notebooks, "run", "--data", three.path, "--out", small, "--lang", "en")
        _, error = driver.communicate(timeout=60)
        assert driver.returncode == 2 and "not enough room" in error  # told beforehand
        code = "import sys\nfrom ecoanalysis import cli, runs\nruns.ROOM = runs.ROOM_A_REGION = 0\nsys.exit(cli.main())"
        command = [sys.executable, "-c", code, "run", "--data", three.path, "--out", small, "--lang", "en"]
        full = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert full.returncode == 1 and "Traceback" not in full.stderr, full.stderr
        assert "the disk is full" in full.stderr
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_completes_as_if_undisturbed(three, tmp_path):
    """SIGKILL of the command, its warm process, a worker or a kernel at 30 seeded moments."""
    notebooks = write_notebooks(tmp_path / "notebooks")
    arguments = ("run", "--data", three.path, "--lang", "en", "--jobs", 2, "--out")
    started = time.monotonic()
    assert start(notebooks, *arguments, tmp_path / "undisturbed").wait(120) == 0
    whole = time.monotonic() - started
    expected = said(tmp_path / "undisturbed/2023")
    draw = random.Random(20231231)
    figures = []
    for moment in range(30):
        out = tmp_path / f"out{moment}"
        who = ("command", "warm process", "worker or kernel")[moment % 3]
        process = start(notebooks, *arguments, out)
        time.sleep(draw.uniform(0.3, whole))
        started_by_it = below(process.pid)
        if who == "command":
            process.kill()
        elif started_by_it:
            victim = started_by_it[0] if who == "warm process" else draw.choice(started_by_it)
            victim.kill()
        code = process.wait(60)
        _, left = psutil.wait_procs(started_by_it, timeout=10)
        left = [child for child in left if child.status() != "zombie"]  # where nobody collects the dead
        assert not left, (moment, who, left)
        if (out / "2023").exists():  # what bears the final name is whole
            assert manifest(out)["state"] in {"done", "failed"}
        again = start(notebooks, *arguments, out)
        again.communicate(timeout=120)
        assert again.returncode == 0, (moment, who)
        found = said(out / "2023")
        differ = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
        lines = [set(one.get(name, "").split("><")) for name in differ for one in (found, expected)]
        assert not differ, (moment, who, differ, [lines[0] - lines[1], lines[1] - lines[0]])
        assert not list(out.glob(".*.building")), (moment, who)
        figures.append((who, code))
    print({who: sorted(code for w, code in figures if w == who) for who in {w for w, _ in figures}})


@pytest.mark.slow
def test_memory_stays_level_over_many_notebooks(three, tmp_path, notebooks):
    from ecoanalysis.runs.warm import Warm

    with Warm() as warm:
        warm.wait()
        process = psutil.Process(warm._process.pid)
        sizes = []
        for _ in range(200):
            warm.call("ecoanalysis.runs.notebook:last_line", {"text": "x"})
            sizes.append(process.memory_info().rss)
        assert sizes[-1] - sizes[20] < 5_000_000
        assert psutil.wait_procs(process.children(), timeout=5)[1] == []  # children are taken leave of twice a second
        assert len(os.listdir(f"/proc/{process.pid}/fd")) < 30  # noqa: PTH208
