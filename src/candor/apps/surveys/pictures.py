"""What pictures say beside their picture: where and when they were taken, with which camera, by whom. Taken out without decoding them.

A JPEG is a row of segments (ITU-T T.81, B.1.1), a PNG a row of chunks (PNG specification, 5.3): those that are needed to draw are kept.
"""

from collections.abc import Iterator
from typing import Final

from candor.foundation.attachments import JPEG, PNG

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_DRAWN: Final = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"bKGD", b"pHYs",
}  # fmt: skip
_SCAN, _END = 0xDA, 0xD9
_APP0, _APP14, _APP15, _COMMENT = 0xE0, 0xEE, 0xEF, 0xFE


class BadPicture(ValueError):
    """A picture whose parts can't be told apart."""


def without_metadata(content: bytes, content_type: str) -> bytes:
    """The picture alone; other files as they are. The turn that a camera notes beside a picture goes as well.

    Raises:
        BadPicture: it is cut off or damaged.
    """
    if content_type == JPEG:
        return b"".join(_jpeg_parts(content))
    if content_type == PNG:
        return _PNG_START + b"".join(_png_parts(content))
    return content


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    """Its start, the segments without applications' own and comments, and from the first scan on the compressed picture. What several
    frames have between their scans is kept, since it is needed to draw them."""
    yield content[:2]
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = content.find(bytes([0xFF, _END]), at)
            if end < 0:
                break
            yield content[at : end + 2]  # what stands behind the end is no picture
            return
        if length < 2 or at + 2 + length > len(content):
            break
        is_own = _APP0 < marker <= _APP15 and marker != _APP14  # 14 says how colours are stored
        if not is_own and marker != _COMMENT:
            yield content[at : at + 2 + length]
        at += 2 + length
    raise BadPicture("This picture is cut off or damaged.")


def _png_parts(content: bytes) -> Iterator[bytes]:
    at = len(_PNG_START)
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            break
        if kind in _DRAWN:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise BadPicture("This picture is cut off or damaged.")
