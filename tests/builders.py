"""Keyword builders: the smallest valid thing, with whatever the test cares about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewAnswer, NewFeedback, receive

_numbers = count(1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_feedback(**fields: Any) -> Feedback:
    """One received feedback; `nps=9` and the like add an answer."""
    number = next(_numbers)
    answers = tuple(
        NewAnswer(question=kind, kind=AnswerKind(kind), number=fields.pop(kind))
        for kind in list(AnswerKind.values)
        if kind in fields
    )
    values: dict[str, Any] = {
        "kind": Kind.SURVEY,
        "source": "test",
        "key": f"test-{number}",
        "received_at": NOON,
        "answers": answers,
    } | fields
    received = receive(items=[NewFeedback(**values)])
    return Feedback.objects.get(pk=received.new_ids[values["key"]])
