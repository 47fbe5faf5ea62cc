"""Reads of the hub."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope

from .models import Answer, Feedback
from .questions import words_of
from .words import Hits, find


@dataclass(frozen=True)
class InboxFilter:
    """What the inbox is narrowed to, as it stands in the URL."""

    text: str = ""
    kind: str = ""
    channel: str = ""
    product: str = ""
    company: str = ""
    issue: str = ""
    touchpoint: str = ""
    state: str = ""

    @cached_property
    def hits(self) -> Hits:
        """What has the words that are looked for."""
        return find(self.text)

    @classmethod
    def from_query(cls, query: QueryDict) -> "InboxFilter":
        """The filter that a URL asks for."""
        names = {"text": "q"} | {
            name: name for name in ("kind", "channel", "product", "company", "issue", "touchpoint", "state")
        }
        return cls(**{name: query.get(key, "").strip()[:200] for name, key in names.items()})


def day_start(day: date) -> datetime:
    """The instant at which a day begins in the workspace's time zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def feedback_in(scope: Scope, *, permission: Permission = Permission.READ_FEEDBACK) -> QuerySet[Feedback]:
    """Feedback of the scope's unit and period that its viewer may read, newest first."""
    unit_ids = scope.unit_ids(permission)
    rows = Feedback.objects.all() if unit_ids is None else Feedback.objects.filter(unit_id__in=unit_ids)
    until = day_start(scope.period.until + timedelta(days=1))
    return rows.filter(received_at__gte=day_start(scope.period.since), received_at__lt=until)


def inbox(scope: Scope, narrowed: InboxFilter) -> QuerySet[Feedback]:
    """What waits in the inbox, or what the filter asks for, newest first."""
    rows = feedback_in(scope).select_related("unit", "customer").prefetch_related("answers")
    for name in ("kind", "channel", "product", "company", "issue"):
        if value := getattr(narrowed, name):
            rows = rows.filter(**{name: value})
    if narrowed.touchpoint:
        rows = rows.filter(touchpoint__key=narrowed.touchpoint)
    if narrowed.text:
        rows = narrowed.hits.narrow(rows)
    if narrowed.state == "handled":
        rows = rows.exclude(handled_at=None)
    elif narrowed.state != "all":
        rows = rows.filter(handled_at=None)
    return rows.order_by("-received_at", "-pk")


def name_of_touchpoint(key: str) -> str:
    """What a touchpoint that the inbox is narrowed to is called; its key if there is none."""
    name = Touchpoint.objects.filter(key=key).values_list("name", flat=True).first() if key else ""
    return name or key


OPTIONS = ("channel", "product", "issue")
LOOKED_AT = 5_000  # of the newest items, for what the filters offer


def filter_options(scope: Scope, *, most: int = 12) -> dict[str, list[tuple[str, str]]]:
    """The commonest values of each filter among the newest items of the scope."""
    newest = feedback_in(scope).order_by("-received_at", "-pk").values_list(*OPTIONS)[:LOOKED_AT]
    counts = [Counter(filter(None, values)) for values in zip(*newest, strict=True)]
    found = dict(zip(OPTIONS, counts, strict=False))
    return {name: [(value, value) for value in _commonest(found.get(name), most)] for name in OPTIONS}


def _commonest(values: "Counter[str] | None", most: int) -> list[str]:
    pairs = sorted((values or Counter()).items(), key=lambda pair: (-pair[1], pair[0]))
    return [value for value, _n in pairs[:most]]


def answers_in_words(feedback: Feedback) -> list[Answer]:
    """The answers in their order, each with the words of its question as `asked`."""
    answers = list(feedback.answers.order_by("pk"))
    words = words_of(feedback.source, [answer.question for answer in answers])
    for answer in answers:
        answer.asked = words.get(answer.question, answer.question)  # type: ignore[attr-defined]
    return answers


def neighbours(feedback: Feedback, rows: QuerySet[Feedback]) -> dict[str, Any]:
    """The items before and after one in a list, for walking through it."""
    newer = rows.filter(
        Q(received_at__gt=feedback.received_at) | Q(received_at=feedback.received_at, pk__gt=feedback.pk)
    ).order_by("received_at", "pk")
    older = rows.filter(
        Q(received_at__lt=feedback.received_at) | Q(received_at=feedback.received_at, pk__lt=feedback.pk)
    ).order_by("-received_at", "-pk")
    return {"newer": newer.first(), "older": older.first()}


def is_masked(feedback: Feedback, answers: Iterable[Answer]) -> bool:
    """Whether anything of what was said is hidden by a mask."""
    return feedback.comment != feedback.comment_masked or any(
        answer.text != answer.text_masked for answer in answers
    )
