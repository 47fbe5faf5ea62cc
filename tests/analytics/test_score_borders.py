"""Borders, defaults and the last digit of the scores: what a change of one character would spoil without a sound."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from candor import analytics as cx
from candor.analytics import comparisons, net_promoter

COUNTS, WEIGHTED = cx.Histogram.from_counts, cx.Histogram.from_weighted
ELEVEN = COUNTS({value: 2**value for value in range(11)})  # every cell can be told from every sum of others
FIVE = COUNTS({1: 1, 2: 2, 3: 4, 4: 8, 5: 16})
WEIGHED = WEIGHTED({2: (20, 30.0, 60.0), 8: (30, 25.0, 30.0), 10: (50, 45.0, 60.0)})
THREE = {"detractors": 10, "passives": 25, "promoters": 65}
ARRAYS = [np.array(float(count)) for count in THREE.values()]
PARTS = np.array(24.0), np.array(31.0)
SHARES = {"favourable_now": 9, "n_now": 12, "favourable_before": 3, "n_before": 15}
RATES = {"events_now": 60, "exposure_now": 100.0, "events_before": 20, "exposure_before": 100.0}
TRIPLES = {"now": (10, 25, 65), "before": (20, 30, 50)}
TELL_LEAST_N = [
    lambda **told: cx.net_promoter_score(**THREE, **told),
    lambda **told: cx.net_promoter_score_adjusted_wald(**THREE, **told),
    lambda **told: cx.net_promoter_score_tango(**THREE, **told),
    lambda **told: cx.top_box_share(favourable=24, n=31, **told),
    lambda **told: cx.top_box_share_jeffreys(favourable=24, n=31, **told),
    lambda **told: cx.top_box_share_clopper_pearson(favourable=24, n=31, **told),
    lambda **told: cx.mean_score(counts=FIVE.counts, **told),
    lambda **told: cx.mean_score_t(counts=FIVE.counts, **told),
    lambda **told: cx.mean_score_dirichlet(counts=FIVE.counts, **told),
    lambda **told: cx.nps_of(ELEVEN, **told),
    lambda **told: cx.nps_of(WEIGHED, **told),
    lambda **told: cx.top_box_of(FIVE, **told),
    lambda **told: cx.top_box_of(WEIGHED, **told),
    lambda **told: cx.bottom_box_of(FIVE, **told),
    lambda **told: cx.mean_of(FIVE, **told),
    lambda **told: cx.mean_of(WEIGHED, **told),
    lambda **told: cx.compare_nps(ELEVEN, COUNTS({0: 10, 8: 10}), **told),
    lambda **told: cx.compare_top_box(FIVE, COUNTS({3: 6, 5: 2}), **told),
    lambda **told: cx.compare_means(FIVE, COUNTS({3: 6, 5: 2}), **told),
    lambda **told: cx.compare_net_promoter_counts(**TRIPLES, **told),
    lambda **told: cx.compare_shares(**SHARES, **told),
    lambda **told: cx.compare_event_rates(**RATES, **told),
]
TELL_LIMITS = [
    lambda **told: cx.wilson_limits(*PARTS, **told),
    lambda **told: cx.jeffreys_limits(*PARTS, **told),
    lambda **told: cx.clopper_pearson_limits(*PARTS, **told),
    lambda **told: cx.newcombe_limits(*PARTS, *PARTS, **told),
    lambda **told: net_promoter.adjusted_wald_limits(*ARRAYS, **told),
    lambda **told: net_promoter.tango_limits(*ARRAYS, **told),
    lambda **told: net_promoter.net_promoter_limits(*ARRAYS, **told),
]


@pytest.mark.parametrize("score", TELL_LEAST_N)
def test_every_score_says_95_per_cent_and_asks_for_no_least_n_unless_told(score):
    assert score() == score(level=0.95, least_n=0)
    found = score(level=0.9, least_n=10**6)
    assert (found.level, found.least_n) == (0.9, 10**6)
    assert "too_few" in (getattr(found, "status", None), getattr(found, "verdict", None))
    assert found.high - found.low < score().high - score().low


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_no_interval_of_nps_leaves_out_the_score_itself(level):
    counts = np.array(
        [
            (down, n - down - up, up)
            for n in (3, 7, 8, 29, 30, 40)
            for down in range(n + 1)
            for up in range(n + 1 - down)
        ]
    )
    down, middle, up = counts.T.astype(float)
    for limits in (net_promoter.net_promoter_limits, net_promoter.adjusted_wald_limits):
        low, high = limits(down, middle, up, level=level)
        seen = (up - down) / (down + middle + up)
        assert ((low <= seen) & (seen <= high)).all()
        assert ((low >= -1) & (high <= 1)).all()


@pytest.mark.parametrize("limits", TELL_LIMITS)
def test_every_pair_of_limits_holds_95_per_cent_unless_told(limits):
    told = limits(level=0.95)
    assert [float(end) for end in limits()] == [float(end) for end in told]
    assert float(limits(level=0.9)[1]) < float(told[1])


class TestBoxes:
    def test_detractors_end_at_six_and_promoters_begin_at_nine(self):
        down, middle, up = cx.net_promoter_cells(ELEVEN)
        assert (down.n, middle.n, up.n) == (2**7 - 1, 2**7 + 2**8, 2**9 + 2**10)
        assert cx.nps_of(ELEVEN).value == pytest.approx((up.n - down.n) / ELEVEN.n)

    def test_a_comparison_of_nps_draws_the_same_borders(self):
        found = cx.compare_nps(ELEVEN, COUNTS({0: 10, 8: 10}))
        assert found.change == pytest.approx(cx.nps_of(ELEVEN).value + 0.5)

    def test_favourable_begins_at_four(self):
        assert cx.top_box_of(FIVE).value == pytest.approx(24 / 31)
        assert cx.compare_top_box(FIVE, COUNTS({1: 1, 5: 1})).change == pytest.approx(24 / 31 - 1 / 2)

    def test_unfavourable_ends_at_two(self):
        assert cx.bottom_box_of(FIVE).value == pytest.approx(3 / 31)

    def test_a_comparison_of_top_boxes_has_the_interval_of_the_same_boxes(self):
        found = cx.compare_top_box(FIVE, COUNTS({3: 6, 4: 2, 5: 2}))
        low, high = cx.newcombe_limits(*(np.array(float(count)) for count in (24, 31, 4, 10)))
        assert (found.low, found.high) == pytest.approx((float(low), float(high)))

    def test_detractors_and_promoters_must_leave_a_border_between_them(self):
        with pytest.raises(cx.BadParameter, match="below promoters_from"):
            cx.nps_of(ELEVEN, detractors_to=7, promoters_from=7)

    def test_the_three_boxes_of_a_weighted_sample_add_up_to_all_of_it(self):
        answers = WEIGHTED({3: (4, 2.0, 1.5), 7: (6, 5.0, 6.0), 8.5: (1, 0.5, 0.25), 10: (9, 11.0, 15.0)})
        boxes = cx.net_promoter_cells(answers)
        assert [box.n for box in boxes] == [4, 7, 9]
        assert [box.weight for box in boxes] == [2.0, 5.5, 11.0]
        assert [box.squared for box in boxes] == [1.5, 6.25, 15.0]

    def test_rounding_of_weights_never_leaves_less_than_nothing_in_the_middle(self):
        weights = {0: 0.1, 1: 0.1, 9: 0.3, 10: 0.1}
        answers = WEIGHTED({value: (1, weight, weight**2) for value, weight in weights.items()})
        _, middle, _ = cx.net_promoter_cells(answers)
        whole = answers.between(-math.inf, math.inf)
        down, up = answers.between(-math.inf, 6), answers.between(9, math.inf)
        assert whole.weight - down.weight - up.weight < 0  # the rounding that is meant
        assert middle.weight == 0
        assert middle.squared == 0


class TestWeighted:
    def test_a_weighted_histogram_takes_the_weighted_way(self):
        score = cx.nps_of(WEIGHED)
        assert score.n == 100
        assert score.n_effective == pytest.approx(100.0**2 / 150)
        assert score.method == "adjusted Wald on effective n"
        assert score == cx.weighted_net_promoter_score(
            detractors=30.0, passives=25.0, promoters=45.0, n=100, squared_weights=150.0
        )

    def test_an_unweighted_histogram_takes_the_plain_way(self):
        assert cx.nps_of(ELEVEN).method == "adjusted Wald"
        assert cx.top_box_of(FIVE).method == "Wilson"
        assert cx.mean_of(FIVE) == cx.mean_score(counts=FIVE.counts)

    def test_cells_that_nobody_chose_weigh_nothing(self):
        narrow, wide = (cx.mean_of(WEIGHED, scale=scale) for scale in ([2, 8, 10], range(11)))
        assert wide.value == pytest.approx((2 * 30 + 8 * 25 + 10 * 45) / 100)
        assert wide.n_effective == pytest.approx(narrow.n_effective)
        assert wide.n == narrow.n == 100

    def test_a_share_of_a_weighted_histogram_is_that_of_its_weights(self):
        share = cx.top_box_of(WEIGHED, favourable_from=10)
        assert share == cx.weighted_top_box_share(favourable=45.0, total=100.0, n=100, squared_weights=150.0)

    def test_weighted_histograms_add_up_cell_by_cell(self):
        more = WEIGHTED({1: (3, 2.0, 1.5), 8: (5, 4.0, 3.5)})
        both = {1: (3, 2.0, 1.5), 2: (20, 30.0, 60.0), 8: (35, 29.0, 33.5), 10: (50, 45.0, 60.0)}
        assert WEIGHED + more == more + WEIGHED == cx.total_of([WEIGHED, more]) == WEIGHTED(both)
        assert cx.total_of([]) == cx.Histogram()

    def test_weights_where_nobody_answered_are_refused(self):
        for weight, squared in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0)):
            with pytest.raises(cx.BadWeights, match="nobody answered"):
                WEIGHTED({5: (0, weight, squared)})

    @pytest.mark.parametrize("n", [-1, 1.5, math.nan, math.inf])
    def test_answers_that_cannot_be_counted_are_refused(self, n):
        with pytest.raises(cx.BadCounts):
            WEIGHTED({5: (n, 0.0, 0.0)})

    def test_only_one_of_both_sums_may_differ_for_a_histogram_to_be_weighted(self):
        assert WEIGHTED({5: (2, 2.0, 3.0)}).is_weighted
        assert WEIGHTED({5: (2, 1.5, 2.0)}).is_weighted
        assert not WEIGHTED({5: (2, 2.0, 2.0)}).is_weighted

    def test_changes_of_weighted_nps_are_those_at_the_effective_n(self):
        found = cx.compare_nps(WEIGHED, COUNTS({2: 30, 8: 30, 10: 40}))
        scale = (100.0**2 / 150) / 100
        ours = cx.adjusted_moments(*(np.array(scale * weight) for weight in (30.0, 25.0, 45.0)))
        theirs = cx.adjusted_moments(*(np.array(count) for count in (30.0, 30.0, 40.0)))
        half = stats.norm.ppf(0.975) * math.sqrt(ours[1] + theirs[1])
        centre = float(ours[0] - theirs[0])
        assert (found.low, found.high) == pytest.approx((centre - half, centre + half))

    def test_means_of_weighted_answers_are_not_compared_by_welch(self):
        even = WEIGHTED({1: (40, 40.0, 60.0), 3: (40, 40.0, 60.0), 5: (40, 40.0, 60.0)})
        plain = COUNTS({1: 40, 3: 40, 5: 40})
        for now, before in ((even, plain), (plain, even)):
            assert "Zou" in cx.compare_means(now, before, scale=range(1, 6)).method


class TestExactness:
    @pytest.mark.parametrize("level", [0.3, 0.5, 0.8, 0.999])
    def test_tangos_interval_holds_at_every_level(self, level):
        # With only passives Tango's equation is nD² = z²·D(1 − D): D = z² / (n + z²).
        z2 = stats.norm.ppf((1 + level) / 2) ** 2
        score = cx.net_promoter_score_tango(detractors=0, passives=4, promoters=0, level=level)
        assert (score.low, score.high) == pytest.approx((-z2 / (4 + z2), z2 / (4 + z2)), abs=1e-12)

    @pytest.mark.parametrize("n", [0.5, 1, 1.5])
    def test_tangos_interval_of_a_single_promoter_can_be_written_down(self, n):
        z2 = stats.norm.ppf(0.75) ** 2
        low, high = cx.tango_limits(np.array(0.0), np.array(0.0), np.array(n), level=0.5)
        assert (float(low), float(high)) == pytest.approx(((n - z2) / (n + z2), 1), abs=1e-12)

    def test_parts_of_an_answer_have_the_intervals_of_the_formulas(self):
        # Effective counts of a weighted sample are fractions.
        for part, n in ((0.5, 10.0), (9.5, 10.0), (0.5, 0.9)):
            low, high = cx.clopper_pearson_limits(np.array(part), np.array(n))
            exact = stats.beta.ppf(0.025, part, n - part + 1), stats.beta.ppf(0.975, part + 1, n - part)
            assert (float(low), float(high)) == pytest.approx(exact)
            peer = proportion_confint(part, n, method="wilson")
            ours = cx.wilson_limits(np.array(part), np.array(n))
            assert tuple(map(float, ours)) == pytest.approx(peer)

    def test_tangos_interval_is_solved_to_the_last_digits(self):
        # All promoters: n(1 − D)² = z²·(1 − D)(1 + D) at no detractors: D = (n − z²) / (n + z²).
        z2 = stats.norm.ppf(0.975) ** 2
        score = cx.net_promoter_score_tango(detractors=0, passives=0, promoters=20)
        assert score.low == pytest.approx((20 - z2) / (20 + z2), abs=1e-14)

    @pytest.mark.parametrize(
        "share", [cx.top_box_share, cx.top_box_share_jeffreys, cx.top_box_share_clopper_pearson]
    )
    def test_none_and_all_of_a_few_reach_the_ends_exactly(self, share):
        for n in (1, 3, 7, 20, 1000):
            none, everyone = share(favourable=0, n=n), share(favourable=n, n=n)
            assert (none.low, everyone.high) == (0.0, 1.0)
            assert 0 < none.high < 1
            assert 0 < everyone.low < 1

    @pytest.mark.parametrize(
        ("counts", "alone"),
        [
            ((10, 10, 9), net_promoter.tango_limits),
            ((0, 0, 29), net_promoter.tango_limits),
            ((10, 10, 10), net_promoter.adjusted_wald_limits),
            ((0, 0, 30), net_promoter.adjusted_wald_limits),
            ((0, 30, 0), net_promoter.adjusted_wald_limits),
            ((30, 0, 0), net_promoter.adjusted_wald_limits),
        ],
    )
    def test_thirty_answers_of_any_kind_change_the_interval(self, counts, alone):
        three = [np.array(float(count)) for count in counts]
        assert [float(end) for end in cx.net_promoter_limits(*three)] == [float(end) for end in alone(*three)]

    def test_no_answers_leave_the_whole_scale(self):
        none = np.array(0.0)
        assert [float(end) for end in cx.tango_limits(none, none, none)] == [-1, 1]
        assert [float(end) for end in cx.wilson_limits(none, none)] == [0, 1]
        assert [float(end) for end in cx.clopper_pearson_limits(none, none)] == [0, 1]

    def test_a_table_of_one_shape_comes_back_in_that_shape(self):
        down = np.arange(6.0).reshape(2, 3)
        for limits in (cx.tango_limits, cx.net_promoter_limits, cx.adjusted_wald_limits):
            low, high = limits(down, down + 8, down * 5)
            assert low.shape == high.shape == (2, 3)
            for place in np.ndindex(2, 3):
                alone = limits(down[place], down[place] + 8, down[place] * 5)
                assert (low[place], high[place]) == pytest.approx(tuple(map(float, alone)))


class TestChanges:
    def test_a_change_of_nps_is_at_most_two(self):
        best, worst = COUNTS({10: 20}), COUNTS({0: 20})
        assert cx.compare_nps(best, worst, level=0.999).high == 2
        assert cx.compare_nps(worst, best, level=0.999).low == -2

    def test_an_interval_of_nps_ends_with_the_scale(self):
        for few in (10, 15):
            assert cx.net_promoter_score_adjusted_wald(detractors=few, passives=0, promoters=0).low == -1
            assert cx.net_promoter_score_adjusted_wald(detractors=0, passives=0, promoters=few).high == 1

    def test_two_intervals_combine_as_their_formula_says(self):
        now, before = (
            cx.mean_of(COUNTS({4: 2, 5: 10}), scale=range(1, 6)),
            cx.mean_of(FIVE, scale=range(1, 6)),
        )
        low, high = map(float, comparisons.combined_limits(now, before))
        change = now.value - before.value
        assert low == pytest.approx(change - math.hypot(now.value - now.low, before.high - before.value))
        assert high == pytest.approx(change + math.hypot(now.high - now.value, before.value - before.low))

    def test_a_change_of_shares_is_at_most_one(self):
        found = cx.compare_shares(favourable_now=3, n_now=3, favourable_before=0, n_before=3)
        assert found.high == 1
        assert cx.compare_shares(favourable_now=0, n_now=3, favourable_before=3, n_before=3).low == -1

    def test_a_side_without_an_interval_leaves_the_change_without_one(self):
        known, unknown = cx.mean_of(FIVE), cx.mean_of(COUNTS({5: 12}))
        nothing = cx.mean_of(COUNTS({}))
        assert unknown.low is None
        for sides in ((known, unknown), (unknown, known), (known, nothing), (nothing, known)):
            assert all(math.isnan(float(end)) for end in comparisons.combined_limits(*sides))
        found = cx.compare_means(COUNTS({5: 12}), COUNTS({5: 15}))
        assert (found.change, found.low, found.high) == (0, None, None)


class TestVerdictsAtTheBorder:
    def test_a_verdict_needs_the_test_beyond_chance_not_at_it(self):
        assert comparisons.verdict_of(0.2, (0.1, 0.3), 0.1, 1 - 0.95) == "no_clear_change"
        assert comparisons.verdict_of(0.2, (0.1, 0.3), 0.1, 0.0499) == "higher"
        assert comparisons.verdict_of(-0.2, (-0.3, -0.1), -0.1, 0.0499) == "lower"
        assert comparisons.verdict_of(0.2, (0.1, 0.3), 0.1, 0.08, level=0.9) == "higher"

    def test_a_clear_fall_is_lower(self):
        found = cx.compare_nps(COUNTS({3: 60, 8: 60, 10: 80}), COUNTS({3: 10, 8: 20, 10: 170}))
        assert found.verdict == "lower"
        assert found.change < 0

    def test_a_score_or_answers_that_stand_still_give_no_verdict(self):
        assert comparisons.verdict_of(0.0, (0.1, 0.3), 0.1, 0.001) == "no_clear_change"
        assert comparisons.verdict_of(0.2, (0.1, 0.3), 0.0, 0.001) == "no_clear_change"

    def test_an_interval_that_touches_nothing_gives_no_verdict(self):
        assert comparisons.verdict_of(0.2, (0.0, 0.3), 0.1, 0.001) == "no_clear_change"
        assert comparisons.verdict_of(-0.2, (-0.3, 0.0), -0.1, 0.001) == "no_clear_change"
        assert comparisons.verdict_of(0.2, (math.nan, math.nan), 0.1, 0.001) == "no_clear_change"

    def test_as_many_as_wanted_on_both_sides_are_enough(self):
        now, before = COUNTS({9: 40}), COUNTS({0: 30})
        assert cx.compare_nps(now, before, least_n=30).verdict == "higher"
        assert cx.compare_nps(now, before, least_n=31).verdict == "too_few"
        assert cx.compare_event_rates(**RATES, least_n=20).verdict == "higher"
        assert cx.compare_event_rates(**RATES, least_n=21).verdict == "too_few"

    @pytest.mark.parametrize(("successes", "p"), [(0, 0.5), (1, 0.5)])
    def test_one_event_in_all_has_the_mid_p_that_can_be_written_down(self, successes, p):
        assert comparisons.exact_binomial_mid_p(successes, 1, 0.5) == pytest.approx(p)

    def test_no_event_in_all_is_no_sign_of_anything(self):
        assert comparisons.exact_binomial_mid_p(0, 0, 0.5) == 1

    @pytest.mark.parametrize("share", [-0.5, 0.0, 1.0, 1.5, math.nan])
    def test_a_share_that_leaves_no_chance_is_refused(self, share):
        with pytest.raises(cx.BadParameter):
            comparisons.exact_binomial_mid_p(1, 2, share)

    def test_three_counts_are_needed_on_each_side(self):
        for compare in (cx.compare_net_promoter_counts, comparisons.compare_net_promoter_counts):
            with pytest.raises(ValueError, match=r"3 entries|shorter"):
                compare(now=(1, 2), before=(1, 2, 3))

    def test_a_comparison_carries_what_was_asked_of_it(self):
        found = cx.compare_shares(
            favourable_now=9, n_now=12, favourable_before=3, n_before=15, level=0.9, least_n=5
        )
        assert (found.n_now, found.n_before, found.level, found.least_n) == (12, 15, 0.9, 5)
        low, high = cx.newcombe_limits(*(np.array(float(count)) for count in (9, 12, 3, 15)), level=0.9)
        assert (found.low, found.high) == pytest.approx((float(low), float(high)))


@pytest.mark.parametrize(
    ("weights", "status"), [([0.0] * 29 + [1.0], "too_few"), ([0.0] * 25 + [1.0] * 5, "wide"), ([1.0] * 29 + [40.0], "too_few")]
)  # fmt: skip
def test_what_nearly_one_answer_carries_is_too_few_however_many_weigh_nothing(weights, status):
    one = cx.Histogram.from_answers([*range(1, 6)] * 6, weights=weights)
    many = COUNTS({1: 20, 5: 20})
    for score in (
        cx.nps_of,
        cx.top_box_of,
        lambda given, **told: cx.mean_of(given, scale=range(1, 6), **told),
    ):
        assert score(one, least_n=30).status == status
        assert score(one).status != "too_few"
    assert (cx.compare_means(one, many, least_n=30).verdict == "too_few") == (status == "too_few")


GIANT = {
    "nps": lambda n: cx.net_promoter_score(detractors=n, passives=0, promoters=n),
    "share": lambda n: cx.top_box_share_jeffreys(favourable=n, n=n),
    "mean": lambda n: cx.mean_score(counts={1: 1, 5: n}),
    "rate": lambda n: cx.event_rate(events=n, exposure=5.0),
    "histogram": lambda n: cx.nps_of(cx.Histogram.from_counts({3: 1, 10: n})),
    "median": lambda n: cx.median_ranks(n),
    "quantile": lambda n: cx.quantile_ranks(n, 0.9),
}


@pytest.mark.parametrize("score", GIANT.values(), ids=GIANT)
@pytest.mark.filterwarnings("error")
def test_counts_are_told_up_to_ten_to_the_fifteenth_and_refused_above_where_quantiles_never_end(score):
    for n in (10**12, 10**15):
        found = score(n)
        low, high = found if isinstance(found, tuple) else (found.low, found.high)
        assert low < high
    for n in (10**15 + 1, 10**18, 10**24):
        with pytest.raises((cx.BadCounts, cx.BadParameter)):
            score(n)


def test_limits_of_shares_refuse_totals_whose_quantiles_lose_their_digits():
    with pytest.raises(cx.BadCounts):
        cx.jeffreys_limits(10**18, 3 * 10**18)
