"""Short yearly series continued into possible futures.

`sample_paths` draws joint paths, `quantiles` gives the same distribution year by year, `blocks` serves panels that do
not fit in memory.
"""

from ecoanalysis.forecast.grey import GreyModel, grey_model
from ecoanalysis.forecast.methods import COMPARISON, METHODS
from ecoanalysis.forecast.paths import blocks, quantiles, sample_paths

__all__ = ["COMPARISON", "METHODS", "GreyModel", "grey_model", "blocks", "quantiles", "sample_paths"]
