"""Pictures that compare: frames against numbers worked by hand, chances that add up, words where nothing can be drawn."""

import logging
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import analysis as analyses
from ecoanalysis import charts, futures, look, plotdata, plots, words
from ecoanalysis.plan import rule_sets, tasks

WORKED = Path(__file__).parent / "worked_city"
SEWAGE, CITY, NORTH, SOUTH = "rural_sewage_treatment_rate", "990000", "990001", "990002"
GAN_GU, LONGEST = "620523", "620525"


@pytest.fixture(scope="module")
def city():
    return eco.analyse(WORKED, as_of=2023)


@pytest.fixture
def nothing_amiss(caplog):
    """No missing glyph, no deprecated call, no figure of pyplot, nobody's settings changed."""
    before = dict(matplotlib.rcParams)
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        yield
    assert not [r for r in caplog.records if r.name.startswith("matplotlib")], caplog.text
    assert dict(matplotlib.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.texts] + [t.get_text() for axes in figure.axes for t in axes.texts]


def heading(figure) -> str:
    return "".join(text.get_text() for text in figure.texts)


def test_scenarios_stand_beside_the_trend_each_with_its_own_target(city, nothing_amiss):
    """South has 29 of 100 villages: 11 short of the plan's 40 %, and just there if only 29 % were asked."""
    from ecoanalysis.explore import scenarios

    less = scenarios.of_settings(city, "少要求", {(SOUTH, SEWAGE): {"target": 29.0}})
    figure = city[SOUTH, SEWAGE].plot.scenarios(less)
    targets = figure.frame.groupby("scenario", sort=False)["target"].first()
    assert targets.to_dict() == {"trend": 40.0, "少要求": 29.0}
    (left, right) = figure.axes
    assert left.get_ylim() == right.get_ylim() and left.get_title(loc="left").startswith("趋势 · 2025 年达标概率 ")
    assert right.get_title(loc="left").replace("\n", "").startswith("少要求 · 保持到 2026 年的概率")
    assert {"29.0 / ≥ 40 %", "29.0 / ≥ 29 %"} <= set(texts(figure)) and "已达标" in "".join(texts(figure))
    assert "没有给出情景" in heading(city[SOUTH, SEWAGE].plot.scenarios()) + "".join(
        texts(city[SOUTH, SEWAGE].plot.scenarios())
    )
    with pytest.raises(analyses.Told, match="没有这样的情景"):
        city[SOUTH, SEWAGE].plot.scenarios("没有这样的情景")


# ---------------------------------------------------------------------- frames, by hand


def test_fans_stand_below_each_other_with_their_dates(city):
    table = plotdata.fans([city[NORTH, SEWAGE], city[SOUTH, SEWAGE]])
    measured = table[table["observed"].notna()]
    assert measured.groupby("region_code").size().to_dict() == {NORTH: 10, SOUTH: 10}
    south = measured[measured["region_code"] == SOUTH]
    assert south["observed"].to_list() == pytest.approx([2, 4, 5, 8, 9, 13, 18, 20, 25, 29])
    assert set(table["target"]) == {40.0} and set(table["due"]) == {2025} and set(table["hold_until"]) == {2026}
    assert plotdata.fans([]).empty


def test_distances_are_signed_and_in_usual_yearly_movements(city):
    """(117 − 4) of 404 villages in nine years are 3.1078 points a year, 27 of 100 are 3; the city moved 152 of 520."""
    table = plotdata.distances([city[code, SEWAGE] for code in (CITY, NORTH, SOUTH)])
    assert table["region_code"].to_list() == [CITY, SOUTH, NORTH]  # nearest first
    assert table["distance"].to_list() == pytest.approx([-9.615385, -11, -11.039604], abs=1e-6)
    assert table["spread"].to_list() == pytest.approx([3.247863, 3, 3.107811], abs=1e-6)
    assert table["in_spreads"].to_list() == pytest.approx([-2.960526, -3.666667, -3.552212], abs=1e-5)


