"""What every write of one complaint shares: the row as it is now, the step in its history, the clock that stands still."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.foundation.errors import Conflict, NotAllowed

from .choices import StepKind
from .models import Complaint, Pause, Step
from .news import tell_step
from .working_time import Span


def held(complaint: Complaint) -> Complaint:
    """The complaint as it is now, held until the transaction ends: a colleague may have changed it meanwhile."""
    Complaint.objects.select_for_update().values_list("pk").get(pk=complaint.pk)
    complaint.refresh_from_db()
    return complaint


def held_open(complaint: Complaint) -> Complaint:
    """The same, where it still waits for its decision.

    Raises:
        Conflict: it was decided.
    """
    row = held(complaint)
    if not row.is_open:
        raise Conflict(_("This complaint was decided already."))
    return row


def note_step(
    complaint: Complaint, kind: StepKind, words: str, *, by: Person | None, at: datetime | None = None
) -> Step:
    """Write down what happened, for the history that people read, and tell systems that want to know."""
    tell_step(complaint, kind)
    return Step.objects.create(complaint=complaint, kind=kind, words=words, by=by, at=at or timezone.now())


def refuse_own_work(complaint: Complaint, by: Person | None) -> None:
    """Nobody decides about their own work.

    Raises:
        NotAllowed: the complaint is about the work of this person.
    """
    if by is not None and complaint.feedback.done_by_id == by.pk:
        raise NotAllowed(
            _("This complaint is about your own work. Hand it to a colleague who was not part of it.")
        )


def spans_of(complaint: Complaint) -> list[Span]:
    """When its decision clock stood still; a pause that goes on counts up to where it ends at the latest."""
    return [Span(one.started_at, one.ends_at) for one in complaint.pauses.all()]


def set_decision_clock(complaint: Complaint) -> None:
    """Work out anew by when it is decided, from its own rules and its pauses."""
    if complaint.rules is None:
        return
    terms = complaint.rules.terms
    due = terms.due(terms.decide, start_of(complaint), spans_of(complaint))
    complaint.decide_due_at, complaint.decide_by = due, terms.last_day(due)
    complaint.save(update_fields=["decide_due_at", "decide_by"])


def start_of(complaint: Complaint) -> datetime:
    """The instant its clocks began at."""
    assert complaint.rules is not None
    calendar = complaint.rules.terms.calendar
    if complaint.feedback.knows_time:
        return complaint.feedback.received_at
    return calendar.start_of(complaint.sent_on or complaint.received_on)


def end_pause(complaint: Complaint, *, at: datetime) -> Pause | None:
    """Let the decision clock run again from `at` on, or from where the pause ended by itself; None if it ran."""
    pause = complaint.pauses.filter(is_ended=False).first()
    if pause is None:
        return None
    pause.ends_at, pause.is_ended = max(pause.started_at, min(at, pause.ends_at)), True
    pause.save(update_fields=["ends_at", "is_ended"])
    complaint.paused_until = None
    complaint.save(update_fields=["paused_until"])
    set_decision_clock(complaint)
    return pause
