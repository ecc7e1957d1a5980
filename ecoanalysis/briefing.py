"""What is said: the wording of numbers, chances, verdicts and sources, shared by every document.

Rounding happens here and nowhere else. Every word comes from the phrase table, in Chinese (`zh`) or English (`en`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import assess, catalog, forecast, intake
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import Indicator, phrase

NOTHING = "—"
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}
OPEN = ("likely", "possible", "hard", "out_of_reach")  # not met now, with a chance


# ---------------------------------------------------------------------- words for numbers


def number(value: float, decimals: int) -> str:
    """A number with that many decimals and a true minus; a dash for NaN."""
    if value is None or not np.isfinite(value):
        return NOTHING
    text = f"{value:,.{decimals}f}".replace(",", "\u2009")
    return text.replace("-", "−") if float(f"{value:.{decimals}f}") else text.replace("-", "")


def measure(value: float, indicator: Indicator, lang: str) -> str:
    """An indicator's value with its unit, rounded as the catalogue says."""
    text = number(value, indicator.decimals)
    return text if text == NOTHING or not indicator.unit else f"{text} {unit(indicator.unit, lang)}"


def latest(row: pd.Series, lang: str) -> str:
    """A row's latest value with its unit; with more decimals where rounding would hide that the target is unmet."""
    indicator = catalog.indicators()[row["indicator"]]
    decimals = indicator.decimals
    if row["gap"] > 0 and row["comparison"] in SIGNS:
        while decimals < 6 and assess.met(
            round(row["latest_value"], decimals), np.nan, row["target"], row["comparison"], indicator
        ):
            decimals += 1
    text = number(row["latest_value"], decimals)
    return text if text == NOTHING or not indicator.unit else f"{text} {unit(indicator.unit, lang)}"


def unit(code: str, lang: str) -> str:
    """A unit as officials write it (吨标准煤/万元); the code itself where the phrase table has no word."""
    try:
        return phrase(f"unit.{code}", lang)
    except KeyError:
        return code


def chance(p: float) -> str:
    """A probability in whole percent; never 0 % or 100 %, as no forecast is certain."""
    if p is None or not np.isfinite(p):
        return NOTHING
    if p < 0.01:
        return "<1 %"
    return ">99 %" if p > 0.99 else f"{100 * p:.0f} %"


def count(value: float, code: str, lang: str) -> str:
    """A number of countable things with its unit: 87 村, 12.3 ha."""
    decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1
    return f"{number(value, decimals)} {unit(code, lang)}"


def year(value: float) -> str:
    return NOTHING if value is None or not np.isfinite(value) else str(int(value))


def verdict(code: str, lang: str) -> str:
    return phrase(f"verdict.{code}", lang)


def short_verdict(code: str, lang: str) -> str:
    """A verdict in a word or two, where a whole matrix has to fit a slide."""
    return phrase(f"short.{code}", lang)


def status(code: str, lang: str) -> str:
    return phrase(f"status.{code}", lang) if code else NOTHING


def warnings(codes: str, lang: str) -> str:
    """The warnings of an assessment row as one line; empty when there are none."""
    return phrase("join", lang).join(phrase(f"warning.{code}", lang) for code in codes.split(";") if code)


def demo_mark(is_demo: bool, lang: str) -> str:
    """演示数据, where something depends on demo rows; empty otherwise."""
    return phrase("mark.demo", lang) if is_demo else ""


def uses_demo(rows: pd.DataFrame) -> bool:
    return bool((rows["status"] == "demo").any())


def target(row: pd.Series, lang: str) -> str:
    """A target as the plan would print it: ≥ 40 %, not below the base, falling."""
    indicator = catalog.indicators()[row["indicator"]]
    comparison, value = row["comparison"], row["target"]
    if comparison in SIGNS:
        if not np.isfinite(value):
            return phrase("target.awaited", lang)
        return f"{SIGNS[comparison]} {_plain(value)} {unit(indicator.unit, lang)}".strip()
    if comparison in ("not_below_base", "not_above_base") and np.isfinite(value):
        return phrase(f"target.{comparison}_value", lang, value=measure(value, indicator, lang))
    return phrase(f"target.{comparison}", lang)


