"""Set up the environment in .venv and run a task: `python run.py report` or `python run.py test`.

Standard library alone, so that it runs on a bare machine. The Makefile calls it; on Windows: `py run.py report`.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
COMMAND = ["-X", "utf8", "-m", "ecoanalysis.cli"]
# A file's tests stay together, so that what a module prepares is prepared once; every worker analyses once.
TEST = ["-X", "utf8", "-m", "pytest", "--numprocesses=auto", "--dist=loadscope"]
LINT = [["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."]]
# Each task: the commands in order, given to .venv's Python; what follows the task's name goes to the last one.
TASKS = {
    "setup": [],
    "report": [[*COMMAND, "run"]],
    "lab": [[*COMMAND, "lab", "notebooks"]],
    "quick": [[*TEST, "--hypothesis-profile=quick", "-m", "quick", "tests"]],
    "test": [[*TEST, "-m", "not whole and not slow and not browser"]],
    "whole": [[*TEST, "-m", "whole and not slow and not browser"]],
    "all": [[*TEST, "--hypothesis-profile=all", "-m", ""]],
    "lint": LINT,
    "docs": [["-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "docs", "build/docs"]],
    "mutants": [["tests/mutants.py"]],
}
EXTRAS = {"docs": "docs", "mutants": "mutants"}  # installed when the task is first asked for


def fingerprint() -> str:
    """What the environment is made from: project file, pins and Python's version."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def set_up(extra: str | None = None) -> None:
    """Make .venv when it is missing or out of date; the stamp is written last, so a broken one is made anew."""
    if not is_current(".ready"):
        try:
            import ensurepip  # noqa: F401
        except ImportError:
            sys.exit("Python lacks the venv module. 请先安装 · Install it first: sudo apt install python3-venv")
        print("正在建立环境（约一分钟） · Setting up the environment (about a minute)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        install("lab,test", ".ready")
    if extra and not is_current(f".ready-{extra}"):
        print(f"正在安装 {extra} 所需的包 · Installing what {extra} needs", flush=True)
        install(extra, f".ready-{extra}")


def is_current(stamp: str) -> bool:
    file = VENV / stamp
    return file.exists() and file.read_text() == fingerprint()


def install(extras: str, stamp: str) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", "constraints.txt", "-e", f".[{extras}]"], check=True, cwd=ROOT)
    (VENV / stamp).write_text(fingerprint())


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (this file must still speak on an older Python)
        sys.exit(f"需要 Python 3.11 或更高 · Python 3.11 or later is needed; this is {sys.version.split()[0]}")
    task, options = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if task not in TASKS:
        sys.exit(f"usage: python run.py {{{','.join(TASKS)}}} [options]")
    set_up(EXTRAS.get(task))
    code = 0
    for number, command in enumerate(TASKS[task], start=1):
        more = options if number == len(TASKS[task]) else []
        code = code or subprocess.run([str(PYTHON), *command, *more], cwd=ROOT, check=False).returncode
    return code


if __name__ == "__main__":
    sys.exit(main())
