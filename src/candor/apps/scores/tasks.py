"""Work of Measure that is done later."""

from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.models import Job

from . import services


@every(minutes=1)
@task()
def project_pending() -> int:
    """Project the outbox into the warehouse."""
    return services.project_pending()


def project_soon() -> None:
    """Have a worker project the outbox, unless a job for it waits already."""
    if not Job.objects.filter(task_path=project_pending.module_path, state=Job.State.READY).exists():
        project_pending.enqueue()
