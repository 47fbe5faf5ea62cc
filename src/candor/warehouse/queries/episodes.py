"""The episodes behind a touchpoint or behind a step from one activity to the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from candor.warehouse.engine import Reader
from candor.warehouse.queries.events import ALL_EVENTS, Event, EventFilter, chosen_events
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.slices import SLICE_ROWS
from candor.warehouse.store import Warehouse

STEP_ORDER: Final = '"at", ordinal, event_id'
CASES_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Episode:
    """A case at its first time there: when (UTC), after how many seconds since the event before, and whose it is."""

    case_id: str
    at: datetime
    wait: float | None
    customer: int | None
    unit: int | None


@dataclass(frozen=True, slots=True)
class Behind:
    """How many episodes there are, of how many known customers, how many of nobody known, and the newest of them."""

    episodes: int
    customers: int
    unknown: int
    newest: tuple[Episode, ...]

    @property
    def people(self) -> int:
        """How many people there may be at most: an episode of nobody known counts as one of its own."""
        return self.customers + self.unknown


def episodes_behind(
    warehouse: Warehouse,
    *,
    journey: str,
    where: EventFilter,
    activity: str,
    after: str | None = None,
    limit: int = 50,
) -> Behind:
    """The episodes that came to `activity`, or that came to it straight from `after`; read slice by slice, in bounded memory.

    Args:
        warehouse: Where to look.
        journey: The journey.
        where: Which events, or cases, count.
        activity: What the log calls the touchpoint.
        after: The activity directly before it; None for whatever it was.
        limit: How many episodes to list, the newest first.
    """
    chosen = chosen_events(journey, where, "*")
    asked = Statement(f"WITH chosen AS ({chosen.query})", chosen.parameters)
    condition, values = (
        ("activity = ?", (activity,)) if after is None else ("activity = ? AND before = ?", (activity, after))
    )
    found = _FOUND.format(condition=condition)

    def work(reader: Reader) -> Behind:
        newest: list[Episode] = []
        episodes, unknown, customers = 0, 0, []
        for one in reader.slices(SLICE_ROWS):
            part = reader.within(one.low, one.high)

            def rows(query: str, *further: Any, part: Reader = part) -> list[tuple[Any, ...]]:
                return part.rows(asked.query + found + query, (*asked.parameters, *values, *further))

            ((n, n_unknown),) = rows(_SIZES)
            episodes, unknown = episodes + n, unknown + n_unknown
            customers.append(np.array([pk for (pk,) in rows(_CUSTOMERS)], dtype=np.int64))
            newest += [Episode(*row) for row in rows(_NEWEST, limit)]
            newest.sort(key=lambda one: one.case_id)
            newest = sorted(newest, key=lambda one: one.at, reverse=True)[:limit]
        return Behind(episodes, len(np.unique(np.concatenate(customers))), unknown, tuple(newest))

    return warehouse.engine.read(work)


_FOUND = f""",
steps AS (
    SELECT
        case_id, activity, event_id, ordinal, "at", unit, max(customer) OVER (PARTITION BY case_id) AS customer,
        lag(activity) OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS before,
        epoch("at") - epoch(lag("at") OVER (PARTITION BY case_id ORDER BY {STEP_ORDER})) AS wait
    FROM chosen
),
matching AS (
    SELECT
        case_id, "at", wait, customer, unit,
        row_number() OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS turn
    FROM steps WHERE {{condition}}
)"""

_SIZES = """
SELECT count(*) AS episodes, count(CASE WHEN customer IS NULL THEN 1 END) AS unknown FROM matching WHERE turn = 1
"""

_CUSTOMERS = """
SELECT DISTINCT customer FROM matching WHERE turn = 1 AND customer IS NOT NULL
"""

_NEWEST = """
SELECT case_id, "at", wait, customer, unit FROM matching WHERE turn = 1 ORDER BY "at" DESC, case_id LIMIT ?
"""


_COLUMNS = 'event_id, journey, case_id, activity, "at", resource, channel, unit, customer, lifecycle, attributes, source, ordinal'
_CASES = """
SELECT DISTINCT case_id FROM chosen WHERE case_id > ? ORDER BY case_id LIMIT ?
"""
_EVENTS = f"""
SELECT event_id, journey, case_id, activity, "at", resource, channel, unit, customer, lifecycle, attributes, source
FROM chosen WHERE case_id > ? AND case_id <= ? ORDER BY case_id, {STEP_ORDER}
"""


def events_of_journey(
    warehouse: Warehouse, *, journey: str, where: EventFilter = ALL_EVENTS
) -> Iterator[Event]:
    """All events of the cases that count, case by case in the order of their names, read some thousand cases at a time.

    Events that are appended meanwhile may be among them or not.
    """
    chosen = chosen_events(journey, where, _COLUMNS)
    asked = Statement(f"WITH chosen AS ({chosen.query})", chosen.parameters)
    last = ""
    while cases := warehouse.engine.rows(asked.query + _CASES, (*asked.parameters, last, CASES_AT_ONCE)):
        until = cases[-1][0]
        for row in warehouse.engine.rows(asked.query + _EVENTS, (*asked.parameters, last, until)):
            yield Event(*row)
        last = until


def last_event_at(warehouse: Warehouse, *, journey: str) -> datetime | None:
    """When anything last happened on a journey (UTC); None for a journey without events."""
    query = """SELECT max("at") AS last_at FROM events WHERE journey = ?"""
    last: datetime | None = warehouse.engine.rows(query, (journey,))[0][0]
    return last
