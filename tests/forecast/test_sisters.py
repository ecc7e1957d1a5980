"""Sister regions: who is read, what they may change, and what they may not."""

import numpy as np
import pytest

from ecoanalysis import forecast
from ecoanalysis.forecast.sisters import likeness
from ecoanalysis.forecast.windows import windows

LEVELS = (0.1, 0.5, 0.9)
RNG = np.random.default_rng(21)
RISING = [40 + k + (2 + 0.1 * k) * np.arange(8) + RNG.normal(0, 1, 8) for k in range(6)]
OWN = 45 + RNG.normal(0, 1, 8).cumsum()


def told(history=OWN, references=None, **more):
    return forecast.quantiles([history], 5, LEVELS, references=None if references is None else [references], **more)[0]


def test_sisters_that_rise_raise_the_forecast_and_sisters_that_fall_lower_it():
    falling = [90 - sister for sister in RISING]
    assert told(references=RISING)[4, 1] > told(references=falling)[4, 1]


def test_a_series_without_enough_sisters_is_forecast_alone():
    alone = told()
    for few in ([], None, RISING[:1], [RISING[0], np.full(5, np.nan)], [OWN, RISING[0]]):
        np.testing.assert_array_equal(told(references=few), alone)


def test_members_of_a_group_are_sisters_of_their_own_accord():
    histories = [OWN, *RISING]
    grouped = forecast.quantiles(histories, 5, LEVELS, groups=["a"] * 7)[0]
    np.testing.assert_allclose(grouped, told(references=RISING), rtol=1e-9)


def test_two_members_of_a_group_read_each_other_beside_their_references():
    more = {"references": [RISING[1:], RISING[1:]], "groups": ["a", "a"]}
    grouped = forecast.quantiles([OWN, RISING[0]], 5, LEVELS, **more)[0]
    np.testing.assert_allclose(grouped, told(references=RISING), rtol=1e-9)


def test_a_reference_named_for_many_series_is_the_same_as_copies_of_it():
    copies = [[np.array(sister) for sister in RISING] for _ in range(3)]
    own = [OWN, OWN + 1, OWN * 2]
    one = forecast.quantiles(own, 5, LEVELS, references=[RISING] * 3)
    np.testing.assert_allclose(forecast.quantiles(own, 5, LEVELS, references=copies), one, rtol=1e-9)


def test_series_with_many_and_with_few_sisters_in_one_call_are_as_if_alone_in_it():
    count = 300  # more than are answered at once
    references = [RISING[: k % 7] for k in range(count)]
    histories = [OWN + k for k in range(count)]
    found = forecast.quantiles(histories, 5, LEVELS, references=references)
    for k in (0, 1, 2, 127, 128, 130, 257, 299):
        np.testing.assert_allclose(found[k], told(histories[k], references[k]), rtol=1e-9)


def test_neither_the_order_of_sisters_nor_strangers_in_the_call_matter():
    first = told(references=RISING)
    np.testing.assert_allclose(told(references=RISING[::-1]), first, rtol=1e-9)
    crowd = forecast.quantiles([RISING[3], OWN], 5, LEVELS, references=[[], RISING])[1]
    np.testing.assert_allclose(crowd, first, rtol=1e-9)


def test_the_mirror_image_with_mirrored_sisters_has_the_mirrored_forecast():
    mirrored = told(-OWN, [-sister for sister in RISING])
    np.testing.assert_allclose(-mirrored[:, ::-1], told(references=RISING), rtol=1e-6)


def test_a_change_of_unit_of_series_and_sisters_changes_the_unit_only():
    scaled = told(OWN * 1e4, [sister * 1e4 for sister in RISING])
    np.testing.assert_allclose(scaled / 1e4, told(references=RISING), rtol=1e-6)


def test_of_more_than_sixteen_sisters_the_nearest_are_read():
    near = [OWN + RNG.normal(0, 0.5, 8) for _ in range(16)]
    far = [OWN * 50 + 1000 * k for k in range(5)]
    np.testing.assert_allclose(told(references=near + far), told(references=near), rtol=1e-9)
    assert forecast.explain(OWN, references=near + far).sisters == 16


def test_a_sister_whose_last_value_is_of_another_year_is_not_read():
    late = [np.r_[sister, np.nan] for sister in RISING]
    np.testing.assert_array_equal(told(references=late), told())


@pytest.mark.parametrize("odd", [np.full(8, np.nan), [np.nan], [], OWN, OWN.copy(), np.r_[RISING[0], np.nan]], ids=str)
@pytest.mark.parametrize("place", [0, 3, 6])
def test_what_cannot_be_read_among_enough_sisters_is_left_out_and_the_others_are_read(odd, place):
    """All NaN, empty, the series itself once more, one that ends in another year."""
    found = told(references=[*RISING[:place], odd, *RISING[place:]])
    np.testing.assert_allclose(found, told(references=RISING), rtol=1e-9)
    assert forecast.explain(OWN, references=[*RISING, odd]).sisters == 6


