"""Passes of touchpoints: each case that came to an activity, what it had waited for it, and what it had been promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Ids, Statement, all_of, among
from candor.warehouse.queries.paths import SECOND, Places, Stretch, nowhere, places_for, stretch_of
from candor.warehouse.queries.walk import (
    Found,
    Group,
    Names,
    Progress,
    Sample,
    Sorted,
    Table,
    Tally,
    unheard,
)
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of
from candor.warehouse.store import Warehouse

MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
MINUTES: Final = 1_440  # of a day


@dataclass(frozen=True, slots=True)
class Passes:
    """The cases that came to an activity, each counted once, at its first time there.

    Attributes:
        activity: What the log calls it.
        cases: Cases that came to it.
        events: Its events, repeats included.
        waited: Cases in which another touchpoint came before, so that there was a wait.
        median_wait: Seconds from the touchpoint before to the first time there, None where nobody waited.
        low_wait, high_wait: The waits at the places that were asked for.
        promised: Cases in which the clock of the promise had started; 0 without a promise.
        kept: Of them, those that came within the promised time.
        median_place: Place of the activity among the touchpoints of its case, counted from 1.
        median_elapsed: Seconds from the first touchpoint of the case.
        spent: Days from its events to the touchpoints that followed, summed over the cases.
        spent_squares: Sum of the squares of each case's sum, which is cut to whole minutes for it.
        products: Sum of that sum times all the days of the case, likewise.
        last_new: Cases to which nothing new happened after it: what followed, if anything, had happened to them before.
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
    last_new: int


@dataclass(frozen=True, slots=True)
class Passed:
    """The passes of a journey, the commonest first, and over its cases the sum of the days that each took, and of their squares."""

    activities: tuple[Passes, ...]
    cases: int
    days: float
    squares: float


Promises = Mapping[str, tuple[str, float]]
"""By activity, which activity starts the clock of its promise ("" for the touchpoint before), and the longest wait in seconds.
The clock starts at the last such event before the first time there."""


