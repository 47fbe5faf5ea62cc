"""The event log: cases, the paths they take, and what follows what after how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from candor.warehouse.engine import Reader
from candor.warehouse.queries.filters import Ids, Names, Statement, all_of, among
from candor.warehouse.rows import SEPARATOR
from candor.warehouse.store import Warehouse

# The one order of the events of a case: by time, then by their place in the source, then by their id.
STEP_ORDER = '"at", ordinal, event_id'


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
class Activity:
    """An activity: its events, the cases that have it, those that start and those that end with it."""

    name: str
    events: int
    cases: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Edge:
    """How often `after` directly followed `before` in a case, in how many cases, and the median wait in seconds.

    `low_wait` and `high_wait` are the waits at the places that were asked for, None where there were none.
    """

    before: str
    after: str
    n: int
    cases: int
    median_wait: float
    low_wait: float | None = None
    high_wait: float | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A path from first to last activity, and the cases that took it."""

    activities: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """The cases of a journey.

    Attributes:
        cases: Number of cases.
        events: Number of events.
        variants: Number of different paths.
        first: The time of the first event (UTC), None without any.
        last: The time of the last.
        median_duration: Seconds from a case's first event to its last; also of cases that go on.
        low_duration: The duration at the lower place that was asked for, None without one.
        high_duration: The same at the upper place.
        activities: By falling number of events, then by name.
        edges: By falling number, then by names.
        top_variants: By falling number of cases, then by activities.
    """

    cases: int
    events: int
    variants: int
    first: datetime | None
    last: datetime | None
    median_duration: float | None
    activities: tuple[Activity, ...]
    edges: tuple[Edge, ...]
    top_variants: tuple[Variant, ...]
    low_duration: float | None = None
    high_duration: float | None = None


Places = Callable[[int], tuple[int, int] | None]
"""For so many sorted values, the places of two of them, counted from 1; None for none."""


def nowhere(n: int) -> None:
    """No places."""


def event_cases(
    warehouse: Warehouse,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    top: int = 10,
    places: Places = nowhere,
) -> CaseSummary:
    """Count the cases of a journey, their paths, and what directly follows what.

    Args:
        warehouse: Where to look.
        journey: The journey (process) whose cases are counted.
        where: Which events, or cases, count.
        top: How many variants to list.
        places: Which of the sorted waits, and of the sorted durations, to tell beside their median.

    Returns:
        All counts of one and the same state of the log. Events of a case are ordered by time, ordinal and id.
    """
    asked = chosen_events(journey, where)

    def work(reader: Reader) -> CaseSummary:
        def rows(query: str, *further: Any) -> list[tuple[Any, ...]]:
            return reader.rows(asked.query + query, (*asked.parameters, *further))

        ((cases, events, first, last, duration),) = rows(TOTALS)
        ((variants,),) = rows(VARIANTS)
        edges = rows(EDGES)
        ends = _waits_at(rows, edges, places)
        asked_places = places(cases)
        durations = rows(DURATIONS_AT, *asked_places)[0] if asked_places else (None, None)
        return CaseSummary(
            cases=cases,
            events=events or 0,
            variants=variants,
            first=first,
            last=last,
            median_duration=None if duration is None else round(duration, 6),
            activities=tuple(Activity(*row) for row in rows(ACTIVITIES)),
            edges=tuple(
                Edge(before, after, n, in_cases, round(wait, 6), *ends.get((before, after), (None, None)))
                for before, after, n, in_cases, wait in edges
            ),
            top_variants=tuple(
                Variant(tuple(path.split(SEPARATOR)), n) for path, n in rows(TOP_VARIANTS, top)
            ),
            low_duration=durations[0],
            high_duration=durations[1],
        )

    return warehouse.engine.read(work)


def _waits_at(
    rows: Callable[..., list[tuple[Any, ...]]], edges: Sequence[tuple[Any, ...]], places: Places
) -> dict[tuple[str, str], tuple[float, float]]:
    """Of each edge the waits at two places, for those edges that have them."""
    by_n = {n: places(n) for n in sorted({edge[2] for edge in edges})}
    asked = [(n, *found) for n, found in by_n.items() if found]
    if not asked:
        return {}
    found = rows(waits_at(len(asked)), *(value for row in asked for value in row))
    return {(before, after): (round(low, 6), round(high, 6)) for before, after, low, high in found}


