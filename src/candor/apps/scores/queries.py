"""The only door to a number: every score with its n, interval, method and status, within what the viewer may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from candor.analytics import Comparison, Estimate, Histogram, total_of
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.choices import Permission, UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.foundation.periods import Period
from candor.warehouse.queries import EVERYTHING, Filter

from .counting import count, count_of_person, covered_days
from .measures import Tally
from .policy import NOT_COMPARED, WITHHELD, is_withheld
from .registry import MEASURES, Measure
from .steps import Step, Stretch, months_until, step_for, stretches
from .tiers import TIERS, Tier, tiers_of
from .units import Group, roll_up

Dimension = Literal["unit", "product", "channel", "segment", "touchpoint", "journey", "company", "issue"]
SplitBy = Dimension | Literal["version"]  # of a survey, in the record alone
NOT_STATED = "Not stated"
OTHERS = "\0others"  # the key of the groups that were put together


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """A score for a scope and period, with its change from the period before."""

    measure: Measure
    estimate: Estimate
    comparison: Comparison
    before: Estimate
    period: Period
    scope_words: str

    @property
    def counted(self) -> str:
        """What the score counts: "1,240 complaints"."""
        return self.measure.counted(self.estimate.n)

    @property
    def counted_before(self) -> str:
        """What the period before counts."""
        return self.measure.counted(self.before.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One group of a split; `key` is "" for what is not stated."""

    key: str
    label: str
    estimate: Estimate
    comparison: Comparison | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A measure by the groups of a dimension, each held against all others together.

    `tiers` says of each row whether it is higher or lower than the rest beyond chance (Holm's correction for looking
    at many rows at once), can't be told apart from it, or has too few answers; small groups that were put together
    are "others". Rates are not held against each other: a larger group has more events.
    """

    dimension: SplitBy
    whole: ScoreResult
    rows: tuple[ScoreRow, ...]
    tiers: tuple[Tier, ...]

    @property
    def by_tier(self) -> list[tuple[Tier, list[ScoreRow]]]:
        """Tiers that have rows, the higher first, rows in the order of the alphabet."""
        pairs = sorted(zip(self.tiers, self.rows, strict=True), key=lambda pair: pair[1].label.casefold())
        return [(tier, rows) for tier in TIERS if (rows := [row for found, row in pairs if found == tier])]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One step of a trend."""

    stretch: Stretch
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A measure on the page of all measures: its score now and its months."""

    result: ScoreResult
    months: tuple[TrendPoint, ...]

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to show: answers now, before or in the last months."""
        sides = (self.result.estimate, self.result.before, *(point.estimate for point in self.months))
        return any(side.n for side in sides)


def estimate(
    measure: Measure, *, scope: Scope, only: Filter = EVERYTHING, weighted: bool = True, least_n: int = 0
) -> ScoreResult:
    """The score in the scope's period, compared with the period before on the raw answers; `least_n` may ask for more than the
    workspace's policy does, never for less."""
    sides = [
        count([measure], scope=scope, period=period, only=only, weighted=weighted).get(
            (measure.metric,), Histogram()
        )
        for period in (scope.period, scope.before)
    ]
    return _result(measure, sides[0], sides[1], scope, max(least_n, workspace().least_n_score))


def score_of_person(measure: Measure, *, person: Person, scope: Scope) -> ScoreResult:
    """The score of one person's work. Only `services.estimate_for_person` may ask: it applies and logs the policy."""
    sides = [
        count_of_person(measure, person=person, period=period).get((measure.metric,), Histogram())
        for period in (scope.period, scope.before)
    ]
    least_n = workspace().least_n_person
    return ScoreResult(
        measure=measure,
        estimate=_counted(measure, sides[0], scope.period, least_n),
        comparison=_compared(measure, sides[0], sides[1], scope, least_n),
        before=_counted(measure, sides[1], scope.before, least_n),
        period=scope.period,
        scope_words=scope.period.label,
    )


def published_score_of_person(
    measure: Measure, *, person: Person, period: Period, only: Filter, least_n: int
) -> Estimate:
    """The score of a person who agreed that everybody sees it; whoever asks has looked at `policy.check_published`."""
    counted = count_of_person(measure, person=person, period=period, only=only)
    least_n = max(least_n, workspace().least_n_person)
    return _counted(measure, counted.get((measure.metric,), Histogram()), period, least_n)


def estimates_by(
    measure: Measure, dimension: Dimension, *, scope: Scope, only: Filter = EVERYTHING, compare: bool = False,
    kind: UnitKind | None = None, weighted: bool = True,
) -> list[ScoreRow]:  # fmt: skip
    """The score of each group of a dimension, from one query for all groups; their n add up to the whole.

    Units are the ones just below the scope, or all of `kind`, each with everything under it. Groups come in the
    order of the tree, the journey or the alphabet, what is not stated last.
    """
    groups = _groups(measure, dimension, scope, scope.period, only, kind, weighted)
    earlier = _groups(measure, dimension, scope, scope.before, only, kind, weighted) if compare else None
    return _rows(measure, groups, earlier, scope)


