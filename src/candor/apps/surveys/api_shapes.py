"""What the JSON API takes and tells of surveys, invitations and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.feedback.api_shapes import shown_unit
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.masking import mask
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Told

from .models import Invitation, Response, Survey

Key = Annotated[str, Field(min_length=1, max_length=120)]
Definition = Annotated[dict[str, Any], Field(description="In SurveyJS form")]
Type = Literal["relationship", "touchpoint", "expectation", "pulse", "other"]
Moment = Literal["before", "after", "none"]


class SurveyShape(Told):
    """A survey; `state` is imported, draft, open or closed."""

    key: str = Field(description="The source of its feedback")
    name: str
    state: str
    type: str
    moment: str
    is_anonymous: bool
    touchpoint: str | None
    version: int | None = Field(description="The newest that was published")
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime


class WholeSurvey(SurveyShape):
    """A survey with its questions."""

    draft: dict[str, Any] | None = Field(description="As it is being edited, in SurveyJS form")
    published: dict[str, Any] | None = Field(description="The newest version, in SurveyJS form")


class SurveyGiven(Given):
    """A new survey."""

    name: str = Field(min_length=1, max_length=120)
    definition: Definition
    type: Type = "other"
    moment: Moment = "none"
    touchpoint: str | None = Field(None, max_length=80, description="The key of the touchpoint it is about")
    is_anonymous: bool = False


class DraftGiven(Given):
    """The whole of a draft, in place of what it was."""

    definition: Definition


class PublishGiven(Given):
    """What the author vouches for."""

    same_meaning: list[Annotated[str, Field(max_length=80)]] = Field(
        default=[],
        max_length=200,
        description="Measured questions whose words changed and which ask the same",
    )


class PublishedShape(Told):
    """A version that was published."""

    survey: str
    version: int


class InvitationShape(Told):
    """A customer asked once. Where the survey is anonymous, whether they answered is not told."""

    key: str
    customer: int | None
    unit: str | None
    channel: str
    language: str
    sent_at: datetime
    expires_at: datetime | None
    put_off_at: datetime | None = Field(
        description="While a server does not take the message: it was not sent so far"
    )
    bounced_at: datetime | None
    reminders: int
    is_answered: bool | None
    feedback: int | None


class ResponseGiven(Given):
    """What somebody answered."""

    key: Key = Field(description="Your id of it: sent again with the same answers, nothing is added")
    data: dict[str, Any] = Field(description="Answers by the name of their question, as SurveyJS writes them")
    is_finished: bool = Field(True, description="False for a part; the rest may follow under the same key")
    language: str = Field("", max_length=12)
    channel: str = Field("", max_length=40)
    invitation: str | None = Field(
        None, min_length=1, max_length=100, description="The secret of an invitation’s link, after /a/"
    )
    link: str | None = Field(
        None, min_length=1, max_length=43, description="The token of a standing link, after /s/"
    )
    customer: Name | None = Field(None, description="Who answered, where there was no invitation")
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")


class KeptShape(Told):
    """An answer that is on disk; it becomes feedback within seconds, where the survey is anonymous a day later."""

    id: str
    is_finished: bool


class ResponseShape(Told):
    """What somebody answered. Texts are masked without the scope `personal:read`; where the survey is anonymous only the day is known."""

    id: str
    version: int
    language: str
    channel: str
    invitation: str | None
    customer: int | None
    unit: str | None
    started_at: datetime
    changed_at: datetime
    is_finished: bool
    feedback: int | None
    data: dict[str, Any]


class Span(Given):
    """A stretch of a list."""

    model_config = {"extra": "forbid", "strict": False}

    since: Instant | None = None
    until: Instant | None = None
    cursor: Cursor = ""
    limit: Limit = 50


def survey_facts(survey: Survey) -> dict[str, Any]:
    """What is told of a survey without its questions; its versions are prefetched or few."""
    names = ("key", "name", "state", "type", "moment", "is_anonymous", "opens_at", "closes_at", "created_at")
    numbers = [version.number for version in survey.versions.all()]
    touchpoint = survey.touchpoint.key if survey.touchpoint else None
    return {name: getattr(survey, name) for name in names} | {
        "touchpoint": touchpoint,
        "version": max(numbers, default=None),
    }


def invitation_shape(row: Invitation, viewer: Viewer) -> InvitationShape:
    """An invitation; `survey` and `unit` are selected with it."""
    is_open = not row.survey.is_anonymous
    names = ("key", "channel", "language", "sent_at", "expires_at", "put_off_at", "bounced_at", "reminders")
    return InvitationShape(
        customer=row.customer_id,
        unit=shown_unit(row.unit, viewer),
        is_answered=row.is_answered if is_open else None,
        feedback=row.feedback_id if is_open else None,
        **{name: getattr(row, name) for name in names},
    )


def response_shape(row: Response, viewer: Viewer) -> ResponseShape:
    """An answer; `version`, `invitation` and `link` with their units are selected with it."""
    place = row.invitation or row.link
    unit = place.unit if place else None
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, unit)
    names = ("language", "channel", "started_at", "changed_at")
    return ResponseShape(
        id=row.key,
        version=row.version.number,
        invitation=row.invitation.key if row.invitation else None,
        customer=row.invitation.customer_id if row.invitation else None,
        unit=shown_unit(unit, viewer),
        is_finished=row.finished_at is not None,
        feedback=row.feedback_id,
        data=row.data if is_open else _masked(row.data),
        **{name: getattr(row, name) for name in names},
    )


def _masked(value: Any) -> Any:
    """Answers with the personal data that was found in them masked, and files by their name alone."""
    if isinstance(value, str):
        return mask(value).text
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items() if not (key == "content" and "name" in value)}
    return value
