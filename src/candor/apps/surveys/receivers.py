"""What surveys do at news from below."""

from typing import Any

from django.dispatch import receiver

from candor.apps.feedback.signals import feedback_forgotten

from . import exporting, services


@receiver(feedback_forgotten, dispatch_uid="surveys.invitations_lose_their_answer")
def tell_that_invitations_lose_their_answer(feedback_ids: list[int], **_: Any) -> None:
    """Their answers are about to go; the warehouse must hear of it."""
    services.announce_invitations_of(feedback_ids=feedback_ids)


@receiver(feedback_forgotten, dispatch_uid="surveys.files_of_answers_go_with_a_person")
def drop_files_that_hold_them(feedback_ids: list[int], is_erasure: bool = False, **_: Any) -> None:
    """Files that came with an answer go with it; those waiting to be taken away when somebody in them is erased."""
    services.forget_files(feedback_ids=feedback_ids)
    if is_erasure:
        exporting.forget_exports_of(feedback_ids=feedback_ids)
