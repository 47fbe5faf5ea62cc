"""The time between any two touchpoints of a journey."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from candor.warehouse.queries.events import ALL_EVENTS, EventFilter
from candor.warehouse.queries.filters import Statement
from candor.warehouse.queries.paths import Places, Stretch, nowhere, places_for, stretch_of
from candor.warehouse.queries.walk import Found, Group, Names, Progress, Sample, Table, Tally, unheard
from candor.warehouse.queries.ways import EVERYBODY, Log, ask_one, way_of

Pick: TypeAlias = Literal["first", "last", "next"]


@dataclass(frozen=True, slots=True)
class Between:
    """The time from one touchpoint to another.

    Attributes:
        cases: Cases that have the touchpoint it starts from.
        arrived: Of them, those that have the other one after it; the rest has not, or not yet.
        time: From the one to the other, one length a case, or one a pair for "next"; None if nobody arrived.
    """

    cases: int
    arrived: int
    time: Stretch | None


def time_between(
    warehouse: Log,
    start: str,
    end: str,
    *,
    journey: str,
    pick: Pick = "first",
    where: EventFilter = ALL_EVENTS,
    places: Places = nowhere,
    progress: Progress = unheard,
) -> Between:
    """Measure the time from `start` to `end` in the cases of a journey.

    Args:
        warehouse: Where to look.
        start: The activity to start from.
        end: The activity to arrive at; may be the same.
        journey: Whose cases are measured.
        pick: Which events of a case are meant, if there are several:
            "first": from the first start to the first end after it;
            "last": from the first start to the last end after it, which is the whole stretch;
            "next": from every start that is followed by an end before another start, to that end.
        where: Which events, or cases, count.
        places: Which two of the sorted times to tell beside their median.
        progress: Hears the share done.
    """
    question = TimeBetween(start, end, pick, places)
    return ask_one(warehouse, way_of(journey, where), question, progress=progress)[EVERYBODY]


@dataclass(frozen=True, slots=True)
class TimeBetween:
    """The question behind `time_between`."""

    start: str
    end: str
    pick: Pick = "first"
    places: Places = nowhere

    def asks(self, names: Names) -> Mapping[str, Tally | Sample]:
        start, end = names.code(self.start), names.code(self.end)
        if self.pick == "next":
            tables, spans = _to_next(start, end), "SELECT case_id, grp, since, until FROM paired"
        else:
            tables = _from_first(start, end)
            spans = f"SELECT case_id, grp, since, {self.pick}_end AS until FROM arriving"
        return {
            "cases": Tally(
                select="SELECT grp, count(*) AS cases FROM visits WHERE activity = ? GROUP BY grp",
                keys=("grp",), sums=("cases",), uses=("visits",), parameters=(start,),
            ),
            "arrived": Tally(
                also=tables,
                select=f"SELECT grp, count(*) AS arrived FROM (SELECT DISTINCT case_id, grp FROM ({spans}) AS spans) AS own GROUP BY grp",
                keys=("grp",), sums=("arrived",),
            ),
            "times": Sample(
                also=tables, select=f"SELECT grp, until - since AS value FROM ({spans}) AS spans",
                keys=("grp",), places=places_for(self.places),
            ),
        }  # fmt: skip

    def answer(self, found: Found, group: Group) -> Between:
        times = found.sample("times", group).get(())
        return Between(
            next(found.rows("cases", group), (0,))[0],
            next(found.rows("arrived", group), (0,))[0],
            stretch_of(times, self.places) if times else None,
        )


def _from_first(start: Any, end: Any) -> tuple[Table, ...]:
    return (
        ("starting", Statement(STARTING, (start,))),
        ("arriving", Statement(ARRIVING, (end,))),
    )


def _to_next(start: Any, end: Any) -> tuple[Table, ...]:
    return ("meeting", Statement(MEETING, (start, end))), ("paired", Statement(PAIRED, (start, end)))


STARTING: Final = """
    SELECT case_id, grp, min(place) AS place, min(micros) AS since FROM steps WHERE activity = ? GROUP BY case_id, grp
"""
ARRIVING: Final = """
    SELECT
        steps.case_id, steps.grp, min(starting.since) AS since, min(steps.micros) AS first_end, max(steps.micros) AS last_end
    FROM steps JOIN starting ON starting.case_id = steps.case_id
    WHERE steps.activity = ? AND steps.place > starting.place GROUP BY steps.case_id, steps.grp
"""
MEETING: Final = """
    SELECT
        case_id, grp, activity, micros AS since,
        lead(activity) OVER (PARTITION BY case_id ORDER BY place) AS next_activity,
        lead(micros) OVER (PARTITION BY case_id ORDER BY place) AS until
    FROM steps WHERE activity IN (?, ?)
"""
PAIRED: Final = """
    SELECT case_id, grp, since, until FROM meeting WHERE activity = ? AND next_activity = ?
"""
