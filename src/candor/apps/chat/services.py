"""Writes of a chat: it begins with a visitor's first message and ends when they say so, or nobody writes any more."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from candor.apps.conversations.choices import Author, Channel
from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.services import (
    NewConversation,
    answer_by_machine,
    begin,
    close,
    hand_over,
    leave_address,
    receive_message,
    send_by_mail,
)
from candor.apps.feedback.choices import AnswerKind, Kind
from candor.apps.feedback.services import NewAnswer, NewFeedback, add_answers
from candor.apps.surveys.entrances import digest_of
from candor.apps.surveys.languages import interface_language
from candor.foundation.errors import InvalidInput

from . import wordings
from .choices import SOURCE, Reason
from .choices import Kind as TurnKind
from .errors import TooManyMessages
from .models import Turn, Visit
from .setting_up import open_setup

MOST_MESSAGES = 200  # of the visitor in one chat
LONGEST = 4_000  # characters of one message
SATISFACTION = "chat satisfaction"  # the question at the end, as the hub calls it
SEEN_EVERY = timedelta(seconds=20)  # how exactly we know whether the visitor is there
GONE_AFTER = timedelta(minutes=2)  # without asking for news
MAILED_WITHIN = timedelta(days=7)  # an answer that is older is not mailed any more
SILENT_AFTER = timedelta(minutes=2)  # after which a person is owed where the assistant did not answer


@transaction.atomic
def begin_chat(*, secret: str, language: str, at: datetime | None = None) -> Visit:
    """Begin a chat with what the machine says first; only the secret's digest is kept.

    Raises:
        NotFound: the chat is closed.
    """
    at, setup = at or timezone.now(), open_setup()
    conversation = begin(
        new=NewConversation(
            channel=Channel.CHAT, source=SOURCE, digest=digest_of(secret), language=language, unit_id=setup.unit_id, is_with_machine=True,
        ),
        at=at,
    )  # fmt: skip
    with translation.override(interface_language(language)):
        answer_by_machine(
            conversation=conversation,
            text=wordings.greeting(setup),
            key=f"chat-greeting-{conversation.pk}",
            at=at,
        )
    return Visit.objects.create(conversation=conversation, seen_at=at)


@transaction.atomic
def say(*, visit: Visit, text: str, key: str = "", at: datetime | None = None) -> Message:
    """Take in what the visitor writes; the same key in a chat is one message.

    Raises:
        InvalidInput: it says nothing, or too much at once.
        TooManyMessages: the chat holds more of the visitor's messages than people write.
    """
    at = at or timezone.now()
    if len(text) > LONGEST:
        raise InvalidInput(f"A message has at most {LONGEST} characters; this one has {len(text)}.")
    rows = Message.objects.filter(conversation=visit.conversation_id, author=Author.CUSTOMER)
    if rows.count() >= MOST_MESSAGES:
        raise TooManyMessages(seconds=3_600)
    note_seen(visit=visit, at=at)
    own = f"{visit.conversation_id}-{key or secrets.token_urlsafe(12)}"
    message = receive_message(conversation=visit.conversation, text=text, key=own[:120], at=at)
    visit.conversation.refresh_from_db()
    return message


@transaction.atomic
def ask_for_person(*, visit: Visit, at: datetime | None = None) -> Conversation:
    """Hand the chat over because the visitor pressed the button for it; twice is once."""
    at = at or timezone.now()
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=visit.conversation_id)
    if conversation.is_with_machine:
        with translation.override(interface_language(conversation.language)):
            text = wordings.handed_over("asked", open_setup(), at)
        answer_by_machine(conversation=conversation, text=text, key=f"chat-person-{conversation.pk}", at=at)
        hand_over(conversation=conversation, why=wordings.why_for_people(Reason.ASKED, ""), at=at)
    visit.conversation.refresh_from_db()
    return visit.conversation


@transaction.atomic
def rate_turn(*, visit: Visit, turn_id: int, is_helpful: bool) -> Turn | None:
    """Keep whether an answer of this chat helped; the last word counts."""
    turn = Turn.objects.filter(pk=turn_id, asked__conversation=visit.conversation_id).first()
    if turn is not None:
        turn.is_helpful = is_helpful
        turn.save(update_fields=["is_helpful"])
    return turn


@transaction.atomic
def end_chat(*, visit: Visit, score: int | None, comment: str, at: datetime | None = None) -> Visit:
    """Keep how satisfied the visitor is, in the feedback that the chat is, once; and close the chat if no person owes an answer.

    Raises:
        InvalidInput: the score is none of 1 to 5.
    """
    at = at or timezone.now()
    if score is not None and score not in range(1, 6):
        raise InvalidInput(f"Satisfaction goes from 1 to 5; {score} is none of these.")
    held = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("conversation__feedback")
        .get(pk=visit.pk)
    )
    feedback = held.conversation.feedback
    if feedback is not None and held.scored_at is None and (score is not None or comment):
        answers = (
            (NewAnswer(question=SATISFACTION, kind=AnswerKind.CSAT, number=float(score)),) if score else ()
        )
        item = NewFeedback(
            kind=Kind.MESSAGE, source=feedback.source, key=feedback.key, received_at=at, comment=comment[:LONGEST], answers=answers
        )  # fmt: skip
        add_answers(source=feedback.source, items=[item])
        held.score, held.scored_at = score, at
        held.save(update_fields=["score", "scored_at"])
    if held.conversation.is_with_machine:
        close(conversation=held.conversation, by=None, at=at)
    visit.refresh_from_db()
    return visit


def note_seen(*, visit: Visit, at: datetime | None = None) -> None:
    """Note that the visitor's page is open; not more often than we need to know."""
    at = at or timezone.now()
    if at - visit.seen_at >= SEEN_EVERY:
        Visit.objects.filter(pk=visit.pk).update(seen_at=at)
        visit.seen_at = at


