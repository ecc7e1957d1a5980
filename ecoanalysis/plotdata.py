"""What a picture shows, as tidy frames: charts, slides and workbooks draw the same numbers, and so may anybody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import forecast, futures, headline, judge
from ecoanalysis.catalog import Indicator
from ecoanalysis.words import Words

BANDS = ("median", "lo80", "hi80", "lo95", "hi95")
BEST_FIRST = (
    "reached reached_at_risk documented likely possible hard out_of_reach undocumented no_target insufficient_data "
    "not_applicable"
).split()
FAN_COLUMNS = ("observed", "status", *BANDS, "target")
RANK_COLUMNS = "region_code rank chance mean_rank status".split()
DISTANCE_COLUMNS = (
    "region_code indicator comparison latest_value target distance spread in_spreads verdict status".split()
)
PART_COLUMNS = "region_code part share before own_gap unit status".split()
CHANGE_COLUMNS = "whose region_code year change status".split()
METHOD_COLUMNS = "method year median lo80 hi80 chance".split()


def measured(statement) -> list[tuple[int, float, str]]:
    """Year, value in the indicator's unit and status of everything that was measured of a statement, in order."""
    a, key = statement.analysis, ("measured", statement.indicator)
    if key not in a.cache:
        rows = a.deciding(statement.indicator).drop_duplicates(["region_code", "year"]).sort_values("year")
        columns = (rows[name] for name in ("region_code", "year", "value", "status"))
        by_region = a.cache[key] = {}
        for region, year, value, status in zip(*columns, strict=True):
            by_region.setdefault(region, []).append((int(year), float(value), str(status)))
    return a.cache[key].get(statement.region_code, [])


def fan(statement) -> pd.DataFrame:
    """What was measured, what may come, and the target: one statement, year by year.

    Parameters
    ----------
    statement : Statement

    Returns
    -------
    DataFrame
        Index `year` (int, without gaps, to the last forecast year or the last date of the target), columns in the
        indicator's unit:

        observed, status
            Measured value and what it rests on (observed, estimated, demo); NaN and "" where nothing was measured.
        median, lo80, hi80, lo95, hi95
            The forecast; it opens at the last measured value, where all five are that value. NaN before it, and
            everywhere for what is judged by a record (duties, protected values).
        target
            The same in every year; NaN without a number.

        `attrs` holds due, milestone and hold_until (int years). Empty, with these columns, when nothing was measured.
    """
    s = statement
    key = ("fan", s.region_code, s.indicator, s.due, s.milestone, s.hold_until, s.target)
    if key not in s.analysis.cache:
        s.analysis.cache[key] = _fan(s)
    return s.analysis.cache[key].copy()


def _fan(s) -> pd.DataFrame:
    """`fan` of a statement, which several documents draw."""
    known, ahead = measured(s), s.forecast
    dates = {"due": int(s.due), "milestone": int(s.milestone), "hold_until": int(s.hold_until)}
    if not known:
        table = pd.DataFrame(columns=list(FAN_COLUMNS), index=pd.Index([], name="year", dtype=int))
        table.attrs.update(dates)
        return table
    first, last = known[0][0], known[-1][0]
    until = int(ahead["year"].max()) if len(ahead) else max(last, *dates.values())
    columns = {name: np.full(until + 1 - first, np.nan) for name in FAN_COLUMNS}
    status = np.full(until + 1 - first, "", object)
    for year, value, state in known:
        if year <= until:
            columns["observed"][year - first], status[year - first] = value, state
    if len(ahead):
        rows = ahead["year"].to_numpy(int) - first
        for name in BANDS:
            columns[name][rows] = ahead[name].to_numpy(float)
            columns[name][last - first] = columns["observed"][last - first]
    columns["target"][:] = float(s.target)
    columns["status"] = pd.array(status, "str")
    index = pd.Index(range(first, until + 1), name="year", dtype=int)
    table = pd.DataFrame(columns, index=index)
    table.attrs.update(dates)
    return table


