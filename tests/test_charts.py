"""Figures: every glyph is there, and the picture shows what the tables say."""

import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecoanalysis import assess, briefing, catalog, charts

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def reach():
    return assess.reachability(ROOT / "data/raw", 2023)


@pytest.fixture
def no_missing_glyph(caplog):
    """Missing glyphs are warnings, missing fonts are log lines: neither may happen."""
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        yield
    assert not [r for r in caplog.records if r.name.startswith("matplotlib")], caplog.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_glyph_of_every_kind_of_figure_is_in_the_fonts(reach, lang, tmp_path, no_missing_glyph):
    steps = pd.Series({"人口 CO₂ PM₂.₅": 3.0, "m³/10⁴ − ≤ ±": -5.0})
    reliability = pd.DataFrame({"statements": [5, 9], "mean_p": [0.2, 0.8], "share_met": [0.25, 0.7]})
    figures = [
        charts.forecast(reach, "620525", "co2_per_gdp", lang),
        charts.forecast(reach, "620500", "construction_land_per_gdp_decline_rate", lang),
        charts.matrix(reach, lang),
        charts.waterfall(steps, 10, "t", lang, "CO₂", demo=True),
        charts.reliability(reliability, lang, "t"),
        charts.trend(pd.DataFrame({"甘谷县": [1.0, 2], "武山县": [2.0, np.nan]}, index=[2022, 2023]), "%", lang, "t"),
    ]
    for number, figure in enumerate(figures):
        figure.savefig(tmp_path / f"{number}.png")


def test_the_picture_shows_band_target_and_demo_mark(reach):
    figure = charts.forecast(reach, "620523", "rural_sewage_treatment_rate", "zh")
    (axes,) = figure.axes
    texts = [text.get_text() for text in figure.texts] + [text.get_text() for text in axes.texts]
    assert briefing.demo_mark(True, "zh") in texts
    assert any("≥ 40" in text for text in texts)
    lines = {line.get_label(): line for line in axes.lines}
    ahead = reach.forecasts
    ahead = ahead[(ahead["region_code"] == "620523") & (ahead["indicator"] == "rural_sewage_treatment_rate")]
    median = lines[catalog.phrase("chart.median", "zh")]
    assert median.get_ydata()[1:] == pytest.approx(ahead["median"].to_numpy())
    low, high = axes.get_ylim()
    assert low < 40 < high and len(axes.collections) == 2


def test_every_numeric_target_of_a_region_gets_a_picture(reach, tmp_path):
    paths = charts.save_all(reach, "620525", tmp_path, "zh")
    rows = briefing.numeric(reach, "620525")
    assert len(paths) == np.isfinite(rows["target"]).sum() > 20
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_a_waterfall_ends_where_the_steps_lead():
    figure = charts.waterfall(pd.Series({"a": 3.0, "b": -5.0}), 10.0, "t", "en", "t")
    bars = figure.axes[0].patches
    assert bars[-1].get_height() == pytest.approx(8)
    assert [bar.get_height() for bar in bars[1:3]] == [3, 5]
