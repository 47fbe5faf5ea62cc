"""What came in by day, with what is odd about its times."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from .models import IntakeDay, Source

_LATE = timedelta(days=1)
_AHEAD = timedelta(minutes=5)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class DayTally:
    """Counts by day of arrival."""

    days: dict[date, Counter[str]] = field(default_factory=dict)

    def add(self, at: datetime | None, received_at: datetime) -> None:
        """Count one event."""
        counts = self.days.setdefault(timezone.localtime(received_at).date(), Counter())
        counts["received"] += 1
        if at is None:
            counts["without_time"] += 1
        elif at < _FIRST:
            counts["before_1970"] += 1
        elif at > received_at + _AHEAD:
            counts["future"] += 1
        elif at < received_at - _LATE:
            counts["late"] += 1


def note_days(*, source: Source, days: DayTally, known: int, haul: Sequence[datetime]) -> None:
    """Add to the counts of a source's days; what was known is put to the last day of the haul."""
    if known and haul:
        days.days.setdefault(timezone.localtime(max(haul)).date(), Counter())["known"] += known
    for day, counts in sorted(days.days.items()):
        IntakeDay.objects.get_or_create(source=source, day=day)
        added = {name: F(name) + n for name, n in counts.items()}
        IntakeDay.objects.filter(source=source, day=day).update(**added)
