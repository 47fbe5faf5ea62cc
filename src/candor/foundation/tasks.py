"""Housekeeping that any installation needs."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from .jobs import every
from .models import Job

KEPT_DAYS = 7
FAILED_KEPT_DAYS = 60


@every(hours=6)
@task
def forget_done_jobs() -> int:
    """Delete jobs that ended well more than a week ago; failed ones stay two months to be looked at. Returns how many."""
    now, gone = timezone.now(), 0
    for state, days in ((Job.State.DONE, KEPT_DAYS), (Job.State.FAILED, FAILED_KEPT_DAYS)):
        deleted, _ = Job.objects.filter(state=state, finished_at__lt=now - timedelta(days=days)).delete()
        gone += deleted
    return gone
