"""What the view shows, as plain JSON: numbers once, every text in both languages, worded by the library.

The view's JavaScript words nothing; only where a lever is moved without a kernel does it put numbers into phrases that
are given here.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pypinyin

from ecoanalysis import briefing, catalog, judge, plotdata, words
from ecoanalysis.analysis import Analysis, Statement
from ecoanalysis.explore import levers
from ecoanalysis.plan import rule_sets
from ecoanalysis.words import LANGUAGES, NOTHING, Words

# 41 quantiles a year: what an offline page knows of the paths. A chance read between them is right to 1.3 points.
LEVELS = np.sort(np.append(np.linspace(0.0125, 0.9875, 40), 0.5))
DIGITS = 6  # significant digits of a number in a page


def choices(analysis: Analysis) -> dict:
    """What may be chosen: regions and indicators with their names and pinyin initials, as-of years, languages, texts.

    Returns
    -------
    dict
        as_of, years (as-of years, latest first), regions and indicators (list of code, zh, en, initials, label),
        milestones, demo (bool), notices (lang -> sentences that stand above everything: the scenario, if there is
        one), texts (lang -> phrase by key).
    """
    regions = [
        {"code": row.code, "zh": row.name_zh, "en": row.name_en, "initials": initials(row.name_zh), "label": row.code}
        for row in analysis.regions.itertuples()
    ]
    indicators = []
    for code in dict.fromkeys(analysis.assessment["indicator"]):
        record = analysis.indicators[code]
        names = {"zh": record.name_zh, "en": record.name_en, "initials": initials(record.name_zh)}
        indicators.append({"code": code, "label": record.label, **names})
    first, last = int(analysis.observations["year"].min()), int(analysis.observations["year"].max())
    if analysis.raw is not None and len(analysis.raw.observations):
        last = int(analysis.raw.observations["year"].max())
    return {
        "as_of": analysis.as_of,
        "years": list(range(last, max(first, last - 9) - 1, -1)),
        "scenario": analysis.scenario,
        "regions": regions,
        "indicators": indicators,
        "levels": [round(float(level), 4) for level in LEVELS],
        "milestones": milestones(analysis),
        "demo": analysis.demo_share > 0,
        "notices": {
            lang: [text for text in [briefing.scenario(analysis, words.of(lang))] if text] for lang in LANGUAGES
        },
        "texts": {lang: screen_texts(words.of(lang)) for lang in LANGUAGES},
    }


def initials(name: str) -> str:
    """First letters of the pinyin of a Chinese name, as people type them.

    >>> initials("甘谷县"), initials("农村生活污水治理率")
    ('ggx', 'ncshwszll')
    """
    return "".join(part[0] for part in pypinyin.lazy_pinyin(name, style=pypinyin.Style.FIRST_LETTER) if part).lower()


SCREEN = (
    "title search region indicator as_of language card trend trend_in levers inputs departments milestones nothing waiting "
    "no_kernel reset other_methods other_methods_wait no_levers offline offline_hold scenario save_scenario saved "
    "scenario_name link results methods_head inputs_head none legend_observed legend_estimated legend_demo band80 band95 "
    "median target due hold milestone area from to what_if delay scale home"
).split()
OFFLINE = (
    "lever.refused.no_number lever.refused.negative lever.refused.more_than_left lever.refused.outside "
    "lever.refused.due lever.refused.no_land lever.things lever.pace lever.target lever.due lever.growth lever.land"
).split()


def screen_texts(w: Words) -> dict[str, str]:
    """The phrases of the screen in one language, as they stand in the table (values in braces)."""
    texts = {key: _template(f"explore.{key}", w) for key in SCREEN}
    texts |= {key: _template(key, w) for key in OFFLINE}
    texts |= {f"row.{key}": _template(f"explore.row.{key}", w) for key in ROWS}
    texts |= {f"verdict.{code}": w.verdict(code) for code in judge.SEVERITY}
    texts["verdict.out_of_reach_pressing"] = w.verdict("out_of_reach", True)
    return texts | {"demo": w.demo_mark(True), "lang": w.lang}


def _template(key: str, w: Words) -> str:
    return catalog.phrases()[key][w.lang]


# ---------------------------------------------------------------------- one statement


ROWS = "value target chance hold gap things pace_observed pace_required pace_for_80".split()


def view(s: Statement, setting: dict | None = None) -> dict:
    """Everything the screen shows of one statement.

    Parameters
    ----------
    s : Statement
    setting : dict, optional
        Positions of levers.

    Returns
    -------
    dict
        region, indicator, comparison; `numbers` for the picture; `levers` with what they may be moved to; `texts` by
        language. JSON takes it: no NaN, years as integers.

    Raises
    ------
    levers.Refused
    """
    setting = setting or {}
    told, sources, classes = levers.answer(s, setting), sources_of(s), _classes(s)
    return {
        "region": s.region_code,
        "indicator": s.indicator,
        "comparison": s.comparison,
        "setting": setting,
        "numbers": numbers(s) | moved(told),
        "levers": [_lever(lever) for lever in levers.offered(s)],
        "texts": {
            lang: standing(s, words.of(lang), sources) | said(told, setting, words.of(lang), classes)
            for lang in LANGUAGES
        },
    }


def answered(s: Statement, setting: dict, lang: str) -> dict:
    """What a moved lever changes of a view, in one language: as little as is needed, as it is asked for often."""
    w = words.of(lang)
    told = levers.answer(s, setting, w)
    return {"setting": setting, "numbers": moved(told), "texts": {lang: said(told, setting, w)}}


def numbers(s: Statement) -> dict:
    """What the picture is drawn from and what an offline answer reckons with."""
    record, base = s.record, {"left": None, "acting_from": None, "parts": None}
    if levers.has_paths(s):
        base = {"left": _number(levers.left_of(s)), "acting_from": levers.first_year(s), "parts": _parts(s)}
    return base | {
        "observed": (observed := plotdata.measured(s))
        and [[year, _number(value), status] for year, value, status in observed],
        "latest_year": None if not observed else int(s.latest_year),
        "latest": _number(s.latest_value),
        "as_of": s.as_of,
        "decimals": record.decimals,
        "low": _number(record.low),
        "high": _number(record.high),
        "better": record.direction,
        "unit": record.unit,
        "at_least": s.comparison in (">=", ">", "not_below_base"),
        "at_most": s.comparison in ("<=", "<", "not_above_base"),
        "pressing": bool(s.pressing),
        "bounds": [s.analysis.settings.likely, s.analysis.settings.possible, s.analysis.settings.hard],
        "is_change": levers.CHANGES[s.indicator].from_base + 1 if s.indicator in levers.CHANGES else 0,
    }


def _parts(s: Statement) -> dict | None:
    """What a share is made of, where its things can be counted."""
    parts, size, unit = levers.things_of(s)
    if not unit:
        return None
    sides = {name: _number(getattr(parts, name), 12) for name in ("numerator", "denominator", "factor")}
    return sides | {"size": size, "counted": unit in words.COUNTED}


def moved(told: levers.Answer) -> dict:
    """Of an answer: target, dates, chances, and the quantiles of every year ahead."""
    s = told.statement
    cut = np.quantile(told.paths, LEVELS, axis=0).T if told.paths.size else np.empty((0, len(LEVELS)))
    return {
        "years": list(told.years),
        "quantiles": [[_number(x, 5) for x in row] for row in cut],
        "target": _number(s.target),
        "due": s.due,
        "hold_until": s.hold_until,
        "milestone": s.milestone,
        "p_reach": _number(s.p_reach),
        "p_hold": _number(s.p_hold),
        "verdict": s.verdict,
    }


def milestones(analysis: Analysis) -> list[dict]:
    """The plan's dates: decimal year and names."""
    if analysis.raw is None:
        return []
    rows = []
    for row in analysis.raw.milestones.itertuples():
        year, month = int(str(row.date)[:4]), int(str(row.date)[5:7] or 12)
        rows.append({"at": round(year + month / 12, 2), "date": str(row.date), "zh": row.name_zh, "en": row.name_en})
    return rows


