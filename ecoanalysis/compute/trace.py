"""Where a number comes from: the observations behind a value, and what it lacks; looked up when somebody asks."""

from __future__ import annotations

import numpy as np

from ecoanalysis.compute.needs import parameters
from ecoanalysis.compute.panel import COUNTIES, FROM_PARTS, OWN, Panel
from ecoanalysis.formulas import CHANGES, SAID_BY_NAME


class Trace:
    """The ways from values back to observations in one panel; `place` is the place of a region in it."""

    def __init__(self, panel: Panel):
        self.panel = panel
        self.kept: dict[tuple, object] = {}

    def ids(self, name: str, basis: str, position: int, year: int, base: int | None) -> frozenset:
        """Ids of the observations behind a value."""
        if basis == COUNTIES and self.panel.aggregate(name) not in FROM_PARTS:
            told = [(part, self._basis_of(name, part, year, base)) for part in self.panel.family.parts[position]]
            return frozenset().union(*(self.ids(name, own_or_parts, part, year, base) for part, own_or_parts in told))
        cell = self.panel.cell(name, position, year) if basis == OWN else -1
        if cell >= 0:
            return frozenset([self.panel.ids[cell]])
        if basis == OWN and self._is_from_level(name, position, year, base):
            return self._ids_of_level(name, position, year, base)
        if name not in self.panel.formulas:
            return frozenset()
        inputs = self._inputs(name, basis, position, year, base)
        inputs += [(parameter, year) for parameter in parameters(self.panel.formulas[name])[1]]
        return frozenset().union(*(self.ids(one, basis, position, when, base) for one, when in inputs))

    def _basis_of(self, name: str, part: int, year: int, base: int | None) -> str:
        """What a part gives to a sum: its own figure, else that of its own parts where they are complete."""
        if not self.panel.family.has_parts[part] or not self.lacking(name, OWN, part, year, base):
            return OWN
        return OWN if self.lacking(name, COUNTIES, part, year, base) else COUNTIES

    def lacking(self, name: str, basis: str, position: int, year: int, base: int | None) -> frozenset:
        """Inputs that are lacking for a value; regions whose cells have the same holes are looked at once."""
        if basis == OWN:
            position = int(self._alike(name, year, base)[position])
        key = ("lacking", name, basis, position, year, base if self.panel.takes_base(name) else None)
        if key not in self.kept:
            self.kept[key] = self._found_lacking(name, basis, position, year, base)
        return self.kept[key]

    def _found_lacking(self, name: str, basis: str, position: int, year: int, base: int | None) -> frozenset:
        if basis == COUNTIES and self.panel.aggregate(name) not in FROM_PARTS:
            told = [(part, self._basis_of(name, part, year, base)) for part in self.panel.family.parts[position]]
            return frozenset(
                f"{lack}@{self.panel.regions.index[part]}"
                for part, own_or_parts in told
                for lack in self.lacking(name, own_or_parts, part, year, base)
            )
        if basis == OWN and self.panel.cell(name, position, year) >= 0:
            return frozenset()
        itself = frozenset([name if year in self.panel.years else f"{name}@{year}"])
        if name not in self.panel.formulas:
            return itself
        lacking = frozenset(
            lack if when == year or "@" in lack else f"{lack}@{when}"
            for one, when in self._inputs(name, basis, position, year, base)
            for lack in self.lacking(one, basis, position, when, base)
        )
        return itself if lacking and name in SAID_BY_NAME else lacking

    def _inputs(self, name: str, basis: str, position: int, year: int, base: int | None) -> list[tuple[str, int]]:
        """Required inputs of a value, each with the years that it needs of them."""
        needs = self.panel.needs(name, self.panel.base_of(name, basis, position, base))
        required, _ = parameters(self.panel.formulas[name])
        return [(one, when) for one in required for when in needs.get(one, {}).get(year, [year])]

    def _alike(self, name: str, year: int, base: int | None) -> np.ndarray:
        """For each region the first one whose cells, as far as this value needs them, have the same holes."""
        key = ("alike", name, year, base if self.panel.takes_base(name) else None)
        if key not in self.kept:
            nodes: set[tuple[str, int]] = set()
            self._gather(name, year, base, nodes)
            rows = [
                bases
                for (one, basis, _), bases in self.panel.bases.items()
                if basis == OWN and len(np.unique(bases)) > 1
            ]
            for one, when in sorted(nodes):
                if one in self.panel.cells and when in self.panel.years:
                    rows.append(self.panel.cells[one][when - self.panel.years[0]] >= 0)
            if rows:
                _, first, which = np.unique(np.array(rows), axis=1, return_index=True, return_inverse=True)
                self.kept[key] = first[which.ravel()]
            else:
                self.kept[key] = np.zeros(len(self.panel.regions), int)
        return self.kept[key]

    def _gather(self, name: str, year: int, base: int | None, nodes: set) -> None:
        """All cells (variable, year) that a value may come from."""
        if (name, year) in nodes:
            return
        nodes.add((name, year))
        if name not in self.panel.formulas:
            return
        self.panel.sheet(name, OWN, base)
        bases = self.panel.bases.get((name, OWN, base if self.panel.takes_base(name) else None))
        for one in {None} if bases is None else set(bases.tolist()):
            needs = self.panel.needs(name, one)
            for parameter in parameters(self.panel.formulas[name])[0]:
                for when in needs.get(parameter, {}).get(year, [year]):
                    self._gather(parameter, when, base, nodes)

    def _is_from_level(self, name: str, position: int, year: int, base: int | None) -> bool:
        """Whether a fall was taken from reported levels or yearly falls."""
        if name not in CHANGES or year not in self.panel.years:
            return False
        row = year - self.panel.years[0]
        sheet, computed = self.panel.sheet(name, OWN, base), self.panel.computed_own(name, base)
        if sheet is None or np.isnan(sheet.value.iat[row, position]):
            return False
        return computed is None or bool(np.isnan(computed.value.iat[row, position]))

    def _ids_of_level(self, name: str, position: int, year: int, base: int | None) -> frozenset:
        change = CHANGES[name]
        other = self.panel.base_of(name, OWN, position, base) if change.from_base else year - 1
        ends = [self.panel.cell(change.level, position, when) for when in {year, other}]
        if -1 in ends:  # then from the yearly falls between the two
            between = range(min(year, other) + 1, max(year, other) + 1)
            ends = [self.panel.cell(f"{change.level}_decline_rate", position, when) for when in between]
        return frozenset(self.panel.ids[cell] for cell in ends if cell >= 0)
