"""What documents show of the plan, made once and kept with a saved analysis, whose data folder is elsewhere then."""

from __future__ import annotations

import pandas as pd

from ecoanalysis.plan import drivers, projects, tasks

NAMES = ("tasks", "effects", "drivers")


def tables(analysis) -> dict[str, pd.DataFrame]:
    """The tables of `tasks.tasks`, `projects.effects` and `drivers.drivers`, by name.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    dict of DataFrame
        Empty tables for an analysis that was loaded from a folder which kept none.
    """
    if "plan" not in analysis.cache:
        analysis.cache["plan"] = (
            _made(analysis) if analysis.assessor is not None and analysis.raw is not None else _none()
        )
    return analysis.cache["plan"]


def _made(analysis) -> dict[str, pd.DataFrame]:
    planned = analysis.projects_in or len(analysis.raw.projects)
    return _none() | {
        "tasks": tasks.tasks(analysis),
        "drivers": drivers.drivers(analysis),
        **({"effects": projects.effects(analysis)} if planned else {}),
    }


def _none() -> dict[str, pd.DataFrame]:
    return {
        "tasks": pd.DataFrame(columns=tasks.TASK_COLUMNS),
        "effects": pd.DataFrame(columns=projects.EFFECT_COLUMNS),
        "drivers": pd.DataFrame(columns=drivers.COLUMNS),
    }
