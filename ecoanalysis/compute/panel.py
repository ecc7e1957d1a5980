"""Formulas applied to observations as arrays: every variable and indicator of a panel, years × regions.

An input is taken as observed where there is an observation, and computed by the function of its name where there is
none. A region with parts (a city with counties) has two answers: its own figures, and the numerators and denominators
of its parts put together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.compute.family import Family
from ecoanalysis.compute.needs import formula_settings, own_formulas, parameters, years_needed
from ecoanalysis.formulas import CHANGES, FORMULAS
from ecoanalysis.formulas.own import FormulaError
from ecoanalysis.formulas.rates import compounded, cumulative_decline
from ecoanalysis.intake import STATUSES

OWN, COUNTIES = "reported", "from_counties"
SLACK = 1e-9  # how far rounding in floating point may carry a value over its bound
FROM_PARTS = ("ratio", "none")  # aggregates that are computed anew from sums; the others are put together as they are


@dataclass(frozen=True)
class Sheet:
    """One variable or indicator in every year and region.

    value : DataFrame (years, regions), NaN where there is none
    status : int8 array of the same shape, place in `STATUSES` of the weakest cell that went in, -1 for none
    known : bool array of the same shape, whether nothing is lacking; a known value can be NaN (a zero denominator)
    """

    value: pd.DataFrame
    status: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Figures:
    """An indicator on one basis, as arrays over all years and regions.

    value, numerator, denominator : DataFrame (years, regions), NaN where there is none; sums with holes are in them
    status : int8 array, place in `STATUSES` of the weakest cell that went in, -1 for none
    known : bool array, whether nothing is lacking
    coverage : array, share of the region's parts that are in the value; 1 for own figures, 0 where there is no value
    """

    value: pd.DataFrame
    numerator: pd.DataFrame | None
    denominator: pd.DataFrame | None
    status: np.ndarray
    known: np.ndarray
    coverage: np.ndarray


class Panel:
    """The sheets of a panel: computed when they are asked for, and kept.

    bases : base year of each region by (name, basis, base asked)
    outside : cells outside the bounds of their indicator, by name
    faults : why an own formula cannot be used, by code
    kept : what has been computed
    """

    def __init__(self, observations: pd.DataFrame, regions: pd.DataFrame, tables: catalog.Catalog, targets=None):
        self.observations = observations
        self.tables = tables
        codes = pd.Index(regions["code"].to_numpy(object), dtype=object, name="code")
        self.regions = regions.drop(columns="code").set_index(codes)
        own, self.faults = own_formulas(tables)
        self.formulas = FORMULAS | own
        self.fixed = formula_settings(tables.coefficients)
        years = observations["year"]
        self.years = pd.RangeIndex(int(years.min()), int(years.max()) + 1) if len(years) else pd.RangeIndex(0)
        self.family = Family(self.regions)
        self.cells = cells_of(observations, self.years, self.regions.index)
        self.bases: dict[tuple, np.ndarray] = {}
        self.outside: dict[str, np.ndarray] = {}
        self.kept: dict[tuple, object] = {}
        self._based = bases_of_targets(targets, self.regions.index)
        self._needed: dict[tuple, object] = {}

    # ------------------------------------------------------------------ sheets

    def sheet(self, name: str, basis: str, base: int | None) -> Sheet | None:
        """The sheet of a variable or indicator; None when nothing of it can be had."""
        if base is not None and not self.takes_base(name):
            base = None
        key = (name, basis, base)
        if key not in self.kept:
            self.kept[key] = None  # an own indicator that is made of itself ends here
            self.kept[key] = self._own(name, base) if basis == OWN else self._from_parts(name, base)
        return self.kept[key]

    def _own(self, name: str, base: int | None) -> Sheet | None:
        """As observed, else computed from its inputs, else (a fall) from the level that was reported."""
        observed = self.observed(name)
        computed = self.computed_own(name, base)
        if observed is None or computed is None:
            sheet = computed if observed is None else observed
        else:
            sheet = laid_over(observed, computed, observed.value.isna().to_numpy())
        if name in CHANGES:
            sheet = self._from_base_value(name, OWN, base, self._from_reported_level(name, base, sheet))
        return None if sheet is None else self._within_bounds(name, sheet)

    def observed(self, name: str) -> Sheet | None:
        cells = self.cells.get(name)
        if cells is None:
            return None
        there = cells >= 0
        value = np.where(there, self._observed_values[cells], np.nan)
        return Sheet(self.frame(value), np.where(there, self._observed_status[cells], -1).astype(np.int8), there)

    @cached_property
    def _observed_values(self) -> np.ndarray:
        return self.observations["value"].to_numpy(float)

    @cached_property
    def _observed_status(self) -> np.ndarray:
        return self.observations["status"].map(STATUSES.index).to_numpy(np.int8)

    @cached_property
    def ids(self) -> np.ndarray:
        return self.observations["id"].to_numpy(object)

    def computed_own(self, name: str, base: int | None) -> Sheet | None:
        key = ("computed", name, base)
        if key not in self.kept:
            self.kept[key] = self._computed(name, OWN, base)
        return self.kept[key]

    def _computed(self, name: str, basis: str, base: int | None) -> Sheet | None:
        formula = self.formulas.get(name)
        if formula is None:
            return None
        required, optional = parameters(formula)
        sheets = [self.sheet(parameter, basis, base) for parameter in required]
        if any(sheet is None for sheet in sheets):
            return None
        extras = {parameter: self.sheet(parameter, basis, base) for parameter in optional}
        try:
            sheet = self._evaluated(name, basis, sheets, extras, base)
        except FormulaError as error:
            self.faults[name] = error
            return None
        return self._from_base_value(name, basis, base, sheet) if basis == COUNTIES else sheet

    def _evaluated(self, name: str, basis: str, sheets: list, extras: dict, base: int | None) -> Sheet:
        """The formula on its inputs; one that refers to a base year takes each region's own."""
        formula = self.formulas[name]
        if "base_year" not in self.fixed(formula):
            return self._applied(name, sheets, extras)
        bases = self._asked_bases(name, base)
        sheet = self._by_base(name, sheets, extras, bases)
        if base is None:  # older statistics and replays: the start of the plan that ran when the region's data end
            empty = sheet.value.isna().all().to_numpy()
            last = latest_row(np.logical_and.reduce([s.value.notna().to_numpy() for s in sheets]))
            earlier = 5 * ((last + self.years[0] - 1) // 5) if len(self.years) else last
            other = np.where(empty & (last >= 0) & (earlier < bases), earlier, bases)
            if (other != bases).any():
                again = self._by_base(name, sheets, extras, other)
                better = empty & again.value.notna().any().to_numpy()
                bases = np.where(better, other, bases)
                sheet = laid_over(sheet, again, np.broadcast_to(better, sheet.known.shape))
        self.bases[name, basis, base] = bases
        return sheet

    def _by_base(self, name: str, sheets: list, extras: dict, bases: np.ndarray) -> Sheet:
        laid = None
        for base in np.unique(bases):
            sheet = self._applied(name, sheets, extras, int(base))
            here = np.broadcast_to(bases == base, sheet.known.shape)
            laid = sheet if laid is None else laid_over(laid, sheet, here)
        return laid

    def _applied(self, name: str, sheets: list, extras: dict, base: int | None = None) -> Sheet:
        formula = self.formulas[name]
        fixed = self.fixed(formula) | ({} if base is None else {"base_year": base})
        optional = {key: None if sheet is None else sheet.value for key, sheet in extras.items()}
        value = formula(*(sheet.value for sheet in sheets), **optional, **fixed)
        needs = self.needs(name, base)
        required, _ = parameters(formula)
        known = np.ones(value.shape, bool)
        status = np.full(value.shape, -1, np.int8)
        for parameter, sheet in zip(required, sheets, strict=True):
            known &= self._over_years(sheet.known, needs.get(parameter), np.logical_and)
            status = np.maximum(status, self._over_years(sheet.status, needs.get(parameter), np.maximum))
        for sheet in extras.values():
            if sheet is not None:
                status = np.maximum(status, sheet.status)
        return Sheet(value, status, known)

    def _over_years(self, cells: np.ndarray, needed: dict[int, list[int]] | None, join: np.ufunc) -> np.ndarray:
        """Each year's cells joined with those of the other years that it needs; a year out of the data is missing."""
        if needed is None:
            return cells
        missing = np.zeros_like(cells[:1]) if join is np.logical_and else np.full_like(cells[:1], -1)
        padded = np.concatenate([cells, missing])
        first, count = self.years[0], len(cells)
        out = np.empty_like(cells)
        for row, year in enumerate(self.years):
            rows = [
                position - first if 0 <= position - first < count else count for position in needed.get(year, [year])
            ]
            if rows:
                out[row] = join.reduce(padded[rows], axis=0)
            else:
                out[row] = join is np.logical_and or -1
        return out

    def _from_reported_level(self, name: str, base: int | None, sheet: Sheet | None) -> Sheet | None:
        """A fall of which the level alone was reported, or yearly falls alone; two sources are never compared."""
        change = CHANGES[name]
        level = self.observed(change.level)
        if level is not None:
            sheet = self._filled_in(sheet, level, lambda values, year: change.of(values, *year), change, name, base)
        falls = self.observed(f"{change.level}_decline_rate") if change.of is cumulative_decline else None
        if falls is not None:
            sheet = self._filled_in(sheet, falls, lambda values, year: compounded(values, *year), change, name, base)
        return sheet

    def _filled_in(self, sheet: Sheet | None, source: Sheet, of: Callable, change, name: str, base) -> Sheet:
        """The sheet, with what another source gives where it has no value."""
        bases = self.bases.get((name, OWN, base))
        if change.from_base and bases is None:
            bases = self.bases[name, OWN, base] = self._asked_bases(name, base)
        if change.from_base:
            value = source.value.copy()
            for year in np.unique(bases):
                value.loc[:, bases == year] = of(source.value.loc[:, bases == year], [int(year)])
        else:
            value = of(source.value, [])
        there = value.notna().to_numpy()
        weakest = self._weakest_of_ends(source, change.level in self.cells, bases if change.from_base else None)
        status = np.where(there, weakest, -1).astype(np.int8)
        reported = Sheet(value, status, there)
        return reported if sheet is None else laid_over(sheet, reported, sheet.value.isna().to_numpy() & there)

    def _weakest_of_ends(self, source: Sheet, two_ends: bool, bases: np.ndarray | None) -> np.ndarray:
        """Weakest status of the two years that are compared; of all years where yearly falls were compounded."""
        status = source.status
        if not two_ends:
            return np.broadcast_to(status.max(axis=0), status.shape)
        if bases is None:
            return np.maximum(status, np.concatenate([status[:1], status[:-1]]))
        rows = np.clip(bases - self.years[0], 0, len(status) - 1)
        return np.maximum(status, status[rows, np.arange(len(rows))])

    def _from_base_value(self, name: str, basis: str, base: int | None, sheet: Sheet | None) -> Sheet | None:
        """Regions whose target names the value that a fall starts from are compared with that; what is observed stays.

        An intensity is taken at the prices of the base year, as the value that is named.
        """
        given = self.base_values(name, base) if name in CHANGES else {}
        for position, (year, start) in given.items():
            level = self.sheet(CHANGES[name].level, basis, None if np.isnan(year) else int(year))
            if level is None:
                continue
            if sheet is None:
                sheet = self._blank()
            column = np.arange(len(self.regions)) == position
            computed = column & (True if basis == COUNTIES else self.cells.get(name, self._nowhere) < 0)
            change = Sheet(CHANGES[name].against(level.value, start), level.status, level.known)
            sheet = laid_over(sheet, change, np.broadcast_to(computed, sheet.known.shape))
        return sheet

    def _blank(self) -> Sheet:
        shape = (len(self.years), len(self.regions))
        return Sheet(self.frame(np.full(shape, np.nan)), np.full(shape, -1, np.int8), np.zeros(shape, bool))

    @cached_property
    def _nowhere(self) -> np.ndarray:
        """The cells of a variable that was never observed."""
        return np.full((len(self.years), len(self.regions)), -1, np.int32)

    def _within_bounds(self, name: str, sheet: Sheet) -> Sheet:
        """The sheet without values that cannot be, such as a share above its whole."""
        record = self.record(name)
        low = -np.inf if record.low is None else record.low
        high = np.inf if record.high is None else record.high
        cells = sheet.value.to_numpy()
        with np.errstate(invalid="ignore"):
            beyond = (cells < low) | (cells > high)
            if not beyond.any():
                return sheet
            outside = (cells < low - SLACK * max(1, abs(low))) | (cells > high + SLACK * max(1, abs(high)))
        self.outside[name] = self.outside.get(name, np.zeros(outside.shape, bool)) | outside
        value = self.frame(np.where(outside, np.nan, np.clip(cells, low, high)))
        return Sheet(value, sheet.status, sheet.known & ~outside)

    # ------------------------------------------------------------------ regions with parts

    def _from_parts(self, name: str, base: int | None) -> Sheet | None:
        """The parts put together where every one of them is there."""
        how = self.aggregate(name)
        if how in FROM_PARTS:
            sheet = self._computed(name, COUNTIES, base)
            if sheet is None or not self.outside.get(name, np.zeros(0)).any():
                return sheet
            _, counted, size = self.family.joined(sheet.value.to_numpy(), self.members(name, base), "sum")
            whole = (counted == size) | (size == 0)
            return Sheet(sheet.value.where(whole), sheet.status, sheet.known & whole)
        if how == "reported":
            return None
        members = self._to_join(name, base)
        if members is None:
            return None
        return self._joined(name, members, members.value.notna().to_numpy(), whole=True)

    def _to_join(self, name: str, base: int | None) -> Sheet | None:
        """What each region gives to the sum it belongs to: its own figure, else that of its own parts."""
        own = self.sheet(name, OWN, base)
        if own is None:
            return None
        bases = self.bases.get((name, OWN, base if self.takes_base(name) else None))
        if bases is not None and len(np.unique(bases)) > 1:  # money at prices of different years is not added up
            common = self.family.newest(np.where(own.value.notna().any(), bases, bases.min()))
            strange = (bases != common) & (self.cells.get(name, self._nowhere) < 0)
            own = Sheet(
                own.value.mask(strange), np.where(strange, -1, own.status).astype(np.int8), own.known & ~strange
            )
        if not self.family.nested:
            return own
        parts = self._joined(name, own, own.value.notna().to_numpy(), whole=True)
        return laid_over(own, parts, own.value.isna().to_numpy() & parts.value.notna().to_numpy())

    def _joined(self, name: str, members: Sheet, there: np.ndarray, *, whole: bool) -> Sheet:
        how = self.aggregate(name)
        if how == "worst":
            how = "min" if self.tables.indicators[name].direction > 0 else "max"
        value, counted, size = self.family.joined(members.value.to_numpy(), there, how)
        known = (size > 0) & ((counted == size) if whole else (counted > 0))
        status = self.family.weakest(np.where(there, members.status, -1))
        return Sheet(self.frame(np.where(known, value, np.nan)), status, known)

    def members(self, name: str, base: int | None) -> np.ndarray:
        """Years × regions: whether a region has everything that the sum it belongs to needs of it."""
        if base is not None and not self.takes_base(name):
            base = None
        key = ("members", name, base)
        if key in self.kept:
            return self.kept[key]
        nothing = np.zeros((len(self.years), len(self.regions)), bool)
        if self.aggregate(name) in FROM_PARTS:
            formula = self.formulas.get(name)
            there = nothing if formula is None else ~nothing
            for parameter in parameters(formula)[0] if formula else ():
                cells = self.members(parameter, base)
                needed = self.needs(name, self._one_base(name, base)).get(parameter)
                there = there & self._over_years(cells, needed, np.logical_and)
            if self.sheet(name, OWN, base) is not None and name in self.outside:
                there = there & ~self.outside[name]
        else:
            members = self._to_join(name, base)
            there = nothing if members is None else members.value.notna().to_numpy()
        self.kept[key] = there
        return there

    def _restricted(self, name: str, base: int | None, there: np.ndarray) -> Sheet | None:
        """The sheet of the parts put together, of those alone that are `there` (years × regions)."""
        if self.aggregate(name) not in FROM_PARTS:
            members = self._to_join(name, base)
            if members is None:
                return None
            return self._joined(name, members, there & members.value.notna().to_numpy(), whole=False)
        formula = self.formulas.get(name)
        if formula is None:
            return None
        required, optional = parameters(formula)
        sheets = [self._restricted(parameter, base, there) for parameter in required]
        extras = {parameter: self._restricted(parameter, base, there) for parameter in optional}
        if any(sheet is None for sheet in sheets):
            return None
        kept = self.bases.get((name, COUNTIES, base))
        sheet = self._evaluated(name, COUNTIES, sheets, extras, base)
        if kept is not None:
            self.bases[name, COUNTIES, base] = kept
        return self._from_base_value(name, COUNTIES, base, sheet)

    def _with_holes(self, name: str, base: int | None, row: int | None, there: np.ndarray) -> dict[str, Sheet | None]:
        """Value and parts of an indicator from some of a region's parts; `row` names the one year that is wanted."""
        if row is not None:  # a fall compares the same counties in both years
            there = np.broadcast_to(there[row], there.shape)
        parts = self.sides(name) or ()
        return {"value": self._restricted(name, base, there)} | {
            position: self._restricted(part, base, there)
            for position, part in zip(("numerator", "denominator"), parts, strict=False)
        }

    # ------------------------------------------------------------------ figures

    def figures(self, name: str, basis: str, base: int | None) -> Figures:
        """Value, parts, status and coverage of an indicator; computed once."""
        key = ("figures", name, basis, base)
        if key not in self.kept:
            self.kept[key] = self._figures(name, basis, base)
        return self.kept[key]

    def _figures(self, name: str, basis: str, base: int | None) -> Figures:
        sheet = self.sheet(name, basis, base)
        shape = (len(self.years), len(self.regions))
        if sheet is None:
            empty = self.frame(np.full(shape, np.nan))
            return Figures(empty, None, None, np.full(shape, -1, np.int8), np.zeros(shape, bool), np.zeros(shape))
        parts = self.sides(name)
        sides = [self.sheet(part, basis, base) for part in parts] if parts else [None, None]
        values = [None if side is None else side.value for side in sides]
        coverage = np.isfinite(sheet.value.to_numpy()).astype(float)
        figures = Figures(sheet.value, *values, sheet.status, sheet.known, coverage)
        if basis == OWN:
            return figures
        members = self.members(name, base)
        _, counted, size = self.family.joined(np.zeros(shape), members, "sum")
        holes = (counted > 0) & (counted < size)
        return self._filled(name, base, figures, holes, counted / np.maximum(size, 1)) if holes.any() else figures

    def _filled(self, name: str, base: int | None, whole: Figures, holes: np.ndarray, share: np.ndarray) -> Figures:
        """The figures with sums of fewer than all parts put where the whole is not known."""
        members = self.members(name, base)
        cells = {
            "value": whole.value.to_numpy().copy(),
            "numerator": None if whole.numerator is None else whole.numerator.to_numpy().copy(),
            "denominator": None if whole.denominator is None else whole.denominator.to_numpy().copy(),
        }
        status, coverage = whole.status.copy(), whole.coverage.copy()
        rows = [None] if self._same_year(name) else np.flatnonzero(holes.any(axis=1))
        for row in rows:
            sheets = self._with_holes(name, base, row, members)
            if sheets["value"] is None:
                continue
            here = holes if row is None else holes & (np.arange(len(holes)) == row)[:, None]
            for position, filled in cells.items():
                if filled is not None and sheets.get(position) is not None:
                    filled[here] = sheets[position].value.to_numpy()[here]
            status[here] = sheets["value"].status[here]
        finite = np.isfinite(cells["value"])
        coverage[holes] = np.where(finite, share, 0.0)[holes]
        frames = {position: None if filled is None else self.frame(filled) for position, filled in cells.items()}
        return Figures(frames["value"], frames["numerator"], frames["denominator"], status, whole.known, coverage)

    def sides(self, name: str) -> tuple[str, str] | None:
        """Numerator and denominator of a ratio, by code; None for what is no ratio."""
        formula = self.formulas.get(name)
        if formula is None or self.aggregate(name) not in ("ratio", "worst"):
            return None
        required, _ = parameters(formula)
        return self.sides(required[0]) if len(required) == 1 else tuple(required[:2])

    def weight(self, name: str) -> np.ndarray:
        parts = self.sides(name)
        sheet = self.sheet(parts[1], OWN, None) if parts else None
        if sheet is None:
            area = self.regions["area_km2"].to_numpy(float)
            return np.broadcast_to(area, (len(self.years), len(area)))
        return sheet.value.ffill().bfill().to_numpy()

    # ------------------------------------------------------------------ base years

    def _asked_bases(self, name: str, base: int | None) -> np.ndarray:
        """Base year of each region: the one asked for, else its target's, else that of the coefficients."""
        bases = np.full(len(self.regions), self.base_year(name) if base is None else base)
        by_target = self._based.years.get(name)
        return (
            bases
            if base is not None or by_target is None
            else np.where(np.isnan(by_target), bases, by_target).astype(int)
        )

    def base_asked(self, name: str, base_year) -> int | None:
        return None if base_year is None or np.isnan(base_year) or not self.takes_base(name) else int(base_year)

    def takes_base(self, name: str) -> bool:
        """Whether a base year makes a difference, here or in an input."""
        key = ("takes_base", name)
        if key not in self._needed:
            formula = self.formulas.get(name)
            self._needed[key] = False  # an own indicator that is made of itself
            self._needed[key] = formula is not None and (
                "base_year" in self.fixed(formula) or any(map(self.takes_base, sum(parameters(formula), [])))
            )
        return self._needed[key]

    def base_year(self, name: str) -> int | None:
        """Base year of the coefficients; None for a formula without one."""
        year = self.fixed(self.formulas[name]).get("base_year")
        return None if year is None else int(year)

    def _one_base(self, name: str, base: int | None) -> int | None:
        return base if base is not None and self.base_year(name) is not None else self.base_year(name)

    def base_of(self, name: str, basis: str, position: int, base: int | None) -> int | None:
        if self.base_year(name) is None:
            return None
        self.sheet(name, basis, base)
        bases = self.bases.get((name, basis, base))
        return self._one_base(name, base) if bases is None else int(bases[position])

    def base_values(self, name: str, base: int | None) -> dict[int, tuple[float, float]]:
        """Base years and values that targets name, by place of the region."""
        given = self._based.values.get(name, [])
        return {
            position: (year, value) for position, year, value in given if base is None or np.isnan(year) or year == base
        }

    # ------------------------------------------------------------------ small things

    def needs(self, name: str, base: int | None) -> dict[str, dict[int, list[int]]]:
        """For each required input, the years that a year's value needs; an input that is not named needs that year alone.

        Found by leaving out one year at a time, so that a formula need not say it.
        """
        key = (name, base)
        if key not in self._needed:
            try:
                self._needed[key] = years_needed(self.formulas[name], base, self.fixed(self.formulas[name]), self.years)
            except FormulaError as error:  # somebody else's function, without values anyway
                self.faults[name], self._needed[key] = error, {}
        return self._needed[key]

    def _same_year(self, name: str) -> bool:
        """Whether a value depends on inputs of its own year alone, all the way down."""
        formula = self.formulas.get(name)
        if formula is None or self.aggregate(name) not in FROM_PARTS:
            return True
        if self.needs(name, self._one_base(name, None)):
            return False
        return all(self._same_year(parameter) for parameter in parameters(formula)[0])

    def cell(self, name: str, position: int, year: int) -> int:
        cells = self.cells.get(name)
        return -1 if cells is None or year not in self.years else int(cells[year - self.years[0], position])

    def asked(self, indicator: str) -> np.ndarray:
        """Regions of a level that has the indicator."""
        applies = self.tables.indicators[indicator].applies_to
        return np.isin(self._levels, [level for level in set(self._levels) if applies(level)])

    @cached_property
    def _levels(self) -> np.ndarray:
        return self.regions["level"].to_numpy(object).astype(str)

    def record(self, name: str) -> catalog.Indicator | catalog.Variable:
        return self.tables.indicators.get(name) or self.tables.variables[name]

    def aggregate(self, name: str) -> str:
        return self.record(name).aggregate

    def frame(self, cells: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(cells, index=self.years, columns=self.regions.index)


@dataclass(frozen=True)
class Based:
    """What targets say of bases: years by indicator (an array over regions), values as (place, year, value)."""

    years: dict[str, np.ndarray]
    values: dict[str, list[tuple[int, float, float]]]


def bases_of_targets(targets: pd.DataFrame | None, codes: pd.Index) -> Based:
    based = Based({}, {})
    if targets is None or "base_year" not in targets:
        return based
    rows = targets[targets["base_year"].notna() | targets.get("base_value", targets["base_year"]).notna()]
    positions = {code: position for position, code in enumerate(codes)}
    named: dict = {}
    for row in rows.to_dict("records"):
        for position in range(len(codes)) if row["region_code"] == "*" else [positions[row["region_code"]]]:
            named.setdefault((row["indicator"], position), []).append((row["region_code"], row))
    for (indicator, position), given in named.items():
        own = [row for code, row in given if code != "*"] or [row for _, row in given]
        years = {float(row["base_year"]) for row in own} - {np.nan}
        years = {year for year in years if not np.isnan(year)}
        if len(years) == 1:
            based.years.setdefault(indicator, np.full(len(codes), np.nan))[position] = years.pop()
        for row in own:
            value = float(row.get("base_value", np.nan))
            if not np.isnan(value):
                based.values.setdefault(indicator, []).append((position, float(row["base_year"]), value))
    return based


def cells_of(observations: pd.DataFrame, years: pd.RangeIndex, codes: pd.Index) -> dict[str, np.ndarray]:
    """For each variable the row of the observation (years, regions), -1 where there is none."""
    if not len(observations):
        return {}
    position = codes.get_indexer(observations["region_code"].astype(object))
    number, names = pd.factorize(observations["variable"])
    row = observations["year"].to_numpy() - years[0]
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(len(names) + 1))
    cells_of = {}
    for which, name in enumerate(names):
        here = order[bounds[which] : bounds[which + 1]]
        here = here[position[here] >= 0]
        cells = np.full((len(years), len(codes)), -1, np.int32)
        cells[row[here], position[here]] = here
        cells_of[name] = cells
    return cells_of


def laid_over(upper: Sheet, lower: Sheet, where: np.ndarray) -> Sheet:
    """The upper sheet, with the lower one showing through `where`."""
    return Sheet(
        upper.value.mask(where, lower.value),
        np.where(where, lower.status, upper.status).astype(np.int8),
        np.where(where, lower.known, upper.known),
    )


def latest_row(there: np.ndarray) -> np.ndarray:
    """Row of the last True in each column, -1 where there is none."""
    if not len(there):
        return np.full(there.shape[1], -1)
    return np.where(there.any(axis=0), len(there) - 1 - there[::-1].argmax(axis=0), -1)
