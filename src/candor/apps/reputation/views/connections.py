"""Connections to review sites: how each is doing, make and change them, fetch now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.foundation.errors import AddressRefused, InvalidInput, NotFound

from .. import connecting, fetching, queries
from ..connectors import CONNECTORS
from ..forms import CONNECTABLE, ConnectionForm
from ..models import Connection
from ..pages import tabs_for


def connections(request: HttpRequest) -> HttpResponse:
    """Every connection with how far it is and what went wrong last."""
    viewer = require(request, Permission.MANAGE_RULES)
    context = {"connections": queries.connections(), "sites": CONNECTABLE, "tabs": tabs_for(viewer)}
    return render(request, "reputation/connections.html", context)


def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection; POST changes it."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = get_object_or_404(queries.connections(), pk=pk)
    return _form(request, viewer, shown.site, shown)


def new(request: HttpRequest, site: str) -> HttpResponse:
    """Connect to a site."""
    viewer = require(request, Permission.MANAGE_RULES)
    if site not in CONNECTORS:
        raise NotFound(_("There is no connector of that name."))
    return _form(request, viewer, site, None)


def _form(request: HttpRequest, viewer: Viewer, site: str, shown: Connection | None) -> HttpResponse:
    units = viewer.units(Permission.MANAGE_RULES)
    form = ConnectionForm(request.POST or None, site=site, units=units, connection=shown)
    if request.method == "POST" and form.is_valid():
        facts = {
            "name": form.cleaned_data["name"],
            "unit": form.cleaned_data["unit"],
            "values": form.values,
            "by": viewer.person,
        }
        try:
            if shown is None:
                shown = connecting.make_connection(site=site, **facts)
            else:
                connecting.change_connection(connection=shown, **facts)
        except (InvalidInput, AddressRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Kept. Its reviews are fetched in the background."))
            return redirect("reputation:connection", shown.pk)
    context = {"form": form, "connection": shown, "site_name": dict(CONNECTABLE)[site]}
    return render(request, "reputation/connection.html", context)


@require_POST
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch now."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = get_object_or_404(Connection, pk=pk)
    connecting.fetch_soon(connection=shown, by=viewer.person)
    messages.success(request, _("Its reviews are fetched in the background."))
    return redirect("reputation:connection", pk)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch from it, or no longer."""
    viewer = require(request, Permission.MANAGE_RULES)
    shown = get_object_or_404(Connection, pk=pk)
    connecting.switch(connection=shown, is_on=request.POST.get("on") == "yes", by=viewer.person)
    return redirect("reputation:connection", pk)


@require_POST
def believe(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the site at its word that many reviews are gone."""
    viewer = require(request, Permission.MANAGE_RULES)
    n = fetching.believe(connection=get_object_or_404(Connection, pk=pk), by=viewer.person)
    messages.success(request, _("%(n)s reviews are marked as gone at their site.") % {"n": n})
    return redirect("reputation:connection", pk)
