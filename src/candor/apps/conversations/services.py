"""Writes of conversations.

What customers write becomes feedback: one piece for each time they got in touch, that is from the first message until the conversation
is closed (docs/decisions/0022). What a machine or a person of ours wrote never does.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from candor.apps.customers.models import Customer
from candor.apps.feedback.choices import Kind
from candor.apps.feedback.models import Feedback
from candor.apps.feedback.services import NewFeedback, continue_feedback, mark_handled, receive, tie_feedback
from candor.apps.organization.models import Person, Unit
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict, InvalidInput
from candor.foundation.parts import in_parts

from .choices import Author, Channel, Delivery, State
from .keys import key_in_hub
from .models import Conversation, Message, MessageFile
from .news import tell_answered, tell_closed, tell_handed_over, tell_opened, tell_received

LONGEST = 100_000  # characters of one message
OURS = "candor"  # the source of messages that are written here


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConversation:
    """How a conversation begins; fields as in the Conversation model. Without a key it gets one by chance."""

    channel: Channel
    source: str
    key: str = ""
    subject: str = ""
    language: str = ""
    customer_id: int | None = None
    name: str = ""
    address: str = ""
    url: str = ""
    unit_id: int | None = None
    touchpoint_id: int | None = None
    is_with_machine: bool = False
    digest: str = ""


@transaction.atomic
def begin(*, new: NewConversation, by: Person | None = None, at: datetime | None = None) -> Conversation:
    """Begin a conversation, once: one whose key is known is returned as it is.

    Without a unit it belongs to the customer's.
    """
    at = at or timezone.now()
    key = new.key or secrets.token_urlsafe(16)
    unit_id = new.unit_id
    if unit_id is None and new.customer_id is not None:
        unit_id = Customer.objects.filter(pk=new.customer_id).values_list("unit_id", flat=True).first()
    values: dict[str, Any] = {
        "channel": new.channel, "subject": new.subject[:200], "language": new.language[:12], "customer_id": new.customer_id,
        "name": new.name[:160], "address": new.address, "url": new.url, "unit_id": unit_id, "touchpoint_id": new.touchpoint_id,
        "is_with_machine": new.is_with_machine, "digest": new.digest, "state": State.WAITING, "started_at": at, "last_at": at,
    }  # fmt: skip
    row, is_new = Conversation.objects.get_or_create(source=new.source, key=key, defaults=values)
    if is_new:
        record_audit(by=by, action="conversation.opened", target=row, channel=new.channel)
        tell_opened(row)
    return row


@transaction.atomic
def receive_message(
    *,
    conversation: Conversation,
    text: str,
    key: str,
    said: str = "",
    is_automatic: bool = False,
    attachments: Sequence[dict[str, Any]] = (),
    sender: str = "",
    by: Person | None = None,
    at: datetime | None = None,
) -> Message:
    """Take in what the customer wrote, once: a message whose key is known is returned as it is.

    It makes it our turn, and opens a conversation that was closed; what a mail program wrote by itself does neither and is no feedback.

    Args:
        conversation: Whose turn it was does not matter.
        text: The whole as written, cut at `LONGEST` characters.
        key: Its id in the conversation's source.
        said: What is new in it, where that is less than the whole.
        is_automatic: Whether a mail program wrote it, such as a holiday reply.
        attachments: Name, type and size of each file that came with it.
        sender: The address of whoever wrote it, where it is not the conversation's.
        by: Who typed it in, for a note of a call.
        at: When it was written; now if left out.

    Raises:
        InvalidInput: it says nothing.
        Conflict: its key is that of a message of another conversation.
    """
    at, text = at or timezone.now(), text[:LONGEST].strip()
    row = _held(conversation)
    known = _known(row, row.source, key)
    if known is not None:
        return known
    if not text and not attachments:
        raise InvalidInput(_("A message needs words."))
    said = said[:LONGEST].strip()
    message = Message.objects.create(
        conversation=row, author=Author.CUSTOMER, person=by, text=text, said="" if said == text else said, written_at=at,
        source=row.source, key=key, sender=sender, is_automatic=is_automatic, attachments=list(attachments),
    )  # fmt: skip
    row.last_at = max(row.last_at, at)
    row.save(update_fields=["last_at"])
    if not is_automatic:
        _hear(row, message)
        _our_turn(row, since=at)
        tell_received(message)
    return message


def _hear(row: Conversation, message: Message) -> None:
    """Let the hub know: as a new piece of feedback where the customer gets in touch anew, else as further words of the one under way."""
    if row.state != State.CLOSED and row.feedback is not None:
        continue_feedback(feedback=row.feedback, words=message.new_words, language=row.language)
    else:
        item = NewFeedback(
            kind=Kind.MESSAGE, source=message.source, key=key_in_hub(message.key), received_at=message.written_at, channel=row.channel,
            customer_id=row.customer_id, touchpoint_id=row.touchpoint_id, unit_id=row.unit_id, title=row.subject,
            comment=message.new_words, language=row.language,
        )  # fmt: skip
        receive(items=[item])
        row.feedback = Feedback.objects.get(source=item.source, key=item.key)
        row.save(update_fields=["feedback"])
    message.feedback_id = row.feedback_id
    message.save(update_fields=["feedback"])


def _our_turn(row: Conversation, *, since: datetime) -> None:
    if row.state != State.OPEN:
        row.state, row.waits_since, row.closed_at = State.OPEN, since, None
        row.save(update_fields=["state", "waits_since", "closed_at"])


def _their_turn(row: Conversation, *, at: datetime) -> None:
    row.state, row.waits_since, row.closed_at = State.WAITING, None, None
    row.last_at = max(row.last_at, at)
    row.save(update_fields=["state", "waits_since", "closed_at", "last_at"])


@transaction.atomic
def reply(
    *, conversation: Conversation, text: str, by: Person, key: str = "", at: datetime | None = None
) -> Message:
    """Answer as a person; it goes by mail where the conversation has an address. From now on no machine answers in it.

    Whoever answers a conversation that is nobody's gets it. With a `key` the same reply is stored once.

    Raises:
        InvalidInput: it says nothing.
    """
    from .tasks import send_replies

    at, text = at or timezone.now(), text.strip()
    if not text or len(text) > LONGEST:
        raise InvalidInput(_("A reply needs words, and at most %(most)d characters.") % {"most": LONGEST})
    row, key = _held(conversation), key or secrets.token_urlsafe(16)
    known = _known(row, OURS, key)
    if known is not None:
        return known
    by_mail = {"delivery": Delivery.READY, "ready_at": at} if row.is_answered_by_mail else {}
    message = Message.objects.create(
        conversation=row,
        author=Author.PERSON,
        person=by,
        text=text,
        written_at=at,
        source=OURS,
        key=key,
        **by_mail,
    )
    row.is_with_machine, row.assigned_to = False, row.assigned_to or by
    row.save(update_fields=["is_with_machine", "assigned_to"])
    _their_turn(row, at=at)
    record_audit(by=by, action="conversation.replied", target=row, by_mail=bool(by_mail))
    tell_answered(message)
    if by_mail:
        send_replies.enqueue()
    return message


@transaction.atomic
def answer_by_machine(
    *, conversation: Conversation, text: str, key: str, cited: Sequence[str] = (), at: datetime | None = None
) -> Message:
    """Store what the assistant answered, once a key, with the titles of the articles it rests on.

    Raises:
        Conflict: people have taken the conversation over.
    """
    at, row = at or timezone.now(), _held(conversation)
    known = _known(row, OURS, key)
    if known is not None:
        return known
    if not row.is_with_machine:
        raise Conflict(_("People answer in this conversation; a machine does no more."))
    message = Message.objects.create(
        conversation=row,
        author=Author.MACHINE,
        text=text[:LONGEST],
        written_at=at,
        source=OURS,
        key=key,
        cited=list(cited),
    )
    _their_turn(row, at=at)
    tell_answered(message)
    return message


@transaction.atomic
def hand_over(*, conversation: Conversation, why: str, at: datetime | None = None) -> Conversation:
    """Give a conversation from the assistant to people, as a whole; twice is once."""
    at, row = at or timezone.now(), _held(conversation)
    if not row.is_with_machine:
        return row
    row.is_with_machine, row.handed_over_at, row.why_handed_over = False, at, why.strip()[:200]
    row.save(update_fields=["is_with_machine", "handed_over_at", "why_handed_over"])
    _our_turn(row, since=at)
    record_audit(
        by=None, action="conversation.handed_over", target=row
    )  # why, in the customer's words, goes with them
    tell_handed_over(row)
    return row


@transaction.atomic
def leave_address(*, conversation: Conversation, address: str, by: Person | None = None) -> Conversation:
    """Keep the address at which whoever wrote can be reached; nobody has proven that it is theirs."""
    row = _held(conversation)
    row.address = address
    row.save(update_fields=["address"])
    record_audit(by=by, action="conversation.address_left", target=row)
    return row


@transaction.atomic
def send_by_mail(*, message: Message, at: datetime | None = None) -> bool:
    """Have a person's reply sent by mail too, once, where it was to be read elsewhere; False where that is not possible."""
    row = Message.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=message.pk)
    if row.delivery or row.author != Author.PERSON or not row.conversation.address:
        return False
    row.delivery, row.ready_at = Delivery.READY, at or timezone.now()
    row.save(update_fields=["delivery", "ready_at"])
    return True


