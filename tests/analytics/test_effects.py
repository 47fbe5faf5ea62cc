"""Effects: the change beyond that of the comparison, and when it may not be read."""

import numpy as np
import pytest

from candor.analytics.drivers import lmg_drivers
from candor.analytics.effects import (
    PanelRow,
    difference_in_changes,
    difference_in_differences,
    staggered_effect,
    two_way_fixed_effects,
)
from candor.analytics.errors import BadParameter, EmptySample, NotIdentifiable
from candor.analytics.expectations import expectation_gap

nan = float("nan")


def with_moments(n, mean, error):
    """n numbers with exactly this mean and this standard error of the mean."""
    raw = np.random.default_rng(n).normal(size=n)
    raw = (raw - raw.mean()) / raw.std(ddof=1)
    return mean + error * np.sqrt(n) * raw


def test_the_minimum_wage_table_of_card_and_krueger():
    # Card & Krueger (1994) table 3: NJ 20.44 → 21.03, PA 23.33 → 21.17; difference 2.76 (text 2.75)
    found = difference_in_differences(
        with_moments(321, 20.44, 0.51), with_moments(319, 21.03, 0.52),
        with_moments(77, 23.33, 1.35), with_moments(77, 21.17, 0.94),
    )  # fmt: skip
    assert found.effect.value == pytest.approx(2.75)
    # four samples ignore that the shops are the same: √(.51² + .52² + 1.35² + .94²) = 1.80
    assert (found.effect.high - found.effect.low) / 2 == pytest.approx(1.97 * 1.80, rel=0.02)
    # row 4, changes of the same shops: standard errors .54 and 1.25 give 1.36, and the interval excludes zero
    changes = difference_in_changes(with_moments(290, 0.59, 0.54), with_moments(75, -2.16, 1.25))
    assert (changes.effect.high - changes.effect.low) / 2 == pytest.approx(1.985 * 1.36, rel=0.01)
    assert changes.effect.low > 0
    assert changes.words == "Moved up against the comparison, beyond chance."


def test_five_treated_units_show_an_effect_by_chance_as_often_as_the_page_says():
    # docs/methods/difference-in-differences.md: 9 of 100 where changes are exponential, 6 where they are normal.
    random = np.random.default_rng(12)
    for draw, least, most in ((random.exponential, 0.07, 0.11), (random.normal, 0.03, 0.065)):
        found = [difference_in_changes(draw(size=5), draw(size=20)).p_value for _ in range(1500)]
        assert least < np.mean(np.array(found) < 0.05) < most


def test_answers_of_whole_branches_show_an_effect_by_chance_as_often_as_the_page_says():
    # docs/methods/difference-in-differences.md: 28 of 100 with five branches on each side; their changes show 5.
    random = np.random.default_rng(14)
    answers, changes = [], []
    for _ in range(600):
        sides = [random.normal(0, 0.2, (5, 1)) + random.normal(size=(5, 60)) for _ in range(4)]
        answers.append(difference_in_differences(*(side.ravel() for side in sides)).p_value)
        before, after, other_before, other_after = (side.mean(axis=1) for side in sides)
        changes.append(difference_in_changes(after - before, other_after - other_before).p_value)
    assert 0.23 < np.mean(np.array(answers) < 0.05) < 0.33
    assert np.mean(np.array(changes) < 0.05) < 0.07


def test_two_samples_of_changes_are_welchs_t_test():
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(3)
    one, other = random.normal(1, 2, 40), random.normal(0, 1, 25)
    found = difference_in_changes(one, np.append(other, nan))
    theirs = stats.ttest_ind(one, other, equal_var=False)
    ends = theirs.confidence_interval()
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert (found.effect.low, found.effect.high) == pytest.approx((ends.low, ends.high))


