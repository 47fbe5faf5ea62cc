"""What a visitor of the chat sees: a page in their language that works without a script, and the same as pieces for one."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import get_random_string

from candor.apps.conversations.choices import Author, State
from candor.apps.conversations.models import Message
from candor.apps.surveys.answer_pages import private
from candor.apps.surveys.brand import theme_of
from candor.apps.surveys.entrances import digest_of
from candor.apps.surveys.languages import INTERFACE, direction, language_for, own_name
from candor.foundation import strangers
from candor.foundation.errors import InvalidInput, NotFound

from .choices import ArticleState, Kind
from .errors import TooManyMessages
from .models import Article, Turn, Visit
from .setting_up import the_setup

FORM = "chat"
LEAST_SECONDS = 1.0
SECRET_LENGTH = 32  # of 62 signs: 190 bits
beginnings = strangers.Limit(
    of_one=60, of_all=2_000, seconds=3_600
)  # of one: an office or a mobile network may share an address
messages = strangers.Limit(of_one=120, of_all=3_000, seconds=60)
news = strangers.Limit(of_one=1_200, of_all=60_000, seconds=60)


def visit_of(secret: str) -> Visit:
    """The chat that a secret opens.

    Raises:
        NotFound: it opens none.
    """
    rows = Visit.objects.select_related("conversation")
    found = rows.filter(conversation__digest=digest_of(secret)).first() if secret else None
    if found is None:
        raise NotFound
    return found


def take(limit: strangers.Limit, request: HttpRequest, *, seconds: int) -> None:
    """Count a request.

    Raises:
        TooManyMessages: it is one too many.
    """
    if not limit.take(strangers.sender_of(request), now=time.monotonic()):
        raise TooManyMessages(seconds=seconds)


def hold_off(request: HttpRequest) -> None:
    """Turn away what no person sends.

    Raises:
        InvalidInput: the hidden field is filled, or the form came back before anybody can have written anything.
        TooManyMessages: too many chats began there.
    """
    stamped = strangers.is_stamped(FORM, request.POST.get("opened", ""), least_seconds=LEAST_SECONDS)
    if request.POST.get(strangers.TRAP) or not stamped:
        raise InvalidInput
    take(beginnings, request, seconds=600)


def new_secret() -> str:
    """What opens a chat; only its digest is kept."""
    return get_random_string(SECRET_LENGTH)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the visitor sees it."""

    message: Message
    turn: Turn | None
    articles: Sequence[Article]

    @property
    def who(self) -> str:
        """Whose words these are."""
        return str(self.message.author)

    @property
    def name(self) -> str:
        """The first name of the person who wrote it; more of it is no visitor's business."""
        return self.message.person.name.split()[0] if self.message.person and self.message.person.name else ""

    @property
    def can_be_rated(self) -> bool:
        """Whether it says something from an article that may have helped or not."""
        return self.turn is not None and self.turn.kind == Kind.ANSWER

    @property
    def offers(self) -> bool:
        """Whether the articles are there to be picked, rather than quoted."""
        return self.turn is not None and self.turn.kind == Kind.ASK_BACK


def lines(visit: Visit, *, after: int = 0) -> list[Line]:
    """The messages of a chat, those after one if wished, with what the assistant did."""
    rows = list(
        Message.objects.filter(conversation=visit.conversation_id, pk__gt=after)
        .select_related("person")
        .order_by("written_at", "pk")
    )
    turns = {turn.said_id: turn for turn in Turn.objects.filter(said__in=rows)}
    wanted = {pk for turn in turns.values() for pk in turn.articles}
    found = Article.objects.filter(state=ArticleState.PUBLISHED).in_bulk(wanted) if wanted else {}
    return [
        Line(
            row, turn := turns.get(row.pk), [found[pk] for pk in turn.articles if pk in found] if turn else []
        )
        for row in rows
    ]


class VisitorPage:
    """One page for one visitor."""

    def __init__(self, request: HttpRequest, *, visit: Visit | None = None, secret: str = "") -> None:
        self.request, self.setup, self.visit, self.secret = request, the_setup(), visit, secret
        self.language = language_for(
            INTERFACE, picked=request.POST.get("lang") or request.GET.get("lang", ""), customers=visit.conversation.language if visit else "",
            accepted=request.headers.get("Accept-Language", ""),
        )  # fmt: skip

    @property
    def is_for_script(self) -> bool:
        """Whether the page's script asks, which puts pieces into the page it has."""
        return "application/json" in self.request.headers.get("Accept", "")

    def respond(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """A whole page."""
        body = self.render(template, context or {})
        return private(HttpResponse(body, status=status), self.setup.sites)

    def render(self, template: str, context: dict[str, Any]) -> str:
        """A template in the visitor's language."""
        shared = {
            "language": self.language, "direction": direction(self.language), "theme": theme_of(self.setup.brand_color), "setup": self.setup,
            "languages": [(one, own_name(one)) for one in INTERFACE if one != self.language], "secret": self.secret, "trap": strangers.TRAP,
            "visit": self.visit, "now": timezone.now(),
        }  # fmt: skip
        with translation.override(self.language):
            return render_to_string(template, shared | context)

    def chat(self, *, notice: str = "", status: int = 200, draft: str = "") -> HttpResponse:
        """The chat as it is now."""
        shown = lines(self._visit)
        context = {"lines": shown, "last": _last(shown), "notice": notice, "draft": draft} | self._state()
        return self.respond("chat/visitor/chat.html", context, status=status)

    def pieces(self, after: int) -> HttpResponse:
        """What is new since a message, for the page's script."""
        shown = lines(self._visit, after=after)
        told = {
            "html": self.render("chat/visitor/lines.html", {"lines": shown}) if shown else "",
            "last": _last(shown) or after,
            "state": self.render("chat/visitor/state.html", self._state()),
        }
        return private(JsonResponse(told), self.setup.sites)

    def _state(self) -> dict[str, Any]:
        conversation = self._visit.conversation
        by_people = Message.objects.filter(conversation=conversation, author=Author.PERSON)
        return {
            "is_with_machine": conversation.is_with_machine,
            "is_closed": conversation.state == State.CLOSED,
            "is_person_there": not conversation.is_with_machine and by_people.exists(),
            "needs_address": not conversation.is_with_machine
            and not conversation.address
            and conversation.state != State.CLOSED,
            "has_address": bool(conversation.address),
            "is_scored": self._visit.scored_at is not None,
        }

    @property
    def _visit(self) -> Visit:
        if self.visit is None:
            raise NotFound
        return self.visit


def _last(shown: Iterable[Line]) -> int:
    return max((line.message.pk for line in shown), default=0)
