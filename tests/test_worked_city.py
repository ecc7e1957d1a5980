"""A small city worked by hand: what the program says is what a person reckons with a pocket calculator.

The answers and their reckoning are in `published/worked_city.csv`, the city in `worked_city/`.
"""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import ecoanalysis as eco
from ecoanalysis import briefing, words

FOLDER = Path(__file__).parent / "worked_city"
ANSWERS = pd.read_csv(
    Path(__file__).parent / "published" / "worked_city.csv", dtype=str, keep_default_na=False, comment=None
)
CITY, NORTH, SOUTH = "示例市", "北县", "南县"

NUMBERS = (
    "latest_year latest_value target gap gap_count outstanding contribution pace_observed pace_required attain_year "
    "p_reach"
).split()
TEXTS = "requirement basis met_at_due verdict gap_count_unit status".split()
SENTENCES = {"sentence_zh": "zh", "sentence_en": "en", "pace_zh": "zh", "pace_en": "en"}
OF_A_REGION = (
    "missed_binding missed_advisory met_binding met_advisory unknown not_due conditions_met weak_first".split()
)
LIKELY_WORDS = {
    "zh": ("易达标", "经努力可达标", "难达标", "需重点攻关", "按现有趋势难达，需专项措施"),
    "en": (
        "likely",
        "possible with effort",
        "hard",
        "needs a concerted push",
        "out of reach on the present trend, needs special measures",
    ),
}
EIGHTY = {
    "zh": r"(，八成把握需年均(提高|下降) [\d.]+ [^，。]+)?",
    "en": r"(; [\d.]+ [^;.]+ a year for a chance of 80 %)?",
}
FROM_THE_ENGINE = {"methods_differ", "slows"}  # they hang on chances, which nobody reckons by hand
NOTE = {"zh": "(?:另注：.+)?", "en": "(?: Note: .+)?"}  # what such a warning adds
CHANCE = r"(<1|>99|\d{1,2}) %"


@pytest.fixture(scope="module")
def city(worked):
    return worked


def asked(*questions):
    rows = ANSWERS[ANSWERS["question"].isin(questions)]
    assert len(rows), questions
    names = [f"{row.region}-{row.indicator}-{row.question}" for row in rows.itertuples()]
    return pytest.mark.parametrize("row", list(rows.itertuples()), ids=names)


def statement(city, row):
    return city[row.region, row.indicator]


# ---------------------------------------------------------------------- answers, one by one


@asked(*NUMBERS)
def test_number_is_the_one_worked_out_by_hand(city, row):
    said = getattr(statement(city, row), row.question)
    if row.expected == "":
        assert pd.isna(said), row.reckoning
    else:
        assert said == pytest.approx(float(row.expected), abs=1e-6), row.reckoning


@asked(*TEXTS)
def test_word_is_the_one_worked_out_by_hand(city, row):
    s = statement(city, row)
    assert s.comparison == (row.comparison or s.comparison)
    assert getattr(s, row.question) == row.expected, row.reckoning


@asked("warning")
def test_warnings_are_those_that_apply(city, row):
    said = set(statement(city, row).warnings) - FROM_THE_ENGINE
    assert said == set(filter(None, row.expected.split(";"))), row.reckoning


@asked("verdict_not")
def test_what_is_stale_is_never_called_reached(city, row):
    assert statement(city, row).verdict not in row.expected.split("|"), row.reckoning


@asked("named_weak")
def test_weak_points_of_the_plan_are_marked(city, row):
    assert bool(statement(city, row).named_weak) == (row.expected == "yes"), row.reckoning


@asked(*SENTENCES)
def test_sentence_stands_as_it_must_in_the_document(city, row):
    lang = SENTENCES[row.question]
    s = statement(city, row)
    said = s.sentence(lang) if row.question.startswith("sentence") else briefing.pace(s, words.of(lang))
    verdicts = "(?:" + "|".join(map(re.escape, LIKELY_WORDS[lang])) + ")"
    pattern = re.escape(row.expected)
    for mark, allowed in (("<p>", CHANCE), ("<v>", verdicts), ("<eighty>", EIGHTY[lang])):
        pattern = pattern.replace(re.escape(mark), allowed)
    if FROM_THE_ENGINE & set(s.warnings):
        pattern += NOTE[lang]
    assert re.fullmatch(pattern, said), f"\n{said}\n{row.expected}\n{row.reckoning}"


