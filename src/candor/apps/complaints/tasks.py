"""Work on complaints that is done later; every task is safe to repeat."""

from smtplib import SMTPException

from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from candor.apps.organization.kept import scope_of_job
from candor.foundation.jobs import every

from .models import Letter
from .overviews import count_and_keep
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


@task
def count_overview(person_id: int, unit_id: int | None, period_key: str, language: str) -> None:
    """Count what the overview of a scope shows, so that it is there when somebody looks again."""
    scope = scope_of_job(person_id, unit_id, period_key)
    if scope is not None:
        with override(language):
            count_and_keep(scope)
