"""What moved between two analyses, and why: a city of two counties, reckoned by hand.

Villages treated of 200 in C1 and of 100 in C2; the target is 40 % by 2025, so 80 and 40 villages, 120 in the city.
"""

import dataclasses
import re
import shutil

import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import cli, headline, words
from ecoanalysis.plan import comparison

C1 = {2018: 30, 2019: 36, 2020: 42, 2021: 50, 2022: 58, 2023: 84}
C2 = {2018: 20, 2019: 22, 2020: 24, 2021: 26, 2022: 30, 2023: 28}
SEWAGE = "rural_sewage_treatment_rate"


def fill(folder, c1=C1, c2=C2):
    for region, of, treated in (("C1", 200, c1), ("C2", 100, c2)):
        folder.add(*((region, year, "villages", of, "village") for year in treated))
        folder.add(*((region, year, "villages_sewage_treated", n, "village") for year, n in treated.items()))
    folder.target(SEWAGE, ">=", 40, "%", due=2025)
    return folder.path


def analyse(path, as_of):
    return analyses.analyse(path, as_of, paths=200)


def row_of(table, region, indicator=SEWAGE):
    (row,) = table[(table["region_code"] == region) & (table["indicator"] == indicator)].itertuples()
    return row


@pytest.fixture
def years(folder):
    path = fill(folder)
    return analyse(path, 2022), analyse(path, 2023)


@pytest.fixture
def revised(folder, tmp_path):
    """C1's figure of 2023 corrected from 84 to 78 villages: the 24th row of statistics."""
    before = analyse(fill(folder), 2023)
    file = folder.path / "statistics/statistics.csv"
    text = file.read_text(encoding="utf-8")
    assert "C1,2023,villages_sewage_treated,84" in text
    file.write_text(text.replace("villages_sewage_treated,84", "villages_sewage_treated,78"), encoding="utf-8")
    return before, analyse(folder.path, 2023)


# ---------------------------------------------------------------------- a new year


def test_a_new_year_moves_values_and_gaps(years):
    table = comparison.compare(*years)
    one, two, city = (row_of(table, region) for region in ("C1", "C2", "C"))
    assert (one.value_before, one.value) == (pytest.approx(29), pytest.approx(42))
    assert (one.year_before, one.year) == (2022, 2023)
    assert (one.met_before, one.met, one.moved, one.why) == ("no", "yes", "gained", "new_year")
    assert (one.gap_count_before, one.gap_count) == (22, 0)  # 80 are needed, 58 were done
    assert (two.gap_count_before, two.gap_count) == (10, 12) and two.met == "no"
    assert two.moved in ("further", "worse") and two.why == "new_year"
    assert (city.gap_count_before, city.gap_count) == (32, 8)  # 120 − 88 and 120 − 112
    assert not table["revised"].any()


def test_what_the_headline_says_of_classes_is_what_the_comparison_says(years):
    table = comparison.compare(*years).set_index(["region_code", "indicator"])
    for row in headline.changes(years[0].assessment, years[1].assessment).itertuples():
        here = table.loc[(row.region_code, row.indicator), "moved"]
        assert here in {
            "better": ("gained", "better"), "worse": ("lost", "worse"), "missed": ("missed", "lost"),
            "same": ("same", "nearer", "further", "gained"),
        }[row.moved]  # fmt: skip


def test_the_sentence_of_a_new_year(years):
    one = row_of(comparison.compare(*years), "C1")
    assert comparison.sentence(one, *years, words.of("zh")) == (
        "农村生活污水治理率：由 2022 年的 29.0 % 提高到 2023 年的 42.0 %；由未达标转为达标。原因：新增 2023 年数据。"
    )
    assert comparison.sentence(one, *years, words.of("en"), with_reason=False) == (
        "Rural domestic sewage treatment rate: up from 29.0 % in 2022 to 42.0 % in 2023; now met."
    )


def test_an_analysis_and_itself_differ_in_nothing(years):
    assert comparison.compare(years[1], years[1]).empty
    assert comparison.revisions(years[1], years[1]).empty


