"""The bridge from counted comments to `candor.analytics`: shares, runs, rises, splits and what goes together."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from candor import analytics
from candor.analytics import Comparison, Estimate, Histogram, NotEnoughHistory, Rise
from candor.apps.complaints.queries import HISTORY_WEEKS, RISING_WEEKS
from candor.apps.scores.measures import Tally, YesShare
from candor.apps.scores.queries import TrendPoint
from candor.apps.scores.registry import MEASURES, Measure
from candor.apps.scores.steps import Stretch

Key = TypeVar("Key", bound=Hashable)

THEME_SHARE = Measure(
    key="theme_share", version=1, name="Share of comments", group="Answers",
    question="What share of the comments that were read speak of this theme?",
    metric="", formula=YesShare("comments that speak of the theme"), scale=(0, 1), unit="share", is_high_good=False,
    denominator="All comments that were read, whatever they speak of", blanks="Feedback without a comment is left out.",
    noun="comments",
)  # fmt: skip
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


def share(mentions: int, read: int, *, least_n: int) -> Estimate:
    """Share of the comments read that speak of a theme, with Wilson's interval."""
    return analytics.top_box_share(favourable=mentions, n=read, least_n=least_n)


def change(now: tuple[int, int], before: tuple[int, int], *, least_n: int) -> Comparison:
    """Change of that share, from (mentions, read) on each side."""
    return analytics.compare_shares(
        favourable_now=now[0], n_now=now[1], favourable_before=before[0], n_before=before[1], least_n=least_n
    )


def run_of_shares(
    mentions: Counter[date], read: Counter[date], steps: Sequence[Stretch], *, least_n: int
) -> tuple[TrendPoint, ...]:
    """The share in each step."""
    return tuple(
        TrendPoint(
            stretch=step, estimate=share(_within(mentions, step), _within(read, step), least_n=least_n)
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