def panel(units=30, periods=6, start=3, effect=2.0, drift=0.0, seed=1):
    random = np.random.default_rng(seed)
    level = random.normal(size=units)
    return [
        PanelRow(
            unit,
            period,
            level[unit] + 0.5 * period + drift * period * (unit % 2) + effect * is_on + 0.5 * random.normal(),
            is_on,
        )
        for unit in range(units)
        for period in range(periods)
        for is_on in [bool(unit % 2 and period >= start)]
    ]


def test_two_way_fixed_effects_are_the_dummy_regression_with_clusters():
    # No published panel is small enough to stand here; the dummy regression of statsmodels is the same estimator.
    sm = pytest.importorskip("statsmodels.api")
    rows = panel()[:-3]  # unbalanced on purpose
    found = two_way_fixed_effects(rows)
    units, periods = sorted({r.unit for r in rows}), sorted({r.period for r in rows})
    design = np.column_stack(
        [[float(r.is_treated) for r in rows]]
        + [[float(r.unit == unit) for r in rows] for unit in units]
        + [[float(r.period == period) for r in rows] for period in periods[1:]]
    )
    outcome, groups = [r.outcome for r in rows], [r.unit for r in rows]
    told = {"groups": groups, "use_correction": False}
    fit = sm.OLS(outcome, design).fit(cov_type="cluster", cov_kwds=told, use_t=True)
    assert found.effect.value == pytest.approx(fit.params[0], abs=1e-8)
    half = (found.effect.high - found.effect.low) / 2
    # 15 units a side: each side's squares over 14; about 28 degrees of freedom.
    assert half == pytest.approx(fit.bse[0] * np.sqrt(15 / 14) * 2.048407, rel=0.002)
    assert found.effect.status == "ok"
    assert found.pre_trend.low < 0 < found.pre_trend.high


@pytest.mark.parametrize(("periods", "start"), [(2, 1), (6, 4)])
def test_a_panel_without_holes_is_the_change_of_each_unit_from_before_to_after(periods, start):
    random = np.random.default_rng(4)
    table = random.normal(size=(25, periods)).cumsum(axis=1)
    rows = [PanelRow(u, t, table[u, t], u < 7 and t >= start) for u in range(25) for t in range(periods)]
    change = table[:, start:].mean(axis=1) - table[:, :start].mean(axis=1)
    panel, changes = two_way_fixed_effects(rows), difference_in_changes(change[:7], change[7:])
    assert (panel.effect.value, panel.effect.low, panel.effect.high, panel.p_value) == pytest.approx(
        (changes.effect.value, changes.effect.low, changes.effect.high, changes.p_value)
    )


def test_a_small_balanced_panel_by_hand():
    # two units, two periods: (5 − 1) − (3 − 2) = 3
    rows = [
        PanelRow("a", 0, 1, False),
        PanelRow("a", 1, 5, True),
        PanelRow("b", 0, 2, False),
        PanelRow("b", 1, 3, False),
    ]
    found = two_way_fixed_effects(rows)
    assert found.effect.value == pytest.approx(3)
    assert (found.effect.status, found.pre_trend) == ("too_few", None)
    assert found.words == "Too few to tell (1 of at least 5)."


def test_units_that_moved_apart_before_are_not_comparable():
    found = two_way_fixed_effects(panel(drift=0.8))
    assert found.effect.status == "not_comparable"
    assert found.words.startswith("Not comparable")
    assert staggered_effect(panel(drift=0.8)).effect.status == "not_comparable"


def staggered(units=45, periods=8, seed=2):
    """Effects that grow with time since the start: the case in which plain two-way effects fail."""
    random = np.random.default_rng(seed)
    rows = []
    for unit in range(units):
        start = (2, 5, np.inf)[unit % 3]
        level = random.normal()
        for period in range(periods):
            is_on = period >= start
            grown = 1.0 * (period - start + 1) if is_on else 0.0
            rows.append(
                PanelRow(unit, period, level + 0.3 * period + grown + 0.2 * random.normal(), bool(is_on))
            )
    return rows


