"""Figures from result tables.

Colours are told apart by the colour-blind and in grey print, and a word stands beside each. No string goes through
mathtext: it has no fallback font, so subscripts are the Unicode ones.
"""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ecoanalysis import briefing, catalog
from ecoanalysis.assess import Reachability
from ecoanalysis.catalog import phrase

DPI = 110
INK, QUIET, BAND, TARGET, MARK = "#1b2a3a", "#6b7785", "#3b7ea1", "#b5402a", "#b36b00"
VERDICT_COLOURS = {  # a blue-to-brown scale: best to worst, grey for what cannot be judged
    "reached": "#2b6a8f",
    "reached_at_risk": "#8fbcd4",
    "documented": "#2b6a8f",
    "likely": "#c5dfea",
    "possible": "#f3e3b3",
    "hard": "#e0a45c",
    "out_of_reach": "#a3522a",
    "undocumented": "#d9d2c9",
    "no_target": "#e8eaed",
    "insufficient_data": "#c9ced6",
    "not_applicable": "#ffffff",
}
DARK = {"reached", "documented", "out_of_reach"}  # white words on these


@cache
def use_style() -> None:
    """Chinese glyphs, a quiet grid and full-colour lines for every figure of this process."""
    font_manager.fontManager.addfont(str(pylopdf_fonts_zh_cn.sans_path()))
    plt.rcParams.update(
        {
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.family": ["Noto Sans SC", "DejaVu Sans"],
            "axes.unicode_minus": True,
            "font.size": 10,
            "axes.edgecolor": "#c4ccd4",
            "grid.color": "#e6eaee",
            "figure.dpi": DPI,
            "savefig.dpi": DPI,
        }
    )


def forecast(reach: Reachability, region: str, indicator: str, lang: str, figure: Figure | None = None) -> Figure:
    """What was, what may come, and the target of one indicator in one region.

    Parameters
    ----------
    reach : Reachability
    region, indicator : str
        Codes; the pair must have a future (`reach.futures`).
    lang : str
        zh or en.
    figure : Figure, optional
        A figure to draw into, cleared first; a new one otherwise.

    Returns
    -------
    Figure
        Measured years (hollow where not observed), median, 80 % and 95 % band, target line, due and re-inspection year,
        and the demo mark where a value is demo data.
    """
    use_style()
    figure = figure or plt.figure(figsize=(7.4, 4.1))
    figure.clear()
    axes = figure.add_axes((0.085, 0.135, 0.80, 0.635))
    record = catalog.indicators()[indicator]
    future = reach.futures[region, indicator]
    rows = reach.forecasts[(reach.forecasts["region_code"] == region) & (reach.forecasts["indicator"] == indicator)]
    history = future.history.dropna()
    joined = pd.concat([history.iloc[-1:].rename("median"), rows.set_index("year")["median"]])
    years = joined.index.to_numpy()
    for low, high, alpha, name in (("lo95", "hi95", 0.12, "95"), ("lo80", "hi80", 0.28, "80")):
        bounds = [np.r_[history.iloc[-1], rows[side].to_numpy()] for side in (low, high)]
        axes.fill_between(years, *bounds, color=BAND, alpha=alpha, lw=0, label=phrase(f"chart.band{name}", lang))
    axes.plot(years, joined.to_numpy(), color=BAND, lw=2, ls=(0, (4, 2)), label=phrase("chart.median", lang))
    axes.plot(future.history.index, future.history.to_numpy(), color=INK, lw=1.8, label=phrase("chart.history", lang))
    observed = _observed_years(reach, future)
    solid = history[history.index.isin(observed)]
    hollow = history[~history.index.isin(observed)]
    axes.plot(solid.index, solid.to_numpy(), "o", color=INK, ms=5)
    label = phrase("chart.hollow", lang) if len(hollow) else None
    axes.plot(hollow.index, hollow.to_numpy(), "o", mfc="white", mec=INK, ms=5, label=label)
    assessed = reach.assessment
    assessed = assessed[(assessed["region_code"] == region) & (assessed["indicator"] == indicator)]
    row = assessed.iloc[0] if len(assessed) else None
    if row is not None:
        _target(axes, row, lang)
        _marks(axes, row, lang)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.set_xlim(history.index[0] - 0.4, max(years[-1], history.index[-1]) + 0.4)
    axes.tick_params(colors=QUIET, length=0)
    axes.grid(axis="x", visible=False)
    _head(figure, reach, region, record, row, lang)
    demo = (row is not None and row["status"] == "demo") or (row is None and _any_demo(reach, region, indicator))
    if demo:
        box = {"boxstyle": "round,pad=0.3", "fc": "#fff4e0", "ec": MARK, "lw": 0.8}
        mark = briefing.demo_mark(True, lang)
        figure.text(0.975, 0.94, mark, color=MARK, fontsize=10, ha="right", va="top", bbox=box)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, frameon=False, fontsize=8.5, labelcolor=QUIET,
        handlelength=1.6, columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip
    return figure


