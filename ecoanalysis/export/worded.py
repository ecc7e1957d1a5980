"""Tables and lines put into words, shared by documents and notebooks.

Every function takes the words of a language (`words.of`) last; none computes a chance or a verdict.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecoanalysis import briefing, catalog, judge, look, plotdata
from ecoanalysis.plan import duties, kept, revisions
from ecoanalysis.words import NOTHING, SIGNS, THIN_SPACE, Words

WEAK_SHOWN = 6


def indicator(s, w: Words) -> str:
    """An indicator's number and name: 25 农村生活污水治理率."""
    return f"{s.record.label} {w.name(s.record)}".strip()


def item(analysis, number: int | str, w: Words) -> str:
    """An item's number and name; the name alone beside the plan."""
    name = analysis.item_name(number, w.lang)
    return f"{number} {name}" if isinstance(number, int) else name


def lead(s, w: Words) -> str:
    """The departments in charge of a target, in a county with its own bureaus beside the city's."""
    return duties.named_departments(s, w)[0]


def departments(s, w: Words) -> str:
    """Lead and supporting departments as a line; empty where the plan names none."""
    leading, supporting = duties.named_departments(s, w)
    if not leading:
        return w("worded.supporting", departments=supporting) if supporting else ""
    return w("worded.departments" if supporting else "worded.lead", lead=leading, supporting=supporting)


def chance(s, w: Words) -> str:
    """Of reaching the target where it is unmet; a dash otherwise."""
    return w.chance(s.p_reach) if s.verdict in judge.OPEN else NOTHING


def value(s, w: Words) -> str:
    """The latest value as a table prints it: of a condition that nothing happened, in words; a dash when missing."""
    if not np.isfinite(s.latest_value):
        return NOTHING
    if s.requirement == "condition" and s.latest_value == 0:
        return w("worded.none_happened")
    return briefing.value(s, w)


def target(s, w: Words) -> str:
    """A target as a table prints it; of a duty without a sign, as there is nothing beyond all of it."""
    return f"{w.plain(s.target)} {w.unit(s.record.unit)}".strip() if s.is_duty else briefing.target(s, w)


def unbroken(text: str) -> str:
    """A text whose numbers stay on one line: 1 234 567 and 83 % are not parted at their spaces."""
    return text.replace(" %", "\u00a0%").replace(THIN_SPACE, "\u202f")


def status(s, w: Words) -> str:
    """What the latest value rests on; of what has none, that its papers are demo data."""
    return w.status(s.status) if np.isfinite(s.latest_value) or s.status == "demo" else NOTHING


def said(s, w: Words) -> str:
    """All that is said of a statement: the sentence, its pace, the county's share, whose item it is, how such fared;
    the demo mark last."""
    mark = w.bracket(w.demo_mark(s.status == "demo"))
    text = w.join(
        briefing.sentence(s, w),
        briefing.pace(s, w),
        briefing.contribution(s, w),
        briefing.city_only(s, w),
        briefing.fared(s, w),
    )
    return text.replace(mark, "") + mark


def verdict_of_items(analysis, code: str, items, w: Words) -> str:
    """A verdict over several items: the last class in both its wordings where some of them bind and others do not."""
    pressing = {analysis.pressing_item(number) for number in items} or {False}
    return w("worded.or").join(dict.fromkeys(w.verdict(code, bound) for bound in sorted(pressing, reverse=True)))


def weakest(region) -> list:
    """The statements that most need work: the weak points that the plan names, and others up to six."""
    weak = region.weak
    return weak[: max(WEAK_SHOWN, sum(bool(s.named_weak) for s in weak))]


def title(analysis, w: Words) -> str:
    """What a document of the whole analysis is called: the city's name before it, where there is a city."""
    city = analysis.name(analysis.city, w.lang) if analysis.city else ""
    return w("docx.title", region=city, title=w("slide.title")) if city else w("slide.title")


