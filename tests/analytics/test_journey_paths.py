"""Funnels with journeys still open, waits, bottlenecks, and what differs between the paths of two groups."""

from __future__ import annotations

import itertools
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from candor import analytics as cx
from candor.analytics import waiting_places
from candor.analytics.proportions import same_share_p_values

# -- Funnels ----------------------------------------------------------------------------------------------------------


def test_with_all_journeys_closed_a_funnel_is_plain_shares_with_wilsons_interval() -> None:
    found = cx.step_shares(["ask", "papers", "sign"], reached=[263, 81, 15])
    assert found.method == "share of all journeys, Wilson"
    assert found.share[0, 1:].tolist() == pytest.approx([81 / 263, 15 / 263])
    assert (found.low[0, 1], found.high[0, 1]) == pytest.approx((0.255289, 0.366210), abs=1e-6), (
        "Newcombe 1998"
    )
    assert found.of(2).low == pytest.approx(cx.top_box_share(favourable=15, n=263).low)
    assert found.lost.tolist() == [[182, 66, 0]]


def test_journeys_still_open_at_a_step_are_not_lost_there() -> None:
    naive = cx.step_shares(["a", "b", "c"], reached=[1000, 500, 300]).share
    honest = cx.step_shares(["a", "b", "c"], reached=[1000, 500, 300], still_open=[300, 100, 0])
    assert honest.share[0].tolist() == pytest.approx([1, 500 / 700, 500 / 700 * 300 / 400])
    assert (honest.share[0, 1:] > naive[0, 1:]).all()
    assert honest.still_open.tolist() == [[300, 100, 0]]


def test_a_thousand_groups_at_once_are_those_one_by_one() -> None:
    random = np.random.default_rng(4)
    reached = np.sort(random.integers(0, 500, (1000, 6)), axis=1)[:, ::-1]
    gaps = np.concatenate([reached[:, :-1] - reached[:, 1:], reached[:, -1:]], axis=1)
    waiting = random.integers(0, gaps + 1)
    together = cx.step_shares("abcdef", reached=reached, still_open=waiting)
    for group in (0, 17, 999):
        alone = cx.step_shares("abcdef", reached=reached[group], still_open=waiting[group])
        for table in ("share", "low", "high"):
            np.testing.assert_allclose(getattr(together, table)[group], getattr(alone, table)[0])
    known = np.isfinite(together.share)
    assert (together.low[known] <= together.share[known] + 1e-12).all()
    assert (together.high[known] >= together.share[known] - 1e-12).all()
    assert ((together.low[known] >= 0) & (together.high[known] <= 1)).all()
    assert (np.diff(np.nan_to_num(together.share, nan=0.0), axis=1) <= 1e-12).all(), "shares never rise"


def test_a_funnel_of_which_hardly_any_way_is_known_has_too_few() -> None:
    found = cx.step_shares(["ask", "sign"], reached=[1000, 3], still_open=[995, 0])
    assert (found.n[0], found.status, found.of(1).status) == (1000, "too_few", "too_few")
    assert cx.step_shares(["ask", "sign"], reached=[1000, 3], still_open=[900, 0]).status == "ok"


def test_the_interval_of_a_funnel_with_open_journeys_holds_the_truth() -> None:
    random, held = np.random.default_rng(5), []
    for _ in range(1500):
        reached, waiting = [150], []
        for chance in (0.7, 0.6):
            open_ = random.binomial(reached[-1], 0.2)
            waiting.append(open_)
            reached.append(random.binomial(reached[-1] - open_, chance))
        share = cx.step_shares("abc", reached=reached, still_open=[*waiting, 0]).of(2)
        held.append(share.low <= 0.42 <= share.high)
    assert 0.935 < np.mean(held) < 0.965


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 1500), min_size=2, max_size=6))
def test_every_closed_funnel_is_wilson_on_all_journeys_zeros_included(counts: list[int]) -> None:
    reached = sorted(counts, reverse=True)
    found = cx.step_shares("abcdef"[: len(reached)], reached=reached)
    for step in range(1, len(reached)):
        share = found.of(step)
        if not reached[0]:
            assert share.value is None
            continue
        plain = cx.top_box_share(favourable=reached[step], n=reached[0])
        assert (share.value, share.low, share.high) == pytest.approx((plain.value, plain.low, plain.high))
        assert share.status == ("ok" if reached[0] >= 10 else "too_few")


