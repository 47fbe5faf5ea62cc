"""Value at stake: the order, doubt about the order, and what choosing wrongly costs."""

import math
import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from candor.analytics.errors import AnalyticsError, BadCounts, BadParameter, EmptySample
from candor.analytics.stakes import (
    Issue,
    Measured,
    Share,
    Uplift,
    _ranks,
    is_top_decided,
    top_in_words,
    value_at_stake,
)

PAGE = (Path(__file__).parents[2] / "docs/methods/value-at-stake.md").read_text(encoding="utf-8")
SURE = Measured(0.1, 0.0)


def by_key(ranked):
    return {issue.key: issue for issue in ranked}


def test_the_point_is_the_product_of_the_four_factors():
    # value at stake = N × frequency × churn uplift × CLV (× share hit hard)
    issue = Issue(key="delivery", affected=200, of=1000, severity=Share(50, 100), churn=Measured(0.08, 0.02))
    (ranked,) = value_at_stake([issue], population=10_000, value=Measured(300, 40))
    assert ranked.point == pytest.approx(10_000 * 0.2 * 0.5 * 0.08 * 300)
    assert ranked.low < ranked.point < ranked.high
    assert ranked.unit == "money"
    assert (ranked.p_top, ranked.expected_loss) == (1.0, 0.0)


