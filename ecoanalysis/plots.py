"""What an analyst draws: one noun, one `plot`, one picture a question.

`a.plot("25")`, `a.plot.ranks("25")`, `region.plot.distance()`, `statement.plot.changes()`. Each picture belongs to whoever asked,
holds its numbers as `.frame`, carries the demo mark, and says in words why there is nothing to draw. Facets look as a
statement's own chart does, so that a county looks the same alone and among others; heat maps, strips and grouped bars
are seaborn's, drawn into axes of ours, so that pyplot holds no figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ecoanalysis import briefing, charts, judge, look, plotdata, words
from ecoanalysis.analysis import Analysis, BadYear, Region, Statement
from ecoanalysis.charts import STYLE, Picture
from ecoanalysis.plan import kept, rule_sets, tasks
from ecoanalysis.words import COUNTED, Words

COLUMNS = 4  # facets in a row
SINGLE = 30  # futures that are drawn one by one
FACET = (2.75, 2.0)  # inches
LINE = 0.2  # inches a line of the heading
FARTHEST = 10  # years of usual movement that a bar still shows at its length
OPINIONS = {"same": "#eef1f4", "hopeful": "#6699d9", "gloomy": "#e6792b", "untold": "#ffffff"}  # of a rule, beside ours
BOX = ("boxprops", "whiskerprops", "capprops", "medianprops")
CHANCES = LinearSegmentedColormap.from_list("chances", ["#ffffff", look.BAND, "#123c5a"])


@dataclass(frozen=True)
class OfAnalysis:
    """Pictures of regions compared on one indicator (its code, number, or name).

    Every one returns a `matplotlib` figure of its own, which shows itself in a notebook; `.frame` holds its numbers.

    Raises
    ------
    NotThere
        No such indicator, region or city; the nearest is named.
    NeedsData
        A loaded analysis is asked for what needs paths or the plan's dates (`ranks`, `rule_sets`).
    """

    analysis: Analysis

    def __call__(self, indicator, lang: str = "zh") -> Picture:
        """Every region side by side on one scale: years measured, bands, target, dates (`plotdata.fans`)."""
        w, code = words.of(lang), self.analysis.indicator_code(indicator)
        record = self.analysis.indicators[code]
        title = w("plots.regions", name=_labelled(record, w))
        lines = [_asked(self._statements(code), w), w("plots.one_scale")]
        return _facets(self._statements(code), title, lines, lambda s: self.analysis.name(s.region_code, lang), w, True)

    def ranks(self, indicator, year: int | None = None, lang: str = "zh") -> Picture:
        """How likely each county stands at each rank at the due date, or in another year (`plotdata.ranks`)."""
        w, a = words.of(lang), self.analysis
        code = a.indicator_code(indicator)
        a.needs_data()
        statements = [s for s in self._statements(code) if s.region_code in a.counties]
        year = _year(year, self._statements(code))
        title = w("plots.ranks", name=_labelled(a.indicators[code], w), year=year)
        drawn = [s for s in statements if np.isfinite(s.latest_value)]
        if not a.indicators[code].direction:
            return _in_words(title, w("plots.no_better"), w)
        if len(drawn) < 2:
            return _in_words(title, w("plots.too_few_regions"), w)
        if all(s.forecast.empty for s in drawn):
            return _in_words(title, w("plots.no_paths"), w)
        table = plotdata.ranks(a, code, year)
        if table.empty:
            first, last = (int(drawn[0].outlook.years[k]) for k in (0, -1))
            return _in_words(title, w("plots.no_year", year=year, first=first, last=last), w)
        return _ranks(a, table, title, year, drawn[0].outlook, w)

    def distance(self, indicator, lang: str = "zh") -> Picture:
        """How far every region is from the target, in the indicator's own unit (`plotdata.distances`)."""
        w, code = words.of(lang), self.analysis.indicator_code(indicator)
        statements = self._statements(code)
        title = w("plots.distance", name=_labelled(self.analysis.indicators[code], w))
        name = {s.region_code: self.analysis.name(s.region_code, lang) for s in statements}
        lines = [_asked(statements, w), w("plots.movement")]
        return _distances(statements, title, lines, lambda s: name[s.region_code], w, "distance")

    def contributions(self, indicator, city=None, lang: str = "zh") -> Picture:
        """What each county brings to the gap of its city, in things; they add up to it (`plotdata.contributions`)."""
        a = self.analysis
        code = a.indicator_code(indicator)
        region = a.city if city is None else a.region_code(city)
        return _contributions(a, code, region, words.of(lang))

    def drivers(self, indicator, lang: str = "zh") -> Picture:
        """What the two inputs of a rate brought of its change, region by region (`plan.drivers`, LMDI)."""
        w, a = words.of(lang), self.analysis
        code = a.indicator_code(indicator)
        rows = kept.table(a, "drivers")
        rows = rows[rows["indicator"] == code]
        title = w("plots.drivers", name=_labelled(a.indicators[code], w))
        return _drivers(a, rows, title, w) if len(rows) else _in_words(title, w("plots.no_drivers"), w)

    def rule_sets(self, indicator, lang: str = "zh") -> Picture:
        """What rule sets of others say of an indicator in every region, beside ours (`plan.rule_sets`)."""
        w, a = words.of(lang), self.analysis
        a.needs_data()
        code = a.indicator_code(indicator)
        statements = self._statements(code)
        title = w("plots.rule_sets", name=_labelled(a.indicators[code], w))
        return _rule_sets(statements, title, lambda s: a.name(s.region_code, lang), w, False)

    def _statements(self, code: str) -> list[Statement]:
        rows = self.analysis.assessment
        regions = dict.fromkeys(rows.loc[rows["indicator"] == code, "region_code"])
        return [self.analysis[region, code] for region in regions]


