"""Pages of webhooks: endpoints, what was sent to each and what it answered, and sending it again."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.foundation.addresses import record_ids
from candor.foundation.errors import InvalidInput
from candor.foundation.lists import page_of

from . import queries, services
from .events import events
from .forms import EndpointForm
from .models import Delivery, Endpoint

PAGE = 50


def endpoints(request: HttpRequest) -> HttpResponse:
    """Every endpoint, and the events there are."""
    require(request, Permission.ADMINISTER)
    context = {"endpoints": queries.endpoints_with_counts(), "events": events()}
    return render(request, "webhooks/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Add an endpoint; its secret is shown once."""
    viewer = require(request, Permission.ADMINISTER)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endpoint, secret = services.make_endpoint(**form.cleaned_data, by=viewer.person)
        return _show_secret(request, endpoint, secret)
    return render(request, "webhooks/form.html", {"form": form})


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change where an endpoint is and what it wants."""
    viewer = require(request, Permission.ADMINISTER)
    endpoint = get_object_or_404(Endpoint, pk=pk)
    start = {"name": endpoint.name, "url": endpoint.url, "events": endpoint.events}
    form = EndpointForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        services.change_endpoint(endpoint=endpoint, **form.cleaned_data, by=viewer.person)
        messages.success(request, _("Saved. What waits goes to the new address."))
        return redirect("webhooks:endpoint", pk)
    return render(request, "webhooks/form.html", {"form": form, "endpoint": endpoint})


def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint with its deliveries, the latest first."""
    require(request, Permission.ADMINISTER)
    shown = get_object_or_404(queries.endpoints_with_counts(), pk=pk)
    state, event = request.GET.get("state", ""), request.GET.get("event", "")
    context = {
        "endpoint": shown,
        "page": page_of(queries.deliveries_of(shown, state=state, event=event), request, size=PAGE),
        "states": Delivery.State.choices,
        "names": [(name, name) for name in shown.events],
    }
    return render(request, "webhooks/endpoint.html", context)


def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: what was sent, and what came back at each attempt."""
    require(request, Permission.ADMINISTER)
    shown = get_object_or_404(Delivery.objects.select_related("message", "endpoint"), pk=pk)
    body = json.dumps(json.loads(shown.message.body), indent=2, ensure_ascii=False)
    context = {"delivery": shown, "body": body, "attempts": shown.attempts.all()[:PAGE]}
    return render(request, "webhooks/delivery.html", context)


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the picked deliveries again, or all that were given up."""
    viewer = require(request, Permission.ADMINISTER)
    picked = None if "all" in request.POST else record_ids(request.POST.getlist("picked"))
    if picked == []:
        raise InvalidInput(_("Pick at least one delivery first."))
    shown = get_object_or_404(Endpoint, pk=pk)
    n = services.replay(endpoint=shown, delivery_ids=picked, by=viewer.person)
    sentence = ngettext("%(n)d delivery is sent again.", "%(n)d deliveries are sent again.", n) % {"n": n}
    messages.success(request, sentence)
    return redirect("webhooks:endpoint", pk)


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an endpoint a new secret, shown once."""
    viewer = require(request, Permission.ADMINISTER)
    shown = get_object_or_404(Endpoint, pk=pk)
    return _show_secret(request, shown, services.rotate_secret(endpoint=shown, by=viewer.person))


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing for now."""
    viewer = require(request, Permission.ADMINISTER)
    services.pause_endpoint(endpoint=get_object_or_404(Endpoint, pk=pk), by=viewer.person)
    messages.success(request, _("Paused. What happens meanwhile is kept for up to 30 days."))
    return redirect("webhooks:endpoint", pk)


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again, beginning with what waits."""
    viewer = require(request, Permission.ADMINISTER)
    services.resume_endpoint(endpoint=get_object_or_404(Endpoint, pk=pk), by=viewer.person)
    messages.success(request, _("It is sent to again, beginning with what waits."))
    return redirect("webhooks:endpoint", pk)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says nothing."""
    viewer = require(request, Permission.ADMINISTER)
    services.send_test(endpoint=get_object_or_404(Endpoint, pk=pk), by=viewer.person)
    messages.success(request, _("A test is on its way. Look here again in a moment for its answer."))
    return redirect("webhooks:endpoint", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an endpoint with everything that was sent to it."""
    viewer = require(request, Permission.ADMINISTER)
    services.remove_endpoint(endpoint=get_object_or_404(Endpoint, pk=pk), by=viewer.person)
    messages.success(request, _("The endpoint is removed; nothing is sent to it any more."))
    return redirect("webhooks:list")


def _show_secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    response = render(request, "webhooks/secret.html", {"endpoint": endpoint, "secret": secret})
    response.headers["Cache-Control"] = "no-store"
    return response
