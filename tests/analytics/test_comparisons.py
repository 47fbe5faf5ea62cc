"""Comparisons of independent groups and periods against published values, peers and simulation."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from candor import analytics as cx

COUNTS = cx.Histogram.from_counts


def _answers(histogram):
    return [cell.value for cell in histogram.cells for _ in range(cell.n)]


# Adjusted Wald on each side, Lewis & Sauro (2021): change, interval in points.
@pytest.mark.parametrize(
    ("now", "before", "change", "low", "high"),
    [((10, 25, 65), (20, 30, 50), 25.0, 4.324, 44.220), ((120, 230, 650), (150, 230, 620), 6.0, None, None)],
)
def test_the_change_in_nps_has_the_published_interval(now, before, change, low, high):
    found = cx.compare_net_promoter_counts(now=now, before=before)
    assert 100 * found.change == pytest.approx(change)
    if low is not None:
        assert (100 * found.low, 100 * found.high) == pytest.approx((low, high), abs=5e-4)


# Lewis & Sauro (2021): difference of the adjusted scores in points, and the two-sided p of its z.
@pytest.mark.parametrize(
    ("now", "before", "difference", "p"),
    [
        ((10, 25, 65), (20, 30, 50), 24.272, 0.017088),
        ((5, 10, 15), (3, 7, 20), -21.212, 0.2314),
        ((120, 230, 650), (150, 230, 620), 5.982, 0.06315),
    ],
)
def test_the_adjusted_difference_and_its_p_value_equal_the_published_ones(now, before, difference, p):
    ours, theirs = (cx.adjusted_moments(*map(np.float64, counts)) for counts in (now, before))
    z = (ours[0] - theirs[0]) / np.sqrt(ours[1] + theirs[1])
    assert 100 * (ours[0] - theirs[0]) == pytest.approx(difference, abs=5e-4)
    assert 2 * stats.norm.sf(abs(z)) == pytest.approx(p, abs=5e-5)


def test_the_adjusted_difference_has_the_published_error():
    now, before = (cx.adjusted_moments(*map(np.float64, counts)) for counts in ((10, 25, 65), (20, 30, 50)))
    error = np.sqrt(now[1] + before[1])
    assert 100 * error == pytest.approx(10.178, abs=5e-4)
    assert (now[0] - before[0]) / error == pytest.approx(2.38481, abs=5e-6)


# All pairs of samples counted out; a simulation of 60,000 pairs gave 2.4 % for the first, where the plain Wald test calls 26.6 %.
@pytest.mark.parametrize(
    ("n_now", "n_before", "profile", "called"),
    [
        (10, 50, (0.02, 0.08, 0.90), 0.0241),
        (10, 10, (0.20, 0.30, 0.50), 0.0376),
        (10, 10, (0.02, 0.08, 0.90), 0.0004),
    ],
)
def test_the_adjusted_test_never_calls_more_changes_than_stated_when_nothing_changed(
    n_now, n_before, profile, called
):
    (now, chance_now), (before, chance_before) = (_all_samples(n, profile) for n in (n_now, n_before))
    z = np.abs(now[0][:, None] - before[0]) / np.sqrt(now[1][:, None] + before[1])
    found = float(((z > 1.959964) * chance_now[:, None] * chance_before).sum())
    assert found == pytest.approx(called, abs=5e-5)
    assert found <= 0.05


def _all_samples(n, profile):
    """Adjusted mean and variance of every possible sample of n answers, and the chance of each."""
    counts = np.array([(d, p, n - d - p) for d in range(n + 1) for p in range(n + 1 - d)], dtype=float).T
    return cx.adjusted_moments(*counts), stats.multinomial.pmf(counts.T, n, profile)


def test_the_permutation_test_of_nps_equals_the_one_in_r():
    # R 4.2.2, 100,000 permutations: p = .2861.
    p = cx.mean_permutation(COUNTS({-1: 5, 0: 10, 1: 15}), COUNTS({-1: 3, 0: 7, 1: 20}), permutations=99_999)
    assert p == pytest.approx(0.2861, abs=0.006)


@pytest.mark.parametrize("seed", range(6))
def test_mann_whitney_agrees_with_scipy_on_ties(seed):
    rng = np.random.default_rng(seed)
    now, before = rng.integers(0, 11, 40 + 30 * seed), rng.integers(0, 10, 55)
    ours = cx.mann_whitney(cx.Histogram.from_answers(now), cx.Histogram.from_answers(before))
    theirs = stats.mannwhitneyu(now, before, method="asymptotic")
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert ours.chance_higher == pytest.approx(theirs.statistic / (len(now) * len(before)))


def test_the_seeded_permutation_agrees_with_the_exact_test_without_ties():
    now, before = [3.1, 4.5, 5.2, 6.6, 7.0, 8.9], [1.0, 2.2, 2.9, 3.3, 4.0, 5.1, 5.9]
    ours = cx.ordinal_permutation(cx.Histogram.from_answers(now), cx.Histogram.from_answers(before))
    assert ours.p_value == pytest.approx(stats.mannwhitneyu(now, before, method="exact").pvalue, abs=0.006)


def test_the_same_seed_gives_the_same_p_value():
    now, before = COUNTS({1: 3, 5: 9}), COUNTS({1: 8, 5: 6})
    assert cx.ordinal_permutation(now, before) == cx.ordinal_permutation(now, before)


def test_small_sides_are_permuted_and_large_ones_are_not():
    small, large = COUNTS({1: 10, 5: 19}), COUNTS({1: 10, 5: 20})
    assert "permutation" in cx.ordinal_test(small, large).method
    assert cx.ordinal_test(large, large).method == "Mann–Whitney with ties"


# Newcombe (1998), Statistics in Medicine 17:873, method 10.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524314724, 0.33387265404),
        ((9, 10), (3, 10), 0.170523, 0.809018),
        ((10, 10), (0, 20), 0.679086, 1.0),
    ],
)
def test_the_difference_of_shares_equals_newcombes(first, second, low, high):
    found = cx.compare_shares(
        favourable_now=first[0], n_now=first[1], favourable_before=second[0], n_before=second[1]
    )
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)
    peer = confint_proportions_2indep(*first, *second, method="newcomb")
    assert (found.low, found.high) == pytest.approx(peer, abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [((1, 1), (0, 3)), ((0, 1), (1, 1)), ((2, 5), (1, 1))])
def test_the_difference_of_shares_of_single_answers_agrees_with_statsmodels(first, second):
    ours = cx.newcombe_limits(*(np.array(float(count)) for count in (*first, *second)))
    peer = confint_proportions_2indep(*first, *second, method="newcomb")
    assert (float(ours[0]), float(ours[1])) == pytest.approx(peer, abs=1e-9)


@pytest.mark.parametrize("sides", [(0, 0, 5, 10), (5, 10, 0, 0), (0, 0, 0, 0)])
def test_a_side_without_answers_leaves_the_difference_open_in_both_directions(sides):
    low, high = cx.newcombe_limits(*(np.array(float(count)) for count in sides))
    assert low == pytest.approx(-high)
    assert high > 0.5


def test_the_difference_of_means_equals_welch():
    now, before = COUNTS({1: 9, 2: 10, 3: 31, 4: 40, 5: 20}), COUNTS({1: 20, 2: 22, 3: 30, 4: 30, 5: 10})
    found = cx.compare_means(now, before, scale=range(1, 6))
    peer = stats.ttest_ind(_answers(now), _answers(before), equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high))
    assert found.method.startswith("Welch")


def test_skewed_means_are_compared_by_their_own_intervals():
    found = cx.compare_means(COUNTS({4: 2, 5: 10}), COUNTS({3: 3, 5: 9}), scale=range(1, 6))
    assert "Zou" in found.method
    assert found.low < found.change < found.high


def test_skewed_means_are_compared_on_the_whole_scale_not_on_the_answers_seen():
    now, before, scale = COUNTS({5: 12}), COUNTS({4: 2, 5: 10}), range(1, 6)
    found = cx.compare_means(now, before, scale=scale)
    first, second = (cx.mean_of(side, scale=scale) for side in (now, before))
    reach = np.hypot(first.value - first.low, second.high - second.value)
    assert found.low == pytest.approx(first.value - second.value - reach)
    assert found.low < cx.compare_means(now, before).low


def test_rates_are_compared_exactly():
    found = cx.compare_event_rates(events_now=30, exposure_now=1000, events_before=12, exposure_before=1000)
    # Mid-p of the binomial: 30 of 42 where half are expected.
    tail = stats.binom.sf(30, 42, 0.5) + stats.binom.pmf(30, 42, 0.5) / 2
    assert found.p_value == pytest.approx(2 * tail)
    assert found.change == pytest.approx(0.018)
    assert found.low < found.change < found.high


@pytest.mark.parametrize(("now", "before"), [(0, 10), (10, 0)])
def test_no_events_on_one_side_have_the_mid_p_that_can_be_written_down(now, before):
    found = cx.compare_event_rates(
        events_now=now, exposure_now=500, events_before=before, exposure_before=500
    )
    # All ten on one side of two equal ones: 2 · ½ · (½)¹⁰.
    assert found.p_value == pytest.approx(0.5**10)


def test_rates_without_exposure_are_too_few_to_compare_and_events_without_exposure_an_error():
    found = cx.compare_event_rates(events_now=0, exposure_now=0, events_before=1, exposure_before=5)
    assert (found.verdict, found.status, found.change, found.low, found.p_value) == (
        "too_few",
        "too_few",
        None,
        None,
        None,
    )
    assert cx.event_rate(events=0, exposure=0).status == found.status
    with pytest.raises(cx.BadCounts):
        cx.compare_event_rates(events_now=2, exposure_now=0, events_before=1, exposure_before=5)


class TestVerdicts:
    def test_a_clear_rise_is_higher_and_says_no_more(self):
        found = cx.compare_nps(COUNTS({3: 10, 8: 20, 10: 170}), COUNTS({3: 60, 8: 60, 10: 80}))
        assert found.verdict == "higher"
        assert found.words == "Higher, by more than chance would explain"

    def test_answers_and_score_must_move_the_same_way(self):
        # The answers fell within the boxes (10 to 9, 6 to 0) while one more promoter was won.
        now = COUNTS({0: 100, 7: 99, 9: 101})
        before = COUNTS({6: 100, 8: 100, 10: 100})
        found = cx.compare_nps(now, before)
        assert found.change > 0
        assert found.p_value < 0.001
        assert found.verdict == "no_clear_change"

    def test_fewer_answers_than_wanted_on_either_side_are_too_few(self):
        found = cx.compare_nps(COUNTS({9: 7}), COUNTS({0: 500}), least_n=30)
        assert found.verdict == "too_few"
        assert found.words == "Too few answers to tell (7 of at least 30)"
        assert found.change is not None

    def test_one_answer_against_one_is_no_clear_change_unless_more_are_asked_for(self):
        assert cx.compare_nps(COUNTS({9: 1}), COUNTS({0: 1})).verdict == "no_clear_change"
        assert cx.compare_nps(COUNTS({9: 1}), COUNTS({0: 1}), least_n=2).verdict == "too_few"

    def test_an_empty_side_gives_words_and_no_numbers(self):
        found = cx.compare_top_box(COUNTS({}), COUNTS({5: 50}))
        assert (found.change, found.low, found.high, found.p_value) == (None, None, None, None)
        assert found.verdict == "too_few"

    def test_all_answers_equal_on_both_sides_is_no_change(self):
        found = cx.compare_means(COUNTS({5: 40}), COUNTS({5: 50}), scale=range(1, 6))
        assert (found.change, found.p_value, found.verdict) == (0, 1, "no_clear_change")


def test_weighted_sides_are_compared_on_their_effective_n():
    weighted = cx.Histogram.from_weighted({1: (60, 60.0, 120.0), 5: (60, 60.0, 120.0)})
    plain = COUNTS({1: 30, 5: 30})
    other = COUNTS({1: 20, 5: 60})
    ours, half = cx.compare_top_box(weighted, other), cx.compare_top_box(plain, other)
    assert (ours.low, ours.high) == pytest.approx((half.low, half.high))
    assert ours.p_value == pytest.approx(half.p_value)
    assert "effective n" in ours.method


@pytest.mark.parametrize(
    ("profile", "n_now", "n_before"),
    [((0.02, 0.08, 0.90), 10, 50), ((0.2, 0.3, 0.5), 10, 10), ((0.2, 0.3, 0.5), 100, 100)],
)
def test_unchanged_groups_are_called_changed_at_most_as_often_as_stated(profile, n_now, n_before):
    rng = np.random.default_rng(3)
    false = 0
    for now, before in zip(
        rng.multinomial(n_now, profile, 250), rng.multinomial(n_before, profile, 250), strict=True
    ):
        found = cx.compare_net_promoter_counts(now=tuple(now.tolist()), before=tuple(before.tolist()))
        false += found.verdict in ("higher", "lower")
    assert false / 250 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 250)


def test_the_ordinal_test_finds_a_shift_of_one_step_oftener_than_a_test_on_nps_as_the_page_says():
    scale = np.arange(11)
    weak = np.array([3, 1, 2, 2, 3, 6, 8, 13, 17, 17, 28]) / 100
    moved = weak.copy()
    for step in range(10):  # of those below 10 a third answers one step higher
        moved[step + 1] += 0.32 * weak[step]
        moved[step] -= 0.32 * weak[step]
    rng = np.random.default_rng(8)
    by_order, by_score = 0, 0
    for now, before in zip(rng.multinomial(600, moved, 300), rng.multinomial(600, weak, 300), strict=True):
        sides = [COUNTS(dict(zip(scale.tolist(), side.tolist(), strict=True))) for side in (now, before)]
        found = cx.compare_nps(*sides)
        by_order += found.p_value < 0.05 and found.change > 0
        by_score += found.low > 0
    assert by_order / 300 == pytest.approx(0.53, abs=0.09)
    assert by_score / 300 == pytest.approx(0.41, abs=0.09)
    assert by_order > by_score


def test_answers_that_shift_inside_the_detractors_are_no_change_of_nps():
    rng = np.random.default_rng(7)
    scale = np.arange(11.0)
    before_shares = np.array([0.0] * 4 + [0.0, 0.1, 0.2, 0.1, 0.2, 0.2, 0.2])
    now_shares = np.array([0.15, 0.15] + [0.0] * 5 + [0.1, 0.2, 0.2, 0.2])
    verdicts, contradictions = [], 0
    for _ in range(400):
        now, before = (
            COUNTS(dict(zip(scale, map(int, rng.multinomial(150, shares)), strict=True)))
            for shares in (now_shares, before_shares)
        )
        found = cx.compare_nps(now, before)
        verdicts.append(found.verdict)
        contradictions += found.verdict in ("higher", "lower") and found.low <= 0 <= found.high
    assert contradictions == 0
    assert sum(verdict != "no_clear_change" for verdict in verdicts) <= 20


def test_a_few_answers_against_a_billion_are_tested():
    found = cx.ordinal_test(COUNTS({1: 8, 2: 2}), COUNTS({1: 10**9, 2: 10**9}))
    assert 0.01 < found.p_value < 0.15
    with pytest.raises(cx.BadCounts):
        cx.ordinal_permutation(COUNTS({1: 10**9}), COUNTS({1: 10**9, 2: 10**9}))


@pytest.mark.parametrize("n", [1, 2, 5, 30, 100])
def test_the_interval_of_a_change_holds_the_change_that_is_shown(n):
    # The pseudo-counts of adjusted Wald draw both sides inwards: for 30 promoters after 30 detractors to 1.65…1.99.
    best, worst = cx.Histogram.from_counts({10: n}), cx.Histogram.from_counts({0: n})
    for now, before in ((best, worst), (worst, best), (best, best)):
        found = cx.compare_nps(now, before)
        assert found.low <= found.change <= found.high
