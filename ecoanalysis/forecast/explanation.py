"""Why a forecast says what it says, in numbers an analyst can follow, and how such statements have fared."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from scipy import special

from ecoanalysis.forecast.breaks import LevelShift, level_shift
from ecoanalysis.forecast.closed_form import roughness
from ecoanalysis.forecast.features import RECENT
from ecoanalysis.forecast.learned import learned
from ecoanalysis.forecast.paths import of_model, shapes
from ecoanalysis.forecast.standstill import sisters_that_stand
from ecoanalysis.forecast.windows import Windows
from ecoanalysis.words import Words

FARED = Path(__file__).with_name("fared.csv")
NEAR = 0.1  # share of the distance of two bounds within which a value is near its limit
BANDS = (0.025, 0.1, 0.5, 0.9, 0.975)


REASONS = {  # odd features by what they are about; those that say the same are set aside together
    "recent": tuple(
        [f"change_{age}" for age in range(RECENT)]
        + "drift_2 drift_3 fading_0.5 fading_0.8 slope_5 late_minus_early".split()
    ),
    "long": tuple("drift drift_5 drift_10 slope direction_count median_change".split()),
    "return": tuple("line_end line_end_5 mean_gone near_gone".split()),
    "jump": tuple("lopsided largest largest_recent".split()),
    "better": ("better",),
    "bounds": tuple("bounds_near_2 bounds_near_8 bounds_near_30".split()),
    "growth": tuple("level sign signed_share compound_minus_drift growth".split()),
}


@dataclass(frozen=True)
class Reason:
    """By how much one kind of feature moved the median, against the same forecast with these features at zero.

    Attributes
    ----------
    name : str
        A key of `REASONS`.
    features : tuple of str
        Names of the features, as in `features.ODD`.
    moved : array (horizon,)
        In the unit of the series; what several reasons moved does not add up, features speak together.
    """

    name: str
    features: tuple[str, ...]
    moved: np.ndarray


@dataclass(frozen=True)
class Explanation:
    """What a history shows and what became of it.

    Attributes
    ----------
    observations, gaps : int
        Values in the last twenty years of the history, and years between them without one.
    latest : float
        Last observation.
    usual_change : float
        Mean absolute annual change; the unit in which everything is judged.
    mean_change : float
        Mean annual change, NaN for a single observation.
    followed : float
        Median change in the first year of the forecast.
    pull : float
        Share of the mean change that is not followed: 0 all is, 1 nothing is, below 0 the forecast is faster. NaN
        where there was no mean change.
    agreement : float
        Mean change over usual change, -1 to 1: how far the years agree on the direction.
    roughness : float
        How much a change differs from the one before it, in usual changes: near 0 smooth, about 1.4 noise.
    tail_weight : float
        Width of the 95 % band over that of the 80 % band in the first year; 1.53 for a normal distribution.
    at_bound : array (horizon, 2)
        Chance of sitting exactly on the lower and the upper bound.
    shift : LevelShift or None
        A jump that stayed, see `level_shift`.
    bands, plain_bands : arrays (horizon, 5)
        2.5, 10, 50, 90 and 97.5 % quantiles of the learned model and of the closed form.
    apart : float
        Largest distance of the two medians, in half widths of the learned 80 % band. Above 1 they differ.
    sisters : int
        Sister regions that were read; 0 for a series alone.
    lone_bands : array (horizon, 5)
        `bands` as they would be without sisters.
    standing : array (horizon,)
        Chance of the last value itself where the series stands still, 0 where it moved in its last year.
    lone_standing : array (horizon,)
        `standing` as it would be without sisters.
    sisters_that_stand : (int, int)
        Sisters whose last year brought no change, and of how many that is known.
    reasons : tuple of Reason
        What moved the median, the strongest in the last year first.
    """

    observations: int
    gaps: int
    latest: float
    usual_change: float
    mean_change: float
    followed: float
    pull: float
    agreement: float
    roughness: float
    tail_weight: float
    at_bound: np.ndarray
    shift: LevelShift | None
    bands: np.ndarray
    plain_bands: np.ndarray
    apart: float
    sisters: int
    lone_bands: np.ndarray
    standing: np.ndarray
    lone_standing: np.ndarray
    sisters_that_stand: tuple[int, int]
    reasons: tuple[Reason, ...]


def explain(
    history: Sequence[float],
    horizon: int = 5,
    *,
    bounds: tuple[float | None, float | None] = (None, None),
    better: int = 0,
    break_at: int | None = None,
    references: Sequence | None = None,
) -> Explanation:
    """What the learned model made of one history, and what the closed form would have made of it.

    The parameters are those of `quantiles`, for one series (`references`: its list); so are the errors.
    """
    one = ([history], horizon, [bounds], [better], [break_at])
    given = None if references is None else [references]
    w, shape = shapes(*one, "learned", given)
    ahead = int(w.ahead[0])
    scores = special.ndtri(np.array(BANDS))
    bands = shape.at(scores)[0]
    lone = shapes(*one, "learned")[1] if w.company is not None else shape
    plain = shapes(*one, "closed_form", given)[1].at(scores)[0]
    fine = shape.at(special.ndtri((np.arange(400) + 0.5) / 400))[0]
    low, high = w.low[0], w.high[0]
    n, usual = int(w.n[0]), float(w.scale[0])
    mean_change = float((w.values[0, -1] - w.values[0, -n]) / (n - 1)) if n > 1 else np.nan
    followed = float(bands[0, 2] - w.last[0]) / (1 + ahead)
    half = np.maximum((bands[:, 3] - bands[:, 1]) / 2, 1e-300)
    width80, width95 = bands[0, 3] - bands[0, 1], bands[0, 4] - bands[0, 0]
    return Explanation(
        observations=int(w.observed[0].sum()),
        gaps=n - int(w.observed[0].sum()),
        latest=float(w.last[0]),
        usual_change=usual,
        mean_change=mean_change,
        followed=followed,
        pull=1 - followed / mean_change if n > 1 and mean_change else np.nan,
        agreement=mean_change / usual if n > 1 and usual else np.nan,
        roughness=float(roughness(w)[0]),
        tail_weight=float(width95 / width80) if width80 else np.nan,
        at_bound=np.stack([(fine <= low).mean(axis=1), (fine >= high).mean(axis=1)], axis=1),
        shift=level_shift(history),
        bands=bands,
        plain_bands=plain,
        apart=float((np.abs(bands[:, 2] - plain[:, 2]) / half).max()) if width80 else 0.0,
        sisters=0 if w.company is None else len(w.company.who),
        lone_bands=lone.at(scores)[0],
        standing=shape.standing[0],
        lone_standing=lone.standing[0],
        sisters_that_stand=tuple(int(count[0]) for count in sisters_that_stand(w)),
        reasons=_reasons(w, horizon, bands[:, 2]),
    )


def _reasons(w: Windows, horizon: int, median: np.ndarray) -> tuple[Reason, ...]:
    reasons = []
    for name, names in REASONS.items():
        other = of_model(partial(learned, without=names), w, int(horizon))
        reasons.append(Reason(name, names, median - other.at(np.zeros(1))[0, :, 0]))
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.moved[-1])))


def sentences(
    explained: Explanation, w: Words, decimals: int, unit: str = "", points: str | None = None, most: int = 3
) -> list[str]:
    """An explanation in words: what moved the median of its last year, what the sisters changed, standing still.

    Parameters
    ----------
    explained : Explanation
    w : Words
        The language.
    decimals : int
        Decimals of a value; what moved the median by less than half of the last one is not told.
    unit : str
        As it is to stand after a number, with its space.
    points : str, optional
        The same after a difference, where that has another unit (points for a percentage).
    most : int
        Reasons that are told.
    """

    def value(number: float) -> str:
        return w.number(number, decimals) + unit

    def difference(number: float) -> str:
        return w.number(number, decimals) + (unit if points is None else points)

    years = len(explained.bands)
    told = [r for r in explained.reasons if abs(r.moved[-1]) >= 0.5 * 10.0**-decimals][:most]
    lines = [
        w(
            "explain.higher" if reason.moved[-1] > 0 else "explain.lower",
            years=years,
            reason=w(f"explain.reason_{reason.name}"),
            amount=difference(abs(reason.moved[-1])),
        )
        for reason in told
    ]
    last, alone = explained.bands[-1], explained.lone_bands[-1]
    if explained.sisters:
        widths = {"before": difference(alone[3] - alone[1]), "after": difference(last[3] - last[1])}
        before, after = value(alone[2]), value(last[2])
        if before == after:
            lines.append(w("explain.sisters_same", count=explained.sisters, years=years, after=after))
        else:
            lines.append(w("explain.sisters", count=explained.sisters, years=years, before=before, after=after))
        if widths["before"] != widths["after"]:
            lines.append(w("explain.sisters_width", **widths))
    else:
        lines.append(w("explain.alone"))
    if explained.standing[-1] > 0:
        lines.append(
            w("explain.standing", years=years, value=value(explained.latest), chance=w.chance(explained.standing[-1]))
        )
        before, after = w.chance(explained.lone_standing[-1]), w.chance(explained.standing[-1])
        if before != after:
            stand, count = explained.sisters_that_stand
            told = {"count": count, "before": before, "after": after}
            if explained.standing[-1] > explained.lone_standing[-1]:
                lines.append(w("explain.standing_raised", stand=stand, **told))
            else:
                lines.append(w("explain.standing_lowered", moved=count - stand, **told))
    return lines


@dataclass(frozen=True)
class Fared:
    """How statements of one kind have fared on the reference panel, with series the model had never seen.

    Of `statements` statements that gave a chance between `low` and `high` (`said` on average) from histories of
    `fewest` to `most` years, the share `came_true`. `domain` is `near_limit` for shares near their limit, `any` for
    series of all kinds.
    """

    domain: str
    fewest: int
    most: int
    low: float
    high: float
    statements: int
    series: int
    said: float
    came_true: float


@cache
def fared_table() -> list[Fared]:
    """All rows of the reliability table."""
    with FARED.open(encoding="utf-8", newline="") as file:
        made = {"str": str, "int": int, "float": float}
        kinds = Fared.__annotations__
        return [Fared(**{name: made[kinds[name]](text) for name, text in row.items()}) for row in csv.DictReader(file)]


def near_limit(value: float, bounds: tuple[float | None, float | None], better: int) -> bool:
    """Whether a value between two bounds is within a tenth of their distance from the good one.

    Parameters
    ----------
    value : float
        In the unit of the series; NaN is near nothing.
    bounds : (low, high)
        None or NaN for an open side.
    better : int
        +1, -1, or 0 where neither side is the good one.
    """
    low, high = (np.nan if side is None else float(side) for side in bounds)
    room = (high - value if better > 0 else value - low) if better else np.nan
    return bool(0 <= room <= NEAR * (high - low))


def fared(probability: float, observations: int, *, near_limit: bool = False) -> Fared | None:
    """How statements that gave about this chance, from about so many years, have fared.

    Parameters
    ----------
    probability : float
        Between 0 and 1.
    observations : int
        Years of the history; more than the table knows counts as the most it knows.
    near_limit : bool
        Whether the statement is about a share near its limit: the record of such is given where it is large enough.

    Returns
    -------
    Fared, or None for a kind of statement the panel has too few of

    Raises
    ------
    ValueError
        A probability outside 0 to 1, or no observation.
    """
    if not 0 <= probability <= 1 or observations < 1:
        raise ValueError(
            f"probability {probability!r} of {observations!r} observations; give a chance from 0 to 1 and at least 1"
        )
    years = min(observations, max(row.most for row in fared_table()))
    for domain in ("near_limit", "any") if near_limit else ("any",):
        for row in fared_table():
            if row.domain == domain and row.fewest <= years <= row.most and row.low <= probability <= row.high:
                return row
    return None
