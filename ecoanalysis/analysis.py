"""What an analyst holds: `Analysis`, its regions, its statements.

An analysis is frozen. A method that changes something gives a new one back; what is kept on disk are plain tables and
one array file.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import catalog, compute, futures, headline, intake, judge, projects, words
from ecoanalysis.assessment import Assessor, targets_of_regions
from ecoanalysis.catalog import Indicator, Variable
from ecoanalysis.forecast import Explanation
from ecoanalysis.headline import Headline
from ecoanalysis.judge import Settings
from ecoanalysis.names import Names

TABLES = (
    "regions targets evidence milestones observations results forecasts assessment headlines discrepancies editions"
).split()
LEVELS = np.round(np.linspace(0.0125, 0.9875, 40), 4)  # quantiles kept in the array file
FORMAT = 1


class Told(Exception):
    """What a user, file or disk can bring about: a notebook shows its sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class BadData(Told, ValueError):
    """The data folder has problems; `problems` lists them all."""

    def __init__(self, problems: list):
        self.problems = problems
        super().__init__("\n".join(f"{one.text('zh')}\n    {one.text('en')}" for one in problems))


class NotTakenIn(Told, ValueError):
    """A workbook that was not taken in: it cannot be read, asks something, or would change figures; `delivery` says."""

    def __init__(self, delivery):
        self.delivery = delivery
        texts = {lang: [delivery.text(lang)] for lang in words.LANGUAGES}
        for lang, lines in texts.items():
            w = words.of(lang)
            if not (delivery.refused or len(delivery.rows)) and not delivery.questions:
                lines.append(w("workbook.nothing"))
            elif delivery.waiting:
                lines.append(w("workbook.waiting"))
            elif not delivery.refused:
                lines.append(w("workbook.unclear"))
        super().__init__("\n\n".join("\n".join(lines) for lines in texts.values()))


