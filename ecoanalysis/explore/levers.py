"""What a reader may move, and what follows: levers act on the sample paths, and the rules of the assessment judge them.

A lever changes every path of a year alike, by a factor and a sum (`Push`), so that an offline page can do the same to
quantiles. What a lever has no link to is not offered; what cannot be is refused in a sentence.
"""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ecoanalysis import catalog, judge, plotdata, projects, words
from ecoanalysis.analysis import STATEMENT_COLUMNS, Statement, Told
from ecoanalysis.formulas import CHANGES, diagnosis, ei, rates
from ecoanalysis.plan import tasks
from ecoanalysis.words import COUNTED, SIGNS, Words

GROWTH_YEARS = 5  # past growth is the mean of so many years
MOST_GROWTH = 30.0  # [% a year], either way
ADDED_BY_ASSESSMENT = ("missed_due", "due_unknown", "slows", "methods_differ")  # warnings that judging adds anew
SUB_INDICES = ("biological_richness", "vegetation_cover", "water_network_density", "land_stress", "pollution_load")


@dataclass(frozen=True)
class Lever:
    """One thing that may be moved.

    Attributes
    ----------
    kind : str
        things, pace, target, due, growth, land or projects.
    low, high, step, start : float
        Range, step and present position, in `unit`.
    unit : str
        Code of a unit; `year` for a due year, `%` for growth.
    each : float
        What one unit a year adds to the indicator every year [indicator's unit]; NaN where it is no sum.
    choices : tuple of (code, share, each)
        Of a land conversion: class, its area [km²], points of EI that one more km² of it is worth.
    projects : tuple of dict
        Of projects: the rows of `projects.csv` that act on the indicator here, with `id` and, under `gain`, what each
        adds by the end of every year ahead if it is done in time [indicator's unit].
    """

    kind: str
    low: float
    high: float
    step: float
    start: float
    unit: str
    each: float = math.nan
    choices: tuple = ()
    projects: tuple = ()


class Refused(Told, ValueError):
    """A position that cannot be; the sentences say why, in the language they were asked for."""

    def __init__(self, sentences: list[str]):
        self.sentences = sentences
        super().__init__("\n".join(sentences))


@dataclass(frozen=True)
class Push:
    """What levers do to every path: year by year a factor, then a sum, then the indicator's natural ends."""

    factor: np.ndarray
    added: np.ndarray
    low: float | None
    high: float | None

    def on(self, paths: np.ndarray) -> np.ndarray:
        """Paths (paths, years) pushed, in the indicator's unit."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.clip(paths * self.factor + self.added, low, high)


@dataclass(frozen=True)
class Answer:
    """What follows of a setting: the statement as the assessment would give it, and the futures behind it.

    Attributes
    ----------
    statement : Statement
        With the target, dates, chances, gaps, paces and verdict that follow.
    years : tuple of int
        Years ahead.
    paths : float array (paths, years)
        Futures in the indicator's unit.
    """

    statement: Statement
    years: tuple[int, ...]
    paths: np.ndarray


# ---------------------------------------------------------------------- what may be moved


def offered(s: Statement) -> list[Lever]:
    """The levers of a statement; none for what has no sample paths (duties, protected values, papers).

    Under a scenario they stand where it has set them, so that nothing acts twice; land that it turned and projects that
    it switched on are in already and are not offered once more.
    """
    key = ("levers", s.region_code, s.indicator, s.comparison)
    if key not in s.analysis.cache:
        levers = []
        if has_paths(s):
            levers = [*_things(s), *_pace(s), *_target(s), *_due(s), *_growth(s), *_land(s), *_projects(s)]
        s.analysis.cache[key] = [lever for lever in levers if lever.high > lever.low]
    return s.analysis.cache[key]


def set_before(s: Statement) -> dict:
    """What the analysis's scenario has set at a statement; empty for the trend."""
    return s.analysis.cache.get("set", {}).get((s.region_code, s.indicator), {})


def joined(before: dict, setting: dict) -> dict:
    """A setting on top of another: a later position replaces an earlier one, projects of both are in."""
    both = before | setting
    projects = before.get("projects", {}) | setting.get("projects", {})
    return both | {"projects": projects} if projects else both


def has_paths(s: Statement) -> bool:
    """Whether futures were drawn for a statement: it is judged by its trend, and something was measured."""
    return s.analysis.assessor is not None and bool(np.isfinite(s.latest_value)) and len(s.forecast) > 0


