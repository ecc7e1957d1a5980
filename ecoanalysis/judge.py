"""Target against what is and what may come: met, chances, gaps, paces, verdicts.

Pure functions. Arrays have one row a region; one indicator and one kind of target at a time, so that a county and a
nation of counties cost the same lines. The analysis and the track record ask the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
import pandas as pd

from ecoanalysis import forecast
from ecoanalysis.catalog import Indicator
from ecoanalysis.words import COUNTED, decimal, in_both, rounded

RELATIVE = ("rising", "falling")  # against the year before
AT_LEAST = (">=", ">", "not_below_base", "rising")
AT_MOST = ("<=", "<", "not_above_base", "falling")
TOWARD = dict.fromkeys(AT_LEAST, 1) | dict.fromkeys(AT_MOST, -1)  # which way is better

# From best to worst, for the part that decides an indicator and for sorting.
SEVERITY = (
    "not_applicable",
    "reached",
    "documented",
    "likely",
    "reached_at_risk",
    "possible",
    "no_target",
    "undocumented",
    "insufficient_data",
    "hard",
    "out_of_reach",
)
OPEN = ("likely", "possible", "hard", "out_of_reach")  # not met now, with a class of chance
STANDING = ("reached", "reached_at_risk", "documented")  # met now


@dataclass(frozen=True)
class Settings:
    """Bounds that sort chances into verdicts, and what counts as little or old data. Every one can be replaced.

    `advisory_share` (the share of 参考性 items that has to be met for an application) could not be checked against the
    official text and is shown as unverified. `rounding` is `full` (the whole value is compared with the limit, the rule
    of GB/T 8170 where nothing else is said) or `published` (the value is rounded as it is published, then compared).
    """

    likely: float = 0.9
    possible: float = 0.5
    hard: float = 0.1
    hold: float = 0.8
    sure: float = 0.8
    few_values: int = 4
    stale_years: int = 2
    recent_years: int = 5
    methods_differ: float = 0.1
    second_method: str = "closed_form"
    years_beyond: int = 5
    advisory_share: float = 0.8
    rounding: str = "full"

    def __post_init__(self):
        if self.rounding not in ("full", "published"):
            raise ValueError(in_both("settings.rounding", value=repr(self.rounding)))


# ---------------------------------------------------------------------- met or not


def met(values, before, target, comparison: str, indicator: Indicator, rounding: str = "full") -> np.ndarray:
    """Whether values are on the good side of a target.

    Parameters
    ----------
    values, before : array
        Values of a year and of the year before, in the indicator's unit; `before` matters to rising and falling
        alone. A value already at its natural limit counts as rising (or falling).
    target : float or array that broadcasts against `values`
        In the indicator's unit; the base value for not_below_base and not_above_base.
    rounding : str
        `full`, or `published`: values are rounded to the indicator's decimals first, for every comparison alike.

    Returns
    -------
    array of bool
        False where a value is NaN.
    """
    values, before = np.asarray(values, float), np.asarray(before, float)
    if rounding == "published" and indicator.decimals is not None:
        values, before = np.round(values, indicator.decimals), np.round(before, indicator.decimals)
    # Float32 paths carry a standing 97.2 as 97.19999695: what stands is the same value in every precision.
    slack = 1e-6 * np.maximum(1.0, np.abs(target if comparison not in RELATIVE else before))
    if comparison == "=":
        return np.abs(values - target) <= np.maximum(slack, 0.5 * 10.0 ** -(indicator.decimals or 0))
    sign = TOWARD[comparison]
    if comparison in RELATIVE:
        limit = indicator.high if sign > 0 else indicator.low
        at_limit = limit is not None and sign * (values - limit) >= -1e-9
        return (sign * (values - before) > slack) | at_limit
    beyond = sign * (values - target)
    return beyond > slack if comparison in (">", "<") else beyond >= -slack


def is_duty(requirement: str, comparison: str, target: float, indicator: Indicator) -> bool:
    """Whether a target asks for all that the law asks for, or none of what it forbids: it sits at the natural end."""
    end = indicator.high if comparison in (">=", "=") else indicator.low if comparison == "<=" else None
    return requirement == "duty" and end is not None and bool(abs(target - end) <= 1e-8 + 1e-5 * abs(end))


def is_pooled(requirement: str, comparison: str, target: float, indicator: Indicator) -> bool:
    """Whether the chances of a target come from the pooled record of its sisters, not from a forecast."""
    return requirement == "protected" or is_duty(requirement, comparison, target, indicator)


def verdict(is_met: bool, p_reach: float, p_hold: float, settings: Settings) -> str:
    """The class of a chance: of holding when the target is met now, of reaching it when it is not.

    A chance that could not be given (NaN) is no good news: `reached_at_risk` when met, `out_of_reach` when not.
    """
    if is_met:
        return "reached" if p_hold >= settings.hold else "reached_at_risk"
    return _class_of(p_reach, settings)


def _class_of(p_reach: float, settings: Settings) -> str:
    for name in ("likely", "possible", "hard"):
        if p_reach >= getattr(settings, name):
            return name
    return "out_of_reach"


def worst(verdicts) -> str:
    """The verdict of an indicator of several parts: the worst part decides."""
    return max(verdicts, key=SEVERITY.index)


def crosses(p: float, second: float, settings: Settings) -> bool:
    """Whether a second calibrated method would put a chance into another class, by more than a hair; NaN never does."""
    return _class_of(p, settings) != _class_of(second, settings) and abs(p - second) >= settings.methods_differ


def within_survey_error(share: float, answers: float, target: float, interval) -> bool:
    """Whether a target lies inside the 95 % interval of a survey's share [%] of so many answers."""
    low, high = interval(share / 100 * answers, answers)  # [%]; NaN without answers
    return bool(low <= target <= high)


