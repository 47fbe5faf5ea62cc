"""From bytes of unknown encoding to text: UTF-8 and UTF-16 when they are, Windows-1252 otherwise, and a note that says so."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from candor.intake.errors import NotATable

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]

_STRAY: Final = "candor-stray-bytes"
_UNDEFINED_IN_CP1252: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
_PLAIN_CONTROLS: Final = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b\x85")
_MOST_CONTROLS: Final = 0.05


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Reads the bytes that are no UTF-8 as Windows-1252, and its five holes as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(
        chr(b) if b in _UNDEFINED_IN_CP1252 else bytes((b,)).decode("cp1252") for b in bad
    ), error.end


codecs.register_error(_STRAY, _as_windows)


def detect_encoding(sample: bytes) -> tuple[Encoding, str | None]:
    """Tells the encoding from the first bytes of a file.

    Args:
        sample: up to a mebibyte; may end within a character.

    Returns:
        The encoding, and a note for the person who imports when it had to be inferred.

    Raises:
        NotATable: too many control characters for text.
    """
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", None
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    wide = _wide_without_mark(sample)
    if wide is not None:
        return wide, f"The file looks like {wide.upper()} without its mark; check letters with accents."
    _refuse_binary(sample)
    try:
        codecs.utf_8_decode(sample, "strict", False)
    except UnicodeDecodeError:
        return _narrow(sample)
    return "utf-8", None


class Decoder:
    """Turns pieces of bytes into pieces of text.

    Attributes:
        had_strays: bytes that are no UTF-8 were met in a file that began as UTF-8, and read as Windows-1252.
    """

    def __init__(self, encoding: Encoding) -> None:
        self._is_utf8 = encoding.startswith("utf-8")
        errors = {"cp1252": _STRAY}.get(encoding, "replace")
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._skip_mark = encoding == "utf-8-sig"
        self._rest = b""
        self.had_strays = False

    def decode(self, data: bytes, *, is_last: bool = False) -> str:
        """Decodes one piece; a character cut at its end waits for the next."""
        if not self._is_utf8:
            return self._decoder.decode(data, is_last)
        if self._rest:
            data = self._rest + data
        if self._skip_mark and data:
            data, self._skip_mark = data.removeprefix(codecs.BOM_UTF8), False
        try:
            text, used = codecs.utf_8_decode(data, "strict", is_last)
        except UnicodeDecodeError:
            self.had_strays = True
            text, used = codecs.utf_8_decode(data, _STRAY, is_last)
        self._rest = data[used:]
        return text

    def texts(self, chunks: Iterable[bytes]) -> Iterator[str]:
        """Decodes all pieces to the end."""
        for chunk in chunks:
            yield self.decode(chunk)
        yield self.decode(b"", is_last=True)


def _wide_without_mark(sample: bytes) -> Literal["utf-16-le", "utf-16-be"] | None:
    head = sample[:4096]
    half = len(head) // 2
    if half < 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _refuse_binary(sample: bytes) -> None:
    head = sample[:65_536]
    controls = sum(1 for byte in head if byte < 32 and byte not in _PLAIN_CONTROLS)
    if controls > max(8, _MOST_CONTROLS * len(head)):
        raise NotATable("binary data")


def _narrow(sample: bytes) -> tuple[Encoding, str]:
    encoding: Encoding = "latin-1" if _UNDEFINED_IN_CP1252.intersection(sample) else "cp1252"
    name = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[encoding]
    return encoding, f"The file is not UTF-8; it was read as {name}. Check letters with accents."