def standing(s: Statement, w: Words, sources: list[SimpleNamespace]) -> dict:
    """The texts that no lever changes; `sources` are the rows behind the statement."""
    record = s.record
    called = s.analysis.called
    lead, supporting = (w.list(called(name, w.lang) for name in text.split(";") if name) for text in s.departments)
    departments = [w("explore.lead", departments=lead) if lead else ""]
    departments.append(w("explore.supporting", departments=supporting) if supporting else "")
    offered = levers.offered(s)
    return {
        "title": title(s, w),
        "unit": w.unit(record.unit),
        "demo": w.demo_mark(s.status == "demo"),
        "needed": levers.needed_told(s, w),
        "standing": [text for text in (briefing.contribution(s, w), briefing.city_only(s, w)) if text],
        "levers": {lever.kind: _lever_texts(s, lever, w) for lever in offered},
        "no_levers": "" if offered else no_levers(s, w),
        "things_unit": _unit_of(s.gap_count_unit, s, w),
        "gap_unit": w.unit("pp" if record.unit == "%" else record.unit),
        "inputs": inputs(s, w, sources),
        "departments": [text for text in departments if text],
    }


def title(s: Statement, w: Words) -> str:
    """Region, number and name of the indicator."""
    return f"{s.analysis.name(s.region_code, w.lang)} · {s.record.label} {w.name(s.record)}".replace("  ", " ")


