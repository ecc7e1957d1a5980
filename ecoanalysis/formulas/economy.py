"""Ecological economy: energy, water, land and carbon per unit of GDP; cleaner production; circular use
of waste.

Everything per unit of GDP takes GDP at constant prices and says so in its name: at current prices inflation
would count as saving. Decrease is positive (yearbooks often print it as a negative growth rate). A ratio
is NaN where an input is missing or its denominator is zero.
"""

from __future__ import annotations

from .rates import Yearly, base_value, chained, cumulative_decline, decline_rate, percentage, ratio, rise

TEN_THOUSAND_TO_HUNDRED_MILLION = 1e4  # ha per 10⁴ CNY, printed per 10⁸ CNY


def gdp_constant(gdp_current: Yearly, gdp_index: Yearly, *, base_year: float) -> Yearly:
    r"""地区生产总值（不变价） GDP at constant prices [10⁴ CNY].

    = gdp_current of base_year, chained with gdp_index both ways

    Parameters
    ----------
    gdp_current : Series or DataFrame by year
        GDP at current prices; only the base year's is used. [10⁴ CNY]
    gdp_index : Series or DataFrame by year
        Real growth, previous year = 100.
    base_year : int
        Year whose prices are kept. Official rates use the base of the running five-year plan: 2005,
        2010, 2015, 2020.

    Returns
    -------
    Series or DataFrame by year
        NaN everywhere without the base year's GDP, and from a missing index onwards (away from the base
        year): a broken chain is not bridged.

    Notes
    -----
    .. math:: G_t = G_{t-1} \, i_t / 100

    Chained with real growth, not deflated with consumer prices.

    References
    ----------
    National communiqués on energy per unit of GDP, notes on the price base (2007, 2009, 2020).

    Examples
    --------
    >>> import pandas as pd
    >>> current = pd.Series({2019: 900.0, 2020: 1000.0, 2021: 1200.0})
    >>> index = pd.Series({2019: 106.0, 2020: 104.0, 2021: 108.0})
    >>> gdp_constant(current, index, base_year=2020).round(1).tolist()
    [961.5, 1000.0, 1080.0]
    """
    current, index = gdp_current.align(gdp_index)
    level = chained(index.where(index > 0) / 100, base_year).reindex(current.index)
    return level * base_value(current.where(current > 0), base_year)


def gdp_index(gdp_growth_rate: Yearly) -> Yearly:
    """地区生产总值指数（上年=100） GDP index, previous year = 100 [50–200].

    = gdp_growth_rate + 100

    Growth at comparable prices [%], as communiqués print it: growth rates alone make constant prices. NaN where
    it was not printed. 7.3 gives 107.3.
    """
    return gdp_growth_rate + 100