def test_where_less_is_better_what_lies_below_is_to_spare_and_a_series_that_never_moved_has_no_scale(folder):
    folder.add(*(("C1", year, "ecological_index", 50, "") for year in range(2014, 2024)))
    folder.target("ecological_index", ">=", 57, "", region="C1")
    folder.add(*(("C1", year, "pm25", 30 - (year - 2014), "µg/m³") for year in range(2014, 2024)))
    analysis = eco.analyse(folder.path, 2023)
    (row,) = plotdata.distances([analysis["C1", "ecological_index"]]).itertuples()
    assert (row.distance, row.spread) == (-7.0, 0.0) and np.isnan(row.in_spreads)
    lower = replace(analysis["C1", "ecological_index"], comparison="<=")
    assert plotdata.distances([lower])["distance"].to_list() == [7.0]
    equal = [replace(lower, comparison="=", target=target) for target in (48.0, 51.0)]
    assert plotdata.distances(equal)["distance"].to_dict() == {0: -1.0, 1: -2.0}  # off is off, on either side
    met = replace(analysis["C1", "ecological_index"], target=50.0)
    assert plotdata.distances([met])["in_spreads"].to_list() == [0.0]
    assert "差 7.0，历年没有变动" in texts(analysis.plot.distance("ecological_index"))


def test_contributions_add_up_to_the_city_s_gap(city):
    """The city lacks 50 villages; North lacks 45 and South 11: 40 and 10."""
    table = plotdata.contributions(city, SEWAGE, CITY)
    assert table["region_code"].to_list() == [NORTH, SOUTH] and table["part"].to_list() == [40, 10]
    assert table["before"].to_list() == [0, 40] and table["share"].to_list() == [0.8, 0.2]
    assert table["own_gap"].to_list() == [45, 11] and table.attrs["whole"] == 50
    figure = city.plot.contributions("25")
    assert {"40 个村（80 %）", "10 个村（20 %）", "50 个村"} <= set(texts(figure))
    assert "示例市差距由哪些县区构成：25 农村生活污水治理率，共差 50 个村" in heading(figure)
    assert "按各县区自身目标，这些县区共差 56 个村；按全市口径差 50 个村" in heading(figure)


def test_weighed_parts_are_printed_so_that_they_add_up(city):
    """84.24 and 4.95 of 89.19 ha: 84.2 and 4.95 would print as 84.2 and 5.0 (or 4.9) of 89.2."""
    table = plotdata.contributions(city, "park_area_per_head", CITY)
    assert table["part"].to_list() == pytest.approx([84.24, 4.95]) and table.attrs["whole"] == pytest.approx(89.19)
    said = set(texts(city.plot.contributions("28", lang="en")))
    assert {"84.2 ha (94 %)", "5.0 ha (6 %)", "89.2 ha"} <= said


def test_contributions_of_the_shipped_city_add_up_to_its_gap(shipped):
    rows = shipped.assessment
    shared = rows.loc[rows["contribution"] > 0, "indicator"].unique()
    assert len(shared) > 5
    for code in shared:
        table = plotdata.contributions(shipped, code, shipped.city)
        gap = shipped[shipped.city, code].gap_count
        assert table["part"].sum() == pytest.approx(gap) and table["share"].sum() == pytest.approx(1), code
        assert (table["before"] + table["part"]).iloc[-1] == pytest.approx(gap)
        unit = table["unit"].iloc[0]
        printed, decimals = plots._printed_parts(table, gap, unit)
        assert round(sum(printed), 6) == float(words.rounded(gap, decimals)), code


def test_the_needed_pace_lies_where_a_person_counts_it(city):
    """37 % asked of South by 2025: 4 points a year. South: 2 1 3 1 4 5 2 5 4; North: 0.99 four times, then 4.7 to 4.95."""
    s = city.with_target(SOUTH, SEWAGE, 37)[SOUTH, SEWAGE]
    table = plotdata.changes(s)
    own = table.loc[table["whose"] == "own", "change"].to_list()
    assert own == pytest.approx([2, 1, 3, 1, 4, 5, 2, 5, 4])
    at = table.attrs
    assert (at["needed"], at["own_seen"], at["own_as_fast"]) == (pytest.approx(4), 9, 4)
    assert (at["seen"], at["as_fast"], at["percentile"]) == (18, 9, 50)
    assert tasks.ever_as_fast(s.analysis, SEWAGE, 4.0, 1) == (18, 9, 50)
    said = plots.changes_said(s, table, words.of("zh"))
    assert said[0] == "所需速度为每年 +4.0 个百分点；本地区 9 次年度变化中有 4 次达到"
    assert said[1] == "各县区和参照地区 18 次年度变化中有 9 次达到；所需速度快于其中的 50 %"
    never = city[NORTH, SEWAGE]  # 5.5 points a year are needed
    told = plots.changes_said(never, plotdata.changes(never), words.of("en"))
    assert told[:2] == [
        "The needed pace is +5.5 points a year; 0 of the 9 yearly changes here were as fast",
        "None of 18 yearly changes of counties and references was as fast",
    ]


