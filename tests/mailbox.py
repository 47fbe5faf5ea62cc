"""A real mail server on loopback that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller
from django.test.utils import override_settings


@dataclass
class Mailbox:
    """What arrived, as bytes with the addresses it was for; `refuses` turns everything away."""

    arrived: list[tuple[list[str], bytes]] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "550 not today"
        self.arrived.append((list(envelope.rcpt_tos), envelope.original_content or envelope.content))
        return "250 kept"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """The server, and Django told to send its mail there."""
    box = Mailbox()
    port = _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
        ):
            yield box
    finally:
        controller.stop()


def _free_port() -> int:
    with socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
