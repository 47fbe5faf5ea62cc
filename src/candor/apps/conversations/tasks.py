"""Work of conversations outside of a request; all of it is safe to repeat."""

import imaplib
import logging

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candor.foundation.jobs import every
from candor.foundation.mailboxes import unseen

from . import inbound, keeping, sending

logger = logging.getLogger(__name__)


@every(minutes=1)
@task()
def send_replies() -> int:
    """Send the replies that are ready; returns how many went."""
    sent = sending.send_ready()
    if sent.trouble:
        logger.warning("Replies wait, because the mail server can't be reached: %s", sent.trouble)
    return sent.sent


@every(minutes=1)
@task()
def fetch_mails() -> int:
    """Take in what customers wrote to the mailbox of the settings, if there is one; returns how many messages were new."""
    if not settings.CANDOR_MAILBOX_URL:
        return 0
    try:
        return inbound.take_mails(mails=unseen(settings.CANDOR_MAILBOX_URL), now=timezone.now()).new
    except (OSError, imaplib.IMAP4.error) as error:
        logger.warning("The mailbox of customers can't be read: %s", error)
        return 0


@every(hours=6)
@task()
def tidy() -> int:
    """Close conversations that rest, and forget those that are to be kept no longer; returns how many of both."""
    now = timezone.now()
    rested = keeping.close_rested(now=now, days=settings.CANDOR_CONVERSATION_REST_DAYS)
    return rested + keeping.forget_old(now=now, days=settings.CANDOR_CONVERSATION_RETENTION_DAYS)
