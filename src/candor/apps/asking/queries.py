"""Reads of asking: what became of whom, why not, and how many answered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from candor.analytics import Estimate
from candor.apps.customers.models import Customer
from candor.apps.customers.queries import identity_ids
from candor.apps.organization.queries import workspace
from candor.apps.surveys.choices import SETTLED_AFTER_DAYS
from candor.foundation.errors import NotFound
from candor.foundation.wording import number

from .choices import ON_THE_WAY, Delivery, PlanState, Reason, Standing
from .deciding import the_rule
from .facts import facts_about, plan_terms, terms_of
from .governor import Candidate, Decision, Governor
from .measures import response_rate
from .models import BadAddress, Message, Plan, Request
from .sampling import ANSWERED

RECENT_DAYS = 30


@dataclass(slots=True)
class Tally:
    """What became of those who came up: `came_up` is `asked`, `on_the_way`, `waits` and `reasons` together.

    Attributes:
        asked: what asks them has gone.
        on_the_way: they are to be asked, and what asks them has not gone: it is ready, or the server puts it off.
        waits: not decided yet, by what they wait for; nothing for who is not due yet.
        reasons: not asked, by why.
    """

    asked: int = 0
    on_the_way: int = 0
    waits: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def came_up(self) -> int:
        """Everybody."""
        return self.asked + self.on_the_way + self.waiting + self.not_asked

    @property
    def waiting(self) -> int:
        """Those about whom nothing is decided yet."""
        return self.waits.total()

    @property
    def not_asked(self) -> int:
        """Those with a reason."""
        return self.reasons.total()

    @property
    def told(self) -> list[tuple[str, str, int]]:
        """Reasons with their words and counts, the most frequent first."""
        return _told(self.reasons)

    @property
    def told_of_waits(self) -> list[tuple[str, str, int]]:
        """The same of those who wait for something, not only for their hour."""
        return _told(Counter({reason: n for reason, n in self.waits.items() if reason}))

    def add(self, standing: str, reason: str, n: int) -> None:
        """Count some more."""
        if standing == Standing.ASKED:
            self.asked += n
        elif standing == Standing.WAITING:
            self.waits[reason] += n
        else:
            self.reasons[reason] += n

    def move_on_the_way(self, n: int) -> None:
        """So many of the asked are not: what asks them has not gone."""
        self.asked -= n
        self.on_the_way += n


def _told(counts: Counter[str]) -> list[tuple[str, str, int]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(key, str(Reason(key).label), n) for key, n in ordered]


@dataclass(frozen=True, slots=True)
class Answered:
    """How many answered so far, of how many; and the response rate of those who had the time to.

    Attributes:
        sent, bounced, answered: all so far, not those still on the way; `answered` of those that did not come back.
        settled: those that arrived and are old enough: the denominator of `rate`.
    """

    sent: int
    bounced: int
    answered: int
    settled: int
    rate: Estimate

    @property
    def young(self) -> int:
        """Those that arrived and may still be answered."""
        return self.sent - self.bounced - self.settled

    @property
    def counted(self) -> str:
        """The denominator in words."""
        return _("%(n)s arrived") % {"n": number(self.settled)}


def tally(rows: "QuerySet[Request]") -> Tally:
    """What became of these."""
    found = Tally()
    for standing, reason, n in rows.values_list("standing", "reason").annotate(n=Count("pk")).order_by():
        found.add(standing, reason, n)
    found.move_on_the_way(on_the_way(rows).count())
    return found


def on_the_way(rows: "QuerySet[Request]") -> "QuerySet[Request]":
    """Those to be asked whose first message has not gone."""
    is_held = [Delivery.READY, Delivery.CLAIMED]
    return rows.filter(standing=Standing.ASKED, messages__ordinal=0, messages__delivery__in=is_held)


def who_came_up(
    plan: Plan, customers: "QuerySet[Customer]", *, standing: str = "", reason: str = ""
) -> "QuerySet[Request]":
    """Those of these customers who came up for a plan, the latest first: all, or those with one standing, or one reason."""
    rows = plan.requests.filter(customer__in=customers).select_related("customer", "unit", "plan", "kept_for")
    if standing == ON_THE_WAY:
        rows = on_the_way(rows)
    elif standing:
        rows = rows.filter(standing=standing)
    if standing == Standing.ASKED:
        rows = rows.exclude(pk__in=on_the_way(plan.requests.all()).values("pk"))
    rows = rows.filter(reason=reason) if reason else rows
    return rows.order_by("-came_up_at", "-pk")


def log_by_day(plan: Plan, *, since: date) -> list[tuple[date, Tally]]:
    """The log of a plan, the newest day first; days on which nobody came up are left out."""
    days: defaultdict[date, Tally] = defaultdict(Tally)
    rows = Request.objects.filter(plan=plan, day__gte=since)
    for day, standing, reason, n in (
        rows.values_list("day", "standing", "reason").annotate(n=Count("pk")).order_by()
    ):
        days[day].add(standing, reason, n)
    for day, n in on_the_way(rows).values_list("day").annotate(n=Count("pk")).order_by():
        days[day].move_on_the_way(n)
    return sorted(days.items(), reverse=True)


def answered(rows: "QuerySet[Request]", *, today: date) -> Answered:
    """How many of these requests were answered."""
    arrived = Q(invitation__bounced_at=None)
    settled = arrived & Q(invitation__sent_at__date__lte=today - timedelta(days=SETTLED_AFTER_DAYS))
    asked = rows.filter(standing=Standing.ASKED, invitation__isnull=False)
    counts = asked.exclude(pk__in=on_the_way(rows).values("pk")).aggregate(
        sent=Count("pk"),
        bounced=Count("pk", filter=~arrived),
        answered=Count("pk", filter=ANSWERED & arrived),
        settled=Count("pk", filter=settled),
        in_time=Count("pk", filter=ANSWERED & settled),
    )
    rate = response_rate(
        answered=counts.pop("in_time"), arrived=counts["settled"], least_n=workspace().least_n_score
    )
    return Answered(**counts, rate=rate)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in the list, with its last month."""

    plan: Plan
    month: Tally
    answered: Answered


