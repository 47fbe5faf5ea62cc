"""Writes of Plan: outcomes are defined, changed, reached, dropped, and each of it can be taken back."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.analytics import Estimate
from candor.apps.organization.models import AuditEntry, Person, Unit
from candor.apps.organization.services import record_audit
from candor.apps.scores.registry import Measure, measure_named

from .choices import Status
from .errors import NothingToUndo, OutcomeNotOpen, TargetRefused
from .measures import WINDOW_DAYS, ends_of
from .models import Outcome

CHANGEABLE = ("title", "strand", "horizon", "target", "by_on", "owner_id")


@transaction.atomic
def define_outcome(
    *, title: str, strand: str, horizon: int, measure: Measure, unit: Unit | None, target: float, by_on: date, owner: Person,
    baseline: Estimate, baseline_until: date, by: Person | None,
) -> Outcome:  # fmt: skip
    """Write down what should be true by a date, with the score of the last 90 days as its baseline.

    A target that can't be measured by its date is kept and said so wherever it stands (`measures.check_of`).

    Raises:
        TargetRefused: the target is the very end of the scale, or beyond it.
    """
    refuse_perfect(measure=measure, target=target)
    outcome = Outcome.objects.create(
        title=title, strand=strand, horizon=horizon, measure_key=measure.key, measure_version=measure.version, unit=unit,
        target=target, by_on=by_on, owner=owner, defined_by=by,
        baseline_since=baseline_until - timedelta(days=WINDOW_DAYS - 1), baseline_until=baseline_until,
        baseline_value=baseline.value, baseline_low=baseline.low, baseline_high=baseline.high, baseline_n=baseline.n,
        baseline_method=baseline.method, baseline_status=baseline.status, baseline_least_n=baseline.least_n,
    )  # fmt: skip
    record_audit(by=by, action="outcome.defined", target=outcome, values=_values(outcome))
    return outcome


@transaction.atomic
def change_outcome(
    *,
    outcome: Outcome,
    title: str,
    strand: str,
    horizon: int,
    target: float,
    by_on: date,
    owner: Person,
    by: Person,
) -> Outcome:
    """Change what is wanted; measure, unit and baseline stay.

    Raises:
        OutcomeNotOpen: it was reached or dropped.
        TargetRefused: as for a new one.
    """
    _refuse_ended(outcome)
    refuse_perfect(measure=measure_named(outcome.measure_key), target=target)
    before = _values(Outcome.objects.select_for_update().get(pk=outcome.pk))
    outcome.title, outcome.strand, outcome.horizon = title, strand, horizon
    outcome.target, outcome.by_on, outcome.owner = target, by_on, owner
    outcome.save(update_fields=[*CHANGEABLE[:-1], "owner"])
    record_audit(by=by, action="outcome.changed", target=outcome, before=before, after=_values(outcome))
    return outcome


@transaction.atomic
def undo_change(*, outcome: Outcome, by: Person) -> Outcome:
    """Take the last change back.

    Raises:
        NothingToUndo: it was not changed since it was defined, or the change was taken back already.
    """
    entries = AuditEntry.objects.filter(object_kind="outcome", object_id=outcome.pk)
    last = entries.filter(action__in=["outcome.changed", "outcome.change_undone"]).order_by("-pk").first()
    if last is None or last.action != "outcome.changed":
        raise NothingToUndo(_("This outcome stands as it was before; there is no change to take back."))
    for name, value in last.facts["before"].items():
        setattr(outcome, name, date.fromisoformat(value) if name == "by_on" else value)
    outcome.save(update_fields=[*CHANGEABLE[:-1], "owner"])
    record_audit(by=by, action="outcome.change_undone", target=outcome, after=_values(outcome))
    return outcome


@transaction.atomic
def mark_reached(*, outcome: Outcome, by: Person) -> Outcome:
    """A person says that it is reached; the number beside it stays what it is."""
    return _end(outcome, Status.REACHED, by)


@transaction.atomic
def drop_outcome(*, outcome: Outcome, by: Person) -> Outcome:
    """No longer pursue it; it stays in the list of ended ones."""
    return _end(outcome, Status.DROPPED, by)


@transaction.atomic
def reopen_outcome(*, outcome: Outcome, by: Person) -> Outcome:
    """Take an ending back.

    Raises:
        NothingToUndo: it is open.
    """
    if outcome.status == Status.OPEN:
        raise NothingToUndo(_("This outcome is open."))
    outcome.status, outcome.ended_at = Status.OPEN, None
    outcome.save(update_fields=["status", "ended_at"])
    record_audit(by=by, action="outcome.reopened", target=outcome)
    return outcome


def refuse_perfect(*, measure: Measure, target: float) -> None:
    """Let no target stand at the end of its scale: nobody can keep 100 % satisfied or no complaints.

    Raises:
        TargetRefused: it does.
    """
    low, high = ends_of(measure)
    if not low <= target <= high:
        raise TargetRefused(_("The target lies beyond the scale of this measure."))
    if target in {low, high}:
        raise TargetRefused(_("A target at the very end of the scale can’t be kept: one customer breaks it."))


def _end(outcome: Outcome, status: Status, by: Person) -> Outcome:
    _refuse_ended(outcome)
    outcome.status, outcome.ended_at = status, timezone.now()
    outcome.save(update_fields=["status", "ended_at"])
    record_audit(by=by, action=f"outcome.{status}", target=outcome)
    return outcome


def _refuse_ended(outcome: Outcome) -> None:
    if outcome.status != Status.OPEN:
        raise OutcomeNotOpen(_("It was reached or dropped already. Open it again to change it."))


def _values(outcome: Outcome) -> dict[str, Any]:
    """What can be changed, as JSON keeps it."""
    values = {name: getattr(outcome, name) for name in CHANGEABLE}
    return values | {"by_on": outcome.by_on.isoformat()}
