"""Where a change comes from, what holds a region back, and how far a ranking can be trusted.

Each function is a published method on plain tables; drawing is done elsewhere. Missing values are never skipped:
they give NaN, or an error that names them where one gap would shift every other number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy.special import entr

from .ei import HABITAT_CLASSES, capped, ecological_index

SUB_INDEX_SIGNS = pd.Series(
    {
        "biological_richness": 1.0,
        "vegetation_cover": 1.0,
        "water_network_density": 1.0,
        "land_stress": -1.0,
        "pollution_load": -1.0,
    }
)

# ---------------------------------------------------------------- decomposition


def logarithmic_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Logarithmic mean of two numbers not below 0, with its limits: L(a, a) = a, L(a, 0) = 0.

    >>> logarithmic_mean(np.array([2.0, 2.0, 2.0]), np.array([1.0, 2.0, 0.0])).round(4).tolist()
    [1.4427, 2.0, 0.0]
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.abs(a - b) < 0.5 * b  # log1p keeps its digits where a and b nearly agree, log elsewhere
        mean = (a - b) / np.where(near, np.log1p((a - b) / b), np.log(a / b))
    mean = np.where(a == b, a, mean)
    return np.where((a == 0) | (b == 0), np.where(np.isnan(a + b), np.nan, 0.0), mean)


def lmdi_additive(start: pd.DataFrame, end: pd.DataFrame) -> pd.Series:
    r"""Additive LMDI-I: how much of a change each factor brought, without residual.

    Parameters
    ----------
    start, end : DataFrame, sectors × factors
        The factors of each sector (or fuel) in two years. Their product over the columns is the sector's amount,
        the sum over the rows the total. One row is the plain identity. Not below 0.

    Returns
    -------
    Series by factor
        In the unit of the product. The sum is the change of the total, exactly. NaN when a factor is missing.

    Raises
    ------
    ValueError
        A factor below 0, or tables whose sectors or factors differ.

    Notes
    -----
    .. math:: \Delta_x = \sum_j L(v_j^T, v_j^0) \ln (x_j^T / x_j^0)

    Zeros take the analytical limit: a sector that appears or vanishes counts with its whole amount for the factor
    that was or became zero, in equal parts if there are several.

    References
    ----------
    Ang 2005, Energy Policy 33, 867–871; zeros: Ang and Liu 2007, Energy Policy 35, 238–246.

    Examples
    --------
    >>> a = pd.DataFrame({"population": [2.0], "emission_per_head": [3.0]})
    >>> b = pd.DataFrame({"population": [3.0], "emission_per_head": [3.0]})
    >>> lmdi_additive(a, b).round(6).to_dict()
    {'population': 3.0, 'emission_per_head': 0.0}
    """
    return lmdi_by_sector(start, end).sum(axis=0, skipna=False)


def lmdi_multiplicative(start: pd.DataFrame, end: pd.DataFrame) -> pd.Series:
    r"""Multiplicative LMDI-I: the factor by which each factor changed the total, without residual.

    Takes what `lmdi_additive` takes. The product of the Series is the ratio of the totals, exactly; with one sector
    each number is simply the ratio of its factor. NaN where a total is zero.

    Notes
    -----
    .. math:: D_x = \exp \sum_j \frac{L(v_j^T, v_j^0)}{L(V^T, V^0)} \ln (x_j^T / x_j^0)

    References
    ----------
    Ang 2005, Energy Policy 33, 867–871.
    """
    totals = [table.prod(axis=1, skipna=False).sum(skipna=False) for table in (start, end)]
    mean = logarithmic_mean(totals[1], totals[0])
    return np.exp(lmdi_additive(start, end) / (mean if mean > 0 else np.nan))


def lmdi_by_sector(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    """Effect of each factor (columns) in each sector (rows): what `lmdi_additive` sums up, taking and raising the same."""
    if set(start.columns) != set(end.columns) or set(start.index) != set(end.index):
        raise ValueError(
            f"start and end must have the same sectors and factors; start has {list(start.index)} × "
            f"{list(start.columns)}, end {list(end.index)} × {list(end.columns)}"
        )
    end = end.loc[start.index, start.columns]
    below = [name for name in start.columns if (start[name] < 0).any() or (end[name] < 0).any()]
    if below:
        raise ValueError(f"LMDI takes factors not below 0; below 0: {', '.join(map(str, below))}")
    x0, x1 = start.to_numpy(dtype=float), end.to_numpy(dtype=float)
    v0, v1 = x0.prod(axis=1, keepdims=True), x1.prod(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        effects = logarithmic_mean(v1, v0) * np.log(x1 / x0)
        appearing = v1 * (x0 == 0) / (x0 == 0).sum(axis=1, keepdims=True)
        vanishing = -v0 * (x1 == 0) / (x1 == 0).sum(axis=1, keepdims=True)
    effects = np.where((v0 == 0) & (v1 > 0), appearing, effects)
    effects = np.where((v0 > 0) & (v1 == 0), vanishing, effects)
    effects = np.where((v0 == 0) & (v1 == 0), 0.0, effects)
    missing = np.isnan(x0).any(axis=1, keepdims=True) | np.isnan(x1).any(axis=1, keepdims=True)
    return pd.DataFrame(np.where(missing, np.nan, effects), index=start.index, columns=start.columns)


def kaya_factors(
    resident_population: pd.Series, gdp_constant: pd.Series, energy_use: pd.Series, co2_emission: pd.Series
) -> pd.DataFrame:
    """The four factors of the Kaya identity by year; their product is the emission.

    Population [person], GDP per head at constant prices [10⁴ CNY/person], energy per GDP [tce/10⁴ CNY], CO₂ per
    energy [t/tce]. NaN where an input is missing or a denominator zero. Kaya and Yokobori 1997.
    """
    return pd.DataFrame(
        {
            "population": resident_population,
            "gdp_per_head": gdp_constant / resident_population.where(resident_population > 0),
            "energy_per_gdp": energy_use / gdp_constant.where(gdp_constant > 0),
            "co2_per_energy": co2_emission / energy_use.where(energy_use > 0),
        }
    )


def kaya_waterfall(factors: pd.DataFrame, first_year: int, last_year: int) -> pd.DataFrame:
    """The steps of a waterfall from the emission of one year to that of another, by additive LMDI.

    Parameters
    ----------
    factors : DataFrame by year
        As `kaya_factors` gives them, or the factors of any other product.
    first_year, last_year : int
        Years of the table.

    Returns
    -------
    DataFrame
        One row a step: step (`start`, the factors, `end`), value (the level, or the change the factor brought),
        bottom and top of its bar; all in the unit of the product.

    Raises
    ------
    ValueError
        A year that the table does not have.
    """
    absent = [str(year) for year in (first_year, last_year) if year not in factors.index]
    if absent:
        raise ValueError(f"no factors for {', '.join(absent)}; there are {factors.index[0]} to {factors.index[-1]}")
    start, end = factors.loc[[first_year]], factors.loc[[last_year]].set_axis([first_year])
    effects = lmdi_additive(start, end)
    before = start.prod(axis=1, skipna=False).iloc[0]
    after = end.prod(axis=1, skipna=False).iloc[0]
    reached = before + effects.cumsum(skipna=False)
    left = reached - effects
    return pd.DataFrame(
        {
            "step": ["start", *effects.index, "end"],
            "value": [before, *effects, after],
            "bottom": [0.0, *np.minimum(left, reached), 0.0],
            "top": [before, *np.maximum(left, reached), after],
        }
    )


def structure_and_intensity(
    energy_start: pd.Series, energy_end: pd.Series, value_added_start: pd.Series, value_added_end: pd.Series
) -> pd.Series:
    """How much of a change of energy per GDP is structure (sectors' shares) and how much the sectors' intensity.

    Parameters
    ----------
    energy_start, energy_end : Series by sector
        Energy use of two years. [tce]
    value_added_start, value_added_end : Series by sector
        Value added at constant prices. [10⁴ CNY] A sector that has neither energy nor value added in one of the years
        changes the structure only; one with energy but no value added gives NaN.

    Returns
    -------
    Series
        `structure` and `intensity` [tce/10⁴ CNY]; their sum is the change of energy per GDP, exactly.

    References
    ----------
    Ang and Zhang 2000, Energy 25, 1149–1176; weights by LMDI.
    """
    energy = [energy_start, energy_end]
    added = [value_added_start, value_added_end]
    share = [value / value.sum(skipna=False) for value in added]
    intensity = [e / value.where(value > 0) for e, value in zip(energy, added, strict=True)]
    idle = [(e == 0) & (value == 0) for e, value in zip(energy, added, strict=True)]
    filled = [intensity[year].where(~idle[year], intensity[1 - year].fillna(0.0)) for year in (0, 1)]
    tables = [pd.DataFrame({"structure": share[year], "intensity": filled[year]}) for year in (0, 1)]
    return lmdi_additive(*tables)


# ---------------------------------------------------------------- EI


def ei_change_contributions(sub_indices: pd.DataFrame, first_year: int, last_year: int, **standard) -> pd.Series:
    """How many points of a change of EI each sub-index brought.

    Parameters
    ----------
    sub_indices : DataFrame by year
        Columns named like the five sub-indices [0–100], and `ecological_restriction` if there is one.
    first_year, last_year : int
        Years compared.
    **standard
        What stands behind the star of `ecological_index`.

    Returns
    -------
    Series
        Points of EI by sub-index (less stress or load is a gain), `caps` (what holding values between 0 and 100 took
        away or gave) and `restriction` (what a restriction event took). The sum is the change of EI; the last two are
        0 when no cap acts and no event is recorded. NaN when a part is missing.
    """
    table = sub_indices.loc[[first_year, last_year]]
    parts = table[SUB_INDEX_SIGNS.index]
    signed = SUB_INDEX_SIGNS * pd.Series(standard["weights"])
    as_given = signed * (parts.loc[last_year] - parts.loc[first_year])
    held = capped(parts, standard["caps"])
    as_held = signed * (held.loc[last_year] - held.loc[first_year])
    index = ecological_index(*(parts[name] for name in parts), table.get("ecological_restriction"), **standard)
    total = index.loc[last_year] - index.loc[first_year]
    caps = as_held.sum(skipna=False) - as_given.sum(skipna=False)
    rest = total - as_held.sum(skipna=False)
    return pd.concat([as_given, pd.Series({"caps": caps, "restriction": rest})])


def land_worth(
    land_area: float,
    *,
    weights: Mapping[str, float],
    normalisation: Mapping[str, float],
    habitat_weights: Mapping[str, float],
    habitat_class_weights: Mapping[str, float],
    land_stress_weights: Mapping[str, float],
    converted_from: str | None = None,
    biodiversity_measured: bool = False,
    at_cap: Collection[str] = (),
) -> pd.Series:
    """What one more square kilometre of each land class is worth in points of EI.

    Parameters
    ----------
    land_area : float
        The region. [km²]
    weights, normalisation, habitat_weights, habitat_class_weights, land_stress_weights
        Groups of `coefficients.csv`.
    converted_from : str, optional
        Class that gives the land up; without it the numbers are those of the land alone, to be subtracted from each
        other.
    biodiversity_measured : bool
        Whether the biodiversity index is measured anew: then habitat quality counts half in biological richness. Not
        so by default, as the change of richness follows that of habitat quality.
    at_cap : collection of str
        Sub-indices already held at an end of their scale: through them more land is worth nothing.

    Returns
    -------
    Series by land class
        Points of EI for a square kilometre, largest first: through habitat quality, for rivers and lakes also through
        water network density, for built-up land also through land stress. Vegetation cover is measured from space and
        not foreseen here. Exact as long as no cap acts.

    Raises
    ------
    ValueError
        A class or sub-index that does not exist.
    """
    classes = [third for group in HABITAT_CLASSES.values() for third in group]
    if converted_from is not None and converted_from not in classes:
        raise ValueError(f"no land class '{converted_from}'; there are {', '.join(classes)}")
    unknown = set(at_cap) - set(SUB_INDEX_SIGNS.index)
    if unknown:
        raise ValueError(f"no sub-index {sorted(unknown)}; there are {', '.join(SUB_INDEX_SIGNS.index)}")
    free = {name: 0.0 if name in at_cap else weights[name] for name in weights}
    habitat = free["biological_richness"] * normalisation["habitat_quality"] * (0.5 if biodiversity_measured else 1.0)
    water = free["water_network_density"] * normalisation["water_area"] / 3
    stress = free["land_stress"] * normalisation["land_stress"] * land_stress_weights["built_up_area"]
    worth = pd.Series(
        {
            third: habitat * habitat_weights[first] * habitat_class_weights[third]
            + water * (third in ("river_area", "lake_area"))
            - stress * (first == "built")
            for first, group in HABITAT_CLASSES.items()
            for third in group
        }
    )
    if converted_from is not None:
        worth = worth - worth[converted_from]
    return (worth / land_area).sort_values(ascending=False)


# ---------------------------------------------------------------- composite scores


def range_scaled(values: pd.DataFrame, directions: Mapping[str, int]) -> pd.DataFrame:
    """Indicators brought to 0–1 between the worst and the best region, 1 the best.

    Parameters
    ----------
    values : DataFrame, regions × indicators
        In any unit.
    directions : mapping
        For each indicator 1 when more is better, −1 when less is.

    Returns
    -------
    DataFrame
        NaN stays NaN; an indicator on which all regions agree tells nothing and is NaN throughout.
    """
    signed = values * pd.Series(directions).reindex(values.columns)
    spread = signed.max() - signed.min()
    return (signed - signed.min()) / spread.where(spread > 0)


def entropy_weights(scaled: pd.DataFrame) -> pd.Series:
    """Weights that are larger the more regions differ on an indicator.

    Parameters
    ----------
    scaled : DataFrame, regions × indicators
        Not below 0, 1 the best, as `range_scaled` gives them.

    Returns
    -------
    Series by indicator
        Sum 1. NaN throughout when all regions agree on everything.

    Raises
    ------
    ValueError
        Fewer than two regions, or values missing or below 0: each is named.

    References
    ----------
    Shannon 1948, Bell System Technical Journal 27; as a weighting: Zeleny 1982, Multiple Criteria Decision Making.

    Examples
    --------
    >>> entropy_weights(pd.DataFrame({"cover": [0.5, 0.5], "sewage": [1.0, 0.0]})).round(3).to_dict()
    {'cover': 0.0, 'sewage': 1.0}
    """
    _complete(scaled, "entropy weights need")
    if len(scaled) < 2:
        raise ValueError(f"entropy weights compare regions; there is only {len(scaled)}")
    share = scaled / scaled.sum().where(scaled.sum() > 0)
    entropy = pd.Series(entr(share.to_numpy(dtype=float)).sum(axis=0), index=scaled.columns) / np.log(len(scaled))
    diversity = (1 - entropy).clip(lower=0.0).where(lambda d: d > 1e-12, 0.0).where(entropy.notna(), 0.0)
    return diversity / (diversity.sum() if diversity.sum() > 0 else np.nan)


def obstacle_degree(scaled: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """How much of a region's distance from the best each indicator makes up [%].

    Parameters
    ----------
    scaled : DataFrame, regions × indicators
        Between 0 and 1, 1 the best.
    weights : Series by indicator
        In any scale.

    Returns
    -------
    DataFrame, regions × indicators
        Rows sum to 100. NaN for a region with a missing value, and for one that is best in everything.

    References
    ----------
    Obstacle degree model as used in Chinese land and ecological-security assessment (障碍度模型).

    Examples
    --------
    >>> levels = pd.DataFrame({"cover": [0.5], "sewage": [0.9]})
    >>> obstacle_degree(levels, pd.Series({"cover": 0.4, "sewage": 0.6})).round(1).iloc[0].to_dict()
    {'cover': 76.9, 'sewage': 23.1}
    """
    distance = (1 - scaled) * weights.reindex(scaled.columns)
    total = distance.sum(axis=1, skipna=False)
    return distance.div(total.where(total > 0), axis=0) * 100


def coupling_coordination(
    systems: pd.DataFrame, weights: pd.Series | None = None, form: str = "traditional"
) -> pd.DataFrame:
    r"""Coupling degree, development degree and coupling coordination degree of two or more systems.

    Parameters
    ----------
    systems : DataFrame, regions (or years) × systems
        Level of each system, between 0 and 1.
    weights : Series by system, optional
        Share of each system in the development degree; equal without it.
    form : {"traditional", "modified"}
        Of the coupling degree, see below. Results of the two forms do not compare: name the form beside them.

    Returns
    -------
    DataFrame
        `coupling` C, `development` T and `coordination` D, each between 0 and 1. NaN where a system is missing or,
        in C and D, where all are zero.

    Raises
    ------
    ValueError
        Another form, fewer than two systems, or a level outside 0–1.

    Notes
    -----
    .. math::
        C_{traditional} = n \left(\prod U_i\right)^{1/n} / \sum U_i

        C_{modified} = \sqrt{\left(1 - \frac{\sum_{i<j} |U_i - U_j|}{n (n - 1) / 2}\right)
        \prod (U_i / U_{max})^{1/(n-1)}}

        T = \sum \alpha_i U_i, \qquad D = \sqrt{C T}

    The traditional degree lies near 1 for most regions, which is why the modified one was put forward. Versions
    that lose the factor n, and so end at 1/n, are a known misprint and not offered.

    References
    ----------
    Wang, Kong, Ren, Zhi and Dai 2021, Journal of Natural Resources 36 (3), 793–810 (both forms).

    Examples
    --------
    >>> coupling_coordination(pd.DataFrame({"economy": [0.4], "ecology": [0.9]})).round(4).iloc[0].to_dict()
    {'coupling': 0.9231, 'development': 0.65, 'coordination': 0.7746}
    """
    n = systems.shape[1]
    if n < 2:
        raise ValueError(f"coupling needs two systems or more; there is {', '.join(map(str, systems.columns))}")
    outside = [str(name) for name in systems if ((systems[name] < 0) | (systems[name] > 1)).any()]
    if outside:
        raise ValueError(f"levels must lie between 0 and 1; outside: {', '.join(outside)}")
    levels = systems.to_numpy(dtype=float)
    largest, total = levels.max(axis=1), levels.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if form == "traditional":
            coupling = n * levels.prod(axis=1) ** (1 / n) / total
        elif form == "modified":
            pairs = [(i, j) for i in range(n) for j in range(i)]
            distance = sum(np.abs(levels[:, i] - levels[:, j]) for i, j in pairs) / len(pairs)
            coupling = np.sqrt((1 - distance) * (levels / largest[:, None]).prod(axis=1) ** (1 / (n - 1)))
        else:
            raise ValueError(f"no form '{form}'; there are traditional, modified")
    alpha = np.full(n, 1 / n) if weights is None else weights.reindex(systems.columns) / weights.sum()
    development = levels @ np.asarray(alpha, dtype=float)
    return pd.DataFrame(
        {"coupling": coupling, "development": development, "coordination": np.sqrt(coupling * development)},
        index=systems.index,
    )


def weight_sensitivity(
    scaled: pd.DataFrame, weights: pd.Series, *, seed: int, draws: int = 2000, concentration: float = 100.0
) -> pd.DataFrame:
    """How far each region's rank moves when the weights of a composite score are shaken.

    Parameters
    ----------
    scaled : DataFrame, regions × indicators
        1 the best, as `range_scaled` gives them.
    weights : Series by indicator
        Not below 0, in any scale; a weight of 0 stays 0.
    seed : int
        Of the random numbers: the same seed gives the same table.
    draws : int
        Sets of weights drawn from a Dirichlet distribution with the given weights as its mean.
    concentration : float
        Larger keeps the draws closer: a weight w has the standard deviation √(w (1 − w) / (concentration + 1)).

    Returns
    -------
    DataFrame by region
        `score` and `rank` (1 the best) at the given weights; `best` and `worst` rank of all draws, `low80` and
        `high80` (ranks between which four fifths of the draws lie), `same`: share of draws with that very rank.

    Raises
    ------
    ValueError
        Values missing, or a weight missing or below 0: each is named.

    References
    ----------
    Saisana, Saltelli and Tarantola 2005, Journal of the Royal Statistical Society A 168, 307–323.
    """
    _complete(scaled, "a ranking needs")
    given = weights.reindex(scaled.columns)
    wrong = [str(name) for name in given.index if not given[name] >= 0]
    if wrong or not given.sum() > 0:
        raise ValueError(f"weights must be numbers not below 0; wrong or missing: {', '.join(wrong) or 'all are 0'}")
    given = given / given.sum()
    kept = given[given > 0]
    drawn = np.random.default_rng(seed).dirichlet(kept.to_numpy() * concentration, size=draws)
    score = scaled[kept.index] @ kept
    shaken = drawn @ scaled[kept.index].to_numpy(dtype=float).T
    from scipy.stats import rankdata  # half a second to import, rarely needed

    ranks = rankdata(-shaken, axis=1, method="min")
    rank = rankdata(-score, method="min")
    low, high = np.quantile(ranks, [0.1, 0.9], axis=0, method="nearest")
    return pd.DataFrame(
        {
            "score": score,
            "rank": rank.astype(int),
            "best": ranks.min(axis=0).astype(int),
            "worst": ranks.max(axis=0).astype(int),
            "low80": low.astype(int),
            "high80": high.astype(int),
            "same": (ranks == rank).mean(axis=0),
        },
        index=scaled.index,
    )


def _complete(scaled: pd.DataFrame, purpose: str) -> None:
    """Refuse a table with gaps or negative values, naming every cell."""
    wrong = [
        f"{region} {indicator}" for indicator in scaled.columns for region in scaled.index[~(scaled[indicator] >= 0)]
    ]
    if wrong:
        raise ValueError(f"{purpose} every value, not below 0; missing or below: {', '.join(wrong)}")
