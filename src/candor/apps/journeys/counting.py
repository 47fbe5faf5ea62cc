"""The event log counted for a question, in parts, so that whoever waits can be told how far it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from candor.analytics import median_ranks
from candor.apps.customers.models import Customer
from candor.foundation.storage import warehouse
from candor.warehouse.queries import (
    EVERYBODY,
    CaseSummary,
    Closing,
    Conformance,
    Designed,
    EventFilter,
    Funnel,
    FunnelOf,
    Passed,
    Passes,
    Passing,
    PathMix,
    Paths,
    ask,
    channels_of_cases,
    last_event_at,
    paths_by_month,
    way_of,
)
from candor.warehouse.queries.walk import Question

VARIANTS, MONTHS = 20, 36
QUIET = timedelta(days=60)  # after so long without an event an episode is taken to be over
HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Mix:
    """The steps of the episodes that began in a month: before, after, and how many episodes took it."""

    cases: int
    steps: tuple[tuple[str, str, int], ...]

    @classmethod
    def of(cls, mix: PathMix) -> "Mix":
        return cls(mix.cases, tuple((*step, cases) for step, (_n, cases) in mix.edges.items()))


@dataclass(frozen=True, slots=True)
class Reached:
    """A touchpoint of the design, of the episodes that came to the one before: came to it, closed without, may come yet."""

    activity: str
    reached: int
    left: int
    still_open: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the pages of a journey show: paths and what follows what, passes of each touchpoint, how the paths follow the design
    (None without one), and the channels there are."""

    paths: CaseSummary
    passed: Passed
    conformance: Conformance | None
    reached: tuple[Reached, ...]
    months: dict[int, Mix]
    channels: tuple[tuple[str, int], ...]

    @property
    def passes(self) -> tuple[Passes, ...]:
        return self.passed.activities

    @property
    def by_activity(self) -> dict[str, Passes]:
        return {found.activity: found for found in self.passes}


def count(question: dict[str, Any], told: Callable[[float], None]) -> Counts:
    """Count, on one walk along the cases; `told` hears the share that is done."""
    where, journey, design = where_of(question), question["journey"], tuple(question["touchpoints"])
    promised = {activity: (start, hours * HOUR) for activity, (start, hours) in question["promised"].items()}
    asked: list[Question[Any]] = [
        Paths(VARIANTS, median_ranks),
        Passing(promised, design or None, median_ranks),
    ]
    if design:
        asked += [Designed(design), FunnelOf(design, Closing(as_of=until_of(journey), quiet=QUIET))]
    found: list[Any] = [
        by_group[EVERYBODY]
        for by_group in ask(
            warehouse(), way_of(journey, where), asked, progress=lambda share: told(0.7 * share)
        )
    ]
    months = paths_by_month(
        warehouse(), journey=journey, where=where, progress=lambda share: told(0.7 + 0.3 * share)
    )
    channels = channels_of_cases(warehouse(), journey=journey, units=where.units)
    return Counts(
        found[0],
        found[1],
        found[2] if design else None,
        _reached(found[3]) if design else (),
        _last(months),
        channels,
    )


def until_of(journey: str) -> datetime:
    """Up to when the log is complete: the last thing that happened on the journey."""
    return last_event_at(warehouse(), journey=journey) or datetime(1970, 1, 1)  # noqa: DTZ001  UTC


def _reached(found: Funnel) -> tuple[Reached, ...]:
    return tuple(Reached(step.activity, step.reached, step.left, step.still_open) for step in found.steps)


def _last(months: Mapping[int, PathMix]) -> dict[int, Mix]:
    """The last months, in a form that JSON can hold."""
    return {month: Mix.of(months[month]) for month in sorted(months)[-MONTHS:]}


def where_of(question: dict[str, Any]) -> EventFilter:
    """The question as a filter: cases with an event in the period, with all their events."""
    since, until = (question[name] and date.fromisoformat(question[name]) for name in ("since", "until"))
    return EventFilter(
        since=since,
        until=until,
        units=question["units"],
        channels=[question["channel"]] if question["channel"] else None,
        customers=_customers(question["segment"]),
    )


def _customers(segment: int | None) -> list[int] | None:
    if segment is None:
        return None
    return list(Customer.objects.filter(segment=segment).order_by("pk").values_list("pk", flat=True))


def log_state() -> tuple[int, int]:
    """The version of the event log, and how many events it holds."""
    snapshot = warehouse().events.snapshot()
    return snapshot.version, sum(part.rows for part in snapshot.parts)
