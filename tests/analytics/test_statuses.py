"""What each result says of how far it can be trusted, beside its numbers."""

import numpy as np
import pytest

from candor import analytics as cx


def _histogram(**counts):
    return cx.Histogram.from_counts({int(key[1:]): count for key, count in counts.items()})


def test_three_against_three_answers_are_too_few_for_any_ordinal_test():
    three, four = _histogram(a1=3), _histogram(a5=4)
    assert cx.ordinal_permutation(three, _histogram(a5=3)).status == "too_few"
    assert cx.ordinal_permutation(four, _histogram(a1=4)).status == "ok"
    assert cx.mann_whitney(_histogram(a1=2), _histogram(a5=400)).status == "ok"
    assert cx.mann_whitney(_histogram(a1=1), _histogram(a5=20)).status == "too_few"


def test_a_test_on_pairs_counts_the_pairs_that_can_tell_something():
    found = cx.mcnemar(gained=3, lost=2)
    assert (found.n, found.status) == (5, "too_few")
    ranks = cx.signed_rank([1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 1, 1, 1])
    assert (ranks.n, ranks.status) == (6, "ok")  # the pair without a change is left out


def test_a_comparison_counts_its_smaller_side():
    change = cx.compare_nps(_histogram(a9=40, a3=10), _histogram(a9=10, a3=10), least_n=30)
    assert (change.n, change.status) == (20, "too_few")


def test_units_that_none_can_be_told_from_have_wide_ranks_and_one_tier():
    same = cx.rank_intervals([10, 11, 12], [5, 5, 5])
    assert (same.n, same.status) == (3, "wide")
    assert cx.tiers([10, 11, 12], [5, 5, 5]).status == "wide"
    assert cx.rank_intervals([10, 50, 90], [2, 2, 2]).status == "ok"
    assert cx.rank_intervals([10], [2]).status == "too_few"


@pytest.mark.parametrize(("units", "status"), [(2, "too_few"), (3, "ok")])
def test_the_spread_of_two_units_is_not_to_be_told(units, status):
    values, errors = np.arange(units) * 10.0, np.ones(units)
    for found in (cx.shrink(values, errors), cx.pool_reml(values, errors)):
        assert (found.n, found.status) == (units, status)


@pytest.mark.parametrize(("periods", "status"), [(7, "too_few"), (8, "wide"), (19, "wide"), (20, "ok")])
def test_limits_from_a_short_baseline_say_so(periods, status):
    values = np.random.default_rng(1).normal(size=30)
    chart = cx.individuals_chart(values, baseline=periods)
    assert (chart.n, chart.status) == (periods, status)
    assert cx.moving_range_chart(values, baseline=periods).status == status


def test_too_few_periods_are_said_to_be_too_few_and_nothing_is_said_of_the_last():
    values = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 9.0]
    few = "Too few periods to tell (7 of at least 8)"
    assert cx.individuals_chart(values).words == cx.change_points(values).words == few
    assert few not in {cx.individuals_chart([*values, 1.0]).words, cx.change_points([*values, 1.0]).words}


def test_a_season_seen_fewer_than_five_times_is_wide():
    months = np.sin(np.arange(60) * np.pi / 6)
    assert cx.seasonal_parts(months[:59], period=12).status == "wide"
    assert cx.seasonal_parts(months, period=12).status == "ok"


def test_a_change_whose_date_may_be_anywhere_is_wide():
    noise = np.random.default_rng(2).normal(size=30)
    assert cx.single_change_point(noise).status == "wide"
    assert cx.single_change_point(np.r_[noise[:15], noise[15:] + 20]).status == "ok"


def test_an_unstable_line_is_not_comparable():
    assert cx.erlang_c(arrivals=10, handling=3, agents=2, target=1).status == "not_comparable"
    assert cx.erlang_c(arrivals=1, handling=3, agents=5, target=1).status == "ok"


def test_capped_weights_that_miss_a_margin_are_not_comparable():
    labels = {"size": ["small"] * 90 + ["large"] * 10}
    goals = {"size": {"small": 10, "large": 990}}
    assert cx.rake(labels, goals, cap=2).status == "not_comparable"
    assert cx.rake(labels, goals, cap=1e9).status == "ok"


def test_nothing_shown_is_suppressed():
    assert cx.protect_views({"team": range(3)}).status == "suppressed"
    assert cx.protect_views({"team": range(9)}).status == "ok"
    assert (cx.shown_share(3, 4).n, cx.shown_share(3, 4).status) == (4, "too_few")


def test_a_wide_interval_calls_no_events_answers():
    assert cx.event_rate(events=12, exposure=30).words == "Wide interval (n 12)"
    assert cx.event_rate(events=0, exposure=30).words == "Wide interval (n 0)"


def test_an_effort_score_is_as_good_as_its_worse_part():
    found = cx.effort_score(counts=dict.fromkeys(range(1, 8), 1), easy_is_high=True, least_n=30)
    assert (found.n, found.status) == (7, "too_few")


def test_few_expected_leavers_are_too_few_for_the_log_rank_test():
    days = [5, 8, 9, 12, 15]
    found = cx.compare_survival({"a": (days, [1, 1, 0, 0, 0]), "b": (days, [1, 0, 0, 0, 1])})
    assert (found.n, found.status) == (10, "too_few")
    apart = cx.compare_survival({"slow": ([9, 13, 18, 23], [1] * 4), "quick": ([1, 2, 3, 5], [1] * 4)})
    assert (apart.status, apart.p_value < 0.05) == ("too_few", True)
    assert apart.words == "Too few to tell (fewer than 5 would be expected to leave in a group)."


def test_forty_equal_answers_leave_an_interval_where_the_scale_is_known_and_none_elsewhere():
    same = _histogram(a5=40)
    sure = [
        cx.net_promoter_score(promoters=40, passives=0, detractors=0),
        cx.top_box_share(favourable=40, n=40),
        cx.mean_of(same, scale=range(1, 6)),
    ]
    assert [(found.status, found.low is None) for found in sure] == [("ok", False)] * 3
    raking = cx.rake({"size": ["small", "large"] * 20}, {"size": {"small": 1, "large": 1}})
    for found in (cx.mean_of(same), cx.raked_mean([5] * 40, raking)):
        assert (found.status, found.low) == ("too_few", None)