@transaction.atomic
def assign(*, conversation: Conversation, to: Person | None, by: Person) -> Conversation:
    """Give a conversation to somebody, or to nobody."""
    row = _held(conversation)
    row.assigned_to = to
    row.save(update_fields=["assigned_to"])
    record_audit(by=by, action="conversation.assigned", target=row, to=str(to or ""))
    tell_handed_over(row)
    return row


@transaction.atomic
def tie(
    *, conversation: Conversation, unit: Unit | None, customer: Customer | None, by: Person
) -> Conversation:
    """Say where a conversation belongs and whose it is, where nobody could know; everything the customer said in it follows.

    Without a unit it belongs to the customer's. A record that was merged into another stands for that one.
    """
    row = _held(conversation)
    kept = (customer.merged_into or customer) if customer else None
    row.unit = unit or (kept.unit if kept else None)
    row.customer = kept
    row.save(update_fields=["unit", "customer"])
    said = set(row.messages.exclude(feedback=None).values_list("feedback_id", flat=True))
    if row.feedback_id:
        said.add(row.feedback_id)
    tie_feedback(feedback_ids=sorted(said), unit_id=row.unit_id, customer_id=row.customer_id, by=by)
    record_audit(
        by=by, action="conversation.tied", target=row, customer=row.customer_id, unit=str(row.unit or "")
    )
    return row


