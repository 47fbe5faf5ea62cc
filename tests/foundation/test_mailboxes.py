"""A mailbox on a real IMAP server: nothing is lost, whatever ends the reading."""

import imaplib
from collections.abc import Iterator

import pytest

from candor.foundation import mailboxes
from candor.foundation.errors import InvalidInput
from candor.foundation.mailboxes import count_unseen, unseen, unseen_mails
from tests.imap import ImapServer, imap_server

ONE, TWO, THREE = (b"Subject: %d\r\n\r\nHello %d\r\n" % (number, number) for number in (1, 2, 3))


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def test_a_mail_is_seen_once_the_next_is_asked_for(server: ImapServer) -> None:
    server.deliver(ONE, TWO, THREE)
    reading = unseen_mails(server.address)
    assert next(reading) == ONE
    assert server.unseen() == 3
    assert next(reading) == TWO
    reading.close()  # as when whoever reads is interrupted: the second was not acted on
    assert list(unseen_mails(server.address)) == [TWO, THREE]
    assert count_unseen(server.address) == 0


def test_one_that_could_not_be_acted_on_stays_and_holds_up_no_other(server: ImapServer) -> None:
    server.deliver(ONE, TWO)
    for found in unseen(server.address):
        found.stays_unseen = found.raw == ONE
    assert list(unseen_mails(server.address)) == [ONE]


def test_of_a_large_mail_the_beginning_is_read(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_BYTES", 10)
    server.deliver(ONE)
    assert [(found.raw, found.is_whole) for found in unseen(server.address)] == [(ONE[:10], False)]


def test_a_wrong_address_password_or_folder_is_said(server: ImapServer) -> None:
    with pytest.raises(InvalidInput):
        count_unseen("mail.example")
    with pytest.raises(imaplib.IMAP4.error):
        count_unseen(server.address.replace("secret", "guessed"))
    with pytest.raises(imaplib.IMAP4.error):
        count_unseen(server.address.replace("INBOX", "Nowhere"))
