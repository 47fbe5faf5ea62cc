"""Everything that is late or about to be, over every clock, on one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.foundation.lists import bounded_words, count_up_to_bound

from .clocks import Face, Standing
from .faces import acknowledgement_face, decision_face, escalation_face
from .models import Complaint, Escalation

AHEAD: Final = timedelta(days=7)
SHOWN: Final = 100  # the longest late of all clocks; the others are found by one clock, or by owner

CLOCKS: Final = {
    "acknowledge": _("Acknowledge"),
    "decide": _("Decide"),
    "appeal": _("Answer the appeal"),
    "ombudsman": _("Answer the ombudsman"),
    "pause": _("The clock runs again"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A clock of a complaint that is late or will be within a week."""

    complaint: Complaint
    shown: Face
    clock: str

    @property
    def name(self) -> Any:
        return CLOCKS[self.clock]


@dataclass(frozen=True, slots=True)
class DuePage:
    """The soonest of all clocks, and how many each has; a count beyond the bound stands as the bound and one."""

    rows: list[Due]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def total_words(self) -> str:
        """How many there are: "1,240", "more than 10,000"."""
        return bounded_words(max(self.total, *self.counts.values(), 0))

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > len(self.rows)


def due_page(scope: Scope, *, now: datetime, only: str = "", owner_id: int | None = None) -> DuePage:
    """What is due, the longest late first."""
    found: list[Due] = []
    counts: dict[str, int] = {}
    for clock, rows in _querysets(scope, now, owner_id).items():
        counts[clock] = count_up_to_bound(rows)
        if only in {"", clock}:
            found += _shown(clock, rows[:SHOWN], now, scope.as_of)
    found.sort(key=lambda one: (one.shown.by or date.max, one.complaint.pk))
    return DuePage(found[:SHOWN], {clock: n for clock, n in counts.items() if n})


def longest_late(scope: Scope, *, now: datetime) -> Due | None:
    """What is late the longest, over every clock; None when nothing is."""
    firsts = [
        one
        for clock, rows in _querysets(scope, now, None).items()
        for one in _shown(clock, rows[:1], now, scope.as_of)
    ]
    late = [one for one in firsts if one.shown.standing == Standing.LATE]
    return min(late, key=lambda one: (one.shown.by or date.max, one.complaint.pk), default=None)


def _querysets(scope: Scope, now: datetime, owner_id: int | None) -> dict[str, QuerySet[Any]]:
    unit_ids = scope.unit_ids(Permission.READ_FEEDBACK)
    complaints = Complaint.objects.filter(is_open=True)
    steps = Escalation.objects.filter(ended_on=None)
    if unit_ids is not None:
        complaints = complaints.filter(feedback__unit_id__in=unit_ids)
        steps = steps.filter(complaint__feedback__unit_id__in=unit_ids)
    if owner_id is not None:
        complaints, steps = complaints.filter(owner_id=owner_id), steps.filter(complaint__owner_id=owner_id)
    limit = now + AHEAD
    last_day = timezone.localtime(limit).date()
    by_days = Q(rules=None, decide_by__lte=scope.as_of + AHEAD)
    by_rules = Q(rules__isnull=False, paused_until=None, decide_due_at__lte=limit)
    return {
        "acknowledge": _with(
            complaints.filter(rules__isnull=False, acknowledged_on=None, acknowledge_due_at__lte=limit)
        ).order_by("acknowledge_due_at", "pk"),
        "decide": _with(
            complaints.filter(by_days | by_rules, decide_by__lte=max(last_day, scope.as_of + AHEAD))
        ).order_by("decide_by", "pk"),
        "pause": _with(complaints.filter(paused_until__lte=limit)).order_by("paused_until", "pk"),
        **{
            kind: steps.filter(kind=kind, due_at__lte=limit)
            .select_related("complaint__feedback__unit", "complaint__owner")
            .order_by("due_at", "pk")
            for kind in ("appeal", "ombudsman")
        },
    }


def _with(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    return rows.select_related("feedback__unit", "owner")


def _shown(clock: str, rows: Iterable[Any], now: datetime, as_of: date) -> list[Due]:
    if clock in {"appeal", "ombudsman"}:
        return [Due(one.complaint, escalation_face(one, now=now), clock) for one in rows]
    look = acknowledgement_face if clock == "acknowledge" else decision_face
    return [Due(one, look(one, now=now, today=as_of), clock) for one in rows]
