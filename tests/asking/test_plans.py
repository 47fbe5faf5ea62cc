"""Plans: rounds kept apart, groups by hand, pairs before and after, and the pages of it."""

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from candor.apps.asking.choices import PlanState, Reason, Standing, Trigger
from candor.apps.asking.coming_up import by_events, customers_of
from candor.apps.asking.deciding import decide_due
from candor.apps.asking.errors import CountChanged, NobodyToAsk, PickRefused, PlanNotReady
from candor.apps.asking.models import Plan, Request
from candor.apps.asking.pairs import pairing_of
from candor.apps.asking.queries import rounds_of
from candor.apps.asking.rounds import lay_out_rounds
from candor.apps.asking.services import ask_group, change_rule, count_group, make_plan, start_plan
from candor.apps.customers.models import Customer
from candor.apps.customers.services import merge_customers
from candor.apps.events.signals import TakenIn
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive
from candor.apps.journeys.models import Touchpoint
from candor.apps.surveys.models import Invitation, Survey
from tests.asking.conftest import a_survey, customers
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


def a_plan(trigger: Trigger, **facts: Any) -> Plan:
    values: dict[str, Any] = {"name": "A plan"} | facts
    if "survey" not in values:
        values["survey"] = a_survey()
    return make_plan(trigger=trigger, facts=values, by=None)


# -- Rounds -----------------------------------------------------------------------------------------------------------


def test_rounds_are_laid_out_as_long_ahead_as_people_rest_and_kept_apart(world: World) -> None:
    customers(40)
    facts = {"next_on": date(2026, 6, 29), "every_days": 91, "spread_days": 3, "window_hours": 48}
    plan = start_plan(plan=a_plan(Trigger.SCHEDULE, **facts), now=NOON, by=None)
    assert lay_out_rounds(now=NOON - 5 * DAY) == 0
    assert (lay_out_rounds(now=NOON), lay_out_rounds(now=NOON)) == (40, 0)
    assert decide_due(now=NOON) == 0, "laid out, and not yet begun"
    for day in range(27, 35):
        decide_due(now=NOON + day * DAY)
    lay_out_rounds(now=NOON + 91 * DAY)
    for day in range(118, 126):
        decide_due(now=NOON + day * DAY)
    second, first = rounds_of(Plan.objects.get(pk=plan.pk), today=date(2026, 10, 12))
    assert (first.number, first.began_on, first.tally.came_up, first.tally.on_the_way) == (
        1,
        date(2026, 6, 29),
        40,
        40,
    )
    assert (second.number, second.began_on, second.tally.on_the_way) == (2, date(2026, 9, 28), 40)
    assert len({row.decided_at for row in Request.objects.filter(round=1)}) > 1, "spread over its days"


def test_what_is_laid_out_ahead_is_told_as_such_and_the_list_of_plans_adds_up(
    client: Client, world: World
) -> None:
    customers(40)
    today = timezone.localdate()
    plan = a_plan(Trigger.SCHEDULE, next_on=today + timedelta(days=10), answers_a_month=2)
    start_plan(plan=plan, now=timezone.now(), by=None)
    lay_out_rounds(now=timezone.now())
    client.force_login(world.clara)
    row = client.get("/asking/").content.decode().partition("A plan</a>")[2].partition("</tr>")[0]
    assert [int(n) for n in re.findall(r'class="num">(\d+)<', row)] == [40, 0, 0, 10, 30]
    assert client.get(f"/asking/plans/{plan.pk}/").content.decode().count("Ahead") == 2, (
        "its round and its day"
    )


def test_a_round_draws_as_many_as_bring_the_wanted_answers(world: World) -> None:
    customers(300)
    plan = a_plan(Trigger.SCHEDULE, next_on=date(2026, 6, 20), answers_a_month=10)
    start_plan(plan=plan, now=NOON, by=None)
    lay_out_rounds(now=NOON)
    drawn = Request.objects.filter(standing=Standing.WAITING).count()
    assert drawn == 50, "one in five is expected to answer, before anything is known"
    assert Request.objects.filter(reason=Reason.NOT_DRAWN).count() == 250


# -- By hand ----------------------------------------------------------------------------------------------------------


