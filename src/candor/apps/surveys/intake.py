"""From responses to feedback: a worker takes in what is finished or given up, many at a time, each once.

What was said stays in its response until it is in the hub, in one transaction, so that no crash loses or doubles it. Answers to an
anonymous survey go in the day after, all of a day in random order and never fewer than five together that came in the same way, with the
invitations that were used up by then: between them nothing tells which is whose.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DataError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candor.apps.feedback.choices import Kind
from candor.apps.feedback.services import NewFeedback, receive
from candor.apps.webhooks import services as webhooks
from candor.apps.webhooks.events import Event
from candor.foundation.outbox import announce
from candor.questionnaire import check_answers

from .entrances import asked
from .hub_answers import comment_of, hub_answers
from .models import Invitation, Response, Survey

logger = logging.getLogger(__name__)

AT_ONCE = 500
WAITS_FOR_WORDS = timedelta(minutes=15)
LEAST_TOGETHER = 5
_UNFIT = (DataError, ValueError, TypeError, LookupError, ArithmeticError)
FINISHED = Event(
    "response.finished",
    _("An answer to a survey became feedback, whole or, where it was given up, in part."),
    {"response": "3f6c…", "survey": "after-the-visit", "feedback": 7, "is_partial": False},
)


def take_in(*, now: datetime) -> int:
    """Make feedback of the next responses that are ready; returns how many there were.

    Ready is what was finished; what answers everything that had to be answered and got no more words for a quarter of an hour; and what
    was given up, marked as partial, after `CANDOR_SURVEY_GIVEN_UP_HOURS`.
    """
    given_up = now - timedelta(hours=settings.CANDOR_SURVEY_GIVEN_UP_HOURS)
    with transaction.atomic():
        named = waiting().filter(survey__is_anonymous=False)
        finished = list(named.filter(finished_at__isnull=False).order_by("pk")[:AT_ONCE])
        left = named.filter(finished_at=None, changed_at__lte=now - WAITS_FOR_WORDS).order_by(
            "changed_at", "pk"
        )
        ready = finished + [
            response
            for response in left[: AT_ONCE - len(finished)]
            if response.changed_at <= given_up or is_complete(response)
        ]
    return _receive_each(ready)


def _receive_each(ready: Sequence[Response]) -> int:
    """Receive them together, or where one can't be, each by itself: it stays as it was sent, and holds up no other."""
    with suppress(*_UNFIT), transaction.atomic():
        _receive(ready)
        return len(ready)
    taken = 0
    for one in ready:
        try:
            with transaction.atomic():
                _receive([one])
            taken += 1
        except _UNFIT:
            logger.exception("Answer %s can't become feedback; it stays as it was sent", one.key)
    return taken


