"""What Candor itself knows, as events of a journey of its own: asked, answered, complained, opened, closed.

The record says what is so now, the log what happened. Apps above register how their rows become events and announce rows that changed; a
worker appends what the log lacks. An event once appended stays, also when the record moves on (a case that is opened again was closed all
the same), and goes only with its customer or its import. Where it turns out whose an event is, it is told again.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from candor.apps.journeys.services import define_journey, drop_empty_journey
from candor.apps.journeys.timeline import OWN_SOURCE
from candor.foundation.locks import only_one
from candor.foundation.models import OutboxEntry
from candor.foundation.outbox import announce
from candor.foundation.storage import warehouse

JOURNEY = SOURCE = OWN_SOURCE
NAME = "What Candor knows"
_TOPIC = "own."
_GONE = f"{_TOPIC}gone"
_AGAIN = f"{_TOPIC}again."
_AT_ONCE = 200  # outbox entries of up to 1,000 ids
_PAGE = 2_000
_LOCK = "own-events"  # an older reading of the record must not land after an import is undone


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """Something that Candor did or was told.

    `about` and `what` make it the same when it is told again; `place` orders what happened at one instant.
    """

    about: str
    what: str
    at: datetime
    customer_id: int | None
    unit_id: int | None
    batch_id: int | None = None
    channel: str = ""
    place: int = 0
    attributes: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """How rows of an app become events: `events` for ids, those that are gone give none; `ids` of all there are after one, in order."""

    key: str
    events: Callable[[Sequence[int]], Iterable[OwnEvent]]
    ids: Callable[[int, int], list[int]]


_tellers: dict[str, Teller] = {}


def register_teller(teller: Teller) -> None:
    """Add a teller; called from AppConfig.ready, twice is once."""
    _tellers[teller.key] = teller


def tell(key: str, ids: Sequence[int]) -> None:
    """Have the events of these rows appended; call it inside the transaction that changes them."""
    announce(_TOPIC + key, ids)


def tell_again(key: str, ids: Sequence[int]) -> None:
    """Have the events of these rows written anew, because their customer or unit turned out to be another."""
    announce(_AGAIN + key, ids)


def tell_gone(batch_id: int) -> None:
    """Have the events that an import led to removed, because it is undone."""
    announce(_GONE, [batch_id])


def is_own(topic: str) -> bool:
    """Whether an outbox entry is one of these."""
    return topic.startswith(_TOPIC)


def append_pending() -> int:
    """Bring the log up to date with what was announced; returns how many events were new.

    Entries go only after the log has their events on disk; a crash in between appends nothing twice.
    """
    added = 0
    with only_one(_LOCK):
        while entries := list(OutboxEntry.objects.filter(topic__startswith=_TOPIC).order_by("pk")[:_AT_ONCE]):
            gone = [batch for entry in entries if entry.topic == _GONE for batch in entry.payload["ids"]]
            for batch in gone:
                warehouse().delete_batch(batch)
            if gone:
                drop_empty_journey(key=JOURNEY)
            _drop_told([entry for entry in entries if entry.topic.startswith(_AGAIN)])
            added += _append(
                event for entry in entries if entry.topic != _GONE for event in _events_of(entry)
            )
            OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    return added


def append_all() -> int:
    """Append every event that the record knows of and the log lacks; returns how many."""
    added = 0
    with only_one(_LOCK):
        for teller in _tellers.values():
            last = 0
            while ids := teller.ids(last, _PAGE):
                added += _append(teller.events(ids))
                last = ids[-1]
    return added


def _events_of(entry: OutboxEntry) -> Iterable[OwnEvent]:
    teller = _tellers.get(entry.topic.removeprefix(_AGAIN).removeprefix(_TOPIC))
    return teller.events(entry.payload["ids"]) if teller else ()


def _drop_told(entries: Sequence[OutboxEntry]) -> None:
    """Drop what is told again; should we end before it is appended anew, its entry is still there."""
    ids = [_row(event)["event_id"] for entry in entries for event in _events_of(entry)]
    if ids:
        warehouse().drop_events(JOURNEY, ids)


def _append(events: Iterable[OwnEvent]) -> int:
    rows = [_row(event) for event in events]
    if not rows:
        return 0
    with transaction.atomic():
        define_journey(key=JOURNEY, name=NAME, stages=(), by=None)
    return warehouse().append_events(rows)


def _row(event: OwnEvent) -> dict[str, Any]:
    whose = f"customer {event.customer_id}" if event.customer_id else event.about
    named = "\x1f".join((SOURCE, event.about, event.what, event.at.isoformat()))
    return {
        "event_id": hashlib.sha256(named.encode()).hexdigest()[:32],
        "journey": JOURNEY,
        "case_id": whose,
        "activity": event.what,
        "at": event.at,
        "channel": event.channel or None,
        "unit": event.unit_id,
        "customer": event.customer_id,
        "attributes": {"about": event.about} | (event.attributes or {}),
        "source": SOURCE,
        "batch": event.batch_id,
        "ordinal": event.place,
    }
