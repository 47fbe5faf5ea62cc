"""Stress tests: the simulation must pass the Erlang formulas before its scenarios are believed."""

import numpy as np
import pytest

from candor.analytics.errors import BadParameter, EmptySample
from candor.analytics.process_simulation import DayPlan, StagePlan, draw_luck, live_through
from candor.analytics.queues import erlang_a, erlang_c
from candor.analytics.stress import Process, Scenario, Stage, standard_scenarios, stress_report

nan = float("nan")
NO_WINDOW = (1e9, 1e9)
LINE = Process(arrivals=1.0, stages=(Stage(name="calls", agents=5, handling=3),), target=0.5)


def long_run(*, agents, patience, people=40_000, spread=1.0, seed=1):
    """One long day, its first part left out."""
    plan = DayPlan(
        arrivals=10 / 3,
        arrivals_in_window=10 / 3,
        window=NO_WINDOW,
        stages=(StagePlan(agents=agents, agents_in_window=agents, handling=3, patience=patience),),
        warm_up=300,
        closes=300 + people * 0.3,
    )
    return live_through(plan, draw_luck(people=2 * people, stages=1, spread=spread, seed=(seed,)))


def test_patient_callers_are_those_of_erlang_c():
    day, line = (
        long_run(agents=14, patience=None),
        erlang_c(arrivals=10 / 3, handling=3, agents=14, target=1 / 3),
    )
    assert (day.waits > 0).mean() == pytest.approx(line.p_wait, abs=0.015)
    assert (day.waits <= 1 / 3).mean() == pytest.approx(line.service_level, abs=0.012)
    assert day.waits.mean() == pytest.approx(line.mean_wait, abs=0.02)


def test_impatient_callers_are_those_of_erlang_a():
    day = long_run(agents=11, patience=2)
    line = erlang_a(arrivals=10 / 3, handling=3, agents=11, patience=2, target=1 / 3)
    assert (day.waits > 0).mean() == pytest.approx(line.p_wait, abs=0.015)
    assert day.gave_up.mean() == pytest.approx(line.p_abandon, abs=0.006)
    assert ((day.waits <= 1 / 3) & ~day.gave_up).mean() == pytest.approx(line.service_level, abs=0.012)


def test_steady_handling_halves_the_wait_of_one_agent():
    # Pollaczek–Khinchine: M/D/1 waits half as long as M/M/1
    def mean_wait(spread):
        plan = DayPlan(
            arrivals=0.7, arrivals_in_window=0.7, window=NO_WINDOW,
            stages=(StagePlan(agents=1, agents_in_window=1, handling=1, patience=None),), warm_up=500, closes=60_000,
        )  # fmt: skip
        return live_through(plan, draw_luck(people=50_000, stages=1, spread=spread, seed=(3,))).waits.mean()

    assert mean_wait(1.0) == pytest.approx(0.7 / 0.3, rel=0.08)
    assert mean_wait(0.0) == pytest.approx(0.5 * 0.7 / 0.3, rel=0.06)
    assert mean_wait(0.5) == pytest.approx((1 + 0.25) / 2 * 0.7 / 0.3, rel=0.06)


def test_two_stages_in_a_row_are_two_lines():
    # Burke: departures of M/M/n are Poisson, so each stage alone is Erlang C
    stages = tuple(
        StagePlan(agents=n, agents_in_window=n, handling=h, patience=None) for n, h in ((7, 5), (5, 3))
    )
    plan = DayPlan(
        arrivals=1.0, arrivals_in_window=1.0, window=NO_WINDOW, stages=stages, warm_up=500, closes=40_500
    )
    day = live_through(plan, draw_luck(people=60_000, stages=2, spread=1.0, seed=(4,)))
    expected = [erlang_c(arrivals=1, handling=h, agents=n, target=0).mean_wait for n, h in ((7, 5), (5, 3))]
    assert day.stage_waits == pytest.approx(expected, rel=0.12)
    assert day.waits.mean() == pytest.approx(sum(expected), rel=0.12)


def test_luck_belongs_to_the_person_and_not_to_the_scenario():
    short, long = (draw_luck(people=n, stages=2, spread=1.0, seed=(7,)) for n in (50, 500))
    assert (short.handling == long.handling[:50]).all()
    assert (short.arrivals == long.arrivals[:50]).all()


@pytest.fixture(scope="module")
def report():
    return stress_report(LINE, day=240)


def result(report, name):
    return next(found for found in report.results if found.scenario.name == name)


def test_the_base_agrees_with_erlang_and_every_strain_is_worse(report):
    line = erlang_c(arrivals=1, handling=3, agents=5, target=0.5)
    base = result(report, "base")
    assert base.in_time.low - 0.05 <= line.service_level <= base.in_time.high + 0.05
    assert base.in_time.n == 30
    assert (base.in_time_change.low, base.in_time_change.high) == (0, 0)
    for name in ("peak", "surge", "absence", "longer handling", "outage"):
        assert result(report, name).in_time_change.high < 0, name
    assert base.recovery is None


