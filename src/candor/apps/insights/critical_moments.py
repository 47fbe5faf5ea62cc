"""Critical moments of a journey: the evidence is gathered from feedback and the event log, and held together by `analytics`.

Only what the asker may see is counted: feedback and episodes of their units. Nothing here knows a name, a customer or a word.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from candor.analytics import (
    CriticalMoments,
    DropOff,
    FeelingChanges,
    MomentEvidence,
    PromiseKept,
    critical_moments,
    drop_off_bends,
    feeling_changes,
    median_ranks,
    promise_from_counts,
)
from candor.apps.feedback.choices import AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.journeys.models import Journey, Touchpoint
from candor.apps.journeys.queries import journey_map
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.surveys.polarity import high_is_good, turned_scales
from candor.foundation.storage import warehouse
from candor.warehouse.queries import EventFilter, FirstPass, Stop, first_passes, stops

from .moment_proposals import Proposal, Question, propose

KINDS = (AnswerKind.CSAT, AnswerKind.CES, AnswerKind.NPS, AnswerKind.TRUST)
"""Kinds of question that may be compared across touchpoints; of several the one with the most answers."""
QUIET_DAYS = 60
"""An episode without any event for so long is over; until then whoever stopped may still go on."""
HOUR, DAY = 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, by the keys of touchpoints.

    Attributes:
        moments: Every touchpoint with its evidence.
        kind: The kind of question whose answers were compared; empty without any.
        seen: Keys of the touchpoints that the event log knows by an activity.
        episodes: Episodes with feedback that were looked at.
        proposal: The touchpoints, where nobody designed the journey; None with a design.
    """

    moments: CriticalMoments
    kind: str
    seen: tuple[str, ...]
    episodes: int
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class _Told:
    """One answer, or feedback without a number (`kind` is empty)."""

    kind: str
    value: float
    episode: str
    customer: int | None
    at: float
    touchpoint: str


def question_of(journey: Journey, scope: Scope) -> Question:
    """The question that a scope asks; nothing at all where it would tell of one person."""
    units = scope.unit_ids(Permission.READ_INSIGHTS)
    if scope.is_about_one_person(Permission.READ_INSIGHTS):
        units = []
    period = scope.period
    since, until = (None, None) if period.key == "all" else (period.since, period.until)
    return Question(
        journey=journey.key,
        design=journey.version,
        since=since,
        until=until,
        as_of=scope.as_of,
        units=units,
    )


def find(question: Question, told: Callable[[float], None] = lambda _share: None) -> Found | None:
    """Gather the evidence and find the moments; `told` hears the share done. None with neither touchpoints nor events.

    Where nobody designed the journey, the touchpoints that its map proposes take the place of a design.
    """
    journey, stages = journey_map(question.journey)
    by_stage, proposal = [list(stage.touchpoints.all()) for stage in stages], None
    if not any(by_stage):
        question, proposed, proposal = propose(journey, question)
        by_stage = [list(stage.touchpoints) for stage in proposed]
    points = [point for stage in by_stage for point in stage]
    if not points:
        return None
    told(0.05)
    feedback = list(_told(question, points))
    told(0.3)
    passes = _passes(question, points, {one.episode for one in feedback})
    known = [one for one in feedback if one.episode in passes or not any(point.activity for point in points)]
    told(0.6)
    counted = _stops(question, points, _goal(by_stage))
    told(0.8)
    kind = _kind(known)
    changes = _changes(points, [one for one in known if one.kind == kind], passes)
    drop_offs = _drop_offs(points, _goal(by_stage), counted)
    heard = _heard(known, passes)
    evidence = [
        MomentEvidence(
            touchpoint=point.key,
            passed=counted[point.activity].passed if point.activity in counted else len(heard[point.key]),
            heard=len(heard[point.key]),
            change=change if kind else None,
            drop_off=drop_offs.get(point.key),
            promise=_promise(point, counted.get(point.activity)),
        )
        for point, change in zip(points, changes.changes, strict=True)
    ]
    told(1.0)
    moments = critical_moments(evidence, changes)
    return Found(
        moments=_without_silence(moments) if proposal else moments,
        kind=kind,
        seen=tuple(point.key for point in points if point.activity in counted),
        episodes=len({one.episode for one in known}),
        proposal=proposal,
    )


def _without_silence(found: CriticalMoments) -> CriticalMoments:
    """Nobody could tell us anything about a touchpoint that is only proposed, so silence there is no reason to look."""
    moments = tuple(
        replace(one, reasons=tuple(reason for reason in one.reasons if reason != "no_feedback"))
        for one in found.moments
    )
    return replace(found, moments=moments)


def _told(question: Question, points: list[Touchpoint]) -> Iterable[_Told]:
    """All feedback about the journey's touchpoints that belongs to an episode, each number an answer of its own."""
    rows = Feedback.objects.filter(touchpoint__in=[point.pk for point in points]).exclude(episode="")
    if question.units is not None:
        rows = rows.filter(unit_id__in=question.units)
    columns = ("episode", "customer_id", "received_at", "touchpoint__key")
    for episode, customer, at, touchpoint in rows.order_by("pk").values_list(*columns).iterator():
        yield _Told("", 0.0, episode, customer, at.timestamp(), touchpoint)
    answers = Answer.objects.filter(feedback__in=rows, kind__in=KINDS, number__isnull=False)
    turned = turned_scales(rows.order_by().values_list("source", flat=True).distinct())
    of_answers = (
        "kind",
        "question",
        "number",
        "feedback__source",
        *(f"feedback__{name}" for name in columns),
    )
    for kind, asked, number, source, episode, customer, at, touchpoint in (
        answers.order_by("pk").values_list(*of_answers).iterator()
    ):
        value = high_is_good(number, source, asked, turned)
        yield _Told(kind, value, episode, customer, at.timestamp(), touchpoint)