@transaction.atomic
def leave_visitors_address(*, visit: Visit, address: str) -> None:
    """Keep where a person's answer is mailed to if the visitor has gone by then."""
    leave_address(conversation=visit.conversation, address=address)
    visit.conversation.refresh_from_db()


def mail_what_was_not_read(*, at: datetime | None = None) -> int:
    """Mail people's answers that no visitor's page has fetched, where an address was left; returns how many."""
    at = at or timezone.now()
    rows = Message.objects.filter(
        conversation__source=SOURCE, author=Author.PERSON, delivery="", written_at__lte=at - GONE_AFTER, written_at__gte=at - MAILED_WITHIN,
    ).exclude(conversation__address="")  # fmt: skip
    seen = dict(
        Visit.objects.filter(conversation__in=rows.values("conversation")).values_list(
            "conversation", "seen_at"
        )
    )
    left = [row for row in rows if row.conversation_id in seen and seen[row.conversation_id] < row.written_at]
    for message in left:
        send_by_mail(message=message, at=at)
    return len(left)


def hand_over_what_waits(*, at: datetime | None = None) -> int:
    """Give people the chats in which the assistant never answered, because its process was ended; returns how many."""
    at = at or timezone.now()
    rows = Conversation.objects.filter(
        source=SOURCE, is_with_machine=True, waits_since__lte=at - SILENT_AFTER, closed_at=None
    )
    left = list(rows)
    for conversation in left:
        _hand_over_unanswered(conversation, at)
    return len(left)


@transaction.atomic
def _hand_over_unanswered(conversation: Conversation, at: datetime) -> None:
    said = (
        Message.objects.filter(conversation=conversation, author=Author.CUSTOMER)
        .order_by("-written_at", "-pk")
        .first()
    )
    if said is not None:
        values = {"kind": TurnKind.HAND_OVER, "reason": Reason.SILENT, "at": at}
        Turn.objects.get_or_create(asked=said, defaults=values)
    hand_over(conversation=conversation, why=wordings.why_for_people(Reason.SILENT, ""), at=at)
