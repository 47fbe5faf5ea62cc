"""Expectations: pairs, what is lost on the way, and the surface behind the gap."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.analytics.errors import (
    BadParameter,
    EmptySample,
    NotEnoughHistory,
    NotIdentifiable,
    ShapeMismatch,
)
from candor.analytics.expectations import (
    expectation_gap,
    expectation_gaps,
    reliability_of_difference,
    response_surface,
)

nan = float("nan")

# R datasets::sleep: extra hours of sleep of ten patients under two drugs ("Student" 1908)
FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def numbered(values):
    return dict(enumerate(values))


def test_the_paired_gap_of_the_sleep_table_is_students():
    # R t.test(paired): t −4.0621277, df 9, mean difference 1.58, interval .7001142 to 2.4598858
    # R wilcox.test(paired, exact = FALSE): p .0090907
    found = expectation_gap(numbered(FIRST), numbered(SECOND), least_pairs=10)
    assert found.gap.value == pytest.approx(1.58)
    assert (found.gap.low, found.gap.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)
    assert found.p_value == pytest.approx(0.0090907, abs=1e-6)
    assert (found.under_met.value, found.over_met.value) == (0.0, 0.9)


def test_pairs_are_made_by_person_and_the_lost_are_counted():
    before = {who: 4.0 - who % 2 for who in range(60)} | dict.fromkeys(range(60, 100), 5.0)
    after = {who: 3.0 - who // 2 % 2 for who in range(60)} | dict.fromkeys(range(200, 205), 1.0)
    found = expectation_gap(before, after, highest=5)
    assert (found.n_pairs, found.n_expected, found.n_met) == (60, 100, 65)
    assert found.lost_share == 0.4
    assert found.gap.value == -1
    assert found.lost_expected_more.value == 1.5
    assert found.at_ceiling == 0.4
    assert found.warnings == (
        "Those who were not heard again had expected more.",
        "40% expected the top of the scale, which can’t be exceeded.",
    )


def test_recalled_and_heavy_loss_are_said():
    before = {who: 3.0 + who % 2 for who in range(100)}
    after = dict.fromkeys(range(40), 3.0)
    found = expectation_gap(before, after, is_recalled=True)
    assert "60% of those who told their expectation were not heard again." in found.warnings
    assert any("recalled" in warning for warning in found.warnings)
    less = expectation_gap(
        {who: 4.0 + who % 2 if who < 40 else 1.0 + who % 2 for who in range(80)}, after, highest=5
    )
    assert "Those who were not heard again had expected less." in less.warnings


def test_order_of_people_changes_nothing():
    before, after = numbered(FIRST), numbered(SECOND)
    turned = {who: before[who] for who in reversed(before)}
    assert expectation_gap(turned, after) == expectation_gap(before, after)


def test_nobody_and_one_pair_are_defined_results():
    nobody = expectation_gap({}, {})
    assert (nobody.gap.value, nobody.gap.status, nobody.lost_share) == (None, "too_few", None)
    one = expectation_gap({"ann": 4}, {"ann": 2})
    assert (one.gap.value, one.gap.low, one.p_value, one.correlation) == (-2.0, None, None, None)
    two = expectation_gap({"ann": 4, "bob": 4}, {"ann": 2, "bob": 2})
    assert (two.gap.low, two.gap.high) == (None, None)
    lost = expectation_gap({"ann": 4, "bob": 4}, {"ann": nan, "bob": 3})
    assert (lost.n_pairs, lost.n_met) == (1, 1)


def test_gaps_that_are_all_alike_leave_nothing_to_measure_chance_by():
    found = expectation_gap(dict.fromkeys(range(80), 4.1), dict.fromkeys(range(50), 3.4), highest=5)
    assert found.gap.value == pytest.approx(-0.7)
    assert (found.gap.low, found.gap.high, found.status) == (None, None, "too_few")
    assert (found.lost_expected_more.low, found.lost_expected_more.status) == (None, "too_few")
    assert found.warnings == ("All gaps are alike, which leaves nothing to measure chance by.",)


def test_items_of_one_side_only_are_kept():
    gaps = expectation_gaps({"speed": {"ann": 5}, "price": {"ann": 3}}, {"speed": {"ann": 3}})
    assert list(gaps) == ["price", "speed"]
    assert gaps["price"].n_pairs == 0


def test_half_of_a_gap_may_be_noise():
    # Peter, Churchill & Brown (1993): (.8 + .8)/2 − .6 over 1 − .6 = .50
    assert reliability_of_difference(expected=0.8, met=0.8, correlation=0.6) == pytest.approx(0.5)
    for wrong in ({"expected": 1.2}, {"met": -0.1}, {"correlation": 1.0}, {"correlation": nan}):
        with pytest.raises(BadParameter):
            reliability_of_difference(**{"expected": 0.8, "met": 0.8, "correlation": 0.6, **wrong})


def test_reliability_is_what_a_simulation_of_true_scores_finds():
    random = np.random.default_rng(6)
    true = random.multivariate_normal([0, 0], [[0.8, 0.6], [0.6, 0.8]], size=400_000)
    seen = true + random.normal(scale=math.sqrt(0.2), size=true.shape)
    true_gap, gap = true[:, 1] - true[:, 0], seen[:, 1] - seen[:, 0]
    assert np.var(true_gap) / np.var(gap) == pytest.approx(
        reliability_of_difference(expected=0.8, met=0.8, correlation=0.6), abs=0.01
    )


def grid():
    x, y = (axis.ravel().astype(float) for axis in np.meshgrid(range(-3, 4), range(-3, 4), indexing="ij"))
    z = 5 + 0.6 * x - 0.4 * y - 0.05 * x**2 + 0.10 * x * y - 0.08 * y**2 + 0.3 * np.sin(7 * x + 3 * y)
    return x, y, z


def test_the_response_surface_is_that_of_lm():
    # R lm on the 49-point grid
    surface = response_surface(*grid(), middle=0)
    assert [b.value for b in surface.coefficients] == pytest.approx(
        [5, 0.5861014438, -0.3957752422, -0.05, 0.10, -0.08], abs=1e-9
    )
    published = {
        "a1": (0.1903262017, 0.0246039),
        "a2": (-0.03, 0.0166569),
        "a3": (0.981876686, 0.0246039),
        "a4": (-0.23, 0.0166569),
        "a5": (0.03, 0.0142051),
    }
    t43 = 2.0166922  # qt(.975, 43)
    for name, (value, error) in published.items():
        found = getattr(surface, name)
        assert found.value == pytest.approx(value, abs=1e-9), name
        assert (found.high - found.low) / 2 == pytest.approx(t43 * error, abs=1e-6), name
    assert surface.r2_of_difference == pytest.approx(0.8312943, abs=1e-7)
    assert surface.r2 == pytest.approx(0.9775552, abs=1e-7)
    assert surface.status == "too_few"  # 49 points of the 60 that six terms want


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_moving_scale_and_middle_together_changes_nothing(shift, lift):
    x, y, z = grid()
    here = response_surface(x, y, z, middle=0)
    there = response_surface(x + shift, y + shift, z + lift, middle=shift)
    assert there.a1.value == pytest.approx(here.a1.value, abs=1e-8)
    assert there.a4.low == pytest.approx(here.a4.low, abs=1e-8)


def test_rows_in_another_order_give_the_same_surface():
    x, y, z = grid()
    shuffled = np.random.default_rng(2).permutation(len(x))
    assert response_surface(x[shuffled], y[shuffled], z[shuffled], middle=0) == response_surface(
        x, y, z, middle=0
    )


def test_an_outcome_that_is_met_exactly_has_a_surface_and_no_interval_of_rounding():
    x, y, _ = grid()
    surface = response_surface(x, y, 0.3 * x + 0.1 * y, middle=0)
    for found, value in ((surface.a1, 0.4), (surface.a2, 0), (surface.a4, 0)):
        assert found.value == pytest.approx(value, abs=1e-12)
        assert (found.low, found.high, found.status) == (None, None, "too_few")


@pytest.mark.parametrize(
    ("x", "y", "z", "error"),
    [
        ([], [], [], EmptySample),
        ([nan] * 9, [1] * 9, [1] * 9, EmptySample),
        ([1, 2], [1, 2], [1], ShapeMismatch),
        ([1, 2, 3], [1, 2, 3], [1, 2, 3], NotEnoughHistory),
        ([1, 2] * 20, [1, 2] * 20, [1, 3] * 20, NotIdentifiable),
        ([1, 2, 3, 4, 5] * 8, [1, 2, 3, 4] * 10, [0.1] * 40, NotIdentifiable),
    ],
)
def test_wrong_surfaces_are_named_errors(x, y, z, error):
    with pytest.raises(error):
        response_surface(x, y, z, middle=0)


@given(
    st.dictionaries(st.integers(0, 30), st.integers(1, 5)),
    st.dictionaries(st.integers(0, 30), st.integers(1, 5)),
)
def test_shares_and_counts_of_any_two_waves_add_up(before, after):
    found = expectation_gap(before, after, highest=5)
    assert found.n_pairs == len(before.keys() & after.keys())
    if found.n_pairs:
        assert found.under_met.value + found.over_met.value <= 1
        assert found.gap.value == pytest.approx(found.met - found.expected)
    mirrored = expectation_gap(after, before)
    if found.gap.value is not None:
        assert mirrored.gap.value == pytest.approx(-found.gap.value)
