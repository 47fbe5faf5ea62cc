"""Mail that goes once: over SMTP in the steps of the protocol, or by whatever other backend Django is told to use.

Whoever sends stores a claim right before the first byte of a message goes: until then a server has nothing it could deliver, and between
the claim and the server's word nobody can say who has the message.
"""

import os
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import default
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMail
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

PATIENCE = 60  # seconds to wait for the server's word


class Unreachable(Exception):
    """The carrier can't be reached; nothing was handed over, and nothing is wrong with the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the other side said: `is_accepted`, or not for now (`is_temporary`), or not at all; `is_dead` when it refused the address
    itself; `status` and `words` are its own."""

    is_accepted: bool
    is_temporary: bool = False
    is_dead: bool = False
    status: str = ""
    words: str = ""


class Post(Protocol):
    """Hands mails over, one after another."""

    def hand_over(
        self, address: str, mail: Callable[[], bytes], *, claim: Callable[[], bool], sender: str = ""
    ) -> Outcome | None:
        """Hand a mail over to one address; `mail` makes it, with lines that end as on the wire. Reports of non-delivery go to `sender`,
        else where the settings say.

        `claim` is called at the last moment at which it is certain that nothing has gone yet, and stores that it may have from now on;
        when it says no, somebody else has the mail, and None is returned.

        Raises:
            Unreachable: before `claim`: nothing went.
            OSError: after `claim`: nobody can say whether it went.
        """

    def close(self) -> None:
        """End the connection."""


def open_post() -> Post:
    """The way out that the settings name, open.

    Raises:
        Unreachable: the server does not answer.
    """
    backend = get_connection(timeout=PATIENCE)
    if not isinstance(backend, EmailBackend):
        return _ByBackend()
    try:
        backend.open()
        if backend.connection is not None:
            backend.connection.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(str(error)) from error
    assert backend.connection is not None
    return _BySmtp(backend.connection)


class _BySmtp:
    """A server rejects before it is given the message (MAIL, RCPT, DATA), takes it with the dot behind it, and says so. Only between
    the dot and its word is it open who has the message: the claim is stored right before the first byte of it goes."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.smtp = connection

    def hand_over(
        self, address: str, mail: Callable[[], bytes], *, claim: Callable[[], bool], sender: str = ""
    ) -> Outcome | None:
        if not is_address(address):
            return Outcome(
                is_accepted=False, is_dead=True, status="5.1.3", words="This is no address of mail."
            )
        refusal = self._announce(address, sender)
        if refusal is not None:
            return refusal
        body = mail()
        if not claim():
            self.close()  # after DATA there is no other way back
            raise Unreachable("somebody else has the message")
        self.smtp.send(_dotted(body))
        code, words = self.smtp.getreply()
        return Outcome(is_accepted=True) if code == 250 else _refused(code, words, is_about_address=False)

    def _announce(self, address: str, sender: str) -> Outcome | None:
        own = sender or settings.CANDOR_EMAIL_BOUNCES or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        try:
            code, words = self.smtp.mail(own)
            if code == 250:
                code, words = self.smtp.rcpt(address)
                if code not in (250, 251):
                    self.smtp.rset()
                    return _refused(code, words, is_about_address=True)
                code, words = self.smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(str(error)) from error
        if code == 354:
            return None
        self.smtp.rset()
        return _refused(code, words, is_about_address=False)

    def close(self) -> None:
        try:
            self.smtp.close()
        except OSError:
            return


class _Made(DjangoMail):
    """A mail that is made already, for backends that ask for one of Django's."""

    def __init__(self, raw: bytes, address: str) -> None:
        self.made = message_from_bytes(raw, policy=default)
        super().__init__(subject=str(self.made["Subject"] or ""), to=[address])

    def message(self, **_: Any) -> Any:
        return self.made


class _ByBackend:
    """A backend that writes to the console, a file or memory: handed over in one step."""

    def hand_over(
        self, address: str, mail: Callable[[], bytes], *, claim: Callable[[], bool], sender: str = ""
    ) -> Outcome | None:
        if not claim():
            return None
        _Made(mail(), address).send()
        return Outcome(is_accepted=True)

    def close(self) -> None:
        return


def is_address(text: str) -> bool:
    """Whether mail can be addressed to it: as it is written, and in the letters that every server takes."""
    try:
        return bool(Address(addr_spec=text).domain) and text.isascii()
    except (ValueError, IndexError, MessageError):
        return False


def this_machine() -> str:
    """What claims of this machine bear."""
    return os.uname().nodename[:80]


def _dotted(body: bytes) -> bytes:
    """As it goes over the wire: lines that begin with a dot get a second one, and a dot ends it (RFC 5321, 4.5.2)."""
    ended = body if body.endswith(b"\r\n") else body + b"\r\n"
    stuffed = ended.replace(b"\r\n.", b"\r\n..")
    return (b"." + stuffed if stuffed.startswith(b".") else stuffed) + b".\r\n"


def _refused(code: int, words: bytes, *, is_about_address: bool) -> Outcome:
    text = words.decode("utf-8", "replace")
    enhanced = text.split(" ", 1)[0] if text[:2] in {"4.", "5."} else ""
    return Outcome(
        is_accepted=False,
        is_temporary=code < 500,
        is_dead=is_about_address and code >= 500 and (not enhanced or enhanced.startswith(("5.1.", "5.2.1"))),
        status=enhanced or f"{code // 100}.0.0",
        words=f"{code} {text}"[:300],
    )
