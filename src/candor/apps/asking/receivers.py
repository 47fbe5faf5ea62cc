"""News from below."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from candor.apps.events.signals import TakenIn, events_taken_in

from . import coming_up


@receiver(events_taken_in, dispatch_uid="asking.come_up")
def on_events_taken_in(events: Sequence[TakenIn], **news: Any) -> None:
    """Write down who comes up for a question because of it."""
    coming_up.by_events(events=events)
