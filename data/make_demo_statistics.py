"""Demo statistics for the seven counties: what is not public, made up so that the analysis can be seen at work.

    python data/make_demo_statistics.py           writes data/raw/statistics/demo.csv
    python data/make_demo_statistics.py --check   says whether the file there is what this script makes

Every row carries status=demo. A row is made only where no real row stands in the other files of the folder. The real
rows are respected: county GDP, residents, urban residents and urban waste add up to the city's, the census and the few
published county values are met, land classes add up to each county's area and the areas to 14 277 km², and the
counties together come to what the city reported of PM2.5, rainfall, water resources, forest, good-air days, sewage,
drinking-water sources and river sections, and Qingshui to its published park area and forest cover. Where the city's
good-air days are not public, the province's mean (references.csv) says how good a year was. The rest is plausible and
no more: loess hills, a forested south-east (Maiji), two urban districts, a power plant in Gangu, a small pastoral
county (Zhangjiachuan).

Each variable has a random stream of its own, seeded by its name: a new variable leaves the others as they are.
"""

from __future__ import annotations

import csv
import io
import sys
import zlib
from functools import cache
from pathlib import Path

import numpy as np

RAW = Path(__file__).resolve().parent / "raw"
TARGET = RAW / "statistics" / "demo.csv"
SOURCE = "演示数据（data/make_demo_statistics.py）"
SEED = 20231123
PROVINCE, CITY = "620000", "620500"
COUNTIES = ["620502", "620503", "620521", "620522", "620523", "620524", "620525"]
YEARS = np.arange(2014, 2024)

# ------------------------------------------------------------------ what is assumed of each county, in that order
# fmt: off  (one county a column)

POPULATION_2014 = [0.2120, 0.1880, 0.0850, 0.1440, 0.1640, 0.1290, 0.0860]  # share of the city's residents
POPULATION_2023 = [0.2230, 0.1910, 0.0800, 0.1370, 0.1610, 0.1265, 0.0815]
URBAN_2014 = [0.68, 0.42, 0.19, 0.21, 0.23, 0.22, 0.17]  # urban share of residents
URBAN_2023 = [0.81, 0.58, 0.31, 0.34, 0.37, 0.36, 0.27]
GDP_SHARE = [0.313, 0.255, 0.062, 0.117, 0.119, 0.0925, 0.0465]
ENERGY_2020 = [0.46, 0.71, 0.58, 0.55, 0.93, 0.82, 0.69]  # tce for 10⁴ yuan of 2020
ENERGY_FALL = [0.033, 0.036, 0.026, 0.030, 0.022, 0.027, 0.018]  # a year
WATER_2020 = [46, 58, 62, 71, 76, 84, 57]  # m³ for 10⁴ yuan of 2020
WATER_FALL = [0.052, 0.047, 0.040, 0.043, 0.036, 0.033, 0.041]
LAND_2020 = [13_850, 14_310, 7_720, 9_640, 10_180, 8_560, 5_450]  # construction land, ha
LAND_GROWTH = [0.013, 0.011, 0.006, 0.008, 0.010, 0.007, 0.009]
VILLAGES = [420, 379, 260, 428, 405, 343, 255]
RIVERS = [540, 830, 470, 395, 350, 520, 300]  # km
RUNOFF = [128, 160, 118, 70, 68, 118, 140]  # long-term mean, mm, before it is brought to the city's
RAIN = [530, 560, 564.5, 507.3, 480, 500, 560]  # long-term mean, mm; Qingshui and Qin'an as published
SECTIONS = [2, 1, 1, 1, 1, 1, 1]  # assessed river sections: 8 until 2020
SECTIONS_2021 = [3, 3, 1, 2, 2, 2, 1]  # 14 from 2021

