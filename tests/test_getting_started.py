"""The newcomer's page followed to the letter in an empty folder: rows are typed in, commands run, output compared."""

import csv
import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {"ecoanalysis": ["-m", "ecoanalysis.cli"], "python": []}
CHANGING = ((r"\b[0-9a-f]{8}\b(?=[./])", "HASH"), (r"\d{4}-\d\d-\d\d", "DAY"), (r"\d+(\.\d+)? (s|秒)", "SECONDS"))


def blocks(page: str) -> list[list[str]]:
    """The indented blocks of a page, without the indentation, a command and its output each."""
    found: list[list[str]] = [[]]
    for line in page.splitlines():
        if line.startswith("    "):
            if line.startswith("    $ ") and found[-1]:
                found.append([])
            found[-1].append(line[4:])
        elif found[-1]:
            found.append([])
    return [one for one in found if one]


def plain(text: str) -> str:
    """Output without what differs from day to day, its columns as one kind of space."""
    for pattern, name in CHANGING:
        text = re.sub(pattern, name, text)
    return re.sub(r"(?<=_)[0-9a-f]{8}(?=\.csv)", "HASH", text)


def typed(lines: list[str], city: Path) -> None:
    """What the page tells its reader to type: new rows of regions.csv or targets.csv, or answers in mapping.csv."""
    if "variable" not in lines[0]:
        table = city / ("targets.csv" if lines[0].startswith("*") else "regions.csv")
        table.write_text(table.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
        return
    path = city / "mapping.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for answer in csv.reader(lines):
        (row,) = [row for row in rows if row[:3] == answer[:3]]
        assert row[:3] + row[4:] == answer[:3] + answer[4:] and not row[3]
        row[3] = answer[3]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["getting_started.md", "getting_started.zh-CN.md"])
def test_every_step_gives_what_the_page_says(tmp_path, page):
    text = (ROOT / "docs" / page).read_text("utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    done = []
    for first, *rest in blocks(text):
        if not first.startswith("$ "):
            typed([first, *rest], tmp_path / "mycity")
            continue
        program, *words = shlex.split(first.removeprefix("$ "))
        words = [str(ROOT / word) if word.startswith("docs/") else word for word in words]
        command = [sys.executable, *COMMANDS[program], *words]
        ran = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said, expected = plain(ran.stdout), plain("\n".join(rest))
        wanted = re.sub(r"(?m)^\s*…$", "...", expected) + "\n"
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert doctest.OutputChecker().check_output(wanted, said, options), f"{first}\n{said}"
        done.append(words[-1] if program == "python" else words[0])
    assert [name.rsplit("/", 1)[-1] for name in done] == [
        "init", "make_two_workbooks.py", "intake", "intake", "check", "forms", "run",
    ]  # fmt: skip
    assert (tmp_path / re.search(r"`(myreports/\d+/index\.html)`", text)[1]).is_file()