def energy_per_gdp(energy_use: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值能耗 Energy use per unit of GDP [tce/10⁴ CNY].

    = energy_use / gdp_constant

    Total energy consumption of all sectors and households [tce]; GDP at constant prices [10⁴ CNY], so that
    levels of different years compare. A level published at current prices is another number: enter it as
    reported. 2019 indicator list, item 20. 50 000 tce for 100 000 give 0.5.
    """
    return ratio(energy_use, gdp_constant)


def energy_per_gdp_decline_rate(energy_use: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值能耗下降率 Fall in energy use per unit of GDP [%].

    = (1 − (energy_use / gdp_constant) / (energy_use / gdp_constant of the year before)) × 100

    Energy [tce], GDP at constant prices [10⁴ CNY]. NaN where the year before is missing.
    2019 indicator list, item 20; national communiqués. Energy +3 %, GDP +6 % give 2.83.
    """
    return decline_rate(ratio(energy_use, gdp_constant))


def energy_per_gdp_cumulative_decline(energy_use: Yearly, gdp_constant: Yearly, *, base_year: float) -> Yearly:
    """单位地区生产总值能耗累计下降率 Cumulative fall in energy use per unit of GDP [%].

    = (1 − (energy_use / gdp_constant) / (energy_use / gdp_constant of base_year)) × 100

    Energy [tce], GDP at constant prices [10⁴ CNY]. Yearly falls compound, they are never added. NaN
    without the base year. 2019 indicator list, item 20. From 0.50 to 0.43 gives 14.
    """
    return cumulative_decline(ratio(energy_use, gdp_constant), base_year)


def energy_per_gdp_current_prices(energy_use: Yearly, gdp_current: Yearly) -> Yearly:
    """单位地区生产总值能耗（现价） Energy use per unit of GDP at current prices [tce/10⁴ CNY].

    = energy_use / gdp_current

    Total energy consumption [tce], GDP at current prices [10⁴ CNY]. Inflation counts as saving here: for a target
    that names current prices, never for a fall. NaN without GDP. 2019 indicator list, item 20.
    50 000 tce for 125 000 give 0.4.
    """
    return ratio(energy_use, gdp_current)


def water_per_gdp(water_use: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值用水量 Water use per unit of GDP [m³/10⁴ CNY].

    = water_use / gdp_constant

    Total water use [m³], GDP at constant prices [10⁴ CNY].
    2019 indicator list, item 21. 4 000 000 m³ for 100 000 give 40.
    """
    return ratio(water_use, gdp_constant)


def water_per_gdp_decline_rate(water_use: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值用水量下降率 Fall in water use per unit of GDP [%].

    = (1 − (water_use / gdp_constant) / (water_use / gdp_constant of the year before)) × 100

    Water [m³], GDP at constant prices [10⁴ CNY]. NaN where the year before is missing.
    2019 indicator list, item 21. Water −1 %, GDP +6 % give 6.6.
    """
    return decline_rate(ratio(water_use, gdp_constant))


def water_per_gdp_cumulative_decline(water_use: Yearly, gdp_constant: Yearly, *, base_year: float) -> Yearly:
    """单位地区生产总值用水量累计下降率 Cumulative fall in water use per unit of GDP [%].

    = (1 − (water_use / gdp_constant) / (water_use / gdp_constant of base_year)) × 100

    Water [m³], GDP at constant prices [10⁴ CNY]. NaN without the base year.
    2019 indicator list, item 21. From 40 to 34 gives 15.
    """
    return cumulative_decline(ratio(water_use, gdp_constant), base_year)


def water_per_gdp_current_prices(water_use: Yearly, gdp_current: Yearly) -> Yearly:
    """单位地区生产总值用水量（现价） Water use per unit of GDP at current prices [m³/10⁴ CNY].

    = water_use / gdp_current

    Total water use [m³], GDP at current prices [10⁴ CNY]. Inflation counts as saving here: for a target
    that names current prices, never for a fall. NaN without GDP. 2019 indicator list, item 21.
    4 000 000 m³ for 125 000 give 32.
    """
    return ratio(water_use, gdp_current)


def construction_land_per_gdp(construction_land: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位国内生产总值建设用地使用面积 Construction land per unit of GDP [ha/10⁸ CNY].

    = construction_land / gdp_constant × 10 000

    Construction land in use at year end [ha]; GDP at constant prices [10⁴ CNY], the factor brings it to
    10⁸ CNY. 2019 indicator list, item 22. 1000 ha for 10⁶ × 10⁴ CNY give 10.
    """
    return ratio(construction_land, gdp_constant, TEN_THOUSAND_TO_HUNDRED_MILLION)


def construction_land_per_gdp_decline_rate(construction_land: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位国内生产总值建设用地使用面积下降率 Fall in construction land per unit of GDP [%].

    = (1 − (construction_land / gdp_constant) / (construction_land / gdp_constant of the year before)) × 100

    Land in use at year end [ha], GDP at constant prices [10⁴ CNY]. NaN where the year before is missing.
    2019 indicator list, item 22. Land +1 %, GDP +8 % give 6.48.
    """
    return decline_rate(ratio(construction_land, gdp_constant))


def construction_land_per_gdp_cumulative_decline(
    construction_land: Yearly, gdp_constant: Yearly, *, base_year: float
) -> Yearly:
    """单位国内生产总值建设用地使用面积累计下降率 Cumulative fall in construction land per unit of GDP [%].

    = (1 − (construction_land / gdp_constant) / (construction_land / gdp_constant of base_year)) × 100

    Land in use at year end [ha], GDP at constant prices [10⁴ CNY]. NaN without the base year.
    2019 indicator list, item 22. Five falls of 4.36 % come to 20.
    """
    return cumulative_decline(ratio(construction_land, gdp_constant), base_year)


def construction_land_per_gdp_current_prices(construction_land: Yearly, gdp_current: Yearly) -> Yearly:
    """单位国内生产总值建设用地使用面积（现价）
    Construction land per unit of GDP at current prices [ha/10⁸ CNY].

    = construction_land / gdp_current × 10 000

    Construction land in use at year end [ha], GDP at current prices [10⁴ CNY]. Inflation counts as saving here: for a target
    that names current prices, never for a fall. NaN without GDP. 2019 indicator list, item 22.
    1000 ha for 1 250 000 give 8.
    """
    return ratio(construction_land, gdp_current, TEN_THOUSAND_TO_HUNDRED_MILLION)


def co2_per_gdp(co2_emission: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值二氧化碳排放 CO₂ emission per unit of GDP [t/10⁴ CNY].

    = co2_emission / gdp_constant

    Emission [t], GDP at constant prices [10⁴ CNY]. 2019 indicator list, item 23. 90 000 t for 100 000
    give 0.9.
    """
    return ratio(co2_emission, gdp_constant)


def co2_per_gdp_decline_rate(co2_emission: Yearly, gdp_constant: Yearly) -> Yearly:
    """单位地区生产总值二氧化碳排放下降率 Fall in CO₂ emission per unit of GDP [%].

    = (1 − (co2_emission / gdp_constant) / (co2_emission / gdp_constant of the year before)) × 100

    Emission [t], GDP at constant prices [10⁴ CNY]. NaN where the year before is missing.
    2019 indicator list, item 23. Emission +2 %, GDP +6 % give 3.77.
    """
    return decline_rate(ratio(co2_emission, gdp_constant))


def co2_per_gdp_cumulative_decline(co2_emission: Yearly, gdp_constant: Yearly, *, base_year: float) -> Yearly:
    """单位地区生产总值二氧化碳排放累计下降率 Cumulative fall in CO₂ emission per unit of GDP [%].

    = (1 − (co2_emission / gdp_constant) / (co2_emission / gdp_constant of base_year)) × 100

    Emission [t], GDP at constant prices [10⁴ CNY]. NaN without the base year.
    2019 indicator list, item 23. Falls of 8.01, 1.79 and 5.35 % come to 14.49.
    """
    return cumulative_decline(ratio(co2_emission, gdp_constant), base_year)


def co2_per_gdp_current_prices(co2_emission: Yearly, gdp_current: Yearly) -> Yearly:
    """单位地区生产总值二氧化碳排放（现价） CO₂ emission per unit of GDP at current prices [t/10⁴ CNY].

    = co2_emission / gdp_current

    Emission [t], GDP at current prices [10⁴ CNY]. Inflation counts as saving here: for a target
    that names current prices, never for a fall. NaN without GDP. 2019 indicator list, item 23.
    90 000 t for 125 000 give 0.72.
    """
    return ratio(co2_emission, gdp_current)


def cleaner_production_rate(enterprises_audit_passed: Yearly, enterprises_audit_listed: Yearly) -> Yearly:
    """应当实施强制性清洁生产企业通过审核的比例
    Enterprises that passed the mandatory cleaner-production audit [%].

    = enterprises_audit_passed / enterprises_audit_listed × 100

    Enterprises on the mandatory list [piece]. NaN in a year with nobody on it.
    2019 indicator list, item 24. 19 of 20 give 95.
    """
    return percentage(enterprises_audit_passed, enterprises_audit_listed)


def solid_waste_utilisation_rate(solid_waste_utilised: Yearly, solid_waste_available: Yearly) -> Yearly:
    """一般工业固体废物综合利用率 General industrial solid waste utilisation rate [%].

    = solid_waste_utilised / solid_waste_available × 100

    Waste [t]. NaN where nothing is available. 2019 indicator list, item 26. 66 of 110 t give 60.
    """
    return percentage(solid_waste_utilised, solid_waste_available)


def solid_waste_utilisation_rise(solid_waste_utilised: Yearly, solid_waste_available: Yearly) -> Yearly:
    """一般工业固体废物利用率提高幅度 Rise of general industrial solid waste utilisation [pp].

    = solid_waste_utilised / solid_waste_available × 100 − the same of the year before

    Waste [t]. NaN where the year before is missing. 2019 indicator list, item 26 in its later form
    (doubtful). From 60 to 63 % gives 3.
    """
    return rise(percentage(solid_waste_utilised, solid_waste_available))


def solid_waste_available(solid_waste_generated: Yearly, solid_waste_from_stock: Yearly) -> Yearly:
    """可利用一般工业固体废物量 General industrial solid waste available for use [t].

    = solid_waste_generated + solid_waste_from_stock

    Generated in the year and utilised from earlier stock [t]. NaN where one is missing. The denominator of
    `solid_waste_utilisation_rate`.
    """
    return solid_waste_generated + solid_waste_from_stock


def straw_utilisation_rate(straw_utilised: Yearly, straw_collectable: Yearly) -> Yearly:
    """农业废弃物综合利用率：秸秆综合利用率 Agricultural waste: straw utilisation rate [%].

    = straw_utilised / straw_collectable × 100

    Straw [t]. NaN without collectable straw. 2019 indicator list, item 25. 180 of 200 t give 90.
    """
    return percentage(straw_utilised, straw_collectable)


def manure_utilisation_rate(manure_utilised: Yearly, manure_generated: Yearly) -> Yearly:
    """农业废弃物综合利用率：畜禽粪污综合利用率 Agricultural waste: manure utilisation rate [%].

    = manure_utilised / manure_generated × 100

    Manure of livestock and poultry [t]. NaN without manure. 2019 indicator list, item 25. 300 of 400 t
    give 75.
    """
    return percentage(manure_utilised, manure_generated)


def film_recovery_rate(film_recovered: Yearly, film_used: Yearly) -> Yearly:
    """农业废弃物综合利用率：农膜回收利用率 Agricultural waste: plastic film recovery rate [%].

    = film_recovered / film_used × 100

    Plastic film [t]. NaN without film. 2019 indicator list, item 25. 400 of 500 t give 80.
    """
    return percentage(film_recovered, film_used)
