"""The clocks of a complaint: the simple one of files that know days only, and terms in working time that a rule set gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import msgspec

from .working_time import Span, Term, TimeUnit, WorkCalendar, due_at


@dataclass(frozen=True, slots=True)
class Clock:
    """Calendar days from the start to the acknowledgement and to the decision."""

    acknowledge_days: int
    decide_days: int

    def deadlines(self, start: date) -> tuple[date, date]:
        """The last days on which the complaint is acknowledged and decided in time."""
        return start + timedelta(days=self.acknowledge_days), start + timedelta(days=self.decide_days)


# US consumer finance complaints: a company responds within 15 calendar days of getting the complaint, and gives its final
# response within 60. https://www.consumerfinance.gov/complaint/process/
STANDARD = Clock(acknowledge_days=15, decide_days=60)


FOUR_WEEKS = Term(4, TimeUnit.WEEKS)
TEN_WORKING_DAYS = Term(10, TimeUnit.WORKING_DAYS)


@dataclass(frozen=True)
class Terms:
    """What one version of a rule set says.

    Attributes:
        acknowledge, decide: from the day it is received.
        appeal: our time to answer an appeal, from the day it comes in.
        refer: the customer's time to go to the ombudsman, from our decision; None where there is none.
        ombudsman: our time to answer the ombudsman, from the day they write to us.
        ombudsman_name: how letters and pages call them.
        most_paused_days: calendar days that the decision clock may stand still in all, 0 for never.
        from_working_day: what comes in after closing time or on a day off counts as received on the next working day.
    """

    acknowledge: Term
    decide: Term
    appeal: Term = FOUR_WEEKS
    refer: Term | None = None
    ombudsman: Term = TEN_WORKING_DAYS
    ombudsman_name: str = ""
    most_paused_days: int = 0
    from_working_day: bool = False
    calendar: WorkCalendar = field(default_factory=WorkCalendar)

    def to_stored(self) -> dict[str, Any]:
        """As plain JSON."""
        stored: dict[str, Any] = msgspec.to_builtins(self)
        return stored

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Terms":
        """Back from it."""
        return msgspec.convert(stored, cls, strict=False)

    def due(self, term: Term, start: datetime, paused: Sequence[Span] = ()) -> datetime:
        """When one of its terms is over."""
        return due_at(
            term, start=start, calendar=self.calendar, paused=paused, from_working_day=self.from_working_day
        )

    def last_day(self, instant: datetime) -> date:
        """The last day on which it is still in time."""
        return self.calendar.day_of(instant - timedelta(microseconds=1))


class Standing(StrEnum):
    """What a clock shows."""

    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A clock as it stands at a moment: `due_at` is the instant from which on it is late, `by` the last day in time."""

    key: str
    standing: Standing
    by: date | None = None
    due_at: datetime | None = None
    done_on: date | None = None
    runs_again_at: datetime | None = None
    late_days: int = 0
    days_left: int = 0


def face(
    *, key: str, by: date | None, due: datetime | None, done_on: date | None, now: datetime, today: date,
    runs_again_at: datetime | None = None, is_stopped: bool = False, kept: bool | None = None,
) -> Face:  # fmt: skip
    """A clock as it stands.

    Without `due` (files that know days only) a day that is over makes late. `kept` says what is known of a clock that was stopped by
    something done, whatever the days say: the source's own word.
    """
    if by is None:
        return Face(key=key, standing=Standing.UNKNOWN, done_on=done_on)
    shown = partial(Face, key=key, by=by, due_at=due, done_on=done_on)
    if is_stopped:
        return shown(standing=Standing.STOPPED)
    if done_on is not None or kept is not None:
        in_time = kept if kept is not None else done_on is not None and done_on <= by
        late = max(0, (done_on - by).days) if done_on else 0
        return shown(standing=Standing.MET if in_time else Standing.MISSED, late_days=late)
    if runs_again_at is not None and runs_again_at > now:
        return shown(standing=Standing.PAUSED, runs_again_at=runs_again_at)
    is_late = now >= due if due is not None else today > by
    if is_late:
        return shown(standing=Standing.LATE, late_days=max(0, (today - by).days))
    return shown(standing=Standing.RUNNING, days_left=(by - today).days)
