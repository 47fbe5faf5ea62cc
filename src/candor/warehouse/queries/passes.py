"""Passes of touchpoints: each case that came to an activity, what it had waited for it, and what it had been promised."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from candor.warehouse.engine import Reader
from candor.warehouse.queries.events import EventFilter
from candor.warehouse.queries.filters import Ids, Statement, all_of
from candor.warehouse.queries.filters import among as one_of
from candor.warehouse.store import Warehouse

STEP_ORDER = '"at", ordinal, event_id'
Places = Callable[[int], tuple[int, int] | None]


def nowhere(n: int) -> None:
    """No places."""


def chosen_cases(journey: str, where: EventFilter) -> Statement:
    """The first table of the queries here, `chosen`: the events that count."""
    terms = where.conditions()
    condition = all_of([Statement("journey = ?", (journey,)), *terms])
    chosen = Statement(f"SELECT * FROM events WHERE {condition.query}", condition.parameters)
    if terms and where.whole_cases:
        cases = f"SELECT case_id FROM events WHERE {condition.query}"
        chosen = Statement(
            f"SELECT * FROM events WHERE journey = ? AND case_id IN ({cases})",
            (journey, *condition.parameters),
        )
    return Statement(f"WITH chosen AS ({chosen.query})", chosen.parameters)


@dataclass(frozen=True, slots=True)
class Passes:
    """The cases that came to an activity, each counted once, at its first time there.

    Attributes:
        activity: What the log calls it.
        cases: Cases that came to it.
        events: Its events, repeats included.
        waited: Cases in which another event came before, so that there was a wait.
        median_wait: Seconds from the event before to the first time there, None where nobody waited.
        low_wait, high_wait: The waits at the places that were asked for.
        promised: Cases in which the clock of the promise had started; 0 without a promise.
        kept: Of them, those that came within the promised time.
        median_place: Place of the activity among the events of its case, counted from 1.
        median_elapsed: Seconds from the first event of the case.
        spent: Days from its events to the ones that followed, summed over the cases; `spent_squares` sums the squares of each
            case's sum, `products` that sum times all the days of the case.
    """

    activity: str
    cases: int
    events: int
    waited: int
    median_wait: float | None
    low_wait: float | None
    high_wait: float | None
    promised: int
    kept: int
    median_place: float
    median_elapsed: float
    spent: float
    spent_squares: float
    products: float


@dataclass(frozen=True, slots=True)
class Passed:
    """The passes of a journey, and over its cases the sum of the days that each took, and of their squares."""

    activities: tuple[Passes, ...]
    cases: int
    days: float
    squares: float


def passes(
    warehouse: Warehouse,
    *,
    journey: str,
    where: EventFilter,
    promised: Mapping[str, tuple[str, float]],
    among: Sequence[str] | None = None,
    places: Places = nowhere,
) -> Passed:
    """The passes of the activities of a journey, the commonest first.

    Args:
        warehouse: Where to look.
        journey: The journey whose cases are counted.
        where: Which events, or cases, count.
        promised: By activity, which activity starts the clock of its promise ("" for the touchpoint before) and the longest
            wait in seconds; the clock starts at the last such event before the first time there.
        among: The activities that are touchpoints; others do not stop the clock. None takes all.
        places: Which of the sorted waits to tell beside their median.
    """
    asked = _touching(chosen_cases(journey, where), among)

    def work(reader: Reader) -> Passed:
        def rows(query: str, *further: Any) -> list[tuple[Any, ...]]:
            return reader.rows(asked.query + query, (*asked.parameters, *further))

        kept = _kept(rows, promised)
        found = rows(_PASSES)
        ends = _ends(rows, {waited: places(waited) for waited in sorted({row[3] for row in found})})
        ((days, squares),) = rows(_DAYS)
        spent = {activity: tuple(map(_exact, sums)) for activity, *sums in rows(_SPENT)}
        activities = tuple(
            Passes(
                activity, cases, events, waited, _rounded(median_wait), *ends.get(activity, (None, None)), *kept.get(activity, (0, 0)),
                place, elapsed, *spent.get(activity, (0.0, 0.0, 0.0)),
            )
            for activity, cases, events, waited, median_wait, place, elapsed in found
        )  # fmt: skip
        ((all_cases,),) = rows(_CASES)
        return Passed(activities, all_cases, _exact(days), _exact(squares))

    return warehouse.engine.read(work)


def _touching(chosen: Statement, among: Sequence[str] | None) -> Statement:
    """The events of the touchpoints alone."""
    if among is None:
        return Statement(f"{chosen.query},\nmet AS (SELECT * FROM chosen)", chosen.parameters)
    condition = all_of([one_of("activity", among)])
    return Statement(
        f"{chosen.query},\nmet AS (SELECT * FROM chosen WHERE {condition.query})",
        (*chosen.parameters, *condition.parameters),
    )


def _exact(days: float | None) -> float:
    """A sum without the last digits, in which the order of adding shows."""
    return float(f"{days or 0.0:.9g}")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)


def _kept(rows: Any, promised: Mapping[str, tuple[str, float]]) -> dict[str, tuple[int, int]]:
    """Of each activity with a promise, the cases whose clock had started and those that came in time."""
    found: dict[str, tuple[int, int]] = {}
    by_wait = {activity: seconds for activity, (start, seconds) in promised.items() if not start}
    if by_wait:
        values = ", ".join(["(?, ?)"] * len(by_wait))
        told = rows(_KEPT.format(values=values), *(value for pair in by_wait.items() for value in pair))
        found |= {activity: (n, kept) for activity, n, kept in told}
    by_clock = [(activity, start, seconds) for activity, (start, seconds) in promised.items() if start]
    if by_clock:
        values = ", ".join(["(?, ?, ?)"] * len(by_clock))
        told = rows(_KEPT_SINCE.format(values=values), *(value for row in by_clock for value in row))
        found |= {activity: (n, kept) for activity, n, kept in told}
    return found


def _ends(
    rows: Any, places: Mapping[int, tuple[int, int] | None]
) -> dict[str, tuple[float | None, float | None]]:
    asked = [(n, *found) for n, found in places.items() if found]
    if not asked:
        return {}
    values = ", ".join(["(?, ?, ?)"] * len(asked))
    found = rows(_ENDS.format(values=values), *(value for row in asked for value in row))
    return {activity: (_rounded(low), _rounded(high)) for activity, low, high in found}


_FIRSTS = f""",
steps AS (
    SELECT
        case_id, activity, event_id, epoch("at") AS came,
        lag(epoch("at")) OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS before,
        row_number() OVER (PARTITION BY case_id ORDER BY {STEP_ORDER}) AS place,
        min(epoch("at")) OVER (PARTITION BY case_id) AS began,
        row_number() OVER (PARTITION BY case_id, activity ORDER BY {STEP_ORDER}) AS turn
    FROM met
),
firsts AS (
    SELECT activity, event_id, came - before AS wait, place, came - began AS elapsed FROM steps WHERE turn = 1
)"""

_PASSES = f"""{_FIRSTS},
counted AS (
    SELECT activity, count(*) AS events FROM met GROUP BY activity
)
SELECT
    firsts.activity, count(*) AS cases, max(counted.events) AS events, count(firsts.wait) AS waited,
    median(firsts.wait) AS median_wait, median(CAST(firsts.place AS DOUBLE)) AS median_place, median(firsts.elapsed) AS median_elapsed