# ---------------------------------------------------------------------- chances from sample paths


def milestone_of(due: int, hold_until: int, as_of: int) -> int:
    """The year that a chance of reaching speaks of: the due year, once it is past the re-inspection."""
    return hold_until if due <= as_of else due


def chances(
    outlook,
    goals: np.ndarray,
    comparison: str,
    indicator: Indicator,
    *,
    due: int,
    hold_until: int,
    as_of: int,
    rounding: str,
) -> pd.DataFrame:
    """What the sample paths of an indicator say about a target, for every region of the outlook.

    Parameters
    ----------
    outlook : futures.Outlook
        Measured values and joint paths of m regions.
    goals : array (m,)
        The number each region has to meet, in the indicator's unit; NaN for rising and falling.
    due, hold_until, as_of : int
        Calendar years.

    Returns
    -------
    DataFrame (m rows, in the order of `outlook.regions`)
        met_now (bool, at the latest value), met_at_due (yes, no, unknown; empty before the due year), p_reach (chance
        of meeting the target at the milestone; 1 when met and past due), p_hold (chance of meeting it in every year
        from now if it is met, else from the milestone, to `hold_until`), median and 80 % band at the due year (NaN when
        measured), median at the milestone, attain_year (met since; else first year that is more likely than not).
    """
    goals = goals[:, None]
    latest = outlook.latest
    measured = outlook.values

    def met_at(year: int) -> np.ndarray:
        return _met_in(outlook, year, goals, comparison, indicator, rounding)

    column = {int(year): i for i, year in enumerate(outlook.years)}
    past = np.concatenate([np.full((len(measured), 1), np.nan), measured[:, :-1]], axis=1)
    history_met = met(measured, past, goals, comparison, indicator, rounding)
    rows = np.arange(len(measured))
    met_now = history_met[rows, [column[int(year)] for year in latest]]
    past_due, milestone = due <= as_of, milestone_of(due, hold_until, as_of)

    met_at_due = [""] * len(measured)
    if past_due:
        known = np.isfinite(measured[:, column[due]]) if due in column else np.zeros(len(measured), bool)
        known &= due <= latest
        at_due = history_met[:, column[due]] if due in column else known
        met_at_due = np.where(known, np.where(at_due, "yes", "no"), "unknown")

    at_milestone = met_at(milestone)
    p_reach = at_milestone.mean(axis=1)
    if past_due:
        p_reach = np.where(met_now, 1.0, p_reach)

    held, asked = np.ones(at_milestone.shape, bool), np.zeros(len(measured), bool)
    for year in range(as_of + 1, hold_until + 1):
        asked = met_now | (year >= milestone)
        if asked.any():
            held &= met_at(year) | ~asked[:, None]
    p_hold = np.where(asked, held.mean(axis=1), met_now)

    ahead = due > latest
    low, middle, high = forecast.of_paths(outlook.at(due), (0.1, 0.5, 0.9))
    at_end = np.where(milestone > latest, np.median(outlook.at(milestone), axis=1), np.nan)

    attain, waiting = np.full(len(measured), np.nan), ~met_now
    for year in range(int(latest.min()) + 1, int(outlook.years[-1]) + 1):
        if not waiting.any():
            break
        likely = waiting & (year > latest) & (met_at(year).mean(axis=1) >= 0.5)
        attain[likely] = year
        waiting &= ~likely
    for i in np.flatnonzero(met_now):
        attain[i] = outlook.years[standing_since(history_met[i, : column[int(latest[i])]])]
    return pd.DataFrame(
        {
            "met_now": met_now,
            "met_at_due": met_at_due,
            "p_reach": p_reach,
            "p_hold": p_hold,
            "median_at_due": np.where(ahead, middle, np.nan),
            "lo80_at_due": np.where(ahead, low, np.nan),
            "hi80_at_due": np.where(ahead, high, np.nan),
            "median_at_milestone": at_end,
            "attain_year": attain,
        }
    )


