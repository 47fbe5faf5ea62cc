"""Reads of Plan: outcomes with their live number and where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from candor.analytics import Comparison, Estimate, GoalCheck
from candor.apps.organization.choices import GRANTS, Permission
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.scope import Scope
from candor.apps.scores.drawings import axis
from candor.apps.scores.queries import TrendPoint
from candor.apps.scores.queries import estimate as score
from candor.apps.scores.queries import trend as run_of
from candor.apps.scores.registry import Measure
from candor.apps.scores.steps import window
from candor.foundation.wording import Scale, change_text, could_text, estimate_with_range, number, scale_of

from .choices import Horizon, Status, Strand
from .measures import Progress, check_of, last_window, live_window, progress_of
from .models import Outcome

ON_TRACK: frozenset[Progress] = frozenset({"reached", "maybe_reached", "toward"})
OFF_TRACK: frozenset[Progress] = frozenset({"away", "missed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """An outcome and its live number, compared with the answers of its baseline.

    `now` is None when the measure's definition has changed since; `change` when no day came after the baseline.
    """

    outcome: Outcome
    measure: Measure | None
    now: Estimate | None
    change: Comparison | None
    progress: Progress
    check: GoalCheck | None

    @property
    def scale(self) -> Scale:
        low, high = self.ends
        return scale_of(self.measure.unit if self.measure else "count", lo=low, hi=high)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of its axis, with room for the target."""
        if self.measure is None:
            return 0.0, 1.0
        shown = [found for found in (self.now, self.outcome.baseline) if found is not None]
        low, high = axis(self.measure, shown)
        return low, max(high, 1.1 * self.outcome.target) if self.measure.is_rate else high

    @property
    def target_text(self) -> str:
        """The target as shown, "45" or "80%"."""
        return plain_text(self.outcome.target, self.scale)

    @property
    def doubt(self) -> str:
        """What is wrong with the target itself, empty when nothing is."""
        if self.check is None or self.measure is None:
            return ""
        said = [self.check.words] if self.check.problems else []
        asked = self.check.change_asked
        if asked and (asked > 0) != self.measure.is_high_good:
            said.insert(0, _("The target is worse than the score it starts from."))
        return " ".join(said)

    @property
    def sentence(self) -> str:
        """Where it stands: from … to …, could be …, target … by …."""
        facts = self._facts
        if self.progress == "not_comparable":
            return _("The definition of its measure has changed since; the numbers can’t be compared.")
        if self.progress == "just_set":
            return _("Starts from %(before)s. No day has passed since.") % facts
        if self.now is None or self.now.value is None:
            return _("From %(before)s. %(few)s.") % facts
        return _("From %(before)s to %(now)s; %(change)s.") % facts

    @property
    def _facts(self) -> dict[str, str]:
        baseline, now, scale = self.outcome.baseline, self.now, self.scale
        return {
            "before": estimate_with_range(baseline, scale),
            "now": estimate_with_range(now, scale) if now else "",
            "few": now.words if now else "",
            "change": _change_words(self.change, scale) if self.change else "",
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes of one horizon and strand."""

    horizon: str
    strand: str
    standings: list[Standing]


def outcomes_of(scope: Scope) -> QuerySet[Outcome]:
    """Outcomes of the scope's unit that its viewer may read."""
    rows = Outcome.objects.select_related("owner", "unit")
    unit_ids = scope.unit_ids(Permission.READ_STRATEGY)
    return rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)


def open_standings(scope: Scope) -> list[Standing]:
    """Open outcomes with where they stand, in the order of horizon, strand and date."""
    return [standing_of(outcome, scope) for outcome in outcomes_of(scope).filter(status=Status.OPEN)]


def grouped(standings: Iterable[Standing]) -> list[Group]:
    """By horizon and strand, both in their order."""

    def key(standing: Standing) -> tuple[int, int]:
        return standing.outcome.horizon, list(Strand).index(Strand(standing.outcome.strand))

    return [
        Group(str(Horizon(horizon).label), str(list(Strand)[strand].label), list(rows))
        for (horizon, strand), rows in groupby(sorted(standings, key=key), key=key)
    ]


def standing_of(outcome: Outcome, scope: Scope) -> Standing:
    """An outcome's live number within the scope of its own unit."""
    measure = outcome.measure
    if measure is None:
        return Standing(outcome, None, None, None, "not_comparable", None)
    check = check_of(outcome, measure)
    period = live_window(outcome, scope.as_of)
    if period is None:
        return Standing(outcome, measure, outcome.baseline, None, "just_set", check)
    result = score(measure, scope=replace(scope, unit=outcome.unit, period=period))
    progress = progress_of(outcome, measure, result.estimate, result.comparison, scope.as_of)
    return Standing(outcome, measure, result.estimate, result.comparison, progress, check)


def run_of_outcome(outcome: Outcome, measure: Measure, scope: Scope) -> list[TrendPoint]:
    """The measure's last 13 months for the outcome's unit."""
    wide = replace(scope, unit=outcome.unit, period=window("month", last_window(scope.as_of)))
    return run_of(measure, scope=wide, step="month")


def baseline_for(measure: Measure, unit: Unit | None, scope: Scope) -> Estimate:
    """The score an outcome defined now would start from."""
    return score(measure, scope=replace(scope, unit=unit, period=last_window(scope.as_of))).estimate


def possible_owners() -> QuerySet[Person]:
    """Active people who may read the strategy somewhere."""
    roles = [role for role, grants in GRANTS.items() if Permission.READ_STRATEGY in grants]
    return Person.objects.filter(is_active=True, role_assignments__role__in=roles).distinct().order_by("name")


def plain_text(value: float, scale: Scale) -> str:
    """A value that somebody chose, with the decimals they gave."""
    shown = value * scale.factor
    return number(shown, 0 if abs(shown - round(shown)) < 1e-9 else 1) + scale.suffix


def _change_words(change: Comparison, scale: Scale) -> str:
    words = change_text(change, scale)
    if change.verdict == "too_few":
        return words
    return _("%(change)s, %(could)s") % {"change": words, "could": could_text(change, scale)}
