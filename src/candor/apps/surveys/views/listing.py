"""The surveys there are, and the templates to start one from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.surveys import designing, drafts, wordings
from candor.apps.surveys.forms import NewSurveyForm
from candor.apps.surveys.library import TEMPLATES
from candor.apps.surveys.models import Survey
from candor.apps.surveys.queries import survey_designed_here, surveys_with_counts
from candor.foundation.errors import InvalidInput


def surveys(request: HttpRequest) -> HttpResponse:
    """Every survey: drafts, open and closed ones, and those that answers were imported from."""
    viewer = require(request, Permission.READ_FEEDBACK)
    rows = surveys_with_counts(viewer)
    if not viewer.can(Permission.MANAGE_SURVEYS):
        rows = [row for row in rows if row.survey.state != Survey.State.DRAFT]
    counts = {state: sum(row.survey.state == state for row in rows) for state in Survey.State}
    states = [(state.value, state.label, counts[state]) for state in Survey.State if counts[state]]
    chosen = request.GET.get("state", "")
    shown = [row for row in rows if chosen in {"", row.survey.state}]
    return render(request, "surveys/list.html", {"rows": shown, "states": states, "has_any": bool(rows)})


def new(request: HttpRequest) -> HttpResponse:
    """The library of templates; choosing one makes a draft."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    form = NewSurveyForm(request.POST or None, initial={"language": "en"})
    if request.method == "POST":
        if not form.is_valid():
            raise InvalidInput(_("Choose one of the languages, and a name of at most 120 characters."))
        survey = _create(request.POST.get("template", ""), form, viewer.person)
        language = form.cleaned_data["language"]
        if language == wordings.main_language(survey.draft or {}):
            return redirect("surveys:design", pk=survey.pk)
        messages.info(
            request,
            _(
                "The templates have words in English and German. Give them words in %(language)s here, beside the English."
            )
            % {"language": wordings.LANGUAGES[language]},
        )
        return redirect(f"{reverse('surveys:languages', args=[survey.pk])}?language={language}")
    groups: dict[str, list[object]] = {}
    for template in TEMPLATES.values():
        groups.setdefault(str(template.group), []).append(template)
    return render(request, "surveys/new.html", {"form": form, "groups": groups})


def _create(key: str, form: NewSurveyForm, by: Person) -> Survey:
    language, name = form.cleaned_data["language"], form.cleaned_data["name"]
    template = TEMPLATES.get(key)
    if template is None:
        name = name or _("New survey")
        return drafts.create_survey(name=name, definition=designing.blank(name, language), by=by)
    definition = template.definition(main=language if language in template.name else "en")
    return drafts.create_survey(
        name=name or template.name.get(language, template.name["en"]), definition=definition, by=by, type=template.type,
        moment=template.moment, is_anonymous=template.is_anonymous,
    )  # fmt: skip


@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the same questions."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    made = drafts.duplicate(survey=survey, by=viewer.person)
    return redirect("surveys:design", pk=made.pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft that was never published."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    drafts.discard(survey=get_object_or_404(Survey, pk=pk), by=viewer.person)
    return redirect("surveys:list")
