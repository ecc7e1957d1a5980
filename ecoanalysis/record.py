"""The pooled record of duties, protected values and conditions: what stays met, what gets finished.

A duty of 100 % is not a number that wanders; it is a state that is kept or lost. Its record is a count of years: how
often, from one year to the next, what was met stayed met, and what was unmet was finished. Sister regions inform each
other, and a region's own relapses count more than its sisters':

    yearly relapse rate of region i     r_i ~ Beta(mean μ, strength S)
    yearly finishing rate of region i   f_i ~ Beta(mean ν, strength T)

(μ, S) and (ν, T) are shared by the regions of one indicator. Their prior lies on a small grid; its centres and spreads
are rows of `tables/record_prior.csv`, read off a reference panel by `training/record_prior.py`. On the grid every sum
over r_i is a ratio of beta functions, so nothing is simulated to give a chance (`outcomes` simulates, for what follows
from a state: projects). Told in words, with a table, in `docs/record.md`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import comb

import numpy as np
from scipy.special import betaln, logsumexp

HOLDING, FINISHING = "holding", "finishing"
FEWEST = 8  # pooled transitions below which no chance of finishing is said
MEANS = 1 / (1 + np.exp(-np.linspace(-8.0, 4.0, 25)))  # of yearly rates: 0.03 % to 98 %
STRENGTHS = 2.0 ** np.arange(-1, 7)  # in years of record: 0.5 to 64


@dataclass(frozen=True)
class Record:
    """Transitions from one calendar year to the next, counted for every region of one indicator.

    Four arrays (regions,) of whole numbers: `clean` met → met, `relapses` met → unmet, `finished` unmet → met,
    `unfinished` unmet → unmet. `prior` names the row of `tables/record_prior.csv` that holding starts from.
    """

    clean: np.ndarray
    relapses: np.ndarray
    finished: np.ndarray
    unfinished: np.ndarray
    prior: str = "holding"


def count(met, prior: str = "holding") -> Record:
    """Transitions of all regions of one indicator.

    Parameters
    ----------
    met : array (regions, years)
        1 or True where the requirement was met, 0 or False where it was not, NaN where nothing was measured.
        Columns are consecutive calendar years.
    prior : str
        `holding` for duties and conditions, `protected` for areas that only a decision of their authority moves.

    Returns
    -------
    Record
        A year without a value joins nothing: 1, NaN, 1 is no transition.

    Raises
    ------
    ValueError
        When `met` has not two dimensions or holds anything but 1, 0 and NaN.

    Examples
    --------
    >>> import numpy as np
    >>> record = count([[1, 1, 0, 1, 1], [0, 0, np.nan, 1, 1]])
    >>> record.clean.tolist(), record.relapses.tolist(), record.finished.tolist(), record.unfinished.tolist()
    ([2, 1], [1, 0], [1, 0], [0, 1])
    """
    met = _states(met)
    if met.ndim != 2:
        raise ValueError(f"met has {met.ndim} dimensions; give one row for each region and one column for each year.")
    before, after = met[:, :-1], met[:, 1:]
    steps = [(1, 1), (1, 0), (0, 1), (0, 0)]
    return Record(*(((before == was) & (after == came)).sum(axis=1) for was, came in steps), prior)


def hold_chance(record: Record, years) -> np.ndarray:
    """Chance that a region that is met stays met in each of the coming years.

    Parameters
    ----------
    record : Record
        Of all regions of the indicator.
    years : int or array (regions,)
        Years to be held after the last one measured. NaN gives NaN.

    Returns
    -------
    array (regions,)
        Mean of (1 − r_i)^years over what the record leaves possible. A record of nothing gives the prior's answer.
    """
    years = np.broadcast_to(_ahead(years), record.clean.shape)
    return _expected(_relapsing(record), 0, years)


def hold_chance_together(record: Record, members, years) -> float:
    """Chance that all members, met now, stay met in each of the coming years.

    The members share (μ, S): what makes one of them doubtful makes all of them so. It is therefore more than the
    product of their own chances, and less than the least of them.

    Parameters
    ----------
    record : Record
        Of all regions of the indicator.
    members : array of int
        Places of the members in the record.
    years : int or array (members,)
        Years to be held after the last one measured.
    """
    rates, members = _relapsing(record), np.asarray(members, dtype=int)
    years = np.broadcast_to(_ahead(years), members.shape)
    given = rates.moment(members, 0, years)
    return float(rates.weight @ given.prod(axis=1))


def reach_chance(record: Record, region, met_now, years, hold=0, *, fewest: int = FEWEST) -> np.ndarray:
    """Chance that a region is met after some years, whether it gets finished at once, late, or again.

    Parameters
    ----------
    record : Record
        Of all regions of the indicator.
    region : int or array of int
        Places in the record.
    met_now : array as `region`
        1 or 0, the state of the last measured year; NaN gives NaN.
    years : int or array as `region`
        Years after the last one measured; 0 repeats the state.
    hold : int
        Further years in each of which it must then stay met.
    fewest : int
        See `thin`.

    Returns
    -------
    array as `region`
        NaN for a region that is unmet while the pooled record of finishing is thin. One that is met needs that
        record only for coming back after a relapse.

    Notes
    -----
    Two states, unmet → met at rate f_i and met → unmet at rate r_i. A way through the years is counted by its four
    kinds of transitions, so the chance is a sum of products of two moments.
    """
    region, met_now, years = np.broadcast_arrays(np.asarray(region, dtype=int), _states(met_now), _ahead(years))
    relapsing, finishing = _relapsing(record), _finishing(record)
    chance = np.full(region.shape, np.nan)
    for state, ahead in {(s, y) for s, y in zip(met_now.flat, years.flat, strict=True) if s == s and y == y}:
        if state == 0 and thin(record, fewest=fewest):
            continue
        asked = (met_now == state) & (years == ahead)
        chance[asked] = sum(
            number
            * _expected(relapsing, relapses, clean + hold)[region[asked]]
            * _expected(finishing, finished, unfinished)[region[asked]]
            for number, clean, relapses, finished, unfinished in _ways(int(state), int(ahead))
        )
    return chance


def reach_chance_together(record: Record, members, met_now, years, hold=0, *, fewest: int = FEWEST) -> float:
    """Chance that all members are met after some years: a city that is met when every member is.

    Parameters as in `reach_chance`, `members`, `met_now` and `years` (if not one number) of one length. NaN when a
    member's state is unknown, or one is unmet while the pooled record of finishing is thin.
    """
    members, met_now, years = np.broadcast_arrays(np.asarray(members, dtype=int), _states(met_now), _ahead(years))
    if np.isnan(met_now + years).any() or ((met_now == 0).any() and thin(record, fewest=fewest)):
        return float("nan")
    relapsing, finishing = _relapsing(record), _finishing(record)
    together = np.ones((relapsing.weight.size, finishing.weight.size))
    for member, state, ahead in zip(members, met_now, years, strict=True):
        alone = 0.0
        for number, clean, relapses, finished, unfinished in _ways(int(state), int(ahead)):
            kept = relapsing.moment_of(member, relapses, clean + hold)
            done = finishing.moment_of(member, finished, unfinished)
            alone = alone + (number * kept)[:, None] * done
        together *= alone
    return float(relapsing.weight @ together @ finishing.weight)


def reach_chance_with(record: Record, members, met_now, years, finished, hold=0, *, fewest: int = FEWEST) -> float:
    """As `reach_chance_together`, where some members are finished by other means in some futures (by a project).

    Parameters
    ----------
    finished : bool array (members, futures)
        In which futures a member that is unmet now is finished by then; what is left is asked of the record.

    Returns
    -------
    float
        Mean over the futures. For one member it is 1 − (1 − chance of the record)(1 − chance of the project). Where the
        record of finishing is thin, only what needs none of it counts: a lower bound, 0 when that is nothing.
    """
    members, met_now = np.asarray(members, dtype=int), _states(met_now)
    years = np.broadcast_to(_ahead(years), members.shape)
    done = np.asarray(finished, bool) & (met_now == 0)[:, None]
    patterns, times = np.unique(done, axis=1, return_counts=True)
    chance = 0.0
    for pattern, share in zip(patterns.T, times / times.sum(), strict=True):
        left = ~pattern
        rest = (
            reach_chance_together(record, members[left], met_now[left], years[left], hold, fewest=fewest)
            if left.any()
            else 1.0
        )
        kept = hold_chance_together(record, members[pattern], hold) if hold and pattern.any() else 1.0
        chance += share * kept * (0.0 if np.isnan(rest) else rest)
    return float(chance)


def outcomes(record: Record, met_now, years: int, paths: int, seed: int, members=None) -> np.ndarray:
    """States of the coming years, simulated jointly: one draw of the shared rates for each path.

    Parameters
    ----------
    record : Record
        Of all regions of the indicator.
    met_now : array (regions,)
        1 or 0, the states of the last measured year, of the members if these are given.
    years, paths, seed : int
        Size of the answer; the same seed gives the same states.
    members : array of int, optional
        Places of the wanted regions; all by default.

    Returns
    -------
    bool array (regions, paths, years)
        Whether it is met. Their means are `reach_chance`; where the record of finishing is thin they are mostly the
        prior's, so ask `thin` before a chance is said.

    Raises
    ------
    ValueError
        When a state is unknown: the future of what is not measured is left out by `members`, not guessed.
    """
    members = np.arange(record.clean.size) if members is None else np.asarray(members, dtype=int)
    state = np.broadcast_to(_states(met_now), members.shape)
    if np.isnan(state).any():
        unknown = ", ".join(str(m) for m in members[np.isnan(state)])
        raise ValueError(f"The state of region {unknown} is not known; name the others as `members`.")
    rng = np.random.default_rng(seed)
    relapse = _relapsing(record).draw(members, paths, rng)
    finish = _finishing(record).draw(members, paths, rng)
    now = np.repeat(state[:, None] == 1, paths, axis=1)
    answer = np.empty((*now.shape, years), dtype=bool)
    for year in range(years):
        chance = rng.random(now.shape)
        now = np.where(now, chance >= relapse, chance < finish)
        answer[:, :, year] = now
    return answer


def thin(record: Record, of: str = FINISHING, *, fewest: int = FEWEST) -> bool:
    """Whether the pooled record is too thin to say a chance.

    Parameters
    ----------
    of : {"finishing", "holding"}
        Transitions from unmet or from met.
    fewest : int
        Fewer pooled transitions than this are thin: the number would be an opinion on duties elsewhere.
    """
    pairs = {FINISHING: (record.finished, record.unfinished), HOLDING: (record.relapses, record.clean)}
    return bool(sum(part.sum() for part in pairs[of]) < fewest)


def _states(met) -> np.ndarray:
    met = np.asarray(met, dtype=float)
    if not np.isin(met[~np.isnan(met)], (0, 1)).all():
        raise ValueError("met holds values other than 1 (met), 0 (not met) and NaN (not measured).")
    return met


def _ahead(years) -> np.ndarray:
    years = np.asarray(years, dtype=float)
    if (years < 0).any():
        raise ValueError("years is negative; a date before the last measured year is judged by what was measured.")
    return years


@dataclass(frozen=True)
class _Rates:
    """Yearly rates of one kind of event, as far as the record leaves them open.

    `first`, `second` (grid,) are the parameters of the shared Beta, `weight` (grid,) its chance after the record;
    `events`, `others` (regions,) are the counted transitions.
    """

    first: np.ndarray
    second: np.ndarray
    weight: np.ndarray
    events: np.ndarray
    others: np.ndarray
    kind: str

    def moment(self, regions, events, others) -> np.ndarray:
        """Chance (grid, regions) of that many more events, then others, in one given order."""
        a = self.first[:, None] + self.events[regions]
        b = self.second[:, None] + self.others[regions]
        return _chance(a, b, events, others)

    def moment_of(self, region: int, events: int, others: int) -> np.ndarray:
        """`moment` of one region (grid,); regions with the same record have the same one, which is reckoned once."""
        return _moment(self.kind, int(self.events[region]), int(self.others[region]), events, others)

    def draw(self, regions, paths: int, rng) -> np.ndarray:
        """Rates (regions, paths); the regions of a path share a place on the grid."""
        spot = rng.choice(self.weight.size, size=paths, p=self.weight)
        a = self.first[spot] + self.events[regions][:, None]
        b = self.second[spot] + self.others[regions][:, None]
        return rng.beta(a, b)


def _relapsing(record: Record) -> _Rates:
    return _after(record.prior, record.relapses, record.clean)


def _finishing(record: Record) -> _Rates:
    return _after(FINISHING, record.finished, record.unfinished)


def _after(kind: str, events, others) -> _Rates:
    """The grid after the record: prior times the chance of every region's transitions."""
    first, second, _ = _grid(kind)
    events, others = np.asarray(events), np.asarray(others)
    wide = int(others.max(initial=0)) + 1
    seen, times = np.unique(events * wide + others, return_counts=True)  # pairs as one number: quicker to sort
    weight = _weight(kind, *(tuple(numbers.tolist()) for numbers in (*np.divmod(seen, wide), times)))
    return _Rates(first, second, weight, events, others, kind)


