"""The cast: a small company whose people appear by name in every test.

Harbour has two regions. North holds the branch Quay, South the branch Mill; Quay has the team Red.
Clara leads CX for all of Harbour. Mona manages Quay, Theo works in its team Red with Tara and Tom, Hana handles complaints
everywhere, Ada analyses everything, Eve is the executive, Amos the administrator. Rival manages Mill and may see nothing of Quay.
Olga has an account and no role at all: the outsider.
"""

from dataclasses import dataclass

from candor.apps.organization.choices import Role, UnitKind
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import create_person, create_unit, create_workspace, give_role

PASSWORD = "a long enough password"


@dataclass(frozen=True)
class World:
    """Units and people of Harbour."""

    harbour: Unit
    north: Unit
    south: Unit
    quay: Unit
    mill: Unit
    red: Unit
    clara: Person
    mona: Person
    theo: Person
    hana: Person
    ada: Person
    eve: Person
    amos: Person
    rival: Person
    olga: Person


def build_world() -> World:
    """Set up the workspace with its cast."""
    harbour = create_workspace(name="Harbour")
    units = {"harbour": harbour}
    for key, kind, parent in [
        ("north", UnitKind.REGION, "harbour"),
        ("south", UnitKind.REGION, "harbour"),
        ("quay", UnitKind.LOCATION, "north"),
        ("mill", UnitKind.LOCATION, "south"),
        ("red", UnitKind.TEAM, "quay"),
    ]:
        units[key] = create_unit(name=key.title(), kind=kind, code=key, parent=units[parent], by=None)
    people = {}
    for name, role, unit in [
        ("clara", Role.CX_LEAD, "harbour"),
        ("mona", Role.MANAGER, "quay"),
        ("theo", Role.FRONTLINE, "red"),
        ("hana", Role.COMPLAINTS_HANDLER, "harbour"),
        ("ada", Role.ANALYST, "harbour"),
        ("eve", Role.EXECUTIVE, "harbour"),
        ("amos", Role.ADMINISTRATOR, "harbour"),
        ("rival", Role.MANAGER, "mill"),
        ("olga", None, "harbour"),
    ]:
        person = create_person(
            name=name.title(), unit=units[unit], by=None, email=f"{name}@harbour.example", password=PASSWORD
        )
        if role:
            give_role(person=person, role=role, unit=units[unit], by=None)
        people[name] = person
    for name in ("Tara", "Tom"):
        create_person(name=name, unit=units["red"], by=None)
    return World(**units, **people)
