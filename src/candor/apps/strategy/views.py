"""Plan: outcomes with their live numbers, one outcome, and the form that defines it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope, scope_of
from candor.apps.scores.registry import measure_named
from candor.foundation.errors import NotFound

from . import pages, queries, services
from .forms import OutcomeForm, WantedForm, wanted_of
from .models import Outcome


def outcomes(request: HttpRequest) -> HttpResponse:
    """Every outcome of the scope, by horizon and strand, with its live number."""
    viewer = require(request, Permission.READ_STRATEGY)
    scope = _scope(request, viewer)
    return render(request, "strategy/outcomes.html", {"scope": scope} | pages.outcomes_page(scope))


def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """One outcome: from where, to where, and how sure."""
    viewer = require(request, Permission.READ_STRATEGY)
    scope = _scope(request, viewer)
    return render(
        request, "strategy/outcome.html", {"scope": scope} | pages.outcome_page(_outcome(viewer, pk), scope)
    )


def define(request: HttpRequest) -> HttpResponse:
    """Define an outcome; its baseline is frozen as the score stands now."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    scope = _scope(request, viewer)
    initial = {"measure": request.GET.get("measure", ""), "owner": viewer.person}
    form = OutcomeForm(request.POST or None, viewer=viewer, today=scope.today, initial=initial)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "strategy/form.html", {"form": form, "scope": scope}, status=status)
    wanted = form.cleaned_data
    measure = measure_named(wanted["measure"])
    made = services.define_outcome(
        **wanted | {"measure": measure},
        baseline=queries.baseline_for(measure, wanted["unit"], scope), baseline_until=scope.as_of, by=viewer.person,
    )  # fmt: skip
    messages.success(request, _("The outcome is defined, with today’s score as its baseline."))
    return redirect("strategy:outcome", made.pk)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is wanted; the baseline stays."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    scope = _scope(request, viewer)
    shown = _to_manage(viewer, pk, scope)
    form = WantedForm(
        request.POST or None,
        today=scope.today,
        measure=measure_named(shown.measure_key),
        initial=wanted_of(shown),
    )
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(
            request, "strategy/form.html", {"form": form, "outcome": shown, "scope": scope}, status=status
        )
    services.change_outcome(outcome=shown, **form.cleaned_data, by=viewer.person)
    undo = reverse("strategy:undo_change", args=[pk])
    messages.success(request, _("The outcome is changed."), extra_tags=f"undo={undo}")
    return redirect("strategy:outcome", pk)


@require_POST
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last change back."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    services.undo_change(outcome=_to_manage(viewer, pk, _scope(request, viewer)), by=viewer.person)
    messages.success(request, _("The change is taken back."))
    return redirect("strategy:outcome", pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer pursue it."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    services.drop_outcome(outcome=_to_manage(viewer, pk, _scope(request, viewer)), by=viewer.person)
    messages.success(
        request, _("The outcome is dropped."), extra_tags=f"undo={reverse('strategy:reopen', args=[pk])}"
    )
    return redirect("strategy:outcomes")


@require_POST
def reached(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is reached."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    services.mark_reached(outcome=_to_manage(viewer, pk, _scope(request, viewer)), by=viewer.person)
    messages.success(
        request,
        _("The outcome is marked as reached."),
        extra_tags=f"undo={reverse('strategy:reopen', args=[pk])}",
    )
    return redirect("strategy:outcome", pk)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an ending back."""
    viewer = require(request, Permission.MANAGE_STRATEGY)
    services.reopen_outcome(outcome=_to_manage(viewer, pk, _scope(request, viewer)), by=viewer.person)
    messages.success(request, _("The outcome is open again."))
    return redirect("strategy:outcome", pk)


def _scope(request: HttpRequest, viewer: Viewer) -> Scope:
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return scope


def _outcome(viewer: Viewer, pk: int) -> Outcome:
    found = Outcome.objects.visible_to(viewer).select_related("owner", "unit").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This outcome does not exist, or it is not yours to see."))
    return found


def _to_manage(viewer: Viewer, pk: int, scope: Scope) -> Outcome:
    found = _outcome(viewer, pk)
    if not pages.may_manage(found, scope):
        raise NotFound(_("This outcome is not yours to change."))
    return found