def test_a_city_is_compared_with_its_counties_and_not_counted_among_them(city):
    table = plotdata.changes(city[CITY, SEWAGE])
    assert table["whose"].value_counts().to_dict() == {"counties": 18, "own": 9} and table.attrs["seen"] == 18


def test_a_fall_that_is_needed_counts_falls(city):
    s = replace(city[SOUTH, SEWAGE], pace_required=-1.0)
    assert plotdata.changes(s).attrs["as_fast"] == 0
    risen = replace(city[SOUTH, SEWAGE], pace_required=1.0)  # South alone: all nine; North: five
    assert plotdata.changes(risen).attrs["as_fast"] == 14


def test_a_gap_in_the_years_is_no_yearly_change(folder):
    for year in (2014, 2015, 2017, 2018, 2023):
        folder.add(("C1", year, "ecological_index", 50 + (year - 2014), ""))
    folder.target("ecological_index", ">=", 70, "", region="C1")
    table = plotdata.changes(eco.analyse(folder.path, 2023)["C1", "ecological_index"])
    assert table["year"].to_list() == [2015, 2018] and table["change"].to_list() == [1, 1]


# ---------------------------------------------------------------------- ranks


@pytest.fixture
def three(folder):
    """Three counties whose futures are set by hand, four of them; 1 is the highest."""
    regions = (folder.path / "regions.csv").read_text(encoding="utf-8")
    folder.write("regions.csv", regions + "C3,丁县,County D,county,C,100,hill,other,\n")
    for code in ("C1", "C2", "C3"):
        folder.add(*((code, year, "ecological_index", 60 + year - 2014, "") for year in range(2014, 2024)))
        folder.target("ecological_index", ">=", 70, "", due=2025, region=code)
    analysis = eco.analyse(folder.path, 2023)
    drawn = analysis.outlook("ecological_index")
    chosen = [drawn.regions.index(code) for code in ("C1", "C2", "C3")]
    paths = np.empty((3, 4, len(drawn.ahead)), np.float32)
    paths[:] = np.array([[3, 1, 2, 2], [2, 2, 2, 2], [1, 3, 2, 1]])[:, :, None]
    made = futures.Outlook(
        drawn.indicator, ("C1", "C2", "C3"), ("reported",) * 3, drawn.years, drawn.values[chosen],
        drawn.latest[chosen], drawn.ahead, paths, drawn.method,
    )  # fmt: skip
    analysis.cache["outlook", "ecological_index", None] = made
    return analysis


def test_ranks_are_counted_in_the_futures_and_equal_values_share_them(three):
    table = plotdata.ranks(three, "ecological_index", 2025)
    wide = table.pivot(index="region_code", columns="rank", values="chance") * 24
    assert wide.loc["C1"].to_list() == pytest.approx([11, 5, 8])  # 1 + ⅓ + ½, ⅓ + ½, 1 + ⅓ of four futures
    assert wide.loc["C2"].to_list() == pytest.approx([5, 17, 2])
    assert wide.loc["C3"].to_list() == pytest.approx([8, 2, 14])
    assert list(dict.fromkeys(table["region_code"])) == ["C2", "C1", "C3"]  # mean 1.875, 1.875, 2.25: as they come
    assert table.drop_duplicates("region_code")["mean_rank"].to_list() == pytest.approx([1.875, 1.875, 2.25])


def test_where_less_is_better_the_lowest_is_first(three):
    record = replace(three.indicators["ecological_index"], better="lower")
    assert record.direction == -1
    turned = replace(three, assessor=replace(three.assessor, indicators=three.indicators | {record.code: record}))
    turned.cache["outlook", "ecological_index", None] = three.outlook("ecological_index")
    wide = plotdata.ranks(turned, "ecological_index", 2025).pivot(index="region_code", columns="rank", values="chance")
    assert (wide.loc["C3"] * 24).to_list() == pytest.approx([14, 2, 8])


