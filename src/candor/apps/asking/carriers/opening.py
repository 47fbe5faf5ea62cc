"""Which carrier carries a channel."""

from django.conf import settings

from candor.apps.asking.choices import Channel

from .carrier import Carrier
from .mail import MailCarrier


def carrier_for(channel: str) -> Carrier:
    """An open carrier.

    Raises:
        Unreachable: it can't be reached now.
    """
    if channel == Channel.EMAIL:
        return MailCarrier()
    from .apprise import AppriseCarrier  # a second of start-up that only those need who use it

    return AppriseCarrier(
        settings.CANDOR_SMS_URL if channel == Channel.SMS else settings.CANDOR_MESSENGER_URL
    )