@asked(*OF_A_REGION)
def test_headline_is_the_one_worked_out_by_hand(city, row):
    region = city[row.region]
    head = region.headline
    binding = {city.item_of(s.indicator) for s in region.statements if s.binding}
    met = set(head.met)
    said = {
        "missed_binding": head.missed_binding,
        "missed_advisory": head.missed_advisory,
        "met_binding": met & binding,
        "met_advisory": met - binding,
        "unknown": head.unknown,
        "not_due": head.not_due,
        "weak_first": [city.item_of(s.indicator) for s in region.weak[: len(row.expected.split(";"))]],
    }
    if row.question == "conditions_met":
        assert head.conditions_met == row.expected, row.reckoning
    else:
        assert sorted(said[row.question]) == [int(item) for item in row.expected.split(";") if item], row.reckoning


def test_every_row_of_the_table_is_asked():
    known = {*NUMBERS, *TEXTS, *SENTENCES, *OF_A_REGION, "warning", "verdict_not", "named_weak"}
    assert set(ANSWERS["question"]) == known
    assert not ANSWERS.duplicated(["region", "indicator", "comparison", "question"]).any()
    assert ANSWERS["reckoning"].str.len().gt(2).all() and ANSWERS["origin"].eq("worked by hand").all()


# ---------------------------------------------------------------------- what holds for every statement


def test_needed_is_never_more_than_needed_for_eighty(city):
    walked = 0
    for s in city.statements:
        if pd.notna(s.pace_required) and pd.notna(s.pace_for_80) and s.p_reach < 0.8 and s.gap > 0:
            towards = 1 if s.target > s.latest_value else -1
            assert towards * s.pace_for_80 >= towards * s.pace_required - 1e-9, s
            walked += 1
    assert walked >= 5


def test_two_numbers_of_a_sentence_agree_with_a_pocket_calculator(city):
    shown = re.compile(r"年为 ([\d. ]+) \S+?，目标 \d+ 年底不(?:低|高)于 ([\d. ]+) \S+?，尚差 ([\d. ]+) ")
    walked = 0
    for s in city.statements:
        numbers = shown.search(s.sentence("zh"))
        if numbers:
            value, target, gap = (Decimal(text.replace(" ", "")) for text in numbers.groups())
            assert abs(target - value) == gap, s.sentence("zh")
            walked += 1
    assert walked >= 8


def test_printed_value_and_target_say_by_themselves_whether_it_is_met(city):
    shown = re.compile(r"年为 ([\d. ]+) \S+?，(?:目标 \d+ 年底不(?:低|高)于|应达|应为) ([\d. ]+)")
    for s in city.statements:
        numbers = shown.search(s.sentence("zh"))
        if numbers and s.comparison in (">=", "<="):
            value, target = (Decimal(text.replace(" ", "")) for text in numbers.groups())
            as_read = value >= target if s.comparison == ">=" else value <= target
            assert as_read == (s.gap == 0), s.sentence("zh")


def test_verdict_follows_from_the_chance_that_is_printed(city):
    walked = 0
    for s in city.statements:
        if s.requirement in ("condition", "checklist") or pd.isna(s.p_reach) or "survey_error" in s.warnings:
            continue
        if s.verdict in ("reached", "reached_at_risk"):
            assert (s.verdict == "reached") == (s.p_hold >= 0.8), s
        else:
            p = s.p_reach
            by_chance = "likely" if p >= 0.9 else "possible" if p >= 0.5 else "hard" if p >= 0.1 else "out_of_reach"
            assert s.verdict == by_chance, s
        walked += 1
    assert walked >= 20


def test_what_is_not_known_of_the_due_year_is_said(city):
    said_so = ("无数据", "未报告", "缺少", "未全部报告")
    unknown = [s for s in city.statements if s.met_at_due == "unknown"]
    assert len(unknown) >= 5
    for s in unknown:
        assert any(text in s.sentence("zh") for text in said_so), s.sentence("zh")
        assert s.verdict != "reached", s


