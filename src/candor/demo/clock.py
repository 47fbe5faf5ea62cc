"""Time in the simulated lender: days since the window opened, as floats.

A time that never came is NaN, and NaN walks through every step below unharmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WINDOW_DAYS = 730
LAST_MOMENT = WINDOW_DAYS - 8 / 24
"""Local time that is midnight in UTC on the west coast: nothing happens after today began."""
OPENS, CLOSES = 8.5 / 24, 17.5 / 24
MONTH_LOAD = np.array([0.72, 0.82, 1.15, 1.36, 1.42, 1.30, 1.12, 1.03, 0.92, 0.86, 0.72, 0.58])
"""New loans by month against the average month: home buying peaks in spring."""

WEEKDAY_LOAD = np.array([1.30, 1.22, 1.15, 1.08, 0.98, 0.68, 0.59])
"""First contacts by weekday, Monday first."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Turns days since the window opened into dates; the window ends at the start of `today`."""

    today: date

    @property
    def opened_on(self) -> date:
        """The first day of the window."""
        return self.today - timedelta(days=WINDOW_DAYS)

    def day_of(self, day: date) -> float:
        """A date as days since the window opened."""
        return float((day - self.opened_on).days)

    def load(self) -> Floats:
        """The chance of a first contact on each day of the window, summing to one."""
        days = [self.opened_on + timedelta(days=offset) for offset in range(WINDOW_DAYS)]
        load = np.array([MONTH_LOAD[day.month - 1] * WEEKDAY_LOAD[day.weekday()] for day in days])
        return np.asarray(load / load.sum(), dtype=np.float64)

    def busyness(self, at: Floats) -> Floats:
        """Month load at each time; 1 in the average month and where the time is NaN."""
        days = [self.opened_on + timedelta(days=offset) for offset in range(2 * WINDOW_DAYS)]
        by_day = np.array([MONTH_LOAD[day.month - 1] for day in days])
        known = np.isfinite(at)
        index = np.clip(np.where(known, at, 0.0), 0, len(by_day) - 1).astype(np.int64)
        return np.where(known, by_day[index], 1.0)

    def weekday(self, at: Floats) -> Floats:
        """Weekday of each time, Monday 0; NaN stays NaN."""
        return np.asarray(np.mod(np.floor(at) + self.opened_on.weekday(), 7.0), dtype=np.float64)

    def in_hours(self, at: Floats, rng: np.random.Generator) -> Floats:
        """The same times moved forward into branch hours, Monday to Friday."""
        day, hour = np.floor(at), np.mod(at, 1.0)
        late = hour > CLOSES
        day = day + late
        weekday = np.mod(day + self.opened_on.weekday(), 7.0)
        weekend = weekday >= 5
        day = day + np.where(weekend, 7.0 - weekday, 0.0)
        morning = OPENS + rng.beta(1.3, 2.2, size=at.shape) * (CLOSES - OPENS) * 0.6
        moved = late | weekend | (hour < OPENS)
        return np.asarray(np.where(moved, day + morning, at), dtype=np.float64)

    def at_leisure(self, at: Floats, rng: np.random.Generator) -> Floats:
        """The same days at an hour when people do things for themselves, evenings most."""
        hours = np.where(
            rng.random(at.shape) < 0.62,
            rng.normal(19.8, 1.3, at.shape),
            rng.normal(12.2, 2.4, at.shape),
        )
        return np.asarray(np.floor(at) + np.clip(hours, 6.2, 23.4) / 24.0, dtype=np.float64)

    def known_moments(self, at: Floats, hours_behind_utc: Floats) -> list[datetime]:
        """Times as instants in UTC, to the second; none may be NaN."""
        opened = datetime.combine(self.opened_on, datetime.min.time(), tzinfo=UTC)
        seconds = np.round((at + hours_behind_utc / 24.0) * 86_400).tolist()
        return [opened + timedelta(seconds=second) for second in seconds]

    def moments(self, at: Floats, hours_behind_utc: Floats) -> list[datetime | None]:
        """Times as instants in UTC, to the second; NaN becomes None."""
        known = np.flatnonzero(np.isfinite(at))
        moments: list[datetime | None] = [None] * len(at)
        for index, moment in zip(
            known.tolist(), self.known_moments(at[known], hours_behind_utc[known]), strict=True
        ):
            moments[index] = moment
        return moments
