"""The outbox: what changed in the record and is not yet in the warehouse."""

from collections.abc import Sequence

from django.db import transaction
from django.dispatch import Signal

from .models import OutboxEntry

CHUNK = 1_000  # ids an entry carries, so that one entry is one bounded piece of projection
announced = Signal()  # topic: str; sent once the entries are committed


def announce(topic: str, ids: Sequence[int]) -> None:
    """Store that the rows `ids` changed; call it inside the transaction that changes them."""
    if not ids:
        return
    OutboxEntry.objects.bulk_create(
        OutboxEntry(topic=topic, payload={"ids": list(ids[start : start + CHUNK])})
        for start in range(0, len(ids), CHUNK)
    )
    transaction.on_commit(lambda: announced.send(sender=OutboxEntry, topic=topic))
