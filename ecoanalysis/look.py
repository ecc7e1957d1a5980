"""Colours, fonts and sizes of every figure and document, once.

Colours are told apart by the colour-blind and in grey print, and a word stands beside each.
"""

from __future__ import annotations

INK, QUIET, BAND, TARGET, MARK = "#1b2a3a", "#6b7785", "#3b7ea1", "#b5402a", "#b36b00"
MARK_GROUND = "#fff4e0"  # behind the demo mark
EDGE, AXIS, GRID = "#d5dade", "#c4ccd4", "#e6eaee"
BETTER, WORSE = BAND, TARGET  # an improvement is never red
VERDICT_COLOURS = {  # a blue-to-brown scale: best to worst, grey for what cannot be judged
    "reached": "#2b6a8f",
    "reached_at_risk": "#8fbcd4",
    "documented": "#2b6a8f",
    "likely": "#c5dfea",
    "possible": "#f3e3b3",
    "hard": "#e0a45c",
    "out_of_reach": "#a3522a",
    "undocumented": "#d9d2c9",
    "no_target": "#e8eaed",
    "insufficient_data": "#c9ced6",
    "not_applicable": "#ffffff",
}
DARK = {"reached", "documented", "out_of_reach"}  # white words on these

CHART_FONTS = ("Noto Sans SC", "DejaVu Sans")
SCREEN_FONTS = {"east_asian": "Microsoft YaHei", "latin": "Arial"}  # slides and workbooks
DPI = 110
FIGURE = (7.4, 4.1)  # inches


def words_on(verdict: str) -> str:
    """The colour of words on a verdict's colour.

    >>> words_on("reached"), words_on("hard")
    ('#ffffff', '#1b2a3a')
    """
    return "#ffffff" if verdict in DARK else INK
