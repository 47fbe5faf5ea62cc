"""The JSON face of the frontline: the board of ideas, and what of pulses may be shown.

People vote, comment and answer; a key does it in the name of one. Nothing leads from an anonymous idea to its author, and of a pulse there is
nothing here that its page does not show: no filter, no count before it is closed.
"""

from datetime import date, datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from candor.analytics import Estimate
from candor.apps.feedback.api_shapes import shown_unit, touchpoint_id
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import for_whole_company, keyed, viewer_named, viewer_with
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Given, Limit, Many, Told, needs, problems

from . import queries, services
from .choices import IdeaState, PulseState
from .models import Comment, Idea, Pulse
from .pages import unit_lines
from .results import Shown, comments_of

router = Router(tags=["Ideas and pulses"])

_PERSON = Field(min_length=3, max_length=254, description="The e-mail address by which they sign in here")
State = Literal["open", "planned", "under_way", "done", "declined", "merged"]
Settable = Literal["open", "planned", "under_way", "done", "declined"]


class IdeaGiven(Given):
    """An idea. Without `person` it is anonymous and waits until somebody has looked that it names nobody."""

    title: str = Field(min_length=1, max_length=160)
    text: str = Field("", max_length=8_000)
    touchpoint: str | None = Field(None, max_length=80)
    person: str | None = Field(
        None, max_length=254, description="Who posts it, by their e-mail address; null: nobody knows"
    )


class IdeaPosted(Told):
    """An idea that was posted; `code` is told once, and only with it its anonymous author can follow it."""

    id: int
    state: str
    code: str | None


class VoteGiven(Given):
    """A vote; null takes it back."""

    person: str = _PERSON
    is_for: bool | None


class CommentGiven(Given):
    """Something said to an idea."""

    person: str = _PERSON
    text: str = Field(min_length=1, max_length=2_000)


class AnswerGiven(Given):
    """What becomes of an idea, said by its owner or whoever looks after the board."""

    person: str = _PERSON
    state: Settable
    answer: str = Field(min_length=1, max_length=2_000)


class IdeaShape(Told):
    """An idea on the board. Names are null without the scope `personal:read`; an anonymous idea has its day alone and no unit."""

    id: int
    title: str
    text: str
    state: str
    is_anonymous: bool
    author: str | None
    unit: str | None
    touchpoint: str | None
    owner: str | None
    answer_by: date | None
    answer: str
    answered_at: datetime | None
    merged_into: int | None
    posted_at: datetime
    votes: int = Field(description="How many voted, for or against")
    in_favour: int
    comments: int


class CommentShape(Told):
    """What somebody said to an idea."""

    id: int
    by: str | None
    text: str
    said_at: datetime


