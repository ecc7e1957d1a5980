"""Colours, fonts and sizes of every figure and document, once.

Verdicts that must be told apart are at least 20 apart (CIEDE2000), to every kind of colour-blind eye too, and a word
stands beside each.
"""

from __future__ import annotations

INK, QUIET, BAND, TARGET, MARK = "#1b2a3a", "#6b7785", "#3b7ea1", "#b5402a", "#b36b00"
MARK_GROUND = "#fff4e0"  # behind the demo mark
EDGE, AXIS, GRID = "#d5dade", "#c4ccd4", "#e6eaee"
BETTER, WORSE = BAND, TARGET  # an improvement is never red
VERDICT_COLOURS = {  # blue to brown, best to worst; one grey for whatever cannot be judged yet
    "reached": "#1b5a85",
    "reached_at_risk": "#6699d9",
    "documented": "#1b5a85",
    "likely": "#cdeef8",
    "possible": "#f9eda8",
    "hard": "#e6792b",
    "out_of_reach": "#8c2f1b",
    "undocumented": "#989692",
    "no_target": "#989692",
    "insufficient_data": "#989692",
    "not_applicable": "#ffffff",
}
DARK = {"reached", "documented", "out_of_reach"}  # white words on these

CHART_FONTS = ("Noto Sans SC", "DejaVu Sans")
SCREEN_FONTS = {"east_asian": "Microsoft YaHei", "latin": "Arial"}  # slides and workbooks
DPI = 110
PRINTED = 300  # dots an inch, for a printer
FIGURE = (7.4, 4.1)  # inches


def words_on(verdict: str) -> str:
    """The colour of words on a verdict's colour.

    >>> words_on("reached"), words_on("hard")
    ('#ffffff', '#1b2a3a')
    """
    return "#ffffff" if verdict in DARK else INK
