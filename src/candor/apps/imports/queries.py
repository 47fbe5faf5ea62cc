"""Reads of imports."""

from django.db.models import QuerySet

from .models import ImportBatch


def recent_imports() -> QuerySet[ImportBatch]:
    """Imports, newest first."""
    return ImportBatch.objects.select_related("created_by")


def import_by_id(pk: int) -> ImportBatch | None:
    """One import."""
    return recent_imports().filter(pk=pk).first()
