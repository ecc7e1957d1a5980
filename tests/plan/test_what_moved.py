"""What moved between two analyses, and why: a city of two counties, reckoned by hand.

Villages treated of 200 in C1 and of 100 in C2; the target is 40 % by 2025, so 80 and 40 villages, 120 in the city.
"""

import dataclasses
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import analysis as analyses
from ecoanalysis import catalog, cli, headline, judge, words
from ecoanalysis.plan import comparison
from tests.conftest import Folder
from tests.test_sentences import made

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


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    path = fill(Folder(tmp_path_factory.mktemp("years") / "data"))
    return analyse(path, 2022), analyse(path, 2023)


@pytest.fixture(scope="module")
def revised(tmp_path_factory):
    """C1's figure of 2023 corrected from 84 to 78 villages: the 24th row of statistics."""
    folder = Folder(tmp_path_factory.mktemp("revised") / "data")
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


def test_a_region_of_one_analysis_alone_is_not_compared(years):
    fewer = years[1].regions[years[1].regions["code"] != "C2"]
    for pair in (
        (years[0], dataclasses.replace(years[1], regions=fewer)),
        (dataclasses.replace(years[0], regions=fewer), years[1]),
    ):
        assert set(comparison.compare(*pair)["region_code"]) == {"C", "C1"}


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


# ---------------------------------------------------------------------- reasons and moves, on rows made by hand

SAME = dict(
    there="both", comparison=">=", year=2023.0, year_before=2023.0, revised="", warning="", warning_before="",
    projects="none", projects_before="none", met="no", chance=0.4, p_reach=0.4, p_hold=0.3, method="learned",
    met_at_due="", met_at_due_before="",
) | dict.fromkeys(comparison.OF_A_TARGET, 2025) | {f"{name}_before": 2025 for name in comparison.OF_A_TARGET}  # fmt: skip
BOUNDS = judge.Settings()


def why(earlier=2022, later=2023, settings=BOUNDS, same_figures=False, **row) -> str:
    sides = (SimpleNamespace(as_of=earlier, settings=BOUNDS), SimpleNamespace(as_of=later, settings=settings))
    return comparison._why(SAME | row, *sides, same_figures)


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ({"there": "left_only"}, "changed_target"),
        ({"year_before": 2022.0}, "new_year"),
        ({"year_before": np.nan}, "new_year"),
        ({"year": np.nan, "year_before": np.nan}, "neighbours"),
        ({"revised": "a.csv:3", "year_before": 2022.0}, "new_year;revision"),
        ({"warning": "stale;not_reported"}, "not_reported"),
        ({"warning": "not_reported", "warning_before": "not_reported"}, "neighbours"),
        ({"warning": "lacks_plan", "comparison": "done"}, "papers"),
        ({"warning": "stale", "comparison": "done"}, "neighbours"),
        ({"warning": "lacks_plan"}, "neighbours"),  # papers of what is measured decide nothing
        ({"due_before": 2024}, "changed_target"),
        ({"target": np.nan, "target_before": np.nan}, "neighbours"),
        ({"target": 40.0, "target_before": np.nan}, "changed_target"),
        ({"projects": "a"}, "projects"),
        ({"met_at_due": "no"}, "date"),
        ({"chance": np.nan, "met": ""}, "date"),
        ({"method": "record"}, "record"),
        ({}, "neighbours"),
    ],
)
def test_why_a_target_moved_over_a_year(row, codes):
    assert why(**row) == codes


def test_what_else_may_move_a_target_within_one_year():
    assert why(2023, 2023, same_figures=True) == "program"
    assert why(2023, 2023) == why(2023, 2023, met_at_due="no") == "neighbours"
    assert why(2022, 2023, same_figures=True) == "neighbours"
    assert why(2023, 2023, chance=np.nan) == "neighbours"
    lower = judge.Settings(possible=0.35)
    assert why(settings=lower, year_before=2022.0) == "new_year;settings"  # 0.4 was hard, and is possible now
    assert why(settings=lower, year_before=2022.0, p_reach=0.2, chance=0.2) == "new_year"  # hard by both
    assert why(settings=lower, p_reach=0.2, chance=0.2) == "settings"
    firm = judge.Settings(hold=0.2)
    assert why(settings=firm, year_before=2022.0, met="yes", chance=0.3) == "new_year;settings"
    assert why(settings=firm, year_before=2022.0, met="", chance=0.3) == "new_year"


