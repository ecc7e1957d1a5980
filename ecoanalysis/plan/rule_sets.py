"""What the rule sets of others would say of the same targets, beside our own verdict.

Formulas of Eurostat, Statistics Canada, the UN progress chart, ESCAP, SDSN, Healthy People, the weather symbols of a
sustainability report, and of the Chinese 晴雨表 and 序时进度. Their bounds are rows of `tables/rule_sets.csv`, each with a
mark: V read in the primary source, S seen in an excerpt, M not confirmed (shown as unverified), own: a class of ours
where the rule names none. Every rule is a pure function of a `Course`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from ecoanalysis import briefing, catalog, judge, words
from ecoanalysis.analysis import Analysis, NotThere
from ecoanalysis.words import Words

COLUMNS = (
    "region_code indicator part comparison rule label class number on_track verdict ours_on_track differs base "
    "base_year base_value latest_year latest_value target due unverified status"
).split()
FLIP_COLUMNS = "region_code indicator part comparison rule class flipped likeliest_other changes noise status".split()
UNTOLD = (
    "no_course",
    "too_few",
    "baseline_only",
)  # no class of the rule: base already met, too few points, no year gone
FEWEST_CHANGES = 4
OFTEN = 0.3


@dataclass(frozen=True)
class Course:
    """A series on its way from a base to a target.

    Attributes
    ----------
    years, values : arrays (n,)
        Measured years up to the as-of year, ascending, and values in the indicator's unit.
    base_year, base : int, float
        t₀ and y₀.
    target, due : float, int
        Y and T.
    direction : int
        D: +1 if more is better, −1 if less.
    low, high : float or None
        Natural limits.
    """

    years: np.ndarray
    values: np.ndarray
    base_year: int
    base: float
    target: float
    due: int
    direction: int
    low: float | None = None
    high: float | None = None

    @property
    def year(self) -> int:
        return int(self.years[-1])

    @property
    def latest(self) -> float:
        return float(self.values[-1])

    @property
    def met(self) -> bool:
        return self.direction * (self.latest - self.target) >= -1e-9 * max(1.0, abs(self.target))

    @property
    def away(self) -> bool:
        """Whether there is a way to go at all: the base lies on the wrong side of the target."""
        return self.direction * (self.target - self.base) > 1e-12

    @property
    def time_gone(self) -> float:
        """Share of the time from base to due that has gone; may pass 1."""
        return (self.year - self.base_year) / (self.due - self.base_year) if self.due > self.base_year else np.nan


def course(
    history: pd.Series,
    base_year: int,
    target: float,
    due: int,
    direction: int,
    as_of: int,
    base_value: float | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
) -> Course:
    """A course from a history by year; nothing later than `as_of` is used, the base value is the base year's.

    Raises
    ------
    KeyError
        No value in the base year, and none given.
    """
    known = history.dropna()
    known = known[known.index <= as_of].sort_index()
    base = float(known[base_year]) if base_value is None else float(base_value)
    values = known.to_numpy(float)
    return Course(
        known.index.to_numpy(int), values, int(base_year), base, float(target), int(due), direction, low, high
    )


# ---------------------------------------------------------------------- numbers that several rules share


def at_least(number: float, bound: float) -> bool:
    """Whether a number lies at a bound or above it, to nine digits: what sits on the bound is in the better class."""
    return bool(number >= bound - 1e-9)


def growth_rate(first: float, last: float, years: float) -> float:
    """Compound yearly rate; NaN across zero or over no time.

    >>> round(growth_rate(100, 121, 2), 10)
    0.1
    """
    return (last / first) ** (1 / years) - 1 if years > 0 and first and last / first > 0 else np.nan


def growth_ratio(c: Course) -> float:
    """R: the growth rate so far over the rate that leads from base to target in time, positive towards the target."""
    needed = growth_rate(c.base, c.target, c.due - c.base_year)
    actual = growth_rate(c.base, c.latest, c.year - c.base_year)
    sign = -1 if c.base < 0 else 1  # the rate of a negative base falls while the value rises
    return sign * c.direction * actual / abs(needed) if c.away and needed else np.nan


def share_done(c: Course) -> float:
    """Share of the way from base to target that is done; NaN where there was no way to go."""
    return (c.latest - c.base) / (c.target - c.base) if c.away else np.nan


def escap_mark(c: Course) -> tuple[float, float]:
    """ESCAP's current status index, and the mark that the time gone asks for: 10 at the target."""
    full = bounds("escap")["full_mark"]
    index = full * c.direction * (c.latest - c.base) / abs(c.target - c.base) if c.target != c.base else np.nan
    return index, full * c.time_gone


