"""Journeys: the list, one journey's map and real paths, and the people behind a touchpoint or a step."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from candor.apps.customers.queries import visible_customers
from candor.apps.journeys import asking, comparing, depth_pages, pages, people_behind, queries
from candor.apps.journeys.models import Journey
from candor.apps.journeys.picks import Pick, kept_of, pick_of
from candor.apps.journeys.timeline import strips_of
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.errors import NotFound
from candor.foundation.panels import panels_for


def journeys(request: HttpRequest) -> HttpResponse:
    """Every journey."""
    viewer = require(request, Permission.READ_SCORES)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "journeys/journeys.html", {"journeys": queries.journeys_with_sizes()})


def journey(request: HttpRequest, key: str) -> HttpResponse:
    """The map: touchpoints across, lanes down."""
    viewer = require(request, Permission.READ_SCORES)
    found, stages = queries.journey_map(key)
    pick = _pick(request, viewer, found)
    context = pages.map_page(pick, stages, request.GET.get("measure", "")) | {"panels": panels_for("journey")}
    return render(request, "journeys/journey.html", context)


def paths(request: HttpRequest, key: str) -> HttpResponse:
    """The real paths: the graph, its table, the commonest paths and the longest waits."""
    viewer = require(request, Permission.READ_SCORES)
    found, stages = queries.journey_map(key)
    context = pages.paths_page(_pick(request, viewer, found), stages, kept_of(request))
    return render(request, "journeys/paths.html", context)


def depth(request: HttpRequest, key: str) -> HttpResponse:
    """A closer look: where the waiting is, what is done again, the time between two activities, and what success leads through."""
    viewer = require(request, Permission.READ_SCORES)
    found, stages = queries.journey_map(key)
    asked = {name: request.GET.get(name, "")[:160] for name in ("start", "end", "goal")}
    context = depth_pages.depth_page(_pick(request, viewer, found), stages, **asked)
    return render(request, "journeys/depth.html", context)


def compare(request: HttpRequest, key: str) -> HttpResponse:
    """Two picks of the journey side by side, with what can be said of their differences."""
    viewer = require(request, Permission.READ_SCORES)
    found, stages = queries.journey_map(key)
    pick, other = _pick(request, viewer, found), pick_of(request, viewer, found, side="b")
    context = comparing.compare_page(pick, other, stages, request.GET.get("measure", ""))
    return render(request, "journeys/compare.html", context | {"before_key": pick.scope.before.key})


def people(request: HttpRequest, key: str) -> HttpResponse:
    """The people behind a touchpoint, or behind a step from one activity to the next, and their words."""
    viewer = require(request, Permission.READ_SCORES)
    found, _stages = queries.journey_map(key)
    pick = _pick(request, viewer, found)
    activity, after = request.GET.get("at", "")[:160], request.GET.get("after", "")[:160]
    if not activity:
        return redirect(f"{reverse('journeys:journey', args=[key])}?{pick.query}")
    return render(request, "journeys/people.html", people_behind.page(pick, activity, after or None))


def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far the counting is; once it is done, the page is asked to load anew."""
    require(request, Permission.READ_SCORES)
    answer = asking.state_of(number)
    if answer is None:
        raise NotFound("There is no such counting.")
    if answer.is_current or answer.problem:
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    return render(request, "journeys/progress.html", {"answer": answer})


def customer_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a customer's latest journeys stand, on top of the customer's page."""
    viewer = require(request, Permission.READ_FEEDBACK)
    customer = visible_customers(viewer).filter(pk=pk).first()
    if customer is None:
        return HttpResponse("")
    return render(request, "journeys/customer_panel.html", {"strips": strips_of(customer, viewer)})


def _pick(request: HttpRequest, viewer: Viewer, found: Journey) -> Pick:
    """The pick, also told to the top bar."""
    pick = pick_of(request, viewer, found)
    request.scope = pick.scope  # type: ignore[attr-defined]
    return pick
