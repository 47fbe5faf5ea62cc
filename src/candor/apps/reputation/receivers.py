"""News from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.feedback.signals import feedback_forgotten

from . import services


@receiver(feedback_forgotten, dispatch_uid="reputation.never_again")
def on_feedback_forgotten(feedback_ids: list[int], is_erasure: bool, **_: Any) -> None:
    """Remember what was erased, so that it is not fetched again."""
    if is_erasure:
        services.never_again(feedback_ids=feedback_ids)
