"""The JSON face of asking: another system invites customers to a survey; the governor decides about each."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.customers.erased import refuse_erased
from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.api_shapes import shown_unit, touchpoint_id
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, unit_for, viewer_with
from candor.apps.organization.services import record_audit
from candor.apps.surveys.models import Survey
from candor.foundation.addresses import record_id
from candor.foundation.errors import InvalidRequest, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Told, needs, problems

from . import outside
from .choices import Standing
from .models import Request

router = Router(tags=["Surveys"])
MOST = 500


class InvitationGiven(Given):
    """A customer to be asked."""

    key: str = Field(min_length=1, max_length=50, description="Your id of it: sent again, it is decided once")
    customer: Name
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")
    channel: str = Field("", max_length=40, description="By which you will ask, such as app")
    language: str = Field("", max_length=12)
    touchpoint: str | None = Field(None, max_length=80, description="The key of a touchpoint")
    episode: str = Field("", max_length=120, description="The case in the event log; asked about once")
    expires_at: Instant | None = Field(None, description="Until when the link is good")


class InvitationsGiven(Given):
    """Customers to be asked."""

    items: list[InvitationGiven] = Field(min_length=1, max_length=MOST)


class DecidedShape(Told):
    """What was decided about one: `asked` with the address at which they answer, told this once, or `not_asked` with the reason."""

    key: str
    standing: str
    is_new: bool
    reason: str
    again_at: datetime | None = Field(description="From when it would be another matter, where that is known")
    invitation: str
    link: str


class DecidedShapes(Told):
    """What was decided, in the order of what was sent."""

    items: list[DecidedShape]


class ReviewRequestShape(Told):
    """A customer who came up for being asked for a review: asked, waiting, or not asked with the reason. Never because of what they think of us."""

    id: int
    place: int | None = Field(description="Of `/review-places`")
    customer: int | None
    unit: str | None
    came_up_at: datetime
    standing: str
    reason: str
    decided_at: datetime | None


class RequestSpan(Given):
    """What the log is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    standing: Standing | None = None
    cursor: Cursor = ""
    limit: Limit = USUAL


@router.get(
    "/review-requests", response=Many[ReviewRequestShape], tags=["Reviews"], **needs(KeyScope.READ_REVIEWS)
)
def list_review_requests(request: HttpRequest, span: Query[RequestSpan]) -> Any:
    """The log of who was asked for a review and who was not, the latest that came up first."""
    key = keyed(request, KeyScope.READ_REVIEWS)
    viewer = viewer_with(key)
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    rows = Request.objects.filter(plan__kind="review").select_related("plan", "unit")
    rows = rows if unit_ids is None else rows.filter(unit__in=unit_ids)
    rows = rows.filter(standing=span.standing) if span.standing else rows
    found, following = page_after(rows, span.cursor, limit=span.limit)
    items = [
        ReviewRequestShape(
            id=row.pk, place=record_id(row.plan.target), customer=row.customer_id, unit=shown_unit(row.unit, viewer),
            **{name: getattr(row, name) for name in ("came_up_at", "standing", "reason", "decided_at")},
        )
        for row in found
    ]  # fmt: skip
    return Many[ReviewRequestShape](items=items, next=following)


@router.post(
    "/surveys/{str:survey}/invite",
    response={200: DecidedShapes, **problems(404, 409)},
    **needs(KeyScope.WRITE_INVITATIONS),
)
def invite_customers(request: HttpRequest, survey: str, given: InvitationsGiven) -> Any:
    """Invite customers whom your system will ask by itself. The rule of how often anybody is asked holds for them too: who rests, has said no or
    was asked about the same before is not asked, with the reason, and it stands in the log."""
    key = keyed(request, KeyScope.WRITE_INVITATIONS)
    found = Survey.objects.filter(key=survey).first()
    if found is None:
        raise NotFound
    keys = [one.key for one in given.items]
    if len(set(keys)) < len(keys):
        raise InvalidRequest("Two of the items have the same key. Nothing was done.")
    ids = _customers(given.items)
    units = {code: unit_for(key, code) for code in {one.unit for one in given.items}}
    touchpoints = {name: touchpoint_id(name) for name in {one.touchpoint for one in given.items}}
    wanted = [
        outside.Wanted(
            customer_id=ids[one.customer.system, one.customer.value],
            unit_id=unit.pk if (unit := units[one.unit]) else None,
            touchpoint_id=touchpoints[one.touchpoint],
            **one.model_dump(include={"key", "channel", "language", "episode", "expires_at"}),
        )
        for one in given.items
    ]
    decided = outside.ask_outside(survey=found, source=key.source, wanted=wanted, now=timezone.now())
    asked = sum(one.is_new and bool(one.secret) for one in decided)
    record_audit(
        by=None, action="asking_plan.asked_outside", target=found, customers=len(wanted), asked=asked
    )
    names = ("key", "reason", "again_at", "invitation", "link", "is_new")
    items = [
        DecidedShape(standing=one.standing.value, **{name: getattr(one, name) for name in names})
        for one in decided
    ]
    return Status(200, DecidedShapes(items=items))


def _customers(items: list[InvitationGiven]) -> dict[tuple[str, str], int]:
    """Customers by what they are called, made nameless where there are none yet."""
    refuse_erased((one.customer.system, one.customer.value) for one in items)
    systems = {one.customer.system for one in items}
    return {
        (system, value): pk
        for system in sorted(systems)
        for value, pk in customers_by_identifier(
            system=system, values=[one.customer.value for one in items if one.customer.system == system]
        ).items()
    }
