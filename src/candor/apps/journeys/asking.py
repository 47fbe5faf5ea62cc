"""Counts for pages: those of the log as it is now where they are quick or known, else the last ones while a job counts anew."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec
from django.db import transaction
from django.utils import timezone

from candor.foundation.models import Job

from . import counting, depth
from .counting import Counts
from .depth import Depth
from .models import JourneyCount

AT_ONCE = 400_000  # events of the whole log up to which a page counts by itself: about a second
KEPT = timedelta(days=40)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Kind(Generic[Found]):
    """How a kind of question is counted, and in what shape its answer is kept."""

    count: Callable[[dict[str, Any], Callable[[float], None]], Found]
    shape: type[Found]


KINDS: dict[str, Kind[Any]] = {"": Kind(counting.count, Counts), "depth": Kind(depth.look, Depth)}


@dataclass(frozen=True, slots=True)
class Answer(Generic[Found]):
    """What is known of a question.

    Attributes:
        counts: The counts; None while they are made for the first time.
        as_of: When they were made.
        is_current: Whether they are of the log as it is now.
        share_done: Of the counting under way, 0 to 1.
        problem: Why the counting gave up, if it did.
        number: Of the question, for asking again.
    """

    counts: Found | None
    as_of: datetime | None
    is_current: bool
    share_done: float
    problem: str
    number: int


def ask(question: dict[str, Any]) -> Answer[Counts]:
    """The answer to a question about the event log; a large log is counted by a job."""
    return _ask(question)


def ask_in_depth(question: dict[str, Any]) -> Answer[Depth]:
    """The same of a closer look; `start` and `end` name the two activities to measure between, `goal` is where success is."""
    return _ask(question | {"kind": "depth"})


def _ask(question: dict[str, Any]) -> Answer[Any]:
    version, events = counting.log_state()
    row, _new = JourneyCount.objects.get_or_create(key=_key(question), defaults={"question": question})
    if row.version != version or _read(row) is None:
        if events <= AT_ONCE:
            count(row)
        else:
            _count_later(row)
    return _answer(row, version)


def state_of(number: int) -> Answer[Any] | None:
    """How far the counting of a question is."""
    row = JourneyCount.objects.filter(pk=number).first()
    return _answer(row, counting.log_state()[0]) if row else None


def count(row: JourneyCount) -> None:
    """Count now and keep the answer; safe to repeat."""
    version, _events = counting.log_state()
    began = time.monotonic()
    found = _kind_of(row).count(row.question, lambda share: _tell(row, share) if row.job else None)
    row.counts, row.version, row.counted_at = msgspec.json.encode(found).decode(), version, timezone.now()
    row.seconds, row.job, row.share_done = time.monotonic() - began, None, 0.0
    row.save()


@transaction.atomic
def _count_later(row: JourneyCount) -> None:
    from .tasks import count_journey

    if _is_under_way(row):
        return
    row.job, row.share_done = int(count_journey.enqueue(row.pk).id), 0.0
    row.save()


def _tell(row: JourneyCount, share: float) -> None:
    JourneyCount.objects.filter(pk=row.pk).update(share_done=share)


def _is_under_way(row: JourneyCount) -> bool:
    return (
        row.job is not None
        and Job.objects.filter(pk=row.job, state__in=[Job.State.READY, Job.State.RUNNING]).exists()
    )


def _answer(row: JourneyCount, version: int) -> Answer[Any]:
    failed = row.job is not None and Job.objects.filter(pk=row.job, state=Job.State.FAILED).exists()
    return Answer(
        counts=_read(row),
        as_of=row.counted_at,
        is_current=row.version == version,
        share_done=row.share_done,
        problem="failed" if failed else "",
        number=row.pk,
    )


def forget_old(*, now: datetime) -> int:
    """Drop answers that nobody asked for in a while; returns how many."""
    gone, _by_model = JourneyCount.objects.filter(asked_at__lt=now - KEPT).delete()
    return gone


def _kind_of(row: JourneyCount) -> Kind[Any]:
    return KINDS[row.question.get("kind", "")]


def _read(row: JourneyCount) -> Any:
    """What was counted; None before the first time, and for what another version of Candor wrote in another shape."""
    try:
        return msgspec.json.decode(row.counts, type=_kind_of(row).shape)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def _key(question: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