def split(
    measure: Measure, dimension: Dimension, *, scope: Scope, only: Filter = EVERYTHING, most: int = 40,
    kind: UnitKind | None = None,
) -> Split:  # fmt: skip
    """The groups of a dimension against each other; beyond `most` the smallest are one group. Units as in `estimates_by`."""
    groups = _folded(_groups(measure, dimension, scope, scope.period, only, kind, weighted=True), most)
    return _split(measure, dimension, groups, estimate(measure, scope=scope, only=only), scope)


def _split(
    measure: Measure, dimension: SplitBy, groups: list[Group], whole: ScoreResult, scope: Scope
) -> Split:
    answers = [group.answers for group in groups]
    tiers = tiers_of(measure, answers, least_n=workspace().least_n_score)
    return Split(
        dimension=dimension,
        whole=whole,
        rows=tuple(_rows(measure, groups, None, scope)),
        tiers=tuple(
            "others" if group.key == OTHERS else tier for group, tier in zip(groups, tiers, strict=True)
        ),
    )


def share_of(measure: Measure, *, hits: int, of: int, scope: Scope) -> Estimate:
    """A share whose counts belong to an analysis: the same least n, interval and policy as every other number."""
    return _shown(measure, _yes_and_no(hits, of), scope, scope.period, workspace().least_n_score)


def change_of_share(
    measure: Measure, *, now: tuple[int, int], before: tuple[int, int], scope: Scope
) -> Comparison:
    """The change of such a share, from (hits, of) on each side."""
    return _change(measure, _yes_and_no(*now), _yes_and_no(*before), scope, workspace().least_n_score)


def estimate_of(measure: Measure, answers: Histogram, *, scope: Scope) -> Estimate:
    """A number whose counts come from the record: the same least n, interval and policy as every other number."""
    return _shown(measure, answers, scope, scope.period, workspace().least_n_score)


def change_of(measure: Measure, *, now: Histogram, before: Histogram, scope: Scope) -> Comparison:
    """The change of such a number from the period before."""
    return _change(measure, now, before, scope, workspace().least_n_score)


def trend_of(
    measure: Measure, steps: Mapping[Any, Histogram], *, scope: Scope, step: Step
) -> list[TrendPoint]:
    """The run of such a number over the scope's period, from counts by `Stretch.group`, empty steps included."""
    least_n = workspace().least_n_score
    return [
        _point(measure, steps.get(stretch.group, Histogram()), stretch, scope, least_n)
        for stretch in stretches(step, scope.period)
    ]


def split_of(
    measure: Measure, dimension: SplitBy, by_key: Mapping[Any, Histogram], *, scope: Scope, most: int = 40
) -> Split:
    """The groups of such a number against each other, from counts by unit id, name, or None for what is not stated."""
    if dimension == "unit":
        groups = roll_up(by_key, scope=scope)
    else:
        named = sorted(
            (key for key in by_key if key is not None), key=lambda key: (isinstance(key, str), key)
        )
        groups = [Group(str(key), str(key), None, by_key[key]) for key in named]
        groups += [Group("", NOT_STATED, None, by_key[None])] if None in by_key else []
    whole = _result(measure, total_of(by_key.values()), Histogram(), scope, workspace().least_n_score)
    return _split(measure, dimension, _folded(groups, most), whole, scope)


def _yes_and_no(hits: int, of: int) -> Histogram:
    return Histogram.from_counts({0.0: of - hits, 1.0: hits})


def group_count(measure: Measure, dimension: Dimension, *, scope: Scope) -> int:
    """How many groups a split would have."""
    return len(count([measure], scope=scope, period=scope.period, by=[dimension]))


def trend(
    measure: Measure,
    *,
    scope: Scope,
    step: Step | None = None,
    only: Filter = EVERYTHING,
    weighted: bool = True,
) -> list[TrendPoint]:
    """The score of each day, week or month of the scope's period, empty ones included."""
    step = step or step_for(scope.period)
    counted = count([measure], scope=scope, period=scope.period, by=[step], only=only, weighted=weighted)
    least_n = workspace().least_n_score
    return [
        _point(measure, counted.get((measure.metric, stretch.group), Histogram()), stretch, scope, least_n)
        for stretch in stretches(step, scope.period)
    ]


def overview(*, scope: Scope, measures: Sequence[Measure] = tuple(MEASURES.values())) -> list[Overview]:
    """Several measures at once, with their last 13 months: three queries, however many measures."""
    year = months_until(scope.period)
    now, before = (count(measures, scope=scope, period=period) for period in (scope.period, scope.before))
    by_month = count(measures, scope=scope, period=year, by=["month"])
    least_n, steps, nobody = workspace().least_n_score, stretches("month", year), Histogram()
    found = []
    for measure in measures:
        sides = (now.get((measure.metric,), nobody), before.get((measure.metric,), nobody))
        months = (
            _point(measure, by_month.get((measure.metric, step.group), nobody), step, scope, least_n)
            for step in steps
        )
        found.append(Overview(result=_result(measure, *sides, scope, least_n), months=tuple(months)))
    return found


