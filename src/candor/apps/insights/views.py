"""Pages of Understand: themes, one theme, what is rising, the few issues that matter; and critical moments of journeys."""

from typing import get_args

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.feedback.models import Feedback
from candor.apps.journeys.models import Journey
from candor.apps.journeys.queries import journeys_with_sizes
from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import check_may_export, scope_of
from candor.apps.organization.services import record_audit
from candor.apps.scores.queries import Dimension, scope_words
from candor.apps.scores.steps import Step
from candor.apps.surveys.models import Survey
from candor.foundation.errors import InvalidInput, NotAllowed, NotFound

from . import moment_pages, moment_searches, pages, queries, services, tasks
from .exports import themes_as_csv
from .forms import MergeForm, RenameForm
from .models import Theme
from .survey_themes import themes_of_survey


def themes(request: HttpRequest) -> HttpResponse:
    """Every theme with its share and its months."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "insights/themes.html", {"scope": scope} | pages.themes_page(scope))


def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """One theme; asked by HTMX for another split, only that part of the page."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    found = queries.theme_named(pk, viewer)
    if found.pk != pk:
        return redirect(f"{reverse('insights:theme', args=[found.pk])}?{scope.query}")
    context = {"scope": scope} | pages.split_part(found, _dimension(request), scope)
    if request.headers.get("HX-Target") == "split":
        return render(request, "insights/split.html", context)
    return render(
        request, "insights/theme.html", context | pages.theme_page(found, scope, step=_step(request))
    )


def rising(request: HttpRequest) -> HttpResponse:
    """Themes and complaint issues that came in more often than before."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "insights/rising.html", {"scope": scope, "rising": queries.rising(scope)})


def priorities(request: HttpRequest) -> HttpResponse:
    """The few issues that put the most at stake."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    return render(request, "insights/priorities.html", {"scope": scope} | pages.priorities_page(scope))


def moments(request: HttpRequest, key: str = "") -> HttpResponse:
    """Critical moments of a journey; without a key, of the first one that is designed, else of the first."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    journeys = list(journeys_with_sizes())
    by_design = sorted(journeys, key=lambda one: not one.touchpoint_count)  # type: ignore[attr-defined]
    chosen = next((one for one in by_design if one.key == key or not key), None)
    if key and chosen is None:
        raise NotFound(_("There is no such journey."))
    tabs = [(one.name, f"{reverse('insights:moments_of', args=[one.key])}?{scope.query}") for one in journeys]
    context = moment_pages.moments_page(chosen, scope) if chosen else {}
    return render(request, "insights/moments.html", {"scope": scope, "journey_tabs": tabs} | context)


def moments_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a search for critical moments is; the page is loaded anew when it ends."""
    require(request, Permission.READ_INSIGHTS)
    answer = moment_searches.state_of(pk)
    if answer is None or not answer.is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"answer": answer, "found": "known" in request.GET}
    return render(request, "insights/moments_state.html", context)


def moments_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The critical moments of a journey, on the journey's page."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = scope_of(request, viewer)
    journey = get_object_or_404(Journey, pk=pk)
    return render(
        request, "insights/moments_panel.html", {"scope": scope} | moment_pages.moments_page(journey, scope)
    )