def test_roll_outs_at_several_dates_are_handed_to_the_right_method():
    rows = staggered()
    plain = two_way_fixed_effects(rows)
    assert plain.effect.status == "not_comparable"
    right = staggered_effect(rows)
    # starts at 2: periods 2…7 gain 1…6; starts at 5: periods 5…7 gain 1…3; equal groups: (21 + 6) / 9 = 3
    assert right.effect.low < 3 < right.effect.high
    assert abs(plain.effect.value - 3) > 3 * abs(right.effect.value - 3)
    assert right.effect.status == "ok"
    assert (right.n_treated, right.n_comparison) == (30, 15)


def test_no_effect_is_called_no_effect_seen():
    found = staggered_effect(panel(effect=0.0, seed=4))
    assert found.words == "No effect seen beyond chance."


def test_intervals_cover_and_false_alarms_are_as_stated():
    covered = {"plain": 0, "staggered": 0}
    for seed in range(120):
        rows = panel(units=20, periods=4, start=2, seed=seed)
        plain = two_way_fixed_effects(rows).effect
        group = staggered_effect(rows).effect
        covered["plain"] += plain.low <= 2 <= plain.high
        covered["staggered"] += group.low <= 2 <= group.high
    assert 0.9 <= covered["plain"] / 120 <= 0.99
    assert 0.9 <= covered["staggered"] / 120 <= 0.99


