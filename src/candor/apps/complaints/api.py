"""The JSON face of complaints: the register with letters and files, and taking in what another system was told. Working on them is in
`api_work`."""

import base64
import binascii
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from candor.apps.feedback.api_shapes import customer_id, touchpoint_id
from candor.apps.feedback.erased import refuse_erased
from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, unit_for, viewer_with
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import NewFile, in_full
from candor.foundation.errors import InvalidRequest, NotAllowed, NotFound
from candor.foundation.paging import page_after
from candor.foundation.shapes import Many, needs, problems

from .api_shapes import (
    ComplaintGiven,
    ComplaintShape,
    ComplaintSpan,
    ComplaintTaken,
    FileGiven,
    FileTold,
    LetterShape,
    TemplateShape,
    TemplateSpan,
    WhoGiven,
    WholeComplaint,
    complaint_shape,
    letter_shape,
    whole_complaint,
)
from .choices import Entry, Preference
from .files import take_files
from .households import Who
from .letters import file_of
from .models import Attachment, Complaint, Letter, LetterTemplate
from .opening import SOURCE, open_complaint
from .services import NewComplaint

router = Router(tags=["Complaints"])


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
    return Many[ComplaintShape](items=[complaint_shape(row, viewer) for row in found], next=following)


@router.get(
    "/complaints/{id:pk}", response={200: WholeComplaint, **problems(404)}, **needs(KeyScope.READ_COMPLAINTS)
)
def read_complaint(request: HttpRequest, pk: int) -> Any:
    """One complaint, with its history, pauses, redress, appeals, letters, and files by name."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = viewer_with(key)
    row = _rows(viewer).select_related("complainant", "owner").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return whole_complaint(row, viewer)


@router.get(
    "/complaints/files/{id:pk}",
    response={200: FileTold, **problems(404)},
    **needs(KeyScope.READ_COMPLAINTS),
)
def read_complaint_file(request: HttpRequest, pk: int) -> Any:
    """A file that came with a complaint, with its content. Needs `personal:read` too; that it was taken is in the audit log."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = _with_personal_data(viewer_with(key))
    found = Attachment.objects.filter(pk=pk).select_related("complaint__feedback__unit").first()
    if found is None or not _may_read(viewer, found.complaint):
        raise NotFound
    record_audit(by=None, action="complaint.file_taken", target=found.complaint.feedback)
    return FileTold(**in_full(found))


@router.get(
    "/complaints/letters/{id:pk}",
    response={200: LetterShape, **problems(404)},
    **needs(KeyScope.READ_COMPLAINTS),
)
def read_letter(request: HttpRequest, pk: int) -> Any:
    """One letter: whether it has left, and what it says."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = viewer_with(key)
    row = Letter.objects.filter(pk=pk, complaint__in=_rows(viewer)).select_related(
        "complaint__feedback__unit"
    )
    found = row.defer("message").first()
    if found is None:
        raise NotFound
    return letter_shape(found, viewer)


@router.get(
    "/complaints/letters/{id:pk}/file",
    response={200: FileTold, **problems(404)},
    **needs(KeyScope.READ_COMPLAINTS),
)
def read_letter_file(request: HttpRequest, pk: int) -> Any:
    """The mail byte for byte as it left, or the PDF to print. Needs `personal:read` too."""
    key = keyed(request, KeyScope.READ_COMPLAINTS)
    viewer = _with_personal_data(viewer_with(key))
    found = Letter.objects.filter(pk=pk).select_related("complaint__feedback__unit").first()
    if found is None or not _may_read(viewer, found.complaint):
        raise NotFound
    name, kind, content = file_of(found)
    told = base64.b64encode(content).decode()
    return FileTold(name=name, content_type=kind, size=len(content), content=told)


@router.get("/complaints/letter-templates", response=Many[TemplateShape], **needs(KeyScope.READ_COMPLAINTS))
def list_letter_templates(request: HttpRequest, span: Query[TemplateSpan]) -> Any:
    """Templates of letters that are offered, in their newest words."""
    keyed(request, KeyScope.READ_COMPLAINTS)
    rows = LetterTemplate.objects.filter(is_active=True).prefetch_related("versions")
    found, following = page_after(rows, span.cursor, limit=span.limit)
    items = [_template(row) for row in found]
    return Many[TemplateShape](items=items, next=following)


@router.post(
    "/complaints",
    response={200: ComplaintTaken, 201: ComplaintTaken, **problems(409)},
    **needs(KeyScope.WRITE_COMPLAINTS),
)
def open_a_complaint(request: HttpRequest, given: ComplaintGiven) -> Any:
    """Take a complaint in; its clocks begin to run by the rule set that fits it."""
    key = keyed(request, KeyScope.WRITE_COMPLAINTS)
    unit = unit_for(key, given.unit)
    own = f"{key.source}:{given.key}"[:120]
    refuse_erased(SOURCE, own)
    known = Feedback.objects.filter(source=SOURCE, key=own).first()
    if known is not None:
        return Status(200, ComplaintTaken(id=known.pk, key=own, is_new=False))
    at = given.received_at or timezone.now()
    names = {"comment", "product", "issue", "severity", "channel", "jurisdiction", "episode"}
    files = _files(given.files)
    with transaction.atomic():
        what = NewComplaint(
            key=own, received_on=timezone.localdate(at), received_at=at, customer_id=customer_id(given.customer),
            unit_id=unit.pk if unit else None, touchpoint_id=touchpoint_id(given.touchpoint), entry=Entry.API, who=_who(given.complainant),
            **given.model_dump(include=names),
        )  # fmt: skip
        made = open_complaint(what=what, by=None, files=files)
    return Status(201, ComplaintTaken(id=made.pk, key=own, is_new=True))


def _who(given: WhoGiven | None) -> Who | None:
    if given is None:
        return None
    return Who(**given.model_dump(exclude={"preference"}), preference=Preference(given.preference))


def _files(given: list[FileGiven]) -> list[NewFile]:
    try:
        read = [(one.name, base64.b64decode(one.content, validate=True)) for one in given]
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("The content of a file is no base64. Nothing was done.") from error
    return take_files(read)


def _template(row: LetterTemplate) -> TemplateShape:
    newest = max(row.versions.all(), key=lambda one: one.number)
    plain = {name: getattr(row, name) for name in ("name", "kind", "language")}
    return TemplateShape(id=row.pk, version=newest.number, subject=newest.subject, body=newest.body, **plain)


def _with_personal_data(viewer: Viewer) -> Viewer:
    if not viewer.can(Permission.READ_PERSONAL_DATA):
        raise NotAllowed("This key is not for “personal:read”, which files and letters need.")
    return viewer


def _may_read(viewer: Viewer, row: Complaint) -> bool:
    needed = (Permission.READ_FEEDBACK, Permission.READ_PERSONAL_DATA)
    return all(viewer.holds(permission, row.feedback.unit) for permission in needed)


def _rows(viewer: Viewer) -> QuerySet[Complaint]:
    return Complaint.objects.visible_to(viewer).select_related("feedback__unit")
