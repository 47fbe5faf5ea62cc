"""Carriers: mail by SMTP, text messages and messengers by apprise. One that carries is opened once for many messages."""

from .carrier import Carrier, Outcome, Outgoing, Unreachable
from .opening import carrier_for

__all__ = ["Carrier", "Outcome", "Outgoing", "Unreachable", "carrier_for"]
