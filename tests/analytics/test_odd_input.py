"""Nothing, one, two, all equal, enormous, NaN, weights of zero: a defined result or a named error, never a crash.

Warnings count as errors here as everywhere, so a division by zero that slips through fails the test.
"""

import itertools
import math
import warnings
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from candor import analytics as cx

COUNTS, WEIGHTED = cx.Histogram.from_counts, cx.Histogram.from_weighted

HISTOGRAMS = {
    "nothing": COUNTS({}),
    "an empty cell": COUNTS({5: 0}),
    "one": COUNTS({5: 1}),
    "two equal": COUNTS({5: 2}),
    "all equal": COUNTS({5: 40}),
    "all lowest": COUNTS({0: 35}),
    "all highest": COUNTS({0: 0, 10: 35}),
    "both ends": COUNTS({0: 1, 10: 1}),
    "ten million": COUNTS({10: 10**7}),
    "two million apart": COUNTS({0: 10**6, 10: 10**6}),
    "weights of zero": WEIGHTED({5: (1, 0.0, 0.0)}),
    "some weights of zero": WEIGHTED({5: (3, 0.0, 0.0), 9: (3, 1.0, 1.0)}),
    "tiny weights": WEIGHTED({9: (40, 1e-9, 1e-18)}),
    "wild weights": WEIGHTED({1: (40, 40.0, 400.0), 9: (1, 1000.0, 1e6)}),
}
SERIES = {
    "nothing": [],
    "one": [1.0],
    "two equal": [1.0, 1.0],
    "two": [1.0, 2.0],
    "all equal": [5.0] * 30,
    "a clean step": [1.0] * 10 + [2.0] * 10,
    "enormous": [1e300, -1e300, 1.0, 2.0, 3.0, 4.0, 5.0],
    "minute": [1e-300] * 12,
    "missing": [math.nan] * 10,
    "endless": [math.inf] * 10,
    "a line": [float(step) for step in range(30)],
    "large with a ripple": [1e12 + step % 2 for step in range(40)],
    "to and fro": [-1.0, 1.0] * 20,
}
ERRORS = {"usual": 0.1, "zero": 0.0, "minute": 1e-200, "enormous": 1e200, "missing": math.nan}


def _is_sound(result):
    """No NaN where a number is promised: in estimates and comparisons a missing number is None."""
    if isinstance(result, cx.Estimate | cx.Comparison):
        numbers = [getattr(result, field.name) for field in fields(result)]
        assert not any(isinstance(number, float) and math.isnan(number) for number in numbers)
        assert isinstance(result.words, str)
    elif is_dataclass(result):
        assert fields(result)


def _tried(work):
    try:
        _is_sound(work())
    except cx.AnalyticsError as error:
        assert error.facts


@pytest.mark.parametrize("name", HISTOGRAMS)
def test_scores_of_any_histogram(name):
    histogram = HISTOGRAMS[name]
    for score in (cx.nps_of, cx.top_box_of, cx.bottom_box_of, cx.mean_of):
        _tried(lambda score=score: score(histogram))
    _tried(lambda: cx.mean_of(histogram, scale=range(11)))


@pytest.mark.parametrize(("first", "second"), [*itertools.product(HISTOGRAMS, repeat=2)])
def test_comparisons_of_any_two_histograms(first, second):
    now, before = HISTOGRAMS[first], HISTOGRAMS[second]
    for compare in (cx.compare_nps, cx.compare_top_box, cx.compare_means):
        _tried(lambda compare=compare: compare(now, before))
    _tried(lambda: cx.compare_means(now, before, scale=range(11)))


@pytest.mark.parametrize("name", SERIES)
def test_series_of_any_kind(name):
    series = SERIES[name]
    for watch in (
        cx.individuals_chart,
        cx.moving_range_chart,
        cx.change_points,
        cx.single_change_point,
        cx.ewma_watch,
        cx.cusum_watch,
        cx.empirical_bernstein_sequence,
        cx.benjamini_hochberg,
        cx.benjamini_yekutieli,
        cx.holm,
    ):
        _tried(lambda watch=watch: watch(series))
    for period in (1, 2, 7, 12):
        _tried(lambda period=period: cx.seasonal_parts(series, period=period))
        _tried(lambda period=period: cx.robust_seasonal_parts(series, period=period))


