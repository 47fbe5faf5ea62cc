"""Who came up and what was sent to them, handed out or erased with everything else that is held about a customer.

Erased people stay counted in the log, without anything that says who they were: its sums hold.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from candor.apps.customers.models import Customer
from candor.apps.customers.personal import Holder

from .choices import Reason, Standing
from .models import BadAddress, Message, Request


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every coming-up with what became of it, every message, and addresses that bounced."""
    came = Request.objects.filter(customer_id__in=customer_ids).order_by("came_up_at", "pk")
    sent = Message.objects.filter(request__customer_id__in=customer_ids).order_by("ready_at", "pk")
    bad = BadAddress.objects.filter(address__in=_addresses(customer_ids)).order_by("address")
    names = (
        "plan__name",
        "key",
        "came_up_at",
        "standing",
        "reason",
        "decided_at",
        "channel",
        "episode",
        "round",
    )
    return [
        *(dict(row) for row in came.values(*names)),
        *(
            dict(row)
            for row in sent.values("channel", "address", "language", "delivery", "sent_at", "ordinal")
        ),
        *(dict(row) for row in bad.values("address", "bounces", "last_at", "status", "words")),
    ]


@transaction.atomic
def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove the messages and addresses, and from the log who it was."""
    rows = Request.objects.filter(customer_id__in=customer_ids)
    Message.objects.filter(request__in=rows).delete()
    BadAddress.objects.filter(address__in=_addresses(customer_ids)).delete()
    rows.filter(standing=Standing.WAITING).update(
        standing=Standing.NOT_ASKED, reason=Reason.ERASED, decided_at=F("came_up_at")
    )
    nameless = Concat(Value("erased-"), Cast(F("pk"), CharField()))
    rows.update(key=nameless, episode="", unit=None, done_by=None, customer=None)
    return []


def _addresses(customer_ids: Sequence[int]) -> list[str]:
    found = Customer.objects.filter(pk__in=customer_ids).values_list("email", "phone")
    sent = Message.objects.filter(request__customer_id__in=customer_ids).values_list("address", flat=True)
    return sorted({text.lower() for text in (*(one for pair in found for one in pair), *sent) if text})


HOLDER = Holder("asked", tell, forget)
