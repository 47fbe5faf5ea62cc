"""Funnels: how many cases come as far as each of some steps, when, and which of the others are still on their way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.paths import EPOCH, SECOND, Places, Stretch, nowhere, places_for, stretch_of
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Table, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of

_REACHED, _LEFT, _OPEN = 0, 1, 2
_DIGITS: Final = 7  # binary digits of a length of time that are kept
_NEVER: Final = -(2**62)
_LONGEST: Final = 2**36  # seconds, some 2,000 years


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """When a case is closed, so that what has not happened in it will not happen any more. All others are open.

    Attributes:
        as_of: The instant (UTC) up to which the log is complete. Events after it count all the same.
        activities: One of these closes a case, wherever it stands in it.
        quiet: A case with nothing for so long before `as_of` is closed; None for however long.
    """

    as_of: datetime
    activities: tuple[str, ...] = ()
    quiet: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Cases by the time since they came to the step before (for the first step: since they began).

    Attributes:
        seconds: Whole seconds of which the seven leading binary digits are kept: exact below 128, else up to 0.8 % too short.
        reached: Cases that came to the step after so long.
        left: Cases that closed without it, so long after, as far as is known: at their last event.
        still_open: Cases that have been waiting for so long and may come yet.
    """

    seconds: int
    reached: int
    left: int
    still_open: int


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of a funnel. `reached`, `left` and `still_open` add up to the cases that came to the step before.

    Attributes:
        activity: Its name.
        reached: Cases that came to it, after the steps before it and in their order.
        left: Cases that came to the step before, and closed without this one.
        still_open: Cases that came to the step before and may yet come to this one.
        elapsed: All of them by the time since the step before, in order.
        wait: Of the cases that came, the exact time since the step before; None if none came.
    """

    activity: str
    reached: int
    left: int
    still_open: int
    elapsed: tuple[Elapsed, ...]
    wait: Stretch | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel over all `cases`, of which `closed` are closed."""

    cases: int
    closed: int
    steps: tuple[FunnelStep, ...]


