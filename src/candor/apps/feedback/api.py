"""The JSON face of the hub: what people told us, on any channel, and taking in what another system heard."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, unit_for, viewer_with
from candor.apps.organization.models import Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Told, needs, problems

from . import services
from .api_shapes import FeedbackShape, customer_id, shape_of, touchpoint_id
from .choices import Kind
from .erased import refuse_erased
from .models import Feedback, FeedbackQuerySet

router = Router(tags=["Feedback"])


class MessageGiven(Given):
    """Something that another system heard from a customer."""

    key: str = Field(
        min_length=1, max_length=120, description="Your id of it: sent again, it is taken in once"
    )
    received_at: Instant | None = Field(None, description="When it was said; now if left out")
    title: str = Field("", max_length=200)
    comment: str = Field(min_length=1, max_length=50_000)
    channel: str = Field("", max_length=40)
    customer: Name | None = None
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")
    touchpoint: str | None = Field(None, max_length=80, description="The key of a touchpoint")
    episode: str = Field("", max_length=120, description="The case in the event log")
    product: str = Field("", max_length=120)
    issue: str = Field("", max_length=160)
    language: str = Field("", max_length=12)


class TakenShape(Told):
    """Something that was taken in, now or before."""

    id: int
    is_new: bool


class Narrowed(Given):
    """What a list of feedback is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    kind: Literal["complaint", "survey", "review", "idea", "message"] | None = None
    source: str | None = Field(None, max_length=80)
    unit: str | None = Field(
        None, max_length=60, description="The code of a unit; those below it are included"
    )
    customer: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    since: Instant | None = Field(None, description="Said at or after")
    until: Instant | None = Field(None, description="Said before")
    cursor: Cursor = ""
    limit: Limit = USUAL


@router.get(
    "/feedback", response={200: Many[FeedbackShape], **problems(404)}, **needs(KeyScope.READ_FEEDBACK)
)
def list_feedback(request: HttpRequest, narrowed: Query[Narrowed]) -> Any:
    """What people told us, on every channel, the newest first."""
    key = keyed(request, KeyScope.READ_FEEDBACK)
    viewer = viewer_with(key)
    rows = _narrowed(Feedback.objects.visible_to(viewer), narrowed, viewer)
    rows = rows.select_related("unit", "touchpoint", "journey").prefetch_related("answers")
    found, following = page_after(rows, narrowed.cursor, limit=narrowed.limit, by="received_at")
    if found and viewer.can(Permission.READ_PERSONAL_DATA):
        record_audit(by=None, action="feedback.exported", rows=len(found))
    return Many[FeedbackShape](items=[shape_of(row, viewer) for row in found], next=following)


@router.get(
    "/feedback/{id:pk}", response={200: FeedbackShape, **problems(404)}, **needs(KeyScope.READ_FEEDBACK)
)
def read_feedback(request: HttpRequest, pk: int) -> Any:
    """One thing somebody told us."""
    key = keyed(request, KeyScope.READ_FEEDBACK)
    viewer = viewer_with(key)
    row = (
        Feedback.objects.visible_to(viewer)
        .filter(pk=pk)
        .select_related("unit", "touchpoint", "journey")
        .first()
    )
    if row is None:
        raise NotFound
    return shape_of(row, viewer)


@router.post(
    "/feedback",
    response={200: TakenShape, 201: TakenShape, **problems(409)},
    **needs(KeyScope.WRITE_FEEDBACK),
)
def send_message(request: HttpRequest, given: MessageGiven) -> Any:
    """Take in a message of a customer: an e-mail, a note of a call, a post. It is known by your key; what is here already stays, and what
    went when its customer was erased is refused."""
    key = keyed(request, KeyScope.WRITE_FEEDBACK)
    unit = unit_for(key, given.unit)
    refuse_erased(key.source, given.key)
    item = services.NewFeedback(
        kind=Kind.MESSAGE,
        source=key.source,
        received_at=given.received_at or timezone.now(),
        customer_id=customer_id(given.customer),
        unit_id=unit.pk if unit else None,
        touchpoint_id=touchpoint_id(given.touchpoint),
        **given.model_dump(
            include={"key", "title", "comment", "channel", "episode", "product", "issue", "language"}
        ),
    )
    received = services.receive(items=[item])
    is_new = bool(received.new_ids)
    pk = received.new_ids.get(given.key) or Feedback.objects.get(source=key.source, key=given.key).pk
    return Status(201 if is_new else 200, TakenShape(id=pk, is_new=is_new))


def _narrowed(rows: FeedbackQuerySet, narrowed: Narrowed, viewer: Viewer) -> FeedbackQuerySet:
    plain: dict[str, Any] = {
        "kind": narrowed.kind,
        "source": narrowed.source,
        "customer_id": narrowed.customer,
    }
    plain |= {"received_at__gte": narrowed.since, "received_at__lt": narrowed.until}
    rows = rows.filter(**{name: value for name, value in plain.items() if value is not None})
    if narrowed.unit is None:
        return rows
    unit = Unit.objects.filter(code=narrowed.unit).first()
    if unit is None or not viewer.can(Permission.READ_FEEDBACK, unit):
        raise NotFound("That unit does not exist, or it is not the key’s to see.")
    if viewer.withholds(unit):
        raise NotAllowed(
            "This unit is the work of one person, or would tell of it. Choose the unit above it."
        )
    return rows.filter(unit__path__startswith=unit.path)