def test_a_group_is_counted_and_confirmed_before_it_is_asked(world: World) -> None:
    customers(12, unit_id=world.quay.pk)
    plan = a_plan(Trigger.BY_HAND, customers={"units": [world.north.pk]})
    assert count_group(plan=plan) == 12
    with pytest.raises(CountChanged, match="12 customers fit by now, not 11"):
        ask_group(plan=plan, confirmed=11, now=NOON, by=world.clara)
    assert ask_group(plan=plan, confirmed=12, now=NOON, by=world.clara) == 12
    assert decide_due(now=NOON) == 12
    assert Invitation.objects.count() == 12


def test_of_a_group_as_many_are_asked_as_bring_the_answers_and_who_rests_is_replaced_by_chance(
    world: World,
) -> None:
    ids = customers(200, unit_id=world.quay.pk)
    resting = a_plan(Trigger.BY_HAND, customers={"units": [world.north.pk]}, name="Before")
    ask_group(plan=resting, confirmed=200, now=NOON - DAY, by=world.clara)
    decide_due(now=NOON - DAY, most=100)  # half of them were asked yesterday
    Request.objects.filter(standing=Standing.WAITING).delete()
    wanted = a_plan(
        Trigger.BY_HAND, survey=resting.survey, customers={"units": [world.north.pk]}, answers_a_month=10
    )
    ask_group(plan=wanted, confirmed=200, now=NOON, by=world.clara)
    while decide_due(now=NOON, most=40):  # a batch at a time, as of a large group
        pass
    asked = Request.objects.filter(plan=wanted, standing=Standing.ASKED)
    assert asked.count() == 50, "ten answers at one in five, although half of the group rests"
    assert Request.objects.filter(plan=wanted, reason=Reason.ENOUGH).exists()
    places = [ids.index(pk) for pk in asked.values_list("customer_id", flat=True)]
    assert min(places) < 60 < 140 < max(places), "from all over the group"


