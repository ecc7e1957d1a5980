"""Tables of the plan that need the data folder, made once and kept beside a saved analysis.

Documents are written from a saved analysis, which can be asked for its tables and can draw no new futures.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from ecoanalysis.analysis import Analysis
from ecoanalysis.plan import projects, tasks

MAKERS = {  # name -> how it is made, and its columns where it cannot be
    "effects": (projects.effects, projects.EFFECT_COLUMNS),
    "candidates": (projects.candidates, projects.CANDIDATE_COLUMNS),
    "tasks": (tasks.tasks, tasks.TASK_COLUMNS),
}
FILE = "plan.json"


def table(analysis: Analysis, name: str) -> pd.DataFrame:
    """A table of the plan: `effects`, `candidates` or `tasks`.

    Returns
    -------
    DataFrame
        As `projects.effects`, `projects.candidates` and `tasks.tasks` give it; without rows for an analysis that was
        loaded from a folder where none were kept.
    """
    key = f"plan_{name}"
    if key not in analysis.cache:
        make, columns = MAKERS[name]
        analysis.cache[key] = pd.DataFrame(columns=columns) if analysis.raw is None else make(analysis)
    return analysis.cache[key]


def save(analysis: Analysis, folder: Path | str) -> None:
    """Keep the tables in the folder of a saved analysis."""
    kept = {}
    for name in MAKERS:
        made = table(analysis, name)
        rows = json.loads(made.to_json(orient="values", double_precision=15))
        kept[name] = {"columns": list(made), "kinds": [kind.kind for kind in made.dtypes], "rows": rows}
    (Path(folder) / FILE).write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")


def read(analysis: Analysis, folder: Path | str) -> Analysis:
    """The same analysis, which knows the tables that were kept in its folder, if any were."""
    path = Path(folder) / FILE
    if path.is_file() and "plan_effects" not in analysis.cache:
        for name, one in json.loads(path.read_text(encoding="utf-8")).items():
            made = pd.DataFrame(one["rows"], columns=one["columns"])
            numbers = {c: float for c, kind in zip(one["columns"], one["kinds"], strict=True) if kind == "f"}
            analysis.cache[f"plan_{name}"] = made.astype(numbers)
    return analysis