def first_year(s: Statement) -> int:
    """The year before the first in which anything can be done."""
    return max(s.as_of, int(s.latest_year))


def _things(s: Statement) -> list[Lever]:
    """More things done a year (fewer, where less is better), beyond what the trend brings."""
    parts, scale, unit = things_of(s)
    if not unit or not s.record.direction:
        return []
    years = max(1, s.milestone - first_year(s))
    most = left_of(s) / years
    if not np.isfinite(most):
        missing = s.gap_count if np.isfinite(s.gap_count) and s.gap_count > 0 else parts.denominator / scale / 20
        most = 3 * missing / years
    if unit in COUNTED:
        most, step = math.floor(most), 1.0
    else:
        step = 10.0 ** (math.floor(math.log10(most)) - 2) if most > 0 else 1.0
        most = math.floor(most / step) * step
    each = s.record.direction * parts.factor * scale / parts.denominator
    return [Lever("things", 0.0, float(most), step, set_before(s).get("things", 0.0), unit, each)]


def things_of(s: Statement):
    """Numerator and denominator behind the value, the size of one unit of things in theirs, and that unit."""
    key = ("things", s.region_code, s.indicator, s.latest_year, s.basis, s.base_year)
    if key not in s.analysis.cache:
        s.analysis.cache[key] = _things_of(s)
    return s.analysis.cache[key]


def _things_of(s: Statement):
    parts = s.analysis.assessor.measured.parts(
        s.region_code, s.indicator, int(s.latest_year), s.basis, base_year=s.base_of_paths
    )
    known = np.isfinite([parts.factor, parts.denominator, parts.numerator]).all() and parts.denominator > 0
    if not known or parts.answers or not parts.unit:
        return parts, 1, ""
    return (parts, 10_000, "ha") if parts.unit == "m²" else (parts, 1, parts.unit)


def left_of(s: Statement) -> float:
    """How many things are left to do; infinite where the denominator is no whole of the same things."""
    parts, scale, unit = things_of(s)
    if s.record.direction < 0:
        return parts.numerator / scale
    is_share = s.record.unit == "%" and np.isclose(parts.factor, 100)
    return max(0.0, parts.denominator - parts.numerator) / scale if is_share else math.inf


def _pace(s: Statement) -> list[Lever]:
    years, paths = _ahead(s)
    if s.milestone not in years or set_before(s).keys() & {"things", "growth", "land", "projects"}:
        return []  # the pace that a scenario's other levers have made is no pace of its own
    middle = np.median(paths[:, years.index(s.milestone)])
    start = float((middle - s.latest_value) / (s.milestone - s.latest_year))
    known = [start, s.pace_observed, s.pace_required, s.pace_for_80, s.spread]
    most = 2 * max(abs(x) for x in known if np.isfinite(x))
    step = 10.0 ** -(s.record.decimals + 1)
    most = max(math.ceil(most / step), 10) * step
    return [Lever("pace", -most, most, step, start, "pp" if s.record.unit == "%" else s.record.unit)]


def _target(s: Statement) -> list[Lever]:
    if s.comparison not in SIGNS:
        return []
    known = [s.latest_value, s.target] if np.isfinite(s.target) else [s.latest_value]
    low = s.record.low if s.record.low is not None else min(known) - abs(min(known))
    high = s.record.high if s.record.high is not None else max(known) + abs(max(known))
    step = 10.0**-s.record.decimals
    return [Lever("target", float(low), float(high), step, float(s.target), s.record.unit)]


def _due(s: Statement) -> list[Lever]:
    years, _ = _ahead(s)
    return [Lever("due", float(min(s.due, s.as_of + 1)), float(years[-1]), 1.0, float(s.due), "year")]


def _growth(s: Statement) -> list[Lever]:
    """GDP growth, for what is divided by GDP."""
    if not _gdp(s):
        return []
    past = set_before(s).get("growth", past_growth(s))
    return [Lever("growth", -MOST_GROWTH, MOST_GROWTH, 0.1, past, "%")] if np.isfinite(past) else []


def _gdp(s: Statement) -> str:
    """The variable of GDP that an indicator is divided by; empty for none."""
    formula = s.analysis.assessor.measured.formulas.get(s.indicator)
    names = list(inspect.signature(formula).parameters)[1:2] if formula else []
    return names[0] if names and names[0].startswith("gdp") else ""


