"""Learn the prior of `ecoanalysis/record.py` from a panel of real series, and score it on indicators kept out.

    python training/record_prior.py --panel FOLDER            # scores, leaving out one family of indicators at a time
    python training/record_prior.py --panel FOLDER --write    # and writes ecoanalysis/tables/record_prior.csv

FOLDER holds `wide.parquet` and `dev.parquet` (sid, t, value) and their `_meta.parquet` (indicator). Needs pandas with
pyarrow beside numpy and scipy; nothing here is needed at run time. Seeded: the same panel gives the same table.

A requirement like a duty is read into an indicator that has a natural good end: no deaths, no poverty, every girl
through school. A country is looked at from the first year in which it was within a twentieth of that end, so that its
years of failing are those of somebody close. Pools of seven countries stand for the counties of a city.
"""

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.special import betaln, logsumexp

from ecoanalysis import record

# none: no more of it. all: all as published (99.5 and more, or the 99 at which a source stops). base: not less than at first.
REQUIREMENTS = """
tb       none wide all_forms_of_tb_deaths_per_100000_estimated
tb       none wide tb_hivplus_deaths_per_100000_estimated
tb       none wide tb_hivplus_incidence_per_100000_estimated
tb       none wide infectious_tb_new_cases_per_100000_estimated
tb       none dev  tb_incidence
hiv      none wide hiv_deaths_in_children_1_59_months_per_1000_births
malaria  none wide malaria_deaths_in_children_1_59_months_per_1000_births
malaria  none wide malaria_cases_per_100000_reported
measles  none wide measles_deaths_in_children_1_59_months_per_1000_births
lungs    none wide meningitis_deaths_in_children_1_59_months_per_1000_births
lungs    none wide pneumonia_deaths_in_children_1_59_months_per_1000_births
other    none wide other_infections_deaths_in_children_1_59_months_per_1000_births
newborn  none wide tetanus_deaths_in_newborn_per_1000_births
newborn  none wide sepsis_deaths_in_newborn_per_1000_births
poverty  none wide extreme_poverty_percent_people_below_300_a_day
poverty  none wide poverty_percent_people_below_420_a_day
poverty  none wide poverty_percent_people_below_830_a_day
school   all  wide primary_school_completion_percent_of_boys
school   all  wide primary_school_completion_percent_of_girls
literacy all  wide literacy_rate_youth_female_percent_of_females_ages_15_24
literacy all  wide literacy_rate_youth_male_percent_of_males_ages_15_24
vaccine  all  dev  measles_vaccination
vaccine  all  dev  sdg_dtp3
land     base wide surface_area_sq_km
"""
POOL = 7
YEARS = 15  # of a country, from the first one close to the good end
CLOSE = 0.05
AHEAD = 3
WIDER = 2.0  # spread of the means against the fitted one: the panel has no indicator at which everybody stands


class Pool(NamedTuple):
    """Sisters of one indicator; met (countries, years) is NaN before a country is close."""

    family: str
    indicator: str
    met: np.ndarray


def pools(folder: Path, seed: int = 0) -> list[Pool]:
    """All requirements, their countries dealt out at random into pools; a rest of one country is left out."""
    rng, answer, tables = np.random.default_rng(seed), [], {}
    for panel in ("wide", "dev"):
        values = pd.read_parquet(folder / f"{panel}.parquet")
        meta = pd.read_parquet(folder / f"{panel}_meta.parquet").set_index("sid")
        tables[panel] = values.join(meta[["indicator"]], on="sid")
    for line in REQUIREMENTS.strip().splitlines():
        family, kind, panel, indicator = line.split()
        rows = tables[panel][tables[panel]["indicator"] == indicator]
        values = rows.pivot(index="sid", columns="t", values="value")
        met = states(values.reindex(columns=range(values.columns.min(), values.columns.max() + 1)).to_numpy(), kind)
        order = rng.permutation(np.flatnonzero((~np.isnan(met)).sum(axis=1) > 1))
        dealt = [order[i : i + POOL] for i in range(0, len(order) - 1, POOL)]
        answer += [Pool(family, indicator, met[some]) for some in dealt]
    return answer


