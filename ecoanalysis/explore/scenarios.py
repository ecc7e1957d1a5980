"""What was set on the screen, kept under a name: a small file that people can read, and the analysis that follows of it.

A scenario is JSON in `scenarios/` of the data folder, one entry a statement with the positions of its levers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ecoanalysis import futures, words
from ecoanalysis.analysis import STATEMENT_COLUMNS, Analysis, Statement, Told
from ecoanalysis.explore import levers
from ecoanalysis.export import replacing
from ecoanalysis.words import Words

FORMAT = 1
FOLDER = "scenarios"
NAME = re.compile(r"[\w\-（）()·]{1,40}")
KINDS = ("things", "pace", "target", "due", "growth", "land", "projects")
ABOUT = ("region", "region_name", "indicator", "indicator_name")
TREND = "trend"  # the scenario in which nothing is moved


class BadScenario(Told, ValueError):
    """A scenario file that cannot be used; the sentences say everything that is wrong with it."""

    def __init__(self, sentences: list[str]):
        self.sentences = sentences
        super().__init__("\n".join(sentences))


@dataclass(frozen=True)
class Scenario:
    """Positions of levers, by region and indicator (codes), of one city at an as-of year."""

    name: str
    city: str
    as_of: int
    settings: dict[tuple[str, str], dict]


# ---------------------------------------------------------------------- making, keeping, listing


def of_settings(analysis: Analysis, name: str, settings: dict[tuple, dict], lang: str = "zh") -> Scenario:
    """A scenario of positions by (region, indicator), names or codes; empty ones are left out.

    Raises
    ------
    BadScenario
        A name that is no file name, an unknown region or indicator, a position that cannot be: all at once.
    """
    w = words.of(lang)
    wrong = [] if _is_name(name) else [w("scenario.bad_name", name=name)]
    kept = {}
    for (region, indicator), setting in settings.items():
        try:
            s = analysis[region, indicator]
            checked = levers.checked(s, setting, w)
        except levers.Refused as error:
            there = f"{s.analysis.name(s.region_code, w.lang)} · {w.name(s.record)}"
            wrong += [w("scenario.bad_entry", entry=there, reason=sentence) for sentence in error.sentences]
        except Told as error:
            wrong.append(w("scenario.bad_entry", entry=f"{region} · {indicator}", reason=str(error)))
        else:
            if checked:
                kept[s.region_code, s.indicator] = checked
    if wrong:
        raise BadScenario(wrong)
    return Scenario(name, city_of(analysis), analysis.as_of, kept)


def _is_name(name) -> bool:
    return isinstance(name, str) and bool(NAME.fullmatch(name)) and name != TREND


def city_of(analysis: Analysis) -> str:
    """Code of the region that a scenario belongs to."""
    return analysis.city or analysis.counties[0]


def folder(analysis: Analysis) -> Path:
    """Where the scenarios of an analysis lie."""
    return Path(analysis.data) / FOLDER


def write(analysis: Analysis, scenario: Scenario, path: Path | str | None = None, *, lang: str = "zh") -> Path:
    """Keep a scenario as JSON, by default in the data folder under its name.

    Raises
    ------
    BadScenario
        Nothing was set, or the folder cannot be written.
    """
    w = words.of(lang)
    if not scenario.settings:
        raise BadScenario([w("scenario.empty")])
    path = Path(path) if path else folder(analysis) / f"{scenario.name}.json"
    entries = []
    for (region, indicator), setting in scenario.settings.items():
        names = {"region_name": analysis.name(region, "zh"), "indicator_name": analysis.indicators[indicator].name_zh}
        entries.append({"region": region, "indicator": indicator} | names | setting)
    about = {
        "format": FORMAT,
        "scenario": scenario.name,
        "city": scenario.city,
        "city_name": analysis.name(scenario.city, "zh"),
        "as_of": scenario.as_of,
        "set": entries,
    }
    try:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadScenario([w("scenario.not_written", file=path, reason=error)]) from None
    return path


def read(analysis: Analysis, name: Path | str, *, lang: str = "zh") -> Scenario:
    """A kept scenario, by name or path, checked against the analysis.

    Raises
    ------
    BadScenario
        No such file, no JSON, of another city, or unknown names in it: everything wrong at once, with the file.
    """
    w = words.of(lang)
    path = path_of(folder(analysis), name)
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        there = w.list(names(analysis)) or w("lever.none")
        raise BadScenario([w("scenario.not_there", file=path, there=there)]) from None
    except OSError as error:
        raise BadScenario([w("scenario.not_read", file=path, reason=error)]) from None
    except UnicodeDecodeError:
        raise BadScenario([w("scenario.not_json", file=path, line=1)]) from None
    except json.JSONDecodeError as error:
        raise BadScenario([w("scenario.not_json", file=path, line=error.lineno)]) from None
    entries = about.get("set") if isinstance(about, dict) else None
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise BadScenario([w("scenario.no_list", file=path)])
    if str(about.get("city", "")) != city_of(analysis):
        known = {"city": about.get("city_name") or about.get("city"), "here": analysis.name(city_of(analysis), w.lang)}
        raise BadScenario([w("scenario.other_city", file=path, **known)])
    wrong, settings = [], {}
    for number, entry in enumerate(entries, start=1):
        unknown = [key for key in entry if key not in KINDS + ABOUT]
        if unknown or "region" not in entry or "indicator" not in entry:
            keys = w.list(KINDS)
            wrong.append(w("scenario.bad_keys", file=path, number=number, unknown=w.list(map(str, unknown)), keys=keys))
            continue
        settings[str(entry["region"]), str(entry["indicator"])] = {key: entry[key] for key in KINDS if key in entry}
    try:
        scenario = of_settings(analysis, path.stem, settings, lang)
    except BadScenario as error:
        wrong += [w("scenario.in_file", file=path, reason=sentence) for sentence in error.sentences]
    if wrong:
        raise BadScenario(wrong)
    return scenario


def path_of(folder: Path, name: Path | str) -> Path:
    """The file of a kept scenario: a path as it is, a name in the folder of scenarios."""
    path = Path(name)
    is_path = path.suffix == ".json" or len(path.parts) > 1
    return path if is_path else folder / f"{name}.json"


def names(analysis: Analysis) -> list[str]:
    """Names of the kept scenarios."""
    return sorted(path.stem for path in folder(analysis).glob("*.json"))


# ---------------------------------------------------------------------- what follows of a scenario


def complete(analysis: Analysis, scenario: Scenario) -> dict[tuple[str, str], dict]:
    """Settings with what a city gets from its counties: things done there and projects there are the city's as well.

    Another pace, growth, target or land of a county stays the county's own.
    """
    settings = {key: dict(setting) for key, setting in scenario.settings.items()}
    parent = dict(zip(analysis.regions["code"], analysis.regions["parent"], strict=True))
    given: dict[tuple[str, str], dict] = {}
    for (region, indicator), setting in scenario.settings.items():
        city = parent.get(region, "")
        if not city or (city, indicator) not in _asked(analysis):
            continue
        kinds = {lever.kind: lever for lever in levers.offered(analysis[city, indicator])}
        sums = given.setdefault((city, indicator), {})
        if "things" in setting and "things" in kinds:
            sums["things"] = sums.get("things", 0.0) + setting["things"]
        if "projects" in setting and "projects" in kinds:
            sums["projects"] = sums.get("projects", {}) | setting["projects"]
    for key, sums in given.items():
        if sums:
            settings[key] = levers.joined(sums, settings.get(key, {}))
    return settings


def trend_of(analysis: Analysis) -> Analysis:
    """The analysis that a scenario moved; itself where none did."""
    return analysis.cache.get("trend", analysis)


def without_projects(scenario: Scenario) -> Scenario:
    """A scenario's other levers, for an analysis that has projects in its futures already."""
    settings = {key: {k: v for k, v in one.items() if k != "projects"} for key, one in scenario.settings.items()}
    return replace(scenario, settings={key: one for key, one in settings.items() if one})