class NotThere(Told, KeyError):
    """A name that the analysis does not know, told with what it may have meant."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadYear(Told, ValueError):
    """An as-of year without data, told with the years there are."""


class NeedsData(Told, ValueError):
    """Something that a loaded analysis cannot answer: it has tables, and no data folder."""


class BadVintage(Told, ValueError):
    """A day on which nothing was known yet, or after which nothing came, told with the days there are."""


def analyse(
    data: Path | str = "data/raw",
    as_of: int | None = None,
    *,
    scenario: str = "trend",
    skip_bad_rows: bool = False,
    settings: Settings | None = None,
    method: str = futures.METHOD,
    paths: int = futures.PATHS,
    seed: int = 0,
    vintage: str = "",
    jobs: int = 1,
) -> Analysis:
    """The reachability analysis of every region and target of a data folder.

    Parameters
    ----------
    data : path
        Folder that holds `regions.csv`.
    as_of : int, optional
        Calendar year; nothing later is used. By default the year with the most numeric targets that have a value, the
        later of equals.
    scenario : str
        Name (or path) of a kept scenario, see `ecoanalysis.explore.scenarios`; `trend` continues what was.
    skip_bad_rows : bool
        Go on without bad rows and keep them in `problems`.
    settings : Settings, optional
        Bounds between verdicts.
    method, paths, seed
        As in `forecast.sample_paths`.
    vintage : str, optional
        A date (a year or a month stands for its last day): the statistics as they were known then. What came in
        later is not used; rows without a date of receipt, targets, papers and projects are as they are.
    jobs : int
        How many processes assess a country at a time, where processes can be forked; the numbers are the same.

    Returns
    -------
    Analysis

    Raises
    ------
    BadData
        The folder has problems and `skip_bad_rows` is not set, or it has no region at all.
    BadYear
        There is no observation in or before that year, or none that late.
    BadVintage
        `vintage` is no date, nothing was known yet on that day, or nothing came in after it.
    Told
        The scenario cannot be used.
    """
    raw = read(data, skip_bad_rows=skip_bad_rows, vintage=vintage)
    how = {"settings": settings, "method": method, "paths": paths, "seed": seed, "jobs": jobs}
    return of_raw(raw, as_of, scenario=scenario, **how)


def read(data: Path | str, *, skip_bad_rows: bool = False, vintage=None):
    """A data folder, read and checked; raises `BadData` and `BadVintage` as `analyse` does."""
    raw = intake.read(data, vintage=_day(vintage))
    if raw.problems and not (skip_bad_rows and len(raw.regions)):
        raise BadData(raw.problems)
    if vintage:
        _check_vintage(raw)
    return raw


def _day(vintage: str) -> str:
    """A date as ISO text; a year or a month stands for its last day."""
    day = intake.day(str(vintage)) if vintage else ""
    if day is None:
        raise BadVintage(words.in_both("vintage.form", text=str(vintage)[:40]))
    return day


def _check_vintage(raw) -> None:
    dated = [day for day in raw.vintages if day]
    values = {"folder": raw.folder, "day": raw.known_on, "days": ", ".join(dated)}
    if not dated:
        raise BadVintage(words.in_both("vintage.none", **values))
    if raw.known_on >= dated[-1]:
        raise BadVintage(words.in_both("vintage.nothing_later", **values))
    if raw.observations.empty:
        raise BadVintage(words.in_both("vintage.nothing_yet", **values))


def of_raw(
    raw, as_of=None, *, scenario="trend", settings=None, method=futures.METHOD, paths=futures.PATHS, seed=0, jobs=1
):
    """`analyse` for a folder that has been read: the same raw data serve several as-of years."""
    settings = settings or Settings()
    as_of = year_of(raw, as_of)
    observations = raw.observations[raw.observations["year"] <= as_of].reset_index(drop=True)
    tables = raw.tables
    indicators = tables.indicators
    targets = targets_of_regions(raw.targets, raw.regions, indicators)
    measured = compute.measure(observations, raw.regions, targets=targets, tables=tables)
    milestones = raw.milestones.reindex(columns=intake.MILESTONE_COLUMNS)
    assessor = Assessor(
        measured=measured,
        regions=raw.regions,
        evidence=raw.evidence,
        indicators=indicators,
        as_of=as_of,
        settings=settings,
        base_years={row.name: int(row.value) for row in tables.coefficients if row.group == "base_year"},
        method=method,
        paths=paths,
        seed=seed,
        references=_references(raw, tables, as_of),
        stage=_stage(milestones, as_of),
    )
    results = measured.results  # before the futures: whoever draws them shares what is reckoned here
    assessment, forecasts = assessor.assess(targets, jobs=jobs)
    forecasts["scenario"] = "trend"
    made = Analysis(
        data=Path(raw.folder),
        as_of=as_of,
        scenario="trend",
        settings=settings,
        regions=raw.regions,
        targets=targets,
        evidence=raw.evidence,
        observations=observations,
        results=results,
        forecasts=forecasts,
        assessment=assessment,
        headlines=_headlines(assessment, _item_of(indicators), raw.regions, as_of, settings),
        discrepancies=compute.discrepancies(results, tables),
        editions=judge.editions(assessment, raw.regions, tables.thresholds, indicators),
        problems=[*raw.problems, *measured.problems],
        hashes=dict(raw.hashes),
        milestones=milestones,
        assessor=assessor,
        raw=raw,
    )
    return made if scenario == "trend" else made.under(scenario)


def _stage(milestones: pd.DataFrame, as_of: int) -> str:
    """Name of the stage in which an as-of year ends; empty for a plan without stages and after the last one."""
    end = intake.stage_on(milestones, f"{as_of}-12-31")
    names = milestones.loc[(milestones["kind"] == "stage") & (milestones["date"] == end), "name_zh"]
    return str(names.iloc[0]) if len(names) else ""


def _references(raw, tables: catalog.Catalog, as_of: int):
    """Regions that are never assessed, up to the as-of year; None without any."""
    rows = raw.references[raw.references["year"] <= as_of]
    return compute.measure_references(rows.reset_index(drop=True), tables) if len(rows) else None


def year_of(raw, as_of=None) -> int:
    """The as-of year that was asked for, or the default; raises `BadYear`."""
    return default_as_of(raw) if as_of is None else _checked_year(as_of, raw)


def default_as_of(raw) -> int:
    """The year with the most numeric targets that have a value, the later of equals, never one without any."""
    return int(coverage_by_year(raw).idxmax())


def coverage_by_year(raw) -> pd.Series:
    """How many numeric targets have a value, by year, latest year first (so that `idxmax` takes the later of equals)."""
    tables = raw.tables
    indicators = tables.indicators
    targets = targets_of_regions(raw.targets, raw.regions, indicators)
    numeric = targets[(targets["comparison"] != "done") & targets["value"].notna()]
    if numeric.empty:
        numeric = targets[targets["comparison"] != "done"]
    measured = compute.measure(raw.observations, raw.regions, targets=targets, tables=tables)
    counts = measured.count_values(list(zip(numeric["region_code"], numeric["indicator"], strict=True)))
    if not counts.any():
        years = raw.observations["year"]
        last = int(years.max()) if len(years) else int(max(targets["due"], default=2000))
        return pd.Series({last: 0})
    return counts[counts > 0].sort_index(ascending=False)


def _checked_year(as_of, raw) -> int:
    years = raw.observations["year"]
    try:
        year = int(as_of)
    except (TypeError, ValueError):
        raise BadYear(words.in_both("asof.form", year=repr(as_of))) from None
    if len(years) and not int(years.min()) <= year <= int(years.max()):
        first, last = int(years.min()), int(years.max())
        raise BadYear(words.in_both("asof.none", year=year, first=first, last=last))
    return year


def _item_of(indicators: dict[str, Indicator]):
    return lambda code: indicators[code].number or code


def _headlines(assessment: pd.DataFrame, item_of, regions: pd.DataFrame, as_of: int, settings) -> pd.DataFrame:
    """The headlines of all regions as a table: items joined by semicolons."""
    heads = headline.headlines(headline.items(assessment, item_of), list(regions["code"]), as_of, settings)
    rows = [
        {name: ";".join(map(str, value)) if isinstance(value, tuple) else value for name, value in vars(head).items()}
        for head in heads
    ]
    return pd.DataFrame(rows, columns=[one.name for one in fields(Headline)]).rename(columns={"region": "region_code"})


# ---------------------------------------------------------------------- the nouns


@dataclass(frozen=True, repr=False, eq=False)
class Analysis:
    """Everything a reachability analysis knows at an as-of year; documents are made of it and of nothing else.

    Attributes
    ----------
    data : Path
    as_of : int
    scenario : str
    settings : Settings
    regions, targets, evidence, observations, results, forecasts, assessment, headlines, discrepancies, editions
        Tables (DataFrame); `docs/data.md` says what their columns are.
    problems, suspicions : list
        Rows left out, and numbers that look wrong.
    hashes : dict
        SHA-256 of every file that went in.
    projects : DataFrame or None
        The projects that are in the futures (`with_projects`); None for the trend alone.

    Examples
    --------
    >>> import ecoanalysis as eco
    >>> a = eco.analyse("data/raw", as_of=2023)              # doctest: +SKIP
    >>> a["甘谷县", "农村生活污水治理率"].verdict              # doctest: +SKIP
    'hard'
    """

    data: Path
    as_of: int
    scenario: str
    settings: Settings
    regions: pd.DataFrame
    targets: pd.DataFrame
    evidence: pd.DataFrame
    observations: pd.DataFrame
    results: pd.DataFrame
    forecasts: pd.DataFrame
    assessment: pd.DataFrame
    headlines: pd.DataFrame
    discrepancies: pd.DataFrame
    editions: pd.DataFrame
    problems: list
    hashes: dict
    milestones: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=intake.MILESTONE_COLUMNS))
    assessor: Assessor | None = None
    raw: object = None
    projects: pd.DataFrame | None = None
    cache: dict = field(default_factory=dict)

    # ------------------------------------------------------------------ what is inside

    def __repr__(self) -> str:
        regions, rows = self.regions, self.assessment
        parents = self.parents
        name = regions.loc[regions["code"] == (parents[0] if parents else regions["code"].iloc[0]), "name_zh"].iloc[0]
        counts = rows["verdict"].value_counts()
        named = [f"{counts[code]} {code}" for code in judge.SEVERITY if code in counts]
        missed = int((rows["met_at_due"] == "no").sum())
        demo = self.demo_share
        return (
            f"<Analysis {name}, as of {self.as_of}: {len(regions)} regions, {len(rows)} targets; "
            f"{missed} missed at their date; {', '.join(named)}; {demo:.0%} demo data>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        w = words.of("zh")
        table = self.matrix()
        table.columns = [self.name(code, "zh") for code in table.columns]
        pressing = {item: self.pressing_item(item) for item in table.index}
        shown = table.apply(
            lambda row: [w.short_verdict(code, pressing[row.name]) for code in row], axis=1, result_type="expand"
        )
        shown.columns = table.columns
        shown.index = [f"{item} {self.item_name(item, 'zh')}" for item in table.index]
        return f"<p>{escape(repr(self))}</p>{shown.to_html()}"

    @property
    def demo_share(self) -> float:
        """Share of the observations that are demo data."""
        return float((self.observations["status"] == "demo").mean()) if len(self.observations) else 0.0

    @property
    def suspicions(self) -> list:
        """Numbers of the folder that look wrong, found when first asked for."""
        kept = "suspicions" in self.cache or self.raw is None
        return list(self.cache.get("suspicions", []) if kept else self.raw.suspicions)

    @property
    def counts(self) -> dict[str, int]:
        """How much there is: as_of, regions, targets, numeric targets, and those with a value in the as-of year."""
        rows = self.assessment
        numeric = rows[(rows["comparison"] != "done") & rows["target"].notna() & (rows["verdict"] != "not_applicable")]
        return {
            "as_of": self.as_of,
            "regions": len(self.regions),
            "targets": len(numeric),
            "count": int((numeric["latest_year"] == self.as_of).sum()),
        }

    @functools.cached_property
    def parents(self) -> list[str]:
        """Codes of the regions that are made of others, in the order of `regions.csv`."""
        made_of = set(self.regions["parent"]) - {""}
        return [code for code in self.regions["code"] if code in made_of]

    @property
    def city(self) -> str | None:
        """Code of the first region that is made of others; None without one."""
        return self.parents[0] if self.parents else None

    @property
    def counties(self) -> list[str]:
        """Codes of the regions that are made of no others."""
        return [code for code in self.regions["code"] if code not in set(self.parents)]

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its code: the shipped ones and the folder's own."""
        if self.assessor is not None:
            return self.assessor.indicators
        return catalog.indicators() | self.cache.get("own_indicators", {})

    @functools.cached_property
    def records(self) -> dict:
        """Every variable and indicator by its code, the shipped ones and the folder's own."""
        return catalog.variables() | self.own_variables | self.indicators

    @property
    def own_indicators(self) -> dict[str, Indicator]:
        """The indicators that the folder adds to those that ship, by their code."""
        return {code: row for code, row in self.indicators.items() if code not in catalog.indicators()}

    @property
    def own_variables(self) -> dict:
        """The variables that the folder adds to those that ship, by their code."""
        if self.raw is None:
            return self.cache.get("own_variables", {})
        return {code: row for code, row in self.raw.tables.variables.items() if code not in catalog.variables()}

    @functools.cached_property
    def _regions_by_code(self) -> dict:
        return {row.code: row for row in self.regions.itertuples(index=False)}

    def region_row(self, region: str):
        """The row of `regions.csv` of a code: code, name_zh, name_en, level, parent, area_km2 and more."""
        return self._regions_by_code[region]

    def members(self, region: str) -> list[str]:
        """Codes of the regions that a region is made of; none for a county."""
        return [row.code for row in self._regions_by_code.values() if row.parent == region]

    def name(self, region: str, lang: str) -> str:
        """Name of a region by its code; the code itself when there is no such region."""
        row = self._regions_by_code.get(region)
        return str(getattr(row, f"name_{lang}")) if row else region

    @property
    def own_names(self) -> dict[str, str]:
        """English names that the folder brings, by the Chinese ones."""
        if self.raw is None:
            return self.cache.get("own_names", {})
        return dict(zip(self.raw.names["zh"], self.raw.names["en"], strict=True)) if len(self.raw.names) else {}

    @property
    def names(self) -> Names:
        """Chinese names in English: departments, projects, papers and sources."""
        if "names" not in self.cache:
            regions = dict(zip(self.regions["name_zh"], self.regions["name_en"], strict=True))
            others = {row.name_zh: row.name_en for row in self.indicators.values()}
            self.cache["names"] = Names(self.own_names, regions, others)
        return self.cache["names"]

    def called(self, text: str, lang: str) -> str:
        """A department, project, paper or source as documents of a language call it."""
        return self.names(text) if lang == "en" else str(text)

    def item_of(self, code: str) -> int | str:
        """The plan's number of an indicator; the code of one beside the plan."""
        return self.indicators[code].number or code

    def item_name(self, item: int | str, lang: str) -> str:
        """The name of an item of the plan, without its parts; of an indicator beside the plan, its name."""
        records = [row for row in self.indicators.values() if item in (row.number, row.code)]
        first = records[0].name(lang)
        parts = {row.part for row in records}
        return first.split("：" if lang == "zh" else ": ")[0] if len(parts) > 1 or records[0].part else first

    def pressing_item(self, item: int | str) -> bool:
        """Whether an item is binding, or a duty: its last class is worded as a task."""
        records = [row for row in self.indicators.values() if item in (row.number, row.code)]
        return any(row.binding or row.requirement in ("duty", "condition") for row in records)

    def matrix(self) -> pd.DataFrame:
        """Items of the plan × regions: the verdict, the worst part deciding; regions in the order of `regions.csv`."""
        rows = headline.items(self.assessment, self.item_of)
        wide = rows.pivot(index="item", columns="region_code", values="verdict")
        order = dict.fromkeys(self.item_of(code) for code in self.assessment["indicator"])
        whole = wide.reindex(index=list(order), columns=list(self.regions["code"])).astype(object)
        return whole.where(whole.notna(), "not_applicable")

    def items(self, region: str) -> pd.DataFrame:
        """The items of a region: item, binding, verdict, met_at_due, outlook."""
        key = ("items", region)
        if key not in self.cache:
            rows = self.assessment[self.assessment["region_code"] == region]
            self.cache[key] = headline.items(rows, self.item_of)
        return self.cache[key].copy()

    # ------------------------------------------------------------------ asking

    def __getitem__(self, key):
        """A region by name or code; a statement by region and indicator (and comparison, where there are several).

        Raises
        ------
        NotThere
            No such region or indicator; the message suggests what may have been meant.
        """
        if isinstance(key, tuple):
            region, indicator, *rest = key
            return self._statement(self.region_code(region), self.indicator_code(indicator), *rest)
        return Region(self, self.region_code(key))

    def __iter__(self) -> Iterator[Region]:
        return (Region(self, code) for code in self.regions["code"])

    def __len__(self) -> int:
        return len(self.regions)

    @property
    def statements(self) -> list[Statement]:
        """Every target of every region."""
        return [self._of_row(i) for i in self.assessment.index]

    def at(self, row) -> Statement:
        """The statement of a row of the assessment, by the label of the row."""
        return self._statements[row]

    def region_code(self, name) -> str:
        """The code of a region from its code (text or number), Chinese or English name, or short name."""
        return region_code(self.regions, name, self._spellings)

    @functools.cached_property
    def _spellings(self) -> dict[str, str]:
        return spellings(self.regions)

    def indicator_code(self, name) -> str:
        """The code of an indicator from its code, plan number (25, 7a), or a name or part of one in either language."""
        text = str(name).strip()
        assessed = self._assessed
        if text in assessed:
            return text
        records = [self.indicators[code] for code in assessed]
        for record in records:
            spelled = (record.code, record.label, record.name_zh, record.name_en, str(record.number or ""))
            if text.casefold() in {s.casefold() for s in spelled if s}:
                return record.code
        inside = [r.code for r in records if text and (text in r.name_zh or text.casefold() in r.name_en.casefold())]
        if len(inside) == 1:
            return inside[0]
        names = {r.name_zh.casefold(): r for r in records} | {r.name_en.casefold(): r for r in records}
        near = difflib.get_close_matches(text.casefold(), names, 3, 0.5)
        if inside:
            near = [self.indicators[code].name_zh for code in inside[:5]]
        there = ", ".join(f"{r.label or r.code} {r.name_zh}" for r in records[:8]) + " …"
        raise NotThere(_not_there("indicator", text, near, there))

    def _statement(self, region: str, indicator: str, comparison: str | None = None) -> Statement:
        said = self._said.get((region, indicator), [])
        said = [s for s in said if comparison is None or s.comparison == comparison]
        if not said:
            raise NotThere(_not_there("target", f"{region} {indicator} {comparison or ''}".strip(), [], ""))
        return max(said, key=lambda s: judge.SEVERITY.index(s.verdict))

    @functools.cached_property
    def _said(self) -> dict[tuple[str, str], list[Statement]]:
        """The statements of a region and indicator."""
        said: dict[tuple[str, str], list[Statement]] = {}
        for s in self._statements.values():
            said.setdefault((s.region_code, s.indicator), []).append(s)
        return said

    @functools.cached_property
    def _assessed(self) -> dict[str, None]:
        """The codes of the indicators that targets are set for, in their order."""
        return dict.fromkeys(self.assessment["indicator"])

    @functools.cached_property
    def _row_of(self) -> dict[str, int]:
        """The row of an observation, by its id."""
        return {id_: row for row, id_ in enumerate(self.observations["id"])}

    @functools.cached_property
    def _observed(self) -> list[tuple]:
        """Every observation as a tuple named by the columns, in their order."""
        return list(self.observations.itertuples(index=False))

    def _of_row(self, i) -> Statement:
        return self._statements[i]

    @functools.cached_property
    def _statements(self) -> dict:
        """Every statement by its row's label, made once: documents ask for the same ones again and again."""
        table = self.assessment[STATEMENT_COLUMNS].astype(dict.fromkeys(WHOLE, int))
        rows = zip(self.assessment.index, table.to_dict("records"), strict=True)
        return {i: Statement(analysis=self, row=i, **row) for i, row in rows}

    @functools.cached_property
    def _forecasts_of(self) -> dict:
        return dict(list(self.forecasts.groupby(["region_code", "indicator"], sort=False)))

    def warm_up(self) -> None:
        """Look everything up once, for whoever shares this analysis from now on."""
        _ = self._statements, self._forecasts_of, self._no_forecast, self._row_of, self._observed, self.deciding("")
        for code in self.cache["values"]:
            self._compared(code)

    @functools.cached_property
    def _no_forecast(self) -> pd.DataFrame:
        return self.forecasts[:0]

    def compare(self, indicator) -> pd.DataFrame:
        """Years × regions of an indicator, whose figures decide.

        Returns
        -------
        DataFrame
            In the indicator's unit, columns named by region code; NaN where nothing was measured.
        """
        return self._compared(self.indicator_code(indicator)).copy()

    @property
    def plot(self):
        """Pictures of regions compared: `a.plot("25")`, `a.plot.ranks("25")` and more (`ecoanalysis.plots.OfAnalysis`)."""
        return _above("plots").OfAnalysis(self)

    def deciding(self, code: str) -> pd.DataFrame:
        """Results with a value of an indicator, by its code: of each region and year the figure that decides."""
        if "values" not in self.cache:
            rows = compute.deciding(self.results, self.indicators).dropna(subset="value")
            self.cache["values"] = dict(list(rows.groupby("indicator", sort=False)))
        return self.cache["values"].get(code, self.results[:0])

    def _compared(self, code: str) -> pd.DataFrame:
        """`compare` by code, made once an indicator."""
        key = ("compared", code)
        if key not in self.cache:
            rows = self.deciding(code)
            wide = rows.pivot(index="year", columns="region_code", values="value") if len(rows) else pd.DataFrame()
            self.cache[key] = wide.reindex(columns=[c for c in self.regions["code"] if c in wide])
        return self.cache[key]

    # ------------------------------------------------------------------ changing and keeping

    def with_target(
        self, region, indicator, value: float, comparison: str = ">=", due=None, hold_until=None
    ) -> Analysis:
        """A new analysis in which a region (or `*`) has another target; this one is untouched."""
        self.needs_data()
        code = self.indicator_code(indicator)
        region = region if region == "*" else self.region_code(region)
        table = self.raw.targets
        like = table[table["indicator"] == code]
        row = (like.iloc[0] if len(like) else table.iloc[0]).to_dict()
        unit = self.indicators[code].unit
        row |= {"region_code": region, "indicator": code, "part": self.indicators[code].part, "unit": unit}
        row |= {"comparison": comparison, "value": float(value), "requirement": self.indicators[code].requirement}
        row |= {"due": int(due or row["due"]), "hold_until": int(hold_until or row["hold_until"])}
        same = (table["region_code"] == region) & (table["indicator"] == code)
        table = pd.concat([table[~same], pd.DataFrame([row])], ignore_index=True)
        return self._again(replace(self.raw, targets=table))

    def with_indicator(
        self,
        code: str,
        *,
        name_zh: str,
        name_en: str = "",
        formula: str = "",
        values=None,
        unit: str = "",
        better: str = "none",
        targets=None,
        **row,
    ) -> Analysis:
        """A new analysis with one more indicator, as if `indicators.csv` had its row; this one and the disk are untouched.

        Parameters
        ----------
        code : str
            What it is called in formulas and tables; letters, digits and underscores.
        name_zh, name_en : str
        formula : str
            One of the forms of `ecoanalysis.formulas.own`: `ratio(a, b)`, `per_head(a)`, `decline(a, b)`, sums, differences,
            products and quotients of codes such as `(a + b) / c`, or `file.py:function` of the data folder.
        values : Series, DataFrame or list of dicts, optional
            A Series by (region, year), or rows as of a statistics file: region_code, year, value, and unit, status
            (`observed` where it is left out) and source where they matter. A value goes before the formula.
        unit : str
            Of the results; a share is `%`.
        better : str
            higher, lower or none.
        targets : DataFrame or list of dicts, optional
            Rows as in `targets.csv`; without a comparison at least (at most, where less is better), without dates the
            plan's. Regions without a row are not asked. By default every region gets a row without a target: the
            indicator is watched.
        **row
            Other columns of `indicators.csv`: low, high, decimals, scope, aggregate, count_variable and so on. With a
            formula a city adds the inputs of its counties up; otherwise it has what is reported.

        Raises
        ------
        BadData
            Everything that is wrong with the row, its formula, values and targets.
        """
        self.needs_data()
        row = {"code": code, "name_zh": name_zh, "name_en": name_en, "formula": formula, "unit": unit} | row
        row |= {"better": better}
        values, targets = _as_rows(values), None if targets is None else _as_rows(targets)
        codes = self._codes_of(one.get("region_code") for one in [*values, *(targets or [])])
        raw, problems = intake.indicator_given(self.raw, row, values, targets, codes)
        for one in compute.formula_problems(raw.tables, raw.tables.own[-1]):
            problems.append(replace(one, file=f"with_indicator({code})", values=one.values | {"code": code}))
        if problems:
            raise BadData(problems)
        made = self._again(raw)
        broken = [one for one in made.problems if one.phrase.startswith("formula_") and one.values["code"] == code]
        if broken:  # a function in a file that raises when it is called
            raise BadData(broken)
        return made

    def preview_workbook(self, path: Path | str, *, answers: dict | None = None, accept: bool = False, **told):
        """What a workbook would bring: an `intake.Delivery` with its rows, what they change, and its questions.

        Parameters
        ----------
        path : path
            As people send it: .xlsx .xlsm .xls .ods .csv .txt .tsv.
        answers : dict, optional
            By the text that was asked about (`delivery.questions`): a code, a unit, `-` to leave it out.
        accept : bool
            Figures that are there may be replaced.
        **told
            sender, status, source, vintage, as in `intake.take_in`.

        Returns
        -------
        Delivery
            `text("zh")` tells it in words. Nothing is changed anywhere.
        """
        self.needs_data()
        return intake.previewed(path, self.raw, answers=answers, accept=accept, **told)

    def with_workbook(
        self,
        path: Path | str,
        *,
        answers: dict | None = None,
        accept: bool = False,
        skip_unclear: bool = False,
        keep: bool = False,
        **told,
    ) -> Analysis:
        """A new analysis with the figures of a workbook; this one is untouched, the data folder as well unless `keep`.

        Parameters
        ----------
        path, answers, accept, told
            As in `preview_workbook`. Figures that would change are refused without `accept`.
        skip_unclear : bool
            Go on with what was understood.
        keep : bool
            Let it land in the data folder too, as `ecoanalysis intake` does, answers in mapping.csv included.

        Raises
        ------
        NotTakenIn
            It cannot be read, asks something, or would change figures; nothing has happened.
        """
        delivery = self.preview_workbook(path, answers=answers, accept=accept, **told)
        if delivery.refused or delivery.waiting or delivery.rows.empty or not (delivery.complete or skip_unclear):
            raise NotTakenIn(delivery)
        made = self._again(intake.laid_in(delivery, self.raw))
        if keep:
            try:
                intake.take_in(path, self.raw.folder, answers=answers, accept=accept, **told)
            except intake.Refused as refused:
                raise BadData([intake.Problem(str(path), None, refused.phrase, refused.values)]) from None
        return made

    def explore(self, region=None, indicator=None, lang: str = "zh", *, setting: dict | None = None):
        """The exploring screen, opened at a statement (`ecoanalysis.explore.screen.explore`)."""
        return _above("explore.screen").explore(self, region, indicator, lang, setting=setting)

    def under(self, scenario) -> Analysis:
        """The analysis that follows of a scenario: its name, its path, or the scenario itself; in place of another one."""
        scenarios = _above("explore.scenarios")
        known, trend = isinstance(scenario, scenarios.Scenario), scenarios.trend_of(self)
        return scenarios.applied(trend, scenario if known else scenarios.read(trend, scenario))

    def assumed(self, lang: str) -> list[str]:
        """What the scenario assumes, in sentences; empty for the trend."""
        return self.cache.get("assumed", {}).get(lang, [])

    def judged_as(self, scenario: str, assessment: pd.DataFrame, forecasts: pd.DataFrame, kept: dict) -> Analysis:
        """The same data under a scenario: another assessment, its headlines, and `kept` entries of the cache."""
        return replace(
            self,
            scenario=scenario,
            assessment=assessment,
            forecasts=forecasts.assign(scenario=scenario),
            headlines=_headlines(assessment, self.item_of, self.regions, self.as_of, self.settings),
            cache={
                **{key: made for key, made in self.cache.items() if key == "without_projects" or key[0] == "outlook"},
                **{"trend": self},
                **kept,
            },
        )

    def with_settings(self, **changed) -> Analysis:
        """A new analysis with other bounds; names as in `Settings`."""
        self.needs_data()
        return self._again(self.raw, settings=replace(self.settings, **changed))

    def as_of_year(self, year: int) -> Analysis:
        """The same folder at another as-of year, without a scenario."""
        self.needs_data()
        key = ("as_of", year)
        if key not in self.cache:
            made = of_raw(self.raw, year, settings=self.settings)
            self.cache[key] = made if self.projects is None else made._with(self.projects)
        return self.cache[key]

    def as_first_given(self) -> Analysis:
        """The same analysis with every revised figure as it was first given; itself when no figure was revised."""
        self.needs_data()
        if self.raw.first_given.empty:
            return self
        if "first_given" not in self.cache:
            self.cache["first_given"] = self._again(self.raw.as_first_given())
        return self.cache["first_given"]

    @property
    def vintage(self) -> dict:
        """Which statistics were used: `used`, the latest day of receipt, and `days`, how many figures of each day
        the folder holds (under an empty text those without a day); `known_on`, the day that was asked for."""
        if self.raw is None:
            return self.cache.get("vintage", {"used": "", "days": {}, "known_on": ""})
        return {"used": self.raw.vintage, "days": self.raw.vintages, "known_on": self.raw.known_on}

    def _again(self, raw, settings=None) -> Analysis:
        a = self.assessor
        drawn = {"method": a.method, "paths": a.paths, "seed": a.seed}
        made = of_raw(raw, self.as_of, settings=settings or self.settings, **drawn)
        made = made if self.projects is None else made._with(self.projects)
        return made.under(self.cache["scenario"]) if "scenario" in self.cache else made

    @property
    def projects_in(self) -> bool:
        """Whether chances, gaps at the milestone, verdicts and forecasts have projects in them."""
        return self.projects is not None

    @property
    def without_projects(self) -> Analysis:
        """The same analysis by trend and record alone; itself when no projects are in."""
        return self.cache.get("without_projects", self)

    def with_projects(self, projects=None) -> Analysis:
        """A new analysis with projects in its futures; this one is untouched.

        Rows that projects act on carry the warning `with_projects` (or `projects_alone`), and their sentences say so.
        A scenario stays, without the projects it switches on: those given here are in once, as they are given.

        Parameters
        ----------
        projects : DataFrame or list of dicts, optional
            Rows as in `projects.csv`; a region may be named, a unit left out. By default those of the data folder.

        Raises
        ------
        BadData
            What is wrong with the rows, all of it.
        """
        self.needs_data()
        return self._with(self.raw.projects if projects is None else self._checked(projects))

    def _checked(self, projects) -> pd.DataFrame:
        """Projects of a call, through the door that `projects.csv` goes through."""
        rows = projects.to_dict("records") if isinstance(projects, pd.DataFrame) else list(projects)
        codes = self._codes_of(row.get("region_code", "") for row in rows)
        ground = intake.Ground(self.raw.tables, self.regions, self.observations, self.raw.targets)
        table, problems = intake.projects_given(rows, ground, codes)
        if problems:
            raise BadData(problems)
        return table

    def _codes_of(self, names) -> dict[str, str]:
        """Codes of regions by the names that a call uses; a name that is none is told at the door."""
        codes = {}
        for name in {str(name).strip() for name in names}:
            with contextlib.suppress(NotThere):
                codes[name] = self.region_code(name)
        return codes

    def _with(self, projects: pd.DataFrame) -> Analysis:
        if "scenario" in self.cache:
            scenarios = _above("explore.scenarios")
            made = self.cache["trend"]._with(projects).under(scenarios.without_projects(self.cache["scenario"]))
            return replace(made, cache=made.cache | {"without_projects": self.without_projects})
        bare = self.without_projects
        assessor = replace(bare.assessor, projects=projects)
        rows = bare.targets[bare.targets["indicator"].map(assessor.moves)]
        assessment, forecasts = bare.assessment, bare.forecasts
        if len(rows):
            judged, bands = assessor.assess(rows, assessor.until(bare.targets))
            judged.index = rows.index
            assessment = pd.concat([assessment.drop(rows.index), judged]).sort_index()
            others = forecasts[~forecasts["indicator"].isin(set(rows["indicator"]))]
            forecasts = pd.concat([others, bands.assign(scenario=self.scenario)], ignore_index=True)
        return replace(
            bare,
            assessment=assessment,
            forecasts=forecasts,
            headlines=_headlines(assessment, self.item_of, self.regions, self.as_of, self.settings),
            assessor=assessor,
            projects=projects,
            cache={"without_projects": bare},
        )

    def needs_data(self) -> None:
        """Raise `NeedsData` for a loaded analysis, which has tables and no data to ask anew."""
        if self.raw is None:
            raise NeedsData(words.in_both("analysis.loaded"))

    @functools.cached_property
    def changes(self) -> pd.DataFrame:
        """What moved since the year before: verdicts and values, target by target; empty where there is no such year."""
        if "changes" in self.cache:
            return self.cache["changes"]
        if "trend" in self.cache:  # a scenario has no year before
            return self.cache["trend"].changes
        years = self.observations["year"]
        if self.raw is None or not len(years) or self.as_of - 1 < int(years.min()):
            return headline.changes(self.assessment[:0], self.assessment)
        return headline.changes(self.as_of_year(self.as_of - 1).assessment, self.assessment)

    def track_record(self, kept: Path | str | None = None, progress=iter) -> pd.DataFrame:
        """What would have been said in every earlier year about every target, and what came of it.

        From then on a statement's sentences tell how such statements fared on these very data (`own_record`). A replay
        costs about as much as an analysis, so no run makes one unasked.

        Parameters
        ----------
        kept : path, optional
            `statements.csv` of an earlier replay of the same data folder, as `ecoanalysis track-record` leaves it.
        progress : callable
            Wraps the years that are replayed, for a progress bar.

        Returns
        -------
        DataFrame
            As `track_record.statements` gives it; nothing later than the as-of year.
        """
        replay = _above("track_record")
        if kept is not None or "track_record" not in self.cache:
            if kept is None:
                self.needs_data()
                said = replay.statements_of(self.raw, until=self.as_of, progress=progress)
            else:
                said = replay.read(kept)
            self.cache["track_record"] = said[said["year"] <= self.as_of].reset_index(drop=True)
            names = {lang: self.name(self.city, lang) for lang in words.LANGUAGES} if len(self.parents) == 1 else {}
            self.cache["own_record"] = replay.OwnRecord(names, tuple(replay.own_classes(self.cache["track_record"])))
        return self.cache["track_record"]

    @property
    def own_record(self):
        """What came of statements on these data, by class of chance (`track_record.OwnRecord`); None before
        `track_record` has been asked for. A scenario has the record of its trend."""
        if "own_record" in self.cache:
            return self.cache["own_record"]
        below = self.cache.get("trend", self.without_projects)
        return None if below is self else below.own_record

    def outlook(self, indicator: str, method: str | None = None):
        """Measured values and joint sample paths of an indicator (a `futures.Outlook`), drawn again on demand."""
        key = ("outlook", indicator, method)
        if key not in self.cache:
            self.needs_data()
            a = self.assessor
            until = a.until(self.targets)
            self.cache[key] = a.drawn(a.indicators[indicator], until, None, method or a.method, a.paths)
        return self.cache[key]

    def table(self, name: str) -> pd.DataFrame:
        """A made table as it is written to disk: the assessment with the observations behind each latest value."""
        table = getattr(self, name)
        if name != "assessment" or self.assessor is None:
            return table
        return table.assign(inputs=[";".join(sorted(s.inputs)) for s in self.statements])

    def save(self, folder: Path | str) -> Path:
        """Keep the analysis as plain tables (CSV), its settings (JSON) and one array file (.npz).

        `load` gives it back without the data folder. Nothing in it is executable.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {name: self.table(name) for name in TABLES} | {"changes": self.changes}
        columns = {}
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
            columns[name] = {column: _kind(table[column]) for column in table.columns}
        about = {
            "format": FORMAT,
            "as_of": self.as_of,
            "scenario": self.scenario,
            "assumed": self.cache.get("assumed", {}),
            "settings": asdict(self.settings),
            "data": self.data.name,
            "hashes": self.hashes,
            "vintage": self.vintage,
            "own_indicators": [asdict(row) for row in self.own_indicators.values()],
            "own_variables": [asdict(row) for row in self.own_variables.values()],
            "own_names": self.own_names,
            "projects": None if self.projects is None else json.loads(self.projects.to_json(orient="records")),
            "problems": [[one.file, one.row, one.phrase, one.values] for one in self.problems],
            "suspicions": [asdict(one) for one in self.suspicions],
            "own_record": self.own_record and asdict(self.own_record),
            "columns": columns,
        }
        text = json.dumps(about, ensure_ascii=False, indent=1, default=str)
        (folder / "analysis.json").write_text(text + "\n", encoding="utf-8")
        np.savez_compressed(folder / "quantiles.npz", levels=LEVELS, **self._quantiles())
        return folder

    def _quantiles(self) -> dict[str, np.ndarray]:
        """For every indicator with a forecast: quantiles (regions, years ahead, levels), float32."""
        arrays = {}
        for code in dict.fromkeys(self.forecasts["indicator"]):
            if self.assessor is None:
                break
            outlook = self.outlook(code)
            arrays[code] = np.quantile(outlook.paths, LEVELS, axis=1).transpose(1, 2, 0).astype(np.float32)
            arrays[f"{code} regions"] = np.array(outlook.regions)
            arrays[f"{code} years"] = np.array(outlook.ahead)
        return arrays


def load(folder: Path | str) -> Analysis:
    """An analysis that `Analysis.save` has kept; read once a process.

    Raises
    ------
    NotThere
        The folder holds no saved analysis, or one of another format.
    """
    folder = Path(folder)
    try:
        written = (folder / "analysis.json").stat().st_mtime_ns
        return _loaded(folder.resolve(), written)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotThere(words.in_both("analysis.none_saved", folder=folder, reason=type(error).__name__)) from None


@functools.lru_cache(maxsize=2)
def _loaded(folder: Path, written: int) -> Analysis:
    about = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    if about.get("format") != FORMAT:
        raise ValueError(f"format {about.get('format')}; {FORMAT} is read")
    tables = {name: _read_table(folder / f"{name}.csv", kinds) for name, kinds in about["columns"].items()}
    changes = tables.pop("changes")
    return Analysis(
        data=Path(about["data"]),
        as_of=about["as_of"],
        scenario=about["scenario"],
        settings=Settings(**about["settings"]),
        **tables,
        problems=[intake.Problem(*one) for one in about["problems"]],
        hashes=about["hashes"],
        projects=None if about.get("projects") is None else projects.table(about["projects"]),
        cache={
            "changes": changes,
            "folder": folder,
            "assumed": about.get("assumed", {}),
            "own_names": about.get("own_names", {}),
            "suspicions": [intake.Suspicion(**one) for one in about.get("suspicions", [])],
            "own_record": about.get("own_record") and _above("track_record").OwnRecord.kept(**about["own_record"]),
            "vintage": about.get("vintage", {"used": "", "days": {}, "known_on": ""}),
            "own_indicators": {row["code"]: Indicator(**row) for row in about["own_indicators"]},
            "own_variables": {row["code"]: Variable(**row) for row in about.get("own_variables", [])},
        },
    )


def _kind(column: pd.Series) -> str:
    """What a column holds, so that it comes back as that: number, whole, yes_no or text."""
    values = column.dropna()
    if len(values) and all(isinstance(value, (bool, np.bool_)) for value in values):
        return "yes_no"
    if len(values) and not all(isinstance(value, (int, float, np.number)) for value in values):
        return "text" if len(values) == len(column) else "text or missing"
    if len(values) == len(column) and len(values) and all(float(value).is_integer() for value in values):
        whole = all(isinstance(value, (int, np.integer)) for value in values)
        return "whole" if whole else "number"
    return "number" if len(values) or column.dtype.kind == "f" or len(column) else "text"


def _read_table(path: Path, kinds: dict[str, str]) -> pd.DataFrame:
    """A kept table; an empty text stays a text, an empty number is missing."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, kind in kinds.items():
        if kind in ("number", "whole"):
            numbers = pd.to_numeric(table[name].where(table[name] != ""), errors="raise")
            table[name] = numbers.astype(int) if kind == "whole" else numbers.astype(float)
        elif kind == "yes_no":
            table[name] = table[name] == "True"
        elif kind == "text or missing":
            table[name] = table[name].where(table[name] != "", np.nan)
    return table


