"""Comparison models: their own textbook numbers, behind the same call."""

import numpy as np
import pytest
import statsmodels.api as sm

from ecoanalysis import forecast

SERIES = np.array([10.0, 12.0, 13.0, 15.5, 16.0, 18.5, 19.0, 21.0])


def test_the_grey_model_gives_the_textbook_example():
    """The example of every introduction to grey systems: a = -0.0372, b = 3.0654."""
    model = forecast.grey_model([2.874, 3.278, 3.337, 3.390, 3.679])
    assert (model.a, model.b) == (pytest.approx(-0.0372, abs=5e-5), pytest.approx(3.0654, abs=5e-5))
    assert model.fitted[1:] == pytest.approx([3.2320, 3.3545, 3.4817, 3.6136], abs=5e-4)
    assert model.level_ratios_pass and model.accuracy == 1


def test_a_series_without_growth_is_the_limit():
    model = forecast.grey_model([5.0] * 6)
    assert np.allclose(model.fitted, 5) and model.accuracy == 1


@pytest.mark.parametrize("bad", [[1.0, 2, 3], [1.0, 2, -3, 4], [1.0, np.nan, 3, 4]])
def test_the_grey_model_refuses_what_it_cannot_take(bad):
    with pytest.raises(ValueError):
        forecast.grey_model(bad)


def test_the_straight_line_has_the_prediction_interval_of_the_textbooks():
    years = np.arange(8)
    fitted = sm.OLS(SERIES, sm.add_constant(years)).fit()
    ahead = fitted.get_prediction(sm.add_constant(np.arange(8, 11)))
    frame = ahead.summary_frame(alpha=0.2)
    low, mid, high = forecast.quantiles([SERIES], 3, [0.1, 0.5, 0.9], method="straight_line")[0].T
    assert mid == pytest.approx(frame["mean"].to_numpy(), rel=1e-4)
    assert low == pytest.approx(frame["obs_ci_lower"].to_numpy(), rel=1e-4)
    assert high == pytest.approx(frame["obs_ci_upper"].to_numpy(), rel=1e-4)


def test_the_log_line_continues_a_constant_rate():
    series = 100 * 0.95 ** np.arange(8) * np.exp(np.random.default_rng(1).normal(0, 0.002, 8))
    median = forecast.quantiles([series], 3, [0.5], method="log_line")[0, :, 0]
    assert median == pytest.approx(100 * 0.95 ** np.arange(8, 11), rel=0.01)


@pytest.mark.parametrize("method", forecast.COMPARISON)
def test_every_model_gives_ordered_quantiles_inside_the_bounds(method):
    histories = [SERIES, np.array([80.0, 85, 90, 93, 95, 97, 99, 99.5])]
    found = forecast.quantiles(histories, 4, [0.05, 0.5, 0.95], bounds=[(0, 100)] * 2, method=method)
    assert np.isfinite(found).all() and (np.diff(found, axis=2) >= 0).all()
    assert (found >= 0).all() and (found <= 100).all()
    paths = forecast.sample_paths(histories, 4, bounds=[(0, 100)] * 2, method=method, paths=50)
    assert paths.shape == (2, 50, 4)


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"prophecy.*learned.*gm11"):
        forecast.quantiles([SERIES], 2, [0.5], method="prophecy")
