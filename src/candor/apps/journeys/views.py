"""Journeys as designed: the list, and one map."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from candor.apps.customers.queries import visible_customers
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.panels import panels_for

from . import facts, queries
from .timeline import strips_of


def journeys(request: HttpRequest) -> HttpResponse:
    """Every journey."""
    viewer = require(request, Permission.READ_SCORES)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "journeys/journeys.html", {"journeys": queries.journeys_with_sizes()})


def journey(request: HttpRequest, key: str) -> HttpResponse:
    """One journey: stages and touchpoints with owner and promise, and the panels of other rooms."""
    viewer = require(request, Permission.READ_SCORES)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    found, stages = queries.journey_map(key)
    context = {"journey": found, "stages": stages, "panels": panels_for("journey")}
    return render(request, "journeys/journey.html", context)


def reality(request: HttpRequest, key: str) -> HttpResponse:
    """The journey as it really went, loaded into its page: cases, paths and waits from the event log."""
    viewer = require(request, Permission.READ_SCORES)
    scope = scope_of(request, viewer)
    found, _stages = queries.journey_map(key)
    shown = facts.reality_of(found.key, scope)
    is_all_time = not shown.counts.cases
    if is_all_time:
        shown = facts.reality_of_all_time(found.key, scope)
    context = {"journey": found, "reality": shown, "is_all_time": is_all_time, "scope": scope}
    return render(request, "journeys/reality.html", context)


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a customer's latest journeys stand, on top of the customer's page."""
    viewer = require(request, Permission.READ_FEEDBACK)
    customer = visible_customers(viewer).filter(pk=pk).first()
    if customer is None:
        return HttpResponse("")
    return render(request, "journeys/customer_panel.html", {"strips": strips_of(customer, viewer)})
