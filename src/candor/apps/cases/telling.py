"""Cases as events of the log: opened and closed."""

from collections.abc import Iterator, Sequence

from candor.apps.events.own import OwnEvent, Teller

from .models import Case


def events(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """Opened, and closed if it is."""
    fields = ("pk", "opened_at", "closed_at", "customer_id", "unit_id", "feedback__import_batch_id")
    for pk, opened_at, closed_at, customer, unit, batch in (
        Case.objects.filter(pk__in=ids).order_by("pk").values_list(*fields)
    ):
        for place, (what, at) in enumerate((("Case opened", opened_at), ("Case closed", closed_at)), start=4):
            if at is not None:
                yield OwnEvent(
                    about=f"case {pk}",
                    what=what,
                    at=at,
                    customer_id=customer,
                    unit_id=unit,
                    batch_id=batch,
                    place=place,
                )


def ids_after(last: int, most: int) -> list[int]:
    """A page of all cases."""
    return list(Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:most])


TELLER = Teller("case", events, ids_after)