def past_growth(s: Statement) -> float:
    """Mean yearly growth of GDP over the last years [%]; of the counties together where the region reports none."""
    measured, name = s.analysis.assessor.measured, _gdp(s)
    regions = [s.region_code] if s.basis != "from_counties" else measured.parts_of(s.region_code)
    tables = [measured.table([name], region) for region in regions]
    whole = pd.concat([table[name] for table in tables if name in table], axis=1).dropna() if tables else pd.DataFrame()
    series = whole.sum(axis=1)
    if len(series) < 2:
        return math.nan
    last = series.index[-1]
    window = series[series.index >= last - GROWTH_YEARS]
    years = last - window.index[0]
    return float(100 * ((window.iloc[-1] / window.iloc[0]) ** (1 / years) - 1)) if years else math.nan


def _land(s: Statement) -> list[Lever]:
    """Land turned from one class into another, for the ecological index."""
    if s.indicator != "ecological_index" or "land" in set_before(s):
        return []
    measured = s.analysis.assessor.measured
    regions = [s.region_code] if s.basis != "from_counties" else measured.parts_of(s.region_code)
    classes = [name for group in ei.HABITAT_CLASSES.values() for name in group]
    tables = [measured.table([*classes, "land_area", *SUB_INDICES], region).ffill().tail(1) for region in regions]
    areas = pd.concat(tables).sum(min_count=len(tables)) if tables else pd.Series(dtype=float)
    if "land_area" not in areas or not areas["land_area"] > 0:
        return []
    ends = pd.concat(tables).reindex(columns=list(SUB_INDICES))
    at_cap = [name for name in SUB_INDICES if ends[name].isin([0.0, 100.0]).all()]
    worth = diagnosis.land_worth(areas["land_area"], **measured.fixed(diagnosis.land_worth), at_cap=at_cap)
    choices = [(name, float(areas.get(name, 0.0)), float(value)) for name, value in worth.items()]
    largest = max(area for _, area, _ in choices)
    return [Lever("land", 0.0, largest, 0.1, 0.0, "km²", choices=tuple(choices))] if largest > 0 else []


def _projects(s: Statement) -> list[Lever]:
    """Projects of the region and of its parts on a variable that the indicator is made of."""
    if not len(s.analysis.raw.projects) or s.analysis.projects_in:  # what is in already is not offered once more
        return []
    if "projects" not in s.analysis.cache:
        s.analysis.cache["projects"] = projects.table(s.analysis.raw.projects).to_dict("records")
    own, inputs = {s.region_code, *s.analysis.members(s.region_code)}, _response(s).inputs
    told, there = [], set_before(s).get("projects", {})
    for row in s.analysis.cache["projects"]:
        if row["region_code"] not in own or row["variable"] not in inputs or project_id(row) in there:
            continue
        certain = row | {"probability": 1.0, "delay_years": 0.0, "delay_probability": 0.0}
        gain = np.median(_with_projects(s, s.outlook, [certain]) - _with_projects(s, s.outlook, []), axis=0)
        told.append(row | {"id": project_id(row), "gain": [float(x) for x in gain]})
    return [Lever("projects", 0.0, 1.0, 1.0, 0.0, "", projects=tuple(told))] if told else []


def project_id(row: dict) -> str:
    """What a project is called in a scenario: its name, or where it acts and when it begins."""
    return row["name"] or f"{row['region_code']} {row['variable']} {row['first_year']}"


def _response(s: Statement):
    key = ("response", s.indicator, s.base_of_paths)
    if key not in s.analysis.cache:
        s.analysis.cache[key] = projects.response(s.analysis.assessor.measured, s.indicator, s.base_of_paths)
    return s.analysis.cache[key]


def _with_projects(s: Statement, outlook, rows: list[dict]) -> np.ndarray:
    """Paths (paths, years after the latest value) of the statement's region with these projects in."""
    return projects.moved(outlook, rows, _response(s)).of(s.region_code)[1]


# ---------------------------------------------------------------------- what cannot be


