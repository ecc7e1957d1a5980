"""Target against result and future: is it reached, will it be, will it hold, and what is missing.

`reachability` is the whole road in one call; a notebook, a batch and a document say the same numbers because they
all ask it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import catalog, compute, forecast, intake
from ecoanalysis import futures as futures_
from ecoanalysis.futures import Future
from ecoanalysis.intake import EVIDENCE_KINDS, STATUSES

ASSESSMENT_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "comparison",
    "target",
    "unit",
    "due",
    "hold_until",
    "as_of",
    "basis",
    "latest_year",
    "latest_value",
    "met_at_due",
    "p_reach",
    "p_hold",
    "median_at_due",
    "lo80_at_due",
    "hi80_at_due",
    "attain_year",
    "gap",
    "gap_count",
    "gap_count_unit",
    "pace_observed",
    "pace_required",
    "pace_scale",
    "verdict",
    "warning",
    "status",
    "method",
    "n_obs",
    "inputs",
    "id",
    "pace_for_80",
]
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


@dataclass(frozen=True)
class Settings:
    """Bounds that sort chances into verdicts, and what counts as little or old data."""

    likely: float = 0.9
    possible: float = 0.5
    hard: float = 0.1
    hold: float = 0.8
    few_values: int = 4
    stale_years: int = 2
    recent_changes: int = 5
    methods_differ: float = 0.3
    compared_methods: tuple[str, ...] = ("closed_form", "straight_line", "gm11")
    years_beyond: int = 5


@dataclass(frozen=True)
class Reachability:
    """Everything a reachability analysis knows at an as-of year; documents are made of it and of nothing else."""

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
    discrepancies: pd.DataFrame
    editions: pd.DataFrame
    futures: dict[tuple[str, str], Future]
    problems: list
    hashes: dict[str, str]


class BadData(ValueError):
    """The data folder has problems; `problems` lists them all."""

    def __init__(self, problems: list):
        self.problems = problems
        super().__init__("\n".join(problem.text("zh") for problem in problems))


def reachability(
    data: Path | str = "data/raw",
    as_of: int | None = None,
    *,
    scenario: str = "trend",
    skip_bad_rows: bool = False,
    settings: Settings = Settings(),
    method: str = futures_.METHOD,
    paths: int = futures_.PATHS,
    seed: int = 0,
    prepared: Path | str = "",
) -> Reachability:
    """The reachability analysis of every region and indicator.

    Parameters
    ----------
    data : path
        Folder that holds `regions.csv`.
    as_of : int, optional
        Nothing later than this year is used; by default the latest year in which at least half of the numeric targets
        have a value.
    scenario : str
        Label of the futures; `trend` continues what was.
    skip_bad_rows : bool
        Go on without bad rows and keep them in `problems`.
    settings : Settings
        Bounds between verdicts.
    method, paths, seed
        As in `forecast.sample_paths`.
    prepared : path, optional
        A folder that `save` has written: a batch analyses once for all its notebooks, and the rest is not looked at.

    Raises
    ------
    BadData
        The folder has problems and `skip_bad_rows` is not set, or it has no region at all.
    """
    if prepared:
        return load(prepared)
    raw = intake.read(data)
    if raw.problems and not (skip_bad_rows and len(raw.regions)):
        raise BadData(raw.problems)
    as_of = as_of or default_as_of(raw)
    observations = raw.observations[raw.observations["year"] <= as_of].reset_index(drop=True)
    coefficients = catalog.coefficients(raw.folder)
    results = compute.results(observations, raw.regions, raw.folder)
    targets = targets_of_regions(raw.targets, raw.regions)
    until = max([as_of, *targets["hold_until"], *targets["due"]]) + settings.years_beyond
    formula_settings = compute.formula_settings(coefficients, as_of)
    panel = futures_.Panel(results, raw.regions, until, formula_settings)
    found = panel.futures(method, paths, seed)
    compared = {
        name: panel.futures(name, max(100, paths // 5), seed) for name in settings.compared_methods if name != method
    }
    judge = _Judge(as_of, settings, raw, results, found, compared, _base_years(coefficients))
    assessment = pd.DataFrame([judge.row(target) for target in targets.to_dict("records")], columns=ASSESSMENT_COLUMNS)
    hold = targets.groupby(["region_code", "indicator"])["hold_until"].max().to_dict()
    return Reachability(
        data=raw.folder,
        as_of=as_of,
        scenario=scenario,
        settings=settings,
        regions=raw.regions,
        targets=targets,
        evidence=raw.evidence,
        observations=observations,
        results=results,
        forecasts=futures_.table(found, hold, scenario),
        assessment=assessment,
        discrepancies=compute.discrepancies(results),
        editions=editions(assessment, raw.regions, catalog.thresholds(raw.folder)),
        futures=found,
        problems=raw.problems,
        hashes=raw.hashes,
    )


TABLES = "regions targets evidence observations results forecasts assessment discrepancies editions".split()


def save(reach: Reachability, folder: Path | str) -> None:
    """An analysis as plain tables, one .npz of numbers and a JSON of what was asked, for `load`."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    columns = {}
    for name in TABLES:
        table = getattr(reach, name)
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
        columns[name] = {
            column: "text or missing" if str(kind) == "str" and table[column].isna().any() else str(kind)
            for column, kind in table.dtypes.items()
        }
    futures, arrays = [], {}
    for place, future in enumerate(reach.futures.values()):
        futures.append([future.region, future.indicator, future.basis, future.method])
        arrays |= {f"p{place}": future.paths, f"h{place}": future.history.to_numpy(), f"y{place}": future.history.index}
    np.savez(folder / "futures.npz", **arrays)
    told = {
        "data": reach.data.name,
        "as_of": reach.as_of,
        "scenario": reach.scenario,
        "settings": vars(reach.settings),
        "columns": columns,
        "futures": futures,
        "problems": [[one.file, one.row, one.phrase, one.values] for one in reach.problems],
        "hashes": reach.hashes,
    }
    (folder / "analysis.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str), encoding="utf-8")


def load(folder: Path | str) -> Reachability:
    """What `save` has written; read once a process."""
    folder = Path(folder).resolve()
    return _loaded(folder, (folder / "analysis.json").stat().st_mtime_ns)


@cache
def _loaded(folder: Path, written: int) -> Reachability:
    told = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    tables = {}
    for name, kinds in told["columns"].items():
        path, texts = folder / f"{name}.csv", {c: "str" for c, kind in kinds.items() if kind.startswith(("str", "text"))}
        table = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values={
            column: [""] for column, kind in kinds.items() if kind != "str"
        })  # fmt: skip
        tables[name] = table.astype({column: kind for column, kind in kinds.items() if column not in texts})
    arrays = np.load(folder / "futures.npz", allow_pickle=False)
    futures = {}
    for place, (region, indicator, basis, method) in enumerate(told["futures"]):
        history = pd.Series(arrays[f"h{place}"], index=arrays[f"y{place}"])
        futures[region, indicator] = Future(region, indicator, basis, history, arrays[f"p{place}"], method)
    settings = told["settings"] | {"compared_methods": tuple(told["settings"]["compared_methods"])}
    return Reachability(
        data=Path(told["data"]),
        as_of=told["as_of"],
        scenario=told["scenario"],
        settings=Settings(**settings),
        futures=futures,
        problems=[intake.Problem(*one) for one in told["problems"]],
        hashes=told["hashes"],
        **tables,
    )


