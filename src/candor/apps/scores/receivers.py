"""News from below."""

from typing import Any

from django.dispatch import receiver

from candor.foundation.outbox import announced

from . import tasks


@receiver(announced, dispatch_uid="scores.project_soon")
def on_announced(**news: Any) -> None:
    tasks.project_soon()