def on_top(analysis: Analysis, name: str, settings: dict[tuple, dict]) -> Scenario:
    """What was set (by codes) on top of what the analysis's scenario has set, as a scenario of its own."""
    there = analysis.cache["scenario"].settings if "scenario" in analysis.cache else {}
    both = {key: levers.joined(there.get(key, {}), settings.get(key, {})) for key in {**there, **settings}}
    return of_settings(trend_of(analysis), name, both)


def _asked(analysis: Analysis) -> set[tuple[str, str]]:
    return set(zip(analysis.assessment["region_code"], analysis.assessment["indicator"], strict=True))


def applied(analysis: Analysis, scenario: Scenario) -> Analysis:
    """The analysis that follows of a scenario: its assessment, forecasts, headlines and futures.

    The same functions answer on the screen, so the numbers are the same. A scenario acts on the trend: of an analysis
    under another scenario nothing remains.
    """
    analysis = trend_of(analysis)
    assessment, forecasts = analysis.assessment.copy(), analysis.forecasts
    moved, settings = {}, complete(analysis, scenario)
    for (region, indicator), setting in settings.items():
        s = analysis[region, indicator]
        answer = levers.answer(s, setting)
        for name in STATEMENT_COLUMNS:
            assessment.at[s.row, name] = getattr(answer.statement, name)
        outlook = moved.get(indicator, s.outlook)
        paths = outlook.paths.copy()
        paths[outlook.regions.index(region), :, paths.shape[2] - answer.paths.shape[1] :] = answer.paths
        moved[indicator] = replace(outlook, paths=paths)
        forecasts = _forecasts(forecasts, answer.statement, moved[indicator])
    assessment = analysis.assessor.contributions(assessment)
    kept = {("outlook", indicator, None): outlook for indicator, outlook in moved.items()}
    kept |= {
        "scenario": scenario,
        "set": settings,
        "assumed": {lang: told(analysis, scenario, words.of(lang)) for lang in words.LANGUAGES},
    }
    return analysis.judged_as(scenario.name, assessment, forecasts, kept)