@pytest.mark.parametrize("name", SERIES)
def test_pairs_of_any_kind(name):
    series = SERIES[name]
    for test in (cx.paired_t, cx.signed_rank, cx.sign_flip, cx.compare_paired_means, cx.compare_paired_nps):
        _tried(lambda test=test: test(series, series))
        _tried(lambda test=test: test(series, series[::-1]))


@pytest.mark.parametrize(("name", "error"), [*itertools.product(SERIES, ERRORS)])
def test_units_of_any_kind(name, error):
    values, errors = SERIES[name], [ERRORS[error]] * len(SERIES[name])
    for method in (
        cx.shrink,
        cx.pool_reml,
        cx.pool_paule_mandel,
        cx.pool_dersimonian_laird,
        cx.expected_ranks,
        cx.overlap_limits,
        cx.funnel_of_scores,
        cx.score_chart,
    ):
        _tried(lambda method=method: method(values, errors))
    for rank in (cx.rank_intervals, cx.marginal_rank_intervals, cx.tiers):
        _tried(lambda rank=rank: rank(values, errors, draws=100))


@pytest.mark.parametrize("counts", [*itertools.product((0, 1, 50, 10**9), repeat=3)])
def test_counts_of_any_size(counts):
    down, middle, up = counts
    table = cx.net_promoter_table(detractors=[down, 0, 5], passives=[middle, 0, 5], promoters=[up, 0, 5])
    assert set(table.status) <= {"ok", "wide", "too_few"}
    assert np.isfinite(table.values[table.n > 0]).all()
    for work in (
        lambda: cx.most_improved(table, table, least_n=0),
        lambda: cx.most_improved(table, table),
        lambda: cx.nps_confidence_sequence(detractors=down, passives=middle, promoters=up),
        lambda: cx.compare_paired_shares(both=down, gained=middle, lost=up, neither=1),
        lambda: cx.p_chart([down, middle], [up, 50]),
        lambda: cx.laney_chart([down, middle], [up, 50]),
        lambda: cx.funnel_of_shares([down, middle], [up, 50]),
        lambda: cx.compare_event_rates(
            events_now=down, exposure_now=middle, events_before=up, exposure_before=5
        ),
        lambda: cx.compare_shares(favourable_now=down, n_now=middle, favourable_before=up, n_before=50),
        lambda: cx.exact_binomial_limits([down], target=0.3),
    ):
        _tried(work)


@pytest.mark.parametrize("shape", ["number", "table"])
def test_a_number_or_a_table_in_place_of_a_row_has_a_named_error(shape):
    wrong = 0.3 if shape == "number" else [[0.1, 0.2], [0.3, 0.4]]
    for method in (
        cx.benjamini_hochberg,
        cx.holm,
        cx.mann_kendall,
        cx.mann_kendall_autocorrelated,
        cx.change_points,
        cx.single_change_point,
        cx.betting_sequence,
        cx.empirical_bernstein_sequence,
        lambda row: cx.mean_confidence_sequence(counts=row, values=[0, 1]),
        lambda row: cx.tiers(row, row),
        lambda row: cx.overlap_limits(row, row),
        lambda row: cx.expected_ranks(row, row),
    ):
        with pytest.raises(cx.BadParameter, match="one value after another"):
            method(wrong)
    for half in ({"draws": 2.5}, {"best": 1.5}):
        with pytest.raises(cx.BadParameter, match="whole number"):
            cx.rank_chances([1, 2], [1, 1], **{"best": 1, **half})
    with pytest.raises(cx.BadCounts, match="favourable is 3"):
        cx.share_confidence_sequence(favourable=3, n=2)


def test_a_perfect_line_is_a_trend_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cx.mann_kendall_autocorrelated(range(12)).correction == 1
