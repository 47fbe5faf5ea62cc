"""When a customer was asked and what they answered, handed out or erased with everything else that is held about them.

Answers to anonymous surveys lead back to nobody, so that nobody can find them here either.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from candor.apps.customers.personal import Holder
from candor.foundation.attachments import in_full

from .models import AnswerFile, Invitation, Response
from .services import forget_invitations, forget_responses


def tell(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every invitation."""
    rows = Invitation.objects.filter(customer_id__in=customer_ids).order_by("sent_at", "pk")
    names = ("survey__name", "key", "sent_at", "channel", "product", "segment", "language", "is_answered")
    return [dict(row) for row in rows.values(*names)]


def forget(customer_ids: Sequence[int]) -> list[int]:
    """Remove the invitations."""
    forget_invitations(customer_ids=customer_ids)
    return []


def tell_responses(customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every response as it was sent, with its files, also those given up and those that are not feedback yet."""
    rows = Response.objects.filter(invitation__customer_id__in=customer_ids).order_by("started_at", "pk")
    names = (
        "pk",
        "survey__name",
        "version__number",
        "key",
        "language",
        "channel",
        "data",
        "started_at",
        "finished_at",
    )
    told = [dict(row) for row in rows.values(*names)]
    files: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for file in AnswerFile.objects.filter(response_id__in=[row["pk"] for row in told]):
        files[file.response_id].append(_file(file))
    return [row | {"files": files[row.pop("pk")]} for row in told]


def _file(file: AnswerFile) -> dict[str, Any]:
    """A file and the question that it answers."""
    return {"question": file.question} | in_full(file)


def forget_what_they_answered(customer_ids: Sequence[int]) -> list[int]:
    """Remove the responses with their files; the feedback that came of them goes with the hub's."""
    forget_responses(customer_ids=customer_ids)
    return []


HOLDER = Holder("invitations", tell, forget)
RESPONSES = Holder("answers to surveys", tell_responses, forget_what_they_answered)
