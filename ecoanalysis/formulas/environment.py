"""Environmental quality, ecosystems, risks and natural space: air, water, forest, species, hazardous waste.

Inputs are yearly; a ratio is NaN where an input is missing or its denominator is zero.
"""

from __future__ import annotations

from .rates import Yearly, cumulative_decline, fall_since, percentage, rise_since


def good_air_day_share(good_air_days: Yearly, valid_monitoring_days: Yearly) -> Yearly:
    """环境空气质量：优良天数比例 Ambient air quality: share of good-air days [%].

    = good_air_days / valid_monitoring_days × 100

    Days with an AQI up to 100 (GB 3095-2012 grade II, HJ 633-2012) and days validly monitored, which are
    not always 365 [day]. NaN without valid days. 2019 indicator list, item 7. 330 of 360 days give 91.7.
    """
    return percentage(good_air_days, valid_monitoring_days)


def pm25_decline(pm25: Yearly, *, base_year: float) -> Yearly:
    """环境空气质量：PM2.5浓度下降幅度 Ambient air quality: fall in PM2.5 concentration [%].

    = (1 − pm25 / pm25 of base_year) × 100

    Annual mean concentration [µg/m³]; positive for a fall since the base year, in earlier years negative
    where the air was worse than then. NaN without the base year. 2019 indicator list, item 7 (the base
    year is a setting). From 32 to 28 gives 12.5.
    """
    return cumulative_decline(pm25, base_year)


def pm25_concentration(pm25: Yearly) -> Yearly:
    """环境空气质量：PM2.5年均浓度 Ambient air quality: annual mean PM2.5 concentration [µg/m³].

    = pm25

    The concentration itself, where a task names it or asks for “stable or better” than its base year (GB
    3095-2012). NaN where it was not measured. 2019 indicator list, item 7. 28 stays 28.
    """
    return pm25 * 1.0


def class_three_or_better_share(sections_class_three_or_better: Yearly, sections_assessed: Yearly) -> Yearly:
    """水环境质量：达到或优于Ⅲ类断面比例
    Water quality: share of sections at class III or better [%].

    = sections_class_three_or_better / sections_assessed × 100

    Assessed river sections, GB 3838-2002 [piece]. NaN without sections. 2019 indicator list, item 8. 9 of 10
    give 90.
    """
    return percentage(sections_class_three_or_better, sections_assessed)


def class_three_or_better_rise(class_three_or_better_share: Yearly, *, base_year: float) -> Yearly:
    """水环境质量：达到或优于Ⅲ类断面比例提高幅度
    Water quality: rise of sections at class III or better [pp].

    = class_three_or_better_share − class_three_or_better_share of base_year

    Shares [%]. NaN without the base year. Where the base year has 100, a rise of 0 meets the indicator: the
    number stays 0, see `rates.asked_change`. 2019 indicator list, item 8. From 80 to 90 gives 10.
    """
    return rise_since(class_three_or_better_share, base_year)


def worse_than_class_five_share(sections_worse_than_class_five: Yearly, sections_assessed: Yearly) -> Yearly:
    """水环境质量：劣Ⅴ类断面比例 Water quality: share of sections worse than class V [%].

    = sections_worse_than_class_five / sections_assessed × 100

    Assessed river sections, GB 3838-2002 [piece]. NaN without sections.
    2019 indicator list, item 8. 1 of 20 gives 5.
    """
    return percentage(sections_worse_than_class_five, sections_assessed)


def worse_than_class_five_fall(worse_than_class_five_share: Yearly, *, base_year: float) -> Yearly:
    """水环境质量：劣Ⅴ类水体比例下降幅度 Water quality: fall of the share worse than class V [pp].

    = worse_than_class_five_share of base_year − worse_than_class_five_share

    Shares [%]. NaN without the base year. Where the base year has 0, a fall of 0 meets the indicator.
    2019 indicator list, item 8. From 5 to 2 gives 3.
    """
    return fall_since(worse_than_class_five_share, base_year)


def black_odorous_removal_rate(black_odorous_bodies_removed: Yearly, black_odorous_bodies_listed: Yearly) -> Yearly:
    """水环境质量：建成区黑臭水体消除比例 Water quality: removal of black-odorous water bodies [%].

    = black_odorous_bodies_removed / black_odorous_bodies_listed × 100

    Water bodies of the built-up area [piece]. NaN where none was ever listed: nothing to remove is not
    100 %. 2019 indicator list, item 8. 6 of 8 give 75.
    """
    return percentage(black_odorous_bodies_removed, black_odorous_bodies_listed)


