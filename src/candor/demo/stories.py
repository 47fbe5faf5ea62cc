"""From columns to what people say: the rows of answers, complaints and reviews with their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import numpy as np

from candor.demo import truths
from candor.demo.clock import Clock, Floats, Ints
from candor.demo.comments import Story, Writer
from candor.demo.complaints import COMPLAINT_CHANNELS, DECISIONS, ISSUES, NOT_YET, SEVERITIES, Complaints
from candor.demo.events import journey_keys
from candor.demo.journeys import PRODUCTS
from candor.demo.paths import Journeys
from candor.demo.people import LANGUAGES, PERSONAS, People
from candor.demo.places import PLACES
from candor.demo.questions import NUMERIC, SURVEYS
from candor.demo.reviews import SOURCES, Reviews
from candor.demo.rows import AnswerRow, ComplaintRow, InvitationRow, ReviewRow
from candor.demo.staff import Crew
from candor.demo.streams import Dice, Streams
from candor.demo.surveys import INVITE_CHANNELS, OUTCOMES, Invitations

FAILED_IS_FRESH: Final = ("expectation", "documents")
STALE_MENTION: Final = 0.4
"""How much of the wish to speak of a failed upload is left after the paperwork."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The columns that every story draws on."""

    people: People
    crew: Crew
    journeys: Journeys
    clock: Clock
    streams: Streams

    def customers(self, journey: Ints) -> Ints:
        """Index into the people of each journey's customer."""
        return np.asarray(self.journeys.mix.customer[journey], dtype=np.int64)

    def moments(self, at: Floats, journey: Ints) -> list[Any]:
        """Times as instants, by the local time of each journey's customer."""
        return self.clock.moments(at, self.people.hours_behind_utc[self.customers(journey)])


class Teller:
    """Turns what was done in a journey into the story of a comment."""

    def __init__(self, cast: Cast) -> None:
        mix, aspects = cast.journeys.mix, cast.journeys.mood.aspects
        wait = cast.journeys.appraisal.appraised - cast.journeys.appraisal.ordered
        loops = np.isfinite(cast.journeys.paperwork.again).sum(axis=1)
        columns = {driver: aspects.get(driver) for driver in truths.DRIVERS}
        columns["documents"] = 0.6 - 0.9 * loops
        columns["appraisal"] = (9.0 - wait) / 4.0
        self._columns = {name: column.tolist() for name, column in columns.items()}
        self._wait = np.nan_to_num(np.round(wait), nan=12.0).astype(np.int64).tolist()
        self._customer = mix.customer.tolist()
        self._branch = mix.branch.tolist()
        self._officer = [cast.crew.staff[index].name.split()[0] for index in mix.officer.tolist()]
        self._people = cast.people
        self._language = cast.people.language.tolist()
        self._persona = cast.people.persona.tolist()

    def story(
        self,
        journey: int,
        occasion: str,
        feeling: float,
        month: int,
        *,
        declined: bool = False,
        portal: bool = False,
        focus: tuple[str, ...] = (),
    ) -> Story:
        """The story of one comment."""
        customer = self._customer[journey]
        felt = {name: column[journey] for name, column in self._columns.items()}
        return Story(
            occasion=occasion,
            feeling=feeling,
            values={name: value for name, value in felt.items() if not isnan(value)},
            language=LANGUAGES[self._language[customer]],
            persona=PERSONAS[self._persona[customer]],
            officer=self._officer[journey],
            branch=PLACES[self._branch[journey]].name,
            customer=self._people.names[customer],
            phone=self._people.phones[customer],
            wait_days=self._wait[journey],
            month=month,
            declined=declined,
            portal=portal,
            focus=focus,
        )


def invitation_rows(cast: Cast, invitations: Invitations) -> Iterator[InvitationRow]:
    """Every invitation, answered or not; comments are written here."""
    writer = Writer(Dice(cast.streams.of("comments")))
    teller = Teller(cast)
    portal = _speaks_of_portal(cast, invitations)
    declined = (cast.journeys.outcome.approved == 0)[invitations.journey].tolist()
    keys = journey_keys(cast.people, cast.journeys)
    sent = cast.moments(invitations.sent, invitations.journey)
    answered = cast.moments(invitations.answered, invitations.journey)
    survey, journey = invitations.survey.tolist(), invitations.journey.tolist()
    customers, staff = cast.customers(invitations.journey).tolist(), invitations.staff.tolist()
    channel, outcome = invitations.channel.tolist(), invitations.outcome.tolist()
    feeling, numbers = invitations.feeling.tolist(), invitations.numbers
    languages = cast.people.language.tolist()
    for index, writes in enumerate(invitations.comments.tolist()):
        asked = SURVEYS[survey[index]]
        text = None
        if writes:
            story = teller.story(
                journey[index],
                asked.key,
                feeling[index],
                answered[index].month,
                declined=declined[index] and asked.key == "decision",
                portal=portal[index],
            )
            text = writer.comment(story)
        worker = cast.crew.staff[staff[index]]
        yield InvitationRow(
            key=f"{keys[journey[index]]}-{asked.key[:3].upper()}",
            survey=asked.key,
            customer=cast.people.key(customers[index]),
            journey=keys[journey[index]],
            unit=worker.unit,
            staff=worker.key,
            touchpoint=asked.touchpoint,
            channel=INVITE_CHANNELS[channel[index]],
            language=LANGUAGES[languages[customers[index]]],
            sent_at=sent[index],
            outcome=OUTCOMES[outcome[index]],
            answered_at=answered[index],
            answers=_answer_rows(numbers[index], text) if answered[index] is not None else (),
        )


