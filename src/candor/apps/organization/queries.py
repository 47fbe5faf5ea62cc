"""Reads about the organization."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .choices import GRANTS, Permission
from .models import ApiKey, AuditEntry, Invitation, Person, Unit, Workspace


def workspace() -> Workspace:
    """The workspace; an unsaved one named "Candor" before the first run."""
    return Workspace.objects.first() or Workspace(pk=1, name="Candor")


def root_unit() -> Unit | None:
    """The organization at the top of the tree, None before the first run."""
    return Unit.objects.filter(parent=None).order_by("pk").first()


def find_people(text: str) -> "QuerySet[Person]":
    """People whose name, address or personnel number contains the text, those who can sign in first."""
    people = Person.objects.select_related("unit").prefetch_related("role_assignments__unit")
    if text:
        people = people.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(code__iexact=text))
    return people.order_by(F("email").asc(nulls_last=True), "name")


def people_who_may(permission: Permission, unit: Unit | None) -> "QuerySet[Person]":
    """Active people whose roles hold a permission for a unit; for none, for the whole organization."""
    roles = [role for role, grants in GRANTS.items() if permission in grants]
    people = Person.objects.filter(is_active=True, role_assignments__role__in=roles)
    held = Q(role_assignments__unit__parent=None)
    if unit is not None:
        held |= Q(role_assignments__unit__path__in=unit.line)
    return people.filter(held).distinct().order_by("name")


def open_invitations() -> "QuerySet[Invitation]":
    """Invitations that can still be accepted."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
    return waiting.select_related("unit", "invited_by").order_by("-invited_at")


def audit_entries(
    *, action: str = "", person_id: int | None = None, name: str = ""
) -> "QuerySet[AuditEntry]":
    """The audit log, newest first; `action` filters by its beginning, `name` by a part of the name of who did it."""
    entries = AuditEntry.objects.select_related("person")
    if action:
        entries = entries.filter(action__startswith=action)
    if name:
        entries = entries.filter(person__name__icontains=name)
    return entries if person_id is None else entries.filter(person_id=person_id)


def units_by_code_or_name() -> dict[str, int]:
    """Ids of units by their code and, where only one unit bears it, their name; both in folded case."""
    rows = list(Unit.objects.values_list("pk", "code", "name"))
    names = Counter(name.casefold() for _, _, name in rows)
    found = {name.casefold(): pk for pk, _, name in rows if names[name.casefold()] == 1}
    return found | {code.casefold(): pk for pk, code, _ in rows}


def people_by_email_or_code() -> dict[str, int]:
    """Ids of people by their e-mail and their personnel number, both in folded case; a name alone tells nobody apart."""
    rows = list(Person.objects.values_list("pk", "email", "code"))
    found = {email.casefold(): pk for pk, email, _ in rows if email}
    return found | {code.casefold(): pk for pk, _, code in rows if code}


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit on the page of the tree, with the people who belong to it and have no place of their own below it."""

    unit: Unit
    people: list[Person]


def tree() -> list[Branch]:
    """The whole tree from the organization down to people."""
    members: dict[int, list[Person]] = {}
    for person in Person.objects.filter(is_active=True, place=None).order_by("name", "pk"):
        members.setdefault(person.unit_id, []).append(person)
    units = Unit.objects.select_related("person").order_by("path")
    return [Branch(unit, members.get(unit.pk, [])) for unit in units]


def api_keys() -> "QuerySet[ApiKey]":
    """Keys of other systems, those in use first."""
    keys = ApiKey.objects.select_related("unit", "made_by", "revoked_by")
    return keys.order_by(F("revoked_at").desc(nulls_first=True), "-made_at", "-pk")
