"""Goals: measurable, reachable, more than luck."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from candor.analytics.errors import BadParameter
from candor.analytics.estimates import Estimate
from candor.analytics.goals import check_goal


def estimate(value, *, low=None, high=None, n=200):
    return Estimate(value=value, low=low, high=high, n=n, method="adjusted Wald")


def test_three_points_of_nps_from_two_hundred_answers_are_met_by_luck_one_time_in_three():
    # Closed form, se = .75 √(2 / 200): baseline NPS 30, n 200, sd .75, target +3 → P(met | no change) = 34.5 %
    check = check_goal(baseline=estimate(0.30), target=0.33, answers_by_date=200, sd=0.75, lowest=-1)
    assert check.verdict == "not_measurable"
    assert check.p_met_without_change == pytest.approx(0.345, abs=0.0005)
    assert not check.is_more_than_luck
    assert "34%" in check.words or "35%" in check.words


def test_the_smallest_visible_change_is_the_one_printed_beside_monthly_scores():
    # Closed form, 2.802 · .75 √(2 / n): smallest change with 80 % power at n = 50/100/200/500/1000: 42/30/21/13/9 points
    found = [
        check_goal(baseline=estimate(0.3, n=n), target=0.4, answers_by_date=n, sd=0.75, lowest=-1)
        for n in (50, 100, 200, 500, 1000)
    ]
    assert [round(100 * check.smallest_visible_change) for check in found] == [42, 30, 21, 13, 9]


def test_the_smallest_visible_change_comes_no_lower_than_the_baseline_lets_it():
    # Closed form, 2.802 · .75 / √n of the baseline, as the caption of the picture tells: 14.9 and 4.7 points
    found = [
        check_goal(baseline=estimate(0.3, n=n), target=0.4, answers_by_date=answers, sd=0.75, lowest=-1)
        for n, answers in ((200, 10**9), (2000, 2000), (2000, 10**9))
    ]
    assert [round(100 * check.smallest_visible_change, 1) for check in found] == [14.9, 6.6, 4.7]


def test_a_goal_asking_just_the_visible_change_has_the_power_wished_for():
    wide = check_goal(baseline=estimate(0.3), target=0.31, answers_by_date=400, sd=0.75, lowest=-1)
    target = 0.3 + wide.smallest_visible_change + 1e-12
    exact = check_goal(baseline=estimate(0.3), target=target, answers_by_date=400, sd=0.75, lowest=-1)
    assert exact.is_measurable
    assert exact.power == pytest.approx(0.8, abs=1e-5)
    assert exact.verdict == "sound"
    assert exact.words == "The goal can be measured by its date, and meeting it would be more than luck."


def test_the_chance_of_luck_is_what_a_simulation_of_no_change_finds():
    random = np.random.default_rng(11)
    chances = [0.15, 0.25, 0.60]
    before = random.multinomial(150, chances, size=40_000) @ [-1, 0, 1] / 150
    after = random.multinomial(300, chances, size=40_000) @ [-1, 0, 1] / 300
    sd = math.sqrt(0.75 - 0.45**2)
    check = check_goal(baseline=estimate(0.45, n=150), target=0.55, answers_by_date=300, sd=sd, lowest=-1)
    assert check.p_met_without_change == pytest.approx(np.mean(after - before >= 0.1), abs=0.01)


def test_a_goal_that_is_met_by_luck_is_not_sound_however_easily_it_is_seen():
    # level .8 and power .5 ask for 1.28 standard errors; chance alone goes as far in 10 cases of 100
    check = check_goal(
        baseline=estimate(0.3),
        target=0.4,
        answers_by_date=200,
        sd=0.75,
        lowest=-1,
        level=0.8,
        wished_power=0.5,
    )
    assert check.is_measurable
    assert not check.is_more_than_luck
    assert (check.verdict, check.problems) == ("met_by_luck", ("met_by_luck",))
    assert check.words == "If nothing changed, the target would still be met with a chance of 9%."


@given(st.floats(0.01, 0.99), st.integers(0, 3000), st.floats(0.5, 0.99), st.floats(0.1, 0.95))
def test_a_sound_goal_is_measurable_and_more_than_luck(target, answers, level, power):
    assume(power > (1 - level) / 2 + 1e-6)
    check = check_goal(
        baseline=estimate(0.5),
        target=target,
        answers_by_date=answers,
        sd=0.45,
        level=level,
        wished_power=power,
    )
    assert check.verdict != "sound" or (check.is_measurable and check.is_more_than_luck)
    assert ("met_by_luck" in check.problems) == (not check.is_more_than_luck and target != 0.5)


@pytest.mark.parametrize("power", [0.1, 0.25])
def test_a_power_that_chance_alone_gives_is_refused(power):
    with pytest.raises(BadParameter, match="wished_power"):
        check_goal(
            baseline=estimate(0.5), target=0.25, answers_by_date=100, sd=0.45, level=0.5, wished_power=power
        )


def test_a_baseline_picked_because_it_was_low_meets_its_goal_by_luck_far_more_often():
    """Ten equal units of 200 answers: the worst goes up by itself, which the chance of luck doesn't count."""
    random = np.random.default_rng(12)
    before, after = random.normal(0.3, 0.75 / math.sqrt(200), size=(2, 4000, 10))
    worst = before.argmin(axis=1)[:, None]
    rise = np.take_along_axis(after - before, worst, axis=1).ravel()
    check = check_goal(baseline=estimate(0.2), target=0.28, answers_by_date=200, sd=0.75, lowest=-1)
    assert check.p_met_without_change == pytest.approx(np.mean(after[:, 0] - before[:, 0] >= 0.08), abs=0.02)
    assert check.p_met_without_change == pytest.approx(0.143, abs=0.001)
    assert np.mean(rise >= 0.08) == pytest.approx(0.51, abs=0.03)


