"""The index: the answers first, then map, matrix, small charts and the way to every document. One file, no network."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

from ecoanalysis import briefing, charts, judge, plotdata, words
from ecoanalysis.export import POLICY, beside, boundaries, languages, replacing, small_charts, worded
from ecoanalysis.look import VERDICT_COLOURS, words_on
from ecoanalysis.plan import calendar
from ecoanalysis.words import Words

ACROSS = 30  # more regions than this stand below each other
LISTED = 10  # of many regions, or of their items
CHARTS = 24  # small charts of one indicator
DOCUMENTS = ("reachability_zh.docx", "reachability_en.docx", "assessment.csv")
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
    sections = "".join(
        _Part(analysis, folder, words.of(part), outcomes, (notices or {}).get(part, []), borders).html(parts)
        for part in parts
    )
    title = worded.title(analysis, words.of(parts[0]))
    script = files("ecoanalysis.export").joinpath("index.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"{POLICY}; script-src 'sha256-{digest}'"
    style = files("ecoanalysis.export").joinpath("index.css").read_text(encoding="utf-8")
    page = (
        f'<!doctype html><html lang="{words.HTML_LANG[parts[0]]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(f'{title} {analysis.as_of}')}</title>"
        f"<style>{style}</style></head><body><main>{worded.unbroken(sections)}</main><script>{script}</script></body></html>\n"
    )
    path = folder / "index.html"
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def whole(title: str, sections: dict[str, str]) -> str:
    """One self-contained page of a section a language, the first one's title on it; each shows the way to the others."""
    parts = list(sections)
    body = "".join(
        f'<section lang="{words.HTML_LANG[part]}" id="{part}">{_other(parts, part)}{html}</section>'
        for part, html in sections.items()
    )
    style = files("ecoanalysis.export").joinpath("index.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="{words.HTML_LANG[parts[0]]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


@dataclass
class _Part:
    """The page in one language."""

    analysis: object
    folder: Path
    w: Words
    outcomes: list
    notices: list[str]
    borders: Path | None

    def html(self, parts: list[str]) -> str:
        told = {LETTERS[code]: [self.w.short_verdict(code), ground, words_on(code)] for code, ground in _colours()}
        data = escape(json.dumps(told, ensure_ascii=False), quote=True)
        mark = escape(self.w.bracket(self.w.demo_mark(bool(self.demo))), quote=True)
        inside = [
            _other(parts, self.w.lang),
            *self.opening(),
            *self.answers(),
            *self.map(),
            *(self.many() if self.is_large else self.matrix()),
            *self.charts(),
            *self.documents(),
            *self.doubts(),
        ]
        lang = f'lang="{words.HTML_LANG[self.w.lang]}" id="{self.w.lang}"'
        return f'<section {lang} data-verdicts="{data}" data-demo="{mark}">{"".join(inside)}</section>'

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
        columns = ("met", "missed", "missed_binding", "unknown")
        counts = {name: [len(_split(text)) for text in table[name]] for name in columns}
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

    @property
    def legend(self) -> str:
        """What the mark in a cell means."""
        return _line(self.w("page.demo_legend", mark=DEMO), "demo") if self.demo else ""

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

    def linked(self, code: str) -> str:
        name = escape(self.names[code])
        return f'<a href="{_address(self.pages[code])}">{name}</a>' if code in self.pages else name

    def way(self, s) -> str:
        """The way from a cell: its picture where one was drawn, its region's report otherwise; empty without either."""
        folder = next((outcome.folder for outcome in self.outcomes if outcome.region == s.region_code), None)
        if folder is None:
            return ""
        for drawn in (f"charts_{self.w.lang}", "charts"):
            picture = f"{folder}/{drawn}/{charts.picture_name(s)}"
            if (self.folder / picture).exists():
                return picture
        return self.pages.get(s.region_code, "")

    # ------------------------------------------------------------------ the answers

    def opening(self) -> list[str]:
        a, w = self.analysis, self.w
        parts = [
            f"<h1>{escape(worded.title(a, w))}</h1>",
            f'<p class="quiet">{escape(w("slide.as_of", as_of=a.as_of))}</p>',
        ]
        if worded.uses_demo(a.assessment):
            parts.append(f'<p class="demo">{escape(w("slide.demo_notice"))}</p>')
        parts += [f'<p class="demo">{escape(notice)}</p>' for notice in self.notices]
        for outcome in self.outcomes:
            if outcome.state != "done":
                name = self.names.get(outcome.region, outcome.name)
                text = w("run.failed", region=name, folder=outcome.folder, error=outcome.error)
                parts.append(f'<p class="failed">{escape(text)}</p>')
        return parts

    def answers(self) -> list[str]:
        """The answer of every region that is made of others with its weak points, then the others in a line each."""
        a, w = self.analysis, self.w
        parts = []
        for code in a.parents[: 1 if self.is_large else None]:
            region = a[code]
            parts += [_heading(w("page.answer", region=region.name(w.lang))), self.verdict_of(region)]
            parts += [_line(sentence) for sentence in briefing.headline(region, w)]
            stage = calendar.sentence(calendar.stage(a), w)
            parts += [_line(stage)] if stage else []
            weak = [self.weak(s) for s in worded.weakest(region)]
            parts.append(
                f"{_line(w('page.weak'))}<ul>{''.join(weak)}</ul>" if weak else _line(w("slide.no_weak_points"))
            )
        if a.counties and not self.is_large:
            parts += [_heading(w("page.answers")), f"<ul>{''.join(map(self.county, a.counties))}</ul>"]
        return parts

    def verdict_of(self, region) -> str:
        """May the region apply, and how many items were met."""
        w, head = self.w, region.headline
        colour = VERDICT_COLOURS[ANSWER_COLOURS[head.conditions_met]]
        answer = f"{w('deck.conditions')}{w('worded.colon')}{w(f'deck.conditions_{head.conditions_met}')}"
        counts = (("met", head.met), ("missed", head.missed), ("missed_binding", head.missed_binding))
        counts += (("unknown", head.unknown),)
        lines = [f"<li><b>{len(items)}</b>{escape(w(f'book.{name}'))}</li>" for name, items in counts]
        return (
            f'<div class="answer" style="border-color:{colour}"><strong>{escape(answer)}</strong>'
            f'<ul class="counts">{"".join(lines)}</ul></div>'
        )

    def weak(self, s) -> str:
        """A weak point in a sentence, who leads and until when, with the way to its picture."""
        name = escape(worded.indicator(s, self.w))
        way = self.way(s)
        name = f'<a href="{_address(way)}">{name}</a>' if way else name
        told = self.w("claim.named", name="\0", sentence=briefing.sentence(s, self.w))
        lead = worded.lead(s, self.w)
        told = self.w.join(told, self.w("page.who", lead=lead, year=s.milestone) if lead else "")
        return f"<li>{escape(told).replace(chr(0), name)}</li>"

    def county(self, code: str) -> str:
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
        return f"<li>{w('claim.named', name=f'<b>{self.linked(code)}</b>', sentence=escape(said))}</li>"

    # ------------------------------------------------------------------ the map

    def map(self) -> list[str]:
        """Counties by the verdict of one item: on the user's own borders, or as tiles in a grid."""
        w, codes = self.w, self.analysis.counties
        if len(codes) < 2 or self.verdicts.empty:
            return []
        shapes = boundaries.shapes(self.borders, self.analysis.regions) if self.borders else None
        item = self.verdicts.index[self.first_item]
        label = f"<label>{escape(w('page.choose_item'))}{self.item_choice()}</label>"
        shown = escape(w("page.map_shows", item=worded.item(self.analysis, item, w)))
        parts = [
            _heading(w("page.map")),
            f'<div class="controls" hidden>{label}</div><noscript><p>{shown}</p></noscript>',
        ]
        if shapes is None:
            parts.append(_line(w("page.tiles"), "quiet"))
            parts.append(f'<ul class="tiles">{"".join(self.tile(code, item) for code in codes)}</ul>')
        else:
            parts.append(boundaries.drawing(shapes, [self.area(code, item) for code in codes], w("page.map")))
            parts += [_line(text, "quiet") for text in boundaries.captions(shapes, w)]
        return parts

    def item_choice(self) -> str:
        options = [
            f'<option value="{k}"{" selected" if k == self.first_item else ""}>'
            f"{escape(worded.item(self.analysis, item, self.w))}</option>"
            for k, item in enumerate(self.verdicts.index)
        ]
        return f'<select data-chooses="item" autocomplete="off">{"".join(options)}</select>'

    def tile(self, code: str, item) -> str:
        verdict = self.verdicts.at[item, code]
        missed = int(self.heads["missed"].get(code, 0))
        said = escape(self.said(item, code))
        counted = escape(self.w("page.missed_count", count=missed))
        return (
            f'<li data-line="{self.line(code)}" style="{_painted(verdict)}">{self.linked(code)}'
            f'<span class="verdict">{said}</span><span>{counted}</span></li>'
        )

    def area(self, code: str, item) -> dict:
        """What a region's shape on the map carries."""
        verdict = self.verdicts.at[item, code]
        return {
            "code": code,
            "name": self.names[code],
            "said": self.said(item, code),
            "line": self.line(code),
            "colour": VERDICT_COLOURS[verdict],
        }

    # ------------------------------------------------------------------ the matrix

    def matrix(self) -> list[str]:
        """Items × regions: verdict, value and the way to what lies behind, with filters and sorting."""
        w = self.w
        sort = _sort(w("page.sort_number"))
        heads = [f'<th scope="col">{escape(w("column.indicator"))}{sort}</th>']
        for code, name in self.names.items():
            button = _sort(w("page.sort_region", region=name))
            heads.append(f'<th scope="col" data-region="{escape(code)}">{self.linked(code)}{button}</th>')
        rows = [self.row(number, item) for number, item in enumerate(self.verdicts.index)]
        caption = escape(w("page.matrix_caption", items=len(rows), regions=len(self.names)))
        return [
            _heading(w("page.matrix")),
            self.filters(),
            self.legend,
            scrolling(w("page.matrix"), f'<table class="matrix"><caption>{caption}</caption><thead><tr>{"".join(heads)}'
                    f"</tr></thead><tbody>{''.join(rows)}</tbody></table>"),
            self.meanings(),
        ]  # fmt: skip

    def row(self, number: int, item) -> str:
        name, group = escape(worded.item(self.analysis, item, self.w)), escape(self.group(item))
        departments = escape("|".join(self.leads(item)), quote=True)
        cells = "".join(self.cell(item, code) for code in self.names)
        return (
            f'<tr data-place="{number}" data-group="{group}" data-department="{departments}">'
            f'<th scope="row" data-weight="{-number}"><span class="group">{group}</span>{name}</th>{cells}</tr>'
        )

    def cell(self, item, code: str) -> str:
        w, verdict = self.w, self.verdicts.at[item, code]
        s = self.worst.get((item, code))
        said = escape(w.short_verdict(verdict, self.analysis.pressing_item(item)))
        value = ""
        if s is not None and verdict != "not_applicable":
            way, shown = self.way(s), worded.value(s, w)
            shown = f"{s.record.label}{w('worded.colon')}{shown}" if s.part and shown != words.NOTHING else shown
            said = f'<a href="{_address(way)}">{said}</a>' if way else said
            value = f'<span class="value">{escape(shown)}</span>' if shown != words.NOTHING else ""
        if (item, code) in self.demo:
            value += f'<span class="mark" aria-hidden="true">{DEMO}</span><span class="heard">{escape(w.demo_mark(True))}</span>'
        weight = judge.SEVERITY.index(verdict) if verdict != "not_applicable" else -1
        return (
            f'<td data-region="{escape(code)}" data-verdict="{LETTERS[verdict]}" data-weight="{weight}" '
            f'style="{_painted(verdict)}">{said}{value}</td>'
        )

    def filters(self) -> str:
        """Selectors of the matrix."""
        w, items = self.w, list(self.verdicts.index)
        groups = list(dict.fromkeys(map(self.group, items)))
        departments = list(dict.fromkeys(name for item in items for name in self.leads(item)))
        there = set(self.verdicts.to_numpy().ravel())
        verdicts = [(LETTERS[code], w.short_verdict(code)) for code in plotdata.BEST_FIRST if code in there]
        controls = [
            self.choice("group", "page.group", [(name, name) for name in groups]),
            self.choice("department", "column.lead_department", [(name, name) for name in departments]),
            self.choice("verdict", "column.verdict", verdicts),
            self.choice("region", "column.region_name", list(self.names.items())),
        ]
        return self.bar(controls, "page.shown_items")

    def choice(self, name: str, label: str, options: list[tuple[str, str]]) -> str:
        listed = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
        everything = f'<option value="">{escape(self.w("page.everything"))}</option>'
        return (
            f'<label>{escape(self.w(label))}<select data-filters="{name}" autocomplete="off">{everything}{listed}'
            "</select></label>"
        )

    def bar(self, controls: list[str], told: str) -> str:
        w = self.w
        search = (
            f'<label>{escape(w("page.search"))}<input type="search" data-filters="text" autocomplete="off"></label>'
        )
        reset = f'<button type="button">{escape(w("page.reset"))}</button>'
        text = escape(w(told), quote=True)
        return (
            f'<div class="controls matrix" hidden>{"".join(controls)}{search}{reset}'
            f'<output class="quiet" data-text="{text}" aria-live="polite"></output></div>'
        )

    def meanings(self) -> str:
        """What the words of the matrix mean."""
        w, there = self.w, set(self.verdicts.to_numpy().ravel())
        lines = [
            w("docx.meaning", verdict=w.short_verdict(code), meaning=w(f"meaning.{code}"))
            for code in plotdata.BEST_FIRST
            if code in there
        ]
        return _line(w("docx.meanings", meanings=w("join").join(lines)), "quiet")

    # ------------------------------------------------------------------ many regions

    def many(self) -> list[str]:
        """Regions below each other: what leads, then a row a region, its verdict on one item by choice."""
        w = self.w
        columns = ("met", "missed", "missed_binding", "unknown")
        names = ("column.region_name", "page.parent", "deck.conditions", *(f"book.{name}" for name in columns))
        names += ("page.chosen_item",)
        heads = [f'<th scope="col">{escape(w(name))}{_sort(w("page.sort_by", name=w(name)))}</th>' for name in names]
        item = self.verdicts.index[self.first_item]
        parents = self.analysis.regions.set_index("code")["parent"].to_dict()
        rows = []
        for number, (code, head) in enumerate(self.heads.iterrows()):
            above = self.names.get(parents.get(code, ""), "")
            verdict = self.verdicts.at[item, code]
            rank = {"no": 2, "unknown": 1, "yes": 0}[head["conditions_met"]]
            answer = w(f"deck.conditions_{head['conditions_met']}")
            counts = "".join(f'<td data-weight="{head[name]}">{head[name]}</td>' for name in columns)
            rows.append(
                f'<tr data-place="{number}" data-group="{escape(above)}" data-department="" data-line="{self.line(code)}" '
                f'data-cell="td.chosen"><th scope="row" data-weight="{-number}">{self.linked(code)}</th>'
                f'<td data-weight="0">{escape(above)}</td>'
                f'<td data-weight="{rank}">{escape(answer)}</td>{counts}'
                f'<td class="chosen" data-verdict="{LETTERS[verdict]}" data-weight="{judge.SEVERITY.index(verdict)}" '
                f'style="{_painted(verdict)}">{escape(self.said(item, code))}</td></tr>'
            )
        above = [(self.names[code], self.names[code]) for code in self.analysis.parents]
        there = set(self.verdicts.to_numpy().ravel())
        verdicts = [(LETTERS[code], w.short_verdict(code)) for code in plotdata.BEST_FIRST if code in there]
        controls = [self.choice("group", "page.parent", above)] if above else []
        controls.append(self.choice("verdict", "page.chosen_item", verdicts))
        caption = escape(w("page.regions_caption", regions=len(rows), items=len(self.verdicts)))
        return [
            _heading(w("page.matrix")),
            self.leading(),
            self.bar(controls, "page.shown_regions"),
            scrolling(w("page.matrix"), f'<table class="matrix"><caption>{caption}</caption><thead><tr>{"".join(heads)}'
                    f"</tr></thead><tbody>{''.join(rows)}</tbody></table>"),
            self.meanings(),
        ]  # fmt: skip

    def leading(self) -> str:
        """The regions with most items missed, and the items that most regions have not met."""
        w = self.w
        most = self.heads["missed"].sort_values(ascending=False, kind="stable").head(LISTED)
        regions = [f"<li>{self.linked(code)}{w('worded.colon')}{count}</li>" for code, count in most.items() if count]
        unmet = self.verdicts.isin(judge.OPEN).sum(axis=1).sort_values(ascending=False, kind="stable").head(LISTED)
        items = [
            f"<li>{escape(worded.item(self.analysis, item, w))}{w('worded.colon')}{count}</li>"
            for item, count in unmet.items()
            if count
        ]
        lists = ((w("page.most_missed"), regions), (w("page.most_unmet"), items))
        told = [f"<div><h3>{escape(title)}</h3><ol>{''.join(lines)}</ol></div>" for title, lines in lists if lines]
        return f'<div class="columns">{"".join(told)}</div>'

    # ------------------------------------------------------------------ small charts

    def charts(self) -> list[str]:
        """Every indicator of the city as a small chart, then the weak points that the plan names by county."""
        a, w = self.analysis, self.w
        region = a.city or a.regions["code"].iloc[0]
        drawn = self.drawable(region)
        parts = []
        if drawn:
            parts.append(_heading(w("page.charts", region=self.names[region])))
            parts.append(_line(w("page.charts_note"), "quiet"))
            parts.append(self.multiples(drawn, worded.indicator))
        for s in [s for s in drawn if s.named_weak]:
            counties = [a[code, s.indicator] for code in a.counties if (code, s.indicator) in self.numeric]
            if len(counties) > CHARTS:
                counties.sort(key=lambda one: -judge.SEVERITY.index(one.verdict))
            if len(counties) > 1:
                parts.append(f"<h3>{escape(w('page.by_county', indicator=worded.indicator(s, w)))}</h3>")
                parts.append(self.multiples(counties[:CHARTS], lambda one, _: self.names[one.region_code]))
        return parts

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

    def multiples(self, statements: list, named) -> str:
        w, figures = self.w, []
        for s in statements:
            way, name = self.way(s), escape(named(s, w))
            name = f'<a href="{_address(way)}">{name}</a>' if way else name
            badge = f'<span class="badge" style="{_painted(s.verdict)}">{escape(briefing.short_verdict(s, w))}</span>'
            mark = escape(w.bracket(w.demo_mark(s.status == "demo")))
            value = escape(f"{w.year(s.latest_year)}{w('worded.colon')}{worded.value(s, w)}")
            figures.append(
                f"<figure><figcaption>{name} {badge}<br>{value}{mark}</figcaption>{small_charts.chart(s, w)}</figure>"
            )
        return f'<div class="charts">{"".join(figures)}</div>'

    # ------------------------------------------------------------------ documents, and what is in doubt

    def documents(self) -> list[str]:
        w = self.w
        common = [f"briefing_{lang}.pptx" for lang in words.LANGUAGES]
        common += ["assessment.xlsx", "assessment_en.xlsx", "explore.html", "manifest.json"]
        parts = [_heading(w("page.documents")), self.links("", common)]
        others = beside(self.folder.parent)
        if others:
            parts += [f"<h3>{escape(w('page.beside'))}</h3>", self.links("..", others)]
        lines = []
        for outcome in self.outcomes:
            name = escape(self.names.get(outcome.region, outcome.name))
            head = f'<h3 id="{w.lang}-{escape(outcome.region)}">{name}</h3>'
            files_ = [f"{outcome.notebook}.html", *DOCUMENTS, f"{outcome.notebook}.ipynb", "error.txt"]
            printed = f"charts/{outcome.folder}"
            there = (self.folder / printed).is_dir()
            charts = f'<p><a href="{_address(printed)}/">{escape(w("page.printed"))}</a></p>' if there else ""
            lines.append(f"{head}{self.links(outcome.folder, files_)}{charts}")
        if len(self.outcomes) > ACROSS:
            return [*parts, f"<details><summary>{escape(w('page.by_region'))}</summary>{''.join(lines)}</details>"]
        return parts + lines

    def links(self, inside: str, names: list[str]) -> str:
        lines = []
        for name in names:
            if (self.folder / inside / name).exists():
                explores = Path(name).match("explore*.html")
                kind = self.w("page.file.explore" if explores else f"page.file.{Path(name).suffix.lstrip('.')}")
                address = _address(f"{inside}/{name}".lstrip("/"))
                lines.append(f'<li><a href="{address}">{escape(name)}</a> {escape(kind)}</li>')
        return f'<ul class="documents">{"".join(lines)}</ul>' if lines else ""

    def doubts(self) -> list[str]:
        a, w, parts = self.analysis, self.w, []
        weaker = list(dict.fromkeys(worded.weaker(a, w)))
        if weaker and not self.is_large:
            parts += [_heading(w("page.weaker")), _list(weaker)]
        problems = worded.left_out(a, w)
        if problems:
            parts += [_heading(w("opening.left_out", count=len(problems))), _list(problems)]
        revised = worded.revised(a, w)
        if revised:
            parts += [_heading(w("revised.title")), _line(revised[0]), _list(revised[1 : LISTED + 1])]
            if len(revised) > LISTED + 1:
                parts.append(_line(w("revised.more", count=len(revised) - LISTED - 1)))
        doubtful = worded.to_check(a, w)
        if doubtful:
            parts.append(_line(w("page.to_check", count=len(doubtful))))
        made = w("page.made", files=len(a.hashes), folder=a.data.name)
        foot = f"ecoanalysis {importlib.metadata.version('ecoanalysis')} · {w('slide.foot', as_of=a.as_of)}"
        return parts + [_line(line, "quiet") for line in (made, foot)]


def _other(parts: list[str], lang: str) -> str:
    """The way to the page's part in the other language, where there is one."""
    links = [
        f'<a href="#{part}" lang="{words.HTML_LANG[part]}">{escape(words.of(part)("page.language"))}</a>'
        for part in parts
        if part != lang
    ]
    return f'<p class="quiet">{" ".join(links)}</p>' if links else ""


def _split(text) -> list[str]:
    """Items that a table holds joined by semicolons."""
    return [part for part in str(text if text == text else "").split(";") if part]


def _colours() -> list[tuple[str, str]]:
    return [(code, VERDICT_COLOURS[code]) for code in plotdata.BEST_FIRST]


def _painted(verdict: str) -> str:
    return f"background:{VERDICT_COLOURS[verdict]};color:{words_on(verdict)}"


def _address(path: str) -> str:
    return escape(quote(path))


def _sort(text: str) -> str:
    label = escape(text, quote=True)
    return f'<button type="button" class="sort" hidden aria-label="{label}" title="{label}">↕</button>'


def scrolling(name: str, table: str) -> str:
    """A table that scrolls inside itself, by keyboard too."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name, quote=True)}">{table}</div>'


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _line(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _list(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"
