"""Mail, with the way out of further ones where mail programs look for it."""

from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from django.conf import settings

from candor.foundation.addresses import own_host
from candor.foundation.post import Outcome, Post, open_post

from .carrier import Outgoing


class MailCarrier:
    """The post of the settings.

    Raises:
        Unreachable: the server does not answer.
    """

    def __init__(self) -> None:
        self.post: Post = open_post()

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        return self.post.hand_over(
            outgoing.address, lambda: as_message(outgoing).as_bytes(policy=SMTP), claim=claim
        )

    def close(self) -> None:
        self.post.close()


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
