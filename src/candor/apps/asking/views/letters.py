"""The message of a plan, to look at and to send to oneself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.asking import trying
from candor.apps.asking.queries import plan_by_id
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission

LONGEST_LANGUAGE = 12


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail by itself, as a mail program shows it."""
    require(request, Permission.MANAGE_SURVEYS)
    return HttpResponse(trying.tried_html(plan_by_id(pk), request.GET.get("language", "")[:LONGEST_LANGUAGE]))


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it to whoever presses the button."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    language = request.POST.get("language", "")[:LONGEST_LANGUAGE]
    address = trying.send_to_oneself(plan=plan_by_id(pk), language=language, to=viewer.person)
    messages.success(
        request,
        _("The mail went to %(address)s. What is answered in it counts nowhere.") % {"address": address},
    )
    return redirect("asking:plan", pk)