def fan_series(statement, table: pd.DataFrame, w: Words) -> dict[str, tuple[str, pd.Series]]:
    """Name and values of every series of an office chart by what it is; the band is its lower bound and its width, stacked.

    Parameters
    ----------
    statement : Statement
    table : DataFrame
        As `fan` gives it.
    w : Words

    Returns
    -------
    dict
        lower, band80, history, median, target, due, hold, in the order they are drawn; without a forecast neither band
        nor median, without a target no dates.
    """
    s, made = statement, {}
    if table["median"].notna().any():
        lower = table["lo80"].fillna(table["observed"].interpolate())
        width = (table["hi80"] - table["lo80"]).fillna(0.0)
        made |= {"lower": (w("chart.lower"), lower), "band80": (w("chart.band80"), width)}
    made["history"] = (w("chart.history"), table["observed"])
    if table["median"].notna().any():
        made["median"] = (w("chart.median"), table["median"])
    if table["target"].notna().any():
        made["target"] = (w("chart.target"), table["target"])
        for key, year in {"due": s.due, "hold": s.hold_until}.items():
            if year in table.index and (key == "due" or year != s.due):
                made[key] = (f"{w(f'chart.{key}')} {year}", table["target"].where(table.index == year))
    return made


def fan_limits(table: pd.DataFrame, indicator: Indicator, ticks: int) -> tuple[float, float, float]:
    """Round axis ends and a step that hold band, history and target, with about that many ticks.

    An office chart would pull the axis of a stacked band to zero. Ends stay within the indicator's bounds.
    """
    from matplotlib.ticker import MaxNLocator  # a tenth of a second to import, for charts alone

    drawn = table[["observed", "median", "lo80", "hi80", "target"]].to_numpy(float)
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    least = max(0.02 * abs(high), 10.0 ** -(indicator.decimals or 0) * 4)  # a standing series is no mountain range
    margin = max(0.05 * (high - low), (least - (high - low)) / 2)
    bounds = [-np.inf if indicator.low is None else indicator.low, np.inf if indicator.high is None else indicator.high]
    bottom, top = np.clip([low - margin, high + margin], *bounds)
    marks = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(bottom, top)
    bottom, top = np.clip(marks[[0, -1]], *bounds)
    return round(float(bottom), 6), round(float(top), 6), round(float(marks[1] - marks[0]), 6)


def matrix(analysis) -> pd.DataFrame:
    """Every item of the plan in every region, one row each.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    DataFrame
        item (number of the plan, or code beside it), region_code, verdict (the worst part's; not_applicable where
        nothing is asked), pressing (its last class is worded as a task), met_at_due (yes, no, unknown, not_due; ""
        where nothing is asked); items and regions in their own order.
    """
    wide = analysis.matrix()
    table = wide.rename_axis(index="item", columns="region_code").stack().rename("verdict").reset_index()
    answers = headline.items(analysis.assessment, analysis.item_of)
    table = table.merge(answers[["item", "region_code", "met_at_due"]], how="left")
    table["met_at_due"] = table["met_at_due"].fillna("")
    table["pressing"] = [analysis.pressing_item(item) for item in table["item"]]
    return table["item region_code verdict pressing met_at_due".split()]


def counts(analysis, region: str) -> pd.DataFrame:
    """How many items of a region stand at each verdict.

    Returns
    -------
    DataFrame
        Index verdict, best first, without empty ones; columns binding, advisory.
    """
    items = analysis.items(region)
    table = pd.crosstab(items["verdict"], items["binding"]).reindex(columns=[True, False], fill_value=0)
    table.columns = ["binding", "advisory"]
    return table.reindex([code for code in BEST_FIRST if code in table.index])


