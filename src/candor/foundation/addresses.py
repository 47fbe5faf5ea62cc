"""Numbers of records in addresses and forms: `<id:pk>` in urls.py, `record_id` for what a form or a query says; and our own host.

Numbers stay within a database's 64 bits; beyond them there is no record, so that an address leads nowhere and a form names
nothing.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import register_converter

_MOST_DIGITS = 18


class IdConverter:
    """The number of a record in an address."""

    regex = f"[0-9]{{1,{_MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")


def record_id(text: str) -> int | None:
    """The number that a text is, or None."""
    return int(text) if re.fullmatch(IdConverter.regex, text) else None


def record_ids(texts: Iterable[str], *, most: int = 1_000) -> list[int]:
    """The numbers among the first so many texts; whatever is none is left out."""
    found = (record_id(text) for _n, text in zip(range(most), texts, strict=False))
    return [number for number in found if number is not None]


def own_host() -> str:
    """What stands right of the @ in the Message-IDs of our mails."""
    return urlsplit(settings.CANDOR_URL).hostname or "candor"
