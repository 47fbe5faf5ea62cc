"""From where to where cases go until they reach a goal or are lost: the counts behind removal effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.funnels import Closing, closed_cases
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of

_MOVED: Final = -1


@dataclass(frozen=True, slots=True)
class Move:
    """How often `after` directly followed `before` on the way to the goal; before the first activity stands None."""

    before: str | None
    after: str
    n: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the way ended: cases that went from `activity` to the goal, were lost there, or are still there.

    The activity is None for cases that began with the goal.
    """

    activity: str | None
    reached: int
    lost: int
    still_open: int


@dataclass(frozen=True, slots=True)
class WayTaken:
    """The activities before the goal, and the cases that took this way: reached the goal by it, were lost, are on it."""

    activities: tuple[str, ...]
    reached: int
    lost: int
    still_open: int


@dataclass(frozen=True, slots=True)
class Transitions:
    """Moves towards a goal.

    Attributes:
        cases: Cases there are.
        moves: By falling number, then by names; those from None are the starts.
        endings: By name, None first. Together they hold every case once.
        ways: Different ways.
        top_ways: The most taken ones, by falling number of cases, then by activities.
    """

    cases: int
    moves: tuple[Move, ...]
    endings: tuple[Ending, ...]
    ways: int
    top_ways: tuple[WayTaken, ...]


def transitions(
    warehouse: Log,
    goal: Sequence[str],
    *,
    journey: str,
    closing: Closing,
    where: EventFilter = ALL_EVENTS,
    top: int = 1000,
    progress: Progress = unheard,
) -> Transitions:
    """Count the moves of cases until their first activity of the goal; what comes after it is left out.

    Args:
        warehouse: Where to look.
        goal: Activities, any of which is the goal.
        journey: Whose cases are counted.
        closing: Which cases are closed: without the goal these are lost, all others still open.
        where: Which events, or cases, count.
        top: How many ways to list.
        progress: Hears the share done.

    Raises:
        ValueError: No goal is given.
    """
    question = TowardsGoal(tuple(goal), closing, top)
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class TowardsGoal:
    """The question behind `transitions`."""

    goal: tuple[str, ...]
    closing: Closing
    top: int = 1000

    def __post_init__(self) -> None:
        if not self.goal:
            raise ValueError("transitions need a goal")

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        goal = tuple(names.code(activity) for activity in self.goal)
        goals = Statement(GOALS.replace("{goal}", ", ".join("?" * len(goal))), goal)
        tables = (
            *closed_cases(self.closing, names), ("goals", goals), ("towards", Statement(TOWARDS, ())),
        )  # fmt: skip
        return {
            "cases": Tally(
                also=tables, select=CASES, keys=("grp",), sums=("cases", "at_once"), uses=("cases",)
            ),
            "moves": Tally(
                also=tables, select=MOVES, keys=("grp", "before", "after", "outcome"), sums=("n", "starts"),
                uses=("cases",),
            ),
            "ways": Tally(
                also=tables, select=WAYS.replace("{path}", names.path_of), keys=("grp", "path"),
                sums=("reached", "lost", "still_open"), uses=("cases",),
                shown=(COUNTED, Statement(LISTED, (self.top,))),
            ),
        }  # fmt: skip

    def answer(self, found: Found, group: Group) -> Transitions:
        name = found.names.name
        cases, at_once = next(found.rows("cases", group), (0, 0))
        moves: dict[tuple[str | None, str], int] = {}
        endings: dict[str, list[int]] = {}
        for before, after, outcome, n, starts in found.rows("moves", group):
            if starts:
                moves[None, name(before)] = moves.get((None, name(before)), 0) + starts
            if outcome == _MOVED:
                moves[name(before), name(after)] = n
            else:
                endings.setdefault(name(before), [0, 0, 0])[outcome] += n
        listed = (WayTaken(found.names.path(path), *n) for path, *n in found.rows("ways", group, told=1))
        return Transitions(
            cases,
            tuple(sorted((Move(*key, n) for key, n in moves.items()), key=_by_number)),
            (
                *([Ending(None, at_once, 0, 0)] if at_once else []),
                *(Ending(activity, *counts) for activity, counts in sorted(endings.items())),
            ),
            next(found.rows("ways", group), (0,))[0],
            tuple(
                sorted(listed, key=lambda way: (-(way.reached + way.lost + way.still_open), way.activities))
            ),
        )


def _by_number(move: Move) -> tuple[int, bool, str, str]:
    return -move.n, move.before is not None, move.before or "", move.after


GOALS: Final = "SELECT case_id, min(place) AS place FROM steps WHERE activity IN ({goal}) GROUP BY case_id"

TOWARDS: Final = """
    SELECT
        steps.case_id, steps.grp, steps.activity, steps.place,
        CASE WHEN steps.after IS NULL OR steps.place = goals.place - 1 THEN NULL ELSE steps.after END AS after,
        CASE WHEN goals.place IS NOT NULL THEN 0 WHEN closable.closed = 1 THEN 1 ELSE 2 END AS outcome
    FROM steps JOIN closable ON closable.case_id = steps.case_id LEFT JOIN goals ON goals.case_id = steps.case_id
    WHERE goals.place IS NULL OR steps.place < goals.place
"""

CASES: Final = """
    SELECT closable.grp, count(*) AS cases, count(CASE WHEN goals.place = 1 THEN 1 END) AS at_once
    FROM closable LEFT JOIN goals ON goals.case_id = closable.case_id GROUP BY closable.grp
"""

MOVES: Final = f"""
    SELECT
        grp, activity AS before, after, CASE WHEN after IS NOT NULL THEN {_MOVED} ELSE outcome END AS outcome,
        count(*) AS n, sum(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS starts
    FROM towards GROUP BY grp, activity, after, CASE WHEN after IS NOT NULL THEN {_MOVED} ELSE outcome END
"""

WAYS: Final = """
    SELECT
        grp, path, sum(CASE WHEN outcome = 0 THEN 1 ELSE 0 END) AS reached,
        sum(CASE WHEN outcome = 1 THEN 1 ELSE 0 END) AS lost, sum(CASE WHEN outcome = 2 THEN 1 ELSE 0 END) AS still_open
    FROM (SELECT case_id, grp, outcome, {path} AS path FROM towards GROUP BY case_id, grp, outcome) AS taken GROUP BY grp, path
"""

COUNTED: Final = Statement(
    "SELECT grp, count(*) AS ways FROM tally GROUP BY grp ORDER BY grp NULLS FIRST", ()
)

LISTED: Final = """
    SELECT grp, path, reached, lost, still_open FROM (
        SELECT
            grp, path, reached, lost, still_open,
            row_number() OVER (PARTITION BY grp ORDER BY reached + lost + still_open DESC, path) AS place
        FROM tally
    ) AS ranked WHERE place <= ? ORDER BY grp NULLS FIRST, place
"""