def _plain(value: float) -> str:
    return f"{value:.6g}"


# ---------------------------------------------------------------------- sentences


def claim(reach: Reachability, row: pd.Series, lang: str) -> str:
    """One row of the assessment in words an official can read out.

    Latest value and year, target and due year, verdict, chances, what is missing in the indicator's unit and in
    things a department can count, a missed date, what data lack, and the demo mark.
    """
    indicator = catalog.indicators()[row["indicator"]]
    name = indicator.name(lang)
    words = verdict(row["verdict"], lang)
    if row["comparison"] == "done":
        missing = warnings(row["warning"], lang)
        return phrase("claim.checklist", lang, name=name, verdict=words, missing=missing).rstrip("：: ，,")
    if row["verdict"] in ("insufficient_data", "not_applicable") and not np.isfinite(row["latest_value"]):
        return phrase("claim.missing", lang, name=name, verdict=words, reason=missing_inputs(reach, row, lang))
    parts = [
        phrase("claim.latest", lang, name=name, year=year(row["latest_year"]), value=latest(row, lang)),
        phrase("claim.target", lang, target=target(row, lang), due=row["due"]),
    ]
    alone = row["verdict"] not in OPEN and not row["verdict"].startswith("reached")
    parts.append(phrase("claim.verdict_alone" if alone else "claim.verdict", lang, verdict=words))
    if row["verdict"] in OPEN:
        past = row["due"] <= row["as_of"]
        until = row["hold_until"] if past else row["due"]
        parts.append(phrase("claim.reach", lang, year=until, chance=chance(row["p_reach"])))
        parts.append(gap(row, lang))
    elif row["verdict"].startswith("reached"):
        parts.append(phrase("claim.hold", lang, year=row["hold_until"], chance=chance(row["p_hold"])))
    if row["warning"]:
        parts.append(phrase("claim.note", lang, note=warnings(row["warning"], lang)))
    text = "".join(parts).strip()
    mark = demo_mark(row["status"] == "demo", lang)
    return f"{text}{phrase('mark.bracket', lang, mark=mark)}" if mark else text


def gap(row: pd.Series, lang: str) -> str:
    """What is missing to the target; empty when nothing is."""
    if not np.isfinite(row["gap"]) or row["gap"] <= 0:
        return ""
    indicator = catalog.indicators()[row["indicator"]]
    missing = difference(row["gap"], indicator, lang)
    if np.isfinite(row["gap_count"]) and row["gap_count"] > 0:
        things = count(row["gap_count"], row["gap_count_unit"], lang)
        return phrase("claim.gap_count", lang, gap=missing, count=things)
    return phrase("claim.gap", lang, gap=missing)


def difference(value: float, indicator: Indicator, lang: str) -> str:
    """A difference of two values, points for a percentage; with more decimals where it would be told as 0.0."""
    points = "pp" if indicator.unit == "%" else indicator.unit
    decimals = max(indicator.decimals, 1)
    while decimals < 6 and abs(value) > 1e-6 and round(value, decimals) == 0:
        decimals += 1
    text = number(value, decimals)
    return text if text == NOTHING else f"{text} {unit(points, lang)}".strip()


def pace(row: pd.Series, lang: str) -> str:
    """Observed and required pace, and the one that gives a chance of 80 %; empty where nothing is required."""
    if not np.isfinite(row["pace_required"]):
        return ""
    indicator = catalog.indicators()[row["indicator"]]
    for_80 = difference(row["pace_for_80"], indicator, lang)
    observed, required = (_pace(row, indicator, row[name], lang) for name in ("pace_observed", "pace_required"))
    return phrase("claim.pace", lang, observed=observed, required=required, for_80=for_80)


