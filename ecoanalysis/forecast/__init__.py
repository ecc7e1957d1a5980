"""Short yearly series continued into possible futures.

`sample_paths` draws joint paths, `quantiles` gives the same distribution year by year, `blocks` serves panels that do
not fit in memory.
"""

from ecoanalysis.forecast.methods import METHODS
from ecoanalysis.forecast.paths import blocks, quantiles, sample_paths

__all__ = ["METHODS", "blocks", "quantiles", "sample_paths"]