# Share of each land class in the county at the start; dry cropland takes what is left.
LAND_CLASSES = {
    "closed_forest_area": [0.275, 0.414, 0.2587, 0.085, 0.095, 0.152, 0.185],
    "shrub_area": [0.125, 0.14, 0.11, 0.07, 0.075, 0.065, 0.12],
    "sparse_forest_area": [0.05, 0.04, 0.05, 0.055, 0.05, 0.045, 0.05],
    "high_cover_grass_area": [0.03, 0.03, 0.04, 0.025, 0.025, 0.07, 0.1],
    "medium_cover_grass_area": [0.07, 0.05, 0.09, 0.11, 0.11, 0.175, 0.13],
    "low_cover_grass_area": [0.02, 0.015, 0.025, 0.05, 0.05, 0.035, 0.02],
    "river_area": [0.0035, 0.0050, 0.0030, 0.0032, 0.0045, 0.0048, 0.0028],
    "lake_area": [0.0006, 0.0005, 0.0005, 0.0005, 0.0005, 0.0006, 0.0009],
    "wetland_area": [0.0020, 0.0025, 0.0018, 0.0015, 0.0020, 0.0022, 0.0015],
    "ice_snow_area": [0.0] * 7,
    "paddy_area": [0.0] * 7,
    "urban_land_area": [0.016, 0.010, 0.004, 0.006, 0.008, 0.005, 0.004],
    "rural_settlement_area": [0.030, 0.024, 0.030, 0.044, 0.046, 0.032, 0.030],
    "other_built_up_area": [0.007, 0.006, 0.004, 0.006, 0.008, 0.005, 0.003],
    "sand_area": [0.0] * 7,
    "saline_area": [0.0] * 7,
    "bare_soil_area": [0.004, 0.003, 0.005, 0.009, 0.009, 0.006, 0.004],
    "bare_rock_area": [0.002, 0.003, 0.002, 0.002, 0.003, 0.004, 0.002],
    "other_unused_area": [0.002, 0.002, 0.003, 0.003, 0.003, 0.002, 0.002],
}
FOREST_GAIN = [0.0022, 0.0018, 0.0030, 0.0034, 0.0030, 0.0026, 0.0024]  # closed forest, of the county, a year
NDVI_2014 = [0.560, 0.595, 0.560, 0.490, 0.485, 0.535, 0.575]
NDVI_GAIN = [0.0040, 0.0030, 0.0045, 0.0060, 0.0060, 0.0050, 0.0040]
EROSION = {  # share of the county in 2014, and what is left of it in 2023
    "severe_erosion_area": ([0.085, 0.075, 0.095, 0.135, 0.140, 0.110, 0.085], 0.72),
    "moderate_erosion_area": ([0.150, 0.110, 0.160, 0.210, 0.205, 0.170, 0.150], 0.80),
}
EMISSIONS = {  # t in 2014, and what is left of it in 2023
    "cod_emission": ([5_900, 5_100, 2_300, 3_700, 4_200, 3_300, 2_100], 0.62),
    "ammonia_nitrogen_emission": ([690, 600, 230, 380, 430, 330, 190], 0.55),
    "so2_emission": ([4_300, 5_600, 900, 1_500, 6_400, 2_600, 800], 0.42),
    "dust_emission": ([1_900, 2_400, 600, 900, 2_700, 1_300, 500], 0.55),
    "nox_emission": ([4_100, 5_200, 700, 1_200, 7_900, 2_100, 600], 0.58),
    "solid_waste_discarded": ([310, 420, 120, 190, 380, 260, 90], 0.30),
}

