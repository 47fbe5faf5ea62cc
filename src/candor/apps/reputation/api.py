"""The JSON face of reputation: reviews as they stand at their sites, with our replies."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from candor.apps.feedback.api_shapes import shown_unit
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, viewer_with
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotFound
from candor.foundation.paging import page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Told, needs, problems

from .models import Review

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