def said(told: levers.Answer, setting: dict, w: Words, classes: list | None = None) -> dict:
    """The texts that a lever changes: verdict, sentences, the card's rows, what was assumed.

    `classes` are those of the rule sets for an unmoved statement, where they are known already.
    """
    s = told.statement
    classes = _classes(s) if setting or classes is None else classes
    before = s.analysis._of_row(s.row) if setting else s
    return {
        "verdict": briefing.verdict(s, w),
        "sentence": briefing.sentence(s, w),
        "more": [text for text in (briefing.pace(s, w), *briefing.fared_by_source(s, w)) if text],
        "rows": card(s, w),
        "tables": rules(classes, w),
        "assumed": w("join").join(levers.told(before, setting, w)),
        "target_label": _target_label(s, w),
        "link": link(s, setting, w.lang),
    }


def _unit_of(code: str, s: Statement, w: Words) -> str:
    """A unit of things as it stands behind a number."""
    return w.count(2, code, s.indicator).partition(" ")[2] if code else ""


def card(s: Statement, w: Words) -> list[list[str]]:
    """The achievability card: key, label and text of each row; what does not apply is left out."""
    record = s.record
    decimals = max(record.decimals or 0, 1)

    def pace(value: float) -> str:
        return w.difference(value, record, decimals) if np.isfinite(value) else ""

    required, sure = _paces(s)
    is_open = s.verdict in judge.OPEN
    years = {"year": w.year(s.latest_year), "milestone": s.milestone, "hold": s.hold_until, "due": s.due}
    rows = {
        "value": briefing.value(s, w) if np.isfinite(s.latest_value) and s.comparison != "done" else "",
        "target": briefing.target(s, w) if s.comparison != "done" else "",
        "chance": w.chance(s.p_reach) if is_open and np.isfinite(s.p_reach) else "",
        "hold": w.chance(s.p_hold) if np.isfinite(s.p_hold) and s.verdict != "no_target" else "",
        "gap": briefing.gap(s, w),
        "things": briefing.things(s, w),
        "pace_observed": pace(s.pace_observed) if s.comparison != "done" else "",
        "pace_required": pace(required),
        "pace_for_80": pace(sure),
    }
    return [[key, w(f"explore.row.{key}", **years), text] for key, text in rows.items() if text and text != NOTHING]


def _classes(s: Statement) -> list[tuple[str, str]]:
    return rule_sets.classes(s) if s.comparison != "done" and np.isfinite(s.target) else []


def rules(classes: list[tuple[str, str]], w: Words) -> list[dict]:
    """What the rule sets of others say of a statement, as a table of name and class; none where they say nothing."""
    if not classes:
        return []
    rows = [[rule_sets.name(rule, w), rule_sets.class_word(code, w)] for rule, code in classes]
    return [{"title": w("explore.rules"), "head": heads("explore.rules_head", w), "rows": rows}]


def _paces(s: Statement) -> tuple[float, float]:
    """The needed pace, reckoned from what is printed as the sentence does it, and the one for 80 %."""
    if not np.isfinite(s.pace_required):
        return math.nan, math.nan
    gap = judge.printed_gap(s.latest_value, briefing.printed_target(s), briefing.decimals_of(s))
    required = math.copysign(float(gap) / (s.milestone - int(s.latest_year)), s.pace_required)
    return required, math.copysign(max(abs(s.pace_for_80), abs(required)), required)


def no_levers(s: Statement, w: Words) -> str:
    """Why nothing may be moved."""
    if s.comparison == "done":
        return w("lever.no.papers")
    if not np.isfinite(s.latest_value):
        return w("lever.no.value")
    if s.analysis.assessor is None:
        return w("lever.no.data")
    return w("lever.no.record")


