"""What is given in a call goes through the doors that files go through, into the raw data of an analysis.

Nothing here touches the disk.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import fields, replace

import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.formulas import own
from ecoanalysis.intake import plan, statistics
from ecoanalysis.intake.cells import Desk, as_text
from ecoanalysis.intake.columns import OBSERVATION_COLUMNS, columns
from ecoanalysis.intake.files import Text
from ecoanalysis.intake.folder import Raw
from ecoanalysis.intake.problems import Problem, collapsed

GIVEN = "with_indicator"  # what stands as the file of a row that a call gave
NO_CODE = "_"  # of an indicator whose own code cannot be


def indicator_given(
    raw: Raw, row: dict, values: list[dict], targets: list[dict] | None, codes: dict[str, str]
) -> tuple[Raw, list[Problem]]:
    """The raw data with one more indicator, its values and its targets, and everything that is wrong with them.

    Parameters
    ----------
    row : dict
        As a row of `indicators.csv`.
    values : list of dict
        As rows of a statistics file; variable and unit are the indicator's where they are left out.
    targets : list of dict, optional
        As rows of `targets.csv`; what is left out is the indicator's (code, unit, direction) or the plan's (dates).
        None for an indicator that is only watched: every region gets a row without a value.
    codes : dict
        Codes of regions by the names that `values` and `targets` use.
    """
    code, name = as_text(row.get("code")), f"{GIVEN}({as_text(row.get('code'))})"
    desk = Desk(name)
    known = [field.name for field in fields(catalog.Indicator)]
    _extra(desk, None, row, known)
    if not as_text(row.get("name_zh")):
        desk.report(None, "empty", column="name_zh")
    if not as_text(row.get("formula")) and not values:
        desk.report(None, "own_nothing")
    texts = {column: as_text(value) for column, value in row.items() if column in known}
    texts["name_en"] = texts.get("name_en") or texts.get("name_zh", "")
    texts["aggregate"] = texts.get("aggregate") or _aggregate(texts.get("formula", ""))
    tables = catalog.with_indicator(raw.tables, texts, name)
    faults = tables.faults[len(raw.tables.faults) :]
    if code not in tables.own:  # the rest is looked at under a code that nobody has
        again = catalog.with_indicator(raw.tables, texts | {"code": NO_CODE}, name).faults[len(raw.tables.faults) :]
        faults = dict.fromkeys([*faults, *again])
        plain = {column: texts.get(column, "") for column in ("name_zh", "unit", "formula")}
        plain |= {"better": texts.get("better") if texts.get("better") in catalog.CHOICES["better"] else ""}
        code = NO_CODE
        tables = catalog.with_indicator(raw.tables, plain | {"code": code}, name)
    problems = desk.problems + [Problem(fault.file, fault.row, fault.phrase, fault.values) for fault in faults]
    record = tables.indicators[code]
    made = replace(raw, tables=tables)
    if values:
        table, told = _values(made, values, record, name, codes)
        made, problems = with_observations(made, table), problems + told
    rows, told = _targets(made, targets, record, name, codes)
    problems += told
    return replace(made, targets=pd.concat([raw.targets, rows], ignore_index=True)), problems


def _aggregate(formula: str) -> str:
    """How a city gets the indicator: computed anew from the sums of its counties' inputs, where a formula is written."""
    try:
        kind, _ = own.sides(formula)
    except own.FormulaError:  # told by the computation
        kind = ""
    return {"": "reported", "expression": "none"}.get(kind, "ratio")


def _extra(desk: Desk, line: int | None, row: dict, known: list[str]) -> None:
    unknown = sorted(map(str, set(row) - set(known)))
    if unknown:
        desk.report(line, "extra_columns", unknown=", ".join(unknown), columns=", ".join(known))