class IdeaSpan(Given):
    """What the board is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    state: State | None = None
    cursor: Cursor = ""
    limit: Limit = USUAL


class PulseShape(Told):
    """A pulse; how many answered is told once it is closed."""

    id: int
    name: str
    state: str
    statements: list[str]
    open_question: str
    opened_at: datetime | None
    closes_on: date | None
    closed_at: datetime | None
    asked: int | None
    answered: int | None


class ScoreShape(Told):
    """A score as it may be shown, with its interval, the answers behind it and how many were asked."""

    value: float
    end: str = Field(description="“or more”, “or less” where a limit stands in its place; else empty")
    low: float | None
    high: float | None
    n: int
    asked: int
    before: float | None = Field(description="The pulse before, where the two may stand side by side")
    method: str


class UnitShape(Told):
    """A unit with everybody below it; null is what stays hidden to keep answers private, whatever the reason."""

    unit: str
    enps: ScoreShape | None = Field(description="-1 to 1")
    engagement: ScoreShape | None = Field(description="1 to 5")
    comments: list[str] | None


class ResultsShape(Told):
    """What of a closed pulse may be shown: the same for everybody."""

    id: int
    asked: int
    answered: int
    least_scores: int
    least_comments: int
    units: list[UnitShape]


@router.get("/ideas", response=Many[IdeaShape], **needs(KeyScope.READ_IDEAS))
def list_ideas(request: HttpRequest, span: Query[IdeaSpan]) -> Any:
    """Ideas on the board, the latest first; one that waits to be looked at is not among them."""
    key = keyed(request, KeyScope.READ_IDEAS)
    viewer = viewer_with(for_whole_company(key))
    rows = _ideas().filter(state=span.state) if span.state else _ideas()
    found, following = page_after(rows, span.cursor, limit=span.limit, by="posted_at")
    return Many[IdeaShape](items=[_idea_shape(row, viewer) for row in found], next=following)


@router.get("/ideas/{id:pk}", response={200: IdeaShape, **problems(404)}, **needs(KeyScope.READ_IDEAS))
def read_idea(request: HttpRequest, pk: int) -> Any:
    """One idea."""
    key = keyed(request, KeyScope.READ_IDEAS)
    viewer = viewer_with(for_whole_company(key))
    return _idea_shape(_idea(pk), viewer)


@router.get(
    "/ideas/{id:pk}/comments",
    response={200: Many[CommentShape], **problems(404)},
    **needs(KeyScope.READ_IDEAS),
)
def list_comments(request: HttpRequest, pk: int, cursor: Cursor = "", limit: Limit = USUAL) -> Any:
    """What was said to an idea, the latest first."""
    key = keyed(request, KeyScope.READ_IDEAS)
    viewer = viewer_with(for_whole_company(key))
    rows = Comment.objects.filter(idea=_idea(pk), removed_at=None).select_related("by")
    found, following = page_after(rows, cursor, limit=limit)
    items = [
        CommentShape(id=row.pk, by=_name(row.by, viewer), text=row.text, said_at=row.said_at) for row in found
    ]
    return Many[CommentShape](items=items, next=following)


@router.post("/ideas", response={201: IdeaPosted}, **needs(KeyScope.WRITE_IDEAS))
def post_an_idea(request: HttpRequest, given: IdeaGiven) -> Any:
    """Post an idea for a member of staff, or without a name. Send an Idempotency-Key, so that none is posted twice."""
    key = keyed(request, KeyScope.WRITE_IDEAS)
    for_whole_company(key)
    by = viewer_named(given.person, Permission.SPEAK_UP).person if given.person else None
    touchpoint = Touchpoint.objects.filter(pk=touchpoint_id(given.touchpoint) or 0).first()
    idea, code = services.post_idea(title=given.title, text=given.text, by=by, is_anonymous=by is None, touchpoint=touchpoint)  # fmt: skip
    return Status(201, IdeaPosted(id=idea.pk, state=idea.state, code=code or None))


@router.post(
    "/ideas/{id:pk}/votes", response={200: IdeaShape, **problems(404, 409)}, **needs(KeyScope.WRITE_IDEAS)
)
def vote_on_idea(request: HttpRequest, pk: int, given: VoteGiven) -> Any:
    """Vote for a member of staff: each has one vote, none on their own idea; sent again it changes the vote."""
    key = keyed(request, KeyScope.WRITE_IDEAS)
    for_whole_company(key)
    by = viewer_named(given.person, Permission.SPEAK_UP).person
    services.vote(idea=_idea(pk), is_for=given.is_for, by=by)
    return _idea_shape(_idea(pk), viewer_with(key))


@router.post(
    "/ideas/{id:pk}/comments",
    response={201: CommentShape, **problems(404, 409)},
    **needs(KeyScope.WRITE_IDEAS),
)
def comment_on_idea(request: HttpRequest, pk: int, given: CommentGiven) -> Any:
    """Say something to an idea in the name of a member of staff."""
    key = keyed(request, KeyScope.WRITE_IDEAS)
    for_whole_company(key)
    by = viewer_named(given.person, Permission.SPEAK_UP).person
    made = services.comment(idea=_idea(pk), text=given.text, by=by)
    shape = CommentShape(id=made.pk, by=_name(by, viewer_with(key)), text=made.text, said_at=made.said_at)
    return Status(201, shape)


@router.post(
    "/ideas/{id:pk}/answer", response={200: IdeaShape, **problems(404, 409)}, **needs(KeyScope.WRITE_IDEAS)
)
def answer_an_idea(request: HttpRequest, pk: int, given: AnswerGiven) -> Any:
    """Say what becomes of an idea; its author is told."""
    key = keyed(request, KeyScope.WRITE_IDEAS)
    for_whole_company(key)
    speaker = viewer_named(given.person, Permission.SPEAK_UP)
    idea = _idea(pk)
    if idea.owner_id != speaker.person.pk and not queries.moderates(speaker):
        raise NotAllowed("Its owner answers this idea, or whoever looks after the board.")
    services.answer_idea(
        idea=idea, state=IdeaState(given.state), answer=given.answer, by=speaker.person
    )  # fmt: skip
    return _idea_shape(_idea(pk), viewer_with(key))


@router.get("/pulses", response=Many[PulseShape], **needs(KeyScope.READ_PULSES))
def list_pulses(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Any:
    """Pulses that were opened, the newest first."""
    key = keyed(request, KeyScope.READ_PULSES)
    for_whole_company(key)
    found, following = page_after(_pulses(), cursor, limit=limit)
    return Many[PulseShape](items=[_pulse_shape(row) for row in found], next=following)


@router.get(
    "/pulses/{id:pk}/results",
    response={200: ResultsShape, **problems(404)},
    **needs(KeyScope.READ_PULSES),
)
def read_pulse_results(request: HttpRequest, pk: int) -> Any:
    """What of a closed pulse may be shown: the lines of its page, worked out once. It can't be narrowed, so nothing can be told from a difference."""
    key = keyed(request, KeyScope.READ_PULSES)
    for_whole_company(key)
    pulse = _pulses().filter(pk=pk, state=PulseState.CLOSED).first()
    if pulse is None:
        raise NotFound
    record_audit(by=None, action="pulse.exported", target=pulse)
    units = [
        UnitShape(
            unit=line.unit.code, enps=_score(line.enps, line.enps_estimate), engagement=_score(line.engagement, line.engagement_estimate),
            comments=comments_of(pulse, line.unit.pk),
        )
        for line in unit_lines(pulse)
    ]  # fmt: skip
    facts = {name: pulse.results.get(name, 0) for name in ("asked", "answered")}
    least = {"least_scores": pulse.least_scores, "least_comments": pulse.least_comments}
    return ResultsShape(id=pulse.pk, units=units, **facts, **least)