def test_two_values_prove_nobody_the_same_and_a_shorter_history_is_another():
    assert forecast.explain([10.0, 12], references=[[10.0, 12], [10.0, 12], [11.0, 13]]).sisters == 3
    assert forecast.explain([10.0, 12, 11], references=[[10.0, 12, 11], [10.0, 12, 12], [11.0, 13]]).sisters == 2
    assert forecast.explain(OWN, references=[OWN[-5:], OWN, RISING[0]]).sisters == 2


def test_likeness_is_that_of_the_changes_in_common_years_and_asks_for_three_of_them():
    histories = [[0.0, 1, 0, 2], [9.0, 5, 6, 5, 7], [5.0, 4, 5, 3], [1.0, 0, 2], [0.0, 3, 4, 8]]
    laid = windows([np.array(history) for history in histories])
    cosine, correlation = likeness(laid, np.array([1, 2, 3, 4]), np.zeros(4, int))
    # changes 1, -1, 2 beside the same, their mirror image, two alone, and 3, 1, 4 with means of 2/3 and 8/3
    assert cosine.tolist() == pytest.approx([1, -1, 0, 10 / (6 * 26) ** 0.5])
    assert correlation.tolist() == pytest.approx([1, -1, 0, (10 - 3 * 16 / 9) / ((6 - 4 / 3) * (26 - 64 / 3)) ** 0.5])


def test_paths_and_blocks_leave_out_the_same_sisters():
    more = {"bounds": [(0, None)], "paths": 200}
    found = forecast.sample_paths([OWN], 3, references=[[*RISING, np.full(8, np.nan), OWN]], **more)
    np.testing.assert_allclose(found, forecast.sample_paths([OWN], 3, references=[RISING], **more), rtol=1e-9)


def test_every_reference_that_cannot_be_read_is_named_at_once():
    with pytest.raises(ValueError) as raised:
        forecast.quantiles([OWN, OWN], 3, LEVELS, references=[[RISING[0], "12"], [["1", "2"], [1.0, np.inf]]])
    assert [line.split(";")[0] for line in str(raised.value).splitlines()] == [
        "series 0, reference 1: not numbers",
        "series 1, reference 0: not numbers",
        "series 1, reference 1: infinite value",
    ]


def test_sisters_of_another_length_are_read():
    lengths = [RISING[0][-4:], np.r_[30.0, 31, RISING[1]], RISING[2]]
    assert not np.array_equal(told(references=lengths), told())


def test_a_sister_in_another_unit_is_raisedand_left_out():
    with pytest.warns(UserWarning, match="references of series 0 differ in level"):
        found = told(references=[*RISING, RISING[0] * 1e6])
    np.testing.assert_array_equal(found, told(references=RISING))


@pytest.mark.parametrize(
    ("references", "message"),
    [
        ("text", "a list of histories for each of 1 series"),
        ([RISING, RISING], "a list of histories for each of 1 series"),
        (["text"], "series 0: references must be a list"),
        ([[["1", "2"]]], "series 0, reference 0: not numbers"),
        ([[RISING[0], [1, np.inf]]], "series 0, reference 1: infinite"),
    ],
)
def test_references_that_cannot_be_read_are_refused_with_their_place(references, message):
    with pytest.raises(ValueError, match=message):
        forecast.quantiles([OWN], 3, LEVELS, references=references)


def test_an_explanation_says_what_the_sisters_changed():
    found = forecast.explain(OWN, 5, references=RISING)
    assert found.sisters == 6
    np.testing.assert_allclose(found.bands[:, [1, 2, 3]], told(references=RISING))
    np.testing.assert_allclose(found.lone_bands[:, [1, 2, 3]], told())
    assert forecast.explain(OWN).sisters == 0


def test_paths_and_quantiles_agree_with_sisters_too():
    paths = forecast.sample_paths([OWN], 5, references=[RISING], paths=2000)[0]
    np.testing.assert_allclose(np.quantile(paths, LEVELS, axis=0).T, told(references=RISING), rtol=2e-3)


@pytest.mark.parametrize("method", ["learned", "closed_form"])
def test_a_value_that_stands_is_that_value_in_single_precision(method):
    history = [90.1, 95.3, 97.2, 97.2, 97.2, 97.2]
    double = forecast.sample_paths([history], 3, method=method)
    single = next(forecast.blocks([history], 3, method=method))[1]
    np.testing.assert_array_equal(single == np.float32(97.2), double == 97.2)
    np.testing.assert_array_equal(single >= np.float32(97.2), double >= 97.2)


def test_members_that_moved_together_move_together_and_others_hardly():
    common = RNG.normal(0, 1, 14).cumsum()
    together = [50 + common + RNG.normal(0, 0.2, 14) for _ in range(7)]
    apart = [50 + RNG.normal(0, 1, 14).cumsum() for _ in range(7)]
    found = []
    for histories in (together, apart):
        paths = forecast.sample_paths(histories, 3, groups=["x"] * 7, paths=2000)
        correlation = np.corrcoef(np.diff(paths, axis=2)[:, :, 0])
        found.append(correlation[np.triu_indices(7, 1)].mean())
    assert found[0] > 0.3 and found[1] < 0.2
