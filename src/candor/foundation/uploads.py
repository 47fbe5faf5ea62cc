"""How much a request may carry: little everywhere, much only where a view has let a person in and asks for it.

`BodyLimitMiddleware` turns a large request away before anybody reads it. A view that takes large files is marked with
`takes_large_bodies`; it decides access first, then calls `accept_large_file`, and only then looks at POST.
"""

import tempfile
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from .errors import TooLarge
from .middleware import answer
from .storage import folder

View = TypeVar("View", bound=Callable[..., HttpResponse])

_ROOM_FOR_FIELDS = 1024**2  # what a form carries beside its file
_PIECE = 64 * 1024


def takes_large_bodies(view: View) -> View:
    """Mark a view that reads large files; its form is checked against forgery by an inner view with `csrf_protect`,
    since that check reads the whole request."""
    view.takes_large_bodies = True  # type: ignore[attr-defined]
    return csrf_exempt(view)


class BodyLimitMiddleware:
    """Refuses a request larger than a form, unless its view takes large files. Stands before the check against forgery."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "takes_large_bodies", False) or _length(request) <= _most_of_a_form():
            return None
        return answer(request, _too_large(_most_of_a_form()))


def accept_large_file(request: HttpRequest, *, most: int) -> None:
    """Let the request bring files of so many bytes together, kept in the data folder while it lasts.

    Raises:
        TooLarge: it announces more; what it sends is read and dropped, so that the sender gets to read the answer.
    """
    if _length(request) > most + _ROOM_FOR_FIELDS:
        _drop(request, most=2 * most)
        raise _too_large(most)
    request.upload_handlers = [LargeUploadHandler(request, most=most)]


class SmallUploadHandler(MemoryFileUploadHandler):
    """Keeps the files of a small request in memory and refuses what goes beyond."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.read = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True  # whatever the request says of its length: `receive_data_chunk` counts

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.read += len(raw_data)
        if self.read > _most_of_a_form():
            raise RequestDataTooBig("The files of the request are larger than a form may be.")
        return super().receive_data_chunk(raw_data, start)


class LargeUploadHandler(FileUploadHandler):
    """Streams to nameless files in the data folder, which vanish with the request or the process, up to `most` bytes."""

    def __init__(self, request: HttpRequest | None = None, *, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.read = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = UploadedFile(
            tempfile.TemporaryFile(dir=folder("uploads")),  # noqa: SIM115  closed with the request
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.read += len(raw_data)
        if self.read > self.most:
            self.file.close()
            raise _too_large(self.most)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        self.file.close()


def _most_of_a_form() -> int:
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def _length(request: HttpRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() and len(announced) < 20 else 0


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        _("What was sent is larger than the %(most)d MB that may come here. Nothing was kept.")
        % {"most": most // 1024**2}
    )


def _drop(request: HttpRequest, *, most: int) -> None:
    dropped = 0
    while dropped < most and (piece := request.read(_PIECE)):
        dropped += len(piece)