def _forecasts(forecasts: pd.DataFrame, s: Statement, outlook) -> pd.DataFrame:
    """The table of forecasts with one region's rows made anew."""
    own = (forecasts["region_code"] == s.region_code) & (forecasts["indicator"] == s.indicator)
    last = max(int(forecasts.loc[own, "year"].max()), s.hold_until)
    bands = futures.bands(outlook)
    bands = bands[(bands["region_code"] == s.region_code) & (bands["year"] <= last)]
    bands = bands.assign(part=s.part, scenario="")[list(forecasts.columns)]
    return pd.concat([forecasts[~own], bands], ignore_index=True)


def compared(analysis: Analysis, *scenarios: Scenario) -> pd.DataFrame:
    """Statements under several scenarios, side by side; the trend comes first.

    Returns
    -------
    DataFrame
        scenario, region_code, indicator, target, due, milestone, p_reach, p_hold, gap, gap_count, gap_count_unit,
        median_at_milestone, verdict: one row a scenario and statement that any of them moves.
    """
    columns = "target due milestone p_reach p_hold gap gap_count gap_count_unit median_at_milestone verdict".split()
    analysis = trend_of(analysis)
    settings = {one.name: complete(analysis, one) for one in scenarios}
    keys = dict.fromkeys(key for one in settings.values() for key in one)
    rows = []
    for name, chosen in {TREND: {}, **settings}.items():
        for region, indicator in keys:
            s = levers.answer(analysis[region, indicator], chosen.get((region, indicator), {})).statement
            rows.append([name, region, indicator, *(getattr(s, column) for column in columns)])
    return pd.DataFrame(rows, columns=["scenario", "region_code", "indicator", *columns])


def told(analysis: Analysis, scenario: Scenario, w: Words) -> list[str]:
    """What a scenario assumes, one sentence a statement; for reports."""
    sentences = []
    for (region, indicator), setting in scenario.settings.items():
        s = analysis[region, indicator]
        what = w("join").join(levers.told(s, setting, w))
        name = f"{analysis.name(region, w.lang)} · {w.name(s.record)}"
        sentences.append(w("scenario.entry", name=name, what=what))
    return sentences
