"""The JSON face of asking: another system invites customers to a survey; the governor decides about each."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.customers.services import customers_by_identifier
from candor.apps.feedback.api_shapes import touchpoint_id
from candor.apps.organization.choices import KeyScope
from candor.apps.organization.keys import keyed, unit_for
from candor.apps.organization.services import record_audit
from candor.apps.surveys.models import Survey
from candor.foundation.errors import InvalidRequest, NotFound
from candor.foundation.shapes import Given, Instant, Told, needs, problems

from . import outside

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
    systems = {one.customer.system for one in items}
    return {
        (system, value): pk
        for system in sorted(systems)
        for value, pk in customers_by_identifier(
            system=system, values=[one.customer.value for one in items if one.customer.system == system]
        ).items()
    }
