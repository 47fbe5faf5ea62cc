"""What holds off robots at standing links, without keeping anything about who answers.

An invitation's secret says enough; a link that everybody can read is guarded by a field that people don't see, by the time that reading
takes, and by a limit for each link and sender that lives in this process's memory under a salt which goes with it.
"""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from .entrances import Entrance
from .errors import TooManyAnswers

TRAP = "website"
LEAST_SECONDS = 1.0
A_MINUTE = 60.0
OF_ONE_SENDER = 30  # answers a minute; a kiosk or a family behind one address stays far below
OF_ONE_LINK = 1_200
_MOST_SENDERS = 50_000
_stamps = signing.Signer(salt="surveys.opened")


def stamp(entrance: Entrance) -> str:
    """When the page was opened, signed, to go with its form."""
    return _stamps.sign(f"{entrance.link_id}:{time.time()}") if entrance.link_id is not None else ""


def is_trapped(entrance: Entrance, posted: Mapping[str, str]) -> bool:
    """Whether something was written into the field that people don't see."""
    return entrance.link_id is not None and bool(posted.get(TRAP))


def is_hasty(entrance: Entrance, given: str) -> bool:
    """Whether the form came back sooner than anybody reads it, or was never opened."""
    if entrance.link_id is None:
        return False
    try:
        link, _, opened_at = _stamps.unsign(given).partition(":")
        return link != str(entrance.link_id) or time.time() - float(opened_at) < LEAST_SECONDS
    except (signing.BadSignature, ValueError):
        return True


@dataclass(slots=True)
class _Bucket:
    """Fills up again evenly; each answer takes one out."""

    left: float
    at: float


@dataclass(slots=True)
class Limits:
    """How many answers may come, for each link and sender."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    buckets: dict[tuple[int, bytes], _Bucket] = field(default_factory=dict)

    def take(self, link_id: int, sender: str, now: float) -> bool:
        """Count one answer; False when it is one too many."""
        if len(self.buckets) > _MOST_SENDERS:
            self.buckets.clear()
        whose = hashlib.blake2b(sender.encode("utf-8", "replace"), key=self.salt, digest_size=8).digest()
        return self._take((link_id, whose), OF_ONE_SENDER, now) and self._take(
            (link_id, b""), OF_ONE_LINK, now
        )

    def _take(self, key: tuple[int, bytes], most: int, now: float) -> bool:
        bucket = self.buckets.setdefault(key, _Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * most / A_MINUTE)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True


limits = Limits()


def limit(request: HttpRequest, entrance: Entrance) -> None:
    """Count an answer that comes in at a standing link.

    Raises:
        TooManyAnswers: too many came from there within a minute.
    """
    if entrance.link_id is not None and not limits.take(entrance.link_id, _sender(request), time.monotonic()):
        raise TooManyAnswers(seconds=10)


def _sender(request: HttpRequest) -> str:
    """The address it came from, behind a proxy the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
