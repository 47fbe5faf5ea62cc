"""A customer's conversations, handed out or erased with everything else that is held about them."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder
from candor.apps.feedback.erased import never_again
from candor.foundation.attachments import in_full

from .choices import Author
from .models import Conversation, Message
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
    """Every conversation with all that was written in it, by whichever side, and the files that came with it."""
    rows = Conversation.objects.filter(customer_id__in=customer_ids).order_by("started_at", "pk")
    return [
        {name: getattr(row, name) for name in _TOLD}
        | {"messages": [_said(one) for one in row.messages.all()]}
        for row in rows
    ]


def _said(message: Message) -> dict[str, Any]:
    """A message with its files."""
    return {name: getattr(message, name) for name in _SAID} | {
        "files": list(map(in_full, message.files.all()))
    }


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove them; what they said in the hub goes with the customer's feedback. What is sent again is known as erased."""
    rows = Conversation.objects.filter(customer_id__in=customer_ids)
    theirs = Message.objects.filter(conversation__in=rows, author=Author.CUSTOMER)
    never_again(list(theirs.values_list("source", "key")))
    forget_conversations(conversations=rows)
    return []


HOLDER = Holder("conversations", tell, forget)