def test_chances_of_ranks_sum_to_one_for_every_county_and_every_rank(shipped):
    for code in ("rural_sewage_treatment_rate", "co2_per_gdp", "good_air_day_share", "urban_waste_harmless_rate"):
        table = plotdata.ranks(shipped, code, 2026)
        count = table["region_code"].nunique()
        assert len(table) == count**2 and count > 1 and table["chance"].between(0, 1 + 1e-9).all()
        for by in ("region_code", "rank"):
            assert table.groupby(by)["chance"].sum().to_list() == pytest.approx([1] * count), (code, by)


def test_ranks_of_a_measured_year_are_known(shipped):
    table = plotdata.ranks(shipped, SEWAGE, 2023)
    first = table[table["chance"] == 1].set_index("rank")["region_code"]
    assert first[1] == "620502" and first[7] == LONGEST  # 51.2 % and 21.2 %
    figure = shipped.plot.ranks("25", 2023)
    assert "该年数值均已测得" in heading(figure) and "100 %" in texts(figure) and ">99 %" not in texts(figure)


# ---------------------------------------------------------------------- methods, drivers, rules


def test_methods_of_one_series_are_drawn_over_its_fan_with_the_chances_they_give(city):
    """South: 2 4 5 8 9 13 18 20 25 29. Least squares: 13.3 + 3.0242 a year from the middle of 2018; in 2025 32.96."""
    s = city[SOUTH, SEWAGE]
    table = plotdata.methods(s)
    assert table["method"].iloc[0] == "learned"
    assert {"closed_form", "straight_line", "ets", "theta", "arima", "damped_holt", "gm11"} <= set(table["method"])
    at = table[table["year"] == 2025].set_index("method")
    assert at.at["straight_line", "median"] == pytest.approx(32.9576, abs=0.15)
    assert at.at["learned", "chance"] == s.p_reach
    assert (table["lo80"] <= table["median"]).all() and (table["median"] <= table["hi80"]).all()
    figure = s.plot.methods("en")
    (legend,) = figure.legends
    told = [text.get_text() for text in legend.get_texts()]
    assert len(told) == table["method"].nunique() and told[0].endswith(words.of("en").chance(s.p_reach))
    assert any(text.startswith("GM(1,1)") for text in told)


def test_single_futures_are_coloured_where_they_meet_the_target_and_all_of_them_make_the_chance(shipped):
    s = shipped[GAN_GU, "25"]
    figure = s.plot.futures("en")
    assert figure.frame["future"].nunique() == 30 and set(figure.frame["year"]) == {2024, 2025, 2026}
    at_due = figure.frame[figure.frame["year"] == 2025]
    assert (at_due["met"] == (at_due["value"] >= 39.995)).all()  # 40.00 as it is printed
    coloured = [line for line in figure.axes[0].lines if line.get_color() == look.BAND]
    assert len(coloured) == at_due["met"].sum() > 0
    assert plots.met_in(s).mean() == s.p_reach
    assert f"{at_due['met'].sum()} of the 30 drawn, {round(1000 * s.p_reach)} of all 1\u2009000" in heading(figure)
    duty = shipped[GAN_GU, "hazardous_waste_rate"].plot.futures()
    assert words.of("zh")("plots.no_paths") in "".join(texts(duty))


def test_drivers_bring_what_the_indicator_changed(shipped):
    s = shipped[GAN_GU, SEWAGE]
    rows = s.plot.drivers().frame
    assert rows["effect"].sum() == pytest.approx(s.history[2023] - s.history[2018])
    said = texts(s.plot.drivers("en"))
    assert {"9.63", "+19.29", "+0.04", "28.96"} <= set(said)  # 39 of 405 villages, 117 of 404
    frame = shipped.plot.drivers("25").frame
    assert frame.groupby("region_code")["effect"].sum()[GAN_GU] == pytest.approx(rows["effect"].sum())


