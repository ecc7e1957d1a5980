"""The folder of a run: built aside, locked while it is made, published as a whole.

    <out>/2023/                  the published run
    <out>/.2023.building/        the one in the making, for its maker's eyes alone (0700)
    <out>/.2023.lock             held by the system for the run's process, whatever ends it
    <out>/.2023.lock.json        who that is

A reader sees the earlier run or the new one, never a mixture. What a killed run has finished stays in the building
folder, where the next run takes it up.
"""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import json
import os
import re
import shutil
import socket
import stat
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

MANIFEST = "manifest.json"
CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
NAME_LENGTH = 30  # characters; 90 bytes of Chinese, well inside the 255 of a file system


class Refused(ValueError):
    """The run cannot start: `phrase` and `values` say why and what to do."""

    def __init__(self, phrase: str, **values: object):
        self.phrase, self.values = phrase, values
        super().__init__(phrase)


def folder_name(code: str, name: str) -> str:
    """The folder of a region: its code and its name without anything that a path could mean.

    Raises
    ------
    Refused
        The code is not 1–20 letters, digits, `_` or `-`.

    Examples
    --------
    >>> folder_name("360121", "南昌县"), folder_name("a-1", "../南昌/县<b>")
    ('360121_南昌县', 'a-1_南昌_县_b')
    """
    if not CODE.fullmatch(code):
        raise Refused("code", code=repr(code)[:60])
    plain = unicodedata.normalize("NFKC", name)
    words = "".join(letter if letter.isalnum() else "_" for letter in plain)
    words = re.sub("_+", "_", words).strip("_")[:NAME_LENGTH].strip("_")
    return f"{code}_{words or 'region'}"


def inside(folder: Path, name: str) -> Path:
    """`folder/name`, proven to be a child of `folder` and no link to elsewhere.

    Raises
    ------
    Refused
        It would lie anywhere else.
    """
    path = folder / name
    if path.is_symlink() or path.resolve().parent != folder.resolve():
        raise Refused("outside", path=repr(name)[:60])
    return path


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path with `/`; the manifest itself is left out.

    A link is never followed: it counts as the text of where it points.
    """
    digests = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            digests[name] = hashlib.sha256(b"link " + os.fsencode(path.readlink())).hexdigest()
        elif path.is_file() and name != MANIFEST:
            digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digests


def manifest_of(folder: Path) -> dict:
    """The manifest of a run, or nothing where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_whole(folder: Path, manifest: dict) -> bool:
    """Whether a published run holds exactly the files its manifest lists."""
    return bool(manifest.get("files")) and not folder.is_symlink() and fingerprints(folder) == manifest["files"]


def check_room(out: Path, needed: int) -> None:
    """See that `out` can be written and has room for `needed` bytes, by making and removing a folder there.

    Where `out` is still to be made, its nearest folder above is looked at, and nothing is left behind.

    Raises
    ------
    Refused
        With the reason that the system gives.
    """
    try:
        there = next(folder for folder in (out, *out.parents) if folder.exists())
        trial = there / f".trial.{os.getpid()}"
        trial.mkdir()
        trial.rmdir()
        free = shutil.disk_usage(there).free
    except NotADirectoryError as error:
        raise Refused("not_a_folder", folder=there) from error
    except OSError as error:
        raise Refused("cannot_write", folder=out, reason=error) from error
    if free < needed:
        raise Refused("no_room", folder=out, free=free // 10**6, needed=-(-needed // 10**6))


@dataclass
class Directory:
    """One run's folder, `out/name`, from lock to publication: `with Directory(out, "2023") as directory: …`."""

    out: Path
    name: str

    def __post_init__(self) -> None:
        self.target = inside(self.out, self.name)
        self.building = inside(self.out, f".{self.name}.building")
        self._holder = inside(self.out, f".{self.name}.lock.json")
        self._lock = FileLock(inside(self.out, f".{self.name}.lock"), mode=0o600, timeout=0)

    def __enter__(self) -> Directory:
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise Refused("held", folder=self.target, **self._who()) from error
        try:
            self._claim()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.unlink(missing_ok=True)
        self._lock.release()

    def _claim(self) -> None:
        """Name the holder, mend what a killed publication left, and open the building folder."""
        who = {"user": _user(), "computer": socket.gethostname(), "process": os.getpid()}
        who["since"] = datetime.now(UTC).isoformat(timespec="seconds")
        self._holder.unlink(missing_ok=True)
        self._holder.write_text(json.dumps(who, ensure_ascii=False), encoding="utf-8")
        aside = self._aside()
        if aside.exists() and not self.target.exists():
            aside.replace(self.target)
        shutil.rmtree(aside, ignore_errors=True)
        if self.target.exists() and any(self.target.iterdir()) and "as_of" not in manifest_of(self.target):
            raise Refused("not_a_run", folder=self.target)
        if not _is_private(self.building):  # somebody else's, or open to others: nothing in it is to be trusted
            _remove(self.building)
        self.building.mkdir(mode=0o700, exist_ok=True)

    def publish(self) -> Path | None:
        """Put the building folder in the place of the earlier run.

        Returns
        -------
        Path or None
            Where the earlier run was kept as a whole, because files in it had been changed or added by hand; None
            when it held just what its run had made, and is gone.
        """
        earlier = manifest_of(self.target)
        keep = self.target.exists() and any(self.target.iterdir()) and not is_whole(self.target, earlier)
        mask = os.umask(0)
        os.umask(mask)
        self.building.chmod(0o777 & ~mask)
        aside = self._aside()
        if not self.target.exists():
            self.building.replace(self.target)
            return None
        if _exchange(self.building, self.target):
            self.building.replace(aside)
        else:
            self.target.replace(aside)  # a kill between these two lines is mended by the next run
            self.building.replace(self.target)
        if keep:
            kept = self.out / f"{self.name}_kept_{time.strftime('%Y%m%dT%H%M%S')}"
            aside.replace(kept)
            return kept
        shutil.rmtree(aside, ignore_errors=True)
        return None

    def _aside(self) -> Path:
        return self.out / f".{self.name}.earlier"

    def _who(self) -> dict:
        try:
            return {key: str(value) for key, value in json.loads(self._holder.read_text(encoding="utf-8")).items()}
        except (OSError, ValueError, AttributeError):
            return dict.fromkeys(("user", "computer", "process", "since"), "?")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def _is_private(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    state = folder.stat()
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not stat.S_IMODE(state.st_mode) & 0o077)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step of the system, where it has such a step (Linux)."""
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
    try:
        rename = ctypes.CDLL(None).renameat2
        return rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
    except (AttributeError, OSError, TypeError):
        return False
