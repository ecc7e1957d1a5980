"""Figures of statements and tables.

A figure belongs to whoever asked for it: nothing here touches pyplot or anybody's `rcParams`, and a notebook shows a
figure once. No string goes through mathtext: it has no fallback font, so subscripts are the Unicode ones.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from PIL import Image

from ecoanalysis import briefing, judge, plotdata, words
from ecoanalysis.look import (
    AXIS,
    BAND,
    BETTER,
    CHART_FONTS,
    DPI,
    EDGE,
    FIGURE,
    GRID,
    INK,
    MARK,
    MARK_GROUND,
    PRINTED,
    QUIET,
    TARGET,
    VERDICT_COLOURS,
    WORSE,
    words_on,
)
from ecoanalysis.words import Words

STYLE = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.edgecolor": AXIS,
    "font.family": list(CHART_FONTS),
    "font.size": 10,
    "grid.color": GRID,
    "figure.dpi": DPI,
    "savefig.dpi": "figure",
}
PALETTE = 256  # colours of a picture: flat areas and smoothed edges need no more


class Picture(Figure):
    """A figure in the style of the house that shows itself in a notebook, without pyplot.

    Ticks are made when a figure is drawn, so the style holds there too. `alt` is what it shows, in a sentence, for those who
    do not see it; `frame` holds the numbers that it shows, where regions or series are compared.
    """

    alt = ""
    frame: pd.DataFrame | None = None

    def __init__(self, size: tuple[float, float] = FIGURE, **options):
        _add_font()
        with matplotlib.rc_context(STYLE):
            super().__init__(figsize=size, dpi=DPI, **options)
        FigureCanvasAgg(self)

    def draw(self, renderer):
        with matplotlib.rc_context(STYLE):
            super().draw(renderer)

    def png(self) -> bytes:
        """The picture as a PNG with a palette: a quarter of the size of full colour, and of the time to compress it."""
        self.canvas.draw()
        picture = Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB")
        picture = picture.quantize(PALETTE, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        written = io.BytesIO()
        picture.save(written, "PNG", dpi=(self.dpi, self.dpi))
        return written.getvalue()

    def _repr_png_(self) -> bytes | tuple[bytes, dict]:
        return (self.png(), {"alt": self.alt}) if self.alt else self.png()


@cache
def _add_font() -> None:
    font_manager.fontManager.addfont(str(pylopdf_fonts_zh_cn.sans_path()))


def warm_up() -> None:
    """Draw once, so that fonts are read before the first picture is asked for."""
    picture = Picture()
    with matplotlib.rc_context(STYLE):
        picture.text(0.1, 0.1, words.of("zh").verdict("reached") + " 0 %")
    picture.png()


# ---------------------------------------------------------------------- figures


def forecast(statement, lang: str, figure: Figure | None = None) -> Figure:
    """What was, what may come, and the target of one statement.

    Parameters
    ----------
    statement : Statement
    lang : str
        zh or en.
    figure : Figure, optional
        A figure that this function made in the same language: its artists are moved, which takes half the time of making
        new ones. A new figure otherwise.

    Returns
    -------
    Figure
        Measured years (hollow where not observed), median, 80 % and 95 % band, target line, due and re-inspection year,
        and the demo mark where a value is demo data. What is judged by a record has no bands. Where nothing was
        measured, a sentence says so.
    """
    w = words.of(lang)
    figure = figure or _Fan(w)
    figure.show(statement)
    return figure


def alternative(s, w: Words) -> str:
    """What a picture of a statement shows, in a sentence: region, indicator and what is said of it."""
    return f"{s.analysis.name(s.region_code, w.lang)} · {briefing.named_sentence(s, w)}"


def picture_name(s) -> str:
    """The file that `save_each` draws a statement into: `25_rural_sewage_treatment_rate.png`."""
    return f"{f'{s.record.label}_{s.indicator}'.lstrip('_')}.png"


def drawable(analysis, region: str) -> list:
    """The statements of a region that a picture is made of: a number was measured and a number is asked; one an
    indicator, the worst where it has several targets."""
    rows = analysis.assessment
    rows = rows[(rows["region_code"] == region) & np.isfinite(rows["target"].astype(float))]
    rows = rows[np.isfinite(rows["latest_value"].astype(float)) & (rows["comparison"] != "done")]
    return [analysis[region, code] for code in dict.fromkeys(rows["indicator"])]


def save_each(analysis, region: str, folder: Path | str, lang: str, statements: list | None = None) -> Iterator[Path]:
    """A picture of every target of a region that has a number (or of these statements), as `<item>_<indicator>.png`.

    Yields
    ------
    Path
        Each as soon as it is drawn, in the order of the assessment. One figure is moved from statement to statement.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figure = None
    for s in drawable(analysis, region) if statements is None else statements:
        path = folder / picture_name(s)
        figure = forecast(s, lang, figure)
        path.write_bytes(figure.png())
        yield path