def waterfall(steps: pd.Series, start: float, better: int = 0) -> pd.DataFrame:
    """How a total changed from start to end, step by step.

    Parameters
    ----------
    steps : Series
        Signed changes by name.
    start : float
        Total before the steps.
    better : int
        1 where a rise is an improvement, -1 where a fall is, 0 where neither.

    Returns
    -------
    DataFrame
        name ("" for start and end), kind (start, step, end), value (signed), bottom and height of the bar, and effect
        (better, worse, or "" where nothing is judged).
    """
    steps = steps.astype(float)
    ends = start + steps.cumsum()
    end = ends.iloc[-1] if len(steps) else start
    middle = pd.DataFrame(
        {
            "name": [str(name) for name in steps.index],
            "kind": "step",
            "value": steps.to_numpy(),
            "bottom": np.minimum(ends, ends - steps).to_numpy(),
            "height": steps.abs().to_numpy(),
            "effect": ["better" if good > 0 else "worse" if good < 0 else "" for good in steps * better],
        }
    )
    outer = [
        {"name": "", "kind": kind, "value": float(v), "bottom": 0.0, "height": float(v), "effect": ""}
        for kind, v in (("start", start), ("end", end))
    ]
    return pd.concat([pd.DataFrame(outer[:1]), middle, pd.DataFrame(outer[1:])], ignore_index=True)


def reliability(table: pd.DataFrame) -> pd.DataFrame:
    """Chances given against shares come true, in percent.

    Parameters
    ----------
    table : DataFrame
        As `track_record.reliability` gives it.

    Returns
    -------
    DataFrame
        said, came [%], statements.
    """
    return pd.DataFrame(
        {
            "said": 100 * table["mean_p"].astype(float),
            "came": 100 * table["share_met"].astype(float),
            "statements": table["statements"].astype(int),
        }
    )


# ---------------------------------------------------------------------- side by side


def fans(statements) -> pd.DataFrame:
    """The fans of several statements, one below the other.

    Parameters
    ----------
    statements : list of Statement

    Returns
    -------
    DataFrame
        region_code, indicator, year, then the columns of `fan`, and due, milestone, hold_until in every row. A statement
        that nothing was measured for has no rows.
    """
    tables = []
    for s in statements:
        one = fan(s)
        dates = dict(one.attrs)
        tables.append(one.reset_index().assign(region_code=s.region_code, indicator=s.indicator, **dates))
    columns = ["region_code", "indicator", "year", *FAN_COLUMNS, "due", "milestone", "hold_until"]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns)


def ranks(analysis, indicator: str, year: int) -> pd.DataFrame:
    """How likely each county stands at each rank in a year.

    Parameters
    ----------
    analysis : Analysis
        With its data: ranks are counted in the joint sample paths.
    indicator : str
        Code of an indicator of which more, or less, is better.
    year : int

    Returns
    -------
    DataFrame
        region_code, rank (1 is best), chance, mean_rank, status; every county with a value by every rank, best mean rank
        first. Counties of one value share the ranks they take up evenly, so chances sum to one for every county and for every
        rank. Empty with fewer than two counties, and where neither more nor less is better.
    """
    direction, counties = analysis.indicators[indicator].direction, set(analysis.counties)
    outlook = _first_statement(analysis, indicator).outlook
    values = direction * outlook.at(year).astype(float)
    there = [k for k, code in enumerate(outlook.regions) if code in counties and np.isfinite(values[k]).all()]
    if len(there) < 2 or not direction:
        return pd.DataFrame(columns=RANK_COLUMNS)
    codes, values = [outlook.regions[k] for k in there], -values[there]
    from scipy import stats  # half a second to import, rarely needed

    first, last = (stats.rankdata(values, method, axis=0).astype(int) for method in ("min", "max"))
    share = 1 / (last - first + 1)
    steps = np.zeros(
        (len(codes), len(codes) + 1)
    )  # a share comes in at the first of the ranks, and goes after the last
    own = np.broadcast_to(np.arange(len(codes))[:, None], first.shape)
    np.add.at(steps, (own, first - 1), share)
    np.add.at(steps, (own, last), -share)
    chances = steps.cumsum(axis=1)[:, :-1] / values.shape[1]
    chances = np.where(np.abs(chances) < 1e-9, 0.0, chances)
    mean = chances @ np.arange(1, len(codes) + 1)
    status = _statuses(analysis, indicator)
    table = pd.DataFrame(
        {
            "region_code": np.repeat(codes, len(codes)),
            "rank": np.tile(np.arange(1, len(codes) + 1), len(codes)),
            "chance": chances.ravel(),
            "mean_rank": np.repeat(mean, len(codes)),
        }
    )
    table["status"] = [status.get(code, "") for code in table["region_code"]]
    return table.sort_values(["mean_rank", "rank"], kind="stable", ignore_index=True)[RANK_COLUMNS]


