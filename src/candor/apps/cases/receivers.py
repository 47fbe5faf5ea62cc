"""What cases do at news from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.complaints.signals import complaint_raised
from candor.apps.feedback.signals import feedback_forgotten, feedback_received, feedback_tied

from . import services
from .tasks import open_cases_for


@receiver(feedback_received)
def open_cases_when_feedback_is_received(feedback_ids: list[int], **_: Any) -> None:
    """Have a worker look at it."""
    open_cases_for.enqueue(feedback_ids)


@receiver(complaint_raised)
def open_cases_when_feedback_becomes_a_complaint(complaint_ids: list[int], **_: Any) -> None:
    """Have a worker look at it again: a rule about complaints may ask for a case now."""
    open_cases_for.enqueue(complaint_ids)


@receiver(feedback_tied)
def cases_follow_their_feedback(feedback_ids: list[int], **_: Any) -> None:
    """They are of the same customer and unit; and a rule of that unit may ask for one."""
    services.follow_feedback(feedback_ids=feedback_ids)
    open_cases_for.enqueue(feedback_ids)


@receiver(feedback_forgotten)
def write_down_which_cases_go(feedback_ids: list[int], is_erasure: bool = False, **_: Any) -> None:
    """What people did about it must not vanish without a trace, except where a customer is erased."""
    services.record_removal(feedback_ids=feedback_ids, keeps_words=not is_erasure)
