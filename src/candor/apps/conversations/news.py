"""What is told to other systems: that a conversation began, what was written in it by whom, that people have it, that it was closed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from candor.apps.webhooks.events import Event
from candor.apps.webhooks.services import tell

from .models import Conversation, Message

_EXAMPLE = {"conversation": 4711, "channel": "mail", "source": "mail", "customer": 12, "unit": 7}
OPENED = Event("conversation.opened", _("A conversation began; not for one that a file brought."), _EXAMPLE)
CLOSED = Event(
    "conversation.closed", _("A conversation was closed."), _EXAMPLE | {"messages": 6, "assigned_to": 3}
)
RECEIVED = Event(
    "message.received",
    _("A customer wrote in a conversation; not for what a file brought."),
    _EXAMPLE | {"message": 9001, "is_with_machine": False},
)
ANSWERED = Event(
    "message.answered",
    _("A person or the assistant answered in a conversation."),
    _EXAMPLE | {"message": 9002, "author": "person", "is_by_mail": True},
)
HANDED_OVER = Event(
    "conversation.handed_over",
    _("The assistant gave a conversation to people, or somebody gave it to somebody else."),
    _EXAMPLE | {"assigned_to": 3},
)
EVENTS = (OPENED, RECEIVED, ANSWERED, HANDED_OVER, CLOSED)


def tell_opened(conversation: Conversation) -> None:
    """Tell that it began."""
    tell(event=OPENED.name, data=_shared(conversation), customer_id=conversation.customer_id)


def tell_closed(conversation: Conversation) -> None:
    """Tell that it was closed."""
    further = {"messages": conversation.messages.count(), "assigned_to": conversation.assigned_to_id}
    tell(event=CLOSED.name, data=_shared(conversation) | further, customer_id=conversation.customer_id)


def tell_received(message: Message) -> None:
    """Tell that the customer wrote."""
    conversation = message.conversation
    further = {"message": message.pk, "is_with_machine": conversation.is_with_machine}
    tell(event=RECEIVED.name, data=_shared(conversation) | further, customer_id=conversation.customer_id)


def tell_answered(message: Message) -> None:
    """Tell that we wrote."""
    conversation = message.conversation
    further = {"message": message.pk, "author": message.author, "is_by_mail": bool(message.delivery)}
    tell(event=ANSWERED.name, data=_shared(conversation) | further, customer_id=conversation.customer_id)


def tell_handed_over(conversation: Conversation) -> None:
    """Tell that others have it now."""
    further = {"assigned_to": conversation.assigned_to_id}
    tell(event=HANDED_OVER.name, data=_shared(conversation) | further, customer_id=conversation.customer_id)


def _shared(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation.pk, "channel": conversation.channel, "source": conversation.source,
        "customer": conversation.customer_id, "unit": conversation.unit_id,
    }  # fmt: skip
