"""Working on a complaint: notes, owner, details, vulnerability, pauses of its clock, redress, opening it again."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import announce_changed
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, InvalidInput

from .choices import PauseReason, RedressKind, StepKind, Vulnerability
from .households import repeats_of
from .models import Complaint, Pause, Redress, Step
from .signals import complaint_raised
from .steps import end_pause, held, held_open, note_step, set_decision_clock

AT_ONCE = 200  # pauses that a run of the task ends


@transaction.atomic
def add_note(*, complaint: Complaint, text: str, by: Person, at: datetime | None = None) -> Step:
    """Write down what was done or learnt."""
    step = note_step(complaint, StepKind.NOTED, text, by=by, at=at)
    _audit(complaint, "noted", by)
    return step


@transaction.atomic
def hand_over(
    *, complaint: Complaint, to: Person | None, words: str, by: Person, at: datetime | None = None
) -> Complaint:
    """Give a complaint to somebody, or to nobody, with what they need to know."""
    complaint = held(complaint)
    complaint.owner = to
    complaint.save(update_fields=["owner"])
    told = _("to %(name)s") % {"name": to} if to else _("to nobody")
    note_step(complaint, StepKind.HANDED_OVER, ": ".join(filter(None, (told, words))), by=by, at=at)
    _audit(complaint, "handed_over", by, owner=str(to or ""))
    return complaint


@transaction.atomic
def change_details(
    *, complaint: Complaint, product: str, issue: str, severity: int | None, by: Person, at: datetime | None = None
) -> Complaint:  # fmt: skip
    """File it under another product, issue or severity. Its clocks stay: it keeps the rule set it started with."""
    complaint = held(complaint)
    before = (complaint.product, complaint.issue, complaint.severity)
    if before == (product, issue, severity):
        return complaint
    was_severe = complaint.severity == Complaint.Severity.HIGH
    complaint.product, complaint.issue, complaint.severity = product, issue, severity
    complaint.save(update_fields=["product", "issue", "severity"])
    Feedback.objects.filter(pk=complaint.pk).update(product=product, issue=issue)
    words = ", ".join(filter(None, (product, issue, str(complaint.get_severity_display() or ""))))
    note_step(complaint, StepKind.CHANGED, words, by=by, at=at)
    _audit(complaint, "changed", by, product=product, issue=issue, severity=severity)
    announce_changed([complaint.pk])
    if complaint.severity == Complaint.Severity.HIGH and not was_severe:
        complaint_raised.send(sender=Complaint, complaint_ids=[complaint.pk])
    return complaint


@transaction.atomic
def set_vulnerability(
    *, complaint: Complaint, vulnerability: Vulnerability | None, note: str, by: Person, at: datetime | None = None
) -> Complaint:  # fmt: skip
    """Note what makes the customer more easily harmed, or that nothing does; the history says that it changed, not what it is."""
    complaint = held(complaint)
    complaint.vulnerability, complaint.vulnerability_note = vulnerability or "", note if vulnerability else ""
    complaint.save(update_fields=["vulnerability", "vulnerability_note"])
    note_step(
        complaint, StepKind.VULNERABILITY, _("noted") if vulnerability else _("taken back"), by=by, at=at
    )
    _audit(complaint, "vulnerability_noted", by)
    return complaint


@transaction.atomic
def pause_clock(
    *, complaint: Complaint, reason: PauseReason, words: str, by: Person, until: date | None = None, at: datetime | None = None
) -> Pause:  # fmt: skip
    """Let the decision clock stand still while we wait for the customer: up to a day, and never longer than its rules allow in all.

    Raises:
        Conflict: it is decided, late, standing still already, its rules allow no pause, or it has stood still for as long as they allow.
        InvalidInput: the day is not ahead.
    """
    at = at or timezone.now()
    complaint = held_open(complaint)
    if complaint.rules is None or not complaint.rules.terms.most_paused_days:
        raise Conflict(_("The rules of this complaint allow no pause."))
    if complaint.paused_until is not None:
        raise Conflict(_("The clock stands still already."))
    if complaint.decide_due_at is not None and at >= complaint.decide_due_at:
        raise Conflict(_("The clock has run out. A pause does not bring it back."))
    left = paused_time_left(complaint)
    if left <= timedelta():
        raise Conflict(_("This clock has stood still for as long as its rules allow."))
    ends_at, calendar = at + left, complaint.rules.terms.calendar
    if until is not None and until < calendar.day_of(at):
        raise InvalidInput(_("Say a day ahead, or none."))
    if until is not None and until < calendar.day_of(ends_at):
        ends_at = calendar.whole(until).end
    pause = Pause.objects.create(
        complaint=complaint, reason=reason, words=words, started_at=at, ends_at=ends_at
    )
    complaint.paused_until = ends_at
    complaint.save(update_fields=["paused_until"])
    set_decision_clock(complaint)
    note_step(complaint, StepKind.PAUSED, ": ".join(filter(None, (str(reason.label), words))), by=by, at=at)
    _audit(complaint, "paused", by, reason=reason)
    return pause


def paused_time_left(complaint: Complaint) -> timedelta:
    """How long its clock may still stand still."""
    if complaint.rules is None:
        return timedelta()
    used = sum((one.ends_at - one.started_at for one in complaint.pauses.all()), timedelta())
    return max(timedelta(), timedelta(days=complaint.rules.terms.most_paused_days) - used)


@transaction.atomic
def resume_clock(
    *, complaint: Complaint, by: Person | None, words: str = "", at: datetime | None = None
) -> Complaint:
    """Let the decision clock run again.

    Raises:
        Conflict: it runs.
    """
    at = at or timezone.now()
    complaint = held(complaint)
    if end_pause(complaint, at=at) is None:
        raise Conflict(_("The clock runs already."))
    note_step(complaint, StepKind.RESUMED, words, by=by, at=at)
    _audit(complaint, "resumed", by)
    return complaint


def end_pauses_that_ran_out(*, now: datetime) -> int:
    """Note that clocks run again whose pauses ended by themselves; returns how many."""
    waiting = Complaint.objects.filter(paused_until__lte=now).order_by("paused_until", "pk")[:AT_ONCE]
    for complaint in waiting:
        assert complaint.paused_until is not None
        resume_clock(complaint=complaint, by=None, words=_("its time was over"), at=complaint.paused_until)
    return len(waiting)


@transaction.atomic
def add_redress(
    *, complaint: Complaint, kind: RedressKind, amount: Decimal | None, currency: str, words: str, given_on: date, by: Person,
    at: datetime | None = None,
) -> Redress:  # fmt: skip
    """Write down what a customer gets to put it right.

    Raises:
        InvalidInput: an amount without a currency, a currency without an amount, or neither an amount nor words.
    """
    if (amount is None) != (not currency) or (amount is not None and amount <= 0):
        raise InvalidInput(_("Money needs an amount above zero and its currency, like 40 and GBP."))
    if amount is None and not words and kind in {RedressKind.MONEY, RedressKind.REFUND, RedressKind.OTHER}:
        raise InvalidInput(_("Say what the customer gets."))
    made = Redress.objects.create(
        complaint=complaint,
        kind=kind,
        amount=amount,
        currency=currency.upper(),
        words=words,
        given_on=given_on,
    )
    if not complaint.redress:
        complaint.redress = str(made)[:160]
        complaint.save(update_fields=["redress"])
    note_step(complaint, StepKind.REDRESSED, str(made), by=by, at=at)
    _audit(complaint, "redressed", by, kind=kind, amount=str(amount or ""), currency=currency)
    return made


@transaction.atomic
def reopen_complaint(*, complaint: Complaint, why: str, by: Person, at: datetime | None = None) -> Complaint:
    """Take a decision back. The clock goes on from where it began, so that it may be late at once.

    Raises:
        Conflict: it was not decided.
    """
    complaint = held(complaint)
    if complaint.is_open:
        raise Conflict(_("This complaint is open."))
    complaint.is_open, complaint.decided_on, complaint.outcome = True, None, ""
    complaint.is_timely = None
    complaint.save(update_fields=["is_open", "decided_on", "outcome", "is_timely"])
    note_step(complaint, StepKind.REOPENED, why, by=by, at=at)
    _audit(complaint, "reopened", by)
    announce_changed([complaint.pk])
    return complaint


@transaction.atomic
def tell_apart(*, complaint: Complaint, other: Complaint, by: Person) -> Complaint:
    """Say that an earlier complaint is of another household, whatever phone number, address or surname say. One person's complaints are told
    apart by parting their records."""
    return _with_strangers(complaint, {*complaint.strangers, other.pk}, other, "told_apart", by)


@transaction.atomic
def put_together(*, complaint: Complaint, other: Complaint, by: Person) -> Complaint:
    """Take that back."""
    return _with_strangers(complaint, {*complaint.strangers} - {other.pk}, other, "put_together", by)


def _with_strangers(
    complaint: Complaint, strangers: set[int], other: Complaint, verb: str, by: Person
) -> Complaint:
    complaint = held(complaint)
    complaint.strangers = sorted(strangers)
    found = repeats_of(complaint, most=1)
    complaint.repeat_of = found[0].complaint if found else None
    complaint.repeat_why = found[0].why if found else ""
    complaint.save(update_fields=["strangers", "repeat_of", "repeat_why"])
    words = (
        _("Another household than that of %s")
        if verb == "told_apart"
        else _("The same household as that of %s")
    )
    note_step(complaint, StepKind.CHANGED, words % other.reference, by=by)
    _audit(complaint, verb, by, other=other.pk)
    return complaint


def _audit(complaint: Complaint, verb: str, by: Person | None, **facts: object) -> None:
    record_audit(by=by, action=f"complaint.{verb}", target=Feedback(pk=complaint.pk), **facts)
