"""Which chance a slide prints: of reaching for what is open, of holding for what is met."""

from dataclasses import replace

from pptx.util import Inches

from ecoanalysis import words
from ecoanalysis.export import pptx


def test_a_slide_tells_what_is_open_by_its_chance_of_reaching_and_what_is_met_by_that_of_holding(small):
    deck = pptx._Deck(small, words.of("zh"))
    s = small["C1", "rural_sewage_treatment_rate"]
    open_now = replace(s, verdict="hard", p_reach=0.32, p_hold=0.07, milestone=2025, hold_until=2026)
    met = replace(s, verdict="reached_at_risk", p_reach=1.0, p_hold=0.61, milestone=2025, hold_until=2026)
    slide = deck.slide("t", False)
    deck.weak_table(slide, [open_now, met], Inches(1), row_height=0.5, size=12)
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    chances = [row.cells[5].text_frame.text.replace("\u00a0", " ") for row in table.rows]
    assert chances[1:] == ["32 %\n2025 年", "61 %\n2026 年"]
    assert (deck.judged(open_now), deck.judged(met)) == ("难达标 32 %", "需巩固 61 %")
