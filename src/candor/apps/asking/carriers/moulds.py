"""A mail in bytes, made once for all who get the same words: what is each one's own is poured into it.

To set up and encode a mail takes longer than a mail server does to take it. So it is done with the gaps still in it, and the parts are
encoded as quoted-printable (RFC 2045, 6.7), in which a gap can be found again and filled without touching the words around it.
"""

import re
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from typing import Final

from django.conf import settings

from .carrier import Outgoing

_POLICY: Final = SMTP.clone(max_line_length=76)  # the encoding allows no more, Python's own would write 78
_SOFT: Final = b"=\r\n"  # the end of a line that is none of the text
_WIDTH: Final = 72  # characters of a link that stand in one line; 76 are allowed


def as_bytes(outgoing: Outgoing, own: dict[str, str]) -> bytes:
    """The mail as it goes over the wire, without dots; `own` are headers of this one message, in ASCII."""
    mould = _mould(
        outgoing.subject, outgoing.text, outgoing.html, outgoing.language, settings.DEFAULT_FROM_EMAIL
    )
    gaps = tuple(gap for gap, _own in outgoing.gaps)
    poured = {gap.encode(): _quoted(words) for gap, words in outgoing.gaps}
    body = _finder(gaps).sub(lambda found: poured[found[0].replace(_SOFT, b"")], mould) if gaps else mould
    return "".join(f"{name}: {words}\r\n" for name, words in own.items()).encode("ascii") + body


@lru_cache(maxsize=32)
def _mould(subject: str, text: str, html: str, language: str, sender: str) -> bytes:
    """Plain text first and HTML beside it, under the headers that all of them bear."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["Subject"] = subject
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # Last: set before the parts, a Content-Language would move into the first of them.
    for name, words in shared_headers(language).items():
        message[name] = words
    return message.as_bytes(policy=_POLICY)


def shared_headers(language: str) -> dict[str, str]:
    """Auto-Submitted keeps holiday replies away; the next tells mail programs that one press of their button is enough (RFC 8058)."""
    headers = {"Auto-Submitted": "auto-generated", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers | ({"Content-Language": language} if language else {})


@lru_cache(maxsize=32)
def _finder(gaps: tuple[str, ...]) -> re.Pattern[bytes]:
    """Finds gaps also where a line ends inside of one."""
    soft = b"(?:=\r\n)?"
    return re.compile(b"|".join(soft.join(re.escape(bytes([sign])) for sign in gap.encode()) for gap in gaps))


def _quoted(words: str) -> bytes:
    """Words in lines of their own that the text around them does not see."""
    signs = [
        bytes([sign]) if 33 <= sign <= 126 and sign != ord("=") else b"=%02X" % sign
        for sign in words.encode()
    ]
    lines: list[bytes] = []
    line = b""
    for sign in signs:
        if len(line) + len(sign) > _WIDTH:
            lines.append(line)
            line = b""
        line += sign
    return _SOFT + _SOFT.join([*lines, line]) + _SOFT
