"""The same people before and after, against published values."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from candor import analytics as cx

# Student's sleep data (R datasets::sleep): extra hours of sleep under two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_paired_t_equals_r_on_the_sleep_data():
    test = cx.paired_t(FIRST, SECOND)
    assert test.statistic == pytest.approx(-4.0621277, abs=1e-7)
    assert test.p_value == pytest.approx(0.00283289, abs=1e-8)


def test_signed_rank_equals_r_on_the_sleep_data():
    # R: wilcox.test(paired = TRUE) with its default correction: V = 0, p = .0090907
    test = cx.signed_rank(FIRST, SECOND)
    assert test.statistic == 0
    assert test.p_value == pytest.approx(0.0090907, abs=1e-7)


def test_mcnemar_equals_r_on_the_approval_table():
    # Agresti's approval ratings, 794/150/86/570.
    plain, corrected = cx.mcnemar(gained=86, lost=150), cx.mcnemar_corrected(gained=86, lost=150)
    assert (plain.statistic, plain.p_value) == pytest.approx((17.355932, 3.0993e-05), rel=1e-4)
    assert corrected.statistic == pytest.approx(16.817797, abs=1e-6)


def test_the_sign_permutation_is_near_the_exact_test():
    rng = np.random.default_rng(2)
    now, before = rng.normal(0.5, 1, 12), rng.normal(0, 1, 12)
    exact = stats.wilcoxon(now, before, method="exact").pvalue
    assert cx.sign_flip(now, before).p_value == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_signed_rank_agrees_with_scipy_on_ties_and_zeros(seed):
    rng = np.random.default_rng(seed)
    now, before = rng.integers(1, 8, 60).astype(float), rng.integers(1, 7, 60).astype(float)
    peer = stats.wilcoxon(now, before, correction=True, method="approx")
    assert cx.signed_rank(now, before).p_value == pytest.approx(peer.pvalue, rel=1e-9)


def test_a_paired_change_of_shares_has_tangos_interval():
    # The change of favourable among 20 people of whom 5 gained and 1 lost is the NPS of (1, 14, 5).
    change = cx.compare_paired_shares(both=8, gained=5, lost=1, neither=6)
    score = cx.net_promoter_score_tango(detractors=1, passives=14, promoters=5)
    assert (change.change, change.low, change.high) == pytest.approx((score.value, score.low, score.high))
    assert "mid-p" in change.method


def test_mcnemars_mid_p_is_the_binomial_with_half_the_point():
    found = cx.mcnemar_mid_p(gained=8, lost=2)
    assert found.p_value == pytest.approx(2 * (stats.binom.sf(8, 10, 0.5) + stats.binom.pmf(8, 10, 0.5) / 2))


def test_paired_nps_sees_what_two_samples_would_miss():
    before = np.array([6, 8, 7, 9, 5, 10, 8, 6, 7, 9] * 6)
    now = np.minimum(before + (np.arange(60) % 3 == 0), 10)
    paired = cx.compare_paired_nps(now, before)
    apart = cx.compare_nps(cx.Histogram.from_answers(now), cx.Histogram.from_answers(before))
    assert paired.change == pytest.approx(apart.change)
    assert paired.verdict == "higher"
    assert apart.verdict == "no_clear_change"


class TestEdges:
    def test_no_pairs_are_too_few(self):
        assert cx.compare_paired_means([], []).verdict == "too_few"
        assert cx.compare_paired_shares(both=0, gained=0, lost=0, neither=0).verdict == "too_few"
        assert cx.compare_paired_nps([], []).verdict == "too_few"

    def test_one_pair_has_a_change_but_no_interval(self):
        one = cx.compare_paired_means([5.0], [3.0])
        assert (one.change, one.low, one.verdict) == (2, None, "no_clear_change")

    def test_nobody_changing_is_no_change(self):
        same = cx.compare_paired_means([3.0] * 40, [3.0] * 40)
        assert (same.change, same.p_value, same.verdict) == (0, 1, "no_clear_change")
        assert cx.paired_t([3.0] * 5, [3.0] * 5).p_value == 1
        with pytest.raises(cx.NotIdentifiable):
            cx.paired_t([2.1, 3.1, 4.1], [1.0, 2.0, 3.0])  # once said to be certain, with p = 0

    def test_pairs_of_different_length_are_refused(self):
        with pytest.raises(cx.ShapeMismatch):
            cx.paired_t([1.0, 2.0], [1.0])

    def test_a_missing_answer_is_refused(self):
        with pytest.raises(cx.BadParameter):
            cx.signed_rank([1.0, float("nan")], [1.0, 2.0])

    def test_negative_pairs_are_refused(self):
        with pytest.raises(cx.BadCounts):
            cx.mcnemar(gained=-1, lost=2)


def test_people_who_move_with_the_score_by_too_little_to_tell_are_no_change():
    now = [6.0] * 40 + [9.0] * 2 + [8.0] * 38
    before = [0.0] * 40 + [8.0] * 40
    found = cx.compare_paired_nps(now, before)
    assert found.change > 0
    assert found.p_value < 0.001
    assert found.low <= 0 <= found.high
    assert found.verdict == "no_clear_change"


def test_pairs_that_all_moved_alike_leave_no_interval_and_the_words_do_not_call_that_no_change():
    found = cx.compare_paired_means([2] * 40, [1] * 40)
    assert (found.change, found.low, found.status) == (1.0, None, "too_few")
    assert found.words == "Can’t be told: the answers leave no interval"


@pytest.mark.parametrize(("pairs", "covered", "named"), [(30, 0.80, 0.17), (100, 0.93, 0.06)])
def test_lopsided_changes_of_few_pairs_are_covered_and_named_as_the_page_says(pairs, covered, named):
    random = np.random.default_rng(4)
    found = [
        cx.compare_paired_means(random.choice([-4.0, 0.0, 1.0], pairs, p=[0.05, 0.75, 0.2]), np.zeros(pairs))
        for _ in range(1500)
    ]
    assert np.mean([one.low is not None and one.low <= 0 <= one.high for one in found]) == pytest.approx(
        covered, abs=0.03
    )
    assert np.mean([one.verdict in {"higher", "lower"} for one in found]) == pytest.approx(named, abs=0.03)
    text = (Path(__file__).parents[2] / "docs/methods/paired-comparisons.md").read_text("utf-8")
    assert f"{100 * covered:.0f} % with {pairs}" in text
