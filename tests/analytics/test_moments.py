"""Where feeling turns, people leave and promises break: found where planted, silent where nothing is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from candor import analytics as cx
from candor.analytics import feelings

STEPS = ("order", "ship", "deliver", "support", "renew")
TRUE = dict(zip(STEPS, (0.2, 0.0, -0.9, 0.5, 0.0), strict=True))


def a_log(
    effects: dict[str, float],
    *,
    journeys: int = 400,
    seed: int = 7,
    noise: float = 0.5,
    answering: float = 1.0,
    passing: float = 1.0,
    a_person: int = 1,
    slipping: float = 0.0,
) -> dict[str, object]:
    """Journeys in step, an answer before the first touchpoint and after each; `slipping` is what every answer brings by itself."""
    random = np.random.default_rng(seed)
    passed = random.random((journeys, len(effects))) < passing
    person = np.arange(journeys) // a_person
    temper = random.normal(3.5, 0.8, person.max() + 1)[person] + random.normal(0, 0.3, journeys)
    shift = np.concatenate(
        [np.zeros((journeys, 1)), np.cumsum(passed * list(effects.values()), axis=1)], axis=1
    )
    score = (
        temper[:, None]
        + shift
        + slipping * np.arange(len(effects) + 1)
        + random.normal(0, noise, shift.shape)
    )
    given_ = random.random(shift.shape) < answering
    who, place = np.nonzero(given_)
    where, which = np.nonzero(passed)
    return {
        "touchpoints": list(effects),
        "journeys": who,
        "persons": person[who],
        "at": 2.0 * place,
        "scores": score[who, place],
        "passed_journeys": where,
        "passed_touchpoints": np.array(list(effects))[which],
        "passed_at": 2.0 * which + 1.0,
    }


def by_name(found: cx.FeelingChanges) -> dict[str, cx.FeelingChange]:
    return {one.touchpoint: one for one in found.changes}


def test_the_turning_point_of_four_hundred_journeys_is_recovered_within_its_interval() -> None:
    held, named = [], []
    for seed in range(20):
        found = cx.feeling_changes(**a_log(TRUE, seed=seed))
        assert found.lowest == "deliver"
        assert {"order", "deliver", "support"} <= {
            one.touchpoint for one in found.changes if one.q_value <= 0.05
        }
        for one in found.changes:
            assert one.n == 400
            assert 0.05 < one.change.high - one.change.value < 0.09
            held.append(one.change.low < TRUE[one.touchpoint] < one.change.high)
            named.append(one.q_value <= 0.05 and not TRUE[one.touchpoint])
    assert np.mean(held) > 0.88
    assert sum(named) <= 4
    assert by_name(found)["deliver"].words == "Feeling falls here, by more than chance would explain"
    assert by_name(found)["ship"].words == "No change of feeling beyond chance"


def test_of_two_answers_each_the_change_is_the_mean_of_the_differences() -> None:
    log = a_log({"visit": -0.4}, journeys=80)
    (one,) = cx.feeling_changes(**log).changes
    first, second = (np.asarray(log["scores"])[np.asarray(log["at"]) == at] for at in (0.0, 2.0))
    paired = cx.compare_paired_means(second, first)
    assert one.change.value == pytest.approx(paired.change)
    assert one.change.low == pytest.approx(
        np.mean(second - first) - 1.99045 * np.std(second - first, ddof=1) / 80**0.5, rel=1e-3
    )


def test_changes_equal_those_of_a_mixed_model_with_the_means_held() -> None:
    import pandas as pd
    import statsmodels.formula.api as smf

    log = a_log(TRUE, answering=0.6, passing=0.7)
    found = by_name(cx.feeling_changes(**log))
    first = {
        (j, t): at
        for j, t, at in zip(log["passed_journeys"], log["passed_touchpoints"], log["passed_at"], strict=True)
    }
    table = pd.DataFrame({"journey": log["journeys"], "score": log["scores"], "at": log["at"]})
    for name in STEPS:
        at = np.array([first.get((j, name), np.inf) for j in table["journey"]])
        table[name] = (table["at"] >= at).astype(float)
        table[f"{name}_mean"] = table.groupby("journey")[name].transform("mean")
    table = table[table.groupby("journey")["score"].transform("size") > 1]
    terms = " + ".join([*STEPS, *(f"{name}_mean" for name in STEPS)])
    peer = smf.mixedlm(f"score ~ {terms}", table, groups=table["journey"]).fit()
    for name in STEPS:
        assert found[name].change.value == pytest.approx(peer.params[name], abs=2e-4)
        half = found[name].change.high - found[name].change.value
        assert half / 1.96 == pytest.approx(peer.bse[name], rel=0.2)


def test_who_answers_only_when_content_does_not_look_like_a_change() -> None:
    """Those who answer late are happier people: levels differ, changes do not."""
    random = np.random.default_rng(3)
    level = np.concatenate([np.full(200, 2.0), np.full(200, 4.5)])
    who = np.concatenate([np.arange(400), np.arange(200, 400)])
    at = np.concatenate([np.zeros(400), np.full(200, 2.0)])
    found = cx.feeling_changes(
        touchpoints=["call"], journeys=who, at=at, scores=level[who] + random.normal(0, 0.5, 600),
        passed_journeys=np.arange(400), passed_touchpoints=["call"] * 400, passed_at=np.ones(400),
    )  # fmt: skip
    assert found.n == 200
    assert abs(found.changes[0].change.value) < 0.15


@pytest.mark.parametrize(("level", "effects"), [(0.1, (0, 0)), (0.3, (0.1, 0)), (5, (-1, 0))])
def test_where_every_journey_changes_by_the_same_nothing_is_beyond_chance(
    level: float, effects: tuple[float, float]
) -> None:
    told = a_log({"ask": effects[0], "pay": effects[1]})
    told["scores"] = level + np.array([0, effects[0], sum(effects)])[(np.asarray(told["at"]) / 2).astype(int)]
    found = cx.feeling_changes(**told)
    assert (found.lowest, found.status) == (None, "too_few")
    for one in found.changes:
        assert (one.status, one.change.value, one.p_value) == ("not_identifiable", None, None)
        assert one.words == "Every journey changed by the same: nothing to measure chance by"


def test_where_everyone_passes_the_change_is_told_and_its_contrast_is_not_identifiable() -> None:
    found = by_name(cx.feeling_changes(**a_log(TRUE)))
    assert {one.contrast for one in found.values()} == {"not_identifiable"}
    assert {one.status for one in found.values()} == {"ok"}


def test_what_time_brings_to_all_shows_in_the_change_and_not_against_others() -> None:
    """Everybody slips by 0.4 from answer to answer; the touchpoint adds nothing."""
    log = a_log({"letter": 0.0}, journeys=1500, passing=0.5, slipping=-0.4)
    (one,) = cx.feeling_changes(**log).changes
    assert one.change.high < -0.2
    assert one.contrast == "ok"
    assert one.against_others is not None
    assert one.against_others.low < 0 < one.against_others.high


def test_touchpoints_that_nobody_answers_between_are_told_together() -> None:
    log = a_log(TRUE)
    between = np.asarray(log["at"]) != 4.0
    told = {**log, **{key: np.asarray(log[key])[between] for key in ("journeys", "persons", "at", "scores")}}
    found = by_name(cx.feeling_changes(**told))
    assert found["ship"].status == "not_identifiable"
    assert found["ship"].because == "Always passed between the same answers as deliver, and told there"
    assert found["deliver"].together_with == ("ship",)
    assert found["deliver"].change.value == pytest.approx(-0.9, abs=0.15)
    assert found["deliver"].words == (
        "Feeling falls across ship and deliver together, by more than chance would explain"
    )
    moments = cx.critical_moments(*evidence_of(told))
    assert moments.words == "ship and deliver together are where feeling turns"
    assert moments.moments[0].together_with == ("ship",)


def test_the_lowest_is_that_of_the_touchpoints_that_can_be_told() -> None:
    """A touchpoint that thirty of four hundred journeys come to may be lower still."""
    log = a_log(TRUE)
    rare = (np.asarray(log["passed_touchpoints"]) != "renew") | (np.asarray(log["passed_journeys"]) < 30)
    keys = ("passed_journeys", "passed_touchpoints", "passed_at")
    found = cx.critical_moments(*evidence_of(log | {key: np.asarray(log[key])[rare] for key in keys}))
    assert next(one for one in found.moments if one.touchpoint == "renew").status == "too_few"
    assert found.moments[0].is_lowest
    assert found.words == "Of what can be told, deliver is where feeling turns"


@pytest.mark.parametrize(("persons", "contrast"), [(3, "too_few"), (150, "ok")])
def test_it_is_persons_with_and_without_a_touchpoint_that_are_counted(persons: int, contrast: str) -> None:
    log = a_log({"letter": 0.0}, journeys=300, passing=0.5, seed=3)
    (one,) = cx.feeling_changes(**log | {"persons": np.asarray(log["journeys"]) % persons}).changes
    assert (one.status, one.contrast) == ("ok", contrast)
    assert (one.against_others is None) == (contrast == "too_few")


def _three_answers(
    *, passing: int, others: int, falls: float, rises: float, seed: int, ties: int = 1
) -> dict[str, object]:
    """Journeys that answer at 0, 2 and 4, `ties` times each; all of them fall to the second moment and rise to the third, those who
    pass "order" between the first two as well as those who never do."""
    random = np.random.default_rng(seed)
    n = passing + others
    course = np.repeat([0.0, falls, falls + rises], ties)
    scores = random.normal(3.5, 0.8, n)[:, None] + course + random.normal(0, 0.5, (n, 3 * ties))
    return {
        "touchpoints": ["order"], "journeys": np.repeat(np.arange(n), 3 * ties), "at": np.tile(np.repeat([0.0, 2.0, 4.0], ties), n),
        "scores": scores.ravel(), "passed_journeys": np.arange(passing), "passed_touchpoints": ["order"] * passing,
        "passed_at": np.ones(passing),
    }  # fmt: skip


def test_the_quiet_stretches_of_those_who_passed_are_no_others() -> None:
    all_pass = cx.feeling_changes(**_three_answers(passing=120, others=0, falls=0.0, rises=0.5, seed=1))
    assert all_pass.changes[0].contrast == "not_identifiable"


@pytest.mark.parametrize("ties", [1, 2])
def test_what_others_go_through_as_far_along_in_their_journey_is_no_difference(ties: int) -> None:
    found = [
        cx.feeling_changes(**_three_answers(passing=100, others=50, falls=-0.5, rises=0.4, seed=seed, ties=ties)).changes[0]
        for seed in range(40)
    ]  # fmt: skip
    against = [one.against_others for one in found if one.against_others is not None]
    assert len(against) == 40
    assert abs(np.mean([one.value for one in against])) < 0.05
    assert sum(one.low <= 0 <= one.high for one in against) >= 33


def test_students_t_against_others_counts_the_persons_of_the_smaller_side() -> None:
    """Of 300 stretches those with the letter are of 24 persons: the ratio of two intervals tells the degrees of freedom."""
    log = a_log({"letter": 0.0}, journeys=300, passing=0.5, seed=3)
    who = np.asarray(log["journeys"])
    persons = np.where(np.isin(who, np.asarray(log["passed_journeys"])), who % 24, who + 1000)
    wide, narrow = (
        cx.feeling_changes(**log | {"persons": persons}, level=level).changes[0].against_others
        for level in (0.95, 0.5)
    )
    assert wide is not None
    assert narrow is not None
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(
        t.ppf(0.975, 23) / t.ppf(0.75, 23)
    )


def test_below_fifty_journeys_a_change_is_words_and_no_number() -> None:
    found = cx.feeling_changes(**a_log(TRUE, journeys=49))
    assert found.status == "too_few"
    assert {one.status for one in found.changes} == {"too_few"}
    assert {one.change.value for one in found.changes} == {None}
    assert found.changes[0].words == "Too few journeys with an answer on both sides (49 of at least 50)"


def test_a_touchpoint_before_all_answers_can_not_be_told() -> None:
    log = a_log(TRUE)
    (entry,) = cx.feeling_changes(
        **{
            **log,
            "touchpoints": ["entry"],
            "passed_touchpoints": ["entry"] * 400,
            "passed_journeys": np.arange(400),
            "passed_at": np.full(400, -1.0),
        }
    ).changes
    assert (entry.status, entry.because) == ("not_identifiable", "Nobody answered both before and after it")


def test_journeys_of_one_person_are_not_taken_as_independent() -> None:
    """Ten copies of each journey tell no more than one."""
    log = a_log({"visit": -0.2}, journeys=60)
    copied = {
        "touchpoints": ["visit"], "scores": np.tile(log["scores"], 10), "at": np.tile(log["at"], 10),
        "journeys": np.concatenate([np.asarray(log["journeys"]) + 1000 * k for k in range(10)]),
        "persons": np.tile(log["persons"], 10),
        "passed_journeys": np.concatenate([np.asarray(log["passed_journeys"]) + 1000 * k for k in range(10)]),
        "passed_touchpoints": np.tile(log["passed_touchpoints"], 10), "passed_at": np.tile(log["passed_at"], 10),
    }  # fmt: skip
    (once,), (often,) = cx.feeling_changes(**log).changes, cx.feeling_changes(**copied).changes
    assert often.change.value == pytest.approx(once.change.value)
    assert often.change.high == pytest.approx(once.change.high, rel=1e-6)
    assert often.n == 600


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 20))
def test_order_of_rows_shift_and_scale_of_scores_change_what_they_should(
    seed: int, shift: float, times: float
) -> None:
    log = a_log(TRUE, journeys=70, seed=seed, answering=0.8, passing=0.8)
    random = np.random.default_rng(seed)
    mixed = dict(log)
    for keys in (
        ("journeys", "persons", "at", "scores"),
        ("passed_journeys", "passed_touchpoints", "passed_at"),
    ):
        order = random.permutation(len(np.asarray(log[keys[0]])))
        mixed |= {key: np.asarray(log[key])[order] for key in keys}
    mixed["scores"] = shift + times * np.asarray(mixed["scores"])
    for one, other in zip(
        cx.feeling_changes(**log).changes, cx.feeling_changes(**mixed).changes, strict=True
    ):
        assert (one.status, one.contrast, one.n, one.n_passed) == (
            other.status,
            other.contrast,
            other.n,
            other.n_passed,
        )
        if one.change.value is not None:
            assert other.change.value == pytest.approx(times * one.change.value, abs=1e-8)
            assert other.change.high - other.change.low == pytest.approx(
                times * (one.change.high - one.change.low), abs=1e-8
            )
            assert other.q_value == pytest.approx(one.q_value, abs=1e-9)


def false_alarms(runs: int, **log: object) -> tuple[float, float]:
    """How often anything is found where nothing is, and how often an interval holds the truth."""
    found, held = [], []
    for seed in range(runs):
        changes = cx.feeling_changes(**a_log(dict.fromkeys(STEPS, 0.0), seed=seed, **log)).changes  # type: ignore[arg-type]
        found.append(any((one.q_value or 1) <= 0.05 for one in changes))
        held += [one.change.low <= 0 <= one.change.high for one in changes if one.change.value is not None]
    return float(np.mean(found)), float(np.mean(held))


def test_where_nothing_turns_nothing_is_found_in_nineteen_of_twenty_journeys() -> None:
    alarms, held = false_alarms(150, journeys=80)
    assert alarms < 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5
    assert 0.92 < held < 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    "log",
    [{"journeys": 60}, {"journeys": 120, "answering": 0.6, "passing": 0.7}, {"journeys": 400, "a_person": 2}],
)
def test_false_alarms_and_coverage_are_as_stated(log: dict[str, object]) -> None:
    alarms, held = false_alarms(1000, **log)
    assert alarms < 0.065
    assert 0.94 < held < 0.96


@pytest.mark.slow
def test_the_lowest_is_named_wrongly_in_fewer_than_one_of_twenty() -> None:
    """Two touchpoints fall alike: naming one of them is a mistake."""
    named = [
        cx.feeling_changes(**a_log({"a": -0.5, "b": -0.5, "c": 0.1}, seed=seed)).lowest for seed in range(600)
    ]
    assert np.mean([name is not None for name in named]) < 0.05


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"touchpoints": []}, cx.EmptySample),
        ({"touchpoints": ["a", "a"]}, cx.BadParameter),
        ({"scores": [np.nan] * 2}, cx.BadParameter),
        ({"scores": [1.0]}, cx.ShapeMismatch),
        ({"passed_at": [1.0, 2.0]}, cx.ShapeMismatch),
        ({"at": ["noon", "night"]}, cx.BadParameter),
        ({"least_n": 1}, cx.BadParameter),
        ({"level": 1.0}, cx.BadParameter),
    ],
)
def test_what_can_not_be_is_named(change: dict[str, object], error: type[cx.AnalyticsError]) -> None:
    log = {
        "touchpoints": ["a"], "journeys": ["x", "x"], "at": [0, 2], "scores": [1, 2],
        "passed_journeys": ["x"], "passed_touchpoints": ["a"], "passed_at": [1],
    }  # fmt: skip
    assert cx.feeling_changes(**log).changes[0].n == 1
    with pytest.raises(error):
        cx.feeling_changes(**(log | change))


def test_no_answers_and_no_passes_are_too_few_and_no_error() -> None:
    nothing = cx.feeling_changes(
        touchpoints=["a", "b"],
        journeys=[],
        at=[],
        scores=[],
        passed_journeys=[],
        passed_touchpoints=[],
        passed_at=[],
    )
    assert (nothing.status, nothing.n, nothing.lowest) == ("too_few", 0, None)
    alone = cx.feeling_changes(
        touchpoints=["a"],
        journeys=[1, 1],
        at=[0, 1],
        scores=[1, 1],
        passed_journeys=[],
        passed_touchpoints=[],
        passed_at=[],
    )
    assert alone.changes[0].status == "not_identifiable"


def test_a_step_where_more_leave_than_beside_it_is_a_bend() -> None:
    found = cx.drop_off_bends(
        ["ask", "apply", "papers", "offer", "sign"],
        reached=[1000, 940, 890, 620, 590],
        lost=[50, 45, 260, 28, 25],
    )
    assert [one.step for one in found if one.is_bend] == ["papers"]
    assert found[2].expected == pytest.approx((45 + 28) / (940 + 620))
    assert found[2].low > 0.2


def test_journeys_still_open_are_not_lost() -> None:
    (closed,) = cx.drop_off_bends(["papers"], reached=[100], lost=[20])
    (under_way,) = cx.drop_off_bends(["papers"], reached=[160], lost=[20], still_open=[60])
    assert under_way.share == closed.share
    assert (under_way.still_open, under_way.n) == (60, 100)
    assert under_way.expected is None


def test_a_level_funnel_has_a_bend_in_fewer_than_one_of_twenty() -> None:
    random = np.random.default_rng(1)
    bends = 0
    for _ in range(600):
        reached, lost = [2000], []
        for _step in range(8):
            lost.append(int(random.binomial(reached[-1], 0.1)))
            reached.append(reached[-1] - lost[-1])
        bends += any(one.is_bend for one in cx.drop_off_bends("abcdefgh", reached=reached[:-1], lost=lost))
    assert bends / 600 < 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=12
    )
)
def test_drop_offs_keep_within_bounds(rows: list[tuple[int, int, int]]) -> None:
    lost, open_, _on = (list(column) for column in zip(*rows, strict=True))
    reached = [sum(row) for row in rows]
    for one in cx.drop_off_bends(
        [str(k) for k in range(len(rows))], reached=reached, lost=lost, still_open=open_
    ):
        assert one.n == one.reached - one.still_open
        if one.excess is not None:
            assert -1 <= one.low <= one.excess <= one.high <= 1
            assert one.p_value <= one.q_value + 1e-12
        assert not one.is_bend or one.excess > 0


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ({"reached": [10], "lost": [8], "still_open": [3]}, cx.BadCounts),
        ({"reached": [10], "lost": [-1]}, cx.BadCounts),
        ({"reached": [10.5], "lost": [1]}, cx.BadCounts),
        ({"reached": [10, 9], "lost": [1]}, cx.ShapeMismatch),
        ({"reached": [np.nan], "lost": [1]}, cx.BadCounts),
        ({"reached": [10], "lost": [1], "false_discovery_rate": 0}, cx.BadParameter),
    ],
)
def test_counts_of_steps_that_can_not_be_are_named(
    counts: dict[str, object], error: type[cx.AnalyticsError]
) -> None:
    with pytest.raises(error):
        cx.drop_off_bends(["a"], **counts)


def test_the_doubt_of_unequal_persons_is_cr2_with_satterthwaites_degrees_of_freedom() -> None:
    random = np.random.default_rng(21)
    design, score = random.normal(size=(120, 3)), random.normal(size=120)
    person = np.minimum(random.integers(0, 30, 120), random.integers(0, 30, 120))
    inverse = np.linalg.inv(design.T @ design)
    hat = design @ inverse @ design.T
    found, rows = feelings._fit(design, score, person, largest=5.0), np.eye(120)
    covariance, parts = np.zeros((3, 3)), []
    for one in np.unique(person):
        own = np.flatnonzero(person == one)
        size, turned = np.linalg.eigh(np.eye(len(own)) - hat[np.ix_(own, own)])
        lent = turned / np.sqrt(size) @ turned.T @ design[own] @ inverse
        told = lent.T @ (score - hat @ score)[own]
        covariance += np.outer(told, told)
        parts.append((rows - hat)[:, own] @ lent)
    assert found.covariance == pytest.approx(covariance, rel=1e-5)
    for j in range(3):
        each = np.stack([part[:, j] for part in parts])
        gram = each @ each.T
        assert found.freedom[j] == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-4)


def test_one_person_with_most_journeys_makes_no_change_of_feeling_surer_than_it_is() -> None:
    random, told = np.random.default_rng(22), 0
    person = np.r_[np.zeros(40, dtype=int), np.arange(1, 21)]
    journey, place = np.indices((60, 4))
    for _ in range(60):
        course = np.cumsum(random.normal(0, 0.3, (21, 3)), axis=1)[person]
        score = (
            random.normal(3.5, 0.8, (60, 1)) + np.c_[np.zeros(60), course] + random.normal(0, 0.5, (60, 4))
        )
        found = cx.feeling_changes(
            touchpoints=["a", "b", "c"], journeys=journey.ravel(), at=place.ravel(), scores=score.ravel(),
            persons=person[journey.ravel()], passed_journeys=np.repeat(np.arange(60), 3),
            passed_touchpoints=np.tile(["a", "b", "c"], 60), passed_at=np.tile([0.5, 1.5, 2.5], 60),
        )  # fmt: skip
        told += any(one.q_value is not None and one.q_value <= 0.05 for one in found.changes)
    assert (
        told <= 6
    )  # of 60 samples in which nothing turns; more than half of them while persons were only counted


def test_a_wait_open_beyond_the_promise_is_broken_and_one_within_is_not_decided() -> None:
    found = cx.promise_kept([5, 10, 11, 30, 2], promised=10, is_over=[True, True, True, False, False])
    assert (found.n, found.n_late, found.n_undecided) == (4, 2, 1)
    assert found.kept.value == 0.5
    assert found.lateness.value == 1
    assert found.lateness.status == "too_few"


def test_counted_promises_are_those_of_the_waits_and_a_median_outside_its_limits_is_refused() -> None:
    waits, is_over = [5.0, 10.0, *range(11, 31), 40.0, 2.0], [True] * 22 + [False] * 2
    late = sorted(wait - 10 for wait, over in zip(waits, is_over, strict=True) if over and wait > 10)
    low, high = (late[place - 1] for place in cx.median_ranks(len(late)) or ())
    counted = cx.promise_from_counts(
        kept=2, late=21, late_open=1, undecided=1, promised=10, lateness=(float(np.median(late)), low, high)
    )
    assert counted == cx.promise_kept(waits, promised=10, is_over=is_over)
    for lateness in ((5.0, 6.0, 9.0), (5.0, 2.0, 4.0), (-1.0, -2.0, 3.0)):
        with pytest.raises(cx.BadParameter, match="lateness"):
            cx.promise_from_counts(kept=2, late=21, promised=10, lateness=lateness)
    with pytest.raises(cx.BadCounts, match="late_open"):
        cx.promise_from_counts(kept=2, late=1, late_open=2, promised=10)


def test_a_longer_promise_is_never_kept_less_often() -> None:
    waits = np.random.default_rng(2).lognormal(2, 0.5, 300)
    shares = [cx.promise_kept(waits, promised=promised).kept.value for promised in (1, 5, 7, 10, 20, 100)]
    assert all(first <= second for first, second in pairwise(shares))


def test_conformity_counts_are_checked_against_each_other() -> None:
    found = cx.conformity(
        journeys=100, as_designed=60, skipped=30, added=5, repeated=20, reordered=1, still_open=7
    )
    assert (found.as_designed.value, found.skipped.value, found.n_open) == (0.6, 0.3, 7)
    with pytest.raises(cx.BadCounts):
        cx.conformity(journeys=100, as_designed=60, skipped=41)
    with pytest.raises(cx.BadCounts, match="as_designed is 11; expected at most 10"):
        cx.conformity(journeys=10, as_designed=11)
    with pytest.raises(cx.BadCounts, match="is 39; expected at least 40: each journey"):
        cx.conformity(journeys=100, as_designed=60, skipped=30, added=9)
    with pytest.raises(cx.BadCounts, match="at least 1"):
        cx.conformity(journeys=1, as_designed=0)
    assert cx.conformity(journeys=100, as_designed=60, skipped=40).added.value == 0
    with pytest.raises(cx.BadParameter):
        cx.promise_kept([1], promised=0)
    with pytest.raises(cx.BadCounts):
        cx.promise_kept([-1], promised=5)
    with pytest.raises(cx.ShapeMismatch):
        cx.promise_kept([1, 2], promised=5, is_over=[True])
    assert cx.conformity(journeys=0, as_designed=0).status == "too_few"
    assert cx.promise_kept([], promised=5).status == "too_few"


def evidence_of(
    log: dict[str, object], *, broken: str = "", leaving: str = "", silent: str = ""
) -> tuple[list[cx.MomentEvidence], cx.FeelingChanges]:
    changes = cx.feeling_changes(**log)
    names = [one.touchpoint for one in changes.changes]
    drop_offs = cx.drop_off_bends(
        names[:-1],
        reached=[1000] * (len(names) - 1),
        lost=[200 if name == leaving else 50 for name in names[:-1]],
    )
    found = []
    for k, one in enumerate(changes.changes):
        waits = np.where(np.arange(200) < (60 if one.touchpoint == broken else 10), 15.0, 5.0)
        found.append(
            cx.MomentEvidence(
                touchpoint=one.touchpoint, passed=1000, heard=0 if one.touchpoint == silent else 100, change=one,
                drop_off=drop_offs[k] if k < len(drop_offs) else None, promise=cx.promise_kept(waits, promised=10),
            )
        )  # fmt: skip
    return found, changes


def test_each_reason_is_found_where_it_was_planted_and_nowhere_else() -> None:
    found = cx.critical_moments(*evidence_of(a_log(TRUE), broken="ship", leaving="support", silent="renew"))
    assert {one.touchpoint: one.reasons for one in found.listed} == {
        "deliver": ("feeling_falls",),
        "ship": ("promise_broken",),
        "support": ("feeling_rises", "people_leave"),
        "order": ("feeling_rises", "first_contact"),
        "renew": ("no_feedback", "last_contact"),
    }
    assert [one.touchpoint for one in found.moments] == ["deliver", "ship", "support", "order", "renew"]
    assert found.words == "deliver is where feeling turns"
    assert found.moments[0].is_lowest


def test_moments_that_can_not_be_told_apart_keep_the_order_of_the_journey() -> None:
    log = a_log({"a": 0.0, "b": -0.5, "c": -0.52, "d": 0.0})
    found = cx.critical_moments(*evidence_of(log))
    assert [one.touchpoint for one in found.moments if one.is_worse] == ["b", "c"]
    assert not any(one.is_lowest for one in found.moments)
    assert found.words == "2 moments stand out; which is the worst is not decided"


def test_nothing_stands_out_where_nothing_is_but_first_and_last_contact_are_always_there() -> None:
    alarms = 0
    for seed in range(100):
        found = cx.critical_moments(*evidence_of(a_log(dict.fromkeys(STEPS, 0.0), journeys=70, seed=seed)))
        assert {"order", "renew"} <= {one.touchpoint for one in found.listed}
        alarms += any(set(one.reasons) - {"first_contact", "last_contact"} for one in found.moments)
    assert alarms / 100 < 0.05 + 3 * (0.05 * 0.95 / 100) ** 0.5


def test_a_journey_of_which_nothing_is_known_says_so() -> None:
    found = cx.critical_moments([cx.MomentEvidence(touchpoint="only", passed=3, heard=0)])
    assert found.status == "too_few"
    assert found.words == "Too little is known to find critical moments"
    assert found.moments[0].reasons == ("first_contact", "last_contact")


@pytest.mark.parametrize(
    ("evidence", "error"),
    [
        ([], cx.EmptySample),
        ([cx.MomentEvidence(touchpoint="a", passed=1, heard=2)], cx.BadCounts),
        ([cx.MomentEvidence(touchpoint="a", passed=-1, heard=0)], cx.BadCounts),
        ([cx.MomentEvidence(touchpoint="a", passed=1, heard=0)] * 2, cx.BadParameter),
    ],
)
def test_evidence_that_can_not_be_is_named(
    evidence: list[cx.MomentEvidence], error: type[cx.AnalyticsError]
) -> None:
    with pytest.raises(error):
        cx.critical_moments(evidence)