def test_the_matrix_of_rules_marks_where_they_differ_from_us(shipped):
    figure = shipped[LONGEST].plot.rule_sets()
    table = rule_sets.judged(shipped)
    table = table[table["region_code"] == LONGEST]
    differing = table[table["differs"]]
    assert set(figure.frame["indicator"]) == set(differing["indicator"])
    colours = figure.axes[0].collections[0].get_facecolors()
    seen = [matplotlib.colors.to_hex(colour) for colour in colours]
    assert len(seen) == differing["indicator"].nunique() * 10
    hopeful, gloomy = (seen.count(plots.OPINIONS[name]) for name in ("hopeful", "gloomy"))
    assert (hopeful, gloomy) == tuple((differing["on_track"] == answer).sum() for answer in ("yes", "no"))
    words_ = [text.get_text() for text in figure.axes[0].texts]
    assert words_.count("能") == (figure.frame["on_track"] == "yes").sum()


# ---------------------------------------------------------------------- pictures


def everything(a, region: str, indicator: str, lang: str) -> dict:
    s, whole = a[region, indicator], a[region]
    return {
        "regions": a.plot(indicator, lang), "ranks": a.plot.ranks(indicator, lang=lang),
        "distance": a.plot.distance(indicator, lang), "contributions": a.plot.contributions(indicator, lang=lang),
        "drivers of all": a.plot.drivers(indicator, lang), "rules": a.plot.rule_sets(indicator, lang),
        "one region": whole.plot(lang), "its distances": whole.plot.distance(lang), "its rules": whole.plot.rule_sets(lang),
        "changes": s.plot.changes(lang), "drivers": s.plot.drivers(lang), "methods": s.plot.methods(lang), "": s.plot(lang),
        "futures": s.plot.futures(lang),
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_picture_has_its_glyphs_its_demo_mark_its_numbers_and_a_sentence(shipped, lang, tmp_path, nothing_amiss):
    mark = words.of(lang).demo_mark(True)
    for name, figure in everything(shipped, LONGEST, "25", lang).items():
        figure.savefig(tmp_path / "picture.png")
        assert any(mark in text for text in [*texts(figure), figure.axes[0].get_title(loc="left")]), name
        assert mark in figure.alt and "\n" not in figure.alt and len(figure.frame), name


def test_counties_stand_on_one_scale_and_indicators_on_their_own(shipped):
    facets = shipped.plot("25").axes
    assert len(facets) == 8 and len({axes.get_ylim() for axes in facets}) == 1
    assert {text.get_text() for axes in facets for text in axes.texts} >= {"已达标", "难达标", "29.0 / ≥ 40 %"}
    assert [axes.get_title(loc="left") for axes in facets][5] == "甘谷县"
    own = shipped[GAN_GU].plot().axes
    assert len(own) == len(charts.drawable(shipped, GAN_GU)) and len({axes.get_ylim() for axes in own}) > 10


def test_bars_have_the_colour_of_the_verdict_and_words_beside(shipped):
    figure = shipped[GAN_GU].plot.distance()
    bars = figure.axes[0].patches[: len(figure.frame)]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in bars]
    assert colours == [look.VERDICT_COLOURS[verdict] for verdict in figure.frame["verdict"]]
    assert max(abs(bar.get_width()) for bar in bars) <= plots.FARTHEST < figure.frame["in_spreads"].abs().max()
    assert "差 11.0 个百分点（45 个村），合 3.8 年变动量" in texts(figure)  # 11.0 over 2.9 points a year


@pytest.fixture
def odd(folder):
    """One county with one value, one with nothing, a condition, and a series that rests on no demo data."""
    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 50, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    return eco.analyse(folder.path, 2023)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_there_is_nothing_to_draw_a_picture_says_why(odd, lang, tmp_path, nothing_amiss):
    w = words.of(lang)
    one, none = odd["C1", "25"], odd["C2", "25"]
    said = {
        one.plot.changes(lang): "plots.no_changes",
        none.plot.changes(lang): "plots.no_changes",
        none.plot.methods(lang): "chart.nothing",
        none.plot.futures(lang): "chart.nothing",
        none.plot.drivers(lang): "plots.no_drivers",
        odd.plot.ranks("25", lang=lang): "plots.too_few_regions",
        odd.plot.ranks("river_chief_system", lang=lang): "plots.no_better",
        odd.plot.distance("river_chief_system", lang): "plots.no_numbers",
        odd["C1"].plot.contributions("25", lang): "plots.no_city",
        odd["C2"].plot(lang): "chart.nothing",
        odd["C2"].plot.rule_sets(lang): "rule_set.nothing",
    }
    for figure, key in said.items():
        figure.savefig(tmp_path / "picture.png")
        assert w(key) in "".join(texts(figure)).replace("\n", " " * (lang == "en")), key
        assert w(key) in figure.alt
    assert "演示数据" not in texts(odd.plot("25")) and "没有可画的数值" in texts(odd.plot("25"))
    assert any("只有一年数值" in text for text in texts(odd.plot.distance("25")))
    assert any("未列入（没有可比的数值）：甲市、丙县" in text for text in texts(odd.plot.distance("25")))


