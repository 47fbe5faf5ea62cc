"""The designed path against the real ones: which touchpoints are skipped, added, repeated, or come too early."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of


@dataclass(frozen=True, slots=True)
class DesignedStep:
    """A touchpoint of the design, in the real cases.

    Attributes:
        activity: Its name.
        cases: Cases that have it.
        skipped: Cases that have a later touchpoint of the design, and not this one.
        not_reached: Cases that have neither this one nor a later one: they ended before, or are not there yet.
        repeated_in: Cases that have it more than once.
        repeats: Events of it beyond the first of a case.
        too_early: Cases in which it first comes before the first of a touchpoint that is designed to come earlier.
    """

    activity: str
    cases: int
    skipped: int
    not_reached: int
    repeated_in: int
    repeats: int
    too_early: int


@dataclass(frozen=True, slots=True)
class Added:
    """An activity that is not in the design: its events and the cases that have it."""

    activity: str
    cases: int
    events: int


@dataclass(frozen=True, slots=True)
class Conformance:
    """How the cases of a journey follow its design.

    Attributes:
        cases: Cases there are.
        followed: Cases that went exactly the designed path, from its first touchpoint to its last.
        followed_so_far: Cases that went the beginning of it and nothing else, and ended or wait there.
        in_order: Cases that have all designed touchpoints, first met in the designed order, whatever else they have
            (those that followed are among them).
        steps: The touchpoints of the design, in its order.
        added: Activities that are not in the design, by falling number of cases, then by name.
    """

    cases: int
    followed: int
    followed_so_far: int
    in_order: int
    steps: tuple[DesignedStep, ...]
    added: tuple[Added, ...]


def conformance(
    warehouse: Log,
    design: Sequence[str],
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    progress: Progress = unheard,
) -> Conformance:
    """Hold the real paths of a journey against the designed one.

    Args:
        warehouse: Where to look.
        design: Activities in the designed order, each once.
        journey: Whose cases are counted.
        where: Which events, or cases, count.
        progress: Hears the share done.

    Raises:
        ValueError: The design is empty, or has an activity twice.
    """
    question = Designed(tuple(design))
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class Designed:
    """The question behind `conformance`."""

    design: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.design or len(set(self.design)) < len(self.design):
            raise ValueError("a design needs at least one activity, and each of them once")

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        numbered = [(names.code(activity), place) for place, activity in enumerate(self.design, start=1)]
        values = ", ".join(["(?, ?)"] * len(numbered))
        design = Statement(
            f"SELECT * FROM (VALUES {values}) AS places (activity, position)",
            tuple(value for pair in numbered for value in pair),
        )
        tables = (("design", design), *TABLES)
        last = len(numbered)
        return {
            "cases": Tally(
                also=tables, select=CASES, keys=("grp", "furthest"),
                sums=("cases", "followed", "followed_so_far", "in_order"), uses=("visits",),
                parameters=(last, last, last),
            ),
            "steps": Tally(
                also=tables, select=STEPS, keys=("grp", "position"),
                sums=("cases", "not_furthest", "repeated_in", "repeats", "too_early"), uses=("visits",),
            ),
            "added": Tally(
                also=tables, select=ADDED, keys=("grp", "activity"), sums=("cases", "events"), uses=("visits",),
            ),
        }  # fmt: skip

    def answer(self, found: Found, group: Group) -> Conformance:
        by_furthest = {furthest: counts for furthest, *counts in found.rows("cases", group)}
        cases, followed, so_far, in_order = (
            sum(counts[place] for counts in by_furthest.values()) for place in range(4)
        )
        seen = {position: counts for position, *counts in found.rows("steps", group)}
        steps = []
        for position, activity in enumerate(self.design, start=1):
            having, not_furthest, *others = seen.get(position, (0, 0, 0, 0, 0))
            beyond = sum(counts[0] for furthest, counts in by_furthest.items() if furthest > position)
            short = sum(counts[0] for furthest, counts in by_furthest.items() if furthest < position)
            steps.append(DesignedStep(activity, having, beyond - not_furthest, short, *others))
        added = (Added(found.names.name(code), *counts) for code, *counts in found.rows("added", group))
        return Conformance(
            cases,
            followed,
            so_far,
            in_order,
            tuple(steps),
            tuple(sorted(added, key=lambda one: (-one.cases, one.activity))),
        )


PLACED = """
    SELECT visits.case_id, visits.grp, visits.activity, visits.n, visits.first_place, design.position
    FROM visits LEFT JOIN design ON design.activity = visits.activity
"""
ORDERED = """
    SELECT
        case_id, grp, activity, n, first_place, position,
        max(position) OVER (PARTITION BY case_id) AS furthest,
        max(first_place) OVER (PARTITION BY case_id ORDER BY position) AS latest
    FROM placed WHERE position IS NOT NULL
"""
FOLLOWING = """
    SELECT
        placed.case_id, placed.grp, sum(placed.n) AS n, coalesce(max(placed.position), 0) AS furthest,
        count(CASE WHEN placed.n = 1 AND placed.first_place = placed.position THEN 1 END) AS fitting,
        count(placed.position) AS present,
        count(CASE WHEN ordered.latest > ordered.first_place THEN 1 END) AS too_early
    FROM placed LEFT JOIN ordered ON ordered.case_id = placed.case_id AND ordered.activity = placed.activity
    GROUP BY placed.case_id, placed.grp
"""
TABLES = tuple(
    (name, Statement(query, ()))
    for name, query in (("placed", PLACED), ("ordered", ORDERED), ("following", FOLLOWING))
)

CASES = """
    SELECT
        grp, furthest, count(*) AS cases,
        sum(CASE WHEN fitting = n AND n = ? THEN 1 ELSE 0 END) AS followed,
        sum(CASE WHEN fitting = n AND n < ? THEN 1 ELSE 0 END) AS followed_so_far,
        sum(CASE WHEN present = ? AND too_early = 0 THEN 1 ELSE 0 END) AS in_order
    FROM following GROUP BY grp, furthest
"""

STEPS = """
    SELECT
        grp, position, count(*) AS cases,
        sum(CASE WHEN furthest > position THEN 1 ELSE 0 END) AS not_furthest,
        sum(CASE WHEN n > 1 THEN 1 ELSE 0 END) AS repeated_in, sum(n - 1) AS repeats,
        sum(CASE WHEN latest > first_place THEN 1 ELSE 0 END) AS too_early
    FROM ordered GROUP BY grp, position
"""

ADDED = """
    SELECT grp, activity, count(*) AS cases, sum(n) AS events FROM placed WHERE position IS NULL GROUP BY grp, activity
"""
