"""The files behind the evidence table: are they there, which hash have they, and does anything point out of their folder.

A location is a path inside `<data>/evidence/`, an address on the web (elsewhere, not checked), or empty (the register's
word is taken). Nothing outside the folder is opened, whatever a row or a link says.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath

from ecoanalysis import catalog
from ecoanalysis.intake import files

FOLDER = "evidence"
DEMO = "demo/"  # where demo rows say their papers lie, and nothing does
# Best first. What is on file by one of the first five counts; `not_found` does not.
STATES = ("on_file", "elsewhere", "unnamed", "unchecked", "demo", "not_found")
COUNTING = STATES[:5]
BLOCK = 2**20


def leaves(location: str) -> bool:
    """Whether a location is no path inside its folder: absolute, on a drive, or with `..`.

    >>> [leaves(text) for text in ("2023/a.pdf", "../a.pdf", "/etc/a", "C:\\\\a.pdf", "https://a.b/c", "")]
    [False, True, True, True, False, False]
    """
    if is_address(location):
        return False
    path = location.replace("\\", "/")
    return path.startswith(("/", "~")) or bool(re.match(r"[A-Za-z]:", path)) or ".." in PurePosixPath(path).parts


def is_address(location: str) -> bool:
    return bool(re.match(r"https?://", location, re.IGNORECASE))


def state(folder: Path, location: str, title: str = "") -> tuple[str, str]:
    """What is known of the file of one row of `evidence.csv`.

    Parameters
    ----------
    folder : path
        The data folder; its papers lie in `evidence/`.
    location, title : str
        As the row has them.

    Returns
    -------
    state : str
        One of `STATES`: `unchecked` where there is no `evidence/` at all; `demo` for a demo row without a file.
    sha256 : str
        Of the file that is there, otherwise empty.

    Raises
    ------
    Refused
        The location is a link out of the folder.
    """
    if not location:
        return "unnamed", ""
    if is_address(location):
        return "elsewhere", ""
    root = folder / FOLDER
    path = root / location.replace("\\", "/")
    digest = sha256(path, root) if root.is_dir() else ""
    if digest:
        return "on_file", digest
    if location.startswith(DEMO) and is_demo(title):
        return "demo", ""
    return ("not_found" if root.is_dir() else "unchecked"), ""


def is_demo(title: str) -> bool:
    """Whether a paper is one that was made up to show the program."""
    return title.startswith(catalog.phrase("mark.demo_title", "zh"))


def sha256(path: Path, root: Path) -> str:
    """SHA-256 of a regular file inside `root`; empty when there is none.

    Raises
    ------
    Refused
        The path leads out of `root` by a link.
    """
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise files.Refused("paper_link", location=path.name)
        if not path.is_file():
            return ""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()
    except (OSError, RuntimeError):  # RuntimeError: links that point at each other
        return ""


def lying(folder: Path) -> list[str]:
    """Paths of the files in `evidence/`, relative to the data folder; links and hidden files left out."""
    relative = []
    for directory, folders, names in os.walk(folder / FOLDER):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(directory) / name
            if not name.startswith((".", "~")) and path.is_file() and not path.is_symlink():
                relative.append(path.relative_to(folder).as_posix())
    return relative