def _values(raw: Raw, values: list[dict], record, name: str, codes) -> tuple[pd.DataFrame, list[Problem]]:
    """Values of an indicator as observations; a row is numbered as in a file with a header."""
    desk, known = Desk(name), columns("statistics")[0]
    usual = {"variable": record.code, "unit": record.unit, "status": "observed", "source": name}
    texts = []
    for line, row in enumerate(values, 2):
        _extra(desk, line, row, known)
        text = usual | {column: as_text(row[column]) for column in known if as_text(row.get(column))}
        texts.append(text | {"region_code": codes.get(text.get("region_code", ""), text.get("region_code", ""))})
    table, told = observed(as_table(texts, known), raw, name, {}, {record.code: record})
    return table, desk.problems + told


def _targets(raw: Raw, targets: list[dict] | None, record, name: str, codes) -> tuple[pd.DataFrame, list[Problem]]:
    desk, known = Desk(name), columns("targets.csv")[0]
    dates = raw.targets[["due_date", "hold_date"]].value_counts().index[:1]  # the plan's usual ones
    usual = {"indicator": record.code, "unit": record.unit, "source": name}
    usual |= {"comparison": "<=" if record.direction < 0 else ">="}
    usual |= dict(zip(("due", "hold_until"), dates[0], strict=True)) if len(dates) else {}
    rows = []
    for line, row in enumerate([{"region_code": "*"}] if targets is None else targets, 2):
        _extra(desk, line, row, known)
        given = {column: as_text(row[column]) for column in known if as_text(row.get(column))}
        alone = {"hold_until": given["due"]} if "due" in given else {}
        text = dict.fromkeys(known, "") | usual | alone | given
        rows.append((line, text | {"region_code": codes.get(text["region_code"], text["region_code"])}))
    table = plan.targets(rows, tuple(raw.regions["code"]), raw.tables.indicators, desk) if rows else raw.targets[:0]
    return table, desk.problems


def as_table(rows: list[dict], header: list[str]) -> bytes:
    """Rows as the text of a CSV file, in UTF-8."""
    file = io.StringIO()
    writer = csv.DictWriter(file, header, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8")


def observed(
    content: bytes, raw: Raw, name: str, hashes: dict[str, str], records: dict
) -> tuple[pd.DataFrame, list[Problem]]:
    """The text of a statistics table as observations, and what is wrong with it.

    Parameters
    ----------
    name : str
        What stands as its file.
    hashes : dict
        SHA-256 of the workbooks that its rows were taken from.
    records : dict
        What the rows may speak of.
    """
    desk = Desk(name)
    digest = hashlib.sha256(content).hexdigest()
    book = statistics.Book(tuple(raw.regions["code"]), frozenset(), records)
    made = statistics.table(Text(content, digest), book, desk)
    if made is None or not len(made.rows):
        return statistics.empty_rows(), collapsed(desk.problems)
    one = statistics.unique(statistics.traced(made, name, digest, hashes))
    for file, row, facts in one.contradictions:
        desk.report(row, "contradiction", **facts | {"other": facts["other"].replace(f"{file}:", f"{name}:")})
    return one.rows.reset_index(drop=True), collapsed(desk.problems)


def with_observations(raw: Raw, table: pd.DataFrame) -> Raw:
    """The raw data with observations laid over those that were there."""
    if table.empty:
        return raw
    key = ["region_code", "year", "variable"]
    new = pd.MultiIndex.from_frame(table[key].astype({"region_code": str, "variable": str}))
    old = pd.MultiIndex.from_frame(raw.observations[key].astype({"region_code": str, "variable": str}))
    kept = raw.observations[~old.isin(new)]
    whole = statistics.joined([kept, table[OBSERVATION_COLUMNS]]) if len(kept) else table[OBSERVATION_COLUMNS]
    hashes = dict(zip(table["file"].astype(str), table["sha256"].astype(str), strict=True))
    return replace(raw, observations=whole, hashes=dict(sorted((raw.hashes | hashes).items())))
