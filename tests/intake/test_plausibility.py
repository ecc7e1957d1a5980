"""What is possible and not plausible is told with what it is compared with, and stays quiet once set aside."""

from pathlib import Path

import pandas as pd
import pytest

from ecoanalysis import intake
from ecoanalysis.intake import plausibility

REGIONS = "code,name_zh,level,parent,area_km2\nC,甲市,city,,500\n" + "".join(
    f"C{n},{name}县,county,C,100\n" for n, name in enumerate("乙丙丁戊己", 1)
)
HEAD = "region_code,year,variable,value,unit,status,source,note\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "statistics").mkdir()
    (tmp_path / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (tmp_path / "targets.csv").write_text(
        "region_code,indicator,comparison,value,due\n*,river_chief_system,done,,2023\n"
    )
    return tmp_path


def write(folder, rows, status="observed", source="yearbook", name="a"):
    lines = [f"{r},{y},{v},{x},{u},{status},{source},\n" for r, y, v, x, u in rows]
    (folder / f"statistics/{name}.csv").write_text(HEAD + "".join(lines), encoding="utf-8")


def suspicions(folder, kind=None):
    raw = intake.read(folder)
    assert not raw.problems, [p.text("en") for p in raw.problems]
    return [s for s in raw.suspicions if kind is None or s.kind == kind]


def series(variable="gdp_current", unit="亿元", change=None, years=range(2012, 2024), regions="C1 C2 C3 C4 C5"):
    change = change or {}
    return [
        (
            r,
            y,
            variable,
            change.get((r, y), round((50 + 10 * n) * 1.06 ** (y - 2012) * (1 + 0.003 * ((y * 7 + n) % 5)), 3)),
            unit,
        )
        for n, r in enumerate(regions.split())
        for y in years
    ]


def test_a_quiet_panel_raises_nothing(folder):
    write(folder, series())
    assert suspicions(folder) == []


@pytest.mark.parametrize(("factor", "words"), [(10, "×10"), (0.1, "÷10"), (0.01, "÷100"), (1e4, "×10⁴"), (15, "×15")])
def test_a_slip_of_digits_or_unit_is_told_with_its_factor_and_place(folder, factor, words):
    rows = series()
    place = rows.index(next(row for row in rows if row[:2] == ("C3", 2018)))
    r, y, v, x, u = rows[place]
    rows[place] = (r, y, v, x * factor, u)
    write(folder, rows)
    (one,) = suspicions(folder, "history")
    assert (one.region, one.year, one.cell) == ("C3", 2018, str(place + 2))
    assert one.low < x * 1e4 < one.high
    assert words in one.text("en") and "statistics/a.csv:" in one.text("zh") and "C3" in one.text("zh")
    assert " 万元，" in one.text("zh") and "CNY" not in one.text("zh")  # units in words


def test_a_straight_line_is_quiet_at_its_ends_and_a_slip_there_is_told(folder):
    line = [("C1", 2014 + k, "gdp_current", 10 * (k + 1), "亿元") for k in range(10)]  # 10, 20 … 100
    write(folder, line)
    assert suspicions(folder) == []
    write(folder, [("C1", 2014, "gdp_current", 1, "亿元"), *line[1:]])
    (one,) = suspicions(folder, "history")
    assert (one.year, one.cell) == (2014, "2")
    write(folder, [*line[:-1], ("C1", 2023, "gdp_current", 1000, "亿元")])
    (one,) = suspicions(folder, "history")
    assert (one.year, one.cell) == (2023, "11")


def test_nothing_where_there_was_always_something(folder):
    write(folder, series(change={("C2", 2016): 0}))
    (one,) = suspicions(folder, "zero")
    assert (one.region, one.year) == ("C2", 2016)


def test_nothing_in_one_county_without_a_history_where_its_sisters_have_something(folder):
    """The city is no sister: of five counties four are others, of four there are three; other figures stand before."""
    everybody = [(r, 2020, "villages", 100 + n, "个") for n, r in enumerate("C C1 C2 C3 C4 C5".split())]
    write(folder, [*everybody, *series(change={("C2", 2020): 0}, years=[2020], regions="C C1 C2 C3 C4 C5")])
    (one,) = suspicions(folder, "zero")
    assert (one.region, one.year) == ("C2", 2020)
    write(folder, [*everybody, *series(change={("C2", 2020): 0}, years=[2020], regions="C C1 C2 C3 C4")])
    assert suspicions(folder, "zero") == []


def test_a_part_above_its_whole(folder):
    write(folder, [("C1", 2020, "villages", 100, "个"), ("C1", 2020, "villages_sewage_treated", 120, "个")])
    (one,) = suspicions(folder, "part")
    assert one.variable == "villages_sewage_treated" and one.high == 100 and one.others == ("a.csv:2",)


def test_counties_that_do_not_make_the_city(folder):
    counties = [(f"C{n}", 2020, "gdp_current", 100, "亿元") for n in range(1, 6)]
    write(folder, [*counties, ("C", 2020, "gdp_current", 600, "亿元")])
    (one,) = suspicions(folder, "balance")
    assert one.region == "C" and len(one.others) == 5 and one.low == pytest.approx(4_900_000)


def test_an_area_that_is_neither_its_statistics_nor_the_sum_of_its_counties(folder):
    (folder / "regions.csv").write_text(REGIONS.replace("C,甲市,city,,500", "C,甲市,city,,5000"), encoding="utf-8")
    write(folder, [("C", 2020, "land_area", 500, "km²")])
    assert {s.compared for s in suspicions(folder, "area")} == {"area", "area_sum"}


@pytest.mark.parametrize("year", [1920, 2120])
def test_a_century_mistyped(folder, year):
    write(folder, [*series(), ("C1", year, "gdp_current", 50, "亿元")])
    assert any(s.year == year for s in suspicions(folder, "years"))


def test_observed_without_a_source_or_from_a_demo_source(folder):
    write(folder, [("C1", 2020, "villages", 100, "个")], source="")
    assert len(suspicions(folder, "source")) == 1
    write(folder, [("C1", 2020, "villages", 100, "个")], source="演示数据 demo data")
    assert len(suspicions(folder, "status")) == 1
    write(folder, [("C1", 2020, "villages", 100, "个")], source="演示数据 demo data", status="demo")
    assert suspicions(folder) == []


def test_a_share_written_as_a_fraction(folder):
    write(folder, [("C1", y, "forest_cover", v, "%") for y, v in ((2020, 36.1), (2021, 0.362), (2022, 36.4))])
    (one,) = suspicions(folder, "fraction")
    assert one.year == 2021 and one.low == pytest.approx(36.2)


def test_a_target_on_another_scale_than_the_national_threshold(folder):
    (folder / "targets.csv").write_text(
        "region_code,indicator,comparison,value,unit,due\n*,park_area_per_head,>=,130,m²/person,2023\n"
        "*,urban_waste_harmless_rate,>=,9.5,%,2023\n*,rural_sewage_treatment_rate,>=,40,%,2025\n", encoding="utf-8"
    )  # fmt: skip
    write(folder, series())
    assert [s.variable for s in suspicions(folder, "target")] == ["park_area_per_head", "urban_waste_harmless_rate"]


def test_two_regions_with_the_same_figures(folder):
    rows = series()
    copied = {row[1]: row[3] for row in rows if row[0] == "C1"}
    write(folder, [(r, y, v, copied[y] if r == "C2" else x, u) for r, y, v, x, u in rows])
    assert [(s.region, s.values["other"]) for s in suspicions(folder, "same")] == [("C2", "C1")]


PEOPLE = (10, 20, 30, 40, 50)  # 10⁴ persons in C1 to C5


def one_year(variable, unit, values):
    return [(f"C{n}", 2023, variable, value, unit) for n, value in enumerate(values, 1)]


def test_a_value_far_from_the_sisters_per_head_is_told_with_what_they_would_make_of_it(folder):
    people = one_year("resident_population", "万人", PEOPLE)
    write(folder, people + one_year("gdp_current", "亿元", [50, 100, 150 * 20, 200, 250]))
    (one,) = suspicions(folder)
    assert (one.kind, one.region, one.variable) == ("sisters", "C3", "gdp_current")
    # Five 亿元 for 10⁴ persons make 150; eight times as much or as little would still be plausible. [10⁴ CNY]
    assert (one.low, one.high) == pytest.approx((150 / 8 * 1e4, 150 * 8 * 1e4))
    write(folder, people + one_year("gdp_current", "亿元", [50, 100, 150 * 7, 200, 250]))
    assert suspicions(folder) == []
    four = [row for row in people + one_year("gdp_current", "亿元", [50, 100, 150 * 20, 200, 250]) if row[0] < "C4"]
    write(folder, four)
    assert suspicions(folder) == []  # three are too few


def test_sisters_are_compared_by_area_where_they_agree_on_that_better(folder):
    areas = (1600, 800, 400, 200, 100)
    (folder / "regions.csv").write_text(
        "code,name_zh,level,parent,area_km2\nC,甲市,city,,3100\n"
        + "".join(
            f"C{n},{name}县,county,C,{area}\n"
            for n, (name, area) in enumerate(zip("乙丙丁戊己", areas, strict=True), 1)
        ),
        encoding="utf-8",
    )
    people = one_year("resident_population", "万人", (10, 12, 11, 13, 10))
    write(folder, people + one_year("dry_land_area", "km²", [16, 8, 4, 2, 1 * 30]))
    (one,) = suspicions(folder)
    assert (one.region, one.variable) == ("C5", "dry_land_area") and (one.low, one.high) == pytest.approx((1 / 8, 8))


def test_regions_without_a_parent_are_nobodys_sisters(folder):
    (folder / "regions.csv").write_text(REGIONS.replace("county,C,", "city,,"), encoding="utf-8")
    people = one_year("resident_population", "万人", PEOPLE)
    write(folder, people + one_year("gdp_current", "亿元", [50, 100, 150 * 20, 200, 250]))
    assert suspicions(folder) == []


def test_a_slip_at_the_start_of_steep_growth_is_told(folder):
    doubling = [("C1", 2014 + k, "gdp_current", 10 * 2**k, "亿元") for k in range(10)]
    write(folder, doubling)
    assert suspicions(folder) == []
    write(folder, [("C1", 2014, "gdp_current", 1, "亿元"), *doubling[1:]])  # among thousands nine are nothing
    (one,) = suspicions(folder)
    assert (one.year, one.values["factor"]) == (2014, "÷10")


def test_own_rules_add_replace_and_switch_off(folder):
    write(folder, [("C1", 2020, "villages", 100, "个"), ("C1", 2020, "villages_sewage_treated", 120, "个")])
    (folder / "rules.csv").write_text(
        "rule,kind,variable,other,low,high,tolerance,level,note\n"
        "villages_sewage_treated_within_villages,off,,,,,,,\nvillages_few,range,villages,,1,90,,,\n", encoding="utf-8"
    )  # fmt: skip
    (one,) = suspicions(folder)
    assert (one.rule, one.high) == ("villages_few", 90)
    (folder / "rules.csv").write_text("rule,kind\nx,hunch\n")
    (problem,) = intake.read(folder).problems
    assert problem.text("en").startswith("rules.csv:2 kind is 'hunch'")


def test_a_suspicion_set_aside_stays_visible_and_wakes_when_the_value_changes(folder):
    rows = [("C1", 2020, "villages", 100, "个"), ("C1", 2020, "villages_sewage_treated", 120, "个")]
    write(folder, rows)
    (one,) = suspicions(folder)
    (folder / "acknowledged.csv").write_text(
        f"suspicion,name,date,reason\n{one.key},王工,2024-03-01,两村合并后按原村数统计\n", encoding="utf-8"
    )
    (quiet,) = suspicions(folder)
    assert quiet.acknowledged["name"] == "王工" and "两村合并" in quiet.text("zh")
    write(folder, [rows[0], ("C1", 2020, "villages_sewage_treated", 121, "个")])
    (awake,) = suspicions(folder)
    assert not awake.acknowledged
    (folder / "acknowledged.csv").write_text(f"suspicion,name,date,reason\n{one.key},,,\n", encoding="utf-8")
    assert len(intake.read(folder).problems) == 2


def test_every_rule_has_a_check_and_every_suspicion_reads_in_both_languages():
    from pathlib import Path

    assert {rule.kind for rule in plausibility.rules()} <= set(plausibility.KINDS)
    raw = intake.read(Path(__file__).resolve().parents[2] / "data/raw")
    assert raw.suspicions
    for suspicion in raw.suspicions:
        assert all("{" not in suspicion.text(lang) for lang in ("zh", "en"))


def test_the_known_contradictions_of_the_shipped_data_are_told():
    from pathlib import Path

    raw = intake.read(Path(__file__).resolve().parents[2] / "data/raw")
    agree = {(s.variable, s.rule.partition("_agrees_with_")[2]) for s in raw.suspicions if s.kind == "agree"}
    assert {("co2_emission", "co2_emission_ceads"), ("gdp_current", "gdp_current_initial")} <= agree
    assert ("resident_population", "resident_population_yearbook") in agree
    assert {"co2_emission"} <= {s.variable for s in raw.suspicions if s.kind == "balance"}


def test_few_untouched_rows_of_the_shipped_data_are_suspected():
    from pathlib import Path

    raw = intake.read(Path(__file__).resolve().parents[2] / "data/raw")
    assert len({s.id for s in raw.suspicions}) <= 0.015 * len(raw.observations)


@pytest.mark.whole
def test_seeded_faults_are_told():
    """Three of each kind in one go; `mutations.py` counts many and stands in the docs."""
    from mutations import KINDS, figures

    table = figures(3, 2026)
    assert (table.loc[list(KINDS), "told"] >= 2).all()
    assert isinstance(table, pd.DataFrame)


def test_a_suspicion_names_its_region_in_both_languages_with_its_code():
    shipped = intake.read(Path(__file__).resolve().parents[2] / "data/raw")
    one = next(s for s in shipped.suspicions if s.region == "620500" and s.rule == "history")
    assert "天水市 620500" in one.text("zh") and "Tianshui 620500" in one.text("en")


def test_a_rule_that_finds_thousands_lists_the_first_and_counts_the_rest(folder, monkeypatch):
    from ecoanalysis.intake import plausibility

    monkeypatch.setattr(plausibility, "MOST_OF_A_RULE", 2)
    write(folder, series())
    rows = "".join(f"C3,{year},villages,420,village,observed,\n" for year in range(2010, 2015))
    head = "region_code,year,variable,value,unit,status,source\n"
    (folder / "statistics/b.csv").write_text(head + rows, encoding="utf-8")
    found = [s for s in intake.read(folder).suspicions if s.rule == "source"]
    assert len(found) == 3 and [s.values["count"] for s in found if s.kind == "more"] == [3]
