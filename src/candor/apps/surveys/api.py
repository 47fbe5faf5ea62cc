"""The JSON face of surveys: designing and publishing them, who was invited, and what was answered."""

import re
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Status

from candor.apps.feedback.api_shapes import customer_id, touchpoint_id
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import for_whole_company, keyed, unit_for, viewer_with
from candor.apps.organization.services import record_audit
from candor.foundation.errors import ChangedMeanwhile, InvalidRequest, NotFound, PreconditionMissing
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Limit, Many, needs, problems
from candor.questionnaire import BadDefinition, read_definition

from . import drafts, publishing
from .api_shapes import (
    DraftGiven,
    InvitationShape,
    KeptShape,
    PublishedShape,
    PublishGiven,
    ResponseGiven,
    ResponseShape,
    Span,
    SurveyGiven,
    SurveyShape,
    WholeSurvey,
    invitation_shape,
    response_shape,
    survey_facts,
)
from .brought import Brought, bring_answer
from .models import Invitation, Response, Survey

router = Router(tags=["Surveys"])
_ETAG = re.compile(r'(?:W/)?"draft-(\d{1,9})"')
IF_MATCH = Header(None, alias="If-Match", description="The `ETag` that was read")  # type: ignore[type-arg]
_OF_ONE = "/surveys/{str:survey}"


# -- Surveys ----------------------------------------------------------------------------------------------------------