def states(values: np.ndarray, kind: str) -> np.ndarray:
    """1, 0 or NaN (countries, years): met or not, for so many years after the first one close to the good end."""
    if kind == "none":
        met, close = values == 0, values <= CLOSE * np.nanmedian(values)
    elif kind == "all":
        end = min(99.5, np.nanmax(values))
        met, close = values >= end, values >= end * (1 - CLOSE)
    else:
        met = values >= np.take_along_axis(values, (~np.isnan(values)).argmax(axis=1)[:, None], axis=1)
        close = met
    since = np.maximum.accumulate(met | close, axis=1).cumsum(axis=1)
    return np.where(np.isnan(values) | (since == 0) | (since > YEARS), np.nan, met)


def learn(given: list[Pool], wider: float = WIDER) -> dict[str, dict[str, float]]:
    """Centres and spreads of both rates: largest marginal likelihood, every family of indicators counting once."""
    families = [pool.family for pool in given]
    share = np.array([1 / families.count(family) for family in families])
    records = [record.count(pool.met) for pool in given]
    relapses = [(counted.relapses, counted.clean) for counted in records]
    finished = [(counted.finished, counted.unfinished) for counted in records]
    answer = {}
    for kind, pairs in ((record.HOLDING, relapses), (record.FINISHING, finished)):
        mean, mean_spread, strength, strength_spread = fit(pairs, share)
        answer[kind] = dict(
            mean_centre=mean,
            mean_spread=mean_spread * wider,
            strength_centre=strength,
            strength_spread=strength_spread,
        )
    return answer


def fit(pairs, share) -> tuple[float, float, float, float]:
    """Centre and spread of log odds of the mean and of log strength, given (events, others) of every pool."""
    mean, strength = (axis.ravel() for axis in np.meshgrid(record.MEANS, record.STRENGTHS, indexing="ij"))
    a, b = (mean * strength)[:, None], ((1 - mean) * strength)[:, None]
    odds, years = np.log(mean / (1 - mean)), np.log(strength)
    likely = np.array([(betaln(a + events, b + others) - betaln(a, b)).sum(axis=1) for events, others in pairs])
    told = np.array([(events + others).sum() > 0 for events, others in pairs])

    def loss(p):
        prior = -(((odds - p[0]) / np.exp(p[1])) ** 2 + ((years - p[2]) / np.exp(p[3])) ** 2) / 2
        # spreads near 1 unless the pools say otherwise: a dozen families cannot tell 4 from 40
        return -(share * told) @ logsumexp(likely + prior - logsumexp(prior), axis=1) + (p[1] ** 2 + p[3] ** 2) / 2

    best = optimize.minimize(loss, [-1.5, 0.3, 1.0, 0.0], method="Nelder-Mead", options=dict(maxiter=4000)).x
    return best[0], np.exp(best[1]), best[2], np.exp(best[3])


def use(prior) -> None:
    """Let `ecoanalysis.record` answer with this prior."""
    record._prior = lambda: prior
    record._grid.cache_clear()
    record._moment.cache_clear()


def statements(given: list[Pool]) -> pd.DataFrame:
    """Every chance said at every origin of these pools, with what came in three years, and what simpler rules said.

    An origin uses nothing later. `what`: hold (a met country stays met), reach (an unmet one is met in the third
    year), together (all met countries of a pool stay met). `alone`: the country's own yearly rate, half an event
    added, raised to a power; `common`: one rate for the pool, raised to a power.
    """
    rows = []
    for family, indicator, met in given:
        for now in range(2, met.shape[1] - AHEAD):
            past, later = met[:, : now + 1], met[:, now + 1 : now + 1 + AHEAD]
            known, state = ~np.isnan(later).any(axis=1), past[:, -1]
            seen = record.count(past)
            alone = 1 - yearly(seen.relapses, seen.clean)
            common = 1 - yearly(seen.relapses.sum(), seen.clean.sum())
            finishing = yearly(seen.finished, seen.unfinished), yearly(seen.finished.sum(), seen.unfinished.sum())
            hold = record.hold_chance(seen, AHEAD)
            reach = record.reach_chance(seen, np.arange(len(met)), state, AHEAD, fewest=0)
            pooled = (seen.finished + seen.unfinished).sum()
            about = dict(family=family, indicator=indicator)
            for i in np.flatnonzero(known & (state == 1)):
                said = dict(p=hold[i], alone=alone[i] ** AHEAD, common=common**AHEAD)
                own = dict(relapses=seen.relapses[i], years=seen.clean[i] + seen.relapses[i])
                rows.append(dict(about, what="hold", came=(later[i] == 1).all(), **said, **own))
            for i in np.flatnonzero(known & (state == 0)):
                said = dict(
                    p=reach[i], alone=1 - (1 - finishing[0][i]) ** AHEAD, common=1 - (1 - finishing[1]) ** AHEAD
                )
                rows.append(dict(about, what="reach", came=later[i, -1] == 1, pooled=pooled, **said))
            members = np.flatnonzero(known & (state == 1))
            if members.size > 2:
                said = dict(p=record.hold_chance_together(seen, members, AHEAD), alone=alone[members].prod() ** AHEAD)
                said["common"] = common ** (AHEAD * members.size)
                rows.append(dict(about, what="together", came=(later[members] == 1).all(), **said))
    return pd.DataFrame(rows)


