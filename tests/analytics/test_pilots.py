"""Pilots: enough people, groups, steps and invitations to tell."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from candor.analytics.errors import (
    BadCounts,
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.pilots import (
    answers_per_arm,
    cluster_design_effect,
    clusters_per_arm,
    cuped_difference,
    invitations_needed,
    neyman_allocation,
    stepped_wedge,
)

nan, inf = float("nan"), float("inf")
WEDGE = {
    "groups": 24,
    "steps": 4,
    "size": 100,
    "effect": 0.015,
    "within_variance": 0.0475,
    "between_variance": 0.000225,
}


@pytest.mark.parametrize(("correlation", "answers"), [(0.0, 392.4), (0.02, 620), (0.05, 961)])
def test_groups_of_thirty_cost_answers(correlation, answers):
    # Cohen (1988), ch. 2; Kish (1965): n 392.4 per arm at d = .2; ρ .02, m 30: 620; ρ .05: 961
    effect = cluster_design_effect(size=30, correlation=correlation)
    assert answers_per_arm(effect=0.2, design_effect=effect) == pytest.approx(answers, abs=0.5)


def test_planned_answers_have_the_planned_power():
    random = np.random.default_rng(1)
    n = round(answers_per_arm(effect=0.5))
    one, other = random.normal(0.5, 1, (20_000, n)), random.normal(0, 1, (20_000, n))
    z = (one.mean(axis=1) - other.mean(axis=1)) / np.sqrt(2 / n)
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.015)


@pytest.mark.parametrize("power", [0.01, 0.025])
def test_a_power_that_chance_alone_gives_needs_no_pilot_and_is_refused(power):
    with pytest.raises(BadParameter, match="power"):
        answers_per_arm(effect=0.1, power=power)


def test_ten_looks_at_a_pilot_that_does_nothing_find_something_as_often_as_the_page_says():
    # Armitage, McPherson & Rowe (1969), JRSS-A 132: 19.3 %
    random = np.random.default_rng(3)
    looks = random.normal(size=(20_000, 10)).cumsum(axis=1) / np.sqrt(np.arange(1, 11))
    found = (np.abs(looks) > 1.96).any(axis=1).mean()
    assert found == pytest.approx(0.193, abs=0.01)
    page = Path(__file__).parents[2] / "docs/methods/pilots.md"
    assert "in 19 of 100 pilots with ten looks" in page.read_text("utf-8")


def test_planned_groups_have_the_planned_power():
    random = np.random.default_rng(2)
    groups = clusters_per_arm(effect=0.3, size=20, correlation=0.05)
    seen = 0
    for _ in range(1500):
        level = random.normal(0, np.sqrt(0.05), (2, groups)) + np.array([[0.3], [0]])
        means = level + random.normal(0, np.sqrt(0.95 / 20), (2, groups))
        error = np.sqrt(means.var(axis=1, ddof=1).sum() / groups)
        seen += abs(means[0].mean() - means[1].mean()) / error > 2.05
    assert seen / 1500 >= 0.78


def test_unequal_groups_cost_more():
    even, uneven = (cluster_design_effect(size=30, correlation=0.05, size_variation=cv) for cv in (0, 0.6))
    assert uneven - even == pytest.approx(0.36 * 30 * 0.05)


def test_the_stepped_wedge_of_hussey_and_hughes():
    # Hussey & Hughes (2007): var 4.405797e-05, power .6179
    plan = stepped_wedge(**WEDGE)
    assert plan.variance == pytest.approx(4.405797e-05, rel=1e-6)
    assert plan.power == pytest.approx(0.61786675, abs=1e-7)
    assert plan.smallest_visible == pytest.approx(2.801585218 * np.sqrt(plan.variance))


def test_the_variance_of_a_wedge_is_that_of_generalised_least_squares():
    groups, periods = 6, 4
    x = (np.arange(periods) >= 1 + np.arange(groups)[:, None] // 2).astype(float)
    time = np.tile(np.eye(periods), (groups, 1))
    design = np.column_stack([time, x.ravel()])
    block = np.full((periods, periods), 0.3) + np.eye(periods) * 2.0 / 10
    precision = np.kron(np.eye(groups), np.linalg.inv(block))
    by_hand = np.linalg.inv(design.T @ precision @ design)[-1, -1]
    plan = stepped_wedge(
        groups=groups,
        steps=3,
        size=10,
        effect=0.5,
        within_variance=2.0,
        between_variance=0.3,
        baseline_periods=1,
    )
    assert plan.variance == pytest.approx(by_hand)


def test_cuped_shrinks_the_interval_by_the_correlation_and_covers():
    covered, ratio = 0, []
    for seed in range(300):
        random = np.random.default_rng(seed)
        before = random.normal(size=300)
        after = 0.8 * before + 0.6 * random.normal(size=300)
        after[:150] += 0.3
        sharp = cuped_difference(after[:150], after[150:], before[:150], before[150:])
        blunt = cuped_difference(after[:150], after[150:], np.zeros(150), np.zeros(150))
        covered += sharp.low <= 0.3 <= sharp.high
        ratio.append((sharp.high - sharp.low) / (blunt.high - blunt.low))
    assert 0.925 <= covered / 300 <= 0.98
    assert np.mean(ratio) == pytest.approx(np.sqrt(1 - 0.64), abs=0.02)


def test_arms_in_which_nothing_is_left_to_vary_have_no_interval():
    before = np.arange(40.0)
    for found in (
        cuped_difference([3.0] * 40, [3.0] * 40, before, before),
        cuped_difference(before + 1, before, before, before),
    ):
        assert (found.low, found.high, found.status) == (None, None, "too_few")


def test_people_in_another_order_and_missing_ones_change_nothing():
    random = np.random.default_rng(5)
    arms = random.normal(size=(4, 50))
    shuffled = random.permutation(50)
    again = cuped_difference(
        np.append(arms[0][shuffled], nan), arms[1], np.append(arms[2][shuffled], 1.0), arms[3]
    )
    assert again == cuped_difference(*arms)


def test_neyman_gives_the_published_allocation():
    # Neyman (1934): N (5000, 3000, 2000), S (.9, .6, .7), n 400 → 233.77 / 93.51 / 72.73
    found = neyman_allocation({"a": (5000, 0.9), "b": (3000, 0.6), "c": (2000, 0.7)}, total=400)
    assert list(found.exact.values()) == pytest.approx([233.77, 93.51, 72.73], abs=0.005)
    assert sum(found.answers.values()) == 400


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=3), st.tuples(st.integers(0, 300), st.floats(0, 3)), min_size=1, max_size=6
    ),
    st.floats(0, 1),
)
def test_allocations_sum_up_and_ask_nobody_twice(strata, part):
    people = sum(size for size, _ in strata.values())
    total = int(part * people)
    if not any(size * spread for size, spread in strata.values()):
        with pytest.raises(NotIdentifiable):
            neyman_allocation(strata, total=total)
        return
    found = neyman_allocation(strata, total=total)
    assert sum(found.answers.values()) == total
    assert all(0 <= found.answers[name] <= strata[name][0] for name in strata)


def test_no_other_allocation_is_surer():
    strata = {"a": (5000, 0.9), "b": (3000, 0.6), "c": (2000, 0.7)}

    def variance(answers):
        return sum((strata[name][0] * strata[name][1]) ** 2 / n for name, n in answers.items())

    best = neyman_allocation(strata, total=400).answers
    for move in ({"a": 5, "b": -5}, {"b": 5, "c": -5}, {"c": 5, "a": -5}):
        other = {name: n + move.get(name, 0) for name, n in best.items()}
        assert variance(best) < variance(other)


def test_invitations_for_two_hundred_answers():
    # Beta-binomial, added up term by term: 120 of 1000 answered; chance .5/.8/.95 → 1662/1822/1991
    found = [
        invitations_needed(answers=200, answered_before=120, invited_before=1000, chance=chance)
        for chance in (0.5, 0.8, 0.95)
    ]
    assert found == [1662, 1822, 1991]


def test_the_promised_chance_is_what_a_simulation_finds():
    random = np.random.default_rng(4)
    n = invitations_needed(answers=50, answered_before=20, invited_before=200, chance=0.9)
    rate = random.beta(20.5, 180.5, 200_000)
    assert np.mean(random.binomial(n, rate) >= 50) == pytest.approx(0.9, abs=0.01)


def test_no_answers_need_no_invitations_and_no_history_is_no_error():
    assert invitations_needed(answers=0, answered_before=1, invited_before=9) == 0
    assert invitations_needed(answers=1, answered_before=0, invited_before=0, chance=0.5) >= 1


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda: answers_per_arm(effect=0), BadParameter),
        (lambda: answers_per_arm(effect=nan), BadParameter),
        (lambda: answers_per_arm(effect=1, sd=0), BadParameter),
        (lambda: answers_per_arm(effect=1, power=1), BadParameter),
        (lambda: answers_per_arm(effect=1, design_effect=0.5), BadParameter),
        (lambda: cluster_design_effect(size=0, correlation=0.1), BadParameter),
        (lambda: cluster_design_effect(size=3, correlation=2), BadParameter),
        (lambda: cluster_design_effect(size=3, correlation=0.1, size_variation=-1), BadParameter),
        (lambda: stepped_wedge(**{**WEDGE, "groups": 23}), BadParameter),
        (lambda: stepped_wedge(**{**WEDGE, "steps": 0}), BadParameter),
        (lambda: stepped_wedge(**{**WEDGE, "between_variance": -1}), BadParameter),
        (lambda: stepped_wedge(**{**WEDGE, "groups": 1, "steps": 1}), NotIdentifiable),
        (lambda: cuped_difference([1], [1, 2], [1], [1, 2]), NotEnoughHistory),
        (lambda: cuped_difference([1, 2], [1, 2], [1], [1, 2]), ShapeMismatch),
        (lambda: neyman_allocation({}, total=3), EmptySample),
        (lambda: neyman_allocation({"a": (-1, 1)}, total=0), BadCounts),
        (lambda: neyman_allocation({"a": (5, nan)}, total=0), BadCounts),
        (lambda: neyman_allocation({"a": (5, 1)}, total=6), BadCounts),
        (lambda: neyman_allocation({"a": (5, 0)}, total=3), NotIdentifiable),
        (lambda: invitations_needed(answers=3, answered_before=5, invited_before=4), BadCounts),
        (lambda: invitations_needed(answers=2.5, answered_before=1, invited_before=4), BadCounts),
        (lambda: invitations_needed(answers=nan, answered_before=1, invited_before=4), BadCounts),
        (lambda: invitations_needed(answers=3, answered_before=1.5, invited_before=4), BadCounts),
        (lambda: invitations_needed(answers=3, answered_before=1, invited_before=inf), BadCounts),
        (lambda: invitations_needed(answers=3, answered_before=1, invited_before=4, chance=0), BadParameter),
        (lambda: invitations_needed(answers=10**6, answered_before=0, invited_before=10**6), BadParameter),
    ],
)
def test_wrong_plans_are_named_errors(ask, error):
    with pytest.raises(error):
        ask()


def test_more_answers_than_anybody_can_invite_are_refused_before_they_are_counted():
    with pytest.raises(BadParameter, match="within 10,000,000 invitations"):
        invitations_needed(answers=10**9, answered_before=120, invited_before=1000)


def test_an_endless_outcome_of_a_pilot_is_a_mistake_and_no_gap():
    with pytest.raises(BadParameter, match="or NaN where missing"):
        cuped_difference([1, 2, inf], [1, 2, 3], [1, 2, 3], [1, 2, 3])


def test_without_a_use_of_before_the_adjusted_difference_is_welchs():
    random = np.random.default_rng(6)
    treated, control = random.exponential(size=31), random.exponential(size=200)
    found = cuped_difference(treated, control, np.ones(31), np.ones(200))
    welch = stats.ttest_ind(treated, control, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high))


def test_rates_that_differ_between_mailings_lower_the_chance_as_the_page_says():
    # docs/methods/pilots.md: by a tenth, 80 % become 72 % and 95 % become 88 %.
    random = np.random.default_rng(7)
    rate = random.beta(120.5, 880.5, 40_000) * np.exp(0.1 * random.normal(size=40_000) - 0.005)
    for chance, left in ((0.8, 0.72), (0.95, 0.88)):
        invited = invitations_needed(answers=200, answered_before=120, invited_before=1000, chance=chance)
        assert (random.binomial(invited, rate) >= 200).mean() == pytest.approx(left, abs=0.01)
