"""Counting of large logs, the broom behind it, and the upkeep of the log."""

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.storage import warehouse

from . import asking, services
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


@every(hours=1)
@task
def compact_events() -> int:
    """Put files of the event log together where it is worth it."""
    return warehouse().compact()


@every(hours=24)
@task
def drop_old_events() -> int:
    """Drop the events of cases that ended longer ago than events are kept."""
    days = settings.CANDOR_EVENT_RETENTION_DAYS
    return services.drop_old_events(days=days, now=timezone.now(), by=None) if days > 0 else 0
