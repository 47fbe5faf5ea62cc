"""Housekeeping that any installation needs."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from .jobs import every
from .models import Job

KEPT_DAYS = 7


@every(hours=6)
@task
def forget_done_jobs() -> int:
    """Delete jobs that ended well more than a week ago; failed ones stay to be looked at. Returns how many."""
    old = timezone.now() - timedelta(days=KEPT_DAYS)
    deleted, _ = Job.objects.filter(state=Job.State.DONE, finished_at__lt=old).delete()
    return deleted
