"""What the pages of Measure show: scores from `queries`, with their axes, charts and words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.foundation.wording import Scale, range_text, scale_of

from . import drawings, queries
from .queries import Dimension, Overview, ScoreResult, ScoreRow, TrendPoint
from .registry import Measure
from .steps import Step, window

DIMENSIONS: tuple[Dimension, ...] = (
    "unit",
    "product",
    "channel",
    "segment",
    "touchpoint",
    "journey",
    "company",
    "issue",
)
WORTH_SAYING = 7  # days without feedback


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A measure on the page of all measures, with the ends of its axis."""

    found: Overview
    low: float
    high: float

    @property
    def result(self) -> ScoreResult:
        return self.found.result

    @property
    def run(self) -> list[Any]:
        return [point.estimate for point in self.found.months]


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A row of a split with its interval in words."""

    row: ScoreRow
    scale: Scale

    @property
    def could_be(self) -> str:
        return range_text(self.row.estimate.low, self.row.estimate.high, self.scale)


def scores_page(scope: Scope) -> dict[str, Any]:
    """All measures: those with answers in their groups, and the others by name."""
    found = queries.overview(scope=scope)
    lines = [
        ScoreLine(one, *drawings.axis(one.result.measure, [one.result.estimate, one.result.before]))
        for one in found
        if one.is_measured
    ]
    groups = [(name, list(rows)) for name, rows in groupby(lines, key=lambda line: line.result.measure.group)]
    unmeasured = [one.result.measure for one in found if not one.is_measured]
    return {
        "groups": groups,
        "unmeasured": unmeasured,
        "scope_words": queries.scope_words(scope),
        "data_end": data_end(scope),
    }


def measure_page(measure: Measure, step: Step, scope: Scope) -> dict[str, Any]:
    """The score, its run in steps, and how it is counted."""
    result = queries.estimate(measure, scope=scope)
    wide = replace(scope, period=window(step, scope.period))
    points = queries.trend(measure, scope=wide, step=step)
    low, high = drawings.axis(measure, [result.estimate, result.before])
    return {
        "result": result,
        "data_end": data_end(scope),
        "low": low,
        "high": high,
        "change_sentence": drawings.change_sentence(result),
        "step": step,
        "steps": [("day", "Days"), ("week", "Weeks"), ("month", "Months")],
        "trend": drawings.trend_chart(points, measure, title=f"{measure.name} by {step}")
        if _has_run(points)
        else None,
    }


def data_end(scope: Scope) -> date | None:
    """The last day with feedback, when it is so long ago that the page should begin with it."""
    return scope.as_of if (scope.today - scope.as_of).days > WORTH_SAYING else None


def first_dimension(measure: Measure, scope: Scope) -> Dimension:
    """The first dimension that has several groups; units when none has."""
    offered = _offered(measure, scope)
    return offered[0] if offered else "unit"


def split_part(measure: Measure, dimension: Dimension, scope: Scope) -> dict[str, Any]:
    """A measure by the groups of a dimension: chart and table."""
    split = queries.split(measure, dimension, scope=scope)
    low, high = drawings.axis(measure, (row.estimate for row in split.rows))
    offered = sorted({*_offered(measure, scope), dimension}, key=DIMENSIONS.index)
    scale = scale_of(measure.unit)
    whole = SplitLine(ScoreRow(key="", label="All together", estimate=split.whole.estimate), scale)
    tiers = [
        ("" if measure.is_rate else drawings.TIER_NAMES[tier], [SplitLine(row, scale) for row in rows])
        for tier, rows in split.by_tier
        if tier != "too_few"
    ]
    few = [SplitLine(row, scale) for tier, rows in split.by_tier for row in rows if tier == "too_few"]
    return {
        "measure": measure,
        "whole": whole,
        "tiers": tiers,
        "few": few,
        "dimension": dimension,
        "dimension_name": drawings.DIMENSION_NAMES[dimension][0],
        "dimensions": [(key, drawings.DIMENSION_NAMES[key][0]) for key in offered],
        "has_groups": bool(split.rows),
        "split_chart": drawings.split_chart(split),
        "split_low": low,
        "split_high": high,
        "may_export": scope.viewer.can(Permission.EXPORT_DATA),
    }


def _has_run(points: Sequence[TrendPoint]) -> bool:
    """Whether two steps or more have enough answers."""
    return sum(point.estimate.value is not None for point in points) > 1


def _offered(measure: Measure, scope: Scope) -> list[Dimension]:
    """Dimensions that tell at least two groups apart, or one group from what is not stated."""
    return [dimension for dimension in DIMENSIONS if queries.group_count(measure, dimension, scope=scope) > 1]
