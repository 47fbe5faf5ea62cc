"""The paths that cases take: what directly follows what after how long, which ways there are, where they start and end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Sorted, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of, way_of_two

SECOND: Final = 1_000_000  # microseconds
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  UTC


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

    `low_wait` and `high_wait` are the waits at the places that were asked for, None where there were none; 90 % of the waits
    are no longer than `p90_wait` (between two of them it is interpolated).
    """

    before: str
    after: str
    n: int
    cases: int
    median_wait: float
    low_wait: float | None = None
    high_wait: float | None = None
    p90_wait: float | None = None


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
        activities: By falling number of events, then by name.
        edges: By falling number, then by names.
        top_variants: By falling number of cases, then by activities.
        low_duration: The duration at the lower place that was asked for, None without one.
        high_duration: The same at the upper place.
        p90_duration: 90 % of the durations are no longer.
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
    p90_duration: float | None = None

    @property
    def transitions(self) -> int:
        """How often something directly followed something in a case."""
        return sum(edge.n for edge in self.edges)

    def longest_waits(self, top: int = 10, *, least: int = 1) -> tuple[Edge, ...]:
        """The edges with the longest median wait of those with at least `least` waits."""
        enough = [edge for edge in self.edges if edge.n >= least]
        return tuple(sorted(enough, key=lambda edge: (-edge.median_wait, edge.before, edge.after))[:top])

    def drop_offs(self, top: int = 10, *, wanted: Iterable[str] = ()) -> tuple[Activity, ...]:
        """The activities after which most cases have nothing more, without those that are `wanted` as an end."""
        known = frozenset(wanted)
        ended = [one for one in self.activities if one.ends and one.name not in known]
        return tuple(sorted(ended, key=lambda one: (-one.ends, one.cases, one.name))[:top])


Places = Callable[[int], tuple[int, int] | None]
"""For so many sorted values, the places of two of them, counted from 1; None for none."""


def nowhere(n: int) -> None:
    """No places."""