def _first_statement(analysis, indicator: str):
    """Any one: the futures of an indicator are those of all its regions together."""
    return analysis[
        analysis.assessment.loc[analysis.assessment["indicator"] == indicator, "region_code"].iloc[0], indicator
    ]


def _statuses(analysis, indicator: str) -> dict[str, str]:
    """What the latest figures of an indicator rest on, by region."""
    rows = analysis.assessment[analysis.assessment["indicator"] == indicator]
    return dict(zip(rows["region_code"], rows["status"], strict=True))


def distances(statements) -> pd.DataFrame:
    """How far statements are from their targets: in their own unit, and in usual yearly movements.

    Parameters
    ----------
    statements : list of Statement

    Returns
    -------
    DataFrame
        One row a statement with a value and a number to reach, best first: distance [unit; below zero what is missing, above
        zero what is to spare, zero on the target], spread (mean absolute yearly change of its own series [unit a year]) and
        in_spreads (their ratio: years of usual movement); NaN where a series off its target never moved or has
        one value.
    """
    rows = []
    for s in statements:
        if not (np.isfinite(s.target) and np.isfinite(s.latest_value)) or s.comparison == "done":
            continue
        short = s.latest_value - s.target
        toward = judge.TOWARD.get(s.comparison, 0)
        distance = toward * short if toward else -abs(short)
        spread = judge.spread(s.history)
        in_spreads = distance / spread if np.isfinite(spread) and spread > 0 else 0.0 if distance == 0 else np.nan
        own = [getattr(s, name) for name in DISTANCE_COLUMNS[:5]]
        rows.append([*own, distance, spread, in_spreads, s.verdict, s.status])
    table = pd.DataFrame(rows, columns=DISTANCE_COLUMNS)
    by = ["in_spreads", "distance"] if table["indicator"].nunique() > 1 else ["distance"]
    return table.sort_values(by, ascending=False, kind="stable", ignore_index=True)


def contributions(analysis, indicator: str, city: str) -> pd.DataFrame:
    """How a city's missing things fall on its counties.

    Parameters
    ----------
    analysis : Analysis
    indicator, city : str
        Codes.

    Returns
    -------
    DataFrame
        One row a county that is short, the largest first: part (of the city's gap, in `unit`), share of it, before (what
        stands before it in a row of parts that ends at the city's gap), own_gap (what the county itself lacks), status. `attrs`
        holds `whole`, the city's gap: the parts add up to it. Empty where the city lacks nothing that can be counted.
    """
    rows = analysis.assessment
    rows = rows[rows["indicator"] == indicator]
    here = rows[(rows["region_code"] == city) & (rows["gap_count"] > 0)]
    counties = rows[rows["region_code"].isin(analysis.members(city)) & (rows["contribution"] > 0)]
    table = pd.DataFrame(columns=PART_COLUMNS)
    if len(here) and len(counties):
        whole = float(here["gap_count"].iloc[0])
        counties = counties.sort_values("contribution", ascending=False, kind="stable")
        part = counties["contribution"].to_numpy(float)
        table = pd.DataFrame(
            {
                "region_code": counties["region_code"].to_numpy(),
                "part": part,
                "share": part / whole,
                "before": np.r_[0.0, part.cumsum()[:-1]],
                "own_gap": counties["gap_count"].to_numpy(float),
                "unit": counties["gap_count_unit"].to_numpy(),
                "status": counties["status"].to_numpy(),
            }
        )
        table.attrs["whole"] = whole
    return table


