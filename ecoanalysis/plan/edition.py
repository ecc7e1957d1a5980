"""The national edition that may count at the re-inspection: what passes its thresholds today, and what nobody measures.

The city table of the 2024 edition is known in part (items 1 to 13, without the two rows for coasts and one whose name
cannot be read). Rows are in `tables/edition_2024.csv` with their confidence; the department of a row is a proposal of
ours. A data folder's own `thresholds.csv` (edition 2024) replaces numbers.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from ecoanalysis import catalog, judge
from ecoanalysis.analysis import Analysis
from ecoanalysis.intake import STATUSES
from ecoanalysis.words import NOTHING, SIGNS, Words

EDITION = "2024"
COLUMNS = (
    "region_code number name_zh name_en indicator comparison threshold unit trend superior_task year value value_before "
    "passes by plan_target plan_verdict against_plan department_zh department_en department_mark confidence note status"
).split()
PASSES = ("yes", "if_task", "no", "unknown", "not_measured")
PROPOSAL = "D"  # whose task a row is was not seen in the text
LEVELS = ("city", "province")  # the table for counties was not seen


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The rows of the edition as they are stored."""
    return tuple(catalog.rows(files("ecoanalysis") / "tables" / "edition_2024.csv"))


def may_count(analysis: Analysis) -> pd.DataFrame:
    """The thresholds of the 2024 edition beside what is measured and what the plan asks.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a city and threshold. `passes`: yes, if_task (the number or the trend passes, and a superior
        task whose fulfilment is not in the data has to be met besides), no, unknown (papers to come, no year before, or
        a value older than the setting `stale_years`), not_measured. `by` says what it passes by: number, trend or
        papers. `against_plan`: whether the edition asks more, the same or less than the plan's target of the same
        indicator; new where the plan has none, empty where they cannot be compared. `confidence` is the mark of the
        threshold, `department_mark` that of the department (a proposal).
    """
    own = {}
    if (analysis.data / "thresholds.csv").is_file():
        own = {row.indicator: row for row in catalog.thresholds(analysis.data) if row.edition == EDITION}
    cities = [region.code for region in analysis.regions.itertuples() if region.level in LEVELS]
    asked = set(zip(analysis.assessment["region_code"], analysis.assessment["indicator"], strict=True))
    made = []
    for row in rows():
        histories = _histories(analysis, cities, row)
        for city in cities:
            said = analysis[city, row["indicator"]] if (city, row["indicator"]) in asked else None
            history = histories.get(city, (pd.Series(dtype=float), ""))
            made.append(_row(analysis, city, row, own.get(row["indicator"]), said, *history))
    table = pd.DataFrame(made, columns=COLUMNS)
    order = table["region_code"].map({city: place for place, city in enumerate(cities)})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _row(analysis: Analysis, region: str, row: dict[str, str], own, said, history: pd.Series, status: str) -> dict:
    value = float(row["value"]) if row["value"] else np.nan
    comparison, confidence = row["comparison"], row["confidence"]
    if own is not None and own.value is not None and comparison in SIGNS:
        value, comparison, confidence = own.value, own.comparison, own.confidence
    if said is not None and np.isfinite(said.latest_value) and len(history):
        history = history.copy()
        history[int(said.latest_year)] = said.latest_value  # the value our verdict speaks of
    passes, by = _passes(analysis, history, said, comparison, value, row)
    known = history.dropna()
    return {
        "region_code": region,
        **{name: row[name] for name in ("name_zh", "name_en", "indicator", "unit", "trend", "note")},
        "number": int(row["number"]),
        "comparison": comparison,
        "threshold": value,
        "superior_task": bool(row["superior_task"]),
        "year": float(known.index[-1]) if len(known) else np.nan,
        "value": float(known.iloc[-1]) if len(known) else np.nan,
        "value_before": _before(known),
        "passes": passes,
        "by": by,
        "plan_target": np.nan if said is None else float(said.target),
        "plan_verdict": "" if said is None else said.verdict,
        "against_plan": _against_plan(said, comparison, value),
        "department_zh": row["department_zh"],
        "department_en": row["department_en"],
        "department_mark": PROPOSAL,
        "confidence": confidence,
        "status": said.status if by == "papers" else status,
    }


def _histories(analysis: Analysis, cities: list[str], row: dict[str, str]) -> dict[str, tuple[pd.Series, str]]:
    """Measured values of a row by year, and what the latest rests on, of every city where somebody measures it."""
    if row["indicator"] and row["comparison"] != "done":
        table, is_judged = analysis.deciding(row["indicator"]), True
    else:
        table, is_judged = analysis.observations, False
        table = table[(table["variable"] == row["variable"]) & bool(row["variable"])]
    table = table[table["region_code"].isin(cities)].sort_values("year", kind="stable")
    histories = {}
    for city, mine in table.groupby("region_code", sort=False, observed=True):
        statuses = mine["status"].astype(str)
        status = max(statuses.tail(2), key=STATUSES.index) if is_judged else statuses.iloc[-1]
        histories[str(city)] = mine.set_index("year")["value"].astype(float), str(status)
    return histories


