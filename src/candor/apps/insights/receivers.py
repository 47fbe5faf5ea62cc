"""News from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.feedback.signals import feedback_continued, feedback_received, feedback_tied

from . import tasks


@receiver(feedback_received, dispatch_uid="insights.read_comments")
def on_feedback_received(feedback_ids: list[int], **_: Any) -> None:
    """Have a worker read the comments."""
    tasks.read_comments.enqueue(feedback_ids)


@receiver(feedback_continued, dispatch_uid="insights.read_again")
def on_feedback_continued(feedback_ids: list[int], **_: Any) -> None:
    """Have a worker read the comments again, as a whole."""
    tasks.read_comments.enqueue(feedback_ids)


@receiver(feedback_tied, dispatch_uid="insights.follow")
def on_feedback_tied(feedback_ids: list[int], **_: Any) -> None:
    """Have a worker count the comments where they belong now."""
    tasks.read_comments.enqueue(feedback_ids)