def yearly(events, others):
    return (events + 0.5) / (events + others + 1)


def kept_out(given: list[Pool], wider: float = WIDER) -> pd.DataFrame:
    """Statements on every family, made with the prior of the others."""
    parts = []
    for family in sorted({pool.family for pool in given}):
        use(learn([pool for pool in given if pool.family != family], wider))
        parts.append(statements([pool for pool in given if pool.family == family]))
    return pd.concat(parts, ignore_index=True)


def report(said: pd.DataFrame) -> None:
    for what, rows in said.groupby("what"):
        came = rows["came"].astype(float)
        print(f"\n{what}: {len(rows)} statements, {rows['indicator'].nunique()} indicators, came {came.mean():.3f}")
        scores = {name: ((rows[name] - came) ** 2).mean() for name in ("p", "alone", "common")}
        scores["base rate"] = came.var(ddof=0)
        print("  Brier:", ", ".join(f"{name} {score:.4f}" for name, score in scores.items()))
        print(
            "  below alone, 90 % by indicator:",
            below(rows, came, "alone"),
            "below common:",
            below(rows, came, "common"),
        )
        bins = pd.cut(rows["p"], [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1], include_lowest=True)
        table = rows.assign(came=came).groupby(bins, observed=True)
        print(table.agg(said=("p", "mean"), came=("came", "mean"), n=("p", "size")).round(3).to_string())
    clean = said[(said["what"] == "hold") & (said["relapses"] == 0)].astype({"came": float})
    bins = pd.cut(clean["years"], [-1, 0, 2, 5, 9, 99])
    print("\nwithout a relapse so far, by years of record")
    print(clean.groupby(bins, observed=True).agg(said=("p", "mean"), came=("came", "mean"), n=("p", "size")).round(3))
    reach = said[said["what"] == "reach"].astype({"came": float})
    reach = reach.assign(brier=(reach["p"] - reach["came"]) ** 2, base=(reach["came"].mean() - reach["came"]) ** 2)
    print("\nfinishing, by pooled transitions from unmet")
    bins = reach.groupby(pd.cut(reach["pooled"], [-1, 0, 3, 7, 15, 31, 999]), observed=True)
    print(
        bins.agg(
            said=("p", "mean"), came=("came", "mean"), n=("p", "size"), brier=("brier", "mean"), base=("base", "mean")
        ).round(4)
    )


def below(rows, came, other, draws: int = 2000) -> str:
    """Bootstrap over indicators of how much lower the Brier score is than another's."""
    gain = ((rows[other] - came) ** 2 - (rows["p"] - came) ** 2).groupby(rows["indicator"]).agg(["sum", "size"])
    some = np.random.default_rng(0).integers(len(gain), size=(draws, len(gain)))
    means = gain["sum"].to_numpy()[some].sum(axis=1) / gain["size"].to_numpy()[some].sum(axis=1)
    return " … ".join(f"{q:+.4f}" for q in np.quantile(means, [0.05, 0.95]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--panel", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    given = pools(asked.panel)
    report(kept_out(given))
    print("\nfitted spread instead of the doubled one, Brier:")
    for what, rows in kept_out(given, wider=1.0).groupby("what"):
        print(f"  {what} {((rows['p'] - rows['came']) ** 2).mean():.4f}")
    prior = learn(given)
    print(pd.DataFrame(prior).T.round(2).to_string())
    if asked.write:
        table = Path(record.__file__).parent / "tables" / "record_prior.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["rate", *prior[record.HOLDING]])
            writer.writerows([kind, *(f"{value:.2f}" for value in row.values())] for kind, row in prior.items())


if __name__ == "__main__":
    main()
