"""Journeys as they really went: counts from the event log, for what a viewer may see."""

from dataclasses import dataclass
from datetime import timedelta

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import identity_ids
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.foundation.storage import warehouse
from candor.warehouse.queries import CaseSummary, Event, EventFilter, event_cases, events_of_customer

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """How long customers waited between two activities that directly follow each other, in cases that have both."""

    before: str
    after: str
    cases: int
    median: timedelta


@dataclass(frozen=True, slots=True)
class Reality:
    """What the event log holds of a journey."""

    counts: CaseSummary
    waits: tuple[Wait, ...]
    median_duration: timedelta | None


def reality_of(key: str, scope: Scope) -> Reality:
    """Cases that began or went on in the period, with all their events; those of the scope's units."""
    units = scope.unit_ids(Permission.READ_SCORES)
    where = EventFilter(since=scope.period.since, until=scope.period.until + timedelta(days=1), units=units)
    return _reality(event_cases(warehouse(), journey=key, where=where, top=SHOWN))


def reality_of_all_time(key: str, scope: Scope) -> Reality:
    """The same for every case there is."""
    where = EventFilter(units=scope.unit_ids(Permission.READ_SCORES))
    return _reality(event_cases(warehouse(), journey=key, where=where, top=SHOWN))


def _reality(counts: CaseSummary) -> Reality:
    least = max(10, counts.cases // 100)  # a wait that one case in a hundred had says little of the journey
    edges = [edge for edge in counts.edges if edge.cases >= least and edge.before != edge.after]
    longest = sorted(edges, key=lambda edge: (-edge.median_wait, edge.before, edge.after))[:SHOWN]
    waits = tuple(Wait(e.before, e.after, e.cases, timedelta(seconds=e.median_wait)) for e in longest)
    duration = counts.median_duration
    return Reality(counts, waits, None if duration is None else timedelta(seconds=duration))


def steps_of_customer(customer: Customer) -> list[Event]:
    """What happened to a customer, newest first, over all records of the person."""
    found = [event for pk in identity_ids(customer) for event in events_of_customer(warehouse(), pk)]
    return sorted(found, key=lambda event: (event.at, event.event_id), reverse=True)
