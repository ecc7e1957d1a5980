"""Statistics tables: millions of rows checked as arrays, and only what is odd looked at row by row."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ecoanalysis import catalog, units
from ecoanalysis.intake.cells import LONGEST_CELL, Desk
from ecoanalysis.intake.columns import OBSERVATION_COLUMNS, STATUSES
from ecoanalysis.intake.files import Text
from ecoanalysis.intake.layout import Layout, even, layout

FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_CONTRADICTIONS = 500  # beyond them two tables of different origin lie on each other, and 500 say so as well
NUMBERS = {"year", "value"}


@dataclass
class Book:
    """What statistics may speak of: regions, variables and indicators, and the range and unit of each."""

    regions: tuple[str, ...]
    refused_regions: frozenset[str] = frozenset()  # named in regions.csv, in a row that was refused
    records: dict = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.records)

    @cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        low = [-np.inf if r.low is None else r.low for r in self.records.values()]
        high = [np.inf if r.high is None else r.high for r in self.records.values()]
        return np.array(low, dtype=float), np.array(high, dtype=float)


@dataclass
class Table:
    """The good rows of one file, and where the others went."""

    rows: pd.DataFrame
    read: int = 0
    empty: int = 0
    told: int = 0


def measured(own: dict | None = None) -> dict:
    """What a statistics row may speak of: a variable, or an indicator its department reports itself."""
    reported = {code: row for code, row in catalog.indicators().items() if row.kind != "checklist"}
    return catalog.variables() | reported | (own or {})


def table(text: Text, book: Book, desk: Desk) -> Table | None:
    """The rows of a statistics file in canonical units; None when the header cannot be used.

    Every row is kept, empty (a missing value), or told.
    """
    laid_out = layout(text.content, "statistics", desk)
    if laid_out is None:
        return None
    try:
        frame = _parsed(laid_out, book)
        odd_shape = laid_out.rows is None and not even(laid_out, len(frame))
    except (pd.errors.ParserError, pd.errors.ParserWarning):  # a row with too many cells
        odd_shape = True
    if odd_shape:
        laid_out = layout(text.content, "statistics", desk, carefully=True)
        frame = _parsed(laid_out, book)
    rows = np.arange(2, len(frame) + 2) if laid_out.rows is None else np.asarray(laid_out.rows, dtype=np.int64)
    good, empty, factors = _judged(frame, book)
    kept = _canonical(frame, rows, good, factors, book)
    odd = np.flatnonzero(~good & ~empty)
    made = Table(kept, read=len(frame) + laid_out.lost, empty=int(empty.sum()), told=laid_out.lost)
    if len(odd):
        _look(laid_out, rows, odd, book, desk, made)
    return made


def _parsed(laid_out: Layout, book: Book) -> pd.DataFrame:
    """The table as pandas reads it: known words as their numbers (-1 when unknown), numbers as numbers if all are."""
    known = {"region_code": book.regions, "variable": book.names, "status": STATUSES}
    words = [name for name in laid_out.header if name not in NUMBERS]
    options = dict(keep_default_na=False, skip_blank_lines=False, index_col=False)
    dtypes = dict.fromkeys(words, "category")
    numbers = {"dtype": dtypes | {"year": "int64", "value": "float64"}, "na_values": {"value": [""]}}
    texts = {"dtype": dtypes | {"year": "str", "value": "str"}, "na_values": []}
    try:
        frame = _read(laid_out, **options, **numbers)
    except (ValueError, OverflowError) as error:
        if isinstance(error, pd.errors.ParserError):
            raise
        frame = _read(laid_out, **options, **texts)
    numeric = [
        name
        for name in words
        if not pd.api.types.is_string_dtype(categories := frame[name].cat.categories)
        and not (name in known and set(map(str, categories)) <= set(known[name]))
    ]
    if numeric:  # pandas takes a source named 007 for the number 7
        again = pd.read_csv(io.BytesIO(laid_out.content), dtype="str", usecols=numeric, na_values=[], **options)
        for name in numeric:
            frame[name] = again[name].fillna("").astype("category")
    for name, choices in known.items():
        frame[name] = _coded(frame[name], choices)
    return frame


def _read(laid_out: Layout, **options) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # else a row's last cells are dropped with a shrug
        return pd.read_csv(io.BytesIO(laid_out.content), **options)


def _coded(column: pd.Series, choices: tuple[str, ...]) -> pd.Categorical:
    """A column of words as numbers of known words, -1 for what is not among them."""
    position = {text: number for number, text in enumerate(choices)}
    codes = np.array([position.get(str(text), -1) for text in column.cat.categories] + [-1], dtype=np.int32)
    return pd.Categorical.from_codes(codes[column.cat.codes.to_numpy()], categories=list(choices))


_WORDS = ("region_code", "variable", "unit", "status", "source", "vintage", "received", "sheet", "cell")


def _judged(frame: pd.DataFrame, book: Book) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows are good, which are empty (good but without a value), and what turns each value canonical."""
    named = np.ones(len(frame), dtype=bool)
    for name in ("region_code", "variable", "status"):
        named &= frame[name].cat.codes.to_numpy() >= 0
    year, value = _numbers(frame["year"]), _numbers(frame["value"])
    with np.errstate(invalid="ignore"):
        named &= (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (year % 1 == 0)
    for name in ("source", "vintage", "received", "sheet", "cell"):
        if name in frame:
            categories = frame[name].cat.categories.astype(str)
            odd = np.array([_odd(name, text) for text in categories], dtype=bool)
            if odd.any():
                named &= ~odd[frame[name].cat.codes.to_numpy()]
    variable, unit = frame["variable"].cat.codes.to_numpy(), frame["unit"].cat.codes.to_numpy()
    factors = _factors(variable, unit, list(frame["unit"].cat.categories.astype(str)), book)
    low, high = book.bounds
    with np.errstate(invalid="ignore", over="ignore"):
        canonical = value * factors
        good = named & np.isfinite(canonical) & (canonical >= low[variable]) & (canonical <= high[variable])
    if pd.api.types.is_float_dtype(frame["value"]):
        empty = named & np.isnan(value)
    else:
        empty = named & (frame["value"].to_numpy() == "")
    return good, empty, factors


def _odd(name: str, text: str) -> bool:
    """Whether a word has to be looked at in its row."""
    if name == "vintage":
        return text != "" and not (len(text) == 10 and text[:4].isdigit())
    return text != text.strip() or text[:1] in ("=", "@") or len(text) > LONGEST_CELL or not text.isprintable()


def _numbers(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy()
    # Stricter than Python: no full-width digits, no underscores.
    return pd.to_numeric(column.astype(object), errors="coerce").to_numpy(dtype=float)


def _factors(variable: np.ndarray, unit: np.ndarray, texts: list[str], book: Book) -> np.ndarray:
    """What each value is multiplied by; NaN where the unit cannot become the variable's."""
    size = len(texts) + 1
    pair = variable.astype(np.int64) * size + unit
    table = np.full((len(book.names) + 1) * size, np.nan)
    records = list(book.records.values())
    for code in np.flatnonzero(np.bincount(pair[variable >= 0], minlength=1)):
        try:
            table[code] = units.factor(texts[code % size], records[code // size].unit)
        except units.UnitError:
            continue
    return np.where(variable >= 0, table[pair], np.nan)


def _canonical(frame, rows: np.ndarray, good: np.ndarray, factors: np.ndarray, book: Book) -> pd.DataFrame:
    take = slice(None) if good.all() else good
    variable = frame["variable"].array[take]
    unit_words = list(dict.fromkeys(record.unit for record in book.records.values()))
    of_variable = np.array([unit_words.index(record.unit) for record in book.records.values()])
    unit = pd.Categorical.from_codes(of_variable[variable.codes], categories=unit_words)
    made = {
        "region_code": frame["region_code"].array[take],
        "year": _numbers(frame["year"])[take].astype(np.int64),
        "variable": variable,
        "value": _numbers(frame["value"])[take] * factors[take],
        "unit": unit,
        "status": frame["status"].array[take],
    }
    for name in ("source", "vintage", "received", "sheet", "cell"):
        if name in frame:
            made[name] = frame[name].array[take]
    made["row"] = rows[take]
    return pd.DataFrame(made)


def _look(laid_out: Layout, rows: np.ndarray, odd: np.ndarray, book: Book, desk: Desk, made: Table) -> None:
    """Look at the odd rows one by one: tell what is wrong, keep what was only oddly spaced."""
    lines = laid_out.content.split(b"\n")
    parsed = csv.reader(lines[position + 1].decode("utf-8") for position in odd)
    blank = dict.fromkeys([*_WORDS, "note"], "")
    kept = []
    before = csv.field_size_limit(2**31 - 1)
    try:
        for position, cells in zip(odd, parsed, strict=True):
            row = int(rows[position])
            cells = dict(zip(laid_out.header, (cell.strip() for cell in cells), strict=True))
            if not any(cells.values()) or next(iter(cells.values())).startswith("#"):
                made.read -= 1
                continue
            observation = _observation(row, blank | cells, book, desk)
            if observation is None:
                made.told += 1
            elif observation["value"] is None:
                made.empty += 1
            else:
                kept.append(observation)
    finally:
        csv.field_size_limit(before)
    if kept:
        more = pd.DataFrame(kept)[[name for name in made.rows.columns if name in kept[0]]]
        made.rows = joined([made.rows, more]).sort_values("row", kind="stable", ignore_index=True)


def _observation(row: int, cells: dict[str, str], book: Book, desk: Desk) -> dict | None:
    """The row in canonical units, its value None when missing; None when the row is bad, which is told."""
    before = len(desk.problems)
    if cells["region_code"] in book.refused_regions:
        desk.report(row, "region_refused", region=cells["region_code"])
    else:
        desk.known(row, "region", cells["region_code"], book.regions)
    year = desk.year(row, "year", cells["year"])
    desk.one_of(row, "status", cells["status"], STATUSES)
    desk.known(row, "variable", cells["variable"], book.names)
    record = book.records.get(cells["variable"])
    for name in ("source", "received", "sheet", "cell"):
        desk.plain(row, name, cells[name])
    vintage = cells["vintage"] and desk.date(row, "vintage", cells["vintage"])
    value = None
    if cells["value"]:
        value = desk.number(row, "value", cells["value"])
        if record is not None and value is not None:
            value = desk.converted(row, value, cells["unit"], record)
    if len(desk.problems) > before:
        return None
    canonical = {"year": year, "value": value, "unit": record.unit, "vintage": vintage, "row": row}
    return {name: cells[name] for name in _WORDS} | canonical


def joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables under each other; columns of words stay words by number, with the words of all."""
    if len(frames) == 1:
        return frames[0]
    made = {}
    for name in dict.fromkeys(name for frame in frames for name in frame.columns):
        columns = [frame[name] if name in frame else pd.Series([""] * len(frame)) for frame in frames]
        if any(isinstance(column.dtype, pd.CategoricalDtype) for column in columns):
            columns = [column.astype("category") for column in columns]
            made[name] = pd.api.types.union_categoricals(columns, sort_categories=False)
        else:
            made[name] = np.concatenate([column.to_numpy() for column in columns])
    return pd.DataFrame(made)


def traced(made: Table, file: str, sha256: str, hashes: dict[str, str]) -> pd.DataFrame:
    """The rows with file, sheet, cell, hash and id of each: of the table, or of the workbook it was taken from."""
    frame = made.rows
    prefix = file.removeprefix("statistics/")
    texts = list(map(str, frame["row"].tolist()))  # a list of texts is made in half the time of a column of them
    cells = np.array(texts, dtype=object)
    ids = np.array([f"{prefix}:{text}" for text in texts], dtype=object)
    size = len(frame)
    constant = {"file": file, "sheet": "", "sha256": sha256}
    words = {name: pd.Categorical.from_codes(np.zeros(size, np.int8), [text]) for name, text in constant.items()}
    if "received" in frame and (frame["received"].astype(str) != "").any():
        from_book = (frame["received"].astype(str) != "").to_numpy()
        received, sheet, spot = (frame[n].astype(str).to_numpy(object) for n in ("received", "sheet", "cell"))
        cells = np.where(from_book, spot, cells)
        names = [str(text).rsplit("/", 1)[-1] for text in received]
        book_ids = [f"{n}!{s}!{c}" if s else f"{n}:{c}" for n, s, c in zip(names, sheet, spot, strict=True)]
        ids = np.where(from_book, np.array(book_ids, dtype=object), ids)
        words["file"] = pd.Categorical(np.where(from_book, received, file))
        words["sheet"] = pd.Categorical(np.where(from_book, sheet, ""))
        words["sha256"] = pd.Categorical([hashes.get(text, sha256) if text else sha256 for text in received])
    empty = pd.Categorical.from_codes(np.zeros(size, np.int8), [""])
    columns = {name: frame[name].array for name in ("region_code", "year", "variable", "value", "unit", "status")}
    columns["source"] = frame["source"].array if "source" in frame else empty
    columns |= words
    columns["cell"], columns["id"] = pd.array(cells, dtype="str"), pd.array(ids, dtype="str")
    columns["vintage"] = frame["vintage"].array if "vintage" in frame else empty
    columns["row"] = frame["row"].to_numpy()
    columns["table"] = pd.Categorical.from_codes(np.zeros(size, np.int8), [file])
    return pd.DataFrame(columns)


@dataclass
class Unique:
    """One value for each region, year and variable, and what gave way to it."""

    rows: pd.DataFrame
    revisions: pd.DataFrame  # earlier vintages that gave way
    first_given: pd.DataFrame  # the rows of the first vintage of each figure that was revised
    contradictions: list[tuple[str, int, dict]]
    replaced: dict[str, int]  # rows of each file that gave way: to a real value, a later vintage, an equal row
    told: dict[str, int]


REVISION_COLUMNS = "region_code year variable before value unit vintage_before vintage id_before id".split()


def unique(table: pd.DataFrame) -> Unique:
    """Real before demo, a later vintage before an earlier one, and no contradiction."""
    size = max(table["variable"].cat.categories.size, 1)
    key = table["region_code"].cat.codes.to_numpy().astype(np.int64) * size + table["variable"].cat.codes.to_numpy()
    key = key * 1000 + (table["year"].to_numpy() - FIRST_YEAR)
    in_order = np.sort(key)
    again = in_order[1:][in_order[1:] == in_order[:-1]]
    doubled = np.isin(key, again) if len(again) else np.zeros(0, dtype=bool)
    if not len(again):
        return Unique(table, pd.DataFrame(columns=REVISION_COLUMNS), empty_rows(), [], {}, {})
    some = table[doubled].assign(key=key[doubled])
    some["demo"] = some["status"].astype(str) == "demo"
    some["vintage"] = some["vintage"].astype(str)
    for name in ("region_code", "variable", "unit", "table"):
        some[name] = some[name].astype(str)
    real = some.loc[~some["demo"], "key"]
    gone = some["demo"] & some["key"].isin(real)
    left = some[~gone]
    latest = left.groupby("key")["vintage"].transform("max")
    earlier = left[left["vintage"] < latest]
    last = left[left["vintage"] == latest]
    torn = last[last.groupby("key")["value"].transform("nunique") > 1]
    contradictions = []
    for number, (_, rows) in enumerate(torn.groupby("key", sort=False)):
        if number == MOST_CONTRADICTIONS:
            break
        contradictions += _contradicted(rows)
    kept = last.drop(torn.index).drop_duplicates("key")
    newer = kept.set_index("key")
    earlier = earlier[earlier["key"].isin(newer.index)]
    first = earlier.sort_values("vintage", kind="stable").drop_duplicates("key")
    first, earlier = (rows[rows["value"] != newer.loc[rows["key"], "value"].to_numpy()] for rows in (first, earlier))
    revisions = pd.DataFrame(
        {
            "region_code": earlier["region_code"],
            "year": earlier["year"],
            "variable": earlier["variable"],
            "before": earlier["value"],
            "value": newer.loc[earlier["key"], "value"].to_numpy(),
            "unit": earlier["unit"],
            "vintage_before": earlier["vintage"],
            "vintage": newer.loc[earlier["key"], "vintage"].to_numpy(),
            "id_before": earlier["id"],
            "id": newer.loc[earlier["key"], "id"].to_numpy(),
        }
    ).reset_index(drop=True)
    lost = some.index.difference(kept.index)
    told = torn["table"].value_counts().to_dict()
    replaced = some.loc[lost.difference(torn.index), "table"].value_counts().to_dict()
    return Unique(table.drop(lost), revisions, first, contradictions, replaced, told)


def _contradicted(rows: pd.DataFrame) -> list[tuple[str, int, dict]]:
    spots = list(zip(rows["table"], rows["row"], strict=True))
    first = rows.iloc[0]
    facts = {"region": first["region_code"], "year": int(first["year"]), "variable": first["variable"]}
    told = []
    for number, (file, row) in enumerate(spots):
        others = ", ".join(f"{f}:{n}" for other, (f, n) in enumerate(spots) if other != number)
        told.append((file, int(row), facts | {"other": others}))
    return told


def empty_rows() -> pd.DataFrame:
    """A table of observations without rows."""
    return pd.DataFrame(columns=OBSERVATION_COLUMNS).astype({"year": int, "value": float})
