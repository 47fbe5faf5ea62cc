"""Mail: over SMTP in the steps of the protocol, or by whatever other backend Django is told to use."""

import smtplib
from collections.abc import Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from candor.foundation.addresses import own_host

from .carrier import Carrier, Outcome, Outgoing, Unreachable

PATIENCE = 60  # seconds to wait for the server's word


def mail_carrier() -> Carrier:
    """The carrier for the mail backend of the settings.

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

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        if not is_address(outgoing.address):
            return Outcome(
                is_accepted=False, is_dead=True, status="5.1.3", words="This is no address of mail."
            )
        refusal = self._announce(outgoing.address)
        if refusal is not None:
            return refusal
        body = as_message(outgoing).as_bytes(policy=SMTP)
        if not claim():
            self.close()  # after DATA there is no other way back
            raise Unreachable("somebody else has the message")
        self.smtp.send(_dotted(body))
        code, words = self.smtp.getreply()
        return Outcome(is_accepted=True) if code == 250 else _refused(code, words, is_about_address=False)

    def _announce(self, address: str) -> Outcome | None:
        try:
            code, words = self.smtp.mail(
                settings.CANDOR_EMAIL_BOUNCES or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
            )
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


class _ByBackend:
    """A backend that writes to the console, a file or memory: handed over in one step."""

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        if not claim():
            return None
        message = EmailMultiAlternatives(
            outgoing.subject, outgoing.text, to=[outgoing.address], headers=_headers(outgoing)
        )
        message.attach_alternative(outgoing.html, "text/html")
        message.send()
        return Outcome(is_accepted=True)

    def close(self) -> None:
        return


def is_address(text: str) -> bool:
    """Whether mail can be addressed to it: as it is written, and in the letters that every server takes."""
    try:
        return bool(Address(addr_spec=text).domain) and text.isascii()
    except (ValueError, IndexError, MessageError):
        return False


def as_message(outgoing: Outgoing) -> EmailMessage:
    """The mail: plain text first, HTML beside it, and the way out where mail programs look for it."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=outgoing.address)
    message["Subject"] = outgoing.subject
    message["Date"] = formatdate(usegmt=True)
    for key, value in _headers(outgoing).items():
        message[key] = value
    message.set_content(outgoing.text)
    message.add_alternative(outgoing.html, subtype="html")
    return message


def _headers(outgoing: Outgoing) -> dict[str, str]:
    """Message-ID; Auto-Submitted keeps holiday replies away; the last two make the button of RFC 8058."""
    headers = {
        "Message-ID": f"<{outgoing.message_id}@{own_host()}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{outgoing.stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return headers | ({"Content-Language": outgoing.language} if outgoing.language else {})


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
