"""The bulletin (通报) of what moved between two analyses, and what the yearly report to the national platform asks for.

Sections of sentences and tables; `export.bulletin` sets them. Nobody is graded: counties stand by what they have met, and
what slipped is told with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecoanalysis import briefing, judge
from ecoanalysis.analysis import Analysis
from ecoanalysis.intake import EVIDENCE_KINDS
from ecoanalysis.plan import comparison
from ecoanalysis.words import NOTHING, Words

STANDING_COLUMNS = "region_code items met_before met gained lost due_missed papers".split()
FILE_COLUMNS = "region_code item indicator year kind title location department date".split()
NAMED = 5  # names in a row that can still be read out
ADVANCED = 8  # counties' advances that are told one by one


@dataclass(frozen=True)
class Section:
    """One section: sentences, then perhaps a table of texts under a head, widths in mm."""

    key: str
    sentences: list[str]
    head: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    widths: tuple = ()


def standing(earlier: Analysis, later: Analysis) -> pd.DataFrame:
    """Every region's items before and after.

    Returns
    -------
    DataFrame
        `STANDING_COLUMNS` in the order of `regions.csv`: items that apply, how many are met (every part), and as tuples
        of items: gained and lost since, those whose date has come between the two and which are not met (whatever was
        lost stands there alone), and those with papers to come.
    """
    rows = []
    for code in later.regions["code"]:
        if code not in set(earlier.regions["code"]):
            continue
        before, after = (a.items(code).set_index("item") for a in (earlier, later))
        met = [list(t.index[t["verdict"].isin(judge.STANDING)]) for t in (before, after)]
        missed = after.index[(after["met_at_due"] == "no") & ~after["verdict"].isin(judge.STANDING)]
        known = set(before.index[before["met_at_due"] == "no"])
        gained = tuple(item for item in met[1] if item not in met[0])
        lost = tuple(item for item in met[0] if item not in met[1] and item in after.index)
        due_missed = tuple(item for item in missed if item not in known and item not in lost)
        papers = tuple(dict.fromkeys(lacking_papers(later, code)["item"]))
        rows.append((code, len(after), len(met[0]), len(met[1]), gained, lost, due_missed, papers))
    return pd.DataFrame(rows, columns=STANDING_COLUMNS)


def lacking_papers(analysis: Analysis, region: str) -> pd.DataFrame:
    """Items of a region whose papers are not all on file: item, indicator, kinds (tuple; empty: none supplied), lead."""
    rows = []
    for s in analysis[region].statements:
        if s.comparison != "done" or s.verdict == "not_applicable":
            continue
        kinds = tuple(kind for kind in EVIDENCE_KINDS if f"lacks_{kind}" in s.warnings)
        if kinds or "not_supplied" in s.warnings:
            rows.append((analysis.item_of(s.indicator), s.indicator, kinds, s.departments[0]))
    return pd.DataFrame(rows, columns=["item", "indicator", "kinds", "lead_department"])


def files(analysis: Analysis, region: str | None = None) -> pd.DataFrame:
    """The file list of the as-of year for the national platform, from the evidence.

    Returns
    -------
    DataFrame
        `FILE_COLUMNS`, in the order of the items; of one region where it is named.
    """
    table = analysis.evidence[analysis.evidence["year"].astype(int) == analysis.as_of]
    if region is not None:
        table = table[table["region_code"] == region]
    known = [code for code in analysis.indicators if code in set(table["indicator"])]
    table = table.assign(item=[analysis.item_of(code) for code in table["indicator"]])
    order = table["indicator"].map({code: i for i, code in enumerate(known)}) * len(EVIDENCE_KINDS)
    order += table["kind"].map({kind: i for i, kind in enumerate(EVIDENCE_KINDS)})
    regions = table["region_code"].map({code: i for i, code in enumerate(analysis.regions["code"])})
    ordered = table.assign(order=order, place=regions).sort_values(["place", "order"], kind="stable")
    return ordered.reindex(columns=FILE_COLUMNS).reset_index(drop=True)


# ---------------------------------------------------------------------- in words


def title(earlier: Analysis, later: Analysis, w: Words) -> tuple[str, str]:
    """Title, and the line under it: which years are compared."""
    key = "bulletin.period" if earlier.as_of != later.as_of else "bulletin.period_same"
    name = later.name(_whole(later), w.lang)
    under = w(key, year=later.as_of, before=earlier.as_of)
    days = [a.vintage["known_on"] for a in (earlier, later)]
    if days[0] and days[0] != days[1]:
        under = w.join(under, w("bulletin.known_on", day=days[0]))
    return w("bulletin.title", city=name), under


def demo_notice(earlier: Analysis, later: Analysis, w: Words) -> str:
    """That demo data went in, for the line under the title; empty when none did."""
    if not any((a.assessment["status"] == "demo").any() for a in (earlier, later)):
        return ""
    return f"{w.bracket(w.demo_mark(True)).strip()} {w('slide.demo_notice')}"


def sections(earlier: Analysis, later: Analysis, w: Words) -> list[Section]:
    """The whole bulletin, section by section; a section without anything to say is left out."""
    moved = comparison.compare(earlier, later)
    revised = comparison.revisions(earlier, later)
    stand = standing(earlier, later)
    made = [
        _overall(earlier, later, stand, w),
        _counties(earlier, later, stand, w),
        _advances(earlier, later, moved, revised, w),
        _to_work_on(earlier, later, moved, revised, w),
        _papers(later, w),
        _corrections(later, moved, revised, earlier, w),
        _notes(w),
        _progress(earlier, later, moved, stand, w),
        _files(later, w),
    ]
    return [one for one in made if one.sentences or one.lines]


def markdown(earlier: Analysis, later: Analysis, w: Words) -> str:
    """The bulletin as Markdown."""
    head, under = title(earlier, later, w)
    notice = demo_notice(earlier, later, w)
    lines = [f"# {head}", "", under, "", *([notice, ""] if notice else [])]
    for number, one in enumerate(sections(earlier, later, w), 1):
        numerals = w("docx.numerals")
        mark = numerals[number - 1] if number <= len(numerals) else str(number)
        lines += [f"## {w('docx.section', number=mark, title=w(one.key))}", ""]
        for text in one.sentences:
            lines += [text, ""]
        if one.lines:
            table = [one.head, ["---"] * len(one.head), *one.lines]
            lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table] + [""]
    return "\n".join(lines)


def _whole(analysis: Analysis) -> str:
    """The city, or the only region that there is."""
    return analysis.city or analysis.regions["code"].iloc[0]


def _names(analysis: Analysis, items, w: Words, most: int | None = None) -> str:
    names = [analysis.item_name(item, w.lang) for item in items]
    most = most or len(names)
    return w.list(names[:most]) + (w("headline.more") if len(names) > most else "")


def _name(analysis: Analysis, indicator: str, w: Words) -> str:
    return comparison.name_in_sentence(analysis.indicators[indicator], w)


def _step(row, w: Words) -> str:
    step = row.met - row.met_before
    return w("bulletin.same") if not step else w("bulletin.more" if step > 0 else "bulletin.fewer", count=abs(step))


def _overall(earlier: Analysis, later: Analysis, stand: pd.DataFrame, w: Words) -> Section:
    row = next(stand[stand["region_code"] == _whole(later)].itertuples())
    region = later.name(row.region_code, w.lang)
    sentences = [_counted(row, region, earlier, later, w), *_which(row, later, w)]
    others = stand[stand["region_code"].isin(later.counties) & (stand["region_code"] != row.region_code)]
    if len(others):
        steps = others["met"] - others["met_before"]
        up, same, down = int((steps > 0).sum()), int((steps == 0).sum()), int((steps < 0).sum())
        counts = (("up", up), ("same", same), ("down", down))
        parts = [w(f"bulletin.counties_{name}", count=count) for name, count in counts if count]
        key = "bulletin.counties_all_up" if up == len(others) else "bulletin.counties"
        sentences.append(w(key, counties=len(others), parts=w("list").join(parts)))
    return Section("bulletin.overall", sentences)


def _counted(row, region: str, earlier: Analysis, later: Analysis, w: Words) -> str:
    key = "bulletin.met" if earlier.as_of != later.as_of else "bulletin.met_same_year"
    if row.met == row.met_before and key == "bulletin.met":
        key = "bulletin.met_level"
    return w(
        key, region=region, year=later.as_of, before=earlier.as_of, items=row.items, met=row.met, step=_step(row, w)
    )


def _which(row, later: Analysis, w: Words, most: int | None = None) -> list[str]:
    told = []
    for key in ("gained", "lost", "due_missed"):
        items = getattr(row, key)
        if items:
            told.append(w(f"bulletin.{key}", count=len(items), names=_names(later, items, w, most), year=later.as_of))
    return told


def _counties(earlier: Analysis, later: Analysis, stand: pd.DataFrame, w: Words) -> Section:
    """One line and one sentence a county, by how many items are met, then by how many were gained; equals share a line."""
    rows = stand[stand["region_code"].isin(later.counties) & (stand["region_code"] != _whole(later))]
    if rows.empty:
        return Section("bulletin.counties_title", [])
    steps = rows["met"] - rows["met_before"]
    rows = rows.assign(step=steps).sort_values(["met", "step"], ascending=False, kind="stable")
    sentences = [w("bulletin.order")]
    lines = []
    for row in rows.itertuples():
        region = later.name(row.region_code, w.lang)
        papers = [w("bulletin.papers_count", count=len(row.papers))] if row.papers else []
        counted = w("bulletin.met_county", region=region, items=row.items, met=row.met, step=_step(row, w))
        sentences.append(w.join(counted, *_which(row, later, w, NAMED), *papers))
        step = f"+{row.step}" if row.step > 0 else w.number(row.step, 0)
        counts = [row.items, row.met_before, row.met, step, len(row.gained), len(row.lost), len(row.papers)]
        lines.append([region, *(str(count) for count in counts)])
    names = ("region", "items", "before", "after", "step", "gained", "lost", "papers")
    head = [w(f"bulletin.column.{name}", year=later.as_of, before=earlier.as_of) for name in names]
    is_long = max(len(line[0]) for line in lines) > 20
    widths = (58, 12, 14, 14, 14, 14, 15, 15) if is_long else (34, 16, 18, 18, 16, 18, 18, 18)
    return Section("bulletin.counties_title", sentences, head, lines, widths)


def _advances(earlier, later, moved: pd.DataFrame, revised: pd.DataFrame, w: Words) -> Section:
    """What advanced most, county by county: newly met first, then by the share of the gap that was closed."""
    rows = moved[moved["moved"].isin(["gained", "better", "nearer", "missed"]) & (moved["comparison"] != "done")]
    closed = ((rows["gap_before"] - rows["gap"]) / rows["gap_before"].where(rows["gap_before"] > 0)).fillna(0.0)
    rows = rows.assign(closed=closed, newly=rows["moved"] == "gained")
    rows = rows[(rows["closed"] > 0) & rows["region_code"].isin(later.counties)]
    before = rows["value_before"].abs()
    rows = rows.assign(size=(rows["value"] - rows["value_before"]).abs() / before.where(before > 0))
    rows = rows.sort_values(["newly", "closed", "size"], ascending=False, kind="stable").drop_duplicates(
        ["region_code", "item"]
    )
    # A county is named for two things at most, so that one does not fill the page.
    rows = rows[rows.groupby("region_code").cumcount() < 2].head(ADVANCED)
    return Section("bulletin.advances", [_told(row, earlier, later, revised, w) for row in rows.itertuples()])


def _told(row, earlier: Analysis, later: Analysis, revised: pd.DataFrame, w: Words) -> str:
    """A moved target with its region before it; that a new year came in is known to the reader of a bulletin."""
    with_reason = row.why != "new_year"
    text = comparison.sentence(row, earlier, later, w, revised, with_reason=with_reason)
    return w("bulletin.of_region", region=later.name(row.region_code, w.lang), text=text)


def _to_work_on(earlier, later, moved: pd.DataFrame, revised: pd.DataFrame, w: Words) -> Section:
    """What was met and no longer is, with its reason; then, item by item, what its date found unmet and who lacks how much."""
    sentences = []
    silent = (moved["met_before"] == "yes") & moved["why"].str.contains("not_reported")
    lost = moved[moved["moved"].isin(["lost", "further"]) | silent]
    sentences += [_told(row, earlier, later, revised, w) for row in lost.itertuples()]
    whole = _whole(later)
    open_rows = later.assessment[
        later.assessment["verdict"].isin(judge.OPEN) & (later.assessment["comparison"] != "done")
    ]
    for indicator, rows in open_rows.groupby("indicator", sort=False):
        of_counties = [later[r, indicator] for r in rows["region_code"] if r != whole]
        s = later[whole, indicator] if whole in set(rows["region_code"]) else None
        parts = [_short(one, w) for one in sorted(of_counties, key=lambda one: -_size(one))]
        named = w.list(parts)
        if s is not None:
            key = "bulletin.short_all" if parts else "bulletin.short_city"
            city = later.name(whole, w.lang)
            missing = briefing.gap_with_things(s, w) or NOTHING
            text = w(
                key,
                name=_name(later, indicator, w),
                city=city,
                value=briefing.value(s, w),
                missing=missing,
                counties=named,
            )
        elif len(of_counties) < 2:
            continue
        else:
            text = w(
                "bulletin.short_counties",
                name=_name(later, indicator, w),
                city=_city_stands(later, indicator, w),
                count=len(parts),
                counties=named,
            )
        demo = any(one.status == "demo" for one in [*of_counties, *([s] if s else [])])
        sentences.append(text + w.bracket(w.demo_mark(demo)))
    return Section("bulletin.to_work_on", sentences)


def _city_stands(later: Analysis, indicator: str, w: Words) -> str:
    """Where the city stands on an item that only counties still lack."""
    rows = later.assessment
    rows = rows[(rows["region_code"] == _whole(later)) & (rows["indicator"] == indicator)]
    met = rows["verdict"].isin(judge.STANDING).any()
    return w("bulletin.city_met" if met else "bulletin.city_open", city=later.name(_whole(later), w.lang))


def _size(s) -> float:
    size = s.gap_count if np.isfinite(s.gap_count) else s.gap
    return float(size) if np.isfinite(size) else 0.0


def _short(s, w: Words) -> str:
    missing = briefing.things(s, w) or briefing.gap(s, w)
    return w("bulletin.lacks", region=s.analysis.name(s.region_code, w.lang), missing=missing)


def _papers(later: Analysis, w: Words) -> Section:
    """Whose papers are not on file yet, region by region, with the department in charge."""
    sentences = []
    for code in later.regions["code"]:
        rows = lacking_papers(later, code)
        parts = []
        for row in rows.itertuples():
            name = _name(later, row.indicator, w)
            kinds = w.series([w(f"papers.{kind}") for kind in row.kinds]) if row.kinds else w("bulletin.nothing_yet")
            lead = w.list(later.called(part, w.lang) for part in row.lead_department.split(";") if part) or NOTHING
            parts.append(w("bulletin.papers_item", name=name, kinds=kinds, lead=lead))
        if parts:
            region = later.name(code, w.lang)
            sentences.append(
                w("bulletin.papers_region", region=region, count=rows["item"].nunique(), parts=w("join").join(parts))
            )
    head = [w("bulletin.papers_all")] if not sentences else [w("bulletin.papers_ask")]
    return Section("bulletin.papers_title", [*head, *sentences])


def _corrections(later, moved: pd.DataFrame, revised: pd.DataFrame, earlier, w: Words) -> Section:
    """Figures that were corrected since, and what they moved without anything having happened."""
    ids = {one for ids in moved["revised"] for one in ids.split(";") if one}
    told = [comparison.revision_sentence(row, later, w) + w("stop") for row in revised.itertuples() if row.id in ids]
    rows = moved[moved["moved"] == "restated"]
    told += [_told(row, earlier, later, revised, w) for row in rows.itertuples()]
    return Section("bulletin.corrections", told)


def _progress(earlier, later, moved: pd.DataFrame, stand: pd.DataFrame, w: Words) -> Section:
    """The year's progress for the national platform: where the city stands, and every item that is newly met or nearer."""
    whole = _whole(later)
    row = next(stand[stand["region_code"] == whole].itertuples())
    region = later.name(whole, w.lang)
    head = later[whole].headline
    counts = {name: len(getattr(head, name)) for name in ("met", "missed", "unknown")}
    due = w("bulletin.progress_due", items=sum(counts.values()), **counts)
    sentences = [w.join(_counted(row, region, earlier, later, w), due)]
    rows = moved[(moved["region_code"] == whole) & (moved["comparison"] != "done")]
    for key, codes in (("gained", ["gained"]), ("nearer", ["better", "nearer", "missed"])):
        told = []
        for one in rows[rows["moved"].isin(codes)].itertuples():
            if one.moved == "gained" or one.gap < one.gap_before:
                s, before = (a[whole, one.indicator, one.comparison] for a in (later, earlier))
                values = {"before": briefing.value(before, w), "value": briefing.value(s, w)}
                told.append(w("bulletin.from_to", name=_name(later, one.indicator, w), **values))
        if told:
            sentences.append(w(f"bulletin.progress_{key}", count=len(told), parts=w("join").join(told)))
    mark = w.bracket(w.demo_mark(bool((later[whole].rows["status"] == "demo").any())))
    return Section("bulletin.progress", [*sentences[:-1], sentences[-1] + mark])