def place_words(scope: Scope) -> str:
    """Whose numbers these are: the unit, the company for who sees all of it, else the viewer's own units."""
    if scope.unit is not None:
        return scope.unit.name
    return workspace().name if scope.viewer.sees_everything(Permission.READ_SCORES) else "Your units"


def scope_words(scope: Scope) -> str:
    """Where and when, as a sentence part: "Quay, last 90 days"."""
    place, label = place_words(scope), scope.period.label
    return (
        f"{place}, {label[0].lower()}{label[1:]}"
        if label.startswith(("Last ", "All "))
        else f"{place}, {label}"
    )


def _result(measure: Measure, now: Histogram, before: Histogram, scope: Scope, least_n: int) -> ScoreResult:
    return ScoreResult(
        measure=measure,
        estimate=_shown(measure, now, scope, scope.period, least_n),
        comparison=_change(measure, now, before, scope, least_n),
        before=_shown(measure, before, scope, scope.before, least_n),
        period=scope.period,
        scope_words=scope_words(scope),
    )


def _point(measure: Measure, answers: Histogram, stretch: Stretch, scope: Scope, least_n: int) -> TrendPoint:
    period = Period("", stretch.label, stretch.since, stretch.until)
    return TrendPoint(stretch=stretch, estimate=_shown(measure, answers, scope, period, least_n))


def _shown(measure: Measure, answers: Histogram, scope: Scope, period: Period, least_n: int) -> Estimate:
    return WITHHELD if is_withheld(scope) else _counted(measure, answers, period, least_n)


def _change(measure: Measure, now: Histogram, before: Histogram, scope: Scope, least_n: int) -> Comparison:
    return NOT_COMPARED if is_withheld(scope) else _compared(measure, now, before, scope, least_n)


def _counted(measure: Measure, answers: Histogram, period: Period, least_n: int) -> Estimate:
    tally = _tally(measure, answers, period.since, period.until)
    return _hidden_if_few(measure.formula.estimate(tally, least_n=least_n))


def _compared(measure: Measure, now: Histogram, before: Histogram, scope: Scope, least_n: int) -> Comparison:
    sides = [
        _tally(measure, answers, period.since, period.until)
        for answers, period in ((now, scope.period), (before, scope.before))
    ]
    comparison = measure.formula.compare(sides[0], sides[1], least_n=least_n)
    if comparison.verdict == "too_few":
        return replace(comparison, change=None, low=None, high=None, p_value=None)
    return comparison


def _tally(measure: Measure, answers: Histogram, since: date, until: date) -> Tally:
    days = covered_days(measure, since, until) if measure.is_rate else 0
    return Tally(measure.on_scale(answers), exposure=days)


def _hidden_if_few(found: Estimate) -> Estimate:
    """Without its value when there are too few answers, so that nothing above can show it by mistake."""
    return replace(found, value=None, low=None, high=None) if found.status == "too_few" else found


def _groups(
    measure: Measure, dimension: Dimension, scope: Scope, period: Period, only: Filter, kind: UnitKind | None,
    weighted: bool,
) -> list[Group]:  # fmt: skip
    counted = count([measure], scope=scope, period=period, by=[dimension], only=only, weighted=weighted)
    by_key = {group[1]: answers for group, answers in counted.items()}
    if dimension == "unit":
        return roll_up(by_key, scope=scope, kind=kind)
    names = (
        _touchpoint_names(by_key)
        if dimension == "touchpoint"
        else {key: key for key in sorted(filter(None, by_key))}
    )
    groups = [Group(key, name, None, by_key[key]) for key, name in names.items()]
    if None in by_key:
        groups.append(Group("", NOT_STATED, None, by_key[None]))
    return groups


def _rows(measure: Measure, groups: list[Group], earlier: list[Group] | None, scope: Scope) -> list[ScoreRow]:
    least_n = workspace().least_n_score
    before = {group.key: group.answers for group in earlier or []}
    rows = []
    for group in groups:
        change = None
        if earlier is not None:
            change = _change(measure, group.answers, before.get(group.key, Histogram()), scope, least_n)
        found = _shown(measure, group.answers, scope, scope.period, least_n)
        rows.append(
            ScoreRow(key=group.key, label=group.label, unit=group.unit, estimate=found, comparison=change)
        )
    return rows


def _folded(groups: list[Group], most: int) -> list[Group]:
    """At most so many groups: the ones with the fewest answers become one, so that all still add up."""
    if len(groups) <= most:
        return groups
    by_size = sorted(groups, key=lambda group: (-group.answers.n, group.label))
    kept = {group.key for group in by_size[: most - 1]}
    small = by_size[most - 1 :]
    others = Group(OTHERS, f"All {len(small):,} others", None, total_of(group.answers for group in small))
    return [*(group for group in groups if group.key in kept), others]


def _touchpoint_names(keys: Collection[str | None]) -> dict[str, str]:
    """Touchpoints in the order of their journeys; those that are gone keep their key."""
    rows = Touchpoint.objects.filter(key__in=[key for key in keys if key])
    names = {
        point.key: point.name
        for point in rows.order_by("stage__journey", "stage__position", "position", "pk")
    }
    return names | {key: key for key in sorted(filter(None, keys)) if key not in names}
