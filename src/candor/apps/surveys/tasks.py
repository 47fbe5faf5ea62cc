"""Work on answers outside of a request."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.jobs.soon import Soon

from . import intake

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
