"""The index: the answers first, then map, matrix, small charts and the way to every document. One file, no network."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

from ecoanalysis import briefing, charts, judge, look, plotdata, words
from ecoanalysis.export import beside, boundaries, languages, markup, replacing, small_charts, worded
from ecoanalysis.look import VERDICT_COLOURS, words_on
from ecoanalysis.plan import calendar
from ecoanalysis.words import Words

ACROSS = 30  # more regions than this stand below each other
LISTED = 10  # of many regions, or of their items
CHARTS = 24  # small charts of one indicator
DOCUMENTS = ("reachability_zh.docx", "reachability_en.docx", "assessment.csv")
COUNTED = ("met", "missed", "missed_binding", "unknown")  # items of a region
ANSWER_COLOURS = {"yes": "reached", "no": "out_of_reach", "unknown": "insufficient_data"}
# A verdict in one letter, for a line of items; a capital one rests on demo data.
LETTERS = dict(zip(plotdata.BEST_FIRST, "abcdefghijk", strict=True))
DEMO = "◇"  # the mark of a cell that rests on demo data


def write_index(
    analysis,
    folder: Path | str,
    lang: str,
    outcomes: list,
    notices: dict[str, list[str]] | None = None,
    borders: Path | None = None,
) -> Path:
    """Write `index.html` into the folder of a run.

    Parameters
    ----------
    analysis : Analysis
    folder : path
        The run's folder; only files that are there are linked.
    lang : str
        zh, en, or both: one page with the Chinese part first.
    outcomes : list of runs.Outcome
        How each region ended.
    notices : dict of list of str, optional
        By language: sentences that stand at the top, such as that the documents are partial.
    borders : Path, optional
        A GeoJSON of the regions' borders that its user may publish; tiles in a grid stand for a map otherwise.

    Returns
    -------
    Path
        Of the page. It is whole without its script, which sorts and filters; the page's policy lets that script run
        and no other, and lets nothing be fetched.
    """
    folder = Path(folder)
    parts = languages(lang)
    told = [_Part(analysis, folder, words.of(part), outcomes, (notices or {}).get(part, []), borders) for part in parts]
    page = markup.page(
        "index.html",
        parts[0],
        f"{worded.title(analysis, words.of(parts[0]))} {analysis.as_of}",
        style=markup.own("index.css"),
        script=markup.own("index.js"),
        parts=[part.values() for part in told],
        look=look,
    )
    path = folder / "index.html"
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


@dataclass
class _Part:
    """The page in one language."""

    analysis: object
    folder: Path
    w: Words
    outcomes: list
    notices: list[str]
    borders: Path | None

    def values(self) -> dict:
        """What `templates/index.html` shows."""
        a, w = self.analysis, self.w
        coloured = {LETTERS[code]: [w.short_verdict(code), *_colours(code)] for code in plotdata.BEST_FIRST}
        return {
            "w": w,
            "as_of": a.as_of,
            "verdicts": json.dumps(coloured, ensure_ascii=False),
            "demo_mark": w.bracket(w.demo_mark(bool(self.demo))),
            "title": worded.title(a, w),
            "uses_demo": worded.uses_demo(a.assessment),
            "notices": self.notices,
            "failures": self.failures(),
            "answers": self.answers(),
            "counties": [] if self.is_large else [self.county(code) for code in a.counties],
            "map": self.map(),
            "matrix": None if self.is_large else self.matrix(),
            "regions": self.regions() if self.is_large else None,
            "mark": DEMO,
            "legend": w("page.demo_legend", mark=DEMO) if self.demo else "",
            "meanings": self.meanings(),
            "charts": self.charts(),
            "documents": self.documents(),
            **self.doubts(),
            "files": len(a.hashes),
            "folder": a.data.name,
            "version": importlib.metadata.version("ecoanalysis"),
        }

    # ------------------------------------------------------------------ what is asked of the analysis

    @cached_property
    def names(self) -> dict[str, str]:
        """Regions by code, in their order; with the code where two have the same name."""
        names = {row["code"]: row[f"name_{self.w.lang}"] for row in self.analysis.regions.to_dict("records")}
        counted = pd.Series(list(names.values())).value_counts()
        return {code: f"{name} ({code})" if counted[name] > 1 else name for code, name in names.items()}

    @property
    def is_large(self) -> bool:
        return len(self.names) > ACROSS

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Items × regions."""
        return self.analysis.matrix()

    @cached_property
    def heads(self) -> pd.DataFrame:
        """How many items every region has met, missed and not known; whether it may apply."""
        table = self.analysis.headlines.set_index("region_code")
        counts = {name: [len(_split(text)) for text in table[name]] for name in COUNTED}
        return pd.DataFrame(counts, index=table.index).assign(conditions_met=table["conditions_met"])

    @cached_property
    def worst(self) -> dict[tuple, object]:
        """The statement that decides an item of a region, by item and region."""
        worst = {}
        for s in self.analysis.statements:
            key = (self.analysis.item_of(s.indicator), s.region_code)
            before = worst.get(key)
            if before is None or judge.SEVERITY.index(s.verdict) > judge.SEVERITY.index(before.verdict):
                worst[key] = s
        return worst

    @cached_property
    def first_item(self) -> int:
        """The place of the item that the map shows first: one the plan names as weak, or the one most often unmet."""
        rows = self.analysis.assessment
        named = rows.loc[rows["named_weak"].astype(bool) & rows["verdict"].isin(judge.OPEN), "indicator"]
        unmet = named if len(named) else rows.loc[rows["verdict"].isin(judge.OPEN), "indicator"]
        counted = unmet.map(self.analysis.item_of).value_counts()
        return list(self.verdicts.index).index(counted.index[0]) if len(counted) else 0

    def line(self, code: str) -> str:
        """The verdicts of a region, a letter an item, a capital one where it rests on demo data."""
        letters = ((item, LETTERS[verdict]) for item, verdict in self.verdicts[code].items())
        return "".join(letter.upper() if (item, code) in self.demo else letter for item, letter in letters)

    @cached_property
    def demo(self) -> set[tuple]:
        """Items of regions of which something judged rests on demo data, by item and region."""
        judged = (s for s in self.analysis.statements if s.status == "demo" and s.verdict != "not_applicable")
        return {(self.analysis.item_of(s.indicator), s.region_code) for s in judged}

    def said(self, item, code: str) -> str:
        """A verdict with the words of the demo mark, where there is room for them."""
        return self.w.short_verdict(self.verdicts.at[item, code]) + self.w.bracket(
            self.w.demo_mark((item, code) in self.demo)
        )

    def group(self, item) -> str:
        record = next(row for row in self.analysis.indicators.values() if item in (row.number, row.code))
        return record.group_en if self.w.lang == "en" else record.group_zh

    def leads(self, item) -> list[str]:
        """The departments in charge of an item anywhere."""
        codes = {code for code, row in self.analysis.indicators.items() if item in (row.number, row.code)}
        rows = self.analysis.targets
        named = rows.loc[rows["indicator"].isin(codes), "lead_department"].astype(str)
        parts = dict.fromkeys(part for text in named for part in text.split(";") if part)
        return [self.analysis.called(part, self.w.lang) for part in parts]

    @cached_property
    def pages(self) -> dict[str, str]:
        """The way to a region's report, where it is there."""
        ways = {outcome.region: f"{outcome.folder}/{outcome.notebook}.html" for outcome in self.outcomes}
        return {code: way for code, way in ways.items() if code in self.names and (self.folder / way).exists()}

    def named(self, code: str) -> dict:
        """A region's name, and the way to its report."""
        return {"name": self.names[code], "way": quote(self.pages.get(code, ""))}

    def way(self, s) -> str:
        """The way from a cell: its picture where one was drawn, its region's report otherwise; empty without either."""
        folder = next((outcome.folder for outcome in self.outcomes if outcome.region == s.region_code), None)
        if folder is None:
            return ""
        for drawn in (f"charts_{self.w.lang}", "charts"):
            picture = f"{folder}/{drawn}/{charts.picture_name(s)}"
            if (self.folder / picture).exists():
                return quote(picture)
        return quote(self.pages.get(s.region_code, ""))

    # ------------------------------------------------------------------ the answers

    def failures(self) -> list[str]:
        """Regions whose report could not be made."""
        return [
            self.w("run.failed", region=self.names.get(one.region, one.name), folder=one.folder, error=one.error)
            for one in self.outcomes
            if one.state != "done"
        ]

    def answers(self) -> list[dict]:
        """The answer of every region that is made of others with its weak points."""
        return [self.answer(self.analysis[code]) for code in self.analysis.parents[: 1 if self.is_large else None]]

    def answer(self, region) -> dict:
        """May the region apply, how many items were met, what is said of it, and what presses most."""
        w, head = self.w, region.headline
        conditions = w(f"deck.conditions_{head.conditions_met}")
        sentences = [*briefing.headline(region, w), calendar.sentence(calendar.stage(self.analysis), w)]
        return {
            "region": region.name(w.lang),
            "colour": VERDICT_COLOURS[ANSWER_COLOURS[head.conditions_met]],
            "conditions": f"{w('deck.conditions')}{w('worded.colon')}{conditions}",
            "counts": [(len(getattr(head, name)), w(f"book.{name}")) for name in COUNTED],
            "sentences": [sentence for sentence in sentences if sentence],
            "weak": [self.weak(s) for s in worded.weakest(region)],
        }

    def weak(self, s) -> dict:
        """A weak point in a sentence, who leads and until when, with the way to its picture."""
        w, lead = self.w, worded.lead(s, self.w)
        who = w("page.who", lead=lead, year=s.milestone) if lead else ""
        around = self.around_a_name(briefing.sentence(s, w), who)
        return around | {"name": worded.indicator(s, w), "way": self.way(s)}

    def county(self, code: str) -> dict:
        """A county's answer in a line."""
        w, region = self.w, self.analysis[code]
        head = region.headline
        missed = w.list(self.analysis.item_name(item, w.lang) for item in head.missed_binding)
        sentences = briefing.headline(region, w)
        said = w.join(
            sentences[0],
            w("headline.missed_binding", count=len(head.missed_binding), names=missed) if missed else "",
            sentences[1],
        )
        return self.around_a_name(said) | self.named(code)

    def around_a_name(self, sentence: str, more: str = "") -> dict:
        """What stands before and after a name of which a sentence is said, so that the name can be a link."""
        told = self.w.join(self.w("claim.named", name="\0", sentence=sentence), more)
        before, _, after = told.partition("\0")
        return {"before": before, "after": after}

    # ------------------------------------------------------------------ the map

    def map(self) -> dict | None:
        """Counties by the verdict of one item: on the user's own borders, or as tiles in a grid."""
        a, w = self.analysis, self.w
        if len(a.counties) < 2 or self.verdicts.empty:
            return None
        shapes = boundaries.shapes(self.borders, a.regions) if self.borders else None
        item = self.verdicts.index[self.first_item]
        areas = [self.area(code, item) for code in a.counties]
        return {
            "choice": [worded.item(a, item, w) for item in self.verdicts.index],
            "first": self.first_item,
            "tiles": areas,
            "drawn": boundaries.drawing(shapes, areas, w("page.map")) if shapes else None,
            "captions": boundaries.captions(shapes, w) if shapes else [],
        }

    def area(self, code: str, item) -> dict:
        """What a region's tile or its shape on the map carries."""
        return self.named(code) | {
            "code": code,
            "said": self.said(item, code),
            "line": self.line(code),
            "colours": _colours(self.verdicts.at[item, code]),
            "missed": int(self.heads["missed"].get(code, 0)),
        }

    # ------------------------------------------------------------------ the matrix

    def matrix(self) -> dict:
        """Items × regions: verdict, value and the way to what lies behind, with filters and sorting."""
        w = self.w
        rows = [
            {
                "name": worded.item(self.analysis, item, w),
                "group": self.group(item),
                "leads": self.leads(item),
                "cells": [self.cell(item, code) for code in self.names],
            }
            for item in self.verdicts.index
        ]
        groups = dict.fromkeys(row["group"] for row in rows)
        departments = dict.fromkeys(name for row in rows for name in row["leads"])
        return {
            "choices": [
                _choice("group", w("page.group"), zip(groups, groups, strict=True)),
                _choice("department", w("column.lead_department"), zip(departments, departments, strict=True)),
                _choice("verdict", w("column.verdict"), self.verdicts_there()),
                _choice("region", w("column.region_name"), self.names.items()),
            ],
            "regions": [self.named(code) | {"code": code} for code in self.names],
            "rows": rows,
        }

    def cell(self, item, code: str) -> dict:
        w, verdict = self.w, self.verdicts.at[item, code]
        s = self.worst.get((item, code))
        value = way = ""
        if s is not None and verdict != "not_applicable":
            way, value = self.way(s), worded.value(s, w)
            value = "" if value == words.NOTHING else value
            value = f"{s.record.label}{w('worded.colon')}{value}" if s.part and value else value
        return {
            "region": code,
            "letter": LETTERS[verdict],
            "weight": judge.SEVERITY.index(verdict) if verdict != "not_applicable" else -1,
            "colours": _colours(verdict),
            "name": w.short_verdict(verdict, self.analysis.pressing_item(item)),
            "way": way,
            "value": value,
            "demo": (item, code) in self.demo,
        }

    def verdicts_there(self) -> list[tuple[str, str]]:
        """The verdicts that some item has somewhere, by their letters in words."""
        there = set(self.verdicts.to_numpy().ravel())
        return [(LETTERS[code], self.w.short_verdict(code)) for code in plotdata.BEST_FIRST if code in there]

    def meanings(self) -> str:
        """What the words of the matrix mean."""
        w, there = self.w, set(self.verdicts.to_numpy().ravel())
        lines = [
            w("docx.meaning", verdict=w.short_verdict(code), meaning=w(f"meaning.{code}"))
            for code in plotdata.BEST_FIRST
            if code in there
        ]
        return w("docx.meanings", meanings=w("join").join(lines))

    # ------------------------------------------------------------------ many regions

    def regions(self) -> dict:
        """Regions below each other: what leads, then a row a region, its verdict on one item by choice."""
        w = self.w
        names = ("column.region_name", "page.parent", "deck.conditions", *(f"book.{name}" for name in COUNTED))
        names += ("page.chosen_item",)
        item = self.verdicts.index[self.first_item]
        parents = self.analysis.regions.set_index("code")["parent"].to_dict()
        rows = []
        for code, head in self.heads.iterrows():
            verdict = self.verdicts.at[item, code]
            told = {
                "above": self.names.get(parents.get(code, ""), ""),
                "line": self.line(code),
                "rank": {"no": 2, "unknown": 1, "yes": 0}[head["conditions_met"]],
                "conditions": w(f"deck.conditions_{head['conditions_met']}"),
                "counts": [head[name] for name in COUNTED],
                "letter": LETTERS[verdict],
                "weight": judge.SEVERITY.index(verdict),
                "colours": _colours(verdict),
                "said": self.said(item, code),
            }
            rows.append(self.named(code) | told)
        above = [(self.names[code], self.names[code]) for code in self.analysis.parents]
        choices = [_choice("group", w("page.parent"), above)] if above else []
        return {
            "leading": self.leading(),
            "choices": [*choices, _choice("verdict", w("page.chosen_item"), self.verdicts_there())],
            "heads": [w(name) for name in names],
            "rows": rows,
            "item_count": len(self.verdicts),
        }

    def leading(self) -> list[tuple[str, list[dict]]]:
        """The regions with most items missed, and the items that most regions have not met."""
        w = self.w
        most = self.heads["missed"].sort_values(ascending=False, kind="stable").head(LISTED)
        regions = [self.named(code) | {"count": count} for code, count in most.items() if count]
        unmet = self.verdicts.isin(judge.OPEN).sum(axis=1).sort_values(ascending=False, kind="stable").head(LISTED)
        items = [
            {"name": worded.item(self.analysis, item, w), "way": "", "count": count}
            for item, count in unmet.items()
            if count
        ]
        return [(w("page.most_missed"), regions), (w("page.most_unmet"), items)]

    # ------------------------------------------------------------------ small charts

    def charts(self) -> dict:
        """Every indicator of the city as a small chart, then the weak points that the plan names by county."""
        a, w = self.analysis, self.w
        region = a.city or a.regions["code"].iloc[0]
        drawn = self.drawable(region)
        by_county = []
        for s in [s for s in drawn if s.named_weak]:
            counties = [a[code, s.indicator] for code in a.counties if (code, s.indicator) in self.numeric]
            if len(counties) > CHARTS:
                counties.sort(key=lambda one: -judge.SEVERITY.index(one.verdict))
            if len(counties) > 1:
                figures = [self.figure(one, self.names[one.region_code]) for one in counties[:CHARTS]]
                by_county.append({"indicator": worded.indicator(s, w), "figures": figures})
        return {
            "region": self.names[region],
            "figures": [self.figure(s, worded.indicator(s, w)) for s in drawn],
            "by_county": by_county,
        }

    @cached_property
    def numeric(self) -> set[tuple[str, str]]:
        """Regions and indicators with a measured number and a number asked."""
        rows = self.analysis.assessment
        rows = rows[np.isfinite(rows["target"].astype(float)) & np.isfinite(rows["latest_value"].astype(float))]
        rows = rows[rows["comparison"] != "done"]
        return set(zip(rows["region_code"], rows["indicator"], strict=True))

    def drawable(self, region: str) -> list:
        codes = dict.fromkeys(self.analysis.assessment["indicator"])
        return [self.analysis[region, code] for code in codes if (region, code) in self.numeric]

    def figure(self, s, name: str) -> dict:
        w = self.w
        mark = w.bracket(w.demo_mark(s.status == "demo"))
        return {
            "name": name,
            "way": self.way(s),
            "verdict": briefing.short_verdict(s, w),
            "colours": _colours(s.verdict),
            "value": f"{w.year(s.latest_year)}{w('worded.colon')}{worded.value(s, w)}{mark}",
            "chart": small_charts.chart(s, w),
        }

    # ------------------------------------------------------------------ documents, and what is in doubt

    def documents(self) -> dict:
        common = [f"briefing_{lang}.pptx" for lang in words.LANGUAGES]
        common += ["assessment.xlsx", "assessment_en.xlsx", "explore.html", "manifest.json"]
        regions = []
        for outcome in self.outcomes:
            names = [f"{outcome.notebook}.html", *DOCUMENTS, f"{outcome.notebook}.ipynb", "error.txt"]
            printed = f"charts/{outcome.folder}/"
            regions.append(
                {
                    "code": outcome.region,
                    "name": self.names.get(outcome.region, outcome.name),
                    "files": self.files(outcome.folder, names),
                    "printed": quote(printed) if (self.folder / printed).is_dir() else "",
                }
            )
        return {
            "common": self.files("", common),
            "beside": self.files("..", beside(self.folder.parent)),
            "regions": regions,
            "folded": len(self.outcomes) > ACROSS,
        }

    def files(self, inside: str, names: list[str]) -> list[dict]:
        """Those of the names that are there, with the way to them and what they are."""
        found = []
        for name in names:
            if (self.folder / inside / name).exists():
                explores = Path(name).match("explore*.html")
                kind = self.w("page.file.explore" if explores else f"page.file.{Path(name).suffix.lstrip('.')}")
                found.append({"name": name, "way": quote(f"{inside}/{name}".lstrip("/")), "kind": kind})
        return found

    def doubts(self) -> dict:
        a, w = self.analysis, self.w
        revised = worded.revised(a, w)
        first, more = revised[1 : LISTED + 1], max(0, len(revised) - LISTED - 1)
        return {
            "weaker": [] if self.is_large else list(dict.fromkeys(worded.weaker(a, w))),
            "left_out": worded.left_out(a, w),
            "revised": {"told": revised[0], "first": first, "more": more} if revised else None,
            "to_check": len(worded.to_check(a, w)),
        }


def _split(text) -> list[str]:
    """Items that a table holds joined by semicolons."""
    return [part for part in str(text if text == text else "").split(";") if part]


def _colours(verdict: str) -> tuple[str, str]:
    """Ground and ink."""
    return VERDICT_COLOURS[verdict], words_on(verdict)


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> dict:
    """A selector: what it filters by, and values with their words."""
    return {"name": name, "label": label, "options": list(options)}
