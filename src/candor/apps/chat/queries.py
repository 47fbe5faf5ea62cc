"""Reads of the chat that are more than a filter."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from candor.apps.conversations.choices import Author
from candor.apps.conversations.models import Conversation, Message
from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission
from candor.apps.organization.scope import Scope
from candor.assistant.index import terms
from candor.foundation.masking import mask

from . import answering
from .choices import SOURCE, UNANSWERED, ArticleState, Kind, Reason
from .models import Article, Turn, Visit

MOST_FOUND = 30
MOST_READ = 2_000  # unanswered questions that are put together, the newest
MOST_LISTED = 100
_SHOWN = 300  # characters of a question


def search_articles(text: str, state: str = "") -> QuerySet[Article]:
    """Articles whose title or text holds the words, for those who write them."""
    rows = Article.objects.select_related("changed_by")
    if state:
        rows = rows.filter(state=state)
    for word in text.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(body__icontains=word))
    return rows.order_by("title", "pk")


def published(text: str, language: str) -> list[Article]:
    """What visitors read: all published articles in their language and the others, or those that a question is about."""
    rows = Article.objects.filter(state=ArticleState.PUBLISHED)
    if not text:
        return sorted(
            rows, key=lambda row: (row.language != language, row.language, row.title.casefold(), row.pk)
        )
    hits = [
        hit
        for tongue, index in answering.indices().items()
        for hit in index.search(text, tongue, most=MOST_FOUND)
    ]
    hits.sort(key=lambda hit: (hit.passage.language != language, -hit.sureness, hit.passage.article))
    found = rows.in_bulk([int(hit.passage.article) for hit in hits])
    return [found[int(hit.passage.article)] for hit in hits if int(hit.passage.article) in found]


@dataclass(slots=True)
class Unanswered:
    """A question that no article answered, as often as it was asked in words that come to the same."""

    text: str
    times: int
    last_at: datetime
    conversation_id: int


def unanswered(viewer: Viewer, *, since: datetime) -> list[Unanswered]:
    """What visitors asked and the assistant could not answer, most often asked first; personal data that can be found is masked.

    Where the visitor picked one of the articles that it might have meant, the question has its answer.
    """
    chats = Conversation.objects.visible_to(viewer).filter(source=SOURCE)
    picked = Turn.objects.filter(
        asked__conversation=OuterRef("asked__conversation"), reason=Reason.PICKED, at__gte=OuterRef("at")
    )
    rows = (
        Turn.objects.filter(
            ~Exists(picked), reason__in=UNANSWERED, at__gte=since, asked__conversation__in=chats
        )
        .order_by("-at", "-pk")
        .values_list("asked__text", "at", "asked__conversation", "language", "asked__conversation__language")[
            :MOST_READ
        ]
    )
    found: dict[frozenset[str], Unanswered] = {}
    for text, at, conversation_id, language, page in rows:
        key = frozenset(terms(text[:_SHOWN], language or page)) or frozenset({text.casefold()})
        if key in found:
            found[key].times += 1
        else:
            found[key] = Unanswered(mask(text[:_SHOWN]).text, 1, at, conversation_id)
    return sorted(found.values(), key=lambda one: (-one.times, -one.last_at.timestamp()))[:MOST_LISTED]


@dataclass(frozen=True, slots=True)
class Counts:
    """How the chats of a period went.

    Attributes:
        chats: That began in it, with at least one message of the visitor.
        alone: In which the machine answered from an article and no person was brought in.
        handed_over: In which one was.
        reasons: Why, by the reason's key.
        feedback_only: In which there was nothing but feedback.
        left: Handled by the machine in which the visitor rated nothing: nobody knows whether they were helped.
        by_person: Handed over and answered by a person by now.
        answers, rated, helped: Answers from articles, those that were rated, and those called helpful.
        scored: Chats with a score at their end.
    """

    chats: int
    alone: int
    handed_over: int
    reasons: Counter[str]
    feedback_only: int
    left: int
    by_person: int
    answers: int
    rated: int
    helped: int
    scored: int


def chats_in(scope: Scope) -> QuerySet[Conversation]:
    """The chats that began in the scope's period and that its viewer may read."""
    zone = timezone.get_current_timezone()
    begins = datetime.combine(scope.period.since, datetime.min.time(), zone)
    ends = datetime.combine(scope.period.until, datetime.max.time(), zone)
    ids = scope.unit_ids(Permission.READ_FEEDBACK)
    rows = Conversation.objects.filter(source=SOURCE, started_at__range=(begins, ends))
    said = Message.objects.filter(conversation=OuterRef("pk"), author=Author.CUSTOMER)
    rows = rows.filter(Exists(said))
    return rows if ids is None else rows.filter(unit_id__in=ids)


def counts_of(chats: QuerySet[Conversation]) -> Counts:
    """How these chats went."""
    turns = Turn.objects.filter(asked__conversation=OuterRef("pk"))
    people = Message.objects.filter(conversation=OuterRef("pk"), author=Author.PERSON)
    answered, with_person = Exists(turns.filter(kind=Kind.ANSWER)), Exists(people)
    handed = chats.exclude(handed_over_at=None)
    by_machine = chats.filter(~with_person, handed_over_at=None)
    answers = Turn.objects.filter(asked__conversation__in=chats, kind=Kind.ANSWER)
    scored = Exists(Visit.objects.filter(conversation=OuterRef("pk")).exclude(score=None))
    return Counts(
        chats=chats.count(),
        alone=by_machine.filter(answered).count(),
        handed_over=handed.count(),
        reasons=_reasons(handed),
        feedback_only=by_machine.filter(Exists(turns.filter(kind=Kind.FEEDBACK)), ~answered).count(),
        left=by_machine.filter(~scored, ~Exists(turns.exclude(is_helpful=None))).count(),
        by_person=handed.filter(with_person).count(),
        answers=answers.count(),
        rated=answers.exclude(is_helpful=None).count(),
        helped=answers.filter(is_helpful=True).count(),
        scored=chats.filter(scored).count(),
    )


def _reasons(handed: QuerySet[Conversation]) -> Counter[str]:
    """The first hand-over of each chat; one by the visitor's button has no turn, and was asked for."""
    reasons: dict[int, str] = {}
    rows = Turn.objects.filter(asked__conversation__in=handed, kind=Kind.HAND_OVER).order_by("at", "pk")
    for conversation_id, reason in rows.values_list("asked__conversation", "reason"):
        reasons.setdefault(conversation_id, reason)
    return Counter(reasons.get(pk, Reason.ASKED) for pk in handed.values_list("pk", flat=True))
