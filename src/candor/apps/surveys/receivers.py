"""What surveys do at news from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.feedback.signals import feedback_forgotten

from . import services


@receiver(feedback_forgotten, dispatch_uid="surveys.invitations_lose_their_answer")
def tell_that_invitations_lose_their_answer(feedback_ids: list[int], **_: Any) -> None:
    """Their answers are about to go; the warehouse must hear of it."""
    services.announce_invitations_of(feedback_ids=feedback_ids)
