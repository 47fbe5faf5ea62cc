"""A closer look at the paths of a journey: where the waiting is, what is done again, how long it takes from one activity to another,
and through which of them success leads."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from candor.analytics import (
    Bottleneck,
    Estimate,
    JourneyPath,
    NotIdentifiable,
    bottlenecks,
    median_ranks,
    removal_effects,
)
from candor.foundation.storage import warehouse
from candor.warehouse.queries import (
    EVERYBODY,
    Between,
    Closing,
    Rework,
    Reworked,
    TimeBetween,
    TowardsGoal,
    Transitions,
    Waiting,
    ask,
    waiting,
    way_of,
)
from candor.warehouse.queries.walk import Question

from .counting import QUIET, until_of, where_of

LEAST_BLOCKS = 30  # of episodes, to draw anew from
MOST_EDGES = 40  # are ranked; all others together are one
WAYS = 5_000  # the commonest, from which the removal effect is worked out
OTHERS: Final = ("", "")


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """A step with its share of all waiting, and the places that the data allow it among those that can be ranked (1 for the most)."""

    before: str
    after: str
    share: Estimate
    rank_low: int
    rank_high: int
    is_ranked: bool


@dataclass(frozen=True, slots=True)
class LedThrough:
    """An activity: how many of the successes came past it, and its removal effect in the chain, which forgets where somebody came from."""

    activity: str
    passed: int
    effect: Estimate


@dataclass(frozen=True, slots=True)
class Success:
    """What leads to the goal.

    Attributes:
        reached: The share of the closed episodes that came to it; None where none is closed.
        covered: Of the episodes, those whose way is among the commonest, of which the effects are.
        still_open: Of them, those that may come to it yet; they are left out.
        successes: Of them, those that came to it.
        effects: What most successes came past first; empty where no episode came to the goal.
    """

    reached: Estimate | None
    covered: int
    still_open: int
    successes: int
    effects: tuple[LedThrough, ...]


@dataclass(frozen=True, slots=True)
class Depth:
    """What the page shows. `places` is empty where the episodes are too few to draw from, or nobody waited."""

    places: tuple[WaitingPlace, ...]
    is_top_decided: bool
    rework: Rework
    between: Between | None
    success: Success | None


def look(question: dict[str, Any], told: Callable[[float], None]) -> Depth:
    """Count, on two walks along the cases; `told` hears the share that is done."""
    where, journey = where_of(question), question["journey"]
    found = waiting(warehouse(), journey=journey, where=where, progress=lambda share: told(0.4 * share))
    start, end, goal = question["start"], question["end"], question["goal"]
    asked: dict[str, Question[Any]] = {"rework": Reworked()}
    if start and end:
        asked["between"] = TimeBetween(start, end, places=median_ranks)
    if goal:
        asked["success"] = TowardsGoal((goal,), Closing(as_of=until_of(journey), quiet=QUIET), WAYS)
    answers = ask(
        warehouse(),
        way_of(journey, where),
        list(asked.values()),
        progress=lambda share: told(0.4 + 0.5 * share),
    )
    by_name = {name: answer[EVERYBODY] for name, answer in zip(asked, answers, strict=True)}
    places, is_top_decided = _places(found)
    success = _success(by_name["success"]) if goal else None
    return Depth(places, is_top_decided, by_name["rework"], by_name.get("between"), success)


def _places(found: Waiting) -> tuple[tuple[WaitingPlace, ...], bool]:
    """A row is a block: an edge that thirty blocks waited on was waited on by thirty episodes or more."""
    sums = [sum(column) for column in zip(*found.seconds, strict=True)]
    if len(found.seconds) < LEAST_BLOCKS or not sum(sums):
        return (), False
    order = sorted(range(len(sums)), key=lambda at: (-sums[at], found.edges[at]))
    shown, rest = order[:MOST_EDGES], order[MOST_EDGES:]
    rows = [[row[at] for at in shown] for row in found.seconds]
    edges = [found.edges[at] for at in shown]
    if rest:
        rows = [[*row, sum(block[at] for at in rest)] for row, block in zip(rows, found.seconds, strict=True)]
        edges.append(OTHERS)
    ranked = bottlenecks(rows, [str(number) for number in range(len(edges))], n=found.cases)
    places = tuple(_place(one, edges[int(one.edge)]) for one in ranked.edges)
    return tuple(one for one in places if one.before), ranked.is_top_decided


def _place(one: Bottleneck, edge: tuple[str, str]) -> WaitingPlace:
    return WaitingPlace(*edge, one.share, one.rank_low, one.rank_high, one.is_ranked)


def _success(found: Transitions) -> Success:
    """Episodes that are still open are left out: they have not ended."""
    ways = [JourneyPath(way.activities, way.reached, way.lost) for way in found.top_ways]
    closed = sum(way.reached + way.lost for way in ways)
    still_open = sum(way.still_open for way in found.top_ways)
    if not closed:
        return Success(None, still_open, still_open, 0, ())
    try:
        effects = removal_effects(ways)
    except NotIdentifiable:
        return Success(None, closed + still_open, still_open, 0, ())
    passed = Counter[str]()
    for way in ways:
        passed.update(dict.fromkeys(map(str, way.steps), way.reached))
    led = [
        LedThrough(str(one.touchpoint), passed[str(one.touchpoint)], one.effect) for one in effects.effects
    ]
    led.sort(key=lambda one: -one.passed)  # ties stay in the order of their effects
    return Success(
        effects.reached, closed + still_open, still_open, sum(way.reached for way in ways), tuple(led)
    )