def funnel(
    warehouse: Log,
    steps: Sequence[str],
    *,
    journey: str,
    closing: Closing,
    where: EventFilter = ALL_EVENTS,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> Funnel:
    """Count how far the cases of a journey come.

    Args:
        warehouse: Where to look.
        steps: Activities in order. A case has reached a step at its first event of it after the step before was reached; what
            else happens in between does not matter, and an activity may come twice.
        journey: Whose cases are counted.
        closing: Which cases are closed.
        where: Which events, or cases, count.
        places: Which two of the sorted waits to tell beside their median.
        progress: Hears the share done.

    Raises:
        ValueError: No step is given.
    """
    question = FunnelOf(tuple(steps), closing, places)
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class FunnelOf:
    """The question behind `funnel`."""

    steps: tuple[str, ...]
    closing: Closing
    places: Places = nowhere

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a funnel needs a step")

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        codes = tuple(names.code(step) for step in self.steps)
        tables = (
            *closed_cases(self.closing, names),
            *_reached(codes),
            ("moving", Statement(_moves(len(codes)), ())),
        )
        return {
            "closed": Tally(
                also=tables[:2],
                select="SELECT grp, count(*) AS cases, sum(closed) AS closed FROM closable GROUP BY grp",
                keys=("grp",), sums=("cases", "closed"), uses=("cases",),
            ),
            "elapsed": Tally(
                also=tables, select=ELAPSED, keys=("grp", "step", "outcome", "elapsed"), sums=("n",), uses=("cases",),
                parameters=(micros_of(self.closing.as_of), SECOND),
            ),
            "waits": Sample(
                also=tables, select="SELECT grp, step, until - since AS value FROM moving WHERE until IS NOT NULL",
                keys=("grp", "step"), places=places_for(self.places), uses=("cases",),
            ),
        }  # fmt: skip

    def answer(self, found: Found, group: Group) -> Funnel:
        cases, closed = next(found.rows("closed", group), (0, 0))
        counts: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
        for step, outcome, seconds, n in found.rows("elapsed", group):
            counts[step][seconds][outcome] += n
        waits = found.sample("waits", group)
        steps = []
        for place, activity in enumerate(self.steps, start=1):
            elapsed = tuple(Elapsed(seconds, *at) for seconds, at in sorted(counts[place].items()))
            wait = stretch_of(waits[(place,)], self.places) if (place,) in waits else None
            reached, left, still_open = (
                sum(at[outcome] for at in counts[place].values()) for outcome in (_REACHED, _LEFT, _OPEN)
            )
            steps.append(FunnelStep(activity, reached, left, still_open, elapsed, wait))
        return Funnel(cases, closed, tuple(steps))


def micros_of(instant: datetime) -> int:
    """Microseconds since 1970 of an instant in UTC without a zone."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def closed_cases(closing: Closing, names: Names) -> tuple[Table, Table]:
    """The tables `closers` and, over it and `cases`, `closable`, which says of each case whether it is closed."""
    codes = tuple(names.code(activity) for activity in closing.activities)
    ended = f"activity IN ({', '.join('?' * len(codes))})" if codes else "1 = 0"
    quiet = closing.quiet
    asleep = micros_of(closing.as_of) - quiet // timedelta(microseconds=1) if quiet is not None else _NEVER
    closers = Statement(f"SELECT DISTINCT case_id FROM steps WHERE {ended}", codes)
    return ("closers", closers), ("closable", Statement(CLOSABLE, (asleep,)))


CLOSABLE: Final = """
    SELECT
        cases.case_id, cases.grp, cases.first_micros, cases.last_micros,
        CASE WHEN closers.case_id IS NOT NULL OR cases.last_micros < ? THEN 1 ELSE 0 END AS closed
    FROM cases LEFT JOIN closers ON closers.case_id = cases.case_id
"""


def _reached(codes: Sequence[Any]) -> Iterator[Table]:
    """For each step the cases that reached it, with its place and time."""
    first = "SELECT case_id, min(place) AS place, min(micros) AS micros FROM steps WHERE activity = ? GROUP BY case_id"
    for number, code in enumerate(codes, start=1):
        further = f"""
        SELECT steps.case_id, min(steps.place) AS place, min(steps.micros) AS micros
        FROM steps JOIN reached_{number - 1} AS earlier ON earlier.case_id = steps.case_id
        WHERE steps.activity = ? AND steps.place > earlier.place GROUP BY steps.case_id"""
        yield f"reached_{number}", Statement(first if number == 1 else further, (code,))


def _moves(count: int) -> str:
    """From each step to the next, for the cases that came to it."""
    parts = []
    for number in range(1, count + 1):
        since = "closable.first_micros" if number == 1 else "earlier.micros"
        came = (
            ""
            if number == 1
            else f"JOIN reached_{number - 1} AS earlier ON earlier.case_id = closable.case_id"
        )
        parts.append(f"""
        SELECT
            closable.grp, closable.closed, closable.last_micros, {number} AS step, {since} AS since,
            reached_{number}.micros AS until
        FROM closable {came} LEFT JOIN reached_{number} ON reached_{number}.case_id = closable.case_id""")
    return " UNION ALL ".join(parts)


def shortened(seconds: str) -> str:
    """Whole seconds of which the leading digits are kept; only whole numbers, so that every engine rounds alike."""
    cases = []
    step, border = 1, 2**_DIGITS
    while border <= _LONGEST:
        cases.append(f"WHEN {seconds} < {border} THEN {seconds} - {seconds} % {step}")
        step, border = step * 2, border * 2
    return f"CASE {' '.join(cases)} ELSE {_LONGEST} END"


ELAPSED = f"""
    SELECT grp, step, outcome, {shortened("seconds")} AS elapsed, count(*) AS n FROM (
        SELECT grp, step, outcome, CAST((micros - micros % second) / second AS BIGINT) AS seconds FROM (
            SELECT
                grp, step,
                CASE WHEN until IS NOT NULL THEN {_REACHED} WHEN closed = 1 THEN {_LEFT} ELSE {_OPEN} END AS outcome,
                greatest(CASE WHEN until IS NOT NULL THEN until WHEN closed = 1 THEN last_micros ELSE ? END - since, 0) AS micros,
                ? AS second
            FROM moving
        ) AS spans
    ) AS rounded GROUP BY grp, step, outcome, {shortened("seconds")}
"""
