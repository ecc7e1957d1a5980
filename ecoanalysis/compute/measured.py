"""What was measured: the questions that a panel answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ecoanalysis import catalog
from ecoanalysis.compute.needs import own_formulas, parameters
from ecoanalysis.compute.panel import COUNTIES, OWN, Figures, Panel, latest_row
from ecoanalysis.compute.trace import Trace
from ecoanalysis.formulas import CHANGES
from ecoanalysis.formulas.own import FormulaError
from ecoanalysis.intake import STATUSES, Problem

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
class Parts:
    """Numerator and denominator behind a value, and the unit of the things that are counted (empty for none).

    `factor` is what their ratio is multiplied by to be the value; NaN for a change, which no count of things closes.
    `answers` says that the things are answers of a sample survey. The numbers of many regions are arrays (regions,).
    """

    numerator: float | np.ndarray
    denominator: float | np.ndarray
    factor: float | np.ndarray
    unit: str
    coverage: float | np.ndarray
    answers: bool

    def at(self, position: int) -> Parts:
        """Those of one region among many."""
        numbers = (float(side[position]) for side in (self.numerator, self.denominator, self.factor, self.coverage))
        numerator, denominator, factor, coverage = numbers
        return Parts(numerator, denominator, factor, self.unit, coverage, self.answers)


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
    formulas : dict
        Functions by code, the shipped ones and those of the folder.
    fixed : callable
        What the standards fix for a formula.

    Notes
    -----
    Everything is computed when it is asked for, and kept.
    """

    def __init__(self, panel: Panel):
        self._panel, self._trace = panel, Trace(panel)
        self.years, self.regions = panel.years, panel.regions
        self.tables, self.observations = panel.tables, panel.observations
        self.formulas, self.fixed = panel.formulas, panel.fixed
        self._kept: dict[tuple, object] = {}

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
        if partial:
            return figures.value
        key = ("value", indicator, basis, base_year)
        if key not in self._kept:
            holes = (figures.coverage < 1) & np.isfinite(figures.value.to_numpy())
            self._kept[key] = figures.value.mask(holes) if holes.any() else figures.value
        return self._kept[key]

    def figures(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> Figures:
        """Value, numerator, denominator, weakest status and coverage of an indicator, each years × regions."""
        return self._panel.figures(indicator, basis, self._panel.base_asked(indicator, base_year))

    def deciding(self, indicator: str, *, base_year: int | None = None) -> pd.Series:
        """The basis that decides for each region; empty where it has no value at all or is not asked for one.

        A region's own figures decide as long as they reach as far as the sum of its parts; a city that stopped
        reporting is judged by its counties. A sum with holes never decides.
        """
        key = ("deciding", indicator, base_year)
        if key in self._kept:
            return self._kept[key]
        own, parts = (_latest(self.value(indicator, basis, base_year=base_year)) for basis in (OWN, COUNTIES))
        asked = self._panel.asked(indicator)
        record = self.tables.indicators.get(indicator)
        if record is not None and record.aggregate == "worst":  # the own scheme and the least of the parts: both count
            parts = np.where(
                (parts == own) & self._worse_in_parts(indicator, base_year, record.direction), parts + 1, parts
            )
        basis = np.where(~asked | (own < 0) & (parts < 0), "", np.where(parts > own, COUNTIES, OWN))
        self._kept[key] = pd.Series(basis, index=self.regions.index)
        return self._kept[key]

    def _worse_in_parts(self, indicator: str, base_year: int | None, direction: int) -> np.ndarray:
        """Whether the worst part's latest value of a region is worse than its own."""
        own, parts = (self.value(indicator, basis, base_year=base_year).ffill() for basis in (OWN, COUNTIES))
        if not len(own):
            return np.zeros(len(self.regions), bool)
        return (direction * (parts.iloc[-1] - own.iloc[-1]) < 0).to_numpy()

    def base_years(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> pd.Series:
        """The base year of each region's values: where a fall or rise starts, and the price base of an intensity.

        NaN for an indicator without one. Ask `value` for the same base year to compare with another panel.
        """
        base = self._panel.base_asked(indicator, base_year)
        if self._panel.takes_base(indicator) and self._panel.base_year(indicator) is None:  # by its constant prices
            priced = next(one for one in parameters(self.formulas[indicator])[0] if self._panel.takes_base(one))
            return self.base_years(priced, OWN, base_year=base_year)
        self._panel.sheet(indicator, basis, base)
        return pd.Series(self._panel.bases.get((indicator, basis, base), np.nan), index=self.regions.index, dtype=float)

    def base(self, indicator: str, basis: str = OWN, *, base_year: int | None = None) -> pd.Series:
        """What a fall or rise starts from: the level of each region in its base year, or the value its target names.

        NaN where it is not known, and for indicators that speak of no change.
        """
        if indicator not in CHANGES:
            return pd.Series(np.nan, index=self.regions.index)
        years = self.base_years(indicator, basis, base_year=base_year)
        base = self._panel.base_asked(indicator, base_year)
        level = self._panel.sheet(CHANGES[indicator].level, basis, base)
        rows = self.years.get_indexer(years.fillna(-1).astype(int)) if len(self.years) else np.full(len(years), -1)
        values = np.full(len(years), np.nan)
        if level is not None:
            inside = rows >= 0
            values[inside] = level.value.to_numpy()[rows[inside], np.flatnonzero(inside)]
        for position, (_, value) in self._panel.base_values(indicator, base).items():
            values[position] = value
        return pd.Series(values, index=self.regions.index)

    def weight_covered(self, indicator: str, *, base_year: int | None = None) -> pd.DataFrame:
        """Share of the weight (the denominator: GDP, villages, people; else the area) of the parts in a sum.

        Years × regions, 0 to 1; the last known weight of a part stands in where it has none for the year; NaN where a
        part has never had one. `weight_of` names the weight.
        """
        weight = self._panel.weight(indicator)
        members = self._panel.members(indicator, self._panel.base_asked(indicator, base_year))
        joined = self._panel.family.joined
        whole, _, _ = joined(weight, np.ones(weight.shape, bool), "sum")
        there, counted, _ = joined(weight, members, "sum")
        return self._panel.frame(np.where(counted > 0, there / np.where(whole > 0, whole, np.nan), 0.0))

    def weight_of(self, indicator: str) -> str:
        """Code of the variable that weighs the parts of a sum; `area_km2` where the area does."""
        parts = self._panel.sides(indicator)
        return parts[1] if parts else "area_km2"

    def sides(self, indicator: str) -> tuple[str, str] | None:
        """Codes of the numerator and the denominator of a ratio; None for what is no ratio."""
        return self._panel.sides(indicator)

    def inputs(self, indicator: str) -> frozenset[str]:
        """Codes of everything an indicator is made of, all the way down, optional inputs and itself among them."""
        reached, ahead = set(), [indicator]
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead += sum(parameters(self.formulas[name]), []) if name in self.formulas else []
        return frozenset(reached)

    def trace(
        self, region: str, indicator: str, year: int, basis: str = OWN, *, base_year: int | None = None
    ) -> tuple[frozenset, frozenset]:
        """Ids of the observations behind a value, and the inputs that are lacking for it.

        An input of another year is named `variable@year`, one of a part `variable@code`. Without inputs to lack, a
        value that is missing lacks `zero_denominator` (nothing to count), `outside_bounds` (a share above its whole)
        or `outside_domain`.
        """
        position = self.regions.index.get_loc(region)
        base, year = self._panel.base_asked(indicator, base_year), int(year)
        ids = self._trace.ids(indicator, basis, position, year, base)
        figures = self.figures(indicator, basis, base_year=base_year)
        row = year - self.years[0]
        if (
            year in self.years
            and np.isfinite(figures.value.iat[row, position])
            and figures.coverage[row, position] >= 1
        ):
            return ids, frozenset()
        lacking = self._trace.lacking(indicator, basis, position, year, base)
        if not lacking and year in self.years:
            lacking = frozenset([self._reason(indicator, basis, figures, row, position)])
        return ids, lacking

    def _reason(self, indicator: str, basis: str, figures: Figures, row: int, position: int) -> str:
        """Why a value is missing whose inputs are all there."""
        outside = self._panel.outside.get(indicator)
        if basis == OWN and outside is not None and outside[row, position]:
            return "outside_bounds"
        zero = figures.denominator is not None and figures.denominator.iat[row, position] == 0
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
                self._panel.sheet(indicator.code, OWN, None)
        formulas = _formula_problems(self.tables, self._panel.faults)
        outside = [
            self._problem(name, int(row), int(column))
            for name, cells in self._panel.outside.items()
            for row, column in zip(*np.nonzero(cells), strict=True)
        ]
        return formulas + outside

    def has_own_value(self, indicator: str) -> np.ndarray:
        """Whether each region has ever reported an indicator itself; bool array (regions,)."""
        return self.value(indicator, OWN).notna().to_numpy().any(axis=0)

    def nothing_to_assess(self, indicator: str) -> np.ndarray:
        """Whether all that keeps a region from a value is that there is nothing to count (a denominator of zero).

        Bool array (regions,).
        """
        figures = [self.figures(indicator, basis) for basis in (OWN, COUNTIES)]
        sides = [f.denominator.to_numpy() for f in figures if f.denominator is not None]
        if not sides:
            return np.zeros(len(self.regions), bool)
        known = np.concatenate(sides)
        missing = np.isnan(known)
        return ~missing.all(axis=0) & (missing | (known == 0)).all(axis=0)

    def weakest_status(self, indicator: str, basis: str = "") -> np.ndarray:
        """The weakest status of all years of an indicator, or of what was counted for it; array (regions,) of names."""
        status = [self.figures(indicator, one).status for one in ([basis] if basis else [OWN, COUNTIES])]
        return np.array(STATUSES, object)[np.concatenate(status).max(axis=0, initial=0)]

    def parts(self, region: str, indicator: str, year: int, basis: str, *, base_year: int | None = None) -> Parts:
        """What a region's value of a year is made of."""
        return self.parts_of_many([region], indicator, np.array([year]), basis, base_year=base_year).at(0)

    def parts_of_many(
        self, regions: Sequence[str], indicator: str, years: np.ndarray, basis: str, *, base_year: int | None = None
    ) -> Parts:
        """What the values of many regions are made of, each in a year of its own: `Parts` of arrays (regions,)."""
        record = self.tables.indicators[indicator]
        figures = self.figures(indicator, basis, base_year=base_year)
        if figures.denominator is None or figures.numerator is None:
            nothing = np.full(len(regions), np.nan)
            return Parts(nothing, nothing, nothing, "", np.ones(len(regions)), False)
        columns, rows = self.regions.index.get_indexer(regions), np.asarray(years, int) - self.years[0]
        every = np.arange(len(columns))
        sides = (figures.value, figures.numerator, figures.denominator)
        value, numerator, denominator = (side.to_numpy()[:, columns] for side in sides)
        both = ~np.isnan(value) & (denominator > 0) & (numerator > 0)
        factors = np.divide(value * denominator, numerator, out=np.full(value.shape, np.nan), where=both)
        last = latest_row(both)
        usual = 100.0 if record.unit == "%" else 1.0
        factor = np.where(last >= 0, factors[last, every], usual) if indicator not in CHANGES else np.nan
        one = (np.isclose(factors, factor, rtol=1e-6) | ~both).all(axis=0)
        factor = np.where(one, factor, np.nan)
        variable = self.tables.variables.get(record.count_variable)
        codes = self._panel.sides(indicator)
        whole = self.tables.variables.get(codes[1]) if codes else None
        return Parts(
            numerator[rows, every],
            denominator[rows, every],
            factor,
            variable.unit if variable else "",
            figures.coverage[rows, columns],
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
                ranks = status.reindex(counties).map(dict(zip(STATUSES, range(len(STATUSES)), strict=True)).get)
                status.loc[city] = ranks.astype(float).max().map(dict(enumerate(STATUSES)))
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
        sheets = {name: self._panel.sheet(name, OWN, None) for name in names}
        return pd.DataFrame({name: sheet.value[region] for name, sheet in sheets.items() if sheet is not None})

    def across(self, names: list[str], year: int) -> pd.DataFrame:
        """Regions × variables or indicators of one year, their own figures; regions without any are left out."""
        sheets = {name: self._panel.sheet(name, OWN, None) for name in names}
        rows = {name: s.value.loc[year] for name, s in sheets.items() if s is not None and year in self.years}
        return pd.DataFrame(rows).dropna(how="all")

    def parts_of(self, region: str) -> list[str]:
        """Codes of the regions that name this one as their parent."""
        return list(self.regions.index[self._panel.family.parts[self.regions.index.get_loc(region)]])

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

    def _rows(self, indicator: catalog.Indicator, basis: str) -> dict[str, np.ndarray]:
        """Columns of the result rows of an indicator, for the regions that the basis speaks of; empty without any."""
        if basis == COUNTIES and self._panel.sheet(indicator.code, COUNTIES, None) is None:
            return {}
        figures = self.figures(indicator.code, basis)
        value = figures.value.to_numpy()
        asked = self._panel.asked(indicator.code) & (self._panel.family.has_parts | (basis == OWN))
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
        for position in np.flatnonzero(columns["coverage"] < 1):
            lacks = self._trace.lacking(indicator.code, basis, int(column[position]), int(years[position]), None)
            lacks = lacks or [self._reason(indicator.code, basis, figures, row[position], column[position])]
            columns["lacking"][position] = ";".join(sorted(lacks))
        return columns

    def _problem(self, name: str, row: int, column: int) -> Problem:
        year = int(self.years[row])
        record = self._panel.record(name)
        ids = self._trace.ids(name, OWN, column, year, None)
        behind = self.observations[self.observations["id"].isin(ids)].sort_values("id")
        computed = self._panel.computed_own(name, None)
        value = self._panel.observed(name) if computed is None else computed
        first = behind.iloc[0] if len(behind) else None
        line = str(first["cell"]).removeprefix("row ") if first is not None else ""
        values = {
            "region": self.regions.index[column],
            "indicator": name,
            "year": year,
            "value": f"{value.value.iat[row, column]:.10g}",
            "unit": record.unit,
            "low": "" if record.low is None else f"{record.low:g}",
            "high": "" if record.high is None else f"{record.high:g}",
            "inputs": ", ".join(sorted(ids)),
        }
        file = name if first is None else first["file"] if line.isdigit() else first["id"]
        return Problem(file, int(line) if line.isdigit() else None, "numbers_outside", values)


def formula_problems(tables: catalog.Catalog, code: str) -> list[Problem]:
    """What is wrong with the formula of an own indicator, before anything is computed."""
    _, faults = own_formulas(tables)
    return _formula_problems(tables, {name: fault for name, fault in faults.items() if name == code})


def _formula_problems(tables: catalog.Catalog, faults: dict[str, FormulaError]) -> list[Problem]:
    """What is wrong with own formulas, with the rows of `indicators.csv`; a formula given in a call has no row."""
    file = None if tables.folder is None else tables.folder / "indicators.csv"
    written = (
        {row["code"]: number for number, row in enumerate(catalog.rows(file), 2)} if file and file.exists() else {}
    )
    told = []
    for code, fault in faults.items():
        where = ("indicators.csv", written[code]) if code in written else (code, None)
        values = {"code": code, "formula": tables.indicators[code].formula} | fault.values
        told.append(Problem(*where, f"formula_{fault.why}", values))
    return told


def _latest(values: pd.DataFrame) -> np.ndarray:
    return latest_row(values.notna().to_numpy())
