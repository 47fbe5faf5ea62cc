"""Complaints of a chunk: what went wrong, how it was handled, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import expit

from candor.demo import truths
from candor.demo.clock import LAST_MOMENT, Clock, Floats, Ints
from candor.demo.paths import Journeys
from candor.demo.staff import Crew
from candor.demo.streams import Streams

SEVERITIES: Final = ("low", "medium", "high", "critical")
COMPLAINT_CHANNELS: Final = ("phone", "web", "email", "letter", "branch", "regulator")
CHANNEL_SHARES: Final = (0.36, 0.27, 0.21, 0.04, 0.09, 0.03)
DECISIONS: Final = ("upheld", "partly upheld", "not upheld")
ACKNOWLEDGE_DAYS: Final = 2.0
DECIDE_DAYS: Final = 15.0
BASE_LOG_ODDS: Final = -3.62
REPEAT_SHARE: Final = 0.09
NOT_YET: Final = -1


class Issue(NamedTuple):
    """An issue of the taxonomy, how often it is the one, and what its comments speak of."""

    issue: str
    sub_issue: str
    weight: float
    aspects: tuple[str, ...]
    root_cause: str
    severity: float
    closed_only: bool


ISSUES: Final = (
    Issue("Application", "Delays in the application", 1.6, ("speed", "documents"), "Capacity at the desk", 0.9, False),
    Issue("Application", "Documents asked for again", 1.3, ("documents", "communication"), "No single checklist", 0.6, False),
    Issue("Application", "Document portal", 0.35, ("portal", "portal", "communication"), "Portal release", 0.8, False),
    Issue("Appraisal", "No news during the appraisal", 2.6, ("informed", "communication"), "Nobody owns the wait", 0.9, False),
    Issue("Appraisal", "Appraisal late", 1.9, ("appraisal", "speed", "informed"), "Appraiser panel too small", 1.1, False),
    Issue("Credit decision", "Declined without explanation", 1.0, ("decline", "communication"), "Letter template", 1.3, False),
    Issue("Credit decision", "Terms changed", 0.7, ("rate", "fees"), "Rate lock expired", 1.4, False),
    Issue("Closing", "Fees not as estimated", 1.2, ("fees", "closing"), "Estimate not updated", 1.2, True),
    Issue("Closing", "Closing delayed", 0.9, ("closing", "speed"), "Papers not ready", 1.2, True),
    Issue("Servicing", "Escrow, taxes or insurance", 0.8, ("service", "payments"), "Escrow analysis error", 1.0, True),
    Issue("Servicing", "Payment not credited", 0.6, ("payments", "service"), "Posting cut-off", 1.2, True),
    Issue("Conduct", "Staff attitude", 0.7, ("warmth", "communication"), "Coaching", 1.1, False),
    Issue("Conduct", "Wrong advice", 0.5, ("competence", "communication"), "Training", 1.5, False),
)  # fmt: skip
PORTAL_ISSUE: Final = 2
DECLINE_ISSUE: Final = 5


@dataclass(frozen=True, slots=True)
class Complaints:
    """Complaints in columns, sorted by the day they came; `repeat_of` is a row number or -1."""

    journey: Ints
    issue: Ints
    severity: Ints
    channel: Ints
    received: Floats
    acknowledged: Floats
    decided: Floats
    decision: Ints
    redress: Ints
    handler: Ints
    repeat_of: Ints

    def __len__(self) -> int:
        return len(self.journey)


def draw_complaints(journeys: Journeys, crew: Crew, clock: Clock, streams: Streams) -> Complaints:
    """The complaints of a chunk: about three in a hundred journeys, more where feeling is low."""
    rng = streams.of("complaints")
    journey, received = _who_and_when(journeys, rng)
    issue = _issues(journeys, journey, received, clock, rng)
    repeat_of = np.full(len(journey), -1)
    first = np.flatnonzero(rng.random(len(journey)) < REPEAT_SHARE)
    again = received[first] + 12 + rng.gamma(2.0, 18.0, len(first))
    kept = again < LAST_MOMENT
    first, again = first[kept], again[kept]
    journey = np.concatenate([journey, journey[first]])
    issue = np.concatenate([issue, issue[first]])
    received = clock.at_leisure(np.concatenate([received, again]), rng)
    repeat_of = np.concatenate([repeat_of, first])
    order = np.argsort(received, kind="stable")
    new_place = np.empty(len(order), dtype=np.int64)
    new_place[order] = np.arange(len(order))
    repeat_of = np.where(repeat_of >= 0, new_place[repeat_of], -1)
    return _handled(journey[order], issue[order], received[order], repeat_of[order], crew, clock, rng)


def _who_and_when(journeys: Journeys, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """A complaint follows the last thing that happened, or years of living with the loan."""
    mood, out = journeys.mood, journeys.outcome
    feeling = mood.application
    at = journeys.paperwork.applied
    for later, felt in (
        (journeys.paperwork.complete, mood.documents),
        (journeys.appraisal.appraised, mood.appraisal),
        (out.decided, mood.decision),
        (out.closed, mood.closing),
    ):
        feeling = np.where(np.isfinite(later), felt, feeling)
        at = np.where(np.isfinite(later), later, at)
    odds = BASE_LOG_ODDS + truths.COMPLAINT_PER_SD * np.clip(feeling, -3, 2)
    complains = np.isfinite(at) & (rng.random(len(journeys)) < expit(odds))
    journey = np.flatnonzero(complains)
    received = at[journey] + rng.gamma(1.2, 9.0, len(journey)) + 0.3
    living = np.isfinite(out.closed[journey]) & (rng.random(len(journey)) < 0.35)
    received = received + np.where(living, rng.exponential(150, len(journey)), 0.0)
    known = received < LAST_MOMENT
    return journey[known], received[known]


def _issues(
    journeys: Journeys, journey: Ints, received: Floats, clock: Clock, rng: np.random.Generator
) -> Ints:
    weights = np.tile([issue.weight for issue in ISSUES], (len(journey), 1))
    closed = journeys.outcome.closed[journey] <= received
    weights[~closed] *= [0.0 if issue.closed_only else 1.0 for issue in ISSUES]
    declined = journeys.outcome.approved[journey] == 0
    weights[:, DECLINE_ISSUE] = np.where(declined, 9.0, 0.0)
    rising = received >= clock.day_of(truths.rising_since(clock.today))
    failed = np.isfinite(journeys.paperwork.failed[journey])
    weights[:, PORTAL_ISSUE] *= np.where(failed, 25.0, 1.0) * np.where(rising, 3.0, 1.0)
    shares = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return np.asarray((rng.random((len(journey), 1)) > shares).sum(axis=1), dtype=np.int64)


def _handled(
    journey: Ints,
    issue: Ints,
    received: Floats,
    repeat_of: Ints,
    crew: Crew,
    clock: Clock,
    rng: np.random.Generator,
) -> Complaints:
    count = len(journey)
    harm = np.array([entry.severity for entry in ISSUES])[issue] + 0.4 * (repeat_of >= 0)
    severity = np.clip(np.round(harm + rng.normal(0, 0.7, count)), 0, len(SEVERITIES) - 1).astype(np.int64)
    acknowledged = clock.in_hours(received + rng.lognormal(-0.35, 0.75, count), rng)
    pace = np.array([0.75, 1.0, 1.15, 1.3])[severity]
    decided = clock.in_hours(acknowledged + pace * rng.lognormal(1.75, 0.62, count), rng)
    stuck = rng.random(count) < 0.05
    decided = np.where(stuck, acknowledged + rng.uniform(60, 400, count), decided)
    acknowledged = np.where(acknowledged < LAST_MOMENT, acknowledged, np.nan)
    decided = np.where(decided < LAST_MOMENT, decided, np.nan)
    lean = np.clip(0.36 + 0.10 * (severity - 1), 0.1, 0.8)
    draw = rng.random(count)
    decision = np.where(draw < lean, 0, np.where(draw < lean + 0.27, 1, 2))
    decision = np.where(np.isfinite(decided), decision, NOT_YET)
    paid = (decision == 0) & (rng.random(count) < 0.62) | (decision == 1) & (rng.random(count) < 0.35)
    amount = np.round(rng.lognormal(5.0, 0.75, count) / 5) * 5
    return Complaints(
        journey=journey,
        issue=issue,
        severity=severity,
        channel=rng.choice(len(COMPLAINT_CHANNELS), size=count, p=CHANNEL_SHARES),
        received=received,
        acknowledged=acknowledged,
        decided=decided,
        decision=decision,
        redress=np.where(paid, amount, 0).astype(np.int64),
        handler=crew.care.anyone(np.zeros(count, dtype=np.int64), rng),
        repeat_of=repeat_of,
    )
