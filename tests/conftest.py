"""Small data folders that tests fill as they need."""

import importlib
import os
import sys
from pathlib import Path

import hypothesis
import pytest

# Several workers on few cores: threads of BLAS would fight each other. It comes before numpy.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# As the command does: else jsonschema builds a grammar for seconds that nobody asks for.
sys.modules.setdefault("rfc3987_syntax", None)

# How many cases are tried for a property: few while working, many in `make all`. A busy machine is no failure.
for name, examples in (("quick", 5), ("test", 25), ("all", 200)):
    hypothesis.settings.register_profile(name, max_examples=examples, deadline=None)
hypothesis.settings.load_profile("test")

collect_ignore = ["conftest.py"]  # of its own name in docs/ too; it has no examples

TESTS = Path(__file__).resolve().parent
REGIONS = """code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size
C,甲市,City A,city,,300,hill,other,medium_small
C1,乙县,County B,county,C,100,hill,other,
C2,丙县,County C,county,C,200,mountain,arid,
"""
STATISTICS = "region_code,year,variable,value,unit,status,source,note\n"
TARGETS = (
    "region_code,indicator,part,comparison,value,unit,due,hold_until,source,lead_department,supporting_departments\n"
    "C,river_chief_system,,done,,,2023,2026,plan,bureau,\n"
)
EVIDENCE = "region_code,indicator,year,kind,title,location,department,date\n"


class Folder:
    """A data folder in the making: `write` a table, `add` statistics as tuples."""

    def __init__(self, path: Path):
        self.path = path
        (path / "statistics").mkdir(parents=True)
        self.write("regions.csv", REGIONS)
        self.write("targets.csv", TARGETS)
        self.write("statistics/statistics.csv", STATISTICS)

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def add(self, *rows: tuple, status: str = "observed") -> None:
        """Append (region, year, variable, value, unit) rows to the statistics."""
        with (self.path / "statistics/statistics.csv").open("a", encoding="utf-8") as file:
            for region, year, variable, value, unit in rows:
                file.write(f"{region},{year},{variable},{value},{unit},{status},yearbook 2023 p. 88,\n")

    def target(self, indicator: str, comparison: str, value="", unit="", due=2023, hold_until=2026, region="*") -> None:
        with (self.path / "targets.csv").open("a", encoding="utf-8") as file:
            file.write(f"{region},{indicator},,{comparison},{value},{unit},{due},{hold_until},plan,bureau,\n")


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "数据 folder")


@pytest.fixture(scope="session")
def shipped():
    """One analysis of the shipped data for all tests that read it."""
    from ecoanalysis import analyse

    return analyse(Path(__file__).resolve().parents[1] / "data/raw", 2023)


@pytest.fixture(scope="session")
def worked():
    """One analysis of the city worked by hand."""
    from ecoanalysis import analyse

    return analyse(Path(__file__).resolve().parent / "worked_city", 2023)


# ---------------------------------------------------------------------- mutants (see mutants.py)


class Passed:
    """mutmut lists the functions that each test passes through. What a shared fixture passes through once, for the
    first test that asks for it, counts for all of them. A plugin, because pytest tells no conftest.py below its root of
    the fixtures of a whole session."""

    def __init__(self):
        self.through: dict[object, set[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        if not shares(fixturedef):
            return (yield)
        hits = importlib.import_module("mutmut.state").state()._stats
        before = set(hits)
        hits.clear()
        made = yield
        self.through[fixturedef] = set(hits)
        hits |= before
        return made

    def pytest_runtest_call(self, item):
        for one in fixtures_of(item):
            importlib.import_module("mutmut.state").state()._stats.update(self.through.get(one, ()))


def pytest_configure(config):
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        config.pluginmanager.register(Passed())


# What is tried after each change of a line, in seconds; and what takes minutes: whole notebooks, runs, documents.
QUICK = {"forecast", "formulas", "test_futures.py", "test_judge.py", "test_phrases.py", "test_plotdata.py"}
QUICK |= {"test_projects.py", "test_sentences.py", "test_units.py", "test_words.py", "test_worked_city.py"}
TAKES_LONGER = {"test_formula_properties.py", "test_paths.py"}  # among the quick ones
WHOLE = {"docs", "runs", "test_notebooks.py", "test_pptx.py"}
DRAWN = {"explore", "export", "test_charts.py", "test_plots.py"}  # there, what takes the whole shipped city


def pytest_ignore_collect(collection_path, config):
    """What a run of one size leaves out as a whole is not even read: reading takes seconds."""
    size, name = config.getoption("markexpr"), collection_path.name
    if size.startswith("not whole") and name in WHOLE:
        return True
    if size == "quick" and collection_path.parent == TESTS and name not in QUICK:
        return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        parts, others = set(item.path.parts), {mark.name for mark in item.iter_markers()} & {"slow", "browser", "whole"}
        if WHOLE & parts or (DRAWN & parts and "shipped" in getattr(item, "fixturenames", ())):
            item.add_marker("whole")
        elif QUICK & parts and not TAKES_LONGER & parts and not others:
            item.add_marker("quick")
    if os.environ.get("MUTANT_UNDER_TEST"):  # with an error in the code, the quickest test finds it first
        items.sort(key=lambda item: any(shares(one) for one in fixtures_of(item)))


def fixtures_of(item) -> list:
    return [defs[-1] for defs in item._fixtureinfo.name2fixturedefs.values()]


def shares(fixturedef) -> bool:
    return fixturedef.scope != "function"
