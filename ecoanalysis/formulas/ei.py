"""生态环境状况指数, the ecological environment status index (EI) of HJ 192-2015, from land classes up.

Every sub-index is held between 0 and 100. A missing part gives no index: a land class that does not
occur is recorded as 0, never left out. Numbers are carried in full; rounding happens on the page. The
older edition HJ/T 192-2006 has other sub-indices and coefficients and is not mixed in.

Keyword-only parameters are the numbers of the standard, by the group names of `coefficients.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .rates import Yearly

HABITAT_CLASSES = {  # first-level class of the habitat table: its third-level classes
    "forest": ("closed_forest_area", "shrub_area", "sparse_forest_area"),
    "grass": ("high_cover_grass_area", "medium_cover_grass_area", "low_cover_grass_area"),
    "water": ("river_area", "lake_area", "wetland_area", "ice_snow_area"),
    "crop": ("paddy_area", "dry_land_area"),
    "built": ("urban_land_area", "rural_settlement_area", "other_built_up_area"),
    "unused": ("sand_area", "saline_area", "bare_soil_area", "bare_rock_area", "other_unused_area"),
}


def capped(values: Yearly, caps: Mapping[str, float]) -> Yearly:
    """Values held between the lowest and highest a sub-index may have; NaN stays NaN."""
    return np.clip(values, caps["low"], caps["high"])


def habitat_quality(
    closed_forest_area: Yearly,
    shrub_area: Yearly,
    sparse_forest_area: Yearly,
    high_cover_grass_area: Yearly,
    medium_cover_grass_area: Yearly,
    low_cover_grass_area: Yearly,
    river_area: Yearly,
    lake_area: Yearly,
    wetland_area: Yearly,
    ice_snow_area: Yearly,
    paddy_area: Yearly,
    dry_land_area: Yearly,
    urban_land_area: Yearly,
    rural_settlement_area: Yearly,
    other_built_up_area: Yearly,
    sand_area: Yearly,
    saline_area: Yearly,
    bare_soil_area: Yearly,
    bare_rock_area: Yearly,
    other_unused_area: Yearly,
    land_area: Yearly,
    *,
    normalisation: float,
    habitat_weights: Mapping[str, float],
    habitat_class_weights: Mapping[str, float],
    caps: Mapping[str, float],
) -> Yearly:
    r"""生境质量指数 Habitat quality index [0–100].

    = normalisation × Σ habitat_weights × Σ habitat_class_weights × area / land_area

    Parameters
    ----------
    closed_forest_area … other_unused_area : Series or DataFrame by year
        Third-level land classes. [km²] A class that does not occur is 0; NaN gives NaN.
    land_area : Series or DataFrame by year
        The region. [km²]
    normalisation, habitat_weights, habitat_class_weights, caps
        A_bio; weights of the six first-level classes; of the third-level classes within them; 0 and 100.

    Notes
    -----
    .. math:: HQ = A_{bio} \sum_j w_j \sum_k w_{jk} \, a_{jk} / S

    Before the cap a region of nothing but closed forest has 107.37.

    References
    ----------
    HJ 192-2015, biological richness. First-level weights and A_bio agree in two sources, third-level
    ones have one.
    """
    areas = {
        "closed_forest_area": closed_forest_area,
        "shrub_area": shrub_area,
        "sparse_forest_area": sparse_forest_area,
        "high_cover_grass_area": high_cover_grass_area,
        "medium_cover_grass_area": medium_cover_grass_area,
        "low_cover_grass_area": low_cover_grass_area,
        "river_area": river_area,
        "lake_area": lake_area,
        "wetland_area": wetland_area,
        "ice_snow_area": ice_snow_area,
        "paddy_area": paddy_area,
        "dry_land_area": dry_land_area,
        "urban_land_area": urban_land_area,
        "rural_settlement_area": rural_settlement_area,
        "other_built_up_area": other_built_up_area,
        "sand_area": sand_area,
        "saline_area": saline_area,
        "bare_soil_area": bare_soil_area,
        "bare_rock_area": bare_rock_area,
        "other_unused_area": other_unused_area,
    }
    weighted = sum(
        habitat_weights[first] * habitat_class_weights[third] * areas[third]
        for first, classes in HABITAT_CLASSES.items()
        for third in classes
    )
    return capped(normalisation * weighted / land_area.where(land_area > 0), caps)


def biological_richness(habitat_quality: Yearly, biodiversity_index: Yearly | None = None) -> Yearly:
    """生物丰度指数 Biological richness index [0–100].

    = (habitat_quality + biodiversity_index) / 2; without a biodiversity index habitat_quality

    Parameters
    ----------
    habitat_quality : Series or DataFrame by year
        [0–100] NaN gives NaN.
    biodiversity_index : Series or DataFrame by year, optional
        Index of HJ 623-2011, as reported. [0–100]

    Notes
    -----
    A year without a new biodiversity index, after one that has it, changes as much as habitat quality
    does (the rule of the standard). Before the first one, and where there is none at all, richness
    equals habitat quality. So the first biodiversity index of a region shifts its series: enter it for
    the earlier years too.

    References
    ----------
    HJ 192-2015, biological richness (recalled only).

    Examples
    --------
    >>> import pandas as pd
    >>> quality = pd.Series({2020: 50.0, 2021: 52.0, 2022: 55.0})
    >>> biological_richness(quality, pd.Series({2021: 40.0}).reindex(quality.index)).tolist()
    [50.0, 46.0, 49.0]
    """
    if biodiversity_index is None:
        return habitat_quality
    above = ((biodiversity_index - habitat_quality) / 2).sort_index().ffill().fillna(0.0)
    return np.clip(habitat_quality + above, 0.0, 100.0)


def vegetation_cover(ndvi: Yearly, *, normalisation: float, caps: Mapping[str, float]) -> Yearly:
    """植被覆盖指数 Vegetation cover index [0–100].

    = normalisation × ndvi × 10 000 (ndvi between −1 and 1), normalisation × ndvi (otherwise)

    Parameters
    ----------
    ndvi : Series or DataFrame by year
        Mean over the pixels of the region of the mean of the monthly maxima from May to September,
        between −1 and 1 or multiplied by 10 000 as satellite products store it. Each value says which:
        one beyond ±1 is of the second kind, one within ±1 would there be NDVI below 0.0001, which no
        land has. NaN gives NaN.
    normalisation, caps
        A_veg, which belongs to the scale × 10 000 (inferred: 100 / A_veg = 8253); 0 and 100.

    References
    ----------
    HJ 192-2015, vegetation cover. The month window is recalled only.

    Examples
    --------
    >>> import pandas as pd
    >>> both = pd.Series({2021: 0.62, 2022: 6200.0})
    >>> vegetation_cover(both, normalisation=0.0121165124, caps={"low": 0, "high": 100}).round(2).tolist()
    [75.12, 75.12]
    """
    return capped(normalisation * ndvi.where(ndvi.abs() > 1, ndvi * 10_000), caps)


def water_area(river_area: Yearly, lake_area: Yearly) -> Yearly:
    """水域面积 Water area [km²].

    = river_area + lake_area

    Rivers and canals, lakes and reservoirs [km²]; wetland is no open water. NaN where one is missing.
    HJ 192-2015, water network density. A coastal region enters the sum with its nearshore water instead.
    """
    return river_area + lake_area


def water_network_density(
    river_length: Yearly,
    water_area: Yearly,
    water_resources: Yearly,
    land_area: Yearly,
    water_resources_mean: Yearly | None = None,
    *,
    normalisation: Mapping[str, float],
    wet_year_rule: Mapping[str, float],
    caps: Mapping[str, float],
) -> Yearly:
    r"""水网密度指数 Water network density index [0–100].

    = (A_riv × river_length + A_lak × water_area + A_res × water_resources) / land_area / 3

    Parameters
    ----------
    river_length : Series or DataFrame by year
        [km]
    water_area, land_area : Series or DataFrame by year
        [km²]
    water_resources, water_resources_mean : Series or DataFrame by year
        Of the year, and the long-term mean, which stands for every year of its region. [10⁶ m³] The mean
        is asked only with the wet-year rule on, and then NaN without it.
    normalisation, wet_year_rule, caps
        A_riv, A_lak, A_res by input; the rule's switch `active` and bounds; 0 and 100.

    Notes
    -----
    Wet-year rule, off unless `active` is 1, with k the year over the mean: up to `wet` (1.4) the year
    counts, above it mean × (`flood` − k), from `flood` (2.4) on nothing. One public program does so,
    with a jump at 1.4; the standard's text was not seen.

    References
    ----------
    HJ 192-2015, water network density.
    """
    resources = water_resources
    if wet_year_rule["active"]:
        if water_resources_mean is None:
            return water_resources * float("nan")
        mean = water_resources_mean.sort_index().ffill().bfill()
        wetness = water_resources / mean.where(mean > 0)
        reduced = mean * (wet_year_rule["flood"] - wetness).clip(lower=0)
        resources = water_resources.where(wetness <= wet_year_rule["wet"], reduced)
    densities = (
        normalisation["river_length"] * river_length
        + normalisation["water_area"] * water_area
        + normalisation["water_resources"] * resources
    )
    return capped(densities / land_area.where(land_area > 0) / 3, caps)


def built_up_area(urban_land_area: Yearly, rural_settlement_area: Yearly, other_built_up_area: Yearly) -> Yearly:
    """建设用地面积（生态评价口径） Built-up land area (ecological assessment) [km²].

    = urban_land_area + rural_settlement_area + other_built_up_area

    All [km²]. NaN where one is missing. HJ 192-2015, land stress.
    """
    return urban_land_area + rural_settlement_area + other_built_up_area


def land_stress(
    severe_erosion_area: Yearly,
    moderate_erosion_area: Yearly,
    built_up_area: Yearly,
    other_stress_area: Yearly,
    land_area: Yearly,
    *,
    normalisation: float,
    land_stress_weights: Mapping[str, float],
    caps: Mapping[str, float],
) -> Yearly:
    """土地胁迫指数 Land stress index [0–100].

    = normalisation × Σ land_stress_weights × area / land_area

    Severely and moderately eroded, built-up and otherwise stressed land (sand, saline, bare) and the
    region [km²]. NaN gives NaN. More is worse. HJ 192-2015, land stress.
    """
    weighted = (
        land_stress_weights["severe_erosion_area"] * severe_erosion_area
        + land_stress_weights["moderate_erosion_area"] * moderate_erosion_area
        + land_stress_weights["built_up_area"] * built_up_area
        + land_stress_weights["other_stress_area"] * other_stress_area
    )
    return capped(normalisation * weighted / land_area.where(land_area > 0), caps)


def pollution_load(
    cod_emission: Yearly,
    ammonia_nitrogen_emission: Yearly,
    so2_emission: Yearly,
    dust_emission: Yearly,
    nox_emission: Yearly,
    solid_waste_discarded: Yearly,
    precipitation: Yearly,
    land_area: Yearly,
    *,
    normalisation: Mapping[str, float],
    pollution_weights: Mapping[str, float],
    precipitation_unit: float,
    caps: Mapping[str, float],
) -> Yearly:
    r"""污染负荷指数 Pollution load index [0–100].

    = Σ pollution_weights × normalisation × emission / land_area (COD and ammonia: / precipitation)

    Parameters
    ----------
    cod_emission, ammonia_nitrogen_emission, so2_emission, dust_emission, nox_emission, solid_waste_discarded
        Emissions of the year and waste thrown away. [t] NaN gives NaN.
    precipitation : Series or DataFrame by year
        [mm] NaN where 0.
    land_area : Series or DataFrame by year
        [km²]
    normalisation, pollution_weights, caps
        Coefficient and weight of each emission; 0 and 100.
    precipitation_unit : float
        Volume in which the year's precipitation on the region is counted [m³]: 1 000 000 as shipped (mm
        × km² / 1000, the unit of water resources), 1000 for mm × km², 0 for the plain depth in mm. Not
        confirmed by a source.

    References
    ----------
    HJ 192-2015, pollution load.
    """
    rain = precipitation * land_area * 1000 / precipitation_unit if precipitation_unit else precipitation
    rain, land = rain.where(rain > 0), land_area.where(land_area > 0)
    loads = {
        "cod_emission": cod_emission / rain,
        "ammonia_nitrogen_emission": ammonia_nitrogen_emission / rain,
        "so2_emission": so2_emission / land,
        "dust_emission": dust_emission / land,
        "nox_emission": nox_emission / land,
        "solid_waste_discarded": solid_waste_discarded / land,
    }
    return capped(sum(pollution_weights[name] * normalisation[name] * load for name, load in loads.items()), caps)


def ecological_index(
    biological_richness: Yearly,
    vegetation_cover: Yearly,
    water_network_density: Yearly,
    land_stress: Yearly,
    pollution_load: Yearly,
    ecological_restriction: Yearly | None = None,
    *,
    weights: Mapping[str, float],
    caps: Mapping[str, float],
    grade_bounds: Mapping[str, float],
    restriction_margin: float,
) -> Yearly:
    r"""生态环境状况指数 Ecological environment status index (EI) [0–100].

    = 0.35 × biological_richness + 0.25 × vegetation_cover + 0.15 × water_network_density
      + 0.15 × (100 − land_stress) + 0.10 × (100 − pollution_load), lowered by ecological_restriction

    Parameters
    ----------
    biological_richness, vegetation_cover, water_network_density, land_stress, pollution_load
        The five sub-indices. [0–100] Values beyond are held at the ends; NaN in one gives no index.
    ecological_restriction : Series or DataFrame by year, optional
        The strongest restriction event of the year: 0 or NaN none, 1 strong, 2 ordinary (see `restricted`).
    weights, caps, grade_bounds, restriction_margin
        Weights of the sub-indices; 0 and 100; lower bounds of the grades; how far under a bound a
        lowered value lies.

    References
    ----------
    HJ 192-2015, composite index.

    Examples
    --------
    Nantong 2017, published as 67.97:

    >>> ecological_index(
    ...     30.59, 76.93, 93.94, 6.08, 1.48,
    ...     weights={"biological_richness": 0.35, "vegetation_cover": 0.25, "water_network_density": 0.15,
    ...              "land_stress": 0.15, "pollution_load": 0.10},
    ...     caps={"low": 0, "high": 100}, grade_bounds={}, restriction_margin=0.1,
    ... ).round(2).item()
    67.97
    """
    value = (
        weights["biological_richness"] * capped(biological_richness, caps)
        + weights["vegetation_cover"] * capped(vegetation_cover, caps)
        + weights["water_network_density"] * capped(water_network_density, caps)
        + weights["land_stress"] * (100 - capped(land_stress, caps))
        + weights["pollution_load"] * (100 - capped(pollution_load, caps))
    )
    if ecological_restriction is None:
        return value
    return restricted(value, ecological_restriction, grade_bounds=grade_bounds, restriction_margin=restriction_margin)


def restricted(value: Yearly, rule: Yearly, *, grade_bounds: Mapping[str, float], restriction_margin: float) -> Yearly:
    """An index lowered by the ecological restriction index (环境限制指数) [0–100].

    An ordinary restriction (2) lowers the grade by one, a strong one (1) does so and leaves no grade
    above fair: the value comes to lie just under the bound of the grade that is lost. Of several events
    the strongest counts once. Values of the lowest grade stay.

    Strong: particularly serious and serious incidents, notices by the ministry. Ordinary: larger and
    ordinary incidents, notices by the province, supervised cases, regions under approval restriction.

    Raises
    ------
    ValueError
        A rule other than 0, 1 or 2.

    References
    ----------
    HJ 192-2015, ecological restriction index; strengths from a public program, assignment of events
    recalled.
    """
    known = rule.fillna(0)
    wrong = set(np.unique(known)) - {0, 1, 2}
    if wrong:
        raise ValueError(f"ecological_restriction has {sorted(wrong)}; 0 none, 1 strong, 2 ordinary")
    out = value
    reached = [bound for bound in sorted(grade_bounds.values()) if bound > 0]
    for bound in reached:  # rising: the highest bound a value reaches is the last to lower it
        out = out.mask((known > 0) & (value >= bound), bound - restriction_margin)
    good = grade_bounds["good"]
    return out.mask((known == 1) & (value >= good), good - restriction_margin)