def changes(statement) -> pd.DataFrame:
    """Every change from one year to the next, of a statement's own series and of its sisters.

    Parameters
    ----------
    statement : Statement

    Returns
    -------
    DataFrame
        whose (own, counties, references), region_code, year in which the change ended, change [unit a year], status. Across a
        gap there is no change. References take part where the analysis has its data.
        `attrs` holds needed (the pace to the target, NaN without one), and seen, as_fast, percentile: how many changes of
        counties and references there are, how many were at least as fast in that direction, and the share [%] of them
        that was slower (as in `plan.tasks.ever_as_fast`); own_seen and own_as_fast speak of the series alone.
    """
    s, tables = statement, []
    wide = s.analysis.compare(s.indicator)
    wide = wide.reindex(range(wide.index.min(), wide.index.max() + 1)) if len(wide) else wide
    groups = {"own": [s.region_code], "counties": [c for c in s.analysis.counties if c != s.region_code]}
    for whose, codes in groups.items():
        tables.append((whose, wide[[code for code in codes if code in wide]]))
    references = s.analysis.assessor.references if s.analysis.assessor is not None else None
    if references is not None:
        tables.append(("references", references.value(s.indicator, "reported")))
    rows = [pd.DataFrame(columns=CHANGE_COLUMNS)]
    for whose, values in tables:
        moved = (
            values.diff()
            .rename_axis(index="year", columns="region_code")
            .stack()
            .dropna()
            .rename("change")
            .reset_index()
        )
        rows.append(moved.assign(whose=whose))
    table = pd.concat([part for part in rows if len(part)] or rows[:1], ignore_index=True)
    known = s.analysis.deciding(s.indicator).drop_duplicates(["region_code", "year"])
    status = known.set_index(["region_code", "year"])["status"].astype(str).to_dict()
    keys = table[["region_code", "year"]].itertuples(index=False)
    table["status"] = [status.get(tuple(key), "") for key in keys]
    table = table[CHANGE_COLUMNS]
    needed = float(s.pace_required)
    fast = np.sign(needed) * table["change"].to_numpy(float) >= abs(needed) - 1e-9
    own = (table["whose"] == "own").to_numpy()
    peers = ~own | (s.region_code in s.analysis.counties)
    table.attrs |= {"needed": needed, "seen": int(peers.sum()), "own_seen": int(own.sum())}
    table.attrs |= {"as_fast": int((fast & peers).sum()), "own_as_fast": int((fast & own).sum())}
    slower = 100 * (1 - table.attrs["as_fast"] / table.attrs["seen"]) if table.attrs["seen"] else np.nan
    table.attrs["percentile"] = slower if np.isfinite(needed) else np.nan
    return table


def methods(statement) -> pd.DataFrame:
    """What each forecasting method expects of one series, and the chance it gives to its target.

    Parameters
    ----------
    statement : Statement
        Of an analysis with its data.

    Returns
    -------
    DataFrame
        method (our own first), year after the latest value, median, lo80, hi80 [unit], chance of meeting the target at its
        milestone (NaN without a target). Methods that the series is too short for are left out; empty for what is judged
        by a record, and where nothing was measured. A city is put together from its counties by every method.
    """
    s, a = statement, statement.analysis.assessor
    if a is None or s.forecast.empty or not np.isfinite(s.latest_value):
        return pd.DataFrame(columns=METHOD_COLUMNS)
    has_target = bool(np.isfinite(s.target) or s.comparison in judge.RELATIVE)
    tables = []
    for method in [a.method, *(name for name in forecast.METHODS if name != a.method)]:
        outlook = s.outlook if method == a.method else futures.outlook(
            a.measured, [s.region_code], s.indicator, int(s.outlook.years[-1]),
            method=method, paths=a.paths, seed=a.seed, references=a.references, base_year=s.base_of_paths,
        )  # fmt: skip
        k = outlook.regions.index(s.region_code)
        ends, before = outlook.at(s.milestone)[k], outlook.at(s.milestone - 1)[k]
        if not np.isfinite(ends).all():
            continue
        met = judge.met(ends, before, s.target, s.comparison, s.record, a.settings.rounding)
        years = [year for year in outlook.ahead if year > outlook.latest[k]]
        bands = {name: [float(np.quantile(outlook.at(y)[k], level)) for y in years] for name, level in LEVELS.items()}
        chance = float(met.mean()) if has_target else np.nan
        tables.append(pd.DataFrame({"method": method, "year": years, **bands, "chance": chance}))
    return pd.concat(tables, ignore_index=True)[METHOD_COLUMNS] if tables else pd.DataFrame(columns=METHOD_COLUMNS)


LEVELS = {name: futures.BANDS[name] for name in ("median", "lo80", "hi80")}
