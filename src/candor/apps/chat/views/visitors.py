"""The chat for anybody who is on the company's pages: without a session or a cookie, and without a script if need be.

A visitor is known by the secret in the chat's address, so that no page elsewhere can write in somebody's name.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from candor.apps.organization.access import public
from candor.apps.surveys.answer_pages import private
from candor.foundation import strangers
from candor.foundation.addresses import record_id
from candor.foundation.assets import built_text
from candor.foundation.errors import DomainError, InvalidInput, NotFound

from .. import answering, queries, services, visiting
from ..choices import ArticleState
from ..errors import TooManyMessages
from ..models import Article, Visit
from ..visiting import VisitorPage


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first page; its form begins a chat with the first message."""
    public(request)
    page = VisitorPage(request)
    if not page.setup.is_open:
        return page.respond("chat/visitor/closed.html", status=404)
    if request.method != "POST":
        return _first(page)
    try:
        visiting.hold_off(request)
    except TooManyMessages:
        return _first(page, notice=_say_later(page), status=429)
    except InvalidInput:
        return _first(page, notice=_in(page, "hasty"), status=422)
    text = request.POST.get("text", "").strip()
    if not text or len(text) > services.LONGEST:
        return _first(page, notice=_in(page, "length"), status=422)
    secret = visiting.new_secret()
    visit = services.begin_chat(secret=secret, language=page.language)
    _say(request, visit, text)
    return private(redirect("help:chat", secret), page.setup.sites)


def _first(page: VisitorPage, *, notice: str = "", status: int = 200) -> HttpResponse:
    context = {
        "opened": strangers.stamp(visiting.FORM),
        "notice": notice,
        "draft": page.request.POST.get("text", ""),
        "longest": services.LONGEST,
    }
    return page.respond("chat/visitor/start.html", context, status=status)


def _in(page: VisitorPage, which: str) -> str:
    with translation.override(page.language):
        return {
            "hasty": pgettext(
                "chat", "That was quicker than anybody writes, or after a day. Please send it once more."
            ),
            "length": pgettext("chat", "Please write something, at most 4,000 characters."),
            "address": pgettext("chat", "This is no e-mail address. It looks like name@example.com."),
            "many": pgettext(
                "chat",
                "Many messages come from here just now. Yours is not lost: please send it again in a moment.",
            ),
        }[which]


def _say_later(page: VisitorPage) -> str:
    return _in(page, "many")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HttpRequest, secret: str) -> HttpResponse:
    """One chat; its form says something, asks for a person, or ends it."""
    public(request)
    try:
        page = VisitorPage(request, visit=visiting.visit_of(secret), secret=secret)
    except NotFound:
        return VisitorPage(request).respond("chat/visitor/closed.html", status=404)
    if request.method != "POST":
        return page.chat()
    try:
        visiting.take(visiting.messages, request, seconds=10)
        _act(request, page)
    except TooManyMessages:
        return _refused(page, _in(page, "many"), 429)
    except InvalidInput:
        return _refused(page, _in(page, "address" if "address" in request.POST else "length"), 422)
    if page.is_for_script:
        return page.pieces(record_id(request.POST.get("after", "")) or 0)
    return private(redirect("help:chat", secret), page.setup.sites)


def _refused(page: VisitorPage, notice: str, status: int) -> HttpResponse:
    if page.is_for_script:
        return private(
            HttpResponse(notice, status=status, content_type="text/plain; charset=utf-8"), page.setup.sites
        )
    return page.chat(notice=notice, status=status, draft=page.request.POST.get("text", ""))


def _act(request: HttpRequest, page: VisitorPage) -> None:
    visit, posted = page.visit, request.POST
    if visit is None:
        raise NotFound
    act = posted.get("act", "say")
    if act == "person":
        services.ask_for_person(visit=visit)
    elif act in {"helpful", "unhelpful"}:
        services.rate_turn(
            visit=visit, turn_id=record_id(posted.get("turn", "")) or 0, is_helpful=act == "helpful"
        )
    elif act == "address":
        services.leave_visitors_address(visit=visit, address=_address(posted.get("address", "")))
    elif act == "end":
        services.end_chat(
            visit=visit, score=record_id(posted.get("score", "")), comment=posted.get("comment", "").strip()
        )
    else:
        picked = record_id(posted.get("picked", ""))
        _say(
            request,
            visit,
            posted.get("text", "").strip(),
            key=posted.get("key", ""),
            is_remark=act == "remark",
            picked=picked,
        )


def _address(given: str) -> str:
    try:
        return str(forms.EmailField(max_length=254).clean(given.strip()))
    except forms.ValidationError as error:
        raise InvalidInput from error


def _say(
    request: HttpRequest,
    visit: Visit,
    text: str,
    *,
    key: str = "",
    is_remark: bool = False,
    picked: int | None = None,
) -> None:
    message = services.say(visit=visit, text=text, key=key)
    answering.answer(
        visit=visit,
        message=message,
        is_remark=is_remark or request.POST.get("act") == "remark",
        picked=picked,
    )
    visit.refresh_from_db()


@require_safe
def news(request: HttpRequest, secret: str) -> HttpResponse:
    """What is new in a chat since a message."""
    public(request)
    try:
        visit = visiting.visit_of(secret)
        visiting.take(visiting.news, request, seconds=30)
    except DomainError as error:
        return private(HttpResponse(status=error.http_status))
    services.note_seen(visit=visit)
    return VisitorPage(request, visit=visit, secret=secret).pieces(
        record_id(request.GET.get("after", "")) or 0
    )


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script that puts the chat into the company's own pages."""
    public(request)
    return HttpResponse(
        built_text("widget"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "max-age=300"},
    )


@require_safe
def public_articles(request: HttpRequest) -> HttpResponse:
    """The published articles, for everybody."""
    public(request)
    page = VisitorPage(request)
    if not page.setup.is_open:
        return page.respond("chat/visitor/closed.html", status=404)
    asked = request.GET.get("q", "").strip()
    return page.respond(
        "chat/visitor/articles.html", {"articles": queries.published(asked, page.language), "asked": asked}
    )


@require_safe
def public_article(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them."""
    public(request)
    page = VisitorPage(request)
    found = Article.objects.filter(pk=pk, state=ArticleState.PUBLISHED).first()
    if found is None or not page.setup.is_open:
        return page.respond("chat/visitor/closed.html", status=404)
    return page.respond("chat/visitor/article.html", {"article": found})