def spellings(regions: pd.DataFrame) -> dict[str, str]:
    """Every way a region may be called, without case, and its code."""
    known: dict[str, str] = {}
    for row in regions.itertuples():
        for spelled in (row.name_zh, row.name_en, catalog.short_name(row.name_zh), str(row.code)):
            known.setdefault(spelled.casefold(), row.code)
    return known


def region_code(regions: pd.DataFrame, name, known: dict[str, str] | None = None) -> str:
    """The code of a region of a table from its code (text or number), Chinese or English name, or short name.

    Raises
    ------
    NotThere
        No such region; the message suggests what may have been meant.
    """
    text, known = str(name).strip(), known or spellings(regions)
    if text.casefold() in known:
        return known[text.casefold()]
    there = ", ".join(f"{row.name_zh} {row.code}" for row in regions.head(12).itertuples())
    more = " …" if len(regions) > 12 else ""
    raise NotThere(_not_there("region", text, difflib.get_close_matches(text.casefold(), known, 3, 0.5), there + more))


@dataclass(frozen=True, eq=False)
class Region:
    """One region of an analysis."""

    analysis: Analysis
    code: str

    def __repr__(self) -> str:
        head = self.headline
        return (
            f"<Region {self.name('zh')} {self.code}, as of {head.as_of}: {len(head.met)} met, {len(head.missed)} missed "
            f"({len(head.missed_binding)} binding), {len(head.unknown)} unknown; conditions met: {head.conditions_met}>"
        )

    def name(self, lang: str) -> str:
        return self.analysis.name(self.code, lang)

    @property
    def rows(self) -> pd.DataFrame:
        """The region's rows of the assessment."""
        table = self.analysis.assessment
        return table[table["region_code"] == self.code]

    @property
    def headline(self) -> Headline:
        """Met at its date, conditions for applying, outlook to the re-inspection: as data."""
        analysis, key = self.analysis, ("headline", self.code)
        if key not in analysis.cache:
            rows = analysis.items(self.code)
            analysis.cache[key] = headline.headline(rows, self.code, analysis.as_of, analysis.settings)
        return analysis.cache[key]

    @property
    def statements(self) -> list[Statement]:
        """Every target of the region."""
        return [s for s in self.analysis._statements.values() if s.region_code == self.code]

    @property
    def unmet(self) -> pd.DataFrame:
        """Rows of the assessment that are not met now."""
        return self.rows[self.rows["verdict"].isin(judge.OPEN)]

    @property
    def weak(self) -> list[Statement]:
        """What needs work, the most pressing first; the weak points that the plan names are always among them."""
        key = ("weak", self.code)
        if key not in self.analysis.cache:
            self.analysis.cache[key] = self._weak()
        return list(self.analysis.cache[key])

    def _weak(self) -> list[Statement]:
        rows = self.rows
        numbers = [
            float(judge.printed_gap(r.latest_value, r.target, self.analysis.indicators[r.indicator].decimals))
            if r.gap is not None and np.isfinite(float(r.gap)) and np.isfinite(float(r.target))
            else np.nan
            for r in rows.itertuples()
        ]
        floats = ["gap", "spread", "pace_observed", "p_reach", "p_hold"]
        table = rows.assign(printed_gap=numbers).astype(dict.fromkeys(floats, float))
        return [self.analysis._of_row(i) for i in judge.weakness(table)]

    @property
    def changes(self) -> pd.DataFrame:
        """What moved since the year before."""
        moved = self.analysis.changes
        return moved[moved["region_code"] == self.code]

    @property
    def plot(self):
        """Pictures across indicators: `region.plot()`, `.distance()` and more (`ecoanalysis.plots.OfRegion`)."""
        return _above("plots").OfRegion(self)

    def __getitem__(self, indicator) -> Statement:
        return self.analysis[self.code, indicator]


