"""The event log counted for a question, in parts, so that whoever waits can be told how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from candor.analytics import median_ranks
from candor.apps.customers.models import Customer
from candor.foundation.storage import warehouse
from candor.warehouse.queries import (
    EVERYBODY,
    CaseSummary,
    Conformance,
    Designed,
    EventFilter,
    Passed,
    Passes,
    Passing,
    Paths,
    ask,
    channels_of_cases,
    way_of,
)
from candor.warehouse.queries.walk import Question

VARIANTS = 20
HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What the pages of a journey show: paths and what follows what, passes of each touchpoint, how the paths follow the design
    (None without one), and the channels there are."""

    paths: CaseSummary
    passed: Passed
    conformance: Conformance | None
    channels: tuple[tuple[str, int], ...]

    @property
    def passes(self) -> tuple[Passes, ...]:
        return self.passed.activities

    @property
    def by_activity(self) -> dict[str, Passes]:
        return {found.activity: found for found in self.passes}


def count(question: dict[str, Any], told: Callable[[float], None]) -> Counts:
    """Count, on one walk along the cases; `told` hears the share that is done."""
    where, journey, design = where_of(question), question["journey"], tuple(question["touchpoints"])
    promised = {activity: (start, hours * HOUR) for activity, (start, hours) in question["promised"].items()}
    asked: list[Question[Any]] = [
        Paths(VARIANTS, median_ranks),
        Passing(promised, design or None, median_ranks),
    ]
    if design:
        asked.append(Designed(design))
    found = [
        by_group[EVERYBODY] for by_group in ask(warehouse(), way_of(journey, where), asked, progress=told)
    ]
    channels = channels_of_cases(warehouse(), journey=journey, units=where.units)
    return Counts(found[0], found[1], found[2] if design else None, channels)


def where_of(question: dict[str, Any]) -> EventFilter:
    """The question as a filter: cases with an event in the period, with all their events."""
    since, until = (question[name] and date.fromisoformat(question[name]) for name in ("since", "until"))
    return EventFilter(
        since=since,
        until=until,
        units=question["units"],
        channels=[question["channel"]] if question["channel"] else None,
        customers=_customers(question["segment"]),
    )


def _customers(segment: int | None) -> list[int] | None:
    if segment is None:
        return None
    return list(Customer.objects.filter(segment=segment).order_by("pk").values_list("pk", flat=True))


def log_state() -> tuple[int, int]:
    """The version of the event log, and how many events it holds."""
    snapshot = warehouse().events.snapshot()
    return snapshot.version, sum(part.rows for part in snapshot.parts)


def written(counts: Counts) -> str:
    """The counts as JSON."""
    return msgspec.json.encode(counts).decode()


def read(text: str) -> Counts | None:
    """Counts from JSON; None for what another version of Candor wrote in another shape."""
    try:
        return msgspec.json.decode(text, type=Counts)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