@router.get("/surveys", response=Many[SurveyShape], **needs(KeyScope.READ_SURVEYS))
def list_surveys(
    request: HttpRequest,
    state: Literal["imported", "draft", "open", "closed"] | None = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Any:
    """Surveys, the newest first."""
    keyed(request, KeyScope.READ_SURVEYS)
    rows = Survey.objects.select_related("touchpoint").prefetch_related("versions")
    if state is not None:
        rows = rows.filter(state=state)
    found, following = page_after(rows, cursor, limit=limit)
    return Many[SurveyShape](items=[SurveyShape(**survey_facts(row)) for row in found], next=following)


@router.post("/surveys", response={201: WholeSurvey}, **needs(KeyScope.WRITE_SURVEYS))
def create_survey(request: HttpRequest, response: HttpResponse, given: SurveyGiven) -> Any:
    """Make a survey as a draft; its key comes from its name. Needs a key of the whole company, as all designing does."""
    key = keyed(request, KeyScope.WRITE_SURVEYS)
    for_whole_company(key)
    _refuse_unreadable(given.definition)
    survey = drafts.create_survey(
        name=given.name,
        definition=given.definition,
        by=None,
        type=given.type,
        moment=given.moment,
        touchpoint_id=touchpoint_id(given.touchpoint),
        is_anonymous=given.is_anonymous,
    )
    response.headers["Location"] = f"/api/v1/surveys/{survey.key}"
    return Status(201, _whole(survey, response))


@router.get(_OF_ONE, response={200: WholeSurvey, **problems(404)}, **needs(KeyScope.READ_SURVEYS))
def read_survey(request: HttpRequest, response: HttpResponse, survey: str) -> Any:
    """One survey with its draft and what was published; the `ETag` names the draft’s revision."""
    keyed(request, KeyScope.READ_SURVEYS)
    return _whole(_survey(survey), response)


@router.put(
    f"{_OF_ONE}/draft",
    response={200: WholeSurvey, **problems(404, 409, 412, 428)},
    **needs(KeyScope.WRITE_SURVEYS),
)
def change_draft(
    request: HttpRequest,
    response: HttpResponse,
    survey: str,
    given: DraftGiven,
    if_match: str | None = IF_MATCH,
) -> Any:
    """Put a definition in the place of the draft; it can be undone in the designer."""
    key = keyed(request, KeyScope.WRITE_SURVEYS)
    for_whole_company(key)
    found = _survey(survey)
    revision = _looked_at(found, if_match)
    _refuse_unreadable(given.definition)
    with drafts.changing(survey=found, revision=revision, by=None) as change:
        change.definition.clear()
        change.definition.update(given.definition)
        change.words = f"“{key.name}” put another definition in its place"
    return _whole(found, response)


@router.post(
    f"{_OF_ONE}/publish",
    response={201: PublishedShape, **problems(404, 409, 412, 428)},
    **needs(KeyScope.WRITE_SURVEYS),
)
def publish_survey(
    request: HttpRequest,
    survey: str,
    given: PublishGiven,
    if_match: str | None = IF_MATCH,
) -> Any:
    """Make the draft the version that customers get from now on, and open the survey if it was never open."""
    key = keyed(request, KeyScope.WRITE_SURVEYS)
    for_whole_company(key)
    found = _survey(survey)
    revision = _looked_at(found, if_match)
    version = publishing.publish(survey=found, revision=revision, by=None, same_meaning=given.same_meaning)
    return Status(201, PublishedShape(survey=found.key, version=version.number))


@router.post(f"{_OF_ONE}/open", response={200: SurveyShape, **problems(404)}, **needs(KeyScope.WRITE_SURVEYS))
def open_survey(request: HttpRequest, survey: str) -> Any:
    """Take answers again, to what was published last."""
    key = keyed(request, KeyScope.WRITE_SURVEYS)
    for_whole_company(key)
    return _turned(survey, is_open=True)


@router.post(
    f"{_OF_ONE}/close", response={200: SurveyShape, **problems(404)}, **needs(KeyScope.WRITE_SURVEYS)
)
def close_survey(request: HttpRequest, survey: str) -> Any:
    """Take no more answers."""
    key = keyed(request, KeyScope.WRITE_SURVEYS)
    for_whole_company(key)
    return _turned(survey, is_open=False)


# -- Invitations ------------------------------------------------------------------------------------------------------


@router.get(
    f"{_OF_ONE}/invitations",
    response={200: Many[InvitationShape], **problems(404)},
    **needs(KeyScope.READ_INVITATIONS),
)
def list_invitations(request: HttpRequest, survey: str, span: Query[Span]) -> Any:
    """Who was invited, the latest first; `since` and `until` are of when they were asked."""
    key = keyed(request, KeyScope.READ_INVITATIONS)
    viewer = viewer_with(key)
    rows = _invitations(_survey(survey), viewer)
    if span.since is not None:
        rows = rows.filter(sent_at__gte=span.since)
    if span.until is not None:
        rows = rows.filter(sent_at__lt=span.until)
    found, following = page_after(rows, span.cursor, limit=span.limit, by="sent_at")
    return Many[InvitationShape](items=[invitation_shape(row, viewer) for row in found], next=following)


@router.get(
    f"{_OF_ONE}/invitations/{{str:invitation}}",
    response={200: InvitationShape, **problems(404)},
    **needs(KeyScope.READ_INVITATIONS),
)
def read_invitation(request: HttpRequest, survey: str, invitation: str) -> Any:
    """One invitation by its key."""
    key = keyed(request, KeyScope.READ_INVITATIONS)
    viewer = viewer_with(key)
    row = _invitations(_survey(survey), viewer).filter(key=invitation).first()
    if row is None:
        raise NotFound
    return invitation_shape(row, viewer)


# -- Answers ----------------------------------------------------------------------------------------------------------


@router.get(
    f"{_OF_ONE}/responses",
    response={200: Many[ResponseShape], **problems(404)},
    **needs(KeyScope.READ_RESPONSES),
)
def list_responses(request: HttpRequest, survey: str, span: Query[Span]) -> Any:
    """What was answered, whole or in part, the latest first; `since` and `until` are of when it was begun.

    Answers to an anonymous survey are told once they have become feedback, a day later and many together, so that nothing tells whose is whose.
    """
    key = keyed(request, KeyScope.READ_RESPONSES)
    viewer = viewer_with(key)
    rows = _responses(_survey(survey), viewer)
    if span.since is not None:
        rows = rows.filter(started_at__gte=span.since)
    if span.until is not None:
        rows = rows.filter(started_at__lt=span.until)
    found, following = page_after(rows, span.cursor, limit=span.limit, by="started_at")
    if found and viewer.can(Permission.READ_PERSONAL_DATA):
        record_audit(by=None, action="feedback.exported", rows=len(found))
    return Many[ResponseShape](items=[response_shape(row, viewer) for row in found], next=following)


@router.get(
    f"{_OF_ONE}/responses/{{str:response_id}}",
    response={200: ResponseShape, **problems(404)},
    **needs(KeyScope.READ_RESPONSES),
)
def read_response(request: HttpRequest, survey: str, response_id: str) -> Any:
    """One answer by its id."""
    key = keyed(request, KeyScope.READ_RESPONSES)
    viewer = viewer_with(key)
    row = _responses(_survey(survey), viewer).filter(key=response_id).first()
    if row is None:
        raise NotFound
    return response_shape(row, viewer)


@router.post(
    f"{_OF_ONE}/responses",
    response={200: KeptShape, 201: KeptShape, **problems(404, 409)},
    **needs(KeyScope.WRITE_RESPONSES),
)
def send_response(request: HttpRequest, survey: str, given: ResponseGiven) -> Any:
    """Answer a survey for somebody: through their invitation or a standing link, or by naming the customer. Answers are checked against the questions as
    they are when a browser sends them. What names a customer or unit and came without an invitation counts as asked at this moment."""
    key = keyed(request, KeyScope.WRITE_RESPONSES)
    unit = unit_for(key, given.unit)
    brought = Brought(
        source=key.source,
        customer_id=customer_id(given.customer),
        unit_id=unit.pk if unit else None,
        invitation=given.invitation or "",
        link=given.link or "",
        **given.model_dump(include={"key", "data", "is_finished", "language", "channel"}),
    )
    kept, is_new = bring_answer(survey=_survey(survey), brought=brought, at=timezone.now())
    shape = KeptShape(id=kept.key, is_finished=kept.finished_at is not None)
    return Status(201 if is_new else 200, shape)


def _survey(key: str) -> Survey:
    found = Survey.objects.select_related("touchpoint").filter(key=key).first()
    if found is None:
        raise NotFound(f"There is no survey “{key[:80]}”.")
    return found


def _whole(survey: Survey, response: HttpResponse) -> WholeSurvey:
    response.headers["ETag"] = f'"draft-{survey.draft_revision}"'
    newest = survey.versions.order_by("-number").first()
    return WholeSurvey(
        **survey_facts(survey), draft=survey.draft, published=newest.definition if newest else None
    )


def _looked_at(survey: Survey, if_match: str | None) -> int:
    """The revision that the sender has looked at.

    Raises:
        PreconditionMissing: they don't say.
        ChangedMeanwhile: it is not the newest.
    """
    if not if_match:
        raise PreconditionMissing("Read the survey first, and send its ETag as If-Match.")
    match = _ETAG.fullmatch(if_match.strip())
    if match is None or int(match[1]) != survey.draft_revision:
        raise ChangedMeanwhile("The draft has changed since. Nothing was done; read it again, then decide.")
    return survey.draft_revision


def _refuse_unreadable(definition: dict[str, Any]) -> None:
    try:
        read_definition(definition)
    except BadDefinition as error:
        problem = InvalidRequest("The definition can't be read. Nothing was kept.")
        misfits = [
            {"field": f"definition.{one.place}".rstrip("."), "expected": one.message} for one in error.faults
        ]
        problem.members = {"errors": misfits[:100]}
        raise problem from error


def _turned(key: str, *, is_open: bool) -> SurveyShape:
    survey = _survey(key)
    publishing.set_open(survey=survey, is_open=is_open, by=None)
    return SurveyShape(**survey_facts(survey))


def _invitations(survey: Survey, viewer: Viewer) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(survey=survey).select_related("survey", "unit")
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    return rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)


def _responses(survey: Survey, viewer: Viewer) -> QuerySet[Response]:
    rows = Response.objects.filter(survey=survey, is_test=False)
    rows = rows.select_related("version", "invitation__unit", "link__unit")
    if survey.is_anonymous:
        rows = rows.filter(is_taken_in=True)
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    if unit_ids is None:
        return rows
    return rows.filter(Q(invitation__unit_id__in=unit_ids) | Q(link__unit_id__in=unit_ids))
