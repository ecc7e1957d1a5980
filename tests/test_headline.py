"""Who stands first in a headline, and what share of the advisory items was met: by hand."""

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import headline, judge


def said(*rows):
    table = pd.DataFrame([("R", *row) for row in rows], columns=headline.ITEM_COLUMNS)
    return headline.headline(table, "R", 2023, judge.Settings())


def test_binding_items_stand_before_advisory_ones():
    head = said(
        (1, False, "hard", "no", "in_doubt"),
        (2, True, "hard", "no", "in_doubt"),
        (3, False, "reached", "yes", "secure"),
        (4, True, "reached", "yes", "secure"),
    )
    assert (head.missed, head.met, head.in_doubt, head.secure) == ((2, 1), (4, 3), (2, 1), (4, 3))
    assert (head.missed_binding, head.missed_advisory) == ((2,), (1,))


def test_the_advisory_share_is_of_the_advisory_items_whose_answer_is_known():
    """Three of four advisory items; the binding one, the unknown one and the one not yet due are left out."""
    rows = [(n, False, "reached", "yes", "secure") for n in (1, 2, 3)]
    rows += [(4, False, "hard", "no", "in_doubt"), (5, False, "no_target", "unknown", "open")]
    rows += [(6, True, "hard", "no", "in_doubt"), (7, False, "likely", "not_due", "to_be_won")]
    assert said(*rows).advisory_share == pytest.approx(0.75)
    assert np.isnan(said((6, True, "hard", "no", "in_doubt")).advisory_share)
