"""Reads of complaints: what is overdue, repeated and rising, and the complaints behind each claim."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.customers.queries import ids_of_person
from candor.apps.feedback.words import Hits, find
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.organization.queries import people_who_may
from candor.apps.organization.scope import Scope
from candor.foundation.addresses import record_id
from candor.foundation.lists import count_up_to_bound

from .choices import Entry
from .models import Complaint, Redress, Topic

LATE_SOON_DAYS = 7
MOST_OPEN = 20  # of one customer
LOOKED_AT = 2_000  # of the late ones, for where they are
RISING_WEEKS = 4
HISTORY_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Overdue:
    """Open complaints against their decision clock, as of the scope's last day; each counted up to one more than the bound of lists."""

    late: int
    late_soon: int
    open: int
    oldest_on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """Complaints about the same thing: how many in the period, and since when."""

    company: str
    product: str
    issue: str
    n: int
    first_on: date
    last_on: date
    customer_id: int | None = None


def complaints_of(scope: Scope) -> QuerySet[Complaint]:
    """Complaints of the scope's unit that its viewer may read, of all time."""
    unit_ids = scope.unit_ids(Permission.READ_FEEDBACK)
    rows = Complaint.objects.select_related("feedback", "feedback__unit", "owner")
    return rows if unit_ids is None else rows.filter(feedback__unit_id__in=unit_ids)


def complaints_in(scope: Scope) -> QuerySet[Complaint]:
    """The same, received within the scope's period."""
    return complaints_of(scope).filter(received_on__range=(scope.period.since, scope.period.until))


@dataclass(frozen=True)
class ComplaintFilter:
    """What the list is narrowed to, as it stands in the URL; "" for nothing."""

    state: str = ""
    company: str = ""
    product: str = ""
    issue: str = ""
    customer: str = ""
    since: str = ""
    outcome: str = ""
    severity: str = ""
    owner: str = ""
    repeat: str = ""
    q: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "ComplaintFilter":
        """The filter that a URL asks for."""
        return cls(**{field.name: query.get(field.name, "").strip()[:200] for field in fields(cls)})

    @cached_property
    def hits(self) -> Hits:
        """What has the words that are looked for."""
        return find(self.q)

    def apply(self, scope: Scope) -> QuerySet[Complaint]:
        """The complaints it leaves; clocks look at all time, since what is late may be old."""
        rows = clocked(scope, self.state) if self.state else complaints_in(scope)
        for name in ("company", "product", "issue", "outcome"):
            if value := getattr(self, name):
                rows = rows.filter(**{name: value})
        if self.severity in {"1", "2", "3"}:
            rows = rows.filter(severity=int(self.severity))
        if self.repeat:
            rows = rows.filter(repeat_of__isnull=False)  # as the index says it
        if self.owner:
            rows = rows.filter(owner=scope.viewer.person if self.owner == "me" else None)
        if self.q:
            rows = self.hits.narrow(rows)
        if customer_id := record_id(self.customer):
            rows = rows.filter(feedback__customer_id__in=ids_of_person(customer_id))
        return rows


def clocked(scope: Scope, state: str, *, now: datetime | None = None) -> QuerySet[Complaint]:
    """Complaints by their clock: "late", "late_soon", "paused", "open", "late_decided"; any other word gives those of the period."""
    rows = complaints_of(scope)
    now = now or timezone.now()
    if state == "late":
        return rows.filter(is_late(scope.as_of, now))
    if state == "late_soon":
        return rows.filter(is_late_soon(scope.as_of, now))
    if state == "paused":
        return rows.filter(is_open=True, paused_until__gt=now)
    if state == "open":
        return rows.filter(is_open=True)
    if state == "late_decided":
        return complaints_in(scope).filter(is_timely=False)
    return complaints_in(scope)


def is_late(as_of: date, now: datetime) -> Q:
    """Open and past its decision clock: of files that know days only as of the last day with feedback, of others by the instant.

    The day alone, which stands first, is what the index narrows by.
    """
    by_days, by_rules = Q(rules=None, decide_by__lt=as_of), Q(rules__isnull=False, decide_due_at__lte=now)
    latest = max(as_of, timezone.localtime(now).date() + timedelta(days=1))
    return Q(is_open=True, decide_by__lte=latest) & (by_days | by_rules)


