"""Reads of Share: the briefing of a viewer and scope, remembered until the numbers behind it change."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.apps.scores import queries as scores
from candor.apps.scores.drawings import axis
from candor.apps.strategy.queries import Standing, open_standings
from candor.foundation.storage import warehouse

from . import attention, next_steps
from .changes import changes_of, findings_of
from .findings import Finding, in_order

MOST = 5  # sentences in a list: more is no longer a list of what matters
KEY_MEASURES = ("nps", "csat", "ces", "trust", "stars", "timely_response", "complaint_rate")
MOST_KEY_MEASURES = 4
REMEMBERED_SECONDS = 15 * 60  # also bounds how old a sentence about the record can be


@dataclass(frozen=True, slots=True)
class KeyScore:
    """A key measure with the ends of its axis, and whether its change is among those told."""

    result: scores.ScoreResult
    low: float
    high: float
    is_told: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """What comes from the warehouse: the key measures, and what changed of all that was looked at."""

    band: tuple[KeyScore, ...]
    changed: tuple[Finding, ...]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Briefing:
    """The three lists for one viewer and scope, with the key measures above them.

    `all_changed` holds every change beyond chance, of which the list shows the first few: who says that something
    changed nowhere else must have looked through all of it.
    """

    band: tuple[KeyScore, ...]
    all_changed: tuple[Finding, ...]
    attention: tuple[Finding, ...]
    next: tuple[Finding, ...]
    looked_at: int
    quiet: str

    @property
    def changed(self) -> tuple[Finding, ...]:
        return self.all_changed[:MOST]

    @property
    def lists(self) -> tuple[tuple[Finding, ...], ...]:
        return self.changed, self.attention, self.next


def has_feedback() -> bool:
    """Whether the workspace holds any feedback at all."""
    return Feedback.objects.exists()


def briefing(scope: Scope, *, now: datetime) -> Briefing:
    """What to tell this viewer about this scope at this moment."""
    numbers = _numbers(scope)
    standings = open_standings(scope) if scope.viewer.can(Permission.READ_STRATEGY) else []
    return Briefing(
        band=numbers.band,
        all_changed=numbers.changed,
        attention=in_order(
            [*_remembered("rising", scope, attention.rising), *_attention(scope, standings, now)], most=MOST
        ),
        next=in_order(_next(scope, standings, now), most=MOST),
        looked_at=numbers.looked_at,
        quiet=_quiet_words(scope, numbers.looked_at),
    )


def _numbers(scope: Scope) -> Numbers:
    key = _key("numbers", scope)
    found: Numbers | None = cache.get(key)
    if found is None:
        found = _count_numbers(scope)
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _count_numbers(scope: Scope) -> Numbers:
    if not scope.viewer.can(Permission.READ_SCORES):
        return Numbers((), (), 0)
    overview = scores.overview(scope=scope)
    changes = changes_of(scope, overview)
    by_key = {
        one.result.measure.key: one.result for one in overview if one.result.estimate.n or one.result.before.n
    }
    shown = [by_key[key] for key in KEY_MEASURES if key in by_key][:MOST_KEY_MEASURES]
    band = (
        KeyScore(one, *axis(one.measure, [one.estimate, one.before]), changes.tells_of(one.measure))
        for one in shown
    )
    return Numbers(tuple(band), tuple(findings_of(changes, scope)), len(changes.looked))


def _remembered(part: str, scope: Scope, make: Callable[[Scope], Iterable[Finding]]) -> list[Finding]:
    """Findings that read much of the record, kept like the numbers."""
    key = _key(part, scope)
    found: list[Finding] | None = cache.get(key)
    if found is None:
        found = list(make(scope))
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _attention(scope: Scope, standings: list[Standing], now: datetime) -> Iterator[Finding]:
    viewer = scope.viewer
    if viewer.can(Permission.READ_FEEDBACK):
        yield from attention.late_complaints(scope)
    if viewer.can(Permission.READ_CASES):
        yield from attention.late_cases(scope, now=now)
    yield from attention.outcomes_off_track(scope, standings)
    yield from attention.stopped_imports(scope)


def _next(scope: Scope, standings: list[Standing], now: datetime) -> Iterator[Finding]:
    viewer = scope.viewer
    if viewer.can(Permission.WORK_CASES):
        yield from next_steps.my_cases(scope, now=now)
    if viewer.can(Permission.READ_CASES):
        yield from next_steps.due_cases(scope, now=now)
    if viewer.can(Permission.READ_FEEDBACK):
        yield from next_steps.due_complaints(scope)
    yield from _remembered("priorities", scope, next_steps.priorities)
    yield from next_steps.waiting_imports(scope)
    yield from next_steps.unmeasurable_outcomes(scope, standings)
    yield from next_steps.first_outcome(scope, standings)


def _quiet_words(scope: Scope, looked_at: int) -> str:
    if scope.period.key == "all":
        return _(
            "All time has nothing before it to compare with. Choose a shorter period to see what changed."
        )
    if not looked_at:
        return _("Too few answers to compare with %(before)s.") % {"before": scope.before.label}
    label = scope.period.label
    named = label[0].lower() + label[1:] if label.startswith("Last ") else label
    if named.startswith("last "):
        return _("Nothing changed beyond chance in the %(period)s.") % {"period": named}
    return _("Nothing changed beyond chance from %(period)s.") % {"period": named}


def _key(part: str, scope: Scope) -> str:
    """Changes with what the viewer may see, the scope, the language, the policy, the tree of units and the warehouse."""
    answers = warehouse().answers
    grants = sorted((permission, sorted(paths)) for permission, paths in scope.viewer.grants.items())
    facts = (
        part, grants, scope.unit.pk if scope.unit else None, scope.period.key, scope.as_of, scope.today,
        get_language(), workspace().least_n_score, str(answers.folder), answers.snapshot().version,
        list(Unit.objects.order_by("pk").values_list("pk", "path", "name")),
    )  # fmt: skip
    return f"reports:{part}:" + hashlib.sha256(repr(facts).encode()).hexdigest()