def checked(s: Statement, setting: dict, w: Words) -> dict:
    """A setting without what changes nothing, its numbers as floats.

    Raises
    ------
    Refused
        A lever that is not offered here, a number that is none, or a position that cannot be; all of them at once.
    """
    levers = {lever.kind: lever for lever in offered(s)}
    wrong, kept = [], {}
    for kind, asked in setting.items():
        if kind not in levers:
            there = w.list(w(f"lever.{name}") for name in levers) if levers else w("lever.none")
            name = w(f"lever.{kind}") if words.has_phrase(f"lever.{kind}") else str(kind)
            wrong.append(w("lever.refused.not_offered", lever=name, there=there))
            continue
        check = {"land": _land_wrong, "projects": _projects_wrong}.get(kind)
        told = check(levers[kind], asked, w) if check else _wrong(s, levers[kind], asked, w)
        if told:
            wrong.append(told)
        elif kind == "land":
            kept |= {"land": asked} if float(asked["area"]) else {}
        elif kind == "projects":
            on = {name: how for name, how in asked.items() if how.get("on", True)}
            kept |= {"projects": on} if on else {}
        elif float(asked) != levers[kind].start:
            kept[kind] = float(asked)
    if wrong:
        raise Refused(wrong)
    return kept


def _wrong(s: Statement, lever: Lever, asked, w: Words) -> str:
    number = _number(asked)
    name = w(f"lever.{lever.kind}")
    if number is None:
        return w("lever.refused.no_number", lever=name, asked=str(asked))
    if lever.kind == "due":
        fits = lever.low <= number <= lever.high and number == int(number)
        return "" if fits else w("lever.refused.due", asked=str(asked), low=int(lever.low), high=int(lever.high))
    if lever.kind == "things":
        if number < 0:
            return w("lever.refused.negative", lever=name, asked=w.plain(number))
        left, years = left_of(s), max(1, s.milestone - first_year(s))
        if number * years > left * (1 + 1e-9):
            counted = {
                "left": w.count(left, lever.unit, s.indicator),
                "years": years,
                "asked": w.count(number, lever.unit, s.indicator),
            }
            return w("lever.refused.more_than_left", **counted)
        return ""
    if lever.low - 1e-9 <= number <= lever.high + 1e-9:
        return ""
    unit = w.unit(lever.unit)
    ends = {"low": w.plain(round(lever.low, 6)), "high": w.plain(round(lever.high, 6))}
    return w("lever.refused.outside", lever=name, asked=w.plain(number), unit=unit, **ends).replace("  ", " ")


def _land_wrong(lever: Lever, asked, w: Words) -> str:
    areas = {code: area for code, area, _ in lever.choices}
    if not isinstance(asked, dict) or asked.get("from") not in areas or asked.get("to") not in areas:
        return w("lever.refused.land", classes=w.list(land_name(code, w) for code in areas))
    area = _number(asked.get("area"))
    if area is None:
        return w("lever.refused.no_number", lever=w("lever.land"), asked=str(asked.get("area")))
    if area < 0:
        return w("lever.refused.negative", lever=w("lever.land"), asked=w.plain(area))
    there = areas[asked["from"]]
    if area > there:
        name = land_name(asked["from"], w)
        return w("lever.refused.no_land", name=name, there=w.plain(round(there, 2)), asked=w.plain(area))
    return ""


def _projects_wrong(lever: Lever, asked, w: Words) -> str:
    known = [row["id"] for row in lever.projects]
    if not isinstance(asked, dict) or not all(isinstance(how, dict) for how in asked.values()):
        return w("lever.refused.projects", there=w.list(known))
    for name, how in asked.items():
        if name not in known:
            return w("lever.refused.no_project", name=name, there=w.list(known))
        delay, scale = _number(how.get("delay", 0)), _number(how.get("scale", 1))
        if delay is None or scale is None or delay < 0 or scale < 0 or set(how) - {"on", "delay", "scale"}:
            return w("lever.refused.project", name=name)
    return ""


def land_name(code: str, w: Words) -> str:
    """A land class without the word area."""
    return w.name(catalog.variables()[code]).removesuffix(w("lever.area_word"))


def _number(asked) -> float | None:
    try:
        number = float(asked)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


# ---------------------------------------------------------------------- what follows