def _passes(analysis: Analysis, history: pd.Series, said, comparison: str, value: float, row: dict) -> tuple[str, str]:
    if comparison == "done":
        if said is None:
            return "not_measured", ""
        if said.verdict in judge.STANDING:
            return "yes", "papers"
        return ("no" if said.verdict in judge.OPEN else "unknown"), "papers"
    known = history.dropna()
    if known.empty:
        return "not_measured", ""
    if analysis.as_of - known.index[-1] >= analysis.settings.stale_years:
        return "unknown", ""
    latest, before = float(known.iloc[-1]), _before(known)
    yes = "if_task" if row["superior_task"] else "yes"
    if comparison == "change >":
        return ("unknown", "") if np.isnan(before) else ("yes" if latest - before > value else "no", "number")
    if comparison in SIGNS and _holds(latest, comparison, value):
        return yes, "number"
    if not row["trend"]:
        return "no", "number"
    if np.isnan(before):
        return "unknown", ""
    step = latest - before
    better = {"rising": step > 0, "falling": step < 0, "not_falling": step >= -1e-9}[row["trend"]]
    return (yes if better else "no"), "trend"


def _holds(latest: float, comparison: str, value: float) -> bool:
    slack = 1e-9 * max(1.0, abs(value))
    return latest >= value - slack if comparison == ">=" else latest <= value + slack


def _before(known: pd.Series) -> float:
    """The value of the year before the latest; NaN when that year is not there."""
    return float(known.get(known.index[-1] - 1, np.nan)) if len(known) else np.nan


def _against_plan(said, comparison: str, value: float) -> str:
    if said is None:
        return "new"
    if comparison == "done":
        return "same" if said.comparison == "done" else ""
    if not (np.isfinite(value) and np.isfinite(said.target) and said.comparison.strip("=") == comparison.strip("=")):
        return ""
    step = (value - said.target) * (1 if comparison.startswith(">") else -1)
    return "more" if step > 1e-9 else "less" if step < -1e-9 else "same"


# ---------------------------------------------------------------------- in words


def name(row, w: Words) -> str:
    """A row's name with what it asks: 城市生活污水集中收集率（不低于 70 %）."""
    title = row.name_en if w.lang == "en" else row.name_zh
    return w("edition24.asked", name=title, asked=asked(row, w))


def asked(row, w: Words) -> str:
    """What a row asks, in words."""
    unit = w.unit(row.unit)
    parts = []
    if row.comparison == "change >":
        parts.append(w("edition24.change", value=w.plain(row.threshold)))
    elif row.comparison in SIGNS and np.isfinite(row.threshold):
        key = "target_words.at_least" if row.comparison == ">=" else "target_words.at_most"
        parts.append(w(key, value=f"{w.plain(row.threshold)} {unit}".strip()))
    if row.trend:
        parts.append(w(f"edition24.{row.trend}"))
    text = w("edition24.or").join(parts) or w("edition24.done")
    if row.superior_task:
        text = w("edition24.and_task", asked=text)
    return text + (w.bracket(w("mark.unverified")) if row.confidence in catalog.UNVERIFIED else "")


def sentences(table: pd.DataFrame, analysis: Analysis, w: Words) -> list[str]:
    """What passes today, what does not, what nobody measures and who might; `table` as `may_count` gives it."""
    if table.empty:
        return [w("edition24.no_city")]
    told = []
    for region, own in table.groupby("region_code", sort=False):
        counts = {code: int((own["passes"] == code).sum()) for code in PASSES}
        city = analysis.name(region, w.lang)
        told.append(w("edition24.counts", city=city, count=len(own), **counts))
        for code in ("no", "if_task", "unknown"):
            hit = own[own["passes"] == code]
            names = [_with_value(row, w) for row in hit.itertuples()]
            told.append(w(f"edition24.{code}", count=len(names), names=w("join").join(names)) if names else "")
        idle = own[own["passes"] == "not_measured"]
        if len(idle):
            by_department = [
                w(
                    "edition24.department",
                    department=department,
                    names=w.list(name(row, w) for row in mine.itertuples()),
                )
                for department, mine in idle.groupby(f"department_{w.lang}", sort=False)
            ]
            told.append(w("edition24.not_measured", count=len(idle), parts=w("join").join(by_department)))
        more = own[own["against_plan"] == "more"]
        if len(more):
            told.append(w("edition24.more", count=len(more), names=w.list(name(row, w) for row in more.itertuples())))
        told.append(w("edition24.note"))
    return [text for text in told if text]


def _with_value(row, w: Words) -> str:
    """A row with its latest value, marked where that is demo."""
    mark = w.bracket(w.demo_mark(row.status == "demo"))
    if not np.isfinite(row.value):
        return name(row, w) + mark
    decimals = 2 if abs(row.value) < 10 else 1
    shown = f"{w.number(row.value, decimals)} {w.unit(row.unit)}".strip() or NOTHING
    return w("edition24.value", name=name(row, w), year=w.year(row.year), value=shown) + mark
