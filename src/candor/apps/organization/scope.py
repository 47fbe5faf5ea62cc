"""The scope of a page: which unit and which period, both held in the URL."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from candor.foundation import periods
from candor.foundation.addresses import record_id
from candor.foundation.errors import NotAllowed, NotFound

from .access import Viewer
from .choices import Permission
from .models import Unit
from .queries import workspace


@dataclass(frozen=True)
class Scope:
    """A unit (None: all that the viewer may see) and a period, seen from `as_of`.

    `as_of` is today, or the last day with feedback when the data ends earlier: a file from the past is shown as of
    its own last day, and pages say so.
    """

    viewer: Viewer
    unit: Unit | None
    period: periods.Period
    as_of: date
    today: date

    @property
    def before(self) -> periods.Period:
        """The period to compare with."""
        return self.period.before()

    @property
    def is_in_the_past(self) -> bool:
        """Whether the data end before today."""
        return self.as_of < self.today

    def unit_ids(self, permission: Permission) -> list[int] | None:
        """Units to count for this viewer and scope; None stands for everything, rows without a unit included."""
        if self.unit is None:
            return self.viewer.unit_ids(permission)
        return [unit.pk for unit in self.viewer.units(permission) if unit.path.startswith(self.unit.path)]

    def holds_all(self, permission: Permission, *, seen: Permission) -> bool:
        """Whether the viewer holds the permission for every unit that `seen` opens here."""
        shown, allowed = self.unit_ids(seen), self.viewer.unit_ids(permission)
        return allowed is None or (shown is not None and set(shown) <= set(allowed))

    def is_about_one_person(self, permission: Permission) -> bool:
        """Whether what the viewer may see here is the work of one person, or would tell of it by subtraction."""
        if permission not in self._about_one_person:
            self._about_one_person[permission] = self._is_about_one(permission)
        return self._about_one_person[permission]

    @cached_property
    def _about_one_person(self) -> dict[Permission, bool]:
        return {}

    def _is_about_one(self, permission: Permission) -> bool:
        if self.unit is not None and self.viewer.withholds(self.unit):
            return True
        ids = self.unit_ids(permission)
        lone = self.viewer.about_one.lone
        if not ids or not lone.issuperset(ids):
            return False
        units = [unit for unit in self.viewer.units(permission) if unit.pk in set(ids)]
        tops = [unit for unit in units if unit.parent_id not in set(ids)]
        return len(tops) == 1

    @cached_property
    def query(self) -> str:
        """The URL query that shows the same scope on another page."""
        values = {"unit": str(self.unit.pk)} if self.unit else {}
        return urlencode(values | {"period": self.period.key})


def scope_of(request: HttpRequest, viewer: Viewer, *, default_period: str = periods.DEFAULT) -> Scope:
    """The scope that the request's URL asks for.

    Raises:
        NotFound: the unit does not exist or is not the viewer's to see.
        NotAllowed: the unit is one person, or would tell of one.
        InvalidInput: the period is not one.
    """
    return scope_for(viewer, _unit(request, viewer), request.GET.get("period", default_period))


def scope_for(viewer: Viewer, unit: Unit | None, period_key: str) -> Scope:
    """The scope of a unit, which the caller has looked at, and of the period that the key names, seen from today.

    Raises:
        InvalidInput: the period is not one.
    """
    today = timezone.localdate()
    place = workspace()
    as_of = min(today, place.last_feedback_on or today)
    period = periods.parse_period(period_key, as_of=as_of, first=place.first_feedback_on)
    return Scope(viewer, unit, period, as_of, today)


def _unit(request: HttpRequest, viewer: Viewer) -> Unit | None:
    key = request.GET.get("unit", "")
    if not key:
        return None
    unit = Unit.objects.filter(pk=record_id(key) or 0).first()
    if unit is None or not any(viewer.can(permission, unit) for permission in viewer.grants):
        raise NotFound("That unit does not exist, or it is not yours to see.")
    if viewer.withholds(unit):
        raise NotAllowed(
            f"“{unit.name}” is the work of one person, or would tell of it. Numbers about one person are for coaching only: "
            "choose the unit above it."
        )
    return unit


def check_may_export(scope: Scope, seen: Permission = Permission.READ_SCORES) -> None:
    """Whoever sees what `seen` opens may not always take it away.

    Raises:
        NotAllowed: the page shows units that the viewer may not export.
    """
    if not scope.holds_all(Permission.EXPORT_DATA, seen=seen):
        raise NotAllowed(
            "This page shows units that you may see but not export. Choose one of yours and try again."
        )
