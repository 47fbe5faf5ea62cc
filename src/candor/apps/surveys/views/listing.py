"""The page of surveys: which questions are asked, on what scale, and how many answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.surveys.queries import surveys_with_counts


def surveys(request: HttpRequest) -> HttpResponse:
    """Every survey that answers came from."""
    viewer = require(request, Permission.READ_FEEDBACK)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "surveys/list.html", {"rows": surveys_with_counts(viewer)})
