"""The touchpoints of a designed journey in the event log: who passed them, who stopped there, and how long they took."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from candor.warehouse.engine import Reader, Rows
from candor.warehouse.queries.events import ALL_EVENTS, EventFilter, chosen_events
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.funnels import micros_of
from candor.warehouse.queries.passes import Promises
from candor.warehouse.queries.paths import SECOND, Places, nowhere, places_for, stretch_of
from candor.warehouse.queries.slices import SliceReader
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of
from candor.warehouse.store import Warehouse

CASES_AT_ONCE: Final = 5_000
CASES_AT_ONCE_IN_A_LIST: Final = 200_000


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
    warehouse: Log,
    activities: Sequence[str],
    *,
    journey: str,
    quiet_since: datetime,
    arrived: Sequence[str] = (),
    promised: Promises | None = None,
    where: EventFilter = ALL_EVENTS,
    places: Places = nowhere,
    progress: Progress = unheard,
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
        progress: Hears the share done.
    """
    names = tuple(dict.fromkeys(activities))
    if not names:
        return ()
    waits = {name: promise for name, promise in (promised or {}).items() if name in names}
    question = Stopping(names, quiet_since, tuple(arrived), waits, places)
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class Stopping:
    """The question behind `stops`."""

    activities: tuple[str, ...]
    quiet_since: datetime
    arrived: tuple[str, ...] = ()
    promised: Promises = field(default_factory=dict)
    places: Places = nowhere

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        tables = (
            ("firsts", _among(FIRSTS, self.activities, names)),
            ("standing", _among(STANDING, self.arrived, names)),
            ("stood", Statement(STOOD, (micros_of(self.quiet_since),))),
        )
        asked: dict[str, Tally | Sample] = {
            "stops": Tally(
                also=tables, select=STOPS, keys=("grp", "activity"), sums=("passed", "ended", "still_open")
            )
        }
        if self.promised:
            clocked = (*tables, ("clocked", self._clocked(names)))
            asked["kept"] = Tally(
                also=clocked, select=KEPT, keys=("grp", "activity"), sums=("waited", "kept")
            )
            asked["late"] = Sample(
                also=clocked, select=LATE, keys=("grp", "activity"), places=places_for(self.places)
            )
        return asked

    def _clocked(self, names: Names) -> Statement:
        """Every wait that a promise is about, beside its longest."""
        parts = []
        for activity, (start, seconds) in sorted(self.promised.items()):
            longest, code = round(seconds * SECOND), names.code(activity)
            further = (names.code(start),) if start else ()
            parts.append(Statement(SINCE_START if start else SINCE_BEFORE, (longest, code, *further)))
        query = " UNION ALL ".join(part.query for part in parts)
        return Statement(query, tuple(value for part in parts for value in part.parameters))

    def answer(self, found: Found, group: Group) -> tuple[Stop, ...]:
        stopped = {code: counts for code, *counts in found.rows("stops", group)}
        kept = {code: counts for code, *counts in found.rows("kept", group)} if self.promised else {}
        late = found.sample("late", group) if self.promised else {}
        rows = []
        for activity in self.activities:
            code = found.names.code(activity)
            lateness = stretch_of(late[(code,)], self.places) if (code,) in late else None
            ends = (lateness.median, lateness.low, lateness.high) if lateness else (None, None, None)
            rows.append(Stop(activity, *stopped.get(code, (0, 0, 0)), *kept.get(code, (0, 0)), *ends))
        return tuple(rows)


def _among(query: str, activities: Sequence[str], names: Names) -> Statement:
    codes = tuple(names.code(activity) for activity in activities)
    return Statement(query.format(codes=", ".join("?" * len(codes)) or "NULL"), codes)


FIRSTS: Final = """
    SELECT case_id, grp, activity, min(place) AS place, min(micros) AS micros
    FROM steps WHERE activity IN ({codes}) GROUP BY case_id, grp, activity"""

STANDING: Final = """
    SELECT case_id, max(micros) AS last_micros, max(CASE WHEN activity IN ({codes}) THEN 1 ELSE 0 END) AS arrived
    FROM steps GROUP BY case_id"""

STOOD: Final = """
    SELECT
        firsts.case_id, firsts.grp, firsts.activity, firsts.place, firsts.micros, standing.arrived,
        CASE WHEN standing.last_micros < ? THEN 1 ELSE 0 END AS quiet,
        lag(firsts.micros) OVER (PARTITION BY firsts.case_id ORDER BY firsts.place) AS since,
        lead(firsts.activity) OVER (PARTITION BY firsts.case_id ORDER BY firsts.place) AS after
    FROM firsts JOIN standing ON standing.case_id = firsts.case_id"""

STOPS: Final = """
    SELECT
        grp, activity, count(*) AS passed,
        count(CASE WHEN after IS NULL AND arrived = 0 AND quiet = 1 THEN 1 END) AS ended,
        count(CASE WHEN after IS NULL AND arrived = 0 AND quiet = 0 THEN 1 END) AS still_open
    FROM stood GROUP BY grp, activity"""

SINCE_BEFORE: Final = """
    SELECT grp, activity, micros - since AS wait, CAST(? AS BIGINT) AS longest
    FROM stood WHERE activity = ? AND since IS NOT NULL"""

SINCE_START: Final = """
    SELECT stood.grp, stood.activity, stood.micros - max(steps.micros) AS wait, CAST(? AS BIGINT) AS longest
    FROM stood JOIN steps ON steps.case_id = stood.case_id
    WHERE stood.activity = ? AND steps.activity = ? AND steps.place < stood.place
    GROUP BY stood.case_id, stood.grp, stood.activity, stood.micros"""

KEPT: Final = """
    SELECT grp, activity, count(*) AS waited, count(CASE WHEN wait <= longest THEN 1 END) AS kept
    FROM clocked GROUP BY grp, activity"""

LATE: Final = "SELECT grp, activity, wait - longest AS value FROM clocked WHERE wait > longest"


def first_passes(
    warehouse: Warehouse,
    activities: Sequence[str],
    cases: Sequence[str],
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
) -> Iterator[FirstPass]:
    """When each of these cases first passed each touchpoint; those that `where` leaves out give none.

    The log is read once for every so many cases: the more fit into one list, the better.
    """
    names = list(dict.fromkeys(activities))
    if not names:
        return
    wanted = sorted(set(cases))
    chosen = chosen_events(journey, where, 'case_id, activity, "at"')

    def asked(reader: Reader, part: Sequence[str]) -> Rows:
        is_list = isinstance(reader, SliceReader)
        those = "SELECT unnest(?)" if is_list else ", ".join("?" * len(part))
        query = FIRST_PASSES.format(chosen=chosen.query, cases=those, activities=", ".join("?" * len(names)))
        values: tuple[Any, ...] = (list(part),) if is_list else tuple(part)
        return reader.rows(query, (*chosen.parameters, *values, *names))

    most = warehouse.engine.read(
        lambda reader: CASES_AT_ONCE_IN_A_LIST if isinstance(reader, SliceReader) else CASES_AT_ONCE
    )
    for start in range(0, len(wanted), most):
        part = wanted[start : start + most]
        for row in warehouse.engine.read(partial(asked, part=part)):
            yield FirstPass(*row)


FIRST_PASSES: Final = """
WITH chosen AS ({chosen})
SELECT case_id, activity, min("at") AS first_at FROM chosen
WHERE case_id IN ({cases}) AND activity IN ({activities})
GROUP BY case_id, activity ORDER BY case_id, first_at, activity
"""