def _pace(row: pd.Series, indicator: Indicator, value: float, lang: str) -> str:
    """A yearly pace in words: a rate for amounts, points of the indicator otherwise.

    A steady pace in log odds is told as what it moves in the coming year, from the latest value.
    """
    if not np.isfinite(value):
        return NOTHING
    if row["pace_scale"] == "compound":
        return f"{number(100 * value, 1)} %"
    if row["pace_scale"] == "logit":
        low, span = indicator.low, indicator.high - indicator.low
        share = (row["latest_value"] - low) / span
        odds = np.log(share / (1 - share)) + value
        value = low + span / (1 + np.exp(-odds)) - row["latest_value"]
    return difference(value, indicator, lang)


def fared(row: pd.Series, lang: str) -> str:
    """How statements that gave such a chance from so many years have fared on the reference panel."""
    if row["verdict"] not in OPEN or not np.isfinite(row["p_reach"]):
        return ""
    found = forecast.fared(row["p_reach"], int(row["n_obs"]))
    if found is None:
        return ""
    said = f"{100 * found.low:.0f}–{100 * found.high:.0f} %"
    return phrase("claim.fared", lang, said=said, came=chance(found.came_true), count=number(found.statements, 0))


def missing_inputs(reach: Reachability, row: pd.Series, lang: str) -> str:
    """Which inputs an indicator lacks in its latest year, by name."""
    rows = reach.results
    rows = rows[(rows["region_code"] == row["region_code"]) & (rows["indicator"] == row["indicator"])]
    if rows.empty:
        return phrase("lacking.everything", lang)
    names = []
    for lacking in filter(None, rows.sort_values("year")["lacking"].iloc[-1].split(";")):
        code, _, where = lacking.partition("@")
        place = region_name(reach, where, lang) or where
        names.append(f"{input_name(code, lang)}{f'({place})' if place else ''}")
    return phrase("lacking.inputs", lang, names=phrase("list", lang).join(names)) if names else NOTHING


def input_name(code: str, lang: str) -> str:
    """A variable's or indicator's name; a reason such as a zero denominator in words."""
    record = catalog.variables().get(code) or catalog.indicators().get(code)
    return record.name(lang) if record else phrase(f"lacking.{code}", lang)


def region_name(reach: Reachability, code: str, lang: str) -> str:
    rows = reach.regions[reach.regions["code"] == code]
    return "" if rows.empty else str(rows.iloc[0]["name_en" if lang == "en" else "name_zh"])


def sources(reach: Reachability, row: pd.Series) -> list[str]:
    """The way back: source, file and row of every observation behind the row's latest value."""
    ids = [part for part in str(row["inputs"]).split(";") if part]
    cells = reach.observations.set_index("id").reindex(ids).dropna(subset="source")
    return [f"{cell['source']} ({cell['file']}:{cell['cell']})" for _, cell in cells.iterrows()]


# ---------------------------------------------------------------------- overviews


def item_name(item: int | str, lang: str) -> str:
    """The name of an item of the plan, without its parts; of an indicator beside the plan, its own name."""
    rows = [row for row in catalog.indicators().values() if item in (row.number, row.code)]
    first = rows[0].name(lang)
    return first.split("：" if lang == "zh" else ": ")[0] if len(rows) > 1 or rows[0].part else first


def items(reach: Reachability) -> pd.Series:
    """For each row of the assessment: the plan's item number, or the code of an indicator beside the plan."""
    indicators = catalog.indicators()
    return reach.assessment["indicator"].map(lambda code: indicators[code].number or code)


