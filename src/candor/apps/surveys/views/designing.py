"""The designer: one survey's questions, its languages and what is set beside them."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candor.apps.organization.access import require
from candor.apps.organization.choices import Permission
from candor.apps.organization.models import Person
from candor.apps.surveys import boards, carrying, designing, drafts, trials, wordings
from candor.apps.surveys.errors import DesignRefused
from candor.apps.surveys.forms import LONGEST_SUBJECT, LONGEST_TEXT, QuestionForm, SettingsForm
from candor.apps.surveys.models import Survey
from candor.apps.surveys.queries import survey_designed_here
from candor.foundation.errors import InvalidInput


def design(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor: pages with their questions, each with what can be said of it, beside a phone that shows them."""
    require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    board = boards.board_of(survey, opened=request.GET.get("open", ""))
    return render(
        request,
        "surveys/design.html",
        {
            "survey": survey,
            "board": board,
            "tabs": boards.tabs(survey),
            "trial": trials.path(survey, trials.DRAFT),
        },
    )


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one change. By HTMX the parts of the page that it touches, else the whole page."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    done = _do(request.POST, survey, viewer.person)
    if request.headers.get("HX-Request") != "true":
        return redirect(_back(request, survey, done))
    if done.is_quiet:
        return _saved(request, survey, done)
    board = boards.board_of(survey, opened=done.opened)
    response = render(request, "surveys/board.html", {"survey": survey, "board": board, "said": done.said})
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#board", "outerHTML"
    return _telling(response, survey, done)


def languages(request: HttpRequest, pk: int) -> HttpResponse:
    """Every text in two languages side by side; what is missing is marked."""
    require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    page = boards.languages_page(survey, request.GET.get("language", ""))
    return render(
        request, "surveys/languages.html", {"survey": survey, "tabs": boards.tabs(survey), "page": page}
    )


def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """What lies beside the questions: names, moment, colour, anonymity, the words at the end."""
    viewer = require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    form = SettingsForm(request.POST or None, instance=survey)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
        drafts.change_settings(survey=survey_designed_here(pk), by=viewer.person, **facts)
        return redirect("surveys:settings", pk=pk)
    shown = boards.settings_page(survey_designed_here(pk))
    return render(
        request,
        "surveys/settings.html",
        {"survey": survey_designed_here(pk), "tabs": boards.tabs(survey), "form": form, "page": shown},
    )


