"""Reliability of several items: published figures, special cases and coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor import analytics as cx

from .classic_tables import ATTITUDE


def test_alpha_of_the_attitude_data_is_that_of_r():
    # psych::alpha(attitude) 2.2.9 in R: raw .8431427696, standardised .8390838.
    found = cx.item_reliability(ATTITUDE, resamples=50)
    assert found.alpha.value == pytest.approx(0.8431427696, abs=1e-10)
    assert found.standardised.value == pytest.approx(0.8390838, abs=1e-7)
    assert found.n == 30
    # From the same call: alpha if an item is dropped, raw.
    assert found.if_dropped == pytest.approx([0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84], abs=5e-3)


def test_alpha_is_one_for_the_same_item_twice_and_spearman_brown_for_two_of_one_spread():
    answers = np.array([1.0, 2, 4, 3, 5, 2, 4])
    copies = cx.item_reliability(np.tile(answers, (2, 6)).T, resamples=5).alpha
    assert copies.value == pytest.approx(1)
    assert (copies.low, copies.high, copies.status) == (None, None, "too_few")
    other = np.array([2.0, 1, 4, 3, 5, 4, 2])  # the same values in another order: equal spread
    r = np.corrcoef(answers, other)[0, 1]
    found = cx.item_reliability(np.c_[answers, other], resamples=5)
    assert found.alpha.value == pytest.approx(2 * r / (1 + r))  # Spearman (1910), Brown (1910)
    assert found.omega is None
    assert found.if_dropped == ()


def _congeneric(loadings, n, seed):
    random = np.random.default_rng(seed)
    loadings = np.asarray(loadings)
    noise = random.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return random.normal(size=(n, 1)) * loadings + noise


def test_omega_finds_the_planted_reliability_where_alpha_is_too_low():
    loadings = np.array([0.9, 0.8, 0.4, 0.3])
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())  # McDonald (1999)
    found = cx.item_reliability(_congeneric(loadings, 20_000, 1), resamples=20)
    assert found.omega.value == pytest.approx(truth, abs=0.01)
    assert found.alpha.value < truth - 0.02


def test_omega_equals_alpha_for_items_of_equal_merit():
    found = cx.item_reliability(_congeneric([0.7] * 5, 20_000, 2), resamples=20)
    assert found.omega.value == pytest.approx(found.alpha.value, abs=0.003)


def test_feldts_interval_holds_the_true_alpha_as_often_as_it_says():
    truth = 5 / 4 * (1 - 5 / (5 + 20 * 0.49))
    held = 0
    for seed in range(600):
        alpha = cx.item_reliability(_congeneric([0.7] * 5, 40, seed), resamples=1).alpha
        held += alpha.low <= truth <= alpha.high
    assert 0.93 <= held / 600 <= 0.97


def test_feldts_interval_covers_less_on_skewed_cells_as_the_page_says():
    loadings, cells = [0.8, 0.6, 0.7, 0.5], [-2, -1.5, -1, -0.3]  # six in ten choose the highest of five

    def answers(n, seed):
        return np.digitize(_congeneric(loadings, n, seed), cells)

    truth = cx.item_reliability(answers(100_000, 1), resamples=1).alpha.value
    found = [cx.item_reliability(answers(30, seed), resamples=1).alpha for seed in range(2, 402)]
    assert np.mean([one.low <= truth <= one.high for one in found]) == pytest.approx(0.89, abs=0.04)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-20, 20))
def test_scale_origin_and_order_change_nothing(seed, scale, origin):
    answers = _congeneric([0.8, 0.6, 0.5], 25, seed)
    first = cx.item_reliability(answers, resamples=10)
    turned = cx.item_reliability(answers[::-1] * scale + origin, resamples=10)
    assert turned.alpha.value == pytest.approx(first.alpha.value, abs=1e-8)
    assert turned.standardised.low == pytest.approx(first.standardised.low, abs=1e-6)
    columns = cx.item_reliability(answers[:, ::-1], resamples=10)
    assert columns.alpha.value == pytest.approx(first.alpha.value)
    assert columns.if_dropped == pytest.approx(first.if_dropped[::-1])


def test_an_item_worded_the_other_way_round_shows():
    answers = _congeneric([0.7] * 4, 300, 3)
    answers[:, 3] *= -1
    found = cx.item_reliability(answers, resamples=10)
    assert found.item_rest[3] < 0 < min(found.item_rest[:3])
    assert found.if_dropped[3] > found.alpha.value


def test_people_who_left_out_an_item_are_left_out_and_counted():
    answers = _congeneric([0.7] * 3, 40, 4)
    answers[5, 1] = np.nan
    found = cx.item_reliability(answers, resamples=10)
    assert (found.n, found.n_incomplete) == (39, 1)
    assert cx.item_reliability(answers[:29], resamples=10).status == "too_few"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([], cx.NotEnoughHistory),
        ([[1], [2], [3]], cx.NotEnoughHistory),
        ([[1, 2], [2, 1]], cx.NotEnoughHistory),
        ([[np.nan, 1], [np.nan, 2], [np.nan, 3]], cx.EmptySample),
        ([[1, 2], [1, 3], [1, 4]], cx.NotIdentifiable),
        ([[1, -1], [2, -2], [3, -3]], cx.NotIdentifiable),
        ([[1, np.inf], [2, 2], [3, 3]], cx.BadParameter),
    ],
)
def test_answers_that_can_tell_nothing_are_a_named_error(answers, error):
    with pytest.raises(error):
        cx.item_reliability(answers)
