"""The pages at which a survey is tried: what customers get, with nothing that counts."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candor.apps.organization.access import public, require
from candor.apps.organization.choices import Permission
from candor.apps.surveys import answer_pages, guards, linking, trials
from candor.apps.surveys.answer_steps import go_on, take_step
from candor.apps.surveys.errors import TooManyAnswers
from candor.apps.surveys.queries import survey_designed_here
from candor.foundation.errors import InvalidInput, NotFound
from candor.questionnaire import BadDefinition


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, token: str) -> HttpResponse:
    """Try a draft or a version; the address says which, is signed and lasts a week."""
    public(request)
    try:
        entrance = trials.trial_at(token)
    except BadDefinition as error:
        return answer_pages.sentence(trials.why_not(error), sites=("'self'",))
    if entrance is None:
        return answer_pages.unknown(request)
    page = trials.TrialPage(request, entrance, secret=request.POST.get("secret", ""))
    if request.method != "POST":
        page.data = {}
        return page.remember(page.step_with(request.GET.get("at", "")))
    if request.content_type == "application/json":
        guards.limit_trial(request, entrance)
        return _take_json(request, page)
    data, number, on_page = take_step(page, request.POST, request.FILES, page.data)
    try:
        guards.limit_trial(request, entrance)
    except TooManyAnswers as error:
        return page.step(data, number=number, notice=answer_pages.TOO_MANY, status=error.http_status)
    goes_back = request.POST.get("go") == "back"
    return page.remember(go_on(page, data, number, on_page, goes_back=goes_back))


def _take_json(request: HttpRequest, page: trials.TrialPage) -> HttpResponse:
    try:
        given = json.loads(request.body)
        data, is_finished = dict(given["data"]), given.get("finished") is True
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("An object with “data” was expected.") from error
    page.keep(data, is_finished=is_finished)
    return JsonResponse({"state": "finished" if is_finished else "kept"})


def trial_code(request: HttpRequest, pk: int, of: str) -> HttpResponse:
    """The QR code by which a phone comes to the trial."""
    require(request, Permission.MANAGE_SURVEYS)
    survey = survey_designed_here(pk)
    if of not in {trials.DRAFT, trials.VERSION}:
        raise NotFound
    return HttpResponse(linking.qr_svg(trials.address(survey, of)), content_type="image/svg+xml")
