"""The door out: documents made of a Reachability, one module a format. They word and draw; they compute nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd


@contextlib.contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary name beside `path` that becomes `path` when all went well; what was there stays otherwise."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def languages(lang: str) -> list[str]:
    """The languages of the documents: `both` is zh and en."""
    return ["zh", "en"] if lang == "both" else [lang]


def write_csv(table: pd.DataFrame, path: Path | str) -> None:
    """A table as CSV that Excel opens with Chinese intact."""
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
