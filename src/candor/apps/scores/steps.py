"""Steps of time: days, weeks from Monday and months, cut off at the ends of a period."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from candor.foundation.periods import Period

Step = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step of a trend; partial when the period cuts it off."""

    group: Any  # what the warehouse calls it: a day, a Monday, YYYYMM
    label: str
    since: date
    until: date
    is_partial: bool

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def stretches(step: Step, period: Period) -> list[Stretch]:
    """The steps that cover the period, in order, empty ones included."""
    found, first = [], _first_day(step, period.since)
    while first <= period.until:
        following = _following(step, first)
        last = following - timedelta(days=1)
        since, until = max(first, period.since), min(last, period.until)
        found.append(
            Stretch(_group(step, first), _label(step, first), since, until, (since, until) != (first, last))
        )
        first = following
    return found


def step_for(period: Period) -> Step:
    """Steps fine enough to see movement, coarse enough to hold answers."""
    if period.days <= 14:
        return "day"
    return "week" if period.days <= 183 else "month"


def months_until(period: Period, months: int = 13) -> Period:
    """The calendar months that end with the period's last day."""
    back = period.until.year * 12 + period.until.month - months
    since = date(back // 12, back % 12 + 1, 1)
    return Period(f"{since}..{period.until}", f"Last {months} months", since, period.until)


def window(step: Step, period: Period) -> Period:
    """The stretch that a trend in these steps shows: 28 days, 26 weeks, or 13 months and all of a longer period."""
    if step == "month":
        year = months_until(period)
        return period if period.since < year.since else year
    days = 28 if step == "day" else 26 * 7
    last = period.until
    since = last - timedelta(days=days - 1 if step == "day" else days - 7 + last.weekday())
    return Period(f"{since}..{last}", f"Last {days} days", since, last)


def _first_day(step: Step, day: date) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _following(step: Step, first: date) -> date:
    if step == "month":
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=7 if step == "week" else 1)


def _group(step: Step, first: date) -> Any:
    return first.year * 100 + first.month if step == "month" else first


def _label(step: Step, first: date) -> str:
    if step == "month":
        return f"{first:%b %Y}"
    return f"Week of {first:%-d %b %Y}" if step == "week" else f"{first:%-d %b %Y}"
