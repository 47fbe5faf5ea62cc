"""What the page with a closer look at a journey shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from candor.analytics import Estimate, top_box_share
from candor.apps.organization.queries import workspace
from candor.warehouse.queries import Between, PingPong, Repeat, Rework

from . import asking
from .counting import QUIET
from .depth import WAYS, Depth, LedThrough, WaitingPlace
from .models import Stage
from .pages import designed, frame, shown_for
from .picks import Pick

LISTED = 10


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A step with its share of all waiting, by the names of its touchpoints."""

    place: WaitingPlace
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """An activity that comes back: in which share of the episodes that have it."""

    repeat: Repeat
    name: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A to and fro between two activities, with the share of the episodes that have it."""

    turn: PingPong
    activity: str
    other: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class LedLine:
    """An activity with the share of the successes that came past it, and whether any episode went without it."""

    led: LedThrough
    name: str
    share: Estimate
    is_passed_by_all: bool


def depth_page(pick: Pick, stages: Sequence[Stage], *, start: str, end: str, goal: str) -> dict[str, Any]:
    """The page; without a `goal` that of the design is taken: its last touchpoint that the log knows."""
    shown = shown_for(pick)
    context, counts = frame(pick, shown), shown.answer.counts
    if counts is None or not counts.paths.cases:
        return context
    names = {point.activity: point.name for stage in designed(stages) for point in stage.touchpoints}
    known = [one.name for one in counts.paths.activities]
    start, end, goal = (one if one in known else "" for one in (start, end, goal))
    goal = goal or _last_of(names, known)
    question = shown.pick.without_design().question() | {"start": start, "end": end, "goal": goal}
    answer = asking.ask_in_depth(question)
    context |= {
        "choices": sorted((names.get(one, one), one) for one in known),
        "start": start,
        "end": end,
        "goal": goal,
        "goal_name": names.get(goal, goal),
        "start_name": names.get(start, start),
        "end_name": names.get(end, end),
        "look": {"answer": answer, "is_widened": False},
        "quiet_days": QUIET.days,
        "ways": WAYS,
    }
    return context | (_found(answer.counts, names) if answer.counts else {})


def _last_of(names: Mapping[str, str], known: Sequence[str]) -> str:
    seen = [activity for activity in names if activity in known]
    return seen[-1] if seen else ""


def _found(depth: Depth, names: Mapping[str, str]) -> dict[str, Any]:
    def name(activity: str) -> str:
        return names.get(activity, activity)

    return {
        "depth": depth,
        "places": [PlaceLine(one, name(one.before), name(one.after)) for one in depth.places[:LISTED]],
        "place_high": max((one.share.high or 0.0 for one in depth.places), default=1.0),
        "again": _share(depth.rework.repeated_in, depth.rework.cases),
        "repeats": _repeats(depth.rework, name),
        "turns": _turns(depth.rework, name),
        "arrived": _arrived(depth.between),
        "effects": _effects(depth, name),
    }


def _share(part: int, whole: int) -> Estimate:
    return top_box_share(favourable=part, n=whole, least_n=workspace().least_n_score)


def _repeats(found: Rework, name: Callable[[str], str]) -> list[RepeatLine]:
    lines = [
        RepeatLine(one, name(one.activity), _share(one.repeated_in, one.cases)) for one in found.activities
    ]
    return lines[:LISTED]


def _turns(found: Rework, name: Callable[[str], str]) -> list[TurnLine]:
    """Each pair once, told by its commoner direction: A, B, A beside B, A, B are the same to and fro."""
    seen: set[frozenset[str]] = set()
    lines = []
    for one in found.ping_pong:
        pair = frozenset((one.activity, one.other))
        if pair not in seen and one.cases >= workspace().least_n_score:
            seen.add(pair)
            lines.append(TurnLine(one, name(one.activity), name(one.other), _share(one.cases, found.cases)))
    return lines[:LISTED]


def _arrived(between: Between | None) -> Estimate | None:
    return _share(between.arrived, between.cases) if between else None


def _effects(depth: Depth, name: Callable[[str], str]) -> list[LedLine]:
    if depth.success is None:
        return []
    return [
        LedLine(
            one,
            name(one.activity),
            _share(one.passed, depth.success.successes),
            one.effect.status == "not_comparable",
        )
        for one in depth.success.effects
    ]
