"""What revised figures moved, reckoned by hand: C1 treated 84 of its 200 villages, corrected in June 2024 to 78.

The target is 40 % by 2025: 80 villages in C1, 120 of 300 in the city; C2 has 28 of 100.
First given 84 / 200 = 42 %, met, and (84 + 28) / 300 = 37.3 %, 8 villages short; now 39 %, 2 short, and 35.3 %, 14 short.
"""

import dataclasses
import json

import docx as library
import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import cli, intake, words
from ecoanalysis.export import docx, page, worded
from ecoanalysis.plan import bulletin, comparison, kept
from ecoanalysis.runs import work

C1 = {2018: 30, 2019: 36, 2020: 42, 2021: 50, 2022: 58, 2023: 84}
C2 = {2018: 20, 2019: 22, 2020: 24, 2021: 26, 2022: 30, 2023: 28}
SEWAGE = "rural_sewage_treatment_rate"
HEAD = "region_code,year,variable,value,unit,status,source,note,vintage\n"


@pytest.fixture
def revised(folder):
    """The folder with the correction as a file of its own, as `intake` writes it."""
    for region, of, treated in (("C1", 200, C1), ("C2", 100, C2)):
        folder.add(*((region, year, "villages", of, "village") for year in treated))
        folder.add(*((region, year, "villages_sewage_treated", n, "village") for year, n in treated.items()))
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    folder.write(
        "statistics/june.csv", HEAD + "C1,2023,villages_sewage_treated,78,village,observed,report,,2024-06-30\n"
    )
    return folder


def analyse(folder, **options):
    return analyses.analyse(folder.path, 2023, paths=200, **options)


def row_of(table, region, indicator=SEWAGE):
    (row,) = table[(table["region_code"] == region) & (table["indicator"] == indicator)].itertuples()
    return row


def value(analysis, region):
    return analysis[region, SEWAGE].latest_value


# ---------------------------------------------------------------------- as it was known


def test_the_figures_as_they_were_first_given_and_nothing_else_changed(revised):
    later = analyse(revised)
    first = later.as_first_given()
    assert (value(first, "C1"), value(later, "C1")) == (pytest.approx(42), pytest.approx(39))
    assert value(first, "C2") == value(later, "C2") == pytest.approx(28)
    assert len(first.observations) == len(later.observations) == 24
    assert later.vintage == {"used": "2024-06-30", "days": {"": 24, "2024-06-30": 1}, "known_on": ""}
    assert first.assessor.paths == later.assessor.paths == 200


def test_a_figure_revised_twice_is_told_from_the_first_to_the_last(revised):
    revised.write(
        "statistics/may.csv", HEAD + "C1,2023,villages_sewage_treated,90,village,observed,report,,2024-05-31\n"
    )
    raw = intake.read(revised.path)
    assert sorted(raw.revisions["before"]) == [84, 90] and set(raw.revisions["value"]) == {78}
    (row,) = kept.table(analyse(revised), "revised").itertuples()
    assert (row.value_before, row.value, row.vintage_before, row.vintage) == (84, 78, "", "2024-06-30")


def test_the_same_figure_received_again_is_no_revision(revised):
    revised.write(
        "statistics/june.csv", HEAD + "C1,2023,villages_sewage_treated,84,village,observed,report,,2024-06-30\n"
    )
    raw = intake.read(revised.path)
    assert raw.revisions.empty and raw.first_given.empty and raw.as_first_given() is raw


def test_a_figure_that_came_back_to_what_it_was_moves_nothing(revised):
    revised.write(
        "statistics/july.csv", HEAD + "C1,2023,villages_sewage_treated,84,village,observed,report,,2024-07-31\n"
    )
    raw = intake.read(revised.path)
    assert raw.revisions[["before", "value"]].to_numpy().tolist() == [[78, 84]]
    assert raw.first_given.empty


@pytest.mark.parametrize("day, known", [("2024-06-29", 42), ("2024-05", 42), ("2023", 42)])
def test_a_day_a_month_and_a_year(revised, day, known):
    assert value(analyse(revised, vintage=day), "C1") == pytest.approx(known)


