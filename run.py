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
TASKS = {
    "setup": None,
    "report": ["-X", "utf8", "-m", "ecoanalysis.cli", "run"],
    "test": ["-X", "utf8", "-m", "pytest"],
    "lint": ["-m", "ruff", "check", "."],
    "lab": ["-m", "jupyterlab", "notebooks"],
}


def fingerprint() -> str:
    """What the environment is made from: project file, pins and Python's version."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def set_up() -> None:
    """Make .venv when it is missing or out of date; the stamp is written last, so a broken one is made anew."""
    stamp = VENV / ".ready"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        sys.exit("Python lacks the venv module. 请先安装 · Install it first: sudo apt install python3-venv")
    print("正在建立环境（约一分钟） · Setting up the environment (about a minute)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", "constraints.txt", "-e", ".[lab,test]"], check=True, cwd=ROOT)
    stamp.write_text(fingerprint())


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (this file must still speak on an older Python)
        sys.exit(f"需要 Python 3.11 或更高 · Python 3.11 or later is needed; this is {sys.version.split()[0]}")
    task = sys.argv[1] if len(sys.argv) > 1 else ""
    if task not in TASKS:
        sys.exit(f"usage: python run.py {{{','.join(TASKS)}}} [options]")
    set_up()
    if TASKS[task] is None:
        return 0
    return subprocess.run([str(PYTHON), *TASKS[task], *sys.argv[2:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
