"""`candor mailbox`: try the mailbox to which customers write, or read it now."""

import argparse

from .workspace import open_workspace, refuse, say


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("mailbox", help="try the mailbox to which customers write, or read it now")
    parser.add_argument(
        "--read", action="store_true", help="take in what waits there, instead of counting it"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    try:
        open_workspace()
        facts, words = _read() if arguments.read else _tried()
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    say(facts, words=words, as_json=arguments.json)
    return 0


def _address() -> str:
    from django.conf import settings

    from candor.foundation.errors import InvalidInput

    if not settings.CANDOR_MAILBOX_URL:
        raise InvalidInput(
            "No mailbox is set. Put its address into CANDOR_MAILBOX_URL: imaps://user:password@mail.example/INBOX."
        )
    return str(settings.CANDOR_MAILBOX_URL)


def _tried() -> tuple[dict[str, int], str]:
    import imaplib

    from candor.foundation.errors import NoAnswer
    from candor.foundation.mailboxes import count_unseen

    try:
        waiting = count_unseen(_address())
    except (OSError, imaplib.IMAP4.error) as error:
        raise NoAnswer(f"The mailbox can't be read: {error}") from error
    return {"waiting": waiting}, f"The mailbox opens. Mails in it that nobody has seen: {waiting:,}."


def _read() -> tuple[dict[str, object], str]:
    import imaplib
    from dataclasses import asdict

    from django.utils import timezone

    from candor.apps.conversations.inbound import take_mails
    from candor.foundation.errors import NoAnswer
    from candor.foundation.mailboxes import unseen

    try:
        taken = take_mails(mails=unseen(_address()), now=timezone.now())
    except (OSError, imaplib.IMAP4.error) as error:
        raise NoAnswer(f"The mailbox can't be read: {error}") from error
    words = (
        f"{taken.mails:,} mails read: {taken.new:,} new messages, {taken.known:,} known, {taken.erased:,} of erased customers, {taken.automatic:,} written by programs, "
        f"{taken.own:,} of our own, {taken.came_back:,} replies that came back, {len(taken.troubles):,} that could not be stored."
    )
    return asdict(taken), words
