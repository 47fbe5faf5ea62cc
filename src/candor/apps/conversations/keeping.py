"""How long conversations stay open and are kept."""

from datetime import datetime, timedelta

from .choices import State
from .models import Conversation
from .services import close, forget_conversations

AT_ONCE = 500


def close_rested(*, now: datetime, days: int) -> int:
    """Close conversations in which the customer has not answered us for so many days; 0 closes none. Returns how many."""
    if not days:
        return 0
    rows = Conversation.objects.filter(state=State.WAITING, last_at__lt=now - timedelta(days=days))
    found = list(rows.order_by("last_at", "pk")[:AT_ONCE])
    for row in found:
        close(conversation=row, by=None, at=now)
    return len(found)


def forget_old(*, now: datetime, days: int) -> int:
    """Forget conversations that were closed so many days ago, with all that was written in them; 0 keeps all. What customers said in
    them stays in the hub. Returns how many."""
    if not days:
        return 0
    rows = Conversation.objects.filter(state=State.CLOSED, closed_at__lt=now - timedelta(days=days))
    return forget_conversations(conversations=rows)
