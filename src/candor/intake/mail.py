"""Mails from strangers as plain facts: who wrote what, in answer to which, and whether a person wrote it.

Any bytes give a `Mail`: what is broken is read as far as it goes. Nothing in a mail is run or fetched.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from .mail_words import from_html, new_words

MOST_TEXT: Final = 100_000  # characters of words that are read
MOST_HTML: Final = 500_000
MOST_PARTS: Final = 200
MOST_REFERENCES: Final = 50
_ID: Final = re.compile(r"<([^<>\s]{1,900})>")
_AUTOMATIC_PRECEDENCE: Final = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
_AUTOMATIC_FIELDS: Final = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Reply",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
)
_MACHINES: Final = ("mailer-daemon", "postmaster", "mail-daemon", "noreply-bounce")
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
)
"""Codecs of Python's that are no charset of mail: slow, or not for text."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail: what it calls itself and says it is, its size in bytes, and these. It is never opened."""

    name: str
    kind: str
    size: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a mail says.

    Attributes:
        message_id: Without the angle brackets; "sha256.…" of the whole where it bears none.
        references: Ids of the mails it answers, the nearest last.
        name: Whoever wrote it, as they call themselves; may be empty.
        address: Where an answer goes, in lower case; "" if it bears none.
        subject: As one line.
        sent_at: As it says, or None.
        text: The whole in words.
        said: What is new in it, without quotes and signature.
        attached: Files that came with it.
        is_automatic: Whether a program wrote it, as RFC 3834 and its forerunners say it.
        is_report: Whether it is a report of non-delivery or of reading.
        language: As it says, such as "de"; mostly empty.
    """

    message_id: str
    references: tuple[str, ...]
    name: str
    address: str
    subject: str
    sent_at: datetime | None
    text: str
    said: str
    attached: tuple[Attached, ...]
    is_automatic: bool
    is_report: bool
    language: str


def read_mail(raw: bytes) -> Mail:
    """Read a mail; whatever the bytes are, something comes of it.

    >>> mail = read_mail(b"From: Jane <jane@mail.example>\\nSubject: Card\\n\\nIt broke.\\n\\n> Dear Jane\\n")
    >>> mail.address, mail.subject, mail.said
    ('jane@mail.example', 'Card', 'It broke.')
    """
    message = _parsed(raw)
    name, address = _author(message)
    text, attached = _body(message)
    is_report = message.get_content_type() == "multipart/report"
    return Mail(
        message_id=_own_id(message, raw),
        references=_references(message),
        name=name,
        address=address,
        subject=_header(message, "Subject"),
        sent_at=_sent_at(message),
        text=text,
        said=new_words(text),
        attached=attached,
        is_automatic=is_report or _is_automatic(message, address),
        is_report=is_report,
        language=_header(message, "Content-Language").split(",")[0].strip()[:12],
    )


def _parsed(raw: bytes) -> Message:
    """The mail in its parts; nested deeper than anybody writes, it is one part."""
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except RecursionError:
        return BytesHeaderParser(policy=compat32).parsebytes(raw)


def _header(message: Message, name: str) -> str:
    """A field as one line of text, decoded as far as it can be."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        parts = decode_header(str(value))
    except (HeaderParseError, ValueError, LookupError):
        parts = [(str(value), None)]
    words = "".join(
        part if isinstance(part, str) else _decoded(part, charset or "ascii") for part, charset in parts
    )
    return _clean(" ".join(words.split()))


def _author(message: Message) -> tuple[str, str]:
    """Name and address: of Reply-To where it is given, since forms and lists write in the name of others."""
    for place in ("Reply-To", "From", "Sender"):
        with suppress(RecursionError):  # comments within comments without an end
            for name, address in getaddresses([_header(message, place)]):
                if "@" in address and len(address) <= 254:
                    return name.strip()[:160], address.strip().lower()
    return "", ""


def _own_id(message: Message, raw: bytes) -> str:
    found = _ID.search(str(message.get("Message-ID", "")))
    return _clean(found[1]) if found else f"sha256.{hashlib.sha256(raw).hexdigest()}"


def _references(message: Message) -> tuple[str, ...]:
    text = f"{message.get('References', '')} {message.get('In-Reply-To', '')}"
    return tuple(dict.fromkeys(map(_clean, _ID.findall(text))))[-MOST_REFERENCES:]


def _sent_at(message: Message) -> datetime | None:
    try:
        said = parsedate_to_datetime(str(message.get("Date", "")))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_automatic(message: Message, address: str) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(message, "Precedence").lower() in _AUTOMATIC_PRECEDENCE
        or any(message.get(one) is not None for one in _AUTOMATIC_FIELDS)
        or str(message.get("Return-Path", "x")).strip() == "<>"
        or address.partition("@")[0] in _MACHINES
    )


def _body(message: Message) -> tuple[str, tuple[Attached, ...]]:
    """The words of a mail and the files beside them: plain text where it has some, else what its HTML says."""
    plain, rich, files = list[str](), list[str](), list[Attached]()
    for part in _parts(message):
        kind = part.get_content_type()
        name = _filename(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment" or not kind.startswith("text/")
        if is_file:
            content = _payload(part)
            files.append(Attached(name or kind, kind[:120], len(content), content))
        elif kind == "text/html":
            rich.append(from_html(_text_of(part)[:MOST_HTML]))
        else:
            plain.append(_text_of(part))
    words = "\n\n".join(filter(None, (one.strip() for one in plain))) or "\n\n".join(filter(None, rich))
    return _clean(words.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_TEXT].strip(), tuple(files)


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, a mail within the mail as a file."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_maintype() == "multipart":
            waiting[:0] = [one for one in inside if isinstance(one, Message)]
        else:
            yield part


def _filename(part: Message) -> str:
    try:
        given = part.get_filename() or ""
        parts = decode_header(given)
    except (HeaderParseError, ValueError, LookupError, TypeError):
        return "?"
    name = "".join(
        one if isinstance(one, str) else _decoded(one, charset or "utf-8") for one, charset in parts
    )
    return _clean(" ".join(name.replace("\\", "/").rpartition("/")[2].split()))[:160]


def _payload(part: Message) -> bytes:
    inside = part.get_payload(decode=True)
    if isinstance(inside, bytes):
        return inside
    whole = part.get_payload()
    if not isinstance(whole, list):
        return b""
    try:
        return b"".join(one.as_bytes() for one in whole if isinstance(one, Message))
    except (
        RecursionError,
        ValueError,
        LookupError,
    ):  # mails within mails without an end, or without their letters
        return b""


def _text_of(part: Message) -> str:
    return _decoded(_payload(part), part.get_content_charset() or "")


def _decoded(raw: bytes, charset: str) -> str:
    """By the charset it names; where that is unknown or wrong as UTF-8, and last as Windows-1252, in which all bytes mean something."""
    named = charset.strip().lower()
    for one in ("cp1252" if named in {"iso-8859-1", "latin-1"} else named, "utf-8"):
        if one and one.replace("-", "_") not in _NO_CHARSETS:
            try:
                return raw.decode(one)
            except (LookupError, UnicodeError, ValueError):
                continue
    return raw.decode("cp1252", "replace")


def _clean(text: str) -> str:
    """Without what no record stores: NUL, and halves of characters that a broken mail leaves."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