def save_for_print(analysis, region: str, folder: Path | str, lang: str) -> list[Path]:
    """Every picture of `save_each` once more for a printer and for a designer: PNG at 300 dots an inch, and SVG."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figure, paths = None, []
    for s in drawable(analysis, region):
        figure = forecast(s, lang, figure)
        for suffix, options in ((".png", {"dpi": PRINTED}), (".svg", {"metadata": {"Date": None}})):
            path = (folder / picture_name(s)).with_suffix(suffix)
            with matplotlib.rc_context({"svg.hashsalt": path.stem}):  # the same picture is the same file
                figure.savefig(path, **options)
            paths.append(path)
    return paths


def matrix(analysis, lang: str) -> Figure:
    """Every item of the plan in every region: the verdict by colour and by a word or two."""
    w = words.of(lang)
    table = plotdata.matrix(analysis)
    items, regions = list(dict.fromkeys(table["item"])), list(dict.fromkeys(table["region_code"]))
    width = 4.6 + 1.25 * len(regions)
    figure = Picture((width, 1.1 + 0.30 * len(items)))
    with matplotlib.rc_context(STYLE):
        axes = figure.add_axes((4.5 / width, 0.02, 1 - 4.6 / width, 0.90))
        for y, item in enumerate(items):
            label = f"{item} " if isinstance(item, int) else ""
            name = textwrap.shorten(analysis.item_name(item, lang), 62 if lang == "en" else 200, placeholder="…")
            axes.text(-0.08, y + 0.5, label + name, ha="right", va="center", fontsize=9, color=INK)
        for row in table.itertuples():
            x, y = regions.index(row.region_code), items.index(row.item)
            axes.add_patch(Rectangle((x, y), 0.97, 0.92, fc=VERDICT_COLOURS[row.verdict], ec=EDGE, lw=0.4))
            text = w.short_verdict(row.verdict, row.pressing)
            colour = words_on(row.verdict)
            axes.text(x + 0.485, y + 0.47, text, ha="center", va="center", fontsize=8, color=colour)
        for x, code in enumerate(regions):
            name = analysis.name(code, lang)
            name = textwrap.fill(name, 4 if lang == "zh" and len(name) > 6 else 12)
            axes.text(x + 0.485, -0.2, name, ha="center", va="bottom", fontsize=9, color=INK)
        axes.set(xlim=(0, len(regions)), ylim=(len(items), 0))
        axes.axis("off")
        demo = bool((analysis.assessment["status"] == "demo").any())
        if demo:
            _demo_mark(figure, w, left=True)
    names = w.list(analysis.name(code, lang) for code in regions)
    figure.alt = w("chart.matrix_alt", items=len(items), regions=names) + w.bracket(w.demo_mark(demo))
    return figure


def waterfall(
    steps: pd.Series, start: float, unit: str, lang: str, title: str, demo: bool = False, better: int = 0
) -> Figure:
    """How a total changed from start to end, step by step; an improvement is never red.

    Parameters
    ----------
    steps, start, better
        As `plotdata.waterfall` takes them; without `better` the steps are one colour.
    unit : str
        Of the total.
    """
    w = words.of(lang)
    table = plotdata.waterfall(steps, start, better)
    colours = {"better": BETTER, "worse": WORSE, "": BAND}
    figure = Picture(layout="constrained")
    with matplotlib.rc_context(STYLE):
        axes = figure.add_subplot()
        ends = table["kind"] != "step"
        bars = axes.bar(
            range(len(table)), table["height"], bottom=table["bottom"], width=0.66,
            color=[QUIET if end else colours[effect] for end, effect in zip(ends, table["effect"], strict=True)],
        )  # fmt: skip
        most = float(table["value"].abs().max())
        decimals = 2 if most < 100 else 1 if most < 1000 else 0  # the same for all, as they add up
        for bar, value, end in zip(bars, table["value"], ends, strict=True):
            text = w.number(value, decimals)
            text = text if end or value <= 0 else f"+{text}"
            spot = (bar.get_x() + bar.get_width() / 2, bar.get_y() + max(bar.get_height(), 0))
            axes.annotate(
                text, spot, (0, 3), textcoords="offset points", ha="center", fontsize=9, color=INK
            )  # fmt: skip
        names = [
            w(f"chart.{kind}") if kind != "step" else name
            for kind, name in zip(table["kind"], table["name"], strict=True)
        ]
        axes.set_xticks(range(len(table)), [_wrapped(name, lang) for name in names])
        axes.set_ylabel(w.unit(unit), color=QUIET)
        axes.ticklabel_format(style="plain", axis="y")
        middle = table[~ends]
        low = min(middle["bottom"].min(), table["value"].iloc[0], table["value"].iloc[-1]) if len(middle) else start
        if low > 0 and len(middle):  # steps would be slivers beside a whole total
            axes.set_ylim(bottom=max(0, low - 1.5 * middle["height"].max()))
        bottom, top = axes.get_ylim()
        axes.set_ylim(top=top + 0.07 * (top - bottom))  # for the numbers above the bars
        axes.grid(axis="x", visible=False)
        _title(axes, title, demo, w)
    told = w.list(
        f"{name} {w.number(value, decimals)}" for name, value in zip(middle["name"], middle["value"], strict=True)
    )
    figure.alt = title.replace("\n", " " * (lang == "en")) + w("worded.colon") + told + w.bracket(w.demo_mark(demo))
    return figure


def _wrapped(name: str, lang: str) -> str:
    return textwrap.fill(name, 7) if lang == "zh" else textwrap.fill(name, 14, break_long_words=False)


def reliability(table: pd.DataFrame, lang: str, title: str, demo: bool = False) -> Figure:
    """Chances given against shares come true; on the diagonal every chance came true as often as said."""
    w = words.of(lang)
    points = plotdata.reliability(table)
    figure = Picture((5.2, 4.8), layout="constrained")
    with matplotlib.rc_context(STYLE):
        axes = figure.add_subplot()
        axes.plot([0, 100], [0, 100], color=QUIET, lw=1, ls=(0, (4, 2)), label=w("chart.perfect"))
        area = 30 + 400 * points["statements"] / max(points["statements"].max(), 1)
        axes.scatter(points["said"], points["came"], s=area, color=BAND, alpha=0.75, zorder=3)
        for row in points.itertuples():
            axes.annotate(w.number(row.statements, 0), (row.said, row.came), ha="center", va="center", fontsize=8)
        axes.set(xlim=(-3, 103), ylim=(-3, 103), xlabel=w("chart.said"), ylabel=w("chart.came"))
        _title(axes, title, demo, w)
        axes.legend(frameon=False, loc="upper left")
    pairs = w.list(f"{w.number(row.said, 0)} % – {w.number(row.came, 0)} %" for row in points.itertuples())
    figure.alt = title + w("worded.colon") + pairs + w.bracket(w.demo_mark(demo))
    return figure


# ---------------------------------------------------------------------- parts of the forecast


class _Fan(Picture):
    """The picture of a statement: every artist it may need, made once; `show` gives them what a statement has."""

    def __init__(self, w: Words):
        super().__init__()
        self.w = w
        with matplotlib.rc_context(STYLE):
            self.name = self.text(0.02, 0.965, "", fontsize=12.5, color=INK, va="top")
            self.said = self.text(0.02, 0.895, "", fontsize=9.5, color=QUIET, va="top")
            self.mark = _demo_mark(self, w)
            axes = self.plot = self.add_axes((0.085, 0.135, 0.80, 0.635))
            self.nothing = axes.text(0.5, 0.5, "", ha="center", va="center", color=QUIET, fontsize=11)
            self.nothing.set_transform(axes.transAxes)
            nothing = pd.DataFrame(columns=list(plotdata.FAN_COLUMNS), dtype=float)
            wide, narrow, self.median = bands(axes, nothing, w)
            self.bands = {("lo95", "hi95"): wide, ("lo80", "hi80"): narrow}
            self.past, self.solid, self.hollow = measured(axes, nothing, w)
            self.hollow.set_label(w("chart.hollow"))
            self.target, self.asked = target_line(axes)
            self.dates = [date_mark(axes) for _ in range(2)]
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
            axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
            axes.tick_params(colors=QUIET, length=0)
            axes.grid(axis="x", visible=False)
            for axis in (axes.xaxis, axes.yaxis):  # they bear no label, so that none has to be kept clear of the ticks
                axis.set_label_coords(0, 0)

    def show(self, s) -> None:
        """Move everything to a statement."""
        w, axes = self.w, self.plot
        table = plotdata.fan(s)
        self.alt = alternative(s, w)
        self.name.set_text(_title_of(s, w))
        self.said.set_text(_subtitle_of(s, w))
        self.mark.set_text(w.demo_mark(s.status == "demo"))
        self.mark.set_visible(s.status == "demo")
        self.nothing.set_text(w("chart.nothing") if table.empty else "")
        axes.set_axis_on()
        if table.empty:
            axes.set_axis_off()
        ahead = table.dropna(subset="median")
        for (low, high), band in self.bands.items():
            band.set_data(ahead.index.to_numpy(float), ahead[low].to_numpy(float), ahead[high].to_numpy(float))
        lines = {self.median: ahead["median"]}
        lines |= dict(zip((self.past, self.solid, self.hollow), _parted(table), strict=True))
        for line, values in lines.items():
            line.set_data(values.index.to_numpy(), values.to_numpy(float))
        asked = np.isfinite(s.target) and len(table) > 0
        self.asked.set_text("")
        if asked:
            place_target(self.target, self.asked, s, w)
        artists = [*self.bands.values(), *lines]
        filled = [len(ahead), len(ahead), *map(len, lines.values())]
        for artist, content in zip([*artists, self.target], [*filled, asked], strict=True):
            artist.set_visible(bool(content))
        if len(table):
            axes.set_xlim(table.index[0] - 0.4, table.index[-1] + 0.4)
            axes.set_ylim(_scale(table, s.target, s.record))
        place_dates(self.dates, table.attrs, table.index, w)
        self.show_legend([artist for artist in artists if artist.get_visible() and artist is not self.solid])

    def show_legend(self, artists: list) -> None:
        """Names of what is there; made anew only where something else is."""
        legend = self.plot.get_legend()
        if legend is None or [text.get_text() for text in legend.get_texts()] != [one.get_label() for one in artists]:
            with matplotlib.rc_context(STYLE):
                legend = self.plot.legend(
                    handles=artists, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, frameon=False,
                    fontsize=8.5, labelcolor=QUIET, handlelength=1.6, columnspacing=1.2, borderaxespad=0.2,
                )  # fmt: skip
        legend.set_visible(bool(artists))


def bands(axes, ahead: pd.DataFrame, w: Words) -> tuple:
    """The 95 % and 80 % band and the median of a fan's years ahead: three artists."""
    filled = [
        axes.fill_between(
            ahead.index, ahead[low], ahead[high], color=BAND, alpha=alpha, lw=0, label=w(f"chart.band{name}")
        )
        for low, high, alpha, name in (("lo95", "hi95", 0.12, "95"), ("lo80", "hi80", 0.28, "80"))
    ]
    (median,) = axes.plot(ahead.index, ahead["median"], color=BAND, lw=2, ls=(0, (4, 2)), label=w("chart.median"))
    return *filled, median