FROM firsts JOIN counted ON counted.activity = firsts.activity
GROUP BY firsts.activity ORDER BY count(*) DESC, firsts.activity
"""

_KEPT = f"""{_FIRSTS},
promised AS (
    SELECT * FROM (VALUES {{values}}) AS promises (activity, seconds)
)
SELECT
    firsts.activity, count(firsts.wait) AS n,
    CAST(sum(CASE WHEN firsts.wait <= promised.seconds THEN 1 ELSE 0 END) AS BIGINT) AS kept
FROM firsts JOIN promised ON promised.activity = firsts.activity
GROUP BY firsts.activity ORDER BY firsts.activity
"""

_KEPT_SINCE = """,
promised AS (
    SELECT * FROM (VALUES {values}) AS promises (activity, start_activity, seconds)
),
arrivals AS (
    SELECT chosen.case_id, chosen.activity, min(epoch(chosen."at")) AS came
    FROM chosen JOIN (SELECT DISTINCT activity FROM promised) AS ends ON ends.activity = chosen.activity
    GROUP BY chosen.case_id, chosen.activity
),
clocks AS (
    SELECT arrivals.case_id, arrivals.activity, promised.seconds, min(arrivals.came) - max(epoch(chosen."at")) AS wait
    FROM arrivals
    JOIN promised ON promised.activity = arrivals.activity
    JOIN chosen ON chosen.case_id = arrivals.case_id AND chosen.activity = promised.start_activity
    WHERE epoch(chosen."at") <= arrivals.came
    GROUP BY arrivals.case_id, arrivals.activity, promised.seconds
)
SELECT
    activity, count(*) AS n, CAST(sum(CASE WHEN wait <= seconds THEN 1 ELSE 0 END) AS BIGINT) AS kept
