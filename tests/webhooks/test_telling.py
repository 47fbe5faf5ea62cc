"""What happens here is told to other systems: signed, once stored never lost, and tried until they take it or days have passed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import LazySettings
from django.core import mail
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from candor.apps.customers.models import Customer
from candor.apps.customers.personal import everything_about
from candor.apps.customers.services import erase_customer
from candor.apps.organization.models import AuditEntry
from candor.apps.webhooks import queries, sending, services, tasks
from candor.apps.webhooks.events import Event, events, register_event
from candor.apps.webhooks.models import Attempt, Delivery, Endpoint, Message
from candor.foundation.errors import AddressRefused
from candor.foundation.jobs import Worker
from candor.foundation.models import Job
from tests.listening import Listener, Request, listening
from tests.world import World

HAPPENED = "pier.closed"


@pytest.fixture(autouse=True)
def _an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candor.apps.webhooks.events._events", {e.name: e for e in events()})
    register_event(Event(HAPPENED, "A pier was closed.", {"pier": 7}))


@pytest.fixture
def listener(settings: LazySettings) -> Iterator[Listener]:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    with listening() as one:
        yield one


@pytest.fixture
def made(world: World, listener: Listener) -> tuple[Endpoint, str]:
    return services.make_endpoint(name="CRM", url=listener.address, events=[HAPPENED], by=world.amos)


def _tell(**data: object) -> None:
    services.tell(event=HAPPENED, data={"pier": 7} | data)


def _delivery() -> Delivery:
    return Delivery.objects.select_related("message", "endpoint").get()


def _make_due(**changes: object) -> None:
    """As if the wait were over."""
    Delivery.objects.filter(state="waiting").update(next_at=timezone.now(), **changes)
    Endpoint.objects.update(rests_until=None)
    Job.objects.filter(state=Job.State.READY).update(run_at=timezone.now())


def _verified(secret: str, request: Request) -> dict[str, object]:
    words: dict[str, object] = Webhook(secret).verify(request.body, request.headers)
    return words


def test_what_happens_is_told_with_a_signature_that_the_reference_accepts(
    made: tuple[Endpoint, str], listener: Listener
) -> None:
    _tell(note="Straße ☂")
    Worker().run_all()
    (request,) = listener.requests
    words = _verified(made[1], request)
    assert (words["type"], words["data"]) == (HAPPENED, {"pier": 7, "note": "Straße ☂"})
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == _delivery().message.uid
    assert (_delivery().state, _delivery().last_status) == ("taken", 200)
    assert Attempt.objects.get().answer == "ok"
    with pytest.raises(WebhookVerificationError):
        Webhook(made[1]).verify(request.body + b" ", request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(request.body, request.headers)


def test_only_who_wants_it_is_told_and_a_name_nobody_registered_is_a_mistake(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    services.change_endpoint(endpoint=made[0], name="CRM", url=made[0].url, events=[], by=world.amos)
    _tell()
    assert not Message.objects.exists()
    with pytest.raises(ValueError, match="no registered event"):
        services.tell(event="pier.opend", data={})


def test_what_is_rolled_back_is_never_told(made: tuple[Endpoint, str], listener: Listener) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        _tell()
        raise RuntimeError
    Worker().run_all()
    assert listener.requests == []


def test_a_failure_is_tried_again_under_the_same_id_with_a_new_time(
    made: tuple[Endpoint, str], listener: Listener
) -> None:
    statuses = iter([500, 404, 204])
    listener.answers = lambda _: next(statuses)
    _tell()
    waits = []
    for _ in range(3):
        Worker().run_all()
        row = _delivery()
        waits.append((row.next_at - timezone.now()).total_seconds() if row.next_at else None)
        _make_due()
    assert [r.headers["webhook-id"] for r in listener.requests] == [_delivery().message.uid] * 3
    assert waits[0] is not None
    assert waits[1] is not None
    assert (3 < waits[0] < 7, 19 < waits[1] < 31, waits[2]) == (True, True, None)
    assert [a.status for a in Attempt.objects.order_by("pk")] == [500, 404, 204]
    assert Endpoint.objects.get().failing_since is None
    for request in listener.requests:
        _verified(made[1], request)


def test_the_wait_grows_is_never_the_same_for_all_and_has_an_end() -> None:
    waits = [sending.wait_after(n).total_seconds() for n in range(1, 12)]
    assert waits[0] <= 6
    assert all(later > earlier for earlier, later in pairwise(waits[:7]))
    assert max(waits) <= sending.LONGEST_WAIT * 1.2
    assert len({sending.wait_after(3) for _ in range(20)}) > 1
    assert sending.wait_after(1, asked=600).total_seconds() == 600
    assert sending.wait_after(1, asked=10**8).total_seconds() == sending.LONGEST_WAIT


def test_a_system_that_asks_to_wait_is_left_alone_so_long(
    made: tuple[Endpoint, str], listener: Listener
) -> None:
    listener.status, listener.headers = 429, {"Retry-After": "600"}
    _tell()
    Worker().run_all()
    next_at = _delivery().next_at
    assert next_at is not None
    assert timedelta(seconds=590) < next_at - timezone.now() <= timedelta(seconds=600)


def test_a_system_that_does_not_answer_costs_one_wait_not_one_for_each_message(
    world: World, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(sending, "DEADLINE", 0.2)
    with listening() as slow:
        slow.wait = 5.0
        services.make_endpoint(name="Slow", url=slow.address, events=[HAPPENED], by=world.amos)
        for number in range(5):
            _tell(n=number)
        Worker().run_all()
        assert len(slow.requests) == 1
    assert Attempt.objects.get().trouble.endswith("did not answer within 0.2 seconds.")
    assert Delivery.objects.filter(state="waiting", attempts_made=0).count() == 4
    assert queries.endpoints_with_due(timezone.now()) == []
    assert queries.endpoints_with_due(timezone.now() + timedelta(minutes=5)) == [Endpoint.objects.get().pk]


def test_what_is_not_taken_for_three_days_is_given_up_and_can_be_sent_again(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    listener.status = 500
    _tell()
    Worker().run_all()
    _make_due(begun_at=timezone.now() - timedelta(days=3))
    Worker().run_all()
    assert (_delivery().state, _delivery().next_at) == ("failed", None)
    listener.status = 200
    assert services.replay(endpoint=made[0], delivery_ids=None, by=world.amos) == 1
    Worker().run_all()
    assert _delivery().state == "taken"
    assert len({request.headers["webhook-id"] for request in listener.requests}) == 1
    assert services.replay(endpoint=made[0], delivery_ids=[_delivery().pk], by=world.amos) == 1
    Worker().run_all()
    assert len(listener.requests) == 4


def test_after_five_days_without_a_success_it_is_stopped_and_the_administrators_are_told(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    listener.status = 500
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    _tell()
    Worker().run_all()
    endpoint = Endpoint.objects.get()
    assert endpoint.state == "stopped"
    assert [m.to for m in mail.outbox] == [["amos@harbour.example"]]
    assert "CRM" in mail.outbox[0].subject
    assert AuditEntry.objects.filter(action="endpoint.stopped").count() == 1
    _tell()
    _make_due()
    tasks.send_all_due.call()
    Worker().run_all()
    assert len(listener.requests) == 1, "nothing is sent to what is stopped"
    listener.status = 200
    services.resume_endpoint(endpoint=endpoint, by=world.amos)
    Worker().run_all()
    assert Delivery.objects.filter(state="taken").count() == 2, "what happened meanwhile was kept"


def test_who_is_gone_for_good_is_stopped_at_once(made: tuple[Endpoint, str], listener: Listener) -> None:
    listener.status = 410
    _tell()
    Worker().run_all()
    assert Endpoint.objects.get().state == "stopped"


def test_a_redirect_is_a_failure_and_its_target_is_never_asked(
    made: tuple[Endpoint, str], listener: Listener
) -> None:
    listener.status, listener.headers = 307, {"Location": listener.address + "/other"}
    _tell()
    Worker().run_all()
    assert [request.path for request in listener.requests] == ["/hook"]
    assert (_delivery().state, _delivery().last_status) == ("waiting", 307)


def test_while_paused_nothing_is_sent_and_nothing_is_lost(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    services.pause_endpoint(endpoint=made[0], by=world.amos)
    _tell()
    tasks.send_all_due.call()
    Worker().run_all()
    assert listener.requests == []
    services.resume_endpoint(endpoint=made[0], by=world.amos)
    Worker().run_all()
    assert len(listener.requests) == 1


def test_after_a_rotation_both_secrets_sign_for_a_day(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    endpoint, old = made
    new = services.rotate_secret(endpoint=endpoint, by=world.amos)
    _tell()
    Worker().run_all()
    for secret in (new, old):
        _verified(secret, listener.requests[0])
    Endpoint.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    _tell()
    Worker().run_all()
    _verified(new, listener.requests[1])
    with pytest.raises(WebhookVerificationError):
        _verified(old, listener.requests[1])


def test_the_secret_lies_sealed_in_the_database_and_in_no_log(made: tuple[Endpoint, str]) -> None:
    row = Endpoint.objects.values().get()
    assert made[1] not in json.dumps(row, default=str)
    assert made[1] not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_worker_that_died_with_a_delivery_in_hand_leaves_it_to_the_next(
    made: tuple[Endpoint, str], listener: Listener
) -> None:
    _tell()
    Job.objects.all().delete()
    endpoint = Endpoint.objects.get()
    assert sending._claim(endpoint, timezone.now()) is not None
    assert sending.send_due(endpoint.pk, most_seconds=1.0) == 0, "another worker leaves it alone"
    _make_due()
    assert tasks.send_all_due.call() == 1
    Worker().run_all()
    assert len(listener.requests) == 1


def test_an_address_inside_of_the_network_is_refused_when_it_is_entered_and_when_it_is_sent_to(
    world: World, settings: LazySettings
) -> None:
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    services.make_endpoint(name="Own", url="http://127.0.0.1:9/", events=[HAPPENED], by=world.amos)
    settings.CANDOR_OUTGOING_PRIVATE_HOSTS = []
    with pytest.raises(AddressRefused):
        services.make_endpoint(name="Own", url="http://127.0.0.1:9/", events=[HAPPENED], by=world.amos)
    _tell()
    Worker().run_all()
    assert "https://" in Attempt.objects.get().trouble
    assert _delivery().state == "waiting"


def test_who_is_erased_is_handed_out_and_goes_from_what_was_told(
    made: tuple[Endpoint, str], listener: Listener, world: World
) -> None:
    ida, max_ = Customer.objects.create(name="Ida"), Customer.objects.create(name="Max")
    for customer in (ida, max_):
        services.tell(event=HAPPENED, data={"customer": customer.pk}, customer_id=customer.pk)
    Worker().run_all()
    (told,) = everything_about(ida)["told_to_other_systems"]
    assert told["told_to"] == [listener.address]
    erase_customer(customer=ida, by=world.clara)
    assert [message.customer_id for message in Message.objects.all()] == [max_.pk]


def test_what_was_told_a_month_ago_is_forgotten(made: tuple[Endpoint, str]) -> None:
    for days in (31, 29):
        _tell()
        Message.objects.filter(happened_at__gt=timezone.now() - timedelta(hours=1)).update(
            happened_at=timezone.now() - timedelta(days=days)
        )
    assert tasks.forget_old_messages.call() == 1
    assert Delivery.objects.count() == 1
