"""What the assistant answers to a message: decided, worded, and stored once."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone, translation

from candor.apps.conversations.models import Message
from candor.apps.conversations.services import answer_by_machine, hand_over
from candor.apps.surveys.languages import interface_language
from candor.assistant.deciding import Decision, decide
from candor.assistant.index import Hit, Index, index_articles
from candor.assistant.passages import Article as Text
from candor.assistant.passages import split_article
from candor.assistant.phrasing import Phrased

from . import endpoint, wordings
from .choices import ArticleState, Kind, Reason
from .models import Article, Turn, Visit
from .setting_up import the_setup


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said, and how it came about."""

    text: str
    is_phrased: bool = False
    unphrased_because: str = ""


def answer(
    *,
    visit: Visit,
    message: Message,
    is_remark: bool = False,
    picked: int | None = None,
    at: datetime | None = None,
) -> Turn | None:
    """Answer one message of a visitor; None where people have taken over. A model is asked, if there is one, outside of any transaction.

    Args:
        visit: The chat.
        message: The visitor's message, stored already.
        is_remark: The visitor said that it is feedback and no question.
        picked: The article that the visitor picked among those it was asked about.
        at: When it answers; the moment it has decided if left out.
    """
    if not visit.conversation.is_with_machine:
        return None
    decision = _picked(visit, picked) or decide(
        message.text,
        indices=indices(),
        language=visit.conversation.language,
        unsure_before=visit.unsure,
        is_remark=is_remark,
    )
    at = at or timezone.now()
    with translation.override(interface_language(visit.conversation.language)):
        reply = _worded(decision, _question(visit, message, picked), at)
    reason = Reason.PICKED if picked is not None and decision.kind == "answer" else Reason(decision.reason)
    return store(visit=visit, message=message, decision=decision, reason=reason, reply=reply, at=at)


def _worded(decision: Decision, question: str, at: datetime) -> Reply:
    if decision.kind == "answer":
        return _quoted(decision.hits[0], question)
    if decision.kind == "ask_back":
        return Reply(wordings.asked_back(decision))
    if decision.kind == "feedback":
        return Reply(wordings.thanks_for_feedback())
    said = Reply(wordings.handed_over(decision.reason, the_setup(), at))
    if not decision.hits:
        return said
    meanwhile = wordings.quotation(decision.hits[0].passage, question)
    return replace(said, text=f"{said.text}\n\n{meanwhile}")


def _quoted(hit: Hit, question: str) -> Reply:
    made = endpoint.phrase(question, [hit.passage])
    if isinstance(made, Phrased):
        return Reply(wordings.phrased(made.text, hit.passage), is_phrased=True)
    return Reply(wordings.quotation(hit.passage, question), unphrased_because=made)


def _picked(visit: Visit, picked: int | None) -> Decision | None:
    """The answer from an article that was offered just before; None where it was not, or is gone."""
    turn = last_turn(visit) if picked is not None else None
    if (
        turn is None
        or picked not in turn.articles
        or turn.kind != Kind.ASK_BACK
        or turn.language not in indices()
    ):
        return None
    hits = indices()[turn.language].search(turn.asked.text, turn.language, most=10)
    found = [hit for hit in hits if hit.passage.article == str(picked)]
    return Decision("answer", "found", tuple(found[:1]), language=turn.language) if found else None


def _question(visit: Visit, message: Message, picked: int | None) -> str:
    """What is asked: where an article was picked, what was asked before that."""
    turn = last_turn(visit) if picked is not None else None
    return turn.asked.text if turn is not None else message.text


def last_turn(visit: Visit) -> Turn | None:
    """What the assistant did last in a chat."""
    turns = Turn.objects.filter(asked__conversation=visit.conversation_id).select_related("asked")
    return turns.order_by("-at", "-pk").first()


@transaction.atomic
def store(
    *, visit: Visit, message: Message, decision: Decision, reason: Reason, reply: Reply, at: datetime
) -> Turn | None:
    """Keep the answer, once a message, and hand over if that is what was decided; None where people answered meanwhile."""
    held = Visit.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=visit.pk)
    known = Turn.objects.filter(asked=message).first()
    if known is not None or not held.conversation.is_with_machine:
        return known
    keys = [hit.passage.article for hit in decision.hits]
    said = answer_by_machine(
        conversation=held.conversation, text=reply.text, key=f"chat-{message.pk}", cited=() if decision.kind == "ask_back" else [hit.passage.title for hit in decision.hits], at=at
    )  # fmt: skip
    turn = Turn.objects.create(
        asked=message, said=said, kind=decision.kind, reason=reason, sureness=decision.hits[0].sureness if decision.hits else None,
        articles=[int(key) for key in keys], language=decision.language, is_phrased=reply.is_phrased,
        unphrased_because=reply.unphrased_because[:20], at=at,
    )  # fmt: skip
    held.unsure = held.unsure + 1 if decision.is_unsure else 0 if decision.reason != "empty" else held.unsure
    held.save(update_fields=["unsure"])
    if decision.kind == "hand_over":
        hand_over(conversation=held.conversation, why=wordings.why_for_people(reason, decision.words), at=at)
    return turn


def indices() -> dict[str, Index]:
    """The published articles, ready to be asked; read anew when one changed."""
    rows = Article.objects.filter(state=ArticleState.PUBLISHED)
    stamp = rows.aggregate(n=Count("pk"), last=Max("changed_at"), highest=Max("pk"))
    return _indices(stamp["n"], stamp["last"], stamp["highest"])


@lru_cache(maxsize=2)
def _indices(_n: int, _last: datetime | None, _highest: int | None) -> dict[str, Index]:
    rows = Article.objects.filter(state=ArticleState.PUBLISHED).order_by("pk")
    texts = (Text(str(row.pk), row.title, row.body, row.language.partition("-")[0]) for row in rows)
    return index_articles(passage for text in texts for passage in split_article(text))
