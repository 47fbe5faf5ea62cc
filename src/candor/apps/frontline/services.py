"""Writes of ideas and notes."""

import hashlib
import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.feedback.choices import Kind
from candor.apps.feedback.services import NewFeedback, receive
from candor.apps.insights.models import Theme
from candor.apps.insights.services import place_by_hand
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.acting import acting_key
from candor.apps.organization.models import AuditEntry, Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import InvalidInput

from . import news
from .choices import SETTABLE, IdeaState
from .errors import IdeaNotOpen
from .models import Comment, Idea, IdeaStep, Vote
from .tasks import tell_author

NOTES = "frontline"  # the source of notes as feedback


@transaction.atomic
def post_idea(
    *,
    title: str,
    text: str = "",
    by: Person | None,
    is_anonymous: bool = False,
    touchpoint: Touchpoint | None = None,
) -> tuple[Idea, str]:
    """Put an idea on the board; an anonymous one first waits until somebody has looked that it names nobody. Where nobody is named,
    as by another system, it is anonymous.

    Returns:
        The idea, and of an anonymous one the code by which its author follows it. Nothing else leads from it to the author: no
        name, no unit, the day instead of the moment, and no entry in the audit log.
    """
    now = timezone.now()
    if is_anonymous or by is None:
        code = secrets.token_urlsafe(12)
        waiting = Idea.objects.create(
            title=title, text=text, touchpoint=touchpoint, state=IdeaState.WAITING, digest=digest_of(code), posted_at=_day_of(now)
        )  # fmt: skip
        return waiting, code
    idea = Idea.objects.create(
        title=title, text=text, touchpoint=touchpoint, state=IdeaState.OPEN, author=by, unit=by.unit, posted_at=now
    )  # fmt: skip
    record_audit(by=by, action="idea.posted", target=idea)
    news.tell_posted(idea)
    return idea, ""


