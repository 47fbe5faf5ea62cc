"""Writes of webhooks: endpoints, and what is told to them."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.outgoing import check_address
from candor.foundation.sealed import seal

from . import tasks
from .errors import EndpointChanged
from .events import TEST, is_known
from .models import Delivery, Endpoint, Message
from .signing import new_secret

OLD_SECRET_HOURS = 24


@transaction.atomic(savepoint=False)
def tell(*, event: str, data: Mapping[str, Any], customer_id: int | None = None) -> None:
    """Tell every endpoint that wants it that something happened; call it inside the transaction in which it happens.

    `data` are plain values that name things by their ids; `customer_id` says whom they are about, so that the message goes when that
    customer is erased. Where no endpoint wants the event nothing is stored.

    Raises:
        ValueError: no room has registered the event.
    """
    if not is_known(event):
        raise ValueError(f"{event!r} is no registered event")
    endpoints = [one for one in Endpoint.objects.all() if event in one.events]
    if endpoints:
        _tell(event, data, customer_id, endpoints)


def _tell(
    event: str, data: Mapping[str, Any], customer_id: int | None, endpoints: Sequence[Endpoint]
) -> Message:
    now = timezone.now()
    words = {"type": event, "timestamp": now, "data": data}
    message = Message.objects.create(
        uid=f"msg_{secrets.token_urlsafe(20)}",
        event=event,
        body=json.dumps(words, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")),
        customer_id=customer_id,
        happened_at=now,
    )
    Delivery.objects.bulk_create(
        Delivery(message=message, endpoint=endpoint, begun_at=now, next_at=now) for endpoint in endpoints
    )
    for endpoint in endpoints:
        if endpoint.is_active:
            tasks.send_due.enqueue(endpoint.pk)
    return message


@transaction.atomic
def make_endpoint(*, name: str, url: str, events: Iterable[str], by: Person) -> tuple[Endpoint, str]:
    """Add an endpoint; the second part of the answer is its secret, which can't be shown again.

    Raises:
        AddressRefused: the address is none that may be asked.
    """
    check_address(url)
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        name=name, url=url, events=sorted(events), sealed_secret=seal(secret), made_by=by
    )
    record_audit(by=by, action="endpoint.made", target=endpoint, name=name, url=url, events=endpoint.events)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, endpoint: Endpoint, name: str, url: str, events: Iterable[str], by: Person
) -> Endpoint:
    """Change where an endpoint is and what it wants; what waits goes to the new address.

    Raises:
        AddressRefused: the address is none that may be asked.
    """
    check_address(url)
    before = {"name": endpoint.name, "url": endpoint.url, "events": endpoint.events}
    endpoint.name, endpoint.url, endpoint.events = name, url, sorted(events)
    endpoint.save(update_fields=["name", "url", "events"])
    record_audit(by=by, action="endpoint.changed", target=endpoint, before=before)
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, by: Person) -> str:
    """Give an endpoint a new secret; for a day the old one signs as well, so that the receiver can change over."""
    secret = new_secret()
    endpoint.sealed_old_secret, endpoint.sealed_secret = endpoint.sealed_secret, seal(secret)
    endpoint.old_secret_until = timezone.now() + timedelta(hours=OLD_SECRET_HOURS)
    endpoint.save(update_fields=["sealed_old_secret", "sealed_secret", "old_secret_until"])
    record_audit(by=by, action="endpoint.secret_rotated", target=endpoint, name=endpoint.name)
    return secret


@transaction.atomic
def pause_endpoint(*, endpoint: Endpoint, by: Person) -> None:
    """Send nothing for now; what happens meanwhile is kept and sent once the endpoint is resumed.

    Raises:
        EndpointChanged: it is not active.
    """
    active = Endpoint.objects.filter(pk=endpoint.pk, state=Endpoint.State.ACTIVE)
    if not active.update(state=Endpoint.State.PAUSED):
        raise EndpointChanged(_("It is paused or stopped already."))
    record_audit(by=by, action="endpoint.paused", target=endpoint, name=endpoint.name)


@transaction.atomic
def resume_endpoint(*, endpoint: Endpoint, by: Person) -> None:
    """Send again, beginning with what waits.

    Raises:
        EndpointChanged: it is active already.
    """
    resting = Endpoint.objects.filter(pk=endpoint.pk).exclude(state=Endpoint.State.ACTIVE)
    fresh: dict[str, Any] = {"failing_since": None, "failures": 0, "rests_until": None}
    if not resting.update(state=Endpoint.State.ACTIVE, **fresh):
        raise EndpointChanged(_("It is active already."))
    now = timezone.now()
    _send_from_now(Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING), now)
    record_audit(by=by, action="endpoint.resumed", target=endpoint, name=endpoint.name)
    tasks.send_due.enqueue(endpoint.pk)


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: Person) -> None:
    """Forget an endpoint and everything that was told to it."""
    record_audit(by=by, action="endpoint.removed", target=endpoint, name=endpoint.name, url=endpoint.url)
    endpoint.delete()
    Message.objects.filter(deliveries=None).delete()


@transaction.atomic
def send_test(*, endpoint: Endpoint, by: Person) -> Message:
    """Send a message that says nothing, to see whether it arrives."""
    message = _tell(TEST.name, {"endpoint": endpoint.pk}, None, [endpoint])
    record_audit(by=by, action="endpoint.tested", target=endpoint, name=endpoint.name)
    return message


@transaction.atomic
def replay(*, endpoint: Endpoint, delivery_ids: Iterable[int] | None, by: Person) -> int:
    """Send deliveries of an endpoint again, under the ids they had, so that a receiver knows what it has taken already; None stands
    for all that were given up. Returns how many."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    chosen = (
        rows.filter(state=Delivery.State.FAILED) if delivery_ids is None else rows.filter(pk__in=delivery_ids)
    )
    n = _send_from_now(chosen, timezone.now())
    record_audit(by=by, action="endpoint.replayed", target=endpoint, deliveries=n)
    if n and endpoint.is_active:
        tasks.send_due.enqueue(endpoint.pk)
    return n


def _send_from_now(rows: Any, now: datetime) -> int:
    n: int = rows.update(state=Delivery.State.WAITING, attempts_made=0, begun_at=now, next_at=now)
    return n


@transaction.atomic
def forget_messages(customer_ids: Sequence[int]) -> list[int]:
    """Remove what was told about customers, because they are erased; no feedback goes with it."""
    Message.objects.filter(customer_id__in=customer_ids).delete()
    return []


@transaction.atomic
def forget_old_messages(*, before: datetime) -> int:
    """Drop messages from before then with their deliveries, sent or not; returns how many messages."""
    old = Message.objects.filter(happened_at__lt=before)
    n = old.count()
    old.delete()
    return n
