"""Where reports of non-delivery lie: a mailbox in a file or folder, one mail from a pipe, a folder on an IMAP server."""

import imaplib
import mailbox
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from candor.foundation.errors import InvalidInput

PATIENCE = 60  # seconds to wait for the IMAP server
MOST_AT_ONCE = 1_000


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


def unseen_mails(address: str) -> Iterator[bytes]:
    """Unseen mails of an IMAP folder, `imaps://user:password@host/Folder`; each is marked as seen once the next is asked for, so that
    one which was not acted on comes again.

    Raises:
        InvalidInput: this is no such address.
        OSError, imaplib.IMAP4.error: the server can't be reached, or refuses.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise InvalidInput("Expected an address such as imaps://user:password@mail.example/INBOX.")
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    server = kind(parts.hostname, parts.port or (993 if parts.scheme == "imaps" else 143), timeout=PATIENCE)
    try:
        server.login(unquote(parts.username), unquote(parts.password or ""))
        server.select(f'"{unquote(parts.path.lstrip("/")) or "INBOX"}"')
        yield from _unseen(server)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _unseen(server: imaplib.IMAP4) -> Iterator[bytes]:
    _, found = server.uid("SEARCH", "UNSEEN")
    for number in (found[0] or b"").split()[:MOST_AT_ONCE]:
        uid = number.decode()
        _, parts = server.uid("FETCH", uid, "(BODY.PEEK[])")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
        if raw:
            yield raw
        server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
