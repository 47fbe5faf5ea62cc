"""Writes about the organization: the workspace, units, people, roles, the audit log."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from candor.foundation.errors import Conflict

from .acting import acting_key
from .choices import Role, UnitKind
from .invitations import open_invitation, send_invitation
from .models import AuditEntry, Invitation, Person, RoleAssignment, Unit, Workspace


def record_audit(*, by: Person | None, action: str, target: Model | None = None, **facts: Any) -> AuditEntry:
    """Write down who did what; call it inside the transaction that does it. What another system does by its key bears the key's name."""
    key = acting_key()
    if key is not None:
        facts["api_key"] = str(key)
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
    """Add a unit under `parent`; the place of a person comes by `place_person`."""
    if parent is not None and parent.kind == UnitKind.PERSON:
        raise Conflict("Nothing stands below the place of a person. Choose the unit above it.")
    return _add_unit(parent, by, name=name, kind=kind, code=code)


@transaction.atomic
def place_person(*, person: Person, by: Person | None) -> Unit:
    """Give a person a place of their own in the tree, below the unit they belong to: the lowest level, for which roles and
    feedback may be given; a score of it is a score about a person. Who has one keeps it."""
    known = Unit.objects.filter(person=person).first()
    if known is not None:
        return known
    names: dict[str, Any] = {"name": person.name, "kind": UnitKind.PERSON, "code": f"person-{person.pk}"}
    return _add_unit(person.unit, by, person=person, **names)


def _add_unit(parent: Unit | None, by: Person | None, **fields: Any) -> Unit:
    unit = Unit.objects.create(parent=parent, **fields)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    record_audit(by=by, action="unit.created", target=unit, name=unit.name)
    return unit


@transaction.atomic
def create_person(
    *,
    name: str,
    unit: Unit,
    by: Person | None,
    email: str | None = None,
    password: str | None = None,
    code: str | None = None,
    job_title: str = "",
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


INVITATION_DAYS = 14


@transaction.atomic
def invite(*, email: str, name: str, role: Role, unit: Unit, by: Person) -> Invitation:
    """Invite somebody to join with a role; the mail with the link goes out once the invitation is stored.

    Raises:
        Conflict: the address belongs to somebody who is here already.
    """
    if Person.objects.filter(email__iexact=email).exists():
        raise Conflict(f"Someone with the address {email} is already here; give them the role instead.")
    Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        role=role,
        unit=unit,
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    record_audit(by=by, action="invitation.sent", target=invitation, email=email, role=role, unit=unit.name)
    transaction.on_commit(lambda: send_invitation(invitation))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> Person:
    """Turn an invitation into an account.

    Raises:
        NotFound: the link is wrong, used, revoked or too old.
    """
    invitation = open_invitation(token)
    person = create_person(
        name=invitation.name,
        unit=invitation.unit,
        by=invitation.invited_by,
        email=invitation.email,
        password=password,
    )
    give_role(person=person, role=Role(invitation.role), unit=invitation.unit, by=invitation.invited_by)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record_audit(by=person, action="invitation.accepted", target=invitation)
    return person


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: Person) -> None:
    """Make an invitation's link useless."""
    if invitation.accepted_at:
        raise Conflict("The invitation was accepted already; deactivate the account instead.")
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record_audit(by=by, action="invitation.revoked", target=invitation)


@transaction.atomic
def take_role(*, assignment: RoleAssignment, by: Person) -> None:
    """End a role; the last administrator can't be removed."""
    remaining = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, person__is_active=True).exclude(
        pk=assignment.pk
    )
    if assignment.role == Role.ADMINISTRATOR and not remaining.exists():
        raise Conflict("This is the last administrator. Make somebody else one first.")
    record_audit(
        by=by, action="role.taken", target=assignment.person, role=assignment.role, unit=assignment.unit.name
    )
    assignment.delete()


@transaction.atomic
def set_active(*, person: Person, is_active: bool, by: Person) -> None:
    """Let a person sign in, or no longer; what they did stays."""
    if person.pk == by.pk and not is_active:
        raise Conflict("You can't lock yourself out. Ask another administrator.")
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    record_audit(by=by, action="person.activated" if is_active else "person.deactivated", target=person)


@transaction.atomic
def change_policy(*, name: str, least_n_score: int, least_n_person: int, by: Person) -> Workspace:
    """Change the company's name and from how many answers on a score is shown."""
    place = Workspace.objects.select_for_update().get(pk=1)
    before = {
        "name": place.name,
        "least_n_score": place.least_n_score,
        "least_n_person": place.least_n_person,
    }
    place.name, place.least_n_score, place.least_n_person = name, least_n_score, least_n_person
    place.save(update_fields=["name", "least_n_score", "least_n_person"])
    record_audit(by=by, action="policy.changed", target=place, before=before)
    return place


def set_feedback_span(*, first: date | None, last: date | None) -> None:
    """Set the span of days that the workspace holds feedback for, after some was taken away."""
    Workspace.objects.filter(pk=1).update(first_feedback_on=first, last_feedback_on=last)