def _ideas() -> QuerySet[Idea]:
    rows = Idea.objects.seen().with_votes()
    return rows.select_related("author", "owner", "unit", "touchpoint")


def _idea(pk: int) -> Idea:
    found = _ideas().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _pulses() -> QuerySet[Pulse]:
    return Pulse.objects.exclude(state=PulseState.DRAFT)


def _name(person: Person | None, viewer: Viewer) -> str | None:
    return str(person) if person and viewer.can(Permission.READ_PERSONAL_DATA) else None


def _unit(unit: Unit | None, viewer: Viewer) -> str | None:
    return shown_unit(unit, viewer) if unit else None


def _idea_shape(row: Any, viewer: Viewer) -> IdeaShape:
    plain = (
        "title", "text", "state", "is_anonymous", "answer_by", "answer", "answered_at", "posted_at", "votes", "in_favour", "comments",
    )  # fmt: skip
    return IdeaShape(
        id=row.pk, author=_name(row.author, viewer), unit=_unit(row.unit, viewer), owner=_name(row.owner, viewer),
        touchpoint=row.touchpoint.key if row.touchpoint else None, merged_into=row.merged_into_id,
        **{name: getattr(row, name) for name in plain},
    )  # fmt: skip


def _pulse_shape(row: Pulse) -> PulseShape:
    plain = ("name", "state", "statements", "open_question", "opened_at", "closes_on", "closed_at")
    counts: dict[str, Any] = {name: row.results.get(name) for name in ("asked", "answered")}
    return PulseShape(id=row.pk, **counts, **{name: getattr(row, name) for name in plain})


def _score(shown: Shown | None, found: Estimate | None) -> ScoreShape | None:
    if shown is None or found is None:
        return None
    limit = {"or more": -shown.rounding, "or less": shown.rounding}.get(shown.end, 0.0)
    return ScoreShape(
        value=shown.mean + limit, end=shown.end, low=found.low, high=found.high, n=shown.n, asked=shown.asked,
        before=shown.before, method=found.method,
    )  # fmt: skip