def definition(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as a SurveyJS file."""
    require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    response = HttpResponse(carrying.definition_file(survey), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{survey.key[:60]}.json"'
    return response


def _back(request: HttpRequest, survey: Survey, done: "boards.Done") -> str:
    if request.POST.get("do") == "text":
        return f"{reverse('surveys:languages', args=[survey.pk])}?language={request.POST.get('language', '')[:12]}"
    if request.POST.get("do") in {"closing", "letter"}:
        return reverse("surveys:settings", args=[survey.pk])
    return f"{reverse('surveys:design', args=[survey.pk])}?open={done.opened}#at-{done.opened}"


def _saved(request: HttpRequest, survey: Survey, done: "boards.Done") -> HttpResponse:
    """After typing: the fields keep their focus, so only what stands around them is drawn again."""
    context = {"survey": survey, "done": done}
    asked = request.POST.get("do")
    if asked in {"text", "closing", "letter"}:  # from the pages beside the board
        language = request.POST.get("language", "")
        page = boards.languages_page(survey, language) if asked == "text" else None
        response = render(request, "surveys/saved_beside.html", context | {"page": page})
        return _telling(response, survey, done)
    board = boards.board_of(survey, opened=done.opened)
    response = render(
        request, "surveys/saved.html", context | {"board": board, "card": board.card(done.opened)}
    )
    return _telling(response, survey, done)


def _telling(response: HttpResponse, survey: Survey, done: boards.Done) -> HttpResponse:
    told = {"revision": survey.draft_revision, "at": done.opened}
    response.headers["HX-Trigger"] = json.dumps({"draft-saved": told})
    return response


# -- Deeds: what a form of the editor asks for ---------------------------------------------------------------------------


def _do(sent: QueryDict, survey: Survey, by: Person) -> boards.Done:
    asked = sent.get("do", "")
    if asked == "undo":
        words = drafts.undo(survey=survey, revision=_revision(sent), by=by)
        return boards.Done(_("Undone: %(words)s") % {"words": words})
    if asked not in _DEEDS:
        raise InvalidInput(_("The designer knows no “%(do)s”.") % {"do": asked[:40]})
    with drafts.changing(survey=survey, revision=_revision(sent), by=by) as work:
        return _DEEDS[asked](sent, work)


def _add(sent: QueryDict, work: drafts.Change) -> boards.Done:
    taken = drafts.taken_keys(work.survey)
    made = designing.add_question(
        work.definition, kind=sent.get("kind", ""), page=_whole(sent, "page"), taken=taken
    )
    work.words = _("Added “%(name)s”") % {"name": designing.heading(work.definition, made)}
    return boards.Done(work.words, opened=made["name"])


def _change(sent: QueryDict, work: drafts.Change) -> boards.Done:
    """What was typed into one question's form."""
    key = sent.get("key", "")
    element = designing.element_of(work.definition, key)
    before = json.dumps(element, sort_keys=True)
    form = QuestionForm(sent, element=element)
    if not form.is_valid():
        faults = "; ".join(f"{form.fields[name].label}: {faults[0]}" for name, faults in form.errors.items())
        raise DesignRefused(
            _("“%(name)s” was not saved. %(faults)s")
            % {"name": designing.heading(work.definition, element), "faults": faults}
        )
    boards.put_form(element, form)
    was = str(element.get("visibleIf", ""))
    boards.put_condition(work.definition, element, sent)
    work.words = _("Changed “%(name)s”") % {"name": designing.heading(work.definition, element)}
    work.about = f"question {key}"
    is_same_shape = str(element.get("visibleIf", "")) == was
    said = _("Saved.") if before != json.dumps(element, sort_keys=True) else ""
    return boards.Done(said, opened=key, is_quiet=is_same_shape)


def _rename(sent: QueryDict, work: drafts.Change) -> boards.Done:
    key, to = sent.get("key", ""), sent.get("to", "").strip()
    taken = drafts.taken_keys(work.survey) - {key}
    designing.rename_question(work.definition, key, to, taken=taken)
    work.words = _("Gave “%(before)s” the key “%(after)s”") % {"before": key, "after": to}
    return boards.Done(work.words, opened=to)


def _new_key(sent: QueryDict, work: drafts.Change) -> boards.Done:
    """A key of its own for a question that asks something else than before."""
    key = sent.get("key", "")
    taken = drafts.taken_keys(work.survey)
    to = designing.free_key(work.definition, key, taken=taken | {key})
    designing.rename_question(work.definition, key, to, taken=taken - {key})
    work.words = _("Gave “%(before)s” the key “%(after)s”") % {"before": key, "after": to}
    return boards.Done(work.words, opened=to)


def _move(sent: QueryDict, work: drafts.Change) -> boards.Done:
    key = sent.get("key", "")
    page, place = designing.step_question(work.definition, key, down=sent.get("direction") == "down")
    return _placed(work, key, page, place)


def _place(sent: QueryDict, work: drafts.Change) -> boards.Done:
    key = sent.get("key", "")
    page, place = designing.place_question(
        work.definition, key, page=_whole(sent, "page"), place=_whole(sent, "place")
    )
    return _placed(work, key, page, place)


def _placed(work: drafts.Change, key: str, page: int, place: int) -> boards.Done:
    name = designing.heading(work.definition, designing.element_of(work.definition, key))
    work.words = _("Moved “%(name)s”") % {"name": name}
    count = len(designing.page_at(work.definition, page)["elements"])
    said = _("“%(name)s” is now number %(place)s of %(all)s on page %(page)s.") % {
        "name": name, "place": place + 1, "all": count, "page": page + 1,
    }  # fmt: skip
    return boards.Done(said)


def _duplicate(sent: QueryDict, work: drafts.Change) -> boards.Done:
    made = designing.duplicate_question(
        work.definition, sent.get("key", ""), taken=drafts.taken_keys(work.survey)
    )
    work.words = _("Duplicated “%(name)s”") % {"name": designing.heading(work.definition, made)}
    return boards.Done(work.words, opened=made["name"])


def _remove(sent: QueryDict, work: drafts.Change) -> boards.Done:
    removed = designing.remove_question(work.definition, sent.get("key", ""))
    work.words = _("Deleted “%(name)s”") % {"name": designing.heading(work.definition, removed)}
    return boards.Done(work.words)


def _add_page(sent: QueryDict, work: drafts.Change) -> boards.Done:
    designing.add_page(work.definition)
    work.words = _("Added page %(number)s") % {"number": len(designing.pages(work.definition))}
    return boards.Done(work.words)


def _change_page(sent: QueryDict, work: drafts.Change) -> boards.Done:
    number = _whole(sent, "page")
    page = designing.page_at(work.definition, number)
    wordings.put(page, "title", sent.get("title", "").strip()[:LONGEST_TEXT])
    work.words = _("Changed the title of page %(number)s") % {"number": number + 1}
    work.about = f"page {number}"
    return boards.Done(_("Saved."), is_quiet=True)


def _move_page(sent: QueryDict, work: drafts.Change) -> boards.Done:
    place = designing.move_page(work.definition, _whole(sent, "page"), down=sent.get("direction") == "down")
    work.words = _("Moved a page")
    return boards.Done(_("The page is now number %(place)s.") % {"place": place + 1})


def _remove_page(sent: QueryDict, work: drafts.Change) -> boards.Done:
    number = _whole(sent, "page")
    designing.remove_page(work.definition, number)
    work.words = _("Deleted page %(number)s") % {"number": number + 1}
    return boards.Done(work.words)


def _title(sent: QueryDict, work: drafts.Change) -> boards.Done:
    for field in ("title", "description"):
        if field in sent:
            wordings.put(work.definition, field, sent.get(field, "").strip()[:LONGEST_TEXT])
    work.words, work.about = _("Changed the title"), "title"
    return boards.Done(_("Saved."), is_quiet=True)


def _closing(sent: QueryDict, work: drafts.Change) -> boards.Done:
    text = sent.get("thanks", "").strip()[:LONGEST_TEXT]
    wordings.put(work.definition, "completedHtml", wordings.marked_up(text))
    designing.set_flag(work.definition, "showProgressBar", "progress" in sent)
    work.words, work.about = _("Changed the thanks at the end"), "closing"
    return boards.Done(_("Saved."), is_quiet=True)


def _letter(sent: QueryDict, work: drafts.Change) -> boards.Done:
    """What the message says that asks."""
    subject = " ".join(sent.get("subject", "").split())[:LONGEST_SUBJECT]
    wordings.put(work.definition, wordings.MAIL_SUBJECT, subject)
    text = sent.get("words", "").replace("\r\n", "\n").strip()[:LONGEST_TEXT]
    wordings.put(work.definition, wordings.MAIL_TEXT, text)
    work.words, work.about = _("Changed the message that asks"), "letter"
    return boards.Done(_("Saved."), is_quiet=True)


def _text(sent: QueryDict, work: drafts.Change) -> boards.Done:
    """One text in one language."""
    language, path = sent.get("language", ""), sent.get("path", "")
    if language not in wordings.LANGUAGES:
        raise InvalidInput(
            _("“%(language)s” is no language that is offered here.") % {"language": language[:12]}
        )
    found = next((text for text in wordings.texts(work.definition) if text.path == path), None)
    if found is None:
        raise DesignRefused(_("This text is not there any more. Load the page again."))
    main = wordings.main_language(work.definition)
    text = sent.get("text", "").strip()[:8_000]
    if language == main and not text:
        raise DesignRefused(
            _("The text in the main language can’t be empty; delete the question or the choice instead.")
        )
    found.set(text, "" if language == main else language)
    if language != main:
        wordings.settle(work.definition, found, language)
    work.words = _("Changed words in %(language)s") % {"language": wordings.LANGUAGES[language]}
    work.about = f"text {language} {path}"
    return boards.Done(_("Saved."), is_quiet=True)


def _drop_language(sent: QueryDict, work: drafts.Change) -> boards.Done:
    language = sent.get("language", "")
    if language not in wordings.languages_of(work.definition)[1:]:
        raise InvalidInput(
            _("The survey has no words in “%(language)s” to take out.") % {"language": language[:12]}
        )
    wordings.drop_language(work.definition, language)
    work.words = _("Took out %(language)s") % {"language": wordings.LANGUAGES.get(language, language)}
    return boards.Done(work.words)


def _expression(sent: QueryDict, work: drafts.Change) -> boards.Done:
    """The condition as an expert writes it."""
    element = designing.element_of(work.definition, sent.get("key", ""))
    designing.set_expression(element, sent.get("expression", ""))
    work.words = _("Changed when “%(name)s” is shown") % {"name": designing.heading(work.definition, element)}
    return boards.Done(work.words, opened=element["name"])


_DEEDS: dict[str, Callable[[QueryDict, drafts.Change], boards.Done]] = {
    "add": _add,
    "change": _change,
    "rename": _rename,
    "new-key": _new_key,
    "move": _move,
    "place": _place,
    "duplicate": _duplicate,
    "remove": _remove,
    "add-page": _add_page,
    "change-page": _change_page,
    "move-page": _move_page,
    "remove-page": _remove_page,
    "title": _title,
    "closing": _closing,
    "letter": _letter,
    "text": _text,
    "drop-language": _drop_language,
    "expression": _expression,
}


def _revision(sent: QueryDict) -> int:
    return _whole(sent, "revision", _("The form does not say which draft it changes. Load the page again."))


def _whole(sent: QueryDict, name: str, otherwise: str = "") -> int:
    text = sent.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput(
            otherwise or _("“%(text)s” is no number; expected one from 0.") % {"text": text[:20]}
        )
    return int(text)
