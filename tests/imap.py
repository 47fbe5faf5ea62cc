"""A real IMAP server on loopback, with one mailbox in its memory."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_START = "from pymap.main import main; raise SystemExit(main())"


@dataclass(frozen=True)
class ImapServer:
    """Where it listens."""

    port: int

    @property
    def address(self) -> str:
        """The mailbox as Candor's settings write it."""
        return f"imap://desk:secret%20word@127.0.0.1:{self.port}/INBOX"

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the mailbox."""
        with self._open() as client:
            for mail in mails:
                client.append("INBOX", "", "", mail)

    def unseen(self) -> int:
        """How many of them nobody has seen."""
        with self._open() as client:
            client.select("INBOX")
            return len(client.uid("SEARCH", "UNSEEN")[1][0].split())

    def empty(self) -> None:
        """Remove them all."""
        with self._open() as client:
            client.select("INBOX")
            client.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login("desk", "secret word")
            yield client
        finally:
            client.logout()


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """The server while it runs, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin", "dict"]
    who = ["--demo-user", "desk", "--demo-password", "secret word"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _START, *words, *who], stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield ImapServer(port)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the IMAP server did not start")
