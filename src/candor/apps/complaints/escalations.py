"""When a customer goes further: an appeal to us, or the ombudsman, each with a clock of its own."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.events import own
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import announce_changed
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, NotAllowed

from .choices import EscalationKind, EscalationOutcome, Outcome, StepKind
from .clocks import Terms
from .models import Complaint, Escalation
from .steps import held, note_step, refuse_own_work
from .working_time import Term, TimeUnit

_WITHOUT_RULES = Terms(acknowledge=Term(15, TimeUnit.DAYS), decide=Term(60, TimeUnit.DAYS))


@transaction.atomic
def escalate(
    *, complaint: Complaint, kind: EscalationKind, words: str, by: Person | None, body: str = "", reference: str = "",
    opened_at: datetime | None = None,
) -> Escalation:  # fmt: skip
    """Note that the customer goes further; our time to answer runs from then on, by the complaint's own rules.

    Raises:
        Conflict: it waits for our decision in time, or such a step is under way.
    """
    opened_at = opened_at or timezone.now()
    complaint = held(complaint)
    is_late = complaint.decide_by is not None and complaint.decide_by < timezone.localtime(opened_at).date()
    if complaint.is_open and not (kind == EscalationKind.OMBUDSMAN and is_late):
        raise Conflict(
            _("We have not decided yet. Who is not content goes further once we have, or once we are late.")
        )
    if complaint.escalations.filter(kind=kind, ended_on=None).exists():
        raise Conflict(_("Such a step is under way already."))
    terms = complaint.rules.terms if complaint.rules else _WITHOUT_RULES
    due = terms.due(terms.appeal if kind == EscalationKind.APPEAL else terms.ombudsman, opened_at)
    made = Escalation.objects.create(
        complaint=complaint, kind=kind, body=body or (terms.ombudsman_name if kind == EscalationKind.OMBUDSMAN else ""),
        reference=reference, words=words, opened_at=opened_at, due_at=due, due_on=terms.last_day(due),
    )  # fmt: skip
    note_step(complaint, StepKind.ESCALATED, ": ".join(filter(None, (str(made), words))), by=by, at=opened_at)
    record_audit(by=by, action="complaint.escalated", target=Feedback(pk=complaint.pk), kind=kind)
    own.tell("complaint", [complaint.pk])
    return made


@transaction.atomic
def end_escalation(
    *, escalation: Escalation, outcome: EscalationOutcome, words: str, on: date, by: Person, new_outcome: Outcome | None = None,
    at: datetime | None = None,
) -> Escalation:  # fmt: skip
    """Note how it ended; where our decision was changed, `new_outcome` is what stands now.

    Raises:
        Conflict: it ended before, or the decision was changed and nobody says to what.
        NotAllowed: an appeal about one's own work, or against one's own decision.
    """
    Escalation.objects.select_for_update().get(pk=escalation.pk)
    escalation.refresh_from_db()
    complaint = held(escalation.complaint)
    if escalation.ended_on is not None:
        raise Conflict(_("This step has ended already."))
    if (outcome == EscalationOutcome.CHANGED) != (new_outcome is not None):
        raise Conflict(_("Say what the decision is now where it was changed, and only there."))
    refuse_own_work(complaint, by)
    _refuse_own_decision(escalation, by)
    escalation.ended_on, escalation.outcome = on, outcome
    escalation.save(update_fields=["ended_on", "outcome"])
    if new_outcome is not None:
        complaint.outcome = new_outcome
        complaint.save(update_fields=["outcome"])
        announce_changed([complaint.pk])
    told = (
        str(escalation.get_kind_display()),
        str(outcome.label),
        str(new_outcome.label) if new_outcome else "",
        words,
    )
    note_step(complaint, StepKind.ESCALATION_ENDED, ". ".join(filter(None, told)), by=by, at=at)
    record_audit(
        by=by,
        action="complaint.escalation_ended",
        target=Feedback(pk=complaint.pk),
        kind=escalation.kind,
        outcome=outcome,
    )
    own.tell("complaint", [complaint.pk])
    return escalation


def _refuse_own_decision(escalation: Escalation, by: Person) -> None:
    decided = escalation.complaint.steps.filter(kind=StepKind.DECIDED).order_by("-at", "-pk").first()
    if escalation.kind == EscalationKind.APPEAL and decided is not None and decided.by_id == by.pk:
        raise NotAllowed(_("You decided this complaint. An appeal needs a colleague’s eyes."))