def chosen_events(journey: str, where: EventFilter) -> Statement:
    """The first table of every query here: `chosen`, the events that count."""
    terms = where.conditions()
    condition = all_of([Statement("journey = ?", (journey,)), *terms])
    chosen = Statement(f"SELECT * FROM events WHERE {condition.query}", condition.parameters)
    if terms and where.whole_cases:
        chosen = Statement(
            f"SELECT * FROM events WHERE journey = ? AND case_id IN "
            f"(SELECT case_id FROM events WHERE {condition.query})",
            (journey, *condition.parameters),
        )
    return Statement(f"WITH chosen AS ({chosen.query})", chosen.parameters)


TOTALS = """,
cases AS (
    SELECT case_id, count(*) AS n, min("at") AS first_at, max("at") AS last_at FROM chosen GROUP BY case_id
)
SELECT
    count(*) AS cases, CAST(sum(n) AS BIGINT) AS events, min(first_at) AS first_at, max(last_at) AS last_at,
    median(epoch(last_at) - epoch(first_at)) AS median_duration
FROM cases
"""

_STEPS = f""",
steps AS (
    SELECT
        case_id, activity, event_id, "at",
        lag(activity) OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS before,
        lead(activity) OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS after,
        lead("at") OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS after_at
    FROM chosen
)"""

ACTIVITIES = f"""{_STEPS}
SELECT
    activity, count(*) AS events, count(DISTINCT case_id) AS cases,
    CAST(sum(CASE WHEN before IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS starts,
    CAST(sum(CASE WHEN after IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS ends
FROM steps GROUP BY activity ORDER BY count(*) DESC, activity
"""

EDGES = f"""{_STEPS}
SELECT
    activity AS before, after, count(*) AS n, count(DISTINCT case_id) AS cases,
    median(epoch(after_at) - epoch("at")) AS median_wait
FROM steps WHERE after IS NOT NULL GROUP BY activity, after ORDER BY count(*) DESC, activity, after
"""

_WAITS = f"""{_STEPS},
waits AS (
    SELECT
        activity, after, epoch(after_at) - epoch("at") AS wait,
        row_number() OVER (PARTITION BY activity, after ORDER BY epoch(after_at) - epoch("at"), event_id) AS place
    FROM steps WHERE after IS NOT NULL
),
sizes AS (
    SELECT activity, after, count(*) AS n FROM waits GROUP BY activity, after
)"""


def waits_at(count: int) -> str:
    """The waits of each edge at two places, given for so many sizes of edges: parameters are n, low and high of each."""
    values = ", ".join(["(?, ?, ?)"] * count)
    return f"""{_WAITS},
asked AS (
    SELECT * FROM (VALUES {values}) AS places (n, low_place, high_place)
)
SELECT
    waits.activity AS before, waits.after,
    max(CASE WHEN waits.place = asked.low_place THEN waits.wait END) AS low_wait,
    max(CASE WHEN waits.place = asked.high_place THEN waits.wait END) AS high_wait
FROM waits
JOIN sizes ON sizes.activity = waits.activity AND sizes.after = waits.after
JOIN asked ON asked.n = sizes.n
GROUP BY waits.activity, waits.after ORDER BY waits.activity, waits.after
"""


DURATIONS_AT = """,
cases AS (
    SELECT case_id, min(event_id) AS event_id, epoch(max("at")) - epoch(min("at")) AS duration
    FROM chosen GROUP BY case_id
),
sorted AS (
    SELECT duration, row_number() OVER (ORDER BY duration, event_id) AS place FROM cases
)
SELECT
    max(CASE WHEN place = ? THEN duration END) AS low_duration, max(CASE WHEN place = ? THEN duration END) AS high_duration
FROM sorted
"""

_PATHS = f""",
paths AS (
    SELECT case_id, string_agg(activity, chr(31) ORDER BY {STEP_ORDER}) AS path FROM chosen GROUP BY case_id
)"""

VARIANTS = f"""{_PATHS}
SELECT count(DISTINCT path) AS variants FROM paths
"""

TOP_VARIANTS = f"""{_PATHS}
SELECT path, count(*) AS cases FROM paths GROUP BY path ORDER BY count(*) DESC, path LIMIT ?
"""

CUSTOMER_EVENTS = """
SELECT event_id, journey, case_id, activity, "at", resource, channel, unit, customer, lifecycle, attributes, source
FROM events WHERE customer = ? ORDER BY "at" DESC, ordinal DESC, event_id DESC LIMIT ?
"""


def events_of_customer(warehouse: Warehouse, customer: int, *, limit: int = 500) -> tuple[Event, ...]:
    """The newest events of one customer over all journeys, the newest first."""
    return tuple(Event(*row) for row in warehouse.engine.rows(CUSTOMER_EVENTS, (customer, limit)))
