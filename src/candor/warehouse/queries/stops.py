"""The touchpoints of a designed journey in the event log: who passed them, who stopped there, and how long they took."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement, all_of
from candor.warehouse.queries.paths import Places, nowhere
from candor.warehouse.store import Warehouse

CASES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Stop:
    """One touchpoint, by its activity; each case counts once, at its first pass.

    Attributes:
        activity: Its name.
        passed: Cases that passed it.
        ended: Of them, those that passed no other touchpoint after it, did not arrive, and have been quiet since.
        still_open: The same, but not quiet: they may go on.
        waited: Cases in which the clock of the promise had started, where a wait is promised.
        kept: Of them, those that came within the promised time.
        lateness: Median seconds beyond the promise of the others; None without any.
        low_lateness, high_lateness: Their lateness at the two places asked for; None without them.
    """

    activity: str
    passed: int
    ended: int
    still_open: int
    waited: int
    kept: int
    lateness: float | None = None
    low_lateness: float | None = None
    high_lateness: float | None = None


@dataclass(frozen=True, slots=True)
class FirstPass:
    """When a case first passed a touchpoint (UTC, without a zone)."""

    case_id: str
    activity: str
    at: datetime


def stops(
    warehouse: Warehouse,
    activities: Sequence[str],
    *,
    journey: str,
    quiet_since: datetime,
    arrived: Sequence[str] = (),
    promised: Mapping[str, tuple[str, float]] | None = None,
    where: EventFilter = ALL_EVENTS,
    places: Places = nowhere,
) -> tuple[Stop, ...]:
    """Count the touchpoints of a journey, in the order given; those that no case passed have zeros.

    Args:
        warehouse: Where to look.
        activities: The touchpoints, by what the log calls them; each once.
        journey: Whose cases are counted.
        quiet_since: A case without any event from here on (UTC) is over.
        arrived: A case with one of these activities has arrived: it ends nowhere.
        promised: By touchpoint, which activity starts the clock of its promise ("" for the touchpoint before) and the longest wait in
            seconds; the clock starts at the last such event before the first pass.
        where: Which cases count.
        places: Which two of the sorted latenesses to tell beside their median.
    """
    names = list(dict.fromkeys(activities))
    if not names:
        return ()
    waits = {name: promise for name, promise in (promised or {}).items() if name in names}
    steps = _steps(names, journey, where, arrived, quiet_since)
    counted = {row[0]: row[1:] for row in _rows(warehouse, steps, _counts(waits), _of(waits))}
    late = {name: counted[name][3] - counted[name][4] for name in waits if name in counted}
    lateness = _lateness(warehouse, steps, {name: n for name, n in late.items() if n}, waits, places)
    return tuple(
        Stop(name, *counted.get(name, (0, 0, 0, 0, 0)), *lateness.get(name, (None, None, None)))
        for name in names
    )


def first_passes(
    warehouse: Warehouse,
    activities: Sequence[str],
    cases: Sequence[str],
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
) -> Iterator[FirstPass]:
    """When each of these cases first passed each touchpoint; those that `where` leaves out give none."""
    names = list(dict.fromkeys(activities))
    if not names:
        return
    wanted = sorted(set(cases))
    for start in range(0, len(wanted), CASES_AT_ONCE):
        part = wanted[start : start + CASES_AT_ONCE]
        chosen = _chosen(journey, where, Statement(f"case_id IN ({_marks(part)})", tuple(part)))
        query = f"""{chosen.query}
SELECT case_id, activity, min("at") AS first_at FROM chosen
WHERE activity IN ({_marks(names)}) GROUP BY case_id, activity ORDER BY case_id, first_at, activity
"""
        for row in warehouse.engine.rows(query, (*chosen.parameters, *names)):
            yield FirstPass(*row)


def _chosen(journey: str, where: EventFilter, *more: Statement) -> Statement:
    terms = [Statement("journey = ?", (journey,)), *more]
    picks = where.conditions()
    if picks:
        inner = all_of([Statement("journey = ?", (journey,)), *picks])
        terms.append(
            Statement(f"case_id IN (SELECT case_id FROM events WHERE {inner.query})", inner.parameters)
        )
    condition = all_of(terms)
    return Statement(f"WITH chosen AS (SELECT * FROM events WHERE {condition.query})", condition.parameters)


def _steps(
    names: Sequence[str], journey: str, where: EventFilter, arrived: Sequence[str], quiet_since: datetime
) -> Statement:
    """`steps`: each case at each touchpoint, with the touchpoint before and after it, and how the case stands."""
    chosen = _chosen(journey, where)
    came = f"activity IN ({_marks(arrived)})" if arrived else "1 = 0"
    query = f"""{chosen.query},