def standing_since(met_before: np.ndarray) -> int:
    """Place of the year in which what is met now began to be met without a break, from the years before."""
    lapses = np.flatnonzero(~met_before)
    return int(lapses[-1]) + 1 if len(lapses) else 0


def reach(outlook, goals: np.ndarray, comparison: str, indicator: Indicator, year: int, rounding: str) -> np.ndarray:
    """The chance of meeting a target in a year, whatever is known of other years; array (regions,)."""
    return _met_in(outlook, year, goals[:, None], comparison, indicator, rounding).mean(axis=1)


def _met_in(outlook, year: int, goals: np.ndarray, comparison: str, indicator: Indicator, rounding: str) -> np.ndarray:
    return met(outlook.at(year), outlook.at(year - 1), goals, comparison, indicator, rounding)


# ---------------------------------------------------------------------- gaps in the unit and in things

UNTOLD = Decimal("NaN")


def gap(latest: float, target: float, comparison: str, is_met: bool) -> float:
    """Distance to the target in the indicator's unit; 0 when it is met, NaN without a number."""
    if is_met:
        return 0.0
    if comparison == "=":
        return abs(target - latest)
    return target - latest if comparison in AT_LEAST else latest - target


def missing_things(
    numerator: float, denominator: float, target: float, comparison: str, factor: float, unit: str
) -> Decimal:
    """How many things are missing to a target that is a ratio, in exact decimals.

    Parameters
    ----------
    numerator, denominator : float
        Things counted now, and things in all.
    target : float
        In the indicator's unit.
    factor : float
        What numerator over denominator is multiplied by to be in that unit (100 for a share in %).
    unit : str
        Of the things. What is counted (villages, people) is whole; what is weighed or measured (t, ha, 万元) keeps its
        decimals.

    Returns
    -------
    Decimal
        Things to add (for `>=`, `>`) or to take away (for `<=`, `<`); 0 when none; NaN for another comparison.

    Examples
    --------
    In floating point 0.55 × 100 is more than 55, one village too many; of a tonne nothing is rounded up:

    >>> missing_things(40, 100, 55, ">=", 100, "village"), missing_things(9464.35, 9470, 100, ">=", 100, "t")
    (Decimal('15'), Decimal('5.65'))
    >>> missing_things(95, 100, 95, ">", 100, "village"), missing_things(3, 40, 5, "<=", 100, "piece")
    (Decimal('1'), Decimal('1'))
    """
    needed = decimal(target) * decimal(denominator) / decimal(factor)
    have = decimal(numerator)
    if unit not in COUNTED:
        if comparison not in AT_LEAST + AT_MOST:
            return UNTOLD
        return max(Decimal(0), needed - have if comparison in AT_LEAST else have - needed)
    if comparison in (">=", "not_below_base"):
        missing = needed.to_integral_value(ROUND_CEILING) - have
    elif comparison == ">":
        missing = needed.to_integral_value(ROUND_FLOOR) + 1 - have
    elif comparison in ("<=", "not_above_base"):
        missing = have - needed.to_integral_value(ROUND_FLOOR)
    elif comparison == "<":
        missing = have - needed.to_integral_value(ROUND_CEILING) + 1
    else:
        return UNTOLD
    return max(Decimal(0), missing.to_integral_value(ROUND_CEILING))


def outstanding(numerator: float, denominator: float, better: int) -> Decimal:
    """What a duty leaves undone, in things: all less what is done, or what should not be there.

    >>> outstanding(9464.35, 9470, +1), outstanding(1, 14, -1)
    (Decimal('5.65'), Decimal('1'))
    """
    return decimal(denominator) - decimal(numerator) if better > 0 else decimal(numerator)