def test_a_date_that_came_is_told_as_missed(folder):
    path = fill(folder)
    text = (path / "targets.csv").read_text(encoding="utf-8").replace("40,%,2025", "40,%,2023")
    (path / "targets.csv").write_text(text, encoding="utf-8")
    both = analyse(path, 2022), analyse(path, 2023)
    two = row_of(comparison.compare(*both), "C2")
    assert two.moved == "missed"
    told = comparison.sentence(two, *both, words.of("zh"), with_reason=False)
    assert re.fullmatch(
        r"农村生活污水治理率：由 2022 年的 30.0 % 下降到 2023 年的 28.0 %；尚差 12 个村（此前差 10 个村）；"
        r"到期未达标，2026 年复核时达标概率 (<1|>99|\d+) %。",
        told,
    )


# ---------------------------------------------------------------------- revised figures


def test_a_corrected_figure_is_named_with_its_cell_and_both_numbers(revised):
    (one,) = comparison.revisions(*revised).itertuples()
    assert (one.region_code, one.variable, int(one.year)) == ("C1", "villages_sewage_treated", 2023)
    assert (one.value_before, one.value, one.unit) == (84, 78, "village")
    # Line 1 is the head, then six rows of villages and six of treated villages, the last of them that of 2023.
    assert one.place == one.place_before == "statistics/statistics.csv:13" and one.id == "statistics.csv:13"


def test_a_corrected_figure_restates_and_is_no_fall_back(revised):
    table = comparison.compare(*revised)
    one = row_of(table, "C1")
    assert (one.value_before, one.value) == (pytest.approx(42), pytest.approx(39))
    assert (one.moved, one.why) == ("restated", "revision") and one.revised.startswith("statistics.csv:")
    city = row_of(table, "C")
    assert city.why == "revision" and city.gap_count == 14  # 120 − 106
    told = comparison.sentence(one, *revised, words.of("zh"))
    assert told.startswith("农村生活污水治理率：2023 年数值由 42.0 % 更新为 39.0 %；尚差 2 个村；结论由“")
    name = "由 84 更正为 78 个村（statistics/statistics.csv:13）。"
    assert "原因：乙县 2023 年" in told and told.endswith(name)


def test_kept_analyses_say_the_same(revised, tmp_path):
    kept = [analyses.load(a.save(tmp_path / str(i))) for i, a in enumerate(revised)]
    here, there = comparison.compare(*revised), comparison.compare(*kept)
    for name in ("region_code", "indicator", "moved", "why", "revised"):
        assert list(here[name]) == list(there[name])


def test_a_figure_reported_late_and_one_withdrawn(folder):
    late = {year: n for year, n in C1.items() if year != 2020}
    before = analyse(fill(folder, c1=late), 2023)
    folder.add(("C1", 2020, "villages", 200, "village"), ("C1", 2020, "villages_sewage_treated", 42, "village"))
    after = analyse(folder.path, 2023)
    table = comparison.revisions(before, after)
    assert set(table["variable"]) == {"villages", "villages_sewage_treated"} and table["value_before"].isna().all()
    back = comparison.revisions(after, before)
    assert back["value"].isna().all() and sorted(back["value_before"]) == [42, 200]
    (row,) = table[table["variable"] == "villages_sewage_treated"].itertuples()
    told = comparison.revision_sentence(row, after, words.of("en"))
    assert "of County B in 2020 reported late: 42 villages (statistics/statistics.csv:" in told
    assert "已撤回" in comparison.revision_sentence(next(back.itertuples()), after, words.of("zh"))


# ---------------------------------------------------------------------- nothing of its own


def shaken(a, **columns):
    """The same analysis with another chance for C2."""
    table = a.assessment.copy()
    here = (table["region_code"] == "C2") & (table["indicator"] == SEWAGE)
    table.loc[here, "p_reach"] = table.loc[here, "p_reach"] + 0.3
    for name, value in columns.items():
        table[name] = value
    return dataclasses.replace(a, assessment=table, assessor=None)


@pytest.mark.parametrize(
    "columns, hashes, why",
    [({}, {"x": "y"}, "neighbours"), ({"method": "record"}, {"x": "y"}, "record"), ({}, None, "program")],
)
def test_a_chance_that_moved_by_itself_has_its_reason(years, columns, hashes, why):
    after = shaken(years[1], **columns)
    if hashes is not None:
        after = dataclasses.replace(after, hashes=hashes)
    row = row_of(comparison.compare(years[1], after), "C2")
    assert (row.moved, row.why) == ("same", why)
    assert row.chance == pytest.approx(row.chance_before + 0.3)


