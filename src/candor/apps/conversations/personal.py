"""A customer's conversations, handed out or erased with everything else that is held about them."""

import base64
from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder
from candor.apps.feedback.erased import never_again

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
_FILE = ("name", "content_type", "size")


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every conversation with all that was written in it, by whichever side, and the files that came with it."""
    rows = Conversation.objects.filter(customer_id__in=customer_ids).order_by("started_at", "pk")
    return [
        {name: getattr(row, name) for name in _TOLD}
        | {"messages": [_said(one) for one in row.messages.all()]}
        for row in rows
    ]


def _said(message: Message) -> dict[str, Any]:
    """A message with its files in base64, since they are theirs."""
    files = [
        {name: getattr(file, name) for name in _FILE} | {"content": base64.b64encode(file.content).decode()}
        for file in message.files.all()
    ]
    return {name: getattr(message, name) for name in _SAID} | {"files": files}


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove them; what they said in the hub goes with the customer's feedback. What is sent again is known as erased."""
    rows = Conversation.objects.filter(customer_id__in=customer_ids)
    theirs = Message.objects.filter(conversation__in=rows, author=Author.CUSTOMER)
    never_again(list(theirs.values_list("source", "key")))
    forget_conversations(conversations=rows)
    return []


HOLDER = Holder("conversations", tell, forget)
