"""How sound the event log is: events that came late, twice or out of order, and those of impossible days. All of them are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from candor.warehouse.engine import Reader
from candor.warehouse.queries.filters import Statement
from candor.warehouse.store import Warehouse

MOST = 5_000_000  # events in memory at once
FLOOR = datetime(2000, 1, 1)  # noqa: DTZ001  UTC
DAY = timedelta(days=1)
SKEW = timedelta(minutes=5)

HEALTH = """
WITH seen AS (
    SELECT
        source, batch, journey || chr(31) || case_id AS episode, "at",
        epoch(received_at) - epoch("at") AS delay, epoch("at") - epoch(coalesce(received_at, CAST(? AS TIMESTAMP))) AS ahead,
        row_number() OVER (PARTITION BY journey, case_id, activity, "at" ORDER BY event_id) AS copy,
        max("at") OVER (
            PARTITION BY journey, case_id ORDER BY received_at NULLS FIRST, ordinal, event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_before
    FROM events
)
SELECT
    source, batch, count(*) AS events, count(DISTINCT episode) AS cases, min("at") AS first_at, max("at") AS last_at,
    CAST(sum(CASE WHEN delay > ? THEN 1 ELSE 0 END) AS BIGINT) AS late,
    CAST(sum(CASE WHEN copy > 1 THEN 1 ELSE 0 END) AS BIGINT) AS doubled,
    CAST(sum(CASE WHEN latest_before > "at" THEN 1 ELSE 0 END) AS BIGINT) AS out_of_order,
    CAST(sum(CASE WHEN ahead > ? THEN 1 ELSE 0 END) AS BIGINT) AS future,
    CAST(sum(CASE WHEN "at" < CAST(? AS TIMESTAMP) THEN 1 ELSE 0 END) AS BIGINT) AS too_old
FROM seen GROUP BY source, batch ORDER BY source NULLS FIRST, batch NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class LogHealth:
    """The events of one source and batch.

    Attributes:
        source: The system or file that told us.
        batch: The import, None for what came by itself.
        events: Number of events.
        cases: Number of cases with such an event.
        first: The time of the earliest (UTC).
        last: The time of the latest.
        late: Told of more than the given time after they happened; those with no time of arrival can't be.
        doubled: Further events of a case with the same activity and time but another id. (The same id is stored once.)
        out_of_order: Told of after an event of their case that happened later; by arrival, then by place in the source.
        future: Of a time after they were told of, or after `as_of` where nobody knows when that was.
        too_old: Of a time before the floor.
    """

    source: str | None
    batch: int | None
    events: int
    cases: int
    first: datetime
    last: datetime
    late: int
    doubled: int
    out_of_order: int
    future: int
    too_old: int


def health_statement(as_of: datetime, late_after: timedelta, floor: datetime) -> Statement:
    return Statement(HEALTH, (as_of, late_after.total_seconds(), SKEW.total_seconds(), floor))


def log_health(
    warehouse: Warehouse, *, as_of: datetime, late_after: timedelta = DAY, floor: datetime = FLOOR
) -> tuple[LogHealth, ...]:
    """What is odd about the events of each source and batch, slice by slice of the log.

    Args:
        warehouse: Where to look.
        as_of: Now (UTC without a zone); five minutes beyond it, clocks of other machines may differ.
        late_after: How long after it happened an event is late.
        floor: Before it nothing of this log can have happened; 1948 is a clock or a default that was not set.

    Returns:
        By source, then by batch; None first.
    """
    asked = health_statement(as_of, late_after, floor)

    def work(reader: Reader) -> tuple[LogHealth, ...]:
        found: dict[tuple[str | None, int | None], LogHealth] = {}
        for part in reader.slices(MOST):
            for row in reader.within(part.low, part.high).rows(asked.query, asked.parameters):
                one = LogHealth(*row)
                key = (one.source, one.batch)
                found[key] = _added(found[key], one) if key in found else one
        return tuple(found[key] for key in sorted(found, key=_order))

    return warehouse.engine.read(work)


def _added(one: LogHealth, other: LogHealth) -> LogHealth:
    return LogHealth(
        one.source,
        one.batch,
        one.events + other.events,
        one.cases + other.cases,
        min(one.first, other.first),
        max(one.last, other.last),
        one.late + other.late,
        one.doubled + other.doubled,
        one.out_of_order + other.out_of_order,
        one.future + other.future,
        one.too_old + other.too_old,
    )


def _order(key: tuple[Any, Any]) -> tuple[bool, str, bool, int]:
    source, batch = key
    return source is not None, source or "", batch is not None, batch or 0
