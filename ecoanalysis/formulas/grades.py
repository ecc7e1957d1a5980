"""Grades of EI (HJ 192-2015) and classes of EQI (2021 method): two indices, two scales, never mixed.

National reporting moved from EI to EQI with the year 2021. EQI is taken as reported: the weights of its
lower levels are not public enough to compute it. The functions give codes; their words are in the phrase
table. Bounds are groups of `coefficients.csv`; NaN has no grade (None).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .rates import Yearly, change_classed, classed


def ei_grade(ecological_index: Yearly, *, grade_bounds: Mapping[str, float]) -> Yearly:
    """生态环境状况分级 Grade of EI: excellent 优, good 良, fair 一般, poor 较差, bad 差.

    >>> bounds = {"excellent": 75, "good": 55, "fair": 35, "poor": 20, "bad": 0}
    >>> ei_grade(pd.Series({2022: 54.9, 2023: 55.0}), grade_bounds=bounds).tolist()
    ['fair', 'good']
    """
    return classed(ecological_index, grade_bounds)


def ei_change_grade(change: Yearly, *, ei_change_bounds: Mapping[str, float]) -> Yearly:
    """生态环境状况变化分级
    Grade of a change of EI: unchanged, slight, obvious, remarkable with `_better` or `_worse`.

    Lower bounds belong to the class above (a paper places them below; the program of the standard does
    not).
    """
    return change_classed(change, ei_change_bounds)


def ei_fluctuation(ecological_index: Yearly, *, ei_fluctuation_bounds: Mapping[str, float]) -> pd.Series:
    """生态环境状况波动分级 Fluctuation class of each region's EI over its years, by highest minus lowest.

    One row for a Series, one a region for a DataFrame; None with fewer than two years.
    """
    table = ecological_index.to_frame() if isinstance(ecological_index, pd.Series) else ecological_index
    spread = (table.max() - table.min()).where(table.count() >= 2)
    return classed(spread, ei_fluctuation_bounds)


def eqi_class(ecological_quality_index: Yearly, *, eqi_class_bounds: Mapping[str, float]) -> Yearly:
    """区域生态质量分类
    Class of EQI: class_one 一类 to class_five 五类 (bounds unverified, they fit published values)."""
    return classed(ecological_quality_index, eqi_class_bounds)


def eqi_change_class(change: Yearly, *, eqi_change_bounds: Mapping[str, float]) -> Yearly:
    """区域生态质量变化分类
    Class of a change of EQI: stable, slight, moderate, obvious with `_better` or `_worse`."""
    return change_classed(change, eqi_change_bounds)