def test_a_step_nobody_comes_to_is_told_from_all_journeys() -> None:
    closed = cx.step_shares("abc", reached=[1000, 40, 0]).of(2)
    assert (closed.value, closed.low, closed.high) == pytest.approx((0, 0, 0.003827), abs=1e-6), "Wilson"
    # half are open at the first step, half of the 40 at the second: 500 are known, and 20 in 40 of them
    half = cx.step_shares("abcd", reached=[1000, 40, 0, 0], still_open=[500, 20, 0, 0])
    assert half.of(2).high == pytest.approx(cx.top_box_share(favourable=0, n=250).high)
    assert half.of(3).high == pytest.approx(half.of(2).high), "a step that none comes to takes nothing away"
    assert half.of(2).high > 40 / 500 * cx.top_box_share(favourable=0, n=20).high


def test_a_step_that_all_went_on_from_of_whom_it_is_known_is_no_surer_than_they_make_it() -> None:
    found = cx.step_shares("abc", reached=[1000, 500, 12], still_open=[0, 488, 0]).of(2)
    plain = cx.top_box_share(favourable=12, n=24)
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))
    random, runs = np.random.default_rng(16), 2000
    second = random.binomial(1000, 0.5, runs)
    waiting = random.binomial(second, 0.97)
    third = random.binomial(second - waiting, 0.9)
    none = np.zeros(runs, dtype=int)
    reached = np.column_stack([none + 1000, second, third])
    shares = cx.step_shares("abc", reached=reached, still_open=np.column_stack([none, waiting, none]))
    told = second - waiting >= 10
    assert np.mean((shares.low <= 0.45) & (shares.high >= 0.45), where=told[:, None], axis=0)[2] > 0.95


def test_few_at_the_step_before_are_enough_where_all_ways_are_known() -> None:
    assert cx.step_shares("abc", reached=[1000, 5, 3]).of(2).status == "ok"
    assert cx.step_shares("abc", reached=[1000, 5, 3], still_open=[10, 0, 0]).of(2).status == "ok"
    assert cx.step_shares("abc", reached=[1000, 20, 3], still_open=[0, 15, 0]).of(2).status == "too_few"
    assert cx.step_shares("abc", reached=[9, 5, 3]).of(2).status == "too_few"


def test_the_interval_of_a_rare_last_step_with_open_journeys_holds_the_truth() -> None:
    random, held = np.random.default_rng(15), []
    for _ in range(1500):
        waiting = [random.binomial(400, 0.3)]
        reached = [400, random.binomial(400 - waiting[0], 0.15)]
        waiting.append(random.binomial(reached[1], 0.4))
        reached.append(random.binomial(reached[1] - waiting[1], 0.1))
        share = cx.step_shares("abc", reached=reached, still_open=[*waiting, 0]).of(2)
        held.append(share.low <= 0.015 <= share.high)
    assert np.mean(held) > 0.93


