"""Journeys as designed: the list, and one map."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.panels import panels_for

from . import queries


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
