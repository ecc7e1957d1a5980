"""The assessment: every target of every region against what was measured and what may come.

This is where tables meet the pure functions of `judge` and `record`. Work goes by indicator over all regions at once;
of many regions the sample paths of one indicator are dropped before the next is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ecoanalysis import forecast, forked, futures, judge, projects, record
from ecoanalysis.catalog import Indicator, phrase
from ecoanalysis.compute import COUNTIES, OWN
from ecoanalysis.formulas import CHANGES, rates
from ecoanalysis.intake import EVIDENCE_KINDS, STATUSES
from ecoanalysis.judge import Settings
from ecoanalysis.words import COUNTED, decimal

COLUMNS = (
    "region_code indicator part comparison target unit due hold_until as_of basis latest_year latest_value met_at_due "
    "p_reach p_hold median_at_due lo80_at_due hi80_at_due attain_year gap gap_count gap_count_unit pace_observed "
    "pace_required pace_scale verdict warning status method n_obs inputs id pace_for_80 requirement named_weak "
    "outstanding contribution coverage median_at_milestone methods_low methods_high stage "
    "milestone pace_from spread base_year owed_at binding"
).split()
LARGEST_KEPT = 2 * 2**20  # bytes of sample paths of one indicator that stay in memory: some fifty regions
TEXT = ("met_at_due", "basis", "gap_count_unit", "warning", "method", "inputs", "stage", "verdict")


def targets_of_regions(targets: pd.DataFrame, regions: pd.DataFrame, indicators: dict[str, Indicator]) -> pd.DataFrame:
    """One row for each region: `*` stands for all; a region's own row takes the place of the common one."""
    common = targets[targets["region_code"] == "*"].drop(columns="region_code")
    named = targets[targets["region_code"] != "*"]
    spread = regions[["code"]].rename(columns={"code": "region_code"}).merge(common, how="cross")
    key = ["region_code", "indicator", "comparison"]
    replaced = spread.set_index(key).index.isin(named.set_index(key).index)
    together = pd.concat([spread[~replaced], named], ignore_index=True) if len(named) else spread
    region_order = {code: i for i, code in enumerate(regions["code"])}
    listed = {code: i for i, code in enumerate(indicators)}
    rank = together.assign(r=together["region_code"].map(region_order), i=together["indicator"].map(listed))
    return rank.sort_values(["r", "i"]).drop(columns=["r", "i"]).reset_index(drop=True)