def contributions(shortfalls: Sequence[float], whole: float, counted: bool) -> np.ndarray:
    """How a city's gap falls on its counties: each by its own shortfall, adding up to the city's.

    Parameters
    ----------
    shortfalls : list of float
        What each county itself lacks, in things; 0 or NaN for none.
    whole : float
        The city's gap. Counties beyond the target lend it their surplus, so it may be less than the shortfalls' sum.
    counted : bool
        Whole things are shared out by largest remainder, the rest in proportion.

    Returns
    -------
    array
        In things; sums to `whole`. All NaN when nobody lacks anything.

    Examples
    --------
    >>> contributions([45, 48, 0, 20], 88, True).tolist()
    [35.0, 37.0, 0.0, 16.0]
    """
    short = np.nan_to_num(shortfalls)
    if not whole > 0 or short.sum() <= 0:
        return np.full(len(short), np.nan)
    exact = whole * short / short.sum()
    if not counted:
        return exact
    parts = np.floor(exact)
    left = round(whole - parts.sum())
    largest = sorted(range(len(parts)), key=lambda county: parts[county] - exact[county])[:left]
    parts[largest] += 1
    return parts


# ---------------------------------------------------------------------- paces, linear in the indicator's unit a year


def observed_pace(history: pd.Series, recent_years: int = 5) -> tuple[float, float]:
    """Mean yearly change over the last years, and the year it is counted from.

    From the value `recent_years` calendar years before the latest, or the earliest known after it.

    Returns
    -------
    (change a year, first year); NaN with one value.

    Examples
    --------
    >>> observed_pace(pd.Series({2015: 1.0, 2018: 5.0, 2020: 9.0, 2023: 29.0}))
    (4.8, 2018.0)
    """
    pace, since = observed_paces(*_one(history), recent_years)
    return float(pace[0]), float(since[0])


def observed_paces(values: np.ndarray, years: np.ndarray, recent_years: int) -> tuple[np.ndarray, np.ndarray]:
    """`observed_pace` of many histories: values (rows, years), NaN where not measured; two arrays (rows,)."""
    pace, since = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for rows, columns in forecast.alike(~np.isnan(values)):
        known, when = values[rows[:, None], columns], years[columns]
        every, first = np.arange(len(rows)), (when < when[:, [-1]] - recent_years).sum(axis=1)
        span = when[:, -1] - when[every, first]
        some = span > 0
        pace[rows[some]] = ((known[:, -1] - known[every, first])[some]) / span[some]
        since[rows[some]] = when[every, first][some]
    return pace, since


def required_pace(latest: float, target: float, years: int) -> float:
    """Yearly change from the latest value to the target; NaN when no year is left."""
    return (target - latest) / years if years > 0 else np.nan


def pace_for_chance(paths: np.ndarray, latest, target, years, better: int, chance: float) -> float | np.ndarray:
    """The reverse question: the mean yearly change that gives a chance of reaching a target, never less than needed.

    The median has to pass the target by as much as the less lucky futures stay behind the median.

    Parameters
    ----------
    paths : array (paths,) or (regions, paths)
        Futures at the milestone, in the indicator's unit.
    latest, target, years : float or array (regions,)
    better : int
        +1 when more is better, -1 when less is; NaN comes back for 0, and where no year is left.
    """
    left = np.where((np.asarray(years) > 0) & (better != 0), years, np.nan)
    ordered = np.sort(paths)  # sorting all is quicker than looking for two of each
    unlucky = np.quantile(ordered, 1 - chance if better > 0 else chance, axis=-1)
    pace = (target + np.median(ordered, axis=-1) - unlucky - latest) / left
    required = (target - latest) / left
    return np.maximum(pace, required) if better > 0 else np.minimum(pace, required)


# ---------------------------------------------------------------------- what is weak

FAR = 1e6  # years of a series that hardly moves: as far as one that never does


def spread(history: pd.Series) -> float:
    """The indicator's own yearly spread: mean absolute annual change [unit a year]; NaN with one value."""
    return float(spreads(*_one(history))[0])


