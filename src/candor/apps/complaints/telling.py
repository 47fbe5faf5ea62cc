"""What became of complaints, as events of the log; that they were received is told by feedback."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from candor.apps.events.own import OwnEvent, Teller

from .models import Complaint


def events(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """Acknowledged and decided, at noon of their days, as far as they are."""
    fields = (
        "pk", "acknowledged_on", "decided_on", "feedback__customer_id", "feedback__unit_id", "feedback__import_batch_id",
        "feedback__channel",
    )  # fmt: skip
    rows = Complaint.objects.filter(pk__in=ids).order_by("pk").values_list(*fields)
    for pk, acknowledged_on, decided_on, customer, unit, batch, channel in rows:
        days = (("Complaint acknowledged", acknowledged_on), ("Complaint decided", decided_on))
        for place, (what, day) in enumerate(days, start=2):
            if day is not None:
                yield OwnEvent(
                    about=f"feedback {pk}", what=what, at=_noon(day), customer_id=customer, unit_id=unit, batch_id=batch,
                    channel=channel, place=place,
                )  # fmt: skip


def ids_after(last: int, most: int) -> list[int]:
    """A page of all complaints."""
    return list(Complaint.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:most])


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


TELLER = Teller("complaint", events, ids_after)
