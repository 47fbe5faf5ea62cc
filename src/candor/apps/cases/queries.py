"""Reads of cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from candor.apps.customers.queries import ids_of_person
from candor.apps.feedback.queries import day_start
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import GRANTS, Permission
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope

from .choices import State
from .models import Case, CaseQuerySet, Rule

MOST_OPEN = 20  # of one customer


@dataclass(frozen=True, slots=True)
class Load:
    """Cases at a moment: how many wait, how many are late."""

    open: int
    late: int
    due_soon: int


def cases_of(scope: Scope) -> CaseQuerySet:
    """Cases of the scope's unit that its viewer may read."""
    unit_ids = scope.unit_ids(Permission.READ_CASES)
    rows: CaseQuerySet = Case.objects.select_related("owner", "unit", "customer__unit", "feedback")
    return rows if unit_ids is None else rows.filter(unit_id__in=unit_ids)


def overdue_cases(scope: Scope, *, now: datetime) -> QuerySet[Case]:
    """Cases past their clock, the oldest first."""
    return cases_of(scope).unfinished().filter(due_at__lt=now).order_by("due_at", "pk")


def open_cases_of_customer(customer_id: int, viewer: Viewer) -> list[Case]:
    """Cases of one person, merged records included, that still wait for something, the soonest due first."""
    rows = Case.objects.visible_to(viewer).unfinished().filter(customer_id__in=ids_of_person(customer_id))
    return list(rows.select_related("owner").order_by("due_at", "pk")[:MOST_OPEN])


def load_of(scope: Scope, *, now: datetime) -> Load:
    """How many cases wait."""
    soon = now + timedelta(hours=24)
    found = cases_of(scope).unfinished().aggregate(
        open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)), soon=Count("pk", filter=Q(due_at__range=(now, soon)))
    )  # fmt: skip
    return Load(found["open"], found["late"], found["soon"])


def root_causes(scope: Scope, *, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Root causes of the cases closed between the two instants, commonest first."""
    closed = (
        cases_of(scope)
        .filter(state=State.CLOSED, closed_at__gte=since, closed_at__lt=until)
        .exclude(root_cause="")
    )
    rows = closed.values("root_cause").annotate(n=Count("pk")).order_by("-n", "root_cause")
    return [(row["root_cause"], row["n"]) for row in rows]


def possible_owners(viewer: Viewer, case: Case) -> QuerySet[Person]:
    """Active people who may work cases where this one is."""
    roles = [role for role, grants in GRANTS.items() if Permission.WORK_CASES in grants]
    people = Person.objects.filter(is_active=True, role_assignments__role__in=roles)
    if case.unit is not None:
        people = people.filter(
            Q(role_assignments__unit__path__in=case.unit.line)
            | Q(role_assignments__unit__path__startswith=case.unit.path)
        )
    return people.distinct().order_by("name")


def narrowed(scope: Scope, state: str, *, mine: bool, now: datetime) -> QuerySet[Case]:
    """The list of cases: those that wait, or by the word in the URL; past their clock first."""
    rows = cases_of(scope)
    if mine:
        rows = rows.filter(owner=scope.viewer.person)
    if state == "closed":
        return rows.filter(state=State.CLOSED).order_by("-closed_at", "pk")
    if state == "late":
        return rows.unfinished().filter(due_at__lt=now).order_by("due_at", "pk")
    if state == "waiting":
        return rows.filter(state=State.WAITING).order_by("due_at", "pk")
    return rows.unfinished().order_by("due_at", "pk")


def instants(scope: Scope) -> dict[str, datetime]:
    """The scope's period as instants: from the start of its first day to the start of the day after its last."""
    return {
        "since": day_start(scope.period.since),
        "until": day_start(scope.period.until + timedelta(days=1)),
    }


def rules_with_counts() -> QuerySet[Rule]:
    """Every rule with how many cases it opened."""
    return Rule.objects.select_related("unit").annotate(n=Count("cases")).order_by("pk")