def default_as_of(raw: intake.Raw) -> int:
    """The latest year in which at least half of the numeric targets have a value; the latest year, failing that."""
    targets = targets_of_regions(raw.targets, raw.regions)
    numeric = targets[(targets["comparison"] != "done") & targets["value"].notna()]
    wanted = set(zip(numeric["region_code"], numeric["indicator"], strict=True))
    statistics = compute.Statistics(raw.observations, raw.regions, catalog.coefficients(raw.folder))
    counts = sum((statistics.has_value(code)[region].astype(int) for region, code in wanted), start=0)
    enough = counts[counts >= len(wanted) / 2].index if len(wanted) else []
    if len(enough):
        return int(max(enough))
    years = raw.observations["year"]
    return int(years.max()) if len(years) else int(max(targets["due"], default=2000))


def targets_of_regions(targets: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """One row for each region: `*` stands for all; a region's own row takes the place of the common one."""
    common = targets[targets["region_code"] == "*"].drop(columns="region_code")
    own = targets[targets["region_code"] != "*"]
    spread = regions[["code"]].rename(columns={"code": "region_code"}).merge(common, how="cross")
    key = ["region_code", "indicator", "comparison"]
    replaced = spread.set_index(key).index.isin(own.set_index(key).index)
    together = pd.concat([spread[~replaced], own], ignore_index=True)
    order = {code: place for place, code in enumerate(regions["code"])}
    listed = {code: place for place, code in enumerate(catalog.indicators())}
    rank = together.assign(r=together["region_code"].map(order), i=together["indicator"].map(listed))
    return rank.sort_values(["r", "i"], kind="stable").drop(columns=["r", "i"]).reset_index(drop=True)


# ---------------------------------------------------------------------- met or not


def met(values, before, target: float, comparison: str, indicator: catalog.Indicator) -> np.ndarray:
    """Whether values are on the good side of a target.

    Parameters
    ----------
    values, before : array
        Values of a year and of the year before, in the indicator's unit; `before` matters to rising and falling
        alone. A value already at its natural limit counts as rising (or falling).
    target : float
        In the indicator's unit; the base value for not_below_base and not_above_base.

    Returns
    -------
    array of bool
        False where a value is NaN.
    """
    values, before = np.asarray(values, float), np.asarray(before, float)
    with np.errstate(invalid="ignore"):
        if comparison in ("rising", "falling"):
            sign, limit = (1, indicator.high) if comparison == "rising" else (-1, indicator.low)
            at_limit = np.zeros(values.shape, bool) if limit is None else sign * (values - limit) >= -1e-9
            return (sign * (values - before) > 1e-9) | at_limit
        slack = 1e-9 * max(1.0, abs(target))
        if comparison == "=":
            return np.abs(values - target) <= 0.5 * 10.0**-indicator.decimals
        return {
            ">=": values >= target - slack,
            "not_below_base": values >= target - slack,
            ">": values > target + slack,
            "<=": values <= target + slack,
            "not_above_base": values <= target + slack,
            "<": values < target - slack,
        }[comparison]


def verdict(is_met: bool, p_reach: float, p_hold: float, settings: Settings) -> str:
    """The word for a chance: of holding when the target is met now, of reaching it when it is not."""
    if is_met:
        return "reached" if p_hold >= settings.hold else "reached_at_risk"
    for word in ("likely", "possible", "hard"):
        if p_reach >= getattr(settings, word):
            return word
    return "out_of_reach"


def worst(verdicts) -> str:
    """The verdict of an indicator of several parts: the worst part decides."""
    return max(verdicts, key=SEVERITY.index)


# ---------------------------------------------------------------------- gaps and paces


def gap_count(numerator: float, denominator: float, target: float, comparison: str, factor: float) -> Decimal:
    """How many countable things are missing to a target that is a ratio, in exact decimals.

    Parameters
    ----------
    numerator, denominator : float
        Things counted now, and things in all.
    target : float
        In the indicator's unit.
    factor : float
        What numerator over denominator is multiplied by to be in that unit (100 for a share in %).

    Returns
    -------
    Decimal
        Whole things to add (for `>=` and `>`) or to take away (for `<=` and `<`); 0 when none.

    Examples
    --------
    In floating point 0.55 × 100 is more than 55, one village too many:

    >>> gap_count(40, 100, 55, ">=", 100), gap_count(95, 100, 95, ">", 100), gap_count(3, 40, 5, "<=", 100)
    (Decimal('15'), Decimal('1'), Decimal('1'))
    """
    needed = _decimal(target) * _decimal(denominator) / _decimal(factor)
    have = _decimal(numerator)
    if comparison in (">=", "not_below_base"):
        missing = needed.to_integral_value(ROUND_CEILING) - have
    elif comparison == ">":
        missing = needed.to_integral_value(ROUND_FLOOR) + 1 - have
    elif comparison in ("<=", "not_above_base"):
        missing = have - needed.to_integral_value(ROUND_FLOOR)
    elif comparison == "<":
        missing = have - needed.to_integral_value(ROUND_CEILING) + 1
    else:
        return Decimal("NaN")
    return max(Decimal(0), missing.to_integral_value(ROUND_CEILING))


def _decimal(number: float) -> Decimal:
    return Decimal(repr(round(float(number), 9)))


def pace_scale(indicator: catalog.Indicator, *values: float) -> str:
    """The scale on which a pace is steady: logit for shares, compound for amounts, linear otherwise."""
    low, high = indicator.low, indicator.high
    if low is not None and high is not None and all(low < value < high for value in values):
        return "logit"
    if low == 0 and high is None and all(value > 0 for value in values):
        return "compound"
    return "linear"


def on_scale(values, scale: str, indicator: catalog.Indicator) -> np.ndarray:
    """Values on a pace scale: log odds within the bounds, logarithm, or as they are."""
    values = np.asarray(values, float)
    if scale == "logit":
        return np.log((values - indicator.low) / (indicator.high - values))
    return np.log(values) if scale == "compound" else values


def observed_pace(history: pd.Series, scale: str, indicator: catalog.Indicator, changes: int) -> float:
    """Mean yearly change over the last years, on a pace scale; compound as a rate. NaN with one value."""
    known = history.dropna().iloc[-changes - 1 :]
    if len(known) < 2:
        return np.nan
    first, last = on_scale(known.iloc[[0, -1]], scale, indicator)
    return _as_pace((last - first) / (known.index[-1] - known.index[0]), scale)


def required_pace(latest: float, target: float, years: int, scale: str, indicator: catalog.Indicator) -> float:
    """Yearly change from the latest value to the target, on a pace scale; compound as a rate."""
    start, end = on_scale([latest, target], scale, indicator)
    return _as_pace((end - start) / years, scale) if years > 0 else np.nan


def pace_for_chance(paths: np.ndarray, latest: float, target: float, years: int, better: int, chance=0.8) -> float:
    """The reverse question: the mean yearly change, in the indicator's unit, that gives a chance of reaching a target.

    The median has to pass the target by as much as the less lucky futures stay behind the median.
    """
    if years <= 0 or not better:
        return np.nan
    unlucky = np.quantile(paths, 1 - chance if better > 0 else chance)
    return (target + np.median(paths) - unlucky - latest) / years


def _as_pace(change: float, scale: str) -> float:
    return float(np.expm1(change)) if scale == "compound" else float(change)


# ---------------------------------------------------------------------- one row


class _Judge:
    """Judges one target of one region at a time."""

    def __init__(self, as_of, settings, raw, results, found, compared, base_years):
        self.as_of, self.settings, self.found, self.compared = as_of, settings, found, compared
        self.base_years = base_years
        self.indicators = catalog.indicators()
        self.level = raw.regions.set_index("code")["level"].to_dict()
        self.evidence = raw.evidence[raw.evidence["year"] <= as_of]
        chosen = futures_.deciding(results)
        self.rows = dict(list(chosen.groupby(["region_code", "indicator"])))
        own = results[results["basis"] == compute.OWN].dropna(subset="value")
        self.own_latest = own.groupby(["region_code", "indicator"])["year"].max().to_dict()

    def row(self, target: dict) -> dict:
        indicator = self.indicators[target["indicator"]]
        key = (target["region_code"], indicator.code)
        row = dict.fromkeys(ASSESSMENT_COLUMNS, np.nan) | {
            "region_code": target["region_code"],
            "indicator": indicator.code,
            "part": indicator.part,
            "comparison": target["comparison"],
            "target": target["value"],
            "unit": indicator.unit,
            "due": target["due"],
            "hold_until": target["hold_until"],
            "as_of": self.as_of,
            "warning": "",
            "status": "observed",
            "met_at_due": "",
            "basis": "",
            "method": "",
            "n_obs": 0,
            "inputs": "",
            "id": ":".join([target["region_code"], indicator.code, target["comparison"], str(self.as_of)]),
        }
        if indicator.scope not in ("both", self.level[target["region_code"]]):
            return row | {"verdict": "not_applicable"}
        if target["comparison"] == "done":
            return row | self.documented(target["region_code"], indicator.code)
        future = self.found.get(key)
        if future is None:
            return row | self.without_data(key)
        warnings = self.warnings(key, future)
        row |= self.latest(key, future)
        goal, base_warning = self.goal(target, future)
        row["target"] = goal
        if base_warning:
            warnings.append(base_warning)
        relative = target["comparison"] in ("rising", "falling")
        if np.isnan(goal) and not relative:
            missing = "insufficient_data" if target["comparison"].startswith("not_") else "no_target"
            return row | {"verdict": missing, "warning": ";".join(warnings)}
        judged, more = self.judged(target, indicator, future, goal)
        if not relative:
            judged |= self.gaps(key, indicator, future, goal, target["comparison"])
        return row | judged | {"warning": ";".join(warnings + more)}

    # ------------------------------------------------------------------ parts of a row

    def documented(self, region: str, code: str) -> dict:
        """Checklist items: a plan, data and proof have to be on file."""
        rows = self.evidence[(self.evidence["indicator"] == code) & self.evidence["region_code"].isin([region, "*"])]
        lacking = [kind for kind in EVIDENCE_KINDS if kind not in set(rows["kind"])]
        return {
            "verdict": "undocumented" if lacking else "documented",
            "warning": ";".join(f"lacks_{kind}" for kind in lacking),
            "latest_year": rows["year"].max() if len(rows) else np.nan,
            "n_obs": len(rows),
        }

    def without_data(self, key: tuple[str, str]) -> dict:
        rows = self.rows.get(key)
        nothing = rows is not None and set(rows["lacking"]) == {"zero_denominator"}
        if nothing:
            status = STATUSES[max(STATUSES.index(status) for status in rows["status"] if status)]
            return {"verdict": "not_applicable", "warning": "zero_denominator", "status": status}
        return {"verdict": "insufficient_data", "warning": "lacks_inputs"}

    def latest(self, key: tuple[str, str], future: Future) -> dict:
        rows = self.rows[key].dropna(subset="value")
        weakest = max(STATUSES.index(status) for status in rows["status"])
        last = rows[rows["year"] == future.latest_year].iloc[0]
        return {
            "basis": future.basis,
            "latest_year": future.latest_year,
            "latest_value": last["value"],
            "status": STATUSES[weakest],
            "method": future.method,
            "n_obs": future.n_obs,
            "inputs": last["inputs"],
        }

    def warnings(self, key: tuple[str, str], future: Future) -> list[str]:
        found = []
        if future.n_obs < self.settings.few_values:
            found.append("few_values")
        if self.as_of - future.latest_year >= self.settings.stale_years:
            found.append("stale")
        if future.basis == compute.COUNTIES and key in self.own_latest:
            found.append("own_figure_older")
        if forecast.level_shift(future.history) is not None:
            found.append("definition_break")
        return found

    def goal(self, target: dict, future: Future) -> tuple[float, str]:
        """The number to meet: the target's, or the base value it refers to."""
        if not target["comparison"].startswith("not_") or np.isfinite(target["value"]):
            return target["value"], ""
        base_year = self.base_years.get(target["indicator"], self.base_years.get("not_below_base"))
        if base_year in future.history.index and np.isfinite(future.history[base_year]):
            return float(future.history[base_year]), ""
        return float(future.history.dropna().iloc[0]), "base_is_first_value"

    def judged(self, target: dict, indicator, future: Future, goal: float) -> tuple[dict, list[str]]:
        comparison, due, hold = target["comparison"], int(target["due"]), int(target["hold_until"])

        def met_at(year: int, of: Future = future) -> np.ndarray:
            return met(of.at(year), of.at(year - 1), goal, comparison, indicator)

        warnings = []
        latest = future.latest_year
        met_now = bool(met_at(latest)[0])
        past_due = due <= self.as_of
        milestone = hold if past_due else due
        met_at_due = ""
        if past_due:
            known = due <= latest and np.isfinite(future.history.get(due, np.nan))
            met_at_due = ("yes" if met_at(due)[0] else "no") if known else "unknown"
            if met_at_due == "no" or (met_at_due == "unknown" and not met_now):
                warnings.append("missed_due" if met_at_due == "no" else "due_unknown")
        start = max(self.as_of, latest)
        held_years = range(start + 1, hold + 1) if met_now else range(max(milestone, start + 1), hold + 1)
        held = np.ones(future.paths.shape[1], bool)
        for year in held_years:
            held &= met_at(year)
        over = hold <= self.as_of or milestone <= latest
        if met_now and past_due:
            p_reach = 1.0
        elif over and milestone <= latest:
            p_reach = float(met_at(milestone)[0])
        else:
            p_reach = float(met_at(milestone).mean())
        p_hold = float(held.mean()) if held_years else float(met_now)
        if not (met_now and past_due) and milestone > latest:
            others = {
                name: float(met_at(milestone, panel[future.region, future.indicator]).mean())
                for name, panel in self.compared.items()
                if (future.region, future.indicator) in panel
                and np.isfinite(panel[future.region, future.indicator].at(milestone)).all()
            }
            if any(abs(p - p_reach) > self.settings.methods_differ for p in others.values()):
                warnings.append("methods_differ")
        bands = np.quantile(future.at(due), (0.5, 0.1, 0.9)) if due > latest else (np.nan,) * 3
        scale = pace_scale(indicator, *[v for v in (future.history.iloc[-1], goal) if np.isfinite(v)])
        years_left = milestone - latest
        numbers = np.isfinite(goal) and not met_now and milestone > latest
        now = float(future.history.iloc[-1])
        row = {
            "met_at_due": met_at_due,
            "p_reach": p_reach,
            "p_hold": p_hold,
            "median_at_due": bands[0],
            "lo80_at_due": bands[1],
            "hi80_at_due": bands[2],
            "attain_year": self.attain_year(future, met_at, met_now),
            "pace_scale": scale,
            "pace_observed": observed_pace(
                _inside(future.history, scale, indicator), scale, indicator, self.settings.recent_changes
            ),
            "pace_required": required_pace(now, goal, years_left, scale, indicator) if numbers else np.nan,
            "pace_for_80": pace_for_chance(future.at(milestone), now, goal, years_left, indicator.direction)
            if numbers
            else np.nan,
            "verdict": verdict(met_now, p_reach, p_hold, self.settings),
        }
        return row, warnings

    def attain_year(self, future: Future, met_at, met_now: bool) -> float:
        """Since when the target is met without a break; else the first year in which it is more likely than not."""
        if met_now:
            year = future.latest_year
            while year - 1 in future.history.index and met_at(year - 1)[0]:
                year -= 1
            return year
        for year in range(future.latest_year + 1, future.latest_year + len(future.paths) + 1):
            if met_at(year).mean() >= 0.5:
                return year
        return np.nan

    def gaps(self, key: tuple[str, str], indicator, future: Future, goal: float, comparison: str) -> dict:
        """Distance to the target in the indicator's unit, and in things a department can count."""
        latest = float(future.history.iloc[-1])
        short = goal - latest if comparison in (">=", ">", "not_below_base") else latest - goal
        is_met = bool(met(latest, latest, goal, comparison, indicator))
        found = {"gap": 0.0 if is_met else abs(short) if comparison == "=" else short}
        rows = self.rows[key]
        last = rows[rows["year"] == future.latest_year].iloc[0]
        count = catalog.variables().get(indicator.count_variable)
        factor = last["value"] * last["denominator"] / last["numerator"] if last["numerator"] else 100.0
        if count is None or not np.isfinite(last["denominator"]) or not _is_level(rows, factor):
            return found
        missing = gap_count(last["numerator"], last["denominator"], goal, comparison, factor)
        if not missing.is_finite():
            return found
        if count.unit == "m²":  # a department plans parks and floor space in hectares
            return found | {"gap_count": float(missing / 10_000), "gap_count_unit": "ha"}
        return found | {"gap_count": float(missing), "gap_count_unit": count.unit}


def _is_level(rows: pd.DataFrame, factor: float) -> bool:
    """Whether the value is the same multiple of numerator over denominator in every year (not a change of it)."""
    rows = rows.dropna(subset=["value", "numerator", "denominator"])
    return bool(np.allclose(rows["value"] * rows["denominator"], factor * rows["numerator"], rtol=1e-6))


def _inside(history: pd.Series, scale: str, indicator) -> pd.Series:
    """The history without the values at a bound, where log odds or a logarithm have no number."""
    if scale == "logit":
        return history[(history > indicator.low) & (history < indicator.high)]
    return history[history > 0] if scale == "compound" else history


def _base_years(coefficients: list) -> dict[str, int]:
    return {row.name: int(row.value) for row in coefficients if row.group == "base_year"}


# ---------------------------------------------------------------------- editions


def editions(assessment: pd.DataFrame, regions: pd.DataFrame, thresholds: list) -> pd.DataFrame:
    """The plan's targets beside what national editions ask of a region of this terrain, climate and size.

    Returns
    -------
    DataFrame
        One row for a region, indicator, part and edition; `weaker` is True where the plan asks for less than the
        edition, `confidence` the mark of the national number (C and D are unverified).
    """
    indicators = catalog.indicators()
    by_code = regions.set_index("code")
    rows = []
    for target in assessment.to_dict("records"):
        indicator = indicators[target["indicator"]]
        region = by_code.loc[target["region_code"]]
        for edition in dict.fromkeys(row.edition for row in thresholds if row.edition != "plan"):
            national = threshold(thresholds, edition, indicator, region)
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


def threshold(thresholds: list, edition: str, indicator: catalog.Indicator, region: pd.Series):
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
