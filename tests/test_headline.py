"""What an item comes to, who stands first in a headline, whether the city may apply, and what moved: by hand."""

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


# What was met at its date (m, at risk r), missed (x), unknown (?) or not yet due (-): binding items first, then advisory ones.
ANSWERS = {
    "m": ("reached", "yes", "secure"),
    "r": ("reached_at_risk", "yes", "consolidate"),
    "x": ("hard", "no", "in_doubt"),
    "?": ("no_target", "unknown", "open"),
    "-": ("likely", "not_due", "to_be_won"),
}


@pytest.mark.parametrize(
    ("binding", "advisory", "answer"),
    [
        ("mm", "mmmmx", "yes"),  # four in five
        ("m", "", "yes"),
        ("-", "m", "yes"),
        ("m", "mmmm?", "yes"),  # four in five, whatever the fifth
        ("m", "mmm?", "unknown"),
        ("m", "mmmx?", "unknown"),  # four in five still possible
        ("m", "mmxx?", "no"),  # and no more
        ("m", "mmmxx", "no"),
        ("m?", "mmmm", "unknown"),
        ("mx?", "mmmm", "no"),
        ("x", "", "no"),
        ("", "x????", "unknown"),  # four in five still possible, though none is met
        ("--", "-", "unknown"),  # nothing was due
        ("", "", "unknown"),
    ],
)
def test_whether_a_region_may_apply(binding, advisory, answer):
    rows = [(n, True, *ANSWERS[code]) for n, code in enumerate(binding)]
    rows += [(n, False, *ANSWERS[code]) for n, code in enumerate(advisory, 10)]
    assert said(*rows).conditions_met == answer


def test_every_item_stands_at_one_place_and_regions_are_kept_apart():
    rows = [("R", n, n == 2, *ANSWERS[code]) for n, code in enumerate("mx?-r")] + [("S", 9, True, *ANSWERS["m"])]
    table = pd.DataFrame(rows, columns=headline.ITEM_COLUMNS)
    other, head = headline.headlines(table, ["S", "R"], 2023, judge.Settings())
    assert (head.region, head.as_of, other.region, other.met) == ("R", 2023, "S", (9,))
    assert (head.met, head.missed, head.unknown, head.not_due) == ((0, 4), (1,), (2,), (3,))
    assert (head.missed_binding, head.missed_advisory, head.unknown_binding) == ((), (1,), (2,))
    assert (head.secure, head.consolidate, head.to_be_won, head.in_doubt, head.open) == ((0,), (4,), (3,), (1,), (2,))


def item(*parts, number=7) -> tuple:
    """What an item comes to of its parts: (part, verdict, met_at_due, due, binding)."""
    rows = [
        dict(region_code="R", indicator=f"i{n}", part=part, comparison=">=", verdict=verdict, met_at_due=met, due=due)
        | {"as_of": 2023, "binding": binding}
        for n, (part, verdict, met, due, binding) in enumerate(parts)
    ]
    found = headline.items(pd.DataFrame(rows), lambda code: number)
    return tuple(tuple(row) for row in found[["item", "binding", "verdict", "met_at_due", "outlook"]].to_numpy())


