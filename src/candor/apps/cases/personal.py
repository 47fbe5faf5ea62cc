"""A customer's cases, handed out with everything else that is held about them; they go with their feedback."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Case

_TOLD = ("title", "state", "opened_at", "due_at", "closed_at", "root_cause", "resolution")


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every case with what was noted on the way."""
    rows = Case.objects.filter(customer_id__in=customer_ids).order_by("opened_at", "pk")
    return [
        {name: getattr(row, name) for name in _TOLD} | {"notes": list(row.notes.values("text", "written_at"))}
        for row in rows.prefetch_related("notes")
    ]


HOLDER = Holder("cases", tell)