def uses_demo(rows: pd.DataFrame) -> bool:
    return bool((rows["status"] == "demo").any())


def national(row, w: Words) -> str:
    """A national threshold as printed, with 未核实 where its confidence is C or D; a row of the editions."""
    text = f"{asked(row, w)} {w.unit(row.unit)}".strip()
    return text + w.bracket(w("mark.unverified")) if row.confidence in catalog.UNVERIFIED else text


def asked(row, w: Words) -> str:
    """What a national edition asks, without unit; all of it without a sign, as there is nothing beyond."""
    whole = row.unit == "%" and row.national == 100 and row.national_comparison == ">="
    sign = "" if whole else SIGNS.get(row.national_comparison, row.national_comparison)
    return f"{sign} {w.plain(row.national)}".strip()


def weaker(analysis, w: Words) -> list[str]:
    """A sentence for every target that asks less than a national edition."""
    rows = analysis.editions[analysis.editions["weaker"].astype(bool)].drop_duplicates(["indicator", "edition"])
    return [
        w(
            "page.weaker_line",
            name=w.name(analysis.indicators[row.indicator]),
            target=target(analysis[row.region_code, row.indicator, row.comparison], w),
            edition=row.edition,
            national=national(row, w),
        )
        for row in rows.itertuples()
    ]


def left_out(analysis, w: Words) -> list[str]:
    """Bad rows a run went on without, each with its place and remedy."""
    return [problem.text(w.lang) for problem in analysis.problems]


def to_check(analysis, w: Words) -> list[str]:
    """Values that are possible and not plausible, and that nobody has set aside yet."""
    return [suspicion.text(w.lang) for suspicion in analysis.suspicions if not suspicion.acknowledged]


def revised(analysis, w: Words, region: str | None = None) -> list[str]:
    """What revised figures moved, the count first: of a region, or of all; nothing where no figure was revised."""
    figures, moved = (kept.table(analysis, name) for name in ("revised", "revision_effects"))
    if region is not None:
        moved = moved[moved["region_code"] == region]
        under = {one for ids in moved["revised"] for one in ids.split(";")}
        figures = figures[(figures["region_code"] == region) | figures["id"].isin(under)]
    if figures.empty and moved.empty:
        return []
    day = analysis.vintage["used"]
    told = [w("revised.head", day=day, count=len(figures)) if len(figures) else w("revised.head_others", day=day)]
    if moved.empty:
        told.append(w("revised.nothing"))
    else:
        told.append(w("revised.moved", targets=len(moved), **revisions.counts(moved)))
    sentences = [(row.region_code, getattr(row, f"sentence_{w.lang}")) for row in moved.itertuples()]
    if region is None:
        sentences = [
            (code, w("bulletin.of_region", region=analysis.name(code, w.lang), text=text)) for code, text in sentences
        ]
    return [
        w.join(*told),
        *(text + w("stop") for text in figures[f"sentence_{w.lang}"]),
        *(text for _, text in sentences),
    ]


# ---------------------------------------------------------------------- tables


def assessment(region, w: Words) -> pd.DataFrame:
    """A region's statements as a table to be read, one row a target."""
    table = [
        {
            "number": s.record.label,
            "indicator": w.name(s.record),
            "latest_value": value(s, w),
            "latest_year": w.year(s.latest_year),
            "target": target(s, w),
            "due": s.due,
            "verdict": briefing.verdict(s, w),
            "p_reach": chance(s, w),
            "p_hold": w.chance(s.p_hold),
            "gap": briefing.gap_with_things(s, w) or NOTHING,
            "lead_department": lead(s, w),
            "warning": w.warnings(s.warning),
            "status": status(s, w),
        }
        for s in region.statements
    ]
    return w.columns(pd.DataFrame(table))


