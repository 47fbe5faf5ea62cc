"""Where mail for us lies: a mailbox in a file or folder, or a folder on an IMAP server."""

import imaplib
import mailbox
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .errors import InvalidInput

PATIENCE = 60  # seconds to wait for the IMAP server
MOST_AT_ONCE = 1_000
MOST_BYTES = 10_000_000  # of one mail; of a larger one the beginning is read


def mails_in(path: Path) -> Iterator[bytes]:
    """Every mail of a Maildir (a folder), an mbox, or a file with one mail.

    Raises:
        InvalidInput: there is no such file.
    """
    if not path.exists():
        raise InvalidInput(f"There is no file or folder {path}. Expected an mbox, a Maildir, or one mail.")
    if path.is_dir():
        yield from (mail.as_bytes() for mail in mailbox.Maildir(path, create=False))
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield path.read_bytes()
        return
    yield from (mail.as_bytes() for mail in mailbox.mbox(path, create=False))


@dataclass(slots=True)
class Found:
    """A mail in a mailbox: its bytes, up to a bound; whether they are all of it. One that could not be acted on is left unseen."""

    raw: bytes
    is_whole: bool = True
    stays_unseen: bool = False


def unseen_mails(address: str) -> Iterator[bytes]:
    """The bytes of unseen mails, as `unseen` finds them."""
    for found in unseen(address):
        yield found.raw


def unseen(address: str) -> Iterator[Found]:
    """Unseen mails of an IMAP folder, `imaps://user:password@host/Folder`, the oldest first; each is marked as seen once the next is
    asked for, so that one which was not acted on comes again.

    Raises:
        InvalidInput: this is no such address.
        OSError, imaplib.IMAP4.error: the server can't be reached, or refuses.
    """
    with _opened(address) as server:
        for uid in _unseen_uids(server)[:MOST_AT_ONCE]:
            found = _fetched(server, uid)
            if found is not None:
                yield found
            if found is None or not found.stays_unseen:
                server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")


def count_unseen(address: str) -> int:
    """How many mails wait there; raises what `unseen` raises."""
    with _opened(address) as server:
        return len(_unseen_uids(server))


@contextmanager
def _opened(address: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(address)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise InvalidInput("Expected an address such as imaps://user:password@mail.example/INBOX.")
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    server = kind(parts.hostname, parts.port or (993 if parts.scheme == "imaps" else 143), timeout=PATIENCE)
    try:
        server.login(unquote(parts.username), unquote(parts.password or ""))
        answer, words = server.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"The folder can't be opened: {words[0]!r}")
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _unseen_uids(server: imaplib.IMAP4) -> list[str]:
    _, found = server.uid("SEARCH", "UNSEEN")
    return [number.decode() for number in (found[0] or b"").split()]


def _fetched(server: imaplib.IMAP4, uid: str) -> Found | None:
    """A mail up to the bound; None where it has gone meanwhile."""
    _, parts = server.uid("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES}>)")
    for part in parts:
        if isinstance(part, tuple):
            size = re.search(rb"RFC822\.SIZE (\d+)", part[0])
            return Found(part[1], is_whole=size is None or int(size[1]) <= MOST_BYTES)
    return None
