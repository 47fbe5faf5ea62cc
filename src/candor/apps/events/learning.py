"""Names of events: where people have placed them, and those that nobody knows, learnt with their counts and first examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import F

from .messages import FORMAT, Message, pack
from .models import Delivery, EventName, Source

_EXAMPLES = 3
_LONGEST_EXAMPLE = 2_000  # characters of JSON


@dataclass(frozen=True, slots=True)
class Placing:
    """Where events go: a journey's key, and what they are called there ("" for their own name)."""

    journey: str
    activity: str = ""


@dataclass(slots=True)
class Tally:
    """How often a name came in a haul."""

    n: int = 0
    first: datetime | None = None
    last: datetime | None = None
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, message: Message, at: datetime) -> None:
        """Count one event."""
        self.n += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)
        if len(self.examples) < _EXAMPLES:
            self.examples.append(_example(message, at))


def placings_of(source: Source) -> dict[str, Placing]:
    """By name, for those that people have placed. Ignored ones stay with the source's own journey."""
    rows = EventName.objects.filter(source=source).exclude(standing=EventName.Standing.NEW)
    own = source.journey.key if source.journey else source.name
    fields = ("name", "standing", "touchpoint__activity", "touchpoint__stage__journey__key")
    return {
        name: Placing(journey or own, activity or "" if standing == EventName.Standing.MAPPED else "")
        for name, standing, activity, journey in rows.values_list(*fields)
    }


def note_names(*, source: Source, tallies: Mapping[str, Tally]) -> dict[str, EventName]:
    """Add to what is known of names, new ones included; returns them."""
    known = {row.name: row for row in EventName.objects.filter(source=source, name__in=tallies)}
    for name, tally in sorted(tallies.items()):
        if tally.first is None or tally.last is None:  # all were counted when they came
            continue
        row = known.get(name)
        if row is None:
            known[name] = EventName.objects.create(
                source=source,
                name=name,
                seen=tally.n,
                first_seen_at=tally.first,
                last_seen_at=tally.last,
                examples=tally.examples,
            )
            continue
        EventName.objects.filter(pk=row.pk).update(
            seen=F("seen") + tally.n,
            first_seen_at=min(row.first_seen_at, tally.first),
            last_seen_at=max(row.last_seen_at, tally.last),
        )
    return known


def hold(*, name: EventName, messages: Sequence[tuple[Delivery, Sequence[Message]]]) -> None:
    """Keep events of a name back until people say where it belongs; each stays with what its delivery says of it."""
    Delivery.objects.bulk_create(
        Delivery(
            source=name.source,
            unit=delivery.unit,
            format=FORMAT,
            body=pack(held),
            events=len(held),
            received_at=delivery.received_at,
            held_for=name,
            is_counted=True,
        )
        for delivery, held in messages
    )


def _example(message: Message, at: datetime) -> dict[str, Any]:
    told = msgspec.json.encode(message.properties, order="deterministic").decode()
    told = told.replace("\\u0000", "")
    shown = told if len(told) <= _LONGEST_EXAMPLE else told[: _LONGEST_EXAMPLE - 1] + "…"
    return {"at": at.isoformat(), "properties": shown}