def passes(
    warehouse: Log,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    promised: Promises,
    among: Sequence[str] | None = None,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> Passed:
    """Count the passes of a journey's activities.

    Args:
        warehouse: Where to look.
        journey: The journey whose cases are counted.
        where: Which events, or cases, count.
        promised: The promises.
        among: The activities that are touchpoints; others do not stop the clock. None takes all.
        places: Which of the sorted waits to tell beside their median.
        progress: Hears the share done.
    """
    question = Passing(dict(promised), None if among is None else tuple(among), places)
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class Passing:
    """The question behind `passes`."""

    promised: Promises
    among: tuple[str, ...] | None = None
    places: Places = nowhere

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        met = (("met", self._met(names)),)
        middle = places_for(nowhere)
        asked: dict[str, Tally | Sample] = {
            "visits": Tally(
                also=met, select=VISITS, keys=("grp", "activity"), sums=("cases", "events", "waited")
            ),
            "last_new": Tally(also=met, select=LAST_NEW, keys=("grp", "activity"), sums=("n",)),
            "waits": Sample(also=met, select=WAITS, keys=("grp", "activity"), places=places_for(self.places)),
            "places": Sample(also=met, select=PLACES, keys=("grp", "activity"), places=middle),
            "elapsed": Sample(also=met, select=ELAPSED, keys=("grp", "activity"), places=middle),
            "whole": Tally(
                also=(*met, *LENGTHS), select=WHOLE, keys=("grp",), sums=("cases", "seconds", "squares"),
                parameters=(SECOND, MINUTE, MINUTE),
            ),
            "spent": Tally(
                also=(*met, *LENGTHS, *STAYS), select=SPENT, keys=("grp", "activity"),
                sums=("seconds", "squares", "products"), parameters=(SECOND, MINUTE, MINUTE, MINUTE, MINUTE),
            ),
        }  # fmt: skip
        if self.promised:
            clocks = (("clocks", self._clocks(names)),)
            asked["kept"] = Tally(
                also=(*met, *clocks), select=KEPT, keys=("grp", "activity"), sums=("n", "kept")
            )
        return asked

    def _met(self, names: Names) -> Statement:
        """The events of touchpoints alone, each with the time of the touchpoints before and after it."""
        codes = tuple(names.code(activity) for activity in self.among or ())
        only = "" if self.among is None else f" WHERE activity IN ({', '.join('?' * len(codes)) or 'NULL'})"
        return Statement(MET + only, codes)

    def _clocks(self, names: Names) -> Statement:
        """Every wait that a promise is about, beside its longest."""
        parts = []
        for activity, (start, seconds) in sorted(self.promised.items()):
            longest, code = round(seconds * SECOND), names.code(activity)
            if start:
                parts.append(Statement(SINCE_CLOCK, (longest, code, names.code(start))))
            else:
                parts.append(Statement(SINCE_BEFORE, (longest, code)))
        query = " UNION ALL ".join(part.query for part in parts)
        return Statement(query, tuple(value for part in parts for value in part.parameters))

    def answer(self, found: Found, group: Group) -> Passed:
        cases, seconds, squares = next(found.rows("whole", group), (0, 0, 0))
        kept = {code: tuple(counts) for code, *counts in found.rows("kept", group)} if self.promised else {}
        last_new: dict[Any, int] = dict(found.rows("last_new", group))
        spent = {code: tuple(sums) for code, *sums in found.rows("spent", group)}
        waits, places, elapsed = (found.sample(name, group) for name in ("waits", "places", "elapsed"))
        rows = []
        for code, came, events, waited in found.rows("visits", group):
            wait: Stretch | _NoWait = stretch_of(waits[(code,)], self.places) if (code,) in waits else NO_WAIT
            own_seconds, own_squares, products = spent.get(code, (0, 0, 0))
            promised, in_time = kept.get(code, (0, 0))
            rows.append(
                Passes(
                    found.names.name(code),
                    came,
                    events,
                    waited,
                    wait.median,
                    wait.low,
                    wait.high,
                    promised,
                    in_time,
                    _middle(places[(code,)]),
                    _middle(elapsed[(code,)]) / SECOND,
                    own_seconds * SECOND / DAY,
                    own_squares / MINUTES**2,
                    products / MINUTES**2,
                    last_new.get(code, 0),
                )
            )
        ordered = tuple(sorted(rows, key=lambda one: (-one.cases, one.activity)))
        return Passed(ordered, cases, seconds * SECOND / DAY, squares / MINUTES**2)


@dataclass(frozen=True, slots=True)
class _NoWait:
    """Of nobody."""

    median: float | None = None
    low: float | None = None
    high: float | None = None


NO_WAIT: Final = _NoWait()


def _middle(found: Sorted) -> float:
    return (found.at[(found.n + 1) // 2] + found.at[found.n // 2 + 1]) / 2


MET: Final = """
    SELECT
        case_id, grp, activity, micros, place,
        lag(micros) OVER (PARTITION BY case_id ORDER BY place) AS since,
        lead(micros) OVER (PARTITION BY case_id ORDER BY place) AS until,
        row_number() OVER (PARTITION BY case_id, activity ORDER BY place) AS turn,
        row_number() OVER (PARTITION BY case_id ORDER BY place) AS nth,
        min(micros) OVER (PARTITION BY case_id) AS began
    FROM steps"""

VISITS: Final = """
    SELECT
        grp, activity, count(CASE WHEN turn = 1 THEN 1 END) AS cases, count(*) AS events,
        count(CASE WHEN turn = 1 AND since IS NOT NULL THEN 1 END) AS waited
    FROM met GROUP BY grp, activity
    """

LAST_NEW: Final = """
    SELECT grp, activity, count(*) AS n FROM (
        SELECT grp, activity, row_number() OVER (PARTITION BY case_id ORDER BY place DESC) AS back FROM met WHERE turn = 1
    ) AS firsts WHERE back = 1 GROUP BY grp, activity
    """

WAITS: Final = "SELECT grp, activity, micros - since AS value FROM met WHERE turn = 1 AND since IS NOT NULL"
PLACES: Final = "SELECT grp, activity, nth AS value FROM met WHERE turn = 1"
ELAPSED: Final = "SELECT grp, activity, micros - began AS value FROM met WHERE turn = 1"

LENGTHS: Final[tuple[Table, ...]] = (
    (
        "lengths",
        Statement(
            "SELECT case_id, grp, max(micros) - min(micros) AS micros FROM met GROUP BY case_id, grp", ()
        ),
    ),
)
STAYS: Final[tuple[Table, ...]] = (
    (
        "stays",
        Statement(
            """SELECT case_id, grp, activity, sum(until - micros) AS micros
            FROM met WHERE until IS NOT NULL GROUP BY case_id, grp, activity""",
            (),
        ),
    ),
)

WHOLE: Final = """
    SELECT
        grp, count(*) AS cases, sum(CAST(floor(micros / ?) AS BIGINT)) AS seconds,
        sum(CAST(floor(micros / ?) AS BIGINT) * CAST(floor(micros / ?) AS BIGINT)) AS squares
    FROM lengths GROUP BY grp
    """

SPENT: Final = """
    SELECT
        stays.grp, stays.activity, sum(CAST(floor(stays.micros / ?) AS BIGINT)) AS seconds,
        sum(CAST(floor(stays.micros / ?) AS BIGINT) * CAST(floor(stays.micros / ?) AS BIGINT)) AS squares,
        sum(CAST(floor(stays.micros / ?) AS BIGINT) * CAST(floor(lengths.micros / ?) AS BIGINT)) AS products
    FROM stays JOIN lengths ON lengths.case_id = stays.case_id GROUP BY stays.grp, stays.activity
    """

SINCE_BEFORE: Final = """
    SELECT grp, activity, micros - since AS wait, CAST(? AS BIGINT) AS longest
    FROM met WHERE activity = ? AND turn = 1 AND since IS NOT NULL"""

SINCE_CLOCK: Final = """
    SELECT met.grp, met.activity, met.micros - max(steps.micros) AS wait, CAST(? AS BIGINT) AS longest
    FROM met JOIN steps ON steps.case_id = met.case_id
    WHERE met.activity = ? AND met.turn = 1 AND steps.activity = ? AND steps.place < met.place
    GROUP BY met.case_id, met.grp, met.activity, met.micros"""

KEPT: Final = """
    SELECT grp, activity, count(*) AS n, count(CASE WHEN wait <= longest THEN 1 END) AS kept
    FROM clocks GROUP BY grp, activity
    """


CHANNELS: Final = """
SELECT channel, count(DISTINCT case_id) AS cases FROM events WHERE {condition} AND channel IS NOT NULL
GROUP BY channel ORDER BY count(DISTINCT case_id) DESC, channel LIMIT ?
"""


def channels_of_cases(
    warehouse: Warehouse, *, journey: str, units: Ids = None, most: int = 20
) -> tuple[tuple[str, int], ...]:
    """The channels in which a journey's events happened, with their cases, the commonest first."""
    terms = [Statement("journey = ?", (journey,)), *([among("unit", units)] if units is not None else [])]
    condition = all_of(terms)
    query = CHANNELS.format(condition=condition.query)
    return tuple((name, n) for name, n in warehouse.engine.rows(query, (*condition.parameters, most)))