def moved(**row) -> str:
    fields = dict(
        there="both", met_before="no", met="no", verdict_before="hard", verdict="hard", why="new_year", gap_before=10.0,
        gap=10.0, value_before=30.0, value=30.0, year_before=2022.0, year=2023.0, met_at_due_before="", met_at_due="",
    )  # fmt: skip
    return comparison._moved(pd.DataFrame([fields | row]))[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({}, "same"),
        ({"there": "right_only"}, "new"),
        ({"there": "left_only"}, "gone"),
        ({"gap": 9.0}, "nearer"),
        ({"gap": 11.0}, "further"),
        ({"gap": 9.0, "met_before": ""}, "same"),
        ({"gap": 10.0 + 1e-12}, "same"),
        ({"verdict": "possible", "value": 35.0, "gap": 5.0}, "better"),
        ({"verdict": "out_of_reach", "value": 28.0, "gap": 12.0}, "worse"),
        ({"verdict": "out_of_reach", "why": "revision", "gap": 12.0}, "restated"),
        ({"verdict": "out_of_reach", "why": "new_year;revision", "gap": 12.0}, "worse"),
        ({"why": "revision", "gap": 12.0}, "further"),
        ({"verdict": "out_of_reach", "why": "changed_target", "met_at_due": "no"}, "missed"),
        ({"met_at_due": "no"}, "missed"),
        ({"met": "yes", "verdict": "reached", "value": 41.0, "gap": 0.0}, "gained"),
        ({"met_before": "yes", "verdict_before": "reached", "gap_before": 0.0, "met_at_due": "no"}, "lost"),
        ({"met": "yes", "verdict": "reached", "why": "settings", "gap": 0.0}, "restated"),
    ],
)
def test_how_a_target_moved(row, code):
    assert moved(**row) == code


def worth(**row) -> bool:
    fields = dict(
        there="both", value=30.0, verdict="hard", met_at_due="", target=40.0, due=2025, gap=10.0, met="no", chance=0.4
    )
    table = pd.DataFrame([fields | {f"{name}_before": value for name, value in fields.items()} | row])
    return bool(comparison._worth_telling(table)[0])


def test_what_is_worth_telling():
    assert not worth() and not worth(value=30.0 * (1 + 1e-12)) and not worth(value=np.nan, value_before=np.nan)
    for name, other in dict(
        there="left_only", value=30.1, verdict="likely", met_at_due="no", target=41.0, due=2026, gap=9.9
    ).items():
        assert worth(**{name: other}), name
    assert worth(chance=0.4 + 0.051) and worth(chance=0.4 - 0.051) and not worth(chance=0.4 + 0.049)
    assert not worth(chance=0.9, met="")  # another side: the two are chances of two things


# ---------------------------------------------------------------------- sentences, on statements made by hand


class Known(dict):
    """An analysis of one statement, or of none."""

    indicators = catalog.indicators()

    def __missing__(self, key):
        raise analyses.NotThere("no such target")


def told(before: dict | None, after: dict | None, moved="nearer", lang="en", indicator=SEWAGE, **row) -> str:
    """The sentence about one target between two statements, without its reason."""
    key = ("C1", indicator, (after or before or {}).get("comparison", ">="))
    sides = [Known({} if side is None else {key: made(indicator, **side)}) for side in (before, after)]
    fields = dict(zip(("region_code", "indicator", "comparison"), key, strict=True))
    fields |= dict(moved=moved, met="no", chance=np.nan, chance_before=np.nan)
    return comparison.sentence(SimpleNamespace(**fields | row), *sides, words.of(lang), with_reason=False)


OLD = {"latest_year": 2022.0, "latest_value": 57.0, "gap": 3.0, "gap_count": 6.0, "gap_count_unit": "village"}
NEW = {"latest_value": 59.0, "gap": 1.0, "gap_count": 2.0, "gap_count_unit": "village"}
MET = {"latest_value": 61.0, "gap": 0.0, "verdict": "reached", "p_hold": 0.9}
NONE, PAPERS = {"latest_value": np.nan, "gap": np.nan}, {"comparison": "done"}
NAME, SHORT = "Rural domestic sewage treatment rate: ", "still 59.0 % in 2023; 1.0 points short"