def matrix(reach: Reachability) -> pd.DataFrame:
    """Items of the plan × regions: the verdict, the worst part deciding; regions in the order of `regions.csv`."""
    table = reach.assessment.assign(item=items(reach))
    worst = table.groupby(["item", "region_code"], sort=False)["verdict"].agg(assess.worst).unstack("region_code")
    whole = worst.reindex(index=table["item"].unique(), columns=reach.regions["code"]).astype(object)
    return whole.where(whole.notna(), "not_applicable")


def counts(reach: Reachability, region: str) -> pd.DataFrame:
    """How many items of a region stand at each verdict: binding (约束性) and advisory (参考性) ones."""
    verdicts = matrix(reach)[region]
    binding = {row.number or row.code: row.binding for row in catalog.indicators().values()}
    table = pd.crosstab(verdicts, verdicts.index.map(binding))
    return table.reindex(columns=[True, False], fill_value=0).reindex(
        [code for code in assess.SEVERITY if code in table.index]
    )


def weak_points(reach: Reachability, region: str, most: int = 6) -> pd.DataFrame:
    """The rows that need work: unmet before slipping, binding before advisory, then by verdict, chance and gap.

    A binding item that is missed fails the whole application, an advisory one only lowers a share.
    """
    rows = reach.assessment[reach.assessment["region_code"] == region]
    rows = rows[rows["verdict"].isin([*OPEN, "reached_at_risk"])]
    indicators = catalog.indicators()
    order = rows.assign(
        open=~rows["verdict"].isin(OPEN),
        severity=[-assess.SEVERITY.index(code) for code in rows["verdict"]],
        advisory=[not indicators[code].binding for code in rows["indicator"]],
        p=rows["p_reach"].where(rows["verdict"].isin(OPEN), rows["p_hold"]),
        short=-(rows["gap"] / rows["target"].abs().where(rows["target"] != 0)),
    )
    return rows.loc[order.sort_values(["open", "advisory", "severity", "p", "short"]).index].head(most)


def numeric(reach: Reachability, region: str) -> pd.DataFrame:
    """The rows of a region that have a future to draw."""
    rows = reach.assessment[reach.assessment["region_code"] == region]
    return rows[[(region, code) in reach.futures for code in rows["indicator"]]]


def leads(reach: Reachability, row: pd.Series) -> str:
    """The departments in charge of a target, the lead first."""
    rows = reach.targets
    rows = rows[(rows["region_code"] == row["region_code"]) & (rows["indicator"] == row["indicator"])]
    return "" if rows.empty else str(rows.iloc[0]["lead_department"]).replace(";", "、")


# ---------------------------------------------------------------------- tables


def observations_of(reach: Reachability, region: str, lang: str, latest: int = 1) -> pd.DataFrame:
    """The latest observations of a region, one row a variable, with their source."""
    rows = reach.observations[reach.observations["region_code"] == region]
    rows = rows.sort_values(["variable", "year"]).groupby("variable", sort=False).tail(latest)
    listed = {code: place for place, code in enumerate([*catalog.variables(), *catalog.indicators()])}
    rows = rows.sort_values("variable", key=lambda codes: codes.map(listed), kind="stable")
    table = rows[["variable", "year", "value", "unit", "status", "source", "id"]].reset_index(drop=True)
    table["variable"] = [input_name(code, lang) for code in table["variable"]]
    table["unit"] = [unit(code, lang) for code in table["unit"]]
    table["status"] = [status(code, lang) for code in table["status"]]
    return named(table, lang)


def assessment_of(reach: Reachability, region: str, lang: str) -> pd.DataFrame:
    """A region's assessment as a table to be read: item, value, target, verdict, chances, gap, department, status."""
    rows = reach.assessment[reach.assessment["region_code"] == region]
    indicators = catalog.indicators()
    table = [
        {
            "number": indicators[row["indicator"]].label,
            "indicator": indicators[row["indicator"]].name(lang),
            "latest_value": latest(row, lang),
            "latest_year": year(row["latest_year"]),
            "target": target(row, lang),
            "due": row["due"],
            "verdict": verdict(row["verdict"], lang),
            "p_reach": chance(row["p_reach"]) if row["verdict"] in OPEN else NOTHING,
            "p_hold": chance(row["p_hold"]),
            "gap": gap(row, lang).strip("。，；, .;") or NOTHING,
            "lead_department": leads(reach, row),
            "warning": warnings(row["warning"], lang),
            "status": status(row["status"], lang) if np.isfinite(row["latest_value"]) else NOTHING,
        }
        for _, row in rows.iterrows()
    ]
    return named(pd.DataFrame(table), lang)


