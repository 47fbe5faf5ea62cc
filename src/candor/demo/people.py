"""The customers: names of many origins, segments, languages, and a temper of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from candor.demo import truths
from candor.demo.clock import Clock, Flags, Floats, Ints
from candor.demo.names import HISPANIC, ORIGINS, plain
from candor.demo.places import PLACES, REGIONS
from candor.demo.rows import CustomerRow
from candor.demo.streams import Streams

SEGMENTS = ("first-time buyer", "refinancer", "self-employed", "returning customer")
SEGMENT_SHARES = (0.34, 0.28, 0.15, 0.23)
FIRST_TIME, REFINANCER, SELF_EMPLOYED, RETURNING = range(4)
LANGUAGES = ("en", "es")
PERSONAS = ("plain", "terse", "chatty", "formal", "texting", "shouting")
PERSONA_SHARES = (0.40, 0.17, 0.17, 0.12, 0.12, 0.02)
MAIL_HOSTS = ("example.com", "example.net", "example.org", "mail.example")


@dataclass(frozen=True, slots=True)
class People:
    """A chunk of customers in columns; `temperament` and `candour` are never shown to anyone.

    `temperament` is how content a person is whatever happens, `candour` how readily they
    answer surveys; both are standard normal. `region` and `branch` index `REGIONS` and `PLACES`.
    """

    first_id: int
    names: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    branch: Ints
    region: Ints
    segment: Ints
    language: Ints
    persona: Ints
    newsletter: Flags
    welcome_pack: Flags
    temperament: Floats
    candour: Floats
    hours_behind_utc: Floats

    def __len__(self) -> int:
        return len(self.names)

    def key(self, index: int) -> str:
        """The key of the customer at this index of the chunk."""
        return f"C{self.first_id + index:07d}"


def draw_people(count: int, first_id: int, streams: Streams) -> People:
    """Draw the customers of one chunk."""
    rng = streams.of("people")
    branch = rng.choice(len(PLACES), size=count, p=_branch_shares(first=streams.chunk == 0))
    origin = rng.choice(len(ORIGINS), size=count, p=_shares([pool.share for pool in ORIGINS]))
    spanish = _prefers_spanish(branch, origin, rng)
    regions = [list(REGIONS).index(place.region) for place in PLACES]
    region = np.array(regions, dtype=np.int64)[branch]
    behind = np.array([hours for _, hours in REGIONS.values()])[region]
    names = _names(origin, streams.of("names"))
    return People(
        first_id=first_id,
        names=tuple(names),
        emails=tuple(_emails(names, first_id, streams.of("emails"))),
        phones=tuple(_phones(branch, streams.of("phones"))),
        branch=branch,
        region=region,
        segment=rng.choice(len(SEGMENTS), size=count, p=SEGMENT_SHARES),
        language=spanish.astype(np.int64),
        persona=rng.choice(len(PERSONAS), size=count, p=PERSONA_SHARES),
        newsletter=rng.random(count) < truths.NEWSLETTER_SHARE,
        welcome_pack=rng.random(count) < truths.WELCOME_PACK_SHARE,
        temperament=rng.standard_normal(count),
        candour=rng.standard_normal(count),
        hours_behind_utc=behind,
    )


def customer_rows(people: People, since: Floats, clock: Clock) -> list[CustomerRow]:
    """The chunk as rows; `since` is each customer's first contact."""
    moments = clock.known_moments(since, people.hours_behind_utc)
    branch, segment, language = people.branch.tolist(), people.segment.tolist(), people.language.tolist()
    newsletter, pack = people.newsletter.tolist(), people.welcome_pack.tolist()
    rows = []
    for index, moment in enumerate(moments):
        place = PLACES[branch[index]]
        number = people.first_id + index
        rows.append(
            CustomerRow(
                key=people.key(index),
                name=people.names[index],
                email=people.emails[index],
                phone=people.phones[index],
                language=LANGUAGES[language[index]],
                segment=SEGMENTS[segment[index]],
                unit=place.key,
                state=place.state,
                crm_id=f"CRM-{(number * 7919) % 10_000_019:08d}",
                loan_system_id=f"LS{number + 400_000:08d}",
                newsletter=newsletter[index],
                welcome_pack=pack[index],
                since=moment,
            )
        )
    return rows


def _shares(weights: list[float]) -> Floats:
    array = np.array(weights, dtype=np.float64)
    return np.asarray(array / array.sum(), dtype=np.float64)


def _branch_shares(*, first: bool) -> Floats:
    """The lucky branch stays small whatever the size: only the first chunk goes there."""
    return _shares([place.share if first or place.name != truths.LUCKY_BRANCH else 0.0 for place in PLACES])


def _prefers_spanish(branch: Ints, origin: Ints, rng: np.random.Generator) -> Flags:
    """Only people of the Hispanic pool may; their odds lift the branch to its share."""
    share = np.array([place.spanish_share for place in PLACES])[branch]
    within = np.minimum(share / ORIGINS[HISPANIC].share, 0.85)
    return np.asarray((origin == HISPANIC) & (rng.random(len(branch)) < within), dtype=np.bool_)


def _names(origin: Ints, rng: np.random.Generator) -> list[str]:
    given, family = rng.random(len(origin)).tolist(), rng.random(len(origin)).tolist()
    names = []
    for index, pool in enumerate(origin.tolist()):
        first, last = ORIGINS[pool].given, ORIGINS[pool].family
        names.append(f"{first[int(given[index] * len(first))]} {last[int(family[index] * len(last))]}")
    return names


def _emails(names: list[str], first_id: int, rng: np.random.Generator) -> list[str]:
    hosts = rng.integers(len(MAIL_HOSTS), size=len(names)).tolist()
    emails = []
    for index, name in enumerate(names):
        first, last = (plain(part) for part in name.split(" ", 1))
        emails.append(f"{first}.{last}{first_id + index}@{MAIL_HOSTS[hosts[index]]}")
    return emails


def _phones(branch: Ints, rng: np.random.Generator) -> list[str]:
    """Numbers from 555-0100 to 555-0199, the block kept free for stories."""
    lines = rng.integers(100, 200, size=len(branch)).tolist()
    return [
        f"+1 {PLACES[place].area_code} 555 0{line}"
        for place, line in zip(branch.tolist(), lines, strict=True)
    ]
