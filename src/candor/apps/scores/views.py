"""Measure: all measures on one page, and one measure with its run, its splits and how it is counted."""

from typing import get_args

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from candor.apps.complaints.queries import kept_by_rules
from candor.apps.organization.access import public, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope, check_may_export, scope_of
from candor.apps.organization.services import record_audit
from candor.apps.surveys.boards import tabs
from candor.apps.surveys.queries import survey_answered_for
from candor.foundation.errors import InvalidInput, NotFound

from . import pages, queries, sharing, survey_pages
from .exports import split_as_csv
from .models import SharedResults
from .queries import Dimension, SplitBy
from .registry import MEASURES, measure_named
from .steps import Step
from .survey_pdf import results_as_pdf
from .survey_results import DIMENSIONS, survey_result


def scores(request: HttpRequest) -> HttpResponse:
    """Every measure in the scope, with its change and its months."""
    viewer = require(request, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    return render(request, "scores/scores.html", {"scope": scope} | pages.scores_page(scope))


def measure(request: HttpRequest, key: str) -> HttpResponse:
    """One measure; asked by HTMX for another split, only that part of the page."""
    viewer = require(request, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    found = measure_named(key)
    dimension = _dimension(request) or pages.first_dimension(found, scope)
    context = {"scope": scope} | pages.split_part(found, dimension, scope)
    if request.headers.get("HX-Target") == "split":
        return render(request, "scores/split.html", context)
    return render(request, "scores/measure.html", context | pages.measure_page(found, _step(request), scope))


def export(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The split that a measure's page shows, as CSV."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    check_may_export(scope)
    found = measure_named(key)
    dimension = _dimension(request) or pages.first_dimension(found, scope)
    split = queries.split(found, dimension, scope=scope)
    with transaction.atomic():
        record_audit(
            by=viewer.person, action="scores.exported", measure=key, dimension=dimension, rows=len(split.rows),
            scope=split.whole.scope_words, since=str(scope.period.since), until=str(scope.period.until),
        )  # fmt: skip
    response = StreamingHttpResponse(split_as_csv(split), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}-by-{dimension}-{scope.period.until}.csv"'
    return response


def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """What one survey says: each question with its number, spread, run and groups, and the comments."""
    viewer = require(request, Permission.READ_SCORES)
    found = survey_answered_for(pk, viewer, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    result = survey_result(found, scope=scope, by=_survey_dimension(request), step=_step(request))
    context = survey_pages.results_page(result, scope) | survey_pages.comments_part(result, scope)
    is_designed_here = viewer.can(Permission.MANAGE_SURVEYS) and found.draft is not None
    context |= {
        "scope": scope,
        "data_end": pages.data_end(scope),
        "tabs": tabs(found) if is_designed_here else [],
    }
    return render(request, "scores/survey.html", context)


def survey_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same results as a PDF, for those who may take data away."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_SCORES)
    found = survey_answered_for(pk, viewer, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    check_may_export(scope)
    result = survey_result(found, scope=scope, by=_survey_dimension(request), step=_step(request))
    content = results_as_pdf(survey_pages.results_page(result, scope), scope)
    with transaction.atomic():
        record_audit(
            by=viewer.person, action="survey_results.exported", target=found, scope=queries.scope_words(scope)
        )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = (
        f'attachment; filename="{slugify(found.name)[:60] or "results"}-{scope.period.until}.pdf"'
    )
    return response


def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Links to a survey's results for people without an account; POST makes one and shows it this once."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_SCORES)
    found = survey_answered_for(pk, viewer, Permission.READ_SCORES)
    scope = _scope(request, scope_of(request, viewer))
    may_show_comments = viewer.can(Permission.READ_FEEDBACK)
    link = ""
    if request.method == "POST":
        days = request.POST.get("days", "")
        _shared, secret = sharing.share_results(
            survey=found, scope=scope, days=int(days) if days.isdecimal() else 0, by=viewer.person,
            has_comments=may_show_comments and "comments" in request.POST,
        )  # fmt: skip
        link = request.build_absolute_uri(reverse("scores:shared", args=[secret]))
    links = SharedResults.objects.filter(
        survey=found, made_by=viewer.person, revoked_at=None, expires_at__gt=timezone.now()
    )
    context = {
        "survey": found,
        "scope": scope,
        "links": links,
        "link": link,
        "days": sharing.DAYS,
        "may_show_comments": may_show_comments,
    }
    return render(request, "scores/share.html", context)


@require_POST
def unshare(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one of the viewer's own links lead nowhere."""
    viewer = require(request, Permission.EXPORT_DATA)
    shared = SharedResults.objects.filter(pk=pk, made_by=viewer.person).select_related("survey").first()
    if shared is None:
        raise NotFound("There is no such link.")
    sharing.revoke_results(shared=shared, by=viewer.person)
    return redirect("scores:share", shared.survey_id)


def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """What a link shows: the results as its maker sees them, read only."""
    public(request)
    found, scope = sharing.shared_by(secret, now=timezone.now())
    result = survey_result(found.survey, scope=scope, by=None)
    context = survey_pages.results_page(result, scope) | {"scope": scope, "is_shared": True}
    if found.has_comments:
        context |= survey_pages.comments_part(result, scope) | {"panels": []}
    response = render(request, "scores/shared.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def complaints_panel(request: HttpRequest) -> HttpResponse:
    """The share of complaints answered in time, for the page of complaints."""
    viewer = require(request, Permission.READ_FEEDBACK)
    if not viewer.can(Permission.READ_SCORES):
        return HttpResponse("")
    scope = _scope(request, scope_of(request, viewer))
    measure = MEASURES["timely_response"]
    by_rules = [
        (name, queries.share_of(measure, hits=kept, of=of, scope=scope))
        for name, kept, of in kept_by_rules(scope)
    ]
    context = {"scope": scope, "result": queries.estimate(measure, scope=scope), "by_rules": by_rules}
    return render(request, "scores/complaints_panel.html", context)


def _scope(request: HttpRequest, scope: Scope) -> Scope:
    """The scope, also told to the top bar."""
    request.scope = scope  # type: ignore[attr-defined]
    return scope


def _dimension(request: HttpRequest) -> Dimension | None:
    asked = request.GET.get("by", "")
    if asked and asked not in get_args(Dimension):
        raise InvalidInput(
            f"Scores can’t be split by “{asked}”; expected one of {', '.join(get_args(Dimension))}."
        )
    return asked or None  # type: ignore[return-value]


def _survey_dimension(request: HttpRequest) -> SplitBy | None:
    asked = request.GET.get("by", "")
    if asked and asked not in DIMENSIONS:
        raise InvalidInput(f"Surveys can’t be split by “{asked}”; expected one of {', '.join(DIMENSIONS)}.")
    return next((one for one in DIMENSIONS if one == asked), None)


def _step(request: HttpRequest) -> Step:
    asked = request.GET.get("step", "month")
    if asked not in get_args(Step):
        raise InvalidInput(f"“{asked}” is no step of time; expected one of {', '.join(get_args(Step))}.")
    return asked  # type: ignore[return-value]
