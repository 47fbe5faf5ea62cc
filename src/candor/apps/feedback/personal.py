"""What a customer told us, handed out or erased with everything else that is held about them."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Feedback
from .services import erase_feedback

_TOLD = (
    "kind", "source", "key", "channel", "received_at", "segment", "episode", "product", "company", "issue", "title", "comment", "language",
)  # fmt: skip


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every piece of feedback with its answers, as written."""
    rows = Feedback.objects.filter(customer_id__in=customer_ids).order_by("received_at", "pk")
    return [
        {name: getattr(row, name) for name in _TOLD}
        | {"answers": list(row.answers.order_by("pk").values("question", "kind", "number", "text"))}
        for row in rows.prefetch_related("answers")
    ]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove it, with the complaints, cases and everything else that hangs on it."""
    ids = Feedback.objects.filter(customer_id__in=customer_ids).order_by("pk").values_list("pk", flat=True)
    return erase_feedback(feedback_ids=list(ids))


HOLDER = Holder("feedback", tell, forget)
