"""Letting a survey out: what changed, publishing, opening and closing."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.surveys import boards, checks, publishing, trials
from candor.apps.surveys.differences import differences, reworded, shifted
from candor.apps.surveys.forms import ScheduleForm
from candor.apps.surveys.models import Survey
from candor.apps.surveys.queries import survey_designed_here
from candor.foundation.errors import InvalidInput


def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change for customers and what speaks against it; then the button."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    if request.method == "POST":
        text = request.POST.get("revision", "")
        if not text.isdecimal() or len(text) > 9:
            raise InvalidInput("The form does not say which draft it publishes. Load the page again.")
        same = [
            key.removeprefix("same-")
            for key, said in request.POST.items()
            if key.startswith("same-") and said == "yes"
        ]
        publishing.publish(survey=survey, revision=int(text), by=viewer.person, same_meaning=same)
        return redirect("surveys:publish", pk=pk)
    return render(request, "surveys/publish.html", _context(survey))


def _context(survey: Survey) -> dict[str, Any]:
    versions = list(survey.versions.select_related("published_by"))
    draft, last = survey.draft or {}, versions[0] if versions else None
    checked = checks.check(draft)
    is_readable = checked.questionnaire is not None
    changes = differences(last.definition, draft) if last else []
    told = [
        (version, differences(older.definition, version.definition)) for version, older in pairwise(versions)
    ]
    return {
        "survey": survey, "tabs": boards.tabs(survey), "checked": checked, "last": last, "changes": changes,
        "is_same": last is not None and last.definition == draft, "versions": [*told, *((one, []) for one in versions[-1:])],
        "shifts": shifted(publishing.published_questions(survey), draft) if is_readable else [],
        "reworded": reworded(last.definition, draft) if last else [],
        "trial": trials.path(survey, trials.DRAFT), "test": trials.path(survey, trials.VERSION),
        "tested": survey.responses.filter(is_test=True).count(),
        "form": ScheduleForm(initial={"opens_at": survey.opens_at, "closes_at": survey.closes_at}),
    }  # fmt: skip


@require_POST
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Open or close it."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    wanted = request.POST.get("state", "")
    if wanted not in {"open", "closed"}:
        raise InvalidInput(f"“{wanted[:20]}” is no state; expected open or closed.")
    publishing.set_open(survey=survey_designed_here(pk), is_open=wanted == "open", by=viewer.person)
    return redirect("surveys:publish", pk=pk)


@require_POST
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """From when until when it takes answers."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        faults = "; ".join(f"{form.fields[name].label}: {faults[0]}" for name, faults in form.errors.items())
        raise InvalidInput(faults)
    publishing.schedule(survey=survey_designed_here(pk), by=viewer.person, **form.cleaned_data)
    return redirect("surveys:publish", pk=pk)
