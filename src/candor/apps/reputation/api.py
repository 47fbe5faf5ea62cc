"""The JSON face of reputation: reviews as they stand at their sites, our replies from draft to sent, and where reviews are asked for.

Another system writes and hands on; a person says yes, who is named. Nobody is asked for a review from here: who may choose whom to ask could
leave the unhappy out.
"""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from candor.apps.feedback.api_shapes import shown_unit
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, viewer_named, viewer_with
from candor.apps.organization.models import Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Staff, Told, needs, problems

from . import replies
from .models import Reply, Review, ReviewPlace

router = Router(tags=["Reviews"])


class ReviewShape(Told):
    """A review; `id` is that of its feedback. Its author is null and its words are masked without the scope `personal:read`."""

    id: int
    source: str
    key: str
    level: str
    stars: int | None
    unit: str | None
    title: str
    comment: str
    author: str | None
    url: str | None
    written_at: datetime
    changed_at: datetime | None
    removed_at: datetime | None = Field(description="Since when it is gone at its site")
    excluded_for: str = Field(description="The published reason for which it counts in no number, if any")
    reply: str
    replied_at: datetime | None


class ReplyGiven(Given):
    """The words of a reply."""

    text: str = Field(min_length=1, max_length=4_096, description="The site may take fewer characters")


class LookedAt(Given):
    """That somebody has looked at what seems to be personal data, and it is nobody's."""

    is_looked_at: bool = False


class ApprovalGiven(LookedAt):
    """Who says yes."""

    person: Staff


class ReturnGiven(Given):
    """Who gives it back, and why."""

    person: Staff
    why: str = Field(min_length=1, max_length=300)


class ReplyShape(Told):
    """Our reply to a review: draft, waiting, sending, sent, failed, or by_hand where its site can't be written to. Names are null
    without the scope `personal:read`, and where another system wrote it."""

    review: int
    text: str
    state: str
    written_by: str | None
    written_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    returned_because: str
    sent_at: datetime | None
    error: str


class PlaceShape(Told):
    """Where customers are asked for reviews: the same address for everybody."""

    id: int
    name: str
    unit: str | None
    url: str
    is_open: bool


class ReviewSpan(Given):
    """What a list of reviews is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    source: str | None = Field(None, max_length=80)
    level: Literal["organization", "location"] | None = None
    since: Instant | None = Field(None, description="Written at or after")
    until: Instant | None = Field(None, description="Written before")
    cursor: Cursor = ""
    limit: Limit = 50


@router.get("/reviews", response=Many[ReviewShape], **needs(KeyScope.READ_REVIEWS))
def list_reviews(request: HttpRequest, span: Query[ReviewSpan]) -> Any:
    """Reviews of every site, the latest written first, also those that are gone or count in no number."""
    key = keyed(request, KeyScope.READ_REVIEWS)
    viewer = viewer_with(key)
    given: dict[str, Any] = {"feedback__source": span.source, "level": span.level}
    given |= {"written_at__gte": span.since, "written_at__lt": span.until}
    rows = _rows(viewer).filter(**{name: value for name, value in given.items() if value is not None})
    found, following = page_after(rows, span.cursor, limit=span.limit, by="written_at")
    if found and viewer.can(Permission.READ_PERSONAL_DATA):
        record_audit(by=None, action="feedback.exported", rows=len(found))
    return Many[ReviewShape](items=[_shape(row, viewer) for row in found], next=following)


@router.get("/reviews/{id:pk}", response={200: ReviewShape, **problems(404)}, **needs(KeyScope.READ_REVIEWS))
def read_review(request: HttpRequest, pk: int) -> Any:
    """One review."""
    key = keyed(request, KeyScope.READ_REVIEWS)
    viewer = viewer_with(key)
    row = _rows(viewer).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return _shape(row, viewer)


@router.get(
    "/reviews/{id:pk}/reply", response={200: ReplyShape, **problems(404)}, **needs(KeyScope.READ_REVIEWS)
)
def read_reply(request: HttpRequest, pk: int) -> Any:
    """Our reply to a review, however far it is."""
    key = keyed(request, KeyScope.READ_REVIEWS)
    viewer = viewer_with(key)
    return _reply_shape(_reply(viewer, pk), viewer)


@router.put(
    "/reviews/{id:pk}/reply",
    response={200: ReplyShape, 201: ReplyShape, **problems(404, 409)},
    **needs(KeyScope.WRITE_REVIEWS),
)
def write_a_reply(request: HttpRequest, pk: int, given: ReplyGiven) -> Any:
    """Write the draft of a reply, or another in its place; whatever was approved before has to be approved anew."""
    key = keyed(request, KeyScope.WRITE_REVIEWS)
    viewer = viewer_with(key)
    review = _to_handle(viewer, pk)
    is_new = not Reply.objects.filter(review=review).exists()
    made = replies.write(review=review, text=given.text, by=None)
    return Status(201 if is_new else 200, _reply_shape(made, viewer))


@router.post(
    "/reviews/{id:pk}/reply/submit",
    response={200: ReplyShape, **problems(404, 409)},
    **needs(KeyScope.WRITE_REVIEWS),
)
def submit_a_reply(request: HttpRequest, pk: int, given: LookedAt) -> Any:
    """Hand a draft on: it waits for a person, who approves it on the review's page or by `approve`."""
    key = keyed(request, KeyScope.WRITE_REVIEWS)
    viewer = viewer_with(key)
    row = replies.submit(reply=_reply(viewer, pk), by=None, is_looked_at=given.is_looked_at)
    return _reply_shape(row, viewer)