def test_same_luck_makes_differences_sharper_than_the_levels(report):
    # a small strain, where the luck of the day would drown it
    base = result(report, "base")
    nudge = stress_report(LINE, day=240, scenarios=[Scenario(name="base"), Scenario(name="nudge", load=1.02)])
    change = result(nudge, "nudge").in_time_change
    assert change.high - change.low < 0.5 * (base.in_time.high - base.in_time.low)


def test_recovery_is_counted_from_the_end_of_the_window(report):
    outage = result(report, "outage")
    assert outage.recovery.low > 0
    assert 0 <= outage.not_recovered_share <= 1
    # in 15 minutes without service about 15 people pile up
    assert outage.most_waiting.value == pytest.approx(17, abs=5)
    harmless = stress_report(
        LINE,
        day=240,
        scenarios=[Scenario(name="base"), Scenario(name="blink", window=(100, 100.001), window_load=1.0)],
    )
    assert result(harmless, "blink").recovery.value < 10


def test_the_break_point_lies_where_one_day_in_ten_falls_short(report):
    load = report.break_point.load
    assert report.break_point.low <= load <= report.break_point.high
    lighter, heavier = (
        stress_report(LINE, day=240, scenarios=[Scenario(name="base", load=load * factor)])
        .results[0]
        .p_below.value
        for factor in (0.97, 1.03)
    )
    assert lighter <= 0.1 < heavier
    assert report.break_point.words.startswith("Holds up to")


def test_one_more_agent_is_priced_in_service_level(report):
    base = result(report, "base").in_time.value
    six = erlang_c(arrivals=1, handling=3, agents=6, target=0.5).service_level
    assert report.one_more_agent.value == pytest.approx(six - base, abs=0.06)
    assert report.one_more_agent.low > 0


def test_the_narrowest_stage_is_the_bottleneck_and_strain_can_move_it():
    loan = Process(
        arrivals=1.0,
        stages=(Stage(name="intake", agents=4, handling=3), Stage(name="appraisal", agents=9, handling=5)),
        target=5,
    )
    scenarios = [Scenario(name="base"), Scenario(name="appraisers ill", absent=0.4, stage="appraisal")]
    report = stress_report(loan, day=480, scenarios=scenarios)
    assert result(report, "base").bottleneck[0] == "intake"
    assert result(report, "appraisers ill").bottleneck == ("appraisal", 1.0)


def test_where_nobody_waits_no_stage_is_a_bottleneck_on_any_day():
    roomy = Process(
        arrivals=0.2, stages=tuple(Stage(name=name, agents=20, handling=1) for name in "ab"), target=1
    )
    assert stress_report(roomy, day=60, scenarios=[Scenario(name="base")]).results[0].bottleneck == ("a", 0.0)


def test_the_break_point_is_that_of_the_base_as_it_is_given():
    line = Process(
        arrivals=1.0,
        stages=(Stage(name="intake", agents=5, handling=3), Stage(name="sign", agents=20, handling=3)),
        target=2,
    )
    base = Scenario(name="slow signing", handling=3.0, stage="sign")
    alone = Scenario(name="slow intake", handling=3.0, stage="intake")
    slow_sign, slow_intake = (
        stress_report(line, day=60, scenarios=[one]).break_point.load for one in (base, alone)
    )
    assert slow_sign > 1.5 * slow_intake


def test_waits_over_five_minutes_count_those_who_gave_up():
    impatient = Process(
        arrivals=2.0, stages=(Stage(name="calls", agents=5, handling=3, patience=3),), target=0.5, long_wait=5
    )
    base = stress_report(impatient, day=240, scenarios=[Scenario(name="base")]).results[0]
    assert base.waits_long.value >= base.abandonment.value > 0.05


def test_the_same_seed_gives_the_same_report(report):
    assert stress_report(LINE, day=240) == report
    assert stress_report(LINE, day=240, seed=2).results[0] != report.results[0]


def test_a_hopeless_process_says_so():
    hopeless = Process(arrivals=5.0, stages=(Stage(name="calls", agents=1, handling=30),), target=0)
    report = stress_report(hopeless, day=60, scenarios=[Scenario(name="base")], warm_up=0)
    assert report.results[0].in_time.value < 0.05
    assert report.break_point.words == "No break point between a tenth and ten times the base load."


@pytest.mark.parametrize("patience", [None, 2.0])
def test_when_the_only_agent_is_away_nobody_is_served(patience):
    alone = Process(
        arrivals=0.1, stages=(Stage(name="desk", agents=1, handling=3, patience=patience),), target=5
    )
    scenarios = [Scenario(name="base"), *(Scenario(name=str(a), absent=a) for a in (0.1, 0.9, 1))]
    base, *away = stress_report(alone, day=240, scenarios=scenarios).results
    assert base.in_time.value > 0.5
    for result in away:
        assert (result.in_time.value, result.abandonment.value, result.p_below.value) == (0, 1, 1)
        assert result.mean_wait.value > base.mean_wait.value


