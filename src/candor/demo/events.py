"""The event log of a chunk: what happened in each journey, when, over which channel, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from candor.demo.clock import WINDOW_DAYS, Clock, Floats, Ints
from candor.demo.journeys import CHANNELS, PRODUCTS
from candor.demo.paths import Journeys
from candor.demo.people import People
from candor.demo.places import PLACES
from candor.demo.rows import EventRow, JourneyRow
from candor.demo.staff import Crew
from candor.demo.streams import Streams

NOBODY: Final = -1
WEB: Final = CHANNELS.index("web")
PHONE: Final = CHANNELS.index("phone")
EVENT_CHANNELS: Final = (*CHANNELS, "email")
EMAIL: Final = len(CHANNELS)
QUIET_DAYS: Final = 45
"""A first contact without an application after this many days came to nothing."""


class Step(NamedTuple):
    """An activity with the stage and touchpoint of the journey map it belongs to."""

    activity: str
    stage: str
    touchpoint: str


class Touchpoint(NamedTuple):
    """A touchpoint of the loan journey; `promise` names the entry of `truths.PROMISES`, if any."""

    key: str
    name: str
    stage: str
    direct: bool
    owner: str
    promise: str | None


TOUCHPOINTS: Final = (
    Touchpoint("first_contact", "First contact", "Getting to know", True, "loan officer", None),
    Touchpoint("application", "Application", "Applying", True, "loan officer", None),
    Touchpoint("documents", "Documents", "Applying", True, "processor", "documents"),
    Touchpoint("appraisal", "Appraisal", "Waiting", False, "loan officer", "appraisal"),
    Touchpoint("underwriting", "Underwriting", "Waiting", False, "underwriter", None),
    Touchpoint("decision", "Decision", "Deciding", True, "loan officer", "decision"),
    Touchpoint("closing", "Closing", "Closing", True, "loan officer", "closing"),
    Touchpoint("first_payment", "First payment", "Living with the loan", False, "care agent", None),
    Touchpoint("service", "Service", "Living with the loan", True, "care agent", None),
    Touchpoint("leaving", "Leaving or coming back", "Living with the loan", True, "loan officer", None),
)

_STAGE_OF: Final = {touchpoint.key: touchpoint.stage for touchpoint in TOUCHPOINTS}


def _step(activity: str, touchpoint: str) -> Step:
    return Step(activity, _STAGE_OF[touchpoint], touchpoint)


STEPS: Final = (
    _step("First contact", "first_contact"),
    _step("Application submitted", "application"),
    _step("Documents requested", "documents"),
    _step("Document upload failed", "documents"),
    _step("Documents received", "documents"),
    _step("Documents asked again", "documents"),
    _step("Documents complete", "documents"),
    _step("Appraisal ordered", "appraisal"),
    _step("Status update", "appraisal"),
    _step("Appraisal received", "appraisal"),
    _step("Underwriting started", "underwriting"),
    _step("Condition added", "underwriting"),
    _step("Loan approved", "decision"),
    _step("Loan declined", "decision"),
    _step("Closing scheduled", "closing"),
    _step("Loan closed", "closing"),
    _step("First payment", "first_payment"),
    _step("Service call", "service"),
    _step("Refinanced with us", "leaving"),
    _step("Refinanced elsewhere", "leaving"),
    _step("Application withdrawn", "documents"),
    _step("Application withdrawn", "appraisal"),
    _step("Application withdrawn", "closing"),
)
_INDEX: Final = {(step.activity, step.touchpoint): index for index, step in enumerate(STEPS)}


@dataclass(frozen=True, slots=True)
class Events:
    """Events in columns, sorted by journey and time.

    `journey` indexes the chunk's journeys, `step` the table `STEPS`, `channel` the names
    `EVENT_CHANNELS`, `resource` the crew (-1 where nobody of the lender acted).
    """

    journey: Ints
    step: Ints
    at: Floats
    channel: Ints
    resource: Ints

    def __len__(self) -> int:
        return len(self.at)


def draw_events(journeys: Journeys, crew: Crew, streams: Streams) -> Events:
    """The log of a chunk of journeys."""
    rng = streams.of("events")
    mix, papers, wait, out = journeys.mix, journeys.paperwork, journeys.appraisal, journeys.outcome
    upload = np.where(rng.random(len(journeys)) < 0.74, WEB, np.where(mix.channel == WEB, EMAIL, mix.channel))
    told = np.where(rng.random(len(journeys)) < 0.6, PHONE, EMAIL)
    care = crew.care.anyone(np.zeros(len(journeys), dtype=np.int64), rng)
    decided = {flag: np.where(out.approved == flag, out.decided, np.nan) for flag in (1, 0)}
    log = _Log()
    log.add("First contact", "first_contact", papers.contact, mix.channel, mix.officer)
    log.add("Application submitted", "application", papers.applied, mix.channel, NOBODY)
    log.add("Documents requested", "documents", papers.requested, EMAIL, mix.processor)
    log.add("Document upload failed", "documents", papers.failed, WEB, NOBODY)
    log.add("Documents received", "documents", papers.received, upload, NOBODY)
    log.add("Documents asked again", "documents", papers.again, told, mix.processor)
    log.add("Documents complete", "documents", papers.complete, EMAIL, mix.processor)
    log.add("Appraisal ordered", "appraisal", wait.ordered, EMAIL, mix.officer)
    log.add("Status update", "appraisal", wait.updates, told, mix.officer)
    log.add("Appraisal received", "appraisal", wait.appraised, EMAIL, mix.officer)
    log.add("Underwriting started", "underwriting", out.underwriting, EMAIL, mix.underwriter)
    log.add("Condition added", "underwriting", out.condition, EMAIL, mix.underwriter)
    log.add("Loan approved", "decision", decided[1], told, mix.underwriter)
    log.add("Loan declined", "decision", decided[0], told, mix.underwriter)
    log.add("Closing scheduled", "closing", out.scheduled, told, mix.officer)
    log.add("Loan closed", "closing", out.closed, CHANNELS.index("branch"), mix.officer)
    log.add("First payment", "first_payment", out.first_payment, WEB, NOBODY)
    log.add("Service call", "service", out.calls, PHONE, care)
    log.add("Refinanced with us", "leaving", out.refinanced, mix.channel, mix.officer)
    log.add("Refinanced elsewhere", "leaving", out.left, WEB, NOBODY)
    log.add("Application withdrawn", "documents", papers.withdrawn, told, NOBODY)
    log.add("Application withdrawn", "appraisal", wait.withdrawn, told, NOBODY)
    log.add("Application withdrawn", "closing", out.withdrawn, told, NOBODY)
    return log.sorted()


class _Log:
    """Collects columns of times and lays them end to end."""

    def __init__(self) -> None:
        self._columns: list[tuple[Ints, Ints, Floats, Ints, Ints]] = []

    def add(
        self, activity: str, touchpoint: str, at: Floats, channel: Ints | int, resource: Ints | int
    ) -> None:
        wide = at if at.ndim == 2 else at[:, None]
        journey, place = np.nonzero(np.isfinite(wide))
        self._columns.append(
            (
                journey,
                np.full(len(journey), _INDEX[activity, touchpoint]),
                wide[journey, place],
                np.broadcast_to(channel, len(at))[journey],
                np.broadcast_to(resource, len(at))[journey],
            )
        )

    def sorted(self) -> Events:
        journey, step, at, channel, resource = (
            np.concatenate(parts) for parts in zip(*self._columns, strict=True)
        )
        order = np.lexsort((step, at, journey))
        return Events(journey[order], step[order], at[order], channel[order], resource[order])


def journey_key(people: People, journeys: Journeys, index: int) -> str:
    """The key of a journey: its customer's number and whether it is their first or second."""
    number = people.first_id + int(journeys.mix.customer[index])
    return f"L{number:07d}-{int(journeys.mix.ordinal[index])}"


