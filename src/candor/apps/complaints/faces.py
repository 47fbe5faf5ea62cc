"""What the clocks of a complaint show at a moment, and its history in words."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person

from .choices import Outcome, StepKind
from .clocks import Face, Standing, face
from .models import Complaint, Escalation


def decision_face(complaint: Complaint, *, now: datetime, today: date) -> Face:
    """The decision clock; `today` is the day that clocks of files that know days only are seen from."""
    return face(
        key="decide", by=complaint.decide_by, due=complaint.decide_due_at, done_on=complaint.decided_on, now=now,
        today=_today(complaint, now, today), runs_again_at=complaint.paused_until, is_stopped=complaint.outcome == Outcome.WITHDRAWN,
        kept=None if complaint.is_open else complaint.is_timely,
    )  # fmt: skip


def acknowledgement_face(complaint: Complaint, *, now: datetime, today: date) -> Face:
    """The acknowledgement clock; a decision in time for it needs none. Of a file that does not tell, nobody knows whether it was kept."""
    is_over = complaint.acknowledged_on is None and not complaint.is_open
    is_untold = complaint.rules_id is None and is_over
    was_missed = (
        is_over
        and complaint.decided_on is not None
        and _is_after(complaint.decided_on, complaint.acknowledge_by)
    )
    return face(
        key="acknowledge", by=None if is_untold else complaint.acknowledge_by, due=complaint.acknowledge_due_at,
        done_on=complaint.acknowledged_on, now=now, today=_today(complaint, now, today),
        is_stopped=is_over and not was_missed, kept=False if was_missed else None,
    )  # fmt: skip


def _is_after(day: date, limit: date | None) -> bool:
    return limit is not None and day > limit


def escalation_face(escalation: Escalation, *, now: datetime) -> Face:
    """The clock of an appeal or of the ombudsman's questions."""
    return face(
        key=escalation.kind, by=escalation.due_on, due=escalation.due_at, done_on=escalation.ended_on, now=now,
        today=timezone.localtime(now).date(),
    )  # fmt: skip


def refer_due(complaint: Complaint) -> datetime | None:
    """When the customer's own time to go to the ombudsman is over, counted from our decision; None where there is none."""
    terms = complaint.rules.terms if complaint.rules else None
    if terms is None or terms.refer is None or complaint.decided_on is None:
        return None
    return terms.due(terms.refer, terms.calendar.start_of(complaint.decided_on))


def refer_face(complaint: Complaint, *, now: datetime) -> Face | None:
    """The customer's own time to go to the ombudsman, once we have decided; None where there is none."""
    due = refer_due(complaint)
    if due is None or complaint.rules is None or complaint.is_open:
        return None
    terms = complaint.rules.terms
    gone = any(one.kind == "ombudsman" for one in complaint.escalations.all())
    shown = face(
        key="refer", by=terms.last_day(due), due=due, done_on=None, now=now, today=terms.calendar.day_of(now), is_stopped=gone
    )  # fmt: skip
    if shown.standing == Standing.LATE:  # their time is over: nothing is late
        return Face(key="refer", standing=Standing.STOPPED, by=shown.by, due_at=due)
    return shown


def faces_of(complaint: Complaint, *, now: datetime, today: date) -> list[Face]:
    """Every clock of a complaint."""
    first = [
        acknowledgement_face(complaint, now=now, today=today),
        decision_face(complaint, now=now, today=today),
    ]
    further = [escalation_face(one, now=now) for one in complaint.escalations.all()]
    refer = refer_face(complaint, now=now)
    return [*first, *([refer] if refer else []), *further]


def _today(complaint: Complaint, now: datetime, today: date) -> date:
    return today if complaint.rules_id is None else timezone.localtime(now).date()


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, as the history shows it."""

    at: datetime
    what: str
    words: str
    by: Person | None
    icon: str
    knows_time: bool = True


_ICONS = {
    StepKind.OPENED: "message-report", StepKind.NOTED: "edit", StepKind.ACKNOWLEDGED: "send", StepKind.PAUSED: "clock-pause",
    StepKind.RESUMED: "player-play", StepKind.HANDED_OVER: "users-group", StepKind.DECIDED: "scale", StepKind.REOPENED: "arrow-back-up",
    StepKind.REDRESSED: "coin", StepKind.ESCALATED: "arrow-up", StepKind.ESCALATION_ENDED: "check", StepKind.LETTER: "mail",
    StepKind.CHANGED: "adjustments-horizontal", StepKind.VULNERABILITY: "shield-lock",
}  # fmt: skip


def history(complaint: Complaint) -> list[Line]:
    """All that happened, oldest first; what a file says of days stands where no step of ours tells it."""
    steps = list(complaint.steps.select_related("by"))
    lines = [
        Line(one.at, str(one.get_kind_display()), one.words, one.by, _ICONS[StepKind(one.kind)])
        for one in steps
    ]
    told = {one.kind for one in steps}
    dated = {
        StepKind.OPENED: complaint.received_on, StepKind.ACKNOWLEDGED: complaint.acknowledged_on, StepKind.DECIDED: complaint.decided_on,
    }  # fmt: skip
    for kind, day in dated.items():
        if day is not None and kind not in told:
            noon = datetime.combine(day, time(12), tzinfo=UTC)
            words = complaint.response if kind == StepKind.DECIDED else ""
            lines.append(Line(noon, str(kind.label), words, None, _ICONS[kind], knows_time=False))
    return sorted(lines, key=lambda line: line.at)


def words_of(shown: Face) -> str:
    """What a clock says: "3 days left", "late by 2 days", "kept"."""
    if shown.standing == Standing.LATE:
        return _("late by %(n)d days") % {"n": shown.late_days} if shown.late_days > 1 else _("late")
    if shown.standing == Standing.MISSED and shown.done_on is None:
        return _("not done")
    if shown.standing == Standing.MISSED:
        return _("done %(n)d days late") % {"n": shown.late_days} if shown.late_days > 1 else _("done late")
    if shown.standing == Standing.RUNNING:
        return _("%(n)d days left") % {"n": shown.days_left} if shown.days_left > 1 else _("due tomorrow") if shown.days_left else _("due today")  # fmt: skip
    return {
        Standing.PAUSED: _("stands still"),
        Standing.MET: _("in time"),
        Standing.STOPPED: _("stopped"),
    }.get(shown.standing, _("not known"))
