"""The JSON face of conversations: what other systems heard of customers, reading what was said, and answering in the name of people."""

import hashlib
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from candor.apps.customers.api import Name
from candor.apps.customers.models import Customer
from candor.apps.feedback.api_shapes import customer_id, shown_unit, touchpoint_id
from candor.apps.feedback.erased import refuse_erased
from candor.apps.organization.access import Viewer, viewer_of
from candor.apps.organization.choices import KeyScope, Permission
from candor.apps.organization.keys import keyed, unit_for, viewer_named, viewer_with
from candor.apps.organization.models import ApiKey, Person
from candor.apps.organization.services import record_audit
from candor.foundation.errors import NotAllowed, NotFound
from candor.foundation.paging import USUAL, page_after
from candor.foundation.shapes import Cursor, Given, Instant, Limit, Many, Staff, Told, needs, problems

from . import queries, services
from .choices import Channel
from .models import Conversation, Message
from .services import NewConversation, begin, receive_message

router = Router(tags=["Conversations"])


class TurnGiven(Given):
    """What a customer wrote somewhere: a message, or a post in public."""

    key: str = Field(
        min_length=1, max_length=120, description="Your id of the message: sent again, it is taken in once"
    )
    conversation: str | None = Field(
        None,
        min_length=1,
        max_length=120,
        description="Your id of the exchange it belongs to; without one it is its own",
    )
    text: str = Field(min_length=1, max_length=50_000)
    at: Instant | None = Field(None, description="When it was written; now if left out")
    channel: Literal["webhook", "social"] = Field(
        "webhook", description="`social` for posts of social networks"
    )
    author: str = Field("", max_length=160, description="Name or handle, as it is shown there")
    url: str = Field("", max_length=500, pattern=r"^(https?://\S+)?$", description="Where it can be read")
    subject: str = Field("", max_length=200)
    customer: Name | None = None
    unit: str | None = Field(None, max_length=60, description="The code of the unit it is about")
    touchpoint: str | None = Field(None, max_length=80, description="The key of a touchpoint")
    language: str = Field("", max_length=12)


class TurnTaken(Told):
    """A message that was taken in, now or before, and its conversation."""

    id: int
    message: int
    is_new: bool


class TurnShape(Told):
    """One message. Its words are masked without the scope `personal:read`."""

    id: int
    author: str
    written_at: datetime
    words: str
    is_automatic: bool
    cited: list[str]
    delivery: str = Field(
        description="How far a reply by mail is: ready, claimed, sent, unsure, failed; empty where none is sent"
    )


class ConversationShape(Told):
    """A conversation. Subject, author and who of us answers are told with the scope `personal:read` only."""

    id: int
    key: str
    source: str
    channel: str
    state: str
    subject: str | None
    author: str | None
    customer: int | None
    unit: str | None
    feedback: int | None
    started_at: datetime
    last_at: datetime
    waits_since: datetime | None
    closed_at: datetime | None
    is_with_machine: bool
    assigned_to: str | None


class WholeConversation(ConversationShape):
    """A conversation with its messages, the oldest first."""

    messages: list[TurnShape]


class ReplyGiven(Given):
    """An answer of ours."""

    key: str = Field(
        min_length=1, max_length=120, description="Your id of the reply: sent again, it goes once"
    )
    person: Staff
    text: str = Field(min_length=1, max_length=50_000)


class ReplyTaken(Told):
    """A reply that was taken in, now or before. `delivery` is `ready` where a mail leaves; empty in a chat, where it stands at once,
    and where there is no address: there it is kept, and you bring it to the customer."""

    id: int
    conversation: int
    delivery: str
    is_new: bool


class DoneBy(Given):
    """Who does it."""

    person: Staff


class Assigned(Given):
    """Who hands it over, and to whom."""

    person: Staff
    to: str | None = Field(
        max_length=254, description="The e-mail address of who answers from now on; null: nobody"
    )


class TieGiven(Given):
    """Where a conversation belongs and whose it is; both are said anew."""

    person: Staff
    unit: str | None = Field(
        max_length=60, description="The code of a unit; null: the customer's, else the whole company's"
    )
    customer: Name | None = Field(description="What a system calls the customer; null: nobody known")