def _chance(a, b, events, others) -> np.ndarray:
    return np.exp(betaln(a + events, b + others) - betaln(a, b))


@lru_cache(maxsize=4096)
def _moment(kind: str, own_events: int, own_others: int, events: int, others: float) -> np.ndarray:
    first, second, _ = _grid(kind)
    chance = _chance(first + own_events, second + own_others, events, others)
    chance.flags.writeable = False
    return chance


@lru_cache(maxsize=512)
def _weight(kind: str, events: tuple, others: tuple, times: tuple) -> np.ndarray:
    """Chance of each place of the grid; every region of an indicator asks for the same."""
    first, second, prior = _grid(kind)
    a, b = first[:, None], second[:, None]
    likely = (betaln(a + np.array(events), b + np.array(others)) - betaln(a, b)) @ np.array(times)
    weight = np.log(prior) + likely
    weight = np.exp(weight - logsumexp(weight))
    weight.flags.writeable = False
    return weight


def _expected(rates: _Rates, events, others) -> np.ndarray:
    """Chance (regions,) of that many more events, then others. Regions with one record are reckoned once."""
    others = np.broadcast_to(np.asarray(others, dtype=float), rates.events.shape)
    rows = np.stack([rates.events, rates.others, others])
    _, one, place = np.unique(rows, axis=1, return_index=True, return_inverse=True)
    return (rates.weight @ rates.moment(one, events, others[one]))[place.reshape(-1)]


