"""The door in: a data folder, and the workbooks that departments send, become checked tables.

Everything that is wrong is found in one pass and told with its file and row or cell and what would have been right.
A bad row never becomes a number: a run refuses it, or goes on without it and says so. What is possible and not
plausible is a suspicion: it is told, and stays until somebody has set it aside with name and reason.
"""

from importlib import import_module

from ecoanalysis.intake.cells import day
from ecoanalysis.intake.columns import (
    COLUMNS,
    COMPARISONS,
    EVIDENCE_KINDS,
    MILESTONE_COLUMNS,
    OBSERVATION_COLUMNS,
    STATUSES,
)
from ecoanalysis.intake.files import Refused
from ecoanalysis.intake.folder import BOUNDARIES, Raw, hashes, read
from ecoanalysis.intake.given import indicator_given
from ecoanalysis.intake.plan import stage_on
from ecoanalysis.intake.plausibility import Suspicion
from ecoanalysis.intake.problems import Account, Problem
from ecoanalysis.intake.projects import Ground, projects_given
from ecoanalysis.intake.template import write_template

_LATER = {  # what needs the workbook libraries is imported when it is first used
    "Delivery": "delivery",
    "laid_in": "delivery",
    "previewed": "delivery",
    "take_in": "delivery",
    "request_forms": "forms",
    "back_to_sender": "questions",
}

__all__ = [
    "BOUNDARIES",
    "COLUMNS",
    "COMPARISONS",
    "EVIDENCE_KINDS",
    "MILESTONE_COLUMNS",
    "OBSERVATION_COLUMNS",
    "STATUSES",
    "Account",
    "Delivery",
    "Ground",
    "Problem",
    "Raw",
    "Refused",
    "Suspicion",
    "back_to_sender",
    "day",
    "hashes",
    "indicator_given",
    "laid_in",
    "previewed",
    "projects_given",
    "read",
    "request_forms",
    "stage_on",
    "take_in",
    "write_template",
]


def __getattr__(name: str):
    if name not in _LATER:
        raise AttributeError(f"module 'ecoanalysis.intake' has no attribute '{name}'")
    return getattr(import_module(f"ecoanalysis.intake.{_LATER[name]}"), name)