def journey_keys(people: People, journeys: Journeys) -> list[str]:
    """The keys of all journeys of the chunk."""
    numbers = (people.first_id + journeys.mix.customer).tolist()
    ordinals = journeys.mix.ordinal.tolist()
    return [f"L{number:07d}-{ordinal}" for number, ordinal in zip(numbers, ordinals, strict=True)]


def event_rows(
    events: Events, journeys: Journeys, people: People, crew: Crew, clock: Clock
) -> Iterator[EventRow]:
    """The events as rows, in the order of the log."""
    mix = journeys.mix
    keys = journey_keys(people, journeys)
    customers = [people.key(index) for index in mix.customer.tolist()]
    units = [PLACES[index].key for index in mix.branch.tolist()]
    staff = [row.key for row in crew.staff]
    behind = people.hours_behind_utc[mix.customer[events.journey]]
    columns = zip(
        events.journey.tolist(),
        events.step.tolist(),
        clock.known_moments(events.at, behind),
        events.channel.tolist(),
        events.resource.tolist(),
        strict=True,
    )
    previous, number = -1, 0
    for journey, step, at, channel, resource in columns:
        number = number + 1 if journey == previous else 1
        previous = journey
        activity, stage, touchpoint = STEPS[step]
        yield EventRow(
            f"{keys[journey]}-{number:02d}",
            keys[journey],
            customers[journey],
            stage,
            touchpoint,
            activity,
            at,
            EVENT_CHANNELS[channel],
            None if resource == NOBODY else staff[resource],
            units[journey],
        )


def journey_rows(
    journeys: Journeys, events: Events, people: People, crew: Crew, clock: Clock
) -> list[JourneyRow]:
    """The journeys as rows, with the stage each has reached at the end of the window."""
    mix, out = journeys.mix, journeys.outcome
    last = np.searchsorted(events.journey, np.arange(len(journeys)), side="right") - 1
    outcome = _outcomes(journeys, events.at[last])
    ended = np.fmax(np.fmax(journeys.withdrawn, np.where(out.approved == 0, out.decided, np.nan)), out.closed)
    behind = people.hours_behind_utc[mix.customer]
    started = clock.known_moments(journeys.paperwork.contact, behind)
    ends = clock.moments(ended, behind)
    columns = zip(
        journey_keys(people, journeys),
        mix.customer.tolist(),
        mix.branch.tolist(),
        mix.product.tolist(),
        mix.channel.tolist(),
        mix.amount.tolist(),
        mix.officer.tolist(),
        started,
        ends,
        events.step[last].tolist(),
        outcome,
        strict=True,
    )
    return [
        JourneyRow(
            key,
            people.key(customer),
            PLACES[branch].key,
            PRODUCTS[product],
            CHANNELS[channel],
            amount,
            crew.staff[officer].key,
            start,
            end,
            STEPS[step].stage,
            word,
        )
        for key, customer, branch, product, channel, amount, officer, start, end, step, word in columns
    ]


def _outcomes(journeys: Journeys, last_at: Floats) -> list[str]:
    out = journeys.outcome
    quiet = last_at < WINDOW_DAYS - QUIET_DAYS
    words = np.select(
        [
            np.isfinite(out.left),
            np.isfinite(out.closed),
            out.approved == 0,
            np.isfinite(journeys.withdrawn),
            np.isnan(journeys.paperwork.applied) & quiet,
        ],
        ["left", "closed", "declined", "withdrawn", "never applied"],
        default="open",
    )
    return [str(word) for word in words]
