"""What is done again: activities that come back in a case, and cases that go to and fro between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of


@dataclass(frozen=True, slots=True)
class Repeat:
    """An activity that some cases have more than once.

    Attributes:
        activity: Its name.
        cases: Cases that have it.
        repeated_in: Of them, those that have it more than once.
        repeats: Events beyond the first of a case.
        at_once: Of the repeats, those with nothing else in between.
        most: The most events of it in one case.
    """

    activity: str
    cases: int
    repeated_in: int
    repeats: int
    at_once: int
    most: int


@dataclass(frozen=True, slots=True)
class PingPong:
    """`activity`, then `other`, then `activity` again, directly after one another: how often, and in how many cases."""

    activity: str
    other: str
    n: int
    cases: int


@dataclass(frozen=True, slots=True)
class Rework:
    """What is done again in the cases of a journey.

    Attributes:
        cases: Cases there are.
        events: Events there are.
        repeated_in: Cases in which some activity comes more than once.
        repeats: Events beyond the first of their activity in a case.
        activities: Those that repeat, by falling number of repeats, then by name.
        ping_pong: By falling number, then by names. A long to and fro counts each turn: A B A B is two.
    """

    cases: int
    events: int
    repeated_in: int
    repeats: int
    activities: tuple[Repeat, ...]
    ping_pong: tuple[PingPong, ...]


def rework(
    warehouse: Log, *, journey: str, where: EventFilter = ALL_EVENTS, progress: Progress = unheard
) -> Rework:
    """Count what is done again within the cases of a journey."""
    return ask_one(warehouse, way_of(journey, where), Reworked(), progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class Reworked:
    """The question behind `rework`."""

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        return {"totals": TOTALS, "repeats": REPEATS, "at_once": AT_ONCE, "turns": TURNS}

    def answer(self, found: Found, group: Group) -> Rework:
        name = found.names.name
        at_once: dict[Any, int] = dict(found.rows("at_once", group))
        repeats = (
            Repeat(name(code), cases, again, n, at_once.get(code, 0), most)
            for code, cases, again, n, most in found.rows("repeats", group)
        )
        turns = (
            PingPong(name(activity), name(other), *counts)
            for activity, other, *counts in found.rows("turns", group)
        )
        cases, events, repeated_in, all_repeats = next(found.rows("totals", group), (0, 0, 0, 0))
        return Rework(
            cases,
            events,
            repeated_in,
            all_repeats,
            tuple(
                sorted((one for one in repeats if one.repeats), key=lambda one: (-one.repeats, one.activity))
            ),
            tuple(sorted(turns, key=lambda one: (-one.n, one.activity, one.other))),
        )


TOTALS = Tally(
    also=(
        (
            "repeating",
            Statement(
                "SELECT case_id, grp, sum(n) AS events, sum(n - 1) AS repeats FROM visits GROUP BY case_id, grp",
                (),
            ),
        ),
    ),
    select="""
    SELECT
        grp, count(*) AS cases, sum(events) AS events,
        count(CASE WHEN repeats > 0 THEN 1 END) AS repeated_in, sum(repeats) AS repeats
    FROM repeating GROUP BY grp
    """,
    keys=("grp",),
    sums=("cases", "events", "repeated_in", "repeats"),
    uses=("visits",),
)

REPEATS = Tally(
    select="""
    SELECT
        grp, activity, count(*) AS cases, count(CASE WHEN n > 1 THEN 1 END) AS repeated_in,
        sum(n - 1) AS repeats, max(n) AS most
    FROM visits GROUP BY grp, activity
    """,
    keys=("grp", "activity"),
    sums=("cases", "repeated_in", "repeats"),
    highs=("most",),
    uses=("visits",),
)

AT_ONCE = Tally(
    select="SELECT grp, activity, count(*) AS n FROM steps WHERE after = activity GROUP BY grp, activity",
    keys=("grp", "activity"),
    sums=("n",),
)

TURNS = Tally(
    also=(
        (
            "turning",
            Statement(
                """SELECT case_id, grp, activity, after, lead(after) OVER (PARTITION BY case_id ORDER BY place) AS later
                FROM steps""",
                (),
            ),
        ),
        (
            "turns",
            Statement(
                """SELECT case_id, grp, activity, after, count(*) AS n FROM turning
                WHERE later = activity AND after <> activity GROUP BY case_id, grp, activity, after""",
                (),
            ),
        ),
    ),
    select="""
    SELECT grp, activity, after AS other, sum(n) AS n, count(*) AS cases FROM turns GROUP BY grp, activity, after
    """,
    keys=("grp", "activity", "other"),
    sums=("n", "cases"),
)