def push(s: Statement, setting: dict, years: list[int], middle: np.ndarray) -> Push:
    """What a checked setting does to the paths of a statement.

    Parameters
    ----------
    years : list of int
        Years ahead of the latest value.
    middle : array (years,)
        Median of the paths before anything is moved.
    """
    levers = {lever.kind: lever for lever in offered(s)}
    ahead = np.array(years) - s.latest_year
    acting = np.maximum(0, np.array(years) - first_year(s))  # nothing is done before the next year
    factor, added = np.ones(len(years)), np.zeros(len(years))
    if "pace" in setting:
        added = added + s.latest_value + setting["pace"] * ahead - middle
    if "growth" in setting:
        quicker = ((100 + levers["growth"].start) / (100 + setting["growth"])) ** acting
        if s.indicator not in CHANGES:
            factor, added = factor * quicker, added * quicker
        else:  # a fall in percent speaks of what is left: 100 − value
            step = (
                quicker
                if CHANGES[s.indicator].from_base
                else np.where(acting > 0, quicker ** (1 / np.maximum(acting, 1)), 1.0)
            )
            factor, added = factor * step, 100 - (100 - added) * step
    if "things" in setting:
        added = added + levers["things"].each * (setting["things"] - levers["things"].start) * acting
    if "land" in setting:
        worth = {code: each for code, _, each in levers["land"].choices}
        gain = worth[setting["land"]["to"]] - worth[setting["land"]["from"]]
        added = added + gain * float(setting["land"]["area"]) * (acting > 0)
    return Push(factor, added, s.record.low, s.record.high)


def answer(s: Statement, setting: dict, w: Words | None = None) -> Answer:
    """What follows of a setting, as the assessment would give it.

    Parameters
    ----------
    setting : dict
        Lever -> position: `{"things": 10, "target": 45, "due": 2026}`; a land conversion is
        `{"land": {"from": code, "to": code, "area": km²}}`, done once in the next year. Under a scenario a position
        replaces what the scenario has set, and acts on the trend.

    Raises
    ------
    Refused
    """
    w = w or words.of("zh")
    setting = checked(s, setting, w)
    years, paths = _ahead(s) if has_paths(s) else ([], np.empty((0, 0)))
    if not setting:
        return Answer(s, tuple(years), paths)
    if before := set_before(s):
        told = answer(s.analysis.cache["trend"].at(s.row), joined(before, setting), w)
        return replace(told, statement=replace(told.statement, analysis=s.analysis))
    moved = push(s, setting, years, np.median(paths, axis=0)).on(paths.astype(float))
    if "projects" in setting:
        moved = _with_projects(s, _whole(s, moved), chosen(s, setting["projects"])).astype(float)
    return Answer(_judged(s, setting, moved), tuple(years), moved)


def chosen(s: Statement, how: dict) -> list[dict]:
    """The projects that are switched on, delayed by so many more years and scaled."""
    (lever,) = [lever for lever in offered(s) if lever.kind == "projects"]
    rows = []
    for row in lever.projects:
        if row["id"] in how:
            later, scale = (float(how[row["id"]].get(name, usual)) for name, usual in (("delay", 0), ("scale", 1)))
            first, last = (int(row[name] + later) for name in ("first_year", "last_year"))
            rows.append(row | {"first_year": first, "last_year": last, "change": scale * row["change"]})
    return rows


def _judged(s: Statement, setting: dict, moved: np.ndarray) -> Statement:
    """The statement that the assessment makes of moved paths, another target or another date."""
    assessor = s.analysis.assessor
    row = {name: getattr(s, name) for name in STATEMENT_COLUMNS}
    row["warning"] = ";".join(code for code in s.warnings if code not in ADDED_BY_ASSESSMENT)
    if "due" in setting:
        row["due"] = int(setting["due"])
        row["hold_until"] = max(s.hold_until, row["due"])
        row["milestone"] = judge.milestone_of(row["due"], row["hold_until"], s.as_of)
    if "target" in setting:
        row |= _new_target(s, setting["target"], row["warning"])
    one = _one_region(s, moved)
    quiet = replace(assessor, settings=replace(assessor.settings, second_method=""))
    row |= {"pace_required": math.nan, "pace_for_80": math.nan, "methods_low": math.nan, "methods_high": math.nan}
    if np.isfinite(row["target"]) or row["comparison"] in judge.RELATIVE:
        table = {0: row}
        quiet.by_trend(table, [0], one, s.record, int(one.years[-1]), s.base_of_paths)
        row = table[0]
    return Statement(analysis=s.analysis, row=s.row, **{name: row[name] for name in STATEMENT_COLUMNS})


