"""One customer: what they came up for, why they were not asked, and what they wish."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.asking import queries
from candor.apps.customers.models import Customer
from candor.apps.customers.queries import visible_customers
from candor.apps.customers.services import note_consent, opt_out, take_back_opt_out
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.foundation.errors import InvalidInput, NotFound

IN_THE_PANEL = 5


def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Why was she not asked? Everything a customer came up for, and what the rule would say now."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = _customer(viewer, pk)
    context = {
        "customer": shown,
        "log": queries.log_of_customer(shown),
        "now": queries.may_we_ask(customer=shown, plans=queries.running_plans(), now=timezone.now()),
        "may_handle": viewer.holds(Permission.HANDLE_FEEDBACK, shown.unit),
    }
    return render(request, "asking/customer.html", context)


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The last few of it, beside a customer's timeline."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = _customer(viewer, pk)
    context = {"customer": shown, "log": queries.log_of_customer(shown, most=IN_THE_PANEL)}
    return render(request, "asking/customer_panel.html", context)


@require_POST
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what a customer said about being asked."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = _customer(viewer, pk, Permission.HANDLE_FEEDBACK)
    said, now = request.POST.get("wish", ""), timezone.now()
    if said == "stop":
        opt_out(customer=shown, at=now, by=viewer.person)
    elif said == "again":
        take_back_opt_out(customer=shown, by=viewer.person)
    elif said in {"agree", "disagree"}:
        note_consent(customer=shown, at=now if said == "agree" else None, by=viewer.person)
    else:
        raise InvalidInput(_("Choose what the customer said."))
    messages.success(request, _("It is noted, and holds from now on."))
    return redirect("asking:customer", pk)


def _customer(viewer: Viewer, pk: int, permission: Permission = Permission.READ_FEEDBACK) -> Customer:
    """The one record of a person that is kept; both it and the one that was asked for are the viewer's."""
    rows = visible_customers(viewer, permission)
    found = rows.filter(pk=pk).first()
    if found is not None and found.merged_into_id:
        found = rows.filter(pk=found.merged_into_id).first()
    if found is None:
        raise NotFound(_("This customer does not exist, or is not yours to see."))
    return found
