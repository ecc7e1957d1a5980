"""Tables of the plan that need the data folder, made once and kept beside a saved analysis.

Documents are written from a saved analysis, which can be asked for its tables and can draw no new futures.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from ecoanalysis.analysis import Analysis, Statement
from ecoanalysis.plan import drivers, projects, revisions, tasks

MAKERS = {  # name -> how it is made, and its columns where it cannot be
    "effects": (projects.effects, projects.EFFECT_COLUMNS),
    "candidates": (projects.candidates, projects.CANDIDATE_COLUMNS),
    "tasks": (tasks.tasks, tasks.TASK_COLUMNS),
    "drivers": (drivers.drivers, drivers.COLUMNS),
    "revised": (revisions.revised, revisions.REVISED_COLUMNS),
    "revision_effects": (revisions.effects, revisions.EFFECT_COLUMNS),
}
FILE = "plan.json"


def table(analysis: Analysis, name: str) -> pd.DataFrame:
    """A table of the plan: `effects`, `candidates`, `tasks`, `drivers`, `revised` or `revision_effects`.

    Returns
    -------
    DataFrame
        As `projects.effects`, `projects.candidates`, `tasks.tasks`, `drivers.drivers`, `revisions.revised` and
        `revisions.effects` give it; without rows for an analysis that was
        loaded from a folder where none were kept.
    """
    key = f"plan_{name}"
    if key not in analysis.cache:
        if analysis.raw is None:
            _read(analysis)
        else:
            analysis.cache[key] = MAKERS[name][0](analysis)
    return analysis.cache.get(key, pd.DataFrame(columns=MAKERS[name][1]))


def of(s: Statement, name: str) -> pd.DataFrame:
    """The rows of such a table that speak of a statement's region and indicator."""
    cache, key = s.analysis.cache, f"plan_{name}_of"
    if key not in cache:
        rows = table(s.analysis, name)
        cache[key] = dict(list(rows.groupby(["region_code", "indicator"], sort=False)))
    return cache[key].get((s.region_code, s.indicator), table(s.analysis, name)[:0])


def save(analysis: Analysis, folder: Path | str) -> None:
    """Keep the tables in the folder of a saved analysis."""
    kept = {}
    for name in MAKERS:
        made = table(analysis, name)
        rows = json.loads(made.to_json(orient="values", double_precision=15))
        kept[name] = {"columns": list(made), "kinds": [kind.kind for kind in made.dtypes], "rows": rows}
    (Path(folder) / FILE).write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(analysis: Analysis) -> None:
    """Take the tables that were kept in the folder an analysis was loaded from, if any were."""
    path = analysis.cache.get("folder", Path()) / FILE
    if path.is_file():
        for name, one in json.loads(path.read_text(encoding="utf-8")).items():
            made = pd.DataFrame(one["rows"], columns=one["columns"])
            numbers = {c: float for c, kind in zip(one["columns"], one["kinds"], strict=True) if kind == "f"}
            analysis.cache[f"plan_{name}"] = made.astype(numbers)