def digest_of(code: str) -> str:
    """What is stored of an anonymous author's code."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


@transaction.atomic
def let_in(*, idea: Idea, by: Person) -> Idea:
    """Put an anonymous idea on the board."""
    _expect_state(idea, IdeaState.WAITING)
    return _move(idea, IdeaState.OPEN, _("It is on the board."), by, "idea.let_in")


@transaction.atomic
def turn_away(*, idea: Idea, reason: str, by: Person) -> Idea:
    """Keep an anonymous idea off the board; its author can read why."""
    _expect_state(idea, IdeaState.WAITING)
    idea.answer, idea.answered_at = reason, timezone.now()
    idea.save(update_fields=["answer", "answered_at"])
    return _move(
        idea, IdeaState.DECLINED, _("It is not put on the board: %s") % reason, by, "idea.turned_away"
    )


@transaction.atomic
def vote(*, idea: Idea, is_for: bool | None, by: Person) -> None:
    """Vote for or against an idea, change the vote, or (None) take it back. One's own idea has no vote of one's own."""
    if not idea.is_on_the_board:
        raise IdeaNotOpen(_("Votes count while an idea is open, planned or under way."))
    if idea.author_id == by.pk:
        raise InvalidInput(_("Your own idea is for the others to judge."))
    if is_for is None:
        Vote.objects.filter(idea=idea, person=by).delete()
    else:
        Vote.objects.update_or_create(idea=idea, person=by, defaults={"is_for": is_for})
    _note_key("idea.voted_by_key", idea, by)


@transaction.atomic
def comment(*, idea: Idea, text: str, by: Person) -> Comment:
    """Say something to an idea."""
    if idea.state in {IdeaState.WAITING, IdeaState.MERGED}:
        raise IdeaNotOpen(_("Nothing can be said to this idea."))
    made = Comment.objects.create(idea=idea, by=by, text=text, said_at=timezone.now())
    news.tell_commented(made)
    _note_key("idea.commented_by_key", idea, by)
    return made


@transaction.atomic
def remove_comment(*, comment: Comment, by: Person) -> None:
    """Take a comment off the board."""
    comment.removed_at = timezone.now()
    comment.save(update_fields=["removed_at"])
    record_audit(by=by, action="idea.comment_removed", target=comment.idea, comment=comment.pk)


@transaction.atomic
def restore_comment(*, comment: Comment, by: Person) -> None:
    """Put it back."""
    comment.removed_at = None
    comment.save(update_fields=["removed_at"])
    record_audit(by=by, action="idea.comment_restored", target=comment.idea, comment=comment.pk)


@transaction.atomic
def name_owner(*, idea: Idea, owner: Person, answer_by: date, by: Person) -> Idea:
    """Say who answers, and by when."""
    if idea.state in {IdeaState.WAITING, IdeaState.MERGED}:
        raise IdeaNotOpen(_("Put the idea on the board first."))
    idea.owner, idea.answer_by = owner, answer_by
    idea.save(update_fields=["owner", "answer_by"])
    words = _("%(owner)s answers by %(day)s.") % {"owner": owner, "day": answer_by.isoformat()}
    _step(idea, words, by)
    record_audit(
        by=by, action="idea.owner_named", target=idea, owner=owner.pk, answer_by=answer_by.isoformat()
    )
    return idea


@transaction.atomic
def answer_idea(*, idea: Idea, state: IdeaState, answer: str, by: Person) -> Idea:
    """Say what becomes of an idea, with the reason. An idea that is done or declined can be taken up again."""
    if idea.state in {IdeaState.WAITING, IdeaState.MERGED}:
        raise IdeaNotOpen(_("Put the idea on the board first."))
    if state not in SETTABLE:
        raise InvalidInput(_("An idea is open, planned, under way, done or not now."))
    idea.answer, idea.answered_at = answer, timezone.now()
    idea.save(update_fields=["answer", "answered_at"])
    return _move(idea, state, f"{state.label}: {answer}"[:300], by, "idea.answered")


@transaction.atomic
def merge_ideas(*, idea: Idea, into: Idea, by: Person) -> Idea:
    """Make one idea part of another that says the same; whoever voted on both keeps the vote on the one that stays."""
    if idea.pk == into.pk or IdeaState.MERGED in {idea.state, into.state} or into.state == IdeaState.WAITING:
        raise IdeaNotOpen(_("Choose two different ideas on the board."))
    voted = Vote.objects.filter(idea=into).values_list("person", flat=True)
    moved = Vote.objects.filter(idea=idea).exclude(person__in=voted).exclude(person=into.author)
    record_audit(
        by=by, action="idea.merged", target=idea, into=into.pk, before=idea.state,
        votes=list(moved.order_by("pk").values_list("pk", flat=True)),
    )  # fmt: skip
    moved.update(idea=into)
    idea.merged_into = into
    idea.save(update_fields=["merged_into"])
    return _move(idea, IdeaState.MERGED, _("It goes on as “%s”.") % into.title[:200], by)


@transaction.atomic
def undo_merge(*, idea: Idea, by: Person) -> Idea:
    """Part two ideas again, with the votes that came along."""
    _expect_state(idea, IdeaState.MERGED)
    entry = AuditEntry.objects.filter(action="idea.merged", object_id=idea.pk).order_by("-pk").first()
    facts = entry.facts if entry else {}
    Vote.objects.filter(pk__in=facts.get("votes", [])).update(idea=idea)
    idea.merged_into = None
    idea.save(update_fields=["merged_into"])
    return _move(
        idea,
        IdeaState(facts.get("before", IdeaState.OPEN)),
        _("It stands by itself again."),
        by,
        "idea.parted",
    )


@transaction.atomic
def note_what_customers_say(
    *, text: str, by: Person, touchpoint: Touchpoint | None = None, theme: Theme | None = None
) -> int:
    """Keep what a customer said to a colleague as feedback of that colleague's unit; themes, inbox and search take it from there. The
    theme that the colleague says it is of stays; without one it is placed by its words.

    Returns:
        The number of the feedback.
    """
    received = receive(
        items=[
            NewFeedback(
                kind=Kind.MESSAGE, source=NOTES, key=secrets.token_hex(12), received_at=timezone.now(),
                channel="frontline", unit_id=by.unit_id, comment=text,
                title=_("Heard by %(who)s") % {"who": by.unit},
                touchpoint_id=touchpoint.pk if touchpoint else None,
                journey_id=touchpoint.stage.journey_id if touchpoint and touchpoint.stage else None,
            )
        ]
    )  # fmt: skip
    (pk,) = received.new_ids.values()
    if theme is not None:
        place_by_hand(feedback_id=pk, theme=theme)
    return pk


def _note_key(action: str, idea: Idea, by: Person) -> None:
    """Of what people do themselves the row says enough; what another system does in their name stands in the audit log."""
    if acting_key() is not None:
        record_audit(by=by, action=action, target=idea)


def _expect_state(idea: Idea, state: IdeaState) -> None:
    if idea.state != state:
        raise IdeaNotOpen(_("Somebody has decided on this idea already. Load the page again."))


def _move(idea: Idea, state: IdeaState, words: str, by: Person, action: str = "") -> Idea:
    before, idea.state = idea.state, state
    idea.save(update_fields=["state"])
    _step(idea, words, by)
    if action:
        record_audit(by=by, action=action, target=idea, before=before, after=state.value)
    if before != IdeaState.WAITING:
        news.tell_status(idea, before=before)
    elif state == IdeaState.OPEN:
        news.tell_posted(idea)
    return idea


def _step(idea: Idea, words: str, by: Person) -> None:
    step = IdeaStep.objects.create(idea=idea, words=words[:300], by=by, at=timezone.now())
    if idea.author_id and idea.author_id != by.pk:
        tell_author.enqueue(step.pk)


def _day_of(instant: datetime) -> datetime:
    return timezone.localtime(instant).replace(hour=12, minute=0, second=0, microsecond=0)