def projection(c: Course) -> float:
    """A time-weighted straight line through the values since the base, carried to the due year; NaN with one value."""
    since = c.years >= c.base_year
    years, values = c.years[since].astype(float), c.values[since]
    if len(years) < 2:
        return np.nan
    weights = bounds("escap")["weight_of_first"] + (years - years[0])
    slope, start = np.polyfit(years - c.due, values, 1, w=np.sqrt(weights))
    return float(start)


def statcan_score(ratio: float) -> float:
    """Statistics Canada's score of a ratio, from −5 to 5."""
    b = bounds("statcan")
    if ratio >= b["score_from"]:
        return min(b["score_slope"] * ratio + b["score_offset"], b["score_highest"])
    return max(b["score_slope_below"] * ratio + b["score_offset_below"], b["score_lowest"])


# ---------------------------------------------------------------------- the rules: class and number


def eurostat(c: Course) -> tuple[str, float]:
    """Growth rate against the needed one (F2)."""
    return _of_ratio(growth_ratio(c), bounds("eurostat"))


def statcan(c: Course) -> tuple[str, float]:
    """The same ratio, met where the latest value is on the good side (F3)."""
    ratio = growth_ratio(c)
    return ("met", ratio) if c.met else _of_ratio(ratio, bounds("statcan"))


BANDS = {"significant": "on_pace", "moderate": "moderate"}


def _of_ratio(ratio: float, b: dict[str, float]) -> tuple[str, float]:
    if not np.isfinite(ratio):
        return "no_course", np.nan
    if not at_least(ratio, b["away"]):
        return "moving_away", ratio
    code = next((name for name in BANDS if at_least(ratio, b[BANDS[name]])), "insufficient")
    return code, ratio


def un_chart(c: Course) -> tuple[str, float]:
    """Share of the way that the growth rate so far will have covered by the due year (F4)."""
    b = bounds("un_chart")
    near = b["points_from_the_end"]
    if (c.low, c.high) == (0, 100) and (c.latest >= 100 - near if c.direction > 0 else c.latest <= near):
        return "on_track", 1.0
    rate = growth_rate(c.base, c.latest, c.year - c.base_year)
    if not (c.away and np.isfinite(rate)):
        return "no_course", np.nan
    expected = c.latest * (1 + rate) ** (c.due - c.year)
    covered = (expected - c.base) / (c.target - c.base)
    code = next((name for name in ("on_track", "fair") if at_least(covered, b[name])), "stagnant")
    return code, covered


def escap(c: Course) -> tuple[str, float]:
    """What a weighted straight line leaves of the way at the due year (F1)."""
    b = bounds("escap")
    expected = projection(c)
    if not (c.away and np.isfinite(expected)):
        return "no_course", np.nan
    left = 0.0 if c.direction * (expected - c.target) >= 0 else abs(c.target - expected) / abs(c.target - c.base)
    if c.met or left <= b["tolerance"]:
        return "maintain", left
    return ("accelerate" if left <= b["reverse"] else "reverse"), left


def sdsn(c: Course) -> tuple[str, float]:
    """Recent linear change against the one needed from base to due (F5)."""
    b = bounds("sdsn")
    recent, _ = judge.observed_pace(pd.Series(c.values, index=c.years), int(b["recent_years"]))
    needed = (c.target - c.base) / (c.due - c.base_year) if c.away and c.due > c.base_year else np.nan
    ratio = recent / needed if np.isfinite(needed) else np.nan
    if c.met:
        return "on_track", ratio
    if not np.isfinite(ratio):
        return "no_course", np.nan
    if at_least(ratio, b["on_track"]):
        return "on_track", ratio
    return ("improving" if ratio > b["improving"] else "stagnating" if ratio >= 0 else "decreasing"), ratio


