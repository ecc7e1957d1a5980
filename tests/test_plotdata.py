"""What pictures draw, against series and changes worked by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import analyse, catalog, plotdata, words

TREATED = [30, 37, 44, 51, 58, 65, 72, 79, 86, 93]  # of 200 villages, 2014 to 2023


@pytest.fixture
def sewage(folder):
    """15 % to 46.5 % of the villages, 2019 missing, 2022 estimated, 60 % asked by 2025."""
    for year, count in zip(range(2014, 2024), TREATED, strict=True):
        if year != 2019:
            folder.add(("C1", year, "villages", 200, "village"))
            status = "estimated" if year == 2022 else "observed"
            folder.add(("C1", year, "villages_sewage_treated", count, "village"), status=status)
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025, hold_until=2027, region="C1")
    return folder


def test_a_fan_holds_what_was_measured_and_opens_at_the_last_value(sewage):
    fan = plotdata.fan(analyse(sewage.path, 2023)["C1", "rural_sewage_treatment_rate"])
    assert list(fan.index[:10]) == [2014, 2015, 2016, 2017, 2018, 2019, 2020, 2021, 2022, 2023]
    measured = [15, 18.5, 22, 25.5, 29, np.nan, 36, 39.5, 43, 46.5]
    assert fan["observed"].iloc[:10].to_list() == pytest.approx(measured, nan_ok=True)
    assert fan["status"].iloc[4:10].to_list() == ["observed", "", "observed", "observed", "estimated", "observed"]
    assert fan["observed"].iloc[10:].isna().all() and set(fan["status"].iloc[10:]) == {""}
    assert fan.loc[:2022, "median"].isna().all()
    assert fan.loc[2023, list(plotdata.BANDS)].to_list() == pytest.approx([46.5] * 5)
    ahead = fan.loc[2024:]
    assert len(ahead) >= 4 and not ahead[list(plotdata.BANDS)].isna().any(axis=None)
    assert (ahead["lo95"] <= ahead["lo80"]).all() and (ahead["lo80"] < ahead["median"]).all()
    assert (ahead["median"] < ahead["hi80"]).all() and (ahead["hi80"] <= ahead["hi95"]).all()
    assert set(fan["target"]) == {60.0}
    assert fan.attrs == {"due": 2025, "milestone": 2025, "hold_until": 2027}


def test_what_a_record_judges_has_no_bands_but_reaches_to_its_dates(folder):
    folder.add(*(("C1", year, "hazardous_waste_rate", 90 + year - 2014, "%") for year in range(2014, 2024)))
    folder.target("hazardous_waste_rate", ">=", 100, "%", due=2025, hold_until=2028)
    fan = plotdata.fan(analyse(folder.path, 2023)["C1", "hazardous_waste_rate"])
    assert (fan.index[0], fan.index[-1]) == (2014, 2028)
    assert fan[list(plotdata.BANDS)].isna().all(axis=None) and fan.at[2023, "observed"] == 99


def test_nothing_measured_gives_an_empty_fan_with_its_columns(sewage):
    sewage.target("river_chief_system", "done", region="C1")
    analysis = analyse(sewage.path, 2023)
    fan = plotdata.fan(analysis["C1", "river_chief_system"])
    assert fan.empty and list(fan.columns) == list(plotdata.FAN_COLUMNS) and fan.attrs["due"] == 2023
    assert fan.index.name == "year" and fan.index.dtype == int


def test_the_matrix_names_every_item_of_every_region_once(folder):
    folder.target("ecological_index", ">=", 57, "", region="C1")
    folder.target("plan_eia_rate", ">=", 100, "%", region="C2")
    folder.add(*(("C1", year, "ecological_index", 70, "") for year in range(2014, 2024)))
    rows = plotdata.matrix(analyse(folder.path, 2023)).set_index(["item", "region_code"])
    assert list(rows.index) == [(item, code) for item in (4, 9, 6) for code in ("C", "C1", "C2")]
    assert rows.loc[(9, "C1"), "verdict"] == "reached" and rows.loc[(9, "C1"), "met_at_due"] == "yes"
    assert rows.loc[(9, "C2"), "verdict"] == "not_applicable" and rows.loc[(9, "C2"), "met_at_due"] == ""
    assert rows.loc[(6, "C2"), "verdict"] == "insufficient_data" and rows.loc[(6, "C2"), "met_at_due"] == "unknown"


@pytest.mark.parametrize(("better", "effects"), [(1, ["better", "worse"]), (-1, ["worse", "better"]), (0, ["", ""])])
def test_a_waterfall_goes_step_by_step_from_start_to_end(better, effects):
    table = plotdata.waterfall(pd.Series({"a": 3.0, "b": -5.0}), 10.0, better)
    assert table["kind"].to_list() == ["start", "step", "step", "end"]
    assert table["value"].to_list() == [10, 3, -5, 8]
    assert table["bottom"].to_list() == [0, 10, 8, 0] and table["height"].to_list() == [10, 3, 5, 8]
    assert table["effect"].to_list() == ["", *effects, ""] and table["name"].to_list() == ["", "a", "b", ""]
    still = plotdata.waterfall(pd.Series({"c": 0}), 4, better)
    assert still[["value", "bottom", "height", "effect"]].to_numpy().tolist() == [
        *([4.0, 0.0, 4.0, ""], [0.0, 4.0, 0.0, ""], [4.0, 0.0, 4.0, ""])
    ]
    assert plotdata.waterfall(pd.Series(dtype=float), 4, better)["value"].to_list() == [4, 4]


def test_reliability_is_in_percent():
    table = pd.DataFrame({"statements": [5, 9], "mean_p": [0.2, 0.85], "share_met": [0.4, 1.0]})
    drawn = plotdata.reliability(table.astype(object))
    assert drawn.to_numpy().tolist() == [[20, 40, 5], [85, 100, 9]]
    assert list(drawn) == ["said", "came", "statements"] and drawn.dtypes.map(str).tolist() == ["float64"] * 2 + [
        "int64"
    ]


def test_counts_go_from_best_to_worst_without_empty_verdicts(folder):
    folder.target("ecological_index", ">=", 57, "", region="C1")
    folder.target("forest_grass_cover", ">=", 90, "%", region="C1")
    for year in range(2014, 2024):
        folder.add(("C1", year, "ecological_index", 70, ""), ("C1", year, "forest_grass_cover", 20, "%"))
    folder.target("ecological_index", ">=", 57, "", region="C2")
    a = analyse(folder.path, 2023)
    assert plotdata.counts(a, "C2").to_dict("index") == {"insufficient_data": {"binding": 1, "advisory": 0}}
    table = plotdata.counts(a, "C1")
    assert table.to_dict("index") == {
        "reached": {"binding": 1, "advisory": 0},
        "out_of_reach": {"binding": 0, "advisory": 1},
    }


def test_an_office_chart_marks_the_dates_and_stacks_the_band_on_its_lower_bound(sewage):
    """60 % by 2025, held to 2027: one mark at each date; the band is 80 % wide and has no width where it was measured."""
    s = analyse(sewage.path, 2023)["C1", "rural_sewage_treatment_rate"]
    table = plotdata.fan(s)
    drawn = plotdata.fan_series(s, table, words.of("en"))
    assert list(drawn) == ["lower", "band80", "history", "median", "target", "due", "hold"]
    assert drawn["due"][0] == "due 2025" and drawn["hold"][0] == "re-inspection 2027"
    assert drawn["due"][1].dropna().to_dict() == {2025: 60.0} and drawn["hold"][1].dropna().to_dict() == {2027: 60.0}
    lower, width = drawn["lower"][1], drawn["band80"][1]
    assert lower[[2018, 2019, 2020]].tolist() == pytest.approx([29, 32.5, 36])
    assert width[[2018, 2019, 2023]].tolist() == [0, 0, 0]
    for year in (2024, 2025, 2026):
        assert lower[year] == table.at[year, "lo80"]
        assert lower[year] + width[year] == pytest.approx(table.at[year, "hi80"]) and width[year] > 0
    assert drawn["history"][1][2023] == drawn["median"][1][2023] == pytest.approx(46.5)
    assert set(drawn["target"][1]) == {60.0}


def test_an_office_chart_of_what_a_record_judges_has_no_band_and_one_mark_where_both_dates_are_one(folder):
    folder.add(*(("C1", year, "hazardous_waste_rate", 90 + year - 2014, "%") for year in range(2014, 2024)))
    folder.target("hazardous_waste_rate", ">=", 100, "%", due=2025, hold_until=2025)
    s = analyse(folder.path, 2023)["C1", "hazardous_waste_rate"]
    assert list(plotdata.fan_series(s, plotdata.fan(s), words.of("zh"))) == ["history", "target", "due"]


@pytest.mark.parametrize(
    ("values", "target", "ticks", "expected"),
    [
        ([10, 20], 40, 7, (5, 45, 5)),  # 10 to 40 and a twentieth on either side: 8.5 to 41.5
        ([10, 20], 40, 4, (0, 50, 10)),
        ([100, 100], 100, 7, (99, 100, 0.2)),  # never beyond all there is
        ([0, 0], 0, 7, (0, 0.2, 0.05)),  # 0.4 at least is shown, the half of it above
        ([2, 98], 95, 7, (0, 100, 20)),  # −2.8 and 102.8 are no shares
    ],
)
def test_an_axis_has_round_ends_that_hold_what_is_drawn(values, target, ticks, expected):
    nothing = [np.nan, np.nan]
    table = pd.DataFrame({"observed": values, "median": nothing, "lo80": nothing, "hi80": nothing, "target": target})
    share = catalog.indicators()["rural_sewage_treatment_rate"]
    assert plotdata.fan_limits(table, share, ticks) == pytest.approx(expected)


def test_a_county_without_a_target_has_a_rank_and_no_status(folder):
    """60 and 50 that stand still: first and second in every future."""
    for year in range(2016, 2024):
        folder.add(("C1", year, "forest_grass_cover", 60, "%"), ("C2", year, "forest_grass_cover", 50, "%"))
    folder.target("forest_grass_cover", ">=", 55, "%", region="C2")
    a = analyse(folder.path, 2023, method="straight_line", paths=20)
    table = plotdata.ranks(a, "forest_grass_cover", 2025)
    assert table.to_numpy().tolist() == [
        *(["C1", 1, 1.0, 1.0, ""], ["C1", 2, 0.0, 1.0, ""]),
        *(["C2", 1, 0.0, 2.0, "observed"], ["C2", 2, 1.0, 2.0, "observed"]),
    ]


@pytest.mark.parametrize(
    ("assessor", "years", "latest"), [(None, [2024], 5.0), (object(), [], 5.0), (object(), [2024], np.nan)]
)
def test_without_data_a_forecast_or_a_value_there_are_no_methods_to_compare(assessor, years, latest):
    analysis, forecast = SimpleNamespace(assessor=assessor), pd.DataFrame({"year": years})
    nothing = plotdata.methods(SimpleNamespace(analysis=analysis, forecast=forecast, latest_value=latest))
    assert nothing.empty and list(nothing) == plotdata.METHOD_COLUMNS


def test_changes_are_a_county_s_own_its_sisters_and_those_of_the_references():
    """A moved by 1 and by 2, B by 0 and 1, R by 3; a pace of 2 was seen twice among five, once with A itself."""
    levels = pd.DataFrame({"A": [1.0, 2, 4], "B": [1.0, 1, 2]}, index=[2020, 2021, 2022])
    elsewhere = pd.DataFrame({"R": [5.0, 8]}, index=[2020, 2021])
    analysis = SimpleNamespace(
        compare=lambda indicator: levels,
        counties=["A", "B"],
        assessor=SimpleNamespace(references=SimpleNamespace(value=lambda indicator, basis: elsewhere)),
        deciding=lambda indicator: pd.DataFrame([("A", 2021, "demo")], columns=["region_code", "year", "status"]),
    )
    statement = SimpleNamespace(analysis=analysis, indicator="x", region_code="A", pace_required=2.0)
    table = plotdata.changes(statement)
    assert list(table) == plotdata.CHANGE_COLUMNS
    assert table.to_numpy().tolist() == [
        ["own", "A", 2021, 1.0, "demo"],
        ["own", "A", 2022, 2.0, ""],
        ["counties", "B", 2021, 0.0, ""],
        ["counties", "B", 2022, 1.0, ""],
        ["references", "R", 2021, 3.0, ""],
    ]
    said = {"needed": 2.0, "seen": 5, "as_fast": 2, "percentile": 60.0, "own_seen": 2, "own_as_fast": 1}
    assert table.attrs == said
    statement.pace_required = np.nan
    assert np.isnan(plotdata.changes(statement).attrs["percentile"])
    analysis.counties = ["B"]  # a city is no peer of its counties
    assert plotdata.changes(statement).attrs["seen"] == 3