@router.post(
    "/reviews/{id:pk}/reply/approve",
    response={200: ReplyShape, **problems(404, 409)},
    **needs(KeyScope.APPROVE_REVIEWS),
)
def approve_a_reply(request: HttpRequest, pk: int, given: ApprovalGiven) -> Any:
    """Say yes in the name of somebody who handles feedback there and did not write it: it goes on its way, or waits to be put there by hand."""
    key = keyed(request, KeyScope.APPROVE_REVIEWS)
    viewer = viewer_with(key)
    row = _reply(viewer, pk)
    by = _approver(given.person, row)
    return _reply_shape(replies.approve(reply=row, by=by, is_looked_at=given.is_looked_at), viewer)


@router.post(
    "/reviews/{id:pk}/reply/return",
    response={200: ReplyShape, **problems(404, 409)},
    **needs(KeyScope.APPROVE_REVIEWS),
)
def return_a_reply(request: HttpRequest, pk: int, given: ReturnGiven) -> Any:
    """Give a reply that waits back to its writer, with the reason."""
    key = keyed(request, KeyScope.APPROVE_REVIEWS)
    viewer = viewer_with(key)
    row = _reply(viewer, pk)
    made = replies.give_back(reply=row, why=given.why, by=_approver(given.person, row))
    return _reply_shape(made, viewer)


@router.get("/review-places", response=Many[PlaceShape], **needs(KeyScope.READ_REVIEWS))
def list_review_places(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Any:
    """Where customers are asked for reviews, the newest first. Plans ask, by one rule for everybody; their log is `/review-requests`."""
    key = keyed(request, KeyScope.READ_REVIEWS)
    viewer = viewer_with(key)
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    rows = ReviewPlace.objects.select_related("unit")
    rows = rows if unit_ids is None else rows.filter(unit__in=unit_ids)
    found, following = page_after(rows, cursor, limit=limit)
    items = [
        PlaceShape(id=row.pk, name=row.name, unit=shown_unit(row.unit, viewer), url=row.url, is_open=row.is_open)
        for row in found
    ]  # fmt: skip
    return Many[PlaceShape](items=items, next=following)


def _to_handle(viewer: Viewer, pk: int) -> Review:
    rows = Review.objects.visible_to(viewer, Permission.HANDLE_FEEDBACK)
    found = rows.select_related("feedback__unit", "connection").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _reply(viewer: Viewer, pk: int) -> Reply:
    permission = (
        Permission.HANDLE_FEEDBACK if viewer.can(Permission.HANDLE_FEEDBACK) else Permission.READ_FEEDBACK
    )
    reviews = Review.objects.visible_to(viewer, permission)
    rows = Reply.objects.select_related("review__feedback__unit", "written_by", "approved_by")
    found = rows.filter(review__in=reviews, review=pk).first()
    if found is None:
        raise NotFound
    return found


def _approver(email: str, row: Reply) -> Person:
    approver = viewer_named(email, Permission.HANDLE_FEEDBACK)
    if not approver.holds(Permission.HANDLE_FEEDBACK, row.review.feedback.unit):
        raise NotAllowed("This review is not theirs to handle.")
    return approver.person


def _reply_shape(row: Reply, viewer: Viewer) -> ReplyShape:
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, row.review.feedback.unit)
    names = ("text", "state", "written_at", "approved_at", "returned_because", "sent_at", "error")
    people: dict[str, Any] = {
        name: str(who) if is_open and (who := getattr(row, name)) else None
        for name in ("written_by", "approved_by")
    }
    return ReplyShape(review=row.review_id, **people, **{name: getattr(row, name) for name in names})


def _rows(viewer: Viewer) -> QuerySet[Review]:
    return Review.objects.visible_to(viewer).select_related("feedback__unit")


def _shape(row: Review, viewer: Viewer) -> ReviewShape:
    said = row.feedback
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, said.unit)
    names = ("level", "stars", "written_at", "changed_at", "removed_at", "excluded_for", "replied_at")
    return ReviewShape(
        id=row.pk,
        source=said.source,
        key=said.key,
        unit=shown_unit(said.unit, viewer),
        title=said.title,
        comment=said.comment if is_open else said.comment_masked,
        author=row.author if is_open else None,
        url=row.url if is_open else None,
        reply=row.reply_text,
        **{name: getattr(row, name) for name in names},
    )
