"""A touchpoint happens: one customer comes up, is asked once by mail, and not a second time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.asking.choices import Delivery, PlanState, Reason, Standing, Trigger
from candor.apps.asking.coming_up import by_events
from candor.apps.asking.deciding import decide_due
from candor.apps.asking.models import Message, Plan, Request
from candor.apps.asking.queries import answered
from candor.apps.asking.sending import send_ready
from candor.apps.events.models import Delivery as Waiting
from candor.apps.events.models import EventName
from candor.apps.events.placing import map_name, undo_decision
from candor.apps.events.proposing import hearing_of
from candor.apps.events.services import source_of
from candor.apps.events.signals import TakenIn
from candor.apps.journeys.models import Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.apps.surveys.models import Invitation
from candor.foundation.jobs import Worker
from tests.asking.conftest import a_survey, customers
from tests.asking.post import Post
from tests.events.conftest import Sender, take_in
from tests.world import World

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday


@pytest.fixture
def sender(world: World) -> Sender:
    _, secret = make_key(name="Shop", source="shop", scopes=[KeyScope.WRITE_EVENTS], by=world.amos)
    return Sender(Client(), secret)


def a_plan(touchpoint: Touchpoint, **facts: object) -> Plan:
    values = {
        "name": "After pay-out",
        "survey": a_survey(),
        "trigger": Trigger.TOUCHPOINT,
        "touchpoint": touchpoint,
        "state": PlanState.RUNNING,
        "started_at": NOON,
    } | facts
    return Plan.objects.create(**values)


def test_an_event_over_http_leads_to_one_mail_and_the_same_event_to_none(
    sender: Sender, paid_out: Touchpoint, post: Post
) -> None:
    source = source_of(name="shop")
    source.journey = paid_out.stage.journey
    source.save(update_fields=["journey"])
    a_plan(paid_out)
    (customer,) = customers(1)
    at = _next_noon()
    sent = {"messageId": "m1", "userId": "u0", "event": "Paid out", "timestamp": timezone.now().isoformat()}
    for _ in range(2):
        sender.post("track", sent)
        take_in()
    assert Request.objects.get().customer_id == customer
    decide_due(now=at)
    assert send_ready(most_seconds=10, now=lambda: at).sent == 1
    (mail,) = post.arrived
    assert mail["To"] == "c0@mail.example"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert send_ready(most_seconds=10, now=lambda: at).sent == 0
    invitation = Invitation.objects.get()
    assert (invitation.customer_id, invitation.episode) == (customer, "u0")
    assert Message.objects.get().delivery == Delivery.SENT


def test_old_events_that_are_told_late_bring_nobody_up(sender: Sender, paid_out: Touchpoint) -> None:
    source = source_of(name="shop")
    source.journey = paid_out.stage.journey if paid_out.stage else None
    source.save(update_fields=["journey"])
    a_plan(paid_out)
    for days in (6, 8):
        at = timezone.now() - timedelta(days=days)
        sender.post(
            "track",
            {"messageId": f"m{days}", "userId": "u0", "event": "Paid out", "timestamp": at.isoformat()},
        )
    take_in()
    request = Request.objects.get()
    assert timezone.now() - request.came_up_at < timedelta(days=7)
    decide_due(now=_next_noon())
    request.refresh_from_db()
    assert (request.standing, request.reason) == (Standing.NOT_ASKED, Reason.TOO_LATE)


def test_an_answer_by_the_link_in_the_mail_is_seen_by_the_plan(
    sender: Sender, paid_out: Touchpoint, post: Post
) -> None:
    """The whole way: an event, a mail, the link in it, an answer, the response rate."""
    plan = a_plan(paid_out)
    (customer,) = customers(1)
    at = _next_noon()
    by_events(events=[TakenIn(
        event_id="e1", journey="loan", case_id="loan-1", activity="Paid out", at=at, customer=customer, unit=None, source="loans",
        attributes={},
    )])  # fmt: skip
    decide_due(now=at)
    send_ready(most_seconds=10, now=lambda: at)
    text = post.arrived[0].get_body(("plain",)).get_content()
    link = re.search(r"https://cx\.harbour\.example(/a/[\w-]+/)\?score=9", text)
    assert link
    said = {"secret": "s" * 43, "data": {"nps": 9, "why": "Quick"}, "finished": True}
    assert Client().post(link[1], said, content_type="application/json").json() == {"state": "finished"}
    while Worker().run_all():
        continue
    assert answered(plan.requests.all(), today=timezone.localdate()).answered == 1


def test_a_plans_page_says_what_it_listens_for_and_which_name_is_not_placed(
    sender: Sender, paid_out: Touchpoint, client: Client, world: World
) -> None:
    plan = a_plan(paid_out)
    client.force_login(world.clara)

    def page() -> str:
        whole = client.get(f"/asking/plans/{plan.pk}/").content.decode()
        return " ".join(whole.partition('id="hears"')[2].partition("</section>")[0].split())

    assert "Events “Paid out” in the journey “Loan”" in page() and "No such event has come in yet" in page()
    assert 'href="/events/"' in page() and 'href="/events/names/"' in page()
    sent = {"messageId": "m1", "userId": "u0", "event": "PAY-OUT", "timestamp": timezone.now().isoformat()}
    sender.post("track", sent)
    take_in()
    name = EventName.objects.get()
    assert (
        "“PAY-OUT” came in from shop (1 event) and is not placed here: it goes into the journey “shop”."
        in page()
    )
    assert f'href="/events/names/#name-{name.pk}"' in page() and not Request.objects.exists()
    map_name(name=name, touchpoint=paid_out, by=world.clara)
    assert "They come as “PAY-OUT” from shop." in page() and "No such event" not in page()
    sender.post("track", sent | {"messageId": "m2"})
    take_in()
    assert Request.objects.get().plan == plan
    undo_decision(name=name, by=world.clara)
    Touchpoint.objects.filter(pk=paid_out.pk).update(activity="")
    assert "No event’s name is placed on “Pay-out” yet" in page()
    Touchpoint.objects.filter(pk=paid_out.pk).update(stage=None)
    assert "in no journey any more" in page()


def test_what_a_touchpoint_hears_is_what_its_plan_would_be_told(sender: Sender, paid_out: Touchpoint) -> None:
    """A source of the journey itself; one that holds new names; one whose own journey has such a touchpoint."""
    loan = paid_out.stage.journey
    source = source_of(name="shop")
    source.journey = loan
    source.save(update_fields=["journey"])
    sender.track("Paid out", n=1)
    take_in()
    assert [one.source for one in hearing_of(paid_out).heard] == [source]
    source.holds_unknown = True
    source.save(update_fields=["holds_unknown"])
    sender.track("Paid out", n=2)
    take_in()
    (held,) = hearing_of(paid_out).elsewhere
    assert not hearing_of(paid_out).heard and held.goes_to is None and held.is_proposed
    twin = NewTouchpoint(key="twin", name="Pay-out", activity="Paid out")
    other = define_journey(
        key="card", name="Card", stages=[NewStage(name="Use", touchpoints=(twin,))], by=None
    )
    Waiting.objects.all().delete()
    source.journey, source.holds_unknown = other, False
    source.save(update_fields=["journey", "holds_unknown"])
    (borne,) = hearing_of(paid_out).elsewhere
    assert borne.goes_to == other and not borne.is_proposed


def _next_noon() -> datetime:
    """The next noon on which we write; no Sunday."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    ahead = [noon + timedelta(days=days) for days in range(3)]
    return next(at for at in ahead if at > timezone.now() and at.weekday() != 6)