# numerator: (denominator, first and last share of each county, ± points of noise, unit, may it fall)
SHARES = {
    "villages_waste_treated": (
        "villages",
        [0.46, 0.44, 0.33, 0.36, 0.35, 0.34, 0.27],
        [0.93, 0.91, 0.80, 0.84, 0.82, 0.85, 0.74],
        0.015,
        "村",
        False,
    ),
    "urban_sewage_treated": (
        "urban_sewage_discharged",
        [0.88, 0.86, 0.74, 0.77, 0.76, 0.78, 0.70],
        [0.978, 0.972, 0.935, 0.951, 0.944, 0.953, 0.921],
        0.012,
        "万立方米",
        True,
    ),
    "green_building_area": (
        "new_building_area",
        [0.08, 0.07, 0.02, 0.04, 0.04, 0.03, 0.01],
        [0.78, 0.74, 0.58, 0.63, 0.66, 0.61, 0.47],
        0.045,
        "万平方米",
        True,
    ),
    "public_transport_trips": (
        "trips_excluding_walking",
        [0.41, 0.38, 0.27, 0.30, 0.31, 0.29, 0.22],
        [0.545, 0.52, 0.39, 0.44, 0.45, 0.43, 0.34],
        0.014,
        "万人次",
        True,
    ),
    "shoreline_protected": (
        "shoreline_planned",
        [0.55, 0.60, 0.52, 0.47, 0.45, 0.50, 0.56],
        [0.68, 0.72, 0.66, 0.60, 0.58, 0.63, 0.67],
        0.008,
        "km",
        True,
    ),
    "hazardous_waste_utilised": (
        "hazardous_waste_generated",
        [0.38, 0.44, 0.15, 0.22, 0.41, 0.30, 0.10],
        [0.46, 0.52, 0.20, 0.27, 0.48, 0.36, 0.14],
        0.02,
        "吨",
        True,
    ),
    "solid_waste_utilised": (
        "solid_waste_generated",
        [0.62, 0.66, 0.50, 0.53, 0.71, 0.55, 0.46],
        [0.80, 0.82, 0.66, 0.70, 0.84, 0.72, 0.61],
        0.025,
        "万吨",
        True,
    ),
    "efficient_appliances_sold": (
        "appliances_sold",
        [0.33, 0.31, 0.22, 0.25, 0.26, 0.24, 0.19],
        [0.72, 0.69, 0.54, 0.60, 0.61, 0.58, 0.49],
        0.02,
        "台",
        True,
    ),
    "water_saving_fixtures": (
        "water_fixtures",
        [0.70, 0.68, 0.58, 0.62, 0.61, 0.60, 0.55],
        [0.995, 0.985, 0.94, 0.965, 0.96, 0.95, 0.92],
        0.012,
        "个",
        True,
    ),
    "green_procurement": (
        "same_class_procurement",
        [0.62, 0.60, 0.49, 0.54, 0.55, 0.52, 0.46],
        [0.955, 0.95, 0.88, 0.92, 0.93, 0.90, 0.85],
        0.02,
        "万元",
        True,
    ),
    "cadres_trained": (
        "cadres",
        [0.72, 0.70, 0.60, 0.64, 0.66, 0.63, 0.58],
        [1.0, 1.0, 0.97, 0.99, 0.99, 0.98, 0.95],
        0.02,
        "人",
        True,
    ),
    "survey_satisfied": (
        "survey_answers",
        [0.78, 0.77, 0.74, 0.72, 0.70, 0.75, 0.77],
        [0.91, 0.90, 0.87, 0.86, 0.84, 0.88, 0.89],
        0.014,
        "份",
        True,
    ),
    "survey_participating": (
        "survey_answers",
        [0.62, 0.60, 0.54, 0.56, 0.55, 0.57, 0.53],
        [0.85, 0.84, 0.77, 0.79, 0.78, 0.80, 0.75],
        0.016,
        "份",
        True,
    ),
    "items_disclosed": (
        "items_to_disclose",
        [0.95, 0.94, 0.90, 0.91, 0.92, 0.91, 0.88],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.99],
        0.008,
        "条",
        True,
    ),
    "plans_with_eia": ("plans_requiring_eia", [0.80, 0.80, 0.60, 0.65, 0.70, 0.65, 0.55], [1.0] * 7, 0.04, "个", True),
    "enterprises_audit_passed": (
        "enterprises_audit_listed",
        [0.85, 0.86, 0.75, 0.80, 0.84, 0.80, 0.70],
        [1.0] * 7,
        0.04,
        "家",
        True,
    ),
    "straw_utilised": (
        "straw_collectable",
        [0.78, 0.77, 0.75, 0.74, 0.73, 0.76, 0.79],
        [0.93, 0.93, 0.91, 0.90, 0.90, 0.92, 0.93],
        0.01,
        "万吨",
        True,
    ),
    "manure_utilised": (
        "manure_generated",
        [0.62, 0.61, 0.58, 0.60, 0.59, 0.60, 0.55],
        [0.86, 0.85, 0.82, 0.84, 0.83, 0.84, 0.80],
        0.015,
        "万吨",
        True,
    ),
    "film_recovered": (
        "film_used",
        [0.68, 0.67, 0.66, 0.70, 0.69, 0.68, 0.64],
        [0.86, 0.85, 0.84, 0.87, 0.86, 0.86, 0.82],
        0.015,
        "吨",
        True,
    ),
    "rural_population_compliant_water": (
        "rural_population",
        [0.80, 0.80, 0.74, 0.75, 0.76, 0.75, 0.71],
        [0.985, 0.98, 0.965, 0.97, 0.97, 0.965, 0.955],
        0.01,
        "人",
        True,
    ),
    "households_sanitary_toilet": (
        "rural_households",
        [0.22, 0.21, 0.15, 0.18, 0.18, 0.17, 0.12],
        [0.62, 0.60, 0.50, 0.55, 0.53, 0.52, 0.44],
        0.012,
        "户",
        False,
    ),
}
# denominators: (first and last amount of each county, relative noise, unit)
AMOUNTS = {
    "urban_sewage_discharged": (
        [2_420, 1_620, 300, 500, 610, 520, 240],
        [2_930, 2_150, 420, 680, 820, 690, 330],
        0.02,
        "万立方米",
    ),
    "new_building_area": ([86, 64, 14, 27, 31, 23, 10], [71, 58, 12, 24, 27, 20, 9], 0.12, "万平方米"),
    "resident_trips": (
        [57_000, 45_000, 13_000, 22_000, 25_500, 20_000, 12_000],
        [64_000, 51_000, 12_700, 22_300, 26_000, 20_300, 12_100],
        0.015,
        "万人次",
    ),
    "shoreline_planned": ([412, 655, 338, 296, 271, 402, 224],) * 2 + (0.0, "km"),
    "hazardous_waste_generated": (
        [1_450, 2_100, 160, 330, 1_900, 640, 110],
        [1_900, 2_800, 210, 430, 2_500, 830, 150],
        0.06,
        "吨",
    ),
    "solid_waste_generated": ([31, 44, 6, 11, 92, 28, 5], [34, 49, 7, 13, 99, 33, 6], 0.05, "万吨"),
    "appliances_sold": (
        [96_000, 72_000, 17_000, 31_000, 36_000, 28_000, 14_000],
        [131_000, 98_000, 23_000, 42_000, 49_000, 38_000, 19_000],
        0.03,
        "台",
    ),
    "water_fixtures": (
        [5_200, 4_100, 1_300, 2_000, 2_300, 1_900, 1_100],
        [6_100, 4_900, 1_500, 2_400, 2_700, 2_200, 1_300],
        0.02,
        "个",
    ),
    "same_class_procurement": (
        [9_800, 7_900, 3_600, 4_700, 5_200, 4_400, 3_300],
        [13_600, 11_200, 5_100, 6_600, 7_300, 6_200, 4_700],
        0.07,
        "万元",
    ),
    "cadres": ([1_310, 1_180, 760, 930, 980, 890, 720],) * 2 + (0.01, "人"),
    "survey_answers": ([620, 560, 300, 420, 470, 390, 300],) * 2 + (0.03, "份"),
    "items_to_disclose": ([410, 370, 210, 250, 280, 240, 190], [640, 590, 380, 430, 470, 420, 350], 0.03, "条"),
    "plans_requiring_eia": ([9, 8, 4, 5, 6, 5, 3], [13, 12, 6, 7, 9, 7, 5], 0.0, "个"),
    "enterprises_audit_listed": ([13, 15, 3, 5, 9, 6, 2], [19, 22, 5, 8, 13, 9, 4], 0.0, "家"),
    "straw_collectable": ([22, 25, 20, 29, 27, 23, 15], [23, 26, 21, 30, 28, 24, 16], 0.03, "万吨"),
    "manure_generated": ([88, 92, 76, 84, 87, 95, 104], [96, 99, 88, 92, 94, 108, 127], 0.02, "万吨"),
    "film_used": (
        [980, 1_120, 1_240, 1_650, 1_580, 1_390, 860],
        [1_010, 1_150, 1_300, 1_700, 1_620, 1_430, 900],
        0.03,
        "吨",
    ),
    "disposables_per_person": ([310, 295, 198, 214, 221, 209, 176], [236, 229, 171, 182, 186, 178, 158], 0.02, "个"),
    "waste_per_person": (
        [0.200, 0.195, 0.176, 0.180, 0.182, 0.178, 0.170],
        [0.204, 0.200, 0.184, 0.187, 0.189, 0.185, 0.178],
        0.012,
        "吨",
    ),
}
WASTE_TREATED = ([0.90, 0.90, 0.80, 0.83, 0.83, 0.82, 0.76], [1.0, 1.0, 0.985, 0.992, 0.990, 0.988, 0.962])
PARK = ([9.6, 9.0, 7.4, 8.6, 8.3, 9.2, 8.0], [13.1, 12.3, 10.4, 12.0, 11.2, 12.7, 10.6])  # m² a head
SEWAGE_VILLAGES = ([0.060, 0.055, 0.025, 0.035, 0.030, 0.035, 0.015], [0.46, 0.43, 0.25, 0.31, 0.27, 0.33, 0.19])
SEWAGE_2020 = 0.2011  # of all villages, as the city reported
WATER_SOURCES = [10, 12, 8, 9, 9, 9, 7]  # 8 of county level and above, 56 of townships
GOOD_AIR = {2016: 0.92, 2018: 0.94}  # made up around the bound that the city reported for 2020
ABOVE_PROVINCE = 0.035  # good-air days above the mean of the province's cities: assumed