@dataclass(frozen=True)
class OfRegion:
    """Pictures of one region across its indicators."""

    region: Region

    def __call__(self, lang: str = "zh") -> Picture:
        """Every target with a number and a value, each on its own scale (`plotdata.fans`)."""
        w = words.of(lang)
        statements = charts.drawable(self.region.analysis, self.region.code)
        title = w("plots.region", region=self.region.name(lang))
        return _facets(statements, title, [w("plots.own_scale")], lambda s: _labelled(s.record, w), w, False)

    def distance(self, lang: str = "zh") -> Picture:
        """How far each item is from its target, in usual yearly movements of its own series (`plotdata.distances`)."""
        w = words.of(lang)
        statements = charts.drawable(self.region.analysis, self.region.code)
        title = w("plots.region_distance", region=self.region.name(lang))
        return _distances(statements, title, [w("plots.in_spreads")], lambda s: _labelled(s.record, w), w, "in_spreads")

    def contributions(self, indicator, lang: str = "zh") -> Picture:
        """What each county brings to the gap of this city, in things."""
        a = self.region.analysis
        return _contributions(a, a.indicator_code(indicator), self.region.code, words.of(lang))

    def rule_sets(self, lang: str = "zh") -> Picture:
        """The targets of a region that rule sets of others judge otherwise than we do (`plan.rule_sets`)."""
        w = words.of(lang)
        self.region.analysis.needs_data()
        title = w("plots.rule_sets", name=self.region.name(lang))
        return _rule_sets(self.region.statements, title, lambda s: _labelled(s.record, w), w, True)


@dataclass(frozen=True)
class OfStatement:
    """Pictures of one target of one region."""

    statement: Statement

    def __call__(self, lang: str = "zh") -> Picture:
        """Measured years, bands, target and dates (`plotdata.fan`)."""
        figure = charts.forecast(self.statement, lang)
        figure.frame = plotdata.fan(self.statement)
        return figure

    def changes(self, lang: str = "zh") -> Picture:
        """Every yearly change here and in sister regions, and where the needed pace lies (`plotdata.changes`)."""
        return _changes(self.statement, words.of(lang))

    def drivers(self, lang: str = "zh") -> Picture:
        """What the two inputs of a rate brought of its change, step by step (`plan.drivers`, LMDI)."""
        s, w = self.statement, words.of(lang)
        rows = kept.of(s, "drivers")
        title = w("plots.drivers", name=f"{s.analysis.name(s.region_code, lang)} · {_labelled(s.record, w)}")
        if rows.empty:
            return _in_words(title, w("plots.no_drivers"), w)
        first, last = int(rows["first"].iloc[0]), int(rows["last"].iloc[0])
        steps = pd.Series(rows["effect"].to_numpy(float), [_input(code, s.analysis, w) for code in rows["input"]])
        start = float(s.history[first])
        title = _fitted(w("plots.drivers_years", title=title, first=first, last=last), look.FIGURE[0] - 1.7, 12)
        demo = s.status == "demo"
        figure = charts.waterfall(steps, start, s.unit, lang, title, demo, s.record.direction)
        figure.frame = rows
        return figure

    def futures(self, lang: str = "zh") -> Picture:
        """Some of the sample paths one by one, those that meet the target at the milestone in colour.

        `.frame` holds them: future (its number), year, value, met.
        """
        self.statement.analysis.needs_data()
        return _futures(self.statement, words.of(lang))

    def methods(self, lang: str = "zh") -> Picture:
        """What every forecasting method expects, over our fan, with the chances they give (`plotdata.methods`)."""
        self.statement.analysis.needs_data()
        return _methods(self.statement, words.of(lang))

    def scenarios(self, *names, lang: str = "zh") -> Picture:
        """What the trend and kept scenarios expect, side by side on one scale (`plotdata.fans`, with a column `scenario`).

        Parameters
        ----------
        names : str, path or Scenario
            As `Analysis.under` takes them.
        """
        s, w = self.statement, words.of(lang)
        s.analysis.needs_data()
        trend = s.analysis.cache.get("trend", s.analysis)
        title = w("plots.scenarios", name=f"{s.analysis.name(s.region_code, lang)} · {_labelled(s.record, w)}")
        if not names:
            return _in_words(title, w("plots.no_scenarios"), w)
        sides = [trend, *(trend.under(name) for name in names)]
        told = [one[s.region_code, s.indicator, s.comparison] for one in sides]
        figure = _facets(told, title, [_asked(told, w)], lambda one: _scenario_of(one, w), w, True)
        tables = [plotdata.fans([one]).assign(scenario=one.analysis.scenario) for one in told]
        figure.frame = pd.concat(tables, ignore_index=True)
        return figure


# ---------------------------------------------------------------------- the pictures


def _scenario_of(s: Statement, w: Words) -> str:
    """A scenario's name and the chance that it gives."""
    name = w("plots.trend") if s.analysis.scenario == "trend" else s.analysis.scenario
    if s.verdict in judge.OPEN and np.isfinite(s.p_reach):
        return f"{name} · {w('chart.chance', year=s.milestone, chance=w.chance(s.p_reach))}"
    return f"{name} · {w('chart.holding', year=s.hold_until, chance=w.chance(s.p_hold))}" if s.p_hold >= 0 else name