def measured(axes, table: pd.DataFrame, w: Words) -> tuple:
    """What was measured, as a line, and its years; hollow where not observed: three artists."""
    past, solid, hollow = _parted(table)
    (line,) = axes.plot(past.index, past, color=INK, lw=1.8, label=w("chart.history"))
    (full,) = axes.plot(solid.index, solid, "o", color=INK, ms=5)
    label = w("chart.hollow") if len(hollow) else None
    (empty,) = axes.plot(hollow.index, hollow, "o", mfc="white", mec=INK, ms=5, label=label)
    return line, full, empty


def _parted(table: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Measured years up to the last, a gap staying a gap; of them the observed and the others."""
    known = table.dropna(subset="observed")
    past = table["observed"].loc[: known.index[-1]] if len(known) else table["observed"]
    status = known["status"]
    return past, known.loc[status == "observed", "observed"], known.loc[status != "observed", "observed"]


def target_line(axes) -> tuple:
    """A line for the target and its label at the right edge, which `place_target` puts where they belong."""
    label = axes.annotate(
        "", (1.0, 0.0), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points", color=TARGET,
        fontsize=8.5, va="center", annotation_clip=False,
    )  # fmt: skip
    return axes.axhline(0, color=TARGET, lw=1.4), label


def place_target(line, label, s, w: Words) -> None:
    """Put a `target_line` at a statement's target."""
    line.set_ydata([s.target, s.target])
    label.xy = (1.0, s.target)
    label.set_text(f"{w('chart.target')}\n{sign(s)} {w.plain(briefing.printed_target(s))}")


def date_mark(axes) -> tuple:
    """A line for a year and its name below the years, which `place_dates` puts where they belong."""
    name = axes.annotate(
        "", (0, 0.0), (0, -21), xycoords=("data", "axes fraction"), textcoords="offset points", color=MARK,
        fontsize=8.5, va="top", annotation_clip=False,
    )  # fmt: skip
    return axes.axvline(0, color=MARK, lw=1, ls=(0, (1, 2))), name


def place_dates(marks: list[tuple], dates: dict[str, int], shown: pd.Index, w: Words) -> None:
    """Put `date_mark`s at the due and the re-inspection year, as far as these are shown; one mark where they coincide."""
    years = {dates["due"]: "chart.due"} | {dates["hold_until"]: "chart.hold"}
    there = {year: key for year, key in years.items() if year in shown}
    for line, name in marks:
        line.set_visible(False)
        name.set_text("")
    for (line, name), (year, key) in zip(marks, there.items(), strict=False):
        last = year == max(years)  # its name runs into the margin, clear of the one before
        line.set_xdata([year, year])
        line.set_visible(True)
        name.xy = (year, 0.0)
        name.set(text=w(key), ha="left" if last else "center")
        name.set_position((-9 if last else 0, -21))


def with_target(low: float, high: float, target: float) -> tuple[float, float]:
    """Ends of a value axis that keep the target clear of them."""
    margin = 0.06 * (max(high, target) - min(low, target))
    return min(low, target - margin), max(high, target + margin)


def natural_end(low: float, high: float, record) -> tuple[float, float]:
    """Ends of a value axis that does not run on where there can be no value."""
    margin = 0.06 * (high - low)
    if record.high is not None and high > record.high:
        high = max(record.high + margin, low + margin)
    if record.low is not None and low < record.low:
        low = record.low - margin
    return float(low), float(high)


def _scale(table: pd.DataFrame, target: float, record) -> tuple[float, float]:
    """Ends of the value axis: all that is drawn with a margin, the target clear of both, nothing where no value can be."""
    drawn = table[["observed", *plotdata.BANDS]].to_numpy(float)
    low, high = np.nanmin([np.nanmin(drawn), target]), np.nanmax([np.nanmax(drawn), target])
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):  # a series that stands
        low, high = low - 0.05 * (abs(low) or 1.0), high + 0.05 * (abs(high) or 1.0)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    if np.isfinite(target):
        low, high = with_target(low, high, target)
    return natural_end(low, high, record)