def take_in_anonymous(*, now: datetime) -> int:
    """Make feedback of the answers that anonymous surveys got before today; returns how many there were."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    older = waiting().filter(survey__is_anonymous=True, changed_at__lt=today)
    taken = 0
    for survey_id, alike in _alike(older):
        try:
            with transaction.atomic():
                ready = list(alike)
                secrets.SystemRandom().shuffle(ready)
                _receive(ready)
                _announce_answered(survey_id)
            taken += len(ready)
        except _UNFIT:  # all or none: one by one they would be told apart
            logger.exception("Answers to anonymous survey %s can't become feedback; they wait", survey_id)
    return taken


def _alike(older: QuerySet[Response]) -> Iterator[tuple[int, QuerySet[Response]]]:
    """Answers of a survey that came in one way, where there are enough: to one version of it by invitation, or any other way.

    Invitations tell who was asked, and to which version: a lone answer by invitation among many from links would be that of the one
    whose invitation is used up. Answers by invitation are those that bear neither link nor channel.
    """
    invited = Q(link=None, channel="")
    for rows, names in (
        (older.exclude(invited), ["survey_id"]),
        (older.filter(invited), ["survey_id", "version_id"]),
    ):
        for way in list(rows.order_by().values(*names).annotate(n=Count("pk"))):
            if way.pop("n") >= LEAST_TOGETHER:
                yield way["survey_id"], rows.filter(**way)


def waiting() -> QuerySet[Response]:
    """Responses that did not become feedback yet."""
    rows = Response.objects.filter(is_taken_in=False, is_test=False)
    return rows.select_related(
        "survey__touchpoint__stage", "version", "invitation__touchpoint__stage", "link__touchpoint__stage"
    )


def is_complete(response: Response) -> bool:
    """Whether nothing is missing that had to be answered."""
    asks = asked(response.version_id, response.version.published_at)
    return bool(response.data) and not check_answers(asks, response.data, finished=True)


def _receive(responses: Sequence[Response]) -> None:
    said = [response for response in responses if response.data]
    _drop_empty([response for response in responses if not response.data])
    of_survey: dict[int, list[Response]] = defaultdict(list)
    for response in said:
        of_survey[response.survey_id].append(response)
    partial: dict[str, bool] = {}
    for group in of_survey.values():
        items = [_feedback(response) for response in group]
        partial |= {item.key: item.is_partial for item in items}
        received = receive(items=items)
        for response in group:
            response.feedback_id, response.is_taken_in = received.new_ids.get(response.key), True
            response.digest = "" if response.survey.is_anonymous else response.digest
    _tell(said, partial)
    Response.objects.bulk_update(said, ["feedback", "is_taken_in", "digest"], batch_size=AT_ONCE)
    _note_answers(response for response in said if response.invitation_id is not None)


def _drop_empty(responses: Sequence[Response]) -> None:
    """Whoever sent a form without a single answer has not answered: nothing is kept, and their invitation is good as before."""
    invited = [response.invitation_id for response in responses if response.invitation_id is not None]
    Response.objects.filter(pk__in=[response.pk for response in responses]).delete()
    Invitation.objects.filter(pk__in=invited).update(is_answered=False)
    announce("invitation", invited)


def _tell(responses: Iterable[Response], partial: Mapping[str, bool]) -> None:
    """Let other systems know; of an anonymous survey no more than that there is feedback."""
    for response in responses:
        news = {"response": response.key, "survey": response.survey.key, "feedback": response.feedback_id}
        news["is_partial"] = partial[response.key]
        customer_id = response.invitation.customer_id if response.invitation else None
        webhooks.tell(event=FINISHED.name, data=news, customer_id=customer_id)


def _note_answers(responses: Iterable[Response]) -> None:
    invitations = []
    for response in responses:
        assert response.invitation is not None
        response.invitation.feedback_id, response.invitation.is_answered = response.feedback_id, True
        invitations.append(response.invitation)
    Invitation.objects.bulk_update(invitations, ["feedback", "is_answered"], batch_size=AT_ONCE)
    announce("invitation", [invitation.pk for invitation in invitations])


def _announce_answered(survey_id: int) -> None:
    rows = Invitation.objects.filter(survey_id=survey_id, is_answered=True).order_by("pk")
    announce("invitation", list(rows.values_list("pk", flat=True)))


def _feedback(response: Response) -> NewFeedback:
    asks = asked(response.version_id, response.version.published_at)
    invitation, link, survey = response.invitation, response.link, response.survey
    touchpoint = (invitation and invitation.touchpoint) or (link and link.touchpoint) or survey.touchpoint
    journey_id = (invitation and invitation.journey_id) or (
        touchpoint and touchpoint.stage and touchpoint.stage.journey_id
    )
    return NewFeedback(
        kind=Kind.SURVEY,
        source=survey.key,
        key=response.key,
        received_at=response.finished_at or response.changed_at,
        knows_time=not survey.is_anonymous,
        channel=response.channel,
        touchpoint_id=touchpoint.pk if touchpoint else None,
        journey_id=journey_id or None,
        comment=comment_of(asks, response.data),
        language=response.language,
        is_partial=response.finished_at is None and not is_complete(response),
        answers=hub_answers(asks, response.data),
        **(_frozen(invitation) if invitation else {"unit_id": link.unit_id if link else None}),
    )


def _frozen(invitation: Invitation) -> "dict[str, int | str | None]":
    """What was true when the customer was asked; never looked up later."""
    names = ("customer_id", "segment", "episode", "unit_id", "done_by_id", "done_by_given", "product")
    return {name: getattr(invitation, name) for name in names}


def forget_old_responses(*, before: datetime) -> int:
    """Drop responses as they were sent with their files, once they are feedback and older; the feedback stays. Returns how many."""
    rows = Response.objects.filter(Q(is_taken_in=True) | Q(is_test=True), changed_at__lt=before)
    _all, by_model = rows.delete()
    return by_model.get(Response._meta.label, 0)


def surveys_waiting() -> QuerySet[Survey]:
    """Surveys with answers that are not feedback yet."""
    return Survey.objects.filter(pk__in=waiting().order_by().values("survey_id"))
