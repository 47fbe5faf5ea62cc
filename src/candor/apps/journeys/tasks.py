"""Counting of large logs, and the broom behind it."""

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from . import asking
from .models import JourneyCount


@task
def count_journey(number: int) -> None:
    """Answer a question about the event log."""
    row = JourneyCount.objects.filter(pk=number).first()
    if row is not None:
        asking.count(row)


@every(hours=24)
@task
def forget_old_counts() -> int:
    """Drop answers that nobody asked for in a while."""
    return asking.forget_old(now=timezone.now())
