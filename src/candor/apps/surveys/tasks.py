"""Work on answers outside of a request."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.jobs.soon import Soon

from . import exporting, intake
from .models import Export

_soon = Soon(timedelta(seconds=1))


@every(minutes=1)
@task()
def take_in() -> int:
    """Make feedback of responses that are finished or given up; returns how many. One piece at a time, so that other jobs get their turn."""
    taken = intake.take_in(now=timezone.now())
    if taken == intake.AT_ONCE:
        take_in.enqueue()
    return taken


@every(hours=1)
@task()
def take_in_anonymous() -> int:
    """Make feedback of what anonymous surveys got before today."""
    return intake.take_in_anonymous(now=timezone.now())


@every(hours=24)
@task()
def forget_old_responses() -> int:
    """Drop responses as they were sent after `CANDOR_RESPONSE_RETENTION_DAYS`; 0 keeps them."""
    days = settings.CANDOR_RESPONSE_RETENTION_DAYS
    return intake.forget_old_responses(before=timezone.now() - timedelta(days=days)) if days else 0


def take_in_soon() -> None:
    """Have a worker take in what was finished."""
    _soon.ask(take_in)


@task
def make_export(export_id: int) -> None:
    """Write the file that somebody asked for."""
    export = Export.objects.filter(pk=export_id).first()
    if export is None:
        return
    try:
        exporting.make_export(export=export)
    except Exception as error:
        exporting.stop_export(
            export=export, reason=f"Something unforeseen happened ({type(error).__name__})."
        )
        raise


@every(hours=1)
@task()
def forget_old_exports() -> int:
    """Drop files that were made more than a day ago."""
    return exporting.forget_old_exports(before=timezone.now() - timedelta(days=1))