@dataclass(frozen=True)
class Assessor:
    """What judging needs besides the targets: numbers, regions, papers and settings, at one as-of year."""

    measured: object
    regions: pd.DataFrame
    evidence: pd.DataFrame
    indicators: dict[str, Indicator]
    as_of: int
    settings: Settings
    base_years: dict[str, int]
    method: str = futures.METHOD
    paths: int = futures.PATHS
    seed: int = 0
    references: object = None
    projects: pd.DataFrame | None = None  # that are in the futures; None for the trend alone
    kept: dict = field(default_factory=dict)  # outlooks of few regions, and responses of what projects act on
    stage: str = ""

    def assess(
        self, targets: pd.DataFrame, until: int | None = None, jobs: int = 1
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The assessment and the forecasts behind it.

        Parameters
        ----------
        targets : DataFrame
            One row a region and target, as `targets_of_regions` gives them.
        until : int, optional
            Last year ahead; by default as far as these targets ask.
        jobs : int
            How many indicators are judged at a time, where processes can be forked. The numbers are the same.

        Returns
        -------
        assessment : DataFrame
            One row a target, in the order of `targets`; columns `COLUMNS`.
        forecasts : DataFrame
            Median and bands by year of every indicator that is judged by its trend.
        """
        targets = targets.reset_index(drop=True)
        until = until or self.until(targets)
        groups = [rows for _, rows in targets.groupby(["indicator", targets["base_year"].fillna(-1)], sort=False)]
        judged = forked.each(lambda n: self.of_indicator(groups[n], until), len(groups), jobs)
        parts, bands = [table for table, _ in judged], [one for _, forecasts in judged for one in forecasts]
        whole = pd.concat(parts).sort_index() if parts else pd.DataFrame(columns=COLUMNS)
        whole = self.contributions(whole)
        forecasts = [table for table in bands if len(table)]
        empty = pd.DataFrame(columns=futures.FORECAST_COLUMNS)
        return whole[COLUMNS], pd.concat(forecasts, ignore_index=True) if forecasts else empty

    def until(self, targets: pd.DataFrame) -> int:
        """The last year ahead that targets ask for."""
        return int(max([self.as_of, *targets["hold_until"], *targets["due"]])) + self.settings.years_beyond

    @cached_property
    def levels(self) -> dict[str, str]:
        """Level of each region by its code."""
        return dict(zip(self.regions["code"], self.regions["level"], strict=True))

    @cached_property
    def kinds_on_file(self) -> dict[tuple[str, str], list[dict]]:
        """Papers up to the as-of year, by region (`*` for all) and indicator."""
        rows = self.evidence.loc[self.evidence["year"] <= self.as_of]
        by_item: dict[tuple[str, str], list[dict]] = {}
        for row in rows[["region_code", "indicator", "year", "kind", "state", "title"]].to_dict("records"):
            by_item.setdefault((row["region_code"], row["indicator"]), []).append(row)
        return by_item

    @cached_property
    def parents(self) -> frozenset[str]:
        """Codes of the regions that are made of others."""
        return frozenset(self.regions["parent"]) - {""}

    def of_indicator(self, rows: pd.DataFrame, until: int) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        """The rows of one indicator (and one base year), and its forecasts.

        Rows are plain dictionaries by place while they are filled: a cell at a time in a frame costs a hundred times
        as much.
        """
        indicator = self.indicators[rows["indicator"].iloc[0]]
        table = self.blank(rows, indicator)
        asked = [i for i, row in table.items() if indicator.applies_to(self.levels[row["region_code"]])]
        for i in table.keys() - set(asked):
            table[i]["verdict"] = "not_applicable"
        papers = [i for i in asked if table[i]["comparison"] == "done"]
        conditions = [i for i in papers if table[i]["requirement"] == "condition"]
        for i in papers:
            if table[i]["requirement"] != "condition":
                table[i] |= self.checklist(table[i]["region_code"], indicator.code)
        if conditions:
            self.conditions(table, conditions, indicator)
        numeric = [i for i in asked if table[i]["comparison"] != "done"]
        base_values = rows["base_value"].to_dict()
        bands = self.numeric(table, numeric, base_values, indicator, until) if numeric else []
        return pd.DataFrame.from_dict(table, orient="index", columns=COLUMNS), bands

    def blank(self, rows: pd.DataFrame, indicator: Indicator) -> dict[int, dict]:
        """Rows with what the target says, and nothing judged yet; by their place in the targets."""
        fixed = dict.fromkeys(COLUMNS, np.nan) | dict.fromkeys(TEXT, "")
        fixed |= {
            "indicator": indicator.code,
            "part": indicator.part,
            "unit": indicator.unit,
            "as_of": self.as_of,
            "pace_scale": "linear",
            "status": "observed",
            "n_obs": 0,
            "owed_at": indicator.owed_at,
            "binding": indicator.binding,
            "stage": self.stage,
        }
        table = {}
        for i, target in zip(rows.index, rows.to_dict("records"), strict=True):
            named = ("region_code", "comparison", "due", "hold_until", "requirement", "named_weak", "base_year")
            table[i] = fixed | {name: target[name] for name in named}
            table[i]["target"] = float(target["value"])
            table[i]["milestone"] = judge.milestone_of(target["due"], target["hold_until"], self.as_of)
            key = [str(target["region_code"]), indicator.code, target["comparison"], str(self.as_of)]
            table[i]["id"] = ":".join(key)
        return table

    # ------------------------------------------------------------------ papers and events

    def checklist(self, region: str, code: str) -> dict:
        """A plan, data and proof have to be on file; nothing supplied is not the same as something lacking.

        A paper whose file is named and cannot be found does not count: whoever inspects would not find it either.
        """
        rows = [paper for key in ((region, code), ("*", code)) for paper in self.kinds_on_file.get(key, [])]
        there = {paper["kind"] for paper in rows if paper["state"] != "not_found"}
        lacking = [kind for kind in EVIDENCE_KINDS if kind not in there]
        demo = any(str(paper["title"]).startswith(phrase("mark.demo_title", "zh")) for paper in rows)
        lost = any(paper["state"] == "not_found" for paper in rows)
        warnings = [f"lacks_{kind}" for kind in lacking] + ["paper_not_found"] * lost
        return {
            "verdict": "undocumented" if lacking else "documented",
            "warning": ";".join(warnings) if rows else "not_supplied",
            "latest_year": max(paper["year"] for paper in rows) if rows else np.nan,
            "n_obs": len(rows),
            "status": "demo" if demo else "observed",
        }

    def conditions(self, table: dict[int, dict], index: list[int], indicator: Indicator) -> None:
        """What must not have happened: a count of events a year (0 is met, missing is not reported), and papers."""
        events, status = self.measured.events(indicator.count_variable)  # regions × years; regions × years
        regions = list(events.index)
        leaves = [code for code in regions if code not in self.parents]
        states = events.loc[leaves]
        rec = record.count((states == 0).astype(float).where(states.notna()).to_numpy())
        for i in index:
            region, hold, due = (table[i][name] for name in ("region_code", "hold_until", "due"))
            paper = self.checklist(region, indicator.code)
            series = events.loc[region].dropna() if region in events.index else pd.Series(dtype=float)
            values = {"warning": paper["warning"], "status": paper["status"]}
            if series.empty or series.index[-1] < self.as_of:  # an older year does not speak for this one
                values |= {"verdict": "insufficient_data", "warning": _joined("not_reported", paper["warning"])}
                if due <= self.as_of:
                    values["met_at_due"] = "unknown"
                table[i] |= values
                continue
            year, count = int(series.index[-1]), float(series.iloc[-1])
            values |= {
                "latest_year": year,
                "latest_value": count,
                "outstanding": count,
                "n_obs": len(series),
                "gap_count_unit": "piece",
                "status": _weakest([paper["status"], *status.loc[region].dropna()]),
            }
            if due <= self.as_of:
                at_due = series.get(due, np.nan)
                values["met_at_due"] = "unknown" if np.isnan(at_due) else "yes" if at_due == 0 else "no"
                if values["met_at_due"] == "no":
                    values["warning"] = _joined("missed_due", values["warning"])
            if count > 0:
                table[i] |= values | {"verdict": "out_of_reach"}
                continue
            ahead = max(hold - year, 0)
            parts = self.measured.parts_of(region)
            members = [leaves.index(code) for code in parts if code in leaves] or [leaves.index(region)]
            p = float(record.hold_chance_together(rec, members, ahead)) if ahead else 1.0
            judged = judge.verdict(True, 1.0, p, self.settings)
            table[i] |= values | {"p_reach": 1.0, "p_hold": p, "verdict": judged}

    # ------------------------------------------------------------------ numbers

    def numeric(self, table, numeric: list[int], base_values: dict, indicator: Indicator, until: int) -> list:
        """Judge the rows that have a number to meet; returns the forecasts of the indicator."""
        base = table[numeric[0]]["base_year"]
        base = None if pd.isna(base) else int(base)
        outlook = futures.measured_outlook(self.measured, self.regions, indicator.code, until, base)
        with_value = set(outlook.regions) if outlook is not None else set()
        judged = [i for i in numeric if table[i]["region_code"] in with_value]
        if len(judged) < len(numeric):
            absent = [i for i in numeric if table[i]["region_code"] not in with_value]
            self.without_value(table, absent, indicator)
        if not judged:
            return []
        self.facts(table, judged, outlook, indicator, base_values, base)
        ready = [i for i in judged if np.isfinite(table[i]["target"]) or table[i]["comparison"] in judge.RELATIVE]
        asked = ("requirement", "comparison", "target")
        pooled = [i for i in ready if judge.is_pooled(*(table[i][name] for name in asked), indicator)]
        there, by_record = set(ready), set(pooled)
        trend = [i for i in ready if i not in by_record]
        demo = self.acted_on(indicator.code, base, demo=True)
        for i in ready:  # a chance that rests on a demo project is demo data
            if table[i]["region_code"] in demo:
                table[i]["status"] = "demo"
        for same in _alike(table, pooled):
            self.by_record(table, same, outlook, indicator, base)
        undrawn = [i for i in judged if i not in there]  # no target yet: a future is shown all the same
        if not trend and not undrawn:
            return []
        drawn = self.drawn(indicator, until, base, self.method, self.paths)
        for same in _alike(table, trend):
            self.by_trend(table, same, drawn, indicator, until, base)
        last: dict[str, int] = {}
        for i in trend + undrawn:
            region = table[i]["region_code"]
            last[region] = max(last.get(region, 0), table[i]["hold_until"])
        bands = futures.bands(drawn)
        kept = bands[bands["year"] <= bands["region_code"].map(last)]
        return [kept.assign(part=indicator.part, scenario="trend")[futures.FORECAST_COLUMNS]]

    def drawn(self, indicator: Indicator, until: int, base: int | None, method: str, paths: int):
        """Sample paths of an indicator over all regions; a small outlook is drawn once, a nation's again each time."""
        how = {"method": method, "paths": paths, "seed": self.seed, "base_year": base, "references": self.references}
        key = ("outlook", indicator.code, until, base, method, paths)
        outlook = self.kept.get(key)
        if outlook is None:
            outlook = futures.outlook(self.measured, self.regions, indicator.code, until, **how)
            if self.projects is not None or (method == self.method and outlook.paths.nbytes <= LARGEST_KEPT):
                self.kept[key] = outlook
        return self.with_projects_in(outlook, base)

    def with_projects_in(self, outlook, base: int | None = None):
        """An outlook with this assessment's projects in its futures; itself without any."""
        if self.projects is None:
            return outlook
        return projects.moved(outlook, self.projects, self.response(outlook.indicator, base))

    def moves(self, code: str) -> bool:
        """Whether a project acts on an indicator."""
        kept = ("inputs", code)
        if kept not in self.kept:
            papers = self.indicators[code].kind == "checklist"
            self.kept[kept] = frozenset() if papers else self.measured.inputs(code)
        return self.projects is not None and bool(self.kept[kept] & set(self.projects["variable"]))

    def response(self, code: str, base: int | None = None) -> projects.Response:
        """How an indicator answers to its inputs; made once."""
        key = ("response", code, base)
        if key not in self.kept:
            self.kept[key] = projects.response(self.measured, code, base)
        return self.kept[key]

    def acted_on(self, code: str, base: int | None, *, demo: bool = False) -> set[str]:
        """Regions whose value of an indicator a project acts on; of demo projects alone when asked."""
        if self.projects is None:
            return set()
        rows = self.projects
        if demo:
            rows = rows[rows["name"].str.startswith(phrase("mark.demo_title", "zh"))]
        return projects.acting(rows, self.response(code, base))

    def finished(
        self, outlook, goals: np.ndarray, year: int, comparison: str, indicator: Indicator, base
    ) -> np.ndarray:
        """In which futures projects alone meet a target by a year, nothing else moving; bool array (regions, paths)."""
        alone = self.with_projects_in(projects.still(outlook, self.paths), base)
        return judge.met(alone.at(year), np.nan, goals, comparison, indicator, self.settings.rounding)

    def without_value(self, table, index: list[int], indicator: Indicator) -> None:
        """What can be said of rows whose region has no value: nothing to count, or inputs lacking."""
        nothing = dict(zip(self.measured.regions.index, self.measured.nothing_to_assess(indicator.code), strict=True))
        status = dict(zip(nothing, self.measured.weakest_status(indicator.code), strict=True))
        for i in index:
            region = table[i]["region_code"]
            if nothing[region]:
                table[i] |= {"verdict": "not_applicable", "warning": "zero_denominator", "status": status[region]}
                continue
            past = table[i]["due"] <= self.as_of
            values = {"verdict": "insufficient_data", "warning": "lacks_inputs"}
            table[i] |= values | {"met_at_due": "unknown" if past else ""}

    def of_regions(self, outlook, indicator: Indicator, base: int | None) -> tuple[list[dict], list, list[list[str]]]:
        """What an indicator's past says of each region of an outlook, whatever its target.

        Returns
        -------
        Columns of the assessment, what the latest value is made of (`Parts`), and warnings; a list (regions,) each.
        """
        count, every = len(outlook.regions), np.arange(len(outlook.regions))
        years, basis = np.asarray(outlook.years), np.array(outlook.basis, object)
        place = self.measured.regions.index.get_indexer(outlook.regions)
        latest = outlook.values[every, outlook.latest - years[0]]
        pace, since = judge.observed_paces(outlook.values, years, self.settings.recent_years)
        status, parts = np.empty(count, object), [None] * count
        for which in (OWN, COUNTIES):
            here = np.flatnonzero(basis == which)
            if len(here):
                codes = [outlook.regions[k] for k in here]
                asked = (codes, indicator.code, outlook.latest[here], which)
                made_of = self.measured.parts_of_many(*asked, base_year=base)
                status[here] = self.measured.weakest_status(indicator.code, which)[place[here]]
                for n, k in enumerate(here):
                    parts[k] = made_of.at(n)
        has_own = self.measured.has_own_value(indicator.code)[place]
        older = "worst_county" if indicator.aggregate == "worst" else "own_figure_older"
        warned = {
            "few_values": outlook.n_obs < self.settings.few_values,
            "stale": self.as_of - outlook.latest >= self.settings.stale_years,
            older: (basis == COUNTIES) & has_own,
            "definition_break": forecast.have_shifted(outlook.values),
        }
        columns = {
            "basis": basis,
            "latest_year": outlook.latest,
            "latest_value": latest,
            "status": status,
            "n_obs": outlook.n_obs,
            "coverage": np.array([one.coverage for one in parts]),
            "pace_observed": pace,
            "pace_from": since,
            "spread": judge.spreads(outlook.values, years),
        }
        cells = zip(*(column.tolist() for column in columns.values()), strict=True)
        facts = [dict(zip(columns, row, strict=True)) | {"method": self.method} for row in cells]
        flags = zip(*(flag.tolist() for flag in warned.values()), strict=True)
        return facts, parts, [[code for code, is_so in zip(warned, row, strict=True) if is_so] for row in flags]

    def facts(self, table, index: list[int], outlook, indicator: Indicator, base_values: dict, base) -> None:
        """Latest value, its status, the number to meet, gaps in the unit and in things, the observed pace."""
        at = {region: k for k, region in enumerate(outlook.regions)}
        known, parts, warned = self.of_regions(outlook, indicator, base)
        starts = self.starts(outlook, indicator, base)
        numbers = {}
        for i in index:
            row, k = table[i], at[table[i]["region_code"]]
            target, comparison, warnings = float(row["target"]), row["comparison"], list(warned[k])
            if comparison in ("not_below_base", "not_above_base") and not np.isfinite(target):
                history = _known(outlook, k)
                target, base_year, told = self.base(row["base_year"], base_values[i], indicator, history)
                row["base_year"] = base_year
                warnings += told
            elif starts is not None and np.isfinite(target):
                level = self.indicators.get(CHANGES[indicator.code].level)
                limit = None if level is None else level.high if level.direction > 0 else level.low
                target = rates.asked_change(target, float(starts[k]), limit)
            row |= known[k] | {"target": target, "warning": ";".join(warnings)}
            if np.isfinite(target):
                numbers.setdefault(comparison, []).append((i, k))
            elif comparison not in judge.RELATIVE:
                missing = "insufficient_data" if comparison.startswith("not_") else "no_target"
                row |= {"verdict": missing, "method": ""}
        for comparison, pairs in numbers.items():
            if comparison in judge.RELATIVE:
                continue
            latest, goals = (np.array([table[i][name] for i, _ in pairs]) for name in ("latest_value", "target"))
            met = judge.met(latest, np.nan, goals, comparison, indicator, self.settings.rounding)
            for (i, k), is_met in zip(pairs, met.tolist(), strict=True):
                row, own = table[i], parts[k]
                row["gap"] = judge.gap(row["latest_value"], row["target"], comparison, is_met)
                row |= self.things(own, row["target"], comparison, indicator, is_met, row["requirement"])
                survey = (row["latest_value"], own.denominator, row["target"], rates.wilson_interval)
                if own.answers and judge.within_survey_error(*survey):
                    row["warning"] = _joined(row["warning"], "survey_error")

    def starts(self, outlook, indicator: Indicator, base: int | None) -> np.ndarray | None:
        """The level that each region's change in points starts from, (regions,); None for what is no such change."""
        if indicator.code not in CHANGES or indicator.unit != "pp":
            return None
        basis, found = np.array(outlook.basis, object), np.full(len(outlook.regions), np.nan)
        for which in set(outlook.basis):
            here = np.flatnonzero(basis == which)
            levels = self.measured.base(indicator.code, which, base_year=base)
            found[here] = levels.loc[[outlook.regions[k] for k in here]]
        return found

    def base(self, base_year, base_value, indicator: Indicator, history: dict) -> tuple[float, float, list[str]]:
        """The value a target refers to: the row's own, the one of its base year, or the first there is."""
        year = (
            base_year
            if pd.notna(base_year)
            else self.base_years.get(indicator.code, self.base_years.get("not_below_base"))
        )
        if pd.notna(base_value):
            return float(base_value), year if year else np.nan, []
        if year in history:
            return history[year], year, []
        first = min(history)
        return history[first], float(first), ["base_is_first_value"]

    def things(self, parts, target, comparison, indicator: Indicator, is_met: bool, requirement: str) -> dict:
        """The gap in things that a department can act on; hectares where parks and floors are counted in m²."""
        if not parts.unit or not np.isfinite(parts.factor) or not np.isfinite(parts.denominator):
            return {}
        missing = judge.missing_things(parts.numerator, parts.denominator, target, comparison, parts.factor, parts.unit)
        if not missing.is_finite():
            return {}
        scale, unit = (10_000, "ha") if parts.unit == "m²" else (1, parts.unit)
        count = 0.0 if is_met else float(missing / scale)
        gap = {"gap_count": count, "gap_count_unit": unit}
        if judge.is_duty(requirement, comparison, target, indicator):
            left = judge.outstanding(parts.numerator, parts.denominator, indicator.direction)
            gap["outstanding"] = float(max(left, decimal(0)) / scale)
        return gap

    # ------------------------------------------------------------------ chances

    def by_trend(self, table, index: list, outlook, indicator: Indicator, until: int, base) -> None:
        """Chances from the sample paths, the paces they ask for, and the verdict."""
        first = table[index[0]]
        comparison, due, hold = first["comparison"], int(first["due"]), int(first["hold_until"])
        at = {region: k for k, region in enumerate(outlook.regions)}
        goals = np.full(len(outlook.regions), np.nan)
        for i in index:
            goals[at[table[i]["region_code"]]] = table[i]["target"]
        when = {"due": due, "hold_until": hold, "as_of": self.as_of, "rounding": self.settings.rounding}
        chances = judge.chances(outlook, goals, comparison, indicator, **when).to_dict("records")
        milestone = judge.milestone_of(due, hold, self.as_of)
        second = self.second_opinion(table, index, at, goals, chances, comparison, indicator, until, base, milestone)
        ends = outlook.at(milestone)
        latest_values = outlook.values[np.arange(len(at)), outlook.latest - outlook.years[0]]
        asked = (latest_values, goals, milestone - outlook.latest, indicator.direction, self.settings.sure)
        paces = judge.pace_for_chance(ends, *asked)
        acted_on = self.acted_on(indicator.code, base)
        for i in index:
            k = at[table[i]["region_code"]]
            row = chances[k]
            warnings = [code for code in table[i]["warning"].split(";") if code]
            warnings += ["with_projects"] if outlook.regions[k] in acted_on else []
            latest_year, latest, goal = int(outlook.latest[k]), float(table[i]["latest_value"]), goals[k]
            stale = "stale" in warnings
            is_met, p_reach = bool(row["met_now"]), float(row["p_reach"])
            if is_met and stale:  # an old value is no proof: what counts is the chance at the next milestone
                before = outlook.at(milestone - 1)[k]
                p_reach = float(judge.met(ends[k], before, goal, comparison, indicator, self.settings.rounding).mean())
            values = {name: value for name, value in row.items() if name != "met_now"} | {"p_reach": p_reach}
            values["verdict"] = judge.verdict(is_met and not stale, p_reach, float(row["p_hold"]), self.settings)
            warnings += _about_the_date(row["met_at_due"], is_met and not stale)
            years_left = milestone - latest_year
            if not is_met and np.isfinite(goal) and years_left > 0:
                required = judge.required_pace(latest, goal, years_left)
                values["pace_required"] = required
                values["pace_for_80"] = float(paces[k])
                toward = np.sign(required)
                observed = float(table[i]["pace_observed"])
                if np.isfinite(observed) and toward * observed >= toward * required and p_reach < 0.5:
                    warnings.append("slows")
            if "survey_error" in warnings:
                values["verdict"] = _no_better(values["verdict"], "reached_at_risk" if is_met else "possible")
            if k in second:
                p = second[k]
                values |= {"methods_low": min(p, p_reach), "methods_high": max(p, p_reach)}
                if judge.crosses(p_reach, p, self.settings):
                    warnings.append("methods_differ")
            table[i] |= values | {"warning": ";".join(warnings)}

    def second_opinion(self, table, index, at, goals, chances, comparison, indicator, until, base, milestone) -> dict:
        """What the second calibrated method says of the unmet rows; by row of the outlook."""
        if self.settings.second_method == self.method or not self.settings.second_method:
            return {}
        unmet = [k for k in (at[table[i]["region_code"]] for i in index) if not chances[k]["met_now"]]
        if not unmet:
            return {}
        other = self.drawn(indicator, until, base, self.settings.second_method, max(100, self.paths // 4))
        said = judge.reach(other, goals, comparison, indicator, milestone, self.settings.rounding)
        return {k: float(said[k]) for k in unmet}

    def by_record(self, table, index: list, outlook, indicator: Indicator, base: int | None = None) -> None:
        """Chances of a duty or a protected value: from what the sister regions kept, lost and finished."""
        first = table[index[0]]
        comparison, due, hold = first["comparison"], int(first["due"]), int(first["hold_until"])
        at = {region: k for k, region in enumerate(outlook.regions)}
        goals = np.full((len(outlook.regions), 1), np.nan)
        for i in index:
            goals[at[table[i]["region_code"]]] = table[i]["target"]
        states = judge.met(outlook.values, np.nan, goals, comparison, indicator, self.settings.rounding).astype(float)
        states[~np.isfinite(outlook.values)] = np.nan
        states[~np.isfinite(goals[:, 0])] = np.nan
        leaves = [k for k, code in enumerate(outlook.regions) if code not in self.parents or outlook.basis[k] == OWN]
        place = {k: n for n, k in enumerate(leaves)}
        prior = "protected" if first["requirement"] == "protected" else "holding"
        short = np.abs(outlook.values - goals)
        comparable = _Comparable(states[leaves], short[leaves], prior)
        milestone = judge.milestone_of(due, hold, self.as_of)
        column = {int(year): n for n, year in enumerate(outlook.years)}
        lately = np.arange(len(outlook.regions)), outlook.latest - outlook.years[0]
        now, short_now = states[lately].tolist(), short[lately]
        acted_on = self.acted_on(indicator.code, base)
        finished = self.finished(outlook, goals, milestone, comparison, indicator, base) if acted_on else None
        said: dict[tuple, float] = {}  # what regions of one record and state are told alike
        for i in index:
            region = table[i]["region_code"]
            k = at[region]
            latest_year, is_met = int(outlook.latest[k]), bool(now[k])
            members = [at[code] for code in self.measured.parts_of(region) if at.get(code) in place]
            members = [k] if k in place else members
            if k not in place and is_met:  # areas add up: the city may hold what one of its counties lost
                members = [m for m in members if now[m] == 1]
            spots = [place[m] for m in members]
            warnings = [code for code in table[i]["warning"].split(";") if code and code != "definition_break"]
            stale = "stale" in warnings
            to_reach, to_hold = max(milestone - latest_year, 0), max(hold - latest_year, 0)
            member_states = [now[m] for m in members]
            rec = comparable.to(short_now[members])
            values = {"method": "record", "met_at_due": ""}
            if due <= self.as_of:
                known = due in column and due <= latest_year and np.isfinite(states[k, column[due]])
                values["met_at_due"] = ("yes" if states[k, column[due]] else "no") if known else "unknown"
            p_reach = p_hold = np.nan
            if spots:
                p_reach = _told_once(said, record.reach_chance_together, rec, spots, member_states, to_reach)
                if is_met:
                    p_hold = _told_once(said, record.hold_chance_together, rec, spots, to_hold)
                else:
                    asked = (member_states, to_reach, hold - milestone)
                    p_hold = _told_once(said, record.reach_chance_together, rec, spots, *asked)
            if is_met and due <= self.as_of and not stale:
                p_reach = 1.0
            if not is_met and spots and region in acted_on and finished[members].any():
                thin, given = np.isnan(p_reach), (rec, spots, member_states, to_reach, finished[members])
                p_reach = record.reach_chance_with(*given)
                p_hold = record.reach_chance_with(*given, hold - milestone)
                warnings += ["projects_alone" if thin else "with_projects"] if p_reach > 0 else []
                p_reach, p_hold = (np.nan, np.nan) if thin and p_reach == 0 else (p_reach, p_hold)
            if not is_met and np.isnan(p_reach):
                warnings.append("thin_record")
            warnings += _about_the_date(values["met_at_due"], is_met and not stale)
            since = judge.standing_since(states[k, : column[latest_year]] == 1)
            values |= {
                "p_reach": p_reach,
                "p_hold": p_hold,
                "attain_year": float(outlook.years[since]) if is_met else np.nan,
                "verdict": judge.verdict(is_met and not stale, p_reach, p_hold, self.settings),
                "warning": ";".join(warnings),
            }
            table[i] |= values

    def contributions(self, table: pd.DataFrame) -> pd.DataFrame:
        """How many of the city's missing things lie in each county, reckoned against the city's own target."""
        cities = table[table["region_code"].isin(self.parents) & (table["gap_count"] > 0)]
        if cities.empty:
            return table
        told = table[(table["basis"] != "") & table["indicator"].isin(cities["indicator"])]
        told = told.drop_duplicates(["indicator", "region_code"])
        parts = {code: self.latest_parts(rows) for code, rows in told.groupby("indicator")}
        given: dict[int, float] = {}
        for row in cities.to_dict("records"):
            there = parts[row["indicator"]]
            counties = [there[code] for code in self.measured.parts_of(row["region_code"]) if code in there]
            short = [self.shortfall(made_of, row) for _, made_of in counties]
            amounts = judge.contributions(short, row["gap_count"], row["gap_count_unit"] in COUNTED)
            given |= zip((i for i, _ in counties), amounts, strict=True)
        table.loc[list(given), "contribution"] = list(given.values())
        return table

    def latest_parts(self, rows: pd.DataFrame) -> dict[str, tuple]:
        """Place in the table and `Parts` of the latest value of each region, of the rows of one indicator."""
        found = {}
        for basis, same in rows.groupby("basis"):
            years = same["latest_year"].to_numpy(int)
            made_of = self.measured.parts_of_many(list(same["region_code"]), same["indicator"].iloc[0], years, basis)
            pairs = zip(same.index, same["region_code"], strict=True)
            found |= {code: (int(i), made_of.at(n)) for n, (i, code) in enumerate(pairs)}
        return found

    def shortfall(self, parts, city: dict) -> float:
        """What a county lacks of the city's target, in the city's things."""
        if not np.isfinite(parts.factor) or not np.isfinite(parts.denominator):
            return 0.0
        numbers = (parts.numerator, parts.denominator, city["target"], city["comparison"], parts.factor, parts.unit)
        missing = judge.missing_things(*numbers)
        return float(missing / (10_000 if parts.unit == "m²" else 1)) if missing.is_finite() else 0.0


# ---------------------------------------------------------------------- small parts

COMPARABLE = 2.0  # a record of finishing counts from years that lacked at most this many times what is lacking now


def _told_once(said: dict[tuple, float], chance, rec: record.Record, spots: list[int], *asked) -> float:
    """A chance of the record; members with the same record of their own, in the same state, have the same one."""
    own = np.stack([rec.clean, rec.relapses, rec.finished, rec.unfinished])[:, spots]
    key = (chance.__name__, rec.finished.tobytes(), rec.unfinished.tobytes(), own.tobytes(), repr(asked))
    if key not in said:
        said[key] = float(chance(rec, spots, *asked))
    return said[key]


class _Comparable:
    """The record with finishing counted from comparable years alone.

    Who is 5 t short of 9 470 t stands elsewhere than who was 700 t short: years that lacked much more say nothing about
    finishing what is left. Keeping and losing are counted from every year.

    Parameters
    ----------
    states, short : array (regions, years)
        1 met, 0 unmet, NaN not measured; what was lacking.
    """

    def __init__(self, states: np.ndarray, short: np.ndarray, prior: str):
        self.whole = record.count(states, prior)
        self.once = np.flatnonzero((states == 0).any(axis=1))  # regions that were ever unmet
        self.states, self.short = states[self.once], short[self.once]
        self.lacked = np.sort(self.short[self.states == 0])
        self.kept: dict[int, record.Record] = {}

    def to(self, short_now: np.ndarray) -> record.Record:
        """The record for those who lack this now (members,)."""
        lacking = short_now[short_now > 0]
        if not len(lacking):
            return self.whole
        bound = COMPARABLE * np.median(lacking)
        counted = int(np.searchsorted(self.lacked, bound, side="right"))  # equally many years are the same years
        if counted not in self.kept:
            near = np.where((self.states == 0) & (self.short > bound), np.nan, self.states)
            again = record.count(near)
            finished, unfinished = self.whole.finished.copy(), self.whole.unfinished.copy()
            finished[self.once], unfinished[self.once] = again.finished, again.unfinished
            self.kept[counted] = replace(self.whole, finished=finished, unfinished=unfinished)
        return self.kept[counted]


def _alike(table: dict[int, dict], index: list[int]) -> list[list[int]]:
    """Rows with the same comparison and dates, together."""
    groups: dict[tuple, list[int]] = {}
    for i in index:
        groups.setdefault(tuple(table[i][name] for name in ("comparison", "due", "hold_until")), []).append(i)
    return list(groups.values())


def _known(outlook, place: int) -> dict[int, float]:
    """Measured values of a region of an outlook by year."""
    values = outlook.values[place]
    return {int(outlook.years[n]): float(values[n]) for n in np.flatnonzero(~np.isnan(values))}


def _joined(*codes: str) -> str:
    return ";".join(code for code in codes if code)


def _about_the_date(met_at_due: str, proven: bool) -> list[str]:
    """The warning about the due date: missed, or not known where nothing newer proves the target met."""
    if met_at_due == "no":
        return ["missed_due"]
    return ["due_unknown"] if met_at_due == "unknown" and not proven else []


def _weakest(statuses) -> str:
    return STATUSES[max((STATUSES.index(status) for status in statuses if status), default=0)]


def _no_better(code: str, bound: str) -> str:
    return max(code, bound, key=judge.SEVERITY.index)
