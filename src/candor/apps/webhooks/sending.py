"""Sending what waits: one try for each delivery that is due, and when the next one is."""

import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.organization.choices import Role
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation import outgoing
from candor.foundation.errors import DomainError
from candor.foundation.sealed import unseal

from . import tasks
from .models import Attempt, Delivery, Endpoint
from .signing import signed_headers

FIRST_WAIT = 5.0  # seconds after the first failure; five times as long after each further one
LONGEST_WAIT = 12 * 3600.0
JITTER = 0.2  # of the wait, to both sides, so that many that failed together don't come back together
GIVEN_UP_AFTER = timedelta(days=3)
STOPPED_AFTER = timedelta(days=5)
DEADLINE = 10.0
_CLAIM = timedelta(seconds=60)  # a worker that dies with a delivery in hand leaves it due again after this
_SHOWN = 2_000
_GONE = 410


def send_due(endpoint_id: int, *, most_seconds: float) -> int:
    """Try the deliveries of an endpoint that are due, the oldest first; returns how many were tried.

    Ends after a while, so that other jobs get their turn, and when the endpoint does not answer at all: then everything for it waits.
    """
    begun, tried = time.monotonic(), 0
    while time.monotonic() - begun < most_seconds:
        endpoint = Endpoint.objects.filter(pk=endpoint_id, state=Endpoint.State.ACTIVE).first()
        now = timezone.now()
        if endpoint is None or (endpoint.rests_until and endpoint.rests_until > now):
            break
        delivery = _claim(endpoint, now)
        if delivery is None:
            break
        _try(endpoint, delivery)
        tried += 1
    else:
        tasks.send_due.enqueue(endpoint_id)
    return tried


def _claim(endpoint: Endpoint, now: datetime) -> Delivery | None:
    """The next delivery, put off for as long as a try may take, so that no other worker takes it too."""
    due = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING, next_at__lte=now)
    for delivery in due.select_related("message").order_by("next_at", "pk")[:5]:
        mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, next_at=delivery.next_at)
        if mine.update(next_at=now + _CLAIM):
            return delivery
    return None


def _try(endpoint: Endpoint, delivery: Delivery) -> None:
    at = timezone.now()
    attempt = Attempt(delivery=delivery, at=at)
    answer: outgoing.Answer | None = None
    begun = time.monotonic()
    try:
        body = delivery.message.body
        headers = _headers(endpoint, delivery, at)
        answer = outgoing.send(
            "POST", endpoint.url, headers=headers, body=body.encode(), deadline=DEADLINE, most_bytes=_SHOWN
        )
    except DomainError as error:
        attempt.trouble = str(error)[:300]
    else:
        attempt.status, attempt.answer = answer.status, answer.text.replace("\x00", "")
        attempt.trouble = _trouble_of(answer)
    attempt.seconds = time.monotonic() - begun
    _note(endpoint, delivery, attempt, answer)


def _headers(endpoint: Endpoint, delivery: Delivery, at: datetime) -> dict[str, str]:
    in_use = [unseal(endpoint.sealed_secret)]
    if endpoint.signs_twice:
        in_use.append(unseal(endpoint.sealed_old_secret))
    signed = signed_headers(
        uid=delivery.message.uid, at=at, body=delivery.message.body, secrets_in_use=in_use
    )
    return {"Content-Type": "application/json", "User-Agent": "Candor-Webhooks/1.0"} | signed


def _trouble_of(answer: outgoing.Answer) -> str:
    if answer.is_success:
        return ""
    if 300 <= answer.status < 400:
        return _("It answered with a redirect, which is not followed. Give the address it leads to.")
    if answer.status == _GONE:
        return _("It answered that it is gone for good.")
    return _("It answered with an error.")


@transaction.atomic
def _note(endpoint: Endpoint, delivery: Delivery, attempt: Attempt, answer: outgoing.Answer | None) -> None:
    """Write down how a try went, and when the next one is. The customer may have been erased or the endpoint removed meanwhile."""
    if not Delivery.objects.select_for_update().filter(pk=delivery.pk).exists():
        return
    attempt.save(force_insert=True)
    delivery.attempts_made += 1
    delivery.last_status = attempt.status
    if attempt.is_success:
        delivery.state, delivery.next_at = Delivery.State.TAKEN, None
        Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, failures=0, rests_until=None)
    else:
        _put_off(endpoint, delivery, attempt, answer)
    delivery.save(update_fields=["attempts_made", "last_status", "state", "next_at"])


def _put_off(
    endpoint: Endpoint, delivery: Delivery, attempt: Attempt, answer: outgoing.Answer | None
) -> None:
    wait = wait_after(delivery.attempts_made, asked=_asked_to_wait(answer))
    delivery.next_at = attempt.at + wait
    if delivery.next_at > delivery.begun_at + GIVEN_UP_AFTER:
        delivery.state, delivery.next_at = Delivery.State.FAILED, None
    else:
        tasks.send_due.using(run_after=delivery.next_at).enqueue(endpoint.pk)
    rows = Endpoint.objects.filter(pk=endpoint.pk)
    rows.filter(failing_since=None).update(failing_since=attempt.at)
    rows.update(failures=F("failures") + 1)
    if answer is None or answer.status in {429, 503}:  # the system as a whole, not this message
        rows.update(rests_until=attempt.at + wait_after(min(endpoint.failures + 1, 5)))
    since = endpoint.failing_since or attempt.at
    if attempt.status == _GONE or attempt.at - since > STOPPED_AFTER:
        _stop(endpoint, attempt)


def wait_after(failures: int, *, asked: float = 0.0) -> timedelta:
    """How long to wait after so many failures: exponential with jitter, or as long as the other system asked for, up to a bound."""
    plain = min(FIRST_WAIT * 5.0 ** (failures - 1), LONGEST_WAIT)
    return timedelta(seconds=max(plain * random.uniform(1 - JITTER, 1 + JITTER), min(asked, LONGEST_WAIT)))


def _asked_to_wait(answer: outgoing.Answer | None) -> float:
    """Seconds in Retry-After; dates in it are left out."""
    headers: Mapping[str, str] = answer.headers if answer else {}
    asked = headers.get("retry-after", "").strip()
    return float(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0.0


def _stop(endpoint: Endpoint, attempt: Attempt) -> None:
    """Stop an endpoint that takes nothing any more, and tell the administrators; what waits for it is kept."""
    active = Endpoint.objects.filter(pk=endpoint.pk, state=Endpoint.State.ACTIVE)
    if active.update(state=Endpoint.State.STOPPED):
        record_audit(by=None, action="endpoint.stopped", target=endpoint, name=endpoint.name)
        tasks.tell_administrators.enqueue(endpoint.pk, attempt.trouble)


def tell_administrators(endpoint_id: int, trouble: str) -> int:
    """Mail every administrator that an endpoint was stopped; returns how many."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        return 0
    people = Person.objects.filter(role_assignments__role=Role.ADMINISTRATOR, is_active=True).exclude(
        email=None
    )
    body = render_to_string("webhooks/stopped.txt", {"endpoint": endpoint, "trouble": trouble})
    subject = _("The webhook “%(name)s” is stopped") % {"name": endpoint.name}
    addresses = sorted({person.email or "" for person in people})
    for address in addresses:
        send_mail(subject, body, None, [address])
    return len(addresses)
