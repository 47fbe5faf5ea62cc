"""A simulated year of a company that asks by five plans, with a ledger of its own of who came up when.

The ledger knows nothing of the governor: it writes down what is fed in, so that the log can be held against it.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from candor.apps.asking.choices import PlanState, Trigger
from candor.apps.asking.coming_up import by_events
from candor.apps.asking.deciding import decide_due
from candor.apps.asking.models import BadAddress, Plan, Request
from candor.apps.asking.rounds import lay_out_rounds
from candor.apps.asking.services import change_rule
from candor.apps.customers.models import Customer
from candor.apps.customers.services import NewCustomer, add_customers, merge_customers, opt_out
from candor.apps.events.signals import TakenIn
from candor.apps.journeys.models import Touchpoint
from candor.apps.journeys.services import NewStage, NewTouchpoint, define_journey
from candor.apps.surveys.models import Invitation
from tests.asking.conftest import a_survey

BEGINS = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HOURS = (0.5, 12.0)  # when the governor runs: by day in Europe, and once more when it is day in Japan
EVERY = {
    "Contact": 14,
    "Delivery": 45,
    "Claim": 700,
    "Visit": 60,
}  # days between two of a customer, on average
ZONES = ("", "", "", "", "", "", "", "America/New_York", "America/New_York", "Asia/Tokyo")
ANSWERS = 0.25
JOURNEY = "shop"


@dataclass
class Year:
    """The company, and what was fed in: how many came up by plan and day."""

    customers: list[int]
    plans: dict[str, Plan]
    seed: int = 1
    ledger: Counter[tuple[int, date]] = field(default_factory=Counter)
    opted_out: dict[int, datetime] = field(default_factory=dict)
    person: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def live(self, *, days: int) -> None:
        """Let so many days pass."""
        for number in range(days):
            today = BEGINS + timedelta(days=number)
            self._happen(today)
            before = {plan.pk: plan.rounds for plan in self.plans.values()}
            lay_out_rounds(now=today)
            self._note_rounds(before)
            for hours in HOURS:
                while decide_due(now=today + timedelta(hours=hours)):
                    continue
            self._answer(today)
            self._change_their_minds(today)

    def _happen(self, today: datetime) -> None:
        events = []
        for name, every in EVERY.items():
            n = sum(self.chance.random() < 1 / every for _ in self.customers)
            for place, customer in enumerate(self.chance.sample(self.customers, n)):
                at = today + timedelta(seconds=self.chance.randrange(11 * 3600))
                events.append(_event(name, customer, at, f"{name}-{today:%j-%Y}-{place}"))
        by_events(events=events)
        for event in events:
            self.ledger[self.plans[event.activity].pk, today.date()] += 1

    def _note_rounds(self, before: dict[int, int]) -> None:
        """A round brings up every living customer on the day on which it begins."""
        plan = Plan.objects.get(pk=self.plans["Relationship"].pk)
        if plan.rounds > before[plan.pk]:
            begun = (
                plan.requests.filter(round=plan.rounds)
                .order_by("came_up_at")
                .values_list("day", flat=True)[0]
            )
            self.ledger[plan.pk, begun] += Customer.objects.living().count()
        self.plans["Relationship"] = plan

    def _answer(self, today: datetime) -> None:
        day = Invitation.objects.filter(
            sent_at__gte=today, sent_at__lt=today + timedelta(days=1), is_answered=False
        )
        ids = [pk for pk in day.order_by("pk").values_list("pk", flat=True) if self.chance.random() < ANSWERS]
        for start in range(0, len(ids), 500):
            Invitation.objects.filter(pk__in=ids[start : start + 500]).update(is_answered=True)

    def _change_their_minds(self, today: datetime) -> None:
        if self.chance.random() < len(self.customers) / 3_000:
            customer = self.chance.choice(self.customers)
            at = today + timedelta(hours=20)
            opt_out(customer=Customer.objects.get(pk=customer), at=at)
            self.opted_out.setdefault(self.person.get(customer, customer), at)


def _event(name: str, customer: int, at: datetime, key: str) -> TakenIn:
    return TakenIn(
        event_id=key,
        journey=JOURNEY,
        case_id=key,
        activity=name,
        at=at,
        customer=customer,
        unit=None,
        source="shop",
        attributes={},
    )


def a_year(n: int, *, reserve: float = 0.4, claim_rank: int = 2) -> Year:
    """The company on its first morning: customers in three zones, some without an address, some with a dead one, some kept twice."""
    steps = tuple(NewTouchpoint(key=name.lower(), name=name, activity=name) for name in EVERY)
    define_journey(key=JOURNEY, name="Shop", stages=[NewStage(name="All", touchpoints=steps)], by=None)
    change_rule(
        facts={"rest_days": 30, "rest_days_by_type": {"relationship": 90}, "most_in_period": 6}, by=None
    )
    chance = random.Random(7)
    items = [
        NewCustomer(
            identifiers=(("shop", f"u{number}"),),
            email="" if chance.random() < 0.03 else f"c{number}@mail.example",
            time_zone=chance.choice(ZONES),
        )
        for number in range(n)
    ]
    ids = list(add_customers(items=items).values())
    dead = chance.sample(range(n), n // 50)
    BadAddress.objects.bulk_create(
        BadAddress(address=f"c{number}@mail.example", is_dead=True, last_at=BEGINS) for number in dead
    )
    person = {}
    for keep, twice in zip(ids[: n // 100], ids[-(n // 100) :], strict=True):
        merge_customers(keep=Customer.objects.get(pk=keep), duplicate=Customer.objects.get(pk=twice), by=None)
        person[twice] = keep
    year = Year(ids, _plans(n, reserve, claim_rank))
    year.person = person
    return year


def _plans(n: int, reserve: float, claim_rank: int) -> dict[str, Plan]:
    def plan(name: str, type_: str, **facts: object) -> Plan:
        touchpoint = Touchpoint.objects.filter(key=name.lower()).first()
        values = {
            "trigger": Trigger.TOUCHPOINT,
            "touchpoint": touchpoint,
            "window_hours": 36,
            "seed": len(name),
        } | facts
        survey = a_survey(f"survey-{name.lower()}", type_)
        return Plan.objects.create(
            name=name, survey=survey, state=PlanState.RUNNING, started_at=BEGINS, **values
        )

    begins = timezone.localdate(BEGINS) + timedelta(days=35)
    return {
        "Contact": plan("Contact", "touchpoint", rank=5),
        "Delivery": plan(
            "Delivery", "touchpoint", rank=4, answers_a_month=max(n // 100, 5), reserve=reserve / 8
        ),
        "Claim": plan("Claim", "other", rank=claim_rank, reserve=reserve, window_hours=120),
        "Visit": plan("Visit", "other", rank=6, share=0.2),
        "Relationship": plan(
            "Relationship", "relationship", rank=1, trigger=Trigger.SCHEDULE, touchpoint=None, next_on=begins,
            every_days=91, spread_days=14, window_hours=240, answers_a_month=max(n // 25, 5),
        ),
    }  # fmt: skip


def asked(plan: Plan) -> float:
    """The share of those who could be reached that was asked."""
    rows = Request.objects.filter(plan=plan).exclude(reason__in=["no_address", "bounced", "opted_out"])
    return rows.filter(standing="asked").count() / max(rows.count(), 1)
