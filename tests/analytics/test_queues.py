"""Waiting lines: the Erlang formulas, and what they refuse to say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.analytics.errors import BadParameter, DidNotConverge
from candor.analytics.queues import agents_needed, erlang_a, erlang_b, erlang_c, with_shrinkage

CALLS = {"arrivals": 100 / 30, "handling": 3.0, "target": 1 / 3}
nan, inf = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("agents", "p_wait", "in_time"),
    # pyworkforce 0.5.1 agrees
    [(14, 0.1741319336, 0.8883500192), (13, None, 0.795595), (11, 0.682118, None)],
)
def test_erlang_c_of_a_hundred_calls_in_half_an_hour(agents, p_wait, in_time):
    line = erlang_c(agents=agents, **CALLS)
    if p_wait:
        assert line.p_wait == pytest.approx(p_wait, abs=1e-6)
    if in_time:
        assert line.service_level == pytest.approx(in_time, abs=1e-6)
    assert line.occupancy == pytest.approx(10 / agents)


def test_erlang_c_with_fourteen_waits_eight_seconds_on_average():
    line = erlang_c(agents=14, **CALLS)
    assert line.mean_wait == pytest.approx(0.130599, abs=1e-6)
    assert line.mean_waiting == pytest.approx(line.mean_wait * CALLS["arrivals"])
    assert line.words == "89% served in time, 17% have to wait."


@pytest.mark.parametrize(
    ("agents", "p_wait", "p_abandon"),
    # Palm (1957): Erlang A with mean patience 2 minutes
    [(11, 0.382816, 0.094155), (12, 0.279807, 0.061597), (14, 0.126976, 0.022839)],
)
def test_erlang_a_of_the_same_calls(agents, p_wait, p_abandon):
    line = erlang_a(agents=agents, patience=2, **CALLS)
    assert (line.p_wait, line.p_abandon) == pytest.approx((p_wait, p_abandon), abs=1e-6)
    # Little's law for those in line: abandonment rate × mean wait
    assert line.p_abandon == pytest.approx(line.mean_wait / 2)


def test_the_mean_wait_of_eleven_is_the_published_one():
    assert erlang_a(agents=11, patience=2, **CALLS).mean_wait == pytest.approx(0.188310, abs=1e-6)


def test_endless_patience_turns_a_into_c():
    patient, plain = erlang_a(agents=14, patience=1e8, **CALLS), erlang_c(agents=14, **CALLS)
    assert patient.p_wait == pytest.approx(plain.p_wait, abs=1e-7)
    assert patient.service_level == pytest.approx(plain.service_level, abs=1e-7)
    assert patient.mean_wait == pytest.approx(plain.mean_wait, abs=1e-6)


def test_patience_as_long_as_handling_makes_the_number_in_the_house_poisson():
    # M/M/n+M with θ = μ has no memory of n: Poisson(load)
    line = erlang_a(arrivals=4, handling=2.5, agents=9, patience=2.5, target=0)
    at_least_nine = 1 - sum(math.exp(-10) * 10**k / math.factorial(k) for k in range(9))
    assert line.p_wait == pytest.approx(at_least_nine, abs=1e-9)
    assert line.service_level == pytest.approx(1 - at_least_nine, abs=1e-9)


def test_service_level_of_impatient_callers_is_what_a_simulation_of_the_line_finds():
    # caller with k ahead: forward steps at rate agents/handling + i/patience against own patience
    random = np.random.default_rng(1)
    agents, handling, patience, target = 11, 3.0, 2.0, 1 / 3
    load = 10
    weights = [1.0]
    for n in range(1, 120):
        weights.append(weights[-1] * (10 / 3) / (min(n, agents) / handling + max(0, n - agents) / patience))
    shares = np.array(weights) / sum(weights)
    found = random.choice(120, size=200_000, p=shares)
    ahead = np.maximum(found - agents, -1)
    time = np.zeros(len(found))
    for k in range(int(ahead.max()) + 1):
        time += np.where(
            ahead >= k, random.exponential(1, len(found)) / (agents / handling + k / patience), 0
        )
    served = (ahead < 0) | ((time <= target) & (time < random.exponential(patience, len(found))))
    line = erlang_a(agents=agents, patience=patience, **CALLS)
    assert load == pytest.approx(line.load)
    assert line.service_level == pytest.approx(served.mean(), abs=0.004)


def test_a_target_beyond_all_patience_takes_no_longer_and_serves_all_who_do_not_give_up(monkeypatch):
    pieces = iter(range(1000))  # up to the target itself it would be millions, and hours

    def counted(power):
        assert next(pieces, None) is not None, "goes on though nobody is left in line"
        return math.exp(power)

    monkeypatch.setattr("candor.analytics.queues.exp", counted)
    for patience in (2, 1e8):
        line = erlang_a(arrivals=10 / 3, handling=3, agents=11, patience=patience, target=1e9)
        assert line.service_level == pytest.approx(1 - line.p_abandon, abs=1e-9)


def test_work_for_all_agents_is_unstable_to_the_last_digit():
    # 246 / 15 × 7.5 is 123 on paper and 122.99999999999999 here
    assert 246 / 15 * 7.5 < 123
    assert not erlang_c(arrivals=246 / 15, handling=7.5, agents=123, target=1).is_stable
    assert erlang_c(arrivals=246 / 15, handling=7.5, agents=124, target=1).is_stable


def test_too_few_agents_are_called_unstable_not_given_a_number():
    for agents in (9, 10):
        line = erlang_c(agents=agents, **CALLS)
        assert not line.is_stable
        assert (line.service_level, line.mean_wait, line.occupancy) == (None, None, None)
        assert line.words.startswith("Unstable: 10.0 agents’ work")
    assert erlang_a(agents=5, patience=2, **CALLS).is_stable


def test_erlang_b_is_its_definition():
    load, n = 7.3, 11
    by_hand = load**n / math.factorial(n) / sum(load**k / math.factorial(k) for k in range(n + 1))
    assert erlang_b(load=load, agents=n) == pytest.approx(by_hand)
    assert erlang_b(load=load, agents=0) == 1
    logs = [k * math.log(500) - math.lgamma(k + 1) for k in range(521)]
    large = math.exp(logs[-1] - max(logs)) / sum(math.exp(log - max(logs)) for log in logs)
    assert erlang_b(load=500, agents=520) == pytest.approx(large)


def test_staffing_finds_fourteen_and_twenty_on_the_rota():
    # pyworkforce 0.5.1: 14 positions, 20 with 30 % shrinkage
    needed = agents_needed(**CALLS, service_level=0.8)
    assert needed == 14
    assert erlang_c(agents=13, **CALLS).service_level < 0.8 <= erlang_c(agents=14, **CALLS).service_level
    assert with_shrinkage(needed, shrinkage=0.3) == 20
    assert with_shrinkage(7, shrinkage=0.3) == 10
    assert agents_needed(**CALLS, service_level=0.8, patience=2) < needed
    assert agents_needed(**CALLS, service_level=0.8, most_occupancy=0.6) == 17


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 60), st.integers(1, 80), st.floats(0.2, 30), st.floats(0, 5))
def test_more_agents_never_serve_worse(load, agents, patience, target):
    one = erlang_a(arrivals=load, handling=1, agents=agents, patience=patience, target=target)
    more = erlang_a(arrivals=load, handling=1, agents=agents + 1, patience=patience, target=target)
    assert more.p_wait <= one.p_wait + 1e-12
    assert more.p_abandon <= one.p_abandon + 1e-12
    assert more.service_level >= one.service_level - 1e-9
    assert 0 <= one.service_level <= 1
    assert 0 <= one.occupancy <= 1
    # those served and those busy agree: load × (1 − abandonment) = agents × occupancy
    assert load * (1 - one.p_abandon) == pytest.approx(agents * one.occupancy, rel=1e-6)
    if load < agents:
        plain = erlang_c(arrivals=load, handling=1, agents=agents, target=target)
        assert one.p_wait <= plain.p_wait + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 40), st.integers(1, 60), st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(load, agents, factor):
    one = erlang_c(arrivals=load, handling=1, agents=agents, target=0.5)
    other = erlang_c(arrivals=load / factor, handling=factor, agents=agents, target=0.5 * factor)
    assert other.p_wait == pytest.approx(one.p_wait, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: erlang_b(load=0, agents=3),
        lambda: erlang_b(load=nan, agents=3),
        lambda: erlang_b(load=1, agents=nan),
        lambda: erlang_b(load=1, agents=inf),
        lambda: with_shrinkage(inf, shrinkage=0.3),
        lambda: erlang_c(arrivals=1, handling=1, agents=0, target=1),
        lambda: erlang_c(arrivals=1, handling=-1, agents=2, target=1),
        lambda: erlang_c(arrivals=1, handling=1, agents=2.5, target=1),
        lambda: erlang_c(arrivals=1, handling=1, agents=2, target=-1),
        lambda: erlang_a(arrivals=1, handling=1, agents=2, patience=0, target=1),
        lambda: agents_needed(arrivals=1, handling=1, target=1, service_level=1),
        lambda: agents_needed(arrivals=1, handling=1, target=1, service_level=0.8, most_occupancy=0),
        lambda: with_shrinkage(3, shrinkage=1),
    ],
)
def test_numbers_out_of_range_are_refused(ask):
    with pytest.raises(BadParameter):
        ask()


def test_a_load_beyond_all_staffing_is_named():
    with pytest.raises(DidNotConverge):
        agents_needed(arrivals=1e6, handling=1, target=1, service_level=0.8)
