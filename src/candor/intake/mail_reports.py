"""Reports of non-delivery as mail servers write them (RFC 3464), read without knowing what they are about. Pure: bytes in, facts out."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import default
from typing import Final

_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NOT_THE_ADDRESS: Final = ("5.2.2", "5.2.3", "5.2.4", "5.3.", "5.4.", "5.5.", "5.6.", "5.7.")
"""Permanent for this message, and no fault of the address: a full mailbox, a size, a route, a policy (RFC 3463)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report says of one recipient.

    Attributes:
        message_id: Of the message that came back, as `ours` captures it; "" if the report does not say.
        recipient: The address it was for.
        status: As RFC 3463 writes it, such as 5.1.1.
        words: What the other server said.
        is_final: Whether it did not arrive and won't; a delay is none.
        is_hard: Whether the address itself is why.
    """

    message_id: str
    recipient: str
    status: str
    words: str
    is_final: bool
    is_hard: bool


def read_reports(raw: bytes, *, ours: re.Pattern[str] | None = None) -> list[Report]:
    """The reports in a mail, one for each recipient; none for a mail that is no report of non-delivery, or so broken that nothing can be read.

    `ours` finds the Message-ID of the mail that came back, wherever the report quotes it, and captures what they bear of it.

    >>> read_reports(b"Subject: On holiday\\r\\n\\r\\nBack on Monday.")
    []
    """
    try:
        return _reports(raw, ours)
    except (
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ):  # what the parser makes of some bytes
        return []


def _reports(raw: bytes, ours: re.Pattern[str] | None) -> list[Report]:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    found = ours.search(raw.decode("utf-8", "replace")) if ours else None
    about = found[1] if found else ""
    reports = []
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            reports += [_read(block, about) for block in _blocks(part) if block.get("Final-Recipient")]
    return reports


def _blocks(part: Message) -> list[Message]:
    """The groups of fields: first the report's own, then one for each recipient."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return [one for one in inside if isinstance(one, Message)]
    return [
        email.message_from_string(text)
        for text in str(inside).replace("\r\n", "\n").split("\n\n")
        if text.strip()
    ]


def _read(block: Message, about: str) -> Report:
    given = str(block.get("Status", ""))
    action = str(block.get("Action", "")).strip().casefold()
    words = " ".join(_typed(block.get("Diagnostic-Code", "")).split())
    status = (_STATUS.search(given) or _STATUS.search(words) or [""])[0]
    is_final = action == "failed" or (not action and status.startswith("5"))
    is_hard = is_final and status.startswith("5") and not status.startswith(_NOT_THE_ADDRESS)
    return Report(
        message_id=about,
        recipient=_typed(block.get("Original-Recipient") or block.get("Final-Recipient", "")).strip("<>"),
        status=status,
        words=words[:300],
        is_final=is_final,
        is_hard=is_hard,
    )


def _typed(value: object) -> str:
    """The part behind the type: `rfc822; jane@mail.example`."""
    text = str(value).replace("\0", "").encode("utf-8", "replace").decode()
    return text.partition(";")[2].strip() if ";" in text else text.strip()
