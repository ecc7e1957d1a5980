"""Write docs/indicators.md and docs/indicators.zh-CN.md from the catalogue, the formulas and the test cases.

    python docs/make_indicator_table.py

Every row names the test that covers it; a row without one stops the script.
"""

# ruff: noqa: E501 (the prose of the two pages stands in lines of its own)

from __future__ import annotations

import inspect
import re
from pathlib import Path

from ecoanalysis import catalog
from ecoanalysis.formulas import FORMULAS
from ecoanalysis.words import Words

DOCS = Path(__file__).parent
TESTS = DOCS.parent / "tests"
CASE_TEST = "tests/formulas/test_formula_cases.py::test_the_formula_gives_the_number_of_its_origin"
REPORTED_TEST = "tests/formulas/test_formula_tables.py::test_a_reported_or_checked_indicator_is_a_row_without_a_formula"
CLASS_TEST = "tests/formulas/test_formula_cases.py::test_the_class_is_the_one_that_was_published"

PAGES = {
    "en": {
        "file": "indicators.md",
        "title": "# Indicators and their formulas",
        "intro": (
            "Written by `docs/make_indicator_table.py` from the catalogue; change the tables or the docstrings, not this page.\n\n"
            "Confidence: A two independent sources agree, B one source, C recalled only, D doubtful. "
            "What is marked C or D is **unverified**: it stays a setting and is shown as unverified.\n"
            f"Tests: a case is a row of `tests/published/formulas.csv` with its origin, run by\n`{CASE_TEST}`;\n"
            f"rows without a formula are held by\n`{REPORTED_TEST}`,\nEQI classes by\n`{CLASS_TEST}`."
        ),
        "head": ["No.", "2019", "Indicator", "Formula", "Inputs", "Unit", "Standard, clause", "Confidence", "Test"],
        "derived": "## Derived inputs\n\nTaken as observed where there is an observation, otherwise computed.",
        "derived_head": ["Variable", "Formula", "Inputs", "Unit", "Test"],
        "unverified": "## Unverified numbers\n\nReplace one by a row of the same group and name in `coefficients.csv` of the data folder.",
        "unverified_head": ["Standard", "Group", "Name", "Value", "Unit", "Clause", "Confidence"],
        "reported": "as reported",
        "checklist": "yes or no, by evidence",
        "published": "published",
        "worked": "worked by hand",
        "more": "and {n} more",
        "marks": {"A": "A", "B": "B", "C": "C unverified", "D": "D unverified"},
        "join": ", ",
        "comma": ", ",
        "notes": """## What is left out, and how some texts are read

* Items 9, 13 and 18 of the 2019 list (nearshore water, coastal restoration, natural shoreline) concern the coast and are not in the catalogue.
* Item 16 of the 2019 list (an emergency mechanism) is held by the two conditions that the plan makes of it, 14a and 14b.
* An item can be assigned in several forms: rows with the same number and part are its measures (level, yearly fall, fall since a base year; the rise of a share and the share; PM2.5 and its fall). The 2019 list measures the fall of the share worse than class V, the plan the share itself.
* Levels at current prices are rows of their own; nothing is ever compared across the two price bases.
* Forest and grass cover divides by the land area. The deduction of water above about 5 % of the territory is recalled only: enter the land area without it.
* The 2021 rows of `thresholds.csv` hold what differs from 2019 and is known; solid waste has no number there because two bands decide, which were only recalled.
* The 2024 rows hold those items of the city table that have a row here. Good-air days of 90 % may there be replaced by a rise; PM2.5 as a concentration (no number there), the change of EQI (above −1) and items without an equal here are left out, and so is the county table, which was not seen.
* EQI is taken as reported and never mixed with EI: national reporting moved from EI to EQI with the year 2021, the 2019 list and the plan still use EI.
* The biodiversity index of HJ 623-2011 is taken as reported.

## Base years

A fall or rise that counts from a base year takes that of its target (`base_year` in `targets.csv`); two targets with two base years give two series. `base_value` stands in for a base year that was not measured. Without a target the base year is that of `coefficients.csv`; a region whose data end before it is compared with the start of the five-year plan that ran then (2015 for 2016–2020). The same holds for constant prices, and money at prices of two different years is never added up. No fall depends on the price base: see `test_another_price_base_moves_no_fall`.

Where the inputs are missing, a fall is taken from the level that a bulletin reports, and a fall since the base year from reported yearly falls, compounded. A computed and a reported level are never compared.

## Indicators of your own

`indicators.csv` in the data folder, with the columns of the shipped table and `formula`, adds rows; what is left empty has a default. Inputs are variables or other indicators; `variables.csv` adds variables.

| formula | comes to |
| --- | --- |
| `ratio(tea_area, land_area)` | the first over the second, in the unit of the row (a share in %) |
| `per_head(water_use)` | the same over the resident population |
| `decline(energy_use, gdp_constant)` | the fall of the ratio since the year before, in % |
| `(tea_area + orchard_area) / land_area` | codes and numbers with + - * /, in the unit of the row; like is added to like, a zero below leaves the value missing |
| `own.py:tea_share` | what that function in a file of the folder returns; its parameters are codes, tables years × regions come in, one goes out |
| (empty) | as reported under the row's code |

With `aggregate` ratio a city adds its counties' numerators and denominators up, with none an expression is computed anew from the sums of its inputs. A formula that does not work is told by `ecoanalysis check` and leaves the indicator without values. A function of the folder is run as it stands: use folders of people you trust.""",
    },
    "zh": {
        "file": "indicators.zh-CN.md",
        "title": "# 指标与公式",
        "intro": (
            "本页由 `docs/make_indicator_table.py` 根据指标目录生成；请修改表格或公式说明，不要直接修改本页。\n\n"
            "可信度：A 两个独立来源一致，B 单一来源，C 仅凭记忆，D 存疑。标为 C、D 的为**未核实**：保留为可设置项，并注明未核实。\n"
            f"测试：每个算例是 `tests/published/formulas.csv` 的一行并注明出处，由\n`{CASE_TEST}`\n运行；"
            f"没有公式的指标由\n`{REPORTED_TEST}`\n检验，EQI 分类由\n`{CLASS_TEST}`\n检验。"
        ),
        "head": ["序号", "2019版", "指标", "公式", "数据项", "单位", "依据", "可信度", "测试"],
        "derived": "## 派生数据项\n\n有观测值时用观测值，没有时按公式计算。",
        "derived_head": ["数据项", "公式", "输入", "单位", "测试"],
        "unverified": "## 未核实的数值\n\n在数据目录的 `coefficients.csv` 中写入同组、同名的一行即可替换。",
        "unverified_head": ["依据", "组", "名称", "数值", "单位", "条目", "可信度"],
        "reported": "填报值",
        "checklist": "是或否，凭佐证材料",
        "published": "公开发布",
        "worked": "手工验算",
        "more": "另有 {n} 例",
        "marks": {"A": "A", "B": "B", "C": "C 未核实", "D": "D 未核实"},
        "join": "、",
        "comma": "，",
        "notes": """## 未纳入的内容与理解口径

* 2019 版第 9、13、18 项（近岸海域、海岸修复、自然岸线）只适用于沿海地区，未列入目录。
* 2019 版第 16 项（应急管理机制）由规划的 14a、14b 两项条件体现。
* 同一项可以有几种下达形式：序号和分项相同的各行是同一项的不同口径（水平值、年度下降率、较基准年累计下降率；比例及其提高幅度；PM2.5浓度及其下降幅度）。2019 版考核劣Ⅴ类比例的下降幅度，规划考核比例本身。
* 现价水平单独列行，不与不变价水平比较。
* 林草覆盖率以土地面积为分母。水域超过约 5% 时扣除水域的规定仅凭记忆：需要扣除时请填扣除后的土地面积。
* `thresholds.csv` 的 2021 版只列已知的、与 2019 版不同的内容；固体废物按两档判定（仅凭记忆），没有单一数值。
* 2024 版只列市级指标中本目录已有的项目。其中优良天数比例达到 90% 可由“持续提高”代替；PM2.5 浓度、EQI 变化（大于 −1）及目录中没有的项目未列；县级指标未见原文，未列。
* EQI 按填报值采用，不与 EI 混用：国家自 2021 年起改用 EQI 发布，2019 版指标和规划仍用 EI。
* HJ 623-2011 的生物多样性指数按填报值采用。

## 基准年

下降幅度、提高幅度以目标的基准年为准（`targets.csv` 的 `base_year`）；基准年不同的两个目标各成一列。基准年没有数据时可填 `base_value`。目标没有写明的，用 `coefficients.csv` 的基准年；数据在此之前已中断的地区，与当时五年规划的基期比较（2016—2020 年为 2015 年）。不变价同理，不同年份价格的金额从不相加。下降率与价格基准年无关。

缺少原始数据时，下降率由公报发布的水平值计算，累计下降率还可由发布的各年下降率连乘得出；计算值与发布值从不相互比较。

## 自定义指标

数据目录中的 `indicators.csv`（列与随附的表相同，另加 `formula`）可以增加指标，未填的列取默认值。数据项可以是变量或其他指标，`variables.csv` 可以增加变量。

| formula | 含义 |
| --- | --- |
| `ratio(tea_area, land_area)` | 前者除以后者，换算为该行的单位（比例为 %） |
| `per_head(water_use)` | 除以常住人口 |
| `decline(energy_use, gdp_constant)` | 比值较上年的下降率（%） |
| `(tea_area + orchard_area) / land_area` | 代码和数字的加减乘除，换算为该行的单位；只有同类的量可以相加减，分母为零按缺失处理 |
| `own.py:tea_share` | 数据目录中该文件的函数；参数为代码，输入、输出均为“年份×地区”的表 |
| （空） | 按该代码填报的数值 |

`aggregate` 为 ratio 时，全市由各县区的分子、分母分别相加；为 none 时，算式用各县区数据之和重新计算。公式有误时 `ecoanalysis check` 会指出，该指标按没有数值处理。函数会原样运行，请只使用可信的数据目录。""",
    },
}

