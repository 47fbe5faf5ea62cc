"""The pages at which people answer, for everybody who holds a link; without a session, a cookie or a script.

A browser is known by a secret of its own that its form carries, so that no page elsewhere can send an answer in somebody's name.
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candor.apps.organization.access import public
from candor.apps.organization.calls import refuse_constant
from candor.foundation.errors import DomainError, InvalidInput
from candor.foundation.middleware import problem_details
from candor.questionnaire import Question

from .. import answer_pages as pages
from .. import guards
from ..answer_forms import PREFIX, is_tapped, read_step, steps, where_to_go_on
from ..answer_steps import go_on, take_step
from ..entrances import Entrance, Trouble, by_secret, by_token
from ..errors import NotOpen, TooManyAnswers
from ..responses import response_at


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer by the link of an invitation."""
    public(request)
    return _answer(request, by_secret(secret))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Answer at a standing link."""
    public(request)
    return _answer(request, by_token(token))


@require_http_methods(["GET", "HEAD"])
def embed(request: HttpRequest, token: str) -> HttpResponse:
    """The script that puts a standing link into another site's page."""
    public(request)
    return pages.embed_script(request, by_token(token))


def _answer(request: HttpRequest, entrance: Entrance | None) -> HttpResponse:
    if entrance is None:
        return pages.unknown(request)
    if request.method != "POST":
        return _open(request, entrance)
    if request.content_type == "application/json":
        try:
            return pages.private(_take_json(request, entrance))
        except DomainError as error:
            return pages.private(problem_details(error))
    return _take_form(request, entrance)


def _open(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """The first page, or the page where its answers end if some came before. Opening it keeps nothing: machines that look
    into mails follow every link."""
    page = pages.AnswerPage(request, entrance)
    if trouble := entrance.trouble(timezone.now()):
        return page.trouble(trouble)
    before = response_at(entrance, "")
    if before is not None and (before.finished_at or before.is_taken_in):
        return page.trouble(Trouble.ANSWERED)
    data = dict(before.data) if before else {}
    asks = entrance.questionnaire
    score = request.GET.get("score", "")
    if score and not data and is_tapped(first := asks.questions()[0]):
        return page.with_score(_picked(first, score))
    walk = steps(asks, data, is_anonymous=entrance.is_anonymous)
    return page.step(data, number=where_to_go_on(data, walk))


def _picked(question: Question, score: str) -> dict[str, Any]:
    posted = QueryDict(mutable=True)
    posted[PREFIX + question.name] = score
    return read_step([question], posted, {})


def _take_form(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    posted = request.POST
    page = pages.AnswerPage(request, entrance, secret=posted.get("secret", ""))
    if guards.is_trapped(entrance, posted):
        return page.thanks()
    before = response_at(entrance, page.secret)
    if before is not None and (before.finished_at is not None or before.is_taken_in):
        return page.ended(before)
    if before is None and (trouble := entrance.trouble(timezone.now())):
        return page.trouble(trouble)
    data, number, on_page = take_step(page, posted, request.FILES, before.data if before else {})
    try:
        guards.limit(request, entrance)
        if before is None and guards.is_hasty(entrance, posted.get("opened", "")):
            return page.step(data, number=number, notice=pages.HASTY)
        return go_on(page, data, number, on_page, goes_back=posted.get("go") == "back")
    except NotOpen as error:
        return page.trouble(error.trouble)
    except TooManyAnswers as error:
        return page.step(data, number=number, notice=pages.TOO_MANY, status=error.http_status)


def _take_json(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    """What the script of a longer survey, a kiosk or a score from a mail sends."""
    given = _json(request)
    secret, data = given.get("secret"), given.get("data")
    if not isinstance(secret, str) or not isinstance(data, dict):
        raise InvalidInput("An object with “secret” and “data” was expected.")
    page = pages.AnswerPage(request, entrance, secret=secret)
    if guards.is_trapped(entrance, given):
        return JsonResponse({"state": "finished"})
    guards.limit(request, entrance)
    if response_at(entrance, page.secret) is None and guards.is_hasty(entrance, str(given.get("opened", ""))):
        raise TooManyAnswers(str(pages.HASTY), seconds=2)
    is_finished, is_unconfirmed = given.get("finished") is True, given.get("unconfirmed") is True
    if is_unconfirmed and (entrance.is_anonymous or is_finished):
        raise InvalidInput("This can't be sent without somebody pressing a button.")
    kept = page.keep(data, is_finished=is_finished, is_unconfirmed=is_unconfirmed)
    return JsonResponse({"state": "finished" if kept.finished_at else "kept"})


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("A JSON object was expected.") from error
    if not isinstance(given, dict):
        raise InvalidInput("A JSON object was expected.")
    return given
