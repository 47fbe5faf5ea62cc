"""Writes about the organization: the workspace, units, people, roles, the audit log."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from candor.foundation.errors import Conflict

from .choices import Role, UnitKind
from .models import AuditEntry, Person, RoleAssignment, Unit, Workspace


def record_audit(*, by: Person | None, action: str, target: Model | None = None, **facts: Any) -> AuditEntry:
    """Write down who did what; call it inside the transaction that does it."""
    return AuditEntry.objects.create(
        person=by,
        action=action,
        object_kind=target._meta.model_name or "" if target else "",
        object_id=target.pk if target else None,
        facts=facts,
    )


@transaction.atomic
def create_workspace(*, name: str, is_simulated: bool = False) -> Unit:
    """Set up an empty workspace and return its organization, the root of the tree.

    Raises:
        Conflict: there is a workspace already.
    """
    if Workspace.objects.exists():
        raise Conflict("This folder already holds a workspace. Start it with `candor serve`.")
    Workspace.objects.create(pk=1, name=name, is_simulated=is_simulated)
    root = create_unit(name=name, kind=UnitKind.ORGANIZATION, code="organization", parent=None, by=None)
    record_audit(by=None, action="workspace.created", target=root, name=name)
    return root


@transaction.atomic
def create_unit(*, name: str, kind: UnitKind, code: str, parent: Unit | None, by: Person | None) -> Unit:
    """Add a unit under `parent`."""
    unit = Unit.objects.create(name=name, kind=kind, code=code, parent=parent)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    record_audit(by=by, action="unit.created", target=unit, name=name)
    return unit


@transaction.atomic
def create_person(
    *, name: str, unit: Unit, by: Person | None, email: str | None = None, password: str | None = None,
    code: str | None = None, job_title: str = "",
) -> Person:
    """Add a member of staff; with an e-mail and a password they can sign in."""
    if email and Person.objects.filter(email__iexact=email).exists():
        raise Conflict(f"Someone with the address {email} is already here.")
    person = Person.objects.create_user(email, password, name=name, unit=unit, code=code, job_title=job_title)
    record_audit(by=by, action="person.created", target=person, name=name)
    return person


@transaction.atomic
def give_role(*, person: Person, role: Role, unit: Unit, by: Person | None) -> RoleAssignment:
    """Let a person act in a role for a unit and everything below it."""
    assignment, created = RoleAssignment.objects.get_or_create(
        person=person, role=role, unit=unit, defaults={"given_by": by}
    )
    if created:
        record_audit(by=by, action="role.given", target=person, role=role, unit=unit.name)
    return assignment


def note_feedback_span(*, first: date, last: date) -> None:
    """Widen the span of days that the workspace holds feedback for."""
    place = Workspace.objects.select_for_update().filter(pk=1).first()
    if place is None:
        return
    place.first_feedback_on = min(place.first_feedback_on or first, first)
    place.last_feedback_on = max(place.last_feedback_on or last, last)
    place.save(update_fields=["first_feedback_on", "last_feedback_on"])