def plans_with_counts(*, today: date) -> list[PlanRow]:
    """Every plan, those that run first, then by rank."""
    order = {PlanState.RUNNING: 0, PlanState.PAUSED: 1, PlanState.DRAFT: 2, PlanState.ENDED: 3}
    plans = sorted(
        Plan.objects.select_related("survey", "touchpoint", "journey"),
        key=lambda plan: (order[PlanState(plan.state)], plan.rank, plan.name),
    )
    since = today - timedelta(days=RECENT_DAYS)
    return [
        PlanRow(plan, tally(plan.requests.filter(day__gte=since)), answered(plan.requests.all(), today=today))
        for plan in plans
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a recurring survey, or one group that was asked by hand; kept apart from the others."""

    number: int
    began_on: date
    tally: Tally
    answered: Answered


def rounds_of(plan: Plan, *, today: date) -> list[Round]:
    """The rounds of a plan, the newest first."""
    rows = plan.requests.exclude(round=0)
    begun = dict(rows.values_list("round").annotate(first=Min("day")).order_by())
    return [
        Round(
            number,
            begun[number],
            tally(rows.filter(round=number)),
            answered(rows.filter(round=number), today=today),
        )
        for number in sorted(begun, reverse=True)
    ]


def unsure_messages(plan: Plan) -> int:
    """Messages of which nobody can say whether they went."""
    return Message.objects.filter(request__plan=plan, delivery=Delivery.UNSURE).count()


def messages_waiting(plan: Plan | None = None) -> tuple[int, str]:
    """How many messages, of a plan or of all, are ready to go or on their way, and the last trouble with one of them."""
    rows = Message.objects.filter(delivery__in=[Delivery.READY, Delivery.CLAIMED])
    rows = rows.filter(request__plan=plan) if plan else rows
    last = rows.exclude(trouble="").order_by("-ready_at").values_list("trouble", flat=True).first()
    return rows.count(), last or ""


def dead_addresses() -> int:
    """Addresses that nobody writes to any more."""
    return BadAddress.objects.filter(is_dead=True).count()


# -- One customer ----------------------------------------------------------------------------------------------------


def log_of_customer(customer: Customer, *, most: int = 50) -> list[Request]:
    """What a person came up for, merged records included, the newest first."""
    rows = Request.objects.filter(customer_id__in=identity_ids(customer))
    return list(
        rows.select_related("plan", "kept_for", "unit", "invitation").order_by("-came_up_at", "-pk")[:most]
    )


def may_we_ask(*, customer: Customer, plans: Iterable[Plan], now: datetime) -> list[tuple[Plan, Decision]]:
    """What the governor would say to each plan if the customer came up now; nothing is written, and no sample is drawn."""
    terms = terms_of(the_rule())
    known = [
        plan_terms(plan, now=now)
        for plan in Plan.objects.exclude(state=PlanState.DRAFT).select_related("survey")
    ]
    found = []
    for plan in plans:
        facts = facts_about([customer.pk], terms=terms, now=now)  # anew: being asked changes it
        governor = Governor(terms=terms, plans=known, people=facts.people, now=now)
        candidate = Candidate(
            id=0, key=f"what-if-{customer.pk}", plan_id=plan.pk, person_id=facts.of(customer.pk),
            came_up_at=now, late_at=now + timedelta(hours=plan.window_hours),
        )  # fmt: skip
        found.append((plan, governor.decide([candidate])[0]))
    return found


def running_plans() -> Sequence[Plan]:
    """Plans for which customers come up now."""
    return list(Plan.objects.filter(state=PlanState.RUNNING).select_related("survey", "touchpoint"))


def plan_by_id(pk: int) -> Plan:
    """A plan with what its pages tell of it.

    Raises:
        NotFound: there is none.
    """
    rows = Plan.objects.select_related("survey", "touchpoint__stage", "journey", "pair_of__survey", "made_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This plan does not exist."))
    return found
