"""Removal effects of touchpoints: the published vector, the long way round, and planted chains."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor import analytics as cx
from candor.analytics import JourneyPath

THREE = [
    JourneyPath(("c1", "c2", "c3"), 1, 0),
    JourneyPath(("c1",), 0, 1),
    JourneyPath(("c2", "c3"), 0, 1),
]
"""The example of Anderl, Becker, von Wangenheim & Schumann (2016), IJRM 33:457."""


def _by_name(found):
    return {one.touchpoint: one for one in found.effects}


def test_the_published_example_is_reproduced():
    # Anderl et al. (2016): P = 1/3, removal .5, 1, 1, shares .2, .4, .4.
    found = cx.removal_effects(THREE)
    effects = _by_name(found)
    assert found.reached.value == pytest.approx(1 / 3)
    assert [effects[c].effect.value for c in ("c1", "c2", "c3")] == pytest.approx([0.5, 1, 1])
    assert [effects[c].share.value for c in ("c1", "c2", "c3")] == pytest.approx([0.2, 0.4, 0.4])
    assert found.n == 3
    assert {one.status for one in found.effects} == {"too_few"}


def _success(paths, removed=None):
    """Chance to reach the goal from the start, by iterating the chain; moves into ``removed`` are lost."""
    moves = {}
    for path in paths:
        for outcome, count in (("goal", path.reached), ("lost", path.lost)):
            stops = ["start", *path.steps, outcome]
            for one, other in itertools.pairwise(stops):
                moves.setdefault(one, {}).setdefault(other, 0)
                moves[one][other] += count
    there = {"start": 1.0}
    reached = 0.0
    for _ in range(500):
        onward = {}
        for place, mass in there.items():
            total = sum(moves[place].values())
            for other, count in moves[place].items():
                part = mass * count / total if total else 0.0
                if other == "goal":
                    reached += part
                elif other not in ("lost", removed):
                    onward[other] = onward.get(other, 0.0) + part
        there = onward
    return reached


PATHS = st.lists(
    st.builds(
        JourneyPath,
        st.lists(st.sampled_from("abcd"), max_size=5).map(tuple),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
).filter(lambda paths: any(p.reached for p in paths) and any(p.steps and p.reached + p.lost for p in paths))


@settings(max_examples=60, deadline=None)
@given(PATHS)
def test_effects_equal_those_of_walking_the_chain_without_the_touchpoint(paths):
    found = cx.removal_effects(paths, resamples=2)
    whole = _success(paths)
    assert found.reached.value == pytest.approx(whole)  # the chain gives back the share that was seen
    for one in found.effects:
        assert one.effect.value == pytest.approx(1 - _success(paths, one.touchpoint) / whole, abs=1e-9)
        assert 0 <= one.effect.low <= one.effect.value <= one.effect.high <= 1
    total = sum(one.share.value for one in found.effects)
    assert total == pytest.approx(1) or total == 0


def test_order_of_ways_and_splitting_them_change_nothing():
    paths = [JourneyPath(("a", "b"), 30, 20), JourneyPath(("b",), 10, 40), JourneyPath(("a",), 5, 45)]
    split = [JourneyPath(("a", "b"), 10, 20), *paths[:0:-1], JourneyPath(("a", "b"), 20, 0)]
    assert cx.removal_effects(paths) == cx.removal_effects(split)


def test_a_touchpoint_that_every_journey_passes_is_called_not_comparable():
    found = _by_name(
        cx.removal_effects([JourneyPath(("login", "help"), 80, 20), JourneyPath(("login",), 90, 10)])
    )
    assert found["login"].status == "not_comparable"
    assert found["login"].effect.value == 1
    assert found["help"].status == "ok"


def test_few_successes_are_too_few_however_many_journeys_were_lost():
    ways = [JourneyPath(("mail", "shop"), 19, 400), JourneyPath(("shop",), 10, 300)]
    assert {one.status for one in cx.removal_effects(ways, resamples=50).effects} == {"too_few"}
    ways.append(JourneyPath(("mail",), 1, 0))
    assert "too_few" not in {one.status for one in cx.removal_effects(ways, resamples=50).effects}


def test_all_successes_passing_still_leaves_doubt():
    found = _by_name(cx.removal_effects([JourneyPath(("a",), 20, 60), JourneyPath(("b",), 0, 60)]))
    assert found["a"].effect.value == 1
    assert found["a"].effect.low == pytest.approx(0.8389, abs=1e-4)  # Wilson, 20 of 20
    assert found["b"].effect.value == 0
    assert found["b"].effect.high == pytest.approx(0.1611, abs=1e-4)


def test_a_share_of_nothing_or_of_two_that_all_pass_is_no_surer_than_the_effects_it_is_made_of():
    found = _by_name(cx.removal_effects([JourneyPath(("a",), 20, 60), JourneyPath(("b",), 0, 60)]))
    assert found["b"].share.value == 0
    assert found["b"].share.high == pytest.approx(0.1611 / 1.1611, abs=1e-4)
    both = _by_name(cx.removal_effects([JourneyPath(("a", "b"), 20, 60), JourneyPath((), 0, 60)]))
    assert both["a"].share.value == 0.5
    assert both["a"].share.low == pytest.approx(0.8389 / 1.8389, abs=1e-4)


def test_success_past_all_touchpoints_leaves_nothing_to_share():
    found = cx.removal_effects([JourneyPath((), 60, 5), JourneyPath(("a",), 0, 60)])
    assert [(one.effect.value, one.share.value) for one in found.effects] == [(0, 0)]


def test_no_success_or_no_touchpoint_is_a_named_error():
    with pytest.raises(cx.NotIdentifiable, match="no journey reached the goal"):
        cx.removal_effects([JourneyPath(("a",), 0, 9)])
    with pytest.raises(cx.EmptySample):
        cx.removal_effects([])
    with pytest.raises(cx.EmptySample):
        cx.removal_effects([JourneyPath((), 3, 1)])
    with pytest.raises(cx.BadCounts):
        cx.removal_effects([JourneyPath(("a",), -1, 9)])


def _walk(random, journeys):
    """A chain of three places with known effects: from each place onward to the next, the goal, or lost."""
    chances = np.array(
        [  # a, b, c, goal, lost
            [0.1, 0.4, 0.1, 0.1, 0.3],
            [0.0, 0.1, 0.4, 0.2, 0.3],
            [0.2, 0.0, 0.0, 0.5, 0.3],
            [0.5, 0.3, 0.2, 0.0, 0.0],
        ]
    )
    seen = {}
    for _ in range(journeys):
        place, steps = 3, []
        while place < 3 or not steps:
            place = int(random.choice(5, p=chances[place]))
            if place > 2:
                break
            steps.append("abc"[place])
        key = tuple(steps)
        seen.setdefault(key, [0, 0])[place - 3] += 1
    moves = np.linalg.inv(np.eye(3) - chances[:3, :3])
    success, start = moves @ chances[:3, 3], chances[3, :3]
    whole = start @ success
    truth = [float((start @ moves)[c] / moves[c, c] * success[c] / whole) for c in range(3)]
    return [JourneyPath(steps, *counts) for steps, counts in seen.items()], dict(
        zip("abc", truth, strict=True)
    )


def test_intervals_hold_the_planted_effects_about_as_often_as_they_say():
    random = np.random.default_rng(33)
    held = []
    for _ in range(150):
        paths, truth = _walk(random, 300)
        found = _by_name(cx.removal_effects(paths, resamples=300))
        held += [found[c].effect.low <= truth[c] <= found[c].effect.high for c in "abc"]
    assert 0.91 <= np.mean(held) <= 0.98