# Events that must not happen, for the conditions: none but these.
EVENTS = {
    "illegal_dumping_events": {("620523", 2014): 1, ("620503", 2016): 1},
    "major_incidents": {},
    "cross_boundary_incidents": {("620502", 2015): 1},
    "invasive_species_events": {("620503", 2014): 2, ("620521", 2017): 1},
    "nature_function_losses": {("620502", 2014): 1, ("620524", 2016): 1},
}

# Gaps and a break here and there, as real tables have them.
GAPS = [
    ("620525", "public_transport_trips", (2014, 2015)),
    ("620521", "green_building_area", (2016,)),
    ("620524", "survey_satisfied", (2017,)),
    ("620524", "survey_participating", (2017,)),
    ("620523", "solid_waste_utilised", (2018,)),
    ("620522", "efficient_appliances_sold", (2014,)),
    ("620525", "water_saving_fixtures", (2014, 2015, 2016)),
    ("620521", "ndvi", (2015,)),
    ("620525", "shoreline_protected", (2023,)),
    ("620525", "invasive_species_events", (2023,)),
]
BREAKS = [  # from this year on the table counts otherwise, and the row's note says so
    ("620523", "park_green_area", 2019, 1.08, "林业部门管理的公园计入 parks under forestry counted in"),
    ("620524", "new_building_area", 2018, 0.86, "自建房不再计入 self-built houses no longer counted"),
    ("620503", "shoreline_planned", 2021, 1.04, "岸线规划修编 shoreline plan revised"),
]
SECTIONS_NOTE = "2021年起断面调整 other sections from 2021"
# fmt: on


def stream(name: str) -> np.random.Generator:
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def path(first, last, noise: float, name: str, *, relative: bool = False) -> np.ndarray:
    """Counties × years from `first` to `last`, along a slightly bent line with noise that wears off slowly."""
    first, last = np.asarray(first, float)[:, None], np.asarray(last, float)[:, None]
    rng = stream(name)
    bend = rng.uniform(0.75, 1.35, first.shape)
    line = first + (last - first) * np.linspace(0, 1, YEARS.size) ** bend
    shocks = rng.normal(size=line.shape)
    for year in range(1, YEARS.size):
        shocks[:, year] = 0.45 * shocks[:, year - 1] + 0.89 * shocks[:, year]
    return line * (1 + noise * shocks) if relative else line + noise * shocks


@cache
def real_rows() -> dict[str, dict[tuple[str, int], float]]:
    found: dict[str, dict[tuple[str, int], float]] = {}
    for file in sorted((RAW / "statistics").glob("*.csv")):
        if file != TARGET:
            with file.open(encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle):
                    found.setdefault(row["variable"], {})[row["region_code"], int(row["year"])] = float(row["value"])
    return found


def real(variable: str) -> dict[tuple[str, int], float]:
    """Real values of a variable, in the unit of their file, by region and year."""
    return real_rows().get(variable, {})


def of_city(variable: str) -> dict[int, float]:
    """The city's real values by year, in the unit of their file."""
    return {year: value for (code, year), value in real(variable).items() if code == CITY}