def spreads(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    """`spread` of many histories: values (rows, years), NaN where not measured; array (rows,)."""
    found = np.full(len(values), np.nan)
    for rows, columns in forecast.alike(~np.isnan(values)):
        if columns.shape[1] > 1:
            known, when = values[rows[:, None], columns], years[columns]
            found[rows] = (np.abs(np.diff(known)) / np.diff(when)).mean(axis=1)
    return found


def _one(history: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A history as the one row of many, and its years."""
    return history.to_numpy()[None], history.index.to_numpy()


def weakness(rows: pd.DataFrame) -> pd.Index:
    """Rows of an assessment that need work, the most pressing first.

    Parameters
    ----------
    rows : DataFrame
        Rows of one region with verdict, named_weak, binding, gap, pace_observed, spread, p_reach, p_hold and
        printed_gap (the gap as printed, 0 within rounding of done).

    Returns
    -------
    Index
        Named weak points that are not safely reached first, then binding before advisory, unmet before slipping, by
        distance in the indicator's own yearly spread and years at the recent pace; things within rounding of done last.
    """
    open_now = rows["verdict"].isin(OPEN)
    asked = open_now | (rows["verdict"] == "reached_at_risk")
    asked |= rows["named_weak"].astype(bool) & ~rows["verdict"].isin(["reached", "not_applicable"])
    table = rows[asked]
    if table.empty:
        return table.index
    unmet = open_now[asked]
    order = [
        ~table["named_weak"].astype(bool),
        (table["gap"] > 0) & (table["printed_gap"] == 0),
        ~table["binding"].astype(bool),
        ~unmet,
        [-SEVERITY.index(code) for code in table["verdict"]],
        -(table["gap"] / table["spread"]).fillna(FAR).clip(upper=FAR),
        -(table["gap"] / table["pace_observed"].abs()).fillna(FAR).clip(upper=FAR),
        table["p_reach"].where(unmet, table["p_hold"]).fillna(0.0),
    ]
    return table.index[np.lexsort(order[::-1])]


def printed_gap(latest: float, target: float, decimals: int) -> Decimal:
    """The gap that a reader reckons from the printed value and the printed target."""
    return abs(decimal(float(f"{target:.8g}")) - rounded(latest, decimals))


def decimals_that_show(latest: float, target: float, comparison: str, indicator: Indicator, most: int = 6) -> int:
    """As many decimals as it takes to see that an unmet value is unmet: 99.94 %, not 99.9 % rounded to 100."""
    decimals = indicator.decimals
    if not np.isfinite(target):  # rising and falling among them
        return decimals
    while decimals < most and bool(met(float(rounded(latest, decimals)), np.nan, target, comparison, indicator)):
        decimals += 1
    return decimals


# ---------------------------------------------------------------------- national editions

EDITION_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "comparison",
    "target",
    "edition",
    "national_comparison",
    "national",
    "unit",
    "region_class",
    "confidence",
    "weaker",
]


def editions(
    assessment: pd.DataFrame, regions: pd.DataFrame, thresholds: list, indicators: dict[str, Indicator]
) -> pd.DataFrame:
    """The plan's targets beside what national editions ask of a region of this terrain, climate and size.

    Returns
    -------
    DataFrame
        One row for a region, indicator, part and edition; `weaker` is True where the plan asks for less than the
        edition, `confidence` the mark of the national number (C and D are unverified).
    """
    by_code = {region["code"]: region for region in regions.to_dict("records")}
    named = dict.fromkeys(row.edition for row in thresholds if row.edition != "plan")
    of_indicator: dict[tuple[str, str], list] = {}
    for row in thresholds:
        of_indicator.setdefault((row.edition, row.indicator), []).append(row)
    rows = []
    for target in assessment[EDITION_COLUMNS[:5]].to_dict("records"):
        indicator = indicators[target["indicator"]]
        region = by_code[target["region_code"]]
        for edition in named:
            national = threshold(of_indicator.get((edition, indicator.code), []), edition, indicator, region)
            if national is None or national.value is None or not np.isfinite(target["target"]):
                continue
            short = indicator.direction * (national.value - target["target"])
            rows.append(
                (
                    *(target[c] for c in ("region_code", "indicator", "part", "comparison", "target")),
                    edition,
                    national.comparison,
                    national.value,
                    indicator.unit,
                    national.region_class,
                    national.confidence,
                    bool(short > 1e-9),
                )
            )
    return pd.DataFrame(rows, columns=EDITION_COLUMNS)


def threshold(thresholds: list, edition: str, indicator: Indicator, region: pd.Series | dict):
    """The edition's row for an indicator that fits a region's class; None when it has none."""
    fitting = [
        row
        for row in thresholds
        if row.edition == edition
        and row.indicator == indicator.code
        and row.part in ("", indicator.part)
        and (row.region_class == "all" or region.get(row.region_class.split("=")[0]) == row.region_class.split("=")[-1])
    ]
    return next((row for row in fitting if row.region_class != "all"), fitting[0] if fitting else None)