def test_answers_needed_make_the_goal_measurable_and_one_fewer_does_not():
    options = {"baseline": estimate(0.3, n=2000), "target": 0.36, "sd": 0.75, "lowest": -1}
    needed = check_goal(answers_by_date=100, **options).answers_needed
    assert check_goal(answers_by_date=needed, **options).is_measurable
    assert not check_goal(answers_by_date=needed - 1, **options).is_measurable


def test_a_thin_baseline_can_not_be_made_good_by_any_number_of_later_answers():
    check = check_goal(baseline=estimate(0.3, n=50), target=0.36, answers_by_date=10**6, sd=0.75, lowest=-1)
    assert check.answers_needed is None
    assert check.verdict == "not_measurable"


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_perfection_is_refused(target):
    check = check_goal(baseline=estimate(0.8, low=0.75, high=0.85), target=target, answers_by_date=5000)
    assert check.verdict == "perfect_target"
    assert "end of the scale" in check.words


def test_perfection_is_refused_without_a_baseline_too():
    nothing = estimate(None, n=0)
    check = check_goal(baseline=nothing, target=1.0, answers_by_date=100)
    assert check.problems == ("perfect_target", "no_baseline")
    assert check_goal(baseline=nothing, target=0.9, answers_by_date=100).verdict == "no_baseline"


def test_the_spread_is_read_from_the_interval_when_not_given():
    # Wald interval of a share .8 with n = 400: half-width 1.96 · .4/20, hence sd .4
    half = 1.959963984540054 * 0.4 / 20
    baseline = estimate(0.8, low=0.8 - half, high=0.8 + half, n=400)
    from_interval = check_goal(baseline=baseline, target=0.9, answers_by_date=400)
    given_sd = check_goal(baseline=baseline, target=0.9, answers_by_date=400, sd=0.4)
    assert from_interval.smallest_visible_change == pytest.approx(given_sd.smallest_visible_change)


def test_a_weighted_baseline_counts_with_what_its_answers_are_worth():
    # a share of one half, 1,000 answers worth 100: standard error .05; 60 answers at the date: .0645
    half = 1.959963984540054 * 0.5 / 10
    weighted = Estimate(
        value=0.5, low=0.5 - half, high=0.5 + half, n=1000, n_effective=100, method="Wald", design_effect=10
    )
    plain = Estimate(value=0.5, low=0.5 - half, high=0.5 + half, n=100, method="Wald")
    found = check_goal(baseline=weighted, target=0.8, answers_by_date=60)
    assert found.smallest_visible_change == pytest.approx(0.229, abs=0.0005)
    assert found == check_goal(baseline=plain, target=0.8, answers_by_date=60)
    # answers needed: no number of them makes good a baseline that is worth a hundred
    thin = check_goal(baseline=weighted, target=0.6, answers_by_date=60, sd=0.5)
    assert thin.answers_needed is None


def test_beyond_the_best_seen_is_out_of_reach_in_both_directions():
    up = check_goal(baseline=estimate(0.3, n=5000), target=0.6, answers_by_date=5000, sd=0.75, best_seen=0.5)
    down = check_goal(
        baseline=estimate(0.3, n=5000), target=0.1, answers_by_date=5000, sd=0.45, best_seen=0.2
    )
    fine = check_goal(
        baseline=estimate(0.3, n=5000), target=0.25, answers_by_date=5000, sd=0.45, best_seen=0.2
    )
    assert (up.verdict, down.verdict, fine.verdict) == ("out_of_reach", "out_of_reach", "sound")
    assert (up.is_reachable, fine.is_reachable) == (False, True)
    assert check_goal(baseline=estimate(0.3), target=0.4, answers_by_date=9, sd=0.75).is_reachable is None