def sign(s) -> str:
    """The sign before a target's number: not below the base is ≥."""
    return {"not_below_base": "≥", "not_above_base": "≤"}.get(s.comparison) or words.SIGNS[s.comparison]


def _title_of(s, w: Words) -> str:
    name = textwrap.shorten(w.name(s.record), 64 if w.lang == "en" else 200, placeholder="…")
    return f"{s.record.label} {name}".strip()


def _subtitle_of(s, w: Words) -> str:
    """Region, verdict with its chance, unit."""
    said = briefing.verdict(s, w)
    if s.verdict in judge.OPEN and np.isfinite(s.p_reach):
        said += w("mark.in_brackets", text=w("chart.chance", year=s.milestone, chance=w.chance(s.p_reach)))
    elif s.verdict.startswith("reached") and np.isfinite(s.p_hold):
        said += w("mark.in_brackets", text=w("chart.holding", year=s.hold_until, chance=w.chance(s.p_hold)))
    unit = w.unit(s.record.unit)
    parts = [
        s.analysis.name(s.region_code, w.lang),
        said,
        w("claim.named", name=w("column.unit"), sentence=unit) if unit else "",
    ]
    return "  ·  ".join(part for part in parts if part)


def _demo_mark(figure: Figure, w: Words, left: bool = False):
    box = {"boxstyle": "round,pad=0.3", "fc": MARK_GROUND, "ec": MARK, "lw": 0.8}
    x, y = (0.012, 0.985) if left else (0.975, 0.972)
    align = "left" if left else "right"
    return figure.text(x, y, w.demo_mark(True), color=MARK, fontsize=10, ha=align, va="top", bbox=box)


def _title(axes, title: str, demo: bool, w: Words) -> None:
    axes.set_title(title + w.bracket(w.demo_mark(demo)), loc="left", fontsize=12, color=INK)
