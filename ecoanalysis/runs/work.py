"""What a run asks of the analysis: make it, keep it, tell one region's part from another's, write documents of it.

The rest of the package knows an analysis only as something that goes through these functions. Those named in `Work`
run in other processes: they take and give JSON and read the saved analysis.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import platform
import shutil
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import pandas as pd

from ecoanalysis import analysis as analyses
from ecoanalysis import briefing, headline, intake, words
from ecoanalysis.export import languages, write_table
from ecoanalysis.plan import kept, revisions

TEMPLATE = "template.pptx"  # a bureau's own deck, beside the saved analysis
CHARTS = "charts"
EXPLORE = "explore.html"  # its levers ask the live analysis, so it is made where that is
# what an analysis of some regions keeps of the whole one
FOR_ALL = "changes assumed set own_indicators own_variables own_names names suspicions folder vintage".split()
BadData, BadYear = analyses.BadData, analyses.BadYear
TABLES = ("observations", "results", "forecasts", "assessment", "headlines", "discrepancies", "editions")
OF_A_REGION = (*TABLES, "targets", "evidence")
# The file's own hash and the time of writing say nothing about a row.
NOT_HASHED = {"sha256"}
PACKAGES = (
    "ecoanalysis numpy pandas scipy statsmodels matplotlib seaborn papermill nbclient mistune "
    "python-docx python-pptx xlsxwriter"
)


def analyse(data: Path, as_of: int | None, *, scenario: str, skip_bad_rows: bool, workers=None):
    """The analysis of a data folder; raises `BadData`.

    With workers, one reckons the year before while tables of the plan and suspicions are made here.
    """
    raw = analyses.read(data, skip_bad_rows=skip_bad_rows)
    year = analyses.year_of(raw, as_of)
    asked = {"data": str(data), "year": year, "skip_bad_rows": skip_bad_rows}
    beside = workers.submit("ecoanalysis.runs.work:year_before", asked) if workers else None
    analysis = analyses.of_raw(raw, year, scenario=scenario)
    if beside:
        for name in kept.MAKERS:
            kept.table(analysis, name)
        _ = raw.suspicions
        with contextlib.suppress(Exception):  # a worker that was lost: made here when it is asked for
            before = beside.result()
            if before and "trend" not in analysis.cache:  # a scenario has no year before of its own
                analysis.cache["changes"] = headline.changes(pd.DataFrame(before), analysis.assessment)
    return analysis


def folder_name(analysis) -> str:
    """The folder of a run: the as-of year, and the scenario where there is one."""
    return str(analysis.as_of) if analysis.scenario == "trend" else f"{analysis.as_of}_{analysis.scenario}"


def scenario_hash(data: Path, scenario: str) -> str:
    """SHA-256 of a scenario's file; empty for the trend, and where there is none (the analysis says so)."""
    if scenario == "trend":
        return ""
    from ecoanalysis.explore import scenarios

    path = scenarios.path_of(data / scenarios.FOLDER, scenario)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def check_template(path: Path, lang: str) -> str:
    """SHA-256 of a bureau's own deck; `NoDeck` where no slide can be made on it."""
    from ecoanalysis.export.slides import Deck

    Deck.on(words.of(lang), path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(analysis, folder: Path, template: Path | None = None) -> None:
    """Keep an analysis in a new folder, as tables and arrays, with the borders that its user brought for the map and the
    template for the decks."""
    analysis.save(folder)
    borders = analysis.data / intake.BOUNDARIES
    if borders.is_file():
        shutil.copyfile(borders, folder / intake.BOUNDARIES)
    if template is not None:
        shutil.copyfile(template, folder / TEMPLATE)
    kept.save(analysis, folder)


def load(folder: Path | str):
    """A kept analysis."""
    return analyses.load(folder)


def rehearse() -> None:
    """Make in the warm process what the first report of any analysis makes, so that its children need not."""
    from ecoanalysis import charts
    from ecoanalysis.export import markup, paper

    charts.warm_up()
    markup.environment().get_template("notebook.html")
    for language in words.LANGUAGES:
        paper.look_of(language)


def warm_up(prepared: str) -> None:
    """Read a kept analysis in the warm process and look up what every report asks of it."""
    analysis = load(prepared)
    analysis.warm_up()
    for name in kept.MAKERS:
        kept.table(analysis, name)


def input_hashes(data: Path) -> dict[str, str]:
    """SHA-256 of every file of a data folder that the analysis reads."""
    return intake.hashes(data)


def problems(analysis, lang: str) -> list[str]:
    """The rows that were left out, in words."""
    return [problem.text(lang) for problem in analysis.problems]


def to_check(analysis, lang: str) -> list[dict]:
    """Every suspicion in words, with its key and by whom it has been set aside."""
    return [{"key": s.key, "text": s.text(lang), "acknowledged": s.acknowledged} for s in analysis.suspicions]


def vintage(analysis) -> dict:
    """Which statistics were used, by the day they were received, which of them were revised, and what that moved."""
    figures, moved = (kept.table(analysis, name) for name in ("revised", "revision_effects"))
    columns = ["region_code", "indicator", "comparison", "moved", "why", "value_before", "value"]
    columns += ["verdict_before", "verdict", "chance_before", "chance", "revised"]
    return {
        **analysis.vintage,
        "revised": _rows_of(figures),
        "effect": {"targets": len(moved), **revisions.counts(moved), "rows": _rows_of(moved[columns])},
    }


def _rows_of(table: pd.DataFrame) -> list[dict]:
    return json.loads(table.to_json(orient="records", double_precision=15, force_ascii=False))


def settings(analysis) -> dict:
    """Every setting of an analysis, as JSON takes it."""
    return json.loads(json.dumps(asdict(analysis.settings)))


def write_tables(analysis, folder: Path, kind: str = "csv") -> None:
    """The made tables as CSV or Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        write_table(analysis.table(name), folder, name, kind)


def can_explore(analysis, regions: list[str]) -> bool:
    """Whether these regions have any target, so that there is something to explore."""
    return bool(analysis.assessment["region_code"].isin(regions).any())


def write_explore(analysis, path: Path, regions: list[str], lang: str, notices: dict[str, list[str]]) -> None:
    """The exploring screen of these regions as one page that needs neither kernel nor network."""
    from ecoanalysis.explore import page

    page.write(only(analysis, regions), path, lang=languages(lang)[0], notices=notices, home="index.html")


def write_replay(raw, path: Path, lang: str) -> None:
    """The page of the self-check replayed, as of the last year in which targets fell due; none before any did."""
    from ecoanalysis.export import replay

    years, due = raw.observations["year"], raw.targets["due"]
    known = due[due <= years.max()] if len(years) else due[:0]
    if len(known) and int(known.max()) > int(years.min()):
        with contextlib.suppress(BadYear):  # nothing was measured before the self-check
            replay.write(analyses.of_raw(raw, int(known.max())), path, lang)


def only(analysis, regions: list[str]):
    """The same analysis, speaking of these regions alone."""
    if set(regions) >= set(analysis.regions["code"]):
        return analysis
    _ = analysis.names  # they know the regions that are left out
    tables = {name: _rows(getattr(analysis, name), regions) for name in OF_A_REGION}
    among = analysis.regions[analysis.regions["code"].isin(regions)].reset_index(drop=True)
    among["parent"] = among["parent"].where(among["parent"].isin(regions), "")
    return replace(
        analysis,
        regions=among,
        cache={
            **{k: v for k, v in analysis.cache.items() if k in FOR_ALL or k[0] == "outlook"},
            **{k: v for k, v in analysis.cache.items() if str(k).startswith("plan_")},
            "own_record": analysis.own_record,
        },
        **tables,
    )


def went_in(analysis, lang: str = "both") -> dict[str, str]:
    """By region, a hash of all that an analysis knows of it: rows, results, futures and the rows left out.

    Taken after the analysis, so a neighbour's row that moved a region's chances counts, and one that moved nothing does
    not. Rows are hashed once a table, so that the time grows with their number alone.
    """
    tables = {name: getattr(analysis, name) for name in OF_A_REGION} | {"changes": analysis.changes}
    tables["regions"] = _with_parents(analysis.regions).rename(columns={"code": "region_code"})
    tables |= {name: kept.table(analysis, name) for name in kept.MAKERS}
    tables["revised"] = tables["revised"].assign(day=analysis.vintage["used"])
    tables["shares"] = _shares(analysis)
    about = [_of_table(analysis.milestones), repr(analysis.own_record), problems(analysis, "en"), _own(analysis)]
    about += [analysis.own_names] if "en" in languages(lang) else []  # English names are in English documents alone
    common = repr([*about, *(list(table) for table in tables.values())]).encode()
    digests = {code: hashlib.sha256(common) for code in analysis.regions["code"]}
    for name, table in tables.items():
        rows = pd.util.hash_pandas_object(table.drop(columns=[*NOT_HASHED], errors="ignore"), index=False).to_numpy()
        owners = [table["region_code"]]
        if "city" in table:  # a city shows its counties' rows
            owners.append(table["city"].where(table["city"].astype(str) != table["region_code"].astype(str)))
        for owner in owners:
            for code, positions in owner.groupby(owner.to_numpy(), observed=True).indices.items():
                if code in digests:
                    digests[code].update(name.encode() + rows[positions].tobytes())
    return {code: digest.hexdigest() for code, digest in digests.items()}


def _with_parents(regions: pd.DataFrame) -> pd.DataFrame:
    """The table of regions; beside each the names of the one that it is part of."""
    names = regions[["code", "name_zh", "name_en"]].add_prefix("parent_")
    return regions.merge(names, how="left", left_on="parent", right_on="parent_code")


def _shares(analysis) -> pd.DataFrame:
    """What a county's report tells of its city's gap: it turns with the other counties, too."""
    told = [
        (s.region_code, briefing.contribution(s, words.of("zh"))) for s in analysis.statements if s.contribution > 0
    ]
    return pd.DataFrame(told, columns=["region_code", "told"], dtype=object)


def _own(analysis) -> list[dict]:
    """The indicators and variables that the folder adds; documents call them by name."""
    return [asdict(row) for row in [*analysis.own_indicators.values(), *analysis.own_variables.values()]]


def common_ground(analysis) -> str:
    """A hash of what every region's report shows beside its own rows: a city's view of its counties, and names."""
    named = json.dumps([analysis.own_names, _own(analysis)], ensure_ascii=False).encode()
    return _hex(
        named + _of_table(analysis.regions) + _of_table(analysis.assessment.drop(columns=["inputs"], errors="ignore"))
    )


@cache
def package_hash() -> str:
    """A hash of our own code and tables and of the versions of what they stand on."""
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256(platform.python_version().encode())
    digest.update(json.dumps(versions(), sort_keys=True).encode())
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix in {".py", ".csv", ".docx", ".pptx", ".json", ".npz", ".css", ".js", ".html", ".svg"}
            and path.is_file()
        ):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """The versions of the packages that make the numbers and the documents."""
    return {name: importlib.metadata.version(name) for name in PACKAGES.split()}


# ---------------------------------------------------------------------- in other processes


def year_before(data: str, year: int, skip_bad_rows: bool) -> dict:
    """What `headline.changes` compares of the assessment as of the year before; empty where there is no such year."""
    raw = analyses.read(data, skip_bad_rows=skip_bad_rows)
    years = raw.observations["year"]
    if not len(years) or year - 1 < int(years.min()):
        return {}
    settings = analyses.Settings(second_method="")  # a second opinion moves no verdict
    rows = analyses.of_raw(raw, year - 1, settings=settings).assessment[headline.CHANGE_KEY + headline.CHANGING]
    return rows.astype(object).to_dict("list")


def documents(lang: str) -> list[str]:
    """The documents of all regions, by file name, that are written from the saved analysis."""
    decks = [f"briefing_{language}.pptx" for language in languages(lang)]
    return [*decks, "assessment.xlsx", *(f"assessment_{language}.xlsx" for language in languages(lang)[1:])]


def write_document(prepared: str, path: str, regions: list[str], lang: str) -> None:
    """Write one document of all regions, or the folder of a region's charts; `path` says which by its name."""
    analysis = only(load(prepared), regions)
    if Path(path).parent.name == CHARTS:
        from ecoanalysis import charts

        for language in languages(lang):
            charts.save_for_print(analysis, regions[0], Path(path) / language, language)
    elif path.endswith(".pptx"):
        from ecoanalysis.export import pptx

        language, template = Path(path).stem.split("_")[-1], Path(prepared) / TEMPLATE
        pptx.write(analysis, Path(path), language, template=template if template.is_file() else None)
    else:
        from ecoanalysis.export import xlsx

        name = Path(path).stem
        xlsx.write(analysis, Path(path), name.split("_")[-1] if "_" in name else languages(lang)[0])


def write_index(
    prepared: str, folder: str, regions: list[str], lang: str, outcomes: list[dict], notices: dict[str, list[str]]
) -> None:
    """Write the index of a run; it links what lies in the folder."""
    from ecoanalysis.export import page
    from ecoanalysis.runs.notebook import Outcome

    analysis = only(load(prepared), regions)
    borders = Path(prepared) / intake.BOUNDARIES
    made = [Outcome(**outcome) for outcome in outcomes]
    page.write_index(analysis, Path(folder), lang, made, notices, borders if borders.is_file() else None)


def _rows(table: pd.DataFrame, regions: list[str]) -> pd.DataFrame:
    return table[table["region_code"].isin(regions)].reset_index(drop=True)


def _of_table(table: pd.DataFrame) -> bytes:
    return hashlib.sha256(table.to_csv(index=False).encode()).digest()


def _hex(parts: bytes) -> str:
    return hashlib.sha256(parts).hexdigest()
