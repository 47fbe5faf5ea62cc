"""Taking a survey's answers away: choose a file, watch it being made, get it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.apps.surveys import exporting, tasks
from candor.apps.surveys.exports.files import all_formats
from candor.apps.surveys.models import Export
from candor.apps.surveys.queries import survey_answered_for
from candor.foundation.errors import NotFound

SHOWN = 10


def exports(request: HttpRequest, pk: int) -> HttpResponse:
    """Which file, of which answers; and the files that were made for the viewer today."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_FEEDBACK)
    survey = survey_answered_for(pk, viewer)
    scope = scope_of(request, viewer)
    request.scope = scope  # type: ignore[attr-defined]
    if request.method == "POST":
        exporting.ask_for_export(
            survey=survey, scope=scope, file_format=request.POST.get("format", ""), by=viewer.person, later=tasks.make_export.enqueue
        )  # fmt: skip
        return redirect(f"{reverse('surveys:exports', args=[pk])}?{scope.query}")
    made = list(Export.objects.filter(survey=survey, made_by=viewer.person).order_by("-pk")[:SHOWN])
    for one in made:
        one.format_name = exporting.format_named(one.format).name  # type: ignore[attr-defined]
    is_named = scope.holds_all(Permission.READ_PERSONAL_DATA, seen=Permission.EXPORT_DATA)
    context = {
        "survey": survey,
        "scope": scope,
        "formats": all_formats().values(),
        "exports": made,
        "is_named": is_named,
    }
    return render(request, "surveys/exports.html", context)


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a file is; leads to the page with its link once it is there."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_FEEDBACK)
    export = _own(viewer, pk)
    if export.is_under_way:
        return render(request, "surveys/export_progress.html", {"export": export})
    return HttpResponse(headers={"HX-Refresh": "true"})


def file(request: HttpRequest, pk: int) -> FileResponse:
    """The file."""
    viewer = require(request, Permission.EXPORT_DATA)
    require(request, Permission.READ_FEEDBACK)
    export = _own(viewer, pk)
    path = exporting.take_export(export=export, by=viewer.person)
    found = exporting.format_named(export.format)
    name = f"{slugify(export.survey.name)[:60] or 'answers'}-{export.until}-{found.key}.{found.ending}"
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type=found.content_type
    )
    response["Cache-Control"] = "no-store"
    return response


def _own(viewer: Viewer, pk: int) -> Export:
    export = Export.objects.filter(pk=pk, made_by=viewer.person).select_related("survey").first()
    if export is None:
        raise NotFound("There is no such file, or it is gone: files are kept for a day.")
    return export
