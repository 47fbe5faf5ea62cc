"""What other systems are told of asking."""

from django.utils.translation import gettext_lazy as _

from candor.apps.webhooks.events import Event
from candor.apps.webhooks.services import tell

from .models import Message

_EXAMPLE = {"invitation": 1, "plan": 2, "customer": 3, "channel": "email", "is_reminder": False}
SENT = Event("invitation.sent", _("A customer was sent an invitation or a reminder of one."), _EXAMPLE)
BOUNCED = Event("invitation.bounced", _("An invitation did not arrive."), _EXAMPLE | {"is_dead": True})


def tell_of(event: Event, message: Message, **more: bool) -> None:
    """Tell whoever wants to know of a message; call it inside the transaction in which it happens."""
    request = message.request
    if request.invitation_id is None:
        return
    data = {
        "invitation": request.invitation_id,
        "plan": request.plan_id,
        "customer": request.customer_id,
        "channel": message.channel,
        "is_reminder": message.ordinal > 0,
    }
    tell(event=event.name, data=data | more, customer_id=request.customer_id)