def named(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A table with its column codes put into words."""
    return table.rename(columns={code: phrase(f"column.{code}", lang) for code in table.columns})


def left_out(reach: Reachability, lang: str) -> list[str]:
    """Bad rows a run went on without, each with its place and remedy."""
    problems: list[intake.Problem] = reach.problems
    return [problem.text(lang) for problem in problems]


def opening(reach: Reachability, region: str, lang: str) -> str:
    """First lines of a region's report, as Markdown: who, as of when, demo notice, rows left out."""
    rows = reach.assessment[reach.assessment["region_code"] == region]
    met = int(rows["verdict"].isin(["reached", "reached_at_risk", "documented"]).sum())
    words = {"region": region_name(reach, region, lang), "as_of": reach.as_of, "targets": len(rows), "met": met}
    lines = [phrase("opening.line", lang, **words)]
    if uses_demo(rows):
        lines.append(f"**{phrase('slide.demo_notice', lang)}**")
    problems = left_out(reach, lang)
    if problems:
        lines += [phrase("opening.left_out", lang, count=len(problems)), *(f"* {problem}" for problem in problems)]
    return "\n\n".join(lines)


def weak_points_text(reach: Reachability, region: str, lang: str) -> str:
    """The weak points of a region as a Markdown list of claims with the pace each needs."""
    rows = weak_points(reach, region)
    if rows.empty:
        return phrase("slide.no_weak_points", lang)
    return "\n".join(f"* {claim(reach, row, lang)} {pace(row, lang)} {fared(row, lang)}" for _, row in rows.iterrows())


def counts_of(reach: Reachability, region: str, lang: str) -> pd.DataFrame:
    """`counts` in words: verdict, binding, advisory, all."""
    table = counts(reach, region)
    table.index = pd.Index([verdict(code, lang) for code in table.index], name=phrase("column.verdict", lang))
    table.columns = [phrase("attribute.binding", lang), phrase("attribute.advisory", lang)]
    table[phrase("attribute.all", lang)] = table.sum(axis=1)
    return table


def editions_of(reach: Reachability, region: str, lang: str) -> pd.DataFrame:
    """The region's targets beside what national editions ask; weaker ones marked, unverified numbers marked."""
    rows = reach.editions[reach.editions["region_code"] == region]
    indicators = catalog.indicators()
    table = [
        {
            "number": indicators[row["indicator"]].label,
            "indicator": indicators[row["indicator"]].name(lang),
            "target": target(row, lang),
            "edition": row["edition"],
            "national": national(row, lang),
            "weaker": phrase("edition.weaker", lang) if row["weaker"] else "",
        }
        for _, row in rows.iterrows()
    ]
    return named(pd.DataFrame(table, columns=["number", "indicator", "target", "edition", "national", "weaker"]), lang)


def moved_to_eqi(lang: str) -> str:
    """That national reporting moved from EI to EQI, and the two do not compare."""
    return phrase("ei.moved_to_eqi", lang) + phrase("stop", lang)


def national(row: pd.Series, lang: str) -> str:
    """A national threshold as printed, with 未核实 where its confidence is C or D."""
    text = f"{SIGNS.get(row['national_comparison'], row['national_comparison'])} {_plain(row['national'])}"
    text = f"{text} {unit(row['unit'], lang)}".strip()
    if row["confidence"] in catalog.UNVERIFIED:
        text += phrase("mark.bracket", lang, mark=phrase("mark.unverified", lang))
    return text


def discrepancies_of(reach: Reachability, region: str, lang: str) -> pd.DataFrame:
    """The latest year of each indicator in which the region's own figure and its counties' differ."""
    rows = reach.discrepancies[reach.discrepancies["region_code"] == region].groupby("indicator").tail(1)
    indicators = catalog.indicators()
    table = [
        {
            "indicator": indicators[row["indicator"]].name(lang),
            "year": row["year"],
            "reported": measure(row["reported"], indicators[row["indicator"]], lang),
            "from_counties": measure(row["from_counties"], indicators[row["indicator"]], lang),
            "relative": NOTHING if not np.isfinite(row["relative"]) else f"{number(100 * row['relative'], 1)} %",
        }
        for _, row in rows.iterrows()
    ]
    return named(pd.DataFrame(table, columns=["indicator", "year", "reported", "from_counties", "relative"]), lang)


def indicator_names(lang: str) -> dict[str, str]:
    """Item number and name of every indicator by its code."""
    return {code: f"{row.label} {row.name(lang)}".strip() for code, row in catalog.indicators().items()}


def codes_named(table: pd.DataFrame | pd.Series, lang: str) -> pd.DataFrame | pd.Series:
    """A table whose row or column labels are codes of variables, indicators or steps, with the labels in words."""
    known = catalog.variables() | catalog.indicators()
    words = {code: row.name(lang) for code, row in known.items()}
    words |= {step: phrase(f"ei.{step}", lang) for step in ("caps", "restriction")}
    factors = ("population", "gdp_per_head", "energy_per_gdp", "co2_per_energy")
    words |= {factor: phrase(f"kaya.{factor}", lang) for factor in factors if factor in table.index}
    if isinstance(table, pd.Series):
        return table.rename(index=words)
    return table.rename(index=words, columns=words)


def demo_notice(observations: pd.DataFrame, region: str, lang: str) -> str:
    """A sentence when some of a region's observations are demo data; empty otherwise."""
    rows = observations[observations["region_code"] == region]
    return phrase("slide.demo_notice", lang) if uses_demo(rows) else ""


def graded(index: pd.Series, grade: pd.Series, change: pd.Series, lang: str) -> pd.DataFrame:
    """EI by year with its grade and the grade of its change, in words."""
    table = pd.DataFrame(
        {
            "value": [number(value, 1) for value in index],
            "grade": [phrase(f"ei_grade.{code}", lang) for code in grade],
            "change": [phrase(f"ei_change.{code}", lang) if isinstance(code, str) else NOTHING for code in change],
        },
        index=index.index,
    )
    return named(table, lang)


def unverified(coefficients: list[catalog.Coefficient], standard: str, lang: str) -> pd.DataFrame:
    """Coefficients of a standard whose confidence is C or D: they stay settings and are shown as unverified."""
    rows = [row for row in coefficients if row.standard == standard and row.confidence in catalog.UNVERIFIED]
    columns = ["group", "name", "value", "unit", "clause", "confidence"]
    return named(pd.DataFrame([vars(row) for row in rows], columns=columns), lang)


def scores_of(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A track record's scores in words: statements, base rate, Brier score against it, skill and coverage."""
    shown = pd.DataFrame(
        {
            "statements": [number(value, 0) for value in table["statements"]],
            "base_rate": [chance(value) for value in table["base_rate"]],
            "mean_p": [chance(value) for value in table["mean_p"]],
            "brier": [number(value, 3) for value in table["brier"]],
            "brier_base_rate": [number(value, 3) for value in table["brier_base_rate"]],
            "skill": [number(value, 2) for value in table["skill"]],
            "coverage80": [chance(value) for value in table["coverage80"]],
        },
        index=table.index,
    )
    return named(shown, lang)
