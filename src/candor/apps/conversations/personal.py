"""A customer's conversations, handed out or erased with everything else that is held about them."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Conversation
from .services import forget_conversations

_TOLD = (
    "channel",
    "source",
    "key",
    "subject",
    "name",
    "address",
    "url",
    "language",
    "started_at",
    "last_at",
    "closed_at",
    "state",
)
_SAID = ("author", "written_at", "text", "attachments", "sent_at", "cited")


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every conversation with all that was written in it, by whichever side."""
    rows = Conversation.objects.filter(customer_id__in=customer_ids).order_by("started_at", "pk")
    return [
        {name: getattr(row, name) for name in _TOLD} | {"messages": list(row.messages.values(*_SAID))}
        for row in rows
    ]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove them; what they said in the hub goes with the customer's feedback."""
    forget_conversations(conversations=Conversation.objects.filter(customer_id__in=customer_ids))
    return []


HOLDER = Holder("conversations", tell, forget)
