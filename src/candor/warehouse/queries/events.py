"""The event log: which events are asked of, and those of one customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from candor.warehouse.queries.filters import Ids, Names, Statement, all_of, among
from candor.warehouse.rows import SEPARATOR
from candor.warehouse.store import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are asked of; lists work as in `Filter`: None passes all, an empty one nothing.

    Attributes:
        since: The first day (UTC) that counts.
        until: The first day that counts no more.
        whole_cases: Days and lists choose cases that have such an event, and then all their events count, so that no path is
            cut. False counts only the events themselves.
    """

    since: date | None = None
    until: date | None = None
    units: Ids = None
    channels: Names = None
    customers: Ids = None
    sources: Names = None
    batches: Ids = None
    activities: Names = None
    whole_cases: bool = True

    def conditions(self) -> list[Statement]:
        lists: tuple[tuple[str, Sequence[Any] | None], ...] = (
            ("unit", self.units),
            ("channel", self.channels),
            ("customer", self.customers),
            ("source", self.sources),
            ("batch", self.batches),
            ("activity", self.activities),
        )
        terms = [among(column, values) for column, values in lists if values is not None]
        for bound, sign in ((self.since, ">="), (self.until, "<")):
            if bound is not None:
                terms.append(Statement(f'"at" {sign} ?', (datetime(bound.year, bound.month, bound.day),)))  # noqa: DTZ001  UTC
        return terms


ALL_EVENTS = EventFilter()


@dataclass(frozen=True, slots=True)
class Event:
    """One event, its time in UTC without a zone."""

    event_id: str
    journey: str
    case_id: str
    activity: str
    at: datetime
    resource: str | None
    channel: str | None
    unit: int | None
    customer: int | None
    lifecycle: str | None
    attributes: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class CustomerEpisode:
    """One customer's pass through a journey.

    Attributes:
        journey: Which one.
        case_id: The case.
        first: The time of its first event (UTC).
        last: The time of its last.
        activities: All of them, in order; also events that name no customer.
    """

    journey: str
    case_id: str
    first: datetime
    last: datetime
    activities: tuple[str, ...]


def chosen_events(journey: str, where: EventFilter, columns: str) -> Statement:
    """The query that yields `columns` of the events that count."""
    terms = where.conditions()
    condition = all_of([Statement("journey = ?", (journey,)), *terms])
    if terms and where.whole_cases:
        return Statement(
            f"SELECT {columns} FROM events WHERE journey = ? AND case_id IN "
            f"(SELECT case_id FROM events WHERE {condition.query})",
            (journey, *condition.parameters),
        )
    return Statement(f"SELECT {columns} FROM events WHERE {condition.query}", condition.parameters)


CUSTOMER_EVENTS = """
SELECT event_id, journey, case_id, activity, "at", resource, channel, unit, customer, lifecycle, attributes, source
FROM events WHERE customer = ? ORDER BY "at" DESC, ordinal DESC, event_id DESC LIMIT ?
"""


def events_of_customer(warehouse: Warehouse, customer: int, *, limit: int = 500) -> tuple[Event, ...]:
    """The newest events of one customer over all journeys, the newest first."""
    return tuple(Event(*row) for row in warehouse.engine.rows(CUSTOMER_EVENTS, (customer, limit)))


# The bucket is asked for as well, so that only the parts are opened that may hold such a case.
CUSTOMER_EPISODES = """
WITH own AS (
    SELECT DISTINCT bucket, journey, case_id FROM events WHERE customer = ?
),
steps AS (
    SELECT
        events.journey, events.case_id, events.activity, events."at",
        row_number() OVER (
            PARTITION BY events.journey, events.case_id ORDER BY events."at", events.ordinal, events.event_id
        ) AS place
    FROM events JOIN own ON own.bucket = events.bucket AND own.journey = events.journey AND own.case_id = events.case_id
)
SELECT
    journey, case_id, min("at") AS first_at, max("at") AS last_at, string_agg(activity, chr(31) ORDER BY place) AS path
FROM steps GROUP BY journey, case_id ORDER BY first_at DESC, journey, case_id LIMIT ?
"""


def episodes_of_customer(
    warehouse: Warehouse, customer: int, *, limit: int = 100
) -> tuple[CustomerEpisode, ...]:
    """The passes of one customer through all journeys, the one that began last first.

    Episodes may overlap, also of one journey: whoever draws them side by side sees what went on at the same time.
    """
    rows = warehouse.engine.rows(CUSTOMER_EPISODES, (customer, limit))
    return tuple(
        CustomerEpisode(journey, case, first, last, tuple(path.split(SEPARATOR)))
        for journey, case, first, last, path in rows
    )