def is_late_soon(as_of: date, now: datetime) -> Q:
    """Open, running, and past its decision clock within a week."""
    ahead = timedelta(days=LATE_SOON_DAYS)
    by_days = Q(rules=None, decide_by__range=(as_of, as_of + ahead))
    by_rules = Q(
        rules__isnull=False, paused_until=None, decide_due_at__gt=now, decide_due_at__lte=now + ahead
    )
    today = timezone.localtime(now).date()
    around = (min(as_of, today) - timedelta(days=1), max(as_of, today + timedelta(days=1)) + ahead)
    return Q(is_open=True, decide_by__range=around) & (by_days | by_rules)


def open_of_customer(customer_id: int, viewer: Viewer) -> list[Complaint]:
    """Complaints of one person, merged records included, that wait for a decision, the soonest due first."""
    rows = Complaint.objects.visible_to(viewer).filter(
        is_open=True, feedback__customer_id__in=ids_of_person(customer_id)
    )
    rows = rows.select_related("feedback").prefetch_related("escalations")
    return list(rows.order_by("decide_by", "pk")[:MOST_OPEN])


def typed_by_strangers(ids: Collection[int]) -> set[int]:
    """Which complaints came by the public form, with an address that nobody confirmed."""
    rows = Complaint.objects.filter(pk__in=ids, entry=Entry.WEB).exclude(complainant__email="")
    return set(rows.values_list("pk", flat=True))


def overdue(scope: Scope) -> Overdue:
    """How many open complaints are past their clock or will be within a week."""
    now, rows = timezone.now(), complaints_of(scope)
    late = rows.filter(is_late(scope.as_of, now))
    return Overdue(
        late=count_up_to_bound(late),
        late_soon=count_up_to_bound(rows.filter(is_late_soon(scope.as_of, now))),
        open=count_up_to_bound(rows.filter(is_open=True)),
        oldest_on=late.order_by("decide_by", "pk").values_list("decide_by", flat=True).first(),
    )


def late_by(scope: Scope, field: str, *, most: int = 10) -> list[tuple[str, int]]:
    """Where the late ones are: the commonest values of a field among those that are late the longest."""
    longest = clocked(scope, "late").order_by("decide_by", "pk").values("pk")[:LOOKED_AT]
    rows = (
        Complaint.objects.filter(pk__in=longest)
        .exclude(**{field: ""})
        .values(field)
        .annotate(n=Count("pk"))
        .order_by("-n", field)
    )
    return [(row[field], row["n"]) for row in rows[:most]]


def repeated(scope: Scope, *, most: int = 15) -> list[Group]:
    """The same thing again: by company, product and issue, in the period, most often first."""
    rows = (
        complaints_in(scope)
        .exclude(issue="")
        .values("company", "product", "issue")
        .annotate(n=Count("pk"), first=Min("received_on"), last=Max("received_on"))
        .filter(n__gt=1)
        .order_by("-n", "company", "product", "issue")[:most]
    )
    return [Group(r["company"], r["product"], r["issue"], r["n"], r["first"], r["last"]) for r in rows]


def repeated_by_customer(scope: Scope, *, most: int = 15) -> list[Group]:
    """The same customer with the same issue again in the period, where customers are known."""
    rows = list(
        complaints_in(scope)
        .exclude(feedback__customer=None)
        .exclude(issue="")
        .values(
            "product",
            "issue",
            customer=Coalesce("feedback__customer__merged_into_id", "feedback__customer_id"),
        )
        .annotate(n=Count("pk"), first=Min("received_on"), last=Max("received_on"))
        .filter(n__gt=1)
        .order_by("-n", "-last", "customer")[:most]
    )
    return [Group("", r["product"], r["issue"], r["n"], r["first"], r["last"], r["customer"]) for r in rows]


def with_customers(groups: Iterable[Group]) -> list[tuple[Group, Customer]]:
    """Groups with whose they are, without those of customers who are gone since they were counted."""
    groups = list(groups)
    known = Customer.objects.select_related("unit").in_bulk([one.customer_id for one in groups])
    return [(one, known[one.customer_id]) for one in groups if one.customer_id in known]