def test_a_met_target_and_a_year_without_values_are_told(shipped):
    reached = shipped["620502", "25"].plot.changes()
    assert "已达标，没有所需速度；下图为历年变化" in texts(reached)
    assert "1990 年没有各县区可比的数值" in "".join(texts(shipped.plot.ranks("25", 1990)))
    assert "没有走势可画" in "".join(texts(shipped.plot.ranks("hazardous_waste_rate")))


def test_wrong_names_are_a_sentence_with_the_nearest(shipped):
    with pytest.raises(eco.NotThere, match="您是否指：农村生活污水治理率"):
        shipped.plot.ranks("农村生活污水处理率")
    with pytest.raises(eco.NotThere, match="您是否指：.*天水市？"):
        shipped.plot.contributions("25", "天水县")
    with pytest.raises(eco.BadYear, match="应为四位数字"):
        shipped.plot.ranks("25", "soon")


def test_a_loaded_analysis_draws_what_it_can_and_says_what_it_cannot(city, tmp_path):
    kept = analyses.load(city.save(tmp_path / "kept"))
    for figure in (
        kept.plot("25"),
        kept.plot.distance("25"),
        kept.plot.contributions("25"),
        kept[NORTH, "25"].plot.changes(),
    ):
        assert len(figure.frame)
    told = kept[NORTH, "25"].plot
    for asked in (lambda: kept.plot.ranks("25"), lambda: kept.plot.rule_sets("25"), told.methods, told.futures):
        with pytest.raises(analyses.NeedsData, match="从存档载入"):
            asked()


@pytest.mark.parametrize(
    ("text", "inches", "lines", "broken"),
    [
        ("short", 3, 2, "short"),
        ("one two three four", 1, 2, "one two\nthree four"),
        ("one two three four five six", 1, 2, "one two\nthree four…"),
        ("第一县，第二县（三）", 0.7, 4, "第一县，\n第二县\n（三）"),
    ],
)
def test_texts_break_between_words_and_characters_and_end_in_dots(text, inches, lines, broken):
    assert plots._fitted(text, inches, 10, lines) == broken


def test_frames_without_rows_have_their_columns(odd):
    assert list(plotdata.ranks(odd, SEWAGE, 2025)) == plotdata.RANK_COLUMNS
    assert list(plotdata.methods(odd["C2", SEWAGE])) == plotdata.METHOD_COLUMNS
    assert list(plotdata.contributions(odd, SEWAGE, "C")) == plotdata.PART_COLUMNS
    assert list(plotdata.changes(odd["C1", SEWAGE])) == plotdata.CHANGE_COLUMNS
    assert isinstance(plotdata.distances([]), pd.DataFrame)


def test_drivers_call_a_variable_of_the_folder_s_own_by_its_name(folder):
    folder.write("variables.csv", "code,name_zh,name_en,unit\nvillages_sorting,分类村数,Villages that sort,village\n")
    columns = "code,name_zh,name_en,unit,better,low,high,decimals,scope,aggregate,formula,count_variable"
    row = 'sorting,分类村占比,Sorting,%,higher,0,100,1,both,ratio,"ratio(villages_sorting, villages)",villages_sorting'
    folder.write("indicators.csv", f"{columns}\n{row}\n")
    for year in range(2016, 2024):
        folder.add(("C1", year, "villages", 200, "village"))
        folder.add(("C1", year, "villages_sorting", 20 + 4 * (year - 2016), "village"))
    folder.target("sorting", ">=", 60, "%", due=2025)
    a = eco.analyse(folder.path, 2023)
    assert "Villages that sort" in a["C1", "sorting"].plot.drivers("en").alt
    assert "分类村数" in a.plot.drivers("sorting").alt
