"""One analysis of the shipped data, and one of a small city, for all document tests."""

import pytest

REGIONS = """code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size
C,甲市,City A,city,,300,hill,other,medium_small
C1,乙县,County B,county,C,100,hill,other,
C2,丙县,County C,county,C,200,hill,other,
"""
TARGETS = """\
region_code,indicator,part,comparison,value,unit,due,hold_until,source,lead_department,supporting_departments,named_weak
*,rural_sewage_treatment_rate,,>=,40,%,2025,2026,plan,环保局,水务局;农业局,yes
*,hazardous_waste_rate,a,>=,100,%,2023,2026,plan,环保局,,
"""
STATISTICS = "region_code,year,variable,value,unit,status,source,note\n"
EVIDENCE = "region_code,indicator,year,kind,title,location,department,date\n"
WASTE = {"generated": 1000, "carried_over": 0, "utilised": 0}


@pytest.fixture(scope="session")
def analysis(shipped):
    return shipped


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """C1: 58 of 200 villages treated, 5 t of 1000 t of waste left; C2 (demo): 30 of 100 villages, no waste left."""
    from ecoanalysis import analyse

    lines = []
    for k, year in enumerate(range(2014, 2024)):
        for region, villages, first, step, disposed, status in (
            ("C1", 200, 22, 4, 995, "observed"),
            ("C2", 100, 21, 1, 1000, "demo"),
        ):
            numbers = [("villages", villages, "village"), ("villages_sewage_treated", first + step * k, "village")]
            numbers += [(f"hazardous_waste_{name}", value, "t") for name, value in WASTE.items()]
            numbers.append(("hazardous_waste_disposed", disposed, "t"))
            lines += [f"{region},{year},{name},{value},{unit},{status},年鉴,\n" for name, value, unit in numbers]
    folder = tmp_path_factory.mktemp("small")
    (folder / "statistics").mkdir()
    tables = {"regions": REGIONS, "targets": TARGETS, "evidence": EVIDENCE}
    for name, text in (tables | {"statistics/statistics": STATISTICS + "".join(lines)}).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return analyse(folder, 2023)
