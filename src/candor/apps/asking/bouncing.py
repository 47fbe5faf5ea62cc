"""What comes back: refusals at the door and reports of non-delivery, hard ones and soft ones."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from candor.apps.surveys.arrivals import note_bounced
from candor.intake.mail_reports import Report, read_reports

from .carriers import Outcome
from .choices import Delivery
from .models import BadAddress, Message
from .news import BOUNCED, tell_of

_OURS: Final = re.compile(r"<(ask-\d+-\d+-[0-9a-f]{16})@[^>]+>")
SOFT_MOST = 3  # soft bounces after which an address is given up
SOFT_WITHIN = timedelta(days=90)


@dataclass(slots=True)
class Bounced:
    """What a batch of mail told: mails that were read, reports in them, of messages of ours, and addresses given up."""

    mails: int = 0
    reports: int = 0
    ours: int = 0
    given_up: int = 0


def take_reports(*, mails: Iterable[bytes], now: datetime) -> Bounced:
    """Act on reports of non-delivery; other mail is counted and left alone. The same report twice changes nothing."""
    told = Bounced()
    for raw in mails:
        told.mails += 1
        for report in read_reports(raw, ours=_OURS):
            told.reports += 1
            _take(report, told, now)
    return told


@transaction.atomic
def _take(report: Report, told: Bounced, now: datetime) -> None:
    """A report that names no message of ours tells us nothing: anybody can write one about anybody's address."""
    rows = Message.objects.select_for_update().filter(message_id=report.message_id)
    message = rows.first() if report.message_id else None
    if message is None or not report.is_final or message.delivery == Delivery.FAILED:
        return
    told.ours += 1
    words = f"{report.status} {report.words}".strip()
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.FAILED, trouble=words[:300])
    _did_not_arrive(message, now)
    row = note_bad_address(
        address=message.address, is_hard=report.is_hard, status=report.status, words=report.words, at=now
    )
    told.given_up += row.is_dead
    tell_of(BOUNCED, message, is_dead=row.is_dead)


@transaction.atomic
def note_refused_address(*, message: Message, outcome: Outcome, at: datetime) -> None:
    """The server would not take it: it did not arrive, and if the address was why, nobody writes there again."""
    _did_not_arrive(message, at)
    row = note_bad_address(
        address=message.address, is_hard=outcome.is_dead, status=outcome.status, words=outcome.words, at=at
    )
    tell_of(BOUNCED, message, is_dead=row.is_dead)


def note_bad_address(*, address: str, is_hard: bool, status: str, words: str, at: datetime) -> BadAddress:
    """Write down that something came back; hard at once, soft the third time within 90 days, and nobody writes there any more."""
    row, _ = BadAddress.objects.get_or_create(address=address.lower(), defaults={"last_at": at})
    row.bounces = 1 if at - row.last_at > SOFT_WITHIN else row.bounces + 1
    row.last_at, row.status, row.words = at, status[:12], words[:300]
    row.is_dead = row.is_dead or is_hard or row.bounces >= SOFT_MOST
    row.save(update_fields=["bounces", "last_at", "status", "words", "is_dead"])
    return row


def _did_not_arrive(message: Message, at: datetime) -> None:
    if message.ordinal == 0 and message.request.invitation_id is not None:
        note_bounced(ids=[message.request.invitation_id], at=at)