def _facets(statements, title: str, lines: list[str], name, w: Words, common: bool) -> Picture:
    """Small multiples of fans; `common` puts all of them on one scale."""
    table = plotdata.fans(statements)
    if table.empty:
        return _in_words(title, w("chart.nothing"), w)
    across = min(COLUMNS, len(statements))
    down = math.ceil(len(statements) / across)
    names = [_fitted(name(s), FACET[0] - 0.5, 9) for s in statements]
    two = any("\n" in one for one in names)
    tall = FACET[1] + 0.15 * two
    size = (max(0.75 + across * FACET[0], 7.6), down * tall)
    figure, top = _paper((size[0], size[1] + 0.15 * two), title, [*lines, ""], _any_demo(statements), w, table)
    with matplotlib.rc_context(STYLE):
        bottom = 0.35 / figure.get_figheight()
        grid = {
            "left": 0.55 / size[0],
            "right": 1 - 0.15 / size[0],
            "bottom": bottom,
            "top": top - (0.35 + 0.15 * two) / figure.get_figheight(),
        }
        grid |= {"hspace": 0.72 if two else 0.55, "wspace": 0.12 if common else 0.28}
        cells = figure.subplots(down, across, sharex=common, sharey=common, squeeze=False, gridspec_kw=grid).ravel()
        for axes in cells[len(statements) :]:
            axes.remove()
        for position, (s, axes) in enumerate(zip(statements, cells, strict=False)):
            _facet(axes, s, plotdata.fan(s), names[position], w)
            axes.tick_params(labelbottom=position + across >= len(statements) or not common)
        for s, axes in list(zip(statements, cells, strict=False))[: 1 if common else None]:
            axes.set_ylim(charts.natural_end(*axes.get_ylim(), s.record))
        handles = {}
        for axes in cells[: len(statements)]:
            drawn, labels = axes.get_legend_handles_labels()
            handles |= {label: handle for handle, label in zip(drawn, labels, strict=True) if label not in handles}
        figure.legend(
            handles.values(), handles, loc="upper left", ncols=len(handles), frameon=False, fontsize=8.5,
            bbox_to_anchor=(0.1 / size[0], top + (LINE + 0.12) / figure.get_figheight()), labelcolor=look.QUIET,
            handlelength=1.4, columnspacing=1.0,
        )  # fmt: skip
    return _told(figure, title, [f"{name(s)}{w('worded.colon')}{briefing.short_verdict(s, w)}" for s in statements], w)


