"""Every measure by the groups of a dimension or by month, as a file."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, cast, get_args

from candor.analytics import Estimate
from candor.apps.organization.scope import Scope
from candor.apps.scores import queries as scores
from candor.apps.scores.registry import Measure
from candor.foundation.periods import Period
from candor.foundation.wording import decimals_for, scale_of
from candor.intake import csv_lines

By = Literal["unit", "product", "channel", "month"]
HEADER = (
    "Measure", "Version", "Scope", "From", "To", "By", "Group", "Score", "Low", "High", "Unit", "Answers", "Level", "Method",
    "Note",
)  # fmt: skip
_ALL = "All together"


def dimensions() -> tuple[By, ...]:
    """What scores can be exported by."""
    return get_args(By)


def scores_as_csv(scope: Scope, by: By) -> Iterator[str]:
    """Lines of the file, piece by piece: each measure that has answers, first the whole and then its groups."""
    return csv_lines(_rows(scope, by), header=HEADER, has_mark=True)


def _rows(scope: Scope, by: By) -> Iterator[tuple[object, ...]]:
    for found in scores.overview(scope=scope):
        result = found.result
        if not result.estimate.n:
            continue
        yield _cells(result.measure, result.estimate, scope, scope.period, by, _ALL)
        groups = _months(result.measure, scope) if by == "month" else _groups(result.measure, scope, by)
        for label, period, estimate in groups:
            yield _cells(result.measure, estimate, scope, period, by, label)


def _groups(measure: Measure, scope: Scope, by: By) -> Iterator[tuple[str, Period, Estimate]]:
    for row in scores.estimates_by(measure, cast("scores.Dimension", by), scope=scope):
        yield row.label, scope.period, row.estimate


def _months(measure: Measure, scope: Scope) -> Iterator[tuple[str, Period, Estimate]]:
    for point in scores.trend(measure, scope=scope, step="month"):
        stretch = point.stretch
        yield stretch.label, replace(scope.period, since=stretch.since, until=stretch.until), point.estimate


def _cells(
    measure: Measure, found: Estimate, scope: Scope, period: Period, by: By, group: str
) -> tuple[object, ...]:
    scale = scale_of(measure.unit)
    places = decimals_for(scale, found.low, found.high) + 1
    numbers = [
        None if end is None else round(end * scale.factor, places) + 0.0
        for end in (found.value, found.low, found.high)
    ]
    return (
        measure.name, measure.version, scores.scope_words(scope), period.since, period.until, by.capitalize(), group, *numbers,
        scale.suffix or measure.unit_words, found.n, f"{found.level:.0%}", found.method, found.words,
    )  # fmt: skip
