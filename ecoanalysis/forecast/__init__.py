"""Short yearly series continued into possible futures.

`sample_paths` draws joint paths, `quantiles` gives the same distribution year by year, `blocks` serves panels that do
not fit in memory. `explain` says why (`sentences` in words), `fared` how such statements have come true, `level_shift`
where a series jumped.
"""

from ecoanalysis.forecast.breaks import LevelShift, alike, have_shifted, level_shift
from ecoanalysis.forecast.explanation import (
    Explanation,
    Fared,
    Reason,
    explain,
    fared,
    fared_table,
    near_limit,
    sentences,
)
from ecoanalysis.forecast.grey import GreyModel, grey_model
from ecoanalysis.forecast.methods import COMPARISON, METHODS
from ecoanalysis.forecast.paths import blocks, of_paths, quantiles, sample_paths
from ecoanalysis.forecast.windows import LONGEST

__all__ = [
    "COMPARISON",
    "LONGEST",
    "METHODS",
    "Explanation",
    "Fared",
    "GreyModel",
    "LevelShift",
    "Reason",
    "alike",
    "blocks",
    "explain",
    "fared",
    "fared_table",
    "grey_model",
    "have_shifted",
    "level_shift",
    "near_limit",
    "of_paths",
    "quantiles",
    "sample_paths",
    "sentences",
]
