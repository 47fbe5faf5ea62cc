"""Mail, with the way out of further ones where mail programs look for it."""

from collections.abc import Callable
from email.utils import formatdate

from candor.foundation.addresses import own_host
from candor.foundation.post import Outcome, Post, open_post

from .carrier import Outgoing
from .moulds import as_bytes


class MailCarrier:
    """The post of the settings.

    Raises:
        Unreachable: the server does not answer.
    """

    def __init__(self) -> None:
        self.post: Post = open_post()

    def hand_over(self, outgoing: Outgoing, *, claim: Callable[[], bool]) -> Outcome | None:
        return self.post.hand_over(
            outgoing.address, lambda: as_bytes(outgoing, own_headers(outgoing)), claim=claim
        )

    def close(self) -> None:
        self.post.close()


def own_headers(outgoing: Outgoing) -> dict[str, str]:
    """What only this message bears. With the way out in them mail programs show a button for it (RFC 8058)."""
    return {
        "To": outgoing.address,
        "Date": formatdate(usegmt=True),
        "Message-ID": f"<{outgoing.message_id}@{own_host()}>",
        "List-Unsubscribe": f"<{outgoing.stop}>",
    }
