"""A few conversations of the simulated lender, on several channels: some wait for us, one for the customer, one is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from candor.apps.conversations.choices import Channel, Delivery
from candor.apps.conversations.models import Conversation, Message
from candor.apps.conversations.public_form import change_form
from candor.apps.conversations.services import NewConversation, begin, close, receive_message, reply
from candor.apps.customers.models import Customer
from candor.apps.organization.models import Person

CUSTOMER, WE = "customer", "we"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A conversation as it is played: who wrote what, and how many hours before the end of the data it began."""

    channel: Channel
    subject: str
    hours: int
    turns: tuple[tuple[str, str], ...]
    is_closed: bool = False


EXCHANGES: Final = (
    Exchange(
        Channel.MAIL, "Where is my offer?", 50,
        ((CUSTOMER, "You said ten days. It is day sixteen and the seller is asking me every evening. Is anybody working on it?"),),
    ),
    Exchange(
        Channel.MAIL, "Appraisal on the wrong house", 29,
        (
            (CUSTOMER, "The appraiser came to number 14. We are buying number 41. Who pays for the second visit?"),
            (WE, "I am sorry. The mistake was ours and so is the cost. The appraiser comes to number 41 on Thursday morning; does that suit you?"),
            (CUSTOMER, "Thursday is fine. Please have them ring before they come."),
        ),
    ),
    Exchange(
        Channel.FORM, "", 26,
        ((CUSTOMER, "The lady at the counter explained every line of the closing papers twice. Tell her thank you."),),
    ),
    Exchange(
        Channel.PHONE, "", 22,
        (
            (CUSTOMER, "Uploaded the payslips three times, the portal says “received” and then asks for them again."),
            (WE, "Called back: the papers had been filed under the old loan number. Moved, and the request is gone."),
        ),
        is_closed=True,
    ),
    Exchange(
        Channel.MAIL, "Rate lock", 20,
        (
            (CUSTOMER, "My rate lock ends on Friday and closing is on Monday. What happens to my rate?"),
            (WE, "It is extended to Tuesday at no cost, since the delay is ours. The confirmation is in your portal; tell me if you don’t see it."),
        ),
    ),
)  # fmt: skip


@transaction.atomic
def hold_conversations(*, today: date, lead: Person | None, manager: Person | None) -> None:
    """Play them, once and all or none, with customers of the manager's branch; they end the day before `today`, as the data do."""
    if lead is None or manager is None or Conversation.objects.filter(key__startswith="demo-").exists():
        return
    customers = list(Customer.objects.filter(unit=manager.unit).order_by("pk")[: len(EXCHANGES)])
    end = datetime.combine(today - timedelta(days=1), time(18), tzinfo=UTC)
    for number, (customer, exchange) in enumerate(zip(customers, EXCHANGES, strict=False), 1):
        _play(f"demo-{number}", exchange, customer, manager, end - timedelta(hours=exchange.hours))
    change_form(is_open=True, welcome="", consent="", thanks="", unit=None, by=lead)


def _play(key: str, exchange: Exchange, customer: Customer, by: Person, at: datetime) -> None:
    new = NewConversation(
        channel=exchange.channel, source=exchange.channel, key=key, subject=exchange.subject, customer_id=customer.pk, name=customer.name,
        address=customer.email if exchange.channel == Channel.MAIL else "", language="en",
    )  # fmt: skip
    row = begin(new=new, at=at)
    for place, (who, text) in enumerate(exchange.turns):
        then, own = at + timedelta(hours=4 * place), f"{key}-{place}"
        if who == CUSTOMER:
            noted_by = by if exchange.channel == Channel.PHONE else None
            receive_message(conversation=row, text=text, key=own, at=then, by=noted_by)
        else:
            _as_sent(reply(conversation=row, text=text, by=by, key=own, at=then), at=then)
    if exchange.is_closed:
        close(conversation=row, by=by, at=at + timedelta(hours=4 * len(exchange.turns)))


def _as_sent(message: Message, *, at: datetime) -> None:
    """Nothing leaves a simulated workspace."""
    if message.delivery:
        message.delivery, message.sent_at = Delivery.SENT, at
        message.save(update_fields=["delivery", "sent_at"])
