"""Scores of one group against published values, and at the edges."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from candor import analytics as cx

# Rocks (2016), The American Statistician 70(4), his R functions (github brendan-r/NPS) run in R 4.2.2:
# detractors, passives, promoters: NPS, adjusted Wald, Tango (there "iterative"), in points.
ROCKS = [
    ((1, 2, 3), 33.333333, (-26.74325879, 71.18770324), (-31.10737846, 75.39566636)),
    ((2, 3, 5), 30.0, (-19.05061538, 65.20446153), (-21.65921975, 67.52778880)),
    ((3, 4, 3), 0.0, (-41.28909562, 41.28909562), (-44.42178091, 44.42178091)),
    ((5, 10, 15), 33.333333, (4.77813107, 55.82792953), (4.29809433, 56.65529611)),
    ((10, 25, 65), 55.0, (40.33440914, 66.46170736), (40.36680388, 66.61747776)),
    ((0, 2, 8), 80.0, (29.28387008, 93.79305300), (30.04409602, 94.33178485)),
    ((0, 0, 10), 100.0, (47.50355154, 100.0), (44.49344003, 100.0)),
    ((120, 230, 650), 53.0, (48.50953502, 57.17341613), (48.51038054, 57.17866053)),
]


def _points(estimate):
    return pytest.approx((100 * estimate.low, 100 * estimate.high), abs=1e-6)


@pytest.mark.parametrize(("counts", "score", "adjusted", "tango"), ROCKS)
def test_nps_and_both_intervals_equal_the_published_ones(counts, score, adjusted, tango):
    named = dict(zip(("detractors", "passives", "promoters"), counts, strict=True))
    wald = cx.net_promoter_score_adjusted_wald(**named)
    assert 100 * wald.value == pytest.approx(score, abs=1e-6)
    assert _points(wald) == adjusted
    assert _points(cx.net_promoter_score_tango(**named)) == tango


@pytest.mark.parametrize(
    ("counts", "variance", "error"),
    # Unit tests of the author's R package.
    [((1, 2, 3), 5 / 9, 0.304), ((1, 0, 1), 1, 0.707), ((0, 1, 1), 0.25, 0.354), ((1, 1, 1), 2 / 3, 0.471)],
)
def test_the_variance_of_an_answer_equals_the_authors_unit_tests(counts, variance, error):
    found = float(cx.score_variance(*map(float, counts)))
    assert found == pytest.approx(variance)
    assert math.sqrt(found / sum(counts)) == pytest.approx(error, abs=5e-4)


def test_nps_changes_from_tango_to_adjusted_wald_at_thirty_answers():
    assert cx.net_promoter_score(detractors=5, passives=10, promoters=14).method == "Tango score"
    assert cx.net_promoter_score(detractors=5, passives=10, promoters=15).method == "adjusted Wald"


# Newcombe (1998), Statistics in Medicine 17:857, table I; the digits beyond the fourth from R.
@pytest.mark.parametrize(
    ("favourable", "n", "low", "high"),
    [
        (81, 263, 0.2552885199, 0.366209577),
        (15, 148, 0.06238639953, 0.1604872417),
        (0, 20, 0, 0.1611251581),
        (1, 29, 0.006113214293, 0.1717552188),
    ],
)
def test_top_box_equals_newcombes_wilson_intervals(favourable, n, low, high):
    share = cx.top_box_share(favourable=favourable, n=n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-9)


def test_jeffreys_equals_the_published_interval():
    share = cx.top_box_share_jeffreys(favourable=81, n=263)
    assert (share.low, share.high) == pytest.approx((0.254522, 0.365647), abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 5, 30, 117, 1000])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (cx.top_box_share, "wilson"),
        (cx.top_box_share_clopper_pearson, "beta"),
        (cx.top_box_share_jeffreys, "jeffreys"),
    ],
)
def test_shares_agree_with_statsmodels(n, ours, theirs):
    for favourable in {0, 1, n // 3, n - 1, n}:
        share = ours(favourable=favourable, n=n)
        low, high = proportion_confint(favourable, n, method=theirs)
        # At 0 and n of n we keep the observed share inside Jeffreys' interval.
        assert share.low == pytest.approx(low, abs=1e-9) or (theirs == "jeffreys" and favourable == 0)
        assert share.high == pytest.approx(high, abs=1e-9) or (theirs == "jeffreys" and favourable == n)


def test_event_rate_equals_garwoods_exact_limits():
    # R: poisson.test(10, 1000)
    rate = cx.event_rate(events=10, exposure=1000)
    assert (rate.low, rate.high) == pytest.approx((0.004795388696, 0.018390356042), abs=1e-12)


def test_no_events_still_have_an_upper_limit():
    rate = cx.event_rate(events=0, exposure=100)
    assert (rate.value, rate.low) == (0, 0)
    assert rate.high == pytest.approx(-math.log(0.025) / 100)  # Hanley & Lippman-Hand (1983), at 97.5 %
    assert rate.status == "wide"


def test_mean_uses_students_interval_where_it_holds():
    counts = {1: 10, 2: 15, 3: 25, 4: 30, 5: 20}
    answers = [value for value, n in counts.items() for _ in range(n)]
    mean = cx.mean_score(counts=counts)
    assert mean.method == "Student t"
    low, high = stats.t.interval(0.95, 99, loc=mean.value, scale=stats.sem(answers))
    assert (mean.low, mean.high) == pytest.approx((low, high))


def test_mean_of_skewed_answers_falls_back_to_cells_and_stays_on_the_scale():
    mean = cx.mean_score(counts={1: 0, 2: 0, 3: 1, 4: 3, 5: 46})
    assert mean.method == "Dirichlet over cells"
    assert 1 <= mean.low < mean.value < mean.high <= 5


def test_the_unhappy_are_the_two_lowest_cells_unless_said_otherwise():
    answers = cx.Histogram.from_counts({1: 10, 2: 20, 3: 30, 4: 40})
    assert cx.bottom_box_of(answers).value == pytest.approx(0.3)
    assert cx.bottom_box_of(answers, favourable_to=3).value == pytest.approx(0.6)


def test_a_mean_at_a_level_close_to_one_stays_on_its_scale():
    mean = cx.mean_score(counts={1: 15, 5: 15}, level=1 - 1e-9)
    assert (mean.low, mean.high, mean.method) == (1, 5, "Student t")


def test_all_answers_equal_still_leave_doubt_when_the_scale_is_known():
    mean = cx.mean_score(counts={1: 0, 2: 0, 3: 0, 4: 0, 5: 12})
    assert mean.value == mean.high == 5
    assert 4 < mean.low < 5


def test_the_dirichlet_interval_equals_its_random_draws():
    import numpy as np

    cells = np.array([1.0, 2, 4, 9, 20])
    low, high = cx.dirichlet_limits(cells, np.arange(1.0, 6.0))
    drawn = np.random.default_rng(7).dirichlet(cells + 0.3, size=400_000) @ np.arange(1.0, 6.0)
    assert (float(low), float(high)) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.015)


def test_dirichlet_on_three_cells_equals_the_posterior_of_nps():
    import numpy as np

    # Dirichlet(1/2) posterior of counts 10, 25, 65: 40.43 … 66.51 points from two million draws.
    low, high = cx.dirichlet_limits(np.array([10.0, 25, 65]), np.array([-1.0, 0, 1]))
    assert (100 * float(low), 100 * float(high)) == pytest.approx((40.43, 66.51), abs=0.15)


def test_effort_turns_the_older_item_round():
    counts = {1: 30, 2: 30, 3: 20, 4: 10, 5: 5, 6: 3, 7: 2}
    newer = cx.effort_score(counts={8 - value: n for value, n in counts.items()})
    older = cx.effort_score(counts=counts, easy_is_high=False)
    assert older == newer
    assert older.easy_share.value == pytest.approx(0.8)


@pytest.mark.parametrize(("counts", "easy"), [({5: 3}, 1), ({1: 2, 2: 3}, 2), ({1: 2, 2: 3}, 0)])
def test_an_effort_score_in_which_none_or_all_are_easy_is_refused(counts, easy):
    with pytest.raises(cx.BadParameter, match=f"fewer than the {len(counts)} cells, and 1 or more"):
        cx.effort_score(counts=counts, easy_cells=easy)
    with pytest.raises(cx.EmptySample):
        cx.effort_score(counts={})


def test_index_equals_the_form_of_the_american_index():
    # Fornell et al. (1996): (Σ w x̄ − Σ w) / (9 Σ w) · 100
    found = cx.index_score(item_means=[7.9, 7.1, 7.2], item_weights=[0.42, 0.30, 0.28])
    assert 100 * found == pytest.approx(71.8222, abs=1e-4)


def test_index_of_answers_has_the_index_of_the_means_and_an_interval():
    answers = [[8, 7, 9], [9, 9, 8], [4, 5, 5], [10, 9, 10], [7, 6, 7], [6, 8, 7]]
    weights = [0.42, 0.30, 0.28]
    index = cx.index_of_answers(answers=answers, item_weights=weights)
    means = [sum(column) / 6 for column in zip(*answers, strict=True)]
    assert index.value == pytest.approx(cx.index_score(item_means=means, item_weights=weights))
    assert 0 <= index.low < index.value < index.high <= 1


@pytest.mark.parametrize("answer", [0.1, 0.7, 4.1])
def test_answers_that_are_all_equal_leave_student_no_interval_of_rounding(answer):
    for n in (3, 10, 47):
        found = cx.mean_score_t(counts={answer: n})
        assert (found.value, found.low, found.status) == (pytest.approx(answer), None, "too_few")
        index = cx.index_of_answers(answers=[[7, 7, 6]] * n, item_weights=[0.42, 0.3, 0.28])
        assert (index.low, index.high, index.status) == (None, None, "too_few")


@pytest.mark.parametrize(("n", "least", "most"), [(10, 0.61, 0.75), (30, 0.78, 0.89)])
def test_near_the_end_of_the_scale_the_interval_of_an_index_is_as_short_as_the_page_says(n, least, most):
    # docs/methods/effort-and-index-scores.md: 68 and 84 of 100.
    random, cells = np.random.default_rng(6), np.arange(1, 11)
    chances = [0.01, 0.005, 0.005, 0.01, 0.01, 0.01, 0.02, 0.03, 0.1, 0.8]
    truth, held = (cells @ chances - 1) / 9, 0
    for _ in range(400):
        answers = np.repeat(random.choice(cells, p=chances, size=(n, 1)), 3, axis=1)
        index = cx.index_of_answers(answers=answers, item_weights=[1, 1, 1])
        held += index.low is not None and index.low <= truth <= index.high
    assert least < held / 400 < most


class TestWeights:
    def test_equal_weights_change_nothing(self):
        plain = cx.net_promoter_score(detractors=10, passives=25, promoters=65)
        weighted = cx.weighted_net_promoter_score(
            detractors=20.0, passives=50.0, promoters=130.0, n=100, squared_weights=400.0
        )
        assert (weighted.value, weighted.low, weighted.high) == pytest.approx(
            (plain.value, plain.low, plain.high)
        )
        assert (weighted.n, weighted.n_effective, weighted.design_effect) == (100, 100, 1)

    def test_unequal_weights_widen_the_interval_as_fewer_answers_would(self):
        weighted = cx.weighted_net_promoter_score(
            detractors=10.0, passives=25.0, promoters=65.0, n=100, squared_weights=125.0
        )
        fewer = cx.net_promoter_score(detractors=8, passives=20, promoters=52)
        assert (weighted.low, weighted.high) == pytest.approx((fewer.low, fewer.high))

    def test_weights_of_zero_are_refused(self):
        with pytest.raises(cx.BadWeights):
            cx.weighted_net_promoter_score(detractors=0, passives=0, promoters=0, n=3, squared_weights=0)

    def test_squared_weights_too_small_to_be_true_are_refused(self):
        with pytest.raises(cx.BadWeights):
            cx.Weighting(n=10, total=10.0, squared=5.0)

    def test_the_mean_has_the_linearised_error_of_survey_packages(self):
        import numpy as np

        # Lumley's formula for independent draws, as in R survey::svymean.
        rng = np.random.default_rng(5)
        answers, weights = rng.integers(1, 6, 400).astype(float), rng.uniform(0.5, 2, 400)
        mean = cx.mean_of(cx.Histogram.from_answers(answers, weights=weights), scale=range(1, 6))
        centre = np.average(answers, weights=weights)
        error = np.sqrt(400 / 399 * ((weights * (answers - centre)) ** 2).sum()) / weights.sum()
        assert mean.value == pytest.approx(centre)
        assert mean.high - mean.value == pytest.approx(stats.t.ppf(0.975, 399) * error)

    def test_weights_that_go_with_the_answers_make_a_share_too_sure_or_unsure_as_the_page_says(self):
        random = np.random.default_rng(3)

        def held(weight):
            asked = (
                0.1 / weight / (0.1 / weight + 0.9)
            )  # of the answers, so that a tenth of the weight is theirs
            rare = random.binomial(300, asked, 2_000)
            total, squared = rare * weight + 300 - rare, rare * weight**2 + 300 - rare
            n = total**2 / squared
            low, high = cx.wilson_limits(n * rare * weight / total, n)
            return np.mean((low <= 0.1) & (high >= 0.1))

        assert (held(3.0), held(1 / 3)) == pytest.approx((0.84, 0.995), abs=0.02)

    def test_weighted_shares_use_the_effective_n(self):
        share = cx.weighted_top_box_share(favourable=60.0, total=100.0, n=100, squared_weights=200.0)
        half = cx.top_box_share(favourable=30, n=50)
        assert (share.low, share.high) == pytest.approx((half.low, half.high))
        assert share.design_effect == 2


class TestEdges:
    @pytest.mark.parametrize(
        "empty",
        [
            lambda: cx.net_promoter_score(detractors=0, passives=0, promoters=0),
            lambda: cx.top_box_share(favourable=0, n=0),
            lambda: cx.mean_score(counts={1: 0, 5: 0}),
            lambda: cx.event_rate(events=0, exposure=0),
            lambda: cx.index_of_answers(answers=[], item_weights=[1.0]),
            lambda: cx.nps_of(cx.Histogram()),
            lambda: cx.mean_of(cx.Histogram()),
            lambda: cx.weighted_top_box_share(favourable=0, total=0, n=0, squared_weights=0),
        ],
    )
    def test_nothing_counted_gives_no_number_but_words(self, empty):
        estimate = empty()
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)
        assert estimate.status == "too_few"
        assert estimate.words == "No answers yet"

    @pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), 1.5])
    def test_counts_that_cannot_be_are_refused_with_their_facts(self, bad):
        with pytest.raises(cx.BadCounts) as caught:
            cx.net_promoter_score(detractors=bad, passives=1, promoters=1)
        assert caught.value.code == "bad_counts"
        assert caught.value.facts["name"] == "detractors"

    def test_more_favourable_than_answers_is_refused(self):
        with pytest.raises(cx.BadCounts, match="at most 3"):
            cx.top_box_share(favourable=4, n=3)

    def test_events_without_exposure_are_refused(self):
        with pytest.raises(cx.BadCounts):
            cx.event_rate(events=3, exposure=0)

    def test_a_mean_without_a_scale_is_refused(self):
        with pytest.raises(cx.EmptySample):
            cx.mean_score(counts={})

    @pytest.mark.parametrize("level", [0, 1, -0.5, 1.2, float("nan")])
    def test_levels_outside_zero_and_one_are_refused(self, level):
        with pytest.raises(cx.BadParameter):
            cx.net_promoter_score(detractors=1, passives=1, promoters=1, level=level)

    @pytest.mark.parametrize("counts", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (0, 2, 0)])
    def test_one_or_two_answers_give_a_wide_interval_around_the_score(self, counts):
        score = cx.net_promoter_score(
            **dict(zip(("detractors", "passives", "promoters"), counts, strict=True))
        )
        assert -1 <= score.low <= score.value <= score.high <= 1
        assert score.status == "wide"

    @pytest.mark.parametrize("n", [1, 2, 9])
    def test_passives_alone_leave_the_interval_that_can_be_written_down(self, n):
        # With only passives Tango's equation is nD² = z²·D(1 − D): D = z² / (n + z²).
        score = cx.net_promoter_score_tango(detractors=0, passives=n, promoters=0)
        z2 = stats.norm.ppf(0.975) ** 2
        assert (score.low, score.high) == pytest.approx((-z2 / (n + z2), z2 / (n + z2)))

    def test_fewer_answers_than_wanted_are_said_in_words(self):
        score = cx.net_promoter_score(detractors=1, passives=2, promoters=4, least_n=30)
        assert score.value == pytest.approx(3 / 7)
        assert score.status == "too_few"
        assert score.words == "Too few answers to tell (7 of at least 30)"

    def test_each_score_is_wide_on_its_own_scale(self):
        # Widths 0.51 and 0.26 of a scale of 2; 0.27 and 0.19 of a scale of 1; 1.2 and 0.5 of a scale of 4.
        nps = [
            cx.net_promoter_score(detractors=5 * k, passives=10 * k, promoters=15 * k).status for k in (1, 4)
        ]
        share = [cx.top_box_share(favourable=25 * k, n=50 * k).status for k in (1, 2)]
        mean = [cx.mean_score(counts={1: 6 * k, 2: 0, 3: 6 * k, 4: 0, 5: 6 * k}).status for k in (1, 8)]
        assert nps == share == mean == ["wide", "ok"]

    def test_wide_starts_beyond_a_quarter_of_the_scale(self):
        assert cx.status_of(n=50, low=0.0, high=cx.WIDE_SHARE * 2, scale_width=2) == "ok"
        assert cx.status_of(n=50, low=0.0, high=cx.WIDE_SHARE * 2 + 1e-9, scale_width=2) == "wide"
        assert cx.status_of(n=0, low=0.0, high=0.1, scale_width=2) == "too_few"

    def test_items_outside_their_scale_are_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.index_score(item_means=[11.0], item_weights=[1.0])
        with pytest.raises(cx.BadWeights):
            cx.index_score(item_means=[5.0], item_weights=[0.0])
        with pytest.raises(cx.ShapeMismatch):
            cx.index_score(item_means=[5.0, 6.0], item_weights=[1.0])


@pytest.mark.parametrize("count", ["3", None])
def test_counts_that_are_no_numbers_have_a_name(count):
    with pytest.raises(cx.AnalyticsError):
        cx.net_promoter_score(detractors=count, passives=1, promoters=1)
    with pytest.raises(cx.AnalyticsError):
        cx.top_box_share(favourable=1, n=count)


def test_a_share_of_weeks_that_are_late_together_is_held_as_seldom_as_the_page_of_promises_says():
    random = np.random.default_rng(5)
    kept = random.binomial(30, random.beta(8, 2, (4_000, 13))).sum(axis=1).astype(float)
    low, high = cx.wilson_limits(kept, np.full(4_000, 390.0))
    assert np.mean((low <= 0.8) & (high >= 0.8)) == pytest.approx(0.69, abs=0.02)


def test_n_is_a_whole_number_whatever_it_was_given_as():
    assert type(cx.net_promoter_score(detractors=1.0, passives=1.0, promoters=2.0).n) is int
    assert type(cx.top_box_share(favourable=1.0, n=2.0).n) is int
