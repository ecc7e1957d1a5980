"""The headline: met at its date or not, whether the city may apply, and the outlook to the re-inspection. As data."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecoanalysis import judge
from ecoanalysis.judge import Settings

OUTLOOKS = {
    "secure": ("reached", "documented"),
    "consolidate": ("reached_at_risk",),
    "to_be_won": ("likely", "possible"),
    "in_doubt": ("hard", "out_of_reach"),
}
ITEM_COLUMNS = "region_code item binding verdict met_at_due outlook".split()
Item = namedtuple("Item", ITEM_COLUMNS[1:])


@dataclass(frozen=True)
class Headline:
    """One region's answer, before any detail.

    Attributes
    ----------
    region : str
        Code.
    as_of : int
    met, missed, unknown, not_due : tuple of items
        Items by what they were at their date; numbers of the plan, or codes of indicators beside it. Binding first.
    missed_binding, missed_advisory, unknown_binding : tuple of items
    conditions_met : str
        yes, no or unknown: every binding item met, and the share of advisory items met at least the setting. An
        unknown binding item never counts as met.
    advisory_share : float
        Share of the advisory items with a known answer that were met at their date; NaN without any.
    secure, consolidate, to_be_won, in_doubt, open : tuple of items
        Outlook to the re-inspection; `open` holds what cannot be said (no target, no data, no papers).
    """

    region: str
    as_of: int
    met: tuple
    missed: tuple
    unknown: tuple
    not_due: tuple
    missed_binding: tuple
    missed_advisory: tuple
    unknown_binding: tuple
    conditions_met: str
    advisory_share: float
    secure: tuple
    consolidate: tuple
    to_be_won: tuple
    in_doubt: tuple
    open: tuple


def items(assessment: pd.DataFrame, item_of: Callable[[str], int | str]) -> pd.DataFrame:
    """One row for a region and item of the plan: the worst part decides.

    Parameters
    ----------
    assessment : DataFrame
        As `Assessor.assess` gives it.
    item_of : callable
        From an indicator code to the plan's number, or to the code itself beside the plan.

    Returns
    -------
    DataFrame
        `ITEM_COLUMNS`; met_at_due is yes, no, unknown, or not_due. A measure without a target gives way to another
        measure of the same part that has one.
    """
    table = assessment[assessment["verdict"] != "not_applicable"].copy()
    table["item"] = [item_of(code) for code in table["indicator"]]
    slot = ["region_code", "item", "part"]
    has_target = table["verdict"] != "no_target"
    table = table[has_target | ~has_target.groupby([table[name] for name in slot]).transform("any")]
    table["at_due"] = [
        _at_due(row) for row in table[["verdict", "met_at_due", "due", "as_of", "comparison"]].itertuples()
    ]
    parts_of_items: dict[tuple, list] = {}
    for row in table[["region_code", "item", "binding", "verdict", "at_due"]].itertuples(index=False):
        parts_of_items.setdefault((row.region_code, row.item), []).append(row)
    rows = []
    for (region, item), parts in parts_of_items.items():
        answers = {part.at_due for part in parts}
        at_due = next((answer for answer in ("no", "unknown", "not_due") if answer in answers), "yes")
        verdict = judge.worst([part.verdict for part in parts])
        outlook = next((name for name, verdicts in OUTLOOKS.items() if verdict in verdicts), "open")
        rows.append((region, item, any(part.binding for part in parts), verdict, at_due, outlook))
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def _at_due(row) -> str:
    """Whether a target was met at its date: papers and missing targets included."""
    if row.due > row.as_of:
        return "not_due"
    if row.verdict == "documented":
        return "yes"
    if row.verdict in ("undocumented", "no_target", "insufficient_data") and row.met_at_due != "no":
        return "unknown"
    return row.met_at_due or "unknown"


def headlines(rows: pd.DataFrame, regions: Sequence[str], as_of: int, settings: Settings) -> list[Headline]:
    """`headline` of many regions, in their order."""
    columns = [rows[name].tolist() for name in ITEM_COLUMNS]
    own: dict[str, list[Item]] = {region: [] for region in regions}
    for region, *answer in zip(*columns, strict=True):
        if region in own:
            own[region].append(Item(*answer))
    return [_headline(own[region], region, as_of, settings) for region in regions]


def headline(rows: pd.DataFrame, region: str, as_of: int, settings: Settings) -> Headline:
    """The headline of one region from its items.

    Parameters
    ----------
    rows : DataFrame
        As `items` gives them; those of other regions are left aside.
    """
    return headlines(rows, [region], as_of, settings)[0]


def _headline(own: list[Item], region: str, as_of: int, settings: Settings) -> Headline:
    own = [row for row in own if row.binding] + [row for row in own if not row.binding]

    def at_due(answer: str, binding: bool | None = None) -> tuple:
        return tuple(row.item for row in own if row.met_at_due == answer and binding in (None, bool(row.binding)))

    def ahead(name: str) -> tuple:
        return tuple(row.item for row in own if row.outlook == name)

    met_advisory, missed_advisory = len(at_due("yes", False)), len(at_due("no", False))
    answered, unknown_advisory = met_advisory + missed_advisory, len(at_due("unknown", False))
    share = met_advisory / answered if answered else np.nan
    missed_binding, unknown_binding = at_due("no", True), at_due("unknown", True)
    asked = answered + unknown_advisory
    enough = not asked or met_advisory / asked >= settings.advisory_share
    impossible = asked and (met_advisory + unknown_advisory) / asked < settings.advisory_share
    if missed_binding or impossible:
        conditions = "no"
    elif unknown_binding or not enough or not at_due("yes"):
        conditions = "unknown"
    else:
        conditions = "yes"
    return Headline(
        region=region,
        as_of=as_of,
        met=at_due("yes"),
        missed=at_due("no"),
        unknown=at_due("unknown"),
        not_due=at_due("not_due"),
        missed_binding=missed_binding,
        missed_advisory=at_due("no", False),
        unknown_binding=unknown_binding,
        conditions_met=conditions,
        advisory_share=share,
        secure=ahead("secure"),
        consolidate=ahead("consolidate"),
        to_be_won=ahead("to_be_won"),
        in_doubt=ahead("in_doubt"),
        open=ahead("open"),
    )


CHANGE_KEY = ["region_code", "indicator", "comparison"]
CHANGING = ["verdict", "latest_value", "latest_year", "met_at_due"]


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What moved between two assessments: verdicts and values, target by target.

    Returns
    -------
    DataFrame
        region_code, indicator, comparison, verdict_before, verdict, value_before, value, year_before, year, moved
        (better, worse, missed, or same); only rows where something moved. Missed: its date came and it was not met,
        whatever the class says of the next one. Better takes another figure, or papers.
    """
    columns = CHANGE_KEY + CHANGING
    joined = before[columns].merge(after[columns], on=CHANGE_KEY, suffixes=("_before", ""))
    joined = joined.rename(
        columns={
            "latest_value": "value",
            "latest_value_before": "value_before",
            "latest_year": "year",
            "latest_year_before": "year_before",
        }
    )
    joined["moved"] = moved(joined)
    values = joined["value"].astype(float), joined["value_before"].astype(float)
    same_value = (values[0] == values[1]) | (values[0].isna() & values[1].isna())
    same_class = joined["verdict"] == joined["verdict_before"]
    return joined[~same_class | (joined["moved"] == "missed") | ~same_value].reset_index(drop=True)


def moved(joined: pd.DataFrame) -> np.ndarray:
    """How each target moved: better, worse, missed, or same.

    Parameters
    ----------
    joined : DataFrame
        verdict, value, year and met_at_due, and each of them with `_before`.
    """
    rank = {code: i for i, code in enumerate(judge.SEVERITY)}
    step = joined["verdict"].map(rank) - joined["verdict_before"].map(rank)
    missed = (joined["met_at_due"] == "no") & (joined["met_at_due_before"] != "no")
    newer = (joined["year"].astype(float) > joined["year_before"].astype(float)) | joined["year_before"].isna()
    papers = joined["value"].isna() & joined["value_before"].isna()
    changed = (joined["value"].astype(float) != joined["value_before"].astype(float)) & ~papers
    better = (step < 0) & newer & (changed | papers)
    return np.select([missed, step > 0, better], ["missed", "worse", "better"], "same")
