"""Case mix: how often a unit is called out of the ordinary by chance alone, and what may be a unit at all."""

import datetime

import numpy as np
import pytest

from candor import analytics as cx


def _outside_by_chance(*, shares_hard, n=100, companies=400):
    """How often each unit’s z is beyond 1.96 where only the mix of cases tells units apart; 95 % of easy cases go well, 50 % of hard ones."""
    random = np.random.default_rng(5)
    units = np.repeat(np.arange(len(shares_hard)), n)
    outside = np.zeros(len(shares_hard))
    for _ in range(companies):
        hard = random.random(len(units)) < np.repeat(shares_hard, n)
        satisfied = (random.random(len(units)) < np.where(hard, 0.5, 0.95)).astype(float)
        expected = cx.expected_shares(hard.astype(float), satisfied)
        found = cx.observed_against_expected(units.tolist(), satisfied, expected)
        outside += [abs(unit.z) > 1.96 for unit in found]
    return outside / companies


def test_a_unit_with_the_hard_cases_is_outside_by_chance_no_oftener_than_others():
    outside = _outside_by_chance(shares_hard=[0.5, *np.linspace(0.05, 0.15, 15)])
    # with one variance for all it is 13 % of the times for the first unit, and 2.7 % for the five with the easiest cases
    assert 0.015 <= outside[0] <= 0.07
    assert 0.035 <= outside[1:6].mean() <= 0.06


def test_the_interval_of_a_share_is_that_of_its_own_cases_and_of_a_score_is_pooled():
    units, satisfied = ["easy"] * 20 + ["hard"] * 20, [1.0] * 18 + [0.0] * 2 + [1.0, 0.0] * 10
    expected = [0.9] * 20 + [0.5] * 20
    easy, hard = cx.observed_against_expected(units, satisfied, expected)
    assert hard.adjusted.high - hard.adjusted.value == pytest.approx(1.959964 * np.sqrt(0.25 / 20))
    assert easy.adjusted.value - easy.adjusted.low == pytest.approx(1.959964 * np.sqrt(0.09 / 20))
    assert easy.method == "observed less expected, variance of the unit’s own cases"
    one, other = cx.observed_against_expected(units, 10 * np.array(satisfied), 10 * np.array(expected))
    assert one.adjusted.value - one.adjusted.low == pytest.approx(other.adjusted.high - other.adjusted.value)
    assert one.method == "observed less expected, pooled variance"


def test_a_unit_whose_cases_leave_no_doubt_has_no_interval_and_the_others_have_theirs():
    kinds = np.repeat([0.0, 1.0], [40, 60])
    satisfied = [1.0] * 40 + [1.0, 0.0, 1.0] * 20
    expected = cx.expected_shares(kinds, satisfied)
    sure, open_ = cx.observed_against_expected(["a"] * 40 + ["b"] * 60, satisfied, expected)
    assert (sure.adjusted.low, sure.adjusted.high, sure.z, sure.status) == (None, None, 0.0, "too_few")
    assert open_.adjusted.low < open_.adjusted.value < open_.adjusted.high


def test_z_of_two_equal_units_is_too_small_by_as_much_as_the_page_says():
    random = np.random.default_rng(6)
    z: dict[float, list[float]] = {0.4: [], 0.7: []}
    for west, found in z.items():
        east = 0.4 if west == 0.4 else 0.2
        for _ in range(500):
            hard = random.random(400) < np.repeat([east, west], 200)
            satisfied = (random.random(400) < np.where(hard, 0.4, 0.8)).astype(float)
            expected = cx.expected_shares(hard.astype(float), satisfied)
            found.append(cx.observed_against_expected([0] * 200 + [1] * 200, satisfied, expected)[0].z)
    assert np.std(z[0.4]) == pytest.approx(0.70, abs=0.06)
    assert np.std(z[0.7]) == pytest.approx(0.62, abs=0.06)


def test_a_hundred_traits_that_mean_nothing_leave_six_tenths_of_a_true_difference():
    random = np.random.default_rng(7)
    units, left = np.repeat(np.arange(8), 30), []
    for _ in range(30):
        truth = random.normal(0, 0.5, 8)
        scores = truth[units] + random.normal(size=240)
        expected = cx.expected_scores(random.normal(size=(240, 100)), scores)
        found = cx.observed_against_expected(units.tolist(), scores, expected)
        off = np.array([unit.observed - unit.expected for unit in found])
        left.append(off @ (truth - truth.mean()) / np.square(truth - truth.mean()).sum())
    assert np.mean(left) == pytest.approx(1 - 100 / 240, abs=0.05)


def test_units_with_numbers_come_by_size_and_before_those_with_names():
    units = [10, 2, 1, "b", 2.5, "a"]
    found = cx.observed_against_expected(units, [1.0, 0.0] * 3, [0.5] * 6)
    assert [unit.unit for unit in found] == [1, 2, 2.5, 10, "a", "b"]


@pytest.mark.parametrize("missing", [float("nan"), np.float64("nan"), np.datetime64("NaT"), None])
def test_an_answer_without_a_unit_is_refused(missing):
    day = datetime.date(2026, 3, 1)
    assert len(cx.observed_against_expected([day] * 2, [1.0, 0.0], [0.5] * 2)) == 1
    with pytest.raises(cx.BadParameter, match="units"):
        cx.observed_against_expected(["a", missing], [1.0, 0.0], [0.5] * 2)
