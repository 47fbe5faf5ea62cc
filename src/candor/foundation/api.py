"""The JSON face: views that machines call with a key, whose bodies are bounded and whose errors are problem details (RFC 9457)."""

import zlib
from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .errors import InvalidInput, TooLarge, UnknownFormat

View = TypeVar("View", bound=Callable[..., HttpResponse])

_GZIP = 16 + zlib.MAX_WBITS


def for_machines(view: View) -> View:
    """Mark a view that takes POST from other systems: they come with a key and not with a session, so that no other site can
    lend them one, and read errors as problem details."""
    machine_view = csrf_exempt(require_POST(view))
    machine_view.is_for_machines = True  # type: ignore[attr-defined]
    return machine_view


def read_body(request: HttpRequest, *, most: int) -> bytes:
    """The body, unpacked if it is gzipped, of at most `most` bytes before and after.

    Raises:
        TooLarge: it is larger; nothing beyond the bound is read or unpacked.
        UnknownFormat: it is packed in another way.
        InvalidInput: it is announced as gzip and is none, or comes without its length.
    """
    length = request.headers.get("Content-Length", "")
    if not length and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise InvalidInput("The request does not say its length. Send a Content-Length.")
    if length.isdecimal() and int(length) > most:
        raise _too_large(most)
    body: bytes = request.read(most + 1)
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packed == "gzip":
        body = _unpacked(body, most)
    elif packed not in {"", "identity"}:
        raise UnknownFormat(f"The body is packed as “{packed[:40]}”; send it plain or as gzip.")
    if len(body) > most:
        raise _too_large(most)
    return body


def _unpacked(body: bytes, most: int) -> bytes:
    try:
        stream = zlib.decompressobj(_GZIP)
        plain = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise InvalidInput("The body is announced as gzip and can't be unpacked.") from error
    if not stream.eof and len(plain) <= most:
        raise InvalidInput("The gzipped body ends too early.")
    return plain


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"A request may bring {most // 1000:,} kB, unpacked. Send less at a time; nothing of this one was kept."
    )
