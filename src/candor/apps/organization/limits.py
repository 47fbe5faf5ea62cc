"""How often a key may ask."""

import time

from django.conf import settings

from candor.foundation.buckets import Buckets
from candor.foundation.errors import TooManyRequests

buckets = Buckets(seconds=60)


def take_one(key_id: int) -> None:
    """Take one request out of the key's bucket, which holds a minute's worth.

    Raises:
        TooManyRequests: it is empty; says when there is one again.
    """
    most = settings.CANDOR_API_PER_MINUTE
    if not most:
        return
    wait = buckets.take(key_id, most=most, now=time.monotonic())
    if wait:
        raise TooManyRequests(
            f"A key may ask {most:,} times a minute. Nothing was done; ask again in a while.",
            seconds=int(wait) + 1,
        )
