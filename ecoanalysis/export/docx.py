"""The reachability chapter of one region as a Word document, laid out as such chapters are (可达性分析).

Official style after GB/T 9704; the reader's machine supplies the fonts named in `paper`. What is known is written out;
what nobody but a department can know (a cause that no series shows, a measure that no project is) is a blank to fill.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from ecoanalysis import briefing, catalog, judge, plotdata, words
from ecoanalysis.export import fan_chart, worded
from ecoanalysis.export.paper import UP, Paper
from ecoanalysis.look import INK, MARK, VERDICT_COLOURS
from ecoanalysis.plan import calendar, drivers, duties, kept
from ecoanalysis.words import NOTHING

# Columns of the table of all indicators [mm].
LONG_NAME = {"zh": 9, "en": 18}  # letters of a county's name beyond which its column is wide
WIDTHS = {
    "zh": (9, 13, 19, 37, 16, 12, 20, 18, 18, 18, 15, 20, 14, 20, 18),
    "en": (8, 16, 21, 34, 14, 14, 16, 15, 17, 17, 14, 21, 13, 18, 28),
}
WHOLE_SIZE = {"zh": 9, "en": 8.5}
KINDS = ("binding", "advisory", "all")
CHART = (156, 31)  # mm
SOURCES_SHOWN = 3
COUNTIES_NAMED = 7
MET = ("reached", "reached_at_risk", "documented")


def write(analysis, region: str, path: Path | str, lang: str) -> None:
    """Write the chapter of one region.

    Parameters
    ----------
    analysis : Analysis
    region : str
        Code or name.
    path : path
        Ends in `.docx`; written under a temporary name first.
    lang : str
        zh or en.

    Raises
    ------
    NotThere
        The analysis has no such region.
    """
    chapter = _Chapter(analysis[region], lang)
    chapter.cover()
    chapter.conclusion()
    chapter.whole_table()
    chapter.by_class()
    chapter.items()
    chapter.risks()
    chapter.method()
    chapter.save(path)


class _Chapter(Paper):
    def __init__(self, region, lang: str):
        self.region, self.analysis = region, region.analysis
        self.sentences: dict = {}
        w = words.of(lang)
        super().__init__(w, w("docx.title", region=region.name(lang), title=w("slide.title")))

    @functools.cached_property
    def statements(self) -> list:
        return [s for s in self.region.statements if s.verdict != "not_applicable"]

    @functools.cached_property
    def items_judged(self) -> pd.DataFrame:
        """The items of the region, the worst part deciding."""
        return self.analysis.items(self.region.code)

    @functools.cached_property
    def weak(self) -> list:
        return [s for s in self.region.weak if s.verdict in judge.OPEN or s.verdict == "reached_at_risk"]

    # ------------------------------------------------------------------ parts

    def cover(self) -> None:
        """Title, as-of year, whether demo data are in it, and the contents, on a page of their own."""
        title = self.document.add_paragraph(style="Title")
        title.add_run(self.region.name(self.lang)).add_break()
        title.add_run(self.say("slide.title"))
        under = self.paragraph(self.say("slide.as_of", as_of=self.analysis.as_of), style="Picture")
        under.runs[0].font.size = None
        if worded.uses_demo(self.region.rows):
            mark = self.words.bracket(self.words.demo_mark(True)).strip()
            self.small(f"{mark} {self.say('slide.demo_notice')}", MARK)
        self.contents()

    def conclusion(self) -> None:
        """The answer first: met at its date, may the region apply, outlook, what moved, and what needs work."""
        self.heading("docx.conclusion", new_page=True)
        for sentence in briefing.headline(self.region, self.words):
            self.paragraph(sentence)
        stands = calendar.sentence(calendar.stage(self.analysis), self.words)
        if stands:
            self.paragraph(stands)
        weak = worded.weakest(self.region)
        names = self.words.list(map(self.with_lead, weak))
        self.paragraph(self.say("docx.weak", names=names) if weak else self.nothing_weak())
        self.paragraph(
            self.say("docx.see", whole=self.reference("table.whole"), classes=self.reference("table.classes"))
        )

    def whole_table(self) -> None:
        """Every target on landscape pages: field, task, threshold, value, target, standing, chance, gap, who."""
        self.section(landscape=True)
        self.heading("docx.table")
        self.small(self.say("docx.table_note"))
        self.caption("table", "table.whole", self.say("docx.table_of", region=self.region.name(self.lang)))
        due, hold = self.usual_years
        near = [self.below(self.say("docx.near"), due), self.below(self.say("docx.far"), hold)]
        named = "number field task indicator unit attribute standard latest".split()
        after = "standing verdict chance gap lead".split()
        heads = [self.say(f"docx.column.{name}") for name in named]
        heads += [(self.say("docx.column.targets"), 2), *(self.say(f"docx.column.{name}") for name in after)]
        under = [UP] * len(named) + near + [UP] * len(after)
        self.table(
            [heads, under],
            self.grouped([self.line_of(s) for s in self.statements]),
            WIDTHS[self.lang],
            centred=(0, 4, 5, 10, 12),
            size=WHOLE_SIZE[self.lang],
            flags={11: [VERDICT_COLOURS[s.verdict] for s in self.statements]},
        )
        self.section(landscape=False)

    @functools.cached_property
    def usual_years(self) -> tuple[int, int]:
        """The due year and the re-inspection of most targets; what differs says so in its cell."""
        pairs = pd.Series([(s.due, s.hold_until) for s in self.statements], dtype=object)
        return pairs.mode().iloc[0] if len(pairs) else (self.analysis.as_of, self.analysis.as_of)

    def grouped(self, lines: list[list[str]]) -> list[list[str]]:
        """Field and task once, for all the rows that share them."""
        shown = [list(line) for line in lines]
        for y in range(1, len(lines)):
            for x in (1, 2):
                if lines[y][1 : x + 1] == lines[y - 1][1 : x + 1]:
                    shown[y][x] = UP
        return shown

    def line_of(self, s) -> list[str]:
        w, record = self.words, s.record
        unit = w.unit(record.unit)
        target = worded.target(s, w)
        target = target.removesuffix(f" {unit}") if unit else target
        years = [
            text if year == usual or text == NOTHING else self.below(text, year)
            for text, year, usual in zip((target, target), (s.due, s.hold_until), self.usual_years, strict=True)
        ]
        chance = w.chance(s.p_reach if s.verdict in judge.OPEN else s.p_hold)
        return [
            record.label,
            getattr(record, f"system_{self.lang}"),
            getattr(record, f"group_{self.lang}"),
            w.name(record),
            unit or NOTHING,
            self.say(f"attribute.{'binding' if s.binding else 'advisory'}"),
            self.standard(s),
            self.latest(s, unit),
            *years,
            self.standing(s),
            briefing.verdict(s, w),
            chance,
            briefing.gap_with_things(s, w) or NOTHING,
            self.bureaus(s)[0] or NOTHING,
        ]

    @functools.cached_property
    def thresholds(self) -> dict:
        """What the latest national edition asks, by indicator and comparison."""
        rows = self.analysis.editions
        rows = rows[rows["region_code"] == self.region.code].sort_values("edition", kind="stable")
        return {(row.indicator, row.comparison): row for row in rows.itertuples()}

    def standard(self, s) -> str:
        """The national threshold with its edition; marked where it could not be checked."""
        row = self.thresholds.get((s.indicator, s.comparison))
        if row is None:
            return NOTHING
        mark = "※" if row.confidence in catalog.UNVERIFIED else ""
        return self.below(worded.asked(row, self.words), f"{row.edition}{mark}")

    def below(self, text: str, year: int | str) -> str:
        """A year or edition in brackets under what it belongs to."""
        return f"{text}\n{self.say('docx.bracket', text=year)}"

    def latest(self, s, unit: str = "") -> str:
        """Latest value, without the unit where a column of its own holds it, its year where it is not the as-of year."""
        if not np.isfinite(s.latest_value):
            return NOTHING + ("*" if s.status == "demo" else "")  # its papers are
        value = worded.value(s, self.words)
        value = value.removesuffix(f" {unit}") if unit else value
        value += "*" if s.status == "demo" else ""
        return value if int(s.latest_year) == self.analysis.as_of else self.below(value, int(s.latest_year))

    def standing(self, s) -> str:
        """Whether the target is met now."""
        if s.verdict in judge.OPEN:
            return self.say("docx.standing.old" if "stale" in s.warnings and not s.gap > 0 else "docx.standing.unmet")
        return self.say("docx.standing.met" if s.verdict in MET else f"docx.standing.{s.verdict}")

    def by_class(self) -> None:
        """How many items stand at each verdict, and which: binding items first."""
        self.heading("docx.by_class")
        items = self.items_judged
        counts = plotdata.counts(self.analysis, self.region.code)
        lines = []
        for code, row in counts.iterrows():
            named = []
            for kind, binding in (("binding", True), ("advisory", False)):
                of_kind = items[(items["verdict"] == code) & (items["binding"] == binding)]
                names = self.words.list(worded.item(self.analysis, item, self.words) for item in of_kind["item"])
                if names:
                    named.append(self.say("docx.of_kind", kind=self.say(f"attribute.{kind}"), names=names))
            of_verdict = items.loc[items["verdict"] == code, "item"]
            word = worded.verdict_of_items(self.analysis, code, of_verdict, self.words)
            lines.append([word, *(str(n) for n in (*row, row.sum())), "\n".join(named)])
        sums = counts.sum()
        lines.append([self.say("attribute.all"), *(str(int(n)) for n in (*sums, sums.sum())), ""])
        for binding, kind in ((True, "binding"), (False, "advisory")):
            said = self.standings(items[items["binding"] == binding])
            if said:
                self.paragraph(
                    self.say(f"docx.count_{kind}", count=int((items["binding"] == binding).sum()), parts=said)
                )
        head = [self.say(key) for key in ("column.verdict", *(f"attribute.{k}" for k in KINDS), "docx.items")]
        self.caption("table", "table.classes", self.say("docx.by_class_of", region=self.region.name(self.lang)))
        colours = [VERDICT_COLOURS[code] for code in counts.index] + ["#ffffff"]
        self.table(head, lines, (28, 14, 15, 12, 87), centred=(1, 2, 3), size=self.look.table - 1, flags={0: colours})

    def standings(self, items: pd.DataFrame) -> str:
        """How many of some items are met, unmet, or not to be told: a clause."""
        met = int(items["verdict"].isin(MET).sum())
        unmet = int(items["verdict"].isin(judge.OPEN).sum())
        counts = {"met": met, "unmet": unmet, "unknown": len(items) - met - unmet}
        return self.words.list(self.say(f"docx.count.{k}", count=n) for k, n in counts.items() if n)

    def with_lead(self, s) -> str:
        """An item's name with who leads it and until when."""
        name, lead = self.words.name(s.record), self.bureaus(s)[0]
        return self.say("docx.with_lead", name=name, lead=lead, year=s.milestone) if lead else name

    def nothing_weak(self) -> str:
        """That nothing is unmet, as far as it can be told."""
        unknown = self.region.headline.unknown
        if unknown:
            return self.say("slide.no_weak_known", count=len(unknown))
        return self.say("slide.no_weak_points") + self.say("stop")

    # ------------------------------------------------------------------ items

    def items(self) -> None:
        """One compact paragraph for every unmet or fragile item, binding ones first, with a chart where there is one."""
        self.heading("docx.unmet")
        if not self.weak:
            self.paragraph(self.nothing_weak())
            return
        unmet = [s for s in self.weak if s.verdict in judge.OPEN]
        groups = {
            "binding": [s for s in unmet if s.binding],
            "advisory": [s for s in unmet if not s.binding],
            "fragile": [s for s in self.weak if s.verdict == "reached_at_risk"],
        }
        for kind, chosen in groups.items():
            if chosen:
                self.subheading(f"docx.group.{kind}", count=len(chosen))
            for s in chosen:
                self.item(s)
        self.task_table()

    def item(self, s) -> None:
        self.item_heading(worded.indicator(s, self.words))
        drawn = fan_chart.drawable(s)
        self.compact(self.told(s, drawn), keep=drawn)
        if drawn:
            name = f"figure.{s.row}"
            mark = self.words.bracket(self.words.demo_mark(s.status == "demo"))
            said = self.words.name(s.record) + mark
            spoken = self.say("claim.named", name=self.words.name(s.record), sentence=self.sentence(s))
            self.fan(s, spoken, *CHART)
            self.caption("figure", name, said, keep=False)

    def told(self, s, drawn: bool) -> str:
        """Gap, cause, measures and projects, tasks by year and county, who and until when, as one paragraph."""
        w = self.words
        mark = w.bracket(w.demo_mark(s.status == "demo"))
        gap = w.join(self.sentence(s).removesuffix(mark).strip(), briefing.pace(s, w))
        if drawn:  # the chart stands under the paragraph, so that a few words do
            gap = w.join(gap, self.say("docx.see_chart", figure=self.reference(f"figure.{s.row}")))
        parts = {
            "gap": gap,
            "cause": self.cause(s),
            "measure": self.measure(s),
            "task": self.task(s),
            "who": self.who(s),
        }
        said = [self.lead(self.say(f"docx.lead.{name}")) + text for name, text in parts.items() if text]
        return w.join(*said) + mark

    def sentence(self, s) -> str:
        """What is said of a target, worded once."""
        if s.row not in self.sentences:
            self.sentences[s.row] = briefing.sentence(s, self.words)
        return self.sentences[s.row]

    def cause(self, s) -> str:
        """What its two inputs brought, or a blank for the department that alone can tell."""
        rows = kept.of(s, "drivers")
        said = drivers.sentence(rows, self.analysis, self.words)
        if s.verdict == "reached_at_risk":
            return said
        return said or self.blank(self.say("docx.fill_cause"))

    def measure(self, s) -> str:
        """The projects that act on it and what they change; a blank where none is listed."""
        w, rows = self.words, kept.of(s, "effects")
        rows = rows[rows["comparison"] == s.comparison]
        if len(rows):
            row = rows.iloc[0]
            return w.join(self.projects(row), *self.effect(s, row)) + w.bracket(w.demo_mark(bool(row["demo"])))
        if s.verdict == "reached_at_risk":
            return self.blank(self.say("docx.fill_hold"))
        return w.join(self.say("docx.no_project"), self.blank(self.say("docx.fill_measure")))

    def projects(self, row) -> str:
        w = self.words
        names = w.list(self.analysis.called(name.split("：")[-1], w.lang) for name in str(row["projects"]).split(";"))
        cost = w.count(row["cost"], "10⁴ CNY") if np.isfinite(row["cost"]) else ""
        key = "docx.projects_cost" if cost else "docx.projects"
        return self.say(key, names=names, cost=cost)

    def effect(self, s, row) -> list[str]:
        w, said = self.words, []
        if np.isfinite(row["adds"]):
            things = w.count(row["adds"], row["things_unit"], row["indicator"])
            said.append(self.say("docx.projects_add", year=int(row["milestone"]), things=things))
        if np.isfinite(row["p_reach_with"]) and s.verdict in judge.OPEN:
            known = "docx.chance_with" if np.isfinite(row["p_reach_without"]) else "docx.chance_with_thin"
            without, joined = w.chance(row["p_reach_without"]), w.chance(row["p_reach_with"])
            said.append(self.say(known, without=without, joined=joined))
        return said

    def task(self, s) -> str:
        """What is to be added by year: by county in the city's chapter, of the city's gap in a county's."""
        rows = self.tasks_of.get((s.indicator, s.comparison), self.tasks[:0])
        of_city = rows[rows["city"] == s.region_code]
        if len(of_city):
            return self.city_task(of_city)
        own = rows[rows["region_code"] == s.region_code]
        if len(own):
            city = self.analysis.name(own["city"].iloc[0], self.lang)
            whole = self.words.exact(own["needed"].sum(), own["unit"].iloc[0], s.indicator)
            return self.say("docx.task_county", city=city, whole=whole, years=self.yearly(own))
        missing = briefing.things(s, self.words)
        if s.verdict in judge.OPEN and missing:
            return self.say("docx.task_own", year=s.milestone, things=missing)
        return ""

    @functools.cached_property
    def tasks(self) -> pd.DataFrame:
        """What each county has to add each year, where it has to add anything."""
        rows = kept.table(self.analysis, "tasks")
        return rows[rows["needed"] > 0].assign(needed=lambda tasks: tasks["needed"].round(2))  # sums of printed numbers

    @functools.cached_property
    def tasks_of(self) -> dict:
        """The same by indicator and comparison."""
        return dict(list(self.tasks.groupby(["indicator", "comparison"], sort=False)))

    def city_task(self, rows: pd.DataFrame) -> str:
        """The whole, by year, and by county the largest first; the table of tasks has both at once."""
        w, unit, indicator = self.words, rows["unit"].iloc[0], rows["indicator"].iloc[0]
        by_county = rows.groupby("region_code", sort=False)["needed"].sum().sort_values(ascending=False, kind="stable")
        parts = w.list(
            self.say(
                "docx.task_part", region=self.analysis.name(code, self.lang), things=w.exact(things, unit, indicator)
            )
            for code, things in by_county.items()
        )
        whole, years = w.exact(rows["needed"].sum(), unit, indicator), self.yearly(rows)
        return self.say("docx.task_city", whole=whole, years=years, parts=parts, table=self.reference("table.tasks"))

    def yearly(self, rows: pd.DataFrame) -> str:
        """2024 年 23 个村、2025 年 22 个村."""
        unit, indicator = rows["unit"].iloc[0], rows["indicator"].iloc[0]
        return self.words.list(
            self.say("docx.year_part", year=int(year), things=self.words.exact(things, unit, indicator))
            for year, things in rows.groupby("year")["needed"].sum().items()
        )

    def task_table(self) -> None:
        """Every task of the city by county and year; adds up to the gaps."""
        rows = self.tasks[self.tasks["city"] == self.region.code]
        told = {(s.indicator, s.comparison): s for s in self.weak}
        rows = rows[[key in told for key in zip(rows["indicator"], rows["comparison"], strict=True)]]
        if rows.empty:
            return
        self.subheading("docx.tasks")
        self.caption("table", "table.tasks", self.say("docx.tasks_of", region=self.region.name(self.lang)))
        years = sorted(rows["year"].unique())
        head = [self.say(f"docx.column.{name}") for name in ("indicator", "unit", "county")]
        head += [self.words.year(year) for year in years] + [self.say("attribute.all")]
        lines = []
        for key, group in rows.groupby(["indicator", "comparison"], sort=False):
            lines += self.task_lines(told[key], group, years)
        county = 27 if max(len(line[2]) for line in lines) <= LONG_NAME[self.lang] else 52
        share = (105 - county) / (len(years) + 1)
        widths = (38, 13, county, *[share] * (len(years) + 1))
        self.table(head, lines, widths, centred=tuple(range(3, len(head))), size=self.look.table - 1)

    def task_lines(self, s, rows: pd.DataFrame, years: list[int]) -> list[list[str]]:
        wide = rows.pivot_table(index="region_code", columns="year", values="needed", aggfunc="sum", sort=False)
        decimals = 0 if rows["unit"].iloc[0] in words.COUNTED else 2
        wide = wide.reindex(columns=years).fillna(0.0).round(decimals)  # sums are those of the printed numbers
        wide["whole"] = wide.sum(axis=1)
        names = [self.analysis.name(code, self.lang) for code in wide.index]
        numbers = [*wide.to_numpy().tolist(), wide.sum().tolist()]
        labels = [worded.indicator(s, self.words), self.words.things(rows["unit"].iloc[0], s.indicator)]
        lines = [
            [UP, UP, name, *(self.words.number(number, decimals) if number else NOTHING for number in line)]
            for name, line in zip([*names, self.say("attribute.all")], numbers, strict=True)
        ]
        lines[0][:2] = labels
        return lines if len(names) > 1 else [[*labels, *lines[0][2:]]]

    def who(self, s) -> str:
        """Lead and supporting departments, as the region itself calls them, and until when."""
        key = "hold" if s.verdict == "reached_at_risk" else "again" if s.due <= s.as_of else "due"
        until = self.say(f"docx.until_{key}", due=s.due, hold=s.hold_until, milestone=s.milestone)
        leading, supporting = self.bureaus(s)
        lead = self.say("worded.lead", lead=leading) if leading else self.blank(self.say("docx.fill_unit"))
        if leading and supporting:
            lead = self.say("worded.departments", lead=leading, supporting=supporting)
        county = self.analysis.region_row(s.region_code).level == "county"
        return self.words.join(lead, self.say("docx.county_owes") if county else "", until)

    def bureaus(self, s) -> tuple[str, str]:
        """Leading and supporting departments of a target; in a county its own."""
        a, code = self.analysis, s.region_code
        named = (duties.leading(a, code, s.indicator), duties.supporting(a, code, s.indicator))
        return tuple(self.words.list(duties.own_names(a, code, names, self.words)) for names in named)

    # ------------------------------------------------------------------ risks

    def risks(self) -> None:
        """What may still go wrong: what slips, what nobody knows, papers, old figures, weaker targets, late projects."""
        self.heading("docx.risks")
        before = len(self.headings)
        self.risk("docx.risk.slips", self.slipping())
        self.risk("docx.risk.unknown", self.unknown())
        self.risk("docx.risk.papers", self.papers())
        self.risk("docx.risk.late", self.late())
        self.weaker()
        if len(self.headings) == before:
            self.paragraph(self.say("docx.no_risks"))

    def risk(self, key: str, sentences: list[str]) -> None:
        if sentences:
            self.subheading(key)
        for text in sentences:
            self.paragraph(text)

    def named(self, chosen: list, chance: bool = False) -> str:
        """Names of statements, with the chance of holding where asked for."""
        w = self.words
        return w.list(
            self.say("docx.with_chance", name=worded.indicator(s, w), chance=w.chance(s.p_hold))
            if chance and np.isfinite(s.p_hold)
            else worded.indicator(s, w)
            for s in chosen
        )

    def slipping(self) -> list[str]:
        fragile = [s for s in self.statements if s.verdict == "reached_at_risk"]
        fragile.sort(key=lambda s: s.p_hold if np.isfinite(s.p_hold) else 0.0)
        said = [self.say("docx.fragile_items", count=len(fragile), names=self.named(fragile, True))] if fragile else []
        surveyed = [s for s in self.statements if "survey_error" in s.warnings]
        return said + ([self.say("docx.surveyed", names=self.named(surveyed))] if surveyed else [])

    def unknown(self) -> list[str]:
        """What cannot be judged, what waits for its target, what is old, what rests on demo data."""
        lacking: dict[str, list] = {}
        for s in self.statements:
            if s.verdict == "insufficient_data":
                lacking.setdefault(briefing.sentence(s, self.words), []).append(s)
        said = [
            self.say("claim.named", name=self.words.list(self.words.name(s.record) for s in some), sentence=sentence)
            for sentence, some in lacking.items()
        ]
        chosen = {
            "awaiting": [s for s in self.statements if s.verdict == "no_target"],
            "old": [s for s in self.statements if "stale" in s.warnings],
        }
        for name, some in chosen.items():
            if some:
                said.append(self.say(f"docx.{name}_items", count=len(some), names=self.named(some)))
        demo = [s for s in self.statements if s.status == "demo" and np.isfinite(s.latest_value)]
        if demo:
            said.append(self.say("docx.demo_items", count=len(demo), all=len(self.statements)))
        return said

    def papers(self) -> list[str]:
        """What is on file for the items of papers, those with the same answer together; no accusation."""
        answers: dict[str, list] = {}
        for s in self.statements:
            if s.comparison == "done" and s.verdict in ("documented", "undocumented"):
                mark = self.words.bracket(self.words.demo_mark(s.status == "demo"))
                said = self.sentence(s).removesuffix(mark).strip()
                answers.setdefault((said, mark), []).append(s)
        return [
            self.say("docx.papers", said=said, names=self.named(some)) + mark for (said, mark), some in answers.items()
        ]

    def late(self) -> list[str]:
        """Targets that projects carry: what their chance is without them."""
        rows = kept.table(self.analysis, "effects")
        rows = rows[(rows["region_code"] == self.region.code) & (rows["p_reach_with"] > rows["p_reach_without"] + 0.01)]
        said = []
        for row in rows.drop_duplicates("indicator").to_dict("records"):
            name = self.words.name(self.analysis.indicators[row["indicator"]])
            chances = {key: self.words.chance(row[f"p_reach_{key}"]) for key in ("without", "with")}
            mark = self.words.bracket(self.words.demo_mark(bool(row["demo"])))
            text = self.say("docx.late", name=name, without=chances["without"], joined=chances["with"])
            said.append(text + mark)
        return said

    def weaker(self) -> None:
        """Targets that ask for less than a national edition does."""
        table = self.analysis.editions
        table = table[(table["region_code"] == self.region.code) & table["weaker"].astype(bool)]
        if table.empty:
            return
        self.subheading("page.weaker")
        self.paragraph(self.say("docx.weaker", table=self.reference("table.weaker")))
        if table["confidence"].isin(catalog.UNVERIFIED).any():
            self.small(self.say("docx.note", text=self.say("about.unverified")))
        self.caption("table", "table.weaker", self.say("page.weaker"))
        head = [self.say(f"column.{name}") for name in ("number", "indicator", "target", "edition", "national")]
        lines = []
        for row in table.itertuples():
            s = self.analysis[row.region_code, row.indicator, row.comparison]
            asked = [worded.target(s, self.words), str(row.edition), worded.national(row, self.words)]
            lines.append([s.record.label, self.words.name(s.record), *asked])
        self.table(head, lines, (12, 54, 30, 22, 38), centred=(0, 3))

    # ------------------------------------------------------------------ data and method

    def method(self) -> None:
        """How chances come about, what the classes mean, where every number comes from, which rows were left out."""
        self.heading("docx.method")
        self.subheading("docx.method.how")
        self.paragraph(self.say("docx.method_text", as_of=self.analysis.as_of))
        self.paragraph(self.say("about.chances"))
        self.classes()
        self.subheading("docx.method.data")
        self.paragraph(
            self.words.join(self.say("about.status"), self.say("docx.data_text", table=self.reference("table.sources")))
        )
        self.sources()
        revised = worded.revised(self.analysis, self.words, self.region.code)
        if revised:
            self.subheading("revised.title")
            self.paragraph(revised[0])
            for sentence in revised[1:]:
                self.small(sentence, INK)
        problems = worded.left_out(self.analysis, self.words)
        if problems:
            self.subheading("opening.left_out", count=len(problems))
            for problem in problems:
                self.small(problem, INK)

    def classes(self) -> None:
        codes = [code for code in VERDICT_COLOURS if any(s.verdict == code for s in self.statements)]
        self.paragraph(self.say("docx.classes", table=self.reference("table.meanings")))
        self.caption("table", "table.meanings", self.say("docx.classes_of"))
        names = [worded.verdict_of_items(self.analysis, code, self.numbers(code), self.words) for code in codes]
        lines = [[name, self.say(f"meaning.{code}")] for name, code in zip(names, codes, strict=True)]
        head = [self.say("column.verdict"), self.say("docx.column.meaning")]
        self.table(head, lines, (46, 110), flags={0: [VERDICT_COLOURS[code] for code in codes]})

    def numbers(self, code: str) -> list:
        items = self.items_judged
        return list(items.loc[items["verdict"] == code, "item"])

    def sources(self) -> None:
        """For every number its sources with file and row."""
        lines = []
        for s in self.statements:
            if s.observed:
                shown = "\n".join(self.shortened(s.observed))
                lines.append([s.record.label, self.words.name(s.record), self.latest(s), shown])
        self.caption("table", "table.sources", self.say("docx.sources"), keep=bool(lines))
        if not lines:
            self.paragraph(self.say("docx.no_sources"))
            return
        head = [self.say("column.number"), self.say("column.indicator"), self.say("docx.column.latest")]
        self.table([*head, self.say("column.source")], lines, (11, 38, 25, 82), centred=(0,), size=8.5)

    def shortened(self, rows: list[tuple]) -> list[str]:
        """Each source once, with the file and rows of its first cells and how many there are in all."""
        cells_of: dict[str, list[str]] = {}
        for row in rows:
            cells_of.setdefault(self.analysis.called(row.source, self.lang), []).append(briefing.place_of(row))
        shown = []
        for source, cells in cells_of.items():
            files: dict[str, list[str]] = {}
            for cell in cells[:SOURCES_SHOWN]:
                file, mark, line = _parted(cell)
                files.setdefault(f"{file}{mark}", []).append(line)
            text = self.say("join").join(f"{file}{self.words.list(lines)}" for file, lines in files.items())
            if len(cells) > SOURCES_SHOWN:
                text = self.say("join").join([text, self.say("docx.more_cells", count=len(cells))])
            shown.append(self.say("docx.cells", source=source, cells=text))
        return shown


def _parted(cell: str) -> tuple[str, str, str]:
    """File (and sheet), the mark after it, and the cell: economy.csv : 23, book.xlsx!Sheet ! C12."""
    mark = "!" if "!" in cell else ":"
    return cell.rpartition(mark)
