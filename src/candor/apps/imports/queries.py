"""Reads of imports."""

from django.db.models import QuerySet

from candor.apps.organization.access import Viewer
from candor.apps.organization.choices import Permission

from .models import ImportBatch

_FOR_ROWS_OF_OTHERS = (Permission.READ_PERSONAL_DATA, Permission.EXPORT_DATA)


def recent_imports() -> QuerySet[ImportBatch]:
    """Imports, newest first."""
    return ImportBatch.objects.select_related("created_by")


def import_by_id(pk: int) -> ImportBatch | None:
    """One import."""
    return recent_imports().filter(pk=pk).first()


def may_read_rows(viewer: Viewer, batch: ImportBatch) -> bool:
    """Whether the file's rows, which hold personal data as written, are the viewer's to read."""
    is_theirs = batch.created_by_id == viewer.person.pk
    return is_theirs or all(viewer.sees_everything(permission) for permission in _FOR_ROWS_OF_OTHERS)