CHINESE = {  # words of formulas, longest first when replaced
    "the same of the year before": "上年同项",
    " of the year before": "（上年）",
    " of base_year": "（基准年）",
    ", chained with gdp_index both ways": "，以地区生产总值指数向前后连乘",
    "; without a biodiversity index habitat_quality": "；没有生物多样性指数时取生境质量指数",
    ", lowered by ecological_restriction": "，再按环境限制规则降低",
    "(ndvi between −1 and 1), ": "（植被指数在 −1 与 1 之间），",
    "(otherwise)": "（其余情形）",
    "(COD and ammonia: / precipitation)": "（化学需氧量、氨氮除以降水总量）",
    "normalisation": "归一化系数",
    "habitat_class_weights": "三级地类权重",
    "habitat_weights": "一级地类权重",
    "land_stress_weights": "权重",
    "pollution_weights": "权重",
    "carried_over_counts": "结转量是否计入（1或0）",
    " × area": " × 面积",
    " × emission": " × 排放量",
}


def page(lang: str) -> str:
    """The page in Chinese (zh) or English (en), as Markdown."""
    words, indicators, variables = PAGES[lang], catalog.indicators(), catalog.variables()
    derived = [code for code in FORMULAS if code not in indicators]
    rows = [_indicator_row(indicator, lang) for indicator in indicators.values()]
    derived_rows = [
        [
            _named(variables[code], lang),
            _formula(code, lang),
            _inputs(code, lang),
            variables[code].unit,
            _test(code, lang),
        ]
        for code in derived
    ]
    doubtful = [
        [
            _said(c.standard, lang),
            f"`{c.group}`",
            f"`{c.name}`",
            f"{c.value:.12g}",
            c.unit,
            _said(c.clause, lang),
            words["marks"][c.confidence],
        ]
        for c in catalog.coefficients()
        if c.confidence in catalog.UNVERIFIED
    ]
    parts = [
        words["title"],
        words["intro"],
        _table(words["head"], rows),
        words["derived"],
        _table(words["derived_head"], derived_rows),
        words["unverified"],
        _table(words["unverified_head"], doubtful),
        words["notes"],
    ]
    return "\n\n".join(parts) + "\n"


