"""What is told to other systems: that a conversation began, that the customer wrote in it, that it was closed."""

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


def _shared(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation.pk, "channel": conversation.channel, "source": conversation.source,
        "customer": conversation.customer_id, "unit": conversation.unit_id,
    }  # fmt: skip
