"""The performance spectrum of one edge: how long the wait was for those who began it on each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.funnels import shortened
from candor.warehouse.queries.paths import EPOCH, SECOND
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of

DAY: Final = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Began:
    """Waits that began on a day (UTC) and took so many whole seconds, of which seven binary digits are kept."""

    day: date
    seconds: int
    n: int


def spectrum(
    warehouse: Log,
    before: str,
    after: str,
    *,
    journey: str,
    where: EventFilter = ALL_EVENTS,
    progress: Progress = unheard,
) -> tuple[Began, ...]:
    """Count the waits from `before` to `after`, where it directly follows, by the day they began and by how long they took.

    A queue shows as waits that end on one day whenever they began, a change of the work as a day from which on they differ.

    Source: Denisov, Fahland & van der Aalst (2018), Unbiased, fine-grained description of processes performance from event data,
    BPM 2018.
    """
    return ask_one(warehouse, way_of(journey, where), Spectrum(before, after), progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The question behind `spectrum`."""

    before: str
    after: str

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        edge = (names.code(self.before), names.code(self.after))
        return {
            "waits": Tally(
                select=WAITS,
                keys=("grp", "day", "elapsed"),
                sums=("n",),
                parameters=(DAY, SECOND, SECOND, *edge),
            )
        }

    def answer(self, found: Found, group: Group) -> tuple[Began, ...]:
        rows = sorted(found.rows("waits", group))
        return tuple(Began((EPOCH + timedelta(days=day)).date(), seconds, n) for day, seconds, n in rows)


WAITS: Final = f"""
    SELECT grp, day, {shortened("seconds")} AS elapsed, count(*) AS n FROM (
        SELECT
            grp, CAST(floor(micros / ?) AS BIGINT) AS day,
            CAST((after_micros - micros - (after_micros - micros) % ?) / ? AS BIGINT) AS seconds
        FROM steps WHERE activity = ? AND after = ?
    ) AS spans GROUP BY grp, day, {shortened("seconds")}
"""
