"""From an outcome to what can be said of its target, and from two stretches of answers to where it stands."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Literal

from candor import analytics
from candor.analytics import Comparison, Estimate, GoalCheck
from candor.apps.scores.registry import Measure
from candor.foundation.periods import Period

from .models import Outcome

WINDOW_DAYS = 90  # what a live number and a baseline look back on
Progress = Literal[
    "reached",
    "maybe_reached",
    "toward",
    "away",
    "no_clear_change",
    "too_few",
    "missed",
    "not_comparable",
    "just_set",
]


@dataclass(frozen=True, slots=True)
class PeriodSince(Period):
    """Days that are compared with the days of a baseline rather than with those just before."""

    baseline: Period

    def before(self) -> Period:
        return self.baseline


def ends_of(measure: Measure) -> tuple[float, float]:
    """Between what a target can lie."""
    return measure.ends or (0.0, inf)


def check_target(
    *, measure: Measure, baseline: Estimate, target: float, by_on: date, as_of: date
) -> GoalCheck:
    """Whether the target can be measured by its date, with answers coming in as they did for the baseline."""
    low, high = ends_of(measure)
    share_of_window = min(max((by_on - as_of).days, 0), WINDOW_DAYS) / WINDOW_DAYS
    return analytics.check_goal(
        baseline=baseline,
        target=target,
        answers_by_date=int(baseline.n * share_of_window),
        lowest=low,
        highest=high,
    )


def check_of(outcome: Outcome, measure: Measure) -> GoalCheck:
    """The same for an outcome, seen from the day of its baseline."""
    return check_target(
        measure=measure,
        baseline=outcome.baseline,
        target=outcome.target,
        by_on=outcome.by_on,
        as_of=outcome.baseline_until,
    )


def baseline_window(outcome: Outcome) -> Period:
    """The days the baseline was counted on."""
    return _window(outcome.baseline_since, outcome.baseline_until)


def live_window(outcome: Outcome, as_of: date) -> PeriodSince | None:
    """The last 90 days, without any day of the baseline; None when there is none yet."""
    since = max(as_of - timedelta(days=WINDOW_DAYS - 1), outcome.baseline_until + timedelta(days=1))
    if since > as_of:
        return None
    plain = _window(since, as_of)
    return PeriodSince(plain.key, plain.label, since, as_of, baseline_window(outcome))


def last_window(as_of: date) -> Period:
    """The last 90 days."""
    return _window(as_of - timedelta(days=WINDOW_DAYS - 1), as_of)


def progress_of(
    outcome: Outcome, measure: Measure, now: Estimate, change: Comparison, as_of: date
) -> Progress:
    """Where the outcome stands, no surer than the answers are."""
    if now.value is None or now.low is None or now.high is None:
        return "too_few"
    sign = 1 if wants_more(outcome, measure) else -1
    sure_end = now.low if sign > 0 else now.high
    if sign * sure_end >= sign * outcome.target:
        return "reached"
    if sign * now.value >= sign * outcome.target:
        return "maybe_reached"
    if outcome.is_past(as_of):
        return "missed"
    if change.verdict == "too_few":
        return "too_few"
    if change.verdict == "no_clear_change":
        return "no_clear_change"
    return "toward" if (change.verdict == "higher") == (sign > 0) else "away"


def wants_more(outcome: Outcome, measure: Measure) -> bool:
    """Whether the target lies above the baseline; without one, whether more is good."""
    if outcome.baseline_value is None or outcome.baseline_value == outcome.target:
        return measure.is_high_good
    return outcome.target > outcome.baseline_value


def _window(since: date, until: date) -> Period:
    return Period(f"{since}..{until}", f"{since:%-d %b %Y} to {until:%-d %b %Y}", since, until)
