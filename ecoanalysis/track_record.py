"""Every earlier year replayed on the user's own data: what would have been said, and what came true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import analysis, catalog, compute, intake
from ecoanalysis import futures as futures_
from ecoanalysis.assessment import targets_of_regions
from ecoanalysis.intake import STATUSES
from ecoanalysis.judge import is_pooled, met

STATEMENT_COLUMNS = (
    "region_code,indicator,part,comparison,target,as_of,year,horizon,n_obs,p,met,value,lo80,hi80,inside80,status,"
    "reaching"
).split(",")
SCORE_COLUMNS = "statements,base_rate,mean_p,brier,brier_base_rate,skill,coverage80".split(",")
FEWEST_VALUES = 4
HORIZONS = 5
BINS = np.array([0, 0.2, 0.4, 0.6, 0.8, 1])
ENOUGH = {"statements": 60, "indicators": 3, "origins": 2}  # for a class of chance to be told; docs/decisions/0127


@dataclass(frozen=True)
class OwnClass:
    """What came of the user's own statements that gave a chance of at least `low` and below `high`.

    Counted are statements as the reports make them: of a target that was not met yet, by a forecast. `said` is their
    mean chance, `came_true` how many came true; they were made about `series` series (a region's indicator) of
    `indicators` indicators in `origins` as-of years. `demo` tells that demo data are among them.
    """

    low: float
    high: float
    statements: int
    came_true: int
    said: float
    series: int
    indicators: int
    origins: int
    demo: bool

    @property
    def is_enough(self) -> bool:
        """Whether it holds enough to be told beside a statement."""
        return all(getattr(self, name) >= least for name, least in ENOUGH.items())


@dataclass(frozen=True)
class OwnRecord:
    """Classes of chance with what came of them, and whose data they are: the city's name by language, or nothing where
    there is not one city."""

    names: dict[str, str]
    classes: tuple[OwnClass, ...]

    @classmethod
    def kept(cls, names: dict[str, str], classes: list[dict]) -> OwnRecord:
        """From plain values, as `dataclasses.asdict` gives them."""
        return cls(names, tuple(OwnClass(**one) for one in classes))

    def of(self, p: float) -> OwnClass | None:
        """The class of a chance; None where it holds too little to be told."""
        found = [one for one in self.classes if one.low <= p < one.high or p == one.high == 1]
        return found[0] if found and found[0].is_enough else None


def statements(
    data: Path | str = "data/raw",
    *,
    skip_bad_rows: bool = False,
    first: int | None = None,
    method: str = futures_.METHOD,
    progress=iter,
) -> pd.DataFrame:
    """What would have been said in every earlier year about every target, and what came of it.

    Parameters
    ----------
    data : path
        Folder that holds `regions.csv`.
    skip_bad_rows : bool
        As in `analysis.analyse`.
    first : int, optional
        First as-of year; by default the first in which some series has four values.
    method : str
        A name in `forecast.METHODS`.
    progress : callable
        Wraps the years that are replayed, for a progress bar.

    Returns
    -------
    DataFrame
        One row for a region, target, as-of year and later year with a value: the chance `p` that was given, whether
        the target was `met`, the 80 % band and whether the value fell inside it. Series of fewer than four values
        make no statement. `reaching` marks those that the reports would have told beside a target: it is asked of the
        region, it was not met then, and its chance comes from a forecast. Empty when no year can be replayed.
    """
    raw = intake.read(data)
    if raw.problems and not (skip_bad_rows and len(raw.regions)):
        raise analysis.BadData(raw.problems)
    return statements_of(raw, first=first, method=method, progress=progress)


def statements_of(
    raw: intake.Raw,
    *,
    first: int | None = None,
    until: int | None = None,
    method: str = futures_.METHOD,
    progress=iter,
) -> pd.DataFrame:
    """`statements` for a folder that has been read; `until` is the last year that tells what came."""
    tables = raw.tables
    targets = targets_of_regions(raw.targets, raw.regions, tables.indicators)
    targets = targets[targets["value"].notna() & (targets["comparison"] != "done")]
    observations = raw.observations if until is None else raw.observations[raw.observations["year"] <= until]
    whole = compute.measure(observations, raw.regions, targets=targets, tables=tables)
    years = observations["year"]
    if not len(years) or targets.empty:
        return pd.DataFrame(columns=STATEMENT_COLUMNS)
    replayed = range(first or int(years.min()) + FEWEST_VALUES - 1, int(years.max()))
    rows = []
    for as_of in progress(replayed):
        rows += _said(as_of, raw, targets, whole, method)
    return pd.DataFrame(rows, columns=STATEMENT_COLUMNS)


def scores(said: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How the statements fared.

    Parameters
    ----------
    said : DataFrame
        As `statements` gives them.
    by : str, optional
        A column of `said`, or `group_zh` or `group_en` of the catalogue.

    Returns
    -------
    DataFrame
        statements, base_rate (share of targets met), mean_p, brier (mean squared error of the chance, lower is
        better), brier_base_rate (of always saying the base rate), skill (1 less their quotient; NaN when every target
        was met, or none), coverage80 (share inside the 80 % band).
    """
    indicators, own = catalog.indicators(), catalog.OWN_INDICATOR
    said = said.assign(
        **{
            group: said["indicator"]
            .map({code: getattr(row, group) for code, row in indicators.items()})
            .fillna(own[group])
            for group in ("group_zh", "group_en")
        }
    )
    groups = [("", said)] if by is None else said.groupby(by, sort=False)
    return pd.DataFrame({name: _score(rows) for name, rows in groups}, index=SCORE_COLUMNS).T


def reliability(said: pd.DataFrame, bins: np.ndarray = BINS) -> pd.DataFrame:
    """Chances given against shares come true, in bins of the chance.

    Returns
    -------
    DataFrame
        from, to, statements, mean_p, share_met; an empty bin is left out.
    """
    place = np.clip(np.digitize(said["p"].astype(float), bins[1:-1]), 0, len(bins) - 2)
    grouped = said.assign(p=said["p"].astype(float), met=said["met"].astype(float)).groupby(place)
    table = grouped.agg(statements=("p", "size"), mean_p=("p", "mean"), share_met=("met", "mean"))
    table.insert(0, "from", bins[table.index])
    table.insert(1, "to", bins[table.index + 1])
    return table.reset_index(drop=True)


def own_classes(said: pd.DataFrame, bins: np.ndarray = BINS) -> list[OwnClass]:
    """What came of the statements about targets unmet then, by class of chance, enough of them or not.

    A class is counted without demo data where that is enough, and on all of its rows otherwise.
    """
    said = said[said["reaching"].astype(bool)]
    place = np.clip(np.digitize(said["p"].astype(float), bins[1:-1]), 0, len(bins) - 2)
    classes = []
    for number, rows in said.groupby(place):
        limits = float(bins[number]), float(bins[number + 1])
        measured = _counted(*limits, rows[rows["status"] != "demo"])
        classes.append(measured if measured.is_enough else _counted(*limits, rows))
    return classes


def read(path: Path | str) -> pd.DataFrame:
    """Statements that were written as CSV."""
    return pd.read_csv(path, dtype={"region_code": str, "part": str}, keep_default_na=False, na_values=[""])


def _counted(low: float, high: float, rows: pd.DataFrame) -> OwnClass:
    return OwnClass(
        low=low,
        high=high,
        statements=len(rows),
        came_true=int(rows["met"].sum()),
        said=float(rows["p"].astype(float).mean()) if len(rows) else np.nan,
        series=len(rows[["region_code", "indicator"]].drop_duplicates()),
        indicators=rows["indicator"].nunique(),
        origins=rows["as_of"].nunique(),
        demo=bool((rows["status"] == "demo").any()),
    )


def _said(as_of: int, raw: intake.Raw, targets: pd.DataFrame, whole: compute.Measured, method: str) -> list[dict]:
    known = raw.observations[raw.observations["year"] <= as_of]
    measured = compute.measure(known, raw.regions, targets=targets, tables=whole.tables)
    until = as_of + HORIZONS
    indicators = whole.tables.indicators
    levels = dict(zip(raw.regions["code"], raw.regions["level"], strict=True))
    rows = []
    for code, of_indicator in targets.groupby("indicator", sort=False):
        regions = list(dict.fromkeys(of_indicator["region_code"]))
        outlook = futures_.outlook(measured, regions, code, until, method=method)
        for target in of_indicator.to_dict("records"):
            if target["region_code"] not in outlook.regions:
                continue
            k = outlook.regions.index(target["region_code"])
            count = int(outlook.n_obs[k])
            if count < FEWEST_VALUES or outlook.latest[k] != as_of:
                continue
            actual = _truth(whole, measured, target["region_code"], code, outlook.basis[k])
            judge = (target["value"], target["comparison"], indicators[code])
            now = outlook.values[k, as_of - outlook.years[0]]
            asked = (target["requirement"], target["comparison"], float(target["value"]), indicators[code])
            is_asked = indicators[code].applies_to(levels[target["region_code"]])
            reaching = is_asked and not met(now, now, *judge) and not is_pooled(*asked)
            for year in range(as_of + 1, as_of + HORIZONS + 1):
                if year not in actual:
                    continue
                value, status = actual[year]
                paths = outlook.at(year)[k]
                low, high = np.quantile(paths, (0.1, 0.9))
                rows.append(
                    {
                        **{name: target[name] for name in ("region_code", "indicator", "part", "comparison")},
                        "target": target["value"],
                        "as_of": as_of,
                        "year": year,
                        "horizon": year - as_of,
                        "n_obs": count,
                        "p": float(met(paths, paths, *judge).mean()),
                        "met": bool(met(value, value, *judge)),
                        "value": value,
                        "lo80": low,
                        "hi80": high,
                        "inside80": bool(low - 1e-9 <= value <= high + 1e-9),
                        "status": status,
                        "reaching": bool(reaching),
                    }
                )
    return rows


def _truth(whole, replay, region: str, code: str, basis: str) -> dict[int, tuple[float, str]]:
    """What came, by year: value and weakest status so far, from the base year that the replay spoke of.

    A replay of 2012 knows the base year of the plan that ran then; what came is compared from the same one.
    """
    base = replay.base_years(code, basis)[region]
    figures = whole.figures(code, basis, base_year=None if np.isnan(base) else int(base))
    column = whole.regions.index.get_loc(region)
    values = figures.value.to_numpy()[:, column]
    status = np.maximum.accumulate(figures.status[:, column])
    whole_sum = figures.coverage[:, column] >= 1
    return {
        int(year): (float(value), STATUSES[max(int(weakest), 0)])
        for year, value, weakest, complete in zip(whole.years, values, status, whole_sum, strict=True)
        if np.isfinite(value) and complete
    }


def _score(said: pd.DataFrame) -> list[float]:
    p, came = said["p"].to_numpy(float), said["met"].to_numpy(float)
    rate = came.mean()
    brier, base = ((p - came) ** 2).mean(), ((rate - came) ** 2).mean()
    skill = 1 - brier / base if base > 0 else np.nan
    return [len(said), rate, p.mean(), brier, base, skill, said["inside80"].astype(float).mean()]