def export(request: HttpRequest) -> StreamingHttpResponse:
    """The themes that the page shows, as CSV."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_INSIGHTS)
    scope = scope_of(request, viewer)
    check_may_export(scope, Permission.READ_INSIGHTS)
    table = queries.theme_table(scope)
    with transaction.atomic():
        record_audit(
            by=viewer.person, action="themes.exported", rows=len(table.rows), scope=scope_words(scope),
            since=str(scope.period.since), until=str(scope.period.until),
        )  # fmt: skip
    response = StreamingHttpResponse(themes_as_csv(table, scope), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="themes-{scope.period.until}.csv"'
    return response


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Have a worker look for themes now."""
    viewer = require(request, Permission.CURATE_THEMES)
    _check_may_curate(viewer)
    with transaction.atomic():
        tasks.find_themes_soon()
        record_audit(by=viewer.person, action="themes.asked_for")
    messages.success(request, _("A worker is reading the comments. Themes appear here when it is done."))
    return redirect("insights:themes")


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a theme a name that stays."""
    viewer = require(request, Permission.CURATE_THEMES)
    changed = _to_curate(viewer, pk)
    form = RenameForm(request.POST if "name" in request.POST else request.GET)
    if not form.is_valid():
        raise InvalidInput(_("A name has at most 120 letters."))
    before, name = changed.given_name, form.cleaned_data["name"]
    services.rename_theme(theme=changed, name="" if name == changed.proposed_name else name, by=viewer.person)
    undo = QueryDict(mutable=True)
    undo["name"] = before
    _tell(
        request,
        _("It is called “%(name)s” now.") % {"name": changed.name},
        "rename",
        pk,
        query=undo.urlencode(),
    )
    return redirect("insights:theme", pk)


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a theme as part of another."""
    viewer = require(request, Permission.CURATE_THEMES)
    part = _to_curate(viewer, pk)
    form = MergeForm(request.POST, others=list(Theme.objects.filter(merged_into=None).exclude(pk=pk)))
    if not form.is_valid():
        raise InvalidInput(_("Choose the theme that this one is part of."))
    whole = _to_curate(viewer, form.cleaned_data["into"])
    services.merge_themes(theme=part, into=whole, by=viewer.person)
    _tell(
        request,
        _("“%(part)s” counts as “%(whole)s” now.") % {"part": part.name, "whole": whole.name},
        "split_off",
        pk,
    )
    return redirect("insights:theme", whole.pk)


@require_POST
def split_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merged theme out again."""
    viewer = require(request, Permission.CURATE_THEMES)
    part = _to_curate(viewer, pk)
    services.split_off_theme(theme=part, by=viewer.person)
    messages.success(request, _("“%(name)s” stands for itself again.") % {"name": part.name})
    return redirect("insights:theme", pk) if part.is_published else redirect("insights:themes")


@require_POST
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a theme off every page."""
    viewer = require(request, Permission.CURATE_THEMES)
    hidden = services.hide_theme(theme=_to_curate(viewer, pk), by=viewer.person)
    _tell(request, _("“%(name)s” is hidden, now and in later runs.") % {"name": hidden.name}, "show", pk)
    return redirect("insights:themes")


@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a hidden theme back."""
    viewer = require(request, Permission.CURATE_THEMES)
    shown = services.show_theme(theme=_to_curate(viewer, pk), by=viewer.person)
    _tell(request, _("“%(name)s” is shown again.") % {"name": shown.name}, "hide", pk)
    return redirect("insights:themes")


def feedback_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The theme of a comment, on the page of its feedback."""
    viewer = require(request, Permission.READ_FEEDBACK)
    readable = Feedback.objects.visible_to(viewer).visible_to(viewer, Permission.READ_INSIGHTS)
    shown = readable.filter(pk=pk).first()
    found = queries.themes_of(shown) if shown is not None else []
    return render(request, "insights/panel.html", {"themes": found}) if found else HttpResponse("")


def survey_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """What the comments of a survey speak of, on the page of its results."""
    viewer = require(request, Permission.READ_INSIGHTS)
    scope = scope_of(request, viewer)
    survey = get_object_or_404(Survey, pk=pk)
    found = themes_of_survey(survey.key, scope)
    return render(request, "insights/survey_panel.html", {"scope": scope, "found": found})


def _to_curate(viewer: Viewer, pk: int) -> Theme:
    _check_may_curate(viewer)
    return get_object_or_404(Theme, pk=pk)


def _check_may_curate(viewer: Viewer) -> None:
    if not pages.may_curate(viewer):
        raise NotAllowed(_("Themes are everybody’s: only who sees the whole organization may change them."))


def _tell(request: HttpRequest, text: str, undo: str, pk: int, query: str = "") -> None:
    """Say what was done, with a way to take it back."""
    url = reverse(f"insights:{undo}", args=[pk])
    messages.success(request, text, extra_tags=f"undo={url}{'?' + query if query else ''}")


def _dimension(request: HttpRequest) -> Dimension | None:
    asked = request.GET.get("by", "")
    if asked and asked not in queries.DIMENSIONS:
        raise InvalidInput(
            f"Themes can’t be split by “{asked}”; expected one of {', '.join(queries.DIMENSIONS)}."
        )
    return asked or None


def _step(request: HttpRequest) -> Step | None:
    asked = request.GET.get("step", "")
    if asked and asked not in get_args(Step):
        raise InvalidInput(f"“{asked}” is no step of time; expected one of {', '.join(get_args(Step))}.")
    return asked or None  # type: ignore[return-value]