def _answer_rows(numbers: Floats, text: str | None) -> tuple[AnswerRow, ...]:
    rows = [
        AnswerRow(key, value, None)
        for key, value in zip(NUMERIC, numbers.tolist(), strict=True)
        if not isnan(value)
    ]
    if text is not None:
        rows.append(AnswerRow("comment", None, text))
    return tuple(rows)


def _speaks_of_portal(cast: Cast, invitations: Invitations) -> list[bool]:
    rng = cast.streams.of("portal talk")
    since = cast.clock.day_of(truths.rising_since(cast.clock.today))
    failed = np.isfinite(cast.journeys.paperwork.failed)[invitations.journey]
    fresh = np.isin(
        invitations.survey, [number for number, one in enumerate(SURVEYS) if one.key in FAILED_IS_FRESH]
    )
    by_failure = truths.PORTAL_MENTION_IF_FAILED * np.where(fresh, 1.0, STALE_MENTION)
    by_rumour = np.where(
        np.nan_to_num(invitations.answered) >= since,
        truths.PORTAL_MENTION_SINCE,
        truths.PORTAL_MENTION_BEFORE,
    )
    draw = rng.random(len(invitations)) < np.where(failed, by_failure, by_rumour)
    return [bool(speaks) for speaks in draw]


def complaint_rows(cast: Cast, complaints: Complaints) -> Iterator[ComplaintRow]:
    """The complaints with their narratives, in the order they came."""
    writer = Writer(Dice(cast.streams.of("narratives")))
    teller = Teller(cast)
    keys = journey_keys(cast.people, cast.journeys)
    customers = cast.customers(complaints.journey).tolist()
    officers, products = cast.journeys.mix.officer.tolist(), cast.journeys.mix.product.tolist()
    received = cast.moments(complaints.received, complaints.journey)
    acknowledged = cast.moments(complaints.acknowledged, complaints.journey)
    decided = cast.moments(complaints.decided, complaints.journey)
    languages = cast.people.language.tolist()
    number = f"K{cast.streams.chunk:03d}"
    for index, journey in enumerate(complaints.journey.tolist()):
        issue = ISSUES[complaints.issue[index]]
        officer = cast.crew.staff[officers[journey]]
        story = teller.story(journey, "complaint", -1.4, received[index].month, focus=issue.aspects)
        decision, repeat = int(complaints.decision[index]), int(complaints.repeat_of[index])
        yield ComplaintRow(
            key=f"{number}-{index + 1:05d}",
            customer=cast.people.key(customers[index]),
            journey=keys[journey],
            unit=officer.unit,
            staff=officer.key,
            handler=cast.crew.staff[complaints.handler[index]].key,
            product=PRODUCTS[products[journey]],
            issue=issue.issue,
            sub_issue=issue.sub_issue,
            severity=SEVERITIES[complaints.severity[index]],
            channel=COMPLAINT_CHANNELS[complaints.channel[index]],
            language=LANGUAGES[languages[customers[index]]],
            narrative=writer.complaint(story),
            received_at=received[index],
            acknowledged_at=acknowledged[index],
            decided_at=decided[index],
            decision=None if decision == NOT_YET else DECISIONS[decision],
            redress=int(complaints.redress[index]),
            root_cause=None if decision in (NOT_YET, 2) else issue.root_cause,
            repeat_of=None if repeat < 0 else f"{number}-{repeat + 1:05d}",
        )


def review_rows(cast: Cast, reviews: Reviews) -> Iterator[ReviewRow]:
    """The reviews with their texts; authors sign with a first name and an initial."""
    writer = Writer(Dice(cast.streams.of("review texts")))
    teller = Teller(cast)
    customers = cast.customers(reviews.journey).tolist()
    officers, branches = cast.journeys.mix.officer.tolist(), cast.journeys.mix.branch.tolist()
    posted = cast.moments(reviews.posted, reviews.journey)
    replied = cast.moments(reviews.replied, reviews.journey)
    languages = cast.people.language.tolist()
    for index, journey in enumerate(reviews.journey.tolist()):
        given, family = cast.people.names[customers[index]].split(" ", 1)
        stars = int(reviews.stars[index])
        feeling = 0.5 * float(reviews.feeling[index]) + 0.6 * (stars - 3.4)
        story = teller.story(journey, "review", feeling, posted[index].month)
        officer = cast.crew.staff[officers[journey]]
        named = bool(reviews.of_officer[index])
        yield ReviewRow(
            key=f"R{cast.streams.chunk:03d}-{index + 1:05d}",
            source=SOURCES[reviews.source[index]],
            unit=officer.unit if named else PLACES[branches[journey]].key,
            staff=officer.key if named else None,
            author=f"{given} {family[0]}.",
            stars=stars,
            text=writer.comment(story) if reviews.written[index] else "",
            language=LANGUAGES[languages[customers[index]]],
            posted_at=posted[index],
            reply=writer.reply(story._replace(feeling=stars - 3.5), given)
            if replied[index] is not None
            else None,
            replied_at=replied[index],
        )
