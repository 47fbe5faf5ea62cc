"""The JSON face of complaints: the register, taking in what another system was told, and working on them in the name of people."""

from datetime import date, datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.feedback.api_shapes import customer_id, shown_unit, touchpoint_id
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, unit_for, viewer_named, viewer_with
from candor.apps.organization.models import ApiKey, Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Told, needs, problems

from . import handling, services
from .choices import Entry, Outcome
from .models import Complaint
from .opening import SOURCE, open_complaint
from .services import NewComplaint

router = Router(tags=["Complaints"])


class ComplaintGiven(Given):
    """A complaint that another system was told."""

    key: str = Field(
        min_length=1, max_length=100, description="Your id of it: sent again, it is taken in once"
    )
    comment: str = Field(min_length=1, max_length=50_000)
    received_at: Instant | None = Field(
        None, description="When it was made; now if left out. Clocks run from it"
    )
    product: str = Field("", max_length=120)
    issue: str = Field("", max_length=160)
    severity: Literal[1, 2, 3] | None = Field(None, description="1 low, 2 medium, 3 high")
    channel: str = Field("", max_length=40)
    jurisdiction: str = Field("", max_length=40)
    customer: Name | None = None
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")
    touchpoint: str | None = Field(None, max_length=80)
    episode: str = Field("", max_length=120)


class ComplaintTaken(Told):
    """A complaint that was taken in, now or before; `id` is that of its feedback."""

    id: int
    key: str
    is_new: bool


class ComplaintShape(Told):
    """A complaint with its clocks. The comment is masked without the scope `personal:read`; vulnerability never leaves."""

    id: int
    key: str
    source: str
    customer: int | None
    unit: str | None
    product: str
    issue: str
    severity: int | None
    comment: str
    received_on: date
    is_open: bool
    acknowledge_due_at: datetime | None
    acknowledged_on: date | None
    decide_due_at: datetime | None
    decide_by: date | None
    decided_on: date | None
    is_paused: bool
    is_timely: bool | None
    outcome: str
    response: str
    root_cause: str
    redress: str
    repeats: int | None = Field(description="The complaint that this one repeats")


_PERSON = Field(min_length=3, max_length=254, description="Their e-mail address here: who does it")


class AcknowledgedBy(Given):
    """Who has told the customer that we look at it."""

    person: str = _PERSON


class NoteGiven(Given):
    """A note on a complaint."""

    person: str = _PERSON
    text: str = Field(min_length=1, max_length=4_000)


class DecisionGiven(Given):
    """A decision, with its root cause."""

    person: str = _PERSON
    outcome: Literal["upheld", "partly", "rejected", "withdrawn"]
    response: str = Field(
        min_length=1, max_length=120, description="What the customer is told, in a few words"
    )
    root_cause: str = Field(min_length=1, max_length=160)
    redress: str = Field("", max_length=160)


class ReopenGiven(Given):
    """Why a decision is taken back."""

    person: str = _PERSON
    why: str = Field(min_length=1, max_length=1_000)


class ComplaintSpan(Given):
    """What a list of complaints is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    is_open: bool | None = None
    product: str | None = Field(None, max_length=120)
    issue: str | None = Field(None, max_length=160)
    cursor: Cursor = ""
    limit: Limit = 50


_PLAIN = (
    "product", "issue", "severity", "received_on", "is_open", "acknowledge_due_at", "acknowledged_on", "decide_due_at", "decide_by",
    "decided_on", "is_timely", "outcome", "response", "root_cause", "redress",
)  # fmt: skip


@router.get("/complaints", response=Many[ComplaintShape], **needs(KeyScope.READ_COMPLAINTS))
def list_complaints(request: HttpRequest, span: Query[ComplaintSpan]) -> Any:
    """The register, the latest taken in first."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = viewer_with(key)
    given = {"is_open": span.is_open, "product": span.product, "issue": span.issue}
    rows = _rows(viewer).filter(**{name: value for name, value in given.items() if value is not None})
    found, following = page_after(rows, span.cursor, limit=span.limit)
    if found and viewer.can(Permission.READ_PERSONAL_DATA):
        record_audit(by=None, action="feedback.exported", rows=len(found))
    return Many[ComplaintShape](items=[_shape(row, viewer) for row in found], next=following)


