"""From the record to the warehouse's facts: which rows a feedback, a complaint or an invitation becomes.

Invitations live in an id space of their own below zero, since the warehouse replaces facts by feedback id.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils import timezone

from candor.apps.complaints.models import Complaint
from candor.apps.feedback.choices import AnswerKind
from candor.apps.feedback.models import Answer, Feedback
from candor.apps.reputation.queries import not_counted
from candor.apps.surveys.models import Invitation, InvitationQuerySet
from candor.apps.surveys.polarity import high_is_good, turned_scales

Fact: TypeAlias = dict[str, Any]

PAGE = 1_000  # rows of the record held in memory at a time
COMPLAINT_METRICS = ("complaint", "open", "timely", "disputed")
INVITED = "invited"
METRICS = (*AnswerKind.values, *COMPLAINT_METRICS, INVITED)

_FIELDS = (
    "pk", "kind", "received_at", "unit_id", "product", "channel", "company", "segment", "touchpoint__key", "journey__key",
    "customer_id", "done_by_id", "issue", "weight", "import_batch_id", "source",
)  # fmt: skip
_COLUMNS = (
    "feedback_id", "kind", "at", "unit", "product", "channel", "company", "segment", "touchpoint", "journey",
    "customer", "person", "issue", "weight", "batch",
)  # fmt: skip
_INVITATION_FIELDS = (
    "pk", "sent_at", "unit_id", "product", "channel", "segment", "survey__key", "survey__touchpoint__key",
    "survey__touchpoint__stage__journey__key", "customer_id", "feedback_id", "is_answered",
)  # fmt: skip


def feedback_facts(ids: Iterable[int]) -> Iterator[Fact]:
    """The facts of this feedback; ids that are gone give none."""
    for page in _pages(ids):
        yield from _facts_of_feedback(Feedback.objects.filter(pk__in=page))


def invitation_facts(ids: Iterable[int]) -> Iterator[Fact]:
    """The facts of these invitations; ids that are gone give none."""
    for page in _pages(ids):
        yield from _facts_of_invitations(Invitation.objects.filter(pk__in=page))


def all_facts() -> Iterator[Fact]:
    """Every fact of the record, read page by page, so that its size does not matter."""
    last = 0
    while ids := list(
        Feedback.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]
    ):
        yield from feedback_facts(ids)
        last = ids[-1]
    last = 0
    while ids := list(
        Invitation.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]
    ):
        yield from invitation_facts(ids)
        last = ids[-1]


def invitation_key(invitation_id: int) -> int:
    """The id under which the warehouse holds an invitation."""
    return -invitation_id


def _facts_of_feedback(rows: QuerySet[Feedback]) -> Iterator[Fact]:
    feedback = list(rows.order_by("pk").values_list(*_FIELDS))
    ids = [row[0] for row in feedback]
    answers = _answers(ids)
    complaints = {
        row[0]: row[1:]
        for row in Complaint.objects.filter(pk__in=ids).values_list(
            "pk", "is_open", "is_timely", "is_disputed"
        )
    }
    turned = turned_scales({row[-1] for row in feedback})
    left_out = not_counted(ids)
    for *values, source in feedback:
        shared = _shared(dict(zip(_COLUMNS, values, strict=True)))
        if shared is None or values[0] in left_out:
            continue
        for kind, question, number in answers[values[0]]:
            value = high_is_good(number, source, question, turned)
            yield shared | {"metric": kind, "question": question, "value": value}
        if values[0] in complaints:
            yield from _complaint_facts(shared, *complaints[values[0]])


def _answers(ids: list[int]) -> dict[int, list[tuple[str, str, float]]]:
    """Numbers by feedback; a blank has none, and neither has what is not a finite number."""
    found: dict[int, list[tuple[str, str, float]]] = defaultdict(list)
    rows = Answer.objects.filter(feedback_id__in=ids, number__isnull=False).order_by(
        "feedback_id", "question"
    )
    for feedback_id, kind, question, number in rows.values_list("feedback_id", "kind", "question", "number"):
        if number is not None and math.isfinite(number):
            found[feedback_id].append((kind, question, number))
    return found


def _complaint_facts(
    shared: Fact, is_open: bool, is_timely: bool | None, is_disputed: bool | None
) -> Iterator[Fact]:
    said = {"complaint": True, "open": is_open, "timely": is_timely, "disputed": is_disputed}
    for metric, value in said.items():
        if value is not None:
            yield shared | {"metric": metric, "question": None, "value": float(value)}


def _facts_of_invitations(rows: InvitationQuerySet) -> Iterator[Fact]:
    """One that came back, or has not gone so far, asked nobody and gives no fact."""
    for row in rows.arrived().order_by("pk").values_list(*_INVITATION_FIELDS):
        values = dict(zip(_INVITATION_FIELDS, row, strict=True))
        yield {
            "feedback_id": invitation_key(values["pk"]),
            "kind": "invitation",
            "metric": INVITED,
            "question": values["survey__key"],
            "value": float(values["is_answered"] or values["feedback_id"] is not None),
            **_moment(values["sent_at"]),
            "unit": values["unit_id"],
            "product": values["product"] or None,
            "channel": values["channel"] or None,
            "segment": values["segment"] or None,
            "touchpoint": values["survey__touchpoint__key"],
            "journey": values["survey__touchpoint__stage__journey__key"],
            "customer": values["customer_id"],
        }


def _shared(values: Fact) -> Fact | None:
    """What all facts of one feedback have in common; None when its weight is none that could be counted."""
    if not (math.isfinite(values["weight"]) and values["weight"] >= 0):
        return None
    empty_is_unknown = {name: None if value == "" else value for name, value in values.items()}
    return empty_is_unknown | _moment(values["at"])


def _moment(at: datetime) -> Fact:
    """Instant, and the day on the workspace's calendar; months follow the day."""
    return {"at": at, "day": timezone.localtime(at).date()}


def _pages(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), PAGE):
        yield ordered[start : start + PAGE]
