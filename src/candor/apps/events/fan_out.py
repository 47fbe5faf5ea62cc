"""From the inbox into the event log: who it is about, which journey it belongs to, and which names are new.

A delivery is forgotten only after the log has its events on disk. A crash in between takes it in once more, and the log knows
every event by its id.
"""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction

from candor.apps.customers.queries import customers_known_as, kept_of
from candor.apps.customers.services import Clash, Identified, customers_by_identifier, identify_customers
from candor.foundation.locks import only_one
from candor.foundation.storage import warehouse
from candor.warehouse import BadRow

from .learning import Placing, Tally, hold, note_names, placings_of
from .messages import Message, Misread, UnknownFormatVersion, unpack
from .misfits import keep_misfits
from .models import Delivery, Source
from .reading import Reader
from .signals import FRESH, TakenIn, events_taken_in
from .tallies import DayTally, note_days

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 50_000
_BYTES_AT_ONCE = 64_000_000


@dataclass(slots=True)
class Taken:
    """What a run took in, and whether more waits."""

    events: int = 0
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message with the delivery that brought it."""

    delivery: Delivery
    message: Message
    ordinal: int


@dataclass(slots=True)
class _Haul:
    """What is taken in together, of one source."""

    source: Source
    deliveries: list[Delivery] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)


def take_in(*, most_seconds: float) -> Taken:
    """Take deliveries into the log, the oldest first, until none waits or the time is up."""
    taken, began = Taken(), time.monotonic()
    with only_one("intake"):  # two at once would do the same work twice
        while rows := _next_deliveries():
            if time.monotonic() - began > most_seconds:
                taken.has_more = True
                break
            for haul in _hauls(rows):
                taken.events += _take(haul)
    return taken


def _next_deliveries() -> list[Delivery]:
    """The oldest that wait, so many that their events fit in memory at ease."""
    waiting = Delivery.objects.filter(held_for=None, trouble="").select_related("source__journey", "unit")
    rows: list[Delivery] = []
    events = size = 0
    for delivery in waiting.order_by("pk").iterator(chunk_size=200):
        rows.append(delivery)
        events, size = events + delivery.events, size + len(delivery.body)
        if events >= EVENTS_AT_ONCE or size >= _BYTES_AT_ONCE:
            break
    return rows


def _hauls(rows: Sequence[Delivery]) -> list[_Haul]:
    """Readable deliveries by source; one that can't be read is marked, kept, and holds up nobody."""
    hauls: dict[int, _Haul] = {}
    for delivery in rows:
        try:
            messages = unpack(delivery.format, bytes(delivery.body))
        except (UnknownFormatVersion, msgspec.MsgspecError, ValueError, RecursionError) as error:
            _mark(delivery, str(error))
            continue
        haul = hauls.setdefault(delivery.source_id, _Haul(delivery.source))
        haul.deliveries.append(delivery)
        first = delivery.pk * 1_000
        haul.received += [Received(delivery, message, first + n) for n, message in enumerate(messages)]
    return list(hauls.values())


def _take(haul: _Haul) -> int:
    try:
        return _take_together(haul)
    except BadRow:
        logger.warning("An event of %s does not fit into the log; looking for it", haul.source)
    events = 0
    for delivery in haul.deliveries:
        own = [one for one in haul.received if one.delivery is delivery]
        events += _take_carefully(_Haul(haul.source, [delivery], own))
    return events


def _take_carefully(haul: _Haul) -> int:
    """One delivery, without the events that the log refuses: those are kept as misfits."""
    try:
        return _take_together(haul)
    except BadRow as error:
        at, why = (error.row or 0) - 1, str(error)
    origins = _rows(haul).origins
    if not 0 <= at < len(origins):
        _mark(haul.deliveries[0], why)
        return 0
    keep_misfits(source=haul.source, misread=[_refused(origins[at], why)])
    haul.received.remove(origins[at])
    return _take_carefully(haul)


def _refused(one: Received, why: str) -> Misread:
    return Misread(0, "", "", f"an event that the log takes: {why}", msgspec.json.encode(one.message))


def _mark(delivery: Delivery, why: str) -> None:
    logger.error("Delivery %s can't be taken in: %s", delivery.pk, why)
    delivery.trouble = why[:300] or "It can't be read."
    delivery.save(update_fields=["trouble"])