@router.get(
    "/complaints/{id:pk}", response={200: ComplaintShape, **problems(404)}, **needs(KeyScope.READ_COMPLAINTS)
)
def read_complaint(request: HttpRequest, pk: int) -> Any:
    """One complaint."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = viewer_with(key)
    row = _rows(viewer).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _shape(row, viewer)


@router.post(
    "/complaints", response={200: ComplaintTaken, 201: ComplaintTaken}, **needs(KeyScope.WRITE_COMPLAINTS)
)
def open_a_complaint(request: HttpRequest, given: ComplaintGiven) -> Any:
    """Take a complaint in; its clocks begin to run by the rule set that fits it."""
    key = keyed(request, KeyScope.WRITE_COMPLAINTS)
    unit = unit_for(key, given.unit)
    own = f"{key.source}:{given.key}"[:120]
    known = Feedback.objects.filter(source=SOURCE, key=own).first()
    if known is not None:
        return Status(200, ComplaintTaken(id=known.pk, key=own, is_new=False))
    at = given.received_at or timezone.now()
    names = {"comment", "product", "issue", "severity", "channel", "jurisdiction", "episode"}
    what = NewComplaint(
        key=own,
        received_on=timezone.localdate(at),
        received_at=at,
        customer_id=customer_id(given.customer),
        unit_id=unit.pk if unit else None,
        touchpoint_id=touchpoint_id(given.touchpoint),
        entry=Entry.API,
        **given.model_dump(include=names),
    )
    made = open_complaint(what=what, by=None)
    return Status(201, ComplaintTaken(id=made.pk, key=own, is_new=True))


@router.post(
    "/complaints/{id:pk}/acknowledge",
    response={200: ComplaintShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def acknowledge_a_complaint(request: HttpRequest, pk: int, given: AcknowledgedBy) -> Any:
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


@router.post(
    "/complaints/{id:pk}/decide",
    response={200: ComplaintShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def decide_a_complaint(request: HttpRequest, pk: int, given: DecisionGiven) -> Any:
    """Close it with its decision, in the name of somebody who may decide there and whose own work it is not about. The letter is written here."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person, Permission.DECIDE_COMPLAINTS)
    services.decide_complaint(
        complaint=row, outcome=Outcome(given.outcome), response=given.response, root_cause=given.root_cause, redress=given.redress,
        on=timezone.localdate(), by=by,
    )  # fmt: skip
    return _again(key, pk)


@router.post(
    "/complaints/{id:pk}/reopen",
    response={200: ComplaintShape, **problems(404, 409)},
    **needs(KeyScope.WORK_COMPLAINTS),
)
def reopen_a_complaint(request: HttpRequest, pk: int, given: ReopenGiven) -> Any:
    """Take a decision back, and say why."""
    key = keyed(request, KeyScope.WORK_COMPLAINTS)
    row, by = _to_work(key, pk, given.person, Permission.DECIDE_COMPLAINTS)
    handling.reopen_complaint(complaint=row, why=given.why, by=by)
    return _again(key, pk)


def _to_work(
    key: ApiKey, pk: int, email: str, permission: Permission = Permission.HANDLE_FEEDBACK
) -> tuple[Complaint, Person]:
    """A complaint that the key may work on, and who does it."""
    viewer = viewer_with(key)
    rows = Complaint.objects.select_related("feedback__unit")
    row = rows.filter(pk=pk).first()
    if row is None or not viewer.holds(Permission.HANDLE_FEEDBACK, row.feedback.unit):
        raise NotFound
    named = viewer_named(email, permission)
    if not named.holds(permission, row.feedback.unit):
        raise NotAllowed("This complaint is not theirs to work on, or to decide.")
    return row, named.person


def _again(key: ApiKey, pk: int) -> ComplaintShape:
    """The complaint as it is now."""
    row = Complaint.objects.select_related("feedback__unit").get(pk=pk)
    return _shape(row, viewer_with(key))


def _rows(viewer: Viewer) -> QuerySet[Complaint]:
    return Complaint.objects.visible_to(viewer).select_related("feedback__unit")


def _shape(row: Complaint, viewer: Viewer) -> ComplaintShape:
    said = row.feedback
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, said.unit)
    return ComplaintShape(
        id=row.pk,
        key=said.key,
        source=said.source,
        customer=said.customer_id,
        unit=shown_unit(said.unit, viewer),
        comment=said.comment if is_open else said.comment_masked,
        is_paused=row.paused_until is not None,
        repeats=row.repeat_of_id,
        **{name: getattr(row, name) for name in _PLAIN},
    )
