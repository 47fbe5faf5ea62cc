"""Journeys as they really went: counts from the event log, for what a viewer may see."""

from dataclasses import dataclass
from datetime import timedelta

from candor.analytics import median_ranks
from candor.apps.organization.choices import Permission
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.foundation.storage import warehouse
from candor.warehouse.queries import CaseSummary, Edge, EventFilter, event_cases

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """How long customers waited between two activities that directly follow each other, in cases that have both: the median
    with its 95 % interval."""

    before: str
    after: str
    cases: int
    median: timedelta
    low: timedelta
    high: timedelta


@dataclass(frozen=True, slots=True)
class Reality:
    """What the event log holds of a journey; medians of fewer episodes than `least_n` are left out."""

    counts: CaseSummary
    waits: tuple[Wait, ...]
    least_n: int
    median_duration: timedelta | None
    low_duration: timedelta | None
    high_duration: timedelta | None


def reality_of(key: str, scope: Scope) -> Reality:
    """Cases that began or went on in the period, with all their events; those of the scope's units."""
    units = scope.unit_ids(Permission.READ_SCORES)
    where = EventFilter(since=scope.period.since, until=scope.period.until + timedelta(days=1), units=units)
    return _reality(key, where)


def reality_of_all_time(key: str, scope: Scope) -> Reality:
    """The same for every case there is."""
    where = EventFilter(units=scope.unit_ids(Permission.READ_SCORES))
    return _reality(key, where)


def _reality(key: str, where: EventFilter) -> Reality:
    counts = event_cases(warehouse(), journey=key, where=where, top=SHOWN, places=median_ranks)
    least_n = workspace().least_n_score
    least = max(
        least_n, counts.cases // 100
    )  # a wait that one case in a hundred had says little of the journey
    edges = [edge for edge in counts.edges if edge.cases >= least and edge.before != edge.after]
    longest = sorted(edges, key=lambda edge: (-edge.median_wait, edge.before, edge.after))[:SHOWN]
    durations = (counts.median_duration, counts.low_duration, counts.high_duration)
    told = durations if counts.cases >= least_n else (None, None, None)
    return Reality(
        counts,
        tuple(_wait(edge) for edge in longest if edge.low_wait is not None),
        least_n,
        *map(_stretch, told),
    )


def _wait(edge: Edge) -> Wait:
    seconds = (edge.median_wait, edge.low_wait or 0.0, edge.high_wait or 0.0)
    return Wait(edge.before, edge.after, edge.cases, *(timedelta(seconds=value) for value in seconds))


def _stretch(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