def test_starts_of_one_unit_each_are_too_few_to_tell():
    random = np.random.default_rng(9)
    rows = [
        PanelRow(unit, period, random.normal(), period >= 2 + unit)
        for unit in range(12)
        for period in range(16)
    ]
    found = staggered_effect(rows)
    assert found.effect.status == "too_few"
    assert found.words == "Too few to tell (1 of at least 5)."
    in_fives = [
        PanelRow(unit, period, random.normal(), period >= 2 + unit // 5)
        for unit in range(15)
        for period in range(8)
    ]
    assert staggered_effect(in_fives).effect.status == "ok"


def test_starts_of_five_units_raise_few_false_alarms():
    alarms = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        rows = [
            PanelRow(unit, period, random.normal(), period >= 2 + unit // 5)
            for unit in range(20)
            for period in range(7)
        ]
        found = staggered_effect(rows)
        alarms += found.effect.status == "ok" and found.p_value < 0.05
    assert alarms <= 9


def test_five_that_start_beside_many_raise_no_more_false_alarms_than_stated():
    # The doubt is that of the five: with degrees of freedom counted over all 45 units, 12 of 100 showed an effect.
    random, alarms = np.random.default_rng(3), 0
    for _ in range(400):
        noise = random.normal(size=(45, 2))
        rows = [PanelRow(u, t, noise[u, t], u < 5 and t == 1) for u in range(45) for t in range(2)]
        alarms += staggered_effect(rows).p_value < 0.05
    assert alarms <= 30


def test_one_start_in_two_periods_is_welchs_test_of_the_changes():
    rows = panel(units=24, periods=2, start=1)
    change = {row.unit: row.outcome for row in rows if row.period == 1}
    change = {row.unit: change[row.unit] - row.outcome for row in rows if row.period == 0}
    treated = {row.unit for row in rows if row.is_treated}
    sides = [[change[unit] for unit in change if (unit in treated) is side] for side in (True, False)]
    found, plain = staggered_effect(rows).effect, difference_in_changes(*sides).effect
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_customers_who_are_seen_twice_in_turn_leave_the_dummy_regression():
    # Each is seen in two periods that follow each other: means taken out by turns had not settled after a thousand.
    random, rows = np.random.default_rng(5), []
    for first in range(59):
        for one in range(4):
            level = random.normal()
            for period in (first, first + 1):
                is_on = one < 2 and period >= 30
                rows.append(
                    PanelRow((first, one), period, level + 0.05 * period + random.normal() + is_on, is_on)
                )
    columns = [(("unit", row.unit), ("period", row.period), "treated") for row in rows]
    names = {name: place for place, name in enumerate(dict.fromkeys(name for row in columns for name in row))}
    design = np.zeros((len(rows), len(names)))
    for place, (row, filled) in enumerate(zip(rows, columns, strict=True)):
        design[place, [names[name] for name in filled]] = 1.0
        design[place, names["treated"]] = row.is_treated
    exact = np.linalg.lstsq(design, np.array([row.outcome for row in rows]), rcond=None)[0]
    assert two_way_fixed_effects(rows).effect.value == pytest.approx(exact[names["treated"]])


def test_rows_in_another_order_give_the_same_effect():
    rows = staggered()
    shuffled = [rows[place] for place in np.random.default_rng(1).permutation(len(rows))]
    assert staggered_effect(shuffled) == staggered_effect(rows)
    assert two_way_fixed_effects(shuffled) == two_way_fixed_effects(rows)


@pytest.mark.parametrize("endless", [float("inf"), -float("inf")])
def test_an_endless_number_is_a_mistake_and_no_gap(endless):
    for call in (
        lambda: difference_in_changes([1, 2, endless], [1, 2, 3]),
        lambda: difference_in_differences([1, 2], [1, endless], [1, 2], [1, 2]),
        lambda: two_way_fixed_effects([*panel(), PanelRow("late", 0, endless, False)]),
        lambda: lmg_drivers({"a": [1, 2, 3, 4, 5, endless]}, [1, 2, 3, 4, 5, 6]),
        lambda: expectation_gap({"ann": endless}, {"ann": 2}),
    ):
        with pytest.raises(BadParameter, match="or NaN where missing"):
            call()


def test_tiny_samples_are_defined_results():
    one = difference_in_differences([1], [2], [1], [1])
    assert (one.effect.value, one.effect.low, one.effect.status, one.p_value) == (1.0, None, "too_few", None)


@pytest.mark.parametrize("changed", [0.1, 2.0])
def test_where_nothing_varies_chance_cannot_be_measured(changed):
    still = [difference_in_changes([changed] * 12, [0.1] * 12)]
    rows = [
        PanelRow(u, t, u + 0.1 * t + changed * (u < 6 and t > 1), u < 6 and t > 1)
        for u in range(12)
        for t in range(4)
    ]
    still += [two_way_fixed_effects(rows), staggered_effect(rows)]
    for found in still:
        assert (found.effect.low, found.effect.high, found.p_value, found.status) == (
            None,
            None,
            None,
            "too_few",
        )
        assert found.words == "Can’t be told: nothing varies, so there is nothing to measure chance by."


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], EmptySample),
        ([PanelRow("a", 0, nan, False)], EmptySample),
        ([PanelRow("a", 0, 1, False), PanelRow("a", 0, 2, False)], BadParameter),
        ([PanelRow("a", t, t, t > 1) for t in range(4)], NotIdentifiable),
        ([PanelRow(u, t, t, False) for u in "ab" for t in range(4)], NotIdentifiable),
        ([PanelRow(u, t, t, u == "a") for u in "ab" for t in range(4)], NotIdentifiable),
    ],
)
def test_wrong_panels_are_named_errors(rows, error):
    with pytest.raises(error):
        two_way_fixed_effects(rows)
    with pytest.raises(error):
        staggered_effect(rows)


def test_a_measure_that_ends_and_holes_in_the_panel_are_refused():
    ends = [PanelRow("a", t, t, t == 1) for t in range(3)] + [PanelRow("b", t, t, False) for t in range(3)]
    with pytest.raises(BadParameter, match="always treated"):
        staggered_effect(ends)
    with pytest.raises(BadParameter, match="all 6 periods"):
        staggered_effect(panel()[:-1])
    with pytest.raises(EmptySample):
        difference_in_changes([], [1])
