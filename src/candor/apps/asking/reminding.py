"""Reminders: the same question once more, to whoever has not answered.

A reminder is part of its request: it counts for no cap, and begins the rest anew. It never goes to who answered, opted out, whose
message came back, or whose link is no longer good.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from candor.apps.surveys.arrivals import note_reminded

from .choices import Delivery, PlanState, Standing
from .deciding import the_rule
from .facts import facts_about, terms_of
from .models import Message, Plan, Request, message_id_of

_AT_ONCE = 900


def remind_due(*, now: datetime) -> int:
    """Store the reminders that are due; returns how many. At night they wait for the next run."""
    plans = Plan.objects.filter(state=PlanState.RUNNING, reminders__gt=0).exclude(survey=None)
    return sum(_remind(plan, now) for plan in plans)


def _remind(plan: Plan, now: datetime) -> int:
    made, last = 0, 0
    silent = _silent(plan, now).values_list("pk", flat=True)
    while ids := list(silent.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = ids[-1]
        made += _remind_these(plan, ids, now)
    return made


def _silent(plan: Plan, now: datetime) -> "QuerySet[Request]":
    """Requests whose last message is old enough, and that nothing came of."""
    rows = Request.objects.filter(
        plan=plan, standing=Standing.ASKED, customer__isnull=False,
        invitation__is_answered=False, invitation__feedback=None, invitation__bounced_at=None,
        invitation__expires_at__gt=now, invitation__reminders__lt=plan.reminders,
        messages__ordinal=F("invitation__reminders"), messages__delivery=Delivery.SENT,
    )  # fmt: skip
    last = Coalesce("invitation__reminded_at", "invitation__sent_at")
    return rows.alias(last_at=last).filter(last_at__lte=now - timedelta(days=plan.remind_after_days))


@transaction.atomic
def _remind_these(plan: Plan, ids: Sequence[int], now: datetime) -> int:
    terms = terms_of(the_rule(is_held=True))
    still = _silent(plan, now).filter(pk__in=ids)  # another worker may have reminded them meanwhile
    rows = list(still.select_related("invitation").order_by("pk"))
    facts = facts_about({row.customer_id for row in rows if row.customer_id}, terms=terms, now=now)
    firsts = {one.request_id: one for one in Message.objects.filter(request__in=rows, ordinal=0)}
    messages = []
    for row in rows:
        number = facts.of(row.customer_id)
        first, person = firsts.get(row.pk), facts.people.get(number or 0)
        if number is None or person is None or first is None or not first.sealed or person.opted_out:
            continue
        if first.channel not in person.channels or terms.permitted_at(now, person.zone) != now:
            continue
        messages.append(_reminder(row, first, facts.addresses[number][first.channel], now))
    Message.objects.bulk_create(messages, batch_size=500)
    note_reminded(ids=[one.request.invitation_id for one in messages if one.request.invitation_id], at=now)
    return len(messages)


def _reminder(row: Request, first: Message, address: str, now: datetime) -> Message:
    ordinal = (row.invitation.reminders if row.invitation else 0) + 1
    return Message(
        request=row,
        ordinal=ordinal,
        channel=first.channel,
        address=address,
        language=first.language,
        message_id=message_id_of(row.pk, ordinal),
        sealed=first.sealed,
        ready_at=now,
    )
