"""Where a survey hangs and stands: standing links with their QR codes and snippets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.surveys import boards, linking
from candor.apps.surveys.forms import LinkForm
from candor.apps.surveys.models import Link
from candor.apps.surveys.queries import survey_designed_here


def links(request: HttpRequest, pk: int) -> HttpResponse:
    """The links there are, each with what hangs it out, and a form for one more."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    form = LinkForm(request.POST or None, units=viewer.units(Permission.MANAGE_SURVEYS))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        linking.make_link(
            survey=survey, kind=said["kind"], name=said["name"], channel=said["channel"], unit=said["unit"],
            touchpoint_id=said["touchpoint"].pk if said["touchpoint"] else None, by=viewer.person,
            sites=said["sites"], reset_seconds=said["reset_seconds"],
        )  # fmt: skip
        return redirect("surveys:links", pk=pk)
    rows = [
        _row(link) for link in survey.links.select_related("unit", "touchpoint", "survey").order_by("-pk")
    ]
    context = {"survey": survey, "tabs": boards.tabs(survey), "form": form, "rows": rows}
    return render(request, "surveys/links.html", context)


def _row(link: Link) -> dict[str, object]:
    row: dict[str, object] = {"link": link, "address": linking.address(link)}
    if link.kind == Link.Kind.EMBED:
        row |= {"iframe": linking.iframe_snippet(link), "script": linking.script_snippet(link)}
    return row


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nobody answer there any more."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    link = get_object_or_404(Link, pk=pk)
    linking.revoke_link(link=link, by=viewer.person)
    return redirect("surveys:links", pk=link.survey_id)


def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The link's QR code as SVG."""
    require(request, Permission.MANAGE_SURVEYS)
    link = get_object_or_404(Link.objects.select_related("survey"), pk=pk)
    response = HttpResponse(linking.qr_svg(linking.address(link)), content_type="image/svg+xml")
    if "download" in request.GET:
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{link.survey.key[:40]}-{link.pk}.svg"'
        )
    return response