def log_of(seed: int, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Times and endings: 1 came, 2 left, 0 still under way."""
    random = np.random.default_rng(seed)
    come, leave, watched = random.exponential(10, n), random.exponential(25, n), random.uniform(2, 40, n)
    first = np.minimum(np.minimum(come, leave), watched)
    return first, np.where(first == come, 1, np.where(first == leave, 2, 0))


def arrivals_of(times: np.ndarray, ending: np.ndarray) -> cx.Arrivals:
    return cx.arrivals(times, came=ending == 1, left=ending == 2, still_open=ending == 0)


def test_shares_by_a_time_equal_those_of_a_peer_with_competing_risks() -> None:
    import lifelines

    times, ending = log_of(1)
    found = arrivals_of(times, ending)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = lifelines.AalenJohansenFitter(calculate_variance=True, jitter_level=0).fit(
            times, ending, event_of_interest=1
        )
    for day in (2, 5, 10, 20):
        at = peer.cumulative_density_.index[peer.cumulative_density_.index <= day][-1]
        share = found.came_by(day)
        assert share.value == pytest.approx(float(peer.cumulative_density_.loc[at].iloc[0]), abs=1e-9)
        variance = float(peer.variance_.loc[at])
        assert (share.high - share.low) / 2 / 1.96 == pytest.approx(variance**0.5, rel=0.06)


def test_without_anybody_open_shares_by_a_time_are_plain_ones() -> None:
    found = cx.arrivals([1, 2, 3], came=[30, 20, 10], left=[10, 20, 10], still_open=[0, 0, 0])
    share = found.came_by(2)
    plain = cx.top_box_share(favourable=50, n=100)
    assert (share.value, share.low, share.high) == pytest.approx((plain.value, plain.low, plain.high))
    assert found.came_by(9).value == pytest.approx(0.6), "all are known: nothing changes later"
    assert found.came_by(3).value + found.left_by(3).value == pytest.approx(1)


def test_leaving_out_those_under_way_or_calling_them_lost_are_both_wrong() -> None:
    """Everybody comes in the end, some late; half are watched for a short time only."""
    random = np.random.default_rng(8)
    come, watched = random.exponential(10, 4000), np.where(np.arange(4000) % 2, 5.0, 60.0)
    found = cx.arrivals(
        np.minimum(come, watched), came=come <= watched, left=come < 0, still_open=come > watched
    )
    truth = 1 - np.exp(-20 / 10)
    assert found.came_by(20).low < truth < found.came_by(20).high
    assert (come <= np.minimum(watched, 20)).mean() < truth - 0.1, "called lost"


def test_the_interval_of_a_share_by_a_time_holds_the_truth() -> None:
    truth = 0.1 / 0.14 * (1 - np.exp(-0.14 * 10))
    held = []
    for seed in range(500):
        share = arrivals_of(*log_of(seed, 120)).came_by(10)
        held.append(share.low <= truth <= share.high)
    assert 0.92 < np.mean(held) < 0.97


def test_beyond_what_anybody_was_watched_a_share_is_not_told() -> None:
    found = cx.arrivals([1, 2, 5], came=[5, 5, 0], left=[0, 0, 0], still_open=[0, 0, 90])
    assert found.came_by(6).value is None
    assert found.came_by(6).status == "too_few"
    assert found.came_by(0).value == 0
    assert (found.n_came, found.n_left, found.n_open) == (10, 0, 90)


def test_a_share_by_a_time_until_which_hardly_anybody_was_watched_is_told_from_those_few() -> None:
    nothing = {"came": [0, 0], "left": [0, 0]}
    found = cx.arrivals([2, 60], still_open=[492, 8], **nothing)
    few = cx.top_box_share(favourable=0, n=8).high
    assert (found.came_by(2).status, found.came_by(50).status) == ("ok", "too_few")
    assert (found.came_by(2).high, found.came_by(50).high) == pytest.approx((0.007624, few), abs=1e-6)
    gone = cx.arrivals([1, 60], came=[0, 0], left=[492, 0], still_open=[0, 8]).came_by(50)
    assert (gone.status, gone.high) == ("ok", pytest.approx(cx.top_box_share(favourable=0, n=500).high))
    # 400 have left, and of the hundred that stayed eight were watched: as much as 40 journeys tell
    some = cx.arrivals([1, 2, 60], came=[0, 0, 0], left=[400, 0, 0], still_open=[0, 92, 8]).came_by(50)
    assert some.high == pytest.approx(cx.top_box_share(favourable=0, n=40).high)
    # all have come, but of those who were not done on the second day only ten in fifty were watched
    whole = cx.arrivals([1, 2, 3], came=[50, 0, 10], left=[0, 0, 0], still_open=[0, 40, 0]).came_by(3)
    assert (whole.value, whole.low) == pytest.approx((1, cx.top_box_share(favourable=20, n=20).low))


@pytest.mark.parametrize(("soon", "watched"), [(0.0, 8), (0.2, 8), (0.2, 40)])
def test_late_comers_whom_hardly_anybody_was_watched_for_do_not_escape_the_interval(
    soon: float, watched: int
) -> None:
    """Some come on the first day; of the others 30 % between the third day and the fiftieth, when few are watched."""
    random, held = np.random.default_rng(3), []
    truth = soon + (1 - soon) * 0.3
    for _ in range(400):
        late = np.where(random.random(500) < 0.3, random.uniform(3, 50, 500), 99.0)
        come = np.where(random.random(500) < soon, 1.0, late)
        until = np.where(np.arange(500) < watched, 60.0, 2.0)
        share = cx.arrivals(
            np.minimum(come, until), came=come <= until, left=come < 0, still_open=come > until
        ).came_by(50)
        held.append(share.low <= truth <= share.high)
    assert np.mean(held) > 0.9


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
        min_size=1,
        max_size=20,
    )
)
def test_shares_by_a_time_keep_within_bounds_and_never_fall(rows: list[tuple[int, int, int, int]]) -> None:
    times, came, left, still_open = (list(column) for column in zip(*rows, strict=True))
    if not sum(came) + sum(left) + sum(still_open):
        return
    found = cx.arrivals(times, came=came, left=left, still_open=still_open)
    mixed = cx.arrivals(times[::-1], came=came[::-1], left=left[::-1], still_open=still_open[::-1])
    assert found == mixed
    last = 0.0
    for day in range(31):
        share, gone = found.came_by(day), found.left_by(day)
        if share.value is not None:
            assert 0 <= share.low <= share.value + 1e-9
            assert share.value - 1e-9 <= share.high <= 1
            assert share.value + gone.value <= 1 + 1e-9
            assert share.value >= last - 1e-12
            last = share.value


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ({"reached": [5, 6]}, cx.BadCounts),
        ({"reached": [5, 3], "still_open": [3, 0]}, cx.BadCounts),
        ({"reached": [5, 3], "still_open": [0, 4]}, cx.BadCounts),
        ({"reached": [5.5, 3]}, cx.BadCounts),
        ({"reached": [5, 3, 1]}, cx.ShapeMismatch),
        ({"reached": [np.nan, 1]}, cx.BadCounts),
    ],
)
def test_funnels_that_can_not_be_are_named(counts: dict[str, object], error: type[cx.AnalyticsError]) -> None:
    with pytest.raises(error):
        cx.step_shares(["a", "b"], **counts)


def test_nobody_anywhere_is_defined_or_named() -> None:
    assert np.isnan(cx.step_shares(["a", "b"], reached=[0, 0]).share).all()
    assert cx.step_shares(["a", "b"], reached=[0, 0]).status == "too_few"
    assert cx.step_shares(["a", "b"], reached=[4, 0], still_open=[4, 0]).of(1).value is None
    with pytest.raises(cx.EmptySample):
        cx.step_shares([], reached=[])
    with pytest.raises(cx.EmptySample):
        cx.arrivals([], came=[], left=[], still_open=[])
    with pytest.raises(cx.ShapeMismatch):
        cx.arrivals([1, 2], came=[1], left=[1, 0], still_open=[0, 0])
    with pytest.raises(cx.BadCounts):
        cx.arrivals([-1], came=[1], left=[0], still_open=[0])


# -- Waits ------------------------------------------------------------------------------------------------------------


def test_places_of_a_median_are_those_of_the_quantile_at_one_half() -> None:
    for n in (0, 5, 6, 10, 30, 77, 500):
        assert cx.quantile_ranks(n, 0.5) == cx.median_ranks(n)


@pytest.mark.parametrize(("n", "share"), [(36, 0.9), (50, 0.9), (100, 0.25), (400, 0.9), (60, 0.1)])
def test_places_of_a_quantile_cover_by_exact_count(n: int, share: float) -> None:
    from scipy.stats import binom

    low, high = cx.quantile_ranks(n, share)  # type: ignore[misc]
    assert binom.cdf(low - 1, n, share) <= 0.025 < binom.cdf(low, n, share)
    assert binom.sf(high - 1, n, share) <= 0.025 < binom.sf(high - 2, n, share)


def test_median_and_nine_in_ten_of_waits_hold_the_truth() -> None:
    random, held = np.random.default_rng(6), []
    for _ in range(1500):
        found = cx.wait_times(random.exponential(1, 80))
        held.append(
            (
                found.median.low <= np.log(2) <= found.median.high,
                found.p90.low <= np.log(10) <= found.p90.high,
            )
        )
    for side in np.mean(held, axis=0):
        assert 0.94 < side < 0.985


def test_those_who_still_wait_make_the_wait_longer_and_never_shorter() -> None:
    waits = np.arange(1.0, 101)
    is_over = np.arange(100) % 4 > 0
    assert cx.wait_times(waits, is_over).median.value > cx.wait_times(waits[is_over]).median.value
    assert cx.wait_times(waits, is_over).n_open == 25
    curve = cx.survival_curve(waits, is_over)
    assert cx.wait_times(waits, is_over).median == curve.median == curve.time_by_which(0.5)
    assert cx.wait_times(waits, is_over).p90.method == "90% quantile of Kaplan–Meier"


def test_a_table_of_waits_is_every_group_by_itself() -> None:
    random = np.random.default_rng(2)
    groups, waits = random.integers(0, 500, 40_000), random.lognormal(1, 1, 40_000)
    began = time.perf_counter()
    table = cx.wait_table(groups, waits)
    assert time.perf_counter() - began < 5
    for place in (0, 123, 499):
        alone = cx.wait_times(waits[groups.astype(str) == table.groups[place]])
        assert table.median[place] == pytest.approx(alone.median.value)
        assert (table.median_low[place], table.median_high[place]) == (alone.median.low, alone.median.high)
        assert table.p90[place] == pytest.approx(alone.p90.value)
        assert (table.p90_low[place], table.p90_high[place]) == (alone.p90.low, alone.p90.high)
    assert cx.wait_table([], []).groups == ()


def test_the_shift_of_waits_is_the_median_of_all_differences() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        now, before = random.integers(0, 30, 37).astype(float), random.integers(0, 25, 52).astype(float)
        differences = np.sort((now[:, None] - before[None, :]).ravel())
        found = cx.compare_waits(now, before)
        assert found.change == pytest.approx(np.median(differences))
        assert found.low in differences
        assert found.high in differences


def test_the_test_of_a_shift_equals_a_peers() -> None:
    from scipy.stats import mannwhitneyu

    random = np.random.default_rng(3)
    now, before = np.round(random.lognormal(1.1, 1, 80), 1), np.round(random.lognormal(1, 1, 70), 1)
    peer = mannwhitneyu(now, before, method="asymptotic")
    assert cx.compare_waits(now, before).p_value == pytest.approx(peer.pvalue)


def test_a_shift_is_found_within_its_interval_and_none_where_none_is() -> None:
    random, held, alarms = np.random.default_rng(9), [], []
    for _ in range(600):
        before, now = random.exponential(5, 60), random.exponential(5, 50) + 2
        found = cx.compare_waits(now, before)
        held.append(found.low <= 2 <= found.high)
        alarms.append(cx.compare_waits(random.exponential(5, 50), before).verdict != "no_clear_change")
    assert 0.92 < np.mean(held) < 0.98
    assert np.mean(alarms) < 0.075


@pytest.mark.parametrize(
    ("n", "m", "told"),
    [(1, 1, False), (3, 3, False), (3, 4, False), (2, 7, False), (4, 4, True), (2, 8, True)],
)
def test_few_waits_have_an_interval_only_where_it_covers_what_it_says(n: int, m: int, told: bool) -> None:
    held = []
    for chosen in itertools.combinations(range(n + m), n):  # all orders are as likely where nothing changed
        found = cx.compare_waits(chosen, sorted({*range(n + m)} - {*chosen}))
        assert (found.low is not None) == told
        held.append(found.low is None or found.low < 0 < found.high)
    assert np.mean(held) >= 0.95
    assert told or found.words == "Can’t be told: the answers leave no interval"


@pytest.mark.parametrize(("wide", "narrow", "named"), [(40, 300, 0.18), (100, 100, 0.08)])
def test_waits_that_spread_unequally_are_said_to_differ_as_often_as_the_page_says(
    wide: int, narrow: int, named: float
) -> None:
    random = np.random.default_rng(9)
    found = [
        cx.compare_waits(20 + 4 * random.normal(size=wide).clip(-5, 5), 20 + 0.8 * random.normal(size=narrow))
        for _ in range(500)
    ]
    said = np.mean([one.verdict in {"higher", "lower"} for one in found])
    assert said == pytest.approx(named, abs=0.05)
    page = (Path(__file__).parents[2] / "docs/methods/waits.md").read_text("utf-8")
    assert "in 18 of 100 samples; a hundred against a hundred in 8" in page


def test_two_hundred_thousand_waits_are_compared_in_seconds() -> None:
    random = np.random.default_rng(1)
    began = time.perf_counter()
    found = cx.compare_waits(random.exponential(5.2, 200_000), random.exponential(5, 200_000))
    assert time.perf_counter() - began < 8
    assert found.verdict == "higher"


def test_waits_that_can_not_be_are_named() -> None:
    with pytest.raises(cx.EmptySample):
        cx.wait_times([])
    with pytest.raises(cx.BadCounts):
        cx.wait_times([-1])
    with pytest.raises(cx.ShapeMismatch):
        cx.wait_times([1, 2], [True])
    with pytest.raises(cx.ShapeMismatch):
        cx.wait_table(["a"], [1, 2])
    with pytest.raises(cx.BadParameter):
        cx.quantile_ranks(10, 1)
    assert cx.compare_waits([], [1]).verdict == "too_few"
    for now, before in (([2] * 40, [2] * 40), ([1] * 30 + [2] * 5, [1] * 30 + [2] * 5), ([7] * 40, [5] * 40)):
        tied = cx.compare_waits(now, before)
        assert (tied.change, tied.low) == (now[0] - before[0], None)
        assert (tied.verdict, tied.status) == ("no_clear_change", "too_few")
    assert cx.wait_times([4]).median.status == "too_few"


# -- Bottlenecks ------------------------------------------------------------------------------------------------------


def test_the_share_of_waiting_holds_the_truth_and_equal_edges_are_not_ranked() -> None:
    random, held, wrong = np.random.default_rng(7), [], 0
    for _ in range(120):
        person = random.lognormal(0, 0.5, (150, 1))
        found = cx.bottlenecks(
            person * random.exponential([6, 3, 3], (150, 3)), ["a", "b", "c"], resamples=499
        )
        shares = {one.edge: one.share for one in found.edges}
        held.append(shares["a"].low <= 0.5 <= shares["a"].high)
        wrong += any(one.rank_low == 3 or one.rank_high < 3 for one in found.edges if one.edge != "a")
    assert 0.88 < np.mean(held) <= 1
    assert wrong / 120 < 0.12


def test_of_equal_edges_none_is_called_the_bottleneck() -> None:
    random = np.random.default_rng(11)
    decided = 0
    for _ in range(200):
        found = cx.bottlenecks(random.exponential(3, (300, 6)), "abcdef", resamples=999)
        decided += any((one.rank_low, one.rank_high) != (1, 6) for one in found.edges)
    assert decided / 200 < 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5
    assert found.edges[0].edge == "a", "in the order of the names"


def test_blocks_of_journeys_tell_the_same_as_journeys() -> None:
    random = np.random.default_rng(2)
    waits = random.exponential([5, 2, 1], (20_000, 3))
    blocks = np.stack(
        [np.bincount(random.integers(0, 500, 20_000), weights=column, minlength=500) for column in waits.T],
        axis=1,
    )
    both = [cx.bottlenecks(table, "abc", n=20_000, resamples=999) for table in (waits[:4000], blocks)]
    widths = [
        next(one.share.high - one.share.low for one in found.edges if one.edge == "a") for found in both
    ]
    assert widths[1] == pytest.approx(widths[0] * (4000 / 20_000) ** 0.5, rel=0.7)
    assert both[1].is_top_decided


def test_order_of_journeys_and_the_unit_of_time_change_nothing() -> None:
    waits = np.random.default_rng(3).exponential([5, 2, 2], (80, 3))
    one, other = (cx.bottlenecks(table, "abc", resamples=499) for table in (waits, 3600 * waits[::-1]))
    assert [x.edge for x in one.edges] == [x.edge for x in other.edges]
    for first, second in zip(one.edges, other.edges, strict=True):
        assert first.share.low == pytest.approx(second.share.low)
        assert (first.rank_low, first.rank_high) == (second.rank_low, second.rank_high)


def test_hundreds_of_edges_are_ranked_in_seconds() -> None:
    random = np.random.default_rng(5)
    began = time.perf_counter()
    found = cx.bottlenecks(random.exponential(1, (1000, 300)), [str(k) for k in range(300)], resamples=499)
    assert time.perf_counter() - began < 20
    assert len(found.edges) == 300


@pytest.mark.parametrize(
    ("totals", "names", "error"),
    [
        (np.ones((29, 2)), "ab", cx.NotEnoughHistory),
        (np.zeros((40, 2)), "ab", cx.NotIdentifiable),
        (np.ones((40, 2)), "abc", cx.ShapeMismatch),
        (np.ones((40, 2)), "aa", cx.BadParameter),
        (-np.ones((40, 2)), "ab", cx.BadCounts),
        (np.ones(40), "a", cx.ShapeMismatch),
    ],
)
def test_waiting_that_can_not_be_ranked_is_named(
    totals: np.ndarray, names: str, error: type[cx.AnalyticsError]
) -> None:
    with pytest.raises(error):
        cx.bottlenecks(totals, names)


@pytest.mark.parametrize("wrong", [{"n": -5}, {"n": 39}, {"resamples": 500.5}])
def test_fewer_journeys_than_rows_and_half_a_draw_are_named(wrong: dict[str, float]) -> None:
    with pytest.raises(cx.AnalyticsError, match=next(iter(wrong))):
        cx.bottlenecks(np.ones((40, 2)), ["a", "b"], **wrong)  # type: ignore[arg-type]


def test_shares_that_are_the_same_in_every_journey_have_no_order_and_no_interval() -> None:
    waits = np.random.default_rng(1).random((40, 1)) * [3, 3, 1, 0]
    for found, places in (
        (cx.bottlenecks(waits, "abcd"), [("a", 1, 3), ("b", 1, 3), ("c", 1, 3), ("d", 1, 4)]),
        (cx.bottlenecks(np.tile([5, 4, 0], (30, 1)), "abc"), [("a", 1, 2), ("b", 1, 2), ("c", 1, 3)]),
        (cx.bottlenecks(np.ones((40, 1)), "a"), [("a", 1, 1)]),
    ):
        assert [(one.edge, one.rank_low, one.rank_high) for one in found.edges] == places
        assert found.is_top_decided == (len(places) == 1)
        assert {(one.share.low, one.share.high, one.status) for one in found.edges} == {
            (None, None, "too_few")
        }


def test_an_edge_on_which_few_waited_has_neither_interval_nor_place_and_claims_no_order() -> None:
    """Half of all waiting is expected on each: on the first by two of a hundred journeys, which may be missing altogether."""
    random, claimed = np.random.default_rng(12), 0
    for _ in range(60):
        waits = random.exponential([50, 1, 1], (100, 3)) * (random.random((100, 3)) < [0.02, 1, 1])
        found = cx.bottlenecks(waits, "abc", resamples=499)
        rare = next(one for one in found.edges if one.edge == "a")
        assert (rare.share.low, rare.status, rare.rank_low, rare.rank_high) == (None, "too_few", 1, 3)
        assert not rare.is_ranked
        claimed += found.edges[0].rank_high == 1
    assert claimed / 60 < 0.05 + 3 * (0.05 * 0.95 / 60) ** 0.5
    waits = random.exponential([9, 1, 1], (100, 3)) * (random.random((100, 3)) < [1, 1, 0.02])
    assert cx.bottlenecks(waits, "abc").words == (
        "More waiting is at a than at any other edge on which enough waited to tell"
    )
    few = cx.bottlenecks(random.exponential(1, (100, 2)) * (np.arange(100) < 9)[:, None], "ab", resamples=499)
    assert few.words == "Too few waited on any edge to tell where most waiting is"
    assert not few.is_top_decided


def test_draws_in_which_nobody_waits_are_no_share_of_nought() -> None:
    waits = np.zeros((40, 2))
    waits[0] = 3, 1
    drawn = waiting_places._drawn(waits, 499, 1)
    assert 200 < len(drawn) < 499
    assert np.allclose(drawn, [0.75, 0.25])


# -- Paths of two groups ----------------------------------------------------------------------------------------------


def mixes(seed: int, *, shift: float = 0.0, n: int = 800) -> tuple[dict[str, int], dict[str, int]]:
    """Journeys by variant, with a long tail; the second group takes the first variant less often by `shift`."""
    random = np.random.default_rng(seed)
    chances = 1 / np.arange(1, 61) ** 1.2
    chances /= chances.sum()
    moved = chances.copy()
    moved[0] -= shift
    moved[1] += shift
    groups = (random.multinomial(n, chance) for chance in (moved, chances))
    now, before = ({f"v{k}": int(count) for k, count in enumerate(group) if count} for group in groups)
    return now, before


def test_paths_that_do_not_differ_are_said_not_to_in_nineteen_of_twenty_runs() -> None:
    found = [cx.compare_variants(*mixes(seed), permutations=199) for seed in range(300)]
    assert np.mean([one.p_value <= 0.05 for one in found]) < 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
    assert np.mean([one.distance for one in found]) == pytest.approx(
        np.mean([one.by_chance for one in found]), abs=0.005
    )


def test_paths_that_differ_are_found_and_a_large_distance_alone_is_not_enough() -> None:
    found = cx.compare_variants(*mixes(1, shift=0.12, n=2000))
    assert found.p_value < 0.01
    scattered = cx.compare_variants({f"a{k}": 1 for k in range(50)}, {f"b{k}": 1 for k in range(50)})
    assert (scattered.distance, scattered.by_chance) == pytest.approx((1, 1))
    assert scattered.words == "No difference of paths beyond chance"


def test_swapping_the_groups_changes_only_the_sign() -> None:
    now, before = mixes(3, shift=0.05)
    one, other = cx.compare_variants(now, before), cx.compare_variants(before, now)
    assert (one.distance, one.p_value, one.by_chance) == (other.distance, other.p_value, other.by_chance)
    parts = cx.compare_parts(now, before, n_now=800, n_before=800)
    turned = cx.compare_parts(before, now, n_now=800, n_before=800)
    for first, second in zip(parts, turned, strict=True):
        assert (first.change, first.low, first.high) == pytest.approx(
            (-second.change, -second.high, -second.low)
        )
        assert first.q_value == second.q_value


def test_the_change_of_a_part_has_newcombes_interval() -> None:
    (found,) = cx.compare_parts({"a": 56}, {"a": 48}, n_now=70, n_before=80)
    assert (found.low, found.high) == pytest.approx((0.052431, 0.333873), abs=1e-6), "Newcombe 1998"
    assert found.verdict == "higher"


def test_of_hundreds_of_parts_few_are_named_by_chance_and_those_that_moved_are() -> None:
    random, wrong, runs = np.random.default_rng(4), 0, 200
    chances = random.uniform(0.02, 0.9, 200)
    for _ in range(runs):
        now, before = (dict(enumerate(random.binomial(600, chances).tolist())) for _side in range(2))
        wrong += any(
            one.verdict in {"higher", "lower"}
            for one in cx.compare_parts(now, before, n_now=600, n_before=600)
        )
    assert wrong / runs < 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5
    before[7], now[7] = 60, 150
    (found,) = [one for one in cx.compare_parts(now, before, n_now=600, n_before=600) if one.key == 7]
    assert found.verdict == "higher"


@pytest.mark.parametrize(
    ("part", "n", "other", "other_n"),
    [(2, 50, 25, 5000), (0, 60, 9, 80), (97, 100, 700, 900), (12, 900, 1, 70)],
)
def test_few_of_a_kind_are_tested_exactly(part: int, n: int, other: int, other_n: int) -> None:
    given = stats.hypergeom(n + other_n, part + other, n)
    lower = given.cdf(part) - given.pmf(part) / 2
    found = same_share_p_values(*(np.array([float(one)]) for one in (part, n, other, other_n)))
    assert found[0] == pytest.approx(2 * min(lower, 1 - lower))


def test_rare_steps_and_rare_edges_that_do_not_differ_are_named_no_more_often_than_stated() -> None:
    random = np.random.default_rng(50)
    reached = [5000, 50, 5000, 60, 5000, 70, 5000, 80]
    bends = changes = 0
    for _ in range(200):
        steps = cx.drop_off_bends("abcdefgh", reached=reached, lost=random.binomial(reached, 0.005))
        bends += any(step.is_bend for step in steps)
        here, there = (dict(enumerate(random.binomial(n, 0.006, 100).tolist())) for n in (1_000, 20_000))
        parts = cx.compare_parts(here, there, n_now=1_000, n_before=20_000)
        changes += any(part.verdict in {"higher", "lower"} for part in parts)
    assert bends <= 10  # the normal curve named a bend in 20
    assert changes <= 15


def test_seldom_parts_are_too_few_and_no_journeys_are_no_error() -> None:
    (found,) = cx.compare_parts({"a": 3}, {"a": 1}, n_now=400, n_before=400)
    assert (found.verdict, found.p_value, found.status) == ("too_few", None, "too_few")
    (found,) = cx.compare_parts({"a": 3}, {}, n_now=400, n_before=0)
    assert found.verdict == "too_few"
    assert cx.compare_parts({}, {}, n_now=0, n_before=0) == ()
    assert cx.compare_variants({}, {"a": 5}).words == "Too few journeys to compare"


@pytest.mark.parametrize(
    ("work", "error"),
    [
        (lambda: cx.compare_parts({"a": 5}, {}, n_now=4, n_before=4), cx.BadCounts),
        (lambda: cx.compare_parts({"a": -5}, {}, n_now=4, n_before=4), cx.BadCounts),
        (lambda: cx.compare_parts({"a": 1.5}, {}, n_now=4, n_before=4), cx.BadCounts),
        (lambda: cx.compare_variants({"a": 1.5}, {"a": 2}), cx.BadCounts),
        (lambda: cx.compare_variants({"a": 1}, {"a": 2}, permutations=0), cx.BadParameter),
        (lambda: cx.compare_variants({"a": 10**9}, {"a": 2}), cx.BadCounts),
        (
            lambda: cx.path_drift({}, {}, variants_now={}, variants_before={}, false_alarm_rate=0),
            cx.BadParameter,
        ),
    ],
)
def test_paths_that_can_not_be_are_named(work: object, error: type[cx.AnalyticsError]) -> None:
    with pytest.raises(error):
        work()  # type: ignore[operator]


def drift_of(seed: int, *, shift: float = 0.0, n: int = 800) -> cx.PathDrift[str]:
    now, before = mixes(seed, shift=shift, n=n)
    return cx.path_drift(now, before, variants_now=now, variants_before=before, permutations=399)


def test_a_month_in_which_nothing_changed_is_quiet_in_nineteen_of_twenty() -> None:
    alarms = np.mean([not drift_of(seed).is_quiet for seed in range(200)])
    assert alarms < 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5


def test_what_moved_is_named_and_the_largest_move_first() -> None:
    found = drift_of(5, shift=0.12, n=3000)
    assert not found.is_quiet
    assert {one.key for one in found.moved} == {"v0", "v1"}
    assert found.words == "2 parts of the path changed beyond chance"
    assert drift_of(5).words == "Nothing changed in the path beyond chance"


@pytest.mark.slow
def test_false_alarms_of_drift_are_as_stated() -> None:
    assert np.mean([not drift_of(seed, n=400).is_quiet for seed in range(1000)]) < 0.065


def test_thousands_of_variants_are_compared_in_seconds() -> None:
    random = np.random.default_rng(1)
    now, before = (
        {str(k): int(count) for k, count in enumerate(random.geometric(0.2, 4000))} for _side in range(2)
    )
    began = time.perf_counter()
    cx.compare_variants(now, before, permutations=999)
    assert time.perf_counter() - began < 15
