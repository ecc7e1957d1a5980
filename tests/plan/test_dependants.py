"""What depends on a cell, by hand: C1 has 200 villages and C2 100, each with its treated ones; the rate of the city is
made of both, so a cell of C1 is in the values of C1 and of the city and in none of C2.
"""

import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import cli
from ecoanalysis.plan import dependants

SEWAGE, ENERGY = "rural_sewage_treatment_rate", "energy_per_gdp_decline_rate"
YEARS = range(2019, 2024)


@pytest.fixture
def made(folder):
    """Rows 2–6 villages of C1, 7–11 treated, 12–16 and 17–21 of C2, 22–26 energy and 27–31 constant GDP of the city,
    32 rain of C1, of which no target asks."""
    for region, of, first in (("C1", 200, 30), ("C2", 100, 20)):
        folder.add(*((region, year, "villages", of, "village") for year in YEARS))
        folder.add(*((region, year, "villages_sewage_treated", first + year - 2019, "village") for year in YEARS))
    folder.add(*(("C", year, "energy_use", 100 - (year - 2019), "10⁴ tce") for year in YEARS))
    folder.add(*(("C", year, "gdp_constant", 100, "10⁴ CNY") for year in YEARS))
    folder.add(("C1", 2023, "precipitation", 500, "mm"))
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    folder.target(ENERGY, ">=", 1, "%", due=2025, region="C")
    return analyses.analyse(folder.path, 2023, paths=50)


def found(analysis, row):
    table = dependants.dependants(analysis, f"statistics.csv:{row}")
    return {(r.region_code, r.indicator, r.year, r.latest) for r in table.itertuples()}


def test_the_hand_case_is_as_it_says(made):
    rows = made.observations.set_index("id")[["region_code", "year", "variable"]].astype(str)
    assert rows.loc["statistics.csv:11"].tolist() == ["C1", "2023", "villages_sewage_treated"]
    assert rows.loc["statistics.csv:22"].tolist() == ["C", "2019", "energy_use"]
    assert rows.loc["statistics.csv:32"].tolist() == ["C1", "2023", "precipitation"]


@pytest.mark.parametrize(
    "row, there",
    [
        (11, {("C1", SEWAGE, 2023, True), ("C", SEWAGE, 2023, True)}),  # the newest numerator of C1
        (6, {("C1", SEWAGE, 2023, True), ("C", SEWAGE, 2023, True)}),  # and the newest denominator
        (7, {("C1", SEWAGE, 2019, False), ("C", SEWAGE, 2019, False)}),  # the oldest one is in the series alone
        (21, {("C2", SEWAGE, 2023, True), ("C", SEWAGE, 2023, True)}),
        (26, {("C", ENERGY, 2023, True)}),
        (25, {("C", ENERGY, 2023, True)}),  # a fall of 2023 is reckoned from 2022
        (22, {("C", ENERGY, 2020, False)}),  # 2019 has no fall of its own, and is in that of 2020
        (32, set()),
    ],
)
def test_what_stands_on_a_cell(made, row, there):
    assert found(made, row) == there


def test_a_cell_that_nobody_knows(made):
    with pytest.raises(KeyError):
        dependants.dependants(made, "statistics.csv:99")


# ---------------------------------------------------------------------- the files of a run

FILES = """620_c1/county_report.html 620_c1/county_report.ipynb 620_c1/reachability_zh.docx 620_c1/assessment.csv
620_c1/charts/25_rural_sewage_treatment_rate.png 620_c1/charts/28_park_area_per_head.png
c2/county_report.html c2/reachability_zh.docx c2/assessment.csv c2/charts/25_rural_sewage_treatment_rate.png
city/city_overview.html city/assessment.csv city/charts/25_rural_sewage_treatment_rate.png
city/charts/13_energy_per_gdp_decline_rate.png analysis/assessment.csv analysis/observations.csv
assessment.xlsx briefing_zh.pptx index.html
tables/observations.csv tables/assessment.csv tables/editions.csv""".split()


@pytest.fixture
def manifest(made):
    regions = [{"region": code, "folder": name} for code, name in (("C1", "620_c1"), ("C2", "c2"), ("C", "city"))]
    inputs = {name: {"sha256": digest} for name, digest in made.hashes.items()}
    return {"as_of": 2023, "regions": regions, "files": dict.fromkeys(FILES, ""), "inputs": inputs}


def files(made, manifest, row):
    return set(dependants.stale(made, dependants.dependants(made, f"statistics.csv:{row}"), manifest)["file"])


def test_a_figure_of_a_county_makes_its_own_files_and_those_above_it_stale(made, manifest):
    assert files(made, manifest, 11) == {
        "620_c1/county_report.html", "620_c1/county_report.ipynb", "620_c1/reachability_zh.docx", "620_c1/assessment.csv",
        "620_c1/charts/25_rural_sewage_treatment_rate.png", "city/city_overview.html", "city/assessment.csv",
        "city/charts/25_rural_sewage_treatment_rate.png", "assessment.xlsx", "briefing_zh.pptx", "index.html",
        "tables/observations.csv", "tables/assessment.csv",
    }  # fmt: skip


def test_a_figure_of_the_city_leaves_its_counties_alone(made, manifest):
    made_stale = files(made, manifest, 26)
    assert not any(file.startswith(("620_c1", "c2")) for file in made_stale)
    assert "city/city_overview.html" in made_stale and "index.html" in made_stale
    assert "city/charts/25_rural_sewage_treatment_rate.png" not in made_stale


def test_a_region_above_shows_its_counties_though_no_value_of_its_own_moves(made, manifest):
    of_county = dependants.dependants(made, "statistics.csv:11")
    alone = of_county[of_county["region_code"] == "C1"]
    named = set(dependants.stale(made, alone, manifest)["file"])
    assert "city/city_overview.html" in named and "city/assessment.csv" not in named


def test_a_figure_that_nothing_stands_on_is_in_the_tables_of_figures_alone(made, manifest):
    assert files(made, manifest, 32) == {"assessment.xlsx", "tables/observations.csv"}


def test_the_files_in_words(made, manifest):
    zh = dependants.lines(made, "statistics.csv:11", "zh", manifest, "reports/2023")
    assert zh[0] == "依据 statistics.csv:11 的结论有 2 条"
    assert "此数如有改动，reports/2023 中须重做的文件 13 个：" in zh
    assert any(line.startswith("  乙县：620_c1/county_report.html、620_c1/county_report.ipynb、") for line in zh)
    assert any(line.startswith("  各地区共用：assessment.xlsx、briefing_zh.pptx、index.html、") for line in zh)
    assert not any("丙县" in line for line in zh)
    manifest["inputs"]["statistics/statistics.csv"]["sha256"] = "another"
    en = dependants.lines(made, "statistics.csv:11", "en", manifest, "reports/2023")
    assert "statistics/statistics.csv was changed since the run in reports/2023" in " ".join(en)
    del manifest["inputs"]["statistics/statistics.csv"]
    assert (
        "did not use statistics/statistics.csv" in dependants.lines(made, "statistics.csv:11", "en", manifest, "x")[-1]
    )
    assert "manifest.json" in dependants.lines(made, "statistics.csv:11", "en", {}, "reports/2023")[-1]


def test_the_command_wants_a_run_that_is_there(made, tmp_path, capsys):
    data = ["--data", str(made.data), "--lang", "en"]
    assert cli.main(["explain", "--cell", "statistics.csv:11", "--run", str(tmp_path), *data]) == 2
    assert "holds no record of a run" in capsys.readouterr().err