# -- One haul --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rows:
    """Rows for the log with what they came from, and what is held back."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    origins: list[Received] = field(default_factory=list)
    held: dict[str, list[Received]] = field(default_factory=dict)
    names: dict[str, Tally] = field(default_factory=dict)
    days: DayTally = field(default_factory=DayTally)


def _take_together(haul: _Haul) -> int:
    clashes = _identify(haul)
    rows = _rows(haul)
    new = warehouse().append_events(rows.rows) if rows.rows else 0
    with transaction.atomic():
        known_names = note_names(source=haul.source, tallies=rows.names)
        for name, received in rows.held.items():
            hold(name=known_names[name], messages=_by_delivery(received))
        note_days(
            source=haul.source,
            days=rows.days,
            known=len(rows.rows) - new,
            haul=[d.received_at for d in haul.deliveries],
        )
        keep_misfits(source=haul.source, misread=clashes)
        _announce(rows.rows)
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in haul.deliveries]).delete()
    return len(rows.rows)


def _announce(rows: Sequence[dict[str, Any]]) -> None:
    """Tell of what is fresh, in the transaction that forgets the deliveries: who acts on it does so with them or not at all."""
    fresh = [_taken_in(row) for row in rows if row["received_at"] - row["at"] <= FRESH]
    if fresh:
        events_taken_in.send(sender=Delivery, events=fresh)


def _taken_in(row: dict[str, Any]) -> TakenIn:
    names = ("event_id", "journey", "case_id", "activity", "at", "unit", "source", "customer")
    return TakenIn(**{name: row[name] for name in names}, attributes=row["attributes"] or {})


def _by_delivery(received: Sequence[Received]) -> list[tuple[Delivery, list[Message]]]:
    found: dict[int, tuple[Delivery, list[Message]]] = {}
    for one in received:
        found.setdefault(one.delivery.pk, (one.delivery, []))[1].append(one.message)
    return list(found.values())


def _identify(haul: _Haul) -> list[Misread]:
    """Take in what the haul says of customers; what would make two people one is kept for people to look at."""
    source = haul.source.name
    spoken = [
        one.message for one in haul.received if one.message.call in {"identify", "alias"} and one.message.user
    ]
    clashes = identify_customers(items=[_identified(source, message) for message in spoken])
    return [_clash(source, clash) for clash in clashes]


def _identified(source: str, message: Message) -> Identified:
    traits = message.properties if message.call == "identify" else {}
    also = list(message.identifiers)
    if message.anonymous:
        also.append((anonymous_system(source), message.anonymous))
    if message.previous:
        also.append((source, message.previous))
    name = _trait(traits, "name") or " ".join(
        filter(None, (_trait(traits, "firstName"), _trait(traits, "lastName")))
    )
    return Identified(
        system=source,
        value=message.user,
        also=tuple(also),
        name=name[:160],
        email=_email(_trait(traits, "email")),
        phone=_trait(traits, "phone")[:40],
        language=_trait(traits, "language")[:12],
        time_zone=_zone(_trait(traits, "timezone")),
    )


def _trait(traits: dict[str, Any], name: str) -> str:
    value = traits.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _email(text: str) -> str:
    return text if "@" in text and len(text) <= 254 else ""


def _zone(text: str) -> str:
    """A time zone by its IANA name; "" for what is none."""
    try:
        return ZoneInfo(text).key if text else ""
    except (ValueError, KeyError, OSError):
        return ""


def _clash(source: str, clash: Clash) -> Misread:
    told = {
        "customer": clash.customer_id,
        "bearer": clash.bearer_id,
        "system": clash.system,
        "identifier": clash.value,
    }
    expected = (
        f"an identifier of customer {clash.customer_id} alone; customer {clash.bearer_id} bears it. "
        "Merge the two if they are one person."
    )
    return Misread(0, f"identifier in {clash.system}"[:200], clash.value, expected, msgspec.json.encode(told))


def anonymous_system(source: str) -> str:
    """The system whose identifiers are a source's visitors without a name."""
    return f"{source}:anonymous"[:60]


def _rows(haul: _Haul) -> _Rows:
    found = _Rows()
    reader = Reader.for_source(haul.source)
    placings = placings_of(haul.source)
    told = [one for one in haul.received if one.message.name]
    customers = kept_of(
        customers_by_identifier(
            system=haul.source.name, values={user for one in told if (user := reader.user_of(one.message))}
        )
    )
    told = [
        one for one in told if not (user := reader.user_of(one.message)) or user in customers
    ]  # nobody who was erased
    visitors = customers_known_as(anonymous_system(haul.source.name), {one.message.anonymous for one in told})
    for one in told:
        message, at = one.message, one.message.at or one.delivery.received_at
        placing = placings.get(message.name)
        tally = found.names.setdefault(message.name, Tally())
        if not one.delivery.is_counted:
            tally.add(message, at)
            found.days.add(message.at, one.delivery.received_at)
        if placing is None and haul.source.holds_unknown:
            found.held.setdefault(message.name, []).append(one)
            continue
        found.rows.append(_row(one, haul.source, reader, placing or reader.unplaced, at) | {
            "customer": customers.get(reader.user_of(message)) or visitors.get(message.anonymous),
        })  # fmt: skip
        found.origins.append(one)
    return found


def _row(one: Received, source: Source, reader: Reader, placing: Placing, at: datetime) -> dict[str, Any]:
    message = one.message
    return {
        "event_id": event_id(source.name, message.id),
        "journey": placing.journey,
        "case_id": reader.case_of(message),
        "activity": placing.activity or message.name,
        "at": at,
        "channel": message.channel or reader.text_at(message, "channel")[:40] or None,
        "unit": reader.unit_of(message, one.delivery.unit),
        "attributes": reader.attributes_of(message),
        "source": source.name,
        "ordinal": one.ordinal,
        "received_at": one.delivery.received_at,
    }


def event_id(source: str, message_id: str) -> str:
    """The event's id in the log: one for each message id of a source, however often and by whichever key it comes."""
    return hashlib.sha256(f"{source}\x1f{message_id}".encode()).hexdigest()[:32]
