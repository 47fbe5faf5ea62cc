"""Findings that took long to reckon, kept in the data folder for all processes of the workspace until the numbers behind them change."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.utils import timezone
from django.utils.translation import get_language

from candor.apps.organization.models import Unit
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.foundation.storage import folder, warehouse

SECONDS = 15 * 60  # also bounds how old a sentence about the record can be


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found, in which state of the warehouse, and when."""

    value: Any
    state: tuple[str, int]
    made_at: datetime


def found(part: str, scope: Scope, make: Callable[[Scope], Any], *, may_be_old: bool) -> Kept:
    """What `make` finds for the scope: kept where the numbers are the same, else made anew. With `may_be_old` what is kept is given
    although numbers have changed since; its `state` is then not the present one."""
    place, state = _place(part, scope), present_state()
    known: Kept | None = cache.get(place)
    if known is None or known.state != state:
        known = _files().get(place) or known
    if known is None or (known.state != state and not may_be_old):
        known = Kept(make(scope), state, timezone.now())
        _files().set(place, known, SECONDS)
    cache.set(place, known, SECONDS)
    return known


def present_state() -> tuple[str, int]:
    """Changes whenever the warehouse's answers do."""
    answers = warehouse().answers
    return str(answers.folder), answers.snapshot().version


def _files() -> BaseCache:
    return FileBasedCache(str(folder("cache")), {})


def _place(part: str, scope: Scope) -> str:
    """Changes with what the viewer may see, the scope, the language, the policy and the tree of units."""
    grants = sorted((permission, sorted(paths)) for permission, paths in scope.viewer.grants.items())
    about_one = scope.viewer.about_one
    facts = (
        part, grants, scope.unit.pk if scope.unit else None, scope.period.key, scope.as_of, scope.today,
        get_language(), workspace().least_n_score, sorted(about_one.lone), sorted(about_one.cover),
        list(Unit.objects.order_by("pk").values_list("pk", "path", "name")),
    )  # fmt: skip
    return f"reports:{part}:" + hashlib.sha256(repr(facts).encode()).hexdigest()
