"""The lender as a whole: chunks of 20,000 customers, each drawn from its own streams."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final

from candor.demo.clock import Clock
from candor.demo.complaints import Complaints, draw_complaints
from candor.demo.events import Events, draw_events, event_rows, journey_rows
from candor.demo.ideas import draw_ideas
from candor.demo.journeys import draw_journeys
from candor.demo.paths import Journeys
from candor.demo.people import People, customer_rows, draw_people
from candor.demo.reviews import Reviews, draw_reviews
from candor.demo.rows import (
    ComplaintRow,
    CustomerRow,
    EventRow,
    IdeaRow,
    InvitationRow,
    JourneyRow,
    ReviewRow,
    StaffRow,
    UnitRow,
)
from candor.demo.staff import Crew, build_crew
from candor.demo.stories import Cast, complaint_rows, invitation_rows, review_rows
from candor.demo.streams import Streams
from candor.demo.surveys import Invitations, draw_invitations

CUSTOMERS_AT_SIZE_ONE: Final = 20_000
DEFAULT_SEED: Final = 2026


class Chunk:
    """Up to 20,000 customers with all that happened to them: columns on demand, rows on request.

    The columns (`people`, `crew`, `journeys`, `events`, `invitations`, `complaints`, `reviews`) hold
    the latent truth as well; the rows hold only what a lender could know.
    """

    def __init__(self, number: int, customers: int, seed: int, clock: Clock) -> None:
        self.number = number
        self.clock = clock
        self._customers = customers
        self._streams = Streams(seed, number)

    @cached_property
    def crew(self) -> Crew:
        """Who serves these customers."""
        return build_crew(self._streams, self.clock)

    @cached_property
    def people(self) -> People:
        """The customers in columns."""
        return draw_people(self._customers, self.number * CUSTOMERS_AT_SIZE_ONE + 1, self._streams)

    @cached_property
    def journeys(self) -> Journeys:
        """Their journeys in columns."""
        return draw_journeys(self.people, self.crew, self.clock, self._streams)

    @cached_property
    def events(self) -> Events:
        """The event log in columns."""
        return draw_events(self.journeys, self.crew, self._streams)

    @cached_property
    def invitations(self) -> Invitations:
        """Surveys sent and answers given, in columns."""
        return draw_invitations(self.journeys, self.people, self.clock, self._streams)

    @cached_property
    def complaints(self) -> Complaints:
        """Complaints in columns."""
        return draw_complaints(self.journeys, self.crew, self.clock, self._streams)

    @cached_property
    def reviews(self) -> Reviews:
        """Public reviews in columns."""
        return draw_reviews(self.journeys, self.people, self.clock, self._streams)

    @cached_property
    def _cast(self) -> Cast:
        return Cast(self.people, self.crew, self.journeys, self.clock, self._streams)

    def unit_rows(self) -> tuple[UnitRow, ...]:
        """Units this chunk brings, parents before children; the first brings the organization."""
        return self.crew.units

    def staff_rows(self) -> tuple[StaffRow, ...]:
        """Staff this chunk brings."""
        return self.crew.staff

    def customer_rows(self) -> list[CustomerRow]:
        """The customers."""
        since = self.journeys.paperwork.contact[: len(self.people)]
        return customer_rows(self.people, since, self.clock)

    def journey_rows(self) -> list[JourneyRow]:
        """The journeys as they stand today."""
        return journey_rows(self.journeys, self.events, self.people, self.crew, self.clock)

    def event_rows(self) -> Iterator[EventRow]:
        """The event log, by journey and time."""
        return event_rows(self.events, self.journeys, self.people, self.crew, self.clock)

    def invitation_rows(self) -> Iterator[InvitationRow]:
        """Survey invitations with their answers and comments."""
        return invitation_rows(self._cast, self.invitations)

    def complaint_rows(self) -> Iterator[ComplaintRow]:
        """Complaints with their narratives."""
        return complaint_rows(self._cast, self.complaints)

    def review_rows(self) -> Iterator[ReviewRow]:
        """Public reviews with their texts and replies."""
        return review_rows(self._cast, self.reviews)


class Lender:
    """A mortgage lender simulated from a seed, over the two years that end as `today` begins.

    The same seed and day give the same lender. `size` 1 is 20,000 customers; a larger lender
    begins with the customers of the smaller one, and one chunk at a time is in memory.
    """

    def __init__(self, *, today: date, seed: int = DEFAULT_SEED, size: float = 1.0) -> None:
        if size <= 0:
            raise ValueError(f"size must be above 0, not {size}")
        self.seed = seed
        self.size = size
        self.clock = Clock(today)
        self.customers = max(1, round(CUSTOMERS_AT_SIZE_ONE * size))

    @property
    def today(self) -> date:
        """The day after the last simulated one."""
        return self.clock.today

    def chunks(self) -> Iterator[Chunk]:
        """The lender's customers, 20,000 at a time."""
        for number, first in enumerate(range(0, self.customers, CUSTOMERS_AT_SIZE_ONE)):
            count = min(CUSTOMERS_AT_SIZE_ONE, self.customers - first)
            yield Chunk(number, count, self.seed, self.clock)

    def idea_rows(self) -> list[IdeaRow]:
        """Ideas of the frontline."""
        streams = Streams(self.seed)
        return draw_ideas(build_crew(streams, self.clock).staff, self.clock, streams)