def healthy_people(c: Course) -> tuple[str, float]:
    """Per cent of the targeted change achieved (F7), without standard errors."""
    b = bounds("healthy_people")
    achieved = 100 * share_done(c)
    if c.met:
        return "met", achieved
    if c.year <= c.base_year:
        return "baseline_only", achieved
    if not np.isfinite(achieved):
        return "no_course", np.nan
    if at_least(achieved, b["improved"]):
        return "improved", achieved
    moved = 100 * abs(c.latest - c.base) / abs(c.base) if c.base else np.inf
    return ("worse" if achieved < 0 and at_least(moved, b["worse"]) else "little_change"), achieved


def weather(c: Course) -> tuple[str, float]:
    """Mean change of the last five intervals carried to the due year: sun, sun and cloud, cloud, storm (F8)."""
    b = bounds("weather")
    count = min(len(c.years), int(b["intervals"]) + 1)
    if len(c.years) < b["fewest_points"]:
        return "too_few", np.nan
    if c.met:
        return "sun", 0.0
    change = (c.values[-1] - c.values[-count]) / (c.years[-1] - c.years[-count])
    expected = c.latest + change * (c.due - c.year)
    missed = 100 * c.direction * (c.target - expected) / abs(c.target - c.latest)
    if c.direction * change <= 0:
        return "storm", missed
    return ("sun" if missed < b["sun"] else "sun_cloud" if missed <= b["sun_cloud"] else "cloud"), missed


def barometer(c: Course) -> tuple[str, float]:
    """Done over what the yearly average duty asks to date, per cent: colours of the 晴雨表 (F11)."""
    b = bounds("barometer")
    rate = 100 * share_done(c) / c.time_gone if c.time_gone else np.nan
    if not np.isfinite(rate):
        return "no_course", np.nan
    if at_least(b["orange"], rate):  # the last colour takes its bound
        return "red", rate
    return next((colour for colour in ("green", "yellow") if at_least(rate, b[colour])), "orange"), rate


def schedule(c: Course) -> tuple[str, float]:
    """Share done over share of time gone: 序时进度 (F12)."""
    ratio = share_done(c) / c.time_gone if c.time_gone else np.nan
    return _on_schedule(ratio, "schedule")


def schedule_log(c: Course) -> tuple[str, float]:
    """序时进度 in logarithms, for what compounds (F12)."""
    possible = c.away and min(c.latest, c.base, c.target) > 0 and c.time_gone
    ratio = np.log(c.latest / c.base) / np.log(c.target / c.base) / c.time_gone if possible else np.nan
    return _on_schedule(ratio, "schedule_log")


def _on_schedule(ratio: float, rule: str) -> tuple[str, float]:
    if not np.isfinite(ratio):
        return "no_course", np.nan
    return ("on_schedule" if at_least(ratio, bounds(rule)["on_schedule"]) else "behind"), ratio


RULES: dict[str, Callable[[Course], tuple[str, float]]] = {
    rule.__name__: rule
    for rule in (
        eurostat, statcan, un_chart, escap, sdsn, healthy_people, weather, barometer, schedule, schedule_log,
    )
}  # fmt: skip
# Classes that promise the target; every other class of a rule does not. `improved` is Healthy People's best class of the unmet.
ON_TRACK = ("met", "significant", "on_track", "maintain", "improved", "sun", "green", "on_schedule")


@dataclass(frozen=True)
class Parameter:
    """One row of `rule_sets.csv`."""

    rule: str
    label: str
    parameter: str
    value: float
    mark: str
    note: str


@cache
def parameters() -> tuple[Parameter, ...]:
    """The bounds of every rule with their marks."""
    rows = catalog.rows(files("ecoanalysis") / "tables" / "rule_sets.csv")
    return tuple(Parameter(**row | {"value": float(row["value"])}) for row in rows)


@cache
def bounds(rule: str) -> dict[str, float]:
    """The bounds of one rule by name."""
    return {row.parameter: row.value for row in parameters() if row.rule == rule}


@cache
def unverified(rule: str) -> bool:
    """Whether a bound of the rule could not be confirmed."""
    return any(row.rule == rule and row.mark == "M" for row in parameters())


# ---------------------------------------------------------------------- asked of an analysis


