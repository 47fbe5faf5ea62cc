"""Files that came with an answer: named on its page, handed out to be saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from candor.apps.feedback.models import Feedback
from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.services import record_audit
from candor.foundation.attachments import to_save
from candor.foundation.errors import NotFound

from ..queries import files_of, visible_file


def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Which files came with an answer, on the page of its feedback; nothing where none did."""
    viewer = require(request, Permission.READ_FEEDBACK)
    shown = Feedback.objects.visible_to(viewer).filter(pk=pk).select_related("unit").first()
    files = files_of(shown) if shown else []
    if not shown or not files:
        return HttpResponse("")
    may_see = viewer.holds(Permission.READ_PERSONAL_DATA, shown.unit)
    return render(request, "surveys/files_panel.html", {"files": files, "may_see": may_see})


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file, for those who may read personal data of the answer's unit; that it was taken is written down."""
    viewer = require(request, Permission.READ_PERSONAL_DATA)
    found = visible_file(viewer, pk)
    if found is None:
        raise NotFound("This file does not exist, or it is not yours to see.")
    record_audit(by=viewer.person, action="survey_file.taken", target=found.response.feedback)
    return to_save(name=found.name, content_type=found.content_type, content=bytes(found.content))
