"""`candor bounces`: read reports of non-delivery from a mailbox, and act on them."""

import argparse
import sys
from pathlib import Path

from .workspace import open_workspace, refuse, say


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "bounces", help="read reports of non-delivery, so that nobody writes to dead addresses"
    )
    parser.add_argument(
        "mailbox",
        help="an mbox, a Maildir, a file with one mail, imaps://user:password@host/INBOX, or - for one mail from a pipe",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from candor.foundation.errors import DomainError

    try:
        open_workspace()
        facts = _taken(arguments.mailbox)
    except DomainError as error:
        return refuse(str(error), as_json=arguments.json)
    words = (
        f"{_counted(facts['mails'], 'mail')} read, {_counted(facts['reports'], 'report')} of non-delivery in them, "
        f"{facts['ours']:,} about our own messages; {_counted(facts['given_up'], 'address', 'addresses')} given up."
    )
    say(facts, words=words, as_json=arguments.json)
    return 0


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _taken(place: str) -> dict[str, int]:
    import imaplib
    from dataclasses import asdict

    from django.utils import timezone

    from candor.apps.asking.bouncing import take_reports
    from candor.foundation.errors import NoAnswer
    from candor.foundation.mailboxes import mails_in, unseen_mails

    if place == "-":
        return asdict(take_reports(mails=[sys.stdin.buffer.read()], now=timezone.now()))
    if "://" not in place:
        return asdict(take_reports(mails=mails_in(Path(place)), now=timezone.now()))
    try:
        return asdict(take_reports(mails=unseen_mails(place), now=timezone.now()))
    except (OSError, imaplib.IMAP4.error) as error:
        raise NoAnswer(f"The mailbox can't be read: {error}") from error