def judged(analysis: Analysis, rule: str = "all", base_year: int | None = None) -> pd.DataFrame:
    """What rule sets say of every target with a number and a value.

    Parameters
    ----------
    analysis : Analysis
    rule : str
        A name of `RULES`, or all.
    base_year : int, optional
        t₀ for every target; by default the target's own base year, else the last year before the plan's first milestone
        (what was known when the plan began), else the value five years before the latest.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a target and rule. `due` is the date that our verdict speaks of too: the target's, or the
        re-inspection once that has gone by. `base` says where the base year is from (asked, target, plan, recent).
        `class` no_course: the base already met the target, or lies across zero from it. `on_track` and
        `ours_on_track` map both verdicts to yes and no (empty where the rule has no class); ours is yes for what is
        met and for chances of at least one half. `unverified`: a bound of the rule is not confirmed.

    Raises
    ------
    NotThere
        No such rule.
    """
    chosen = _chosen(rule)
    rows = []
    for s in analysis.statements:
        rows += _of_statement(s, chosen, base_year)
    return pd.DataFrame(rows, columns=COLUMNS)


def of_statement(s, rule: str = "all", base_year: int | None = None) -> pd.DataFrame:
    """`judged` of one statement."""
    return pd.DataFrame(_of_statement(s, _chosen(rule), base_year), columns=COLUMNS)


def classes(s) -> list[tuple[str, str]]:
    """Every rule set and the class it gives a statement; none where they say nothing."""
    return [(row["rule"], row["class"]) for row in _of_statement(s, list(RULES), None)]


def _chosen(rule: str) -> list[str]:
    if rule != "all" and rule not in RULES:
        raise NotThere(words.in_both("rule_set.unknown", name=rule, there=", ".join(["all", *RULES])))
    return list(RULES) if rule == "all" else [rule]


def _of_statement(s, chosen: list[str], base_year: int | None) -> list[dict]:
    made, origin = _course(s, base_year)
    if made is None:
        return []
    ours = bool(s.verdict in judge.STANDING or s.verdict in ("likely", "possible"))
    rows = []
    for name in chosen:
        code, number = RULES[name](made)
        told = code not in UNTOLD
        on_track = code in ON_TRACK
        rows.append(
            {
                **{column: getattr(s, column) for column in ("region_code", "indicator", "part", "comparison")},
                "rule": name,
                "label": next(row.label for row in parameters() if row.rule == name),
                "class": code,
                "number": number,
                "on_track": _yes_no(on_track) if told else "",
                "verdict": s.verdict,
                "ours_on_track": _yes_no(ours),
                "differs": bool(told and on_track != ours),
                "base": origin,
                "base_year": made.base_year,
                "base_value": made.base,
                "latest_year": made.year,
                "latest_value": made.latest,
                "target": made.target,
                "due": made.due,
                "unverified": unverified(name),
                "status": s.status,
            }
        )
    return rows


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _course(s, base_year: int | None) -> tuple[Course | None, str]:
    """The course of a statement and where its base is from; None where there is no number to go to, or from."""
    numeric = s.comparison in judge.AT_LEAST + judge.AT_MOST and s.comparison not in judge.RELATIVE
    if not (numeric and np.isfinite(s.target) and s.verdict in (*judge.OPEN, *judge.STANDING)):
        return None, ""
    history = s.history
    if len(history) < 2:
        return None, ""
    year, origin = _base_year(s, base_year)
    before = history[history.index <= year]
    year = int(before.index[-1]) if len(before) else int(history.index[0])
    if year >= int(history.index[-1]):
        return None, ""
    direction = 1 if s.comparison in judge.AT_LEAST else -1
    record = s.record
    made = course(history, year, s.target, s.milestone, direction, s.as_of, low=record.low, high=record.high)
    return made, origin


def _base_year(s, asked: int | None) -> tuple[int, str]:
    if asked is not None:
        return asked, "asked"
    if np.isfinite(s.base_year):
        return int(s.base_year), "target"
    begun = begins(s.analysis)
    if begun is not None and begun - 1 < s.latest_year:
        return begun - 1, "plan"
    return int(s.latest_year) - s.analysis.settings.recent_years, "recent"


def begins(analysis: Analysis) -> int | None:
    """The plan's first year: that of its first milestone; None without milestones or without the data folder."""
    if "begins" not in analysis.cache:
        dates = analysis.raw.milestones["date"] if analysis.raw is not None else []
        years = [int(str(day)[:4]) for day in dates if str(day)[:4].isdigit()]
        analysis.cache["begins"] = min(years, default=None)
    return analysis.cache["begins"]


# ---------------------------------------------------------------------- how often a light would have flipped