def _new_target(s: Statement, target: float, warning: str) -> dict:
    assessor = s.analysis.assessor
    is_met = bool(judge.met(s.latest_value, math.nan, target, s.comparison, s.record, assessor.settings.rounding))
    parts, _, _ = things_of(s)
    warnings = [code for code in warning.split(";") if code and code != "survey_error"]
    if parts.answers and judge.within_survey_error(s.latest_value, parts.denominator, target, rates.wilson_interval):
        warnings.append("survey_error")
    changed = {
        "target": target,
        "gap": judge.gap(s.latest_value, target, s.comparison, is_met),
        "contribution": math.nan,
        "warning": ";".join(warnings),
        "method": s.method or assessor.method,
    }
    return changed | assessor.things(parts, target, s.comparison, s.record, is_met, s.requirement)


def _ahead(s: Statement) -> tuple[list[int], np.ndarray]:
    """Years after the latest value, and the paths (paths, years)."""
    _, paths = s.outlook.of(s.region_code)
    first = int(s.latest_year) + 1
    return list(range(first, first + paths.shape[1])), paths


def _whole(s: Statement, moved: np.ndarray):
    """The outlook of all regions, one of them with moved paths after its latest value."""
    outlook = s.outlook
    paths = outlook.paths.copy()
    paths[outlook.regions.index(s.region_code), :, paths.shape[2] - moved.shape[1] :] = moved
    return replace(outlook, paths=paths)


def _one_region(s: Statement, moved: np.ndarray):
    """The outlook of one region alone, with moved paths after its latest value."""
    outlook = _whole(s, moved)
    k = outlook.regions.index(s.region_code)
    return replace(
        outlook,
        regions=(s.region_code,),
        basis=(outlook.basis[k],),
        values=outlook.values[k : k + 1],
        latest=outlook.latest[k : k + 1],
        paths=outlook.paths[k : k + 1],
    )


# ---------------------------------------------------------------------- the reverse question


@dataclass(frozen=True)
class Needed:
    """How many things a year give a chance, and how that compares with what has been.

    `things` a year beyond the trend (0 when none are needed), `unit`, `left` in all, and whether they are too many; the
    whole yearly change `pace` [indicator's unit], how many of `moves` yearly changes of all regions were as large, and
    the largest of them with its region and year.
    """

    things: float
    unit: str
    left: float
    pace: float
    moves: int
    as_large: int
    largest: float
    region: str
    year: int


def needed(s: Statement, chance: float = 0.8) -> Needed | None:
    """What gives that chance at the milestone; None where nothing is open or there are no paths."""
    if not has_paths(s) or s.verdict not in judge.OPEN or s.comparison not in judge.AT_LEAST + judge.AT_MOST:
        return None
    years, paths = _ahead(s)
    if not np.isfinite(s.target) or s.milestone not in years or not s.record.direction:
        return None
    better = 1 if s.comparison in judge.AT_LEAST else -1
    ends = better * paths[:, years.index(s.milestone)].astype(float)
    reaching = math.ceil(chance * len(ends) - 1e-9)  # so many futures have to pass the target
    unlucky = float(np.sort(ends)[len(ends) - reaching])
    short = max(0.0, better * s.target - unlucky)
    lever = next((one for one in offered(s) if one.kind == "things"), None)
    things, unit, left = math.nan, "", math.nan
    acting = s.milestone - first_year(s)
    if lever is not None and acting > 0:
        unit, left = lever.unit, left_of(s)
        things = max(0.0, (better * s.target - unlucky) / (abs(lever.each) * acting) + lever.start)
        things = math.ceil(things - 1e-9) if unit in COUNTED else things
    pace = (better * (float(np.median(ends)) + short) - s.latest_value) / (s.milestone - int(s.latest_year))
    moves, as_large, largest, region, year = _has_been(s, pace)
    return Needed(things, unit, left, pace, moves, as_large, largest, region, year)


def _has_been(s: Statement, pace: float) -> tuple[int, int, float, str, int]:
    """How often regions moved at a pace from one year to the next, and the largest move; what is put together from
    others is not counted beside them."""
    changes = _changes(s)
    toward = math.copysign(1, pace)
    if changes.empty:
        return 0, 0, math.nan, "", 0
    moved = toward * changes
    year, region = moved.idxmax()
    return len(moved), int((moved >= abs(pace) - 1e-9).sum()), float(toward * moved.max()), region, int(year)


def _changes(s: Statement) -> pd.Series:
    """Yearly changes of the indicator by (year, region), made once an indicator."""
    key = ("yearly changes", s.indicator)
    if key not in s.analysis.cache:
        wide = s.analysis._compared(s.indicator)
        counties = [code for code in s.analysis.counties if code in wide]
        wide = wide[counties] if counties else wide
        s.analysis.cache[key] = wide.reindex(range(wide.index[0], wide.index[-1] + 1)).diff().stack().dropna()
    return s.analysis.cache[key]