SHOWN = "region_code variable year value unit status source file sheet cell".split()


def sources_of(s: Statement) -> list[SimpleNamespace]:
    """The observations behind the latest value, found by their ids in columns that are laid out once an analysis."""
    cache, rows = s.analysis.cache, s.analysis.observations
    if "by id" not in cache:
        columns = {name: rows[name].to_numpy(object) for name in SHOWN if name in rows}
        cache["by id"] = dict(zip(rows["id"], range(len(rows)), strict=True)), columns
    positions, columns = cache["by id"]
    there = sorted(positions[one] for one in s.inputs if one in positions)
    return [SimpleNamespace(**{name: column[position] for name, column in columns.items()}) for position in there]


def inputs(s: Statement, w: Words, sources: list[SimpleNamespace]) -> list[list[str]]:
    """The observations behind the latest value: name, region, year, value with unit, status, source, file and cell."""
    rows = []
    for row in sources:
        value = f"{w.plain(row.value)} {w.unit(row.unit, row.variable)}".strip()
        name = briefing.input_name(row.variable, w, s.analysis.records)
        region, source = s.analysis.name(row.region_code, w.lang), s.analysis.called(row.source, w.lang)
        rows.append([name, region, str(row.year), value, w.status(row.status), source, briefing.place_of(row)])
    return rows


def link(s: Statement, setting: dict, lang: str) -> str:
    """One line of code that shows this view again."""
    options = f", setting={setting!r}" if setting else ""
    return f'a.explore("{s.region_code}", "{s.indicator}", lang="{lang}"{options})'


def other_methods(s: Statement, w: Words) -> list[list[str]]:
    """What other methods say of the same target: method, chance and median at the milestone, in words.

    Computed when asked for. A chance from a method that is not calibrated on short series says so.
    """
    rows = []
    for method, chance, median in levers.by_method(s):
        name = w(f"method.{method}")
        rows.append([name, w.chance(chance), w.measure(median, s.record)])
    return rows


def _target_label(s: Statement, w: Words) -> str:
    return f"{w('chart.target')} {briefing.target(s, w)}" if np.isfinite(s.target) else ""


def _lever(lever: levers.Lever) -> dict:
    names = ("low", "high", "step", "start", "each")
    values = {name: _number(getattr(lever, name)) for name in names}
    named = "id first_year last_year change probability delay_years delay_probability gain".split()
    rows = [{name: row[name] for name in named} for row in lever.projects]
    return {"kind": lever.kind, "choices": [list(choice) for choice in lever.choices], "projects": rows} | values


def _lever_texts(s: Statement, lever: levers.Lever, w: Words) -> dict:
    more = ("more" if s.record.direction > 0 else "fewer") if lever.kind == "things" else ""
    label = w(f"lever.label.{lever.kind}_{more}" if more else f"lever.label.{lever.kind}")
    note = w(f"lever.note.{lever.kind}", growth=w.plain(round(lever.start, 1)) if np.isfinite(lever.start) else NOTHING)
    unit = _unit_of(lever.unit, s, w) if lever.kind == "things" else "" if lever.kind == "due" else w.unit(lever.unit)
    names = {code: levers.land_name(code, w) for code, _, _ in lever.choices}
    names |= {row["id"]: _project_label(row, s.analysis.called(row["id"], w.lang), w) for row in lever.projects}
    return {"label": label, "note": note, "unit": unit, "names": names}


def _project_label(row: dict, name: str, w: Words) -> str:
    """A project in a line: what it adds, when, and how sure it is."""
    change = f"{w.plain(row['change'])} {w.unit(row['unit'])}".strip()
    when = (
        str(row["first_year"]) if row["first_year"] == row["last_year"] else f"{row['first_year']}–{row['last_year']}"
    )
    return w("lever.project", name=name, change=change, when=when, chance=w.chance(row["probability"]))


def _number(value, digits: int = DIGITS) -> float | None:
    """As JSON takes it: a few significant digits, null for what is missing or infinite."""
    if value is None or not math.isfinite(float(value)):
        return None
    return float(f"{float(value):.{digits}g}")


def heads(key: str, w: Words) -> list[str]:
    """Headings of a table, kept as one phrase."""
    return w(key).split(";")
