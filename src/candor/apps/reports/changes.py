"""What changed: every measure here and in the units below, beyond chance over all of them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from candor.analytics import Comparison, Estimate
from candor.analytics.multiple_tests import benjamini_hochberg
from candor.apps.organization.choices import UnitKind
from candor.apps.organization.models import Unit
from candor.apps.organization.scope import Scope
from candor.apps.scores import queries as scores
from candor.apps.scores.registry import MEASURES, Measure
from candor.foundation.wording import change_text, could_text, estimate_with_range, scale_of

from .findings import Finding, address

FALSE_DISCOVERIES = 0.05  # of the changes that are told, the share that chance may explain


@dataclass(frozen=True, slots=True)
class Looked:
    """A measure that was looked at, for the whole scope or for one unit in it."""

    measure: Measure
    unit: Unit | None
    now: Estimate
    change: Comparison


@dataclass(frozen=True, slots=True)
class Changes:
    """All that were compared, and of them those beyond chance: the surest first, the whole before its units."""

    told: tuple[Looked, ...]
    looked: tuple[Looked, ...]

    def units_compared(self, measure: Measure) -> int:
        """In how many units by themselves a measure was compared."""
        return sum(row.unit is not None and row.measure.metric == measure.metric for row in self.looked)

    def tells_of(self, measure: Measure) -> bool:
        """Whether a change of the measure itself is told, so that a number beside the list claims no more than the list."""
        return any(row.unit is None and row.measure.metric == measure.metric for row in self.told)


def one_per_question() -> list[Measure]:
    """The registry without second readings of the same answers: a mean beside a share of them is no second change."""
    return list({measure.metric: measure for measure in reversed(MEASURES.values())}.values())[::-1]


def changes_of(scope: Scope, overview: Sequence[scores.Overview]) -> Changes:
    """Compare everything that has enough answers on both sides, and keep what chance would not bring.

    Benjamini–Hochberg over all measures and units together, so that a month of chance is quiet.
    """
    wanted = {measure.key for measure in one_per_question()}
    seen = [one for one in overview if one.result.measure.key in wanted and one.is_measured]
    looked = [row for one in seen for row in _looked_at(one, scope) if row.change.p_value is not None]
    if not looked:
        return Changes((), ())
    adjusted = benjamini_hochberg([row.change.p_value or 0.0 for row in looked])
    told = [
        (row.unit is not None, float(p), row.measure.key, row.unit.path if row.unit else "", row)
        for row, p in zip(looked, adjusted, strict=True)
        if p <= FALSE_DISCOVERIES and _is_clear(row.change)
    ]
    return Changes(tuple(row for *_order, row in sorted(told, key=lambda one: one[:4])), tuple(looked))


def findings_of(changes: Changes, scope: Scope) -> list[Finding]:
    """A sentence for each, in the order of the changes."""
    many = len(changes.told)
    return [
        _finding(row, scope, importance=float(many - place), n_units=changes.units_compared(row.measure))
        for place, row in enumerate(changes.told)
    ]


def _looked_at(one: scores.Overview, scope: Scope) -> Iterator[Looked]:
    """The whole, the units just below it and the locations; what holds the same answers as one above it only once."""
    result = one.result
    yield Looked(result.measure, None, result.estimate, result.comparison)
    seen = {("", result.comparison.n_now, result.comparison.n_before)}
    for kind in (None, UnitKind.LOCATION):
        for row in scores.estimates_by(result.measure, "unit", scope=scope, compare=True, kind=kind):
            if row.unit is None or row.comparison is None or row.unit.kind == UnitKind.TEAM:
                continue
            counts = (row.comparison.n_now, row.comparison.n_before)
            if any(row.unit.path.startswith(path) and counts == (now, before) for path, now, before in seen):
                continue
            seen.add((row.unit.path, *counts))
            yield Looked(result.measure, row.unit, row.estimate, row.comparison)


def _is_clear(change: Comparison) -> bool:
    """Whether test and interval say the same: a sentence that could be up or down tells nothing."""
    if change.low is None or change.high is None:
        return False
    return change.low > 0 if change.verdict == "higher" else change.high < 0 and change.verdict == "lower"


def _finding(row: Looked, scope: Scope, *, importance: float, n_units: int) -> Finding:
    scale = scale_of(row.measure.unit)
    facts = {
        "measure": row.measure.name,
        "change": change_text(row.change, scale),
        "could": could_text(row.change, scale),
        "before": scope.before.label,
        "now": estimate_with_range(row.now, scale),
        "unit": row.unit.name if row.unit else "",
    }
    claim = _("%(measure)s in %(unit)s: %(change)s.") if row.unit else _("%(measure)s: %(change)s.")
    detail = _("The change %(could)s, on %(before)s. Now %(now)s.")
    there = replace(scope, unit=row.unit) if row.unit else scope
    return Finding(
        kind="changed", claim=claim % facts, detail=detail % facts, importance=importance,
        url=address(there, "scores:measure", row.measure.key), evidence_label=_("See its run and its parts"),
        icon="trending-up" if row.change.verdict == "higher" else "trending-down", estimate=row.now,
        comparison=row.change, unit_id=row.unit.pk if row.unit else None, unit_name=facts["unit"], n_units=n_units,
        subject=row.measure.name, measure_key=row.measure.key, is_good=(row.change.verdict == "higher") == row.measure.is_high_good,
    )  # fmt: skip
