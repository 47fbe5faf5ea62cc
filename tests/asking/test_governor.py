"""The governor's rule, one promise a test: plain values in, decisions out."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.apps.asking.choices import Reason, Standing
from candor.apps.asking.governor import (
    Candidate,
    Claim,
    Decision,
    Governor,
    Person,
    PlanTerms,
    Sample,
    Terms,
    draw,
)
from candor.apps.asking.hours import next_permitted

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))


def terms(**facts: Any) -> Terms:
    values: dict[str, Any] = {
        "rest": 30 * DAY, "rest_by_type": {}, "most": 6, "period": 365 * DAY, "needs_consent": False,
        "quiet_from": time(20), "quiet_until": time(8), "days": EVERY_DAY, "zone": "UTC",
    }  # fmt: skip
    return Terms(**values | facts)


def plan(id_: int = 1, **facts: Any) -> PlanTerms:
    values: dict[str, Any] = {"rank": 5, "type": "touchpoint", "channels": ("email",), "seed": 7}
    return PlanTerms(id=id_, **values | facts)


def came(person: int = 1, plan_id: int = 1, **facts: Any) -> Candidate:
    values: dict[str, Any] = {
        "id": person,
        "key": f"k{person}-{plan_id}",
        "came_up_at": NOON,
        "late_at": NOON + 3 * DAY,
    }
    return Candidate(plan_id=plan_id, person_id=person, **values | facts)


def somebody(**facts: Any) -> Person:
    return Person(**{"channels": frozenset({"email"})} | facts)


def decide(
    *candidates: Candidate, people: dict[int, Person], plans: tuple[PlanTerms, ...] = (), **rule: Any
) -> list[Decision]:
    governor = Governor(terms=terms(**rule), plans=plans or (plan(),), people=people, now=NOON)
    return governor.decide(candidates)


def one(
    person: Person, *, plans: tuple[PlanTerms, ...] = (), candidate: Candidate | None = None, **rule: Any
) -> Decision:
    (decision,) = decide(candidate or came(), people={1: person}, plans=plans, **rule)
    return decision


def test_who_can_be_reached_and_was_left_alone_is_asked() -> None:
    assert (one(somebody()).standing, one(somebody()).channel) == (Standing.ASKED, "email")


@pytest.mark.parametrize(
    ("person", "facts", "rule", "reason"),
    [
        (somebody(), {"plan": {"is_open": False}}, {}, Reason.PLAN_ENDED),
        (somebody(), {"late_at": NOON - DAY}, {}, Reason.TOO_LATE),
        (somebody(opted_out=True), {}, {}, Reason.OPTED_OUT),
        (somebody(), {}, {"needs_consent": True}, Reason.NO_CONSENT),
        (somebody(channels=frozenset()), {}, {}, Reason.NO_ADDRESS),
        (somebody(channels=frozenset(), bounced=frozenset({"email"})), {}, {}, Reason.BOUNCED),
        (somebody(episodes={(1, "loan-1")}), {"about": "loan-1"}, {}, Reason.ASKED_BEFORE),
        (somebody(), {"plan": {"share": 0.0}}, {}, Reason.OUT_OF_SHARE),
        (somebody(asked_at=[NOON - 300 * DAY] * 6), {}, {}, Reason.CAP),
        (somebody(last_at=NOON - 20 * DAY), {}, {}, Reason.RESTING),
        (somebody(), {"plan": {"sample": Sample(1.0, 0)}}, {}, Reason.ENOUGH),
        (somebody(), {"plan": {"sample": Sample(0.0, 9)}}, {}, Reason.NOT_DRAWN),
        (somebody(), {"late_at": NOON + timedelta(hours=1)}, {"days": {6}}, Reason.QUIET),
    ],
)  # fmt: skip
def test_who_is_not_asked_gets_the_reason(
    person: Person, facts: dict[str, Any], rule: dict[str, Any], reason: Reason
) -> None:
    facts = dict(facts)
    asked = plan(**facts.pop("plan", {}))
    decision = one(person, plans=(asked,), candidate=came(**facts), **rule)
    assert (decision.standing, decision.reason) == (Standing.NOT_ASKED, reason)


def test_rest_is_set_for_each_type_and_over_all_of_them() -> None:
    rule = {"rest_by_type": {"relationship": 90 * DAY}}
    relationship = (plan(type="relationship"),)
    asked = somebody(last_at=NOON - 40 * DAY, last_at_by_type={"relationship": NOON - 40 * DAY})
    assert one(asked, **rule).standing == Standing.ASKED, "another type, and the rest over all is over"
    asked = somebody(last_at=NOON - 40 * DAY, last_at_by_type={"relationship": NOON - 40 * DAY})
    assert one(asked, plans=relationship, **rule).reason == Reason.RESTING


def test_who_rests_waits_while_the_window_reaches_beyond_the_rest() -> None:
    decision = one(somebody(last_at=NOON - 28 * DAY))
    assert (decision.standing, decision.again_at) == (Standing.WAITING, NOON + 2 * DAY)


def test_nobody_is_asked_twice_in_one_run_and_the_higher_rank_goes_first() -> None:
    plans = (plan(1, rank=5), plan(2, rank=1, type="relationship"))
    decisions = decide(came(1, 1), came(1, 2), people={1: somebody()}, plans=plans)
    assert [(d.candidate.plan_id, d.standing, d.reason) for d in decisions] == [
        (2, Standing.ASKED, None), (1, Standing.NOT_ASKED, Reason.RESTING),
    ]  # fmt: skip


def test_two_of_one_rank_go_in_the_order_in_which_they_came_up() -> None:
    plans = (plan(1), plan(2, type="relationship"))
    early, late = came(1, 2, came_up_at=NOON - DAY), came(1, 1)
    decisions = decide(late, early, people={1: somebody()}, plans=plans)
    assert [d.candidate.plan_id for d in decisions if d.standing == Standing.ASKED] == [2]


def test_who_waits_for_a_higher_rank_is_kept_for_it() -> None:
    plans = (plan(1, rank=5), plan(2, rank=1, type="relationship"))
    soon, later = Claim(2, NOON + 10 * DAY), Claim(2, NOON + 31 * DAY)
    decision = one(somebody(claims=[soon]), plans=plans)
    assert (decision.reason, decision.kept_for) == (Reason.KEPT, 2)
    assert one(somebody(claims=[later]), plans=plans).standing == Standing.ASKED, "rested again by then"
    lower = (plan(1, rank=1), plan(2, rank=5))
    assert one(somebody(claims=[soon]), plans=lower).standing == Standing.ASKED, "a lower rank keeps nobody"
    closed = (plan(1), plan(2, rank=1, is_open=False))
    assert one(somebody(claims=[soon]), plans=closed).standing == Standing.ASKED
    unreachable = (plan(1), plan(2, rank=1, channels=("sms",)))
    assert one(somebody(claims=[soon]), plans=unreachable).standing == Standing.ASKED


def test_a_reserve_keeps_its_share_of_people_free_and_other_people_each_time() -> None:
    plans = (plan(1, rank=5), plan(2, rank=1, reserve=0.3))
    people = {number: somebody() for number in range(4_000)}
    decisions = decide(*(came(number) for number in people), people=people, plans=plans)
    kept = {d.candidate.person_id for d in decisions if d.reason == Reason.KEPT}
    assert 0.27 < len(kept) / len(people) < 0.33
    later = Governor(terms=terms(), plans=plans, people={n: somebody() for n in people}, now=NOON + 90 * DAY)
    moved = [came(number, came_up_at=NOON + 90 * DAY, late_at=NOON + 99 * DAY) for number in people]
    again = {d.candidate.person_id for d in later.decide(moved) if d.reason == Reason.KEPT}
    assert 0.2 < len(kept & again) / len(kept) < 0.4, "a fresh draw, not the same people"


@pytest.mark.parametrize(("most", "asked", "reason"), [(3, 1, None), (3, 2, Reason.KEPT), (3, 3, Reason.CAP), (1, 0, None)])  # fmt: skip
def test_the_last_request_within_the_cap_is_left_to_a_plan_with_a_reserve(
    most: int, asked: int, reason: Reason | None
) -> None:
    before = [NOON - 40 * DAY * number for number in range(1, asked + 1)]
    plans = (plan(1, rank=5), plan(2, rank=1, reserve=1e-9))
    frequent = one(somebody(asked_at=list(before)), plans=plans, most=most)
    assert (frequent.reason, frequent.kept_for) == (reason, 2 if reason == Reason.KEPT else None)
    rare = one(somebody(asked_at=list(before)), plans=plans, most=most, candidate=came(plan_id=2))
    assert (rare.standing == Standing.ASKED) == (asked < most)
    alone = one(somebody(asked_at=list(before)), plans=plans[:1], most=most)
    assert (alone.standing == Standing.ASKED) == (asked < most)


@pytest.mark.parametrize(
    ("left", "frequent", "steady", "rare"),
    [(4, True, True, True), (2, False, True, True), (1, False, False, True)],
)
def test_each_plan_with_a_reserve_is_left_a_request_of_its_own(
    left: int, frequent: bool, steady: bool, rare: bool
) -> None:
    before = [NOON - 40 * DAY * number for number in range(1, 7 - left)]
    plans = (plan(1, rank=5), plan(2, rank=4, reserve=1e-9), plan(3, rank=2, reserve=1e-9))
    asked = [
        one(somebody(asked_at=list(before)), plans=plans, most=6, candidate=came(plan_id=n)).standing
        for n in (1, 2, 3)
    ]
    assert [standing == Standing.ASKED for standing in asked] == [frequent, steady, rare]


def test_nobody_chooses_the_order_in_which_candidates_are_given_makes_no_difference() -> None:
    candidates = [came(number) for number in range(200)]
    asked = []
    for given_in in (candidates, candidates[::-1]):
        plans = (plan(1, sample=Sample(0.5, 20)),)
        people = {number: somebody() for number in range(200)}
        made = decide(*given_in, people=people, plans=plans)
        asked.append({d.candidate.person_id for d in made if d.standing == Standing.ASKED})
    assert asked[0] == asked[1]
    assert len(asked[0]) == 20


def test_the_first_channel_that_reaches_them_is_taken() -> None:
    plans = (plan(channels=("messenger", "sms", "email")),)
    assert one(somebody(channels=frozenset({"email", "sms"})), plans=plans).channel == "sms"


def test_nobody_is_written_to_at_night_where_they_live() -> None:
    decision = one(somebody(zone="Pacific/Auckland"))  # midnight there
    assert (decision.reason, decision.again_at) == (Reason.QUIET, datetime(2026, 6, 1, 20, tzinfo=UTC))


@given(
    minutes=st.integers(0, 60 * 24 * 400), zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin"]),
    begins=st.times(), ends=st.times(), days=st.sets(st.integers(0, 6), min_size=1),
)  # fmt: skip
def test_the_next_permitted_instant_is_permitted_and_no_earlier_one_is_passed_over(
    minutes: int, zone: str, begins: time, ends: time, days: set[int]
) -> None:
    now = NOON + timedelta(minutes=minutes)
    place = ZoneInfo(zone)

    def is_permitted(at: datetime) -> bool:
        clock = at.astimezone(place).time()
        quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
        return at.astimezone(place).weekday() in days and not quiet

    found = next_permitted(now, zone=place, quiet_from=begins, quiet_until=ends, days=days)
    assert found is not None
    assert found >= now
    assert is_permitted(found)
    passed = (now + (found - now) * share / 40 for share in range(40))
    assert not any(is_permitted(at) for at in passed if at < found)


def test_draws_are_spread_evenly() -> None:
    from scipy.stats import kstest

    assert kstest([draw(3, "sample", f"event-{n}") for n in range(20_000)], "uniform").pvalue > 0.001