cases AS (
    SELECT case_id, max("at") AS last_at, max(CASE WHEN {came} THEN 1 ELSE 0 END) AS arrived FROM chosen GROUP BY case_id
),
firsts AS (
    SELECT case_id, activity, min("at") AS first_at FROM chosen WHERE activity IN ({_marks(names)}) GROUP BY case_id, activity
),
steps AS (
    SELECT
        firsts.case_id, firsts.activity, cases.arrived,
        CASE WHEN cases.last_at < ? THEN 1 ELSE 0 END AS quiet,
        epoch(firsts.first_at) - epoch(lag(firsts.first_at) OVER (PARTITION BY firsts.case_id ORDER BY firsts.first_at, firsts.activity)) AS wait,
        lead(firsts.activity) OVER (PARTITION BY firsts.case_id ORDER BY firsts.first_at, firsts.activity) AS after
    FROM firsts JOIN cases ON cases.case_id = firsts.case_id
)"""
    return Statement(query, (*chosen.parameters, *arrived, *names, quiet_since))


def _counts(promised: Mapping[str, tuple[str, float]]) -> str:
    stopped = "after IS NULL AND arrived = 0"
    return f"""{_promises(promised)}
SELECT
    steps.activity, count(*) AS passed,
    CAST(sum(CASE WHEN {stopped} AND quiet = 1 THEN 1 ELSE 0 END) AS BIGINT) AS ended,
    CAST(sum(CASE WHEN {stopped} AND quiet = 0 THEN 1 ELSE 0 END) AS BIGINT) AS still_open,
    count(waits.wait) AS waited,
    CAST(sum(CASE WHEN waits.wait <= waits.seconds THEN 1 ELSE 0 END) AS BIGINT) AS kept
FROM steps LEFT JOIN waits ON waits.case_id = steps.case_id AND waits.activity = steps.activity
GROUP BY steps.activity ORDER BY steps.activity
"""


def _lateness(
    warehouse: Warehouse,
    steps: Statement,
    late: Mapping[str, int],
    promised: Mapping[str, tuple[str, float]],
    places: Places,
) -> dict[str, tuple[float, float | None, float | None]]:
    """Median lateness of each touchpoint with late cases, and the lateness at two places of the sorted ones."""
    if not late:
        return {}
    asked = {name: places(n) or (0, 0) for name, n in late.items()}
    values = ", ".join(["(?, ?, ?)"] * len(asked))
    query = f"""{_promises(promised)},
asked AS (SELECT * FROM (VALUES {values}) AS places (activity, low_place, high_place)),
late AS (
    SELECT
        activity, wait - seconds AS excess, row_number() OVER (PARTITION BY activity ORDER BY wait, case_id) AS place
    FROM waits WHERE wait > seconds
)
SELECT
    late.activity, median(late.excess) AS excess,
    max(CASE WHEN late.place = asked.low_place THEN late.excess END) AS low_excess,
    max(CASE WHEN late.place = asked.high_place THEN late.excess END) AS high_excess
FROM late JOIN asked ON asked.activity = late.activity GROUP BY late.activity ORDER BY late.activity
"""
    parameters = [value for name in sorted(asked) for value in (name, *asked[name])]
    return {row[0]: row[1:] for row in _rows(warehouse, steps, query, (*_of(promised), *parameters))}


def _promises(promised: Mapping[str, tuple[str, float]]) -> str:
    """`waits`: how long each case waited where something is promised, by the clock of the promise."""
    rows = (
        ", ".join(["(?, ?, ?)"] * len(promised))
        or "(CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE))"
    )
    return f""",
promises AS (
    SELECT activity, start_activity, CAST(seconds AS DOUBLE) AS seconds FROM (VALUES {rows}) AS given (activity, start_activity, seconds)
),
clocks AS (
    SELECT firsts.case_id, firsts.activity, epoch(max(firsts.first_at)) - epoch(max(chosen."at")) AS wait
    FROM firsts
    JOIN promises ON promises.activity = firsts.activity
    JOIN chosen ON chosen.case_id = firsts.case_id AND chosen.activity = promises.start_activity
    WHERE chosen."at" <= firsts.first_at
    GROUP BY firsts.case_id, firsts.activity
),
waits AS (
    SELECT
        steps.case_id, steps.activity, promises.seconds,
        CASE WHEN promises.start_activity = '' THEN steps.wait ELSE clocks.wait END AS wait
    FROM steps
    JOIN promises ON promises.activity = steps.activity
    LEFT JOIN clocks ON clocks.case_id = steps.case_id AND clocks.activity = steps.activity
)"""


def _of(promised: Mapping[str, tuple[str, float]]) -> tuple[str | float, ...]:
    return tuple(value for name in sorted(promised) for value in (name, *promised[name]))


def _rows(
    warehouse: Warehouse, steps: Statement, query: str, parameters: Sequence[Any]
) -> list[tuple[Any, ...]]:
    return warehouse.engine.rows(steps.query + query, (*steps.parameters, *parameters))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
