"""A questionnaire of another tool: choose the file, see what became of it and what did not, then make the draft."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.surveys import carrying, checks
from candor.foundation.errors import InvalidInput
from candor.intake import csv_lines
from candor.questionnaire.sources import Carried, Loss

_MOST_SHOWN = 200  # questions


def bring(request: HttpRequest) -> HttpResponse:
    """Choose a file; sent, what was read of it is shown and nothing stored."""
    require(request, Permission.MANAGE_SURVEYS)
    if request.method != "POST":
        return render(request, "surveys/bring.html")
    upload = request.FILES.get("file")
    if upload is None:
        raise InvalidInput(_("Choose a file first."))
    read = carrying.read_questionnaire(upload.read(), file_name=upload.name or "")
    return render(request, "surveys/brought.html", _context(read))


def _context(read: Carried) -> dict[str, Any]:
    checked = checks.check(read.definition)
    questionnaire = checked.questionnaire
    questions = questionnaire.questions() if questionnaire else ()
    return {
        "read": read, "checked": checked, "questions": questions[:_MOST_SHOWN], "n_questions": len(questions),
        "n_pages": len(questionnaire.pages) if questionnaire else 0, "languages": questionnaire.languages if questionnaire else (),
        "definition": json.dumps(read.definition, ensure_ascii=False),
        "losses": json.dumps([[one.place, one.code, one.what, one.advice] for one in read.losses], ensure_ascii=False),
    }  # fmt: skip


@require_POST
def store(request: HttpRequest) -> HttpResponse:
    """Make the draft of what was shown; or hand out the list of what could not be carried over."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    losses = _losses(request.POST.get("losses", ""))
    if request.POST.get("do") == "list":
        return _list(losses)
    survey = carrying.store_questionnaire(
        name=request.POST.get("name", "").strip(), definition=_sent(request.POST.get("definition", ""), dict), tool=request.POST.get("tool", "")[:40],
        losses=losses, by=viewer.person,
    )  # fmt: skip
    return redirect("surveys:design", pk=survey.pk)


def _sent(text: str, kind: type) -> Any:
    """What the page of the report carried along, which nobody should have changed."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("The page was damaged on its way. Choose the file again.")) from error
    if not isinstance(found, kind):
        raise InvalidInput(_("The page was damaged on its way. Choose the file again."))
    return found


def _losses(text: str) -> list[Loss]:
    rows = _sent(text or "[]", list)
    if any(
        not isinstance(row, list) or len(row) != 4 or not all(isinstance(one, str) for one in row)
        for row in rows
    ):
        raise InvalidInput(_("The page was damaged on its way. Choose the file again."))
    return [Loss(*row) for row in rows]


def _list(losses: list[Loss]) -> HttpResponse:
    rows = [[one.place, one.what, one.advice] for one in losses]
    lines = csv_lines([[_("Where"), _("What it was"), _("What to do")], *rows])
    response = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="not-carried-over.csv"'
    return response
