"""Work on complaints that is done later; every task is safe to repeat."""

from smtplib import SMTPException

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from .models import Letter
from .post import mail_of


@task
def deliver_letter(letter_id: int) -> str:
    """Mail a letter unless it has left; what went wrong stands on it, and the worker tries again."""
    from .letters import note_sent

    letter = Letter.objects.select_related("complaint").filter(pk=letter_id).first()
    if letter is None or letter.state == Letter.State.SENT:
        return "nothing to send"
    mail = mail_of(letter)
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        Letter.objects.filter(pk=letter_id).update(state=Letter.State.FAILED, problem=str(error)[:300])
        raise
    letter.message = mail.as_left()
    letter.save(update_fields=["message"])
    note_sent(letter=letter, by=None, at=timezone.now())
    return "sent"


@every(minutes=5)
@task
def end_pauses() -> int:
    """Note that clocks run again whose pauses are over."""
    from .handling import end_pauses_that_ran_out

    return end_pauses_that_ran_out(now=timezone.now())