def flips(analysis: Analysis, rule: str = "eurostat", draws: int = 500, seed: int = 0) -> pd.DataFrame:
    """How often a light that looks at two points would have had another colour under the noise seen.

    Base and latest value are each moved by a residual drawn from the series itself: its yearly changes less their mean,
    over √2, as a change carries the noise of two years. Where the ups and downs were real, this is an upper bound.

    Returns
    -------
    DataFrame
        `FLIP_COLUMNS`, one row a target with a class and at least four yearly changes: `flipped` is the share of the
        draws with another class, `noise` the residuals' standard deviation [unit].
    """
    rng = np.random.default_rng(seed)
    (name,) = _chosen(rule)
    rows = []
    for s in analysis.statements:
        made, _ = _course(s, None)
        if made is None or len(made.years) <= FEWEST_CHANGES:
            continue
        code, _ = RULES[name](made)
        if code in UNTOLD:
            continue
        yearly = np.diff(made.values) / np.diff(made.years)
        residuals = (yearly - yearly.mean()) / np.sqrt(2)
        drawn = rng.choice(residuals, size=(draws, 2))
        codes = [RULES[name](_shaken(made, *pair))[0] for pair in drawn]
        others = [other for other in codes if other != code]
        likeliest = max(sorted(set(others)), key=others.count, default="")
        key = [s.region_code, s.indicator, s.part, s.comparison]
        noise = float(residuals.std())
        rows.append([*key, name, code, len(others) / draws, likeliest, len(yearly), noise, s.status])
    return pd.DataFrame(rows, columns=FLIP_COLUMNS)


def _shaken(c: Course, at_base: float, at_end: float) -> Course:
    """The same course with noise on its base and its latest value, inside the natural limits."""
    low, high = (-np.inf if c.low is None else c.low), (np.inf if c.high is None else c.high)
    values = c.values.copy()
    values[-1] = np.clip(values[-1] + at_end, low, high)
    base = float(np.clip(c.base + at_base, low, high))
    values[c.years == c.base_year] = base
    return replace(c, values=values, base=base)


# ---------------------------------------------------------------------- in words


def name(rule: str, w: Words) -> str:
    """A rule's name, marked where one of its bounds is not confirmed."""
    return w(f"rule_set.{rule}") + (w.bracket(w("mark.unverified")) if unverified(rule) else "")


def class_word(code: str, w: Words) -> str:
    return w(f"rule_set.class.{code}")


def sentence(table: pd.DataFrame, w: Words) -> str:
    """How rule sets and our verdicts differ, one line a rule; `table` as `judged` gives it."""
    lines = []
    for rule, rows in table.groupby("rule", sort=False):
        told = rows[rows["on_track"] != ""]
        differs = told[told["differs"]]
        values = {"rule": name(rule, w), "count": len(told), "differs": len(differs)}
        lines.append(
            w(
                "rule_set.differs",
                yes=int((differs["on_track"] == "yes").sum()),
                no=int((differs["on_track"] == "no").sum()),
                **values,
            )
        )
    mark = w.bracket(w.demo_mark(bool((table["status"] == "demo").any()))) if lines else ""
    return "\n".join(line + mark for line in lines) or w("rule_set.nothing")


def statement_sentence(s, w: Words, rule: str = "all") -> list[str]:
    """What each rule says of one statement, beside our own verdict."""
    told = [w("rule_set.ours", verdict=briefing.verdict(s, w))]
    for row in of_statement(s, rule).to_dict("records"):
        key = "rule_set.says_otherwise" if row["differs"] else "rule_set.says"
        told.append(w(key, rule=name(row["rule"], w), verdict=class_word(row["class"], w)))
    mark = w.bracket(w.demo_mark(s.status == "demo"))
    return [line + mark for line in told]


def flip_sentence(table: pd.DataFrame, w: Words) -> str:
    """How often lights would have flipped; `table` as `flips` gives it."""
    if table.empty:
        return w("rule_set.no_flips")
    often = int((table["flipped"] > OFTEN).sum())
    values = {"rule": name(table["rule"].iloc[0], w), "count": len(table), "often": often, "bound": w.percent(OFTEN)}
    mark = w.bracket(w.demo_mark(bool((table["status"] == "demo").any())))
    return w("rule_set.flips", mean=w.percent(float(table["flipped"].mean())), **values) + mark
