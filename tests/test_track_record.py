"""Earlier years replayed."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from pptx import Presentation

from ecoanalysis import __version__, analyse, cli, intake, load, runs, track_record
from ecoanalysis.runs import work


def test_every_statement_uses_nothing_later_and_is_scored_by_what_came(folder):
    treated = [40, 44, 47, 52, 55, 61, 64, 70, 73, 78]
    for year, count in zip(range(2013, 2023), treated, strict=True):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", count, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    said = track_record.statements(folder.path)
    assert set(said["as_of"]) == set(range(2016, 2022))
    assert (said["year"] > said["as_of"]).all() and (said["n_obs"] == said["as_of"] - 2012).all()
    first = said[(said["as_of"] == 2017) & (said["year"] == 2018)].iloc[0]
    assert first["met"] and first["value"] == pytest.approx(30.5)
    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 20, "village"))
    more = track_record.statements(folder.path)
    both = said.merge(more, on=["as_of", "year"], suffixes=("", "_more"))
    assert (both["p"] == both["p_more"]).all()


def test_scores_are_the_textbook_ones():
    said = pd.DataFrame(
        {
            "indicator": "rural_sewage_treatment_rate",
            "p": [0.9, 0.8, 0.3, 0.2],
            "met": [True, True, False, True],
            "inside80": [True, True, True, False],
        }
    )
    row = track_record.scores(said).iloc[0]
    assert row["brier"] == pytest.approx((0.01 + 0.04 + 0.09 + 0.64) / 4)
    assert row["brier_base_rate"] == pytest.approx(0.75 * 0.25)
    assert row["skill"] == pytest.approx(1 - row["brier"] / row["brier_base_rate"])
    assert row["coverage80"] == 0.75


def test_reliability_compares_what_was_said_with_what_came():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=20_000)
    table = track_record.reliability(pd.DataFrame({"p": p, "met": rng.uniform(size=p.size) < p}))
    assert table["statements"].sum() == 20_000 and len(table) == 5
    assert np.allclose(table["mean_p"], table["share_met"], atol=0.03)


def test_data_that_cannot_be_replayed_make_no_statement(folder):
    folder.add(("C1", 2022, "villages", 200, "village"))
    assert track_record.statements(folder.path).empty


# ---------------------------------------------------------------------- the user's own record, as reports tell it


def told(p, met, count=1, **row):
    """Statements about one series that was unmet."""
    usual = {"region_code": "C1", "indicator": "a", "as_of": 2019, "year": 2020, "status": "observed", "reaching": True}
    return [usual | row | {"p": p, "met": met}] * count


def test_what_came_of_a_class_is_counted_in_statements_series_and_years():
    rows = told(0.6, True, 3) + told(0.79, False, 2, region_code="C2", as_of=2020) + told(0.8, True)
    rows += told(0.7, True, 4, reaching=False) + told(0.65, True, 1, indicator="b")
    sixty, eighty = track_record.own_classes(pd.DataFrame(rows))
    assert (sixty.low, sixty.high, sixty.statements, sixty.came_true) == (0.6, 0.8, 6, 4)
    assert (sixty.series, sixty.indicators, sixty.origins) == (3, 2, 2)  # C1 a, C2 a, C1 b
    assert sixty.said == pytest.approx((3 * 0.6 + 2 * 0.79 + 0.65) / 6)
    assert (eighty.low, eighty.statements, eighty.demo) == (0.8, 1, False)


def test_a_class_is_told_from_sixty_statements_of_three_indicators_and_two_years():
    rows = [row for n in range(60) for row in told(0.5, n < 16, indicator="abc"[n % 3], as_of=2018 + n % 2)]
    assert [one.is_enough for one in track_record.own_classes(pd.DataFrame(rows))] == [True]
    for fewer in (rows[1:], told(0.5, True, 40) + told(0.5, True, 40, indicator="b", as_of=2018)):
        assert not track_record.own_classes(pd.DataFrame(fewer))[0].is_enough
    one_year = pd.DataFrame(rows).assign(as_of=2019)
    assert not track_record.own_classes(one_year)[0].is_enough


def test_demo_data_are_counted_where_there_is_too_little_else_and_then_marked():
    measured = [row for n in range(60) for row in told(0.5, True, indicator="abc"[n % 3], as_of=2018 + n % 2)]
    demo = told(0.5, False, 40, status="demo")
    [both] = track_record.own_classes(pd.DataFrame(measured + demo))
    assert (both.statements, both.came_true, both.demo) == (60, 60, False)
    [mixed] = track_record.own_classes(pd.DataFrame(measured[1:] + demo))
    assert (mixed.statements, mixed.came_true, mixed.demo) == (99, 59, True)


@pytest.fixture
def rising(folder):
    """Villages and households of two counties, ten years to 2023, on their way to 60 %."""
    for code, start in (("C1", 10), ("C2", 20)):
        for n, year in enumerate(range(2014, 2024)):
            folder.add(
                (code, year, "villages", 100, "village"),
                (code, year, "villages_sewage_treated", start + 4 * n, "village"),
                (code, year, "rural_households", 100, "household"),
                (code, year, "households_sanitary_toilet", start + 5 * n, "household"),
            )
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    folder.target("sanitary_toilet_rate", ">=", 60, "%", due=2025)
    return folder


def test_an_analysis_knows_its_record_up_to_its_year_and_keeps_it(rising, tmp_path):
    a = analyse(rising.path, 2022)
    assert a.own_record is None
    said = a.track_record()
    assert said["year"].max() == 2022 and set(said["as_of"]) == set(range(2017, 2022))
    # C1's toilets: 10, 15 … 60 % in 2024, so never met; C2's: 60 % in 2022, met from then on.
    toilets = said[said["indicator"] == "sanitary_toilet_rate"].set_index(["region_code", "as_of", "year"])
    assert not toilets.loc[("C1", 2021, 2022), "met"] and toilets.loc[("C2", 2021, 2022), "met"]
    assert toilets.loc[("C2", 2021, 2022), "reaching"]
    # Villages of two counties and their city, toilets of the counties alone; origins 2017 … 2021 see 5, 4, 3, 2, 1 years.
    assert sum(one.statements for one in a.own_record.classes) == (3 + 2) * (5 + 4 + 3 + 2 + 1)
    a.save(tmp_path / "kept")
    kept = load(tmp_path / "kept")
    assert kept.own_record == a.own_record and kept.own_record.names == {"zh": "甲市", "en": "City A"}
    said.to_csv(tmp_path / "statements.csv", index=False)
    other = analyse(rising.path, 2021)
    assert other.track_record(tmp_path / "statements.csv")["year"].max() == 2021
    assert sum(one.statements for one in other.own_record.classes) == (3 + 2) * (4 + 3 + 2 + 1)


def test_what_was_met_then_or_is_a_duty_is_no_statement_of_reaching(folder):
    for n, year in enumerate(range(2014, 2024)):
        folder.add(("C1", year, "villages", 100, "village"), ("C1", year, "villages_sewage_treated", 50 + n, "village"))
        folder.add(("C1", year, "plans_requiring_eia", 20, "piece"), ("C1", year, "plans_with_eia", 5 + n, "piece"))
    folder.target("rural_sewage_treatment_rate", ">=", 55, "%", region="C1")
    folder.target("plan_eia_rate", ">=", 100, "%", region="C1")
    said = track_record.statements(folder.path)
    by_indicator = said.groupby(["indicator", "as_of"])["reaching"].first()
    assert not by_indicator["plan_eia_rate"].any()  # never met, and judged by the record of its sisters
    assert by_indicator["rural_sewage_treatment_rate"].to_dict() == {
        2017: True,  # 53 %
        2018: True,  # 54 %
        2019: False,  # 55 %
        2020: False,
        2021: False,
        2022: False,
    }


def laid_down(reports, data, said, **manifest):
    """What `ecoanalysis track-record` leaves in a reports folder."""
    folder = reports / "track_record"
    folder.mkdir(parents=True)
    said.to_csv(folder / "statements.csv", index=False)
    manifest = {"state": "done", "version": __version__, "hashes": intake.hashes(data)} | manifest
    runs._write_manifest(folder, manifest, True)
    return folder / "statements.csv"


def test_a_record_is_taken_up_where_just_these_data_and_this_version_made_it(rising, tmp_path):
    said = pd.DataFrame(told(0.5, True, 30))
    made = laid_down(tmp_path / "a", rising.path, said)
    assert runs.kept_record(tmp_path / "a", rising.path) == made
    assert runs.kept_record(tmp_path / "none", rising.path) is None
    for name, other in {"state": "failed", "version": "0.0.1", "hashes": {}}.items():
        laid_down(tmp_path / name, rising.path, said, **{name: other})
        assert runs.kept_record(tmp_path / name, rising.path) is None
    rising.add(("C1", 2024, "villages", 100, "village"))
    assert runs.kept_record(tmp_path / "a", rising.path) is None


def test_explain_tells_a_record_that_lies_in_the_reports_folder(rising, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    asked = ["explain", "C1", "25", "2023", "--data", str(rising.path), "--lang", "zh"]
    assert cli.main(asked) == 0 and "回溯检验" not in capsys.readouterr().out
    classes = [
        told(p, n < 7, indicator="abc"[n % 3], as_of=2018 + n % 2) for p in (0.1, 0.3, 0.5, 0.7, 0.9) for n in range(60)
    ]
    laid_down(tmp_path / "reports", rising.path, pd.DataFrame(sum(classes, [])))
    assert cli.main(asked) == 0
    assert "甲市数据回溯检验：当时尚未达标、说有" in (shown := capsys.readouterr().out)
    assert "可能的 60 项判断中，后来实现 7 项（3 条序列、2 个年份，判断互有重叠，仅供参考）。" in shown
    assert cli.main(["deck", "--data", str(rising.path), "--as-of", "2023"]) == 0
    deck = Presentation("deck/briefing_zh.pptx")
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    assert any("后来实现 7 项（3 条序列、2 个年份" in text for text in notes), notes


def test_a_record_goes_into_the_documents_and_is_that_of_the_trend_without_projects(rising):
    a = analyse(rising.path, 2023)
    before = work.went_in(a)["C1"]
    a.cache["own_record"] = record = track_record.OwnRecord({}, ())
    assert work.went_in(a)["C1"] != before  # what was made without it is made anew
    assert work.only(a, ["C1"]).own_record is record
    assert a.judged_as("other", a.assessment, a.forecasts, {}).own_record == record
    assert dataclasses.replace(a, cache={"without_projects": a}).own_record == record


def test_a_chance_on_an_edge_belongs_to_the_class_above_it_and_certainty_to_the_last():
    counts = dict(statements=60, came_true=30, said=0.5, series=9, indicators=3, origins=2, demo=False)
    edges = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
    record = track_record.OwnRecord({}, tuple(track_record.OwnClass(low, high, **counts) for low, high in edges))
    asked = (0.0, 0.2, 0.39, 0.4, 0.8, 1.0)
    assert [record.of(p).low for p in asked] == [0.0, 0.2, 0.2, 0.4, 0.8, 0.8]
