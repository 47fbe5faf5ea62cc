"""A customer's reviews, handed out with everything else that is held about them; they go with their feedback."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder

from .models import Review

_TOLD = (
    "author",
    "url",
    "written_at",
    "changed_at",
    "removed_at",
    "excluded_for",
    "reply_text",
    "replied_at",
)


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What a review has beyond what was said: earlier words, our replies, whether it counts and why not."""
    rows = Review.objects.filter(feedback__customer_id__in=customer_ids).order_by("written_at", "pk")
    rows = rows.select_related("reply").prefetch_related("versions", "exclusions")
    return [
        {name: getattr(row, name) for name in _TOLD}
        | {"earlier": [{"title": v.title, "comment": v.comment, "stars": v.stars, "until": v.until} for v in row.versions.all()]}
        | {"exclusions": [{"reason": e.reason, "note": e.note, "made_at": e.made_at, "lifted_at": e.lifted_at} for e in row.exclusions.all()]}
        | ({"our_draft": row.reply.text} if hasattr(row, "reply") else {})
        for row in rows
    ]  # fmt: skip


HOLDER = Holder("reviews", tell)
