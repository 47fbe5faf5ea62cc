"""Answers that another system brings: through an invitation or a standing link, or by themselves, then with a customer if it names one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from candor.foundation.errors import Conflict, NotFound

from .entrances import Entrance, by_secret, by_token
from .models import Invitation, Response, Survey
from .responses import record_response, response_at
from .services import NewInvitation, invite

KIND = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What somebody answered, as another system tells it; `key` is its own id, unique within `source`."""

    source: str
    key: str
    data: Mapping[str, Any]
    is_finished: bool = True
    language: str = ""
    channel: str = ""
    invitation: str = ""
    link: str = ""
    customer_id: int | None = None
    unit_id: int | None = None


@transaction.atomic
def bring_answer(*, survey: Survey, brought: Brought, at: datetime) -> tuple[Response, bool]:
    """Store an answer once; the second part tells whether it is new. Sent again with more, it replaces what was not finished.

    Raises:
        NotFound: the invitation or link is none of this survey.
        NotOpen, BadAnswers: see `responses.record_response`.
        Conflict: the survey is anonymous and the answer names a customer or unit.
    """
    entrance = _entrance(survey, brought, at)
    secret = f"{brought.source}\x1f{brought.key}"
    is_new = response_at(entrance, secret) is None
    response = record_response(
        entrance=entrance, secret=secret, data=brought.data, at=at, language=brought.language,
        is_finished=brought.is_finished,
    )  # fmt: skip
    return response, is_new


def _entrance(survey: Survey, brought: Brought, at: datetime) -> Entrance:
    if brought.invitation or brought.link:
        found = by_secret(brought.invitation) if brought.invitation else by_token(brought.link)
        if found is None or found.survey_id != survey.pk:
            raise NotFound("There is no such invitation or link of this survey.")
        return found
    if brought.customer_id is None and brought.unit_id is None:
        return _of(survey, brought, None)
    if survey.is_anonymous:
        raise Conflict(
            "This survey is anonymous: an answer can't bear a customer or a unit. Nothing was kept."
        )
    return _of(survey, brought, _asked_now(survey, brought, at))


def _asked_now(survey: Survey, brought: Brought, at: datetime) -> Invitation:
    """Whoever answers without having been invited was asked at that moment: so they count among those asked."""
    key = f"{KIND}:{brought.source}:{brought.key}"[:120]
    known = Invitation.objects.filter(survey=survey, key=key).first()
    if known is not None:
        return known
    item = NewInvitation(
        key=key, sent_at=at, customer_id=brought.customer_id, unit_id=brought.unit_id, channel=brought.channel,
        language=brought.language, touchpoint_id=survey.touchpoint_id,
    )  # fmt: skip
    return invite(survey=survey, items=[item])[0][0]


def _of(survey: Survey, brought: Brought, invitation: Invitation | None) -> Entrance:
    newest = survey.versions.order_by("-number").first()
    version = (invitation.version if invitation else None) or newest
    return Entrance(
        survey_id=survey.pk,
        name=survey.name,
        state=survey.state,
        is_anonymous=survey.is_anonymous,
        brand_color=survey.brand_color,
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        version_id=version.pk if version else None,
        published_at=version.published_at if version else None,
        channel=brought.channel,
        invitation_id=invitation.pk if invitation else None,
        is_answered=invitation.is_answered if invitation else False,
        response_id=Response.objects.filter(invitation=invitation).values_list("pk", flat=True).first()
        if invitation
        else None,
        kind=KIND,
    )
