"""What holds off robots at forms that anybody may fill in, without keeping anything about who does.

A field that people don't see, the time that filling in takes, and a limit for each sender that lives in this process's memory under a
salt which goes with it.
"""

import hashlib
import ipaddress
import secrets
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from .buckets import Buckets

TRAP = "website"
_LONGEST = 24 * 3600  # seconds that a page may have been open


def stamp(form: str) -> str:
    """When the page of a form was opened, signed, to go with it."""
    return signing.Signer(salt=f"strangers.{form}").sign(f"{time.time()}")


def stamp_of(form: str, given: str) -> str:
    """The stamp to go with a form that is shown again: the one it came with, so that its time goes on, or a new one where that is over."""
    return given if is_stamped(form, given, least_seconds=0) else stamp(form)


def is_stamped(form: str, given: str, *, least_seconds: float, most_seconds: float = _LONGEST) -> bool:
    """Whether the form was opened here, at least so long ago that a person can have filled it in, and at most a day unless said."""
    try:
        opened_at = float(signing.Signer(salt=f"strangers.{form}").unsign(given))
    except (signing.BadSignature, ValueError):
        return False
    return least_seconds <= time.time() - opened_at <= most_seconds


def sender_of(request: HttpRequest) -> str:
    """The address a request came from, behind a proxy the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    seen = forwarded.rpartition(",")[2].strip()
    return seen if _address(seen) else request.META.get("REMOTE_ADDR", "")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _one_household(sender: str) -> str:
    """What counts as one sender: an IPv4 address, or the /64 of an IPv6 address, of which everybody has 2⁶⁴ to choose from."""
    address = _address(sender)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return sender


@dataclass(slots=True)
class Limit:
    """How many requests of one sender, and of all, are taken at a form in so many seconds; at first as many at once."""

    of_one: int
    of_all: int
    seconds: float
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self.buckets = Buckets(self.seconds)

    def take(self, sender: str, *, now: float, at: int = 0) -> bool:
        """Count one request at `now`, in seconds of a clock that never goes back; False when it is one too many. `at` tells forms
        apart that share the limit."""
        one = _one_household(sender).encode("utf-8", "replace")
        whose = hashlib.blake2b(one, key=self.salt, digest_size=8).digest()
        return all(
            not self.buckets.take((at, key), most=most, now=now)
            for key, most in ((whose, self.of_one), (b"", self.of_all))
        )
