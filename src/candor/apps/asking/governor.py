"""The governor: one rule over all plans, channels and types of survey. Plain values in, decisions out; no database, no clock.

Candidates are looked at in one order: the rank of their plan, then who came up first, then a draw. What applies first is the reason.
Whoever is asked counts at once for everybody who is looked at after them.

A frequent plan can't starve a rare one, for three reasons:

- *Whoever waits is kept.* While a customer waits for a plan of a higher rank (a round that is laid out ahead, a request that rests or
  sits out the night), lower ranks leave them alone if asking now would still be in the way then.
- *Who rests may wait.* A request whose customer is resting is not thrown away while its window reaches beyond the rest.
- *A reserve* of a plan whose coming up nobody can foresee: in each stretch of time a random share of all customers is kept free from
  lower ranks, and of what the cap leaves of every customer the last requests: one for each such plan, but never all that it allows.

Every draw is a hash of the plan's stored seed and what it is about, so that anybody can draw it again, and nobody can choose.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Final

from .choices import Reason, Standing
from .hours import next_permitted, zone_named

RESERVE_RESTS: Final = 3  # a stretch of the reserve is so many rests long


def draw(seed: int, *about: object) -> float:
    """A number in [0, 1) that nobody chose: the same for the same seed and words, and spread evenly over words.

    >>> draw(7, "order", 12) == draw(7, "order", 12), 0 <= draw(7, "order", 13) < 1
    (True, True)
    """
    words = "\x1f".join(map(str, (seed, *about))).encode()
    return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest()) / 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The rule: rest, cap and hours."""

    rest: timedelta
    rest_by_type: Mapping[str, timedelta]
    most: int
    period: timedelta
    needs_consent: bool
    quiet_from: time
    quiet_until: time
    days: Collection[int]
    zone: str

    def rest_of(self, type_: str) -> timedelta:
        """Rest between two requests of a type."""
        return max(self.rest, self.rest_by_type.get(type_, self.rest))

    def permitted_at(self, now: datetime, zone: str) -> datetime | None:
        """The first instant from `now` on at which somebody who lives in `zone` may be written to; None if there is none."""
        return next_permitted(
            now,
            zone=zone_named(zone, self.zone),
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            days=self.days,
        )

    @property
    def furthest_back(self) -> timedelta:
        """How far back requests still matter."""
        return max(self.rest, self.period, *self.rest_by_type.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What a plan asks of the governor; `chance` is that of its sample, None where it has none."""

    id: int
    rank: int
    type: str
    channels: Sequence[str]
    seed: int
    is_open: bool = True
    share: float = 1.0
    reserve: float = 0.0
    sample: "Sample | None" = None


@dataclass(slots=True)
class Sample:
    """How many more may be asked this month, and with what chance, so that about the wanted number answers."""

    chance: float
    left: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A plan for which a customer waits, beyond this moment."""

    plan_id: int
    due_at: datetime


@dataclass(slots=True, kw_only=True)
class Person:
    """One person, merged records included, as they stand at this moment; asking them changes it."""

    opted_out: bool = False
    consented: bool = False
    channels: frozenset[str] = frozenset()
    bounced: frozenset[str] = frozenset()
    zone: str = ""
    last_at: datetime | None = None
    last_at_by_type: dict[str, datetime] = field(default_factory=dict)
    asked_at: list[datetime] = field(default_factory=list)
    episodes: set[tuple[int, str]] = field(default_factory=set)
    claims: list[Claim] = field(default_factory=list)

    def note_asked(self, at: datetime, type_: str, *, last_at: datetime | None = None) -> None:
        """Count a request that was sent `at`; a reminder at `last_at` begins the rest anew and counts for nothing else."""
        ended = last_at or at
        self.asked_at.append(at)
        self.last_at = max(self.last_at or ended, ended)
        self.last_at_by_type[type_] = max(self.last_at_by_type.get(type_, ended), ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who came up for a plan; `about` is what they would be asked about only once, "" for anything."""

    id: int
    key: str
    plan_id: int
    person_id: int | None
    came_up_at: datetime
    late_at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of a candidate: asked by a channel, not asked for a reason, or to be looked at again at an instant."""

    candidate: Candidate
    standing: Standing
    reason: Reason | None = None
    channel: str = ""
    again_at: datetime | None = None
    kept_for: int | None = None


class Governor:
    """Decides at one moment, with what is known of the people who came up."""

    def __init__(
        self, *, terms: Terms, plans: Iterable[PlanTerms], people: Mapping[int, Person], now: datetime
    ) -> None:
        self.terms, self.people, self.now = terms, people, now
        self.plans = {plan.id: plan for plan in plans}
        self._permitted: dict[str, datetime | None] = {}

    def decide(self, candidates: Iterable[Candidate]) -> list[Decision]:
        """A decision for each, in the order in which they were made."""
        return [self._decide(one) for one in sorted(candidates, key=self._order)]

    def _order(self, one: Candidate) -> tuple[int, datetime, float]:
        plan = self.plans[one.plan_id]
        return plan.rank, one.came_up_at, draw(plan.seed, "order", one.key)

    def _decide(self, one: Candidate) -> Decision:
        plan = self.plans[one.plan_id]
        person = self.people.get(one.person_id or 0)
        if person is None:
            return _no(one, Reason.TOO_LATE if self.now > one.late_at else Reason.UNKNOWN)
        refusal = self._standing_refusal(one, plan, person) or self._timely_refusal(one, plan, person)
        if refusal is not None:
            return refusal
        return self._drawn(one, plan) or self._ask(one, plan, person)

    def _standing_refusal(self, one: Candidate, plan: PlanTerms, person: Person) -> Decision | None:
        """What no waiting would change."""
        reason = None
        if not plan.is_open:
            reason = Reason.PLAN_ENDED
        elif self.now > one.late_at:
            reason = Reason.TOO_LATE
        else:
            reason = refusal_of(person, plan, needs_consent=self.terms.needs_consent)
        if reason is None and one.about and (plan.id, one.about) in person.episodes:
            reason = Reason.ASKED_BEFORE
        if reason is None and draw(plan.seed, "share", one.key) >= plan.share:
            reason = Reason.OUT_OF_SHARE
        return _no(one, reason) if reason else None

    def _timely_refusal(self, one: Candidate, plan: PlanTerms, person: Person) -> Decision | None:
        """What is so today: rest, cap, others who come first, the night."""
        if self._asked_in_period(person) >= self.terms.most:
            return _no(one, Reason.CAP)
        rested = self._rested_at(plan, person)
        if rested is not None and rested > self.now:
            return self._later(one, person, rested, Reason.RESTING)
        kept_for = self._kept_for(one, plan, person)
        if kept_for is not None:
            return _no(one, Reason.KEPT, kept_for=kept_for)
        permitted = self._permitted_at(person.zone)
        if permitted != self.now:
            return self._later(one, person, permitted, Reason.QUIET)
        return None

    def _later(self, one: Candidate, person: Person, at: datetime | None, reason: Reason) -> Decision:
        if at is None or at > one.late_at:
            return _no(one, reason)
        person.claims.append(Claim(one.plan_id, at))
        return Decision(candidate=one, standing=Standing.WAITING, reason=reason, again_at=at)

    def _asked_in_period(self, person: Person) -> int:
        since = self.now - self.terms.period
        return sum(at > since for at in person.asked_at)

    def _rested_at(self, plan: PlanTerms, person: Person) -> datetime | None:
        same = person.last_at_by_type.get(plan.type)
        ends = [person.last_at + self.terms.rest] if person.last_at else []
        if same is not None:
            ends.append(same + self.terms.rest_of(plan.type))
        return max(ends, default=None)

    def _kept_for(self, one: Candidate, plan: PlanTerms, person: Person) -> int | None:
        """The plan of a higher rank that asking now would be in the way of."""
        for claim in person.claims:
            other = self.plans.get(claim.plan_id)
            if other is None or other.rank >= plan.rank or not other.is_open:
                continue
            rest = self.terms.rest_of(plan.type) if other.type == plan.type else self.terms.rest
            if claim.due_at < self.now + rest and person.channels.intersection(other.channels):
                return other.id
        better = [other for other in self._reserving if other.rank < plan.rank]
        left = self.terms.most - self._asked_in_period(person)
        are_last = left <= min(len(better), self.terms.most - 1)
        for other in better:
            if are_last or draw(other.seed, "reserve", self._stretch, one.person_id) < other.reserve:
                return other.id
        return None

    @cached_property
    def _reserving(self) -> list[PlanTerms]:
        plans = [plan for plan in self.plans.values() if plan.reserve > 0 and plan.is_open]
        return sorted(plans, key=lambda plan: plan.rank)

    @cached_property
    def _stretch(self) -> int:
        """Which stretch of the reserve it is: another part of the customers is kept free in each."""
        length = max(self.terms.rest * RESERVE_RESTS, timedelta(days=1))
        return int(self.now.timestamp() // length.total_seconds())

    def _permitted_at(self, zone: str) -> datetime | None:
        if zone not in self._permitted:
            self._permitted[zone] = self.terms.permitted_at(self.now, zone)
        return self._permitted[zone]

    def _drawn(self, one: Candidate, plan: PlanTerms) -> Decision | None:
        """Whether the plan's sample leaves this one out."""
        if plan.sample is None:
            return None
        if plan.sample.left <= 0:
            return _no(one, Reason.ENOUGH)
        if draw(plan.seed, "sample", one.key) >= plan.sample.chance:
            return _no(one, Reason.NOT_DRAWN)
        plan.sample.left -= 1
        return None

    def _ask(self, one: Candidate, plan: PlanTerms, person: Person) -> Decision:
        person.note_asked(self.now, plan.type)
        if one.about:
            person.episodes.add((plan.id, one.about))
        channel = next(name for name in plan.channels if name in person.channels)
        return Decision(candidate=one, standing=Standing.ASKED, channel=channel)


def refusal_of(person: Person, plan: PlanTerms, *, needs_consent: bool) -> Reason | None:
    """Why a person can't be asked at all by this plan: what they said, and where they can be reached."""
    if person.opted_out:
        return Reason.OPTED_OUT
    if needs_consent and not person.consented:
        return Reason.NO_CONSENT
    if not person.channels.intersection(plan.channels):
        return Reason.BOUNCED if person.bounced.intersection(plan.channels) else Reason.NO_ADDRESS
    return None


def _no(one: Candidate, reason: Reason, *, kept_for: int | None = None) -> Decision:
    return Decision(candidate=one, standing=Standing.NOT_ASKED, reason=reason, kept_for=kept_for)