FROM clocks GROUP BY activity ORDER BY activity
"""

_ENDS = f"""{_FIRSTS},
waits AS (
    SELECT activity, wait, row_number() OVER (PARTITION BY activity ORDER BY wait, event_id) AS place
    FROM firsts WHERE wait IS NOT NULL
),
sizes AS (
    SELECT activity, count(*) AS n FROM waits GROUP BY activity
),
asked AS (
    SELECT * FROM (VALUES {{values}}) AS places (n, low_place, high_place)
)
SELECT
    waits.activity,
    max(CASE WHEN waits.place = asked.low_place THEN waits.wait END) AS low_wait,
    max(CASE WHEN waits.place = asked.high_place THEN waits.wait END) AS high_wait
FROM waits
JOIN sizes ON sizes.activity = waits.activity
JOIN asked ON asked.n = sizes.n
GROUP BY waits.activity ORDER BY waits.activity
"""

_CASES = """
SELECT count(DISTINCT case_id) AS cases FROM met
"""

_DAYS = """,
lengths AS (
    SELECT case_id, (epoch(max("at")) - epoch(min("at"))) / 86400.0 AS days FROM met GROUP BY case_id
)
SELECT sum(days) AS days, sum(days * days) AS squares FROM lengths
"""

_SPENT = f""",
stays AS (
    SELECT
        case_id, activity,
        (epoch(lead("at") OVER (PARTITION BY case_id ORDER BY {STEP_ORDER})) - epoch("at")) / 86400.0 AS days
    FROM met
),
spent AS (
    SELECT case_id, activity, sum(days) AS days FROM stays WHERE days IS NOT NULL GROUP BY case_id, activity
),
lengths AS (
    SELECT case_id, sum(days) AS days FROM spent GROUP BY case_id
)
SELECT
    spent.activity, sum(spent.days) AS days, sum(spent.days * spent.days) AS squares, sum(spent.days * lengths.days) AS products
FROM spent JOIN lengths ON lengths.case_id = spent.case_id
GROUP BY spent.activity ORDER BY spent.activity
"""

_CHANNELS = """
SELECT channel, count(DISTINCT case_id) AS cases FROM chosen WHERE channel IS NOT NULL
GROUP BY channel ORDER BY count(DISTINCT case_id) DESC, channel LIMIT ?
"""


def channels_of_cases(
    warehouse: Warehouse, *, journey: str, units: Ids = None, most: int = 20
) -> tuple[tuple[str, int], ...]:
    """The channels in which a journey's events happened, with their cases, the commonest first."""
    asked = chosen_cases(journey, EventFilter(units=units, whole_cases=False))
    return tuple(
        (name, n) for name, n in warehouse.engine.rows(asked.query + _CHANNELS, (*asked.parameters, most))
    )
