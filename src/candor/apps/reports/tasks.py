"""Work of Share that is done later."""

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from . import services


@every(hours=1)
@task()
def send_due_digests() -> int:
    """Send the digests whose Monday or first of the month has come."""
    return services.send_due_digests(now=timezone.now(), today=timezone.localdate())
