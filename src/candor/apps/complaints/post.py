"""How a letter leaves: as a mail, or as a PDF for the post. Both are kept as they leave."""

import json
from email.message import EmailMessage as Mime
from email.message import Message
from functools import cached_property
from importlib import resources
from typing import Any

import typst
from django.core.mail import EmailMessage
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import override

from candor.foundation.addresses import own_host

from .models import Letter

LINE_END = "\r\n"


class KeptMail(EmailMessage):
    """A mail whose message is made once, so that what is kept is what was handed to the server."""

    def message(self, **_: Any) -> Any:
        return self._made

    @cached_property
    def _made(self) -> Message | Mime:
        return super().message()

    def as_left(self) -> bytes:
        """Its bytes as they go over the wire."""
        made: bytes = self.message().as_bytes(linesep=LINE_END)
        return made


def mail_of(letter: Letter) -> KeptMail:
    """The mail that a letter is; it keeps its id when it is tried again, so that a mail program shows it once."""
    headers = {
        "Message-ID": f"<complaint-letter-{letter.pk}@{own_host()}>",
        "Content-Language": letter.language,
        "Auto-Submitted": "no",
    }
    body = letter.body.rstrip() + "\n"  # a mail ends with a line's end; the server would add it
    return KeptMail(subject=letter.subject, body=body, to=[letter.to], headers=headers)


def letter_as_pdf(letter: Letter, *, address: str, sender: str) -> bytes:
    """The letter as a PDF that screen readers can read (PDF/UA-1). Its words are data, never code."""
    with override(letter.language):
        day = date_format(localtime(letter.made_at), "DATE_FORMAT")
    words = {
        "language": letter.language, "sender": sender, "address": address, "day": day, "subject": letter.subject,
        "paragraphs": [part.strip() for part in letter.body.split("\n\n") if part.strip()],
    }  # fmt: skip
    source = resources.files(__package__).joinpath("letter.typ").read_bytes()
    made: bytes = typst.compile(source, sys_inputs={"words": json.dumps(words)}, pdf_standards="ua-1")
    return made
