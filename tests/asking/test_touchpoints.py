"""A touchpoint happens: one customer comes up, is asked once by mail, and not a second time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from candor.apps.asking.choices import Handover, PlanState, Trigger
from candor.apps.asking.deciding import decide_due
from candor.apps.asking.models import Message, Plan, Request
from candor.apps.asking.sending import send_ready
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import make_key
from candor.apps.surveys.models import Invitation
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
    from candor.apps.events.services import source_of

    source = source_of(name="shop")
    source.journey = paid_out.stage.journey
    source.save(update_fields=["journey"])
    a_plan(paid_out)
    (customer,) = customers(1)
    now = timezone.now().replace(hour=12)
    sent = {"messageId": "m1", "userId": "u0", "event": "Paid out", "timestamp": now.isoformat()}
    for _ in range(2):
        sender.post("track", sent)
        take_in()
    assert Request.objects.get().customer_id == customer
    while decide_due(now=_weekday_noon()):
        pass
    assert send_ready(most_seconds=10).sent == 1
    (mail,) = post.arrived
    assert mail["To"] == "c0@mail.example"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert send_ready(most_seconds=10).sent == 0
    invitation = Invitation.objects.get()
    assert (invitation.customer_id, invitation.episode) == (customer, "u0")
    assert Message.objects.get().handover == Handover.SENT


def _weekday_noon() -> datetime:
    now = timezone.now()
    ahead = 1 if now.weekday() == 6 else 0
    return (now + timedelta(days=ahead)).replace(hour=12)
