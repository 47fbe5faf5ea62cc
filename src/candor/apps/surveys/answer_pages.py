"""What the answering pages show, in the language, the direction and the colour of whoever asks."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.html import strip_tags
from django.utils.translation import pgettext, pgettext_lazy

from candor.foundation import strangers
from candor.questionnaire import Fault, Questionnaire, Text, check_answers

from . import guards
from .answer_forms import fields, is_short, steps
from .attached import BAD_FILE, without_contents
from .brand import theme_of
from .entrances import Entrance, Trouble, asked
from .languages import INTERFACE, direction, interface_language, language_for, own_name, own_words
from .models import Response
from .responses import browser_digest, record_response

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_SHORTEST_SECRET, _LONGEST_SECRET = 20, 100
_STATUS = {Trouble.CLOSED: 410, Trouble.EXPIRED: 410, Trouble.REVOKED: 410}


class AnswerPage:
    """One page for one person at one entrance."""

    def __init__(self, request: HttpRequest, entrance: Entrance, *, secret: str = "") -> None:
        is_usable = _SHORTEST_SECRET <= len(secret) <= _LONGEST_SECRET
        self.entrance, self.secret = entrance, secret if is_usable else get_random_string(32)
        self.address = request.path
        self.picked = request.POST.get("lang") or request.GET.get("lang", "")
        self.offered = self.offers()
        self.language = language_for(
            self.offered, picked=self.picked, customers=entrance.language, accepted=request.headers.get("Accept-Language", "")
        )  # fmt: skip

    def offers(self) -> tuple[str, ...]:
        """The languages that the page can be had in, the survey's own first."""
        is_asked = self.entrance.version_id is not None
        return self.entrance.questionnaire.languages if is_asked else INTERFACE

    def keep(self, data: Mapping[str, Any], *, is_finished: bool, is_unconfirmed: bool = False) -> Response:
        """Store the answers."""
        return record_response(
            entrance=self.entrance, secret=self.secret, data=data, at=timezone.now(), language=self.language,
            is_finished=is_finished, is_unconfirmed=is_unconfirmed,
        )  # fmt: skip

    def step(
        self,
        data: Mapping[str, Any],
        *,
        number: int = 0,
        faults: Mapping[str, str] | None = None,
        notice: "StrOrPromise" = "",
        is_score: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """The form of one step, with what was answered before, or with a score that a link in a mail named."""
        asks = self.entrance.questionnaire
        data = without_contents(asks, data)
        walk = steps(asks, data, is_anonymous=self.entrance.is_anonymous)
        place = next((n for n, step in enumerate(walk) if step.number >= number), len(walk) - 1)
        shown = walk[place].shown(asks, data)
        short = is_short(asks)
        context = {
            "fields": fields(asks, shown, data, self.language, faults or {}),
            "number": walk[place].number,
            "place": place + 1,
            "of": len(walk),
            "is_tap": short and place == 0,
            "is_last": place == len(walk) - 1,
            "is_first_step": place == 0,
            "given": fields(asks, asks.questions()[:1], data, self.language, {})[0]
            if short and place
            else None,
            "title": self._words(asks.title) or self.entrance.name,
            "lede": self._words(asks.description) if place == 0 else "",
            "faults": bool(faults),
            "notice": notice,
            "definition": None if short else asks.source,
            "data": dict(data),
            "opened": guards.stamp(self.entrance),
            "is_kept": not self.entrance.is_anonymous or short,
            "carries_score": is_score,
            "score": json.dumps(data) if is_score else "",
        }
        return self._respond("surveys/answering/step.html", context, status=status)

    def with_score(self, data: Mapping[str, Any]) -> HttpResponse:
        """The page that a score in a mail leads to: it asks why, or the rest of a longer survey, and its button, or its script, keeps
        the score."""
        asks = self.entrance.questionnaire
        faults = {question.name for question in asks.questions()[:1] if question.name not in data}
        walk = steps(asks, data, is_anonymous=self.entrance.is_anonymous)
        if faults or not _fits(asks, data):
            return self.step({})
        if not is_short(asks):
            return self.step(data, is_score=True)
        shown = walk[1].shown(asks, data) if len(walk) > 1 else []
        context = {
            "fields": fields(asks, shown, data, self.language, {}),
            "given": fields(asks, asks.questions()[:1], data, self.language, {})[0],
            "carries_score": True,
            "number": 1,
            "place": 2,
            "of": 2,
            "is_last": True,
            "title": self._words(asks.title) or self.entrance.name,
            "opened": guards.stamp(self.entrance),
            "data": dict(data),
        }
        return self._respond("surveys/answering/step.html", context)

    def thanks(self) -> HttpResponse:
        """The end."""
        entrance = self.entrance
        address = self.address if entrance.is_kiosk else ""
        body = _thanks(
            entrance.version_id, entrance.published_at, self.language, entrance.brand_color, address, entrance.reset_seconds,
            entrance.sites,
        )  # fmt: skip
        return private(HttpResponse(body), entrance.sites)

    def ended(self, before: Response) -> HttpResponse:
        """The same form sent twice is thanked for once more; anybody else learns that the answer is there."""
        is_same = before.digest == browser_digest(self.entrance, self.secret)
        return self.thanks() if is_same else self.trouble(Trouble.ANSWERED)

    def trouble(self, trouble: Trouble) -> HttpResponse:
        """Why it can't be answered."""
        return self._respond(
            "surveys/answering/trouble.html",
            {"trouble": trouble.value, "opens_at": self.entrance.opens_at},
            status=_STATUS.get(trouble, 200),
        )

    def words_of(self, fault: Fault) -> str:
        """What is wrong, in the page's language."""
        with translation.override(interface_language(self.language)):
            return (
                pgettext("survey", "Please answer this question.")
                if fault.code == "required"
                else pgettext("survey", "This file is too large, damaged, or of a sort that is not taken.")
                if fault.code == BAD_FILE
                else pgettext("survey", "This does not fit the question.")
            )

    def _words(self, text: Text) -> str:
        return strip_tags(text.in_language(self.language))

    def _respond(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        entrance = self.entrance
        own = {
            "name": entrance.name,
            "secret": self.secret,
            "address": self.address,
            "picked": self.picked,
            "entrance": entrance,
            "trap": strangers.TRAP,
        }
        body = _rendered(template, self.language, self.offered, entrance.brand_color, own | dict(context))
        return private(HttpResponse(body, status=status), entrance.sites)


def _rendered(
    template: str, language: str, offered: Iterable[str], color: str, context: Mapping[str, Any]
) -> str:
    frame = {
        "language": language,
        "direction": direction(language),
        "theme": theme_of(color),
        "languages": [(one, own_name(one)) for one in offered if one != language],
    }
    with translation.override(interface_language(language)):
        return render_to_string(template, frame | dict(context))


@lru_cache(maxsize=512)
def _thanks(
    version_id: int,
    published_at: datetime,
    language: str,
    color: str,
    kiosk: str,
    reset_seconds: int,
    sites: tuple[str, ...],
) -> str:
    """The last page, which is the same for everybody. `kiosk` is the address to begin anew at, if it is one."""
    words = own_thanks(asked(version_id, published_at), language)
    context = {"words": words, "kiosk": kiosk, "reset_seconds": reset_seconds, "is_framed": bool(sites)}
    return _rendered("surveys/answering/thanks.html", language, (), color, context)


def _fits(asks: Questionnaire, data: Mapping[str, Any]) -> bool:
    return not check_answers(asks, dict(data), finished=False)


def own_thanks(asks: Questionnaire, language: str) -> str:
    """What the survey itself says at its end."""
    return strip_tags(own_words(asks, "completedHtml", language))


def private(response: HttpResponse, sites: Iterable[str] = ()) -> HttpResponse:
    """Nobody keeps the page or learns its address from it, not even our log; only the sites that its link names show it inside
    themselves."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the address, and with it the secret
    if sites:
        response._csp_replace = {"frame-ancestors": list(sites)}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
    return response


HASTY = pgettext_lazy("survey", "That was quicker than anybody reads. Please send it once more.")
TOO_MANY = pgettext_lazy(
    "survey",
    "Many answers are coming from here just now. Yours is not lost: please send it again in a moment.",
)


def unknown(request: HttpRequest) -> HttpResponse:
    """The page for links that lead nowhere."""
    language = language_for(
        INTERFACE, picked="", customers="", accepted=request.headers.get("Accept-Language", "")
    )
    body = _rendered("surveys/answering/trouble.html", language, (), "", {"trouble": "unknown"})
    return private(HttpResponse(body, status=404))


def sentence(words: str, *, sites: Iterable[str] = ()) -> HttpResponse:
    """A page that says one thing."""
    body = _rendered("surveys/answering/sentence.html", INTERFACE[0], (), "", {"words": words})
    return private(HttpResponse(body), sites)


def embed_script(request: HttpRequest, entrance: Entrance | None) -> HttpResponse:
    """A few lines that put the page into a frame as high as its content."""
    if entrance is None:
        return HttpResponse("/* There is no such survey. */", status=404, content_type="text/javascript")
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    address = request.build_absolute_uri(reverse("answers:link", args=[token]))
    body = render_to_string("surveys/answering/embed.js", {"address": address, "name": entrance.name})
    return HttpResponse(
        body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "max-age=300"}
    )
