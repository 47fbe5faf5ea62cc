"""The JSON face of working on complaints, in the name of people who may: steps of their history, pauses, redress, decisions, what goes
further, letters."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, viewer_named, viewer_with
from candor.apps.organization.models import ApiKey, Person
from candor.foundation.errors import InvalidRequest, NotAllowed, NotFound
from candor.foundation.shapes import needs, problems

from . import escalations, handling, letters, services
from .api_shapes import (
    ComplaintShape,
    DecisionGiven,
    DetailsGiven,
    DoneBy,
    DraftShape,
    DraftSpan,
    EscalationEnded,
    EscalationGiven,
    EscalationShape,
    HandedOver,
    LetterGiven,
    LetterShape,
    NoteGiven,
    PauseGiven,
    RedressGiven,
    RedressShape,
    ReopenGiven,
    ResumeGiven,
    complaint_shape,
    escalation_shape,
    letter_shape,
    redress_shape,
)
from .choices import EscalationKind, EscalationOutcome, LetterKind, Outcome, PauseReason, RedressKind
from .models import Complaint, Escalation, Letter, LetterTemplate, LetterTemplateVersion

router = Router(tags=["Complaints"])
_ANSWERS = {200: ComplaintShape, **problems(404, 409)}
_WRITES = (Permission.HANDLE_FEEDBACK, Permission.READ_PERSONAL_DATA)


@router.post("/complaints/{id:pk}/acknowledge", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def acknowledge_a_complaint(request: HttpRequest, pk: int, given: DoneBy) -> Any:
    """Note that the customer was told that we look at it; its clock stops."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    services.acknowledge_complaint(complaint=row, on=timezone.localdate(), by=by)
    return _again(key, pk)


