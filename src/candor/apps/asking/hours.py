"""Permitted hours, in the customer's own time zone."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FURTHEST = 9  # days to look ahead: a week, and a change of clocks


@lru_cache(maxsize=1_000)
def zone_named(name: str, otherwise: str = "UTC") -> ZoneInfo:
    """The zone of that name; `otherwise` for what is none."""
    try:
        return ZoneInfo(name or otherwise)
    except (ValueError, KeyError, OSError):
        return ZoneInfo(otherwise)


def next_permitted(
    now: datetime, *, zone: ZoneInfo, quiet_from: time, quiet_until: time, days: Collection[int]
) -> datetime | None:
    """The first instant from `now` on that lies outside of the quiet hours and on a permitted day there; None if no day is permitted.

    Equal ends mean no quiet hours. A quiet night belongs to the day on which it ends as to the one on which it began.

    >>> from datetime import UTC
    >>> late = datetime(2026, 6, 1, 22, tzinfo=UTC)
    >>> next_permitted(late, zone=ZoneInfo("UTC"), quiet_from=time(20), quiet_until=time(8), days={1}).isoformat()
    '2026-06-02T08:00:00+00:00'
    """
    local = now.astimezone(zone)
    if local.weekday() in days and not _is_quiet(local.time(), quiet_from, quiet_until):
        return now
    for ahead in range(_FURTHEST):
        day = (local + timedelta(days=ahead)).date()
        for begins in sorted({time(0), quiet_until}):
            start = datetime.combine(day, begins, tzinfo=zone).astimezone(UTC)
            if start > now and day.weekday() in days and not _is_quiet(begins, quiet_from, quiet_until):
                return start
    return None


def _is_quiet(clock: time, begins: time, ends: time) -> bool:
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends
