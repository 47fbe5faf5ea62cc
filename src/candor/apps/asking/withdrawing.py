"""Messages that are not to go any more: whoever opts out, answers or is erased between decision and sending is left alone."""

from datetime import datetime

from django.db import transaction

from candor.apps.surveys.arrivals import note_went, take_back_invitations

from .choices import Delivery, PlanState, Reason, Standing
from .models import BadAddress, Message, Request


def reason_to_withdraw(message: Message, *, now: datetime) -> Reason | None:
    """Why a message must not go any more; looked at right before it would."""
    request = message.request
    customer, invitation = request.customer, request.invitation
    if customer is None:
        return Reason.ERASED
    if customer.opted_out_at is not None or (customer.merged_into and customer.merged_into.opted_out_at):
        return Reason.OPTED_OUT
    if request.plan.state == PlanState.ENDED or (request.plan.survey_id and invitation is None):
        return Reason.PLAN_ENDED
    if invitation is not None and invitation.expires_at is not None and invitation.expires_at <= now:
        return Reason.TOO_LATE
    if invitation is not None and (invitation.is_answered or invitation.feedback_id):
        return Reason.ASKED_BEFORE
    if BadAddress.objects.filter(address=message.address.lower(), is_dead=True).exists():
        return Reason.BOUNCED
    return None


@transaction.atomic
def withdraw(*, message: Message, reason: Reason, now: datetime) -> None:
    """Let a message not go. If it was the first to this customer, they were not asked: the log says why, and the invitation goes. Who
    has answered, by whatever way, was asked."""
    Message.objects.filter(pk=message.pk).update(
        delivery=Delivery.WITHDRAWN, trouble=str(reason.label), sealed=""
    )
    request = message.request
    if reason == Reason.ASKED_BEFORE and request.invitation is not None:
        note_went(ids=[request.invitation.pk], at=request.invitation.sent_at)
    if message.ordinal > 0 or message.tries > 0 or reason == Reason.ASKED_BEFORE:
        return
    Request.objects.filter(pk=request.pk).update(
        standing=Standing.NOT_ASKED, reason=reason, decided_at=now, invitation=None, channel=""
    )
    if request.invitation_id is not None:
        take_back_invitations(ids=[request.invitation_id])
