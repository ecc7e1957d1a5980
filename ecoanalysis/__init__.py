"""Reachability analysis of ecological-civilisation indicators, county by county (生态文明建设指标可达性分析).

import ecoanalysis as eco
a = eco.analyse("data/raw", as_of=2023)
a["甘谷县", "农村生活污水治理率"].sentence("zh")
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:
    from ecoanalysis.analysis import Analysis, BadData, BadYear, NotThere, Region, Statement, analyse, load
    from ecoanalysis.headline import Headline
    from ecoanalysis.judge import Settings

_HOMES = {
    **dict.fromkeys(
        ("Analysis", "BadData", "BadYear", "NotThere", "Region", "Statement", "analyse", "load"), "analysis"
    ),
    "Headline": "headline",
    "Settings": "judge",
}
__all__ = [
    "Analysis",
    "BadData",
    "BadYear",
    "Headline",
    "NotThere",
    "Region",
    "Settings",
    "Statement",
    "__version__",
    "analyse",
    "load",
]


def __getattr__(name: str):
    """Public names are imported when they are first asked for, so that `import ecoanalysis` stays quick."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"ecoanalysis.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ecoanalysis' has no attribute '{name}'; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