def test_no_number_has_more_decimals_than_people_read(city):
    for s in city.statements:
        for lang in words.LANGUAGES:
            text = s.sentence(lang) + briefing.pace(s, words.of(lang))
            assert not re.search(r"\d\.\d{4}", text), text


def test_one_thing_is_told_in_the_singular(city):
    for s in city.statements:
        assert not re.search(r"(?<![\d.])1 (villages|sections|answers|people|pieces)\b", s.sentence("en")), s.sentence(
            "en"
        )


def test_bands_lie_inside_one_another_and_within_what_is_possible(city):
    walked = 0
    for s in city.statements:
        bands = s.forecast
        if len(bands):
            order = bands[["lo95", "lo80", "median", "hi80", "hi95"]].astype(float)
            assert (order.diff(axis=1).iloc[:, 1:] >= -1e-9).all(axis=None), s
            assert order["lo95"].ge(-1e-9).all() and (s.unit != "%" or order["hi95"].le(100 + 1e-9).all()), s
            walked += 1
    assert walked >= 20


def test_holding_is_never_more_likely_than_reaching(city):
    for s in city.statements:
        if s.gap and s.gap > 0 and pd.notna(s.p_reach):
            assert s.p_hold <= s.p_reach + 1e-9, s


def test_contributions_of_the_counties_add_up_to_what_the_city_lacks(city):
    walked = 0
    for whole in (s for s in city[CITY].statements if s.gap_count > 0):
        rows = city.assessment[city.assessment["indicator"] == whole.indicator]
        parts = rows[rows["region_code"] != whole.region_code]["contribution"].astype(float).dropna()
        if len(parts) and whole.indicator != "public_participation":
            assert parts.sum() == pytest.approx(whole.gap_count, abs=1e-9), whole
            walked += 1
    assert walked >= 5


def test_a_county_is_measured_by_the_citys_target_where_its_own_is_lower(city):
    # 96 % of 1300 is 1248, the city treats 1235: 13 are lacking. North treats 481 of 480 asked, South 754 of 768,
    # which is 14; both meet the 85 % that counties are held to, and yet what the city lacks is in South.
    stricter = city.with_target(CITY, "城镇污水处理率", 96)
    assert stricter[CITY, "城镇污水处理率"].gap_count == pytest.approx(13)
    assert stricter[SOUTH, "城镇污水处理率"].contribution == pytest.approx(13)
    assert stricter[NORTH, "城镇污水处理率"].contribution == pytest.approx(0)


def test_every_outlook_counts_every_item_once(city):
    for region in (CITY, NORTH, SOUTH):
        head = city[region].headline
        ahead = [*head.secure, *head.consolidate, *head.to_be_won, *head.in_doubt, *head.open]
        at_date = [*head.met, *head.missed, *head.unknown, *head.not_due]
        items = {city.item_of(s.indicator) for s in city[region].statements}
        assert sorted(ahead) == sorted(at_date) == sorted(items)


# ---------------------------------------------------------------------- conditions for applying


@pytest.mark.parametrize(
    ("kept", "answer"),
    [
        # binding 8, 12, 15, 23, 24 all met in North; advisory 32 and 36 both met
        (("worse_than_class_five_share hazardous_waste_rate red_line_area drinking_water_quality_rate "
          "urban_sewage_treatment_rate disposables_per_head public_participation"), "yes"),
        # the same with the incidents of 2023, which North has not reported
        (("worse_than_class_five_share hazardous_waste_rate no_major_incident urban_sewage_treatment_rate "
          "disposables_per_head public_participation"), "unknown"),
        # every binding item met, but of advisory 28, 32, 36 only two in three, and four in five are asked
        ("hazardous_waste_rate urban_sewage_treatment_rate park_area_per_head disposables_per_head "
         "public_participation", "no"),
    ],
    ids=["all met", "one not reported", "too few advisory"],
)  # fmt: skip
def test_conditions_for_applying(tmp_path, kept, answer):
    shutil.copytree(FOLDER, tmp_path / "city")
    targets = pd.read_csv(FOLDER / "targets.csv", dtype=str, keep_default_na=False)
    targets[targets["indicator"].isin(kept.split())].to_csv(tmp_path / "city/targets.csv", index=False)
    assert eco.analyse(tmp_path / "city", as_of=2023)[NORTH].headline.conditions_met == answer