def _passes(question: Question, points: list[Touchpoint], episodes: set[str]) -> dict[str, dict[str, float]]:
    """Episode to touchpoint to its first pass, of episodes in the period that left feedback."""
    by_activity: dict[str, list[str]] = defaultdict(list)
    for point in points:
        by_activity[point.activity].append(point.key)
    by_activity.pop("", None)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    rows: Iterable[FirstPass] = first_passes(
        warehouse(), sorted(by_activity), sorted(episodes), journey=question.journey, where=_where(question)
    )
    for row in rows:
        for key in by_activity[row.activity]:
            found[row.case_id][key] = row.at.replace(tzinfo=UTC).timestamp()
    return dict(found)


def _stops(question: Question, points: list[Touchpoint], goal: set[str]) -> dict[str, Stop]:
    """What the event log counted, by activity; touchpoints that it never saw have none."""
    quiet_since = datetime.combine(question.as_of - timedelta(days=QUIET_DAYS), time())
    found = stops(
        warehouse(),
        list(dict.fromkeys(point.activity for point in points if point.activity)),
        journey=question.journey,
        quiet_since=quiet_since,
        arrived=sorted({point.activity for point in points if point.key in goal and point.activity}),
        promised={
            point.activity: (point.promised_from, point.promised_hours * HOUR)
            for point in points
            if point.activity and point.promised_hours
        },
        where=_where(question),
        places=median_ranks,
    )
    return {one.activity: one for one in found if one.passed}


def _where(question: Question) -> EventFilter:
    until = question.until and question.until + timedelta(days=1)
    return EventFilter(since=question.since, until=until, units=question.units)


def _goal(by_stage: list[list[Touchpoint]]) -> set[str]:
    """Where an episode has arrived: the last stage, or of one stage the last touchpoint. Nobody is lost from there on."""
    filled = [stage for stage in by_stage if stage]
    last = filled[-1]
    return {point.key for point in (last if len(filled) > 1 else last[-1:])}


def _kind(told: Iterable[_Told]) -> str:
    counts = Counter(one.kind for one in told if one.kind)
    return max(counts, key=lambda kind: (counts[kind], -KINDS.index(AnswerKind(kind))), default="")


def _changes(
    points: list[Touchpoint], told: list[_Told], passes: dict[str, dict[str, float]]
) -> FeelingChanges:
    """Changes of feeling. Who answers about a touchpoint has passed it, whatever the log knows; and the answer is as of the pass."""
    places = [(one, _as_of(one, passes)) for one in told]
    rows = [(episode, key, at) for episode, by_key in passes.items() for key, at in by_key.items()]
    rows += [(one.episode, one.touchpoint, at) for one, at in places]
    return feeling_changes(
        touchpoints=[point.key for point in points],
        journeys=[one.episode for one, _at in places],
        at=[at for _one, at in places],
        scores=[one.value for one, _at in places],
        persons=[f"c{one.customer}" if one.customer else f"e{one.episode}" for one, _at in places],
        passed_journeys=[episode for episode, _key, _at in rows],
        passed_touchpoints=[key for _episode, key, _at in rows],
        passed_at=[at for _episode, _key, at in rows],
    )


def _as_of(one: _Told, passes: dict[str, dict[str, float]]) -> float:
    """When the touchpoint was passed that an answer is about: people answer about it, though later things happened since."""
    passed = passes.get(one.episode, {}).get(one.touchpoint, one.at)
    return min(passed, one.at)


def _heard(told: Iterable[_Told], passes: dict[str, dict[str, float]]) -> dict[str, set[str]]:
    """Touchpoint to the episodes that passed it and spoke of it; where the log knows no episodes, those that spoke of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in told:
        if not passes or one.touchpoint in passes.get(one.episode, {}):
            found[one.touchpoint].add(one.episode)
    return found


def _drop_offs(points: list[Touchpoint], goal: set[str], counted: dict[str, Stop]) -> dict[str, DropOff]:
    asked = [point for point in points if point.key not in goal and point.activity in counted]
    rows = [counted[point.activity] for point in asked]
    found = drop_off_bends(
        [point.key for point in asked],
        reached=[row.passed for row in rows],
        lost=[row.ended for row in rows],
        still_open=[row.still_open for row in rows],
    )
    return {one.step: one for one in found}


def _promise(point: Touchpoint, row: Stop | None) -> PromiseKept | None:
    """Waits in days against the promise, by its own clock."""
    if row is None or not point.promised_hours or not row.waited:
        return None
    ends: Any = (row.lateness, row.low_lateness, row.high_lateness)
    lateness = None if row.lateness is None else tuple(None if end is None else end / DAY for end in ends)
    return promise_from_counts(
        kept=row.kept,
        late=row.waited - row.kept,
        promised=point.promised_hours * HOUR / DAY,
        lateness=lateness,  # type: ignore[arg-type]
    )
