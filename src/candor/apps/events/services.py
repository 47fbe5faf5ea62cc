"""Writes of the way in: acknowledge what was sent, and change how a source is read."""

import errno
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from candor.apps.journeys.models import Journey
from candor.apps.organization.models import ApiKey, Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Busy, DiskFull

from . import queries, tasks
from .errors import InboxFull
from .messages import FORMAT, Reading, pack
from .misfits import keep_misfits
from .models import Delivery, Source

_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(slots=True)
class _Counted:
    """How much waited when it was last counted in this process."""

    events: int = 0
    at: float = float("-inf")


_waiting = _Counted()


def accept(*, key: ApiKey, reading: Reading) -> None:
    """Keep what a request brought; when this returns it is on disk, and what was read will be in the log.

    Raises:
        InboxFull, Busy, DiskFull: nothing was kept; the sender should try again later.
    """
    refuse_when_full()
    try:
        _keep(key, reading)
    except OperationalError as error:
        raise _try_later(error) from error
    if reading.messages:
        tasks.take_in_soon()


def _keep(key: ApiKey, reading: Reading) -> None:
    source = source_of(name=key.source)
    if not reading.misread:  # one row, one write
        _deliver(key, source, reading)
        return
    with transaction.atomic():
        if reading.messages:
            _deliver(key, source, reading)
        keep_misfits(source=source, misread=reading.misread)


def _deliver(key: ApiKey, source: Source, reading: Reading) -> None:
    Delivery.objects.create(
        source=source,
        unit_id=key.unit_id,
        format=FORMAT,
        body=pack(reading.messages),
        events=len(reading.messages),
        received_at=timezone.now(),
    )


def source_of(*, name: str) -> Source:
    """The source called `name`, made when it first sends something."""
    source = Source.objects.filter(name=name).first()
    return source or Source.objects.get_or_create(name=name)[0]


def refuse_when_full() -> None:
    """Turn senders away while more waits than the worker can take in soon.

    Counted at most once a second, so that asking costs nothing; what comes within that second is let in.
    """
    now = time.monotonic()
    if now - _waiting.at > 1.0:
        _waiting.events, _waiting.at = queries.events_waiting(), now
    if _waiting.events >= settings.CANDOR_INBOX_MOST_EVENTS:
        raise InboxFull(
            f"{_waiting.events:,} events wait to be taken in. Nothing of this request was kept; send it again in a while.",
            seconds=30,
        )


def _try_later(error: OperationalError) -> Busy | DiskFull:
    text = str(error)
    if "disk is full" in text or "No space left" in text or getattr(error.__cause__, "errno", None) in _FULL:
        return DiskFull(
            "There is no room left to keep events. Nothing of this request was kept; send it again later.",
            seconds=60,
        )
    return Busy("The record is busy. Nothing of this request was kept; send it again.", seconds=5)


@transaction.atomic
def change_source(
    *,
    source: Source,
    journey: Journey | None,
    holds_unknown: bool,
    case_property: str,
    customer_property: str,
    by: Person,
) -> Source:
    """Change how events of a source are read; those in the log stay where they are."""
    source.journey, source.holds_unknown = journey, holds_unknown
    source.case_property, source.customer_property = case_property, customer_property
    source.save(update_fields=["journey", "holds_unknown", "case_property", "customer_property"])
    record_audit(
        by=by, action="source.changed", target=source, journey=journey.key if journey else None, holds_unknown=holds_unknown,
        case_property=case_property, customer_property=customer_property,
    )  # fmt: skip
    return source


@transaction.atomic
def try_again(*, source: Source, by: Person) -> int:
    """Have deliveries that made trouble tried once more; returns how many."""
    n = Delivery.objects.filter(source=source).exclude(trouble="").update(trouble="")
    record_audit(by=by, action="deliveries.tried_again", target=source, deliveries=n)
    tasks.take_in_soon()
    return n
