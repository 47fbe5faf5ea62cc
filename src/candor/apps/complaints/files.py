"""Files that come with a complaint: few and small."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.foundation.attachments import MOST_BYTES, NewFile, bare_name, content_type_of
from candor.foundation.errors import InvalidInput

from .models import Attachment, Complaint

MOST_FILES: Final = 5


def read_files(given: "Sequence[UploadedFile[bytes]]") -> list[NewFile]:
    """Uploaded files as they may be kept.

    Raises:
        InvalidInput: too many, too large, empty, or of another sort.
    """
    return take_files([(one.name or "", one.read(MOST_BYTES + 1)) for one in given[: MOST_FILES + 1]])


def take_files(given: Sequence[tuple[str, bytes]]) -> list[NewFile]:
    """The same of files given as name and content."""
    if len(given) > MOST_FILES:
        raise InvalidInput(_("At most %(n)d files can come with a complaint.") % {"n": MOST_FILES})
    if sum(len(content) for _name, content in given) > MOST_BYTES:
        raise InvalidInput(_("The files are larger than 4 MB together. Send fewer, or smaller ones."))
    return [_taken(bare_name(name), content) for name, content in given]


def _taken(name: str, content: bytes) -> NewFile:
    kind = content_type_of(content)
    if kind is None:
        raise InvalidInput(
            _("“%(name)s” is not a PDF, a picture (PNG, JPEG) or plain text, or it is empty.")
            % {"name": name}
        )
    return NewFile(name, kind, content)


def keep_files(
    complaint: Complaint, files: Sequence[NewFile], *, by: Person | None, at: datetime
) -> list[Attachment]:
    """Store files with their complaint."""
    return Attachment.objects.bulk_create(
        Attachment(
            complaint=complaint, name=one.name, content_type=one.content_type, size=len(one.content), content=one.content,
            added_at=at, added_by=by,
        )
        for one in files
    )  # fmt: skip