def _ways(state: int, years: int) -> list[tuple[int, int, int, int, int]]:
    """Ways from a state to being met after so many years: (number of ways, clean, relapses, finished, unfinished).

    With n spells of being met there are n − state spells of being unmet. Each spell but the last ends by a change;
    the years beyond its first may fall to any spell of their kind.
    """
    ways = []
    for spells in range(1, years + 2):
        unmet_spells = spells - state
        changes = spells - 1 + unmet_spells
        for clean in range(years - changes + 1):
            unfinished = years - changes - clean
            number = _shared_out(clean, spells) * _shared_out(unfinished, unmet_spells)
            if number:
                ways.append((number, clean, spells - 1, unmet_spells, unfinished))
    return ways


def _shared_out(years: int, spells: int) -> int:
    """In how many ways so many years fall to so many spells."""
    return comb(years + spells - 1, years) if spells else int(years == 0)


@cache
def _grid(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parameters of the shared Beta and their prior weight, (grid,) each; normal in log odds and log strength."""
    row = _prior()[kind]
    mean, strength = (axis.ravel() for axis in np.meshgrid(MEANS, STRENGTHS, indexing="ij"))
    odds = (np.log(mean / (1 - mean)) - row["mean_centre"]) / row["mean_spread"]
    years = (np.log(strength) - row["strength_centre"]) / row["strength_spread"]
    weight = np.exp(-(odds**2 + years**2) / 2)
    return mean * strength, (1 - mean) * strength, weight / weight.sum()


@cache
def _prior() -> dict[str, dict[str, float]]:
    text = files("ecoanalysis").joinpath("tables/record_prior.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row.pop("rate"): {name: float(value) for name, value in row.items()} for row in rows}