@pytest.mark.parametrize(
    ("parts", "came_to"),
    [
        ([("a", "reached", "yes", 2023, False)], (False, "reached", "yes", "secure")),
        ([("a", "reached", "yes", 2023, False), ("b", "hard", "no", 2023, True)], (True, "hard", "no", "in_doubt")),
        ([("a", "likely", "no", 2023, False), ("b", "possible", "unknown", 2023, False)],
         (False, "possible", "no", "to_be_won")),
        ([("a", "reached_at_risk", "yes", 2023, False), ("b", "reached", "", 2023, False)],
         (False, "reached_at_risk", "unknown", "consolidate")),
        ([("a", "reached", "yes", 2023, False), ("b", "likely", "", 2024, False)],
         (False, "likely", "not_due", "to_be_won")),
        ([("a", "documented", "", 2023, True)], (True, "documented", "yes", "secure")),
        ([("a", "undocumented", "yes", 2023, True)], (True, "undocumented", "unknown", "open")),
        ([("a", "insufficient_data", "no", 2023, False)], (False, "insufficient_data", "no", "open")),
        ([("a", "insufficient_data", "yes", 2023, False)], (False, "insufficient_data", "unknown", "open")),
        ([("a", "no_target", "yes", 2023, False)], (False, "no_target", "unknown", "open")),
        ([("a", "out_of_reach", "no", 2020, False)], (False, "out_of_reach", "no", "in_doubt")),
        # a measure without a target gives way to another of the same part, not to that of another part
        ([("a", "no_target", "", 2023, True), ("a", "reached", "yes", 2023, False)],
         (False, "reached", "yes", "secure")),
        ([("a", "no_target", "", 2023, False), ("b", "reached", "yes", 2023, False)],
         (False, "no_target", "unknown", "open")),
        ([("a", "not_applicable", "", 2023, True), ("b", "reached", "yes", 2023, False)],
         (False, "reached", "yes", "secure")),
    ],
)  # fmt: skip
def test_the_worst_part_of_an_item_decides(parts, came_to):
    assert item(*parts) == ((7, *came_to),)


# ---------------------------------------------------------------------- what moved


def moved(before: tuple, after: tuple) -> list[str]:
    """How one target moved between (verdict, value, year, met at its date) and the same later; nothing if it did not."""
    columns = ["verdict", "latest_value", "latest_year", "met_at_due"]
    tables = [
        pd.DataFrame([("R", "i", ">=", *side)], columns=[*headline.CHANGE_KEY, *columns]) for side in (before, after)
    ]
    return headline.changes(*tables)["moved"].tolist()


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        (("hard", 30, 2022, ""), ("likely", 40, 2023, ""), ["better"]),
        (("likely", 40, 2022, ""), ("hard", 30, 2023, ""), ["worse"]),
        (("likely", 40, 2023, ""), ("hard", 40, 2023, ""), ["worse"]),
        (("hard", 30, 2023, ""), ("likely", 40, 2023, ""), ["same"]),  # a correction is no advance
        (("hard", 30, 2022, ""), ("likely", 30, 2023, ""), ["same"]),  # nor is a year without a change
        (("insufficient_data", np.nan, np.nan, ""), ("likely", 40, 2023, ""), ["better"]),
        (("undocumented", np.nan, np.nan, ""), ("documented", np.nan, np.nan, ""), ["better"]),  # papers
        (("possible", 40, 2022, "yes"), ("likely", 45, 2023, "no"), ["missed"]),
        (("hard", 40, 2022, ""), ("hard", 40, 2022, "no"), ["missed"]),
        (("insufficient_data", np.nan, np.nan, ""), ("insufficient_data", 40, 2023, ""), ["same"]),
        (("hard", 40, 2022, "no"), ("hard", 40, 2022, "no"), []),
        (("hard", 40, 2022, "no"), ("hard", 41, 2023, "no"), ["same"]),
        (("documented", np.nan, np.nan, "yes"), ("documented", np.nan, np.nan, "yes"), []),
    ],
)  # fmt: skip
def test_how_a_target_moved(before, after, answer):
    assert moved(before, after) == answer


def test_a_change_shows_both_sides_and_only_what_stands_on_both():
    columns = [*headline.CHANGE_KEY, *headline.CHANGING]
    before = pd.DataFrame(
        [("R", "i", ">=", "hard", 30.0, 2022, ""), ("R", "gone", ">=", "hard", 1.0, 2022, "")], columns=columns
    )
    after = pd.DataFrame(
        [("R", "new", ">=", "hard", 1.0, 2023, ""), ("R", "i", ">=", "likely", 40.0, 2023, "")], columns=columns
    )
    (row,) = headline.changes(before, after).to_dict("records")
    assert row == {
        "region_code": "R", "indicator": "i", "comparison": ">=", "verdict_before": "hard", "verdict": "likely",
        "value_before": 30.0, "value": 40.0, "year_before": 2022, "year": 2023, "met_at_due_before": "",
        "met_at_due": "", "moved": "better",
    }  # fmt: skip