def coloured(region, w: Words):
    """`assessment` with every verdict on its colour, as a pandas Styler; texts escaped."""
    column = w("column.verdict")
    verdicts = [s.verdict for s in region.statements]
    table = assessment(region, w)

    def paint(_: pd.Series) -> list[str]:
        colours = [(look.VERDICT_COLOURS[code], look.words_on(code)) for code in verdicts]
        return [f"background-color: {ground}; color: {ink}" for ground, ink in colours]

    left = [{"selector": "td, th", "props": "text-align: left; vertical-align: top"}]
    whole = [  # a heading breaks between words only, and the mark of demo data not at all
        {"selector": "th", "props": "word-break: keep-all"},
        {"selector": "td:last-child", "props": "white-space: nowrap"},
    ]
    styler = table.style.hide(axis="index").format(escape="html").set_table_styles(left + whole)
    return styler.apply(paint, subset=[column]) if len(table) else styler


def counts(region, w: Words) -> pd.DataFrame:
    """How many items stand at each verdict: binding, advisory, all."""
    items = region.analysis.items(region.code)
    table = plotdata.counts(region.analysis, region.code)
    names = [
        verdict_of_items(region.analysis, code, items.loc[items["verdict"] == code, "item"], w) for code in table.index
    ]
    table.index = pd.Index(names, name=w("column.verdict"))
    table.columns = [w("attribute.binding"), w("attribute.advisory")]
    return table.assign(**{w("attribute.all"): table.sum(axis=1)})


def editions(analysis, region: str, w: Words) -> pd.DataFrame:
    """The region's targets beside what national editions ask; weaker ones and unverified numbers are marked."""
    rows = analysis.editions[analysis.editions["region_code"] == region]
    table = []
    for row in rows.itertuples():
        s = analysis[row.region_code, row.indicator, row.comparison]
        table.append(
            {
                "number": s.record.label,
                "indicator": w.name(s.record),
                "target": target(s, w),
                "edition": row.edition,
                "national": national(row, w),
                "weaker": w("edition.weaker") if row.weaker else "",
            }
        )
    return w.columns(pd.DataFrame(table, columns=["number", "indicator", "target", "edition", "national", "weaker"]))


def discrepancies(analysis, region: str, w: Words) -> pd.DataFrame:
    """The latest year of each indicator in which the region's own figure and its counties' differ."""
    rows = analysis.discrepancies[analysis.discrepancies["region_code"] == region].groupby("indicator").tail(1)
    indicators = analysis.indicators
    table = [
        {
            "indicator": w.name(indicators[row.indicator]),
            "year": row.year,
            "reported": w.measure(row.reported, indicators[row.indicator]),
            "from_counties": w.measure(row.from_counties, indicators[row.indicator]),
            "relative": w.percent(row.relative, 1),
        }
        for row in rows.itertuples()
    ]
    return w.columns(pd.DataFrame(table, columns=["indicator", "year", "reported", "from_counties", "relative"]))


def observations(analysis, region: str, w: Words, latest: int = 1) -> pd.DataFrame:
    """The latest observations of a region, one row a variable, with their source."""
    rows = analysis.observations[analysis.observations["region_code"] == region]
    rows = rows.astype({"variable": str}).sort_values(["variable", "year"])
    rows = rows.groupby("variable", sort=False).tail(latest)
    listed = {code: place for place, code in enumerate([*catalog.variables(), *catalog.indicators()])}
    rows = rows.sort_values("variable", key=lambda codes: codes.map(listed), kind="stable")
    table = pd.DataFrame(
        {
            "variable": [briefing.input_name(code, w, analysis.records) for code in rows["variable"]],
            "year": rows["year"].to_numpy(),
            "value": [w.plain(value) for value in rows["value"]],
            "unit": [w.unit(code, of) for code, of in zip(rows["unit"], rows["variable"], strict=True)],
            "status": [w.status(code) for code in rows["status"]],
            "source": [analysis.called(text, w.lang) for text in rows["source"]],
            "cell": [briefing.place_of(row) for row in rows.itertuples()],
        }
    )
    return w.columns(table)
