"""Who may see what. The first line of every view calls `require`, `signed_in` or `public`."""

from dataclasses import dataclass, field
from functools import cached_property

from django.http import HttpRequest

from candor.foundation.errors import NotAllowed, NotSignedIn

from .choices import GRANTS, UNDIVIDED, Permission
from .models import Person, Unit
from .withheld import AboutOne, about_one_person


@dataclass(frozen=True)
class Viewer:
    """A person with what their roles allow; built once a request.

    `grants` maps a permission to the paths of the units it holds for, each with everything below it.
    """

    person: Person
    grants: dict[Permission, frozenset[str]] = field(default_factory=dict)

    def can(self, permission: Permission, unit: Unit | None = None) -> bool:
        """Whether the permission is held at all, or for this unit."""
        paths = self.grants.get(permission, frozenset())
        return bool(paths) if unit is None else any(unit.path.startswith(path) for path in paths)

    def holds(self, permission: Permission, unit: Unit | None) -> bool:
        """Whether the permission is held for a row of this unit; for a row of none it takes the whole organization."""
        return self.sees_everything(permission) if unit is None else self.can(permission, unit)

    def sees_everything(self, permission: Permission) -> bool:
        """Whether the permission is held for the whole organization, so that rows without a unit are included."""
        return self._root_path in self.grants.get(permission, frozenset())

    def units(self, permission: Permission) -> list[Unit]:
        """Every unit the permission holds for, in tree order."""
        paths = self.grants.get(permission, frozenset())
        return [unit for unit in self._all_units if any(unit.path.startswith(path) for path in paths)]

    def unit_ids(self, permission: Permission) -> list[int] | None:
        """Ids of those units; None stands for the whole organization."""
        return None if self.sees_everything(permission) else [unit.pk for unit in self.units(permission)]

    def withholds(self, unit: Unit) -> bool:
        """Whether numbers of this unit would tell this viewer about the work of one person."""
        if unit.pk in self.about_one.lone:
            return True
        above = self.about_one.cover.get(unit.pk)
        return above is not None and any(
            above.startswith(path) for paths in self.grants.values() for path in paths
        )

    @cached_property
    def about_one(self) -> AboutOne:
        """Which units hold the work of one person."""
        return about_one_person(self._all_units)

    @cached_property
    def _all_units(self) -> list[Unit]:
        return list(Unit.objects.order_by("path"))

    @cached_property
    def _root_path(self) -> str:
        return min((unit.path for unit in self._all_units if unit.parent_id is None), default="/")


def viewer_of(person: Person) -> Viewer:
    """The viewer that a person is, from the roles they hold now."""
    grants: dict[Permission, set[str]] = {}
    for role, path, above in person.role_assignments.values_list("role", "unit__path", "unit__parent"):
        for permission in GRANTS.get(role, frozenset()) - (UNDIVIDED if above else frozenset()):
            grants.setdefault(permission, set()).add(path)
    return Viewer(person, {permission: frozenset(paths) for permission, paths in grants.items()})


def public(request: HttpRequest) -> None:
    """Mark a view as open to everybody; the outsider walk keeps the short list of them."""


def signed_in(request: HttpRequest) -> Viewer:
    """The viewer behind the request, whatever their roles.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        viewer = viewer_of(request.user)
        request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def require(request: HttpRequest, permission: Permission) -> Viewer:
    """The viewer behind the request, who holds `permission` for at least one unit.

    Raises:
        NotSignedIn: nobody is signed in.
        NotAllowed: no role of theirs includes the permission.
    """
    viewer = signed_in(request)
    if not viewer.can(permission):
        where = " for the whole company" if permission in UNDIVIDED else ""
        raise NotAllowed(
            f"This needs the permission “{permission.replace('_', ' ')}”{where}. Ask an administrator for a role that has it."
        )
    return viewer
