"""A customer's complaints with all that hangs on them, handed out with everything else that is held about them; they go with their
feedback."""

from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder
from candor.foundation.attachments import in_full

from .models import Attachment, Complaint

_TOLD = (
    "reference", "received_on", "product", "issue", "acknowledged_on", "decided_on", "outcome", "response", "public_response",
    "root_cause", "redress", "state_code", "postcode", "tags", "vulnerability", "vulnerability_note",
)  # fmt: skip
_WHO = ("name", "email", "phone", "address", "postcode", "language", "preference")
_HANGING = {
    "steps": ("at", "kind", "words"),
    "pauses": ("started_at", "ends_at", "reason", "words"),
    "redresses": ("given_on", "kind", "amount", "currency", "words"),
    "escalations": ("kind", "body", "reference", "words", "opened_at", "due_on", "ended_on", "outcome"),
    "letters": ("made_at", "sent_at", "kind", "to", "subject", "body"),
}


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every complaint: what was decided, who they said they are, what happened, letters as sent, and files."""
    rows = Complaint.objects.filter(feedback__customer_id__in=customer_ids).order_by("received_on", "pk")
    return [_told(row) for row in rows.select_related("feedback", "complainant")]


def _told(row: Complaint) -> dict[str, Any]:
    who = getattr(row, "complainant", None)
    hanging = {name: list(getattr(row, name).values(*fields)) for name, fields in _HANGING.items()}
    told = {name: getattr(row, name) for name in _TOLD}
    whose = {"complainant": {name: getattr(who, name) for name in _WHO} if who else None}
    return told | whose | hanging | {"attachments": [_file(file) for file in row.attachments.all()]}


def _file(file: Attachment) -> dict[str, Any]:
    return {"added_at": file.added_at} | in_full(file)


HOLDER = Holder("complaints", tell)
