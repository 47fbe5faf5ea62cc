"""Work of webhooks outside of a request. What enqueues these tasks is imported when one runs."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every

from . import queries

KEPT_DAYS = 30


@task(priority=-10)
def send_due(endpoint_id: int) -> int:
    """Send what is due to an endpoint; returns how many deliveries were tried."""
    from . import sending

    return sending.send_due(endpoint_id, most_seconds=10.0)


@every(minutes=1)
@task()
def send_all_due() -> int:
    """Have everything sent that is due and has no job of its own: what a worker left when it died, and what rested with its endpoint."""
    ids = queries.endpoints_with_due(timezone.now())
    for pk in ids:
        send_due.enqueue(pk)
    return len(ids)


@task()
def tell_administrators(endpoint_id: int, trouble: str) -> int:
    """Mail the administrators that an endpoint was stopped."""
    from . import sending

    return sending.tell_administrators(endpoint_id, trouble)


@every(hours=24)
@task()
def forget_old_messages() -> int:
    """Drop what was told more than a month ago."""
    from . import services

    return services.forget_old_messages(before=timezone.now() - timedelta(days=KEPT_DAYS))
