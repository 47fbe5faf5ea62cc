"""Work on imports that takes longer than a request."""

from django_tasks import task

from . import services
from .models import ImportBatch


@task
def run(batch_id: int) -> None:
    """Bring a file in."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is not None:
        services.run_import(batch=batch)


@task
def run_undo_of(batch_id: int) -> None:
    """Take back what a file brought."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is not None:
        services.run_undo(batch=batch)
