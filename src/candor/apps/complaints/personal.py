"""A customer's complaints, handed out with everything else that is held about them; they go with their feedback."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Complaint

_TOLD = (
    "received_on", "acknowledged_on", "decided_on", "response", "public_response", "root_cause", "redress", "state_code", "postcode",
    "tags",
)  # fmt: skip


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What was decided about every complaint."""
    rows = Complaint.objects.filter(feedback__customer_id__in=customer_ids).order_by("received_on", "pk")
    return [{name: getattr(row, name) for name in _TOLD} for row in rows]


HOLDER = Holder("complaints", tell)