def _indicator_row(indicator: catalog.Indicator, lang: str) -> list[str]:
    words = PAGES[lang]
    computed = indicator.kind == "computed"
    return [
        indicator.label,
        str(indicator.number_2019 or ""),
        _named(indicator, lang),
        _formula(indicator.code, lang) if computed else words[indicator.kind],
        _inputs(indicator.code, lang) if computed else "",
        indicator.unit,
        _said(indicator.standard, lang) + words["comma"] + _said(indicator.clause, lang),
        words["marks"][indicator.confidence],
        _test(indicator.code, lang),
    ]


def _said(text: str, lang: str) -> str:
    """A standard or clause in the page's language."""
    return Words(lang).standard(text)


def _named(row: catalog.Indicator | catalog.Variable, lang: str) -> str:
    return f"{row.name(lang)}<br>`{row.code}`"


def _formula(code: str, lang: str) -> str:
    """The line of the docstring that begins with an equals sign, codes replaced by names."""
    written = next(part for part in inspect.getdoc(FORMULAS[code]).split("\n\n") if part.startswith("= "))
    written = " ".join(written.removeprefix("= ").split())
    if lang == "zh":
        written = _replaced(written, CHINESE)
    known = catalog.variables() | catalog.indicators()
    return re.sub(r"[a-z][a-z0-9_]*_[a-z0-9_]+|[a-z]+[0-9]*", lambda m: _name_of(m.group(), known, lang), written)


