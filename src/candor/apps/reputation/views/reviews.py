"""Pages of reviews: the three levels, the list, one review beside its feedback, what is left out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.organization.scope import Scope, scope_of
from candor.foundation.errors import NotFound
from candor.foundation.lists import page_of

from .. import measures, queries, services
from ..choices import Level, Reason
from ..models import Review
from ..numbers import numbers
from ..pages import page_of_review, panel_context, review_to_handle, tabs_for, visible_reviews

PAGE = 50


def overview(request: HttpRequest) -> HttpResponse:
    """What is said in public at one of three levels, sites beside each other; what is rising; what waits for an answer."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    level = request.GET.get("level", "")
    level = level if level in Level.values else Level.ORGANIZATION
    rows = queries.reviews_in(scope)
    context = {
        "level": level,
        "levels": [
            (Level.ORGANIZATION, _("Organization")),
            (Level.LOCATION, _("Locations")),
            (Level.PERSON, _("People")),
        ],
        "n": rows.count(),
        "has_any": Review.objects.visible_to(viewer).exists(),
        "rising": measures.rising_low_reviews(scope),
        "waiting": queries.waiting(scope),
        "left_out": queries.left_out(rows),
        "tabs": tabs_for(viewer),
        "troubles": queries.troubles() if viewer.can(Permission.MANAGE_RULES) else [],
    }
    return render(request, "reputation/overview.html", context | _of_level(viewer, scope, level))


def _of_level(viewer: Viewer, scope: Scope, level: str) -> dict[str, Any]:
    if level == Level.PERSON:
        return {"people": queries.people_with_reviews(scope)}
    if not viewer.can(Permission.READ_SCORES):
        return {}
    if level == Level.LOCATION:
        sites = queries.sites_in(scope)
        return {"sites": sites, "board": numbers().by_place(scope, sites)}
    return {"whole": numbers().whole(scope), "by_site": numbers().by_site(scope)}


@require_POST
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What reviews say of one person's work: for themselves, or for their manager to coach; every look is logged."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    shown = next((one for one in queries.people_with_reviews(scope) if one.pk == pk), None)
    if shown is None:
        raise NotFound(_("Nobody of yours is spoken of in reviews under this number."))
    purpose = "own" if shown.pk == viewer.person.pk else "coaching"
    found = numbers().of_person(shown, scope, purpose)
    context = {"person": shown, "found": found, "purpose": purpose, "reviews": _of_person(scope, shown)}
    return render(request, "reputation/person.html", context)


def _of_person(scope: Scope, person: Person) -> list[Review]:
    rows = queries.reviews_in(scope).filter(feedback__done_by=person, removed_at=None)
    return list(rows.order_by("-written_at", "-pk")[:PAGE])


def reviews(request: HttpRequest) -> HttpResponse:
    """Reviews by site, stars, level and what has to be done with them."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    narrowed = queries.ReviewFilter.from_query(request.GET)
    rows = narrowed.apply(scope).order_by("-written_at", "-pk")
    context = {
        "page": page_of(rows, request, size=PAGE),
        "narrowed": narrowed,
        "sites": [(site, site) for site in queries.sites_in(scope)],
        "levels": Level.choices,
        "stars": [("low", _("1 or 2")), *((str(n), str(n)) for n in range(5, 0, -1))],
        "states": [
            ("waiting", _("Not answered")),
            ("approval", _("Reply waits for approval")),
            ("unsent", _("Reply not sent")),
            ("edited", _("Edited by its author")),
            ("removed", _("Gone at its site")),
            ("excluded", _("Left out")),
        ],
    }
    return render(request, "reputation/list.html", context)


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """A review's stars, history and reply, on the page of its feedback."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = visible_reviews(viewer).filter(pk=pk).first()
    if shown is None:
        return HttpResponse("")
    return render(request, "reputation/panel.html", panel_context(request, viewer, shown))


@require_POST
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a review out for a published reason."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    shown = review_to_handle(viewer, pk)
    services.exclude(
        review=shown,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", "")[:500],
        by=viewer.person,
    )
    messages.success(
        request, _("Left out. It is counted in public among what was left out, with its reason.")
    )
    return redirect(page_of_review(request, pk))


@require_POST
def include(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a review count again."""
    viewer = require(request, Permission.HANDLE_FEEDBACK)
    services.take_exclusion_back(review=review_to_handle(viewer, pk), by=viewer.person)
    messages.success(request, _("It counts again."))
    return redirect(page_of_review(request, pk))


def rules(request: HttpRequest) -> HttpResponse:
    """The published reasons for leaving a review out, and how often each was used."""
    viewer = require(request, Permission.READ_FEEDBACK)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    context = {"reasons": Reason.choices, "left_out": queries.left_out(queries.reviews_in(scope))}
    return render(request, "reputation/rules.html", context)
