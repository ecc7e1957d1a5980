"""What the command `evidence` does, apart from the parsing of its arguments."""

from __future__ import annotations

import argparse

import ecoanalysis as eco
from ecoanalysis import words
from ecoanalysis.analysis import Analysis
from ecoanalysis.plan import calendar, duties, filing, ledger
from ecoanalysis.words import Words

FEW_PATHS = 50  # papers ask for no chances


def evidence(options: argparse.Namespace, lang: str) -> int:
    """List what is missing, lay a year's folders out, or take in what was put there; returns the exit code.

    0 done; 1 files were left that somebody has to look at.
    """
    w = words.of(lang)
    analysis = eco.analyse(options.data, options.as_of, skip_bad_rows=options.skip_bad_rows, paths=FEW_PATHS)
    year = options.year or analysis.as_of
    regions = [analysis.region_code(name) for name in options.region or []] or None
    if options.lay_out is not None:
        register = filing.lay_out(analysis, options.lay_out, year, w, regions)
        count = sum(1 for path in register.parent.rglob("*") if path.is_dir())
        print(w("ledger.laid_out", folder=register.parent, count=count, register=register))
        return 0
    if options.take is not None:
        taken = filing.take(analysis, options.take)
        print("\n".join(taken.sentences(w)))
        return 1 if taken.refused else 0
    print("\n".join(listed(analysis, year, w, regions, options.department, options.on)))
    return 0


def listed(
    analysis: Analysis,
    year: int,
    w: Words,
    regions: list[str] | None = None,
    names: list[str] | None = None,
    on: str | None = None,
) -> list[str]:
    """Where the plan stands, how much is on file by region, and what each department has to supply."""
    table = ledger.ledger(analysis, year, regions)
    wanted = {duties.department(analysis, name) for name in names or ()}
    said = [calendar.sentence(calendar.stage(analysis, on), w), w("ledger.year", year=year), ledger.unchecked(table, w)]
    if not wanted:
        said.append(ledger.sentence(table, w))
        for region in dict.fromkeys(table["region_code"]):
            part = table[table["region_code"] == region]
            said.append(w("ledger.named", name=analysis.name(region, w.lang), text=ledger.sentence(part, w)))
    for name, lines in ledger.by_department(analysis, table, w).items():
        if not wanted or name in wanted:
            title = _title(analysis, name, regions, w)
            said += ["", w("ledger.named", name=title, text=lines[0]), *(f"  {line}" for line in lines[1:])]
    return [text for n, text in enumerate(said) if text or n > 2]


def _title(analysis: Analysis, name: str, regions: list[str] | None, w: Words) -> str:
    """A department; beside it what the one region that is looked at calls it."""
    if not name:
        return w("ledger.no_department")
    one = regions[0] if regions and len(regions) == 1 else None
    return analysis.called(name, w.lang) if one is None else duties.both_names(analysis, name, one, w)
