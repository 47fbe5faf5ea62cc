"""A mail server on this machine that keeps what it takes, and may refuse."""

import email
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """What arrived, in order; `refuses` maps addresses to what the server says at the door, `at_the_end` what it says to a body."""

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    at_the_end: str = ""
    seconds: float = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.at_the_end:
            return self.at_the_end
        self.raw.append(envelope.content)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        if self.seconds:
            time.sleep(self.seconds)
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.arrived if str(one["To"]) == address]


@contextmanager
def a_post() -> Iterator[Post]:
    """The server, while it runs."""
    post = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
