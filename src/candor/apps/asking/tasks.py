"""Work of asking that is done later; all of it is safe to repeat."""

import imaplib
import logging

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candor.foundation import mailboxes
from candor.foundation.jobs import every

from . import bouncing, deciding, links, reminding, rounds, sending

logger = logging.getLogger(__name__)

_SECONDS = 20.0  # a run ends after it, so that other jobs get their turn


@every(minutes=1)
@task()
def decide_and_send() -> int:
    """Decide what is due, and send what is ready; returns how many messages went."""
    now = timezone.now()
    while deciding.decide_due(now=now):
        continue
    return _send()


@task()
def send_on() -> int:
    """Go on with a long queue."""
    return _send()


def _send() -> int:
    sent = sending.send_ready(most_seconds=_SECONDS)
    if sent.trouble:
        logger.warning("Messages wait, because a carrier can't be reached: %s", sent.trouble)
    if sent.has_more:
        send_on.enqueue()
    return sent.sent


@every(hours=1)
@task()
def lay_out_rounds() -> int:
    """Lay out the rounds of recurring surveys that begin soon."""
    return rounds.lay_out_rounds(now=timezone.now())


@every(minutes=30)
@task()
def remind_due() -> int:
    """Store the reminders that are due; they go with the next run that sends."""
    return reminding.remind_due(now=timezone.now())


@every(hours=1)
@task()
def try_unsure_again() -> int:
    """Send once more what a crash left unsure a day ago."""
    return sending.try_unsure_again(now=timezone.now())


@every(hours=6)
@task()
def forget_links() -> int:
    """Drop the sealed links that nobody will send again."""
    return links.forget_links(now=timezone.now())


@every(minutes=10)
@task()
def fetch_reports() -> int:
    """Read reports of non-delivery from the IMAP folder of the settings, if there is one; returns how many were of messages of ours."""
    if not settings.CANDOR_BOUNCES_URL:
        return 0
    try:
        mails = mailboxes.unseen_mails(settings.CANDOR_BOUNCES_URL)
        return bouncing.take_reports(mails=mails, now=timezone.now()).ours
    except (OSError, imaplib.IMAP4.error) as error:
        logger.warning("Reports of non-delivery can't be fetched: %s", error)
        return 0
