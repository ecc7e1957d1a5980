"""Figures: every glyph is there, the picture shows what the tables say, and nobody's settings change."""

import dataclasses
import itertools
import logging
import sys
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from ecoanalysis import analyse, charts, judge, look, plotdata

GAN_GU, CITY = "620523", "620500"


@pytest.fixture
def no_missing_glyph(caplog):
    """Missing glyphs are warnings, missing fonts are log lines: neither may happen."""
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        yield
    assert not [r for r in caplog.records if r.name.startswith("matplotlib")], caplog.text


def texts(figure) -> list[str]:
    """Every text of a figure that is no tick."""
    of_axes = [text.get_text() for axes in figure.axes for text in axes.texts]
    return [text.get_text() for text in figure.texts] + of_axes


def bands(figure) -> list:
    return [band for band in figure.axes[0].collections if band.get_visible()]


def legend(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_glyph_of_every_kind_of_figure_is_in_the_fonts(shipped, lang, tmp_path, no_missing_glyph):
    steps = pd.Series({"人口 CO₂ PM₂.₅": 3.0, "m³/10⁴ − ≤ ±": -5.0})
    reliability = pd.DataFrame({"statements": [5, 9], "mean_p": [0.2, 0.8], "share_met": [0.25, 0.7]})
    figures = [
        charts.forecast(shipped["620525", "co2_per_gdp"], lang),
        charts.forecast(shipped[CITY, "construction_land_per_gdp_decline_rate"], lang),
        charts.forecast(shipped[CITY, "river_chief_system"], lang),
        charts.matrix(shipped, lang),
        charts.waterfall(steps, 10, "t", lang, "CO₂", demo=True),
        charts.reliability(reliability, lang, "t"),
    ]
    for number, figure in enumerate(figures):
        figure.savefig(tmp_path / f"{number}.png")


def test_the_picture_shows_band_target_dates_and_demo_mark(shipped):
    figure = charts.forecast(shipped[GAN_GU, "rural_sewage_treatment_rate"], "zh")
    (axes,) = figure.axes
    shown = texts(figure)
    assert "演示数据" in shown and "目标\n≥ 40" in shown and "到期" in shown and "复核" in shown
    assert "25 农村生活污水治理率" in shown
    assert any(text.startswith("甘谷县  ·  难达标（2025 年达标概率 ") for text in shown)
    assert any(text.endswith(" %）  ·  单位：%") for text in shown)
    assert legend(figure) == ["95 % 区间", "80 % 区间", "预测中位", "历年数值", "空心：估算或演示"]
    lines = {line.get_label(): line for line in axes.lines}
    rows = shipped.forecasts
    rows = rows[(rows["region_code"] == GAN_GU) & (rows["indicator"] == "rural_sewage_treatment_rate")]
    assert lines["预测中位"].get_ydata()[1:] == pytest.approx(rows["median"].to_numpy())
    low, high = axes.get_ylim()
    assert low < 40 < high and len(bands(figure)) == 2
    named = {text.get_text(): text.xy[0] for text in axes.texts if text.get_text() in ("到期", "复核")}
    marked = [line.get_xdata()[0] for line in axes.lines if line.get_visible() and list(line.get_ydata()) == [0, 1]]
    assert named == {"到期": 2025, "复核": 2026} and marked[-2:] == [2025, 2026]


def test_what_a_record_judges_shows_its_years_and_target_without_a_fan(shipped):
    figure = charts.forecast(shipped[CITY, "hazardous_waste_rate"], "en")
    (axes,) = figure.axes
    assert bands(figure) == [] and legend(figure) == ["past values", "hollow: estimated or demo"]
    assert "target\n≥ 100" in texts(figure)
    assert axes.get_xlim() == pytest.approx((2013.6, 2026.4)) and axes.get_ylim()[1] < 101


def test_where_nothing_was_measured_a_sentence_says_so(shipped):
    assert "没有可画的数值" in texts(charts.forecast(shipped[CITY, "river_chief_system"], "zh"))


def test_observed_years_are_solid_and_carry_no_demo_mark(folder):
    folder.add(*(("C1", year, "ecological_index", 50 + year - 2014, "") for year in range(2014, 2023)))
    folder.add(("C1", 2023, "ecological_index", 60, ""), status="estimated")
    folder.target("ecological_index", ">=", 57, "", region="C1")
    figure = charts.forecast(analyse(folder.path, 2023)["C1", "ecological_index"], "zh")
    solid, hollow = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert list(solid.get_xdata()) == list(range(2014, 2023)) and list(hollow.get_xdata()) == [2023]
    assert hollow.get_markerfacecolor() == "white" and "演示数据" not in texts(figure)


def test_every_numeric_target_with_a_value_gets_a_picture_and_no_other(shipped, tmp_path):
    paths = list(charts.save_each(shipped, "620525", tmp_path, "zh"))
    rows = shipped.assessment[shipped.assessment["region_code"] == "620525"]
    wanted = rows[rows["target"].notna() & rows["latest_value"].notna() & (rows["comparison"] != "done")]
    assert len(paths) == wanted["indicator"].nunique() > 20
    assert "25_rural_sewage_treatment_rate.png" in {path.name for path in paths}
    assert all(path.stat().st_size > 5_000 for path in paths)


def test_a_figure_that_is_moved_shows_what_a_new_one_shows(shipped):
    """From bands to none, from demo data to observed, from nothing measured and back: not a pixel of the last statement stays."""
    asked = [
        (GAN_GU, "rural_sewage_treatment_rate"), (CITY, "hazardous_waste_rate"), (CITY, "river_chief_system"),
        (CITY, "co2_per_gdp"), (GAN_GU, "co2_per_gdp"), ("620502", "ecological_index"), (GAN_GU, "rural_sewage_treatment_rate"),
    ]  # fmt: skip
    figure = None
    for region, indicator in asked:
        figure = charts.forecast(shipped[region, indicator], "zh", figure)
        assert figure.png() == charts.forecast(shipped[region, indicator], "zh").png(), (region, indicator)
        assert figure.alt == charts.forecast(shipped[region, indicator], "zh").alt


def test_nobodys_settings_change_and_a_notebook_shows_a_figure_once(shipped, tmp_path):
    before = dict(matplotlib.rcParams)
    figure = charts.forecast(shipped[GAN_GU, "rural_sewage_treatment_rate"], "zh")
    picture, about = figure._repr_png_()
    assert about["alt"].startswith("甘谷县 · 农村生活污水治理率：2023 年为 29.0 %，目标 2025 年底不低于 40 %")
    assert picture.startswith(b"\x89PNG") and dict(matplotlib.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or figure not in map(pyplot.figure, pyplot.get_fignums())


def test_ticks_are_in_the_house_font_though_they_are_made_late(shipped):
    figure = charts.forecast(shipped[GAN_GU, "rural_sewage_treatment_rate"], "zh")
    figure.canvas.draw()
    assert {label.get_fontfamily()[0] for label in figure.axes[0].get_xticklabels()} == {"Noto Sans SC"}


def test_the_matrix_words_the_last_class_as_a_task_where_it_binds(shipped):
    figure = charts.matrix(shipped, "zh")
    words = texts(figure)
    assert "重点攻关" in words and "需专项措施" in words and "36 公众对生态文明建设的参与度" in words
    verdicts = shipped.matrix()
    assert len(figure.axes[0].patches) == verdicts.size == 36 * 8
    first = to_hex(figure.axes[0].patches[0].get_facecolor())
    assert first == look.VERDICT_COLOURS[verdicts.iloc[0, 0]]


def test_a_waterfall_ends_where_the_steps_lead_and_an_improvement_is_not_red():
    steps = pd.Series({"a": 3.0, "b": -5.0})
    bars = charts.waterfall(steps, 10.0, "t", "en", "t", better=-1).axes[0].patches
    assert bars[-1].get_height() == pytest.approx(8)
    assert [bar.get_height() for bar in bars[1:3]] == [3, 5]
    assert [to_hex(bar.get_facecolor()) for bar in bars[1:3]] == ["#b5402a", "#3b7ea1"]
    rising = charts.waterfall(steps, 10.0, "", "en", "EI", better=1).axes[0].patches
    assert [to_hex(bar.get_facecolor()) for bar in rising[1:3]] == ["#3b7ea1", "#b5402a"]


def test_every_verdict_has_a_colour_and_readable_words_on_it():
    assert list(look.VERDICT_COLOURS) == plotdata.BEST_FIRST and set(plotdata.BEST_FIRST) == set(judge.SEVERITY)
    for verdict, colour in look.VERDICT_COLOURS.items():
        light, dark = sorted((_luminance(colour), _luminance(look.words_on(verdict))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, verdict  # contrast of WCAG 2.1, level AA


def test_the_matrix_is_marked_where_it_rests_on_demo_data(shipped):
    for lang, mark in (("zh", "演示数据"), ("en", "demo data")):
        figure = charts.matrix(shipped, lang)
        assert mark in texts(figure) and mark in figure.alt
    real = shipped.assessment.assign(status="observed")
    figure = charts.matrix(dataclasses.replace(shipped, assessment=real), "zh")
    assert "演示数据" not in texts(figure) and "演示数据" not in figure.alt


# Machado, Oliveira, Fernandes (2009), severity 1.0: what a colour-blind eye sees of linear RGB.
EYES = {
    "every cone": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TOLD_APART = "reached reached_at_risk likely possible hard out_of_reach undocumented".split()


@pytest.mark.parametrize("eye", EYES)
def test_verdicts_that_must_be_told_apart_are_so_by_every_eye(eye):
    """A difference of 20 by CIEDE2000 is seen at a glance; words stand beside every colour as well."""
    seen = {name: _lab(np.array(EYES[eye]) @ _linear(look.VERDICT_COLOURS[name])) for name in TOLD_APART}
    for one, other in itertools.combinations(TOLD_APART, 2):
        assert _difference(seen[one], seen[other]) >= 20, (eye, one, other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_pairs(one, other, expected):
    """Sharma, Wu, Dalal (2005), table 1."""
    assert _difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


def _linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB at D65."""
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.array(to_xyz) @ np.clip(linear, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grey = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7)))
    c1, c2 = np.hypot(grey * a1, b1), np.hypot(grey * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, grey * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    middle = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, mean = (l1 + l2) / 2, (c1 + c2) / 2
    waves = ((-0.17, 1, 30), (0.24, 2, 0), (0.32, 3, -6), (-0.20, 4, 63))
    wave = 1 + sum(size * np.cos(np.radians(times * middle - shift)) for size, times, shift in waves)
    lightness = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    colour = (c2 - c1) / (1 + 0.045 * mean)
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * mean * wave)
    angle = np.radians(60 * np.exp(-(((middle - 275) / 25) ** 2)))
    bend = -2 * np.sqrt(mean**7 / (mean**7 + 25**7)) * np.sin(angle)
    return float(np.sqrt(lightness**2 + colour**2 + hue**2 + bend * colour * hue))


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_demo_mark_stands_above_the_line_that_says_how_it_stands(shipped, lang):
    """The longest verdict with the longest unit reaches under the mark, and keeps clear of its frame."""
    parks = [s for s in shipped.statements if s.record.number == 28 and s.status == "demo"]
    assert len(parks) > 3
    for s in parks:
        figure = charts.forecast(s, lang)
        (mark,) = [text for text in figure.texts if text.get_text() == {"zh": "演示数据", "en": "demo data"}[lang]]
        (line,) = [text for text in figure.texts if "  ·  " in text.get_text()]
        figure.canvas.draw()
        between = mark.get_bbox_patch().get_window_extent().y0 - line.get_window_extent().y1
        assert between * 72 / figure.dpi > 4  # points: raised signs reach up to where the line ends