def forest_grass_cover(forest_grass_area: Yearly, land_area: Yearly) -> Yearly:
    """林草覆盖率 Forest and grass cover [%].

    = forest_grass_area / land_area × 100

    Areas [km²]. NaN without land area. Where water takes more than about 5 % of the territory the list is
    said to deduct it (recalled only): then give the land area without it.
    2019 indicator list, item 11. 410 of 1000 km² give 41.
    """
    return percentage(forest_grass_area, land_area)


def forest_grass_area(forest_area: Yearly, grassland_area: Yearly) -> Yearly:
    """林草地面积 Forest and grassland area [km²].

    = forest_area + grassland_area

    Forest as the forestry survey counts it (crown closure from 0.20, bamboo, shrub specially defined),
    grassland; both [km²]. NaN where one is missing.
    """
    return forest_area + grassland_area


def protected_species_rate(species_protected: Yearly, species_present: Yearly) -> Yearly:
    """生物多样性保护：国家重点保护野生动植物保护率
    Biodiversity: protection rate of key protected species [%].

    = species_protected / species_present × 100

    Species of national class I and II living in the region, and those of them inside reserves, the red
    line or under other measures [piece]. NaN without species. 2019 indicator list, item 12. 38 of 40
    give 95.
    """
    return percentage(species_protected, species_present)


def aquatic_species_retention(aquatic_species_recorded: Yearly, aquatic_species_reference: Yearly) -> Yearly:
    """生物多样性保护：特有性或指示性水生物种保持率
    Biodiversity: retention of endemic or indicator aquatic species [%].

    = aquatic_species_recorded / aquatic_species_reference × 100

    Species recorded now and on the reference list [piece]. NaN without a list.
    2019 indicator list, item 12. 18 of 20 give 90.
    """
    return percentage(aquatic_species_recorded, aquatic_species_reference)


def hazardous_waste_rate(hazardous_waste_handled: Yearly, hazardous_waste_to_handle: Yearly) -> Yearly:
    """危险废物利用处置率 Hazardous waste utilisation and disposal rate [%].

    = hazardous_waste_handled / hazardous_waste_to_handle × 100

    Waste [t]. NaN in a year with nothing to handle. 2019 indicator list, item 14. 1080 of 1100 t give 98.2.
    """
    return percentage(hazardous_waste_handled, hazardous_waste_to_handle)


def hazardous_waste_handled(hazardous_waste_utilised: Yearly, hazardous_waste_disposed: Yearly) -> Yearly:
    """危险废物利用处置量 Hazardous waste utilised and disposed of [t].

    = hazardous_waste_utilised + hazardous_waste_disposed

    Both [t]. NaN where one is missing.
    """
    return hazardous_waste_utilised + hazardous_waste_disposed


def hazardous_waste_to_handle(
    hazardous_waste_generated: Yearly, hazardous_waste_carried_over: Yearly, *, carried_over_counts: float
) -> Yearly:
    """应利用处置危险废物量 Hazardous waste to be handled [t].

    = hazardous_waste_generated + hazardous_waste_carried_over × carried_over_counts

    Generated in the year and carried over from earlier ones [t]. NaN where one is missing. Statistics forms
    differ in whether the latter counts, so that is a setting: 1 as shipped; at 0 it stands beside, uncounted.
    2019 indicator list, item 14, denominator (recalled only). 1000 t and 100 t give 1100.
    """
    return hazardous_waste_generated + hazardous_waste_carried_over * carried_over_counts


def shoreline_protection_rate(shoreline_protected: Yearly, shoreline_planned: Yearly) -> Yearly:
    """加强河湖岸线保护（河湖岸线保护率） River and lake shoreline protection rate [%].

    = shoreline_protected / shoreline_planned × 100

    Shoreline in protection and reserve zones of the shoreline plan, and all planned shoreline [km]. NaN
    without planned shoreline. 2019 indicator list, item 19. 240 of 300 km give 80.
    """
    return percentage(shoreline_protected, shoreline_planned)
