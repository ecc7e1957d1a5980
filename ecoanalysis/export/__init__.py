"""The door out: documents made of an analysis, one module a format. They word and draw; they compute nothing."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

# Nothing in our pages runs or fetches; a picture is in the page itself. Every HTML carries it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    """A table as CSV that Excel opens with Chinese intact, its texts and headings guarded by `guarded`."""
    table = table.rename(columns=guarded)
    texts = [number for number, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    if texts:
        table = table.copy()
        for number in texts:
            column = table.iloc[:, number].astype(object)
            risky = {text: guarded(text) for text in column.unique() if isinstance(text, str) and guarded(text) != text}
            if risky:
                table.isetitem(number, column.map(lambda value, guards=risky: guards.get(value, value)))
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")


def has_parquet() -> bool:
    """Whether Parquet can be written: pyarrow is no dependency, it is used where it is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def write_table(table: pd.DataFrame, folder: Path | str, name: str, kind: str = "csv") -> None:
    """A table as `name.csv` or `name.parquet`; the same table of another kind goes, as it would pass for this one's."""
    folder = Path(folder)
    if kind == "csv":
        write_csv(table, folder / f"{name}.csv")
    else:
        with replacing(folder / f"{name}.parquet") as temporary:
            table.to_parquet(temporary, index=False)
    (folder / f"{name}.{'parquet' if kind == 'csv' else 'csv'}").unlink(missing_ok=True)


def guarded(value: object) -> object:
    """A text that Excel or WPS would take for a formula, behind an apostrophe; anything else as it is.

    A sign alone (the comparison `=`) and a number written as text are no formulas.

    Examples
    --------
    >>> guarded("=HYPERLINK(A1)"), guarded("="), guarded("-3.5"), guarded("甘谷县")
    ("'=HYPERLINK(A1)", '=', '-3.5', '甘谷县')
    """
    if not isinstance(value, str) or len(value) < 2 or not value.startswith(FORMULA_STARTS):
        return value
    with contextlib.suppress(ValueError):
        float(value)
        return value
    return "'" + value.replace("\r", " ")  # pandas would not quote a carriage return


def beside(reports: Path) -> list[str]:
    """What other commands have left beside the runs of a reports folder: replay, bulletins, exploring pages."""
    patterns = (
        "track_record/replay.html",
        "track_record/track_record.html",
        "bulletin_*/bulletin_*.docx",
        "explore*.html",
    )
    return [path.relative_to(reports).as_posix() for pattern in patterns for path in sorted(reports.glob(pattern))]
