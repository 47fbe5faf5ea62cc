"""News from below."""

from typing import Any

from django.dispatch import receiver

from candor.foundation.outbox import announced

from . import tasks
from .own import is_own


@receiver(announced, dispatch_uid="events.append_own_soon")
def on_announced(topic: str, **news: Any) -> None:
    """Have a worker append what Candor itself knows."""
    if is_own(topic):
        tasks.append_own_soon()
