"""What a picture shows, as tidy frames: charts, slides and workbooks draw the same numbers, and so may anybody else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from ecoanalysis import headline
from ecoanalysis.catalog import Indicator
from ecoanalysis.words import Words

BANDS = ("median", "lo80", "hi80", "lo95", "hi95")
BEST_FIRST = (
    "reached reached_at_risk documented likely possible hard out_of_reach undocumented no_target insufficient_data "
    "not_applicable"
).split()
FAN_COLUMNS = ("observed", "status", *BANDS, "target")


def measured(statement) -> list[tuple[int, float, str]]:
    """Year, value in the indicator's unit and status of everything that was measured of a statement, in order."""
    a, key = statement.analysis, ("measured", statement.indicator)
    if key not in a.cache:
        rows = a.deciding(statement.indicator).drop_duplicates(["region_code", "year"]).sort_values("year")
        columns = (rows[name] for name in ("region_code", "year", "value", "status"))
        found = a.cache[key] = {}
        for region, year, value, status in zip(*columns, strict=True):
            found.setdefault(region, []).append((int(year), float(value), str(status)))
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
    rows = s.analysis.deciding(s.indicator)
    measured = rows[rows["region_code"] == s.region_code].drop_duplicates("year").set_index("year").sort_index()
    ahead = s.forecast.set_index("year")
    dates = {"due": int(s.due), "milestone": int(s.milestone), "hold_until": int(s.hold_until)}
    if measured.empty:
        table = pd.DataFrame(columns=list(FAN_COLUMNS), index=pd.Index([], name="year", dtype=int))
        table.attrs.update(dates)
        return table
    last = int(measured.index[-1])
    until = int(ahead.index.max()) if len(ahead) else max(last, *dates.values())
    years = pd.RangeIndex(int(measured.index[0]), until + 1, name="year")
    table = pd.DataFrame(index=pd.Index(years, name="year", dtype=int))
    table["observed"] = measured["value"].astype(float)
    table["status"] = measured["status"].astype(str)
    table["status"] = table["status"].fillna("")
    for name in BANDS:
        table[name] = ahead[name].astype(float) if len(ahead) else np.nan
    if len(ahead):
        table.loc[last, list(BANDS)] = table.at[last, "observed"]
    table["target"] = float(s.target)
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
    table = table.merge(answers[["item", "region_code", "met_at_due"]], on=["item", "region_code"], how="left")
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
    ends = start + steps.cumsum()
    end = float(ends.iloc[-1]) if len(steps) else float(start)
    signs = np.sign(steps.to_numpy(float)) * better
    middle = pd.DataFrame(
        {
            "name": [str(name) for name in steps.index],
            "kind": "step",
            "value": steps.to_numpy(float),
            "bottom": np.minimum(ends, ends - steps).to_numpy(float),
            "height": steps.abs().to_numpy(float),
            "effect": ["better" if sign > 0 else "worse" if sign < 0 else "" for sign in signs],
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
