"""Files from strangers that are kept: small, of sorts that are harmless to open, told by their first bytes and not by their names; they are
handed out to be saved, never opened here."""

import base64
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Protocol

from django.http import HttpResponse

MOST_BYTES: Final = 4 * 1024**2  # of all that comes at once
ACCEPTED: Final = ".pdf,.png,.jpg,.jpeg,.txt"
PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
TEXT: Final = "text/plain; charset=utf-8"
_STARTS: Final = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_ENDINGS: Final = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), TEXT: (".txt",)}
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be kept."""

    name: str
    content_type: str
    content: bytes


def content_type_of(content: bytes) -> str | None:
    """What a file is by its first bytes; None for what is not taken.

    >>> content_type_of(b"%PDF-1.7 ..."), content_type_of(b"Hello"), content_type_of(b"MZ" + bytes(9))
    ('application/pdf', 'text/plain; charset=utf-8', None)
    """
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if not content or b"\0" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return TEXT


def bare_name(given: str) -> str:
    """The name of a file without its folders.

    >>> bare_name("C:\\\\Users\\\\me\\\\door.jpg"), bare_name("../../etc/passwd"), bare_name("")
    ('door.jpg', 'passwd', 'file')
    """
    name = PurePosixPath(given.replace("\\", "/")).name[-_LONGEST_NAME:]
    return "".join(sign for sign in name if sign.isprintable()) or "file"


class Stored(Protocol):
    """A file in the record."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def content(self) -> bytes | memoryview: ...


def in_full(file: Stored) -> dict[str, Any]:
    """A file with its content, in base64, for whom it belongs to."""
    named = {name: getattr(file, name) for name in ("name", "content_type", "size")}
    return named | {"content": base64.b64encode(file.content).decode()}


def to_save(*, name: str, content_type: str, content: bytes) -> HttpResponse:
    """The answer by which a browser saves a file under a name without surprises; whatever is in it, nothing of it runs here."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{safe_name(name, content_type)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def safe_name(name: str, content_type: str) -> str:
    """A name that every system takes and that ends as the file's sort does, so that opening it starts nothing else.

    >>> safe_name("Tür.html", TEXT), safe_name("a.JPEG", JPEG)
    ('T_r.html.txt', 'a.JPEG')
    """
    plain = "".join(sign if (sign.isalnum() and sign.isascii()) or sign in "-._ " else "_" for sign in name)
    endings = _ENDINGS.get(content_type, ("",))
    return plain if plain.lower().endswith(endings) else plain + endings[0]
