"""Where critical moments are looked for on a journey that nobody designed: at the touchpoints that its map proposes."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from candor.apps.journeys.counting import Counts, count
from candor.apps.journeys.drafting import DraftStage, draft
from candor.apps.journeys.models import Journey, Stage, Touchpoint
from candor.apps.journeys.pages import longest_waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose critical moments: a journey, the episodes with an event in a stretch of days, and the units that count.

    `design` is the version of the journey's design, so that another design is another question. Without days every episode counts.
    `units` None stands for everything, rows without a unit included; an empty list for nothing.
    """

    journey: str
    design: int
    since: date | None
    until: date | None
    as_of: date
    units: list[int] | None


@dataclass(frozen=True, slots=True)
class Wait:
    """A step with a long wait: how many episodes took it, and their median wait with its interval, in seconds."""

    before: str
    after: str
    cases: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProposedPoint:
    """A touchpoint that is saved nowhere; its key is its activity, of which there is no second."""

    name: str
    activity: str
    stage: str

    def unsaved(self) -> Touchpoint:
        """The touchpoint as pages show one."""
        return Touchpoint(
            key=self.activity, name=self.name, activity=self.activity, stage=Stage(name=self.stage)
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What stands in for a design.

    Attributes:
        touchpoints: In the order of the journey.
        waits: The longest waits of all steps between events, the longest first.
        is_widened: Whether it is of all time, for the period held no episode.
    """

    touchpoints: tuple[ProposedPoint, ...]
    waits: tuple[Wait, ...]
    is_widened: bool


def propose(journey: Journey, question: Question) -> tuple[Question, tuple[DraftStage, ...], Proposal]:
    """The stages that the map proposes, and the question that they answer: of all time where its days hold no episode."""
    counts, is_widened = _counts(question), False
    if not counts.paths.cases and question.since is not None:
        question, is_widened = replace(question, since=None, until=None), True
        counts = _counts(question)
    stages = draft(journey, counts)
    points = []
    for stage in stages:
        for point in stage.touchpoints:
            point.key = point.activity
            points.append(ProposedPoint(point.name, point.activity, stage.name))
    return question, stages, Proposal(tuple(points), _waits(counts), is_widened)


def _counts(question: Question) -> Counts:
    asked: dict[str, Any] = {
        "journey": question.journey,
        "since": question.since and question.since.isoformat(),
        "until": question.until and (question.until + timedelta(days=1)).isoformat(),
        "units": question.units,
        "channel": "",
        "segment": None,
        "touchpoints": [],
        "promised": {},
    }
    return count(asked, lambda _share: None)


def _waits(counts: Counts) -> tuple[Wait, ...]:
    return tuple(
        Wait(
            line.edge.before,
            line.edge.after,
            line.edge.cases,
            *(end.total_seconds() for end in (line.median, line.low, line.high)),
        )
        for line in longest_waits(counts)
    )
