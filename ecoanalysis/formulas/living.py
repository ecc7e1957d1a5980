"""Settlements and green lifestyles: water, sewage, waste, parks, buildings, transport, purchases.

Inputs are yearly totals; a ratio is NaN where an input is missing or its denominator is zero.
"""

from __future__ import annotations

from .rates import Yearly, percentage, ratio


def drinking_water_quality_rate(water_sources_good: Yearly, water_sources: Yearly) -> Yearly:
    """集中式饮用水水源地水质优良比例 Drinking-water sources of good quality [%].

    = water_sources_good / water_sources × 100

    A count of sources at class III or better, surface GB 3838-2002 or groundwater GB/T 14848-2017 [piece].
    NaN without sources. 2019 indicator list, item 27. 11 of 12 sources give 91.7.
    """
    return percentage(water_sources_good, water_sources)


def urban_sewage_treatment_rate(urban_sewage_treated: Yearly, urban_sewage_discharged: Yearly) -> Yearly:
    """城镇污水处理率 Urban sewage treatment rate [%].

    = urban_sewage_treated / urban_sewage_discharged × 100

    Sewage treated to standard and discharged in all [10⁴ m³]. NaN without sewage.
    2019 indicator list, item 29. 950 of 1000 give 95.
    """
    return percentage(urban_sewage_treated, urban_sewage_discharged)


def rural_sewage_treatment_rate(villages_sewage_treated: Yearly, villages: Yearly) -> Yearly:
    """农村生活污水治理率 Rural domestic sewage treatment rate [%].

    = villages_sewage_treated / villages × 100

    Administrative villages whose sewage is treated or reused, and all of them [village]: the basis of the
    14th five-year plan. NaN without villages. 2021 revision (recalled). 120 of 300 villages give 40.
    """
    return percentage(villages_sewage_treated, villages)


def urban_waste_harmless_rate(urban_waste_treated: Yearly, urban_waste_generated: Yearly) -> Yearly:
    """城镇生活垃圾无害化处理率 Harmless treatment rate of urban domestic waste [%].

    = urban_waste_treated / urban_waste_generated × 100

    Treated harmlessly and generated; the quantity collected may stand in for the latter [t]. NaN without
    waste. 2019 indicator list, item 30. 96 000 of 100 000 t give 96.
    """
    return percentage(urban_waste_treated, urban_waste_generated)


def rural_waste_village_rate(villages_waste_treated: Yearly, villages: Yearly) -> Yearly:
    """农村生活垃圾无害化处理村占比 Villages with harmless treatment of domestic waste [%].

    = villages_waste_treated / villages × 100

    Administrative villages [village]. NaN without villages. 2021 revision (recalled). 240 of 300 give 80.
    """
    return percentage(villages_waste_treated, villages)


def park_area_per_head(park_green_area: Yearly, urban_population: Yearly) -> Yearly:
    """城镇人均公园绿地面积 Park green area per urban resident [m²/person].

    = park_green_area / urban_population

    Park green area at year end [m²], urban resident population [person]. NaN without population.
    2019 indicator list, item 31. 2 600 000 m² for 200 000 people give 13.
    """
    return ratio(park_green_area, urban_population)


def green_building_rate(green_building_area: Yearly, new_building_area: Yearly) -> Yearly:
    """城镇新建绿色建筑比例 Green buildings in new urban construction [%].

    = green_building_area / new_building_area × 100

    Floor area built in the year, green by GB/T 50378, and in all [m²]. NaN in a year without new building.
    2019 indicator list, item 33. 67 000 of 100 000 m² give 67.
    """
    return percentage(green_building_area, new_building_area)


def public_transport_share(public_transport_trips: Yearly, trips_excluding_walking: Yearly) -> Yearly:
    """公共交通出行分担率 Public transport share of trips [%].

    = public_transport_trips / trips_excluding_walking × 100

    Trips of residents; those on foot do not count [10⁴ trip]. NaN without trips.
    2019 indicator list, item 34. 500 of 1000 give 50.
    """
    return percentage(public_transport_trips, trips_excluding_walking)


def trips_excluding_walking(resident_trips: Yearly, walking_trips: Yearly) -> Yearly:
    """居民出行量（不含步行） Trips of residents except on foot [10⁴ trip].

    = resident_trips − walking_trips

    Both [10⁴ trip]. NaN where one is missing. The denominator of `public_transport_share`.
    """
    return resident_trips - walking_trips


def efficient_appliance_share(efficient_appliances_sold: Yearly, appliances_sold: Yearly) -> Yearly:
    """绿色产品市场占有率：节能家电市场占有率 Green products: market share of efficient appliances [%].

    = efficient_appliances_sold / appliances_sold × 100

    Sales of the year [piece]. NaN without sales. 2019 indicator list, item 36. 520 of 1000 give 52.
    """
    return percentage(efficient_appliances_sold, appliances_sold)


def water_saving_fixture_share(water_saving_fixtures: Yearly, water_fixtures: Yearly) -> Yearly:
    """绿色产品市场占有率：在售用水器具中节水型器具占比
    Green products: water-saving fixtures among those on sale [%].

    = water_saving_fixtures / water_fixtures × 100

    Fixtures on sale when inspected [piece]. NaN without fixtures. 2019 indicator list, item 36. 99 of
    110 give 90.
    """
    return percentage(water_saving_fixtures, water_fixtures)


def disposables_per_head(disposables_used: Yearly, resident_population: Yearly) -> Yearly:
    """绿色产品市场占有率：一次性消费品人均使用量
    Green products: disposable items used per head [piece/person].

    = disposables_used / resident_population

    Items of the year [piece], resident population [person]. NaN without population.
    2019 indicator list, item 36. 12 000 000 for 300 000 people give 40.
    """
    return ratio(disposables_used, resident_population)


def green_procurement_rate(green_procurement: Yearly, same_class_procurement: Yearly) -> Yearly:
    """政府绿色采购比例 Government green procurement share [%].

    = green_procurement / same_class_procurement × 100

    Value of green, circular and low-carbon products and of all products of the same classes [10⁴ CNY].
    NaN without procurement. 2019 indicator list, item 37. 950 of 1000 give 95.
    """
    return percentage(green_procurement, same_class_procurement)


def rural_water_hygiene_rate(rural_population_compliant_water: Yearly, rural_population: Yearly) -> Yearly:
    """村镇饮用水卫生合格率 Village and town drinking-water hygiene compliance [%].

    = rural_population_compliant_water / rural_population × 100

    People [person]. NaN without rural population. 2019 indicator list, item 28. 198 000 of 200 000 give 99.
    """
    return percentage(rural_population_compliant_water, rural_population)


def sanitary_toilet_rate(households_sanitary_toilet: Yearly, rural_households: Yearly) -> Yearly:
    """农村无害化卫生厕所普及率 Coverage of harmless sanitary toilets [%].

    = households_sanitary_toilet / rural_households × 100

    Rural households [household]. NaN without households. 2019 indicator list, item 32. 45 000 of 60 000
    give 75.
    """
    return percentage(households_sanitary_toilet, rural_households)