def _files(later: Analysis, w: Words) -> Section:
    """The city's own files of the year; the counties' by number, as their list is a table of its own."""
    whole = _whole(later)
    table, everything = files(later, whole), files(later)
    region = later.name(whole, w.lang)
    others = everything[everything["region_code"] != whole]
    regions = others["region_code"].nunique()
    key = "bulletin.files_count" if len(table) else "bulletin.files_none"
    sentences = [w(key, year=later.as_of, region=region, count=len(table))]
    if regions:
        sentences.append(w("bulletin.files_counties", regions=regions, count=len(others)))
    lines = [
        [
            later.indicators[row.indicator].label or row.indicator,
            w.name(later.indicators[row.indicator]),
            w(f"papers.{row.kind}"),
            later.called(row.title, w.lang),
            w.list(later.called(part, w.lang) for part in str(row.department).split(";") if part) or NOTHING,
        ]
        for row in table.itertuples()
    ]
    head = [w("column.number"), *(w(f"bulletin.column.{name}") for name in ("name", "kind", "title", "department"))]
    return Section("bulletin.files", sentences, head, lines, (12, 46, 18, 56, 24))


def _notes(w: Words) -> Section:
    return Section("bulletin.notes", [w("bulletin.note_met"), w("bulletin.note_gaps"), w("about.chances")])