@pytest.mark.parametrize(
    ("before", "after", "row", "said"),
    [
        (OLD, NEW, {}, "up from 57.0 % in 2022 to 59.0 % in 2023; 2 villages short (before: 6 villages)."),
        (OLD | {"latest_value": 59.5, "gap_count": 1.0}, NEW, {},
         "down from 59.5 % in 2022 to 59.0 % in 2023; 2 villages short (before: 1 village)."),
        (OLD | {"latest_value": 59.04}, NEW | {"gap_count": 6.0}, {}, "still 59.0 % in 2023; 6 villages short."),
        (OLD | {"latest_year": 2023.0}, NEW, {},
         "the figure of 2023 was 57.0 % and is now 59.0 %; 2 villages short (before: 6 villages)."),
        (NONE, {}, {}, "59.0 % in 2023, nothing known before; 1.0 points short."),
        ({}, NONE, {}, "59.0 % in 2023, now without data."),
        ({}, {}, {"chance": 0.41, "chance_before": 0.3}, SHORT + "; chance of meeting it 30 % before, 41 % now."),
        ({}, {}, {"chance": 0.3, "chance_before": 0.302}, SHORT + "."),
        (MET, MET, {"met": "yes", "chance": 0.85, "chance_before": 0.9},
         "still 61.0 % in 2023; chance of holding it 90 % before, 85 % now."),
        (NEW, MET, {"moved": "gained"}, "the figure of 2023 was 59.0 % and is now 61.0 %; now met."),
        (MET, NEW, {"moved": "lost"},
         "the figure of 2023 was 61.0 % and is now 59.0 %; 2 villages short; no longer met."),
        ({}, {"milestone": 2026}, {"moved": "missed"},
         SHORT + "; missed at its date, chance of meeting it at the re-inspection in 2026: 30 %."),
        ({}, {"milestone": 2026, "p_reach": np.nan}, {"moved": "missed"},
         SHORT + "; missed at its date, to be complete before the re-inspection in 2026."),
        ({}, {"verdict": "possible"}, {"moved": "better"}, SHORT + "; was “Hard”, now “Possible with effort”."),
        (NONE | PAPERS, NONE | PAPERS, {}, "value and verdict as before."),
        (NONE | PAPERS | {"verdict": "undocumented"}, NONE | PAPERS | {"verdict": "documented"}, {"moved": "gained"},
         "was “Papers to be completed”, now “Documented”."),
        ({}, {}, {"chance": 0.41}, SHORT + "."),  # no chance before
        (PAPERS | {"latest_value": 0.0, "gap": 0.0}, PAPERS | {"latest_value": 2.0, "gap": 0.0}, {},
         "value and verdict as before."),
        (PAPERS | {"verdict": "documented", "gap": 0.0}, PAPERS | {"verdict": "undocumented", "gap": 0.0}, {"moved": "missed"},
         "was “Documented”, now “Papers to be completed”."),
        ({"status": "demo"}, {}, {}, SHORT + ". [demo data]"),
        ({}, {"status": "demo"}, {}, SHORT + ". [demo data]"),
    ],
)  # fmt: skip
def test_a_moved_target_in_words(before, after, row, said):
    assert told(before, after, **row) == NAME + said


def test_a_target_of_one_side_alone_in_words():
    assert told(None, {}, "new") == NAME + "a new target."
    assert told({"status": "demo"}, None, "gone", "zh") == "农村生活污水治理率：目标已不再列入。【演示数据】"


def test_a_part_of_an_item_stands_in_brackets():
    (zh, en) = (told(None, {}, "new", lang, "class_three_or_better_share") for lang in ("zh", "en"))
    assert zh == "水环境质量（达到或优于Ⅲ类断面比例）：新列入的目标。"
    assert en == "Water quality (share of sections at class III or better): a new target."


def test_reasons_are_told_in_a_row_and_of_many_corrections_the_three_latest():
    rows = [("C1", "villages", 2017 + n, 80.0, 90.0, "village", "", "", f"s:{n}", f"s:{n}", str(n)) for n in range(5)]
    revised = pd.DataFrame(rows, columns=comparison.REVISION_COLUMNS)
    row = SimpleNamespace(why="new_year;revision;projects", year=2023.0, revised="0;1;2;3")
    later = SimpleNamespace(name=lambda code, lang: "County B", records=catalog.variables())
    said = comparison.reasons(row, None, later, words.of("en"), revised)
    corrected = [f"Administrative villages of County B in {year} corrected from 80 to 90 villages (s:{year - 2017})"
                 for year in (2020, 2019, 2018)]  # fmt: skip
    assert (
        said == f"figures of 2023 came in, {', '.join(corrected)}, 1 more corrections and other projects are counted in"
    )
    row.revised = "0;1;2"
    assert "more corrections" not in comparison.reasons(row, None, later, words.of("en"), revised)


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
