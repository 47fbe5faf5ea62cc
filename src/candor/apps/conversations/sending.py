"""Replies that leave as mails, once.

As with messages that ask (docs/decisions/0016): a reply is *ready*, then *claimed* right before its first byte goes, then *sent* once
the server has taken it. A worker that is killed in between leaves it *unsure*: a person looks at it and says whether it goes again, under
the same Message-ID, so that a mailbox which has the first one folds them together.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from candor.apps.organization.models import Person
from candor.apps.organization.queries import workspace
from candor.apps.organization.services import record_audit
from candor.foundation.errors import Conflict
from candor.foundation.locks import only_one
from candor.foundation.post import Outcome, Post, Unreachable, open_post, this_machine

from .choices import Author, Delivery
from .keys import MAIL, mail_id_of_reply
from .models import Message

logger = logging.getLogger(__name__)

FOREIGN_CLAIM = timedelta(minutes=15)  # of a worker on another machine, of which nothing can be known
FIRST_WAIT = timedelta(minutes=2)
MOST_TRIES = 8  # the last about four hours after the first
MOST_AT_ONCE = 200
MOST_QUOTED = 4_000  # characters of the customer's words that stand under a reply
MOST_REFERENCES = 20


@dataclass(slots=True)
class Sent:
    """What a run did; `trouble` is why the way out was closed."""

    sent: int = 0
    refused: int = 0
    trouble: str = ""


def send_ready(*, now: Callable[[], datetime] = timezone.now) -> Sent:
    """Hand over the replies that are ready, the oldest first; one sender at a time."""
    told = Sent()
    with only_one("replies", waits=False) as is_mine:
        rows = _ready(now()) if is_mine else []
        if is_mine:
            settle_claims(now=now())
        if rows:
            _send_all(rows, told, now)
    return told


def settle_claims(*, now: datetime) -> int:
    """Call unsure what a sender that is no more had claimed; call it while nobody sends from here. Returns how many."""
    left = Q(claimed_by=this_machine()) | Q(claimed_at__lt=now - FOREIGN_CLAIM)
    rows = Message.objects.filter(left, delivery=Delivery.CLAIMED)
    return rows.update(delivery=Delivery.UNSURE, trouble="The worker ended while it handed this over.")


def _ready(now: datetime) -> list[Message]:
    rows = Message.objects.filter(delivery=Delivery.READY, ready_at__lte=now).order_by("ready_at", "pk")
    return list(rows.select_related("conversation", "person")[:MOST_AT_ONCE])


def _send_all(rows: list[Message], told: Sent, now: Callable[[], datetime]) -> None:
    try:
        post = open_post()
    except Unreachable as error:
        told.trouble = str(error)
        return
    try:
        for message in rows:
            _send(message, post, told, now())
    except (Unreachable, OSError) as error:  # the next run opens another way
        told.trouble = str(error)
    finally:
        post.close()


def _send(message: Message, post: Post, told: Sent, now: datetime) -> None:
    sender = own_address()
    try:
        outcome = post.hand_over(
            message.conversation.address,
            lambda: mail_of(message).as_bytes(policy=SMTP),
            claim=lambda: _claim(message, now),
            sender=sender,
        )
    except OSError as error:  # the claim is stored: nobody can say whether it went
        _store(message, Delivery.UNSURE, trouble=str(error))
        raise
    except (ValueError, LookupError) as error:  # a mail that can't be made holds up no other
        logger.exception("Reply %s could not be made", message.pk)
        _give_up(message, Outcome(is_accepted=False, words=str(error)))
        return
    if outcome is None:
        return
    if outcome.is_accepted:
        told.sent += 1
        _store(message, Delivery.SENT, trouble="", sent_at=now)
        return
    told.refused += 1
    if outcome.is_temporary and message.tries + 1 < MOST_TRIES:
        wait = FIRST_WAIT * 2**message.tries
        _store(message, Delivery.READY, trouble=outcome.words, ready_at=now + wait, tries=message.tries + 1)
    else:
        _give_up(message, outcome)


def _claim(message: Message, now: datetime) -> bool:
    """Store that it may have gone from now on."""
    free = Message.objects.filter(pk=message.pk, delivery=Delivery.READY)
    return bool(
        free.update(
            delivery=Delivery.CLAIMED, claimed_at=now, claimed_by=this_machine(), tries=message.tries + 1
        )
    )


@transaction.atomic
def _give_up(message: Message, outcome: Outcome) -> None:
    _store(message, Delivery.FAILED, trouble=outcome.words)
    record_audit(  # without the server's words, which name the address: entries are never erased
        by=None, action="conversation.reply_failed", target=message.conversation, status=outcome.status
    )


def _store(message: Message, delivery: Delivery, *, trouble: str, **facts: Any) -> None:
    Message.objects.filter(pk=message.pk).update(delivery=delivery, trouble=trouble[:300], **facts)


@transaction.atomic
def try_again(*, message: Message, by: Person, at: datetime | None = None) -> Message:
    """Have a reply sent once more that failed, or about which nobody can say whether it arrived.

    Raises:
        Conflict: it has gone, or is on its way.
    """
    from .tasks import send_replies

    row = Message.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=message.pk)
    if row.delivery not in {Delivery.FAILED, Delivery.UNSURE}:
        raise Conflict(_("This reply has gone, or is on its way."))
    row.delivery, row.ready_at, row.tries, row.trouble = Delivery.READY, at or timezone.now(), 0, ""
    row.save(update_fields=["delivery", "ready_at", "tries", "trouble"])
    record_audit(by=by, action="conversation.reply_sent_again", target=row.conversation)
    send_replies.enqueue()
    return row


@transaction.atomic
def note_came_back(*, keys: list[str], words: str) -> int:
    """Note that replies came back, of which a report of non-delivery tells; returns how many that was news of."""
    rows = Message.objects.select_for_update().filter(author=Author.PERSON, key__in=keys)
    found = [row for row in rows if row.delivery in {Delivery.SENT, Delivery.UNSURE, Delivery.CLAIMED}]
    for row in found:
        _give_up(row, Outcome(is_accepted=False, words=words))
    return len(found)


def own_address() -> str:
    """The address that replies come from, to which customers answer."""
    return settings.CANDOR_MAILBOX_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def mail_of(message: Message) -> EmailMessage:
    """A reply as the mail it leaves as: in the thread of what the customer wrote last, whose words stand under it."""
    conversation = message.conversation
    theirs = list(
        conversation.messages.filter(author=Author.CUSTOMER, is_automatic=False, written_at__lte=message.written_at).order_by(
            "written_at", "pk"
        )
    )  # fmt: skip
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=workspace().name, addr_spec=own_address())
    name = " ".join(conversation.name.split())  # a line break in it would make every reply fail
    mail["To"] = Address(display_name=name, addr_spec=conversation.address)
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = f"<{mail_id_of_reply(message.key)}>"
    for name, value in _thread(message).items():
        mail[name] = value
    mail["Auto-Submitted"] = "no"
    with translation.override(conversation.language or settings.LANGUAGE_CODE):
        mail["Subject"] = _subject(conversation.subject)
        mail.set_content(message.text + "\n" + (_quoted(theirs[-1]) if theirs else ""))
    return mail


def _subject(subject: str) -> str:
    return f"Re: {' '.join(subject.split()) or _('Your message to us')}"


def _thread(message: Message) -> dict[str, str]:
    """What says to mail programs which mail this answers, and which came before it."""
    before = message.conversation.messages.filter(written_at__lte=message.written_at).exclude(pk=message.pk)
    ids = []
    for source, key, author in before.order_by("written_at", "pk").values_list("source", "key", "author"):
        if author == Author.CUSTOMER and source == MAIL and not key.startswith("sha256."):
            ids.append(key)
        elif author == Author.PERSON:
            ids.append(mail_id_of_reply(key))
    if not ids:
        return {}
    references = " ".join(f"<{one}>" for one in ids[-MOST_REFERENCES:])
    return {"In-Reply-To": f"<{ids[-1]}>", "References": references}


def _quoted(theirs: Message) -> str:
    day = date_format(timezone.localtime(theirs.written_at), "DATETIME_FORMAT")
    words = theirs.new_words[:MOST_QUOTED]
    head = _("On %(day)s, %(name)s wrote:") % {
        "day": day,
        "name": theirs.conversation.name or theirs.conversation.address,
    }
    return "\n".join(["", head, *(f"> {line}".rstrip() for line in words.split("\n")), ""])