@pytest.mark.parametrize(
    "day, told",
    [
        ("yesterday", "写作 yesterday；应为日期.*given as yesterday; write a date"),
        ("2024-02-30", "应为日期"),
        ("2024-06-30", "没有 2024-06-30 之后收到的数据；收到日期有：2024-06-30"),
        ("2031", "nothing in .* was received after 2031-12-31; there are figures of 2024-06-30"),
    ],
)
def test_a_day_that_says_nothing_is_refused(revised, day, told):
    with pytest.raises(analyses.BadVintage, match=told):
        analyse(revised, vintage=day)


def test_a_folder_without_days_and_a_day_before_all(revised):
    (revised.path / "statistics/june.csv").unlink()
    with pytest.raises(analyses.BadVintage, match="没有注明收到日期"):
        analyse(revised, vintage="2024-01-01")
    (revised.path / "statistics/statistics.csv").unlink()
    revised.write(
        "statistics/june.csv", HEAD + "C1,2023,villages_sewage_treated,78,village,observed,report,,2024-06-30\n"
    )
    with pytest.raises(analyses.BadVintage, match="没有 2024-01-01 及以前收到的数据；收到日期有：2024-06-30"):
        analyse(revised, vintage="2024-01-01")


# ---------------------------------------------------------------------- what it moved


def test_a_run_says_what_its_revisions_moved(revised):
    a = analyse(revised)
    table = kept.table(a, "revision_effects")
    one, city = row_of(table, "C1"), row_of(table, "C")
    assert (one.value_before, one.value, one.met_before, one.met) == (
        pytest.approx(42), pytest.approx(39), "yes", "no",
    )  # fmt: skip
    assert (one.why, one.moved, one.gap_count, city.why) == ("revision", "restated", 2, "revision")
    assert (city.gap_count_before, city.gap_count) == (8, 14)
    told = worded.revised(a, words.of("zh"))
    assert told[0].startswith("所用数据收到日期截至 2024-06-30；首次报送之后有更正的数 1 个。与首次报送的数相比，")
    assert "其中数值变动 2 条" in told[0]
    assert told[1] == "乙县 2023 年完成生活污水治理的行政村数由 84 更正为 78 个村（statistics/june.csv:2）。"
    assert any(
        line.startswith("乙县农村生活污水治理率：2023 年数值由 42.0 % 更新为 39.0 %；尚差 2 个村") for line in told
    )
    english = worded.revised(a, words.of("en"), "C1")
    assert english[0].startswith("Figures received up to 2024-06-30 are used; revised since they were first given: 1.")
    assert len(english) == 3 and "(statistics/june.csv:2)." in english[1]


def test_what_moved_beside_a_revision_is_laid_to_the_neighbours_and_not_to_the_program(revised):
    """The files are the same on both days; C2, none of whose figures was revised, gets another chance by hand."""
    earlier, later = analyse(revised, vintage="2024-05-31"), analyse(revised)
    assert earlier.hashes == later.hashes
    rows = later.assessment.copy()
    here = (rows["region_code"] == "C2") & (rows["indicator"] == SEWAGE)
    rows.loc[here, "p_reach"] = (rows.loc[here, "p_reach"] + 0.5) % 1
    moved = dataclasses.replace(later, assessment=rows, assessor=None)
    table = comparison.compare(earlier, moved)
    assert [row_of(table, code).why for code in ("C1", "C", "C2")] == ["revision", "revision", "neighbours"]
    assert row_of(comparison.compare(later, moved), "C2").why == "program"


def test_without_revisions_nothing_is_reckoned_or_said(revised, monkeypatch):
    (revised.path / "statistics/june.csv").unlink()
    a = analyse(revised)
    monkeypatch.setattr(comparison, "compare", lambda *_: pytest.fail("two analyses are compared"))
    monkeypatch.setattr(analyses, "of_raw", lambda *_, **__: pytest.fail("a second analysis is made"))
    assert worded.revised(a, words.of("zh")) == [] and a.as_first_given() is a
    assert work.vintage(a)["effect"] == {"targets": 0, "values": 0, "verdicts": 0, "rows": []}


