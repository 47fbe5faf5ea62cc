"""When a customer was asked, handed out or erased with everything else that is held about them."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Invitation
from .services import forget_invitations


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every invitation."""
    rows = Invitation.objects.filter(customer_id__in=customer_ids).order_by("sent_at", "pk")
    names = ("survey__name", "key", "sent_at", "channel", "product", "segment")
    return [dict(row) for row in rows.values(*names)]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove the invitations."""
    forget_invitations(customer_ids=customer_ids)
    return []


HOLDER = Holder("invitations", tell, forget)