def test_two_issues_known_up_to_normal_noise_give_the_chance_of_the_normal_table():
    # churn a ~ N(.10, .02²), b ~ N(.08, .02²), the frequency practically certain: P(a > b) = Φ(.02 / .0283)
    sure = 10**9
    issues = [
        Issue(key="a", affected=sure // 2, of=sure, churn=Measured(0.10, 0.02)),
        Issue(key="b", affected=sure // 2, of=sure, churn=Measured(0.08, 0.02)),
    ]
    ranked = by_key(value_at_stake(issues, population=2, draws=200_000))
    sd = math.hypot(0.02, 0.02)
    assert ranked["a"].p_top == pytest.approx(stats.norm.cdf(0.02 / sd), abs=0.005)
    # E max(0, b − a) for a normal difference: the textbook loss integral
    z = 0.02 / sd
    loss = sd * (stats.norm.pdf(z) - z * stats.norm.sf(z))
    assert ranked["a"].expected_loss == pytest.approx(loss, rel=0.03)
    assert ranked["b"].expected_loss == pytest.approx(loss + 0.02, rel=0.03)


def test_the_interval_of_a_frequency_is_that_of_jeffreys():
    # Brown, Cai & DasGupta (2001): 81 of 263, Jeffreys .254522, .365647
    (ranked,) = value_at_stake([Issue(key="a", affected=81, of=263)], population=1, draws=400_000)
    assert (ranked.low, ranked.high) == pytest.approx((0.254522, 0.365647), abs=6e-4)


def test_the_order_of_issues_changes_nothing():
    issues = [
        Issue(key=k, affected=a, of=400, severity=Share(a // 2, a))
        for k, a in zip("abcd", (40, 44, 36, 80), strict=True)
    ]
    answers = {value_at_stake(order) for order in permutations(issues)}
    assert len(answers) == 1


def test_a_new_issue_does_not_move_the_interval_of_another():
    a, b = Issue(key="a", affected=40, of=400), Issue(key="b", affected=44, of=400)
    alone = by_key(value_at_stake([a], population=400))["a"]
    together = by_key(value_at_stake([a, b], population=400))["a"]
    assert (alone.low, alone.high) == (together.low, together.high)


def test_the_doubt_about_a_value_that_all_share_widens_amounts_and_not_the_order():
    issues = [
        Issue(key="a", affected=400, of=1000, churn=Measured(0.10, 0.01)),
        Issue(key="b", affected=300, of=1000, churn=Measured(0.10, 0.01)),
    ]
    sure = by_key(value_at_stake(issues, value=Measured(100, 0)))
    doubtful = by_key(value_at_stake(issues, value=Measured(100, 60)))
    assert doubtful["a"].high - doubtful["a"].low > 2 * (sure["a"].high - sure["a"].low)
    assert doubtful["a"].p_top == sure["a"].p_top
    assert (
        (doubtful["a"].best_rank, doubtful["a"].worst_rank)
        == (1, 2)
        == (sure["a"].best_rank, sure["a"].worst_rank)
    )


def test_shares_of_one_whole_differ_with_the_doubt_of_a_multinomial():
    # Var(p₁ − p₂) = (p₁ + p₂ − (p₁ − p₂)²)/n in a multinomial: *more* than for two independent shares
    issues = [Issue(key="a", affected=420, of=1000), Issue(key="b", affected=380, of=1000)]
    free = by_key(value_at_stake(issues, draws=100_000))["a"].p_top
    tied = by_key(value_at_stake(issues, exclusive=True, draws=100_000))["a"].p_top
    independent = stats.norm.cdf(0.04 / math.sqrt(0.42 * 0.58 / 1000 + 0.38 * 0.62 / 1000))
    multinomial = stats.norm.cdf(0.04 / math.sqrt((0.8 - 0.04**2) / 1000))
    assert free == pytest.approx(independent, abs=0.005)
    assert tied == pytest.approx(multinomial, abs=0.005)


def test_shares_of_one_whole_have_the_marginal_posterior_of_perks_whatever_the_number_of_issues():
    # One prior case over K issues and "none": the share of an issue is Beta(hits + 1/(K+1), misses + K/(K+1)).
    for rare in (1, 20, 200):
        issues = [Issue(key="big", affected=40, of=300)]
        issues += [Issue(key=f"rare {i:03}", affected=int(i < 20), of=300) for i in range(rare)]
        big = by_key(value_at_stake(issues, exclusive=True, population=1, draws=40_000))["big"]
        spread = 1 / (len(issues) + 1)
        expected = stats.beta.ppf([0.025, 0.975], 40 + spread, 260 + 1 - spread)
        assert (big.low, big.high) == pytest.approx(expected, abs=1.5e-3)


def test_a_single_issue_of_one_whole_is_that_of_jeffreys():
    (tied,) = value_at_stake(
        [Issue(key="a", affected=81, of=263)], exclusive=True, population=1, draws=200_000
    )
    assert (tied.low, tied.high) == pytest.approx((0.254522, 0.365647), abs=8e-4)


def test_half_a_prior_case_for_each_of_many_issues_would_shrink_the_largest_and_one_in_all_does_not():
    issues = [
        Issue(key="big", affected=12, of=96),
        *(Issue(key=f"{i:02}", affected=1, of=96) for i in range(59)),
    ]
    means = {}
    for total in (0.5, 1, 2, 30.5):
        big = by_key(value_at_stake(issues, exclusive=True, prior_total=total))["big"]
        means[total] = (big.low + big.high) / 2
    assert means[0.5] == pytest.approx(means[2], rel=0.02)
    assert means[30.5] < 0.83 * means[1]


def test_equal_stakes_share_the_better_place():
    stakes = np.array([[5.0, 0.0], [0.0, 0.0], [7.0, 3.0], [0.0, -1.0]])
    assert _ranks(stakes).tolist() == [[2, 2], [3, 2], [1, 1], [3, 4]]
    mixed = np.random.default_rng(1).integers(0, 5, (60, 200)).astype(float)
    assert (_ranks(mixed) == stats.rankdata(-mixed, method="min", axis=0)).all()


def test_equal_issues_share_the_top_and_nothing_is_called_decided():
    issues = [Issue(key=k, affected=30, of=300) for k in "abc"]
    ranked = value_at_stake(issues, draws=100_000)
    assert [r.key for r in ranked] == ["a", "b", "c"]
    assert [r.p_top for r in ranked] == pytest.approx([1 / 3] * 3, abs=0.01)
    assert not is_top_decided(ranked)
    assert top_in_words(ranked) == "These 3 issues can’t be told apart at the top."


def test_a_favourite_without_a_credible_rival_is_probable_and_not_decided():
    # ahead of a long tail: each of the others is first too seldom to be credible there, together they are not
    issues = [Issue(key="fees", affected=60, of=1000)]
    issues += [Issue(key=f"small {i:02}", affected=35, of=1000) for i in range(30)]
    ranked = value_at_stake(issues)
    (top,) = [issue for issue in ranked if issue.best_rank == 1]
    assert top.key == "fees"
    assert 0.5 < top.p_top < 0.95
    assert top_in_words(ranked) == f"fees is probably first (chance {top.p_top:.0%}), not decided."


def test_many_alike_leave_no_issue_credible_at_the_top():
    ranked = value_at_stake([Issue(key=f"{i:02}", affected=50, of=1000) for i in range(60)])
    assert all(issue.best_rank > 1 for issue in ranked)
    assert top_in_words(ranked) == "None of these 60 issues stands out at the top."


def test_an_issue_five_times_as_large_is_decided():
    ranked = value_at_stake(
        [Issue(key="big", affected=500, of=1000), Issue(key="small", affected=100, of=1000)]
    )
    assert is_top_decided(ranked)
    assert top_in_words(ranked) == "big has the most at stake (chance over 99%)."
    assert top_in_words(()) == "There is no issue to rank."


def test_churn_counted_with_and_without_may_turn_out_negative_and_says_so():
    issue = Issue(key="a", affected=50, of=500, churn=Uplift(Share(5, 50), Share(55, 450)))
    (ranked,) = value_at_stake([issue])
    assert ranked.point == pytest.approx(500 * 0.1 * (0.1 - 55 / 450))
    assert ranked.low < 0 < ranked.high
    assert (ranked.unit, ranked.status) == ("customers lost", "wide")


@pytest.mark.parametrize("together", [True, False])
def test_a_value_without_an_uplift_would_count_everybody_affected_as_lost_and_is_refused(together):
    worth = Measured(500, 20)
    issue = Issue(key="a", affected=300, of=1000, value=None if together else worth)
    with pytest.raises(BadParameter, match="value is given without churn"):
        value_at_stake([issue], value=worth if together else None)


def test_the_list_is_in_the_order_of_the_observed_product_whatever_the_chances_say():
    seen = {"often": (105, 1000), "as often": (104, 1000), "seldom looked for": (4, 40)}
    ranked = value_at_stake([Issue(key=key, affected=hits, of=of) for key, (hits, of) in seen.items()])
    assert [issue.key for issue in ranked] == list(seen)
    assert max(ranked, key=lambda issue: issue.p_top) == ranked[2]
    assert min(ranked, key=lambda issue: issue.expected_loss) == ranked[2]
    (said,) = re.findall(r"the best chance to be the largest \(about (\d+) %\)", PAGE)
    assert int(said) == pytest.approx(100 * ranked[2].p_top, abs=1)


@pytest.mark.parametrize(("issues", "cases"), [(5, 100), (20, 30), (60, 10)])
def test_the_amount_of_whichever_came_out_first_is_too_high_as_the_page_says(issues, cases):
    # The interval of one share is that of Jeffreys, see above.
    largest = np.random.default_rng(1).binomial(1000, cases / 1000, size=(20_000, issues)).max(axis=1)
    low, high = stats.beta.ppf([[0.025], [0.975]], largest + 0.5, 1000 - largest + 0.5)
    holds = 100 * ((low <= cases / 1000) & (cases / 1000 <= high)).mean()
    (row,) = re.findall(
        rf"\| {issues} of {cases} cases each \| (\d+) % too high \| (?:about )?(\d+) % \|", PAGE
    )
    assert [int(said) for said in row] == pytest.approx([100 * largest.mean() / cases - 100, holds], abs=1.5)


def test_of_two_equal_issues_one_is_called_first_in_a_tenth_of_samples_and_of_five_hardly_ever():
    random = np.random.default_rng(3)

    def called_first(issues, samples):
        seen = random.binomial(1000, 0.1, size=(samples, issues))
        return sum(
            is_top_decided(
                value_at_stake(
                    [Issue(key=str(i), affected=int(n), of=1000) for i, n in enumerate(row)], draws=1000
                )
            )
            for row in seen
        )

    assert called_first(2, 500) / 500 == pytest.approx(0.1, abs=0.03)
    assert called_first(5, 200) <= 4
    assert "one is called first in 10 % of all samples" in PAGE


def test_one_comparison_group_for_several_issues_makes_the_order_too_unsure_as_the_page_says():
    hit, without = {"delay": Share(54, 300), "fees": Share(45, 300)}, Share(30, 300)
    ranked = value_at_stake(
        [Issue(key=key, affected=300, of=1000, churn=Uplift(share, without)) for key, share in hit.items()],
        draws=100_000,
    )
    random = np.random.default_rng(5)
    leave = {
        key: random.beta(share.hits + 0.5, share.of - share.hits + 0.5, 100_000) for key, share in hit.items()
    }
    often = random.beta(300.5, 700.5, (2, 100_000))
    stay = random.beta(30.5, 270.5, 100_000)
    right = (often[0] * (leave["delay"] - stay) > often[1] * (leave["fees"] - stay)).mean()
    (said,) = re.findall(r"give (0\.\d\d) where (0\.\d\d) would be right", PAGE)
    assert [float(chance) for chance in said] == pytest.approx([ranked[0].p_top, right], abs=0.01)
    assert ranked[0].p_top < right - 0.05


def test_cost_turns_the_order_round():
    issues = [
        Issue(key="large", affected=500, of=1000, cost=100_000),
        Issue(key="cheap", affected=300, of=1000, cost=1_000),
    ]
    ranked = by_key(value_at_stake(issues))
    assert ranked["large"].p_top > 0.99
    assert ranked["cheap"].p_top_per_cost == 1.0


def test_few_examined_cases_are_called_too_few():
    assert value_at_stake([Issue(key="a", affected=3, of=29)])[0].status == "too_few"
    assert value_at_stake([Issue(key="a", affected=300, of=900)])[0].status == "ok"


@pytest.mark.parametrize(
    ("factors", "status"),
    [
        ({"severity": Share(1, 1)}, "too_few"),
        ({"severity": Share(7, 9)}, "too_few"),
        ({"severity": Share(7, 10)}, "ok"),
        ({"churn": Uplift(Share(26, 29), Share(1, 400))}, "too_few"),
        ({"churn": Uplift(Share(300, 400), Share(1, 29))}, "too_few"),
        ({"churn": Uplift(Share(27, 30), Share(1, 30))}, "ok"),
        ({"churn": Uplift(Share(5, 50), Share(55, 450))}, "wide"),
    ],
)
def test_a_factor_counted_on_too_few_is_too_few_however_many_were_examined(factors, status):
    assert value_at_stake([Issue(key="a", affected=300, of=900, **factors)])[0].status == status


def test_without_a_population_the_amounts_are_of_the_largest_number_examined():
    issues = [Issue(key="a", affected=30, of=100), Issue(key="b", affected=30, of=300)]
    assert [issue.point for issue in value_at_stake(issues)] == pytest.approx([90, 30])


def test_a_value_known_to_the_last_digit_is_the_value():
    issue = Issue(key="a", affected=10, of=100, churn=Measured(0.1, 0.0))
    sure, surer = (value_at_stake([issue], value=Measured(1e10, se)) for se in (0, 1e-200))
    assert sure == surer


def test_nobody_affected_is_a_defined_result():
    (ranked,) = value_at_stake([Issue(key="a", affected=0, of=100, severity=Share(0, 1))])
    assert ranked.point == 0 == ranked.low
    assert 0 < ranked.high < 100


@pytest.mark.parametrize(
    ("issues", "options", "error"),
    [
        ([], {}, EmptySample),
        ([Issue(key="a", affected=-1, of=10)], {}, BadCounts),
        ([Issue(key="a", affected=11, of=10)], {}, BadCounts),
        ([Issue(key="a", affected=0, of=0)], {}, BadCounts),
        ([Issue(key="a", affected=math.nan, of=10)], {}, BadCounts),
        ([Issue(key="a", affected=1, of=10), Issue(key="a", affected=2, of=10)], {}, BadParameter),
        (
            [Issue(key="a", affected=1, of=9, severity=Share(1, 2)), Issue(key="b", affected=2, of=9)],
            {},
            BadParameter,
        ),
        ([Issue(key="a", affected=1, of=9, severity=Share(3, 2))], {}, BadCounts),
        ([Issue(key="a", affected=1, of=9, churn=Measured(math.nan, 1))], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=Measured(0.1, -1))], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=Uplift(Share(1, 0), Share(1, 2)))], {}, BadCounts),
        ([Issue(key="a", affected=1, of=9, churn=Measured(5, 0.1))], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=Measured(0.1, 1e200))], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=SURE, value=Measured(0, 1))], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=SURE)], {"value": Measured(1e-200, 1e10)}, BadParameter),
        ([Issue(key="a", affected=1, of=9, churn=SURE)], {"value": Measured(1e200, 1)}, BadParameter),
        (
            [Issue(key="a", affected=1, of=9, churn=SURE, value=Measured(1, 1))],
            {"value": Measured(1, 1)},
            BadParameter,
        ),
        ([Issue(key="a", affected=1, of=math.inf)], {}, BadCounts),
        ([Issue(key="a", affected=1, of=9, cost=1e-320)], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"population": math.nan}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"seed": -1}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"seed": 1.5}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"draws": 2000.5}, BadParameter),
        ([Issue(key="a", affected=1, of=9, cost=0)], {}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"population": 0}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"level": 1}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"draws": 10}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"exclusive": True, "prior_total": 0}, BadParameter),
        ([Issue(key="a", affected=1, of=9)], {"exclusive": True, "prior_total": math.inf}, BadParameter),
        (
            [Issue(key="a", affected=6, of=9), Issue(key="b", affected=5, of=9)],
            {"exclusive": True},
            BadCounts,
        ),
        (
            [Issue(key="a", affected=1, of=9), Issue(key="b", affected=1, of=8)],
            {"exclusive": True},
            BadCounts,
        ),
    ],
)
def test_wrong_input_is_a_named_error(issues, options, error):
    with pytest.raises(error):
        value_at_stake(issues, **options)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=6), st.integers(200, 2000))
