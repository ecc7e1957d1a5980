"""The door in: a data folder, and the workbooks that departments send, become checked tables.

Everything that is wrong is found in one pass and told with its file and row or cell and what would have been right.
A bad row never becomes a number: a run refuses it, or goes on without it and says so. What is possible and not
plausible is a suspicion: it is told, and stays until somebody has set it aside with name and reason.
"""

from ecoanalysis.intake.columns import COLUMNS, COMPARISONS, EVIDENCE_KINDS, OBSERVATION_COLUMNS, STATUSES
from ecoanalysis.intake.folder import Raw, hashes, read
from ecoanalysis.intake.problems import Account, Problem
from ecoanalysis.intake.template import write_template

__all__ = [
    "COLUMNS",
    "COMPARISONS",
    "EVIDENCE_KINDS",
    "OBSERVATION_COLUMNS",
    "STATUSES",
    "Account",
    "Problem",
    "Raw",
    "hashes",
    "read",
    "write_template",
]
