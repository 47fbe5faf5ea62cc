"""What became of complaints, as events of the log; that they were received is told by feedback."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from candor.apps.events.own import OwnEvent, Teller

from .models import Complaint, Escalation

_WENT_FURTHER = {"appeal": "Complaint appealed", "ombudsman": "Complaint taken to the ombudsman"}


def events(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """Acknowledged and decided, at noon of their days, as far as they are; and where the customer went further."""
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
    yield from _went_further(ids)


def _went_further(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """Appeals and the ombudsman, at their instants."""
    steps = (
        Escalation.objects.filter(complaint__in=ids)
        .select_related("complaint__feedback")
        .order_by("complaint", "pk")
    )
    for place, step in enumerate(steps, start=4):
        row = step.complaint.feedback
        yield OwnEvent(
            about=f"feedback {row.pk} {step.pk}", what=_WENT_FURTHER[step.kind], at=step.opened_at, customer_id=row.customer_id,
            unit_id=row.unit_id, batch_id=row.import_batch_id, channel=row.channel, place=place,
        )  # fmt: skip


def ids_after(last: int, most: int) -> list[int]:
    """A page of all complaints."""
    return list(Complaint.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:most])


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


TELLER = Teller("complaint", events, ids_after)