def test_chances_sum_to_one_and_the_loss_of_the_best_choice_is_the_smallest(counts, of):
    issues = [Issue(key=f"i{i}", affected=count, of=of) for i, count in enumerate(counts)]
    ranked = value_at_stake(issues, draws=2000)
    assert sum(r.p_top for r in ranked) == pytest.approx(1)
    assert all(r.expected_loss >= 0 for r in ranked)
    assert all(r.low <= r.point <= r.high for r in ranked)
    assert all(1 <= r.best_rank <= r.worst_rank <= len(ranked) for r in ranked)
    # loss and mean differ by a constant, so the smallest loss goes with (nearly) the largest point
    least = min(r.expected_loss for r in ranked)
    assert ranked[0].expected_loss <= least + 0.05 * of


def test_many_issues_rank_like_few():
    issues = [Issue(key=f"{i:02}", affected=10 + 20 * i, of=2000) for i in range(41)]
    wide = by_key(value_at_stake(issues, draws=4000))
    narrow = by_key(value_at_stake(issues[1:], draws=4000))
    for key in ("05", "20", "40"):
        assert wide[key].best_rank == narrow[key].best_rank


@pytest.mark.slow
def test_intervals_cover_the_truth_as_often_as_they_say():
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        affected = int(random.binomial(800, 0.12))
        severe = int(random.binomial(affected, 0.3))
        churn = Measured(float(random.normal(0.2, 0.03)), 0.03)
        issue = Issue(key="a", affected=affected, of=800, severity=Share(severe, affected), churn=churn)
        (ranked,) = value_at_stake([issue], population=1, draws=4000)
        hits += ranked.low <= 0.12 * 0.3 * 0.2 <= ranked.high
    assert 0.925 <= hits / 400 <= 0.98


def test_errors_of_this_module_are_analytics_errors():
    with pytest.raises(AnalyticsError) as caught:
        value_at_stake([Issue(key="a", affected=5, of=4)])
    assert caught.value.facts["name"] == "affected"
