"""Working time: which days count, from when to when, and when a term that began at an instant is over.

Pure: no database, no clock. Instants are aware; days and hours are those of the calendar's own time zone, so that a day of 23 or 25
hours is a day. Public holidays come from the `holidays` library and can be put right by days of one's own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import COUNTRIES

_LONGEST: Final = 20 * 366  # days to look ahead for a day that counts
_DAY: Final = timedelta(days=1)


class TimeUnit(StrEnum):
    """What a term is counted in."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Term:
    """So many of a unit, at least one."""

    amount: int
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= 1_000:
            raise ValueError(f"a term has 1 to 1,000 {self.unit}, not {self.amount}")


class Span(NamedTuple):
    """A stretch of time: from `start` on, up to but without `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class WorkCalendar:
    """When a company works.

    Attributes:
        zone: name of the time zone its days and hours are in.
        weekdays: days of the week it works, Monday is 0.
        opens, closes: local time, the same day.
        country, subdivision: whose public holidays it keeps, as ISO 3166 codes; "" for none.
        days_off, days_worked: days that are otherwise than weekday and holiday say.

    Raises:
        ValueError: it never works, closes before it opens, or a zone or country is unknown.
    """

    zone: str = "UTC"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: time = time(9)
    closes: time = time(17)
    country: str = ""
    subdivision: str = ""
    days_off: tuple[date, ...] = ()
    days_worked: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise ValueError("a calendar needs at least one weekday, Monday 0 to Sunday 6")
        if self.opens >= self.closes:
            raise ValueError("a calendar opens before it closes")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {self.zone!r}") from error
        _public_holidays(self.country, self.subdivision)

    def is_working(self, day: date) -> bool:
        """Whether the company works on a day."""
        if day in self._off:
            return False
        if day in self._worked:
            return True
        return day.weekday() in self.weekdays and day not in _public_holidays(self.country, self.subdivision)

    def day_of(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self._zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def whole(self, day: date) -> Span:
        """A local day from midnight to midnight."""
        return Span(self.start_of(day), self.start_of(day + _DAY))

    def hours(self, day: date) -> Span:
        """The hours a company would be open on a local day."""
        opens, closes = (
            datetime.combine(day, at, self._zone).astimezone(UTC) for at in (self.opens, self.closes)
        )
        return Span(opens, max(opens, closes))

    def next_working(self, at: datetime) -> date:
        """The working day something counts as received on: its own, or the next one after closing time or on a day off."""
        day = self.day_of(at)
        if self.is_working(day) and at < self.hours(day).end:
            return day
        return next(one for one in _days_after(day) if self.is_working(one))

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(self.days_off)

    @cached_property
    def _worked(self) -> frozenset[date]:
        return frozenset(self.days_worked)


def due_at(
    term: Term,
    *,
    start: datetime,
    calendar: WorkCalendar,
    paused: Sequence[Span] = (),
    from_working_day: bool = False,
) -> datetime:
    """The instant from which on it is late.

    Days are counted after the day of the start. A term in working days ends when the last of them closes, one in days, weeks or months
    with its last day. A day is not counted when the clock stood still for all of it (its working hours, where those are counted): a
    pause of an hour gives no day away. Working hours are counted to the second, without pauses.

    Args:
        paused: stretches in which the clock stands still, in any order; they may overlap.
        from_working_day: what comes after closing time or on a day off counts as received on the next working day.

    Example:
        >>> due_at(Term(3, TimeUnit.WORKING_DAYS), start=datetime(2026, 11, 26, 15, tzinfo=UTC), calendar=WorkCalendar())
        datetime.datetime(2026, 12, 1, 17, 0, tzinfo=datetime.timezone.utc)
    """
    still = _joined(paused)
    if term.unit == TimeUnit.WORKING_HOURS:
        return _after_hours(timedelta(hours=term.amount), start, calendar, still)
    first = calendar.next_working(start) if from_working_day else calendar.day_of(start)
    if term.unit == TimeUnit.WORKING_DAYS:
        return calendar.hours(_nth_day(term.amount, first, calendar, still, is_working=True)).end
    days = _days_of(term, first)
    return calendar.whole(_nth_day(days, first, calendar, still, is_working=False)).end


def holidays_of(calendar: WorkCalendar, year: int) -> list[tuple[date, str]]:
    """Public holidays of a year with their names, in order."""
    if not calendar.country:
        return []
    known = holidays.country_holidays(
        calendar.country, subdiv=calendar.subdivision or None, years=year, language="en_US"
    )
    return sorted(known.items())


def countries() -> list[tuple[str, str]]:
    """Codes and English names of the countries whose public holidays are known, by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    names = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name, code, *_more in COUNTRIES.values()}
    return sorted(((code, names.get(code, code)) for code in known), key=lambda country: country[1])


@lru_cache(maxsize=64)
def _public_holidays(country: str, subdivision: str) -> Any:
    if not country:
        return frozenset[date]()
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known of {country} {subdivision}".strip()) from error


def _days_after(day: date) -> Iterator[date]:
    for n in range(1, _LONGEST):
        yield day + timedelta(days=n)
    raise ValueError("the calendar has no day that counts within twenty years")


def _nth_day(n: int, first: date, calendar: WorkCalendar, still: list[Span], *, is_working: bool) -> date:
    left = n
    for day in _days_after(first):
        if is_working and not calendar.is_working(day):
            continue
        if still and _covers(still, calendar.hours(day) if is_working else calendar.whole(day)):
            continue
        left -= 1
        if left == 0:
            return day
    raise AssertionError("unreachable")


def _days_of(term: Term, first: date) -> int:
    if term.unit == TimeUnit.DAYS:
        return term.amount
    if term.unit == TimeUnit.WEEKS:
        return 7 * term.amount
    return (_months_later(first, term.amount) - first).days


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - _DAY
    return first.replace(day=min(day.day, last.day))


def _after_hours(left: timedelta, start: datetime, calendar: WorkCalendar, still: list[Span]) -> datetime:
    day = calendar.day_of(start) - _DAY
    for one in _days_after(day):
        if not calendar.is_working(one):
            continue
        hours = calendar.hours(one)
        for span in _without(Span(max(hours.start, start), hours.end), still):
            if span.end - span.start >= left:
                return span.start + left
            left -= span.end - span.start
    raise AssertionError("unreachable")


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, without overlap."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.end > one.start):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _covers(joined: list[Span], span: Span) -> bool:
    return any(one.start <= span.start and span.end <= one.end for one in joined)


def _without(span: Span, joined: list[Span]) -> Iterator[Span]:
    """What is left of a stretch."""
    at = span.start
    for one in joined:
        if one.end <= at or one.start >= span.end:
            continue
        if one.start > at:
            yield Span(at, one.start)
        at = max(at, one.end)
    if at < span.end:
        yield Span(at, span.end)
