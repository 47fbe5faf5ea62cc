"""Cases counted for the registry of measures: those closed in time, by day, group and unit."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Count, F, FloatField, QuerySet, Value, When
from django.db.models.functions import TruncDate

from candor.analytics import Histogram
from candor.apps.feedback.queries import day_start
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope

from .choices import State
from .models import Case

METRIC = "closed_in_time"
_COLUMNS = {
    "unit": "unit_id", "product": "feedback__product", "channel": "feedback__channel", "segment": "feedback__segment",
    "touchpoint": "feedback__touchpoint__key", "journey": "feedback__journey__key", "company": "feedback__company",
    "issue": "feedback__issue",
}  # fmt: skip
_STEPS: dict[str, Callable[[date], Any]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.year * 100 + day.month,
}


def closed_in_time(
    scope: Scope, since: date, until: date, by: tuple[str, ...]
) -> dict[tuple[Any, ...], Histogram]:
    """Cases closed from the first day on and before the last, as yes (1: before their clock ran out) and no (0)."""
    columns = [f"by_{place}" for place in range(len(by))]
    kinds = {
        column: TruncDate("closed_at") if name in _STEPS else F(_COLUMNS[name])
        for column, name in zip(columns, by, strict=True)
    }
    in_time = Choice(
        When(closed_at__lte=F("due_at"), then=Value(1.0)), default=Value(0.0), output_field=FloatField()
    )
    rows = _closed(scope, since, until).annotate(in_time=in_time, **kinds)
    counted: dict[tuple[Any, ...], Counter[float]] = {}
    for *group, value, n in rows.order_by().values_list(*columns, "in_time").annotate(n=Count("pk")):
        named = tuple(_named(name, one) for name, one in zip(by, group, strict=True))
        counted.setdefault((METRIC, *named), Counter())[value] += n
    return {group: Histogram.from_counts(cells) for group, cells in counted.items()}


def _named(dimension: str, value: Any) -> Any:
    """A group as the warehouse would call it: nothing stated is None, a day is its step of time."""
    if dimension in _STEPS:
        return _STEPS[dimension](value)
    return None if value == "" else value


def _closed(scope: Scope, since: date, until: date) -> QuerySet[Case]:
    unit_ids = scope.unit_ids(Permission.READ_SCORES)
    rows = Case.objects.all() if unit_ids is None else Case.objects.filter(unit_id__in=unit_ids)
    return rows.filter(state=State.CLOSED, closed_at__gte=day_start(since), closed_at__lt=day_start(until))
