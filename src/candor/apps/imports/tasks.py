"""Work on imports that takes longer than a request."""

from django_tasks import task

from candor.foundation.jobs import every

from . import services
from .errors import ImportUnderWay
from .models import ImportBatch


@task
def run(batch_id: int) -> None:
    """Bring a file in."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return
    try:
        services.run_import(batch=batch)
    except ImportUnderWay:
        return  # the worker that took it over goes on
    except Exception as error:
        services.stop_import(batch=batch, reason=_words(error))
        raise


@every(minutes=5)
@task
def stop_abandoned() -> None:
    """End imports whose worker died so often that their job was given up."""
    services.stop_abandoned()


@task
def run_undo_of(batch_id: int) -> None:
    """Take back what a file brought."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return
    try:
        services.run_undo(batch=batch)
    except Exception as error:
        services.stop_import(batch=batch, reason=_words(error))
        raise


def _words(error: Exception) -> str:
    return f"Something unforeseen happened ({type(error).__name__}: {error})."
