"""Where the plan stands on a day: its stage, the milestone that comes next, and how many days are left.

The rows are those of `milestones.csv`. A stage is written with its last day and begins the day after the stage before it;
every other row is a day on which something is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from ecoanalysis import words
from ecoanalysis.analysis import Analysis, Told
from ecoanalysis.intake import MILESTONE_COLUMNS, stage_on
from ecoanalysis.intake.cells import Desk
from ecoanalysis.words import Words

COLUMNS = "name_zh name_en kind begins date days_left state asks_zh asks_en".split()


class BadDay(Told, ValueError):
    """A day that is none, told with how it is written."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Where a plan stands on a day.

    Attributes
    ----------
    day : date
    rows : DataFrame
        Every row of the calendar, as `milestones` gives them.
    """

    day: date
    rows: pd.DataFrame

    @property
    def current(self) -> pd.DataFrame:
        """The stage that the day lies in; no row before the plan has stages and after its last one."""
        return self.rows[(self.rows["kind"] == "stage") & (self.rows["state"] == "current")]

    @property
    def today(self) -> pd.DataFrame:
        """Milestones of this very day."""
        return self.rows[self.rows["state"] == "today"]

    @property
    def next(self) -> pd.DataFrame:
        """The milestones of the next day that has any; several may share it."""
        return self.rows[self.rows["state"] == "next"]

    @property
    def days_left(self) -> int | None:
        """Days to the next milestone after this day; None when none is left."""
        return int(self.next["days_left"].iloc[0]) if len(self.next) else None

    def __bool__(self) -> bool:
        return bool(len(self.rows))


def milestones(analysis: Analysis, on: date | str | int | None = None) -> pd.DataFrame:
    """The calendar of the plan as seen on a day.

    Parameters
    ----------
    analysis : Analysis
    on : date, or text or number such as 2023, "2023-06" and "2023-06-30", optional
        The day; a year or month stands for its last day. By default the last day of the as-of year.

    Returns
    -------
    DataFrame
        One row a stage or milestone by date, columns `COLUMNS`: `begins` is the first day of a stage (empty for the
        first one, whose beginning nobody wrote down, and for what is no stage); `days_left` are days from `on` to
        `date`, negative when it has gone by; `state` is past, current (a stage), today, next or ahead. No row where
        the data folder has no milestones.

    Raises
    ------
    BadDay
        `on` is no day.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rows = [("启动", "stage", "2022-11-30"), ("建设", "stage", "2023-06-30"), ("自查", "self_check", "2023-06-30")]
    >>> table = pd.DataFrame(rows, columns=["name_zh", "kind", "date"]).assign(name_en="", asks_zh="", asks_en="")
    >>> seen = milestones(SimpleNamespace(as_of=2022, milestones=table))
    >>> seen[["name_zh", "begins", "days_left", "state"]].values.tolist()
    [['启动', '', -31, 'past'], ['建设', '2022-12-01', 181, 'current'], ['自查', '', 181, 'next']]
    """
    day = day_of(analysis, on)
    table = analysis.milestones.reindex(columns=MILESTONE_COLUMNS).sort_values("date", kind="stable")
    stages = sorted(set(table.loc[table["kind"] == "stage", "date"]))
    next_day = min((text for text in table.loc[table["kind"] != "stage", "date"] if text > day.isoformat()), default="")
    current = stage_on(table, day.isoformat())
    rows = []
    for row in table.to_dict("records"):
        is_stage = row["kind"] == "stage"
        place = stages.index(row["date"]) if is_stage else 0
        begins = (date.fromisoformat(stages[place - 1]).toordinal() + 1) if is_stage and place else None
        row["begins"] = date.fromordinal(begins).isoformat() if begins else ""
        row["days_left"] = (date.fromisoformat(row["date"]) - day).days
        if is_stage:
            row["state"] = "current" if row["date"] == current else "past" if row["days_left"] < 0 else "ahead"
        elif row["days_left"] <= 0:
            row["state"] = "past" if row["days_left"] else "today"
        else:
            row["state"] = "next" if row["date"] == next_day else "ahead"
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def stage(analysis: Analysis, on: date | str | int | None = None) -> Stage:
    """Where the plan stands on a day, by default the last one of the as-of year.

    Raises
    ------
    BadDay
        `on` is no day.
    """
    return Stage(day_of(analysis, on), milestones(analysis, on))


def day_of(analysis: Analysis, on: date | str | int | None = None) -> date:
    """The day an analysis stands at: `on`, or the last day of its as-of year; BadDay when it is none."""
    if isinstance(on, date):
        return date(on.year, on.month, on.day)
    text = Desk("").date(0, "on", str(analysis.as_of if on is None else on).strip())
    if text is None:
        raise BadDay(words.in_both("calendar.bad_day", text=on))
    return date.fromisoformat(text)


# ---------------------------------------------------------------------- in words


def sentence(stage: Stage, w: Words) -> str:
    """The stage, what this day asks, what comes next and in how many days; empty where there is no calendar.

    >>> empty = Stage(date(2023, 12, 31), pd.DataFrame(columns=COLUMNS))
    >>> sentence(empty, words.of("zh"))
    ''
    """
    if not stage:
        return ""
    clauses = [in_stage(stage, w)]
    if len(stage.today):
        clauses.append(w("calendar.today", names=_names(stage.today, w), asks=_asks(stage.today, w)))
    if len(stage.next):
        values = {"names": _names(stage.next, w), "date": day(stage.next["date"].iloc[0], w)}
        left = w.count(stage.days_left, "day")
        clauses.append(w("calendar.next", **values, left=left, asks=_asks(stage.next, w)))
    elif not len(stage.today):
        clauses.append(w("calendar.none_ahead"))
    clauses = w("calendar.join").join(clause for clause in clauses if clause)
    return w("calendar.stands", day=day(stage.day, w), clauses=clauses)


def in_stage(stage: Stage, w: Words) -> str:
    """In which stage the day lies, as a clause; empty for a plan without stages."""
    if len(stage.current):
        return w("calendar.in_stage", name=_names(stage.current, w))
    return w("calendar.all_over") if (stage.rows["kind"] == "stage").any() else ""


def stage_asks(stage: Stage, w: Words) -> str:
    """What the current stage asks, until when, as a sentence; empty when it asks nothing."""
    rows = stage.current
    text = "" if rows.empty else str(rows[f"asks_{w.lang}"].iloc[0] or "")
    return text and w("calendar.stage_asks", name=_names(rows, w), date=day(rows["date"].iloc[0], w), asks=text)


def short(stage: Stage, w: Words) -> str:
    """Stage and days to the next milestone in a few words, for a footer or a title; empty without a calendar."""
    parts = [_names(stage.current, w)] if len(stage.current) else []
    if len(stage.next):
        left = w.count(stage.days_left, "day")
        parts.append(w("calendar.short", names=_names(stage.next, w), left=left))
    return w("calendar.join").join(parts)


def day(value: date | str, w: Words) -> str:
    """A date as people write it: 2023 年 6 月 30 日, 30 June 2023."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return w("calendar.day", year=value.year, month=w(f"calendar.month_{value.month}"), day=value.day)


def _names(rows: pd.DataFrame, w: Words) -> str:
    return w.series([str(name) for name in rows[f"name_{w.lang}"]])


def _asks(rows: pd.DataFrame, w: Words) -> str:
    """What the milestones of one day ask: numbered when several ask something; empty when none does."""
    asked = [str(text) for text in rows[f"asks_{w.lang}"] if text]
    if not asked:
        return ""
    listed = [w("calendar.numbered", number=n, text=text) for n, text in enumerate(asked, 1)]
    return w("calendar.asks", asks=w("calendar.join").join(listed) if len(asked) > 1 else asked[0])