# ---------------------------------------------------------------------- in words


def told(s: Statement, setting: dict, w: Words) -> list[str]:
    """A setting in words, one a lever: 每年多完成 10 个村."""
    levers = {lever.kind: lever for lever in offered(s)}
    parts = []
    for kind, position in setting.items():
        if kind == "land":
            names = {"before": land_name(position["from"], w), "after": land_name(position["to"], w)}
            parts.append(w("lever.told.land", area=w.plain(float(position["area"])), **names))
        elif kind == "projects":
            parts.append(
                w(
                    "lever.told.projects",
                    names=w.list(
                        _project_told(s.analysis.called(name, w.lang), how, w) for name, how in position.items()
                    ),
                )
            )
        elif kind == "due":
            parts.append(w("lever.told.due", year=int(position)))
        elif kind == "things":
            more = "more" if s.record.direction > 0 else "fewer"
            parts.append(
                w(f"lever.told.things_{more}", things=w.count(float(position), levers["things"].unit, s.indicator))
            )
        elif kind in ("pace", "target", "growth"):
            unit = w.unit(levers[kind].unit)
            parts.append(w(f"lever.told.{kind}", value=f"{w.plain(float(position))} {unit}".strip()))
    return parts


def _project_told(name: str, how: dict, w: Words) -> str:
    delay, scale = float(how.get("delay", 0)), float(how.get("scale", 1))
    marks = [w("lever.told.delayed", years=w.plain(delay))] if delay else []
    marks += [w("lever.told.scaled", scale=w.plain(scale))] if scale != 1 else []
    return name + (w("mark.in_brackets", text=w.list(marks)) if marks else "")


def needed_told(s: Statement, w: Words) -> str:
    """The reverse question in words; empty where there is nothing to ask."""
    what = needed(s)
    if what is None:
        return ""
    decimals = max(s.record.decimals, 1)
    values = {"year": s.milestone, "pace": w.difference(abs(what.pace), s.record, decimals)}
    if what.unit and np.isfinite(what.things):
        kind = "none" if what.things == 0 else "beyond" if _too_many(s, what) else "more"
        if s.record.direction < 0 and kind == "more":
            kind = "fewer"
        things = w.count(what.things, what.unit, s.indicator)
        first = w(
            f"lever.needed.{kind}",
            things=things,
            left=w.count(what.left, what.unit, s.indicator) if np.isfinite(what.left) else "",
            **values,
        )
    else:
        first = w("lever.needed.pace_up" if what.pace > 0 else "lever.needed.pace_down", **values)
    if not what.moves or what.things == 0:  # where the trend is enough, no pace is asked for
        return first
    been = {
        "moves": what.moves,
        "count": what.as_large,
        "region": s.analysis.name(what.region, w.lang),
        "when": what.year,
        "largest": w.difference(abs(what.largest), s.record, decimals),
        "pace": values["pace"],
    }
    key = "lever.been.some" if what.as_large else "lever.been.never"
    return w.join(first, w(key, **been), _kept_up(s, what.pace, w))


def _kept_up(s: Statement, pace: float, w: Words) -> str:
    """Whether the pace was ever kept up for as many years as are left, here or in the reference panel; empty where one
    year is left, of which the yearly changes tell."""
    years = s.milestone - int(s.latest_year)
    seen, fast, _ = tasks.ever_as_fast(s.analysis, s.indicator, pace, years)
    if years < 2 or not seen:
        return ""
    key = "none" if not fast else "all" if fast == seen else "some"
    return w(f"lever.kept_up.{key}", seen=seen, fast=fast, years=years)


def _too_many(s: Statement, what: Needed) -> bool:
    return np.isfinite(what.left) and what.things * (s.milestone - first_year(s)) > what.left


# ---------------------------------------------------------------------- other methods


def by_method(s: Statement) -> list[tuple[str, float, float]]:
    """What each forecasting method says of a statement's target: method, chance at the milestone, median there.

    `plotdata.methods` at the milestone, for a statement with something to meet.
    """
    table = plotdata.methods(s)
    table = table[(table["year"] == s.milestone) & table["chance"].notna()]
    return list(table[["method", "chance", "median"]].itertuples(index=False, name=None))
