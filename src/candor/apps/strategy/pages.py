"""What the pages of Plan show: outcomes with words, states and the chart of their run."""

from typing import Any

from django.utils.translation import gettext as _

from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.scores.drawings import axis
from candor.foundation import charts

from . import queries
from .choices import Status
from .measures import Progress
from .models import Outcome
from .queries import Standing

# word, tone, icon
_STATES: dict[Progress, tuple[str, str, str]] = {
    "reached": ("At its target, beyond chance", "up", "circle-check"),
    "maybe_reached": ("At its target, could be below", "accent", "target"),
    "toward": ("Moving toward it", "up", "trending-up"),
    "away": ("Moving away from it", "warn", "trending-down"),
    "no_clear_change": ("No clear change yet", "outline", "minus"),
    "too_few": ("Too few answers to tell", "outline", "circle-dashed"),
    "missed": ("Its date has passed", "warn", "clock"),
    "not_comparable": ("Can’t be compared", "outline", "alert-triangle"),
    "just_set": ("Just set", "outline", "flag"),
}


def state_of(standing: Standing) -> dict[str, str]:
    """The chip of an outcome: its own ending, or where the number stands."""
    if standing.outcome.status == Status.DROPPED:
        return {"text": _("Dropped"), "tone": "outline", "icon": "x"}
    if standing.outcome.status == Status.REACHED:
        return {"text": _("Reached"), "tone": "up", "icon": "check"}
    text, tone, icon = _STATES[standing.progress]
    return {"text": _(text), "tone": tone, "icon": icon}


def outcomes_page(scope: Scope) -> dict[str, Any]:
    """Open outcomes by horizon and strand, and those that have ended."""
    rows = list(queries.outcomes_of(scope))
    standings = [queries.standing_of(row, scope) for row in rows if row.status == Status.OPEN]
    return {
        "groups": [
            (group, [(standing, state_of(standing)) for standing in group.standings])
            for group in queries.grouped(standings)
        ],
        "ended": [row for row in rows if row.status != Status.OPEN],
        "may_manage": scope.viewer.can(Permission.MANAGE_STRATEGY),
    }


def outcome_page(outcome: Outcome, scope: Scope) -> dict[str, Any]:
    """One outcome: where it stands, its run with the target, what may be wrong with the target."""
    standing = queries.standing_of(outcome, scope)
    return {
        "outcome": outcome,
        "standing": standing,
        "state": state_of(standing),
        "chart": _chart(standing, scope),
        "may_manage": may_manage(outcome, scope),
    }


def may_manage(outcome: Outcome, scope: Scope) -> bool:
    """Whether the viewer may change it: for an outcome of the whole company, by a role for all of it."""
    return scope.viewer.holds(Permission.MANAGE_STRATEGY, outcome.unit)


def _chart(standing: Standing, scope: Scope) -> charts.Spec | None:
    measure, outcome = standing.measure, standing.outcome
    if measure is None:
        return None
    points = queries.run_of_outcome(outcome, measure, scope)
    if sum(point.estimate.value is not None for point in points) < 2:
        return None
    low, high = axis(measure, (point.estimate for point in points))
    if measure.is_rate:
        high = max(high, 1.1 * outcome.target)
    drawn = [charts.Point(point.stretch.since, point.estimate) for point in points]
    events = [charts.Event(outcome.baseline_until, _("Baseline"))]
    return charts.trend(
        drawn, title=_chart_title(standing), subtitle=_("%(measure)s by month") % {"measure": measure.name}, kind=measure.unit,
        unit=measure.unit_words, lo=low, hi=high, goal=outcome.target,
        events=[event for event in events if drawn[0].at <= event.on <= scope.as_of],
    )  # fmt: skip


def _chart_title(standing: Standing) -> str:
    state = state_of(standing)["text"]
    return _("%(state)s: target %(target)s") % {"state": state, "target": standing.target_text}
