"""Findings that took long to reckon, kept in the data folder for all processes of the workspace, and made anew by a worker.

What is kept depends on what the viewer may see, the scope, the language, the policy and the tree of units; it must hold no personal data.
"""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.utils import timezone
from django.utils.translation import get_language

from candor.foundation.models import Job
from candor.foundation.storage import folder

from .access import viewer_of
from .models import Person, Unit
from .queries import workspace
from .scope import Scope, scope_for

SECONDS = 15 * 60  # also bounds how old a sentence about the record can be


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found, in which state of what it was found from, and when."""

    value: Any
    state: Hashable
    made_at: datetime


def look_up(part: str, scope: Scope, *, is_current: Callable[[Kept], bool]) -> Kept | None:
    """What is kept for the scope, current if there is any such; None where nothing is."""
    place = _place(part, scope)
    known: Kept | None = cache.get(place)
    if known is None or not is_current(known):
        known = _files().get(place) or known
        if known is not None:
            cache.set(place, known, SECONDS)
    return known


def keep(part: str, scope: Scope, value: Any, *, state: Hashable = None, seconds: int = SECONDS) -> Kept:
    """Keep what was found just now."""
    place, made = _place(part, scope), Kept(value, state, timezone.now())
    _files().set(place, made, seconds)
    cache.set(place, made, SECONDS)
    return made


def find_soon(task: Any, scope: Scope) -> None:
    """Have a worker find it for the scope, unless it is about to; the task makes the scope again by `scope_of_job`."""
    unit_id = scope.unit.pk if scope.unit else None
    words = [scope.viewer.person.pk, unit_id, scope.period.key, get_language() or "en"]
    waiting = Job.objects.filter(task_path=task.module_path, state=Job.State.READY)
    if not waiting.filter(arguments={"args": words, "kwargs": {}}).exists():
        task.enqueue(*words)


def scope_of_job(person_id: int, unit_id: int | None, period_key: str) -> Scope | None:
    """The scope that a job was asked for; None where the person or the unit is gone."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    unit = Unit.objects.filter(pk=unit_id or 0).first()
    if person is None or (unit_id is not None and unit is None):
        return None
    return scope_for(viewer_of(person), unit, period_key)


def _files() -> BaseCache:
    return FileBasedCache(str(folder("cache")), {})


def _place(part: str, scope: Scope) -> str:
    grants = sorted((permission, sorted(paths)) for permission, paths in scope.viewer.grants.items())
    about_one = scope.viewer.about_one
    facts = (
        part, grants, scope.unit.pk if scope.unit else None, scope.period.key, scope.as_of, scope.today,
        get_language(), workspace().least_n_score, sorted(about_one.lone), sorted(about_one.cover),
        list(Unit.objects.order_by("pk").values_list("pk", "path", "name")),
    )  # fmt: skip
    return f"kept:{part}:" + hashlib.sha256(repr(facts).encode()).hexdigest()
