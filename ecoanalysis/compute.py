"""Formulas applied to observations: what each indicator comes to, from which cells, and what it lacks.

An input is taken as observed where there is an observation, and computed by the function of its name where there is
none. A region with parts (a city with counties) has two answers: its own figures, and the numerators and denominators
of its parts put together. Everything is an array over all years and regions at once; where a single number comes from
is looked up when somebody asks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ecoanalysis import catalog, units
from ecoanalysis.formulas import CHANGES, FORMULAS, SAID_BY_NAME, own
from ecoanalysis.formulas.rates import compounded, cumulative_decline
from ecoanalysis.intake import STATUSES, Problem

OWN, COUNTIES = "reported", "from_counties"
SLACK = 1e-9  # how far rounding in floating point may carry a value over its bound
FROM_PARTS = ("ratio", "none")  # aggregates that are computed anew from sums; the others are put together as they are
RESULT_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "year",
    "value",
    "unit",
    "basis",
    "numerator",
    "denominator",
    "status",
    "lacking",
    "coverage",
    "id",
]


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


def measure(
    observations: pd.DataFrame,
    regions: pd.DataFrame,
    coefficients: list[catalog.Coefficient] | None = None,
    targets: pd.DataFrame | None = None,
    *,
    tables: catalog.Catalog | None = None,
) -> Measured:
    """Every indicator of every region and year.

    Parameters
    ----------
    observations : DataFrame
        As `intake.read` gives them, in canonical units.
    regions : DataFrame
        Rows of `regions.csv`; the rows that name a region as `parent` are its parts.
    coefficients : list of Coefficient, optional
        What standards fix; by default those of `tables`.
    targets : DataFrame, optional
        Rows of `targets.csv`. A base year of a target is that of its region's indicator, and a base value stands in
        for the measured one.
    tables : Catalog, optional
        Indicators, variables and coefficients of a data folder (`catalog.read`); by default the shipped ones.

    Returns
    -------
    Measured
        Nothing is computed before it is asked for.
    """
    tables = tables or catalog.read()
    if coefficients is not None:
        tables = replace(tables, coefficients=coefficients)
    return Measured(observations, regions, tables, targets)


def measure_references(references: pd.DataFrame, tables: catalog.Catalog | None = None) -> Measured:
    """The indicators of regions that are never assessed (rows of `references.csv`): sisters for the forecaster."""
    named = references.drop_duplicates("region_code")
    regions = pd.DataFrame({"code": named["region_code"], "name_zh": named["name_zh"], "name_en": named["name_zh"]})
    regions = regions.assign(level="county", parent="", area_km2=np.nan)
    ids = "references.csv:" + pd.Series(range(2, len(references) + 2), index=references.index).astype(str)
    return measure(references.assign(status=STATUSES[0], id=ids), regions, tables=tables)


def discrepancies(table: pd.DataFrame, tables: catalog.Catalog | None = None) -> pd.DataFrame:
    """Where a region's own figure and that of its parts differ; sums with holes are left out.

    Returns
    -------
    DataFrame
        region_code, indicator, part, year, reported, from_counties, difference (reported less counties', in the
        indicator's unit), relative (to the reported figure; NaN where that is zero); only pairs that differ by more
        than half of the last printed decimal.
    """
    indicators = (tables or catalog.read()).indicators
    key = ["region_code", "indicator", "part", "year"]
    whole = table[table["value"].notna() & (table["coverage"] >= 1)]
    wide = whole.pivot(index=key, columns="basis", values="value")
    wide = wide.reindex(columns=[OWN, COUNTIES]).dropna().reset_index().rename_axis(columns=None)
    wide["difference"] = wide[OWN] - wide[COUNTIES]
    wide["relative"] = wide["difference"] / wide[OWN].where(wide[OWN] != 0)
    decimals = wide["indicator"].map({code: row.decimals for code, row in indicators.items()})
    printed = 0.5 * 10.0 ** -decimals.astype(float)
    return wide[wide["difference"].abs() > printed].reset_index(drop=True)


def deciding(results: pd.DataFrame) -> pd.DataFrame:
    """The rows whose basis decides for their region and indicator.

    A region's own figures decide as long as they reach as far as its counties' sum; a city that stopped reporting is
    judged by its counties.
    """
    results = results.assign(value=results["value"].where(results["coverage"] >= 1))
    measured = results.dropna(subset="value")
    latest = measured.groupby(["region_code", "indicator", "basis"])["year"].max().unstack("basis")
    latest = latest.reindex(columns=[OWN, COUNTIES])
    counties_decide = latest[OWN].isna() | (latest[COUNTIES] > latest[OWN])
    basis = counties_decide.map({True: COUNTIES, False: OWN}).rename("deciding")
    joined = results.join(basis, on=["region_code", "indicator"])
    unmeasured = joined["deciding"].isna() & (joined["basis"] == OWN)
    return joined[(joined["basis"] == joined["deciding"]) | unmeasured].drop(columns="deciding")


@dataclass(frozen=True)
class Parts:
    """Numerator and denominator behind a value, and the unit of the things that are counted (empty for none).

    `factor` is what their ratio is multiplied by to be the value; NaN for a change, which no count of things closes.
    `answers` says that the things are answers of a sample survey.
    """

    numerator: float
    denominator: float
    factor: float
    unit: str
    coverage: float
    answers: bool


class Measured:
    """What was measured: every variable and indicator of a panel as arrays over all years and regions.

    Attributes
    ----------
    years : RangeIndex
        From the first to the last observation.
    regions : DataFrame
        Rows of `regions.csv` by code.
    tables : Catalog
    observations : DataFrame

    Notes
    -----
    Sheets are computed when they are asked for and kept.
    """

    def __init__(self, observations, regions, tables: catalog.Catalog, targets=None):
        self.observations = observations
        self.tables = tables
        codes = pd.Index(regions["code"].to_numpy(object), dtype=object, name="code")
        self.regions = regions.drop(columns="code").set_index(codes)
        self._faults: dict[str, str] = {}
        self.formulas = FORMULAS | self._own_formulas()
        self.fixed = formula_settings(tables.coefficients)
        years = observations["year"]
        self.years = pd.RangeIndex(int(years.min()), int(years.max()) + 1) if len(years) else pd.RangeIndex(0)
        self._family = _Family(self.regions)
        self._based = _base_years(targets, self.regions.index)
        self._cells = _cells(observations, self.years, self.regions.index)
        self._sheets: dict = {}
        self._needed: dict = {}
        self._bases: dict = {}
        self._outside: dict[str, np.ndarray] = {}

    # ------------------------------------------------------------------ what may be asked

    def value(
        self, indicator: str, basis: str = OWN, *, base_year: int | None = None, partial: bool = False
    ) -> pd.DataFrame:
        """Years × regions of an indicator or variable, in its unit; NaN where it was not measured.

        Parameters
        ----------
        indicator : str
            Code of an indicator or variable.
        basis : str
            `reported` (a region's own figures) or `from_counties` (its parts put together).
        base_year : int, optional
            Year that a cumulative fall or a rise starts from, and the price base; by default that of the region's
            target, and that of the coefficients where it has none.
        partial : bool
            Include sums of fewer than all parts.
        """
        figures = self.figures(indicator, basis, base_year=base_year)
        return figures.value if partial else figures.value.where((figures.coverage >= 1) | ~np.isfinite(figures.value))

    def figures(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> Figures:
        """Value, numerator, denominator, weakest status and coverage of an indicator, each years × regions."""
        key = ("figures", indicator, basis, self._base_asked(indicator, base_year))
        if key not in self._sheets:
            self._sheets[key] = self._figures(*key[1:])
        return self._sheets[key]

    def deciding(self, indicator: str, *, base_year: int | None = None) -> pd.Series:
        """The basis that decides for each region; empty where it has no value at all or is not asked for one.

        A region's own figures decide as long as they reach as far as the sum of its parts; a city that stopped
        reporting is judged by its counties. A sum with holes never decides.
        """
        own, parts = (_latest(self.value(indicator, basis, base_year=base_year)) for basis in (OWN, COUNTIES))
        asked = self._asked(indicator)
        basis = np.where(~asked | (own < 0) & (parts < 0), "", np.where(parts > own, COUNTIES, OWN))
        return pd.Series(basis, index=self.regions.index)

    def base_years(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> pd.Series:
        """The base year of each region's values: where a fall or rise starts, and the price base of an intensity.

        NaN for an indicator without one. Ask `value` for the same base year to compare with another panel.
        """
        base = self._base_asked(indicator, base_year)
        if indicator in self.formulas and self._takes_base(indicator) and self._base_year(indicator) is None:
            priced = next(one for one in _parameters(self.formulas[indicator])[0] if self._takes_base(one))
            return self.base_years(priced, OWN, base_year=base_year)
        self._sheet(indicator, basis, base)
        return pd.Series(self._bases.get((indicator, basis, base), np.nan), index=self.regions.index, dtype=float)

    def base(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> pd.Series:
        """What a fall or rise starts from: the level of each region in its base year, or the value its target names.

        NaN where it is not known, and for indicators that speak of no change.
        """
        if indicator not in CHANGES:
            return pd.Series(np.nan, index=self.regions.index)
        years = self.base_years(indicator, basis, base_year=base_year)
        level = self._sheet(CHANGES[indicator].level, basis, None)
        rows = self.years.get_indexer(years.fillna(-1).astype(int)) if len(self.years) else np.full(len(years), -1)
        values = np.full(len(years), np.nan)
        if level is not None:
            inside = rows >= 0
            values[inside] = level.value.to_numpy()[rows[inside], np.flatnonzero(inside)]
        for place, value in self._base_values(indicator, base_year).items():
            values[place] = value
        return pd.Series(values, index=self.regions.index)

    def weight_covered(self, indicator: str, *, base_year: int | None = None) -> pd.DataFrame:
        """Share of the weight (the denominator: GDP, villages, people; else the area) of the parts in a sum.

        Years × regions, 0 to 1; the last known weight of a part stands in where it has none for the year; NaN where a
        part has never had one. `weight_of` names the weight.
        """
        weight = self._weight(indicator)
        members = self._members(indicator, self._base_asked(indicator, base_year))
        joined = self._family.joined
        whole, *_ = joined(weight, np.ones(weight.shape, bool), "sum")
        there, *_ = joined(weight, members, "sum")
        counted = joined(weight, members, "sum")[1]
        return self._frame(np.where(counted > 0, there / np.where(whole > 0, whole, np.nan), 0.0))

    def weight_of(self, indicator: str) -> str:
        """Code of the variable that weighs the parts of a sum; `area_km2` where the area does."""
        parts = self._parts(indicator)
        return parts[1] if parts else "area_km2"

    def trace(
        self, region: str, indicator: str, year: int, basis: str = OWN, *, base_year: int | None = None
    ) -> tuple[frozenset, frozenset]:
        """Ids of the observations behind a value, and the inputs that are lacking for it.

        An input of another year is named `variable@year`, one of a part `variable@code`. Without inputs to lack, a
        value that is missing lacks `zero_denominator` (nothing to count), `outside_bounds` (a share above its whole)
        or `outside_domain`.
        """
        place = self.regions.index.get_loc(region)
        base, year = self._base_asked(indicator, base_year), int(year)
        ids = self._ids_of(indicator, basis, place, year, base)
        figures = self.figures(indicator, basis, base_year=base_year)
        if (
            year in self.years
            and np.isfinite(figures.value.at[year, region])
            and figures.coverage[year - self.years[0], place] >= 1
        ):
            return ids, frozenset()
        lacking = self._lacking(indicator, basis, place, year, base)
        if not lacking and year in self.years:
            lacking = frozenset([self._reason(indicator, basis, figures, year - self.years[0], place)])
        return ids, lacking

    def _reason(self, indicator: str, basis: str, figures: Figures, row: int, place: int) -> str:
        """Why a value is missing whose inputs are all there."""
        outside = self._outside.get(indicator)
        if basis == OWN and outside is not None and outside[row, place]:
            return "outside_bounds"
        zero = figures.denominator is not None and figures.denominator.iat[row, place] == 0
        return "zero_denominator" if zero else "outside_domain"

    @cached_property
    def results(self) -> pd.DataFrame:
        """Every indicator's value for every region, year and basis, as a tidy table (`RESULT_COLUMNS`).

        A gap between the first and the last value, and every year after the last up to the latest observation, is a
        row without value that names in `lacking` what it lacks. A row with `coverage` below 1 is a sum with holes:
        shown, never passed off as the whole.
        """
        blocks = [
            self._rows(indicator, basis)
            for indicator in self.tables.indicators.values()
            if indicator.kind != "checklist"
            for basis in (OWN, COUNTIES)
        ]
        columns = {name: [block[name] for block in blocks if block] for name in RESULT_COLUMNS}
        return pd.DataFrame({name: np.concatenate(parts) if parts else [] for name, parts in columns.items()})

    @cached_property
    def problems(self) -> list[Problem]:
        """Values outside the bounds of their indicator (a share above its whole), and own formulas that do not work.

        Both are treated as missing.
        """
        for indicator in self.tables.indicators.values():
            if indicator.kind != "checklist":
                self._sheet(indicator.code, OWN, None)
        rows = {row["code"]: number for number, row in enumerate(self._own_table(), 2)} if self._faults else {}
        return [
            Problem("indicators.csv", rows[code], "numbers_formula", {"code": code, "reason": reason})
            for code, reason in self._faults.items()
        ] + [
            self._problem(name, int(row), int(column))
            for name, outside in self._outside.items()
            for row, column in zip(*np.nonzero(outside), strict=True)
        ]

    def has_own_value(self, region: str, indicator: str) -> bool:
        """Whether a region has ever reported an indicator itself."""
        return bool(self.value(indicator, OWN)[region].notna().any())

    def nothing_to_assess(self, region: str, indicator: str) -> bool:
        """Whether all that keeps a region from a value is that there is nothing to count (a denominator of zero)."""
        figures = [self.figures(indicator, basis) for basis in (OWN, COUNTIES)]
        sides = [f.denominator[region] for f in figures if f.denominator is not None]
        known = pd.concat([side.dropna() for side in sides]) if sides else pd.Series(dtype=float)
        return bool(len(known)) and bool((known == 0).all())

    def weakest_status(self, region: str, indicator: str, basis: str = "") -> str:
        """The weakest status of all years of a region's indicator, or of what was counted for it."""
        column = self.regions.index.get_loc(region)
        status = [self.figures(indicator, one).status[:, column] for one in ([basis] if basis else [OWN, COUNTIES])]
        return STATUSES[max(int(np.max(np.concatenate(status), initial=0)), 0)]

    def parts(self, region: str, indicator: str, year: int, basis: str, *, base_year: int | None = None) -> Parts:
        """What a region's value of a year is made of."""
        record = self.tables.indicators[indicator]
        figures = self.figures(indicator, basis, base_year=base_year)
        if figures.denominator is None or figures.numerator is None:
            return Parts(np.nan, np.nan, np.nan, "", 1.0, False)
        numerator, denominator = figures.numerator[region], figures.denominator[region]
        value, row = figures.value[region], year - self.years[0]
        both = (value.notna() & (denominator > 0) & (numerator > 0)).to_numpy()
        factors = (value * denominator / numerator).to_numpy()[both]
        factor = (
            np.nan if indicator in CHANGES else factors[-1] if len(factors) else 100.0 if record.unit == "%" else 1.0
        )
        if len(factors) and not np.allclose(factors, factor, rtol=1e-6):
            factor = np.nan
        variable = self.tables.variables.get(record.count_variable)
        sides = self._parts(indicator)
        whole = self.tables.variables.get(sides[1]) if sides else None
        return Parts(
            float(numerator.iloc[row]),
            float(denominator.iloc[row]),
            float(factor),
            variable.unit if variable else "",
            float(figures.coverage[row, self.regions.index.get_loc(region)]),
            whole is not None and whole.unit == "answer",
        )

    def events(self, variable: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Events and their weakest status, regions × years; a city's are its counties' where it reports none itself.

        A sum is unknown while a county has not reported, unless one of the others had an event.
        """
        rows = self.observations[self.observations["variable"] == variable]
        counts, status = (
            rows.pivot(index="region_code", columns="year", values=name).reindex(columns=self.years)
            for name in ("value", "status")
        )
        for city in self.regions.index:
            counties = self.parts_of(city)
            if counties and city not in counts.index and len(counts):
                own = counts.reindex(counties).astype(float)
                total = own.sum(axis=0, min_count=1)
                counts.loc[city] = total.where(own.notna().all() | (total > 0))
                status.loc[city] = status.reindex(counties).apply(
                    lambda column: max(column.dropna(), key=STATUSES.index, default=np.nan)
                )
        return counts.astype(float), status

    def count_values(self, keys: list[tuple[str, str]]) -> pd.Series:
        """How many of the (region, indicator) pairs have a value, by year."""
        counts = pd.Series(0, index=self.years)
        for code in dict.fromkeys(code for _, code in keys):
            regions = [region for region, one in keys if one == code]
            counts = counts + self.has_value(code)[regions].sum(axis=1)
        return counts

    def table(self, names: list[str], region: str) -> pd.DataFrame:
        """Years × variables or indicators of one region, its own figures; a name without any value is left out."""
        sheets = {name: self._sheet(name, OWN, None) for name in names}
        return pd.DataFrame({name: sheet.value[region] for name, sheet in sheets.items() if sheet is not None})

    def across(self, names: list[str], year: int) -> pd.DataFrame:
        """Regions × variables or indicators of one year, their own figures; regions without any are left out."""
        sheets = {name: self._sheet(name, OWN, None) for name in names}
        rows = {name: s.value.loc[year] for name, s in sheets.items() if s is not None and year in self.years}
        return pd.DataFrame(rows).dropna(how="all")

    def parts_of(self, region: str) -> list[str]:
        """Codes of the regions that name this one as their parent."""
        return list(self.regions.index[self._family.parts[self.regions.index.get_loc(region)]])

    def level_of(self, name: str, numerator: pd.DataFrame, denominator: pd.DataFrame) -> pd.DataFrame:
        """The level that a change speaks of, from its two sides."""
        formula = self.formulas[name]
        return formula(numerator, denominator, **self.fixed(formula))

    def names(self, lang: str) -> dict[str, str]:
        """Names of the regions by code."""
        return self.regions["name_en" if lang == "en" else "name_zh"].to_dict()

    def has_value(self, indicator: str) -> pd.DataFrame:
        """Years × regions: whether an indicator has a value, the region's own or that of all its parts."""
        return self.value(indicator, OWN).notna() | self.value(indicator, COUNTIES).notna()

    # ------------------------------------------------------------------ sheets

    def _sheet(self, name: str, basis: str, base: int | None) -> Sheet | None:
        """The sheet of a variable or indicator; None when nothing of it can be had."""
        if base is not None and not self._takes_base(name):
            base = None
        key = (name, basis, base)
        if key not in self._sheets:
            self._sheets[key] = None  # an own indicator that is made of itself ends here
            self._sheets[key] = self._own(name, base) if basis == OWN else self._from_parts(name, base)
        return self._sheets[key]

    def _own(self, name: str, base: int | None) -> Sheet | None:
        """As observed, else computed from its inputs, else (a fall) from the level that was reported."""
        observed = self._observed(name)
        computed = self._computed_own(name, base)
        if observed is None or computed is None:
            sheet = computed if observed is None else observed
        else:
            sheet = _laid_over(observed, computed, observed.value.isna().to_numpy())
        if name in CHANGES:
            sheet = self._from_reported_level(name, base, sheet)
        return None if sheet is None else self._within_bounds(name, sheet)

    def _observed(self, name: str) -> Sheet | None:
        cells = self._cells.get(name)
        if cells is None:
            return None
        there = cells >= 0
        value = np.where(there, self._observed_values[cells], np.nan)
        return Sheet(self._frame(value), np.where(there, self._observed_status[cells], -1).astype(np.int8), there)

    @cached_property
    def _observed_values(self) -> np.ndarray:
        return self.observations["value"].to_numpy(float)

    @cached_property
    def _observed_status(self) -> np.ndarray:
        return self.observations["status"].map(STATUSES.index).to_numpy(np.int8)

    @cached_property
    def _ids(self) -> np.ndarray:
        return self.observations["id"].to_numpy(object)

    def _computed_own(self, name: str, base: int | None) -> Sheet | None:
        key = ("computed", name, base)
        if key not in self._sheets:
            self._sheets[key] = self._computed(name, OWN, base)
        return self._sheets[key]

    def _computed(self, name: str, basis: str, base: int | None) -> Sheet | None:
        formula = self.formulas.get(name)
        if formula is None:
            return None
        required, optional = _parameters(formula)
        sheets = [self._sheet(parameter, basis, base) for parameter in required]
        if any(sheet is None for sheet in sheets):
            return None
        extras = {parameter: self._sheet(parameter, basis, base) for parameter in optional}
        try:
            sheet = self._evaluated(name, basis, sheets, extras, base)
        except own.FormulaError as error:
            self._faults[name] = str(error)
            return None
        return self._from_base_value(name, basis, base, sheet)

    def _evaluated(self, name: str, basis: str, sheets: list, extras: dict, base: int | None) -> Sheet:
        """The formula on its inputs; one that refers to a base year takes each region's own."""
        formula = self.formulas[name]
        if "base_year" not in self.fixed(formula):
            return self._applied(name, sheets, extras)
        bases = self._asked_bases(name, base)
        sheet = self._by_base(name, sheets, extras, bases)
        if base is None:  # older statistics and replays: the start of the plan that ran when the region's data end
            empty = sheet.value.isna().all().to_numpy()
            last = _latest_row(np.logical_and.reduce([s.value.notna().to_numpy() for s in sheets]))
            earlier = 5 * ((last + self.years[0] - 1) // 5) if len(self.years) else last
            other = np.where(empty & (last >= 0) & (earlier < bases), earlier, bases)
            if (other != bases).any():
                again = self._by_base(name, sheets, extras, other)
                better = empty & again.value.notna().any().to_numpy()
                bases = np.where(better, other, bases)
                sheet = _laid_over(sheet, again, np.broadcast_to(better, sheet.known.shape))
        self._bases[name, basis, base] = bases
        return sheet

    def _by_base(self, name: str, sheets: list, extras: dict, bases: np.ndarray) -> Sheet:
        found = None
        for base in np.unique(bases):
            sheet = self._applied(name, sheets, extras, int(base))
            here = np.broadcast_to(bases == base, sheet.known.shape)
            found = sheet if found is None else _laid_over(found, sheet, here)
        return found

    def _applied(self, name: str, sheets: list, extras: dict, base: int | None = None) -> Sheet:
        formula = self.formulas[name]
        fixed = self.fixed(formula) | ({} if base is None else {"base_year": base})
        optional = {key: None if sheet is None else sheet.value for key, sheet in extras.items()}
        value = formula(*(sheet.value for sheet in sheets), **optional, **fixed)
        needs = self._needs(name, base)
        required, _ = _parameters(formula)
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
            rows = [place - first if 0 <= place - first < count else count for place in needed.get(year, [year])]
            if rows:
                out[row] = join.reduce(padded[rows], axis=0)
            else:
                out[row] = join is np.logical_and or -1
        return out

    def _from_reported_level(self, name: str, base: int | None, sheet: Sheet | None) -> Sheet | None:
        """A fall of which the level alone was reported, or yearly falls alone; two sources are never compared."""
        change = CHANGES[name]
        level = self._observed(change.level)
        if level is not None:
            sheet = self._filled_in(sheet, level, lambda values, year: change.of(values, *year), change, name, base)
        falls = self._observed(f"{change.level}_decline_rate") if change.of is cumulative_decline else None
        if falls is not None:
            sheet = self._filled_in(sheet, falls, lambda values, year: compounded(values, *year), change, name, base)
        return sheet

    def _filled_in(self, sheet: Sheet | None, source: Sheet, of: Callable, change, name: str, base) -> Sheet:
        """The sheet, with what another source gives where it has no value."""
        bases = self._bases.get((name, OWN, base))
        if change.from_base and bases is None:
            bases = self._bases[name, OWN, base] = self._asked_bases(name, base)
        if change.from_base:
            value = source.value.copy()
            for year in np.unique(bases):
                value.loc[:, bases == year] = of(source.value.loc[:, bases == year], [int(year)])
        else:
            value = of(source.value, [])
        there = value.notna().to_numpy()
        status = np.where(there, source.status.max(axis=0, keepdims=True), -1).astype(np.int8)
        found = Sheet(value, status, there)
        return found if sheet is None else _laid_over(sheet, found, sheet.value.isna().to_numpy() & there)

    def _asked_bases(self, name: str, base: int | None) -> np.ndarray:
        """Base year of each region: the one asked for, else its target's, else that of the coefficients."""
        bases = np.full(len(self.regions), self._base_year(name) if base is None else base)
        by_target = self._based.years.get(name)
        return (
            bases
            if base is not None or by_target is None
            else np.where(np.isnan(by_target), bases, by_target).astype(int)
        )

    def _from_base_value(self, name: str, basis: str, base: int | None, sheet: Sheet) -> Sheet:
        """Regions whose target names the value that a fall starts from are compared with that."""
        given = self._base_values(name, base)
        if not given or name not in CHANGES:
            return sheet
        level = self._sheet(CHANGES[name].level, basis, None)
        if level is None:
            return sheet
        value, known, status = sheet.value.copy(), sheet.known.copy(), sheet.status.copy()
        for place, start in given.items():
            value.iloc[:, place] = CHANGES[name].against(level.value.iloc[:, place], start)
            known[:, place], status[:, place] = level.known[:, place], level.status[:, place]
        return Sheet(value, status, known)

    def _within_bounds(self, name: str, sheet: Sheet) -> Sheet:
        """The sheet without values that cannot be, such as a share above its whole."""
        record = self._record(name)
        low = -np.inf if record.low is None else record.low
        high = np.inf if record.high is None else record.high
        cells = sheet.value.to_numpy()
        with np.errstate(invalid="ignore"):
            beyond = (cells < low) | (cells > high)
            if not beyond.any():
                return sheet
            outside = (cells < low - SLACK * max(1, abs(low))) | (cells > high + SLACK * max(1, abs(high)))
        self._outside[name] = self._outside.get(name, np.zeros(outside.shape, bool)) | outside
        value = self._frame(np.where(outside, np.nan, np.clip(cells, low, high)))
        return Sheet(value, sheet.status, sheet.known & ~outside)

    # ------------------------------------------------------------------ regions with parts

    def _from_parts(self, name: str, base: int | None) -> Sheet | None:
        """The parts put together where every one of them is there."""
        how = self._aggregate(name)
        if how in FROM_PARTS:
            sheet = self._computed(name, COUNTIES, base)
            if sheet is None or not self._outside.get(name, np.zeros(0)).any():
                return sheet
            _, counted, size = self._family.joined(sheet.value.to_numpy(), self._members(name, base), "sum")
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
        own = self._sheet(name, OWN, base)
        if own is None:
            return None
        bases = self._bases.get((name, OWN, base if self._takes_base(name) else None))
        if bases is not None and len(np.unique(bases)) > 1:  # money at prices of different years is not added up
            common = self._family.newest(np.where(own.value.notna().any(), bases, bases.min()))
            strange = (bases != common) & (self._cells.get(name, np.full(own.known.shape, -1)) < 0)
            own = Sheet(
                own.value.mask(strange), np.where(strange, -1, own.status).astype(np.int8), own.known & ~strange
            )
        if not self._family.nested:
            return own
        parts = self._joined(name, own, own.value.notna().to_numpy(), whole=True)
        return _laid_over(own, parts, own.value.isna().to_numpy() & parts.value.notna().to_numpy())

    def _joined(self, name: str, members: Sheet, there: np.ndarray, *, whole: bool) -> Sheet:
        how = self._aggregate(name)
        if how == "worst":
            how = "min" if self.tables.indicators[name].direction > 0 else "max"
        value, counted, size = self._family.joined(members.value.to_numpy(), there, how)
        known = (size > 0) & ((counted == size) if whole else (counted > 0))
        status = self._family.weakest(np.where(there, members.status, -1))
        return Sheet(self._frame(np.where(known, value, np.nan)), status, known)

    def _members(self, name: str, base: int | None) -> np.ndarray:
        """Years × regions: whether a region has everything that the sum it belongs to needs of it."""
        if base is not None and not self._takes_base(name):
            base = None
        key = ("members", name, base)
        if key in self._sheets:
            return self._sheets[key]
        nothing = np.zeros((len(self.years), len(self.regions)), bool)
        if self._aggregate(name) in FROM_PARTS:
            formula = self.formulas.get(name)
            there = nothing if formula is None else ~nothing
            for parameter in _parameters(formula)[0] if formula else ():
                cells = self._members(parameter, base)
                there = there & self._over_years(
                    cells, self._needs(name, self._one_base(name, base)).get(parameter), np.logical_and
                )
            if self._sheet(name, OWN, base) is not None and name in self._outside:
                there = there & ~self._outside[name]
        else:
            members = self._to_join(name, base)
            there = nothing if members is None else members.value.notna().to_numpy()
        self._sheets[key] = there
        return there

    def _restricted(self, name: str, base: int | None, there: np.ndarray) -> Sheet | None:
        """The sheet of the parts put together, of those alone that are `there` (years × regions)."""
        if self._aggregate(name) not in FROM_PARTS:
            members = self._to_join(name, base)
            return (
                None
                if members is None
                else self._joined(name, members, there & members.value.notna().to_numpy(), whole=False)
            )
        formula = self.formulas.get(name)
        if formula is None:
            return None
        required, optional = _parameters(formula)
        sheets = [self._restricted(parameter, base, there) for parameter in required]
        extras = {parameter: self._restricted(parameter, base, there) for parameter in optional}
        if any(sheet is None for sheet in sheets):
            return None
        kept = self._bases.get((name, COUNTIES, base))
        sheet = self._evaluated(name, COUNTIES, sheets, extras, base)
        if kept is not None:
            self._bases[name, COUNTIES, base] = kept
        return self._from_base_value(name, COUNTIES, base, sheet)

    def _with_holes(self, name: str, base: int | None, row: int | None, there: np.ndarray) -> dict[str, Sheet | None]:
        """Value and parts of an indicator from some of a region's parts; `row` names the one year that is wanted."""
        if row is not None:  # a fall compares the same counties in both years
            there = np.broadcast_to(there[row], there.shape)
        parts = self._parts(name) or ()
        return {"value": self._restricted(name, base, there)} | {
            place: self._restricted(part, base, there)
            for place, part in zip(("numerator", "denominator"), parts, strict=False)
        }

    # ------------------------------------------------------------------ figures

    def _figures(self, name: str, basis: str, base: int | None) -> Figures:
        sheet = self._sheet(name, basis, base)
        shape = (len(self.years), len(self.regions))
        if sheet is None:
            empty = self._frame(np.full(shape, np.nan))
            return Figures(empty, None, None, np.full(shape, -1, np.int8), np.zeros(shape, bool), np.zeros(shape))
        parts = self._parts(name)
        sides = [self._sheet(part, basis, base) for part in parts] if parts else [None, None]
        values = [None if side is None else side.value for side in sides]
        coverage = np.isfinite(sheet.value.to_numpy()).astype(float)
        figures = Figures(sheet.value, *values, sheet.status, sheet.known, coverage)
        if basis == OWN:
            return figures
        members = self._members(name, base)
        _, counted, size = self._family.joined(np.zeros(shape), members, "sum")
        holes = (counted > 0) & (counted < size)
        return self._filled(name, base, figures, holes, counted / np.maximum(size, 1)) if holes.any() else figures

    def _filled(self, name: str, base: int | None, whole: Figures, holes: np.ndarray, share: np.ndarray) -> Figures:
        """The figures with sums of fewer than all parts put where the whole is not known."""
        members = self._members(name, base)
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
            for place, filled in cells.items():
                if filled is not None and sheets.get(place) is not None:
                    filled[here] = sheets[place].value.to_numpy()[here]
            status[here] = sheets["value"].status[here]
        finite = np.isfinite(cells["value"])
        coverage[holes] = np.where(finite, share, 0.0)[holes]
        frames = {place: None if filled is None else self._frame(filled) for place, filled in cells.items()}
        return Figures(frames["value"], frames["numerator"], frames["denominator"], status, whole.known, coverage)

    def _parts(self, name: str) -> tuple[str, str] | None:
        """Numerator and denominator of a ratio, by code; None for what is no ratio."""
        formula = self.formulas.get(name)
        if formula is None or self._aggregate(name) not in ("ratio", "worst"):
            return None
        required, _ = _parameters(formula)
        return self._parts(required[0]) if len(required) == 1 else tuple(required[:2])

    def _weight(self, name: str) -> np.ndarray:
        parts = self._parts(name)
        sheet = self._sheet(parts[1], OWN, None) if parts else None
        if sheet is None:
            area = self.regions["area_km2"].to_numpy(float)
            return np.broadcast_to(area, (len(self.years), len(area)))
        return sheet.value.ffill().bfill().to_numpy()

    def _rows(self, indicator: catalog.Indicator, basis: str) -> dict[str, np.ndarray]:
        """Columns of the result rows of an indicator, for the regions that the basis speaks of; empty without any."""
        if basis == COUNTIES and self._sheet(indicator.code, COUNTIES, None) is None:
            return {}
        figures = self.figures(indicator.code, basis)
        value = figures.value.to_numpy()
        asked = self._asked(indicator.code) & (self._family.has_parts | (basis == OWN))
        told = np.logical_or.accumulate(np.isfinite(value), axis=0)
        if basis == OWN and len(told):
            told[-1] = True
        column, row = np.nonzero((told & asked).T)
        if not len(row):
            return {}
        codes = self.regions.index.to_numpy(object)[column]
        years = self.years.to_numpy()[row]
        columns = {
            "region_code": codes,
            "year": years,
            "value": value[row, column],
            "status": np.array([*STATUSES, ""], object)[figures.status[row, column]],
            "lacking": np.full(len(row), "", object),
            "coverage": figures.coverage[row, column],
            "id": codes + f":{indicator.code}:" + years.astype(str).astype(object) + f":{basis}",
        }
        for side in ("numerator", "denominator"):
            cells = getattr(figures, side)
            columns[side] = np.full(len(row), np.nan) if cells is None else cells.to_numpy()[row, column]
        same = {"indicator": indicator.code, "part": indicator.part, "unit": indicator.unit, "basis": basis}
        columns |= {name: np.full(len(row), text, object) for name, text in same.items()}
        for place in np.flatnonzero(columns["coverage"] < 1):
            lacks = self._lacking(indicator.code, basis, int(column[place]), int(years[place]), None)
            lacks = lacks or [self._reason(indicator.code, basis, figures, row[place], column[place])]
            columns["lacking"][place] = ";".join(sorted(lacks))
        return columns

    # ------------------------------------------------------------------ where a value comes from

    def _ids_of(self, name: str, basis: str, place: int, year: int, base: int | None) -> frozenset:
        """Ids of the observations behind a value."""
        if basis == COUNTIES and self._aggregate(name) not in FROM_PARTS:
            told = [(part, self._basis_of(name, part, year, base)) for part in self._family.parts[place]]
            return frozenset().union(
                *(self._ids_of(name, own_or_parts, part, year, base) for part, own_or_parts in told)
            )
        cell = self._cell(name, place, year) if basis == OWN else -1
        if cell >= 0:
            return frozenset([self._ids[cell]])
        if basis == OWN and self._is_from_level(name, place, year, base):
            return self._ids_of_level(name, place, year, base)
        if name not in self.formulas:
            return frozenset()
        inputs = self._inputs(name, basis, place, year, base)
        inputs += [(parameter, year) for parameter in _parameters(self.formulas[name])[1]]
        return frozenset().union(*(self._ids_of(one, basis, place, when, base) for one, when in inputs))

    def _basis_of(self, name: str, part: int, year: int, base: int | None) -> str:
        """What a part gives to a sum: its own figure, else that of its own parts where they are complete."""
        if not self._family.has_parts[part] or not self._lacking(name, OWN, part, year, base):
            return OWN
        return OWN if self._lacking(name, COUNTIES, part, year, base) else COUNTIES

    def _lacking(self, name: str, basis: str, place: int, year: int, base: int | None) -> frozenset:
        """Inputs that are lacking for a value; regions whose cells have the same holes are looked at once."""
        if basis == OWN:
            place = int(self._alike(name, year, base)[place])
        key = ("lacking", name, basis, place, year, base if self._takes_base(name) else None)
        if key not in self._sheets:
            self._sheets[key] = self._found_lacking(name, basis, place, year, base)
        return self._sheets[key]

    def _found_lacking(self, name: str, basis: str, place: int, year: int, base: int | None) -> frozenset:
        if basis == COUNTIES and self._aggregate(name) not in FROM_PARTS:
            told = [(part, self._basis_of(name, part, year, base)) for part in self._family.parts[place]]
            return frozenset(
                f"{lack}@{self.regions.index[part]}"
                for part, own_or_parts in told
                for lack in self._lacking(name, own_or_parts, part, year, base)
            )
        if basis == OWN and self._cell(name, place, year) >= 0:
            return frozenset()
        itself = frozenset([name if year in self.years else f"{name}@{year}"])
        if name not in self.formulas:
            return itself
        lacking = frozenset(
            lack if when == year or "@" in lack else f"{lack}@{when}"
            for one, when in self._inputs(name, basis, place, year, base)
            for lack in self._lacking(one, basis, place, when, base)
        )
        return itself if lacking and name in SAID_BY_NAME else lacking

    def _inputs(self, name: str, basis: str, place: int, year: int, base: int | None) -> list[tuple[str, int]]:
        """Required inputs of a value, each with the years that it needs of them."""
        needs = self._needs(name, self._base_of(name, basis, place, base))
        required, _ = _parameters(self.formulas[name])
        return [(one, when) for one in required for when in needs.get(one, {}).get(year, [year])]

    def _alike(self, name: str, year: int, base: int | None) -> np.ndarray:
        """For each region the first one whose cells, as far as this value needs them, have the same holes."""
        key = ("alike", name, year, base if self._takes_base(name) else None)
        if key not in self._sheets:
            nodes: set[tuple[str, int]] = set()
            self._gather(name, year, base, nodes)
            rows = [
                bases for (one, basis, _), bases in self._bases.items() if basis == OWN and len(np.unique(bases)) > 1
            ]
            for one, when in sorted(nodes):
                if one in self._cells and when in self.years:
                    rows.append(self._cells[one][when - self.years[0]] >= 0)
            if rows:
                _, first, which = np.unique(np.array(rows), axis=1, return_index=True, return_inverse=True)
                self._sheets[key] = first[which.ravel()]
            else:
                self._sheets[key] = np.zeros(len(self.regions), int)
        return self._sheets[key]

    def _gather(self, name: str, year: int, base: int | None, nodes: set) -> None:
        """All cells (variable, year) that a value may come from."""
        if (name, year) in nodes:
            return
        nodes.add((name, year))
        if name not in self.formulas:
            return
        self._sheet(name, OWN, base)
        bases = self._bases.get((name, OWN, base if self._takes_base(name) else None))
        for one in {None} if bases is None else set(bases.tolist()):
            needs = self._needs(name, one)
            for parameter in _parameters(self.formulas[name])[0]:
                for when in needs.get(parameter, {}).get(year, [year]):
                    self._gather(parameter, when, base, nodes)

    def _is_from_level(self, name: str, place: int, year: int, base: int | None) -> bool:
        """Whether a fall was taken from reported levels or yearly falls."""
        if name not in CHANGES or year not in self.years:
            return False
        row = year - self.years[0]
        sheet, computed = self._sheet(name, OWN, base), self._computed_own(name, base)
        if sheet is None or np.isnan(sheet.value.iat[row, place]):
            return False
        return computed is None or bool(np.isnan(computed.value.iat[row, place]))

    def _ids_of_level(self, name: str, place: int, year: int, base: int | None) -> frozenset:
        change = CHANGES[name]
        other = self._base_of(name, OWN, place, base) if change.from_base else year - 1
        ends = [self._cell(change.level, place, when) for when in {year, other}]
        if -1 in ends:  # then from the yearly falls between the two
            between = range(min(year, other) + 1, max(year, other) + 1)
            ends = [self._cell(f"{change.level}_decline_rate", place, when) for when in between]
        return frozenset(self._ids[cell] for cell in ends if cell >= 0)

    def _cell(self, name: str, place: int, year: int) -> int:
        cells = self._cells.get(name)
        return -1 if cells is None or year not in self.years else int(cells[year - self.years[0], place])

    def _problem(self, name: str, row: int, column: int) -> Problem:
        region, year = self.regions.iloc[column], int(self.years[row])
        record = self._record(name)
        ids = self._ids_of(name, OWN, column, year, None)
        behind = self.observations[self.observations["id"].isin(ids)].sort_values("id")
        computed = self._computed_own(name, None)
        value = self._observed(name) if computed is None else computed
        first = behind.iloc[0] if len(behind) else None
        line = str(first["cell"]).removeprefix("row ") if first is not None else ""
        values = {
            "region_zh": region["name_zh"],
            "region_en": region["name_en"],
            "indicator_zh": record.name_zh,
            "indicator_en": record.name_en,
            "year": year,
            "value": f"{value.value.iat[row, column]:.10g}",
            "unit": record.unit,
            "low": "" if record.low is None else f"{record.low:g}",
            "high": "" if record.high is None else f"{record.high:g}",
            "inputs": ", ".join(sorted(ids)),
        }
        file = name if first is None else first["file"] if line.isdigit() else first["id"]
        return Problem(file, int(line) if line.isdigit() else None, "numbers_outside", values)

    # ------------------------------------------------------------------ own indicators of a folder

    def _own_formulas(self) -> dict[str, Callable]:
        made = {}
        for code in self.tables.own:
            record = self.tables.indicators[code]
            if not record.formula:
                continue
            try:
                made[code] = self._own_formula(record, made)
            except (own.FormulaError, units.UnitError) as error:
                self._faults[code] = str(error)
        return made

    def _own_formula(self, record: catalog.Indicator, made: dict) -> Callable:
        kind, names = own.sides(record.formula)
        if kind:
            formula = own.written(record.code, record.formula, 1.0)
        else:
            formula = own.from_file(record.code, record.formula, self.tables.folder)
            names = sum(_parameters(formula), [])
        known = self.tables.variables.keys() | self.tables.indicators.keys()
        unknown = [name for name in names if name not in known or name == record.code]
        if unknown or not names:
            raise own.FormulaError(f"{record.formula}: {', '.join(unknown) or '—'}")
        if kind in ("ratio", "per_head"):
            above, below = (self._record(name).unit for name in names)
            return own.written(record.code, record.formula, units.factor(f"{above}/{below}", record.unit))
        return formula

    def _own_table(self) -> list[dict[str, str]]:
        return catalog.rows(self.tables.folder / "indicators.csv")

    # ------------------------------------------------------------------ what a formula needs

    def _needs(self, name: str, base: int | None) -> dict[str, dict[int, list[int]]]:
        """For each required input, the years that a year's value needs; an input that is not named needs that year alone.

        Found by leaving out one year at a time, so that a formula need not say it.
        """
        key = (name, base)
        if key not in self._needed:
            self._needed[key] = self._years_needed(self.formulas[name], base)
        return self._needed[key]

    def _years_needed(self, formula: Callable, base: int | None) -> dict[str, dict[int, list[int]]]:
        required, optional = _parameters(formula)
        fixed = self.fixed(formula) | ({} if base is None else {"base_year": base})
        base = int(fixed["base_year"]) if "base_year" in fixed else None
        none = dict.fromkeys(optional)
        if base is None and _cell_by_cell(formula, len(required), none | fixed):
            return {}
        first, last = self.years[0] - 1, self.years[-1]
        years = pd.RangeIndex(
            min(first, first if base is None else base), max(last, last if base is None else base) + 1
        )
        count = len(years)
        left_out = np.where(np.eye(count, dtype=bool), np.nan, 1.0)
        whole = pd.DataFrame(np.ones((count, count)), index=years)
        always = formula(*([whole] * len(required)), **none, **fixed).isna().to_numpy()[:, 0]
        needed = {}
        for place, parameter in enumerate(required):
            frames = [
                pd.DataFrame(left_out, index=years) if place == other else whole for other in range(len(required))
            ]
            outcome = formula(*frames, **none, **fixed).isna().to_numpy()
            needed[parameter] = {
                int(year): [int(years[column]) for column in np.flatnonzero(outcome[row])]
                for row, year in enumerate(years)
                if not always[row]
            }
        return needed

    def _same_year(self, name: str) -> bool:
        """Whether a value depends on inputs of its own year alone, all the way down."""
        formula = self.formulas.get(name)
        if formula is None or self._aggregate(name) not in FROM_PARTS:
            return True
        if self._needs(name, self._one_base(name, None)):
            return False
        return all(self._same_year(parameter) for parameter in _parameters(formula)[0])

    # ------------------------------------------------------------------ base years

    def _base_asked(self, name: str, base_year) -> int | None:
        return None if base_year is None or np.isnan(base_year) or not self._takes_base(name) else int(base_year)

    def _takes_base(self, name: str) -> bool:
        """Whether a base year makes a difference, here or in an input."""
        key = ("takes_base", name)
        if key not in self._needed:
            formula = self.formulas.get(name)
            self._needed[key] = False  # an own indicator that is made of itself
            self._needed[key] = formula is not None and (
                "base_year" in self.fixed(formula) or any(map(self._takes_base, sum(_parameters(formula), [])))
            )
        return self._needed[key]

    def _base_year(self, name: str) -> int | None:
        """Base year of the coefficients; None for a formula without one."""
        year = self.fixed(self.formulas[name]).get("base_year")
        return None if year is None else int(year)

    def _one_base(self, name: str, base: int | None) -> int | None:
        return base if base is not None and self._base_year(name) is not None else self._base_year(name)

    def _base_of(self, name: str, basis: str, place: int, base: int | None) -> int | None:
        if self._base_year(name) is None:
            return None
        self._sheet(name, basis, base)
        bases = self._bases.get((name, basis, base))
        return self._one_base(name, base) if bases is None else int(bases[place])

    def _base_values(self, name: str, base) -> dict[int, float]:
        """Base values that targets name, by place of the region."""
        given = self._based.values.get(name, [])
        return {place: value for place, year, value in given if base is None or np.isnan(year) or year == base}

    # ------------------------------------------------------------------ small things

    def _asked(self, indicator: str) -> np.ndarray:
        """Regions of a level that has the indicator."""
        applies = self.tables.indicators[indicator].applies_to
        return np.isin(self._levels, [level for level in set(self._levels) if applies(level)])

    @cached_property
    def _levels(self) -> np.ndarray:
        return self.regions["level"].to_numpy(object).astype(str)

    def _record(self, name: str) -> catalog.Indicator | catalog.Variable:
        return self.tables.indicators.get(name) or self.tables.variables[name]

    def _aggregate(self, name: str) -> str:
        return self._record(name).aggregate

    def _frame(self, cells: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(cells, index=self.years, columns=self.regions.index)


@dataclass(frozen=True)
class _Based:
    """What targets say of bases: years by indicator (an array over regions), values as (place, year, value)."""

    years: dict[str, np.ndarray]
    values: dict[str, list[tuple[int, float, float]]]


def _base_years(targets: pd.DataFrame | None, codes: pd.Index) -> _Based:
    based = _Based({}, {})
    if targets is None or "base_year" not in targets:
        return based
    rows = targets[targets["base_year"].notna() | targets.get("base_value", targets["base_year"]).notna()]
    places = {code: place for place, code in enumerate(codes)}
    named: dict = {}
    for row in rows.to_dict("records"):
        for place in range(len(codes)) if row["region_code"] == "*" else [places[row["region_code"]]]:
            named.setdefault((row["indicator"], place), []).append((row["region_code"], row))
    for (indicator, place), given in named.items():
        own = [row for code, row in given if code != "*"] or [row for _, row in given]
        years = {float(row["base_year"]) for row in own} - {np.nan}
        years = {year for year in years if not np.isnan(year)}
        if len(years) == 1:
            based.years.setdefault(indicator, np.full(len(codes), np.nan))[place] = years.pop()
        for row in own:
            value = float(row.get("base_value", np.nan))
            if not np.isnan(value):
                based.values.setdefault(indicator, []).append((place, float(row["base_year"]), value))
    return based


class _Family:
    """Who is part of whom, and how the figures of parts are put together."""

    def __init__(self, regions: pd.DataFrame):
        places = {code: place for place, code in enumerate(regions.index)}
        parent = np.array([places.get(code, -1) for code in regions["parent"]], int)
        self.area = regions["area_km2"].to_numpy(float)
        self.parent = parent
        self.parts = [np.flatnonzero(parent == place) for place in range(len(parent))]
        self.has_parts = np.array([len(parts) > 0 for parts in self.parts], bool)
        self.nested = bool((self.has_parts & (parent >= 0) & self.has_parts[parent]).any())
        self.order = np.argsort(parent, kind="stable")[(parent < 0).sum() :]
        self.owners, self.starts = np.unique(parent[self.order], return_index=True)

    def joined(self, values: np.ndarray, there: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Values (years, regions) of the parts put together at their owner, of those that are `there`.

        Returns value, number of parts that went in, number of parts, each (years, regions).
        """
        value, counted = np.full(values.shape, np.nan), np.zeros(values.shape, int)
        size = np.broadcast_to(np.array([len(parts) for parts in self.parts], int), values.shape)
        if not len(self.order) or not len(values):
            return value, counted, size
        parts, inside = values[:, self.order], there[:, self.order]
        counted[:, self.owners] = np.add.reduceat(inside.astype(int), self.starts, axis=1)
        fill = {"min": np.inf, "max": -np.inf}.get(how, 0.0)
        filled = np.where(inside, parts, fill)
        if how in ("min", "max"):
            value[:, self.owners] = getattr(np, f"{how}imum").reduceat(filled, self.starts, axis=1)
        elif how == "area_weighted":
            area = np.where(inside, self.area[self.order], 0.0)
            total = np.add.reduceat(area, self.starts, axis=1)
            summed = np.add.reduceat(filled * area, self.starts, axis=1)
            value[:, self.owners] = summed / np.where(total > 0, total, np.nan)
        else:
            summed = np.add.reduceat(filled, self.starts, axis=1)
            value[:, self.owners] = summed / np.maximum(counted[:, self.owners], 1) if how == "mean" else summed
        return np.where(counted > 0, value, np.nan), counted, size

    def weakest(self, status: np.ndarray) -> np.ndarray:
        """The weakest status among the parts, at their owner; -1 where there is none."""
        found = np.full(status.shape, -1, np.int8)
        if len(self.order) and len(status):
            found[:, self.owners] = np.maximum.reduceat(status[:, self.order], self.starts, axis=1)
        return found

    def newest(self, bases: np.ndarray) -> np.ndarray:
        """The newest base year among the parts of each region's owner, for each region."""
        common = bases.copy()
        for parts in self.parts:
            if len(parts):
                common[parts] = bases[parts].max()
        return common


def formula_settings(coefficients: list[catalog.Coefficient]) -> Callable[[Callable], dict]:
    """What the standards fix for a formula: a number of its own name, or the group as a dictionary."""
    groups: dict[str, dict[str, float]] = {}
    for row in coefficients:
        groups.setdefault(row.group, {})[row.name] = row.value
    known: dict[Callable, dict] = {}

    def settings(formula: Callable) -> dict:
        if formula not in known:
            known[formula] = {
                name: groups[name].get(formula.__name__, groups[name])
                for name, parameter in inspect.signature(formula).parameters.items()
                if parameter.kind is parameter.KEYWORD_ONLY and name in groups
            }
        return dict(known[formula])

    return settings


def _cells(observations: pd.DataFrame, years: pd.RangeIndex, codes: pd.Index) -> dict[str, np.ndarray]:
    """For each variable the row of the observation (years, regions), -1 where there is none."""
    if not len(observations):
        return {}
    place = codes.get_indexer(observations["region_code"].astype(object))
    number, names = pd.factorize(observations["variable"])
    row = observations["year"].to_numpy() - years[0]
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(len(names) + 1))
    found = {}
    for which, name in enumerate(names):
        here = order[bounds[which] : bounds[which + 1]]
        here = here[place[here] >= 0]
        cells = np.full((len(years), len(codes)), -1, np.int32)
        cells[row[here], place[here]] = here
        found[name] = cells
    return found


def _laid_over(upper: Sheet, lower: Sheet, where: np.ndarray) -> Sheet:
    """The upper sheet, with the lower one showing through `where`."""
    return Sheet(
        upper.value.mask(where, lower.value),
        np.where(where, lower.status, upper.status).astype(np.int8),
        np.where(where, lower.known, upper.known),
    )


def _latest(values: pd.DataFrame) -> np.ndarray:
    return _latest_row(values.notna().to_numpy())


def _latest_row(there: np.ndarray) -> np.ndarray:
    """Row of the last True in each column, -1 where there is none."""
    if not len(there):
        return np.full(there.shape[1], -1)
    return np.where(there.any(axis=0), len(there) - 1 - there[::-1].argmax(axis=0), -1)


_CELL_BY_CELL: dict[tuple, bool] = {}


def _cell_by_cell(formula: Callable, inputs: int, fixed: dict) -> bool:
    """Whether a year's value needs its own year alone: seen on four years of which one at a time is left out."""
    key = (formula, repr(fixed))
    if key not in _CELL_BY_CELL:
        hole = np.eye(4, dtype=bool)
        frame = pd.DataFrame(np.where(hole, np.nan, 1.0), index=range(2001, 2005))
        _CELL_BY_CELL[key] = np.array_equal(formula(*([frame] * inputs), **fixed).isna().to_numpy(), hole)
    return _CELL_BY_CELL[key]


_SIGNATURES: dict[Callable, tuple[list[str], list[str]]] = {}


def _parameters(formula: Callable) -> tuple[list[str], list[str]]:
    """Names of a formula's required and optional inputs."""
    if formula not in _SIGNATURES:
        inputs = [p for p in inspect.signature(formula).parameters.values() if p.kind is not p.KEYWORD_ONLY]
        _SIGNATURES[formula] = (
            [p.name for p in inputs if p.default is p.empty],
            [p.name for p in inputs if p.default is not p.empty],
        )
    return _SIGNATURES[formula]
