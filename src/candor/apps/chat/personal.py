"""Chats in which a customer's e-mail address was left, told of and erased with everything else that is held about them.

Nobody has proven that the address is the visitor's: that such a chat took place is handed out, its words are not, since they may be somebody
else's. Chats that people tied to a customer go with that customer's conversations.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.services import forget_conversations
from candor.apps.customers.personal import Holder, own_words
from candor.apps.feedback.services import erase_feedback

from .choices import SOURCE


def _chats(customer_ids: Sequence[int]) -> QuerySet[Conversation]:
    emails = {word.casefold() for word in own_words(customer_ids) if "@" in word}
    rows = Conversation.objects.filter(source=SOURCE, customer=None).annotate(given=Lower("address"))
    return rows.filter(given__in=emails)


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """That somebody left the address in a chat, and when."""
    return [
        {
            "conversation": row.pk,
            "started_at": row.started_at,
            "address": row.address,
            "address_is_proven": False,
        }
        for row in _chats(customer_ids).order_by("started_at", "pk")
    ]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove these chats with what was said in them, from the hub too."""
    chats = _chats(customer_ids)
    said = Message.objects.filter(conversation__in=chats).exclude(feedback=None)
    ids = sorted(set(said.values_list("feedback_id", flat=True)))
    forget_conversations(
        conversations=Conversation.objects.filter(pk__in=list(chats.values_list("pk", flat=True)))
    )
    return erase_feedback(feedback_ids=ids) if ids else []


HOLDER = Holder("chats", tell, forget)
