"""Searches for critical moments, remembered: at once where that is quick, else the last answer while a job looks anew."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from candor.apps.feedback.models import Feedback
from candor.apps.journeys.models import Journey
from candor.apps.organization.scope import Scope
from candor.foundation.models import Job
from candor.foundation.storage import warehouse

from . import critical_moments
from .critical_moments import Found
from .models import MomentSearch
from .moment_proposals import Question

AT_ONCE = 400_000
"""Events and feedback together up to which a page looks by itself: about a second."""
FRESH = timedelta(minutes=15)
"""An answer so young stands, although feedback came meanwhile."""
KEPT = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a question.

    Attributes:
        found: What was found; None while it is looked for the first time, or for a journey without touchpoints and events.
        as_of: When it was found; None while it was not.
        is_under_way: Whether a worker looks anew.
        share_done: Of that, 0 to 1.
        has_failed: Whether the last search gave up.
        number: Of the search, for asking how far it is.
    """

    found: Found | None
    as_of: datetime | None
    is_under_way: bool
    share_done: float
    has_failed: bool
    number: int


def ask(journey: Journey, scope: Scope) -> Answer:
    """The critical moments of a journey within a scope, as far as they are known now; looks for them if they are not."""
    question = critical_moments.question_of(journey, scope)
    asked = msgspec.to_builtins(question)
    key = hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()
    search, _new = MomentSearch.objects.get_or_create(key=key, defaults={"question": asked})
    if _is_stale(search):
        if _size() <= AT_ONCE:
            look(search)
        else:
            _look_later(search)
    return _answer(search)


def state_of(number: int) -> Answer | None:
    """How far a search is; None if there is no such search."""
    search = MomentSearch.objects.filter(pk=number).first()
    return _answer(search) if search else None


def look(search: MomentSearch) -> None:
    """Look now and keep what is found; safe to repeat."""
    state = _state()
    question = msgspec.convert(search.question, Question)
    found = critical_moments.find(question, lambda share: _tell(search, share))
    search.found, search.state, search.found_at = msgspec.json.encode(found).decode(), state, timezone.now()
    search.job, search.share_done = None, 0.0
    search.save()


def forget_old(*, now: datetime) -> int:
    """Drop searches that nobody asked for in a while; returns how many."""
    gone, _by_model = MomentSearch.objects.filter(asked_at__lt=now - KEPT).delete()
    return gone


def _is_stale(search: MomentSearch) -> bool:
    if search.found_at is None or not _is_readable(search.found):
        return True
    return search.state != _state() and search.found_at < timezone.now() - FRESH


def _state() -> str:
    last = Feedback.objects.aggregate(last=Max("pk"))["last"] or 0
    return f"{warehouse().events.snapshot().version} {last}"


def _size() -> int:
    events = sum(part.rows for part in warehouse().events.snapshot().parts)
    return events + Feedback.objects.exclude(episode="").count()


@transaction.atomic
def _look_later(search: MomentSearch) -> None:
    from .tasks import find_moments

    if not _is_under_way(search):
        search.job, search.share_done = int(find_moments.enqueue(search.pk).id), 0.0
        search.save()


def _tell(search: MomentSearch, share: float) -> None:
    if search.job is not None:
        MomentSearch.objects.filter(pk=search.pk).update(share_done=share)


def _is_under_way(search: MomentSearch) -> bool:
    return (
        search.job is not None
        and Job.objects.filter(pk=search.job, state__in=[Job.State.READY, Job.State.RUNNING]).exists()
    )


def _answer(search: MomentSearch) -> Answer:
    failed = search.job is not None and Job.objects.filter(pk=search.job, state=Job.State.FAILED).exists()
    return Answer(
        found=_read(search.found) if _is_readable(search.found) else None,
        as_of=search.found_at,
        is_under_way=_is_under_way(search),
        share_done=search.share_done,
        has_failed=failed,
        number=search.pk,
    )


def _is_readable(text: str) -> bool:
    try:
        _read(text)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return False  # nothing yet, or written in another shape
    return True


def _read(text: str) -> Found | None:
    return msgspec.json.decode(text, type=Found | None)
