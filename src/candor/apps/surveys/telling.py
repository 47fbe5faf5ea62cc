"""Invitations as events of the log: whom we asked, and when."""

from collections.abc import Iterator, Sequence

from candor.apps.events.own import OwnEvent, Teller

from .models import Invitation


def events(ids: Sequence[int]) -> Iterator[OwnEvent]:
    """One for each invitation."""
    fields = ("pk", "sent_at", "customer_id", "unit_id", "channel", "survey__key")
    for pk, at, customer, unit, channel, survey in (
        Invitation.objects.filter(pk__in=ids).order_by("pk").values_list(*fields)
    ):
        yield OwnEvent(
            about=f"invitation {pk}", what="Survey invitation sent", at=at, customer_id=customer, unit_id=unit, channel=channel,
            attributes={"survey": survey},
        )  # fmt: skip


def ids_after(last: int, most: int) -> list[int]:
    """A page of all invitations."""
    return list(Invitation.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:most])


TELLER = Teller("invitation", events, ids_after)
