"""Opening what people left in a folder, without being blocked, fooled or fed a bomb."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ecoanalysis import catalog

LARGEST_TABLE = 2 * 2**30  # bytes of a text table
LARGEST_WORKBOOK = 100 * 2**20  # bytes of a workbook as it lies on the disk
LARGEST_UNPACKED = 1 * 2**30  # bytes of a workbook once unpacked; beyond it is a zip bomb
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Refused(Exception):
    """A file that cannot be read; `phrase` and `values` say why and what to do."""

    def __init__(self, phrase: str, row: int | None = None, **values):
        super().__init__(phrase)
        self.phrase, self.row, self.values = phrase, row, values


@dataclass(frozen=True)
class Text:
    """A table's bytes in UTF-8 with Unix line ends, the hash of what was on the disk, and what had to be told."""

    content: bytes
    sha256: str
    told: tuple[tuple[str, int | None], ...] = ()


def content(path: Path, folder: Path | None = None, largest: int = LARGEST_TABLE) -> bytes:
    """The bytes of a regular file.

    Raises
    ------
    Refused
        It is not there, not a file (a folder, a pipe), a link out of `folder`, too large, or the system says no.
    """
    try:
        if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
            raise Refused("outside")
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise Refused("directory")
        if not stat.S_ISREG(state.st_mode):  # a pipe would wait for ever
            raise Refused("not_a_file")
        if state.st_size > largest:
            raise Refused("too_large", size=f"{state.st_size / 2**20:.0f}", largest=f"{largest / 2**20:.0f}")
        return path.read_bytes()
    except FileNotFoundError:
        raise Refused("no_file") from None
    except NotADirectoryError:
        raise Refused("in_a_file") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: links that point at each other
        raise Refused("locked", reason=catalog.disk(error, "zh", "en")) from None


def text(path: Path, folder: Path) -> Text:
    """A text table as UTF-8; what is not UTF-8 is told.

    Raises
    ------
    Refused
        As `content`; or a workbook, a half-written file, or an encoding that is neither UTF-8 nor GBK.
    """
    raw = content(path, folder)
    digest = hashlib.sha256(raw).hexdigest()
    if raw[:4] in (ZIP, OLE):
        raise Refused("workbook")
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise Refused("utf16")
    if b"\x00" in raw:
        raise Refused("half_written")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    told: list[tuple[str, int | None]] = []
    offset = _not_utf8(raw)
    if offset is not None:
        if offset >= len(raw) - 3 and _cut_character(raw[offset:]):
            told.append(("half_written", raw.count(b"\n") + 1))
            raw = raw[:offset]
        else:
            raw = _from_gbk(raw, offset)
            told.append(("gbk", None))
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return Text(raw, digest, tuple(told))


def _not_utf8(raw: bytes) -> int | None:
    """Where UTF-8 ends to be UTF-8; looked at in slices, which is three times faster than one large string."""
    if raw.isascii():
        return None
    start, step, view = 0, 2**20, memoryview(raw)
    while start < len(raw):
        last = start + step >= len(raw)
        try:
            start += codecs.utf_8_decode(view[start : start + step], "strict", last)[1]
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _cut_character(end: bytes) -> bool:
    try:
        codecs.utf_8_decode(end, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def _from_gbk(raw: bytes, offset: int) -> bytes:
    lines = [line for line in raw.split(b"\n") if not line.isascii()]
    real_utf8 = [line for line in lines if _not_utf8(line) is None and max(line) >= 0xE4]
    if real_utf8:
        raise Refused("mixed_encodings", row=raw.count(b"\n", 0, offset) + 1)
    try:
        return raw.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise Refused("encoding", row=raw.count(b"\n", 0, error.start) + 1) from None


def check_workbook(raw: bytes) -> None:
    """Refuse a workbook that is locked by a password, broken, or unpacks to more than can be meant.

    Raises
    ------
    Refused
        With the phrase that says so.
    """
    if raw[:4] == OLE:
        # An encrypted .xlsx is an OLE container whose directory names this stream, in UTF-16.
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise Refused("password")
        return
    if raw[:4] != ZIP:
        raise Refused("not_a_workbook")
    import io

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("truncated") from None
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED:
        raise Refused("zip_bomb", size=f"{unpacked / 2**20:.0f}")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("password")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it first, then one rename; what was there before stays until then.

    Raises
    ------
    OSError
        The disk is full or may not be written to; nothing has changed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
