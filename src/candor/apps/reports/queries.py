"""Reads of Share: the briefing of a viewer and scope, remembered until the numbers behind it change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from candor.apps.feedback.models import Feedback
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.apps.scores import queries as scores
from candor.apps.scores.drawings import axis
from candor.apps.strategy.queries import Standing, open_standings

from . import attention, kept, next_steps
from .changes import changes_of, findings_of
from .findings import Finding, in_order

MOST = 5  # sentences in a list: more is no longer a list of what matters
KEY_MEASURES = ("nps", "csat", "ces", "trust", "stars", "timely_response", "complaint_rate")
MOST_KEY_MEASURES = 4


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

    `old_since` is when the oldest part was found, where answers came in since then. `all_changed` holds every change beyond chance, of which the list shows the first few: who says that something
    changed nowhere else must have looked through all of it.
    """

    band: tuple[KeyScore, ...]
    all_changed: tuple[Finding, ...]
    attention: tuple[Finding, ...]
    next: tuple[Finding, ...]
    looked_at: int
    quiet: str
    old_since: datetime | None = None

    @property
    def changed(self) -> tuple[Finding, ...]:
        return self.all_changed[:MOST]

    @property
    def lists(self) -> tuple[tuple[Finding, ...], ...]:
        return self.changed, self.attention, self.next


def has_feedback() -> bool:
    """Whether the workspace holds any feedback at all."""
    return Feedback.objects.exists()


def briefing(scope: Scope, *, now: datetime, may_be_old: bool = False) -> Briefing:
    """What to tell this viewer about this scope at this moment. With `may_be_old`, what takes long to find may be as it was before
    the latest answers came in, and the briefing says since when; whoever shows it has it made anew."""
    parts = {
        part: kept.found(part, scope, make, may_be_old=may_be_old)
        for part, make in (("numbers", _count_numbers), ("rising", _rising), ("priorities", _priorities))
    }
    numbers: Numbers = parts["numbers"].value
    state = kept.present_state()
    standings = open_standings(scope) if scope.viewer.can(Permission.READ_STRATEGY) else []
    return Briefing(
        band=numbers.band,
        all_changed=numbers.changed,
        attention=in_order([*parts["rising"].value, *_attention(scope, standings, now)], most=MOST),
        next=in_order([*_next(scope, standings, now), *parts["priorities"].value], most=MOST),
        looked_at=numbers.looked_at,
        quiet=_quiet_words(scope, numbers.looked_at),
        old_since=min((part.made_at for part in parts.values() if part.state != state), default=None),
    )


def _rising(scope: Scope) -> list[Finding]:
    return list(attention.rising(scope))


def _priorities(scope: Scope) -> list[Finding]:
    return list(next_steps.priorities(scope))


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
        yield from next_steps.late_complaint(scope, now=now)
        yield from next_steps.due_complaints(scope)
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
