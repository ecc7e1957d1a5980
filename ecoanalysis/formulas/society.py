"""Institutions and culture: appraisal, disclosure, plan assessment, training, what people say.

Inputs are counts by year; a ratio is NaN where an input is missing or its denominator is zero.
"""

from __future__ import annotations

from .rates import Yearly, percentage


def appraisal_share(eco_appraisal_points: Yearly, appraisal_points: Yearly) -> Yearly:
    """生态文明建设工作占党政实绩考核的比例 Share of eco-civilisation work in performance appraisal [%].

    = eco_appraisal_points / appraisal_points × 100

    Points of the appraisal standard [point]. NaN without points in all.
    2019 indicator list, item 3. 20 of 100 points give 20.
    """
    return percentage(eco_appraisal_points, appraisal_points)


def disclosure_rate(items_disclosed: Yearly, items_to_disclose: Yearly) -> Yearly:
    """生态环境信息公开率 Environmental information disclosure rate [%].

    = items_disclosed / items_to_disclose × 100

    Items of government and of enterprises bound to disclose [piece]. NaN where nothing is to be disclosed.
    2019 indicator list, item 5. 196 of 200 items give 98.
    """
    return percentage(items_disclosed, items_to_disclose)


def plan_eia_rate(plans_with_eia: Yearly, plans_requiring_eia: Yearly) -> Yearly:
    """依法开展规划环境影响评价 Plan environmental impact assessment by law [%].

    = plans_with_eia / plans_requiring_eia × 100

    Plans in the legal scope [piece]. NaN in a year in which no plan requires an assessment.
    2019 indicator list, item 6. 7 of 8 plans give 87.5.
    """
    return percentage(plans_with_eia, plans_requiring_eia)


def cadre_training_rate(cadres_trained: Yearly, cadres: Yearly) -> Yearly:
    """党政领导干部参加生态文明培训的人数比例 Leading cadres trained in eco-civilisation [%].

    = cadres_trained / cadres × 100

    Cadres in post from deputy section level up [person]. NaN without cadres.
    2019 indicator list, item 38. 475 of 500 give 95.
    """
    return percentage(cadres_trained, cadres)


def public_satisfaction(survey_satisfied: Yearly, survey_answers: Yearly) -> Yearly:
    """公众对生态文明建设的满意度 Public satisfaction with eco-civilisation [%].

    = survey_satisfied / survey_answers × 100

    Valid answers of a sample survey [answer]; its interval is `rates.wilson_interval`. NaN without answers.
    2019 indicator list, item 39. 340 of 400 answers give 85.
    """
    return percentage(survey_satisfied, survey_answers)


def public_participation(survey_participating: Yearly, survey_answers: Yearly) -> Yearly:
    """公众对生态文明建设的参与度 Public participation in eco-civilisation [%].

    = survey_participating / survey_answers × 100

    Valid answers of the same survey [answer]; its interval is `rates.wilson_interval`. NaN without answers.
    2019 indicator list, item 40. 328 of 400 answers give 82.
    """
    return percentage(survey_participating, survey_answers)
