"""Feedback as events of the log: what a customer told us, and when."""

from collections.abc import Iterator, Sequence

from candor.apps.events.own import OwnEvent, Teller

from .choices import Kind
from .models import Feedback

_WHAT = {
    Kind.COMPLAINT: "Complaint received",
    Kind.SURVEY: "Survey answered",
    Kind.REVIEW: "Review written",
    Kind.MESSAGE: "Message received",
}  # ideas come from staff


def events(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """One for each piece of feedback that a customer gave."""
    fields = ("pk", "kind", "received_at", "customer_id", "unit_id", "import_batch_id", "channel", "source")
    for pk, kind, at, customer, unit, batch, channel, source in (
        Feedback.objects.filter(pk__in=ids, kind__in=_WHAT).order_by("pk").values_list(*fields)
    ):
        yield OwnEvent(
            about=f"feedback {pk}", what=_WHAT[Kind(kind)], at=at, customer_id=customer, unit_id=unit, batch_id=batch,
            channel=channel, place=1, attributes={"source": source},
        )  # fmt: skip


def ids_after(last: int, most: int) -> list[int]:
    """A page of all feedback."""
    return list(Feedback.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:most])


TELLER = Teller("feedback", events, ids_after)
