"""Every kind of sentence, on statements made by hand: what is said of which numbers, literally, in both languages."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import briefing, catalog, words

ZH, EN = words.of("zh"), words.of("en")
INDICATORS = catalog.indicators()
SEWAGE = "rural_sewage_treatment_rate"
UNKNOWN = dict.fromkeys("gap_count outstanding base_year p_hold contribution".split(), np.nan)
NOBODY = SimpleNamespace(members=lambda code: [])  # an analysis of a region without parts


def made(indicator: str = SEWAGE, **more) -> SimpleNamespace:
    """59 % of villages in 2023, 60 % asked by the end of 2025: hard to reach."""
    fields = dict(
        indicator=indicator, record=INDICATORS[indicator], region_code="C1", analysis=NOBODY, status="observed",
        requirement="", comparison=">=", target=60.0, latest_value=59.0, latest_year=2023.0, gap=1.0, gap_count_unit="",
        due=2025, as_of=2023, milestone=2025, hold_until=2026, met_at_due="", verdict="hard", p_reach=0.3, warnings=(),
        is_duty=False, pressing=False,
    )  # fmt: skip
    return SimpleNamespace(**fields | UNKNOWN | more)


def duty(indicator: str, latest: float, outstanding: float, unit: str, **more) -> SimpleNamespace:
    """A duty of 100 (or of none), missed at the end of 2023, to be finished by 2026."""
    comparison, target = (">=", 100.0) if INDICATORS[indicator].direction > 0 else ("<=", 0.0)
    fields = dict(
        comparison=comparison,
        is_duty=True, requirement="duty", pressing=True, target=target, latest_value=latest, gap=abs(target - latest),
        outstanding=outstanding, gap_count_unit=unit, due=2023, milestone=2026, met_at_due="no", p_reach=0.62,
        verdict="possible",
    )  # fmt: skip
    return made(indicator, **fields | more)


def both(say, *asked) -> tuple[str, str]:
    return say(*asked, ZH), say(*asked, EN)


# ---------------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("fields", "zh", "en"),
    [
        ({}, "≥ 60 %", "≥ 60 %"),
        ({"comparison": "<", "target": 4.5}, "< 4.5 %", "< 4.5 %"),
        ({"target": np.nan}, "待上级下达", "to be assigned"),
        ({"comparison": "not_below_base", "target": 59.04}, "不低于基准值 59.0 %", "not below the base of 59.0 %"),
        ({"comparison": "not_above_base", "target": 59.04}, "不高于基准值 59.0 %", "not above the base of 59.0 %"),
        ({"comparison": "not_above_base", "target": np.nan}, "不高于基准值", "not above the base"),
        ({"comparison": "falling", "target": np.nan}, "逐年下降", "falling year by year"),
        ({"comparison": "done", "target": np.nan}, "落实并有材料", "in place and documented"),
        ({"comparison": "done", "requirement": "condition"}, "不得发生", "must not happen"),
    ],
)
def test_a_target_as_a_table_prints_it(fields, zh, en):
    assert both(briefing.target, made(**fields)) == (zh, en)


@pytest.mark.parametrize(
    ("fields", "zh", "en"),
    [
        ({}, "不低于 60 %", "at least 60 %"),
        ({"comparison": ">"}, "高于 60 %", "above 60 %"),
        ({"comparison": "<="}, "不高于 60 %", "at most 60 %"),
        ({"comparison": "<"}, "低于 60 %", "below 60 %"),
        ({"comparison": "="}, "为 60 %", "60 %"),
        ({"comparison": "rising"}, "逐年上升", "rising year by year"),
        ({"comparison": "falling"}, "逐年下降", "falling year by year"),
        ({"comparison": "not_below_base"}, "不低于基准的 60.0 %", "not below the base of 60.0 %"),
        ({"comparison": "not_above_base", "base_year": 2020.0}, "不高于 2020 年的 60.0 %", "not above the 60.0 % of 2020"),
    ],
)  # fmt: skip
def test_a_target_inside_a_sentence(fields, zh, en):
    assert both(briefing.target_in_words, made(**fields)) == (zh, en)


# ---------------------------------------------------------------------- values and gaps


@pytest.mark.parametrize(
    ("latest", "fields", "value", "gap"),
    [
        (59.0, {}, "59.0 %", "1.0 points"),
        (59.96, {"gap": 0.04}, "59.96 %", "0.04 points"),  # 60.0 would look met
        (61.26, {"gap": 0.0}, "61.3 %", ""),
        (60.31, {"comparison": "=", "target": 60.25, "gap": 0.06}, "60.31 %", "0.06 points"),  # 60.3 would pass
        (60.04, {"comparison": "<=", "gap": 0.04}, "60.04 %", "0.04 points"),
        (59.96, {"comparison": "rising", "gap": 0.04}, "60.0 %", "0.0 points"),
        (59.0, {"comparison": "not_below_base", "target": 60.04, "gap": 1.04}, "59.0 %", "1.0 points"),
        (np.nan, {"gap": np.nan}, "—", ""),
    ],
)
def test_an_unmet_value_has_the_decimals_that_show_it(latest, fields, value, gap):
    s = made(latest_value=latest, **fields)
    assert (briefing.value(s, EN), briefing.gap(s, EN)) == (value, gap)


@pytest.mark.parametrize(
    ("latest", "value", "gap"),
    [(98.2, "98.2 %", "1.8 points"), (99.0, "99.0 %", "1.0 points"), (99.2, "99.20 %", "0.80 points"), (100.0, "100 %", "")],
)  # fmt: skip
def test_the_last_point_of_a_duty_is_told_to_a_hundredth(latest, value, gap):
    s = duty("cadre_training_rate", latest, 1, "person")
    assert (briefing.value(s, EN), briefing.gap(s, EN)) == (value, gap)


def test_a_gap_in_things_calls_them_by_their_name():
    s = made("class_three_or_better_share", gap_count=2.0, gap_count_unit="piece")
    assert both(briefing.gap_with_things, s) == ("1.0 个百分点，合 2 个断面", "1.0 points, 2 river sections")
    assert briefing.gap_with_things(made(), EN) == "1.0 points" and briefing.things(made(gap_count=0.0), EN) == ""


# ---------------------------------------------------------------------- whole sentences


@pytest.mark.parametrize(
    ("s", "zh", "en"),
    [
        (
            made(),
            "2023 年为 59.0 %，目标 2025 年底不低于 60 %，尚差 1.0 个百分点；2025 年达标概率 30 %，难达标。",
            "59.0 % in 2023; target at least 60 % by the end of 2025; 1.0 points short; "
            "chance of meeting it in 2025: 30 %; hard.",
        ),
        (
            made(due=2023, milestone=2026, met_at_due="no", status="demo"),
            "2023 年为 59.0 %，目标 2023 年底不低于 60 %，尚差 1.0 个百分点，到期未达标；"
            "2026 年复核时达标概率 30 %，难达标。【演示数据】",
            "59.0 % in 2023; target at least 60 % by the end of 2023; 1.0 points short; missed at its date; "
            "chance of meeting it at the re-inspection in 2026: 30 %; hard. [demo data]",
        ),
        (
            made(gap=0.0, latest_value=60.4, verdict="likely", p_reach=0.93, met_at_due="unknown", warnings=("survey_error",)),
            "2023 年为 60.4 %，目标 2025 年底不低于 60 %，到期当年无数据；2025 年达标概率 93 %，易达标。"
            "与目标的差距在调查误差范围内。",
            "60.4 % in 2023; target at least 60 % by the end of 2025; no figure for the due year; "
            "chance of meeting it in 2025: 93 %; likely. The distance to the target lies within the survey's error.",
        ),
        (
            made(gap=0.0, latest_value=61.0, verdict="reached", p_hold=0.85, warnings=("survey_error", "stale")),
            "2023 年为 61.0 %，目标 2025 年底不低于 60 %，已达标；保持到 2026 年的概率 85 %。"
            "高出目标的部分在调查误差范围内。另注：最近数据较早，待更新。",
            "61.0 % in 2023; target at least 60 % by the end of 2025; reached; chance of holding it to 2026: 85 %. "
            "The margin lies within the survey's error. Note: the latest figure is old and has to be renewed.",
        ),
        (
            made(gap=0.0, latest_value=61.0, verdict="reached_at_risk", p_hold=0.5, met_at_due="unknown"),
            "2023 年为 61.0 %，目标 2025 年底不低于 60 %，到期当年无数据，已达标，需巩固；保持到 2026 年的概率 50 %。",
            "61.0 % in 2023; target at least 60 % by the end of 2025; no figure for the due year; reached, to be "
            "consolidated; chance of holding it to 2026: 50 %.",
        ),
        (
            made(comparison="rising", gap=0.0, verdict="reached_at_risk", p_hold=0.49),
            "2023 年为 59.0 %，要求逐年上升，已达标，但较难保持；保持到 2026 年的概率 49 %。",
            "59.0 % in 2023; it should be rising year by year; reached, but likely to slip; "
            "chance of holding it to 2026: 49 %.",
        ),
        (
            made(verdict="no_target", target=np.nan),
            "2023 年为 59.0 %；目标值待上级下达。",
            "59.0 % in 2023; the target has still to be assigned.",
        ),
        (
            made(verdict="insufficient_data", comparison="not_below_base", target=np.nan),
            "2023 年为 59.0 %；没有基准值，暂不能判断。",
            "59.0 % in 2023; without a base value it cannot be judged yet.",
        ),
        (made(verdict="not_applicable"), "不考核本级，不适用。", "Not asked of this level; not applicable."),
        (
            made(verdict="not_applicable", warnings=("zero_denominator",)),
            "没有可考核的对象，不适用。",
            "Nothing to assess; not applicable.",
        ),
    ],
    ids="open missed unknown survey at_risk slipping no_target no_base not_asked nothing".split(),
)  # fmt: skip
def test_a_trend_in_words(s, zh, en):
    assert both(briefing.sentence, s) == (zh, en)


@pytest.mark.parametrize(
    ("s", "zh", "en"),
    [
        (
            duty("cadre_training_rate", 95.0, 5, "person"),
            "2023 年为 95.0 %，应达 100 %，尚有 5 人未参训，到期未完成；2026 年完成概率 62 %，经努力可达标。",
            "95.0 % in 2023; 100 % required; 5 persons not yet trained; not complete at its date; "
            "chance of completing it by 2026: 62 %; possible with effort.",
        ),
        (
            duty("worse_than_class_five_share", 5.0, 1, "piece", met_at_due="unknown", p_reach=np.nan, verdict="out_of_reach"),
            "2023 年为 5.0 %，应为 0 %，尚有 1 个劣Ⅴ类断面，到期当年无数据；同类记录不足，不作概率判断，需重点攻关。",
            "5.0 % in 2023; 0 % required; 1 section worse than class V; no figure for the due year; "
            "the record is too thin to give a chance; needs a concerted push.",
        ),
        (
            duty("class_three_or_better_share", 90.0, 2, "piece", met_at_due=""),
            "2023 年为 90.0 %，应达 100 %，尚有 2 个断面未完成；2026 年完成概率 62 %，经努力可达标。",
            "90.0 % in 2023; 100 % required; 2 river sections outstanding; "
            "chance of completing it by 2026: 62 %; possible with effort.",
        ),
        (
            duty("cadre_training_rate", 99.94, 0.0, "person", met_at_due=""),
            "2023 年为 99.94 %，应达 100 %，尚差 0.06 个百分点；2026 年完成概率 62 %，经努力可达标。",
            "99.94 % in 2023; 100 % required; 0.06 points short; "
            "chance of completing it by 2026: 62 %; possible with effort.",
        ),
        (
            duty("cadre_training_rate", 100.0, 0.0, "person", met_at_due="", verdict="likely", p_reach=0.95),
            "2023 年为 100 %，应达 100 %；2026 年完成概率 95 %，易达标。",
            "100 % in 2023; 100 % required; chance of completing it by 2026: 95 %; likely.",
        ),
        (
            duty("cadre_training_rate", 100.0, 0.0, "person", verdict="reached", p_hold=0.9),
            "2023 年为 100 %，应达 100 %，已全部完成；保持到 2026 年的概率 90 %。",
            "100 % in 2023; 100 % required; complete; chance of holding it to 2026: 90 %.",
        ),
        (
            duty("worse_than_class_five_share", 0.0, 0.0, "piece", verdict="reached_at_risk", p_hold=0.4),
            "2023 年为 0 %，应为 0 %，符合要求，但较难保持；保持到 2026 年的概率 40 %。",
            "0 % in 2023; 0 % required; as required, but likely to slip; chance of holding it to 2026: 40 %.",
        ),
    ],
    ids="persons thin other points old reached slipping".split(),
)  # fmt: skip
def test_a_duty_in_words(s, zh, en):
    assert both(briefing.sentence, s) == (zh, en)


AREA = dict(requirement="protected", comparison="not_below_base", target=50.04, base_year=2020.0)


@pytest.mark.parametrize(
    ("fields", "zh", "en"),
    [
        (
            dict(latest_value=48.5, gap=1.54, met_at_due="no", milestone=2026),
            "2023 年为 48.5 平方公里，要求不低于 2020 年的 50.0 平方公里，比基准少 1.5 平方公里，到期未达标；"
            "2026 年恢复到基准的概率 30 %，难达标。",
            "48.5 km² in 2023; not below the 50.0 km² of 2020; 1.5 km² below the base; missed at its date; "
            "chance of being back at the base by 2026: 30 %; hard.",
        ),
        (
            dict(latest_value=50.04, gap=0.0, verdict="reached", p_hold=0.97),
            "2023 年为 50.0 平方公里，要求不低于 2020 年的 50.0 平方公里，未减少；保持到 2026 年的概率 97 %。",
            "50.0 km² in 2023; not below the 50.0 km² of 2020; not reduced; chance of holding it to 2026: 97 %.",
        ),
        (
            dict(latest_value=50.04, gap=0.0, verdict="likely", p_reach=0.95),
            "2023 年为 50.0 平方公里，要求不低于 2020 年的 50.0 平方公里；2025 年恢复到基准的概率 95 %，易达标。",
            "50.0 km² in 2023; not below the 50.0 km² of 2020; chance of being back at the base by 2025: 95 %; likely.",
        ),
    ],
    ids="reduced kept old".split(),
)
def test_a_protected_area_in_words(fields, zh, en):
    assert both(briefing.sentence, made("red_line_area", **AREA | fields)) == (zh, en)


@pytest.mark.parametrize(
    ("fields", "zh", "en"),
    [
        (
            dict(latest_value=2.0),
            "2023 年发生 2 起，不符合要求，难达标。",
            "2 in 2023; not as required; hard.",
        ),
        (dict(latest_value=0.0, verdict="reached"), "2023 年未发现违反情形，符合要求。", "No breach in 2023; as required."),
        (
            dict(latest_value=0.0, verdict="reached_at_risk", p_hold=0.66, met_at_due="no", due=2021),
            "2023 年未发现违反情形，符合要求，需巩固；到 2026 年始终不发生的概率 66 %。2021 年曾发生，到期未达标。",
            "No breach in 2023; as required, to be consolidated; chance of staying free of any to 2026: 66 %. "
            "There was one in 2021; missed at its date.",
        ),
        (
            dict(latest_value=np.nan, verdict="insufficient_data", warnings=("not_reported",)),
            "2023 年情况未报告。",
            "2023 not reported.",
        ),
    ],
    ids="happened none at_risk not_reported".split(),
)  # fmt: skip
def test_what_must_not_happen_in_words(fields, zh, en):
    s = made("no_major_incident", comparison="done", requirement="condition", **fields)
    papers = ("有关材料已备。", " The papers are on file.") if s.verdict == "insufficient_data" else (
        "计划、数据、佐证材料齐全。", " Plan, data and proof are on file.")  # fmt: skip
    assert both(briefing.sentence, s) == (zh + papers[0], en + papers[1])


@pytest.mark.parametrize(
    ("warnings", "zh", "en"),
    [
        ("", "计划、数据、佐证材料齐全。", "Plan, data and proof are on file."),
        ("not_supplied", "材料尚未提供。", "No papers supplied yet."),
        ("lacks_proof", "已有计划安排、数据支撑，尚缺佐证材料。", "Plan and data on file; proof still missing."),
        (
            "lacks_plan lacks_data lacks_proof",
            "尚缺计划安排、数据支撑、佐证材料。",
            "Plan, data and proof still missing.",
        ),
        (
            "lacks_data paper_not_found",
            "已有计划安排、佐证材料，尚缺数据支撑。有登记的材料未找到文件。",
            "Plan and proof on file; data still missing. A paper is named whose file is not there.",
        ),
    ],
)
def test_papers_in_words(warnings, zh, en):
    s = made("river_chief_system", comparison="done", verdict="undocumented", warnings=tuple(warnings.split()))
    assert both(briefing.sentence, s) == (zh, en)


def test_a_short_verdict_presses_where_the_item_does():
    s = made(verdict="out_of_reach", pressing=True)
    assert both(briefing.short_verdict, s) == ("重点攻关", "Concerted push")
    assert both(briefing.short_verdict, made(verdict="out_of_reach")) == ("需专项措施", "Special measures")


# ---------------------------------------------------------------------- paces


def paced(observed: float, required: float, sure: float, p: float = 0.6, indicator: str = SEWAGE, **more):
    paces = dict(pace_observed=observed, pace_required=required, pace_for_80=sure, pace_from=2018.0, p_reach=p)
    return made(indicator, **paces | more)


@pytest.mark.parametrize(
    ("s", "zh", "en"),
    [
        (
            paced(0.4, 0.5, 1.2),
            "近 5 年（2018—2023）年均提高 0.4 个百分点，尚需年均提高 0.5 个百分点，八成把握需年均提高 1.2 个百分点。",
            "Over the last 5 years (2018–2023) it rose by 0.4 points a year; a rise of 0.5 points a year is needed; "
            "1.2 points a year for a chance of 80 %.",
        ),
        (
            paced(0.4, 0.5, 1.2, p=0.8),
            "近 5 年（2018—2023）年均提高 0.4 个百分点，尚需年均提高 0.5 个百分点。",
            "Over the last 5 years (2018–2023) it rose by 0.4 points a year; a rise of 0.5 points a year is needed.",
        ),
        (
            paced(1.2, 0.5, 1.2),
            "近 5 年（2018—2023）年均提高 1.2 个百分点，尚需年均提高 0.5 个百分点，八成把握需年均提高 1.2 个百分点。"
            "近年进度虽快于所需，但历年起伏较大，难以保证。",
            "Over the last 5 years (2018–2023) it rose by 1.2 points a year; a rise of 0.5 points a year is needed; "
            "1.2 points a year for a chance of 80 %. The recent pace would do, but the series moves up and down too "
            "much to count on it.",
        ),
        (
            paced(-1.0, -2.0, -2.5, indicator="pm25_concentration", comparison="<=", target=30.0, latest_value=34.0, gap=4.0),
            "近 5 年（2018—2023）年均下降 1.0 微克/立方米，尚需年均下降 2.0 微克/立方米，八成把握需年均下降 2.5 微克/立方米。",
            "Over the last 5 years (2018–2023) it fell by 1.0 µg/m³ a year; a fall of 2.0 µg/m³ a year is needed; "
            "2.5 µg/m³ a year for a chance of 80 %.",
        ),
        (
            paced(0.004, 0.0333, np.nan, latest_value=59.9, gap=0.1, milestone=2026),
            "近 5 年（2018—2023）基本未变，尚需年均提高 0.03 个百分点。",
            "Over the last 5 years (2018–2023) it hardly moved; a rise of 0.03 points a year is needed.",
        ),
        (paced(np.nan, 0.5, np.nan), "尚需年均提高 0.5 个百分点。", "A rise of 0.5 points a year is needed."),
        (paced(0.4, np.nan, np.nan), "", ""),
        (paced(0.4, 1e-8, np.nan, comparison=">", latest_value=60.0, gap=1e-8), "", ""),
    ],
    ids="sure likely uneven fall slow nothing_seen nothing_needed strict".split(),
)  # fmt: skip
def test_paces_in_words(s, zh, en):
    assert both(briefing.pace, s) == (zh, en)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "The recent pace would do, but the series moves up and down"),
        ({"pace_observed": 2.9}, ""),  # it would not do
        ({"p_reach": 0.8}, ""),  # it is believed
        ({"pace_observed": np.nan}, ""),
        ({"pace_observed": 2.04, "warnings": ("slows",)}, "The recent pace is about what is needed"),
        ({"latest_value": 75.1}, "The recent pace would do, but such series slow down near their limit."),
        ({"latest_value": 75.0}, "The recent pace would do, but the series moves up and down"),
        ({"pace_observed": -4.0, "pace_required": -2.0, "pace_for_80": -3.0, "latest_value": 24.0}, "near their limit"),
        ({"pace_observed": -4.0, "pace_required": -2.0, "pace_for_80": -3.0, "latest_value": 76.0}, "moves up and down"),
        ({"pace_observed": 2.9, "pace_required": -2.0, "pace_for_80": -3.0}, ""),  # the wrong way
    ],
)  # fmt: skip
def test_why_a_pace_that_would_do_is_not_believed(fields, said):
    found = briefing.slows(paced(4.0, 2.0, 3.0, **fields), EN, 2.0, 1)
    assert said in found and bool(said) == bool(found)


# ---------------------------------------------------------------------- cities and counties


@pytest.fixture
def analysis():
    """The city lacks one village of the target of 2025, and four of that of 2023; both counties lack one of the first."""
    rows = [("C", 1.0, 1.0), ("C", 4.0, np.nan), ("C1", 1.0, 0.75), ("C2", 1.0, 0.25)]
    assessment = pd.DataFrame(rows, columns=["region_code", "gap_count", "contribution"])
    assessment = assessment.assign(indicator=SEWAGE, latest_value=59.0, target=60.0)
    results = pd.DataFrame(
        [("C1", SEWAGE, 2023, "villages@C2;villages@C2;zero_denominator"), ("C1", SEWAGE, 2022, "nothing"),
         ("C2", SEWAGE, 2023, "")],
        columns=["region_code", "indicator", "year", "lacking"],
    )  # fmt: skip
    regions = {"C": SimpleNamespace(parent="", level="city")}
    regions |= {code: SimpleNamespace(parent="C", level="county") for code in ("C1", "C2")}
    names = {"C": ("甲市", "City A"), "C1": ("乙县", "County B"), "C2": ("丙县", "County C")}
    return SimpleNamespace(
        assessment=assessment, results=results, cache={}, records=None, region_row=regions.get,
        name=lambda code, lang: names[code][lang == "en"],
    )  # fmt: skip


def test_what_a_county_has_of_the_city_s_gap(analysis):
    s = made(contribution=0.75, gap_count_unit="village", analysis=analysis)
    assert briefing.city_gap(s) == 1.0
    s.contribution = 1.0
    assert both(briefing.contribution, s) == (
        "甲市缺口 1 个村，其中乙县占 1 个村（100 %）。",
        "Of the 1 village that City A is short, County B's share is 1 village (100 %).",
    )
    beyond = pd.DataFrame([("C2", np.nan, np.nan, SEWAGE, 71.0, 60.0)], columns=analysis.assessment.columns)
    analysis.assessment = pd.concat([analysis.assessment.query("region_code != 'C2'"), beyond])
    analysis.cache.clear()
    assert both(briefing.contribution, s) == (
        "甲市净缺口 1 个村（已由超额县区抵补），按缺口比例，乙县占 1 个村（100 %）。",
        "Of the 1 village that City A is short once counties beyond the target are set off, "
        "County B's share is 1 village (100 %).",
    )
    assert briefing.contribution(made(contribution=0.0, analysis=analysis), EN) == ""


def test_an_item_of_several_parts_has_moved_once_by_its_worst_news():
    """Three parts of item 32: one is nearer, one lost ground, one was missed; item 24 is nearer."""
    items = {"a": 32, "b": 32, "c": 32, "d": 24}
    moved = pd.DataFrame({"indicator": list("abcd"), "moved": ["better", "worse", "missed", "better"]})
    region = SimpleNamespace(changes=moved, analysis=SimpleNamespace(item_of=items.get))
    assert briefing.moved_items(region) == {"better": [24], "missed": [32]}


def test_what_is_lacking_is_that_of_the_latest_year(analysis):
    assert both(briefing.lacking, made(analysis=analysis)) == (
        "缺少行政村总数（丙县）、没有可考核的对象（分母为零）",
        "lacks Administrative villages (County C), nothing to assess (denominator zero)",
    )
    for region in ("C2", "C"):  # no input is named; no row at all
        assert both(briefing.lacking, made(region_code=region, analysis=analysis)) == ("没有任何数据", "no data at all")


def test_an_item_of_the_city_alone_is_said_beside_a_county(analysis):
    s = made(owed_at="city", analysis=analysis)
    assert briefing.city_only(s, ZH) == "本项只考核市级，县级数据仅供对照。"
    assert briefing.city_only(made(owed_at="city", region_code="C", analysis=analysis), ZH) == ""
    assert briefing.city_only(made(owed_at="county", analysis=analysis), ZH) == ""


@pytest.mark.parametrize(
    ("missed", "unknown", "zh"),
    [
        (3, 6, "约束性指标 3 项未达标、6 项尚不能判定"),
        (3, 0, "约束性指标 3 项未达标"),
        (0, 6, "约束性指标尚无未达标的，6 项不能判定"),
        (0, 0, "到期的约束性指标均已达标"),
    ],
)
def test_binding_items_missed_or_unknown(missed, unknown, zh):
    head = SimpleNamespace(missed_binding=range(missed), unknown_binding=range(unknown))
    assert briefing._binding(head, ZH) == zh


def test_missed_items_and_how_many_of_them_are_binding():
    some, none = (SimpleNamespace(missed=range(5), missed_binding=range(count)) for count in (2, 0))
    assert both(briefing.missed_items, some) == ("到期未达标 5 项（约束性 2 项）", "missed 5 (2 binding)")
    assert both(briefing.missed_items, none) == ("到期未达标 5 项（均为参考性）", "missed 5, all advisory")


def test_a_source_is_found_by_file_sheet_and_cell():
    book = SimpleNamespace(file="book.xlsx", sheet="2023", cell="B7")
    table = SimpleNamespace(file="statistics/land.csv", sheet="", cell="row 13")
    assert (briefing.place_of(book), briefing.place_of(table)) == ("book.xlsx!2023!B7", "statistics/land.csv:13")
