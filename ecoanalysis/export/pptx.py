"""The answer as slides that a mayor can follow: what stands in the way, what is missing where, who does what by when.

A title is the slide's message. Talking points stand in the notes, the sources of every number after them; methods have
one slide at the end. Tables and charts are native, so that PowerPoint and WPS edit them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from pptx.util import Inches

from ecoanalysis import briefing, judge, words
from ecoanalysis.analysis import Analysis, Region, Statement, Told
from ecoanalysis.export import native_chart, worded
from ecoanalysis.export.slides import CELLS, Box, Deck, NoDeck, ems, opened, saved
from ecoanalysis.plan import calendar, duties, kept, projects
from ecoanalysis.words import NOTHING, Words

__all__ = ["NoChart", "NoDeck", "chart_slide", "write"]

ONE_SLIDE_EACH = 15  # counties; more of them are told in a table
COUNTIES_NAMED, DEPARTMENTS_NAMED, ITEMS_NAMED, SOURCES_SHOWN = 3, 2, 4, 12
LONG_LIST = 45  # ems of names in a cell of the task sheet, beyond which fewer are named
FEW = 5  # rows that leave room for larger words
SHORT_NAME = 7  # ems of a county's name that a narrow column takes
AWAITED = {"undocumented": "papers", "insufficient_data": "data", "no_target": "target"}
ANSWERS = {"yes": "reached", "no": "out_of_reach", "unknown": "insufficient_data", "not_due": "no_target"}  # colours


class NoChart(Told, ValueError):
    """A statement without a number to draw."""


def write(
    analysis: Analysis,
    path: Path | str,
    lang: str,
    regions: Iterable[str] | None = None,
    *,
    template: Path | str | None = None,
    on=None,
) -> Path:
    """Write a briefing deck.

    Parameters
    ----------
    analysis : Analysis
    path : path
        Ends in `.pptx`; written under a temporary name first.
    lang : str
        zh or en.
    regions : names or codes, optional
        Whom the deck speaks of: a city with its counties as an appendix (by default all of them), or one county.
    template : path, optional
        A bureau's own deck: layouts, theme, fonts and size are taken from it, its slides are not.
    on : date, optional
        The day from which dates are reckoned; the last day of the as-of year by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    NoDeck
        The template is no presentation, or the place cannot be written to.
    NotThere
        No such region.
    """
    known = [analysis.region_code(name) for name in regions] if regions is not None else list(analysis.regions["code"])
    heads = [code for code in analysis.parents if code in known]
    counties = [code for code in known if code not in heads]
    if not heads and len(counties) == 1:
        heads, counties = counties, []
    deck = _Briefing(analysis, words.of(lang), template, on)
    deck.cover(
        (heads or counties)[0], worded.uses_demo(analysis.assessment[analysis.assessment["region_code"].isin(known)])
    )
    for code in heads:
        deck.story(analysis[code])
    if len(counties) > ONE_SLIDE_EACH or not heads:
        deck.overview(counties)
    if len(counties) <= ONE_SLIDE_EACH:
        for code in counties:
            deck.county(analysis[code])
    return saved(deck.deck.presentation, path)


def chart_slide(
    statement: Statement, path: Path | str | None = None, lang: str = "zh", *, template: Path | str | None = None
) -> Path:
    """One native chart on a slide of its own, in a new or an existing deck.

    Parameters
    ----------
    statement : Statement
    path : path, optional
        An existing `.pptx` gets the slide at its end, in its own layouts, fonts and colours; a new name becomes a deck.
        By default a new file in the working folder, named after region and indicator.
    lang : str
        zh or en.
    template : path, optional
        A bureau's own deck, for a new file: layouts, theme and size are taken from it, its slides are not.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    NoChart
        There is no number to draw: papers, or nothing measured.
    NoDeck
        The existing file or the template is no presentation, or the place cannot be written to.
    """
    w = words.of(lang)
    name = _with_region(statement, w)
    if not native_chart.can_be_drawn(statement):
        raise NoChart(words.in_both("deck.no_chart", name=name))
    path = Path(re.sub(r"[^\w.-]+", "_", name) + ".pptx" if path is None else path)
    deck = Deck(w, opened(path)) if path.exists() else Deck.on(w, template)
    if not path.exists():
        deck.about(name, w("slide.title"), statement.analysis.name(statement.region_code, lang))
    slide = deck.slide(w("deck.chart_title", name=name, said=_standing(statement, w)), demo=statement.status == "demo")
    native_chart.add(slide, statement, deck.room, w)
    deck.notes(slide, [worded.said(statement, w)], sources([statement], w))
    return saved(deck.presentation, path)


class _Briefing:
    """The slides of one deck: each method lays one message."""

    def __init__(self, analysis: Analysis, w: Words, template, on):
        self.analysis, self.w, self.on = analysis, w, on
        self.deck = Deck.on(w, template)

    def cover(self, code: str, demo: bool) -> None:
        a, w, deck = self.analysis, self.w, self.deck
        name = a.name(code, w.lang)
        deck.about(w("slide.deck_title", region=name), w("slide.as_of", as_of=a.as_of), name)
        lines = [w("slide.as_of", as_of=a.as_of)]
        lines += [projects.heading(a, w)] if a.projects_in else []
        lines += [w("slide.demo_notice")] if demo else []
        slide = deck.cover(w("slide.deck_title", region=name), lines, demo=demo)
        deck.notes(slide, briefing.headline(a[code], w)[:2], [])

    def story(self, region: Region) -> None:
        """The whole road from the answer to what is to be decided."""
        self.answer(region)
        self.changes(region)
        self.unmet(region)
        for s in region.statements:
            if s.named_weak and s.comparison != "done" and s.verdict != "not_applicable":
                self.named(region, s)
        self.slipping(region)
        self.task_sheet(region)
        self.projects(region)
        self.dates()
        self.decisions(region)
        self.annex(region)

    # ------------------------------------------------------------------ the answer

    def answer(self, region: Region) -> None:
        w, head, deck = self.w, region.headline, self.deck
        slide = deck.slide(_answer(region, w), demo=worded.uses_demo(region.rows))
        counted = {"yes": head.met, "no": head.missed, "unknown": head.unknown, "not_due": head.not_due}
        tiles = [
            (str(len(items)), w(f"deck.{answer}"), ANSWERS[answer])
            for answer, items in counted.items()
            if items or answer != "not_due"
        ]
        room = deck.room
        deck.tiles(slide, tiles, room._replace(height=Inches(1.0)))
        room = room.below(room.top + Inches(1.1))
        ahead = [text for text in (briefing.named_weak(region, w), _outlook(region, w)) if text]
        below = max(Inches(0.9), self.deck.height(ahead, room.width, 14))
        lists = []
        for key, items, obstacle in (
            ("slide.missed_binding", head.missed_binding, self.obstacle),
            ("slide.missed_advisory", () if head.missed_binding else head.missed_advisory, self.obstacle),
            ("slide.unknown_binding", head.unknown_binding, self.unknown),
        ):
            if items:
                lists.append([w(key, count=len(items)), *(obstacle(region, item) for item in items)])
        upper = room._replace(height=room.height - below - Inches(0.1))
        if lists:
            for lines, box in zip(lists, upper.columns(*(1.3, 1)[: len(lists)]), strict=True):
                self.listed(slide, lines, box)
        else:
            deck.text(slide, briefing.headline(region, w)[:2], upper, sizes=(20, 18, 16, 14))
        if ahead:
            deck.text(slide, ahead, room.below(room.top + room.height - below), sizes=(16, 15, 14), apart=4)
        shown = [s for s in region.statements if self.analysis.item_of(s.indicator) in head.missed_binding]
        deck.notes(slide, briefing.headline(region, w), sources(shown, w, 4))

    def listed(self, slide, lines: Sequence[str], box: Box) -> None:
        """A heading with bullets under it; those that do not fit are counted."""
        deck, w = self.deck, self.w
        head = box._replace(height=Inches(0.4))
        deck.text(slide, lines[:1], head, sizes=(18, 16, 14))
        rest = box.below(box.top + Inches(0.45))
        told = deck.text(slide, lines[1:], rest._replace(height=rest.height - Inches(0.3)), sizes=(16, 15, 14), apart=4,
                         bullets=True)  # fmt: skip
        if told < len(lines) - 1:
            foot = Box(rest.left, rest.top + rest.height - Inches(0.28), rest.width, Inches(0.26))
            deck.small(slide, w("slide.more", count=len(lines) - 1 - told), foot)

    def obstacle(self, region: Region, item) -> str:
        """A missed item: what is missing of it and who leads."""
        w = self.w
        parts = [s for s in self.of_item(region, item) if s.met_at_due == "no"] or self.of_item(region, item)
        missing = [briefing.gap_with_things(s, w) for s in parts if s.verdict in judge.OPEN]
        missing = w.list(dict.fromkeys(filter(None, missing)))
        stands = missing and w("slide.missing", missing=missing)
        happened = next((s for s in parts if s.requirement == "condition" and s.latest_value > 0), None)
        if not stands and happened is not None:
            stands = w("slide.happened", year=w.year(happened.latest_year), count=w.number(happened.latest_value, 0))
        stands = stands or briefing.short_verdict(parts[0], w)
        return self.with_lead(worded.item(self.analysis, item, w), stands, parts)

    def unknown(self, region: Region, item) -> str:
        """An item that cannot be told yet: what it waits for, and from whom."""
        w = self.w
        parts = self.of_item(region, item)
        waits = list(dict.fromkeys(w(f"slide.awaits_{_awaited(s)}") for s in parts if _awaited(s)))
        return self.with_lead(worded.item(self.analysis, item, w), w.list(waits) or w("deck.unknown"), parts)

    def with_lead(self, name: str, said: str, parts: Sequence[Statement]) -> str:
        w = self.w
        lead = w.list(dict.fromkeys(filter(None, (self.lead(s) for s in parts))))
        return w("slide.item_lead" if lead else "slide.item", name=name, said=said, lead=lead)

    def of_item(self, region: Region, item) -> list[Statement]:
        """The statements of an item, without a measure that gives way to another."""
        own = [s for s in region.statements if self.analysis.item_of(s.indicator) == item]
        own = [s for s in own if s.verdict != "not_applicable"]
        aimed = {s.part for s in own if s.verdict != "no_target"}
        return [s for s in own if s.verdict != "no_target" or s.part not in aimed]

    def stands(self, region: Region, s: Statement) -> bool:
        """Whether a statement counts, and does not give way to another measure of its part."""
        return any(one.row == s.row for one in self.of_item(region, self.analysis.item_of(s.indicator)))

    def lead(self, s: Statement) -> str:
        """The leading departments as the region itself calls them."""
        return self.called(s, duties.leading)

    def called(self, s: Statement, named) -> str:
        return self.w.list(self.bureaus(s, named))

    def bureaus(self, s: Statement, named) -> list[str]:
        a, region = self.analysis, s.region_code
        return list(dict.fromkeys(duties.own_names(a, region, named(a, region, s.indicator), self.w)))

    # ------------------------------------------------------------------ what moved, what is missing

    def changes(self, region: Region) -> None:
        """What moved since the year before: values and verdicts."""
        w, moved = self.w, region.changes
        if moved.empty:
            return
        year = self.analysis.as_of - 1
        told = moved[moved["moved"].isin(("missed", "worse", "better"))]
        told = told.sort_values("moved", key=lambda kinds: kinds.map({"missed": 0, "worse": 1, "better": 2}))
        parts = [w(f"slide.{kind}", count=len(items)) for kind, items in briefing.moved_items(region).items()]
        if told.empty:
            title = w("slide.unchanged", region=region.name(w.lang), year=year)
            told = moved
        else:
            title = w("slide.changed", region=region.name(w.lang), year=year, parts=w.list(parts))
        shown = [self.analysis[region.code, row.indicator, row.comparison] for row in told.itertuples()]
        rows, before, after = [], [], []
        kinds = {"missed": "due_missed", "worse": "down", "better": "up", "same": "same"}
        for row, s in zip(told.itertuples(), shown, strict=True):
            was, now = (w.short_verdict(code, s.pressing) for code in (row.verdict_before, row.verdict))
            values = [
                w.measure(row.value_before, s.record) if s.comparison != "done" else NOTHING,
                worded.value(s, w) if s.comparison != "done" else NOTHING,
            ]
            rows.append([worded.indicator(s, w), *values, was, now, w(f"slide.moved_{kinds[row.moved]}")])
            before.append(row.verdict_before)
            after.append(row.verdict)
        head = [w("column.indicator"), *(w("slide.value_in", year=y) for y in (year, year + 1))]
        head += [*(w("slide.verdict_in", year=y) for y in (year, year + 1)), w("slide.moved")]
        points = [briefing.changed(region, w), *(briefing.named_sentence(s, w) for s in shown[:3])]
        shaded = {3: before, 4: after}
        self.pages(title, head, rows, (3.9, 1.75, 1.75, 1.75, 1.75, 1.55), shown, points, shaded=shaded, most=1)

    def unmet(self, region: Region) -> None:
        """Missed and at risk of being missed, by name."""
        w, head = self.w, region.headline
        shown = [s for s in region.weak if s.verdict in judge.OPEN]
        shown.sort(key=lambda s: s.met_at_due != "no")
        if not shown:
            return
        ahead = len({self.analysis.item_of(s.indicator) for s in shown} - set(head.missed))
        parts = []
        if head.missed:
            parts.append(briefing.missed_items(head, w))
        if ahead:
            parts.append(w("slide.ahead_items", count=ahead))
        worst = next((s for s in shown if s.named_weak and _missing(s, w)), None)
        if worst is not None:
            parts.append(w("slide.short_by", name=w.name(worst.record), missing=_missing(worst, w)))
        title = w("slide.unmet", region=region.name(w.lang), parts=w("slide.and").join(parts))
        columns = ["indicator", "attribute", "latest_value", "target", "due", "gap", "verdict", "lead_department"]
        rows = []
        for s in shown:
            attribute = w("attribute.binding" if s.binding else "attribute.advisory")
            fixed = [worded.indicator(s, w), attribute, worded.value(s, w), worded.target(s, w), str(s.due)]
            rows.append([*fixed, _missing(s, w) or NOTHING, judged(s, w), self.lead(s) or NOTHING])
        head_row = [w(f"column.{name}") if name != "attribute" else w("slide.attribute") for name in columns]
        points = [briefing.named_sentence(s, w) for s in shown[:ITEMS_NAMED]]
        shaded = {6: [s.verdict for s in shown]}
        self.pages(title, head_row, rows, (3.0, 1.15, 1.5, 1.5, 1.0, 1.35, 1.75, 1.7), shown, points, shaded=shaded)

    def named(self, region: Region, s: Statement) -> None:
        """A weak point that the plan names: how it has moved, and what is missing in which county."""
        a, w, deck = self.analysis, self.w, self.deck
        members = [one for code in a.members(region.code) if (one := self.same(code, s)) is not None]
        if not any(np.isfinite(one.latest_value) for one in members):
            members = []  # a table of nothing: a sentence says it
        slide = deck.slide(_named_title(s, members, w), demo="demo" in {one.status for one in (s, *members)})
        room = deck.room
        left, right = room.columns(1, 1.3) if members else room.columns(3, 2)
        right = right if native_chart.can_be_drawn(s) else room
        pace = briefing.pace(s, w)
        if native_chart.can_be_drawn(s):
            under = self.deck.height([pace], left.width, 14) if pace and members else 0
            native_chart.add(slide, s, left._replace(height=left.height - under), w)
            if under:
                deck.text(slide, [pace], left.below(left.top + left.height - under), sizes=(14,))
        if members:
            self.county_table(slide, s, members, right)
        else:
            said = [briefing.sentence(s, w), pace, briefing.contribution(s, w), worded.departments(s, w)]
            deck.text(slide, [text for text in said if text], right, sizes=(18, 16, 14))
        points = [text for text in (briefing.named_sentence(s, w), pace) if text]
        deck.notes(slide, points, sources([s, *members], w, 4))

    def county_table(self, slide, s: Statement, members: list[Statement], box: Box) -> None:
        """Who lacks how much: the largest parts first where not all counties fit."""
        w, a = self.w, self.analysis
        head = [w("column.region_name"), w("column.latest_value"), w("deck.missing"), w("deck.share_of_city")]
        head.append(w("column.verdict"))
        by_part = sorted(members, key=lambda one: -np.nan_to_num(one.contribution))
        rows = [[a.name(one.region_code, w.lang), *self.cells(one)] for one in by_part]
        name = 1.5 if max(ems(row[0]) for row in rows) <= SHORT_NAME else 2.5
        note = w("deck.share_note") if any(briefing.city_gap(one) > 0 for one in members) else ""
        foot = max(self.deck.height([note], box.width, 14), Inches(0.6))
        told = self.deck.table(
            slide,
            head,
            rows,
            (name, 1.1, 1.3, 1.35, 1.7),
            box._replace(height=box.height - foot - Inches(0.05)),
            sizes=(15, 14),
            shaded={4: [one.verdict for one in by_part]},
        )
        if told < len(rows):
            rest = sum(np.nan_to_num(one.contribution) for one in by_part[told:])
            values = {"count": len(rows) - told, "part": w.count(rest, s.gap_count_unit or "piece", s.indicator)}
            note = w("slide.other_counties" if rest > 0 else "slide.other_counties_none", **values)
        if note:
            self.deck.text(slide, [note], box.below(box.top + box.height - foot), sizes=(14,))

    def cells(self, s: Statement) -> list[str]:
        w = self.w
        whole = briefing.city_gap(s)
        share = w.count(s.contribution, s.gap_count_unit, s.indicator) if whole > 0 and s.contribution > 0 else NOTHING
        return [w.number(s.latest_value, briefing.decimals_of(s)), _missing(s, w) or NOTHING, share, judged(s, w)]

    def same(self, code: str, like: Statement) -> Statement | None:
        """The same target of another region; None where it has none."""
        rows = self.analysis.assessment
        rows = rows[(rows["region_code"] == code) & (rows["indicator"] == like.indicator)]
        if like.comparison not in set(rows["comparison"]):
            return None
        return self.analysis[code, like.indicator, like.comparison]

    def slipping(self, region: Region) -> None:
        """What is met today and may slip back before the re-inspection."""
        w = self.w
        shown = [s for s in region.statements if s.verdict == "reached_at_risk"]
        if not shown:
            return
        shown.sort(key=lambda s: s.p_hold)
        likely = [s for s in shown if s.p_hold < 0.5]
        key, named = ("slide.slipping", likely) if likely else ("slide.to_hold", shown)
        names = briefing.met_names(region, named, w)
        said = w.list(names[:2]) + (w("headline.more") if len(names) > 2 else "")
        title = w(key, region=region.name(w.lang), count=len(names), names=said)
        rows = [
            [worded.indicator(s, w), worded.value(s, w), worded.target(s, w)]
            + [w.chance(s.p_hold), str(s.hold_until), self.lead(s) or NOTHING]
            for s in shown
        ]
        head = [w("column.indicator"), w("column.latest_value"), w("column.target"), w("column.p_hold")]
        head += [w("slide.hold_until"), w("column.lead_department")]
        points = [briefing.slipping(region, w), *(briefing.named_sentence(s, w) for s in shown[:3])]
        self.pages(title, head, rows, (4.0, 1.8, 2.0, 1.3, 1.2, 2.1), shown, points, most=1)

    # ------------------------------------------------------------------ who does what by when

    def task_sheet(self, region: Region) -> None:
        w = self.w
        unmet = [s for s in region.weak if s.verdict in judge.OPEN]
        first = [s for s in unmet if s.named_weak or s.binding]
        last = [s for s in unmet if not (s.named_weak or s.binding)]
        awaited = self.awaited_tasks(region)
        rows = [*(self.task(region, s) for s in first), *awaited, *(self.task(region, s) for s in last)]
        if not rows:
            return
        binding = sum(bool(s.binding) for s in unmet)
        title = w("slide.tasks", region=region.name(w.lang), count=len(rows), binding=binding)
        head = [w(f"slide.task_{name}") for name in ("measure", "lead", "supporting", "counties", "until")]
        points = [briefing.named_sentence(s, w) for s in unmet[:ITEMS_NAMED]]
        self.pages(title, head, rows, (4.1, 1.9, 2.3, 2.7, 1.4), unmet, points, left=(0, 3), most=3)

    def task(self, region: Region, s: Statement) -> list[str]:
        """One row of the task sheet: what is to be made up, who leads and supports, in which counties, until when."""
        w = self.w
        missing = briefing.things(s, w) or briefing.gap(s, w)
        if s.requirement == "condition":
            measure = w("slide.task_condition", name=worded.indicator(s, w))
        elif missing:
            key = "slide.task_gap" if s.record.direction >= 0 else "slide.task_cut"
            measure = w(key, name=worded.indicator(s, w), missing=missing, yearly=self.yearly(region, s))
        elif s.comparison in judge.RELATIVE:
            measure = w("slide.item", name=worded.indicator(s, w), said=worded.target(s, w), lead="")
        else:
            measure = w("slide.task_reach", name=worded.indicator(s, w), target=worded.target(s, w))
        lead, supporting = self.lead(s), self.fewer(self.bureaus(s, duties.supporting))
        until = w("slide.end_of", year=s.milestone)
        return [measure, lead or NOTHING, supporting or NOTHING, self.where(region, s), until]

    def fewer(self, departments: list[str]) -> str:
        """Departments by name; of many with long names the first ones, and how many there are."""
        said = self.w.list(departments)
        if ems(said) <= LONG_LIST or len(departments) <= DEPARTMENTS_NAMED + 1:
            return said
        named = self.w.list(departments[:DEPARTMENTS_NAMED])
        return named + self.w("slide.and_departments", count=len(departments))

    def yearly(self, region: Region, s: Statement) -> str:
        """How many things in which year; empty where no path of tasks is known."""
        w, table = self.w, kept.table(self.analysis, "tasks")
        rows = table[(table["city"] == region.code) & (table["indicator"] == s.indicator)]
        rows = rows[rows["comparison"] == s.comparison]
        amounts = rows.groupby("year")["needed"].sum()
        amounts = amounts[amounts > 0]
        if len(amounts) < 2:
            return ""
        unit = rows["unit"].iloc[0]
        told = [w.count(amount, unit, s.indicator) for amount in amounts]
        if len(set(told)) == 1:
            key = "slide.every_year" if unit in words.COUNTED else "slide.every_year_about"  # 3 × 29.7 is not 89.2
            return w(key, first=amounts.index[0], last=amounts.index[-1], things=told[0])
        if unit in words.COUNTED:
            told = [w.number(amount, 0) for amount in amounts]
        parts = [w("slide.in_year", year=year, things=things) for year, things in zip(amounts.index, told, strict=True)]
        return w("slide.yearly", parts=w.list(parts))

    def where(self, region: Region, s: Statement) -> str:
        """The counties that are short, the largest parts first, with what is theirs."""
        a, w = self.analysis, self.w
        members = [one for code in a.members(region.code) if (one := self.same(code, s)) is not None]
        if not a.members(region.code):
            return region.name(w.lang)
        parts = sorted((one for one in members if one.contribution > 0), key=lambda one: -one.contribution)
        named = [
            w(
                "slide.county_part",
                name=a.name(s.region_code, w.lang),
                part=w.count(s.contribution, s.gap_count_unit, s.indicator),
            )
            for s in parts
        ]
        if not named:
            named = [a.name(one.region_code, w.lang) for one in members if one.verdict in judge.OPEN]
        if not named:
            return w("slide.city_itself", region=region.name(w.lang))
        several = next((n for n in range(COUNTIES_NAMED, 1, -1) if ems(w.list(named[:n])) <= LONG_LIST), 1)
        more = len(named) - several
        text = w.list(named[:several])
        return text + w("slide.and_counties", count=more) if more > 0 else text

    def awaited_tasks(self, region: Region) -> list[list[str]]:
        """Papers, data and targets that are waited for: a row a kind."""
        w = self.w
        rows = []
        for what in AWAITED.values():
            items = [s for s in region.statements if _awaited(s) == what and self.stands(region, s)]
            if items:
                names = self.several(items)
                leads = dict.fromkeys(
                    name for s in items for name in duties.leading(self.analysis, s.region_code, s.indicator)
                )
                own = list(duties.own_names(self.analysis, region.code, leads, w))
                lead = w.list(own[:ITEMS_NAMED]) or NOTHING
                lead += w("slide.and_departments", count=len(own)) if len(own) > ITEMS_NAMED else ""
                until = min(s.hold_until if s.due <= s.as_of else s.due for s in items)
                measure = w(f"slide.task_{what}", names=names)
                rows.append([measure, lead, NOTHING, region.name(w.lang), w("slide.end_of", year=until)])
        return rows

    def several(self, statements: Sequence[Statement]) -> str:
        """The items of statements by name, the first of many."""
        a, w = self.analysis, self.w
        names = list(dict.fromkeys(worded.item(a, a.item_of(s.indicator), w) for s in statements))
        said = w.list(names[:ITEMS_NAMED])
        return said + (w("slide.and_items", count=len(names)) if len(names) > ITEMS_NAMED else "")

    def projects(self, region: Region) -> None:
        """What projects add and do to chances, and what has none."""
        a, w, deck = self.analysis, self.w, self.deck
        effects, lacking = kept.table(a, "effects"), kept.table(a, "candidates")
        mine = [region.code, *a.members(region.code)]
        effects = effects[effects["region_code"].isin(mine)]
        lacking = lacking[lacking["region_code"] == region.code]
        names = list(dict.fromkeys(self.analysis.item_name(a.item_of(code), w.lang) for code in lacking["indicator"]))
        listed = w.list(names[:ITEMS_NAMED]) + (w("headline.more") if len(names) > ITEMS_NAMED else "")
        lack = w("slide.no_project", count=len(names), names=listed) if names else ""
        if effects.empty:
            if lack:
                slide = deck.slide(
                    w("slide.projects_none", count=len(names)), demo=bool((lacking["status"] == "demo").any())
                )
                said = [projects.candidate_sentence(row, a, w) for _, row in lacking.iterrows()]
                deck.text(slide, said, deck.room, sizes=(18, 16, 14), bullets=True)
                deck.notes(slide, [lack], [])
            return
        risen = effects.assign(rise=(effects["p_reach_with"] - effects["p_reach_without"]).astype(float))
        first = risen.sort_values(["region_code", "rise"], key=_city_first(region.code), kind="stable").iloc[0]
        record = a.indicators[first["indicator"]]
        count = len({name for row in effects["projects"] for name in row.split(";")})
        values = {"count": count, "region": a.name(first["region_code"], w.lang), "name": w.name(record)}
        if np.isfinite(first["rise"]):
            values |= {"without": w.chance(first["p_reach_without"]), "with_": w.chance(first["p_reach_with"])}
            title = w("slide.projects" if values["with_"] != values["without"] else "slide.projects_level", **values)
        else:
            title = w("slide.projects_thin", **values)
        rows = []
        for _, row in effects.sort_values("region_code", key=_city_first(region.code), kind="stable").iterrows():
            things = [
                w.count(
                    round(row[n]) if row["things_unit"] in words.COUNTED else row[n],
                    row["things_unit"],
                    row["indicator"],
                )
                if np.isfinite(row[n])
                else NOTHING
                for n in ("adds", "expected")
            ]
            chances = [w.chance(row[f"p_reach_{n}"]) for n in ("without", "with", "alone")]
            cost = w.count(row["cost"], "10⁴ CNY") if np.isfinite(row["cost"]) else NOTHING
            name = w(
                "slide.region_item",
                region=a.name(row["region_code"], w.lang),
                name=w.name(a.indicators[row["indicator"]]),
            )
            rows.append([name, *things, *chances, cost])
        head = [w(f"slide.project_{n}") for n in ("item", "adds", "expected", "without", "with", "alone", "cost")]
        demo = bool(effects["demo"].any())
        points = [projects.effect_sentence(row, a, w) for _, row in effects.iterrows()]
        self.pages(title, head, rows, (3.6, 1.4, 1.5, 1.3, 1.3, 1.5, 1.6), [], points, demo=demo, below=lack, most=1)

    def dates(self) -> None:
        """Where the plan stands, what comes next, and in how many days."""
        w = self.w
        stage = calendar.stage(self.analysis, self.on)
        if not stage:
            return
        rows, passed = [], []
        for row in stage.rows.to_dict("records"):
            left = NOTHING if row["days_left"] < 0 else w.count(row["days_left"], "day")
            rows.append(
                [calendar.day(row["date"], w), str(row[f"name_{w.lang}"]), str(row[f"asks_{w.lang}"] or NOTHING)]
                + [w(f"slide.state_{row['state']}"), left]
            )
            passed.append(row["state"] == "past")
        ahead = [row for row, gone in zip(rows, passed, strict=True) if not gone]
        title = calendar.short(stage, w) or w("slide.dates")
        head = [w(f"slide.date_{name}") for name in ("day", "what", "asks", "state", "left")]
        points = [calendar.sentence(stage, w)]
        self.pages(title, head, ahead or rows, (3.0, 2.6, 4.2, 1.1, 1.4), [], points, left=(0, 1, 2), sizes=CELLS[1:])

    def decisions(self, region: Region) -> None:
        """What is asked for: by whom what has to be ordered, asked, or decided."""
        w, head, deck = self.w, region.headline, self.deck
        asked, shown = [], []
        asked.append(w(f"slide.decide_apply_{head.conditions_met}"))
        unmet = [s for s in region.weak if s.verdict in judge.OPEN]
        pressing = [s for s in unmet if s.named_weak] + [s for s in unmet if s.binding and not s.named_weak]
        for s in pressing[:ITEMS_NAMED]:
            shown.append(s)
            missing = briefing.gap_with_things(s, w)
            values = {"name": w.name(s.record), "lead": self.lead(s), "year": s.milestone, "missing": missing}
            key = "slide.decide_gap" if missing else "slide.decide_reach"
            where = self.where(region, s) if self.analysis.members(region.code) and s.contribution != 0 else ""
            text = w(key if values["lead"] else f"{key}_nobody", **values)
            asked.append(w.join(text, w("slide.decide_where", where=where)) if where and missing else text)
        waiting = [s for s in region.statements if _awaited(s) and self.stands(region, s)]
        for what in AWAITED.values():
            items = dict.fromkeys(self.analysis.item_of(s.indicator) for s in waiting if _awaited(s) == what)
            if items:
                names = [self.analysis.item_name(item, w.lang) for item in items]
                listed = w.list(names[:ITEMS_NAMED]) + (w("headline.more") if len(names) > ITEMS_NAMED else "")
                asked.append(w(f"slide.decide_{what}", count=len(items), names=listed))
        lacking = kept.table(self.analysis, "candidates")
        lacking = lacking[(lacking["region_code"] == region.code) & lacking["binding"].astype(bool)]
        if len(lacking):
            asked.append(w("slide.decide_projects", count=len(lacking)))
        if briefing.unverified(region, w):
            asked.append(w("slide.decide_verify"))
        if not unmet and not waiting:
            asked.append(w("slide.decide_hold"))
        slide = deck.slide(w("slide.decisions", count=len(asked)), demo="demo" in {s.status for s in shown})
        numbered = [w("slide.numbered", number=n, text=text) for n, text in enumerate(asked, 1)]
        told = deck.text(slide, numbered, deck.room, sizes=(20, 18, 17, 16, 15, 14), apart=8)
        deck.notes(slide, numbered[told:] or briefing.headline(region, w)[1:2], sources(shown, w, 4))

    def annex(self, region: Region) -> None:
        """Method and data on one slide."""
        a, w, deck = self.analysis, self.w, self.deck
        rows = a.observations
        said = [w("slide.method_trend"), w("slide.method_duty"), w("slide.method_share")]
        said.append(w("slide.method_apply", share=w.percent(a.settings.advisory_share)))
        if len(rows):
            values = {"count": w.number(len(rows), 0), "regions": len(a.regions), "files": rows["file"].nunique()}
            first, last = int(rows["year"].min()), int(rows["year"].max())
            said.append(
                w("slide.data", **values, years=w("slide.years", first=first, last=last) if first < last else first)
            )
        if a.demo_share:  # "of them" are the figures of the line above
            said.append(w("slide.data_demo", share=w.percent(a.demo_share)))
        said.append(w("slide.projects_in" if a.projects_in else "slide.projects_out"))
        if briefing.unverified(region, w):
            said.append(briefing.unverified(region, w))
        weaker = a.editions[(a.editions["region_code"] == region.code) & a.editions["weaker"].astype(bool)]
        if len(weaker):
            names = list(dict.fromkeys(w.name(a.indicators[code]) for code in weaker["indicator"]))
            listed = w.list(names[:ITEMS_NAMED]) + (w("headline.more") if len(names) > ITEMS_NAMED else "")
            said.append(w("slide.weaker", count=len(names), names=listed))
        if a.problems:
            said.append(w("slide.left_out", count=len(a.problems)))
        slide = deck.slide(w("slide.annex"))
        deck.text(slide, said, deck.room, sizes=(18, 17, 16, 15, 14), bullets=True)
        known = [text for s in region.weak if (text := briefing.fared(s, w))]
        deck.notes(slide, [*dict.fromkeys(known), *worded.weaker(a, w)[:12]] or said[:2], [])

    # ------------------------------------------------------------------ counties

    def county(self, region: Region) -> None:
        """One county on one slide: where it stands, then what is weak."""
        w, deck, head = self.w, self.deck, region.headline
        weak = [s for s in region.weak if s.verdict in (*judge.OPEN, "reached_at_risk")]
        weak.sort(key=lambda s: s.verdict not in judge.OPEN)
        slide = deck.slide(_county_title(region, weak, w), demo=worded.uses_demo(region.rows))
        said = [*briefing.headline(region, w)[:2], _outlook(region, w)]
        room = deck.room
        size = 16 if len(weak) <= FEW else 14
        height = min(self.deck.height(said, room.width, size), Inches(2.4))
        deck.text(slide, said, room._replace(height=height), sizes=(size, 14), apart=4)
        room = room.below(room.top + height + Inches(0.1))
        if not weak:
            key = "slide.no_weak_known" if head.unknown else "slide.no_weak_points"
            deck.text(slide, [w(key, count=len(head.unknown))], room._replace(height=Inches(1)))
            deck.notes(slide, briefing.headline(region, w), [])
            return
        columns = [w("column.indicator"), w("column.latest_value"), w("column.target"), w("deck.missing")]
        columns += [w("column.verdict"), w("column.lead_department")]
        rows = [
            [worded.indicator(s, w), worded.value(s, w), worded.target(s, w), _missing(s, w) or NOTHING]
            + [judged(s, w), self.lead(s) or NOTHING]
            for s in weak
        ]
        box = room._replace(height=room.height - Inches(0.3))
        shaded = {4: [s.verdict for s in weak]}
        told = deck.table(slide, columns, rows, (3.6, 1.8, 1.8, 1.5, 1.9, 2.0), box, shaded=shaded)
        if told < len(rows):
            foot = Box(room.left, room.top + room.height - Inches(0.28), room.width, Inches(0.26))
            deck.small(slide, w("slide.more_items", count=len(rows) - told), foot)
        deck.notes(slide, briefing.headline(region, w), sources(weak[:told], w, 3))

    def overview(self, counties: Sequence[str]) -> None:
        """All counties in a table: met, missed, unknown, may it apply, and the worst gap."""
        a, w = self.analysis, self.w
        rows, answers, demo = [], [], False
        for code in counties:
            region = a[code]
            head, weak = region.headline, [s for s in region.weak if _missing(s, w)]
            worst = w("slide.short_by", name=w.name(weak[0].record), missing=_missing(weak[0], w)) if weak else NOTHING
            counts = [len(head.met), len(head.missed), len(head.missed_binding), len(head.unknown)]
            rows.append([region.name(w.lang), *map(str, counts), w(f"deck.conditions_{head.conditions_met}"), worst])
            answers.append(ANSWERS[head.conditions_met])
            demo = demo or worded.uses_demo(region.rows)
        ready = answers.count("reached")
        head = [w("column.region_name"), w("deck.yes"), w("deck.no"), w("slide.of_them_binding"), w("deck.unknown")]
        head += [w("deck.conditions"), w("slide.worst_gap")]
        title = w("slide.overview", count=len(counties), ready=ready)
        self.pages(title, head, rows, (1.9, 1.2, 1.2, 1.2, 1.2, 1.5, 4.2), [], [title], shaded={5: answers}, demo=demo)

    # ------------------------------------------------------------------ a table over as many slides as it takes

    def pages(
        self,
        title,
        head,
        rows,
        shares,
        shown: Sequence[Statement],
        points,
        *,
        shaded=None,
        left=(0,),
        demo=None,
        below="",
        most=9,
        sizes=CELLS,
    ) -> None:
        """A table with its title on as many slides as it takes, at most `most`; what is left is counted at the foot."""
        deck, w = self.deck, self.w
        demo = "demo" in {s.status for s in shown} if demo is None else demo
        start = page = 0
        while start < len(rows) and page < most:
            slide = deck.slide(w("slide.continued", title=title) if page else title, demo=demo)
            room = deck.room
            said = below if not page else ""
            foot = (
                self.deck.height([said], room.width, 14) + Inches(0.1)
                if said
                else Inches(0.3)
                if page == most - 1
                else 0
            )
            colours = {x: list(verdicts)[start:] for x, verdicts in (shaded or {}).items()}
            box = room._replace(height=room.height - foot)
            sizes = sizes[-1:] if page else sizes
            told = deck.table(slide, head, rows[start:], shares, box, shaded=colours, left=left, sizes=sizes)
            said_first = [title] if page else [text for text in points if text] or [title]
            deck.notes(slide, said_first, sources(shown[start : start + told], w, 3))
            start, page = start + told, page + 1
            if page == most and start < len(rows):
                said = w.join(said, w("slide.more_items", count=len(rows) - start))
            if said:
                deck.text(slide, [said], room.below(room.top + room.height - foot), sizes=(14,))


# ---------------------------------------------------------------------- in words


def judged(s: Statement, w: Words) -> str:
    """A verdict in a word with its chance, where one is given: of reaching what is open, of holding what is met."""
    chance = w.chance(s.p_reach if s.verdict in judge.OPEN else s.p_hold)
    word = briefing.short_verdict(s, w)
    return word if chance == NOTHING else f"{word} {chance}"


def _answer(region: Region, w: Words) -> str:
    """May it apply, and what stands in the way: the first title."""
    head = region.headline
    parts = []
    if head.missed_binding:
        parts.append(w("slide.binding_missed", count=len(head.missed_binding)))
    elif head.conditions_met == "no":
        parts.append(w("slide.too_few_advisory"))
    if head.unknown_binding:
        key = "slide.also_unknown" if head.missed_binding else "slide.binding_unknown"
        parts.append(w(key, count=len(head.unknown_binding)))
    if head.conditions_met == "yes":
        parts = [w("slide.all_binding_met")]
    elif not parts:
        parts = [w("slide.nothing_due" if not head.met and not head.missed else "slide.advisory_unknown")]
    return w(f"slide.answer_{head.conditions_met}", region=region.name(w.lang), parts=w.list(parts))


def _county_title(region: Region, weak: Sequence[Statement], w: Words) -> str:
    head = region.headline
    worst = next((s for s in weak if _missing(s, w)), None)
    parts = [briefing.missed_items(head, w)]
    if not head.missed:
        parts = [w("slide.none_missed" if head.met else "slide.nothing_known" if head.unknown else "slide.nothing_due")]
    if worst is not None:
        parts.append(w("slide.short_by", name=w.name(worst.record), missing=_missing(worst, w)))
    return w("slide.unmet", region=region.name(w.lang), parts=w("slide.and").join(parts))


def _named_title(s: Statement, members: Sequence[Statement], w: Words) -> str:
    """Value, target, what is missing, and the county that lacks most."""
    values = {"name": w.name(s.record), "value": worded.value(s, w), "target": worded.target(s, w)}
    if not np.isfinite(s.latest_value):
        return w("slide.named_no_value", name=values["name"])
    missing = _missing(s, w)
    if not missing:
        return w("slide.named_stands", **values, verdict=briefing.verdict(s, w))
    text = w("slide.named_short", **values, missing=missing)
    parts = [one for one in members if one.contribution > 0]
    if not parts:
        return text
    most = max(parts, key=lambda one: one.contribution)
    part = w.count(most.contribution, most.gap_count_unit, most.indicator)
    return text + w("slide.named_most", region=s.analysis.name(most.region_code, w.lang), part=part)


def _outlook(region: Region, w: Words) -> str:
    names = ("secure", "consolidate", "to_be_won", "in_doubt", "open")
    counts = {name: len(getattr(region.headline, name)) for name in names}
    return w("headline.outlook", items=sum(counts.values()), **counts)


def _missing(s: Statement, w: Words) -> str:
    return (briefing.things(s, w) or briefing.gap(s, w)) if s.verdict in judge.OPEN else ""


def _standing(s: Statement, w: Words) -> str:
    """Where a statement stands in a few words, for a title: short of so much, or its class."""
    missing = _missing(s, w)
    verdict = briefing.short_verdict(s, w)
    return w("deck.short_of", missing=missing, verdict=verdict) if missing else verdict


def _awaited(s: Statement) -> str:
    """What keeps a statement from being told: papers, data, target; empty where it is told."""
    return AWAITED.get(s.verdict, "")


def _with_region(s: Statement, w: Words) -> str:
    return f"{s.analysis.name(s.region_code, w.lang)} · {worded.indicator(s, w)}"


def sources(statements: Iterable[Statement], w: Words, most: int = SOURCES_SHOWN) -> list[str]:
    """Where each number comes from: region, indicator, source, file and row."""
    lines = []
    for s in statements:
        known = briefing.sources(s, w)
        if known:
            year = w("mark.in_brackets", text=w.year(s.latest_year))
            lines.append(f"{_with_region(s, w)} = {briefing.value(s, w)}{year}")
            lines += [f"  {source}" for source in known[:most]]
            if len(known) > most:
                lines.append("  " + w("slide.more_sources", count=len(known) - most, id=s.id))
    return lines


def _city_first(code: str):
    return lambda column: column.map(lambda value: value != code) if column.name == "region_code" else -column