def _name_of(word: str, known: dict, lang: str) -> str:
    if word not in known:
        return word
    name = known[word].name(lang)
    return name if lang == "zh" else name[0].lower() + name[1:] if name[1:2].islower() else name


def _inputs(code: str, lang: str) -> str:
    parameters = inspect.signature(FORMULAS[code]).parameters.values()
    names = [f"`{p.name}`" for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return PAGES[lang]["join"].join(names)


def _test(code: str, lang: str) -> str:
    """The cases that cover a row, the published ones first."""
    words = PAGES[lang]
    if code not in FORMULAS:
        test = CLASS_TEST if code == "ecological_quality_index" else REPORTED_TEST
        return f"`{_found(test).split('::')[1]}`"
    _found(CASE_TEST)
    cases = [row for row in catalog.rows(TESTS / "published" / "formulas.csv") if row["indicator"] == code]
    if not cases:
        raise LookupError(f"{code} has no case in tests/published/formulas.csv; add a row with its origin")
    cases.sort(key=lambda row: "worked by hand" in row["origin"])
    told = [
        f"`{row['case']}` ({words['worked' if 'worked by hand' in row['origin'] else 'published']})"
        for row in cases[:2]
    ]
    more = [words["more"].format(n=len(cases) - 2)] if len(cases) > 2 else []
    return "<br>".join(told + more)


def _found(test: str) -> str:
    file, name = test.split("::")
    if f"def {name}(" not in (DOCS.parent / file).read_text(encoding="utf-8"):
        raise LookupError(f"{file} has no test named {name}")
    return test


def _replaced(text: str, words: dict[str, str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, words[word])
    return text


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    for language in PAGES:
        target = DOCS / PAGES[language]["file"]
        unfinished = target.with_suffix(".part")
        unfinished.write_text(page(language), encoding="utf-8", newline="\n")
        unfinished.replace(target)