def test_no_answers_at_the_date_is_a_defined_result():
    check = check_goal(baseline=estimate(0.3), target=0.4, answers_by_date=0, sd=0.75)
    assert check.verdict == "few_answers"
    assert check.smallest_visible_change == math.inf
    assert (check.p_met_without_change, check.is_measurable) == (0.5, False)


def test_asking_for_nothing_is_said():
    check = check_goal(baseline=estimate(0.3), target=0.3, answers_by_date=500, sd=0.75)
    assert check.verdict == "no_change_asked"
    assert check.answers_needed is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 1.2},
        {"target": math.nan},
        {"answers_by_date": -1},
        {"sd": 0.0},
        {"sd": math.nan},
        {"best_seen": math.inf},
        {"level": 0.0},
        {"wished_power": 1.0},
    ],
)
def test_wrong_input_is_a_named_error(wrong):
    fine = {"baseline": estimate(0.3), "target": 0.4, "answers_by_date": 100, "sd": 0.75}
    with pytest.raises(BadParameter):
        check_goal(**{**fine, **wrong})


@given(
    st.floats(0.05, 0.95),
    st.floats(0.01, 0.99),
    st.integers(2, 5000),
    st.integers(0, 5000),
    st.floats(0.05, 1),
)
def test_more_answers_never_make_a_goal_harder_to_see(value, target, n, answers, sd):
    few = check_goal(baseline=estimate(value, n=n), target=target, answers_by_date=answers, sd=sd)
    more = check_goal(baseline=estimate(value, n=n), target=target, answers_by_date=answers + 50, sd=sd)
    assert more.smallest_visible_change <= few.smallest_visible_change
    assert more.p_met_without_change <= few.p_met_without_change + 1e-12
    assert 0 <= more.p_met_without_change <= 0.5
    assert 0 <= more.power <= 1


@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.integers(1, 999))
def test_a_goal_and_its_mirror_image_are_judged_alike(value, target, answers):
    up = check_goal(baseline=estimate(value), target=target, answers_by_date=answers, sd=0.75, lowest=-1)
    down = check_goal(baseline=estimate(-value), target=-target, answers_by_date=answers, sd=0.75, lowest=-1)
    assert (up.verdict, up.p_met_without_change) == (down.verdict, down.p_met_without_change)


def test_thirty_answers_are_the_least_and_one_baseline_answer_is_a_baseline():
    few, enough = (
        check_goal(baseline=estimate(0.3), target=0.9, answers_by_date=n, sd=0.45) for n in (29, 30)
    )
    assert ("few_answers" in few.problems, "few_answers" in enough.problems) == (True, False)
    assert (
        check_goal(baseline=estimate(0.3, n=1), target=0.9, answers_by_date=900, sd=0.45).change_asked
        is not None
    )
    assert (
        check_goal(baseline=estimate(0.3, n=0), target=0.9, answers_by_date=900, sd=0.45).verdict
        == "no_baseline"
    )
    flat = check_goal(baseline=estimate(0.3, low=0.3, high=0.3), target=0.9, answers_by_date=900)
    assert flat.verdict == "no_baseline"


def test_a_baseline_outside_of_its_scale_is_refused_and_no_goal_against_it_is_sound():
    with pytest.raises(BadParameter, match="baseline is 5"):
        check_goal(baseline=estimate(5.0, low=4.9, high=5.1), target=0.3, answers_by_date=400)


def test_a_rise_of_a_small_share_is_seen_and_met_by_luck_as_often_as_the_page_says():
    # docs/methods/goals.md: from 5 %, 200 answers each time: seen in 64 of 100 and not 80, met by luck in 2 and not 0.3.
    draw = np.random.default_rng(5)
    before = draw.binomial(200, 0.05, 4000)
    before = before[before > 0] / 200
    visible = np.array(
        [
            check_goal(
                baseline=estimate(p), target=0.5, answers_by_date=200, sd=math.sqrt(p * (1 - p))
            ).smallest_visible_change
            for p in before
        ]
    )
    after = draw.binomial(200, 0.05 + visible) / 200
    error = np.sqrt(before * (1 - before) / 200 + after * (1 - after) / 200)
    assert np.mean(after - before > 1.96 * error) == pytest.approx(0.64, abs=0.03)
    assert np.mean(draw.binomial(200, 0.05, len(before)) / 200 >= before + visible) == pytest.approx(
        0.02, abs=0.007
    )
