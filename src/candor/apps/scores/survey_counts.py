"""Answers to one survey counted in the record: by question, value and group. The warehouse keeps scores; choices and surveys are here.

Only `survey_results` asks, and makes numbers of them by `queries`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from candor.analytics import Histogram
from candor.apps.feedback.choices import MANY, AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.feedback.queries import day_start, feedback_in
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.surveys.models import Invitation, InvitationQuerySet, Response, Survey

from .counting import warehouse_state
from .policy import is_withheld
from .registry import MEASURES
from .steps import Step

Key: TypeAlias = tuple[str, str]  # question and kind
Groups: TypeAlias = dict[Any, Histogram]
REMEMBERED = 128  # tables of counts a process keeps
COLUMNS = {"unit": "feedback__unit_id", "channel": "feedback__channel", "segment": "feedback__segment"}


@dataclass(frozen=True, slots=True)
class Respondents:
    """How many answered at all, how many of them gave up before the end; of the invitations that are old enough how many arrived, how
    many of these were answered, and how many came back."""

    answered: int
    partial: int
    asked: int
    asked_and_answered: int
    came_back: int


def respondents(survey: Survey, scope: Scope) -> Respondents:
    """Whom the survey heard of in the scope's period; nobody where that would tell of one person."""
    if is_withheld(scope):
        return Respondents(0, 0, 0, 0, 0)
    rows = feedback_in(scope, permission=Permission.READ_SCORES).filter(source=survey.key)
    sent = _sent(survey, scope)
    asked = sent.arrived()
    return Respondents(
        rows.count(),
        rows.filter(is_partial=True).count(),
        asked.count(),
        asked.filter(Q(is_answered=True) | Q(feedback__isnull=False)).count(),
        sent.exclude(bounced_at=None).count(),
    )


def _sent(survey: Survey, scope: Scope) -> InvitationQuerySet:
    """Invitations that had time to be answered, those that came back among them."""
    last = min(scope.period.until, scope.as_of - timedelta(days=MEASURES["response_rate"].waiting_days))
    unit_ids = scope.unit_ids(Permission.READ_SCORES)
    rows = Invitation.objects.gone().filter(survey=survey, sent_at__date__range=(scope.period.since, last))
    return rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)


