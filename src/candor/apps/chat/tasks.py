"""Work of the chat outside of a request."""

from django_tasks import task

from candor.foundation.jobs import every

from . import services


@every(minutes=1)
@task()
def look_after_chats() -> int:
    """Give people what the assistant left unanswered, and mail visitors who have gone what people answered."""
    return services.hand_over_what_waits() + services.mail_what_was_not_read()