class ConversationSpan(Given):
    """What a list of conversations is narrowed to."""

    model_config = {"extra": "forbid", "strict": False}

    state: Literal["open", "waiting", "closed"] | None = None
    channel: Literal["mail", "chat", "form", "webhook", "social", "phone"] | None = None
    cursor: Cursor = ""
    limit: Limit = USUAL


_PLAIN = (
    "key", "source", "channel", "state", "started_at", "last_at", "waits_since", "closed_at", "is_with_machine",
)  # fmt: skip


@router.get("/conversations", response=Many[ConversationShape], **needs(KeyScope.READ_CONVERSATIONS))
def list_conversations(request: HttpRequest, span: Query[ConversationSpan]) -> Any:
    """Conversations, the latest written in first."""
    key = keyed(request, KeyScope.READ_CONVERSATIONS)
    viewer = viewer_with(key)
    given = {"state": span.state, "channel": span.channel}
    rows = Conversation.objects.visible_to(viewer).select_related("unit", "assigned_to")
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    found, following = page_after(rows, span.cursor, limit=span.limit, by="last_at")
    if found and viewer.can(Permission.READ_PERSONAL_DATA):
        record_audit(by=None, action="conversation.exported", rows=len(found))
    return Many[ConversationShape](
        items=[ConversationShape(**_shape(row, viewer)) for row in found], next=following
    )


@router.get(
    "/conversations/{id:pk}", response={200: WholeConversation, **problems(404)}, **needs(KeyScope.READ_CONVERSATIONS)
)  # fmt: skip
def read_conversation(request: HttpRequest, pk: int) -> Any:
    """One conversation with what was said in it."""
    key = keyed(request, KeyScope.READ_CONVERSATIONS)
    viewer = viewer_with(key)
    row = Conversation.objects.visible_to(viewer).select_related("unit", "assigned_to").filter(pk=pk).first()
    if row is None:
        raise NotFound
    turns = queries.exchange(row, is_as_written=viewer.holds(Permission.READ_PERSONAL_DATA, row.unit))
    told = [
        TurnShape(
            id=turn.message.pk, author=turn.message.author, written_at=turn.message.written_at, words=turn.words,
            is_automatic=turn.message.is_automatic, cited=[str(one) for one in turn.message.cited],
            delivery=turn.message.delivery,
        )
        for turn in turns
    ]  # fmt: skip
    return WholeConversation(**_shape(row, viewer), messages=told)


@router.post(
    "/conversations",
    response={200: TurnTaken, 201: TurnTaken, **problems(409)},
    **needs(KeyScope.WRITE_CONVERSATIONS),
)
def send_turn(request: HttpRequest, given: TurnGiven) -> Any:
    """Take in what a customer wrote; the first message of a `conversation` begins it. It is known by your key; what is here already stays,
    and what went when its customer was erased is refused."""
    key = keyed(request, KeyScope.WRITE_CONVERSATIONS)
    unit = unit_for(key, given.unit)
    refuse_erased(key.source, given.key)
    known = Message.objects.filter(source=key.source, key=given.key).first()
    if known is not None:
        return Status(200, TurnTaken(id=known.conversation_id, message=known.pk, is_new=False))
    at = given.at or timezone.now()
    with transaction.atomic():
        new = NewConversation(
            channel=Channel(given.channel), source=key.source, key=given.conversation or given.key, subject=given.subject,
            language=given.language, customer_id=customer_id(given.customer), name=given.author, url=given.url,
            unit_id=unit.pk if unit else None, touchpoint_id=touchpoint_id(given.touchpoint),
        )  # fmt: skip
        row = begin(new=new, at=at)
        message = receive_message(conversation=row, text=given.text, key=given.key, at=at)
    return Status(201, TurnTaken(id=row.pk, message=message.pk, is_new=True))


@router.post(
    "/conversations/{id:pk}/replies",
    response={200: ReplyTaken, 201: ReplyTaken, **problems(404, 409)},
    **needs(KeyScope.ANSWER_CONVERSATIONS),
)
def reply_to_customer(request: HttpRequest, pk: int, given: ReplyGiven) -> Any:
    """Answer in the name of a member of staff, as on the conversation's page: by mail where there is an address, in a chat at once. A reply is
    known by your key and goes once."""
    key = keyed(request, KeyScope.ANSWER_CONVERSATIONS)
    row, by = _to_answer(key, pk, given.person)
    own = f"api-{key.pk}-{hashlib.sha256(given.key.encode()).hexdigest()[:32]}"
    is_new = not Message.objects.filter(source=services.OURS, key=own).exists()
    made = services.reply(conversation=row, text=given.text, by=by, key=own)
    told = ReplyTaken(id=made.pk, conversation=pk, delivery=made.delivery, is_new=is_new)
    return Status(201 if is_new else 200, told)


