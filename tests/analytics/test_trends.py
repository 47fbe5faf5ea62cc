"""Trend tests and lead–lag correlations: peers, planted truths, and how often nothing is called something."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from candor import analytics as cx

from .test_watching import NILE


def _hanging_together(random, n, rho):
    x = random.normal(size=n + 50)
    for period in range(1, n + 50):
        x[period] += rho * x[period - 1]
    return x[50:]


def test_mann_kendall_on_the_nile_agrees_with_a_peer():
    # pymannkendall 1.4.3: original_test and hamed_rao_modification_test on R's Nile.
    plain, corrected = cx.mann_kendall(NILE), cx.mann_kendall_autocorrelated(NILE)
    assert plain.statistic == corrected.statistic == -1387
    assert plain.p_value == pytest.approx(3.658262921657496e-05, rel=1e-9)
    assert plain.slope.value == -2.6
    assert corrected.p_value == pytest.approx(0.004802676310182719, rel=1e-6)
    assert corrected.correction == pytest.approx(241565.3569166269 / 112728.33333333333, rel=1e-6)
    assert plain.verdict == corrected.verdict == "falling"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=3, max_size=40))
def test_tau_is_that_of_scipy_and_turning_the_series_round_turns_the_sign(values):
    found, back = cx.mann_kendall(values), cx.mann_kendall(values[::-1])
    assert back.statistic == -found.statistic
    assert back.slope.value == pytest.approx(-found.slope.value)
    assert back.p_value == pytest.approx(found.p_value)
    if len(set(values)) > 1:
        peer = stats.kendalltau(range(len(values)), values).statistic
        assert found.tau == pytest.approx(peer)
        assert found.slope.value == pytest.approx(stats.theilslopes(values).slope)
    else:
        assert (found.tau, found.p_value, found.correction) == (0, 1, 1)


def test_sens_slope_has_the_interval_of_scipy():
    values = np.random.default_rng(5).normal(size=60) + 0.05 * np.arange(60)
    peer, ours = stats.theilslopes(values, alpha=0.95), cx.mann_kendall(values).slope
    gap = np.abs(np.diff(np.sort(values))).max()
    assert (ours.low, ours.high) == pytest.approx((peer.low_slope, peer.high_slope), abs=gap / 20)


def test_sens_interval_holds_the_true_slope_as_often_as_it_says():
    random = np.random.default_rng(6)
    held = 0
    for _ in range(1000):
        slope = cx.mann_kendall(random.normal(size=25) + 0.1 * np.arange(25)).slope
        held += slope.low <= 0.1 <= slope.high
    assert 0.93 <= held / 1000 <= 0.97


@pytest.mark.parametrize(
    "values", [[5.0] * 20, [0.0] * 18 + [1.0] * 4, np.arange(30) * 0.1, np.round(np.arange(30) * 0.02)]
)
def test_a_slope_whose_pairs_are_tied_has_no_interval_rather_than_one_without_width(values):
    slope = cx.mann_kendall(values).slope
    assert (slope.low, slope.high, slope.status) == (None, None, "too_few")
    assert slope.value == pytest.approx(np.median(stats.theilslopes(values).slope))


def test_a_slope_smaller_than_the_rounding_is_never_ruled_out_by_an_interval():
    random = np.random.default_rng(11)
    for _ in range(200):
        slope = cx.mann_kendall(np.round(random.normal(0, 0.25, 30) + 0.004 * np.arange(30))).slope
        assert slope.low is None or slope.low <= 0.004 <= slope.high


def test_a_steady_series_is_called_a_trend_in_one_of_twenty():
    random = np.random.default_rng(7)
    called = np.mean([cx.mann_kendall(random.normal(size=24)).p_value < 0.05 for _ in range(2000)])
    assert 0.035 <= called <= 0.06


def test_periods_that_hang_together_fool_the_plain_test_and_the_corrected_one_less():
    random = np.random.default_rng(8)
    series = [_hanging_together(random, 100, 0.5) for _ in range(400)]
    plain = np.mean([cx.mann_kendall(x).p_value < 0.05 for x in series])
    corrected = np.mean([cx.mann_kendall_autocorrelated(x).p_value < 0.05 for x in series])
    assert plain > 0.2
    # 24 and 15 of 100 on the page of the method; 400 series tell them to ± 0.04.
    assert corrected < plain / 1.4


def test_a_season_taken_out_of_two_years_makes_trends_of_scatter_as_often_as_the_page_says():
    random = np.random.default_rng(9)
    adjusted = [cx.seasonally_adjusted(random.normal(size=24), period=12) for _ in range(300)]
    called = np.mean([cx.mann_kendall(x).p_value < 0.05 for x in adjusted])
    assert 0.1 < called < 0.22  # 15 of 100


def test_the_correction_never_makes_a_trend_surer():
    to_and_fro = np.arange(40) * 0.05 + (-1.0) ** np.arange(40)
    assert cx.mann_kendall_autocorrelated(to_and_fro).correction == 1


def test_too_few_periods_are_said_in_words():
    found = cx.mann_kendall(range(9))
    assert (found.verdict, found.status) == ("too_few", "too_few")
    assert found.words == "Too few periods to tell (9 of at least 10)"
    with pytest.raises(cx.NotEnoughHistory):
        cx.mann_kendall([1, 2])


def test_two_series_that_both_rise_are_not_linked_by_their_trend() -> None:
    random, rise = np.random.default_rng(71), 3.5 * np.arange(60) / 60
    pairs = random.normal(size=(200, 2, 60)) + rise  # called linked in 27 of 100 while the trend stayed in
    assert np.mean([cx.lead_lag_correlations(x, y).best_lag is not None for x, y in pairs]) <= 0.1
    with pytest.raises(cx.NotIdentifiable, match="straight line"):
        cx.lead_lag_correlations(rise, random.normal(size=60))


def test_a_lead_of_three_is_found_where_it_was_planted_and_nowhere_else():
    # AR(1) with .6 and a true lag of 3: at that lag the correlation is large, elsewhere within the bound of chance.
    random = np.random.default_rng(3)
    leading = _hanging_together(random, 160, 0.6)
    lagging = np.r_[np.zeros(3), leading[:-3]] * 0.8 + random.normal(size=160)
    found = cx.lead_lag_correlations(leading, lagging, longest=5)
    assert found.best_lag == 3
    assert found.correlations[3] > 0.4
    assert np.delete(np.abs(found.correlations), 3).max() < 2 * found.bound
    assert found.bound == pytest.approx(1.96 / np.sqrt(found.n), rel=1e-4)
    assert found.words == "The second follows the first by 3 periods"
    against = cx.lead_lag_correlations(leading, -lagging, longest=5)
    assert against.words == "The second follows the first by 3 periods, in the opposite direction"
    at_once = cx.lead_lag_correlations(leading, -leading + random.normal(size=160))
    assert at_once.words == "The two move in the same period, in the opposite direction"


def test_random_walks_correlate_by_accident_until_prewhitened():
    random = np.random.default_rng(9)
    pairs = [np.cumsum(random.normal(size=(2, 60)), axis=1) for _ in range(300)]
    naive = np.mean([abs(np.corrcoef(x, y)[0, 1]) > 1.96 / np.sqrt(60) for x, y in pairs])
    ours = np.mean([cx.lead_lag_correlations(x, y).best_lag is not None for x, y in pairs])
    # 70 and 5 of 100 on the page of the method; 300 pairs tell them to ± 0.05 and ± 0.025.
    assert 0.65 < naive < 0.75
    assert 0.02 < ours < 0.09


def test_scale_and_origin_change_no_correlation():
    random = np.random.default_rng(10)
    x, y = random.normal(size=(2, 50))
    plain, moved = cx.lead_lag_correlations(x, y), cx.lead_lag_correlations(x * 1e6 + 5, y * 1e-6 - 3)
    assert moved.correlations == pytest.approx(plain.correlations, abs=1e-6)


@pytest.mark.parametrize(
    ("series", "error"),
    [
        ([1.0] * 40, cx.NotIdentifiable),
        (list(np.arange(40.0) % 2), cx.NotIdentifiable),
        ([1.0, 2.0], cx.NotEnoughHistory),
        ([np.nan] * 40, cx.BadParameter),
    ],
)
def test_series_that_can_tell_nothing_are_a_named_error(series, error):
    with pytest.raises(error):
        cx.lead_lag_correlations(series, series)