def test_the_manifest_the_index_and_the_chapter_say_it(revised, tmp_path):
    a = analyse(revised)
    place = tmp_path / "analysis"
    work.save(a, place)
    loaded = work.load(place)
    for one in (a, loaded):
        told = json.loads(json.dumps(work.vintage(one)))
        assert told["used"] == "2024-06-30" and told["days"]["2024-06-30"] == 1
        (figure,) = told["revised"]
        assert (figure["value_before"], figure["value"], figure["vintage"]) == (84, 78, "2024-06-30")
        (row,) = [r for r in told["effect"]["rows"] if r["region_code"] == "C1" and r["indicator"] == SEWAGE]
        assert (row["value_before"], row["value"], row["moved"]) == (pytest.approx(42), pytest.approx(39), "restated")
        assert told["effect"]["values"] == 2 and told["effect"]["targets"] == len(told["effect"]["rows"])
    html = page.write_index(loaded, tmp_path, "both", []).read_text(encoding="utf-8")
    assert "首次报送之后有更正的数 1 个" in html and "revised since they were first given: 1" in html
    assert "乙县 2023 年完成生活污水治理的行政村数由 84 更正为 78 个村" in html
    chapter = tmp_path / "chapter.docx"
    docx.write(loaded, "C1", chapter, "zh")
    said = "\n".join(one.text for one in library.Document(chapter).paragraphs)
    assert "更正的数据" in said and "由 84 更正为 78 个村" in said


# ---------------------------------------------------------------------- commands


def test_the_command_compares_with_an_earlier_day(revised, tmp_path, capsys):
    data, out = str(revised.path), tmp_path / "out"
    assert cli.main(["compare", data, "--vintage", "2024-05-31", "--as-of", "2023", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "前者只用 2024-05-31 及以前收到的数据" in said and "由 84 更正为 78 个村" in said
    assert (out / "bulletin_2023_2023_2024-05-31/revisions.csv").is_file()
    assert cli.main(["compare", data, "--vintage", "some day", "--out", str(out)]) == 2
    assert "some day" in capsys.readouterr().err
    saved = analyse(revised).save(tmp_path / "saved")
    assert cli.main(["compare", str(saved), "--vintage", "2024-05-31", "--out", str(out)]) == 2
    assert "请给出数据目录" in capsys.readouterr().err


def test_a_year_that_came_after_the_day_is_compared_with_the_last_one_before(revised):
    row = "C1,2024,villages{},{},village,observed,report,,2024-06-30\n"
    row = row.format("_sewage_treated", 82) + row.format("", 200)
    file = revised.path / "statistics/june.csv"
    file.write_text(file.read_text(encoding="utf-8") + row, encoding="utf-8")
    earlier, later = comparison.pair(revised.path, None, [2024], vintage="2024-01-01")
    assert (earlier.as_of, later.as_of) == (2023, 2024)
    table = comparison.compare(earlier, later)
    one = row_of(table, "C1")
    assert (one.value_before, one.value) == (pytest.approx(42), pytest.approx(41))
    assert one.why == "new_year;revision"
    assert "2024-01-01" in bulletin.title(earlier, later, words.of("en"))[1]


def test_check_lists_the_days_and_the_largest_revisions(revised, capsys):
    data = str(revised.path)
    cli.main(["check", "--data", data])
    said = capsys.readouterr().out
    assert "数据收到日期：2024-06-30 1 个数、未注明日期 24 个数" in said
    assert "后来有更正的数 1 个" in said
    assert (
        "乙县 2023 年完成生活污水治理的行政村数由 84 更正为 78 个村（收到日期 未注明日期 → 2024-06-30，june.csv:2）"
        in said
    )
    cli.main(["check", "--data", data, "--lang", "en"])
    assert "County B 2023" in (said := capsys.readouterr().out) and "84 is now 78" in said
    (revised.path / "statistics/june.csv").unlink()
    cli.main(["check", "--data", data])
    assert "收到日期" not in capsys.readouterr().out