@router.post(
    "/conversations/{id:pk}/close",
    response={200: ConversationShape, **problems(404, 409)},
    **needs(KeyScope.ANSWER_CONVERSATIONS),
)
def close_conversation(request: HttpRequest, pk: int, given: DoneBy) -> Any:
    """Close it: what the customer said leaves the inbox. If they write again, it opens again."""
    key = keyed(request, KeyScope.ANSWER_CONVERSATIONS)
    row, by = _to_answer(key, pk, given.person)
    return ConversationShape(**_shape(services.close(conversation=row, by=by), viewer_with(key)))


@router.post(
    "/conversations/{id:pk}/reopen",
    response={200: ConversationShape, **problems(404, 409)},
    **needs(KeyScope.ANSWER_CONVERSATIONS),
)
def reopen_conversation(request: HttpRequest, pk: int, given: DoneBy) -> Any:
    """Open one that was closed: it waits for us."""
    key = keyed(request, KeyScope.ANSWER_CONVERSATIONS)
    row, by = _to_answer(key, pk, given.person)
    return ConversationShape(**_shape(services.reopen(conversation=row, by=by), viewer_with(key)))


@router.post(
    "/conversations/{id:pk}/hand-over",
    response={200: ConversationShape, **problems(404)},
    **needs(KeyScope.ANSWER_CONVERSATIONS),
)
def hand_conversation_over(request: HttpRequest, pk: int, given: Assigned) -> Any:
    """Give it to a member of staff who may handle it, or to nobody."""
    key = keyed(request, KeyScope.ANSWER_CONVERSATIONS)
    row, by = _to_answer(key, pk, given.person)
    to = _who_may(given.to, row, field="to") if given.to else None
    return ConversationShape(**_shape(services.assign(conversation=row, to=to, by=by), viewer_with(key)))


@router.post(
    "/conversations/{id:pk}/tie",
    response={200: ConversationShape, **problems(404)},
    **needs(KeyScope.ANSWER_CONVERSATIONS),
)
def tie_conversation(request: HttpRequest, pk: int, given: TieGiven) -> Any:
    """Say where it belongs and whose it is, where nobody could know: everything the customer said in it follows, in numbers too."""
    key = keyed(request, KeyScope.ANSWER_CONVERSATIONS)
    row, by = _to_answer(key, pk, given.person)
    unit = unit_for(key, given.unit)
    if unit is not None and not viewer_of(by).holds(Permission.HANDLE_FEEDBACK, unit):
        raise NotAllowed("What is said in this unit is not theirs to handle.")
    customer = Customer.objects.select_related("unit", "merged_into__unit").filter(
        pk=customer_id(given.customer) or 0
    )
    tied = services.tie(conversation=row, unit=unit, customer=customer.first(), by=by)
    return ConversationShape(**_shape(tied, viewer_with(key)))


def _to_answer(key: ApiKey, pk: int, email: str) -> tuple[Conversation, Person]:
    """A conversation that the key may work on, and who does it."""
    row = queries.conversation_for(viewer_with(key), pk, Permission.HANDLE_FEEDBACK)
    if row is None:
        raise NotFound
    return row, _who_may(email, row)


def _who_may(email: str, row: Conversation, *, field: str = "person") -> Person:
    named = viewer_named(email, Permission.HANDLE_FEEDBACK, field=field)
    if not named.holds(Permission.HANDLE_FEEDBACK, row.unit):
        raise NotAllowed("This conversation is not theirs to handle.")
    return named.person


def _shape(row: Conversation, viewer: Viewer) -> dict[str, Any]:
    is_open = viewer.holds(Permission.READ_PERSONAL_DATA, row.unit)
    return {
        "id": row.pk,
        "customer": row.customer_id,
        "unit": shown_unit(row.unit, viewer),
        "feedback": row.feedback_id,
        "subject": row.subject if is_open else None,
        "author": row.name if is_open else None,
        "assigned_to": str(row.assigned_to) if is_open and row.assigned_to else None,
        **{name: getattr(row, name) for name in _PLAIN},
    }
