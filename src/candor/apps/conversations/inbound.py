"""Mails of customers on their way into conversations: each once, in the thread it answers, whoever is killed in between."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from candor.apps.customers.services import customer_of_address
from candor.apps.feedback.erased import erased_among
from candor.foundation.mailboxes import Found
from candor.intake.mail import Mail, read_mail
from candor.intake.mail_reports import read_reports

from .attached import rows_of, sort_out
from .choices import Author, Channel
from .keys import MAIL, key_in_hub, key_of_mail, keys_of_replies
from .models import Conversation, Message, MessageFile
from .sending import note_came_back, own_address
from .services import OURS, NewConversation, begin, receive_message

logger = logging.getLogger(__name__)

BELIEVED = timedelta(days=60)  # how far back a mail's own date is taken for true
_PREFIX: Final = re.compile(
    r"^(?:(?:re|fw|fwd|aw|wg|antw|sv|vs|tr|rv|odp|res)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)


@dataclass(slots=True)
class Taken:
    """What a batch of mail was: mails that were read, messages that were new, ones we had, ones that were erased with their customer, ones of mail
    programs that belong to no conversation, our own, reports of replies that came back, and those that could not be stored and wait in the mailbox."""

    mails: int = 0
    new: int = 0
    known: int = 0
    erased: int = 0
    automatic: int = 0
    own: int = 0
    came_back: int = 0
    troubles: list[str] = field(default_factory=list)


def take_mails(*, mails: Iterable[Found], now: datetime) -> Taken:
    """Take mails in, each in a transaction of its own; one that can't be stored stays unseen in its mailbox and holds up no other."""
    told = Taken()
    for found in mails:
        told.mails += 1
        try:
            _take(found, told, now)
        except Exception as error:  # whatever a stranger's mail does, it holds up no other
            logger.exception("A mail could not be stored; it stays unseen in its mailbox")
            found.stays_unseen = True
            told.troubles.append(f"{type(error).__name__}: {error}"[:200])
    return told


@transaction.atomic
def _take(found: Found, told: Taken, now: datetime) -> None:
    mail = read_mail(found.raw)
    if mail.address and mail.address == own_address().lower():
        told.own += 1  # a rule that copies what we send, or a loop
        return
    if mail.is_report:
        told.came_back += _take_report(found.raw)
        return
    key = key_of_mail(mail.message_id)
    if Message.objects.filter(source=MAIL, key=key).exists():
        told.known += 1
        return
    if erased_among(MAIL, [key, key_in_hub(key)]):
        told.erased += 1
        return
    conversation = _thread_of(mail)
    if conversation is None:
        if mail.is_automatic:
            told.automatic += 1
            return
        conversation = _begin(mail, key, now)
    _add(conversation, mail, key, found, now)
    told.new += 1


def _take_report(raw: bytes) -> int:
    """Act on a report of non-delivery; one that names no reply of ours tells us nothing."""
    failed = [report for report in read_reports(raw) if report.is_final]
    if not failed:
        return 0
    keys = keys_of_replies(raw.decode("utf-8", "replace"))
    return note_came_back(keys=keys, words=f"{failed[0].status} {failed[0].words}".strip())


def _thread_of(mail: Mail) -> Conversation | None:
    """The conversation that the mail answers in, by what it refers to, the nearest first."""
    for reference in reversed(mail.references):
        ours = keys_of_replies(f"{reference}@") if reference.startswith("reply.") else []
        source, key = (OURS, ours[0]) if ours else (MAIL, key_of_mail(reference))
        row = Message.objects.filter(source=source, key=key).select_related("conversation").first()
        if row is not None and (source == MAIL or row.author == Author.PERSON):
            return row.conversation
    return None


def _begin(mail: Mail, key: str, now: datetime) -> Conversation:
    customer_id = customer_of_address(address=mail.address, name=mail.name) if mail.address else None
    new = NewConversation(
        channel=Channel.MAIL, source=MAIL, key=key_in_hub(key), subject=_PREFIX.sub("", mail.subject), name=mail.name,
        address=mail.address, customer_id=customer_id, language=mail.language,
    )  # fmt: skip
    return begin(new=new, at=_written_at(mail, now))


def _add(conversation: Conversation, mail: Mail, key: str, found: Found, now: datetime) -> Message:
    files = sort_out(mail.attached, is_whole=found.is_whole)
    text = mail.text or mail.subject or _("(A mail without words.)")
    if not found.is_whole:
        text += "\n\n" + _("(This mail is longer; the rest is in the mailbox.)")
    message = receive_message(
        conversation=conversation, text=text, said=mail.said, key=key, is_automatic=mail.is_automatic, attachments=files.named,
        sender="" if mail.address == conversation.address else mail.address, at=_written_at(mail, now),
    )  # fmt: skip
    MessageFile.objects.bulk_create(rows_of(message, files))
    return message


def _written_at(mail: Mail, now: datetime) -> datetime:
    """When it says that it was written, if that can be true."""
    said = mail.sent_at
    return said if said is not None and now - BELIEVED <= said <= now else now
