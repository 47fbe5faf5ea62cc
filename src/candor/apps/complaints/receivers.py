"""What complaints do at news from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.events import own
from candor.apps.feedback.signals import feedback_tied


@receiver(feedback_tied, dispatch_uid="complaints.follow")
def tell_again_whose_they_are(feedback_ids: list[int], **_: Any) -> None:
    """Their events are of the same customer and unit."""
    own.tell_again("complaint", feedback_ids)