def test_other_projects_are_a_reason(years):
    after = shaken(years[1], warning="with_projects")
    assert row_of(comparison.compare(years[1], after), "C2").why == "projects"


def test_another_target_and_other_bounds_are_reasons(years):
    lower = years[1].with_target("C2", SEWAGE, 28, due=2025)
    row = row_of(comparison.compare(years[1], lower), "C2")
    assert (row.target_before, row.target, row.why, row.moved) == (40, 28, "changed_target", "restated")
    assert (row.met_before, row.met) == ("no", "yes")
    loose = years[1].with_settings(hold=0.0, likely=0.0)
    rows = comparison.compare(years[1], loose)
    assert len(rows) and set(rows["why"]) == {"settings"} and set(rows["moved"]) == {"restated"}


def test_papers_and_a_silent_year_are_reasons(folder):
    fill(folder)
    folder.write(
        "evidence.csv",
        "region_code,indicator,year,kind,title,location,department,date\n"
        "C,river_chief_system,2023,plan,work plan,plan.pdf,bureau,2023-03-01\n",
    )
    both = analyse(folder.path, 2022), analyse(folder.path, 2023)
    before = both[0].assessment.set_index(["region_code", "indicator"]).loc[("C", "river_chief_system"), "warning"]
    (row,) = (r for r in comparison._joined(*both).to_dict("records") if r["indicator"] == "river_chief_system")
    assert before == "not_supplied" and row["warning"] == "lacks_data;lacks_proof"
    row |= {"revised": "", "year": 2022.0, "year_before": 2022.0}
    assert comparison._why(row, *both, same_figures=False) == "papers"
    silent = row | {"warning": "not_reported", "warning_before": ""}
    assert comparison._why(silent, *both, same_figures=False) == "not_reported"


# ---------------------------------------------------------------------- refused, each with a sentence


def test_two_cities_are_not_compared(years, tmp_path):
    folder = tmp_path / "elsewhere"
    shutil.copytree(years[0].data, folder)
    for name in ("regions.csv", "targets.csv", "statistics/statistics.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        text = re.sub(r"^C(?=[12]?,)", "D", text, flags=re.M).replace(",C,", ",D,")
        (folder / name).write_text(text.replace("甲市,City A", "别市,Other City"), encoding="utf-8")
    other = analyse(folder, 2023)
    with pytest.raises(comparison.NotComparable, match="甲市、别市.*City A, Other City"):
        comparison.compare(years[0], other)


def test_the_later_one_comes_second(years):
    with pytest.raises(comparison.NotComparable, match="2023 年.*2022 年"):
        comparison.compare(years[1], years[0])


def test_what_a_folder_may_be(years, tmp_path):
    run = tmp_path / "run"
    years[1].save(run / "analysis")
    assert comparison.read(run).as_of == comparison.read(run / "analysis").as_of == 2023
    assert comparison.read(years[0].data, 2022).as_of == 2022
    with pytest.raises(analyses.NotThere, match="2023 年.*2022"):
        comparison.read(run, 2022)
    with pytest.raises(analyses.NotThere, match="nowhere"):
        comparison.read(tmp_path / "nowhere")
    with pytest.raises(analyses.NotThere, match="only|keeps one|只有一次"):
        comparison.pair(run)


def test_pairs_of_years(years):
    folder = years[0].data
    assert [a.as_of for a in comparison.pair(folder, None, [2023])] == [2022, 2023]
    assert [a.as_of for a in comparison.pair(folder, None, [2021, 2023])] == [2021, 2023]
    assert [a.as_of for a in comparison.pair(folder, folder, [2021, 2022])] == [2021, 2022]


def test_the_command_writes_the_bulletin_and_refuses_in_a_sentence(years, tmp_path, capsys):
    data, out = str(years[0].data), tmp_path / "out"
    assert cli.main(["compare", data, "--as-of", "2022", "--as-of", "2023", "--out", str(out)]) == 0
    made = {path.name for path in (out / "bulletin_2022_2023").iterdir()}
    assert made == {"bulletin_zh.md", "bulletin_zh.docx", "comparison.csv", "revisions.csv", "files.csv"}
    assert "由 2022 年的 29.0 % 提高到 2023 年的 42.0 %" in capsys.readouterr().out
    assert cli.main(["compare", str(tmp_path), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "请核对路径" in told and "Traceback" not in told
