"""Sending: what was stored as meant to go is handed over, once.

Three things are stored, each on disk before the next begins: the message is *ready* (in the transaction that decided to ask), *claimed*
(right before its first byte goes; until then a server has nothing it could deliver), *sent* (the server has taken it). A worker that is
killed leaves at most one message claimed, about which nobody can say whether it went: that one is *unsure*.

Unsure messages are not sent again at once: to ask twice is worse than to ask late. A day later, if nothing shows that it arrived (it was
not answered, not even in part, and did not bounce), it goes once more under the same Message-ID and with the same link, so that a mailbox which
has the first one can fold them together, and so that no answer counts twice. So nobody is forgotten either.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from candor.apps.customers.requests import Letter, ToAsk, request_kind
from candor.apps.surveys.arrivals import note_put_off, note_went
from candor.foundation.locks import only_one
from candor.foundation.post import this_machine
from candor.foundation.sealed import unseal

from .bouncing import note_refused_address
from .carriers import Carrier, Outcome, Outgoing, Unreachable, carrier_for
from .choices import Delivery, Reason
from .letters import Sheet, sheet_of, survey_letter
from .links import answer_link
from .models import Message
from .news import SENT, tell_of
from .stopping import stop_link
from .withdrawing import reason_to_withdraw, withdraw

logger = logging.getLogger(__name__)

SECOND_TRY = timedelta(hours=24)
FOREIGN_CLAIM = timedelta(minutes=15)  # of a worker on another machine, of which nothing can be known
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
_PAGE = 200


@dataclass(slots=True)
class Sent:
    """What a run did."""

    sent: int = 0
    refused: int = 0
    withdrawn: int = 0
    has_more: bool = False
    trouble: str = ""


def send_ready(*, most_seconds: float, now: Callable[[], datetime] = timezone.now) -> Sent:
    """Hand over what is ready, the oldest first, until none is left or the time is up; one sender at a time."""
    with only_one("sending", waits=False) as is_mine:
        if not is_mine:
            return Sent()
        settle_claims(now=now())
        run = _Run(now)
        try:
            run.send_all(until=time.monotonic() + most_seconds)
        finally:
            run.close()
        return run.told


def settle_claims(*, now: datetime) -> int:
    """Call unsure what a worker that is no more had claimed; call it while nobody sends from here. Returns how many."""
    left = Q(claimed_by=this_machine()) | Q(claimed_at__lt=now - FOREIGN_CLAIM)
    rows = Message.objects.filter(left, delivery=Delivery.CLAIMED)
    return rows.update(delivery=Delivery.UNSURE, trouble="The worker ended while it handed this over.")


def try_unsure_again(*, now: datetime) -> int:
    """Have what is unsure for a day go once more, where nothing shows that it arrived; returns how many."""
    rows = Message.objects.filter(delivery=Delivery.UNSURE, claimed_at__lt=now - SECOND_TRY, tries=1)
    unseen = Q(request__invitation=None) | Q(
        request__invitation__response=None,
        request__invitation__is_answered=False,
        request__invitation__bounced_at=None,
        request__invitation__expires_at__gt=now,
    )
    return rows.filter(pk__in=rows.filter(unseen).values("pk")).update(delivery=Delivery.READY, ready_at=now)


def waiting(now: datetime) -> "QuerySet[Message]":
    """Messages that are ready to go, the oldest first."""
    return Message.objects.filter(delivery=Delivery.READY, ready_at__lte=now).order_by("ready_at", "pk")


@dataclass(slots=True)
class _Run:
    """One run over what is ready, with its open carriers and the last message whose fate is not stored yet."""

    now: Callable[[], datetime]
    told: Sent = field(default_factory=Sent)
    carriers: dict[str, Carrier] = field(default_factory=dict)
    sheets: dict[tuple[int, str, bool], Sheet | None] = field(default_factory=dict)
    unstored: tuple[Message, datetime] | None = None

    def send_all(self, *, until: float) -> None:
        """Page after page; a channel whose carrier can't be reached is left for the next run."""
        closed: set[str] = set()
        while rows := self._page(closed):
            for message in rows:
                if time.monotonic() > until:
                    self.told.has_more = True
                    return
                if message.channel in closed:
                    continue
                try:
                    self._send(message)
                except Unreachable as error:
                    closed.add(message.channel)
                    self.told.trouble = str(error)
                    note_waiting(waiting(self.now()).filter(channel=message.channel), at=self.now())
                except Exception as error:  # one message that can't be sent holds up no other
                    logger.exception("Message %s could not be sent", message.pk)
                    self._put_off(message, error)
            self.store_sent()

    def _page(self, closed: set[str]) -> list[Message]:
        rows = waiting(self.now()).exclude(channel__in=closed)
        return list(
            rows.select_related(
                "request__plan__survey", "request__customer__merged_into", "request__invitation"
            )[:_PAGE]
        )

    def _send(self, message: Message) -> None:
        reason = reason_to_withdraw(message, now=self.now())
        if reason is not None:
            withdraw(message=message, reason=reason, now=self.now())
            self.told.withdrawn += 1
            return
        sheet = self._sheet(message)
        if sheet is None:
            withdraw(message=message, reason=Reason.PLAN_ENDED, now=self.now())
            self.told.withdrawn += 1
            return
        self._hand_over(message, _outgoing(message, sheet))

    def _sheet(self, message: Message) -> Sheet | None:
        """The letter of a message; None once what it asks for is closed."""
        plan, is_reminder = message.request.plan, message.ordinal > 0
        if plan.survey is None:
            letter = _other_letter(message)
            return sheet_of(letter, is_reminder=is_reminder) if letter else None
        alike = (plan.pk, message.language, is_reminder)
        if alike not in self.sheets:
            letter = survey_letter(plan.survey, message.language)
            self.sheets[alike] = sheet_of(letter, is_reminder=is_reminder) if letter else None
        return self.sheets[alike]

    def _hand_over(self, message: Message, outgoing: Outgoing) -> None:
        carrier, tries = self._carrier(message.channel), message.tries
        try:
            outcome = carrier.hand_over(outgoing, claim=lambda: self._claim(message))
        except OSError as error:  # the claim is stored: nobody can say whether it went
            self._drop(message.channel)
            _store(message, Delivery.UNSURE, trouble=str(error))
            return
        except Unreachable:
            self._drop(message.channel)
            raise
        if outcome is not None:
            self._note(message, outcome, tries=tries)

    def _put_off(self, message: Message, error: Exception) -> None:
        """Try it again in a while, if nothing of it went; the connection may be in the middle of something."""
        self._drop(message.channel)
        rows = Message.objects.filter(pk=message.pk, delivery=Delivery.READY)
        rows.update(ready_at=self.now() + LONGEST_WAIT, trouble=f"{type(error).__name__}: {error}"[:300])
        note_waiting(rows, at=self.now())

    def _claim(self, message: Message) -> bool:
        """Store that it may have gone from now on, and with the same write that the one before it went."""
        now = self.now()
        with transaction.atomic():
            self.store_sent()
            free = Message.objects.filter(pk=message.pk, delivery=Delivery.READY)
            message.tries += 1
            is_mine = bool(
                free.update(
                    delivery=Delivery.CLAIMED, claimed_at=now, claimed_by=this_machine(), tries=message.tries
                )
            )
            if is_mine and message.ordinal == 0:
                note_goes(message, at=now)
            return is_mine

    def _note(self, message: Message, outcome: Outcome, *, tries: int) -> None:
        if outcome.is_accepted:
            self.told.sent += 1
            self.unstored = (message, self.now())
            return
        self.told.refused += 1
        if outcome.is_temporary:
            wait = min(FIRST_WAIT * 2 ** min(message.refusals, 10), LONGEST_WAIT)
            _store(
                message, Delivery.READY, trouble=outcome.words, ready_at=self.now() + wait,
                refusals=message.refusals + 1, tries=tries,
            )  # fmt: skip
            note_waiting(Message.objects.filter(pk=message.pk), at=self.now())
            return
        _store(message, Delivery.FAILED, trouble=outcome.words)
        note_refused_address(message=message, outcome=outcome, at=self.now())

    def store_sent(self) -> None:
        """Store that the last message went, if that is not stored yet."""
        if self.unstored is not None:
            (message, at), self.unstored = self.unstored, None
            with transaction.atomic(savepoint=False):
                Message.objects.filter(pk=message.pk).update(delivery=Delivery.SENT, sent_at=at, trouble="")
                tell_of(SENT, message)

    def _carrier(self, channel: str) -> Carrier:
        if channel not in self.carriers:
            self.carriers[channel] = carrier_for(channel)
        return self.carriers[channel]

    def _drop(self, channel: str) -> None:
        if (carrier := self.carriers.pop(channel, None)) is not None:
            carrier.close()

    def close(self) -> None:
        """Store what is to be stored and end the connections."""
        self.store_sent()
        for channel in list(self.carriers):
            self._drop(channel)


