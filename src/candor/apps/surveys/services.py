"""Writes of surveys: questionnaires, questions and invitations."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from candor.apps.events import own
from candor.apps.feedback.choices import key_of_question
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import announce_changed
from candor.foundation.errors import Conflict
from candor.foundation.outbox import announce

from .entrances import digest_of
from .models import AnswerFile, Invitation, Question, Response, Survey

_ANNOUNCED_AT_ONCE = 10_000


@transaction.atomic
def define_survey(
    *,
    key: str,
    name: str,
    questions: Iterable[dict[str, Any]] = (),
    touchpoint_id: int | None = None,
    moment: str = "none",
) -> Survey:
    """Make sure that a survey and its questions exist; questions are dictionaries of Question's fields. Of a question that is here
    already only the end of the scale that is good can change.

    The key is the source of the survey's feedback, letter by letter: by it the two find each other.
    """
    survey, _ = Survey.objects.get_or_create(
        key=key,
        defaults={"name": name, "touchpoint_id": touchpoint_id, "moment": moment},
    )
    for position, question in enumerate(questions):
        facts = {"position": position} | {k: v for k, v in question.items() if k != "key"}
        known, is_new = Question.objects.get_or_create(
            survey=survey, key=key_of_question(question["key"]), defaults=facts
        )
        if not is_new and question.get("is_high_good", known.is_high_good) != known.is_high_good:
            _turn(known)
    return survey


def _turn(question: Question) -> None:
    """Say of a known question that the other end of its scale is the good one; its answers are counted anew."""
    question.is_high_good = not question.is_high_good
    question.save(update_fields=["is_high_good"])
    answered = Feedback.objects.filter(source=question.survey.key, answers__question=question.key)
    ids = list(answered.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _ANNOUNCED_AT_ONCE):
        announce_changed(ids[start : start + _ANNOUNCED_AT_ONCE])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """One customer asked once; fields as in the Invitation model."""

    key: str
    sent_at: datetime
    customer_id: int | None = None
    unit_id: int | None = None
    channel: str = ""
    product: str = ""
    segment: str = ""
    language: str = ""
    touchpoint_id: int | None = None
    journey_id: int | None = None
    episode: str = ""
    done_by_id: int | None = None
    done_by_given: str = ""
    expires_at: datetime | None = None
    feedback_id: int | None = None


@transaction.atomic
def record_invitations(*, survey: Survey, items: Sequence[NewInvitation]) -> int:
    """Store who was asked, once each; returns how many were new."""
    return len(_add_invitations(survey, [(item, {}) for item in items]))


@transaction.atomic
def invite(*, survey: Survey, items: Sequence[NewInvitation]) -> list[tuple[Invitation, str]]:
    """Ask customers to answer the newest version; returns each new invitation with the secret of its link, `/a/<secret>/`, which is
    kept nowhere else and can't be had again. Who was invited under the same key before is not invited again.

    Raises:
        Conflict: the survey was never published.
    """
    version = survey.versions.order_by("-number").first()
    if version is None:
        raise Conflict(f"“{survey}” was not published yet, so nobody can be asked to answer it.")
    links = {item.key: secrets.token_urlsafe(32) for item in items}
    made = _add_invitations(
        survey, [(item, {"version": version, "digest": digest_of(links[item.key])}) for item in items]
    )
    return [(invitation, links[invitation.key]) for invitation in made]


def _add_invitations(
    survey: Survey, items: Sequence[tuple[NewInvitation, dict[str, Any]]]
) -> list[Invitation]:
    known: set[str] = set()
    keys = [item.key for item, _ in items]
    for start in range(0, len(keys), 500):
        rows = Invitation.objects.filter(survey=survey, key__in=keys[start : start + 500])
        known.update(rows.values_list("key", flat=True))
    fresh = {item.key: (item, more) for item, more in items if item.key not in known}
    made = Invitation.objects.bulk_create(
        (
            Invitation(
                survey=survey, **{name: getattr(item, name) for name in NewInvitation.__slots__}, **more
            )
            for item, more in fresh.values()
        ),
        batch_size=500,
    )
    ids = [invitation.pk for invitation in made]
    announce("invitation", ids)
    own.tell("invitation", ids)
    return made


def announce_invitations_of(*, feedback_ids: Sequence[int]) -> None:
    """Tell the warehouse that the invitations behind this feedback changed."""
    ids = Invitation.objects.filter(feedback_id__in=feedback_ids).order_by("pk").values_list("pk", flat=True)
    announce("invitation", list(ids))


@transaction.atomic
def forget_invitations(*, customer_ids: Sequence[int]) -> int:
    """Remove that customers were asked, because they are erased; returns how many invitations went."""
    rows = Invitation.objects.filter(customer_id__in=customer_ids)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.delete()
    announce("invitation", ids)
    return len(ids)


@transaction.atomic
def forget_responses(*, customer_ids: Sequence[int]) -> int:
    """Remove what customers answered, as it was sent, because they are erased; returns how many responses went."""
    rows = Response.objects.filter(invitation__customer_id__in=customer_ids)
    n = rows.count()
    rows.delete()
    return n


@transaction.atomic
def forget_files(*, feedback_ids: Sequence[int]) -> int:
    """Remove the files that came with answers whose feedback goes; returns how many went."""
    gone, _by_model = AnswerFile.objects.filter(response__feedback_id__in=feedback_ids).delete()
    return gone
