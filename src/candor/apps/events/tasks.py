"""Work on events outside of a request."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.jobs.soon import Soon
from candor.foundation.models import Job

from . import fan_out, misfits, own

_soon = Soon(timedelta(seconds=2))


@every(minutes=1)
@task()
def take_in() -> int:
    """Take what waits into the log; returns how many events. Ends after a while, so that other jobs get their turn."""
    taken = fan_out.take_in(most_seconds=20.0)
    if taken.has_more:
        take_in.enqueue()
    return taken.events


@every(hours=24)
@task()
def forget_old_misfits() -> int:
    """Drop what did not fit and was not dealt with for three months."""
    return misfits.forget_old_misfits(before=timezone.now() - timedelta(days=90))


@every(minutes=1)
@task()
def append_own() -> int:
    """Append to the log what Candor itself knows of; returns how many events were new."""
    return own.append_pending()


def append_own_soon() -> None:
    """Have a worker do it, unless a job for it waits already."""
    if not Job.objects.filter(task_path=append_own.module_path, state=Job.State.READY).exists():
        append_own.enqueue()


def take_in_soon() -> None:
    """Have a worker take in what waits."""
    _soon.ask(take_in)
