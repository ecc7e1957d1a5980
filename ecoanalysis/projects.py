"""What projects do to what may come: an outlook whose futures have them in.

A project adds `change` things a year to a variable of a region, in every year from `first_year` to `last_year`; what it
has added stays. Twenty villages from 2024 to 2026 are twenty at the end of 2024, forty at the end of 2025, sixty from
2026 on; ten tonnes a day of plant are ten, twenty, thirty tonnes a day. It is done with chance `probability`; if it is
done it comes `delay_years` late with chance `delay_probability`. Whether it is done and late is drawn once for each
future, the same for the county, its city and every indicator, so that chances add up jointly::

    table(rows)                              frame or list of dicts -> frame with all `COLUMNS` (no check; the door checks)
    outcomes(projects, paths)                -> float array (projects, paths): years late, inf where it is never done
    added(project, late, years, since)       -> float array (paths, years): things added since a year
    response(measured, indicator, base_year) -> Response: how an indicator answers to its inputs; keep it, it is slow
    moved(outlook, projects, response)       -> Outlook with the projects in; a few ms where a project moves the
                                                numerator or denominator of a ratio (`outcomes` can be handed in)
    still(outlook)                           -> Outlook in which nothing moves: the lower end, "projects alone"
    acting(projects, response)               -> set of codes of the regions that projects act on, cities included

An effect is what the indicator's own formula gives with the variable moved less what it gives without, at the latest
year's figures. Past trends already hold the effort of past projects, so `moved(outlook)` is an upper end and
`moved(still(outlook))` a lower one; the house shows both. Nothing here reads a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd

from ecoanalysis import compute
from ecoanalysis.compute import COUNTIES, OWN, Measured
from ecoanalysis.formulas import CHANGES

COLUMNS = (
    "region_code variable change unit first_year last_year probability delay_years delay_probability cost name department"
).split()
GOLDEN = (5**0.5 - 1) / 2


def table(projects: pd.DataFrame | Iterable[Mapping]) -> pd.DataFrame:
    """Projects with every column of `COLUMNS`.

    Parameters
    ----------
    projects : DataFrame or list of dicts
        region_code, variable, change (things a year, in the variable's unit) and first_year are needed. By default a
        project ends in the year it begins, is certain and in time; a `delay_years` without a chance is certain too.

    Returns
    -------
    DataFrame
        change, probability, delay_years, delay_probability, cost as float (cost in 10⁴ CNY, NaN for none), years as
        int, the others as text.
    """
    rows = projects if isinstance(projects, pd.DataFrame) else pd.DataFrame(list(projects))
    rows = rows.reindex(columns=COLUMNS).reset_index(drop=True)
    late = pd.to_numeric(rows["delay_years"]).fillna(0.0)
    given = pd.to_numeric(rows["delay_probability"])
    numbers = {
        "change": pd.to_numeric(rows["change"]),
        "first_year": rows["first_year"],
        "last_year": rows["last_year"].where(rows["last_year"].notna(), rows["first_year"]),
        "probability": pd.to_numeric(rows["probability"]).fillna(1.0),
        "delay_years": late,
        "delay_probability": given.where(given.notna(), (late > 0).astype(float)),
        "cost": pd.to_numeric(rows["cost"]),
    }
    texts = {
        name: rows[name].astype(object).where(rows[name].notna(), "").astype(str)
        for name in COLUMNS
        if name not in numbers
    }
    types = {name: int if name.endswith("_year") else float for name in numbers}
    return pd.DataFrame(texts | numbers)[COLUMNS].astype(types)


def outcomes(projects: pd.DataFrame | list[dict], paths: int) -> np.ndarray:
    """In every future, how late each project comes.

    Returns
    -------
    float array (projects, paths)
        Years late: 0 in time, inf never done. Each project's shares hold to 1/paths, and so (to a few futures) does
        every combination of them. The luck of a project is its own (region, variable, name), the same every time; a
        project put at the end of the list leaves the others' luck alone.
    """
    rows = _records(projects)
    late = np.zeros((len(rows), paths))
    cell = np.zeros(paths, int)  # which combination of the projects before has come true
    for one, row in zip(late, rows, strict=True):
        named = "|".join(str(row[name]) for name in ("region_code", "variable", "name"))
        shuffled = np.random.default_rng(zlib.crc32(named.encode())).permutation(paths)
        luck = np.empty(paths)
        luck[np.lexsort((shuffled, cell))] = _even(paths)
        done, delayed = luck < row["probability"], luck < row["probability"] * row["delay_probability"]
        one[:] = np.where(done, np.where(delayed, row["delay_years"], 0.0), np.inf)
        cell = np.unique(cell * 3 + done + delayed, return_inverse=True)[1]
    return late


@cache
def _even(paths: int) -> np.ndarray:
    """Each of (0.5, 1.5, …)/paths once, in an order of which any stretch is evenly spread (multiples of a golden ratio)."""
    scattered = np.arange(1, paths + 1) * GOLDEN % 1
    return (np.argsort(np.argsort(scattered)) + 0.5) / max(paths, 1)


def added(project: Mapping, late: np.ndarray, years: np.ndarray, since: int) -> np.ndarray:
    """What a project has added by the end of each year, float array (paths, years), in the variable's unit.

    Counted from the year `since` (a region's latest figures hold what came before); `late` (paths,) as in `outcomes`.

    >>> added({"change": 20, "first_year": 2024, "last_year": 2025}, np.array([0, 1, np.inf]), np.arange(2024, 2028), 2023)
    array([[20., 40., 40., 40.],
           [ 0., 20., 40., 40.],
           [ 0.,  0.,  0.,  0.]])
    """
    lasts = project["last_year"] - project["first_year"] + 1

    def by(year):
        return np.clip(year - np.asarray(late)[:, None] - project["first_year"] + 1, 0, lasts)

    return project["change"] * (by(np.maximum(np.asarray(years)[None, :], since)) - by(since))


# ---------------------------------------------------------------------- how an indicator answers


@dataclass(frozen=True)
class Latest:
    """An indicator's latest figures in one region: numerator, denominator, what their ratio is multiplied by."""

    numerator: float
    denominator: float
    factor: float


@dataclass(frozen=True)
class Response:
    """How an indicator answers to what it is made of.

    measured : Measured
    indicator : str
    base_year : int or None, as in `Measured.value`
    inputs : codes of everything the indicator is made of; a project on another variable does nothing to it
    """

    measured: Measured
    indicator: str
    base_year: int | None
    inputs: frozenset[str]
    kept: dict = field(default_factory=dict)

    @property
    def record(self):
        return self.measured.tables.indicators[self.indicator]

    def latest(self, region: str, basis: str, year: int) -> Latest:
        """What a region's latest value is made of; looked up once."""
        key = (region, basis, year)
        if key not in self.kept:
            parts = self.measured.parts(region, self.indicator, year, basis, base_year=self.base_year)
            self.kept[key] = Latest(parts.numerator, parts.denominator, parts.factor)
        return self.kept[key]

    def is_plain(self, variables: Iterable[str]) -> bool:
        """Whether these variables are the two sides of a ratio that says nothing of a change."""
        sides = self.measured.sides(self.indicator)
        return bool(sides) and self.indicator not in CHANGES and set(variables) <= set(sides)

    def change(self, region: str, basis: str, year: int, moves: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
        """What moved inputs do to a region's latest value, float array (paths, years), in the indicator's unit.

        `moves` are things added, (paths, years) by region (itself, or a part of it) and variable.
        """
        own = moves.get(region, {})
        now = self.latest(region, basis, year)
        if set(moves) <= {region} and self.is_plain(own) and np.isfinite(now.factor) and now.denominator > 0:
            above, below = self.measured.sides(self.indicator)
            numerator, denominator = now.numerator + own.get(above, 0.0), now.denominator + own.get(below, 0.0)
            there = denominator > 0
            after = np.maximum(numerator, 0.0) / np.where(there, denominator, 1.0)
            return np.where(there, now.factor * (after - now.numerator / now.denominator), 0.0)
        return self._by_formula(region, basis, year, moves)

    def _by_formula(self, region: str, basis: str, year: int, moves: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
        """The formula itself, once for every combination of moves that occurs.

        A combination is a region (with its parts) of a small panel of its own; the first moves nothing.
        """
        from_base = self.indicator in CHANGES and CHANGES[self.indicator].from_base
        cells, columns = [], []
        for code, own in moves.items():
            for variable, things in own.items():
                before = np.concatenate([np.zeros((len(things), 1)), things[:, :-1]], axis=1)
                cells += [(code, variable, year)] + ([] if from_base else [(code, variable, year - 1)])
                columns += [things] if from_base else [things, before]
        shape = columns[0].shape
        rows = np.stack([column.ravel() for column in columns], axis=1)
        rows, which = np.unique(np.concatenate([np.zeros((1, len(cells))), rows]), axis=0, return_inverse=True)
        which = which.reshape(-1)
        values = self._valued(region, basis, year, cells, rows)
        change = np.nan_to_num(values - values[which[0]])  # moved out of what a formula can take: not moved
        return change[which[1:]].reshape(shape)

    def _valued(self, region: str, basis: str, year: int, cells: list[tuple], rows: np.ndarray) -> np.ndarray:
        """Value of the indicator in a year for each row of moves of the cells (region, variable, year)."""
        measured = self.measured
        family = [region, *_descendants(measured, region)] if basis == COUNTIES else [region]
        seen = measured.observations
        seen = seen[seen["region_code"].isin(family) & seen["variable"].isin(self.inputs)]
        seen = seen[["region_code", "year", "variable", "value", "status", "id"]].astype(
            {"region_code": object, "variable": object, "status": object}
        )
        place = _places(seen)
        lacking = [self._computed(*cell) for cell in cells if cell not in place]
        seen = pd.concat([seen, pd.DataFrame(lacking, columns=seen.columns)], ignore_index=True) if lacking else seen
        place = _places(seen)
        values = np.tile(seen["value"].to_numpy(float), (len(rows), 1))
        values[:, [place[cell] for cell in cells]] += rows
        number = np.repeat(np.arange(len(rows)), len(seen)).astype(str).astype(object)
        copies = pd.concat([seen] * len(rows))
        copies["region_code"] = number + "/" + copies["region_code"]
        copies["value"] = values.ravel()
        copies = copies[np.isfinite(copies["value"])].reset_index(drop=True)
        known = measured.regions.loc[family].reset_index(names="code")
        regions = pd.concat([known] * len(rows), ignore_index=True)
        number = np.repeat(np.arange(len(rows)), len(known)).astype(str).astype(object) + "/"
        inside = regions["parent"].isin(family) & (regions["code"] != region)
        regions["parent"] = (number + regions["parent"]).where(inside, "")
        regions["code"] = number + regions["code"]
        free = replace(self.record, low=None, high=None)  # the bounds are kept by the paths, not by what moves them
        tables = replace(measured.tables, indicators=measured.tables.indicators | {self.indicator: free})
        again = compute.measure(copies, regions, targets=self._bases(region, basis), tables=tables)
        column = again.value(self.indicator, basis, base_year=self.base_year).loc[year]
        return column[[f"{k}/{region}" for k in range(len(rows))]].to_numpy(float)

    def _computed(self, region: str, variable: str, year: int) -> tuple:
        """An input that is computed rather than observed, as an observation that can be moved."""
        values = self.measured.value(variable, OWN)
        value = values.at[year, region] if year in values.index else np.nan
        return (region, year, variable, value, "observed", f"{variable}@{region}")

    def _bases(self, region: str, basis: str) -> pd.DataFrame | None:
        """What a fall or rise starts from, as a target would say it."""
        if self.indicator not in CHANGES or not CHANGES[self.indicator].from_base:
            return None
        asked = {"base_year": self.base_year}
        base = {
            "base_year": self.measured.base_years(self.indicator, basis, **asked)[region],
            "base_value": self.measured.base(self.indicator, basis, **asked)[region],
        }
        return pd.DataFrame([{"region_code": "*", "indicator": self.indicator} | base])


def response(measured: Measured, indicator: str, base_year: int | None = None) -> Response:
    """How an indicator answers to its inputs; made once, kept by whoever moves it often."""
    return Response(measured, indicator, base_year, measured.inputs(indicator))


# ---------------------------------------------------------------------- moving futures


def moved(outlook, projects: pd.DataFrame | list[dict], response: Response, *, late: np.ndarray | None = None):
    """An outlook with projects in its futures.

    Parameters
    ----------
    outlook : futures.Outlook
    projects : DataFrame or list of dicts with all `COLUMNS`
    response : Response
        Of the outlook's indicator.
    late : array (projects, paths), optional
        `outcomes` of these projects; drawn when it is not given.

    Returns
    -------
    futures.Outlook
        The same object when no project acts on the indicator. A county gets what its projects add from the year after
        its latest figures on. A region with figures of its own gets what the projects of its parts add as well; one
        that is put together from its parts is put together again in every future: for a ratio, with the denominators
        of that future. Bounds of the indicator hold: a share never passes its whole.
    """
    rows = _records(projects)
    late = outcomes(rows, outlook.paths.shape[1]) if late is None else late
    active = [(row, one) for row, one in zip(rows, late, strict=True) if row["variable"] in response.inputs]
    if not active or not len(outlook.ahead):
        return outlook
    moving = _Moving(outlook, response, active)
    paths = outlook.paths.copy()
    for k, code in enumerate(outlook.regions):
        after = moving.after(code)
        if after is not None:
            paths[k] = after
    return replace(outlook, paths=paths)


def still(outlook, paths: int | None = None):
    """An outlook in which nothing moves: every future repeats a region's latest value.

    `paths` futures, by default as many as there are; an outlook without any (`futures.measured_outlook`) gets them.
    """
    first = outlook.ahead.start - outlook.years[0]
    known = outlook.values[:, first : first + len(outlook.ahead)].copy()
    for row, values, year in zip(known, outlook.values, outlook.latest, strict=True):
        row[np.array(outlook.ahead) > year] = values[year - outlook.years[0]]
    count = outlook.paths.shape[1] if paths is None else paths
    repeated = np.repeat(known[:, None, :], count, axis=1).astype(np.float32)
    return replace(outlook, paths=repeated, method="still", weights={})


def acting(projects: pd.DataFrame | list[dict], response: Response) -> set[str]:
    """Codes of the regions whose value of an indicator projects act on: their own, and those they are part of."""
    parents = response.measured.regions["parent"]
    touched = set()
    for row in _records(projects):
        code = row["region_code"]
        while row["variable"] in response.inputs and code in parents.index and code not in touched:
            touched.add(code)
            code = parents[code]
    return touched


class _Moving:
    """One outlook while it is moved; each region once, parts before what is made of them."""

    def __init__(self, outlook, response: Response, acting: list[tuple[dict, np.ndarray]]):
        self.outlook, self.response, self.acting = outlook, response, acting
        self.measured = response.measured
        self.years = np.array(outlook.ahead)
        self.place = {code: k for k, code in enumerate(outlook.regions)}
        self.done: dict[str, np.ndarray | None] = {}

    def before(self, code: str) -> np.ndarray:
        return self.outlook.paths[self.place[code]].astype(float)

    def after(self, code: str) -> np.ndarray | None:
        """Paths (paths, ahead) of a region with the projects in; None where nothing moves it."""
        if code not in self.done:
            k = self.place[code]
            change = self.of_parts(code, k) if self.outlook.basis[k] == COUNTIES else self.of_own(code, k)
            self.done[code] = None if change is None else self.within(code, k, change)
        return self.done[code]

    def within(self, code: str, k: int, change: np.ndarray) -> np.ndarray:
        record, before = self.response.record, self.before(code)
        change = np.where(self.years > self.outlook.latest[k], change, 0.0)
        return np.where(change == 0, before, np.clip(before + change, record.low, record.high))

    def moves(self, codes: Iterable[str], since: int) -> dict[str, np.ndarray]:
        """Things added (paths, years) in these regions together, by variable."""
        codes, moves = set(codes), {}
        for row, late in self.acting:
            if row["region_code"] in codes:
                things = added(row, late, self.years, since)
                moves[row["variable"]] = moves.get(row["variable"], 0.0) + things
        return moves

    def of_own(self, code: str, k: int) -> np.ndarray | None:
        """What moves a region's own figures: its projects and, of what is added up, those of its parts."""
        since = int(self.outlook.latest[k])
        moves = self.moves([code], since)
        for variable, things in self.moves(_descendants(self.measured, code), since).items():
            if self.summed(variable):
                moves[variable] = moves.get(variable, 0.0) + things
        return self.response.change(code, OWN, since, {code: moves}) if moves else None

    def summed(self, variable: str) -> bool:
        tables = self.measured.tables
        return (tables.variables.get(variable) or tables.indicators[variable]).aggregate == "sum"

    def of_parts(self, code: str, k: int) -> np.ndarray | None:
        """What moves a region that is put together from its parts."""
        parts = [part for part in self.measured.parts_of(code) if part in self.place]
        since, how = int(self.outlook.latest[k]), self.response.record.aggregate
        own = self.moves([code], since)
        variables = {
            row["variable"]
            for row, _ in self.acting
            if row["region_code"] in {code, *_descendants(self.measured, code)}
        }
        if not variables:
            return None
        plain = self.response.is_plain(variables) and np.isfinite(self.response.latest(code, COUNTIES, since).factor)
        if how != "ratio" or plain:
            if all(self.after(part) is None for part in parts) and not own:
                return None
            return self.of_ratio(code, since, parts, own) if how == "ratio" else self.of_values(how, parts)
        moves = {part: self.moves([part, *_descendants(self.measured, part)], since) for part in parts}
        moves |= {parts[0]: _together(moves[parts[0]], own)} if own and parts else {}
        return self.response.change(code, COUNTIES, since, {part: by for part, by in moves.items() if by})

    def of_values(self, how: str, parts: list[str]) -> np.ndarray:
        before = np.array([self.before(part) for part in parts])
        after = np.array([self.before(part) if self.after(part) is None else self.after(part) for part in parts])
        if how == "worst":
            worst = np.min if self.response.record.direction > 0 else np.max
            return worst(after, axis=0) - worst(before, axis=0)
        weight = np.ones(len(parts))
        if how == "area_weighted":
            weight = self.measured.regions.loc[parts, "area_km2"].to_numpy(float)
        return np.tensordot(weight if how == "sum" else weight / weight.sum(), after - before, axes=1)

    def of_ratio(self, code: str, since: int, parts: list[str], own: dict) -> np.ndarray:
        """Numerators and denominators added up again, with the parts' moved ratios."""
        above, below = self.measured.sides(self.response.indicator)
        factor = self.response.latest(code, COUNTIES, since).factor
        numbers = [self.denominators(code, part) for part in parts]
        before = sum(self.before(part) * whole for part, whole in zip(parts, numbers, strict=True)) / sum(numbers)
        numerator, denominator = factor * own.get(above, 0.0), own.get(below, 0.0)
        for part, whole in zip(parts, numbers, strict=True):
            after, latest = self.after(part), int(self.outlook.latest[self.place[part]])
            whole = whole + self.moves([part, *_descendants(self.measured, part)], latest).get(below, 0.0)
            numerator = numerator + (self.before(part) if after is None else after) * whole
            denominator = denominator + whole
        return np.nan_to_num(numerator / denominator - before)

    def denominators(self, city: str, part: str) -> np.ndarray:
        """Denominators of a part in the same futures; its latest one where they are not at hand."""
        codes, wholes = self.outlook.weights.get(city, ((), None))
        if part in codes:
            return wholes[codes.index(part)].astype(float)
        k = self.place[part]
        return self.response.latest(part, self.outlook.basis[k], int(self.outlook.latest[k])).denominator


def _places(observations: pd.DataFrame) -> dict[tuple, int]:
    """Where the figure of a region, variable and year stands."""
    keys = observations[["region_code", "variable", "year"]].itertuples(index=False)
    return {tuple(key): k for k, key in enumerate(keys)}


def _together(first: dict, second: dict) -> dict:
    return {name: first.get(name, 0.0) + second.get(name, 0.0) for name in first | second}


def _records(projects: pd.DataFrame | list[dict]) -> list[dict]:
    return projects.to_dict("records") if isinstance(projects, pd.DataFrame) else list(projects)


def _descendants(measured: Measured, region: str) -> list[str]:
    """Parts of a region, their parts and so on."""
    parts = measured.parts_of(region)
    return parts + [below for part in parts for below in _descendants(measured, part)]
