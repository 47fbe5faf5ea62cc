"""How often a key may ask: a bucket that fills at an even rate and from which each request takes one.

It lies in this process, of which `candor serve` runs one; behind several servers each counts for itself.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings

from candor.foundation.errors import TooManyRequests

_MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


_buckets: dict[int, _Bucket] = {}
_lock = threading.Lock()


def take_one(key_id: int) -> None:
    """Take one request out of the key's bucket, which holds a minute's worth.

    Raises:
        TooManyRequests: it is empty; says when there is one again.
    """
    most = settings.CANDOR_API_PER_MINUTE
    if not most:
        return
    now = time.monotonic()
    with _lock:
        if len(_buckets) > _MOST_BUCKETS:
            _buckets.clear()
        bucket = _buckets.setdefault(key_id, _Bucket(most, now))
        bucket.left = min(bucket.left + (now - bucket.at) * most / 60, most)
        bucket.at = now
        wait = (1 - bucket.left) * 60 / most
        if wait <= 0:
            bucket.left -= 1
            return
    raise TooManyRequests(
        f"A key may ask {most:,} times a minute. Nothing was done; ask again in a while.",
        seconds=max(int(wait) + 1, 1),
    )
