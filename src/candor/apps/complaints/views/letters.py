"""Letters about a complaint: made from a template, looked at, sent, and kept as they left."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import Viewer, require
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import scope_of
from candor.foundation.addresses import record_id
from candor.foundation.errors import NotFound

from .. import letters, queries
from ..choices import LetterKind
from ..forms import LetterForm
from ..models import Complaint, Letter, LetterTemplate, LetterTemplateVersion


def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter as a template gives it, to be read, changed and sent."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    shown = _complaint(viewer, pk)
    version = _version(request, shown)
    drafted = letters.draft(shown, version) if version else _blank(shown)
    form = LetterForm(
        request.POST or None, initial={"to": drafted.to, "subject": drafted.subject, "body": drafted.body}
    )
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        letter = letters.Draft(
            version=version, kind=drafted.kind, language=drafted.language, subject=fields["subject"], body=fields["body"], to=fields["to"]
        )  # fmt: skip
        kept = letters.send_letter(complaint=shown, letter=letter, by=viewer.person)
        messages.success(
            request, _("The letter is on its way.") if kept.to else _("The letter is ready to be printed.")
        )
        return redirect("complaints:letter", kept.pk)
    context = {
        "complaint": shown, "form": form, "draft": drafted, "version": version,
        "templates": LetterTemplate.objects.filter(is_active=True),
    }  # fmt: skip
    return render(request, "complaints/write.html", context, status=422 if form.errors else 200)


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter exactly as it was sent."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    request.scope = scope_of(request, viewer)  # type: ignore[attr-defined]
    shown = _letter(viewer, pk)
    return render(request, "complaints/letter.html", {"letter": shown, "complaint": shown.complaint})


def letter_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it left, or the PDF to print."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    shown = _letter(viewer, pk)
    name, kind, content = letters.file_of(shown)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def posted(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a printed letter was posted."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    letters.note_posted(letter=_letter(viewer, pk), by=viewer.person)
    messages.success(request, _("Noted that it was posted."))
    return redirect("complaints:letter", pk)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a letter once more that could not be mailed."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    letters.send_again(letter=_letter(viewer, pk), by=viewer.person)
    messages.success(request, _("The letter is on its way again."))
    return redirect("complaints:letter", pk)


def _complaint(viewer: Viewer, pk: int) -> Complaint:
    shown = queries.complaint_for(viewer, pk)
    if shown is None or not _may_write(viewer, shown):
        raise NotFound(_("This complaint does not exist, or it is not yours to answer."))
    return shown


def _may_write(viewer: Viewer, shown: Complaint) -> bool:
    """Who handles complaints and reads personal data there: a letter bears the customer's name and address."""
    needed = (Permission.HANDLE_FEEDBACK, Permission.READ_PERSONAL_DATA)
    return all(viewer.holds(permission, shown.feedback.unit) for permission in needed)


def _letter(viewer: Viewer, pk: int) -> Letter:
    found = (
        Letter.objects.filter(pk=pk)
        .select_related("complaint__feedback__unit", "made_by", "version__template")
        .first()
    )
    if found is None or not _may_write(viewer, found.complaint):
        raise NotFound(_("This letter does not exist, or it is not yours to see."))
    return found


def _version(request: HttpRequest, shown: Complaint) -> LetterTemplateVersion | None:
    """The template that the address asks for, else one of the kind it asks for, else of what comes next."""
    chosen = record_id(request.GET.get("template", ""))
    if chosen is not None:
        template = LetterTemplate.objects.filter(pk=chosen, is_active=True).first()
        return template.versions.order_by("-number").first() if template else None
    asked = request.GET.get("kind", "")
    kind = LetterKind(asked) if asked in LetterKind.values else letters.next_kind(shown)
    return letters.template_for(shown, kind)


def _blank(shown: Complaint) -> letters.Draft:
    who: Any = getattr(shown, "complainant", None)
    return letters.Draft(
        version=None,
        kind=LetterKind.HOLDING,
        language=letters.language_of(shown),
        subject="",
        body="",
        to=who.email if who else "",
    )