@transaction.atomic
def close(*, conversation: Conversation, by: Person | None, at: datetime | None = None) -> Conversation:
    """Close a conversation; what the customer said in it leaves the inbox with it. If the customer writes again, it opens again.

    Without a person, by the clock, only what a person has answered leaves the inbox: what the assistant alone answered nobody has read.

    Raises:
        Conflict: it is closed.
    """
    at, row = at or timezone.now(), _held(conversation)
    if row.state == State.CLOSED:
        raise Conflict(_("This conversation is closed already."))
    row.state, row.closed_at, row.waits_since, row.is_with_machine = State.CLOSED, at, None, False
    row.save(update_fields=["state", "closed_at", "waits_since", "is_with_machine"])
    told = row.feedback
    if told is not None and told.handled_at is None and (by is not None or _was_answered(row, told)):
        mark_handled(feedback=told, by=by)
    record_audit(by=by, action="conversation.closed", target=row)
    tell_closed(row)
    return row


def _was_answered(row: Conversation, told: Feedback) -> bool:
    """Whether a person of ours wrote since the contact began."""
    return row.messages.filter(author=Author.PERSON, written_at__gte=told.received_at).exists()


@transaction.atomic
def reopen(*, conversation: Conversation, by: Person, at: datetime | None = None) -> Conversation:
    """Open a conversation that was closed; it is our turn.

    Raises:
        Conflict: it is open.
    """
    row = _held(conversation)
    if row.state != State.CLOSED:
        raise Conflict(_("This conversation is open."))
    _our_turn(row, since=at or timezone.now())
    record_audit(by=by, action="conversation.reopened", target=row)
    return row


@transaction.atomic
def forget_conversations(*, conversations: QuerySet[Conversation]) -> int:
    """Remove conversations with all their messages; returns how many. Feedback of theirs stays: whoever calls this decides about it."""
    ids = list(conversations.order_by("pk").values_list("pk", flat=True))
    for part in in_parts(ids, 500):
        MessageFile.objects.filter(message__conversation__in=part).delete()
        Message.objects.filter(conversation__in=part).delete()
        Conversation.objects.filter(pk__in=part).delete()
    return len(ids)


def _held(conversation: Conversation) -> Conversation:
    """The conversation as it is now, held until the transaction ends."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related(
        "feedback", "unit", "assigned_to"
    )
    return rows.get(pk=conversation.pk)


def _known(row: Conversation, source: str, key: str) -> Message | None:
    """The message that was stored under the key, which nobody may reach from another conversation."""
    known = Message.objects.filter(source=source, key=key).first()
    if known is not None and known.conversation_id != row.pk:
        raise Conflict(_("There is a message of this key in another conversation."))
    return known