def _facet(axes, s: Statement, table: pd.DataFrame, name: str, w: Words) -> None:
    axes.tick_params(colors=look.QUIET, length=0, labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.grid(axis="x", visible=False)
    axes.set_title(name, loc="left", fontsize=9, color=look.INK, pad=17)
    word, colour = briefing.short_verdict(s, w), look.VERDICT_COLOURS[s.verdict]
    box = {"boxstyle": "square,pad=0.25", "fc": colour, "ec": look.EDGE, "lw": 0.5}
    axes.annotate(
        word, (0, 1), (3, 5), xycoords="axes fraction", textcoords="offset points", fontsize=7.5,
        color=look.words_on(s.verdict), bbox=box, annotation_clip=False,
    )  # fmt: skip
    if table.empty:
        axes.text(0.5, 0.5, w("chart.nothing"), transform=axes.transAxes, ha="center", fontsize=8, color=look.QUIET)
        return
    axes.annotate(
        _value_and_target(s, w), (1, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=7.5,
        color=look.QUIET, ha="right", annotation_clip=False,
    )  # fmt: skip
    ahead = table.dropna(subset="median")
    if len(ahead):
        charts.bands(axes, ahead, w)
    charts.measured(axes, table, w)
    if np.isfinite(s.target):
        axes.axhline(s.target, color=look.TARGET, lw=1.2, label=w("chart.target"))
    for number, (key, year) in enumerate({"due": s.due, "hold": s.hold_until}.items()):
        if not number or year != s.due:
            axes.axvline(year, color=look.MARK, lw=1, ls=((0, (1, 2)), (0, (4, 2)))[number], label=w(f"chart.{key}"))


def _value_and_target(s: Statement, w: Words) -> str:
    """36.5 / ≥ 40 %: short enough to stand above a facet."""
    target = f" / {charts.sign(s)} {w.plain(briefing.printed_target(s))}" if np.isfinite(s.target) else ""
    return f"{w.number(s.latest_value, briefing.decimals_of(s))}{target} {w.unit(s.unit)}".strip()


def _ranks(a: Analysis, table: pd.DataFrame, title: str, year: int, outlook, w: Words) -> Picture:
    import seaborn  # with pyplot, which holds none of our figures: axes are given

    order = list(dict.fromkeys(table["region_code"]))
    wide = table.pivot(index="region_code", columns="rank", values="chance").loc[order]
    known = year <= int(min(outlook.latest[outlook.regions.index(code)] for code in order))
    said = wide.map(lambda p: "" if p == 0 else w.percent(p) if known else w.chance(p))
    surest = table.loc[table["chance"].idxmax()]
    lines = [w("plots.ranks_known" if known else "plots.ranks_how", futures=w.number(outlook.paths.shape[1], 0))]
    lines += [] if known else [w("plots.ranks_sums")]
    sure = w.percent(surest["chance"]) if known else w.chance(surest["chance"])
    names = {"region": a.name(surest["region_code"], w.lang), "rank": int(surest["rank"]), "chance": sure}
    lines.append(w("plots.ranks_surest", **names))
    absent = [a.name(code, w.lang) for code in a.counties if code not in order]
    lines += [w("plots.absent", names=w.list(absent))] if absent else []
    left, size = 1.9, 0.52
    width = max(left + 0.3 + len(order) * 0.62, 6.6)
    demo = bool((table["status"] == "demo").any())
    figure, _ = _paper((width, 0.5 + size * len(order)), title, lines, demo, w, table)
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        axes = figure.add_axes((left / width, 0.45 / height, 1 - (left + 0.25) / width, size * len(order) / height))
        seaborn.heatmap(
            wide, ax=axes, cmap=CHANCES, vmin=0, vmax=1, annot=said, fmt="", cbar=False, linewidths=1.5,
            annot_kws={"fontsize": 8.5},
        )  # fmt: skip
        axes.set_yticklabels([_fitted(a.name(code, w.lang), left - 0.2, 9.5) for code in order], rotation=0)
        axes.set(xlabel=w("plots.rank_axis"), ylabel="")
        axes.tick_params(length=0, colors=look.INK)
        axes.xaxis.label.set_color(look.QUIET)
        axes.grid(visible=False)
    means = table.drop_duplicates("region_code")
    told = [f"{a.name(row.region_code, w.lang)} {w.number(row.mean_rank, 1)}" for row in means.itertuples()]
    return _told(figure, title + w.bracket(w("plots.mean_rank")), told, w, demo)


def _distances(statements, title: str, lines: list[str], name, w: Words, by: str) -> Picture:
    """Bars from the target: to the left what is missing, to the right what is to spare."""
    table = plotdata.distances(statements)
    if table.empty:
        return _in_words(title, w("plots.no_numbers"), w)
    known = {(s.region_code, s.indicator, s.comparison): s for s in statements}
    chosen = [known[row.region_code, row.indicator, row.comparison] for row in table.itertuples()]
    absent = [name(s) for s in statements if s not in chosen]
    lines = lines + ([w("plots.absent", names=w.list(absent))] if absent else [])
    names, verdicts, bars, texts = 3.0, 1.1, 3.2, 3.5  # inches of the four columns
    width, room = names + verdicts + bars + texts, 0.34 * len(table)
    demo = _any_demo(chosen)
    figure, _ = _paper((width, 0.6 + room), title, lines, demo, w, table)
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        axes = figure.add_axes(((names + verdicts) / width, 0.6 / height, bars / width, room / height))
        lengths = table[by].astype(float)
        if by == "in_spreads":
            lengths = lengths.clip(-FARTHEST, FARTHEST)
        colours = [look.VERDICT_COLOURS[verdict] for verdict in table["verdict"]]
        axes.barh(range(len(table)), lengths.fillna(0), color=colours, edgecolor=look.AXIS, lw=0.6, height=0.62)
        axes.axvline(0, color=look.TARGET, lw=1.4)
        for position, (s, row) in enumerate(zip(chosen, table.itertuples(), strict=True)):
            axes.annotate(
                _distance_said(s, row, w), (1, position), (8, 0), xycoords=("axes fraction", "data"), fontsize=8.5,
                textcoords="offset points", va="center", color=look.INK, annotation_clip=False,
            )  # fmt: skip
        _verdicts(axes, chosen, range(len(chosen)), w)
        labels = [_fitted(name(s), names - 0.1, 9, 1) for s in chosen]
        axes.set_yticks(range(len(table)), labels, fontsize=9)
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.tick_params(length=0, colors=look.INK)
        axes.tick_params(axis="y", pad=verdicts * 72)
        axes.tick_params(axis="x", colors=look.QUIET)
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.08)
        unit = w("plots.movements") if by == "in_spreads" else w.unit("pp" if chosen[0].unit == "%" else chosen[0].unit)
        below = w("plots.from_target") + (w("mark.in_brackets", text=unit) if unit else "")
        axes.set_xlabel(below, color=look.QUIET, fontsize=9)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
    said = zip(chosen, table.itertuples(), strict=True)
    return _told(figure, title, [f"{name(s)} {_distance_said(s, row, w)}" for s, row in said], w, demo)


def _verdicts(axes, statements, positions, w: Words) -> None:
    """Our verdict of each row in its colour, between the row's name and the axes."""
    for s, position in zip(statements, positions, strict=True):
        box = {"boxstyle": "square,pad=0.3", "fc": look.VERDICT_COLOURS[s.verdict], "ec": look.EDGE, "lw": 0.5}
        axes.annotate(
            briefing.short_verdict(s, w), (0, position), (-40, 0), xycoords=("axes fraction", "data"), bbox=box, fontsize=7.5,
            textcoords="offset points", ha="center", va="center", color=look.words_on(s.verdict), annotation_clip=False,
        )  # fmt: skip


def _distance_said(s: Statement, row, w: Words) -> str:
    """A distance in words: as a reader reckons it from the printed value and target, and in usual movements."""
    decimals = briefing.decimals_of(s)
    target = briefing.printed_target(s)
    shown = max(decimals, -words.decimal(target).as_tuple().exponent)
    amount = w.difference(judge.printed_gap(s.latest_value, target, decimals), s.record, shown)
    if row.distance > 0:
        text = w("plots.beyond", amount=amount)
    elif row.distance == 0:
        text = w("plots.strictly" if s.verdict in judge.OPEN else "plots.exactly")
    else:
        things = briefing.things(s, w)
        text = w("plots.missing", amount=amount) + (w("mark.in_brackets", text=things) if things else "")
    if row.distance == 0:
        return text
    if np.isfinite(row.in_spreads):
        years = abs(row.in_spreads)
        decimals = next((d for d in (1, 2) if float(words.rounded(years, d))), 3)
        return text + w("plots.years_of_movement", years=w.number(years, decimals))
    return text + w("plots.never_moved" if row.spread == 0 else "plots.one_value")


def _contributions(a: Analysis, code: str, city: str | None, w: Words) -> Picture:
    record = a.indicators[code]
    if city is None or not a.members(city):
        title = w("plots.contributions", city=a.name(city, w.lang) if city else "", name=_labelled(record, w), whole="")
        return _in_words(title, w("plots.no_city"), w)
    table = plotdata.contributions(a, code, city)
    if table.empty:
        title = w("plots.contributions", city=a.name(city, w.lang), name=_labelled(record, w), whole="")
        return _in_words(title, _why_no_contributions(a, code, city, w), w)
    unit, whole = table["unit"].iloc[0], table.attrs["whole"]
    parts, decimals = _printed_parts(table, whole, unit)
    shown = f"{w.number(whole, decimals)} {w.unit(unit)}"
    title = w(
        "plots.contributions", city=a.name(city, w.lang), name=_labelled(record, w), whole=w("plots.whole", whole=shown)
    )
    own = float(table["own_gap"].sum())
    lines = [w("plots.adds_up")]
    if own > whole * (1 + 1e-9):
        lines.append(w("plots.own_gaps", own=f"{w.number(own, decimals)} {w.unit(unit)}", whole=shown))
    demo = bool((table["status"] == "demo").any()) or a[city, code].status == "demo"
    width, left = 8.6, 2.2
    figure, _ = _paper((width, 0.2 + 0.42 * (len(table) + 1)), title, lines, demo, w, table)
    with matplotlib.rc_context(STYLE):
        height, room = figure.get_figheight(), 0.42 * (len(table) + 1)
        axes = figure.add_axes((left / width, 0.2 / height, 1 - (left + 0.2) / width, room / height))
        positions = range(len(table))
        axes.barh(positions, table["part"], left=table["before"], color=look.BAND, height=0.62)
        axes.barh([len(table)], [whole], color=look.QUIET, height=0.62)
        ends = [*(table["before"] + table["part"]), whole]
        texts = [
            f"{w.number(part, decimals)} {w.unit(unit)}" + w("mark.in_brackets", text=w.percent(share))
            for part, share in zip(parts, table["share"], strict=True)
        ]
        for position, (end, text) in enumerate(zip(ends, [*texts, shown], strict=True)):
            axes.annotate(
                text, (end, position), (5, 0), textcoords="offset points", va="center", fontsize=9, color=look.INK
            )
        for end, position in zip(ends[:-1], positions, strict=True):  # where one part ends the next begins
            axes.plot([end, end], [position - 0.31, position + 1.31], color=look.AXIS, lw=0.8)
        names = [a.name(region, w.lang) for region in table["region_code"]]
        labels = [*names, w("plots.total", city=a.name(city, w.lang))]
        axes.set_yticks(range(len(labels)), [_fitted(name, left - 0.2, 9.5) for name in labels])
        axes.set(xlim=(0, whole * 1.32), ylim=(len(table) + 0.5, -0.5))
        axes.tick_params(length=0, colors=look.INK, labelbottom=False)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
    return _told(figure, title, [f"{name} {text}" for name, text in zip(names, texts, strict=True)], w, demo)


def _printed_parts(table: pd.DataFrame, whole: float, unit: str) -> tuple[list[float], int]:
    """Parts as they are printed, which add up to the printed whole: whole things, or about three digits."""
    decimals = 0
    if unit not in COUNTED:
        digits = 2 - math.floor(math.log10(whole))
        decimals = min(max(digits, 0), -words.decimal(whole).as_tuple().exponent) if digits > 0 else 0
        decimals = max(decimals, 0)
    steps = judge.contributions(table["part"].to_list(), round(whole * 10**decimals), True)
    return [float(step) / 10**decimals for step in steps], decimals


def _why_no_contributions(a: Analysis, code: str, city: str, w: Words) -> str:
    rows = a.assessment
    own = rows[(rows["indicator"] == code) & (rows["region_code"] == city)]
    if own.empty:
        return w("plots.not_asked_of", city=a.name(city, w.lang))
    s = a[city, code]
    if s.verdict in judge.STANDING:
        return w("plots.city_met", city=a.name(city, w.lang))
    if not np.isfinite(s.latest_value) or not np.isfinite(s.target):
        return w("plots.no_numbers")
    return w("plots.no_things")


def _changes(s: Statement, w: Words) -> Picture:
    import seaborn

    table = plotdata.changes(s)
    title = w("plots.changes", region=s.analysis.name(s.region_code, w.lang), name=_labelled(s.record, w))
    if table.empty:
        return _in_words(title, w("plots.no_changes"), w)
    needed = table.attrs["needed"]
    order = [name for name in ("own", "counties", "references") if (table["whose"] == name).any()]
    unit = w.unit("pp" if s.unit == "%" else s.unit)
    demo = bool((table["status"] == "demo").any()) or s.status == "demo"
    width, left = 8.6, 1.9
    figure, _ = _paper((width, 0.75 + 0.85 * len(order)), title, changes_said(s, table, w), demo, w, table)
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        room = 0.85 * len(order) / height
        axes = figure.add_axes((left / width, 0.55 / height, 1 - (left + 0.3) / width, room))
        axes.boxplot(
            [table.loc[table["whose"] == name, "change"] for name in order], positions=range(len(order)), widths=0.62,
            orientation="horizontal", showfliers=False, **dict.fromkeys(BOX, {"color": look.AXIS}),
        )  # fmt: skip # seaborn's boxes call what this matplotlib deprecates
        seaborn.stripplot(
            table, x="change", y="whose", order=order, ax=axes, color=look.BAND, jitter=False, marker="|", size=15,
            linewidth=1.6, alpha=0.55,
        )  # fmt: skip
        axes.axvline(0, color=look.AXIS, lw=1)
        if np.isfinite(needed):
            axes.axvline(needed, color=look.TARGET, lw=1.6)
            axes.annotate(
                w("plots.needed"), (needed, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                color=look.TARGET, fontsize=8.5, ha="center", va="bottom", annotation_clip=False,
            )  # fmt: skip
        own = s.analysis.name(s.region_code, w.lang)
        names = {name: own if name == "own" else w(f"plots.whose.{name}") for name in order}
        counts = table["whose"].value_counts()
        labels = [_fitted(names[n], left - 0.2, 9.5) + "\n" + w("plots.so_many", count=counts[n]) for n in order]
        axes.set_yticks(range(len(order)), labels)
        axes.set(ylabel="", xlabel=w("plots.change_axis", unit=unit))
        axes.margins(x=0.06)
        axes.tick_params(length=0, colors=look.INK)
        axes.tick_params(axis="x", colors=look.QUIET)
        axes.xaxis.label.set_color(look.QUIET)
        axes.grid(axis="y", visible=False)
    return _told(figure, title, changes_said(s, table, w), w, demo)


def changes_said(s: Statement, table: pd.DataFrame, w: Words) -> list[str]:
    """Where the needed pace lies among the changes of `plotdata.changes`, and whether anybody kept it up so long."""
    at, needed = table.attrs, table.attrs["needed"]
    if not np.isfinite(needed):
        here = "met" if s.verdict in judge.STANDING else "none" if np.isfinite(s.latest_value) else "no_value"
        return [w(f"plots.pace_{here}")]
    decimals = max(s.record.decimals or 0, 1)
    while decimals < 6 and not float(words.rounded(abs(needed), decimals)):
        decimals += 1
    pace = ("+" if needed > 0 else "") + w.difference(needed, s.record, decimals)
    own = {"seen": at["own_seen"], "fast": at["own_as_fast"]}
    lines = [w("plots.pace_own" if at["own_seen"] else "plots.pace_alone", pace=pace, **own)]
    if at["seen"]:
        key = "never" if not at["as_fast"] else "all" if at["as_fast"] == at["seen"] else "some"
        values = {"seen": at["seen"], "fast": at["as_fast"], "slower": w.percent(at["percentile"] / 100)}
        lines.append(w(f"plots.pace_{key}", **values))
    span = int(s.milestone - s.latest_year)
    if span > 1 and s.analysis.assessor is not None:
        seen, fast, _ = tasks.ever_as_fast(s.analysis, s.indicator, needed, span)
        lines += [w("plots.pace_kept", years=span, seen=seen, fast=fast)] if seen else []
    return lines


def _drivers(a: Analysis, rows: pd.DataFrame, title: str, w: Words) -> Picture:
    import seaborn

    record = a.indicators[rows["indicator"].iloc[0]]
    order = [code for code in a.regions["code"] if code in set(rows["region_code"])]
    inputs = list(dict.fromkeys(rows["input"]))
    years = sorted({(int(first), int(last)) for first, last in zip(rows["first"], rows["last"], strict=True)})
    lines = [w("plots.drivers_how", years=w.list(f"{first}–{last}" for first, last in years))]
    demo = bool((a.assessment.loc[a.assessment["indicator"] == record.code, "status"] == "demo").any())
    width, left = 8.6, 2.0
    figure, _ = _paper((width, 0.95 + 0.55 * len(order)), title, lines, demo, w, rows.reset_index(drop=True))
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        axes = figure.add_axes((left / width, 0.55 / height, 1 - (left + 0.3) / width, 0.55 * len(order) / height))
        seaborn.barplot(
            rows, x="effect", y="region_code", hue="input", order=order, hue_order=inputs, ax=axes,
            palette=[look.BAND, "#e6b35a"], saturation=1, width=0.72, errorbar=None,
        )  # fmt: skip
        whole = rows.groupby("region_code")["effect"].sum().loc[order]
        axes.plot(whole, range(len(order)), "D", color=look.INK, ms=6, ls="", label="whole")
        axes.axvline(0, color=look.AXIS, lw=1)
        axes.set_yticks(range(len(order)), [_fitted(a.name(code, w.lang), left - 0.2, 9.5) for code in order])
        unit = w.unit("pp" if record.unit == "%" else record.unit)
        axes.set(ylabel="", xlabel=w("plots.effect_axis", unit=unit))
        handles, _ = axes.get_legend_handles_labels()
        names = [*(_fitted(_input(code, a, w), 3.2, 8.5, 1) for code in inputs), w("plots.change_whole")]
        axes.legend(
            handles, names, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, frameon=False, fontsize=8.5,
            labelcolor=look.QUIET, handlelength=1.2, columnspacing=1.0, borderaxespad=0.2,
        )  # fmt: skip
        axes.tick_params(length=0, colors=look.INK)
        axes.tick_params(axis="x", colors=look.QUIET)
        axes.xaxis.label.set_color(look.QUIET)
        axes.grid(axis="y", visible=False)
    told = [
        f"{a.name(r.region_code, w.lang)} {_input(r.input, a, w)} {w.number(r.effect, max(record.decimals or 0, 1))}"
        for r in rows.itertuples()
    ]
    return _told(figure, title, told, w, demo)


def _rule_sets(statements, title: str, name, w: Words, disagreeing: bool) -> Picture:
    """Targets by rules: which of them see it as we do; `disagreeing` keeps the rows where one does not."""
    import seaborn

    tables = {s: rule_sets.of_statement(s) for s in statements}
    tables = {s: table for s, table in tables.items() if len(table)}
    if not tables:
        return _in_words(title, w("rule_set.nothing"), w)
    chosen = [s for s, table in tables.items() if not disagreeing or table["differs"].any()]
    if not chosen:
        return _in_words(title, w("plots.rules_agree", count=len(tables)), w)
    frame = pd.concat([tables[s] for s in chosen], ignore_index=True)
    rules = list(rule_sets.RULES)
    codes = list(OPINIONS)
    opinions = np.array([[codes.index(_opinion(tables[s], rule)) for rule in rules] for s in chosen])
    said = [[w(f"plots.opinion.{_answer(tables[s], rule)}") for rule in rules] for s in chosen]
    demo = _any_demo(chosen)
    left, cell = 3.9, 0.82
    width = left + 0.2 + cell * len(rules)
    apart = sum(table["differs"].any() for table in tables.values())
    lines = [w("plots.rules_how"), w("plots.rules_counted", count=len(tables), differs=int(apart))]
    figure, _ = _paper((width, 1.0 + 0.36 * len(chosen)), title, lines, demo, w, frame)
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        room = 0.36 * len(chosen) / height
        axes = figure.add_axes((left / width, 0.42 / height, cell * len(rules) / width, room))
        seaborn.heatmap(
            pd.DataFrame(opinions), ax=axes, cmap=ListedColormap(list(OPINIONS.values())), vmin=-0.5,
            vmax=len(codes) - 0.5, annot=np.array(said), fmt="", cbar=False, linewidths=1.2,
            annot_kws={"fontsize": 8, "color": look.INK},
        )  # fmt: skip
        axes.xaxis.tick_top()
        names = [_fitted(rule_sets.name(rule, w), cell - 0.02, 7.2, 4) for rule in rules]
        axes.set_xticks(np.arange(len(rules)) + 0.5, names, fontsize=7.2, rotation=0)
        axes.set_yticks(
            np.arange(len(chosen)) + 0.5, [_fitted(name(s), left - 1.25, 8.5, 1) for s in chosen], rotation=0
        )
        axes.tick_params(axis="y", pad=82)
        _verdicts(axes, chosen, np.arange(len(chosen)) + 0.5, w)
        axes.tick_params(length=0, colors=look.INK)
        axes.grid(visible=False)
        seen = [code for number, code in enumerate(codes) if (opinions == number).any()]
        patches = [Patch(fc=OPINIONS[code], ec=look.AXIS, label=w(f"plots.opinion_of.{code}")) for code in seen]
        figure.legend(
            handles=patches, loc="lower left", bbox_to_anchor=(0.1 / width, 0.02), ncols=4, frameon=False, fontsize=8.5,
            labelcolor=look.QUIET,
        )  # fmt: skip
    told = [f"{name(s)} {int(tables[s]['differs'].sum())}/{len(rules)}" for s in chosen]
    return _told(figure, title + w.bracket(w("plots.rules_alt")), told, w, demo)


def _opinion(table: pd.DataFrame, rule: str) -> str:
    row = table[table["rule"] == rule].iloc[0]
    if row["on_track"] == "":
        return "untold"
    return "same" if not row["differs"] else "hopeful" if row["on_track"] == "yes" else "gloomy"


def _answer(table: pd.DataFrame, rule: str) -> str:
    return str(table.loc[table["rule"] == rule, "on_track"].iloc[0]) or "untold"


def _futures(s: Statement, w: Words) -> Picture:
    title = w("plots.futures", region=s.analysis.name(s.region_code, w.lang), name=_labelled(s.record, w))
    if s.forecast.empty or s.method == "record":
        return _in_words(title, w("plots.no_paths") if np.isfinite(s.latest_value) else w("chart.nothing"), w)
    paths = s.paths.loc[: max(s.due, s.hold_until)]
    met = met_in(s)
    some = list(paths.columns[:: max(1, paths.shape[1] // SINGLE)][:SINGLE])
    frame = paths[some].rename_axis(columns="future").stack().rename("value").reset_index()
    frame["met"] = frame["future"].map(met)
    lines = [w("plots.futures_how", count=len(some), all=w.number(paths.shape[1], 0))]
    if len(met):
        counts = {"year": s.milestone, "met": int(met[some].sum()), "count": len(some)}
        whole = {"whole": w.number(int(met.sum()), 0), "all": w.number(len(met), 0), "chance": w.chance(met.mean())}
        lines.append(w("plots.futures_met", **counts, **whole))
    figure, top = _paper((8.6, 3.4), title, lines, s.status == "demo", w, frame)
    with matplotlib.rc_context(STYLE):
        height = figure.get_figheight()
        axes = figure.add_axes((0.07, 0.62 / height, 0.80, top - 0.75 / height))
        known = s.history
        start = ([known.index[-1]], [known.iloc[-1]])
        for number in some:
            way = {"color": look.BAND, "lw": 1.3, "alpha": 0.9} if met.get(number) else {"color": look.AXIS, "lw": 1.0}
            x, y = [*start[0], *paths.index], [*start[1], *paths[number]]
            axes.plot(x, y, zorder=3 if met.get(number) else 2, **way)
        charts.measured(axes, plotdata.fan(s), w)
        _target_and_dates(axes, s, int(known.index[0]), int(paths.index[-1]), w)
    return _told(figure, title, lines, w, s.status == "demo")


def _target_and_dates(axes, s: Statement, first: int, last: int, w: Words) -> None:
    """The target, the years from the first to the last, and in them the dates that count."""
    if np.isfinite(s.target):
        charts.place_target(*charts.target_line(axes), s, w)
        axes.set_ylim(charts.with_target(*axes.get_ylim(), s.target))
    axes.set_ylim(charts.natural_end(*axes.get_ylim(), s.record))
    axes.set_xlim(first - 0.4, last + 0.4)
    dates = {"due": s.due, "hold_until": s.hold_until}
    charts.place_dates([charts.date_mark(axes) for _ in dates], dates, range(first, last + 1), w)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    axes.tick_params(colors=look.QUIET, length=0)
    axes.grid(axis="x", visible=False)


def met_in(s: Statement) -> pd.Series:
    """In which of the sample paths a target is met at its milestone; empty without a number to meet."""
    if not np.isfinite(s.target) or s.milestone not in s.paths.index:
        return pd.Series(dtype=bool)
    values = s.paths.loc[s.milestone]
    before = s.paths.loc[s.milestone - 1] if s.milestone - 1 in s.paths.index else s.latest_value
    rounding = s.analysis.settings.rounding
    met = judge.met(values.to_numpy(float), np.asarray(before, float), s.target, s.comparison, s.record, rounding)
    return pd.Series(met, values.index, dtype=bool)


def _methods(s: Statement, w: Words) -> Picture:
    import seaborn

    table = plotdata.methods(s)
    title = w("plots.methods", region=s.analysis.name(s.region_code, w.lang), name=_labelled(s.record, w))
    if table.empty:
        nothing = w("plots.no_paths") if np.isfinite(s.latest_value) else w("chart.nothing")
        return _in_words(title, nothing, w)
    table = table[table["year"] <= max(s.due, s.hold_until, s.milestone)]
    ours = str(table["method"].iloc[0])
    has_chance = bool(table["chance"].notna().any())
    lines = [
        w("plots.methods_how", year=s.milestone) if has_chance else w("plots.methods_no_target"),
        w("plots.methods_care"),
    ]
    width = 9.6
    figure, top = _paper((width, 3.7), title, lines, s.status == "demo", w, table)
    with matplotlib.rc_context(STYLE):
        axes = figure.add_axes((0.07, 0.42 / figure.get_figheight(), 0.60, top - 0.55 / figure.get_figheight()))
        fan = plotdata.fan(s)
        known = fan["observed"].dropna()
        charts.measured(axes, fan, w)
        last = {"year": int(known.index[-1]), "value": float(known.iloc[-1])}
        chances = table.groupby("method", sort=False)["chance"].first()
        others = chances.drop(ours).sort_values(ascending=False, kind="stable").index
        palette = seaborn.color_palette("colorblind", len(others))
        handles = []
        for number, method in enumerate([ours, *others]):
            rows = table[table["method"] == method]
            x, y = [last["year"], *rows["year"]], [last["value"], *rows["median"]]
            name = _fitted(w(f"method.{method}"), 2.2, 8.5) + (f"  {w.chance(chances[method])}" if has_chance else "")
            if method == ours:
                low, high = [last["value"], *rows["lo80"]], [last["value"], *rows["hi80"]]
                axes.fill_between(x, low, high, color=look.BAND, alpha=0.28, lw=0)
                look_of = {"color": look.BAND, "lw": 2.6}
            else:
                dashes = ("-", (0, (4, 2)), (0, (1, 1.4)))[number % 3]
                look_of = {"color": palette[number - 1], "lw": 1.5, "ls": dashes}
            handles.append(Line2D([], [], label=name, **look_of))
            axes.plot(x, y, zorder=3 if method == ours else 2, **look_of)
        _within_sight(axes, s, fan, table)
        _target_and_dates(axes, s, int(known.index[0]), int(table["year"].max()), w)
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.745, top), frameon=False, fontsize=8.5,
            labelcolor=look.INK, handlelength=2.2, labelspacing=0.65,
        )  # fmt: skip
    said = [f"{w(f'method.{method}')} {w.chance(chance)}" for method, chance in chances.items()]
    return _told(figure, title, said, w, s.status == "demo")


def _within_sight(axes, s: Statement, fan: pd.DataFrame, table: pd.DataFrame) -> None:
    """A scale for what was, our bands and the target; a method that runs far beyond leaves the picture."""
    drawn = fan[["observed", "lo95", "hi95", "target"]].to_numpy(float)
    low, high = np.nanmin(drawn), np.nanmax(drawn)
    room = max(high - low, 1e-9)
    medians = table["median"].to_numpy(float)
    low, high = min(low, max(medians.min(), low - room)), max(high, min(medians.max(), high + room))
    axes.set_ylim(low - 0.05 * room, high + 0.05 * room)


# ---------------------------------------------------------------------- paper, headings, words


def _paper(size, title: str, lines: list[str], demo: bool, w: Words, frame: pd.DataFrame | None = None):
    """A figure of so many inches below its heading, and where the heading ends (a share of the height)."""
    width = size[0]
    heads = _fitted(title, width - (1.5 if demo else 0.3), 12.5, 3).split("\n")
    below = [part for line in lines for part in (_fitted(line, width - 0.3, 9.5, 4).split("\n") if line else [""])]
    head = 0.15 + 0.25 * len(heads) + LINE * len(below) + 0.15
    figure = Picture((width, size[1] + head))
    figure.frame = frame
    height = figure.get_figheight()
    with matplotlib.rc_context(STYLE):
        for number, line in enumerate(heads):
            position = 1 - (0.12 + 0.25 * number) / height
            figure.text(0.15 / width, position, line, fontsize=12.5, color=look.INK, va="top")
        for number, line in enumerate(below):
            position = 1 - (0.19 + 0.25 * len(heads) + LINE * number) / height
            figure.text(0.15 / width, position, line, fontsize=9.5, color=look.QUIET, va="top")
        if demo:
            box = {"boxstyle": "round,pad=0.3", "fc": look.MARK_GROUND, "ec": look.MARK, "lw": 0.8}
            spot = (1 - 0.15 / width, 1 - 0.12 / height)
            figure.text(*spot, w.demo_mark(True), color=look.MARK, fontsize=10, ha="right", va="top", bbox=box)
    return figure, 1 - head / height


def _in_words(title: str, sentence: str, w: Words) -> Picture:
    """A picture that says why there is nothing to draw."""
    figure, _ = _paper((7.4, 1.1), title, [], False, w, pd.DataFrame())
    with matplotlib.rc_context(STYLE):
        text = _fitted(sentence, 6.8, 11, 4)
        figure.text(0.5, 0.55 / figure.get_figheight(), text, ha="center", va="center", color=look.QUIET, fontsize=11)
    figure.alt = title + w("worded.colon") + sentence
    return figure


def _told(figure: Picture, title: str, parts: list[str], w: Words, demo: bool | None = None) -> Picture:
    """The figure with its alternative text."""
    marked = bool((figure.frame["status"] == "demo").any()) if demo is None else demo
    figure.alt = title + w("worded.colon") + w("join").join(parts) + w.bracket(w.demo_mark(marked))
    return figure


def _fitted(text: str, inches: float, size: float, lines: int = 2) -> str:
    """A text broken to a width, a Chinese character counting as two; what is beyond its lines ends in …."""
    room = max(int(inches * 72 / size * 1.85), 4)  # letters; the mean one is a little over half as wide as it is high
    broken, line = [], ""
    for piece in _pieces(text):
        if _wide(line + piece) > room and line:
            broken.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    broken.append(line.rstrip())
    if len(broken) <= lines:
        return "\n".join(broken)
    last = broken[lines - 1]
    while _wide(last) >= room:
        last = last[:-1]
    return "\n".join([*broken[: lines - 1], last.rstrip() + "…"])


OPENING, CLOSING = "\u3010\uff08\u201c", "\uff0c\u3002\uff1b\uff1a\u3001\uff09\u3011\u201d%\u2026 "


def _pieces(text: str) -> list[str]:
    """Where a line may break: after a space, and between Chinese characters but before no closing mark."""
    pieces = []
    for mark in text:
        apart = pieces and (pieces[-1].endswith(" ") or _wide(mark) == 2 or _wide(pieces[-1][-1]) == 2)
        if pieces and (not apart or mark in CLOSING or pieces[-1][-1] in OPENING):
            pieces[-1] += mark
        else:
            pieces.append(mark)
    return pieces


def _wide(text: str) -> int:
    return sum(2 if ord(mark) > 0x2E7F else 1 for mark in text)


def _labelled(record, w: Words) -> str:
    return f"{record.label} {w.name(record)}".strip()


def _input(code: str, a, w: Words) -> str:
    return w.name(a.records[code])


def _asked(statements, w: Words) -> str:
    """The target, where all ask for the same; what they ask for otherwise stands beside each."""
    asked = {briefing.target(s, w) for s in statements}
    due = {s.due for s in statements}
    if len(asked) > 1 or len(due) > 1:
        return w("plots.targets_differ")
    return w("plots.target", target=asked.pop(), due=due.pop())


def _any_demo(statements) -> bool:
    return any(s.status == "demo" for s in statements)


def _year(year, statements) -> int:
    """A year that was asked for; by default the next date of most counties."""
    if year is None:
        dates = pd.Series([s.milestone for s in statements], dtype=int)
        return int(dates.mode().iloc[0])
    try:
        return int(year)
    except (TypeError, ValueError):
        raise BadYear(words.in_both("plots.year", year=repr(year))) from None
