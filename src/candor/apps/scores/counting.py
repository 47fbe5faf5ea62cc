"""Answers counted in the warehouse for a measure, a scope and a period, and remembered until the warehouse changes."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from candor.analytics import Histogram
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope
from candor.foundation.periods import Period
from candor.foundation.storage import warehouse
from candor.warehouse.queries import EVERYTHING, Filter, answer_span, histograms

from .policy import is_withheld
from .registry import Measure

Group: TypeAlias = tuple[Any, ...]
Counted: TypeAlias = dict[Group, Histogram]

Counter: TypeAlias = Callable[[Scope, date, date, tuple[str, ...]], Counted]
"""Counts what the warehouse does not hold: scope, first day, day after the last one, dimensions; groups begin with the metric."""

REMEMBERED = 512  # tables of counts a process keeps; most are a few hundred cells


_counters: dict[str, Counter] = {}


def register_counter(metric: str, counter: Counter) -> None:
    """Say who counts a metric that lies in an app above and not in the warehouse; called from AppConfig.ready, twice is once."""
    _counters[metric] = counter


def count(
    measures: Sequence[Measure], *, scope: Scope, period: Period, by: Sequence[str] = (), only: Filter = EVERYTHING,
    weighted: bool = True,
) -> Counted:  # fmt: skip
    """Answers on each metric's own scale, by metric first and then by `by`, that the scope's viewer may count; none where
    they would all be about the work of one person."""
    taken = {"units", "since", "until", "persons"}
    if any(getattr(only, name) is not None for name in taken):
        raise ValueError(
            "units and days come from scope and period, persons from their own door: narrow other columns"
        )
    if is_withheld(scope):
        return {}
    unit_ids = scope.unit_ids(Permission.READ_SCORES)
    where = replace(_hashable(only), since=period.since, units=None if unit_ids is None else tuple(unit_ids))
    counted: Counted = {}
    for waiting_days in sorted({measure.waiting_days for measure in measures}):
        metrics = tuple(sorted({m.metric for m in measures if m.waiting_days == waiting_days}))
        until = _last_day(period, scope, waiting_days) + timedelta(days=1)
        if until <= period.since:
            continue
        projected = tuple(metric for metric in metrics if metric not in _counters)
        if projected:
            counted |= _remembered(
                warehouse_state(), projected, ("metric", *by), replace(where, until=until), weighted
            )
        for metric in metrics:
            if metric in _counters and only == EVERYTHING:
                counted |= _counters[metric](scope, period.since, until, tuple(by))
    return counted


def _last_day(period: Period, scope: Scope, waiting_days: int) -> date:
    """The last day that may be counted: what was sent later can still be answered, and would look like silence."""
    return min(period.until, scope.as_of - timedelta(days=waiting_days)) if waiting_days else period.until


def count_of_person(
    measure: Measure, *, person: Person, period: Period, only: Filter = EVERYTHING
) -> Counted:
    """Answers about the work of one person, wherever they did it; `services.estimate_for_person` is the door to it."""
    until = period.until + timedelta(days=1)
    where = replace(_hashable(only), since=period.since, until=until, persons=(person.pk,))
    return _remembered(warehouse_state(), (measure.metric,), ("metric",), where, weighted=True)


def covered_days(measure: Measure, since: date, until: date) -> int:
    """Days of the stretch from the first one that the metric was ever recorded on: before it, nobody counted."""
    first = _first_day(warehouse_state(), measure.metric)
    return max(0, (until - max(since, first)).days + 1) if first else 0


def warehouse_state() -> tuple[str, int]:
    """Changes whenever the warehouse's answers do."""
    answers = warehouse().answers
    return str(answers.folder), answers.snapshot().version


@lru_cache(maxsize=REMEMBERED)
def _remembered(
    state: tuple[str, int], metrics: tuple[str, ...], by: tuple[str, ...], where: Filter, weighted: bool
) -> Counted:
    counted = histograms(warehouse(), metrics=metrics, by=by, where=where)
    if not weighted:
        return {
            group: Histogram.from_counts({value: cell.n for value, cell in cells.items()})
            for group, cells in counted.items()
        }
    return {
        group: Histogram.from_weighted(
            {value: (cell.n, cell.sum_w, cell.sum_w2) for value, cell in cells.items()}
        )
        for group, cells in counted.items()
    }


def _hashable(only: Filter) -> Filter:
    """The same filter with tuples in place of lists, so that it can be a key."""
    given = ((f.name, getattr(only, f.name)) for f in fields(only))
    tupled: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given
    }
    return Filter(**tupled)


@lru_cache(maxsize=REMEMBERED)
def _first_day(state: tuple[str, int], metric: str) -> date | None:
    return answer_span(warehouse(), metric=metric).first