def counted_over(scope: Scope) -> QuerySet[Complaint]:
    """Complaints that the overview counts over: those of the period, and of the weeks that what rises is held against."""
    since = min(scope.period.since, scope.as_of - timedelta(days=7 * HISTORY_WEEKS))
    until = max(scope.period.until, scope.as_of)
    return complaints_of(scope).filter(received_on__range=(since, until))


def weekly_counts(scope: Scope) -> dict[tuple[str, str], list[int]]:
    """Complaints per week by product and issue, oldest first: the last 26 full weeks up to as_of, or as many as there have
    been since the first complaint, since weeks before anybody counted are not weeks without complaints."""
    known = (
        complaints_of(scope).filter(received_on__lte=scope.as_of).aggregate(first=Min("received_on"))["first"]
    )
    if known is None:
        return {}
    weeks = min(HISTORY_WEEKS, ((scope.as_of - known).days + 1) // 7)
    first = scope.as_of - timedelta(days=7 * weeks - 1)
    rows = (
        complaints_of(scope)
        .filter(received_on__range=(first, scope.as_of))
        .exclude(issue="")
        .values_list("product", "issue", "received_on")
        .annotate(n=Count("pk"))
        .order_by()
    )
    table: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for product, issue, day, n in rows:
        table[product, issue][(day - first).days // 7] += n
    return {key: [found[week] for week in range(weeks)] for key, found in table.items()}


def complaint_for(viewer: Viewer, pk: int) -> Complaint | None:
    """One complaint that the viewer may read, with what its page shows."""
    rows = Complaint.objects.visible_to(viewer).select_related(
        "feedback__unit",
        "feedback__customer__unit",
        "complainant",
        "owner",
        "rules__rule_set",
        "repeat_of__feedback",
    )
    return rows.filter(pk=pk).first()


def possible_owners(complaint: Complaint) -> QuerySet[Person]:
    """Active people who may work on complaints where this one is."""
    return people_who_may(Permission.HANDLE_FEEDBACK, complaint.feedback.unit)


@dataclass(frozen=True, slots=True)
class Paid:
    """Redress in money of one currency: how many customers' complaints, and how much in all."""

    currency: str
    n: int
    total: Decimal


def redress_paid(scope: Scope) -> list[Paid]:
    """Money given in the period, by currency."""
    rows = Redress.objects.filter(
        given_on__range=(scope.period.since, scope.period.until), amount__isnull=False
    )
    unit_ids = scope.unit_ids(Permission.READ_FEEDBACK)
    if unit_ids is not None:
        rows = rows.filter(complaint__feedback__unit_id__in=unit_ids)
    found = rows.values("currency").annotate(n=Count("complaint", distinct=True), total=Sum("amount")).order_by("currency")  # fmt: skip
    return [Paid(row["currency"], row["n"], row["total"]) for row in found]


def outcomes(scope: Scope) -> list[tuple[str, int]]:
    """How the period's complaints ended, of those whose outcome is known."""
    rows = complaints_in(scope).exclude(outcome="").values("outcome").annotate(n=Count("pk")).order_by("-n")
    return [(row["outcome"], row["n"]) for row in rows]


def offered_topics() -> list[Topic]:
    """Products and issues that forms offer."""
    return list(Topic.objects.filter(is_archived=False, merged_into=None))


def kept_by_rules(scope: Scope) -> list[tuple[str, int, int]]:
    """Of the period's complaints whose clock has ended: by rule set how many were answered in time, and of how many. Counts only: the
    share is for `scores`."""
    rows = Complaint.objects.filter(
        received_on__range=(scope.period.since, scope.period.until),
        rules__isnull=False,
        is_timely__isnull=False,
    )
    unit_ids = scope.unit_ids(Permission.READ_SCORES)
    if unit_ids is not None:
        rows = rows.filter(feedback__unit_id__in=unit_ids)
    counted = rows.values("rules__rule_set__name").annotate(
        n=Count("pk"), kept=Count("pk", filter=Q(is_timely=True))
    )
    return [
        (one["rules__rule_set__name"], one["kept"], one["n"])
        for one in counted.order_by("rules__rule_set__name")
    ]
