"""What every page knows: the workspace, the viewer, and the choices of the top bar."""

from typing import Any

from django.http import HttpRequest

from candor.apps.organization.access import Viewer, signed_in
from candor.apps.organization.models import Unit
from candor.apps.organization.queries import workspace
from candor.apps.organization.scope import Scope
from candor.foundation import periods
from candor.foundation.navigation import current_place, pages_for


def page(request: HttpRequest) -> dict[str, Any]:
    """Context for `base.html`; for people who are not signed in only the workspace."""
    context: dict[str, Any] = {"workspace": workspace()}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return context
    viewer = signed_in(request)
    scope: Scope | None = getattr(request, "scope", None)
    return context | {
        "viewer": viewer,
        "scope": scope,
        "units": _units(viewer),
        "periods": periods.choices(),
        "navigation": pages_for(set(viewer.grants)),
        "place": current_place(request),
    }


def _units(viewer: Viewer) -> list[Unit]:
    """Units that any of the viewer's roles covers, in tree order, without those that are the work of one person."""
    paths = {path for held in viewer.grants.values() for path in held}
    covered = (unit for unit in viewer._all_units if any(unit.path.startswith(path) for path in paths))
    return [unit for unit in covered if not viewer.withholds(unit)]
