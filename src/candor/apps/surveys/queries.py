"""Reads of surveys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.foundation.errors import NotFound

from .models import AnswerFile, Invitation, Question, Survey


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey with its questions, and how many answered, by whatever way; of the invitations that were sent, how many came back and how
    many were answered."""

    survey: Survey
    questions: tuple[Question, ...]
    answered: int
    last_at: datetime | None
    sent: int = 0
    came_back: int = 0
    sent_and_answered: int = 0


def surveys_with_counts(viewer: Viewer) -> list[SurveyRow]:
    """Every survey; its counts cover the units whose feedback the viewer may read."""
    surveys = list(Survey.objects.select_related("touchpoint").prefetch_related("questions"))
    seen = Feedback.objects.visible_to(viewer).filter(source__in=[survey.key for survey in surveys])
    answers = seen.values_list("source").annotate(n=Count("pk"), last=Max("received_at"))
    answered = {source: (n, last) for source, n, last in answers}
    invitations = Invitation.objects.gone()
    unit_ids = viewer.unit_ids(Permission.READ_FEEDBACK)
    if unit_ids is not None:
        invitations = invitations.filter(unit_id__in=unit_ids)
    arrived, is_answered = Q(bounced_at=None), Q(is_answered=True) | Q(feedback__isnull=False)
    counts = invitations.values_list("survey_id").annotate(
        sent=Count("pk"),
        came_back=Count("pk", filter=~arrived),
        replied=Count("pk", filter=arrived & is_answered),
    )
    asked = {survey_id: told for survey_id, *told in counts.order_by()}
    rows = []
    for survey in surveys:
        n, last = answered.get(survey.key, (0, None))
        rows.append(SurveyRow(survey, tuple(survey.questions.all()), n, last, *asked.get(survey.pk, ())))
    return rows


def survey_designed_here(pk: int) -> Survey:
    """A survey that has a draft; the answers of others come from files.

    Raises:
        NotFound: there is none.
    """
    survey = Survey.objects.filter(pk=pk, draft__isnull=False).first()
    if survey is None:
        raise NotFound("There is no such survey, or its answers come from files.")
    return survey


def survey_answered_for(pk: int, viewer: Viewer, permission: Permission = Permission.READ_FEEDBACK) -> Survey:
    """A survey of whose answers some are the viewer's to see; every one for who sees the whole organization.

    Raises:
        NotFound: there is no such survey, or nothing of it is theirs.
    """
    survey = Survey.objects.filter(pk=pk).first()
    if survey is None:
        raise NotFound("There is no such survey.")
    answers = Feedback.objects.visible_to(viewer, permission).filter(source=survey.key)
    if not (viewer.sees_everything(permission) or answers.exists()):
        raise NotFound("There is no such survey, or none of its answers are yours to see.")
    return survey


def words_of_questions(source: str, keys: Iterable[str]) -> dict[str, str]:
    """The words of a survey's questions, by key."""
    rows = Question.objects.filter(survey__key=source, key__in=list(keys)).exclude(text="")
    return dict(rows.values_list("key", "text"))


def turned_questions(source: str) -> set[str]:
    """Keys of a survey's questions where low is good."""
    rows = Question.objects.filter(survey__key=source, is_high_good=False)
    return set(rows.values_list("key", flat=True))


def files_of(feedback: Feedback) -> list[AnswerFile]:
    """The files that came with an answer, without their content."""
    return list(AnswerFile.objects.filter(response__feedback=feedback).defer("content"))


def visible_file(viewer: Viewer, pk: int) -> AnswerFile | None:
    """A file of an answer whose personal data the viewer may read."""
    seen = Feedback.objects.visible_to(viewer).values("pk")
    named = Feedback.objects.visible_to(viewer, Permission.READ_PERSONAL_DATA).values("pk")
    rows = AnswerFile.objects.filter(response__feedback__in=seen).filter(response__feedback__in=named)
    return rows.select_related("response__feedback").filter(pk=pk).first()