def save_all(reach: Reachability, region: str, folder: Path | str, lang: str) -> list[Path]:
    """A picture of every target of a region that has a number, as `<item>_<indicator>.png`.

    Returns
    -------
    list of Path
        In the order of the assessment. One figure is used for all, as making one takes longer than clearing it.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = briefing.numeric(reach, region)
    rows = rows[np.isfinite(rows["target"])]
    use_style()
    figure = plt.figure(figsize=(7.4, 4.1))
    paths = []
    for code in rows["indicator"]:
        label = catalog.indicators()[code].label
        path = folder / f"{label}_{code}.png" if label else folder / f"{code}.png"
        forecast(reach, region, code, lang, figure).savefig(path)
        paths.append(path)
    plt.close(figure)
    return paths


def matrix(reach: Reachability, lang: str) -> Figure:
    """Every item of the plan in every region: the verdict by colour and by word."""
    use_style()
    table = briefing.matrix(reach)
    rows, columns = table.shape
    width = 4.6 + 1.25 * columns
    figure = plt.figure(figsize=(width, 1.1 + 0.30 * rows))
    axes = figure.add_axes((4.5 / width, 0.02, 1 - 4.6 / width, 0.90))
    for y, (item, verdicts) in enumerate(table.iterrows()):
        label = f"{item} " if isinstance(item, int) else ""
        name = textwrap.shorten(briefing.item_name(item, lang), 62 if lang == "en" else 200, placeholder="…")
        axes.text(-0.08, y + 0.5, label + name, ha="right", va="center", fontsize=9, color=INK)
        for x, code in enumerate(verdicts):
            axes.add_patch(Rectangle((x, y), 0.97, 0.92, fc=VERDICT_COLOURS[code], ec="#d5dade", lw=0.4))
            words = briefing.verdict(code, lang)
            colour = "white" if code in DARK else INK
            axes.text(x + 0.485, y + 0.47, words, ha="center", va="center", fontsize=6.6, color=colour)
    for x, code in enumerate(table.columns):
        name = textwrap.fill(
            briefing.region_name(reach, code, lang),
            4 if lang == "zh" and len(briefing.region_name(reach, code, lang)) > 6 else 12,
        )
        axes.text(x + 0.485, -0.2, name, ha="center", va="bottom", fontsize=9, color=INK)
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    axes.axis("off")
    if briefing.uses_demo(reach.assessment):
        figure.text(0.01, 0.985, briefing.demo_mark(True, lang), color=MARK, fontsize=10, va="top")
    return figure


def waterfall(contributions: pd.Series, start: float, unit: str, lang: str, title: str, demo: bool = False) -> Figure:
    """How a total changed from start to end, step by step.

    Parameters
    ----------
    contributions : Series
        Signed steps by name, in the unit given; start and end columns are added here.
    start : float
        Total before the steps.
    """
    use_style()
    figure, axes = plt.subplots(figsize=(7.4, 4.1), layout="constrained")
    ends = start + contributions.cumsum()
    bottoms = np.minimum(ends, ends - contributions)
    names = [phrase("chart.start", lang), *contributions.index, phrase("chart.end", lang)]
    heights = [start, *contributions.abs(), ends.iloc[-1]]
    colours = [QUIET, *np.where(contributions > 0, TARGET, BAND), QUIET]
    bars = axes.bar(range(len(names)), heights, bottom=[0, *bottoms, 0], color=colours, width=0.66)
    for bar, value in zip(bars, [start, *contributions, ends.iloc[-1]], strict=True):
        text = briefing.number(value, 2 if abs(value) < 10 else 0)
        axes.annotate(text, (bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height()), (0, 3),
                      textcoords="offset points", ha="center", fontsize=9, color=INK)  # fmt: skip
    axes.set_xticks(range(len(names)), [textwrap.fill(name, 7 if lang == "zh" else 12) for name in names])
    axes.set_ylabel(briefing.unit(unit, lang), color=QUIET)
    axes.ticklabel_format(style="plain", axis="y")
    low = min(bottoms.min(), start, ends.iloc[-1])
    if low > 0:  # steps would be slivers beside a whole total
        axes.set_ylim(bottom=max(0, low - 1.5 * contributions.abs().max()))
    axes.grid(axis="x", visible=False)
    _title(axes, title, demo, lang)
    return figure


def reliability(table: pd.DataFrame, lang: str, title: str, demo: bool = False) -> Figure:
    """Chances given against shares come true; on the diagonal every chance came true as often as said."""
    use_style()
    figure, axes = plt.subplots(figsize=(5.2, 4.8), layout="constrained")
    axes.plot([0, 100], [0, 100], color=QUIET, lw=1, ls=(0, (4, 2)), label=phrase("chart.perfect", lang))
    area = 30 + 400 * table["statements"] / table["statements"].max()
    axes.scatter(100 * table["mean_p"], 100 * table["share_met"], s=area, color=BAND, alpha=0.75, zorder=3)
    for row in table.itertuples():
        place = (100 * row.mean_p, 100 * row.share_met)
        axes.annotate(str(row.statements), place, ha="center", va="center", fontsize=8)
    axes.set(xlim=(-3, 103), ylim=(-3, 103), xlabel=phrase("chart.said", lang), ylabel=phrase("chart.came", lang))
    _title(axes, title, demo, lang)
    axes.legend(frameon=False, loc="upper left")
    return figure


def trend(table: pd.DataFrame, unit: str, lang: str, title: str, demo: bool = False) -> Figure:
    """Several series by year on one scale, each named at its end."""
    import seaborn as sns  # takes a second to import, which a batch of kernels does without

    use_style()
    figure, axes = plt.subplots(figsize=(7.4, 4.1), layout="constrained")
    for place, (name, series) in enumerate(table.items()):
        colour = sns.color_palette("colorblind", len(table.columns))[place]
        known = series.dropna()
        if known.empty:
            continue
        axes.plot(known.index, known.to_numpy(), color=colour, marker="o", ms=3.5, lw=1.6, label=name)
    axes.set_ylabel(briefing.unit(unit, lang), color=QUIET)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    _title(axes, title, demo, lang)
    axes.grid(axis="x", visible=False)
    return figure


def shaded(table: pd.DataFrame, lang: str):
    """A table to be read in a notebook, its verdicts on their colours.

    Returns
    -------
    Styler
        Of the table as `briefing.assessment_of` gives it.
    """
    looks = {
        briefing.verdict(code, lang): f"background-color: {colour}; color: {'white' if code in DARK else INK}"
        for code, colour in VERDICT_COLOURS.items()
    }
    column = phrase("column.verdict", lang)
    left = [{"selector": "td, th", "props": "text-align: left; vertical-align: top"}]
    return table.style.hide(axis="index").map(looks.get, subset=[column]).set_table_styles(left)


# ---------------------------------------------------------------------- parts of the forecast


def _target(axes, row: pd.Series, lang: str) -> None:
    if not np.isfinite(row["target"]):
        return
    axes.axhline(row["target"], color=TARGET, lw=1.4)
    sign = {"not_below_base": "≥", "not_above_base": "≤"} | briefing.SIGNS
    axes.annotate(
        f"{phrase('chart.target', lang)}\n{sign[row['comparison']]} {row['target']:.6g}",
        (1.0, row["target"]),
        (6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        color=TARGET,
        fontsize=8.5,
        va="center",
        annotation_clip=False,
    )
    low, high = axes.get_ylim()
    margin = 0.06 * (max(high, row["target"]) - min(low, row["target"]))
    axes.set_ylim(min(low, row["target"] - margin), max(high, row["target"] + margin))


def _marks(axes, row: pd.Series, lang: str) -> None:
    """The due and the re-inspection year, named below the years; one mark where they coincide."""
    years = {int(row["due"]): "chart.due"} | {int(row["hold_until"]): "chart.hold"}
    for year, key in years.items():
        if axes.get_xlim()[0] <= year:
            last = year == max(years)  # its name runs into the margin, clear of the one before
            axes.axvline(year, color=MARK, lw=1, ls=(0, (1, 2)))
            axes.annotate(
                phrase(key, lang), (year, 0.0), (-9 if last else 0, -21), xycoords=("data", "axes fraction"),
                textcoords="offset points", color=MARK, fontsize=8.5, ha="left" if last else "center", va="top",
                annotation_clip=False,
            )  # fmt: skip


def _head(figure: Figure, reach: Reachability, region: str, record, row, lang: str) -> None:
    place = briefing.region_name(reach, region, lang)
    name = textwrap.shorten(record.name(lang), 64 if lang == "en" else 200, placeholder="…")
    figure.text(0.02, 0.965, f"{record.label} {name}".strip(), fontsize=12.5, color=INK, va="top")
    unit = briefing.unit(record.unit, lang)
    parts = [place, f"{phrase('column.unit', lang)}: {unit}" if unit else ""]
    if row is not None:
        words = briefing.verdict(row["verdict"], lang)
        if row["verdict"] in briefing.OPEN:
            until = row["hold_until"] if row["due"] <= row["as_of"] else row["due"]
            words += f" ({phrase('chart.chance', lang, year=until, chance=briefing.chance(row['p_reach']))})"
        elif row["verdict"].startswith("reached"):
            held = briefing.chance(row["p_hold"])
            words += f" ({phrase('chart.holding', lang, year=row['hold_until'], chance=held)})"
        parts.insert(1, words)
    figure.text(0.02, 0.895, "  ·  ".join(part for part in parts if part), fontsize=9.5, color=QUIET, va="top")


def _title(axes, title: str, demo: bool, lang: str) -> None:
    mark = phrase("mark.bracket", lang, mark=briefing.demo_mark(True, lang)) if demo else ""
    axes.set_title(title + mark, loc="left", fontsize=12, color=INK)


def _observed_years(reach: Reachability, future) -> set[int]:
    rows = reach.results
    rows = rows[(rows["region_code"] == future.region) & (rows["indicator"] == future.indicator)]
    return set(rows[(rows["basis"] == future.basis) & (rows["status"] == "observed")]["year"])


def _any_demo(reach: Reachability, region: str, indicator: str) -> bool:
    rows = reach.results[(reach.results["region_code"] == region) & (reach.results["indicator"] == indicator)]
    return briefing.uses_demo(rows)
