"""Notes of calls: what somebody said on the phone, written down while it is fresh."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from candor.apps.customers.models import Customer
from candor.apps.journeys.models import Touchpoint
from candor.apps.organization.models import Person

from .choices import Channel
from .models import Conversation
from .services import NewConversation, begin, close, receive_message

SOURCE = "phone"


@transaction.atomic
def note_call(
    *, text: str, customer: Customer | None, touchpoint: Touchpoint | None, is_settled: bool, by: Person, at: datetime | None = None
) -> Conversation:  # fmt: skip
    """Begin a conversation with what a caller said, in the note-taker's words; one that is settled is closed at once and leaves the inbox.

    Without a unit of the customer's it belongs to that of whoever took the call.
    """
    at = at or timezone.now()
    kept = (customer.merged_into or customer) if customer else None
    unit_id = (kept.unit_id if kept else None) or by.unit_id
    new = NewConversation(
        channel=Channel.PHONE, source=SOURCE, customer_id=kept.pk if kept else None, unit_id=unit_id,
        touchpoint_id=touchpoint.pk if touchpoint else None,
    )  # fmt: skip
    row = begin(new=new, by=by, at=at)
    receive_message(conversation=row, text=text, key=row.key, by=by, at=at)
    return close(conversation=row, by=by, at=at) if is_settled else row
