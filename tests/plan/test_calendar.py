"""Stages and milestones: counted on a paper calendar, told in both languages, refused at the door."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from ecoanalysis import intake, words
from ecoanalysis.plan import calendar

HEADER = "name_zh,name_en,date,kind,asks_zh,asks_en\n"
ROWS = [
    ("启动阶段", "Launch", "stage", "2022-11-30", "印发方案", "The plan is issued"),
    ("建设阶段", "Building", "stage", "2023-06-30", "补齐短板", "Gaps are closed"),
    ("自查评估", "Self-check", "self_check", "2023-06-30", "逐项核对", "Items are checked"),
    ("申请预审", "Pre-review", "pre_review", "2023-06-30", "提出申请", "The province is asked"),
    ("验收", "Acceptance", "acceptance", "2023-12-31", "", ""),
    ("复核", "Re-inspection", "re_inspection", "2026-12-31", "持续达标", "Items stay met"),
]


def analysis(as_of: int = 2022, rows=ROWS):
    table = pd.DataFrame(rows, columns="name_zh name_en kind date asks_zh asks_en".split())
    return SimpleNamespace(as_of=as_of, milestones=table)


def names(rows) -> list[str]:
    return list(rows["name_zh"])


def told(folder, text: str) -> list[str]:
    folder.write("milestones.csv", HEADER + text)
    return [problem.text("en") for problem in intake.read(folder.path).problems if problem.file == "milestones.csv"]


@pytest.mark.parametrize(
    ("day", "stage", "left"),
    [
        ("2022-11-30", ["启动阶段"], 212),  # 31 days of December, 181 to the end of June
        ("2022-12-01", ["建设阶段"], 211),
        ("2023-06-29", ["建设阶段"], 1),
        ("2023-06-30", ["建设阶段"], 184),  # on the day itself the next one is the acceptance
        ("2023-07-01", [], 183),
        ("2024-02-28", [], 1037),  # 307 days of 2024, a leap year, then 365 + 365
    ],
)
def test_a_stage_ends_on_its_date_and_the_next_begins_the_day_after(day, stage, left):
    stands = calendar.stage(analysis(), day)
    assert names(stands.current) == stage
    assert stands.days_left == left


def test_an_analysis_stands_at_the_last_day_of_its_year():
    stands = calendar.stage(analysis(2022))
    assert stands.day == date(2022, 12, 31)
    assert stands.days_left == 181


def test_milestones_of_one_day_are_told_together_and_numbered():
    assert calendar.sentence(calendar.stage(analysis()), words.of("zh")) == (
        "截至 2022 年 12 月 31 日，处于建设阶段；距自查评估、申请预审（2023 年 6 月 30 日）还有 181 天，"
        "要求：（1）逐项核对；（2）提出申请。"
    )
    assert calendar.sentence(calendar.stage(analysis()), words.of("en")) == (
        "As of 31 December 2022: in the stage “Building”; 181 days left to Self-check and Pre-review (30 June 2023), "
        "asking: (1) Items are checked; (2) The province is asked."
    )


def test_the_day_of_a_milestone_says_so_and_what_comes_after():
    assert calendar.sentence(calendar.stage(analysis(), date(2023, 12, 31)), words.of("zh")) == (
        "截至 2023 年 12 月 31 日，各阶段均已结束；当日为验收；距复核（2026 年 12 月 31 日）还有 1\u2009096 天，要求：持续达标。"
    )


def test_one_day_is_one_day():
    assert "1 day left to Self-check" in calendar.sentence(calendar.stage(analysis(), "2023-06-29"), words.of("en"))


def test_what_the_stage_itself_asks_and_the_short_form():
    stands = calendar.stage(analysis())
    assert calendar.stage_asks(stands, words.of("zh")) == "建设阶段（至 2023 年 6 月 30 日）要求：补齐短板。"
    assert calendar.short(stands, words.of("en")) == "Building; 181 days to Self-check and Pre-review"


def test_nothing_is_said_where_there_is_no_calendar():
    stands = calendar.stage(analysis(rows=[]))
    assert not stands and stands.days_left is None
    for said in (calendar.sentence, calendar.stage_asks, calendar.short):
        assert said(stands, words.of("zh")) == ""


def test_a_plan_without_stages_says_nothing_of_them():
    said = calendar.sentence(calendar.stage(analysis(2023, ROWS[5:])), words.of("zh"))
    assert said == "截至 2023 年 12 月 31 日，距复核（2026 年 12 月 31 日）还有 1\u2009096 天，要求：持续达标。"
    assert calendar.in_stage(calendar.stage(analysis(2023, ROWS[5:])), words.of("zh")) == ""


def test_after_the_last_milestone_nothing_is_ahead():
    said = calendar.sentence(calendar.stage(analysis(), 2027), words.of("zh"))
    assert said == "截至 2027 年 12 月 31 日，各阶段均已结束；此后没有登记的节点。"


def test_every_row_has_its_state_and_a_stage_its_first_day():
    table = calendar.milestones(analysis(), "2023-06-30")
    assert list(table["state"]) == ["past", "current", "today", "today", "next", "ahead"]
    assert list(table["begins"]) == ["", "2022-12-01", "", "", "", ""]
    assert list(table["days_left"]) == [-212, 0, 0, 0, 184, 1280]


@pytest.mark.parametrize("on", ["2023-02-30", "tomorrow", "23", ""])
def test_a_day_that_is_none_is_told(on):
    with pytest.raises(calendar.BadDay, match="2023-06-30"):
        calendar.stage(analysis(), on)


def test_the_assessment_names_the_stage_of_its_year_and_a_saved_one_keeps_the_calendar(folder, tmp_path):
    from ecoanalysis import analyse, load

    rows = "".join(f"{zh},{en},{day},{kind},{asks},{asked}\n" for zh, en, kind, day, asks, asked in ROWS)
    folder.write("milestones.csv", HEADER + rows)
    made = analyse(folder.path, 2022)
    assert set(made.assessment["stage"]) == {"建设阶段"}
    again = load(made.save(tmp_path / "kept"))
    w = words.of("zh")
    assert calendar.sentence(calendar.stage(again), w) == calendar.sentence(calendar.stage(made), w) != ""


def test_a_saved_analysis_without_a_calendar_says_nothing(folder, tmp_path):
    from ecoanalysis import analyse, load

    again = load(analyse(folder.path, 2022).save(tmp_path / "kept"))
    assert calendar.sentence(calendar.stage(again), words.of("zh")) == ""
    assert set(again.assessment["stage"]) == {""}


# ---------------------------------------------------------------------- the door


def test_a_plan_in_order_passes(folder):
    rows = "".join(f"{zh},{en},{day},{kind},{asks},{asked}\n" for zh, en, kind, day, asks, asked in ROWS)
    assert told(folder, rows) == []


def test_a_milestone_needs_a_date(folder):
    assert told(folder, "验收,,,acceptance,,\n") == [
        "milestones.csv:2 “验收” has no date; give one in date such as 2023-12-31 (of a stage its last day)"
    ]


def test_two_stages_cannot_end_on_one_day(folder):
    assert told(folder, "一,,2022,stage,,\n二,,2022-12-31,stage,,\n") == [
        "milestones.csv:3 stage “二” ends on 2022-12-31 like the stage of row 2, so the two overlap; "
        "date is the last day of a stage, put one of them right"
    ]


def test_a_kind_that_is_none_is_told_with_those_that_are(folder):
    (sentence,) = told(folder, "验收,,2023,party,,\n")
    assert "kind is 'party'" in sentence and "re_inspection" in sentence


@pytest.mark.parametrize("day", ["2022-12-31", "2023-12-31"])
def test_a_re_inspection_comes_after_the_acceptance_wherever_it_stands(folder, day):
    assert told(folder, f"复核,,{day},re_inspection,,\n验收,,2023-12-31,acceptance,,\n") == [
        f"milestones.csv:2 “复核” ({day}) should come after “验收” (2023-12-31); check date and kind"
    ]


def test_an_acceptance_before_the_self_check_is_told_and_the_same_day_is_none(folder):
    assert told(folder, "自查,,2023-06,self_check,,\n预审,,2023-06,pre_review,,\n") == []
    (sentence,) = told(folder, "自查,,2023-06,self_check,,\n验收,,2023-05,acceptance,,\n")
    assert sentence.startswith("milestones.csv:3 “验收” (2023-05-31) should come after “自查” (2023-06-30)")


def test_everything_wrong_is_told_at_once(folder):
    text = "一,,,stage,,\n二,,2023,party,,\n二,,2023,acceptance,,\n三,,2022,re_inspection,,\n"
    assert len(told(folder, text)) == 4