def test_a_stage_without_agents_turns_away_those_who_come_to_it_after_closing_too():
    stages = (Stage(name="intake", agents=9, handling=30), Stage(name="appraisal", agents=1, handling=1))
    process = Process(arrivals=0.2, stages=stages, target=500)
    scenarios = [Scenario(name="base"), Scenario(name="ill", absent=0.9, stage="appraisal")]
    _, ill = stress_report(process, day=60, scenarios=scenarios).results
    assert (ill.in_time.value, ill.abandonment.value) == (0, 1)


def test_thirty_good_days_do_not_rule_out_a_bad_one():
    easy = Process(arrivals=0.1, stages=(Stage(name="desk", agents=9, handling=1),), target=5)
    p_below = stress_report(easy, day=60, scenarios=[Scenario(name="base")]).results[0].p_below
    assert (p_below.value, p_below.low, p_below.n) == (0, 0, 30)
    assert p_below.high == pytest.approx(0.1135, abs=5e-4)  # Wilson, 0 of 30


def test_an_empty_day_is_a_defined_result():
    quiet = Process(arrivals=1e-6, stages=(Stage(name="calls", agents=1, handling=1),), target=1)
    base = stress_report(quiet, day=10, scenarios=[Scenario(name="base")]).results[0]
    assert (base.in_time.value, base.mean_wait.value) == (1.0, 0.0)


def test_intervals_over_days_cover_the_long_run():
    truth = erlang_c(arrivals=1, handling=3, agents=5, target=0.5).service_level
    hits = 0
    for seed in range(40):
        plan_seeds = [(seed, number) for number in range(30)]
        plan = DayPlan(
            arrivals=1.0, arrivals_in_window=1.0, window=NO_WINDOW,
            stages=(StagePlan(agents=5, agents_in_window=5, handling=3, patience=None),), warm_up=60, closes=300,
        )  # fmt: skip
        days = [live_through(plan, draw_luck(people=450, stages=1, spread=1.0, seed=s)) for s in plan_seeds]
        shares = np.array([(day.waits <= 0.5).mean() for day in days])
        half = 2.045 * shares.std(ddof=1) / np.sqrt(30)
        hits += abs(shares.mean() - truth) <= half
    assert hits >= 33


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"process": Process(arrivals=1, stages=(), target=1)}, EmptySample),
        ({"scenarios": []}, EmptySample),
        ({"day": 0}, BadParameter),
        ({"days": 29}, BadParameter),
        ({"days": nan}, BadParameter),
        ({"days": 30.5}, BadParameter),
        ({"warm_up": 1e9}, BadParameter),  # of so many people the simulation would never come back
        (
            {"process": Process(arrivals=1, stages=(Stage(name="a", agents=3, handling=1e6),), target=1)},
            BadParameter,
        ),
        (
            {"process": Process(arrivals=1, stages=(Stage(name="a", agents=nan, handling=1),), target=1)},
            BadParameter,
        ),
        ({"warm_up": -1}, BadParameter),
        ({"level": 1.0}, BadParameter),
        ({"process": Process(arrivals=0, stages=LINE.stages, target=1)}, BadParameter),
        ({"process": Process(arrivals=1e9, stages=LINE.stages, target=1)}, BadParameter),
        ({"process": Process(arrivals=1, stages=LINE.stages, target=-1)}, BadParameter),
        ({"process": Process(arrivals=1, stages=LINE.stages, target=1, handling_spread=-1)}, BadParameter),
        (
            {"process": Process(arrivals=1, stages=(Stage(name="a", agents=0, handling=1),), target=1)},
            BadParameter,
        ),
        (
            {"process": Process(arrivals=1, stages=(Stage(name="a", agents=1, handling=0),), target=1)},
            BadParameter,
        ),
        ({"scenarios": [Scenario(name="x", load=0)]}, BadParameter),
        ({"scenarios": [Scenario(name="x", absent=1.1)]}, BadParameter),
        ({"scenarios": [Scenario(name="x", window_absent=1.1)]}, BadParameter),
        ({"scenarios": [Scenario(name="x", window=(5, 500))]}, BadParameter),
        ({"scenarios": [Scenario(name="x", window_load=-1)]}, BadParameter),
        ({"scenarios": [Scenario(name="x", stage="nowhere")]}, BadParameter),
    ],
)
def test_wrong_plans_are_named_errors(change, error):
    with pytest.raises(error):
        stress_report(**{"process": LINE, "day": 100, **change})


def test_the_standard_six_are_what_their_names_say():
    names = [scenario.name for scenario in standard_scenarios(LINE, day=480)]
    assert names == ["base", "peak", "surge", "absence", "longer handling", "outage"]