def event_cases(
    warehouse: Log,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    top: int = 10,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> CaseSummary:
    """Count the cases of a journey, their paths, and what directly follows what.

    Args:
        warehouse: Where to look.
        journey: The journey (process) whose cases are counted.
        where: Which events, or cases, count.
        top: How many variants to list.
        places: Which of the sorted waits, and of the sorted durations, to tell beside their median.
        progress: Hears the share done.

    Returns:
        All counts of one and the same state of the log. Events of a case are ordered by time, ordinal and id.
    """
    return ask_one(warehouse, way_of(journey, where), Paths(top, places), progress=progress)[EVERYBODY]


def event_cases_by(
    warehouse: Log,
    by: str,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    top: int = 10,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> dict[Group, CaseSummary]:
    """The same for each group of cases, told by the first event of a case: its "month" (202605), "unit", "channel" or "source".

    Raises:
        UnknownColumn: There is no such group.
    """
    return ask_one(warehouse, way_of(journey, where, by), Paths(top, places), progress=progress)


def event_cases_of_two(
    warehouse: Log,
    first: EventFilter,
    second: EventFilter,
    *,
    journey: str,
    top: int = 10,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> tuple[CaseSummary, CaseSummary]:
    """The same of two groups side by side, of one state of the log; a case may belong to both."""
    found = ask_one(warehouse, way_of_two(journey, first, second), Paths(top, places), progress=progress)
    return found.get(1, NO_CASES), found.get(2, NO_CASES)


@dataclass(frozen=True, slots=True)
class Paths:
    """The question behind `event_cases`."""

    top: int = 10
    places: Places = nowhere

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        places = places_for(self.places)
        return {
            "totals": TOTALS,
            "activities": ACTIVITIES,
            "ends": ENDS,
            "edges": EDGES,
            "waits": Sample(select=WAITS, keys=("grp", "before", "after"), places=places),
            "durations": Sample(select=DURATIONS, keys=("grp",), places=places, uses=("cases",)),
            "variants": variants_tally(self.top),
        }

    def answer(self, found: Found, group: Group) -> CaseSummary:
        totals = next(found.rows("totals", group), None)
        if totals is None:
            return NO_CASES
        cases, events, first, last = totals
        whole = stretch_of(found.sample("durations", group)[()], self.places)
        return CaseSummary(
            cases=cases,
            events=events,
            variants=next(found.rows("variants", group))[0],
            first=EPOCH + timedelta(microseconds=first),
            last=EPOCH + timedelta(microseconds=last),
            median_duration=whole.median,
            activities=_activities(found, group),
            edges=_edges(found, group, self.places),
            top_variants=variants_of(found, "variants", group, told=1),
            low_duration=whole.low,
            high_duration=whole.high,
            p90_duration=whole.p90,
        )


NO_CASES: Final = CaseSummary(0, 0, 0, None, None, None, (), (), ())


def _activities(found: Found, group: Group) -> tuple[Activity, ...]:
    ends = {code: counts for code, *counts in found.rows("ends", group)}
    rows = (
        Activity(found.names.name(code), *counts, *ends[code])
        for code, *counts in found.rows("activities", group)
    )
    return tuple(sorted(rows, key=lambda one: (-one.events, one.name)))


def _edges(found: Found, group: Group, places: Places) -> tuple[Edge, ...]:
    name = found.names.name
    waits = found.sample("waits", group)
    edges = []
    for before, after, n, cases in found.rows("edges", group):
        wait = stretch_of(waits[before, after], places)
        edges.append(Edge(name(before), name(after), n, cases, wait.median, wait.low, wait.high, wait.p90))
    return tuple(sorted(edges, key=lambda edge: (-edge.n, edge.before, edge.after)))


def variants_of(found: Found, tally: str, group: Group, *, told: int = 0) -> tuple[Variant, ...]:
    """The variants of a tally of paths, by falling number of cases, then by activities."""
    rows = (Variant(found.names.path(path), cases) for path, cases, *_ in found.rows(tally, group, told=told))
    return tuple(sorted(rows, key=lambda one: (-one.cases, one.activities)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lengths of time in seconds: how many, their median, their 90th percentile, and the two that were asked for."""

    n: int
    median: float
    p90: float
    low: float | None = None
    high: float | None = None


def places_for(places: Places) -> Callable[[int], Iterable[int]]:
    """The places that a `Stretch` needs."""

    def needed(n: int) -> Iterable[int]:
        tenth = (n - 1) * 9 // 10 + 1
        return {(n + 1) // 2, n // 2 + 1, tenth, min(tenth + 1, n), *(places(n) or ())}

    return needed


def stretch_of(found: Sorted, places: Places) -> Stretch:
    """The lengths of time in a sample of microseconds."""
    n, at = found.n, found.at
    whole, part = divmod((n - 1) * 9, 10)
    tenth = at[whole + 1] + (at[min(whole + 2, n)] - at[whole + 1]) * part / 10
    ends = places(n)
    return Stretch(
        n,
        (at[(n + 1) // 2] + at[n // 2 + 1]) / (2 * SECOND),
        round(tenth / SECOND, 6),
        *((at[ends[0]] / SECOND, at[ends[1]] / SECOND) if ends else (None, None)),
    )


TOTALS = Tally(
    select="""
    SELECT
        grp, count(*) AS cases, sum(n) AS events,
        min(first_micros) AS first_micros, max(last_micros) AS last_micros
    FROM cases GROUP BY grp
    """,
    keys=("grp",),
    sums=("cases", "events"),
    lows=("first_micros",),
    highs=("last_micros",),
    uses=("cases",),
)

ACTIVITIES = Tally(
    select="""
    SELECT grp, activity, sum(n) AS events, count(*) AS cases FROM visits GROUP BY grp, activity
    """,
    keys=("grp", "activity"),
    sums=("events", "cases"),
    uses=("visits",),
)

ENDS = Tally(
    select="""
    SELECT
        grp, activity, count(CASE WHEN place = 1 THEN 1 END) AS starts, count(CASE WHEN after IS NULL THEN 1 END) AS ends
    FROM steps GROUP BY grp, activity
    """,
    keys=("grp", "activity"),
    sums=("starts", "ends"),
)

EDGES = Tally(
    select="""
    SELECT grp, before, after, sum(n) AS n, count(*) AS cases FROM pairs GROUP BY grp, before, after
    """,
    keys=("grp", "before", "after"),
    sums=("n", "cases"),
    uses=("pairs",),
)

WAITS = """
    SELECT grp, activity AS before, after, after_micros - micros AS value FROM steps WHERE after IS NOT NULL
    """

DURATIONS = """
    SELECT grp, last_micros - first_micros AS value FROM cases
    """


def variants_tally(top: int) -> Tally:
    """Paths with their cases: told are the number of paths, and the `top` of them."""
    return Tally(
        select="SELECT grp, path, count(*) AS cases FROM paths GROUP BY grp, path",
        keys=("grp", "path"),
        sums=("cases",),
        uses=("paths",),
        shown=(
            Statement(
                "SELECT grp, count(*) AS variants FROM tally GROUP BY grp ORDER BY grp NULLS FIRST", ()
            ),
            Statement(MOST_TAKEN, (top, top)),
        ),
    )


# There may be millions of variants: first it is found out how many cases one of the most taken has, then only those are put in order.
MOST_TAKEN = """
SELECT grp, path, cases FROM (
    SELECT
        tally.grp, tally.path, tally.cases,
        row_number() OVER (PARTITION BY tally.grp ORDER BY tally.cases DESC, tally.path) AS place
    FROM tally JOIN (
        SELECT grp, cases, sum(many) OVER (PARTITION BY grp ORDER BY cases DESC) - many AS before
        FROM (SELECT grp, cases, count(*) AS many FROM tally GROUP BY grp, cases) AS counted
    ) AS levels ON levels.grp IS NOT DISTINCT FROM tally.grp AND levels.cases = tally.cases
    WHERE levels.before < ?
) AS ranked WHERE place <= ? ORDER BY grp NULLS FIRST, place
"""