def note_waiting(messages: "QuerySet[Message]", *, at: datetime) -> None:
    """Of what they ask, nothing went so far, and a server does not take it now: until it does, nobody counts as asked by it."""
    first = messages.filter(ordinal=0, tries=0, delivery=Delivery.READY, request__invitation__put_off_at=None)
    ids = first.exclude(request__invitation=None).values_list("request__invitation_id", flat=True)
    note_put_off(ids=list(ids), at=at)


def note_goes(message: Message, *, at: datetime) -> None:
    """From now on it may have gone: if it was put off before, it counts from here."""
    invitation = message.request.invitation
    if invitation is not None and invitation.put_off_at is not None:
        note_went(ids=[invitation.pk], at=at)


def _store(message: Message, delivery: Delivery, *, trouble: str, **facts: Any) -> None:
    Message.objects.filter(pk=message.pk).update(delivery=delivery, trouble=trouble[:300], **facts)


def _other_letter(message: Message) -> Letter | None:
    """What another room than surveys says."""
    request, plan = message.request, message.request.plan
    kind = request_kind(plan.kind)
    if kind is None:
        return None
    asked = ToAsk(
        customer_id=request.customer_id or 0, key=f"{plan.pk}-{request.key}", language=message.language,
        unit_id=request.unit_id,
    )  # fmt: skip
    return kind.letter(plan.target, asked)


def _outgoing(message: Message, sheet: Sheet) -> Outgoing:
    stop = stop_link(message.request.customer_id or 0)
    link = answer_link(unseal(message.sealed)) if message.request.plan.survey_id else ""
    return Outgoing(
        address=message.address,
        message_id=message.message_id,
        subject=sheet.subject,
        html=sheet.html,
        text=sheet.text,
        short=sheet.short,
        stop=stop,
        language=sheet.language,
        gaps=sheet.gaps(link=link, stop=stop),
    )