def of_province(variable: str) -> dict[int, float]:
    """The province's values by year, in the unit of `references.csv`."""
    with (RAW / "references.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["region_code"] == PROVINCE]
    return {int(row["year"]): float(row["value"]) for row in rows if row["variable"] == variable}


def every_year(variable: str) -> np.ndarray:
    city = of_city(variable)
    return np.array([city[year] for year in YEARS])


def areas() -> np.ndarray:
    with (RAW / "regions.csv").open(encoding="utf-8", newline="") as handle:
        by_code = {row["code"]: float(row["area_km2"]) for row in csv.DictReader(handle)}
    return np.array([by_code[code] for code in COUNTIES])[:, None]


def anchored(values: np.ndarray, weights: np.ndarray, anchors: dict[int, float]) -> np.ndarray:
    """Counties shifted alike, so that their weighted mean is `anchors[year]` in those years.

    Between two anchors the shift is interpolated; before the first and after the last it stays as it is there.
    """
    mean = dict(zip(YEARS, (values * weights).sum(axis=0) / weights.sum(axis=0), strict=True))
    years = sorted(set(anchors) & set(mean))
    return values + np.interp(YEARS, years, [anchors[year] - mean[year] for year in years])


def shared_out(total: np.ndarray, weights: np.ndarray, fixed: dict, decimals: int) -> np.ndarray:
    """Counties × years that add up to the total in every year; `fixed` (county, year) values are kept."""
    table = np.full(weights.shape, np.nan)
    for (code, year), value in fixed.items():
        if code in COUNTIES and year in YEARS:
            table[COUNTIES.index(code), year - YEARS[0]] = value
    free = np.isnan(table)
    left = total - np.nansum(table, axis=0)
    spread = np.where(free, weights, 0.0)
    table = np.where(free, np.round(spread / spread.sum(axis=0) * left, decimals), table)
    first_free = free.argmax(axis=0)  # takes the rounding
    rest = np.round(total - table.sum(axis=0), decimals)
    table[first_free, np.arange(YEARS.size)] = np.round(table[first_free, np.arange(YEARS.size)] + rest, decimals)
    return table


def urban_share_of_city() -> np.ndarray:
    """Urban share of the city's residents: published for 2022 and 2023, of the yearbook series up to 2018."""
    share = {
        year: value / of_city("resident_population_yearbook")[year]
        for year, value in of_city("urban_population_yearbook").items()
    }
    share |= {year: value / 100 for year, value in of_city("urbanisation_rate").items()}
    share |= {year: value / of_city("resident_population")[year] for year, value in of_city("urban_population").items()}
    return np.interp(YEARS, sorted(share), [share[year] for year in sorted(share)])


def rain_of_city() -> np.ndarray:
    """Rain of each year against the long-term mean: the city's while its series lasts (2018), then made up."""
    city = of_city("precipitation")
    mean = np.mean(list(city.values()))
    later = np.exp(stream("precipitation").normal(0, 0.16, YEARS.size))
    return np.array([city[year] / mean if year in city else later[place] for place, year in enumerate(YEARS)])


def sewage_as_reported(share: np.ndarray, discharged: np.ndarray) -> np.ndarray:
    """Shares of the two districts and of the five counties at what the city reported of each group."""
    for places, variable in (
        (slice(0, 2), "sewage_treatment_rate_districts"),
        (slice(2, 7), "sewage_treatment_rate_counties"),
    ):
        reported = {year: value / 100 for year, value in of_city(variable).items()}
        share[places] = anchored(share[places], discharged[places], reported)
    return np.minimum(share, 0.99)


def waste_of_city(variable: str, counties: np.ndarray) -> np.ndarray:
    """The city's real waste while its tables last (2018), then along with its counties'. [10⁴ t]"""
    city = of_city(variable)
    later = city[2018] * counties.sum(axis=0) / counties[:, YEARS == 2018].sum()
    return np.array([city.get(year, later[place]) for place, year in enumerate(YEARS)])


def park_area(urban: np.ndarray) -> np.ndarray:
    """Park area of the urban residents. [ha] A county with a published area a head has exactly that in its year."""
    a_head = path(*PARK, 0.16, "park_green_area")
    published = real("park_area_per_head")
    for row, code in enumerate(COUNTIES):
        own = {year: value for (region, year), value in published.items() if region == code}
        if own:
            a_head[[row]] = anchored(a_head[[row]], urban[[row]], own)
    area = np.round(urban * a_head / 10_000, 2)
    for (code, year), value in published.items():
        if code in COUNTIES and year in YEARS:
            at = COUNTIES.index(code), year - YEARS[0]
            area[at] = urban[at] * value / 10_000
    return area


def make() -> dict[str, tuple[np.ndarray, str]]:
    """Every variable as counties × years, with its unit; the city's own as a single row under `CITY`."""
    made: dict[str, tuple[np.ndarray, str]] = {}
    area = areas()

    # people and money
    weights = path(POPULATION_2014, POPULATION_2023, 0.0, "resident_population")
    people = shared_out(every_year("resident_population") * 10_000, weights, {}, 0)
    urban_share = path(URBAN_2014, URBAN_2023, 0.0015, "urban_population") * people
    city_share = urban_share_of_city()
    urban = shared_out(np.round(city_share * people.sum(axis=0)), urban_share, {}, 0)
    made["resident_population"] = people, "人"
    made["urban_population"] = urban, "人"
    made["rural_population"] = people - urban, "人"
    gdp_weights = path(GDP_SHARE, GDP_SHARE, 0.012, "gdp_current", relative=True)
    gdp_real = {key: value for key, value in real("gdp_current").items() if key[0] != CITY}
    gdp = shared_out(every_year("gdp_current"), gdp_weights, gdp_real, 2)
    made["gdp_current"] = gdp, "亿元"
    deviation = stream("gdp_index").normal(0, 0.9, gdp.shape)
    deviation -= (deviation * gdp).sum(axis=0) / gdp.sum(axis=0)
    index = every_year("gdp_index") + deviation
    known = np.zeros(index.shape, bool)
    for (code, year), value in real("gdp_index").items():
        if code in COUNTIES and year in YEARS:
            place = COUNTIES.index(code), year - YEARS[0]
            index[place], known[place] = value, True
    excess = ((index - every_year("gdp_index")) * gdp).sum(axis=0) / np.where(known, 0, gdp).sum(axis=0)
    index = np.round(np.where(known, index, index - excess), 1)  # the others take what the published ones are off
    made["gdp_index"] = index, "上年=100"
    growth = np.cumprod(index / 100, axis=1)
    constant = gdp[:, [6]] * growth / growth[:, [6]]  # 10⁸ yuan of 2020

    # energy, water, land, carbon
    since_2020 = YEARS - 2020
    for name, level, fall, scale, unit in (
        ("energy_use", ENERGY_2020, ENERGY_FALL, 1.0, "万吨标准煤"),
        ("water_use", WATER_2020, WATER_FALL, 1.0, "万立方米"),
    ):
        intensity = np.array(level)[:, None] * (1 - np.array(fall)[:, None]) ** since_2020
        noise = 1 + stream(name).normal(0, 0.012, intensity.shape)
        made[name] = np.round(constant * intensity * noise * scale, 2), unit
    land = np.array(LAND_2020)[:, None] * (1 + np.array(LAND_GROWTH)[:, None]) ** since_2020
    land = land * (1 + np.cumsum(stream("construction_land").normal(0, 0.0025, land.shape), axis=1))
    made["construction_land"] = np.round(land, 1), "公顷"
    carbon = np.array([real("co2_emission")[code, 2017] for code in COUNTIES])[:, None]
    drift = np.cumsum(stream("co2_emission").normal(0.008, 0.025, land.shape), axis=1)
    made["co2_emission"] = np.round(carbon * np.exp(drift - drift[:, [3]]), 2), "万吨"

    # the ecological index: land classes that add up to each county, and what weighs on them
    classes = {name: np.array(share)[:, None] * area * np.ones(YEARS.size) for name, share in LAND_CLASSES.items()}
    step = np.arange(YEARS.size)
    classes["closed_forest_area"] = classes["closed_forest_area"] + np.array(FOREST_GAIN)[:, None] * area * step
    classes["urban_land_area"] = classes["urban_land_area"] * 1.018**step
    classes["other_built_up_area"] = classes["other_built_up_area"] * 1.012**step
    classes = {name: np.round(values, 2) for name, values in classes.items()}
    classes["dry_land_area"] = np.round(area - sum(classes.values()), 2)
    for name, values in classes.items():
        made[name] = values, "km²"
    forest = sum(classes[name] for name in ("closed_forest_area", "shrub_area"))
    grass = sum(classes[name] for name in ("high_cover_grass_area", "medium_cover_grass_area"))
    made["forest_area"] = np.round(forest * 1.015, 2), "km²"
    made["grassland_area"] = np.round(grass, 2), "km²"
    made["land_area"] = area * np.ones(YEARS.size), "km²"
    rain = rain_of_city()
    local = np.exp(stream("local rain").normal(0, 0.05, land.shape))
    made["precipitation"] = np.round(np.array(RAIN)[:, None] * rain * local, 1), "mm"
    runoff = np.array(RUNOFF)[:, None] * area * np.ones(YEARS.size)
    mean = np.full(YEARS.size, of_city("water_resources_mean")[2016] * 100)  # 10⁸ m³ to 10⁶ m³
    normal = shared_out(mean, runoff, {}, 1)
    made["water_resources"] = np.round(normal * rain**1.6 * local, 1), "百万立方米"
    made["water_resources_mean"] = normal, "百万立方米"
    made["river_length"] = np.array(RIVERS, float)[:, None] * np.ones(YEARS.size), "km"
    greening = np.array(NDVI_2014)[:, None] + np.array(NDVI_GAIN)[:, None] * step
    made["ndvi"] = np.round(greening + 0.035 * np.log(rain) + stream("ndvi").normal(0, 0.006, land.shape), 4), ""
    for name, (share, left) in EROSION.items():
        first = np.array(share)[:, None] * area
        made[name] = np.round(path(first[:, 0], first[:, 0] * left, 0.01, name, relative=True), 2), "km²"
    made["other_stress_area"] = classes["bare_soil_area"] + classes["bare_rock_area"], "km²"
    for name, (first, left) in EMISSIONS.items():
        made[name] = np.round(path(first, np.array(first) * left, 0.04, name, relative=True), 1), "吨"

    # amounts, and shares of them
    amounts = {
        name: (path(first, last, noise, name, relative=True), unit)
        for name, (first, last, noise, unit) in AMOUNTS.items()
    }
    whole = {"台", "个", "人", "份", "条", "家"}
    for name, (values, unit) in amounts.items():
        if not name.endswith("_per_person"):
            made[name] = np.round(values, 0 if unit in whole else 2), unit
    made["villages"] = (
        np.array(VILLAGES, float)[:, None] - (step >= 6) * np.array([[2], [1], [0], [3], [1], [0], [0]]),
        "村",
    )
    made["walking_trips"] = (
        np.round(made["resident_trips"][0] * path([0.40] * 7, [0.34] * 7, 0.004, "walking_trips"), 1),
        "万人次",
    )
    made["rural_households"] = np.round(made["rural_population"][0] / 3.9), "户"
    trips = made["resident_trips"][0] - made["walking_trips"][0]
    for name, (whole_name, first, last, noise, unit, may_fall) in SHARES.items():
        total = trips if whole_name == "trips_excluding_walking" else made[whole_name][0]
        share = path(first, last, noise, name)
        if name == "urban_sewage_treated":
            share = sewage_as_reported(share, total)
        share = np.clip(share, 0, 1)
        part = np.minimum(np.round(share * total, 0 if unit in whole | {"村", "户"} else 2), total)
        made[name] = part if may_fall else np.minimum(np.maximum.accumulate(part, axis=1), total), unit
    made["hazardous_waste_carried_over"] = np.round(made["hazardous_waste_generated"][0] * 0.03, 2), "吨"
    to_handle = made["hazardous_waste_generated"][0] + made["hazardous_waste_carried_over"][0]
    handled = np.clip(path([0.93] * 7, [0.999] * 7, 0.006, "hazardous_waste_disposed"), 0, 1)
    disposed = np.round(np.maximum(handled * to_handle - made["hazardous_waste_utilised"][0], 0), 2)
    made["hazardous_waste_disposed"] = disposed, "吨"
    made["solid_waste_from_stock"] = np.round(made["solid_waste_generated"][0] * 0.02, 2), "万吨"
    made["disposables_used"] = np.round(people * amounts["disposables_per_person"][0]), "个"
    waste = urban * amounts["waste_per_person"][0]
    untreated = waste * np.maximum(1 - path(*WASTE_TREATED, 0.006, "urban_waste_treated"), 0.001)
    generated = shared_out(np.round(waste_of_city("urban_waste_generated", waste), 3), waste, {}, 3)
    left = np.maximum(generated.sum(axis=0) - waste_of_city("urban_waste_treated", waste - untreated), 0)
    treated = generated - shared_out(np.round(left, 3), untreated, {}, 3)
    made["urban_waste_generated"] = generated, "万吨"
    made["urban_waste_treated"] = np.clip(np.round(treated, 3), 0, generated), "万吨"
    made["park_green_area"] = park_area(urban), "公顷"

    # rural sewage: slow, then faster; all villages together come to the city's figure for 2020
    share = np.array(SEWAGE_VILLAGES[0])[:, None] + np.diff(SEWAGE_VILLAGES, axis=0).T * np.linspace(0, 1, 10) ** 1.7
    share = np.maximum.accumulate(share + stream("villages_sewage_treated").normal(0, 0.004, share.shape), axis=1)
    villages = made["villages"][0]
    factor = SEWAGE_2020 / ((share * villages)[:, 6].sum() / villages[:, 6].sum())
    made["villages_sewage_treated"] = np.minimum(np.round(share * factor * villages), villages), "村"

    # air, water, species, space
    days = np.where(YEARS % 4 == 0, 366, 365) - stream("valid days").integers(0, 6, land.shape)
    good = path(
        [0.87, 0.87, 0.92, 0.90, 0.86, 0.88, 0.94], [0.95, 0.95, 0.97, 0.96, 0.94, 0.95, 0.98], 0.010, "good days"
    )
    floor = {year: share / 100 + 0.005 for year, share in of_city("good_air_day_share_floor").items()}
    beside = {year: share / 100 + ABOVE_PROVINCE for year, share in of_province("good_air_day_share").items()}
    good = anchored(good, days, GOOD_AIR | floor | beside)
    made["valid_monitoring_days"] = days.astype(float), "天"
    made["good_air_days"] = np.round(days * np.minimum(good, 0.99)), "天"
    pm25 = path([37, 38, 33, 35, 40, 37, 30], [29.5, 30, 27, 28.5, 31, 29.5, 25.5], 0.8, "pm25")
    made["pm25"] = np.round(anchored(pm25, people, of_city("pm25")), 1), "ug/m3"
    sections = np.where(YEARS < 2021, np.array(SECTIONS)[:, None], np.array(SECTIONS_2021)[:, None]).astype(float)
    made["sections_assessed"] = sections, "个"
    chance = np.interp(
        YEARS, [2014, 2018, 2019, 2020, 2021], [0.30, 0.10, 0, 0, 0.04]
    )  # none in 2019 and 2020, as reported
    polluted = stream("sections").random(sections.shape) < chance
    made["sections_class_three_or_better"] = sections - polluted, "个"
    worst = polluted & (YEARS < 2016) & (stream("worst sections").random(sections.shape) < 0.2)
    made["sections_worse_than_class_five"] = worst.astype(float), "个"
    listed = np.array([3, 2, 0, 1, 1, 1, 0], float)[:, None] * np.ones(YEARS.size)
    made["black_odorous_bodies_listed"] = listed, "个"
    removed = np.minimum(listed, np.round(listed * np.clip((YEARS - 2014) / 4, 0, 1)))
    made["black_odorous_bodies_removed"] = removed, "个"
    sources = np.array(WATER_SOURCES, float)[:, None] * np.ones(YEARS.size)
    made["water_sources"] = sources, "个"
    made["water_sources_good"] = sources - (stream("sources").random(sources.shape) < 0.06) * (YEARS < 2018), "个"
    present = np.array([52, 68, 39, 24, 22, 41, 37], float)[:, None] * np.ones(YEARS.size)
    made["species_present"] = present, "种"
    protected = path([0.88] * 7, [0.965, 0.985, 0.965, 0.945, 0.945, 0.96, 0.955], 0.004, "species_protected")
    made["species_protected"] = np.minimum(np.maximum.accumulate(np.round(present * protected), axis=1), present), "种"
    fish = np.array([21, 26, 17, 14, 13, 19, 15], float)[:, None] * np.ones(YEARS.size)
    made["aquatic_species_reference"] = fish, "种"
    seen = np.cumsum(stream("aquatic").choice([-1, 0, 1], size=fish.shape, p=[0.07, 0.79, 0.14]), axis=1) - 2
    made["aquatic_species_recorded"] = fish + np.clip(seen, -4, 0), "种"
    red_line = area * np.array([[0.26], [0.39], [0.22], [0.06], [0.07], [0.18], [0.21]])
    made["red_line_area"] = np.round(red_line * np.where(YEARS >= 2018, 1.0, np.nan), 2), "km²"
    reserve = area * np.array([[0.09], [0.17], [0.05], [0.01], [0.01], [0.04], [0.06]])
    made["nature_reserve_area"] = np.round(reserve * np.where(YEARS >= 2019, 1.002, 1.0), 2), "km²"
    points = np.array([[18], [18], [15], [16], [16], [15], [14]]) + np.minimum((YEARS - 2014) * 0.7, 6)
    made["eco_appraisal_points"] = np.round(points), "分"
    made["appraisal_points"] = np.full(land.shape, 100.0), "分"
    for name, events in EVENTS.items():
        made[name] = np.array([[events.get((code, year), 0) for year in YEARS] for code in COUNTIES], float), "件"
    return made


def city_only(made: dict) -> dict[str, tuple[np.ndarray, str]]:
    """What cannot be added up from counties and is counted for the city itself."""
    weights = made["resident_population"][0]
    pm25 = (made["pm25"][0] * weights).sum(axis=0) / weights.sum(axis=0)
    return {
        "species_present": (np.full((1, YEARS.size), 91.0), "种"),
        "species_protected": (np.array([[80, 81, 82, 83, 84, 85, 86, 87, 87, 88]], float), "种"),
        "aquatic_species_reference": (np.full((1, YEARS.size), 34.0), "种"),
        "aquatic_species_recorded": (np.array([[31, 31, 30, 31, 31, 31, 31, 32, 32, 32]], float), "种"),
        "pm25": (np.round(pm25[None, :], 1), "ug/m3"),
        "eco_appraisal_points": (np.array([[15, 16, 17, 18, 19, 20, 20, 21, 21, 21]], float), "分"),
        "appraisal_points": (np.full((1, YEARS.size), 100.0), "分"),
    }


def text() -> str:
    made = make()
    notes = {(code, "sections_assessed", year): SECTIONS_NOTE for code in COUNTIES for year in range(2021, 2024)}
    for code, variable, year, factor, reason in BREAKS:
        values, unit = made[variable]
        row = COUNTIES.index(code)
        values[row] = np.where(year <= YEARS, np.round(values[row] * factor, 2), values[row])
        notes |= {(code, variable, later): reason for later in range(year, YEARS[-1] + 1)}
    gaps = {(code, variable, year) for code, variable, years in GAPS for year in years}
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["region_code", "year", "variable", "value", "unit", "status", "source", "note"])
    for codes, tables in ((COUNTIES, made), ([CITY], city_only(made))):
        for variable, (values, unit) in tables.items():
            known = real(variable)
            for code, row in zip(codes, values, strict=True):
                for year, value in zip(YEARS, row, strict=True):
                    if np.isnan(value) or (code, variable, year) in gaps or (code, year) in known:
                        continue
                    note = notes.get((code, variable, year), "")
                    writer.writerow([code, year, variable, f"{value:.10g}", unit, "demo", SOURCE, note])
    return file.getvalue()


def main() -> int:
    made = text()
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == made
        print(f"{TARGET.name}: {'as made by this script' if same else 'differs from what this script makes'}")
        return 0 if same else 1
    temporary = TARGET.with_name(f".{TARGET.name}.tmp")
    temporary.write_text(made, encoding="utf-8", newline="\n")
    temporary.replace(TARGET)
    print(f"{TARGET.name}: {made.count(chr(10)) - 1} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
