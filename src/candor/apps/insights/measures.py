"""The bridge from counted comments to `candor.analytics`: shares, runs, rises, splits and what goes together."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from candor import analytics
from candor.analytics import Comparison, Estimate, Histogram, NotEnoughHistory, Rise
from candor.apps.complaints.queries import HISTORY_WEEKS, RISING_WEEKS
from candor.apps.organization.scope import Scope
from candor.apps.scores.measures import Tally
from candor.apps.scores.queries import TrendPoint, share_of
from candor.apps.scores.registry import MEASURES, THEME_SHARE, Measure
from candor.apps.scores.steps import Stretch

Key = TypeVar("Key", bound=Hashable)

BESIDE = tuple(
    MEASURES[key] for key in ("nps", "csat", "ces", "trust", "stars")
)  # their answers stand beside comments


@dataclass(frozen=True, slots=True, kw_only=True)
class GoesTogether:
    """A measure among comments with a theme and among all others; a difference is no cause."""

    measure: Measure
    with_theme: Estimate
    without: Estimate
    comparison: Comparison


def run_of_shares(
    mentions: Counter[date], read: Counter[date], steps: Sequence[Stretch], *, scope: Scope
) -> tuple[TrendPoint, ...]:
    """The share in each step."""
    return tuple(
        TrendPoint(
            stretch=step,
            estimate=share_of(THEME_SHARE, hits=_within(mentions, step), of=_within(read, step), scope=scope),
        )
        for step in steps
    )


def weeks_of(days: Counter[date], *, as_of: date, weeks: int) -> list[int]:
    """Counts of the last full weeks that end with `as_of`, oldest first."""
    first = as_of - timedelta(days=7 * weeks - 1)
    table = Counter[int]()
    for day, n in days.items():
        if first <= day <= as_of:
            table[(day - first).days // 7] += n
    return [table[week] for week in range(weeks)]


def weeks_known(first: date | None, as_of: date) -> int:
    """Full weeks from the first day to `as_of`, as many as rises look at: the weeks before it are unknown, not empty."""
    return 0 if first is None else min(HISTORY_WEEKS, ((as_of - first).days + 1) // 7)


def rises(counts: Mapping[Key, Sequence[int]]) -> dict[Key, Rise[Key]] | None:
    """The last four weeks of each group against its weeks before; None where too few weeks are known."""
    if not counts:
        return {}
    try:
        return {row.key: row for row in analytics.rising_groups(counts, recent_periods=RISING_WEEKS)}
    except NotEnoughHistory:
        return None


def goes_together(pairs: Mapping[str, tuple[Histogram, Histogram]], *, least_n: int) -> list[GoesTogether]:
    """Measures with enough answers beside comments with the theme and beside the others."""
    found = []
    for measure in BESIDE:
        if measure.metric not in pairs:
            continue
        sides = [Tally(measure.on_scale(side)) for side in pairs[measure.metric]]
        if min(side.answers.n for side in sides) < least_n:
            continue
        estimates = [measure.formula.estimate(side, least_n=least_n) for side in sides]
        comparison = measure.formula.compare(sides[0], sides[1], least_n=least_n)
        found.append(
            GoesTogether(
                measure=measure, with_theme=estimates[0], without=estimates[1], comparison=comparison
            )
        )
    return found


def _within(days: Counter[date], step: Stretch) -> int:
    return sum(n for day, n in days.items() if step.since <= day <= step.until)