@router.post(
    "/complaints/{id:pk}/notes",
    response={201: ComplaintShape, **problems(404)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def note_on_a_complaint(request: HttpRequest, pk: int, given: NoteGiven) -> Any:
    """Write a note into its history. Send an Idempotency-Key, so that none is written twice."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    handling.add_note(complaint=row, text=given.text, by=by)
    return Status(201, _again(key, pk))


@router.post("/complaints/{id:pk}/hand-over", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def hand_a_complaint_over(request: HttpRequest, pk: int, given: HandedOver) -> Any:
    """Give it to a member of staff who may work on it, or to nobody."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    to = _who_may(given.to, row, Permission.HANDLE_FEEDBACK, field="to") if given.to else None
    handling.hand_over(complaint=row, to=to, words=given.words, by=by)
    return _again(key, pk)


@router.post("/complaints/{id:pk}/details", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def file_a_complaint_elsewhere(request: HttpRequest, pk: int, given: DetailsGiven) -> Any:
    """File it under another product, issue or severity; its clocks stay as they began."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    fields = given.model_dump(include={"product", "issue", "severity"})
    handling.change_details(complaint=row, by=by, **fields)
    return _again(key, pk)


@router.post("/complaints/{id:pk}/pause", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def pause_a_complaint(request: HttpRequest, pk: int, given: PauseGiven) -> Any:
    """Let its decision clock stand still while we wait for the customer, as far as its rules allow."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    reason = PauseReason(given.reason)
    handling.pause_clock(complaint=row, reason=reason, words=given.words, until=given.until, by=by)
    return _again(key, pk)


@router.post("/complaints/{id:pk}/resume", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def resume_a_complaint(request: HttpRequest, pk: int, given: ResumeGiven) -> Any:
    """Let its decision clock run again before the pause is over."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    handling.resume_clock(complaint=row, by=by, words=given.words)
    return _again(key, pk)


@router.post("/complaints/{id:pk}/decide", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def decide_a_complaint(request: HttpRequest, pk: int, given: DecisionGiven) -> Any:
    """Close it with its decision, in the name of somebody who may decide there and whose own work it is not about. The letter comes next."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person, Permission.DECIDE_COMPLAINTS)
    services.decide_complaint(
        complaint=row, outcome=Outcome(given.outcome), response=given.response, root_cause=given.root_cause, redress=given.redress,
        on=timezone.localdate(), by=by,
    )  # fmt: skip
    return _again(key, pk)


@router.post("/complaints/{id:pk}/reopen", response=_ANSWERS, **needs(KeyScope.WORK_COMPLAINTS))
def reopen_a_complaint(request: HttpRequest, pk: int, given: ReopenGiven) -> Any:
    """Take a decision back, and say why."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person, Permission.DECIDE_COMPLAINTS)
    handling.reopen_complaint(complaint=row, why=given.why, by=by)
    return _again(key, pk)


@router.post(
    "/complaints/{id:pk}/redresses",
    response={201: RedressShape, **problems(404)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def add_redress_to_a_complaint(request: HttpRequest, pk: int, given: RedressGiven) -> Any:
    """Write down what the customer gets, in the name of somebody who may decide. Send an Idempotency-Key, so that nothing is given twice."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person, Permission.DECIDE_COMPLAINTS)
    made = handling.add_redress(
        complaint=row, kind=RedressKind(given.kind), amount=Decimal(given.amount) if given.amount else None, currency=given.currency,
        words=given.words, given_on=given.given_on or timezone.localdate(), by=by,
    )  # fmt: skip
    return Status(201, redress_shape(made, viewer_with(key)))


@router.post(
    "/complaints/{id:pk}/escalations",
    response={201: EscalationShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def escalate_a_complaint(request: HttpRequest, pk: int, given: EscalationGiven) -> Any:
    """Note that the customer goes further, once we have decided or are late; a clock of its own begins to run."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person)
    fields = given.model_dump(include={"body", "reference", "words"})
    made = escalations.escalate(complaint=row, kind=EscalationKind(given.kind), by=by, **fields)
    return Status(201, escalation_shape(made, viewer_with(key)))


@router.post(
    "/complaints/escalations/{id:pk}/end",
    response={200: EscalationShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def end_an_escalation(request: HttpRequest, pk: int, given: EscalationEnded) -> Any:
    """Note how an appeal or the ombudsman's step ended. Nobody answers an appeal against their own decision."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    found = Escalation.objects.filter(pk=pk).first()
    _row, by = _to_work(key, found.complaint_id if found else 0, given.person, Permission.DECIDE_COMPLAINTS)
    assert found is not None
    ended = escalations.end_escalation(
        escalation=found, outcome=EscalationOutcome(given.outcome), words=given.words, on=timezone.localdate(), by=by,
        new_outcome=Outcome(given.new_outcome) if given.new_outcome else None,
    )  # fmt: skip
    return escalation_shape(ended, viewer_with(key))


@router.get(
    "/complaints/{id:pk}/letters/draft",
    response={200: DraftShape, **problems(404)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def draft_a_letter(request: HttpRequest, pk: int, span: Query[DraftSpan]) -> Any:
    """A letter as a template gives it, to be read, changed and sent. Needs `personal:read` too; nothing is kept."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row = _to_write(key, pk)
    version = _version(span.template) if span.template is not None else None
    if version is None:
        version = letters.template_for(row, LetterKind(span.kind) if span.kind else letters.next_kind(row))
    if version is None:
        raise NotFound("There is no template for such a letter. Write it yourself.")
    made = letters.draft(row, version)
    return DraftShape(
        template=version.template_id, kind=made.kind, language=made.language, to=made.to, subject=made.subject, body=made.body,
        empty=list(made.empty),
    )  # fmt: skip


@router.post(
    "/complaints/{id:pk}/letters",
    response={201: LetterShape, **problems(404)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def send_a_letter(request: HttpRequest, pk: int, given: LetterGiven) -> Any:
    """Mail a letter, or make the PDF for the post; it goes as it stands here. Needs `personal:read` too. Send an Idempotency-Key, so that
    it goes once. An acknowledgement stops its clock once it has left."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row = _to_write(key, pk)
    by = _who_may(given.person, row, *_WRITES)
    letter = letters.Draft(
        version=_version(given.template) if given.template is not None else None, kind=LetterKind(given.kind),
        language=given.language or letters.language_of(row), subject=given.subject, body=given.body, to=given.to or "",
    )  # fmt: skip
    made = letters.send_letter(complaint=row, letter=letter, by=by)
    return Status(201, letter_shape(made, viewer_with(key)))


@router.post(
    "/complaints/letters/{id:pk}/posted",
    response={200: LetterShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def note_a_letter_posted(request: HttpRequest, pk: int, given: DoneBy) -> Any:
    """Note that a printed letter was posted; an acknowledgement stops its clock."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    found, by = _letter(key, pk, given.person)
    return letter_shape(letters.note_posted(letter=found, by=by), viewer_with(key))


@router.post(
    "/complaints/letters/{id:pk}/again",
    response={200: LetterShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def send_a_letter_again(request: HttpRequest, pk: int, given: DoneBy) -> Any:
    """Try a letter once more that could not be mailed."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    found, by = _letter(key, pk, given.person)
    return letter_shape(letters.send_again(letter=found, by=by), viewer_with(key))


def _to_work(
    key: ApiKey, pk: int, email: str, permission: Permission = Permission.HANDLE_FEEDBACK
) -> tuple[Complaint, Person]:
    """A complaint that the key may work on, and who does it."""
    row = _complaint(key, pk, Permission.HANDLE_FEEDBACK)
    return row, _who_may(email, row, permission)


def _to_write(key: ApiKey, pk: int) -> Complaint:
    """A complaint whose customer the key may write to: a letter bears their name and address."""
    if not viewer_with(key).can(Permission.READ_PERSONAL_DATA):
        raise NotAllowed("This key is not for “personal:read”, which letters need.")
    return _complaint(key, pk, *_WRITES)


def _letter(key: ApiKey, pk: int, email: str) -> tuple[Letter, Person]:
    found = Letter.objects.filter(pk=pk).first()
    row = _to_write(key, found.complaint_id if found else 0)
    assert found is not None
    found.complaint = row
    return found, _who_may(email, row, *_WRITES)


def _complaint(key: ApiKey, pk: int, *needed: Permission) -> Complaint:
    viewer = viewer_with(key)
    rows = Complaint.objects.select_related("feedback__unit", "complainant", "rules", "owner")
    row = rows.filter(pk=pk).first()
    if row is None or not all(viewer.holds(permission, row.feedback.unit) for permission in needed):
        raise NotFound
    return row


def _who_may(email: str, row: Complaint, *needed: Permission, field: str = "person") -> Person:
    """Who does it, or has it from now on."""
    for permission in needed:
        named = viewer_named(email, permission, field=field)
        if not named.holds(permission, row.feedback.unit):
            raise NotAllowed("This complaint is not theirs to work on, or to decide.")
    return named.person


def _version(template_id: int) -> LetterTemplateVersion:
    """The newest words of a template that is offered."""
    template = LetterTemplate.objects.filter(pk=template_id, is_active=True).first()
    newest = template.versions.order_by("-number").first() if template else None
    if newest is None:
        error = InvalidRequest("There is no such template, or it is no longer offered.")
        error.members = {
            "errors": [{"field": "template", "expected": "the id of a template that is offered"}]
        }
        raise error
    return newest


def _again(key: ApiKey, pk: int) -> ComplaintShape:
    """The complaint as it is now."""
    row = Complaint.objects.select_related("feedback__unit").get(pk=pk)
    return complaint_shape(row, viewer_with(key))
