"""The home page, the health check and the error pages."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from candor.apps.customers.queries import find_customers
from candor.apps.feedback.queries import InboxFilter, inbox
from candor.apps.organization.access import public, require, signed_in
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.reports import queries as reports
from candor.apps.reports.tasks import brief_soon
from candor.foundation.errors import NotFound
from candor.foundation.middleware import MACHINES, problem_details

from .api_pages import groups_of
from .openapi import description

MOST_FOUND = 10  # of each sort on the search page


def home(request: HttpRequest) -> HttpResponse:
    """What changed, what needs attention, what to do next; before there is any feedback, how to begin."""
    viewer = signed_in(request)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    if not reports.has_feedback():
        may_import = viewer.can(Permission.IMPORT_DATA)
        return render(request, "web/first_run.html", {"scope": scope, "may_import": may_import})
    if not viewer.can(Permission.READ_FEEDBACK):
        return render(
            request, "web/no_reading_role.html", {"may_administer": viewer.can(Permission.ADMINISTER)}
        )
    told = reports.briefing(scope, now=timezone.now(), may_be_old=True)
    if told.old_since is not None:
        brief_soon(scope)
    return render(request, "web/home.html", {"scope": scope, "told": told})


def search(request: HttpRequest) -> HttpResponse:
    """Feedback and customers for a few words; each list leads on to the whole of it."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer, default_period="all")  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:200]
    found = list(inbox(scope, InboxFilter(text=text, state="all"))[: MOST_FOUND + 1]) if text else []
    people = list(find_customers(viewer, text)[: MOST_FOUND + 1]) if text else []
    context = {
        "q": text,
        "feedback": found[:MOST_FOUND],
        "customers": people[:MOST_FOUND],
        "has_more_feedback": len(found) > MOST_FOUND,
        "has_more_customers": len(people) > MOST_FOUND,
    }
    return render(request, "web/search.html", context)


def health(request: HttpRequest) -> JsonResponse:
    """Whether this process answers and reaches its database."""
    public(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def openapi(request: HttpRequest) -> JsonResponse:
    """The description of the API for machines; it tells of the product and nothing of the company."""
    public(request)
    return JsonResponse(description())


def api_reference(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    public(request)
    return render(request, "web/api_reference.html", {"groups": groups_of(description())})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    return render(request, "403.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    public(request)
    if request.path.startswith(MACHINES):
        return problem_details(NotFound())
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    public(request)
    return render(request, "500.html", status=500)
