"""What the governor must know of people, read for thousands at once: who they are, what they said, where they can be reached, and every
request that anybody sent them, by whatever channel and from whichever room."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from candor.apps.customers.models import Customer, Identifier
from candor.apps.surveys.models import Invitation, Survey
from candor.foundation.parts import in_parts

from .choices import Channel, PlanState, Standing
from .governor import Claim, Person, PlanTerms, Terms
from .models import BadAddress, Plan, Request, Rule

_AT_ONCE = 900  # ids a query carries; SQLite takes more, old builds of it do not


@dataclass(slots=True)
class Facts:
    """People by the number of the record that is kept; `kept` leads every record there."""

    people: dict[int, Person] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    addresses: dict[int, dict[str, str]] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)

    def of(self, customer_id: int | None) -> int | None:
        """The person behind a record."""
        return self.kept.get(customer_id or 0)


def terms_of(rule: Rule) -> Terms:
    """The rule as the governor reads it."""
    return Terms(
        rest=timedelta(days=rule.rest_days),
        rest_by_type={key: timedelta(days=days) for key, days in rule.rest_days_by_type.items()},
        most=rule.most_in_period,
        period=timedelta(days=rule.period_days),
        needs_consent=rule.needs_consent,
        quiet_from=rule.quiet_from,
        quiet_until=rule.quiet_until,
        days=frozenset(rule.days),
        zone=settings.TIME_ZONE,
    )


def plan_terms(plan: Plan, *, now: datetime) -> PlanTerms:
    """A plan as the governor reads it, without its sample."""
    return PlanTerms(
        id=plan.pk,
        rank=plan.rank,
        type=plan.type,
        channels=tuple(plan.channels),
        seed=plan.seed,
        is_open=plan.state == PlanState.RUNNING and (plan.survey is None or _is_open(plan.survey, now)),
        share=plan.share,
        reserve=plan.reserve,
    )


def _is_open(survey: Survey, now: datetime) -> bool:
    return survey.state == Survey.State.OPEN and (survey.closes_at is None or survey.closes_at > now)


def facts_about(customer_ids: Collection[int], *, terms: Terms, now: datetime) -> Facts:
    """All that matters for whether these may be asked now."""
    facts = Facts()
    for ids in in_parts(sorted(customer_ids), _AT_ONCE):
        _read_records(facts, ids)
    known = sorted(facts.kept)
    for ids in in_parts(known, _AT_ONCE):
        _read_messengers(facts, ids)
    _drop_dead_addresses(facts)
    for ids in in_parts(known, _AT_ONCE):
        _read_requests(facts, ids, since=now - terms.furthest_back)
        _read_claims(facts, ids, now=now)
    return facts


def _read_records(facts: Facts, ids: Sequence[int]) -> None:
    """The records themselves and all that were merged with them; what one of them said holds for the person."""
    kept = {
        merged or pk for pk, merged in Customer.objects.filter(pk__in=ids).values_list("pk", "merged_into")
    }
    fields = ("pk", "merged_into", "email", "phone", "language", "time_zone", "consented_at", "opted_out_at")
    own = Customer.objects.filter(pk__in=kept).values_list(*fields)
    merged = Customer.objects.filter(merged_into__in=kept).order_by("pk").values_list(*fields)
    for pk, into, email, phone, language, zone, consented, opted_out in (*own, *merged):
        number = into or pk
        facts.kept[pk] = number
        person = facts.people.setdefault(number, Person())
        person.opted_out = person.opted_out or opted_out is not None
        person.consented = person.consented or consented is not None
        person.zone = person.zone or zone
        reached = facts.addresses.setdefault(number, {})
        facts.languages[number] = facts.languages.get(number) or language
        if email:
            reached.setdefault(Channel.EMAIL, email)
        if phone and settings.CANDOR_SMS_URL:
            reached.setdefault(Channel.SMS, phone)


def _read_messengers(facts: Facts, ids: Sequence[int]) -> None:
    if not (settings.CANDOR_MESSENGER_URL and settings.CANDOR_MESSENGER_SYSTEM):
        return
    rows = Identifier.objects.filter(customer_id__in=ids, system=settings.CANDOR_MESSENGER_SYSTEM)
    for customer_id, value in rows.values_list("customer_id", "value"):
        facts.addresses[facts.kept[customer_id]].setdefault(Channel.MESSENGER, value)


def _drop_dead_addresses(facts: Facts) -> None:
    written = sorted(
        {address.lower() for reached in facts.addresses.values() for address in reached.values()}
    )
    dead = {
        address
        for part in in_parts(written, _AT_ONCE)
        for address in BadAddress.objects.filter(address__in=part, is_dead=True).values_list(
            "address", flat=True
        )
    }
    for number, reached in facts.addresses.items():
        bounced = frozenset(name for name, address in reached.items() if address.lower() in dead)
        facts.people[number].bounced = bounced
        facts.people[number].channels = frozenset(reached) - bounced


def _read_requests(facts: Facts, ids: Sequence[int], *, since: datetime) -> None:
    """Whoever sent them: plans, imports of what another tool sent, the API. What did not arrive counts for nothing."""
    sent = Invitation.objects.filter(customer_id__in=ids, sent_at__gte=since, bounced_at=None)
    for customer, type_, at, reminded in sent.values_list(
        "customer_id", "survey__type", "sent_at", "reminded_at"
    ):
        facts.people[facts.kept[customer]].note_asked(at, type_, last_at=reminded)
    ours = Request.objects.filter(customer_id__in=ids, standing=Standing.ASKED)
    others = ours.filter(plan__survey=None, decided_at__gte=since)
    for customer, kind, decided in others.values_list("customer_id", "plan__kind", "decided_at"):
        facts.people[facts.kept[customer]].note_asked(decided or since, kind)
    for customer, plan, episode in ours.exclude(episode="").values_list("customer_id", "plan_id", "episode"):
        facts.people[facts.kept[customer]].episodes.add((plan, episode))


def _read_claims(facts: Facts, ids: Sequence[int], *, now: datetime) -> None:
    waiting = Request.objects.filter(customer_id__in=ids, standing=Standing.WAITING, due_at__gt=now)
    for customer, plan, due in waiting.values_list("customer_id", "plan_id", "due_at"):
        facts.people[facts.kept[customer]].claims.append(Claim(plan, due))
