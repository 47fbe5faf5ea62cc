"""Carriers: mail by SMTP, text messages and messengers by apprise. One that carries is opened once for many messages."""

from candor.foundation.post import Outcome, Unreachable

from .carrier import Carrier, Outgoing
from .opening import carrier_for

__all__ = ["Carrier", "Outcome", "Outgoing", "Unreachable", "carrier_for"]
