"""Methods colleagues ask about give what their textbooks say, or no answer."""

import numpy as np
import pytest
from scipy import stats

from ecoanalysis import forecast

RNG = np.random.default_rng(8)
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
HISTORY = 60 + 1.5 * np.arange(10) + RNG.normal(0, 2, 10)


def test_the_straight_line_has_the_prediction_interval_of_the_textbook():
    fit = stats.linregress(np.arange(10), HISTORY)
    rest = HISTORY - fit.intercept - fit.slope * np.arange(10)
    s = np.sqrt((rest**2).sum() / 8)
    for h in (1, 5):
        x = 9 + h
        error = s * np.sqrt(1 + 1 / 10 + (x - 4.5) ** 2 / 82.5)
        expected = fit.intercept + fit.slope * x + error * stats.t.ppf(LEVELS, 8)
        found = forecast.quantiles([HISTORY], 5, LEVELS, method="straight_line")[0, h - 1]
        np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_the_line_leaves_gaps_out_and_meets_an_exact_line():
    history = 3 + 2.0 * np.arange(8)
    history[[2, 5]] = np.nan
    found = forecast.quantiles([history], 3, [0.1, 0.9], method="straight_line")[0]
    np.testing.assert_allclose(found, np.array([[19, 19], [21, 21], [23, 23.0]]), atol=1e-6)


def test_the_log_line_continues_a_constant_growth_rate():
    found = forecast.quantiles([100 * 1.07 ** np.arange(8)], 3, [0.5], method="log_line")[0, :, 0]
    np.testing.assert_allclose(found, 100 * 1.07 ** np.arange(8, 11), rtol=1e-6)


@pytest.mark.parametrize("method", forecast.COMPARISON)
def test_every_comparison_gives_ordered_quantiles_within_bounds(method):
    found = forecast.quantiles([HISTORY, HISTORY[:8]], 4, LEVELS, bounds=[(0, 80)] * 2, method=method)
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=2) >= 0).all() and found.max() <= 80


@pytest.mark.parametrize("method", forecast.COMPARISON)
def test_a_constant_series_stays_constant(method):
    np.testing.assert_allclose(forecast.quantiles([[7.0] * 8], 3, LEVELS, method=method), 7)


@pytest.mark.parametrize("method", forecast.COMPARISON)
def test_a_series_too_short_for_a_method_gets_no_answer_and_the_others_do(method):
    found = forecast.quantiles([[1.0, 2.0], HISTORY], 3, [0.5], method=method)
    assert np.isnan(found[0]).all() and np.isfinite(found[1]).all()


@pytest.mark.parametrize("method", ["log_line", "gm11"])
def test_methods_for_positive_series_leave_others_alone(method):
    assert np.isnan(forecast.quantiles([[3.0, 2, 1, 0, -1, -2], [3.0, 2, 1, 0, 1, 2]], 2, [0.5], method=method)).all()


@pytest.mark.parametrize("method", ["straight_line", "damped_holt", "ets", "theta", "arima"])
def test_the_other_methods_continue_a_series_below_zero(method):
    found = forecast.quantiles([HISTORY - 100], 2, [0.5], method=method)
    assert (found > -40).all() and (found < -15).all()


def test_arima_continues_a_series_without_memory_by_its_mean_and_spread():
    """Ten values of sum 488 and squares of their distances from the mean of 125.6."""
    history = [48.0, 50, 45, 42, 48, 52, 49, 55, 47, 52]
    found = forecast.quantiles([history], 3, [0.5, 0.8413447], method="arima")[0]
    np.testing.assert_allclose(found, [[48.8, 48.8 + 12.56**0.5]] * 3, atol=0.01)


@pytest.mark.parametrize("method", ["straight_line", "gm11", "ets"])
def test_comparison_paths_have_the_marginal_distribution_of_the_quantiles(method):
    paths = forecast.sample_paths([HISTORY], 3, paths=1000, method=method)
    np.testing.assert_allclose(
        np.quantile(paths[0], [0.1, 0.5, 0.9], axis=0).T,
        forecast.quantiles([HISTORY], 3, [0.1, 0.5, 0.9], method=method)[0],
        rtol=2e-3,
    )


def test_the_grey_model_gives_back_an_exponential_law_almost_exactly():
    history = 20 * np.exp(0.05 * np.arange(8))
    model = forecast.grey_model(history)
    assert model.a == pytest.approx(-2 * np.tanh(0.025), rel=1e-6)  # what the mean sequence makes of the rate
    np.testing.assert_allclose(model.forecast(3), 20 * np.exp(0.05 * np.arange(8, 11)), rtol=2e-3)
    assert model.level_ratios_pass and model.accuracy == 1 and model.range_of_use == "medium"


def test_the_grey_model_solves_its_own_least_squares():
    history = np.array([2.67, 3.13, 3.25, 3.36, 3.56, 3.72])
    model = forecast.grey_model(history)
    total = history.cumsum()
    z = (total[1:] + total[:-1]) / 2
    slope, intercept = np.polyfit(z, history[1:], 1)
    assert (model.a, model.b) == (pytest.approx(-slope), pytest.approx(intercept))
    errors = history - model.fitted
    assert model.posterior_ratio == pytest.approx(errors.std() / history.std())
    assert not model.smooth  # the second value is more than half of the first


def test_the_band_of_the_grey_model_is_student_s_around_the_residuals_of_all_but_the_first_value():
    model = forecast.grey_model(HISTORY)
    rest = (HISTORY - model.fitted)[1:]
    spread = np.sqrt((rest**2).sum() / 8) * stats.t.ppf(LEVELS, 8)
    found = forecast.quantiles([HISTORY], 3, LEVELS, method="gm11")[0]
    np.testing.assert_allclose(found, model.forecast(3)[:, None] + spread, rtol=1e-3)


def test_the_grey_classes_are_those_of_the_table():
    noisy = forecast.grey_model([10, 30, 8, 25, 12, 28, 9, 31])
    assert noisy.small_error_probability == 2 / 8  # 0 and 4.9 of residuals that else are 7 and more; 6.5 is the bound
    assert noisy.accuracy == 4 and not noisy.level_ratios_pass
    steep = forecast.grey_model(10 * np.exp(0.9 * np.arange(6)))
    assert steep.range_of_use in ("with care", "none")


@pytest.mark.parametrize("history", [[1.0, 2, 3], [1.0, 2, 3, 0], [1.0, np.nan, 2, 3], [1.0, 2, 3, -4]])
def test_the_grey_model_refuses_what_it_cannot_use(history):
    with pytest.raises(ValueError, match="at least 4 positive"):
        forecast.grey_model(history)