def test_a_group_spread_over_days_is_asked_day_by_day_up_to_what_is_wanted(world: World) -> None:
    customers(400, unit_id=world.quay.pk)
    plan = a_plan(
        Trigger.BY_HAND,
        customers={"units": [world.north.pk]},
        answers_a_month=20,
        spread_days=5,
        window_hours=200,
    )
    ask_group(plan=plan, confirmed=400, now=NOON, by=world.clara)
    days = []
    for hour in range(0, 5 * 24, 6):
        decide_due(now=NOON + timedelta(hours=hour))
        days.append(Request.objects.filter(plan=plan, standing=Standing.ASKED).count())
    assert days[-1] == 100
    assert days[len(days) // 2] < 75, "not all at the beginning"


def test_nobody_picks_a_handful_nor_their_own_units_customers(world: World) -> None:
    customers(9, unit_id=world.mill.pk)
    few = a_plan(Trigger.BY_HAND, customers={"units": [world.mill.pk]})
    with pytest.raises(PickRefused, match="9 customers fit"):
        ask_group(plan=few, confirmed=9, now=NOON, by=world.clara)
    more = Customer.objects.bulk_create(
        Customer(email=f"q{n}@mail.example", unit=world.quay) for n in range(20)
    )
    own = a_plan(Trigger.BY_HAND, survey=few.survey, customers={"units": [world.quay.pk]})
    with pytest.raises(PickRefused, match="You belong to Quay"):
        ask_group(plan=own, confirmed=len(more), now=NOON, by=world.mona)
    nobody = a_plan(Trigger.BY_HAND, survey=few.survey, customers={"languages": ["fi"]})
    with pytest.raises(NobodyToAsk):
        ask_group(plan=nobody, confirmed=0, now=NOON, by=world.clara)
    assert not Request.objects.exists()


def test_a_plan_starts_only_when_it_can(world: World) -> None:
    plan = a_plan(Trigger.TOUCHPOINT)
    with pytest.raises(PlanNotReady, match="touchpoint"):
        start_plan(plan=plan, now=NOON, by=None)
    Survey.objects.update(state=Survey.State.DRAFT)
    with pytest.raises(PlanNotReady, match="not open"):
        start_plan(plan=Plan.objects.get(), now=NOON, by=None)


# -- Before and after -------------------------------------------------------------------------------------------------


def _happens(activity: str, customer: int, episode: str, at: datetime) -> TakenIn:
    return TakenIn(
        event_id=f"{activity}-{episode}", journey="loan", case_id=episode, activity=activity, at=at, customer=customer,
        unit=None, source="loans", attributes={},
    )  # fmt: skip


def _answer(request: Request, number: float) -> None:
    """The customer answers, as the answering page would store it."""
    invitation = request.invitation
    assert invitation is not None
    answer = NewAnswer(question="nps", kind=AnswerKind.RATING, number=number)
    feedback = NewFeedback(
        kind=Kind.SURVEY, source=invitation.survey.key, key=f"answer-{invitation.pk}", received_at=NOON,
        customer_id=request.customer_id, answers=(answer,),
    )  # fmt: skip
    (pk,) = receive(items=[feedback]).new_ids.values()
    Invitation.objects.filter(pk=invitation.pk).update(feedback_id=pk, is_answered=True)


def test_the_planted_gap_between_expected_and_met_is_found_and_lost_pairs_are_counted(
    client: Client, world: World, paid_out: Touchpoint
) -> None:
    change_rule(facts={"rest_days": 0}, by=None)
    before = a_plan(
        Trigger.TOUCHPOINT,
        survey=a_survey("before", "expectation"),
        touchpoint=Touchpoint.objects.get(key="apply"),
    )
    after = a_plan(Trigger.TOUCHPOINT, survey=a_survey("after"), touchpoint=paid_out, pair_of=before)
    for plan in (before, after):
        start_plan(plan=plan, now=NOON, by=None)
    ids, chance = customers(120), random.Random(5)
    by_events(events=[_happens("Applied", pk, f"loan-{pk}", NOON) for pk in ids])
    decide_due(now=NOON)
    later = NOON + 10 * DAY
    for keep, duplicate in ((0, 1), (50, 51)):
        both = {
            "keep": Customer.objects.get(pk=ids[keep]),
            "duplicate": Customer.objects.get(pk=ids[duplicate]),
        }
        merge_customers(**both, by=None)
    by_events(events=[_happens("Paid out", pk, f"loan-{pk}", later) for pk in ids])
    decide_due(now=later)
    for place, pk in enumerate(ids):
        expected = min(max(round(chance.gauss(8, 1)), 0), 10)
        if place < 100:
            _answer(before.requests.get(episode=f"loan-{pk}"), expected)
        if place >= 20:
            _answer(
                after.requests.get(episode=f"loan-{pk}"),
                min(max(expected - 1 + chance.choice((-1, 0, 1)), 0), 10),
            )
    found = pairing_of(after)
    assert found is not None and found.gap is not None
    assert (found.gap.n_pairs, found.lost, found.unexpected, found.customers) == (80, 20, 20, 79)
    gap = found.gap.gap
    assert gap.low is not None and gap.high is not None
    assert gap.low < -1 < gap.high and gap.high < 0
    assert pairing_of(before) is None
    client.force_login(world.clara)
    assert "The 80 pairs come from 79 customers" in client.get(f"/asking/plans/{after.pk}/").content.decode()


def test_scales_that_differ_are_never_subtracted(world: World, paid_out: Touchpoint) -> None:
    stars = {
        "elements": [{"type": "rating", "name": "q", "rateMin": 1, "rateMax": 5, "title": "How was it?"}]
    }
    before = a_plan(Trigger.TOUCHPOINT, survey=a_survey("before", "expectation"))
    after = a_plan(Trigger.TOUCHPOINT, survey=a_survey("after", definition=stars), pair_of=before)
    found = pairing_of(after)
    assert found is not None and found.gap is None
    assert "differ" in found.trouble


# -- Pages ------------------------------------------------------------------------------------------------------------


def test_a_plan_is_made_started_seen_and_stopped_on_its_pages(
    client: Client, world: World, paid_out: Touchpoint
) -> None:
    survey = a_survey()
    client.force_login(world.clara)
    front = client.get("/asking/").content.decode()
    assert "No plan yet" in front and 'name="period"' not in front, "nothing here is of one unit or period"
    for code in ("de-AT", "en", "den"):
        Customer.objects.create(language=code)
    assert customers_of({"languages": ["de"]}).count() == 1, "German is German in Austria, too"
    empty = client.get("/asking/new/touchpoint/").content.decode()
    assert (
        "German" in empty
        and "English" in empty
        and "---" not in empty
        and "Choose what has to happen" in empty
    )
    fields = {
        "name": "After pay-out", "what": f"survey:{survey.pk}", "touchpoint": paid_out.pk, "delay_hours": "2", "window_hours": "48",
        "share": "50", "reserve": "0", "first": "email", "second": "sms", "rank": "3", "expires_days": "30", "reminders": "1",
        "remind_after_days": "5", "languages": ["en", "de"],
    }  # fmt: skip
    response = client.post("/asking/new/touchpoint/", fields)
    plan = Plan.objects.get()
    assert response["Location"] == f"/asking/plans/{plan.pk}/"
    assert (plan.share, plan.channels, plan.customers["languages"]) == (0.5, ["email", "sms"], ["en", "de"])
    assert client.post("/asking/new/touchpoint/", fields | {"second": "email"}).status_code == 422
    client.post(f"/asking/plans/{plan.pk}/change/", fields | {"share": "100", "languages": []})
    client.post(f"/asking/plans/{plan.pk}/start/")
    now = timezone.now()
    (pk,) = customers(1)
    by_events(events=[_happens("Paid out", pk, "loan-1", now - timedelta(hours=3))])
    any_hour = {"quiet_from": time(0), "quiet_until": time(0), "days": list(range(7))}
    change_rule(facts={"needs_consent": True} | any_hour, by=None)
    decide_due(now=now)
    page = client.get(f"/asking/plans/{plan.pk}/").content.decode()
    assert "They have not agreed to be asked" in page
    assert "E-mail, else Text message" in page
    assert "0 asked + 0 on the way + 0 waiting + 1 not asked" in page
    who = f"/asking/plans/{plan.pk}/who/?standing=not_asked&reason="
    assert (
        f'href="{escape(who)}no_consent"' in page
        and f"/asking/customers/{pk}/" in client.get(who + "no_consent").content.decode()
    )
    assert "Nobody here" in client.get(who + "too_late").content.decode()
    for address in (f"/asking/customers/{pk}/", f"/asking/customers/{pk}/panel/"):
        assert "They have not agreed to be asked" in client.get(address).content.decode()
    client.post(f"/asking/customers/{pk}/wish/", {"wish": "agree"})
    assert "May be asked" in client.get(f"/asking/customers/{pk}/").content.decode()
    client.post(f"/asking/plans/{plan.pk}/pause/")
    client.post(f"/asking/plans/{plan.pk}/end/")
    plan.refresh_from_db()
    assert plan.state == PlanState.ENDED


def test_a_record_that_was_merged_into_one_of_another_unit_leads_nobody_there(
    client: Client, world: World
) -> None:
    theirs, ours = customers(2, unit_id=world.mill.pk)
    Customer.objects.filter(pk=ours).update(unit=world.quay)
    keep, duplicate = Customer.objects.get(pk=theirs), Customer.objects.get(pk=ours)
    merge_customers(keep=keep, duplicate=duplicate, by=world.clara)
    client.force_login(world.mona)
    assert client.get(f"/asking/customers/{ours}/").status_code == 404
    assert client.post(f"/asking/customers/{ours}/wish/", {"wish": "stop"}).status_code == 404
    client.force_login(world.clara)
    assert client.get(f"/asking/customers/{ours}/").status_code == 200


def test_the_rule_is_changed_on_its_page_and_holds_at_once(client: Client, world: World) -> None:
    client.force_login(world.clara)
    fields = {
        "rest_days": "10", "relationship": "120", "most_in_period": "3", "period_days": "365", "quiet_from": "21:00", "quiet_until": "07:00",
        "days": ["0", "1"],
    }  # fmt: skip
    assert client.post("/asking/rule/", fields).status_code == 302
    page = client.get("/asking/").content.decode()
    assert "10 days of rest" in page
    assert "relationship 120" in page
    assert client.post("/asking/rule/", fields | {"rest_days": "-1"}).status_code == 422


def test_who_has_no_touchpoint_yet_is_led_to_the_journeys(client: Client, world: World) -> None:
    a_survey()
    client.force_login(world.clara)
    page = client.get("/asking/new/touchpoint/").content.decode()
    assert "No touchpoint to wait for" in page and 'href="/journeys/"' in page
    assert "No journey yet" in client.get("/asking/new/traffic/").content.decode()
    page = client.get("/asking/new/schedule/").content.decode()
    assert "Text message (not set up here)" in page and "E-mail (not" not in page