def groups_of(survey: Survey, scope: Scope, by: str) -> int:
    """How many groups of a dimension answered, counted up to two; what is not stated is one."""
    rows = feedback_in(scope, permission=Permission.READ_SCORES).filter(source=survey.key).order_by()
    if by == "version":
        answered = Response.objects.filter(survey=survey, feedback__in=rows).order_by()
        return len(answered.values_list("version_id").distinct()[:2])
    return len(rows.values_list(COLUMNS[by].removeprefix("feedback__")).distinct()[:2])


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which answers are counted; `state` changes whenever they may have."""

    state: tuple[object, ...]
    source: str
    units: tuple[int, ...] | None
    since: date
    until: date
    by: str = ""
    step: Step | None = None

    def answers(self) -> QuerySet[Any]:
        """Them, each with the weight of its person."""
        rows = Feedback.objects.filter(
            source=self.source, weight__gte=0, received_at__gte=day_start(self.since),
            received_at__lt=day_start(self.until + timedelta(days=1)),
        )  # fmt: skip
        rows = rows if self.units is None else rows.filter(unit_id__in=self.units)
        return Answer.objects.filter(feedback__in=rows).annotate(weight=F("feedback__weight"))


def numbers(survey: Survey, scope: Scope, *, by: str = "", step: Step | None = None) -> dict[Key, Groups]:
    """Answers that are numbers, by question and kind, then by group: of a dimension, of a step of time, or None for all."""
    return {} if is_withheld(scope) else _numbers(_asked_of(survey, scope, by=by, step=step))


def choices(survey: Survey, scope: Scope) -> dict[Key, tuple[int, Counter[str]]]:
    """Of each question with choices: how many answered it, and how many chose each; several choices of one person count each."""
    return {} if is_withheld(scope) else _choices(_asked_of(survey, scope))


def written(survey: Survey, scope: Scope) -> dict[str, int]:
    """Of each question in own words: how many wrote something."""
    return {} if is_withheld(scope) else _written(_asked_of(survey, scope))


def _asked_of(survey: Survey, scope: Scope, *, by: str = "", step: Step | None = None) -> _Asked:
    unit_ids = scope.unit_ids(Permission.READ_SCORES)
    known = Feedback.objects.filter(source=survey.key).aggregate(newest=Max("pk"), n=Count("pk"))
    state = (*warehouse_state(), known["newest"], known["n"])
    return _Asked(
        state, survey.key, None if unit_ids is None else tuple(unit_ids), scope.period.since, scope.period.until, by, step
    )  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _numbers(asked: _Asked) -> dict[Key, Groups]:
    rows, group = _grouped(asked.answers().filter(number__isnull=False), by=asked.by, step=asked.step)
    fields = ("question", "kind", *group, "number")
    counted = (
        rows.order_by()
        .values_list(*fields)
        .annotate(n=Count("pk"), w=Sum("weight"), w2=Sum(F("weight") * F("weight")))
    )
    cells: dict[Key, dict[Any, dict[float, tuple[int, float, float]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for question, kind, *rest in counted:
        value, n, weight, squared = rest[-4:]
        if math.isfinite(value):
            of_group = cells[question, kind][_group_of(rest[0], asked.step) if group else None]
            before = of_group.get(value, (0, 0.0, 0.0))
            of_group[value] = (
                before[0] + n,
                before[1] + weight,
                before[2] + squared,
            )  # days of one week come apart
    return {
        key: {one: Histogram.from_weighted(found) for one, found in groups.items()}
        for key, groups in cells.items()
    }


@lru_cache(maxsize=REMEMBERED)
def _choices(asked: _Asked) -> dict[Key, tuple[int, Counter[str]]]:
    kinds = [AnswerKind.CHOICE, AnswerKind.EMOTION]
    rows = asked.answers().filter(number=None, kind__in=kinds).exclude(text_masked="")
    found: dict[Key, tuple[int, Counter[str]]] = {}
    for question, kind, text, n in (
        rows.order_by().values_list("question", "kind", "text_masked").annotate(n=Count("pk"))
    ):
        answered, counts = found.get((question, kind), (0, Counter()))
        counts.update(dict.fromkeys(text.split(MANY), n))
        found[question, kind] = (answered + n, counts)
    return found


@lru_cache(maxsize=REMEMBERED)
def _written(asked: _Asked) -> dict[str, int]:
    rows = asked.answers().filter(kind=AnswerKind.TEXT).exclude(text_masked="")
    return dict(rows.order_by().values_list("question").annotate(n=Count("pk")))


def comments(survey: Survey, scope: Scope) -> QuerySet[Feedback]:
    """What was written in own words, masked, of units whose feedback the viewer may read; newest first."""
    if is_withheld(scope):
        return Feedback.objects.none()
    rows = feedback_in(scope, permission=Permission.READ_FEEDBACK)
    return rows.filter(source=survey.key).exclude(comment_masked="").order_by("-received_at", "-pk")


def _grouped(rows: QuerySet[Any], *, by: str, step: Step | None) -> tuple[QuerySet[Any], tuple[str, ...]]:
    if step is not None:
        trunc = TruncMonth if step == "month" else TruncDate
        return rows.annotate(group=trunc("feedback__received_at", tzinfo=timezone.get_current_timezone())), (
            "group",
        )
    if by == "version":
        versions = Response.objects.filter(feedback=OuterRef("feedback_id")).values("version__number")[:1]
        return rows.annotate(group=Subquery(versions)), ("group",)
    return rows, (COLUMNS[by],) if by else ()


def _group_of(value: Any, step: Step | None) -> Any:
    """A group as `steps.Stretch.group` writes it; empty texts are not stated."""
    if step == "month":
        return value.year * 100 + value.month
    if step is not None:
        day: date = value
        return day - timedelta(days=day.weekday()) if step == "week" else day
    return None if value == "" else value


def merged(groups: Mapping[Any, Histogram]) -> Histogram:
    """All groups together."""
    found = Histogram()
    for answers in groups.values():
        found += answers
    return found