@dataclass(frozen=True, eq=False)
class Statement:
    """One target of one region: what was measured, what may come, and what is said of it.

    The attributes are the columns of the assessment; numbers are floats, NaN where there is none.
    """

    analysis: Analysis
    row: int
    region_code: str
    indicator: str
    part: str
    comparison: str
    target: float
    unit: str
    due: int
    hold_until: int
    as_of: int
    basis: str
    latest_year: float
    latest_value: float
    met_at_due: str
    p_reach: float
    p_hold: float
    median_at_due: float
    lo80_at_due: float
    hi80_at_due: float
    attain_year: float
    gap: float
    gap_count: float
    gap_count_unit: str
    pace_observed: float
    pace_required: float
    verdict: str
    warning: str
    status: str
    method: str
    n_obs: int
    id: str
    pace_for_80: float
    requirement: str
    named_weak: bool
    outstanding: float
    contribution: float
    coverage: float
    median_at_milestone: float
    methods_low: float
    methods_high: float
    milestone: int
    pace_from: float
    spread: float
    base_year: float
    owed_at: str
    binding: bool

    def __repr__(self) -> str:
        from ecoanalysis import briefing

        region, name = self.analysis.name(self.region_code, "en"), self.record.name_en
        return f"<Statement {region} · {name}: {briefing.sentence(self, words.of('en'))}>"

    @property
    def record(self) -> Indicator:
        """The indicator's row of the catalogue."""
        return self.analysis.indicators[self.indicator]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(code for code in self.warning.split(";") if code)

    @property
    def pressing(self) -> bool:
        """Binding, or a duty or condition: its last class is worded as a task."""
        return bool(self.binding) or self.requirement in ("duty", "condition")

    @property
    def is_duty(self) -> bool:
        """Judged by what is outstanding: the target sits at the natural end."""
        return judge.is_duty(self.requirement, self.comparison, float(self.target), self.record)

    @functools.cached_property
    def history(self) -> pd.Series:
        """Measured values by year, in the indicator's unit; empty without any."""
        if not np.isfinite(self.latest_value):
            return pd.Series(dtype=float)
        wide = self.analysis._compared(self.indicator)
        return wide[self.region_code].dropna() if self.region_code in wide else pd.Series(dtype=float)

    @property
    def forecast(self) -> pd.DataFrame:
        """Median and bands by year; empty for what is judged by a record."""
        key = (self.region_code, self.indicator)
        return self.analysis._forecasts_of.get(key, self.analysis._no_forecast)

    @property
    def base_of_paths(self) -> int | None:
        """The base year that a target names; one that was taken from the catalogue is no matter of the paths."""
        no_matter = pd.isna(self.base_year) or self.comparison in ("not_below_base", "not_above_base")
        return None if no_matter else int(self.base_year)

    @property
    def outlook(self):
        """The joint futures of the indicator in all regions, drawn as the assessment draws them (`futures.Outlook`)."""
        base, a = self.base_of_paths, self.analysis
        if base is None:
            return a.outlook(self.indicator)
        key = ("outlook", self.indicator, None, base)
        if key not in a.cache:
            until = int(a.outlook(self.indicator).years[-1])
            a.cache[key] = a.assessor.drawn(self.record, until, base, a.assessor.method, a.assessor.paths)
        return a.cache[key]

    @functools.cached_property
    def explanation(self) -> Explanation | None:
        """Why the region's own series is continued as it is (`forecast.explain`), projects left out: to the due year, or
        to the last year of holding where the due year has been measured.

        None where none of its own is: counties put together, a record, another method, nothing measured, an analysis
        that was loaded without its data.
        """
        made = self.analysis.assessor
        if made is None or self.method != futures.METHOD or not np.isfinite(self.due):
            return None
        base = int(self.base_year) if np.isfinite(self.base_year) else None
        until = int(self.due if self.latest_year < self.due else self.hold_until)
        how = {"references": made.references, "base_year": base}
        return futures.explained(made.measured, self.indicator, self.region_code, until, **how)

    @property
    def paths(self) -> pd.DataFrame:
        """Sample paths, years × paths, in the indicator's unit."""
        outlook = self.outlook
        k = outlook.regions.index(self.region_code)
        table = pd.DataFrame(outlook.paths[k].T, index=pd.Index(outlook.ahead, name="year"))
        return table[table.index > outlook.latest[k]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the observations behind the latest value."""
        if self.analysis.assessor is None:
            return tuple(part for part in str(self.analysis.assessment.at[self.row, "inputs"]).split(";") if part)
        if not np.isfinite(self.latest_year):
            return ()
        measured = self.analysis.assessor.measured
        if self.requirement == "condition":
            rows = self.analysis.observations
            hit = (rows["variable"] == self.record.count_variable) & (rows["year"] == int(self.latest_year))
            members = [self.region_code, *self.analysis.members(self.region_code)]
            return tuple(rows.loc[hit & rows["region_code"].isin(members), "id"])
        if not self.basis:
            return ()
        return tuple(sorted(measured.trace(self.region_code, self.indicator, int(self.latest_year), self.basis)[0]))

    @property
    def sources(self) -> pd.DataFrame:
        """The observations behind the latest value: variable, year, value, unit, status, source, file, sheet, cell."""
        columns = "region_code variable year value unit status source file sheet cell id".split()
        rows = self.analysis.observations
        return rows.iloc[self._observed_in][[c for c in columns if c in rows]].reset_index(drop=True)

    @property
    def observed(self) -> list[tuple]:
        """The same as `sources`, as tuples named by the columns: a table for each of many takes its time."""
        return [self.analysis._observed[row] for row in self._observed_in]

    @property
    def _observed_in(self) -> list[int]:
        """The rows of `sources` among all observations."""
        row_of = self.analysis._row_of
        return sorted({row_of[one] for one in self.inputs if one in row_of})

    @property
    def departments(self) -> tuple[str, str]:
        """Lead and supporting departments, as the plan lists them."""
        if "departments" not in self.analysis.cache:
            rows = self.analysis.targets.drop_duplicates(["region_code", "indicator"])
            keys = zip(rows["region_code"], rows["indicator"], strict=True)
            named = zip(rows["lead_department"].astype(str), rows["supporting_departments"].astype(str), strict=True)
            self.analysis.cache["departments"] = dict(zip(keys, named, strict=True))
        return self.analysis.cache["departments"].get((self.region_code, self.indicator), ("", ""))

    def sentence(self, lang: str = "zh") -> str:
        """The statement in words an official can read out, without the indicator's name."""
        from ecoanalysis import briefing

        return briefing.sentence(self, words.of(lang))

    def under(self, setting: dict, lang: str = "zh") -> Statement:
        """The statement that follows when levers are moved: `s.under({"things": 10})` (`explore.levers.answer`).

        Raises
        ------
        Told
            What cannot be, in a sentence.
        """
        return _above("explore.levers").answer(self, setting, words.of(lang)).statement

    def explain(self, lang: str = "zh") -> str:
        """From the verdict down to file, sheet and cell: the chain of numbers behind the statement, as text."""
        from ecoanalysis import briefing

        return briefing.chain(self, words.of(lang))

    @property
    def plot(self):
        """Figures of their own: `s.plot()`, `s.plot.changes()` and more (`ecoanalysis.plots.OfStatement`)."""
        return _above("plots").OfStatement(self)


def _as_rows(given) -> list[dict]:
    """A Series by (region, year), a table, or a list of rows, as rows."""
    if given is None:
        return []
    if isinstance(given, pd.Series):
        rows = given.rename("value").rename_axis(["region_code", "year"]).reset_index()
        return rows.dropna(subset="value").to_dict("records")
    return given.to_dict("records") if isinstance(given, pd.DataFrame) else [dict(row) for row in given]


# Columns of the assessment that a statement carries: its fields after the analysis and the row's own number.
WHOLE = ("due", "hold_until", "as_of", "n_obs", "milestone")  # whole numbers, though a column with holes holds floats
STATEMENT_COLUMNS = [one.name for one in fields(Statement) if one.name not in ("analysis", "row")]


def _above(module: str):
    """A room above this one, asked for when it is needed: an analysis hands itself to what is made of it."""
    return importlib.import_module(f"ecoanalysis.{module}")


def _not_there(kind: str, text: str, near: list[str], there: str) -> str:
    texts = []
    for lang in ("zh", "en"):
        w = words.of(lang)
        parts = [w(f"notthere.{kind}", name=text)]
        if near:
            parts.append(w("notthere.near", near=w.list(near)))
        if there:
            parts.append(w("notthere.there", there=there))
        texts.append("".join(parts) if lang == "zh" else " ".join(parts))
    return " · ".join(texts)
